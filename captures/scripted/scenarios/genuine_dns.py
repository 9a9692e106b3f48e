# SPDX-License-Identifier: GPL-2.0-or-later
"""DNS answers that differ, repeat or look odd although the server that was asked sent them."""

from builder import payloads as wire
from builder.capture import Host
from builder.dns import answer, ask, over_tcp, remember, reply, transaction
from builder.flow import Flow
from builder.payloads import A, AAAA, AXFR, CNAME, MX, NS, NXDOMAIN, PTR, SERVFAIL, SOA, TXT
from builder.stacks import BSD_SERVER, LINUX, WINDOWS

from . import innocent

FAMILY = "dns"

SITE = "www.site.example"
CDN = ("104.16.132.229", "104.16.133.229", "104.17.98.4", "104.17.99.4")
MULTICAST = "224.0.0.251"


def resolver(net, address="9.9.9.9", hops=9, rtt=0.024, stack=BSD_SERVER):
    """A public resolver."""
    return Host(net, address, stack, hops, rtt)


def lan_resolver(net, address="192.168.1.1", stack=LINUX):
    """The resolver of the local network: same link as the client."""
    return Host(net, address, stack, 0, 0.0006)


def records(addresses, ttl=300, kind=A):
    return [wire.record(kind, address, ttl) for address in addresses]


def retry(query, after):
    """The client asks again: same port, same id."""
    return ask(query.sender, query.receiver, *query.question, at=query.time + after,
               sport=query.ports[0], ident=query.ident)


@innocent("A query and its retry are both answered: the same addresses, rotated, with the"
          " records' TTL counted down.", never="Either answer forged.")
def dns_retry_rotated(net):
    client, server = net.client(), resolver(net, rtt=0.140)
    first = ask(client, server, SITE)
    again = retry(first, 0.031)
    answer(first, records(CDN[:3]))
    answer(again, records((*CDN[1:3], CDN[0]), ttl=299))


@innocent("A query and its retry reach two machines behind the resolver's address, which know"
          " different addresses of a CDN.", never="Either answer forged: there were two queries.")
def dns_retry_other_addresses(net):
    client, server = net.client(), resolver(net, rtt=0.140)
    transaction(client, server, "static.site.example", CDN[:1], at=0.0)
    first = ask(client, server, SITE, at=1.0)
    again = retry(first, 0.100)
    answer(first, records(CDN[:2], ttl=60))
    answer(again, records(CDN[2:], ttl=60))


@innocent("Two resolvers are asked at once and give different addresses.",
          never="Either answer forged: each answered for itself.")
def dns_two_resolvers_disagree(net):
    client = net.client()
    servers = (resolver(net), resolver(net, "1.1.1.1", hops=7, rtt=0.009))
    port, ident = net.port(), 0x4D21
    for index, server in enumerate(servers):
        query = ask(client, server, SITE, at=0.00002 * index, sport=port, ident=ident)
        answer(query, records(CDN[2 * index:2 * index + 2]))


@innocent("An ad-blocking resolver in the LAN answers 0.0.0.0 and :: for advertisers.",
          never="The null answers forged.")
def dns_ad_blocker(net):
    client, server = net.client(), lan_resolver(net)
    transaction(client, server, SITE, CDN[:1], at=0.0)
    transaction(client, server, "ads.tracker.example", ["0.0.0.0"], at=0.5, ttl=2)
    transaction(client, server, "ads.tracker.example", ["::"], at=0.5001, kind=AAAA, ttl=2)


@innocent("A mail server looks up addresses in block lists, which answer 127.0.0.x.",
          never="The loopback answers forged.")
def dns_block_list_lookups(net):
    client, server = net.client(), resolver(net)
    names = ("2.0.0.127.zen.list.example", "9.113.0.203.zen.list.example",
             "77.100.51.198.bl.list.example")
    for index, name in enumerate(names):
        transaction(client, server, name, ["127.0.0.%d" % (2 + index)], at=0.3 * index, ttl=900)
    query = ask(client, server, "1.2.0.192.zen.list.example", at=1.2)
    answer(query, rcode=NXDOMAIN, authority=[wire.record(SOA, "list.example", 150)])


