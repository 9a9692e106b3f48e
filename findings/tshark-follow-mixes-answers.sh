#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# "Follow TCP Stream" shows a page that nobody sent: the injected answer, then the rest of the genuine one.
#
# Version     tshark 4.0.17 (Debian 12); 4.4.19 (Debian 13) does the same
# Guess       of two segments with the same number the first one is shown and the second one not at all, as
#             the client's own stack does after the injected one's FIN
# Seen        the injected bytes, then the genuine segment from the byte on where the injected one ended,
#             as one text of one direction, without a word about the conflict
# Why it matters  the text reads as if the server had sent both; the beginning of the genuine answer, which
#             would show what the page was, is gone.
. "$(dirname "$0")/lib/common.sh"
pinned wireshark-common=4.0.17-0+deb12u3 tshark=4.0.17-0+deb12u3

python3 - <<'PYTHON'
from captures import *
FIN, SYN, PSH, ACK = 1, 2, 8, 16
up, down = (CLIENT, SERVER, (40000, 80)), (SERVER, CLIENT, (80, 40000))
request, injected, genuine = b"GET / HTTP/1.0\r\n\r\n", b"INJECTED-ANSWER\n", b"the-genuine-page that goes on\n"
end = 101 + len(request)
packets = [tcp(*up, 100, 0, SYN), tcp(*down, 500, 101, SYN | ACK), tcp(*up, 101, 501, ACK),
           tcp(*up, 101, 501, PSH | ACK, request), tcp(*down, 501, end, FIN | PSH | ACK, injected, ttl=57),
           tcp(*up, end, 501 + len(injected) + 1, ACK), tcp(*down, 501, end, PSH | ACK, genuine)]
pcap("race.pcap", [(MONDAY * 10**9 + n * 10**7, octets) for n, octets in enumerate(packets)])
PYTHON
seen=$(tshark -n -q -z follow,tcp,ascii,0 -r race.pcap 2>/dev/null | sed -n '/INJECTED/,$p' | grep -v '^=\|^$' | tr -d '\t')
same "the server's side" "$seen" "INJECTED-ANSWER
14
 that goes on"
