/* silence/rates.h
 * Connections whose data are held to a rate (policed.h), and faster ones of the same server to compare with.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "silence/kept.h"

/* The server of a flow sends again, or late: it is followed once it has done so several times, until it is
 * seen to be fast. */
void rates_old(engine_t *engine, const segment_t *s);

/* Any packet of a flow with repeats_t. */
void rates_segment(engine_t *engine, const segment_t *s);

/* A server answers a request: followed, where another name of it is policed. */
void rates_works(engine_t *engine, flow_t *flow, const observation_t *obs);

/* The flow is forgotten. */
void rates_clear(silences_t *silences, rate_t *rate);