@innocent("A company resolver answers internal names with private addresses.",
          never="The private answers forged.")
def dns_split_horizon(net):
    client = net.client("10.20.0.15")
    server = Host(net, "10.0.0.53", WINDOWS, 2, 0.0021)
    transaction(client, server, "intranet.site.example", ["10.20.30.40"], at=0.0)
    transaction(client, server, SITE, CDN[:1], at=0.4)
    transaction(client, server, "files.site.example", ["172.16.4.9"], at=0.9)


@innocent("The first try ends in SERVFAIL, the retry with the same id succeeds.",
          never="The SERVFAIL or the answer forged.")
def dns_servfail_then_answer(net):
    client, server = net.client(), resolver(net)
    first = ask(client, server, SITE)
    answer(first, rcode=SERVFAIL, think=1.9)
    again = retry(first, 2.0)
    answer(again, records(CDN[:2]), think=0.1)


@innocent("mDNS, LLMNR and NetBIOS name queries, each answered by several hosts with different"
          " addresses.", never="Any of the answers forged.")
def dns_multicast_names(net):
    client = net.client()
    hosts = [net.client("192.168.1.%d" % last, stack, rtt=0.001)
             for last, stack in ((21, LINUX), (22, WINDOWS), (23, LINUX))]
    groups = ((MULTICAST, 5353, "printer.local"), ("224.0.0.252", 5355, "fileserver"))
    for index, (group, port, name) in enumerate(groups):
        ident = 0 if port == 5353 else 0x6A11
        sport = 5353 if port == 5353 else net.port()
        query = ask(client, Host(net, group), name, at=float(index), ident=ident, flags=0,
                    edns=False, sport=sport, dport=port, ttl=255)
        for number, host in enumerate(hosts):
            to = query.receiver if port == 5353 else client
            message = wire.dns_message(ident, 0x8400 if port == 5353 else 0x8000,
                                       (name, A), records([host.address], 120))
            net.datagram(host, to, (port, sport), message,
                         query.time + 0.002 + 0.0007 * number, ttl=255 if port == 5353 else 1)
    netbios_answers(net, client, hosts)


def netbios_answers(net, client, hosts):
    """A NetBIOS name query to the broadcast address, answered twice."""
    encoded = "".join(chr(65 + (byte >> 4)) + chr(65 + (byte & 15))
                      for byte in b"FILESERVER".ljust(15) + b"\x20")
    question = (encoded, 0x20)
    broadcast = Host(net, "192.168.1.255")
    query = net.datagram(client, broadcast, (137, 137),
                         wire.dns_message(0x8F03, 0x0110, question), 2.0, ttl=64)
    for number, host in enumerate(hosts[:2]):
        body = b"\0\0" + bytes(int(part) for part in host.address.split("."))
        message = wire.dns_message(0x8F03, 0x8500, None,
                                   [wire.record(0x20, body, owner=encoded)])
        net.datagram(host, client, (137, 137), message, query.time + 0.001 + 0.0005 * number)


@innocent("A truncated answer over UDP, then the whole set over TCP.",
          never="The truncated answer forged for being shorter.")
def dns_truncated_then_tcp(net):
    client, server = net.client(), resolver(net)
    query = ask(client, server, "many.site.example", TXT)
    short = answer(query, flags=wire.RESPONSE | wire.TRUNCATED | 0x0180)
    flow = Flow(client, server, 53, start=short.time + 0.0004)
    flow.handshake()
    ident = net.random.randrange(1, 0x10000)
    request = flow.client.data(
        over_tcp(wire.dns_message(ident, 0x0100, query.question)))
    remember(request, *query.question, ident, 0x0100, edns=False)
    texts = [wire.record(TXT, "part %d " % index + "x" * 180) for index in range(12)]
    flow.answer(over_tcp(reply(request, texts)))
    flow.close()


@innocent("A retry is answered with the same alias chain and addresses in another order.",
          never="Either answer forged.")
