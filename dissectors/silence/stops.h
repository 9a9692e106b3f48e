/* silence/stops.h
 * Downloads of one client from one server that stop in the middle. One may be anything; what stops at the same place
 * again is cut there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "silence/kept.h"

void stops_open(silences_t *silences);
void stops_close(silences_t *silences);

/* If this is one (silence_is_stop()), remembers it and looks for another one at the same place: that one is said, and
 * c->stop_frame set. */
void stops_compare(engine_t *engine, silence_case_t *c, const about_t *about, const cut_key_t *key, uint16_t request,
                   uint32_t frame);

/* It went on after all. True when another one was compared with it. */
bool stops_forget(engine_t *engine, uint32_t frame);
