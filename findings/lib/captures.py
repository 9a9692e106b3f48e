# SPDX-License-Identifier: GPL-2.0-or-later
"""Small valid captures for the scripts of findings: pcapng blocks and a few packets, stdlib only."""
import socket
import struct

CLIENT, SERVER = "192.0.2.10", "198.51.100.10"
MONDAY = 1790000000                     # seconds; when every capture here begins


# ---- pcapng ------------------------------------------------------------------------------------

def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def block(kind, body, *options):
    body += b"\0" * (-len(body) % 4) + b"".join(options)
    body += struct.pack("<HH", 0, 0) if options else b""
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size


def section():
    return block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(name, *options):
    return block(1, struct.pack("<HHI", 1, 0, 262144), option(2, name), *options)


def resolution(power):
    """Option of an interface: its times count 10^-power seconds."""
    return option(9, bytes([power]))


def packet(octets, time, where=0, *options):
    """An enhanced packet block; `time` in the unit of its interface."""
    head = struct.pack("<IIIII", where, time >> 32, time & 0xFFFFFFFF, len(octets), len(octets))
    return block(6, head + octets, *options)


def simple_packet(octets):
    """A packet block that has no time."""
    return block(3, struct.pack("<I", len(octets)) + octets)


# ---- classic pcap ------------------------------------------------------------------------------

def pcap(path, frames, nanoseconds=False):
    """`frames`: (nanoseconds since the epoch, octets)."""
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B23C4D if nanoseconds else 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for time, octets in frames:
            fraction = time % 10**9 // (1 if nanoseconds else 1000)
            f.write(struct.pack("<IIII", time // 10**9, fraction, len(octets), len(octets)) + octets)


# ---- packets -----------------------------------------------------------------------------------

def checksum(octets):
    octets += b"\0" * (len(octets) % 2)
    total = sum(struct.unpack(">%dH" % (len(octets) // 2), octets))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def ethernet(source, destination, protocol, body, ttl=64):
    ends = socket.inet_aton(source) + socket.inet_aton(destination)
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0x4000, ttl, protocol, 0) + ends
    head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    return bytes.fromhex("020000000001020000000002") + b"\x08\x00" + head + body


def with_checksum(source, destination, protocol, body, at):
    pseudo = socket.inet_aton(source) + socket.inet_aton(destination) + struct.pack(">HH", protocol, len(body))
    return body[:at] + struct.pack(">H", checksum(pseudo + body)) + body[at + 2:]


def tcp(source, destination, ports, seq, ack, flags, data=b"", ttl=64):
    body = struct.pack(">HHIIBBHHH", *ports, seq, ack, 0x50, flags, 64000, 0, 0) + data
    return ethernet(source, destination, 6, with_checksum(source, destination, 6, body, 16), ttl)


def udp(source, destination, ports, data):
    body = struct.pack(">HHHH", *ports, 8 + len(data), 0) + data
    return ethernet(source, destination, 17, with_checksum(source, destination, 17, body, 6))


def datagrams(count):
    return [udp(CLIENT, SERVER, (40000, 9), b"number %d" % n) for n in range(count)]
