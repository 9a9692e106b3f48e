/* expectations.h
 * What somebody expects of a capture, as lines in a file, held against what is said of it. The format is
 * described in docs/expectations.md; write_expect() writes what is said in the same. Pure.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

typedef struct expectations expectations_t;

/* Reads a file's text. NULL where a line makes no sense: then *error is "LINE: reason", to be freed. */
expectations_t *expectations_read(const char *text, char **error);
void            expectations_free(expectations_t *expectations);

/* Holds what is expected against what is said, which was written by write_expect(): the number of differences.
 * Appends them for people: the line, what is said instead, and where that differs. */
unsigned expectations_compare(const expectations_t *wanted, expectations_t *said, GString *differences);

/* A first file from what is said: that which stays while the verdict does. */
void expectations_write_first(GString *out, const expectations_t *said);
