/* data/cases.c
 * Finds the few segments of a flow that are worth judging as injected data, and remembers what
 * answers began with, so that a second answer to one request is noticed (data/signatures.c).
 *
 * Only what comes towards the client is looked at: that is where injectors answer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "detector.h"
#include "data/case.h"
#include "data/overlap.h"
#include "state/hops.h"

#include <string.h>

#define ANSWERS_KEPT 3          /* beginnings of answers per flow, 40 bytes each */
#define PENDING_PAGES 256       /* flows whose small answer is not whole yet */

/* The beginning of an answer, or of a segment that contradicts one: enough to see whether another one
 * says something else, and to judge it then. */
typedef struct {
    uint32_t  frame;
    stretch_t bytes;
    uint16_t  length;                   /* captured, saturating */
    uint16_t  ip_id, window;
    uint16_t  bits;                     /* TCP_* and BIT_* */
    uint8_t   ttl, tos;
} answer_t;

typedef struct {
    beside_t beside;
    answer_t answer[ANSWERS_KEPT];
    answer_t fin;                       /* a FIN that the next packet of its sender did not count; frame 0: none */
    ticks_t  fin_time;
    uint8_t  next;
    uint8_t  lockstep, lockstep_ttl;    /* segments in a row whose window and TTL rise together */
    uint16_t lockstep_window;
} flow_answers_t;

/* The first part of a small answer, to be compared with lists when the rest is there. */
typedef struct {
    beside_t    beside;
    GByteArray *bytes;
    size_t      size;                   /* of the whole answer, at most PAGE_BYTES */
    uint32_t    next_seq;
} pending_page_t;

/* engine->own: how many pages are pending. */
static unsigned *
pages_of(const engine_t *engine)
{
    return engine->own[DETECT_DATA];
}

static void
clear_page(void *pages, void *one)
{
    --*(unsigned *)pages;
    g_byte_array_free(((pending_page_t *)one)->bytes, TRUE);
}

static void *
data_open(engine_t *engine)
{
    unsigned *pages = g_new0(unsigned, 1);

    besides_kind(engine->besides, DETECT_DATA, sizeof(flow_answers_t), NULL, NULL);
    besides_kind(engine->besides, BESIDE_PAGE, sizeof(pending_page_t), clear_page, pages);
    return pages;
}

static void
data_close(engine_t *engine)
{
    g_free(pages_of(engine));
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

static void
remember(flow_answers_t *list, const answer_t *beginning)
{
    for (unsigned i = 0; i < ANSWERS_KEPT; i++)
        if (list->answer[i].frame && !memcmp(&list->answer[i].bytes, &beginning->bytes, sizeof beginning->bytes))
            return;                     /* sent again */
    list->answer[list->next++ % ANSWERS_KEPT] = *beginning;
}

/* ---- which segments are worth a case ---- */

static bool
is_answer(const direction_t *sender, const direction_t *peer)
{
    return peer->last.length && (!(sender->seen & SEEN_DATA) || peer->last.frame > sender->last.frame);
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
        return false;
    if (!sender->packets)
        return !ttl_is_plausible(obs->ip.ttl);
    return has_strange_ttl(obs->ip.ttl, sender)
        || (!obs->has_timestamps && sender->last.bits & BIT_TIMESTAMPS)
        || (obs->ip.df ? !sender->df : sender->df == sender->packets)
        || seq_diff(obs->ack, sender->last.ack) < 0;
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

    if (size <= obs->captured || size > PAGE_BYTES
        || *pages_of(engine) >= PENDING_PAGES)
        return;
    pending_page_t *pending = beside_get(engine->besides, s->flow, BESIDE_PAGE);
    pending->bytes = g_byte_array_sized_new((unsigned)size);
    g_byte_array_append(pending->bytes, obs->payload, obs->captured);
    pending->size = size;
    pending->next_seq = obs->seq + obs->length;
    ++*pages_of(engine);
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
        .host_packets = host->df_set + host->df_clear,
        .same_box_frame = host_known_injector(host, obs->frame, &obs->ip),
        .died = died_last(engine->died, flow, !s->end),
    };
    c.died_frame = c.died.frame;
    c.first_answer = obs->length && is_answer(&c.sender, peer);
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
    uint8_t distance;

    fact_number(facts, F_TTL_HOPS, ttl_hops(c->ip.ttl));
    if (!ttl_is_plausible(c->ip.ttl))
        fact_number(facts, F_TTL_IMPLAUSIBLE, 1);
    if (ttl_memory_distance(&c->host_ttls, c->ip.ttl, &distance)) {
        fact_number(facts, F_TTL_USUAL, ttl_memory_usual(&c->host_ttls));
        fact_number(facts, F_TTL_PACKETS, ttl_memory_total(&c->host_ttls));
        fact_number(facts, F_TTL_DEVIATION, distance);
    }
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
    return (report_t){
        .frame = c->frame, .time = c->time, .class = class_of(c),
        .ends = ends_of_flow(s->flow, s->end, c->ip.ttl), .vantage = vantage_of_flow(&engine->vantages, s->flow),
        .trigger = asked_text(engine->asked, s->flow), .trigger_frame = s->flow->request_frame,
        .claimed = s->flow->host[s->end], .injected = read_injected(c, obs), .where = read_where(c, obs),
    };
}

