/* data/certificate.h
 * Certificate authorities that states have used to read TLS connections, looked for in the certificates
 * that a server sends in the clear (TLS 1.2 and older; TLS 1.3 encrypts them).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name;           /* as it stands in a certificate, UTF-8 */
    const char *place, *years;  /* of its use */
    bool        intercepts;     /* known for nothing but interception; false: servers use it by right */
    const char *source;
} authority_t;

/* The server's first bytes: where its certificates begin, 0 where there are none. *more: (the rest of)
 * them will come in the next segment. */
size_t certificate_begins(const uint8_t *bytes, size_t length, bool *more);

/* The first authority of the list that is named in these bytes of certificates; NULL: none. */
const authority_t *certificate_authority(const uint8_t *bytes, size_t length);

/* The list; NULL beyond the last. */
const authority_t *authority_row(unsigned index);
