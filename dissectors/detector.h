/* detector.h
 * What the files of the signature families share: the engine's state and their entry points.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "state/quic_flows.h"
#include "engine.h"
#include "state/flow.h"
#include "verdict/judge.h"
#include "verdict/report.h"
#include "state/names.h"
#include "state/syns.h"
#include "verdict/where.h"

typedef struct resets resets_t;     /* reset/cases.c */
typedef struct queries queries_t;   /* dns/cases.c */
typedef struct answers answers_t;   /* data/cases.c */
typedef struct requests requests_t; /* state/asked.c */
typedef struct stages stages_t;     /* stages/cases.c */
typedef struct handshakes handshakes_t; /* handshake/cases.c */
typedef struct silences silences_t; /* silence/cases.c */
typedef struct unanswered unanswered_t; /* unanswered.c */

#define DNS_PORT 53

/* What about a TCP packet makes a detector look at it. Worked out once for each packet, so that most
 * detectors are not called for most packets. */
enum {
    SEES_RESETS      = HAS_RESETS,          /* a reset, or a packet of a flow that has had one */
    SEES_REPEATS     = HAS_REPEATS,         /* of a flow in which something was sent again */
    SEES_HANDSHAKE   = HAS_TWO_SYN_ACKS,    /* a SYN or SYN/ACK, or a packet of a flow with two SYN/ACKs */
    SEES_DNS         = 0x08,    /* payload from or to port 53 */
    SEES_STRANGE_TTL = 0x10,    /* a TTL unlike the first of its sender in this flow */
    SEES_ANSWERS     = 0x20,    /* from the server, neither SYN nor reset */
    SEES_OLD         = 0x40,    /* data, SYN or FIN that lie before what the sender has sent already */
    SEES_GAP         = 0x80,    /* from a server that has sent no data: beyond what was seen of it */
    SEES_FIRST_DATA  = 0x100,   /* from a server: its first */
    SEES_COMBINATIONS = 0x200,
};

struct segment;

struct engine {
    limits_t      limits;
    bool          enabled[N_DETECTORS];
    void        (*segment[N_DETECTORS])(engine_t *, struct segment *);      /* of those enabled */
    uint8_t       wants[SEES_COMBINATIONS]; /* which of them, a bit each, by what is seen */
    void        (*datagram[N_DETECTORS])(engine_t *, const observation_t *);
    unsigned      n_segment, n_datagram;
    store_t      *store;
    host_table_t *hosts;
    flow_table_t *flows;
    names_t      *names;
    syns_t       *syns;
    resets_t     *resets;
    queries_t    *queries;
    answers_t    *answers;
    requests_t   *requests;
    stages_t     *stages;
    handshakes_t *handshakes;
    silences_t   *silences;
    unanswered_t *unanswered;
    datagrams_t  *datagrams;
    datagram_flow_t *datagram_flow; /* of the UDP datagram at hand; NULL: not one of these */
    bool          datagram_from_client;
    fingerprints_t *fingerprints;   /* NULL: none to compare with */
    uint32_t      last_frame;
    int64_t       last_time;
    unsigned      vantages[N_VANTAGES];     /* handshakes that speak for each */
    const observation_t *now;   /* during engine_observe() */
    sighting_t   *sightings;    /* of SIGHTINGS, by frame modulo their number */
    engine_counts_t counts;
    GArray       *scratch;      /* of evidence_t, for one judgement at a time */
    bool          flow_limit_told, host_limit_told, datagram_limit_told, numbers_reused;
};

/* One packet of a flow and the two ends' states before it. */
typedef struct segment {
    const observation_t *obs;
    flow_t              *flow;
    direction_t         *sender, *peer; /* of the flow; pointers, because compilers work them out again and again */
    unsigned             end;       /* that sent it */
    unsigned             seen;      /* SEES_* */
    bool                 forged;    /* set by a detector: its header says nothing about the host */
} segment_t;

/* A family of signatures. Unused entries are NULL. */
typedef struct {
    const char *name;
    unsigned    sees;                                       /* SEES_*, any of them; 0: all segments */
    void (*segment)(engine_t *, segment_t *);               /* a TCP packet, before it is learnt */
    void (*datagram)(engine_t *, const observation_t *);    /* a UDP packet */
    void (*quote)(engine_t *, const observation_t *);       /* a packet quoted by an ICMP error */
    const signature_t *(*signature)(unsigned index);        /* NULL beyond the last */
} detector_t;

/* Marks the rare part of a detector: kept out of the function that every packet goes through, so that
 * this one stays small. */
#define RARELY_RUN G_GNUC_NO_INLINE

extern const detector_t detector_ttl, detector_dns, detector_reset, detector_data,
                        detector_handshake, detector_silence;

resets_t  *resets_new(unsigned max);
void       resets_free(resets_t *resets);
/* The flow's ports begin a new connection, or its slot is needed. */
void       resets_forget(resets_t *resets, flow_t *flow);
/* The last packet towards this end, if it died on the way; frame 0 if not. */
dead_probe_t resets_died(const resets_t *resets, const flow_t *flow, unsigned end);

stages_t  *stages_new(void);
void       stages_free(stages_t *stages);
void       stages_forget(stages_t *stages, flow_t *flow);
/* Counts a connection once it is known where it was captured. */
void       stages_count_flow(engine_t *engine, flow_t *flow);
/* Takes a reset, after the detectors. */
void       stages_reset(engine_t *engine, const segment_t *s);
/* Takes another packet, before it is learnt, while the client has sent less than STAGE_PACKETS. */
void       stages_segment(engine_t *engine, const segment_t *s);
/* Adds the stage that a connection shows so far to the finding of one of its client's resets. */
void       stages_say(const engine_t *engine, const flow_t *flow, finding_t *finding);

answers_t *answers_new(void);
void       answers_free(answers_t *answers);
void       answers_forget(answers_t *answers, flow_t *flow);

handshakes_t *handshakes_new(void);
void          handshakes_free(handshakes_t *handshakes);
void          handshakes_forget(handshakes_t *handshakes, flow_t *flow);

queries_t *queries_new(unsigned max);
/* Before unanswered_free(). */
void       queries_free(engine_t *engine);
uint64_t   queries_seen(const queries_t *queries);

silences_t *silences_new(void);
void        silences_free(silences_t *silences);
void        silences_forget(silences_t *silences, flow_t *flow);
/* A SYN was sent again; it was the last packet taken. */
void        silence_syn(engine_t *engine, const half_open_t *half_open);
/* One that was sent again is followed by another packet of its connection. */
void        silence_syn_answered(engine_t *engine, const half_open_t *half_open, const observation_t *obs);

unanswered_t *unanswered_new(void);
void          unanswered_free(unanswered_t *unanswered);

requests_t *requests_new(void);
void        requests_free(requests_t *requests);
void        requests_forget(requests_t *requests, flow_t *flow);
/* Notes what the client of a flow asks for, from a segment with payload. */
void        requests_observe(engine_t *engine, const segment_t *s);
/* What the flow's client asked for last, as text to show; NULL when that is not known. */
const char *request_text(engine_t *engine, const flow_t *flow);
/* The Host of an HTTP request, to compare names with; NULL where there is none. */
const char *request_host(const engine_t *engine, const flow_t *flow);
/* The same text of a flow that begins with a QUIC Initial. */
const char *datagram_request_text(engine_t *engine, const datagram_flow_t *flow);

/* The flow of a packet and which end sent it; NULL where nothing of it was seen before. */
flow_t *engine_flow(engine_t *engine, const observation_t *obs, unsigned *end);
