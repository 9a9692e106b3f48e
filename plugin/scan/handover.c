/* handover.c
 * Hands captures over to tshark; see handover.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "handover.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include <wsutil/filesystem.h>

/* The tshark that this program was installed with, or the first in the path. */
static char *
find_tshark(void)
{
    char *beside = g_build_filename(get_progfile_dir(), "tshark", NULL);

    if (g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
        return beside;
    g_free(beside);
    return g_find_program_in_path("tshark");
}

static void
add_arguments(GPtrArray *arguments, const char *first, const char *second)
{
    g_ptr_array_add(arguments, g_strdup(first));
    g_ptr_array_add(arguments, g_strdup(second));
}

/* tshark writes one output for each file in the folder, named by its number. */
static char *
output_path(const char *folder, unsigned number)
{
    return g_strdup_printf("%s/%u", folder, number);
}

static GPtrArray *
arguments_for(const options_t *options, const char *tshark, const char *file, const char *capture_name,
              const char *folder)
{
    GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);

    add_arguments(arguments, tshark, "-n");
    add_arguments(arguments, "-q", "-r");
    g_ptr_array_add(arguments, g_strdup(file));
    for (unsigned i = 0; i < options->passed_on->len; i++)
        g_ptr_array_add(arguments, g_strdup(g_ptr_array_index(options->passed_on, i)));
    if (capture_name)
        g_ptr_array_add(arguments, g_strdup_printf("-ointerference.capture_name:%s", capture_name));
    /* Drawn last in, first out. */
    for (unsigned i = options->outputs->len; i-- > 0; ) {
        const output_t *output = &g_array_index(options->outputs, output_t, i);
        char *path = output_path(folder, i);
        g_ptr_array_add(arguments, g_strdup_printf("-zinterference,%s,%s", output->name, path));
        g_free(path);
    }
    g_ptr_array_add(arguments, NULL);
    return arguments;
}

/* What was handed over, as a last member of the line about the capture. */
static char *
with_reasons(const char *json, const unread_counts_t unread)
{
    const char *end = strstr(json, "}\n");
    GString *text = g_string_new_len(json, end ? end - json : 0);
    const char *comma = "";

    g_string_append(text, ",\"handed_over\":[");
    for (unread_t why = 0; why < N_UNREAD; why++) {
        gap_t gap = unread_gap(unread, why);
        if (!gap.count)
            continue;
        g_string_append_printf(text, "%s{\"reason\":\"%s\",\"count\":%" PRIu64 ",\"text\":\"%s\"}", comma, gap.id,
                               gap.count, gap.text);
        comma = ",";
    }
    g_string_append_printf(text, "]%s", end ? end : "");
    return g_string_free(text, FALSE);
}

static char *
report_with_reasons(const char *report, const unread_counts_t unread)
{
    GString *text = g_string_new(report);

    g_string_append(text, "\nJudged by tshark, because of:\n");
    for (unread_t why = 0; why < N_UNREAD; why++) {
        gap_t gap = unread_gap(unread, why);
        if (gap.count)
            g_string_append_printf(text, "- %" PRIu64 " %s\n", gap.count, gap.text);
    }
    return g_string_free(text, FALSE);
}

static bool
is_by_this_version(const char *json)
{
    return g_str_has_prefix(json, "{\"type\":\"capture\"") && strstr(json, "\"plugin\":\"" PLUGIN_VERSION "\"");
}

/* Its last line says that it is. */
static bool
is_whole(const char *json)
{
    const char *last = g_strrstr(json, "\n{");

    return last && g_str_has_prefix(last + 1, "{\"type\":\"end\"") && g_str_has_suffix(last, "}\n");
}

/* What tshark has written for an output; NULL where it is not what it should be. */
static char *
read_output(const output_t *output, const char *path, const unread_counts_t unread)
{
    char *text = NULL, *marked = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL) || !*text)
        marked = NULL;
    else if (output->write == write_json)
        marked = is_by_this_version(text) && is_whole(text) ? with_reasons(text, unread) : NULL;
    else if (output->write == write_report)
        marked = report_with_reasons(text, unread);
    else
        marked = g_strdup(text);
    g_free(text);
    return marked;
}

static GPtrArray *
read_outputs(const options_t *options, const char *folder, const unread_counts_t unread)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    bool all = true;

    for (unsigned i = 0; i < options->outputs->len; i++) {
        char *path = output_path(folder, i);
        char *text = read_output(&g_array_index(options->outputs, output_t, i), path, unread);
        all &= text != NULL;
        g_ptr_array_add(texts, text);
        g_unlink(path);
        g_free(path);
    }
    if (all)
        return texts;
    g_ptr_array_free(texts, TRUE);
    return NULL;
}

static GPtrArray *
run(const options_t *options, const char *tshark, const char *file, const char *capture_name, const char *folder,
    const unread_counts_t unread, char **why)
{
    GPtrArray *arguments = arguments_for(options, tshark, file, capture_name, folder);
    char *errors = NULL;
    GError *error = NULL;
    bool started = g_spawn_sync(NULL, (char **)arguments->pdata, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                                NULL, &errors, NULL, &error);
    GPtrArray *texts = started ? read_outputs(options, folder, unread) : NULL;

    if (!texts)
        *why = g_strdup_printf("%s: %s", tshark, !started ? error->message
                               : *errors ? g_strchomp(errors)
                               : "it has no plugin \"interference\" " PLUGIN_VERSION);
    g_clear_error(&error);
    g_free(errors);
    g_ptr_array_free(arguments, TRUE);
    return texts;
}

GPtrArray *
handover_judge(const options_t *options, const char *file, const char *capture_name,
               const unread_counts_t unread, char **why)
{
    char *tshark = find_tshark(), *folder = g_dir_make_tmp("interference-XXXXXX", NULL);
    GPtrArray *texts = NULL;

    *why = NULL;
    if (!tshark)
        *why = g_strdup("there is no tshark");
    else if (!folder)
        *why = g_strdup("there is no room for temporary files");
    else
        texts = run(options, tshark, file, capture_name, folder, unread, why);
    if (folder)
        g_rmdir(folder);
    g_free(folder);
    g_free(tshark);
    return texts;
}
