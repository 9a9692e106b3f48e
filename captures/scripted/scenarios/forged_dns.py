# SPDX-License-Identifier: GPL-2.0-or-later
"""DNS answers that a box on the path wrote in the name of the server that was asked."""

from builder import payloads as wire
from builder.capture import Host
from builder.dns import answer, ask, over_tcp, remember, reply, transaction
from builder.flow import Flow
from builder.injector import Injector, forged_flags
from builder.payloads import A, AAAA, MX, NOERROR, NXDOMAIN, REFUSED
from builder.stacks import BSD_SERVER, LINUX, WINDOWS

from . import guilty

FAMILY = "dns"

ALLOWED = "www.allowed.example"
FORBIDDEN = "www.forbidden.example"
GENUINE = "93.184.216.34"
GENUINE6 = "2606:2800:220:1:248:1893:25c8:1946"
# Addresses that measurement studies saw in forged answers over and over.
POOL = ("8.7.198.45", "46.82.174.68", "59.24.3.173", "93.46.8.89", "203.98.7.65",
        "159.106.121.75", "31.13.94.37", "78.16.49.15")
POOL6 = "2a03:2880:f12c:83:face:b00c:0:25de"


def resolver(net, address="8.8.8.8", hops=12, rtt=0.046, stack=BSD_SERVER):
    """A public resolver."""
    return Host(net, address, stack, hops, rtt)


def warm_up(client, server):
    """Ordinary transactions before anything happens."""
    for index, name in enumerate((ALLOWED, "static.allowed.example", "mail.allowed.example")):
        transaction(client, server, name, ["93.184.216.%d" % (40 + index)], at=0.1 + 0.4 * index)


def first_injector(net, query, delay, address):
    """Authoritative bit, record TTL 60, owner name written out, DF clear."""
    message = wire.dns_message(query.ident, forged_flags(query.query_flags, True),
                               query.question,
                               [wire.record(A, address, 60, owner=query.question[0])])
    return Injector(net, "gfw-dns-1").answer(
        query, delay, message, ttl=net.random.randrange(40, 120), df=False,
        ipid=net.random.randrange(1, 0xFFFF))


def second_injector(net, query, delay, address):
    """Flags 0x8180, DF set, TTL drawn anew for each answer."""
    message = wire.dns_message(query.ident, forged_flags(query.query_flags), query.question,
                               [wire.record(A, address, net.random.randrange(60, 300))])
    return Injector(net, "gfw-dns-2").answer(
        query, delay, message, ttl=net.random.randrange(100, 240), df=True,
        ipid=net.random.randrange(1, 0xFFFF))


def third_injector(net, query, delay, value, kind=A, distance=11, **header):
    """IP ID 0 with DF clear; the TTL is what is left of the query's, twice the way shorter."""
    message = wire.dns_message(query.ident, forged_flags(query.query_flags), query.question,
                               [wire.record(kind, value, net.random.randrange(60, 300))])
    header = {"ipid": 0, "df": False, **header}
    return Injector(net, "gfw-dns-3").answer(query, delay, message,
                                             ttl=query.ttl - 2 * distance, **header)


def genuine(net, query, records, behaviour, **rest):
    """The real answer of the server that was asked."""
    packet = answer(query, records, **rest)
    return net.mark(packet, "genuine", "dns-answer", behaviour, query.asks)


@guilty("One A query; three answers 17 ms later within 0.2 ms, each with other header habits"
        " and another address, then the resolver's answer after 46 ms. The client reports the"
        " later ones as arriving at a closed port.",
        "The three early answers forged, the fourth genuine, all four linked.",
        never="The answers quoted in the ICMP errors, or the errors, forged.")
def dns_three_injectors(net):
    client, server = net.client(), resolver(net)
    warm_up(client, server)
    query = ask(client, server, FORBIDDEN, at=2.0)
    second_injector(net, query, 0.01712, POOL[1])
    late = [first_injector(net, query, 0.01720, POOL[2]),
            third_injector(net, query, 0.01729, POOL[0]),
            genuine(net, query, [wire.record(A, GENUINE, 3600)], "gfw-dns-3")]
    for packet in late:
        net.icmp_about(client, packet, "port-unreachable")


