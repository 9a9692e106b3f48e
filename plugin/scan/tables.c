/* tables.c
 * Which number means which layer: one table for each kind of number.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "layers.h"

#include "../compat.h"

#include <wiretap/wtap.h>

typedef struct {
    uint32_t number;
    layer_t  layer;
} row_t;

/* In all tables the usual ones come first. */

static const row_t link_types[] = {
    { WTAP_ENCAP_ETHERNET,              LAYER_ETHERNET },
    { WTAP_ENCAP_RAW_IP,                LAYER_RAW_IP },
    { WTAP_ENCAP_RAW_IP4,               LAYER_IP },
    { WTAP_ENCAP_RAW_IP6,               LAYER_IPV6 },
    { WTAP_ENCAP_SLL,                   LAYER_SLL },
    { WTAP_ENCAP_SLL2,                  LAYER_SLL2 },
    { WTAP_ENCAP_NULL,                  LAYER_NULL_FAMILY },
    { WTAP_ENCAP_LOOP,                  LAYER_LOOP },
    { WTAP_ENCAP_PPP,                   LAYER_HDLC },
    { WTAP_ENCAP_PPP_WITH_PHDR,         LAYER_HDLC },
    { WTAP_ENCAP_CHDLC,                 LAYER_HDLC },
    { WTAP_ENCAP_PPP_ETHER,             LAYER_PPPOE },
    { WTAP_ENCAP_IEEE_802_11,           LAYER_WLAN },
    { WTAP_ENCAP_IEEE_802_11_RADIOTAP,  LAYER_RADIOTAP },
    { WTAP_ENCAP_NFLOG,                 LAYER_NFLOG },
    { WTAP_ENCAP_PKTAP,                 LAYER_PKTAP },
    { WTAP_ENCAP_FDDI,                  LAYER_FDDI },
    { WTAP_ENCAP_FDDI_BITSWAPPED,       LAYER_FDDI_SWAPPED },
    { WTAP_ENCAP_SOCKETCAN,             LAYER_NOTHING },  /* no IP in any of these */
    { WTAP_ENCAP_CAN20B,                LAYER_NOTHING },
    { WTAP_ENCAP_LIN,                   LAYER_NOTHING },
    { WTAP_ENCAP_FLEXRAY,               LAYER_NOTHING },
    { WTAP_ENCAP_I2C_LINUX,             LAYER_NOTHING },
    { WTAP_ENCAP_DBUS,                  LAYER_NOTHING },
};

static const row_t ethertypes[] = {
    { 0x0800, LAYER_IP },
    { 0x86dd, LAYER_IPV6 },
    { 0x8100, LAYER_VLAN },
    { 0x88a8, LAYER_VLAN },  /* 802.1ad */
    { 0x9100, LAYER_VLAN },  /* the same, before it had a number */
    { 0x88e7, LAYER_PROVIDER_TAG },  /* 802.1ah */
    { 0x8926, LAYER_VNTAG },
    { 0x8847, LAYER_MPLS },
    { 0x8848, LAYER_MPLS },
    { 0x8864, LAYER_PPPOE },
    { 0x6558, LAYER_ETHERNET },
    { 0x8870, LAYER_LLC },  /* jumbo frames */
    { 0x8909, LAYER_UNREAD_TUNNEL },  /* Cisco MetaData */
    { 0x894f, LAYER_UNREAD_TUNNEL },  /* NSH */
    { 0x88e5, LAYER_UNREAD_TUNNEL },  /* MACsec, where it does not encrypt */
    { 0x893f, LAYER_UNREAD_TUNNEL },  /* 802.1BR */
    { 0xf1c1, LAYER_UNREAD_TUNNEL },  /* 802.1CB */
    { 0x892f, LAYER_UNREAD_TUNNEL },  /* HSR */
    { 0x22f3, LAYER_UNREAD_TUNNEL },  /* TRILL */
    { 0x8903, LAYER_FABRIC_PATH },
    { 0x4305, LAYER_UNREAD_TUNNEL },  /* B.A.T.M.A.N. */
    { 0x880b, LAYER_UNREAD_TUNNEL },  /* PPP */
    { 0x88bb, LAYER_UNREAD_TUNNEL },  /* LWAPP */
    { 0x8899, LAYER_UNREAD_TUNNEL },  /* Realtek */
    { 0x8874, LAYER_UNREAD_TUNNEL },  /* Broadcom */
    { 0x22e5, LAYER_UNREAD_TUNNEL },  /* Gigamon */
    { 0x8c7c, LAYER_UNREAD_TUNNEL },
};

