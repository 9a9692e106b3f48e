/* verdict/report.c
 * The one way out; see report.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verdict/report.h"

#include "state/hops.h"

reports_t *
reports_new(bool all_observations, unsigned max_full)
{
    reports_t *reports = g_new0(reports_t, 1);

    reports->store = store_new(max_full);
    reports->full.notice = reports_kept->notice;
    reports->incidents = incidents_new();
    reports->sightings = g_new0(sighting_t, SIGHTINGS);
    reports->all_observations = all_observations;
    return reports;
}

void
reports_free(reports_t *reports)
{
    store_free(reports->store);
    incidents_free(reports->incidents);
    g_free(reports->sightings);
    g_free(reports);
}

/* ---- the packet at hand, and those before ---- */

/* A read filter drops frames and gives their numbers to the next ones. What was said of a frame
 * whose time is not known may be about the dropped one. */
static G_GNUC_NO_INLINE void
numbers_are_reused(reports_t *reports, uint32_t frame)
{
    if (!reports->numbers_reused)
        store_forget_undated(reports->store);
    reports->numbers_reused = true;
    store_forget(reports->store, frame);
}

void
reports_begin(reports_t *reports, const observation_t *obs)
{
    if (obs->frame < reports->last_frame
        || (obs->frame == reports->last_frame && obs->time != reports->last_time))
        numbers_are_reused(reports, obs->frame);
    reports->last_frame = obs->frame;
    reports->last_time = obs->time;
    reports->now = obs;
    reports->sightings[obs->frame % SIGHTINGS] =
        (sighting_t){ obs->time, obs->frame, obs->quoted ? 0 : obs->ip.ttl };
}

void
reports_end(reports_t *reports)
{
    reports->now = NULL;
}

static sighting_t
sighting(const reports_t *reports, uint32_t frame)
{
    const sighting_t *s = &reports->sightings[frame % SIGHTINGS];
    return s->frame == frame ? *s : (sighting_t){ 0 };
}

/* ---- who speaks to whom ---- */

ends_t
ends_of_flow(const flow_t *flow, unsigned from, uint8_t ttl)
{
    return (ends_t){ .src = flow->host[from]->address, .dst = flow->host[!from]->address,
                     .sport = flow->port[from], .dport = flow->port[!from],
                     .protocol = PROTOCOL_TCP, .ttl = ttl };
}

ends_t
ends_of_error(const ip_address_t *reporter, const ip_address_t *to)
{
    return (ends_t){ .src = *reporter, .dst = *to,
                     .protocol = to->ipv6 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP };
}

/* Of the frame at hand; of one quoted in an ICMP error, what the error says. */
static ends_t
ends_of(const observation_t *obs)
{
    if (obs->quoted)
        return ends_of_error(&obs->reporter, &obs->src);
    return (ends_t){ .src = obs->src, .dst = obs->dst, .sport = obs->sport, .dport = obs->dport,
                     .protocol = obs->protocol, .ttl = obs->ip.ttl };
}

static ends_t
reversed(const ends_t *ends)
{
    return (ends_t){ .src = ends->dst, .dst = ends->src, .sport = ends->dport, .dport = ends->sport,
                     .protocol = ends->protocol };
}

/* Says between whom a linked packet went; nothing if that is known. */
static void
set_ends(const reports_t *reports, finding_t *finding, ends_t ends)
{
    if (finding->ends.protocol)
        return;
    finding->ends = ends;
    finding->ends.ttl = sighting(reports, finding->frame).ttl;
}

/* What is known of a frame because it is the one at hand, or was a short while ago. */
static void
describe(const reports_t *reports, finding_t *finding)
{
    if (!finding->time)
        finding->time = sighting(reports, finding->frame).time;
    if (reports->now && reports->now->frame == finding->frame)
        finding->ends = ends_of(reports->now);
}

/* ---- one frame ---- */

/* The finding of a frame, with verdict, class and confidence set; NULL when the verdict already
 * there is a higher one. */
