/* handover.h
 * Captures that have something in them that only Wireshark reads: tshark with the plugin judges them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "options.h"

/* Has tshark judge a capture once more: what it says for each output of the options, in their order; of char *,
 * to be freed. NULL where it cannot: then *why says why, to be freed. capture_name: NULL for none. */
GPtrArray *handover_judge(const options_t *options, const char *file, const char *capture_name,
                          const unread_counts_t unread, char **why);
