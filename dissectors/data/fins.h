/* data/fins.h
 * FINs that their sender did not send: it goes on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "detector.h"

/* A segment of a server that has sent a FIN. The first one after it that does not count it has the FIN remembered; new
 * data in its place have it judged. One byte there is a keep-alive probe. */
RARELY_RUN void fins_observe(engine_t *engine, segment_t *s);
