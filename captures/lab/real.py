# SPDX-License-Identifier: GPL-2.0-or-later
"""What the lab plays with real programs instead of the interferer: one row per scenario.

The tool runs on r1, the client's own router, or is one of the ends; the border is a mere cable.
Each row has the header values that were expected before the tool was run for the first time
(`guess`); docs/habits.md, made from the captures, has what was seen. Programs that only a newer
Debian has are run inside the system in $LAB_NEWER (`debootstrap trixie`, then `apt-get install`
there); without it those rows are left out.
"""
import os
import socket
import subprocess
from dataclasses import dataclass, replace

import truth
from network import ADDRESSES
from scenarios import Scenario, actor, curl, dig, http

NEWER = os.environ.get("LAB_NEWER", "")


@dataclass(frozen=True)
class Real(Scenario):
    package: str = ""                       # whose version is written down
    guess: str = ""                         # what was expected on the wire
    newer: bool = False                     # needs $LAB_NEWER; its name then ends in -13
    trigger: str = ""                       # the name that the tool reacts to
    stands_in: bool = False                 # the box is itself the other end: nothing is forged
    parts: tuple = ()                       # (port, what it does) where a row has several
    subject: str = ""                       # whose habits: an address of network.py; "" the forged packets


# ---- Kinds of rows -------------------------------------------------------------------------------

OWN = "anything that the ends themselves sent"
BOTH = ("client", "server")


def injects(name, package, about, guess, tools, client, **more):
    return Real(name, "guilty", about, client, "the tool's packets forged", OWN, vantages=BOTH,
                package=package, guess=guess, tools=tools, **more)


def rejects(name, package, about, guess, setup, client, **more):
    """A firewall's own rule: its packets are not the server's, but a closed port looks the same."""
    return Real(name, "guilty", about, client, "at most a suspicion about the firewall's packets", OWN,
                vantages=BOTH, package=package, guess=guess, setup=setup, **more)


def behaves(name, package, about, guess, client, subject="s10", vantages=BOTH, **more):
    return Real(name, "innocent", about, client, "no packet called forged or suspect", "anything",
                vantages=vantages, package=package, guess=guess, subject=subject, **more)


def answers(name, package, about, guess, files, command, ready):
    """A resolver at the server's address 99, before the authority of the lab: a name passed on, the same
    from its cache, two names of its own block list (one with an address, one that does not exist), and a
    name passed on that does not exist."""
    asked = [dig("allowed.example", host="s99"), dig("allowed.example", host="s99"),
             dig("allowed.example", "AAAA", host="s99"), dig("allowed.example", host="s99", options="+noedns +tries=1"),
             dig("trap.example", host="s99"), dig("gone.example", host="s99"), dig("no-such.example", host="s99")]
    return behaves(name, package, about, guess, tuple(asked), subject="s99", files=files,
                   tools=(("server", command, ready),))


# What a program of the newer system reads lies in the lab's folder, which is mounted there for it alone.
IN_NEWER = "mkdir -p {0}$dir && mount --bind $dir {0}$dir && mount -t proc proc {0}/proc && exec chroot {0} " \
           "sh -c '%s'".format(NEWER)


def newer(row, name=""):
    """The same row with the program of the newer system."""
    tools = tuple((where, IN_NEWER % command, ready) for where, command, ready in row.tools)
    return replace(row, name=name or row.name + "-13", tools=tools, newer=True)


# ---- Injectors that anybody can run --------------------------------------------------------------

SLOW = http("allowed.example", path="/slow", seconds=2)
NO_EDNS = "+tries=1 +time=2 +noedns"
ROUTES = "r1@@sysctl -qw net.ipv4.ip_forward=1"
ETTER_DNS = "blocked.example A 203.0.113.66\n*.blocked.example A 203.0.113.66\n"
# Its configuration is the machine's; the mount is private to `ip netns exec`. It switches the router's own
# forwarding off to do it itself; switched on again, what it would hold back passes as well.
ETTERCAP = "mount --bind $dir/etter.dns /etc/ettercap/etter.dns && exec ettercap -T -q -i a0 %s /// /// </dev/zero"

