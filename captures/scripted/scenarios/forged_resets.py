# SPDX-License-Identifier: GPL-2.0-or-later
"""Resets that a box on the path wrote in the name of one of the two ends."""

from builder import payloads as wire
from builder.capture import Host
from builder.flow import Flow
from builder.injector import Injector
from builder.stacks import APPLIANCE, BSD_SERVER, LINUX_PLAIN, WINDOWS, WINDOWS_XP
from builder.tunnels import in_gre, in_vlan

from . import (ask_http, ask_tls, fetch, finish_tls, guilty, server_flight, visit)

FAMILY = "reset"

ALLOWED = "www.allowed.example"
FORBIDDEN = "www.forbidden.example"


def burst(box, trigger, delay, count=3, flags="RA", step=0, **header):
    """`count` resets within a millisecond; `step` is added to TTL, window and IP ID."""
    resets = []
    for index in range(count):
        fields = dict(header)
        for name in ("ttl", "window", "ipid"):
            fields[name] = header[name] + index * step
        resets.append(box.reset(trigger, delay + index * 0.00014, flags, **fields))
    return resets


def answer_comes_too_late(box, flow, hello, flight=True):
    """The server's answer arrives at a client whose socket is gone, which resets it."""
    late = [flow.server.ack(reply_to=hello)]
    if flight:
        late.append(flow.server.data(
            wire.server_hello(flow.capture.random, hello.payload), after=0.0011))
    box.raced(late[-1], hello)
    for packet in late:
        flow.client.refuse(packet)


@guilty("Three byte-identical RST/ACK 18 ms after the ClientHello, twice, on a 180 ms path; a"
        " session with another name to the same server is left alone. Window minus TTL is the"
        " same number in both bursts.",
        "All six resets forged; both ClientHellos are the trigger.")
def gfw_triplet(net):
    client, server = net.client(), net.server()
    visit(client, server, ALLOWED)
    box = Injector(net, "gfw-triplet")
    for start, ttl, ipid in ((3.0, 128, 0x3A1C), (9.4, 201, 0xB0D4)):
        flow = Flow(client, server, start=start)
        hello = ask_tls(flow, FORBIDDEN)
        burst(box, hello, 0.0179, ttl=ttl, window=ttl + 1375, ipid=ipid)
        answer_comes_too_late(box, flow, hello, flight=False)


@guilty("One burst of three equal RST/ACK after the ClientHello, in frames with a VLAN tag.",
        "The three resets forged.", vantage="border", family="tunnel")
def gfw_triplet_in_vlan(net):
    net.tunnel = in_vlan
    client, server = net.client(), net.server()
    visit(client, server, ALLOWED)
    flow = Flow(client, server, start=3.0)
    hello = ask_tls(flow, FORBIDDEN)
    box = Injector(net, "gfw-triplet")
    burst(box, hello, 0.0121, ttl=83, window=1458, ipid=0x7E21)
    answer_comes_too_late(box, flow, hello)


@guilty("One burst of three equal RST/ACK after an HTTP request, mirrored through GRE.",
        "The three resets forged; the outer header is not judged.", vantage="border", family="tunnel")
def gfw_triplet_in_gre(net):
    net.tunnel = in_gre
    client, server = net.client(), net.server()
    fetch(client, server, ALLOWED)
    flow = Flow(client, server, 80, start=3.0)
    request = ask_http(flow, FORBIDDEN)
    box = Injector(net, "gfw-triplet")
    burst(box, request, 0.0134, ttl=190, window=1565, ipid=0x11F3)
    answer_comes_too_late(box, flow, request, flight=False)


@guilty("Three bare RST at X, X+1460 and X+4380 after an HTTP request, other TTL.",
        "The three resets forged: no host knows numbers it has not sent.")
def gfw_ladder(net):
    client, server = net.client(stack=WINDOWS_XP), net.server(stack=LINUX_PLAIN, hops=25)
    fetch(client, server, ALLOWED)
    flow = Flow(client, server, 80, start=4.0)
    request = ask_http(flow, FORBIDDEN, "/forbidden-keyword")
    box = Injector(net, "gfw-ladder")
    for index, (jump, ipid) in enumerate(((0, 0x81A2), (1460, 0x1F07), (4380, 0xC250))):
        box.reset(request, 0.0212 + index * 0.0004, seq=request.ack + jump, ttl=47, df=False,
                  ipid=ipid, window=0)
    answer_comes_too_late(box, flow, request, flight=False)


@guilty("One bare RST, IP ID 0 with DF clear, TTL 91 where the server shows 47.",
        "The reset forged; Linux would set DF with IP ID 0.")
