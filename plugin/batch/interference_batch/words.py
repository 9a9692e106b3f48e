# SPDX-License-Identifier: GPL-2.0-or-later
"""Words for people, and the two ways to fail."""

import contextlib
import re
import sys

NAME = "interference-batch"
FORMAT = 1                      # of jobs and results; others are planned again
MIB = 1 << 20


class Failure(Exception):
    """Something that the user has to know, in one line."""


class Unusable(Failure):
    """Nothing can be done at all: a program is missing, the folder is not there."""


def plain(text):
    """Text from files and other programs without anything that moves a terminal, in one line."""
    return "".join(c if c.isprintable() else escaped(c) for c in str(text))


def escaped(c):
    if "\udc80" <= c <= "\udcff":           # Python's way to keep a byte that is not UTF-8
        return f"\\x{ord(c) - 0xdc00:02x}"
    return c.encode("unicode_escape").decode()


def say(text):
    """A line to standard error. Where that is full or closed, it is lost, and nothing else."""
    with contextlib.suppress(OSError):
        print(f"{NAME}: {plain(text)}", file=sys.stderr, flush=True)


def put_out(text):
    """Everything to standard output, or a Failure."""
    if not sys.stdout:
        raise Failure("standard output is closed")
    data = text.encode(sys.stdout.encoding, "backslashreplace")
    try:
        with open(sys.stdout.fileno(), "wb", closefd=False) as out:
            out.write(data)
    except OSError as problem:
        raise Failure(f"standard output: {problem.strerror}") from None


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
