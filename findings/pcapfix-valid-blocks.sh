#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pcapfix calls valid pcapng files corrupt and cuts out what it does not know.
#
# Version     pcapfix 1.1.7-2 (Debian 12)
# Guess       "Nothing to fix" for three valid files: one with TLS secrets (decryption secrets block), one
#             with a custom block, one whose packets have an identifier (option 5) before their comment
# Seen        "Corruption(s) fixed" for all three. The repaired files have lost the secrets, the custom
#             block, the identifiers and with them the comments; all packets are still there
# Why it matters  who repairs a capture to be on the safe side can no longer decrypt it, loses what an
#             analyst wrote, and is told that the file was damaged.
. "$(dirname "$0")/lib/common.sh"
pinned pcapfix=1.1.7-2

python3 - <<'PYTHON'
import struct
from captures import *
plain = [packet(octets, (MONDAY + n) * 10**6) for n, octets in enumerate(datagrams(3))]
noted = [packet(octets, (MONDAY + n) * 10**6, 0, option(5, bytes(8)), option(1, b"KEEP ME"))
         for n, octets in enumerate(datagrams(3))]
secrets = b"CLIENT_RANDOM 00 00 KEEP ME\n"
extra = {"plain": b"", "custom": block(0xBAD, struct.pack("<I", 32473) + b"KEEP ME"),
         "secrets": block(10, struct.pack("<II", 0x544C534B, len(secrets)) + secrets)}
for name, blocks in extra.items():
    open(name + ".pcapng", "wb").write(section() + interface(b"eth0") + blocks + b"".join(plain))
open("noted.pcapng", "wb").write(section() + interface(b"eth0") + b"".join(noted))
PYTHON
verdict() {
    pcapfix -o fixed "$1" 2>&1 | grep -oE 'Nothing to fix|Corruption\(s\) fixed'
    [ ! -e fixed ] || echo "kept $(grep -ac 'KEEP ME' fixed) of $(grep -ac 'KEEP ME' "$1")," \
        "packets $(grep -ao 'number [0-9]' fixed | wc -l)"
    rm -f fixed
}
same "a plain file" "$(verdict plain.pcapng)" "Nothing to fix"
for name in secrets custom; do
    same "$name" "$(verdict $name.pcapng)" "Corruption(s) fixed
kept 0 of 1, packets 3"
done
same "noted" "$(verdict noted.pcapng)" "Corruption(s) fixed
kept 0 of 3, packets 3"
