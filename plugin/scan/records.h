/* records.h
 * Reads the records of a capture file through libwiretap, one after the other, and unwraps each.
 *
 *      records_t records = { .unwrap = { .take = …, .context = …, .unread = … }, .frames = &frames };
 *      if (records_open(&records, file, &complaint)) {
 *          while (records_next(&records))
 *              …
 *          records_close(&records, &complaint);
 *      }
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "../compat.h"

#include <wiretap/wtap.h>

#include "unwrap.h"

typedef struct {
    unwrap_t  unwrap;       /* take, context and unread are the caller's; take NULL: records are only counted */
    uint32_t *frames;       /* the caller's: the number of the record read last, who may set it back */

    /* Of the record read last. */
    bool      packet;       /* it is one; else the rest says nothing */
    int       link;         /* kind of link, as libwiretap has it */
    int64_t   time;         /* ns since the epoch; 0: it has none */

    wtap     *capture;      /* while it is open: what else the file knows */
    wtap_rec  record;
    RECORD_BUFFER(buffer);
    const char *file;
    int       error;
    char     *details;
} records_t;

/* A name, "-" for standard input, a pipe. False where it cannot be opened; *complaint, to be freed, says why. */
bool records_open(records_t *records, const char *file, char **complaint);
/* Reads one, and calls take() for each packet that is found in it. False at the end. */
bool records_next(records_t *records);
/* *complaint, to be freed, is set where the file could not be read to its end. */
void records_close(records_t *records, char **complaint);
