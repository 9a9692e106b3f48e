# SPDX-License-Identifier: GPL-2.0-or-later
"""Block pages and addresses from the plugin's list of fingerprints, and what only looks like them."""

from builder import payloads as wire
from builder.capture import Host
from builder.dns import answer, ask, transaction
from builder.flow import Flow
from builder.injector import Injector
from builder.payloads import A
from builder.stacks import BSD_SERVER, LINUX, LINUX_PLAIN

from . import ask_http, fetch, guilty, innocent

FAMILY = "data"

ALLOWED = "www.allowed.example"
FORBIDDEN = "www.forbidden.example"
PROVIDERS_BLOCK_PAGE = "36.86.63.185"
COMPANY_FILTER = "http://10.1.1.9:8080/webadmin/deny/index.php?dpid=3&cat=105&dplanguage=-"

NEWS = """<html><head><title>How pages are blocked</title></head><body><h1>How pages are blocked</h1>
<p>In Korea the reader is sent to http://warning.or.kr, in Indonesia to
<a href="http://internetpositif.uzone.id/">internetpositif.uzone.id</a>, in Russia to
blackhole.beeline.ru or blocked.mts.ru.</p>
<p>In Iran the page has nothing but a frame in it:</p>
<pre>&lt;iframe src="http://10.10.34.34?type=Invalid Site" style="width: 100%"&gt;</pre>
<p>Companies run filters of Netsweeper (/webadmin/deny/) or Websense
(:15871/cgi-bin/blockpage.cgi).</p></body></html>
"""

CDN_REFUSES = """<html><head><title>Access denied</title></head><body><h1>Error 1020</h1>
<p>Access denied. This website is using a security service to protect itself. The action you just
performed has been blocked.</p><p>Ray ID: 7d0c2f1e9a8b4c3d</p></body></html>
"""


def redirect(to):
    """A redirect as filters write it."""
    return (f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nConnection: close\r\n"
            "Content-Length: 0\r\n\r\n").encode()


@guilty("A request for a forbidden name is answered after 9 ms with a redirect to Korea's warning page and a"
        " FIN, from another distance and without timestamps; the server's own answer comes after"
        " 160 ms. Another name on the same server is left alone.",
        "The redirect forged; the evidence names the list's entry.")
def block_page_redirect(net):
    client, server = net.client(), net.server(rtt=0.160)
    fetch(client, server, ALLOWED)
    flow = Flow(client, server, 80, 3.0)
    request = ask_http(flow, FORBIDDEN)
    Injector(net, "block-page").page(request, 0.0091, redirect("http://warning.or.kr"), ttl=58, df=False,
                                     ipid=1, window=8192)
    late = flow.server.data(wire.http_ok(), reply_to=request)
    net.mark(late, "genuine", "data", "block-page", FORBIDDEN)
    flow.client.send("R", seq=request.end, ack=0, options=[])


@guilty("A provider answers whatever goes to port 53 itself: of four queries to 8.8.8.8 the one for a forbidden"
        " name comes back after 3 ms instead of 46, from two hops away, with the address of the"
        " provider's block page.",
        "That answer forged; the evidence names the list's entry.", family="dns")
def dns_block_page_address(net):
    client = net.client()
    server = Host(net, "8.8.8.8", BSD_SERVER, 12, 0.046)
    for index, name in enumerate((ALLOWED, "static.allowed.example", "mail.allowed.example")):
        transaction(client, server, name, ["93.184.216.%d" % (40 + index)], at=0.1 + 0.4 * index)
    query = ask(client, server, FORBIDDEN, at=2.0)
    message = wire.dns_message(query.ident, 0x8180, query.question,
                               [wire.record(A, PROVIDERS_BLOCK_PAGE, 60)])
    Injector(net, "dns-interception").answer(query, 0.0031, message, ttl=62, df=True, ipid=0)


@innocent("A page about blocking names the block pages of five countries and quotes the markup of one.",
          never="The page forged: it is about block pages.")
def page_about_blocking(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server, 80)
    ask_http(flow, "www.news.example", "/how-pages-are-blocked")
    flow.answer(wire.http_ok(NEWS))
    flow.close()


@innocent("A CDN refuses a request with 403: access denied, blocked, with the CDN's own marks.",
          never="The refusal forged: the CDN answers for the site.")
def cdn_refuses_request(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server, 80)
    ask_http(flow, "www.shop.example")
    flow.answer(wire.http_ok(CDN_REFUSES, "403 Forbidden"))
    flow.close()


@innocent("The proxy of a company shakes hands for every server; for a gambling site it leads to the company's"
          " filter, with the same headers as ever.",
          never="The redirect forged: the same box answered the handshake.",
          expect="At most suspect, with a filter of the user's own network as the explanation.")
def company_filter_redirects(net):
    client = net.client("10.20.0.15")
    for start, address, name in ((0.0, "203.0.113.80", ALLOWED), (2.0, "198.51.100.80", "www.bets.example")):
        proxy = Host(net, address, LINUX_PLAIN, 2, 0.0013)
        flow = Flow(client, proxy, 80, start)
        ask_http(flow, name)
        flow.answer(wire.http_ok() if name == ALLOWED else redirect(COMPANY_FILTER))
        flow.close()


@innocent("Somebody asks for the site of a block page by its own name and is led on inside it.",
          never="The redirect forged: it is the site that was asked for.")
def block_page_asked_for(net):
    client, server = net.client(), net.server()
    flow = Flow(client, server, 80)
    ask_http(flow, "warning.or.kr")
    flow.answer(redirect("http://www.warning.or.kr/i1.html"))
    flow.close()


@innocent("The router's resolver protects its users: for a malware name it gives an address that is in a list,"
          " with the headers of its other answers.",
          never="The answer forged: the resolver that was asked gave it.", family="dns")
def dns_sinkhole_of_the_router(net):
    client, server = net.client(), Host(net, "192.168.1.1", LINUX, 0, 0.0006)
    transaction(client, server, ALLOWED, ["93.184.216.34"], at=0.0)
    transaction(client, server, "update.malware.example", [PROVIDERS_BLOCK_PAGE], at=0.5, ttl=60)
    transaction(client, server, "mail.allowed.example", ["93.184.216.36"], at=0.9)


@innocent("A provider's resolver filters: a blocked name leads to the provider's block page, with the headers of"
          " its other answers.",
          never="The answer forged: the resolver that was asked gave it.", family="dns")
def dns_provider_filters(net):
    client, server = net.client(), Host(net, "203.0.113.53", BSD_SERVER, 4, 0.008)
    transaction(client, server, ALLOWED, ["93.184.216.34"], at=0.0)
    transaction(client, server, FORBIDDEN, [PROVIDERS_BLOCK_PAGE], at=0.5, ttl=60)
    query = ask(client, server, "mail.allowed.example", at=0.9)
    answer(query, [wire.record(A, "93.184.216.36", 300)])
