/* data/cases.c
 * Finds the few segments of a flow that are worth judging as injected data (data/signatures.c), remembers what
 * answers began with, so that a second answer to one request is noticed, and ties together what one
 * foreign sender writes (run.h).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "detector.h"
#include "data/case.h"
#include "data/overlap.h"
#include "data/run.h"
#include "data/unaware.h"
#include "handshake/case.h"
#include "state/hops.h"

#include <string.h>

#define ANSWERS_KEPT 3          /* beginnings of answers per flow, 40 bytes each */
/* What is said where a bound is reached. */
#define PAGES_NOTICE "limit of pages in pieces reached: the oldest are not waited for"
#define RUNS_NOTICE \
    "limit of connections with odd answers reached: what one sender wrote into the oldest is no longer told together"

#define PENDING_PAGES 256       /* flows whose small answer is not whole yet */
#define RUNS          1024      /* flows with something odd in them, 1.1 kB each */

/* The beginning of an answer, or of a segment that contradicts one: enough to see whether another one
 * says something else, and to judge it then. */
typedef struct {
    uint32_t  frame;
    stretch_t bytes;
    uint16_t  length;                   /* captured, saturating */
    uint16_t  ip_id, window;
    uint16_t  bits;                     /* TCP_* and BIT_* */
    uint8_t   ttl, tos;
    uint8_t   again;                    /* times it was sent again, saturating */
} answer_t;

typedef struct {
    beside_t beside;
    answer_t answer[ANSWERS_KEPT];
    answer_t fin;                       /* a FIN that the next packet of its sender did not count; frame 0: none */
    ticks_t  fin_time;
    uint8_t  next;
    uint8_t  ladder, lowest, highest;   /* segments whose window less TTL is the same, and their TTLs */
    uint16_t window_ttl;
} flow_answers_t;

/* The first part of a small answer, to be compared with lists when the rest is there. */
typedef struct {
    beside_t    beside;
    GByteArray *bytes;
    GList       link;                   /* in own_t.pages */
    size_t      size;                   /* of the whole answer, at most PAGE_BYTES */
    uint32_t    next_seq;
} pending_page_t;

/* engine->own */
typedef struct {
    oldest_t pages;                     /* of pending_page_t, by when they began */
    oldest_t runs;                      /* of run_t, by when they began */
} own_t;

static own_t *
kept_of(const engine_t *engine)
{
    return engine->own[DETECT_DATA];
}

static void
clear_page(void *kept, void *one)
{
    oldest_remove(&((own_t *)kept)->pages, &((pending_page_t *)one)->link);
    g_byte_array_free(((pending_page_t *)one)->bytes, TRUE);
}

static void
clear_run(void *kept, void *one)
{
    oldest_remove(&((own_t *)kept)->runs, &((run_t *)one)->link);
}

static void *
data_open(engine_t *engine)
{
    own_t *kept = g_new0(own_t, 1);

    kept->pages = oldest_new(PENDING_PAGES, PAGES_NOTICE);
    kept->runs = oldest_new(RUNS, RUNS_NOTICE);
    besides_kind(engine->besides, DETECT_DATA, sizeof(flow_answers_t), NULL, NULL);
    besides_kind(engine->besides, BESIDE_PAGE, sizeof(pending_page_t), clear_page, kept);
    besides_kind(engine->besides, BESIDE_RUN, sizeof(run_t), clear_run, kept);
    besides_kind(engine->besides, BESIDE_FOREIGN, sizeof(foreign_t), NULL, NULL);
    return kept;
}

static void
data_close(engine_t *engine)
{
    g_free(kept_of(engine));
}

static run_t *
run_find(const engine_t *engine, const flow_t *flow)
{
    return beside_find(engine->besides, flow, BESIDE_RUN);
}

/* The flow's run, with room made for it. */
static run_t *
run_of(engine_t *engine, flow_t *flow)
{
    own_t *kept = kept_of(engine);
    run_t *run = run_find(engine, flow), *old;

    if (run)
        return run;
    while ((old = oldest_in_the_way(&kept->runs))) {
        report_limit(engine->reports, &kept->runs.limit);
        beside_drop(engine->besides, old->beside.flow, BESIDE_RUN);
    }
    run = beside_get(engine->besides, flow, BESIDE_RUN);
    oldest_add(&kept->runs, &run->link, run);
    return run;
}

static pending_page_t *
page_find(const engine_t *engine, const flow_t *flow)
{
    return beside_find(engine->besides, flow, BESIDE_PAGE);
}

