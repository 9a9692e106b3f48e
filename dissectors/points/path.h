/* points/path.h
 * What routers and other boxes between the points change for a living: in packets that both have.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "points/between.h"

/* Fills in `hops` and `change` of both ways. name: of the points. */
void path_compare(const points_t *points, between_t *between, const char *const name[2]);