def gfw_single_reset(net):
    client, server = net.client(), net.server()
    visit(client, server, ALLOWED)
    flow = Flow(client, server, start=3.0)
    hello = ask_tls(flow, FORBIDDEN)
    box = Injector(net, "gfw-single")
    box.reset(hello, 0.0152, ttl=91, ipid=0, df=False, window=2180)
    answer_comes_too_late(box, flow, hello)


@guilty("One RST/ACK 2.6 ms after the ClientHello that carries ten counting bytes; IP ID 1, DF"
        " clear, TTL 58. The client writes 20-byte TCP headers.",
        "The reset forged.")
def henan_payload_reset(net):
    client, server = net.client(stack=WINDOWS), net.server()
    visit(client, server, ALLOWED)
    flow = Flow(client, server, start=3.0)
    hello = ask_tls(flow, FORBIDDEN)
    box = Injector(net, "henan")
    box.reset(hello, 0.0026, "RA", ttl=58, ipid=1, df=False,
              payload=bytes((1, 2, 3, 4, 5, 6, 7, 8, 9, 0)))
    answer_comes_too_late(box, flow, hello)


@guilty("One RST/ACK per forbidden session with TTL 248, DF clear and an IP ID between 0x9916"
        " and 0x9933.", "Both resets forged.")
def gfw_type_three(net):
    client, server = net.client(), net.server(stack=BSD_SERVER)
    visit(client, server, ALLOWED)
    box = Injector(net, "gfw-type-three")
    for start, ipid in ((3.0, 0x991A), (8.0, 0x9927)):
        flow = Flow(client, server, start=start)
        hello = ask_tls(flow, FORBIDDEN)
        box.reset(hello, 0.0204, "RA", ttl=248, ipid=ipid, df=False, window=1160)
        answer_comes_too_late(box, flow, hello)


@guilty("Three RST/ACK 7 ms after the SYN, the genuine SYN/ACK after 248 ms, then three more.",
        "All six resets forged; the SYN/ACK is the genuine answer.")
def gfw_handshake_resets(net):
    client, server = net.client(), net.server(rtt=0.247)
    flow = Flow(client, server)
    syn = flow.client.send("S")
    flow.agree_on_options()
    box = Injector(net, "gfw-handshake")
    burst(box, syn, 0.0069, step=1, ttl=65, window=4229, ipid=0x54F0)
    synack = box.raced(flow.server.send("SA", reply_to=syn), syn)
    flow.client.refuse(synack)
    burst(box, syn, synack.time - syn.time + 0.0071, step=1, ttl=191, window=162,
          ipid=0x2210, seq=synack.end)


@guilty("A RST/ACK to the SYN that copies its IP ID and window and sets the reserved bits; it"
        " acknowledges nothing, so the client goes on and the session completes.",
        "The reset forged; the SYN/ACK is genuine.")
def rae_reserved_bits(net):
    client, server = net.client(stack=WINDOWS_XP), net.server(stack=LINUX_PLAIN, hops=15)
    flow = Flow(client, server, 80)
    syn = flow.client.send("S")
    flow.agree_on_options()
    box = Injector(net, "rae")
    box.reset(syn, 0.133, "RAN", reserved=7, ttl=46, ack=syn.seq, window=syn.window,
              ipid=syn.ipid)
    box.raced(flow.server.send("SA", reply_to=syn), syn)
    flow.client.ack()
    flow.request(b"GET / HTTP/1.0\r\nHost: " + FORBIDDEN.encode() + b"\r\n\r\n", FORBIDDEN)
    flow.answer(b"HTTP/1.0 200 OK\r\n\r\nhello\r\n")
    flow.close()


@guilty("Bare RST whose IP ID is the request's plus one and whose window is the request's; the"
        " ACK field is filled though the flag is clear.",
        "Both resets forged.")
def reset_counts_on_from_request(net):
    client, server = net.client(stack=WINDOWS_XP), net.server()
    fetch(client, server, ALLOWED)
    box = Injector(net, "copied-header")
    for start in (3.0, 6.0):
        flow = Flow(client, server, 80, start)
        request = ask_http(flow, FORBIDDEN)
        box.reset(request, 0.0310, ttl=24, df=False, ipid=request.ipid + 1,
                  window=request.window, ack=flow.client.isn + 1)
        answer_comes_too_late(box, flow, request, flight=False)


@guilty("Three RST/ACK in the client's name reach the server right behind the ClientHello; the"
        " client itself goes on sending with its own IP ID and timestamp series.",
        "The three resets forged; the server's own resets to the client's later data are not.",
        never="A reset of the server, or client data, forged.", vantage="server")
