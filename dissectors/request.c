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

static request_t
server_name(reader_t *r, const uint8_t **name, size_t *name_length)
{
    take_number(r, 2);                                  /* list length */
    unsigned type = take_number(r, 1);
    *name_length = take_number(r, 2);
    *name = take(r, *name_length);
    return r->bad ? REQUEST_CUT : type == TLS_HOST_NAME && *name_length ? REQUEST_TLS : REQUEST_OTHER;
}

static request_t
tls_server_name(const uint8_t *payload, size_t length, const uint8_t **name, size_t *name_length)
{
    reader_t r = { payload, payload + length, false };

    if (take_number(&r, 1) != TLS_HANDSHAKE)
        return REQUEST_OTHER;
    take(&r, 2 + 2);                                    /* record version and length */
    if (take_number(&r, 1) != TLS_CLIENT_HELLO)
        return REQUEST_OTHER;
    take(&r, 3 + 2 + 32);                               /* length, version, random */
    take(&r, take_number(&r, 1));                       /* session id */
    take(&r, take_number(&r, 2));                       /* cipher suites */
    take(&r, take_number(&r, 1));                       /* compression methods */
    size_t left = take_number(&r, 2);                   /* of the extensions */
    while (!r.bad && left >= 4) {
        unsigned type = take_number(&r, 2), size = take_number(&r, 2);
        if (!r.bad && type == TLS_SERVER_NAME)
            return server_name(&r, name, name_length);
        take(&r, size);
        left -= left < 4u + size ? left : 4u + size;
    }
    return r.bad ? REQUEST_CUT : REQUEST_OTHER;
}

static bool
is_http_request(const uint8_t *payload, size_t length)
{
    size_t i = 0;
    while (i < length && i < HTTP_METHOD_MAX && payload[i] >= 'A' && payload[i] <= 'Z')
        i++;
    return i >= 3 && i < length && payload[i] == ' ';
}

static request_t
http_host(const uint8_t *payload, size_t length, const uint8_t **name, size_t *name_length)
{
    static const char header[] = "\nhost:";
    const size_t n = sizeof header - 1;

    if (!is_http_request(payload, length))
        return REQUEST_OTHER;
    if (length > HTTP_SEARCH_MAX)
        length = HTTP_SEARCH_MAX;
    for (const uint8_t *p = payload; (p = memchr(p, '\n', payload + length - p)); p++) {
        size_t left = (size_t)(payload + length - p);
        if (left > 1 && (p[1] == '\r' || p[1] == '\n'))
            return REQUEST_OTHER;       /* the end of the headers */
        if (left <= n)
            return REQUEST_CUT;
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
        return to == end ? REQUEST_CUT : *name_length ? REQUEST_HTTP : REQUEST_OTHER;
    }
    return length < HTTP_SEARCH_MAX ? REQUEST_CUT : REQUEST_OTHER;
}

request_t
request_find(const uint8_t *payload, size_t length, const uint8_t **name, size_t *name_length)
{
    request_t kind = tls_server_name(payload, length, name, name_length);
    return kind != REQUEST_OTHER ? kind : http_host(payload, length, name, name_length);
}
