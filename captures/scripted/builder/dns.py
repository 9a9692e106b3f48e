# SPDX-License-Identifier: GPL-2.0-or-later
"""DNS transactions over UDP, and the framing of those over TCP."""

from . import payloads as wire


def ask(client, server, name, kind=wire.A, at=0.0, *, flags=wire.RECURSION_DESIRED,
        edns=True, do=False, sport=None, ident=None, dport=53, **header):
    """Send a query; the packet remembers what was asked."""
    capture = client.capture
    ident = capture.random.randrange(1, 0x10000) if ident is None else ident
    extra = (wire.opt_record(do=do),) if edns else ()
    message = wire.dns_message(ident, flags, (name, kind), additional=extra)
    query = capture.datagram(client, server, (sport or capture.port(), dport), message, at,
                             **header)
    return remember(query, name, kind, ident, flags, edns)


def remember(query, name, kind, ident, flags, edns):
    """Note on a query what its answers must repeat."""
    query.question = (name, kind)
    query.ident, query.query_flags, query.edns = ident, flags, edns
    query.asks = name
    return query


def reply(query, answers=(), *, rcode=wire.NOERROR, flags=None, authority=(), additional=None,
          question=None):
    """The bytes of a correct answer to `query` of a recursive resolver."""
    if flags is None:
        flags = wire.RESPONSE | wire.RECURSION_AVAILABLE | (query.query_flags & 0x0100)
    if additional is None:
        additional = (wire.opt_record(),) if query.edns else ()
    return wire.dns_message(query.ident, flags | rcode, question or query.question,
                            answers, authority, additional)


def answer(query, answers=(), think=0.0, *, sender=None, header=None, at=None, **message):
    """The server's own answer, a round trip after the query unless `at` says when."""
    server = sender or query.receiver
    time = at if at is not None else (
        query.time + server.capture.jitter(server.rtt) + think)
    return server.capture.datagram(server, query.sender, query.ports[::-1],
                                   reply(query, answers, **message), time, **(header or {}))


def transaction(client, server, name, addresses, at, kind=wire.A, ttl=300, **asking):
    """A query and its ordinary answer."""
    query = ask(client, server, name, kind, at, **asking)
    return answer(query, [wire.record(kind, address, ttl) for address in addresses])


def over_tcp(message):
    """A message with the length that precedes it on TCP."""
    return len(message).to_bytes(2, "big") + message
