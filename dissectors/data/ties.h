/* data/ties.h
 * Ties together what one foreign sender writes (run.h): its signs are pooled, and what convicts one of its packets
 * convicts all.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "data/say.h"

/* A segment that was judged belongs to a run. */
void ties_add(engine_t *engine, segment_t *s, const data_case_t *c, run_t *run);
/* Something foreign may have begun with it. What was convicted before stays what others are compared with, until
 * something else is convicted. */
void ties_begin(engine_t *engine, segment_t *s, const data_case_t *c);
/* The sender's FIN at hand ends before what repeated its header: it knows nothing of that. */
bool ties_are_denied(const run_t *run, const observation_t *obs);
void ties_deny(engine_t *engine, segment_t *s, run_t *run);
