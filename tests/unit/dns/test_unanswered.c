/* dns/test_unanswered.c
 * Whole captures through the engine: names that a resolver never answers, or only seems not to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "bytes/dns_message.h"
#include "dns/unanswered.h"

#define NAME "www.blocked.example"

static const uint8_t address[16] = { 198, 51, 100, 1 };

typedef struct {
    uint8_t  server;            /* 8.8.8.N */
    uint16_t type, flags;       /* of the query */
    bool     opt;
} way_t;

static const way_t usual = { 8, DNS_A, DNS_RECURSION_DESIRED, true };

static observation_t
about(wire_t *wire, way_t way, unsigned from, uint16_t id, const message_t *message)
{
    observation_t obs = datagram(message, from, 5000);

    *(from == CLIENT ? &obs.dst : &obs.src) = address4(8, 8, 8, way.server);
    *(from == CLIENT ? &obs.sport : &obs.dport) = (uint16_t)(4000 + id);
    obs.ip.ip_id = (uint16_t)(wire->frame + 1);
    return obs;
}

static message_t
query_of(way_t way, uint16_t id, const char *name)
{
    message_t query = message_query(id, name, way.type, way.opt);
    query.bytes[2] = (uint8_t)(way.flags >> 8);
    return query;
}

static uint32_t
ask(wire_t *wire, way_t way, uint16_t id, const char *name)
{
    message_t query = query_of(way, id, name);
    observation_t obs = about(wire, way, CLIENT, id, &query);
    return wire_send(wire, &obs);
}

static uint32_t
answer(wire_t *wire, way_t way, uint16_t id, const char *name, uint16_t rcode)
{
    message_t query = query_of(way, id, name);
    message_t message = message_answer(&query, (uint16_t)(0x8180 | rcode), way.type, address,
                                       way.type == DNS_A ? 4 : 16);
    observation_t obs = about(wire, way, SERVER, id, &message);
    return wire_send(wire, &obs);
}

static void
pass(wire_t *wire, int64_t ms)
{
    wire->now += ms * NS_PER_MS;
}

/* Another name is asked for and answered. */
static void
visit(wire_t *wire, way_t way, uint16_t id)
{
    char name[32];

    g_snprintf(name, sizeof name, "site%u.example", id);
    ask(wire, way, id, name);
    pass(wire, 20);
    answer(wire, way, id, name, DNS_NOERROR);
}

/* A name asked for n times every five seconds, other names in each pause; the first frame. */
static uint32_t
in_vain(wire_t *wire, way_t way, way_t others, unsigned n)
{
    uint32_t first = 0;

    for (uint16_t i = 0; i < n; i++) {
        uint32_t frame = ask(wire, way, (uint16_t)(1 + i), NAME);
        first = first ? first : frame;
        for (uint16_t k = 0; k < 3 && i + 1u < n; k++) {
            pass(wire, 1500);
            visit(wire, others, (uint16_t)(100 + 10 * i + k));
        }
        pass(wire, 440);
    }
    return first;
}

static void
assert_quiet(const wire_t *wire)
{
    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 0);
}

SEQUENCE(suppressed)
{
    uint32_t first = in_vain(wire, usual, usual, 3);
    const finding_t *f = wire_finding(wire, first);

    assert_int_equal(f->verdict, VERDICT_SILENCED);
    assert_int_equal(f->class, CLASS_SILENCE);
    assert_int_equal(f->confidence, 30);
    assert_string_equal(f->trigger, NAME);
    assert_true(evidence_has(f->evidence, "dns-suppressed"));
    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 1);
}

SEQUENCE(same_id)
{
    uint32_t first = ask(wire, usual, 1, NAME);
    for (uint16_t i = 0; i < 2; i++) {
        for (uint16_t k = 0; k < 3; k++) {
            pass(wire, 1500);
            visit(wire, usual, (uint16_t)(100 + 10 * i + k));
        }
        ask(wire, usual, 1, NAME);
    }
    assert_int_equal(wire_verdict(wire, first), VERDICT_SILENCED);
}

SEQUENCE(twice_only) { in_vain(wire, usual, usual, 2); assert_quiet(wire); }

SEQUENCE(one_direction)
{
    for (uint16_t i = 0; i < 6; i++) {
        ask(wire, usual, (uint16_t)(1 + i), NAME);
        ask(wire, usual, (uint16_t)(50 + i), "other.example");
        pass(wire, 5000);
    }
    assert_quiet(wire);
}

