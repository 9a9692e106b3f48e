/* complaint.h
 * What is wrong with a capture file, in the words of tshark.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

typedef enum {
    COMPLAINT_OPEN,     /* it could not be opened */
    COMPLAINT_READ,     /* it could not be read to its end */
} complaint_when_t;

/* error, details: as libwiretap gives them; details (NULL: none) are freed. To be freed. */
char *complaint(const char *file, complaint_when_t when, int error, char *details);
