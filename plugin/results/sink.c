/* sink.c
 * Where a report goes; see sink.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sink.h"

#include <errno.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

/* As much is passed on at once. */
#define PIECE 65536

sink_t
sink_new(FILE *stream)
{
    return (sink_t){ .text = g_string_new(NULL), .stream = stream };
}

void
sink_clear(sink_t *sink)
{
    g_string_free(sink->text, TRUE);
}

static void
pass_on(sink_t *sink)
{
    if (!sink->problem && fwrite(sink->text->str, 1, sink->text->len, sink->stream) != sink->text->len)
        sink->problem = errno;
    g_string_truncate(sink->text, 0);
}

void
sink_pass(sink_t *sink)
{
    if (sink->stream && sink->text->len >= PIECE)
        pass_on(sink);
}

bool
sink_flush(sink_t *sink)
{
    if (sink->stream) {
        pass_on(sink);
        if (fflush(sink->stream) == EOF && !sink->problem)
            sink->problem = errno;
    }
    return !sink->problem;
}

/* ---- files ---- */

sink_t
sink_open(const char *file, bool only_new)
{
    FILE *stream = file ? g_fopen(file, only_new ? "wbx" : "wb") : stdout;
    sink_t sink = sink_new(stream);

    if (!stream)
        sink.problem = errno;
    else
        sink.file = file;
    return sink;
}

static void
remove_part(const char *file)
{
    GStatBuf status;

    if (!g_stat(file, &status) && S_ISREG(status.st_mode))
        g_unlink(file);
}

int
sink_close(sink_t *sink)
{
    sink_flush(sink);
    if (sink->file && fclose(sink->stream) == EOF && !sink->problem)
        sink->problem = errno;
    if (sink->file && sink->problem)
        remove_part(sink->file);
    sink_clear(sink);
    return sink->problem;
}
