/* reset/cases.c
 * Follows every reset through its flow: what came before, what it answers, what comes after. Each
 * new fact has the case judged again (reset/signatures.c); a verdict only ever grows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "detector.h"
#include "data/run.h"
#include "reset/case.h"
#include "reset/contrast.h"
#include "stages/stages.h"
#include "state/hops.h"

#include <string.h>

/* Resets of one flow that later packets may still tell more about. Further ones are judged by what came before
 * them, and then no more: tools send some dozens, and after that a storm says nothing new. */
#define CASES_PER_FLOW  16
#define JUDGED_PER_FLOW 256

/* What is said where a bound is reached. */
#define OPEN_NOTICE     "reset limit reached: later packets no longer add to the oldest resets"
#define JUDGED_NOTICE   "more resets in this connection than are judged: only the first 256 are"
#define OUTCOMES_NOTICE "name limit reached: connections for further names are not compared with those for others"

/* Names, and clients with servers, whose connections are counted by how they went. */
#define OUTCOMES_MAX 65536

/* Of the cases still open, how many are looked at again when a box is proven to forge. */
#define REVISIT_MAX 256
/* So often for one host: a box that changes its header with every packet is known by then. */
#define REVISITS_MAX 16
/* What judging a case costs beside a step along a list. */
#define JUDGE_STEPS 16

/* What follows a reset by less may have been overtaken by it on the way. */
#define REORDER_NS     (1 * NS_PER_MS)
#define REORDER_ACK_NS (5 * NS_PER_MS)

/* Who has not noticed the reset goes on within this; later, a new connection uses the ports, and its SYN was lost. */
#define AFTERLIFE_NS (10 * NS_PER_S)

/* A reset this long after the request comes in place of an answer. */
#define CUT_NS (3 * NS_PER_S)

/* Kept beside a flow that has had a reset. */
typedef struct {
    beside_t   beside;
    GList      link;            /* in resets_t.flows */
    GPtrArray *cases;           /* of reset_case_t, owned, in capture order */
    limit_t    limit;
    unsigned   judged;          /* resets, up to JUDGED_PER_FLOW */
    uint32_t   told_after_end[2];   /* of each end, the reset after its end that was told; 0: none */
    GList      due_link;        /* in resets_t.due; data is NULL where it is not in there */
    bool       due[2];          /* the cases of this end are to be judged again */
    bool       cut;             /* the client's request got a reset in place of an answer */
} flow_resets_t;

typedef struct {
    oldest_t   flows;           /* of flow_resets_t; max is that of `open` */
    unsigned   open;            /* lists and cases */
    GPtrArray *marked;          /* hosts whose open cases are to be judged again, with the packet at hand */
    GQueue     due;             /* of flow_resets_t whose turn that is; what is too much work waits in here */
    outcomes_t *outcomes;
    limit_t    outcomes_limit;
    record_t   record[N_CHANCES];   /* of all resets */
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
    if (list->due_link.data)
        g_queue_unlink(&resets->due, &list->due_link);
    g_ptr_array_free(list->cases, TRUE);
}

static void *
reset_open(engine_t *engine)
{
    resets_t *resets = g_new0(resets_t, 1);

    resets->flows = oldest_new(engine->limits.resets, OPEN_NOTICE);
    resets->marked = g_ptr_array_new();
    resets->outcomes = outcomes_new(OUTCOMES_MAX);
    resets->outcomes_limit.notice = OUTCOMES_NOTICE;
    besides_kind(engine->besides, DETECT_RESET, sizeof(flow_resets_t), clear_list, resets);
    return resets;
}

