/* data/cases.c
 * Finds the few segments of a flow that are worth judging as injected data (data/signatures.c), compares them with what
 * answers began with (kept.h) and has them judged (say.h).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data/client.h"
#include "data/early.h"
#include "data/fins.h"
#include "data/ties.h"
#include "handshake/case.h"
#include "state/hops.h"

/* ---- which segments are worth a case ---- */

static bool
is_near(uint8_t a, uint8_t b)
{
    return (uint8_t)(a - b + HOPS_JITTER) <= 2 * HOPS_JITTER;
}

/* Unlike its sender's first packet, and unlike what it has sent twice since. */
static bool
has_strange_ttl(uint8_t ttl, const direction_t *sender)
{
    return !is_near(ttl, sender->ttl[0]) && !(sender->ttl_packets[1] > 1 && is_near(ttl, sender->ttl[1]));
}

static bool
has_odd_header(const observation_t *obs, const direction_t *sender, const host_t *host)
{
    if (host->suspicions && host->suspicions->n_injectors)
        return true;
    if (obs->window == 32120 && obs->ip.ip_id == 0x3412)
        return true;
    if (!obs->length)
        return (obs->flags & (TCP_PSH | TCP_FIN)) == TCP_PSH;
    if (!sender->packets)
        return !ttl_is_plausible(obs->ip.ttl);
    return has_strange_ttl(obs->ip.ttl, sender)
        || (!obs->has_timestamps && sender->last.bits & BIT_TIMESTAMPS)
        || (obs->ip.df ? !sender->df : sender->df == sender->packets)
        || seq_diff(obs->ack, sender->last.ack) < 0
        || (obs->ip.ip_id && obs->ip.ip_id == sender->last.mark);
}

static bool
copies_header(const observation_t *obs, const direction_t *peer)
{
    return obs->ip.ip_id && (uint16_t)(obs->ip.ip_id - peer->last.mark) <= 1;
}

/* ---- two segments that contradict each other ---- */

/* How odd the earlier answer looked when it came, or as far as it is remembered. */
static double
earlier_oddness(const engine_t *engine, const data_case_t *before)
{
    const finding_t *known = store_lookup(engine->store, before->frame);
    double remembered = data_oddness(before);
    return known ? MAX(remembered, data_found_oddness(known->evidence)) : remembered;
}

/* What it contradicts is forged: that it says something else is no evidence against it. */
static bool
judge_beside_forged(engine_t *engine, segment_t *s, const data_case_t *now, const flow_answers_t *list,
                    const stretch_t *bytes)
{
    bool forged = data_judge_segment(engine, s, now, false, 0);

    for (unsigned i = 0; !s->forged && i < ANSWERS_KEPT; i++) {
        const answer_t *earlier = &list->answer[i];
        if (!earlier->frame || earlier->frame == now->frame || !store_is_forged(engine->store, earlier->frame)
            || !stretch_contradicts(&earlier->bytes, bytes))
            continue;
        data_case_t before = data_case_of_earlier(now, earlier);
        data_judge_again(engine, s, &before, NULL, false, forged ? 0 : now->frame);
    }
    return forged;
}

/* The odder one is forged, if one is. */
static bool
judge_pair(engine_t *engine, segment_t *s, data_case_t *now, const answer_t *earlier)
{
    data_case_t before = data_case_of_earlier(now, earlier);
    double margin = data_oddness(now) - earlier_oddness(engine, &before);
    bool undecided = margin < RIVAL_MARGIN_DB && margin > -RIVAL_MARGIN_DB;

    now->other_frame = earlier->frame;
    now->other_shift = seq_diff(now->seq, earlier->bytes.seq);
    if (margin < RIVAL_MARGIN_DB)
        data_judge_earlier(engine, s, &before, undecided, undecided ? 0 : now->frame);
    if (margin <= -RIVAL_MARGIN_DB)
        return false;
    return data_judge_segment(engine, s, now, undecided, undecided ? 0 : earlier->frame);
}

/* The same bytes in the same place: sent again, which is no second finding. */
static void
count_again(engine_t *engine, answer_t *before)
{
    facts_t facts = { 0 };

    before->again += before->again < UINT8_MAX;
    fact_number(&facts, F_DATA_AGAIN, before->again);
    report_facts(engine->reports, before->frame, 0, &facts, false);
}

