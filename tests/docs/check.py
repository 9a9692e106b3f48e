#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what the documents say about the program with the program.

With --catalogue PROGRAM (docs/catalogue of a build):

  * Every signature has a page in docs/signatures, every page a signature and the same sections.
  * What stands between `<!-- catalogue ARGUMENTS -->` and `<!-- end of catalogue -->` in any
    document is what `catalogue ARGUMENTS` prints.
  * Relative links in all documents of the project lead somewhere.
  * The manual page names every class and every detector.
  * Every file of dissectors/ has a unit test of its name, or a row in tests/unit/README.md.

With --tshark PROGRAM (that has the plugin):

  * The blocks of the README and the guide that begin with `$ ` show what these commands print.
  * The sample line of a signature's page is what the plugin says about that frame.
  * The fields that the README names are the plugin's (docs/fields.md has all of them, see fields.py), and
    docs/preferences.md names the preferences that the plugin has, with their defaults.

--update writes what the program says into the documents instead of complaining about it, if the
program was built from this checkout.
"""

import argparse
import collections
import concurrent.futures
import functools
import itertools
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGES = ROOT / "docs" / "signatures"
README = ROOT / "README.md"
PREFERENCES = ROOT / "docs" / "preferences.md"
GUIDE = ROOT / "docs" / "guide.md"
MANUAL = ROOT / "docs" / "interference.7"
SECTIONS = ["What you see", "Mechanism", "Rule", "Innocent twins", "Sources"]

sys.path.insert(0, str(ROOT / "tests" / "captures"))
import tshark as running  # noqa: E402    (its place is not on the path before)

GENERATED = re.compile(r"^(<!-- catalogue (.+?) -->\n)(.*?)^(<!-- end of catalogue -->)", re.S | re.M)
CONSOLE = re.compile(r"(```console\n)(\$ .*?)(```)", re.S)
SAMPLE = re.compile(r"(^In \[[^\]]*\]\(([^)]+)\), frame (\d+):\n\n)((?:    .*\n)+)", re.M)
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")


class Documents:
    """All Markdown files of the project, and what is wrong with them."""

    def __init__(self, update):
        self.update, self.complaints = update, []
        self.paths = [path for path in sorted(ROOT.rglob("*.md"))
                      if not any(part.startswith((".", "build"))
                                 for part in path.relative_to(ROOT).parts)]

    def complain(self, path, text):
        self.complaints.append(f"{path.relative_to(ROOT)}: {text}")

    def rewrite(self, path, pattern, replace):
        """Replace every match by replace(match); a difference is a complaint or an update."""
        before = path.read_text()
        now = pattern.sub(replace, before)
        if now == before:
            return
        if self.update:
            path.write_text(now)
            print(f"{path.relative_to(ROOT)}: updated")
        else:
            old, new = first_difference(before, now)
            self.complain(path, f"not up to date (cmake --build build --target update)\n"
                                f"      document: {old}\n      program:  {new}")


def first_difference(before, now):
    """The first pair of lines that differ."""
    pairs = itertools.zip_longest(before.splitlines(), now.splitlines(), fillvalue="(nothing)")
    return next(pair for pair in pairs if pair[0] != pair[1])


# ---- with the catalogue ----

def check_pages(documents, catalogue):
    """One page for each signature, and the same sections on each."""
    ids = set(catalogue("ids").split())
    pages = {path.stem for path in PAGES.glob("*.md")} - {"README"}
    for name in sorted(ids - pages):
        documents.complain(PAGES, f"there is no page {name}.md")
    for name in sorted(pages - ids):
        documents.complain(PAGES / f"{name}.md", "there is no such signature")
    for name in sorted(pages & ids):
        path = PAGES / f"{name}.md"
        text = path.read_text()
        if re.findall(r"^## (.*)", text, re.M) != SECTIONS:
            documents.complain(path, f"sections must be {', '.join(SECTIONS)}")
        if f"<!-- catalogue header {name} -->" not in text:
            documents.complain(path, f"lacks <!-- catalogue header {name} -->")


def check_generated(documents, catalogue):
    """What the catalogue prints, wherever a document asks for it."""
    for path in documents.paths:
        documents.rewrite(path, GENERATED,
                          lambda m: m[1] + catalogue(*m[2].split()) + m[4])


@functools.lru_cache(maxsize=None)
def anchors(path):
    """The anchors that headings of a document make."""
    headings = re.findall(r"^#+ +(.*?) *$", re.sub(r"```.*?```", "", path.read_text(), flags=re.S),
                          re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_links(documents):
    for path in documents.paths:
        text = re.sub(r"```.*?```|`[^`\n]*`(?!\])|^    [^\n]*", "", path.read_text(), flags=re.S | re.M)
        for link in LINK.findall(text):
            target, _, anchor = urllib.parse.unquote(link).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            file = (path.parent / target) if target else path
            if not file.exists():
                documents.complain(path, f"broken link {link}")
            elif anchor and file.suffix == ".md" and anchor not in anchors(file.resolve()):
                documents.complain(path, f"no such heading: {link}")


def check_unit_tests(documents):
    unit = ROOT / "tests" / "unit"
    readme = unit / "README.md"
    files = {str(path.relative_to(ROOT / "dissectors")) for path in (ROOT / "dissectors").rglob("*.c")}
    tested = {str(path.relative_to(unit)).replace("test_", "") for path in unit.rglob("test_*.c")}
    rows = dict(re.findall(r"^\| `([a-z_/]+\.c)` \| (.*) \|$", readme.read_text(), re.M))
    for name in sorted(files - tested - rows.keys()):
        documents.complain(readme, f"dissectors/{name} has no test of its name and is not in here")
    for name in sorted(rows.keys() - (files - tested)):
        documents.complain(readme, f"{name} is no file without a test of its name")
    for name, text in rows.items():
        tests = re.findall(r"`([a-z_/]*test_[a-z_]+\.c)`", text)
        for test in tests:
            if not (unit / test).exists():
                documents.complain(readme, f"{name}: there is no {test}")


def check_manual(documents):
    """Words of the lists in the sources, on the page for those who read no sources."""
    text = MANUAL.read_text()
    for pattern, file in ((r'^ +X\([A-Z_]+, +"([a-z-]+)",.*"\) *\\?$', "verdict/signature.h"),
                          (r'^ +X\(([a-z]+), [A-Z]+, "', "detectors.h")):
        found = re.findall(pattern, (ROOT / "dissectors" / file).read_text(), re.M)
        if not found:
            documents.complain(MANUAL, f"{file} has no list that can be read")
        for name in found:
            if not re.search(rf"(\.Cm .*| interference\.){re.escape(name)}( |,|$)", text, re.M):
                documents.complain(MANUAL, f"does not name {name}")


# ---- with tshark and the plugin ----

def commands(block):
    """The commands of a console block, each with its continuation lines."""
    return re.findall(r"^\$ ((?:.*\\\n)*.*\n)", block, re.M)


def console(program, block):
    """A console block as it is when its commands are run now."""
    output = ""
    for command in commands(block):
        script = 'tshark() { command "$PROGRAM" "$@"; }\n' + command
        output += "$ " + command + running.Tshark("sh").output(
            ["-c", script], environment={"PROGRAM": program, "LC_ALL": "C.UTF-8"})
    return output


def check_output(documents, program):
    for path in (README, GUIDE):
        if not CONSOLE.search(path.read_text()):
            documents.complain(path, "there is no console block with a command")
        documents.rewrite(path, CONSOLE, lambda m: m[1] + console(program, m[2]) + m[3])


def evidence(tshark, capture):
    """For each frame of a capture its evidence, as (signature, text)."""
    text = tshark.output(["-n", "-2", "-r", capture, "-Y", "interference.signature",
                          "-o", "interference.all_observations:TRUE", "-T", "fields",
                          "-E", "aggregator=|", "-e", "frame.number",
                          "-e", "interference.signature", "-e", "interference.evidence"])
    found = collections.defaultdict(list)
    for line in text.splitlines():
        frame, signatures, texts = line.split("\t")
        found[int(frame)] = list(zip(signatures.split("|"), texts.split("|")))
    return found


def check_samples(documents, tshark):
    """The sample line of each page."""
    captures = {(path.parent / m[2]).resolve() for path in PAGES.glob("*.md")
                for m in SAMPLE.finditer(path.read_text())}
    there = sorted(capture for capture in captures if capture.exists())    # else a broken link
    with concurrent.futures.ThreadPoolExecutor() as pool:
        found = dict(zip(there, pool.map(lambda capture: evidence(tshark, capture), there)))

    def sample(path, m):
        frames = found.get((path.parent / m[2]).resolve(), {})
        lines = [text for name, text in frames.get(int(m[3]), []) if name == path.stem]
        if not lines:
            documents.complain(path, f"{path.stem} is not seen in {m[2]}, frame {m[3]}")
            return m[0]
        return m[1] + "".join(f"    {line}\n" for line in lines)

    for path in sorted(PAGES.glob("*.md")):
        documents.rewrite(path, SAMPLE, functools.partial(sample, path))


def section(text, title):
    """The text below a heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return found[1] if found else ""