static void
reset_close(engine_t *engine)
{
    outcomes_free(resets_of(engine)->outcomes);
    g_ptr_array_free(resets_of(engine)->marked, TRUE);
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
    list->limit.notice = JUDGED_NOTICE;
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

/* ---- what the host's other packets add ---- */

/* Another reset in this host's name that counts window and TTL together, follows the TTL of what it answers, or
 * copies its IP ID. */
static void
compare_with_others(reset_case_t *c, const host_suspicions_t *suspicions)
{
    for (unsigned i = 0; i < WINDOW_TTL_SLOTS; i++) {
        const window_ttl_t *other = &suspicions->window_ttl[i];
        int apart = other->ttl - c->reset.ip.ttl;
        if (other->frame && c->reset.window && other->frame != c->reset.frame
            && other->constant == c->reset.window - c->reset.ip.ttl && (apart > 1 || apart < -1)) {
            c->lockstep_frame = other->frame;
            c->lockstep_ttl = other->ttl;
        }
    }
    for (unsigned i = 0; i < MIRROR_SLOTS; i++) {
        const mirrored_ttl_t *other = &suspicions->mirror[i];
        int apart = other->ttl - c->reset.ip.ttl, asked = other->answered_ttl - c->peer.last.ttl;
        if (!other->frame || other->frame == c->reset.frame || !c->peer.last.frame || ABS(asked) <= 1)
            continue;
        c->mirror_possible = true;
        if (apart == asked)
            c->mirror_frame = other->frame;
    }
    for (unsigned i = 0; i < COPIED_SLOTS; i++)
        if (suspicions->copied_frame[i] && suspicions->copied_frame[i] != c->reset.frame
            && reset_shows_chance(c, CHANCE_IP_ID))
            c->copied_frame = suspicions->copied_frame[i];
}

static void
read_host(reset_case_t *c, const host_t *host)
{
    c->host_ttls = host->ttls;
    c->host_df_set = host->df_set;
    c->host_df_clear = host->df_clear;
    c->host_station = host->links_other ? 0 : host->link;
    c->host_rtt = host->rtt;
    c->host_rtts = host->rtts;
    c->host_answers = host->answers;
    c->own = host->own_resets[!!(c->reset.flags & TCP_ACK)];
}

/* What the other resets of the capture make of equalities that may be accidents. */
static void
read_record(reset_case_t *c, const resets_t *resets)
{
    for (chance_t i = 1; i < N_CHANCES; i++) {
        c->record[i] = resets->record[i];
        c->record[i].tested -= c->counted >> i & 1;
        c->record[i].alike -= c->counted_alike >> i & 1;
    }
}

static void
read_contrast(engine_t *engine, reset_case_t *c, const flow_t *flow)
{
    c->contrast = outcomes_contrast(resets_of(engine)->outcomes, engine->names, flow);
    if (!c->contrast.cut)
        return;
    c->contrast.name = store_text(engine->store, c->contrast.name, strlen(c->contrast.name));
    c->contrast.passed_name = store_text(engine->store, c->contrast.passed_name, strlen(c->contrast.passed_name));
}

static void
compare_with_host(engine_t *engine, reset_case_t *c, const flow_t *flow)
{
    const host_t *host = flow->host[c->end];

    read_host(c, host);
    if (c->end != flow->client && c->request_frame && c->request_frame == flow->request_frame)
        read_contrast(engine, c, flow);
    if (host->suspicions)
        compare_with_others(c, host->suspicions);
    read_record(c, resets_of(engine));
    const run_t *run = beside_find(engine->besides, flow, BESIDE_RUN);
    if (run && !c->page_frame)
        c->page_frame = run_goes_on(run, c->reset.seq, &c->reset.ip);
    if (host->suspicions && !c->same_box_frame)
        c->same_box_frame = host_known_injector(host, c->reset.frame, &c->reset.ip);
    if (host->suspicions && !c->same_box_frame && reset_of_other_station(c)
        && host->suspicions->forger_station == c->reset.station && host->suspicions->forger_frame != c->reset.frame)
        c->same_box_frame = host->suspicions->forger_frame;
}

static void judge_case(engine_t *engine, flow_t *flow, flow_resets_t *list, reset_case_t *c);

static bool
is_forged(const engine_t *engine, uint32_t frame)
{
    const finding_t *finding = store_lookup(engine->store, frame);
    return finding && finding->verdict == VERDICT_FORGED;
}

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
        if (repeats(e, c) && is_forged(engine, e->reset.frame)) {
            c->same_box_frame = e->reset.frame;
            return;
        }
    }
}

/* A box was proven to forge packets in a host's name, or a pattern shows: its open cases are judged again, once,
 * when the packet at hand is through. */
