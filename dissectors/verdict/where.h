/* verdict/where.h
 * How far away the box is that sent a forged packet, in hops from the capture point, and how sure
 * that is. Two things tell it:
 *
 *   - the packet's TTL, if the box writes an initial value of its own and always the same. Many
 *     copy the TTL of what they answer, or draw one: then the TTL says nothing, and why is said.
 *   - a probe whose hop limit ran out on the way and that was answered all the same: whoever
 *     answered stands at or before the router that reports its death.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "state/died.h"

typedef struct {
    uint8_t      ttl;               /* of the forged packet, as captured */
    uint8_t      answered_ttl;      /* of the packet it answers, as captured; 0: not known */
    bool         follows;           /* it moves with answered_ttl (ttl-mirror) */
    const char  *fickle;            /* who is published to draw or copy
                                     * TTLs, if it has that header */
    uint8_t      lowest, highest;   /* of this box's forged packets so far, this one included */
    uint8_t      claimed_ttl;       /* of the claimed sender's own packets; 0: none known */
    dead_probe_t died;              /* what it, or a like one, answers */
    uint8_t      silent_hops;       /* a like probe died this far away
                                     * and nobody answered; 0: none */
} where_facts_t;

typedef struct {
    bool    known;
    uint8_t hops;                   /* best estimate */
    uint8_t low, high;              /* range, both included */
} where_t;

/* Pure. */
where_t where_estimate(const where_facts_t *facts);
/* The estimate, its range and its reason in one line; to be freed. */
char *where_text(const where_facts_t *facts);
