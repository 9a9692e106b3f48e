/* capture.h
 * One capture file, read and judged.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "../settings.h"
#include "unread.h"

/* How captures are judged. */
typedef struct {
    settings_t settings;
    bool       judged;                  /* false: the protocol is switched off, and nothing is looked at */
    bool       enabled[N_DETECTORS];
    bool       watched;                 /* the store says which findings have changed */
} judging_t;

/* What has come of a capture so far. */
typedef struct {
    engine_t       *engine;             /* NULL: switched off */
    uint32_t        frames;
    int64_t         bytes;              /* read of the file */
    unread_counts_t unread;
    char           *complaint;          /* why it could not be read, or not to its end; NULL: it was */
    bool            opened;
} judged_t;

/* Called after every frame; reading stops when it returns false. */
typedef struct {
    bool (*call)(void *context, judged_t *judged);
    void  *context;
} each_frame_t;

/* Once, before the first capture, and after the last. program: argv[0]. */
void capture_start(const char *program);
void capture_end(void);

/* Reads it through: a name, "-" for standard input, a pipe. each: NULL for none. To be freed with
 * judged_clear(). */
judged_t capture_judge(const char *file, const judging_t *judging, const each_frame_t *each);
void     judged_clear(judged_t *judged);

/* An engine as these settings have it. */
engine_t *capture_new_engine(const judging_t *judging);
