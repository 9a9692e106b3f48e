/* reset/others.h
 * What the host's other packets add to a case, and what it leaves for the cases after it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "reset/kept.h"

/* What is known of the host by now: its habits, other resets like this one, other names. */
void others_compare(engine_t *engine, reset_case_t *c, const flow_t *flow);

/* For the next resets in this host's name: window and TTL that may count together, a TTL that may follow what is
 * answered, an IP ID that is that of what is answered. */
void others_remember_ladder(flow_t *flow, const reset_case_t *c);
void others_remember_mirror(flow_t *flow, const reset_case_t *c);
void others_remember_copy(flow_t *flow, const reset_case_t *c);
/* A pattern of two tells as much about the first as about the second; the third finds it by itself. */
bool others_are_pattern(host_suspicions_t *suspicions, const reset_case_t *c);
/* How often equalities that may be accidents were tested in this capture, and found. */
void others_count(resets_t *resets, reset_case_t *c);
