/* compare.c
 * interference-compare: what arrived at one capture point and was never sent at the other, and the other way round.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../compat.h"
#include "../scan/complaint.h"
#include "pair.h"

enum { EXIT_COMPARED = 0, EXIT_CALL = 1, EXIT_UNREAD = 2, EXIT_REFUSED = 3 };

static const char usage[] =
    "Usage: interference-compare [OPTION...] A B [C...]\n"
    "Compares captures of the same traffic at two points, A and B; then B and C, and so on.\n"
    "\n"
    "  -z report|json[,FILE]  what to write, and where (report, to standard output)\n"
    "  -w FILE                write A and B as one pcapng, an interface for each, times as A's clock\n"
    "  --names NAME,NAME,...  what to call the points (the names of the files)\n"
    "  --complete             every capture began before the first packet and ended after the last one of all,\n"
    "                         and nothing was filtered out or dropped: what one does not show did not pass it\n"
    "  --grade                how the verdicts on each capture by itself did; files are taken in pairs: A B, C D, ...\n"
    "  -h, --help; -v, --version\n"
    "\n"
    "Exit status: 0 compared, 1 the call makes no sense, 2 a capture could not be read, or not to its end, 3 the\n"
    "captures cannot be compared, and why is said.\n";

typedef struct {
    pair_writer_t write;
    const char   *file;         /* of the output; NULL: standard output */
    const char   *merged;       /* NULL: none is written */
    char        **names;        /* NULL: those of the files */
    bool          complete, grade;
    GPtrArray    *files;        /* of const char * */
    judging_t     judging;
    grades_t     *grades;       /* NULL: none are given */
} call_t;

/* ---- the call ---- */

static bool
take_output(call_t *call, const char *argument)
{
    size_t length = strcspn(argument, ",");

    call->file = argument[length] && argument[length + 1] ? argument + length + 1 : NULL;
    if (length == 6 && !strncmp(argument, "report", 6))
        call->write = write_pair_report;
    else if (length == 4 && !strncmp(argument, "json", 4))
        call->write = write_pair_json;
    else
        return complain("-z %s: there is report and json", argument);
    return true;
}

static bool
take_valued(call_t *call, const char *name, const char *value)
{
    if (!value)
        return complain("%s needs a value", name);
    if (!strcmp(name, "-z"))
        return take_output(call, value);
    if (!strcmp(name, "-w"))
        call->merged = value;
    else
        call->names = g_strsplit(value, ",", -1);
    return true;
}

static bool
take_arguments(call_t *call, int argc, char **argv)
{
    bool only_files = false;

    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
        if (only_files || *a != '-')
            g_ptr_array_add(call->files, argv[i]);
        else if (!strcmp(a, "--"))
            only_files = true;
        else if (!strcmp(a, "--complete"))
            call->complete = true;
        else if (!strcmp(a, "--grade"))
            call->grade = true;
        else if (strcmp(a, "-z") && strcmp(a, "-w") && strcmp(a, "--names"))
            return complain("unknown option %s; see --help", a);
        else if (i++, !take_valued(call, a, i < argc ? argv[i] : NULL))
            return false;
    }
    return true;
}

static bool
check(const call_t *call)
{
    if (call->files->len < 2)
        return complain("two captures are needed; see --help");
    if (call->names && g_strv_length(call->names) != call->files->len)
        return complain("--names: as many names as captures");
    if (call->merged && call->files->len > 2)
        return complain("-w: two captures at a time");
    if (call->grade && call->files->len % 2)
        return complain("--grade: captures come in pairs");
    return true;
}

/* ---- work ---- */

static char *
short_name(const char *file)
{
    char *name = g_path_get_basename(file), *dot = strchr(name, '.');

    if (dot && dot != name)
        *dot = '\0';
    return name;
}

/* The files' names without what they end with, or as they are where that does not tell them apart. */
static void
name_points(call_t *call)
{
    if (call->names)
        return;
    call->names = g_new0(char *, call->files->len + 1);
    for (unsigned i = 0; i < call->files->len; i++)
        call->names[i] = short_name(g_ptr_array_index(call->files, i));
    for (unsigned i = 1; i < call->files->len; i++)
        for (unsigned j = 0; j < i; j++)
            if (!strcmp(call->names[i], call->names[j])) {
                g_free(call->names[i]);
                call->names[i] = g_strdup(g_ptr_array_index(call->files, i));
                break;
            }
}

static int
tell_problems(const pair_t *pair)
{
    int status = EXIT_COMPARED;

    for (unsigned i = 0; i < 2; i++)
        if (pair->point[i].complaint) {
            complain("%s", pair->point[i].complaint);
            status = EXIT_UNREAD;
        }
    if (pair->refusal) {
        complain("%s", pair->refusal);
        status = EXIT_REFUSED;
    }
    return status;
}

static int
compare_two(call_t *call, unsigned first, GString *out)
{
    const char *file[2], *name[2];
    int status;
    char *why;

    for (unsigned i = 0; i < 2; i++) {
        file[i] = g_ptr_array_index(call->files, first + i);
        name[i] = call->names[first + i];
    }
    pair_t pair = pair_compare(file, name, call->complete, &call->judging);
    status = tell_problems(&pair);
    if (pair.engine[0] && call->grades)
        grades_add(call->grades, &pair, &call->judging);
    else if (pair.engine[0])
        call->write(out, &pair);
    if (pair.engine[0] && call->merged && !merge_pair(&pair, call->merged, &why)) {
        complain("%s: %s", call->merged, why);
        g_free(why);
        status = EXIT_UNREAD;
    }
    pair_clear(&pair);
    return status;
}

static int
compare_all(call_t *call)
{
    sink_t sink = sink_open(call->file, false);
    int status = EXIT_COMPARED;

    call->grades = call->grade ? grades_new() : NULL;
    for (unsigned i = 0; i + 1 < call->files->len; i += call->grade ? 2 : 1) {
        int one = compare_two(call, i, sink.text);
        status = MAX(status, one);
        sink_pass(&sink);
    }
    if (call->grades) {
        grades_write(sink.text, call->grades);
        grades_free(call->grades);
    }
    int problem = sink_close(&sink);
    if (problem) {
        complain_of(call->file, problem);
        status = EXIT_UNREAD;
    }
    return status;
}

static bool
is_there(int argc, char **argv, const char *letter, const char *word)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], letter) || !strcmp(argv[i], word))
            return true;
    return false;
}

int
main(int argc, char **argv)
{
    call_t call = { .write = write_pair_report, .files = g_ptr_array_new(),
                    .judging = { .settings = SETTINGS_DEFAULT, .judged = true } };

    memset(call.judging.enabled, true, sizeof call.judging.enabled);
    if (is_there(argc, argv, "-h", "--help"))
        return fputs(usage, stdout) < 0;
    if (is_there(argc, argv, "-v", "--version"))
        return printf("interference-compare %s (Wireshark %d.%d)\n", PLUGIN_VERSION, WIRESHARK_VERSION_MAJOR,
                      WIRESHARK_VERSION_MINOR) < 0;
    if (!take_arguments(&call, argc, argv) || !check(&call))
        return EXIT_CALL;
    name_points(&call);
    capture_start(argv[0]);
    int status = compare_all(&call);
    capture_end();
    g_strfreev(call.names);
    g_ptr_array_free(call.files, TRUE);
    return status;
}
