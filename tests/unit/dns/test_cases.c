/* dns/test_cases.c
 * Whole captures through the engine: DNS, from the bytes on the wire.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "bytes/dns_message.h"

static const uint8_t real_address[] = { 198, 51, 100, 1 }, fake_address[] = { 198, 51, 100, 66 },
                     other_address[] = { 198, 51, 100, 2 };

/* A fact of a finding; -1 where it has none. */
static int64_t
finding_value(const finding_t *f, fact_id_t id)
{
    for (unsigned i = 0; i < f->facts->len; i++)
        if (g_array_index(f->facts, fact_t, i).id == id)
            return g_array_index(f->facts, fact_t, i).value;
    return -1;
}

static message_t
query_for(uint16_t id)
{
    return message_query(id, "www.example.org", DNS_A, true);
}

static uint32_t
ask(wire_t *wire, uint16_t id, uint16_t port)
{
    message_t query = query_for(id);
    observation_t obs = datagram(&query, CLIENT, port);
    obs.ip.ip_id = (uint16_t)(wire->frame + 1);
    return wire_send(wire, &obs);
}

static uint32_t
answer_from(wire_t *wire, ip_address_t server, uint16_t id, uint16_t port, const uint8_t *address)
{
    message_t query = query_for(id), answer = message_answer(&query, 0x8180, DNS_A, address, 4);
    observation_t obs = datagram(&answer, SERVER, port);
    obs.src = server;
    obs.ip.ip_id = (uint16_t)(0x4000 + wire->frame);
    return wire_send(wire, &obs);
}

static uint32_t
answer(wire_t *wire, uint16_t id, uint16_t port, const uint8_t *address)
{
    return answer_from(wire, address4(8, 8, 8, 8), id, port, address);
}

/* Without EDNS, from nearer, with another address. */
static uint32_t
forge_with(wire_t *wire, uint16_t id, uint16_t port, const uint8_t *address)
{
    message_t query = message_query(id, "www.example.org", DNS_A, false);
    message_t bad = message_answer(&query, 0x8180, DNS_A, address, 4);
    observation_t obs = datagram(&bad, SERVER, port);
    obs.ip = (ip_header_t){ .ttl = 122, .ip_id = 0x77, .df = true };
    return wire_send(wire, &obs);
}

static uint32_t
forge(wire_t *wire, uint16_t id, uint16_t port)
{
    return forge_with(wire, id, port, fake_address);
}

/* An answer with a header of its own to one query for that name and type; NULL: without a record. */
static uint32_t
say(wire_t *wire, const message_t *query, uint16_t port, uint16_t flags, ip_header_t ip, uint16_t type,
    const uint8_t *data)
{
    message_t m = message_answer(query, flags, type, data, type == DNS_AAAA ? 16 : 4);
    observation_t obs = datagram(&m, SERVER, port);
    obs.ip = ip;
    return wire_send(wire, &obs);
}

static uint32_t
put(wire_t *wire, const message_t *query, uint16_t port)
{
    observation_t obs = datagram(query, CLIENT, port);
    obs.ip.ip_id = (uint16_t)(wire->frame + 1);
    return wire_send(wire, &obs);
}

/* The resolver has answered before: its habits are known. */
static void
habits(wire_t *wire, unsigned n)
{
    for (uint16_t i = 0; i < n; i++) {
        ask(wire, (uint16_t)(1000 + i), 7000);
        wire->now += 20 * NS_PER_MS;
        answer(wire, (uint16_t)(1000 + i), 7000, real_address);
    }
}

