/* silence/test_outages.c
 * Several servers that are silent to one client: when they are told as one, and when each is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/vain.h"

#include "silence/case.h"

/* Servers in networks that have nothing to do with each other. */
static ip_address_t
far_server(unsigned index)
{
    return address4((uint8_t)(20 + index), 7, 0, 80);
}

/* A request of this text to a server, sent four times; the frame of the first. */
static uint32_t
ask_far(wire_t *wire, uint16_t port, ip_address_t server, const char *text)
{
    talk_t talk = talk_new(wire, port);
    talk.end[SERVER].address = server;
    talk_handshake(&talk);
    observation_t obs = talk_data(&talk, CLIENT, text, strlen(text));
    uint32_t first = wire_send(wire, &obs);
    for (unsigned i = 1; i < 4; i++)
        again(&talk, &obs, 200 << i);
    return first;
}

static char names[8][64];

static const char *
ask_for(unsigned index)
{
    g_snprintf(names[index], sizeof names[0], "GET / HTTP/1.1\r\nHost: n%u.example\r\n\r\n", index);
    return names[index];
}

/* n servers, each asked for a name of its own; the frame of the first request. */
static uint32_t
ask_many(wire_t *wire, unsigned n)
{
    uint32_t first = ask_far(wire, 4000, far_server(0), ask_for(0));
    for (unsigned i = 1; i < n; i++)
        ask_far(wire, (uint16_t)(4000 + i), far_server(i), ask_for(i));
    return first;
}

static void
assert_one_outage(const wire_t *wire, uint32_t first, unsigned servers)
{
    const finding_t *f = wire_finding(wire, first);

    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 1);
    assert_non_null(f);
    assert_true(evidence_has(f->evidence, "mute-at-once"));
    assert_int_equal(f->evidence->len, 1);
    assert_int_equal(f->confidence, CONFIDENCE_SHOWN);
    assert_int_equal(fact(f, F_SILENCE_SERVERS), servers);
    assert_null(f->trigger);
}

SEQUENCE(two_servers) { ask_many(wire, 2); assert_int_equal(wire_count(wire, VERDICT_SILENCED), 2); }

SEQUENCE(three_servers) { assert_one_outage(wire, ask_many(wire, 3), 3); }

SEQUENCE(seven_servers) { assert_one_outage(wire, ask_many(wire, 7), 7); }

/* A filter that looks for one name meets it at all addresses of those who have it. */
SEQUENCE(one_name_everywhere)
{
    for (unsigned i = 0; i < 4; i++)
        ask_far(wire, (uint16_t)(4000 + i), far_server(i), HELLO_A);
    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 4);
}

SEQUENCE(one_operator)
{
    for (unsigned i = 0; i < 4; i++)
        ask_far(wire, (uint16_t)(4000 + i), address4(20, 7, 1, (uint8_t)(1 + i)), ask_for(i));
    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 4);
}

/* Of one server, no more is said than of four of its connections. */
SEQUENCE(one_server_again_and_again)
{
    for (uint16_t i = 0; i < 9; i++)
        ask_far(wire, (uint16_t)(4000 + i), far_server(0), HELLO_A);
    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 4);
}

SEQUENCE(minutes_apart)
{
    for (unsigned i = 0; i < 4; i++) {
        ask_far(wire, (uint16_t)(4000 + i), far_server(i), ask_for(i));
        pass(wire, 130000);
    }
    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 4);
}

/* Two networks of one building: what one client does not hear says nothing about the other. */
SEQUENCE(two_clients)
{
    for (unsigned i = 0; i < 4; i++) {
        talk_t talk = talk_new(wire, (uint16_t)(4000 + i));
        talk.end[SERVER].address = far_server(i);
        talk.end[CLIENT].address = address4(10, 0, 0, (uint8_t)(1 + i % 2));
        talk_handshake(&talk);
        observation_t obs = talk_data(&talk, CLIENT, ask_for(i), strlen(ask_for(i)));
        wire_send(wire, &obs);
        for (unsigned k = 1; k < 4; k++)
            again(&talk, &obs, 200 << k);
    }
    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 4);
}

SEQUENCE(addresses_of_a_pool)
{
    sign_of_life(wire, 3999);
    uint32_t first = knock(wire, 4000, 1, 3, true);
    for (uint8_t i = 2; i <= 40; i++)
        knock(wire, (uint16_t)(4000 + 10 * i), i, 3, true);
    assert_one_outage(wire, first, 32);
}

/* Each is tried until it has timed out, the next one minutes later. */
SEQUENCE(addresses_in_turn)
{
    sign_of_life(wire, 3999);
    uint32_t first = knock(wire, 4000, 1, 7, true);
    for (uint8_t i = 2; i <= 5; i++) {
        pass(wire, 400000);
        knock(wire, (uint16_t)(4000 + 10 * i), i, 7, true);
    }
    assert_one_outage(wire, first, 5);
}

