#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of interference-batch, each by itself: no tshark, no parallel, made-up results."""

import argparse
import contextlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import batch    # noqa: E402    (its place is not on the path before)
from interference_batch import (command, database, files, frames, hosts, merge, page, plan, report,  # noqa: E402
                                run, shards, slurm, words, work)

PLUGIN, OPTIONS = "9.9.9", []


# ---- made-up results ----

def finding(frame, verdict="forged", server="192.0.2.1", **more):
    return {"type": "finding", "plugin": PLUGIN, "frame": frame, "time": "2026-01-02T03:04:05Z",
            "protocol": "tcp", "source": {"address": server, "port": 443},
            "destination": {"address": "198.51.100.7", "port": 50000}, "ttl": 50,
            "verdict": verdict, "class": "reset", "confidence": 90, "level": "high",
            "trigger": "example.org", "trigger_frame": 2, "injectors": [{"name": "one", "match": "as in frame 1"}],
            "signatures": [{"id": "rst-ttl", "family": "reset", "tier": "strong",
                            "evidence": f"TTL 128 at frame {frame}"}], **more}


def capture(total, **more):
    return {"type": "capture", "plugin": PLUGIN, "frames": total, "connections": 1,
            "dns_transactions": 0, "packets": {"tcp": total, "udp": 0}, "notices": [],
            "not_judged": [], **more}


def ending(sha256, status="done", shard=0, of=1, **more):
    return {"type": "input", "sha256": sha256, "shard": shard, "shards": of,
            "group": "server" if of > 1 else None, "packets": 10, "cpu": 1, "memory": 2,
            "findings": 0, "status": status, "reason": None, "seconds": 3, **more}


def the_end(job):
    return {"type": "end", "format": words.FORMAT, "job": job, "plugin": PLUGIN,
            "options": OPTIONS}


class Work(unittest.TestCase):
    """With a folder --work and its database."""

    def setUp(self):
        scratch = batch.scratch()
        self.addCleanup(scratch.cleanup)
        self.work = pathlib.Path(scratch.name)
        work.prepare(self.work)
        opened = database.database(str(self.work / "findings.sqlite"))
        self.db = opened.__enter__()
        self.addCleanup(opened.__exit__, None, None, None)

    def result(self, job, *items):
        """Each ending is told how many findings stand before it."""
        lines, findings = [], 0
        for item in (*items, the_end(job)):
            findings += item["type"] == "finding"
            if item["type"] == "input":
                item, findings = {**item, "findings": findings}, 0
            lines.append(json.dumps(item, separators=(",", ":")) + "\n")
        path = work.result_file(self.work, job)
        path.write_text("".join(lines))
        return path

    def merge(self, **more):
        with contextlib.redirect_stderr(io.StringIO()) as said:
            count = merge.Merger(self.db, self.work).merge(**more)
        self.said = said.getvalue()
        return count

    def values(self, query):
        return self.db.execute(query).fetchall()


# ---- the parts ----

class Application(unittest.TestCase):
    def test_same_bytes(self):
        made = [subprocess.run([batch.PARTS / "zipped", "-"], capture_output=True, check=True).stdout
                for _ in range(2)]
        self.assertEqual(made[0], made[1])
        self.assertEqual(made[0], batch.COMMAND.read_bytes())

    def test_runs_alone(self):
        done = subprocess.run([batch.COMMAND, "job"], cwd="/", capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr),
                         (2, "usage: interference-batch job WORK ID\n"))


class Words(unittest.TestCase):
    def test_plain(self):
        self.assertEqual(words.plain("a\x1b[31m\n\u202eb\x9b"), "a\\x1b[31m\\n\\u202eb\\x9b")
        self.assertEqual(words.plain("gr\u00fcn"), "gr\u00fcn")

    def test_lines(self):
        self.assertEqual(words.first_line("Running as user x\ntshark: no such file\nmore"),
                         "no such file")
        self.assertEqual(words.last_line("one\ntwo\n\n"), "two")
        self.assertEqual(words.last_line("\n"), "no reason given")


