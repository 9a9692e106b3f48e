/* sequence.c
 * Findings as a flow graph: Statistics, Flow Graph, "Interference", and -z flow,interference,network. The
 * injector is a node of its own, and forged packets come out of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session.h"

#include <epan/to_str.h>

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

/* Wireshark has room for so many columns, and writes beyond it. */
#define COLUMNS_MAX 40

/* Of the graph that is being made. */
static GHashTable *columns;         /* set of addresses as text */
static bool        told;            /* that there are too many */

static bool
has_column(const address *end)
{
    char *text = address_to_str(NULL, end);
    bool has = g_hash_table_contains(columns, text);

    wmem_free(NULL, text);
    return has;
}

static void
add_column(const address *end)
{
    char *text = address_to_str(NULL, end);

    g_hash_table_add(columns, g_strdup(text));
    wmem_free(NULL, text);
}

/* Takes what a packet needs; false where there is none left. */
static bool
take_columns(const sequence_t *sequence, const sequence_item_t *item)
{
    if (g_queue_is_empty(sequence->items)) {
        g_hash_table_remove_all(columns);
        told = false;
    }
    unsigned needed = !has_column(&item->source) + !has_column(&item->destination);
    if (g_hash_table_size(columns) + needed > COLUMNS_MAX)
        return false;
    add_column(&item->source);
    add_column(&item->destination);
    return true;
}

/* The last packet before those that are not drawn says so. */
static void
tell_limit(const sequence_t *sequence)
{
    static const char limit[] = "More than " G_STRINGIFY(COLUMNS_MAX) " addresses: not all that follows is drawn. ";
    sequence_item_t *last = g_queue_peek_tail(sequence->items);

    if (told || !last)
        return;
    told = true;
    char *comment = g_strconcat(limit, last->comment, NULL);
    g_free(last->comment);
    last->comment = comment;
}

static void
free_item(sequence_item_t *item)
{
    free_address(&item->source);
    free_address(&item->destination);
    g_free(item->label);
    g_free(item->time);
    g_free(item->comment);
    g_free(item);
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
    item->comment = finding_brief(f);
    item->line_style = 1;
    item->display = true;
    if (f->verdict == VERDICT_FORGED)
        set_source_to_injector(item);
    if (!take_columns(data, item)) {
        tell_limit(data);
        free_item(item);
        return TAP_PACKET_DONT_REDRAW;
    }
    sequence_analysis_use_color_filter(pinfo, item);
    sequence_add(data, item);
    return TAP_PACKET_REDRAW;
}

void
sequence_register(void)
{
    columns = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    register_seq_analysis("interference", "Interference", proto_interference, "interference",
                          TL_REQUIRES_NOTHING, add_packet);
}
