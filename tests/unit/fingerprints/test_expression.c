/* fingerprints/test_expression.c
 * Regular expressions of lists: what is understood and what is refused, the same matches as GRegex
 * has, and steps that are bounded whatever the expression is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "fingerprints/expression.h"

#define PLENTY 1000000

/* Like a list: any of the alternatives. -1: refused, *problem says why. */
static int
fits(const char *expression, const char *text, const char **problem)
{
    GPtrArray *texts = expression_alternatives(expression, problem);
    int result = texts ? 0 : -1;

    for (unsigned i = 0; texts && i < texts->len && result >= 0; i++) {
        expression_t *e = expression_new(g_ptr_array_index(texts, i), problem);
        uint64_t steps = PLENTY;
        result = !e ? -1 : result | expression_fits(e, (const uint8_t *)text, strlen(text), &steps);
        assert_true(steps > 0);
        expression_free(e);
    }
    if (texts)
        g_ptr_array_free(texts, TRUE);
    return result;
}

/* ---- what is understood ---- */

typedef struct {
    const char *name, *expression;
    const char *yes[4], *no[4];
} fit_row_t;

static const fit_row_t fit_rows[] = {
    { "text, anywhere", "abc", { "abc", "xabcx", "ababc" }, { "", "ab", "abxc" } },
    { "any byte, line ends too", "a.c", { "abc", "a\nc", "a\xff" "c" }, { "ac" } },
    { "any number", "ab*c", { "ac", "abc", "abbbbc" }, { "ab", "adc" } },
    { "one or more", "ab+c", { "abc", "abbc" }, { "ac" } },
    { "one or none", "ab?c", { "ac", "abc" }, { "abbc" } },
    { "lazy is the same", "ab*?c+?d??e", { "ace", "abbccde" }, { "ade" } },
    { "so many times", "ab{2}c", { "abbc" }, { "abc", "abbbc" } },
    { "from so many on", "ab{2,}c", { "abbc", "abbbbbc" }, { "abc" } },
    { "from so many to so many", "ab{1,2}c", { "abc", "abbc" }, { "ac", "abbbc" } },
    { "none at all", "ab{0}c", { "ac" }, { "abc" } },
    { "braces that are text", "{a{b}{,2}{1", { "{a{b}{,2}{1" }, { "a" } },
    { "a class", "[a-c_]x", { "bx", "_x" }, { "dx" } },
    { "a class of all others", "[^a-c]x", { "dx", "\nx" }, { "ax", "x" } },
    { "brackets and signs in a class", "[]a-]x", { "]x", "-x", "ax" }, { "bx" } },
    { "escapes in a class", "[\\]\\\\a]x", { "]x", "\\x", "ax" }, { "[x" } },
    { "named sets", "\\d\\w\\s\\D\\W\\S", { "1_ a-a", "9z\tz.z" },
      { "1_ 1-a", "1_ a1a", "1_ a- " } },
    { "a named set in a class", "[\\da]x", { "7x", "ax" }, { "bx" } },
    { "escaped signs", "\\.\\*\\(\\[\\{\\|", { ".*([{|" }, { "a" } },
    { "a group", "a(b)c(?:d)", { "abcd" }, { "abc" } },
    { "alternatives", "a(b|cd|)e", { "abe", "acde", "ae" }, { "ade", "abcde" } },
    { "alternatives in alternatives", "(a|b(c|d))(e|f)", { "ae", "bcf", "bde" }, { "bf", "be" } },
    { "a bar and brackets in a class", "(a[|)(]|b)c", { "a|c", "a)c", "bc" }, { "ac" } },
    { "a group makes no quantifier", "a{(2)}", { "a{2}" }, { "aa" } },
    { "a group before a brace that is text", "f(x){r", { "fx{r" }, { "fxxr" } },
    { "two gaps", "a.*b.*c", { "abc", "axbxc", "bacb abc" }, { "acb", "cba" } },
};

static void
check_fit(void **state)
{
    const fit_row_t *row = *state;
    const char *problem;

    for (unsigned i = 0; i < 4 && row->yes[i]; i++)
        assert_int_equal(fits(row->expression, row->yes[i], &problem), 1);
    for (unsigned i = 0; i < 4 && row->no[i]; i++)
        assert_int_equal(fits(row->expression, row->no[i], &problem), 0);
}