class Shards(unittest.TestCase):
    def test_every_flow_in_one(self):
        """Both directions of a connection, and all clients of a server, are in one shard."""
        for group in ("server", "pair"):
            there = finding(1)
            back = {**there, "source": there["destination"], "destination": there["source"]}
            self.assertEqual(shards.shard_of(there, 7, group), shards.shard_of(back, 7, group))
        found = {shards.shard_of(finding(1, destination={"address": f"198.51.100.{i}",
                                                         "port": 50000}), 7, "server")
                 for i in range(50)}
        self.assertEqual(len(found), 1)
        spread = {shards.shard_of(finding(1, server=f"192.0.2.{i}"), 7, "server")
                  for i in range(50)}
        self.assertEqual(spread, set(range(7)))

    def test_icmp_anywhere(self):
        self.assertIsNone(shards.shard_of(finding(1, protocol="icmp"), 7, "server"))


class Frames(unittest.TestCase):
    def test_every_number(self):
        item = finding(5, genuine_frame=7, facts={"reset.answers": 5, "reset.ttl": 5},
                       where="beside frame 5")
        frames.with_frames(item, lambda number: number + 100)
        self.assertEqual((item["frame"], item["trigger_frame"], item["genuine_frame"]),
                         (105, 102, 107))
        self.assertEqual(item["facts"], {"reset.answers": 105, "reset.ttl": 5})
        self.assertEqual(item["signatures"][0]["evidence"], "TTL 128 at frame 105")
        self.assertEqual(item["where"], "beside frame 105")

    def test_equal_packets(self):
        """The n-th of equal packets in a shard is the n-th in the capture."""
        def stream(packets):
            return io.BytesIO(bytes(24) + b"".join(
                frames.RECORD.pack(1, 0, len(data), len(data)) + data for data in packets))
        wanted = {frames.RECORD.pack(1, 0, 1, 1) + b"a"}
        found = frames.occurrences(stream([b"x", b"a", b"bb", b"a"]), wanted)
        self.assertEqual(dict(found), {wanted.pop(): [2, 4]})


