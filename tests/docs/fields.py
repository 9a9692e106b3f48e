#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares docs/fields.md with the fields, protocols and preferences that a tshark with the plugin
has. --update writes it, if the plugin was built from this checkout."""

import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "fields.md"

sys.path.insert(0, str(ROOT / "tests" / "captures"))
import tshark as running  # noqa: E402    (its place is not on the path before)

HEAD = """<!-- SPDX-License-Identifier: GPL-2.0-or-later -->
<!-- Written by tests/docs/fields.py from what tshark says. Do not edit. -->
# Fields

All names can be used in display filters, as columns and with `tshark -T fields -e`. What verdicts
and confidence mean is in the [guide](guide.md#what-a-verdict-means).
"""


def cell(text):
    return text.replace("|", "\\|") or " "


def rows(head, found):
    lines = [head, ["---"] * len(head), *found]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def section(title, head, found):
    return f"\n## {title}\n\n{rows(head, found)}" if found else ""


def text_of(fields, preferences):
    """The document, from the output of -G fields and -G defaultprefs."""
    split = [line.split("\t") for line in fields.splitlines()]
    ours = {line[2]: line[1] for line in split
            if line[0] == "P" and re.match(r"interference(\.|$)", line[2])}
    own = [line for line in split if line[0] == "F" and line[4] in ours]
    text = HEAD
    for protocol, title in ours.items():
        of_this = [line for line in own if line[4] == protocol]
        plain = [line for line in of_this if not line[2].startswith("interference.expert")]
        text += section(f"{title} (`{protocol}`)", ["Field", "Type", "Label", "Meaning"],
                        [[f"`{line[2]}`", line[3].removeprefix("FT_").lower(), cell(line[1]),
                          cell(line[7])] for line in plain])
    text += section("Expert information", ["Filter", "Meaning"],
                    [[f"`{line[2]}`", cell(line[1])] for line in own
                     if line[2].startswith("interference.expert.")])
    text += section("Protocols that can be disabled", ["Name", "Title"],
                    [[f"`{name}`", cell(title)] for name, title in ours.items()
                     if name != "interference.finding"])
    found = re.findall(r"((?:^# .*\n)+)^#?(interference\.[a-z_]+): (.*)$", preferences, re.M)
    text += section("Preferences", ["Preference", "Default", "Meaning"],
                    [[f"`{name}`", f"`{value}`", cell(meaning(comment))]
                     for comment, name, value in found])
    return text


def meaning(comment):
    """A preference's description, without the hint about its values."""
    lines = [line[2:].strip() for line in comment.splitlines() if len(line) > 2]
    kept = [line for line in lines if not re.match(r"true or false|a decimal number", line, re.I)]
    return " ".join(kept)


def main():
    parser = argparse.ArgumentParser(description="Compares docs/fields.md with tshark.")
    parser.add_argument("--tshark", default="tshark", help="a tshark that has the plugin")
    parser.add_argument("--update", action="store_true", help="write the document")
    options = parser.parse_args()
    tshark = running.Tshark(options.tshark)
    tshark.must_have_plugin()
    now = text_of(tshark.output(["-G", "fields"]), tshark.output(["-G", "defaultprefs"]))
    there = DOCUMENT.read_text() if DOCUMENT.exists() else ""
    if options.update:
        tshark.must_be_of_this_tree()
        DOCUMENT.write_text(now)
        return 0
    if now == there:
        return 0
    old, new = set(there.splitlines()), set(now.splitlines())
    print("docs/fields.md is not what tshark says (cmake --build build --target update)")
    print("".join(f"  document: {line}\n" for line in sorted(old - new))
          + "".join(f"  tshark:   {line}\n" for line in sorted(new - old)))
    return 1


if __name__ == "__main__":
    running.main(main)
