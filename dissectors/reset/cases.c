/* reset/cases.c
 * Follows every reset through its flow: what came before, what it answers, what comes after. Each
 * new fact has the case judged again (reset/signatures.c); a verdict only ever grows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "detector.h"
#include "reset/case.h"
#include "stages/stages.h"
#include "state/hops.h"

#include <string.h>

/* Resets kept of one flow. A storm of resets says no more after that. */
#define CASES_PER_FLOW 16

/* Of the cases still open, how many are looked at again when a box is proven to forge. */
#define REVISIT_MAX 256

/* What follows a reset by less may have been overtaken by it on the way. */
#define REORDER_NS     (1 * NS_PER_MS)
#define REORDER_ACK_NS (5 * NS_PER_MS)

/* Kept beside a flow that has had a reset. */
typedef struct {
    beside_t   beside;
    GList      link;            /* in resets_t.flows */
    GPtrArray *cases;           /* of reset_case_t, owned, in capture order */
    limit_t    limit;
} flow_resets_t;

typedef struct {
    oldest_t   flows;           /* of flow_resets_t; max is that of `open` */
    unsigned   open;            /* lists and cases */
} resets_t;

static resets_t *
resets_of(const engine_t *engine)
{
    return engine->own[DETECT_RESET];
}

static void
clear_list(void *context, void *one)
{
    resets_t *resets = context;
    flow_resets_t *list = one;

    resets->open -= list->cases->len + 1;
    oldest_remove(&resets->flows, &list->link);
    g_ptr_array_free(list->cases, TRUE);
}

static void *
reset_open(engine_t *engine)
{
    resets_t *resets = g_new0(resets_t, 1);

    resets->flows = oldest_new(engine->limits.resets, "reset limit reached: later packets no longer add to the "
                                                      "oldest resets");
    besides_kind(engine->besides, DETECT_RESET, sizeof(flow_resets_t), clear_list, resets);
    return resets;
}

static void
reset_close(engine_t *engine)
{
    g_free(resets_of(engine));
}

static flow_resets_t *
list_find(const engine_t *engine, const flow_t *flow)
{
    return beside_find(engine->besides, flow, DETECT_RESET);
}

static flow_resets_t *
list_of(engine_t *engine, flow_t *flow)
{
    flow_resets_t *list = list_find(engine, flow);

    if (list)
        return list;
    list = beside_get(engine->besides, flow, DETECT_RESET);
    list->cases = g_ptr_array_new_with_free_func(g_free);
    list->limit.notice = "more resets in this connection than are followed: only the first 16 are judged";
    oldest_add(&resets_of(engine)->flows, &list->link, list);
    resets_of(engine)->open++;
    return list;
}

/* ---- showing ---- */

static void
add_facts(facts_t *facts, const reset_case_t *c)
{
    uint8_t distance, usual;
    unsigned packets;

    fact_number(facts, F_TTL_HOPS, ttl_hops(c->reset.ip.ttl));
    if (reset_ttl_distance(c, &distance, &usual, &packets)) {
        fact_number(facts, F_TTL_USUAL, usual);
        fact_number(facts, F_TTL_PACKETS, packets);
        fact_number(facts, F_TTL_DEVIATION, distance);
    }
    if (!ttl_is_plausible(c->reset.ip.ttl))
        fact_number(facts, F_TTL_IMPLAUSIBLE, 1);
    if (c->mirror_frame)
        fact_number(facts, F_TTL_MIRRORED, 1);
    if (c->peer.last.frame) {
        fact_number(facts, F_RESET_ANSWERS, c->peer.last.frame);
        fact_number(facts, F_RESET_DELAY,
                     ticks_since(c->peer.last.time, ticks(c->reset.time)));
    }
    if (c->previous.frame) {
        fact_number(facts, F_RESET_PAIR_GAP, c->reset.time - c->previous.time);
        fact_number(facts, F_RESET_PAIR_STEP, c->reset.seq - c->previous.seq);
    }
    if (c->burst > 1)
        fact_number(facts, F_RESET_BURST, c->burst);
    if (c->reset.window)
        fact_number(facts, F_RESET_WINDOW_TTL, c->reset.window - c->reset.ip.ttl);
    if (c->sender.rtt)
        fact_number(facts, F_RESET_PATH_RTT, c->sender.rtt * NS_PER_US);
}

