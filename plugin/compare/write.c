/* write.c
 * What two points say, as text and as JSON lines; see pair.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pair.h"

#include "../json_members.h"

#define GROUPS_MAX 20       /* told one by one, of a point */
#define LISTED_MAX 12       /* frames, servers of one group */

static const char *
name_of(const pair_t *pair, unsigned point)
{
    return pair->point[point].name;
}

static double
ms(int64_t ns)
{
    return (double)ns / NS_PER_MS;
}

/* ---- text ---- */

static void
add_clocks(GString *out, const pair_t *pair)
{
    const clocks_t *clocks = &pair->points->clocks;

    for (unsigned i = 0; i < clocks->n; i++) {
        const clock_piece_t *piece = &clocks->piece[i];
        g_string_append_printf(out, "Clock of %s", name_of(pair, 1));
        if (i)
            g_string_append_printf(out, " from its frame %u on (a step)", piece->frame[1]);
        g_string_append_printf(out, ": %+.3f ms", ms(piece->offset));
        if (piece->both_ways)
            g_string_append_printf(out, ", at most %.3f ms off", ms(piece->error));
        else
            g_string_append(out, ", less the time that packets take, because only one way was captured");
        if (piece->drift < -1e-7 || piece->drift > 1e-7)
            g_string_append_printf(out, ", drifting %+.2f ppm", piece->drift * 1e6);
        g_string_append_printf(out, " (%u packets)\n", piece->samples);
    }
}

static void
add_way(GString *out, const pair_t *pair, unsigned first)
{
    const way_t *way = &pair->between.way[first];
    int hops = way_hops(way);

    if (!way->sent && !way->arrived)
        return;
    g_string_append_printf(out, "From %s to %s: %u of %u packets arrived as they were", name_of(pair, first),
                           name_of(pair, !first), way->fate[FATE_MATCHED], way->sent);
    if (hops >= 0)
        g_string_append_printf(out, ", over %d router%s", hops, hops == 1 ? "" : "s");
    if (way->fate[FATE_SAME_BYTES])
        g_string_append_printf(out, "; %u hold the same bytes in other packets", way->fate[FATE_SAME_BYTES]);
    if (way->fate[FATE_COPY])
        g_string_append_printf(out, "; %u came more than once", way->fate[FATE_COPY]);
    if (way->fate[FATE_LOST])
        g_string_append_printf(out, "; %u were lost", way->fate[FATE_LOST]);
    g_string_append(out, ".\n");
}

static void
add_group(GString *out, const group_t *group, unsigned number)
{
    const finding_t *f = group->strongest;

    g_string_append_printf(out, "\n%u. %s: %u x %s, up to %u of 100 (%s)\n", number, verdict_heading(f->verdict),
                           group->findings->len, class_words(f->class), f->confidence,
                           confidence_level(f->confidence));
    append_taken(out, "   Servers: %s\n", texts_list(group->servers, LISTED_MAX));
    append_taken(out, "   In %s\n", group_frames(group, LINK_SELF, LISTED_MAX));
    append_taken(out, "   What was really sent: %s\n", group_frames(group, LINK_GENUINE, LISTED_MAX));
    for (unsigned i = 0; i < f->evidence->len; i++) {
        const evidence_t *e = &g_array_index(f->evidence, evidence_t, i);
        g_string_append_printf(out, "   Why, frame %u: %s [%s]\n", f->frame, e->text, e->signature->id);
    }
    if (f->innocent)
        g_string_append_printf(out, "   What else could explain it: %s\n", f->innocent);
}

static void
add_point(GString *out, const pair_t *pair, unsigned point)
{
    results_t results = pair_results(pair, point);
    GPtrArray *groups = results_groups(&results);

    g_string_append_printf(out, "\nAt %s: %u packets arrived that were not sent as they are, %u never arrived at %s.\n",
                           name_of(pair, point),
                           results_count(&results, VERDICT_FORGED) + results_count(&results, VERDICT_SUSPECT),
                           results_count(&results, VERDICT_SILENCED), name_of(pair, !point));
    for (unsigned i = 0; i < groups->len && i < GROUPS_MAX; i++)
        add_group(out, g_ptr_array_index(groups, i), i + 1);
    if (groups->len > GROUPS_MAX)
        g_string_append_printf(out, "\nAnd %u more, less sure or with fewer packets.\n", groups->len - GROUPS_MAX);
    g_ptr_array_free(groups, TRUE);
    results_clear(&results);
}

static void
add_changes(GString *out, const pair_t *pair)
{
    bool any = false;

    for (unsigned first = 0; first < 2; first++)
        for (change_t change = 0; change < N_CHANGES; change++) {
            const changed_t *row = &pair->between.way[first].change[change];
            if (!row->packets)
                continue;
            if (!any)
                g_string_append(out, "\nWhat the path changes (no sign of anything):\n");
            any = true;
            g_string_append_printf(out, "- from %s to %s: %s, in %u packets", name_of(pair, first),
                                   name_of(pair, !first), change_words(change), row->packets);
            if (row->example)
                g_string_append_printf(out, " (%s)", row->example);
            g_string_append_c(out, '\n');
        }
}

