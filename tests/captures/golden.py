#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what the plugin says about each sample with what it said before, and with the truth.

For every captures/scripted/FAMILY/NAME.pcap two things must hold:

  * The findings of `tshark -2 -Y interference` are those in NAME.expected. `--update`
    rewrites the file, if the plugin was built from this checkout; read the difference before
    committing it.
  * No frame is called forged that NAME.truth does not list as forged, no forged frame is called
    genuine, and the forged frames that are *not* called are exactly those that the expected
    file admits in its first line, `# missed: FRAME ...`. An accusation of an innocent packet
    can not be admitted: `--update` leaves such a file alone and fails.
"""

import difflib

import tshark


def accusations(truth, rows):
    """Complaints about verdicts that contradict the truth, whatever was expected."""
    forged = truth.frames("forged")
    complaints = [f"{truth.name}: frame {frame} is called forged, but its host did send it"
                  f" (never: {truth.header['never']})"
                  for frame in sorted(tshark.called_forged(rows) - forged)]
    complaints += [f"{truth.name}: frame {row['frame.number']} is called genuine, but is forged"
                   for row in rows if row["interference.verdict"] == "genuine"
                   and int(row["frame.number"]) in forged]
    return complaints


def expected_text(truth, output, rows):
    """What the expected file should contain."""
    missed = sorted(truth.frames("forged") - tshark.called_forged(rows))
    line = " ".join(["# missed:", *map(str, missed)]) if missed else "# missed: none"
    return f"{line}\n{output}"


def difference(name, before, now):
    """Complaint that shows how two texts differ; nothing if they do not."""
    if before == now:
        return []
    lines = difflib.unified_diff(before.splitlines(), now.splitlines(),
                                 f"{name}.expected", f"{name} now", lineterm="", n=1)
    return [f"{name}: not as expected (cmake --build build --target update)\n" + "\n".join(lines)]


def check(program, path, update):
    """Complaints about one sample."""
    truth = tshark.Truth(path)
    output = program.output(["-r", path, "-2", "-Y", "interference", *tshark.field_options()])
    output = output.replace("\\\\", "\\")     # from 4.4 on tshark doubles them
    rows = tshark.parse(output)
    complaints = accusations(truth, rows)
    if complaints:
        return complaints
    now = expected_text(truth, output, rows)
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


def test():
    options = tshark.arguments(__doc__, update="rewrite the expected files")
    program = tshark.Tshark(options.tshark)
    program.must_have_plugin()
    if options.update:
        program.must_be_of_this_tree()
    paths = tshark.samples(options.samples)
    status = tshark.check_all(lambda path: check(program, path, options.update), paths)
    summary(paths)
    stale = leftovers(tshark.samples())
    print("".join(line + "\n" for line in stale), end="")
    return 1 if stale else status


if __name__ == "__main__":
    tshark.main(test)
