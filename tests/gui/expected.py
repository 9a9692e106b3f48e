# SPDX-License-Identifier: GPL-2.0-or-later
"""What must be seen: the truth of the sample, and what tshark says of it in two passes with the
same profile; and complaints where the window shows something else."""

import collections
import csv
import pathlib
import re

from desktop import PROFILE, Problem

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "captures" / "scripted"
TWICE = ("-C", PROFILE.name, "-2")
NUMBER, TIME, VERDICT = "No.", "Time", "Verdict"
RULE, TREE = "colour rule", "tree"      # of a row, beside its columns
# What the columns of the profile are there to show; the others are Wireshark's own.
FIELDS = {VERDICT: "interference.verdict", "Case": "interference.class",
          "Confidence": "interference.confidence", "Trigger": "interference.trigger",
          "Hops": "interference.hops_to_injector"}
SEVERITY = "[Severity level: "
INJECTOR = "injector (suspected)"
INDENTED = " "                          # tshark's rows of statistics below a heading


def sample(name):
    """Path of a scripted capture."""
    return next(SAMPLES.glob(f"*/{name}.pcap"))


def profile_lines(name):
    """Lines of a file of the profile, without comments."""
    lines = (PROFILE / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def columns():
    """Titles of the profile's columns, in their order."""
    return tuple(re.findall(r'"([^"]+)", "%', "\n".join(profile_lines("preferences"))))


def colours():
    """Colour rule to the background it paints, (red, green, blue)."""
    rules = (re.match(r"@(.*?)@.*@\[(\d+),(\d+),(\d+)\]\[", line)
             for line in profile_lines("colorfilters"))
    return {rule[1]: tuple(int(part) // 256 for part in rule.groups()[1:])
            for rule in rules if rule}


COLUMNS, COLOURS = columns(), colours()
BUTTONS = {"Forged": ("forged",), "Suspect": ("suspect",), "Silenced": ("silenced",),
           "All findings": ("forged", "suspect", "silenced", "trigger", "genuine")}


def truth(capture, word):
    """Numbers of the frames that the truth file calls `word`."""
    lines = capture.with_suffix(".truth").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    return {int(row["frame"]) for row in rows if row["truth"] == word}


class Sample:
    """A capture, and what every row of the packet list must say."""

    def __init__(self, desktop, name):
        self.desktop, self.name = desktop, name
        self.capture = sample(name)
        if not FIELDS.keys() <= set(COLUMNS):
            raise Problem(f"the profile's columns are {', '.join(COLUMNS)}")
        self.forged = truth(self.capture, "forged")
        self.rows = self.read()
        self.early = self.known_by_what_comes_later()

    def tshark(self, *options):
        return self.desktop.run("tshark", "-r", self.capture, *options)

    def read(self, *options):
        """Rows: the columns, the rule that colours the row, and the lines of our tree."""
        rows = self.list(*TWICE, *options)
        fields = [part for field in FIELDS.values() for part in ("-e", field)]
        values = self.tshark(*TWICE, *options, "--color", "-T", "fields", "-e",
                             "frame.coloring_rule.name", *fields).splitlines()
        trees = self.tshark(*TWICE, *options, "-O", "interference").strip().split("\n\n")
        return [{**row, **beside(line.split("\t")), TREE: our_branch(tree.splitlines())}
                for row, line, tree in zip(rows, values, trees, strict=True)]

    def list(self, *options):
        """The summary lines; tshark puts an arrow between the addresses."""
        lines = self.tshark(*options, "-C", PROFILE.name, "-T", "tabs").splitlines()
        cells = ([cell.strip() for cell in line.split("\t")] for line in lines)
        return [dict(zip(COLUMNS, (cell for cell in row if cell != "→"), strict=True))
                for row in cells]

    def known_by_what_comes_later(self):
        """Forged frames that one pass, at the time they are read, does not call forged."""
        one_pass = {int(row[NUMBER]): row[VERDICT] for row in self.list()}
        early = {frame for frame in self.forged if one_pass[frame] != "forged"}
        if frames(self.rows, "forged") != self.forged:
            raise Problem(f"{self.name}: tshark -2 calls {sorted(frames(self.rows, 'forged'))}"
                          f" forged, the truth is {sorted(self.forged)}")
        return early

    def must_depend_on_later_frames(self):
        if not self.early:
            raise Problem(f"{self.name}: no forged frame depends on a later one, so this sample"
                          " cannot show what it is here for")

    # -- what a whole capture says ------------------------------------------------------------

    def statistics(self, display_filter=None):
        """Rows of the tree of statistics by their heading; the window orders headings otherwise."""
        asked = ",".join(filter(None, ("interference,tree", display_filter)))
        table = re.split(r"^-{9,}\n", self.tshark(*TWICE, "-q", "-z", asked), flags=re.MULTILINE)
        title = table[0].splitlines()[-1]
        starts = [match.start() for match in re.finditer(r"(?:(?<=  )|^)\S", title)]
        cells = [[line[start:end].rstrip() for start, end in zip(starts, starts[1:] + [None])]
                 for line in table[1].splitlines() if line]
        return by_heading(cells, [row[0] for row in cells if not row[0].startswith(INDENTED)])

    def severities(self):
        """Severity and number of the expert items, of each verdict."""
        found = collections.Counter((line, row[VERDICT]) for row in self.rows for line in row[TREE]
                                    if line.startswith(SEVERITY))
        return sorted((line.removeprefix(SEVERITY).rstrip("]"), str(count))
                      for (line, _), count in found.items())

    def report(self):
        return self.tshark(*TWICE, "-q", "-z", "interference,report")

    def flow(self):
        """The flow graph as text."""
        return self.tshark(*TWICE, "-q", "-z", "flow,interference,network")

    def hints(self):
        """What the flow graph says of each of its lines when the mouse is over it."""
        comments = [line.rsplit("|", 1)[1] for line in self.flow().splitlines()
                    if re.match(r"\|\d", line)]
        found = sorted(frames(self.rows, *BUTTONS["All findings"]))
        return [f"Packet {frame}: {comment}"
                for frame, comment in zip(found, comments, strict=True)]


def beside(values):
    """Our fields by column, and the rule: that of the verdict, where there is one."""
    rule, *cells = values
    row = dict(zip(FIELDS, cells, strict=True))
    return {**row, RULE: f"Interference: {row[VERDICT]}" if row[VERDICT] else rule}


def our_branch(lines):
    """The part of a packet's tree that begins with our protocol, as plain lines."""
    start = next((index for index, line in enumerate(lines)
                  if line.startswith("[Interference: ")), len(lines))
    return [line.strip() for line in lines[start:] if line.strip()]


def by_heading(rows, headings):
    """Heading to its own row and the sorted rows below it."""
    found = {}
    for row in ([cell.strip() for cell in row] for row in rows):
        if row[0] in headings:
            found[row[0]] = below = [row]
        else:
            below.append(row)
    return {heading: below[:1] + sorted(below[1:]) for heading, below in found.items()}


def counted(table, verdict):
    """How many the statistics count, as text."""
    return next((row[1] for row in table.get("Frames by verdict", ()) if row[0] == verdict), "0")


def from_injector(drawing):
    """Times of the packets that a flow graph, as text, lets come from the injector."""
    lines = drawing.splitlines()
    place = lines[0].find(INJECTOR)
    return {line[1:].split("|")[0].strip() for line, arrow in zip(lines, lines[1:])
            if re.match(r"\|\d", line) and 0 <= place < len(arrow.rstrip("| "))}


def frames(rows, *verdicts):
    return {int(row[NUMBER]) for row in rows if row[VERDICT] in verdicts}


def numbers(some):
    return ", ".join(map(str, sorted(some))) or "none"


# -- complaints -------------------------------------------------------------------------------


def differences(rows, expected):
    """Where the list does not say what it must, cell by cell."""
    complaints = []
    if len(rows) != len(expected):
        complaints.append(f"{len(rows)} rows instead of {len(expected)}")
    for got, wanted in zip(rows, expected):
        complaints += [f"frame {wanted[NUMBER]}, {name}: {got[name]!r} instead of {wanted[name]!r}"
                       for name in COLUMNS if got[name] != wanted[name]]
    return complaints


def wrong_colours(painted, rows, what="row"):
    """Frames, by number, that are not painted as their rule says."""
    wanted = {int(row[NUMBER]): COLOURS.get(row[RULE]) for row in rows}
    complaints = [f"{what} {frame} has colour {colour} instead of {wanted.get(frame)}"
                  for frame, colour in painted.items() if colour != wanted.get(frame)]
    hidden = frames(rows, *BUTTONS["All findings"]) - painted.keys()
    return complaints + ([f"{what} {numbers(hidden)} is not painted"] if hidden else [])


def other_lines(got, wanted, what):
    """The first line that is not as wanted, nothing if all are."""
    for index in range(max(len(got), len(wanted))):
        pair = [lines[index] if index < len(lines) else None for lines in (got, wanted)]
        if pair[0] != pair[1]:
            return [f"{what}, line {index + 1}: {pair[0]!r} instead of {pair[1]!r}"]
    return []
