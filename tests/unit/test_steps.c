/* test_steps.c
 * What the dearest captures known make the engine do: blocks of its program run for each packet. Counted, not timed,
 * so a busy machine changes nothing; by the compiler, so no loop can be forgotten.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "base/hash.h"
#include "bytes/dns_message.h"
#include "detector.h"
#include "state/names.h"

/* What one packet may take. An ordinary one takes some hundreds, and each of the 16 resets of a connection that are
 * judged again because of it about a thousand. */
#define PACKET_MAX 100000
/* What the packets of such a capture may take on average. */
#define AVERAGE_MAX 12000

static struct {
    uint64_t now;               /* blocks since the program began */
    uint64_t most, all;         /* of one packet, of all */
    uint32_t worst;             /* the packet of `most` */
    unsigned packets;
} counted;

/* Called at the beginning of each block of dissectors/. */
void __sanitizer_cov_trace_pc(void);
void
__sanitizer_cov_trace_pc(void)
{
    counted.now++;
}

/* The linker has the call of wire_send() end here. */
void __real_engine_observe(engine_t *engine, const observation_t *obs);
void __wrap_engine_observe(engine_t *engine, const observation_t *obs);
void
__wrap_engine_observe(engine_t *engine, const observation_t *obs)
{
    uint64_t before = counted.now;

    __real_engine_observe(engine, obs);
    uint64_t taken = counted.now - before;
    if (taken > counted.most) {
        counted.most = taken;
        counted.worst = obs->frame;
    }
    counted.all += taken;
    counted.packets++;
}

/* ---- captures ---- */

static talk_t
opened(wire_t *wire, unsigned number, uint8_t ttl)
{
    talk_t talk = talk_new(wire, (uint16_t)(1024 + number));

    talk.end[SERVER].ttl = ttl;
    talk_handshake(&talk);
    return talk;
}

static void
reset_at(talk_t *talk, uint8_t ttl, unsigned after, bool df)
{
    observation_t obs = talk_forged_reset(talk, SERVER);

    obs.seq += after;
    obs.ip.ttl = ttl;
    obs.ip.df = df;
    obs.ip.ip_id = (uint16_t)(after * 3);
    wire_send(talk->wire, &obs);
}

#define REQUEST "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"

/* The request died on its way, and 16 resets answer it that show nothing alone. */
static void
wait_for_proof(wire_t *wire, unsigned number)
{
    talk_t talk = opened(wire, number, 200);
    observation_t asked = talk_data(&talk, CLIENT, REQUEST, strlen(REQUEST));

    wire_send(wire, &asked);
    observation_t quote = asked;
    quote.quoted = QUOTED_EXPIRED;
    quote.reporter = address4(198, 51, 100, (uint8_t)number);
    quote.ip.ttl = (uint8_t)(1 + number % 8);
    quote.payload = NULL;
    quote.captured = 0;
    wire_send(wire, &quote);
    for (unsigned k = 0; k < 16; k++)
        reset_at(&talk, 200, k, true);
}

/* Each reset is proven by the next, and each looks unlike the one before. */
SEQUENCE(resets_that_prove_others)
{
    for (unsigned cycle = 0, number = 0; cycle < 3; cycle++) {
        for (unsigned i = 0; i < 224; i++)
            wait_for_proof(wire, ++number);
        for (unsigned i = 0; i < 16; i++) {
            static const uint8_t ttls[] = { 15, 45, 75, 105, 135 };
            talk_t talk = opened(wire, ++number, 200);
            for (unsigned k = 0; k < 15; k++)
                reset_at(&talk, ttls[k % 5], 1460 * k, k % 2);
        }
    }
    assert_int_equal(wire_notices(wire, "work limit"), 1);
}

