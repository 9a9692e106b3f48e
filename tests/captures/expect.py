#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""interference-scan --expect, as somebody's own regression test calls it.

    tests/captures/expect.py --scan PROGRAM

  * First expectations of every committed capture hold; where one is changed the difference says in what.
  * The goldens of the scripted captures hold.
  * What is said of a capture (-z expect), taken as expectations, holds, and each of its lines is needed.
  * Exit statuses, messages with file and line, files without their partner, JUnit's XML.
  * The format of docs/expectations.md is the one that is read.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import tshark

RECORDED = tshark.SAMPLES.parent / "recorded"
PAGE = tshark.ROOT / "docs" / "expectations.md"
COMPLETE, USAGE, INCOMPLETE, UNEXPECTED = range(4)


class Scan:
    def __init__(self, program):
        self.program, self.complaints = program, []

    def must(self, what, well):
        if not well:
            self.complaints.append(what)

    def run(self, *arguments, status=COMPLETE):
        """Output and messages of a call."""
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True, check=False)
        call = " ".join(map(str, arguments[:3]))
        self.must(f"{call}: exit {done.returncode}, not {status}: {done.stderr}", done.returncode == status)
        return done.stdout, done.stderr


def junit(path):
    """(name, outcome) of the cases, after what the head counts was counted."""
    suite = xml.etree.ElementTree.parse(path).getroot()
    cases = [(case.get("name"), next(iter(case)).tag if len(case) else None) for case in suite]
    counts = [len(cases), *(sum(outcome == word for _, outcome in cases) for word in ("failure", "error"))]
    if [int(suite.get(name)) for name in ("tests", "failures", "errors")] != counts:
        raise tshark.TestFailure(f"{path}: the head does not count its cases")
    return cases


def gathered(folder, paths):
    """Copies of captures under names of their own."""
    folder.mkdir()
    for path in paths:
        shutil.copy(path, folder / f"{path.parent.name}-{path.name}")
    return sorted(folder.iterdir())


def check_first(scan, folder, captures):
    """What --write-expect writes holds; it overwrites nothing."""
    copies = gathered(folder, captures)
    said, _ = scan.run("--write-expect", folder, *copies)
    scan.must(f"written: {said}", said == f"{len(copies)} expectations written, 0 not\n")
    said, _ = scan.run("--expect", folder, "--junit", folder / "all.xml")
    scan.must(f"held: {said}", said == f"{len(copies)} captures as expected, 0 not, 0 could not be compared\n")
    scan.must("JUnit's cases", junit(folder / "all.xml") == [(str(path), None) for path in copies])
    _, words = scan.run("--write-expect", folder, copies[0], status=INCOMPLETE)
    scan.must(f"overwritten: {words}", words.endswith(".expected: File exists\n"))


def check_needed(scan, folder, path):
    """Exact lines hold, and none can be missing or say something else."""
    copy = pathlib.Path(shutil.copy(path, folder))
    file = copy.with_suffix(".expected")
    text, _ = scan.run("-z", "expect", path)
    lines = text.splitlines(keepends=True)
    file.write_text(text)
    scan.run("--expect", folder, copy)
    for i, line in enumerate(lines):
        frame = line.split()[0]
        for spoilt in () if line == "exact\n" else ("", line[:-1] + "x\n") if "=" in line else ("",):
            file.write_text("".join([*lines[:i], spoilt, *lines[i + 1:]]))
            said, _ = scan.run("--expect", folder, copy, status=UNEXPECTED)
            scan.must(f"{path.stem}, frame {frame}: {said}", said.startswith(f"{copy}: 1 difference from {file}\n")
                      and f"\n    said: {line}" in said)
    file.unlink()
    copy.unlink()


