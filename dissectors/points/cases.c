/* points/cases.c
 * Goes through what only one of two points has, and says what it is; see cases.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "points/cases.h"

#include "detector.h"
#include "points/case.h"
#include "points/known.h"
#include "points/path.h"
#include "points/said.h"

#define TCP_MARKS  (TCP_ECE | TCP_CWR | TCP_AE)     /* flags that routers change: ECN */
#define ARRIVAL_NS (500 * NS_PER_MS)    /* a point that stops later than this after a packet passed the other would
                                         * have shown it */
#define QUEUE_NS   NS_PER_S             /* packets wait no longer on their way than this */

typedef struct {
    points_t   *points;
    reports_t  *const *reports;
    const char *const *name;
    between_t  *between;
    GHashTable *known;          /* known.h */
    GHashTable *messages;       /* messages.h */
    GArray     *evidence;
} compare_t;

/* ---- how packets arrive usually ---- */

/* Lost, and what it says came with another packet: what a path does that loses packets at random. */
static bool
is_lost(const compare_t *c, said_t *said, const passage_t *p)
{
    return !passage_has_arrived(p) && (!passage_is_tcp(c->points, p) || !(p->length || p->flags & TCP_SYN)
                                       || !said_attempts(c->points, c->messages, said, p));
}

static void
note_last_arrived(said_t *said)
{
    const GPtrArray *sent = said->at[said->first];

    for (unsigned i = 0; i < sent->len; i++)
        if (passage_has_arrived(g_ptr_array_index(sent, i)))
            said->arrived_last = i + 1;
}

static void
count_way(compare_t *c, said_t *said)
{
    way_t *way = &c->between->way[said->first];
    const GPtrArray *sent = said->at[said->first];

    way->tested++;
    way->sent += sent->len;
    way->arrived += said->at[!said->first]->len;
    note_last_arrived(said);
    for (unsigned i = 0; i < said->arrived_last; i++)
        way->fate[FATE_LOST] += is_lost(c, said, g_ptr_array_index(sent, i));
    for (unsigned i = 0; i < sent->len && !said->stream[0]; i++) {
        const passage_t *p = g_ptr_array_index(sent, i);
        message_t *d = messages_get(c->messages, c->points, p);
        if (d) {
            d->sent++;
            d->arrived += passage_has_arrived(p);
        }
    }
}

/* ---- may the other point have missed it? ---- */

static bool
is_sender_known(const compare_t *c, const said_t *said, const passage_t *p)
{
    return points_exchange(c->points, p)->matched[said->end] || known_sender(c->known, c->points, p);
}

/* A time of one point as that of another one. */
static int64_t
begin_of(const compare_t *c, unsigned point)
{
    const trace_t *trace = c->points->trace[point];
    return trace->from == INT64_MIN ? INT64_MIN : clocks_common(&c->points->clocks, point, 0, trace->from);
}

static int64_t
stop_of(const compare_t *c, unsigned point)
{
    const trace_t *trace = c->points->trace[point];
    return trace->until == INT64_MAX ? INT64_MAX : clocks_common(&c->points->clocks, point, UINT32_MAX, trace->until);
}

/* It was sent at most QUEUE_NS before it arrived. Who answers a packet that opens a conversation does not answer
 * before it comes. */
static bool
was_capturing_before(const compare_t *c, const said_t *said, const passage_t *p)
{
    int64_t arrived = points_time(c->points, !said->first, p), least = c->points->delay[said->first];

    return (arrived - least - QUEUE_NS >= begin_of(c, said->first) || points_exchange(c->points, p)->opened)
        && arrived + EARLY_MOST_NS <= stop_of(c, said->first);
}

static bool
was_capturing_after(const compare_t *c, const said_t *said, const passage_t *p)
{
    int64_t sent = points_time(c->points, said->first, p), least = c->points->delay[said->first];
    int64_t stop = stop_of(c, !said->first);

    return sent + least >= begin_of(c, !said->first)
        && (stop == INT64_MAX || sent + least + ARRIVAL_NS <= stop);
}