/* ---- what the host's other packets add ---- */

static void
compare_with_host(reset_case_t *c, const flow_t *flow)
{
    const host_t *host = flow->host[c->end];

    c->host_ttls = host->ttls;
    c->host_df_set = host->df_set;
    c->host_df_clear = host->df_clear;
    if (!host->suspicions)
        return;
    for (unsigned i = 0; i < WINDOW_TTL_SLOTS; i++) {
        const window_ttl_t *other = &host->suspicions->window_ttl[i];
        int apart = other->ttl - c->reset.ip.ttl;
        if (other->frame && c->reset.window && other->frame != c->reset.frame
            && other->constant == c->reset.window - c->reset.ip.ttl && (apart > 1 || apart < -1)) {
            c->lockstep_frame = other->frame;
            c->lockstep_ttl = other->ttl;
        }
    }
    for (unsigned i = 0; i < MIRROR_SLOTS; i++) {
        const mirrored_ttl_t *other = &host->suspicions->mirror[i];
        int apart = other->ttl - c->reset.ip.ttl, asked = other->answered_ttl - c->peer.last.ttl;
        if (other->frame && other->frame != c->reset.frame && c->peer.last.frame
            && (apart > 1 || apart < -1) && apart == asked)
            c->mirror_frame = other->frame;
    }
    if (!c->same_box_frame)
        c->same_box_frame = host_known_injector(host, c->reset.frame, &c->reset.ip);
}

static void judge_case(engine_t *engine, flow_t *flow, reset_case_t *c);

/* Judges open cases of a host again: a box was proven to forge packets in its name. */
static void
revisit_host(engine_t *engine, const host_t *host)
{
    unsigned budget = REVISIT_MAX;
    for (GList *l = resets_of(engine)->flows.links.tail; l && budget; l = l->prev, budget--) {
        flow_resets_t *list = l->data;
        flow_t *flow = list->beside.flow;
        if (flow->host[0] != host && flow->host[1] != host)
            continue;
        for (unsigned i = 0; i < list->cases->len; i++) {
            reset_case_t *c = g_ptr_array_index(list->cases, i);
            if (flow->host[c->end] == host && !c->same_box_frame)
                judge_case(engine, flow, c);
        }
    }
}

/* ---- who and where, once it is forged ---- */

/* Two resets that one device may have sent in one go. */
static bool
same_kind(const reset_t *a, const reset_t *b)
{
    return a->flags == b->flags && a->length == b->length && a->ip.df == b->ip.df;
}

/* The step from one reset of a burst to the next; GFW's are 1 or 2 (net4people/bbs #285). */
#define PAIR_STEP_MAX 4

static void
compare_pair(int64_t *v, const reset_t *r, int ttl_step, int window_step, int16_t id_step)
{
    v[TRAIT_PAIR_LOCKSTEP] = r->window && ttl_step && ABS(ttl_step) <= PAIR_STEP_MAX && window_step == ttl_step;
    if (!r->ip.ipv6)
        v[TRAIT_PAIR_IP_ID_STEP] = id_step;
}