static void
forget_page(engine_t *engine, flow_t *flow)
{
    beside_drop(engine->besides, flow, BESIDE_PAGE);
}

static flow_answers_t *
answers_find(const engine_t *engine, const flow_t *flow)
{
    return beside_find(engine->besides, flow, DETECT_DATA);
}

static flow_answers_t *
answers_of(engine_t *engine, flow_t *flow)
{
    return beside_get(engine->besides, flow, DETECT_DATA);
}

static answer_t
read_beginning(const observation_t *obs)
{
    return (answer_t){
        .frame = obs->frame, .ip_id = obs->ip.ip_id, .ttl = obs->ip.ttl, .tos = obs->ip.tos,
        .window = obs->window, .length = (uint16_t)MIN(obs->captured, UINT16_MAX),
        .bits = (uint16_t)(obs->flags | (obs->ip.df ? BIT_DF : 0) | (obs->has_timestamps ? BIT_TIMESTAMPS : 0)),
        .bytes = stretch_read(obs->seq, obs->payload, obs->captured),
    };
}

/* What says the same in the same place, or NULL. */
static answer_t *
sent_before(flow_answers_t *list, const answer_t *beginning)
{
    for (unsigned i = 0; i < ANSWERS_KEPT; i++)
        if (list->answer[i].frame && !memcmp(&list->answer[i].bytes, &beginning->bytes, sizeof beginning->bytes))
            return &list->answer[i];
    return NULL;
}

static void
remember(flow_answers_t *list, const answer_t *beginning)
{
    if (!sent_before(list, beginning))
        list->answer[list->next++ % ANSWERS_KEPT] = *beginning;
}

/* ---- which segments are worth a case ---- */

#define REPEATS_STEPS 3         /* a counter shows in so many */

/* The first payload since the client's, whatever the client has acknowledged or ended by then. */
static bool
is_answer(const flow_t *flow, const direction_t *sender, const direction_t *peer)
{
    return sender->seen & SEEN_DATA ? peer->last.length && peer->last.frame > sender->last.frame
                                    : peer->last.length || flow->request_frame;
}

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

/* ---- judging ---- */

/* What the lists know of an answer. */
typedef struct {
    const fingerprint_t *fingerprint;   /* NULL: nothing */
    bool                 listed_server;
} page_t;

/* What the answer so far fits, whose bytes these are. */
static page_t
find_fingerprint(engine_t *engine, const segment_t *s, const uint8_t *bytes, size_t length)
{
    page_t page = { .fingerprint = fingerprints_page(engine->fingerprints, bytes, length,
                                                     asked_host(engine->asked, s->flow)) };

    if (page.fingerprint)
        page.listed_server = fingerprints_address(engine->fingerprints, s->obs->src.bytes,
                                                  s->obs->src.ipv6) != NULL;
    return page;
}

/* Header and page in segments of their own: the rest of a small answer is waited for. */
static void
keep_page(engine_t *engine, const segment_t *s)
{
    const observation_t *obs = s->obs;
    size_t size = obs->captured == obs->length ? content_size(obs->payload, obs->captured) : 0;

    if (size <= obs->captured || size > PAGE_BYTES)
        return;
    oldest_t *pages = &kept_of(engine)->pages;
    pending_page_t *pending = oldest_in_the_way(pages);
    if (pending) {
        report_limit(engine->reports, &pages->limit);
        forget_page(engine, pending->beside.flow);
    }
    pending = beside_get(engine->besides, s->flow, BESIDE_PAGE);
    oldest_add(pages, &pending->link, pending);
    pending->bytes = g_byte_array_sized_new((unsigned)size);
    g_byte_array_append(pending->bytes, obs->payload, obs->captured);
    pending->size = size;
    pending->next_seq = obs->seq + obs->length;
}

/* A further segment of an answer that is waited for. Lists are asked when all of it is there. */
static page_t
continue_page(engine_t *engine, const segment_t *s, pending_page_t *pending)
{
    const observation_t *obs = s->obs;
    page_t page = { 0 };

    if (seq_diff(obs->seq, pending->next_seq) < 0)
        return page;                    /* sent again */
    if (obs->seq == pending->next_seq && obs->captured == obs->length
        && pending->bytes->len + obs->captured < pending->size) {
        g_byte_array_append(pending->bytes, obs->payload, obs->captured);
        pending->next_seq += obs->length;
        return page;
    }
    if (obs->seq == pending->next_seq) {
        g_byte_array_append(pending->bytes, obs->payload, MIN(obs->captured, PAGE_BYTES));
        page = find_fingerprint(engine, s, pending->bytes->data, pending->bytes->len);
    }
    forget_page(engine, s->flow);
    return page;
}

