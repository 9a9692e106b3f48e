#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the scripted sample captures, the truth about each, and their README.

    /usr/bin/python3 captures/scripted/make.py [--check] [NAME ...]

Needs Debian's python3-scapy and python3-cryptography (for QUIC only). Every random choice comes from a generator
seeded with the scenario's name, so the files come out byte for byte the same each time; --check compares
instead of writing.
"""

import argparse
import pathlib
import sys

from builder.capture import Capture
from scenarios import TABLE
from scenarios import (block_pages, forged_dns, forged_resets, genuine_dns,  # noqa: F401
                       genuine_quic, genuine_resets, handshakes, injected_data, overlaps,
                       resets_by_tools, resets_explained, silence, triggers, tunnels)
from scenarios import over_ipv6  # noqa: F401  twins of those above

HERE = pathlib.Path(__file__).resolve().parent

FAMILIES = {
    "reset": "connections that end in a reset",
    "dns": "answers to DNS queries",
    "data": "segments with data, and FIN",
    "handshake": "SYN/ACK",
    "silence": "what is not answered, or late",
    "ttl": "distances",
    "stages": "at which stage a connection broke off",
    "trigger": "what set the forger off",
    "tunnel": "inside tunnels, and in fragments",
}

README_HEAD = """\
<!-- Written by make.py; change the scenario, not this file. -->
# Scripted sample captures

`FAMILY/NAME.pcap` is a made-up capture, `NAME.truth` says which of its packets are special, and
`NAME.expected` [what the plugin says](../../docs/expectations.md) (for some, `NAME.jsonl` its report); the family
is what they show. Capture and truth come from the function of that name in `scenarios/`; `/usr/bin/python3
make.py` (Debian's `python3-scapy` and `python3-cryptography`) writes them all, byte for byte the same
each time. Nothing here was ever on a wire: addresses are documentation or well-known ones, names end
in `.example` but for those of block pages that the plugin's list knows.

A truth file has header lines (`# scenario`, `# kind`, `# vantage`, `# about`, `# expect`,
`# never`) and one row per special packet: frame, truth, class, behaviour, trigger, separated by
tabs. Truth is `forged` (not sent by the host it names), `genuine` (what that host really sent
in the same race), `trigger` (what set the forger off) or `silenced`; class is the kind of
interference the row belongs to. Any other packet is ordinary and must never be called forged.

To add a sample write one function in `scenarios/`, with `@guilty` or `@innocent` above it (`family=`
where it shows something else than its neighbours), say `cmake --build build --target update` and read
what it wrote.
"""


def truth_file(scenario, capture):
    """Text of the truth file of a played scenario."""
    head = [f"# {name}: {getattr(scenario, name)}"
            for name in ("kind", "vantage", "about", "expect", "never")]
    rows = ["\t".join(("frame", "truth", "class", "behaviour", "trigger"))]
    rows += ["\t".join(map(str, row)) for row in capture.truth_rows()]
    return "\n".join([f"# scenario: {scenario.name}", *head, *rows]) + "\n"


def play(scenario):
    """Files of one scenario: name to bytes."""
    capture = Capture(scenario.name, scenario.vantage)
    scenario.play(capture)
    path = f"{scenario.family}/{scenario.name}"
    return {f"{path}.pcap": capture.pcap(),
            f"{path}.truth": truth_file(scenario, capture).encode()}


def readme():
    """The README with a table per family."""
    parts = [README_HEAD]
    for family, title in FAMILIES.items():
        chosen = sorted((scenario for scenario in TABLE if scenario.family == family), key=lambda s: s.kind)
        parts.append(f"\n## `{family}/`: {title} ({len(chosen)})\n\n| capture | kind | taken at | what happens"
                     " | what the plugin should say | what it must not say |\n"
                     "|---|---|---|---|---|---|\n")
        parts += [f"| `{s.name}` | {s.kind} | {s.vantage} | {s.about} | {s.expect} | {s.never} |\n"
                  for s in chosen]
    return {"README.md": "".join(parts).encode()}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--check", action="store_true", help="compare, write nothing")
    options.add_argument("names", nargs="*", help="only these scenarios")
    wanted = options.parse_args()
    strange = {scenario.family for scenario in TABLE} - set(FAMILIES)
    if strange:
        sys.exit(f"no such family: {', '.join(sorted(strange))}")
    unknown = set(wanted.names) - {scenario.name for scenario in TABLE}
    if unknown:
        sys.exit(f"no such scenario: {', '.join(sorted(unknown))}")
    files = readme()
    for scenario in TABLE:
        if not wanted.names or scenario.name in wanted.names:
            files.update(play(scenario))
    stale = [name for name, data in files.items()
             if not (HERE / name).exists() or (HERE / name).read_bytes() != data]
    if wanted.check:
        sys.exit(f"not as make.py would write them: {', '.join(stale)}" if stale else 0)
    for name in stale:
        (HERE / name).parent.mkdir(exist_ok=True)
        (HERE / name).write_bytes(files[name])
    if not wanted.names:
        remove_leftovers(files)
    print(f"{len(TABLE)} scenarios, {len(stale)} files changed")


def remove_leftovers(files):
    """Delete captures whose scenario is gone."""
    for path in [*HERE.rglob("*.pcap"), *HERE.rglob("*.truth")]:
        if str(path.relative_to(HERE)) not in files:
            path.unlink()


if __name__ == "__main__":
    main()
