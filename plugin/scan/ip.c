/* ip.c
 * IP, what may stand between it and the layer above, and TCP, UDP and ICMP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "layers.h"

/* ---- IP ---- */

/* A new packet: nothing of the one around it is left but the frame, and the error that quotes it. */
static void
begin_packet(unwrap_t *u)
{
    observation_t before = u->obs;

    observation_clear(&u->obs);
    u->obs.frame = before.frame;
    u->obs.time = before.time;
    u->obs.link_src = before.link_src;
    u->obs.quoted = before.quoted;
    u->obs.reporter = before.reporter;
    u->without_ip = false;
}

/* Fragments of one packet are told by this; where addresses are not unique, by their network, too. */
static uint32_t
fragment_id(const unwrap_t *u, const ip_next_t *next)
{
    uint32_t src = read_be32(u->obs.src.bytes), dst = read_be32(u->obs.dst.bytes);
    bool local = false;

    for (unsigned i = 0; i < 2; i++) {
        uint32_t address = i ? dst : src;
        local |= address >> 24 == 10 || address >> 20 == 0xac1 || address >> 16 == 0xc0a8 || address >> 16 == 0xa9fe;
    }
    return next->identification ^ next->protocol ^ (local ? u->vlan : 0);
}

/* A fragment of which not all was captured cannot be put together with others: of the first, the ports at
 * least are read. */
static layer_t
read_fragment_of(unwrap_t *u, const ip_next_t *next, uint32_t length)
{
    fragment_key_t key = { u->obs.src, u->obs.dst, fragment_id(u, next) };

    if (length && length <= u->rest.captured) {
        piece_t piece = { u->rest.bytes, length, length };
        if (!fragments_add(u->fragments, &key, next->offset, next->more, piece, &u->rest))
            return LAYER_NONE;
    } else if (next->offset) {
        return LAYER_NONE;
    } else {
        u->fragmented = next->more;
    }
    return u->rest.length ? layer_of(NUMBER_IP_PROTOCOL, next->protocol) : LAYER_NONE;
}

static layer_t
read_ipv4(unwrap_t *u)
{
    ip_next_t next;

    begin_packet(u);
    if (!headers_ipv4(&u->obs, &u->rest, &next))
        return LAYER_NONE;
    u->obs.protocol = next.protocol;
    if (G_UNLIKELY(next.offset || next.more))
        return read_fragment_of(u, &next, next.length);
    u->fragmented = false;
    return u->rest.length ? layer_of(NUMBER_IP_PROTOCOL, next.protocol) : LAYER_NONE;
}

layer_t
read_ipv6(unwrap_t *u)
{
    ip_next_t next;

    begin_packet(u);
    if (!headers_ipv6(&u->obs, &u->rest, &next))
        return LAYER_NONE;
    u->cut_off = next.length > u->rest.length;
    return layer_of(NUMBER_IP_PROTOCOL, next.protocol);
}

/* Whichever version it says it is, as Wireshark takes it. */
layer_t
read_ip(unwrap_t *u)
{
    return u->rest.captured && *u->rest.bytes >> 4 == 6 ? read_ipv6(u) : read_ipv4(u);
}

/* ---- extension headers of IPv6 ---- */

static layer_t
read_extension(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 8 || !piece_skip(&u->rest, (p[1] + 1u) * 8))
        return LAYER_NONE;
    return layer_of(NUMBER_IP_PROTOCOL, p[0]);
}

/* An option that is longer than the packet makes all of it nonsense. The home address is an address,
 * whatever length it has. */
static bool
options_fit(piece_t header)
{
    enum { PAD = 0, HOME_ADDRESS = 0xc9 };
    const uint8_t *p = header.bytes;
    uint32_t at = 2, end = (p[1] + 1u) * 8;

    while (at < end) {
        if (at + 2 > header.captured)
            return false;
        uint32_t least = p[at] == HOME_ADDRESS ? 16 : 0;
        at += p[at] == PAD ? 1 : 2 + MAX(p[at + 1], least);
        if (at > header.captured)
            return false;
    }
    return true;
}

layer_t
read_options(unwrap_t *u)
{
    return u->rest.captured >= 8 && options_fit(u->rest) ? read_extension(u) : LAYER_NONE;
}

/* A list of segments that is longer than its header does the same. */
layer_t
read_routing(unwrap_t *u)
{
    enum { SEGMENTS = 4 };
    const uint8_t *p = u->rest.bytes;
    bool sound = u->rest.captured >= 8 && (p[2] != SEGMENTS || (p[4] + 1u) * 16 <= p[1] * 8u);
    return sound ? read_extension(u) : LAYER_NONE;
}

layer_t
read_fragment(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    if (!piece_skip(&u->rest, 8))
        return LAYER_NONE;
    fragment_key_t key = { u->obs.src, u->obs.dst, read_be32(p + 4) };
    uint32_t offset = read_be16(p + 2) & 0xfff8;
    bool more = p[3] & 1;
    if (!offset && !more)
        return layer_of(NUMBER_IP_PROTOCOL, p[0]);
    if (u->cut_off || u->rest.captured < u->rest.length
        || !fragments_add(u->fragments, &key, offset, more, u->rest, &u->rest))
        return LAYER_NONE;
    return layer_of(NUMBER_IP_PROTOCOL, p[0]);
}

