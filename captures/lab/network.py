# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's network: seven namespaces in a row, and how to run things in them.

    client -- r1 -- near -- border -- far -- r2 -- server

r1 and r2 are routers of the kernel. near and far are cables made by `wire`: they add delay and
lower the TTL as several routers would. border is a cable too, made by `interferer`. Neighbour
tables are fixed and address autoconfiguration is off, so nothing but the scenario's own packets
is on the wire. All addresses are documentation prefixes and no namespace has a way out.
"""
import os
import shutil
import signal
import subprocess
import time

PREFIX = "itf-"
CHAIN = ["client", "r1", "near", "border", "far", "r2", "server"]

# How many hops a packet loses between the border and each end, and one-way delays in microseconds.
NEAR_HOPS, FAR_HOPS = 2, 8
HOPS_TO_CLIENT, HOPS_TO_SERVER = NEAR_HOPS + 1, FAR_HOPS + 1
NEAR_DELAY, FAR_DELAY = 3000, 40000

# Server addresses by last part. 66 is the address on the interferer's list; 99 runs no service.
SERVER_HOSTS = ["10", "20", "53", "54", "66", "99"]

ADDRESSES = {"client4": "192.0.2.10", "client6": "2001:db8:1::10"}
for _host in SERVER_HOSTS + ["250"]:        # 250: routed, but no host has it
    ADDRESSES["s%s" % _host] = "198.51.100." + _host
    ADDRESSES["t%s" % _host] = "2001:db8:2::" + _host

CAPTURED = {"client": ("client", "client0"), "border": ("border", "border0"),
            "server": ("server", "server0")}

QUIET = """net.ipv4.conf.all.accept_redirects=0 net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=100000
net.ipv4.tcp_no_metrics_save=1 net.ipv6.icmp.ratelimit=0 net.ipv6.conf.all.accept_ra=0
net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.router_solicitations=0
net.ipv6.conf.default.addr_gen_mode=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.ping_group_range=0,0"""


class NotPermitted(Exception):
    """This machine does not let us build namespaces, or lacks a program."""


def sh(command, check=True):
    done = subprocess.run(command, shell=True, text=True, capture_output=True, timeout=30)
    if check and done.returncode:
        raise RuntimeError("%s: %s" % (command, done.stderr.strip() or done.stdout.strip()))
    return done


def inside(namespace, command):
    return "ip netns exec %s%s %s" % (PREFIX, namespace, command)


def in_shell(namespace, command):
    return inside(namespace, "sh -c '%s'" % command.replace("'", "'\\''"))


PROGRAMS = ("ip", "ss", "sysctl", "tcpdump", "nginx", "unbound", "curl", "dig", "openssl", "gcc",
            "ethtool", "iptables", "gtlsclient", "gtlsserver")


def require_permission(more=()):
    """Raises NotPermitted with the reason when the lab cannot run here."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [p for p in PROGRAMS + tuple(more) if not shutil.which(p, path=path)]
    if missing:
        raise NotPermitted("programs are missing: " + ", ".join(missing))
    probe = sh("ip netns add {p}probe && ip netns exec {p}probe true; r=$?; ip netns del {p}probe; "
               "exit $r".format(p=PREFIX), check=False)
    if probe.returncode:
        raise NotPermitted("no permission to make network namespaces")


