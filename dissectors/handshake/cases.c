/* handshake/cases.c
 * Finds connections with two SYN/ACKs for one SYN, and follows what the server does afterwards
 * (handshake/signatures.c). One SYN/ACK alone is not judged: SYN proxies copy whatever a forger copies.
 *
 * Of the first SYN/ACK of a connection is remembered what it takes to judge it beside a second one, as long as
 * not too many others follow: a race is over within a second. A pair is rare and gets memory of its own.
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

#define FIRSTS 4096             /* a power of two */

/* The first SYN/ACK that answers a SYN. */
typedef struct {
    uint32_t  flow;             /* its number; 0: nothing */
    syn_ack_t own;
    packet_t  syn;              /* frame 0: not captured */
    uint32_t  syn_tsval;
} first_t;

/* engine->own: FIRSTS of them, by the flow's number. Of flows that share a place the last one is known. */
static void *
handshake_open(engine_t *engine)
{
    besides_kind(engine->besides, DETECT_HANDSHAKE, sizeof(pair_t), NULL, NULL);
    return g_new0(first_t, FIRSTS);
}

static void
handshake_close(engine_t *engine)
{
    g_free(engine->own[DETECT_HANDSHAKE]);
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
        .tsecr = obs->tsecr, .window = obs->window, .has_timestamps = obs->has_timestamps,
        .has_options = obs->has_options,
    };
}

static first_t
read_first(const segment_t *s)
{
    const direction_t *client = s->peer;
    first_t first = { .flow = s->flow->entry.number, .own = read_syn_ack(s->obs) };

    if ((client->last.bits & (TCP_SYN | TCP_ACK)) == TCP_SYN && client->next_seq == s->obs->ack) {
        first.syn = client->last;
        first.syn_tsval = client->tsval;
    }
    return first;
}

/* What is known of the host but for what was said in its name in this flow: that is what is disputed. */
static ttl_memory_t
undisputed_ttls(const ttl_memory_t *known, const direction_t *sender)
{
    ttl_memory_t ttls = *known;

    for (unsigned i = 0; i < 2; i++)
        for (unsigned n = 0; n < sender->ttl_packets[i]; n++)
            ttl_memory_remove(&ttls, sender->ttl[i]);
    return ttls;
}

static handshake_case_t
read_case(const segment_t *s, const first_t *first, const syn_ack_t *own, const syn_ack_t *other)
{
    return (handshake_case_t){
        .own = *own, .other = *other, .syn = first->syn, .syn_tsval = first->syn_tsval,
        .syn_repeated = s->flow->syn_repeated, .host_ttls = undisputed_ttls(&s->flow->host[s->end]->ttls, s->sender),
    };
}

/* ---- judging ---- */

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

    facts_distance(&r.facts, &c->host_ttls, c->own.ip.ttl);
    return report(engine->reports, &r, j, evidence) && j.verdict == VERDICT_FORGED;
}

/* One of a pair is called forged only when it is this much odder than the other (dB): options that are
 * missing, or a front end's distance, are not enough by themselves. */
#define RIVAL_MARGIN_DB 15.0

/* Returns true when the SYN/ACK is forged. */
static bool
judge_case(engine_t *engine, const segment_t *s, const handshake_case_t *c, bool undecided)
{
    GArray *evidence = engine->scratch;
    judgement_t j = handshake_judge(c, evidence);

    if (store_is_forged(engine->store, c->other.frame))
        undecided = true;       /* only one of the two can be */
    if (undecided)
        j = judgement_undecided(j);
    if (!report_is_due(engine->reports, &j, evidence) || !say(engine, s, c, j, evidence))
        return false;
    host_remember_injector(s->flow->host[s->end], c->own.frame, &c->own.ip);
    return true;
}

/* Forgets what seemed to be the server's own. */
static void
forget_sender(const segment_t *s)
{
    host_t *host = s->flow->host[s->end];

    host->ttls = undisputed_ttls(&host->ttls, s->sender);
    *s->sender = (direction_t){ 0 };
}

/* Returns true when the second one is forged, and forgets what the first one seemed to say of the server
 * when that is. */
static bool
judge_pair(engine_t *engine, const segment_t *s, const pair_t *pair)
{
    double odd[2] = { handshake_oddness(&pair->c[0]), handshake_oddness(&pair->c[1]) };
    double margin = odd[1] - odd[0];
    bool undecided = margin < RIVAL_MARGIN_DB && margin > -RIVAL_MARGIN_DB;

    /* Alike they are one host's: a new cookie, two machines that share the address, one that was started again. */
    if (odd[0] <= 0 && odd[1] <= 0 && !engine->reports->all_observations)
        return false;
    if (margin < RIVAL_MARGIN_DB && judge_case(engine, s, &pair->c[0], undecided)
        && s->obs->frame == pair->c[1].own.frame)
        forget_sender(s);
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
observe_second(engine_t *engine, segment_t *s, const first_t *first)
{
    syn_ack_t now = read_syn_ack(s->obs);
    pair_t *pair = beside_get(engine->besides, s->flow, DETECT_HANDSHAKE);

    pair->c[0] = read_case(s, first, &first->own, &now);
    pair->c[1] = read_case(s, first, &now, &first->own);
    s->forged = judge_pair(engine, s, pair);
}

static void
observe_syn_ack(engine_t *engine, segment_t *s)
{
    const observation_t *obs = s->obs;
    first_t *firsts = engine->own[DETECT_HANDSHAKE], *first = &firsts[s->flow->entry.number % FIRSTS];

    if (first->flow != s->flow->entry.number || first->own.ack != obs->ack)
        *first = read_first(s);
    else if (first->own.seq != obs->seq && !beside_has(s->flow, DETECT_HANDSHAKE)
             && !vantage_is_at(&engine->vantages, s->flow, s->end))
        observe_second(engine, s, first);
}

/* ---- what the server does after two of them ---- */

static bool
denies(const observation_t *obs, const syn_ack_t *of)
{
    return (obs->flags & (TCP_RST | TCP_ACK)) == TCP_RST && obs->seq == of->seq + 1;
}

/* Data of one connection that lie this far behind a SYN/ACK at most may be the first of it. */
#define FIRST_WINDOW 65536

static bool
follows(uint32_t seq, const syn_ack_t *syn_ack)
{
    return seq - syn_ack->seq - 1 < FIRST_WINDOW;
}

uint32_t
handshake_forged_before(const engine_t *engine, const flow_t *flow, uint32_t seq)
{
    const pair_t *pair = pair_of(engine, flow);

    for (unsigned i = 0; pair && i < 2; i++) {
        uint32_t frame = pair->c[i].own.frame;
        if (store_is_forged(engine->store, frame) && follows(seq, &pair->c[i].own)
            && !follows(seq, &pair->c[i].other))
            return frame;
    }
    return 0;
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
      "one pair for a connection", NULL },
    { 0 },
};

const detector_t detector_handshake = {
    .sees = SEES_HANDSHAKE,
    .keeps = true,
    .open = handshake_open,
    .close = handshake_close,
    .segment = handshake_segment,
    .signature = handshake_signature,
    .kept = kept,
};
