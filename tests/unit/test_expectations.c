/* test_expectations.c
 * What is expected of a capture: lines that hold, lines that do not, lines that make no sense.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "expectations.h"

/* What is said in all tests, as write_expect() writes it. */
static const char said_text[] =
    "exact\n"
    "17 trigger reset forged_frame=18 trigger=www.forbidden.example/a b\n"
    "18 forged reset 99 genuine_frame=21 trigger_frame=17 signatures=rst-one,rst-two "
    "trigger=www.forbidden.example/a b\n"
    "19 forged reset 99 genuine_frame=21 trigger_frame=17 signatures=rst-one trigger=www.forbidden.example/a b\n"
    "20 forged reset 81 trigger_frame=17 signatures=rst-two trigger=www.forbidden.example/a b\n"
    "30 suspect data 42 signatures=data-one\n"
    "40 notice\n";

static expectations_t *
read_well(const char *text)
{
    char *error = NULL;
    expectations_t *e = expectations_read(text, &error);

    if (!e)
        fail_msg("%s", error);
    return e;
}

/* ---- what holds, and what does not ---- */

typedef struct {
    const char *name, *text;
    unsigned    differences;
    const char *told;           /* among them; NULL: nothing */
} held_row_t;

static const held_row_t held[] = {
    { "nothing is expected", "", 0, NULL },
    { "comments and blanks", "# 18 genuine\n\n  \t\n   # x\r\n", 0, NULL },
    { "a verdict", "18 forged\n", 0, NULL },
    { "another verdict", "18 genuine\n", 1, "line 1: 18 genuine\n    said: 18 forged reset 99 " },
    { "blanks between words, the end of a line of Windows", "  18\tforged   reset\r\n", 0, NULL },
    { "one of two verdicts", "30 forged|suspect data\n", 0, NULL },
    { "any verdict", "40 *\n30 * data\n", 0, NULL },
    { "a class", "18 forged data\n", 1, "differs in: class\n" },
    { "any class", "18 forged * 99\n", 0, NULL },
    { "a notice", "40 notice\n", 0, NULL },
    { "a notice is no verdict", "40 suspect\n", 1, "differs in: verdict\n" },
    { "the confidence", "18 forged reset 99\n20 forged 81\n", 0, NULL },
    { "the confidence is another", "18 forged reset 98\n", 1, "differs in: confidence\n" },
    { "the confidence is more", "18 forged reset 80+\n", 0, NULL },
    { "the confidence is just so much", "20 forged reset 81+\n", 0, NULL },
    { "the confidence is less", "20 forged reset 82+\n", 1, "differs in: confidence\n" },
    { "there is no confidence", "17 trigger reset 0+\n", 1, "differs in: confidence\n" },
    { "two things differ", "20 suspect reset 82+\n", 1, "differs in: verdict, confidence\n" },
    { "a link", "18 forged genuine_frame=21 trigger_frame=17\n", 0, NULL },
    { "a link leads elsewhere", "18 forged genuine_frame=2\n", 1, "differs in: genuine_frame\n" },
    { "a link is not there", "20 forged genuine_frame=21\n", 1, "differs in: genuine_frame\n" },
    { "a link must not be there", "20 forged genuine_frame=\n", 0, NULL },
    { "a sign among others", "18 forged signatures=*rst-two*\n", 0, NULL },
    { "a sign that is not there", "19 forged signatures=*rst-two*\n", 1, "differs in: signatures\n" },
    { "all signs", "18 forged signatures=rst-one,rst-two\n", 0, NULL },
    { "a trigger with a blank", "18 forged trigger=www.forbidden.example/a b\n", 0, NULL },
    { "a trigger that goes on", "18 forged trigger=www.forbidden.example\n", 1, "differs in: trigger\n" },
    { "a part of a trigger", "18 forged trigger=*.forbidden.*\n", 0, NULL },
    { "a part that comes twice", "18 forged trigger=*.f*.example/a*b\n", 0, NULL },
    { "a part that comes once", "18 forged trigger=*example*example*\n", 1, "differs in: trigger\n" },
    { "several frames", "18-20 forged reset 80+\n", 0, NULL },
    { "one of several frames", "18-20 forged reset 99\n", 1, "said: 20 forged reset 81" },
    { "a frame of several is missing", "18-21 forged\n", 1, "said: nothing of frame 21\n" },
    { "nothing is said of a frame", "1 forged\n", 1, "said: nothing of frame 1\n" },
    { "the last frame there can be", "4294967295 forged\n", 1, "said: nothing of frame 4294967295\n" },
    { "all frames there can be", "1-4294967295 forged\n", 1, "said: nothing of frame 1\n" },
    { "some frame", "* suspect data\n", 0, NULL },
    { "no frame", "* silenced\n", 1, "said: that of no frame\n" },
    { "never, and it is not", "never * silenced\nnever 17 forged|suspect\nnever 41\n", 0, NULL },
    { "never of a frame", "never 18 forged\n", 1, "line 1: never 18 forged\n    said: 18 forged reset" },
    { "never of frames", "never 17-19 forged\n", 2, "said: 19 forged" },
    { "never anything of a frame", "never 40\n", 1, "said: 40 notice\n" },
    { "never with so much confidence", "never * * * 90+\n", 2, "said: 18 forged" },
    { "never, but for the frames of other lines", "18-19 forged\n20 forged\nnever * forged\n", 0, NULL },
    { "never, and a frame has no line", "18-19 forged\nnever * forged\n", 1, "said: 20 forged" },
    { "a line that any frame may fit spares none", "* forged\nnever * forged\n", 3, "said: 18 forged" },
    { "the order of lines is free", "never * forged\n20 forged\n18-19 forged\n", 0, NULL },
    { "exact, and nothing was expected", "exact\n", 6, "  not expected\n    said: 40 notice\n" },
    { "exact, and a link was not expected", "18 forged reset 99\nexact\n", 6,
      "differs in: genuine_frame, trigger_frame, signatures, trigger\n" },
    { "exact, and a confidence was not expected", "exact\n17-20 *\n30 suspect data signatures=data-one\n40 notice\n", 2,
      "differs in: confidence\n" },
    { "a star in an exact text is a star", "exact\n30 suspect data 42 signatures=data*\n", 6,
      "differs in: signatures\n" },
};

