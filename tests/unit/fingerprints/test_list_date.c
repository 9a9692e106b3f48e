/* fingerprints/test_list_date.c
 * Dates as lists write them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "fingerprints/list_date.h"

typedef struct {
    const char *name, *text, *date;     /* date: NULL for none */
    int64_t     time;                   /* s since the epoch */
} date_row_t;

static const date_row_t date_rows[] = {
    { "a day", "2024-05-01", "2024-05-01", 1714521600 },
    { "a month", "2024-05", "2024-05", 1714521600 },
    { "a year that is all", "2024", "2024", 1704067200 },
    { "a year among other words", "made in 2024", NULL, 0 },
    { "a day among other words", "made on 2024-05-01 by hand", "2024-05-01", 1714521600 },
    { "a time behind it", "2024-05-01T10:00:00Z", "2024-05-01", 1714521600 },
    { "the first of two", "2024-05-01, 2025-05-01", "2024-05-01", 1714521600 },
    { "in words", "Last updated: 1 May 2024", "2024-05-01", 1714521600 },
    { "as in a header", "Wed, 01 May 2024 10:00:00 GMT", "2024-05-01", 1714521600 },
    { "in words, of an unknown month", "1 Mai 2024", NULL, 0 },
    { "a month that is none", "2024-13-01", NULL, 0 },
    { "a day that is none", "2024-02-30", NULL, 0 },
    { "a year too long", "12345-01-01", NULL, 0 },
    { "long ago", "1979-12-31", NULL, 0 },
    { "far away", "2100-01-01", NULL, 0 },
    { "an address", "192.0.2.1", NULL, 0 },
    { "nothing", "", NULL, 0 },
    { "a date behind numbers that are none", "12 of 7, 99 May 2024, 2024-05-01", "2024-05-01",
      1714521600 },
};

static void
check_date(void **state)
{
    const date_row_t *row = *state;
    list_date_t date;

    assert_int_equal(list_date_read(row->text, &date), row->date != NULL);
    if (!row->date)
        return;
    assert_string_equal(date.text, row->date);
    assert_int_equal(date.time, row->time * NS_PER_S);
}

static void
check_of(void **state)
{
    list_date_t date;

    (void)state;
    assert_true(list_date_of(1714521600 + 86399, &date));
    assert_string_equal(date.text, "2024-05-01");
    assert_int_equal(date.time, 1714521600 * NS_PER_S);
    assert_false(list_date_of(0, &date));
    assert_false(list_date_of(-1, &date));
    assert_false(list_date_of(INT64_MAX, &date));
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, date_rows, check_date);
    suite_add(&suite, "the day of a time", check_of, NULL);
    return suite_run(&suite, "list_date");
}
