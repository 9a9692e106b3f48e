# SPDX-License-Identifier: GPL-2.0-or-later
"""What the lab plays: one row per scenario, guilty ones first, then their innocent twins.

A row is data: which behaviours the interferer has loaded, what runs at the ends, what is special
about the path or the capture, and what a reader should and must not conclude. Commands are shell
text in which {s10} is the IPv4 and {t10} the IPv6 address of the server 10 (see network.py) and
{actor} starts a role of actors.py; "r1@@command" runs in another namespace than the client's.
Names below blocked.example, the address 66 and `forbidden-word` set the interferer off.
"""
from dataclasses import dataclass
from typing import Callable, Optional

import capture

EVERYWHERE = ("client", "border", "server")
BOTH_ENDS = ("client", "server")


@dataclass(frozen=True)
class Scenario:
    name: str
    kind: str                               # guilty or innocent
    about: str
    client: tuple                           # commands, one after the other
    expect: str
    never: str
    rows: tuple = ()                        # behaviours the interferer has loaded
    vantages: tuple = ("client",)           # captures worth keeping
    cable: str = ""                         # options of the far cable, see wire.c
    setup: tuple = ()                       # (namespace, command) before …
    teardown: tuple = ()                    # … and after
    servers: tuple = ()                     # (namespace, command) that print "ready"
    files: tuple = ()                       # (name, text) put into {dir}; $dir and $s10 stand in it
    tools: tuple = ()                       # (namespace, shell text, its output when it is ready)
    taps: tuple = ()                        # (namespace, interface): merged instead of a vantage; without
                                            # a namespace the client's command captures by itself
    transform: Optional[Callable] = None    # what the capture point does to the capture
    snaplen: int = 65535
    settle: float = 0                       # seconds to wait for late packets; 0: the usual
    at_least: int = 2                       # packets in each capture
    forges: bool = False                    # the record must hold a forged packet …
    silences: bool = False                  # … or a silenced one


# ---- Commands ----------------------------------------------------------------------------------

def bracketed(host):
    return "[{%s}]" % host if host.startswith("t") else "{%s}" % host


def curl(url, host="s10", seconds=3):
    return "curl -sko /dev/null --max-time %s --connect-to ::%s: %s" % (seconds, bracketed(host), url)


def http(name="blocked.example", host="s10", path="/", seconds=3):
    return curl("http://%s%s" % (name, path), host, seconds)


def https(name="blocked.example", host="s10", path="/", seconds=3):
    return curl("https://%s%s" % (name, path), host, seconds)


def s_client(name, host="s10", port=443, seconds=2):
    return "timeout %s openssl s_client -connect %s:%d -servername %s" % (seconds, bracketed(host), port, name)


def dig(name="blocked.example", qtype="A", host="s53", options="+tries=1 +time=2"):
    return "dig %s @{%s} %s %s" % (options, host, name, qtype)


def quic(name, host="s10", seconds=2):
    """gtlsclient takes the server name from what it resolves, hence the hosts file of its own (the
    mount is private to `ip netns exec`)."""
    return "sh -c 'mount --bind {dir}/hosts-%s /etc/hosts && exec timeout %s gtlsclient -q " \
           "--exit-on-all-streams-close %s 443 https://%s/index.html'" % (host, seconds, name, name)


def actor(role, *arguments):
    return " ".join(("{actor}", role) + arguments)


def sysctl(*settings):
    return "sysctl -qw " + " ".join("net." + s for s in settings)


def firewall(router, *rules):
    """(setup, teardown) for rules of one router."""
    clean = ["iptables -t %s -F" % t for t in ("raw", "nat", "mangle", "filter")]
    return (tuple((router, "iptables " + r) for r in rules),
            tuple((router, c) for c in clean))


# ---- Guilty ------------------------------------------------------------------------------------

OWN_RESETS = "the client's own resets to the late genuine data"
LATE_DATA = "the genuine packets that arrive after the forged ones"


def reset(name, about, client, rows, trigger="blocked.example", never=OWN_RESETS, vantages=BOTH_ENDS,
          expect=None, **more):
    said = "triggered by " + trigger if trigger else "no trigger text"
    return Scenario(name, "guilty", about, client, expect or "forged resets, %s" % said, never, rows,
                    vantages, forges=True, **more)


def dns(name, about, client, rows, trigger="blocked.example", vantages=("client",), never=None,
        expect=None, **more):
    return Scenario(name, "guilty", about, client,
                    expect or "every forged answer, triggered by %s; the resolver's own is genuine" % trigger,
                    never or "the resolver's answer, or the client's ICMP error that quotes one",
                    rows, vantages, forges=True, **more)


def data(name, about, client, rows, vantages=BOTH_ENDS, expect=None, never=LATE_DATA,
         trigger="blocked.example", **more):
    return Scenario(name, "guilty", about, client,
                    expect or "forged data in the server's name, triggered by " + trigger, never, rows,
                    vantages, forges=True, **more)


def absence(name, about, client, rows, expect=None, vantages=BOTH_ENDS, silences=True,
            never="any packet as forged; the connection to the allowed name", **more):
    return Scenario(name, "guilty", about, client,
                    expect or "the request to blocked.example silenced; nothing forged", never, rows,
                    vantages, silences=silences, **more)


