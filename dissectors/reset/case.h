/* reset/case.h
 * All that is known about one TCP reset: what it says, what its claimed sender sent before and
 * after, and what it answers. reset/cases.c fills it in, reset/signatures.c judges it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "state/flow.h"
#include "verdict/judge.h"
#include "verdict/where.h"

#define RESET_PAYLOAD_KEPT 12

/* A reset's own header: what identifies the box that sent it. */
typedef struct {
    uint32_t    frame;          /* 0: there is none */
    int64_t     time;           /* ns */
    ip_header_t ip;
    uint32_t    seq, ack;
    uint16_t    flags;          /* TCP_* */
    uint16_t    window;
    uint32_t    length;         /* payload bytes */
    uint32_t    tsval;
    bool        has_timestamps;
    bool        has_options;
    uint8_t     payload_kept;
    uint8_t     payload[RESET_PAYLOAD_KEPT];
} reset_t;

typedef struct {
    reset_t     reset;
    unsigned    end;            /* of the flow, that it claims to come from */
    direction_t sender;         /* what that end had sent before; see sender_is_later */
    direction_t peer;           /* what the other end had sent before */
    bool        sender_is_later;/* nothing before: sender holds what it sent afterwards */
    bool        offer_unknown;  /* the client's SYN was not captured, or not all of the flow readable */
    bool        at_sender;      /* captured where the claimed sender sits: its packets are its own */
    bool        at_an_end;      /* captured where one of the two sits: the other's forgeries go elsewhere */
    uint32_t    request_frame;  /* the client's last request, 0: none before the reset */
    uint32_t    answered_seq;   /* sequence number that the peer's last packet ended at */

    reset_t     previous;       /* the sender's reset before this one, with no packet in between */
    uint8_t     burst;          /* resets like this one within BURST_NS, itself included */
    struct { uint32_t frame; uint16_t ip_id, window; uint8_t ttl; } next;   /* the one after it in its burst */
    uint32_t    changed_frame;  /* a later reset that steps beyond all that was sent; 0: none */
    uint32_t    changed_step;   /* by how much */
    uint32_t    flavour_frame;  /* a reset of the other kind in the same burst; 0: none */
    uint32_t    reverse_frame;  /* a reset the other way, at the same moment; 0: none */

    uint32_t    syn_ack_frame;  /* of the sender, to the SYN that was reset; 0: none */
    int64_t     syn_ack_delay;  /* ns after the reset */
    uint32_t    data_frame;     /* of the sender, new data or a new acknowledgement; 0: none */
    int64_t     data_delay;     /* ns after the reset */
    bool        data_continues; /* its IP ID or timestamps go on from before the reset */
    uint32_t    died_frame;     /* ICMP error: the answered packet died on the way; 0: none */
    dead_probe_t died;          /* the same with its place */

    ttl_memory_t host_ttls;     /* of everything the claimed sender sent in the capture */
    uint16_t    host_df_set, host_df_clear;
    uint32_t    lockstep_frame; /* another reset in this host's name: same window - TTL, other TTL */
    uint8_t     lockstep_ttl;
    uint32_t    mirror_frame;   /* another one whose TTL follows the TTL it answers; 0: none */
    uint32_t    same_box_frame; /* proven forgery in this host's name with this header; 0: none */
} reset_case_t;

/* Resets of one burst are not further apart than this (injectors: 77 us to 2 ms apart). */
#define BURST_NS (2 * NS_PER_MS)
/* A second reset belongs to the first within this time (Weaver et al., NDSS 2009). */
#define PAIR_NS (2 * NS_PER_S)

/* Tests every signature and weighs what fired. Pure: reads the case, fills evidence. */
judgement_t reset_judge(const reset_case_t *c, GArray *evidence);

/* The innocent explanation that fits this case best; static text. */
const char *reset_innocent(const reset_case_t *c, const GArray *evidence);

/* The rows of the catalogue; NULL beyond the last. */
const signature_t *reset_signature(unsigned index);

/* Ten bytes counting 1 to 9 and 0 as payload. */
bool reset_has_counting_bytes(const reset_t *reset);

/* How far away, in hops, the sender of this reset is from the claimed one. False when nothing of
 * the claimed sender is known. usual and packets say what it was compared with. */
bool reset_ttl_distance(const reset_case_t *c, uint8_t *distance, uint8_t *usual, unsigned *packets);
