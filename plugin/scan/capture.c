/* capture.c
 * Reads one capture through libwiretap and has it judged; see capture.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "capture.h"

#include <signal.h>

#include <wsutil/filesystem.h>
#include <wsutil/privileges.h>
#include <wsutil/wslog.h>

#include "../../dissectors/fingerprints/fingerprints.h"
#include "complaint.h"
#include "quic.h"
#include "records.h"

/* What one capture needs beside what becomes of it. */
typedef struct {
    judged_t *judged;
    quic_t   *quic;         /* NULL: cannot be read */
} reading_t;

engine_t *
capture_new_engine(const judging_t *judging)
{
    static fingerprints_t *lists;       /* outlive a capture, so that they are read once */
    const fingerprints_t *before = lists;
    const limits_t limits = settings_limits(&judging->settings);
    engine_t *engine = engine_new(&limits, judging->enabled);

    if (judging->watched)
        store_watch(engine_store(engine));
    fingerprints_refresh(&lists, judging->settings.fingerprint_files);
    const GPtrArray *warnings = fingerprints_warnings(lists);
    for (unsigned i = 0; lists != before && i < warnings->len; i++)
        complain("%s", (const char *)g_ptr_array_index(warnings, i));
    engine_set_fingerprints(engine, fingerprints_ref(lists));
    return engine;
}

/* Wireshark takes this port for DTLS, and asks no further. */
#define PORT_DTLS 853

static void
ask_quic(reading_t *reading, const observation_t *obs)
{
    request_t request;

    if (!reading->quic)
        reading->judged->unread[UNREAD_QUIC]++;
    else if (obs->dport != PORT_DTLS && quic_read_hello(reading->quic, obs, &request))
        engine_note_request(reading->judged->engine, obs, request.name, request.name_length, request.ech);
}

static void
take(void *context, const observation_t *obs)
{
    reading_t *reading = context;
    engine_t *engine = reading->judged->engine;

    engine_observe(engine, obs);
    if (obs->protocol == PROTOCOL_UDP && engine_wants_request(engine, obs))
        ask_quic(reading, obs);
}

judged_t
capture_judge(const char *file, const judging_t *judging, const each_frame_t *each)
{
    judged_t judged = { .engine = judging->judged ? capture_new_engine(judging) : NULL };
    reading_t reading = { .judged = &judged };
    records_t records = { .unwrap = { .take = judged.engine ? take : NULL, .context = &reading,
                                      .unread = judged.unread },
                          .frames = &judged.frames };
    bool wanted = true;

    judged.opened = records_open(&records, file, &judged.complaint);
    if (!judged.opened)
        return judged;
    reading.quic = quic_new();
    while (wanted && records_next(&records))
        if (each) {
            judged.bytes = wtap_read_so_far(records.capture);
            wanted = each->call(each->context, &judged);
        }
    records_close(&records, &judged.complaint);
    quic_free(reading.quic);
    return judged;
}

void
judged_clear(judged_t *judged)
{
    engine_free(judged->engine);
    g_free(judged->complaint);
}

void
capture_start(const char *program)
{
    signal(SIGPIPE, SIG_IGN);       /* a pipe that is closed is told as a full disk is */
    log_init(PROGRAM);  /* or it tells all about every block of a pcapng file */
    init_process_policies();
    folders_init(program);
    wtap_init(TRUE);
}

void
capture_end(void)
{
    wtap_cleanup();
}
