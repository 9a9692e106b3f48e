/* fingerprints/test_fingerprints.c
 * What of the lists fits a page or an answer. That a page costs what its length costs is shown by
 * counting steps, not by timing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "fingerprints/fingerprints.h"

#define OONI "name,scope,other_names,location_found,pattern_type,pattern,confidence_no_fp," \
             "expected_countries,source,exp_url,notes\n"

static fingerprints_t *
load(const char *text)
{
    fingerprints_t *f = fingerprints_new();
    fingerprints_add(f, "list", text, strlen(text), 0);
    fingerprints_finish(f);
    return f;
}

static const fingerprint_t *
page(fingerprints_t *f, const char *text, const char *host)
{
    return fingerprints_page(f, (const uint8_t *)text, strlen(text), host);
}

/* ---- what fits a page ---- */

static const char entries[] =
    "name,scope,location_found,pattern_type,pattern,confidence_no_fp,expected_countries\n"
    "body,isp,body,contains,ordered to be blocked,5,XX\n"
    "national,nat,body,contains,blocked,5,XX\n"
    "vague,vbw,body,contains,denied,5,\n"
    "false,fp,body,contains,Ray ID:,5,\n"
    "server,prod,header.server,full,Blocker/1.0,5,\n"
    "via,inst,header.via,prefix,1.1 filter.,5,\n"
    "location,nat,header.location,prefix,http://stop.example.net/,5,YY\n"
    "inside,prod,header.location,contains,/webadmin/deny/,5,\n"
    "expression,isp,body,regexp,code [0-9]+ of the <b>filter</b>,5,\n"
    "binary,isp,body,contains,\xff\xfe\xfd\xfc,5,\n";

typedef struct {
    const char *name, *page, *host;
    const char *fits;           /* name of the entry, NULL for none */
} page_row_t;

#define OK "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"

