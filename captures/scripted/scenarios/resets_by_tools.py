# SPDX-License-Identifier: GPL-2.0-or-later
"""Resets of boxes and tools that give themselves away by more than their header."""

from builder import payloads as wire
from builder.flow import Flow
from builder.injector import Injector
from builder.stacks import WINDOWS

from . import ask_http, ask_tls, fetch, finish_tls, guilty, server_flight, visit

FAMILY = "reset"

ALLOWED = "www.allowed.example"
FORBIDDEN = "www.forbidden.example"


@guilty("A filter at the server's edge resets one name of two: as many hops away as the server, but with an initial"
        " TTL of 64 where the server has 128. The server itself closes the other connections with resets.",
        "The five RST/ACK after the forbidden name forged.", "A reset of the server's own forged.")
def edge_box_resets_one_name(net):
    client, server = net.client(), net.server(stack=WINDOWS)
    box = Injector(net, "edge-box")
    for index in range(5):
        flow = Flow(client, server, start=6.0 * index)
        hello = ask_tls(flow, ALLOWED)
        server_flight(flow, hello)
        finish_tls(flow, close=False)
        flow.client.fin()
        flow.server.abort(window=0)
        flow = Flow(client, server, start=6.0 * index + 3)
        hello = ask_tls(flow, FORBIDDEN)
        box.reset(hello, 0.179, "RA", ttl=48, ipid=0, df=True)


@guilty("A box resets the forbidden request after 9 ms on a path of 180 ms, twice, with the server's header in every"
        " respect but the distance. Other requests take the round trip.",
        "Both resets forged: what they acknowledge cannot have arrived.")
def acknowledged_too_soon(net):
    client, server = net.client(), net.server()
    box = Injector(net, "perfect-but-near")
    for start in (0.0, 6.0):
        flow = fetch(client, server, ALLOWED, start=start, close=False)
        flow.wait(0.5)
        request = flow.request(wire.http_get(FORBIDDEN, "/"), FORBIDDEN)
        box.reset(request, 0.009, "RA", ttl=58, ipid=flow.server.ipid + 1, df=True, window=502)


@guilty("A box in front of the server turns both packets of its answer into RST/ACK: IP IDs, timestamps and distance"
        " are the server's, but its socket cannot have sent two.",
        "Both resets forged.")
def answer_turned_into_resets(net):
    client, server = net.client(), net.server()
    visit(client, server, ALLOWED)
    box = Injector(net, "rewritten")
    flow = Flow(client, server, start=4.0)
    hello = ask_tls(flow, FORBIDDEN)
    net.mark(hello, "trigger", "reset", box.behaviour, FORBIDDEN)
    ack = flow.server.send("RA", reply_to=hello)
    data = flow.server.segment("RA", seq=ack.seq + 900, at=ack.time + 0.0011)
    for packet in (ack, data):
        net.mark(packet, "forged", "reset", box.behaviour, FORBIDDEN)


@guilty("ettercap on the gateway ends one connection towards both ends, as seen at the server: IP ID 0x7ee7, window"
        " 32767.", "The reset in the client's name forged.", vantage="server")
def ettercap_ends_a_connection(net):
    client, server = net.client(), net.server()
    fetch(client, server, ALLOWED)
    flow = fetch(client, server, FORBIDDEN, start=3.0, close=False)
    box = Injector(net, "ettercap-kill")
    news = flow.server.data(b"news" * 40, asks=FORBIDDEN)
    box.reset(news, 0.02, ttl=53, ipid=0x7EE7, df=False, window=32767)


@guilty("tcpkill -9 on the way shoots nine times at the sender of each of five packets, one window of the other end"
        " further each time; the client's own resets lie between.",
        "All 45 resets in the server's name forged.", "A reset of the client's forged.")
def tcpkill_storm(net):
    client, server = net.client(), net.server()
    fetch(client, server, ALLOWED)
    flow = fetch(client, server, FORBIDDEN, start=3.0, close=False)
    box = Injector(net, "tcpkill-9")
    last = None
    for _ in range(5):
        last = flow.client.ack(after=0.01)
        last.asks = FORBIDDEN
        for shot in range(9):
            box.reset(last, 0.45 + shot * 0.00003, seq=last.ack + shot * (shot + 1) // 2 * last.window, ttl=63,
                      df=False, ipid=net.random.randrange(1, 0xFFFF))
    late = flow.server.data(b"late", at=last.time + 0.6)
    flow.client.refuse(late)


@guilty("A reset is 100 bytes off; the server answers with a challenge ACK and the client goes on, with a FIN"
        " in its old series.", "The reset in the client's name forged.", vantage="server")
def challenged_reset(net):
    client, server = net.client(), net.server()
    fetch(client, server, ALLOWED)
    flow = fetch(client, server, FORBIDDEN, start=3.0, close=False)
    flow.wait(1)
    news = flow.server.data(b"news" * 40, asks=FORBIDDEN)
    flow.client.ack()
    box = Injector(net, "blind-reset")
    box.reset(news, 0.5, ttl=61, seq=flow.client.next_seq + 100, ipid=0x0001, df=False, window=512)
    flow.server.ack(at=news.time + 0.50002)
    flow.wait(3)
    flow.client.fin()
    flow.server.fin()
    flow.client.ack()


@guilty("A machine on the client's link shoots at two connections in the server's name: another station than the"
        " gateway's, IP ID 1, don't-fragment clear, the server's own TTL. The server goes on.",
        "Both resets forged.")
def shots_from_the_same_link(net):
    client, server = net.client(), net.server("192.168.1.50", hops=0, rtt=0.0006)
    box = Injector(net, "same-link")
    fetch(client, server, ALLOWED)
    for start in (3.0, 6.0):
        flow = fetch(client, server, FORBIDDEN, start=start, close=False)
        flow.wait(0.4)
        request = flow.request(wire.http_get(FORBIDDEN, "/next"), FORBIDDEN)
        shot = box.reset(request, 0.0003, ttl=64, ipid=1, df=False, window=8192)
        shot.macs = ("02:10:00:00:00:66", shot.macs[1])
        flow.answer(wire.http_ok())
