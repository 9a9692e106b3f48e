/* headers.c
 * Reads headers from bytes; see headers.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "headers.h"

#define IPV4_HEADER    20
#define IPV6_HEADER    40
#define TCP_HEADER     20
#define UDP_HEADER     8
#define IPV4_DF        0x4000
#define IPV4_MF        0x2000
#define IPV4_OFFSET    0x1fff
#define FLOW_LABEL     0x000fffff

enum { NEXT_HOP_BY_HOP = 0 };

static inline uint32_t
smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

int64_t
headers_time(int64_t s, int64_t ns)
{
    const int64_t latest = (INT64_C(1) << 62) / NS_PER_S;

    if ((uint64_t)s > (uint64_t)latest)
        s = s < 0 ? 0 : latest;
    if ((uint64_t)ns >= (uint64_t)NS_PER_S)
        ns = ns < 0 ? 0 : NS_PER_S - 1;
    return s * NS_PER_S + ns;
}

/* ---- IP ---- */

/* A source route names the last address in its option; the header then has that of the next router. 0
 * where there is none, or one that does not make sense. */
static uint32_t
routed_destination(const uint8_t *p, const uint8_t *end)
{
    enum { END = 0, NOP = 1, LOOSE = 131, STRICT = 137, FIRST = 4 };

    while (p < end && *p != END) {
        if (*p == NOP) {
            p++;
            continue;
        }
        if (end - p < 2 || p[1] < 2 || p[1] > end - p)
            return 0;
        if (*p == LOOSE || *p == STRICT) {
            bool sound = p[1] > 2 && p[2] >= FIRST && !(p[2] & 3) && p[2] <= p[1];
            return sound ? read_be32(p + p[1] - 4) : 0;
        }
        p += p[1];
    }
    return 0;
}

bool
headers_ipv4(observation_t *obs, piece_t *piece, ip_next_t *next)
{
    const uint8_t *p = piece->bytes;

    if (piece->captured < IPV4_HEADER || p[0] >> 4 != 4)
        return false;
    uint32_t header = (p[0] & 15) * 4u, length = read_be16(p + 2);
    uint16_t fragment = read_be16(p + 6);
    /* The length is 0 where the network card was left to cut the packet up. */
    if (header < IPV4_HEADER || header > piece->captured || (length && length < header))
        return false;
    if (length)
        piece_limit(piece, length);
    else if (piece->length < header)
        return false;
    memcpy(obs->src.bytes, p + 12, 4);
    memcpy(obs->dst.bytes, p + 16, 4);
    if (header > IPV4_HEADER) {
        uint32_t last = routed_destination(p + IPV4_HEADER, p + header);
        for (unsigned i = 0; last && i < 4; i++)
            obs->dst.bytes[i] = (uint8_t)(last >> (24 - 8 * i));
    }
    obs->ip.tos = p[1];
    obs->ip.ip_id = read_be16(p + 4);
    obs->ip.df = (fragment & IPV4_DF) != 0;
    obs->ip.in_pieces = (fragment & (IPV4_MF | IPV4_OFFSET)) != 0;
    obs->ip.ttl = p[8];
    next->protocol = p[9];
    next->length = (length ? length : piece->length) - header;
    next->identification = obs->ip.ip_id;
    next->offset = (fragment & IPV4_OFFSET) * 8u;
    next->more = (fragment & IPV4_MF) != 0;
    return piece_skip(piece, header);
}

/* The length of a jumbogram is in an option (RFC 2675). 0 where there is none. */
static uint32_t
jumbo_length(const uint8_t *p, uint32_t captured)
{
    enum { PAD = 0, JUMBO = 0xc2 };

    if (captured < 2)
        return 0;
    const uint8_t *end = p + smaller((p[1] + 1u) * 8, captured);
    for (p += 2; end - p >= 6; p += *p == PAD ? 1 : 2 + p[1])
        if (*p == JUMBO && p[1] == 4)
            return read_be32(p + 2) > UINT16_MAX ? read_be32(p + 2) : 0;
    return 0;
}

