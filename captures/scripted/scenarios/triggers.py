# SPDX-License-Identifier: GPL-2.0-or-later
"""One kind of forged reset, set off by all kinds of things a client may send first."""

from builder import payloads as wire
from builder.flow import Flow
from builder.injector import Injector

from . import fetch, guilty, visit

FAMILY = "trigger"

ALLOWED = "www.allowed.example"
FORBIDDEN = "www.forbidden.example"
HOSTILE = b"a\x1b[31m\xe2\x80\xaeb\xff\xc2\x9b\xef\xbb\xbf\0c.example"


def reset_after(net, client, server, start, payload, text, dport=443, before=()):
    """A connection whose client sends `before`, then `payload`, and is reset for it."""
    flow = Flow(client, server, dport, start)
    flow.handshake()
    for greeting, reply in before:
        flow.client.data(greeting)
        flow.answer(reply)
        flow.wait(0.2)
    request = flow.request(payload, text)
    box = Injector(net, "gfw-triplet")
    ttl = net.random.randrange(70, 240)
    for index in range(3):
        box.reset(request, 0.0179 + index * 0.00014, "RA", ttl=ttl, window=ttl + 1375,
                  ipid=0x1000 + int(start))
    return request


@guilty("The same three resets follow an HTTP request for a page, one through a proxy, a CONNECT,"
        " one without Host, and a TLS name asked for after SOCKS, after CONNECT and after STARTTLS.",
        "All resets forged; the trigger is host and path, or the name in the last hello.")
def triggers_named(net):
    client, server = net.client(), net.server()
    fetch(client, server, ALLOWED)
    hello = wire.client_hello(net.random, FORBIDDEN)
    cases = (
        (80, wire.http_get(FORBIDDEN, "/path?query=1"), FORBIDDEN + "/path?query=1", ()),
        (8080, b"GET http://" + FORBIDDEN.encode() + b"/x HTTP/1.1\r\nHost: proxy.example\r\n\r\n",
         FORBIDDEN + "/x", ()),
        (8080, b"CONNECT " + FORBIDDEN.encode() + b":443 HTTP/1.1\r\nHost: x\r\n\r\n",
         FORBIDDEN + ":443", ()),
        (80, b"GET /forbidden?word HTTP/1.0\r\n\r\n", "/forbidden?word", ()),
        (1080, hello, FORBIDDEN, ((b"\5\1\0", b"\5\0"),
                                  (b"\5\1\0\1\xcb\0\x71\x50\1\xbb", b"\5\0\0\1\0\0\0\0\0\0"))),
        (8080, hello, FORBIDDEN, ((b"CONNECT " + FORBIDDEN.encode() + b":443 HTTP/1.1\r\n\r\n",
                                   b"HTTP/1.1 200 OK\r\n\r\n"),)),
        (587, hello, FORBIDDEN, ((b"EHLO client.example\r\n", b"250 STARTTLS\r\n"),
                                 (b"STARTTLS\r\n", b"220 go ahead\r\n"))),
    )
    for index, (port, payload, text, before) in enumerate(cases):
        reset_after(net, client, server, 4.0 + 4 * index, payload, text, port, before)


@guilty("The same three resets follow a ClientHello with an encrypted_client_hello extension, one"
        " without a name, one in two TLS records, random bytes, and a line of text.",
        "All resets forged; the trigger says what was sent where it names nothing.")
def triggers_unnamed(net):
    client, server = net.client(), net.server()
    visit(client, server, ALLOWED)
    hello = wire.client_hello(net.random, FORBIDDEN)
    pieces = hello[:3] + b"\0\x20" + hello[5:37] + hello[:3] + (
        len(hello) - 37).to_bytes(2, "big") + hello[37:]
    random = b"\x80" + net.random.randbytes(516)
    cases = (
        (wire.client_hello(net.random, "outer.forbidden.example", ech=True),
         "outer.forbidden.example (with ECH)"),
        (wire.client_hello(net.random, None), "TLS without server name"),
        (pieces, "TLS ClientHello in several records"),
        (random, "first data (517 bytes, fully encrypted by the published rule)"),
        (b"a line of text\r\n", "first data (16 bytes, neither TLS nor HTTP)"),
    )
    for index, (payload, text) in enumerate(cases):
        reset_after(net, client, server, 4.0 + 4 * index, payload, text)


@guilty("The same three resets follow a Host, a path and a TLS name full of control and"
        " bidirectional characters, zero bytes and broken UTF-8.",
        "All resets forged; nothing of the kind reaches a field as it is.")
def triggers_hostile(net):
    client, server = net.client(), net.server()
    fetch(client, server, ALLOWED)
    quoted = "a\\x1b[31m\\u{202e}b\\xff\\x9b\\u{feff}\\x00c.example"
    cases = (
        (b"GET / HTTP/1.1\r\nHost: " + HOSTILE + b"\r\n\r\n", quoted),
        (b"GET /" + HOSTILE.replace(b"\x1b", b"").replace(b"\0", b"") + b" HTTP/1.1\r\nHost: x.example\r\n\r\n",
         "x.example/" + quoted.replace("\\x1b", "").replace("\\x00", "")),
        (wire.client_hello(net.random, HOSTILE), quoted),
        (b"GET /" + b"long" * 100 + b" HTTP/1.1\r\nHost: x.example\r\n\r\n",
         "x.example/" + ("long" * 100)[:199] + "..."),
    )
    for index, (payload, text) in enumerate(cases):
        reset_after(net, client, server, 4.0 + 4 * index, payload, text, 80)