TCPKILL = "to the sender of each captured ACK R, seq = its ack plus steps of its raw window, ack 0, win 0, " \
          "TTL 64, random IP ID, DF clear; half a second late; nothing on SYN"

SURICATA_YAML = """%YAML 1.1
---
default-log-dir: $dir
vars: {address-groups: {HOME_NET: any, EXTERNAL_NET: any}}
host-mode: router
stream: {midstream: true, inline: auto}
app-layer: {protocols: {http: {enabled: yes}, dns: {udp: {enabled: yes}}}}
outputs: []
af-packet: [{interface: default}]
nfq: {mode: accept}
logging: {default-log-level: notice, outputs: [{console: {enabled: yes}}]}
"""
SURICATA_RULE = 'reject tcp any any -> any 80 (msg:"blocked"; content:"blocked.example"; sid:1; rev:1;)\n'
SURICATA = "exec suricata -c $dir/suricata.yaml -S $dir/suricata.rules -l $dir -k none"
SURICATA_FILES = (("suricata.yaml", SURICATA_YAML), ("suricata.rules", SURICATA_RULE))
SURICATA_GUESS = "RST/ACK to the sender of the request, window copied, TTL 64, 15-bit random IP ID, DF clear, no " \
                 "timestamps"

INJECTORS = [
    injects("tcpkill", "dsniff", "tcpkill -3 on the client's router during a download", TCPKILL,
            (("r1", "tcpkill -i a0 -3 host $s10 and port 80", "listening on"),), (SLOW,),
            trigger="allowed.example"),
    injects("tcpkill-9", "dsniff", "tcpkill -9: nine resets for each packet", TCPKILL,
            (("r1", "tcpkill -i a0 -9 host $s10 and port 80", "listening on"),),
            (actor("fetch_twice_idle", "{s10}", "allowed.example", "1"),), trigger="allowed.example"),
    injects("dnsspoof", "dsniff", "dnsspoof on the client's router, queries with and without EDNS",
            "flags 0x8180, record TTL 60, TTL 64, random ID, DF clear, a quarter second late; none for EDNS, none "
            "for AAAA", (("r1", "dnsspoof -i a0 -f $dir/spoofed udp dst port 53", "listening on"),),
            (dig(options=NO_EDNS), dig(qtype="AAAA", options=NO_EDNS), dig(), "sleep 0.6"),
            files=(("spoofed", "203.0.113.66\tblocked.example\n"),), trigger="blocked.example"),
    injects("ettercap-dns", "ettercap-text-only", "ettercap's dns_spoof on the client's router",
            "flags 0x8400, IP ID 0x7ee7, DF clear, TTL 64, record TTL 3600, no EDNS",
            (("r1", ETTERCAP % "-P dns_spoof", "Activating dns_spoof"),),
            (ROUTES, dig(), dig(options=NO_EDNS), dig("allowed.example")), files=(("etter.dns", ETTER_DNS),),
            trigger="blocked.example"),
    injects("ettercap-kill", "ettercap-text-only", "ettercap's filter function kill() on the client's request",
            "R to each side, ack 0, win 32767, IP ID 0x7ee7, DF clear, TTL 64",
            (("r1", "etterfilter $dir/kill.filter -o $dir/kill.ef >/dev/null && " +
              ETTERCAP % "-F $dir/kill.ef", "Starting Unified"),),
            (ROUTES, http("allowed.example")), trigger="allowed.example",
            files=(("etter.dns", ETTER_DNS),
                   ("kill.filter", 'if (ip.proto == TCP && tcp.dst == 80 && search(DATA.data, "GET")) { kill(); }\n'))),
    injects("bettercap-dns", "bettercap", "bettercap's dns.spoof on the client's router",
            "flags 0x8000, record TTL 1024, IP ID 0, DF clear, TTL 64, no EDNS; an answer for MX too",
            (("r1", "HOME=$dir exec bettercap -iface a0 -no-colors -eval "
              "'set dns.spoof.domains blocked.example; set dns.spoof.address 203.0.113.66; set dns.spoof.all true; "
              "dns.spoof on'", "blocked.example"),),
            (dig(), dig(qtype="AAAA"), dig(qtype="MX"), dig("allowed.example")), trigger="blocked.example"),
    injects("hping3-reset", "hping3", "hping3 -R blind at the client's port, at first with wrong numbers",
            "R, win 512, random seq, ack filled in, TTL 64, random IP ID, DF clear", (),
            ("r1@@sh -c '(sleep 0.4; exec hping3 -q -R -a {s10} -s 80 -k -p 40001 -c 6 -i u20000 {client4}) "
             ">/dev/null 2>&1 &'", actor("fetch_twice_idle_from", "{s10}", "allowed.example", "0.6", "40001"))),
]

