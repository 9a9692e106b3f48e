/* bytes/request.h
 * What a client asks for, read from the first bytes it sends: the text that content filters match.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    REQUEST_OTHER,      /* neither of these */
    REQUEST_CUT,        /* one of these, but its name lies beyond the bytes given */
    REQUEST_HTTP,
    REQUEST_TLS,
} request_kind_t;

/* Both texts point into the bytes given and are neither terminated nor checked. */
typedef struct {
    const uint8_t *name;        /* the host that is asked for, with
                                 * its port where that is part of it */
    size_t         name_length; /* 0: it names none */
    const uint8_t *path;        /* HTTP: path and query; the whole target where there is no host */
    size_t         path_length; /* 0: no more than "/" */
    bool           ech;         /* TLS: has an encrypted_client_hello extension, real or GREASE */
    bool           fragmented;  /* TLS: the ClientHello lies in several
                                 * records, its name is not read */
    bool           goes_on;     /* TLS: more extensions beyond the bytes given */
} request_t;

/* Reads the first bytes a client sends, an HTTP request or a TLS ClientHello. Sources: RFC 9112
 * section 3.2, RFC 8446 section 4.1.2, RFC 6066 section 3, RFC 9849 section 5. */
request_kind_t request_read(const uint8_t *payload, size_t length, request_t *request);

/* True where none of the published exemptions of the Great Firewall's rule against fully encrypted
 * traffic applies. Source: Wu et al., How the Great Firewall of China Detects and Blocks Fully
 * Encrypted Traffic, USENIX Security 2023, algorithm 1. */
bool looks_fully_encrypted(const uint8_t *payload, size_t length);
