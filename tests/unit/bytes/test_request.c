/* bytes/test_request.c
 * The Host or SNI in a client's first bytes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "bytes/request.h"

typedef struct {
    const char *name;
    const char *bytes;
    size_t      length;
    const char *host;           /* NULL: none */
    const char *path;           /* NULL: none */
    request_kind_t kind;
} http_row_t;

#define BYTES(literal) literal, sizeof literal - 1
#define HTTP(text, host, path) BYTES(text), host, path, REQUEST_HTTP
#define OTHER(text) BYTES(text), NULL, NULL, REQUEST_OTHER
#define CUT(text) BYTES(text), NULL, NULL, REQUEST_CUT

static const http_row_t https[] = {
    { "nothing sent asks for nothing", OTHER("") },
    { "a request names its host",
      HTTP("GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n", "www.example.org", NULL) },
    { "a request names its host and path",
      HTTP("GET /a/b?c=d HTTP/1.1\r\nHost: www.example.org\r\n\r\n", "www.example.org",
           "/a/b?c=d") },
    { "the host may come after other headers",
      HTTP("GET / HTTP/1.1\r\nAccept: */*\r\nUser-Agent: x\r\nHost: a.example\r\n\r\n", "a.example",
           NULL) },
    { "the header's name ignores case",
      HTTP("POST /x HTTP/1.1\r\nhOsT:a.example\r\n\r\n", "a.example", "/x") },
    { "spaces and tabs before the host are no part of it",
      HTTP("GET / HTTP/1.1\r\nHost: \t a.example\r\n\r\n", "a.example", NULL) },
    { "a port is part of what is asked for",
      HTTP("GET / HTTP/1.1\r\nHost: a.example:8080\r\n\r\n", "a.example:8080", NULL) },
    { "bare line feeds end lines too",
      HTTP("GET /y HTTP/1.1\nHost: a.example\n\n", "a.example", "/y") },
    { "a header that ends in host is another header",
      HTTP("GET / HTTP/1.1\r\nX-Forwarded-Host: b.example\r\nHost: a.example\r\n\r\n", "a.example",
           NULL) },
    { "a header that begins with host is another header",
      HTTP("GET / HTTP/1.1\r\nHostile: b.example\r\n\r\n", NULL, "/") },
    { "an empty host is none", HTTP("GET / HTTP/1.1\r\nHost: \r\n\r\n", NULL, "/") },
    { "a request without Host has its path",
      HTTP("GET /index.html HTTP/1.0\r\n\r\n", NULL, "/index.html") },
    { "HTTP/0.9 has a path and nothing else", HTTP("GET /index.html\r\n", NULL, "/index.html") },
    { "a request whose headers go on may name its host later",
      CUT("GET / HTTP/1.1\r\nAccept: */*\r\n") },
    { "a request line that goes on is half a request", CUT("GET /index") },
    { "an answer is no request", OTHER("HTTP/1.1 200 OK\r\nHost: a.example\r\n\r\n") },
    { "a lower-case word is no method", OTHER("get / HTTP/1.1\r\nHost: a.example\r\n\r\n") },
    { "two letters are no method", OTHER("GO / HTTP/1.1\r\nHost: a.example\r\n\r\n") },
    { "eleven letters are no method", OTHER("ABCDEFGHIJK / HTTP/1.1\r\nHost: a.example\r\n\r\n") },
    { "a mail client's greeting is no request", OTHER("EHLO mail.example\r\n") },
    { "a phone's request is none of HTTP",
      OTHER("INVITE sip:a@b.example SIP/2.0\r\nHost: x\r\n\r\n") },
    { "bytes after a method that are no text are no request", OTHER("GET \x01\x02\x03\x04") },
    { "bytes in a path that are no text are part of it",
      HTTP("GET /\x01\x1b HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example", "/\x01\x1b") },
    { "a proxy's CONNECT names its host",
      HTTP("CONNECT a.example:443 HTTP/1.1\r\nHost: b.example\r\n\r\n", "a.example:443", NULL) },
    { "a proxy's GET names its host in the target, which counts more than the Host",
      HTTP("GET http://a.example/x?y HTTP/1.1\r\nHost: b.example\r\n\r\n", "a.example", "/x?y") },
    { "a proxy's GET may have no path",
      HTTP("GET http://a.example HTTP/1.1\r\n\r\n", "a.example", NULL) },
    { "a proxy's GET may have a query and no path",
      HTTP("GET http://a.example?q HTTP/1.1\r\n\r\n", "a.example", "?q") },
    { "a target without authority is a path",
      HTTP("GET http:///x HTTP/1.0\r\n\r\n", NULL, "http:///x") },
    { "an address inside a query is no host",
      HTTP("GET /?u=http://b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example",
           "/?u=http://b.example/") },
    { "a question about the whole server has no path",
      HTTP("OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example", NULL) },
    { "spaces in a path belong to it",
      HTTP("GET /a b HTTP/1.1\r\nHost: a.example\r\n\r\n", "a.example", "/a b") },
    { "a line about the host in the body is not the Host header",
      HTTP("POST / HTTP/1.1\r\nContent-Length: 15\r\n\r\nhey\nhost: b.example\n", NULL, "/") },
};