SURICATAS = [
    injects("suricata-ids", "suricata", "Suricata rejects a request it sniffs", SURICATA_GUESS,
            (("r1", SURICATA + " --af-packet=a0", "ngine started"),), (http(),), files=SURICATA_FILES,
            trigger="blocked.example"),
    injects("suricata-inline", "suricata", "Suricata rejects a request it holds (NFQUEUE)", SURICATA_GUESS,
            (("r1", SURICATA + " -q 0", "ngine started"),), (http(),), files=SURICATA_FILES,
            setup=(("r1", "iptables -I FORWARD -p tcp --dport 80 -j NFQUEUE --queue-num 0"),
                   ("r1", "iptables -I FORWARD -p tcp --sport 80 -j NFQUEUE --queue-num 0")),
            teardown=(("r1", "iptables -F"),), trigger="blocked.example"),
    injects("suricata-inline-6", "suricata", "the same over IPv6", SURICATA_GUESS + ", flow label 0",
            (("r1", SURICATA + " -q 0", "ngine started"),), (http(host="t10"),), files=SURICATA_FILES,
            setup=(("r1", "ip6tables -I FORWARD -p tcp --dport 80 -j NFQUEUE --queue-num 0"),
                   ("r1", "ip6tables -I FORWARD -p tcp --sport 80 -j NFQUEUE --queue-num 0")),
            teardown=(("r1", "ip6tables -F"),), trigger="blocked.example"),
]

# ---- Firewalls -----------------------------------------------------------------------------------

RESET = "-j REJECT --reject-with tcp-reset"
CLEAN = (("r1", "iptables -F"), ("r1", "ip6tables -F"), ("r1", "nft flush ruleset"))
CLOSED_PORT = "the form of a closed Linux socket: ID 0, DF, win 0, TTL 64, no options"

FIREWALLS = [
    rejects("iptables-data", "iptables", "REJECT of a request by the text in it", CLOSED_PORT + "; R, seq = the ack",
            (("r1", "iptables -I FORWARD -p tcp --dport 80 -m string --algo bm --string blocked.example " + RESET),),
            (http(),), teardown=CLEAN, trigger="blocked.example"),
    rejects("iptables-syn", "iptables", "REJECT of a SYN", CLOSED_PORT + "; RST/ACK, seq 0",
            (("r1", "iptables -I FORWARD -p tcp --dport 80 " + RESET),), (http(),), teardown=CLEAN, at_least=0),
    rejects("ip6tables-data", "iptables", "REJECT of a request over IPv6", "R, flow label 0, hop limit 64",
            (("r1", "ip6tables -I FORWARD -p tcp --dport 80 -m string --algo bm --string blocked.example " + RESET),),
            (http(host="t10"),), teardown=CLEAN, trigger="blocked.example"),
    rejects("nft-ingress", "nftables", "nftables rejects at the device's ingress", CLOSED_PORT,
            (("r1", "nft 'table netdev t {{ chain c {{ type filter hook ingress device a0 priority 0; "
              "tcp dport 80 @ih,0,32 0x47455420 reject with tcp reset; }}; }}'"),),
            (http(),), teardown=CLEAN, trigger="blocked.example"),
    rejects("nft-server-data", "nftables", "a rule that matches the server's data resets the server",
            "R to the server in the client's name; the client hears nothing",
            (("r1", "nft 'table inet t {{ chain c {{ type filter hook forward priority 0; "
              "tcp sport 80 @ih,0,32 0x48545450 reject with tcp reset; }}; }}'"),),
            (http(seconds=1),), teardown=CLEAN, trigger="blocked.example"),
]

