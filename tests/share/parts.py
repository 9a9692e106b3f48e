#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of interference-share: what stands for what, checksums, contents, streams, files."""

import ipaddress
import pathlib
import random
import struct
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "plugin" / "share"))

try:
    from interference_share import files, packets, payloads, proof, pseudonyms, quic
except ImportError as problem:
    print(f"SKIPPED: {problem}")
    sys.exit(77)

KEY = bytes(range(32))


def packed(text):
    return ipaddress.ip_address(text).packed


def shared_bits(one, other):
    number = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return 8 * len(one) - number.bit_length()


class Addresses(unittest.TestCase):
    def test_published_vectors(self):
        """Those of the reference implementation, whose tree knows no special blocks."""
        key = bytes((21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16, 216, 152, 143, 131, 121, 121,
                     101, 39, 98, 87, 76, 45, 42, 132, 34, 2))
        special, pseudonyms.SPECIAL = pseudonyms.SPECIAL, ()
        try:
            known = pseudonyms.Pseudonyms(key)
            for one, other in (("128.11.68.132", "135.242.180.132"), ("129.118.74.4", "134.136.186.123"),
                               ("130.132.252.244", "133.68.164.234")):
                self.assertEqual(known.permuted(packed(one)), packed(other))
        finally:
            pseudonyms.SPECIAL = special

    def test_prefixes_stay(self):
        drawn, known = random.Random(1), pseudonyms.Pseudonyms(KEY)
        for size in (4, 16):
            for _ in range(200):
                one = drawn.randbytes(size)
                bit = drawn.randrange(8 * size)
                other = (int.from_bytes(one, "big") ^ 1 << bit).to_bytes(size, "big")
                self.assertEqual(shared_bits(known.permuted(one), known.permuted(other)), 8 * size - 1 - bit)

    def test_blocks_stay(self):
        drawn, known = random.Random(2), pseudonyms.Pseudonyms(KEY)
        for _ in range(500):
            address = ipaddress.IPv4Address(drawn.randbytes(4))
            other = ipaddress.IPv4Address(known.permuted(address.packed))
            for block in pseudonyms.SPECIAL:
                self.assertEqual(address in block, other in block, f"{address} {other} {block}")
        for block in pseudonyms.SPECIAL:
            self.assertIn(ipaddress.ip_address(known.permuted(block[5].packed)), block)
        for text in ("0.0.0.0", "127.0.0.1", "255.255.255.255", "224.0.0.251", "::1", "ff02::fb"):
            self.assertEqual(known.address(packed(text)), packed(text))
        self.assertEqual(known.address(packed("64:ff9b::203.0.113.5"))[12:], known.address(packed("203.0.113.5")))

    def test_kept_and_group_addresses(self):
        known = pseudonyms.Pseudonyms(KEY, ["203.0.113.5", "Some-Authority"])
        self.assertEqual(known.address(packed("203.0.113.5")), packed("203.0.113.5"))
        self.assertNotEqual(known.address(packed("203.0.113.6")), packed("203.0.113.6"))
        self.assertEqual(known.text(b"some authority"), b"some authority")
        self.assertEqual(known.mac(b"\xff" * 6), b"\xff" * 6)
        self.assertEqual(known.mac(bytes.fromhex("005056010203"))[0] & 3, 0)
        self.assertEqual(known.mac(bytes.fromhex("025056010203"))[0] & 3, 2)


