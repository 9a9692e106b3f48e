# SPDX-License-Identifier: GPL-2.0-or-later
"""From the interferer's record to the truth about each capture.

The record lists whole IP packets as they were sent, dropped or passed. A frame of a capture is one
of them when all octets agree except those that routers change: TTL or hop limit and the IPv4 header
checksum. Equal packets are matched in order, first sent to first captured. No header value is ever
judged here.
"""
import collections

COLUMNS = ["frame", "truth", "class", "behaviour", "trigger"]

Entry = collections.namedtuple("Entry", "event cls behaviour trigger towards packet")
Row = collections.namedtuple("Row", "frame truth cls behaviour trigger")


def read_record(path):
    entries = []
    for line in open(path, encoding="utf-8", errors="backslashreplace"):
        if not line.startswith("#"):
            event, cls, behaviour, trigger, towards, packet = line.rstrip("\n").split("\t")
            entries.append(Entry(event, cls, behaviour, trigger, towards, bytes.fromhex(packet)))
    return entries


def identity(ip_packet):
    """The octets of an IP packet that no router changes."""
    b = bytearray(ip_packet)
    if b and b[0] >> 4 == 4:
        b[8] = b[10] = b[11] = 0
    elif b:
        b[7] = 0
    return bytes(b)


def ip_packet(octets):
    """The IP packet in an Ethernet frame, without padding, outermost 802.1Q tag skipped."""
    at = 18 if octets[12:14] == b"\x81\x00" else 14
    ip = octets[at:]
    if not ip:
        return b""
    length = int.from_bytes(ip[2:4], "big") if ip[0] >> 4 == 4 else 40 + int.from_bytes(ip[4:6], "big")
    return ip[:length]


def match(entries, packets):
    """Rows of the truth for a capture, in frame order."""
    waiting = collections.defaultdict(collections.deque)
    for entry in entries:
        waiting[identity(entry.packet)].append(entry)
    rows = []
    for number, packet in enumerate(packets, 1):
        queue = waiting.get(identity(ip_packet(packet.octets)))
        if queue:
            e = queue.popleft()
            rows.append(Row(number, e.event, e.cls, e.behaviour, e.trigger))
    return rows


def foreign(packets, other_end, claims, behaviour, trigger):
    """Rows for packets that claim to come from the other end (`claims`: beginnings of its addresses)
    and never left it: a third party sent them in its name. Without an interferer's record."""
    sent = {message(ip_packet(p.octets)) for p in other_end}
    return [Row(number, "forged", kind(ip), behaviour, trigger)
            for number, ip in enumerate((ip_packet(p.octets) for p in packets), 1)
            if ip and message(ip).startswith(claims) and message(ip) not in sent]


def message(ip):
    """Addresses and what they carry: ettercap forwards packets itself and gives them other IP IDs."""
    return ip[12:] if ip[0] >> 4 == 4 else ip[8:]


def kind(ip):
    """The class of a forged packet, by what it is."""
    at, protocol = ((ip[0] & 15) * 4, ip[9]) if ip[0] >> 4 == 4 else (40, ip[6])
    if protocol == 17:
        return "dns-answer"
    if protocol != 6:
        return "icmp"
    flags = ip[at + 13]
    held = len(ip) - at - (ip[at + 12] >> 4) * 4
    return "reset" if flags & 4 else "syn-ack" if flags & 2 else "data" if held else \
        "fin" if flags & 1 else "ack"


def write(path, header, rows):
    with open(path, "w", encoding="utf-8") as f:
        for key, value in header.items():
            f.write("# %s: %s\n" % (key, value))
        f.write("\t".join(COLUMNS) + "\n")
        for row in rows:
            f.write("\t".join(str(v) for v in row) + "\n")


def read(path):
    """(header, rows) of a truth file."""
    header, rows = {}, []
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("# "):
            key, _, value = line[2:].partition(": ")
            header[key] = value
        elif line and not line.startswith("frame\t"):
            frame, *rest = line.split("\t")
            rows.append(Row(int(frame), *rest))
    return header, rows


def meaning(rows):
    """What a truth says, whatever the frame numbers. Repeats of one silenced request, whose number
    depends on retransmission timers, count once. Genuine packets of a race with a reset do not
    count: whether the server still sent them depends on microseconds at its end."""
    out = []
    for row in rows:
        said = row[1:]
        repeated = row.truth == "silenced" and said in out
        if not repeated and not (row.truth == "genuine" and row.cls == "reset"):
            out.append(said)
    return out
