# SPDX-License-Identifier: GPL-2.0-or-later
"""Frame numbers of a shard become those of the whole capture."""

import collections
import re
import struct

from .programs import normalised
from .words import MIB, Failure

RECORD = struct.Struct("=IIII")         # of a pcap file of this machine: s, ns, captured, length


def records(stream):
    """(number, header and bytes, header) of each packet of a pcap stream."""
    buffer, at, number = stream.read(24), 24, 0
    while True:
        if len(buffer) - at < 16 or len(buffer) - at < 16 + RECORD.unpack_from(buffer, at)[2]:
            more = stream.read(4 * MIB)
            if not more:
                return
            buffer, at = buffer[at:] + more, 0
            continue
        size = 16 + RECORD.unpack_from(buffer, at)[2]
        number += 1
        yield number, buffer, at, size
        at += size


def occurrences(stream, wanted):
    """Numbers of the packets that are, time and bytes, one of the wanted ones."""
    heads = {key[:16] for key in wanted}
    found = collections.defaultdict(list)
    for number, buffer, at, size in records(stream):
        if buffer[at:at + 16] in heads:
            key = buffer[at:at + size]
            if key in wanted:
                found[key].append(number)
    return found


def original_numbers(shard, capture, numbers):
    """{number in the shard: number in the capture}. The n-th of several equal packets of the shard
    is the n-th in the capture: a filter reads nothing but the packet, so it took all or none."""
    if not numbers:
        return {}
    with open(shard, "rb") as stream:
        keys = {buffer[at:at + size] for number, buffer, at, size in records(stream)
                if number in numbers}
    with open(shard, "rb") as stream:
        here = occurrences(stream, keys)
    with normalised(capture) as stream:
        there = occurrences(stream, keys)
    mapped = {}
    for key in keys:
        if len(here[key]) != len(there[key]):
            raise Failure("the shard does not fit the capture: was it changed meanwhile?")
        mapped.update(zip(here[key], there[key]))
    return mapped


FRAME_FACTS = ("dns.query_frame", "dns.first", "dns.copy_of", "reset.answers", "reset.ignored",
               "silence.last", "silence.answered")
FRAME_LINKS = ("frame", "trigger_frame", "forged_frame", "genuine_frame", "incident")
FRAME_TEXT = re.compile(r"\b(frame )(\d+)")


def with_frames(item, change):
    """A finding or a capture line with each number of a frame changed."""
    def text(value):
        return FRAME_TEXT.sub(lambda m: m[1] + str(change(int(m[2]))), value) if value else value

    for name in FRAME_LINKS:
        if item.get(name):
            item[name] = change(item[name])
    for name in FRAME_FACTS:
        if item.get("facts", {}).get(name):
            item["facts"][name] = change(item["facts"][name])
    for signature in item.get("signatures", ()):
        signature["evidence"] = text(signature["evidence"])
    for injector in item.get("injectors", ()):
        injector["match"] = text(injector["match"])
    if item.get("where"):
        item["where"] = text(item["where"])
    if item["type"] == "capture":
        for notice in item["notices"]:
            notice["frame"] = change(notice["frame"])
    return item
