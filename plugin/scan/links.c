/* links.c
 * Link layers, from what libwiretap calls them down to IP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "layers.h"


/* ---- Ethernet and its tags ---- */

/* What follows an Ethernet type or length. A length cuts off what was filled up. */
static layer_t
after_type(unwrap_t *u, uint16_t type)
{
    if (type > ETHERNET_LENGTH_MAX)
        return layer_of(NUMBER_ETHERTYPE, type);
    piece_limit(&u->rest, type);
    return LAYER_LLC;
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

layer_t
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
layer_t
read_provider_tag(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    return piece_skip(&u->rest, 18) ? layer_of(NUMBER_ETHERTYPE, read_be16(p + 16)) : LAYER_NONE;
}

layer_t
read_vntag(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    return piece_skip(&u->rest, 6) ? after_type(u, read_be16(p + 4)) : LAYER_NONE;
}

/* The outer header is an Ethernet header with switches in the place of stations; a checksum ends the frame. */
layer_t
read_fabric_path(unwrap_t *u)
{
    if (!piece_skip(&u->rest, 2) || u->rest.length < 4)
        return LAYER_NONE;
    piece_limit(&u->rest, u->rest.length - 4);
    return LAYER_ETHERNET;
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
        return piece_skip(&u->rest, header) && p[0] == SAP_IP ? LAYER_IP : LAYER_NONE;
    if (!piece_skip(&u->rest, header + 5))
        return LAYER_NONE;
    uint32_t oui = read_be32(p + header - 1) & 0xffffff;
    return oui == OUI_ETHERNET || oui == OUI_CISCO ? layer_of(NUMBER_ETHERTYPE, read_be16(p + header + 3))
         : oui == OUI_BRIDGED ? LAYER_UNREAD_LINK : LAYER_NONE;
}

layer_t
read_fddi(unwrap_t *u)
{
    enum { LLC = 0x50 };
    const uint8_t *p = u->rest.bytes;

    if (!piece_skip(&u->rest, 13))
        return LAYER_NONE;
    layer_note_sender(u, p + 7);
    return (*p & 0xf0) == LLC ? LAYER_LLC : LAYER_NONE;
}

/* Addresses with the last bit first. */
layer_t
read_fddi_swapped(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    uint8_t address[6] = { 0 };
    layer_t layer = read_fddi(u);

    for (unsigned i = 0; layer != LAYER_NONE && i < 48; i++)
        address[i / 8] |= (uint8_t)((p[7 + i / 8] >> i % 8 & 1) << (7 - i % 8));
    layer_note_sender(u, address);
    return layer;
}

layer_t
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
    return piece_skip(&u->rest, size) ? layer_of(NUMBER_PPP, size == 1 ? *p : read_be16(p)) : LAYER_NONE;
}

/* Address and control may be left out. */
layer_t
read_ppp_hdlc(unwrap_t *u)
{
    bool whole = u->rest.captured && *u->rest.bytes == 0xff;
    return !whole || piece_skip(&u->rest, 2) ? LAYER_PPP : LAYER_NONE;
}

/* PPP, or what Cisco has in its place. */
layer_t
read_hdlc(unwrap_t *u)
{
    enum { CISCO_UNICAST = 0x0f, CISCO_MULTICAST = 0x8f };
    const uint8_t *p = u->rest.bytes;

    if (!u->rest.captured || (*p != CISCO_UNICAST && *p != CISCO_MULTICAST))
        return LAYER_PPP_HDLC;
    return piece_skip(&u->rest, 4) ? layer_of(NUMBER_HDLC, read_be16(p + 2)) : LAYER_NONE;
}

layer_t
read_pppoe(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    if (!piece_skip(&u->rest, 6))
        return LAYER_NONE;
    piece_limit(&u->rest, read_be16(p + 4));
    return LAYER_PPP;
}

/* ---- no addresses: IP alone, or with a few bytes before ---- */

static bool
begins_with(const unwrap_t *u, unsigned offset, uint16_t number)
{
    return u->rest.captured >= offset + 2 && read_be16(u->rest.bytes + offset) == number;
}

/* Old ISDN drivers left more or less of PPP before it. */
layer_t
read_raw_ip(unwrap_t *u)
{
    static const uint8_t zeroes[10] = { 0 };
    static const uint8_t offsets[] = { 0, 6, 1 };

    for (unsigned i = 0; i < G_N_ELEMENTS(offsets); i++)
        if (begins_with(u, offsets[i], PPP_IN_HDLC))
            return piece_skip(&u->rest, offsets[i]) ? LAYER_HDLC : LAYER_NONE;
    if (u->rest.captured >= sizeof zeroes && !memcmp(u->rest.bytes, zeroes, sizeof zeroes))
        return piece_skip(&u->rest, sizeof zeroes) ? LAYER_IP : LAYER_NONE;
    unsigned version = u->rest.captured ? *u->rest.bytes >> 4 : 0;
    return version == 4 || version == 6 ? LAYER_IP : LAYER_NONE;
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
layer_t
read_null(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    if (begins_with(u, 0, PPP_IN_HDLC))
        return LAYER_HDLC;
    if (!piece_skip(&u->rest, 4))
        return LAYER_NONE;
    uint32_t family = read_family(p);
    return family > ETHERNET_LENGTH_MAX ? layer_of(NUMBER_ETHERTYPE, (uint16_t)family)
                                        : layer_of(NUMBER_ADDRESS_FAMILY, family);
}

layer_t
read_loop(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    return piece_skip(&u->rest, 4) ? layer_of(NUMBER_ADDRESS_FAMILY, read_be32(p)) : LAYER_NONE;
}

/* ---- Linux: "any", nflog; macOS: pktap ---- */

/* Of some kinds of interfaces Linux does not have an Ethernet type. */
static layer_t
after_cooked(uint16_t kind, uint16_t type)
{
    enum { KIND_GRE = 778, KIND_NETLINK = 824, INTERNAL_MAX = 1536, LLC = 4, CAN = 12, CAN_FD = 13 };

    if (kind == KIND_NETLINK)
        return LAYER_UNREAD_LINK;
    if (type > INTERNAL_MAX)
        return kind == KIND_GRE && type != 0x0800 && type != 0x86dd ? LAYER_UNREAD_LINK
                                                                      : layer_of(NUMBER_ETHERTYPE, type);
    if (type == CAN || type == CAN_FD)
        return LAYER_NONE;
    return type == LLC ? LAYER_LLC : LAYER_UNREAD_LINK;
}

layer_t
read_sll(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    if (!piece_skip(&u->rest, 16))
        return LAYER_NONE;
    if (read_be16(p + 4) == 6)
        layer_note_sender(u, p + 6);
    return after_cooked(read_be16(p + 2), read_be16(p + 14));
}

layer_t
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
layer_t
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
    return type ? layer_of(NUMBER_ETHERTYPE, type) : family == FAMILY_IPV4 ? LAYER_IP
         : family == FAMILY_IPV6 ? LAYER_IPV6 : LAYER_NONE;
}

static uint32_t
read_le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

layer_t
read_pktap(unwrap_t *u)
{
    enum { HEADER = 108, RECORD_PACKET = 1 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < HEADER || read_le32(p) < HEADER || read_le32(p + 4) != RECORD_PACKET
        || !piece_skip(&u->rest, read_le32(p)))
        return LAYER_NONE;
    layer_t layer = layer_of(NUMBER_PCAP_LINK_TYPE, read_le32(p + 8));
    return layer != LAYER_NONE ? layer : LAYER_UNREAD_LINK;
}
