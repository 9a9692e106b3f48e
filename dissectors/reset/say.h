/* reset/say.h
 * What is said of a reset that was judged: facts, and of a forged one its header and its distance.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "reset/kept.h"

/* Reports it. True when it is called forged. */
bool reset_say(engine_t *engine, const flow_t *flow, const reset_case_t *c, judgement_t j, GArray *evidence);