static bool
is_named(request_kind_t kind)
{
    return kind == REQUEST_HTTP || kind == REQUEST_TLS;
}

typedef struct {
    char *host, *path;
    bool  ech, fragmented, goes_on;
} found_t;

static void
found_free(found_t *found)
{
    g_free(found->host);
    g_free(found->path);
}

static char *
copy_inside(const uint8_t *part, size_t n, const uint8_t *bytes, size_t length)
{
    if (!n)
        return NULL;
    assert_true(part >= bytes && part + n <= bytes + length);
    return g_strndup((const char *)part, n);
}

/* A copy that ends where the bytes end, so that ASan sees a read beyond them. */
static request_kind_t
find_exact(const void *bytes, size_t length, found_t *found)
{
    uint8_t *exact = g_malloc(length ? length : 1);
    request_t r;

    if (length)
        memcpy(exact, bytes, length);
    uint8_t *at = length ? exact : exact + 1;
    request_kind_t kind = request_read(at, length, &r);
    *found = (found_t){ .host = NULL };
    if (is_named(kind))
        *found = (found_t){ copy_inside(r.name, r.name_length, at, length),
                            copy_inside(r.path, r.path_length, at, length), r.ech, r.fragmented,
                            r.goes_on };
    g_free(exact);
    return kind;
}

static void
assert_text(const char *found, const char *expected)
{
    assert_int_equal(found != NULL, expected != NULL);
    if (found)
        assert_string_equal(found, expected);
}

static void
check_http(void **state)
{
    const http_row_t *row = *state;
    found_t found;

    assert_int_equal(find_exact(row->bytes, row->length, &found), row->kind);
    assert_text(found.host, row->host);
    assert_text(found.path, row->path);
    found_free(&found);
}

/* Half a name is another name: it is known when the whole name is there and not before. Once the
 * bytes look like a request, more of them are asked for until then. */
