/* request.h
 * What a client asks for, read from the first bytes it sends: the text that content filters match.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Finds the HTTP Host or the TLS SNI in a client's first segment. The name points into payload and
 * is neither terminated nor checked. False when there is none, or when it lies beyond the captured
 * bytes. Sources: RFC 9112 section 3.2, RFC 8446 section 4.1.2, RFC 6066 section 3. */
bool request_find(const uint8_t *payload, size_t length, const uint8_t **name, size_t *name_length);
