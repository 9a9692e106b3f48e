/* progress.h
 * Tells on standard error how far the reading is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "capture.h"

typedef struct {
    bool        wanted;
    const char *file;           /* that is read now */
    int64_t     size;           /* of it; 0: not known */
    unsigned    files;          /* so far */
    uint64_t    frames;         /* in those before */
    int64_t     told;           /* when it was said last, monotonic time in us */
} progress_t;

/* Before and after a capture. What is to be called for each frame: nothing where it is not wanted. */
each_frame_t progress_begin(progress_t *progress, const char *file);
void         progress_end(progress_t *progress);
