/* reset/cases.c
 * Follows every reset through its flow: what came before, what it answers, what comes after. Each
 * new fact has the case judged again (judging.h); a verdict only ever grows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reset/judging.h"
#include "reset/others.h"

#include <string.h>

/* What follows a reset by less may have been overtaken by it on the way. */
#define REORDER_NS     (1 * NS_PER_MS)
#define REORDER_ACK_NS (5 * NS_PER_MS)

/* Who has not noticed the reset goes on within this; later, a new connection uses the ports, and its SYN was lost. */
#define AFTERLIFE_NS (10 * NS_PER_S)

/* A reset this long after the request comes in place of an answer. */
#define CUT_NS (3 * NS_PER_S)

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
            reset_judge_case(engine, flow, list, g_ptr_array_index(list->cases, i));
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
    others_compare(engine, c, flow);
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
        reset_revisit_host(engine, flow->host[c->end]);
}

static void
remember_reset(engine_t *engine, flow_t *flow, const reset_case_t *c)
{
    host_t *host = flow->host[c->end];
    others_remember_ladder(flow, c);
    others_remember_mirror(flow, c);
    others_remember_copy(flow, c);
    if (host->suspicions && others_are_pattern(host->suspicions, c))
        reset_revisit_host(engine, host);
    if (c->lockstep_frame)
        reset_revisit_frame(engine, host, c->lockstep_frame);
}

static RARELY_RUN void
observe_reset(engine_t *engine, const segment_t *s)
{
    flow_t *flow = s->flow;
    reset_case_t now = { 0 }, *c = &now;

    read_case(engine, s, c);
    if (reset_is_own(engine, flow, c))
        return;
    flow_resets_t *list = resets_list(engine, flow);
    if (!may_judge(engine, list))
        return;
    bool follow = list->cases->len < CASES_PER_FLOW && resets_make_room(engine, flow);
    note_cut(engine, flow, list, c);
    compare_with_earlier(engine, flow, list, c);
    others_count(resets_of(engine), c);
    if (follow) {
        c = g_new(reset_case_t, 1);
        *c = now;
        g_ptr_array_add(list->cases, c);
        resets_of(engine)->open++;
    }
    reset_judge_case(engine, flow, list, c);
    remember_reset(engine, flow, c);
}

/* A server answers a client. */
static RARELY_RUN void
observe_answer(engine_t *engine, const segment_t *s)
{
    host_t *server = s->flow->host[s->end];
    const flow_resets_t *list = resets_find(engine, s->flow);

    server->answers += server->answers < UINT8_MAX;
    if (list && list->cut)
        return;
    if (outcomes_passed(resets_of(engine)->outcomes, s->flow, s->obs->frame, s->obs->time))
        reset_revisit_host(engine, server);
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
    flow_resets_t *list = resets_find(engine, s->flow);

    for (unsigned i = 0; i < list->cases->len; i++) {
        reset_case_t *c = g_ptr_array_index(list->cases, i);
        bool news = c->end == s->end ? note_afterlife(c, s) | learn_later(c, s) : note_receiver(c, s);
        if (news)
            reset_judge_case(engine, s->flow, list, c);
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
    reset_work_off(engine);
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
    flow_resets_t *list = quote->died ? resets_find(engine, quote->flow) : NULL;

    for (unsigned i = 0; list && i < list->cases->len; i++) {
        reset_case_t *c = g_ptr_array_index(list->cases, i);
        const packet_t *last = &quote->flow->end[quote->end].last;
        if (c->end != quote->end && c->peer.last.frame == last->frame) {
            c->died = died_last(engine->died, quote->flow, quote->end);
            c->died_frame = c->died.frame;
            reset_judge_case(engine, quote->flow, list, c);
        }
    }
    reset_work_off(engine);
}

const detector_t detector_reset = {
    .sees = SEES_RESETS | SEES_FIRST_DATA,
    .keeps = true,
    .segment = reset_segment,
    .placed = reset_placed,
    .open = reset_open,
    .close = reset_close,
    .quote = reset_quote,
    .signature = reset_signature,
    .kept = reset_rows_kept,
};