/* ---- an answer ---- */

/* What the first segment of an answer says. */
static content_t
read_content(engine_t *engine, const segment_t *s)
{
    const flow_t *flow = s->flow;
    return content_read(s->obs->payload, s->obs->captured, asked_host(engine->asked, flow),
                        flow->http ? ASKED_HTTP : flow->tls ? ASKED_TLS : ASKED_OTHER);
}

/* Why a segment of the server may be worth a case, a bit each. */
enum { IS_ANSWER = 1, IS_ODD = 2, OVERLAPS = 4, CONTINUES = 8, COMES_AFTER_FIN = 16, IN_RUN = 32,
       AFTER_TWO = 64 /* SYN/ACKs */, IS_LATE_SYN_ACK = 128 };

/* Before the request can have arrived, it seems; whether it is so data_judge() says. */
static bool
comes_early(const segment_t *s)
{
    const host_t *host = s->flow->host[s->end];
    return ticks_since(s->peer->last.time, ticks(s->obs->time)) * 2
         < shortest_rtt(s->sender, host->rtt, host->rtts) * NS_PER_US;
}

/* The forged frame that this one goes on from or repeats, or 0. */
static uint32_t
known_sender(const engine_t *engine, const run_t *run, const answer_t *before, const observation_t *obs)
{
    if (run && run->proof)
        return run->proof;
    return before && store_is_forged(engine->store, before->frame) && is_near(obs->ip.ttl, before->ttl)
        && obs->ip.df == !!(before->bits & BIT_DF) && obs->has_timestamps == !!(before->bits & BIT_TIMESTAMPS)
        ? before->frame : 0;
}

/* What a segment is compared with. */
typedef struct {
    flow_answers_t *list;       /* NULL: nothing is kept of it */
    answer_t        beginning;
    answer_t       *before;     /* says the same in the same place; NULL: none does */
    const answer_t *earlier;    /* says something else there; NULL: none does */
    run_t          *run;        /* that it belongs to; NULL: none */
    bool            answer;     /* the first payload since the request */
} compared_t;

static run_t *
run_that_takes(const engine_t *engine, const segment_t *s)
{
    run_t *run = data_run_find(engine, s->flow);
    return run && run->pulls && run_takes(run, s->obs) ? run : NULL;
}

static compared_t
compare(engine_t *engine, const segment_t *s, unsigned worth)
{
    compared_t k = { .answer = worth & IS_ANSWER, .run = worth & IN_RUN ? run_that_takes(engine, s) : NULL };
    unsigned lists = IS_ANSWER | OVERLAPS | (beside_has(s->flow, DETECT_DATA) ? IS_ODD : 0);

    if (s->obs->length && worth & lists) {
        k.list = data_answers_of(engine, s->flow);
        k.beginning = answer_read(s->obs);
    }
    if (k.list && worth & OVERLAPS) {
        k.before = answers_same(k.list, &k.beginning);
        k.earlier = k.before ? NULL : answers_contradicted(k.list, &k.beginning);
    }
    if (k.earlier && k.run && !k.run->repeats)
        k.run = NULL;                   /* one sender does not contradict himself */
    k.answer &= !(k.run && k.run->proof);   /* of what was not learnt, each segment seems to be the first */
    return k;
}

/* Reads what it says and where it comes from. False where it is not worth a case. */
static bool
read_answer(engine_t *engine, const segment_t *s, unsigned worth, const compared_t *k, data_case_t *c)
{
    const observation_t *obs = s->obs;
    content_t content = k->answer ? read_content(engine, s) : CONTENT_OTHER;
    page_t page = page_read(engine, s, k->answer);
    const authority_t *authority = obs->captured ? page_authority(s, k->answer) : NULL;
    uint32_t known = known_sender(engine, k->run, k->before, obs);
    uint32_t handshake = worth & AFTER_TWO ? handshake_forged_before(engine, s->flow, obs->seq) : 0;
    unsigned ladder = k->list && worth & IS_ODD ? answers_ladder(k->list, obs, k->answer) : 0;

    /* A redirect alone is everyday business. */
    if (!k->earlier && !(worth & IS_ODD) && !known && !handshake && content < CONTENT_HEADERLESS_HTML
        && !page.fingerprint && !authority && !copies_header(obs, s->peer) && !(k->answer && comes_early(s)))
        return false;
    *c = data_case_of(engine, s, content, &page);
    c->first_answer &= k->answer;
    c->lockstep = (uint8_t)ladder;
    c->authority = authority;
    c->same_run_frame = known;
    c->handshake_frame = handshake;
    return true;
}

