# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames: what is in them, and the same with other addresses and contents.

A frame is kept only where every byte of it is understood: link layer, IP, then TCP, UDP or an ICMP error. What is
not is left out, with the reason. Checksums that were right are right again; wrong ones stay wrong by as much, and
those that the network card would have filled in stay unfilled.
"""

import collections
import struct

from . import payloads, quic
from .streams import Streams

TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
RST = 4
NAMES = {4: "IP in IP", 41: "IPv6 in IP", 47: "GRE", 50: "ESP", 51: "AH", 97: "EtherIP", 132: "SCTP"}
CHECKSUM_AT = {TCP: 16, UDP: 6, ICMP: 2, ICMPV6: 2}
TUNNEL_PORTS = {1701: "L2TP", 2152: "GTP", 3544: "Teredo", 4341: "LISP", 4342: "LISP", 4754: "GRE in UDP",
                4789: "VXLAN", 4790: "VXLAN", 5072: "AYIYA", 5246: "CAPWAP", 5247: "CAPWAP", 6081: "Geneve"}
ERRORS = {ICMP: (3, 4, 11, 12), ICMPV6: (1, 2, 3, 4)}
ECHOES = {ICMP: (0, 8), ICMPV6: (128, 129)}
ROUTER_ALERT = {4: 0x94, 6: 5}
# TCP options that say how, not who: end, nothing, MSS, scale, SACK, timestamps.
PLAIN_OPTIONS = 2, 3, 4, 5, 8

# A part of a frame: where its bytes lie in what IP carried.
Carrier = collections.namedtuple("Carrier", "frame at end offset")


class Unknown(Exception):
    """What this frame has that is not understood."""


def words_sum(data):
    data = bytes(data) + bytes(len(data) % 2)
    return sum(struct.unpack(f">{len(data) // 2}H", data))


def folded(number):
    """In ones' complement, 16 bits."""
    while number >> 16:
        number = (number & 0xffff) + (number >> 16)
    return number


def moved(checksum, old, new):
    """The checksum that is as right or wrong for the new bytes as it was for the old."""
    return ~folded((~checksum & 0xffff) + words_sum(new) + 0xffff - folded(words_sum(old))) & 0xffff


class Unit:
    """What one IP packet carries, whole: in one frame, or in fragments."""

    def __init__(self, protocol, src, dst, data, carriers):
        self.protocol, self.src, self.dst, self.data, self.carriers = protocol, src, dst, data, carriers
        self.stream = self.place = None

    @property
    def ports(self):
        return struct.unpack_from(">HH", self.data)

    @property
    def ends(self):
        return (self.src, self.ports[0], self.dst, self.ports[1])

    @property
    def head(self):
        """Bytes of the header."""
        if self.protocol == UDP:
            return 8
        return max(20, self.data[12] >> 4 << 2)

    @property
    def conversation(self):
        """The same for both directions; None for ICMP."""
        if self.protocol not in (TCP, UDP):
            return None
        source, target = (self.src, self.ports[0]), (self.dst, self.ports[1])
        return self.protocol, min(source, target), max(source, target)


