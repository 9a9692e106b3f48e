/* dns/questions.c
 * Questions, the ways in which they are asked, and room for them; see questions.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dns/questions.h"

/* Transactions are kept this long after their last packet. Genuine answers come within 0.4 s in
 * 99 % of cases; resolvers that give up answer after 30 s. */
#define KEPT_NS (60 * NS_PER_S)

dns_t *
questions_new(unsigned max_queries)
{
    dns_t *dns = g_new0(dns_t, 1);

    dns->questions = table_new(sizeof(question_t));
    dns->queries = table_new(sizeof(query_t));
    dns->recent = oldest_new(max_queries, QUERIES_NOTICE);
    dns->mutes = oldest_new(MUTES_MAX, MUTES_NOTICE);
    return dns;
}

static void
query_clear(query_t *q)
{
    if (q->answers != &q->first)
        g_free(q->answers);
    g_free(q->asked);
    g_free(q->name);
    g_free(q->copies);
    q->answers = NULL;
    q->asked = NULL;
    q->name = NULL;
    q->copies = NULL;
}

void
questions_free(dns_t *dns)
{
    for (uint32_t n = 1; n <= dns->queries->used; n++)
        query_clear(table_at(dns->queries, n));
    for (uint32_t n = 1; n <= dns->questions->used; n++)
        question_drop_mute(dns, table_at(dns->questions, n));
    table_free(dns->queries);
    table_free(dns->questions);
    g_free(dns);
}

/* ---- mutes ---- */

void
question_drop_mute(dns_t *dns, question_t *question)
{
    question->frame = 0;
    if (!question->mute)
        return;
    oldest_remove(&dns->mutes, &question->mute->link);
    g_free(question->mute);
    question->mute = NULL;
}

void
question_set_mute(engine_t *engine, question_t *question, mute_t *mute)
{
    dns_t *dns = dns_of(engine);
    const mute_t *oldest = oldest_in_the_way(&dns->mutes);

    if (oldest) {
        question_drop_mute(dns, oldest->question);
        report_limit(engine->reports, &dns->mutes.limit);
    }
    question->mute = mute;
    oldest_add(&dns->mutes, &mute->link, mute);
}

/* ---- queries ---- */

static bool
key_equal(const query_key_t *a, const query_key_t *b)
{
    return a->client_port == b->client_port && a->id == b->id && a->qtype == b->qtype && a->tcp == b->tcp;
}

static void
drop_question(engine_t *engine, question_t *question)
{
    question_drop_mute(dns_of(engine), question);
    host_unref(engine->hosts, question->server);
    table_remove(dns_of(engine)->questions, question);
}

static void
drop(engine_t *engine, query_t *q)
{
    dns_t *dns = dns_of(engine);

    oldest_remove(&dns->recent, &q->link);
    if (!--q->question->queries)
        drop_question(engine, q->question);
    query_clear(q);
    table_remove(dns->queries, q);
}

static void
make_room(engine_t *engine, const observation_t *obs)
{
    dns_t *dns = dns_of(engine);
    query_t *oldest;

    while ((oldest = dns->recent.links.head ? dns->recent.links.head->data : NULL)
           && obs->time - oldest->last_time > KEPT_NS)
        drop(engine, oldest);
    if ((oldest = oldest_in_the_way(&dns->recent))) {
        drop(engine, oldest);
        report_limit(engine->reports, &dns->recent.limit);
    }
}

/* Queries to one server come in a row: the last one's record is there still. */
static host_t *
server_host(engine_t *engine, const ip_address_t *address)
{
    const query_t *latest = dns_of(engine)->recent.links.tail ? dns_of(engine)->recent.links.tail->data : NULL;
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
    question_t *question = table_first(dns_of(engine)->questions, hash);

    while (question && !(question->name_hash == name_hash && address_equal(&question->client, client)
                         && address_equal(&question->server->address, server)))
        question = table_next(dns_of(engine)->questions, question);
    if (question || !create)
        return question;
    host_t *host = server_host(engine, server);
    host->flows++;
    question = table_add(dns_of(engine)->questions, hash);
    question->name_hash = name_hash;
    question->client = *client;
    question->server = host;
    return question;
}

query_t *
query_get(engine_t *engine, const observation_t *obs, const dns_message_t *m, bool answer, bool create)
{
    dns_t *dns = dns_of(engine);
    question_t *question = question_get(engine, answer ? &obs->dst : &obs->src, answer ? &obs->src : &obs->dst,
                                        m->name_hash, create);
    if (!question)
        return NULL;
    query_key_t key = { answer ? obs->dport : obs->sport, m->id, m->qtype, obs->protocol == PROTOCOL_TCP };
    uint32_t words[] = { question->entry.number, (uint32_t)key.client_port << 16 | key.id,
                         (uint32_t)key.qtype << 16 | key.tcp };
    uint32_t hash = hash_words(words, G_N_ELEMENTS(words));
    query_t *q = table_first(dns->queries, hash);

    while (q && !(q->question == question && key_equal(&q->key, &key)))
        q = table_next(dns->queries, q);
    bool stale = q && obs->time - q->last_time > KEPT_NS;   /* the same id on the same port: another query */
    if (!create || (q && !stale))
        return stale ? NULL : q;
    question->queries++;                /* it must outlive those that make room */
    if (stale)
        drop(engine, q);
    make_room(engine, obs);
    q = table_add(dns->queries, hash);
    q->key = key;
    q->question = question;
    q->last_time = obs->time;
    oldest_add(&dns->recent, &q->link, q);
    engine->counts.transactions++;
    return q;
}

/* ---- by what an answer repeats of it ---- */

static uint32_t
slot_of(const question_t *question, const query_key_t *key)
{
    uint32_t words[7] = { question->name_hash, (uint32_t)key->client_port << 16 | key->id,
                          (uint32_t)key->qtype << 16 | key->tcp };
    unsigned n = 3 + address_words(&question->client, words + 3);
    return hash_words(words, n) % ASKED_SLOTS;
}

void
query_sent(dns_t *dns, query_t *q, int64_t time)
{
    q->last_time = time;
    oldest_touch(&dns->recent, &q->link);
    dns->asked[slot_of(q->question, &q->key)] = q->entry.number;
}

query_t *
query_asked(const dns_t *dns, const query_t *like)
{
    uint32_t number = dns->asked[slot_of(like->question, &like->key)];
    query_t *q = number ? table_at(dns->queries, number) : NULL;

    return q && q->entry.number == number && key_equal(&q->key, &like->key)
        && q->question->name_hash == like->question->name_hash
        && address_equal(&q->question->client, &like->question->client) ? q : NULL;
}
