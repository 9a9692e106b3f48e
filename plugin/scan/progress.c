/* progress.c
 * How far the reading is; see progress.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>

#include <glib/gstdio.h>

#define EVERY_US     1000000
#define FRAMES_MASK  0x3fff     /* looked at the clock no more often than this */

static bool
tell(void *context, judged_t *judged)
{
    progress_t *progress = context;

    progress->frames++;
    if (judged->frames & FRAMES_MASK)
        return true;
    int64_t now = g_get_monotonic_time();
    if (now - progress->told < EVERY_US)
        return true;
    progress->told = now;
    fprintf(stderr, "interference-scan: %s: frame %u", progress->file, judged->frames);
    if (progress->size)
        fprintf(stderr, ", %d %%", (int)(judged->bytes * 100 / progress->size));
    fputs("\n", stderr);
    return true;
}

each_frame_t
progress_begin(progress_t *progress, const char *file)
{
    GStatBuf status;

    if (!progress->wanted)
        return (each_frame_t){ NULL, NULL };
    progress->file = file;
    progress->size = g_stat(file, &status) ? 0 : status.st_size;
    progress->files++;
    return (each_frame_t){ tell, progress };
}

void
progress_end(progress_t *progress)
{
    int64_t now = g_get_monotonic_time();

    if (!progress->wanted || now - progress->told < EVERY_US)
        return;
    progress->told = now;
    fprintf(stderr, "interference-scan: %u captures, %" PRIu64 " frames\n", progress->files, progress->frames);
}