def dns_alias_chain_rotated(net):
    client, server = net.client(), resolver(net, rtt=0.090)
    edge = "edge.cdn.example"
    chain = [wire.record(CNAME, "site.cdn.example"),
             wire.record(CNAME, edge, owner="site.cdn.example")]
    addresses = [wire.record(A, address, 20, owner=edge) for address in CDN]
    first = ask(client, server, SITE)
    again = retry(first, 0.040)
    answer(first, chain + addresses)
    answer(again, chain[::-1] + addresses[2:] + addresses[:2])


@innocent("The client mixes upper and lower case in the name; an old server answers all in lower"
          " case.", never="The answer forged for its spelling.")
def dns_old_server_lowers_case(net):
    client, server = net.client(), resolver(net, "198.51.100.53")
    for index, name in enumerate(("wWw.SiTe.exAMpLe", "StAtIC.siTE.eXample")):
        query = ask(client, server, name, at=0.5 * index)
        answer(query, records(CDN[index:index + 1]), question=(name.lower(), A))


@innocent("An old resolver drops the EDNS record and writes the owner name out in full.",
          never="The answers forged for the missing EDNS.")
def dns_old_resolver_drops_edns(net):
    client, server = net.client(), resolver(net, "198.51.100.53")
    for index, name in enumerate((SITE, "mail.site.example", "ftp.site.example")):
        query = ask(client, server, name, at=0.6 * index)
        answer(query, [wire.record(A, CDN[index], owner=name)], additional=())


@innocent("Answers of an anycast resolver come from two sites with different TTLs, each to its"
          " own query.", never="An answer forged for its TTL.", family="ttl")
def dns_anycast_two_distances(net):
    client, server = net.client(), resolver(net, "1.1.1.1", hops=7)
    far = Host(net, "1.1.1.1", LINUX, 12, 0.061)
    for index in range(8):
        query = ask(client, server, "host%d.site.example" % index, at=0.4 * index)
        answer(query, records(CDN[index % 4:index % 4 + 1]), sender=far if index % 3 else server)


@innocent("A recursive resolver asks authoritative servers: answers with AA, referrals, and"
          " answers without EDNS.", never="An answer forged for its flags.")
def dns_authoritative_answers(net):
    client = net.client("198.51.100.53")
    parent = Host(net, "192.0.2.1", BSD_SERVER, 8, 0.020)
    child = Host(net, "192.0.2.53", LINUX.but(udp_df=True, udp_ipid="zero"), 13, 0.110)
    query = ask(client, parent, SITE, flags=0, do=True)
    answer(query, flags=0x8000, authority=[
        wire.record(NS, "ns1.site.example", 172800, owner="site.example")], additional=[
            wire.record(A, child.address, 172800, owner="ns1.site.example"), wire.opt_record()])
    for index, kind in enumerate((A, MX)):
        query = ask(client, child, "site.example", kind, at=0.05 + 0.2 * index, flags=0, do=True)
        value = CDN[0] if kind == A else (10, "mail.site.example")
        answer(query, [wire.record(kind, value, 60)], flags=0x8400)


@innocent("A zone transfer: many messages of one transaction over TCP, each with other records.",
          never="Any of the messages forged.")
def dns_zone_transfer(net):
    client, server = net.client("192.0.2.2"), resolver(net, "192.0.2.1")
    flow = Flow(client, server, 53)
    flow.handshake()
    flow.client.data(over_tcp(wire.dns_message(0x1D07, 0, ("site.example", AXFR))))
    flow.server.ack()
    soa = wire.record(SOA, "site.example", 3600)
    hosts = [wire.record(A, "203.0.113.%d" % number, owner="host%d.site.example" % number)
             for number in range(1, 31)]
    for part in ([soa, *hosts[:10]], hosts[10:20], [*hosts[20:], soa]):
        flow.server.data(over_tcp(wire.dns_message(0x1D07, 0x8400, ("site.example", AXFR),
                                                   part)), after=0.0005)
        flow.client.ack()
    flow.close()


@innocent("Nine minutes later the client uses the same port and id for the same name, which has"
          " moved meanwhile.", never="The later answer forged.")
