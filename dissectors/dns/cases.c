/* dns/cases.c
 * Follows DNS transactions: queries, every answer to them, and what each server usually sends.
 * Judged again with every answer, since the genuine one often comes last (dns/signatures.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dns/say.h"
#include "dns/unanswered.h"

#include <string.h>

/* Two copies of one datagram are captured at most this far apart. */
#define COPY_NS (50 * NS_PER_MS)

/* Copies of one datagram that are remembered, for each query: what is said of the first is said of them. */
#define COPIES_MAX 8

/* A question to another server is answered this late at most, where a stray answer is held against it. */
#define ASTRAY_NS (5 * NS_PER_S)

/* Queries of the same question that are looked at for another transport. */
#define TRANSPORTS_MAX 64

/* A server's later answers decide earlier ones as long as it has taught no more than this. */
#define OPEN_ANSWERS_MAX 64

/* A longer message may travel in fragments, which have other IDs and no don't-fragment. */
#define LARGE 1200

/* ---- what is learnt, and taken back ---- */

static dns_lesson_t
lesson_of(const query_t *q, const dns_answer_t *a)
{
    return (dns_lesson_t){ .traits = a->traits, .delay_us = a->delay_us, .time = a->time, .ip_id = a->ip.ip_id,
                           .ttl = a->ip.ttl, .numbered = !a->ip.ipv6 && !q->key.tcp };
}

static void
take_back(query_t *q)
{
    for (unsigned i = 0; i < q->n_answers; i++) {
        dns_answer_t *a = &q->answers[i];
        if (!a->teaches)
            continue;
        dns_lesson_t lesson = lesson_of(q, a);
        dns_unlearn(dns_server_get(q->question->server), &lesson);
        host_unlearn(q->question->server, &a->ip);
        a->teaches = false;
    }
}

/* Nobody disputes it, or those who do are forged. What only looks odd teaches as well, or a server could never show
 * its habits; not where it says what injectors say, or they could make a habit of their header. */
static bool
may_teach(const query_t *q, const dns_case_t *c, unsigned which)
{
    const dns_answer_t *a = &q->answers[which];
    bool told = a->listed || a->traits.shown & 1u << DNS_IS_PRIVATE;

    if (a->verdict == VERDICT_FORGED || (a->verdict == VERDICT_SUSPECT && told) || q->asked)
        return false;
    for (unsigned i = 0; i < q->n_answers; i++)
        if (q->answers[i].verdict != VERDICT_FORGED && dns_disputes(c, i, which))
            return false;
    return true;
}

static void
teach(engine_t *engine, query_t *q, const dns_case_t *c)
{
    for (unsigned i = 0; i < q->n_answers; i++) {
        dns_answer_t *a = &q->answers[i];
        if (!may_teach(q, c, i))
            continue;
        int64_t us = (a->time - q->time) / NS_PER_US;
        a->delay_us = q->count == 1 && us > 0 && us < UINT32_MAX ? (uint32_t)us : 0;
        a->teaches = true;
        dns_lesson_t lesson = lesson_of(q, a);
        dns_learn(dns_server_get(q->question->server), &lesson);
        host_learn(engine->hosts, q->question->server, &a->ip);
    }
}

/* ---- looking back ---- */

#define UNDECIDED (1u << DNS_IS_OTHER_TYPE | 1u << DNS_IS_OPT_ANSWER | 1u << DNS_IS_PRIVATE \
                   | 1u << DNS_IS_SHAPE_1 | 1u << DNS_IS_SHAPE_3)

/* Odd, or not odd as long as nothing is known of the server. */
static bool
is_undecided(const dns_server_t *server, const dns_answer_t *a)
{
    return a->verdict == VERDICT_SUSPECT
        || (a->verdict != VERDICT_FORGED && server->answers <= DNS_OPEN && (a->traits.shown & UNDECIDED || a->listed));
}

/* Keeps what later answers of the same server may decide. */
static void
keep_open(query_t *q, dns_message_t *m)
{
    bool was = q->open;

    q->open = false;
    for (unsigned i = 0; i < q->n_answers; i++)
        q->open |= is_undecided(dns_habits_of(q), &q->answers[i]);
    if (!q->open || was)
        return;
    if (!q->name)
        q->name = g_strdup(dns_name_of(q, m));
    dns_server_t *server = dns_server_get(q->question->server);
    memmove(server->open + 1, server->open, sizeof server->open - sizeof server->open[0]);
    server->open[0] = q->entry.number;
}

