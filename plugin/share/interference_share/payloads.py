# SPDX-License-Identifier: GPL-2.0-or-later
"""Contents: names and what else could tell who spoke about what are replaced, in place; the form stays.

What cannot be read as what it should be becomes noise. Nothing grows or shrinks, so that sequence numbers,
lengths and compressed names stay right.
"""

import struct

from .pseudonyms import FRAMING

DNS_PORTS = 53, 5353, 5355
WIREGUARD_TYPES, OPENVPN_RESET = b"\1\2\3\4", b"\x38"
# What a published injector writes into its resets: no one's secret, and evidence.
PUBLISHED = bytes((1, 2, 3, 4, 5, 6, 7, 8, 9, 0)),


class Cut(Exception):
    """There is less than a length says."""


class Editor:
    """Bytes that are read from the front and changed on the way."""

    def __init__(self, data, at=0, end=None):
        self.data, self.at = data, at
        self.end = len(data) if end is None else end

    @property
    def left(self):
        return self.end - self.at

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def take(self, size):
        if size > self.left:
            raise Cut
        self.at += size
        return bytes(self.data[self.at - size:self.at])

    def change(self, size, function):
        old = self.take(size)
        self.data[self.at - size:self.at] = function(old)

    def rest(self, function):
        """What there is of the rest, for what was cut, too."""
        self.change(self.left, function)

    def part(self, size):
        """The next so many bytes as an editor of their own; what is there of them."""
        start = self.at
        self.at = min(self.at + size, self.end)
        return Editor(self.data, start, self.at)


# ---- DNS ----

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV, DNAME, OPT = 1, 2, 5, 6, 12, 15, 16, 28, 33, 39, 41
SVCB, HTTPS, SPF = 64, 65, 99
NAMES_BEHIND = {NS: 0, CNAME: 0, PTR: 0, DNAME: 0, MX: 2, SRV: 6}
CLIENT_SUBNET, ALPN, PORT, HINTS_4, HINTS_6 = 8, 1, 3, 4, 6


def dns_name(pseudonyms, editor):
    while True:
        length = editor.number(1)
        if length >= 0xc0:
            editor.take(1)
            return
        if length > 63:
            raise Cut
        if not length:
            return
        last = editor.data[editor.at + length:editor.at + length + 1] == b"\0"
        editor.change(length, lambda label: pseudonyms.text(label, ends=last))


def dns_addresses(pseudonyms, editor, size):
    while editor.left >= size:
        editor.change(size, pseudonyms.address)
    editor.rest(pseudonyms.noise)


def dns_subnet(pseudonyms, editor):
    """RFC 7871: the leading bits of an address. They are led like the address."""
    family, bits, _ = editor.number(2), editor.number(1), editor.number(1)
    size = {1: 4, 2: 16}.get(family)
    if not size or editor.left > size or bits > 8 * size:
        raise Cut
    mask = (1 << 8 * size) - (1 << 8 * size - bits)

    def led(prefix):
        whole = int.from_bytes(pseudonyms.address(prefix + bytes(size - len(prefix))), "big") & mask
        return whole.to_bytes(size, "big")[:len(prefix)]
    editor.rest(led)


def dns_options(pseudonyms, editor):
    while editor.left:
        code, option = editor.number(2), editor.part(editor.number(2))
        if code == CLIENT_SUBNET and option.left > 4:
            dns_subnet(pseudonyms, option)
        else:
            option.rest(pseudonyms.noise)


def dns_service(pseudonyms, editor):
    editor.take(2)
    dns_name(pseudonyms, editor)
    while editor.left:
        code, value = editor.number(2), editor.part(editor.number(2))
        if code in (HINTS_4, HINTS_6):
            dns_addresses(pseudonyms, value, 4 if code == HINTS_4 else 16)
        elif code not in (ALPN, PORT):
            value.rest(pseudonyms.noise)


def dns_data(pseudonyms, kind, editor):
    if kind in (A, AAAA) and editor.left == (4 if kind == A else 16):
        editor.rest(pseudonyms.address)
    elif kind in NAMES_BEHIND:
        editor.take(NAMES_BEHIND[kind])
        dns_name(pseudonyms, editor)
    elif kind == SOA:
        dns_name(pseudonyms, editor)
        dns_name(pseudonyms, editor)
        editor.take(20)
    elif kind in (TXT, SPF):
        while editor.left:
            editor.change(editor.number(1), pseudonyms.text)
    elif kind == OPT:
        dns_options(pseudonyms, editor)
    elif kind in (SVCB, HTTPS):
        dns_service(pseudonyms, editor)
    editor.rest(pseudonyms.noise)