/* What kept packets from being judged, and what may be wrong with the points. */
static void
add_limits(GString *out, const pair_t *pair)
{
    g_string_append(out, "\nWhat could not be judged:\n");
    for (unsigned first = 0; first < 2; first++)
        for (reason_t reason = 0; reason < N_REASONS; reason++)
            if (pair->between.way[first].open[reason])
                g_string_append_printf(out, "- %u packets from %s to %s %s\n", pair->between.way[first].open[reason],
                                       name_of(pair, first), name_of(pair, !first), reason_words(reason));
    for (unsigned i = 0; i < 2; i++) {
        const trace_t *trace = pair->point[i].trace;
        if (pair->between.lossy[i])
            g_string_append_printf(out, "- %s missed packets that passed it (%u at least, %" PRIu64 " by its own "
                                   "count): what it does not show is no proof\n", name_of(pair, i),
                                   pair->between.missed[i], trace->dropped);
        if (trace->cut_headers)
            g_string_append_printf(out, "- %" PRIu64 " packets of %s were captured too short\n", trace->cut_headers,
                                   name_of(pair, i));
        if (trace->left_out)
            g_string_append_printf(out, "- %" PRIu64 " packets of %s were left out: a limit was reached\n",
                                   trace->left_out, name_of(pair, i));
        if (trace->bytes >= TRACE_BYTES_MAX)
            g_string_append_printf(out, "- not all bytes of %s were compared: a limit was reached\n", name_of(pair, i));
        if (pair->point[i].complaint)
            g_string_append_printf(out, "- %s could not be read to its end\n", name_of(pair, i));
    }
    if (pair->between.other)
        g_string_append_printf(out, "- %u conversations are other connections at each point\n", pair->between.other);
    if (pair->between.translated)
        g_string_append_printf(out, "- %u conversations have other addresses or ports at each point (NAT); they were "
                               "compared\n", pair->between.translated);
    g_string_append(out, "- ICMP, and packets that only pass one of the points\n");
}

void
write_pair_report(GString *out, const pair_t *pair)
{
    g_string_append_printf(out, "Two capture points, %s and %s (plugin %s)\n", name_of(pair, 0), name_of(pair, 1),
                           PLUGIN_VERSION);
    add_clocks(out, pair);
    for (unsigned first = 0; first < 2; first++)
        add_way(out, pair, first);
    for (unsigned point = 0; point < 2; point++)
        add_point(out, pair, point);
    add_changes(out, pair);
    add_limits(out, pair);
}

/* ---- JSON ---- */

static void
put_clocks(json_dumper *json, const clocks_t *clocks)
{
    json_begin_array(json, "clock");
    for (unsigned i = 0; i < clocks->n; i++) {
        const clock_piece_t *piece = &clocks->piece[i];
        json_dumper_begin_object(json);
        json_number(json, "from_frame", i ? piece->frame[1] : 1);
        json_number(json, "offset_ns", piece->offset);
        json_number(json, "drift_ppb", (int64_t)(piece->drift * 1e9));
        if (piece->both_ways)
            json_number(json, "error_ns", piece->error);
        else
            json_null(json, "error_ns");
        json_number(json, "packets", piece->samples);
        json_dumper_end_object(json);
    }
    json_dumper_end_array(json);
}

static void
put_way(json_dumper *json, const pair_t *pair, unsigned first)
{
    const way_t *way = &pair->between.way[first];

    json_dumper_begin_object(json);
    json_text(json, "from", name_of(pair, first));
    json_text(json, "to", name_of(pair, !first));
    json_number(json, "sent", way->sent);
    json_number(json, "arrived", way->arrived);
    json_number(json, "matched", way_matched(way));
    json_number(json, "same_bytes", way->fate[FATE_SAME_BYTES]);
    json_number(json, "copies", way->fate[FATE_COPY]);
    json_number(json, "lost", way->fate[FATE_LOST]);
    json_number(json, "hops", way_hops(way));
    json_begin_array(json, "changes");
    for (change_t change = 0; change < N_CHANGES; change++) {
        if (!way->change[change].packets)
            continue;
        json_dumper_begin_object(json);
        json_text(json, "what", change_id(change));
        json_number(json, "packets", way->change[change].packets);
        json_dumper_end_object(json);
    }
    json_dumper_end_array(json);
    json_begin_array(json, "not_judged");
    for (reason_t reason = 0; reason < N_REASONS; reason++) {
        if (!way->open[reason])
            continue;
        json_dumper_begin_object(json);
        json_text(json, "reason", reason_id(reason));
        json_number(json, "count", way->open[reason]);
        json_dumper_end_object(json);
    }
    json_dumper_end_array(json);
    json_dumper_end_object(json);
}

static void
put_point(json_dumper *json, const pair_t *pair, unsigned i)
{
    json_dumper_begin_object(json);
    json_text(json, "point", name_of(pair, i));
    json_text(json, "capture", pair->point[i].file);
    json_number(json, "frames", pair->point[i].frames);
    json_number(json, "missed", pair->between.missed[i] + (int64_t)pair->point[i].trace->dropped);
    json_flag(json, "lossy", pair->between.lossy[i]);
    json_dumper_end_object(json);
}

static void
add_comparison(GString *out, const pair_t *pair)
{
    json_dumper json = { .output_string = out };

    json_begin_line(&json, "comparison", PLUGIN_VERSION);
    json_begin_array(&json, "points");
    for (unsigned i = 0; i < 2; i++)
        put_point(&json, pair, i);
    json_dumper_end_array(&json);
    put_clocks(&json, &pair->points->clocks);
    json_begin_array(&json, "ways");
    for (unsigned first = 0; first < 2; first++)
        put_way(&json, pair, first);
    json_dumper_end_array(&json);
    json_number(&json, "other_connections", pair->between.other);
    json_number(&json, "translated", pair->between.translated);
    json_end_line(&json);
}

void
write_pair_json(GString *out, const pair_t *pair)
{
    add_comparison(out, pair);
    for (unsigned point = 0; point < 2; point++) {
        results_t results = pair_results(pair, point);
        for (unsigned i = 0; i < results.findings->len; i++)
            write_json_finding(out, &results, g_ptr_array_index(results.findings, i));
        results_clear(&results);
    }
}