static finding_t *
publish(reports_t *reports, uint32_t frame, int64_t time, verdict_t verdict, class_t class,
        uint8_t confidence)
{
    if (!time && reports->numbers_reused && !store_lookup(reports->store, frame))
        return NULL;
    finding_t *finding = store_finding(reports->store, frame, time);

    if (verdict < finding->verdict)
        return NULL;
    if (time)
        finding->time = time;
    finding->verdict = verdict;
    finding->class = class;
    finding->confidence = confidence;
    describe(reports, finding);
    return finding;
}

/* There is room for what is said beside the verdict. */
static bool
may_say_more(reports_t *reports, finding_t *finding)
{
    if (store_fill(reports->store, finding))
        return true;
    report_limit(reports, &reports->full);
    return false;
}

static void
add_facts(finding_t *finding, const facts_t *facts)
{
    for (unsigned i = 0; i < facts->n; i++)
        finding_fact(finding, facts->fact[i]);
}

/* Moves the evidence, and adds the facts; or drops both. */
static bool
say_more(reports_t *reports, finding_t *finding, GArray *evidence, const facts_t *facts)
{
    if (!may_say_more(reports, finding)) {
        evidence_clear(evidence);
        return false;
    }
    evidence_clear(finding->evidence);
    g_array_append_vals(finding->evidence, evidence->data, evidence->len);
    g_array_set_size(evidence, 0);
    add_facts(finding, facts);
    return true;
}

/* ---- the frames that belong to a forged one; of several forged ones, to the first ---- */

static void
link_trigger(reports_t *reports, const finding_t *forged)
{
    finding_t *asked = forged->trigger_frame
        ? publish(reports, forged->trigger_frame, 0, VERDICT_TRIGGER, forged->class, 0) : NULL;

    if (!asked)
        return;
    set_ends(reports, asked, reversed(&forged->ends));
    if (!asked->incident)
        asked->incident = forged->incident;
    if (!asked->forged_frame)
        asked->forged_frame = forged->frame;
    asked->vantage = forged->vantage;
    if (!asked->trigger)
        asked->trigger = forged->trigger;
}

/* A frame that shows it to be forged: the real answer, or an ICMP error. */
static void
link_witness(reports_t *reports, const finding_t *forged, uint32_t frame, ends_t ends)
{
    const finding_t *known = frame ? store_lookup(reports->store, frame) : NULL;
    bool of_another = known && known->verdict == VERDICT_GENUINE && known->forged_frame
                   && known->forged_frame != forged->frame;
    finding_t *witness = frame && !of_another
        ? publish(reports, frame, 0, VERDICT_GENUINE, forged->class, 0) : NULL;

    if (!witness)
        return;
    set_ends(reports, witness, ends);
    if (!witness->incident)
        witness->incident = forged->incident;
    if (witness->forged_frame && witness->forged_frame != forged->frame)
        return;
    witness->forged_frame = forged->frame;
    witness->vantage = forged->vantage;
    witness->trigger_frame = forged->trigger_frame;
    witness->trigger = forged->trigger;
}

static void
say_origin(reports_t *reports, finding_t *finding, const report_t *r)
{
    store_t *others = reports->numbers_reused ? NULL : reports->store;

    if (r->adds && finding->origin)
        origin_add(finding->origin, &r->injected);
    else if (r->claimed)
        origin_say(others, finding, r->claimed, &r->injected, r->where);
}

/* ---- the way out ---- */

const finding_t *
report(reports_t *reports, const report_t *r, judgement_t judgement, GArray *evidence)
{
    finding_t *finding = publish(reports, r->frame, r->time, judgement.verdict, r->class,
                                 judgement.confidence);

    if (!finding) {
        evidence_clear(evidence);
        return NULL;
    }
    bool full = say_more(reports, finding, evidence, &r->facts);
    if (r->ends.protocol)
        finding->ends = r->ends;
    finding->vantage = r->vantage;
    if (r->innocent)
        finding->innocent = r->innocent;
    if (r->trigger)
        finding->trigger = r->trigger;
    if (r->trigger_frame)
        finding->trigger_frame = r->trigger_frame;
    finding->incident = incident_of(reports->incidents, &finding->ends, finding->trigger_frame, r->frame);
    if (judgement.verdict != VERDICT_FORGED)
        return finding;
    if (r->genuine_frame)
        finding->genuine_frame = r->genuine_frame;
    link_trigger(reports, finding);
    link_witness(reports, finding, r->genuine_frame, finding->ends);
    link_witness(reports, finding, r->error_frame, r->error_ends);
    if (full)
        say_origin(reports, finding, r);
    return finding;
}

