#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks that the C of dissectors/ and plugin/ has no circle of files, and that its arrows run one way.

A file depends on another one by including it, and by using a function or variable that it defines. What
may use what is in ROOMS below, and drawn in docs/architecture.md. Prints a line for each fault; with
--graph, the rooms and what each of them uses.
"""
import argparse
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# From the ground up: a file may use its own room and those above it in this list. FAMILIES lie side by
# side: they may use each other, if no circle of rooms comes of it.
FAMILIES = "families"
ROOMS = [
    ("ground", ["dissectors/observation.h", "dissectors/detectors.h", "dissectors/base/*"]),
    ("bytes", ["dissectors/bytes/*"]),
    ("state", ["dissectors/state/*"]),
    ("fingerprints", ["dissectors/fingerprints/*"]),
    ("verdict", ["dissectors/verdict/*"]),
    ("contract", ["dissectors/engine.h", "dissectors/detector.h"]),
    (FAMILIES, ["dissectors/*/*"]),
    ("list", ["dissectors/detectors.c"]),
    ("engine", ["dissectors/engine.c"]),
    ("results", ["plugin/results/*"]),
    ("plugin", ["plugin/*", "plugin/*/*"]),
]


def room_of(path):
    """Rank and name of the room that a file lies in."""
    for rank, (name, patterns) in enumerate(ROOMS):
        if any(pathlib.PurePath(path).match(pattern) for pattern in patterns):
            return rank, str(pathlib.PurePath(path).parent) if name == FAMILIES else name
    raise SystemExit(f"{path} lies in no room of ROOMS")


def without_comments(text):
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
                  lambda m: m.group() if m.group().startswith('"') else " ", text, flags=re.S)


def defined_in(text):
    """Functions and variables that a .c file gives to others, and those it keeps to itself."""
    public, private = set(), set()
    for before, name in re.findall(r"^([^\n;{}#]*)\n(\w+)\([^;{]*\)\n\{", text, re.M):
        (private if "static" in before.split() else public).add(name)
    for line, name in re.findall(r"^((?:[a-z]\w*[ *]+)+(\w+)(?:\[[^\]\n]*\])*(?: =|;))", text, re.M):
        if not {"typedef", "extern", "return", "goto"} & set(line.split()):
            (private if "static" in line.split() else public).add(name)
    return public, private


def included_by(path, text, files):
    """Files of ours that a file includes: beside it, or from the top of dissectors/ or plugin/."""
    for name in re.findall(r'^#include "([^"]+)"', text, re.M):
        for base in (pathlib.PurePath(path).parent, pathlib.PurePath("dissectors"),
                     pathlib.PurePath("plugin/results")):
            parts = []
            for part in (base / name).parts:
                parts = parts[:-1] if part == ".." else parts + [part]
            if "/".join(parts) in files:
                yield "/".join(parts)
                break


def arrows_of(files):
    """{file: {file it uses: how}}, of texts by path."""
    plain = {path: without_comments(text) for path, text in files.items()}
    home, own = {}, {}
    for path, text in plain.items():
        if path.endswith(".c"):
            public, private = defined_in(text)
            own[path] = public | private
            home.update((name, path) for name in public)
    arrows = {path: {} for path in files}
    for path, text in plain.items():
        for other in included_by(path, text, files):
            arrows[path].setdefault(other, "includes it")
        if not path.endswith(".c"):
            continue
        for name in set(re.findall(r"(?<![\w.>])(?<!-> )[A-Za-z_]\w*", re.sub(r'"[^"\n]*"', "", text))):
            if name in home and name not in own[path]:
                arrows[path].setdefault(home[name], f"uses {name}()")
    return arrows


def circles_of(arrows):
    """Groups of more than one node that all lead to each other (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in arrows.get(node, ()):
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            at = stack.index(node)
            group, stack[at:] = stack[at:], []
            if len(group) > 1:
                found.append(sorted(group))

    for node in sorted(arrows):
        if node not in index:
            visit(node)
    return found


def rooms_of(arrows):
    """What each room uses, with one of the arrows."""
    rooms = collections.defaultdict(dict)
    for path, others in arrows.items():
        for other, how in others.items():
            if room_of(path)[1] != room_of(other)[1]:
                rooms[room_of(path)[1]].setdefault(room_of(other)[1], f"{path} {how} ({other})")
    return rooms


def faults_of(files):
    """A line for each fault."""
    arrows = arrows_of(files)
    for path, others in sorted(arrows.items()):
        for other, how in sorted(others.items()):
            if room_of(other)[0] > room_of(path)[0]:
                yield f"{path}: an arrow up, to {other}: {how}"
    for group in circles_of(arrows):
        yield f"a circle of files: {', '.join(group)}"
    rooms = rooms_of(arrows)
    for group in circles_of(rooms):
        yield "a circle of rooms: " + "; ".join(rooms[a][b] for a in group for b in group if b in rooms[a])


def prove():
    """What this is for is found in houses that are made wrong, and nothing in one that is not."""
    sound = {
        "dissectors/state/a.h": "void a_do(void);\n",
        "dissectors/state/a.c": '#include "state/a.h"\n\nvoid\na_do(void)\n{\n}\n',
        "dissectors/verdict/b.h": '#include "state/a.h"\nvoid b_do(void);\n',
        "dissectors/verdict/b.c": '#include "verdict/b.h"\n\nvoid\nb_do(void)\n{\n    a_do();\n}\n',
    }
    wrong = {
        "an arrow up": {"dissectors/state/a.c": '#include "verdict/b.h"\n'},
        "a circle of files": {"dissectors/state/a.h": '#include "state/c.h"\n',
                              "dissectors/state/c.h": '#include "state/a.h"\n'},
        "arrow up, to dissectors/verdict/b.c: uses b_do":
            {"dissectors/state/a.c": "void\na_do(void)\n{\n    b_do();\n}\n"},
        "a circle of rooms": {
            "dissectors/dns/x.c": '#include "data/y.h"\n', "dissectors/data/y.h": "",
            "dissectors/data/z.c": '#include "dns/w.h"\n', "dissectors/dns/w.h": ""},
    }
    if list(faults_of(sound)):
        sys.exit("arrows.py: finds faults where there are none")
    for fault, files in wrong.items():
        if not any(fault in line for line in faults_of({**sound, **files})):
            sys.exit(f"arrows.py: does not find {fault}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--graph", action="store_true", help="print the rooms and what they use")
    options = parser.parse_args()
    files = {str(path.relative_to(ROOT)): path.read_text()
             for top in ("dissectors", "plugin") for path in sorted((ROOT / top).rglob("*.[ch]"))}
    prove()
    if options.graph:
        for room, others in sorted(rooms_of(arrows_of(files)).items()):
            print(f"{room}: {', '.join(sorted(others))}")
        return 0
    faults = list(faults_of(files))
    print("\n".join(faults) or f"{len(files)} files, no circle, no arrow up")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
