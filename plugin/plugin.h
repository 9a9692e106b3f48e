/* plugin.h
 * The three parts of the plugin: observer.c reads packets, session.c holds one capture's engine,
 * present.c shows findings.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "compat.h"

#include <epan/packet.h>
#include <epan/prefs.h>

#include "../dissectors/engine.h"

/* The protocol "interference" and, below it, one per detector. Registered by present.c. */
extern int proto_interference;
extern int proto_detector[N_DETECTORS];

/* ---- session.c: from file open to file close ---- */

/* The engine of the capture that is open, NULL when the protocol is switched off. */
engine_t *session_engine(void);
/* Registers preferences and the routines that run when a capture opens and closes. */
void      session_register(module_t *preferences);

/* ---- observer.c ---- */

/* Puts itself before TCP, UDP and ICMP in the table of IP protocols. Runs after all other
 * dissectors have registered. */
void observer_install(void);

/* ---- present.c ---- */

void present_register(void);
void present_handoff(void);
