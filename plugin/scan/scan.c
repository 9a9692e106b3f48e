/* scan.c
 * interference-scan: judges captures without dissecting them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "capture.h"

#include <errno.h>
#include <stdio.h>

typedef struct {
    const char *name;
    writer_t    write;
} output_t;

static const output_t outputs[] = {
    { "report", write_report },
    { "json",   write_json },
    { "csv",    write_csv },
    { "html",   write_html },
};

static const char usage[] = "usage: interference-scan [-z report|json|csv|html[,FILE]] CAPTURE...\n";

/* NAME or NAME,FILE. NULL for a name that does not exist; *file is NULL for standard output. */
static const output_t *
find_output(const char *argument, const char **file)
{
    size_t length = strcspn(argument, ",");

    *file = argument[length] ? argument + length + 1 : NULL;
    for (unsigned i = 0; i < G_N_ELEMENTS(outputs); i++)
        if (strlen(outputs[i].name) == length && !strncmp(outputs[i].name, argument, length))
            return &outputs[i];
    return NULL;
}

static void
tell_about(const char *file, const char *name, const settings_t *settings, const output_t *output, FILE *stream,
      int *status)
{
    judged_t judged = capture_judge(file, settings);
    results_t results = results_new(judged.engine, judged.frames, name, PLUGIN_VERSION);
    GString *text = g_string_new(NULL);

    if (judged.error) {
        fprintf(stderr, "interference-scan: %s\n", judged.error);
        *status = 2;
    }
    output->write(text, &results);
    fwrite(text->str, 1, text->len, stream);
    g_string_free(text, TRUE);
    results_clear(&results);
    judged_clear(&judged);
}

int
main(int argc, char **argv)
{
    settings_t settings = { .limits = LIMITS_DEFAULT, .judged = true, .fingerprint_files = "" };
    const output_t *output = &outputs[0];
    const char *out = NULL;
    FILE *stream = stdout;
    int i = 1, status = 0;

    memset(settings.enabled, true, sizeof settings.enabled);
    if (i + 1 < argc && !strcmp(argv[i], "-z")) {
        output = find_output(argv[i + 1], &out);
        i += 2;
    }
    if (!output || i >= argc) {
        fputs(usage, stderr);
        return 1;
    }
    if (out && !(stream = fopen(out, "wb"))) {
        fprintf(stderr, "interference-scan: %s: %s\n", out, g_strerror(errno));
        return 1;
    }
    capture_start();
    for (int n = argc - i, c = i; c < argc; c++)
        tell_about(argv[c], n > 1 ? argv[c] : NULL, &settings, output, stream, &status);
    capture_end();
    return fclose(stream) == EOF ? 1 : status;
}
