# SPDX-License-Identifier: GPL-2.0-or-later
"""One function per sample capture. Importing the modules fills the table of scenarios."""

from dataclasses import dataclass
from typing import Callable

from builder import payloads as wire
from builder.flow import Flow


@dataclass(frozen=True)
class Scenario:
    """A sample capture: how it is made, and what a reader of it should be told."""

    name: str
    family: str     # folder of its files: what they show
    kind: str       # guilty or innocent
    vantage: str    # client, border or server
    about: str
    expect: str
    never: str
    play: Callable


TABLE = []


def scenario(kind, vantage, about, expect, never, family):
    """Register the decorated function; its name becomes the name of the capture. Its family is that
    of the file it stands in unless it names another."""
    def register(play):
        name = play.__name__.replace("_", "-")
        TABLE.append(Scenario(name, family or play.__globals__["FAMILY"], kind, vantage, about,
                              expect, never, play))
        return play
    return register


def guilty(about, expect, never="Any other packet forged.", vantage="client", family=None):
    """A scenario with forged packets in it."""
    return scenario("guilty", vantage, about, expect, never, family)


def innocent(about, never, expect="Nothing is called forged.", vantage="client", family=None):
    """A scenario that only looks like interference."""
    return scenario("innocent", vantage, about, expect, never, family)


# -- what most scenarios begin with ----------------------------------------------------------


def ask_tls(flow, name, **header):
    """Handshake, then a ClientHello for `name`; returns the ClientHello packet."""
    flow.handshake()
    return flow.request(wire.client_hello(flow.capture.random, name), name, **header)


def ask_http(flow, name, path="/", **header):
    """Handshake, then a GET for `name`; returns the request packet."""
    flow.handshake()
    return flow.request(wire.http_get(name, path), name, **header)


def server_flight(flow, hello, **header):
    """The server acknowledges the ClientHello and sends its first flight."""
    flow.server.ack(reply_to=hello)
    return flow.server.data(wire.server_hello(flow.capture.random, hello.payload),
                            after=0.0011, **header)


def finish_tls(flow, rounds=1, close=True):
    """The rest of a TLS session after the server's first flight."""
    chance = flow.capture.random
    flow.client.data(wire.client_finished(chance) + wire.application_data(chance, 180))
    flow.answer(wire.application_data(chance, 700))
    for _ in range(rounds - 1):
        flow.wait(0.4)
        flow.client.data(wire.application_data(chance, 120))
        flow.answer(wire.application_data(chance, 1800))
    if close:
        flow.close()


def visit(client, server, name, start=0.0, **rest):
    """A whole ordinary TLS session."""
    flow = Flow(client, server, start=start)
    hello = ask_tls(flow, name)
    server_flight(flow, hello)
    finish_tls(flow, **rest)
    return flow


def fetch(client, server, name, start=0.0, close=True, dport=80):
    """A whole ordinary HTTP exchange."""
    flow = Flow(client, server, dport, start)
    ask_http(flow, name)
    flow.answer(wire.http_ok())
    if close:
        flow.close()
    return flow


def download(count, size):
    """A long HTTP answer in `count` pieces of `size` bytes."""
    head = (b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
            b"Content-Length: %d\r\n\r\n")
    total = count * size
    length = total - len(head % total)
    answer = (head % length).ljust(total, b"\xA5")
    return [answer[index * size:(index + 1) * size] for index in range(count)]
