/* verdict/test_origin.c
 * Who and where, said of forged packets only and after judging: whole captures through the engine.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "verdict/origin.h"

#define HENAN "\1\2\3\4\5\6\7\10\11"     /* and the 0 behind it */

static const char request_text[] = "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n";

static talk_t
asking(wire_t *wire, uint16_t port, uint8_t request_ttl, uint32_t *request)
{
    talk_t talk = talk_new(wire, port);

    talk_handshake(&talk);
    talk.end[CLIENT].ttl = request_ttl;
    *request = talk_request(&talk, request_text);
    talk.end[CLIENT].ttl = 64;
    return talk;
}

static uint32_t
henan_reset(talk_t *talk, uint8_t ttl)
{
    observation_t reset = talk_forged_reset(talk, SERVER);

    reset.ip.ttl = ttl;
    reset.ip.ip_id = 1;
    reset.length = reset.captured = 10;
    reset.payload = (const uint8_t *)HENAN;
    return wire_send(talk->wire, &reset);
}

/* The router after `hops` says that the client's last packet died there. */
static uint32_t
dies(talk_t *talk, uint8_t hops)
{
    const end_t *client = &talk->end[CLIENT], *server = &talk->end[SERVER];
    observation_t quote = {
        .src = client->address, .dst = server->address, .sport = client->port,
        .dport = server->port,
        .protocol = PROTOCOL_TCP, .quoted = QUOTED_EXPIRED, .reporter = address4(203, 0, 113, hops),
        .ip = { .ttl = 1, .ip_id = client->ip_id, .df = true },
        .seq = client->next - (uint32_t)strlen(request_text),
    };
    return wire_send(talk->wire, &quote);
}

static const origin_t *
origin_of(const wire_t *wire, uint32_t frame)
{
    return wire_finding(wire, frame)->origin;
}

static void
assert_where(const origin_t *origin, const char *words)
{
    char *text = where_text(&origin->facts);
    assert_non_null(strstr(text, words));
    g_free(text);
}

static void
check_named_and_placed(void **state)
{
    wire_t wire = wire_new();
    uint32_t request;
    talk_t talk = asking(&wire, 4000, 64, &request);
    uint32_t forged = henan_reset(&talk, 58);
    const origin_t *origin = origin_of(&wire, forged);

    (void)state;
    assert_int_equal(wire_verdict(&wire, forged), VERDICT_FORGED);
    assert_int_equal(origin->n_matches, 1);
    assert_string_equal(origin->injector[0]->name, "Henan Firewall");
    assert_int_equal(origin->where.hops, 6);
    assert_where(origin, "nearer than the claimed sender (12 hops)");
    assert_int_equal(wire_finding(&wire, forged)->vantage, VANTAGE_CLIENT);
    assert_int_equal(wire_finding(&wire, request)->vantage, VANTAGE_CLIENT);
    assert_null(origin_of(&wire, request));     /* the trigger is nobody's forgery */
    wire_free(&wire);
}

/* Only suspected: nothing is said of a sender. */
static void
check_not_of_suspects(void **state)
{
    limits_t limits = LIMITS_DEFAULT;
    limits.all_observations = true;
    wire_t wire = wire_new_limited(limits);
    uint32_t request;
    talk_t talk = asking(&wire, 4000, 64, &request);
    observation_t reset = talk_forged_reset(&talk, SERVER);

    (void)state;
    reset.ip.ip_id = 0x9920;                    /* GFW (III)'s range, but no such TTL */
    uint32_t frame = wire_send(&wire, &reset);
    assert_int_equal(wire_verdict(&wire, frame), VERDICT_SUSPECT);
    assert_null(origin_of(&wire, frame));
    wire_free(&wire);
}

/* A second packet with another TTL takes back the place of the first one. */
static void
check_changing_ttl(void **state)
{
    wire_t wire = wire_new();
    uint32_t request;
    talk_t a = asking(&wire, 4000, 64, &request), b = asking(&wire, 4001, 64, &request);
    uint32_t first = henan_reset(&a, 58);

    (void)state;
    assert_true(origin_of(&wire, first)->where.known);
    uint32_t second = henan_reset(&b, 40);
    assert_false(origin_of(&wire, first)->where.known);
    assert_false(origin_of(&wire, second)->where.known);
    assert_where(origin_of(&wire, first), "changes from packet to packet (40 to 58)");
    wire_free(&wire);
}

/* Copies of one reset in a row: the first one is named too, once the others are there. */
static void
check_burst(void **state)
{
    wire_t wire = wire_new();
    uint32_t request, frame[3];
    talk_t talk = asking(&wire, 4000, 64, &request);

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        observation_t reset = talk_forged_reset(&talk, SERVER);
        reset.ip.df = true;
        reset.ip.ttl = 128;
        reset.window = 1503;
        wire.now -= NS_PER_MS - NS_PER_MS / 10;     /* 0.1 ms apart */
        frame[i] = wire_send(&wire, &reset);
    }
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 100);   /* what gives them away */
    for (unsigned i = 0; i < 3; i++) {
        const origin_t *origin = origin_of(&wire, frame[i]);
        assert_non_null(origin);
        assert_int_equal(origin->n_matches, 1);
        assert_string_equal(origin->injector[0]->name, "GFW (II)");
        assert_false(origin->where.known);              /* 128 would be next door */
        assert_where(origin, "draws or copies");
    }
    wire_free(&wire);
}

