/* layers.h
 * What the layers of a packet share: each is a function that reads its header, drops it from the rest and
 * says which layer comes next. Which number means which layer is in tables, one for each kind of number.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "unwrap.h"

#include <glib.h>

/* The layer that comes next; NULL in it: nothing. */
typedef struct layer {
    struct layer (*read)(unwrap_t *u);
} layer_t;

typedef struct {
    uint32_t number;
    layer_t  layer;
} layer_row_t;

#define LAYER(function) ((layer_t){ function })
#define LAYER_NONE      LAYER(NULL)
#define LAYER_FIND(table, number) layer_find(table, G_N_ELEMENTS(table), number)

/* The usual ones come first in a table. */
static inline layer_t
layer_find(const layer_row_t *rows, size_t n, uint32_t number)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].number == number)
            return rows[i].layer;
    return LAYER_NONE;
}

/* Says that what follows is not read here. */
layer_t layer_unread(unwrap_t *u, unread_t why);
/* The same as a layer, for tables. */
layer_t read_unread_link(unwrap_t *u);
layer_t read_unread_tunnel(unwrap_t *u);

/* Notes the Ethernet address of whoever put the frame on the link. */
static inline void
layer_note_sender(unwrap_t *u, const uint8_t *address)
{
    u->obs.link_src = 0;
    memcpy(&u->obs.link_src, address, 6);
}

/* Reads a piece of the packet at hand, and what is in it, by itself. */
void layer_walk(unwrap_t *u, layer_t layer, piece_t piece);

/* ---- links.c ---- */

enum { ETHERNET_LENGTH_MAX = 1500, PPP_IN_HDLC = 0xff03 };

layer_t link_layer(int link_type);          /* libwiretap's number */
layer_t ethertype_layer(uint32_t type);
layer_t read_ethernet(unwrap_t *u);
layer_t read_llc(unwrap_t *u);
layer_t read_ppp(unwrap_t *u);              /* after what comes before its protocol field */
layer_t read_ppp_hdlc(unwrap_t *u);

/* ---- wlan.c ---- */

layer_t read_wlan(unwrap_t *u);             /* without a checksum at its end */
layer_t read_wlan_swapped(unwrap_t *u);     /* as CAPWAP has it */
layer_t read_radiotap(unwrap_t *u);

/* ---- ip.c ---- */

layer_t read_ip(unwrap_t *u);               /* whichever version it says it is */
layer_t read_ipv4(unwrap_t *u);             /* but Wireshark takes a 6 here, too */
layer_t read_ipv6(unwrap_t *u);
layer_t ip_protocol_layer(uint32_t protocol);

/* ---- tunnels.c ---- */

layer_t udp_tunnel(const observation_t *obs);   /* by its ports */
bool    tcp_carries_packets(const observation_t *obs);
layer_t read_mpls(unwrap_t *u);
layer_t read_gre(unwrap_t *u);
layer_t read_etherip(unwrap_t *u);
layer_t read_pim(unwrap_t *u);