static bool
judge_compared(engine_t *engine, segment_t *s, data_case_t *c, const compared_t *k)
{
    if (!k->earlier)
        return data_judge_segment(engine, s, c, false, 0);
    if (store_is_forged(engine->store, k->earlier->frame))
        return judge_beside_forged(engine, s, c, k->list, &k->beginning.bytes);
    return judge_pair(engine, s, c, k->earlier);
}

static RARELY_RUN void
judge_answer(engine_t *engine, segment_t *s, unsigned worth)
{
    compared_t k = compare(engine, s, worth);
    data_case_t c;

    /* What is odd is remembered, and may be told later, when its bytes are gone. */
    if ((k.earlier || (k.list && worth & IS_ODD)) && data_is_damaged(engine, s))
        return;
    if (k.before)
        count_again(engine, k.before);
    if (read_answer(engine, s, worth, &k, &c)) {
        s->forged |= judge_compared(engine, s, &c, &k);
        if (k.run)
            ties_add(engine, s, &c, k.run);
        else
            ties_begin(engine, s, &c);
    } else if (k.run) {
        run_add(k.run, s->obs);
    }
    if (k.list && (k.answer || k.earlier))
        answers_remember(k.list, &k.beginning);
}

static inline unsigned
worth_of(const segment_t *s)
{
    const observation_t *obs = s->obs;
    const flow_t *flow = s->flow;
    unsigned worth = s->sender->seen & SEEN_FIN ? COMES_AFTER_FIN : 0;

    if (has_odd_header(obs, s->sender, flow->host[s->end]))
        worth |= IS_ODD;
    if (beside_has(flow, BESIDE_RUN))
        worth |= IN_RUN;
    if (beside_has(flow, DETECT_HANDSHAKE))
        worth |= AFTER_TWO;
    if (!obs->captured)
        return worth;
    if (data_is_answer(flow, s->sender, s->peer))
        worth |= IS_ANSWER;
    /* Where something was forged it is not among what the sender has sent. */
    if (beside_has(flow, DETECT_DATA) && (worth & IN_RUN || seq_diff(obs->seq, s->sender->next_seq) < 0))
        worth |= OVERLAPS;
    return beside_has(flow, BESIDE_PAGE) || flow->certificate_pending ? worth | CONTINUES : worth;
}

static RARELY_RUN void
look_closer(engine_t *engine, segment_t *s, unsigned worth)
{
    /* Beside the server everything towards the client is the server's own: what is forged for the
     * client never comes here. */
    if (vantage_is_at(&engine->vantages, s->flow, s->end))
        return;
    if (worth & IS_LATE_SYN_ACK) {
        early_observe(engine, s);
        return;
    }
    run_t *run = data_run_find(engine, s->flow);
    if (run && ties_are_denied(run, s->obs))
        ties_deny(engine, s, run);
    if (worth & COMES_AFTER_FIN)
        fins_observe(engine, s);
    if (worth & ~(unsigned)COMES_AFTER_FIN)
        judge_answer(engine, s, worth);
}

static void
data_segment(engine_t *engine, segment_t *s)
{
    if (s->seen & SEES_OUT_OF_STEP)
        client_out_of_step(engine, s);
    if (s->seen & SEES_TOOL_MADE)
        client_tool_made(engine, s);
    if (s->seen & (SEES_OUT_OF_STEP | SEES_TOOL_MADE))
        return;
    unsigned worth = s->obs->flags & TCP_SYN ? IS_LATE_SYN_ACK : worth_of(s);
    if (worth)
        look_closer(engine, s, worth);
}

const detector_t detector_data = {
    .sees = SEES_ANSWERS | SEES_TOOL_MADE | SEES_OUT_OF_STEP,
    .to_itself = true,
    .segment = data_segment,
    .open = data_open,
    .close = data_close,
    .signature = data_signature,
    .kept = data_rows_kept,
};
