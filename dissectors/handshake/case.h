/* handshake/case.h
 * All that is known about one of two SYN/ACKs that answer the same SYN with different sequence numbers, and
 * of what their claimed sender does afterwards.
 * handshake/cases.c fills it in, handshake/signatures.c judges it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "state/flow.h"
#include "verdict/judge.h"

typedef struct engine engine_t;

/* A SYN/ACK's own header. */
typedef struct {
    uint32_t    frame;          /* 0: there is none */
    ticks_t     time;
    ip_header_t ip;
    uint32_t    seq, ack;
    uint32_t    tsecr;
    uint16_t    window;
    bool        has_timestamps;
    bool        has_options;
} syn_ack_t;

typedef struct {
    syn_ack_t   own;            /* the one to be judged */
    syn_ack_t   other;          /* the other one */
    packet_t    syn;            /* what both answer; frame 0: not captured */
    uint32_t    syn_tsval;      /* its timestamp, where it has one */
    bool        syn_repeated;   /* the client sent its SYN more than once, so each may have its own answer */
    uint32_t    denied_frame;   /* of the sender: a reset for what acknowledges `own`; 0: none */
    ttl_memory_t host_ttls;     /* of everything the claimed sender sent in the capture */
} handshake_case_t;

/* Tests every signature and weighs what fired. Pure: reads the case, fills evidence. */
judgement_t handshake_judge(const handshake_case_t *c, GArray *evidence);

/* How odd a SYN/ACK is apart from contradicting another one, in dB. */
double handshake_oddness(const handshake_case_t *c);

/* The frame of a SYN/ACK called forged whose numbers a segment of the server goes on from, those of the server's own
 * being others; 0: none. */
uint32_t handshake_forged_before(const engine_t *engine, const flow_t *flow, uint32_t seq);

/* The rows of the catalogue; NULL beyond the last. */
const signature_t *handshake_signature(unsigned index);