/* All answers of a transaction, with what is known now. decided_by: the packet at hand, where that is another
 * answer; else 0. True when something new is known of the server. */
static bool
judge_transaction(engine_t *engine, query_t *q, dns_message_t *m, uint32_t decided_by)
{
    bool news = false;
    dns_case_t c;

    take_back(q);
    dns_read_case(engine, q, m, &c);
    c.decided_by = decided_by;
    for (unsigned i = 0; i < c.n_answers; i++) {
        dns_answer_t *a = &q->answers[i];
        verdict_t verdict = dns_judge_answer(engine, q, &c, i, m);
        if (verdict == VERDICT_FORGED && a->verdict != VERDICT_FORGED)
            news |= dns_learn_box(dns_server_get(q->question->server), a->frame, a->flags, &a->ip);
        a->verdict = (uint8_t)MAX(a->verdict, verdict);
    }
    teach(engine, q, &c);
    keep_open(q, m);
    return news;
}

/* One of the server's other transactions that later answers may decide; NULL where it is gone or decided. */
static query_t *
open_query(const engine_t *engine, const query_t *news, uint32_t number)
{
    query_t *q = number ? table_at(dns_of(engine)->queries, number) : NULL;
    return q && q->entry.number == number && q != news && q->open && q->question->server == news->question->server
        ? q : NULL;
}

/* Looks at them again. */
static void
look_back(engine_t *engine, const query_t *news, uint32_t frame)
{
    uint32_t open[DNS_OPEN];

    memcpy(open, dns_habits_of(news)->open, sizeof open);
    for (unsigned i = 0; i < DNS_OPEN; i++) {
        query_t *q = open_query(engine, news, open[i]);
        if (q)
            judge_transaction(engine, q, NULL, frame);
    }
}

/* Answers that a server must have given before its shape is called its own. */
#define OWN_SHAPE_MIN 8

/* Where one of a server's answers was found odd by its shape, and all others turn out to be like it. */
static void
tell_own_shape(engine_t *engine, const query_t *news)
{
    const dns_server_t *server = dns_habits_of(news);
    dns_tally_t alike = server->trait[DNS_IS_UNNUMBERED];

    if (alike.tested != OWN_SHAPE_MIN || alike.shown < alike.tested)
        return;
    for (unsigned i = 0; i < DNS_OPEN; i++) {
        const query_t *q = open_query(engine, news, server->open[i]);
        if (q && q->first.verdict == VERDICT_SUSPECT && q->first.traits.shown & 1u << DNS_IS_SHAPE_3)
            report_notice(engine->reports, q->first.frame,
                          "this server's other answers look like this one: its own habit, or that of one box that "
                          "answers for it; the shape accuses nobody");
    }
}

/* ---- an answer arrives ---- */

/* Field by field: what compilers make of an initializer here is built elsewhere and copied. */
static void
read_answer(dns_answer_t *a, const observation_t *obs, const dns_message_t *m)
{
    a->frame = obs->frame;
    a->time = obs->time;
    a->ip = obs->ip;
    a->flags = m->flags;
    a->answers = m->answers;
    a->authorities = m->authorities;
    a->additionals = m->additionals;
    a->ttl = m->ttl;
    a->n_elements = m->n_elements;
    a->address_count = m->address_count;
    a->special_count = m->special_count;
    a->address_is_ipv6 = m->address_is_ipv6;
    a->complete = m->complete;
    a->has_opt = m->has_opt;
    a->opt_as_answer = m->opt_as_answer;
    a->type_mismatch = m->type_mismatch;
    a->owner_in_full = m->owner_in_full;
    a->has_soa = m->has_soa;
    a->more_elements = m->more_elements;
    a->trailing = m->trailing;
    a->cut = obs->captured < obs->length;
    a->large = obs->length > LARGE;
    a->address_at_home = a->headers_alike = a->teaches = false;
    a->verdict = VERDICT_NONE;
    a->listed = NULL;
    memcpy(a->element, m->element, m->n_elements * sizeof a->element[0]);
    memcpy(a->address, m->address, sizeof a->address);
}

