#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of interference-batch, each by itself: no tshark, no parallel, made-up results."""

import argparse
import contextlib
import io
import json
import pathlib
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import batch    # noqa: E402    (its place is not on the path before)
from interference_batch import (command, database, frames, hosts, merge, page, plan, report,  # noqa: E402
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
            "findings": 1, "status": status, "reason": None, "seconds": 3, **more}


def the_end(job):
    return {"type": "end", "format": words.FORMAT, "job": job, "plugin": PLUGIN,
            "options": OPTIONS}


class Work(unittest.TestCase):
    """With a folder --work and its database."""

    def setUp(self):
        scratch = batch.scratch()
        self.addCleanup(scratch.cleanup)
        self.work = pathlib.Path(scratch.name)
        for folder in ("jobs", "results", ".parallel"):
            (self.work / folder).mkdir()
        opened = database.database(str(self.work / "findings.sqlite"))
        self.db = opened.__enter__()
        self.addCleanup(opened.__exit__, None, None, None)

    def result(self, job, *items):
        text = "".join(json.dumps(item, separators=(",", ":")) + "\n"
                       for item in (*items, the_end(job)))
        (self.work / "results" / f"{job}.jsonl").write_text(text)

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

    def test_no_result(self):
        (self.work / "results" / "a.jsonl").write_text(json.dumps(finding(3)) + "\n")
        self.assertEqual(self.merge(), 0)
        self.assertIn("a.jsonl: no result of this version", self.said)


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
        before = [identity for identity, _ in work.pending(self.work)]
        planner.write_jobs([list(planner.pieces(self.capture(2)))])
        (after, task), = work.pending(self.work)
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
                         "result a 3 1", "result a", "noise", "noise"):
                listener.hear(line + "\n")
        return listener, said.getvalue()

    def test_what_jobs_say(self):
        listener, said = self.listener()
        self.assertIn("/c/1: not all of it was judged: cut short", said)
        self.assertEqual(listener.problems, {"b": "host: full"})
        self.assertEqual((listener.progress.findings, listener.progress.pieces), (3, 1))
        self.assertEqual(said.count("noise"), 1)
        self.assertIn("result a\n", said)       # not one of ours: shown as it is

    def test_deadline(self):
        options = argparse.Namespace(job_deadline=None)
        self.assertEqual(run.deadline_of(options, [("a", self.TASK)]), 50)

    def test_lost_hosts(self):
        with batch.scratch() as folder:
            (pathlib.Path(folder) / ".parallel").mkdir()
            lost = hosts.Hosts(pathlib.Path(folder))
            lost.command("ssh")
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


class Reporting(Work):
    def data(self):
        self.result("a", finding(3), finding(4, "suspect", "192.0.2.2"), capture(9),
                    ending("s1"))
        self.result("b", capture(5), ending("s2", "partial", reason="cut <short>"))
        self.merge()
        self.db.execute("UPDATE capture SET name = '/c/' || sha256")
        return report.collect(self.db, 25)

    def test_text(self):
        lines = report.report_text(self.data()).splitlines()
        self.assertEqual(lines[0], "2 captures: 1 judged, 1 in part, 0 not")
        self.assertEqual(lines[1], "14 frames, 2 TCP connections, 0 DNS transactions")
        self.assertIn("  /c/s2  partial  cut <short>", lines)
        self.assertIn("Servers in whose name, or towards whom, packets were forged or silenced",
                      lines)

    def test_page(self):
        text = page.report_html(self.data())
        self.assertIn("<h1>Interference in 2 captures</h1>", text)
        self.assertIn("<td>cut &lt;short&gt;</td>", text)
        self.assertNotIn("$", text)

    def test_limit(self):
        data = self.data()
        data["servers"] = data["servers"][:1]
        self.assertIn("  and 1 more (--limit)", report.report_text(data))


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
