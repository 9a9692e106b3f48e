#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Proves that record, truth and capture of each lab scenario agree.

    tests/lab/agreement.py [DIRECTORY]          default: captures/recorded

For every capture: the truth rows are those frames, and only those, whose packets the record holds;
every forged packet that was sent towards an end is in the captures on its way, as often as it was
sent, and in none on the other side of the border; innocent scenarios have no record. The set as a
whole matches the scenario table and its README, is small, and names no foreign address.
"""
import collections
import ipaddress
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "captures", "lab"))

import capture                                                              # noqa: E402
import readme                                                               # noqa: E402
import truth                                                                # noqa: E402
from scenarios import SCENARIOS                                             # noqa: E402

SIZE_LIMIT = 5 * 10**6
HEADER = ["scenario", "kind", "vantage", "about", "expect", "never"]
CLASSES = {"reset", "dns-answer", "data", "fin", "syn-ack", "ack", "silence"}
OWN_NETWORKS = [ipaddress.ip_network(n) for n in (
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "10.99.0.0/30", "2001:db8::/32")]

# Where a packet sent by the border towards an end can be seen; `border` is its client side.
PASSES = {"client": {"client", "border"}, "server": {"server"}}


def identities(packets):
    return collections.Counter(truth.identity(truth.ip_packet(p.octets)) for p in packets)


def check_truth_is_the_match(record, packets, rows):
    """The rows are exactly what matching the record with the frames gives."""
    if truth.match(record, packets) != rows:
        yield "the truth is not what the record says about these frames"


def check_forged_packets(record, packets, vantage, kept_whole):
    """Each forged packet is in the capture as often as it was sent past this point."""
    seen = identities(packets)
    sent = collections.Counter(truth.identity(e.packet) for e in record
                               if e.event == "forged" and vantage in PASSES[e.towards])
    other = {truth.identity(e.packet) for e in record
             if e.event == "forged" and vantage not in PASSES[e.towards]}
    for packet, times in sent.items():
        if kept_whole and seen[packet] != times:
            yield "a forged packet was sent %d times and captured %d times" % (times, seen[packet])
    for packet in other - set(sent):
        if seen[packet]:
            yield "a forged packet is captured on the wrong side of the border"


def check_rows(header, rows, scenario, vantage):
    if list(header) != HEADER or header["scenario"] != scenario.name or header["vantage"] != vantage:
        yield "the header is not that of this capture"
    if any(r.truth not in ("forged", "genuine", "trigger", "silenced") or r.cls not in CLASSES for r in rows):
        yield "a row has an unknown truth or class"
    if scenario.kind == "innocent" and rows:
        yield "an innocent scenario has rows"


def check_addresses(packets):
    for p in packets:
        ip = truth.ip_packet(p.octets)
        pair = (ip[12:16], ip[16:20]) if ip[0] >> 4 == 4 else (ip[8:24], ip[24:40])
        for address in map(ipaddress.ip_address, pair):
            if not any(address in n for n in OWN_NETWORKS if n.version == address.version):
                yield "foreign address %s" % address


def check_capture(directory, scenario, vantage):
    stem = os.path.join(directory, scenario.name, vantage)
    record_path = os.path.join(directory, scenario.name, "record.tsv")
    if not os.path.exists(stem + ".pcapng") or not os.path.exists(stem + ".truth"):
        return ["missing"]
    packets = capture.read_pcapng(stem + ".pcapng")
    header, rows = truth.read(stem + ".truth")
    record = truth.read_record(record_path) if os.path.exists(record_path) else []
    kept_whole = not scenario.transform and scenario.snaplen == 65535
    return [*check_truth_is_the_match(record, packets, rows),
            *check_forged_packets(record, packets, vantage, kept_whole),
            *check_rows(header, rows, scenario, vantage),
            *check_addresses(packets)]


def check_inventory(directory):
    """The directory holds the scenarios of the table, nothing else, and a README made from them."""
    names = {s.name for s in SCENARIOS}
    present = {d for d in os.listdir(directory) if os.path.isdir(os.path.join(directory, d))}
    for name in sorted(names ^ present):
        yield "%s: in the scenario table or in the directory, but not in both" % name
    path = os.path.join(directory, "README.md")
    fresh = path + ".new"
    readme.write(fresh, SCENARIOS)
    same = os.path.exists(path) and open(path).read() == open(fresh).read()
    os.remove(fresh)
    if not same:
        yield "README.md is not what captures/lab/run --readme writes"
    rows = re.findall(r'\.name = "([^"]+)"', open(os.path.join(ROOT, "captures", "lab", "behaviours.c")).read())
    played = {r for s in SCENARIOS if s.kind == "guilty" for r in s.rows}
    for row in rows:
        if row not in played and not row.startswith("residual-"):
            yield "no guilty scenario plays the behaviour " + row
    kinds = collections.Counter(s.kind for s in SCENARIOS)
    if kinds["innocent"] < kinds["guilty"]:
        yield "fewer innocent than guilty scenarios"
    size = sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(directory) for f in files)
    if size > SIZE_LIMIT:
        yield "the set has %d octets" % size


def check_that_it_bites(directory):
    """A capture with one octet of a forged packet changed, or one forged packet left out or put in
    twice, must not pass."""
    scenario = next(s for s in SCENARIOS if s.name == "reset-sni-triplet")
    packets = capture.read_pcapng(os.path.join(directory, scenario.name, "client.pcapng"))
    _, rows = truth.read(os.path.join(directory, scenario.name, "client.truth"))
    record = truth.read_record(os.path.join(directory, scenario.name, "record.tsv"))
    at = next(r.frame for r in rows if r.truth == "forged") - 1
    victim = packets[at]
    changed = bytearray(victim.octets)
    changed[-1] ^= 1
    for what, spoiled in (("changed", packets[:at] + [victim._replace(octets=bytes(changed))] + packets[at + 1:]),
                          ("left out", packets[:at] + packets[at + 1:]),
                          ("doubled", packets[:at] + [victim] + packets[at:])):
        if not list(check_forged_packets(record, spoiled, "client", True)):
            yield "a capture with one forged packet %s passes" % what


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "captures", "recorded")
    wrong, captures = [], 0
    for scenario in SCENARIOS:
        for vantage in scenario.vantages:
            captures += 1
            wrong += ["%s/%s: %s" % (scenario.name, vantage, w)
                      for w in sorted(set(check_capture(directory, scenario, vantage)))]
    wrong += check_inventory(directory)
    if not wrong:
        wrong += check_that_it_bites(directory)
    print("\n".join(wrong + ["%d scenarios, %d captures, %d complaints" %
                             (len(SCENARIOS), captures, len(wrong))]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
