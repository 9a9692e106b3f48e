/* point.c
 * Reads a capture and keeps its packets; see point.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "point.h"

#include "../scan/records.h"

static void
take(void *context, const observation_t *obs)
{
    trace_add(context, obs);
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
note_record(point_t *point, const records_t *records)
{
    if (!records->packet)
        return;
    note_link(point, records->link);
    point->first = point->first ? MIN(point->first, records->time) : records->time;
    point->last = MAX(point->last, records->time);
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
    records_t records = { .unwrap = { .take = take, .context = point.trace, .unread = point.unread },
                          .frames = &point.frames };

    point.opened = records_open(&records, file, &point.complaint);
    if (!point.opened)
        return point;
    while (records_next(&records))
        note_record(&point, &records);
    read_interfaces(point.trace, records.capture);
    records_close(&records, &point.complaint);
    point.trace->cut_short = point.complaint != NULL;
    if (complete && !point.complaint) {
        point.trace->from = INT64_MIN;
        point.trace->until = INT64_MAX;
        point.trace->whole = !point.trace->dropped;
    }
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
