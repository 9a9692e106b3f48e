# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets that are never answered, because somebody drops them or for an ordinary reason."""

from builder import payloads as wire
from builder.dns import answer, ask, transaction
from builder.flow import Flow
from builder.injector import Injector
from builder.quic import Connection

from . import ask_http, ask_tls, download, fetch, guilty, innocent, visit
from .genuine_dns import resolver

FAMILY = "silence"

SITE = "www.site.example"
BLOCKED = "www.blocked.example"
RETRIES = (0.22, 0.44, 0.88, 1.76)      # what Linux waits with a round trip of 180 ms, RFC 6298


def retry(flow, packet, waits=RETRIES):
    """The client sends a packet again and again."""
    return [flow.client.again(packet, sum(waits[:count])) for count in range(1, len(waits) + 1)]


def silenced(net, packets, behaviour, name=BLOCKED):
    """Note that these are what somebody keeps from being answered."""
    for packet in packets:
        net.mark(packet, "silenced", "silence", behaviour, name)


def unacknowledged(net, client, server, start, name=BLOCKED):
    """A ClientHello that nobody acknowledges; all copies of it."""
    flow = Flow(client, server, start=start)
    hello = ask_tls(flow, name)
    return [hello, *retry(flow, hello)]


@guilty("The ClientHello for one name is dropped, four times again; the same server answers"
        " another name before and after.",
        expect="The hello silenced, confidence 49, with the name that works.")
def hello_unacknowledged(net):
    client, server = net.client(), net.server()
    visit(client, server, SITE)
    silenced(net, unacknowledged(net, client, server, 3.0), "hello-unacked")
    visit(client, server, SITE, start=9.0)


@guilty("The server acknowledges the hello, then its answer is dropped; its acknowledgement of the"
        " client's FIN lies beyond it.",
        expect="The hello silenced: the answer was sent and never arrived.")
def hello_acknowledged_then_mute(net):
    client, server = net.client(), net.server()
    visit(client, server, SITE)
    flow = Flow(client, server, start=3.0)
    hello = ask_tls(flow, BLOCKED)
    flow.server.ack(reply_to=hello)
    flow.wait(3.0)
    flow.client.fin()
    flow.server.next_seq += 2300         # what was sent meanwhile, and dropped
    flow.server.ack()
    silenced(net, [hello], "hello-acked-then-mute")


@guilty("After the hello whatever the client sends is dropped; the server goes on repeating its"
        " own answer.",
        expect="The hello silenced: packets pass one way only.")
def one_way_after_the_hello(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server)
    hello = ask_http(flow, BLOCKED)
    flow.server.ack(reply_to=hello)
    answer = flow.server.data(wire.http_ok(), after=0.004)
    flow.client.ack()
    more = flow.request(wire.http_get(BLOCKED, "/more"), BLOCKED, after=0.05)
    again = retry(flow, more)
    for wait in (0.40, 0.85, 1.7):
        flow.server.segment(answer.flags, answer.payload, seq=answer.seq, after=wait)
    silenced(net, [more, *again], "oneway-drop")


@guilty("A hello is dropped; 20 s later all SYNs of this client to the same server and port are,"
        " while another server answers.",
        expect="Hello and SYNs silenced, the SYNs as a residual block.")
def residual_block_after_a_cut(net):
    client, server, other = net.client(), net.server(), net.server("203.0.113.90")
    visit(client, server, SITE)
    silenced(net, unacknowledged(net, client, server, 3.0), "drop-then-residual")
    fetch(client, other, SITE, start=20.0)
    flow = Flow(client, server, start=24.0)
    syn = flow.client.send("S")
    fetch(client, other, SITE, start=25.0)
    silenced(net, [syn, *retry(flow, syn, (1.0, 2.0, 4.0))], "residual-drop")


@guilty("QUIC Initials for one name are dropped, the server answers another name before.",
        expect="The Initial silenced, confidence 49.")