/* The same at many servers at once. */
SEQUENCE(resets_of_many_hosts)
{
    for (unsigned round = 0; round < 8; round++)
        for (unsigned host = 0; host < 128; host++) {
            talk_t talk = talk_new(wire, (uint16_t)(1024 + round));
            talk.end[SERVER].address = address4(203, 0, 113, (uint8_t)host);
            talk.end[CLIENT].address = address4(10, 0, (uint8_t)round, (uint8_t)host);
            talk_handshake(&talk);
            for (unsigned k = 0; k < 16; k++) {
                unsigned from = k % 2;
                observation_t obs = talk_forged_reset(&talk, from);
                obs.seq += 1460 * k;
                obs.ip.ttl = (uint8_t)(90 + 3 * k);
                wire_send(wire, &obs);
            }
        }
    assert_true(wire_count(wire, VERDICT_FORGED) > 1000);
}

static void
ask(wire_t *wire, unsigned name, unsigned id, uint8_t server, bool answered)
{
    static const uint8_t address[4] = { 198, 51, 100, 1 };
    char text[32];

    g_snprintf(text, sizeof text, "n%u.example", name);
    message_t query = message_query((uint16_t)id, text, DNS_A, false);
    observation_t obs = datagram(&query, CLIENT, (uint16_t)(2000 + id));
    obs.dst = address4(8, 8, 8, server);
    wire_send(wire, &obs);
    if (!answered)
        return;
    message_t message = message_answer(&query, 0x8180, DNS_A, address, sizeof address);
    obs = datagram(&message, SERVER, (uint16_t)(2000 + id));
    obs.src = address4(8, 8, 8, server);
    wire_send(wire, &obs);
}

/* As many as are followed, others answered in every pause. */
SEQUENCE(names_never_answered)
{
    for (unsigned again = 0; again < 4; again++) {
        for (unsigned i = 0; i < 256; i++)
            ask(wire, i, 256 * again + i, 8, false);
        for (unsigned i = 0; i < 1024; i++)
            ask(wire, 1000 + i, 8192 + 1024 * again + i, 8, true);
        wire->now += 4 * NS_PER_S;
    }
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
}

SEQUENCE(one_name_at_many_servers)
{
    for (unsigned again = 0; again < 8; again++)
        for (unsigned server = 0; server < 256; server++)
            ask(wire, 1, 1, (uint8_t)server, again == 7);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
}

SEQUENCE(many_answers_to_one_query)
{
    ask(wire, 1, 1, 8, false);
    for (unsigned i = 0; i < 2000; i++) {
        const uint8_t address[4] = { 198, 51, (uint8_t)(i >> 8), (uint8_t)i };
        message_t query = message_query(1, "n1.example", DNS_A, false);
        message_t message = message_answer(&query, 0x8180, DNS_A, address, sizeof address);
        observation_t obs = datagram(&message, SERVER, 2001);
        obs.ip.ttl = (uint8_t)(40 + i % 100);
        wire_send(wire, &obs);
    }
    assert_int_equal(wire_notices(wire, "answers"), 1);
}

/* Requests that nobody answers, at as many servers as there are networks, and then everybody answers. */
SEQUENCE(silences_that_end)
{
    for (unsigned again = 0; again < 4; again++)
        for (unsigned i = 0; i < 512; i++) {
            talk_t talk = talk_new(wire, (uint16_t)(1024 + i));
            talk.end[SERVER].address = address4((uint8_t)(20 + i % 64), (uint8_t)(i / 64), 0, 80);
            talk_handshake(&talk);
            observation_t obs = talk_data(&talk, CLIENT, REQUEST, strlen(REQUEST));
            for (unsigned n = 0; n < 4; n++) {
                wire_send(wire, &obs);
                wire->now += NS_PER_S;
            }
            if (again == 3)
                talk_send(&talk, SERVER, TCP_ACK, 1000);
        }
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
}

SEQUENCE(syns_sent_again)
{
    for (unsigned again = 0; again < 4; again++) {
        for (unsigned i = 0; i < 4000; i++) {
            talk_t talk = talk_new(wire, (uint16_t)(1024 + i));
            talk.end[SERVER].address = address4((uint8_t)(20 + i % 128), (uint8_t)(i / 128), 0, 80);
            talk_send(&talk, CLIENT, TCP_SYN, 0);
        }
        wire->now += NS_PER_S;
    }
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
}

