/* options.c
 * The command line; see options.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wsutil/filesystem.h>

#include "complaint.h"

static const char usage[] =
    "Usage: interference-scan [OPTION...] CAPTURE...\n"
    "Judges captures as tshark with the plugin \"interference\" does, without dissecting them.\n"
    "\n"
    "  -z OUTPUT[,FILE]                report, json, csv, html or expect, and where (report, to standard output)\n"
    "  --files0-from FILE              names of captures from FILE (-: standard input), a NUL after each\n"
    "  --expect DIR                    hold captures against expectations in DIR; without a CAPTURE: all there\n"
    "  --junit FILE                    write what came of it as JUnit's XML, too\n"
    "  --write-expect DIR              write first expectations of captures into DIR\n"
    "  --follow                        json: write each finding when it is made, and again when its verdict rises\n"
    "  --no-tshark                     leave a notice where only tshark could read something\n"
    "  -o interference.NAME:VALUE      set a preference of the plugin\n"
    "  --disable-protocol NAME         interference.dns, interference.reset, ... or interference\n"
    "  --enable-protocol NAME          the same, on\n"
    "  -d RULE                         decode as, in tshark: all captures are judged by it\n"
    "  --progress                      tell on standard error how far it is\n"
    "  -h, --help; -v, --version\n"
    "\n"
    "A CAPTURE of - is standard input. Exit status: 0 all were judged to their end, and as expected; 1 the\n"
    "call makes no sense; 2 a capture could not be read, or not to its end, or expectations make no sense;\n"
    "3 something is not as expected.\n";

static const struct {
    const char *name;
    writer_t    write;
    bool        needs_file;
} writers[] = {
#define X(name, needs_file) { #name, write_##name, needs_file },
    WRITERS(X)
#undef X
};

/* ---- outputs ---- */

static bool
add_output(options_t *options, const char *argument)
{
    size_t length = strcspn(argument, ",");
    const char *file = argument[length] && argument[length + 1] ? argument + length + 1 : NULL;

    for (unsigned i = 0; i < G_N_ELEMENTS(writers); i++) {
        if (strlen(writers[i].name) != length || strncmp(writers[i].name, argument, length))
            continue;
        output_t output = { writers[i].name, writers[i].write, file, false };
        if (writers[i].needs_file && !file)
            return complain("say where to: -z %s,FILE", writers[i].name);
        g_array_append_val(options->outputs, output);
        return true;
    }
    return complain("-z %s: there is report, json, csv, html and expect", argument);
}

/* What is said of a capture, to hold it against what is expected. */
static void
keep_output(options_t *options)
{
    const output_t output = { "expect", write_expect, NULL, true };
    g_array_append_val(options->outputs, output);
}

/* ---- preferences ---- */

static bool
set_number(unsigned *place, const char *value)
{
    char *end;

    errno = 0;
    unsigned long number = strtoul(value, &end, 10);
    if (!g_ascii_isdigit(*value) || *end || errno || number > UINT32_MAX)
        return false;
    *place = (unsigned)number;
    return true;
}

static bool
set_choice(int *place, const enum_val_t *choices, const char *value)
{
    for (; choices->name; choices++) {
        if (g_ascii_strcasecmp(choices->name, value))
            continue;
        *place = choices->value;
        return true;
    }
    return false;
}

static bool
set_preference(settings_t *settings, const setting_t *setting, const char *value)
{
    void *place = setting_place(settings, setting);

    switch (setting->kind) {
    case SETTING_NUMBER:
        return set_number(place, value);
    case SETTING_FLAG:
        *(pref_bool_t *)place = !g_ascii_strcasecmp(value, "true");
        return true;
    case SETTING_TEXT:
        *(const char **)place = g_strdup(value);        /* as long as the program runs */
        return true;
    case SETTING_CHOICE:
        return set_choice(place, setting->choices, value);
    }
    return false;
}

static const setting_t *
find_setting(const char *name, size_t length)
{
    for (const setting_t *setting = settings_list; setting->name; setting++)
        if (strlen(setting->name) == length && !strncmp(setting->name, name, length))
            return setting;
    return NULL;
}

