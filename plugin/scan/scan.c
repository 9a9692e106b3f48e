/* scan.c
 * interference-scan: judges captures without dissecting them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complaint.h"
#include "follow.h"
#include "handover.h"
#include "progress.h"
#include "regression.h"

/* All captures of a call. */
typedef struct {
    options_t  options;
    GArray    *sinks;           /* of sink_t, one for each output */
    bool       named;           /* captures are told apart by their names */
    bool       lost;            /* an output cannot be written any more: no use to go on */
    unsigned   judged, incomplete, by_tshark;
    progress_t progress;
    regression_t regression;
} scan_t;

/* ---- outputs ---- */

static bool
open_sinks(scan_t *scan)
{
    for (unsigned i = 0; i < scan->options.outputs->len; i++) {
        const output_t *output = &g_array_index(scan->options.outputs, output_t, i);
        sink_t sink = output->kept ? sink_new(NULL) : sink_open(output->file, false);
        if (sink.problem)
            return complain_of(output->file, sink.problem);
        g_array_append_val(scan->sinks, sink);
    }
    return true;
}

static sink_t *
sink_of(const scan_t *scan, unsigned i)
{
    return &g_array_index(scan->sinks, sink_t, i);
}

static bool
close_sinks(scan_t *scan)
{
    bool written = true;

    for (unsigned i = 0; i < scan->sinks->len; i++) {
        int problem = sink_close(sink_of(scan, i));
        if (problem)
            written = complain_of(g_array_index(scan->options.outputs, output_t, i).file, problem);
    }
    g_array_free(scan->sinks, TRUE);
    return written;
}

/* Between reports there is a line. */
static void
begin_output(const scan_t *scan, unsigned i)
{
    if (g_array_index(scan->options.outputs, output_t, i).write == write_report && scan->judged > 1)
        g_string_append_c(sink_of(scan, i)->text, '\n');
}

/* What tshark said. Of a table, the heading is written once. */
static void
write_texts(const scan_t *scan, const GPtrArray *texts)
{
    for (unsigned i = 0; i < texts->len; i++) {
        const output_t *output = &g_array_index(scan->options.outputs, output_t, i);
        const char *text = g_ptr_array_index(texts, i);
        sink_t *sink = sink_of(scan, i);
        const char *heading_ends = output->write == write_csv && sink->headed ? strchr(text, '\n') : NULL;

        begin_output(scan, i);
        sink->headed = true;
        g_string_append(sink->text, heading_ends ? heading_ends + 1 : text);
    }
}

/* What this program has to say itself. */
static void
write_own(const scan_t *scan, const judged_t *judged, const char *name)
{
    const gap_t incomplete = { "incomplete", judged->complaint != NULL,
                               "file could not be read to its end: nothing is known of what follows" };
    results_t results = results_new(judged->engine, judged->engine ? judged->frames : 0, name, PLUGIN_VERSION);

    results_add_gap(&results, &incomplete);
    for (unread_t why = 0; why < N_UNREAD; why++) {
        gap_t gap = unread_gap(judged->unread, why);
        results_add_gap(&results, &gap);
    }
    for (unsigned i = 0; i < scan->options.outputs->len; i++) {
        begin_output(scan, i);
        g_array_index(scan->options.outputs, output_t, i).write(sink_of(scan, i), &results);
    }
    results_clear(&results);
}

/* All outputs are as far as the capture. False where one cannot be written any more. */
static bool
flush_sinks(const scan_t *scan)
{
    bool written = true;

    for (unsigned i = 0; i < scan->sinks->len; i++)
        written &= sink_flush(sink_of(scan, i));
    return written;
}

/* What was said of a capture for expectations; to be freed. */
static char *
take_said(const scan_t *scan)
{
    sink_t *last = sink_of(scan, scan->sinks->len - 1);
    char *said = g_strdup(last->text->str);

    g_string_truncate(last->text, 0);
    return said;
}

/* ---- captures ---- */

