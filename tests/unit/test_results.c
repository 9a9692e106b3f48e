/* test_results.c
 * What reports say: groups, tables, pages; and that nothing a packet says gets out of its place.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "results.h"
#include "verdict/store.h"

#define MARKUP "<script>alert(\"1\")</script>'&<img src=x onerror=y>"

static const signature_t sign = {
    "test-sign", FAMILY_CONTENT, TIER_A, { 0, 100 }, { 10, 10 }, "", "", "an innocent twin",
};

/* A forged answer of 192.0.2.53 to 10.0.0.1, with one sign. */
static finding_t *
forge(wire_t *wire, uint32_t frame, const char *trigger, const char *evidence)
{
    store_t *store = engine_store(wire->engine);
    finding_t *f = store_finding(store, frame, frame * NS_PER_MS);

    store_fill(store, f);
    f->verdict = VERDICT_FORGED;
    f->class = CLASS_DNS_ANSWER;
    f->confidence = 90;
    f->trigger = trigger ? store_text(store, trigger, strlen(trigger)) : NULL;
    f->innocent = sign.twin;
    f->ends = (ends_t){ .src = address4(192, 0, 2, 53), .dst = address4(10, 0, 0, 1), .sport = 53,
                        .dport = 4000, .protocol = PROTOCOL_UDP, .ttl = 60 };
    evidence_add(f->evidence, &sign, g_strdup(evidence));
    return f;
}

/* A request that nobody answered. */
static finding_t *
silence(wire_t *wire, uint32_t frame, const char *trigger)
{
    finding_t *f = forge(wire, frame, trigger, "never answered");

    f->verdict = VERDICT_SILENCED;
    f->class = CLASS_SILENCE;
    f->confidence = 49;
    f->ends = (ends_t){ .src = address4(10, 0, 0, 1), .dst = address4(192, 0, 2, 80), .sport = 4000,
                        .dport = 443, .protocol = PROTOCOL_TCP, .ttl = 64 };
    return f;
}

static char *
written(wire_t *wire, writer_t write, const char *capture)
{
    results_t results = results_new(wire->engine, 100, capture, "1.2.3");
    sink_t sink = sink_new(NULL);

    write(&sink, &results);
    results_clear(&results);
    return g_string_free(sink.text, FALSE);
}

/* How often one text is in another. */
static unsigned
times(const char *text, const char *part)
{
    unsigned n = 0;
    for (const char *p = text; (p = strstr(p, part)); p += strlen(part))
        n++;
    return n;
}

static void
assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no \"%s\" in:\n%s", part, text);
}

static void
assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" in:\n%s", part, text);
}

/* ---- cells of a spreadsheet ---- */

typedef struct {
    const char *name, *trigger, *cell;
} cell_row_t;

static const cell_row_t cells[] = {
    { "a name stays as it is", "www.example.org", ",www.example.org," },
    { "a comma puts it in quotes", "a,b", ",\"a,b\"," },
    { "a quotation mark is doubled", "a\"b", ",\"a\"\"b\"," },
    { "a formula is none", "=1+1", ",'=1+1," },
    { "a sum is none", "+1", ",'+1," },
    { "a difference is none", "-1", ",'-1," },
    { "a function is none", "@SUM(A1)", ",'@SUM(A1)," },
    { "a formula in quotes is none", "=HYPERLINK(\"http://x\",1)",
      ",\"'=HYPERLINK(\"\"http://x\"\",1)\"," },
};

static void
cell_is_safe(void **state)
{
    const cell_row_t *row = *state;
    wire_t wire = wire_new();

    forge(&wire, 5, row->trigger, "why");
    char *text = written(&wire, write_csv, NULL);
    assert_has(text, row->cell);
    g_free(text);
    wire_free(&wire);
}