typedef struct {
    const char *name, *expression, *problem;
} refusal_row_t;

#define NOT_ONE "not a regular expression"

static const refusal_row_t refusal_rows[] = {
    { "nothing to repeat", "*a", NOT_ONE },
    { "nothing to repeat in an alternative", "a(b|*c)", NOT_ONE },
    { "twice repeated", "a**", NOT_ONE },
    { "a class without an end", "a[b", NOT_ONE },
    { "a class without anything", "a[]", NOT_ONE },
    { "a group without an end", "a(b", NOT_ONE },
    { "a range that runs down", "[z-a]", NOT_ONE },
    { "a range to a set", "[a-\\d]", NOT_ONE },
    { "less than the least", "a{3,2}", NOT_ONE },
    { "an escape of nothing", "abc\\", NOT_ONE },
    { "alternatives outside of a group", "ab|cd",
      "an expression without a text that each match has" },
    { "a bracket too many", "ab)", "an expression without a text that each match has" },
    { "possessive", "[a-z]*+b", "an expression with a possessive quantifier" },
    { "possessive braces", "a{2,}+b", "an expression with a possessive quantifier" },
    { "a repeated group", "(ab)*c", "an expression that repeats a group" },
    { "a group so many times", "(ab){2}c", "an expression that repeats a group" },
    { "look-ahead", "a(?=b)", "an expression with a special group" },
    { "an option", "(?i)a", "an expression with a special group" },
    { "a verb", "(*LIMIT_MATCH=9)a", "an expression with a special group" },
    { "an anchor", "^abc", "an expression with an anchor" },
    { "a word boundary", "\\babc", "an expression with an escape that is not supported" },
    { "a back reference", "(a)\\1", "an expression with an escape that is not supported" },
    { "a byte by number", "\\x41", "an expression with an escape that is not supported" },
    { "a POSIX class", "[[:alpha:]]", "an expression with a class that is not supported" },
    { "too many alternatives", "(a|b)(a|b)(a|b)(a|b)(a|b)", "too many alternatives" },
    { "too many groups", "((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))",
      "too many groups" },
    { "too many repeats", "a{2000}", "too long an expression" },
    { "too many repeats together", "a{600}b{600}", "too long an expression" },
};

static void
check_refusal(void **state)
{
    const refusal_row_t *row = *state;
    const char *problem = NULL;

    assert_int_equal(fits(row->expression, "a", &problem), -1);
    assert_string_equal(problem, row->problem);
}

static void
check_long(void **state)
{
    char text[EXPRESSION_BYTES_MAX + 2];
    const char *problem;

    (void)state;
    memset(text, 'a', sizeof text);
    text[EXPRESSION_BYTES_MAX] = '\0';
    assert_int_equal(fits(text, text, &problem), 1);
    text[EXPRESSION_BYTES_MAX] = 'a';
    text[EXPRESSION_BYTES_MAX + 1] = '\0';
    assert_int_equal(fits(text, text, &problem), -1);
    assert_string_equal(problem, "too long an expression");
}

static void
check_required(void **state)
{
    static const struct {
        const char *expression, *required;
        bool        plain;
    } rows[] = {
        { "abc", "abc", true }, { "a\\.c", "a.c", true }, { "ab.cde", "cde", false },
        { "abc?", "ab", false },
        { "ab+c", "ab", false }, { "ab{2}c", "abbc", true }, { "[ab]c", "c", false },
        { ".*", "", false },
        { "a" "\\E" "b", "ab", true },                  /* what is left of a group */
    };
    const char *problem;

    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        expression_t *e = expression_new(rows[i].expression, &problem);
        assert_non_null(e);
        assert_string_equal(expression_required(e), rows[i].required);
        assert_int_equal(expression_is_plain(e), rows[i].plain);
        assert_string_equal(expression_text(e), rows[i].expression);
        expression_free(e);
    }
}

/* ---- the same as GRegex ---- */