def dns_message(pseudonyms, editor):
    """Names may point back at others, which were changed where they stand."""
    try:
        _, _, questions, *records = struct.unpack(">6H", editor.take(12))
        for _ in range(questions):
            dns_name(pseudonyms, editor)
            editor.take(4)
        for _ in range(sum(records)):
            dns_name(pseudonyms, editor)
            kind = editor.number(2)
            editor.take(6)
            data = editor.part(editor.number(2))
            try:
                dns_data(pseudonyms, kind, data)
            except Cut:
                data.rest(pseudonyms.noise)
    except Cut:
        pass
    editor.rest(pseudonyms.noise)


def dns_stream(pseudonyms, editor):
    while editor.left >= 2:
        dns_message(pseudonyms, editor.part(editor.number(2)))
    editor.rest(pseudonyms.noise)


# ---- certificates ----

STRINGS = 0x0c, 0x12, 0x13, 0x14, 0x16, 0x1a, 0x1e, 0x81, 0x82, 0x86
TIMES = 0x17, 0x18
HARMLESS = 0x01, 0x05, 0x06, 0x0a          # booleans, null, identifiers, enumerated


def der_length(editor):
    length = editor.number(1)
    return length if length < 0x80 else editor.number(length & 0x7f) if length & 0x7f < 5 else editor.left + 1


def der(pseudonyms, editor):
    """One element after another. True where the bytes are just these."""
    while editor.left:
        try:
            tag, length = editor.number(1), der_length(editor)
        except Cut:
            break
        whole = length <= editor.left
        part = editor.part(length)
        if tag & 0x20:
            der(pseudonyms, part)
        elif tag in STRINGS:
            part.rest(pseudonyms.text)
        elif tag in TIMES:
            part.rest(pseudonyms.figures)
        elif tag == 0x02 and length < 4:
            part.take(min(length, part.left))
        elif tag == 0x03 and part.left:
            part.take(1)
            part.rest(pseudonyms.noise)
        elif tag == 0x04 and is_der(part):
            der(pseudonyms, part)
        elif tag == 0x87 and length in (4, 16) and whole:
            part.rest(pseudonyms.address)
        elif tag not in HARMLESS:
            part.rest(pseudonyms.noise)
        if not whole:
            return
    editor.rest(pseudonyms.noise)


def is_der(editor):
    """Does an octet string hold just one element?"""
    probe = Editor(editor.data, editor.at, editor.end)
    try:
        return probe.number(1) in (0x30, 0x04) and der_length(probe) == probe.left
    except Cut:
        return False


# ---- TLS ----

CHANGE, ALERT, HANDSHAKE, APPLICATION = 20, 21, 22, 23
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = 1, 2, 11
RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")   # RFC 8446, 4.1.3
SERVER_NAME, ALPN_EXTENSION, KEY_SHARE, ECH = 0, 16, 51, 0xfe0d
# Lists of what is supported: evidence of the program, not of the person.
LISTS = 1, 5, 10, 11, 13, 16, 17, 18, 22, 23, 27, 28, 34, 43, 45, 50, 0x4469, 0x44cd, 0xff01


def is_tls(data):
    return len(data) >= 3 and CHANGE <= data[0] <= APPLICATION and data[1] == 3 and data[2] <= 4


def tls_key_share(pseudonyms, editor, client):
    if client:
        editor.take(2)
    while editor.left > 4:
        editor.take(2)
        editor.part(editor.number(2)).rest(pseudonyms.noise)


def tls_extension(pseudonyms, kind, editor, client):
    if kind == SERVER_NAME and editor.left > 5:
        editor.take(5)
        editor.rest(pseudonyms.text)
    elif kind == KEY_SHARE and editor.left > 4:
        tls_key_share(pseudonyms, editor, client)
    elif kind == ECH and editor.left:
        editor.take(1)
        editor.rest(pseudonyms.noise)
    elif kind not in LISTS and kind & 0x0f0f != 0x0a0a:     # those of RFC 8701 mean nothing
        editor.rest(pseudonyms.noise)


