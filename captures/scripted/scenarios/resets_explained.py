# SPDX-License-Identifier: GPL-2.0-or-later
"""Resets that look odd and have an everyday cause: stacks, packet filters, NATs, and what the capture lost."""

from builder import payloads as wire
from builder.capture import Packet
from builder.flow import Flow
from builder.stacks import BSD_SERVER, MACOS, WINDOWS

from . import ask_http, ask_tls, download, fetch, innocent, server_flight, visit

FAMILY = "reset"

SITE = "www.shop.example"
OTHER = "www.news.example"


def aborted_download(net, stack, lost):
    """A server aborts while its data are under way, and resets what is acknowledged late; the capture has
    lost the last `lost` pieces with their acknowledgements."""
    client, server = net.client(), net.server(stack=stack)
    fetch(client, server, SITE)
    flow = Flow(client, server, 80, start=3.0)
    ask_http(flow, SITE, "/large")
    flow.server.ack()
    pairs = []
    for piece in download(12, 1448):
        pairs.append((flow.server.data(piece, after=0.00002), flow.client.ack()))
    flow.server.abort(after=0.0001, reply_to=None)
    for _, ack in pairs[4:]:
        flow.server.refuse(ack, after=0.00002)
    gone = {id(packet) for pair in pairs[len(pairs) - lost:] for packet in pair}
    net.keep(lambda packet: id(packet) not in gone)


@innocent("A Linux server aborts during a download and resets the acknowledgements still under way, numbers"
          " rising by a segment each; the capture has lost the last eight segments and their"
          " acknowledgements.", never="Numbers that nobody was seen to send taken for guesses.")
def aborted_download_with_a_hole(net):
    aborted_download(net, stack=MACOS.but(name="linux of a kind", ipid="flow"), lost=8)


@innocent("The same with a Windows server, whose resets count on with its IP ID.",
          never="Numbers that nobody was seen to send taken for guesses.")
def aborted_download_of_windows_with_a_hole(net):
    aborted_download(net, stack=WINDOWS, lost=8)


@innocent("A client leaves during a download. The capture was taken on the server, where one captured frame of"
          " 20 kB is 14 packets on the wire: the client's kernel sends 14 equal resets.",
          never="The resets forged for being more than the packets before them.", vantage="server")
def client_leaves_a_large_segment(net):
    client, server = net.client(stack=WINDOWS), net.server()
    fetch(client, server, SITE)
    flow = Flow(client, server, 80, start=3.0)
    ask_http(flow, SITE, "/large")
    flow.server.ack()
    server.stack = server.stack.but(mss=65000)
    client.stack = client.stack.but(mss=65000)
    large = flow.server.data(b"\xA5" * 20000, after=0.002)
    for index in range(14):
        flow.client.refuse(large, at=large.time + 0.121 + index * 0.00002)


@innocent("A mirror port loses a third of the full segments, the client's kernel has reset all of them.",
          never="The resets forged for being more than the packets before them.", vantage="border")
def lossy_mirror(net):
    client, server = net.client(stack=WINDOWS), net.server()
    fetch(client, server, SITE)
    flow = Flow(client, server, 80, start=3.0)
    ask_http(flow, SITE, "/large")
    flow.server.ack()
    pieces = [flow.server.data(piece, after=0.00002) for piece in download(9, 1400)]
    for index, piece in enumerate(pieces):
        flow.client.refuse(piece, at=pieces[-1].time + 0.004 + index * 0.00003)
    gone = {id(pieces[index]) for index in (2, 5, 6)}
    net.keep(lambda packet: id(packet) not in gone)


@innocent("A server closes with unread data; its kernel leaves the timestamp of the reset empty and echoes the"
          " client's.", never="The reset forged for a timestamp of 0.")
def timestamp_left_out(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server, 80)
    request = ask_http(flow, SITE, "/upload")
    flow.server.ack()
    flow.client.data(b"x" * 900)
    flow.server.abort(after=0.003, options=[("NOP", None), ("NOP", None), ("Timestamp", (0, request.tsval))])


