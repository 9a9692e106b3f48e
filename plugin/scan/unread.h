/* unread.h
 * What interference-scan does not read itself, and tshark does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "../results/results.h"

typedef enum {
    UNREAD_LINK,        /* a link layer, or a form of it, that is not known here */
    UNREAD_TUNNEL,      /* the same of a protocol that carries packets in packets */
    UNREAD_FRAGMENTS,   /* so many fragments of IP packets that some were given up */
    UNREAD_NESTED,      /* more layers than are followed */
    UNREAD_QUIC,        /* the server name of a QUIC connection */
    UNREAD_DECODE_AS,   /* all: the user says how to decode something */
    N_UNREAD
} unread_t;

/* How often: of each kind. */
typedef uint64_t unread_counts_t[N_UNREAD];

/* The same as results have it. */
gap_t unread_gap(const unread_counts_t counts, unread_t why);
bool  unread_any(const unread_counts_t counts);
