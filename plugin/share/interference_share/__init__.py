# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes of a capture one that may be handed to a stranger, and proves that its evidence is the same.

    command     what is called, with which options; from reading to refusing
    files       captures in and out: any that editcap reads, pcapng with comments
    packets     a frame's headers: addresses, checksums; what is in no known layer is left out
    streams     which bytes of TCP are the same ones, sent again
    payloads    names and contents: DNS, HTTP, TLS, what else there is
    quic        the same of the Initials of QUIC
    pseudonyms  what stands for what: addresses, names, bytes; all from one key
    proof       interference-scan before and after, and the search for what is left
"""
