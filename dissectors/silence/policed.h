/* silence/policed.h
 * Whether what one end of a connection sends is held to a rate by dropping the excess.
 *
 * A policer keeps no queue: it has an account into which the rate is paid, each packet that passes is paid
 * from it, and what cannot be paid is dropped. So the account is empty whenever a packet is lost, and the
 * bytes that have passed until each loss lie on a line over time, whose slope is the rate (Flach et al.,
 * SIGCOMM 2016). Losses by chance do not; a full queue delays what passes.
 *
 * Works where the capture lies behind the policer: a lost packet is a gap that is filled later.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "observation.h"

#define POLICED_GAPS 48         /* the last ones */

typedef struct {
    uint32_t seq, end;          /* what was missing */
    int64_t  time;              /* of the last packet that passed before */
    uint64_t passed;            /* bytes until then */
    uint32_t heard;             /* bytes that the receiver had got by then from all connections, modulo 2^32 */
    bool     filled;            /* it came after all */
    bool     late;              /* round trips had grown before it */
} policed_gap_t;

typedef struct {
    policed_gap_t gap[POLICED_GAPS];    /* in the order of their time */
    unsigned n_gaps;
    uint64_t passed;            /* payload bytes, those sent again included */
    int64_t  begun, last_time;
    uint32_t next_seq;
    uint32_t longest;           /* payload of one packet */
    unsigned full, shorter;     /* packets as long as that, and others */
    unsigned pushed;            /* with PSH: the sender had no more to send then */
    unsigned unseen;            /* gaps that the receiver does not have: the capture does */
    uint32_t probe;             /* timestamp of the receiver that the sender has not echoed yet */
    int64_t  probe_time;        /* 0: none */
    uint32_t rtt, rtt_lately;   /* shortest of all and since the last gap, us; 0: none */
} policed_t;

/* What the gaps say, if there are two or more. */
typedef struct {
    unsigned losses, late;
    int64_t  span;              /* ns from the first to the last */
    uint64_t passed;            /* bytes in that time */
    double   rate;              /* bytes per second */
    double   others;            /* the same for the receiver's other connections, where it was highest for a second */
    double   slack;             /* bytes, how far the gaps are off the line at most */
} policed_line_t;

policed_t *policed_new(uint32_t next_seq, uint32_t rtt_us, int64_t now);
/* A packet of the sender with payload, before it is learnt. True when it fills a gap. */
bool policed_data(policed_t *p, const observation_t *obs, uint32_t heard);
/* A packet of the receiver. */
void policed_ack(policed_t *p, const observation_t *obs);
/* The sender always had more to send: full packets, hardly any the last of what an application wrote. (What an
 * application sends at a rate of its own lies on a line as well.) */
bool policed_is_saturated(const policed_t *p);
policed_line_t policed_line(const policed_t *p);