# ---- Servers and proxies -------------------------------------------------------------------------

HAPROXY = """global
defaults
  mode http
  timeout connect 1s
  timeout client 2s
  timeout server 2s
frontend refuses
  mode tcp
  bind $s10:8001
  tcp-request connection reject
frontend looks
  mode tcp
  bind $s10:8002
  tcp-request inspect-delay 1s
  tcp-request content reject if { req.len gt 0 }
frontend denies
  bind $s10:8003
  http-request deny
frontend ends
  bind $s10:8004
  http-request reject
frontend falls-silent
  bind $s10:8005
  http-request silent-drop
frontend dead
  bind $s10:8006
  default_backend nobody
frontend passes
  bind $s10:8007
  default_backend web
backend nobody
  mode http
  server one 127.0.0.1:9
backend web
  mode http
  server one 127.0.0.1:80
"""

NGINX = """daemon off; master_process off; user root; pid $dir/real-nginx.pid; error_log $dir/real-nginx.log;
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path $dir/body2; proxy_temp_path $dir/proxy2; fastcgi_temp_path $dir/fcgi2;
  uwsgi_temp_path $dir/uwsgi2; scgi_temp_path $dir/scgi2;
  server { listen $s10:8011; return 444; }
  server { listen $s10:8012; reset_timedout_connection on; return 444; }
  server { listen $s10:8013; reset_timedout_connection on; client_header_timeout 1s; root $dir/htdocs; }
  server { listen $s10:8014; lingering_close off; client_max_body_size 1k; root $dir/htdocs; }
  server { listen $s10:8015; lingering_close always; client_max_body_size 1k; root $dir/htdocs; }
}
"""

SQUID = """http_port 3128
http_port 3129 intercept
acl bad dstdomain blocked.example
http_access deny bad
http_access allow all
pid_filename none
cache deny all
cache_log $dir/squid.log
access_log none
netdb_filename none
visible_hostname gateway.example
hosts_file $dir/hosts-s10
dns_nameservers $s53
shutdown_lifetime 0 seconds
"""

PRIVOXY = """listen-address 192.0.2.1:8118
confdir /etc/privoxy
logdir $dir
actionsfile $dir/block.action
temporary-directory $dir
"""


def ports(first, last):
    return tuple(curl("http://allowed.example:%d/" % port, seconds=1) for port in range(first, last + 1))


BIG_BODY = "curl -sko /dev/null --max-time 2 --data-binary @{dir}/htdocs/big --connect-to ::{s10}: " \
           "http://allowed.example:%d/"

