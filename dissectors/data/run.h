/* data/run.h
 * What one foreign sender writes into a flow, packet after packet: a page, its further segments, its FIN, what it
 * acknowledges. The unit of injected data is the answer, not the segment, so the packets of one share a verdict,
 * whichever of them gives the sender away.
 *
 *      first               next
 *        |-- head --|-- ... --|          a packet that begins within these numbers and has the sender's
 *                                        profile belongs to it, and moves `next` if it ends behind that
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "state/beside.h"
#include "verdict/signature.h"

#define RUN_MAX 64              /* packets that are named */

typedef struct {
    uint32_t frame;
    uint16_t ip_id, window;
    uint16_t flags;             /* TCP_* */
    uint16_t length;            /* payload bytes, saturating */
    uint8_t  ttl, tos;
} run_packet_t;

/* Kept beside its flow. */
typedef struct {
    beside_t     beside;
    GList        link;          /* in a list of those that are kept */
    uint32_t     first, next;   /* sequence numbers */
    uint32_t     proof;         /* the frame that shows the sender to be foreign; 0: none so far */
    bool         pulls;         /* others belong to it; false: it is only known that something was forged here */
    bool         repeats;       /* its header is that of the claimed sender's packet before */
    uint16_t     own_mark;      /* ip_mark() of the claimed sender's last packet before it, if it counts; else 0 */
    uint16_t     bits;          /* BIT_DF and BIT_TIMESTAMPS */
    uint16_t     window_ttl;    /* window less TTL: with some senders both count together */
    bool         low_id;        /* IP ID 0 or 1 */
    unsigned     n;             /* of the next; the first is the head */
    run_packet_t packet[RUN_MAX];
    uint8_t      ttl;           /* of the last one */
} run_t;

/* Begins one with its first packet, where one was or not. sender: what its claimed sender has shown. */
void run_begin(run_t *run, const observation_t *obs, const direction_t *sender);

/* True when a packet is of the same sender and goes on where it was: TTL one off at most, or as far off as the
 * window is, and then over a hole that others of it may fill; don't-fragment, timestamps, and low IP IDs alike, and
 * not an IP ID that goes on where the claimed sender's own were; where the header repeats the claimed sender's,
 * the very IP ID. */
bool run_takes(const run_t *run, const observation_t *obs);

/* Adds one that it takes. */
void run_add(run_t *run, const observation_t *obs);

/* The frame of a forged packet from which a reset in the same name goes on, in its sequence numbers and with the next
 * IP ID; 0: none. */
uint32_t run_goes_on(const run_t *run, uint32_t seq, const ip_header_t *ip);