def client_reset_at_the_server(net):
    client, server = net.client(), net.server()
    visit(client, server, ALLOWED)
    flow = Flow(client, server, start=4.0)
    hello = ask_tls(flow, FORBIDDEN)
    server_flight(flow, hello)
    box = Injector(net, "gfw-triplet")
    burst(box, hello, 0.0041, ttl=157, window=1532, ipid=0x6A09, to_server=True)
    flow.now = hello.time
    chance = net.random
    for payload in (b"", chance.randbytes(120)):
        flow.wait(0.121)
        later = (flow.client.ack(after=0) if not payload else
                 flow.client.data(b"\x17\x03\x03\x00\x78" + payload, after=0))
        box.raced(later, hello)
        flow.server.refuse(later)


@guilty("A pair of RST/ACK: the second 12503 bytes further, IP ID four above the server's last"
        " one, then one more.", "Both resets forged.")
def sandvine_pair(net):
    client, server = net.client(), net.server()
    fetch(client, server, ALLOWED)
    flow = Flow(client, server, 6881, 4.0)
    flow.handshake()
    hello = flow.client.data(b"\x13BitTorrent protocol" + bytes(8) + net.random.randbytes(40))
    flow.server.ack()
    box = Injector(net, "sandvine-pair")
    for index, jump in enumerate((0, 12503)):
        box.reset(hello, 0.2060 + index * 0.0002, "RA", seq=hello.ack + jump, df=False,
                  ttl=52, ipid=flow.server.ipid + 4 + index, window=0)


@guilty("A bare RST with IP ID 0x7530 from initial TTL 128, DF clear, after an HTTP request.",
        "The reset forged.")
def turkmenistan_reset(net):
    client, server = net.client(), net.server()
    fetch(client, server, ALLOWED)
    flow = Flow(client, server, 80, 4.0)
    request = ask_http(flow, FORBIDDEN)
    box = Injector(net, "turkmenistan")
    box.reset(request, 0.0472, ttl=121, ipid=0x7530, df=False, window=0)


@guilty("A bare RST with both numbers zero answers the SYN, then the genuine SYN/ACK, then a"
        " second RST with the right number; TTL 125 where the server shows 52.",
        "Both resets forged; the SYN/ACK is genuine.")
def belarus_zero_reset(net):
    client, server = net.client(), net.server(hops=12, rtt=0.097)
    flow = Flow(client, server, 9001)
    syn = flow.client.send("S")
    flow.agree_on_options()
    box = Injector(net, "belarus")
    box.reset(syn, 0.0290, ttl=125, ipid=0x0D31, df=False, seq=0, ack=0)
    synack = box.raced(flow.server.send("SA", reply_to=syn), syn)
    flow.client.ack()
    box.reset(syn, synack.time - syn.time + 0.0292, ttl=125, ipid=0x0D32, df=False,
              seq=synack.end)


@guilty("A RST/ACK with a timestamp option 40 days off the server's clock and an echo the client"
        " never sent.", "The reset forged.")
def reset_with_wrong_clock(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server)
    hello = ask_tls(flow, FORBIDDEN)
    stamp = server.timestamp(hello.time)
    box = Injector(net, "skewed-timestamp")
    options = [("NOP", None), ("NOP", None),
               ("Timestamp", ((stamp + 3_456_000_000) % (1 << 32), 0x5EED1234))]
    box.reset(hello, 0.0233, "RA", ttl=45, ipid=0x4B1D, window=509, options=options)
    answer_comes_too_late(box, flow, hello)


@guilty("The client sends its ClientHello with TTL 9. The ninth router reports that it died"
        " there, and still a RST/ACK \"of the server\" acknowledges it.",
        "The reset forged: the server cannot have seen what it acknowledges.",
        never="The ClientHello quoted inside the ICMP error, or the error itself, forged.")
def reset_acks_what_never_arrived(net):
    client, server = net.client(), net.server()
    router = Host(net, "198.51.100.9", APPLIANCE, hops=8, rtt=0.062)
    flow = Flow(client, server)
    hello = ask_tls(flow, FORBIDDEN, ttl=9)
    box = Injector(net, "ttl-limited-probe")
    box.reset(hello, 0.0320, "RA", ttl=45, ipid=0x2C90, window=502)
    net.icmp_about(router, hello, "time-exceeded")


@guilty("Two RST/ACK arrive, the client's firewall drops them, and the server's answer and the"
        " rest of the session follow.", "Both resets forged; the server's flight is genuine.")
def reset_that_is_ignored(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server)
    hello = ask_tls(flow, FORBIDDEN)
    box = Injector(net, "reset-pair")
    for index in range(2):
        box.reset(hello, 0.0414 + index * 0.0021, "RA", ttl=59, ipid=0x3300 + index,
                  window=8192)
    box.raced(server_flight(flow, hello), hello)
    finish_tls(flow)


