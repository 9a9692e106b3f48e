/* dns/cases.c
 * Follows DNS transactions: queries, every answer to them, and what each server usually sends.
 * Judged again with every answer, since the genuine one often comes last (dns/signatures.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "detector.h"
#include "dns/case.h"
#include "dns/unanswered.h"
#include "state/hops.h"

#include <string.h>

/* Transactions are kept this long after their last packet. Genuine answers come within 0.4 s in
 * 99 % of cases; resolvers that give up answer after 30 s. */
#define KEPT_NS (60 * NS_PER_S)

/* Two copies of one datagram are captured at most this far apart. */
#define COPY_NS (50 * NS_PER_MS)

/* One way to ask a question: by one socket, under one id, for one type. */
typedef struct {
    uint16_t client_port, id, qtype;
    bool     tcp;
} query_key_t;

typedef struct {
    entry_t     entry;          /* by question and key */
    query_key_t key;
    question_t *question;
    GList       link;           /* in queries_t.recent */
    bool        opt;
    uint16_t    flags;          /* of the query */
    uint16_t    ip_id;          /* of the last copy, to know it when captured twice */
    uint16_t    count;          /* copies of the query */
    uint8_t     ttl;            /* of the first, as captured */
    dead_probe_t died;          /* the only copy, if its hop limit ran out on the way */
    uint32_t    frame, unreachable_frame;
    int64_t     time, last_time;
    dns_answer_t  first;        /* most queries have one answer */
    dns_answer_t *answers;      /* &first, or an array of DNS_ANSWERS_MAX */
    unsigned    n_answers;
} query_t;

typedef struct queries {
    table_t    *questions;      /* of question_t */
    table_t    *table;          /* of query_t */
    oldest_t    recent;         /* of query_t, by when they were asked last */
} queries_t;

static queries_t *
queries_of(const engine_t *engine)
{
    return dns_of(engine)->queries;
}

static bool
key_equal(const query_key_t *a, const query_key_t *b)
{
    return a->client_port == b->client_port && a->id == b->id && a->qtype == b->qtype && a->tcp == b->tcp;
}

static void *
dns_open(engine_t *engine)
{
    dns_t *dns = g_new0(dns_t, 1);
    queries_t *queries = g_new0(queries_t, 1);

    queries->questions = table_new(sizeof(question_t));
    queries->table = table_new(sizeof(query_t));
    queries->recent = oldest_new(engine->limits.queries, "DNS limit reached: answers to the oldest queries are no "
                                                         "longer compared");
    dns->queries = queries;
    dns->mutes = oldest_new(MUTES_MAX, "limit of unanswered DNS names reached: the oldest are no longer followed");
    return dns;
}

static void
query_clear(query_t *q)
{
    if (q->answers != &q->first)
        g_free(q->answers);
    q->answers = NULL;
}

static void
drop_question(engine_t *engine, question_t *question)
{
    unanswered_forget(engine, question);
    host_unref(engine->hosts, question->server);
    table_remove(queries_of(engine)->questions, question);
}

static void
drop(engine_t *engine, query_t *q)
{
    queries_t *queries = queries_of(engine);

    oldest_remove(&queries->recent, &q->link);
    if (!--q->question->queries)
        drop_question(engine, q->question);
    query_clear(q);
    table_remove(queries->table, q);
}

static void
dns_close(engine_t *engine)
{
    queries_t *queries = queries_of(engine);

    for (uint32_t n = 1; n <= queries->table->used; n++)
        query_clear(table_at(queries->table, n));
    for (uint32_t n = 1; n <= queries->questions->used; n++)
        unanswered_forget(engine, table_at(queries->questions, n));
    table_free(queries->table);
    table_free(queries->questions);
    g_free(queries);
    g_free(dns_of(engine));
}

static void
make_room(engine_t *engine, const observation_t *obs)
{
    queries_t *queries = queries_of(engine);
    query_t *oldest;

    while ((oldest = queries->recent.links.head ? queries->recent.links.head->data : NULL)
           && obs->time - oldest->last_time > KEPT_NS)
        drop(engine, oldest);
    if ((oldest = oldest_in_the_way(&queries->recent))) {
        drop(engine, oldest);
        report_limit(engine->reports, &queries->recent.limit);
    }
}

