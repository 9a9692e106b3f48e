/* state/syns.h
 * Connections of which nothing but the first SYN was seen so far. Floods and scans consist of
 * them, so they get neither a flow nor a host until something else happens.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/kept.h"
#include "observation.h"

/* A SYN younger than this may still be answered: giving it up is a loss. Stacks try for two minutes, and
 * repeat themselves at least every 64 s (RFC 6298). */
#define SYN_ALIVE_NS (64 * NS_PER_S)

typedef struct {
    observation_t syn;          /* the latest, without payload */
    int64_t       first_time;
    uint32_t      first_frame;
    uint8_t       sent;         /* times, saturating */
    bool          unreachable;  /* an ICMP error says why it is not answered */
    uint8_t       captured;     /* times the latest was captured, saturating */
} half_open_t;

typedef struct syns syns_t;

/* max: SYNs kept, at least 1. */
syns_t *syns_new(unsigned max);
void    syns_free(syns_t *syns);

/* Keeps a SYN, or counts it when its sender repeats itself. lost is set when one that is alive, the one sent
 * longest ago, had to make room. hash: of connection_of(). */
const half_open_t *syns_keep(syns_t *syns, const observation_t *syn, uint32_t hash, bool *lost);

/* An ICMP error quotes a SYN. */
void syns_quoted(syns_t *syns, const observation_t *obs, uint32_t hash);

/* SYNs that are waiting. */
unsigned syns_count(const syns_t *syns);

/* Takes out what is known of the connection that a packet belongs to. False when that is nothing. */
bool syns_take(syns_t *syns, const observation_t *obs, uint32_t hash, half_open_t *half_open);

extern const kept_t syns_kept[];
