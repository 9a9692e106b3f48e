/* reset/contrast.h
 * How the connections of one client with one port of a server went, by the name that was asked for: a filter cuts
 * those for one name and lets those for others pass.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "reset/case.h"
#include "state/names.h"

/* Of a name, or with name 0 of all names of a client at a server's port. */
typedef struct {
    entry_t       entry;
    const host_t *client, *server;
    uint16_t      port, name;
    uint16_t      passed_name;      /* of the last one that passed */
    uint16_t      passes, cuts;
    uint32_t      passed_frame;
    ticks_t       time;             /* of the last one */
} outcome_t;

typedef struct outcomes outcomes_t;

/* max: names of a client and server, and pairs of these, that are counted. */
outcomes_t *outcomes_new(unsigned max);
void        outcomes_free(outcomes_t *outcomes);
/* One was not counted, because there is no more room. */
bool        outcomes_full(const outcomes_t *outcomes);

/* A server answers the request of a flow, in a frame; or a reset comes in place of an answer. Nothing is counted
 * where no name is known. True when contrasts of this server may have become visible. */
bool outcomes_passed(outcomes_t *outcomes, const flow_t *flow, uint32_t frame, int64_t time);
bool outcomes_cut(outcomes_t *outcomes, const flow_t *flow, int64_t time);

/* What stands out of them for the name that a flow asked for; all 0 where there is too little of it. */
contrast_t outcomes_contrast(const outcomes_t *outcomes, const names_t *names, const flow_t *flow);
