/* complaint.h
 * What is wrong, in words; with a capture file, in those of tshark.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>

#include <glib.h>

typedef enum {
    COMPLAINT_OPEN,     /* it could not be opened */
    COMPLAINT_READ,     /* it could not be read to its end */
} complaint_when_t;

/* error, details: as libwiretap gives them; details (NULL: none) are freed. To be freed. */
char *complaint(const char *file, complaint_when_t when, int error, char *details);

/* A line on standard error that begins with the program's name. Always false, which callers may return. */
G_GNUC_PRINTF(1, 2)
bool complain(const char *format, ...);
/* That a file, NULL: standard output, could not be written or read. problem: errno. */
bool complain_of(const char *file, int problem);