/* Nothing that it shows by having nothing can be relied on. */
static bool
is_lossy(const compare_t *c, unsigned point)
{
    return c->between->lossy[point];
}

/* What a point cannot have captured although it passed. Where its sender's packets pass first: bytes that it has
 * gone beyond. At the other point: bytes that are acknowledged and of which nothing is there. */
static void
count_missed(compare_t *c, const said_t *said)
{
    const GPtrArray *sent = said->at[said->first];

    if (!said->stream[0] || !said->stream[1])
        return;
    c->between->missed[said->first] += stream_gaps(said->stream[said->first]);
    for (unsigned i = 0; i < sent->len; i++) {
        const passage_t *p = g_ptr_array_index(sent, i);
        if (p->fate != FATE_OPEN || !p->length || !said->has_acked || p->flags & TCP_RST
            || seq_diff(said->acked, passage_end(c->points, said->first, p)) < 0 || !was_capturing_after(c, said, p))
            continue;
        c->between->missed[!said->first] += !stream_look(said->stream[!said->first], c->points, said->first, p).sent;
    }
}

/* ---- saying it ---- */

static ends_t
ends_of_passage(const compare_t *c, const passage_t *p)
{
    const talk_ends_t *ends = talks_at(c->points->talks, p->talk);
    return (ends_t){ .src = ends->address[p->end], .dst = ends->address[!p->end], .sport = ends->port[p->end],
                     .dport = ends->port[!p->end], .protocol = ends->protocol, .ttl = p->ip.ttl };
}

static class_t
class_of(const compare_t *c, const passage_t *p)
{
    if (!passage_is_tcp(c->points, p))
        return talks_at(c->points->talks, p->talk)->port[p->end] == DNS_PORT ? CLASS_DNS_ANSWER : CLASS_DATA;
    return p->flags & TCP_RST ? CLASS_RESET : p->flags & TCP_SYN ? CLASS_SYN_ACK : p->length ? CLASS_DATA
         : p->flags & TCP_FIN ? CLASS_FIN : CLASS_ACK;
}

static points_case_t
case_of(const compare_t *c, const said_t *said, unsigned point, passage_t *p, points_sign_t sign)
{
    const way_t *way = &c->between->way[said->first], *back = &c->between->way[!said->first];

    return (points_case_t){
        .sign = sign, .p = p, .here = c->name[point], .there = c->name[!point], .tcp = passage_is_tcp(c->points, p),
        .matched = way_matched(way), .sent = point == said->first ? way->sent : way->arrived,
        .error = c->points->clocks.piece[0].both_ways ? clocks_error(&c->points->clocks) : -1,
        .lost = way->fate[FATE_LOST], .tested = way->tested,
        .lost_both = way->fate[FATE_LOST] + back->fate[FATE_LOST], .both = way->sent + back->sent,
    };
}

static void
add_facts(const compare_t *c, facts_t *facts, unsigned point, const points_case_t *pc)
{
    if (pc->original) {
        fact_number(facts, F_POINTS_PARTNER, pc->original->frame);
        if (pc->sign == POINTS_CHANGED)
            fact_number(facts, F_POINTS_DELAY, points_time(c->points, point, pc->p)
                                               - points_time(c->points, !point, pc->original));
    }
    fact_number(facts, F_POINTS_MATCHED, pc->sent ? (int64_t)100 * pc->matched / pc->sent : 0);
    if (pc->error >= 0)
        fact_number(facts, F_POINTS_CLOCK_ERROR, pc->error);
    int hops = way_hops(&c->between->way[points_first(c->points, pc->p)]);
    if (hops >= 0)
        fact_number(facts, F_POINTS_HOPS, hops);
}

