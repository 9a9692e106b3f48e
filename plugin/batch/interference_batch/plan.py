# SPDX-License-Identifier: GPL-2.0-or-later
"""What there is to do: captures, known ones, and the jobs that the others become."""

import glob
import hashlib
import json
import math
import os
import re
import shutil

from .database import name_of, stored, transaction
from .files import DAMAGE, write_whole
from .merge import options_text, read_result
from .programs import about
from .words import FORMAT, MIB
from .work import IDENTITY, result_file, task_file

# Memory of tshark with the plugin, measured: docs/batch.md.
MEMORY_BASE = 200 * MIB
MEMORY_PER_PACKET = 1100        # bytes, with a finding for each seventh packet
MEMORY_PER_PACKET_MOST = 2100   # more than of a flood of SYNs
RECORD_LEAST = 16 + 54          # bytes of a packet in a file: an estimate that is not too low
SHARD_PACKETS = 2_000_000
SHARDS_MOST = 32                # each reads the whole file once
PACK_FILES = 25                 # captures per job
PACK_BYTES = 64 * MIB
ROWS = 1000                     # of captures in one transaction
COUNT_FROM = 16 * MIB           # bytes: packets of smaller captures are estimated
# Seconds a capture may take: these, and these per MiB.
DEADLINE_BASE = 300
DEADLINE_PER_MIB = 4

CAPTURE_NAME = re.compile(
    r"\.(pcap|pcapng|cap|dmp|snoop|erf|ntar|5vw|trc|fdc|enc|pkt)\d*(\.(gz|zst|lz4))?$", re.I)
NO_FILE = "there is no such file"
COMPRESSED = re.compile(r"\.(gz|zst|lz4)$", re.I)


def find_captures(names):
    """Paths of the captures, each once, and complaints about names that lead to none."""
    found, complaints = {}, []

    def unreadable(problem):
        complaints.append((problem.filename, problem.strerror))

    for name in names:
        paths = [name] if os.path.exists(name) else sorted(glob.glob(name, recursive=True))
        if not paths:
            complaints.append((name, NO_FILE))
        for path in paths:
            if os.path.isdir(path):
                inside = [os.path.join(folder, file)
                          for folder, _, files in sorted(os.walk(path, onerror=unreadable))
                          for file in sorted(files) if CAPTURE_NAME.search(file)]
                if not inside:
                    complaints.append((path, "there is no capture in this folder"))
                found.update(dict.fromkeys(os.path.abspath(file) for file in inside))
            else:
                found[os.path.abspath(path)] = None
    return list(found), complaints


def digest(path):
    sha256 = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(4 * MIB):
            sha256.update(block)
    return sha256.hexdigest()


