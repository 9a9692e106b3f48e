/* verdict/report.h
 * The way out: what a family has found becomes the finding of a frame, linked with the findings of other
 * frames. Nothing else writes findings.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "fingerprints/fingerprints.h"
#include "state/flow.h"
#include "state/oldest.h"
#include "verdict/judge.h"

typedef struct engine engine_t;

/* When a packet came and from how far: enough to name one that is only linked with a finding. */
typedef struct {
    int64_t  time;
    uint32_t frame;         /* 0: none */
    uint8_t  ttl;
} sighting_t;

/* The last packets are remembered like this; a power of two. */
#define SIGHTINGS 32768

/* Remembers the packet at hand. */
void report_sighting(engine_t *engine, const observation_t *obs);

/* The finding of a frame, with verdict, class and confidence set; NULL when the verdict already
 * there is a higher one. What was once called forged stays so: a run that prints frames as they
 * come and one that reads the file twice must agree. Who speaks to whom is filled in where the frame is
 * the one at hand; of an earlier one the caller says it (finding->ends, before publish_links()). */
finding_t *publish(engine_t *engine, uint32_t frame, int64_t time, verdict_t verdict,
                   class_t class, uint8_t confidence);

/* What an observation says of its frame; of one quoted in an ICMP error, what the error says. */
ends_t ends_of(const observation_t *obs);
/* A packet of a flow, from one of its ends. */
ends_t ends_of_flow(const flow_t *flow, unsigned from, uint8_t ttl);

/* Publishes a judgement with its evidence, which is moved to the finding or dropped: the array is
 * empty afterwards. NULL when there is nothing worth saying. */
finding_t *publish_judgement(engine_t *engine, uint32_t frame, int64_t time, class_t class,
                             judgement_t judgement, GArray *evidence);

/* Names the packet that set a forged one off, and the genuine one, on all three frames. 0: none. */
void publish_links(engine_t *engine, finding_t *forged, uint32_t trigger, uint32_t genuine);

/* Marks a genuine frame that shows another one to be forged: the real answer, or an ICMP error.
 * Its finding, or NULL where there is none or something worse is said about the frame. */
finding_t *publish_witness(engine_t *engine, const finding_t *forged, uint32_t frame);

/* The entry of a list that a finding is about, as five facts, of which `first` is the first one. */
void finding_fingerprint(finding_t *finding, fact_id_t first, const fingerprint_t *fp);

/* Leaves the notice of a limit at the packet at hand, the first time that it is reached. */
void report_limit(engine_t *engine, limit_t *limit);