/* An answer is called forged beside another one only when it is this much odder (dB). */
#define RIVAL_MARGIN_DB      6.0
#define UNDECIDED_CONFIDENCE 45

/* Judges a segment; genuine is the frame of the real answer, 0 when there is none. Returns true
 * when it is forged. */
static bool
judge_segment(engine_t *engine, const segment_t *s, const data_case_t *c, bool undecided, uint32_t genuine)
{
    const flow_t *flow = s->flow;
    GArray *evidence = engine->scratch;
    judgement_t j = data_judge(c, evidence);

    if (undecided && j.verdict != VERDICT_NONE)
        j = (judgement_t){ VERDICT_SUSPECT, MIN(j.confidence, UNDECIDED_CONFIDENCE) };
    if (!report_is_due(engine->reports, &j, evidence))
        return false;
    const evidence_t *strongest = evidence_strongest(evidence);
    report_t r = report_about(engine, s, c, c->frame == s->obs->frame ? s->obs : NULL);
    r.innocent = strongest ? strongest->signature->twin : NULL;
    r.genuine_frame = genuine;
    if (!r.trigger_frame)
        r.trigger_frame = c->request_frame;
    add_facts(&r.facts, c);
    if (!report(engine->reports, &r, j, evidence) || j.verdict != VERDICT_FORGED)
        return false;
    host_remember_injector(flow->host[s->end], c->frame, &c->ip);
    return true;
}

/* Adds the contradiction to what was found when the earlier answer arrived, and weighs it again. */
static void
judge_earlier(engine_t *engine, segment_t *s, const data_case_t *before, uint32_t later, bool undecided)
{
    const finding_t *known = store_lookup(engine->store, before->frame);
    data_case_t c = *before;

    if (!known || !known->evidence->len) {
        judge_segment(engine, s, &c, undecided, undecided ? 0 : later);
        return;
    }
    GArray *evidence = engine->scratch;
    evidence_append(evidence, known->evidence);
    data_add_conflict(&c, evidence);
    judgement_t j = judge(evidence);
    if (undecided && known->verdict != VERDICT_FORGED)
        j = (judgement_t){ VERDICT_SUSPECT, MIN(j.confidence, UNDECIDED_CONFIDENCE) };
    if (!report_is_due(engine->reports, &j, evidence))
        return;
    report_t r = report_about(engine, s, &c, NULL);
    r.genuine_frame = undecided ? 0 : later;
    if (known->trigger_frame) {
        r.trigger = known->trigger;
        r.trigger_frame = known->trigger_frame;
    }
    if (known->origin) {                /* more was known of it when it came */
        r.adds = true;
        r.injected = injected_new(r.class);
        r.injected.value[TRAIT_CONFLICT] = 1;
    }
    report(engine->reports, &r, j, evidence);
}

/* How odd the earlier answer looked when it came, or as far as it is remembered. */
static double
earlier_oddness(const engine_t *engine, const data_case_t *before)
{
    const finding_t *known = store_lookup(engine->store, before->frame);
    double remembered = data_oddness(before);
    return known ? MAX(remembered, data_found_oddness(known->evidence)) : remembered;
}

/* Two segments that contradict each other: the odder one is forged, if one is. */
static bool
judge_pair(engine_t *engine, segment_t *s, data_case_t *now, const answer_t *earlier)
{
    data_case_t before = earlier_case(now, earlier);
    double margin = data_oddness(now) - earlier_oddness(engine, &before);
    bool undecided = margin < RIVAL_MARGIN_DB && margin > -RIVAL_MARGIN_DB;

    now->other_frame = earlier->frame;
    now->other_shift = seq_diff(now->seq, earlier->bytes.seq);
    if (margin < RIVAL_MARGIN_DB)
        judge_earlier(engine, s, &before, now->frame, undecided);
    if (margin <= -RIVAL_MARGIN_DB)
        return false;
    return judge_segment(engine, s, now, undecided, undecided ? 0 : earlier->frame);
}

