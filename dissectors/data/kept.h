/* data/kept.h
 * What this family keeps beside flows: what answers began with, so that a second answer to one request is noticed;
 * pages in pieces (page.h); what one foreign sender writes (run.h, ties.h).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "data/overlap.h"
#include "data/run.h"
#include "detector.h"

#define ANSWERS_KEPT  3         /* beginnings of answers per flow, 40 bytes each */
#define PENDING_PAGES 256       /* flows whose small answer is not whole yet */
#define RUNS          1024      /* flows with something odd in them, 1.1 kB each */

/* What is said where a bound is reached. */
#define PAGES_NOTICE "limit of pages in pieces reached: the oldest are not waited for"
#define RUNS_NOTICE \
    "limit of connections with odd answers reached: what one sender wrote into the oldest is no longer told together"

/* The beginning of an answer, or of a segment that contradicts one: enough to see whether another one
 * says something else, and to judge it then. */
typedef struct {
    uint32_t  frame;
    stretch_t bytes;
    uint16_t  length;                   /* captured, saturating */
    uint16_t  ip_id, window;
    uint16_t  bits;                     /* TCP_* and BIT_* */
    uint8_t   ttl, tos;
    uint8_t   again;                    /* times it was sent again, saturating */
} answer_t;

typedef struct {
    beside_t beside;
    answer_t answer[ANSWERS_KEPT];
    answer_t fin;                       /* a FIN that the next packet of its sender did not count; frame 0: none */
    ticks_t  fin_time;
    uint8_t  next;
    uint8_t  ladder, lowest, highest;   /* segments whose window less TTL is the same, and their TTLs */
    uint16_t window_ttl;
} flow_answers_t;

/* The first part of a small answer, to be compared with lists when the rest is there. */
typedef struct {
    beside_t    beside;
    GByteArray *bytes;
    GList       link;                   /* in own_t.pages */
    size_t      size;                   /* of the whole answer, at most PAGE_BYTES */
    uint32_t    next_seq;
} pending_page_t;

/* engine->own */
typedef struct {
    oldest_t pages;                     /* of pending_page_t, by when they began */
    oldest_t runs;                      /* of run_t, by when they began */
} own_t;

static inline own_t *
data_kept(const engine_t *engine)
{
    return engine->own[DETECT_DATA];
}

/* The family's open() and close() (detector.h). */
void *data_open(engine_t *engine);
void  data_close(engine_t *engine);
extern const kept_t data_rows_kept[];

run_t *data_run_find(const engine_t *engine, const flow_t *flow);
/* The flow's run, with room made for it. */
run_t *data_run_of(engine_t *engine, flow_t *flow);

flow_answers_t *data_answers_find(const engine_t *engine, const flow_t *flow);
flow_answers_t *data_answers_of(engine_t *engine, flow_t *flow);

answer_t answer_read(const observation_t *obs);
/* What says the same in the same place, or NULL. */
answer_t *answers_same(flow_answers_t *list, const answer_t *beginning);
/* The last one that says something else there, or NULL. */
const answer_t *answers_contradicted(const flow_answers_t *list, const answer_t *beginning);
void answers_remember(flow_answers_t *list, const answer_t *beginning);
/* Segments of one answer whose window and TTL count together, in whatever order they were captured: the TTLs are
 * all different and without a gap. */
unsigned answers_ladder(flow_answers_t *list, const observation_t *obs, bool first);
