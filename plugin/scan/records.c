/* records.c
 * Reads the records of a capture file; see records.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "records.h"

#include <wsutil/buffer.h>

#include "complaint.h"
#include "unread.h"

bool
records_open(records_t *records, const char *file, char **why)
{
    records->file = file;
    records->capture = wtap_open_offline(file, WTAP_TYPE_AUTO, &records->error, &records->details, FALSE);
    if (!records->capture) {
        *why = complaint(file, COMPLAINT_OPEN, records->error, records->details);
        return false;
    }
    records->unwrap.fragments = fragments_new();
    record_init(&records->record, &records->buffer);
    return true;
}

/* Bytes of checksum at the end of a frame; -1: not known. */
static int
checksum_length(const wtap_packet_header *header)
{
    return header->pkt_encap == WTAP_ENCAP_ETHERNET ? header->pseudo_header.eth.fcs_len
         : header->pkt_encap == WTAP_ENCAP_IEEE_802_11 ? header->pseudo_header.ieee_802_11.fcs_len : -1;
}

static void
unwrap_record(records_t *records)
{
    const wtap_rec *record = &records->record;
    const wtap_packet_header *header = &record->rec_header.packet_header;

    records->packet = record->rec_type == REC_TYPE_PACKET;
    if (!records->packet || !records->unwrap.take)
        return;
    records->link = header->pkt_encap;
    records->time = record->presence_flags & WTAP_HAS_TS ? headers_time(record->ts.secs, record->ts.nsecs) : 0;
    records->unwrap.obs.frame = *records->frames;
    records->unwrap.obs.time = records->time;
    unwrap_frame(&records->unwrap, records->link, checksum_length(header),
                 (piece_t){ record_bytes(&records->record, &records->buffer), header->caplen, header->len });
}

bool
records_next(records_t *records)
{
    int64_t offset;

    if (!record_read(records->capture, &records->record, &records->buffer, &records->error, &records->details, &offset))
        return false;
    ++*records->frames;
    unwrap_record(records);
    wtap_rec_reset(&records->record);
    return true;
}

void
records_close(records_t *records, char **why)
{
    if (records->error)
        *why = complaint(records->file, COMPLAINT_READ, records->error, records->details);
    records->unwrap.unread[UNREAD_FRAGMENTS] = fragments_given_up(records->unwrap.fragments);
    fragments_free(records->unwrap.fragments);
    record_free(&records->record, &records->buffer);
    wtap_close(records->capture);
}
