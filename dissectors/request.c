/* request.c
 * What a client asks for; see request.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "request.h"

#include <string.h>

#include <glib.h>

/* A request line and its headers; a Host beyond this is not looked for. */
#define HTTP_SEARCH_MAX 2048
#define HTTP_METHOD_MAX 10

enum { TLS_HANDSHAKE = 22, TLS_CLIENT_HELLO = 1, TLS_SERVER_NAME = 0, TLS_HOST_NAME = 0 };

/* A bounded reader: after a read beyond the end everything reads as zero and bad is set. */
typedef struct {
    const uint8_t *at, *end;
    bool bad;
} reader_t;

static const uint8_t *
take(reader_t *r, size_t n)
{
    if (r->bad || (size_t)(r->end - r->at) < n) {
        r->bad = true;
        return NULL;
    }
    const uint8_t *p = r->at;
    r->at += n;
    return p;
}

static unsigned
take_number(reader_t *r, unsigned bytes)
{
    const uint8_t *p = take(r, bytes);
    unsigned value = 0;
    for (unsigned i = 0; p && i < bytes; i++)
        value = value << 8 | p[i];
    return value;
}

static bool
server_name(reader_t *r, const uint8_t **name, size_t *name_length)
{
    take_number(r, 2);                                  /* list length */
    if (take_number(r, 1) != TLS_HOST_NAME)
        return false;
    *name_length = take_number(r, 2);
    *name = take(r, *name_length);
    return *name && *name_length;
}

static bool
tls_server_name(const uint8_t *payload, size_t length, const uint8_t **name, size_t *name_length)
{
    reader_t r = { payload, payload + length, false };

    if (take_number(&r, 1) != TLS_HANDSHAKE)
        return false;
    take(&r, 2 + 2);                                    /* record version and length */
    if (take_number(&r, 1) != TLS_CLIENT_HELLO)
        return false;
    take(&r, 3 + 2 + 32);                               /* length, version, random */
    take(&r, take_number(&r, 1));                       /* session id */
    take(&r, take_number(&r, 2));                       /* cipher suites */
    take(&r, take_number(&r, 1));                       /* compression methods */
    take_number(&r, 2);                                 /* extensions length */
    while (!r.bad && r.at < r.end) {
        unsigned type = take_number(&r, 2), size = take_number(&r, 2);
        if (!r.bad && type == TLS_SERVER_NAME)
            return server_name(&r, name, name_length);
        take(&r, size);
    }
    return false;
}

static bool
is_http_request(const uint8_t *payload, size_t length)
{
    size_t i = 0;
    while (i < length && i < HTTP_METHOD_MAX && payload[i] >= 'A' && payload[i] <= 'Z')
        i++;
    return i >= 3 && i < length && payload[i] == ' ';
}

static bool
http_host(const uint8_t *payload, size_t length, const uint8_t **name, size_t *name_length)
{
    static const char header[] = "\nhost:";
    const size_t n = sizeof header - 1;

    if (!is_http_request(payload, length))
        return false;
    if (length > HTTP_SEARCH_MAX)
        length = HTTP_SEARCH_MAX;
    for (const uint8_t *p = payload; (p = memchr(p, '\n', payload + length - p)); p++) {
        if ((size_t)(payload + length - p) <= n || p[1] == '\r' || p[1] == '\n')
            return false;               /* cut, or the end of the headers */
        if (g_ascii_strncasecmp((const char *)p, header, n))
            continue;
        const uint8_t *from = p + n, *end = payload + length;
        while (from < end && (*from == ' ' || *from == '\t'))
            from++;
        const uint8_t *to = from;
        while (to < end && *to != '\r' && *to != '\n')
            to++;
        *name = from;
        *name_length = (size_t)(to - from);
        return to < end && *name_length > 0;    /* else the capture cuts the name */
    }
    return false;
}

request_t
request_find(const uint8_t *payload, size_t length, const uint8_t **name, size_t *name_length)
{
    if (tls_server_name(payload, length, name, name_length))
        return REQUEST_TLS;
    return http_host(payload, length, name, name_length) ? REQUEST_HTTP : REQUEST_OTHER;
}