class Merging(Work):
    def test_capture(self):
        self.result("a", finding(3), capture(9), ending("s1"))
        self.assertEqual(self.merge(), 1)
        self.assertEqual(self.values("SELECT server, server_port, client, injector, trigger"
                                     " FROM finding"),
                         [("192.0.2.1", 443, "198.51.100.7", "one", "example.org")])
        self.assertEqual(self.values("SELECT signature, evidence FROM evidence"),
                         [("rst-ttl", "TTL 128 at frame 3")])
        self.assertEqual(self.values("SELECT status, frames, tcp FROM capture"), [("done", 9, 9)])
        self.assertEqual(self.merge(), 0)
        self.assertEqual(self.merge(again=True), 1)
        self.assertEqual(len(self.values("SELECT * FROM finding")), 1)

    def test_failure_replaces_nothing(self):
        self.result("a", finding(3), capture(9), ending("s1"))
        self.merge()
        self.result("b", ending("s1", "failed", reason="tshark was killed"))
        self.merge()
        self.assertEqual(self.values("SELECT status FROM capture"), [("done",)])

    def test_shards_wait_for_each_other(self):
        self.result("a", finding(3), capture(9), ending("s1", shard=0, of=2))
        self.assertEqual(self.merge(), 0)
        self.result("b", capture(9), ending("s1", shard=1, of=2))
        self.assertEqual(self.merge(), 1)
        self.assertEqual(self.values("SELECT status, frames FROM capture"), [("done", 10)])

    def test_cut_short(self):
        self.result("a", capture(9, not_judged=[{"reason": "fragment", "text": "1,234 fragments",
                                                 "count": 1234}]),
                    ending("s1", "partial", reason="cut short"))
        self.merge()
        self.assertEqual(self.values("SELECT reason, text, count FROM notice ORDER BY reason"),
                         [("batch", "cut short", 1), ("fragment", "fragments", 1234)])
        self.assertEqual(self.values("SELECT status, reason FROM capture"),
                         [("partial", "cut short")])

    def test_other_version(self):
        path = self.work / "results" / "a.jsonl"
        path.write_text(json.dumps({**the_end("a"), "format": 0}, separators=(",", ":")) + "\n")
        self.assertEqual(self.merge(), 0)
        self.assertIn("a.jsonl: no result of this version", self.said)
        self.assertTrue(path.exists())

    def damaged(self, change):
        """Of two results one is changed; what comes in, and what is said."""
        path = self.result("a", finding(3), capture(9), ending("s1"))
        self.result("b", finding(4), capture(9), ending("s2"))
        path.write_bytes(change(path.read_bytes()))
        self.assertEqual(self.merge(), 1)
        self.assertEqual(self.values("SELECT sha256, frame FROM finding"), [("s2", 4)])
        self.assertEqual(self.values("SELECT sha256 FROM capture"), [("s2",)])
        self.assertEqual(self.values("SELECT job FROM merged"), [("b",)])
        self.assertEqual(self.said.count("\n"), 1, self.said)
        self.assertIn("a.jsonl: damaged", self.said)
        self.assertEqual(sorted(one.name for one in path.parent.iterdir()),
                         ["a.jsonl.damaged", "b.jsonl"])

    def test_damaged(self):
        """A damaged result costs itself, and its job is done again."""
        changes = {
            "cut": lambda data: data[:-40],
            "empty": lambda data: b"",
            "line lost": lambda data: data.split(b"\n", 1)[1],
            "no JSON": lambda data: data.replace(b'"protocol"', b"protocol", 1),
            "no UTF-8": lambda data: data.replace(b"example", b"\xff\xfe", 1),
            "half a character": lambda data: data.replace(b"example", b"\\ud800", 1),
            "other type": lambda data: data.replace(b'"frame":3', b'"frame":{}', 1),
            "number": lambda data: data.replace(b'"frame":3', b'"frame":%d' % 2**70, 1),
            "list": lambda data: data.replace(b'{"type":"finding"', b'[],{"type":"finding"', 1),
            "deep": lambda data: data.replace(b'"ttl":50', b'"ttl":' + b"[" * 100000, 1),
            "status": lambda data: data.replace(b'"status":"done"', b'"status":"good"', 1),
            "no shard": lambda data: data.replace(b'"shard":0', b'"shared":0', 1),
            "zeros": lambda data: bytes(len(data)),
        }
        for name, change in changes.items():
            with self.subTest(name):
                self.setUp()
                self.damaged(change)


class Planning(Work):
    def planner(self, **options):
        arguments = argparse.Namespace(work=self.work, tshark_options=OPTIONS, tshark="tshark",
                                       shard_packets=plan.SHARD_PACKETS, group="server",
                                       memory=None, deadline=None, workers=2, again=False)
        vars(arguments).update(options)
        return plan.Planner(arguments, self.db, PLUGIN)

    @staticmethod
    def capture(number, size=1000, packets=None):
        return {"path": f"/c/{number}", "size": size, "sha256": f"{number:04}",
                "packets": packets, "encapsulation": "Ethernet"}

    def test_small_ones_share_a_job(self):
        sizes = [len(pieces) for pieces in
                 self.planner().jobs([self.capture(number) for number in range(1000)])]
        self.assertEqual((len(sizes), sum(sizes), max(sizes)), (40, 1000, plan.PACK_FILES))

    def test_large_one_is_split(self):
        planner = self.planner(shard_packets=1000)
        pieces = list(planner.pieces(self.capture(1, size=plan.COUNT_FROM, packets=2500)))
        self.assertEqual([(piece["shard"], piece["shards"]) for piece in pieces],
                         [(0, 4), (1, 4), (2, 4), (3, 4)])
        self.assertEqual({piece["group"] for piece in pieces}, {"server"})
        self.assertEqual(pieces[0]["deadline"],
                         plan.DEADLINE_BASE + 16 * plan.DEADLINE_PER_MIB)

    def test_jobs_of_earlier_plans_go(self):
        planner = self.planner()
        planner.write_jobs([list(planner.pieces(self.capture(1)))])
        before = [identity for identity, _ in work.pending(self.work)[0]]
        planner.write_jobs([list(planner.pieces(self.capture(2)))])
        (after, task), = work.pending(self.work)[0]
        self.assertNotEqual(before, [after])
        self.assertEqual([path.stem for path in (self.work / "jobs").iterdir()], [after])
        self.assertEqual(task["pieces"][0]["path"], "/c/2")

    def test_captures_of_a_folder(self):
        (self.work / "c" / "d").mkdir(parents=True)
        for name in ("one.pcap", "two.pcapng.gz", "d/three.cap", "notes.txt"):
            (self.work / "c" / name).touch()
        found, complaints = plan.find_captures([str(self.work / "c"), str(self.work / "none")])
        self.assertEqual([pathlib.Path(path).name for path in found],
                         ["one.pcap", "two.pcapng.gz", "three.cap"])
        self.assertEqual(complaints, [(str(self.work / "none"), "there is no such file")])


