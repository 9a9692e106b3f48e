#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what the plugin says about each sample with what it said before, and with the truth.

    tests/captures/golden.py [--tshark PROGRAM | --scan PROGRAM] [--update] [SAMPLE...]

For every captures/scripted/FAMILY/NAME.pcap two things must hold:

  * The findings of `tshark -2 -Y interference` are those in NAME.expected, which has the exact form of
    docs/expectations.md. `--update` rewrites the file, if the plugin was built from this checkout;
    read the difference before committing it. With --scan they are those of interference-scan, which
    says the same (scan.py) in a second.
  * No frame is called forged that NAME.truth does not list as forged, no forged frame is called
    genuine, and the forged frames that are *not* called are exactly those that the expected
    file admits in its first line, `# missed: FRAME ...`. An accusation of an innocent packet
    can not be admitted: `--update` leaves such a file alone and fails.
"""

import argparse
import difflib
import subprocess

import tshark

# Members of a line, in their order, and the fields that show them.
MEMBERS = (*((link.removeprefix("interference."), link) for link in tshark.LINKS),
           ("signatures", "interference.signature"), ("trigger", "interference.trigger"))


def line_of(row):
    """A row of fields as interference-scan -z expect has it."""
    words = [row["frame.number"], row["interference.verdict"] or "notice", row["interference.class"],
             row["interference.confidence"]]
    members = [f"{name}={row[field]}" for name, field in MEMBERS if row[field]]
    return " ".join([word for word in words if word] + members)


def by_tshark(program, path):
    """What the packets show, as lines."""
    output = program.output(["-r", path, "-2", "-Y", "interference", *tshark.field_options()])
    return [line_of(row) for row in tshark.parse(output.replace("\\\\", "\\"))]    # from 4.4 on tshark doubles them


def by_scan(program, path):
    done = subprocess.run([program, "-z", "expect", path], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[1:]


def verdicts(lines, wanted):
    """Frames with this verdict."""
    return {int(frame) for frame, verdict, *_ in map(str.split, lines) if verdict == wanted}


def accusations(truth, lines):
    """Complaints about verdicts that contradict the truth, whatever was expected."""
    forged = truth.frames("forged")
    return [f"{truth.name}: frame {frame} is called forged, but its host did send it (never: {truth.header['never']})"
            for frame in sorted(verdicts(lines, "forged") - forged)] + [
                f"{truth.name}: frame {frame} is called genuine, but is forged"
                for frame in sorted(verdicts(lines, "genuine") & forged)]


def expected_text(truth, lines):
    """What the expected file should contain."""
    missed = sorted(truth.frames("forged") - verdicts(lines, "forged"))
    head = " ".join(["# missed:", *map(str, missed)]) if missed else "# missed: none"
    return "\n".join([head, "exact", *lines, ""])


def difference(name, before, now):
    """Complaint that shows how two texts differ; nothing if they do not."""
    if before == now:
        return []
    lines = difflib.unified_diff(before.splitlines(), now.splitlines(),
                                 f"{name}.expected", f"{name} now", lineterm="", n=1)
    return [f"{name}: not as expected (cmake --build build --target update)\n" + "\n".join(lines)]


def check(said, path, update):
    """Complaints about one sample; said: what gives the lines of a capture."""
    truth, lines = tshark.Truth(path), said(path)
    complaints = accusations(truth, lines)
    if complaints:
        return complaints
    now = expected_text(truth, lines)
    file = path.with_suffix(".expected")
    before = file.read_text() if file.exists() else ""
    if update:
        file.write_text(now)
        return []
    return difference(truth.name, before, now)


def summary(paths):
    """How many forged frames the expected files admit to miss."""
    total = missed = 0
    for path in paths:
        total += len(tshark.Truth(path).frames("forged"))
        file = path.with_suffix(".expected")
        if file.exists():
            words = file.read_text().splitlines()[0].split()[2:]
            missed += len([word for word in words if word.isdigit()])
            if words != ["none"]:
                print(f"admitted as missed: {path.stem} frames {' '.join(words)}")
    print(f"{total} forged frames, {missed} admitted as missed")


def leftovers(paths):
    """Expected files without a sample."""
    return [f"{file.name}: no such sample" for file in sorted(tshark.SAMPLES.glob("*/*.expected"))
            if file.with_suffix(".pcap") not in paths]


def program(options):
    """What gives the lines of a capture, once it is known to be of this checkout where something is rewritten."""
    if options.scan:
        if options.update:
            tshark.must_be_of_this_tree(options.scan)
        return lambda path: by_scan(options.scan, path)
    one = tshark.Tshark(options.tshark)
    one.must_have_plugin()
    if options.update:
        one.must_be_of_this_tree()
    return lambda path: by_tshark(one, path)


def test():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tshark", default="tshark", help="the tshark to test")
    parser.add_argument("--scan", help="an interference-scan in its place")
    parser.add_argument("--update", action="store_true", help="rewrite the expected files")
    parser.add_argument("samples", nargs="*", help="only these samples")
    options = parser.parse_args()
    said, paths = program(options), tshark.samples(options.samples)
    status = tshark.check_all(lambda path: check(said, path, options.update), paths)
    summary(paths)
    stale = leftovers(tshark.samples())
    print("".join(line + "\n" for line in stale), end="")
    return 1 if stale else status


if __name__ == "__main__":
    tshark.main(test)