SEQUENCE(answered_late)
{
    uint32_t first = in_vain(wire, usual, usual, 3);
    assert_int_equal(wire_verdict(wire, first), VERDICT_SILENCED);
    answer(wire, usual, 1, NAME, DNS_SERVFAIL);
    assert_quiet(wire);
}

SEQUENCE(answered_before_the_third)
{
    ask(wire, usual, 1, NAME);
    pass(wire, 5000);
    ask(wire, usual, 2, NAME);
    answer(wire, usual, 1, NAME, DNS_NOERROR);
    in_vain(wire, usual, usual, 2);
    assert_quiet(wire);
}

/* A home gateway that drops all AAAA queries. */
SEQUENCE(no_aaaa_at_all)
{
    way_t aaaa = usual;
    aaaa.type = DNS_AAAA;
    in_vain(wire, aaaa, usual, 4);
    assert_quiet(wire);
}

/* A zone whose servers drop AAAA queries (RFC 4074): the address is answered. */
SEQUENCE(no_aaaa_of_one_name)
{
    way_t aaaa = usual;
    aaaa.type = DNS_AAAA;
    ask(wire, usual, 90, NAME);
    pass(wire, 20);
    answer(wire, usual, 90, NAME, DNS_NOERROR);
    in_vain(wire, aaaa, aaaa, 4);
    assert_quiet(wire);
}

SEQUENCE(aaaa_where_others_have_it)
{
    way_t aaaa = usual;
    aaaa.type = DNS_AAAA;
    uint32_t first = in_vain(wire, aaaa, aaaa, 3);
    assert_int_equal(wire_verdict(wire, first), VERDICT_SILENCED);
}

/* A box that drops queries with EDNS. */
SEQUENCE(no_edns)
{
    way_t plain = usual;
    plain.opt = false;
    in_vain(wire, usual, plain, 4);
    assert_quiet(wire);
}

SEQUENCE(iterative_resolver)
{
    way_t iterative = usual;
    iterative.flags = 0;
    in_vain(wire, iterative, usual, 4);
    assert_quiet(wire);
}

SEQUENCE(other_types)
{
    way_t https = usual;
    https.type = 65;
    in_vain(wire, https, https, 4);
    assert_quiet(wire);
}

/* An outage: the others are lost too, and answered once it is over. */
SEQUENCE(outage)
{
    for (uint16_t i = 0; i < 3; i++) {
        ask(wire, usual, (uint16_t)(1 + i), NAME);
        ask(wire, usual, (uint16_t)(20 + i), "other.example");
        pass(wire, 5000);
    }
    for (uint16_t i = 0; i < 4; i++)
        visit(wire, usual, (uint16_t)(100 + i));
    ask(wire, usual, 9, NAME);
    assert_quiet(wire);
}

SEQUENCE(undelivered)
{
    ask(wire, usual, 1, NAME);
    pass(wire, 1000);
    ask(wire, usual, 2, NAME);
    observation_t obs = { .src = address4(10, 0, 0, 1), .dst = address4(8, 8, 8, 8), .sport = 4002, .dport = 53,
                          .protocol = PROTOCOL_UDP, .quoted = QUOTED_OTHER };
    wire_send(wire, &obs);
    in_vain(wire, usual, usual, 3);
    assert_quiet(wire);
}

SEQUENCE(local_name)
{
    for (uint16_t i = 0; i < 4; i++) {
        ask(wire, usual, (uint16_t)(1 + i), "printer.local");
        for (uint16_t k = 0; k < 3; k++) {
            pass(wire, 1500);
            visit(wire, usual, (uint16_t)(100 + 10 * i + k));
        }
    }
    assert_quiet(wire);
}

SEQUENCE(other_resolver_before)
{
    way_t other = usual;
    other.server = 4;
    ask(wire, other, 90, NAME);
    pass(wire, 20);
    answer(wire, other, 90, NAME, DNS_NOERROR);
    uint32_t first = in_vain(wire, usual, usual, 3);
    assert_int_equal(wire_finding(wire, first)->confidence, 49);
    assert_true(evidence_has(wire_finding(wire, first)->evidence, "dns-other-resolver-answers"));
}

