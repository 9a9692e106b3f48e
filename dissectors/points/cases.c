/* points/cases.c
 * Goes through what only one of two points has, and says what it is; see cases.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "points/cases.h"

#include "base/hash.h"
#include "detector.h"
#include "points/case.h"

#define TCP_MARKS  (TCP_ECE | TCP_CWR | TCP_AE)     /* flags that routers change: ECN */
#define ARRIVAL_NS (500 * NS_PER_MS)    /* a point that stops later than this after a packet passed the other would
                                         * have shown it */
#define QUEUE_NS   NS_PER_S             /* packets wait no longer on their way than this */

/* All that one end of a conversation sent, at both points. */
typedef struct {
    unsigned   end;
    unsigned   first;           /* the point that it passes first */
    GPtrArray *at[2];           /* of passage_t *, by point, in the order of capture */
    stream_t  *stream[2];       /* of these */
    GHashTable *acks[2];        /* by point: number and 1: the first packet that acknowledges it; NULL: not asked for */
    GHashTable *alike;          /* where it passes first, by number (TCP) or mark: GPtrArray of packets;
                                 * NULL: as above */
    bool       has_acked;
    uint32_t   acked;           /* by the other end, the furthest of what both points have of it */
    unsigned   arrived_last;    /* packets up to the last that arrived, where they pass first */
    bool       shifted;         /* bytes were put in or left out */
    bool       forged;          /* something else than an ACK was not sent */
} said_t;

typedef struct {
    points_t   *points;
    reports_t  *const *reports;
    const char *const *name;
    between_t  *between;
    GHashTable *senders;        /* of sender_t: with a packet that both points have; of port 0: whatever it sent
                                 * or was sent to it */
    GHashTable *messages;       /* of datagram_t: by what they say and to whom */
    GArray     *evidence;
} compare_t;

/* ---- who is known at both points ---- */

typedef struct {
    ip_address_t address;
    uint16_t     port;
    uint8_t      protocol;
} sender_t;

static unsigned
hash_sender(gconstpointer key)
{
    const sender_t *s = key;
    uint32_t words[6] = { (uint32_t)s->port << 8 | s->protocol, s->address.ipv6 };

    memcpy(words + 2, s->address.bytes, sizeof s->address.bytes);
    return hash_words(words, G_N_ELEMENTS(words));
}

static gboolean
equal_senders(gconstpointer a, gconstpointer b)
{
    const sender_t *x = a, *y = b;
    return x->port == y->port && x->protocol == y->protocol && address_equal(&x->address, &y->address);
}

static sender_t
sender_of(const points_t *points, const passage_t *p)
{
    const talk_ends_t *ends = talks_at(points->talks, p->talk);
    return (sender_t){ ends->address[p->end], ends->port[p->end], ends->protocol };
}

static sender_t
host_of(const points_t *points, const passage_t *p, unsigned end)
{
    return (sender_t){ .address = talks_at(points->talks, p->talk)->address[end] };
}

/* A host of which something arrived, not only was sent to it. */
static sender_t
as_sender(sender_t host)
{
    host.protocol = UINT8_MAX;
    return host;
}

static void
note_sender(GHashTable *senders, sender_t sender)
{
    if (!g_hash_table_contains(senders, &sender))
        g_hash_table_add(senders, g_memdup2(&sender, sizeof sender));
}

static void
gather_senders(compare_t *c)
{
    c->senders = g_hash_table_new_full(hash_sender, equal_senders, g_free, NULL);
    for (unsigned point = 0; point < 2; point++)
        for (uint32_t i = 0; i < trace_length(c->points->trace[point]); i++) {
            const passage_t *p = trace_at(c->points->trace[point], i);
            if (!p->partner)
                continue;
            note_sender(c->senders, sender_of(c->points, p));
            note_sender(c->senders, as_sender(host_of(c->points, p, p->end)));
            note_sender(c->senders, host_of(c->points, p, 0));
            note_sender(c->senders, host_of(c->points, p, 1));
        }
}

/* ---- datagrams that say the same: a question is asked again from another port, too ---- */