class Network:
    """Builds the chain, starts processes in it, and takes everything down again."""

    def __init__(self):
        self.processes = []

    # -- building --------------------------------------------------------------------------------

    def build(self):
        self.remove()
        for name in CHAIN:
            sh("ip netns add %s%s" % (PREFIX, name))
            for setting in QUIET.split():
                sh(inside(name, "sysctl -qw %s" % setting.replace(",", "\\ ")), check=False)
            sh("ip -n %s%s link set lo up" % (PREFIX, name))
        links = [("client", "client0", "r1", "a0"), ("r1", "a1", "near", "x0"),
                 ("near", "x1", "border", "border0"), ("border", "border1", "far", "y0"),
                 ("far", "y1", "r2", "e0"), ("r2", "e1", "server", "server0")]
        for number, link in enumerate(links):
            self._link(number, *link)
        self._addresses()
        self._routes()

    @staticmethod
    def mac(number, side):
        return "02:00:00:00:0%d:0%d" % (number, side)

    def _link(self, number, left, left_if, right, right_if):
        sh("ip link add {l} netns {p}{ln} address {lm} type veth peer name {r} netns {p}{rn} address {rm}".format(
            p=PREFIX, ln=left, l=left_if, lm=self.mac(number, 1), rn=right, r=right_if,
            rm=self.mac(number, 2)))
        for name, interface in ((left, left_if), (right, right_if)):
            sh(inside(name, "ethtool -K %s tx off rx off tso off gso off gro off" % interface))
            sh("ip -n %s%s link set %s up" % (PREFIX, name, interface))

    def _addresses(self):
        for name, interface, addresses in (
                ("client", "client0", "192.0.2.10/24 2001:db8:1::10/64"),
                ("r1", "a0", "192.0.2.1/24 2001:db8:1::1/64"),
                ("r1", "a1", "203.0.113.1/30 2001:db8:ff::1/64"),
                ("r2", "e0", "203.0.113.2/30 2001:db8:ff::2/64"),
                ("r2", "e1", "203.0.113.5/30 2001:db8:fe::1/64"),
                ("server", "server0", "203.0.113.6/30 2001:db8:fe::2/64")):
            for address in addresses.split():
                sh("ip -n %s%s address add %s dev %s nodad" % (PREFIX, name, address, interface))
        for host in SERVER_HOSTS:
            sh("ip -n %sserver address add 198.51.100.%s/32 dev lo" % (PREFIX, host))
            sh("ip -n %sserver address add 2001:db8:2::%s/128 dev lo nodad" % (PREFIX, host))

    def _routes(self):
        for name, interface, hop4, hop6, mac, destinations in (
                ("client", "client0", "192.0.2.1", "2001:db8:1::1", self.mac(0, 2), "default"),
                ("r1", "a0", "192.0.2.10", "2001:db8:1::10", self.mac(0, 1), ""),
                ("r1", "a1", "203.0.113.2", "2001:db8:ff::2", self.mac(4, 2),
                 "198.51.100.0/24 2001:db8:2::/64"),
                ("r2", "e0", "203.0.113.1", "2001:db8:ff::1", self.mac(1, 1),
                 "192.0.2.0/24 2001:db8:1::/64"),
                ("r2", "e1", "203.0.113.6", "2001:db8:fe::2", self.mac(5, 2),
                 "198.51.100.0/24 2001:db8:2::/64"),
                ("server", "server0", "203.0.113.5", "2001:db8:fe::1", self.mac(5, 1), "default")):
            ns = "ip -n %s%s" % (PREFIX, name)
            for hop in (hop4, hop6):
                sh("%s neighbour replace %s lladdr %s dev %s nud permanent" % (ns, hop, mac, interface))
            for destination in destinations.split():
                for hop in (hop4, hop6) if destination == "default" else \
                        (hop6 if ":" in destination else hop4,):
                    sh("%s %s route add %s via %s" % (ns, "-6" if ":" in hop else "-4", destination, hop))
        for router in ("r1", "r2"):
            sh(inside(router, "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1"))

    # -- running ---------------------------------------------------------------------------------

    def start(self, namespace, command, ready=None, log=None, seconds=10):
        """Starts a program; with `ready`, waits until its output holds that text."""
        output = open(log, "w+") if log else subprocess.DEVNULL
        process = subprocess.Popen(inside(namespace, command).split(), stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=output, start_new_session=True)
        self.processes.append(process)
        deadline = time.monotonic() + seconds
        while ready and ready not in open(log).read():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("%s did not start: %s" % (command, open(log).read().strip()))
            time.sleep(0.01)
        return process

    def stop(self, process, how=signal.SIGTERM):
        if process.poll() is None:
            try:
                os.killpg(process.pid, how)
                process.wait(timeout=3)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process in self.processes:
            self.processes.remove(process)

    def remove(self):
        """Ends what runs in the lab's namespaces and deletes them. Safe to call at any time."""
        for process in list(self.processes):
            self.stop(process)
        names = [PREFIX + n for n in CHAIN + ["probe"]]
        present = sh("ip netns list", check=False).stdout.split()
        for name in (n for n in names if n in present):
            for pid in sh("ip netns pids " + name, check=False).stdout.split():
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    pass
            sh("ip netns delete " + name, check=False)