SEQUENCE(other_resolver_after)
{
    way_t other = usual;
    other.server = 4;
    uint32_t first = in_vain(wire, usual, usual, 3);
    assert_int_equal(wire_finding(wire, first)->confidence, 30);
    ask(wire, other, 90, NAME);
    pass(wire, 20);
    answer(wire, other, 90, NAME, DNS_NOERROR);
    assert_int_equal(wire_finding(wire, first)->confidence, 49);
}

/* Its SERVFAIL says that the zone is dead. */
SEQUENCE(other_resolver_fails_too)
{
    way_t other = usual;
    other.server = 4;
    uint32_t first = in_vain(wire, usual, usual, 3);
    ask(wire, other, 90, NAME);
    answer(wire, other, 90, NAME, DNS_SERVFAIL);
    assert_int_equal(wire_finding(wire, first)->confidence, 30);
}

/* Two resolvers are asked at once; one of them always wins and the other is never heard. */
SEQUENCE(two_at_once)
{
    way_t other = usual;
    other.server = 4;
    for (uint16_t i = 0; i < 5; i++) {
        ask(wire, usual, (uint16_t)(1 + i), NAME);
        ask(wire, other, (uint16_t)(1 + i), NAME);
        answer(wire, other, (uint16_t)(1 + i), NAME, DNS_NOERROR);
        pass(wire, 5000);
    }
    assert_quiet(wire);
}

SEQUENCE(minutes_later)
{
    for (uint16_t i = 0; i < 5; i++) {
        ask(wire, usual, (uint16_t)(1 + i), NAME);
        pass(wire, 50000);
        visit(wire, usual, (uint16_t)(100 + i));
        pass(wire, 50000);
    }
    assert_quiet(wire);
}

/* More names at once than are followed: fewer claims, and a word about it. */
SEQUENCE(many_names)
{
    for (unsigned round = 0; round < 4; round++) {
        for (uint16_t i = 0; i < 3 * MUTES_MAX; i++) {
            char name[32];
            g_snprintf(name, sizeof name, "n%u.example", i);
            ask(wire, usual, i, name);
        }
        pass(wire, 5000);
    }
    assert_quiet(wire);
    assert_int_equal(dns_of(wire->engine)->mutes.links.length, MUTES_MAX);
    /* The first to be asked for again that finds no room. */
    const finding_t *told = wire_finding(wire, 3 * MUTES_MAX + MUTES_MAX + 1);
    assert_non_null(strstr(told->notice, "limit of unanswered DNS names"));
}

/* Whatever else the client asks for, and whatever the hashes are. */
SEQUENCE(suppressed_among_others)
{
    uint32_t first = 0;
    for (uint16_t attempt = 0; attempt < 3; attempt++) {
        uint32_t frame = ask(wire, usual, (uint16_t)(1 + attempt), NAME);
        first = first ? first : frame;
        for (uint16_t i = 0; i < 200; i++)
            visit(wire, usual, (uint16_t)(100 + 200 * attempt + i));
        pass(wire, 5000);
    }
    assert_int_equal(wire_verdict(wire, first), VERDICT_SILENCED);
}

static const sequence_row_t sequences[] = {
    { "a name never answered is silenced", suppressed },
    { "the same where the client keeps its id", same_id },
    { "two attempts say nothing", twice_only },
    { "one direction alone says nothing", one_direction },
    { "an answer after all takes confidence back", answered_late },
    { "an answer in between begins to count anew", answered_before_the_third },
    { "a gateway that drops all AAAA queries", no_aaaa_at_all },
    { "a zone that drops AAAA queries", no_aaaa_of_one_name },
    { "an AAAA query is silenced where others are answered", aaaa_where_others_have_it },
    { "a box that drops queries with EDNS", no_edns },
    { "a resolver that asks authoritative servers", iterative_resolver },
    { "other types than addresses", other_types },
    { "an outage takes all names", outage },
    { "an ICMP error explains it", undelivered },
    { "a local name", local_name },
    { "contrast that comes before", other_resolver_before },
    { "contrast that comes after", other_resolver_after },
    { "an error of another resolver is no contrast", other_resolver_fails_too },
    { "a resolver that never answers anything", two_at_once },
    { "minutes apart it is another attempt", minutes_later },
    { "more names than are followed", many_names },
    { "a suppressed name among hundreds of others", suppressed_among_others },
};

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, sequences, run_sequence);
    return suite_run(&suite, "unanswered");
}
