/* fingerprints/list_date.h
 * Dates as lists write them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    char    text[16];           /* as far as it was said: 2024, 2024-05 or 2024-05-01 */
    int64_t time;               /* ns since the epoch; the first of what is not said */
} list_date_t;

/* The first date in the text: 2024-05-01, 2024-05, or 1 May 2024 as in HTTP's headers; 2024 only
 * where nothing else is in the text. False where there is none from 1980 to 2099. */
bool list_date_read(const char *text, list_date_t *date);

/* The day of a time in seconds since the epoch. False where that is no time after it. */
bool list_date_of(int64_t seconds, list_date_t *date);