def refused_upload(net, **header):
    """A bulk upload runs beyond the window that a packet filter believes in; the server's socket never hears of
    what it refuses, and goes on."""
    client, server = net.client(), net.server()
    fetch(client, server, SITE)
    flow = Flow(client, server, 80, start=3.0)
    ask_http(flow, SITE, "/upload")
    flow.server.ack()
    pieces = [flow.client.data(b"u" * 1400, after=0.0002) for _ in range(7)]
    for index, piece in enumerate(pieces):
        fields = {name: value(piece) for name, value in header.items()}
        flow.server.refuse(piece, at=pieces[-1].time + 0.18 + index * 0.00002, **fields)
    for _ in range(3):
        flow.server.ack(after=0.02)
        flow.client.data(b"u" * 1400, after=0.001)
    flow.answer(wire.http_ok())


@innocent("IPFilter on the server refuses seven segments of an upload: each reset has the IP ID of the segment it"
          " refuses and don't-fragment clear. The upload goes on.",
          never="Resets forged that the server's own packet filter sent.")
def packet_filter_of_the_server(net):
    refused_upload(net, ipid=lambda piece: piece.ipid, df=lambda piece: False)


@innocent("Linux on the server rejects seven segments that its connection tracking cannot place; the upload goes"
          " on.", never="Resets forged that the server's own packet filter sent.")
def packet_filter_of_a_linux_server(net):
    refused_upload(net)


@innocent("A firewall has forgotten a connection that was idle for two hours. It answers the keep-alive with the"
          " keep-alive turned round: its IP ID, its window, a nearer TTL.",
          never="The reset forged.", expect="Suspect; the explanation is the idle time.")
def keep_alive_turned_round(net):
    client, server = net.client(), net.server()
    for port in (3020, 3021):
        flow = Flow(client, server, port, start=port - 3020.0)
        flow.handshake()
        flow.client.data(b"login joe\r\n")
        flow.answer(b"ok\r\n")
        flow.wait(7200)
        probe = flow.client.segment("A", b"\0", seq=flow.client.next_seq - 1, after=0)
        flow.server.refuse(probe, at=probe.time + 0.002, ttl=28, ipid=probe.ipid, df=False, window=probe.window)


@innocent("A cloud load balancer has forgotten six connections that were idle for 355 s; each next request is"
          " reset from its distance, with its IP ID 0 and don't-fragment clear.",
          never="A reset forged, however many there are.", expect="Suspect at most, with the idle time.")
def load_balancer_forgets_six(net):
    client, server = net.client(), net.server()
    for index in range(6):
        flow = fetch(client, server, SITE, start=2.0 * index, close=False)
        flow.wait(355)
        request = flow.request(wire.http_get(SITE, "/again"), SITE)
        flow.server.refuse(request, ttl=252, df=False, ipid=0)


@innocent("A NAT that has forgotten a connection resets what the server pushes, in its own name, which is the"
          " client's; later the client sends through it again on the same port.",
          never="The reset forged: the NAT owns the address.", expect="Suspect at most, with a NAT as explanation.",
          vantage="server")
def nat_answers_in_its_own_name(net):
    client, server = net.client(), net.server()
    fetch(client, server, SITE)
    flow = fetch(client, server, SITE, start=3.0, close=False)
    flow.wait(20)
    pushed = flow.server.data(b"news" * 50)
    flow.client.refuse(pushed, at=pushed.time + 0.02, ttl=62)
    flow.wait(10)
    flow.client.received = pushed.seq
    flow.client.data(b"more" * 60)


@innocent("After the server's FIN and its own reset a gateway that has forgotten the connection answers the"
          " client's repeated FIN: another distance, reserved bits set, don't-fragment clear.",
          never="Forged: the connection was over.", expect="Suspect at most, once.")
def gateway_after_the_end(net):
    client, server = net.client(), net.server(hops=9)
    fetch(client, server, SITE)
    flow = fetch(client, server, SITE, start=3.0, close=False)
    flow.server.fin(after=0.5)
    flow.server.abort(after=0.001)
    for pause in (0.3, 0.6, 1.2):
        flow.wait(pause)
        fin = flow.client.segment("FA", after=0)
        flow.server.refuse(fin, at=fin.time + 0.0008, ttl=126, ipid=net.random.randrange(1, 0xFFFF), df=False,
                           reserved=7)


def at_station(packet, mac):
    """The packet comes from another station of the link."""
    packet.macs = (mac, packet.macs[1])
    return packet


@innocent("Two machines of one link hold one address: one has the port closed and resets, the other accepts, 0.1 ms"
          " later.", never="The resets forged: both stations own the address.",
          expect="Suspect, with both stations named.")