static injected_t
read_injected(const reset_case_t *c)
{
    const reset_t *r = &c->reset, *before = &c->previous;
    const packet_t *trigger = &c->peer.last;
    injected_t p = injected_new(CLASS_RESET);
    int64_t *v = p.value;

    v[TRAIT_FLAGS] = r->flags & 0xff;
    v[TRAIT_RESERVED_BITS] = (r->flags & TCP_RESERVED) != 0;
    v[TRAIT_TTL_INITIAL] = ttl_initial(r->ip.ttl);
    v[TRAIT_TTL_IMPLAUSIBLE] = !ttl_is_plausible(r->ip.ttl);
    v[TRAIT_DSCP] = r->ip.tos >> 2;
    v[TRAIT_WINDOW] = r->window;
    v[TRAIT_LOCKSTEP] = c->lockstep_frame != 0;
    v[TRAIT_BURST] = c->burst;
    v[TRAIT_ACK_UNFLAGGED] = r->ack && !(r->flags & TCP_ACK);
    v[TRAIT_ZERO_NUMBERS] = !r->seq && !r->ack;
    v[TRAIT_LENGTH] = r->length;
    v[TRAIT_COUNTING_BYTES] = reset_has_counting_bytes(r);
    if (!r->ip.ipv6) {
        v[TRAIT_IP_ID] = r->ip.ip_id;
        v[TRAIT_DF] = r->ip.df;
    }
    if (c->changed_frame) {
        v[TRAIT_SEQ_STEP] = c->changed_step;
        v[TRAIT_SEQ_STEP_1460] = c->changed_step % 1460 ? 0 : c->changed_step / 1460;
    }
    if (before->frame && r->time - before->time <= BURST_NS && same_kind(before, r))
        compare_pair(v, r, r->ip.ttl - before->ip.ttl, r->window - before->window,
                     (int16_t)(r->ip.ip_id - before->ip.ip_id));
    else if (c->next.frame)
        compare_pair(v, r, c->next.ttl - r->ip.ttl, c->next.window - r->window,
                     (int16_t)(c->next.ip_id - r->ip.ip_id));
    if (trigger->frame) {
        v[TRAIT_ANSWERS_SYN] = (trigger->bits & (TCP_SYN | TCP_ACK)) == TCP_SYN;
        v[TRAIT_TTL_FOLLOWS] = c->mirror_frame != 0;
        v[TRAIT_WINDOW_COPIED] = r->window && r->window == trigger->window;
        if (r->flags & TCP_ACK)
            v[TRAIT_ACK_OFF] = seq_diff(r->ack, c->answered_seq);
        if (!r->ip.ipv6 && trigger->mark)
            v[TRAIT_IP_ID_STEP] = (int16_t)(r->ip.ip_id - trigger->mark);
    }
    return p;
}

/* None of the flow's resets answers a packet that died. */
static bool
none_answers_dead(const engine_t *engine, const flow_t *flow)
{
    const flow_resets_t *list = list_find(engine, flow);

    for (unsigned i = 0; list && i < list->cases->len; i++)
        if (((const reset_case_t *)g_ptr_array_index(list->cases, i))->died_frame)
            return false;
    return true;
}

/* The farthest place where the same request to this host died and nobody answered; 0: none. */
static uint8_t
silent_hops(const engine_t *engine, const flow_t *answered, const reset_case_t *c)
{
    unsigned budget = REVISIT_MAX;
    uint8_t farthest = 0;

    for (const GList *l = died_youngest(engine->died); l && budget; l = l->prev, budget--) {
        dead_request_t dead = died_request(l);
        const flow_t *flow = dead.flow;
        if (dead.hops && dead.hops < c->died.hops && flow->request && flow->request == answered->request
            && flow->host[!dead.end] == answered->host[c->end] && !(flow->end[!dead.end].seen & SEEN_DATA)
            && none_answers_dead(engine, flow))
            farthest = MAX(farthest, dead.hops);
    }
    return farthest;
}

static where_facts_t
read_where(const engine_t *engine, const flow_t *flow, const reset_case_t *c)
{
    uint8_t distance, usual = 0;
    unsigned packets;

    reset_ttl_distance(c, &distance, &usual, &packets);
    return (where_facts_t){
        .ttl = c->reset.ip.ttl, .answered_ttl = c->peer.last.frame ? c->peer.last.ttl : 0,
        .follows = c->mirror_frame != 0, .claimed_ttl = usual, .died = c->died,
        .silent_hops = c->died_frame ? silent_hops(engine, flow, c) : 0,
    };
}

/* ---- judging ---- */

static bool
say(engine_t *engine, const flow_t *flow, const reset_case_t *c, judgement_t j, GArray *evidence)
{
    report_t r = {
        .frame = c->reset.frame, .time = c->reset.time, .class = CLASS_RESET,
        .ends = ends_of_flow(flow, c->end, c->reset.ip.ttl),
        .vantage = vantage_of_flow(&engine->vantages, flow), .innocent = reset_innocent(c, evidence),
        .trigger = c->request_frame && c->request_frame == flow->request_frame
                 ? asked_text(engine->asked, flow) : NULL,
        .trigger_frame = c->request_frame ? c->request_frame : c->peer.last.frame,
        .genuine_frame = c->syn_ack_frame ? c->syn_ack_frame : c->data_frame,
        .error_frame = c->died_frame,
        .error_ends = ends_of_error(&c->died.router, &flow->host[!c->end]->address),
        .claimed = flow->host[c->end], .injected = read_injected(c), .where = read_where(engine, flow, c),
    };

    add_facts(&r.facts, c);
    if (c->end == flow->client)
        stages_say(engine, flow, &r.facts);
    return report(engine->reports, &r, j, evidence) && j.verdict == VERDICT_FORGED;
}

