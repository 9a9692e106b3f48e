/* handshake/cases.c
 * Finds connections with two SYN/ACKs for one SYN, and follows what the server does afterwards
 * (handshake/signatures.c). One SYN/ACK alone is not judged: SYN proxies copy whatever a forger copies.
 *
 * The first SYN/ACK of a connection costs nothing to keep: until the server sends something else it is
 * the last packet of that end. A pair is rare and gets memory of its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "detector.h"
#include "handshake/case.h"
#include "state/hops.h"

/* Two SYN/ACKs for one SYN, in capture order; kept beside their flow. */
typedef struct {
    beside_t         beside;
    handshake_case_t c[2];      /* each is the other's `other` */
} pair_t;

static void *
handshake_open(engine_t *engine)
{
    besides_kind(engine->besides, DETECT_HANDSHAKE, sizeof(pair_t), NULL, NULL);
    return NULL;
}

static pair_t *
pair_of(const engine_t *engine, const flow_t *flow)
{
    return beside_find(engine->besides, flow, DETECT_HANDSHAKE);
}

/* ---- reading ---- */

static syn_ack_t
read_syn_ack(const observation_t *obs)
{
    return (syn_ack_t){
        .frame = obs->frame, .time = ticks(obs->time), .ip = obs->ip, .seq = obs->seq, .ack = obs->ack,
        .window = obs->window, .has_timestamps = obs->has_timestamps, .has_options = obs->has_options,
    };
}

/* The SYN/ACK that was the sender's last packet; frame 0 when that was something else. */
static syn_ack_t
earlier_syn_ack(const direction_t *sender, bool ipv6)
{
    const packet_t *last = &sender->last;

    if (!last->frame || (last->bits & (TCP_SYN | TCP_ACK)) != (TCP_SYN | TCP_ACK))
        return (syn_ack_t){ 0 };
    return (syn_ack_t){
        .frame = last->frame, .time = last->time,
        .ip = { .ttl = last->ttl, .tos = last->tos, .ip_id = ipv6 ? 0 : last->mark, .df = last->bits & BIT_DF,
                .ipv6 = ipv6 },
        .seq = sender->next_seq - 1 - last->length, .ack = last->ack, .window = last->window,
        .has_timestamps = last->bits & BIT_TIMESTAMPS, .has_options = last->bits & BIT_OPTIONS,
    };
}

static handshake_case_t
read_case(const segment_t *s, const syn_ack_t *own, const syn_ack_t *other)
{
    const direction_t *peer = s->peer;
    handshake_case_t c = {
        .own = *own, .other = *other, .syn_repeated = s->flow->syn_repeated,
        .host_ttls = s->flow->host[s->end]->ttls,
    };

    if ((peer->last.bits & (TCP_SYN | TCP_ACK)) == TCP_SYN && peer->next_seq == own->ack)
        c.syn = peer->last;
    return c;
}

/* ---- judging ---- */

static void
add_facts(facts_t *facts, const handshake_case_t *c)
{
    uint8_t distance;

    fact_number(facts, F_TTL_HOPS, ttl_hops(c->own.ip.ttl));
    if (!ttl_is_plausible(c->own.ip.ttl))
        fact_number(facts, F_TTL_IMPLAUSIBLE, 1);
    if (ttl_memory_distance(&c->host_ttls, c->own.ip.ttl, &distance)) {
        fact_number(facts, F_TTL_USUAL, ttl_memory_usual(&c->host_ttls));
        fact_number(facts, F_TTL_PACKETS, ttl_memory_total(&c->host_ttls));
        fact_number(facts, F_TTL_DEVIATION, distance);
    }
}

static injected_t
read_injected(const handshake_case_t *c)
{
    injected_t p = injected_new(CLASS_SYN_ACK);

    p.value[TRAIT_TTL_INITIAL] = ttl_initial(c->own.ip.ttl);
    p.value[TRAIT_TTL_IMPLAUSIBLE] = !ttl_is_plausible(c->own.ip.ttl);
    p.value[TRAIT_DSCP] = c->own.ip.tos >> 2;
    p.value[TRAIT_WINDOW] = c->own.window;
    p.value[TRAIT_ANSWERS_SYN] = 1;
    if (c->syn.frame)
        p.value[TRAIT_WINDOW_COPIED] = c->own.window && c->own.window == c->syn.window;
    if (!c->own.ip.ipv6) {
        p.value[TRAIT_IP_ID] = c->own.ip.ip_id;
        p.value[TRAIT_DF] = c->own.ip.df;
        if (c->syn.frame && c->syn.mark)
            p.value[TRAIT_IP_ID_STEP] = (int16_t)(c->own.ip.ip_id - c->syn.mark);
    }
    return p;
}

/* Returns true when it is said that the SYN/ACK is forged. */
static bool
say(engine_t *engine, const segment_t *s, const handshake_case_t *c, judgement_t j, GArray *evidence)
{
    const evidence_t *strongest = evidence_strongest(evidence);
    report_t r = {
        .frame = c->own.frame, .time = c->own.frame == s->obs->frame ? s->obs->time : 0, .class = CLASS_SYN_ACK,
        .ends = ends_of_flow(s->flow, s->end, c->own.ip.ttl),
        .vantage = vantage_of_flow(&engine->vantages, s->flow),
        .innocent = strongest ? strongest->signature->twin : NULL,
        .trigger_frame = c->syn.frame, .genuine_frame = c->other.frame,
        .claimed = s->flow->host[s->end], .injected = read_injected(c),
        .where = { .ttl = c->own.ip.ttl, .answered_ttl = c->syn.frame ? c->syn.ttl : 0,
                   .claimed_ttl = c->other.ip.ttl },
    };

    add_facts(&r.facts, c);
    return report(engine->reports, &r, j, evidence) && j.verdict == VERDICT_FORGED;
}

