/* observation.h
 * What one packet says, as plain values. This is the whole seam between Wireshark and the
 * judgement: plugin/headers.c fills one of these per IP layer and first pass, everything in
 * dissectors/ reads nothing else.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

#define DNS_PORT 53

enum { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17, PROTOCOL_ICMPV6 = 58 };

/* TCP flags as on the wire: eight of RFC 9293, AE (RFC 9768) and three reserved bits. */
enum {
    TCP_FIN = 0x001, TCP_SYN = 0x002, TCP_RST = 0x004, TCP_PSH = 0x008,
    TCP_ACK = 0x010, TCP_URG = 0x020, TCP_ECE = 0x040, TCP_CWR = 0x080,
    TCP_AE  = 0x100, TCP_RESERVED = 0xe00,
};

/* An IPv4 address in the first four bytes (the rest zero), or an IPv6 address. */
typedef struct {
    uint8_t bytes[16];
    bool    ipv6;
} ip_address_t;

/* The fields of an IP header that tell one sender from another. */
typedef struct {
    uint8_t  ttl;           /* TTL or hop limit as captured */
    uint8_t  tos;           /* DSCP and ECN, IPv4 TOS or IPv6 traffic class */
    uint16_t ip_id;         /* IPv4 Identification; 0 for IPv6 */
    uint32_t flow_label;    /* IPv6 flow label; 0 for IPv4 */
    bool     df;            /* IPv4 don't-fragment; false for IPv6 */
    bool     in_pieces;     /* IPv4: it came in fragments, so df is false whatever its sender usually sets */
    bool     ipv6;
} ip_header_t;

/* What marks the packets of one sender: the Identification, or the flow label of IPv6 in 16 bits. 0 only
 * where that is 0. A counter or a random number in IPv4; in IPv6 one number for a whole connection
 * (RFC 6437), until it is sent over another path. */
static inline uint16_t
ip_mark(const ip_header_t *ip)
{
    uint16_t folded = (uint16_t)(ip->flow_label ^ ip->flow_label >> 16);
    return !ip->ipv6 ? ip->ip_id : ip->flow_label && !folded ? 1 : folded;
}

/* Why an ICMP error quotes a packet. */
typedef enum {
    QUOTED_NOT,                 /* it is no quote: somebody sent this packet here */
    QUOTED_EXPIRED,             /* its TTL or hop limit ran out on the way */
    QUOTED_PORT_UNREACHABLE,    /* nobody listens at its destination */
    QUOTED_OTHER,
} quoted_t;

/* One IP packet that carries TCP or UDP. Pointers are valid during the call only. */
typedef struct {
    uint32_t     frame;         /* Wireshark's frame number, from 1 */
    int64_t      time;          /* capture time, ns since the epoch, from 0 to 2^62 */
    uint64_t     link_src;      /* Ethernet address that put the frame on the link; 0: none, or not known */
    ip_address_t src, dst;
    ip_header_t  ip;
    uint8_t      protocol;      /* PROTOCOL_TCP or PROTOCOL_UDP */
    quoted_t     quoted;        /* in an ICMP error: of the rest, only addresses, ports, IP header and
                                 * sequence number are certain */
    ip_address_t reporter;      /* who sent the ICMP error */
    uint16_t     sport, dport;
    bool         cut;           /* only the ports are certain: captured too short to read the TCP header, or
                                 * a fragment */

    /* TCP only, zero otherwise. */
    uint32_t     seq, ack;      /* raw, not relative */
    uint16_t     flags;         /* TCP_* */
    uint16_t     window;        /* raw, not scaled */
    bool         has_timestamps;
    bool         has_options;   /* any TCP option */
    uint32_t     tsval, tsecr;
    uint16_t     mss;           /* of a SYN, 0: none announced */

    uint32_t       length;      /* payload bytes on the wire */
    uint32_t       captured;    /* payload bytes in the capture, never more than length */
    const uint8_t *payload;     /* captured bytes; NULL when captured is 0 */
    uint32_t       segment_length;  /* bytes of `segment` */
    const uint8_t *segment;     /* TCP or UDP header and payload, whole, for checksum_of(); else NULL */
    uint8_t        checksum;    /* what checksum_of() says where the packet is kept longer than its bytes */
} observation_t;

/* Two copies of one TCP segment are captured at most this far apart (mirror ports, both sides of a
 * router); public captures show up to 3 ms between them. */
#define DUPLICATE_NS (5 * NS_PER_MS)

static inline bool
address_equal(const ip_address_t *a, const ip_address_t *b)
{
    return a->ipv6 == b->ipv6 && !memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

/* Sequence number behind a segment: SYN and FIN count as one byte each. */
static inline uint32_t
sequence_end(const observation_t *obs)
{
    return obs->seq + obs->length + (obs->flags >> 1 & 1) + (obs->flags & 1);
}

/* Sequence number arithmetic modulo 2^32 (RFC 9293, section 3.4). */
static inline int32_t
seq_diff(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}