/* A sweep of hop limits: two die unanswered, the third dies and is answered. */
static void
check_sweep(void **state)
{
    wire_t wire = wire_new();
    uint32_t request, forged = 0, answered = 0;

    (void)state;
    for (uint8_t hops = 3; hops <= 6; hops++) {
        talk_t talk = asking(&wire, 4000 + hops, hops, &request);
        uint32_t icmp = dies(&talk, hops);
        if (hops >= 5) {
            forged = henan_reset(&talk, 140);
            answered = answered ? answered : icmp;
        }
    }
    const origin_t *origin = origin_of(&wire, forged);
    assert_true(origin->where.known);
    assert_int_equal(origin->where.hops, 5);
    assert_int_equal(origin->where.low, 5);
    assert_int_equal(origin->where.high, 5);
    assert_int_equal(origin->facts.died.frame, answered);
    assert_where(origin, "router 203.0.113.5");
    wire_free(&wire);
}

/* The same, but the silent probes asked for something else: no lower bound. */
static void
check_sweep_for_another_name(void **state)
{
    wire_t wire = wire_new();
    uint32_t request;

    (void)state;
    talk_t control = talk_new(&wire, 4000);
    talk_handshake(&control);
    control.end[CLIENT].ttl = 4;
    observation_t other = talk_segment(&control, CLIENT, TCP_PSH | TCP_ACK,
                                       (uint32_t)strlen(request_text));
    other.payload = (const uint8_t *)"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
    other.captured = other.length;
    wire_send(&wire, &other);
    dies(&control, 4);
    talk_t talk = asking(&wire, 4001, 5, &request);
    dies(&talk, 5);
    uint32_t forged = henan_reset(&talk, 140);
    assert_int_equal(origin_of(&wire, forged)->where.low, 1);
    assert_int_equal(origin_of(&wire, forged)->where.high, 5);
    wire_free(&wire);
}

/* A query that dies on the way, nine hops off; the frame that says so. */
static uint32_t
query_dies(wire_t *wire, observation_t *asked)
{
    asked->ip.ttl = 9;
    wire_send(wire, asked);
    observation_t quote = *asked;
    quote.quoted = QUOTED_EXPIRED;
    quote.reporter = address4(203, 0, 113, 9);
    return wire_send(wire, &quote);
}

/* Iran's address as an answer to it. */
static uint32_t
forged_answer(wire_t *wire, const message_t *query)
{
    static const uint8_t page[] = { 10, 10, 34, 36 };
    message_t answer = message_answer(query, 0x8180, 1, page, sizeof page);
    observation_t forged = datagram(&answer, SERVER, 5000);
    forged.ip.ttl = 40;
    return wire_send(wire, &forged);
}

/* A forged DNS answer, though the query died on the way. */
static void
check_dns(void **state)
{
    wire_t wire = wire_new();
    message_t query = message_query(7, "www.example.org", 1, false);
    observation_t asked = datagram(&query, CLIENT, 5000);

    (void)state;
    uint32_t icmp = query_dies(&wire, &asked);
    const origin_t *origin = origin_of(&wire, forged_answer(&wire, &query));
    assert_int_equal(origin->n_matches, 1);
    assert_string_equal(origin->injector[0]->name, "Iran's DNS filter");
    assert_int_equal(origin->facts.died.frame, icmp);
    assert_int_equal(origin->where.hops, 9);
    wire_free(&wire);
}

/* A query that was sent again may have arrived: its death bounds nothing. */
static void
check_dns_asked_again(void **state)
{
    wire_t wire = wire_new();
    message_t query = message_query(7, "www.example.org", 1, false);
    observation_t asked = datagram(&query, CLIENT, 5000);

    (void)state;
    query_dies(&wire, &asked);
    wire.now += NS_PER_S;
    asked.ip.ttl = 64;
    asked.ip.ip_id++;
    wire_send(&wire, &asked);
    assert_int_equal(origin_of(&wire, forged_answer(&wire, &query))->facts.died.frame, 0);
    wire_free(&wire);
}

int
main(void)
{
    suite_t suite = suite_new();

    suite_add(&suite, "named and placed", check_named_and_placed, NULL);
    suite_add(&suite, "not of suspects", check_not_of_suspects, NULL);
    suite_add(&suite, "changing TTL", check_changing_ttl, NULL);
    suite_add(&suite, "burst", check_burst, NULL);
    suite_add(&suite, "sweep", check_sweep, NULL);
    suite_add(&suite, "sweep for another name", check_sweep_for_another_name, NULL);
    suite_add(&suite, "DNS", check_dns, NULL);
    suite_add(&suite, "DNS, asked again", check_dns_asked_again, NULL);
    return suite_run(&suite, "origin");
}
