/* outputs.c
 * Reports over a whole capture: -z interference,NAME[,FILE].
 *
 * A report does not collect what passes by. When Wireshark asks for it, after the last packet, it
 * reads the store of findings as it is then. So a finding on an early frame that a late one brought
 * is there in one pass, too, and what a display filter hides is there all the same. All that the
 * listener is for is that Wireshark dissects the packets and asks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <epan/stat_tap_ui.h>
#include <epan/tap.h>

#include "outputs.h"

#define EXIT_INCOMPLETE 2       /* tshark's where it could not do what it was to */

typedef struct {
    const char *name;           /* as in -z interference,NAME */
    writer_t    write;
    bool        needs_file;     /* nothing for a terminal */
} output_t;

static const output_t outputs[] = {
#define X(name, needs_file) { "interference," #name, write_##name, needs_file },
    WRITERS(X)
#undef X
};

/* One -z on the command line. */
typedef struct {
    const output_t *output;
    char           *file;       /* NULL: standard output */
} wanted_t;

static void
wanted_free(void *data)
{
    wanted_t *request = data;
    g_free(request->file);
    g_free(request);
}

results_t
outputs_results(void)
{
    return results_new(session_engine(), session_frames(), session_capture_name(), PLUGIN_VERSION);
}

static void
complain(const char *file, int problem)
{
    fprintf(stderr, "interference: %s: %s\n", file ? file : "standard output", g_strerror(problem));
}

static void
fail(void)
{
    fflush(NULL);
    _exit(EXIT_INCOMPLETE);
}

/* A report that is lost must not end with status 0, which tshark alone decides on. */
static void
report_lost(const char *file, int problem)
{
    static bool failing;

    complain(file, problem);
    if (!failing)
        atexit(fail);
    failing = true;
}

static void
draw(void *data)
{
    const wanted_t *request = data;
    sink_t sink = sink_open(request->file, false);

    if (!sink.problem) {
        results_t results = outputs_results();
        request->output->write(&sink, &results);
        results_clear(&results);
    }
    int problem = sink_close(&sink);
    if (problem)
        report_lost(request->file, problem);
}

/* A file that cannot be written is better known before a long capture is read than after. */
static bool
can_write(const char *file)
{
    FILE *stream = fopen(file, "ab");
    if (stream)
        fclose(stream);
    else
        complain(file, errno);
    return stream != NULL;
}

static stat_init_result_t
start(const char *argument, void *data)
{
    const output_t *output = data;
    const char *file = argument + strlen(output->name);

    file = *file == ',' && file[1] ? file + 1 : NULL;
    if (!file && output->needs_file)
        fprintf(stderr, "interference: say where to: -z %s,FILE\n", output->name);
    if (file ? !can_write(file) : output->needs_file)
        return STAT_INIT_FAILED;
    wanted_t *request = g_new0(wanted_t, 1);
    request->output = output;
    request->file = g_strdup(file);
    GString *error = register_tap_listener("interference", request, NULL, TL_REQUIRES_NOTHING, NULL,
                                           NULL, draw, wanted_free);
    if (error) {
        fprintf(stderr, "interference: %s\n", error->str);
        g_string_free(error, TRUE);
        wanted_free(request);
        return STAT_INIT_FAILED;
    }
    return STAT_INIT_DONE;
}

void
outputs_register(void)
{
    static stat_tap_ui uis[G_N_ELEMENTS(outputs)];

    for (unsigned i = 0; i < G_N_ELEMENTS(outputs); i++) {
        uis[i] = (stat_tap_ui){ .group = REGISTER_PACKET_STAT_GROUP_UNSORTED, .cli_string = outputs[i].name,
                                .tap_init_cb = start };
        register_stat_tap_ui(&uis[i], (void *)&outputs[i]);
    }
}
