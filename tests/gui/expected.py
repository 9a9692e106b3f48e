# SPDX-License-Identifier: GPL-2.0-or-later
"""What must be seen: the truth of the sample, and the list as two passes of tshark print it."""

import csv
import pathlib

from desktop import Problem

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "captures" / "scripted"
NUMBER, VERDICT, EXPERT, EXPERT_TEXT = "No.", "Verdict", "Expert", "Expert text"
COLUMNS = (NUMBER, VERDICT, "Confidence", EXPERT, "Source", "Protocol", "Info", "Signature",
           EXPERT_TEXT)


def truth(capture, word):
    """Numbers of the frames that the truth file calls `word`."""
    lines = capture.with_suffix(".truth").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    return {int(row["frame"]) for row in rows if row["truth"] == word}


class Sample:
    """A capture, and what every row of the packet list must say."""

    def __init__(self, desktop, name):
        self.desktop, self.name = desktop, name
        self.capture = SAMPLES / f"{name}.pcap"
        self.forged = truth(self.capture, "forged")
        self.rows = self.tshark("-2")
        self.early = self.known_by_what_comes_later()

    def tshark(self, *options):
        """The summary lines, with the columns of the same profile."""
        text = self.desktop.run("tshark", "-T", "tabs", "-r", self.capture, *options)
        return [dict(zip(COLUMNS, (cell.strip() for cell in line.split("\t"))))
                for line in text.splitlines()]

    def known_by_what_comes_later(self):
        """Forged frames that one pass, at the time they are read, does not call forged."""
        one_pass = {int(row[NUMBER]): row[VERDICT] for row in self.tshark()}
        early = {frame for frame in self.forged if one_pass[frame] != "forged"}
        if called_forged(self.rows) != self.forged:
            raise Problem(f"{self.name}: tshark -2 calls {sorted(called_forged(self.rows))}"
                          f" forged, the truth is {sorted(self.forged)}")
        return early

    def must_depend_on_later_frames(self):
        if not self.early:
            raise Problem(f"{self.name}: no forged frame depends on a later one, so this sample"
                          " cannot show what it is here for")


def called_forged(rows):
    return {int(row[NUMBER]) for row in rows if row[VERDICT] == "forged"}


def differences(rows, expected):
    """Complaints where the list does not say what it must, cell by cell."""
    complaints = []
    if len(rows) != len(expected):
        complaints.append(f"{len(rows)} rows instead of {len(expected)}")
    for got, wanted in zip(rows, expected):
        complaints += [f"frame {wanted[NUMBER]}, {name}: {got[name]!r} instead of {wanted[name]!r}"
                       for name in COLUMNS if got[name] != wanted[name]]
    return complaints