static void
revisit_host(engine_t *engine, host_t *host)
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
            judge_case(engine, list->beside.flow, list, c);
    }
    return true;
}

/* Judging may mark further hosts. What is too much waits for the next packets. */
static RARELY_RUN void
work_off(engine_t *engine)
{
    resets_t *resets = resets_of(engine);

    do {
        while (resets->marked->len)
            make_host_due(engine, g_ptr_array_remove_index(resets->marked, resets->marked->len - 1));
    } while (resets->due.head && judge_due(engine, resets->due.head->data));
}

static void
after_packet(engine_t *engine)
{
    const resets_t *resets = resets_of(engine);

    if (resets->marked->len || resets->due.head)
        work_off(engine);
}

/* Judges the open case of one frame again: a later reset completes a pattern with it. */
static void
revisit_frame(engine_t *engine, const host_t *host, uint32_t frame)
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
                judge_case(engine, flow, list, c);
                return;
            }
        }
    }
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
    const flow_resets_t *list = list_find(engine, flow);

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

/* ---- judging ---- */

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

    if (other && !other->other_half_frame && resets_are_halves(c, other) && is_forged(engine, other->reset.frame))
        c->other_half_frame = other->reset.frame;
}

static void
tell_other_half(engine_t *engine, flow_t *flow, flow_resets_t *list, const reset_case_t *proven)
{
    reset_case_t *other = proven->reverse_frame ? case_of_frame(list, proven->reverse_frame) : NULL;

    if (other && !other->other_half_frame && !proven->other_half_frame)
        judge_case(engine, flow, list, other);
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
        .claimed = flow->host[c->end], .injected = read_injected(c),
    };

    if (j.verdict == VERDICT_FORGED)
        r.where = read_where(engine, flow, c);
    add_facts(&r.facts, c);
    if (c->end == flow->client)
        stages_say(engine, flow, &r.facts);
    return report(engine->reports, &r, j, evidence) && j.verdict == VERDICT_FORGED;
}

/* What leaves the machine that captures is its own, decoys of a tool against filters included; if it is not put on
 * the link by somebody else. Where the other end is not captured at all, a sender without a router in between is
 * next to the capture. */
static bool
is_own(const engine_t *engine, const flow_t *flow, reset_case_t *c)
{
    bool alone = !flow->end[!c->end].packets && c->sender.packets && !ttl_hops(c->sender.ttl[0]);

    c->at_sender |= alone || vantage_is_at(&engine->vantages, flow, c->end);
    return c->at_sender && !reset_of_other_station(c);
}

static void
judge_case(engine_t *engine, flow_t *flow, flow_resets_t *list, reset_case_t *c)
{
    compare_with_host(engine, c, flow);
    if (is_own(engine, flow, c))
        return;
    bool convicted_before = is_forged(engine, c->reset.frame);
    if (convicted_before && is_kept_in_brief(engine, c->reset.frame))
        return;
    find_other_half(engine, list, c);
    find_first_shot(engine, list, c);

    GArray *evidence = engine->scratch;
    judgement_t j = reset_judge(c, evidence);

    learn_own_reset(flow, c, j.verdict);
    if (is_told_already(list, c, j.verdict))
        j.verdict = VERDICT_NONE;
    if (!report_is_due(engine->reports, &j, evidence) || !say(engine, flow, c, j, evidence) || convicted_before)
        return;
    tell_other_half(engine, flow, list, c);
    if (remember_forger(flow->host[c->end], c))
        revisit_host(engine, flow->host[c->end]);
}

/* ---- a reset arrives ---- */

static reset_t
read_reset(const observation_t *obs)
{
    reset_t r = {
        .frame = obs->frame, .time = obs->time, .ip = obs->ip, .seq = obs->seq, .ack = obs->ack,
        .flags = obs->flags, .window = obs->window, .length = obs->length, .tsval = obs->tsval,
        .tsecr = obs->tsecr, .has_timestamps = obs->has_timestamps, .has_options = obs->has_options,
        .station = obs->link_src,
        .payload_kept = (uint8_t)MIN(obs->captured, RESET_PAYLOAD_KEPT),
    };
    if (r.payload_kept)
        memcpy(r.payload, obs->payload, r.payload_kept);
    return r;
}

