/* points/cases.h
 * What two points say of each other's packets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "points/between.h"
#include "verdict/report.h"

/* Once, after points_match(). What is found is reported for each point. */
between_t points_compare(points_t *points, reports_t *const reports[2], const char *const name[2]);