/* In IPv4 Wireshark does not say from which header it came. */
layer_t
read_authentication(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 12 || !piece_skip(&u->rest, (p[1] + 2u) * 4))
        return LAYER_NONE;
    u->without_ip |= !u->obs.ip.ipv6;
    return layer_of(NUMBER_IP_PROTOCOL, p[0]);
}

/* Two of its messages may have a packet behind them. */
layer_t
read_mobility(unwrap_t *u)
{
    enum { FAST_BINDING_ACKNOWLEDGEMENT = 9, FAST_NEIGHBOUR_ADVERTISEMENT = 10 };
    const uint8_t *p = u->rest.bytes;
    bool carries = u->rest.captured >= 3
                && (p[2] == FAST_BINDING_ACKNOWLEDGEMENT || p[2] == FAST_NEIGHBOUR_ADVERTISEMENT);
    return carries ? LAYER_UNREAD_TUNNEL : LAYER_NONE;
}

/* ---- TCP and UDP ---- */

/* What a frame says of an IP packet in it is complete. */
static void
take(unwrap_t *u)
{
    if (!u->without_ip)
        u->take(u->context, &u->obs);
}

layer_t
read_tcp(unwrap_t *u)
{
    u->obs.protocol = PROTOCOL_TCP;
    u->obs.cut = u->fragmented && !u->obs.quoted;
    if (!headers_tcp(&u->obs, u->rest))
        return LAYER_NONE;
    take(u);
    return layer_of_segment(&u->obs);
}

layer_t
read_udp(unwrap_t *u)
{
    const uint8_t *p = u->rest.bytes;

    u->obs.protocol = PROTOCOL_UDP;
    u->obs.cut = u->fragmented && !u->obs.quoted;
    if (!headers_udp(&u->obs, u->rest))
        return LAYER_NONE;
    take(u);
    layer_t layer = layer_of_datagram(&u->obs);
    if (layer != LAYER_NONE && read_be16(p + 4) < 8)
        return LAYER_NONE;
    /* The datagram may claim more than there is of its packet; what it carries ends with that. */
    uint32_t there = u->rest.length - 8;
    u->rest = (piece_t){ u->obs.payload, u->obs.captured, u->obs.length < there ? u->obs.length : there };
    return layer;
}

/* ---- ICMP ---- */

static layer_t
read_quote(unwrap_t *u, layer_t layer)
{
    const uint8_t *p = u->rest.bytes;

    if (u->without_ip || !piece_skip(&u->rest, 8))
        return LAYER_NONE;
    u->obs.quoted = headers_icmp_reason(u->obs.src.ipv6, p[0], p[1]);
    u->obs.reporter = u->obs.src;
    return layer;
}

/* Where the quote may end before the packet does (RFC 4884); a redirect has eight bytes behind the header. */
static uint32_t
quote_length(const uint8_t *p, uint32_t length, bool redirect)
{
    uint32_t header = (p[8] & 15) * 4u, quoted = p[5] * 4u;

    if (redirect)
        return header + 8;
    return quoted && length > 8 + quoted && read_be16(p + 10) > quoted ? header + quoted : UINT32_MAX;
}

layer_t
read_icmp(unwrap_t *u)
{
    enum { UNREACHABLE = 3, SOURCE_QUENCH = 4, REDIRECT = 5, TIME_EXCEEDED = 11, PARAMETER_PROBLEM = 12 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 12)
        return LAYER_NONE;
    switch (*p) {
    case UNREACHABLE: case SOURCE_QUENCH: case REDIRECT: case TIME_EXCEEDED: case PARAMETER_PROBLEM:
        break;
    default:
        return LAYER_NONE;
    }
    uint32_t length = quote_length(p, u->rest.length, *p == REDIRECT);
    layer_t layer = read_quote(u, LAYER_IP);
    piece_limit(&u->rest, length);
    return layer;
}

/* A redirect quotes in one of its options. */
static layer_t
read_redirect(unwrap_t *u)
{
    enum { REDIRECTED_HEADER = 4 };
    layer_t layer = read_quote(u, LAYER_IPV6);

    if (layer == LAYER_NONE || !piece_skip(&u->rest, 32))
        return LAYER_NONE;
    while (u->rest.captured >= 8) {
        const uint8_t *p = u->rest.bytes;
        if (*p == REDIRECTED_HEADER) {
            piece_limit(&u->rest, p[1] * 8u);
            return piece_skip(&u->rest, 8) ? layer : LAYER_NONE;
        }
        if (!p[1] || !piece_skip(&u->rest, p[1] * 8u))
            return LAYER_NONE;
    }
    return LAYER_NONE;
}

layer_t
read_icmpv6(unwrap_t *u)
{
    enum { FIRST_ERROR = 1, LAST_ERROR = 4, REDIRECT = 137 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured <= 8)
        return LAYER_NONE;
    return *p == REDIRECT ? read_redirect(u)
         : *p >= FIRST_ERROR && *p <= LAST_ERROR ? read_quote(u, LAYER_IPV6) : LAYER_NONE;
}
