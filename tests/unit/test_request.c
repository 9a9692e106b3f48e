/* test_request.c
 * The Host or SNI in a client's first bytes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "request.h"

typedef struct {
    const char *name;
    const char *bytes;
    size_t      length;
    const char *host;           /* NULL: none */
    request_t   kind;
} http_row_t;

#define BYTES(literal) literal, sizeof literal - 1

static const http_row_t https[] = {
    { "nothing sent asks for nothing", BYTES(""), NULL, REQUEST_OTHER },
    { "a request names its host",
      BYTES("GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"), "www.example.org", REQUEST_HTTP },
    { "the host may come after other headers",
      BYTES("GET / HTTP/1.1\r\nAccept: */*\r\nUser-Agent: x\r\nHost: a.example\r\n\r\n"), "a.example",
          REQUEST_HTTP },
    { "the header's name ignores case", BYTES("POST /x HTTP/1.1\r\nhOsT:a.example\r\n\r\n"),
      "a.example", REQUEST_HTTP },
    { "spaces and tabs before the host are no part of it",
      BYTES("GET / HTTP/1.1\r\nHost: \t a.example\r\n\r\n"), "a.example", REQUEST_HTTP },
    { "a port is part of what is asked for", BYTES("GET / HTTP/1.1\r\nHost: a.example:8080\r\n\r\n"),
      "a.example:8080", REQUEST_HTTP },
    { "bare line feeds end lines too", BYTES("GET / HTTP/1.1\nHost: a.example\n\n"), "a.example",
      REQUEST_HTTP },
    { "a header that ends in host is another header",
      BYTES("GET / HTTP/1.1\r\nX-Forwarded-Host: b.example\r\nHost: a.example\r\n\r\n"), "a.example",
          REQUEST_HTTP },
    { "a header that begins with host is another header",
      BYTES("GET / HTTP/1.1\r\nHostile: b.example\r\n\r\n"), NULL, REQUEST_OTHER },
    { "an empty host is none", BYTES("GET / HTTP/1.1\r\nHost: \r\n\r\n"), NULL, REQUEST_OTHER },
    { "a request without Host names none", BYTES("GET / HTTP/1.0\r\n\r\n"), NULL, REQUEST_OTHER },
    { "a request whose headers go on may name its host later",
      BYTES("GET / HTTP/1.1\r\nAccept: */*\r\n"), NULL,
      REQUEST_CUT },
    { "an answer is no request", BYTES("HTTP/1.1 200 OK\r\nHost: a.example\r\n\r\n"), NULL,
      REQUEST_OTHER },
    { "a lower-case word is no method", BYTES("get / HTTP/1.1\r\nHost: a.example\r\n\r\n"), NULL,
      REQUEST_OTHER },
    { "two letters are no method", BYTES("GO / HTTP/1.1\r\nHost: a.example\r\n\r\n"), NULL,
      REQUEST_OTHER },
    { "eleven letters are no method", BYTES("ABCDEFGHIJK / HTTP/1.1\r\nHost: a.example\r\n\r\n"), NULL,
      REQUEST_OTHER },
    { "a proxy's CONNECT names its host",
      BYTES("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n"), "a.example:443",
          REQUEST_HTTP },
    { "a line about the host in the body is not the Host header",
      BYTES("POST / HTTP/1.1\r\nContent-Length: 15\r\n\r\nhey\nhost: b.example\n"), NULL,
          REQUEST_OTHER },
};

static bool
is_named(request_t kind)
{
    return kind == REQUEST_HTTP || kind == REQUEST_TLS;
}

/* A copy that ends where the bytes end, so that ASan sees a read beyond them. */
static request_t
find_exact(const void *bytes, size_t length, char **found)
{
    uint8_t *exact = g_malloc(length ? length : 1);
    const uint8_t *name = NULL;
    size_t n = 0;

    if (length)
        memcpy(exact, bytes, length);
    uint8_t *at = length ? exact : exact + 1;
    request_t kind = request_find(at, length, &name, &n);
    if (is_named(kind)) {
        assert_true(name >= at && name + n <= at + length && n > 0);
        *found = g_strndup((const char *)name, n);
    }
    g_free(exact);
    return kind;
}

