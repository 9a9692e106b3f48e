# SPDX-License-Identifier: GPL-2.0-or-later
"""One job: judges its captures and writes one result, wherever parallel, ssh or Slurm put it."""

import collections
import contextlib
import ctypes
import json
import os
import pathlib
import re
import signal
import sys
import tempfile
import time

from .files import DAMAGE, whole_file
from .frames import original_numbers, with_frames
from .programs import must_be_capture, run_tshark, write_shard
from .shards import shard_filter, shard_of
from .words import FORMAT, MIB, NAME, Failure, first_line, plain
from .work import read_task, result_file


class Job:
    def __init__(self, work, identity):
        self.work, self.identity = pathlib.Path(work), identity
        self.task = read_task(self.work, identity)
        self.findings = 0
        self.status = collections.Counter()

    def run(self):
        with whole_file(result_file(self.work, self.identity), sync=True) as out, \
                tempfile.TemporaryDirectory(prefix=NAME + "-") as scratch:
            self.out, self.scratch = out, scratch
            for piece in self.task["pieces"]:
                self.judge(piece)
            self.write({"type": "end", "format": FORMAT, "job": self.identity,
                        "plugin": self.task["plugin"], "options": self.task["options"]})
        tell("result", self.identity, self.findings, self.status["failed"],
             self.status["partial"])

    def write(self, item):
        self.out.write(json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n")

    def judge(self, piece):
        """Writes what there is to say about one capture or shard, its own line last."""
        started, begin = time.monotonic(), self.out.tell()
        ending = {"type": "input", "sha256": piece["sha256"], "shard": piece["shard"],
                  "shards": piece["shards"], "group": piece["group"],
                  "packets": piece["packets"], "cpu": 0, "memory": 0, "findings": 0}
        try:
            status, reason = self.attempt(piece, ending)
        except (Failure, *DAMAGE) as problem:
            status, reason = "failed", reason_of(problem)
            self.out.flush()
            self.out.seek(begin)
            self.out.truncate()
            ending["findings"] = 0
        if status != "done":
            tell("failed", json.dumps([piece["path"], status, reason]))
        tell("judged", self.identity)
        self.status[status] += 1
        self.findings += ending["findings"]
        self.write({**ending, "status": status, "reason": reason,
                    "seconds": round(time.monotonic() - started, 3)})

    def attempt(self, piece, ending):
        """(status, reason)."""
        path = piece["path"]
        must_be_as_planned(piece)
        if piece["shards"] == 1:
            return self.tshark(piece, path, ending, None)
        shard = os.path.join(self.scratch, "shard.pcap")
        chosen = shard_filter(piece["shard"], piece["shards"] - 1, piece["group"])
        complaint = write_shard(path, chosen, shard)
        try:
            status, reason = self.tshark(piece, shard, ending, path)
        finally:
            os.unlink(shard)
        return ("partial", complaint) if complaint and status == "done" else (status, reason)

    def tshark(self, piece, path, ending, whole):
        """Runs tshark over a file and writes its lines. A crash is tried once more."""
        lines = os.path.join(self.scratch, "lines")
        command = [self.task["tshark"], "-n", "-q", *self.task["options"], "-r", path,
                   "-z", "interference,json"]
        for last in (False, True):
            ended = run_tshark(command, lines, piece["memory_most"], piece["deadline"])
            ending["cpu"] = round(ending["cpu"] + ended.cpu, 3)
            ending["memory"] = max(ending["memory"], ended.memory)
            must_not_be_stopped(ended, piece)
            if ended.status >= 0:
                break
            if last:
                raise Failure(f"tshark was killed by {signal_name(-ended.status)}, twice")
        if not os.path.getsize(lines):
            raise Failure(first_line(ended.words))
        self.copy(lines, piece, path, ending, whole)
        if ended.status == 0 and not whole and not self.packets:
            must_be_capture(path)
        return ("partial", first_line(ended.words)) if ended.status else ("done", None)

    def copy(self, lines, piece, path, ending, whole):
        """tshark's lines into the result, with the frame numbers of the whole capture."""
        mapped, seen, complete = {}, 0, False
        if whole:
            numbers = set()
            for item in read_lines(lines):
                with_frames(item, lambda number: numbers.add(number) or number)
            mapped = original_numbers(path, whole, numbers)
        for item in read_lines(lines):
            if item["plugin"] != self.task["plugin"]:
                raise Failure(f"{os.uname().nodename} has version {plain(item['plugin'])} of the"
                              f" plugin, not {self.task['plugin']}")
            if item["type"] == "end":
                complete = item["findings"] == seen
                continue
            seen += item["type"] == "finding"
            if whole:
                if belongs_elsewhere(item, piece):
                    continue
                with_frames(item, lambda number: mapped.get(number, number))
            ending["findings"] += item["type"] == "finding"
            if item["type"] == "capture":
                self.packets = sum(item["packets"].values())
            self.write(item)
        if not complete:
            raise Failure("tshark's report breaks off before its end")


def reason_of(problem):
    if isinstance(problem, Failure):
        return str(problem)
    return f"what tshark wrote is not to be understood ({type(problem).__name__}: {problem})"


def signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"       # those for real time have no names


def tell(*words):
    """A line for whoever runs jobs. Where it cannot be written, the result still counts."""
    with contextlib.suppress(OSError):
        print(*words, flush=True)


def must_be_as_planned(piece):
    try:
        with open(piece["path"], "rb") as file:
            size = os.fstat(file.fileno()).st_size
    except OSError as problem:
        raise Failure(problem.strerror) from None
    if size != piece["size"]:
        raise Failure("it is no longer the file that was planned: its size changed")
    if not size:
        raise Failure("it is empty")


def must_not_be_stopped(ended, piece):
    if ended.late:
        raise Failure(f"no end after {piece['deadline']} s (--deadline)")
    if ended.status < 0 and re.search("failed to allocate|Out Of Memory", ended.words):
        raise Failure(f"it needs more than {piece['memory_most'] // MIB} MiB of memory:"
                      " use smaller --shard-packets, or more --memory")


def belongs_elsewhere(item, piece):
    """A finding counts in the shard that has its whole flow; the rest has what is nowhere else."""
    spread = piece["shards"] - 1
    return (item["type"] == "finding" and piece["shard"] < spread
            and shard_of(item, spread, piece["group"]) not in (None, piece["shard"]))


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("{"):
                yield json.loads(line)


def main(words):
    """`job WORK ID`: what parallel, ssh and Slurm call. Exit status."""
    if len(words) != 3:
        print(f"usage: {NAME} job WORK ID", file=sys.stderr)
        return 2
    _, work, identity = words
    os.umask(0o022)
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)      # whoever started this is gone: so are we
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        Job(work, identity).run()
    except Failure as problem:
        return broken(identity, problem)
    except OSError as problem:
        where = f" ({problem.filename})" if problem.filename else ""
        return broken(identity, f"{problem.strerror}{where}")
    return 0


def broken(identity, why):
    tell("broken", identity, plain(f"{os.uname().nodename}: {why}"))
    return 1
