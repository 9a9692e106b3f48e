/* data/say.c
 * From a segment to a case, and from a case to what is said of it; see say.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data/say.h"

#include "state/hops.h"

bool
data_is_answer(const flow_t *flow, const direction_t *sender, const direction_t *peer)
{
    return sender->seen & SEEN_DATA ? peer->last.length && peer->last.frame > sender->last.frame
                                    : peer->last.length || flow->request_frame;
}

data_case_t
data_case_of(engine_t *engine, const segment_t *s, content_t content, const page_t *page)
{
    const observation_t *obs = s->obs;
    const flow_t *flow = s->flow;
    const host_t *host = flow->host[s->end];
    const direction_t *peer = s->peer;
    data_case_t c = {
        .frame = obs->frame, .time = obs->time, .ip = obs->ip, .seq = obs->seq, .ack = obs->ack,
        .flags = obs->flags, .window = obs->window, .length = obs->length, .tsval = obs->tsval,
        .has_timestamps = obs->has_timestamps, .answers_http = flow->http,
        .sender = *s->sender, .peer = *peer,
        .request_frame = peer->last.length ? peer->last.frame : flow->request_frame,
        .host_ttls = host_own_ttls(host), .port_df = host_port_df(host, flow->port[s->end]),
        .host_ids = host->ids, .host_rtt = host->rtt, .host_rtts = host->rtts,
        .host_packets = host->df_set + host->df_clear,
        .same_box_frame = host_known_injector(host, obs->frame, &obs->ip),
        .died = died_last(engine->died, flow, !s->end),
    };
    c.died_frame = c.died.frame;
    c.first_answer = obs->length && data_is_answer(flow, &c.sender, peer);
    c.content = content;
    c.fingerprint = page->fingerprint;
    c.listed_server = page->listed_server;
    return c;
}

data_case_t
data_case_of_earlier(const data_case_t *now, const answer_t *earlier)
{
    data_case_t c = *now;

    c.frame = earlier->frame;
    c.time = 0;
    c.ip.ttl = earlier->ttl;
    c.ip.tos = earlier->tos;
    c.ip.df = earlier->bits & BIT_DF;
    c.ip.in_pieces = false;
    c.ip.ip_id = earlier->ip_id;
    c.has_timestamps = earlier->bits & BIT_TIMESTAMPS;
    c.window = earlier->window;
    c.flags = earlier->bits & 0xfff;
    c.seq = earlier->bytes.seq;
    c.length = earlier->length;
    c.first_answer = false;
    c.content = CONTENT_OTHER;
    c.fingerprint = NULL;
    c.authority = NULL;
    c.other_frame = now->frame;
    c.other_shift = seq_diff(earlier->bytes.seq, now->seq);
    c.lockstep = 0;
    return c;
}

static class_t
class_of(const data_case_t *c)
{
    return c->length ? CLASS_DATA : c->flags & TCP_FIN ? CLASS_FIN
         : c->flags & TCP_SYN ? CLASS_SYN_ACK : CLASS_ACK;
}

static void
add_facts(facts_t *facts, const data_case_t *c)
{
    facts_distance(facts, &c->host_ttls, c->ip.ttl);
    if (c->fingerprint)
        facts_fingerprint(facts, F_DATA_FINGERPRINT, c->fingerprint);
}

/* ---- who and where, once it is forged ---- */

static injected_t
read_injected(const data_case_t *c, const observation_t *obs)
{
    const packet_t *trigger = &c->peer.last;
    injected_t p = injected_new(class_of(c));
    int64_t *v = p.value;

    v[TRAIT_FLAGS] = c->flags & 0xff;
    v[TRAIT_TTL_INITIAL] = ttl_initial(c->ip.ttl);
    v[TRAIT_TTL_IMPLAUSIBLE] = !ttl_is_plausible(c->ip.ttl);
    v[TRAIT_DSCP] = c->ip.tos >> 2;
    v[TRAIT_WINDOW] = c->window;
    v[TRAIT_LENGTH] = c->length;
    v[TRAIT_CONFLICT] = c->other_frame != 0;
    if (!c->ip.ipv6) {
        v[TRAIT_IP_ID] = c->ip.ip_id;
        v[TRAIT_DF] = c->ip.df;
    }
    if (c->sender.seen & c->peer.seen & SEEN_TIMESTAMPS)
        v[TRAIT_NO_TIMESTAMPS] = !c->has_timestamps;
    if (!obs)
        return p;               /* an earlier answer: more was not kept of it */
    v[TRAIT_LOCKSTEP] = c->lockstep >= 3;
    if (c->first_answer) {
        v[TRAIT_REDIRECT] = c->content == CONTENT_REDIRECT;
        v[TRAIT_BARE_PAGE] = c->content == CONTENT_HEADERLESS_HTML;
        v[TRAIT_IRAN_PAGE] = c->content == CONTENT_IRAN;
    }
    if (trigger->frame) {
        v[TRAIT_WINDOW_COPIED] = c->window && c->window == trigger->window;
        if (c->has_timestamps && c->peer.tsval)
            v[TRAIT_TSVAL_COPIED] = c->tsval == c->peer.tsval;
        if (!c->ip.ipv6 && trigger->mark)
            v[TRAIT_IP_ID_STEP] = (int16_t)(c->ip.ip_id - trigger->mark);
    }
    if (obs->captured)
        injected_read_text(&p, obs->payload, obs->captured);
    return p;
}