def quic_initial_dropped(net):
    client, server = net.client(), net.server()
    works = Connection(client, server)
    works.hello(SITE, 0.0)
    works.answer(0.182)
    works.data(0.183)
    works.ack(0.184)
    dropped = Connection(client, server)
    hello = dropped.hello(BLOCKED, 1.0)
    hello += [dropped.again(hello[0], at) for at in (2.0, 4.0)]
    silenced(net, hello, "quic-initial-silence")


@innocent("A host is down: SYNs to it are repeated and nobody answers, twice, while another server does.",
          never="Anything forged, or silenced with contrast: a dead host looks like a dropped SYN.",
          expect="At most the first SYN silenced, once, at 20, with the host being down as explanation.")
def host_is_down(net):
    client, server, dead = net.client(), net.server(), net.server("203.0.113.99")
    for start in (0.0, 12.0):
        flow = Flow(client, dead, start=start)
        syn = flow.client.send("S")
        retry(flow, syn, (1.0, 2.0, 4.0))
        fetch(client, server, SITE, start=start + 2.0)


@innocent("The network behind the client's router fails: three servers that it has open connections to fall silent"
          " within seconds, requests and SYNs, while the router still speaks.",
          never="Any of the servers silenced for itself.",
          expect="One line at 10: several servers at once.")
def network_fails_behind_the_router(net):
    client, router = net.client(), net.server("192.0.2.1", hops=0, rtt=0.002)
    flows = []
    for index, address in enumerate(("203.0.113.80", "198.51.100.80", "192.88.99.80")):
        name = "site%d.example" % index
        server = net.server(address)
        visit(client, server, name, start=0.2 * index)
        flow = Flow(client, server, 80, start=3.0 + 0.3 * index)
        flow.handshake()
        flows.append((flow, flow.request(wire.http_get(name), name)))
    for flow, request in flows:
        retry(flow, request)
    flow = Flow(client, net.server("203.0.113.90"), start=4.0)
    retry(flow, flow.client.send("S"), (1.0, 2.0, 4.0))
    for start in (4.5, 6.5, 9.5):
        fetch(client, router, "router.example", start=start)


@innocent("A server's queue of connections is full for half a minute: it drops SYNs, answers the sixth, and serves the"
          " client.", never="Anything silenced.")
def accept_queue_is_full(net):
    client, server, other = net.client(), net.server(), net.server("203.0.113.90")
    flow = Flow(client, server, 80)
    syn = flow.client.send("S")
    for start in (2.0, 5.0, 12.0):
        fetch(client, other, "www.other.example", start=start)
    flow.now = retry(flow, syn, (1.0, 2.0, 4.0, 8.0, 16.0))[-1].time
    flow.server.send("SA")
    flow.client.ack()
    flow.request(wire.http_get(SITE), SITE)
    flow.answer(wire.http_ok())
    flow.close()


@innocent("A server is gone in the middle of a download; its client waits for a while, closes, and repeats its FIN.",
          never="Anything silenced: after its own FIN nobody waits for an answer.")
def fin_to_a_server_that_is_gone(net):
    client, server, other = net.client(), net.server(), net.server("203.0.113.90")
    flow = Flow(client, server, 80)
    flow.server.ack(reply_to=ask_http(flow, SITE))
    for piece in download(12, 1400):
        flow.server.send("A", piece)
        flow.client.ack()
    flow.wait(9.0)
    fin = flow.client.fin()
    retry(flow, fin, (*RETRIES, 3.5, 7.0))
    for start in (3.0, 9.5, 11.0, 20.0):
        fetch(client, other, "www.other.example", start=start)


@guilty("A filter lets 16 kB of each connection to one server pass; the client has all of it, waits for half a minute"
        " and closes, three times. Another server delivers 60 kB meanwhile.",
        expect="The three requests silenced, at 30: each stops at the same place.")
def curtain_after_16_kb(net):
    client, server, other = net.client(), net.server(), net.server("203.0.113.90")
    for start in (0.0, 60.0, 120.0):
        flow = Flow(client, server, 80, start=start)
        request = ask_http(flow, SITE, "/large")
        flow.server.ack(reply_to=request)
        for piece in download(11, 1400):
            flow.server.send("A", piece)
            flow.client.ack()
        fetch(client, other, "www.other.example", start=start + 2.0)
        flow.wait(30.0)
        fin = flow.client.fin()
        again = retry(flow, fin, (*RETRIES, 3.5, 7.0))
        silenced(net, [request, fin, *again], "freeze-16k", SITE)