static void
judge_case(engine_t *engine, flow_t *flow, reset_case_t *c)
{
    compare_with_host(c, flow);

    GArray *evidence = engine->scratch;
    judgement_t j = reset_judge(c, evidence);
    const finding_t *before = store_lookup(engine->store, c->reset.frame);
    bool convicted_before = before && before->verdict == VERDICT_FORGED;

    if (!report_is_due(engine->reports, &j, evidence) || !say(engine, flow, c, j, evidence))
        return;
    if (!convicted_before && host_remember_injector(flow->host[c->end], c->reset.frame, &c->reset.ip))
        revisit_host(engine, flow->host[c->end]);
}

/* ---- a reset arrives ---- */

static reset_t
read_reset(const observation_t *obs)
{
    reset_t r = {
        .frame = obs->frame, .time = obs->time, .ip = obs->ip, .seq = obs->seq, .ack = obs->ack,
        .flags = obs->flags, .window = obs->window, .length = obs->length, .tsval = obs->tsval,
        .has_timestamps = obs->has_timestamps, .has_options = obs->has_options,
        .payload_kept = (uint8_t)MIN(obs->captured, RESET_PAYLOAD_KEPT),
    };
    if (r.payload_kept)
        memcpy(r.payload, obs->payload, r.payload_kept);
    return r;
}

static bool
same_packet(const reset_t *a, const reset_t *b)
{
    int ttl_step = a->ip.ttl - b->ip.ttl;
    return a->ip.ip_id == b->ip.ip_id && a->seq == b->seq && a->ack == b->ack
        && a->flags == b->flags && a->window == b->window && ttl_step >= -1 && ttl_step <= 1;
}

static bool
same_numbers(const reset_t *a, const reset_t *b)
{
    return a->seq == b->seq && a->ack == b->ack && a->flags == b->flags;
}

/* Compares a new reset with the earlier ones of its sender, and them with it. */
static void
compare_with_earlier(engine_t *engine, flow_t *flow, flow_resets_t *list, reset_case_t *c)
{
    bool captures_twice = c->sender.duplicates || c->peer.duplicates;
    uint8_t burst = 1;

    for (unsigned i = 0; i < list->cases->len; i++) {
        reset_case_t *e = g_ptr_array_index(list->cases, i);
        int64_t gap = c->reset.time - e->reset.time;
        if (gap < 0 || gap > PAIR_NS)
            continue;
        if (e->end != c->end) {
            if (gap <= BURST_NS && c->sender.rtt && c->sender.rtt * NS_PER_US > 2 * BURST_NS)
                e->reverse_frame = c->reset.frame, c->reverse_frame = e->reset.frame;
            continue;
        }
        if (captures_twice && gap <= BURST_NS && same_packet(&e->reset, &c->reset))
            continue;
        c->previous = e->reset;
        if (e->peer.last.frame != c->peer.last.frame)
            continue;               /* the peer gave the sender something new to answer */
        if (gap <= BURST_NS && same_numbers(&e->reset, &c->reset))
            burst++;
        if (gap <= BURST_NS && !e->next.frame && same_kind(&e->reset, &c->reset)) {
            e->next.frame = c->reset.frame;
            e->next.ip_id = c->reset.ip.ip_id;
            e->next.window = c->reset.window;
            e->next.ttl = c->reset.ip.ttl;
        }
        if (gap <= BURST_NS && (e->reset.flags ^ c->reset.flags) & TCP_ACK)
            e->flavour_frame = c->reset.frame, c->flavour_frame = e->reset.frame;

        uint32_t step = c->reset.seq - e->reset.seq;
        if (seq_diff(c->reset.seq, e->reset.seq) > 2 && c->sender.packets && !flow->gap
            && seq_diff(c->reset.seq, c->sender.next_seq) > 2 && c->peer.last.bits & TCP_ACK
            && seq_diff(c->reset.seq, c->peer.last.ack) > 2) {
            e->changed_frame = c->reset.frame, e->changed_step = step;
            c->changed_frame = e->reset.frame, c->changed_step = step;
        }
    }
    c->burst = burst;
    for (unsigned i = 0; i < list->cases->len; i++) {
        reset_case_t *e = g_ptr_array_index(list->cases, i);
        if (e->end == c->end && c->reset.time - e->reset.time <= BURST_NS
            && same_numbers(&e->reset, &c->reset))
            e->burst = MAX(e->burst, burst);
        if (e->end != c->end || c->reset.time - e->reset.time <= PAIR_NS)
            judge_case(engine, flow, e);
    }
}

