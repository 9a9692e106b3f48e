/* point.c
 * Reads a capture and keeps its packets; see point.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "point.h"

#include "../compat.h"

#include <wiretap/wtap.h>

#include "../scan/complaint.h"
#include "../scan/unwrap.h"

static void
take(void *context, const observation_t *obs)
{
    trace_add(context, obs);
}

/* Bytes of checksum at the end of a frame; -1: not known. */
static int
checksum_length(const wtap_packet_header *header)
{
    return header->pkt_encap == WTAP_ENCAP_ETHERNET ? header->pseudo_header.eth.fcs_len
         : header->pkt_encap == WTAP_ENCAP_IEEE_802_11 ? header->pseudo_header.ieee_802_11.fcs_len : -1;
}

static void
note_link(point_t *point, int link)
{
    for (unsigned i = 0; i < point->links->len; i++)
        if (g_array_index(point->links, int, i) == link)
            return;
    g_array_append_val(point->links, link);
}

static void
read_record(point_t *point, unwrap_t *unwrap, const wtap_rec *record, const uint8_t *bytes)
{
    const wtap_packet_header *header = &record->rec_header.packet_header;

    point->frames++;
    if (record->rec_type != REC_TYPE_PACKET)
        return;
    note_link(point, header->pkt_encap);
    unwrap->obs.frame = point->frames;
    unwrap->obs.time = record->presence_flags & WTAP_HAS_TS ? headers_time(record->ts.secs, record->ts.nsecs) : 0;
    point->first = point->first ? MIN(point->first, unwrap->obs.time) : unwrap->obs.time;
    point->last = MAX(point->last, unwrap->obs.time);
    unwrap_frame(unwrap, header->pkt_encap, checksum_length(header), (piece_t){ bytes, header->caplen, header->len });
}

static int
read_records(point_t *point, unwrap_t *unwrap, wtap *capture, char **details)
{
    int64_t offset;
    int error = 0;
    wtap_rec record;
    RECORD_BUFFER(buffer);

    record_init(&record, &buffer);
    while (record_read(capture, &record, &buffer, &error, details, &offset)) {
        read_record(point, unwrap, &record, record_bytes(&record, &buffer));
        wtap_rec_reset(&record);
    }
    record_free(&record, &buffer);
    return error;
}

/* ---- what pcapng knows beside: interface statistics ---- */

static int64_t
statistic_time(wtap_block_t statistics, unsigned option)
{
    uint64_t microseconds;

    return wtap_block_get_uint64_option_value(statistics, option, &microseconds) == WTAP_OPTTYPE_SUCCESS
        && microseconds < INT64_MAX / NS_PER_US / 2 ? (int64_t)microseconds * NS_PER_US : 0;
}

static void
read_statistics(trace_t *trace, wtap_block_t statistics)
{
    static const unsigned drops[] = { OPT_ISB_IFDROP, OPT_ISB_OSDROP };
    int64_t from = statistic_time(statistics, OPT_ISB_STARTTIME), until = statistic_time(statistics, OPT_ISB_ENDTIME);
    uint64_t dropped;

    if (from && from < trace->from)
        trace->from = from;
    if (until > trace->until)
        trace->until = until;
    for (unsigned i = 0; i < G_N_ELEMENTS(drops); i++)
        if (wtap_block_get_uint64_option_value(statistics, drops[i], &dropped) == WTAP_OPTTYPE_SUCCESS) {
            trace->dropped += dropped;
            trace->whole = !trace->dropped;
        }
}

static void
read_interfaces(trace_t *trace, wtap *capture)
{
    wtapng_iface_descriptions_t *interfaces = wtap_file_get_idb_info(capture);

    for (unsigned i = 0; i < interfaces->interface_data->len; i++) {
        wtap_block_t block = g_array_index(interfaces->interface_data, wtap_block_t, i);
        const wtapng_if_descr_mandatory_t *fixed = wtap_block_get_mandatory_data(block);
        for (unsigned n = 0; n < fixed->num_stat_entries; n++)
            read_statistics(trace, g_array_index(fixed->interface_statistics, wtap_block_t, n));
    }
    g_free(interfaces);
}

point_t
point_read(const char *file, const char *name, talks_t *talks, bool complete)
{
    point_t point = { .file = file, .name = g_strdup(name), .trace = trace_new(talks),
                      .links = g_array_new(FALSE, FALSE, sizeof(int)) };
    unwrap_t unwrap = { .take = take, .context = point.trace, .unread = point.unread };
    int error = 0;
    char *details = NULL;
    wtap *capture = wtap_open_offline(file, WTAP_TYPE_AUTO, &error, &details, FALSE);

    if (!capture) {
        point.complaint = complaint(file, COMPLAINT_OPEN, error, details);
        return point;
    }
    point.opened = true;
    unwrap.fragments = fragments_new();
    error = read_records(&point, &unwrap, capture, &details);
    if (error)
        point.complaint = complaint(file, COMPLAINT_READ, error, details);
    point.trace->cut_short = error != 0;
    read_interfaces(point.trace, capture);
    if (complete && !error) {
        point.trace->from = INT64_MIN;
        point.trace->until = INT64_MAX;
        point.trace->whole = !point.trace->dropped;
    }
    point.unread[UNREAD_FRAGMENTS] = fragments_given_up(unwrap.fragments);
    fragments_free(unwrap.fragments);
    wtap_close(capture);
    return point;
}

void
point_clear(point_t *point)
{
    trace_free(point->trace);
    g_array_free(point->links, TRUE);
    g_free(point->name);
    g_free(point->complaint);
}
