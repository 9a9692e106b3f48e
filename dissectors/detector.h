/* detector.h
 * What the files of the signature families share: the engine's state and their entry points.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "engine.h"
#include "flow.h"
#include "judge.h"

typedef struct resets resets_t;     /* reset.c */
typedef struct queries queries_t;   /* dns.c */

struct engine {
    limits_t      limits;
    bool          enabled[N_DETECTORS];
    store_t      *store;
    host_table_t *hosts;
    flow_table_t *flows;
    resets_t     *resets;
    queries_t    *queries;
    uint32_t      last_frame;
    int64_t       last_time;
    bool          flow_limit_told;
};

/* One packet of a flow and the two ends' states before it. */
typedef struct {
    const observation_t *obs;
    flow_t              *flow;
    unsigned             end;       /* that sent it */
} segment_t;

/* A family of signatures. Unused entries are NULL. */
typedef struct {
    const char *name;
    void (*segment)(engine_t *, const segment_t *);         /* a TCP packet, before it is learnt */
    void (*datagram)(engine_t *, const observation_t *);    /* a UDP packet */
    void (*quote)(engine_t *, const observation_t *);       /* a packet quoted by an ICMP error */
    const signature_t *(*signature)(unsigned index);        /* NULL beyond the last */
} detector_t;

extern const detector_t detector_ttl, detector_dns, detector_reset;

resets_t  *resets_new(unsigned max);
void       resets_free(resets_t *resets);
/* The flow's ports begin a new connection, or its slot is needed. */
void       resets_forget(resets_t *resets, flow_t *flow);

queries_t *queries_new(unsigned max);
void       queries_free(engine_t *engine);

/* The finding of a frame, with verdict, class and confidence set; NULL when the verdict already
 * there is a higher one. What was once called forged stays so: a run that prints frames as they
 * come and one that reads the file twice must agree. */
finding_t *publish(engine_t *engine, uint32_t frame, int64_t time, verdict_t verdict,
                   class_t class, uint8_t confidence);

/* What to do with a judgement: its verdict, or VERDICT_SUSPECT for the slightest observation when the
 * user wants to see them all. */
verdict_t shown_verdict(const engine_t *engine, judgement_t j, const GArray *evidence);

/* Leaves a notice at the first frame where a limit was reached. */
void notice_limit(engine_t *engine, const observation_t *obs, bool *told, const char *text);
