/* ttl/signatures.c
 * A packet from another distance than the rest of its flow and of its host: an observation, never
 * proof. Zander et al. (CAIA TR 070529A) and our own count find such packets in 1-6 % of ordinary
 * flows, so what is found here stays below the line of forgery.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "detector.h"
#include "state/hops.h"
#include "state/vantage.h"

#define TTL_DEVIATION_MIN 3     /* hops; load-balanced paths differ by 1, rarely by 2 */
#define BASELINE_MIN      4     /* packets of the sender in this flow, the handshake included */
#define SAID_MAX          4     /* strange packets of one end after which it is no longer strange */

static const signature_t deviation = {
    "ttl-deviation", FAMILY_TTL, TIER_C, { 185, 8555 }, { 8, 13 },
    "half-flows with more than one TTL in 1,733 public captures; 13 labelled flows",
    "A packet from a distance three or more hops off its flow and its host.",
    "another member of a load-balanced server, a proxy that took the connection over, or a new route",
};

static const signature_t *
ttl_signature(unsigned index)
{
    return index == 0 ? &deviation : NULL;
}

static void
ttl_segment(engine_t *engine, segment_t *s)
{
    const observation_t *obs = s->obs;
    const direction_t *sender = s->sender;
    const host_t *host = s->flow->host[s->end];
    uint8_t in_host;

    if (sender->packets < BASELINE_MIN || sender->ttl_packets[0] < BASELINE_MIN - 1
        || sender->ttl_packets[1] >= SAID_MAX)
        return;
    uint8_t in_flow = ttl_distance(obs->ip.ttl, sender->ttl[0]);
    if (in_flow < TTL_DEVIATION_MIN || !ttl_memory_distance(&host->ttls, obs->ip.ttl, &in_host)
        || in_host < TTL_DEVIATION_MIN)
        return;

    GArray *evidence = engine->scratch;
    evidence_add(evidence, &deviation,
        g_strdup_printf("TTL %u (%u hops); this sender's other %u packets in this flow: %u (%u hops)",
                        obs->ip.ttl, ttl_hops(obs->ip.ttl), sender->packets, sender->ttl[0],
                        ttl_hops(sender->ttl[0])));
    judgement_t j = judge(evidence);
    if (!report_is_due(engine->reports, &j, evidence))
        return;
    report_t r = {
        .frame = obs->frame, .time = obs->time, .class = CLASS_TTL,
        .vantage = vantage_of_flow(&engine->vantages, s->flow), .innocent = deviation.twin,
    };
    fact_number(&r.facts, F_TTL_HOPS, ttl_hops(obs->ip.ttl));
    fact_number(&r.facts, F_TTL_USUAL, sender->ttl[0]);
    fact_number(&r.facts, F_TTL_PACKETS, sender->packets);
    fact_number(&r.facts, F_TTL_DEVIATION, in_flow);
    if (!ttl_is_plausible(obs->ip.ttl))
        fact_number(&r.facts, F_TTL_IMPLAUSIBLE, 1);
    report(engine->reports, &r, j, evidence);
}

const detector_t detector_ttl = {
    .sees = SEES_STRANGE_TTL,
    .segment = ttl_segment,
    .signature = ttl_signature,
};
