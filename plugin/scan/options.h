/* options.h
 * The command line, after what the user has set in Wireshark.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "capture.h"

enum { EXIT_COMPLETE = 0, EXIT_USAGE = 1, EXIT_INCOMPLETE = 2,    /* as tshark's */
       EXIT_UNEXPECTED = 3 };

/* A -z. */
typedef struct {
    const char *name;
    writer_t    write;
    const char *file;           /* NULL: standard output */
    bool        kept;           /* written nowhere: for what is expected */
} output_t;

/* Captures are held against expectations, or first ones are written. */
typedef struct {
    const char *folder;         /* of expectations; NULL: neither */
    bool        write;
    const char *junit;          /* NULL: none */
} expecting_t;

typedef struct {
    judging_t  judging;
    GArray    *outputs;         /* of output_t; at least one. One that is kept comes last. */
    GPtrArray *captures;        /* of const char *: as on the command line */
    const char *list;           /* --files0-from, NULL: none */
    expecting_t expecting;
    GPtrArray *passed_on;       /* of char *: options that tshark needs, too */
    uint64_t   rules;           /* of the user that say how to decode something */
    bool       use_tshark;
    bool       follow;
    bool       progress;
} options_t;

/* Reads them. False where they make no sense, which was told; or where what was asked for is done. *status is
 * what to exit with then. */
bool options_read(options_t *options, int argc, char **argv, int *status);
