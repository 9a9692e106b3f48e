/* complaint.c
 * Words for errors of libwiretap, and the way of all complaints; see complaint.h. PROGRAM: what the program is called,
 * which the build says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "complaint.h"

#include "../compat.h"

#include <wiretap/wtap.h>
#include <wsutil/filesystem.h>

#include <stdio.h>
#include <string.h>

static const struct {
    int         error;
    const char *text;       /* %s: the file */
    bool        details;    /* a second line says more */
} words[] = {
    { WTAP_ERR_NOT_REGULAR_FILE, "The %s is a \"special file\" or socket or other non-regular file.", false },
    { WTAP_ERR_FILE_UNKNOWN_FORMAT, "The %s isn't a capture file in a format " PROGRAM " understands.",
      false },
    { WTAP_ERR_UNSUPPORTED, "The %s contains record data that " PROGRAM " doesn't support.", true },
    { WTAP_ERR_ENCAP_PER_PACKET_UNSUPPORTED,
      "The %s is a capture for a network type that " PROGRAM " doesn't support.", false },
    { WTAP_ERR_BAD_FILE, "The %s appears to be damaged or corrupt.", true },
    { WTAP_ERR_CANT_OPEN, "The %s could not be opened for some unknown reason.", false },
    { WTAP_ERR_DECOMPRESS, "The %s cannot be decompressed; it may be damaged or corrupt.", true },
    { WTAP_ERR_DECOMPRESSION_NOT_SUPPORTED,
      "The %s cannot be decompressed; it is compressed in a way that we don't support.", true },
};

static char *
file_words(const char *file)
{
    return strcmp(file, "-") ? g_strdup_printf("file \"%s\"", file) : g_strdup("standard input");
}

static char *
wiretap_complaint(const char *file, complaint_when_t when, int error, const char *details)
{
    if (error == WTAP_ERR_SHORT_READ)
        return g_strdup_printf("The %s appears to have been cut short in the middle of a packet%s.", file,
                               when == COMPLAINT_OPEN ? " or other data" : "");
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++) {
        if (words[i].error != error)
            continue;
        char *text = g_strdup_printf(words[i].text, file);
        if (!words[i].details)
            return text;
        char *both = g_strdup_printf("%s\n(%s)", text, details ? details : "no information supplied");
        g_free(text);
        return both;
    }
    return g_strdup_printf(when == COMPLAINT_OPEN ? "The %s could not be opened: %s."
                                                  : "An error occurred while reading the %s: %s.",
                           file, wtap_strerror(error));
}

char *
complaint(const char *file, complaint_when_t when, int error, char *details)
{
    char *name = file_words(file);
    char *text = error > 0 && when == COMPLAINT_OPEN
        ? g_strdup_printf(file_open_error_message(error, FALSE), file)
        : wiretap_complaint(name, when, error, details);

    g_free(name);
    g_free(details);
    return text;
}

/* ---- told ---- */

bool
complain(const char *format, ...)
{
    va_list arguments;

    fputs(PROGRAM ": ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputs("\n", stderr);
    return false;
}

bool
complain_of(const char *file, int problem)
{
    return complain("%s: %s", file ? file : "standard output", g_strerror(problem));
}