typedef struct {
    const passage_t   *p;
    const talk_ends_t *ends;
    unsigned           sent, arrived;
} message_t;

static unsigned
hash_message(gconstpointer key)
{
    const message_t *d = key;
    return passage_hash(d->p);
}

static gboolean
equal_messages(gconstpointer a, gconstpointer b)
{
    const message_t *x = a, *y = b;
    return x->p->length == y->p->length && x->p->captured == y->p->captured && passages_agree(x->p, y->p)
        && x->ends->port[!x->p->end] == y->ends->port[!y->p->end]
        && address_equal(&x->ends->address[!x->p->end], &y->ends->address[!y->p->end])
        && address_equal(&x->ends->address[x->p->end], &y->ends->address[y->p->end]);
}

/* NULL for one without bytes. */
static message_t *
message_of(const compare_t *c, const passage_t *p)
{
    message_t key = { .p = p, .ends = talks_at(c->points->talks, p->talk) };

    if (!p->captured)
        return NULL;
    message_t *d = g_hash_table_lookup(c->messages, &key);
    if (!d) {
        d = g_memdup2(&key, sizeof key);
        g_hash_table_add(c->messages, d);
    }
    return d;
}

/* ---- what one end said ---- */

static bool
is_tcp(const compare_t *c, const passage_t *p)
{
    return talks_at(c->points->talks, p->talk)->protocol == PROTOCOL_TCP;
}

static bool
has_arrived(const passage_t *p)
{
    return p->fate == FATE_MATCHED || p->fate == FATE_COPY || p->fate == FATE_SAME_BYTES;
}

static uint32_t
end_of(const compare_t *c, unsigned point, const passage_t *p)
{
    return points_seq(c->points, point, p) + p->length + !!(p->flags & TCP_SYN) + !!(p->flags & TCP_FIN);
}

static void
note_acked(const compare_t *c, said_t *said, const said_t *other)
{
    for (unsigned i = 0; i < other->at[0]->len; i++) {
        const passage_t *p = g_ptr_array_index(other->at[0], i);
        uint32_t ack = points_ack(c->points, 0, p);
        if (!p->partner || !(p->flags & TCP_ACK) || (said->has_acked && seq_diff(ack, said->acked) <= 0))
            continue;
        said->has_acked = true;
        said->acked = ack;
    }
}

/* A packet that has arrived says what another one said that was sent, not one that was to be sent. */
static bool
is_in_time(const compare_t *c, const said_t *said, unsigned point, const passage_t *p, const passage_t *q)
{
    return point == said->first
        || points_time(c->points, !point, q) <= points_time(c->points, point, p) + EARLY_MOST_NS;
}

static unsigned
hash_number(gconstpointer key)
{
    uint32_t number = GPOINTER_TO_UINT(key);
    return hash_words(&number, 1);
}

/* What asking many packets for the same costs is bounded: of so many that are alike, the first are enough. */
#define ALIKE_MOST 1000

static uint32_t
alike_key(const compare_t *c, unsigned point, const passage_t *p)
{
    return is_tcp(c, p) ? points_seq(c->points, point, p) : ip_mark(&p->ip);
}