def tls_hello(pseudonyms, editor, client):
    editor.take(2)
    editor.change(32, lambda random: random if random == RETRY else pseudonyms.noise(random))
    editor.part(editor.number(1)).rest(pseudonyms.noise)
    editor.take(editor.number(2) if client else 2)
    editor.take(editor.number(1) if client else 1)
    if not editor.left:
        return
    extensions = editor.part(editor.number(2))
    while extensions.left >= 4:
        kind, size = extensions.number(2), extensions.number(2)
        tls_extension(pseudonyms, kind, extensions.part(size), client)
    extensions.rest(pseudonyms.noise)


def tls_certificates(pseudonyms, editor):
    editor.take(3)
    while editor.left > 3:
        der(pseudonyms, editor.part(editor.number(3)))


def tls_message(pseudonyms, kind, editor):
    try:
        if kind in (CLIENT_HELLO, SERVER_HELLO):
            tls_hello(pseudonyms, editor, kind == CLIENT_HELLO)
        elif kind == CERTIFICATE:
            tls_certificates(pseudonyms, editor)
    except Cut:
        pass
    editor.rest(pseudonyms.noise)


def tls_messages(pseudonyms, editor):
    while editor.left >= 4:
        kind, size = editor.number(1), editor.number(3)
        tls_message(pseudonyms, kind, editor.part(size))
    editor.rest(pseudonyms.noise)


def tls_flight(pseudonyms, data, places):
    """Records of one handshake, read as the one text that they are pieces of."""
    flight = bytearray(b"".join(data[at:end] for at, end in places))
    tls_messages(pseudonyms, Editor(flight))
    for at, end in places:
        data[at:end] = flight[:end - at]
        del flight[:end - at]


def tls_stream(pseudonyms, editor):
    places, secret = [], False
    while editor.left >= 5 and is_tls(editor.data[editor.at:editor.at + 3]):
        kind, _, size = editor.number(1), editor.number(2), editor.number(2)
        record = editor.part(size)
        if kind == HANDSHAKE and not secret:
            places.append((record.at, record.end))
        elif kind == CHANGE and size == 1:
            secret = True
        elif not (kind == ALERT and size == 2):
            record.rest(pseudonyms.noise)
    tls_flight(pseudonyms, editor.data, places)
    editor.rest(pseudonyms.noise)


# ---- what it is ----

def is_text(data):
    """Printable, but for a few."""
    some = bytes(data[:2048])
    odd = sum(c < 32 and c not in b"\t\r\n" or c == 127 for c in some)
    return bool(some) and odd * 20 <= len(some) and FRAMING.search(some[:512]) is not None


def kind_of(data, before):
    """How these bytes are to be read; before: how those in front of them were."""
    if is_tls(data):
        return "tls"
    if is_text(data):
        return "text"
    if before == "text" and not any(c < 32 and c not in b"\t\r\n" for c in data[:2048]):
        return "text"
    return before if before == "tls" else "noise"


def spans(data, cuts):
    """(how, from, to): what was sent in one piece is read in one way; neighbours of a kind are one text."""
    out, before = [], None
    for start, end in zip(cuts, [*cuts[1:], len(data)]):
        kind = kind_of(data[start:end], before)
        joins = out and kind == before and kind != "noise" and not (kind == "tls" and is_tls(data[start:end]))
        if joins:
            out[-1] = kind, out[-1][1], end
        else:
            out.append((kind, start, end))
        before = kind
    return out


def rewritten(pseudonyms, data, cuts=(0,), dns=False):
    """Bytes of a stream; cuts: where segments begin in it."""
    if bytes(data) in PUBLISHED:
        return bytes(data)
    out = bytearray(data)
    if dns:
        dns_stream(pseudonyms, Editor(out))
        return bytes(out)
    for kind, start, end in spans(data, list(cuts)):
        editor = Editor(out, start, end)
        if kind == "tls":
            tls_stream(pseudonyms, editor)
        else:
            editor.rest(pseudonyms.text if kind == "text" else pseudonyms.noise)
    return bytes(out)


def datagram(pseudonyms, data, ports):
    """What UDP carries. Of VPNs the type of a message stays."""
    out = bytearray(data)
    editor = Editor(out)
    if any(port in DNS_PORTS for port in ports):
        dns_message(pseudonyms, editor)
    elif out[:1] and out[:1] in WIREGUARD_TYPES and out[1:4] == b"\0\0\0":
        editor.take(4)
    elif out[:1] == OPENVPN_RESET:
        editor.take(1)
    editor.rest(pseudonyms.noise)
    return bytes(out)
