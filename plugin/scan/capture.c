/* capture.c
 * Reads one capture through libwiretap and has it judged; see capture.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "capture.h"

#include <stdio.h>

#include <wiretap/wtap.h>
#include <wsutil/buffer.h>
#include <wsutil/filesystem.h>
#include <wsutil/privileges.h>
#include <wsutil/wslog.h>

#include "../../dissectors/fingerprints/fingerprints.h"
#include "complaint.h"
#include "quic.h"
#include "unwrap.h"

/* What one capture needs beside what becomes of it. */
typedef struct {
    judged_t           *judged;
    const each_frame_t *each;
    unwrap_t            unwrap;
    quic_t             *quic;           /* NULL: cannot be read */
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
        fprintf(stderr, "interference-scan: %s\n", (const char *)g_ptr_array_index(warnings, i));
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

/* Bytes of checksum at the end of a frame; -1: not known. */
static int
checksum_length(const wtap_packet_header *header)
{
    return header->pkt_encap == WTAP_ENCAP_ETHERNET ? header->pseudo_header.eth.fcs_len
         : header->pkt_encap == WTAP_ENCAP_IEEE_802_11 ? header->pseudo_header.ieee_802_11.fcs_len : -1;
}

static void
judge_record(reading_t *reading, const wtap_rec *record, const uint8_t *bytes)
{
    judged_t *judged = reading->judged;
    const wtap_packet_header *header = &record->rec_header.packet_header;
    observation_t *obs = &reading->unwrap.obs;

    judged->frames++;
    if (record->rec_type != REC_TYPE_PACKET || !judged->engine)
        return;
    obs->frame = judged->frames;
    obs->time = record->presence_flags & WTAP_HAS_TS ? headers_time(record->ts.secs, record->ts.nsecs) : 0;
    unwrap_frame(&reading->unwrap, header->pkt_encap, checksum_length(header),
                 (piece_t){ bytes, header->caplen, header->len });
}

/* What is wrong with the file in the end, 0 for nothing. */
static int
judge_records(reading_t *reading, wtap *capture, char **details)
{
    const each_frame_t *each = reading->each;
    judged_t *judged = reading->judged;
    bool wanted = true;
    int64_t offset;
    int error = 0;
    wtap_rec record;
    RECORD_BUFFER(buffer);

    record_init(&record, &buffer);
    while (wanted && record_read(capture, &record, &buffer, &error, details, &offset)) {
        judge_record(reading, &record, record_bytes(&record, &buffer));
        wtap_rec_reset(&record);
        if (each) {
            judged->bytes = wtap_read_so_far(capture);
            wanted = each->call(each->context, judged);
        }
    }
    record_free(&record, &buffer);
    return error;
}

judged_t
capture_judge(const char *file, const judging_t *judging, const each_frame_t *each)
{
    judged_t judged = { .engine = judging->judged ? capture_new_engine(judging) : NULL };
    reading_t reading = { .judged = &judged, .each = each };
    int error = 0;
    char *details = NULL;
    wtap *capture = wtap_open_offline(file, WTAP_TYPE_AUTO, &error, &details, FALSE);

    if (!capture) {
        judged.complaint = complaint(file, COMPLAINT_OPEN, error, details);
        return judged;
    }
    judged.opened = true;
    reading.unwrap.take = take;
    reading.unwrap.context = &reading;
    reading.unwrap.fragments = fragments_new();
    reading.unwrap.unread = judged.unread;
    reading.quic = quic_new();
    error = judge_records(&reading, capture, &details);
    if (error)
        judged.complaint = complaint(file, COMPLAINT_READ, error, details);
    judged.unread[UNREAD_FRAGMENTS] = fragments_given_up(reading.unwrap.fragments);
    quic_free(reading.quic);
    fragments_free(reading.unwrap.fragments);
    wtap_close(capture);
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
    log_init("interference-scan");  /* or it tells all about every block of a pcapng file */
    init_process_policies();
    folders_init(program);
    wtap_init(TRUE);
}

void
capture_end(void)
{
    wtap_cleanup();
}