@innocent("A client loses its network for some time in the middle of two downloads, at different places; it waits and"
          " closes, and repeats its FIN.", never="Anything silenced.")
def downloads_that_stop_anywhere(net):
    client, server, other = net.client(), net.server(), net.server("203.0.113.90")
    for start, pieces in ((0.0, 11), (60.0, 14)):
        flow = Flow(client, server, 80, start=start)
        flow.server.ack(reply_to=ask_http(flow, SITE, "/large"))
        for piece in download(pieces, 1400):
            flow.server.send("A", piece)
            flow.client.ack()
        fetch(client, other, "www.other.example", start=start + 2.0)
        flow.wait(30.0)
        fin = flow.client.fin()
        retry(flow, fin, (*RETRIES, 3.5, 7.0))


@guilty("A box resets a connection for one name, and drops the client's SYNs to that server and port for a while.",
        expect="The resets forged, the SYN silenced as a residual block.")
def null_route_after_a_reset(net):
    client, server, other = net.client(), net.server(), net.server("203.0.113.90")
    visit(client, server, SITE)
    flow = Flow(client, server, start=3.0)
    hello = ask_tls(flow, BLOCKED)
    box = Injector(net, "gfw-triplet")
    for index in range(3):
        box.reset(hello, 0.0181 + 0.00001 * index, flags="RA", ttl=128, df=False, ipid=0x3A1C, window=1503)
    flow = Flow(client, server, start=5.0)
    syn = flow.client.send("S")
    fetch(client, other, SITE, start=6.0)
    silenced(net, [syn, *retry(flow, syn, (1.0, 2.0, 4.0))], "residual-drop")


@guilty("The first packets of a VPN (WireGuard) are dropped, sent again every 5 s; the same host answers over TCP.",
        expect="The first one silenced, at 20.")
def vpn_handshake_dropped(net):
    client, server = net.client(), net.server()
    sent = [net.datagram(client, server, (51820, 51820), b"\x01\x00\x00\x00" + net.random.randbytes(144), 5.1 * index)
            for index in range(6)]
    fetch(client, server, SITE, start=12.0)
    silenced(net, sent, "vpn-drop", "WireGuard handshake")


@innocent("A VPN's host is down; the client tries for half a minute, while another server answers over TCP.",
          never="Anything silenced.")
def vpn_host_is_down(net):
    client, server, other = net.client(), net.server(), net.server("203.0.113.90")
    for index in range(6):
        net.datagram(client, server, (51820, 51820), b"\x01\x00\x00\x00" + net.random.randbytes(144), 5.1 * index)
    fetch(client, other, SITE, start=12.0)


@innocent("A hello is lost twice, then it arrives and all goes on.", never="Anything silenced.")
def loss_and_recovery(net):
    client, server = net.client(), net.server()
    visit(client, server, "www.other.example")
    flow = Flow(client, server, start=3.0)
    hello = ask_http(flow, SITE)
    last = retry(flow, hello, RETRIES[:2])[-1]
    flow.now = last.time
    flow.answer(wire.http_ok())
    flow.close()


@innocent("A server thinks for five seconds; the first segment of its answer is lost once.",
          never="Anything silenced.")
def slow_server(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server, 80)
    request = ask_http(flow, SITE)
    flow.server.ack(reply_to=request)
    flow.wait(5.0)
    pieces = download(2, 1400)
    first = flow.server.next_seq
    flow.server.next_seq += len(pieces[0])
    flow.server.send("PA", pieces[1])
    flow.client.ack(ack=first)
    flow.server.segment("A", pieces[0], seq=first, after=0.2)
    flow.client.ack(ack=first + 2800, after=0.001)


@innocent("A client keeps an idle connection open with keep-alives every 15 s; from the third on nobody"
          " answers them.", never="Anything silenced.")