/* obs is NULL for an earlier answer. */
static where_facts_t
read_where(const data_case_t *c, const observation_t *obs)
{
    uint8_t usual = ttl_memory_usual(&c->host_ttls);

    return (where_facts_t){
        .ttl = c->ip.ttl, .answered_ttl = obs && c->peer.last.frame ? c->peer.last.ttl : 0,
        .claimed_ttl = usual ? usual : c->sender.ttl[0], .died = obs ? c->died : (dead_probe_t){ 0 },
    };
}

/* What is the same of a segment at hand and of an earlier one; obs is NULL for that. */
static report_t
report_about(engine_t *engine, const segment_t *s, const data_case_t *c, const observation_t *obs)
{
    /* An acknowledgement alone is no answer: what it acknowledges goes unanswered, and that is told of it. */
    bool of_server = s->end != s->flow->client, answers = of_server && (c->length || c->flags != (TCP_PSH | TCP_ACK));

    return (report_t){
        .frame = c->frame, .time = c->time, .class = class_of(c),
        .ends = ends_of_flow(s->flow, s->end, c->ip.ttl), .vantage = vantage_of_flow(&engine->vantages, s->flow),
        .trigger = of_server ? asked_text(engine->asked, s->flow) : NULL,
        .trigger_frame = !answers ? 0 : s->flow->request_frame ? s->flow->request_frame : c->request_frame,
        .claimed = s->flow->host[s->end], .injected = read_injected(c, obs), .where = read_where(c, obs),
    };
}

bool
data_is_damaged(engine_t *engine, segment_t *s)
{
    if (!host_damaged(engine->hosts, s->flow->host[s->end], s->obs))
        return false;
    engine->counts.damaged++;
    s->forged = true;                   /* it teaches nothing either */
    return true;
}

bool
data_judge_segment(engine_t *engine, segment_t *s, const data_case_t *c, bool undecided, uint32_t genuine)
{
    const flow_t *flow = s->flow;
    GArray *evidence = engine->scratch;
    judgement_t j = data_judge(c, evidence);

    /* Where the connection's beginning or a piece of it is missing, what its other packets look like may be the
     * forger's: that two answers contradict each other is sure, and whose is whose is not. */
    if (undecided || ((genuine || c->other_frame) && (flow->gap || !((s->sender->seen | s->obs->flags) & SEEN_SYN))))
        j = judgement_undecided(j);
    if (!report_is_due(engine->reports, &j, evidence))
        return false;
    if (c->frame == s->obs->frame && data_is_damaged(engine, s)) {
        evidence_clear(evidence);
        return false;
    }
    const evidence_t *strongest = evidence_strongest(evidence);
    report_t r = report_about(engine, s, c, c->frame == s->obs->frame ? s->obs : NULL);
    r.innocent = strongest ? strongest->signature->twin : NULL;
    r.genuine_frame = genuine;
    add_facts(&r.facts, c);
    if (!report(engine->reports, &r, j, evidence) || j.verdict != VERDICT_FORGED)
        return false;
    if (c->frame != s->obs->frame)
        host_unlearn(flow->host[s->end], &c->ip);
    host_remember_injector(flow->host[s->end], c->frame, &c->ip);
    return true;
}

bool
data_judge_again(engine_t *engine, const segment_t *s, const data_case_t *c, const GArray *more, bool undecided,
            uint32_t genuine)
{
    const finding_t *known = store_lookup(engine->store, c->frame);
    GArray *evidence = engine->scratch;

    evidence_clear(evidence);
    if (known)
        evidence_append(evidence, known->evidence);
    if (more)
        evidence_append(evidence, more);
    data_add_later(c, evidence);
    judgement_t j = judge(evidence);
    bool news = !store_is_forged(engine->store, c->frame);
    if (undecided && news)
        j = judgement_undecided(j);
    if (!report_is_due(engine->reports, &j, evidence))
        return false;
    report_t r = report_about(engine, s, c, NULL);
    const evidence_t *strongest = evidence_strongest(evidence);
    r.innocent = strongest ? strongest->signature->twin : NULL;
    r.genuine_frame = genuine;
    if (known && known->trigger_frame) {
        r.trigger = known->trigger;
        r.trigger_frame = known->trigger_frame;
    }
    if (known && known->origin) {       /* more was known of it when it came */
        r.adds = true;
        r.injected = injected_new(r.class);
        if (c->other_frame)
            r.injected.value[TRAIT_CONFLICT] = 1;
    }
    if (!report(engine->reports, &r, j, evidence) || j.verdict != VERDICT_FORGED)
        return false;
    if (news && c->frame != s->obs->frame)      /* it was taken for the host's own */
        host_unlearn(s->flow->host[s->end], &c->ip);
    return true;
}

void
data_judge_earlier(engine_t *engine, segment_t *s, const data_case_t *before, bool undecided, uint32_t genuine)
{
    const finding_t *known = store_lookup(engine->store, before->frame);

    if (known && known->evidence->len)
        data_judge_again(engine, s, before, NULL, undecided, genuine);
    else
        data_judge_segment(engine, s, before, undecided, genuine);
}
