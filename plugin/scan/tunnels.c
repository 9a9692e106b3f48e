/* tunnels.c
 * Packets in packets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "layers.h"

static layer_t read_vxlan(unwrap_t *u);
static layer_t read_vxlan_gpe(unwrap_t *u);
static layer_t read_geneve(unwrap_t *u);
static layer_t read_gtp(unwrap_t *u);
static layer_t read_teredo(unwrap_t *u);
static layer_t read_l2tp(unwrap_t *u);
static layer_t read_ayiya(unwrap_t *u);
static layer_t read_capwap(unwrap_t *u);
static layer_t read_lisp_control(unwrap_t *u);
static layer_t read_erspan(unwrap_t *u);

/* ---- by UDP port ---- */

static const layer_row_t udp_ports[] = {
    { 4789,  { read_vxlan } },
    { 4790,  { read_vxlan_gpe } },
    { 6081,  { read_geneve } },
    { 2152,  { read_gtp } },
    { 2123,  { read_gtp } },
    { 3544,  { read_teredo } },
    { 1701,  { read_l2tp } },
    { 5072,  { read_ayiya } },
    { 6635,  { read_mpls } },
    { 4754,  { read_gre } },
    { 5247,  { read_capwap } },
    { 12222, { read_unread_tunnel } },      /* LWAPP */
    { 12223, { read_unread_tunnel } },
    { 37008, { read_unread_tunnel } },      /* TZSP */
    { 4341,  { read_unread_tunnel } },      /* LISP */
    { 4342,  { read_lisp_control } },
    { 2268,  { read_unread_tunnel } },      /* AMT */
    { 434,   { read_unread_tunnel } },      /* Mobile IP */
    { 5436,  { read_unread_tunnel } },
    { 4305,  { read_unread_tunnel } },      /* B.A.T.M.A.N. */
    { 24576, { read_unread_tunnel } },      /* MiNT */
    { 24577, { read_unread_tunnel } },
    { 13907, { read_unread_tunnel } },      /* WASSP */
    { 13910, { read_unread_tunnel } },
    { 17754, { read_unread_tunnel } },      /* ZigBee, maybe with 6LoWPAN */
    { 30030, { read_unread_tunnel } },      /* JMirror */
    { 925,   { read_unread_tunnel } },      /* AudioCodes' debug recording */
    { 4729,  { read_unread_tunnel } },      /* GSMTAP */
};

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
udp_tunnel(const observation_t *obs)
{
    enum { WELL_KNOWN_MAX = 1023 };
    bool low = obs->sport < obs->dport;
    uint16_t lower = low ? obs->sport : obs->dport, higher = low ? obs->dport : obs->sport;

    if (!obs->length)
        return LAYER_NONE;
    layer_t layer = LAYER_FIND(udp_ports, lower);
    if (layer.read)
        return layer;
    layer = LAYER_FIND(udp_ports, higher);
    if (!layer.read || is_service(lower))
        return LAYER_NONE;
    return lower && lower <= WELL_KNOWN_MAX ? LAYER(read_unread_tunnel) : layer;
}

bool
tcp_carries_packets(const observation_t *obs)
{
    enum { MSDP = 639, KISMET = 2502 };
    return obs->length && (obs->sport == MSDP || obs->dport == MSDP || obs->sport == KISMET || obs->dport == KISMET);
}

static layer_t
read_vxlan(unwrap_t *u)
{
    return piece_skip(&u->rest, 8) ? LAYER(read_ethernet) : LAYER_NONE;
}

static layer_t
read_vxlan_gpe(unwrap_t *u)
{
    static const layer_row_t next[] = {
        { 1, { read_ip } }, { 2, { read_ipv6 } }, { 3, { read_ethernet } }, { 4, { read_unread_tunnel } },
        { 5, { read_mpls } },
    };
    const uint8_t *p = u->rest.bytes;
    return piece_skip(&u->rest, 8) ? LAYER_FIND(next, p[3]) : LAYER_NONE;
}

static layer_t
read_geneve(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    if (u->rest.captured < 8 || !piece_skip(&u->rest, 8 + (p[0] & 63) * 4u))
        return LAYER_NONE;
    return ethertype_layer(read_be16(p + 2));
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
        return LAYER(read_ip);
    if (*p >> 4 == 6)
        return LAYER(read_ipv6);
    if (u->rest.length <= 14 || u->rest.captured < 14)
        return LAYER_NONE;
    uint16_t type = read_be16(p + TYPE);
    return type == 0x0800 || type == 0x86dd ? LAYER(read_ethernet) : LAYER_NONE;
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

static layer_t
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
    return LAYER(read_gtp_payload);
}

/* ---- Teredo, L2TP, AYIYA ---- */

static layer_t
read_teredo(unwrap_t *u)
{
    enum { AUTHENTICATION = 1, ORIGIN = 0 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured >= 4 && read_be16(p) == AUTHENTICATION && !piece_skip(&u->rest, 13u + p[2] + p[3]))
        return LAYER_NONE;
    p = u->rest.bytes;
    if (u->rest.captured >= 2 && read_be16(p) == ORIGIN && !piece_skip(&u->rest, 8))
        return LAYER_NONE;
    return LAYER(read_ipv6);
}

