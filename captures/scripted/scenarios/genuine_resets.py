# SPDX-License-Identifier: GPL-2.0-or-later
"""Resets and odd headers that nobody forged."""

from builder import payloads as wire
from builder.capture import Host
from builder.flow import Flow
from builder.stacks import (APPLIANCE, BSD_SERVER, LINUX, LINUX_PLAIN, MACOS, SCANNER, SOLARIS,
                            WINDOWS)

from . import (ask_http, ask_tls, download, fetch, finish_tls, innocent, server_flight,
               visit)

FAMILY = "reset"

SITE = "www.site.example"
OTHER = "www.other.example"


def idle_reset(net, seconds, **header):
    """A session that rests for a while and is then reset towards the client."""
    client, server = net.client(), net.server()
    flow = fetch(client, server, SITE, close=False)
    flow.wait(seconds)
    return flow, flow.server.segment("R", ack=0, options=[], after=0, **header)


@innocent("A load balancer drops a connection that was idle for 350 s: bare RST, TTL 238 where"
          " the server shows 47, DF clear, window 9300.",
          never="The reset forged: it follows silence, not a request.")
def load_balancer_idle_timeout(net):
    idle_reset(net, 350, ttl=238, df=False, ipid=0x81C4, window=9300)


@innocent("A NAT box forgot a connection after 20 minutes; it answers the client's next request"
          " itself, with a reset from the next hop.",
          never="The reset forged: the flow was long idle.")
def nat_forgot_the_flow(net):
    client, server = net.client(), net.server()
    flow = fetch(client, server, SITE, close=False)
    flow.wait(1200)
    request = flow.request(wire.http_get(SITE, "/later"), SITE)
    flow.server.refuse(request, ttl=64, reply_to=None, at=request.time + 0.0009)


@innocent("A CDN front end answers the handshake and sends the final RST with TTL 231, the"
          " machine behind it sends the data with TTL 219; all three flows alike.",
          never="The reset or the data forged: every flow shows the same split.", family="ttl")
def front_end_answers_the_handshake(net):
    client, server = net.client(), net.server(stack=BSD_SERVER)
    for index in range(3):
        flow = Flow(client, server, 80, start=2.0 * index)
        flow.handshake(ttl=231)
        flow.request(wire.http_get(SITE, "/%d" % index), SITE)
        flow.server.ack(ttl=219)
        flow.server.data(wire.http_ok("x" * 900), after=0.003, ttl=219)
        flow.client.ack()
        flow.client.fin()
        flow.server.abort(ttl=231)


@innocent("SYNs to closed ports of a Linux host, RST/ACK with IP ID 0 and DF.",
          never="A refusal forged.")
def closed_ports(net):
    client, server = net.client(), net.server()
    for index, port in enumerate((25, 110, 8443)):
        flow = Flow(client, server, port, start=1.5 * index)
        syn = flow.client.send("S")
        flow.server.refuse(syn)


@innocent("A browser tab is closed during a download: the client resets, the server's data that"
          " is still in flight is answered with more resets.",
          never="Any reset of the client forged.")
def tab_closed_during_download(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server)
    hello = ask_tls(flow, SITE)
    server_flight(flow, hello)
    flow.client.data(wire.client_finished(net.random) + wire.application_data(net.random, 200))
    flow.answer(wire.application_data(net.random, 7000))
    flow.client.abort(after=0.002)
    for index in range(4):
        late = flow.server.data(wire.application_data(net.random, 1400), after=0.0007)
        flow.client.refuse(late)


@innocent("The same seen at the server: the client's resets arrive while the server sends.",
          never="Any reset of the client forged.", vantage="server", family="stages")
def tab_closed_seen_at_the_server(net):
    client, server = net.client(stack=MACOS), net.server()
    flow = fetch(client, server, SITE, close=False)
    flow.wait(0.8)
    flow.request(wire.http_get(SITE, "/large"), SITE)
    flow.server.ack()
    sent = [flow.server.data(piece, after=0.0004) for piece in download(5, 1400)]
    flow.client.abort(after=0.031, ack=sent[0].seq)
    for packet in sent[1:]:
        flow.client.refuse(packet)


@innocent("A phone loses its radio link after the request, seen at the server: the answer is sent"
          " five times more, nobody acknowledges it. With interference.vantage set to server the last"
          " ones have the stage PSH+ACK -> nothing.",
          never="Anything forged.", vantage="server", family="stages")
def client_gone_seen_at_the_server(net):
    client, server = net.client(stack=MACOS), net.server()
    fetch(client, server, SITE)
    flow = Flow(client, server, 80, start=3.0)
    ask_http(flow, SITE, "/news")
    flow.server.ack()
    answer = flow.server.data(wire.http_ok("x" * 700), after=0.003)
    for timeout in (0.3, 0.6, 1.2, 2.4, 4.8):
        answer = flow.server.again(answer, timeout)


