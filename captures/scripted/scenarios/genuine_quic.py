# SPDX-License-Identifier: GPL-2.0-or-later
"""QUIC connections that nobody touched."""

from builder.quic import Connection

from . import innocent

FAMILY = "silence"

SITE = "www.site.example"


def talk(connection, name, start, **rest):
    """Hello, answer, and some data."""
    connection.hello(name, start, **rest)
    arrived = start + 0.182
    connection.answer(arrived)
    connection.data(arrived + 0.0003, 1180)
    connection.ack(arrived + 0.0009)
    for index in range(6):
        connection.data(arrived + 0.19 + 0.0004 * index, 1180)
    connection.ack(arrived + 0.1931)


@innocent("Four QUIC connections: a ClientHello in one Initial, one in two, one with an"
          " encrypted_client_hello extension, one without server name; all are answered.",
          never="Anything forged or silenced.")
def quic_ordinary(net):
    client, server = net.client(), net.server()
    talk(Connection(client, server), SITE, 0.0)
    talk(Connection(client, server), SITE, 2.0, pieces=2)
    talk(Connection(client, server), "outer.site.example", 4.0, ech=True)
    talk(Connection(client, server), None, 6.0)


@innocent("A client asks over QUIC for a name full of control and bidirectional characters, a zero"
          " byte and broken UTF-8, then for a plain one; both are answered.",
          never="Anything forged or silenced.")
def quic_hostile_name(net):
    client, server = net.client(), net.server()
    hostile = b"a\x1b[31m\0\xe2\x80\xaeb\xff\xc2\x9b.example\r\n"
    talk(Connection(client, server), hostile, 0.0)
    talk(Connection(client, server), SITE, 3.0)