static void
remember_window_ttl(flow_t *flow, const reset_case_t *c)
{
    if (!c->reset.window || !(c->reset.flags & TCP_ACK) || host_uses_ttl(flow->host[c->end], c->reset.ip.ttl))
        return;
    host_suspicions_t *s = host_suspicions(flow->host[c->end]);
    window_ttl_t entry = { c->reset.window - c->reset.ip.ttl, c->reset.frame, c->reset.ip.ttl };
    for (unsigned i = 0; i < WINDOW_TTL_SLOTS; i++)
        if (s->window_ttl[i].frame && s->window_ttl[i].constant == entry.constant
            && s->window_ttl[i].ttl == entry.ttl)
            return;
    s->window_ttl[s->n_window_ttl++ % WINDOW_TTL_SLOTS] = entry;
}

static void
remember_mirror(flow_t *flow, const reset_case_t *c)
{
    if (!c->peer.last.frame || host_uses_ttl(flow->host[c->end], c->reset.ip.ttl))
        return;
    host_suspicions_t *s = host_suspicions(flow->host[c->end]);
    s->mirror[s->n_mirror++ % MIRROR_SLOTS] =
        (mirrored_ttl_t){ c->reset.frame, c->reset.ip.ttl, c->peer.last.ttl };
}

/* Gives up the resets of other flows, oldest first, until one more fits. False when none can. */
static bool
make_room(engine_t *engine, const flow_t *flow)
{
    resets_t *resets = resets_of(engine);

    while (resets->open >= resets->flows.max) {
        const GList *l = resets->flows.links.head;
        if (l && ((flow_resets_t *)l->data)->beside.flow == flow)
            l = l->next;
        report_limit(engine->reports, &resets->flows.limit);
        if (!l)
            return false;
        beside_drop(engine->besides, ((flow_resets_t *)l->data)->beside.flow, DETECT_RESET);
    }
    return true;
}

static bool
has_room(engine_t *engine, const segment_t *s, flow_resets_t *list)
{
    if (list->cases->len >= CASES_PER_FLOW) {
        report_limit(engine->reports, &list->limit);
        return false;
    }
    return make_room(engine, s->flow);
}

static RARELY_RUN void
observe_reset(engine_t *engine, const segment_t *s)
{
    flow_t *flow = s->flow;
    flow_resets_t *list = list_of(engine, flow);

    if (!has_room(engine, s, list))
        return;
    reset_case_t *c = g_new0(reset_case_t, 1);
    c->reset = read_reset(s->obs);
    c->end = s->end;
    c->sender = *s->sender;
    c->peer = *s->peer;
    c->answered_seq = c->peer.next_seq;
    c->request_frame = flow->request_frame;
    c->offer_unknown = flow->gap || !(flow->end[flow->client].seen & SEEN_SYN);
    c->died = died_last(engine->died, flow, !s->end);
    c->died_frame = c->died.frame;
    c->at_sender = vantage_is_at(&engine->vantages, flow, s->end);
    c->at_an_end = c->at_sender || vantage_is_at(&engine->vantages, flow, !s->end);

    compare_with_host(c, flow);
    compare_with_earlier(engine, flow, list, c);
    g_ptr_array_add(list->cases, c);
    resets_of(engine)->open++;
    judge_case(engine, flow, c);

    unsigned before = flow->host[s->end]->suspicions ? flow->host[s->end]->suspicions->n_window_ttl : 0;
    remember_window_ttl(flow, c);
    remember_mirror(flow, c);
    if (c->lockstep_frame && flow->host[s->end]->suspicions->n_window_ttl != before)
        revisit_host(engine, flow->host[s->end]);
}

/* ---- a packet follows ---- */