bool
headers_ipv6(observation_t *obs, piece_t *piece, ip_next_t *next)
{
    const uint8_t *p = piece->bytes;

    if (piece->captured < IPV6_HEADER || piece->length < IPV6_HEADER || p[0] >> 4 != 6)
        return false;
    uint32_t length = read_be16(p + 4);
    if (!length && p[6] == NEXT_HOP_BY_HOP)
        length = jumbo_length(p + IPV6_HEADER, piece->captured - IPV6_HEADER);
    piece_limit(piece, length < UINT32_MAX - IPV6_HEADER ? IPV6_HEADER + length : UINT32_MAX);
    memcpy(obs->src.bytes, p + 8, 16);
    memcpy(obs->dst.bytes, p + 24, 16);
    obs->src.ipv6 = obs->dst.ipv6 = obs->ip.ipv6 = true;
    obs->ip.tos = (uint8_t)(read_be16(p) >> 4);
    obs->ip.flow_label = read_be32(p) & FLOW_LABEL;
    obs->ip.ttl = p[7];
    *next = (ip_next_t){ .protocol = p[6], .length = length };
    return piece_skip(piece, IPV6_HEADER);
}

/* ---- TCP ---- */

/* The options that matter here: timestamps and MSS. */
static void
read_options(observation_t *obs, const uint8_t *p, const uint8_t *end)
{
    enum { END = 0, NOP = 1, MSS = 2, TIMESTAMPS = 8 };
    const uint32_t usual = 0x0101080a;          /* two NOPs and timestamps: most packets have no more */

    obs->has_options = p < end;
    if (end - p == 12 && read_be32(p) == usual) {
        obs->has_timestamps = true;
        obs->tsval = read_be32(p + 4);
        obs->tsecr = read_be32(p + 8);
        return;
    }
    while (p < end && *p != END) {
        if (*p == NOP) {
            p++;
            continue;
        }
        if (end - p < 2 || p[1] < 2 || p[1] > end - p)
            return;
        if (*p == TIMESTAMPS && p[1] == 10) {
            obs->has_timestamps = true;
            obs->tsval = read_be32(p + 2);
            obs->tsecr = read_be32(p + 6);
        } else if (*p == MSS && p[1] == 4) {
            obs->mss = read_be16(p + 2);
        }
        p += p[1];
    }
}

/* What a checksum is about is whole: `length` bytes from `p` on. */
static void
note_segment(observation_t *obs, const uint8_t *p, uint32_t length, uint32_t captured)
{
    if (captured < length)
        return;
    obs->segment = p;
    obs->segment_length = length;
}

bool
headers_tcp(observation_t *obs, piece_t segment)
{
    const uint8_t *p = segment.bytes;

    /* A quote holds at least the ports and the sequence number. */
    if (segment.captured < 8)
        return false;
    obs->sport = read_be16(p);
    obs->dport = read_be16(p + 2);
    obs->seq = read_be32(p + 4);
    if (segment.captured < TCP_HEADER) {
        obs->cut = !obs->quoted;
        return true;
    }
    obs->ack = read_be32(p + 8);
    obs->flags = read_be16(p + 12) & 0xfff;
    obs->window = read_be16(p + 14);
    uint32_t header = (p[12] >> 4) * 4u;
    if (header < TCP_HEADER || header > segment.length)
        return obs->quoted != QUOTED_NOT;
    read_options(obs, p + TCP_HEADER, p + smaller(header, segment.captured));
    note_segment(obs, p, segment.length, segment.captured);
    obs->length = segment.length - header;
    obs->captured = segment.captured > header ? smaller(segment.captured - header, obs->length) : 0;
    obs->payload = obs->captured ? p + header : NULL;
    return true;
}

/* ---- UDP ---- */

bool
headers_udp(observation_t *obs, piece_t datagram)
{
    const uint8_t *p = datagram.bytes;

    if (datagram.captured < UDP_HEADER || datagram.length < UDP_HEADER)
        return false;
    uint32_t length = read_be16(p + 4);
    obs->sport = read_be16(p);
    obs->dport = read_be16(p + 2);
    /* A frame that ends before its datagram does was cut, wherever that was. */
    if (length < UDP_HEADER)
        length = datagram.length;
    note_segment(obs, p, length, datagram.captured);
    obs->length = length - UDP_HEADER;
    obs->captured = smaller(datagram.captured, length) - UDP_HEADER;
    obs->payload = obs->captured ? p + UDP_HEADER : NULL;
    return true;
}

/* ---- ICMP ---- */

quoted_t
headers_icmp_reason(bool ipv6, uint8_t type, uint8_t code)
{
    if (ipv6)
        return type == 3 ? QUOTED_EXPIRED : type == 1 && code == 4 ? QUOTED_PORT_UNREACHABLE
                                                                    : QUOTED_OTHER;
    return type == 11 ? QUOTED_EXPIRED : type == 3 && code == 3 ? QUOTED_PORT_UNREACHABLE
                                                                 : QUOTED_OTHER;
}