SERVERS = [
    behaves("haproxy", "haproxy", "haproxy refuses, rejects, denies, falls silent, has no server, passes",
            "connection reject: RST/ACK; content reject and reject: FIN; deny 403 and FIN; silent drop: nothing; "
            "dead: 503",
            ports(8001, 8007), parts=tuple(zip(range(8001, 8008), (
                "connection reject", "content reject", "deny", "http reject", "silent-drop", "dead backend",
                "passes"))),
            files=(("haproxy.cfg", HAPROXY),),
            tools=(("server", "exec haproxy -db -f $dir/haproxy.cfg", ""),)),
    behaves("nginx", "nginx", "nginx returns 444, times out, refuses long bodies with and without lingering",
            "444: FIN; with reset_timedout_connection RST/ACK with timestamps; unread body: RST after the 413",
            ports(8011, 8012) + (actor("only_connect", "{s10}", "8013", "1.6"), BIG_BODY % 8014, BIG_BODY % 8015),
            parts=((8011, "444"), (8012, "444, reset_timedout_connection"),
                   (8013, "timeout, reset_timedout_connection"), (8014, "413, lingering_close off"),
                   (8015, "413, lingering_close always")),
            files=(("real-nginx.conf", NGINX),),
            tools=(("server", "exec nginx -e $dir/real-nginx.log -c $dir/real-nginx.conf", ""),)),
    behaves("squid-intercept", "squid-openssl", "a transparent proxy on the client's router: a page, a refused name",
            "whole connections with TTL 64 in the server's name; refused: 403 and FIN",
            (http("allowed.example"), http()), stands_in=True, files=(("squid.conf", SQUID),),
            setup=(("r1", "iptables -t nat -A PREROUTING -i a0 -p tcp --dport 80 -j REDIRECT --to-ports 3129"),),
            teardown=(("r1", "iptables -t nat -F"),),
            tools=(("r1", "chmod 755 $dir; touch $dir/squid.log; chmod 666 $dir/squid.log; "
                    "exec squid -N -f $dir/squid.conf", ""),)),
    behaves("privoxy", "privoxy", "an explicit proxy on the client's router blocks a name",
            "403 in the proxy's own name, then FIN", tuple(
                "curl -so /dev/null --max-time 3 -x http://192.0.2.1:8118 http://%s/" % n
                for n in ("blocked.example",)),
            subject="r1", files=(("privoxy.conf", PRIVOXY), ("block.action", "{ +block{no} }\n.blocked.example\n")),
            tools=(("r1", "exec privoxy --no-daemon $dir/privoxy.conf", ""),), vantages=("client",)),
]

# ---- Resolvers -----------------------------------------------------------------------------------

UNBOUND = """server:
  directory: "$dir"
  username: ""
  chroot: ""
  pidfile: "$dir/real-unbound.pid"
  use-syslog: no
  do-daemonize: no
  module-config: "iterator"
  access-control: 0.0.0.0/0 allow
  do-not-query-localhost: no
  interface: $s99
  local-data: "trap.example. 60 A 10.11.12.13"
  local-zone: "gone.example." always_nxdomain
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@5300
remote-control:
  control-enable: no
"""

NAMED = """options {
  directory "$dir"; pid-file none; session-keyfile none; managed-keys-directory "$dir"; listen-on { $s99; };
  listen-on-v6 { none; }; recursion yes; allow-query { any; }; allow-recursion { any; }; dnssec-validation no;
  forwarders { 127.0.0.1 port 5300; }; forward only; empty-zones-enable no; response-policy { zone "rpz"; };
};
controls { };
zone "rpz" { type master; file "$dir/rpz.zone"; };
"""
RPZ = """$$TTL 300
@ SOA localhost. admin.localhost. 1 3600 900 86400 300
@ NS localhost.
trap.example A 10.11.12.13
gone.example CNAME .
"""

RECURSOR = """socket-dir=$dir
local-address=$s99
setuid=
setgid=
daemon=no
allow-from=0.0.0.0/0
dont-query=
dnssec=off
forward-zones-recurse=.=127.0.0.1:5300
lua-config-file=$dir/rpz.lua
security-poll-suffix=
disable-syslog=yes
"""