class Running(unittest.TestCase):
    TASK = {"pieces": [{"path": "/c/1", "size": 5, "shards": 1, "deadline": 10,
                        "memory_most": 500 * words.MIB, "memory": 5}]}

    def listener(self):
        listener = run.Listener(run.Progress([("a", self.TASK)]))
        with contextlib.redirect_stderr(io.StringIO()) as said:
            for line in ('failed ["/c/1", "partial", "cut short"]', "broken b host: full",
                         "judged a", "judged a", "result a 3 1 2", "result a", "noise", "noise"):
                listener.hear(line + "\n")
        return listener, said.getvalue()

    def test_what_jobs_say(self):
        listener, said = self.listener()
        self.assertIn("/c/1: not all of it was judged: cut short", said)
        self.assertEqual(listener.problems, {"b": "host: full"})
        progress = listener.progress
        self.assertEqual((progress.findings, progress.pieces, progress.failed, progress.partial),
                         (3, 1, 1, 2))
        self.assertEqual((progress.done, progress.all), (progress.total, 1))
        self.assertEqual(said.count("noise"), 1)
        self.assertIn("result a\n", said)       # not one of ours: shown as it is

    def test_deadline(self):
        options = argparse.Namespace(job_deadline=None)
        self.assertEqual(run.deadline_of(options, [("a", self.TASK)]), 50)

    def test_lost_hosts(self):
        with batch.scratch() as folder:
            lost = hosts.Hosts(pathlib.Path(folder))
            lost.command()
            lost.file.write_text("left\tno route\nleft\tno route\n")
            lines = []
            lost.tell(lines.append)
            self.assertEqual(lines, ["left: lost or not reached: no route; its jobs are tried"
                                     " again"])
            self.assertEqual(lost.reason(),
                             "its job was stopped or lost with its host (left: 2 times)")

    def test_slurm(self):
        with batch.scratch() as folder:
            options = argparse.Namespace(work=pathlib.Path(folder), program="/bin/ib",
                                         job_deadline=60)
            script = slurm.slurm_script(options, [(f"{i:020x}", self.TASK) for i in range(2500)])
            self.assertIn("#SBATCH --array=1-834\n", script)    # three jobs to each of its tasks
            self.assertIn("#SBATCH --mem=600M\n", script)
            self.assertIn("#SBATCH --time=3\n", script)
            listed, = pathlib.Path(folder).glob("slurm-*.list")
            self.assertEqual(len(listed.read_text().split()), 2500)


