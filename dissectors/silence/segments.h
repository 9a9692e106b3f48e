/* silence/segments.h
 * TCP: what is sent again and never acknowledged, and answers that were sent but never seen.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "silence/kept.h"

/* Data, SYN/ACK or FIN that lie before what the sender has sent already. */
void segments_repeated(engine_t *engine, const segment_t *s);

/* Any packet of a flow with repeats_t: it may answer what was sent again. */
void segments_answered(engine_t *engine, const segment_t *s);

/* A server that has sent no data is seen to be ahead of what was seen of it. */
void segments_hole(engine_t *engine, const segment_t *s);