/* Packets of the two ends are known to be missing in the capture. */
static bool
is_incomplete(const reset_case_t *c)
{
    const direction_t *a = &c->sender, *b = &c->peer;

    return (a->seen | b->seen) & SEEN_HOLE
        || (a->packets && b->packets && b->last.bits & TCP_ACK && seq_diff(b->last.ack, a->next_seq) > 0)
        || (a->packets && b->packets && a->last.bits & TCP_ACK && seq_diff(a->last.ack, b->next_seq) > 0);
}

/* The sender has reset the connection itself, for all that is known. */
static bool
was_reset_before(const engine_t *engine, const flow_resets_t *list, const reset_case_t *c)
{
    for (unsigned i = 0; i < list->cases->len; i++) {
        const reset_case_t *e = g_ptr_array_index(list->cases, i);
        const finding_t *finding = store_lookup(engine->store, e->reset.frame);
        if (e->end == c->end && reset_is_near(e) && !(finding && finding->verdict >= VERDICT_SUSPECT))
            return true;
    }
    return false;
}

/* Compares a new reset with the earlier ones of its sender, and them with it. */
static void
compare_with_earlier(engine_t *engine, flow_t *flow, flow_resets_t *list, reset_case_t *c)
{
    c->unread = flow->gap;
    c->after_own_reset = was_reset_before(engine, list, c);
    unsigned news = resets_compare(list->cases, c, flow->gap, is_incomplete(c));

    for (unsigned i = 0; i < list->cases->len; i++)
        if (news >> i & 1)
            judge_case(engine, flow, list, g_ptr_array_index(list->cases, i));
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

static void
remember_copy(flow_t *flow, const reset_case_t *c)
{
    if (!reset_shows_chance(c, CHANCE_IP_ID))
        return;
    host_suspicions_t *s = host_suspicions(flow->host[c->end]);
    s->copied_frame[s->n_copied++ % COPIED_SLOTS] = c->reset.frame;
}

static void
count_chances(resets_t *resets, reset_case_t *c)
{
    for (chance_t i = 1; i < N_CHANCES; i++) {
        bool tested = reset_tests_chance(c, i), alike = tested && reset_shows_chance(c, i);
        resets->record[i].tested += tested;
        resets->record[i].alike += alike;
        c->counted |= (uint8_t)(tested << i);
        c->counted_alike |= (uint8_t)(alike << i);
    }
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

/* One more reset is worth a look. */
static bool
may_judge(engine_t *engine, flow_resets_t *list)
{
    if (list->judged < JUDGED_PER_FLOW) {
        list->judged++;
        return true;
    }
    report_limit(engine->reports, &list->limit);
    return false;
}

/* SYN, FIN and RST at once is no reset, but a scan or damage; and a reset can only be forged into something. */
static bool
is_worth_a_look(const segment_t *s)
{
    return !(s->obs->flags & (TCP_SYN | TCP_FIN)) && s->sender->packets + s->peer->packets > 0;
}

static void
read_case(engine_t *engine, const segment_t *s, reset_case_t *c)
{
    flow_t *flow = s->flow;

    c->reset = read_reset(s->obs);
    c->end = s->end;
    c->opener = s->end == flow->client;
    c->sender = *s->sender;
    c->peer = *s->peer;
    c->answered_seq = c->peer.next_seq;
    c->request_frame = flow->request_frame;
    c->offer_unknown = flow->gap || !(flow->end[flow->client].seen & SEEN_SYN);
    c->died = died_last(engine->died, flow, !s->end);
    c->died_frame = c->died.frame;
    c->at_sender = vantage_is_at(&engine->vantages, flow, s->end);
    c->at_an_end = c->at_sender || vantage_is_at(&engine->vantages, flow, !s->end);
    compare_with_host(engine, c, flow);
}

/* A request got this in place of an answer. */
static void
note_cut(engine_t *engine, flow_t *flow, flow_resets_t *list, const reset_case_t *c)
{
    int64_t delay = ticks_since(c->peer.last.time, ticks(c->reset.time));

    if (list->cut || c->end == flow->client || !c->request_frame || c->sender.seen & SEEN_DATA || delay > CUT_NS)
        return;
    list->cut = true;
    if (outcomes_cut(resets_of(engine)->outcomes, flow, c->reset.time))
        revisit_host(engine, flow->host[c->end]);
}

/* A pattern of two tells as much about the first as about the second; the third finds it by itself. */
static bool
is_pattern_new(host_suspicions_t *suspicions, const reset_case_t *c)
{
    unsigned seen = (c->mirror_frame ? PATTERN_MIRROR : 0) | (c->copied_frame ? PATTERN_COPY : 0);
    bool news = seen & ~suspicions->patterns;

    suspicions->patterns |= (uint8_t)seen;
    return news;
}

static void
remember_reset(engine_t *engine, flow_t *flow, const reset_case_t *c)
{
    host_t *host = flow->host[c->end];
    remember_window_ttl(flow, c);
    remember_mirror(flow, c);
    remember_copy(flow, c);
    if (host->suspicions && is_pattern_new(host->suspicions, c))
        revisit_host(engine, host);
    if (c->lockstep_frame)
        revisit_frame(engine, host, c->lockstep_frame);
}

static RARELY_RUN void
observe_reset(engine_t *engine, const segment_t *s)
{
    flow_t *flow = s->flow;
    reset_case_t now = { 0 }, *c = &now;

    read_case(engine, s, c);
    if (is_own(engine, flow, c))
        return;
    flow_resets_t *list = list_of(engine, flow);
    if (!may_judge(engine, list))
        return;
    bool follow = list->cases->len < CASES_PER_FLOW && make_room(engine, flow);
    note_cut(engine, flow, list, c);
    compare_with_earlier(engine, flow, list, c);
    count_chances(resets_of(engine), c);
    if (follow) {
        c = g_new(reset_case_t, 1);
        *c = now;
        g_ptr_array_add(list->cases, c);
        resets_of(engine)->open++;
    }
    judge_case(engine, flow, list, c);
    remember_reset(engine, flow, c);
}

/* A server answers a client. */
static RARELY_RUN void
observe_answer(engine_t *engine, const segment_t *s)
{
    host_t *server = s->flow->host[s->end];
    const flow_resets_t *list = list_find(engine, s->flow);

    server->answers += server->answers < UINT8_MAX;
    if (list && list->cut)
        return;
    if (outcomes_passed(resets_of(engine)->outcomes, s->flow, s->obs->frame, s->obs->time))
        revisit_host(engine, server);
    if (outcomes_full(resets_of(engine)->outcomes))
        report_limit(engine->reports, &resets_of(engine)->outcomes_limit);
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
        c->syn_ack_station = obs->link_src;
        return true;
    }
    /* A SYN from a raw socket is reset by the kernel behind it, and the tool carries on: scanners. */
    bool raw_socket = c->sender.packets == 1 && (c->sender.last.bits & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    bool new_data = obs->length && seq_diff(after, c->reset.seq) > 0
                 && (!c->sender.packets || seq_diff(after, c->sender.next_seq) > 0);
    bool new_ack = obs->flags & TCP_ACK && c->sender.last.bits & TCP_ACK
                && seq_diff(obs->ack, c->sender.last.ack) > 0 && seq_diff(obs->seq, c->reset.seq) >= 0;
    bool new_fin = obs->flags & TCP_FIN && c->sender.packets && !(c->sender.seen & SEEN_FIN)
                && continues_series(c, obs);
    if (c->data_frame || obs->flags & TCP_SYN || raw_socket || !(new_data || new_ack || new_fin)
        || delay < (new_data ? REORDER_NS : REORDER_ACK_NS) || delay > AFTERLIFE_NS
        || seq_diff(obs->seq, c->reset.seq) > UINT16_MAX)
        return false;
    /* Whoever was reset by a segment of the peer has received it. A NAT in the sender's place took it itself. */
    if (reset_answers_segment(c) && c->peer.last.length && seq_diff(obs->ack, c->answered_seq) < 0) {
        bool news = !c->unmoved_frame;
        c->unmoved_frame = obs->frame;
        return news;
    }
    c->unmoved_frame = 0;
    c->data_frame = obs->frame;
    c->data_delay = delay;
    c->data_continues = continues_series(c, obs);
    c->data_answers = c->peer.last.length && obs->flags & TCP_ACK && seq_diff(obs->ack, c->answered_seq) >= 0;
    return true;
}

/* The receiver has had the time to get the reset, and goes on. True when that is news. */
static bool
note_receiver(reset_case_t *c, const segment_t *s)
{
    const observation_t *obs = s->obs;
    int64_t delay = obs->time - c->reset.time;
    bool new_data = obs->length && seq_diff(obs->seq + obs->length, c->answered_seq) > 0;
    bool new_ack = obs->flags & TCP_ACK && c->peer.last.bits & TCP_ACK && seq_diff(obs->ack, c->peer.last.ack) > 0;

    if (c->ignored_frame || obs->flags & TCP_SYN || !(new_data || new_ack) || delay > AFTERLIFE_NS
        || delay < c->peer.rtt * NS_PER_US + REORDER_ACK_NS)
        return false;
    c->ignored_frame = obs->frame;
    return true;
}

/* What was known of the sender is little: what comes later has to do, or confirms it. True when that is news. */
static bool
learn_later(reset_case_t *c, const segment_t *s)
{
    if (c->sender_is_later || !c->sender.packets) {
        c->sender = *s->sender;
        c->sender_is_later = c->sender.packets > 0;
        return c->sender.packets == 1;
    }
    if (c->confirmed || s->obs->flags & TCP_SYN || s->obs->ip.ttl != c->sender.ttl[0])
        return false;
    c->confirmed++;
    return c->sender.packets == 1;
}

static RARELY_RUN void
observe_afterlife(engine_t *engine, const segment_t *s)
{
    flow_resets_t *list = list_find(engine, s->flow);

    for (unsigned i = 0; i < list->cases->len; i++) {
        reset_case_t *c = g_ptr_array_index(list->cases, i);
        bool news = c->end == s->end ? note_afterlife(c, s) | learn_later(c, s) : note_receiver(c, s);
        if (news)
            judge_case(engine, s->flow, list, c);
    }
}

static void
reset_segment(engine_t *engine, segment_t *s)
{
    if (s->obs->flags & TCP_RST) {
        if (is_worth_a_look(s))
            observe_reset(engine, s);
    } else {
        if (beside_has(s->flow, DETECT_RESET))
            observe_afterlife(engine, s);
        if (s->seen & SEES_FIRST_DATA)
            observe_answer(engine, s);
    }
    after_packet(engine);
}

/* The handshake is over: its round trip is one to the server. */
static void
reset_placed(engine_t *engine, flow_t *flow)
{
    (void)engine;
    host_learn_rtt(flow->host[!flow->client], flow->end[!flow->client].rtt);
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
            judge_case(engine, quote->flow, list, c);
        }
    }
    after_packet(engine);
}

static const kept_t kept[] = {
    { "reset", "reset/cases.c", sizeof(reset_case_t), NULL,
      "`max_resets`, " KEPT_NUMBER(CASES_PER_FLOW) " for a connection; those of the connection that had its first one "
      "longest ago go first",
      OPEN_NOTICE },
    { "connection with resets", "reset/cases.c", sizeof(flow_resets_t), NULL,
      "as resets",
      JUDGED_NOTICE },
    { "client and server, or a name that one asked the other for", "reset/contrast.c", sizeof(outcome_t), NULL,
      KEPT_NUMBER(OUTCOMES_MAX) ", further ones are not counted",
      OUTCOMES_NOTICE },
    { 0 },
};

const detector_t detector_reset = {
    .sees = SEES_RESETS | SEES_FIRST_DATA,
    .keeps = true,
    .segment = reset_segment,
    .placed = reset_placed,
    .open = reset_open,
    .close = reset_close,
    .quote = reset_quote,
    .signature = reset_signature,
    .kept = kept,
};