static void
table_has_all_facts(void **state)
{
    wire_t wire = wire_new();
    (void)state;

    finding_t *f = forge(&wire, 3, NULL, "why");
    finding_fact(f, (fact_t){ .id = F_DNS_DELAY, .value = 5 * NS_PER_MS });
    finding_fact(f, (fact_t){ .id = F_STAGE_MEANING, .text = "=a" });
    char *text = written(&wire, write_csv, NULL);
    assert_has(text, ",dns.delay,");
    assert_has(text, ",5000000,");
    assert_has(text, ",stage.meaning\r\n");
    assert_has(text, ",'=a\r\n");
    g_free(text);
    wire_free(&wire);
}

static void
table_has_a_row_for_each(void **state)
{
    wire_t wire = wire_new();
    (void)state;

    forge(&wire, 5, NULL, "why");
    forge(&wire, 3, NULL, "why");
    char *text = written(&wire, write_csv, "x.pcap");
    assert_int_equal(times(text, "\r\n"), 3);
    assert_has(text,
               "\r\nx.pcap,3,1970-01-01T00:00:00.003000000Z,udp,192.0.2.53,53,10.0.0.1,4000,60,"
               "forged,dns-answer,90,high,,,,,,test-sign,why,an innocent twin,,1:");
    assert_has(text, "\r\nx.pcap,5,");
    assert_int_equal(times(text, ","), 3 * (26 + N_FACTS));
    g_free(text);
    wire_free(&wire);
}

/* ---- a page ---- */

static void
page_escapes_everything(void **state)
{
    wire_t wire = wire_new();
    (void)state;

    finding_t *f = forge(&wire, 5, MARKUP, MARKUP);
    f->trigger_frame = 4;
    finding_t *asked = store_finding(engine_store(wire.engine), 4, 4 * NS_PER_MS);
    asked->verdict = VERDICT_TRIGGER;
    asked->class = CLASS_DNS_ANSWER;
    asked->trigger = f->trigger;
    asked->ends = f->ends;
    char *text = written(&wire, write_html, MARKUP);
    assert_int_equal(times(text, "<script"), 1);    /* the page's own */
    assert_lacks(text, "alert(\"");
    assert_lacks(text, "<img");
    assert_has(text, "&lt;script&gt;");
    g_free(text);
    wire_free(&wire);
}

/* Links lead to places of the page; the one script is the one whose digest the page permits. */
static void
page_asks_for_nothing(void **state)
{
    static const char *const parts[] = { "src=", "url(", "@import", "http:", "https:",
                                         "<link", "<iframe", "<object", "fetch(", "'unsafe-inline' script" };
    wire_t wire = wire_new();
    (void)state;

    forge(&wire, 5, "www.example.org", "why, as in frame 5");
    char *text = written(&wire, write_html, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        assert_lacks(text, parts[i]);
    assert_int_equal(times(text, "href="), times(text, "href=\"#"));
    assert_has(text, "default-src 'none'");
    const char *script = strstr(text, "<script>") + strlen("<script>"), *end = strstr(script, "</script>");
    char *digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const uint8_t *)script, (size_t)(end - script));
    uint8_t bytes[32];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(g_ascii_xdigit_value(digest[2 * i]) << 4 | g_ascii_xdigit_value(digest[2 * i + 1]));
    char *base64 = g_base64_encode(bytes, sizeof bytes), *permit = g_strdup_printf("script-src 'sha256-%s'", base64);
    assert_has(text, permit);
    g_free(permit);
    g_free(base64);
    g_free(digest);
    g_free(text);
    wire_free(&wire);
}

static void
page_leads_to_frames(void **state)
{
    wire_t wire = wire_new();
    (void)state;

    forge(&wire, 5, "www.example.org", "as in frames 5, 7, 9 and in frame 123");
    forge(&wire, 7, "www.example.org", "why");
    char *text = written(&wire, write_html, NULL);
    assert_has(text, "<tr id=\"frame-5\">");
    assert_has(text, "in frames <a href=\"#frame-5\">5</a>, <a href=\"#frame-7\">7</a>, 9 and in frame 123");
    assert_has(text, "href=\"#device-1\"");
    assert_has(text, "<section id=\"device-1\">");
    g_free(text);
    wire_free(&wire);
}

