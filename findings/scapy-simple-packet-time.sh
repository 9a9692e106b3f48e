#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scapy gives packets that have no time the time at which they are read.
#
# Version     python3-scapy 2.5.0+dfsg-2 (Debian 12)
# Guess       time 0 or no time for a simple packet block of pcapng, which holds none (Wireshark shows
#             none, tcpdump 0)
# Seen        the clock of the reading machine: another one for each packet and on each run
# Why it matters  delays computed from such a capture measure scapy's own speed (0.3 ms a packet here),
#             look like a fast network, and differ from run to run.
. "$(dirname "$0")/lib/common.sh"
pinned python3-scapy=2.5.0+dfsg-2

python3 - <<'PYTHON'
from captures import *
open("simple.pcapng", "wb").write(
    section() + interface(b"eth0") + b"".join(simple_packet(octets) for octets in datagrams(3)))
PYTHON
seen=$(/usr/bin/python3 -W ignore - <<'PYTHON'
import time
from scapy.utils import RawPcapNgReader, PcapNgReader
from scapy.layers.l2 import Ether
from scapy.layers.inet import UDP
before = time.time()
times = [float(p.time) for p in PcapNgReader("simple.pcapng")]
print("the time of reading" if before <= times[0] < times[-1] <= time.time() else times)
PYTHON
)
same "three simple packet blocks" "$seen" "the time of reading"
