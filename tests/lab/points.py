#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares the points of every lab scenario, two at a time, and holds what is found against the truth.

    tests/lab/points.py --compare build/interference-compare [--show] [--update]

Truth: the frames that the interferer's record says are forged, or silenced, and of which the other point has no
packet with the same octets, routers' changes left out, as captures/lab/truth.py has it. The border is the interferer's
side that faces the client: between it and the client nothing is put in.
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


class Pair:
    """Two points of a scenario, and what is true of them."""

    def __init__(self, directory, ends):
        self.directory, self.ends = directory, ends
        self.files = [os.path.join(directory, end + ".pcapng") for end in ends]
        self.octets = {end: identities(path) for end, path in zip(ends, self.files)}
        self.rows = {end: truth.read(os.path.join(directory, end + ".truth"))[1] for end in ends}

    def others(self):
        return zip(self.ends, self.ends[::-1])

    def arrived(self, end, other):
        """Frames of which the other point has the same octets."""
        there = set(self.octets[other].values())
        return {frame for frame, octets in self.octets[end].items() if octets in there}

    def forged(self, end, other):
        """Put in between the points."""
        return {row.frame for row in self.rows[end] if row.truth == "forged"} - self.arrived(end, other)

    def dropped(self, end, other):
        """Taken out between the points. Whether a host of which the other point shows nothing is behind it, no capture
        can tell: what is sent to those is left out."""
        shown = {address for octets in self.octets[other].values() for address in addresses(octets)}
        return {row.frame for row in self.rows[end]
                if row.truth == "silenced" and shown.issuperset(addresses(self.octets[end][row.frame]))
                } - self.arrived(end, other)


def identities(path):
    """{frame: octets that no router changes}."""
    return {n: truth.identity(truth.ip_packet(p.octets)) for n, p in enumerate(capture.read_pcapng(path), 1)}


def addresses(octets):
    """Source and destination of an IP packet."""
    at, size = (12, 4) if octets[0] >> 4 == 4 else (8, 16)
    return octets[at:at + size], octets[at + size:at + 2 * size]


def findings(compare, pair, options):
    run = subprocess.run([compare, "-z", "json", *options, *pair.files], capture_output=True, text=True)
    if run.returncode not in (0, 3):
        sys.exit(f"{pair.directory}: {run.stderr}")
    found = collections.defaultdict(set)
    for line in map(json.loads, run.stdout.splitlines()):
        if line["type"] == "finding":
            found[line["point"], line["verdict"]].add(line["frame"])
    return found, run.stderr.strip()


def score(compare, pair, options, show):
    found, said = findings(compare, pair, options)
    total = Score(0, 0, 0, 0, 0, 0)
    for end, other in pair.others():
        forged, dropped, arrived = pair.forged(end, other), pair.dropped(end, other), pair.arrived(end, other)
        called, silenced = found[end, "forged"] | found[end, "suspect"], found[end, "silenced"]
        wrong, bad = called - forged, silenced & arrived
        total = Score(*map(sum, zip(total, (len(forged), len(forged & called), len(wrong), len(dropped),
                                            len(dropped & silenced), len(bad)))))
        for what, frames in (("not found", forged - called), ("WRONG", wrong), ("not named", dropped - silenced),
                             ("WRONG silence", bad)):
            if frames and (show or "WRONG" in what):
                print(f"  {os.path.basename(pair.directory)}, {end}: {what}: frames {sorted(frames)} {said}")
    return total


def pairs(*ends):
    for name in sorted(os.listdir(RECORDED)):
        directory = os.path.join(RECORDED, name)
        if all(os.path.exists(os.path.join(directory, end + ".pcapng")) for end in ends):
            yield Pair(directory, ends)


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
    files = [path for pair in pairs(*ENDS) for path in pair.files]
    return subprocess.run([compare, "--complete", "--grade", *files], check=True, capture_output=True, text=True).stdout


def table(compare, show):
    """The table, and whether it is as it has to be."""
    lines = ["| Points | | Scenarios | Forged | Found | Wrong | Dropped | Named | Wrong |",
             "|---|---|---:|---:|---:|---:|---:|---:|---:|"]
    good = True
    for ends in (ENDS, ("border", "server"), ("client", "border")):
        for title, more in (("as the files are", []), ("`--complete`", ["--complete"])):
            scores = [score(compare, pair, more, show) for pair in pairs(*ends)]
            total = Score(*map(sum, zip(*scores)))
            lines.append("| " + " | ".join(map(str, (" and ".join(ends), title, len(scores), *total))) + " |")
            good &= not total.wrong and not total.wrong_silences and len(scores) > 0
            good &= ends != ENDS or (total.forged > 0 and total.dropped > 0)
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