/* NAME:VALUE, with blanks before the value in files. */
static bool
take_preference(options_t *options, const char *text)
{
    static const char prefix[] = "interference.";
    const char *colon = strchr(text, ':');

    if (!colon || strncmp(text, prefix, sizeof prefix - 1))
        return complain("-o %s: only interference.NAME:VALUE", text);
    const char *name = text + sizeof prefix - 1, *value = colon + 1;
    const setting_t *setting = find_setting(name, (size_t)(colon - name));
    if (!setting)
        return complain("-o flag \"%s\" specifies unknown preference", text);
    while (*value == ' ' || *value == '\t')
        value++;
    return set_preference(&options->judging.settings, setting, value)
        || complain("-o %s: not such a value", text);
}

/* ---- detectors ---- */

static bool
switch_protocol(options_t *options, const char *name, bool on)
{
    if (!strcmp(name, "interference")) {
        options->judging.judged = on;
        return true;
    }
    for (detector_id_t d = 0; d < N_DETECTORS; d++) {
        if (!g_str_has_prefix(name, "interference.") || strcmp(name + strlen("interference."), detector_name(d)))
            continue;
        options->judging.enabled[d] = on;
        return true;
    }
    return complain("No such protocol %s, can't %s", name, on ? "enable" : "disable");
}

/* ---- what the user has set in Wireshark: files of his, a line for each thing ---- */

static void
each_line(const char *file, void (*take)(options_t *, const char *), options_t *options)
{
    char *path = get_persconffile_path(file, TRUE), *text = NULL;

    if (g_file_get_contents(path, &text, NULL, NULL)) {
        char **lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line; line++) {
            g_strstrip(*line);
            if (**line && **line != '#')
                take(options, *line);
        }
        g_strfreev(lines);
    }
    g_free(text);
    g_free(path);
}

static void
take_preference_line(options_t *options, const char *line)
{
    if (g_str_has_prefix(line, "interference."))
        take_preference(options, line);
}

static void
take_disabled_line(options_t *options, const char *line)
{
    if (g_str_has_prefix(line, "interference"))
        switch_protocol(options, line, false);
}

static void
take_rule_line(options_t *options, const char *line)
{
    (void)line;
    options->rules++;
}

/* ---- the command line ---- */

/* An option with a value behind it, as an argument of its own or, where it has one letter, directly. */
static bool
is_option(const char *name, int argc, char **argv, int *i, const char **value)
{
    size_t length = strlen(name);
    bool letter = name[1] != '-';

    if (strncmp(argv[*i], name, length))
        return false;
    *value = argv[*i] + length;
    if (!**value)
        *value = ++*i < argc ? argv[*i] : NULL;
    else if (!letter && **value == '=')
        ++*value;
    else if (!letter)
        return false;
    return true;
}

static void
pass_on(options_t *options, const char *name, const char *value)
{
    g_ptr_array_add(options->passed_on, g_strdup(name));
    g_ptr_array_add(options->passed_on, g_strdup(value));
}

static bool
take_rule(options_t *options, const char *rule)
{
    (void)rule;
    options->rules++;
    return true;
}

static bool
take_list(options_t *options, const char *file)
{
    options->list = file;
    return true;
}

static bool
take_expecting(options_t *options, const char *folder, bool write)
{
    if (options->expecting.folder)
        return complain("one of --expect and --write-expect, once");
    options->expecting.folder = folder;
    options->expecting.write = write;
    return true;
}

static bool
take_expect(options_t *options, const char *folder)
{
    return take_expecting(options, folder, false);
}

static bool
take_write_expect(options_t *options, const char *folder)
{
    return take_expecting(options, folder, true);
}

static bool
take_junit(options_t *options, const char *file)
{
    options->expecting.junit = file;
    return true;
}

static bool
enable(options_t *options, const char *name)
{
    return switch_protocol(options, name, true);
}

static bool
disable(options_t *options, const char *name)
{
    return switch_protocol(options, name, false);
}

