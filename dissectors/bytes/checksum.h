/* bytes/checksum.h
 * Whether a packet arrived as it was sent: the checksum of TCP or UDP over header, payload and
 * addresses (RFC 9293 section 3.1, RFC 768, RFC 8200 section 8.1). Worked out only for the few
 * packets about which somebody asks, because it costs reading the whole payload.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "observation.h"

typedef enum {
    CHECKSUM_UNKNOWN,   /* quoted, cut, or without one (UDP over IPv4 may leave it out) */
    CHECKSUM_GOOD,
    CHECKSUM_UNFILLED,  /* as a stack leaves it to its network card: nothing, or the sum of addresses, protocol and
                         * length alone */
    CHECKSUM_BAD,       /* damaged on the way, or never right */
} checksum_t;

/* Pure; reads obs->segment, so during the call that brings the observation only. Who keeps an
 * observation longer sets `segment` to NULL and `checksum` to what this says. */
checksum_t checksum_of(const observation_t *obs);
