/* fingerprints/test_list_formats.c
 * Lists of fingerprints as files: every format, what is broken in them, what they say of their age.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "fingerprints/fingerprints.h"

#define DAY (INT64_C(86400) * NS_PER_S)
#define Y2026_NOV_22 (INT64_C(1795305600) * NS_PER_S)

#define OONI "name,scope,other_names,location_found,pattern_type,pattern,confidence_no_fp," \
             "expected_countries,source,exp_url,notes\n"

static fingerprints_t *
load_bytes(const char *title, const char *bytes, size_t length)
{
    fingerprints_t *f = fingerprints_new();
    fingerprints_add(f, title, bytes, length, 0);
    fingerprints_finish(f);
    return f;
}

/* ---- what is loaded, and what is complained about ---- */

typedef struct {
    const char *name;
    const char *bytes;
    size_t      length;
    unsigned    entries;
    const char *warnings;       /* all of them, separated by '|' */
} load_row_t;

#define TEXT(literal) literal, sizeof literal - 1

static const load_row_t loads[] = {
    { "an empty file", TEXT(""), 0, "" },
    { "comments only", TEXT("# nothing\n\n# 2024-05-01\n"), 0, "" },
    { "addresses", TEXT("192.0.2.1\n2001:db8::1 # that one\n  198.51.100.7  \n"), 3, "" },
    { "addresses with CRLF, a BOM and no last line end",
      TEXT("\xef\xbb\xbf# list\r\n192.0.2.1\r\n\r\n192.0.2.2"), 2, "" },
    { "an address twice", TEXT("192.0.2.1\n192.0.2.1\n"), 1, "" },
    { "lines that are no addresses",
      TEXT("192.0.2.256\n192.0.2\n192.0.2.1.1\n1:2\n1::2::3\n:1::\n1:2:3:4:5:6:7:8:9\n::g\n"
           "192.0.2.9\n1:\n"), 1,
      "list:1: not an address|list:2: not an address|list:3: not an address|list:4: not an address|"
      "list:5: not an address|list:6: not an address|list:7: not an address|list:8: not an address|"
      "list:10: not an address" },
    { "addresses of nobody", TEXT("127.0.0.1\n0.0.0.0\n::1\n::\n"), 0,
      "list:1: this address is nobody's: filters and ad blockers of all kinds give it|"
      "list:2: this address is nobody's: filters and ad blockers of all kinds give it|"
      "list:3: this address is nobody's: filters and ad blockers of all kinds give it|"
      "list:4: this address is nobody's: filters and ad blockers of all kinds give it" },
    { "addresses of all forms", TEXT("::ffff:192.0.2.1\n1:2:3:4:5:6:7:8\n1::8\nfe80::\n"), 4, "" },
    { "a NUL byte in a line", TEXT("192.0.2.1\n192.0.\0002.2\n192.0.2.3\n"), 2,
      "list:2: a NUL byte" },
    { "the header of a download",
      TEXT("HTTP/1.1 200 OK\r\nLast-Modified: Wed, 01 May 2024 10:00:00 GMT\r\n"
      "\r\n192.0.2.1\n"), 1, "" },

    { "OONI's addresses and names", TEXT(OONI "x.1,nat,,dns,full,192.0.2.1,5,CN,ooni,,\n"
      "x.2,isp,,dns,full,Block.Example.,5,ID,ooni,,\"quoted, with \"\"quotes\"\"\"\n"), 2, "" },
    { "confidence from 0 to 10",
      TEXT(OONI "x.1,nat,,dns,full,192.0.2.1,0,,,,\nx.2,nat,,dns,full,192.0.2.2,10,,,,\n"
      "x.3,nat,,dns,full,192.0.2.3,11,,,,\nx.4,nat,,dns,full,192.0.2.4,-1,,,,\n"
      "x.5,nat,,dns,full,192.0.2.5,5.0,,,,\n"
      "x.6,nat,,dns,full,192.0.2.6,,,,,\n"), 3,
      "list:4: a confidence that is no number of 0 to 10|list:5: a confidence that is no number"
      " of 0 to 10|"
      "list:6: a confidence that is no number of 0 to 10" },
    { "OONI's texts", TEXT(OONI "x.1,nat,,body,contains,\"blocked\nby \"\"order\"\"\",5,CN,ooni,,\n"
      "x.2,isp,,header.Location,prefix,http://block.example/,5,ID,ooni,,\r\n"
      "x.3,prod,,header.server,full,Blocker,5,,ooni,,\n"
      "x.4,fp,,body,regexp,error [0-9]+ of server,,,ooni,,\n"), 4, "" },
    { "a broken row between good ones", TEXT(OONI "x.1,nat,,dns,full,192.0.2.1,5,CN,ooni,,\n"
      "x.2,nat,,dns\nx.3,bad,,dns,full,192.0.2.2,5,CN,ooni,,\n"
      "x.4,nat,,dns,prefix,192.,5,CN,ooni,,\n"
      "x.5,nat,,dns,full,no address!,5,CN,ooni,,\nx.6,nat,,foot,full,abcdef,5,CN,ooni,,\n"
      "x.7,nat,,body,like,abcdef,5,CN,ooni,,\nx.8,nat,,dns,full,192.0.2.3,high,CN,ooni,,\n"
      "x.9,nat,,body,contains,ab,5,CN,ooni,,\nx.10,nat,,dns,full,192.0.2.4,5,CN,ooni,,\n"), 2,
      "list:3: another number of columns than the first line|"
      "list:4: a scope that is none of nat, isp, prod, inst, vbw, fp|"
      "list:5: a DNS pattern that is not full|"
      "list:6: neither an address nor a name|list:7: a place that is none of dns, body,"
      " header.NAME|"
      "list:8: a type of pattern that is none of full, prefix, contains, regexp|"
      "list:9: a confidence that is no number of 0 to 10|list:10: too little text to look for" },
    { "quotes that are not closed cost one line",
      TEXT(OONI "x.1,nat,,body,contains,\"never closed,5,CN,ooni,,\n"
      "x.2,nat,,dns,full,192.0.2.1,5,CN,ooni,,\nx.3,nat,,dns,full,\"192.0.2.2\"x,5,CN,ooni,,\n"
      "x.4,nat,,dns,full,192.0.2.4,5,CN,ooni,,\n"), 2,
      "list:2: text behind a closing quote|list:4: text behind a closing quote" },
    { "the line of a row that spans lines",
      TEXT(OONI "x.1,nat,,body,contains,\"a\nb\nc def\",5,CN,ooni,,\n"
      "x.2,nat\n"), 1, "list:5: another number of columns than the first line" },
    { "other columns", TEXT("name,address\nx,192.0.2.1\n"), 0,
      "list:1: no list of fingerprints: its first line lacks name, scope, location_found,"
      " pattern_type or "
      "pattern" },
    { "an entry twice, and the same text elsewhere",
      TEXT(OONI "x.1,nat,,body,contains,abcdef,5,CN,ooni,,\n"
      "x.2,nat,,body,contains,abcdef,5,CN,ooni,,\n"
      "x.3,nat,,header.via,contains,abcdef,5,CN,ooni,,\n"),
      2, "" },
    { "expressions that cannot be had cheaply", TEXT(OONI "x.1,nat,,body,regexp,a.*b,5,,,,\n"
      "x.2,nat,,body,regexp,blocked|refused,5,,,,\nx.3,nat,,body,regexp,(?i)blocked,5,,,,\n"
      "x.4,nat,,body,regexp,blocked[,5,,,,\nx.5,nat,,body,regexp,(blocked)\\1,5,,,,\n"
      "x.6,nat,,body,regexp,blocked\\x41,5,,,,\nx.7,nat,,body,regexp,bloc?ked (by|"
      "of) [a-z]{2},5,,,,\n"), 2,
      "list:2: too little text to look for|list:3: an expression without a text that each match"
      " has|"
      "list:4: an expression with a special group|list:5: not a regular expression|"
      "list:6: an expression with an escape that is not supported|"
      "list:7: an expression with an escape that is not supported" },

    { "Censored Planet's lines", TEXT("{\"fingerprint\":\"nat_ir\",\"pattern\":\"10.10.34.34\"}\n\n"
      "{\"fingerprint\": \"isp_xx\", \"pattern\": \"<b>\\u0411\\ud83d\\ude00\\\"</b>\", \"n\":"
      " {\"a\": [1, \"}\"]}}\n"), 2,
      "" },
    { "names and texts in one object",
      TEXT("{\n  \"nat_ir\": \"10.10.34.34\",\n  \"isp_xx\": \"http://b.example/\"\n}\n"),
      2, "" },
    { "objects in an array",
      TEXT("[{\"name\":\"a\",\"pattern\":\"one text\"},\n"
           "{\"pattern\":\"two texts\",\"name\":\"b\"}]"),
      2, "" },
    { "a broken line of JSON between good ones",
      TEXT("{\"fingerprint\":\"a\",\"pattern\":\"one text\"}\n"
      "{\"fingerprint\":\"b\",\"pattern\":\"not closed}\n"
      "{\"fingerprint\":\"c\",\"pattern\":\"three texts\"}\n"
      "what\n{\"fingerprint\":\"d\",\"pattern\":\"\\ud800\"}\n{\"pattern\":\"no name\"}\n"
      "{\"fingerprint\":\"e\",\"pattern\":\"\\u0000\"}\n"
      "{\"fingerprint\":\"f\" \"pattern\":\"five\"}\n"
      "{\"fingerprint\":\"g\",\"pattern\":\"seven texts\"}"), 3,
      "list:2: a string that is not closed|list:4: no object|list:5: an escape that is no"
      " character|"
      "list:6: a pattern without a name|list:7: an escape that is no character|"
      "list:8: no comma between members" },
    { "an object that is not closed", TEXT("{\"a\": \"one text\",\n\"b\": \"two texts\""), 2,
      "list:2: an object that is not closed" },
};

