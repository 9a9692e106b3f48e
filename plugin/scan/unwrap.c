/* unwrap.c
 * From a frame to the IP packets in it; see unwrap.h.
 *
 * Each layer is a function that reads its header, drops it from the rest and says which layer comes next.
 * Which number means which layer is in tables.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unwrap.h"

#include "../compat.h"

#include <wiretap/wtap.h>

#define LAYERS_MAX 64       /* followed in one frame */

/* A step on the way: the layer that comes next. Nothing comes after { NULL }. */
typedef struct layer {
    struct layer (*read)(unwrap_t *u);
} layer_t;

typedef struct {
    uint32_t number;
    layer_t  layer;
} row_t;

static const layer_t done = { NULL };

static layer_t read_ethernet(unwrap_t *u);
static layer_t read_ipv4(unwrap_t *u);
static layer_t read_ipv6(unwrap_t *u);
static layer_t read_ip(unwrap_t *u);
static layer_t read_tcp(unwrap_t *u);
static layer_t read_udp(unwrap_t *u);
static layer_t read_icmp(unwrap_t *u);
static layer_t read_icmpv6(unwrap_t *u);
static layer_t read_vlan(unwrap_t *u);
static layer_t read_ppp(unwrap_t *u);
static layer_t read_raw_ip(unwrap_t *u);
static layer_t read_null(unwrap_t *u);
static layer_t read_loop(unwrap_t *u);
static layer_t read_sll(unwrap_t *u);
static layer_t read_sll2(unwrap_t *u);

/* ---- tables ---- */

static const row_t link_types[] = {
    { WTAP_ENCAP_ETHERNET, { read_ethernet } },
    { WTAP_ENCAP_RAW_IP,   { read_raw_ip } },
    { WTAP_ENCAP_RAW_IP4,  { read_ip } },
    { WTAP_ENCAP_RAW_IP6,  { read_ipv6 } },
    { WTAP_ENCAP_NULL,     { read_null } },
    { WTAP_ENCAP_LOOP,     { read_loop } },
    { WTAP_ENCAP_SLL,      { read_sll } },
    { WTAP_ENCAP_SLL2,     { read_sll2 } },
    { WTAP_ENCAP_PPP,      { read_ppp } },
};

static const row_t ethertypes[] = {
    { 0x0800, { read_ip } },
    { 0x86dd, { read_ipv6 } },
    { 0x8100, { read_vlan } },      /* 802.1Q */
    { 0x88a8, { read_vlan } },      /* 802.1ad */
    { 0x9100, { read_vlan } },      /* the same before it had a number */
};

static const row_t ppp_protocols[] = {
    { 0x0021, { read_ip } },
    { 0x0057, { read_ipv6 } },
};

static const row_t address_families[] = {
    { 2,  { read_ip } },
    { 24, { read_ipv6 } },      /* NetBSD, OpenBSD */
    { 28, { read_ipv6 } },      /* FreeBSD */
    { 30, { read_ipv6 } },      /* macOS */
};

static const row_t ip_protocols[] = {
    { PROTOCOL_TCP,    { read_tcp } },
    { PROTOCOL_UDP,    { read_udp } },
    { PROTOCOL_ICMP,   { read_icmp } },
    { PROTOCOL_ICMPV6, { read_icmpv6 } },
};

static inline layer_t
find(const row_t *rows, size_t n, uint32_t number)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].number == number)
            return rows[i].layer;
    return done;
}

#define FIND(table, number) find(table, G_N_ELEMENTS(table), number)

static layer_t
unread(unwrap_t *u, unread_t why)
{
    u->unread[why]++;
    return done;
}

/* ---- link layers ---- */

/* A number of up to 1,500 is a length. */
static layer_t
read_ethertype(unwrap_t *u, uint16_t type)
{
    (void)u;
    return FIND(ethertypes, type);
}

static layer_t
read_ethernet(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    if (!piece_skip(&u->rest, 14))
        return done;
    memcpy(&u->obs.link_src, p + 6, 6);
    return read_ethertype(u, read_be16(p + 12));
}

static layer_t
read_vlan(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    return piece_skip(&u->rest, 4) ? read_ethertype(u, read_be16(p + 2)) : done;
}

static layer_t
read_sll(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    return piece_skip(&u->rest, 16) ? read_ethertype(u, read_be16(p + 14)) : done;
}

static layer_t
read_sll2(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    return piece_skip(&u->rest, 20) ? read_ethertype(u, read_be16(p)) : done;
}

