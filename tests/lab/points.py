#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares both ends of every lab scenario and holds what is found against the truth.

    tests/lab/points.py --compare build/interference-compare [--show] [--update]

Truth: the frames that the interferer's record says are forged; and of both ends, packets that left one and of
which the other has no packet with the same octets, routers' changes left out, as captures/lab/truth.py has it.
Each pair is judged twice: as the files are, and as captures of which it is known that they ran all the time
(--complete). Neither may call anything wrong; what has to be found is said of the second. The interferer drops
packets in their last conversation, after which nothing else shows that a capture went on.

--update writes the table into docs/compare.md, and what --grade says of all pairs into docs/measured.md.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "captures", "lab"))

import capture      # noqa: E402
import truth        # noqa: E402

RECORDED = os.path.join(ROOT, "captures", "recorded")
ENDS = ("client", "server")
LEAST_FORGED, LEAST_DROPPED = 0.99, 0.98

Score = collections.namedtuple("Score", "forged found wrong dropped named wrong_silences")


def identities(directory, end):
    """{frame: octets that no router changes}."""
    packets = capture.read_pcapng(os.path.join(directory, end + ".pcapng"))
    return {n: truth.identity(truth.ip_packet(p.octets)) for n, p in enumerate(packets, 1)}


def forged_frames(directory, end):
    rows = truth.read(os.path.join(directory, end + ".truth"))[1]
    return {row.frame for row in rows if row.truth == "forged"}


def addresses(octets):
    """Source and destination of an IP packet."""
    at, size = (12, 4) if octets[0] >> 4 == 4 else (8, 16)
    return octets[at:at + size], octets[at + size:at + 2 * size]


def dropped_frames(directory):
    """Packets that the interferer's record says it silenced and that never arrived. Whether a host of which the
    other end shows nothing is behind it, no capture can tell: those are left out."""
    packets = {end: identities(directory, end) for end in ENDS}
    dropped = {}
    for end, other in (ENDS, ENDS[::-1]):
        rows = truth.read(os.path.join(directory, end + ".truth"))[1]
        there = set(packets[other].values())
        shown = {address for octets in there for address in addresses(octets)}
        dropped[end] = {row.frame for row in rows
                        if row.truth == "silenced" and packets[end][row.frame] not in there
                        and shown.issuperset(addresses(packets[end][row.frame]))}
    return dropped


def arrived_frames(directory):
    """Packets of which the other end has the same octets."""
    packets = {end: identities(directory, end) for end in ENDS}
    return {end: {frame for frame, octets in packets[end].items() if octets in set(packets[other].values())}
            for end, other in (ENDS, ENDS[::-1])}


def findings(compare, directory, options):
    files = [os.path.join(directory, end + ".pcapng") for end in ENDS]
    run = subprocess.run([compare, "-z", "json", *options, *files], capture_output=True, text=True)
    if run.returncode not in (0, 3):
        sys.exit(f"{directory}: {run.stderr}")
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    found = {(end, verdict): set() for end in ENDS for verdict in ("forged", "suspect", "silenced", "genuine")}
    for line in lines:
        if line["type"] == "finding":
            found[line["point"], line["verdict"]].add(line["frame"])
    return found, run.stderr


def score(compare, directory, options, show):
    found, said = findings(compare, directory, options)
    dropped, arrived = dropped_frames(directory), arrived_frames(directory)
    total = Score(0, 0, 0, 0, 0, 0)
    for end in ENDS:
        forged = forged_frames(directory, end)
        called = found[end, "forged"] | found[end, "suspect"]
        wrong = called - forged
        bad = found[end, "silenced"] & arrived[end]
        total = Score(*map(sum, zip(total, (len(forged), len(forged & called), len(wrong), len(dropped[end]),
                                            len(dropped[end] & found[end, "silenced"]), len(bad)))))
        name = os.path.basename(directory)
        for what, frames in (("not found", forged - called), ("WRONG", wrong), ("not named", dropped[end]
                             - found[end, "silenced"]), ("WRONG silence", bad)):
            if frames and (show or "WRONG" in what):
                print(f"  {name}, {end}: {what}: frames {sorted(frames)} {said}")
    return total


def scenarios():
    for name in sorted(os.listdir(RECORDED)):
        directory = os.path.join(RECORDED, name)
        if all(os.path.exists(os.path.join(directory, end + ".pcapng")) for end in ENDS):
            yield directory


def write_between(document, name, text):
    """Puts a text between the marks of that name."""
    path = os.path.join(ROOT, "docs", document)
    before = open(path, encoding="utf-8").read()
    marks = re.compile(f"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.S)
    if not marks.search(before):
        sys.exit(f"{path} has no place for {name}")
    with open(path, "w", encoding="utf-8") as f:
        f.write(marks.sub(lambda m: m[1] + text + m[2], before))


def grades(compare):
    files = [os.path.join(directory, end + ".pcapng") for directory in scenarios() for end in ENDS]
    return subprocess.run([compare, "--complete", "--grade", *files], check=True, capture_output=True, text=True).stdout


def table(compare, show):
    """The table, and whether it is as it has to be."""
    lines = ["| Captures | Scenarios | Forged | Found | Wrong | Dropped | Named | Wrong |",
             "|---|---:|---:|---:|---:|---:|---:|---:|"]
    good = True
    for title, more in (("as the files are", []), ("with `--complete`", ["--complete"])):
        scores = [score(compare, directory, more, show) for directory in scenarios()]
        total = Score(*map(sum, zip(*scores)))
        lines.append("| " + " | ".join(map(str, (title, len(scores), *total))) + " |")
        good &= not total.wrong and not total.wrong_silences and total.forged > 0 and total.dropped > 0
        if more:
            good &= total.found >= LEAST_FORGED * total.forged and total.named >= LEAST_DROPPED * total.dropped
    return "\n".join(lines) + "\n", good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compare", required=True, help="interference-compare of a build")
    parser.add_argument("--show", action="store_true", help="name what is not found")
    parser.add_argument("--update", action="store_true", help="write the tables into the documents")
    options = parser.parse_args()
    text, good = table(options.compare, options.show)
    print(text, end="")
    if options.update:
        write_between("compare.md", "compared", text)
        write_between("measured.md", "graded", grades(options.compare))
    return not good


if __name__ == "__main__":
    sys.exit(main())