/* Queries to one server come in a row: the last one's record is there still. */
static host_t *
server_host(engine_t *engine, const ip_address_t *address)
{
    const query_t *latest = queries_of(engine)->recent.links.tail ? queries_of(engine)->recent.links.tail->data : NULL;
    host_t *server = latest ? latest->question->server : NULL;
    return server && address_equal(&server->address, address) ? server : host_get(engine->hosts, address, true);
}

static question_t *
question_get(engine_t *engine, const ip_address_t *client, const ip_address_t *server, uint32_t name_hash,
             bool create)
{
    uint32_t words[9] = { name_hash };
    unsigned n = 1 + address_words(client, words + 1);
    n += address_words(server, words + n);
    uint32_t hash = hash_words(words, n);
    question_t *question = table_first(queries_of(engine)->questions, hash);

    while (question && !(question->name_hash == name_hash && address_equal(&question->client, client)
                         && address_equal(&question->server->address, server)))
        question = table_next(queries_of(engine)->questions, question);
    if (question || !create)
        return question;
    host_t *host = server_host(engine, server);
    host->flows++;
    question = table_add(queries_of(engine)->questions, hash);
    question->name_hash = name_hash;
    question->client = *client;
    question->server = host;
    return question;
}

static query_t *
query_get(engine_t *engine, const observation_t *obs, const dns_message_t *m, bool answer, bool create)
{
    queries_t *queries = queries_of(engine);
    question_t *question = question_get(engine, answer ? &obs->dst : &obs->src, answer ? &obs->src : &obs->dst,
                                        m->name_hash, create);
    if (!question)
        return NULL;
    query_key_t key = { answer ? obs->dport : obs->sport, m->id, m->qtype, obs->protocol == PROTOCOL_TCP };
    uint32_t words[] = { question->entry.number, (uint32_t)key.client_port << 16 | key.id,
                         (uint32_t)key.qtype << 16 | key.tcp };
    uint32_t hash = hash_words(words, G_N_ELEMENTS(words));
    query_t *q = table_first(queries->table, hash);

    while (q && !(q->question == question && key_equal(&q->key, &key)))
        q = table_next(queries->table, q);
    bool stale = q && obs->time - q->last_time > KEPT_NS;   /* the same id on the same port: another query */
    if (!create || (q && !stale))
        return stale ? NULL : q;
    question->queries++;                /* it must outlive those that make room */
    if (stale)
        drop(engine, q);
    make_room(engine, obs);
    q = table_add(queries->table, hash);
    q->key = key;
    q->question = question;
    q->last_time = obs->time;
    oldest_add(&queries->recent, &q->link, q);
    engine->counts.transactions++;
    return q;
}

/* ---- judging and showing ---- */

/* Public resolvers that, by their own word, answer all names as their owners do. */
static bool
is_neutral(const ip_address_t *server)
{
    static const uint8_t ipv4[][4] = { { 8, 8, 8, 8 }, { 8, 8, 4, 4 }, { 1, 1, 1, 1 }, { 1, 0, 0, 1 } };
    static const uint8_t ipv6[][16] = {
        { 0x20, 0x01, 0x48, 0x60, 0x48, 0x60, [14] = 0x88, 0x88 },
        { 0x20, 0x01, 0x48, 0x60, 0x48, 0x60, [14] = 0x88, 0x44 },
        { 0x26, 0x06, 0x47, 0x00, 0x47, 0x00, [14] = 0x11, 0x11 },
        { 0x26, 0x06, 0x47, 0x00, 0x47, 0x00, [14] = 0x10, 0x01 },
    };

    for (unsigned i = 0; i < 4; i++)
        if (server->ipv6 ? !memcmp(server->bytes, ipv6[i], 16) : !memcmp(server->bytes, ipv4[i], 4))
            return true;
    return false;
}

static void
read_case(const query_t *q, dns_message_t *m, dns_case_t *c)
{
    const ip_address_t *server = &q->question->server->address;

    c->query_frame = q->frame;
    c->query_time = q->time;
    c->last_query_time = q->last_time;
    c->queries = q->count;
    c->query_flags = q->flags;
    c->qtype = q->key.qtype;
    c->query_opt = q->opt;
    c->server_is_public = !address_is_special(server->bytes, server->ipv6);
    c->tcp = q->key.tcp;
    c->unreachable_frame = q->unreachable_frame;
    if (q->question->server->dns)
        c->server = *q->question->server->dns;
    else
        memset(&c->server, 0, sizeof c->server);
    c->n_answers = q->n_answers;
    memcpy(c->answer, q->answers, q->n_answers * sizeof c->answer[0]);
    c->name = NULL;
    for (unsigned i = 0; i < c->n_answers && !c->name; i++)
        if (c->answer[i].special_count || c->answer[i].listed)
            c->name = dns_message_name(m);
    c->name_is_public = c->name && dns_name_is_public(c->name);
    c->server_is_neutral = c->name && is_neutral(server);
}

