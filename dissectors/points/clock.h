/* points/clock.h
 * How far apart the clocks of two points are, from packets that both have seen.
 *
 * A packet that goes from the first point to the second shows the difference of the clocks and the time it took,
 * one that comes back shows the difference less that time. So the difference lies between the least that is seen
 * of the one kind and the most of the other, whatever waits in queues: in the middle of them if the fastest
 * packets take equally long both ways, and never further off than half the fastest round trip.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* One packet that both points have seen. */
typedef struct {
    int64_t  time;              /* of the first point, ns */
    int64_t  apart;             /* time of the second point less that, ns */
    uint32_t frame[2];          /* of each point */
    bool     forward;           /* the first point has seen it first */
} clock_sample_t;

/* Between two steps of a clock. */
typedef struct {
    uint32_t frame[2];          /* from here on, of each point */
    int64_t  time;              /* of the first point, when it begins */
    int64_t  offset;            /* of the second clock, then, ns */
    double   drift;             /* ns in each ns */
    int64_t  error;             /* at most, either way, ns */
    bool     both_ways;         /* false: how long packets take is in the offset, and `error` is not known */
    unsigned samples;
} clock_piece_t;

#define CLOCK_PIECES 8

typedef struct {
    clock_piece_t piece[CLOCK_PIECES];
    unsigned      n;            /* 0: no packet to tell from */
    bool          contradicts;  /* packets would have arrived before they were sent */
} clocks_t;

/* samples: of clock_sample_t, in the order of the first point's frames. */
clocks_t clocks_estimate(const GArray *samples);

/* The second clock less the first when a point (0 or 1) saw this frame. */
int64_t clocks_offset(const clocks_t *clocks, unsigned point, uint32_t frame, int64_t time);
/* The time of a frame as the first point's clock would have it. */
int64_t clocks_common(const clocks_t *clocks, unsigned point, uint32_t frame, int64_t time);
/* The largest error of any piece. */
int64_t clocks_error(const clocks_t *clocks);