class Capture:
    """All frames: understood, then rewritten. why: by number, from 0, what was not understood."""

    def __init__(self, link, frames):
        self.link, self.frames = link, frames
        self.out = [bytearray(frame.data) for frame in frames]
        self.why, self.units, self.of_frame = {}, [], {}
        self.link_addresses, self.ip_headers, self.paddings = [], [], []
        self.fragments, self.streams = {}, Streams()
        for number in range(len(frames)):
            try:
                self.read_link(number)
            except Unknown as problem:
                self.why[number] = str(problem)
            except (struct.error, IndexError):
                self.why[number] = "a header that is cut"
        for parts in self.fragments.values():
            for number, *_ in parts:
                self.why[number] = "fragments of which some are missing"

    # ---- layers; all is looked at before anything is changed ----

    def read_link(self, number):
        data, link = self.out[number], self.link
        addresses, at, kind = [], 0, None
        if link == 1:
            addresses, at, kind = [0, 6], 14, struct.unpack_from(">H", data, 12)[0]
        elif link == 113:
            addresses, at, kind = [6], 16, struct.unpack_from(">H", data, 14)[0]
        elif link == 276:
            addresses, at, kind = [12], 20, struct.unpack_from(">H", data)[0]
        elif link in (0, 108):
            at = 4
        elif link not in (12, 14, 101, 228, 229):
            raise Unknown(f"link layer {link}")
        while kind in (0x8100, 0x88a8):
            kind = struct.unpack_from(">H", data, at + 2)[0]
            at += 4
        if kind == 0x8864:
            kind = {0x21: 0x0800, 0x57: 0x86dd}.get(struct.unpack_from(">H", data, at + 6)[0], kind)
            at += 8
        if kind not in (None, 0x0800, 0x86dd):
            raise Unknown("ARP" if kind == 0x0806 else f"Ethernet type 0x{kind:04x}")
        self.read_ip(number, at)
        self.link_addresses += [(number, place) for place in addresses]

    def read_ip(self, number, at):
        data = self.out[number]
        version = data[at] >> 4
        if version == 4:
            head, total = (data[at] & 15) << 2, struct.unpack_from(">H", data, at + 2)[0]
            options_of_ip(data[at + 20:at + head])
            fragment = struct.unpack_from(">H", data, at + 6)[0] & 0x3fff
            protocol, src, dst = data[at + 9], data[at + 12:at + 16], data[at + 16:at + 20]
            identity, offset, more = data[at + 4:at + 6], (fragment & 0x1fff) << 3, fragment >> 13
        elif version == 6:
            head, total = 40, struct.unpack_from(">H", data, at + 4)[0] + 40
            src, dst = data[at + 8:at + 24], data[at + 24:at + 40]
            protocol, head, fragment = read_extensions(data, at, head)
            identity, offset, more = fragment or (b"", 0, 0)
        else:
            raise Unknown(f"IP version {version}")
        if total <= 40 and not struct.unpack_from(">H", data, at + (2 if version == 4 else 4))[0]:
            total = len(data) - at                              # the card would have cut it
        cut = at + total > len(data)
        start, end = at + head, min(at + total, len(data))
        if offset or more:
            if cut:
                raise Unknown("a fragment that was captured in part")
            unit = self.join(number, (bytes(src), bytes(dst), protocol, bytes(identity)), offset, more, start, end)
        else:
            unit = Unit(protocol, bytes(src), bytes(dst), bytes(data[start:end]), [Carrier(number, start, end, 0)])
        if unit:
            self.take(unit)
        self.ip_headers.append((number, at, version))
        self.paddings.append((number, end))

    def join(self, number, key, offset, more, start, end):
        """The unit that a fragment completes. Until then what is missing is said of the others."""
        parts = self.fragments.setdefault(key, [])
        parts.append((number, offset, more, start, end))
        parts.sort(key=lambda part: part[1])
        due = 0
        for _, place, _, first, last in parts:
            if place != due:
                return None
            due += last - first
        if parts[-1][2]:
            return None
        del self.fragments[key]
        data = b"".join(bytes(self.out[frame][first:last]) for frame, _, _, first, last in parts)
        src, dst, protocol, _ = key
        return Unit(protocol, src, dst, data, [Carrier(frame, first, last, place)
                                               for frame, place, _, first, last in parts])

    def take(self, unit):
        self.check(unit)
        if unit.protocol == TCP:
            seq, flags = struct.unpack_from(">I", unit.data, 4)[0], unit.data[13]
            payload = b"" if flags & RST else unit.data[unit.head:]
            unit.stream, unit.place = self.streams.note(unit.ends, seq, flags >> 1 & 1, payload, 53 in unit.ports)
        self.units.append(unit)
        for carrier in unit.carriers:
            self.of_frame[carrier.frame] = unit

    def check(self, unit):
        """Raises where something in it is not understood."""
        if unit.protocol in (TCP, UDP):
            if len(unit.data) < unit.head:
                raise Unknown("a header that is cut")
            tunnel = next((TUNNEL_PORTS[port] for port in unit.ports if port in TUNNEL_PORTS), None)
            if unit.protocol == UDP and tunnel:
                raise Unknown(f"{tunnel}, a tunnel")
        elif unit.protocol not in ERRORS or unit.data[0] not in ERRORS[unit.protocol] + ECHOES[unit.protocol]:
            raise Unknown(NAMES.get(unit.protocol, f"ICMP of type {unit.data[0]}" if unit.protocol in ERRORS
                                    else f"IP protocol {unit.protocol}"))

    # ---- the other contents ----

    def rewrite(self, pseudonyms):
        """Changes all that was understood, in `out`."""
        self.streams.rewrite(pseudonyms)
        hellos = quic.Hellos(pseudonyms, [unit for unit in self.units if unit.protocol == UDP])
        for unit in self.units:
            new = self.rewritten(unit, pseudonyms, hellos)
            for carrier in unit.carriers:
                self.out[carrier.frame][carrier.at:carrier.end] = new[carrier.offset:carrier.offset
                                                                      + carrier.end - carrier.at]
        for number, at, version in self.ip_headers:
            rewrite_ip_header(pseudonyms, self.out[number], at, version)
        for number, end in self.paddings:
            self.out[number][end:] = pseudonyms.noise(self.out[number][end:])
        for number, at in self.link_addresses:
            self.out[number][at:at + 6] = pseudonyms.mac(self.out[number][at:at + 6])

    def rewritten(self, unit, pseudonyms, hellos):
        new = bytearray(unit.data)
        if unit.protocol == TCP:
            rewrite_tcp(pseudonyms, unit, new)
        elif unit.protocol == UDP:
            new[8:] = hellos.rewritten(unit) or payloads.datagram(pseudonyms, unit.data[8:], unit.ports)
        else:
            rewrite_icmp(pseudonyms, unit, new)
        src, dst = pseudonyms.address(unit.src), pseudonyms.address(unit.dst)
        set_checksum(unit, new, src + dst, with_addresses=unit.protocol != ICMP)
        return new