/* Whose request was never answered: it is said, in no green, and the arrow does not arrive. */
static void
page_draws_silence(void **state)
{
    wire_t wire = wire_new();
    (void)state;

    silence(&wire, 5, "a.example")->trigger_frame = 5;
    char *text = written(&wire, write_html, NULL);
    assert_has(text, "<p class=\"sum silenced\"><b>1</b> packet was never answered");
    assert_lacks(text, "Nothing was found");
    assert_lacks(text, "injector (suspected)");
    assert_int_equal(times(text, "frame 5: silenced"), 1);
    assert_has(text, "<g class=\"a-silenced\">");
    g_free(text);
    wire_free(&wire);
}

static void
page_draws_each_exchange(void **state)
{
    wire_t wire = wire_new();
    (void)state;

    for (uint32_t frame = 10; frame < 60; frame += 10) {
        finding_t *f = forge(&wire, frame, "a.example", "why");
        f->trigger_frame = frame - 1;
        forge(&wire, frame + 1, "a.example", "why")->trigger_frame = frame - 1;
    }
    char *text = written(&wire, write_html, NULL);
    assert_int_equal(times(text, "<svg"), 3);       /* as many as are drawn of five */
    assert_has(text, "And 2 more exchanges");
    g_free(text);
    wire_free(&wire);
}

/* ---- plain language ---- */

static void
report_puts_together_what_belongs_together(void **state)
{
    wire_t wire = wire_new();
    (void)state;

    for (uint32_t frame = 1; frame <= 12; frame++)
        forge(&wire, frame, frame <= 10 ? "a.example/x" : "b.example", "why")->incident = frame & ~1U;
    forge(&wire, 13, NULL, "why")->class = CLASS_RESET;
    char *text = written(&wire, write_report, NULL);
    assert_has(text, " 1. Forged (suspected): DNS answer, sender unknown, server 192.0.2.53:53: 12 packets in"
                     " 7 exchanges, for 2 different requests; how far away is not known; 1970-01-01 00:00:00 UTC");
    assert_has(text, "Packets: frames 1, 2, 3, 4, 5, 6, 7, 8 and 4 more");
    assert_has(text, " 2. Forged (suspected): reset, sender unknown, server 192.0.2.53:53: 1 packet in 1 exchange;");
    assert_has(text, "Asked for: a.example/x, b.example");
    assert_has(text, "an innocent twin");
    assert_int_equal(times(text, "Why, frame"), 2);
    g_free(text);
    wire_free(&wire);
}

/* Who is only suspect is in no table of names, and comes last. */
static void
report_says_by_what_names_were_kept_away(void **state)
{
    wire_t wire = wire_new();
    (void)state;

    forge(&wire, 1, "a.example", "why");
    silence(&wire, 2, "a.example (with ECH)");
    finding_t *odd = forge(&wire, 3, "c.example", "why");
    odd->verdict = VERDICT_SUSPECT;
    odd->confidence = 30;
    finding_t *page = silence(&wire, 4, "b.example/path");
    page->ends.dport = 80;
    char *text = written(&wire, write_report, NULL);
    assert_has(text, "  a.example: DNS confirmed, TLS likely; 2 exchanges with 2 servers; since 1970-01-01");
    assert_has(text, "  b.example: HTTP likely; 1 exchange with 1 server");
    assert_lacks(text, "  c.example:");
    assert_has(text, " 1. Forged");
    assert_has(text, " 2. Silenced: 2 packets in 2 exchanges with 2 servers");
    assert_has(text, " 3. Odd: DNS answer");
    g_free(text);
    wire_free(&wire);
}

static void
report_says_when_it_was_in_vain(void **state)
{
    wire_t wire = wire_new();
    (void)state;

    finding_t *f = forge(&wire, 5, NULL, "why");
    f->class = CLASS_RESET;
    char *text = written(&wire, write_report, NULL);
    assert_has(text, "; nothing shows that it was in vain");
    g_free(text);
    finding_fact(f, (fact_t){ .id = F_RESET_IGNORED, .value = 7 });
    text = written(&wire, write_report, NULL);
    assert_has(text, "; in vain in 1 of 1: its receiver went on all the same");
    g_free(text);
    wire_free(&wire);
}