/* False where it weighs too little to be said. */
static bool
say(compare_t *c, unsigned point, points_case_t *pc, uint32_t genuine)
{
    judgement_t j = points_judge(pc, c->evidence);

    if (!report_is_due(c->reports[point], &j, c->evidence))
        return false;
    report_t r = {
        .frame = pc->p->frame, .time = pc->p->time, .ends = ends_of_passage(c, pc->p), .genuine_frame = genuine,
        .class = pc->sign == POINTS_NOT_ARRIVED ? CLASS_SILENCE : class_of(c, pc->p),
        .innocent = points_signature(pc->sign)->twin,
    };
    add_facts(c, &r.facts, point, pc);
    report(c->reports[point], &r, j, c->evidence);
    return true;
}

/* ---- arrived and never sent ---- */

/* A packet that was sent, and of which nothing arrived but this. */
static passage_t *
original_of(const compare_t *c, said_t *said, const passage_t *p)
{
    const GPtrArray *list = said_alike(c->points, said, !said->first, p);

    for (unsigned i = 0; list && i < list->len; i++) {
        passage_t *q = g_ptr_array_index(list, i);
        int64_t taken = points_time(c->points, !said->first, p) - points_time(c->points, said->first, q);
        bool same_mark = ip_mark(&q->ip) && ip_mark(&q->ip) == ip_mark(&p->ip);
        bool same_stamp = !ip_mark(&q->ip) && q->has_timestamps && p->has_timestamps && q->tsval == p->tsval
            && q->ack == p->ack;
        if (q->fate == FATE_OPEN && taken >= -EARLY_MOST_NS && taken <= DELAY_MOST_NS && (same_mark || same_stamp))
            return q;
    }
    return NULL;
}

/* Another SYN/ACK of the same connection, which its sender did send. */
static const passage_t *
other_syn_ack(const said_t *said, const passage_t *p)
{
    const GPtrArray *sent = said->at[said->first];

    for (unsigned i = 0; i < sent->len && i < SAID_ALIKE_MOST && p->flags & TCP_SYN && p->flags & TCP_ACK; i++) {
        const passage_t *q = g_ptr_array_index(sent, i);
        if (q->flags & TCP_SYN && q->flags & TCP_ACK && q->seq != p->seq && q->ack == p->ack)
            return q;
    }
    return NULL;
}

static void
leave_open(compare_t *c, const said_t *said, reason_t why)
{
    c->between->way[said->first].open[why]++;
}

static void
say_changed(compare_t *c, said_t *said, passage_t *p, passage_t *original)
{
    points_case_t pc = case_of(c, said, !said->first, p, POINTS_CHANGED);

    pc.original = original;
    p->fate = original->fate = FATE_CHANGED;
    said->shifted |= p->length != original->length && p->length;
    say(c, !said->first, &pc, 0);
}

static bool
is_bare_ack(const compare_t *c, const passage_t *p)
{
    return passage_is_tcp(c->points, p) && !p->length && !(p->flags & (TCP_SYN | TCP_FIN | TCP_RST));
}

/* Its file says that it dropped nothing, or the user does. */
static bool
is_known_whole(const compare_t *c, unsigned point)
{
    return c->points->trace[point]->whole;
}

/* Packets of one end and this kind that arrived and of which the other point shows nothing. */
static unsigned
absent_like(const said_t *said, const passage_t *like)
{
    const GPtrArray *arrived = said->at[!said->first];
    unsigned n = 0;

    for (unsigned i = 0; i < arrived->len; i++) {
        const passage_t *p = g_ptr_array_index(arrived, i);
        bool same_kind = !p->length == !like->length && !((p->flags ^ like->flags) & TCP_RST);
        n += same_kind && (p->fate == FATE_OPEN || p->fate == FATE_FORGED);
    }
    return n;
}

/* The other point missed others, or its sender goes on behind this there; an ACK alone is nothing that somebody would
 * forge. */
static bool
may_be_missed(const compare_t *c, const said_t *said, const passage_t *p)
{
    const stream_t *sent = said->stream[said->first];

    return is_lossy(c, said->first) || (sent && stream_misses(sent, c->points, !said->first, p))
        || (is_bare_ack(c, p) && !said->forged);
}

