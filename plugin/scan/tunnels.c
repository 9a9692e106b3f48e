/* tunnels.c
 * Packets in packets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "layers.h"

layer_t
read_vxlan(unwrap_t *u)
{
    return piece_skip(&u->rest, 8) ? LAYER_ETHERNET : LAYER_NONE;
}

layer_t
read_vxlan_gpe(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    return piece_skip(&u->rest, 8) ? layer_of(NUMBER_VXLAN_GPE, p[3]) : LAYER_NONE;
}

layer_t
read_geneve(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    if (u->rest.captured < 8 || !piece_skip(&u->rest, 8 + (p[0] & 63) * 4u))
        return LAYER_NONE;
    return layer_of(NUMBER_ETHERTYPE, read_be16(p + 2));
}

/* ---- GTP ---- */

/* What a GTP packet carries is not said. */
static layer_t
read_gtp_payload(unwrap_t *u)
{
    enum { TYPE = 12 };
    const uint8_t *p = u->rest.bytes;

    if (!u->rest.captured)
        return LAYER_NONE;
    if (*p >= 0x45 && *p <= 0x4e)
        return LAYER_IP;
    if (*p >> 4 == 6)
        return LAYER_IPV6;
    if (u->rest.length <= 14 || u->rest.captured < 14)
        return LAYER_NONE;
    uint16_t type = read_be16(p + TYPE);
    return type == 0x0800 || type == 0x86dd ? LAYER_ETHERNET : LAYER_NONE;
}

/* Extension headers of version 1, each with the kind of the next at its end. */
static bool
skip_gtp_extensions(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    if (!piece_skip(&u->rest, 4))
        return false;
    for (uint8_t kind = p[3]; kind; ) {
        p = u->rest.bytes;
        unsigned length = u->rest.captured ? *p * 4u : 0;
        if (!length || !piece_skip(&u->rest, length))
            return false;
        kind = p[length - 1];
    }
    return true;
}

layer_t
read_gtp(unwrap_t *u)
{
    enum { PACKET = 255, EXTENSIONS = 0x04, OPTIONAL = 0x07, GTP = 0x10 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 8 || p[0] >> 5 > 1 || !(p[0] & GTP) || p[1] != PACKET)
        return LAYER_NONE;
    unsigned header = p[0] >> 5 ? 8 : 20;
    if (!piece_skip(&u->rest, header))
        return LAYER_NONE;
    piece_limit(&u->rest, read_be16(p + 2));
    if (p[0] >> 5 && p[0] & EXTENSIONS) {
        if (!skip_gtp_extensions(u))
            return LAYER_NONE;
    } else if (p[0] >> 5 && p[0] & OPTIONAL && !piece_skip(&u->rest, 4)) {
        return LAYER_NONE;
    }
    return read_gtp_payload(u);
}

/* ---- Teredo, L2TP, AYIYA ---- */

layer_t
read_teredo(unwrap_t *u)
{
    enum { AUTHENTICATION = 1, ORIGIN = 0 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured >= 4 && read_be16(p) == AUTHENTICATION && !piece_skip(&u->rest, 13u + p[2] + p[3]))
        return LAYER_NONE;
    p = u->rest.bytes;
    if (u->rest.captured >= 2 && read_be16(p) == ORIGIN && !piece_skip(&u->rest, 8))
        return LAYER_NONE;
    return LAYER_IPV6;
}

/* Of version 3, what it carries was said when it began. */
layer_t
read_l2tp(unwrap_t *u)
{
    enum { CONTROL = 0x8000, LENGTH = 0x4000, SEQUENCE = 0x0800, OFFSET = 0x0200, VERSION = 15 };
    const uint8_t *p = u->rest.bytes;
    uint16_t flags = u->rest.captured >= 2 ? read_be16(p) : CONTROL;

    if (flags & CONTROL)
        return LAYER_NONE;
    if ((flags & VERSION) != 2)
        return (flags & VERSION) == 3 ? LAYER_UNREAD_TUNNEL : LAYER_NONE;
    unsigned header = 6 + (flags & LENGTH ? 2 : 0) + (flags & SEQUENCE ? 4 : 0);
    if (flags & LENGTH && u->rest.captured >= 4)
        piece_limit(&u->rest, read_be16(p + 2));
    if (flags & OFFSET) {
        if (u->rest.captured < header + 2)
            return LAYER_NONE;
        header += 2u + read_be16(p + header);
    }
    return piece_skip(&u->rest, header) ? LAYER_PPP_HDLC : LAYER_NONE;
}

layer_t
read_ayiya(unwrap_t *u)
{
    enum { FORWARD = 1 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 8 || (p[2] & 15) != FORWARD
        || !piece_skip(&u->rest, 8 + (1u << (p[0] >> 4)) + (p[1] >> 4) * 4u))
        return LAYER_NONE;
    u->without_ip = true;
    return layer_of(NUMBER_IP_PROTOCOL, p[3]);
}

