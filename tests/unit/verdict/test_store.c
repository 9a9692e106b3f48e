/* verdict/test_store.c
 * Findings by frame, and text made safe to show.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

typedef struct {
    const char *name;
    const char *bytes;
    size_t      length;
    const char *shown;
} text_row_t;

#define TEXT(literal) literal, sizeof literal - 1

static const text_row_t texts[] = {
    { "an empty text stays empty", TEXT(""), "" },
    { "a host name stays as it is", TEXT("www.example.org"), "www.example.org" },
    { "text in any script stays as it is", TEXT("\xc3\xa9\xd0\x9f\xe4\xb8\xad\xf0\x9f\x98\x80"),
      "\xc3\xa9\xd0\x9f\xe4\xb8\xad\xf0\x9f\x98\x80" },
    { "line ends are escaped", TEXT("a\r\nb"), "a\\x0d\\x0a" "b" },
    { "a terminal escape is escaped", TEXT("\x1b[31m"), "\\x1b[31m" },
    { "a tab is escaped", TEXT("\t"), "\\x09" },
    { "DEL is escaped", TEXT("a\x7f" "b"), "a\\x7f" "b" },
    { "a C1 control is escaped", TEXT("\xc2\x9b" "31m"), "\\x9b" "31m" },
    { "the last C1 control is escaped and the first letter behind it is not",
      TEXT("\xc2\x9f\xc2\xa0"),
      "\\x9f\xc2\xa0" },
    { "a right-to-left override is escaped", TEXT("\xe2\x80\xae" "cod.exe"), "\\u{202e}cod.exe" },
    { "a bidirectional isolate is escaped", TEXT("\xe2\x81\xa6x\xe2\x81\xa9"),
      "\\u{2066}x\\u{2069}" },
    { "an Arabic letter mark is escaped", TEXT("\xd8\x9c"), "\\u{061c}" },
    { "left-to-right and right-to-left marks are escaped", TEXT("\xe2\x80\x8e\xe2\x80\x8f"),
      "\\u{200e}\\u{200f}" },
    { "line and paragraph separators are escaped", TEXT("\xe2\x80\xa8\xe2\x80\xa9"),
      "\\u{2028}\\u{2029}" },
    { "a byte order mark is escaped", TEXT("\xef\xbb\xbf"), "\\u{feff}" },
    { "a lone continuation byte is escaped", TEXT("a\x80" "b"), "a\\x80" "b" },
    { "bytes that no UTF-8 has are escaped", TEXT("\xfe\xff"), "\\xfe\\xff" },
    { "a sequence that breaks off at the end is escaped", TEXT("a\xe4\xb8"), "a\\xe4\\xb8" },
    { "a sequence that breaks off in the middle leaves the rest readable", TEXT("\xe4\xb8" "ab"),
      "\\xe4\\xb8" "ab" },
    { "an overlong slash is escaped", TEXT("\xc0\xaf"), "\\xc0\\xaf" },
    { "a surrogate is escaped", TEXT("\xed\xa0\x80"), "\\xed\\xa0\\x80" },
    { "a code point beyond Unicode is escaped", TEXT("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" },
    { "a NUL inside is escaped and the rest is shown", TEXT("good.example\0bad.example"),
      "good.example\\x00" "bad.example" },
    { "a NUL inside a sequence is escaped", TEXT("\xe4\0x"), "\\xe4\\x00x" },
    { "a text that ends in NUL shows it", TEXT("a\0"), "a\\x00" },
};

static void
check_text(void **state)
{
    const text_row_t *row = *state;
    store_t *store = store_new(UINT_MAX);
    /* Without the terminator, so that ASan sees a read beyond the end. */
    char *exact = g_memdup2(row->bytes, row->length);

    assert_string_equal(store_text(store, exact, row->length), row->shown);
    g_free(exact);
    store_free(store);
}

static void
check_length(void **state)
{
    store_t *store = store_new(UINT_MAX);
    char bytes[400];

    (void)state;
    memset(bytes, 'a', sizeof bytes);
    for (size_t n = 0; n <= sizeof bytes; n++)
        assert_int_equal(strlen(store_text(store, bytes, n)), MIN(n, 255));
    store_free(store);
}

/* An escape or a letter at the limit is shown whole or not at all. */
static void
check_length_at_a_letter(void **state)
{
    static const char *const letters[] = { "\x01", "\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x98\x80",
        "\xff",
                                           "\xe2\x80\xae" };
    store_t *store = store_new(UINT_MAX);

    (void)state;
    for (size_t l = 0; l < G_N_ELEMENTS(letters); l++) {
        size_t shown = strlen(store_text(store, letters[l], strlen(letters[l])));
        for (size_t n = 240; n < 260; n++) {
            char bytes[300];
            memset(bytes, 'a', n);
            memcpy(bytes + n, letters[l], strlen(letters[l]) + 1);
            const char *text = store_text(store, bytes, n + strlen(letters[l]));
            assert_int_equal(strlen(text), n + shown <= 255 ? n + shown : MIN(n, 255));
            assert_true(g_utf8_validate(text, -1, NULL));
        }
    }
    store_free(store);
}