def keep_alives_of_an_idle_client(net):
    client, server = net.client(), net.server()
    flow = fetch(client, server, SITE, close=False)
    for count in range(10):
        flow.wait(15.0)
        flow.client.send("A", seq=flow.client.next_seq - 1)
        if count < 2:
            flow.server.ack()


@innocent("The capture ends when a hello was sent for the third time.", never="Anything silenced.")
def capture_ends_early(net):
    client, server = net.client(), net.server()
    visit(client, server, "www.other.example")
    flow = Flow(client, server, start=3.0)
    retry(flow, ask_tls(flow, SITE), RETRIES[:2])


@innocent("Only what the client sends is captured; it sends its hello five times.",
          never="Anything silenced: the answers may just not have been captured.")
def silence_in_one_direction(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server)
    retry(flow, ask_tls(flow, SITE))
    net.keep(lambda packet: packet.sender is client)


@innocent("Packets of full size do not pass the path: an upload is sent again and again.",
          never="Anything silenced: a smaller packet behind it does arrive.")
def path_mtu_black_hole(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server, 80)
    flow.handshake()
    request = flow.request(wire.http_get(SITE, "/upload"), SITE)
    flow.server.ack(reply_to=request)
    waiting = flow.server.peer.next_seq
    large = flow.client.send("A", b"\xA5" * 1400)
    flow.client.send("PA", b"\xA5" * 300)
    flow.server.ack(ack=waiting)
    retry(flow, large)


@innocent("A firewall drops all QUIC: three servers never answer an Initial, over TCP they do.",
          never="Anything silenced.")
def firewall_drops_all_quic(net):
    client = net.client()
    for index in range(3):
        server = net.server("203.0.113.%d" % (81 + index))
        connection = Connection(client, server)
        hello = connection.hello("site%d.example" % index, 10.0 * index)
        for at in (1.0, 3.0, 7.0):
            connection.again(hello[0], 10.0 * index + at)
        visit(client, server, "site%d.example" % index, start=10.0 * index + 0.4)


# -- names that are never answered ------------------------------------------------------------


