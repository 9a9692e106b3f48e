# SPDX-License-Identifier: GPL-2.0-or-later
"""What a packet may travel in. Each takes the Ethernet frame's head and the IP packet inside."""

from scapy.contrib.erspan import ERSPAN_II
from scapy.contrib.gtp import GTP_U_Header
from scapy.contrib.mpls import MPLS
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether, GRE
from scapy.layers.ppp import PPP, PPPoE
from scapy.layers.vxlan import VXLAN


def outer(protocol=None, **more):
    """The IP header of a tunnel between two routers."""
    fixed = {} if protocol is None else {"proto": protocol}
    return IP(src="198.18.0.1", dst="198.18.0.2", ttl=255, id=0, **fixed, **more)


def ether_type(network):
    return 0x86DD if isinstance(network, IPv6) else 0x0800


def inner_frame(network):
    """An Ethernet frame inside a tunnel."""
    return Ether(src="02:00:00:00:05:01", dst="02:00:00:00:05:02", type=ether_type(network)) / network


def in_vlan(frame, network):
    """An 802.1Q tag as a mirror port leaves it."""
    return frame / Dot1Q(vlan=112, type=ether_type(network)) / network


def in_two_vlans(frame, network):
    """QinQ: a provider's tag around the customer's."""
    return frame / Dot1AD(vlan=7, type=0x8100) / Dot1Q(vlan=112, type=ether_type(network)) / network


def in_gre(frame, network):
    """GRE between two routers, as a remote mirror sends it."""
    return frame / IP(src="198.18.0.1", dst="198.18.0.2", ttl=255, id=0) / GRE() / network


def in_ip(frame, network):
    """IP in IP, 6in4 where the packet is IPv6."""
    return frame / outer(41 if isinstance(network, IPv6) else 4) / network


def in_ipv6(frame, network):
    """The same in IPv6."""
    return frame / IPv6(src="2001:db8:ffff::1", dst="2001:db8:ffff::2", hlim=255,
                        nh=41 if isinstance(network, IPv6) else 4) / network


def in_vxlan(frame, network):
    return (frame / outer() / UDP(sport=51000, dport=4789, chksum=0)
            / VXLAN(vni=77, flags="Instance") / inner_frame(network))


def in_gtp(frame, network):
    return (frame / outer() / UDP(sport=2152, dport=2152, chksum=0)
            / GTP_U_Header(teid=0x1234, gtp_type=255) / network)


def in_mpls(frame, network):
    frame = frame.copy()
    frame.type = 0x8847
    return frame / MPLS(label=1042, s=0, ttl=250) / MPLS(label=16, s=1, ttl=250) / network


def in_pppoe(frame, network):
    return frame / PPPoE(sessionid=0x11) / PPP(proto=0x57 if isinstance(network, IPv6) else 0x21) / network


def in_erspan(frame, network):
    """A frame that a switch mirrors to a host in another network."""
    return (frame / outer() / GRE(proto=0x88BE, seqnum_present=1, seqence_number=9)
            / ERSPAN_II(ver=1, session_id=100) / inner_frame(network))


ALL = (in_vlan, in_two_vlans, in_gre, in_ip, in_ipv6, in_vxlan, in_gtp, in_mpls, in_pppoe, in_erspan)
