/* dns/say.c
 * From a transaction to a case, and from a case to what is said of its answers; see say.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dns/say.h"

#include "state/hops.h"

#include <string.h>

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

void
dns_read_query(const query_t *q, dns_case_t *c)
{
    c->query_frame = q->frame;
    c->query_time = q->time;
    c->last_query_time = q->last_time;
    c->queries = q->count;
    c->query_flags = q->flags;
    c->qtype = q->key.qtype;
    c->query_ip_id = q->ip_id;
    c->query_opt = q->opt;
    c->tcp = q->key.tcp;
}

const dns_server_t *
dns_habits_of(const query_t *q)
{
    return q->question->server->dns ? q->question->server->dns : &dns_server_unknown;
}

/* Signs that depend on the name. */
static bool
needs_name(const dns_case_t *c)
{
    for (unsigned i = 0; i < c->n_answers; i++)
        if (c->answer[i].special_count || c->answer[i].listed)
            return true;
    return false;
}

const char *
dns_name_of(const query_t *q, dns_message_t *m)
{
    return q->name ? q->name : m ? dns_message_name(m) : ".";
}

void
dns_read_case(const engine_t *engine, const query_t *q, dns_message_t *m, dns_case_t *c)
{
    const ip_address_t *server = &q->question->server->address;
    uint8_t usual;

    dns_read_query(q, c);
    c->decided_by = 0;
    c->server = dns_habits_of(q);
    c->unreadable = q->overlong_length;
    c->server_is_public = !address_is_special(server->bytes, server->ipv6);
    c->unreachable_frame = q->unreachable_frame;
    c->asked = q->asked;
    c->tcp_frame = q->tcp_frame;
    c->ids_tested = dns_of(engine)->ids_tested;
    c->ids_zero = dns_of(engine)->ids_zero;
    c->n_answers = q->n_answers;
    memcpy(c->answer, q->answers, q->n_answers * sizeof c->answer[0]);
    usual = ttl_memory_usual(&c->server->ttls);
    c->at_server = q->ttl
                   && vantage_of_exchange(&engine->vantages, q->ttl, usual ? usual : c->answer[0].ip.ttl)
                      == VANTAGE_SERVER;
    c->name = needs_name(c) ? dns_name_of(q, m) : NULL;
    c->name_is_public = c->name && dns_name_is_public(c->name);
    c->server_is_neutral = c->name && is_neutral(server);
}

static void
add_facts(facts_t *facts, const dns_case_t *c, const dns_answer_t *a)
{
    fact_number(facts, F_DNS_ANSWERS, c->n_answers);
    fact_number(facts, F_DNS_SETS, dns_sets(c));
    fact_number(facts, F_DNS_QUERIES, c->queries);
    if (c->n_answers > 1)
        fact_number(facts, F_DNS_FIRST, c->answer[0].frame);
    if (c->query_frame) {
        fact_number(facts, F_DNS_QUERY_FRAME, c->query_frame);
        fact_number(facts, F_DNS_DELAY, a->time - c->query_time);
    }
    facts_distance(facts, &c->server->ttls, a->ip.ttl);
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
    uint8_t usual = ttl_memory_usual(&c->server->ttls);

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

/* The packet that shows an answer to be forged: the error by which the server says that nobody listens there, its
 * answer over TCP, or the one of its other answers that settled it. */
static uint32_t
witness_of(const dns_case_t *c)
{
    return c->unreachable_frame ? c->unreachable_frame : c->tcp_frame ? c->tcp_frame : c->decided_by;
}

static ends_t
ends_of_witness(const query_t *q, const dns_case_t *c)
{
    return c->unreachable_frame ? ends_of_error(&q->question->server->address, &q->question->client) : (ends_t){ 0 };
}

static void
say(engine_t *engine, const query_t *q, const dns_case_t *c, unsigned which, int rival, dns_message_t *m,
    judgement_t j, GArray *evidence)
{
    const dns_answer_t *a = &c->answer[which];
    const char *name = dns_name_of(q, m);
    report_t r = {
        .frame = a->frame, .time = a->time, .class = CLASS_DNS_ANSWER, .ends = ends_of_answer(q, a),
        .vantage = vantage_of_exchange(&engine->vantages, q->ttl, ttl_memory_usual(&c->server->ttls)),
        .innocent = dns_innocent(c, a, evidence), .trigger = store_text(engine->store, name, strlen(name)),
        .trigger_frame = c->query_frame, .genuine_frame = rival >= 0 ? c->answer[rival].frame : 0,
        .error_frame = witness_of(c), .error_ends = ends_of_witness(q, c),
        .claimed = q->question->server, .injected = read_injected(c, which),
        .where = read_where(q, c, which, rival),
    };

    add_facts(&r.facts, c, a);
    report(engine->reports, &r, j, evidence);
}

void
dns_say_of_copy(engine_t *engine, const dns_answer_t *a, const copy_t *copy)
{
    const finding_t *first = store_lookup(engine->reports->store, a->frame);
    facts_t facts = { 0 };

    if (!first || first->verdict < VERDICT_SUSPECT)
        return;
    fact_number(&facts, F_DNS_COPY_OF, a->frame);
    report_copy(engine->reports, first, copy->frame, copy->time, copy->ttl, &facts);
}

static void
say_of_copies(engine_t *engine, const query_t *q, unsigned which)
{
    for (unsigned i = 0; i < q->n_copies; i++)
        if (q->copies[i].of == which)
            dns_say_of_copy(engine, &q->answers[which], &q->copies[i]);
}

verdict_t
dns_judge_answer(engine_t *engine, const query_t *q, const dns_case_t *c, unsigned which, dns_message_t *m)
{
    GArray *evidence = engine->scratch;
    int rival;
    judgement_t j = dns_judge(c, which, evidence, &rival);

    if (report_is_due(engine->reports, &j, evidence))
        say(engine, q, c, which, rival, m, j, evidence);
    say_of_copies(engine, q, which);
    return j.verdict;
}
