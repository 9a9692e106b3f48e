/* reset/judging.c
 * When cases are judged, and judged again; see judging.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reset/judging.h"

#include "reset/others.h"
#include "reset/say.h"
#include "state/hops.h"

/* So often the cases of one host are looked at again when a box is proven to forge: one that changes its header with
 * every packet is known by then. */
#define REVISITS_MAX 16
/* What judging a case costs beside a step along a list. */
#define JUDGE_STEPS 16

/* c says again, at the same moment and from the same distance, what e said. */
static bool
repeats(const reset_case_t *e, const reset_case_t *c)
{
    const reset_t *a = &e->reset, *b = &c->reset;

    return e->end == c->end && a->frame < b->frame && b->time - a->time <= BURST_NS && reset_same_kind(a, b)
        && a->seq == b->seq && a->ack == b->ack && a->window == b->window && a->ip.ttl == b->ip.ttl
        && !ip_mark(&a->ip) == !ip_mark(&b->ip);
}

/* A tool that shoots at every packet says the same more than once. The first one was proven forged; from a distance
 * that is none of the sender's, if only by one router, the others are the tool's as well. */
static void
find_first_shot(const engine_t *engine, const flow_resets_t *list, reset_case_t *c)
{
    uint8_t ttl = c->reset.ip.ttl;

    if (c->same_box_frame || c->sender.packets < 3 || ttl == c->sender.ttl[0] || ttl == c->sender.ttl[1])
        return;
    for (unsigned i = 0; i < list->cases->len; i++) {
        const reset_case_t *e = g_ptr_array_index(list->cases, i);
        if (repeats(e, c) && store_is_forged(engine->store, e->reset.frame)) {
            c->same_box_frame = e->reset.frame;
            return;
        }
    }
}

void
reset_revisit_host(engine_t *engine, host_t *host)
{
    host_suspicions_t *suspicions = host_suspicions(host);

    if (suspicions->marked || suspicions->revisits >= REVISITS_MAX)
        return;
    suspicions->marked = true;
    suspicions->revisits++;
    g_ptr_array_add(resets_of(engine)->marked, host);
}

static void
make_due(resets_t *resets, flow_resets_t *list, unsigned end)
{
    list->due[end] = true;
    if (list->due_link.data)
        return;
    list->due_link.data = list;
    g_queue_push_tail_link(&resets->due, &list->due_link);
}

static void
make_host_due(engine_t *engine, host_t *host)
{
    resets_t *resets = resets_of(engine);
    unsigned most = REVISIT_MAX;

    host_suspicions(host)->marked = false;
    for (GList *l = resets->flows.links.tail; l && most-- && may_work(engine, 1); l = l->prev) {
        flow_resets_t *list = l->data;
        for (unsigned end = 0; end < 2; end++)
            if (list->beside.flow->host[end] == host)
                make_due(resets, list, end);
    }
}

/* False where that would be too much for now. */
static bool
judge_due(engine_t *engine, flow_resets_t *list)
{
    resets_t *resets = resets_of(engine);
    bool due[2] = { list->due[0], list->due[1] };

    if (!may_work(engine, list->cases->len * JUDGE_STEPS))
        return false;
    g_queue_unlink(&resets->due, &list->due_link);
    list->due_link.data = NULL;
    list->due[0] = list->due[1] = false;
    for (unsigned i = 0; i < list->cases->len; i++) {
        reset_case_t *c = g_ptr_array_index(list->cases, i);
        if (due[c->end] && !c->same_box_frame)
            reset_judge_case(engine, list->beside.flow, list, c);
    }
    return true;
}

/* Judging may mark further hosts. What is too much waits for the next packets. */
static RARELY_RUN void
take_turns(engine_t *engine)
{
    resets_t *resets = resets_of(engine);

    do {
        while (resets->marked->len)
            make_host_due(engine, g_ptr_array_remove_index(resets->marked, resets->marked->len - 1));
    } while (resets->due.head && judge_due(engine, resets->due.head->data));
}

void
reset_work_off(engine_t *engine)
{
    const resets_t *resets = resets_of(engine);

    if (resets->marked->len || resets->due.head)
        take_turns(engine);
}