static void
effect_is_told_where_it_shows(void **state)
{
    wire_t wire = wire_new();
    (void)state;

    finding_t *f = forge(&wire, 5, NULL, "why");
    assert_null(finding_effect(f));
    finding_fact(f, (fact_t){ .id = F_DNS_FIRST, .value = 5 });
    char *text = finding_effect(f);
    assert_string_equal(text, "came first, and clients take the first answer: frame 5");
    g_free(text);
    f->genuine_frame = 4;
    finding_fact(f, (fact_t){ .id = F_DNS_FIRST, .value = 4 });
    text = finding_effect(f);
    assert_string_equal(text, "in vain: the genuine answer came first, in frame 4");
    g_free(text);
    f->verdict = VERDICT_SUSPECT;
    assert_null(finding_effect(f));
    wire_free(&wire);
}

/* ---- flows ---- */

typedef struct {
    const char *name;
    ends_t      ends;
    const char *id;
} flow_row_t;

/* The baseline of the specification (github.com/corelight/community-id-spec). */
static const flow_row_t flows[] = {
    { "a connection", { .src = { { 128, 232, 110, 120 }, false }, .dst = { { 66, 35, 250, 204 }, false },
                        .sport = 34855, .dport = 80, .protocol = PROTOCOL_TCP }, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
    { "the other way round", { .src = { { 66, 35, 250, 204 }, false }, .dst = { { 128, 232, 110, 120 }, false },
                               .sport = 80, .dport = 34855, .protocol = PROTOCOL_TCP },
      "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
    { "a datagram", { .src = { { 192, 168, 1, 52 }, false }, .dst = { { 8, 8, 8, 8 }, false },
                      .sport = 54585, .dport = 53, .protocol = PROTOCOL_UDP }, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
    { "without ports", { .protocol = PROTOCOL_ICMP }, NULL },
};

static void
flow_has_its_community_id(void **state)
{
    const flow_row_t *row = *state;
    char *id = community_id(&row->ends);

    if (row->id)
        assert_string_equal(id, row->id);
    else
        assert_null(id);
    g_free(id);
}

static void
report_of_nothing_says_so(void **state)
{
    wire_t wire = wire_new();
    (void)state;

    char *text = written(&wire, write_report, NULL);
    assert_has(text, "Nothing found. That does not say that there was no interference");
    g_free(text);
    wire_free(&wire);
}

static void
report_without_an_engine_says_so(void **state)
{
    wire_t nothing = { 0 };
    (void)state;

    char *text = written(&nothing, write_report, NULL);
    assert_has(text, "switched off");
    g_free(text);
}

static void
report_tells_what_it_could_not_see(void **state)
{
    wire_t wire = wire_new();
    (void)state;

    observation_t obs = { .src = address4(10, 0, 0, 1), .dst = address4(192, 0, 2, 80),
                          .sport = 4000,
                          .dport = 80, .protocol = PROTOCOL_TCP, .ip.ttl = 64, .cut = true };
    wire_send(&wire, &obs);
    obs.cut = false;
    obs.flags = TCP_ACK;
    obs.length = 100;
    wire_send(&wire, &obs);
    char *text = written(&wire, write_report, NULL);
    assert_has(text, "- 1 TCP packets were captured too short");
    assert_has(text, "- 1 packets were captured without all of their payload");
    assert_has(text, "- 1 connections were captured in one direction only");
    assert_has(text, "- 1 connections began before the capture");
    g_free(text);
    wire_free(&wire);
}

/* ---- what the engine knows of frames ---- */

static void
linked_frames_have_time_and_ends(void **state)
{
    wire_t wire = wire_new();
    talk_t talk = talk_new(&wire, 4000);
    (void)state;

    talk_handshake(&talk);
    for (unsigned i = 0; i < 4; i++) {
        talk_send(&talk, SERVER, TCP_ACK, 100);
        talk_send(&talk, CLIENT, TCP_ACK, 0);
    }
    uint32_t asked = talk_request(&talk, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
    observation_t forged = talk_forged_reset(&talk, SERVER);
    wire_send(&wire, &forged);
    wire.now += 40 * NS_PER_MS;
    uint32_t genuine = talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 500);

    const finding_t *f = wire_finding(&wire, forged.frame), *t = wire_finding(&wire, asked),
                    *g = wire_finding(&wire, genuine);
    assert_non_null(f);
    assert_int_equal(f->verdict, VERDICT_FORGED);
    assert_int_equal(f->ends.sport, 80);
    assert_int_equal(f->ends.ttl, forged.ip.ttl);
    assert_non_null(t);
    assert_int_equal(t->verdict, VERDICT_TRIGGER);
    assert_int_equal(t->ends.sport, 4000);
    assert_int_equal(t->ends.ttl, 64);
    assert_true(t->time && t->time < f->time);
    assert_non_null(g);
    assert_int_equal(g->verdict, VERDICT_GENUINE);
    assert_int_equal(g->ends.sport, 80);
    assert_true(g->time > f->time);
    wire_free(&wire);
}

static void
removed_frames_are_left_out(void **state)
{
    wire_t wire = wire_new();
    (void)state;

    observation_t obs = { .src = address4(10, 0, 0, 1), .dst = address4(192, 0, 2, 80),
                          .sport = 4000,
                          .dport = 80, .protocol = PROTOCOL_TCP, .ip.ttl = 64, .flags = TCP_ACK };
    wire_send(&wire, &obs);
    wire.frame--;                       /* a read filter took the frame away */
    wire_send(&wire, &obs);
    forge(&wire, 5, NULL, "gone");
    forge(&wire, 6, NULL, "still there");
    store_confirm(engine_store(wire.engine), 5, 77);
    store_confirm(engine_store(wire.engine), 6, 6 * NS_PER_MS);
    char *text = written(&wire, write_csv, NULL);
    assert_lacks(text, "gone");
    assert_has(text, "still there");
    g_free(text);
    wire_free(&wire);
}

int
main(void)
{
    suite_t suite = suite_new();

    SUITE_ADD_TABLE(&suite, cells, cell_is_safe);
    suite_add(&suite, "a table has a row for each finding", table_has_a_row_for_each, NULL);
    suite_add(&suite, "a table has all facts", table_has_all_facts, NULL);
    suite_add(&suite, "a page escapes everything", page_escapes_everything, NULL);
    suite_add(&suite, "a page asks for nothing", page_asks_for_nothing, NULL);
    suite_add(&suite, "a page leads to frames", page_leads_to_frames, NULL);
    suite_add(&suite, "a page draws what is lost", page_draws_silence, NULL);
    suite_add(&suite, "a page draws each exchange, up to a few", page_draws_each_exchange, NULL);
    suite_add(&suite, "a report groups", report_puts_together_what_belongs_together, NULL);
    suite_add(&suite, "a report says by what names were kept away", report_says_by_what_names_were_kept_away, NULL);
    suite_add(&suite, "a report says when it was in vain", report_says_when_it_was_in_vain, NULL);
    suite_add(&suite, "an effect is told where it shows", effect_is_told_where_it_shows, NULL);
    SUITE_ADD_TABLE(&suite, flows, flow_has_its_community_id);
    suite_add(&suite, "a report of nothing says so", report_of_nothing_says_so, NULL);
    suite_add(&suite, "a report of what is switched off says so", report_without_an_engine_says_so,
              NULL);
    suite_add(&suite, "a report tells what it could not see", report_tells_what_it_could_not_see,
              NULL);
    suite_add(&suite, "linked frames have time and ends", linked_frames_have_time_and_ends, NULL);
    suite_add(&suite, "frames a read filter removed are left out", removed_frames_are_left_out,
              NULL);
    return suite_run(&suite, "results");
}
