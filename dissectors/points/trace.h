/* points/trace.h
 * What one capture point has seen, kept to be compared with what another one has: every packet as plain
 * values, with the bytes it carried.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

#include "base/kept.h"
#include "observation.h"

/* Kept of one point at most. What comes after so many packets is not compared, and that is said; after so many
 * bytes packets are compared by their headers alone, as if they had been captured short. */
#define TRACE_PACKETS_MAX 4000000
#define TRACE_BYTES_MAX   (UINT64_C(1) << 30)

/* Two ends that speak to each other, in an order of their own: the same for both points. */
typedef struct {
    ip_address_t address[2];
    uint16_t     port[2];
    uint8_t      protocol;
} talk_ends_t;

/* What became of a packet between the points. */
typedef enum {
    FATE_OPEN,              /* not known yet, or not to be known */
    FATE_MATCHED,           /* the other point has it */
    FATE_COPY,              /* the other point has it, and this is one more */
    FATE_SAME_BYTES,        /* the other point has all that it says, in other packets */
    FATE_LOST,              /* sent, not arrived, and that is no wonder on this path */
    FATE_SILENCED,          /* sent and never arrived */
    FATE_FORGED,            /* arrived and never sent */
    FATE_CHANGED,           /* sent, and arrived as something else */
} fate_t;

/* One packet as one point saw it. */
typedef struct {
    int64_t        time;
    uint32_t       frame;
    uint32_t       talk;            /* index of its conversation */
    uint32_t       partner;         /* the same packet at the other point: its index and 1; 0: none */
    uint32_t       copy_of;         /* captured again: the first time's index and 1; 0: it is the first */
    uint32_t       seq, ack, tsval, tsecr;
    uint32_t       length, captured;
    const uint8_t *payload;
    ip_header_t    ip;
    uint16_t       flags, window, mss;
    uint8_t        end;             /* of the conversation, that sent it */
    uint8_t        fate;            /* fate_t */
    bool           has_timestamps, has_options;
} passage_t;

/* All conversations of both points. */
typedef struct talks talks_t;

talks_t           *talks_new(void);
void               talks_free(talks_t *talks);
uint32_t           talks_length(const talks_t *talks);
const talk_ends_t *talks_at(const talks_t *talks, uint32_t index);

/* What is known of a capture beside its packets; what is not known is 0. */
typedef struct {
    talks_t  *talks;
    GArray   *passages;             /* of passage_t, as captured */
    GPtrArray *chunks;              /* where the bytes are */
    size_t    chunk_used;
    uint64_t  bytes;
    int64_t   from, until;          /* it was capturing at least from then on, until then */
    uint64_t  cut_headers;          /* too short to be compared */
    uint64_t  cut_payloads;
    uint64_t  left_out;             /* beyond TRACE_PACKETS_MAX */
    uint64_t  dropped;              /* by the capturing machine, as the file says */
    bool      whole;                /* it is known that nothing was dropped */
    bool      cut_short;            /* the file could not be read to its end */
} trace_t;

trace_t *trace_new(talks_t *talks);
void     trace_free(trace_t *trace);
void     trace_add(trace_t *trace, const observation_t *obs);

static inline passage_t *
trace_at(const trace_t *trace, uint32_t index)
{
    return &g_array_index(trace->passages, passage_t, index);
}

static inline uint32_t
trace_length(const trace_t *trace)
{
    return trace->passages->len;
}

extern const kept_t trace_kept[];
