# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading and writing captures: classic pcap in, pcapng with names and a comment out.

Written here rather than with a tool so that a committed capture holds nothing of the machine it
was made on and changes only when its packets do.
"""
import collections
import struct

# One captured packet. time: nanoseconds; octets: what was kept; length: on the wire.
Packet = collections.namedtuple("Packet", "time octets length interface")

LINKTYPE_ETHERNET = 1


def read_pcap(path):
    """Packets of a nanosecond pcap as tcpdump writes it on this machine."""
    data = open(path, "rb").read()
    magic, = struct.unpack_from("<I", data)
    if magic not in (0xa1b23c4d, 0xa1b2c3d4):
        raise ValueError("%s: not a little-endian pcap" % path)
    unit = 1 if magic == 0xa1b23c4d else 1000
    packets, at = [], 24
    while at + 16 <= len(data):
        seconds, fraction, kept, length = struct.unpack_from("<IIII", data, at)
        packets.append(Packet(seconds * 10**9 + fraction * unit, data[at + 16:at + 16 + kept], length, 0))
        at += 16 + kept
    return packets


def _block(kind, body):
    body += b"\0" * (-len(body) % 4)
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size


def _option(code, value):
    return struct.pack("<HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


END_OF_OPTIONS = struct.pack("<HH", 0, 0)


def write_pcapng(path, packets, interfaces, comment, snaplen=0):
    """One section with the scenario as its comment, and the interfaces by name."""
    section = struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)
    out = [_block(0x0a0d0d0a, section + _option(1, comment.encode()) + END_OF_OPTIONS)]
    for name in interfaces:
        options = _option(2, name.encode()) + _option(9, b"\x09") + END_OF_OPTIONS
        out.append(_block(1, struct.pack("<HHI", LINKTYPE_ETHERNET, 0, snaplen) + options))
    for p in packets:
        head = struct.pack("<IIIII", p.interface, p.time >> 32, p.time & 0xffffffff,
                           len(p.octets), p.length)
        out.append(_block(6, head + p.octets))
    with open(path, "wb") as f:
        f.write(b"".join(out))


def read_pcapng(path):
    """Packets of a file write_pcapng made."""
    data, at, packets = open(path, "rb").read(), 0, []
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind == 6:
            interface, high, low, kept, length = struct.unpack_from("<IIIII", data, at + 8)
            packets.append(Packet(high << 32 | low, data[at + 28:at + 28 + kept], length, interface))
        at += size
    return packets


# ---- What a capture point can do to a capture ----------------------------------------------------

def is_handshake(octets):
    """A TCP handshake packet (either direction, either IP version)."""
    if octets[12:14] == b"\x08\x00":
        return octets[23] == 6 and octets[14 + (octets[14] & 15) * 4 + 13] & 2
    return octets[12:14] == b"\x86\xdd" and octets[20] == 6 and octets[54 + 13] & 2


def starts_late(packets):
    """Leaves out everything up to the third packet after the handshake began, as when capturing
    starts while the connection already runs."""
    last_syn = max(i for i, p in enumerate(packets) if is_handshake(p.octets))
    return packets[last_syn + 2:]


def only_from(address_octets):
    """A tap that sees one direction."""
    def keep(packets):
        return [p for p in packets if p.octets[26:30] == address_octets]
    return keep


def mirrored_twice(packets):
    """A mirror port fed from ingress and egress: every frame comes twice, microseconds apart."""
    return [q for p in packets for q in (p, p._replace(time=p.time + 23000))]


def tagged(packets):
    """A trunk port: the same frames with an 802.1Q tag (VLAN 42)."""
    return [p._replace(octets=p.octets[:12] + b"\x81\x00\x00\x2a" + p.octets[12:], length=p.length + 4)
            for p in packets]


def clock_stepped_back(packets):
    """The clock of the capturing machine is set back 70 ms in the middle of the capture."""
    middle = len(packets) // 2
    return packets[:middle] + [p._replace(time=p.time - 70 * 10**6) for p in packets[middle:]]


def swapped_in_pairs(packets):
    """A capture from several receive queues: neighbours change places, timestamps stay."""
    out = list(packets)
    for i in range(3, len(out) - 1, 4):
        out[i], out[i + 1] = out[i + 1], out[i]
    return out


def merged(*captures):
    """Several interfaces in one file, in the order of time."""
    packets = [p._replace(interface=i) for i, c in enumerate(captures) for p in c]
    return sorted(packets, key=lambda p: p.time)
