# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts, packets, and the capture they end up in with the truth about each of them."""

import ipaddress
import random
import struct

from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6TimeExceeded, IPv6, IPv6ExtHdrFragment, fragment6)
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from .stacks import LINUX

EPOCH = 1_700_000_000
INSIDE_ROUTER = "02:00:00:00:01:01"
OUTSIDE_ROUTER = "02:00:00:00:02:01"
SHORTEST_ETHERNET_FRAME = 60


class Host:
    """One endpoint: its address, its stack, and how far it is from the capture point.

    `rtt` is the round trip from the capture point to the host and back; `hops` the routers
    in between. A host at 0 hops shows its own hardware address, any other its router's.
    """

    def __init__(self, capture, address, stack=LINUX, hops=0, rtt=0.00004, inside=False):
        self.capture = capture
        self.address = in_ipv6(address) if capture.ipv6 else address
        self.stack = stack
        self.hops = hops
        self.rtt = rtt
        self.mac = self._hardware_address(inside)
        self.counter = capture.random.randrange(0x400, 0xE000)
        self.clock = capture.random.randrange(1 << 31)

    def _hardware_address(self, inside):
        if self.hops:
            return INSIDE_ROUTER if inside else OUTSIDE_ROUTER
        digest = int(ipaddress.ip_address(self.address)) >> (64 if self.capture.ipv6 else 0) & 0xFFFFFF
        return "02:10:00:%02x:%02x:%02x" % (digest >> 16, digest >> 8 & 255, digest & 255)

    @property
    def is_ipv6(self):
        return ":" in self.address

    def seen_ttl(self, initial=None):
        """TTL of its packets at the capture point."""
        return (initial or self.stack.ttl) - self.hops

    def next_ipid(self, regime):
        """The next IP identification of a regime that is kept per host."""
        if regime == "random":
            return self.capture.random.randrange(1, 0x10000)
        if regime == "zero":
            return 0
        step = self.capture.random.randint(1, 3) if self.hops else 1  # it talks to others too
        self.counter = (self.counter + step - 1) % 0xFFFF + 1
        return self.counter

    def timestamp(self, time):
        """TCP timestamp clock (1 kHz) when a packet seen at `time` was sent."""
        return (self.clock + int((time - self.rtt / 2) * 1000)) & 0xFFFFFFFF


class Packet:
    """One captured packet; keeps the header values that answers and injectors refer to."""

    def __init__(self, time, sender, receiver, network, **facts):
        self.time = time
        self.sender = sender          # Host
        self.receiver = receiver      # Host
        self.network = network        # the scapy IP or IPv6 layer, headers filled in
        self.note = None              # row of the truth file without the frame number
        self.asks = ""                # name the packet asks for, if it does
        self.macs = (sender.mac, receiver.mac)
        self.padded = sender.hops > 0 or sender.capture.vantage == "border"
        self.__dict__.update(facts)

    @property
    def ttl(self):
        return self.network.hlim if isinstance(self.network, IPv6) else self.network.ttl

    @property
    def ipid(self):
        return self.network.id

    def ethernet(self, tunnel=None, network=None):
        """The frame as captured; `network` is a fragment of the packet."""
        frame = Ether(src=self.macs[0], dst=self.macs[1])
        if tunnel:
            return bytes(tunnel(frame, self.network))
        data = bytes(frame / (network or self.network))
        if self.padded and len(data) < SHORTEST_ETHERNET_FRAME:
            data += bytes(SHORTEST_ETHERNET_FRAME - len(data))
        return data


def must_be_known(header, words):
    """Fail where a scenario asks for a header value that nobody would write."""
    unknown = header.keys() - words
    if unknown:
        raise TypeError(f"no such header value: {', '.join(sorted(unknown))}")


def in_ipv6(address):
    """The IPv6 address that a host has in a scenario's IPv6 twin."""
    if ":" in address:
        return address
    number = int(ipaddress.ip_address(address))
    return {"8.8.8.8": "2001:4860:4860::8888"}.get(
        address, str(ipaddress.ip_address(0x20010DB8 << 96 | number << 64 | 1)))


def in_pieces(network, size):
    """The fragments of a packet, with `size` bytes of it in each but the last."""
    if isinstance(network, IPv6):
        whole = IPv6(src=network.src, dst=network.dst, hlim=network.hlim, tc=network.tc, fl=network.fl) \
            / IPv6ExtHdrFragment(id=int(network.payload.seq)) / network.payload
        return fragment6(whole, size + 48)
    network = network.copy()
    network.flags = 0
    return network.fragment(size)


