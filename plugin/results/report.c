/* report.c
 * Findings in plain language, short enough to paste into a thread.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "results.h"

#include <inttypes.h>

#include "../../dissectors/verdict/origin.h"

#define GROUPS_MAX 20       /* told one by one */
#define NAMES_MAX  20       /* rows of the table of names */
#define LISTED_MAX 8        /* frames, servers, names listed of one group */
#define NAME_WIDTH 40       /* characters of a name in the table */

static void
add_head(GString *out, const results_t *results)
{
    const engine_counts_t *c = &results->counts;

    g_string_append(out, "Interference report");
    if (results->capture)
        g_string_append_printf(out, " on %s", results->capture);
    g_string_append_printf(out, " (plugin %s)\n", results->version);
    g_string_append_printf(out, "Looked at %u frames: %" PRIu64 " TCP and %" PRIu64 " UDP packets, %"
                           PRIu64 " connections, %" PRIu64 " DNS transactions.\n\n", results->frames,
                           c->tcp, c->udp, c->connections, c->transactions);
}

static void
add_verdict(GString *out, const results_t *results)
{
    unsigned forged = results_count(results, VERDICT_FORGED);
    unsigned suspect = results_count(results, VERDICT_SUSPECT);
    unsigned silenced = results_count(results, VERDICT_SILENCED);

    if (!results->judged) {
        g_string_append(out, "Nothing was judged: the protocol \"interference\" is switched off.\n");
        return;
    }
    if (!forged && !suspect && !silenced) {
        g_string_append(out, "Nothing found. That does not say that there was no interference: see what "
                        "could not be judged.\n");
        return;
    }
    if (forged)
        g_string_append_printf(out, "%u packet%s probably not sent by the host %s to come from.\n", forged,
                               forged == 1 ? " was" : "s were", forged == 1 ? "it claims" : "they claim");
    if (silenced)
        g_string_append_printf(out, "%u packet%s never answered where an answer was due.\n", silenced,
                               silenced == 1 ? " was" : "s were");
    if (suspect)
        g_string_append_printf(out, "%u%s packet%s odd, which accuses nobody.\n", suspect, forged ? " more" : "",
                               suspect == 1 ? " is" : "s are");
}

/* ---- the contents: a line for each device and for each name ---- */

static void
add_device(GString *out, const group_t *group, unsigned number)
{
    g_string_append_printf(out, "%2u. ", number);
    append_taken(out, "%s: ", group_what(group));
    append_taken(out, "%s", group_often(group));
    append_taken(out, "; %s", group_far(group));
    append_taken(out, "; %s", group_since(group));
    append_taken(out, "; %s", group_worked(group));
    g_string_append_c(out, '\n');
}

static void
add_name(GString *out, const name_t *name)
{
    char *first = second_text(name->first);
    bool any = false;

    char *shown = g_utf8_substring(name->name, 0, MIN(NAME_WIDTH, g_utf8_strlen(name->name, -1)));
    g_string_append_printf(out, "  %s:", shown);
    g_free(shown);
    for (barrier_t barrier = 0; barrier < N_BARRIERS; barrier++) {
        if (name->how[barrier])
            g_string_append_printf(out, "%s %s %s", any ? "," : "", barrier_name(barrier), name->how[barrier]);
        any |= name->how[barrier] != NULL;
    }
    unsigned exchanges = g_hash_table_size(name->exchanges), servers = g_hash_table_size(name->servers);
    g_string_append_printf(out, "; %u exchange%s with %u server%s", exchanges, exchanges == 1 ? "" : "s", servers,
                           servers == 1 ? "" : "s");
    if (first)
        g_string_append_printf(out, "; since %s", first);
    g_string_append_c(out, '\n');
    g_free(first);
}

static void
add_names(GString *out, const results_t *results)
{
    GPtrArray *names = results_names(results);

    if (names->len)
        g_string_append(out, "\nWhat was asked for, and by what it was kept away (confirmed: forged, 80 of 100 or "
                        "more; else likely):\n");
    for (unsigned i = 0; i < names->len && i < NAMES_MAX; i++)
        add_name(out, g_ptr_array_index(names, i));
    if (names->len > NAMES_MAX)
        g_string_append_printf(out, "  and %u more\n", names->len - NAMES_MAX);
    g_ptr_array_free(names, TRUE);
}

