#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dpkt reads all packets of a pcapng file with the time resolution of its first interface.
#
# Versions    python3-dpkt 1.9.8-1, mergecap of wireshark-common 4.0.17 (Debian 12)
# Guess       each packet's time is read in the unit of its own interface, as libpcap and Wireshark do
# Seen        mergecap joins a microsecond pcap with a nanosecond pcap of the same minute; it keeps two
#             interfaces with their own units. dpkt gives the packets of the second interface 1000
#             times the time (here the year 58692; in the other order, January 1970). No error.
# Why it matters  two capture points joined with mergecap are the usual input for finding packets that
#             arrive at one end and never left the other; every delay measured with dpkt is nonsense.
. "$(dirname "$0")/lib/common.sh"
pinned python3-dpkt=1.9.8-1 wireshark-common=4.0.17-0+deb12u3

python3 - <<'PYTHON'
from captures import MONDAY, datagrams, pcap
one, two = datagrams(2)
pcap("us.pcap", [(MONDAY * 10**9, one)])
pcap("ns.pcap", [(MONDAY * 10**9 + 5 * 10**8, two)], nanoseconds=True)
PYTHON
moments() {
    /usr/bin/python3 -W ignore -c 'import dpkt, sys
print(*("%.1f" % time for time, _ in dpkt.pcapng.Reader(open(sys.argv[1], "rb"))))' "$1"
}
mergecap -w us-first.pcapng us.pcap ns.pcap 2>/dev/null
mergecap -w ns-first.pcapng ns.pcap us.pcap 2>/dev/null
same "microseconds first" "$(moments us-first.pcapng)" "1790000000.0 1790000000500.0"
same "nanoseconds first" "$(moments ns-first.pcapng)" "1790000.0 1790000000.5"
