/* regression.h
 * Captures held against what is expected of them, file beside file; see docs/expectations.md.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "options.h"

typedef struct {
    const expecting_t *how;
    GHashTable        *files;           /* expectations so far, char *: one capture each */
    GString           *cases;           /* of JUnit */
    unsigned           as_expected, differ, failed;
} regression_t;

regression_t regression_new(const expecting_t *how);
void         regression_clear(regression_t *regression);

/* Captures in the folder that have expectations, char *, in order; to be freed. What has none beside it is told
 * and counted as failed. */
GPtrArray *regression_captures(regression_t *regression);

/* Takes what was said of a capture, as write_expect() writes it; NULL where it could not be judged, or not to its
 * end. Tells differences on standard output, and what is wrong with files on standard error. */
void regression_take(regression_t *regression, const char *capture, const char *said);

/* Tells the sum and writes JUnit's file. The exit status. */
int regression_end(regression_t *regression);