class State(Work):
    """Damaged files of a plan."""

    def setUp(self):
        super().setUp()
        planner = Planning.planner(self)
        planner.write_jobs(list(planner.pieces(Planning.capture(number))) for number in (1, 2))
        self.identities = [identity for identity, _ in work.pending(self.work)[0]]

    def test_job(self):
        path = work.task_file(self.work, self.identities[0])
        good = json.loads(path.read_text())
        bad = [b"", path.read_bytes()[:50], b"\xff", b"[]", b"{}", b"[" * 100000]
        bad += [json.dumps(value).encode() for value in (
            {**good, "pieces": []}, {**good, "pieces": [{}]}, {**good, "pieces": 5},
            {**good, "options": ["-X", "lua_script:x"]}, {**good, "options": ["-o"]},
            {**good, "tshark": None}, {**good, "format": 99})]
        for data in bad:
            with self.subTest(data[:40]):
                path.write_bytes(data)
                tasks, complaints = work.pending(self.work)
                self.assertEqual([identity for identity, _ in tasks], self.identities[1:])
                self.assertEqual(len(complaints), 1)
                self.assertIn(f"{path}: ", complaints[0])
        path.unlink()
        self.assertIn("no such file", work.pending(self.work)[1][0])

    def test_order(self):
        (self.work / "order").write_bytes(b"\xff\xfe ../../x\n" + self.identities[0].encode())
        tasks, complaints = work.pending(self.work)
        self.assertEqual([identity for identity, _ in tasks], self.identities[:1])
        self.assertEqual(complaints, [f"{self.work}/order: damaged"])

    def test_inputs(self):
        self.assertIsNone(work.planned(self.work))
        for data in ("", "[]", '{"captures": 5}', '{"captures": ["a"], "complaints": [], "plug'):
            (self.work / "inputs.json").write_text(data)
            with self.subTest(data), self.assertRaisesRegex(words.Failure, "inputs.json: damaged"):
                work.planned(self.work)

    def test_links(self):
        """A folder --work that leads elsewhere is refused: what is there is not ours."""
        for name in ("jobs", "results", "lock"):
            with self.subTest(name), batch.scratch() as folder:
                (pathlib.Path(folder) / name).symlink_to(self.work)
                with self.assertRaisesRegex(words.Unusable, f"{name}: it is a link"):
                    work.prepare(pathlib.Path(folder))


class Files(unittest.TestCase):
    def setUp(self):
        scratch = batch.scratch()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.other = self.folder / "other"
        self.other.write_text("mine")

    def test_links_are_replaced(self):
        target = self.folder / "x"
        target.symlink_to(self.other)
        files.write_whole(target, "new")
        self.assertEqual((target.read_text(), target.is_symlink(), self.other.read_text()),
                         ("new", False, "mine"))

    def test_nothing_half(self):
        with self.assertRaises(UnicodeEncodeError):
            files.write_whole(self.other, "a" * 100000 + "\udcff")
        self.assertEqual(self.other.read_text(), "mine")
        self.assertEqual(os.listdir(self.folder), ["other"])

    def test_mode(self):
        before = os.umask(0o027)
        self.addCleanup(os.umask, before)
        files.write_whole(self.other, "new")
        self.assertEqual(self.other.stat().st_mode & 0o777, 0o640)

    def test_replaceable(self):
        link, missing = self.folder / "link", self.folder / "none" / "x"
        link.symlink_to(self.other)
        for path, why in ((link, "no file"), ("/dev/null", "no file"), (self.folder, "no file"),
                          (missing, "no folder")):
            with self.subTest(path), self.assertRaisesRegex(words.Unusable, why):
                files.must_be_replaceable(str(path))
        files.must_be_replaceable(str(self.other))
        files.must_be_replaceable(str(self.folder / "new"))


class Stored(Work):
    """Paths in the database."""

    def test_told_apart(self):
        names = ["/c/\udcff.pcap", "/c/\\xff.pcap", "/c/\\\udcff.pcap",
                 "/c/\\\\xff.pcap", "/c/\xff.pcap"]
        kept = [database.stored(name) for name in names]
        self.assertEqual(len(set(kept)), len(names))
        self.assertEqual(kept[0], "bytes:/c/\\xff.pcap")
        self.db.executemany("INSERT INTO input (path, sha256) VALUES (?, ?)",
                            [(name, str(number)) for number, name in enumerate(kept)])
        self.assertEqual(database.name_of(self.db, "0"), "/c/\\xff.pcap")
        self.assertIsNone(database.name_of(self.db, "none"))

    def test_new_database(self):
        """Results that were merged before anybody knew where their captures are."""
        capture_file = self.work / "one.pcap"
        capture_file.write_bytes(b"any")
        planner = Planning.planner(self)
        sha256 = plan.digest(capture_file)
        self.result("a", capture(9), ending(sha256))
        self.merge()
        self.assertEqual(self.values("SELECT name FROM capture"), [(None,)])
        planner.look_at([str(capture_file)], [])
        self.assertEqual(self.values("SELECT name FROM capture"), [(str(capture_file),)])


