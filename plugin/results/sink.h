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
    GString    *text;       /* what is not passed on yet; writers append to it */
    FILE       *stream;     /* NULL: nothing is passed on */
    const char *file;       /* that the sink has opened, and closes; NULL: none, the stream is somebody else's */
    bool        headed;     /* the heading of a table has been written */
    int         problem;    /* errno of the first thing that failed, after which nothing is written; 0: none */
} sink_t;

/* stream: NULL, and all stays in `text`. */
sink_t sink_new(FILE *stream);
/* Drops what is not passed on. */
void   sink_clear(sink_t *sink);

/* What is to go to a file, whose name stays the caller's; NULL: to standard output. only_new: there must be no such
 * file. */
sink_t sink_open(const char *file, bool only_new);
/* Everything goes, and the sink is no more. errno of what went wrong since sink_open(); 0: it is all there. What there
 * is of a file then is removed: nobody shall take it for the whole. */
int    sink_close(sink_t *sink);

/* Something whole has been appended: it may go. */
void   sink_pass(sink_t *sink);
/* All of it goes, now. True when everything so far was written. */
bool   sink_flush(sink_t *sink);