class Texts(unittest.TestCase):
    def setUp(self):
        self.known = pseudonyms.Pseudonyms(KEY)

    def test_form_stays(self):
        text = b"www.Some-Name42.example/a?b=\xc3\xa9"
        other = self.known.text(text)
        self.assertEqual(len(other), len(text))
        self.assertTrue(other.startswith(b"www.") and b".example/" in other and other[-2] == 0xc3, other)
        self.assertEqual([chr(c).isupper() for c in other], [chr(c).isupper() for c in text])
        self.assertNotIn(b"name", other.lower())
        self.assertEqual(other.lower(), self.known.text(text.lower()))      # names ignore case

    def test_ends_of_names_stay(self):
        for text, stays in ((b"home.secret.local", b".local"), (b"www.local.com/net", b".com/"),
                            (b"a local home", b" local home")):
            self.assertIn(stays, self.known.text(text))
        for text in (b"home.secret.local", b"www.home.com", b"home.example"):
            self.assertNotIn(b"home", self.known.text(text))
        data = struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + name(b"home.intranet.corp") + b"\0\1\0\1"
        other = payloads.datagram(self.known, data, (53, 4000))
        self.assertTrue(b"\4corp\0" in other and b"home" not in other and b"intranet" not in other, other)

    def test_framing_stays(self):
        text = (b"HTTP/1.1 302 Secret\r\nLocation: https://host.secret/\r\nContent-Length: 123\r\n\r\n"
                b"<html><h1>Secret</h1><iframe src=\"http://1.2.3.4\">")
        other = self.known.text(text)
        for part in (b"HTTP/1.1 302 ", b"\r\nLocation: https://", b"\r\nContent-Length: 123\r\n", b"<html><h1>",
                     b"src=\"http://"):
            self.assertIn(part, other)
        for part in (b"Secret", b"secret", b"host", b"1.2.3.4"):
            self.assertNotIn(part, other)
        self.assertNotIn(b"location", self.known.text(b"location.forbidden.example"))     # a name, not a header

    def test_noise_keeps_kinds(self):
        data = bytes(range(256)) * 2
        other = self.known.noise(data)
        self.assertEqual([pseudonyms.KINDS[c] for c in data], [pseudonyms.KINDS[c] for c in other])
        self.assertNotEqual(data, other)
        self.assertEqual(other, self.known.noise(data))


def name(text):
    return b"".join(bytes((len(label),)) + label for label in text.split(b".")) + b"\0"


class Contents(unittest.TestCase):
    def setUp(self):
        self.known = pseudonyms.Pseudonyms(KEY)

    def test_dns(self):
        question = name(b"www.secret.example") + b"\0\1\0\1"
        record = struct.pack(">HHHIH", 0xc00c, 1, 1, 60, 4) + packed("198.51.100.7")
        alias = struct.pack(">HHHIH", 0xc00c, 5, 1, 60, 9) + b"\6inside\xc0\x10"
        subnet = (b"\0" + struct.pack(">HHIH", 41, 1232, 0, 11) + struct.pack(">HHHBB", 8, 7, 1, 24, 0)
                  + packed("203.0.113.5")[:3])
        data = struct.pack(">6H", 7, 0x8180, 1, 2, 0, 1) + question + record + alias + subnet
        other = payloads.datagram(self.known, data, (53, 4000))
        self.assertEqual(len(other), len(data))
        self.assertEqual(other[12:28], b"\3www\6" + self.known.text(b"secret") + b"\7exam"[:5])
        self.assertIn(self.known.address(packed("198.51.100.7")), other)
        self.assertIn(b"\6" + self.known.text(b"inside") + b"\xc0\x10", other)
        self.assertEqual(other[-3:], self.known.address(packed("203.0.113.5"))[:3])
        for secret in (b"secret", b"inside", packed("198.51.100.7"), packed("203.0.113.5")[:3]):
            self.assertNotIn(secret, other)

    def test_dns_that_is_cut_or_mad(self):
        drawn = random.Random(3)
        whole = struct.pack(">6H", 7, 0x8180, 1, 1, 0, 0) + name(b"www.secret.example") + b"\0\1\0\1\xc0\x0c\0\x10\0\1"
        for length in range(len(whole)):
            self.assertEqual(len(payloads.datagram(self.known, whole[:length], (53, 1))), length)
        for _ in range(2000):
            data = drawn.randbytes(drawn.randrange(80))
            for ports in ((53, 1), (443, 1)):
                self.assertEqual(len(payloads.datagram(self.known, data, ports)), len(data))
            for head in (b"\x16\x03\x01", b"GET / HTTP/1.1\r\n", b""):
                self.assertEqual(len(payloads.rewritten(self.known, head + data)), len(head + data))
                self.assertEqual(len(payloads.rewritten(self.known, head + data, dns=True)), len(head + data))

    def test_tls(self):
        host = b"www.secret.example"
        sni = struct.pack(">HHHBH", 0, len(host) + 5, len(host) + 3, 0, len(host)) + host
        share = struct.pack(">HHHHH", 51, 38, 36, 29, 32) + b"K" * 32
        body = (b"\3\3" + b"R" * 32 + b"\x20" + b"S" * 32 + b"\0\2\x13\1" + b"\1\0"
                + struct.pack(">H", len(sni + share)) + sni + share)
        hello = b"\1" + len(body).to_bytes(3, "big") + body
        record = b"\x16\3\1" + struct.pack(">H", len(hello)) + hello
        other = payloads.rewritten(self.known, record + b"\x17\3\3\0\5hello")
        self.assertEqual(len(other), len(record) + 10)
        self.assertIn(self.known.text(host), other)
        self.assertIn(b"\0\2\x13\1\1\0", other)
        for secret in (b"secret", b"RRRR", b"SSSS", b"KKKK", b"hello"):
            self.assertNotIn(secret, other)
        pieces = b"".join(b"\x16\3\1" + struct.pack(">H", len(part)) + part for part in (hello[:60], hello[60:]))
        self.assertNotIn(b"secret", payloads.rewritten(self.known, pieces))

    def test_certificate(self):
        def element(tag, body):
            return bytes((tag, 0x82)) + struct.pack(">H", len(body)) + body
        name = element(0x30, element(6, b"\x55\4\3") + element(0x0c, b"Secret Authority"))
        alias = element(0x82, b"www.secret.example") + element(0x87, packed("198.51.100.7"))
        data = element(0x30, element(2, b"\1" * 16) + element(0x30, element(0x31, name))
                       + element(0x17, b"240101000000Z") + element(0x04, element(0x30, alias))
                       + element(3, b"\0" + b"Q" * 20))
        other = bytearray(data)
        payloads.der(self.known, payloads.Editor(other))
        self.assertEqual(len(other), len(data))
        self.assertIn(b"www." + self.known.text(b"secret") + b".example", other)
        self.assertIn(self.known.text(b"Secret Authority"), other)
        for secret in (b"ecret", b"QQQQ", b"\1" * 16, b"240101", packed("198.51.100.7")):
            self.assertNotIn(secret, other)


