/* layers.h
 * What the layers of a packet share: each is a function that reads its header, drops it from the rest and
 * says which layer comes next. Which number means which layer is in tables.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "unwrap.h"

#include <glib.h>

/* Every layer, with its reader. */
#define LAYERS(X) \
    /* links.c */ \
    X(ETHERNET, read_ethernet) X(VLAN, read_vlan) X(PROVIDER_TAG, read_provider_tag) X(VNTAG, read_vntag) \
    X(FABRIC_PATH, read_fabric_path) X(LLC, read_llc) X(FDDI, read_fddi) X(FDDI_SWAPPED, read_fddi_swapped) \
    X(NOTHING, read_nothing) X(PPP, read_ppp) X(PPP_HDLC, read_ppp_hdlc) X(HDLC, read_hdlc) \
    X(PPPOE, read_pppoe) X(RAW_IP, read_raw_ip) X(NULL_FAMILY, read_null) X(LOOP, read_loop) \
    X(SLL, read_sll) X(SLL2, read_sll2) X(NFLOG, read_nflog) X(PKTAP, read_pktap) \
    /* wlan.c */ \
    X(WLAN, read_wlan) X(WLAN_SWAPPED, read_wlan_swapped) X(RADIOTAP, read_radiotap) \
    /* ip.c */ \
    X(IP, read_ip) X(IPV6, read_ipv6) X(OPTIONS, read_options) X(ROUTING, read_routing) \
    X(FRAGMENT, read_fragment) X(AUTHENTICATION, read_authentication) X(MOBILITY, read_mobility) \
    X(TCP, read_tcp) X(UDP, read_udp) X(ICMP, read_icmp) X(ICMPV6, read_icmpv6) \
    /* tunnels.c */ \
    X(VXLAN, read_vxlan) X(VXLAN_GPE, read_vxlan_gpe) X(GENEVE, read_geneve) X(GTP, read_gtp) \
    X(TEREDO, read_teredo) X(L2TP, read_l2tp) X(AYIYA, read_ayiya) X(CAPWAP, read_capwap) \
    X(LISP_CONTROL, read_lisp_control) X(MPLS, read_mpls) X(GRE, read_gre) X(ERSPAN, read_erspan) \
    X(ETHERIP, read_etherip) X(PIM, read_pim) \
    /* unwrap.c */ \
    X(UNREAD_LINK, read_unread_link) X(UNREAD_TUNNEL, read_unread_tunnel)

typedef enum {
    LAYER_NONE,             /* nothing comes next */
#define LAYER_NAME(name, function) LAYER_##name,
    LAYERS(LAYER_NAME)
#undef LAYER_NAME
    N_LAYERS
} layer_t;

#define LAYER_READER(name, function) layer_t function(unwrap_t *u);
LAYERS(LAYER_READER)
#undef LAYER_READER

/* ---- tables.c ---- */

/* Kinds of numbers. */
typedef enum {
    NUMBER_LINK_TYPE,       /* libwiretap's */
    NUMBER_PCAP_LINK_TYPE,  /* libpcap's */
    NUMBER_ETHERTYPE,
    NUMBER_PPP,
    NUMBER_HDLC,            /* Cisco's, in its place */
    NUMBER_ADDRESS_FAMILY,
    NUMBER_IP_PROTOCOL,
    NUMBER_UDP_PORT,
    NUMBER_GRE,
    NUMBER_VXLAN_GPE,
} number_t;

/* LAYER_NONE where a number means none in which there could be IP. */
layer_t layer_of(number_t kind, uint32_t number);
/* What UDP and TCP carry, by their ports. */
layer_t layer_of_datagram(const observation_t *obs);
layer_t layer_of_segment(const observation_t *obs);

/* ---- what readers do besides ---- */

enum { ETHERNET_LENGTH_MAX = 1500, PPP_IN_HDLC = 0xff03 };

/* Reads a piece of the packet at hand, and what is in it, by itself. */
static inline void
layer_walk(unwrap_t *u, layer_t layer, piece_t piece)
{
    u->walk(u, (int)layer, piece);
}

/* Notes the Ethernet address of whoever put the frame on the link. */
static inline void
layer_note_sender(unwrap_t *u, const uint8_t *address)
{
    u->obs.link_src = 0;
    memcpy(&u->obs.link_src, address, 6);
}
