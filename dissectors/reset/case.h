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
    uint64_t    station;        /* that put it on the link, see observation_t; 0: not known */
    ip_header_t ip;
    uint32_t    seq, ack;
    uint16_t    flags;          /* TCP_* */
    uint16_t    window;
    uint32_t    length;         /* payload bytes */
    uint32_t    tsval, tsecr;
    bool        has_timestamps;
    bool        has_options;
    uint8_t     payload_kept;
    uint8_t     payload[RESET_PAYLOAD_KEPT];
} reset_t;

/* Equalities that can be an accident: how often resets of this capture could have shown one, and did. */
typedef enum {
    NO_CHANCE,
    CHANCE_IP_ID,               /* the IP ID of the packet that is answered, or one more */
    CHANCE_LOCKSTEP,            /* the same window - TTL as another reset with another TTL */
    CHANCE_TTL,                 /* a TTL that differs from another reset's as those of the answered packets do */
    CHANCE_TURKMENISTAN,        /* one IP ID */
    CHANCE_GFW3,                /* one of 28 IP IDs */
    N_CHANCES
} chance_t;

typedef struct {
    uint32_t tested, alike;
} record_t;

/* Connections of one client with one port of a server, by the name that was asked for. */
typedef struct {
    unsigned    cut;            /* ended by a reset in place of an answer, this one included; all for this name */
    unsigned    passed;         /* answered, all for other names; none for this one */
    uint32_t    passed_frame;   /* an answer */
    const char *name, *passed_name;     /* made safe to show in reset/cases.c; out of contrast.c as in names.h */
} contrast_t;

typedef struct {
    reset_t     reset;
    unsigned    end;            /* of the flow, that it claims to come from */
    direction_t sender;         /* what that end had sent before; see sender_is_later */
    direction_t peer;           /* what the other end had sent before */
    bool        opener;         /* that end opened the connection */
    bool        sender_is_later;/* nothing before: sender holds what it sent afterwards */
    bool        offer_unknown;  /* the client's SYN was not captured, or not all of the flow readable */
    bool        at_sender;      /* captured where the claimed sender sits: its packets are its own */
    bool        at_an_end;      /* captured where one of the two sits: the other's forgeries go elsewhere */
    bool        unread;         /* a segment before it could not be read */
    bool        after_own_reset;/* the sender has already reset the connection, for all that is known itself */
    uint32_t    request_frame;  /* the client's last request, 0: none before the reset */
    uint32_t    answered_seq;   /* sequence number that the peer's last packet ended at */

    reset_t     previous;       /* the sender's reset before this one, with no packet in between */
    uint8_t     burst;          /* resets like this one within BURST_NS, itself included, copies left out */
    struct { uint32_t frame; uint16_t ip_id, window; uint8_t ttl; } next;   /* the one after it in its burst */
    uint32_t    changed_frame;  /* a later reset that steps beyond all that was sent; 0: none */
    uint32_t    changed_step;   /* by how much */
    uint32_t    flavour_frame;  /* a reset of the other kind in the same burst; 0: none */
    uint32_t    reverse_frame;  /* a reset the other way, at the same moment; 0: none */
    uint32_t    again_frame;    /* another RST/ACK out of the socket that this one closed; 0: none */

    uint32_t    syn_ack_frame;  /* of the sender, to the SYN that was reset; 0: none */
    int64_t     syn_ack_delay;  /* ns after the reset */
    uint64_t    syn_ack_station;/* see reset_t */
    uint32_t    data_frame;     /* of the sender, new data, a new acknowledgement or a FIN; 0: none */
    int64_t     data_delay;     /* ns after the reset */
    bool        data_continues; /* its IP ID or timestamps go on from before the reset */
    bool        data_answers;   /* it acknowledges what the reset answers: whoever reset it let that pass */
    uint32_t    unmoved_frame;  /* the sender goes on and never acknowledges what was answered; 0: none */
    uint32_t    ignored_frame;  /* the receiver goes on with new data or a new acknowledgement; 0: none */
    uint32_t    died_frame;     /* ICMP error: the answered packet died on the way; 0: none */
    dead_probe_t died;          /* the same with its place */

    ttl_memory_t host_ttls;     /* of everything but resets that the claimed sender sent in the capture */
    uint16_t    host_df_set, host_df_clear;
    uint64_t    host_station;   /* all that is known to come from this host came from here; 0: not known */
    uint32_t    host_rtt;       /* us, shortest round trip of its handshakes; 0: none */
    uint8_t     host_rtts;      /* so many handshakes, saturating */
    bool        host_answers;   /* it has answered a request */
    own_resets_t own;           /* of the same kind, with ACK or without */
    contrast_t  contrast;       /* all 0: there is none */
    record_t    record[N_CHANCES];  /* of the capture's other resets */
    uint8_t     counted, counted_alike; /* bits by chance_t: the record of the capture has this one, too */
    bool        taught;         /* host_learn_reset() has this one */
    uint32_t    lockstep_frame; /* another reset in this host's name: same window - TTL, other TTL */
    uint8_t     lockstep_ttl;
    bool        mirror_possible;/* another one answers a packet with another TTL */
    uint32_t    mirror_frame;   /* another one whose TTL follows the TTL it answers; 0: none */
    uint32_t    copied_frame;   /* another one with the IP ID of what it answers; 0: none */
    uint32_t    other_half_frame;   /* proven forgery the other way that this one goes with; 0: none */
    uint8_t     confirmed;      /* later packets of the sender in this flow from where it was before */
    uint32_t    page_frame;     /* forged data in this connection whose IP IDs it goes on from (data/run.h); 0: none */
    uint32_t    same_box_frame; /* proven forgery in this host's name with this header; 0: none */
} reset_case_t;