static bool
is_safe(const char *text)
{
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e)
            || (c >= 0x2066 && c <= 0x2069))
            return false;
    }
    return true;
}

static void
check_random_bytes(void **state)
{
    GRand *random = g_rand_new_with_seed(1);
    store_t *store = store_new(UINT_MAX);

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        size_t n = (size_t)g_rand_int_range(random, 0, 24);
        char *bytes = g_malloc(n);
        for (size_t k = 0; k < n; k++)
            bytes[k] = (char)g_rand_int_range(random, 0, 256);
        const char *text = store_text(store, bytes, n);
        assert_true(g_utf8_validate(text, -1, NULL) && is_safe(text));
        g_free(bytes);
    }
    store_free(store);
    g_rand_free(random);
}

static void
check_interned(void **state)
{
    store_t *store = store_new(UINT_MAX);

    (void)state;
    assert_ptr_equal(store_text(store, "a.example", 9), store_text(store, "a.example.org", 9));
    store_free(store);
}

static void
check_facts(void **state)
{
    store_t *store = store_new(UINT_MAX);
    finding_t *finding = store_finding(store, 7, 1000);

    (void)state;
    assert_true(store_fill(store, finding));
    finding_fact(finding, (fact_t){ F_TTL_HOPS, 3, NULL });
    finding_fact(finding, (fact_t){ F_DNS_SETS, 2, NULL });
    finding_fact(finding, (fact_t){ F_TTL_HOPS, -5, NULL });
    assert_int_equal(finding->facts->len, 2);
    assert_int_equal(g_array_index(finding->facts, fact_t, 0).id, F_TTL_HOPS);
    assert_int_equal(g_array_index(finding->facts, fact_t, 0).value, -5);
    assert_int_equal(g_array_index(finding->facts, fact_t, 1).value, 2);
    store_free(store);
}

/* What is withdrawn or forgotten makes room. */
static void
check_full(void **state)
{
    store_t *store = store_new(2);
    finding_t *one = store_finding(store, 1, 1000), *two = store_finding(store, 2, 1000),
              *three = store_finding(store, 3, 1000), *four = store_finding(store, 4, 1000);

    (void)state;
    assert_true(store_fill(store, one) && store_fill(store, two) && store_fill(store, one));
    assert_false(store_fill(store, three));
    assert_int_equal(three->evidence->len + three->facts->len, 0);
    store_forget(store, 2);
    assert_true(store_fill(store, three));
    assert_false(store_fill(store, four));
    store_withdraw(store, 1);
    assert_true(store_fill(store, four));
    assert_int_equal(store_size(store), 3);
    store_free(store);
}

static void
check_findings(void **state)
{
    static const signature_t signature = { .id = "x" };
    store_t *store = store_new(UINT_MAX);

    (void)state;
    assert_null(store_lookup(store, 1));
    finding_t *finding = store_finding(store, 1, 1000);
    assert_ptr_equal(store_finding(store, 1, 2000), finding);
    assert_ptr_equal(store_lookup(store, 1), finding);
    assert_int_equal(finding->time, 1000);
    assert_non_null(store_finding(store, UINT32_MAX, 1000));
    assert_int_equal(store_size(store), 2);

    assert_true(store_fill(store, finding));
    evidence_add(finding->evidence, &signature, g_strdup("text that must not leak"));
    store_forget(store, 1);
    store_forget(store, 5);
    assert_null(store_lookup(store, 1));
    assert_int_equal(store_size(store), 1);
    finding = store_finding(store, 2, 0);
    assert_true(store_fill(store, finding));
    evidence_add(finding->evidence, &signature, g_strdup("nor may this"));
    store_free(store);
    store_free(NULL);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, texts, check_text);
    suite_add(&suite, "a text is cut at 255 bytes", check_length, NULL);
    suite_add(&suite, "a text is never cut inside a letter or an escape", check_length_at_a_letter,
        NULL);
    suite_add(&suite, "random bytes never leave a control character or invalid UTF-8",
        check_random_bytes, NULL);
    suite_add(&suite, "equal texts are kept once", check_interned, NULL);
    suite_add(&suite, "a fact written twice has the later value, once", check_facts, NULL);
    suite_add(&suite, "so many findings say more than a verdict", check_full, NULL);
    suite_add(&suite, "a finding is made once, found by its frame, and can be taken back",
        check_findings, NULL);
    return suite_run(&suite, "store");
}
