/* regression.c
 * Expectations and their captures; see regression.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "regression.h"

#include "complaint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "../results/expectations.h"

#define ENDING ".expected"

static const char *const compressions[] = { ".gz", ".zst", ".lz4" };
static const char *const endings[] = { ".pcap", ".pcapng", ".cap", ".ntar", ".snoop", ".erf" };

/* ---- which file belongs to which ---- */

/* Cuts one of these off; false where the name has none. */
static bool
cut_ending(char *name, const char *const *of, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (!g_str_has_suffix(name, of[i]) || strlen(name) == strlen(of[i]))
            continue;
        name[strlen(name) - strlen(of[i])] = '\0';
        return true;
    }
    return false;
}

static bool
is_capture(const char *path)
{
    char *name = g_path_get_basename(path);

    cut_ending(name, compressions, G_N_ELEMENTS(compressions));
    bool is = cut_ending(name, endings, G_N_ELEMENTS(endings));
    g_free(name);
    return is;
}

/* Beside a capture that lies in the folder or below, else in the folder itself. */
static char *
expectations_path(const char *folder, const char *capture)
{
    char *top = g_canonicalize_filename(folder, NULL), *path = g_canonicalize_filename(capture, NULL);
    size_t length = strlen(top);
    bool inside = g_str_has_prefix(path, top) && (path[length] == '/' || (length && top[length - 1] == '/'));
    char *stem = inside ? g_strdup(capture) : g_path_get_basename(capture);

    cut_ending(stem, compressions, G_N_ELEMENTS(compressions));
    cut_ending(stem, endings, G_N_ELEMENTS(endings));
    char *name = g_strconcat(stem, ENDING, NULL);
    char *file = inside ? g_strdup(name) : g_build_filename(folder, name, NULL);
    g_free(name);
    g_free(stem);
    g_free(path);
    g_free(top);
    return file;
}

/* ---- what came of it ---- */

regression_t
regression_new(const expecting_t *how)
{
    return (regression_t){ .how = how, .cases = g_string_new(NULL),
                           .files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
}

void
regression_clear(regression_t *regression)
{
    g_hash_table_destroy(regression->files);
    g_string_free(regression->cases, TRUE);
}

/* Text for XML, which has no place for control characters. To be freed. */
static char *
xml_text(const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);

    for (char *c = valid; *c; c++)
        if (g_ascii_iscntrl(*c) && *c != '\n')
            *c = '?';
    char *escaped = g_markup_escape_text(valid, -1);
    g_free(valid);
    return escaped;
}

/* A case of JUnit. outcome: "failure", "error"; NULL for none. */
static void
add_case(regression_t *regression, const char *capture, const char *outcome, const char *what)
{
    char *name = xml_text(capture), *text = xml_text(what);

    g_string_append_printf(regression->cases, "  <testcase classname=\"interference\" name=\"%s\"", name);
    if (outcome)
        g_string_append_printf(regression->cases, ">\n    <%s>%s</%s>\n  </testcase>\n", outcome, text, outcome);
    else
        g_string_append(regression->cases, "/>\n");
    g_free(text);
    g_free(name);
}

/* Takes the reason. */
static void
fail(regression_t *regression, const char *capture, char *reason)
{
    complain("%s", reason);
    add_case(regression, capture, "error", reason);
    regression->failed++;
    g_free(reason);
}

/* ---- captures of a folder ---- */

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *
names_in(const char *folder, GError **error)
{
    GDir *dir = g_dir_open(folder, 0, error);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    while (dir && (name = g_dir_read_name(dir)))
        g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    if (dir)
        g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    return names;
}

/* The expectations in a folder that no capture in it belongs to. */
static void
tell_widows(regression_t *regression, const char *folder, const GPtrArray *names, GHashTable *wanted)
{
    for (unsigned i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        if (g_str_has_suffix(name, ENDING) && !g_hash_table_contains(wanted, name))
            fail(regression, name, g_strdup_printf("%s: there is no capture beside it in %s", name, folder));
    }
}

static void
find_captures(regression_t *regression, const char *folder, GPtrArray *captures)
{
    GError *error = NULL;
    GPtrArray *names = names_in(folder, &error);
    GHashTable *wanted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    if (error)
        fail(regression, folder, g_strdup(error->message));
    g_clear_error(&error);
    for (unsigned i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        char *expected = expectations_path(regression->how->folder, name);
        if (g_file_test(name, G_FILE_TEST_IS_DIR) && !g_file_test(name, G_FILE_TEST_IS_SYMLINK))
            find_captures(regression, name, captures);
        else if (is_capture(name) && g_file_test(expected, G_FILE_TEST_EXISTS)) {
            g_ptr_array_add(captures, g_strdup(name));
            g_hash_table_add(wanted, g_strdup(expected));
        }
        g_free(expected);
    }
    tell_widows(regression, folder, names, wanted);
    g_hash_table_destroy(wanted);
    g_ptr_array_free(names, TRUE);
}

