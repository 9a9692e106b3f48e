/* scan.c
 * interference-scan: judges captures without dissecting them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "follow.h"
#include "handover.h"
#include "progress.h"
#include "regression.h"

/* All captures of a call. */
typedef struct {
    options_t  options;
    GPtrArray *streams;         /* of FILE *, one for each output */
    bool       named;           /* captures are told apart by their names */
    unsigned   judged, incomplete, by_tshark;
    progress_t progress;
    regression_t regression;
} scan_t;

static void
tell(const char *format, const char *text)
{
    fputs("interference-scan: ", stderr);
    fprintf(stderr, format, text);
    fputs("\n", stderr);
}

/* ---- outputs ---- */

static bool
open_streams(scan_t *scan)
{
    for (unsigned i = 0; i < scan->options.outputs->len; i++) {
        const output_t *output = &g_array_index(scan->options.outputs, output_t, i);
        FILE *stream = output->kept ? NULL : output->file ? fopen(output->file, "wb") : stdout;
        if (!stream && !output->kept) {
            fprintf(stderr, "interference-scan: %s: %s\n", output->file, g_strerror(errno));
            return false;
        }
        g_ptr_array_add(scan->streams, stream);
    }
    return true;
}

static bool
close_streams(scan_t *scan)
{
    bool written = true;

    for (unsigned i = 0; i < scan->streams->len; i++) {
        const output_t *output = &g_array_index(scan->options.outputs, output_t, i);
        FILE *stream = g_ptr_array_index(scan->streams, i);
        bool failed = stream && ferror(stream) != 0;
        if (output->kept)
            continue;
        if (output->file ? fclose(stream) == EOF || failed : fflush(stream) == EOF || failed) {
            fprintf(stderr, "interference-scan: %s: %s\n", output->file ? output->file : "standard output",
                    g_strerror(errno));
            written = false;
        }
    }
    return written;
}

/* Of a table, the heading is written once; between reports there is a line. */
static const char *
without_heading(const scan_t *scan, const output_t *output, const char *text)
{
    const char *line = output->write == write_csv && scan->judged > 1 ? strchr(text, '\n') : NULL;
    return line ? line + 1 : text;
}

static void
write_texts(const scan_t *scan, const GPtrArray *texts)
{
    for (unsigned i = 0; i < texts->len; i++) {
        const output_t *output = &g_array_index(scan->options.outputs, output_t, i);
        FILE *stream = g_ptr_array_index(scan->streams, i);
        if (output->kept)
            continue;
        if (output->write == write_report && scan->judged > 1)
            fputc('\n', stream);
        fputs(without_heading(scan, output, g_ptr_array_index(texts, i)), stream);
        fflush(stream);
    }
}

/* What this program has to say itself. */
static GPtrArray *
own_texts(const scan_t *scan, const judged_t *judged, const char *name)
{
    const gap_t incomplete = { "incomplete", judged->complaint != NULL,
                               "file could not be read to its end: nothing is known of what follows" };
    results_t results = results_new(judged->engine, judged->engine ? judged->frames : 0, name, PLUGIN_VERSION);
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);

    results_add_gap(&results, &incomplete);
    for (unread_t why = 0; why < N_UNREAD; why++) {
        gap_t gap = unread_gap(judged->unread, why);
        results_add_gap(&results, &gap);
    }
    for (unsigned i = 0; i < scan->options.outputs->len; i++) {
        GString *text = g_string_new(NULL);
        g_array_index(scan->options.outputs, output_t, i).write(text, &results);
        g_ptr_array_add(texts, g_string_free(text, FALSE));
    }
    results_clear(&results);
    return texts;
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
        fprintf(stderr, "interference-scan: %s could not be handed over: %s\n", file, why);
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
        tell("%s", judged.complaint);
    }
    if (judged.opened) {
        scan->judged++;
        GPtrArray *texts = hand_over(scan, &judged, file, name);
        if (!texts)
            texts = own_texts(scan, &judged, name);
        write_texts(scan, texts);
        if (expects && !judged.complaint)
            said = g_strdup(g_ptr_array_index(texts, texts->len - 1));
        g_ptr_array_free(texts, TRUE);
    }
    if (expects)
        regression_take(&scan->regression, file, said);
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

    if (!names) {
        fprintf(stderr, "interference-scan: %s: %s\n", list, g_strerror(errno));
        return false;
    }
    while ((length = getdelim(&name, &size, '\0', names)) > 0)
        if (*name)
            scan_capture(scan, name);
    bool read = !ferror(names);
    if (!read)
        fprintf(stderr, "interference-scan: %s: %s\n", list, g_strerror(errno));
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

    for (unsigned i = 0; i < captures->len; i++)
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
    for (unsigned i = 0; i < options->captures->len; i++)
        scan_capture(scan, g_ptr_array_index(options->captures, i));
    if (options->list)
        listed = scan_list(scan, options->list);
    if (scan->by_tshark && scan->named)
        fprintf(stderr, "interference-scan: %u of %u captures were judged by tshark\n", scan->by_tshark,
                scan->judged);
    int status = options->expecting.folder ? regression_end(&scan->regression) : EXIT_COMPLETE;
    return listed && !scan->incomplete ? status : EXIT_INCOMPLETE;
}

int
main(int argc, char **argv)
{
    scan_t scan = { .streams = g_ptr_array_new() };
    int status;

    capture_start(argv[0]);
    if (!options_read(&scan.options, argc, argv, &status))
        return status;
    if (!open_streams(&scan))
        return EXIT_INCOMPLETE;
    scan.named = scan.options.list || scan.options.captures->len != 1;
    scan.regression = regression_new(&scan.options.expecting);
    scan.progress.wanted = scan.options.progress;
    status = scan.options.follow
        ? follow_capture(&scan.options, g_ptr_array_index(scan.options.captures, 0), g_ptr_array_index(scan.streams, 0))
        : scan_all(&scan);
    if (!close_streams(&scan))
        status = EXIT_INCOMPLETE;
    regression_clear(&scan.regression);
    capture_end();
    return status;
}