static void
add_facts(facts_t *facts, const dns_case_t *c, const dns_answer_t *a)
{
    uint8_t distance;

    fact_number(facts, F_DNS_ANSWERS, c->n_answers);
    fact_number(facts, F_DNS_SETS, dns_sets(c));
    fact_number(facts, F_DNS_QUERIES, c->queries);
    if (c->query_frame) {
        fact_number(facts, F_DNS_QUERY_FRAME, c->query_frame);
        fact_number(facts, F_DNS_DELAY, a->time - c->query_time);
    }
    fact_number(facts, F_TTL_HOPS, ttl_hops(a->ip.ttl));
    if (!ttl_is_plausible(a->ip.ttl))
        fact_number(facts, F_TTL_IMPLAUSIBLE, 1);
    if (ttl_memory_distance(&c->server.ttls, a->ip.ttl, &distance)) {
        fact_number(facts, F_TTL_USUAL, ttl_memory_usual(&c->server.ttls));
        fact_number(facts, F_TTL_PACKETS, ttl_memory_total(&c->server.ttls));
        fact_number(facts, F_TTL_DEVIATION, distance);
    }
    if (a->listed)
        facts_fingerprint(facts, F_DNS_FINGERPRINT, a->listed);
}

/* ---- who and where, once it is forged ---- */

static injected_t
read_injected(const dns_case_t *c, unsigned which)
{
    const dns_answer_t *a = &c->answer[which];
    injected_t p = injected_new(CLASS_DNS_ANSWER);
    int64_t *v = p.value;

    v[TRAIT_TTL_INITIAL] = ttl_initial(a->ip.ttl);
    v[TRAIT_TTL_IMPLAUSIBLE] = !ttl_is_plausible(a->ip.ttl);
    v[TRAIT_DNS_FLAGS] = a->flags;
    v[TRAIT_AUTHORITATIVE] = (a->flags & DNS_AUTHORITATIVE) != 0;
    v[TRAIT_RECORD_TTL] = a->ttl;
    v[TRAIT_OWNER_IN_FULL] = a->owner_in_full;
    v[TRAIT_SINGLE_RECORD] = a->complete && a->answers == 1 && a->address_count == 1 && !a->authorities
                          && !a->additionals;
    v[TRAIT_OPT_AS_ANSWER] = a->opt_as_answer;
    v[TRAIT_TYPE_MISMATCH] = a->type_mismatch;
    if (c->query_frame && c->query_opt)
        v[TRAIT_OPT_MISSING] = !a->has_opt;
    if (a->address_count && !a->address_is_ipv6)
        v[TRAIT_ADDRESS] = (int64_t)a->address[0] << 24 | a->address[1] << 16 | a->address[2] << 8 | a->address[3];
    if (!a->ip.ipv6 && !c->tcp) {
        v[TRAIT_IP_ID] = a->ip.ip_id;
        v[TRAIT_DF] = a->ip.df;
    }
    v[TRAIT_DNS_BURST] = 0;
    for (unsigned i = 0; i < c->n_answers; i++) {
        int64_t gap = c->answer[i].time - a->time;
        if (i != which && gap <= DNS_BURST_NS && gap >= -DNS_BURST_NS
            && dns_answers_conflict(a, &c->answer[i]))
            v[TRAIT_DNS_BURST] = 1;
    }
    return p;
}

static where_facts_t
read_where(const query_t *q, const dns_case_t *c, unsigned which, int rival)
{
    uint8_t usual = ttl_memory_usual(&c->server.ttls);

    return (where_facts_t){
        .ttl = c->answer[which].ip.ttl, .answered_ttl = q->ttl,
        .claimed_ttl = usual ? usual : rival >= 0 ? c->answer[rival].ip.ttl : 0, .died = q->died,
    };
}

static ends_t
ends_of_answer(const query_t *q, const dns_answer_t *a)
{
    return (ends_t){ .src = q->question->server->address, .dst = q->question->client, .sport = DNS_PORT,
                     .dport = q->key.client_port, .ttl = a->ip.ttl,
                     .protocol = q->key.tcp ? PROTOCOL_TCP : PROTOCOL_UDP };
}