/* The entry for any of the answer's addresses and aliases. */
static const fingerprint_t *
find_listed(const fingerprints_t *lists, const dns_message_t *m, const uint8_t *bytes, size_t length)
{
    const fingerprint_t *listed = NULL;
    uint8_t data[DNS_NAME_MAX];
    unsigned type;

    for (unsigned i = 0; i < m->n_places && !listed; i++) {
        size_t n = dns_message_place(m, i, bytes, length, &type, data);
        listed = type == DNS_CNAME ? fingerprints_alias(lists, data, n)
                                   : fingerprints_address(lists, data, type == DNS_AAAA);
    }
    return listed;
}

static bool
same_content(const dns_answer_t *a, const dns_answer_t *b)
{
    return a->flags == b->flags && a->answers == b->answers && a->ttl == b->ttl
        && a->n_elements == b->n_elements
        && !memcmp(a->element, b->element, a->n_elements * sizeof a->element[0]);
}

/* The answer that is the same datagram, seen at a mirror port or on both sides of a router; or -1. */
static int
copy_of(const query_t *q, const dns_answer_t *new)
{
    for (unsigned i = 0; i < q->n_answers; i++) {
        const dns_answer_t *old = &q->answers[i];
        int ttl_step = old->ip.ttl - new->ip.ttl;
        if (ip_mark(&old->ip) == ip_mark(&new->ip) && old->ip.df == new->ip.df && same_content(old, new)
            && ttl_step >= -1 && ttl_step <= 1 && new->time - old->time < COPY_NS)
            return (int)i;
    }
    return -1;
}

static void
keep_copy(engine_t *engine, query_t *q, const dns_answer_t *a, unsigned of)
{
    copy_t copy = { .frame = a->frame, .ttl = a->ip.ttl, .of = (uint8_t)of, .time = a->time };

    if (q->n_copies < COPIES_MAX) {
        q->copies = g_renew(copy_t, q->copies, q->n_copies + 1);
        q->copies[q->n_copies++] = copy;
    }
    if (q->answers[of].verdict >= VERDICT_SUSPECT)
        dns_say_of_copy(engine, &q->answers[of], &copy);
}

/* The place of the next answer, which is not counted yet; NULL when there is none. */
static dns_answer_t *
next_answer(query_t *q)
{
    if (q->n_answers == DNS_ANSWERS_MAX)
        return NULL;
    if (!q->n_answers) {
        q->answers = &q->first;
    } else if (q->answers == &q->first) {
        q->answers = g_new(dns_answer_t, DNS_ANSWERS_MAX);
        q->answers[0] = q->first;
    }
    return &q->answers[q->n_answers];
}

/* ---- what else the capture shows ---- */

static bool
is_in_network(const ip_address_t *host, const dns_answer_t *a)
{
    return host->ipv6 == a->address_is_ipv6 && !memcmp(host->bytes, a->address, host->ipv6 ? 8 : 3);
}

/* Somebody speaks from the network of an answer's address: it is no stranger here. That the address itself answers
 * says nothing, the client has been led there. */
static bool
is_at_home(const engine_t *engine, const query_t *q, const dns_answer_t *a)
{
    ip_address_t neighbour = { .ipv6 = false };

    if (is_in_network(&q->question->client, a) || is_in_network(&q->question->server->address, a))
        return true;
    memcpy(neighbour.bytes, a->address, 3);
    for (unsigned i = 1; i < 255 && !a->address_is_ipv6; i++) {
        neighbour.bytes[3] = (uint8_t)i;
        const host_t *host = i != a->address[3] ? host_get(engine->hosts, &neighbour, false) : NULL;
        if (host && host->remembered)
            return true;
    }
    return false;
}

/* A network in a program (of a virtual machine or container) writes IP ID 0 without don't-fragment for everybody. */
static bool
is_alike_elsewhere(const engine_t *engine, const query_t *q)
{
    return host_table_finds_unnumbered(engine->hosts, q->question->server);
}

static void
look_around(const engine_t *engine, const query_t *q, dns_answer_t *a)
{
    if (a->special_count || a->listed)
        a->address_at_home = is_at_home(engine, q, a);
    if (!a->ip.ipv6 && !a->ip.df && a->ip.ip_id <= 1 && !q->key.tcp)
        a->headers_alike = is_alike_elsewhere(engine, q);
}

