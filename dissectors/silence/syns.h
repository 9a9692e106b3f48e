/* silence/syns.h
 * First SYNs that nobody answers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "silence/kept.h"

/* The two callbacks of detector.h. */
void silence_syn(engine_t *engine, const half_open_t *half_open);
void silence_syn_answered(engine_t *engine, const half_open_t *half_open, const observation_t *obs);