class Capture:
    """Packets seen at one vantage point, and the truth about the special ones."""

    def __init__(self, name, vantage):
        self.name = name
        self.vantage = vantage
        self.random = random.Random("interference:" + name)
        self.packets = []
        self.snaplen = 262144
        self.tunnel = None
        self.ipv6 = False            # hosts get IPv6 addresses
        self.fragments = {}          # id of a packet: bytes in each of its fragments
        self.next_port = self.random.randrange(40000, 50000)

    # -- hosts ---------------------------------------------------------------------------

    def client(self, address=None, stack=LINUX, hops=None, rtt=None):
        """A client where the vantage says clients are: here, behind the border, or far."""
        address = address or ("198.51.100.10" if self.vantage == "server" else "192.168.1.10")
        near = {"client": (0, 0.00004), "border": (3, 0.004), "server": (13, 0.120)}
        hops = near[self.vantage][0] if hops is None else hops
        rtt = near[self.vantage][1] if rtt is None else rtt
        return Host(self, address, stack, hops, rtt, inside=True)

    def server(self, address="203.0.113.80", stack=LINUX, hops=None, rtt=None):
        """A server where the vantage says servers are."""
        far = {"client": (17, 0.180), "border": (12, 0.110), "server": (0, 0.00006)}
        hops = far[self.vantage][0] if hops is None else hops
        rtt = far[self.vantage][1] if rtt is None else rtt
        return Host(self, address, stack, hops, rtt)

    def port(self):
        """A fresh ephemeral port."""
        self.next_port += self.random.randrange(1, 40)
        return self.next_port

    def jitter(self, seconds):
        """A duration that is a little longer than the shortest possible one."""
        return seconds * (1 + 0.02 * self.random.random()) + self.random.uniform(20e-6, 90e-6)

    # -- packets -------------------------------------------------------------------------

    def add(self, packet):
        """Put a packet into the capture; the order of calls does not matter."""
        self.packets.append(packet)
        return packet

    def ip(self, sender, receiver, payload, ttl, ipid, df=True, tos=0, flow_label=0):
        """The network layer for a payload, IPv4 or IPv6 as the addresses are."""
        if sender.is_ipv6:
            return IPv6(src=sender.address, dst=receiver.address, hlim=ttl, tc=tos,
                        fl=flow_label) / payload
        return IP(src=sender.address, dst=receiver.address, ttl=ttl, id=ipid,
                  flags="DF" if df else 0, tos=tos) / payload

    def duplicate(self, packet, after=0.00005, routed=False):
        """The mirror port delivers a packet again, perhaps from the router's other side."""
        copy = Packet(packet.time + after, packet.sender, packet.receiver,
                      packet.network.copy())
        copy.__dict__.update({key: value for key, value in packet.__dict__.items()
                              if key not in ("time", "network", "note")})
        if routed:
            setattr(copy.network, "hlim" if packet.sender.is_ipv6 else "ttl", packet.ttl - 1)
            copy.macs = ("02:00:00:00:03:01", "02:00:00:00:03:02")
        return self.add(copy)

    def icmp_about(self, reporter, packet, kind):
        """An ICMP error of `reporter` that quotes `packet` as it arrived there."""
        arrived = packet.network.copy()
        left = 1 if kind == "time-exceeded" else max(packet.ttl - reporter.hops, 1)
        if reporter.is_ipv6:
            arrived.hlim = left
            layer = ICMPv6TimeExceeded() if kind == "time-exceeded" else \
                ICMPv6DestUnreach(code=4)
        else:
            arrived.ttl = left
            layer = ICMP(type=11, code=0) if kind == "time-exceeded" else ICMP(type=3, code=3)
        quote = Raw(bytes(arrived)[:548])
        network = self.ip(reporter, packet.sender, layer / quote,
                          reporter.seen_ttl(), reporter.next_ipid("host"), df=False, tos=0xC0)
        return self.add(Packet(packet.time + self.jitter(reporter.rtt), reporter,
                               packet.sender, network))

    def datagram(self, sender, receiver, ports, payload, time, **header):
        """A UDP datagram; header values that are not given follow the sender's habits."""
        must_be_known(header, {"ttl", "ipid", "df", "tos", "flow_label"})
        stack = sender.stack
        ipid = header.get("ipid")
        if ipid is None and not sender.is_ipv6:
            ipid = sender.next_ipid(stack.udp_ipid)
        network = self.ip(sender, receiver, UDP(sport=ports[0], dport=ports[1]) / Raw(payload),
                          header.get("ttl", sender.seen_ttl()), ipid,
                          header.get("df", stack.udp_df), header.get("tos", 0),
                          header.get("flow_label", 0))
        return self.add(Packet(time, sender, receiver, network, ports=ports, payload=payload))

    # -- truth ---------------------------------------------------------------------------

    @staticmethod
    def mark(packet, truth, kind, behaviour, asked=""):
        """Write the row of the truth file that belongs to this packet."""
        packet.note = (truth, kind, behaviour, asked)
        return packet

    # -- what the capturing machine does to it -------------------------------------------

    def keep(self, wanted):
        """Lose every packet that `wanted` does not like."""
        self.packets = [packet for packet in self.packets if wanted(packet)]

    def frames(self):
        """Packets in the order in which they were captured."""
        return sorted(self.packets, key=lambda packet: packet.time)

    def pieces(self, packet):
        """The frames of a packet: one, or its fragments."""
        if id(packet) not in self.fragments:
            return [packet.ethernet(self.tunnel)]
        return [packet.ethernet(network=piece)
                for piece in in_pieces(packet.network, self.fragments[id(packet)])]

    def pcap(self):
        """The bytes of the capture file (microseconds, Ethernet)."""
        out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, self.snaplen, 1)]
        for packet in self.frames():
            for index, data in enumerate(self.pieces(packet)):
                kept = data[:self.snaplen]
                microseconds = round(packet.time * 1_000_000) + index
                out.append(struct.pack("<IIII", EPOCH + microseconds // 1_000_000,
                                       microseconds % 1_000_000, len(kept), len(data)))
                out.append(kept)
        return b"".join(out)

    def truth_rows(self):
        """Frame number and note of every packet that has one: of several fragments, the last."""
        rows, number = [], 0
        for packet in self.frames():
            number += len(self.pieces(packet)) if id(packet) in self.fragments else 1
            if packet.note:
                rows.append((number, *packet.note))
        return rows
