/* session.h
 * One capture, from file open to file close: its engine, and what the user prefers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "compat.h"

#include <epan/packet.h>

#include "../dissectors/engine.h"
#include "headers.h"

/* The protocol "interference" and, below it, one per detector. */
extern int proto_interference;
extern int proto_detector[N_DETECTORS];

/* Registers protocols, preferences and the routines that run when a capture opens and closes. Before all
 * other parts. */
void session_register(void);

/* The engine of the capture that is open, NULL when the protocol is switched off. */
engine_t *session_engine(void);
/* Remembers how many frames the capture has; called for every frame. */
void      session_met(const packet_info *pinfo);
/* How many frames it has, as far as it was read. */
uint32_t  session_frames(void);
/* What the user says the capture is called; "" when he does not. */
const char *session_capture_name(void);
/* Preferences about how findings are shown: whether one with this verdict is named in the Info column, and
 * whether it is written as a comment. */
bool      session_tags_info(verdict_t verdict);
bool      session_writes_comments(void);

/* A frame's time, see headers_time(). */
static inline int64_t
capture_time(const packet_info *pinfo)
{
    return headers_time(pinfo->abs_ts.secs, pinfo->abs_ts.nsecs);
}
