/* headers.h
 * The one place where headers are read from bytes: IP, TCP, UDP and ICMP, for both readers of packets,
 * observer.c inside Wireshark and scan/ beside it. Pure: knows nothing of Wireshark.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "../dissectors/observation.h"

/* A piece of a packet. What of it was captured may be less than what was on the wire, or more: bytes
 * that a link layer has added are cut off by the length of the layer above. */
typedef struct {
    const uint8_t *bytes;
    uint32_t       captured;    /* bytes there are */
    uint32_t       length;      /* on the wire */
} piece_t;

/* Big-endian numbers in memory. */
static inline uint16_t
read_be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
read_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Drops the first n bytes. False, and nothing done, where not all of them were captured. */
static inline bool
piece_skip(piece_t *piece, uint32_t n)
{
    if (n > piece->captured || n > piece->length)
        return false;
    piece->bytes += n;
    piece->captured -= n;
    piece->length -= n;
    return true;
}

/* Nothing beyond this many bytes belongs to it. A length beyond its end changes nothing. */
static inline void
piece_limit(piece_t *piece, uint32_t length)
{
    if (length >= piece->length)
        return;
    piece->length = length;
    if (piece->captured > length)
        piece->captured = length;
}

/* The same, but the length is what it is said to be, even beyond the end. */
static inline void
piece_set_length(piece_t *piece, uint32_t length)
{
    piece->length = length;
    if (piece->captured > length)
        piece->captured = length;
}

/* An empty observation. In two halves: GCC clears up to 96 bytes with a few wide stores, and more than that
 * word by word. */
static inline void
observation_clear(observation_t *obs)
{
    const size_t half = sizeof *obs / 2;

    memset(obs, 0, half);
    memset((char *)obs + half, 0, sizeof *obs - half);
}

/* Time of capture as observations have it: ns since the epoch, kept between 1970 and 2116 so that
 * differences fit. */
int64_t headers_time(int64_t seconds, int64_t nanoseconds);

/* ---- IP: fills in addresses and header fields, and goes on to what the header carries ---- */

typedef struct {
    uint8_t  protocol;          /* what comes next; in IPv6 maybe an extension header */
    uint32_t length;            /* of it, as the header says, which may be beyond what there is */
    uint32_t identification;    /* of a fragment */
    uint32_t offset;            /* of a fragment, in bytes */
    bool     more;              /* more fragments follow */
} ip_next_t;

/* A header that is cut short or does not make sense is not read: false. */
bool headers_ipv4(observation_t *obs, piece_t *piece, ip_next_t *next);
bool headers_ipv6(observation_t *obs, piece_t *piece, ip_next_t *next);

/* ---- what IP carries: of an observation whose IP header and `quoted` are filled in ---- */

/* False where there is too little to make an observation. */
bool headers_tcp(observation_t *obs, piece_t segment);
bool headers_udp(observation_t *obs, piece_t datagram);
/* What an ICMP error of this type says about the packet that it quotes. */
quoted_t headers_icmp_reason(bool ipv6, uint8_t type, uint8_t code);
