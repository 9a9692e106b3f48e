#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the tables of docs/habits.md from the captures of real tools, or checks that they are up to date.

    tests/lab/habits.py [--update]

Who sent a packet is known from the truth files; a packet's header is taken where it was sent: from the
server's capture for what runs there, from the client's (next to the router with the tool) for the rest.
"""
import collections
import os
import socket
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "captures", "lab"))
sys.dont_write_bytecode = True

import capture                                                              # noqa: E402
import network                                                              # noqa: E402
import real                                                                 # noqa: E402
import truth                                                                # noqa: E402

DOCUMENT = os.path.join(ROOT, "docs", "habits.md")
BEGIN, END = "<!-- from captures/real -->\n", "<!-- end -->\n"
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
TIMESTAMPS, FAST_OPEN = 8, 34

Sent = collections.namedtuple("Sent", "source port peer ttl id df flags ack window options length dns")
Answer = collections.namedtuple("Answer", "flags name type answers ttl authorities additionals opt ede")


# ---- Reading -------------------------------------------------------------------------------------

def network_header(ip):
    """(source, TTL, IP ID or None, DF or None, protocol, start of what is carried)"""
    if ip[0] >> 4 == 4:
        word, = struct.unpack_from(">H", ip, 6)
        return socket.inet_ntoa(ip[12:16]), ip[8], int.from_bytes(ip[4:6], "big"), word >> 14 & 1, ip[9], \
            (ip[0] & 15) * 4
    return socket.inet_ntop(socket.AF_INET6, ip[8:24]), ip[7], None, None, ip[6], 40


def read_options(octets):
    kinds, at = set(), 0
    while at < len(octets) and octets[at]:
        kinds.add(octets[at])
        at += 1 if octets[at] == 1 else max(2, octets[at + 1] if at + 1 < len(octets) else 2)
    return frozenset(kinds)


def read_name(message, at):
    labels = []
    while message[at] and message[at] < 0xC0:
        labels.append(message[at + 1:at + 1 + message[at]].decode())
        at += 1 + message[at]
    return ".".join(labels), at + (2 if message[at] >= 0xC0 else 1)


def read_dns(message):
    """An answer of a name server; None for a question."""
    _, flags, questions, answers, authorities, additionals = struct.unpack_from(">6H", message)
    if not flags & 0x8000 or questions != 1:
        return None
    name, at = read_name(message, 12)
    kind, = struct.unpack_from(">H", message, at)
    at, ttl, opt, ede = at + 4, None, False, None
    for number in range(answers + authorities + additionals):
        _, at = read_name(message, at)
        of, _, seconds, length = struct.unpack_from(">HHIH", message, at)
        ttl = seconds if number == 0 and answers else ttl
        if of == 41:
            opt, ede = True, read_ede(message[at + 10:at + 10 + length])
        at += 10 + length
    return Answer(flags, name, kind, answers, ttl, authorities, additionals - opt, opt, ede)


def read_ede(options):
    at = 0
    while at + 4 <= len(options):
        code, length = struct.unpack_from(">HH", options, at)
        if code == 15:
            return struct.unpack_from(">H", options, at + 4)[0]
        at += 4 + length
    return None


def read_packet(octets):
    ip = truth.ip_packet(octets)
    source, ttl, identifier, df, protocol, at = network_header(ip)
    port, peer = struct.unpack_from(">HH", ip, at)
    if protocol == 17 and port == 53:
        return Sent(source, port, peer, ttl, identifier, df, None, 0, 0, frozenset(), len(ip) - at - 8,
                    read_dns(ip[at + 8:]))
    if protocol != 6:
        return None
    start = at + (ip[at + 12] >> 4) * 4
    _, ack, _, flags, window = struct.unpack_from(">IIBBH", ip, at + 4)
    return Sent(source, port, peer, ttl, identifier, df, flags, ack, window, read_options(ip[at + 20:start]),
                len(ip) - start, None)


def sent_by(scenario):
    """What the subject of a scenario sent, in order."""
    view = "client" if not scenario.subject or "server" not in scenario.vantages else "server"
    found = []
    for view in (view,) if scenario.subject else ("client", "server"):
        stem = os.path.join(ROOT, "captures", "real", scenario.name, view)
        forged = {r.frame for r in truth.read(stem + ".truth")[1]}
        for number, packet in enumerate(capture.read_pcapng(stem + ".pcapng"), 1):
            p = read_packet(packet.octets) if packet.octets[12:14] in (b"\x08\x00", b"\x86\xdd") else None
            if p and (number in forged if not scenario.subject else p.source == address(scenario)):
                found.append(p)
        if found:
            return found
    return found


def address(scenario):
    return {"r1": "192.0.2.1"}.get(scenario.subject) or network.ADDRESSES[scenario.subject]


def tool(scenario):
    stem = os.path.join(ROOT, "captures", "real", scenario.name, scenario.vantages[0])
    return truth.read(stem + ".truth")[0]["tool"]


# ---- In words ------------------------------------------------------------------------------------

def either(values):
    """All values that occur, the commonest first."""
    return " or ".join(str(v) for v, _ in collections.Counter(values).most_common(3))


def ids(packets):
    """How the IP IDs of one kind of segment go on within a connection."""
    values = [p.id for p in packets]
    if None in values:
        return "–"
    if len(set(values)) == 1:
        return "0" if not values[0] else "0x%04x%s" % (values[0], " (one)" * (len(values) == 1))
    steps = [(b.id - a.id) & 0xFFFF for a, b in zip(packets, packets[1:]) if a.peer == b.peer]
    return "another each time" if not steps else "counts" if max(steps) < 64 else "random"


def bits(values):
    return either("–" if v is None else "set" if v else "clear" for v in values)


def segment_kind(p):
    if p.flags & RST:
        return "RST/ACK" if p.flags & ACK else "RST"
    if p.flags & SYN:
        return "SYN/ACK"
    return "data" if p.length else "FIN" if p.flags & FIN else "ACK"


def windows(values):
    return either(values) if len(set(values)) < 4 else "%d to %d" % (min(values), max(values))


def options(values):
    return either("timestamps" if TIMESTAMPS in v else "some" if v else "none" for v in values)


def tcp_rows(scenario, packets, where=""):
    kinds = collections.defaultdict(list)
    for p in packets:
        kinds[segment_kind(p)].append(p)
    for kind, of in kinds.items():
        yield (tool(scenario), scenario.name + where, kind, len(of), either(p.ttl for p in of), ids(of),
               bits(p.df for p in of), windows([p.window for p in of]), options(p.options for p in of))


def question(p):
    return "%s %s" % (p.dns.name, {1: "A", 28: "AAAA", 15: "MX"}.get(p.dns.type, p.dns.type))


def dns_rows(scenario, packets):
    for p in packets:
        d = p.dns
        yield (tool(scenario), question(p), "0x%04x" % d.flags, ("no record" if d.ttl is None else d.ttl),
               "%d/%d/%d" % (d.answers, d.authorities, d.additionals),
               ("EDE %d" % d.ede if d.ede is not None else "yes") if d.opt else "no", p.ttl, bits([p.df]))


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(str(c) for c in row) + " |" for row in rows]
    return "\n".join(lines) + "\n\n"


TCP_HEADS = ("tool", "scenario", "segment", "seen", "TTL", "IP ID", "DF", "window", "options")
DNS_HEADS = ("tool", "question", "flags", "record TTL", "records", "EDNS", "TTL", "DF")


def tcp_table(scenarios):
    rows = []
    for s in scenarios:
        packets = [p for p in sent_by(s) if p.flags is not None]
        ports = dict(s.parts)
        for port in ports or [None]:
            rows += tcp_rows(s, [p for p in packets if port in (None, p.port)], ": " + ports[port] if port else "")
    return table(TCP_HEADS, rows)


def dns_table(scenarios):
    rows = [row for s in scenarios for row in dns_rows(s, [p for p in sent_by(s) if p.dns])]
    return table(DNS_HEADS, list(dict.fromkeys(rows)))


def tables():
    return ("## Resets of tools and firewalls\n\n" + tcp_table(real.INJECTORS + real.FIREWALLS) +
            "## DNS answers of tools\n\n" + dns_table(real.INJECTORS) +
            "## Resolvers\n\n" + dns_table(real.RESOLVERS) +
            "## Servers and proxies\n\n" + tcp_table(s for s in real.SERVERS if not s.stands_in) +
            "## Linux and user-space stacks\n\n" + tcp_table(real.KERNEL + real.STACKS))


def main():
    text = open(DOCUMENT, encoding="utf-8").read()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    made = before + BEGIN + "\n" + tables() + END + after
    if "--update" in sys.argv[1:]:
        open(DOCUMENT, "w", encoding="utf-8").write(made)
    elif made != text:
        print("docs/habits.md is not what the captures say: tests/lab/habits.py --update")
        return 1
    print("docs/habits.md: %d rows" % made.count("\n| "))
    return 0


if __name__ == "__main__":
    sys.exit(main())