TWO_NAMES = (https("blocked.example"), https("www.blocked.example"))
NO_TIMESTAMPS = dict(setup=(("client", sysctl("ipv4.tcp_timestamps=0")),),
                     teardown=(("client", sysctl("ipv4.tcp_timestamps=1")),))
THREE = ("dns-injector-1", "dns-injector-2", "dns-injector-3")
WORD = http("allowed.example", path="/?q=forbidden-word")
LISTED = http("allowed.example", "s66")

GUILTY = [
    reset("reset-ladder", "three resets each way with stepped sequence numbers after a keyword",
          (WORD,), ("reset-ladder-2006",), "allowed.example"),
    reset("reset-type1", "one reset each way with random TTL and window after a keyword",
          (WORD,), ("reset-type1-2017",), "allowed.example"),
    reset("reset-type2-residual", "stepped resets, then a false SYN/ACK for the next connection",
          (WORD, http("allowed.example")), ("reset-type2-2017",), "allowed.example"),
    reset("reset-both-types", "type 1 and type 2 devices fire on the same request",
          (WORD,), ("reset-type1-2017", "reset-type2-2017"), "allowed.example"),
    reset("reset-sni-single", "one reset each way, IP ID 0 without DF, after a server name",
          (https(),), ("reset-sni-2023-i",)),
    reset("reset-sni-triplet", "three equal resets each way; window and TTL in step over two names",
          TWO_NAMES, ("reset-sni-2023-ii",), vantages=EVERYWHERE),
    reset("reset-sni-ttl-248", "one reset each way with TTL 248 and an IP ID of a narrow range",
          (https(),), ("reset-sni-2023-iii",)),
    reset("reset-sni-three-devices", "three devices fire on the same ClientHello",
          (s_client("blocked.example"),), ("reset-sni-2023-i", "reset-sni-2023-ii", "reset-sni-2023-iii")),
    reset("reset-sni-contrast", "an allowed name, then a blocked one, then the allowed one again",
          (https("allowed.example"), https(), https("allowed.example")), ("reset-sni-2023-ii",),
          never="any packet of the connections to allowed.example; " + OWN_RESETS),
    reset("reset-sni-split", "the server name lies in two segments of the ClientHello",
          (actor("split_hello", "{s10}", "blocked.example"),), ("reset-sni-2023-ii",), vantages=EVERYWHERE),
    reset("reset-sni-ipv6", "three equal resets each way over IPv6", (https(host="t10"),),
          ("reset-sni-2023-ii",), vantages=EVERYWHERE),
    reset("reset-on-syn", "three resets on the SYN, three more on the SYN/ACK", (LISTED,),
          ("reset-syn-triplet", "reset-syn-ack-triplet"), ""),
    reset("reset-on-syn-ack", "three resets, only on the SYN/ACK", (LISTED,),
          ("reset-syn-ack-triplet",), ""),
    reset("reset-on-syn-ipv6", "three resets on the SYN over IPv6", (http("allowed.example", "t66"),),
          ("reset-syn-triplet",), ""),
    reset("reset-henan", "one reset with ten counting octets of payload; no TCP timestamps in use",
          (https(),), ("reset-henan",), **NO_TIMESTAMPS),
    reset("reset-henan-and-triplet", "a provincial and a national device fire on one ClientHello",
          (https(),), ("reset-henan", "reset-sni-2023-ii"), **NO_TIMESTAMPS),
    reset("reset-rae", "a reset with reserved flags; IP ID and window copied from the SYN",
          (LISTED,), ("reset-rae",), ""),
    reset("reset-isp-id-0", "provider's box: reset with IP ID 0", (https(),), ("reset-isp-id-0",)),
    reset("reset-isp-id-1", "provider's box: reset with IP ID 1", (https(),), ("reset-isp-id-1",)),
    reset("reset-rewrite", "the server's own data becomes a reset in flight: nothing is out of series",
          (https("allowed.example"), https()), ("reset-rewrite",), vantages=EVERYWHERE, settle=0.1,
          never="the same server packets at the server, where they still carry data"),
    reset("reset-sandvine", "one reset each way with the constant IP ID 0x3412", (https(),),
          ("reset-sandvine",)),
    reset("reset-sandvine-pair", "two resets, the second 12503 further on", (http(),), ("reset-sandvine-pair",)),
    reset("reset-turkmenistan", "reset without ACK each way, IP ID 30000", (http(),), ("reset-turkmenistan",)),
    reset("reset-iran", "reset with the request's own TTL, then nothing passes", (https(seconds=2),),
          ("reset-iran",)),
    reset("reset-id-of-trigger", "the reset repeats the IP ID of the request", (http(),),
          ("reset-id-of-trigger",)),
    reset("reset-id-plus-one", "a reset per client segment, IP ID one above, window and TTL copied",
          (http(),), ("reset-id-plus-one",)),
    reset("reset-zero", "a reset with both numbers zero on the SYN, a correct one on the SYN/ACK",
          (LISTED,), ("reset-zero-on-syn", "reset-after-syn-ack"), ""),
    reset("reset-reflected", "the ClientHello comes back as the payload of a reset", (https(),),
          ("reset-reflected",)),
    reset("reset-wrong-timestamps", "resets with timestamps far off, which both ends ignore",
          (https(),), ("reset-wrong-timestamps",),
          never="the handshake that goes on"),
    reset("reset-two-acks", "two resets each way that differ in the acknowledgement number",
          (https(),), ("reset-two-acks",)),
    reset("reset-ttl-mirror", "reset with the TTL of the request", (http(),), ("reset-ttl-mirror",)),
    reset("reset-perfect", "a reset whose TTL, IP ID, window and timestamps are the server's; the page follows",
          (actor("two_requests", "{s10}", "allowed.example", "blocked.example"),), ("reset-perfect",)),
    reset("reset-perfect-in-path", "the same reset, and nothing of the server's comes after it",
          (actor("two_requests", "{s10}", "allowed.example", "blocked.example"),), ("reset-perfect-in-path",),
          expect="at best a suspicion: only the moment is wrong"),
    reset("reset-dns-tcp", "three equal resets after a DNS query over TCP",
          (dig(options="+tcp +tries=1 +time=2"),), ("reset-dns-tcp",)),
    reset("reset-residual", "resets after a keyword, and on the SYNs that follow to that server",
          (WORD, http("allowed.example"), http("allowed.example", "s20")), ("reset-then-residual",),
          "allowed.example", never="the connection to the other server; " + OWN_RESETS),

    dns("dns-a", "three injectors race for an A record", (dig(),), THREE, vantages=EVERYWHERE),
    dns("dns-aaaa", "three injectors race for an AAAA record; one has none to give",
        (dig(qtype="AAAA"),), THREE),
    dns("dns-mx", "a query for MX is answered with A records", (dig(qtype="MX"),), THREE),
    dns("dns-txt", "a query for TXT is answered with A records", (dig(qtype="TXT"),), THREE),
    dns("dns-ipv6", "three injectors race over IPv6", (dig(host="t53"),), THREE, vantages=EVERYWHERE),
    dns("dns-mixed-case", "the query mixes letter case, which the forgeries copy",
        (dig("WWW.bLoCKed.eXamPle"),), THREE, "WWW.bLoCKed.eXamPle"),
    dns("dns-no-recursion", "a query without RD: forgeries differ in the flags they answer with",
        (actor("dns_no_recursion", "{s53}", "blocked.example"),), ("dns-injector-2", "dns-injector-3")),
    dns("dns-contrast", "an allowed name before and after a blocked one",
        (dig("allowed.example"), dig(), dig("allowed.example")), ("dns-injector-2",),
        never="the answers for allowed.example"),
    dns("dns-one-injector", "a single forged answer with ordinary header values races the genuine one",
        (dig(),), ("dns-injector-2",)),
    dns("dns-nxdomain", "a forged NXDOMAIN races the genuine answer", (dig(),), ("dns-nxdomain",)),
    dns("dns-private", "in-path: the only answer is a private address", (dig("allowed.example"), dig()),
        ("dns-private",), vantages=BOTH_ENDS, expect="one forged answer with 10.10.34.36",
        never="the answer for allowed.example"),
    dns("dns-private-aaaa", "in-path: the only answer is the IPv6 form of the block page's address",
        (dig("allowed.example", "AAAA"), dig(qtype="AAAA")), ("dns-private",),
        expect="one forged answer with d0::11", never="the answer for allowed.example"),
    dns("dns-loopback", "forged 127.0.0.1 with IP ID 30000", (dig(),), ("dns-loopback",)),
    dns("dns-echoed-tail", "the query's additional record is copied, the answer stands behind it",
        (dig(),), ("dns-echoed-tail",)),
    dns("dns-replace", "in-path: the only answer has a public address and good headers",
        (dig("allowed.example"), dig()), ("dns-replace",), vantages=BOTH_ENDS,
        expect="at best a suspicion: nothing in the packet is wrong but its content",
        never="the answer for allowed.example"),
    dns("dns-no-resolver-there", "an address that runs no resolver seems to answer, and says it does not",
        (dig(host="s99"),), ("dns-injector-2",), never="the server's ICMP error"),

    data("page-302", "provider's 302 in a FIN races the genuine page", (http(),), ("page-302-isp",)),
    data("page-302-ipv6", "provider's 302 in a FIN races the genuine page over IPv6", (http(host="t10"),),
         ("page-302-isp",)),
    data("page-302-alone", "in-path 302 and a reset; the genuine page never comes", (http(seconds=2),),
         ("page-302-then-reset",)),
    data("page-301-china", "301 with a constant IP ID and TTL 251", (http(),), ("page-301-china",)),
    data("page-302-china", "302 with a constant IP ID and TTL 251", (http(),), ("page-302-china",)),
    data("page-403-iran", "403 with the known frame, then nothing passes", (http(seconds=2),),
         ("page-403-iran",)),
    data("page-without-header", "markup without a status line, then a reset", (http(),),
         ("page-without-header",)),
    data("page-sandvine", "307 in a FIN and the bare ACK that answers the client's FIN, IP ID 0x3412",
         (http(),), ("page-sandvine", "ack-sandvine")),
    data("page-mirrors-request", "403 with the request's own IP ID and window", (http(),),
         ("page-mirrors-request",)),
    data("page-window-1", "provider's message with window 1", (http(),), ("page-window-1",)),
    data("quantuminsert-get", "other content for the same sequence range, ahead of the server",
         (http(),), ("quantuminsert-get",), vantages=EVERYWHERE),
    data("quantuminsert-syn-ack", "content sent on the SYN/ACK, before the client has asked",
         (LISTED,), ("quantuminsert-syn-ack",), trigger="the handshake"),
    data("great-cannon", "the request is held back and a script answered in its place",
         (http("allowed.example"), http(path="/page")), ("great-cannon",),
         never="the connection to allowed.example"),
    data("syn-ack-forged", "a second SYN/ACK with another number races the genuine one", (LISTED,),
         ("syn-ack-forged",), expect="forged SYN/ACK, no trigger text",
         never="the genuine SYN/ACK; the server's reset"),
    data("fin-forged", "a FIN in the server's name ahead of its data", (http(),), ("fin-forged",),
         expect="forged FIN, triggered by blocked.example"),
    data("tls-alert", "a plain alert as the first server record, ahead of the ServerHello",
         (https(),), ("tls-alert",)),

    absence("syn-blackhole", "no SYN to one address passes; another address answers",
            (http("allowed.example"), http("allowed.example", "s66", seconds=4.5)), ("syn-blackhole",),
            "the SYNs silenced; nothing forged"),
    absence("syn-ack-suppressed", "SYNs arrive, SYN/ACKs do not come back",
            (http("allowed.example"), http("allowed.example", "s66", seconds=3.5)), ("syn-ack-suppressed",),
            "the SYNs silenced; nothing forged"),
    absence("hello-unacked", "the ClientHello is never acknowledged; an allowed name works before it",
            (https("allowed.example"), https(seconds=4)), ("hello-unacked",), vantages=EVERYWHERE),
    absence("hello-unacked-alone", "the ClientHello is never acknowledged, and nothing else is in the capture",
            (https(seconds=4),), ("hello-unacked",), vantages=("client",)),
    absence("hello-unacked-ipv6", "the ClientHello is never acknowledged over IPv6",
            (https("allowed.example", "t10"), https(host="t10", seconds=4)), ("hello-unacked",)),
    absence("hello-acked-then-mute", "the ClientHello is acknowledged, no data follows",
            (https("allowed.example"), https(seconds=3)), ("hello-acked-then-mute",), vantages=EVERYWHERE),
    absence("one-way-after-hello", "after the ClientHello only the server's packets pass",
            (https("allowed.example"), https(seconds=3)), ("one-way-after-hello",)),
    absence("freeze-after-16k", "a download stops in both directions after 17 kB",
            (https("allowed.example"), https(path="/big", seconds=3.5)), ("freeze-after-16k",)),
    absence("request-unacked", "the HTTP request is never acknowledged",
            (http("allowed.example"), http(seconds=4)), ("request-unacked",)),
    absence("dns-suppressed", "queries for one name stay without answer",
            (dig("allowed.example"), dig(options="+tries=2 +time=1"), dig("allowed.example")),
            ("dns-suppressed",)),
    absence("quic-initial-silence", "QUIC Initials with the name never pass; another name works",
            (quic("allowed.example"), quic("blocked.example", seconds=2.5)), ("quic-initial-silence",)),
    absence("quic-initial-silence-ipv6", "QUIC Initials with the name never pass, over IPv6",
            (quic("allowed.example", "t10"), quic("blocked.example", "t10", seconds=2.5)),
            ("quic-initial-silence",)),
    absence("quic-flow-killed", "the Initial is answered, then the client's datagrams are lost",
            (quic("allowed.example"), quic("blocked.example", seconds=2.5)), ("quic-flow-killed",)),
    absence("residual-4-tuple", "a request is dropped, and so is the next connection of the same ports",
            (actor("fetch", "{s10}", "allowed.example", "/", "40001"),
             actor("fetch", "{s10}", "blocked.example", "/", "40000"),
             actor("fetch", "{s10}", "allowed.example", "/", "40000"),
             actor("fetch", "{s10}", "allowed.example", "/", "40002")), ("null-route-4-tuple",)),
    absence("residual-3-tuple", "a ClientHello is dropped, and so are later connections to that port",
            (https("allowed.example"), https(seconds=2), https("allowed.example", seconds=2.5),
             http("allowed.example")), ("drop-then-residual",),
            never="any packet as forged; the connections before it and to the other port"),
    absence("police-150-kbit", "a download is held to 150 kbit/s by dropping the excess",
            (https(path="/big", seconds=6),), ("police-150-kbit",), silences=False,
            expect="at best: the connection is policed; nothing forged", never="any packet as forged"),
    absence("police-with-control", "a longer download is held to 150 kbit/s, then another name is fetched at once",
            (https(path="/huge", seconds=18), https("allowed.example", path="/huge")), ("police-150-kbit",),
            silences=False, snaplen=640, vantages=("client",),
            expect="the request to blocked.example silenced as throttled; nothing forged",
            never="any packet as forged"),
    absence("dns-suppressed-names", "one name is asked for four times in vain, other names in between are answered",
            ("sh -c '%s & for n in one two three; do sleep 1.5; for t in a b c; do %s; done; sleep 3; done; wait'"
             % (dig(options="+tries=4 +time=5"), dig("$t-$n.allowed.example")),), ("dns-suppressed",),
            vantages=("client",)),
]

