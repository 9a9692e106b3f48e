/* silence/say.h
 * How a silence is said: what the files that find one share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "detector.h"
#include "silence/case.h"

/* Who, where and what a finding is about. */
typedef struct {
    ends_t      ends;
    vantage_t   vantage;
    const char *trigger;
} about_t;

/* Judges a case and says so about the frame that was sent first; false when there is nothing to say. last_frame:
 * the one sent last so far; 0: that is not known, or was said. */
bool silence_say(engine_t *engine, const silence_case_t *c, const about_t *about, uint32_t first_frame,
                 uint32_t last_frame);

/* The same, and about the frame at hand, which is sent in vain as well. */
bool silence_say_both(engine_t *engine, const silence_case_t *c, const about_t *about, uint32_t first_frame,
                      const observation_t *obs);

/* What was said of a frame is taken back as far as it can be: the answer came after all. */
void silence_answered(engine_t *engine, uint32_t first_frame, uint32_t answer_frame);