static const row_t ppp_protocols[] = {
    { 0x0021, LAYER_IP },
    { 0x0057, LAYER_IPV6 },
    { 0x0800, LAYER_IP },
    { 0x86dd, LAYER_IPV6 },
    { 0x0281, LAYER_MPLS },
    { 0x0283, LAYER_MPLS },
    { 0x002d, LAYER_UNREAD_LINK },  /* compressed TCP headers */
    { 0x002f, LAYER_UNREAD_LINK },
    { 0x0031, LAYER_UNREAD_LINK },  /* bridged */
    { 0x003d, LAYER_UNREAD_LINK },  /* multilink */
    { 0x0059, LAYER_UNREAD_LINK },  /* several in one */
    { 0x0061, LAYER_UNREAD_LINK },  /* compressed RTP headers */
};

static const row_t hdlc_protocols[] = {
    { 0x0800, LAYER_IP },
    { 0x86dd, LAYER_IPV6 },
    { 0x8847, LAYER_MPLS },
    { 0x8848, LAYER_MPLS },
    { 0x6558, LAYER_ETHERNET },
    { 0x0087, LAYER_UNREAD_LINK },
};

static const row_t address_families[] = {
    { 2,  LAYER_IP },
    { 24, LAYER_IPV6 },  /* NetBSD, OpenBSD */
    { 28, LAYER_IPV6 },  /* FreeBSD */
    { 30, LAYER_IPV6 },  /* macOS */
};

/* Of captures that name the link layer of each packet by libpcap's number. */
static const row_t pcap_link_types[] = {
    { 0,   LAYER_NULL_FAMILY },
    { 1,   LAYER_ETHERNET },
    { 12,  LAYER_RAW_IP },
    { 101, LAYER_RAW_IP },
    { 105, LAYER_WLAN },
    { 127, LAYER_RADIOTAP },
    { 113, LAYER_SLL },
    { 9,   LAYER_HDLC },
};

static const row_t ip_protocols[] = {
    { PROTOCOL_TCP,    LAYER_TCP },
    { PROTOCOL_UDP,    LAYER_UDP },
    { PROTOCOL_ICMP,   LAYER_ICMP },
    { PROTOCOL_ICMPV6, LAYER_ICMPV6 },
    { 0,   LAYER_OPTIONS },         /* hop by hop */
    { 60,  LAYER_OPTIONS },         /* of the destination */
    { 43,  LAYER_ROUTING },
    { 44,  LAYER_FRAGMENT },
    { 51,  LAYER_AUTHENTICATION },
    { 4,   LAYER_IP },
    { 41,  LAYER_IPV6 },
    { 47,  LAYER_GRE },
    { 137, LAYER_MPLS },
    { 97,  LAYER_ETHERIP },
    { 143, LAYER_ETHERNET },
    { 103, LAYER_PIM },
    { 135, LAYER_MOBILITY },
    { 115, LAYER_UNREAD_TUNNEL },   /* L2TP, version 3: what it carries was said when it began */
    { 108, LAYER_UNREAD_TUNNEL },   /* compressed */
    { 140, LAYER_UNREAD_TUNNEL },   /* shim6 */
};

static const row_t udp_ports[] = {
    { 4789,  LAYER_VXLAN },
    { 4790,  LAYER_VXLAN_GPE },
    { 6081,  LAYER_GENEVE },
    { 2152,  LAYER_GTP },
    { 2123,  LAYER_GTP },
    { 3544,  LAYER_TEREDO },
    { 1701,  LAYER_L2TP },
    { 5072,  LAYER_AYIYA },
    { 6635,  LAYER_MPLS },
    { 4754,  LAYER_GRE },
    { 5247,  LAYER_CAPWAP },
    { 12222, LAYER_UNREAD_TUNNEL },  /* LWAPP */
    { 12223, LAYER_UNREAD_TUNNEL },
    { 37008, LAYER_UNREAD_TUNNEL },  /* TZSP */
    { 4341,  LAYER_UNREAD_TUNNEL },  /* LISP */
    { 4342,  LAYER_LISP_CONTROL },
    { 2268,  LAYER_UNREAD_TUNNEL },  /* AMT */
    { 434,   LAYER_UNREAD_TUNNEL },  /* Mobile IP */
    { 5436,  LAYER_UNREAD_TUNNEL },
    { 4305,  LAYER_UNREAD_TUNNEL },  /* B.A.T.M.A.N. */
    { 24576, LAYER_UNREAD_TUNNEL },  /* MiNT */
    { 24577, LAYER_UNREAD_TUNNEL },
    { 13907, LAYER_UNREAD_TUNNEL },  /* WASSP */
    { 13910, LAYER_UNREAD_TUNNEL },
    { 17754, LAYER_UNREAD_TUNNEL },  /* ZigBee, maybe with 6LoWPAN */
    { 30030, LAYER_UNREAD_TUNNEL },  /* JMirror */
    { 925,   LAYER_UNREAD_TUNNEL },  /* AudioCodes' debug recording */
    { 4729,  LAYER_UNREAD_TUNNEL },  /* GSMTAP */
};

