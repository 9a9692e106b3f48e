/* sink.h
 * Where a report goes. It is passed on line by line: of a long one no more than a piece is in memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <glib.h>

typedef struct {
    GString *text;          /* what is not passed on yet; writers append to it */
    FILE    *stream;        /* not owned; NULL: nothing is passed on */
    bool     headed;        /* the heading of a table has been written */
    int      problem;       /* errno of the first write that failed, after which nothing is written; 0: none */
} sink_t;

sink_t sink_new(FILE *stream);
/* Drops what is not passed on. */
void   sink_clear(sink_t *sink);

/* Something whole has been appended: it may go. */
void   sink_pass(sink_t *sink);
/* All of it goes, now. True when everything so far was written. */
bool   sink_flush(sink_t *sink);