/* How often a random IP ID could have been 0 by accident. */
static void
count_id(dns_t *dns, const query_t *q, const dns_answer_t *a)
{
    const dns_tally_t *zero = &dns_habits_of(q)->trait[DNS_IS_UNNUMBERED];

    if (q->key.tcp || a->ip.ipv6 || a->ip.df || zero->shown * 2 > zero->tested)
        return;
    dns->ids_tested++;
    dns->ids_zero += !a->ip.ip_id;
}

/* A question by itself for everybody: whoever is asked so may answer from an address of his own. */
static bool
is_broadcast(const ip_address_t *address)
{
    return !address->ipv6 && address->bytes[3] == 255;
}

/* Nobody asked the server of this answer. If another one was asked the very same, that query becomes this one's. */
static void
find_asked(engine_t *engine, query_t *stray, const observation_t *obs)
{
    const query_t *q = query_asked(dns_of(engine), stray);

    if (!q || !q->frame || q->asked || q->question == stray->question || obs->time - q->last_time > ASTRAY_NS
        || is_broadcast(&q->question->server->address))
        return;
    stray->asked = g_memdup2(&q->question->server->address, sizeof *stray->asked);
    stray->frame = q->frame;
    stray->time = q->time;
    stray->flags = q->flags;
    stray->opt = q->opt;
    stray->ttl = q->ttl;
}

/* ---- UDP against TCP ---- */

/* What a filter says and no name server that changes its mind from query to query. */
static bool
is_refusal(const dns_answer_t *a)
{
    return (a->complete && !a->answers) || a->traits.shown & 1u << DNS_IS_PRIVATE;
}

static bool
is_other_transport(const query_t *q, const query_t *other)
{
    return other->question == q->question && other->key.qtype == q->key.qtype && other->key.tcp != q->key.tcp
        && other->n_answers;
}

/* A connection is hard to forge into: an answer over UDP that contradicts one over TCP is looked at again. */
static void
compare_transports(engine_t *engine, query_t *q)
{
    unsigned left = TRANSPORTS_MAX;

    for (GList *l = dns_of(engine)->recent.links.tail; l && left-- && q->question->queries > 1; l = l->prev) {
        query_t *other = l->data, *udp = q->key.tcp ? other : q, *tcp = q->key.tcp ? q : other;
        if (!is_other_transport(q, other) || udp->tcp_frame || !is_refusal(&udp->first) || is_refusal(&tcp->first)
            || !dns_answers_conflict(&udp->first, &tcp->first))
            continue;
        udp->tcp_frame = tcp->first.frame;
        if (udp != q)
            judge_transaction(engine, udp, NULL, 0);
    }
}

/* ---- an answer, and a query ---- */

/* Where a DNS message has its question. */
#define QUESTION_AT 12u

/* The answer begins with the name that ran beyond the query, as far as it went. One that does not answers another
 * query, of which the capture has a damaged copy. */
static bool
repeats_overlong(const query_t *q, const observation_t *obs)
{
    return q->frame && obs->captured >= QUESTION_AT + q->overlong_length
        && hash_bytes(obs->payload + QUESTION_AT, q->overlong_length) == q->overlong_hash;
}

/* Boxes that copy an overlong name send back what lies behind it in their memory: the answer has another name. */
static query_t *
overlong_query(engine_t *engine, const observation_t *obs, uint16_t id)
{
    dns_message_t nameless = { .id = id };
    query_t *q = dns_of(engine)->overlong ? query_get(engine, obs, &nameless, true, false) : NULL;
    return q && repeats_overlong(q, obs) ? q : NULL;
}

/* The query that a message answers; of one that was not captured, a place for its answers. NULL where there is
 * nothing to know it by. */
static query_t *
answered_query(engine_t *engine, const observation_t *obs, const dns_message_t *m)
{
    query_t *q = m->question ? query_get(engine, obs, m, true, false) : NULL;

    if (!(q && q->frame) || !m->question) {
        query_t *overlong = overlong_query(engine, obs, m->id);
        if (overlong || !m->question)
            return overlong;
    }
    return q ? q : query_get(engine, obs, m, true, true);
}

