/* points/known.h
 * Who is known at both points: of whom both have a packet.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "points/match.h"

/* Once packets are matched. Of no meaning but to these; to be freed with g_hash_table_destroy(). */
GHashTable *known_new(const points_t *points);
/* Something that the sender of a packet sent, from that port, is at both points. */
bool known_sender(GHashTable *known, const points_t *points, const passage_t *p);
/* Both points lie between the hosts of a packet: they have something that one sent, and something the other had to do
 * with. */
bool known_hosts(GHashTable *known, const points_t *points, const passage_t *p);