void
reset_revisit_frame(engine_t *engine, const host_t *host, uint32_t frame)
{
    unsigned most = REVISIT_MAX;

    for (GList *l = resets_of(engine)->flows.links.tail; l && most-- && may_work(engine, 1); l = l->prev) {
        flow_resets_t *list = l->data;
        flow_t *flow = list->beside.flow;
        if (flow->host[0] != host && flow->host[1] != host)
            continue;
        for (unsigned i = 0; i < list->cases->len; i++) {
            reset_case_t *c = g_ptr_array_index(list->cases, i);
            if (c->reset.frame == frame) {
                reset_judge_case(engine, flow, list, c);
                return;
            }
        }
    }
}

/* Of the resets after a sender's end, which harm nobody, one is enough to say. */
static bool
is_told_already(flow_resets_t *list, const reset_case_t *c, verdict_t verdict)
{
    uint32_t *told = &list->told_after_end[c->end];

    if (verdict == VERDICT_FORGED || verdict == VERDICT_NONE || !reset_after_end(c))
        return false;
    if (!*told)
        *told = c->reset.frame;
    return *told != c->reset.frame;
}

static reset_case_t *
case_of_frame(const flow_resets_t *list, uint32_t frame)
{
    for (unsigned i = 0; i < list->cases->len; i++) {
        reset_case_t *c = g_ptr_array_index(list->cases, i);
        if (c->reset.frame == frame)
            return c;
    }
    return NULL;
}

/* Of a packet called forged the evidence was not kept, so no more of it is worth the work (`max_findings`). */
static bool
is_kept_in_brief(const engine_t *engine, uint32_t frame)
{
    return !store_lookup(engine->store, frame)->evidence->len;
}

/* One box writes to both ends: what is proven of one half holds for the other. */
static void
find_other_half(const engine_t *engine, const flow_resets_t *list, reset_case_t *c)
{
    const reset_case_t *other = c->reverse_frame && !c->other_half_frame ? case_of_frame(list, c->reverse_frame) : NULL;

    if (other && !other->other_half_frame && resets_are_halves(c, other)
        && store_is_forged(engine->store, other->reset.frame))
        c->other_half_frame = other->reset.frame;
}

static void
tell_other_half(engine_t *engine, flow_t *flow, flow_resets_t *list, const reset_case_t *proven)
{
    reset_case_t *other = proven->reverse_frame ? case_of_frame(list, proven->reverse_frame) : NULL;

    if (other && !other->other_half_frame && !proven->other_half_frame)
        reset_judge_case(engine, flow, list, other);
}

/* What is said of nothing is the host's own habit; until it is said. */
static void
learn_own_reset(const flow_t *flow, reset_case_t *c, verdict_t verdict)
{
    bool own = verdict == VERDICT_NONE && reset_is_near(c);

    if (own == c->taught)
        return;
    host_learn_reset(flow->host[c->end], c->reset.flags & TCP_ACK, c->reset.ip.df, own);
    c->taught = own;
}

/* Its header, or on the local link its station. True when that is news. */
static bool
remember_forger(host_t *host, const reset_case_t *c)
{
    if (!reset_of_other_station(c))
        return host_remember_injector(host, c->reset.frame, &c->reset.ip);
    host_suspicions_t *s = host_suspicions(host);
    if (s->forger_station)
        return false;
    s->forger_station = c->reset.station;
    s->forger_frame = c->reset.frame;
    return true;
}

bool
reset_is_own(const engine_t *engine, const flow_t *flow, reset_case_t *c)
{
    bool alone = !flow->end[!c->end].packets && c->sender.packets && !ttl_hops(c->sender.ttl[0]);

    c->at_sender |= alone || vantage_is_at(&engine->vantages, flow, c->end);
    return c->at_sender && !reset_of_other_station(c);
}

void
reset_judge_case(engine_t *engine, flow_t *flow, flow_resets_t *list, reset_case_t *c)
{
    others_compare(engine, c, flow);
    if (reset_is_own(engine, flow, c))
        return;
    bool convicted_before = store_is_forged(engine->store, c->reset.frame);
    if (convicted_before && is_kept_in_brief(engine, c->reset.frame))
        return;
    find_other_half(engine, list, c);
    find_first_shot(engine, list, c);

    GArray *evidence = engine->scratch;
    judgement_t j = reset_judge(c, evidence);

    learn_own_reset(flow, c, j.verdict);
    if (is_told_already(list, c, j.verdict))
        j.verdict = VERDICT_NONE;
    if (!report_is_due(engine->reports, &j, evidence) || !reset_say(engine, flow, c, j, evidence) || convicted_before)
        return;
    tell_other_half(engine, flow, list, c);
    if (remember_forger(flow->host[c->end], c))
        reset_revisit_host(engine, flow->host[c->end]);
}
