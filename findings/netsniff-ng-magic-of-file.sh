#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# netsniff-ng takes no notice of --magic when it rewrites a file, and lowers the snapshot length.
#
# Version     netsniff-ng 0.6.8-3 (Debian 12)
# Guess       `--in ns.pcap --out us.pcap --magic 0xa1b2c3d4` writes microseconds, divided by 1000
# Seen        the file written has the magic number of the file read, whichever --magic asks for and in
#             both directions, with status 0; and its snapshot length is 65535 where the input has 262144
# Why it matters  a pipeline that turns nanoseconds into microseconds for an older reader this way hands
#             over nanoseconds still.
. "$(dirname "$0")/lib/common.sh"
pinned netsniff-ng=0.6.8-3

python3 - <<'PYTHON'
from captures import MONDAY, datagrams, pcap
frames = [(MONDAY * 10**9 + 987654321, octets) for octets in datagrams(1)]
pcap("us.pcap", frames)
pcap("ns.pcap", frames, nanoseconds=True)
PYTHON
# Magic number, snapshot length, fraction of the first time.
heads() {
    python3 -c 'import struct, sys
d = open(sys.argv[1], "rb").read()
print("%#x %d %d" % struct.unpack("<I12xI4x4xI", d[:32]))' "$1"
}
netsniff-ng --in ns.pcap --out to-us.pcap --magic 0xa1b2c3d4 --silent >/dev/null 2>&1
netsniff-ng --in us.pcap --out to-ns.pcap --magic 0xa1b23c4d --silent >/dev/null 2>&1
same "nanoseconds, microseconds asked for" "$(heads to-us.pcap)" "0xa1b23c4d 65535 987654321"
same "microseconds, nanoseconds asked for" "$(heads to-ns.pcap)" "0xa1b2c3d4 65535 987654"