def dns_port_and_id_used_again(net):
    client, server = net.client(), resolver(net)
    first = ask(client, server, SITE)
    answer(first, records(CDN[:1]))
    again = retry(first, 540.0)
    answer(again, records(CDN[2:3]))


@innocent("The mirror port delivers queries and answers twice.",
          never="A copy of an answer forged.")
def dns_mirror_port_doubles(net):
    three_transactions(net)
    for packet in list(net.packets):
        net.duplicate(packet, after=0.000088)


@innocent("Captured on both sides of a router: each answer appears again with TTL one lower.",
          never="A copy of an answer forged.", vantage="border", family="ttl")
def dns_both_sides_of_a_router(net):
    three_transactions(net)
    for packet in list(net.packets):
        net.duplicate(packet, after=0.00018, routed=True)


def three_transactions(net):
    client, server = net.client(), resolver(net)
    for index, name in enumerate((SITE, "mail.site.example", "ftp.site.example")):
        transaction(client, server, name, CDN[index:index + 2], at=0.7 * index)


@innocent("A captive portal's resolver answers every name with its own private address.",
          never="The answers forged: the resolver answers all names so.")
def dns_captive_portal(net):
    client, server = net.client("172.20.10.31"), lan_resolver(net, "172.20.10.1")
    for index, name in enumerate((SITE, "check.os.example", "mail.site.example")):
        query = ask(client, server, name, at=0.3 * index)
        answer(query, records([server.address], ttl=0), additional=())


@innocent("The resolver is slow; the client has given up and reports the late answer as arriving"
          " at a closed port, then asks another resolver.",
          never="The late answer forged.")
def dns_answer_after_giving_up(net):
    client, server = net.client(), resolver(net)
    query = ask(client, server, SITE)
    late = answer(query, records(CDN[:2]), think=5.3)
    transaction(client, resolver(net, "1.1.1.1", hops=7, rtt=0.009), SITE, CDN[2:], at=5.0)
    net.icmp_about(client, late, "port-unreachable")


@innocent("A home router forwards queries and trims the authority section: NXDOMAIN without SOA,"
          " reverse lookups, no EDNS.", never="The negative answers forged.")
def dns_forwarder_trims_answers(net):
    client, server = net.client(), lan_resolver(net)
    query = ask(client, server, "no-such-name.site.example")
    answer(query, rcode=NXDOMAIN, think=0.03, additional=())
    query = ask(client, server, "10.1.168.192.in-addr.arpa", PTR, at=0.4)
    answer(query, [wire.record(PTR, "desktop.lan")], additional=(), flags=0x8580)
    query = ask(client, server, SITE, AAAA, at=0.8)
    answer(query, think=0.02, additional=())


OWN_STACK = LINUX.but(name="a stack of its own", ttl=160, udp_df=False, udp_ipid="zero")


def one_record(query, address, ttl, **rest):
    """The one compressed record and nothing else that injectors write."""
    return answer(query, [wire.record(A, address, ttl)], additional=(), **rest)


@innocent("A resolver with a network stack of its own: every answer has TTL 151, no IP ID, no"
          " don't-fragment, one record and no EDNS.", never="Any answer forged, or an injector named.")
def dns_stack_of_its_own(net):
    client, server = net.client(), resolver(net, "114.114.114.114", stack=OWN_STACK, rtt=0.011)
    for index in range(12):
        query = ask(client, server, "host%d.site.example" % index, at=0.4 * index)
        one_record(query, "104.16.132.%d" % (10 + index), 120 + index)


@innocent("A small server at a public address has one answer for every question, IPv6 included.",
          never="Any answer forged for its type.")
def dns_one_answer_for_all(net):
    client, server = net.client(), resolver(net, "203.0.113.53", stack=LINUX)
    for index, kind in enumerate((A, AAAA, A, A, AAAA, PTR, A, AAAA)):
        query = ask(client, server, "host%d.site.example" % index, kind, at=0.5 * index, edns=False)
        answer(query, [wire.record(A, "203.0.113.53", 60)])


@innocent("The home-made server of a tunnel: recursion desired is never copied, EDNS never answered.",
          never="Any answer forged.")