/* Of version 3, what it carries was said when it began. */
static layer_t
read_l2tp(unwrap_t *u)
{
    enum { CONTROL = 0x8000, LENGTH = 0x4000, SEQUENCE = 0x0800, OFFSET = 0x0200, VERSION = 15 };
    const uint8_t *p = u->rest.bytes;
    uint16_t flags = u->rest.captured >= 2 ? read_be16(p) : CONTROL;

    if (flags & CONTROL)
        return LAYER_NONE;
    if ((flags & VERSION) != 2)
        return (flags & VERSION) == 3 ? LAYER(read_unread_tunnel) : LAYER_NONE;
    unsigned header = 6 + (flags & LENGTH ? 2 : 0) + (flags & SEQUENCE ? 4 : 0);
    if (flags & LENGTH && u->rest.captured >= 4)
        piece_limit(&u->rest, read_be16(p + 2));
    if (flags & OFFSET) {
        if (u->rest.captured < header + 2)
            return LAYER_NONE;
        header += 2u + read_be16(p + header);
    }
    return piece_skip(&u->rest, header) ? LAYER(read_ppp_hdlc) : LAYER_NONE;
}

static layer_t
read_ayiya(unwrap_t *u)
{
    enum { FORWARD = 1 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 8 || (p[2] & 15) != FORWARD
        || !piece_skip(&u->rest, 8 + (1u << (p[0] >> 4)) + (p[1] >> 4) * 4u))
        return LAYER_NONE;
    u->without_ip = true;
    return ip_protocol_layer(p[3]);
}

/* Its control messages are in DTLS, and so may its data be. */
static layer_t
read_capwap(unwrap_t *u)
{
    enum { IN_DTLS = 1, WIRELESS = 0x01, FRAGMENT = 0x80, KEEP_ALIVE = 0x08, BINDING_80211 = 1 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 9 || (p[0] & 15) == IN_DTLS)
        return LAYER_NONE;
    uint8_t flags = p[3], binding = p[2] >> 1 & 31;
    if (flags & FRAGMENT)
        return LAYER(read_unread_tunnel);
    if (flags & KEEP_ALIVE || p[1] >> 3 < 2 || !piece_skip(&u->rest, (p[1] >> 3) * 4u))
        return LAYER_NONE;
    if (!(p[2] & WIRELESS))
        return LAYER(read_ethernet);
    return binding == BINDING_80211 ? LAYER(read_wlan_swapped) : LAYER_NONE;
}

static layer_t
read_lisp_control(unwrap_t *u)
{
    enum { ENCAPSULATED = 8 };
    bool carries = u->rest.captured && *u->rest.bytes >> 4 == ENCAPSULATED;
    return carries ? LAYER(read_unread_tunnel) : LAYER_NONE;
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
        return LAYER(read_unread_tunnel);
    switch (*u->rest.bytes >> 4) {
    case 4:  return LAYER(read_ip);
    case 6:  return LAYER(read_ipv6);
    case 0:                     /* Ethernet, with or without a control word */
    case 1:  return LAYER(read_unread_tunnel);
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
    static const layer_row_t protocols[] = {
        { 0x0800,      { read_ip } },
        { 0x86dd,      { read_ipv6 } },
        { 0x6558,      { read_ethernet } },
        { EOIP,        { read_ethernet } },
        { GRE_PPP,     { read_ppp_hdlc } },
        { 0x8847,      { read_mpls } },
        { 0x8848,      { read_mpls } },
        { ERSPAN_2,    { read_erspan } },
        { ERSPAN_3,    { read_erspan } },
        { WCCP,        { read_ip } },
        { FRAME_RELAY, { read_unread_tunnel } },
        { 0x8881,      { read_unread_tunnel } },    /* PPP in HDLC, of mobile networks */
        { 0x88d2,      { read_unread_tunnel } },
        { 0x894f,      { read_unread_tunnel } },
        { 0x8909,      { read_unread_tunnel } },
        { 0x2001,      { read_unread_tunnel } },    /* NHRP */
    };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 4)
        return LAYER_NONE;
    uint16_t flags = read_be16(p), type = read_be16(p + 2);
    if (!skip_gre_header(u, flags, type == GRE_PPP && flags & GRE_VERSION))
        return LAYER_NONE;
    if (type == WCCP && p[4] >> 4 != 4 && !piece_skip(&u->rest, 4))
        return LAYER_NONE;
    if (type == ERSPAN_2 && !(flags & GRE_SEQUENCE))
        return LAYER(read_ethernet);
    if (type >= ARUBA_FIRST && type <= ARUBA_LAST && !(type & 15))
        return LAYER(read_wlan);
    return LAYER_FIND(protocols, type);
}

static layer_t
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
    return piece_skip(&u->rest, header) ? LAYER(read_ethernet) : LAYER_NONE;
}

layer_t
read_etherip(unwrap_t *u)
{
    return piece_skip(&u->rest, 2) ? LAYER(read_ethernet) : LAYER_NONE;
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
    return version == 4 || version == 6 ? LAYER(read_ip) : LAYER_NONE;
}
