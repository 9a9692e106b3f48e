/* bytes/request.c
 * What a client asks for; see request.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bytes/request.h"

#include <string.h>

#include <glib.h>

#include "base/text.h"

/* A request line and its headers; a Host beyond this is not looked for. */
#define HTTP_SEARCH_MAX 2048
#define HTTP_METHOD_MIN 3
#define HTTP_METHOD_MAX 10

enum {
    TLS_HANDSHAKE = 22, TLS_MAJOR = 3, TLS_CLIENT_HELLO = 1, TLS_SERVER_NAME = 0, TLS_HOST_NAME = 0,
    TLS_ECH = 0xfe0d, ECH_OUTER = 0,
};

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

/* ---- TLS ---- */

static void
server_name(const uint8_t *data, size_t size, request_t *request)
{
    reader_t r = { data, data + size, false };

    take_number(&r, 2);                                 /* list length */
    unsigned type = take_number(&r, 1);
    size_t length = take_number(&r, 2);
    const uint8_t *name = take(&r, length);
    if (name && length && type == TLS_HOST_NAME) {
        request->name = name;
        request->name_length = length;
    }
}

static request_kind_t
tls_hello(const uint8_t *payload, size_t length, request_t *request)
{
    reader_t r = { payload, payload + length, false };

    if (take_number(&r, 1) != TLS_HANDSHAKE || take_number(&r, 1) != TLS_MAJOR)
        return REQUEST_OTHER;
    take(&r, 1);
    unsigned record = take_number(&r, 2);
    if (take_number(&r, 1) != TLS_CLIENT_HELLO)
        return REQUEST_OTHER;
    size_t hello = take_number(&r, 3);
    if (!r.bad && record < 4 + hello) {
        request->fragmented = true;
        return REQUEST_TLS;
    }
    bool whole = !r.bad && (size_t)(r.end - r.at) >= hello;
    if (whole)
        r.end = r.at + hello;
    take(&r, 2 + 32);                                   /* version, random */
    take(&r, take_number(&r, 1));                       /* session id */
    take(&r, take_number(&r, 2));                       /* cipher suites */
    take(&r, take_number(&r, 1));                       /* compression methods */
    if (whole && !r.bad && r.at == r.end)
        return REQUEST_TLS;                             /* from before there were extensions */
    size_t left = take_number(&r, 2);
    while (!r.bad && left >= 4) {
        unsigned type = take_number(&r, 2);
        size_t size = take_number(&r, 2);
        const uint8_t *data = take(&r, size);
        if (data && type == TLS_SERVER_NAME)
            server_name(data, size, request);
        if (data && type == TLS_ECH && size && data[0] == ECH_OUTER)
            request->ech = true;
        left -= MIN(left, 4 + size);
    }
    request->goes_on = r.bad && !whole;
    return r.bad && !request->name_length ? REQUEST_CUT : REQUEST_TLS;
}

/* ---- HTTP ---- */

static const uint8_t *
find_bytes(const uint8_t *from, const uint8_t *end, const char *text)
{
    size_t n = strlen(text);
    for (const uint8_t *p = from; (p = memchr(p, text[0], (size_t)(end - p))); p++)
        if (n <= (size_t)(end - p) && !memcmp(p, text, n))
            return p;
    return NULL;
}

/* Where the target begins; 0 when the bytes do not begin with a method. */
static size_t
method_length(const uint8_t *payload, size_t length)
{
    size_t i = 0;
    while (i < length && i <= HTTP_METHOD_MAX && payload[i] >= 'A' && payload[i] <= 'Z')
        i++;
    return i >= HTTP_METHOD_MIN && i <= HTTP_METHOD_MAX && i < length && payload[i] == ' ' ? i : 0;
}

static bool
is_text(const uint8_t *p, const uint8_t *end)
{
    while (p < end && (*p >= ' ' || *p == '\r') && *p != 0x7f)
        p++;
    return p == end;
}

/* Splits a target into host and path. True when it names the host itself: RFC 9112, section 3.2. */
static bool
read_target(const uint8_t *target, const uint8_t *end, bool connect, request_t *request)
{
    const uint8_t *host = target;

    request->path = target;
    request->path_length = (size_t)(end - target);
    if (!connect) {
        const uint8_t *scheme = *target == '/' ? NULL : find_bytes(target, end, "://");
        if (!scheme)
            return false;
        host = scheme + 3;
    }
    const uint8_t *path = host;
    while (path < end && *path != '/' && *path != '?')
        path++;
    if (path == host)
        return false;
    request->name = host;
    request->name_length = (size_t)(path - host);
    request->path = path;
    request->path_length = (size_t)(end - path);
    return true;
}