/* Resets of one burst are not further apart than this (injectors: 77 us to 2 ms apart). */
#define BURST_NS (2 * NS_PER_MS)
/* A second reset belongs to the first within this time (Weaver et al., NDSS 2009). */
#define PAIR_NS (2 * NS_PER_S)

/* Packets of a connection between which nobody sent anything for so long; boxes on the way may have forgotten
 * it. The shortest idle timers in use are a minute. */
#define IDLE_NS (50 * NS_PER_S)

/* Tests every signature and weighs what fired. Pure: reads the case, fills evidence. */
judgement_t reset_judge(const reset_case_t *c, GArray *evidence);

/* The rows of the catalogue; NULL beyond the last. */
const signature_t *reset_signature(unsigned index);

/* Whether this reset could have shown the equality by accident; and whether it does. */
bool reset_tests_chance(const reset_case_t *c, chance_t chance);
bool reset_shows_chance(const reset_case_t *c, chance_t chance);

/* Ten bytes counting 1 to 9 and 0 as payload. */
bool reset_has_counting_bytes(const reset_t *reset);

/* How far away, in hops, the sender of this reset is from the claimed one. False when nothing of the claimed sender
 * is known but a client's SYN: packet tools write those. usual and packets say what it was compared with. */
bool reset_ttl_distance(const reset_case_t *c, uint8_t *distance, uint8_t *usual, unsigned *packets);

/* ---- reset/explain.c ---- */

/* The innocent explanation that fits this case best; static text. */
const char *reset_innocent(const reset_case_t *c, const GArray *evidence);

/* An everyday cause that explains all but a few signs, so that the reset is suspect at most; static text, or
 * NULL. */
const char *reset_excuse(const reset_case_t *c);

/* Two of these: the claimed sender had ended the connection before. */
bool reset_after_end(const reset_case_t *c);
/* The claimed sender, or a NAT there, refuses a single packet by itself. */
bool reset_of_own_filter(const reset_case_t *c);
/* ns without a packet before this reset, or before the packet that it answers. */
int64_t reset_idle(const reset_case_t *c);

/* Its TTL is one of those, give or take one, that the claimed sender uses. */
bool reset_is_near(const reset_case_t *c);
/* Its IP ID goes on from the sender's last one. */
bool reset_has_own_id(const reset_case_t *c);
/* Its timestamp is one that the sender's clock may show. */
bool reset_in_clock(const reset_case_t *c);
/* It comes out of the sender's living socket: with its timestamps, or its IP ID and window. */
bool reset_continues_socket(const reset_case_t *c);
/* What RFC 9293 section 3.10.7.1 has a closed socket send: a number and nothing else. */
bool reset_has_closed_form(const reset_t *reset);
/* In everything but its number it looks like a closed socket of the sender's. */
bool reset_may_be_own(const reset_case_t *c);
/* In form and number it is what a closed socket answers to the peer's last packet. */
bool reset_answers_segment(const reset_case_t *c);
/* Put on the link by another station than the sender's other packets. */
bool reset_of_other_station(const reset_case_t *c);

/* ---- reset/pairs.c ---- */

/* Compares a reset with the earlier ones of its connection, at most 32. Both sides learn; bit i is set where that
 * is news for cases[i]. unread: a segment of the connection could not be read; lost: the capture does not seem to
 * have all that the two ends sent. */
unsigned resets_compare(GPtrArray *cases, reset_case_t *c, bool unread, bool lost);

/* They cross each other on the way and look like one box's work. */
bool resets_are_halves(const reset_case_t *a, const reset_case_t *b);

/* Two resets that one device may have sent in one go. */
bool reset_same_kind(const reset_t *a, const reset_t *b);
/* The same, and both look alike beside what their claimed senders sent. */
bool reset_same_maker(const reset_case_t *a, const reset_case_t *b);
