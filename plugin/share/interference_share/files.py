# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures in and out. Any that editcap reads, as frames with nanoseconds; out comes pcapng with comments."""

import collections
import os
import struct
import subprocess

from .words import Refused, last_line

NANOSECONDS = 0xa1b23c4d
SECOND = 10**9

# length: on the wire; time in ns.
Frame = collections.namedtuple("Frame", "time length data")


def normalise(capture, target):
    """The capture as pcap with nanoseconds, whatever it was."""
    done = subprocess.run(["editcap", "-F", "nsecpcap", capture, target], capture_output=True, text=True,
                          errors="replace", check=False)
    if done.returncode:
        raise Refused(last_line(done.stderr))


def read(path):
    """Link type and frames of such a file."""
    with open(path, "rb") as stream:
        data = stream.read()
    order = "<" if data[:4] == struct.pack("<I", NANOSECONDS) else ">"
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xffff
    frames, at = [], 24
    while at < len(data):
        seconds, nanoseconds, caught, length = struct.unpack_from(order + "4I", data, at)
        frames.append(Frame(seconds * SECOND + nanoseconds, length, data[at + 16:at + 16 + caught]))
        at += 16 + caught
    return link, frames


# ---- pcapng ----

def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


def block(kind, body):
    length = 12 + len(body)
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def comment(text):
    return option(1, text.encode()) + option(0, b"") if text else b""


def write(path, link, frames, about="", comments=()):
    """comments: text by number of a frame, from 1. Whole or not there."""
    comments = dict(comments)
    aside = f"{path}.new"
    with open(aside, "wb") as out:
        out.write(block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1) + comment(about)))
        out.write(block(1, struct.pack("<HHI", link, 0, 0) + option(9, b"\x09") + option(0, b"")))
        for number, frame in enumerate(frames, 1):
            head = struct.pack("<5I", 0, frame.time >> 32, frame.time & 0xffffffff, len(frame.data), frame.length)
            out.write(block(6, head + frame.data + bytes(-len(frame.data) % 4) + comment(comments.get(number))))
    os.replace(aside, path)