static void
add_contents(GString *out, const results_t *results, const GPtrArray *groups)
{
    if (groups->len)
        g_string_append(out, "\nWho, how often, how far away, since when, and did it work:\n");
    for (unsigned i = 0; i < groups->len && i < GROUPS_MAX; i++)
        add_device(out, g_ptr_array_index(groups, i), i + 1);
    add_names(out, results);
}

/* ---- each of them ---- */

static void
add_evidence(GString *out, const finding_t *f)
{
    if (!f->evidence->len)
        return;
    g_string_append_printf(out, "   Why, frame %u:\n", f->frame);
    GPtrArray *evidence = evidence_by_weight(f);
    for (unsigned i = 0; i < evidence->len; i++) {
        const evidence_t *e = g_ptr_array_index(evidence, i);
        g_string_append_printf(out, "   - %s [%s]\n", e->text, e->signature->id);
    }
    g_ptr_array_free(evidence, TRUE);
}

/* Of a forged packet: who else has such a header, and how far away its sender is. */
static void
add_origin(GString *out, const origin_t *origin)
{
    if (!origin)
        return;
    for (unsigned i = 0; i < origin->n_matches; i++)
        append_taken(out, "   Consistent with %s\n", injector_match_text(origin->injector[i], &origin->packet));
    if (!origin->n_matches)
        g_string_append(out, "   Consistent with no published injector that is known here\n");
    append_taken(out, "   Where: %s\n", where_text(&origin->facts));
}

static void
add_group(GString *out, const group_t *group, unsigned number)
{
    const finding_t *f = group->strongest;

    g_string_append_printf(out, "\n%u. ", number);
    append_taken(out, "%s\n", group_what(group));
    g_string_append_printf(out, "   How sure: up to %u of 100 (%s)\n", f->confidence,
                           confidence_level(f->confidence));
    if (group->servers->len > 1)
        append_taken(out, "   Servers: %s\n", texts_list(group->servers, LISTED_MAX));
    append_taken(out, "   Asked for: %s\n", texts_list(group->names, LISTED_MAX));
    append_taken(out, "   Packets: %s\n", group_frames(group, LINK_SELF, LISTED_MAX));
    append_taken(out, "   Set off by %s\n", group_frames(group, LINK_TRIGGER, LISTED_MAX));
    append_taken(out, "   What the server really sent: %s\n", group_frames(group, LINK_GENUINE, LISTED_MAX));
    add_evidence(out, f);
    add_origin(out, f->verdict == VERDICT_FORGED ? f->origin : NULL);
    if (f->innocent)
        g_string_append_printf(out, "   What else could explain it: %s\n", f->innocent);
}

static void
add_groups(GString *out, const GPtrArray *groups)
{
    for (unsigned i = 0; i < groups->len && i < GROUPS_MAX; i++)
        add_group(out, g_ptr_array_index(groups, i), i + 1);
    if (groups->len > GROUPS_MAX)
        g_string_append_printf(out, "\nAnd %u more, less sure or with fewer packets.\n",
                               groups->len - GROUPS_MAX);
}

static void
add_limits(GString *out, const results_t *results)
{
    g_string_append(out, "\nWhat could not be judged:\n");
    for (unsigned i = 0; i < results->gaps->len; i++) {
        const gap_t *gap = &g_array_index(results->gaps, gap_t, i);
        g_string_append_printf(out, "- %" PRIu64 " %s\n", gap->count, gap->text);
    }
    for (unsigned i = 0; i < results->notices->len; i++) {
        const notice_t *told = &g_array_index(results->notices, notice_t, i);
        g_string_append_printf(out, "- from frame %u: %s\n", told->frame, told->text);
    }
    g_string_append(out, "- packets changed on their way, and whatever was not looked for\n\nLooked for:");
    for (unsigned d = 0; d < N_DETECTORS; d++)
        if (results->enabled[d])
            g_string_append_printf(out, " %s", detector_name((detector_id_t)d));
    g_string_append_c(out, '\n');
}

void
write_report(sink_t *sink, const results_t *results)
{
    GPtrArray *groups = results_groups(results);
    GString *out = sink->text;

    add_head(out, results);
    add_verdict(out, results);
    add_contents(out, results, groups);
    add_groups(out, groups);
    if (results->judged)
        add_limits(out, results);
    sink_pass(sink);
    g_ptr_array_free(groups, TRUE);
}