static char *
random_expression(GRand *random)
{
    static const char *const atoms[] = {
        "a", "b", "c", ".", "[ab]", "[^a]", "[a-c]", "\\w", "\\.", "\\D", "]", "}", "{", "-",
        "[]-]",
    };
    static const char *const groups[] = { "(a|b)", "(?:ab|c)", "(a)", "(|b)", "(a(b|c)|.)",
                                          "(a*|b?)" };
    static const char *const times[] = { "", "", "", "", "*", "+", "?", "{2}", "{1,2}", "{0}",
                                         "{2,}", "*?", "??" };
    GString *s = g_string_new(NULL);

    for (int n = g_rand_int_range(random, 1, 6); n > 0; n--)
        if (g_rand_int_range(random, 0, 5))
            g_string_append_printf(s, "%s%s",
                                   atoms[g_rand_int_range(random, 0, G_N_ELEMENTS(atoms))],
                                   times[g_rand_int_range(random, 0, G_N_ELEMENTS(times))]);
        else
            g_string_append(s, groups[g_rand_int_range(random, 0, G_N_ELEMENTS(groups))]);
    return g_string_free(s, FALSE);
}

/* An expression that may match nothing always matches: ours is never asked that, so a byte comes
 * first. */
static void
check_same(void **state)
{
    GRand *random = g_rand_new_with_seed(5);
    unsigned compared = 0;

    (void)state;
    for (unsigned round = 0; round < 4000; round++) {
        char *rest = random_expression(random), *expression = g_strconcat("a", rest, NULL),
            text[13];
        GRegex *regex = g_regex_new(expression, G_REGEX_RAW | G_REGEX_DOTALL, 0, NULL);
        for (unsigned k = 0; k < 8; k++) {
            for (unsigned i = 0; i < sizeof text - 1; i++)
                text[i] = "aaabbc.]-}{2"[g_rand_int_range(random, 0, 12)];
            text[g_rand_int_range(random, 0, sizeof text)] = '\0';
            text[sizeof text - 1] = '\0';
            const char *problem;
            int ours = fits(expression, text, &problem);
            if (!regex)                                 /* theirs is refused: so has ours to be */
                assert_int_equal(ours, -1);
            if (!regex || ours < 0)
                continue;
            compared++;
            if (ours != g_regex_match(regex, text, 0, NULL))
                fail_msg("'%s' on '%s': %d", expression, text, ours);
        }
        if (regex)
            g_regex_unref(regex);
        g_free(expression);
        g_free(rest);
    }
    assert_true(compared > 20000);
    g_rand_free(random);
}

/* ---- what it costs ---- */

static void
check_steps(void **state)
{
    static const char *const slow[] = {
        "a*a*a*a*a*a*a*a*a*a*b", "[a-z]*[a-y]*[a-x]*Qb00_\\d", "a?a?a?a?a?a?a?a?aaaaaaaab",
        ".*.*.*=.*", "a{500}b",
    };
    static uint8_t text[4096];

    (void)state;
    memset(text, 'a', sizeof text);
    for (unsigned i = 0; i < G_N_ELEMENTS(slow); i++) {
        const char *problem;
        expression_t *e = expression_new(slow[i], &problem);
        assert_non_null(e);
        /* a step a byte and item, at most */
        for (size_t length = 1; length <= sizeof text; length *= 2) {
            uint64_t steps = (uint64_t)length * expression_items(e) + 1;
            assert_false(expression_fits(e, text, length, &steps));
            assert_true(steps > 0);
        }
        uint64_t few = 100;
        assert_false(expression_fits(e, text, sizeof text, &few));
        assert_int_equal(few, 0);
        expression_free(e);
    }
}

/* What ends anywhere is read within its bytes. */
static void
check_cut(void **state)
{
    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(fit_rows) + G_N_ELEMENTS(refusal_rows); i++) {
        const char *whole = i < G_N_ELEMENTS(fit_rows)
            ? fit_rows[i].expression : refusal_rows[i - G_N_ELEMENTS(fit_rows)].expression;
        for (size_t n = 0; n <= strlen(whole); n++) {
            char *part = g_strndup(whole, n);
            const char *problem;
            fits(part, "aab", &problem);
            g_free(part);
        }
    }
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, fit_rows, check_fit);
    SUITE_ADD_TABLE(&suite, refusal_rows, check_refusal);
    suite_add(&suite, "the longest expression and one byte more", check_long, NULL);
    suite_add(&suite, "the text that each match has", check_required, NULL);
    suite_add(&suite, "the same matches as GRegex", check_same, NULL);
    suite_add(&suite, "steps are counted and bounded", check_steps, NULL);
    suite_add(&suite, "expressions cut at any byte", check_cut, NULL);
    return suite_run(&suite, "expression");
}
