/* sequence_compat.h
 * Wireshark exports its flow graphs to plugins, but its packages do not bring their header,
 * epan/sequence_analysis.h. This is as much of it as is needed: prototypes, and the beginnings of two
 * structures that Wireshark allocates. They were compared with the code of libwireshark 4.0.17, 4.4 and
 * 4.6 (offsets in sequence_analysis_use_color_filter() and _list_sort(), sizes in
 * _create_sai_with_addresses()); only the size of bool differs between these.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <epan/address.h>
#include <epan/packet_info.h>
#include <epan/tap.h>

typedef struct {
    uint32_t    frame;
    address     source;
    uint16_t    source_port;
    address     destination;
    uint16_t    destination_port;
    char       *label, *time, *comment;     /* g_malloc(), freed with the item */
    uint16_t    conversation;
    unsigned    foreground, background;
    pref_bool_t has_colour;
    pref_bool_t display;
    unsigned    source_node, destination_node;
    uint16_t    line_style;
    /* more that is not touched here */
} sequence_item_t;

typedef struct {
    const char *name;
    pref_bool_t any_address;
    int         conversations;
    GQueue     *items;
    /* more that is not touched here */
} sequence_t;

WS_DLL_PUBLIC void register_seq_analysis(const char *name, const char *ui_name, const int proto_id,
                                         const char *tap_listener, unsigned tap_flags, tap_packet_cb tap);
WS_DLL_PUBLIC sequence_item_t *sequence_analysis_create_sai_with_addresses(packet_info *pinfo,
                                                                           sequence_t *sequence);
WS_DLL_PUBLIC void sequence_analysis_use_color_filter(packet_info *pinfo, sequence_item_t *item);

/* NULL for a packet without addresses. */
static inline sequence_item_t *
sequence_item_new(packet_info *pinfo, void *sequence)
{
    return sequence_analysis_create_sai_with_addresses(pinfo, sequence);
}

static inline void
sequence_add(void *sequence, sequence_item_t *item)
{
    g_queue_push_tail(((sequence_t *)sequence)->items, item);
}