# Since 5.2 the recursor reads nothing else.
RECURSOR_YML = """incoming: {listen: ["$s99"], allow_from: ["0.0.0.0/0"]}
outgoing: {dont_query: []}
dnssec: {validation: "off"}
logging: {disable_syslog: true}
recursor:
  daemon: false
  socket_dir: "$dir"
  security_poll_suffix: ""
  forward_zones_recurse: [{zone: ".", forwarders: ["127.0.0.1:5300"]}]
  rpzs: [{name: "$dir/rpz.zone", policyName: lab, extendedErrorCode: 15}]
"""

DNSDIST = """setLocal("$s99:53")
newServer({address="127.0.0.1:5300"}):setUp()
setACL({"0.0.0.0/0"})
setSecurityPollSuffix("")
local cache = newPacketCache(1000)
getPool(""):setCache(cache)
addAction("trap.example.", SpoofAction("10.11.12.13"))
addAction("gone.example.", RCodeAction(DNSRCode.NXDOMAIN))
"""

KRESD = """net.listen('$s99', 53, { kind = 'dns' })
modules.load('hints')
trust_anchors.remove('.')
cache.size = 10 * MB
policy.add(policy.suffix(policy.ANSWER({ [kres.type.A] = { rdata = kres.str2ip('10.11.12.13'), ttl = 60 } }),
           policy.todnames({'trap.example'})))
policy.add(policy.suffix(policy.DENY, policy.todnames({'gone.example'})))
policy.add(policy.all(policy.FORWARD('127.0.0.1@5300')))
"""

RESOLVERS = [
    answers("dnsmasq", "dnsmasq-base", "dnsmasq with names of its own",
            "TTL 64, counting or random IP ID, DF set; local: AA, record TTL 0; passed on: the authority's AA; cache: "
            "AA clear",
            (), "exec dnsmasq -k -C /dev/null -u root -a $s99 -z -R -S 127.0.0.1#5300 -A /trap.example/10.11.12.13 "
            "-S /gone.example/ --no-hosts --log-facility=-", "started"),
    answers("unbound-local", "unbound", "unbound with local data and a local zone",
            "local: AA, record TTL as written; passed on: AA clear; DF clear, random IP ID",
            (("real-unbound.conf", UNBOUND),), "exec unbound -d -p -c $dir/real-unbound.conf", "start of service"),
    answers("bind-rpz", "bind9", "BIND with a response policy zone",
            "policy: AA clear, record TTL 5, SOA of the zone in the additional section; DF clear",
            (("named.conf", NAMED), ("rpz.zone", RPZ)), "exec named -g -c $dir/named.conf", "running"),
    answers("pdns-recursor", "pdns-recursor", "PowerDNS recursor with a response policy zone",
            "policy: AA clear, EDE 15, record TTL of the zone", (("recursor.conf", RECURSOR), ("rpz.zone", RPZ),
            ("rpz.lua", 'rpzFile("$dir/rpz.zone", {policyName="lab", extendedErrorCode=15})\n')),
            "exec pdns_recursor --config-dir=$dir", "Listening"),
    answers("dnsdist", "dnsdist", "dnsdist with a packet cache, a spoofed name and a refused one",
            "spoofed: AA clear, RA = RD, record TTL 60; passed on: the backend's bits",
            (("dnsdist.conf", DNSDIST),), "exec dnsdist --supervised --disable-syslog -C $dir/dnsdist.conf",
            "Listening"),
    answers("knot-resolver", "knot-resolver", "Knot Resolver with two policies",
            "policy: AA, record TTL 60, EDE 4; denied: SOA, EDE 15", (("kresd.conf", KRESD),),
            "mkdir -p $dir/kresd && cd $dir/kresd && exec kresd -n -c $dir/kresd.conf", ""),
]

# ---- The kernel's own stack ----------------------------------------------------------------------

LINUX = "linux"


def kernel(name, about, guess, client, **more):
    return behaves("linux-" + name, LINUX, about, guess, client, **more)


