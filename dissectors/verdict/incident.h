/* verdict/incident.h
 * Findings that belong to one exchange: what was asked, what is forged or was silenced, what was really sent. A
 * reader looks at the incident, not at the packet; so do filters (interference.incident == 3) and reports.
 *
 * The exchange is a TCP connection (its two ends and their ports), or one question over UDP: the two ends and the
 * frame that asked. An incident bears the number of the frame about which something was said first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "verdict/finding.h"

typedef struct incidents incidents_t;

/* Lives as long as the store. Grows with the exchanges that something is said about, 56 bytes each and their share of
 * a GHashTable. */
incidents_t *incidents_new(void);
void         incidents_free(incidents_t *incidents);

/* The number of the exchange between these ends, whichever way the packet goes; `frame`, where nothing has been said
 * about the exchange before. asked: the frame of the question; 0: not known. 0 where it is not known who speaks to
 * whom. */
uint32_t incident_of(incidents_t *incidents, const ends_t *ends, uint32_t asked, uint32_t frame);