SEQUENCE(quic_sent_again)
{
    static uint8_t initial[1200] = { 0xc3, 0, 0, 0, 1, 8 };

    for (unsigned again = 0; again < 6; again++) {
        for (unsigned i = 0; i < 2000; i++) {
            observation_t obs = {
                .src = address4(10, 0, 0, 1), .dst = address4(192, 0, (uint8_t)(i >> 4), 44),
                .sport = (uint16_t)(5000 + i), .dport = 443, .protocol = PROTOCOL_UDP, .ip = { .ttl = 64, .ip_id = 7 },
                .payload = initial, .length = sizeof initial, .captured = sizeof initial,
            };
            wire_send(wire, &obs);
        }
        wire->now += NS_PER_S << again;
    }
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
}

/* Each segment says something else about the same place. */
SEQUENCE(segments_that_differ)
{
    static char bytes[1460];
    talk_t talk = opened(wire, 1, 52);

    talk_request(&talk, REQUEST);
    for (unsigned i = 0; i < 20000; i++) {
        memset(bytes, 'a' + (int)(i % 26), sizeof bytes);
        observation_t obs = talk_data(&talk, SERVER, bytes, sizeof bytes);
        obs.seq -= i % 3 ? obs.length : 0;
        obs.ip.ttl = (uint8_t)(52 + i % 7);
        wire_send(wire, &obs);
    }
    assert_true(wire_count(wire, VERDICT_SUSPECT) + wire_count(wire, VERDICT_FORGED) > 0);
}

SEQUENCE(pages_that_never_end)
{
    static const char page[] = "HTTP/1.1 302 Found\r\nLocation: http://block.example/\r\nX: ";

    for (unsigned i = 0; i < 2000; i++) {
        talk_t talk = opened(wire, i, 52);
        talk_request(&talk, REQUEST);
        for (unsigned k = 0; k < 4; k++)
            talk_say(&talk, SERVER, page, sizeof page - 1);
    }
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
}

SEQUENCE(requests_that_never_end)
{
    for (unsigned i = 0; i < 2000; i++) {
        talk_t talk = opened(wire, i, 52);
        for (unsigned k = 0; k < 8; k++)
            talk_request(&talk, "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    }
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
}

static const sequence_row_t captures[] = {
    { "resets that are proven by each other, 224 connections waiting", resets_that_prove_others },
    { "resets to both ends in the names of 128 hosts", resets_of_many_hosts },
    { "256 names that are never answered, 1,024 beside them that are", names_never_answered },
    { "one name at 256 servers", one_name_at_many_servers },
    { "2,000 different answers to one query", many_answers_to_one_query },
    { "512 silent servers, in the end they answer", silences_that_end },
    { "4,000 SYNs, sent again and again", syns_sent_again },
    { "2,000 QUIC connections, sent again and again", quic_sent_again },
    { "20,000 segments that contradict each other", segments_that_differ },
    { "2,000 block pages that never end", pages_that_never_end },
    { "2,000 requests that never end", requests_that_never_end },
};

static void
check_steps(void **state)
{
    const sequence_row_t *row = *state;

    hash_seed(1);
    wire_t wire = wire_new();
    memset(&counted, 0, sizeof counted);
    row->run(&wire);
    wire_free(&wire);
    print_message("%s: %u packets, %lu blocks each, at most %lu (frame %u)\n", row->name, counted.packets,
                  (unsigned long)(counted.all / counted.packets), (unsigned long)counted.most, counted.worst);
    assert_in_range(counted.all / counted.packets, 50, AVERAGE_MAX);
    assert_in_range(counted.most, 50, PACKET_MAX);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, captures, check_steps);
    return suite_run(&suite, "steps");
}
