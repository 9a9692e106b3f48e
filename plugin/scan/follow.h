/* follow.h
 * A capture that does not end, as it comes from a pipe: findings are told when they are made.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "options.h"

/* Reads until the end, or until told to stop by SIGINT or SIGTERM. The exit status. */
int follow_capture(const options_t *options, const char *file, sink_t *sink);