# ---- Innocent ----------------------------------------------------------------------------------

QUIET = "no packet called forged or suspect"


def innocent(name, about, client, never, expect=QUIET, **more):
    return Scenario(name, "innocent", about, client, expect, never, **more)


def control(name, about, client, rows, **more):
    """The interferer is loaded and watches, but the name is not on its list."""
    return innocent(name, about + ", with the interferer loaded", client,
                    "anything: the same server and command as the guilty twin, another name",
                    rows=rows, **more)


CASE_SERVER = (("server", "{actor} serve_dns_case {s20}"),)


def late_server(role, *arguments):
    return dict(servers=(("server", " ".join(("{actor}", role, "{s10}", "8443") + arguments)),))


SYN_PROXY = firewall(
    "r2", "-t raw -A PREROUTING -i e0 -p tcp --syn -j CT --notrack",
    "-A FORWARD -i e0 -p tcp -m conntrack --ctstate INVALID,UNTRACKED "
    "-j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460",
    "-A FORWARD -m conntrack --ctstate INVALID -j DROP")
NAT = firewall("r1", "-t nat -A POSTROUTING -o a1 -j MASQUERADE",
               "-A FORWARD -p tcp -m conntrack --ctstate INVALID -j REJECT --reject-with tcp-reset")
PORTAL = firewall("r1", "-t nat -A PREROUTING -i a0 -p tcp --dport 80 -j REDIRECT --to-ports 8089")
REJECT_ICMP = firewall("r2", "-A FORWARD -p tcp --dport 8080 -j REJECT --reject-with icmp-admin-prohibited")
REJECT_RESET = firewall("r2", "-A FORWARD -p tcp --dport 8080 -j REJECT --reject-with tcp-reset")
DROP_QUIC = firewall("r2", "-A FORWARD -p udp --dport 443 -j DROP")
BLACK_HOLE = firewall("r1", "-A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP")


