/* data/certificate.c
 * Authorities named in a TLS server's certificates; see certificate.h.
 *
 * Names are compared as bytes: in DER they stand as they are, as PrintableString or UTF8String. Whether it
 * is the issuer or the subject that has the name is not asked: a certificate of the authority itself says
 * the same. What is split between two segments is not found.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data/certificate.h"

#include <string.h>

#define CERTIFICATE_BYTES 4096  /* of one segment that are looked at */

enum { RECORD_HANDSHAKE = 22, RECORD_HEADER = 5, HELLO_SERVER = 2, HANDSHAKE_CERTIFICATE = 11, HANDSHAKE_HEADER = 4 };

static const authority_t authorities[] = {
    { "Qaznet Trust Network", "Kazakhstan", "2019", true, "Raman et al., IMC 2020; net4people/bbs #6" },
    { "Information Security Certification Authority", "Kazakhstan", "since 2020", true,
      "Censored Planet, 2020; OONI, 2024; net4people/bbs #56 and #339" },
    { "Russian Trusted Root CA", "Russia", "since 2022", false, "gosuslugi.ru/crt" },
    { "Russian Trusted Sub CA", "Russia", "since 2022", false, "gosuslugi.ru/crt" },
};
#define N_AUTHORITIES (sizeof authorities / sizeof authorities[0])

const authority_t *
authority_row(unsigned index)
{
    return index < N_AUTHORITIES ? &authorities[index] : NULL;
}

static size_t
read24(const uint8_t *p)
{
    return (size_t)p[0] << 16 | (size_t)p[1] << 8 | p[2];
}

/* Handshake messages follow each other in one record or in several. ServerHello has one of its own or
 * is followed by the certificates in the same record. */
size_t
certificate_begins(const uint8_t *bytes, size_t length, bool *more)
{
    size_t at = RECORD_HEADER;

    *more = false;
    if (length < RECORD_HEADER + HANDSHAKE_HEADER || bytes[0] != RECORD_HANDSHAKE || bytes[1] != 3
        || bytes[at] != HELLO_SERVER)
        return 0;
    size_t record_end = RECORD_HEADER + ((size_t)bytes[3] << 8 | bytes[4]);
    at += HANDSHAKE_HEADER + read24(bytes + at + 1);
    if (at >= record_end) {             /* the next record */
        if (at > record_end)
            return 0;
        at += RECORD_HEADER;
        if (at <= length && bytes[at - RECORD_HEADER] != RECORD_HANDSHAKE)
            return 0;                   /* TLS 1.3: encrypted from here on */
    }
    if (at + HANDSHAKE_HEADER > length) {
        *more = true;
        return 0;
    }
    if (bytes[at] != HANDSHAKE_CERTIFICATE)
        return 0;
    *more = at + HANDSHAKE_HEADER + read24(bytes + at + 1) > length;
    return at;
}

static bool
contains(const uint8_t *bytes, size_t length, const char *name)
{
    size_t n = strlen(name);
    const uint8_t *p = bytes, *end = bytes + length;

    while ((size_t)(end - p) >= n && (p = memchr(p, name[0], (size_t)(end - p) - n + 1))) {
        if (!memcmp(p, name, n))
            return true;
        p++;
    }
    return false;
}

const authority_t *
certificate_authority(const uint8_t *bytes, size_t length)
{
    if (length > CERTIFICATE_BYTES)
        length = CERTIFICATE_BYTES;
    for (unsigned i = 0; i < N_AUTHORITIES; i++)
        if (contains(bytes, length, authorities[i].name))
            return &authorities[i];
    return NULL;
}
