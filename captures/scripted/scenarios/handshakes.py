# SPDX-License-Identifier: GPL-2.0-or-later
"""Handshakes and ends of connections that somebody else sends, and what only looks like them."""

from builder import payloads as wire
from builder.flow import Flow
from builder.injector import Injector
from builder.stacks import APPLIANCE, syn_options

from . import ask_http, ask_tls, fetch, guilty, innocent

FAMILY = "handshake"

SITE = "www.allowed.example"
FORBIDDEN = "www.forbidden.example"


@guilty("The server is nearer than the forger: its SYN/ACK comes first, the forged one, without options and"
        " from another distance, 20 ms later with another sequence number. The client goes on with the"
        " server.", "The second SYN/ACK forged, the first the genuine one.")
def syn_ack_loses_the_race(net):
    client, server = net.client(), net.server(rtt=0.030)
    fetch(client, server, SITE)
    flow = Flow(client, server, 80, 3.0)
    syn = flow.client.send("S")
    flow.agree_on_options()
    net.mark(flow.server.send("SA"), "genuine", "syn-ack", "handshake-hijack")
    flow.client.ack()
    net.mark(syn, "trigger", "syn-ack", "handshake-hijack")
    forged = flow.server.segment("SA", seq=flow.server.isn + 77_123_456, at=syn.time + 0.050, ttl=77,
                                 window=2048, options=[], ipid=0x9760)
    net.mark(forged, "forged", "syn-ack", "handshake-hijack")
    flow.client.ack(after=0.00006)
    flow.request(wire.http_get(SITE), SITE)
    flow.answer(wire.http_ok())
    flow.close()


@guilty("A forger answers the SYN and then the request, before the server's SYN/ACK has arrived. It gives back another"
        " timestamp than the SYN's.",
        "SYN/ACK and answer of the forger forged, the server's SYN/ACK genuine.")
def forged_syn_ack_and_answer(net):
    client, server = net.client(), net.server(rtt=0.200)
    fetch(client, server, SITE)
    flow = Flow(client, server, 80, 3.0)
    syn = flow.client.send("S")
    flow.agree_on_options()
    net.mark(syn, "trigger", "syn-ack", "handshake-hijack")
    isn = flow.server.isn + 77_123_456
    options = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (100, 100)), ("NOP", None), ("WScale", 7)]
    forged = flow.server.segment("SA", seq=isn, at=syn.time + 0.011, options=options)
    net.mark(forged, "forged", "syn-ack", "handshake-hijack")
    request = flow.client.segment("PA", wire.http_get(SITE), ack=isn + 1, at=forged.time + 0.0001)
    stamp = [("NOP", None), ("NOP", None), ("Timestamp", (101, request.tsval))]
    answer = flow.server.segment("PA", wire.http_ok("somebody else"), seq=isn + 1, ack=request.end,
                                 at=request.time + 0.011, options=stamp)
    net.mark(answer, "forged", "data", "handshake-hijack", SITE)
    flow.client.segment("A", seq=request.end, ack=answer.end, at=answer.time + 0.0001)
    net.mark(flow.server.send("SA", reply_to=syn), "genuine", "syn-ack", "handshake-hijack")
    flow.client.refuse(forged, at=flow.now + 0.0001)


@guilty("A FIN in the server's name acknowledges the SYN; the server's SYN/ACK comes two milliseconds later and begins"
        " with other numbers.", "The FIN forged, the SYN/ACK genuine.")
def fin_before_the_syn_ack(net):
    client, server = net.client(), net.server(rtt=0.060)
    flow = Flow(client, server, 80)
    syn = flow.client.send("S")
    flow.agree_on_options()
    net.mark(syn, "trigger", "fin", "fin-forged")
    fin = flow.server.segment("FA", seq=0, ack=syn.end, at=syn.time + 0.058, ipid=syn.ipid)
    net.mark(fin, "forged", "fin", "fin-forged")
    flow.client.refuse(fin, at=fin.time + 0.0001)
    net.mark(flow.server.send("SA", reply_to=syn), "genuine", "fin", "fin-forged")
    flow.client.ack(after=0.0005)
    flow.request(wire.http_get(SITE), SITE)
    flow.answer(wire.http_ok())
    flow.close()


@innocent("A SYN reaches two machines that share an address; both answer, with options alike, from the same distance"
          " and with numbers of their own. The client resets the second.",
          never="Either SYN/ACK forged.", expect="Nothing is said: no third party shows.")
def two_syn_acks_alike(net):
    client, server = net.client(), net.server(rtt=0.110)
    for start in range(2):
        flow = Flow(client, server, 23, 2.0 * start)
        syn = flow.client.send("S")
        flow.agree_on_options()
        stamp = server.timestamp(syn.time + 0.65)
        flow.server.send("SA", reply_to=syn)
        flow.client.ack(after=0.0001)
        second = flow.server.segment("SA", seq=flow.server.isn + 77_123_456, at=syn.time + 0.7,
                                     options=syn_options(server.stack, stamp, syn.tsval))
        flow.client.refuse(second, at=second.time + 0.0001)
        flow.server.data(b"login: ", after=0.8)
        flow.client.ack()