def tunnel_end(interface, local, remote, own, other):
    """Commands that put one end of a VXLAN tunnel beside an interface."""
    return " && ".join((
        "ip link add vx0 type vxlan id 5 local %s remote %s dstport 4789 dev %s" % (local, remote, interface),
        "sysctl -qw net.ipv6.conf.vx0.disable_ipv6=1",
        "ip link set vx0 address 02:00:00:00:09:0%d up" % own,
        "ip address add 10.99.0.%d/30 dev vx0" % own,
        "ip neighbour replace 10.99.0.%d lladdr 02:00:00:00:09:0%d dev vx0 nud permanent" % (other, other)))


TUNNEL = ((("client", tunnel_end("client0", "192.0.2.10", "192.0.2.1", 1, 2)),
           ("client", "ip route add 198.51.100.0/24 via 10.99.0.2"),
           ("r1", tunnel_end("a0", "192.0.2.1", "192.0.2.10", 2, 1)),
           ("r2", "ip route add 10.99.0.0/30 via 203.0.113.1")),
          (("client", "ip link delete vx0"), ("r1", "ip link delete vx0"),
           ("r2", "ip route delete 10.99.0.0/30")))
SMALL_MTU = (("r1", "ip link set a1 mtu 900"),)
NORMAL_MTU = (("r1", "ip link set a1 mtu 1500"), ("client", "ip route flush cache"))

