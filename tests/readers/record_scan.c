/* record_scan.c
 * The reader of interference-scan alone, with record.c in the place of the engine.
 *
 *     OBSERVATIONS=FILE record_scan CAPTURE
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scan/capture.h"

#include <stdio.h>

int
main(int argc, char **argv)
{
    const judging_t judging = { .settings = SETTINGS_DEFAULT, .judged = true };

    if (argc != 2)
        return 2;
    capture_start(argv[0]);
    judged_t judged = capture_judge(argv[1], &judging, NULL);
    if (judged.complaint)
        fprintf(stderr, "%s\n", judged.complaint);
    for (unsigned i = 0; i < N_UNREAD; i++)
        if (judged.unread[i])
            printf("%u:%lu ", i, (unsigned long)judged.unread[i]);
    judged_clear(&judged);
    capture_end();
    return 0;
}