SEQUENCE(ordinary)
{
    habits(wire, 30);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(forged_first)
{
    habits(wire, 5);
    uint32_t query = ask(wire, 1, 5000), bad = forge(wire, 1, 5000);
    wire->now += 20 * NS_PER_MS;
    uint32_t good = answer(wire, 1, 5000, real_address);
    const finding_t *f = wire_finding(wire, bad);

    assert_int_equal(f->verdict, VERDICT_FORGED);
    assert_int_equal(f->class, CLASS_DNS_ANSWER);
    assert_int_equal(f->genuine_frame, good);
    assert_int_equal(f->trigger_frame, query);
    assert_string_equal(f->trigger, "www.example.org");
    assert_true(evidence_has(f->evidence, "dns-dup-conflict"));
    assert_int_equal(wire_verdict(wire, good), VERDICT_GENUINE);
    assert_int_equal(wire_verdict(wire, query), VERDICT_TRIGGER);
    assert_int_equal(wire_finding(wire, good)->forged_frame, bad);
    assert_int_equal(wire_finding(wire, query)->forged_frame, bad);
}

SEQUENCE(forged_last)
{
    habits(wire, 5);
    uint32_t query = ask(wire, 1, 5000);
    wire->now += 20 * NS_PER_MS;
    uint32_t good = answer(wire, 1, 5000, real_address), bad = forge(wire, 1, 5000);

    assert_int_equal(wire_verdict(wire, bad), VERDICT_FORGED);
    assert_int_equal(wire_verdict(wire, good), VERDICT_GENUINE);
    assert_int_equal(wire_verdict(wire, query), VERDICT_TRIGGER);
    assert_int_equal(wire_finding(wire, bad)->genuine_frame, good);
}

SEQUENCE(retry)
{
    ask(wire, 1, 5000);
    wire->now += 5 * NS_PER_S;
    ask(wire, 1, 5000);
    answer(wire, 1, 5000, real_address);
    answer(wire, 1, 5000, other_address);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(query_captured_twice)
{
    message_t query = query_for(1);
    observation_t obs = datagram(&query, CLIENT, 5000);
    wire_send(wire, &obs);
    wire_send(wire, &obs);                              /* one query, not two */
    uint32_t a = answer(wire, 1, 5000, real_address), b = answer(wire, 1, 5000, other_address);
    assert_int_equal(wire_verdict(wire, a), VERDICT_SUSPECT);
    assert_int_equal(wire_verdict(wire, b), VERDICT_SUSPECT);
}

SEQUENCE(answer_captured_twice)
{
    ask(wire, 1, 5000);
    message_t query = query_for(1), good = message_answer(&query, 0x8180, DNS_A, real_address, 4);
    observation_t obs = datagram(&good, SERVER, 5000);
    wire_send(wire, &obs);
    obs.ip.ttl--;
    wire_send(wire, &obs);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(two_resolvers)
{
    message_t query = query_for(1);
    observation_t one = datagram(&query, CLIENT, 5000), other = one;
    other.dst = address4(9, 9, 9, 9);
    wire_send(wire, &one);
    wire_send(wire, &other);
    answer(wire, 1, 5000, real_address);
    answer_from(wire, address4(9, 9, 9, 9), 1, 5000, other_address);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(id_used_again)
{
    ask(wire, 1, 5000);
    answer(wire, 1, 5000, real_address);
    wire->now += 70 * NS_PER_S;
    ask(wire, 1, 5000);
    answer(wire, 1, 5000, other_address);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(other_types_and_names)
{
    static const struct { const char *name; uint16_t type; } asked[] = {
        { "www.example.org", DNS_A }, { "www.example.net", DNS_A }, { "www.example.org", 65 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(asked); i++) {
        message_t query = message_query(1, asked[i].name, asked[i].type, false);
        observation_t obs = datagram(&query, CLIENT, 5000);
        obs.ip.ip_id = (uint16_t)(100 + i);
        wire_send(wire, &obs);
        message_t reply = message_answer(&query, 0x8180, DNS_A, i ? other_address : real_address, 4);
        if (asked[i].type != DNS_A)
            reply = message_answer(&query, 0x8180, DNS_A, NULL, 0);
        obs = datagram(&reply, SERVER, 5000);
        obs.ip.ip_id = (uint16_t)(200 + i);
        wire_send(wire, &obs);
    }
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(multicast)
{
    message_t query = query_for(0), reply = message_answer(&query, 0x8400, DNS_A, real_address, 4);
    for (uint8_t i = 1; i < 5; i++) {
        observation_t obs = datagram(&reply, SERVER, 5353);
        obs.sport = i & 1 ? 53 : 5353;
        obs.dst = address4(224, 0, 0, 251);
        wire_send(wire, &obs);
        reply.bytes[reply.length - 12] = i;
    }
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

/* The query was captured although its answer says that nobody listens there. */
SEQUENCE(closed_port)
{
    message_t query = query_for(1);
    observation_t asked = datagram(&query, CLIENT, 5000), quote = asked;
    uint32_t frame = wire_send(wire, &asked);
    uint32_t bad = answer(wire, 1, 5000, real_address);
    quote.quoted = QUOTED_PORT_UNREACHABLE;
    quote.reporter = address4(8, 8, 8, 8);
    uint32_t icmp = wire_send(wire, &quote);
    assert_int_equal(wire_verdict(wire, bad), VERDICT_FORGED);
    assert_int_equal(wire_verdict(wire, frame), VERDICT_TRIGGER);
    assert_int_equal(wire_verdict(wire, icmp), VERDICT_GENUINE);
}

SEQUENCE(firewall_says_unreachable)
{
    message_t query = query_for(1);
    observation_t asked = datagram(&query, CLIENT, 5000), quote = asked;
    wire_send(wire, &asked);
    answer(wire, 1, 5000, real_address);
    quote.quoted = QUOTED_PORT_UNREACHABLE;
    quote.reporter = address4(10, 9, 9, 9);
    wire_send(wire, &quote);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

/* The client's own port is closed: its stub has gone. The answer is quoted, not the query. */
SEQUENCE(client_has_gone)
{
    ask(wire, 1, 5000);
    message_t query = query_for(1), good = message_answer(&query, 0x8180, DNS_A, real_address, 4);
    observation_t obs = datagram(&good, SERVER, 5000), quote = obs;
    wire_send(wire, &obs);
    quote.quoted = QUOTED_PORT_UNREACHABLE;
    quote.reporter = address4(10, 0, 0, 1);
    wire_send(wire, &quote);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

/* Of a hundred forged answers to one query the first seven and the last one are known at a time. */
SEQUENCE(many_answers)
{
    habits(wire, 5);
    ask(wire, 1, 5000);
    wire->now += 20 * NS_PER_MS;
    uint32_t good = answer(wire, 1, 5000, real_address);
    for (uint8_t i = 100; i < 200; i++)
        forge_with(wire, 1, 5000, (const uint8_t[]){ 198, 51, 100, i });
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 100);
    assert_int_equal(wire_verdict(wire, good), VERDICT_GENUINE);
    assert_int_equal(wire_notices(wire, "eight answers"), 1);
}

SEQUENCE(habits_outlive_pauses)
{
    habits(wire, 5);
    wire->now += 600 * NS_PER_S;
    message_t query = query_for(2);
    observation_t obs = datagram(&query, CLIENT, 5001);
    obs.dst = address4(9, 9, 9, 9);
    wire_send(wire, &obs);                              /* to another server: old queries go */
    answer_from(wire, address4(9, 9, 9, 9), 2, 5001, real_address);
    ask(wire, 1, 5000);
    uint32_t bad = forge(wire, 1, 5000);
    assert_int_equal(wire_verdict(wire, bad), VERDICT_SUSPECT);
    assert_true(evidence_has(wire_finding(wire, bad)->evidence, "dns-ttl-mismatch-resolver"));
}

/* One that is called forged teaches nothing about its server. */
SEQUENCE(forged_teaches_nothing)
{
    habits(wire, 5);
    for (uint16_t i = 0; i < 50; i++) {
        ask(wire, i, 5000);
        uint32_t bad = forge(wire, i, 5000);
        wire->now += 20 * NS_PER_MS;
        answer(wire, i, 5000, real_address);
        assert_int_equal(wire_verdict(wire, bad), VERDICT_FORGED);
    }
    assert_int_equal(wire_count(wire, VERDICT_GENUINE), 50);
}

/* ---- what a server always does ---- */

/* Every answer of a network stack in a program: IP ID 0, don't-fragment clear, one compressed record. */
static const ip_header_t own_stack = { .ttl = 151 };

SEQUENCE(shape_of_the_server)
{
    for (uint16_t i = 0; i < 30; i++) {
        message_t query = message_query(i, "www.example.org", DNS_A, false);
        put(wire, &query, 5000);
        wire->now += 11 * NS_PER_MS;
        say(wire, &query, 5000, 0x8180, own_stack, DNS_A, (const uint8_t[]){ 203, 0, 113, (uint8_t)i });
    }
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
    assert_true(wire_count(wire, VERDICT_SUSPECT) <= 1);
    assert_int_equal(wire_notices(wire, "its own habit"), 1);
}

/* The same shape in one answer of a server that is otherwise twelve hops away and has IDs. */
SEQUENCE(shape_unlike_the_server)
{
    habits(wire, 5);
    message_t query = message_query(1, "www.example.org", DNS_A, false);
    put(wire, &query, 5000);
    uint32_t bad = say(wire, &query, 5000, 0x8180, (ip_header_t){ .ttl = 100 }, DNS_A, fake_address);
    assert_int_equal(wire_verdict(wire, bad), VERDICT_FORGED);
    assert_true(evidence_has(wire_finding(wire, bad)->evidence, "dns-gfw-inj3"));
}

/* It comes first, and the server's own answers decide later. */
SEQUENCE(shape_before_the_server)
{
    message_t query = message_query(1, "www.example.org", DNS_A, false);
    put(wire, &query, 5000);
    uint32_t bad = say(wire, &query, 5000, 0x8180, (ip_header_t){ .ttl = 100 }, DNS_A, fake_address);
    assert_int_equal(wire_verdict(wire, bad), VERDICT_SUSPECT);
    habits(wire, 5);
    assert_int_equal(wire_verdict(wire, bad), VERDICT_FORGED);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 1);
}

/* Random IP IDs, and one of them is 0. */
SEQUENCE(id_zero_by_accident)
{
    habits(wire, 20);
    message_t query = message_query(1, "www.example.org", DNS_A, false);
    put(wire, &query, 5000);
    wire->now += 20 * NS_PER_MS;
    say(wire, &query, 5000, 0x8180, (ip_header_t){ .ttl = 118 }, DNS_A, real_address);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

/* A small server that has one answer for every question, at a public address. */
SEQUENCE(one_answer_for_all)
{
    for (uint16_t i = 0; i < 20; i++) {
        message_t query = message_query(i, "www.example.org", i % 3 ? DNS_A : DNS_AAAA, false);
        put(wire, &query, 5000);
        say(wire, &query, 5000, 0x8580, (ip_header_t){ .ttl = 63, .df = true }, DNS_A, real_address);
    }
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
    assert_true(wire_count(wire, VERDICT_SUSPECT) <= 1);
}

/* Recursion desired is never copied and EDNS never answered: a tunnel, a home-made server. */
SEQUENCE(home_made)
{
    for (uint16_t i = 0; i < 200; i++) {
        message_t query = message_query(i, "abc.tunnel.example.org", DNS_A, true), bare = query;
        put(wire, &query, 5000);
        bare.bytes[11] = 0;
        bare.length -= 11;
        say(wire, &bare, 5000, 0x8400, (ip_header_t){ .ttl = 50, .ip_id = (uint16_t)(i + 7) }, DNS_A, real_address);
    }
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

/* A resolver with a block list or an internal zone says so from where it says all else. */
SEQUENCE(private_by_the_server)
{
    habits(wire, 5);
    for (uint16_t i = 0; i < 5; i++) {
        ask(wire, i, 5000);
        wire->now += 20 * NS_PER_MS;
        answer(wire, i, 5000, (const uint8_t[]){ 10, 1, 2, (uint8_t)i });
    }
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

/* One resolver at two distances, as in a file merged of two captures, and a block list. */
SEQUENCE(private_in_a_merged_file)
{
    habits(wire, 20);
    ask(wire, 1, 5000);
    wire->now += 20 * NS_PER_MS;
    message_t query = query_for(1);
    uint32_t frame = say(wire, &query, 5000, 0x8180, (ip_header_t){ .ttl = 127, .ip_id = 0x4029 }, DNS_A,
                         (const uint8_t[]){ 192, 168, 66, 6 });
    assert_in_range(wire_verdict(wire, frame), VERDICT_NONE, VERDICT_SUSPECT);
}

static void
from_network_10_10_34(wire_t *wire, bool client_too, verdict_t verdict)
{
    message_t query = query_for(1), m = message_answer(&query, 0x8180, DNS_A, (const uint8_t[]){ 10, 10, 34, 35 }, 4);
    observation_t asked = datagram(&query, CLIENT, 5000), said = datagram(&m, SERVER, 5000);
    if (client_too)
        asked.src = said.dst = address4(10, 10, 34, 7);
    wire_send(wire, &asked);
    assert_int_equal(wire_verdict(wire, wire_send(wire, &said)), verdict);
}

SEQUENCE(block_page_of_iran) { from_network_10_10_34(wire, false, VERDICT_FORGED); }
SEQUENCE(network_of_that_name) { from_network_10_10_34(wire, true, VERDICT_NONE); }

/* A router answers what it has in its cache at once, and asks for the rest. */
SEQUENCE(forwarder_with_cache)
{
    static const unsigned ms[] = { 16, 19, 22, 25, 28, 31, 34, 37, 1, 1 };

    for (uint16_t i = 0; i < G_N_ELEMENTS(ms); i++) {
        ask(wire, i, 5000);
        wire->now += ms[i] * NS_PER_MS;
        answer(wire, i, 5000, (const uint8_t[]){ 198, 51, 100, (uint8_t)i });
    }
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

/* ---- what is disputed ---- */

/* A packet tool's answer and the server's, twice; nothing else is known. */
static void
disputed_twice(wire_t *wire, uint16_t tool_id, verdict_t first, verdict_t second)
{
    for (uint16_t i = 0; i < 2; i++) {
        message_t query = message_query(i, "www.example.org", DNS_A, false);
        put(wire, &query, 5000);
        wire->now += 9 * NS_PER_MS;
        ip_header_t tool = { .ttl = 64, .ip_id = (uint16_t)(tool_id + (tool_id > 1 ? i : 0)) };
        ip_header_t own = { .ttl = 50, .ip_id = (uint16_t)(0x1000 + i) };
        uint32_t a = say(wire, &query, 5000, 0x8180, tool, DNS_A, fake_address);
        uint32_t b = say(wire, &query, 5000, 0x8180, own, DNS_A, real_address);
        assert_int_equal(wire_verdict(wire, a), first);
        assert_int_equal(wire_verdict(wire, b), second);
    }
}

SEQUENCE(disputed_teach_nothing) { disputed_twice(wire, 0x2000, VERDICT_SUSPECT, VERDICT_SUSPECT); }
SEQUENCE(packet_tool_beside_server) { disputed_twice(wire, 1, VERDICT_FORGED, VERDICT_GENUINE); }

/* Two answers that nothing tells apart, until the server has given others. */
SEQUENCE(decided_later)
{
    message_t query = message_query(1, "www.example.org", DNS_A, false);
    put(wire, &query, 5000);
    uint32_t bad = say(wire, &query, 5000, 0x8180, (ip_header_t){ .ttl = 61, .ip_id = 0x77 }, DNS_A, fake_address);
    uint32_t good = say(wire, &query, 5000, 0x8180, (ip_header_t){ .ttl = 118, .ip_id = 7 }, DNS_A, real_address);
    assert_int_equal(wire_verdict(wire, bad), VERDICT_SUSPECT);
    habits(wire, 4);
    assert_int_equal(wire_verdict(wire, bad), VERDICT_FORGED);
    assert_int_equal(wire_finding(wire, bad)->genuine_frame, good);
    assert_int_not_equal(wire_verdict(wire, good), VERDICT_FORGED);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 1);
}

/* A failure, a refusal or an empty answer from nearer, and the genuine address behind it. */
SEQUENCE(negative_races)
{
    static const uint16_t codes[] = { DNS_NXDOMAIN, DNS_REFUSED, DNS_NOERROR, DNS_SERVFAIL };

    habits(wire, 4);
    for (uint16_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        message_t query = message_query(i, "www.example.org", DNS_A, false);
        put(wire, &query, 5000);
        uint32_t bad = say(wire, &query, 5000, (uint16_t)(0x8180 | codes[i]), (ip_header_t){ .ttl = 61, .ip_id = 0x77 },
                           DNS_A, NULL);
        wire->now += 20 * NS_PER_MS;
        uint32_t good = say(wire, &query, 5000, 0x8180, (ip_header_t){ .ttl = 118, .ip_id = (uint16_t)(900 + i) },
                            DNS_A, real_address);
        assert_int_equal(wire_verdict(wire, bad), VERDICT_FORGED);
        assert_int_equal(wire_verdict(wire, good), VERDICT_GENUINE);
    }
}

SEQUENCE(fails_then_answers)
{
    habits(wire, 4);
    message_t query = message_query(1, "www.example.org", DNS_A, false);
    put(wire, &query, 5000);
    wire->now += 20 * NS_PER_MS;
    say(wire, &query, 5000, 0x8182, (ip_header_t){ .ttl = 118, .ip_id = 0x9000 }, DNS_A, NULL);
    say(wire, &query, 5000, 0x8180, (ip_header_t){ .ttl = 118, .ip_id = 0x9001 }, DNS_A, real_address);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

/* The capture kept the first bytes only: the counts in the header tell two answers apart. */
static void
cut_answers(wire_t *wire, uint8_t records, bool forged)
{
    habits(wire, 5);
    message_t query = query_for(1), m = message_answer(&query, 0x8180, DNS_A, fake_address, 4);
    put(wire, &query, 5000);
    for (unsigned i = 0; i < 2; i++) {
        observation_t obs = datagram(&m, SERVER, 5000);
        m.bytes[7] = i ? 1 : records;
        obs.captured = 40;
        obs.ip = i ? (ip_header_t){ .ttl = 118, .ip_id = 0x4444 }
                   : (ip_header_t){ .ttl = 122, .ip_id = 0x77, .df = true };
        uint32_t frame = wire_send(wire, &obs);
        assert_int_equal(wire_verdict(wire, frame) == VERDICT_FORGED, false);
        if (i)
            assert_int_equal(wire_verdict(wire, frame - 1) == VERDICT_FORGED, forged);
    }
}

SEQUENCE(cut_with_other_counts) { cut_answers(wire, 4, true); }
SEQUENCE(cut_with_equal_counts) { cut_answers(wire, 1, false); }

static const uint8_t mail[] = { 0, 10, 0xc0, 0x0c }, other_mail[] = { 0, 20, 4, 'f', 'a', 'k', 'e', 0 };

/* A second answer of another type than an address. */
SEQUENCE(two_mail_servers)
{
    habits(wire, 5);
    message_t query = message_query(1, "www.example.org", DNS_MX, true), bare = message_query(1, "www.example.org",
        DNS_MX, false);
    put(wire, &query, 5000);
    message_t fake = message_answer(&bare, 0x8000, DNS_MX, other_mail, sizeof other_mail);
    message_t real = message_answer(&query, 0x8180, DNS_MX, mail, sizeof mail);
    observation_t bad = datagram(&fake, SERVER, 5000), good = datagram(&real, SERVER, 5000);
    bad.ip = (ip_header_t){ .ttl = 122 };
    good.ip.ip_id = 0x4445;
    uint32_t frame = wire_send(wire, &bad);
    uint32_t genuine = wire_send(wire, &good);
    assert_int_equal(wire_verdict(wire, frame), VERDICT_FORGED);
    assert_int_equal(wire_finding(wire, frame)->genuine_frame, genuine);
}

/* ---- copies ---- */

/* A bridge shows each query twice, and Linux numbers none of them. */
static void
query_copied(wire_t *wire, int64_t apart, verdict_t verdict)
{
    message_t query = query_for(1);
    observation_t obs = datagram(&query, CLIENT, 5000);
    obs.ip = (ip_header_t){ .ttl = 64, .df = true };
    wire_send(wire, &obs);
    wire->now += apart;
    obs.ip.ttl = 63;
    wire_send(wire, &obs);
    uint32_t a = answer(wire, 1, 5000, real_address), b = answer(wire, 1, 5000, other_address);
    assert_int_equal(wire_verdict(wire, a), verdict);
    assert_int_equal(wire_verdict(wire, b), verdict);
}

SEQUENCE(query_copied_by_bridge) { query_copied(wire, NS_PER_MS, VERDICT_SUSPECT); }
SEQUENCE(query_sent_again) { query_copied(wire, NS_PER_S, VERDICT_NONE); }

/* The forged answer is captured before and behind a router; what is said of the one is said of the other. */
static void
forged_copied(wire_t *wire, bool convicted_before)
{
    habits(wire, 5);
    ask(wire, 1, 5000);
    message_t query = message_query(1, "www.example.org", DNS_A, false);
    if (convicted_before)
        answer(wire, 1, 5000, real_address);
    uint32_t bad = say(wire, &query, 5000, 0x8180, (ip_header_t){ .ttl = 124, .ip_id = 7 }, DNS_A, fake_address);
    uint32_t copy = say(wire, &query, 5000, 0x8180, (ip_header_t){ .ttl = 123, .ip_id = 7 }, DNS_A, fake_address);
    if (!convicted_before)
        answer(wire, 1, 5000, real_address);
    assert_int_equal(wire_verdict(wire, bad), VERDICT_FORGED);
    assert_int_equal(wire_verdict(wire, copy), VERDICT_FORGED);
    const finding_t *f = wire_finding(wire, copy);
    assert_true(evidence_has(f->evidence, "dns-dup-conflict"));
    assert_int_equal(finding_value(f, F_DNS_COPY_OF), bad);
    assert_int_equal(f->ends.ttl, 123);
}

SEQUENCE(copy_of_forged) { forged_copied(wire, true); }
SEQUENCE(copy_before_verdict) { forged_copied(wire, false); }

/* ---- another address, another transport, another name ---- */

static void
answered_by_other(wire_t *wire, ip_address_t asked, verdict_t verdict)
{
    message_t query = query_for(1);
    observation_t obs = datagram(&query, CLIENT, 5000);
    obs.dst = asked;
    uint32_t frame = wire_send(wire, &obs);
    uint32_t stray = answer_from(wire, address4(203, 0, 113, 1), 1, 5000, real_address);
    assert_int_equal(wire_verdict(wire, stray), verdict);
    if (verdict)
        assert_int_equal(wire_finding(wire, stray)->trigger_frame, frame);
}

SEQUENCE(other_server_answers) { answered_by_other(wire, address4(8, 8, 8, 8), VERDICT_SUSPECT); }
SEQUENCE(broadcast_is_answered) { answered_by_other(wire, address4(192, 0, 2, 255), VERDICT_NONE); }

SEQUENCE(nobody_was_asked)
{
    answer_from(wire, address4(203, 0, 113, 1), 1, 5000, real_address);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

/* A name whose last label runs beyond the query. */
static void
unreadable(wire_t *wire, ip_header_t ip, uint16_t flags, verdict_t verdict)
{
    message_t query = query_for(1);
    query.length = 12 + 5;
    query.bytes[11] = 0;
    put(wire, &query, 5000);
    uint32_t frame = say(wire, &query, 5000, flags, ip, DNS_A, fake_address);
    assert_int_equal(wire_verdict(wire, frame), verdict);
}

/* The capture damaged the query, and the server answers what was really asked. */
SEQUENCE(damaged_is_answered)
{
    message_t query = query_for(1), damaged = query;
    damaged.bytes[12] = 63;
    put(wire, &damaged, 5000);
    say(wire, &query, 5000, 0x8180, (ip_header_t){ .ttl = 42 }, DNS_A, real_address);
    assert_int_not_equal(wire_count(wire, VERDICT_FORGED), 1);
}

SEQUENCE(unreadable_answered) { unreadable(wire, (ip_header_t){ .ttl = 42 }, 0x8180, VERDICT_FORGED); }
SEQUENCE(unreadable_copied) { unreadable(wire, (ip_header_t){ .ttl = 42, .ip_id = 3 }, 0x8180, VERDICT_SUSPECT); }
SEQUENCE(unreadable_malformed) { unreadable(wire, (ip_header_t){ .ttl = 42 }, 0x8181, VERDICT_NONE); }

/* ---- over TCP ---- */

static uint32_t
send_over_tcp(talk_t *talk, unsigned from, const message_t *message, unsigned copies)
{
    message_t framed = { .length = 0 };
    for (unsigned i = 0; i < copies; i++) {
        message_append16(&framed, (unsigned)message->length);
        message_append(&framed, message->bytes, message->length);
    }
    return talk_say(talk, from, framed.bytes, framed.length);
}

static talk_t
resolver_over_tcp(wire_t *wire)
{
    talk_t talk = talk_new(wire, 5000);
    talk.end[SERVER].address = address4(8, 8, 8, 8);
    talk.end[SERVER].port = 53;
    talk_handshake(&talk);
    return talk;
}

/* So many queries in a segment, and their answers in another. */
static void
answered_over_tcp(wire_t *wire, unsigned n)
{
    talk_t talk = resolver_over_tcp(wire);
    message_t query = query_for(1), good = message_answer(&query, 0x8180, DNS_A, real_address, 4);
    send_over_tcp(&talk, CLIENT, &query, n);
    send_over_tcp(&talk, SERVER, &good, n);
    assert_int_equal(wire_count(wire, VERDICT_NONE), wire->frame);
}

SEQUENCE(over_tcp) { answered_over_tcp(wire, 1); }
SEQUENCE(several_in_one_segment) { answered_over_tcp(wire, 3); }

SEQUENCE(forged_over_tcp)
{
    talk_t talk = resolver_over_tcp(wire);
    message_t query = message_query(1, "www.example.org", DNS_AAAA, false);
    message_t bad = message_answer(&query, 0x8180, DNS_A, fake_address, 4);
    send_over_tcp(&talk, CLIENT, &query, 1);
    uint32_t frame = send_over_tcp(&talk, SERVER, &bad, 1);
    assert_int_equal(wire_verdict(wire, frame), VERDICT_SUSPECT);
}

/* Over UDP the name does not exist; over TCP it does. */
static void
asked_over_both(wire_t *wire, uint16_t flags, const uint8_t *address, bool other_stack, bool differs)
{
    habits(wire, 20);
    message_t query = message_query(1, "www.example.com", DNS_A, false);
    put(wire, &query, 5000);
    wire->now += 20 * NS_PER_MS;
    uint32_t frame = say(wire, &query, 5000, flags,
                         (ip_header_t){ .ttl = other_stack ? 122 : 118, .ip_id = 0x77 }, DNS_A, address);
    talk_t talk = resolver_over_tcp(wire);
    message_t good = message_answer(&query, 0x8180, DNS_A, real_address, 4);
    send_over_tcp(&talk, CLIENT, &query, 1);
    send_over_tcp(&talk, SERVER, &good, 1);
    const finding_t *f = wire_finding(wire, frame);
    assert_int_equal(f && evidence_has(f->evidence, "dns-udp-tcp-differ"), differs);
    assert_int_equal(wire_verdict(wire, frame) == VERDICT_FORGED, differs && other_stack);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), differs && other_stack);
}

SEQUENCE(denied_over_udp) { asked_over_both(wire, 0x8183, NULL, true, true); }
SEQUENCE(denied_by_the_server) { asked_over_both(wire, 0x8183, NULL, false, true); }
SEQUENCE(another_address_over_tcp) { asked_over_both(wire, 0x8180, other_address, true, false); }

SEQUENCE(zone_transfer)
{
    talk_t talk = resolver_over_tcp(wire);
    message_t query = message_query(1, "example.org", DNS_AXFR, false);
    send_over_tcp(&talk, CLIENT, &query, 1);
    for (uint8_t i = 0; i < 5; i++) {
        message_t part = message_answer(&query, 0x8480, DNS_A, (const uint8_t[]){ 10, 0, 0, i }, 4);
        send_over_tcp(&talk, SERVER, &part, 1);
    }
    assert_int_equal(wire_count(wire, VERDICT_NONE), wire->frame);
}

/* ---- damage ---- */

SEQUENCE(cut_anywhere)
{
    message_t query = query_for(1), good = message_answer(&query, 0x8180, DNS_A, real_address, 4);
    for (size_t n = 0; n <= good.length; n++) {
        uint8_t *exact = g_memdup2(good.bytes, n ? n : 1);
        observation_t obs = datagram(&good, SERVER, (uint16_t)(5000 + n));
        obs.captured = (uint32_t)n;
        obs.payload = n ? exact : NULL;
        wire_send(wire, &obs);
        g_free(exact);
    }
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
}

SEQUENCE(cut_anywhere_over_tcp)
{
    talk_t talk = resolver_over_tcp(wire);
    message_t query = query_for(1), good = message_answer(&query, 0x8180, DNS_A, real_address, 4);
    message_t framed = { .length = 0 };
    message_append16(&framed, (unsigned)good.length);
    message_append(&framed, good.bytes, good.length);
    for (size_t n = 0; n <= framed.length; n++) {
        uint8_t *exact = g_memdup2(framed.bytes, n ? n : 1);
        observation_t obs = talk_segment(&talk, SERVER, TCP_ACK, (uint32_t)framed.length);
        obs.captured = (uint32_t)n;
        obs.payload = n ? exact : NULL;
        wire_send(wire, &obs);
        g_free(exact);
    }
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
}

static const sequence_row_t sequences[] = {
    { "thirty ordinary answers leave nothing to say", ordinary },
    { "a forged answer comes first: forged, genuine and query are named and linked", forged_first },
    { "a forged answer comes last: the same", forged_last },
    { "a query is sent again and both copies are answered: nothing to say", retry },
    { "a query is captured twice and answered in two ways: both suspect", query_captured_twice },
    { "an answer is captured on both sides of a router: nothing to say", answer_captured_twice },
    { "two resolvers answer differently: nothing to say", two_resolvers },
    { "id and port are used again a minute later: nothing to say", id_used_again },
    { "one id and port ask for several names and types: nothing to say", other_types_and_names },
    { "answers to a multicast address are not compared", multicast },
    { "an address answers and says that nobody listens there", closed_port },
    { "a firewall says that nobody listens there: nothing to say", firewall_says_unreachable },
    { "the client has gone before its answer: nothing to say", client_has_gone },
    { "a hundred forged answers to one query: all are judged, and told that not all are compared", many_answers },
    { "a server's habits are known for the whole capture", habits_outlive_pauses },
    { "forged answers teach nothing about the server", forged_teaches_nothing },
    { "a server looks like a published injector in all its answers: one notice, where the first was odd",
      shape_of_the_server },
    { "that shape in one answer that is unlike the server's others", shape_unlike_the_server },
    { "that shape in the first answer, and the server's others are unlike it", shape_before_the_server },
    { "one of many random IP IDs is 0: nothing to say", id_zero_by_accident },
    { "a small server has one answer for every question: nothing to say of it but once", one_answer_for_all },
    { "a home-made server that copies nothing: nothing to say", home_made },
    { "a resolver leads public names inside: nothing to say", private_by_the_server },
    { "the same from another distance, in a merged file: not forged", private_in_a_merged_file },
    { "the address of Iran's block page", block_page_of_iran },
    { "the same in a network of that name: nothing to say", network_of_that_name },
    { "a forwarder has some answers in its cache: nothing to say", forwarder_with_cache },
    { "what is disputed teaches nothing: both suspect, both times", disputed_teach_nothing },
    { "a packet tool's answer beside the server's, twice", packet_tool_beside_server },
    { "two answers that later ones of the server tell apart", decided_later },
    { "a negative answer races the genuine one, whatever its code", negative_races },
    { "a server fails and answers after all: nothing to say", fails_then_answers },
    { "two answers that the capture cut, with other counts", cut_with_other_counts },
    { "two answers that the capture cut, with the same counts: not compared", cut_with_equal_counts },
    { "two answers about mail servers", two_mail_servers },
    { "a bridge shows an unnumbered query twice: one query", query_copied_by_bridge },
    { "an unnumbered query is sent again: two queries", query_sent_again },
    { "a copy of a forged answer is forged, and linked", copy_of_forged },
    { "the same, captured before the verdict", copy_before_verdict },
    { "an answer comes from another server than asked", other_server_answers },
    { "a broadcast is answered by somebody: nothing to say", broadcast_is_answered },
    { "an answer to a query that was not captured: nothing to say", nobody_was_asked },
    { "a name that runs beyond its query is answered by a box", unreadable_answered },
    { "the same by a server that numbers its answers", unreadable_copied },
    { "a damaged query is answered: not forged", damaged_is_answered },
    { "the same finds it malformed: nothing to say", unreadable_malformed },
    { "a name denied over UDP from elsewhere, and answered over TCP", denied_over_udp },
    { "a name denied over UDP by the server, and answered over TCP: not forged", denied_by_the_server },
    { "another public address over TCP: nothing to compare", another_address_over_tcp },
    { "an ordinary answer over TCP", over_tcp },
    { "an address of another type over TCP, from a server not known yet", forged_over_tcp },
    { "three messages in one segment", several_in_one_segment },
    { "a zone transfer has many answers: nothing to say", zone_transfer },
    { "an answer cut at any byte is read within its bytes and not called forged", cut_anywhere },
    { "the same over TCP", cut_anywhere_over_tcp },
};

/* ---- limits ---- */

static void
check_limit(void **state)
{
    wire_t wire = wire_new_limited((limits_t){ .flows = 4, .half_open = 4, .hosts = 4, .queries = 8,
        .resets = 4 });

    (void)state;
    for (uint16_t i = 0; i < 100; i++)
        ask(&wire, i, 5000);
    assert_int_equal(wire_notices(&wire, "DNS limit"), 1);
    assert_non_null(wire_finding(&wire, 9)->notice);

    /* The last query is still known, the first is not. */
    uint32_t late = answer(&wire, 99, 5000, real_address), bad = forge(&wire, 99, 5000);
    assert_int_not_equal(wire_verdict(&wire, bad), VERDICT_NONE);
    assert_int_not_equal(wire_verdict(&wire, late), VERDICT_FORGED);
    wire_free(&wire);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, sequences, run_sequence);
    suite_add(&suite, "the limit of queries is told once, and the oldest go", check_limit, NULL);
    return suite_run(&suite, "transactions");
}