class Planner:
    def __init__(self, arguments, db, plugin):
        self.arguments, self.db, self.plugin = arguments, db, plugin
        self.work = arguments.work
        self.options = arguments.tshark_options

    def known(self):
        """{digest: status} of what the database holds for this plugin and these options."""
        return dict(self.db.execute(
            "SELECT sha256, status FROM capture WHERE plugin = ? AND options = ?",
            (self.plugin, options_text(self.options))))

    def identify(self, path):
        """Row of the table `input`; digests of files that did not change are not made again."""
        stat = os.stat(path)
        row = self.db.execute(
            "SELECT sha256, packets, encapsulation FROM input"
            " WHERE path = ? AND size = ? AND changed = ?",
            (stored(path), stat.st_size, stat.st_mtime_ns)).fetchone()
        counted = stat.st_size and (
            COMPRESSED.search(path) or stat.st_size >= COUNT_FROM
            or stat.st_size // RECORD_LEAST > self.arguments.shard_packets)
        if not row or counted and row[1] is None:
            if not os.path.isfile(path):
                raise OSError(0, "it is no file")
            sha256 = digest(path)
            packets, encapsulation = None, None
            if counted:
                packets, encapsulation = about(path)
            row = sha256, packets, encapsulation
            self.rows.append((stored(path), stat.st_size, stat.st_mtime_ns, *row))
        return {"path": path, "size": stat.st_size, "sha256": row[0], "packets": row[1],
                "encapsulation": row[2]}

    def look_at(self, paths, complaints):
        """{digest: capture}, and complaints about files that cannot be read."""
        self.rows, captures = [], {}
        for number, path in enumerate(paths):
            try:
                capture = self.identify(path)
                captures.setdefault(capture["sha256"], capture)
            except OSError as problem:
                complaints.append((path, problem.strerror))
            if len(self.rows) >= ROWS or number == len(paths) - 1:
                self.remember()
        return captures

    def remember(self):
        with transaction(self.db):
            self.db.executemany("INSERT OR REPLACE INTO input VALUES (?,?,?,?,?,?)", self.rows)
            # merged into a new database, before anybody knew where they are
            for sha256, in self.db.execute(
                    "SELECT sha256 FROM capture WHERE name IS NULL").fetchall():
                self.db.execute("UPDATE capture SET name = ? WHERE sha256 = ?",
                                (name_of(self.db, sha256), sha256))
        self.rows = []

    def plan(self, captures, complaints):
        """Writes the jobs. Returns (planned captures, captures already known)."""
        known = {} if self.arguments.again else self.known()
        done = [c for c in captures.values() if known.get(c["sha256"]) in ("done", "partial")]
        todo = [c for c in captures.values() if known.get(c["sha256"]) not in ("done", "partial")]
        self.write_jobs(self.jobs(todo))
        write_whole(self.work / "inputs.json", json.dumps({
            "captures": sorted(captures), "complaints": complaints, "plugin": self.plugin,
            "options": options_text(self.options)}))
        return todo, done

    def pieces(self, capture):
        """A capture whole, or its shards, with what each may need."""
        size = capture["size"]
        packets = capture["packets"] or size // RECORD_LEAST
        shards = 1
        if (capture["packets"] and packets > self.arguments.shard_packets
                and shutil.which("tcpdump")):
            if capture["encapsulation"] not in ("Per packet", "per-packet"):
                shards = 1 + min(SHARDS_MOST, math.ceil(packets / self.arguments.shard_packets))
        # Shards are of unequal size: one server may be most of a capture.
        most = MEMORY_BASE * 4 + packets * MEMORY_PER_PACKET_MOST
        if self.arguments.memory:
            most = min(most, self.arguments.memory * MIB)
        share = packets if shards == 1 else packets // (shards - 1)
        megabytes = math.ceil(max(size, packets * RECORD_LEAST) / MIB)
        deadline = self.arguments.deadline or DEADLINE_BASE + DEADLINE_PER_MIB * megabytes
        for shard in range(shards):
            yield {"path": capture["path"], "size": size, "sha256": capture["sha256"],
                   "packets": packets, "shard": shard, "shards": shards,
                   "group": self.arguments.group if shards > 1 else None,
                   "memory": MEMORY_BASE + share * MEMORY_PER_PACKET, "memory_most": most,
                   "deadline": deadline}

    def jobs(self, captures):
        """Lists of pieces: one shard or large capture, or several small captures."""
        workers = 2 * (self.arguments.workers or os.cpu_count() or 1)
        small = [c for c in captures
                 if c["size"] < COUNT_FROM and (c["packets"] or 0) <= SHARD_PACKETS]
        files = max(1, min(PACK_FILES, math.ceil(len(small) / workers)))
        pack, size = [], 0
        for capture in sorted(captures, key=lambda c: (-c["size"], c["sha256"])):
            pieces = list(self.pieces(capture))
            if len(pieces) > 1 or capture["size"] >= COUNT_FROM:
                yield from ([piece] for piece in pieces)
                continue
            if pack and (len(pack) >= files or size + capture["size"] > PACK_BYTES):
                yield pack
                pack, size = [], 0
            pack += pieces
            size += capture["size"]
        if pack:
            yield pack

    def write_jobs(self, jobs):
        """Jobs of earlier plans go: what they found is in the database or in results."""
        fresh = set()
        # The first in the list are done first: large ones, so that the end is not one long job.
        order = []
        for pieces in jobs:
            task = {"format": FORMAT, "plugin": self.plugin, "options": self.options,
                    "tshark": self.arguments.tshark, "pieces": pieces}
            text = json.dumps(task, indent=1)
            content = [(p["sha256"], p["shard"], p["shards"], p["group"]) for p in pieces]
            whole = repr((FORMAT, self.plugin, self.options, content))
            identity = hashlib.sha256(whole.encode()).hexdigest()[:20]
            write_whole(task_file(self.work, identity), text)
            fresh.add(identity)
            order.append(identity)
            # What was planned is not in the database: a result that stands here is of a failed
            # try, unless it is a shard that waits for the others.
            self.forget_failure(identity)
        for path in (self.work / "jobs").glob("*.json"):
            if IDENTITY.fullmatch(path.stem) and path.stem not in fresh:
                path.unlink()
        write_whole(self.work / "order", "".join(identity + "\n" for identity in order))

    def forget_failure(self, identity):
        path = result_file(self.work, identity)
        if not path.exists():
            return
        try:
            result = read_result(path)
        except DAMAGE:
            result = None
        if (self.arguments.again or not result
                or any(block.ending["status"] == "failed" for block in result[2])):
            path.unlink()
            with transaction(self.db):
                self.db.execute("DELETE FROM merged WHERE job = ?", (identity,))
