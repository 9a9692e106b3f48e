/* verdict/report.c
 * The way out: what a family has found becomes a finding; see report.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "detector.h"

ends_t
ends_of(const observation_t *obs)
{
    if (obs->quoted)
        return (ends_t){ .src = obs->reporter, .dst = obs->src,
                         .protocol = obs->src.ipv6 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP };
    return (ends_t){ .src = obs->src, .dst = obs->dst, .sport = obs->sport, .dport = obs->dport,
                     .protocol = obs->protocol, .ttl = obs->ip.ttl };
}

ends_t
ends_of_flow(const flow_t *flow, unsigned from, uint8_t ttl)
{
    return (ends_t){ .src = flow->host[from]->address, .dst = flow->host[!from]->address,
                     .sport = flow->port[from], .dport = flow->port[!from],
                     .protocol = PROTOCOL_TCP, .ttl = ttl };
}

static ends_t
reversed(const ends_t *ends)
{
    return (ends_t){ .src = ends->dst, .dst = ends->src, .sport = ends->dport, .dport = ends->sport,
                     .protocol = ends->protocol };
}

/* ---- who, and when ---- */

void
report_sighting(engine_t *engine, const observation_t *obs)
{
    engine->sightings[obs->frame % SIGHTINGS] =
        (sighting_t){ obs->time, obs->frame, obs->quoted ? 0 : obs->ip.ttl };
}

static sighting_t
sighting(const engine_t *engine, uint32_t frame)
{
    const sighting_t *s = &engine->sightings[frame % SIGHTINGS];
    return s->frame == frame ? *s : (sighting_t){ 0 };
}

/* Says between whom a linked packet went; nothing if that is known. */
static void
set_ends(const engine_t *engine, finding_t *finding, ends_t ends)
{
    if (finding->ends.protocol)
        return;
    finding->ends = ends;
    finding->ends.ttl = sighting(engine, finding->frame).ttl;
}

/* ---- publishing ---- */

/* What is known of a frame because it is the one at hand, or was a short while ago. */
static void
describe(const engine_t *engine, finding_t *finding)
{
    if (!finding->time)
        finding->time = sighting(engine, finding->frame).time;
    if (engine->now && engine->now->frame == finding->frame)
        finding->ends = ends_of(engine->now);
}

finding_t *
publish(engine_t *engine, uint32_t frame, int64_t time, verdict_t verdict, class_t class,
        uint8_t confidence)
{
    if (!time && engine->numbers_reused && !store_lookup(engine->store, frame))
        return NULL;
    finding_t *finding = store_finding(engine->store, frame, time);

    if (verdict < finding->verdict)
        return NULL;
    if (time)
        finding->time = time;
    finding->verdict = verdict;
    finding->class = class;
    finding->confidence = confidence;
    describe(engine, finding);
    return finding;
}

finding_t *
publish_judgement(engine_t *engine, uint32_t frame, int64_t time, class_t class,
                  judgement_t judgement, GArray *evidence)
{
    finding_t *finding = NULL;

    if (judgement.verdict == VERDICT_NONE && engine->limits.all_observations && evidence->len)
        judgement.verdict = VERDICT_SUSPECT;
    if (judgement.verdict != VERDICT_NONE)
        finding = publish(engine, frame, time, judgement.verdict, class, judgement.confidence);
    if (finding) {
        evidence_clear(finding->evidence);
        g_array_append_vals(finding->evidence, evidence->data, evidence->len);
        g_array_set_size(evidence, 0);
    } else {
        evidence_clear(evidence);
    }
    return finding;
}

void
publish_links(engine_t *engine, finding_t *forged, uint32_t trigger, uint32_t genuine)
{
    finding_t *asked = trigger ? publish(engine, trigger, 0, VERDICT_TRIGGER, forged->class, 0) : NULL;

    forged->trigger_frame = trigger;
    if (asked)
        set_ends(engine, asked, reversed(&forged->ends));
    if (asked && !asked->forged_frame)          /* of several, the first */
        asked->forged_frame = forged->frame;
    if (asked)
        asked->vantage = forged->vantage;
    if (asked && !asked->trigger)
        asked->trigger = forged->trigger;
    if (genuine)
        forged->genuine_frame = genuine;
    finding_t *witness = publish_witness(engine, forged, genuine);
    if (witness)
        set_ends(engine, witness, forged->ends);
}

finding_t *
publish_witness(engine_t *engine, const finding_t *forged, uint32_t frame)
{
    finding_t *witness = frame ? publish(engine, frame, 0, VERDICT_GENUINE, forged->class, 0) : NULL;
    if (!witness || (witness->forged_frame && witness->forged_frame != forged->frame))
        return witness;                           /* of several, the first */
    witness->forged_frame = forged->frame;
    witness->vantage = forged->vantage;
    witness->trigger_frame = forged->trigger_frame;
    witness->trigger = forged->trigger;
    return witness;
}

void
finding_fingerprint(finding_t *finding, fact_id_t first, const fingerprint_t *fp)
{
    const char *const texts[] = { fp->name, scope_name(fp->scope), fp->countries, fp->list, fp->date };

    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++)
        if (*texts[i])
            finding_text(finding, first + i, texts[i]);
}

void
report_limit(engine_t *engine, limit_t *limit)
{
    const observation_t *obs = engine->now;

    if (limit->told || !limit->notice)
        return;
    limit->told = true;
    finding_t *finding = store_finding(engine->store, obs->frame, obs->time);
    finding->notice = limit->notice;
    describe(engine, finding);
}