static char *
joined_warnings(const fingerprints_t *f)
{
    GString *s = g_string_new(NULL);
    const GPtrArray *warnings = fingerprints_warnings(f);
    for (unsigned i = 0; i < warnings->len; i++)
        g_string_append_printf(s, "%s%s", i ? "|" : "",
                               (const char *)g_ptr_array_index(warnings, i));
    return g_string_free(s, FALSE);
}

static void
check_load(void **state)
{
    const load_row_t *row = *state;
    fingerprints_t *f = load_bytes("list", row->bytes, row->length);
    char *warnings = joined_warnings(f);

    assert_string_equal(warnings, row->warnings);
    assert_int_equal(fingerprints_count(f), row->entries);
    g_free(warnings);
    fingerprints_free(f);
}

/* A list that ends anywhere is read up to there. */
static void
check_load_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(loads); i++)
        for (size_t n = 0; n <= loads[i].length; n++) {
            char *exact = g_memdup2(loads[i].bytes, n ? n : 1);
            fingerprints_free(load_bytes("list", exact, n));
            g_free(exact);
        }
}

static void
check_own(void **state)
{
    static const uint8_t known[] = { 8, 7, 198, 45 }, beside[] = { 8, 7, 198, 46 };
    fingerprints_t *f = fingerprints_new();

    (void)state;
    fingerprints_add_own(f);
    fingerprints_finish(f);
    assert_int_equal(fingerprints_warnings(f)->len, 0);
    assert_true(fingerprints_count(f) > 20);
    const fingerprint_t *fp = fingerprints_address(f, known, false);
    assert_non_null(fp);
    assert_int_equal(fp->dated, DATED_ENTRY);
    assert_true(fingerprint_is_sure(fp));
    assert_null(fingerprints_address(f, beside, false));
    fingerprints_free(f);
}

