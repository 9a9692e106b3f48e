# SPDX-License-Identifier: GPL-2.0-or-later
"""Words for people, and the two ways to fail."""

import sys

NAME = "interference-share"


class Failure(Exception):
    """The call makes no sense, or something is missing; in one line."""


class Refused(Exception):
    """This capture cannot be shared; the reason in one line."""


def plain(text):
    """In one line, without anything that moves a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in str(text))


def say(text):
    print(f"{NAME}: {plain(text)}", file=sys.stderr, flush=True)


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def many(number, word):
    return f"{number:,} {word}" + ("" if number == 1 else "s")