def names(text):
    return set(re.findall(r"`(interference\.[a-z_.]+)`", text))


def check_fields(documents, tshark):
    there = set(re.findall(r"^F\t[^\t]*\t(interference\.[^\t]+)", tshark.output(["-G", "fields"]), re.M))
    for name in sorted(names(section(README.read_text(), "Fields")) - there):
        documents.complain(README, f"there is no field {name}")


def check_preferences(documents, tshark):
    """Names and defaults."""
    there = dict(re.findall(r"^#?(interference\.[a-z_]+): (.*)$",
                            tshark.output(["-G", "defaultprefs"]), re.M))
    text = section(PREFERENCES.read_text(), "Preferences")
    for name in sorted(names(text) - set(there)):
        documents.complain(PREFERENCES, f"there is no preference {name}")
    for name, default in there.items():
        if not re.search(rf"`{re.escape(name)}` \| {re.escape(default)} \|", text):
            documents.complain(PREFERENCES, f"{name} with its default {default} is not named")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--catalogue", help="docs/catalogue of a build")
    parser.add_argument("--tshark", help="a tshark that has the plugin")
    parser.add_argument("--update", action="store_true", help="write what the program says")
    options = parser.parse_args()
    if not (options.catalogue or options.tshark):
        parser.error("nothing to compare with: give --catalogue, --tshark or both")

    program = options.catalogue and str(pathlib.Path(options.catalogue).resolve())
    os.chdir(ROOT)
    if program and options.update:
        running.must_be_of_this_tree(program)
    documents = Documents(options.update)
    if program:

        @functools.lru_cache(maxsize=None)
        def catalogue(*arguments):
            return subprocess.run([program, *arguments], check=True, capture_output=True,
                                  text=True).stdout

        check_pages(documents, catalogue)
        check_generated(documents, catalogue)
        check_links(documents)
        check_unit_tests(documents)
        check_manual(documents)
    if options.tshark:
        tshark = running.Tshark(options.tshark)
        tshark.must_have_plugin()
        if options.update:
            tshark.must_be_of_this_tree()
        check_output(documents, options.tshark)
        check_samples(documents, tshark)
        check_fields(documents, tshark)
        check_preferences(documents, tshark)

    for complaint in documents.complaints:
        print(complaint)
    return bool(documents.complaints)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (running.TestFailure, subprocess.CalledProcessError, OSError) as problem:
        sys.exit(f"docs: {problem}")
