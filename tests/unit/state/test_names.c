/* state/test_names.c
 * Texts by number: kept once, up to a limit.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "state/names.h"

static uint16_t
number(names_t *names, const char *text, bool one_of_many)
{
    return names_number(names, text, strlen(text), one_of_many);
}

static void
check_kept_once(void **state)
{
    names_t *names = names_new();

    (void)state;
    uint16_t a = number(names, "a.example", false), b = number(names, "b.example", false);
    assert_true(a && b && a != b);
    assert_int_equal(names_number(names, "a.example/path", 9, false), a);
    assert_int_not_equal(number(names, "a.exampl", false), a);
    assert_int_equal(number(names, "a.example", false), a);
    assert_string_equal(names_text(names, a), "a.example");
    assert_string_equal(names_text(names, b), "b.example");
    assert_true(number(names, "", false));
    names_free(names);
}

static void
check_limit(void **state)
{
    names_t *names = names_new();
    char text[32];

    (void)state;
    uint16_t first = number(names, "first", false);
    for (unsigned i = 1; i < NAMES_MAX / 2; i++) {
        g_snprintf(text, sizeof text, "/path/%u", i);
        assert_int_equal(number(names, text, true), i + 1);
    }
    assert_int_equal(number(names, "/one/too/many", true), 0);
    for (unsigned i = NAMES_MAX / 2; i < NAMES_MAX; i++) {
        g_snprintf(text, sizeof text, "%u.example", i);
        assert_int_equal(number(names, text, false), i + 1);
    }
    assert_int_equal(number(names, "one.too.many.example", false), 0);
    assert_int_equal(number(names, "first", false), first);
    assert_string_equal(names_text(names, NAMES_MAX), text);
    names_free(names);
}

int
main(void)
{
    suite_t suite = suite_new();
    suite_add(&suite, "a text is kept once", check_kept_once, NULL);
    suite_add(&suite, "up to a limit, and half of it for one of many", check_limit, NULL);
    return suite_run(&suite, "names");
}