static void
count_lockstep(flow_answers_t *list, const observation_t *obs, bool first)
{
    bool together = obs->ip.ttl == (uint8_t)(list->lockstep_ttl + 1)
                 && obs->window == (uint16_t)(list->lockstep_window + 1);

    list->lockstep = !first && together && list->lockstep < UINT8_MAX ? list->lockstep + 1 : 1;
    list->lockstep_ttl = obs->ip.ttl;
    list->lockstep_window = obs->window;
}

/* What the first segment of an answer says. */
static content_t
read_content(engine_t *engine, const segment_t *s)
{
    const flow_t *flow = s->flow;
    return content_read(s->obs->payload, s->obs->captured, asked_host(engine->asked, flow), flow->http);
}

static const answer_t *
contradicted(const flow_answers_t *list, const answer_t *beginning)
{
    const answer_t *earlier = NULL;

    for (unsigned i = 0; i < ANSWERS_KEPT; i++)
        if (list->answer[i].frame && stretch_contradicts(&list->answer[i].bytes, &beginning->bytes)
            && (!earlier || list->answer[i].frame > earlier->frame))
            earlier = &list->answer[i];
    return earlier;
}

static RARELY_RUN void
judge_answer(engine_t *engine, segment_t *s, bool answer, bool odd, bool overlaps)
{
    const observation_t *obs = s->obs;
    content_t content = answer ? read_content(engine, s) : CONTENT_OTHER;
    page_t page = read_page(engine, s, answer);
    const authority_t *authority = obs->captured ? read_certificates(s, answer) : NULL;
    const answer_t *earlier = NULL;
    unsigned lockstep = 0;
    flow_answers_t *list = NULL;
    answer_t beginning = { 0 };

    if (answer || overlaps || (odd && beside_has(s->flow, DETECT_DATA))) {
        list = answers_of(engine, s->flow);
        if (obs->captured)
            beginning = read_beginning(obs);
        if (odd && obs->length)
            count_lockstep(list, obs, answer);
        lockstep = odd ? list->lockstep : 0;
        if (overlaps)
            earlier = contradicted(list, &beginning);
    }
    /* A redirect alone is everyday business. */
    if (earlier || odd || content >= CONTENT_HEADERLESS_HTML || page.fingerprint || authority
        || copies_header(obs, s->peer)) {
        data_case_t c = read_case(engine, s, content, &page);
        c.lockstep = (uint8_t)lockstep;
        c.authority = authority;
        s->forged = earlier ? judge_pair(engine, s, &c, earlier)
                            : judge_segment(engine, s, &c, false, 0);
    }
    if (answer || earlier)
        remember(list, &beginning);
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
judge_fin(engine_t *engine, const segment_t *s, const answer_t *fin)
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

/* Why a segment of the server may be worth a case, a bit each. */
enum { IS_ANSWER = 1, IS_ODD = 2, OVERLAPS = 4, CONTINUES = 8, COMES_AFTER_FIN = 16 };

static inline unsigned
worth_of(const segment_t *s)
{
    const observation_t *obs = s->obs;
    const flow_t *flow = s->flow;
    unsigned worth = s->sender->seen & SEEN_FIN ? COMES_AFTER_FIN : 0;

    if (has_odd_header(obs, s->sender, flow->host[s->end]))
        worth |= IS_ODD;
    if (!obs->captured)
        return worth;
    if (is_answer(s->sender, s->peer))
        worth |= IS_ANSWER;
    if (seq_diff(obs->seq, s->sender->next_seq) < 0 && beside_has(flow, DETECT_DATA))
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
    if (worth & COMES_AFTER_FIN)
        observe_after_fin(engine, s);
    if (worth & ~COMES_AFTER_FIN)
        judge_answer(engine, s, worth & IS_ANSWER, worth & IS_ODD, worth & OVERLAPS);
}

static void
data_segment(engine_t *engine, segment_t *s)
{
    unsigned worth = worth_of(s);
    if (worth)
        look_closer(engine, s, worth);
}

static const kept_t kept[] = {
    { "beginnings of answers, and of what contradicts them", "data/cases.c", sizeof(flow_answers_t), NULL,
      KEPT_NUMBER(ANSWERS_KEPT) " for a connection that has answers" },
    { "small page that is not complete", "data/cases.c", sizeof(pending_page_t), "its bytes, at most " KEPT_NUMBER(PAGE_BYTES),
      KEPT_NUMBER(PENDING_PAGES) ", further ones are not waited for" },
    { "whether certificates go on", "state/flow.c", 0, "one bit",
      "as connections; they are looked for in two segments" },
    { 0 },
};

const detector_t detector_data = {
    .sees = SEES_ANSWERS,
    .segment = data_segment,
    .open = data_open,
    .close = data_close,
    .signature = data_signature,
    .kept = kept,
};
