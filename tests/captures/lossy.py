#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures that lost or damaged packets: no packet that its host sent is called forged.

    lossy.py --scan PROGRAM [--damage] [--details] [CAPTURE...]

Every capture with a truth file, scripted, recorded or of a real tool, is written again several times: with bursts of
packets missing (LOSSES: share that is missing, in bursts of 5 on average; fixed seeds), with one direction
missing, and without its first third. A capture that lost packets says less, never something else: a
frame may be called forged only where the truth file lists the frame it was made from. With --damage captures
without any interference are also written with bytes changed at random (DAMAGES: share of bytes): most of these
packets have a wrong checksum then, and prove nothing.

Reads with interference-scan, because there are thousands of files. Needs editcap.
"""

import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import pcap
import tshark

RECORDED, REAL = (tshark.SAMPLES.parent / name for name in ("recorded", "real"))
LOSSES = (0.03, 0.10, 0.25, 0.40)
SEEDS = (1, 2)
DAMAGES = (0.02, 0.005, 0.0005)
BURST = 5                   # packets lost in a row, on average
FILES_AT_ONCE = 500


def burst_loss(share, seed):
    """Indices that are left of n packets, by a Gilbert model: `share` is lost, in bursts."""
    def left(packets):
        chance, losing = random.Random(f"{seed}/{share}/{len(packets)}"), False
        for index in range(len(packets)):
            losing = chance.random() < (1 - 1 / BURST if losing else share / BURST / (1 - share))
            if not losing:
                yield index
    return left


def ports(frame):
    """Source and destination port of an unfragmented IP packet over Ethernet; None for anything else."""
    start, version = pcap.network_layer(frame)
    if not version:
        return None
    at = start + (4 * (frame[start] & 15) if version == 4 else 40)
    protocol = frame[start + (9 if version == 4 else 6)]
    if protocol not in (6, 17) or len(frame) < at + 4:
        return None
    return int.from_bytes(frame[at:at + 2], "big"), int.from_bytes(frame[at + 2:at + 4], "big")


def one_way(upwards):
    """Only what goes to the lower port (upwards), or only what comes from there."""
    def left(packets):
        for index, packet in enumerate(packets):
            pair = ports(packet[3])
            if pair is None or (pair[0] > pair[1]) == upwards:
                yield index
    return left


def late_start(packets):
    return range(len(packets) // 3, len(packets))


def damaged(packets, share, seed):
    """The same packets with this share of their bytes changed."""
    chance = random.Random(f"{seed}/{share}/{len(packets)}")
    for seconds, micros, length, data in packets:
        changed = bytearray(data)
        for at in range(len(changed)):
            if chance.random() < share:
                changed[at] ^= chance.randrange(1, 256)
        yield seconds, micros, length, bytes(changed)


WAYS = {f"loss {share:.0%}, seed {seed}": burst_loss(share, seed) for share in LOSSES for seed in SEEDS}
WAYS |= {"only to the server": one_way(True), "only from the server": one_way(False), "late start": late_start}
DAMAGE_WAYS = {f"damage {share:.2%}, seed {seed}": (share, seed) for share in DAMAGES for seed in SEEDS}


def read(path, scratch):
    """Packets of a capture of any format, and its link type."""
    plain = scratch / "plain.pcap"
    subprocess.run(["editcap", "-F", "pcap", str(path), str(plain)], check=True, capture_output=True)
    return pcap.read(plain), pcap.link_type(plain)


def variants(paths, scratch, damages):
    """Writes all; (file, capture, way, frame numbers that are left) of each."""
    for number, path in enumerate(paths):
        packets, link = read(path, scratch)
        for variant, (way, left) in enumerate(WAYS.items()):
            kept = list(left(packets))
            file = scratch / f"{number}-{variant}.pcap"
            pcap.write(file, [packets[i] for i in kept], link)
            yield file, path, way, [i + 1 for i in kept]
        for variant, (way, (share, seed)) in enumerate(damages.items()):
            if tshark.Truth(path).frames("forged"):
                break
            file = scratch / f"{number}-damaged-{variant}.pcap"
            pcap.write(file, damaged(packets, share, seed), link)
            yield file, path, way, list(range(1, len(packets) + 1))


def called(scan, files):
    """For each file the frames called forged, with their signatures."""
    result = []
    for start in range(0, len(files), FILES_AT_ONCE):
        done = subprocess.run([scan, "-z", "json", *map(str, files[start:start + FILES_AT_ONCE])],
                              capture_output=True, text=True, errors="replace", check=False)
        if done.returncode:
            raise tshark.TestFailure(f"{scan}: exit {done.returncode}\n{done.stderr}")
        for line in done.stdout.splitlines():
            item = json.loads(line)
            if item["type"] == "capture":
                result.append({})
            elif item["type"] == "finding" and item["verdict"] == "forged":
                result[-1][item["frame"]] = [sign["id"] for sign in item["signatures"]]
    return result


def test():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scan", required=True, help="interference-scan")
    parser.add_argument("--damage", action="store_true", help="damage as well")
    parser.add_argument("--details", action="store_true", help="a table by way")
    parser.add_argument("captures", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    paths = options.captures or sorted(p.with_suffix("") for root in (tshark.SAMPLES, RECORDED, REAL)
                                       for p in root.glob("*/*.truth"))
    paths = [next(p for p in (path, path.with_suffix(".pcap"), path.with_suffix(".pcapng")) if p.is_file())
             for path in paths]
    complaints, found = [], collections.Counter()
    with tempfile.TemporaryDirectory() as scratch:
        made = list(variants(paths, pathlib.Path(scratch), DAMAGE_WAYS if options.damage else {}))
        said = called(options.scan, [file for file, *_ in made])
        if len(said) != len(made):
            raise tshark.TestFailure(f"{len(made)} captures, but {len(said)} answers")
        for (_, path, way, numbers), frames in zip(made, said):
            forged = tshark.Truth(path).frames("forged")
            for frame, signs in frames.items():
                right = numbers[frame - 1] in forged
                found[way, right] += 1
                if not right:
                    complaints.append(f"{path.parent.name}/{path.name}, {way}: frame {numbers[frame - 1]} is called"
                                      f" forged, but its host did send it: {', '.join(signs)}")
    for way in [*WAYS, *DAMAGE_WAYS] if options.details else ():
        print(f"{way:22} {found[way, True]:5} forged packets found, {found[way, False]:3} wrong")
    for text in complaints:
        print(text)
    print(f"{len(paths)} captures, {len(made)} variants, {len(complaints)} wrong accusations")
    return 1 if complaints else 0


if __name__ == "__main__":
    try:
        sys.exit(test())
    except (tshark.TestFailure, subprocess.CalledProcessError, OSError) as problem:
        sys.exit(f"lossy: {problem}")
