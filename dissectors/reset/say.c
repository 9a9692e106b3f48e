/* reset/say.c
 * What is said of a reset; see say.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reset/say.h"

#include "stages/stages.h"
#include "state/hops.h"

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
    if (c->ignored_frame)
        fact_number(facts, F_RESET_IGNORED, c->ignored_frame);
    if (reset_idle(c) >= IDLE_NS)
        fact_number(facts, F_RESET_IDLE, reset_idle(c));
    if (c->burst > 1)
        fact_number(facts, F_RESET_BURST, c->burst);
    if (c->reset.window)
        fact_number(facts, F_RESET_WINDOW_TTL, c->reset.window - c->reset.ip.ttl);
    if (c->sender.rtt)
        fact_number(facts, F_RESET_PATH_RTT, c->sender.rtt * NS_PER_US);
}

/* ---- who and where, once it is forged ---- */

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
        v[TRAIT_SEQ_STEP_WINDOWS] = !trigger->window || c->changed_step % trigger->window
                                  ? 0 : c->changed_step / trigger->window;
    }
    if (before->frame && r->time - before->time <= BURST_NS && reset_same_kind(before, r))
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
    const flow_resets_t *list = resets_find(engine, flow);

    for (unsigned i = 0; list && i < list->cases->len; i++)
        if (((const reset_case_t *)g_ptr_array_index(list->cases, i))->died_frame)
            return false;
    return true;
}

/* The farthest place where the same request to this host died and nobody answered; 0: none. */
static uint8_t
silent_hops(engine_t *engine, const flow_t *answered, const reset_case_t *c)
{
    unsigned most = REVISIT_MAX;
    uint8_t farthest = 0;

    for (const GList *l = died_youngest(engine->died); l && most-- && may_work(engine, 1); l = l->prev) {
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
read_where(engine_t *engine, const flow_t *flow, const reset_case_t *c)
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

bool
reset_say(engine_t *engine, const flow_t *flow, const reset_case_t *c, judgement_t j, GArray *evidence)
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
        .claimed = flow->host[c->end], .injected = read_injected(c),
    };

    if (j.verdict == VERDICT_FORGED)
        r.where = read_where(engine, flow, c);
    add_facts(&r.facts, c);
    if (c->end == flow->client)
        stages_say(engine, flow, &r.facts);
    return report(engine->reports, &r, j, evidence) && j.verdict == VERDICT_FORGED;
}