@innocent("A server rejects one name with RST/ACK after a round trip, from its own distance and"
          " with its own IP ID series, and serves another.",
          never="The reset forged: every header is the server's.")
def server_rejects_a_name(net):
    client, server = net.client(), net.server()
    visit(client, server, SITE)
    for start in (3.0, 6.0):
        flow = Flow(client, server, start=start)
        ask_tls(flow, OTHER)
        flow.server.abort()


@innocent("A stack that writes initial TTL 64 on data and 255 on resets, the same 17 hops away.",
          never="The resets forged: the hop count is the same.", family="ttl")
def other_initial_ttl_for_resets(net):
    client, server = net.client(), net.server(stack=SOLARIS)
    for start in (0.0, 4.0):
        flow = Flow(client, server, 80, start)
        ask_http(flow, SITE)
        flow.answer(wire.http_ok())
        flow.server.fin(after=0.3)
        flow.client.ack()
        request = flow.request(wire.http_get(SITE, "/more"), SITE, after=0.2)
        flow.server.refuse(request)


@innocent("Two paths of different length: the server's TTL changes by one inside the flow and"
          " again on its reset.", never="The reset forged.", family="ttl")
def path_length_varies_by_one(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server, 80)
    ask_http(flow, SITE)
    flow.server.ack()
    for index, piece in enumerate(download(6, 1200)):
        flow.server.data(piece, ttl=46 + index % 2, after=0.001)
        flow.client.ack()
    flow.request(wire.http_get(SITE, "/next"), SITE)
    flow.server.abort(ttl=48)


@innocent("The mirror port delivers every packet twice, the resets too.",
          never="A burst of equal resets seen in what is one reset.")
def mirror_port_doubles_everything(net):
    resets_after_close(net)
    for packet in list(net.packets):
        net.duplicate(packet)


@innocent("Captured on both sides of a router: every packet appears again with TTL one lower and"
          " the same IP ID.", never="A copy forged for its other TTL.", vantage="border", family="ttl")
def both_sides_of_a_router(net):
    resets_after_close(net)
    for packet in list(net.packets):
        net.duplicate(packet, after=0.00021, routed=True)


def resets_after_close(net):
    """Two sessions that end in honest resets."""
    client, server = net.client(), net.server()
    for start in (0.0, 3.0):
        flow = Flow(client, server, 80, start)
        ask_http(flow, SITE)
        flow.answer(wire.http_ok())
        flow.server.abort(after=0.4)
    closed = Flow(client, server, 81, start=6.0)
    closed.server.refuse(closed.client.send("S"))


@innocent("A server's socket is gone while the client still acknowledges: one bare RST per"
          " acknowledgement, each with the number that was acknowledged.",
          never="The rising sequence numbers read as guesses.")
def resets_follow_the_acknowledgements(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server, 80)
    ask_http(flow, SITE)
    flow.server.ack()
    acks = []
    for piece in download(4, 1448):
        flow.server.data(piece, after=0.0006)
        acks.append(flow.client.ack())
    for ack in acks:
        flow.server.refuse(ack)


@innocent("A process dies with unread data: RST/ACK from the socket, with a window, timestamps,"
          " and the next IP ID of the connection.", never="The reset forged.")
def close_with_unread_data(net):
    client, server = net.client(), net.server()
    for start in (0.0, 2.0):
        flow = Flow(client, server, 80, start)
        ask_http(flow, SITE)
        flow.answer(wire.http_ok())
        flow.request(wire.http_get(SITE, "/unread"), SITE, after=0.1)
        flow.server.abort(window=501)


@innocent("An old stack explains its reset in plain text inside it.", never="The reset forged.")
def reset_with_text(net):
    client = net.client()
    server = net.server(stack=BSD_SERVER.but(timestamps=False))
    flow = fetch(client, server, SITE, close=False)
    flow.wait(2.0)
    flow.server.segment("R", b"tcp_close, during connect", ack=0, options=[], after=0,
                        window=0)


@innocent("A Linux server closes, the client sends more: bare RST with IP ID 0 and DF after data"
          " with counting IP IDs.", never="The resets forged for the jump of the IP ID.")
def linux_resets_late_data(net):
    client, server = net.client(), net.server()
    flow = fetch(client, server, SITE, close=False)
    flow.server.fin(after=5.0)
    flow.client.ack()
    for path in ("/one", "/two"):
        request = flow.request(wire.http_get(SITE, path), SITE, after=0.01)
        flow.server.refuse(request)


@innocent("IPv6 and IPv4 are tried 250 ms apart; the loser's SYN/ACK is answered with a reset.",
          never="The reset of the losing attempt forged.")
