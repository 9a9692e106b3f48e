/* points/match.h
 * Which packet of one point is which of the other.
 *
 * A packet is known by what routers do not change: addresses, ports, sequence and acknowledgement numbers, flags,
 * TCP timestamps, window, length, IP Identification or flow label, and the bytes it carries. Where something on
 * the path does change these, it is known by less, in this order:
 *   1. NAT: a conversation of one point that the other has under other addresses or ports, told by the initial
 *      sequence numbers, or by datagrams both ways with the same bytes;
 *   2. sequence numbers that are moved by the same amount all along (SYN proxies, firewalls that choose others);
 *   3. Identification, flow label, timestamps or window rewritten: packets with bytes and SYNs are known without
 *      them, others only where most packets with bytes have the same rewritten.
 * A conversation that both have and of which no packet can be matched is another connection at each: a proxy.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "points/clock.h"
#include "points/trace.h"

/* A packet takes at most so long, and arrives at most so much before it was sent, as clocks are. */
#define DELAY_MOST_NS  (10 * NS_PER_S)
#define EARLY_MOST_NS  (2 * NS_PER_MS)

enum { POINT_UNKNOWN = 2 };

/* A conversation as the first point has it; of one that is known under another name, only `as` and `swapped`. */
typedef struct {
    uint32_t as;                /* what it is called at the first point: its own index, or another one */
    bool     swapped;           /* … and the ends are the other way round there */
    bool     other;             /* not the same connection at both points */
    bool     opened;            /* both have its first packet: nobody answered before */
    uint8_t  first[2];          /* by end: the point that its packets pass first, or POINT_UNKNOWN */
    uint32_t shift[2];          /* by end: added to its sequence numbers between the first point and the second */
    unsigned seen[2][2];        /* packets, by point and end */
    unsigned matched[2];        /* by end */
} exchange_t;

typedef struct {
    trace_t *trace[2];
    talks_t *talks;
    GArray  *state;             /* of exchange_t, by conversation */
    clocks_t clocks;
    unsigned matched;           /* pairs */
    unsigned strong[2];         /* by the point that has them first: pairs known by bytes or as SYN … */
    unsigned rewritten[2][3];   /* … of which these were rewritten: mark, timestamps, window */
    int64_t  delay[2];          /* least that a packet takes, by the point that has it first */
    bool     same_capture;      /* both points are one: no packet differs in anything */
} points_t;

points_t *points_new(talks_t *talks, trace_t *first, trace_t *second);
/* Traces and talks stay. */
void      points_free(points_t *points);
/* Once, when both traces are whole. */
void      points_match(points_t *points);

/* A packet in the terms of the first point. */
const exchange_t *points_exchange(const points_t *points, const passage_t *p);
unsigned points_end(const points_t *points, const passage_t *p);
uint32_t points_seq(const points_t *points, unsigned point, const passage_t *p);
uint32_t points_ack(const points_t *points, unsigned point, const passage_t *p);
int64_t  points_time(const points_t *points, unsigned point, const passage_t *p);
/* The point that has packets of this sender first, or POINT_UNKNOWN. */
unsigned points_first(const points_t *points, const passage_t *p);

/* The captured bytes of both are the same, as far as both have them. */
bool passages_agree(const passage_t *a, const passage_t *b);
/* Of all captured bytes (hash.h). */
uint32_t passage_hash(const passage_t *p);