static void
judge_arrived(compare_t *c, said_t *said, passage_t *p)
{
    const exchange_t *x = points_exchange(c->points, p);
    points_case_t pc = case_of(c, said, !said->first, p, POINTS_NOT_SENT);
    passage_t *original;

    if (x->shift[said->end] || x->shift[!said->end]) {
        leave_open(c, said, REASON_BOX);
        return;
    }
    if (said->shifted && p->length) {
        leave_open(c, said, REASON_SHIFTED);
        return;
    }
    if ((original = original_of(c, said, p))) {
        if (p->length == original->length && passages_agree(p, original)
            && !((p->flags ^ original->flags) & ~TCP_MARKS))
            p->fate = original->fate = FATE_SAME_BYTES;     /* other numbers or options: no change that matters */
        else
            say_changed(c, said, p, original);
        return;
    }
    if (pc.tcp && said->stream[said->first])
        pc.bytes = stream_look(said->stream[said->first], c->points, !said->first, p);
    pc.original = pc.bytes.differs ? pc.bytes.other : other_syn_ack(said, p);
    if (!pc.original && !was_capturing_before(c, said, p)) {
        leave_open(c, said, REASON_NOT_CAPTURING);
    } else if (!pc.original && may_be_missed(c, said, p)) {
        leave_open(c, said, REASON_LOSSY);
    } else if (!pc.original && !is_sender_known(c, said, p)) {
        leave_open(c, said, REASON_UNSEEN);
    } else {
        uint32_t genuine = pc.original ? pc.original->partner : 0;
        p->fate = FATE_FORGED;
        said->forged = true;
        pc.attempts = pc.original || is_known_whole(c, said->first) ? 0 : absent_like(said, p);
        say(c, !said->first, &pc, genuine ? trace_at(c->points->trace[!said->first], genuine - 1)->frame : 0);
    }
}

/* ---- sent and never arrived ---- */

static void
judge_sent(compare_t *c, said_t *said, unsigned index, passage_t *p)
{
    points_case_t pc = case_of(c, said, said->first, p, POINTS_NOT_ARRIVED);
    const exchange_t *x = points_exchange(c->points, p);
    unsigned tail = said->at[said->first]->len - said->arrived_last;
    bool says_much = !pc.tcp || p->length || p->flags & (TCP_SYN | TCP_FIN | TCP_RST);

    pc.nothing_after = index >= said->arrived_last;
    pc.attempts = says_much ? said_attempts(c->points, c->messages, said, p) : 0;
    if (pc.nothing_after && (pc.attempts || pc.tcp))
        pc.attempts = MAX(pc.attempts, tail);
    p->fate = FATE_LOST;
    if (x->shift[0] || x->shift[1]) {
        leave_open(c, said, REASON_BOX);
    } else if (!pc.attempts || (pc.tcp && says_much && said->has_acked && !(p->flags & TCP_RST)
                                && seq_diff(said->acked, passage_end(c->points, said->first, p)) >= 0)) {
        return;
    } else if (is_lossy(c, !said->first) && !pc.nothing_after) {
        leave_open(c, said, REASON_LOSSY);
    } else if (!known_hosts(c->known, c->points, p)) {
        leave_open(c, said, REASON_UNSEEN);
    } else if (!was_capturing_after(c, said, p)) {
        leave_open(c, said, REASON_NOT_CAPTURING);
    } else if (say(c, said->first, &pc, 0)) {
        p->fate = FATE_SILENCED;
    }
}

/* ---- conversations ---- */

static void
leave_talk_open(compare_t *c, const said_t *said)
{
    const GPtrArray *arrived = said->first == POINT_UNKNOWN ? said->at[1] : said->at[!said->first];
    unsigned first = said->first == POINT_UNKNOWN ? 0 : said->first;

    c->between->way[first].open[REASON_OTHER] += arrived->len;
}