def happy_eyeballs(net):
    client4, client6 = net.client(), net.client("2001:db8:1::10")
    server4, server6 = net.server(rtt=0.030), net.server("2001:db8:80::1", rtt=0.310)
    slow = Flow(client6, server6)
    slow.client.send("S")
    fast = Flow(client4, server4, start=0.25)
    hello = ask_tls(fast, SITE)
    server_flight(fast, hello)
    synack = slow.server.send("SA")
    slow.client.refuse(synack)
    finish_tls(fast)


@innocent("A half-open scan: closed ports refuse, open ports answer and are reset by the scanner;"
          " crafted SYNs from initial TTL 255 and the kernel's resets from 64.",
          never="Any of it forged.", vantage="server")
def port_scan(net):
    scanner, server = net.client("198.51.100.77", SCANNER), net.server()
    kernel = LINUX.ttl - scanner.hops
    sport = net.port()
    for index, port in enumerate((22, 23, 80, 111, 443, 445, 3306, 8080)):
        flow = Flow(scanner, server, port, start=0.01 * index, sport=sport)
        syn = flow.client.send("S")
        flow.agree_on_options()
        if port in (22, 80, 443):
            synack = flow.server.send("SA")
            flow.client.refuse(synack, ttl=kernel, ipid=0, df=True)
        else:
            flow.server.refuse(syn)


@innocent("A connection ends in a reset; two seconds later the same ports carry a new one with a"
          " new initial number and data.", never="The reset forged for the data after it.")
def ports_used_again_after_reset(net):
    client, server = net.client(), net.server()
    first = Flow(client, server, 80)
    ask_http(first, SITE)
    first.server.abort()
    second = Flow(client, server, 80, start=2.4, sport=first.client.port)
    ask_http(second, SITE)
    second.answer(wire.http_ok())
    second.close()


@innocent("The capture holds the reset before the data it followed: two receive queues.",
          never="The reset forged for the data after it.")
def reset_overtakes_data(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server, 80)
    ask_http(flow, SITE)
    flow.server.ack()
    last = flow.server.data(wire.http_ok("x" * 800), after=0.002)
    reset = flow.server.abort(after=0.0004)
    last.time, reset.time = reset.time, last.time


@innocent("A firewall resets every request whatever is asked, from another distance, DF clear,"
          " with a window, and resets stray segments the same way.",
          never="A reset forged: nothing ties it to what was asked.",
          expect="At most suspect, with a firewall as the explanation.")
def firewall_resets_everything(net):
    client, server = net.client(), net.server()
    habits = {"ttl": 239, "df": False, "window": 8192}
    for index, name in enumerate((SITE, OTHER, "www.third.example", "www.fourth.example")):
        flow = Flow(client, server, 80, start=2.0 * index)
        request = ask_http(flow, name)
        reset = flow.server.segment("RA", at=request.time + 0.041, options=[],
                                    ipid=net.random.randrange(1, 0xFFFF), **habits)
        assert reset.seq == request.ack
    stray = Flow(client, server, 80, start=9.0)
    stray.client.received = net.random.randrange(1 << 32)
    packet = stray.client.ack()
    stray.server.refuse(packet, ipid=net.random.randrange(1, 0xFFFF), at=packet.time + 0.041,
                        **habits)


@innocent("The capture begins in the middle of a download that the server ends with a reset.",
          never="The reset forged for lack of a handshake.")
def capture_begins_in_the_middle(net):
    client, server = net.client(), net.server()
    flow = fetch(client, server, SITE, close=False)
    flow.wait(1.0)
    begin = flow.now
    flow.request(wire.http_get(SITE, "/large"), SITE)
    flow.answer(b"".join(download(3, 1400)))
    flow.server.abort(after=0.5)
    net.keep(lambda packet: packet.time > begin)


@innocent("Only the server's direction was captured; it ends in three resets to segments nobody"
          " sees.", never="The resets forged for having no cause in the capture.")
def one_direction_only(net):
    client, server = net.client(), net.server()
    flow = fetch(client, server, SITE, close=False)
    flow.wait(0.5)
    requests = [flow.client.data(net.random.randbytes(300)) for _ in range(3)]
    for request in requests:
        flow.server.refuse(request)
    net.keep(lambda packet: packet.sender is server)


@innocent("Every packet is cut after 60 bytes; the flows end in resets of both kinds.",
          never="Anything forged for bytes that were not captured.")
def packets_cut_short(net):
    resets_after_close(net)
    net.snaplen = 60


@innocent("The ends negotiate accurate ECN; the server's RST/ACK carries the AE bit.",
          never="The reset forged for a reserved bit that was agreed on.")
def accurate_ecn_reset(net):
    accurate_ecn(net)


@innocent("The same connection, but the capture begins after the handshake that agreed on the"
          " bits.", never="The reset forged for bits nobody was seen to agree on.")
def accurate_ecn_without_handshake(net):
    begin = accurate_ecn(net)
    net.keep(lambda packet: packet.time > begin)


