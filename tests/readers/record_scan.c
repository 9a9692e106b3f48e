/* record_scan.c
 * The reader of interference-scan alone, with record.c in the place of the engine.
 *
 *     OBSERVATIONS=FILE record_scan CAPTURE
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "record.h"
#include "scan/capture.h"

#include <stdio.h>

static bool
after_frame(void *context, judged_t *judged)
{
    uint64_t *before = context, now = 0;

    for (unsigned i = 0; i < N_UNREAD; i++)
        now += judged->unread[i];
    if (now != *before)
        record_unread(judged->frames);
    *before = now;
    return true;
}

int
main(int argc, char **argv)
{
    const judging_t judging = { .settings = SETTINGS_DEFAULT, .judged = true };
    uint64_t unread = 0;
    const each_frame_t each = { after_frame, &unread };

    if (argc != 2)
        return 2;
    capture_start(argv[0]);
    judged_t judged = capture_judge(argv[1], &judging, &each);
    if (judged.complaint)
        fprintf(stderr, "%s\n", judged.complaint);
    bool complete = !judged.complaint;
    judged_clear(&judged);
    capture_end();
    return complete ? 0 : 1;
}
