# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands for what. All of it follows from one key, so that the same stays the same.

Addresses: Crypto-PAn (Xu, Fan, Ammar, Moon, "Prefix-Preserving IP Address Anonymization", ICNP 2002): two
addresses share as many leading bits afterwards as before. It is a tree in which each node's bit is turned over
or not. Here the nodes above special blocks (private networks, loopback, multicast, ...) never are, so these blocks
stay what they are, and no other address becomes one of them.

Text: each run of letters and digits becomes another of the same length, letter for letter and digit for digit,
upper case where it was; words of protocols stay. Other bytes: each becomes another of its kind.
"""

import hashlib
import hmac
import ipaddress
import re

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_BYTES = 32

# Blocks that say what an address is for. The tree leads nothing in or out.
SPECIAL = tuple(map(ipaddress.ip_network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
    "224.0.0.0/4", "240.0.0.0/4",
    "2000::/3", "fc00::/7", "fe80::/10", "ff00::/8", "::/64", "64:ff9b::/96")))
# Addresses that name nobody.
EVERYBODYS = tuple(map(ipaddress.ip_network, (
    "0.0.0.0/32", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32", "::/127", "ff00::/8")))

# Ends of names, which say what a name is for; and a part that names nobody.
ENDS = frozenset("""
    com org net example arpa local localhost localdomain lan home internal intranet corp private test invalid onion
    """.encode().split())
ANYWHERE = frozenset((b"www",))

# What text keeps besides: what says how to read it, in its place.
METHODS = "GET|POST|HEAD|PUT|DELETE|OPTIONS|CONNECT|PATCH|TRACE"
HEADERS = ("Accept|Accept-Charset|Accept-Encoding|Accept-Language|Accept-Ranges|Age|Allow|Authorization|Cache-Control|"
           "Connection|Content-Encoding|Content-Language|Content-Type|Cookie|Date|ETag|Expires|Host|If-Modified-Since|"
           "If-None-Match|Keep-Alive|Last-Modified|Location|Origin|Pragma|Proxy-Connection|Range|Referer|Server|"
           "Set-Cookie|Transfer-Encoding|Upgrade|Upgrade-Insecure-Requests|User-Agent|Vary|Via|WWW-Authenticate|"
           "X-Forwarded-For|X-Powered-By")
TAGS = ("!DOCTYPE|html|head|body|title|meta|iframe|frame|frameset|script|style|div|span|h[1-6]|p|a|br|hr|b|i|img|"
        "center|table|tr|td|link|form|input|font|noscript|ul|li")
ATTRIBUTES = "href|src|content|http-equiv|url|width|height|border|style|charset"
FRAMING = re.compile(
    rf"HTTP/\d\.\d(?: \d{{3}})?|^content-length: *\d+|^(?:{METHODS})(?= )|^(?:{HEADERS})(?=:)|https?(?=://)"
    rf"|</?(?:{TAGS})(?=[\s>/])|(?<=[\s;\"'])(?:{ATTRIBUTES})(?=\s*=)|(?<=: )(?:close|keep-alive|chunked)(?=\r)"
    r"|text/html|<!doctype html".encode(), re.I | re.M)
RUN = re.compile(rb"[A-Za-z0-9\x80-\xff]+")
TEXT = re.compile(FRAMING.pattern + b"|(" + RUN.pattern + b")", re.I | re.M)
DIGITS = re.compile(rb"[0-9]+")

LETTERS, FIGURES = b"abcdefghijklmnopqrstuvwxyz", b"0123456789"


def kinds():
    """For each byte, those of its kind: letters, figures, signs, controls, the upper half; 0 is alone."""
    table = [None] * 256
    for members in (LETTERS, LETTERS.upper(), FIGURES, bytes((0,)), bytes((*range(1, 32), 127)),
                    bytes(c for c in range(32, 127) if not chr(c).isalnum()), bytes(range(128, 256))):
        for c in members:
            table[c] = members
    return table


KINDS = kinds()


class Pseudonyms:
    """key: 32 bytes. kept: addresses and names that stay, because they are public anyway."""

    def __init__(self, key, kept=()):
        self.key = key
        self.words, self.kept = set(ANYWHERE), set()
        self.seen = {"address": {}, "mac": {}, "text": {}}      # what was replaced, by what
        for text in kept:
            try:
                self.kept.add(ipaddress.ip_address(text).packed)
            except ValueError:
                pass
            self.words.update(run.lower() for run in RUN.findall(text.encode()))
        self.block = Cipher(algorithms.AES(key[:16]), modes.ECB()).encryptor()
        self.pad = self.block.update(key[16:32])

    def stream(self, what, data, length):
        """So many bytes that follow from the key and these."""
        seed = hmac.new(self.key, what + data, hashlib.sha256).digest()
        return hashlib.shake_256(seed).digest(length)

    # ---- addresses ----

    def turned(self, bits, value, n):
        """Crypto-PAn: is bit n of an address turned over? Its n bits before decide."""
        pad = int.from_bytes(self.pad, "big")
        before = value >> (bits - n) << (bits - n) << (128 - bits)
        mask = (1 << (128 - n)) - 1
        return self.block.update((before | pad & mask).to_bytes(16, "big"))[0] >> 7

    def permuted(self, packed):
        """The address in the tree that leads nothing into or out of special blocks."""
        bits = 8 * len(packed)
        value = int.from_bytes(packed, "big")
        above = [network for network in SPECIAL if network.max_prefixlen == bits]
        out = 0
        for n in range(bits):
            fixed = any(n < network.prefixlen and value >> (bits - n) == int(network.network_address) >> (bits - n)
                        for network in above)
            out = out << 1 | (value >> (bits - 1 - n) & 1) ^ (0 if fixed else self.turned(bits, value, n))
        return out.to_bytes(len(packed), "big")

    def address(self, packed):
        """4 or 16 bytes for as many."""
        packed = bytes(packed)
        if packed in self.kept or any(ipaddress.ip_address(packed) in block for block in EVERYBODYS
                                      if block.max_prefixlen == 8 * len(packed)):
            return packed
        if packed not in self.seen["address"]:
            translated = packed[:12] == bytes.fromhex("0064ff9b0000000000000000")
            self.seen["address"][packed] = (packed[:12] + self.address(packed[12:]) if translated and len(packed) == 16
                                            else self.permuted(packed))
        return self.seen["address"][packed]

    def mac(self, packed):
        """Its first two bits, for a group or made up, stay; groups name nobody."""
        packed = bytes(packed)
        if packed[0] & 1 or not any(packed):
            return packed
        if packed not in self.seen["mac"]:
            drawn = self.stream(b"mac", packed, 6)
            self.seen["mac"][packed] = bytes((drawn[0] & 0xfc | packed[0] & 3,)) + drawn[1:]
        return self.seen["mac"][packed]

    # ---- text, and what is none ----

    def run(self, run, ends=False):
        """ends: it may be the end of a name."""
        small = run.lower()
        if small in self.words or (ends and small in ENDS):
            return run
        drawn = self.stream(b"text", small, len(run))
        out = bytes(d & 0x3f | c & 0xc0 if c >= 0x80 and c < 0xc0 else c if c >= 0x80
                    else KINDS[c][d % len(KINDS[c])] for c, d in zip(small, drawn))
        out = bytes(o - 32 if chr(c).isupper() and c < 0x80 else o for c, o in zip(run, out))
        self.seen["text"][run] = out
        return out

    def text(self, data, ends=True):
        """The same text of other words. ends: with it a name may end."""
        data = bytes(data)

        def other(match):
            behind = data[match.end():match.end() + 2]
            inside = behind[:1] == b"." and behind[1:].isalnum()
            return self.run(match[1], ends and not inside) if match[1] else match[0]
        return TEXT.sub(other, data)

    def figures(self, data):
        """Digits for digits, and nothing else."""
        return DIGITS.sub(lambda match: self.run(match[0]), bytes(data))

    def noise(self, data):
        """Bytes of the same kinds; equal ones for equal ones as a whole."""
        data = bytes(data)
        drawn = self.stream(b"noise", data, len(data))
        return bytes(KINDS[c][d % len(KINDS[c])] for c, d in zip(data, drawn))