@guilty("The server is nearer than the injector: the RST comes after the ServerHello with a"
        " number behind it, the client discards it and goes on.",
        "The reset forged; it lost the race.")
def reset_that_loses_the_race(net):
    client, server = net.client(), net.server(rtt=0.012, hops=9)
    visit(client, server, ALLOWED)
    flow = Flow(client, server, start=3.0)
    hello = ask_tls(flow, FORBIDDEN)
    box = Injector(net, "gfw-single")
    box.reset(hello, 0.0186, ttl=103, ipid=0, df=False, window=1911)
    box.raced(server_flight(flow, hello), hello)
    flow.client.ack()
    flow.now = hello.time + 0.019
    finish_tls(flow)


@guilty("Clients with initial TTL 64 and 128 ask for the same name; the resets arrive with the"
        " client's TTL minus 22, while the server always shows 47.",
        "Both resets forged; no distance can be read from their TTL.", family="ttl")
def reset_with_mirrored_ttl(net):
    server = net.server()
    box = Injector(net, "mirrored-ttl")
    for index, stack in enumerate((LINUX_PLAIN, WINDOWS)):
        client = net.client("192.168.1.%d" % (10 + index), stack)
        flow = Flow(client, server, start=3.0 * index)
        hello = ask_tls(flow, FORBIDDEN)
        box.reset(hello, 0.0227, "RA", ttl=hello.ttl - 22, ipid=0x6200 + 9 * index, df=True,
                  window=hello.window)
        answer_comes_too_late(box, flow, hello)


@guilty("The same over IPv6: RST/ACK with another hop limit and flow label 0 after one name, an"
        " undisturbed session with another name.", "Both resets forged.")
def reset_over_ipv6(net):
    client = net.client("2001:db8:1::10")
    server = net.server("2001:db8:80::1")
    visit(client, server, ALLOWED)
    box = Injector(net, "ipv6-reset")
    for start in (3.0, 8.0):
        flow = Flow(client, server, start=start)
        hello = ask_tls(flow, FORBIDDEN)
        box.reset(hello, 0.0168, "RA", ttl=108, flow_label=0, window=0)
        answer_comes_too_late(box, flow, hello)


@guilty("A box between the two ends resets both within half a millisecond, each in the other's"
        " name; neither sent anything of the kind and both answer what comes later.",
        "Both resets forged; the resets that the ends send to each other's late packets are not.",
        never="A reset that answers a late packet forged.", vantage="border")
def resets_in_both_directions(net):
    client, server = net.client(), net.server()
    visit(client, server, ALLOWED)
    flow = Flow(client, server, start=4.0)
    hello = ask_tls(flow, FORBIDDEN)
    box = Injector(net, "both-ways")
    box.reset(hello, 0.0007, "RA", ttl=61, ipid=0x1001, df=False, window=4128)
    box.reset(hello, 0.0011, "RA", ttl=61, ipid=0x1002, df=False, window=4128, to_server=True)
    answer_comes_too_late(box, flow, hello, flight=False)


@guilty("One bare RST and then three equal RST/ACK answer one HTTP request: two injectors, each"
        " with its own header habits.", "All four resets forged.")
def two_injectors_on_one_path(net):
    client, server = net.client(), net.server()
    fetch(client, server, ALLOWED)
    flow = Flow(client, server, 80, 4.0)
    request = ask_http(flow, FORBIDDEN)
    Injector(net, "gfw-single").reset(request, 0.0149, ttl=77, ipid=0, df=False, window=1017)
    box = Injector(net, "gfw-triplet")
    burst(box, request, 0.0188, ttl=142, window=1517, ipid=0xE0A4)
    answer_comes_too_late(box, flow, request, flight=False)


@guilty("A reset in the middle of a capture that begins after the handshake: bare RST, IP ID 0,"
        " DF clear, TTL 106, then the server's data goes on.",
        "The reset forged, from the packets of the same flow alone.")
def reset_without_handshake(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server, 80)
    flow.handshake()
    flow.request(b"GET / HTTP/1.1\r\nHost: " + ALLOWED.encode() + b"\r\n\r\n", ALLOWED)
    flow.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n")
    flow.wait(1.0)
    begin = flow.now - 0.9
    request = flow.request(b"GET / HTTP/1.1\r\nHost: " + FORBIDDEN.encode() + b"\r\n\r\n",
                           FORBIDDEN)
    box = Injector(net, "gfw-single")
    box.reset(request, 0.0171, ttl=106, ipid=0, df=False, window=1330)
    flow.server.ack(reply_to=request)
    late = flow.server.data(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n",
                            after=0.002)
    box.raced(late, request)
    flow.client.refuse(late)
    net.keep(lambda packet: packet.time > begin)