/* The Host header. REQUEST_CUT where the headers go on and it may still come. */
static request_kind_t
read_host(const uint8_t *headers, const uint8_t *end, bool searched_all, request_t *request)
{
    static const char header[] = "\nhost:";
    const size_t n = sizeof header - 1;

    for (const uint8_t *p = headers; (p = memchr(p, '\n', (size_t)(end - p))); p++) {
        size_t left = (size_t)(end - p);
        if (left > 1 && (p[1] == '\r' || p[1] == '\n'))
            return REQUEST_HTTP;        /* the end of the headers */
        if (left <= n)
            break;
        if (!same_text((const char *)p, header, n))
            continue;
        const uint8_t *from = p + n;
        while (from < end && (*from == ' ' || *from == '\t'))
            from++;
        const uint8_t *to = from;
        while (to < end && *to != '\r' && *to != '\n')
            to++;
        if (to == end)
            break;
        request->name = from;
        request->name_length = (size_t)(to - from);
        return REQUEST_HTTP;
    }
    return searched_all ? REQUEST_HTTP : REQUEST_CUT;
}

static request_kind_t
http_request(const uint8_t *payload, size_t length, request_t *request)
{
    size_t method = method_length(payload, length);
    if (!method)
        return REQUEST_OTHER;

    bool searched_all = length >= HTTP_SEARCH_MAX;
    const uint8_t *end = payload + MIN(length, HTTP_SEARCH_MAX), *target = payload + method + 1;
    const uint8_t *line = memchr(payload, '\n', (size_t)(end - payload));
    const uint8_t *target_end = find_bytes(target, line ? line : end, " HTTP/");
    if (!target_end && !is_text(target, line ? line : end))
        return REQUEST_OTHER;
    if (!line) {
        request->path = target;
        request->path_length = (size_t)(end - target);
        return searched_all ? REQUEST_HTTP : REQUEST_CUT;
    }
    if (!target_end) {
        /* HTTP/0.9 knows nothing but "GET /path"; all else is another protocol. */
        target_end = line > target && line[-1] == '\r' ? line - 1 : line;
        if (method != 3 || memcmp(payload, "GET", 3) || *target != '/')
            return REQUEST_OTHER;
        read_target(target, target_end, false, request);
        return REQUEST_HTTP;
    }
    bool connect = method == 7 && !memcmp(payload, "CONNECT", 7);
    request_kind_t kind = read_target(target, target_end, connect, request)
        ? REQUEST_HTTP : read_host(line, end, searched_all, request);
    /* "/" adds nothing to a host, and a target that is no path does not follow one. */
    if (request->name_length && request->path_length
        && (request->path_length == 1 || (*request->path != '/' && *request->path != '?')))
        request->path_length = 0;
    return kind;
}

request_kind_t
request_read(const uint8_t *payload, size_t length, request_t *request)
{
    *request = (request_t){ .name = NULL };
    request_kind_t kind = tls_hello(payload, length, request);
    return kind != REQUEST_OTHER ? kind : http_request(payload, length, request);
}

/* ---- fully encrypted traffic ---- */

static bool
is_printable(uint8_t byte)
{
    return byte >= 0x20 && byte <= 0x7e;
}

/* Bits set, eight bytes at a time. */
static size_t
count_bits(const uint8_t *p, size_t length)
{
    size_t bits = 0;

    for (; length >= 8; p += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, p, sizeof word);
        bits += (size_t)__builtin_popcountll(word);
    }
    for (; length; p++, length--)
        bits += (size_t)__builtin_popcount(*p);
    return bits;
}

/* More than half of the bytes printable, or more than 20 in a row. */
static bool
is_mostly_text(const uint8_t *payload, size_t length)
{
    size_t printable = 0, run = 0;

    for (size_t i = 0; i < length; i++) {
        run = is_printable(payload[i]) ? run + 1 : 0;
        printable += run > 0;
        if (run > 20)
            return true;
    }
    return 2 * printable > length;
}

bool
looks_fully_encrypted(const uint8_t *payload, size_t length)
{
    size_t first = 0;

    while (first < length && first < 6 && is_printable(payload[first]))
        first++;
    if (!length || first == 6)
        return false;
    if (length >= 3 && (payload[0] == 0x16 || payload[0] == 0x17) && payload[1] == 3
        && payload[2] <= 9)
        return false;
    /* Set bits per byte: 3.4 or less, or 4.6 or more, are exempt. */
    size_t bits = count_bits(payload, length);
    if (10 * bits <= 34 * length || 10 * bits >= 46 * length)
        return false;
    return !is_mostly_text(payload, length);
}