@guilty("An AAAA query is answered with an A record, then with the real AAAA record.",
        "The first answer forged: it answers another question.")
def dns_address_for_aaaa(net):
    client, server = net.client(), resolver(net)
    warm_up(client, server)
    query = ask(client, server, FORBIDDEN, AAAA, at=2.0)
    second_injector(net, query, 0.0163, POOL[3])
    genuine(net, query, [wire.record(AAAA, GENUINE6, 3600)], "gfw-dns-2")


@guilty("An MX query is answered with an A record, IP ID 0 and DF clear, then with the mail"
        " servers.", "The first answer forged.")
def dns_address_for_mx(net):
    client, server = net.client(), resolver(net)
    warm_up(client, server)
    query = ask(client, server, "forbidden.example", MX, at=2.0)
    third_injector(net, query, 0.0181, POOL[4])
    genuine(net, query, [wire.record(MX, (10, "mail.forbidden.example"), 3600)], "gfw-dns-3")


@guilty("A public resolver seems to answer 10.10.34.36 for a public name, twice, faster than the"
        " path, from another distance; the real answer never comes. Other names are answered"
        " normally.", "Both private answers forged.")
def dns_private_answer(net):
    client, server = net.client(), resolver(net, rtt=0.118, hops=15)
    warm_up(client, server)
    box = Injector(net, "iran-private-answer")
    for index, name in enumerate((FORBIDDEN, "video.forbidden.example")):
        query = ask(client, server, name, at=2.0 + index)
        message = wire.dns_message(query.ident, forged_flags(query.query_flags),
                                   query.question, [wire.record(A, "10.10.34.36", 146)])
        box.answer(query, 0.0274, message, ttl=57, ipid=0x5A00 + 17 * index, df=False)


@guilty("NXDOMAIN without SOA arrives first, the resolver's address record after it.",
        "The NXDOMAIN forged, the second answer genuine.")
def dns_injected_nxdomain(net):
    client, server = net.client(), resolver(net, rtt=0.088)
    warm_up(client, server)
    box = Injector(net, "nxdomain")
    query = ask(client, server, FORBIDDEN, at=2.0)
    message = wire.dns_message(query.ident, forged_flags(query.query_flags) | NXDOMAIN,
                               query.question)
    box.answer(query, 0.0090, message, ttl=60, ipid=0x00D1, df=False)
    genuine(net, query, [wire.record(A, GENUINE, 3600)], "nxdomain")


@guilty("127.0.0.1 with IP ID 0x7530 from initial TTL 128; the query's OPT record comes back as"
        " the answer and the address record trails behind the message.",
        "The answer forged.")
def dns_turkmenistan_loopback(net):
    client, server = net.client(), resolver(net, rtt=0.130, hops=16)
    warm_up(client, server)
    query = ask(client, server, FORBIDDEN, at=2.0)
    message = wire.dns_message(query.ident, forged_flags(query.query_flags), query.question,
                               [wire.opt_record()]) + wire.record(A, "127.0.0.1", 300)
    Injector(net, "turkmenistan-dns").answer(query, 0.0510, message, ttl=120, ipid=0x7530,
                                             df=False)


@guilty("Only the forged answer was captured: a known forged address with IP ID 0 and DF clear"
        " at a quarter of the resolver's distance in time.", "The answer forged.")
def dns_without_genuine_answer(net):
    client, server = net.client(), resolver(net, rtt=0.071)
    warm_up(client, server)
    query = ask(client, server, FORBIDDEN, at=2.0)
    third_injector(net, query, 0.0176, POOL[5])


@guilty("A recursive resolver asks an authoritative server without recursion desired; the first"
        " answer claims recursion desired and available, the second is authoritative.",
        "The first answer forged.")
