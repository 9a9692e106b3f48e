/* stages/stages.h
 * How far a connection came before it broke off, as a server sees it: the 19 sequences of Sundara
 * Raman et al., "Global, Passive Detection of Connection Tampering", SIGCOMM 2023.
 *
 * A stage says in which order packets came, not who sent them. Most connections that show one were
 * broken off by their own client. So it is no sign: no verdict and no confidence depends on it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "verdict/finding.h"

typedef struct engine engine_t;

/* Only this many packets of the client are looked at, resets included. */
#define STAGE_PACKETS 10

/* A client that is silent for less may only be slow; the paper's limit. */
#define STAGE_SILENCE_NS INT64_C(3000000000)
/* So often the server has to repeat something in vain before silence is believed. */
#define STAGE_REPEATS 3

typedef enum {
    STAGE_NONE,                 /* ended in another way, or cannot be told */
    STAGE_SYN_NOTHING, STAGE_SYN_RST, STAGE_SYN_RST_ACK, STAGE_SYN_BOTH,
    STAGE_ACK_NOTHING, STAGE_ACK_RST, STAGE_ACK_RSTS, STAGE_ACK_RST_ACK, STAGE_ACK_RST_ACKS,
    STAGE_PSH_NOTHING, STAGE_PSH_RST, STAGE_PSH_RST_ACK, STAGE_PSH_BOTH, STAGE_PSH_RST_ACKS,
    STAGE_PSH_RST_EQUAL, STAGE_PSH_RST_DIFFER, STAGE_PSH_RST_ZERO,
    STAGE_DATA_RST, STAGE_DATA_RST_ACK,
    STAGE_OTHER,                /* broken off early, but like none of the 19 */
    N_STAGES
} server_stage_t;

/* What the client sent, in the order of its packets. */
typedef enum {
    PHASE_SYN,                  /* nothing but its SYN */
    PHASE_ACK,                  /* no data */
    PHASE_PSH,                  /* its first data, to the first PSH */
    PHASE_DATA,                 /* more data */
    N_PHASES
} phase_t;

/* What the client's direction showed. Counters may saturate. */
typedef struct {
    bool    syn;                /* its SYN was captured */
    bool    fin;                /* it closed before the first reset */
    phase_t phase;              /* when the first reset came, or the silence began */
    uint8_t packets;            /* of the client until then, resets left out */
    uint8_t rst, rst_ack;       /* resets without and with the ACK flag */
    bool    zero, differ;       /* of those without: an acknowledgement number is 0; they are not all equal */
    bool    silent;             /* no reset; the server waited and repeated itself in vain */
    bool    data_last;          /* its last packet before the silence carried data */
} stage_facts_t;

typedef struct {
    const char *id;             /* stable, as published in interference.stage */
    const char *sequence;       /* the paper's name of it, in ASCII */
    phase_t     phase;
    const char *meaning;        /* what the server saw */
    const char *innocent;       /* who does that without interference */
    const char *published;      /* what was said of it, with the source; "" */
} stage_row_t;

/* What the paper counted of one phase. Shares in per mille; 0: no figure at hand. */
typedef struct {
    const char *name, *meaning;
    unsigned    share;          /* of the connections that were possibly tampered with */
    unsigned    matched;        /* of these, how many show one of the 19 sequences */
} phase_row_t;

/* Pure: the sequence that these facts make. */
server_stage_t stage_of(const stage_facts_t *facts);

/* NULL for STAGE_NONE and beyond the last. */
const stage_row_t *stage_row(server_stage_t stage);
const phase_row_t *phase_row(phase_t phase);

/* How connections ended that were captured at their server, from the SYN on. Each is counted
 * once, with what it shows last. Those of which nothing but a SYN and one answer was seen are left out. */
typedef struct {
    uint64_t flows;             /* connections looked at */
    uint64_t stage[N_STAGES];   /* of these; [STAGE_NONE] is not filled in */
} stage_counts_t;
const stage_counts_t *engine_stages(const engine_t *engine);

/* Adds the stage that a connection shows so far to the facts about one of its client's resets. */
void stages_say(const engine_t *engine, const flow_t *flow, facts_t *facts);
