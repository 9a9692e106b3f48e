#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The captures of real tools: what is found in them, and that nothing genuine is accused.

    tests/lab/real.py --scan PROGRAM [--compare PROGRAM] [--update] [DIRECTORY]      default: captures/real

Compares with real.tsv, one row per capture: forged packets, how many of them are called forged and
suspect, genuine packets that are called suspect or silenced, and the injectors that were named. Fewer
finds, more suspicions of genuine packets or a name less fail; --update rewrites the table. A genuine packet
called forged always fails. So does a capture whose truth does not follow from its two ends any more.
Lossy variants: tests/captures/lossy.py. With --compare both ends of each scenario are compared as well: all
that is forged has to be found that way, and nothing else but the copies that ettercap forwards.
"""
import argparse
import collections
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "captures", "lab"))
sys.dont_write_bytecode = True

import capture                                                              # noqa: E402
import real                                                                 # noqa: E402
import truth                                                                # noqa: E402

TABLE = os.path.join(HERE, "real.tsv")
COLUMNS = "scenario\tview\tforged\tfound\tsuspect\tmissed\tgenuine suspected\tgenuine silenced\tnamed\n"


def captures(directory):
    """(scenario, view, path without its ending) of all that is kept."""
    for scenario in real.ALL:
        for view in scenario.vantages:
            yield scenario, view, os.path.join(directory, scenario.name, view)


def check_truth(directory, scenario, view):
    """What the truth file says must follow from the captures at both ends."""
    packets = {v: capture.read_pcapng(os.path.join(directory, scenario.name, v + ".pcapng"))
               for v in scenario.vantages}
    _, rows = truth.read(os.path.join(directory, scenario.name, view + ".truth"))
    derived = [r._replace(frame=int(r.frame)) for r in real.truth_of(scenario, view, packets)]
    if rows != derived:
        yield "the truth file lists %d packets, the two ends differ by %d" % (len(rows), len(derived))
    if scenario.kind == "innocent" and rows:
        yield "an innocent scenario with forged packets"


def ask(scan, path):
    """{frame: finding} of one capture."""
    done = subprocess.run([scan, "-z", "json", path], capture_output=True, text=True, check=True)
    items = [json.loads(line) for line in done.stdout.splitlines()]
    return {i["frame"]: i for i in items if i["type"] == "finding" and i["verdict"]}


def check_points(program, directory, scenario):
    """What interference-compare says of the two ends, against the truth."""
    stems = {v: os.path.join(directory, scenario.name, v) for v in scenario.vantages}
    packets = {v: capture.read_pcapng(stem + ".pcapng") for v, stem in stems.items()}
    if len(packets) < 2 or not all(packets.values()) or scenario.stands_in:
        return
    done = subprocess.run([program, "-z", "json", "--complete", *(stem + ".pcapng" for stem in stems.values())],
                          capture_output=True, text=True, check=True)
    items = [json.loads(line) for line in done.stdout.splitlines()]
    for view, other in (("client", "server"), ("server", "client")):
        said = {i["frame"] for i in items if i["type"] == "finding" and i["point"] == view and i["verdict"] == "forged"}
        forged = {r.frame for r in truth.read(stems[view] + ".truth")[1] if r.cls != "icmp"}
        sent = {truth.message(truth.ip_packet(p.octets)) for p in packets[other]}
        copies = {f for f in said if truth.message(truth.ip_packet(packets[view][f - 1].octets)) in sent}
        if said - copies != forged:
            yield "%s: two points say %s is forged, it is %s" % (view, sorted(said), sorted(forged))


def judge(said, rows):
    """(row of the table without its names, frames of genuine packets called forged)."""
    forged = {r.frame for r in rows}
    count = collections.Counter((f in forged, i["verdict"]) for f, i in said.items())
    found, suspect = count[True, "forged"], count[True, "suspect"]
    named = {n["name"] for f, i in said.items() if f in forged for n in i["injectors"]}
    row = (len(forged), found, suspect, len(forged) - found - suspect, count[False, "suspect"],
           count[False, "silenced"], "; ".join(sorted(named - {"unknown"})))
    return row, [f for f, i in said.items() if i["verdict"] == "forged" and f not in forged]


def is_worse(before, now):
    """Of two rows of the table."""
    old, new = (line.rstrip("\n").split("\t") for line in (before, now))
    found, noticed, wrong = (lambda r: int(r[3])), (lambda r: int(r[3]) + int(r[4])), (lambda r: int(r[6]) + int(r[7]))
    return (old[:3] != new[:3] or found(new) < found(old) or noticed(new) < noticed(old) or wrong(new) > wrong(old)
            or not set(filter(None, old[8].split("; "))) <= set(new[8].split("; ")))


def table(scan, directory):
    """(lines of the table, complaints)."""
    lines, wrong = [], []
    for scenario, view, stem in captures(directory):
        where = "%s/%s: " % (scenario.name, view)
        wrong += [where + w for w in check_truth(directory, scenario, view)]
        row, accused = judge(ask(scan, stem + ".pcapng"), truth.read(stem + ".truth")[1])
        wrong += [where + "frame %d is called forged, but its host did send it" % f for f in accused]
        lines.append("\t".join(map(str, (scenario.name, view) + row)) + "\n")
    return lines, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scan", required=True, help="interference-scan")
    parser.add_argument("--compare", help="interference-compare")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("directory", nargs="?", default=os.path.join(ROOT, "captures", "real"))
    args = parser.parse_args()
    lines, wrong = table(args.scan, args.directory)
    for scenario in real.ALL if args.compare else ():
        wrong += ["%s, %s" % (scenario.name, w) for w in check_points(args.compare, args.directory, scenario)]
    if args.update:
        open(TABLE, "w").write(COLUMNS + "".join(lines))
    before = open(TABLE).readlines()[1:]
    wrong += ["was: %sis:  %s" % pair for pair in zip(before, lines) if is_worse(*pair)]
    if len(before) != len(lines):
        wrong.append("real.tsv has %d captures, there are %d" % (len(before), len(lines)))
    forged, found, suspect = (sum(int(line.split("\t")[n]) for line in lines) for n in (2, 3, 4))
    print("\n".join(wrong + ["%d captures, %d forged packets: %d found, %d suspect; %d complaints" % (
        len(lines), forged, found, suspect, len(wrong))]))
    return 1 if wrong or not forged else 0


if __name__ == "__main__":
    sys.exit(main())
