/* request.h
 * What a client asks for, read from the first bytes it sends: the text that content filters match.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    REQUEST_OTHER,      /* none of these, or without a name */
    REQUEST_CUT,        /* one of these, but its name lies beyond the bytes given */
    REQUEST_HTTP,       /* by its Host */
    REQUEST_TLS,        /* by its server name */
} request_t;

/* Finds the HTTP Host or the TLS server name in a client's first segment. The name points into
 * payload and is neither terminated nor checked; both are set for REQUEST_HTTP and _TLS. Sources: RFC 9112 section 3.2, RFC 8446 section 4.1.2, RFC 6066 section 3. */
request_t request_find(const uint8_t *payload, size_t length, const uint8_t **name,
                       size_t *name_length);