/* One more than are kept: judged beside the first ones, and forgotten. */
static void
judge_late_answer(engine_t *engine, const query_t *q, const dns_answer_t *a, dns_message_t *m)
{
    dns_case_t c;

    dns_read_case(engine, q, m, &c);
    c.answer[DNS_ANSWERS_MAX - 1] = *a;
    dns_judge_answer(engine, q, &c, DNS_ANSWERS_MAX - 1, m);
    report_limit(engine->reports, &dns_of(engine)->answers);
}

/* The packet was damaged on its way. Asked of odd ones, and of a server's first few to know what is usual. */
static bool
is_damaged(engine_t *engine, const query_t *q, const dns_answer_t *a, const observation_t *obs)
{
    bool odd = q->n_answers || !q->frame || a->listed || a->traits.shown & UNDECIDED;

    if (q->key.tcp || !(odd || dns_habits_of(q)->answers < 3) || !host_damaged(engine->hosts, q->question->server, obs))
        return false;
    engine->counts.damaged++;
    return true;
}

static void
observe_answer(engine_t *engine, const observation_t *obs, dns_message_t *m, const uint8_t *bytes,
               size_t length)
{
    query_t *q = answered_query(engine, obs, m);
    if (!q)
        return;
    dns_answer_t late, *place = next_answer(q), *a = place ? place : &late;
    dns_case_t c;

    unanswered_answer(engine, q->question, obs, m);
    read_answer(a, obs, m);
    int original = copy_of(q, a);
    if (original >= 0) {
        keep_copy(engine, q, a, (unsigned)original);
        return;
    }
    if (!q->frame && !q->n_answers)
        find_asked(engine, q, obs);
    if (engine->fingerprints && m->n_places)
        a->listed = find_listed(engine->fingerprints, m, bytes, length);
    dns_read_query(q, &c);
    a->traits = dns_traits(&c, a);
    if (is_damaged(engine, q, a, obs))
        return;
    look_around(engine, q, a);
    if (!place) {
        judge_late_answer(engine, q, a, m);
        return;
    }
    q->n_answers++;
    if (q->question->queries > 1)
        compare_transports(engine, q);
    bool news = judge_transaction(engine, q, m, 0);
    count_id(dns_of(engine), q, a);
    if (news || (dns_habits_of(q)->open[0] && dns_habits_of(q)->answers <= OPEN_ANSWERS_MAX))
        look_back(engine, q, obs->frame);
    tell_own_shape(engine, q);
}

static void
note_overlong(dns_t *dns, query_t *q, const observation_t *obs)
{
    q->overlong_length = (uint16_t)(obs->captured - QUESTION_AT);
    q->overlong_hash = hash_bytes(obs->payload + QUESTION_AT, q->overlong_length);
    dns->overlong = true;
}

static void
observe_query(engine_t *engine, const observation_t *obs, dns_message_t *m)
{
    query_t *q = query_get(engine, obs, m, false, true);

    /* Captured twice. Nobody asks again so soon, so this is one query also where IP IDs are 0 or there are none. */
    if (q->frame && q->count && obs->time - q->last_time < COPY_NS && q->ip_id == obs->ip.ip_id)
        return;
    if (!q->count) {
        g_clear_pointer(&q->asked, g_free);
        q->frame = obs->frame;
        q->time = obs->time;
        q->flags = m->flags;
        q->opt = m->has_opt;
        q->ttl = obs->ip.ttl;
    }
    q->died.frame = 0;                  /* this copy may arrive */
    q->ip_id = obs->ip.ip_id;
    count_up(&q->count);
    query_sent(dns_of(engine), q, obs->time);
    if (!m->question)
        note_overlong(dns_of(engine), q, obs);
    if (engine->enabled[DETECT_SILENCE])
        unanswered_query(engine, q->question, obs, m);
}

/* ---- packets ---- */

static void *
dns_open(engine_t *engine)
{
    dns_t *dns = questions_new(engine->limits.queries);

    dns->answers.notice = ANSWERS_NOTICE;
    return dns;
}

static void
dns_close(engine_t *engine)
{
    questions_free(dns_of(engine));
}

static bool
is_multicast(const ip_address_t *address)
{
    const uint8_t *b = address->bytes;
    return address->ipv6 ? b[0] == 0xff : b[0] >= 224;
}

