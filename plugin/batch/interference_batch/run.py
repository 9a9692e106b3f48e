# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs jobs with GNU parallel, here or on ssh hosts."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from .files import DAMAGE
from .hosts import SSH, Hosts
from .programs import dies_with_parent
from .words import MIB, NAME, Unusable, say, told_status

PARALLEL_ERROR = "parallel: Error: "    # $TMPDIR is full, for instance
OTHERS_MOST = 100               # different lines that are no words of ours


class Progress:
    """A line on a terminal; elsewhere a line every half minute."""

    def __init__(self, tasks):
        self.waiting = {identity: [piece["size"] / piece["shards"] + MIB
                                   for piece in task["pieces"]] for identity, task in tasks}
        self.total = sum(map(sum, self.waiting.values()))
        self.all = sum(map(len, self.waiting.values()))
        self.done = self.pieces = self.findings = self.failed = self.partial = 0
        self.started, self.told = time.monotonic(), time.monotonic()
        self.terminal = sys.stderr.isatty()

    def piece(self, identity):
        """One of a job is done; a job that is tried again says so again."""
        if self.waiting.get(identity):
            self.done += self.waiting[identity].pop(0)
            self.pieces += 1
        self.show()

    def result(self, identity, findings, failed, partial):
        while self.waiting.get(identity):
            self.piece(identity)
        self.findings += findings
        self.failed += failed
        self.partial += partial
        self.show()

    def left(self, now):
        share = self.done / self.total if self.total else 1
        if share >= 1:
            return "finished"
        if not share:
            return "time left unknown"
        seconds = (now - self.started) * (1 - share) / share
        return f"{seconds // 3600:.0f}:{seconds // 60 % 60:02.0f}:{seconds % 60:02.0f} left"

    def show(self, end=False):
        now = time.monotonic()
        if not end and now - self.told < (0.2 if self.terminal else 30):
            return
        self.told = now
        bar = "#" * int(20 * self.done / self.total if self.total else 20)
        text = (f"[{bar:20}] {self.pieces:,} of {self.all:,} done, {self.findings:,} findings,"
                f" {self.failed:,} failed, {self.partial:,} in part, {self.left(now)}")
        if self.terminal:
            self.draw("\r" + text + "\x1b[K" + ("\n" if end else ""))
        else:
            say(text)

    def line(self, text):
        if self.terminal:
            self.draw("\r\x1b[K")
        say(text)

    @staticmethod
    def draw(text):
        with contextlib.suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def deadline_of(arguments, tasks):
    """Seconds after which any job hangs, or its host is lost: it tries a crash twice by itself."""
    return arguments.job_deadline or max(
        30 + 2 * sum(piece["deadline"] for piece in task["pieces"]) for _, task in tasks)


# What parallel runs. Names are arguments, three for each job, which it quotes; in here it would
# look for words of its own, {}, {.} or {=PERL=}. What a command begins with it does not quote,
# hence exec.
TEMPLATE = "exec {1} job {2} {3}"


def must_have_parallel():
    if not shutil.which("parallel"):
        raise Unusable("there is no parallel: apt-get install parallel")
    done = subprocess.run(["parallel", "--version"], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", check=False)
    if not done.stdout.startswith("GNU parallel"):
        raise Unusable("parallel is not GNU parallel: apt-get install parallel")


def parallel_command(arguments, tasks, listed, hosts):
    memory = max(piece["memory"] for _, task in tasks for piece in task["pieces"])
    command = ["parallel", "--plain", "--will-cite", "--line-buffer", "--null", "--max-args", "3",
               "--arg-file", str(listed), "--joblog", str(arguments.work / "run.log"),
               "--retries", "3", "--timeout", str(deadline_of(arguments, tasks)),
               "--memfree", f"{memory // MIB}M"]
    if arguments.hosts:
        command += ["--sshlogin", arguments.hosts, "--ssh", hosts.command()]
    if arguments.workers:
        command += ["--jobs", str(arguments.workers)]
    return command + [TEMPLATE]


class Listener:
    """What jobs say, line by line, and what others say meanwhile."""

    def __init__(self, progress):
        self.progress, self.problems, self.others, self.errors = progress, {}, set(), []

    def hear(self, line):
        word, _, rest = line.rstrip("\n").partition(" ")
        try:
            if word == "result":
                identity, *numbers = rest.split()
                self.progress.result(identity, *map(int, numbers))
            elif word == "judged":
                self.progress.piece(rest)
            elif word == "failed":
                path, status, reason = json.loads(rest)
                self.progress.line(f"{path}: {told_status(status)}: {reason}")
            elif word == "broken":
                identity, _, reason = rest.partition(" ")
                self.problems[identity] = reason
            elif line.startswith(PARALLEL_ERROR):
                self.errors.append(line[len(PARALLEL_ERROR):].strip())
            else:
                self.other(line)
        except DAMAGE:
            self.progress.line(line.strip())

    def other(self, line):
        """Once each: a host without Python says so for each job."""
        if line.strip() and len(self.others) < OTHERS_MOST and line not in self.others:
            self.others.add(line)
            self.progress.line(line.strip())


def start_parallel(arguments, tasks, home, hosts):
    """`home` is where parallel looks for options and for Perl of its own: not in --work, which may
    have come with somebody's archive."""
    listed = home / "jobs"
    words = (word for identity, _ in tasks
             for word in (arguments.program, str(arguments.work), identity))
    listed.write_bytes(b"".join(os.fsencode(word) + b"\0" for word in words))
    with contextlib.suppress(FileNotFoundError):
        (arguments.work / "run.log").unlink()
    for leftover in (arguments.work / "results").glob("*.part"):
        leftover.unlink()                   # of whoever was killed: we hold the lock
    environment = {**os.environ, "PARALLEL_SHELL": "/bin/sh", "PARALLEL_HOME": str(home),
                   "INTERFERENCE_SSH": arguments.ssh or SSH}
    return subprocess.Popen(parallel_command(arguments, tasks, listed, hosts),
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, errors="replace",
                            env=environment, preexec_fn=dies_with_parent())


def run_tasks(arguments, tasks):
    """Runs all jobs. Returns {job: why it has no result}, and why where a job said nothing."""
    with tempfile.TemporaryDirectory(prefix=NAME + "-") as home:
        return listen(arguments, tasks, pathlib.Path(home))


def listen(arguments, tasks, home):
    progress, hosts = Progress(tasks), Hosts(home)
    listener = Listener(progress)
    parallel = start_parallel(arguments, tasks, home, hosts)
    try:
        for line in parallel.stdout:
            listener.hear(line)
            hosts.tell(progress.line)
    except KeyboardInterrupt:
        parallel.terminate()
        parallel.terminate()
        parallel.wait()
        raise
    # up to 101 it is a number of failed jobs
    if parallel.wait() < 0 or parallel.returncode > 101:
        listener.errors.insert(0, f"parallel ended with status {parallel.returncode}:")
    hosts.tell(progress.line)
    progress.show(end=True)
    return listener.problems, " ".join(listener.errors) or hosts.reason()