static void
check_http(void **state)
{
    const http_row_t *row = *state;
    char *found = NULL;

    assert_int_equal(find_exact(row->bytes, row->length, &found), row->kind);
    if (row->host)
        assert_string_equal(found, row->host);
    g_free(found);
}

/* Half a name is another name: it is known when the whole name is there and not before. Once the
 * bytes look like a request, more of them are asked for until then. */
static void
check_cuts(const void *bytes, size_t length, size_t known, request_t kind, const char *host)
{
    bool waiting = false;

    for (size_t n = 0; n <= length; n++) {
        char *found = NULL;
        request_t now = find_exact(bytes, n, &found);
        if (n >= known) {
            assert_int_equal(now, kind);
            assert_string_equal(found, host);
        } else {
            assert_int_equal(now, waiting || n > 5 ? REQUEST_CUT : now);
            assert_false(is_named(now));
        }
        waiting |= now == REQUEST_CUT;
        g_free(found);
    }
}

static void
check_http_cut(void **state)
{
    static const char request[] = "GET / HTTP/1.1\r\nAccept: */*\r\nHost: www.example.org\r\n\r\n";
    static const char host[] = "www.example.org";
    size_t end = (size_t)(strstr(request, host) - request) + sizeof host - 1;

    (void)state;
    check_cuts(request, sizeof request - 1, end + 1, REQUEST_HTTP, host);
}

static void
check_http_limit(void **state)
{
    GString *request = g_string_new("GET / HTTP/1.1\r\n");
    char *found = NULL;

    (void)state;
    while (request->len < 4000)
        g_string_append(request, "X-Padding: aaaaaaaaaaaaaaaaaaaaaaa\r\n");
    g_string_append(request, "Host: a.example\r\n\r\n");
    assert_int_equal(REQUEST_OTHER, find_exact(request->str, request->len, &found));
    g_string_free(request, TRUE);
}

/* ---- TLS ---- */

typedef struct {
    uint8_t bytes[1024];
    size_t  length;
} hello_t;

static void
put(hello_t *hello, const void *bytes, size_t n)
{
    assert_true(hello->length + n <= sizeof hello->bytes);
    memcpy(hello->bytes + hello->length, bytes, n);
    hello->length += n;
}

static void
put_number(hello_t *hello, unsigned value, unsigned width)
{
    while (width--)
        put(hello, &(uint8_t){ (uint8_t)(value >> 8 * width) }, 1);
}

static void
set_number(hello_t *hello, size_t at, size_t value, unsigned width)
{
    while (width--)
        hello->bytes[at++] = (uint8_t)(value >> 8 * width);
}

static void
put_server_name(hello_t *hello, unsigned kind, const char *name)
{
    unsigned n = (unsigned)strlen(name);

    put_number(hello, 0, 2);
    put_number(hello, n + 5, 2);
    put_number(hello, n + 3, 2);
    put_number(hello, kind, 1);
    put_number(hello, n, 2);
    put(hello, name, n);
}

enum { WITHOUT_SNI = -1, HOST_NAME = 0, OTHER_NAME = 1 };

