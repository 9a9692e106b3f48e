/* links.c
 * Link layers, from what libwiretap calls them down to IP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "layers.h"

#include "../compat.h"

#include <wiretap/wtap.h>

static layer_t read_vlan(unwrap_t *u);
static layer_t read_provider_tag(unwrap_t *u);
static layer_t read_vntag(unwrap_t *u);
static layer_t read_pppoe(unwrap_t *u);
static layer_t read_raw_ip(unwrap_t *u);
static layer_t read_null(unwrap_t *u);
static layer_t read_loop(unwrap_t *u);
static layer_t read_sll(unwrap_t *u);
static layer_t read_sll2(unwrap_t *u);
static layer_t read_hdlc(unwrap_t *u);
static layer_t read_nflog(unwrap_t *u);
static layer_t read_pktap(unwrap_t *u);
static layer_t read_fddi(unwrap_t *u);
static layer_t read_fddi_swapped(unwrap_t *u);
static layer_t read_fabric_path(unwrap_t *u);
static layer_t read_nothing(unwrap_t *u);

/* ---- tables ---- */

static const layer_row_t link_types[] = {
    { WTAP_ENCAP_ETHERNET,              { read_ethernet } },
    { WTAP_ENCAP_RAW_IP,                { read_raw_ip } },
    { WTAP_ENCAP_RAW_IP4,               { read_ip } },
    { WTAP_ENCAP_RAW_IP6,               { read_ipv6 } },
    { WTAP_ENCAP_SLL,                   { read_sll } },
    { WTAP_ENCAP_SLL2,                  { read_sll2 } },
    { WTAP_ENCAP_NULL,                  { read_null } },
    { WTAP_ENCAP_LOOP,                  { read_loop } },
    { WTAP_ENCAP_PPP,                   { read_hdlc } },
    { WTAP_ENCAP_PPP_WITH_PHDR,         { read_hdlc } },
    { WTAP_ENCAP_CHDLC,                 { read_hdlc } },
    { WTAP_ENCAP_PPP_ETHER,             { read_pppoe } },
    { WTAP_ENCAP_IEEE_802_11,           { read_wlan } },
    { WTAP_ENCAP_IEEE_802_11_RADIOTAP,  { read_radiotap } },
    { WTAP_ENCAP_NFLOG,                 { read_nflog } },
    { WTAP_ENCAP_PKTAP,                 { read_pktap } },
    { WTAP_ENCAP_FDDI,                  { read_fddi } },
    { WTAP_ENCAP_FDDI_BITSWAPPED,       { read_fddi_swapped } },
    { WTAP_ENCAP_SOCKETCAN,             { read_nothing } },     /* no IP in any of these */
    { WTAP_ENCAP_CAN20B,                { read_nothing } },
    { WTAP_ENCAP_LIN,                   { read_nothing } },
    { WTAP_ENCAP_FLEXRAY,               { read_nothing } },
    { WTAP_ENCAP_I2C_LINUX,             { read_nothing } },
    { WTAP_ENCAP_DBUS,                  { read_nothing } },
};

static const layer_row_t ethertypes[] = {
    { 0x0800, { read_ip } },
    { 0x86dd, { read_ipv6 } },
    { 0x8100, { read_vlan } },
    { 0x88a8, { read_vlan } },              /* 802.1ad */
    { 0x9100, { read_vlan } },              /* the same, before it had a number */
    { 0x88e7, { read_provider_tag } },      /* 802.1ah */
    { 0x8926, { read_vntag } },
    { 0x8847, { read_mpls } },
    { 0x8848, { read_mpls } },
    { 0x8864, { read_pppoe } },
    { 0x6558, { read_ethernet } },
    { 0x8870, { read_llc } },               /* jumbo frames */
    { 0x8909, { read_unread_tunnel } },     /* Cisco MetaData */
    { 0x894f, { read_unread_tunnel } },     /* NSH */
    { 0x88e5, { read_unread_tunnel } },     /* MACsec, where it does not encrypt */
    { 0x893f, { read_unread_tunnel } },     /* 802.1BR */
    { 0xf1c1, { read_unread_tunnel } },     /* 802.1CB */
    { 0x892f, { read_unread_tunnel } },     /* HSR */
    { 0x22f3, { read_unread_tunnel } },     /* TRILL */
    { 0x8903, { read_fabric_path } },
    { 0x4305, { read_unread_tunnel } },     /* B.A.T.M.A.N. */
    { 0x880b, { read_unread_tunnel } },     /* PPP */
    { 0x88bb, { read_unread_tunnel } },     /* LWAPP */
    { 0x8899, { read_unread_tunnel } },     /* Realtek */
    { 0x8874, { read_unread_tunnel } },     /* Broadcom */
    { 0x22e5, { read_unread_tunnel } },     /* Gigamon */
    { 0x8c7c, { read_unread_tunnel } },
};