static void
is_held_against(void **state)
{
    const held_row_t *row = *state;
    expectations_t *wanted = read_well(row->text), *said = read_well(said_text);
    GString *text = g_string_new(NULL);
    unsigned n = expectations_compare(wanted, said, text);

    if (n != row->differences || !row->told != !text->len || (row->told && !strstr(text->str, row->told)))
        fail_msg("%u differences, not %u; no \"%s\" in:\n%s", n, row->differences, row->told, text->str);
    g_string_free(text, TRUE);
    expectations_free(said);
    expectations_free(wanted);
}

static void
all_that_is_said_is_as_said(void **state)
{
    expectations_t *wanted = read_well(said_text), *said = read_well(said_text);
    GString *text = g_string_new(NULL);
    (void)state;

    assert_int_equal(expectations_compare(wanted, said, text), 0);
    assert_string_equal(text->str, "");
    g_string_free(text, TRUE);
    expectations_free(said);
    expectations_free(wanted);
}

/* ---- what makes no sense ---- */

typedef struct {
    const char *name, *text, *error;
} bad_row_t;

static const bad_row_t bad[] = {
    { "no frame", "# x\nforged 18\n", "2: not a frame: \"forged\"" },
    { "frame 0", "0 forged\n", "1: not a frame: \"0\"" },
    { "a frame too large", "4294967296 forged\n", "1: not a frame: \"4294967296\"" },
    { "frames backwards", "20-18 forged\n", "1: not a frame: \"20-18\"" },
    { "frames without an end", "20- forged\n", "1: not a frame: \"20-\"" },
    { "no verdict", "18\n", "1: a verdict is missing" },
    { "no verdict but a confidence", "18 99\n", "1: a verdict is missing" },
    { "no such verdict", "18 forgd\n", "1: there is no verdict \"forgd\"" },
    { "no such verdict among others", "18 forged|x\n", "1: there is no verdict \"forged|x\"" },
    { "no second verdict", "18 forged|\n", "1: there is no verdict \"forged|\"" },
    { "no such class", "18 forged resett\n", "1: there is no class \"resett\"" },
    { "a word too many", "18 forged reset too\n", "1: one word too many: \"too\"" },
    { "confidence above 100", "18 forged 101\n", "1: not a confidence: \"101\"" },
    { "confidence with more", "18 forged 80++\n", "1: not a confidence: \"80++\"" },
    { "two confidences", "18 forged 80 90\n", "1: a second confidence: \"90\"" },
    { "no such member", "18 forged frame=1\n", "1: there is no member \"frame\"" },
    { "a member twice", "18 forged trigger_frame=1 trigger_frame=1\n", "1: given twice: \"trigger_frame\"" },
    { "never of nothing", "never\n", "1: never what?" },
    { "exact with more", "exact 18\n", "1: not a frame: \"exact\"" },
    { "what cannot be shown", "\x01 forged\n", "1: not a frame: \"\\001\"" },
};

static void
makes_no_sense(void **state)
{
    const bad_row_t *row = *state;
    char *error = NULL;

    assert_null(expectations_read(row->text, &error));
    assert_string_equal(error, row->error);
    g_free(error);
}

/* ---- a first file ---- */

static void
first_file_keeps_verdicts(void **state)
{
    expectations_t *said = read_well(said_text);
    GString *text = g_string_new(NULL);
    (void)state;

    expectations_write_first(text, said);
    assert_string_equal(text->str, "17 trigger reset trigger=www.forbidden.example/a b\n"
                        "18 forged reset 80+ trigger=www.forbidden.example/a b\n"
                        "19 forged reset 80+ trigger=www.forbidden.example/a b\n"
                        "20 forged reset 80+ trigger=www.forbidden.example/a b\n"
                        "30 suspect|forged data\n"
                        "never * forged\n");
    expectations_t *wanted = read_well(text->str);
    assert_int_equal(expectations_compare(wanted, said, text), 0);
    expectations_free(wanted);
    g_string_free(text, TRUE);
    expectations_free(said);
}

int
main(void)
{
    suite_t suite = suite_new();

    SUITE_ADD_TABLE(&suite, held, is_held_against);
    SUITE_ADD_TABLE(&suite, bad, makes_no_sense);
    suite_add(&suite, "all that is said is as said", all_that_is_said_is_as_said, NULL);
    suite_add(&suite, "a first file keeps verdicts", first_file_keeps_verdicts, NULL);
    return suite_run(&suite, "expectations");
}
