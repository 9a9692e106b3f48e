/* report.c
 * Findings in plain language, short enough to paste into a thread.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "results.h"

#include <inttypes.h>

#define GROUPS_MAX 20       /* told one by one */
#define FRAMES_MAX 8        /* named of one group */

static void
add_taken(GString *out, const char *format, char *text)
{
    if (*text)
        g_string_append_printf(out, format, text);
    g_free(text);
}

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
    g_string_append_printf(out, "%u packet%s probably not sent by the host %s claim%s to come from; %u more "
                           "%s odd.\n", forged, forged == 1 ? " was" : "s were",
                           forged == 1 ? "it" : "they", forged == 1 ? "s" : "", suspect,
                           suspect == 1 ? "is" : "are");
    if (silenced)
        g_string_append_printf(out, "%u packet%s never answered where an answer was due.\n", silenced,
                               silenced == 1 ? " was" : "s were");
}

static void
add_evidence(GString *out, const finding_t *f)
{
    if (!f->evidence->len)
        return;
    g_string_append_printf(out, "   Why, frame %u:\n", f->frame);
    for (unsigned i = 0; i < f->evidence->len; i++) {
        const evidence_t *e = &g_array_index(f->evidence, evidence_t, i);
        g_string_append_printf(out, "   - %s [%s]\n", e->text, e->signature->id);
    }
}

static void
add_group(GString *out, const group_t *group, unsigned number)
{
    const finding_t *f = group->strongest;
    unsigned n = group->findings->len;

    g_string_append_printf(out, "\n%u. %s: %u x %s, server %s", number, verdict_heading(f->verdict), n,
                           class_words(group->class), group->server);
    if (group->trigger)
        g_string_append_printf(out, ", asked for \"%s\"", group->trigger);
    g_string_append_c(out, '\n');
    if (has_confidence(f->verdict))
        g_string_append_printf(out, "   How sure: up to %u of 100 (%s)\n", f->confidence,
                               confidence_level(f->confidence));
    add_taken(out, "   Frames: %s\n", group_frames(group, LINK_SELF, FRAMES_MAX));
    add_taken(out, "   Set off by frame %s\n", group_frames(group, LINK_TRIGGER, FRAMES_MAX));
    add_taken(out, "   What the server really sent: frame %s\n",
              group_frames(group, LINK_GENUINE, FRAMES_MAX));
    add_evidence(out, f);
    if (f->innocent)
        g_string_append_printf(out, "   What else could explain it: %s\n", f->innocent);
}

static void
add_groups(GString *out, const results_t *results)
{
    GPtrArray *groups = results_groups(results);

    for (unsigned i = 0; i < groups->len && i < GROUPS_MAX; i++)
        add_group(out, g_ptr_array_index(groups, i), i + 1);
    if (groups->len > GROUPS_MAX)
        g_string_append_printf(out, "\nAnd %u more, less sure or with fewer packets.\n",
                               groups->len - GROUPS_MAX);
    g_ptr_array_free(groups, TRUE);
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
    g_string_append(out, "- packets changed on their way, and all that these detectors do not look at:");
    for (unsigned d = 0; d < N_DETECTORS; d++)
        if (results->enabled[d])
            g_string_append_printf(out, " %s", detector_name((detector_id_t)d));
    g_string_append_c(out, '\n');
}

void
write_report(GString *out, const results_t *results)
{
    add_head(out, results);
    add_verdict(out, results);
    add_groups(out, results);
    if (results->judged)
        add_limits(out, results);
}
