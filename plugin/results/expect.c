/* expect.c
 * Findings in the format of expectations, all of each: see docs/expectations.md.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "results.h"

static void
add_link(GString *out, const char *name, uint32_t frame)
{
    if (frame)
        g_string_append_printf(out, " %s=%u", name, frame);
}

static void
add_signatures(GString *out, const GArray *evidence)
{
    for (unsigned i = 0; i < evidence->len; i++)
        g_string_append_printf(out, "%s%s", i ? "," : " signatures=",
                               g_array_index(evidence, evidence_t, i).signature->id);
}

static void
add_line(GString *out, const finding_t *f)
{
    if (f->verdict == VERDICT_NONE)
        g_string_append_printf(out, "%u notice", f->frame);
    else
        g_string_append_printf(out, "%u %s %s", f->frame, verdict_name(f->verdict), class_name(f->class));
    if (has_confidence(f->verdict))
        g_string_append_printf(out, " %u", f->confidence);
    add_link(out, "forged_frame", f->forged_frame);
    add_link(out, "genuine_frame", f->genuine_frame);
    add_link(out, "trigger_frame", f->trigger_frame);
    add_signatures(out, f->evidence);
    if (f->trigger && *f->trigger)
        g_string_append_printf(out, " trigger=%s", f->trigger);
    g_string_append_c(out, '\n');
}

void
write_expect(sink_t *sink, const results_t *results)
{
    g_string_append(sink->text, "exact\n");
    for (unsigned i = 0; i < results->findings->len; i++) {
        add_line(sink->text, g_ptr_array_index(results->findings, i));
        sink_pass(sink);
    }
}