static bool
continues_series(const reset_case_t *c, const observation_t *obs)
{
    uint16_t step = (uint16_t)(obs->ip.ip_id - c->sender.last.mark);
    bool counter = !obs->ip.ipv6 && c->sender.id_steps >= 2 && c->sender.last.mark && step >= 1 && step <= 64;
    int32_t clock = seq_diff(obs->tsval, c->sender.tsval);
    int64_t elapsed = ticks_since(c->sender.last.time, ticks(obs->time));
    bool timestamps = obs->has_timestamps && c->sender.seen & SEEN_TIMESTAMPS && !c->reset.has_timestamps
                   && clock >= 0 && clock <= elapsed / NS_PER_US + 10000;

    /* Only where the reset itself stands outside the series. */
    return (counter || timestamps) && c->reset.ip.ip_id != (uint16_t)(obs->ip.ip_id - 1)
        && (counter ? c->reset.ip.ip_id != 0 || !c->reset.ip.df : timestamps);
}

/* The sender speaks again although it reset the connection. Returns true when that is news. */
static bool
note_afterlife(reset_case_t *c, const segment_t *s)
{
    const observation_t *obs = s->obs;
    int64_t delay = obs->time - c->reset.time;
    uint32_t after = obs->seq + obs->length;

    if ((obs->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK)) {
        if (c->syn_ack_frame || (c->sender.packets && !c->sender_is_later) || s->peer->last.frame != c->peer.last.frame
            || (c->peer.last.bits & (TCP_SYN | TCP_ACK)) != TCP_SYN || obs->ack != c->answered_seq)
            return false;
        if (delay > SYN_ALIVE_NS)
            return false;               /* another connection on the same ports */
        c->syn_ack_frame = obs->frame;
        c->syn_ack_delay = delay;
        return true;
    }
    /* A SYN from a raw socket is reset by the kernel behind it, and the tool carries on: scanners. */
    bool raw_socket = c->sender.packets == 1 && (c->sender.last.bits & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    bool new_data = obs->length && seq_diff(after, c->reset.seq) > 0
                 && (!c->sender.packets || seq_diff(after, c->sender.next_seq) > 0);
    bool new_ack = obs->flags & TCP_ACK && c->sender.last.bits & TCP_ACK
                && seq_diff(obs->ack, c->sender.last.ack) > 0 && seq_diff(obs->seq, c->reset.seq) >= 0;
    if (c->data_frame || obs->flags & TCP_SYN || raw_socket || !(new_data || new_ack)
        || delay < (new_data ? REORDER_NS : REORDER_ACK_NS)
        || seq_diff(obs->seq, c->reset.seq) > UINT16_MAX)
        return false;
    c->data_frame = obs->frame;
    c->data_delay = delay;
    c->data_continues = continues_series(c, obs);
    return true;
}

static RARELY_RUN void
observe_afterlife(engine_t *engine, const segment_t *s)
{
    flow_resets_t *list = list_find(engine, s->flow);

    for (unsigned i = 0; i < list->cases->len; i++) {
        reset_case_t *c = g_ptr_array_index(list->cases, i);
        if (c->end != s->end)
            continue;
        bool news = note_afterlife(c, s);
        if (c->sender_is_later || !c->sender.packets) {
            /* Nothing to compare with before: this packet will have to do. */
            c->sender = *s->sender;
            c->sender_is_later = c->sender.packets > 0;
            news |= c->sender.packets == 1;
        }
        if (news)
            judge_case(engine, s->flow, c);
    }
}

static void
reset_segment(engine_t *engine, segment_t *s)
{
    if (s->obs->flags & TCP_RST)
        observe_reset(engine, s);
    else if (beside_has(s->flow, DETECT_RESET))
        observe_afterlife(engine, s);
}

/* ---- an ICMP error quotes a packet ---- */

static void
reset_quote(engine_t *engine, const quote_t *quote)
{
    flow_resets_t *list = quote->died ? list_find(engine, quote->flow) : NULL;

    for (unsigned i = 0; list && i < list->cases->len; i++) {
        reset_case_t *c = g_ptr_array_index(list->cases, i);
        const packet_t *last = &quote->flow->end[quote->end].last;
        if (c->end != quote->end && c->peer.last.frame == last->frame) {
            c->died = died_last(engine->died, quote->flow, quote->end);
            c->died_frame = c->died.frame;
            judge_case(engine, quote->flow, c);
        }
    }
}

const detector_t detector_reset = {
    .sees = SEES_RESETS,
    .keeps = true,
    .segment = reset_segment,
    .open = reset_open,
    .close = reset_close,
    .quote = reset_quote,
    .signature = reset_signature,
};
