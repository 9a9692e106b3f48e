# SPDX-License-Identifier: GPL-2.0-or-later
"""The same connections in everything a packet may travel in, and in pieces."""

from builder import payloads as wire
from builder import tunnels
from builder.capture import Host
from builder.flow import Flow
from builder.injector import Injector
from builder.stacks import APPLIANCE

from . import ask_http, ask_tls, fetch, guilty, innocent, visit
from .forged_resets import ALLOWED, FORBIDDEN, answer_comes_too_late, burst

FAMILY = "tunnel"

NAMES = "VLAN, QinQ, GRE, IP in IP (6in4), IP in IPv6, VXLAN, GTP-U, MPLS, PPPoE and ERSPAN"


def pairs(net):
    """A client and a server for each tunnel, half of them IPv6; what they send travels in it."""
    carried = {}
    for index, tunnel in enumerate((*tunnels.ALL, *tunnels.ALL)):
        ipv6 = index >= len(tunnels.ALL)
        client = net.client(f"2001:db8:1::{index:x}" if ipv6 else f"192.168.1.{index + 10}")
        server = net.server(f"2001:db8:80::{index:x}" if ipv6 else f"203.0.113.{index + 10}")
        carried[client.address] = carried[server.address] = tunnel
        yield client, server, 10.0 * index
    net.tunnel = lambda frame, network: carried[network.src](frame, network)


@guilty(f"Three equal RST/ACK after a ClientHello, in {NAMES}, each over IPv4 and over IPv6.",
        "All 60 resets forged, each once: the inner packet is judged.",
        never="Any other packet forged, or anything said of an outer header.", vantage="border")
def resets_in_tunnels(net):
    for client, server, start in pairs(net):
        visit(client, server, ALLOWED, start=start)
        flow = Flow(client, server, start=start + 3)
        hello = ask_tls(flow, FORBIDDEN)
        burst(Injector(net, "gfw-triplet"), hello, 0.0173, ttl=134, window=1509, ipid=0x7F11)
        answer_comes_too_late(Injector(net, "gfw-triplet"), flow, hello)


@innocent(f"Servers that reject a name themselves, and refuse what comes later, in {NAMES}.",
          never="Any reset forged: each is its server's own, at its own distance.", vantage="border")
def genuine_resets_in_tunnels(net):
    for client, server, start in pairs(net):
        visit(client, server, ALLOWED, start=start)
        flow = Flow(client, server, start=start + 3)
        ask_tls(flow, FORBIDDEN)
        flow.server.abort()
        flow.server.refuse(flow.client.data(wire.application_data(net.random, 90), after=0.0002))


@innocent("A forged-looking reset is quoted by ICMP errors of the client's firewall and of a router, and"
          " never seen otherwise, over IPv4 and over IPv6.",
          never="The errors, or the reset inside them, forged: nobody sent it here.", vantage="border")
def reset_only_quoted(net):
    for index, (near, far, router) in enumerate((
            ("192.168.1.10", "203.0.113.80", "198.51.100.9"),
            ("2001:db8:1::10", "2001:db8:80::1", "2001:db8:9::9"))):
        client, server = net.client(near), net.server(far)
        reporter = Host(net, router, APPLIANCE, hops=8, rtt=0.062)
        flow = Flow(client, server, start=5.0 * index)
        hello = ask_tls(flow, FORBIDDEN)
        seen = len(net.packets)
        fake = flow.server.segment("RA", seq=hello.ack, ack=hello.end, ttl=99, ipid=0x9920, df=False,
                                   options=[], window=0, at=hello.time + 0.02)
        del net.packets[seen:]
        for kind in ("time-exceeded", "port-unreachable"):
            net.icmp_about(client, fake, kind)
            net.icmp_about(reporter, fake, kind)
        flow.answer(wire.server_hello(net.random, hello.payload))


def in_fragments(net, packet, size=480):
    """The packet arrives in pieces: both IP headers are as its sender's, but for offset and length."""
    net.fragments[id(packet)] = size
    return packet


@guilty("Requests and answers in IP fragments, over IPv4 and over IPv6: a forged page in one piece and one in"
        " three, and resets of a request that came in three.",
        "Page and resets forged, at the frame of the last fragment; other fragments are not judged.")
def fragments(net):
    for index, (near, far) in enumerate((("192.168.1.10", "203.0.113.80"), ("2001:db8:1::10", "2001:db8:80::1"))):
        client, server = net.client(near), net.server(far, rtt=0.160)
        start = 20.0 * index
        fetch(client, server, ALLOWED, start=start)
        flow = Flow(client, server, 80, start + 3)
        request = in_fragments(net, ask_http(flow, FORBIDDEN, "/" + "x" * 1200))
        burst(Injector(net, "gfw-triplet"), request, 0.0173, ttl=134, window=1509, ipid=0x7F11)
        answer_comes_too_late(Injector(net, "gfw-triplet"), flow, request, flight=False)
        flow = Flow(client, server, 80, start + 8)
        request = ask_http(flow, FORBIDDEN)
        page = Injector(net, "block-page").page(
            request, 0.0091, b"HTTP/1.1 302 Found\r\nLocation: http://warning.or.kr\r\n\r\n" + b"<p>no</p>" * 120,
            ttl=58, df=False, ipid=1, window=8192)
        in_fragments(net, page)
        late = in_fragments(net, flow.server.data(wire.http_ok("hello " * 150), reply_to=request))
        net.mark(late, "genuine", "data", "block-page", FORBIDDEN)
        flow.client.send("R", seq=request.end, ack=0, options=[])


@innocent("An ordinary download whose segments are cut into fragments by a router on the way; the server ends it"
          " with a reset.", never="A fragment, a segment or the reset forged.")
def download_in_fragments(net):
    for index, (near, far) in enumerate((("192.168.1.10", "203.0.113.80"), ("2001:db8:1::10", "2001:db8:80::1"))):
        client, server = net.client(near), net.server(far)
        flow = Flow(client, server, 80, 10.0 * index)
        ask_http(flow, ALLOWED)
        flow.server.ack()
        for _ in range(6):
            in_fragments(net, flow.server.data(net.random.randbytes(1300), after=0.001))
        flow.client.ack()
        flow.server.abort()