static void
say(engine_t *engine, const query_t *q, const dns_case_t *c, unsigned which, int rival, dns_message_t *m,
    judgement_t j, GArray *evidence)
{
    const dns_answer_t *a = &c->answer[which];
    const char *name = dns_message_name(m);
    report_t r = {
        .frame = a->frame, .time = a->time, .class = CLASS_DNS_ANSWER, .ends = ends_of_answer(q, a),
        .vantage = vantage_of_exchange(&engine->vantages, q->ttl, ttl_memory_usual(&c->server.ttls)),
        .innocent = dns_innocent(c, evidence), .trigger = store_text(engine->store, name, strlen(name)),
        .trigger_frame = c->query_frame, .genuine_frame = rival >= 0 ? c->answer[rival].frame : 0,
        .error_frame = c->unreachable_frame,    /* by which the server says that nobody listens there */
        .error_ends = ends_of_error(&q->question->server->address, &q->question->client),
        .claimed = q->question->server, .injected = read_injected(c, which),
        .where = read_where(q, c, which, rival),
    };

    add_facts(&r.facts, c, a);
    report(engine->reports, &r, j, evidence);
}

/* Judges one answer and says so. Returns its verdict. */
static verdict_t
judge_answer(engine_t *engine, const query_t *q, const dns_case_t *c, unsigned which, dns_message_t *m)
{
    GArray *evidence = engine->scratch;
    int rival;
    judgement_t j = dns_judge(c, which, evidence, &rival);

    if (report_is_due(engine->reports, &j, evidence))
        say(engine, q, c, which, rival, m, j, evidence);
    return j.verdict;
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

/* The same datagram seen twice: mirror port, or both sides of a router. */
static bool
is_duplicate(const query_t *q, const dns_answer_t *new)
{
    for (unsigned i = 0; i < q->n_answers; i++) {
        const dns_answer_t *old = &q->answers[i];
        int ttl_step = old->ip.ttl - new->ip.ttl;
        if (ip_mark(&old->ip) == ip_mark(&new->ip) && old->ip.df == new->ip.df && same_content(old, new)
            && ttl_step >= -1 && ttl_step <= 1 && new->time - old->time < COPY_NS)
            return true;
    }
    return false;
}

/* The place of the next answer, which is not counted yet. */
static dns_answer_t *
next_answer(query_t *q)
{
    if (!q->n_answers) {
        q->answers = &q->first;
    } else if (q->answers == &q->first) {
        q->answers = g_new(dns_answer_t, DNS_ANSWERS_MAX);
        q->answers[0] = q->first;
    }
    return &q->answers[q->n_answers];
}

static void
learn_server(const query_t *q, const dns_answer_t *a)
{
    dns_server_t *server = host_dns(q->question->server);
    int64_t us = (a->time - q->time) / NS_PER_US;

    count_up(&server->answers);
    if (a->flags & DNS_RECURSION_AVAILABLE)
        count_up(&server->recursion_available);
    if (a->flags & DNS_AUTHORITATIVE)
        count_up(&server->authoritative);
    if (q->opt) {
        count_up(&server->opt_asked);
        if (a->has_opt)
            count_up(&server->opt_given);
    }
    if (!ip_mark(&a->ip))
        count_up(&server->id_zero);
    if (a->ip.df)
        count_up(&server->df);
    ttl_memory_add(&server->ttls, a->ip.ttl);
    if (q->count == 1 && us > 0 && us < UINT32_MAX && (!server->rtt_us || us < server->rtt_us))
        server->rtt_us = (uint32_t)us;
}

static void
observe_answer(engine_t *engine, const observation_t *obs, dns_message_t *m, const uint8_t *bytes,
               size_t length)
{
    query_t *q = query_get(engine, obs, m, true, true);
    verdict_t verdict = VERDICT_NONE;
    dns_case_t c;

    unanswered_answer(engine, q->question, obs, m);
    if (q->n_answers >= DNS_ANSWERS_MAX)
        return;
    dns_answer_t *a = next_answer(q);
    read_answer(a, obs, m);
    if (is_duplicate(q, a))
        return;
    if (engine->fingerprints && m->n_places)
        a->listed = find_listed(engine->fingerprints, m, bytes, length);
    q->n_answers++;
    read_case(q, m, &c);
    for (unsigned i = 0; i < c.n_answers; i++)
        verdict = judge_answer(engine, q, &c, i, m);
    if (verdict != VERDICT_FORGED) {
        learn_server(q, a);
        host_learn(engine->hosts, q->question->server, &a->ip);
    }
}

static void
observe_query(engine_t *engine, const observation_t *obs, dns_message_t *m)
{
    query_t *q = query_get(engine, obs, m, false, true);

    if (q->frame && obs->time - q->last_time < COPY_NS && q->ip_id == obs->ip.ip_id && obs->ip.ip_id)
        return;                         /* captured twice */
    if (!q->frame) {
        q->frame = obs->frame;
        q->time = obs->time;
        q->flags = m->flags;
        q->opt = m->has_opt;
        q->ttl = obs->ip.ttl;
    }
    q->died.frame = 0;                  /* this copy may arrive */
    q->ip_id = obs->ip.ip_id;
    count_up(&q->count);
    q->last_time = obs->time;
    oldest_touch(&queries_of(engine)->recent, &q->link);
    if (engine->enabled[DETECT_SILENCE])
        unanswered_query(engine, q->question, obs, m);
}

/* ---- what is never answered (unanswered.c) ---- */

#define NEIGHBOURS_MAX 1024     /* queries looked at; where there are more, nothing is said */
#define GIVEN_NS (2 * NS_PER_S) /* a younger query may still be answered */

/* The pause between two attempts in which a query was sent; 0: none of them. */
static unsigned
pause_of(const mute_t *mute, int64_t time)
{
    unsigned n = 0;

    while (n < MIN(mute->sent, UNANSWERED_TIMES) && mute->times[n] < time)
        n++;
    return n < mute->sent ? n : 0;
}

/* A query for another name, but otherwise alike. */
static void
add_neighbour(const mute_t *mute, const query_t *q, int64_t now, uint32_t *pauses, mute_neighbours_t *n)
{
    if (!q->frame || q->time <= mute->first_time || q->key.qtype != mute->qtype || q->opt != mute->opt || q->key.tcp)
        return;
    if (!q->n_answers) {
        n->lost += now - q->time >= GIVEN_NS ? q->count : 0;
        return;
    }
    n->answered++;
    if (!(q->first.flags & DNS_RECURSION_AVAILABLE))
        return;
    *pauses |= 1u << pause_of(mute, q->time);
    if (q->first.frame > n->answered_frame) {
        n->answered_frame = q->first.frame;
        n->answered_ttl = q->first.ip.ttl;
    }
}

mute_neighbours_t
queries_neighbours(const engine_t *engine, const mute_t *mute, int64_t now)
{
    mute_neighbours_t n = { .complete = true };
    unsigned looked_at = 0;
    uint32_t pauses = 0;

    for (const GList *l = queries_of(engine)->recent.links.tail; l; l = l->prev) {
        const query_t *q = l->data;
        if (++looked_at > NEIGHBOURS_MAX) {
            n.complete = false;
            break;
        }
        if (!address_equal(&q->question->client, &mute->question->client))
            continue;
        bool same_name = q->question->name_hash == mute->question->name_hash;
        bool same_server = q->question->server == mute->question->server;
        unsigned rcode = q->n_answers ? q->first.flags & 0xf : 0;
        if (same_name && same_server)
            n.name_answered |= q->n_answers > 0;
        else if (same_name && q->n_answers && (rcode == DNS_NOERROR || rcode == DNS_NXDOMAIN))
            n.elsewhere_frame = q->first.frame;
        else if (same_server)
            add_neighbour(mute, q, now, &pauses, &n);
    }
    for (pauses >>= 1; pauses; pauses >>= 1)
        n.pauses += pauses & 1;
    return n;
}

/* ---- packets ---- */

static bool
is_multicast(const ip_address_t *address)
{
    const uint8_t *b = address->bytes;
    return address->ipv6 ? b[0] == 0xff : b[0] >= 224;
}

static void
observe_message(engine_t *engine, const observation_t *obs, const uint8_t *bytes, size_t length)
{
    dns_message_t m;

    if (!dns_message_read(&m, bytes, length) || m.flags & 0x7800)   /* opcode QUERY only */
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
    if (!q->answers)
        return;
    dns_case_t c;
    read_case(q, &m, &c);
    for (unsigned i = 0; i < c.n_answers; i++)
        judge_answer(engine, q, &c, i, &m);
}

const detector_t detector_dns = {
    .sees = SEES_DNS,
    .segment = dns_segment,
    .open = dns_open,
    .close = dns_close,
    .datagram = dns_datagram,
    .quote = dns_quote,
    .signature = dns_signature,
};
