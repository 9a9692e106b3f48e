#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dnscap sees no DNS at all in a capture of "any" interface, and says nothing about it.
#
# Versions    dnscap 2.1.1-1, bittwist 2.0-15 (Debian 12)
# Guess       an error about the link type (Linux cooked v2, which tcpdump has written for `-i any` since
#             4.99), as tcpflow, ngrep, tcptrace, nfpcapd, softflowd, tcprewrite, dnstop and tcpick give
# Seen        dnscap prints nothing, writes no file and ends with status 0; the same question and answer over
#             Ethernet are printed. bittwiste, told to set the TTL, writes all packets unchanged and counts
#             them as written, status 0
# Why it matters  "no answers in the capture" is a finding in itself, and here it is the tool's.
. "$(dirname "$0")/lib/common.sh"
pinned dnscap=2.1.1-1 bittwist=2.0-15

python3 - <<'PYTHON'
import struct
from captures import *
name = b"\x07example\0" + struct.pack(">HH", 1, 1)
query = struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0) + name
answer = struct.pack(">6H", 7, 0x8180, 1, 1, 0, 0) + name + b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + bytes(4)
frames = [udp(CLIENT, SERVER, (40000, 53), query), udp(SERVER, CLIENT, (53, 40000), answer)]
times = [MONDAY * 10**9, MONDAY * 10**9 + 10**7]
pcap("ethernet.pcap", list(zip(times, frames)))
cooked = [octets[12:14] + struct.pack(">HIHBB", 0, 2, 1, 0, 6) + octets[6:12] + bytes(2) + octets[14:] for octets in frames]
pcap("any.pcap", list(zip(times, cooked)))
header = bytearray(open("any.pcap", "rb").read())
header[20:24] = struct.pack("<I", 276)
open("any.pcap", "wb").write(header)
PYTHON
messages() {
    printed=$(dnscap -r "$1" -g 2>&1) && echo "$(echo "$printed" | grep -c QUERY) messages, status 0"
}
same "dnscap, Ethernet" "$(messages ethernet.pcap)" "2 messages, status 0"
same "dnscap, any" "$(messages any.pcap)" "0 messages, status 0"
for link in ethernet any; do
    bittwiste -I $link.pcap -O $link.edited -T ip -t 9 2>&1 | grep -o '. packets' || true
    cmp -s $link.pcap $link.edited && echo "$link unchanged" || echo "$link edited"
done >edited
same "bittwiste" "$(cat edited)" "2 packets
ethernet edited
2 packets
any unchanged"
