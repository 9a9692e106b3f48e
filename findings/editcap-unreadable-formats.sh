#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Some formats that editcap offers come out so that Wireshark's own reader rejects or alters them.
#
# Version     wireshark-common and tshark 4.0.17 (Debian 12)
# Guess       what editcap writes with status 0 can be read again: all packets, their lengths, their times
#             within the format's unit
# Seen        three packets from a plain Ethernet capture, each conversion with status 0:
#               observer        the file "appears to be damaged or corrupt" at its first packet
#               commview-ncfx   damaged after the first packet
#               visual          all packets, each 4 bytes shorter on the wire than captured
#               lanalyzer       all packets, the clock starts at midnight of that day
#             In 4.4.19 (Debian 13) observer can be read again; the other three are as here.
# Why it matters  the loss is found when the original is gone; and with visual and lanalyzer not even then.
. "$(dirname "$0")/lib/common.sh"
pinned wireshark-common=4.0.17-0+deb12u3 tshark=4.0.17-0+deb12u3

python3 - <<'PYTHON'
from captures import *
frames = [tcp(CLIENT, SERVER, (40000, 80), 100 + n, 0, 16, bytes(40)) for n in range(3)]
pcap("original.pcap", [((MONDAY + n) * 10**9, octets) for n, octets in enumerate(frames)])
PYTHON
# Packets, their lengths on the wire and as captured, the time of the first.
reads() {
    tshark -n -r "$1" -T fields -e frame.len -e frame.cap_len -e frame.time_epoch -e tcp.len 2>/dev/null |
        awk '$4 == 40 { n++; wire = $1; kept = $2; if (n == 1) first = int($3) } END { print n + 0, wire, kept, first }'
}
same "the original" "$(reads original.pcap)" "3 94 94 1790000000"
for format in observer commview-ncfx visual lanalyzer; do
    editcap -F $format original.pcap "$format" 2>/dev/null || { echo "CHANGED: $format is refused"; exit 1; }
done
same observer "$(reads observer)" "0   "
same commview-ncfx "$(reads commview-ncfx)" "0   "
same visual "$(reads visual)" "3 90 94 1790000000"
same lanalyzer "$(reads lanalyzer)" "3 94 94 1789948800"
same "the day of lanalyzer" "$((1789948800 % 86400))" "0"
