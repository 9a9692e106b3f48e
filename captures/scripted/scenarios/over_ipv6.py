# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenarios of the other files over IPv6: what has no IP ID and no don't-fragment must still be found."""

from builder import payloads as wire
from builder.flow import Flow
from builder.injector import Injector

from . import TABLE, Scenario, ask_tls, fetch, finish_tls, guilty, innocent, server_flight, visit
from .forged_resets import ALLOWED, FORBIDDEN, answer_comes_too_late

FAMILY = "reset"

TWINS = """
gfw-triplet gfw-ladder gfw-single-reset gfw-handshake-resets henan-payload-reset sandvine-pair
belarus-zero-reset reset-with-wrong-clock reset-acks-what-never-arrived reset-that-is-ignored
reset-that-loses-the-race reset-with-mirrored-ttl client-reset-at-the-server resets-in-both-directions
two-injectors-on-one-path block-page-redirect dns-three-injectors dns-forged-after-genuine
dns-mirrored-ttl dns-answer-of-a-closed-port shifted-pages

closed-ports tab-closed-during-download tab-closed-seen-at-the-server server-rejects-a-name
other-initial-ttl-for-resets path-length-varies-by-one mirror-port-doubles-everything
both-sides-of-a-router resets-follow-the-acknowledgements close-with-unread-data linux-resets-late-data
load-balancer-idle-timeout front-end-answers-the-handshake firewall-resets-everything
reset-overtakes-data keep-alives-and-closed-windows retransmissions-and-giving-up transparent-proxy
answer-in-other-pieces dns-retry-rotated dns-mirror-port-doubles dns-both-sides-of-a-router dns-answer-after-giving-up
""".split()


def over_ipv6(original):
    """The same scenario with IPv6 addresses for all."""
    def play(net):
        net.ipv6 = True
        original.play(net)
    return Scenario(f"{original.name}-ipv6", original.family, original.kind, original.vantage,
                    f"`{original.name}` over IPv6.", original.expect, original.never, play)


BY_NAME = {scenario.name: scenario for scenario in TABLE}
TABLE.extend(over_ipv6(BY_NAME[name]) for name in TWINS)


def hosts(net):
    return net.client("2001:db8:1::10"), net.server("2001:db8:80::1")


@guilty("Over IPv6, a box writes three RST/ACK into copies of the request: they have the client's flow label. In"
        " another connection it draws one itself.", "All six resets forged.")
def resets_with_flow_labels(net):
    client, server = hosts(net)
    visit(client, server, ALLOWED)
    for start, copied in ((3.0, True), (9.0, False)):
        flow = Flow(client, server, start=start)
        hello = ask_tls(flow, FORBIDDEN)
        if not copied:              # the server has shown its own label by then
            hello = second_hello(flow, hello)
        label = flow.client.flow_label if copied else 0x31337
        for index in range(3):
            Injector(net, "ipv6-copy").reset(hello, 0.0168 + index * 0.0001, "RA", ttl=108 + index, window=0,
                                             flow_label=label)
        answer_comes_too_late(Injector(net, "ipv6-copy"), flow, hello, flight=False)


def second_hello(flow, hello):
    """The server asks for another hello and gets one."""
    for _ in range(2):
        server_flight(flow, hello)
        hello = flow.request(wire.client_hello(flow.capture.random, FORBIDDEN), FORBIDDEN)
    return hello


@guilty("Over IPv6, the second request of a connection is answered with a redirect without the flow label that"
        " the server keeps, from another distance and without timestamps; the server's own answer comes later.",
        "The redirect forged.", family="data")
def page_without_flow_label(net):
    client, server = net.client("2001:db8:1::10"), net.server("2001:db8:80::1", rtt=0.160)
    flow = fetch(client, server, ALLOWED, close=False)
    request = flow.request(wire.http_get(FORBIDDEN), FORBIDDEN, after=0.4)
    box = Injector(net, "block-page")
    box.page(request, 0.0091, b"HTTP/1.1 302 Found\r\nLocation: http://warning.or.kr\r\n\r\n", ttl=58, window=8192)
    box.raced(flow.server.data(wire.http_ok(), reply_to=request), request)


@innocent("Over IPv6: a stack that refuses connections with the flow label of the SYN, one that reflects labels in"
          " every packet, and a server that draws a new label when it sends again after a timeout.",
          never="A refusal or a segment forged for its flow label.")
def flow_labels_that_change(net):
    client, server = hosts(net)
    for index, port in enumerate((25, 8443)):
        flow = Flow(client, server, port, start=1.5 * index)
        flow.server.refuse(flow.client.send("S"), flow_label=flow.client.flow_label)
    flow = Flow(client, server, start=4.0)
    flow.server.flow_label = flow.client.flow_label
    hello = ask_tls(flow, ALLOWED)
    server_flight(flow, hello)
    finish_tls(flow, close=False)
    flow.server.abort()
    flow = fetch(client, server, ALLOWED, start=8.0, close=False)
    request = flow.request(wire.http_get(ALLOWED, "/next"), ALLOWED, after=0.2)
    flow.server.ack(reply_to=request)
    page = flow.server.data(wire.http_ok("hello " * 60), after=0.001)
    flow.server.flow_label ^= 0x3C3C3
    flow.server.again(page, after=0.6)
    flow.now += 0.6
    flow.client.ack()
    flow.answer(wire.http_ok("more"), ack=False)
    flow.close()