def two_stations_one_address(net):
    client, server = net.client(), net.server("192.168.1.100", hops=0, rtt=0.0004)
    for start in (0.0, 2.0, 4.0):
        flow = Flow(client, server, 6443, start)
        syn = flow.client.send("S")
        at_station(flow.server.refuse(syn, at=syn.time + 0.0003), "02:10:00:00:00:99")
        answer = flow.server.send("SA", at=syn.time + 0.0004)
        flow.client.refuse(answer)


@innocent("A port is closed, then open; the capture has lost the second SYN, so that the SYN/ACK seems to answer"
          " the first.", never="The reset forged: the port was closed.")
def port_opens_and_a_syn_is_lost(net):
    client, server = net.client(stack=WINDOWS), net.server()
    flow = Flow(client, server, 8080)
    syn = flow.client.send("S")
    flow.server.refuse(syn)
    again = flow.client.segment("S", seq=syn.seq, at=syn.time + 0.7)
    flow.now = again.time
    flow.server.send("SA", reply_to=again)
    flow.client.ack()
    net.keep(lambda packet: packet is not again)


@innocent("A half-open scan: raw SYNs with TTLs between 37 and 59, resets of the same machine's kernel with 64.",
          never="The kernel's resets compared with the scanner's raw packets.", vantage="border")
def half_open_scan(net):
    client, server = net.client(hops=0, rtt=0.0002), net.server(stack=WINDOWS)
    for index, port in enumerate((445, 139, 135, 80, 22, 3389)):
        flow = Flow(client, server, port, start=0.3 * index)
        flow.client.send("S", ttl=net.random.randint(37, 59), window=1024, options=[("MSS", 1460)])
        answer = flow.server.send("SA")
        flow.client.refuse(answer)


@innocent("A tool against filters on the capturing host sends resets and a decoy hello in the client's own name,"
          " with TTL 4, before the real hello.", never="Anything that leaves this host forged or suspect.")
def decoys_of_this_host(net):
    client, server = net.client(), net.server()
    for start in (0.0, 3.0, 6.0):
        flow = Flow(client, server, start=start)
        flow.handshake()
        for flags in ("R", "RA"):
            flow.client.segment(flags, ttl=4, ipid=0, window=0, options=[], after=0.0001)
        hello = flow.request(wire.client_hello(net.random, SITE), SITE)
        server_flight(flow, hello)
        flow.close()


@innocent("A server refuses one name by itself: RST/ACK of its own stack, which writes initial TTL 255 and clears"
          " don't-fragment in resets. Other names pass.", never="The resets forged: they are the server's own.",
          expect="Nothing, or suspect at most.")
def server_with_odd_resets_refuses_a_name(net):
    client, server = net.client(), net.server(stack=BSD_SERVER)
    for index in range(5):
        visit(client, server, OTHER, start=8.0 * index)
        flow = Flow(client, server, start=8.0 * index + 4)
        ask_tls(flow, SITE)
        flow.server.abort(ttl=238, df=False, options=[], window=0)


@innocent("A transparent cache on the way serves what it has and resets, from its own distance and at once, what"
          " it may not ask for; the server has never answered anything by itself.",
          never="A reset forged: the cache is the only server that anybody has seen.",
          expect="Suspect at most.")
def near_box_speaks_for_the_server(net):
    client, server = net.client(), net.server(hops=4, rtt=0.006)
    for index in range(4):
        flow = Flow(client, server, 80, start=2.0 * index)
        request = ask_http(flow, (SITE, OTHER)[index % 2])
        if index % 2:
            flow.answer(wire.http_ok())
        else:
            flow.server.segment("RA", at=request.time + 0.0061)


@innocent("The capture tool records three resets that leave this host twice, 6 us apart; nothing else.",
          never="A burst seen in copies.")
def own_resets_recorded_twice(net):
    client, server = net.client(stack=WINDOWS), net.server()
    flow = Flow(client, server)
    hello = ask_tls(flow, SITE)
    server_flight(flow, hello)
    flow.client.fin()
    late = [flow.server.data(b"\xA5" * 1400, after=0.00002) for _ in range(3)]
    for index, piece in enumerate(late):
        reset = flow.client.refuse(piece, at=late[-1].time + 0.0001 + 0.00005 * index)
        net.duplicate(reset, after=0.000006)
