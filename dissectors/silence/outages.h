/* silence/outages.h
 * Servers that fall silent to one client at the same time. One may be dead, or be kept from it; three that have
 * nothing to do with each other have one thing in common: the client's own end. Its network is down or loses
 * one direction, it scans, or it asks addresses of peers that are gone. That is said once, in place of all that
 * was said of each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "silence/kept.h"

void outages_open(silences_t *silences);
void outages_close(silences_t *silences);

/* Something is found about a client and a server: true when it is part of an outage, and said there. */
bool outage_takes(engine_t *engine, const silence_case_t *c, const about_t *about, const cut_key_t *key,
                  uint16_t request, uint32_t first_frame, const observation_t *obs);

/* What was found of this frame is said there. */
bool outage_has(const engine_t *engine, const ip_address_t *client, uint32_t first_frame);

/* It was no silence, or there is contrast: what was found of this frame is no part of an outage. */
void outage_leaves(engine_t *engine, const ip_address_t *client, uint32_t first_frame);