static void
check_too_large(void **state)
{
    char *bytes = g_malloc0(17 * 1024 * 1024);
    fingerprints_t *f = load_bytes("big", bytes, 17 * 1024 * 1024);

    (void)state;
    assert_int_equal(fingerprints_warnings(f)->len, 1);
    assert_string_equal(g_ptr_array_index(fingerprints_warnings(f), 0), "big: larger than 16 MiB");
    fingerprints_free(f);
    g_free(bytes);
}

/* Something else altogether: given up soon, and named a bounded number of times. */
static void
check_garbage(void **state)
{
    GString *s = g_string_new(NULL);

    (void)state;
    for (unsigned i = 0; i < 200000; i++)
        g_string_append(s, "\"\n");
    fingerprints_t *f = load_bytes("list", s->str, s->len);
    assert_true(fingerprints_warnings(f)->len > 1 && fingerprints_warnings(f)->len <= 101);
    fingerprints_free(f);
    g_string_prepend(s, OONI);
    f = load_bytes("list", s->str, s->len);
    assert_true(fingerprints_warnings(f)->len > 1 && fingerprints_warnings(f)->len <= 101);
    fingerprints_free(f);
    g_string_free(s, TRUE);
}

/* What lists say is shown: it must be as safe as what packets say. */
static void
check_escaped(void **state)
{
    static const uint8_t address[] = { 192, 0, 2, 1 };
    fingerprints_t *f = load_bytes("li\nst",
                                   TEXT(OONI "x\x1b[31m,nat,,dns,full,192.0.2.1,5,\"A\nB\",o,,\n"
                                             "bad\n"));
    const fingerprint_t *fp = fingerprints_address(f, address, false);

    (void)state;
    assert_string_equal(fp->name, "x\\x1b[31m");
    assert_string_equal(fp->countries, "A\\x0aB");
    assert_string_equal(fp->list, "li\\x0ast");
    assert_true(g_str_has_prefix(g_ptr_array_index(fingerprints_warnings(f), 0), "li\\x0ast:4: "));
    fingerprints_free(f);
}

