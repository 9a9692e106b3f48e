# SPDX-License-Identifier: GPL-2.0-or-later
"""Which packets of a large capture are judged together.

A large capture is split by tcpdump, so that no flow is cut in two. Group "server": everything of
one server, the end with the lower port, is in one shard. Group "pair": everything between two
addresses is. ICMP goes into every shard, because errors quote packets of any flow. What cannot be
spread that way (tunnels, two VLAN tags, other protocols) stays together in a last shard, "rest".
shard_of() is the same rule in Python: a finding counts in the shard that has its whole flow.
"""

import ipaddress
import struct

MIX = 0x9E3779B1                # 2^32 / golden ratio: neighbouring addresses go to different shards
TUNNELS = (1701, 2152, 3544, 4789, 6081, 8472)      # L2TP, GTP-U, Teredo, VXLAN, Geneve, VXLAN


def bpf_hash(words, shards):
    return f"((({words}) * {MIX:#x}) >> 16) % {shards}"


def bpf_side(layer, side):
    if layer == "ip":
        return f"ip[{12 + 4 * side}:4]"
    return " + ".join(f"ip6[{8 + 16 * side + 4 * word}:4]" for word in range(4))


def bpf_pair(layer, k, shards):
    words = f"{bpf_side(layer, 0)} + {bpf_side(layer, 1)}"
    return f"({bpf_hash(words, shards)} = {k})"


def bpf_server(layer, protocol, k, shards):
    """The server is the end with the lower port; where they are equal, the pair counts."""
    if layer == "ip":
        ports = f"{protocol}[0:2]", f"{protocol}[2:2]"
    else:
        ports = "ip6[40:2]", "ip6[42:2]"    # behind extension headers: rest
    sides = [f"({ports[0]} {sign} {ports[1]} and {bpf_hash(bpf_side(layer, side), shards)} = {k})"
             for side, sign in ((0, "<"), (1, ">"))]
    return f"({' or '.join(sides)} or ({ports[0]} = {ports[1]} and {bpf_pair(layer, k, shards)}))"


def bpf_spread(k, shards, group):
    """Packets of shard k; of all shards if k is None. Offsets are those of the IP header at
    hand."""
    tunnels = " or ".join(f"udp port {port}" for port in TUNNELS)
    parts = []
    for layer, version_4 in (("ip", True), ("ip6", False)):
        for protocol in ("tcp", "udp"):
            number = {"tcp": 6, "udp": 17}[protocol]
            this = (f"ip proto {number} and ip[6:2] & 0x3fff = 0" if version_4
                    else f"ip6[6] = {number}")
            if protocol == "udp":
                this += f" and not ({tunnels})"
            if k is not None:
                this += " and " + (bpf_pair(layer, k, shards) if group == "pair"
                                   else bpf_server(layer, protocol, k, shards))
            parts.append(f"({layer} and {this})")
    # Fragments have no ports: with their pair, or everywhere. ICMP everywhere.
    for layer, fragments, icmp in (("ip", "ip[6:2] & 0x3fff != 0", "icmp"),
                                   ("ip6", "ip6[6] = 44", "icmp6")):
        if k is not None and group == "pair":
            fragments += f" and {bpf_pair(layer, k, shards)}"
        parts += [f"({layer} and {fragments})", f"({icmp})"]
    return " or ".join(parts)


def shard_filter(k, shards, group):
    """The capture filter of shard k of `shards`; shard number `shards` is the rest."""
    if k < shards:
        plain_ip = bpf_spread(k, shards, group)
        return f"{plain_ip} or (vlan and ({plain_ip}))"
    plain_ip = bpf_spread(None, shards, group)
    return f"icmp or icmp6 or not ({plain_ip} or (vlan and ({plain_ip})))"


def address_word(text):
    """The sum of the 32-bit words of an address, as the filters make it."""
    packed = ipaddress.ip_address(text).packed
    return sum(struct.unpack(f">{len(packed) // 4}I", packed)) & 0xFFFFFFFF


def shard_of(finding, shards, group):
    """The shard that has the whole flow of a finding; None: any may have it."""
    if finding["protocol"] not in ("tcp", "udp"):
        return None
    ends = finding["source"], finding["destination"]
    low, high = sorted(ends, key=lambda end: end["port"] or 0)
    if group == "pair" or low["port"] == high["port"]:
        word = address_word(low["address"]) + address_word(high["address"])
    else:
        word = address_word(low["address"])
    return (((word & 0xFFFFFFFF) * MIX & 0xFFFFFFFF) >> 16) % shards
