/* data/say.h
 * From a segment to a case, and from a case to what is said of it: what the files that find one share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "data/case.h"
#include "data/kept.h"
#include "data/page.h"

/* An answer is called forged beside another one only when it is this much odder (dB). */
#define RIVAL_MARGIN_DB 6.0

/* The first payload since the client's, whatever the client has acknowledged or ended by then. */
bool data_is_answer(const flow_t *flow, const direction_t *sender, const direction_t *peer);

/* All that is known about a segment. */
data_case_t data_case_of(engine_t *engine, const segment_t *s, content_t content, const page_t *page);
/* The earlier answer as a case, as far as it is remembered. */
data_case_t data_case_of_earlier(const data_case_t *now, const answer_t *earlier);

/* What did not arrive as it was sent says nothing of anybody. */
bool data_is_damaged(engine_t *engine, segment_t *s);

/* Judges a segment; genuine is the frame of the real answer, 0 when there is none. undecided: suspect at most. Returns
 * true when it is forged. */
bool data_judge_segment(engine_t *engine, segment_t *s, const data_case_t *c, bool undecided, uint32_t genuine);
/* Weighs again what is known of an earlier segment, with what later packets add: what is in the case, and `more`
 * (NULL: nothing), of which the texts are taken as they are. */
bool data_judge_again(engine_t *engine, const segment_t *s, const data_case_t *c, const GArray *more, bool undecided,
                      uint32_t genuine);
/* Adds the contradiction to what was found when the earlier answer arrived. */
void data_judge_earlier(engine_t *engine, segment_t *s, const data_case_t *before, bool undecided, uint32_t genuine);
