/* fingerprints/list_date.c
 * Dates as lists write them; see list_date.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fingerprints/list_date.h"

#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "observation.h"

/* parts: how many of year, month and day were said. */
static bool
set_date(list_date_t *date, unsigned parts, int year, int month, int day)
{
    static const char *const formats[] = { "%04d", "%04d-%02d", "%04d-%02d-%02d" };
    GDateTime *time =
        year >= 1980 && year < 2100 ? g_date_time_new_utc(year, month, day, 0, 0, 0) : NULL;

    if (!time)
        return false;
    snprintf(date->text, sizeof date->text, formats[parts - 1], year, month, day);
    date->time = g_date_time_to_unix(time) * NS_PER_S;
    g_date_time_unref(time);
    return true;
}

static bool
read_iso(const char *p, bool alone, list_date_t *date)
{
    int year, month = 1, day = 1;
    int parts = sscanf(p, "%4d-%2d-%2d", &year, &month, &day);

    return (parts > 1 || (parts == 1 && alone && !p[4]))
        && set_date(date, (unsigned)parts, year, month, day);
}

static bool
read_words(const char *p, list_date_t *date)
{
    static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
                                          "jul", "aug", "sep", "oct", "nov", "dec" };
    int year, day;
    char name[4];

    if (sscanf(p, "%2d %3[A-Za-z] %4d", &day, name, &year) != 3)
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(months); i++)
        if (!g_ascii_strcasecmp(name, months[i]))
            return set_date(date, 3, year, (int)i + 1, day);
    return false;
}

bool
list_date_read(const char *text, list_date_t *date)
{
    for (const char *p = text; *p; p++) {
        size_t digits = strspn(p, "0123456789");
        if (digits == 4 ? read_iso(p, p == text, date)
                        : (digits == 1 || digits == 2) && read_words(p, date))
            return true;
        p += digits ? digits - 1 : 0;
    }
    return false;
}

bool
list_date_of(int64_t seconds, list_date_t *date)
{
    GDateTime *time = seconds > 0 ? g_date_time_new_from_unix_utc(seconds) : NULL;
    int year, month, day;

    if (!time)
        return false;
    g_date_time_get_ymd(time, &year, &month, &day);
    g_date_time_unref(time);
    return set_date(date, 3, year, month, day);
}