def check_trouble(scan, folder, path):
    """What is wrong is told in one line, and does not look like success."""
    copy = pathlib.Path(shutil.copy(path, folder))
    file = copy.with_suffix(".expected")
    for text, words in (("# x\n18 forgd\n", f"{file}:2: there is no verdict \"forgd\""), (None, f"there is no {file}")):
        if text:
            file.write_text(text)
        else:
            file.unlink()
        said, error = scan.run("--expect", folder, copy, "--junit", folder / "one.xml", status=INCOMPLETE)
        scan.must(f"{words}: {error}", words in error and error.count("\n") == 1)
        scan.must(f"{words}: {said}", said == "0 captures as expected, 0 not, 1 could not be compared\n")
        scan.must(f"{words}: JUnit", junit(folder / "one.xml") == [(str(copy), "error")])
    _, error = scan.run("--expect", folder, status=INCOMPLETE)
    scan.must(f"an empty folder: {error}", "there are no expectations" in error)
    (folder / "widow.expected").write_text("")
    _, error = scan.run("--expect", folder, status=INCOMPLETE)
    scan.must(f"a widow: {error}", "widow.expected: there is no capture beside it" in error)
    (folder / "widow.expected").unlink()
    file.write_text("never * forged\n")
    said, _ = scan.run("--expect", folder, "--junit", folder / "one.xml", status=UNEXPECTED)
    scan.must("JUnit of a difference", junit(folder / "one.xml") == [(str(copy), "failure")])
    copy.write_bytes(path.read_bytes()[:-1])
    _, error = scan.run("--expect", folder, status=INCOMPLETE)
    scan.must(f"cut short: {error}", "not judged to its end" in error)
    for one in (copy, other := folder / f"{copy.stem}.cap"):
        shutil.copy(path, one)
    _, error = scan.run("--expect", folder, copy, other, status=INCOMPLETE)
    scan.must(f"two of one name: {error}", f"{other}: {file} belongs to another capture" in error)
    for arguments in (("--expect", folder, "--write-expect", folder), ("--junit", "x", path),
                      ("--write-expect", folder), ("--expect", folder, "--follow", path)):
        _, error = scan.run(*arguments, status=USAGE)
        scan.must(f"{arguments}: {error}", error.count("\n") == 1)


def check_page(scan, folder, path):
    """The page's example can be read, and its words are those of the program."""
    text = PAGE.read_text()
    example = re.search(r"## The format\n.*?```\n(.*?)```", text, re.S)[1]
    copy = pathlib.Path(shutil.copy(path, folder))
    copy.with_suffix(".expected").write_text(example)
    scan.run("--expect", folder, copy, status=UNEXPECTED)
    for word in re.findall(r"`([a-z-]+)`", re.search(r"^\| verdict \|.*\n\| class .*", text, re.M)[0]):
        kind = "{w}" if word in ("forged", "suspect", "genuine", "trigger", "silenced", "notice") else "* {w}"
        copy.with_suffix(".expected").write_text(f"never 4000000 {kind.format(w=word)}\n")
        scan.run("--expect", folder, copy)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scan", required=True, help="interference-scan")
    scan = Scan(parser.parse_args().scan)
    captures = sorted([*tshark.samples(), *RECORDED.rglob("*.pcapng")])
    with tshark.working_directory() as name:
        said, _ = scan.run("--expect", tshark.SAMPLES)
        scan.must(f"goldens: {said}",
                  said == f"{len(tshark.samples())} captures as expected, 0 not, 0 could not be compared\n")
        check_first(scan, pathlib.Path(name, "all"), captures)
        for what, sample in ((check_needed, "gfw-triplet"), (check_needed, "dns-three-injectors"),
                             (check_needed, "triggers-unnamed"), (check_trouble, "gfw-triplet"),
                             (check_page, "gfw-triplet")):
            what(scan, pathlib.Path(tempfile.mkdtemp(dir=name)), tshark.sample(sample))
    print("".join(line + "\n" for line in scan.complaints), end="")
    return 1 if scan.complaints else 0


if __name__ == "__main__":
    tshark.main(main)