/* A family in the byte order of whoever captured it, or an Ethernet type. */
static layer_t
read_null(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 4)
        return done;
    if (p[0] == 0xff && p[1] == 0x03)
        return (layer_t){ read_ppp };
    uint32_t family = read_be32(p);
    if (family & 0xffff0000)
        family = GUINT32_SWAP_LE_BE(family);
    piece_skip(&u->rest, 4);
    return family > 1500 ? read_ethertype(u, (uint16_t)family) : FIND(address_families, family);
}

static layer_t
read_loop(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    return piece_skip(&u->rest, 4) ? FIND(address_families, read_be32(p)) : done;
}

static layer_t
read_ppp(unwrap_t *u)
{
    if (u->rest.captured && *u->rest.bytes == 0xff && !piece_skip(&u->rest, 2))
        return done;
    const uint8_t *p = u->rest.bytes;
    unsigned size = u->rest.captured && *p & 1 ? 1 : 2;
    return piece_skip(&u->rest, size) ? FIND(ppp_protocols, size == 1 ? *p : read_be16(p)) : done;
}

static layer_t
read_raw_ip(unwrap_t *u)
{
    unsigned version = u->rest.captured ? *u->rest.bytes >> 4 : 0;
    return version == 4 ? (layer_t){ read_ipv4 } : version == 6 ? (layer_t){ read_ipv6 } : done;
}

/* ---- IP ---- */

/* A new packet: nothing of the one around it is left but the frame, and the error that quotes it. */
static void
begin_packet(unwrap_t *u)
{
    observation_t *obs = &u->obs;
    observation_t before = { .frame = obs->frame, .time = obs->time, .quoted = obs->quoted,
                             .reporter = obs->reporter, .link_src = obs->link_src };
    *obs = before;
}

static layer_t
read_carried(unwrap_t *u, const ip_next_t *next)
{
    u->obs.protocol = next->protocol;
    return FIND(ip_protocols, next->protocol);
}

static layer_t
read_ipv4(unwrap_t *u)
{
    ip_next_t next;

    begin_packet(u);
    if (!headers_ipv4(&u->obs, &u->rest, &next))
        return done;
    if (next.offset || next.more)
        return unread(u, UNREAD_FRAGMENT);
    return read_carried(u, &next);
}

static layer_t
read_ipv6(unwrap_t *u)
{
    ip_next_t next;

    begin_packet(u);
    return headers_ipv6(&u->obs, &u->rest, &next) ? read_carried(u, &next) : done;
}

/* Whoever says IPv4 may have IPv6. */
static layer_t
read_ip(unwrap_t *u)
{
    return u->rest.captured && *u->rest.bytes >> 4 == 6 ? read_ipv6(u) : read_ipv4(u);
}

/* ---- what IP carries ---- */

static layer_t
read_tcp(unwrap_t *u)
{
    if (headers_tcp(&u->obs, u->rest))
        u->take(u->context, &u->obs);
    return done;
}

static layer_t
read_udp(unwrap_t *u)
{
    if (headers_udp(&u->obs, u->rest))
        u->take(u->context, &u->obs);
    return done;
}

static layer_t
read_quote(unwrap_t *u, layer_t layer)
{
    const uint8_t *p = u->rest.bytes;

    if (!piece_skip(&u->rest, 8))
        return done;
    u->obs.quoted = headers_icmp_reason(u->obs.src.ipv6, p[0], p[1]);
    u->obs.reporter = u->obs.src;
    return layer;
}

static layer_t
read_icmp(unwrap_t *u)
{
    enum { UNREACHABLE = 3, SOURCE_QUENCH = 4, REDIRECT = 5, TIME_EXCEEDED = 11, PARAMETER_PROBLEM = 12 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 8)
        return done;
    switch (*p) {
    case UNREACHABLE: case SOURCE_QUENCH: case TIME_EXCEEDED: case PARAMETER_PROBLEM: case REDIRECT:
        return read_quote(u, (layer_t){ read_ip });
    default:
        return done;
    }
}

static layer_t
read_icmpv6(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;
    return u->rest.captured && *p >= 1 && *p <= 4 ? read_quote(u, (layer_t){ read_ipv6 }) : done;
}

void
unwrap_frame(unwrap_t *u, int link_type, piece_t frame)
{
    layer_t layer = FIND(link_types, (uint32_t)link_type);

    if (!layer.read)
        u->unread[UNREAD_LINK]++;
    u->rest = frame;
    u->obs.quoted = QUOTED_NOT;
    u->obs.link_src = 0;
    for (unsigned depth = 0; layer.read; depth++) {
        if (depth == LAYERS_MAX) {
            u->unread[UNREAD_NESTED]++;
            return;
        }
        layer = layer.read(u);
    }
}
