#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Scores the plugin on captures with known truth and prints a table per behaviour and vantage.

    tests/lab/score.py [ROOT...] [--tshark PROGRAM] [--baseline FILE] [--update] [--details]

A ROOT holds captures (*.pcapng or *.pcap, at any depth) with a .truth file beside each; default are
captures/recorded and captures/scripted. tshark must find the plugin by itself (WIRESHARK_PLUGIN_DIR
reaches it, but not as root).

What counts as detected: each forged frame with verdict `forged`; each silenced request (all its
repeats are one) with verdict `silenced` on any of them. Exit status 1 when
  - a frame is called `forged` that is not (a wrong accusation),
  - a called frame has another class or trigger than the truth,
  - a capture has fewer detections than in the baseline (--update rewrites that file, if the plugin was
    built from this checkout).
Exit status 2 when tshark cannot be used. Misses are shown and are no failure: no scenario is left
out because it is hard. Words about silence in places where nothing was silenced are shown too.
"""
import argparse
import collections
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "captures"))
import tshark as running                                                    # noqa: E402

FIELDS = ["frame.number", "interference.verdict", "interference.class", "interference.confidence",
          "interference.trigger", "interference.signature", "tcp.stream", "udp.stream"]

Truth = collections.namedtuple("Truth", "truth cls behaviour trigger")
Said = collections.namedtuple("Said", "verdict cls confidence trigger signature stream")


class Score:
    """What one capture adds to the table and to the complaints."""

    def __init__(self, header):
        self.scenario, self.kind, self.vantage = (header[k] for k in ("scenario", "kind", "vantage"))
        self.lines = collections.Counter()      # (behaviour, class, what): number
        self.called = self.total = 0
        self.errors, self.remarks = [], []

    def add(self, row, **numbers):
        for what, number in numbers.items():
            self.lines[row.behaviour, row.cls, what] += number

    def where(self, frame):
        return "%s/%s frame %d" % (self.scenario, self.vantage, frame)


def read_truth(path):
    header, rows = {}, {}
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("# "):
            key, _, value = line[2:].partition(":")
            header[key] = value.strip()
        elif line and not line.startswith(("frame\t", "#")):
            frame, *rest = line.split("\t")
            rows[int(frame)] = Truth(*(rest + [""] * 4)[:4])
    return header, rows


def ask_tshark(program, path):
    """{frame: Said} for all frames the plugin says something about, and streams of all frames."""
    command = [program, "-n", "-2", "-r", path, "-T", "fields", "-E", "occurrence=f"]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120,
                          **running.unprivileged())
    if done.returncode:
        raise RuntimeError("%s: %s" % (path, done.stderr.strip().splitlines()[-1:]))
    said, streams = {}, {}
    for line in done.stdout.splitlines():
        frame, verdict, cls, confidence, trigger, signature, tcp, udp = (line.split("\t") + [""] * 8)[:8]
        stream = "tcp" + tcp if tcp else "udp" + udp
        streams[int(frame)] = stream
        if verdict:
            said[int(frame)] = Said(verdict, cls, confidence, trigger, signature, stream)
    return said, streams


def trigger_is_right(row, answer, rows):
    """An empty answer is right where the text cannot be seen: in a capture without the frame that
    holds it, and on a later connection that suffers for it."""
    if row.trigger and re.match(re.escape(row.trigger) + r"([/?]| \(with ECH\)|[^.]?\\|$)", answer.trigger):
        return True                 # the truth has the host alone, without the bytes that an overlong name runs into
    if answer.trigger == row.trigger or not row.trigger and answer.trigger.startswith("first data ("):
        return True
    visible = any(r.truth in ("trigger", "silenced") and r.trigger == row.trigger for r in rows.values())
    return not answer.trigger and (not visible or row.behaviour.startswith("residual"))


def judge_called(score, frame, row, answer, rows):
    """Class and trigger of a detection."""
    cls_right, trigger_right = answer.cls == row.cls, trigger_is_right(row, answer, rows)
    score.called += 1
    score.add(row, called=1, cls_right=cls_right, trigger_right=trigger_right)
    if not cls_right:
        score.errors.append("%s: class %s, but it is %s" % (score.where(frame), answer.cls, row.cls))
    if not trigger_right:
        score.errors.append("%s: trigger %r, but it is %r" % (score.where(frame), answer.trigger, row.trigger))


def judge_forged(score, rows, said):
    for frame, row in rows.items():
        if row.truth != "forged":
            continue
        answer = said.get(frame)
        score.total += 1
        score.add(row, total=1, suspected=bool(answer and answer.verdict == "suspect"))
        if answer and answer.verdict == "forged":
            judge_called(score, frame, row, answer, rows)


def silent_requests(rows, streams):
    """Frames of each request that was silenced: its repeats (a query's may come from other ports),
    or the request that was slowed down."""
    requests = collections.defaultdict(list)
    for frame, row in rows.items():
        if row.cls == "silence" and row.truth in ("silenced", "trigger"):
            stream = streams.get(frame, "")
            requests[row.behaviour, row.trigger, stream if stream.startswith("tcp") else ""].append(frame)
    return requests.values()


def judge_silence(score, rows, said, streams):
    for frames in silent_requests(rows, streams):
        row = rows[frames[0]]
        score.total += 1
        score.add(row, total=1, suspected=0)
        called = [f for f in frames if f in said and (
            said[f].verdict == "silenced" or (said[f].verdict == "trigger" and said[f].cls == "silence"))]
        if called:
            judge_called(score, called[0], row, said[called[0]], rows)


def judge_accusations(score, rows, said, streams):
    silenced_streams = {streams.get(f) for f, r in rows.items() if r.cls == "silence"}
    for frame, answer in said.items():
        row = rows.get(frame)
        if answer.verdict == "forged" and not (row and row.truth == "forged"):
            score.errors.append("%s: wrong accusation (%s, %s), it is %s" % (
                score.where(frame), answer.signature, answer.cls, row.truth if row else "an ordinary packet"))
        if answer.verdict == "suspect" and not (row and row.truth == "forged"):
            score.remarks.append("%s: wrong suspicion (%s, %s)" % (score.where(frame), answer.signature, answer.cls))
        if answer.verdict == "silenced" and streams.get(frame) not in silenced_streams:
            score.remarks.append("%s: silence where nothing was silenced (%s)" % (score.where(frame), answer.signature))


def score_capture(program, path):
    header, rows = read_truth(truth_of(path))
    said, streams = ask_tshark(program, path)
    score = Score(header)
    judge_forged(score, rows, said)
    judge_silence(score, rows, said, streams)
    judge_accusations(score, rows, said, streams)
    return score


def truth_of(capture):
    return os.path.splitext(capture)[0] + ".truth"


def find_captures(roots):
    paths = [p for root in roots for ending in ("pcapng", "pcap")
             for p in glob.glob(os.path.join(root, "**", "*." + ending), recursive=True)]
    return sorted(p for p in paths if os.path.exists(truth_of(p)))


def print_table(scores):
    table = collections.defaultdict(collections.Counter)
    for s in scores:
        for (behaviour, cls, what), number in s.lines.items():
            table[cls, behaviour, s.vantage][what] += number
    print("%-11s %-26s %-8s %9s %9s %8s %8s" % ("class", "behaviour", "vantage", "called", "suspected",
                                               "class ok", "trig. ok"))
    for (cls, behaviour, vantage), n in sorted(table.items()):
        print("%-11s %-26s %-8s %4d/%-4d %9d %8s %8s%s" % (
            cls, behaviour, vantage, n["called"], n["total"], n["suspected"],
            "%d/%d" % (n["cls_right"], n["called"]), "%d/%d" % (n["trigger_right"], n["called"]),
            "" if n["called"] == n["total"] else "   missed %d" % (n["total"] - n["called"])))


def print_sums(scores):
    for kind in ("guilty", "innocent"):
        of_kind = [s for s in scores if s.kind == kind]
        print("%s: %d scenarios, %d captures, %d/%d detected, %d wrong accusations" % (
            kind, len({s.scenario for s in of_kind}), len(of_kind), sum(s.called for s in of_kind),
            sum(s.total for s in of_kind),
            sum("wrong accusation" in e for s in of_kind for e in s.errors)))


def read_baseline(path):
    if not os.path.exists(path):
        return {}
    lines = [line.rstrip("\n").split("\t") for line in open(path)]
    return {(scenario, vantage): int(called) for scenario, vantage, called, _ in lines[1:]}


def write_baseline(path, scores):
    with open(path, "w") as f:
        f.write("scenario\tvantage\tcalled\ttotal\n")
        for s in sorted(scores, key=lambda s: (s.scenario, s.vantage)):
            if s.total:
                f.write("%s\t%s\t%d\t%d\n" % (s.scenario, s.vantage, s.called, s.total))


def lost(scores, baseline):
    """Detections the baseline has and this run has not, lost captures included."""
    now = {(s.scenario, s.vantage): s.called for s in scores}
    return ["%s/%s: detected %s, before %d" % (*key, now.get(key, "nothing (no capture)"), before)
            for key, before in sorted(baseline.items()) if now.get(key, -1) < before]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", nargs="*",
                        default=[os.path.join(ROOT, "captures", d) for d in ("recorded", "scripted")])
    parser.add_argument("--tshark", default="tshark")
    parser.add_argument("--baseline", default=os.path.join(HERE, "baseline.tsv"))
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--details", action="store_true", help="also name every remark")
    return parser.parse_args()


def main():
    args = arguments()
    captures = find_captures(args.root)
    if not captures:
        print("no captures with truth in " + ", ".join(args.root), file=sys.stderr)
        return 2
    if args.update:
        running.Tshark(args.tshark).must_be_of_this_tree()
    try:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            scores = list(pool.map(lambda path: score_capture(args.tshark, path), captures))
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as e:
        print("tshark cannot be used (is the plugin loaded?): %s" % e, file=sys.stderr)
        return 2
    print_table(scores)
    remarks = [r for s in scores for r in s.remarks]
    errors = [e for s in scores for e in s.errors]
    if args.update:
        write_baseline(args.baseline, scores)
    else:
        errors += ["lost: " + e for e in lost(scores, read_baseline(args.baseline))]
    print("\n".join([""] + (remarks if args.details else []) + errors))
    print_sums(scores)
    print("%d errors, %d remarks" % (len(errors), len(remarks)))
    return 1 if errors else 0


if __name__ == "__main__":
    running.main(main)
