/* data/early.h
 * What was said in the server's name before its SYN/ACK came, or in a connection that somebody else has opened.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "detector.h"

/* A SYN/ACK where something came before it: the connection may have another beginning than that claimed. */
RARELY_RUN void early_observe(engine_t *engine, segment_t *s);