def options_of_ip(options):
    """Raises where one of them is not about routers in general."""
    at = 0
    while at < len(options) and options[at]:
        if options[at] not in (1, ROUTER_ALERT[4]):
            raise Unknown(f"IP option {options[at]}")
        at += 1 if options[at] == 1 else max(2, options[at + 1])


def read_extensions(data, at, head):
    """(protocol, bytes of headers, None or what a fragment header says)"""
    protocol, fragment = data[at + 6], None
    while protocol in (0, 44, 60):
        here = at + head
        if protocol == 44:
            word = struct.unpack_from(">H", data, here + 2)[0]
            fragment = data[here + 4:here + 8], word & 0xfff8, word & 1
            protocol, head = data[here], head + 8
            continue
        size = data[here + 1] + 1 << 3
        place = here + 2
        while place < here + size:
            if data[place] not in (0, 1, ROUTER_ALERT[6]):
                raise Unknown(f"IPv6 option {data[place]}")
            place += 1 if not data[place] else 2 + data[place + 1]
        protocol, head = data[here], head + size
    if protocol == 43:
        raise Unknown("a routing header")
    return protocol, head, fragment


def rewrite_ip_header(pseudonyms, data, at, version):
    start, size = (at + 12, 4) if version == 4 else (at + 8, 16)
    old = bytes(data[start:start + 2 * size])
    new = pseudonyms.address(old[:size]) + pseudonyms.address(old[size:])
    data[start:start + 2 * size] = new
    if version == 4:
        checksum = struct.unpack_from(">H", data, at + 10)[0]
        if checksum:                                        # 0: the card would have filled it in
            struct.pack_into(">H", data, at + 10, moved(checksum, old, new))


def set_checksum(unit, new, addresses, with_addresses):
    place = CHECKSUM_AT[unit.protocol]
    if len(new) < place + 2:
        return
    checksum = struct.unpack_from(">H", new, place)[0]
    before, after = (unit.src + unit.dst, addresses) if with_addresses else (b"", b"")
    sums = [folded(words_sum(unit.src + unit.dst) + unit.protocol + length) for length in (len(unit.data), 0)]
    if unit.protocol == UDP and not checksum:
        return
    if with_addresses and checksum in sums:                 # no more than the card needs to fill in the rest
        other = folded(words_sum(addresses) + unit.protocol + (len(unit.data), 0)[sums.index(checksum)])
    else:
        other = moved(checksum, before + unit.data, after + bytes(new))
    struct.pack_into(">H", new, place, other or (0xffff if unit.protocol == UDP else 0))


def rewrite_tcp(pseudonyms, unit, new):
    at = 20
    while at < unit.head and at < len(new) and new[at]:
        if new[at] == 1:
            at += 1
            continue
        size = max(2, new[at + 1]) if at + 1 < len(new) else 2
        if new[at] not in PLAIN_OPTIONS:
            new[at + 2:at + size] = pseudonyms.noise(new[at + 2:at + size])
        at += size
    payload = unit.data[unit.head:]
    if payload:
        new[unit.head:] = (unit.stream.now(pseudonyms, unit.place, payload) if unit.stream
                           else payloads.rewritten(pseudonyms, payload, dns=53 in unit.ports))


def rewrite_icmp(pseudonyms, unit, new):
    """Errors quote a packet; what it carried is not looked at again."""
    if unit.data[0] in ECHOES[unit.protocol]:
        new[8:] = pseudonyms.noise(new[8:])
        return
    at = 8
    version = new[at] >> 4 if len(new) > at else 0
    head, protocol_at, least = ((new[at] & 15) << 2, 9, 20) if version == 4 else (40, 6, 40)
    if version not in (4, 6) or len(new) < at + least:
        new[8:] = pseudonyms.noise(new[8:])
        return
    protocol, start = new[at + protocol_at], at + head
    src, dst = ((new[at + 12:at + 16], new[at + 16:at + 20]) if version == 4
                else (new[at + 8:at + 24], new[at + 24:at + 40]))
    quoted = Unit(protocol, bytes(src), bytes(dst), bytes(new[start:]), ())
    rewrite_ip_header(pseudonyms, new, at, version)
    new[start:] = quoted_bytes(pseudonyms, quoted)


def quoted_bytes(pseudonyms, quoted):
    """Of TCP and UDP the header stays; names in a question are replaced, all else becomes noise."""
    new = bytearray(quoted.data)
    if quoted.protocol == UDP and len(new) >= 8:
        new[8:] = payloads.datagram(pseudonyms, new[8:], quoted.ports)
    elif quoted.protocol == TCP and len(new) >= 8:
        head = quoted.head if len(new) > 12 else len(new)
        new[head:] = pseudonyms.noise(new[head:])
    else:
        return pseudonyms.noise(new)
    addresses = pseudonyms.address(quoted.src) + pseudonyms.address(quoted.dst)
    set_checksum(quoted, new, addresses, with_addresses=True)
    return new