KERNEL = [
    kernel("kill", "the server's administrator ends a connection (ss -K)",
           "RST/ACK at the next number, timestamps, next IP ID, DF, current window",
           ("sh -c '(sleep 0.6; ip netns exec itf-server ss -K dst 192.0.2.10) >/dev/null 2>&1 &'",
            actor("fetch_twice_idle", "{s10}", "allowed.example", "1"))),
    kernel("linger-0", "the server aborts with data under way", "RST/ACK with timestamps, then one R for each ACK "
           "under way, ascending, ID 0, DF, win 0", (curl("http://allowed.example:8021/"),),
           servers=(("server", "{actor} serve_abort {s10} 8021"),)),
    kernel("socket-ttl", "a server socket with a TTL and a TOS of its own", "SYN/ACK and R with TTL 64, data with 40",
           (curl("http://allowed.example:8022/"), actor("late_data", "{s10}", "8022")),
           servers=(("server", "{actor} serve_ttl {s10} 8022"),)),
    kernel("no-pmtu", "the server does not discover path MTUs (ip_no_pmtu_disc)",
           "SYN/ACK ID 0 with DF; data without DF and counting ID", (curl("http://allowed.example:8023/"),),
           setup=(("server", "sysctl -qw net.ipv4.ip_no_pmtu_disc=1"),),
           teardown=(("server", "sysctl -qw net.ipv4.ip_no_pmtu_disc=0"),),
           servers=(("server", "{actor} serve_old_http {s10} 8023"),)),
    kernel("fast-open", "a client with data in its SYN meets a server that knows TFO, and a closed port",
           "second SYN carries data, the SYN/ACK acknowledges it; closed port: RST/ACK of SYN and data",
           (actor("fast_open", "{s10}", "8024"), actor("fast_open", "{s10}", "8024"),
            actor("fast_open", "{s10}", "8025")),
           setup=(("server", "sysctl -qw net.ipv4.tcp_fastopen=3"), ("client", "sysctl -qw net.ipv4.tcp_fastopen=1")),
           servers=(("server", "{actor} serve_fast_open {s10} 8024"),)),
    kernel("time-wait", "the server closed first; the client uses the same port again at once",
           "SYN/ACK with a higher number, no reset", (actor("fetch", "{s10}", "allowed.example", "/forbidden", "40002"),
                                                      actor("fetch", "{s10}", "allowed.example", "/", "40002"))),
    kernel("syncookies", "every SYN is answered with a cookie", "SYN/ACK repeats with the same number, options kept in "
           "the timestamp", (http("allowed.example"),), setup=(("server", "sysctl -qw net.ipv4.tcp_syncookies=2"),),
           teardown=(("server", "sysctl -qw net.ipv4.tcp_syncookies=1"),)),
    kernel("full-queue", "the server's queue of new connections is full and tcp_abort_on_overflow is set",
           "RST for the ACK that finds no room", (actor("many_connects", "{s10}", "8026", "6"),),
           setup=(("server", "sysctl -qw net.ipv4.tcp_abort_on_overflow=1"),),
           teardown=(("server", "sysctl -qw net.ipv4.tcp_abort_on_overflow=0"),),
           servers=(("server", "{actor} serve_never_accepts {s10} 8026"),)),
]

# ---- Stacks outside the kernel -------------------------------------------------------------------

GUEST = """for i in $$(seq 50); do ip -4 address show dev %s 2>/dev/null | grep -q inet && break; sleep 0.1; done
tcpdump -i %s -U --immediate-mode -n --time-stamp-precision=nano -Z root -w $dir/client-guest.pcap ip & sleep 0.5
curl -so /dev/null --max-time 2 http://$s10/
curl -so /dev/null --max-time 1 http://$s10:9/
curl -so /dev/null --max-time 2 http://198.51.100.250/
dig +tries=1 +time=1 @$s53 allowed.example >/dev/null
sleep 0.3
kill $$!
"""


