/* capture.h
 * One capture file, read and judged.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "unwrap.h"
#include "../results/results.h"

typedef struct {
    limits_t    limits;
    bool        enabled[N_DETECTORS];
    bool        judged;             /* false: all detectors are off, and nothing is looked at */
    const char *fingerprint_files;
} settings_t;

/* What came of a capture. */
typedef struct {
    engine_t *engine;               /* NULL: switched off */
    uint32_t  frames;
    uint64_t  unread[N_UNREAD];
    char     *error;                /* why it could not be read, or not to its end; NULL: it was */
} judged_t;

/* Once, before the first capture, and after the last. */
void capture_start(void);
void capture_end(void);

/* Reads it through. To be freed with judged_clear(). */
judged_t capture_judge(const char *file, const settings_t *settings);
void     judged_clear(judged_t *judged);