static const layer_row_t ppp_protocols[] = {
    { 0x0021, { read_ip } },
    { 0x0057, { read_ipv6 } },
    { 0x0800, { read_ip } },
    { 0x86dd, { read_ipv6 } },
    { 0x0281, { read_mpls } },
    { 0x0283, { read_mpls } },
    { 0x002d, { read_unread_link } },       /* compressed TCP headers */
    { 0x002f, { read_unread_link } },
    { 0x0031, { read_unread_link } },       /* bridged */
    { 0x003d, { read_unread_link } },       /* multilink */
    { 0x0059, { read_unread_link } },       /* several in one */
    { 0x0061, { read_unread_link } },       /* compressed RTP headers */
};

static const layer_row_t hdlc_protocols[] = {
    { 0x0800, { read_ip } },
    { 0x86dd, { read_ipv6 } },
    { 0x8847, { read_mpls } },
    { 0x8848, { read_mpls } },
    { 0x6558, { read_ethernet } },
    { 0x0087, { read_unread_link } },
};

static const layer_row_t address_families[] = {
    { 2,  { read_ip } },
    { 24, { read_ipv6 } },                  /* NetBSD, OpenBSD */
    { 28, { read_ipv6 } },                  /* FreeBSD */
    { 30, { read_ipv6 } },                  /* macOS */
};

/* Of captures that name the link layer of each packet by libpcap's number. */
static const layer_row_t pcap_link_types[] = {
    { 0,   { read_null } },
    { 1,   { read_ethernet } },
    { 12,  { read_raw_ip } },
    { 101, { read_raw_ip } },
    { 105, { read_wlan } },
    { 127, { read_radiotap } },
    { 113, { read_sll } },
    { 9,   { read_hdlc } },
};

layer_t
link_layer(int link_type)
{
    layer_t layer = LAYER_FIND(link_types, (uint32_t)link_type);
    return layer.read ? layer : LAYER(read_unread_link);
}

layer_t
ethertype_layer(uint32_t type)
{
    return LAYER_FIND(ethertypes, type);
}

/* ---- Ethernet and its tags ---- */

/* What follows an Ethernet type or length. A length cuts off what was filled up. */
static layer_t
after_type(unwrap_t *u, uint16_t type)
{
    if (type > ETHERNET_LENGTH_MAX)
        return ethertype_layer(type);
    piece_limit(&u->rest, type);
    return LAYER(read_llc);
}

layer_t
read_ethernet(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    if (!piece_skip(&u->rest, 14))
        return LAYER_NONE;
    layer_note_sender(u, p + 6);
    return after_type(u, read_be16(p + 12));
}

static layer_t
read_vlan(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    if (!piece_skip(&u->rest, 4))
        return LAYER_NONE;
    if (!u->vlan)
        u->vlan = read_be16(p) & 0xfff;
    return after_type(u, read_be16(p + 2));
}

/* An instance tag with the customer's addresses behind it. */
static layer_t
read_provider_tag(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    return piece_skip(&u->rest, 18) ? ethertype_layer(read_be16(p + 16)) : LAYER_NONE;
}

static layer_t
read_vntag(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    return piece_skip(&u->rest, 6) ? after_type(u, read_be16(p + 4)) : LAYER_NONE;
}

/* The outer header is an Ethernet header with switches in the place of stations; a checksum ends the frame. */
static layer_t
read_fabric_path(unwrap_t *u)
{
    if (!piece_skip(&u->rest, 2) || u->rest.length < 4)
        return LAYER_NONE;
    piece_limit(&u->rest, u->rest.length - 4);
    return LAYER(read_ethernet);
}