class Quic(unittest.TestCase):
    def test_keys_of_the_standard(self):
        """RFC 9001, appendix A.1: the mask of the client's first packet, A.2."""
        keys = quic.Keys(1, bytes.fromhex("8394c8f03e515708"))
        self.assertEqual(keys.iv, int("fa044b2f42a3fd3b46fb255c", 16))
        self.assertEqual(keys.mask(bytes.fromhex("d1b1c98dd7689fb8ec11d242b123dc9b")), bytes.fromhex("437b9aec36"))

    def test_hello_in_two_datagrams(self):
        host = b"www.secret.example"
        sni = struct.pack(">HHHBH", 0, len(host) + 5, len(host) + 3, 0, len(host)) + host
        body = b"\3\3" + b"R" * 32 + b"\0\0\2\x13\1\1\0" + struct.pack(">H", len(sni)) + sni
        hello = b"\1" + len(body).to_bytes(3, "big") + body
        known, identity = pseudonyms.Pseudonyms(KEY), b"identity"
        units = []
        for packet, (start, end) in enumerate(((45, len(hello)), (0, 45))):      # in no order
            crypto = b"\6" + struct.pack(">HH", 0x4000 | start, 0x4000 | end - start) + hello[start:end]
            frames = crypto.ljust(300, b"\0")
            head = (b"\xc0\0\0\0\1" + bytes((len(identity),)) + identity + b"\0\0" + struct.pack(">H", 0x4000 | 317)
                    + bytes((packet,)))
            keys = quic.Keys(1, identity)
            data = bytearray(head + keys.aead.encrypt(keys.nonce(packet), frames, head))
            at = len(head) - 1
            mask = keys.mask(bytes(data[at + 4:at + 20]))
            data[0] ^= mask[0] & 15
            data[at] ^= mask[1]
            udp = struct.pack(">4H", 4000, 443, 8 + len(data), 0) + bytes(data)
            units.append(packets.Unit(17, packed("192.0.2.1"), packed("192.0.2.2"), udp, ()))
        hellos = quic.Hellos(known, units)
        found = b""
        for unit in reversed(units):
            other = hellos.rewritten(unit)
            self.assertEqual(len(other), len(unit.data) - 8)
            initial = quic.Initial(quic.Keys(1, identity), quic.Header(other), other)
            found += b"".join(bytes(initial.frames[start:end]) for _, start, end in initial.pieces())
        self.assertEqual(len(found), len(hello))
        self.assertIn(known.text(host), found)
        self.assertNotIn(b"RRRR", found)

    def test_what_is_none(self):
        drawn, known = random.Random(5), pseudonyms.Pseudonyms(KEY)
        for _ in range(500):
            version = drawn.choice((b"\0\0\0\1", b"\x6b\x33\x43\xcf", b""))
            data = bytes((drawn.randrange(256),)) + version + drawn.randbytes(drawn.randrange(80))
            unit = packets.Unit(17, packed("192.0.2.1"), packed("192.0.2.2"), b"\0" * 8 + data, ())
            other = quic.Hellos(known, [unit]).rewritten(unit)
            self.assertIn(len(other or data), (len(data),))


