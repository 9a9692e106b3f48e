/* sequence.c
 * Findings as a flow graph: Statistics, Flow Graph, "Interference", and -z flow,interference,network. The
 * injector is a node of its own, and forged packets come out of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session.h"

#include "parts.h"
#include "results/results.h"
#include "sequence_compat.h"

static const char injector[] = "injector (suspected)";

static void
set_source_to_injector(sequence_item_t *item)
{
    free_address(&item->source);
    set_address(&item->source, AT_STRINGZ, (int)sizeof injector, injector);    /* static: never freed */
    item->source_port = 0;
}

static tap_packet_status
add_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *tapped, tap_flags_t flags _U_)
{
    const finding_t *f = tapped;

    if (f->verdict == VERDICT_NONE)
        return TAP_PACKET_DONT_REDRAW;
    sequence_item_t *item = sequence_item_new(pinfo, data);
    if (!item)
        return TAP_PACKET_DONT_REDRAW;
    item->frame = pinfo->num;
    item->source_port = f->ends.sport;
    item->destination_port = f->ends.dport;
    item->label = f->verdict == VERDICT_TRIGGER && f->trigger ? g_strdup(f->trigger) : finding_tag(f);
    item->comment = finding_line(f);
    item->line_style = 1;
    item->display = true;
    if (f->verdict == VERDICT_FORGED)
        set_source_to_injector(item);
    sequence_analysis_use_color_filter(pinfo, item);
    sequence_add(data, item);
    return TAP_PACKET_REDRAW;
}

void
sequence_register(void)
{
    register_seq_analysis("interference", "Interference", proto_interference, "interference",
                          TL_REQUIRES_NOTHING, add_packet);
}
