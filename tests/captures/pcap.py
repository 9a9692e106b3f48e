# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading and writing capture files as plain bytes, for tests that damage them."""

import struct

FILE_HEADER = struct.Struct("<IHHiIII")
RECORD_HEADER = struct.Struct("<IIII")


def read(path):
    """List of (seconds, microseconds, length on the wire, bytes)."""
    data = path.read_bytes()
    position, packets = FILE_HEADER.size, []
    while position < len(data):
        seconds, micros, kept, length = RECORD_HEADER.unpack_from(data, position)
        position += RECORD_HEADER.size
        packets.append((seconds, micros, length, data[position:position + kept]))
        position += kept
    return packets


def link_type(path):
    """The number of the file's link layer; 1 is Ethernet."""
    return FILE_HEADER.unpack_from(path.read_bytes())[6]


def write(path, packets, link=1):
    """Write packets as `read` returns them."""
    parts = [FILE_HEADER.pack(0xA1B2C3D4, 2, 4, 0, 0, 262144, link)]
    for seconds, micros, length, data in packets:
        parts += [RECORD_HEADER.pack(seconds, micros, len(data), length), data]
    path.write_bytes(b"".join(parts))


def moved(data, number):
    """The frame between other hosts: `number` is added to the middle of each address.

    Private stays private and public stays public; multicast and what is not IP stay as they
    are. With another number the packets belong to other flows and other hosts. Addresses in an
    ICMP quote or behind GRE move along.
    """
    frame = bytearray(data)
    start, version = network_layer(frame)
    if version:
        _move_network(frame, start, version, number)
    return bytes(frame)


def network_layer(frame):
    """Where the outermost network header begins, and 4, 6, or 0 for anything but IP."""
    position = 12
    while bytes(frame[position:position + 2]) == b"\x81\x00":
        position += 4
    version = {b"\x08\x00": 4, b"\x86\xdd": 6}.get(bytes(frame[position:position + 2]), 0)
    return position + 2, version


def hosts(frame):
    """The two addresses of a frame, whichever way it goes."""
    start, version = network_layer(frame)
    first, size = (start + 12, 4) if version == 4 else (start + 8, 16)
    return frozenset((frame[first:first + size], frame[first + size:first + 2 * size]))


def _move_network(frame, start, version, number):
    """Move the addresses of the header at `start` and of what it carries.

    Checksums are left as they were: tshark does not look at them unless it is asked to.
    """
    if version == 6:
        for address in (start + 8, start + 24):
            frame[address + 7] = (frame[address + 7] + number) & 255
        return
    for address in (start + 12, start + 16):
        if frame[address] < 224:
            frame[address + 2] = (frame[address + 2] + number) & 255
    protocol, inner = frame[start + 9], start + 4 * (frame[start] & 15)
    if protocol == 47:
        _move_network(frame, inner + 4, 4, number)
    elif protocol == 1 and frame[inner] in (3, 11):
        _move_network(frame, inner + 8, 4, number)