INNOCENT = [
    control("plain-http", "an ordinary page", (http("allowed.example"),),
            ("page-302-isp", "reset-turkmenistan"), vantages=EVERYWHERE),
    control("plain-http-ipv6", "an ordinary page over IPv6", (http("allowed.example", "t10"),),
            ("page-302-isp",)),
    control("plain-tls", "an ordinary TLS connection", (https("allowed.example"),), ("reset-sni-2023-ii",),
            vantages=EVERYWHERE),
    control("plain-tls-ipv6", "an ordinary TLS connection over IPv6", (https("allowed.example", "t10"),),
            ("reset-sni-2023-ii",)),
    control("plain-tls-split", "a ClientHello in two segments",
            (actor("split_hello", "{s10}", "allowed.example"),), ("reset-sni-2023-ii",)),
    control("plain-tls-almost-listed", "a name that only ends like a blocked one",
            (https("notblocked.example"),), ("reset-sni-2023-ii",)),
    control("plain-quic", "an ordinary HTTP/3 connection", (quic("allowed.example"),), ("quic-flow-killed",)),
    control("plain-quic-ipv6", "an ordinary HTTP/3 connection over IPv6", (quic("allowed.example", "t10"),),
            ("quic-flow-killed",)),
    control("plain-dns-a", "an A record", (dig("allowed.example"),), THREE, vantages=EVERYWHERE),
    control("plain-dns-aaaa", "an AAAA record", (dig("allowed.example", "AAAA"),), THREE),
    control("plain-dns-mx", "an MX record", (dig("allowed.example", "MX"),), THREE),
    control("plain-dns-txt", "a TXT record", (dig("allowed.example", "TXT"),), THREE),
    control("plain-dns-ipv6", "an A record over IPv6", (dig("allowed.example", host="t53"),), THREE),
    control("plain-dns-tcp", "a query over TCP", (dig("allowed.example", options="+tcp +tries=1"),),
            ("reset-dns-tcp",)),
    control("plain-no-timestamps", "TLS without TCP timestamps", (https("allowed.example"),),
            ("reset-henan",), **NO_TIMESTAMPS),
    control("plain-download", "a download of 24 kB", (http("allowed.example", path="/middle"),),
            ("police-150-kbit",)),
    control("plain-other-address", "a handshake with an address beside the blocked one",
            (http("allowed.example", "s20"),), ("reset-syn-triplet",)),

    innocent("closed-port", "nobody listens: the server resets the SYN",
             (curl("http://allowed.example:8081/"),), "the server's reset", vantages=EVERYWHERE),
    innocent("closed-port-ipv6", "nobody listens, over IPv6", (curl("http://allowed.example:8081/", "t10"),),
             "the server's reset"),
    innocent("server-rejects-name", "the server refuses a server name with an alert",
             (https("strict.example"), https("allowed.example")), "the server's alert", vantages=BOTH_ENDS),
    innocent("server-resets-name", "the server resets on a server name, one round trip after it",
             (s_client("strict.example", port=8443), s_client("allowed.example", port=8443)),
             "the server's reset", vantages=BOTH_ENDS, **late_server("serve_reset_name", "strict.example")),
    innocent("server-resets-request", "the server resets every request",
             (curl("http://allowed.example:8443/"),), "the server's reset", **late_server("serve_reset")),
    innocent("server-unread-data", "the server answers early and its kernel resets because of unread data",
             (curl("http://allowed.example:8443/ --data-raw {pad}"),), "the server's reset",
             **late_server("serve_unread")),
    innocent("server-mute", "the server accepts and reads, and never answers",
             (s_client("allowed.example", port=8443, seconds=3),),
             "a forged packet; at most a weak word about silence", **late_server("serve_mute")),
    innocent("server-old-http", "a page without a header, then a FIN",
             (curl("http://allowed.example:8443/ --http0.9"),), "the page", **late_server("serve_old_http")),
    innocent("server-forbids", "the server's own 403", (http("allowed.example", path="/forbidden"),), "the 403"),
    innocent("server-moves", "the server's 301 to its own TLS port",
             (http("allowed.example", path="/moved"),), "the 301"),
    innocent("server-redirects", "the server's 302 to another host",
             (http("allowed.example", path="/elsewhere"),), "the 302"),
    innocent("server-slow", "the server limits its own rate",
             (http("allowed.example", path="/slow", seconds=3),), "policing"),
    innocent("host-down", "no host has the address", (http("allowed.example", "s250", seconds=3.5),),
             "a forged packet; at most a weak word about silence"),
    innocent("client-tab-close",
             "the client resets in the middle of a download, and resets what still arrives",
             (actor("tab_close", "{s10}", "allowed.example"),), "any of the client's resets",
             vantages=EVERYWHERE),
    innocent("client-times-out", "curl gives up during a download; late data is reset",
             (http("allowed.example", path="/middle", seconds=0.2),), "any of the client's resets",
             vantages=BOTH_ENDS),
    innocent("client-half-closes", "the client's FIN comes with the request",
             (actor("half_close", "{s10}", "allowed.example"),), "the data after the FIN"),
    innocent("client-keepalive", "probes of an idle connection",
             (actor("keepalive", "{s10}", "allowed.example"),), "the probes and their answers",
             vantages=BOTH_ENDS),
    innocent("client-zero-window", "the client stops reading, the server probes its window",
             (actor("reader_stops", "{s10}", "allowed.example", "1.2"),), "the probes", vantages=BOTH_ENDS),
    innocent("client-reuses-port", "the same ports again, right after a reset",
             (actor("reuse_port", "{s10}", "allowed.example", "41000"),), "the second connection"),
    innocent("client-happy-eyeballs", "two connections raced, the loser reset after its handshake",
             (actor("happy_eyeballs", "{t10}", "{s10}"),), "the client's reset"),
    innocent("client-happy-eyeballs-6", "the IPv6 connection loses the race",
             (actor("happy_eyeballs", "{s10}", "{t10}"),), "the client's reset"),

    innocent("front-end-ttl", "another box with a much higher TTL answers the handshake",
             (http("allowed.example"),), "anything because of TTL alone", cable="front=7",
             vantages=BOTH_ENDS),
    innocent("syn-proxy", "a SYN proxy (TTL 255) before the server", (https("allowed.example"),),
             "anything because of TTL or the SYN/ACK",
             setup=(("r2", sysctl("ipv4.ip_default_ttl=255", "ipv4.tcp_syncookies=1",
                                  "netfilter.nf_conntrack_tcp_loose=0")),) + SYN_PROXY[0],
             teardown=SYN_PROXY[1] + (("r2", sysctl("ipv4.ip_default_ttl=64",
                                                    "netfilter.nf_conntrack_tcp_loose=1")),),
             vantages=BOTH_ENDS),
    innocent("nat-idle-reset", "a NAT has forgotten an idle connection and resets it",
             (actor("fetch_twice_idle", "{s10}", "allowed.example", "2.5"),),
             "the NAT's reset as forged interference: it follows idleness",
             expect="at most a weak suspicion about the reset",
             setup=NAT[0] + (("r1", sysctl("netfilter.nf_conntrack_tcp_timeout_established=1",
                                           "netfilter.nf_conntrack_tcp_loose=0")),),
             teardown=NAT[1] + (("r1", sysctl("netfilter.nf_conntrack_tcp_timeout_established=432000",
                                              "netfilter.nf_conntrack_tcp_loose=1")),)),
    innocent("nat", "an ordinary page through a NAT", (http("allowed.example"),), "anything", setup=NAT[0],
             teardown=NAT[1], vantages=BOTH_ENDS),
    innocent("captive-portal", "every host gets the portal's 302",
             (http("allowed.example"), http("other.example", "s20")),
             "the portal's pages as forged: all hosts get them, in sequence and from one place",
             setup=PORTAL[0], teardown=PORTAL[1], servers=(("r1", "{actor} serve_portal 8089"),)),
    innocent("firewall-prohibits", "a router says the port is prohibited",
             (curl("http://allowed.example:8080/", seconds=2),), "the ICMP error or the SYN",
             setup=REJECT_ICMP[0], teardown=REJECT_ICMP[1]),
    innocent("firewall-resets", "a router resets a port nobody may use",
             (curl("http://allowed.example:8080/"),), "the router's reset to a SYN",
             expect="at most a weak suspicion about the reset", setup=REJECT_RESET[0],
             teardown=REJECT_RESET[1]),

    innocent("dns-retry", "a query sent twice is answered twice, the records in another order",
             (actor("dns_ask", "many.example", "0.3", "{s20}", "{s20}"),), "either answer",
             servers=(("server", "{actor} serve_dns_rotating {s20}"),), vantages=BOTH_ENDS),
    innocent("dns-retry-ipv6", "a query sent twice over IPv6, the records in another order",
             (actor("dns_ask", "many.example", "0.3", "{t20}", "{t20}"),), "either answer",
             servers=(("server", "{actor} serve_dns_rotating {t20}"),)),
    innocent("dns-retry-same", "a query sent twice is answered twice with the same records",
             (actor("dns_ask", "many.example", "0.3", "{s53}", "{s53}"),), "either answer"),
    innocent("dns-two-resolvers", "two resolvers asked at once know different records",
             (actor("dns_ask", "both.example", "0.3", "{s53}", "{s54}"),), "either answer"),
    innocent("dns-anycast", "two sites of one resolver address answer with different TTLs",
             (actor("dns_ask", "many.example", "0.3", "{s53}", "{s53}"), dig("allowed.example"), dig("alias.example")),
             "anything because of TTL", cable="twin=7"),
    innocent("dns-ad-block", "0.0.0.0 and :: for an advertiser",
             (dig("ads.example"), dig("ads.example", "AAAA")), "the blocker's answers as forged"),
    innocent("dns-dnsbl", "127.0.0.2 from a block list", (dig("10.2.0.192.list.example"),), "the answer"),
    innocent("dns-split-horizon", "an inner name has a private address", (dig("intranet.example"),),
             "the answer"),
    innocent("dns-loopback-name", "a name whose owner chose 127.0.0.1", (dig("home.example"),), "the answer"),
    innocent("dns-nxdomain-genuine", "a name that does not exist", (dig("missing.example"),), "the NXDOMAIN"),
    innocent("dns-no-data", "a name without the type asked for", (dig("intranet.example", "AAAA"),),
             "the empty answer"),
    innocent("dns-truncated", "an answer too long for UDP, repeated over TCP",
             (dig("long.example", "TXT", options="+bufsize=512 +tries=1"),), "either answer"),
    innocent("dns-alias", "a name that is an alias", (dig("alias.example"),), "the answer"),
    innocent("dns-old-server", "a server that lowers the case and knows no EDNS",
             (dig("AlloweD.ExamplE", host="s20"),), "the answer", servers=CASE_SERVER),
    innocent("dns-client-left", "the client has closed its socket when the answer comes",
             (actor("dns_ask", "allowed.example", "0.03", "{s53}"),), "the answer; the client's ICMP error"),
    innocent("dns-no-server", "the address runs no resolver and says so",
             (dig("allowed.example", host="s99", options="+tries=1 +time=1"),), "the ICMP error"),

    innocent("path-ecmp", "two paths that differ by one router", (http("allowed.example", path="/page"),),
             "anything because of TTL ±1", cable="wobble=1", vantages=BOTH_ENDS),
    innocent("path-ecmp-tls", "two paths that differ by one router, TLS", (https("allowed.example"),),
             "anything because of TTL ±1", cable="wobble=1"),
    innocent("path-loss", "a data segment is lost and sent again", (http("allowed.example", path="/page"),),
             "the retransmission", cable="lose=2", vantages=BOTH_ENDS),
    innocent("narrow-link", "two downloads over a slow link that lets packets wait, and loses some at random",
             (https("allowed.example", path="/huge", seconds=12),
              https("www.allowed.example", path="/huge", seconds=4)),
             "anything as silenced: packets wait before one is lost", cable="narrow=18000 thin=30", snaplen=640),
    innocent("lossy-link", "a download over a long path that loses every sixth packet",
             (https("allowed.example", path="/huge", seconds=15),), "anything as silenced",
             cable="delay=300000 thin=160", snaplen=640),
    innocent("path-loss-dns", "an answer is lost and the query repeated",
             (dig("allowed.example", options="+tries=2 +time=1"),),
             "the repeated query as silenced by interference", cable="lose=1", vantages=BOTH_ENDS),
    innocent("path-loss-tls", "the ServerHello is lost and sent again", (https("allowed.example"),),
             "the retransmission", cable="lose=1"),
    innocent("path-reordering", "a data segment is overtaken", (http("allowed.example", path="/page"),),
             "the late segment", cable="late=1", vantages=BOTH_ENDS),
    innocent("path-resegmented", "segments too large for a link are sent again in other sizes",
             (actor("upload", "{s10}", "allowed.example", "4000"),), "the smaller segments", setup=SMALL_MTU,
             teardown=NORMAL_MTU, vantages=BOTH_ENDS),
    innocent("path-mtu-black-hole", "segments too large for a link vanish without a word",
             ("timeout 2.5 " + actor("upload", "{s10}", "allowed.example", "4000"),), "a forged packet",
             expect="no packet called forged; silence only with the size named",
             setup=SMALL_MTU + BLACK_HOLE[0], teardown=NORMAL_MTU + BLACK_HOLE[1]),
    innocent("path-no-quic", "a firewall drops UDP 443 for every name",
             (quic("allowed.example", seconds=1.5), quic("other.example", seconds=1.5)),
             "a forged packet; a trigger: every name fails alike", expect="no packet called forged",
             setup=DROP_QUIC[0], teardown=DROP_QUIC[1]),
    innocent("quic-closed-port", "no QUIC server there, and the host says so",
             (quic("allowed.example", "s20", seconds=1.5),), "the ICMP error"),

    innocent("capture-mirror-twice", "a mirror port shows every frame twice", (http("allowed.example"),),
             "the copies", transform=capture.mirrored_twice),
    innocent("capture-mirror-twice-dns", "a mirror port shows every DNS packet twice",
             (dig("many.example"),), "the copies", transform=capture.mirrored_twice),
    innocent("capture-mirror-twice-reset", "a mirror port shows a server's reset twice",
             (curl("http://allowed.example:8081/"),), "the copies", transform=capture.mirrored_twice),
    innocent("capture-router-sides",
             "both sides of a router in one capture: each packet twice, TTL one apart",
             (http("allowed.example"),), "the copies", taps=(("r1", "a0"), ("r1", "a1"))),
    innocent("capture-router-sides-dns", "both sides of a router, DNS", (dig("many.example"),), "the copies",
             taps=(("r1", "a0"), ("r1", "a1"))),
    innocent("capture-offload", "segmentation offload: bad checksums and frames of many segments",
             (actor("upload", "{s10}", "allowed.example", "20000"), http("allowed.example", path="/page")),
             "bad checksums or large frames",
             setup=(("client", "ethtool -K client0 tx on tso on gso on gro on"),),
             teardown=(("client", "ethtool -K client0 tx off tso off gso off gro off"),)),
    innocent("capture-mid-flow", "capturing starts in the middle of a connection",
             (http("allowed.example", path="/page"),), "anything for want of the handshake",
             transform=capture.starts_late),
    innocent("capture-mid-flow-reset", "capturing starts in the middle of a connection that ends with resets",
             (actor("tab_close", "{s10}", "allowed.example"),), "the resets", transform=capture.starts_late),
    innocent("capture-one-side", "only the client's packets are in the capture", (http("allowed.example"),),
             "silence: the other side was not captured", transform=capture.only_from(bytes((192, 0, 2, 10)))),
    innocent("capture-one-side-server", "only the server's packets are in the capture",
             (https("allowed.example"),), "anything", transform=capture.only_from(bytes((198, 51, 100, 10)))),
    innocent("capture-one-side-dns", "only queries are in the capture",
             (dig("allowed.example"), dig("many.example")), "silence: the other side was not captured",
             transform=capture.only_from(bytes((192, 0, 2, 10)))),
    innocent("capture-short", "only 68 octets of each frame were kept",
             (http("allowed.example", path="/page"),), "anything about content", snaplen=68),
    innocent("capture-short-dns", "only 68 octets of each DNS packet were kept", (dig("many.example"),),
             "anything about content", snaplen=68),
    innocent("capture-vlan", "a trunk port: frames with a VLAN tag",
             (http("allowed.example"), dig("allowed.example")), "anything", transform=capture.tagged),
    innocent("capture-tunnel", "the client's traffic runs in a VXLAN tunnel",
             (http("allowed.example"), dig("allowed.example")), "anything", setup=TUNNEL[0],
             teardown=TUNNEL[1]),
    innocent("capture-clock-step", "the clock is set back during the capture", (https("allowed.example"),),
             "anything because of times", transform=capture.clock_stepped_back),
    innocent("capture-out-of-order", "neighbouring frames change places in the file",
             (http("allowed.example", path="/page"),), "anything because of their order",
             transform=capture.swapped_in_pairs),
]

SCENARIOS = GUILTY + INNOCENT
