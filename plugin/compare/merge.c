/* merge.c
 * Two captures as one pcapng, in the order of one clock; see pair.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pair.h"

#include "../compat.h"

#include <string.h>

#include <wiretap/wtap.h>

#include "../headers.h"
#include "../scan/complaint.h"

/* One of both files, with the record that is next. */
typedef struct {
    wtap     *capture;
    wtap_rec  record;
    RECORD_BUFFER(buffer);
    uint32_t  frame;
    int64_t   time;             /* as the first point's clock */
    bool      there;
} source_t;

/* ---- interfaces: one for each point, and for each kind of link it has ---- */

static void
add_interface(GArray *interfaces, const char *name, int link)
{
    wtap_block_t block = wtap_block_create(WTAP_BLOCK_IF_ID_AND_INFO);
    wtapng_if_descr_mandatory_t *fixed = wtap_block_get_mandatory_data(block);

    fixed->wtap_encap = link;
    fixed->time_units_per_second = (uint64_t)NS_PER_S;
    fixed->tsprecision = WTAP_TSPREC_NSEC;
    wtap_block_add_string_option(block, OPT_IDB_NAME, name, strlen(name));
    wtap_block_add_uint8_option(block, OPT_IDB_TSRESOL, WTAP_TSPREC_NSEC);
    g_array_append_val(interfaces, block);
}

static void
add_interfaces(GArray *interfaces, const point_t *point)
{
    for (unsigned i = 0; i < point->links->len; i++)
        add_interface(interfaces, point->name, g_array_index(point->links, int, i));
}

static uint32_t
interface_of(const pair_t *pair, unsigned point, int link)
{
    uint32_t number = point ? pair->point[0].links->len : 0;

    for (unsigned i = 0; i < pair->point[point].links->len; i++)
        if (g_array_index(pair->point[point].links, int, i) == link)
            return number + i;
    return number;
}

/* ---- reading again ---- */

static void
advance(const pair_t *pair, unsigned point, source_t *s)
{
    int64_t offset;
    int error;
    char *details = NULL;

    do {
        wtap_rec_reset(&s->record);
        s->there = record_read(s->capture, &s->record, &s->buffer, &error, &details, &offset);
        s->frame++;
    } while (s->there && s->record.rec_type != REC_TYPE_PACKET);
    g_free(details);
    if (!s->there)
        return;
    wtap_packet_header *header = &s->record.rec_header.packet_header;
    s->time = MAX(clocks_common(&pair->points->clocks, point, s->frame,
                                headers_time(s->record.ts.secs, s->record.ts.nsecs)), 0);
    s->record.ts = (nstime_t)NSTIME_INIT_SECS_NSECS(s->time / NS_PER_S, (int)(s->time % NS_PER_S));
    s->record.tsprec = WTAP_TSPREC_NSEC;
    s->record.presence_flags |= WTAP_HAS_TS | WTAP_HAS_INTERFACE_ID;
    header->interface_id = interface_of(pair, point, header->pkt_encap);
}

static bool
open_source(const pair_t *pair, unsigned point, source_t *s, char **why)
{
    int error = 0;
    char *details = NULL;

    s->capture = wtap_open_offline(pair->point[point].file, WTAP_TYPE_AUTO, &error, &details, FALSE);
    if (!s->capture) {
        *why = complaint(pair->point[point].file, COMPLAINT_OPEN, error, details);
        return false;
    }
    record_init(&s->record, &s->buffer);
    advance(pair, point, s);
    return true;
}

static void
close_source(source_t *s)
{
    record_free(&s->record, &s->buffer);
    wtap_close(s->capture);
}

/* ---- writing ---- */

static char *
failure(int error, char *details)
{
    char *why = g_strdup_printf("%s%s%s", wtap_strerror(error), details ? ": " : "", details ? details : "");
    g_free(details);
    return why;
}

static bool
write_all(wtap_dumper *dumper, const pair_t *pair, source_t s[2], char **why)
{
    while (s[0].there || s[1].there) {
        unsigned next = !s[0].there || (s[1].there && s[1].time < s[0].time);
        int error = 0;
        char *details = NULL;
        if (!record_write(dumper, &s[next].record, &s[next].buffer, &error, &details)) {
            *why = failure(error, details);
            return false;
        }
        advance(pair, next, &s[next]);
    }
    return true;
}

static bool
write_file(const pair_t *pair, const char *file, source_t s[2], char **why)
{
    wtapng_iface_descriptions_t interfaces = { g_array_new(FALSE, FALSE, sizeof(wtap_block_t)) };
    wtap_dump_params params = WTAP_DUMP_PARAMS_INIT;
    int error = 0;
    char *details = NULL;

    for (unsigned i = 0; i < 2; i++)
        add_interfaces(interfaces.interface_data, &pair->point[i]);
    params.encap = WTAP_ENCAP_PER_PACKET;
    params.tsprec = WTAP_TSPREC_PER_PACKET;
    params.idb_inf = &interfaces;
    wtap_dumper *dumper = wtap_dump_open(file, wtap_pcapng_file_type_subtype(), 0, &params, &error, &details);
    bool written = dumper && write_all(dumper, pair, s, why);
    if (!dumper)
        *why = failure(error, details);
    if (dumper && !wtap_dump_close(dumper, NULL, &error, &details) && written) {
        *why = failure(error, details);
        written = false;
    }
    wtap_block_array_free(interfaces.interface_data);
    return written;
}

bool
merge_pair(const pair_t *pair, const char *file, char **why)
{
    source_t source[2];

    if (!open_source(pair, 0, &source[0], why))
        return false;
    bool opened = open_source(pair, 1, &source[1], why);
    bool written = opened && write_file(pair, file, source, why);
    if (opened)
        close_source(&source[1]);
    close_source(&source[0]);
    return written;
}