static void
check_cuts(const void *bytes, size_t length, size_t known, request_kind_t kind, const char *host)
{
    bool waiting = false;

    for (size_t n = 0; n <= length; n++) {
        found_t found;
        request_kind_t now = find_exact(bytes, n, &found);
        if (n >= known) {
            assert_int_equal(now, kind);
            assert_text(found.host, host);
        } else {
            assert_int_equal(now, waiting || n > 5 ? REQUEST_CUT : now);
            assert_false(is_named(now));
        }
        waiting |= now == REQUEST_CUT;
        found_free(&found);
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
    found_t found;

    (void)state;
    while (request->len < 4000)
        g_string_append(request, "X-Padding: aaaaaaaaaaaaaaaaaaaaaaa\r\n");
    g_string_append(request, "Host: a.example\r\n\r\n");
    assert_int_equal(REQUEST_HTTP, find_exact(request->str, request->len, &found));
    assert_null(found.host);
    assert_text(found.path, "/");
    found_free(&found);
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

enum { NO_ECH, OUTER_ECH, INNER_ECH, N_ECH };

static hello_t
client_hello_ech(int kind, const char *name, unsigned session, unsigned ciphers, unsigned ech)
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
    if (ech == OUTER_ECH)
        put(&h, "\xfe\x0d\0\x0a\0\0\1\0\1\x42\0\0\0\0", 14);  /* encapsulated key and
                                                               * payload empty */
    if (ech == INNER_ECH)
        put(&h, "\xfe\x0d\0\1\1", 5);
    put(&h, "\0\x2b\0\x03\x02\x03\x04", 7);             /* supported versions */
    set_number(&h, 3, h.length - 5, 2);
    set_number(&h, 6, h.length - 9, 3);
    set_number(&h, extensions, h.length - extensions - 2, 2);
    return h;
}

static hello_t
client_hello(int kind, const char *name, unsigned session, unsigned ciphers)
{
    return client_hello_ech(kind, name, session, ciphers, NO_ECH);
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
    { "a ClientHello with many cipher suites names its host", HOST_NAME, "a.example", 32, 100,
      true },
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
    found_t found;

    assert_int_equal(find_exact(h.bytes, h.length, &found), REQUEST_TLS);
    assert_text(found.host, row->found ? row->host : NULL);
    assert_false(found.ech || found.fragmented || found.goes_on);
    found_free(&found);
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
            found_t found;
            h.bytes[at] = values[v];
            find_exact(h.bytes, h.length, &found);
            found_free(&found);
        }
        h.bytes[at] = before;
    }
}

static void
check_tls_other(void **state)
{
    hello_t h = client_hello(HOST_NAME, "www.example.org", 32, 16);
    found_t found;

    (void)state;
    h.bytes[5] = 2;                                     /* ServerHello */
    assert_int_equal(REQUEST_OTHER, find_exact(h.bytes, h.length, &found));
    h.bytes[5] = 1;
    h.bytes[0] = 23;                                    /* application data */
    assert_int_equal(REQUEST_OTHER, find_exact(h.bytes, h.length, &found));
}

static void
check_tls_ech(void **state)
{
    (void)state;
    for (unsigned ech = 0; ech < N_ECH; ech++) {
        hello_t h = client_hello_ech(HOST_NAME, "outer.example", 32, 16, ech);
        found_t found;
        assert_int_equal(REQUEST_TLS, find_exact(h.bytes, h.length, &found));
        assert_text(found.host, "outer.example");
        assert_int_equal(found.ech, ech == OUTER_ECH);
        found_free(&found);
        /* The name is there, the extension behind it not yet. */
        assert_int_equal(REQUEST_TLS, find_exact(h.bytes, h.length - 3, &found));
        assert_true(found.goes_on);
        found_free(&found);
    }
}

static void
check_tls_fragmented(void **state)
{
    hello_t h = client_hello(HOST_NAME, "www.example.org", 32, 16);
    found_t found;

    (void)state;
    set_number(&h, 3, 40, 2);                           /* the record ends before the hello does */
    assert_int_equal(REQUEST_TLS, find_exact(h.bytes, h.length, &found));
    assert_true(found.fragmented);
    assert_null(found.host);
    found_free(&found);
}

/* A ClientHello that ends behind the compression methods. */
static void
check_tls_without_extensions(void **state)
{
    static const char hello[] = "\x16\3\0\0\x2f\1\0\0\x2b\3\0" "01234567890123456789012345678901"
                                "\0" "\0\4\0\x2f\0\x35" "\1\0";
    found_t found;

    (void)state;
    assert_int_equal(REQUEST_TLS, find_exact(hello, sizeof hello - 1, &found));
    assert_null(found.host);
    assert_false(found.goes_on);
    found_free(&found);
}

