/* reset/judging.h
 * When cases are judged, and judged again: with each new fact, and when the box that sent them is proven to forge.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "reset/kept.h"

/* Judges a case with all that is known by now, says it, and has the cases judged again that this tells about. */
void reset_judge_case(engine_t *engine, flow_t *flow, flow_resets_t *list, reset_case_t *c);

/* What leaves the machine that captures is its own, decoys of a tool against filters included; if it is not put on
 * the link by somebody else. Where the other end is not captured at all, a sender without a router in between is
 * next to the capture. */
bool reset_is_own(const engine_t *engine, const flow_t *flow, reset_case_t *c);

/* A box was proven to forge packets in a host's name, or a pattern shows: its open cases are judged again, once,
 * when the packet at hand is through. */
void reset_revisit_host(engine_t *engine, host_t *host);
/* Judges the open case of one frame again: a later reset completes a pattern with it. */
void reset_revisit_frame(engine_t *engine, const host_t *host, uint32_t frame);
/* The packet at hand is through: those whose turn it is are judged, as far as the work allows. */
void reset_work_off(engine_t *engine);
