/* base/kept.h
 * What is remembered of a capture, and how much of it at most: a row beside each structure, so that
 * no document has to guess its size. `catalogue bounds` prints them all for docs/architecture.md.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stddef.h>

typedef struct {
    const char *what;       /* one of them; NULL: the end of an array of rows */
    const char *by;         /* the file that keeps it */
    size_t      bytes;      /* of one; 0: only what `more` says */
    const char *more;       /* what belongs to it beside that, or NULL */
    const char *bound;      /* how many there may be, and what happens then */
    const char *notice;     /* what the frame carries where that happens first; NULL: it happens by itself, with
                             * what it is kept for, or what is lost is little */
} kept_t;

/* A number that is defined as a macro, as text. */
#define KEPT_NUMBER(n) KEPT_TEXT(n)
#define KEPT_TEXT(n)   #n