/* What follows an outage is no residual block, and a later one is another one. */
SEQUENCE(syns_during_an_outage)
{
    uint32_t first = ask_many(wire, 3);
    sign_of_life(wire, 5000);
    talk_t talk = talk_new(wire, 4100);
    talk.end[SERVER].address = far_server(0);
    observation_t syn = talk_segment(&talk, CLIENT, TCP_SYN, 0);
    wire_send(wire, &syn);
    for (unsigned i = 0; i < 4; i++) {
        sign_of_life(wire, (uint16_t)(5001 + i));
        again(&talk, &syn, 1000 << i);
    }
    assert_one_outage(wire, first, 3);
}

SEQUENCE(later_and_again)
{
    ask_many(wire, 3);
    pass(wire, 700000);
    ask_far(wire, 4200, far_server(9), HELLO_A);
    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 2);
}

/* The path is there: the same server answers another name in the middle of it. */
SEQUENCE(contrast_meanwhile)
{
    uint32_t first = ask_many(wire, 3);
    talk_t talk = talk_new(wire, 4300);
    talk.end[SERVER].address = far_server(1);
    talk_handshake(&talk);
    talk_request(&talk, HELLO_B);
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 900);
    const finding_t *f = NULL;
    for (uint32_t frame = first; frame <= wire->frame && !f; frame++)
        if (wire_verdict(wire, frame) == VERDICT_SILENCED)
            f = wire_finding(wire, frame);
    assert_non_null(f);
    assert_int_equal(f->confidence, 49);
    assert_string_equal(f->trigger, "n1.example");
    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 1);
}

/* The network is back minutes later. */
SEQUENCE(contrast_afterwards)
{
    uint32_t first = ask_many(wire, 3);
    pass(wire, 100000);
    talk_t talk = talk_new(wire, 4300);
    talk.end[SERVER].address = far_server(1);
    talk_handshake(&talk);
    talk_request(&talk, HELLO_B);
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 900);
    assert_one_outage(wire, first, 3);
}

/* The network was away, and all is answered when it is back. */
static void
answer_late(wire_t *wire, unsigned answered)
{
    talk_t talk[4];
    observation_t obs[4];

    for (unsigned i = 0; i < 4; i++) {
        talk[i] = talk_new(wire, (uint16_t)(4000 + i));
        talk[i].end[SERVER].address = far_server(i);
        talk_handshake(&talk[i]);
        obs[i] = talk_data(&talk[i], CLIENT, ask_for(i), strlen(ask_for(i)));
        wire_send(wire, &obs[i]);
    }
    for (unsigned k = 1; k < 5; k++)
        for (unsigned i = 0; i < 4; i++)
            again(&talk[i], &obs[i], 200 << k);
    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 1);
    for (unsigned i = 0; i < answered; i++)
        talk_send(&talk[i], SERVER, TCP_ACK, 0);
}

SEQUENCE(all_answered) { answer_late(wire, 4); assert_int_equal(wire_count(wire, VERDICT_SILENCED), 0); }
SEQUENCE(two_stay_silent) { answer_late(wire, 2); assert_int_equal(wire_count(wire, VERDICT_SILENCED), 0); }

SEQUENCE(three_stay_silent)
{
    answer_late(wire, 1);
    assert_one_outage(wire, 8, 3);      /* the second request */
}

static const sequence_row_t sequences[] = {
    { "two silent servers are two", two_servers },
    { "three are the path, told once", three_servers },
    { "so are seven", seven_servers },
    { "one name at four servers is a name", one_name_everywhere },
    { "four servers of one network are an operator", one_operator },
    { "one server is told four times at most", one_server_again_and_again },
    { "minutes apart they have nothing in common", minutes_apart },
    { "two clients do not add up", two_clients },
    { "forty addresses that answer no SYN are told once", addresses_of_a_pool },
    { "so are five that are tried in turn", addresses_in_turn },
    { "SYNs to one of them are no residual block", syns_during_an_outage },
    { "a silence long after is one of its own", later_and_again },
    { "one of them that answers another name meanwhile is told", contrast_meanwhile },
    { "one that answers when the network is back is not", contrast_afterwards },
    { "an outage that ends in answers was none", all_answered },
    { "what two others are left of is none", two_stay_silent },
    { "three that stay silent are one", three_stay_silent },
};

int
main(void)
{
    suite_t suite = suite_new();

    SUITE_ADD_TABLE(&suite, sequences, run_sequence);
    return suite_run(&suite, "silence.outages");
}
