/* unwrap.h
 * From a frame as it was captured to the IP packets in it: link layers, tunnels, IP. What is not read here
 * is named and counted, never guessed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "../headers.h"

/* Why a packet, or what it carries, was not read. */
typedef enum {
    UNREAD_LINK,        /* a link layer that is not known here */
    UNREAD_FRAGMENT,    /* fragments of an IP packet have to be put together */
    UNREAD_NESTED,      /* more layers than are followed */
    N_UNREAD
} unread_t;

/* Everything that one frame needs on its way, and what is kept from one to the next. */
typedef struct unwrap unwrap_t;
struct unwrap {
    observation_t obs;              /* the packet at hand; with frame and time from the caller */
    piece_t       rest;             /* what has not been read of it */
    void        (*take)(void *context, const observation_t *obs);   /* called for every TCP and UDP packet */
    void         *context;
    uint64_t      unread[N_UNREAD]; /* how often */
};

/* Takes one frame. link_type is libwiretap's; the frame's number and time are set in unwrap->obs. */
void unwrap_frame(unwrap_t *unwrap, int link_type, piece_t frame);
