/* verdict/report.h
 * The one way out: what a family has found becomes the finding of a frame, linked with the findings
 * of other frames. Nothing else writes findings.
 *
 *      judgement_t j = x_judge(&c, evidence);              a family's signatures.c
 *      if (report_is_due(engine->reports, &j, evidence))   most packets end here
 *          report(engine->reports, &(report_t){ ... }, j, evidence);
 *
 * What later packets add is said in the same way, with all that is known by then: what a report
 * leaves out (0, NULL) stays as it was said before. Verdicts never fall: a run that prints frames
 * as they come and one that reads the file twice must agree. So a report with a lower verdict than
 * the frame has is dropped.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/kept.h"
#include "fingerprints/fingerprints.h"
#include "state/flow.h"
#include "base/oldest.h"
#include "verdict/incident.h"
#include "verdict/judge.h"
#include "verdict/origin.h"
#include "verdict/store.h"

/* What is found about one packet, and about those it is linked with. */
typedef struct {
    uint32_t    frame;
    int64_t     time;           /* ns; 0: an earlier frame than the one
                                 * at hand, whose time is not at hand */
    class_t     class;
    ends_t      ends;           /* who claims to speak to whom;
                                 * nothing: the frame at hand says it */
    vantage_t   vantage;
    const char *innocent;       /* the explanation that has to be ruled out, static */
    const char *trigger;        /* what was asked for; lives as long as the store */
    uint32_t    trigger_frame;  /* the packet that asked for it, or set this one off; 0: none */
    facts_t     facts;

    /* Only read of what is called forged. */
    uint32_t    genuine_frame;  /* what the claimed sender really sent; 0: none */
    uint32_t    error_frame;    /* an ICMP error that tells it is forged; 0: none */
    ends_t      error_ends;
    host_t     *claimed;        /* in whose name it was sent; NULL:
                                 * nothing is said of who and where */
    injected_t  injected;       /* its header */
    where_facts_t where;        /* … and its distance; what other
                                 * packets show is filled in (origin.h) */
    bool        adds;           /* `injected` holds no more than what is new: the rest was said
                                 * when it came, if anything was */
} report_t;

/* When a packet came and from how far: enough to name one that is only linked with a finding. */
typedef struct {
    int64_t  time;
    uint32_t frame;             /* 0: none */
    uint8_t  ttl;
} sighting_t;

/* The last packets are remembered like this; a power of two. */
#define SIGHTINGS 32768

/* What reports go to, and what is known of the frames they are about. */
typedef struct {
    store_t             *store;
    incidents_t         *incidents;
    sighting_t          *sightings;     /* of SIGHTINGS, by frame modulo their number */
    const observation_t *now;           /* the packet at hand, between
                                         * reports_begin() and reports_end() */
    uint32_t             last_frame;    /* of the last packet, with the next one */
    int64_t              last_time;
    limit_t              full;              /* findings with more than a verdict */
    bool                 all_observations;  /* the preference: also say what weighs too little */
    bool                 numbers_reused;    /* frames share their numbers: see store_confirm() */
} reports_t;

/* max_full: as in store_new(). */
reports_t *reports_new(bool all_observations, unsigned max_full);
void       reports_free(reports_t *reports);

/* A packet is at hand, until the next call. */
void reports_begin(reports_t *reports, const observation_t *obs);
void reports_end(reports_t *reports);

/* True when a judgement is worth saying. If not, the evidence is dropped. */
static inline bool
report_is_due(const reports_t *reports, judgement_t *judgement, GArray *evidence)
{
    if (judgement->verdict == VERDICT_NONE && reports->all_observations && evidence->len)
        judgement->verdict = VERDICT_SUSPECT;
    if (judgement->verdict != VERDICT_NONE)
        return true;
    evidence_clear(evidence);
    return false;
}

/* Says it: verdict, evidence, facts, links to the frames of the trigger, of the genuine packet and
 * of the error, and of a forged packet its origin. The evidence is moved to the finding or dropped,
 * the array is empty afterwards. The finding, or NULL where nothing was said: something worse is
 * known of the frame, or its number belongs to another one by now. */
const finding_t *report(reports_t *reports, const report_t *r, judgement_t judgement,
                        GArray *evidence);

/* A packet was captured again, in `frame`: what is said of the first copy is true of this one. The
 * facts are those that are its own. */
void report_copy(reports_t *reports, const finding_t *first, uint32_t frame, int64_t time,
                 uint8_t ttl, const facts_t *facts);

/* Takes back all that was said of an earlier frame: it turned out to be nothing. Does nothing where
 * the verdict is another one. For what is only ever said of frames that are past: no run has printed
 * them by then. */
void report_withdrawn(reports_t *reports, uint32_t frame, verdict_t verdict);

/* Adds facts to what is said of a frame. time: 0 for an earlier one; only where something is said
 * of it, or the caller wants a finding without a verdict. */
void report_facts(reports_t *reports, uint32_t frame, int64_t time, const facts_t *facts,
                  bool anyway);

/* Leaves the notice of a limit at the packet at hand, the first time that it is reached. */
void report_limit(reports_t *reports, limit_t *limit);

/* The same for one that is marked as reached. */
static inline void
report_reached(reports_t *reports, limit_t *limit)
{
    if (limit->reached && !limit->told)
        report_limit(reports, limit);
}

/* Leaves a notice at a frame; the text lives as long as the store. */
void report_notice(reports_t *reports, uint32_t frame, const char *notice);

/* A packet of a flow, from one of its ends. */
ends_t ends_of_flow(const flow_t *flow, unsigned from, uint8_t ttl);
/* An ICMP error about a packet of `to`. */
ends_t ends_of_error(const ip_address_t *reporter, const ip_address_t *to);

/* From how far a packet with this TTL came, and from how far its sender's others did. */
void facts_distance(facts_t *facts, const ttl_memory_t *others, uint8_t ttl);

/* The entry of a list that a finding is about, as five facts, of which `first` is the first one. */
void facts_fingerprint(facts_t *facts, fact_id_t first, const fingerprint_t *fp);

extern const kept_t reports_kept[];
