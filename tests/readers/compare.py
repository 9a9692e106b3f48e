#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Both readers make the same observations of the same frames.

What tshark with record_plugin and record_scan read is compared line by line: first of all frames of the
committed captures, in one file; then of frames cut at every byte of their headers, and of frames with
changed bytes, from each kind of packet that the captures have; but for the names in QUIC Initials, because
Wireshark takes their keys from earlier frames, which here have nothing to do with them. A frame of which the
second reader says that it does not read all is left to tshark, and not compared.
"""

import argparse
import collections
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADERS = 130           # bytes of a frame that may be headers
CHANGED = 60            # frames with changed bytes for each kind
KINDS = 2               # frames of a kind that are cut and changed

# The only difference there may be: malformed in a way that one dissector of Wireshark gives up and ours
# does not, or the other way round. As a share of the changed frames.
TOLERATED = 0.0002


def blocks(data):
    """(type, block) of a pcapng file in this machine's byte order."""
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        yield kind, data[at:at + length]
        at += length


def frames(path):
    """(interface block, bytes, length on the wire) of each frame of a pcapng file."""
    interfaces = []
    for kind, block in blocks(path.read_bytes()):
        if kind == 1:
            interfaces.append(block)
        elif kind == 6:
            interface, _, _, captured, length = struct.unpack_from("<5I", block, 8)
            yield interfaces[interface], block[28:28 + captured], length


class Writer:
    """A pcapng file in memory."""

    def __init__(self):
        self.interfaces, self.packets = {}, []

    def add(self, interface, data, length):
        number = self.interfaces.setdefault(interface, len(self.interfaces))
        padding = -len(data) % 4
        size = 32 + len(data) + padding
        self.packets.append(struct.pack("<7I", 6, size, number, 0, 1000000, len(data), length) + data
                            + bytes(padding) + struct.pack("<I", size))

    def write(self, path):
        section = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
        path.write_bytes(section + b"".join(self.interfaces) + b"".join(self.packets))


def run(command, **rest):
    return subprocess.run([str(part) for part in command], check=False, capture_output=True, text=True,
                          errors="replace", **rest)


def observations(command, folder, names):
    """Lines by frame number; with those about names in QUIC Initials, or without."""
    path = folder / "observations"
    done = run(command, env={**os.environ, "OBSERVATIONS": str(path)})
    if done.returncode:
        sys.exit(f"{command[0]}: exit {done.returncode}\n{done.stderr}")
    lines = collections.defaultdict(list)
    for line in path.read_text(errors="replace").split("\n")[:-1]:
        if names or " asks for " not in line:
            lines[int(line.split()[0])].append(line)
    path.unlink()
    return lines


def differences(options, capture, folder, names):
    """Frames of which the readers say something else: (number, lines of tshark, lines of ours)."""
    theirs = observations([options.tshark, "-n", "-q", "-r", capture, "-z", "io,stat,0"], folder,
                          names)
    ours = observations([options.scan, capture], folder, names)
    if not theirs:
        sys.exit(f"{capture}: tshark has read nothing")
    return [(frame, theirs.get(frame, []), ours.get(frame, []))
            for frame in sorted(theirs.keys() | ours.keys())
            if f"{frame} unread" not in ours.get(frame, []) and theirs.get(frame) != ours.get(frame)]


def by_kind(options, capture):
    """A few frames of each kind: layers as Wireshark names them."""
    listed = run([options.tshark, "-n", "-r", capture, "-T", "fields", "-e", "frame.protocols"]).stdout
    kinds = collections.defaultdict(list)
    for protocols, frame in zip(listed.splitlines(), frames(capture)):
        few = kinds[frame[0], ":".join(protocols.split(":")[:9])]
        if len(few) < KINDS:
            few.append(frame)
    return kinds


def changed(data, rng):
    """The same bytes but for some of the first, and maybe shorter."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 3))):
        if data:
            at = rng.randrange(min(len(data), HEADERS - 20))
            data[at] = rng.choice((data[at] ^ 1 << rng.randrange(8), rng.randrange(256), 0, 255))
    return bytes(data[:rng.randrange(len(data))] if data and rng.random() < 0.15 else data)


def damage(kinds, seed):
    """A file of damaged frames."""
    rng, writer = random.Random(seed), Writer()
    for few in kinds.values():
        for interface, data, length in few:
            for end in range(min(len(data), HEADERS)):
                writer.add(interface, data[:end], length if rng.random() < 0.5 else end)
            for _ in range(CHANGED):
                writer.add(interface, changed(data, rng), length)
    return writer


def tell(where, different):
    for frame, theirs, ours in different[:20]:
        print(f"{where}, frame {frame}:")
        print("\n".join(f"    tshark: {line}" for line in theirs) or "    tshark: nothing")
        print("\n".join(f"    scan:   {line}" for line in ours) or "    scan:   nothing")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tshark", default="tshark")
    parser.add_argument("--scan", default="record_scan", help="the program of this name")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("captures", nargs="*", type=pathlib.Path, help="others than the committed ones")
    options = parser.parse_args()
    captures = options.captures or sorted(path for path in (ROOT / "captures").rglob("*.pcap*") if path.is_file())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        whole, damaged = folder / "all.pcapng", folder / "damaged.pcapng"
        done = run(["mergecap", "-a", "-F", "pcapng", "-w", whole, *captures])
        if done.returncode:
            sys.exit(f"mergecap: {done.stderr}")
        different = differences(options, whole, folder, names=True)
        tell("the captures", different)
        writer = damage(by_kind(options, whole), options.seed)
        writer.write(damaged)
        odd = differences(options, damaged, folder, names=False)
        tell("damaged frames", odd)
    print(f"{len(captures)} captures: {len(different)} frames read differently; of {len(writer.packets)} damaged"
          f" frames, {len(odd)}")
    sys.exit(bool(different) or len(odd) > TOLERATED * len(writer.packets))


if __name__ == "__main__":
    main()