/* ---- fully encrypted ---- */

static uint8_t random_bytes[400];

static void
make_random(void)
{
    GRand *random = g_rand_new_with_seed(1);
    for (size_t i = 0; i < sizeof random_bytes; i++)
        random_bytes[i] = (uint8_t)g_rand_int_range(random, 0, 256);
    random_bytes[2] = 0x80;                             /* not six printable bytes */
    g_rand_free(random);
}

typedef struct {
    const char *name;
    const char *put;            /* in place of the random bytes there */
    size_t      length, at;
    bool        encrypted;
} random_row_t;

static const random_row_t randoms[] = {
    { "random bytes look fully encrypted", BYTES(""), 0, true },
    { "five printable bytes in front do not change that", BYTES("SSH-2\x80"), 0, true },
    { "six printable bytes in front exempt", BYTES("SSH-2."), 0, false },
    { "twenty printable bytes in a row do not change it", BYTES("\x80" "abcdefghijklmnopqrst\x80"),
      100, true },
    { "twenty-one exempt", BYTES("\x80" "abcdefghijklmnopqrstu\x80"), 100, false },
    { "a TLS record exempts", BYTES("\x16\3\1\x80"), 0, false },
    { "encrypted data in a TLS record exempts", BYTES("\x17\3\3\x80"), 0, false },
    { "another kind of record does not", BYTES("\x15\3\3\x80"), 0, true },
};

static void
check_encrypted(void **state)
{
    const random_row_t *row = *state;
    uint8_t bytes[sizeof random_bytes];

    make_random();
    memcpy(bytes, random_bytes, sizeof bytes);
    memcpy(bytes + row->at, row->put, row->length);
    assert_int_equal(looks_fully_encrypted(bytes, sizeof bytes), row->encrypted);
}

/* Set bits per byte at both ends of the range, and the share of printable bytes. */
static void
check_encrypted_shares(void **state)
{
    uint8_t bytes[1000] = { 0 };
    static const struct { unsigned low, high; bool encrypted; } shares[] = {
        { 3, 400, false }, { 3, 401, true }, { 4, 0, true }, { 4, 599, true }, { 4, 600, false },
    };

    (void)state;
    assert_false(looks_fully_encrypted(bytes, 0));
    for (size_t i = 0; i < G_N_ELEMENTS(shares); i++) {
        uint8_t low = (uint8_t)(0xff << (8 - shares[i].low)), high = (uint8_t)(low | low >> 1);
        memset(bytes, low, sizeof bytes);
        memset(bytes, high, shares[i].high);            /* one bit more each; none is printable */
        assert_int_equal(looks_fully_encrypted(bytes, sizeof bytes), shares[i].encrypted);
    }
    for (size_t printable = 499; printable <= 502; printable++) {
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = k % 2 ? 0xf0 : 'U';
        bytes[2] = 0xf0;                                /* 499 printable ones, never two in a row */
        for (size_t k = 499; k < printable; k++)
            bytes[2 * (k - 490) + 1] = 'U';
        assert_int_equal(looks_fully_encrypted(bytes, sizeof bytes), printable <= 500);
    }
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
    suite_add(&suite, "a ClientHello with any byte damaged is read within its bytes",
              check_tls_damaged,
        NULL);
    suite_add(&suite, "an outer ECH extension is noticed, and that extensions go on", check_tls_ech,
              NULL);
    suite_add(&suite, "a ClientHello in several records is none whose name is read",
              check_tls_fragmented, NULL);
    suite_add(&suite, "a ClientHello without extensions has no name", check_tls_without_extensions,
              NULL);
    SUITE_ADD_TABLE(&suite, randoms, check_encrypted);
    suite_add(&suite, "the published shares of set bits and printable bytes are kept",
              check_encrypted_shares, NULL);
    suite_add(&suite, "other handshakes and records ask for nothing", check_tls_other, NULL);
    return suite_run(&suite, "request");
}
