#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A copy made by editcap, mergecap, reordercap or tshark no longer says how many packets were lost.
#
# Version     wireshark-common and tshark 4.0.17 (Debian 12)
# Guess       a copy without any change keeps the interface statistics (packets received, dropped) and the
#             resolved names, as it keeps comments, TLS secrets and custom blocks
# Seen        statistics and names are gone after each of the four; secrets and comments are kept
#             In 4.4.19 (Debian 13) the names stay, and reordercap alone keeps the statistics.
# Why it matters  "the capture lost packets" is the first innocent explanation for a missing or surprising
#             packet. It can be read off the original only.
. "$(dirname "$0")/lib/common.sh"
pinned wireshark-common=4.0.17-0+deb12u3 tshark=4.0.17-0+deb12u3

python3 - <<'PYTHON'
import struct
from captures import *
names = block(4, struct.pack("<HH", 1, 4 + 13) + socket.inet_aton(CLIENT) + b"some.example\0" + bytes(3) +
              struct.pack("<HH", 0, 0), option(2, b"resolver"))
secrets = b"CLIENT_RANDOM 00 00\n"
statistics = block(5, struct.pack("<III", 0, 0, 0), option(4, struct.pack("<Q", 10)), option(5, struct.pack("<Q", 7)))
packets = [packet(octets, (MONDAY + n) * 10**6, 0, option(1, b"a remark"))
           for n, octets in enumerate(datagrams(3))]
open("original.pcapng", "wb").write(
    section() + interface(b"eth0") + block(10, struct.pack("<II", 0x544C534B, len(secrets)) + secrets) +
    names + b"".join(packets) + statistics)
PYTHON
holds() {
    python3 - "$1" <<'PYTHON'
import struct, sys
data, at, kinds = open(sys.argv[1], "rb").read(), 0, []
while at < len(data):
    kind, size = struct.unpack_from("<II", data, at)
    kinds.append({4: "names", 5: "statistics", 6: "packet", 10: "secrets"}.get(kind, ""))
    at += size
print(*(k for k in ("secrets", "names", "statistics") if k in kinds), kinds.count("packet"), data.count(b"a remark"))
PYTHON
}
same "the original" "$(holds original.pcapng)" "secrets names statistics 3 3"
editcap original.pcapng editcap.pcapng
mergecap -w mergecap.pcapng original.pcapng
reordercap original.pcapng reordercap.pcapng >/dev/null
tshark -r original.pcapng -w tshark.pcapng 2>/dev/null
for tool in editcap mergecap reordercap tshark; do
    same "$tool" "$(holds $tool.pcapng)" "secrets 3 3"
done
