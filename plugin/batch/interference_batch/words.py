# SPDX-License-Identifier: GPL-2.0-or-later
"""Words for people, and the two ways to fail."""

import re
import sys

NAME = "interference-batch"
FORMAT = 1                      # of jobs and results; others are planned again
MIB = 1 << 20


class Failure(Exception):
    """Something that the user has to know, in one line."""


class Unusable(Failure):
    """Nothing can be done at all: a program is missing, the folder is not there."""


def say(text):
    print(f"{NAME}: {text}", file=sys.stderr, flush=True)


def plain(text):
    """Text from files and other programs without anything that moves a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode()
                   for c in str(text))


def many(number, word):
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def told_status(status):
    return "not all of it was judged" if status == "partial" else "not judged"


def last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return plain(lines[-1].strip()) if lines else "no reason given"


def first_line(text):
    lines = [line for line in text.splitlines()
             if line.strip() and not line.startswith("Running as user")]
    return plain(re.sub(r"^tshark: ", "", lines[0].strip())) if lines else "no reason given"