/* One of a pair is called forged only when it is this much odder than the other (dB): options that are
 * missing, or a front end's distance, are not enough by themselves. */
#define RIVAL_MARGIN_DB      15.0
#define UNDECIDED_CONFIDENCE 45

/* Returns true when the SYN/ACK is forged. */
static bool
judge_case(engine_t *engine, const segment_t *s, const handshake_case_t *c, bool undecided)
{
    GArray *evidence = engine->scratch;
    judgement_t j = handshake_judge(c, evidence);
    const finding_t *rival = store_lookup(engine->store, c->other.frame);

    if (rival && rival->verdict == VERDICT_FORGED)
        undecided = true;       /* only one of the two can be */
    if (undecided && j.verdict != VERDICT_NONE)
        j = (judgement_t){ VERDICT_SUSPECT, MIN(j.confidence, UNDECIDED_CONFIDENCE) };
    if (!report_is_due(engine->reports, &j, evidence) || !say(engine, s, c, j, evidence))
        return false;
    host_remember_injector(s->flow->host[s->end], c->own.frame, &c->own.ip);
    return true;
}

/* Returns true when the second one is forged, and forgets what the first one seemed to say of the server
 * when that is. */
static bool
judge_pair(engine_t *engine, const segment_t *s, const pair_t *pair)
{
    double margin = handshake_oddness(&pair->c[1]) - handshake_oddness(&pair->c[0]);
    bool undecided = margin < RIVAL_MARGIN_DB && margin > -RIVAL_MARGIN_DB;

    if (margin < RIVAL_MARGIN_DB && judge_case(engine, s, &pair->c[0], undecided)
        && s->obs->frame == pair->c[1].own.frame)
        *s->sender = (direction_t){ 0 };
    return margin > -RIVAL_MARGIN_DB && judge_case(engine, s, &pair->c[1], undecided);
}

/* ---- a SYN or SYN/ACK arrives ---- */

static void
note_syn(flow_t *flow, unsigned end, const observation_t *obs)
{
    const packet_t *last = &flow->end[end].last;
    bool copy = last->frame && last->mark && last->mark == ip_mark(&obs->ip)
             && ticks_since(last->time, ticks(obs->time)) < DUPLICATE_NS;

    if (last->frame && !copy)
        flow->syn_repeated = true;
}

static RARELY_RUN void
observe_second(engine_t *engine, segment_t *s, const syn_ack_t *earlier)
{
    syn_ack_t now = read_syn_ack(s->obs);
    pair_t *pair = beside_get(engine->besides, s->flow, DETECT_HANDSHAKE);

    pair->c[0] = read_case(s, earlier, &now);
    pair->c[1] = read_case(s, &now, earlier);
    s->forged = judge_pair(engine, s, pair);
}

static void
observe_syn_ack(engine_t *engine, segment_t *s)
{
    const observation_t *obs = s->obs;

    if (!s->sender->packets || beside_has(s->flow, DETECT_HANDSHAKE) || vantage_is_at(&engine->vantages, s->flow, s->end))
        return;
    syn_ack_t earlier = earlier_syn_ack(s->sender, obs->ip.ipv6);
    if (earlier.frame && earlier.ack == obs->ack && earlier.seq != obs->seq)
        observe_second(engine, s, &earlier);
}

/* ---- what the server does after two of them ---- */

static bool
denies(const observation_t *obs, const syn_ack_t *of)
{
    return (obs->flags & (TCP_RST | TCP_ACK)) == TCP_RST && obs->seq == of->seq + 1;
}

static RARELY_RUN void
observe_afterwards(engine_t *engine, const segment_t *s, pair_t *pair)
{
    bool news = false;

    for (unsigned i = 0; i < 2; i++) {
        handshake_case_t *c = &pair->c[i];
        if (!c->denied_frame && denies(s->obs, &c->own)) {
            c->denied_frame = s->obs->frame;
            news = true;
        }
    }
    if (news)
        judge_pair(engine, s, pair);
}

static void
handshake_segment(engine_t *engine, segment_t *s)
{
    const uint16_t flags = s->obs->flags & (TCP_SYN | TCP_ACK | TCP_RST);
    pair_t *pair;

    if (flags == (TCP_SYN | TCP_ACK))
        observe_syn_ack(engine, s);
    else if (flags == TCP_SYN)
        note_syn(s->flow, s->end, s->obs);
    else if (s->end != s->flow->client && (pair = pair_of(engine, s->flow)))
        observe_afterwards(engine, s, pair);
}

static const kept_t kept[] = {
    { "two SYN/ACKs for one SYN", "handshake/cases.c", sizeof(pair_t), NULL,
      "one pair for a connection" },
    { 0 },
};

const detector_t detector_handshake = {
    .sees = SEES_HANDSHAKE,
    .keeps = true,
    .open = handshake_open,
    .segment = handshake_segment,
    .signature = handshake_signature,
    .kept = kept,
};
