/* points/said.h
 * What one end of a conversation said, at both points: its packets, and which of them say the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "points/messages.h"
#include "points/stream.h"

/* All that one end of a conversation sent, at both points. */
typedef struct {
    unsigned   end;
    unsigned   first;           /* the point that it passes first */
    GPtrArray *at[2];           /* of passage_t *, by point, in the order of capture */
    stream_t  *stream[2];       /* of these */
    GHashTable *acks[2];        /* by point: number and 1: the first packet that acknowledges it; NULL: not asked for */
    GHashTable *alike;          /* where it passes first, by number (TCP) or mark: GPtrArray of packets;
                                 * NULL: as above */
    bool       has_acked;
    uint32_t   acked;           /* by the other end, the furthest of what both points have of it */
    unsigned   arrived_last;    /* packets up to the last that arrived, where they pass first */
    bool       shifted;         /* bytes were put in or left out */
    bool       forged;          /* something else than an ACK was not sent */
} said_t;

/* What asking many packets for the same costs is bounded: of so many that are alike, the first are enough. */
#define SAID_ALIKE_MOST 1000

/* Where each end of each conversation lies in an order of all packets of a point. */
typedef struct {
    uint32_t *order;            /* indices of packets */
    uint32_t *start;            /* of each end, in `order`; one more at the end */
} sorted_t;

sorted_t sorted_new(const points_t *points, unsigned point);
void     sorted_clear(sorted_t *sorted);

/* Of a conversation as it is called at the first point. sorted: of both points. */
said_t said_new(const points_t *points, const sorted_t sorted[2], uint32_t talk, unsigned end);
void   said_clear(said_t *said);

/* What the other end has acknowledged of it. */
void said_note_acked(const points_t *points, said_t *said, const said_t *other);
/* Packets of which all bytes are at the other point, in other packets, have the fate of such. */
void said_mark_same_bytes(const points_t *points, said_t *said);
/* Packets, where they pass first, with the number (TCP) or mark of this one; NULL for none. */
const GPtrArray *said_alike(const points_t *points, said_t *said, unsigned point, const passage_t *p);
/* Packets that say what this one says, and did not arrive either; 0: one has. */
unsigned said_attempts(const points_t *points, GHashTable *messages, said_t *said, const passage_t *p);

bool passage_is_tcp(const points_t *points, const passage_t *p);
/* As it was, as a copy, or its bytes in other packets. */
bool passage_has_arrived(const passage_t *p);
/* The sequence number behind it, in the terms of the first point. */
uint32_t passage_end(const points_t *points, unsigned point, const passage_t *p);