static const struct {
    const char *name;
    bool      (*take)(options_t *options, const char *value);
    bool        passed_on;
} with_value[] = {
    { "-z", add_output, false },
    { "-o", take_preference, true },
    { "-d", take_rule, true },
    { "--disable-protocol", disable, true },
    { "--enable-protocol", enable, true },
    { "--files0-from", take_list, false },
    { "--expect", take_expect, false },
    { "--write-expect", take_write_expect, false },
    { "--junit", take_junit, false },
};

/* *done: there was one; false: it makes no sense. */
static bool
take_valued(options_t *options, int argc, char **argv, int *i, bool *done)
{
    for (unsigned n = 0; n < G_N_ELEMENTS(with_value); n++) {
        const char *value, *name = with_value[n].name;
        if (!is_option(name, argc, argv, i, &value))
            continue;
        *done = true;
        if (!value)
            return complain("%s needs a value", name);
        if (with_value[n].passed_on)
            pass_on(options, name, value);
        return with_value[n].take(options, value);
    }
    return true;
}

static bool
take_flag(options_t *options, const char *argument)
{
    if (!strcmp(argument, "--follow"))
        return options->follow = true;
    if (!strcmp(argument, "--progress"))
        return options->progress = true;
    if (!strcmp(argument, "--no-tshark"))
        return !(options->use_tshark = false);
    if (!strcmp(argument, "-n") || !strcmp(argument, "-q"))     /* as for tshark; it is always so here */
        return true;
    return complain("unknown option %s; see --help", argument);
}

static bool
take_arguments(options_t *options, int argc, char **argv)
{
    bool only_captures = false;

    for (int i = 1; i < argc; i++) {
        bool done = false;
        if (only_captures || argv[i][0] != '-' || !argv[i][1])
            g_ptr_array_add(options->captures, argv[i]);
        else if (!strcmp(argv[i], "--"))
            only_captures = true;
        else if (!take_valued(options, argc, argv, &i, &done) || (!done && !take_flag(options, argv[i])))
            return false;
    }
    return true;
}

/* What does not go together. */
static bool
check(const options_t *options)
{
    bool several = options->list || options->captures->len != 1;

    if (!options->list && !options->captures->len && (!options->expecting.folder || options->expecting.write))
        return complain("no capture was named; see --help");
    if (options->follow && options->expecting.folder)
        return complain("--follow knows no end, and expectations are about the whole");
    if (options->expecting.junit && (!options->expecting.folder || options->expecting.write))
        return complain("--junit goes with --expect");
    for (unsigned i = 0; i < options->outputs->len; i++) {
        const output_t *output = &g_array_index(options->outputs, output_t, i);
        if (several && output->write == write_html)
            return complain("-z html: a page is about one capture");
        if (options->follow && output->write != write_json)
            return complain("--follow writes json");
    }
    return !options->follow || !several || complain("--follow is for one capture");
}

static bool
is_there(int argc, char **argv, const char *letter, const char *word)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], letter) || !strcmp(argv[i], word))
            return true;
    return false;
}

bool
options_read(options_t *options, int argc, char **argv, int *status)
{
    *options = (options_t){
        .judging = { .settings = SETTINGS_DEFAULT, .judged = true }, .use_tshark = true,
        .outputs = g_array_new(FALSE, FALSE, sizeof(output_t)), .captures = g_ptr_array_new(),
        .passed_on = g_ptr_array_new_with_free_func(g_free),
    };
    memset(options->judging.enabled, true, sizeof options->judging.enabled);
    *status = EXIT_COMPLETE;
    if (is_there(argc, argv, "-h", "--help"))
        return fputs(usage, stdout) < 0;
    if (is_there(argc, argv, "-v", "--version"))
        return printf("interference-scan %s (Wireshark %d.%d)\n", PLUGIN_VERSION, WIRESHARK_VERSION_MAJOR,
                      WIRESHARK_VERSION_MINOR) < 0;
    each_line("preferences", take_preference_line, options);
    each_line("disabled_protos", take_disabled_line, options);
    each_line("decode_as_entries", take_rule_line, options);
    *status = EXIT_USAGE;
    if (!take_arguments(options, argc, argv))
        return false;
    if (options->expecting.folder)
        keep_output(options);
    if (!options->outputs->len)
        add_output(options, options->follow ? "json" : "report");
    return check(options);
}