static hello_t
client_hello(int kind, const char *name, unsigned session, unsigned ciphers)
{
    static const uint8_t zero[512];
    hello_t h = { .length = 0 };

    put(&h, "\x16\x03\x01\0\0", 5);                     /* record */
    put(&h, "\x01\0\0\0\x03\x03", 6);                   /* ClientHello, TLS 1.2 */
    put(&h, zero, 32);                                  /* random */
    put_number(&h, session, 1);
    put(&h, zero, session);
    put_number(&h, 2 * ciphers, 2);
    put(&h, zero, 2 * (size_t)ciphers);
    put(&h, "\x01\0", 2);                               /* compression: none */
    size_t extensions = h.length;
    put_number(&h, 0, 2);
    put(&h, "\0\x17\0\0", 4);                           /* extended master secret */
    if (kind != WITHOUT_SNI)
        put_server_name(&h, (unsigned)kind, name);
    put(&h, "\0\x2b\0\x03\x02\x03\x04", 7);             /* supported versions */
    set_number(&h, 3, h.length - 5, 2);
    set_number(&h, 6, h.length - 9, 3);
    set_number(&h, extensions, h.length - extensions - 2, 2);
    return h;
}

typedef struct {
    const char *name;
    int         kind;
    const char *host;
    unsigned    session, ciphers;
    bool        found;
} tls_row_t;

static const tls_row_t tls[] = {
    { "a ClientHello names its host", HOST_NAME, "www.example.org", 32, 16, true },
    { "a ClientHello without session id names its host", HOST_NAME, "www.example.org", 0, 1, true },
    { "a ClientHello with many cipher suites names its host", HOST_NAME, "a.example", 32, 100, true },
    { "a name of one letter is a name", HOST_NAME, "a", 32, 3, true },
    { "an empty name is none", HOST_NAME, "", 32, 3, false },
    { "a name of another kind is no host", OTHER_NAME, "www.example.org", 32, 3, false },
    { "a ClientHello without SNI names no host", WITHOUT_SNI, NULL, 32, 3, false },
};

static void
check_tls(void **state)
{
    const tls_row_t *row = *state;
    hello_t h = client_hello(row->kind, row->host, row->session, row->ciphers);
    char *found = NULL;

    assert_int_equal(find_exact(h.bytes, h.length, &found), row->found ? REQUEST_TLS : REQUEST_OTHER);
    if (row->found)
        assert_string_equal(found, row->host);
    g_free(found);
}

static void
check_tls_cut(void **state)
{
    hello_t h = client_hello(HOST_NAME, "www.example.org", 32, 16);
    size_t end = h.length - 7;

    (void)state;
    check_cuts(h.bytes, h.length, end, REQUEST_TLS, "www.example.org");
}

/* Every byte damaged in turn: whatever is found lies inside. */
static void
check_tls_damaged(void **state)
{
    hello_t h = client_hello(HOST_NAME, "www.example.org", 32, 16);

    (void)state;
    for (size_t at = 0; at < h.length; at++) {
        static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
        uint8_t before = h.bytes[at];
        for (size_t v = 0; v < sizeof values; v++) {
            char *found = NULL;
            h.bytes[at] = values[v];
            find_exact(h.bytes, h.length, &found);
            g_free(found);
        }
        h.bytes[at] = before;
    }
}

static void
check_tls_other(void **state)
{
    hello_t h = client_hello(HOST_NAME, "www.example.org", 32, 16);
    char *found = NULL;

    (void)state;
    h.bytes[5] = 2;                                     /* ServerHello */
    assert_int_equal(REQUEST_OTHER, find_exact(h.bytes, h.length, &found));
    h.bytes[5] = 1;
    h.bytes[0] = 23;                                    /* application data */
    assert_int_equal(REQUEST_OTHER, find_exact(h.bytes, h.length, &found));
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, https, check_http);
    suite_add(&suite, "a request cut anywhere names its host only when the whole name is there",
        check_http_cut, NULL);
    suite_add(&suite, "a Host beyond the first two kilobytes is not looked for", check_http_limit,
        NULL);
    SUITE_ADD_TABLE(&suite, tls, check_tls);
    suite_add(&suite, "a ClientHello cut anywhere names its host only when the whole name is there",
              check_tls_cut, NULL);
    suite_add(&suite, "a ClientHello with any byte damaged is read within its bytes", check_tls_damaged,
        NULL);
    suite_add(&suite, "other handshakes and records ask for nothing", check_tls_other, NULL);
    return suite_run(&suite, "request");
}