/* Its control messages are in DTLS, and so may its data be. */
layer_t
read_capwap(unwrap_t *u)
{
    enum { IN_DTLS = 1, WIRELESS = 0x01, FRAGMENT = 0x80, KEEP_ALIVE = 0x08, BINDING_80211 = 1 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 9 || (p[0] & 15) == IN_DTLS)
        return LAYER_NONE;
    uint8_t flags = p[3], binding = p[2] >> 1 & 31;
    if (flags & FRAGMENT)
        return LAYER_UNREAD_TUNNEL;
    if (flags & KEEP_ALIVE || p[1] >> 3 < 2 || !piece_skip(&u->rest, (p[1] >> 3) * 4u))
        return LAYER_NONE;
    if (!(p[2] & WIRELESS))
        return LAYER_ETHERNET;
    return binding == BINDING_80211 ? LAYER_WLAN_SWAPPED : LAYER_NONE;
}

layer_t
read_lisp_control(unwrap_t *u)
{
    enum { ENCAPSULATED = 8 };
    bool carries = u->rest.captured && *u->rest.bytes >> 4 == ENCAPSULATED;
    return carries ? LAYER_UNREAD_TUNNEL : LAYER_NONE;
}

/* ---- straight over IP ---- */

/* The last label tells nothing of what follows; the first four bits may. */
layer_t
read_mpls(unwrap_t *u)
{
    enum { LABEL_ASSOCIATED_CHANNEL = 13 };
    const uint8_t *p;

    do {
        p = u->rest.bytes;
        if (!piece_skip(&u->rest, 4))
            return LAYER_NONE;
    } while (!(p[2] & 1));
    if (!u->rest.captured)
        return LAYER_NONE;
    if (read_be32(p) >> 12 == LABEL_ASSOCIATED_CHANNEL)
        return LAYER_UNREAD_TUNNEL;
    switch (*u->rest.bytes >> 4) {
    case 4:  return LAYER_IP;
    case 6:  return LAYER_IPV6;
    case 0:                     /* Ethernet, with or without a control word */
    case 1:  return LAYER_UNREAD_TUNNEL;
    default: return LAYER_NONE;
    }
}

enum { GRE_CHECKSUM = 0x8000, GRE_ROUTING = 0x4000, GRE_KEY = 0x2000, GRE_SEQUENCE = 0x1000, GRE_ACK = 0x0080,
       GRE_VERSION = 0x0007, GRE_PPP = 0x880b };

/* What is routed where, up to an empty entry. */
static bool
skip_gre_routes(unwrap_t *u)
{
    for (;;) {
        const uint8_t *p = u->rest.bytes;
        if (u->rest.captured < 4)
            return false;
        bool last = !read_be16(p) && !p[3];
        if (!piece_skip(&u->rest, 4u + p[3]))
            return false;
        if (last)
            return true;
    }
}

static bool
skip_gre_header(unwrap_t *u, uint16_t flags, bool enhanced)
{
    unsigned size = 4 + (flags & (GRE_CHECKSUM | GRE_ROUTING) ? 4 : 0) + (flags & GRE_KEY ? 4 : 0)
                  + (flags & GRE_SEQUENCE ? 4 : 0) + (enhanced && flags & GRE_ACK ? 4 : 0);
    return piece_skip(&u->rest, size) && (!(flags & GRE_ROUTING) || skip_gre_routes(u));
}

layer_t
read_gre(unwrap_t *u)
{
    enum { WCCP = 0x883e, ERSPAN_2 = 0x88be, ERSPAN_3 = 0x22eb, ARUBA_FIRST = 0x8200, ARUBA_LAST = 0x8360,
           EOIP = 0x6400, FRAME_RELAY = 0x6559 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 4)
        return LAYER_NONE;
    uint16_t flags = read_be16(p), type = read_be16(p + 2);
    if (!skip_gre_header(u, flags, type == GRE_PPP && flags & GRE_VERSION))
        return LAYER_NONE;
    if (type == WCCP && p[4] >> 4 != 4 && !piece_skip(&u->rest, 4))
        return LAYER_NONE;
    if (type == ERSPAN_2 && !(flags & GRE_SEQUENCE))
        return LAYER_ETHERNET;
    if (type >= ARUBA_FIRST && type <= ARUBA_LAST && !(type & 15))
        return LAYER_WLAN;
    return layer_of(NUMBER_GRE, type);
}

layer_t
read_erspan(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    unsigned version = u->rest.captured ? *p >> 4 : 0, header = version == 1 ? 8 : 12;

    if ((version != 1 && version != 2) || u->rest.captured < header)
        return LAYER_NONE;
    if (version == 2) {
        if ((p[10] >> 2 & 31) != 0)      /* not Ethernet */
            return LAYER_NONE;
        header += p[11] & 1 ? 8 : 0;
    }
    if (version == 2 || (!u->vlan && (p[2] >> 3 & 3) != 3))
        u->vlan = read_be16(p) & 0xfff;
    return piece_skip(&u->rest, header) ? LAYER_ETHERNET : LAYER_NONE;
}

layer_t
read_etherip(unwrap_t *u)
{
    return piece_skip(&u->rest, 2) ? LAYER_ETHERNET : LAYER_NONE;
}

/* Multicast packets on their way to where they are handed out. */
layer_t
read_pim(unwrap_t *u)
{
    enum { VERSION_2_REGISTER = 0x21 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 9 || *p != VERSION_2_REGISTER)
        return LAYER_NONE;
    piece_skip(&u->rest, 8);
    unsigned version = *u->rest.bytes >> 4;
    return version == 4 || version == 6 ? LAYER_IP : LAYER_NONE;
}