def dns_recursion_not_copied(net):
    client = net.client("198.51.100.53")
    server = Host(net, "192.0.2.53", LINUX.but(udp_df=True, udp_ipid="zero"), 14, 0.152)
    for index in range(3):
        query = ask(client, server, "host%d.allowed.example" % index, at=0.1 + 0.5 * index,
                    flags=0, do=True)
        answer(query, [wire.record(A, "93.184.216.%d" % (50 + index))], flags=0x8400)
    query = ask(client, server, FORBIDDEN, at=2.0, flags=0, do=True)
    second_injector(net, query, 0.0193, POOL[6])
    genuine(net, query, [wire.record(A, GENUINE, 3600)], "gfw-dns-2", flags=0x8400)


@guilty("The resolver is nearer than the injector, so the forged answer is the second one.",
        "The second answer forged, the first genuine.",
        never="The first answer forged for being the earlier one.")
def dns_forged_after_genuine(net):
    client, server = net.client(), resolver(net, "9.9.9.9", hops=6, rtt=0.0072)
    warm_up(client, server)
    query = ask(client, server, FORBIDDEN, at=2.0)
    genuine(net, query, [wire.record(A, GENUINE, 3600)], "gfw-dns-3")
    third_injector(net, query, 0.0188, POOL[7])


@guilty("The same race over IPv6: a forged AAAA record with a mirrored hop limit, then the"
        " resolver's.", "The first answer forged.")
def dns_over_ipv6(net):
    client = net.client("2001:db8:1::10")
    server = resolver(net, "2001:4860:4860::8888", hops=11)
    warm_up(client, server)
    query = ask(client, server, FORBIDDEN, AAAA, at=2.0)
    third_injector(net, query, 0.0170, POOL6, kind=AAAA, df=True)
    genuine(net, query, [wire.record(AAAA, GENUINE6, 3600)], "gfw-dns-3")


@guilty("A query over TCP/53 is reset three times, 19 ms after it was sent; another name over"
        " TCP is answered.", "The three resets forged.", family="reset")
def dns_over_tcp_reset(net):
    client, server = net.client(), Host(net, "8.8.8.8", LINUX, 12, 0.090)
    allowed = Flow(client, server, 53)
    allowed.handshake()
    message = tcp_query(allowed, ALLOWED)
    allowed.answer(over_tcp(reply(message, [wire.record(A, "93.184.216.40")])))
    allowed.close()
    flow = Flow(client, server, 53, start=3.0)
    flow.handshake()
    query = tcp_query(flow, FORBIDDEN)
    box = Injector(net, "gfw-triplet")
    for index in range(3):
        box.reset(query, 0.0192 + index * 0.00011, "RA", ttl=98, window=1473, ipid=0x4C2F)
    late = flow.server.ack(reply_to=query)
    box.raced(late, query)
    flow.client.refuse(late)


def tcp_query(flow, name):
    """Send a query over an open connection."""
    ident = flow.capture.random.randrange(1, 0x10000)
    packet = flow.request(over_tcp(wire.dns_message(ident, 0x0100, (name, A))), name)
    return remember(packet, name, A, ident, 0x0100, edns=False)


@guilty("A query goes to a host that runs no DNS server: an answer comes \"from\" it, and so does"
        " its ICMP port unreachable for the same query.", "The answer forged.",
        never="The ICMP error forged.")
def dns_answer_of_a_closed_port(net):
    client, server = net.client(), Host(net, "203.0.113.9", LINUX, 16, 0.140)
    for index, name in enumerate((FORBIDDEN, "video.forbidden.example")):
        query = ask(client, server, name, at=0.5 + 2 * index)
        second_injector(net, query, 0.0183, POOL[index])
        net.icmp_about(server, query, "port-unreachable")


@guilty("Clients with initial TTL 64 and 128 ask the same resolver; the forged answers arrive"
        " with the query's TTL minus 22, the genuine ones always with 52.",
        "Both forged answers forged, both late answers genuine.", family="ttl")
