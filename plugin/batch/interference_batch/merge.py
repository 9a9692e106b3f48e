# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of jobs into the database."""

import collections
import contextlib
import json
import os
import re
import shlex
import sqlite3

from .database import name_of, transaction
from .files import DAMAGE, fits
from .words import FORMAT, say
from .work import NONE

FINDING = """frame time protocol source source_port destination destination_port server server_port
    client ttl verdict class confidence level trigger trigger_frame forged_frame genuine_frame
    injector hops_to_injector vantage explanation json""".split()
INPUT = {"sha256": str, "shard": int, "shards": int, "group": (str, NONE),
         "packets": (int, NONE), "cpu": (int, float), "memory": int, "seconds": (int, float),
         "findings": int, "status": str, "reason": (str, NONE)}
END = {"format": int, "plugin": str, "options": [str]}
# What a damaged value may raise on its way into the database. A full disk is none of these.
UNFIT = (*DAMAGE, OverflowError, sqlite3.InterfaceError, sqlite3.DataError,
         sqlite3.IntegrityError, sqlite3.ProgrammingError)
THIS = "(sha256, plugin, options) = (?, ?, ?)"
THIS_FRAME = "(sha256, plugin, options, frame) = (?, ?, ?, ?)"


class Damaged(Exception):
    """Its only argument: the path of a result."""


@contextlib.contextmanager
def blamed(path):
    try:
        yield
    except UNFIT:
        raise Damaged(path) from None


def set_aside(path):
    """Its job has no result then, and is done again."""
    os.rename(path, f"{path}.damaged")
    say(f"{path}: damaged, now {path.name}.damaged; what it was about is judged by the next run")


class Block:
    """What a result says about one capture or shard: lines from `begin` to `ending`."""

    def __init__(self, path, begin, ending):
        self.path, self.begin, self.ending = path, begin, ending

    def items(self):
        """What is said, each item once; a line too few or too many is damage."""
        findings = 0
        for item in self.lines():
            findings += item["type"] == "finding"
            yield item
        if findings != self.ending["findings"]:
            raise ValueError("a finding is lost")

    def lines(self):
        with open(self.path, "rb") as file:
            file.seek(self.begin)
            for line in file:
                item = json.loads(line)
                if item["type"] == "input":
                    return
                yield item


def read_result(path):
    """(plugin, options, blocks); None for a result of another version. What is damaged raises
    something of DAMAGE, now or when a block is read."""
    blocks, begin = [], 0
    with open(path, "rb") as file:
        at = 0
        for line in file:
            at += len(line)
            if line.startswith(b'{"type":"input"'):
                blocks.append(Block(path, begin, parsed(line, INPUT)))
                begin = at
            elif line.startswith(b'{"type":"end"'):
                end = parsed(line, END)
                if end["format"] != FORMAT:
                    return None
                return end["plugin"], options_text(end["options"]), blocks
    raise ValueError("it has no end")


def parsed(line, shape):
    value = json.loads(line)
    if not fits(value, shape):
        raise ValueError("not in the shape of a result")
    return value


def options_text(options):
    return shlex.join(options)


class Totals:
    """What the lines about a capture, or about each of its shards, add up to."""

    def __init__(self):
        self.counts, self.notices = collections.Counter(), {}

    def add(self, item):
        self.counts.update({"frames": item["frames"], "connections": item["connections"],
                            "dns_transactions": item["dns_transactions"],
                            "tcp": item["packets"]["tcp"], "udp": item["packets"]["udp"]})
        for notice in item["notices"]:
            self.tell("limit", notice["text"], notice["count"], notice["frame"])
        for gap in item["not_judged"]:
            # The numbers are in the text of a gap; its count is what adds up.
            self.tell(gap["reason"], re.sub(r"^[\d,]+ ", "", gap["text"]), gap["count"], None)

    def tell(self, reason, text, count, frame):
        old = self.notices.setdefault((reason, text), [0, frame])
        old[0] += count
        old[1] = min(old[1], frame) if frame else old[1]

    def tell_batch(self, text, count):
        self.notices["batch", text] = [count, None]