class Reporting(Work):
    def data(self, limit=25):
        """Three packets are forged, one is silenced, nine are suspect, in other servers' names."""
        self.result("a", *(finding(frame) for frame in (1, 2, 3)), capture(9), ending("s1"))
        self.result("b", *(finding(frame, "suspect", "192.0.2.2", trigger="odd.example")
                           for frame in range(9)), capture(9), ending("s2"))
        self.result("c", finding(7, "silenced", "192.0.2.3", trigger="mute.example"),
                    finding(8, "suspect", "192.0.2.2"), capture(9), ending("s3"))
        self.result("d", capture(5), ending("s4", "partial", reason="cut <short>"))
        self.result("e", finding(1, "genuine", "192.0.2.4"), capture(2000), ending("s5"))
        self.merge()
        self.db.execute("UPDATE capture SET name = '/data/c/' || sha256 || '.pcap'")
        return report.collect(self.db, limit)

    @staticmethod
    def sections(data):
        """{title: lines below it}."""
        parts = report.report_text(data).split("\n\n")
        return {part.split("\n", 1)[0]: part.splitlines()[1:] for part in parts}

    def test_headline(self):
        lines = report.report_text(self.data()).splitlines()
        self.assertEqual(lines[:3], [
            "1 of 5 captures holds forged packets, 1 more silenced ones, 1 more only suspect ones",
            "5 captures: 4 judged, 1 in part, 0 not",
            "2,032 frames, 5 TCP connections, 0 DNS transactions"])
        nothing = dict.fromkeys(("with_forged", "with_silenced", "with_suspect"), 0)
        self.assertEqual(report.headline({**nothing, "captures": 1293}),
                         "0 of 1,293 captures hold forged packets")

    def test_nobody_suspect_is_accused(self):
        """Nine suspect packets of one server do not stand before three forged ones, and in no
        table that says forged; nor in one with others without a word about it."""
        data = self.data()
        sections = self.sections(data)
        titles = [title for title in sections if "192.0.2" in "".join(sections[title])]
        self.assertEqual(titles, ["Forged: servers in whose name",
                                  "Silenced: servers that did not answer",
                                  "Only suspect: servers with odd packets, which may be theirs"])
        for title, address in zip(titles, ("192.0.2.1", "192.0.2.3", "192.0.2.2")):
            self.assertEqual([line.split()[0] for line in sections[title]], ["server", address])
        self.assertEqual([line.split()[-3:] for line in
                          sections["Forged or silenced: what was asked for, and by what it was kept away"][1:]],
                         [["TLS", "confirmed", "example.org"], ["TLS", "likely", "mute.example"]])
        asked = [title for title in sections if "example" in "".join(sections[title]) and "kept" not in title]
        self.assertEqual(asked, ["Forged: what set it off", "Silenced: what was asked for",
                                 "Only suspect: what was asked for"])
        self.assertEqual([line.split()[:2] for line in sections["Findings by class"][1:]],
                         [["forged", "reset"], ["silenced", "reset"], ["suspect", "reset"]])
        self.assertEqual([row["verdict"] for row in data["servers"]],
                         ["forged", "silenced", "suspect"])
        self.assertNotIn("192.0.2.4", report.report_text(data))
        self.assertEqual(sections["Signs"][-1].split(), ["rst-ttl", "strong", "3", "1", "10", "3"])
        self.assertEqual(sections["Over time"][-1].split()[2:], ["3", "1", "10", "3"])

    def test_views(self):
        names = {row[0] for row in self.values("SELECT name FROM sqlite_master")}
        self.assertNotIn("forged", names)
        self.data()
        self.assertEqual(self.values("SELECT verdict, count(*) FROM reported GROUP BY rank"),
                         [("forged", 3), ("silenced", 1), ("suspect", 10)])

    def test_questions(self):
        """Who did it, how often, did it work; and by what names were kept away. Suspects are in neither."""
        lines = [finding(3, incident=3, **{"facts": {"reset.ignored": 9}}), finding(4, incident=3),
                 finding(5, incident=5, trigger="a.example/path", confidence=60, level="medium"),
                 finding(6, "silenced", trigger="b.example (with ECH)"), finding(7, "suspect", trigger="c.example"),
                 finding(8, trigger="first data (68 bytes, neither TLS nor HTTP)", injectors=[],
                         hops_to_injector=7)]
        self.result("q", *lines, capture(9), ending("s1"))
        self.merge()
        self.assertEqual(self.values("SELECT injector, frames, exchanges, in_vain, farthest FROM devices"),
                         [("one", 3, 2, 1, None), ("unknown", 1, 1, 0, 7)])
        self.assertEqual(sorted(self.values("SELECT name, means, sureness, exchanges FROM names_kept_away")),
                         [("a.example", "HTTP", "likely", 1), ("b.example", "TLS", "likely", 1),
                          ("example.org", "TLS", "confirmed", 1),
                          ("first data (68 bytes, neither TLS nor HTTP)", "TCP", "confirmed", 1)])

    def test_older_database(self):
        """Its views are made anew, its rows stay."""
        self.data()
        self.db.execute("PRAGMA user_version = 0")
        self.db.execute("CREATE VIEW forged AS SELECT * FROM finding")
        self.db.execute("DROP VIEW per_server")
        self.db.execute("CREATE VIEW per_server AS SELECT 1")
        with database.database(str(self.work / "findings.sqlite")) as db:
            self.assertEqual(len(report.collect(db, 0)["servers"]), 3)
            self.assertIsNone(db.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'forged'").fetchone())

    def test_captures(self):
        """No row of zeros, and no path that all have in common."""
        lines = self.sections(self.data())["Captures, below /data/c/"]
        self.assertEqual([line.split() for line in lines[1:4]],
                         [["3", "0", "0", "9", "s1.pcap"], ["0", "1", "1", "9", "s3.pcap"],
                          ["0", "0", "9", "9", "s2.pcap"]])
        self.assertEqual(lines[4:], ["  2 captures without any of these"])
        lines = self.sections(report.collect(self.db, 1))["Captures, below /data/c/"]
        self.assertEqual(lines[2:], ["  and 2 more (--limit); 2 captures without any of these"])

    def test_failures(self):
        lines = self.sections(self.data())
        lines = lines["Captures that were not judged to their end, below /data/c/"]
        self.assertEqual(lines[1].split(None, 2), ["partial", "s4.pcap", "cut <short>"])

    def test_no_common_folder(self):
        self.data()
        self.db.execute("UPDATE capture SET name = NULL WHERE sha256 = 's1'")
        self.db.execute("UPDATE capture SET name = '/x.pcap' WHERE sha256 = 's2'")
        self.assertEqual(report.common_folder(self.db), "/")
        lines = self.sections(report.collect(self.db, 0))["Captures, below /"]
        self.assertEqual([line.split()[-1] for line in lines[1:4]], ["-", "data/c/s3.pcap", "x.pcap"])

    def test_ports_are_names(self):
        self.result("a", finding(3, source={"address": "192.0.2.1", "port": 9666}), capture(9666),
                    ending("s1"))
        self.merge()
        text = report.report_text(report.collect(self.db, 0))
        self.assertIn("9666", text)
        self.assertIn("9,666 frames", text)

    def test_limit(self):
        self.result("a", *(finding(number, "suspect", f"192.0.2.{number}") for number in range(9)),
                    finding(10), capture(9), ending("s1"))
        self.merge()
        sections = self.sections(report.collect(self.db, 3))
        lines = sections["Only suspect: servers with odd packets, which may be theirs"]
        self.assertEqual((len(lines), lines[-1]), (5, "  and 6 more (--limit)"))
        self.assertEqual(len(sections["Forged: servers in whose name"]), 2)

    def test_nothing(self):
        text = report.report_text(report.collect(self.db, 0))
        self.assertIn("0 of 0 captures hold forged packets", text)
        self.assertIn("That does not say that there was no interference", text)

    def test_width(self):
        """A table with long names fits, because they stand at its end."""
        self.result("a", finding(3, trigger="x" * 300), capture(9), ending("s1"))
        self.merge()
        self.db.execute("UPDATE capture SET name = '/' || hex(zeroblob(60)) || '/a.pcap'")
        lines = report.report_text(report.collect(self.db, 0)).splitlines()
        self.assertEqual([line[:40] for line in lines if len(line) > 100 and "xxx" not in line
                          and "below" not in line], [])

    def test_page(self):
        text = page.report_html(self.data())
        self.assertIn("<p class=sum>1 of 5 captures holds forged packets", text)
        self.assertIn("<td>cut &lt;short&gt;</td>", text)
        self.assertNotIn("$", text)
        forged, silenced, suspect = (text.index(f"<h2 class={verdict}>")
                                     for verdict in report.VERDICTS)
        self.assertTrue(forged < silenced < suspect)
        red = re.findall(r'<text[^>]*>([^<]*)</text><rect class="forged"', text)
        self.assertEqual(red, ["192.0.2.1", "example.org", "one", "14 a day"])
        self.assertEqual(re.findall(r"<title>2026-01-02: ([^<]*)</title>", text),
                         ["3 forged", "1 silenced", "10 suspect"])
        self.assertIn("th { white-space: nowrap }", text)


class Names(unittest.TestCase):
    """What stands in a template of another program."""

    def test_slurm_refuses(self):
        task = Running.TASK
        with batch.scratch() as folder:
            for name in ("a\nb", "100%a", 'a"b', "a'b", "$(x)", "a`b", "{}", "a\\b", "\udcff"):
                options = argparse.Namespace(work=pathlib.Path(folder) / name, program="/bin/ib",
                                             job_deadline=60)
                with self.subTest(name), self.assertRaisesRegex(words.Unusable, "not for --slurm"):
                    slurm.slurm_script(options, [("0" * 20, task)])
                options.work, options.program = pathlib.Path(folder), f"/bin/{name}"
                with self.subTest(name), self.assertRaisesRegex(words.Unusable, "not for --slurm"):
                    slurm.slurm_script(options, [("0" * 20, task)])

    def test_hosts(self):
        for good in ("8/node1,4/node2", ":", "2/:", "user@node-1.example.org", "[2001:db8::1]:22",
                     "192.0.2.1"):
            hosts.must_be_hosts(good)
        for bad in ("", "a,", "-oProxyCommand=x", "8/-x", "8/ssh -p 22 node", "a;b", "$(x)", "a b",
                    "{}", "..", "@group", "a\nb", "`x`", "a/b", "n\udcff"):
            with self.subTest(bad), self.assertRaisesRegex(words.Unusable, "is no host"):
                hosts.must_be_hosts(bad)

    def test_only_constants(self):
        """parallel's command is the same whatever things are called."""
        self.assertEqual(run.TEMPLATE, "exec {1} job {2} {3}")
        options = argparse.Namespace(work=pathlib.Path("/w{=1=}"), program="/p{}", hosts=None,
                                     workers=None, job_deadline=5)
        line = run.parallel_command(options, [("0" * 20, Running.TASK)], "/t/jobs", None)
        self.assertEqual(line[-1], run.TEMPLATE)
        self.assertEqual([word for word in line if "{" in word],
                         ["/w{=1=}/run.log", run.TEMPLATE])      # a file that it opens


class Command(unittest.TestCase):
    def test_all_is_the_default(self):
        arguments = command.parse(["--work", "w", "x.pcap"])
        self.assertEqual((arguments.command, arguments.captures), ("all", ["x.pcap"]))

    def test_options_for_tshark(self):
        arguments = command.parse(["plan", "-o", "a:1", "-d", "udp.port==1,dns", "x.pcap"])
        command.complete(arguments)
        self.assertEqual(arguments.tshark_options, ["-o", "a:1", "-d", "udp.port==1,dns"])


if __name__ == "__main__":
    unittest.main()