def names_between(client, server, start, kind=wire.A, pauses=2):
    """Other names asked for, and answered, in each pause of five seconds."""
    for index in range(3 * pauses):
        transaction(client, server, "site%d.example" % index, ["198.51.100.%d" % (20 + index)],
                    at=start + 1.2 + 5.0 * (index // 3) + 1.1 * (index % 3), kind=kind)


def ask_again(client, server, name, start, kind=wire.A, times=3):
    """The same question every five seconds."""
    return [ask(client, server, name, kind, start + 5.0 * count) for count in range(times)]


@guilty("A resolver never answers one name, asked for three times in 10 s, and all others in between; then"
        " another resolver answers it.",
        expect="The first and the last query silenced, the first at 49 with the other resolver's answer.")
def dns_name_suppressed(net):
    client, server, other = net.client(), resolver(net, "8.8.8.8"), resolver(net)
    silenced(net, ask_again(client, server, BLOCKED, 1.0), "dns-suppressed")
    names_between(client, server, 1.0)
    transaction(client, other, BLOCKED, ["198.51.100.9"], at=13.0)


@innocent("A home gateway drops all AAAA queries; A queries for the same names are answered.",
          never="Anything silenced.")
def dns_gateway_drops_aaaa(net):
    client, server = net.client(), resolver(net, "192.168.1.1", hops=0, rtt=0.012)
    ask_again(client, server, SITE, 1.0, wire.AAAA, 4)
    transaction(client, server, SITE, ["198.51.100.9"], at=1.0001)
    names_between(client, server, 1.0, pauses=3)


@innocent("The servers of a zone are dead; the resolver gives up after 12 s and says so.",
          never="Anything silenced: it is answered in the end.")
def dns_dead_zone(net):
    client, server = net.client(), resolver(net)
    queries = ask_again(client, server, "www.dead.example", 1.0)
    names_between(client, server, 1.0)
    answer(queries[0], rcode=wire.SERVFAIL, think=12.0)


@innocent("The network is down for ten seconds: a name is asked for three times in vain, others are too, and"
          " all are answered afterwards.", never="Anything silenced.")
def dns_during_an_outage(net):
    client, server = net.client(), resolver(net)
    transaction(client, server, "first.example", ["198.51.100.9"], at=0.5)
    for name in (SITE, "www.other.example"):
        ask_again(client, server, name, 1.0)
    names_between(client, server, 11.0, pauses=1)
    for name in (SITE, "www.other.example"):
        transaction(client, server, name, ["198.51.100.9"], at=16.0)


# -- rates --------------------------------------------------------------------------------------


def policer(rate=18750, burst=4000):
    """What passes of packets sent at some time: no delay, or None for a loss."""
    account = [burst, None]

    def gate(at, size):
        account[0] = min(burst, account[0] + rate * (at - (at if account[1] is None else account[1])))
        account[1] = at
        if account[0] < size:
            return None
        account[0] -= size
        return 0.0
    return gate


def slow_link(rate=18750, places=4):
    """A link on which some packets wait for their turn, and further ones are lost."""
    free = [0.0]

    def gate(at, size):
        free[0] = max(free[0], at)
        if free[0] - at > places * size / rate:
            return None
        free[0] += size / rate
        return free[0] - at
    return gate


def held_download(flow, gate, until, window=2, size=1448):
    """A download that is sent ever faster until something is lost, over what `gate` lets pass."""
    first, sent, got, lost = flow.server.next_seq, 0, set(), []
    now = flow.now + 0.1
    while now < until:
        again, lost, slowest = lost, [], 0.0
        burst = [sent, *again][:window]
        sent += 1
        burst += range(sent, sent + window - len(burst))
        sent = max(sent, max(burst) + 1)
        lost += again[window - 1:]
        passed = []
        for count, piece in enumerate(burst):
            at = now + 0.0008 * count
            delay = gate(at, size)
            if delay is None:
                lost.append(piece)
            else:
                passed.append((at + delay, piece))
                slowest = max(slowest, delay)
        for at, piece in passed:
            flow.server.segment("A", b"\xA5" * size, seq=first + piece * size, at=at)
        for at, piece in passed:                # acknowledged after all of them were sent
            got.add(piece)
            have = next(index for index in range(sent + 1) if index not in got)
            flow.client.send("A", ack=first + have * size, at=at + 0.0001)
        window = max(window // 2, 2) if lost else window + 1
        now += flow.server.host.rtt + slowest + 0.0008 * len(burst)
    flow.server.next_seq = first + sent * size


@guilty("A download of one name is held to 150 kbit/s by dropping what is more; the same server sends another"
        " name's at once.",
        expect="The request silenced at 49 as throttled, with the rate of the other name; nothing else.")
def throttled_download(net):
    net.snaplen = 256
    client, server = net.client(), net.server()
    flow = Flow(client, server, 80)
    request = ask_http(flow, BLOCKED)
    flow.server.ack(reply_to=request)
    held_download(flow, policer(), 11.0)
    net.mark(request, "trigger", "silence", "police-150-kbit", BLOCKED)
    fast = Flow(client, server, 80, start=12.0)
    ask_http(fast, SITE)
    held_download(fast, lambda at, size: 0.0, 13.0, window=16)


def download_then_control(net, gate):
    """A download over something slow, then another name's when it is fast again."""
    net.snaplen = 256
    client, server = net.client(), net.server()
    for start, name, way, window in ((0.0, SITE, gate, 2), (12.0, "www.other.example", lambda at, size: 0.0, 16)):
        flow = Flow(client, server, 80, start=start)
        flow.server.ack(reply_to=ask_http(flow, name))
        held_download(flow, way, start + (11.0 if way is gate else 1.0), window=window)


@innocent("A download over a link of 150 kbit/s: the queue before it fills, and what is more is lost; then another"
          " name's is fast because the link is.",
          never="Anything silenced: packets wait before one is lost.")
def slow_link_download(net):
    download_then_control(net, slow_link())


@innocent("A download over a path that loses every fifth packet for a while; then another name's is fast.",
          never="Anything silenced: the losses fit no rate.")
def lossy_path_download(net):
    chance = net.random
    download_then_control(net, lambda at, size: None if chance.random() < 0.2 else 0.0)