static const page_row_t pages[] = {
    { "a text in the body", OK "<p>denied, ordered to be blocked", NULL, "national" },
    { "a vague word only", OK "<p>denied", NULL, "vague" },
    { "a false hit overrules", OK "<p>blocked. Ray ID: 7", NULL, NULL },
    { "a text of the body in a header", "HTTP/1.1 200 OK\r\nX-Why: denied\r\n\r\nhello", NULL,
      NULL },
    { "a text that begins in a header", "HTTP/1.1 200 OK\r\nX-Why: den\r\n\r\nied", NULL, NULL },
    { "a page without a status line", "<html>blocked</html>", NULL, "national" },
    { "a whole header", "HTTP/1.1 200 OK\r\nserver:   Blocker/1.0  \r\n\r\n", NULL, "server" },
    { "the beginning of a header that must be whole",
      "HTTP/1.1 200 OK\r\nServer: Blocker/1.01\r\n\r\n", NULL,
      NULL },
    { "that header's text in another one", "HTTP/1.1 200 OK\r\nX-Server: Blocker/1.0\r\n\r\n", NULL,
      NULL },
    { "that header's text in the body", OK "Server: Blocker/1.0", NULL, NULL },
    { "the beginning of a header", "HTTP/1.1 200 OK\r\nVIA:1.1 filter.example\r\n\r\n", NULL,
      "via" },
    { "the beginning of a header further in", "HTTP/1.1 200 OK\r\nVia: 1.0 a, 1.1 filter.\r\n\r\n",
      NULL, NULL },
    { "where a redirect leads",
      "HTTP/1.1 302 x\r\nLocation: http://stop.example.net/?u=a.example\r\n\r\n",
      "a.example", "location" },
    { "a redirect inside the filter's site",
      "HTTP/1.1 302 x\r\nLocation: http://stop.example.net/de\r\n\r\n",
      "stop.example.net:80", NULL },
    { "a redirect inside the filter's domain",
      "HTTP/1.1 302 x\r\nLocation: http://stop.example.net/de\r\n\r\n",
      "WWW.example.net", NULL },
    { "a text inside a header",
      "HTTP/1.1 302 x\nLocation: http://192.0.2.1:8080/webadmin/deny/?x\n\n", NULL,
      "inside" },
    { "an expression", OK "code 451 of the <b>filter</b>", NULL, "expression" },
    { "an expression whose text is there and the rest is not", OK "code of the <b>filter</b>", NULL,
      NULL },
    { "bytes that are no text", OK "\xff\xfe\xfd\xfc", NULL, "binary" },
    { "headers without an end", "HTTP/1.1 200 OK\r\nServer: Blocker/1.0", NULL, "server" },
    { "lines without a colon", "HTTP/1.1 200 OK\r\nServer Blocker/1.0\r\n\r\nblocked", NULL,
      "national" },
    { "an image with a text in it", "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\nblocked",
      NULL, NULL },
    { "a type that is said to be text", "HTTP/1.1 200 OK\r\nContent-Type:Text/html\r\n\r\nblocked",
      NULL,
      "national" },
    { "a compressed page", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nblocked", NULL, NULL },
    { "a header beside an image",
      "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nServer: Blocker/1.0\r\n\r\n",
      NULL, NULL },
    { "nothing of all that", OK "<html>hello</html>", "a.example", NULL },
};

static void
check_page(void **state)
{
    const page_row_t *row = *state;
    fingerprints_t *f = load(entries);

    assert_int_equal(fingerprints_warnings(f)->len, 0);
    for (unsigned again = 0; again < 2; again++) {
        const fingerprint_t *fp = page(f, row->page, row->host);
        if (row->fits)
            assert_string_equal(fp ? fp->name : "nothing", row->fits);
        else
            assert_null(fp);
    }
    for (size_t n = 0; n < strlen(row->page); n++) {    /* cut anywhere: stay within the bytes */
        uint8_t *exact = g_memdup2(row->page, n ? n : 1);
        fingerprints_page(f, exact, n, row->host);
        g_free(exact);
    }
    fingerprints_free(f);
}

static void
check_signatures(void **state)
{
    fingerprints_t *plain = load("{\"fingerprint\":\"nat_a\",\"pattern\":\"(104) reset% by"
                                 " <b>us\"}\n");
    fingerprints_t *escaped = load("{\"fingerprint\":\"x_a\",\"pattern\":\"nginx\\\\.org\"}\n"
        "{\"fingerprint\":\"s3\",\"pattern\":\"no.*thing here at all\"}\n");

    (void)state;
    assert_string_equal(page(plain, OK "(104) reset, all of it, by <b>us", NULL)->name, "nat_a");
    assert_int_equal(page(plain, "(104) reset by <b>us", NULL)->scope, SCOPE_NATIONAL);
    assert_null(page(plain, OK "104 reset by <b>us", NULL));
    /* A list of false hits has no others: nothing in it is evidence. */
    assert_null(page(escaped, OK "nginx.org", NULL));
    assert_null(page(escaped, OK "nothing here at all", NULL));
    assert_int_equal(fingerprints_count(escaped), 2);
    fingerprints_free(plain);
    fingerprints_free(escaped);
}

static void
check_aliases(void **state)
{
    static const uint8_t wire[] = "\5block\7example", longer[] = "\3www\5block\7example";
    fingerprints_t *f = load(OONI "x,nat,,dns,full,Block.Example,5,XX,o,,\n"
                                  "y,fp,,dns,full,cdn.example,5,,o,,\n"
                             "z,nat,,dns,full,cdn.example,5,XX,o,,\n");

    (void)state;
    assert_string_equal(fingerprints_alias(f, wire, sizeof wire)->name, "x");
    assert_null(fingerprints_alias(f, longer, sizeof longer));
    /* known to be false */
    assert_null(fingerprints_alias(f, (const uint8_t *)"\3cdn\7example", 13));
    assert_null(fingerprints_alias(f, wire, 0));
    fingerprints_free(f);
}

/* ---- what it costs ---- */

/* As many entries as asked for, of words with long common beginnings, and texts within each
 * other. */
static fingerprints_t *
many_entries(unsigned n)
{
    GString *s = g_string_new("name,scope,location_found,pattern_type,pattern\n");
    for (unsigned i = 0; i < n; i++)
        g_string_append_printf(s, "e%u,nat,%s,%s,aaaaaaaa%s%X<b>\n", i,
                               i % 3 ? "body" : "header.location",
                               i % 2 ? "contains" : "prefix", i % 5 ? "a" : "", i);
    fingerprints_t *f = load(s->str);
    g_string_free(s, TRUE);
    return f;
}

static void
check_work(void **state)
{
    static char text[2 * PAGE_BYTES + 1];

    (void)state;
    memset(text, 'a', sizeof text - 1);
    memcpy(text, OK, sizeof OK - 1);
    for (unsigned n = 10; n <= 20000; n *= 10) {
        fingerprints_t *f = many_entries(n);
        assert_null(page(f, text, NULL));
        /* The automaton looks up two transitions a byte at most, the one for beginnings one. */
        assert_true(fingerprints_work(f) >= PAGE_BYTES && fingerprints_work(f) <= 3 * PAGE_BYTES);
        memcpy(text + 3000, "aaaaaaaaa7<b>", 13);
        assert_string_equal(page(f, text, NULL)->name, "e7");
        memset(text + 3000, 'a', 13);
        fingerprints_free(f);
    }
}

/* A list with every text a page could have: nothing is said, and not slowly. */
static void
check_poisoned(void **state)
{
    static char text[PAGE_BYTES + 1];
    GString *s = g_string_new("name,scope,location_found,pattern_type,pattern\n");

    (void)state;
    memset(text, 'a', PAGE_BYTES);
    for (unsigned n = 4; n < 1000; n++)
        g_string_append_printf(s, "e%u,nat,body,contains,%.*s\n", n, (int)n, text);
    for (unsigned n = 0; n < 40; n++)
        g_string_append_printf(s, "r%u,nat,body,regexp,aaaa(a+)+(a|aa)+b%u\n", n, n);
    fingerprints_t *f = load(s->str);
    assert_null(page(f, text, NULL));
    assert_true(fingerprints_work(f) <= 3 * PAGE_BYTES);
    fingerprints_free(f);
    g_string_free(s, TRUE);

    /* Expressions that look at every byte in as many ways as there are letters: given up
     * together. */
    s = g_string_new("name,scope,location_found,pattern_type,pattern\n");
    for (unsigned n = 0; n < 16; n++)
        g_string_append_printf(s, "r%u,nat,body,regexp,aaaa%s_%02u\n", n,
                               "a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*", n);
    f = load(s->str);
    assert_int_equal(fingerprints_warnings(f)->len, 0);
    assert_null(page(f, text, NULL));
    assert_true(fingerprints_work(f) > PAGE_STEPS * PAGE_BYTES);
    assert_true(fingerprints_work(f) <= (PAGE_STEPS + 3) * PAGE_BYTES);
    memcpy(text + PAGE_BYTES / 2, "_15", 3);            /* it fits, and is not
                                                         * found: nothing is said */
    assert_null(page(f, text, NULL));
    memset(text, '.', PAGE_BYTES);
    memcpy(text, "aaaaaa_15", 9);
    assert_string_equal(page(f, text, NULL)->name, "r15");
    memset(text, 'a', PAGE_BYTES);
    fingerprints_free(f);
    g_string_free(s, TRUE);

    /* The same text wanted in very many headers. */
    s = g_string_new("name,scope,location_found,pattern_type,pattern\n");
    for (unsigned n = 0; n < 1000; n++)
        g_string_append_printf(s, "e%u,nat,header.h%u,contains,aaaaa\n", n, n);
    f = load(s->str);
    assert_int_equal(fingerprints_count(f), 16);
    assert_true(fingerprints_warnings(f)->len > 1);
    fingerprints_free(f);
    g_string_free(s, TRUE);
}

/* ---- through the engine ---- */

static void
check_engine(void **state)
{
    wire_t wire = wire_new();
    talk_t talk = talk_new(&wire, 40000);
    static const char answer[] = OK "<p>ordered to be blocked";
    fingerprints_t *f = load("192.0.2.1\nbad\n");

    (void)state;
    fingerprints_free(f);
    f = fingerprints_new();
    fingerprints_add(f, "a.csv", entries, strlen(entries), 0);
    fingerprints_add(f, "b.txt", "bad\n198.51.100.9\n", 17, 0);
    fingerprints_finish(f);
    engine_set_fingerprints(wire.engine, f);
    assert_int_equal(wire_notices(&wire, ""), 0);       /* no packet yet */

    talk_handshake(&talk);
    assert_string_equal(wire_finding(&wire, 1)->notice,
                        "fingerprint lists: 1 problems, the first is b.txt:1: "
                                                        "not an address");
    talk_request(&talk, "GET / HTTP/1.1\r\nHost: www.a.example\r\n\r\n");
    wire.now += talk.rtt;
    uint32_t frame = talk_say(&talk, SERVER, answer, sizeof answer - 1);
    const finding_t *finding = wire_finding(&wire, frame);
    assert_int_equal(wire_verdict(&wire, frame), VERDICT_SUSPECT);
    assert_true(evidence_has(finding->evidence, "http-blockpage-match"));
    const char *name = NULL, *country = NULL;
    for (unsigned i = 0; i < finding->facts->len; i++) {
        const fact_t *fact = &g_array_index(finding->facts, fact_t, i);
        name = fact->id == F_DATA_FINGERPRINT ? fact->text : name;
        country = fact->id == F_DATA_FP_COUNTRY ? fact->text : country;
    }
    assert_string_equal(name, "national");
    assert_string_equal(country, "XX");

    /* The second of two addresses of an answer, and a public server. */
    message_t query = message_query(7, "www.a.example", 1, false);
    observation_t asked = datagram(&query, CLIENT, 5000);
    wire_send(&wire, &asked);
    message_t reply = message_answer(&query, 0x8180, 1, (const uint8_t[]){ 203, 0, 113, 5 }, 4);
    reply.bytes[7] = 2;
    message_append(&reply, (const uint8_t *)"\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\xc6\x33\x64\x09", 16);
    observation_t answered = datagram(&reply, SERVER, 5000);
    frame = wire_send(&wire, &answered);
    assert_true(wire_finding(&wire, frame)
                && evidence_has(wire_finding(&wire, frame)->evidence, "dns-bogus-ip"));
    wire_free(&wire);
}

/* Header and page in segments of their own, the page in two of them, with something sent again. */
static void
check_split_page(void **state)
{
    static const char *const answer[] = {
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 24\r\n\r\n", "<p>ordered ", "<p>ordered ",
        "to be blocked",
    };
    static const int again[] = { 0, 0, 11, 0 };

    (void)state;
    for (unsigned lost = 0; lost < 5; lost++) {         /* 4: nothing is lost */
        wire_t wire = wire_new();
        talk_t talk = talk_new(&wire, 40000);
        fingerprints_t *f = load("name,scope,location_found,pattern_type,pattern\n"
                                 "x,nat,body,contains,ordered to be blocked\n");
        engine_set_fingerprints(wire.engine, f);
        talk_handshake(&talk);
        talk_request(&talk, "GET / HTTP/1.1\r\nHost: www.a.example\r\n\r\n");
        wire.now += talk.rtt;
        uint32_t frame = 0;
        for (unsigned i = 0; i < 4; i++) {
            talk.end[SERVER].next -= (uint32_t)again[i];
            observation_t obs = talk_data(&talk, SERVER, answer[i], strlen(answer[i]));
            if (i != lost)
                frame = wire_send(&wire, &obs);
        }
        bool whole = lost == 4 || lost == 1 || lost == 2;   /* what was sent twice
                                                             * may be lost once */
        assert_int_equal(wire_verdict(&wire, frame), whole ? VERDICT_SUSPECT : VERDICT_NONE);
        assert_int_equal(wire_count(&wire, VERDICT_SUSPECT), whole);
        wire_free(&wire);
    }
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, pages, check_page);
    suite_add(&suite, "Censored Planet's two spellings", check_signatures, NULL);
    suite_add(&suite, "aliases of answers", check_aliases, NULL);
    suite_add(&suite, "a page costs what its length costs", check_work, NULL);
    suite_add(&suite, "a list made to be slow is not", check_poisoned, NULL);
    suite_add(&suite, "lists make findings, facts and a notice", check_engine, NULL);
    suite_add(&suite, "a page in several segments", check_split_page, NULL);
    return suite_run(&suite, "fingerprints");
}