/* LLC, and SNAP in it. Only frames with information have something behind their header. */
layer_t
read_llc(unwrap_t *u)
{
    enum { SAP_IP = 0x06, SAP_SNAP = 0xaa, UNNUMBERED = 0x03, OUI_ETHERNET = 0, OUI_BRIDGED = 0x80c2,
           OUI_CISCO = 0xf8 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 3 || (p[2] & 1 && p[2] != UNNUMBERED))
        return LAYER_NONE;
    unsigned header = p[2] == UNNUMBERED ? 3 : 4;
    if (p[0] != SAP_SNAP || p[1] != SAP_SNAP)
        return piece_skip(&u->rest, header) && p[0] == SAP_IP ? LAYER(read_ip) : LAYER_NONE;
    if (!piece_skip(&u->rest, header + 5))
        return LAYER_NONE;
    uint32_t oui = read_be32(p + header - 1) & 0xffffff;
    return oui == OUI_ETHERNET || oui == OUI_CISCO ? ethertype_layer(read_be16(p + header + 3))
         : oui == OUI_BRIDGED ? LAYER(read_unread_link) : LAYER_NONE;
}

static layer_t
read_fddi(unwrap_t *u)
{
    enum { LLC = 0x50 };
    const uint8_t *p = u->rest.bytes;

    if (!piece_skip(&u->rest, 13))
        return LAYER_NONE;
    layer_note_sender(u, p + 7);
    return (*p & 0xf0) == LLC ? LAYER(read_llc) : LAYER_NONE;
}

/* Addresses with the last bit first. */
static layer_t
read_fddi_swapped(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    uint8_t address[6] = { 0 };
    layer_t layer = read_fddi(u);

    for (unsigned i = 0; layer.read && i < 48; i++)
        address[i / 8] |= (uint8_t)((p[7 + i / 8] >> i % 8 & 1) << (7 - i % 8));
    layer_note_sender(u, address);
    return layer;
}

static layer_t
read_nothing(unwrap_t *u)
{
    u->rest.length = u->rest.captured = 0;
    return LAYER_NONE;
}

/* ---- PPP ---- */

/* The protocol's number is odd, and of one byte where that is enough. */
layer_t
read_ppp(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    unsigned size = u->rest.captured && *p & 1 ? 1 : 2;
    return piece_skip(&u->rest, size) ? LAYER_FIND(ppp_protocols, size == 1 ? *p : read_be16(p)) : LAYER_NONE;
}

/* Address and control may be left out. */
layer_t
read_ppp_hdlc(unwrap_t *u)
{
    bool whole = u->rest.captured && *u->rest.bytes == 0xff;
    return !whole || piece_skip(&u->rest, 2) ? LAYER(read_ppp) : LAYER_NONE;
}

/* PPP, or what Cisco has in its place. */
static layer_t
read_hdlc(unwrap_t *u)
{
    enum { CISCO_UNICAST = 0x0f, CISCO_MULTICAST = 0x8f };
    const uint8_t *p = u->rest.bytes;

    if (!u->rest.captured || (*p != CISCO_UNICAST && *p != CISCO_MULTICAST))
        return LAYER(read_ppp_hdlc);
    return piece_skip(&u->rest, 4) ? LAYER_FIND(hdlc_protocols, read_be16(p + 2)) : LAYER_NONE;
}

static layer_t
read_pppoe(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    if (!piece_skip(&u->rest, 6))
        return LAYER_NONE;
    piece_limit(&u->rest, read_be16(p + 4));
    return LAYER(read_ppp);
}

/* ---- no addresses: IP alone, or with a few bytes before ---- */

static bool
begins_with(const unwrap_t *u, unsigned offset, uint16_t number)
{
    return u->rest.captured >= offset + 2 && read_be16(u->rest.bytes + offset) == number;
}

/* Old ISDN drivers left more or less of PPP before it. */
static layer_t
read_raw_ip(unwrap_t *u)
{
    static const uint8_t zeroes[10] = { 0 };
    static const uint8_t offsets[] = { 0, 6, 1 };

    for (unsigned i = 0; i < G_N_ELEMENTS(offsets); i++)
        if (begins_with(u, offsets[i], PPP_IN_HDLC))
            return piece_skip(&u->rest, offsets[i]) ? LAYER(read_hdlc) : LAYER_NONE;
    if (u->rest.captured >= sizeof zeroes && !memcmp(u->rest.bytes, zeroes, sizeof zeroes))
        return piece_skip(&u->rest, sizeof zeroes) ? LAYER(read_ip) : LAYER_NONE;
    unsigned version = u->rest.captured ? *u->rest.bytes >> 4 : 0;
    return version == 4 || version == 6 ? LAYER(read_ip) : LAYER_NONE;
}