/* Ethernet types, and some of its own. */
static const row_t gre_protocols[] = {
    { 0x0800, LAYER_IP },
    { 0x86dd, LAYER_IPV6 },
    { 0x6558, LAYER_ETHERNET },
    { 0x6400, LAYER_ETHERNET },         /* MikroTik */
    { 0x880b, LAYER_PPP_HDLC },
    { 0x8847, LAYER_MPLS },
    { 0x8848, LAYER_MPLS },
    { 0x88be, LAYER_ERSPAN },
    { 0x22eb, LAYER_ERSPAN },
    { 0x883e, LAYER_IP },               /* WCCP */
    { 0x6559, LAYER_UNREAD_TUNNEL },    /* frame relay */
    { 0x8881, LAYER_UNREAD_TUNNEL },    /* PPP in HDLC, of mobile networks */
    { 0x88d2, LAYER_UNREAD_TUNNEL },
    { 0x894f, LAYER_UNREAD_TUNNEL },    /* NSH */
    { 0x8909, LAYER_UNREAD_TUNNEL },    /* Cisco MetaData */
    { 0x2001, LAYER_UNREAD_TUNNEL },    /* NHRP */
};

static const row_t vxlan_gpe_protocols[] = {
    { 1, LAYER_IP }, { 2, LAYER_IPV6 }, { 3, LAYER_ETHERNET }, { 4, LAYER_UNREAD_TUNNEL }, { 5, LAYER_MPLS },
};

static const struct {
    const row_t *rows;
    size_t       n;
} tables[] = {
#define TABLE(name) { name, G_N_ELEMENTS(name) }
    [NUMBER_LINK_TYPE] = TABLE(link_types),
    [NUMBER_PCAP_LINK_TYPE] = TABLE(pcap_link_types),
    [NUMBER_ETHERTYPE] = TABLE(ethertypes),
    [NUMBER_PPP] = TABLE(ppp_protocols),
    [NUMBER_HDLC] = TABLE(hdlc_protocols),
    [NUMBER_ADDRESS_FAMILY] = TABLE(address_families),
    [NUMBER_IP_PROTOCOL] = TABLE(ip_protocols),
    [NUMBER_UDP_PORT] = TABLE(udp_ports),
    [NUMBER_GRE] = TABLE(gre_protocols),
    [NUMBER_VXLAN_GPE] = TABLE(vxlan_gpe_protocols),
};

layer_t
layer_of(number_t kind, uint32_t number)
{
    const row_t *row = tables[kind].rows, *end = row + tables[kind].n;

    for (; row < end; row++)
        if (row->number == number)
            return row->layer;
    return LAYER_NONE;
}

/* Wireshark goes by the lower port first. Of a service that is no tunnel there, it says no more. */
static bool
is_service(uint16_t port)
{
    static const uint16_t services[] = { 53, 67, 68, 69, 80, 88, 111, 123, 137, 138, 161, 162, 389, 443, 500, 514,
                                         520, 546, 547, 554, 623 };

    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++)
        if (services[i] == port)
            return true;
    return false;
}

layer_t
layer_of_datagram(const observation_t *obs)
{
    enum { WELL_KNOWN_MAX = 1023 };
    bool low = obs->sport < obs->dport;
    uint16_t lower = low ? obs->sport : obs->dport, higher = low ? obs->dport : obs->sport;

    if (!obs->length)
        return LAYER_NONE;
    layer_t layer = layer_of(NUMBER_UDP_PORT, lower);
    if (layer != LAYER_NONE)
        return layer;
    layer = layer_of(NUMBER_UDP_PORT, higher);
    if (layer == LAYER_NONE || is_service(lower))
        return LAYER_NONE;
    return lower && lower <= WELL_KNOWN_MAX ? LAYER_UNREAD_TUNNEL : layer;
}

layer_t
layer_of_segment(const observation_t *obs)
{
    enum { MSDP = 639, KISMET = 2502 };
    bool carries = obs->sport == MSDP || obs->dport == MSDP || obs->sport == KISMET || obs->dport == KISMET;

    return carries && obs->length ? LAYER_UNREAD_TUNNEL : LAYER_NONE;
}
