# SPDX-License-Identifier: GPL-2.0-or-later
"""QUIC version 1 datagrams with a readable Initial: RFC 9000 for the packets, RFC 9001 for the keys.

Needs Debian's python3-cryptography. Keys follow from the connection id, so an Initial can be read
by whoever sees it; all later packets are random bytes here.
"""

import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import payloads as wire

SALT = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")     # RFC 9001, section 5.2
DATAGRAM = 1200                 # a client's Initial is padded to this, RFC 9000 section 14.1
PACKET_NUMBER_SIZE, TAG_SIZE, SAMPLE_SIZE = 2, 16, 16


def number(value):
    """A variable-length integer."""
    for size, prefix in ((1, 0x00), (2, 0x40), (4, 0x80)):
        if value < 1 << (8 * size - 2):
            data = bytearray(value.to_bytes(size, "big"))
            data[0] |= prefix
            return bytes(data)
    raise ValueError(value)


def _expand(secret, label, size):
    """HKDF-Expand-Label of TLS 1.3 for outputs of at most one hash."""
    label = b"tls13 " + label
    info = struct.pack(">HB", size, len(label)) + label + b"\0\1"
    return hmac.digest(secret, info, "sha256")[:size]


def _keys(connection_id, side):
    initial = hmac.digest(SALT, connection_id, "sha256")
    secret = _expand(initial, side, 32)
    return (_expand(secret, b"quic key", 16), _expand(secret, b"quic iv", 12),
            _expand(secret, b"quic hp", 16))


def crypto(data, offset=0):
    """A CRYPTO frame."""
    return b"\x06" + number(offset) + number(len(data)) + data


def handshake(hello):
    """The handshake message inside a TLS record: QUIC has no records."""
    return hello[5:]


def initial(frames, original_id, destination_id, source_id, packet=0, side=b"client in",
            size=DATAGRAM):
    """An Initial with these frames, padded until the datagram has `size` bytes."""
    key, iv, mask_key = _keys(original_id, side)
    head = (bytes([0xC0 | (PACKET_NUMBER_SIZE - 1)]) + struct.pack(">I", 1)
            + bytes([len(destination_id)]) + destination_id
            + bytes([len(source_id)]) + source_id + number(0))
    padding = size - len(head) - 2 - PACKET_NUMBER_SIZE - len(frames) - TAG_SIZE
    assert padding >= 0, "the frames do not fit into one datagram"
    frames += bytes(padding)
    length = struct.pack(">H", 0x4000 | (PACKET_NUMBER_SIZE + len(frames) + TAG_SIZE))
    packet_number = packet.to_bytes(PACKET_NUMBER_SIZE, "big")
    header = head + length + packet_number
    nonce = (int.from_bytes(iv, "big") ^ packet).to_bytes(len(iv), "big")
    sealed = AESGCM(key).encrypt(nonce, frames, header)
    sample = sealed[4 - PACKET_NUMBER_SIZE:][:SAMPLE_SIZE]
    cipher = Cipher(algorithms.AES(mask_key), modes.ECB()).encryptor()
    mask = cipher.update(sample) + cipher.finalize()
    hidden = bytes(a ^ b for a, b in zip(packet_number, mask[1:]))
    return (bytes([header[0] ^ (mask[0] & 0x0F)]) + header[1:-PACKET_NUMBER_SIZE] + hidden + sealed)


def protected(random, destination_id, size):
    """A packet with a short header: nothing in it can be read."""
    return bytes([0x40 | random.randrange(64)]) + destination_id + random.randbytes(size)


class Connection:
    """Ids and ports of one connection."""

    def __init__(self, client, server, dport=443):
        self.net = client.capture
        self.client, self.server = client, server
        self.ports = (self.net.port(), dport)
        self.original_id = self.net.random.randbytes(8)
        self.client_id, self.server_id = (self.net.random.randbytes(8) for _ in range(2))

    def from_client(self, payload, time):
        return self.net.datagram(self.client, self.server, self.ports, payload, time)

    def from_server(self, payload, time):
        return self.net.datagram(self.server, self.client, self.ports[::-1], payload, time)

    def hello(self, name, time, pieces=1, **rest):
        """The client's first flight: a ClientHello for `name` in one or more Initials."""
        hello = handshake(wire.client_hello(self.net.random, name, **rest))
        step = -(-len(hello) // pieces)
        sent = [self.from_client(initial(crypto(hello[at:at + step], at), self.original_id,
                                         self.original_id, self.client_id, packet), time + 0.00002 * packet)
                for packet, at in enumerate(range(0, len(hello), step))]
        sent[-1].asks = name if isinstance(name, str) else ""
        return sent

    def again(self, hello, time):
        """The same ClientHello once more in an Initial of a new number: nobody answered."""
        return self.from_client(hello.payload, time)

    def answer(self, time):
        """The server's Initial with an ACK frame and Handshake bytes nobody can read."""
        ack = b"\x02\x00\x00\x00\x00"
        return self.from_server(initial(ack, self.original_id, self.client_id, self.server_id,
                                        side=b"server in"), time)

    def data(self, time, size=900):
        return self.from_server(protected(self.net.random, self.client_id, size), time)

    def ack(self, time):
        return self.from_client(protected(self.net.random, self.server_id, 30), time)
