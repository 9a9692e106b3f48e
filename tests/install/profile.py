#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares the profile in plugin/profile with the Wireshark at hand.

  * Every filter in it, of whatever file, is compiled by tshark without a word of complaint; and a
    broken one is found, which is tried on a broken copy of every file.
  * Read as a profile it gives the columns, and each verdict the colour of its rule. The column of hops
    has the distance of the injector, and nothing where that is not known.
  * Columns are as wide as what stands in them.
  * Text on our colours has a contrast of at least 4.5 to 1.
  * There is nothing in it that belongs to one machine or one window.
"""

import collections
import concurrent.futures
import os
import pathlib
import re
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROFILE = ROOT / "plugin" / "profile" / "Interference"
SAMPLE = ROOT / "captures" / "scripted" / "reset" / "gfw-triplet.pcap"      # draws its TTLs
STEADY = SAMPLE.with_name("edge-box-resets-one-name.pcap")                              # writes the same always
FILES = {"preferences", "colorfilters", "dfilter_buttons", "dfilter_macros", "dmacros", "io_graphs",
         "recent"}
COLUMNS = ["Verdict", "Case", "Confidence", "Trigger", "Hops", "Info"]     # beside the usual ones
WIDTHS = {"%m": 75, "%t": 110, "%s": 150, "%d": 150}     # pixels: seven digits, ns, IPv4 whole
SCREEN = 1366                   # pixels; a third of it stays for Info
VERDICTS = {"forged", "suspect", "genuine", "trigger", "silenced"}
CONTRAST = 4.5                  # WCAG 2.1, level AA, for text of normal size

sys.path.insert(0, str(ROOT / "tests" / "captures"))
import tshark as running  # noqa: E402    (its place is not on the path before)

Filter = collections.namedtuple("Filter", "file line text")


def lines(path):
    """Numbered lines that are no comments."""
    return [(number, line) for number, line in enumerate(path.read_text().splitlines(), 1)
            if line.strip() and not line.startswith("#")]


def table(line):
    """The cells of a line of a user accessible table."""
    return [re.sub(r"\\x(..)", lambda m: chr(int(m[1], 16)), cell)
            for cell in re.findall(r'"([^"]*)"', line)]


def expand(macro):
    """A macro's text with something in the place of its argument."""
    return macro.replace("contains $1", 'contains "example"').replace("$1", "18")