/* Of a message whose name cannot be read, because it runs beyond its end, the header is looked at all the same. */
static bool
read_message(const observation_t *obs, dns_message_t *m, const uint8_t *bytes, size_t length)
{
    return dns_message_read(m, bytes, length)
        || (obs->protocol == PROTOCOL_UDP && obs->captured == obs->length
            && dns_message_read_overlong(m, bytes, length));
}

static void
observe_message(engine_t *engine, const observation_t *obs, const uint8_t *bytes, size_t length)
{
    dns_message_t m;

    if (!read_message(obs, &m, bytes, length) || m.flags & 0x7800)   /* opcode QUERY only */
        return;
    if (m.flags & DNS_QR && obs->sport == DNS_PORT)
        observe_answer(engine, obs, &m, bytes, length);
    else if (!(m.flags & DNS_QR) && obs->dport == DNS_PORT)
        observe_query(engine, obs, &m);
}

static void
dns_datagram(engine_t *engine, const datagram_t *datagram)
{
    const observation_t *obs = datagram->obs;

    if ((obs->sport != DNS_PORT && obs->dport != DNS_PORT) || !obs->captured || is_multicast(&obs->dst))
        return;
    observe_message(engine, obs, obs->payload, obs->captured);
}

/* Messages that lie whole in one segment; transfers of zones answer one query many times. */
static void
dns_segment(engine_t *engine, segment_t *s)
{
    const observation_t *obs = s->obs;
    const uint8_t *p = obs->payload;
    size_t left = obs->captured;

    while (left > 2) {
        size_t length = (size_t)(p[0] << 8 | p[1]);
        if (!length || length > left - 2)
            return;
        dns_message_t m;
        if (!dns_message_read(&m, p + 2, length)
            || m.qtype == DNS_AXFR || m.qtype == DNS_IXFR)
            return;
        observe_message(engine, obs, p + 2, length);
        p += 2 + length;
        left -= 2 + length;
    }
}

static void
dns_quote(engine_t *engine, const quote_t *quote)
{
    const observation_t *obs = quote->obs;
    dns_message_t m;

    if (obs->protocol == PROTOCOL_UDP && obs->dport == DNS_PORT)
        unanswered_quoted(engine, obs);
    bool unreachable = obs->quoted == QUOTED_PORT_UNREACHABLE
                    && !memcmp(obs->reporter.bytes, obs->dst.bytes, sizeof obs->dst.bytes);
    bool expired = obs->quoted == QUOTED_EXPIRED;
    if (obs->protocol != PROTOCOL_UDP || obs->dport != DNS_PORT || !obs->captured
        || (!unreachable && !expired)
        || !dns_message_read(&m, obs->payload, obs->captured) || m.flags & DNS_QR)
        return;
    query_t *q = query_get(engine, obs, &m, false, false);
    if (!q)
        return;
    if (unreachable)
        q->unreachable_frame = obs->frame;
    else if (q->count == 1 && q->ip_id == obs->ip.ip_id)
        q->died = (dead_probe_t){ obs->frame, q->ttl, obs->reporter };
    if (q->n_answers)
        judge_transaction(engine, q, &m, 0);
}

static const kept_t kept[] = {
    { "DNS transaction, its first answer included", "dns/questions.c", sizeof(query_t), NULL,
      "`max_queries`, a minute; the one asked longest ago goes first",
      QUERIES_NOTICE },
    { "name that a client asks a server for", "dns/questions.c", sizeof(question_t), NULL,
      "as transactions", NULL },
    { "DNS answer", "dns/questions.c", sizeof(dns_answer_t), NULL,
      KEPT_NUMBER(DNS_ANSWERS_MAX) " to a transaction, once there are two",
      ANSWERS_NOTICE },
    { "what a server's answers have in common", "dns/habits.c", sizeof(dns_server_t), NULL,
      "one for an address that answers DNS", NULL },
    { "name that is asked for again and not answered", "dns/questions.c", sizeof(mute_t), NULL,
      KEPT_NUMBER(MUTES_MAX) ", the oldest goes first",
      MUTES_NOTICE },
    { 0 },
};

const detector_t detector_dns = {
    .sees = SEES_DNS,
    .segment = dns_segment,
    .open = dns_open,
    .close = dns_close,
    .datagram = dns_datagram,
    .quote = dns_quote,
    .signature = dns_signature,
    .kept = kept,
};
