/* capture.c
 * Reads one capture through libwiretap and has it judged; see capture.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "capture.h"

#include "../compat.h"

#include <wiretap/wtap.h>
#include <wsutil/buffer.h>
#include <wsutil/privileges.h>
#include <wsutil/wslog.h>

static void
take(void *engine, const observation_t *obs)
{
    engine_observe(engine, obs);
}

static engine_t *
new_engine(const settings_t *settings)
{
    static fingerprints_t *lists;       /* outlive a capture, so that they are read once */
    engine_t *engine = engine_new(&settings->limits, settings->enabled);

    fingerprints_refresh(&lists, settings->fingerprint_files);
    engine_set_fingerprints(engine, fingerprints_ref(lists));
    return engine;
}

static char *
error_text(const char *file, int error, char *details)
{
    char *text = g_strdup_printf("%s: %s%s%s", file, wtap_strerror(error), details ? ": " : "",
                                 details ? details : "");
    g_free(details);
    return text;
}

/* Bytes of checksum at the end of a frame; -1: not known. */
static int
checksum_length(const wtap_packet_header *header)
{
    return header->pkt_encap == WTAP_ENCAP_ETHERNET ? header->pseudo_header.eth.fcs_len
         : header->pkt_encap == WTAP_ENCAP_IEEE_802_11 ? header->pseudo_header.ieee_802_11.fcs_len : -1;
}

static void
judge_record(judged_t *judged, unwrap_t *unwrap, const wtap_rec *record, const uint8_t *bytes)
{
    judged->frames++;
    if (record->rec_type != REC_TYPE_PACKET || !judged->engine)
        return;
    const wtap_packet_header *header = &record->rec_header.packet_header;
    unwrap->obs.frame = judged->frames;
    unwrap->obs.time = record->presence_flags & WTAP_HAS_TS
        ? headers_time(record->ts.secs, record->ts.nsecs) : 0;
    unwrap_frame(unwrap, header->pkt_encap, checksum_length(header),
                 (piece_t){ bytes, header->caplen, header->len });
}

static void
judge_records(judged_t *judged, wtap *capture, const char *file)
{
    unwrap_t unwrap = { .take = take, .context = judged->engine, .fragments = fragments_new() };
    int error = 0;
    char *details = NULL;
    int64_t offset;
    wtap_rec record;
    Buffer buffer;

    wtap_rec_init(&record);
    ws_buffer_init(&buffer, 1514);
    while (wtap_read(capture, &record, &buffer, &error, &details, &offset)) {
        judge_record(judged, &unwrap, &record, ws_buffer_start_ptr(&buffer));
        wtap_rec_reset(&record);
    }
    if (error)
        judged->error = error_text(file, error, details);
    unwrap.unread[UNREAD_FRAGMENTS] = fragments_given_up(unwrap.fragments);
    memcpy(judged->unread, unwrap.unread, sizeof judged->unread);
    fragments_free(unwrap.fragments);
    ws_buffer_free(&buffer);
    wtap_rec_cleanup(&record);
}

judged_t
capture_judge(const char *file, const settings_t *settings)
{
    judged_t judged = { .engine = settings->judged ? new_engine(settings) : NULL };
    int error = 0;
    char *details = NULL;
    wtap *capture = wtap_open_offline(file, WTAP_TYPE_AUTO, &error, &details, FALSE);

    if (!capture) {
        judged.error = error_text(file, error, details);
        return judged;
    }
    judge_records(&judged, capture, file);
    wtap_close(capture);
    return judged;
}

void
judged_clear(judged_t *judged)
{
    engine_free(judged->engine);
    g_free(judged->error);
}

void
capture_start(void)
{
    ws_log_init("interference-scan", NULL);     /* or it tells all about every block of a pcapng file */
    init_process_policies();
    wtap_init(TRUE);
}

void
capture_end(void)
{
    wtap_cleanup();
}
