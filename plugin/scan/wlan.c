/* wlan.c
 * 802.11, as far as it is not encrypted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "layers.h"

/* Bits of the first two bytes of a frame. */
enum { TYPE = 0x0c, TYPE_DATA = 0x08, VERSION = 0x03, QOS = 0x80, NO_DATA = 0x40,
       TO_DS = 0x01, FROM_DS = 0x02, MORE_FRAGMENTS = 0x04, PROTECTED = 0x40, ORDER = 0x80,
       AGGREGATE = 0x80 /* of the QoS field */ };

typedef enum {
    FORM_USUAL,
    FORM_PADDED,        /* the header is filled up to a multiple of four bytes */
    FORM_SWAPPED,       /* its first two bytes are the other way round */
} form_t;

static uint16_t
read_le16(const uint8_t *p)
{
    return (uint16_t)(p[1] << 8 | p[0]);
}

/* Several packets in one frame, each at a multiple of four bytes. */
static layer_t
read_aggregate(unwrap_t *u)
{
    const piece_t all = u->rest;

    for (uint32_t at = 0; all.captured > at && all.captured - at > 14; ) {
        piece_t packet = all;
        piece_skip(&packet, at);
        uint32_t length = read_be16(packet.bytes + 12);
        piece_skip(&packet, 14);
        piece_set_length(&packet, length);
        layer_walk(u, LAYER_LLC, packet);
        at = (at + 14 + length + 3) & ~3u;
    }
    return LAYER_NONE;
}

/* The frames of a mesh have one more header, as long as its first byte says. */
static unsigned
mesh_header(const unwrap_t *u, uint8_t flags)
{
    const uint8_t *p = u->rest.bytes;
    unsigned length = u->rest.captured ? 6 + 6 * (p[0] & 3u) : 0;
    bool possible = flags & FROM_DS && length && p[0] < 3 && u->rest.captured >= length + 2;

    return possible && p[length] == 0xaa && p[length + 1] == 0xaa ? length : 0;
}

/* Behind the header is LLC, or what some drivers put there. */
static layer_t
read_body(unwrap_t *u, const uint8_t *src, const uint8_t *dst, uint16_t sequence)
{
    const uint8_t *p = u->rest.bytes;
    uint32_t n = u->rest.captured;

    if (n < 2 || (p[0] == 0xaa && p[1] == 0xaa))
        return LAYER_LLC;
    if ((n >= 12 && !memcmp(p + 6, src, 6)) || (n >= 6 && !memcmp(p, dst, 6)))
        return LAYER_ETHERNET;
    if (p[0] == 0xff && p[1] == 0xff)
        return LAYER_NONE;
    if (!p[0] && !p[1] && n >= 18 && !memcmp(p + 6, dst, 6) && !memcmp(p + 12, src, 6))
        return piece_skip(&u->rest, 6) ? LAYER_ETHERNET : LAYER_NONE;
    if ((!p[0] && !p[1]) || read_le16(p) == sequence)
        return piece_skip(&u->rest, 2) ? LAYER_LLC : LAYER_NONE;
    layer_t layer = layer_of(NUMBER_ETHERTYPE, read_be16(p));
    return layer == LAYER_NONE ? LAYER_LLC : piece_skip(&u->rest, 2) ? layer : LAYER_NONE;
}

static layer_t
read_frame(unwrap_t *u, form_t form)
{
    const uint8_t *p = u->rest.bytes;
    if (u->rest.captured < 24)
        return LAYER_NONE;
    uint8_t kind = p[form == FORM_SWAPPED], flags = p[form != FORM_SWAPPED];

    if ((kind & (VERSION | TYPE)) != TYPE_DATA || kind & NO_DATA || flags & PROTECTED)
        return LAYER_NONE;
    bool four = (flags & (TO_DS | FROM_DS)) == (TO_DS | FROM_DS), qos = kind & QOS;
    unsigned header = four ? 30 : 24, qos_at = header;
    if (qos)
        header += flags & ORDER ? 6 : 2;
    if (form == FORM_PADDED)
        header = (header + 3) & ~3u;
    /* A fragment's number alone says nothing: some drivers leave it where they have put fragments together. */
    if (flags & MORE_FRAGMENTS)
        return LAYER_UNREAD_LINK;
    if (!piece_skip(&u->rest, header))
        return LAYER_NONE;
    piece_skip(&u->rest, mesh_header(u, flags));
    u->fragmented = false;
    bool aggregate = qos && p[qos_at] & AGGREGATE;
    if (!aggregate || (flags & (TO_DS | FROM_DS)) != FROM_DS)       /* who sent those, each says by itself */
        u->obs.link_src = 0;
    if (aggregate && u->rest.length > 4)
        return read_aggregate(u);
    return read_body(u, four ? p + 24 : flags & FROM_DS ? p + 16 : p + 10, flags & TO_DS ? p + 16 : p + 4,
                     read_le16(p + 22));
}

layer_t
read_wlan(unwrap_t *u)
{
    return read_frame(u, FORM_USUAL);
}

layer_t
read_wlan_swapped(unwrap_t *u)
{
    return read_frame(u, FORM_SWAPPED);
}

/* Where the flags are in a radiotap header: behind a time stamp, if there is one. 0: not there. */
static uint8_t
radiotap_flags(const uint8_t *p, uint32_t header)
{
    enum { TIME_STAMP = 0x01, FLAGS = 0x02, MORE = 0x80 };
    uint32_t at = 8;

    while (at <= header && p[at - 1] & MORE)
        at += 4;
    if (p[4] & TIME_STAMP)
        at = ((at + 7) & ~7u) + 8;
    return p[4] & FLAGS && at < header ? p[at] : 0;
}

layer_t
read_radiotap(unwrap_t *u)
{
    enum { CHECKSUM = 0x10, PADDED = 0x20 };
    const uint8_t *p = u->rest.bytes;

    if (u->rest.captured < 8)
        return LAYER_NONE;
    uint32_t header = read_le16(p + 2);
    if (header < 8 || header > u->rest.captured)
        return LAYER_NONE;
    uint8_t flags = radiotap_flags(p, header);
    if (!piece_skip(&u->rest, header))
        return LAYER_NONE;
    if (flags & CHECKSUM && u->rest.length > 4)
        piece_limit(&u->rest, u->rest.length - 4);
    return read_frame(u, flags & PADDED ? FORM_PADDED : FORM_USUAL);
}