def dns_home_made_server(net):
    client, server = net.client(), resolver(net, "203.0.113.53", stack=LINUX.but(udp_df=False))
    for index in range(12):
        query = ask(client, server, "%08x.t.site.example" % (0x10000 + 977 * index), TXT, at=0.2 * index)
        answer(query, [wire.record(TXT, "y%d" % index)], additional=(), flags=0x8400)


@innocent("A home router answers from its cache in a millisecond and asks for the rest.",
          never="The quick answers forged.")
def dns_forwarder_with_a_cache(net):
    client, server = net.client(), lan_resolver(net)
    for index in range(8):
        query = ask(client, server, "host%d.site.example" % index, at=0.4 * index)
        answer(query, records(CDN[:1]), think=0.015 + 0.003 * index)
    for index in range(2):
        query = ask(client, server, "host%d.site.example" % index, at=4.0 + 0.4 * index)
        answer(query, records(CDN[:1], ttl=297))


@innocent("A company's resolver at a public address knows internal addresses of the company's public"
          " names.", never="The private answers forged.")
def dns_split_horizon_in_public(net):
    client = net.client("198.51.100.77")
    server = Host(net, "198.51.100.53", WINDOWS, 2, 0.0021)
    for index in range(6):
        addresses = ["10.20.30.%d" % index] if index % 2 else CDN[:1]
        transaction(client, server, "host%d.site.example" % index, addresses, at=0.5 * index)


@innocent("Several machines answer for one address; one of them is down and says so for the first copy"
          " of a query, another one answers the second copy.",
          never="The answer forged, or the ICMP error.")
def dns_one_machine_is_closed(net):
    client, server = net.client(), resolver(net, "192.0.2.53")
    for index in range(5):
        transaction(client, server, "host%d.site.example" % index, CDN[:1], at=0.4 * index)
    first = ask(client, server, SITE, at=3.0)
    net.icmp_about(server, first, "port-unreachable")
    answer(retry(first, 1.0), records(CDN[1:2]))


@innocent("A company's network is 10.10.34.0/24, and its public name leads there.",
          never="The answer forged for an address that a country's block page has, too.")
def dns_network_of_a_block_page(net):
    client = net.client("10.10.34.21")
    server = resolver(net, "198.51.100.53")
    transaction(client, server, SITE, CDN[:1], at=0.0)
    transaction(client, server, "wiki.site.example", ["10.10.34.35"], at=0.5)


@innocent("A server with two addresses is asked at one and answers from the other.",
          never="The answers forged; they are odd, and clients drop them.")
def dns_answer_from_other_address(net):
    client, asked = net.client(), Host(net, "203.0.113.53", LINUX, 9, 0.031)
    other = Host(net, "203.0.113.54", LINUX, 9, 0.031)
    for index in range(2):
        query = ask(client, asked, "host%d.site.example" % index, at=0.5 * index)
        answer(query, records(CDN[:1]), sender=other)


@innocent("Captures of two places in one file: one resolver at two distances, and one of its answers"
          " comes from its block list.", never="The private answer forged for its distance.")
def dns_two_places_in_one_file(net):
    client, near = net.client(), resolver(net, "9.9.9.9", hops=3)
    far = resolver(net, "9.9.9.9", hops=12)
    for index in range(10):
        transaction(client, near, "host%d.site.example" % index, CDN[:1], at=0.4 * index)
    transaction(client, far, "ads.site.example", ["127.0.0.1"], at=5.0)


@innocent("An answer with one record TTL, its owner in full and the authoritative bit, from a small server of"
          " its own zone to a resolver.", never="The answers forged for an injector's shape.")
def dns_small_server_of_a_zone(net):
    client = net.client("198.51.100.53")
    server = Host(net, "192.0.2.53", LINUX.but(udp_df=False), 11, 0.084)
    for index in range(4):
        name = "host%d.site.example" % index
        query = ask(client, server, name, at=0.5 * index, flags=0, do=True)
        answer(query, [wire.record(A, CDN[index], 60, owner=name)], additional=(), flags=0x8400)
