/* silence/cases.h
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

/* Judges a case and says so about one of its frames; NULL when there is nothing to say. time: 0 for an
 * earlier frame than the one at hand. */
finding_t *silence_say(engine_t *engine, const silence_case_t *c, const about_t *about, uint32_t frame,
                       int64_t time);

/* What was said of a frame is taken back as far as it can be: the answer came after all. */
void silence_answered(engine_t *engine, uint32_t first_frame, uint32_t answer_frame);