@innocent("A SYN proxy on a slow path answers a SYN and its repetition with a cookie each; both answers"
          " arrive within a second.", never="Either SYN/ACK forged.")
def cookie_for_each_syn(net):
    client, server = net.client(), net.server(stack=APPLIANCE, rtt=1.4)
    flow = Flow(client, server)
    first = flow.client.send("S")
    flow.agree_on_options()
    again = flow.client.again(first, 0.9)
    flow.server.send("SA", reply_to=first)
    flow.client.ack(after=0.00006)
    flow.server.segment("SA", seq=flow.server.isn + 77_123, reply_to=again)
    challenge = flow.client.ack(after=0.00006)
    flow.server.refuse(challenge)


@guilty("A box closes for the server: a FIN without timestamps and from another distance answers the"
        " request, and then the server's answer comes in the FIN's place.",
        "The FIN forged; the server's answer is genuine.", family="data")
def fin_before_the_answer(net):
    client, server = net.client(), net.server(rtt=0.160)
    fetch(client, server, SITE)
    flow = Flow(client, server, 80, 3.0)
    request = ask_http(flow, FORBIDDEN)
    net.mark(request, "trigger", "fin", "fin-forged", FORBIDDEN)
    fin = flow.server.segment("FA", seq=request.ack, ack=request.end, at=request.time + 0.009, ttl=58,
                              window=1000, options=[], ipid=0x9760)
    net.mark(fin, "forged", "fin", "fin-forged", FORBIDDEN)
    late = flow.server.data(wire.http_ok(), reply_to=request)
    net.mark(late, "genuine", "fin", "fin-forged", FORBIDDEN)
    flow.client.send("R", seq=request.end, ack=0, options=[])


@innocent("The answer is lost in part: the server's FIN arrives before the data that belong in front of it,"
          " and after it some are sent again.", never="The FIN or the data forged.", family="data")
def data_behind_the_fin(net):
    client, server = net.client(), net.server(rtt=0.160)
    flow = Flow(client, server, 80)
    ask_http(flow, SITE)
    flow.server.ack()
    first = flow.server.send("PA", wire.http_ok(body="x" * 900), after=0.002)
    second = flow.server.send("PA", b"y" * 700, after=0.00001)
    fin = flow.server.fin(after=0.00001)
    second.time = fin.time + 0.0004
    flow.client.send("A", ack=first.end, after=0.00002)
    flow.server.again(first, 0.320)
    flow.client.ack()
    flow.client.fin()


@guilty("A box on the path speaks TLS 1.2 for the server and shows a certificate that the root of"
        " Kazakhstan's interception of 2019 has signed.",
        "The segment with the certificate forged, by the name of the authority.", family="data")
def certificate_of_an_interceptor(net):
    client, server = net.client(), net.server(rtt=0.160)
    flow = Flow(client, server)
    hello = ask_tls(flow, FORBIDDEN)
    net.mark(hello, "trigger", "data", "tls-interception", FORBIDDEN)
    flow.server.ack(reply_to=hello)
    answer = flow.server.data(wire.server_flight_12(net.random, hello.payload, FORBIDDEN,
                                                    "Qaznet Trust Network", "KZ"), after=0.0011)
    net.mark(answer, "forged", "data", "tls-interception", FORBIDDEN)
    flow.client.ack()
    flow.client.data(b"\x15\x03\x03\0\2\2\x30")
    flow.close()


@innocent("A Russian bank's server shows a certificate of the Russian Trusted Sub CA in TLS 1.2.",
          never="The certificate forged.", family="data")
def certificate_of_a_state(net):
    client, server = net.client(), net.server(rtt=0.060)
    flow = Flow(client, server)
    hello = ask_tls(flow, "online.bank.example")
    flow.server.ack(reply_to=hello)
    flow.server.data(wire.server_flight_12(net.random, hello.payload, "online.bank.example",
                                           "Russian Trusted Sub CA", "RU"), after=0.0011)
    flow.client.ack()
    flow.client.data(wire.client_finished(net.random))
    flow.answer(wire.application_data(net.random, 700))
    flow.close()


@innocent("A server answers a ClientHello with an alert in the clear: it shares no version with the client.",
          never="The alert forged.", family="data")
def alert_of_an_old_server(net):
    client, server = net.client(), net.server(rtt=0.060)
    flow = Flow(client, server)
    ask_tls(flow, SITE)
    flow.server.ack()
    flow.server.data(b"\x15\x03\x01\0\2\2\x46", after=0.0004)
    flow.server.fin(after=0.00003)
    flow.client.ack()
    flow.client.fin()
    flow.server.ack()