GPtrArray *
regression_captures(regression_t *regression)
{
    GPtrArray *captures = g_ptr_array_new_with_free_func(g_free);

    find_captures(regression, regression->how->folder, captures);
    if (!captures->len && !regression->failed)
        fail(regression, regression->how->folder,
             g_strdup_printf("%s: there are no expectations", regression->how->folder));
    return captures;
}

/* ---- one capture ---- */

static void
compare(regression_t *regression, const char *capture, const char *file, const expectations_t *wanted,
        expectations_t *said)
{
    GString *text = g_string_new(NULL);
    unsigned n = expectations_compare(wanted, said, text);

    if (n)
        printf("%s: %u difference%s from %s\n%s", capture, n, n == 1 ? "" : "s", file, text->str);
    add_case(regression, capture, n ? "failure" : NULL, text->str);
    *(n ? &regression->differ : &regression->as_expected) += 1;
    g_string_free(text, TRUE);
}

static void
hold(regression_t *regression, const char *capture, const char *file, expectations_t *said)
{
    char *text = NULL, *reason = NULL;
    GError *error = NULL;

    if (!g_file_get_contents(file, &text, NULL, &error)) {
        fail(regression, capture, g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)
             ? g_strdup_printf("%s: there is no %s (--write-expect makes it)", capture, file)
             : g_strdup(error->message));
        g_error_free(error);
        return;
    }
    expectations_t *wanted = expectations_read(text, &reason);
    if (wanted) {
        compare(regression, capture, file, wanted, said);
        expectations_free(wanted);
    } else {
        fail(regression, capture, g_strdup_printf("%s:%s", file, reason));
    }
    g_free(reason);
    g_free(text);
}

static void
write_first(regression_t *regression, const char *capture, const char *file, const expectations_t *said)
{
    char *name = g_path_get_basename(capture);
    sink_t sink = sink_open(file, true);

    g_string_printf(sink.text, "# What must stay so of %s; what of it may vary is yours to say (docs/expectations.md).\n",
                    name);
    expectations_write_first(sink.text, said);
    int problem = sink_close(&sink);
    if (problem)
        fail(regression, capture, g_strdup_printf("%s: %s", file, g_strerror(problem)));
    else
        regression->as_expected++;
    g_free(name);
}

void
regression_take(regression_t *regression, const char *capture, const char *text)
{
    char *file = expectations_path(regression->how->folder, capture), *reason = NULL;
    expectations_t *said = text ? expectations_read(text, &reason) : NULL;

    if (!said)
        fail(regression, capture, g_strdup_printf("%s: not judged to its end", capture));
    else if (!g_hash_table_add(regression->files, g_strdup(file)))
        fail(regression, capture, g_strdup_printf("%s: %s belongs to another capture", capture, file));
    else if (regression->how->write)
        write_first(regression, capture, file, said);
    else
        hold(regression, capture, file, said);
    if (said)
        expectations_free(said);
    g_free(reason);
    g_free(file);
}

/* ---- the end ---- */

static bool
write_junit(const regression_t *regression)
{
    const unsigned tests = regression->as_expected + regression->differ + regression->failed;
    sink_t sink = sink_open(regression->how->junit, false);

    g_string_printf(sink.text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<testsuite name=\"interference-scan\" tests=\"%u\" failures=\"%u\" errors=\"%u\">\n"
                    "%s</testsuite>\n", tests, regression->differ, regression->failed, regression->cases->str);
    int problem = sink_close(&sink);
    return !problem || complain_of(regression->how->junit, problem);
}

int
regression_end(regression_t *regression)
{
    bool written = !regression->how->junit || write_junit(regression);

    if (regression->how->write)
        printf("%u expectations written, %u not\n", regression->as_expected, regression->failed);
    else
        printf("%u captures as expected, %u not, %u could not be compared\n", regression->as_expected,
               regression->differ, regression->failed);
    return regression->failed || !written ? EXIT_INCOMPLETE : regression->differ ? EXIT_UNEXPECTED : EXIT_COMPLETE;
}
