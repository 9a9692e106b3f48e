/* unwrap.h
 * From a frame as it was captured to the IP packets in it: link layers, tunnels, IP. What is not read here
 * is named and counted, never guessed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "fragments.h"
#include "unread.h"

/* What one frame needs on its way, and what is kept from one to the next. Zeroed, with `take`, `context`,
 * `fragments` and `unread` filled in; the frame's number and time are set in `obs` before each. */
typedef struct unwrap {
    observation_t obs;              /* the packet at hand */
    piece_t       rest;             /* what has not been read of it */
    void        (*take)(void *context, const observation_t *obs);   /* called for every TCP and UDP packet */
    void         *context;
    fragments_t  *fragments;
    void        (*walk)(struct unwrap *u, int layer, piece_t piece);    /* set by unwrap_frame() */
    uint32_t      vlan;             /* the first tag's; 0: none */
    bool          fragmented;       /* the rest is the first fragment of something, and the others are not here */
    bool          cut_off;          /* the IPv6 header says that there is more than the rest */
    bool          without_ip;       /* no IP header that could be judged is around the rest */
    unsigned      layers;           /* so far */
    uint64_t     *unread;           /* of N_UNREAD: counted up */
} unwrap_t;

/* Takes one frame of libwiretap's link type. The frame ends with so many bytes of checksum; -1: not known. */
void unwrap_frame(unwrap_t *unwrap, int link_type, int checksum, piece_t frame);
