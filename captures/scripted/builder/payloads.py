# SPDX-License-Identifier: GPL-2.0-or-later
"""Application bytes: TLS hellos, HTTP messages, DNS messages."""

import datetime
import ipaddress
import struct

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

# -- TLS ---------------------------------------------------------------------------------


def _vector(size, data):
    return len(data).to_bytes(size, "big") + data


def _extension(number, data):
    return struct.pack(">HH", number, len(data)) + data


def _record(kind, data, version=0x0303):
    return struct.pack(">BHH", kind, version, len(data)) + data


def client_hello(random, name, ech=False):
    """A TLS 1.3 ClientHello that asks for `name` (text or bytes; None: for no name), with an outer
    encrypted_client_hello extension if `ech`."""
    name = name.encode() if isinstance(name, str) else name
    asked = b"" if name is None else _extension(0, _vector(2, b"\0" + _vector(2, name)))
    hidden = b"" if not ech else _extension(0xFE0D, b"\0\0\1\0\1\x42" + _vector(
        2, random.randbytes(32)) + _vector(2, random.randbytes(144)))
    ciphers = struct.pack(">5H", 0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F)
    share = struct.pack(">H", 29) + _vector(2, random.randbytes(32))
    extensions = b"".join((
        asked,
        _extension(23, b""),
        _extension(10, _vector(2, struct.pack(">3H", 29, 23, 24))),
        _extension(11, _vector(1, b"\0")),
        _extension(16, _vector(2, _vector(1, b"h2") + _vector(1, b"http/1.1"))),
        _extension(13, _vector(2, struct.pack(">4H", 0x0403, 0x0804, 0x0401, 0x0503))),
        _extension(43, _vector(1, struct.pack(">2H", 0x0304, 0x0303))),
        _extension(45, _vector(1, b"\1")),
        _extension(51, _vector(2, share)),
        hidden,
    ))
    body = (b"\x03\x03" + random.randbytes(32) + _vector(1, random.randbytes(32))
            + _vector(2, ciphers) + _vector(1, b"\0") + _vector(2, extensions))
    return _record(22, b"\x01" + _vector(3, body), version=0x0301)


def server_hello(random, hello, encrypted=900):
    """ServerHello and the encrypted rest of the server's first flight."""
    session = hello[43 + 1:43 + 1 + 32]
    share = struct.pack(">H", 29) + _vector(2, random.randbytes(32))
    extensions = _extension(51, share) + _extension(43, b"\x03\x04")
    body = (b"\x03\x03" + random.randbytes(32) + _vector(1, session) + b"\x13\x01\0"
            + _vector(2, extensions))
    return (_record(22, b"\x02" + _vector(3, body)) + _record(20, b"\1")
            + application_data(random, encrypted))


def certificate(name, issuer, country):
    """A certificate for `name` as DER; the same for the same arguments."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    signer = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, country),
                        x509.NameAttribute(NameOID.COMMON_NAME, issuer)])
    server = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = x509.CertificateBuilder(signer, server, key.public_key(), 0x1234567890,
                                    datetime.datetime(2019, 7, 20), datetime.datetime(2020, 7, 20))
    return built.sign(key, None).public_bytes(serialization.Encoding.DER)


def server_flight_12(random, hello, name, issuer, country):
    """ServerHello, Certificate and ServerHelloDone of TLS 1.2, a record each."""
    session = hello[43 + 1:43 + 1 + 32]
    body = b"\x03\x03" + random.randbytes(32) + _vector(1, session) + b"\xc0\x2f\0"
    chain = _vector(3, _vector(3, certificate(name, issuer, country)))
    return (_record(22, b"\x02" + _vector(3, body)) + _record(22, b"\x0b" + _vector(3, chain))
            + _record(22, b"\x0e\0\0\0"))


def client_finished(random):
    """What a client sends when it has checked the server's flight."""
    return _record(20, b"\1") + application_data(random, 53)


def application_data(random, size):
    """An encrypted record."""
    return _record(23, random.randbytes(size))


# -- HTTP --------------------------------------------------------------------------------


def http_get(host, path="/"):
    """A plain request for `host`."""
    return (f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/5.0\r\n"
            "Accept: */*\r\nConnection: keep-alive\r\n\r\n").encode()


def http_ok(body="<html><body>hello</body></html>\n", status="200 OK"):
    """A plain answer."""
    return (f"HTTP/1.1 {status}\r\nServer: web\r\nContent-Type: text/html\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


# -- DNS ---------------------------------------------------------------------------------

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, OPT, AXFR = 1, 2, 5, 6, 12, 15, 16, 28, 41, 252
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5
RESPONSE, AUTHORITATIVE, TRUNCATED = 0x8000, 0x0400, 0x0200
RECURSION_DESIRED, RECURSION_AVAILABLE = 0x0100, 0x0080
POINTER = b"\xc0\x0c"
TRANSACTION_MASK = 0xFFFF


def dns_name(name):
    """A name in wire format, without compression."""
    labels = [label for label in name.split(".") if label]
    return b"".join(_vector(1, label.encode()) for label in labels) + b"\0"


def opt_record(size=1232, cookie=b"", do=False):
    """The EDNS pseudo record."""
    options = struct.pack(">HH", 10, len(cookie)) + cookie if cookie else b""
    return b"\0" + struct.pack(">HHIH", OPT, size, 0x8000 if do else 0, len(options)) + options


def record(kind, value, ttl=300, owner=POINTER):
    """A resource record; `value` is an address, a name, bytes, or (preference, name)."""
    if isinstance(value, bytes):
        data = value
    elif kind in (A, AAAA):
        data = ipaddress.ip_address(value).packed
    elif kind == MX:
        data = struct.pack(">H", value[0]) + dns_name(value[1])
    elif kind == TXT:
        data = _vector(1, value.encode())
    elif kind == SOA:
        data = (dns_name("ns1." + value) + dns_name("hostmaster." + value)
                + struct.pack(">5I", 2024010101, 7200, 3600, 1209600, 300))
    else:
        data = dns_name(value)
    owner = owner if isinstance(owner, bytes) else dns_name(owner)
    return owner + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data


def dns_message(ident, flags, question, answers=(), authority=(), additional=()):
    """A whole message; `question` is (name, type) or None."""
    counts = (0 if question is None else 1, len(answers), len(authority), len(additional))
    asked = b"" if question is None else (
        dns_name(question[0]) + struct.pack(">HH", question[1], 1))
    return (struct.pack(">6H", ident, flags, *counts) + asked
            + b"".join((*answers, *authority, *additional)))
