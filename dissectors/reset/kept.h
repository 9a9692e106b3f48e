/* reset/kept.h
 * What this family keeps: beside flows their resets, and for the capture how connections went.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "detector.h"
#include "reset/case.h"
#include "reset/contrast.h"

/* Resets of one flow that later packets may still tell more about. Further ones are judged by what came before
 * them, and then no more: tools send some dozens, and after that a storm says nothing new. */
#define CASES_PER_FLOW  16
#define JUDGED_PER_FLOW 256

/* Of lists of what came before, so many are looked at, the last ones first. */
#define REVISIT_MAX 256

/* What is said where a bound is reached. */
#define OPEN_NOTICE     "reset limit reached: later packets no longer add to the oldest resets"
#define JUDGED_NOTICE   "more resets in this connection than are judged: only the first 256 are"
#define OUTCOMES_NOTICE "name limit reached: connections for further names are not compared with those for others"

/* Names, and clients with servers, whose connections are counted by how they went. */
#define OUTCOMES_MAX 65536

/* Kept beside a flow that has had a reset. */
typedef struct {
    beside_t   beside;
    GList      link;            /* in resets_t.flows */
    GPtrArray *cases;           /* of reset_case_t, owned, in capture order */
    limit_t    limit;
    unsigned   judged;          /* resets, up to JUDGED_PER_FLOW */
    uint32_t   told_after_end[2];   /* of each end, the reset after its end that was told; 0: none */
    GList      due_link;        /* in resets_t.due; data is NULL where it is not in there */
    bool       due[2];          /* the cases of this end are to be judged again */
    bool       cut;             /* the client's request got a reset in place of an answer */
} flow_resets_t;

typedef struct {
    oldest_t   flows;           /* of flow_resets_t; max is that of `open` */
    unsigned   open;            /* lists and cases */
    GPtrArray *marked;          /* hosts whose open cases are to be judged again, with the packet at hand */
    GQueue     due;             /* of flow_resets_t whose turn that is; what is too much work waits in here */
    outcomes_t *outcomes;
    limit_t    outcomes_limit;
    record_t   record[N_CHANCES];   /* of all resets */
} resets_t;

static inline resets_t *
resets_of(const engine_t *engine)
{
    return engine->own[DETECT_RESET];
}

/* The family's open() and close() (detector.h). */
void *reset_open(engine_t *engine);
void  reset_close(engine_t *engine);
extern const kept_t reset_rows_kept[];

/* The flow's resets; NULL where it had none. */
flow_resets_t *resets_find(const engine_t *engine, const flow_t *flow);
/* The same, made where there are none. */
flow_resets_t *resets_list(engine_t *engine, flow_t *flow);
/* Gives up the resets of other flows, oldest first, until one more fits. False when none can. */
bool resets_make_room(engine_t *engine, const flow_t *flow);
