#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""per_packet.py CAPTURE: finds odd resets as a script with scapy does, packet by packet.

What bench compares with, in the style of scripts such as rst-forensics (no line is theirs): scapy takes
each packet apart, a dictionary remembers TTL, IP ID and window of each direction of each connection,
and a reset is scored by how far it is from them. It knows resets over IPv4 only."""

import sys

from scapy.layers.inet import IP, TCP
from scapy.utils import PcapReader

ODD_WINDOWS = {0, 4128, 8192, 16384}
RESET = 4


def score(packet, before):
    ttl, identification, count = before
    points = 0
    points += abs(packet[IP].ttl - ttl) > 2
    points += count > 1 and (packet[IP].id - identification) % 65536 > 1000
    points += packet[TCP].window in ODD_WINDOWS
    points += not packet[TCP].options
    return points


def main():
    seen, resets, odd = {}, 0, 0
    with PcapReader(sys.argv[1]) as packets:
        for packet in packets:
            if IP not in packet or TCP not in packet:
                continue
            ip, tcp = packet[IP], packet[TCP]
            key = ip.src, tcp.sport, ip.dst, tcp.dport
            if tcp.flags & RESET:
                resets += 1
                odd += key in seen and score(packet, seen[key]) >= 2
            else:
                seen[key] = ip.ttl, ip.id, seen.get(key, (0, 0, 0))[2] + 1
    print(f"{resets} resets, {odd} odd")
    return 0


if __name__ == "__main__":
    sys.exit(main())