def guest(name, package, about, guess, interface, command):
    """The capture is the guest's own: what the stack outside the kernel makes of a page, a closed port, an
    address without a host, and a query."""
    return behaves(name, package, about, guess, (command,), taps=(("", "guest"),), vantages=("client",),
                   files=(("guest.sh", GUEST % (interface, interface)),))


STACKS = [
    guest("slirp4netns", "slirp4netns", "a guest behind slirp4netns",
          "TTL 64, one ID counter for all, DF clear, no timestamps; closed port: RST/ACK; no host: FIN/ACK", "tap0",
          "sh -c 'unshare -n sh {dir}/guest.sh & sleep 0.3; slirp4netns --configure $! tap0 & sleep 7; kill $!'"),
]

INJECTORS += [newer(row, row.name) for row in SURICATAS]
INJECTORS += [newer(row) for row in INJECTORS if row.package in ("dsniff", "ettercap-text-only")]
SERVERS += [newer(row) for row in SERVERS if row.package in ("haproxy", "nginx")]
RESOLVERS += [newer(row) for row in RESOLVERS if row.package not in ("knot-resolver", "pdns-recursor")]
RESOLVERS += [newer(answers("pdns-recursor", "pdns-recursor", "the same", "as before", (
    ("recursor.yml", RECURSOR_YML), ("rpz.zone", RPZ)), "exec pdns_recursor --config-dir=$dir", "Listening"))]
ALL = INJECTORS + FIREWALLS + SERVERS + RESOLVERS + KERNEL + STACKS
SCENARIOS = [s for s in ALL if NEWER or not s.newer]
PROGRAMS = ("tcpkill", "dnsspoof", "ettercap", "bettercap", "hping3", "nft", "haproxy", "squid", "privoxy", "dnsmasq",
            "named", "pdns_recursor", "dnsdist", "kresd")


HEAD = """# Captures of real tools

Every capture here was made by `captures/lab/run --real`: packaged programs on the lab's network (see
`captures/lab/README.md`), in the place of its interferer or as one of its ends. This file is made from
`captures/lab/real.py` by `captures/lab/run --real --readme`; what the programs write into their
packets is in `docs/habits.md`.

| in a scenario's directory | what it is |
|---|---|
| `client.pcapng`, `server.pcapng` | the same traffic at both ends |
| `client.truth`, … | `forged`: what reached this end in the other's name and never left that, found by comparing the two captures; the head names the tool, its version, and what was expected of its headers before it was run |

Injectors and firewalls run on the client's router: what they send reaches the client with its full
TTL and the server 11 hops lower. A firewall's reset is `forged` here because the server did not send it;
that it has the very form of a closed port's is why the plugin only suspects it.

"""


# ---- What is known about a played row ------------------------------------------------------------

def version(scenario):
    """The program and its version."""
    if scenario.package == LINUX:
        return "Linux " + os.uname().release.split("-")[0]
    root = ("chroot", NEWER) if scenario.newer else ()
    done = subprocess.run([*root, "dpkg-query", "-W", "-f", "${Version}", scenario.package],
                          capture_output=True, text=True, check=True)
    return "%s %s" % (scenario.package, done.stdout)


def _beginnings(*addresses):
    return tuple(socket.inet_pton(socket.AF_INET6 if ":" in a else socket.AF_INET, a)[:-1] for a in addresses)


# All addresses of an end share all but the last octet.
CLAIMS = {"client": _beginnings(ADDRESSES["s10"], ADDRESSES["t10"]),
          "server": _beginnings(ADDRESSES["client4"], ADDRESSES["client6"])}


def truth_of(scenario, vantage, captures):
    """What reaches one end in the other's name and never left that."""
    other = {"client": "server", "server": "client"}[vantage]
    if scenario.stands_in or other not in captures:
        return []
    return truth.foreign(captures[vantage], captures[other], CLAIMS[vantage], scenario.package, scenario.trigger)