def accurate_ecn(net):
    """A connection with accurate ECN and a reset at its end; the time of the handshake's end."""
    client, server = net.client(), net.server()
    flow = Flow(client, server, 80)
    flow.client.send("SNCE")
    flow.server.send("SAC")
    begin = flow.client.send("AC").time
    flow.client.data(wire.http_get(SITE), asks=SITE)
    flow.server.send("AN")
    flow.server.data(wire.http_ok(), after=0.002)
    flow.client.ack()
    flow.server.send("RAN", after=0.3)
    return begin


@innocent("Keep-alive probes with a byte of old data, a closed window with probes, and in the end"
          " a reset of the server.", never="A probe or the reset forged.")
def keep_alives_and_closed_windows(net):
    client, server = net.client(), net.server()
    flow = fetch(client, server, SITE, close=False)
    for _ in range(2):
        flow.wait(45)
        flow.client.segment("A", b"\0", seq=flow.client.next_seq - 1, after=0)
        flow.server.ack(after=0.182)
    flow.request(wire.http_get(SITE, "/large"), SITE)
    flow.answer(download(2, 1448)[0])
    flow.client.ack(window=0)
    for wait in (0.4, 0.8):
        flow.server.segment("A", seq=flow.server.next_seq - 1, after=wait)
        flow.wait(wait)
        flow.client.ack(window=0)
    flow.client.ack(after=1.2)
    flow.server.abort()


@innocent("Lost packets are sent again by both ends; after the last try the client gives up with"
          " a reset.", never="A retransmission or the reset forged.")
def retransmissions_and_giving_up(net):
    client, server = net.client(), net.server()
    flow = fetch(client, server, SITE, close=False)
    lost = flow.request(wire.http_get(SITE, "/slow"), SITE)
    flow.client.again(lost, after=0.4)
    flow.now = lost.time + 0.4
    flow.server.ack()
    answer = flow.server.data(wire.http_ok(), after=0.002)
    flow.server.again(answer, after=0.38)
    flow.now = answer.time + 0.38
    flow.client.ack()
    lost = flow.request(wire.http_get(SITE, "/gone"), SITE, after=2.0)
    for wait in (0.4, 1.2, 2.8):
        flow.client.again(lost, after=wait)
    flow.now = lost.time + 6.0
    flow.client.abort(after=0)


@innocent("Both ends abort at the same time; the resets cross.", never="Either reset forged.",
          vantage="border")
def crossing_resets(net):
    client, server = net.client(), net.server()
    flow = fetch(client, server, SITE, close=False)
    flow.wait(1.0)
    flow.client.abort(after=0)
    flow.server.abort(after=0.0008)


@innocent("A port refuses the first attempt and accepts the second, new SYN from the same port a"
          " second later.", never="The refusal forged for the SYN/ACK after it.")
def port_opens_between_attempts(net):
    client, server = net.client(stack=WINDOWS), net.server()
    first = Flow(client, server, 80)
    first.server.refuse(first.client.send("S"))
    second = Flow(client, server, 80, start=1.1, sport=first.client.port)
    ask_http(second, SITE)
    second.answer(wire.http_ok())
    second.close()


@innocent("A SYN proxy forgets its cookie and sends a second SYN/ACK with another number, then"
          " resets what does not fit.", never="The SYN/ACK or the reset forged.", family="handshake")
def cookie_changes(net):
    client, server = net.client(), net.server(stack=APPLIANCE)
    flow = Flow(client, server)
    flow.client.send("S")
    flow.agree_on_options()
    flow.server.send("SA")
    flow.client.ack()
    old = flow.server.isn
    flow.wait(1.3)
    flow.server.segment("SA", seq=old + 77_123, after=0)
    challenge = flow.client.ack(after=0.00006)
    flow.server.refuse(challenge)


@innocent("A server that was restarted resets the client's old connection when it is used again.",
          never="The reset forged.")
def server_restarted(net):
    client, server = net.client(), net.server(stack=LINUX_PLAIN)
    flow = fetch(client, server, SITE, close=False)
    flow.wait(95)
    request = flow.request(wire.http_get(SITE, "/again"), SITE)
    flow.server.refuse(request)
    fetch(client, server, SITE, start=flow.now + 0.8)


@innocent("A proxy on the path answers for every server: handshake, data and reset all come from"
          " the same nearer distance, for all names.", never="Data or reset forged.")
def transparent_proxy(net):
    client = net.client()
    for index, name in enumerate((SITE, OTHER)):
        proxy = Host(net, "203.0.113.%d" % (80 + index), LINUX, hops=2, rtt=0.004)
        flow = Flow(client, proxy, 80, start=2.0 * index)
        ask_http(flow, name)
        flow.answer(wire.http_ok(), think=0.19)
        flow.server.abort(after=5.0)