def dns_mirrored_ttl(net):
    server = resolver(net)
    clients = [net.client("192.168.1.10"), net.client("192.168.1.20", WINDOWS)]
    warm_up(clients[0], server)
    for index, client in enumerate(clients):
        query = ask(client, server, FORBIDDEN, at=2.0 + index)
        third_injector(net, query, 0.0177, POOL[index], ipid=net.random.randrange(1, 0xFFFF),
                       df=True)
        genuine(net, query, [wire.record(A, GENUINE, 3600)], "gfw-dns-3")


@guilty("The client sends the same query twice; each copy gets a forged answer, and the"
        " resolver answers both with the same address.",
        "Both forged answers forged in spite of the retry; the resolver's are genuine.")
def dns_forged_on_retry(net):
    client, server = net.client(), resolver(net, rtt=0.210, hops=15)
    warm_up(client, server)
    first = ask(client, server, FORBIDDEN, at=2.0)
    again = ask(client, server, FORBIDDEN, at=2.1, sport=first.ports[0], ident=first.ident)
    for index, query in enumerate((first, again)):
        third_injector(net, query, 0.0179, POOL[2 + index])
        genuine(net, query, [wire.record(A, GENUINE, 3600)], "gfw-dns-3")


@guilty("Three names, each answered from three hops away and again by the resolver: once with"
        " NXDOMAIN, once refused, once without a record.",
        "The three early answers forged, whatever their code.")
def dns_negative_answers_race(net):
    client, server = net.client(), resolver(net, rtt=0.041)
    warm_up(client, server)
    box = Injector(net, "negative")
    for index, code in enumerate((NXDOMAIN, REFUSED, NOERROR)):
        query = ask(client, server, "site%d.forbidden.example" % index, at=2.0 + index)
        message = wire.dns_message(query.ident, forged_flags(query.query_flags) | code,
                                   query.question, additional=[wire.opt_record()])
        box.answer(query, 0.0081, message, ttl=61, ipid=0x0077, df=True)
        genuine(net, query, [wire.record(A, GENUINE, 3600)], "negative")


@guilty("A bridge beside the client shows every query twice, TTL 64 and 63, without IP IDs; the"
        " second answer leads to a private address.", "The private answer forged: one query was sent.")
def dns_query_shown_twice(net):
    client, server = net.client(stack=LINUX.but(udp_ipid="zero")), resolver(net)
    query = ask(client, server, FORBIDDEN)
    net.duplicate(query, after=0.0021, routed=True)
    packet = answer(query, [wire.record(A, GENUINE, 60)])
    net.mark(packet, "genuine", "dns-answer", "late-private-answer", FORBIDDEN)
    message = wire.dns_message(query.ident, 0x8180, query.question,
                               [wire.record(A, "10.6.6.8", 60)])
    Injector(net, "late-private-answer").answer(query, 0.5, message, ttl=64, ipid=1, df=False)


@guilty("The capture point sees a forged answer before and behind a router.",
        "Both copies of the forged answer forged, linked with each other.", vantage="border")
def dns_forged_answer_twice(net):
    client, server = net.client(), resolver(net)
    warm_up(client, server)
    query = ask(client, server, FORBIDDEN, at=2.0)
    forged = second_injector(net, query, 0.0171, POOL[1])
    copy = net.duplicate(forged, after=0.00018, routed=True)
    net.mark(copy, "forged", "dns-answer", "gfw-dns-2", FORBIDDEN)
    genuine(net, query, [wire.record(A, GENUINE, 3600)], "gfw-dns-2")


@guilty("The capture kept 84 bytes of each packet, so the answers are cut in their first record. The forged"
        " one counts one, the genuine one four.", "The first answer forged, by its counts.")
def dns_cut_answers(net):
    net.snaplen = 84
    client, server = net.client(), resolver(net)
    warm_up(client, server)
    query = ask(client, server, "a.example", at=2.0)
    message = wire.dns_message(query.ident, 0x8180, query.question, [wire.record(A, POOL[2], 60)])
    Injector(net, "short").answer(query, 0.009, message, ttl=64, ipid=1, df=False)
    genuine(net, query, [wire.record(A, "93.184.216.%d" % last, 60) for last in range(34, 38)], "short")