/* Packets, where they pass first, with the same number or mark; NULL for none. */
static const GPtrArray *
alike_of(const compare_t *c, said_t *said, unsigned point, const passage_t *p)
{
    const GPtrArray *sent = said->at[said->first];

    if (!said->alike) {
        said->alike = g_hash_table_new_full(hash_number, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
        for (unsigned i = 0; i < sent->len; i++) {
            passage_t *q = g_ptr_array_index(sent, i);
            gpointer key = GUINT_TO_POINTER(alike_key(c, said->first, q));
            GPtrArray *list = g_hash_table_lookup(said->alike, key);
            if (!list)
                g_hash_table_insert(said->alike, key, list = g_ptr_array_new());
            if (list->len < ALIKE_MOST)
                g_ptr_array_add(list, q);
        }
    }
    return g_hash_table_lookup(said->alike, GUINT_TO_POINTER(alike_key(c, point, p)));
}

/* The first packet of a point that acknowledges the same; NULL for none. */
static const passage_t *
first_ack(const compare_t *c, said_t *said, unsigned point, uint32_t ack)
{
    const GPtrArray *list = said->at[point];

    if (!said->acks[point]) {
        said->acks[point] = g_hash_table_new(hash_number, NULL);
        for (unsigned i = list->len; i-- > 0;) {
            passage_t *q = g_ptr_array_index(list, i);
            if (q->flags & TCP_ACK && !(q->flags & TCP_RST))
                g_hash_table_insert(said->acks[point], GUINT_TO_POINTER(points_ack(c->points, point, q)), q);
        }
    }
    return g_hash_table_lookup(said->acks[point], GUINT_TO_POINTER(ack));
}

/* The other point has a SYN with its number. */
static bool
has_syn(const compare_t *c, const said_t *said, unsigned point, const passage_t *p)
{
    const GPtrArray *list = said->at[!point];

    for (unsigned i = 0; i < list->len && i < ALIKE_MOST; i++) {
        const passage_t *q = g_ptr_array_index(list, i);
        if (q->flags & TCP_SYN && points_seq(c->points, !point, q) == points_seq(c->points, point, p)
            && is_in_time(c, said, point, p, q))
            return true;
    }
    return false;
}

/* All its bytes are at the other point, in other packets. */
static bool
says_the_same(const compare_t *c, said_t *said, unsigned point, const passage_t *p)
{
    if (p->flags & TCP_RST)
        return false;
    if (p->flags & TCP_SYN)
        return has_syn(c, said, point, p);
    if (!(p->length || p->flags & TCP_FIN)) {       /* an ACK says no more than any other one with the number */
        const passage_t *q = first_ack(c, said, !point, points_ack(c->points, point, p));
        return q && is_in_time(c, said, point, p, q);
    }
    overlap_t o = stream_look(said->stream[!point], c->points, point, p);
    return o.sent == p->length && !o.differs && (!(p->flags & TCP_FIN) || o.fin);
}

static void
mark_same_bytes(const compare_t *c, said_t *said)
{
    for (unsigned point = 0; point < 2; point++)
        for (unsigned i = 0; i < said->at[point]->len; i++) {
            passage_t *p = g_ptr_array_index(said->at[point], i);
            if (p->fate == FATE_OPEN && is_tcp(c, p) && said->stream[!point] && says_the_same(c, said, point, p))
                p->fate = FATE_SAME_BYTES;
        }
}

/* Packets that say what this one says, and did not arrive either; 0: one has. */
static unsigned
attempts_of(const compare_t *c, said_t *said, const passage_t *p)
{
    unsigned n = 0;

    if (!is_tcp(c, p)) {
        const message_t *d = message_of(c, p);
        return !d ? 1 : d->arrived ? 0 : d->sent;
    }
    const GPtrArray *list = alike_of(c, said, said->first, p);
    for (unsigned i = 0; i < list->len; i++) {
        const passage_t *q = g_ptr_array_index(list, i);
        bool again = !q->length == !p->length && !((q->flags ^ p->flags) & (TCP_SYN | TCP_FIN | TCP_RST));
        if (again && has_arrived(q))
            return 0;
        n += again;
    }
    return MAX(n, 1);
}

/* Lost, and what it says came with another packet: what a path does that loses packets at random. */
static bool
is_lost(const compare_t *c, said_t *said, const passage_t *p)
{
    return !has_arrived(p) && (!is_tcp(c, p) || !(p->length || p->flags & TCP_SYN) || !attempts_of(c, said, p));
}

static void
count_way(compare_t *c, said_t *said)
{
    way_t *way = &c->between->way[said->first];
    const GPtrArray *sent = said->at[said->first];

    way->tested++;
    way->sent += sent->len;
    way->arrived += said->at[!said->first]->len;
    for (unsigned i = 0; i < sent->len; i++)
        if (has_arrived(g_ptr_array_index(sent, i)))
            said->arrived_last = i + 1;
    for (unsigned i = 0; i < said->arrived_last; i++)
        way->fate[FATE_LOST] += is_lost(c, said, g_ptr_array_index(sent, i));
    for (unsigned i = 0; i < sent->len && !said->stream[0]; i++) {
        const passage_t *p = g_ptr_array_index(sent, i);
        message_t *d = message_of(c, p);
        if (d) {
            d->sent++;
            d->arrived += has_arrived(p);
        }
    }
}

/* ---- may the other point have missed it? ---- */

static bool
is_sender_known(const compare_t *c, const said_t *said, const passage_t *p)
{
    sender_t sender = sender_of(c->points, p);
    return points_exchange(c->points, p)->matched[said->end] || g_hash_table_contains(c->senders, &sender);
}

/* The other point lies between these two hosts. */
static bool
are_hosts_known(const compare_t *c, const passage_t *p)
{
    sender_t from = as_sender(host_of(c->points, p, p->end)), to = host_of(c->points, p, !p->end);
    return g_hash_table_contains(c->senders, &from) && g_hash_table_contains(c->senders, &to);
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
            || seq_diff(said->acked, end_of(c, said->first, p)) < 0 || !was_capturing_after(c, said, p))
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
    if (!is_tcp(c, p))
        return talks_at(c->points->talks, p->talk)->port[p->end] == DNS_PORT ? CLASS_DNS_ANSWER : CLASS_DATA;
    return p->flags & TCP_RST ? CLASS_RESET : p->flags & TCP_SYN ? CLASS_SYN_ACK : p->length ? CLASS_DATA
         : p->flags & TCP_FIN ? CLASS_FIN : CLASS_ACK;
}

