/* point.h
 * One capture point: its file, read through.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "../../dissectors/points/trace.h"
#include "../scan/capture.h"

typedef struct {
    const char     *file;
    char           *name;           /* of the point, as shown */
    trace_t        *trace;
    uint32_t        frames;
    int64_t         first, last;    /* times of packets, whatever else is known of when it was capturing */
    GArray         *links;          /* of int: kinds of link that it has, as libwiretap has them */
    unread_counts_t unread;
    char           *complaint;      /* why it could not be read, or not to its end; NULL: it was */
    bool            opened;
} point_t;

/* Reads it. complete: the user says that it was capturing before the first packet of all points and after the last.
 * The trace is of these talks. */
point_t point_read(const char *file, const char *name, talks_t *talks, bool complete);
void    point_clear(point_t *point);
