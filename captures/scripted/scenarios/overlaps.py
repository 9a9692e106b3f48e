# SPDX-License-Identifier: GPL-2.0-or-later
"""Data of which two segments cover the same sequence numbers, forged and genuine."""

from builder import payloads as wire
from builder.flow import Flow
from builder.injector import Injector

from . import ask_http, fetch, guilty, innocent
from .forged_resets import ALLOWED, FORBIDDEN

FAMILY = "data"

PAGE = b"<html><body><p>This page is not for you.</p></body></html>\n"


@guilty("A page is written into three connections, once 10 bytes behind the begin of the server's answer, once 7"
        " bytes before it, once over it in two pieces; it has another TTL and no timestamps. The server's own"
        " answer comes 150 ms later.",
        "The forged segments forged wherever they overlap the beginning of the server's answer.")
def shifted_pages(net):
    client, server = net.client(), net.server(rtt=0.160)
    fetch(client, server, ALLOWED)
    for index, pieces in enumerate((((10, PAGE),), ((-7, PAGE),), ((0, PAGE[:20]), (20, PAGE[20:])))):
        flow = Flow(client, server, 80, 3.0 + 5 * index)
        request = ask_http(flow, FORBIDDEN)
        box = Injector(net, "shifted-page")
        for number, (shift, text) in enumerate(pieces):
            box.page(request, 0.0091 + number * 0.0003, text, "PA", seq=request.ack + shift, ttl=58, window=8192)
        box.raced(flow.server.data(wire.http_ok(), reply_to=request), request)
        flow.client.send("R", seq=request.end, ack=0, options=[])


@innocent("A server sends its answer again in other pieces: larger, smaller, from the middle on, with zeros behind;"
          " and keeps the connection alive with probes of one byte that is not the one it sent.",
          never="Any of the segments forged: whatever overlaps is the same.")
def answer_in_other_pieces(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server, 80)
    ask_http(flow, ALLOWED)
    flow.server.ack()
    text = wire.http_ok("0123456789" * 30)
    first = flow.server.data(text[:50], after=0.001)
    for begin, end in ((0, 90), (13, 61), (3, 8), (40, 200), (0, 11), (61, len(text))):
        flow.server.send("PA", text[begin:end], seq=first.seq + begin, after=0.3)
    flow.server.segment("PA", text[:6] + bytes(6), seq=first.seq, after=0.3)
    flow.client.ack()
    for index in range(3):
        flow.server.segment("A", b"%d" % index, seq=flow.server.next_seq - 1, after=30.0 * (index + 1))
    flow.now += 100
    flow.close()