static GPtrArray *
hand_over(scan_t *scan, const judged_t *judged, const char *file, const char *name)
{
    char *why;

    if (!scan->options.use_tshark || !judged->engine || !unread_any(judged->unread) || !strcmp(file, "-"))
        return NULL;
    GPtrArray *texts = handover_judge(&scan->options, file, name, judged->unread, &why);
    if (texts)
        scan->by_tshark++;
    else
        complain("%s could not be handed over: %s", file, why);
    g_free(why);
    return texts;
}

static void
scan_capture(scan_t *scan, const char *file)
{
    const char *set = scan->options.judging.settings.capture_name;
    const char *name = *set ? set : scan->named ? file : NULL;
    const bool expects = scan->options.expecting.folder != NULL;
    char *said = NULL;
    each_frame_t each = progress_begin(&scan->progress, file);
    judged_t judged = capture_judge(file, &scan->options.judging, each.call ? &each : NULL);

    judged.unread[UNREAD_DECODE_AS] = scan->options.rules;
    progress_end(&scan->progress);
    if (judged.complaint) {
        scan->incomplete++;
        complain("%s", judged.complaint);
    }
    if (judged.opened) {
        scan->judged++;
        GPtrArray *texts = hand_over(scan, &judged, file, name);
        if (texts)
            write_texts(scan, texts);
        else
            write_own(scan, &judged, name);
        scan->lost |= !flush_sinks(scan);
        if (expects)
            said = take_said(scan);
        if (texts)
            g_ptr_array_free(texts, TRUE);
    }
    if (expects)
        regression_take(&scan->regression, file, judged.complaint ? NULL : said);
    g_free(said);
    judged_clear(&judged);
}

/* Names with a NUL behind each. */
static bool
scan_list(scan_t *scan, const char *list)
{
    FILE *names = strcmp(list, "-") ? fopen(list, "rb") : stdin;
    char *name = NULL;
    size_t size = 0;
    ssize_t length;

    if (!names)
        return complain_of(list, errno);
    while (!scan->lost && (length = getdelim(&name, &size, '\0', names)) > 0)
        if (*name)
            scan_capture(scan, name);
    bool read = !ferror(names);
    if (!read)
        complain_of(list, errno);
    free(name);
    if (names != stdin)
        fclose(names);
    return read;
}

/* Those of the folder of expectations. */
static void
scan_expected(scan_t *scan)
{
    GPtrArray *captures = regression_captures(&scan->regression);

    for (unsigned i = 0; i < captures->len && !scan->lost; i++)
        scan_capture(scan, g_ptr_array_index(captures, i));
    g_ptr_array_free(captures, TRUE);
}

static int
scan_all(scan_t *scan)
{
    const options_t *options = &scan->options;
    bool listed = true;

    if (!options->captures->len && !options->list)
        scan_expected(scan);
    for (unsigned i = 0; i < options->captures->len && !scan->lost; i++)
        scan_capture(scan, g_ptr_array_index(options->captures, i));
    if (options->list && !scan->lost)
        listed = scan_list(scan, options->list);
    if (scan->by_tshark && scan->named)
        complain("%u of %u captures were judged by tshark", scan->by_tshark, scan->judged);
    int status = options->expecting.folder ? regression_end(&scan->regression) : EXIT_COMPLETE;
    return listed && !scan->incomplete ? status : EXIT_INCOMPLETE;
}

int
main(int argc, char **argv)
{
    scan_t scan = { .sinks = g_array_new(FALSE, FALSE, sizeof(sink_t)) };
    int status;

    capture_start(argv[0]);
    if (!options_read(&scan.options, argc, argv, &status))
        return status;
    if (!open_sinks(&scan))
        return EXIT_INCOMPLETE;
    scan.named = scan.options.list || scan.options.captures->len != 1;
    scan.regression = regression_new(&scan.options.expecting);
    scan.progress.wanted = scan.options.progress;
    status = scan.options.follow
        ? follow_capture(&scan.options, g_ptr_array_index(scan.options.captures, 0), sink_of(&scan, 0))
        : scan_all(&scan);
    if (!close_sinks(&scan))
        status = EXIT_INCOMPLETE;
    regression_clear(&scan.regression);
    capture_end();
    return status;
}