/* Compares an answer with the lists, in its first segment or where it is whole. */
static page_t
read_page(engine_t *engine, const segment_t *s, bool first_answer)
{
    if (!s->obs->captured || !s->flow->http || !engine->fingerprints)
        return (page_t){ 0 };
    pending_page_t *pending = page_find(engine, s->flow);
    if (!first_answer)
        return pending ? continue_page(engine, s, pending) : (page_t){ 0 };
    forget_page(engine, s->flow);
    page_t page = find_fingerprint(engine, s, s->obs->payload, s->obs->captured);
    if (!page.fingerprint && fingerprints_page_is_text(engine->fingerprints))
        keep_page(engine, s);
    return page;
}

/* Certificates begin in the first segment of an answer and mostly go on in the second. */
static const authority_t *
read_certificates(const segment_t *s, bool first_answer)
{
    const observation_t *obs = s->obs;
    bool more = false;
    size_t at = first_answer ? certificate_begins(obs->payload, obs->captured, &more) : 0;
    bool continued = !first_answer && s->flow->certificate_pending;

    s->flow->certificate_pending = more;
    return at || continued ? certificate_authority(obs->payload + at, obs->captured - at) : NULL;
}

static data_case_t
read_case(engine_t *engine, const segment_t *s, content_t content, const page_t *page)
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
    c.first_answer = obs->length && is_answer(flow, &c.sender, peer);
    c.content = content;
    c.fingerprint = page->fingerprint;
    c.listed_server = page->listed_server;
    return c;
}

/* The earlier answer as a case, as far as it is remembered. */
static data_case_t
earlier_case(const data_case_t *now, const answer_t *earlier)
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

/* An answer is called forged beside another one only when it is this much odder (dB). */
#define RIVAL_MARGIN_DB      6.0
#define UNDECIDED_CONFIDENCE 45

static bool
is_forged(const engine_t *engine, uint32_t frame)
{
    const finding_t *known = store_lookup(engine->store, frame);
    return known && known->verdict == VERDICT_FORGED;
}

/* What did not arrive as it was sent says nothing of anybody. */
static bool
is_damaged(engine_t *engine, segment_t *s)
{
    if (!host_damaged(engine->hosts, s->flow->host[s->end], s->obs))
        return false;
    engine->counts.damaged++;
    s->forged = true;                   /* it teaches nothing either */
    return true;
}

static judgement_t
undecided_judgement(judgement_t j)
{
    return j.verdict == VERDICT_NONE ? j
         : (judgement_t){ VERDICT_SUSPECT, MIN(j.confidence, UNDECIDED_CONFIDENCE) };
}

/* Judges a segment; genuine is the frame of the real answer, 0 when there is none. Returns true
 * when it is forged. */
