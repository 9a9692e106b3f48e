/* points/stream.h
 * What one end of a TCP connection has said at one point, as ranges of bytes: offload, retransmissions and boxes
 * that cut segments up change packets, and no byte.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "points/match.h"

typedef struct stream stream_t;

/* Of packets of one end; passages: of const passage_t *, in the order of capture, all of which count. */
stream_t *stream_new(const points_t *points, unsigned point, const GPtrArray *passages);
void      stream_free(stream_t *stream);

/* What a stream has of one packet. */
typedef struct {
    uint32_t         sent;          /* of its bytes: in the stream, whatever they are */
    uint32_t         compared;      /* … and captured at both points */
    bool             differs;       /* of these, some are never the same in the stream */
    uint32_t         at;            /* the first of those, from 0 */
    const passage_t *other;         /* … in this packet of the stream */
    bool             fin;           /* the stream has a FIN just behind it */
} overlap_t;

overlap_t stream_look(const stream_t *stream, const points_t *points, unsigned point, const passage_t *p);

/* The stream has nothing of a packet and goes on behind it: its sender has sent that, and it was not captured. */
bool stream_misses(const stream_t *stream, const points_t *points, unsigned point, const passage_t *p);

/* Bytes that the sender has gone beyond and that were never captured: how many gaps. */
unsigned  stream_gaps(const stream_t *stream);
