# SPDX-License-Identifier: GPL-2.0-or-later
"""The ClientHello in the Initials of QUIC (RFC 9000, 9001, 9369). Their keys follow from what they show, so whoever
sees them can read the name that is asked for: they are opened, the hello is rewritten, and they are closed again
with the same keys. Of all else of QUIC the header with its connection ids stays."""

import hashlib
import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import payloads
from .payloads import Cut, Editor

# Version: salt, word in labels, type of an Initial.
VERSIONS = {1: (bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"), b"quic", 0),
            0x6b3343cf: (bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"), b"quicv2", 1)}
PADDING, PING, ACK, ACK_ECN, CRYPTO = 0, 1, 2, 3, 6
SAMPLE = 16
HELLO_MAX = 1 << 16


def number(editor):
    """A number of variable length."""
    first = editor.number(1)
    rest = editor.number((1 << (first >> 6)) - 1)
    return (first & 0x3f) << 8 * ((1 << (first >> 6)) - 1) | rest


def expanded(secret, label, length):
    """HKDF-Expand-Label of TLS 1.3, of one block."""
    label = b"tls13 " + label
    info = struct.pack(">HB", length, len(label)) + label + b"\0\1"
    return hmac.new(secret, info, hashlib.sha256).digest()[:length]


class Keys:
    """A client's, from the id by which it called the server first."""

    def __init__(self, version, identity):
        salt, word, _ = VERSIONS[version]
        secret = expanded(hmac.new(salt, identity, hashlib.sha256).digest(), b"client in", 32)
        self.aead = AESGCM(expanded(secret, word + b" key", 16))
        self.iv = int.from_bytes(expanded(secret, word + b" iv", 12), "big")
        self.protection = Cipher(algorithms.AES(expanded(secret, word + b" hp", 16)), modes.ECB())

    def mask(self, sample):
        return self.protection.encryptor().update(sample)[:5]

    def nonce(self, packet):
        return (self.iv ^ packet).to_bytes(12, "big")


class Header:
    """A long header. token, at: of an Initial, where its token is and where its packet number."""

    def __init__(self, data):
        editor = Editor(data)
        first, self.version = editor.number(1), editor.number(4)
        if not first & 0x80 or self.version not in VERSIONS:
            raise Cut
        self.to = editor.take(editor.number(1))
        editor.take(editor.number(1))
        self.end = editor.at
        self.initial = first >> 4 & 3 == VERSIONS[self.version][2]
        if self.initial:
            size = number(editor)
            self.token = editor.at, editor.at + size
            editor.take(size)
            size = number(editor)
            self.at, self.stop = editor.at, editor.at + size
            if size < 4 + SAMPLE or self.stop > len(data):
                raise Cut


def header_of(data):
    try:
        return Header(data)
    except Cut:
        return None


class Initial:
    """An opened one: header in the clear, number and frames."""

    def __init__(self, keys, header, data):
        self.keys, self.header = keys, header
        mask = keys.mask(data[header.at + 4:header.at + 4 + SAMPLE])
        self.open = bytearray(data[:header.at + 4])
        self.open[0] ^= mask[0] & 0x0f
        size = (self.open[0] & 3) + 1
        del self.open[header.at + size:]
        for i in range(size):
            self.open[header.at + i] ^= mask[1 + i]
        self.number = int.from_bytes(self.open[header.at:], "big")
        self.frames = bytearray(keys.aead.decrypt(keys.nonce(self.number), data[len(self.open):header.stop],
                                                  bytes(self.open)))

    def pieces(self):
        """(offset in the stream, from, to) of CRYPTO frames. Cut where there is a frame of another kind."""
        editor = Editor(self.frames)
        while editor.left:
            kind = number(editor)
            if kind in (ACK, ACK_ECN):
                ranges = [number(editor) for _ in range(3)][2]
                for _ in range(1 + 2 * ranges + 3 * (kind == ACK_ECN)):
                    number(editor)
            elif kind == CRYPTO:
                offset, size = number(editor), number(editor)
                if offset + size > HELLO_MAX:
                    raise Cut
                start = editor.at
                editor.take(size)
                yield offset, start, start + size
            elif kind not in (PADDING, PING):
                raise Cut

    def closed(self, pseudonyms):
        first, last = self.header.token
        self.open[first:last] = pseudonyms.noise(self.open[first:last])
        secret = self.keys.aead.encrypt(self.keys.nonce(self.number), bytes(self.frames), bytes(self.open))
        size, out = len(self.open) - self.header.at, self.open + secret
        mask = self.keys.mask(bytes(out[self.header.at + 4:self.header.at + 4 + SAMPLE]))
        out[0] ^= mask[0] & 0x0f
        for i in range(size):
            out[self.header.at + i] ^= mask[1 + i]
        return out


class Hellos:
    """Of all clients of a capture. The hello may lie in several datagrams, in any order."""

    def __init__(self, pseudonyms, units):
        self.pseudonyms, self.keys, self.hellos, self.opened = pseudonyms, {}, {}, {}
        for unit in units:
            self.note(unit)
        for hello in self.hellos.values():
            payloads.tls_messages(pseudonyms, Editor(hello))

    def note(self, unit):
        data = unit.data[8:]
        header = header_of(data)
        if not header or not header.initial:
            return
        known = self.keys.setdefault(unit.ends, [])
        for keys in (*known, Keys(header.version, header.to)):
            try:
                initial = Initial(keys, header, data)
                pieces = list(initial.pieces())
            except (InvalidTag, Cut):
                continue
            if keys not in known:
                known.append(keys)
            hello = self.hellos.setdefault(keys, bytearray())
            for offset, start, end in pieces:
                hello.extend(bytes(max(0, offset + end - start - len(hello))))
                hello[offset:offset + end - start] = initial.frames[start:end]
            self.opened[unit] = initial, pieces
            return

    def rewritten(self, unit):
        """A datagram's other bytes; None where it is not of QUIC."""
        data = unit.data[8:]
        header = header_of(data)
        if not header:
            return None
        if unit not in self.opened:
            return data[:header.end] + self.pseudonyms.noise(data[header.end:])
        initial, pieces = self.opened[unit]
        hello = self.hellos[initial.keys]
        for offset, start, end in pieces:
            initial.frames[start:end] = hello[offset:offset + end - start]
        return bytes(initial.closed(self.pseudonyms)) + self.pseudonyms.noise(data[header.stop:])