void
report_copy(reports_t *reports, const finding_t *first, uint32_t frame, int64_t time, uint8_t ttl,
            const facts_t *facts)
{
    finding_t *copy = publish(reports, frame, time, first->verdict, first->class,
                              first->confidence);

    if (!copy)
        return;
    if (may_say_more(reports, copy)) {
        evidence_clear(copy->evidence);
        evidence_append(copy->evidence, first->evidence);
        add_facts(copy, facts);
    }
    copy->ends = first->ends;
    copy->ends.ttl = ttl;
    copy->innocent = first->innocent;
    copy->vantage = first->vantage;
    copy->trigger = first->trigger;
    copy->trigger_frame = first->trigger_frame;
    copy->genuine_frame = first->genuine_frame;
}

void
report_withdrawn(reports_t *reports, uint32_t frame, verdict_t verdict)
{
    const finding_t *known = store_lookup(reports->store, frame);

    if (known && known->verdict == verdict)
        store_withdraw(reports->store, frame);
}

void
report_facts(reports_t *reports, uint32_t frame, int64_t time, const facts_t *facts, bool anyway)
{
    if (!anyway && !store_lookup(reports->store, frame))
        return;
    finding_t *finding = store_finding(reports->store, frame, time);
    if (may_say_more(reports, finding))
        add_facts(finding, facts);
}

void
report_limit(reports_t *reports, limit_t *limit)
{
    if (limit->told || !limit->notice)
        return;
    finding_t *finding = store_finding(reports->store, reports->now->frame, reports->now->time);
    if (finding->notice)
        return;                         /* a frame has room for one: told when it is reached again */
    limit->told = true;
    finding->notice = limit->notice;
    describe(reports, finding);
}

void
report_notice(reports_t *reports, uint32_t frame, const char *notice)
{
    store_finding(reports->store, frame, 0)->notice = notice;
}

void
facts_distance(facts_t *facts, const ttl_memory_t *others, uint8_t ttl)
{
    uint8_t distance;

    fact_number(facts, F_TTL_HOPS, ttl_hops(ttl));
    if (!ttl_is_plausible(ttl))
        fact_number(facts, F_TTL_IMPLAUSIBLE, 1);
    if (!ttl_memory_distance(others, ttl, &distance))
        return;
    fact_number(facts, F_TTL_USUAL, ttl_memory_usual(others));
    fact_number(facts, F_TTL_PACKETS, ttl_memory_total(others));
    fact_number(facts, F_TTL_DEVIATION, distance);
}

void
facts_fingerprint(facts_t *facts, fact_id_t first, const fingerprint_t *fp)
{
    const char *const texts[] = {
        fp->name, scope_name(fp->scope), fp->countries, fp->list, fp->date,
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++)
        if (*texts[i])
            fact_text(facts, first + i, texts[i]);
}

const kept_t reports_kept[] = {
    { "finding", "verdict/store.c", sizeof(finding_t), "its facts and its evidence",
      "one for each packet with something to say; of more than `max_findings` no facts, evidence and origin",
      "finding limit reached: of further packets their verdict is told, but not why" },
    { "… of a packet called forged", "verdict/origin.c", sizeof(origin_t), NULL,
      "as findings that say more than a verdict", NULL },
    { "whether a frame has a finding", "verdict/store.c", 0, "one bit",
      "frames up to the last with a finding", NULL },
    { "when a packet came, to date those linked with a forged one", "verdict/report.c",
      sizeof(sighting_t), NULL, "the last " KEPT_NUMBER(SIGHTINGS), NULL },
    { 0 },
};
