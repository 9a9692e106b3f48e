/* silence/cuts.h
 * Who was cut off from which server: remembered for as long as a filter may go on blocking the rest of a
 * client's connections to it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "silence/kept.h"

void cuts_open(silences_t *silences);
void cuts_close(silences_t *silences);

/* Says that the client of `key` is cut off, in the frame that was sent first or as part of an outage, and
 * remembers it. obs: what was sent last. request: of names_t, 0 where it is not known. False when there is
 * nothing to say. */
bool cut_off(engine_t *engine, const silence_case_t *c, const about_t *about, const cut_key_t *key,
             uint16_t request, uint32_t first_frame, const observation_t *obs);

/* A forged packet cuts it off: this frame. */
void cuts_forged(engine_t *engine, const cut_key_t *key, const char *trigger, uint32_t frame, int64_t time);

/* The server has answered on another connection: what a forged packet did before is over. */
void cuts_answered(engine_t *engine, const cut_key_t *key);

/* It was no cut: the answer came after all. */
void cut_ended(engine_t *engine, const cut_key_t *key, uint32_t first_frame);

/* The frame that a cut began with; 0: none is known. */
uint32_t cuts_frame(const engine_t *engine, const cut_key_t *key);

/* Fills in what an earlier cut adds to a case that begins at `time`. began: a frame of the connection that is
 * judged; what was cut off then or later is itself. A host that never answered is not cut off. */
void cuts_earlier(const engine_t *engine, const cut_key_t *key, uint32_t began, int64_t time,
                  silence_case_t *c);