static bool
judge_segment(engine_t *engine, segment_t *s, const data_case_t *c, bool undecided, uint32_t genuine)
{
    const flow_t *flow = s->flow;
    GArray *evidence = engine->scratch;
    judgement_t j = data_judge(c, evidence);

    /* Where the connection's beginning or a piece of it is missing, what its other packets look like may be the
     * forger's: that two answers contradict each other is sure, and whose is whose is not. */
    if (undecided || ((genuine || c->other_frame) && (flow->gap || !((s->sender->seen | s->obs->flags) & SEEN_SYN))))
        j = undecided_judgement(j);
    if (!report_is_due(engine->reports, &j, evidence))
        return false;
    if (c->frame == s->obs->frame && is_damaged(engine, s)) {
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

/* Weighs again what is known of an earlier segment, with what later packets add: what is in the case, and `more`
 * (NULL: nothing), of which the texts are taken as they are. */
static bool
judge_again(engine_t *engine, const segment_t *s, const data_case_t *c, const GArray *more, bool undecided,
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
    bool news = !is_forged(engine, c->frame);
    if (undecided && news)
        j = undecided_judgement(j);
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

/* ---- two segments that contradict each other ---- */

/* Adds the contradiction to what was found when the earlier answer arrived. */
static void
judge_earlier(engine_t *engine, segment_t *s, const data_case_t *before, bool undecided, uint32_t genuine)
{
    const finding_t *known = store_lookup(engine->store, before->frame);

    if (known && known->evidence->len)
        judge_again(engine, s, before, NULL, undecided, genuine);
    else
        judge_segment(engine, s, before, undecided, genuine);
}

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
    bool forged = judge_segment(engine, s, now, false, 0);

    for (unsigned i = 0; !s->forged && i < ANSWERS_KEPT; i++) {
        const answer_t *earlier = &list->answer[i];
        if (!earlier->frame || earlier->frame == now->frame || !is_forged(engine, earlier->frame)
            || !stretch_contradicts(&earlier->bytes, bytes))
            continue;
        data_case_t before = earlier_case(now, earlier);
        judge_again(engine, s, &before, NULL, false, forged ? 0 : now->frame);
    }
    return forged;
}

/* The odder one is forged, if one is. */
static bool
judge_pair(engine_t *engine, segment_t *s, data_case_t *now, const answer_t *earlier)
{
    data_case_t before = earlier_case(now, earlier);
    double margin = data_oddness(now) - earlier_oddness(engine, &before);
    bool undecided = margin < RIVAL_MARGIN_DB && margin > -RIVAL_MARGIN_DB;

    now->other_frame = earlier->frame;
    now->other_shift = seq_diff(now->seq, earlier->bytes.seq);
    if (margin < RIVAL_MARGIN_DB)
        judge_earlier(engine, s, &before, undecided, undecided ? 0 : now->frame);
    if (margin <= -RIVAL_MARGIN_DB)
        return false;
    return judge_segment(engine, s, now, undecided, undecided ? 0 : earlier->frame);
}

static const answer_t *
contradicted(const flow_answers_t *list, const answer_t *beginning)
{
    const answer_t *earlier = NULL;

    for (unsigned i = 0; i < ANSWERS_KEPT; i++)
        if (list->answer[i].frame && list->answer[i].frame != beginning->frame
            && (!earlier || list->answer[i].frame > earlier->frame)
            && stretch_contradicts(&list->answer[i].bytes, &beginning->bytes))
            earlier = &list->answer[i];
    return earlier;
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

/* ---- what one sender writes ---- */

/* A packet of a run as a case, as far as it is remembered. */
static data_case_t
run_case(const data_case_t *now, const run_t *run, const run_packet_t *packet)
{
    data_case_t c = *now;

    c.frame = packet->frame;
    c.time = 0;
    c.ip.ttl = packet->ttl;
    c.ip.tos = packet->tos;
    c.ip.ip_id = packet->ip_id;
    c.ip.df = run->bits & BIT_DF;
    c.has_timestamps = run->bits & BIT_TIMESTAMPS;
    c.window = packet->window;
    c.flags = packet->flags;
    c.length = packet->length;
    c.other_frame = 0;
    c.same_run_frame = packet->frame == run->proof ? 0 : run->proof;
    c.repeats_last = run->repeats;
    return c;
}

/* All its packets are forged: `proof` is, and has its sender's header. */
static void
convict_run(engine_t *engine, segment_t *s, const data_case_t *now, run_t *run, uint32_t proof)
{
    run->proof = proof;
    for (unsigned i = 0; i < run->n; i++) {
        data_case_t c = run_case(now, run, &run->packet[i]);
        if (!is_forged(engine, c.frame))
            judge_again(engine, s, &c, NULL, false, 0);
    }
}

typedef bool (*sign_is_t)(const signature_t *);

/* Something of this kind is said of the frame, of this tier or a better one. */
static bool
is_said(const finding_t *finding, sign_is_t kind, tier_t at_least)
{
    for (unsigned i = 0; finding && i < finding->evidence->len; i++) {
        const evidence_t *e = &g_array_index(finding->evidence, evidence_t, i);
        if (e->weight > 0 && e->signature->tier <= at_least && kind(e->signature))
            return true;
    }
    return false;
}

/* The signs of a run's packets, told as those of its head, if they add up: where the head itself has no more than
 * a distance, they may be a balancer's. */
static bool
pool(engine_t *engine, segment_t *s, const data_case_t *now, const run_t *run)
{
    const finding_t *head = store_lookup(engine->store, run->packet[0].frame),
                    *own = store_lookup(engine->store, now->frame);

    if (!own || !is_said(head, data_tells_sender, TIER_B) || is_said(head, data_is_conflict, TIER_D))
        return false;
    GArray *more = evidence_new();
    for (unsigned i = 0; i < own->evidence->len; i++) {
        const evidence_t *e = &g_array_index(own->evidence, evidence_t, i);
        evidence_offer_at_most(more, e->signature,
                               g_strdup_printf("frame %u, of the same sender: %s", own->frame, e->text), e->weight);
    }
    data_case_t c = run_case(now, run, &run->packet[0]);
    bool forged = judge_again(engine, s, &c, more, false, 0);
    evidence_free(more);
    return forged;
}

/* It belongs to a run. */
static void
tie(engine_t *engine, segment_t *s, const data_case_t *c, run_t *run)
{
    run_add(run, s->obs);
    if (run->proof)
        return;
    if (s->forged && is_said(store_lookup(engine->store, c->frame), data_tells_sender, TIER_C))
        convict_run(engine, s, c, run, c->frame);
    else if (!s->forged && pool(engine, s, c, run))
        convict_run(engine, s, c, run, run->packet[0].frame);
    s->forged |= run->proof != 0;
}

/* Its header is that of its sender's packet before, of a sender that counts. */
static bool
repeats_last(const segment_t *s)
{
    const direction_t *sender = s->sender;
    return s->obs->length && !s->obs->ip.ipv6 && s->obs->ip.ip_id && s->obs->ip.ip_id == sender->last.mark
        && sender->id_steps >= REPEATS_STEPS && sender->id_steps * 2 >= sender->packets;
}

/* Something foreign may have begun. What was convicted before stays what others are compared with, until something
 * else is convicted. */
static void
begin_run(engine_t *engine, segment_t *s, const data_case_t *c)
{
    const finding_t *finding = store_lookup(engine->store, c->frame);
    bool foreign = is_said(finding, data_shows_profile, TIER_C), repeats = !foreign && repeats_last(s);
    const run_t *known = run_find(engine, s->flow);

    if (!(s->forged && finding) && (!(foreign || repeats) || (known && known->proof)))
        return;
    run_t *run = run_of(engine, s->flow);
    run_begin(run, s->obs, s->sender);
    run->pulls = foreign || repeats;
    run->repeats = repeats;
    run->proof = s->forged ? c->frame : 0;
}

/* The sender's FIN ends before what repeated its header: it knows nothing of that. */
static void
deny_run(engine_t *engine, segment_t *s, run_t *run)
{
    data_case_t now = read_case(engine, s, CONTENT_OTHER, &(page_t){ 0 });

    for (unsigned i = 0; i < run->n; i++) {
        data_case_t c = run_case(&now, run, &run->packet[i]);
        c.beyond_fin_frame = s->obs->frame;
        if (judge_again(engine, s, &c, NULL, false, s->obs->frame))
            run->proof = c.frame;
    }
}

static bool
denies_run(const run_t *run, const observation_t *obs)
{
    return run->repeats && !run->proof && obs->flags & TCP_FIN && seq_diff(run->next, sequence_end(obs)) > 1
        && seq_diff(obs->seq + obs->length, run->first) <= 0;
}

/* ---- an answer ---- */

/* Segments of one answer whose window and TTL count together, in whatever order they were captured: the TTLs are
 * all different and without a gap. */
static unsigned
count_ladder(flow_answers_t *list, const observation_t *obs, bool first)
{
    uint16_t window_ttl = (uint16_t)(obs->window - obs->ip.ttl);

    if (first || !list->ladder || window_ttl != list->window_ttl) {
        list->window_ttl = window_ttl;
        list->ladder = 1;
        list->lowest = list->highest = obs->ip.ttl;
        return 1;
    }
    list->ladder += list->ladder < UINT8_MAX;
    list->lowest = MIN(list->lowest, obs->ip.ttl);
    list->highest = MAX(list->highest, obs->ip.ttl);
    return list->highest - list->lowest + 1u == list->ladder ? list->ladder : 1;
}

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
    return before && is_forged(engine, before->frame) && is_near(obs->ip.ttl, before->ttl)
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
    run_t *run = run_find(engine, s->flow);
    return run && run->pulls && run_takes(run, s->obs) ? run : NULL;
}

static compared_t
compare(engine_t *engine, const segment_t *s, unsigned worth)
{
    compared_t k = { .answer = worth & IS_ANSWER, .run = worth & IN_RUN ? run_that_takes(engine, s) : NULL };
    unsigned lists = IS_ANSWER | OVERLAPS | (beside_has(s->flow, DETECT_DATA) ? IS_ODD : 0);

    if (s->obs->length && worth & lists) {
        k.list = answers_of(engine, s->flow);
        k.beginning = read_beginning(s->obs);
    }
    if (k.list && worth & OVERLAPS) {
        k.before = sent_before(k.list, &k.beginning);
        k.earlier = k.before ? NULL : contradicted(k.list, &k.beginning);
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
    page_t page = read_page(engine, s, k->answer);
    const authority_t *authority = obs->captured ? read_certificates(s, k->answer) : NULL;
    uint32_t known = known_sender(engine, k->run, k->before, obs);
    uint32_t handshake = worth & AFTER_TWO ? handshake_forged_before(engine, s->flow, obs->seq) : 0;
    unsigned ladder = k->list && worth & IS_ODD ? count_ladder(k->list, obs, k->answer) : 0;

    /* A redirect alone is everyday business. */
    if (!k->earlier && !(worth & IS_ODD) && !known && !handshake && content < CONTENT_HEADERLESS_HTML
        && !page.fingerprint && !authority && !copies_header(obs, s->peer) && !(k->answer && comes_early(s)))
        return false;
    *c = read_case(engine, s, content, &page);
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
        return judge_segment(engine, s, c, false, 0);
    return is_forged(engine, k->earlier->frame) ? judge_beside_forged(engine, s, c, k->list, &k->beginning.bytes)
                                                : judge_pair(engine, s, c, k->earlier);
}

static RARELY_RUN void
judge_answer(engine_t *engine, segment_t *s, unsigned worth)
{
    compared_t k = compare(engine, s, worth);
    data_case_t c;

    /* What is odd is remembered, and may be told later, when its bytes are gone. */
    if ((k.earlier || (k.list && worth & IS_ODD)) && is_damaged(engine, s))
        return;
    if (k.before)
        count_again(engine, k.before);
    if (read_answer(engine, s, worth, &k, &c)) {
        s->forged |= judge_compared(engine, s, &c, &k);
        if (k.run)
            tie(engine, s, &c, k.run);
        else
            begin_run(engine, s, &c);
    } else if (k.run) {
        run_add(k.run, s->obs);
    }
    if (k.list && (k.answer || k.earlier))
        remember(k.list, &k.beginning);
}

/* ---- what comes after a FIN ---- */

/* A FIN that the server did not send is contradicted within a round trip, or a few where data were lost.
 * Later the ports may belong to a connection whose beginning is missing. */
#define AFTER_FIN_NS   (5 * NS_PER_S)
#define AFTER_FIN_BACK 65536

/* The sender's FIN without data, if it was its last packet. */
static answer_t
read_fin(const direction_t *sender, bool ipv6)
{
    const packet_t *last = &sender->last;

    if (!(last->bits & TCP_FIN) || last->length || last->bits & TCP_SYN)
        return (answer_t){ 0 };
    return (answer_t){
        .frame = last->frame, .bytes = { .seq = sender->next_seq - 1 }, .ip_id = ipv6 ? 0 : last->mark,
        .ttl = last->ttl, .tos = last->tos, .window = last->window, .bits = last->bits,
    };
}

static void
judge_fin(engine_t *engine, segment_t *s, const answer_t *fin)
{
    const observation_t *obs = s->obs;
    const finding_t *known = store_lookup(engine->store, fin->frame);
    data_case_t data = read_case(engine, s, CONTENT_OTHER, &(page_t){ 0 }), c = earlier_case(&data, fin);

    if (known && known->verdict == VERDICT_FORGED)
        return;
    c.other_frame = 0;
    c.continued_frame = obs->frame;
    c.seq = fin->bytes.seq;
    c.sender.last.frame = obs->frame;   /* what it is compared with */
    c.sender.last.bits = obs->has_timestamps ? BIT_TIMESTAMPS : 0;
    c.same_box_frame = host_known_injector(s->flow->host[s->end], fin->frame, &c.ip);
    bool undecided = data_oddness(&c) - data_oddness(&data) < RIVAL_MARGIN_DB;
    judge_segment(engine, s, &c, undecided, undecided ? 0 : obs->frame);
}

/* The first packet after a FIN that does not count it has the FIN remembered; new data in its place have
 * it judged. One byte there is a keep-alive probe. */
static RARELY_RUN void
observe_after_fin(engine_t *engine, segment_t *s)
{
    const observation_t *obs = s->obs;
    const direction_t *sender = s->sender;
    answer_t fin = read_fin(sender, obs->ip.ipv6);
    ticks_t time = sender->last.time;

    const flow_answers_t *known = answers_find(engine, s->flow);
    if (!fin.frame && known) {
        fin = known->fin;
        time = known->fin_time;
    }
    int64_t delay = ticks_since(time, ticks(obs->time));
    if (!fin.frame || obs->flags & TCP_FIN || seq_diff(obs->seq, fin.bytes.seq) > 0
        || seq_diff(fin.bytes.seq, obs->seq) > AFTER_FIN_BACK || delay < 0 || delay > AFTER_FIN_NS)
        return;
    flow_answers_t *list = answers_of(engine, s->flow);
    list->fin = fin;
    list->fin_time = time;
    if (obs->length > 1 && seq_diff(obs->seq + obs->length, fin.bytes.seq) > 1)
        judge_fin(engine, s, &fin);
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
    if (is_answer(flow, s->sender, s->peer))
        worth |= IS_ANSWER;
    /* Where something was forged it is not among what the sender has sent. */
    if (beside_has(flow, DETECT_DATA) && (worth & IN_RUN || seq_diff(obs->seq, s->sender->next_seq) < 0))
        worth |= OVERLAPS;
    return beside_has(flow, BESIDE_PAGE) || flow->certificate_pending ? worth | CONTINUES : worth;
}

/* ---- what comes before the SYN/ACK ---- */

/* A SYN/ACK comes this long after what its sender says before it, at most. Later it may answer another SYN. */
#define BEFORE_SYN_ACK_NS    NS_PER_S
#define BEFORE_SYN_ACK_BYTES 65536

/* What was said in the server's name before its SYN/ACK came, and is not among the numbers that it begins with. */
static answer_t
read_foreign(const segment_t *s)
{
    const observation_t *obs = s->obs;
    const direction_t *sender = s->sender, *peer = s->peer;
    const packet_t *last = &sender->last;
    uint32_t seq = sender->next_seq - last->length - (last->bits & TCP_FIN);

    if (!last->frame || last->frame == obs->frame || last->frame == s->flow->request_frame
        || sender->seen & SEEN_SYN || !(last->bits & TCP_ACK) || last->ack != obs->ack
        || s->flow->syn_repeated || !(peer->seen & SEEN_SYN) || peer->next_seq != obs->ack
        || ticks_since(last->time, ticks(obs->time)) > BEFORE_SYN_ACK_NS || seq - obs->seq - 1 < BEFORE_SYN_ACK_BYTES)
        return (answer_t){ 0 };
    return (answer_t){
        .frame = last->frame, .bytes = { .seq = seq }, .length = last->length, .ip_id = obs->ip.ipv6 ? 0 : last->mark,
        .ttl = last->ttl, .tos = last->tos, .window = last->window, .bits = last->bits,
    };
}

/* The connection has another beginning than something before it claimed. */
static RARELY_RUN void
observe_late_syn_ack(engine_t *engine, segment_t *s)
{
    flow_answers_t *list = answers_find(engine, s->flow);
    answer_t foreign = read_foreign(s);
    data_case_t now = read_case(engine, s, CONTENT_OTHER, &(page_t){ 0 });

    if (is_damaged(engine, s))
        return;
    if (foreign.frame) {
        data_case_t c = earlier_case(&now, &foreign);
        c.sender = (direction_t){ 0 };
        c.other_frame = 0;
        c.syn_ack_frame = s->obs->frame;
        if (judge_segment(engine, s, &c, false, s->obs->frame))
            *s->sender = (direction_t){ 0 };
    }
    for (unsigned i = 0; list && i < ANSWERS_KEPT; i++) {
        data_case_t c = earlier_case(&now, &list->answer[i]);
        c.other_frame = 0;
        c.handshake_frame = c.frame ? handshake_forged_before(engine, s->flow, c.seq) : 0;
        if (c.handshake_frame)
            judge_again(engine, s, &c, NULL, false, s->obs->frame);
    }
}

static RARELY_RUN void
look_closer(engine_t *engine, segment_t *s, unsigned worth)
{
    /* Beside the server everything towards the client is the server's own: what is forged for the
     * client never comes here. */
    if (vantage_is_at(&engine->vantages, s->flow, s->end))
        return;
    if (worth & IS_LATE_SYN_ACK) {
        observe_late_syn_ack(engine, s);
        return;
    }
    run_t *run = run_find(engine, s->flow);
    if (run && denies_run(run, s->obs))
        deny_run(engine, s, run);
    if (worth & COMES_AFTER_FIN)
        observe_after_fin(engine, s);
    if (worth & ~(unsigned)COMES_AFTER_FIN)
        judge_answer(engine, s, worth);
}

/* Somebody writes in the client's name: commands into a terminal session, say. */
static RARELY_RUN void
judge_client(engine_t *engine, segment_t *s)
{
    if (s->sender->df < s->sender->packets || vantage_is_at(&engine->vantages, s->flow, s->end))
        return;
    data_case_t c = read_case(engine, s, CONTENT_OTHER, &(page_t){ 0 });
    s->forged |= judge_segment(engine, s, &c, false, 0);
}

/* The client's acknowledgement at hand shows that it did not send what was kept. */
static void
judge_foreign(engine_t *engine, segment_t *s, const foreign_t *foreign)
{
    const observation_t *obs = s->obs;
    data_case_t now = read_case(engine, s, CONTENT_OTHER, &(page_t){ 0 });
    answer_t kept = {
        .frame = foreign->frame, .bytes = { .seq = foreign->seq }, .ip_id = foreign->ip_id, .ttl = foreign->ttl,
        .length = (uint16_t)MIN(foreign->end - foreign->seq, UINT16_MAX), .tos = foreign->tos,
        .window = foreign->window,
        .bits = (uint16_t)(foreign->flags | (foreign->df ? BIT_DF : 0)
                           | (foreign->has_timestamps ? BIT_TIMESTAMPS : 0)),
    };
    data_case_t c = earlier_case(&now, &kept);

    c.other_frame = c.died_frame = 0;
    c.unaware_frame = obs->frame;
    c.unaware_id = obs->ip.ip_id;
    c.before_id = foreign->own_mark;
    judge_earlier(engine, s, &c, false, obs->frame);
}

/* Somebody writes in the client's name, beside the server: of the client only its own packets are left to tell. */
static RARELY_RUN void
observe_out_of_step(engine_t *engine, segment_t *s)
{
    foreign_t *foreign = beside_find(engine->besides, s->flow, BESIDE_FOREIGN);

    if (vantage_is_at(&engine->vantages, s->flow, s->end))
        return;
    if (s->obs->length && !is_damaged(engine, s))
        foreign_keep(beside_get(engine->besides, s->flow, BESIDE_FOREIGN), s->obs, s->sender);
    else if (foreign && !s->obs->length && foreign_is_denied(foreign, s->obs, s->peer)
             && !is_forged(engine, foreign->frame) && !is_damaged(engine, s))
        judge_foreign(engine, s, foreign);
}

static void
data_segment(engine_t *engine, segment_t *s)
{
    if (s->seen & SEES_OUT_OF_STEP)
        observe_out_of_step(engine, s);
    if (s->seen & SEES_TOOL_MADE)
        judge_client(engine, s);
    if (s->seen & (SEES_OUT_OF_STEP | SEES_TOOL_MADE))
        return;
    unsigned worth = s->obs->flags & TCP_SYN ? IS_LATE_SYN_ACK : worth_of(s);
    if (worth)
        look_closer(engine, s, worth);
}

static const kept_t kept[] = {
    { "beginnings of answers, and of what contradicts them", "data/cases.c", sizeof(flow_answers_t), NULL,
      KEPT_NUMBER(ANSWERS_KEPT) " for a connection that has answers", NULL },
    { "small page that is not complete", "data/cases.c", sizeof(pending_page_t),
      "its bytes, at most " KEPT_NUMBER(PAGE_BYTES), KEPT_NUMBER(PENDING_PAGES) ", the oldest goes first",
      PAGES_NOTICE },
    { "run of packets of one sender that is not the host", "data/run.c", sizeof(run_t), NULL,
      "the oldest goes first",
      RUNS_NOTICE },
    { "data in the client's name that are off its counter", "data/unaware.c", sizeof(foreign_t), NULL,
      "as connections", NULL },
    { "whether certificates go on", "state/flow.c", 0, "one bit",
      "as connections; they are looked for in two segments", NULL },
    { 0 },
};

const detector_t detector_data = {
    .sees = SEES_ANSWERS | SEES_TOOL_MADE | SEES_OUT_OF_STEP,
    .to_itself = true,
    .segment = data_segment,
    .open = data_open,
    .close = data_close,
    .signature = data_signature,
    .kept = kept,
};