class Streams(unittest.TestCase):
    def shared(self, *segments):
        """Segments (place, bytes) of one direction as they are afterwards."""
        known, stream = pseudonyms.Pseudonyms(KEY), packets.Streams()
        noted = [stream.note("ends", 1000 + place, False, data, False) for place, data in segments]
        stream.rewrite(known)
        return [one.now(known, place, data) for (one, place), (_, data) in zip(noted, segments)]

    def test_sent_again_in_other_pieces(self):
        text = b"HTTP/1.1 200 OK\r\nServer: secret-name\r\n\r\nsome words of secret things"
        whole, *parts = self.shared((0, text), *((at, text[at:at + 13]) for at in range(0, 60, 7)))
        for at, part in zip(range(0, 60, 7), parts):
            self.assertEqual(part, whole[at:at + 13])

    def test_other_bytes_stay_others(self):
        one, other, again = self.shared((0, b"\x17\3\3\0\x20" + b"a" * 32), (0, b"HTTP/1.1 302 Secret\r\n\r\n"),
                                        (0, b"\x17\3\3\0\x20" + b"a" * 32))
        self.assertEqual(one, again)
        self.assertNotEqual(one[:20], other[:20])
        self.assertTrue(other.startswith(b"HTTP/1.1 302 "))

    def test_equal_beginnings_stay_equal(self):
        one, other = self.shared((0, b"GET /secret/things HTTP/1.1\r\n"), (0, b"GET /secret/thing\0\0\0"))
        self.assertEqual(other[:17], one[:17])
        self.assertEqual(other[17:], b"\0\0\0")


class Checksums(unittest.TestCase):
    def test_right_stays_right_and_wrong_wrong_by_as_much(self):
        drawn = random.Random(4)
        for _ in range(500):
            old, new = (drawn.randbytes(drawn.randrange(1, 40) * 2) for _ in range(2))
            right = ~packets.folded(packets.words_sum(old)) & 0xffff
            now = packets.moved(right, old, new)
            self.assertEqual(packets.folded(packets.words_sum(new) + now), 0xffff)
            for wrong in (right ^ 1, right ^ 0x8000):
                now = packets.moved(wrong, old, new)
                self.assertNotEqual(packets.folded(packets.words_sum(new) + now), 0xffff)


class Files(unittest.TestCase):
    def test_comments(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "x.pcapng")
            frames = [files.Frame(1, 5, b"abc"), files.Frame(2**40, 4, b"defg")]
            files.write(path, 1, frames, "about", {2: "a finding\nof two"})
            data = path.read_bytes()
        self.assertEqual(len(data) % 4, 0)
        at, kinds = 0, []
        while at < len(data):
            kind, length = struct.unpack_from("<II", data, at)
            self.assertEqual(data[at + length - 4:at + length], struct.pack("<I", length))
            kinds.append(kind)
            at += length
        self.assertEqual(kinds, [0x0a0d0d0a, 1, 6, 6])
        self.assertIn(struct.pack("<HH", 1, 16) + b"a finding\nof two", data)


class Proof(unittest.TestCase):
    def test_triggers(self):
        known = pseudonyms.Pseudonyms(KEY)

        def same(one, other):
            return proof.same_trigger(one, other, known)
        self.assertTrue(same(None, None))
        self.assertFalse(same("www.secret.example", None))
        for text in ("www.secret.example", "secret.example/a/b?c", "secret.example (with ECH)"):
            self.assertTrue(same(text, known.text(text.removesuffix(" (with ECH)").encode()).decode()
                                 + text[len(text.removesuffix(" (with ECH)")):]))
            self.assertFalse(same(text, text))
        unnamed = "first data (12 bytes, neither TLS nor HTTP)"
        self.assertTrue(same(unnamed, unnamed))
        self.assertFalse(same(unnamed, "TLS without server name"))

    def test_what_is_left_is_found(self):
        known = pseudonyms.Pseudonyms(KEY)
        known.text(b"a-secret-name"), known.address(packed("198.51.100.7")), known.mac(bytes.fromhex("005056a1b2c3"))
        for left in (b"secret", packed("198.51.100.7"), b"198.51.100.7", bytes.fromhex("005056a1b2c3")):
            self.assertEqual(proof.leftover(known, b"xx" + left + b"yy"), left)
        self.assertIsNone(proof.leftover(known, b"nothing of it"))


if __name__ == "__main__":
    unittest.main()