/* ---- dates ---- */

typedef struct {
    const char *name, *list;
    int64_t     changed;        /* s since the epoch */
    int64_t     now;            /* ns */
    const char *text;           /* of the entry for 192.0.2.1 */
} date_row_t;

static const date_row_t dates[] = {
    { "no date", "192.0.2.1\n", 0, Y2026_NOV_22, "\"list\" of list, undated" },
    { "the file's", "192.0.2.1\n", 1795305600 - 100 * 86400, Y2026_NOV_22,
      "\"list\" of list, file of 2026-08-14, 0.3 years before this capture" },
    { "in a comment", "# made on 2024-05-01 by hand\n192.0.2.1\n", 1, Y2026_NOV_22,
      "\"list\" of list, list of 2024-05-01, 2.6 years before this capture" },
    { "in a comment, in words", "# Last updated: 1 May 2024\n192.0.2.1\n", 0, Y2026_NOV_22,
      "\"list\" of list, list of 2024-05-01, 2.6 years before this capture" },
    { "in the header of a download", "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 00:00:00 GMT\r\n"
      "Last-Modified: Sat, 21 Nov 2026 10:00:00 GMT\r\n\r\n192.0.2.1\n", 0, Y2026_NOV_22,
      "\"list\" of list, list of 2026-11-21, 1 day before this capture" },
    { "of the entry", "# 2026-01-01\nname,scope,location_found,pattern_type,pattern,date\n"
      "x,nat,dns,full,192.0.2.1,2012\n", 0, Y2026_NOV_22,
      "\"x\" (nat) of list, entry of 2012, 14.9 years before this capture" },
    { "after the capture", "# 2026-12-22\n# list: of mine\n# country: CN\n192.0.2.1\n", 0,
      Y2026_NOV_22,
      "\"list\" (CN) of of mine, list of 2026-12-22, 30 days after this capture" },
    { "of the same day", "# 2026-11-22\n192.0.2.1\n", 0, Y2026_NOV_22 + DAY / 2,
      "\"list\" of list, list of 2026-11-22, the day of this capture" },
    { "impossible ones", "# 2024-13-41 99 May 2024 12345-01-01\n192.0.2.1\n", 0, Y2026_NOV_22,
      "\"list\" of list, undated" },
};

static void
check_date(void **state)
{
    static const uint8_t address[] = { 192, 0, 2, 1 };
    const date_row_t *row = *state;
    fingerprints_t *f = fingerprints_new();

    fingerprints_add(f, "list", row->list, strlen(row->list), row->changed);
    const fingerprint_t *fp = fingerprints_address(f, address, false);
    assert_non_null(fp);
    char *text = fingerprint_text(fp, row->now);
    assert_string_equal(text, row->text);
    g_free(text);
    fingerprints_free(f);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, loads, check_load);
    suite_add(&suite, "lists cut at any byte are read within their bytes", check_load_cut, NULL);
    suite_add(&suite, "the plugin's own list is whole", check_own, NULL);
    suite_add(&suite, "a file beyond 16 MiB is refused", check_too_large, NULL);
    suite_add(&suite, "something else altogether is given up", check_garbage, NULL);
    suite_add(&suite, "texts of lists are escaped", check_escaped, NULL);
    SUITE_ADD_TABLE(&suite, dates, check_date);
    return suite_run(&suite, "list_formats");
}