/* An address family, of 32 or 16 bits, in the byte order of whoever captured it. */
static uint32_t
read_family(const uint8_t *p)
{
    uint32_t native;

    memcpy(&native, p, sizeof native);
    if (native & 0xffff0000)
        return !(native & 0xff000000) && (native & 0x00ff0000) < 0x00060000 ? native >> 16
                                                                             : GUINT32_SWAP_LE_BE(native);
    return !(native & 0xff) && (native & 0xff00) < 0x0600 ? GUINT16_SWAP_LE_BE((uint16_t)native) : native;
}

/* A family, or an Ethernet type. */
static layer_t
read_null(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    if (begins_with(u, 0, PPP_IN_HDLC))
        return LAYER(read_hdlc);
    if (!piece_skip(&u->rest, 4))
        return LAYER_NONE;
    uint32_t family = read_family(p);
    return family > ETHERNET_LENGTH_MAX ? ethertype_layer((uint16_t)family)
                                        : LAYER_FIND(address_families, family);
}

static layer_t
read_loop(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    return piece_skip(&u->rest, 4) ? LAYER_FIND(address_families, read_be32(p)) : LAYER_NONE;
}

/* ---- Linux: "any", nflog; macOS: pktap ---- */

/* Of some kinds of interfaces Linux does not have an Ethernet type. */
static layer_t
after_cooked(uint16_t kind, uint16_t type)
{
    enum { KIND_GRE = 778, KIND_NETLINK = 824, INTERNAL_MAX = 1536, LLC = 4, CAN = 12, CAN_FD = 13 };

    if (kind == KIND_NETLINK)
        return LAYER(read_unread_link);
    if (type > INTERNAL_MAX)
        return kind == KIND_GRE && type != 0x0800 && type != 0x86dd ? LAYER(read_unread_link)
                                                                      : ethertype_layer(type);
    if (type == CAN || type == CAN_FD)
        return LAYER_NONE;
    return type == LLC ? LAYER(read_llc) : LAYER(read_unread_link);
}

static layer_t
read_sll(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    if (!piece_skip(&u->rest, 16))
        return LAYER_NONE;
    if (read_be16(p + 4) == 6)
        layer_note_sender(u, p + 6);
    return after_cooked(read_be16(p + 2), read_be16(p + 14));
}

static layer_t
read_sll2(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    if (!piece_skip(&u->rest, 20))
        return LAYER_NONE;
    if (p[11] == 6)
        layer_note_sender(u, p + 12);
    return after_cooked(read_be16(p + 8), read_be16(p));
}

/* Attributes in the byte order of whoever captured it. Where one is cut off, all of the frame is nonsense. */
static layer_t
read_nflog(unwrap_t *u)
{
    enum { HEADER = 1, PAYLOAD = 9, FAMILY_IPV4 = 2, FAMILY_IPV6 = 10 };
    const piece_t frame = u->rest;
    uint8_t family = frame.captured ? *frame.bytes : 0;
    uint16_t type = 0;

    u->rest.bytes = NULL;
    for (uint32_t at = 4; at + 4 <= frame.length; ) {
        uint16_t attribute[2];
        if (at + 4 > frame.captured)
            return LAYER_NONE;
        memcpy(attribute, frame.bytes + at, sizeof attribute);
        uint32_t length = attribute[0], kind = attribute[1] & 0x7fff;
        if (length < 4 || (kind == HEADER && length == 8 && at + 6 > frame.captured))
            return LAYER_NONE;
        if (kind == HEADER && length == 8)
            type = read_be16(frame.bytes + at + 4);
        if (kind == PAYLOAD) {
            u->rest = frame;
            piece_skip(&u->rest, at + 4);
            piece_set_length(&u->rest, length - 4);
        }
        at += (length + 3) & ~3u;
    }
    if (!u->rest.bytes)
        return LAYER_NONE;
    return type ? ethertype_layer(type) : family == FAMILY_IPV4 ? LAYER(read_ip)
         : family == FAMILY_IPV6 ? LAYER(read_ipv6) : LAYER_NONE;
}

static uint32_t
read_le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static layer_t
read_pktap(unwrap_t *u)
{
    enum { HEADER = 108, RECORD_PACKET = 1 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < HEADER || read_le32(p) < HEADER || read_le32(p + 4) != RECORD_PACKET
        || !piece_skip(&u->rest, read_le32(p)))
        return LAYER_NONE;
    layer_t layer = LAYER_FIND(pcap_link_types, read_le32(p + 8));
    return layer.read ? layer : LAYER(read_unread_link);
}