@guilty("A query for mail servers is answered by a packet tool and by the resolver.",
        "The tool's answer forged: another mail server, and only the response bit in its flags.")
def dns_other_mail_server(net):
    client, server = net.client(), resolver(net)
    warm_up(client, server)
    query = ask(client, server, "forbidden.example", MX, at=2.0)
    message = wire.dns_message(query.ident, 0x8000, query.question,
                               [wire.record(MX, (10, "mail.attacker.example"), 1024)])
    Injector(net, "packet-tool").answer(query, 0.0044, message, ttl=64, ipid=0, df=False)
    genuine(net, query, [wire.record(MX, (10, "mail.forbidden.example"), 3600)], "packet-tool")


@guilty("A probe whose name runs beyond its end: a box answers it all the same, with what lay behind"
        " the name in its memory; servers find such a query malformed.",
        "The answer forged.")
def dns_overlong_name(net):
    client, server = net.client(), resolver(net, "203.0.113.53")
    ident = net.random.randrange(1, 0x10000)
    name = b"\x03www\x09forbidden\x3fexample"
    head = ident.to_bytes(2, "big") + bytes.fromhex("0100000100000000")
    query = net.datagram(client, server, (net.port(), 53), head + b"\0\0" + name, 0.5)
    remember(query, FORBIDDEN, A, ident, 0x0100, edns=False)
    leak = bytes(net.random.randrange(256) for _ in range(56)) + b"\0\0\x01\0\x01"
    message = (ident.to_bytes(2, "big") + bytes.fromhex("81800001000100000000") + name + leak
               + wire.record(A, POOL[6], 234))
    Injector(net, "wallbleed").answer(query, 0.0177, message, ttl=42, ipid=0, df=False)


@guilty("Two answers of a packet tool race the resolver's; the third query is answered by the tool"
        " alone.", "All three answers of the tool forged, the last by its header.")
def dns_last_answer_of_a_box(net):
    client, server = net.client(), resolver(net)
    warm_up(client, server)
    box = Injector(net, "packet-tool")
    for index in range(3):
        query = ask(client, server, "site%d.forbidden.example" % index, at=2.0 + index)
        message = wire.dns_message(query.ident, 0x8580, query.question,
                                   [wire.record(A, "198.51.100.66", 10)])
        box.answer(query, 0.004, message, ttl=64, ipid=1, df=False)
        if index < 2:
            genuine(net, query, [wire.record(A, "93.184.216.%d" % (60 + index), 3600)], "packet-tool")


@guilty("Over UDP the name does not exist, says somebody seven hops away; over TCP the resolver, twelve hops"
        " away, has it.", "The NXDOMAIN forged.")
def dns_denied_over_udp(net):
    client, server = net.client(), resolver(net)
    warm_up(client, server)
    query = ask(client, server, FORBIDDEN, at=2.0, edns=False)
    message = wire.dns_message(query.ident, 0x8183, query.question)
    Injector(net, "udp-only").answer(query, 0.0093, message, ttl=57, ipid=0x3D11, df=True)
    flow = Flow(client, server, 53, start=3.0)
    flow.handshake()
    request = tcp_query(flow, FORBIDDEN)
    flow.answer(over_tcp(reply(request, [wire.record(A, GENUINE)])))
    flow.close()


@guilty("The first thing captured is a forged answer; the resolver's own answers to other names come"
        " later.", "The first answer forged, once the others show that it is unlike them.")
def dns_forged_before_all_else(net):
    client, server = net.client(), resolver(net)
    query = ask(client, server, FORBIDDEN)
    third_injector(net, query, 0.0181, POOL[6])
    for index in range(4):
        transaction(client, server, "host%d.allowed.example" % index, ["93.184.216.%d" % (70 + index)],
                    at=1.0 + 0.4 * index)
