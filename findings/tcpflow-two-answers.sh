#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tcpflow files an injected answer and the genuine one as two connections, if the injected one ends it.
#
# Version     tcpflow 1.6.1-2+b1 (Debian 12)
# Guess       one file for the server's side, in which the later of two segments with the same number
#             overwrites the earlier one
# Seen        so it is without a FIN: only the genuine answer, the injected one leaves no trace. With a FIN
#             on the injected segment the genuine answer goes to a second file whose name ends in c1,
#             as if the ports had been used again; no third handshake is in the capture
# Why it matters  the file named after the connection holds what the client did read in the second case,
#             and what it did not read in the first.
. "$(dirname "$0")/lib/common.sh"
pinned tcpflow=1.6.1-2+b1

python3 - <<'PYTHON'
from captures import *
FIN, SYN, PSH, ACK = 1, 2, 8, 16
def talk(path, last):
    up, down = (CLIENT, SERVER, (40000, 80)), (SERVER, CLIENT, (80, 40000))
    request, genuine = b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\ngenuine\n"
    injected = b"HTTP/1.0 200 OK\r\n\r\nforged!\n"
    end = 101 + len(request)
    packets = [tcp(*up, 100, 0, SYN), tcp(*down, 500, 101, SYN | ACK), tcp(*up, 101, 501, ACK),
               tcp(*up, 101, 501, PSH | ACK, request),
               tcp(*down, 501, end, PSH | ACK | last, injected, ttl=57),
               tcp(*down, 501, end, PSH | ACK, genuine),
               tcp(*down, 501 + len(genuine), end, FIN | ACK)]
    pcap(path, [(MONDAY * 10**9 + n * 10**7, octets) for n, octets in enumerate(packets)])
talk("without-fin.pcap", 0)
talk("with-fin.pcap", FIN)
PYTHON
files() {
    mkdir "$1.d"
    (cd "$1.d" && tcpflow -q -r "../$1.pcap" >/dev/null 2>&1 && for f in 198*; do echo "$f: $(tail -1 "$f")"; done)
}
name=198.051.100.010.00080-192.000.002.010.40000
same "without FIN" "$(files without-fin)" "$name: genuine"
same "with FIN" "$(files with-fin)" "$name: forged!
${name}c1: genuine"