class Merger:
    """A capture comes in whole, in one transaction, or not at all; again and again gives the same
    rows."""

    def __init__(self, db, work):
        self.db, self.work = db, work

    def merge(self, again=False):
        """How many captures came in."""
        groups, jobs = self.read(again)
        complete = {group for group, blocks in groups.items() if len(blocks) == group[3]}
        merged = {group for group in sorted(complete, key=str) if self.put_whole(
            group[:3], [groups[group][shard] for shard in sorted(groups[group])])}
        whole = [(job,) for job, parts in sorted(jobs.items()) if parts <= merged]
        with transaction(self.db):
            self.db.executemany("INSERT OR IGNORE INTO merged VALUES (?)", whole)
        return len(merged)

    def read(self, again):
        """({group: {shard: block}}, {job: groups}). A group is one capture, split in one way."""
        known = set() if again else {row[0] for row in self.db.execute("SELECT job FROM merged")}
        groups, jobs = collections.defaultdict(dict), collections.defaultdict(set)
        for path in sorted((self.work / "results").glob("*.jsonl")):
            if path.stem in known:
                continue
            try:
                result = read_result(path)
            except DAMAGE:
                set_aside(path)
                continue
            if not result:
                say(f"{path}: no result of this version, left alone")
                continue
            plugin, options, blocks = result
            for block in blocks:
                end = block.ending
                group = end["sha256"], plugin, options, end["shards"], end["group"]
                groups[group][end["shard"]] = block
                jobs[path.stem].add(group)
        return groups, jobs

    def put_whole(self, key, blocks):
        """Whether the capture is in the database now, and all of it."""
        try:
            with transaction(self.db), blamed(blocks[0].path):
                self.put(key, blocks)
        except Damaged as problem:
            set_aside(*problem.args)
            return False
        return True

    def put(self, key, blocks):
        failed = [block.ending for block in blocks if block.ending["status"] != "done"]
        worst = min((end["status"] for end in failed), default="done")      # failed, partial
        old = self.db.execute(f"SELECT status FROM capture WHERE {THIS}", key).fetchone()
        if worst == "failed" and old and old[0] != "failed":
            return          # it went well before
        for table in ("capture", "finding", "evidence", "notice", "cost"):
            self.db.execute(f"DELETE FROM {table} WHERE {THIS}", key)
        totals = Totals()
        for block in blocks:
            with blamed(block.path):
                self.add_block(key, block, totals)
        if len(blocks) > 1:
            totals.tell_batch("split into shards: what only the whole capture shows was judged by"
                              " shard", len(blocks))
        for end in failed:
            shard = f"shard {end['shard']}: " if len(blocks) > 1 else ""
            totals.tell_batch(shard + end["reason"], 1)
        self.add_capture(key, worst, failed[0]["reason"] if failed else None, blocks, totals)

    def add_block(self, key, block, totals):
        end = block.ending
        self.db.execute("INSERT INTO cost VALUES (?,?,?,?,?,?,?,?,?)", (
            *key, end["shard"], end["shards"], end["seconds"], end["cpu"], end["memory"],
            end["packets"]))
        for item in block.items():
            if item["type"] == "capture":
                totals.add(item)
            else:
                self.add_finding(key, item)

    def add_capture(self, key, status, reason, blocks, totals):
        self.db.executemany("INSERT INTO notice VALUES (?,?,?,?,?,?,?)", [
            (*key, why, text, count, frame)
            for (why, text), (count, frame) in totals.notices.items()])
        # Shards have some packets in common, so of them it is the number of the whole file.
        frames = totals.counts["frames"] if len(blocks) == 1 else blocks[0].ending["packets"]
        self.db.execute("INSERT INTO capture VALUES (?,?,?,?,?,?,?,?,?,?,?)", (
            *key, name_of(self.db, key[0]), status, reason, frames,
            *(totals.counts[one] for one in ("tcp", "udp", "connections", "dns_transactions"))))

    def add_finding(self, key, item):
        # ICMP is in every shard: the one that has what it quotes has more to say.
        this = *key, item["frame"]
        old = self.db.execute(f"SELECT verdict FROM finding WHERE {THIS_FRAME}", this).fetchone()
        if old:
            if old[0] or not item["verdict"]:
                return
            self.db.execute(f"DELETE FROM finding WHERE {THIS_FRAME}", this)
        row = finding_row(item)
        self.db.execute(f"INSERT INTO finding VALUES ({','.join('?' * (3 + len(FINDING)))})",
                        (*key, *(row.get(name) for name in FINDING)))
        self.db.executemany("INSERT OR IGNORE INTO evidence VALUES (?,?,?,?,?,?,?,?)", [
            (*this, s["id"], s["family"], s["tier"], s["evidence"]) for s in item["signatures"]])


def finding_row(item):
    """The server is the end with the lower port."""
    source, destination = (item[end] or {"address": None, "port": None}
                           for end in ("source", "destination"))
    server, client = source, destination
    if (source["port"] or 0) > (destination["port"] or 0):
        server, client = destination, source
    injectors = " | ".join(injector["name"] for injector in item.get("injectors") or ())
    return {**item, "source": source["address"], "source_port": source["port"],
            "destination": destination["address"], "destination_port": destination["port"],
            "server": server["address"], "server_port": server["port"],
            "client": client["address"], "injector": injectors or None,
            "json": json.dumps(item, ensure_ascii=False, sort_keys=True)}
