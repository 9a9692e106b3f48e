#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What rewrites expectations and documents does it from a build of its own checkout, and only then.

    tests/captures/update.py PLUGIN CATALOGUE

In a copy of the checkout with two samples, which root does not let others read, an expectation, a
report and two documents are spoilt. tests/env/update must mend them in that copy with the build that
is tested. It must leave them as they are, and say why, with a build that carries another id, with one
that carries none, and with this build when a source has changed since.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import tshark

SAMPLES = ("reset/gfw-triplet", "dns/dns-three-injectors")      # those of the README's blocks
PARTS = ("CMakeLists.txt", "README.md", "dissectors", "docs", "plugin", "tests")
PAGE = "docs/signatures/rst-same-box.md"
SPOILT = {"captures/scripted/reset/gfw-triplet.expected": r"^18 ",     # file: where a line begins
          "captures/scripted/reset/gfw-triplet.jsonl": r"^{",
          PAGE: r"^    ",                                              # its sample
          "docs/fields.md": r"^\| `interference"}
STEPS = ("goldens", "pages", "baseline")
REFUSALS = 5                    # golden.py, outputs.py, check.py, fields.py, score.py
MARK = b"interference-build-id:"


def copied(directory):
    """A checkout with two captures; documents have links that lead nowhere."""
    tree = pathlib.Path(directory, "checkout")
    for name in PARTS:
        source, there = tshark.ROOT / name, tree / name
        there.parent.mkdir(exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, there)
    for name in SAMPLES:
        folder = tree / "captures" / "scripted" / pathlib.Path(name).parent
        folder.mkdir(parents=True)
        for path in tshark.SAMPLES.glob(name + ".*"):
            shutil.copy(path, folder)
    return tree


def spoil(tree):
    """Spoil the files and give their right contents back."""
    right = {name: (tshark.ROOT / name).read_text() for name in SPOILT}
    for name, text in right.items():
        (tree / name).write_text(re.sub(SPOILT[name] + r"(.*)", r"\g<0> spoilt", text, count=1, flags=re.M))
    return right


def forged(path, directory, before, after):
    """A copy of a program with other bytes, as many."""
    there = pathlib.Path(directory, "forged-" + path.name)
    there.write_bytes(re.sub(before, after, path.read_bytes()))
    there.chmod(0o755)
    return there


def update(tree, plugin, catalogue, *steps):
    """Run tests/env/update of a checkout: its words, and whether it was content."""
    done = subprocess.run([tree / "tests/env/update", plugin, catalogue, *steps], capture_output=True,
                          text=True, timeout=600, check=False)
    return done.stdout + done.stderr, done.returncode == 0


def states(tree, right):
    """For each spoilt file: is it as it should be?"""
    return {name: (tree / name).read_text() == text for name, text in right.items()}


def refused(what, tree, *programs):
    """Complaints if programs that do not belong to this checkout rewrite anything, or do not say why."""
    right = spoil(tree)
    words, content = update(tree, *programs, *STEPS)
    said = words.count("nothing is rewritten")
    if said == REFUSALS and not content and not any(states(tree, right).values()):
        return []
    return [f"{what}: {said} refusals of {REFUSALS}, files mended: {states(tree, right)}\n{words}"]


def mended(tree, plugin, catalogue):
    """Complaints if the right build does not write what this checkout has."""
    right = spoil(tree)
    words, content = update(tree, plugin, catalogue, "goldens")
    if not content:
        return [f"goldens: not content\n{words}"]
    words, _ = update(tree, plugin, catalogue, "pages")        # it complains about the links
    return [f"{name}: not mended\n{words}" for name, well in states(tree, right).items() if not well]


def other_catalogue(tree, plugin, catalogue):
    """Complaints if pages are written by a catalogue of other sources, though the plugin is right."""
    right = spoil(tree)
    words, _ = update(tree, plugin, catalogue, "pages")
    state = states(tree, right)
    if "forged-catalogue was not built from" in words and not state[PAGE]:
        return []
    return [f"a catalogue of other sources: {state}\n{words}"]


def main():
    plugin, catalogue = (pathlib.Path(name).resolve() for name in sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="interference-") as directory:      # mode 700
        tree = copied(directory)
        complaints = mended(tree, plugin, catalogue)
        other = forged(catalogue, directory, MARK + b".{8}", MARK + b"01234567")
        complaints += other_catalogue(tree, plugin, other)
        complaints += refused("another id, no id", tree, forged(plugin, directory, MARK + b".{8}", MARK + b"01234567"),
                              forged(catalogue, directory, MARK, b"#" * len(MARK)))
        with open(tree / "dissectors" / "engine.c", "a", encoding="utf-8") as source:
            source.write("/* edited */\n")
        complaints += refused("a source edited since", tree, plugin, catalogue)
    print("".join(line + "\n" for line in complaints), end="")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