def rule(line):
    """Name, filter, background and foreground of a colouring rule."""
    _, name, text, colours = line.split("@")
    back, front = (tuple(int(part) // 257 for part in colour.split(","))
                   for colour in re.findall(r"\[([\d,]+)\]", colours))
    return name, text, back, front


def filters(profile):
    """Every display filter of a profile."""
    def rows(name):
        return lines(profile / name)

    found = [Filter("colorfilters", n, rule(line)[1]) for n, line in rows("colorfilters")]
    found += [Filter("dfilter_buttons", n, table(line)[2]) for n, line in rows("dfilter_buttons")]
    found += [Filter("dfilter_macros", n, expand(table(line)[1]))
              for n, line in rows("dfilter_macros")]
    found += [Filter("dmacros", n, expand(line.split(" ", 1)[1])) for n, line in rows("dmacros")]
    for n, line in rows("io_graphs"):
        cells = table(line)
        found += [Filter("io_graphs", n, cells[2]), Filter("io_graphs", n, cells[6])]
    for name in ("preferences", "recent"):
        found += [Filter(name, n, field) for n, line in rows(name)
                  for field in re.findall(r"%Cus:([\w.]+)", line)]
    return [each for each in found if each.text]


def lint(tshark, profile):
    """What tshark has to say against the filters of a profile."""
    def complaint(each):
        done = tshark.run(["-r", SAMPLE, "-c", "1", "-Y", each.text])
        words = done.stderr.strip()
        if done.returncode or words:
            return f"{each.file}:{each.line}: {each.text}\n    {words.splitlines()[0]}"
        return None

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [text for text in pool.map(complaint, filters(profile)) if text]


def check_lint_finds(tshark, directory):
    """One wrong word in each file; the rest is left out, because it was tried already."""
    complaints = []
    for name in sorted(FILES):
        broken = directory / name
        shutil.copytree(PROFILE, broken)
        for path in broken.iterdir():
            line = next(line for _, line in lines(path) if "interference." in line)
            if path.name == name:
                line = line.replace("interference.", "interference.no.", 1)
            path.write_text(line + "\n" if path.name == name else "")
        found = lint(tshark, broken)
        if len(found) != 1 or not found[0].startswith(f"{name}:1:"):
            complaints.append(f"a filter broken in {name} is not found: {found}")
    return complaints


def check_as_profile(tshark, directory):
    """Columns and colours as tshark shows them with this profile."""
    home = directory / "config"
    shutil.copytree(PROFILE, home / "wireshark" / "profiles" / PROFILE.name)
    for path in [directory, *directory.rglob("*")]:
        path.chmod(0o777 if path.is_dir() else 0o666)
    here = {"XDG_CONFIG_HOME": str(home)}
    with_profile = ["-C", PROFILE.name, "-n", "-2", "-r", SAMPLE, "-Y", "interference"]

    said = tshark.run(["--color", *with_profile, "-T", "fields", "-e", "interference.verdict",
                       "-e", "frame.coloring_rule.name"], environment=here)
    complaints = [f"tshark says: {line}" for line in said.stderr.splitlines()]
    pairs = {tuple(line.split("\t")) for line in said.stdout.splitlines()}
    if not pairs or pairs != {(verdict, f"Interference: {verdict}") for verdict, _ in pairs}:
        complaints.append(f"colouring rules by verdict: {sorted(pairs)}")

    for sample, known in ((SAMPLE, False), (STEADY, True)):
        rows = tshark.output(["-C", PROFILE.name, "-n", "-2", "-r", sample, "-Y",
                              'interference.verdict == "forged"', "-T", "tabs"],
                             environment=here).splitlines()
        cells = [dict(zip(COLUMNS, map(str.strip, line.split("\t")[-len(COLUMNS):])))
                 for line in rows]
        if not cells or not all(row["Case"] == "reset" and row["Confidence"].isdigit()
                                and row["Trigger"] and row["Hops"].isdigit() == known
                                for row in cells):
            complaints.append(f"columns of forged resets are not filled: {cells[:3]}")
    return complaints


def check_widths():
    """Complaints where a column cuts off what the others point to."""
    cells = lines(PROFILE / "recent")[0][1].split(": ")[1].split(", ")
    widths = dict(zip(cells[::2], map(int, cells[1::2])))
    complaints = [f"recent: {column} has {widths[column]} pixels, needs {least}"
                  for column, least in WIDTHS.items() if widths[column] < least]
    taken = sum(width for column, width in widths.items() if column != "%i")
    if taken > SCREEN * 3 // 4:
        complaints.append(f"recent: {taken} of {SCREEN} pixels are taken before Info")
    return complaints


def luminance(colour):
    """Relative luminance as WCAG defines it."""
    parts = [part / 255 for part in colour]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def check_colours():
    """Ours come first, one for each verdict, and can be read."""
    rules = [rule(line) for _, line in lines(PROFILE / "colorfilters")]
    ours = [each for each in rules if each[0].startswith("Interference: ")]
    complaints = [f"{name}: contrast {contrast(back, front):.1f} to 1 is below {CONTRAST}"
                  for name, _, back, front in ours if contrast(back, front) < CONTRAST]
    if {name.split(": ")[1] for name, *_ in ours} != VERDICTS or rules[:len(ours)] != ours:
        complaints.append("the first rules must be one for each verdict")
    if len(rules) < len(ours) + 15:
        complaints.append("Wireshark's own rules are missing below ours")
    return complaints


def check_files():
    there = {path.name for path in PROFILE.iterdir()}
    complaints = [f"file {name}: unexpected or missing" for name in sorted(there ^ FILES)]
    for name in sorted(there & FILES):
        found = re.search(r"/home/|/root/|/tmp/|/usr/|geometry|[A-Za-z]:\\\\",
                          (PROFILE / name).read_text())
        if found:
            complaints.append(f"{name}: {found[0]!r} belongs to one machine")
    old = [table(line)[1] for _, line in lines(PROFILE / "dfilter_macros")]
    new = [line.split(" ", 1)[1] for _, line in lines(PROFILE / "dmacros")]
    if old != new:
        complaints.append("dfilter_macros and dmacros differ")
    return complaints


def main():
    tshark = running.Tshark(sys.argv[1] if len(sys.argv) > 1 else "tshark")
    tshark.must_have_plugin()
    complaints = check_files() + check_widths() + check_colours() + lint(tshark, PROFILE)
    with tempfile.TemporaryDirectory(prefix="interference-profile-") as name:
        directory = pathlib.Path(name)
        complaints += check_lint_finds(tshark, directory)
        complaints += check_as_profile(tshark, directory)
    for complaint in complaints:
        print(complaint)
    print(f"{len(filters(PROFILE))} filters, {len(complaints)} complaints")
    return bool(complaints)


if __name__ == "__main__":
    running.main(main)
