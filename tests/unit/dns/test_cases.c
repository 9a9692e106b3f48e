/* dns/test_cases.c
 * Whole captures through the engine: DNS, from the bytes on the wire.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "dns/message.h"

static const uint8_t real_address[] = { 198, 51, 100, 1 }, fake_address[] = { 198, 51, 100, 66 },
                     other_address[] = { 198, 51, 100, 2 };

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
forge(wire_t *wire, uint16_t id, uint16_t port)
{
    message_t query = message_query(id, "www.example.org", DNS_A, false);
    message_t bad = message_answer(&query, 0x8180, DNS_A, fake_address, 4);
    observation_t obs = datagram(&bad, SERVER, port);
    obs.ip = (ip_header_t){ .ttl = 122, .ip_id = 0x77, .df = true };
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

SEQUENCE(many_answers)
{
    habits(wire, 5);
    ask(wire, 1, 5000);
    for (uint8_t i = 0; i < 100; i++)
        answer(wire, 1, 5000, (const uint8_t[]){ 198, 51, 100, i });
    assert_true(store_size(engine_store(wire->engine)) < 20);
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
    assert_int_equal(wire_verdict(wire, frame), VERDICT_FORGED);
}

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
    { "a hundred answers to one query are judged up to a limit", many_answers },
    { "a server's habits are known for the whole capture", habits_outlive_pauses },
    { "forged answers teach nothing about the server", forged_teaches_nothing },
    { "an ordinary answer over TCP", over_tcp },
    { "an address of another type over TCP", forged_over_tcp },
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
