/* engine.h
 * The way of a packet: observation in, findings out. plugin/ calls these functions and no other
 * part of dissectors/ but the store.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/kept.h"
#include "detectors.h"
#include "fingerprints/fingerprints.h"
#include "observation.h"
#include "verdict/store.h"

/* How much may be remembered. Reaching a limit never changes what was said before; it leaves a
 * notice at the frame where it happened. Sizes: docs/architecture.md, Bounds. */
typedef struct {
    unsigned flows;         /* TCP connections */
    unsigned half_open;     /* connections that have shown a SYN and nothing else */
    unsigned hosts;         /* addresses remembered for the whole file */
    unsigned queries;       /* DNS transactions of the last minute */
    unsigned resets;        /* resets that later packets may still tell more about */
    unsigned findings;      /* of which more than the verdict is remembered */
    vantage_t vantage;      /* no limit: where the capture was taken, if the user says so */
    bool     all_observations;  /* no limit: also say what weighs too little to be worth a line */
} limits_t;

#define LIMITS_DEFAULT \
    { .flows = 524288, .half_open = 65536, .hosts = 262144, .queries = 65536, .resets = 16384, \
      .findings = 16384 }

typedef struct engine engine_t;

/* What was looked at, and what stood in the way. */
typedef struct {
    uint64_t tcp, udp;      /* packets, those quoted in ICMP errors left out */
    uint64_t icmp_quotes;   /* packets quoted in ICMP errors */
    uint64_t cut_headers;   /* TCP packets captured too short to read their header */
    uint64_t cut_payloads;  /* packets of which not all payload was captured */
    uint64_t damaged;       /* packets whose checksum is wrong while their sender's others are right; not judged, not
                             * learnt from. Only of resets, SYN/ACKs, and what a detector finds odd is it known */
    uint64_t to_itself;     /* packets from a machine to itself, of 127.0.0.0/8 among them; of these only data are
                             * judged, by what no stack does whoever is on the way */
    uint64_t connections;   /* TCP, begun again on the same ports included */
    uint64_t transactions;  /* DNS queries with their answers */
    uint64_t forgotten;     /* connections given up because a limit was reached */
    /* Of the connections still remembered: */
    uint64_t one_sided;     /* only one end was captured, and it sent more than a SYN */
    uint64_t unanswered;    /* a SYN and nothing else */
    uint64_t no_beginning;  /* begun before the capture */
    bool     numbers_reused;/* a read filter had frames share their numbers: see store_confirm() */
} engine_counts_t;

/* enabled: by detector_id_t. Both arguments are copied. */
engine_t *engine_new(const limits_t *limits, const bool enabled[N_DETECTORS]);
void      engine_free(engine_t *engine);

/* Lists of block pages and forged addresses to compare with, finished; taken over. Before the first
 * packet; without a call there are none. What could not be loaded becomes a notice on frame 1. */
void      engine_set_fingerprints(engine_t *engine, fingerprints_t *fingerprints);

/* Takes one packet. Packets come in capture order; several per frame (tunnels) are fine: a frame
 * that has something said about an outer packet has it replaced by what is said about the inner. */
void engine_observe(engine_t *engine, const observation_t *obs);

/* True when the UDP datagram just taken is a client's QUIC Initial whose server name is not known yet:
 * Wireshark, which can decrypt it, may then tell it with the next function. */
bool engine_wants_request(engine_t *engine, const observation_t *obs);

/* The ClientHello that this datagram completed: its server name, length 0 when it has none, and
 * whether there is an encrypted_client_hello extension. */
void engine_note_request(engine_t *engine, const observation_t *obs, const uint8_t *name, size_t length,
                         bool ech);

store_t *engine_store(const engine_t *engine);

engine_counts_t engine_counts(const engine_t *engine);
bool            engine_enabled(const engine_t *engine, detector_id_t detector);

/* The rows of the catalogue of one detector: n is set to their number. For documents and tests. */
const signature_t *detector_signature(detector_id_t detector, unsigned index);
/* What filters call it, its title, and what it looks for; not of followers. */
const char        *detector_name(detector_id_t detector);
const char        *detector_title(detector_id_t detector);
const char        *detector_sees(detector_id_t detector);

/* What is kept of a capture, and how much at most: all rows, NULL beyond the last. For documents. */
const kept_t      *engine_kept(unsigned index);