static void
count_fates(compare_t *c, const said_t *said)
{
    const GPtrArray *arrived = said->at[!said->first];

    for (unsigned i = 0; i < arrived->len; i++) {
        const passage_t *p = g_ptr_array_index(arrived, i);
        if (passage_has_arrived(p))
            c->between->way[said->first].fate[p->fate]++;
    }
}

/* First all is gathered that says how the path and the points usually are, then it is judged. */
typedef enum { STEP_GATHER, STEP_JUDGE } step_t;

static void
judge_said(compare_t *c, said_t *said)
{
    const unsigned first = said->first;

    for (unsigned acks = 0; acks < 2; acks++)       /* these last: see may_be_missed() */
        for (unsigned i = 0; i < said->at[!first]->len; i++) {
            passage_t *p = g_ptr_array_index(said->at[!first], i);
            if (p->fate == FATE_OPEN && is_bare_ack(c, p) == acks)
                judge_arrived(c, said, p);
        }
    note_last_arrived(said);
    for (unsigned i = 0; i < said->at[first]->len; i++) {
        passage_t *p = g_ptr_array_index(said->at[first], i);
        if (p->fate == FATE_OPEN)
            judge_sent(c, said, i, p);
    }
}

static void
step_talk(compare_t *c, const sorted_t sorted[2], uint32_t talk, step_t step)
{
    const exchange_t *x = &g_array_index(c->points->state, exchange_t, talk);
    said_t said[2] = { said_new(c->points, sorted, talk, 0), said_new(c->points, sorted, talk, 1) };

    for (unsigned end = 0; end < 2; end++) {
        said_note_acked(c->points, &said[end], &said[!end]);
        if (x->other || said[end].first == POINT_UNKNOWN) {
            if (step == STEP_JUDGE)
                leave_talk_open(c, &said[end]);
        } else if (step == STEP_GATHER) {
            said_mark_same_bytes(c->points, &said[end]);
            count_way(c, &said[end]);
            count_fates(c, &said[end]);
            count_missed(c, &said[end]);
        } else {
            judge_said(c, &said[end]);
        }
    }
    for (unsigned end = 0; end < 2; end++)
        said_clear(&said[end]);
}

static void
each_talk(compare_t *c, const sorted_t sorted[2], step_t step)
{
    for (uint32_t talk = 0; talk < c->points->state->len; talk++)
        if (g_array_index(c->points->state, exchange_t, talk).as == talk)
            step_talk(c, sorted, talk, step);
}

static void
count_talks(compare_t *c)
{
    for (uint32_t talk = 0; talk < c->points->state->len; talk++) {
        const exchange_t *x = &g_array_index(c->points->state, exchange_t, talk);
        c->between->other += x->other;
        c->between->translated += x->as != talk;
        c->between->shifted += x->shift[0] || x->shift[1];
    }
}

/* Verdicts rely on fates; those are set in the order of conversations, so that every run says the same. */
between_t
points_compare(points_t *points, reports_t *const reports[2], const char *const name[2])
{
    between_t between = { .other = 0 };
    compare_t c = { points, reports, name, &between, known_new(points), messages_new(), evidence_new() };
    sorted_t sorted[2] = { sorted_new(points, 0), sorted_new(points, 1) };

    count_talks(&c);
    path_compare(points, &between, name);
    each_talk(&c, sorted, STEP_GATHER);
    for (unsigned point = 0; point < 2; point++)
        between.lossy[point] = between.missed[point] || points->trace[point]->dropped || points->trace[point]->left_out;
    each_talk(&c, sorted, STEP_JUDGE);
    for (unsigned point = 0; point < 2; point++)
        sorted_clear(&sorted[point]);
    g_hash_table_destroy(c.known);
    g_hash_table_destroy(c.messages);
    evidence_free(c.evidence);
    return between;
}

/* ---- the row in the list of families ---- */

/* It sees no packet of one point. */
const detector_t detector_points = {
    .signature = points_signature,
    .kept = trace_kept,
};