static points_case_t
case_of(const compare_t *c, const said_t *said, unsigned point, passage_t *p, points_sign_t sign)
{
    const way_t *way = &c->between->way[said->first], *back = &c->between->way[!said->first];

    return (points_case_t){
        .sign = sign, .p = p, .here = c->name[point], .there = c->name[!point], .tcp = is_tcp(c, p),
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
    const GPtrArray *list = alike_of(c, said, !said->first, p);

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

    for (unsigned i = 0; i < sent->len && i < ALIKE_MOST && p->flags & TCP_SYN && p->flags & TCP_ACK; i++) {
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
    return is_tcp(c, p) && !p->length && !(p->flags & (TCP_SYN | TCP_FIN | TCP_RST));
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
    pc.attempts = says_much ? attempts_of(c, said, p) : 0;
    if (pc.nothing_after && (pc.attempts || pc.tcp))
        pc.attempts = MAX(pc.attempts, tail);
    p->fate = FATE_LOST;
    if (x->shift[0] || x->shift[1]) {
        leave_open(c, said, REASON_BOX);
    } else if (!pc.attempts || (pc.tcp && says_much && said->has_acked && !(p->flags & TCP_RST)
                                && seq_diff(said->acked, end_of(c, said->first, p)) >= 0)) {
        return;
    } else if (is_lossy(c, !said->first) && !pc.nothing_after) {
        leave_open(c, said, REASON_LOSSY);
    } else if (!are_hosts_known(c, p)) {
        leave_open(c, said, REASON_UNSEEN);
    } else if (!was_capturing_after(c, said, p)) {
        leave_open(c, said, REASON_NOT_CAPTURING);
    } else if (say(c, said->first, &pc, 0)) {
        p->fate = FATE_SILENCED;
    }
}

/* ---- what the path changes ---- */

static void
note_change(const compare_t *c, change_t change, unsigned first, const passage_t *to, uint32_t from_value,
            uint32_t to_value)
{
    changed_t *row = &c->between->way[first].change[change];

    if (!row->packets++)
        row->example = g_strdup_printf("%u became %u, frame %u of %s", from_value, to_value, to->frame,
                                       c->name[!first]);
}

static void
note_if(const compare_t *c, change_t change, unsigned first, const passage_t *to, uint32_t from_value,
        uint32_t to_value)
{
    if (from_value != to_value)
        note_change(c, change, first, to, from_value, to_value);
}

static void
note_changes(const compare_t *c, unsigned first, const passage_t *from, const passage_t *to)
{
    const exchange_t *x = points_exchange(c->points, from);
    unsigned down = (uint8_t)(from->ip.ttl - to->ip.ttl);

    c->between->way[first].hops[down]++;
    note_if(c, CHANGE_DSCP, first, to, from->ip.tos >> 2, to->ip.tos >> 2);
    note_if(c, CHANGE_ECN, first, to, from->ip.tos & 3, to->ip.tos & 3);
    note_if(c, CHANGE_MARK, first, to, ip_mark(&from->ip), ip_mark(&to->ip));
    note_if(c, CHANGE_DF, first, to, from->ip.df, to->ip.df);
    note_if(c, CHANGE_OPTIONS, first, to, from->has_options + from->has_timestamps,
            to->has_options + to->has_timestamps);
    if (from->has_timestamps && to->has_timestamps && (from->tsval != to->tsval || from->tsecr != to->tsecr))
        note_change(c, CHANGE_TIMESTAMPS, first, to, from->tsval, to->tsval);
    note_if(c, CHANGE_MSS, first, to, from->mss, to->mss);
    note_if(c, CHANGE_WINDOW, first, to, from->window, to->window);
    if (x->shift[0] || x->shift[1])
        note_change(c, CHANGE_SEQUENCE, first, to, from->seq, to->seq);
    if (from->talk != to->talk)
        note_change(c, CHANGE_ADDRESSES, first, to, talks_at(c->points->talks, from->talk)->port[from->end],
                    talks_at(c->points->talks, to->talk)->port[to->end]);
}

unsigned
way_matched(const way_t *way)
{
    return way->fate[FATE_MATCHED] + way->fate[FATE_COPY] + way->fate[FATE_SAME_BYTES];
}

int
way_hops(const way_t *way)
{
    unsigned most = 0;

    for (unsigned i = 1; i < G_N_ELEMENTS(way->hops); i++)
        if (way->hops[i] > way->hops[most])
            most = i;
    return way->hops[most] ? (int)most : -1;
}

static void
compare_path(compare_t *c)
{
    for (uint32_t i = 0; i < trace_length(c->points->trace[0]); i++) {
        const passage_t *a = trace_at(c->points->trace[0], i);
        unsigned first = points_first(c->points, a);
        if (!a->partner || first == POINT_UNKNOWN)
            continue;
        const passage_t *b = trace_at(c->points->trace[1], a->partner - 1);
        note_changes(c, first, first ? b : a, first ? a : b);
    }
    for (unsigned first = 0; first < 2; first++) {
        way_t *way = &c->between->way[first];
        int usual = way_hops(way);
        for (int down = 0; down < (int)G_N_ELEMENTS(way->hops); down++)
            way->change[CHANGE_TTL].packets += down != usual ? way->hops[down] : 0;
    }
}

/* ---- conversations ---- */

/* Where each end of each conversation lies in an order of all packets of a point. */
typedef struct {
    uint32_t *order;            /* indices of packets */
    uint32_t *start;            /* of each end, in `order`; one more at the end */
} sorted_t;

static uint32_t
bucket_of(const points_t *points, const passage_t *p)
{
    return g_array_index(points->state, exchange_t, p->talk).as * 2 + points_end(points, p);
}

static sorted_t
sort_by_end(const points_t *points, unsigned point)
{
    const uint32_t n = trace_length(points->trace[point]), buckets = points->state->len * 2;
    sorted_t sorted = { g_new(uint32_t, n + 1), g_new0(uint32_t, buckets + 2) };
    uint32_t *at = g_new0(uint32_t, buckets + 1);

    for (uint32_t i = 0; i < n; i++)
        sorted.start[bucket_of(points, trace_at(points->trace[point], i)) + 1]++;
    for (uint32_t b = 0; b < buckets; b++) {
        sorted.start[b + 1] += sorted.start[b];
        at[b] = sorted.start[b];
    }
    for (uint32_t i = 0; i < n; i++)
        sorted.order[at[bucket_of(points, trace_at(points->trace[point], i))]++] = i;
    g_free(at);
    return sorted;
}

static said_t
said_by(const compare_t *c, const sorted_t sorted[2], uint32_t talk, unsigned end)
{
    const exchange_t *x = &g_array_index(c->points->state, exchange_t, talk);
    said_t said = { .end = end, .first = x->first[end] };
    bool tcp = talks_at(c->points->talks, talk)->protocol == PROTOCOL_TCP;

    for (unsigned point = 0; point < 2; point++) {
        uint32_t from = sorted[point].start[talk * 2 + end], to = sorted[point].start[talk * 2 + end + 1];
        said.at[point] = g_ptr_array_new();
        for (uint32_t i = from; i < to; i++)
            g_ptr_array_add(said.at[point], trace_at(c->points->trace[point], sorted[point].order[i]));
        said.stream[point] = tcp && said.first != POINT_UNKNOWN ? stream_new(c->points, point, said.at[point]) : NULL;
    }
    return said;
}

static void
said_clear(said_t *said)
{
    for (unsigned point = 0; point < 2; point++) {
        g_ptr_array_free(said->at[point], TRUE);
        if (said->stream[point])
            stream_free(said->stream[point]);
        if (said->acks[point])
            g_hash_table_destroy(said->acks[point]);
    }
    if (said->alike)
        g_hash_table_destroy(said->alike);
}

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
        if (has_arrived(p))
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
    for (unsigned i = 0; i < said->at[first]->len; i++) {
        passage_t *p = g_ptr_array_index(said->at[first], i);
        if (has_arrived(p))
            said->arrived_last = i + 1;
    }
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
    said_t said[2] = { said_by(c, sorted, talk, 0), said_by(c, sorted, talk, 1) };

    for (unsigned end = 0; end < 2; end++) {
        note_acked(c, &said[end], &said[!end]);
        if (x->other || said[end].first == POINT_UNKNOWN) {
            if (step == STEP_JUDGE)
                leave_talk_open(c, &said[end]);
        } else if (step == STEP_GATHER) {
            mark_same_bytes(c, &said[end]);
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
    compare_t c = { points, reports, name, &between, NULL, NULL, evidence_new() };
    sorted_t sorted[2] = { sort_by_end(points, 0), sort_by_end(points, 1) };

    c.messages = g_hash_table_new_full(hash_message, equal_messages, g_free, NULL);
    gather_senders(&c);
    count_talks(&c);
    compare_path(&c);
    each_talk(&c, sorted, STEP_GATHER);
    for (unsigned point = 0; point < 2; point++)
        between.lossy[point] = between.missed[point] || points->trace[point]->dropped || points->trace[point]->left_out;
    each_talk(&c, sorted, STEP_JUDGE);
    for (unsigned point = 0; point < 2; point++) {
        g_free(sorted[point].order);
        g_free(sorted[point].start);
    }
    g_hash_table_destroy(c.senders);
    g_hash_table_destroy(c.messages);
    evidence_free(c.evidence);
    return between;
}

void
between_clear(between_t *between)
{
    for (unsigned first = 0; first < 2; first++)
        for (unsigned i = 0; i < N_CHANGES; i++)
            g_free(between->way[first].change[i].example);
}

/* ---- words ---- */

static const struct {
    const char *id, *words;
} reasons[N_REASONS] = {
#define X(name, id, words) { id, words },
    POINTS_REASONS(X)
#undef X
}, changes[N_CHANGES] = {
#define X(name, id, words) { id, words },
    POINTS_CHANGES(X)
#undef X
};

const char *reason_id(reason_t reason) { return reasons[reason].id; }
const char *reason_words(reason_t reason) { return reasons[reason].words; }
const char *change_id(change_t change) { return changes[change].id; }
const char *change_words(change_t change) { return changes[change].words; }

/* ---- the row in the list of families ---- */

/* It sees no packet of one point. */
const detector_t detector_points = {
    .signature = points_signature,
    .kept = trace_kept,
};
