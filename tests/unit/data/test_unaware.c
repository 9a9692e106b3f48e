/* data/test_unaware.c
 * What was written in a client's name: which acknowledgements deny it, and which do not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "data/unaware.h"

#define START INT64_C(1700000000000000000)

enum { SEQ = 29, ACK = 500, OWN_ID = 0x109c, OTHER_ID = 0xb3bf };

static observation_t
foreign_data(void)
{
    return (observation_t){ .frame = 7, .time = START, .protocol = PROTOCOL_TCP, .flags = TCP_PSH | TCP_ACK,
                            .ip = { .ttl = 113, .ip_id = OTHER_ID }, .seq = SEQ, .ack = ACK, .length = 11,
                            .window = 1164 };
}

static foreign_t
kept(void)
{
    observation_t obs = foreign_data();
    direction_t client = { .last = { .frame = 5, .mark = OWN_ID }, .packets = 4, .id_steps = 3 };
    foreign_t foreign = { .frame = 0 };

    foreign_keep(&foreign, &obs, &client);
    return foreign;
}

/* What comes later, in ms behind the server's last packet, which acknowledges `acked`. */
typedef struct {
    const char *name;
    uint32_t    seq;
    uint16_t    ip_id, flags;
    uint32_t    acked;
    unsigned    ms, length;
    bool        denies;
    uint32_t    acks_less;      /* than all that the server has sent by then */
} later_row_t;

static const later_row_t laters[] = {
    { "an acknowledgement of who knows nothing of it", SEQ, OWN_ID + 1, TCP_ACK, SEQ + 11, 4, 0, true, 0 },
    { "of who sent something else before", SEQ - 9, OWN_ID + 1, TCP_ACK, SEQ + 11, 4, 0, true, 0 },
    { "after packets to others", SEQ, OWN_ID + 64, TCP_ACK, SEQ + 11, 4, 0, true, 0 },
    { "one that was sent before and overtaken", SEQ, OWN_ID, TCP_ACK, SEQ + 11, 4, 0, false, 0 },
    { "one that was sent before, after packets to others, and overtaken", SEQ, OWN_ID + 1, TCP_ACK, SEQ + 11, 4, 0,
      false, 35 },
    { "of the forger", SEQ, OTHER_ID + 1, TCP_ACK, SEQ + 11, 4, 0, false, 0 },
    { "from far ahead on the counter", SEQ, OWN_ID + 65, TCP_ACK, SEQ + 11, 4, 0, false, 0 },
    { "the server has not answered yet", SEQ, OWN_ID + 1, TCP_ACK, SEQ, 4, 0, false, 0 },
    { "the server has answered just now", SEQ, OWN_ID + 1, TCP_ACK, SEQ + 11, 0, 0, false, 0 },
    { "a keep-alive probe", SEQ + 10, OWN_ID + 1, TCP_ACK, SEQ + 11, 4, 0, false, 0 },
    { "of who goes on behind it", SEQ + 11, OWN_ID + 1, TCP_ACK, SEQ + 11, 4, 0, false, 0 },
    { "of another connection on the same ports", SEQ - 70000, OWN_ID + 1, TCP_ACK, SEQ + 11, 4, 0, false, 0 },
    { "data, which may be sent again", SEQ, OWN_ID + 1, TCP_ACK, SEQ + 11, 4, 28, false, 0 },
    { "a FIN", SEQ, OWN_ID + 1, TCP_ACK | TCP_FIN, SEQ + 11, 4, 0, false, 0 },
};

static void
check_later(void **state)
{
    const later_row_t *row = *state;
    foreign_t foreign = kept(), none = { .frame = 0 };
    observation_t ack = { .frame = 9, .time = START + (1 + row->ms) * NS_PER_MS, .seq = row->seq, .flags = row->flags,
                          .ack = ACK + 35 - row->acks_less,
                          .ip = { .ip_id = row->ip_id }, .length = row->length };
    direction_t server = { .last = { .frame = 8, .time = ticks(START + NS_PER_MS), .bits = TCP_ACK,
                                     .ack = row->acked } };

    assert_int_equal(foreign_is_denied(&foreign, &ack, &server), row->denies);
    assert_false(foreign_is_denied(&none, &ack, &server));
}

/* The client's own line comes later with the numbers before: what was kept stays. */
static void
check_kept(void **state)
{
    foreign_t foreign = kept();
    observation_t own = foreign_data(), next = foreign_data();
    direction_t client = { .last = { .mark = OTHER_ID } };

    (void)state;
    own.frame = 9;
    own.seq = SEQ - 28;
    foreign_keep(&foreign, &own, &client);
    assert_int_equal(foreign.frame, 7);
    assert_int_equal(foreign.own_mark, OWN_ID);
    next.frame = 10;
    next.seq = SEQ + 11;
    foreign_keep(&foreign, &next, &client);
    assert_int_equal(foreign.frame, 10);
}

/* ---- through the engine ---- */

/* A client 40 ms away, seen beside the server. */
static talk_t
beside_the_server(wire_t *wire)
{
    talk_t talk = talk_new(wire, 4000);

    talk.end[CLIENT].ttl = 50;
    talk.end[SERVER].ttl = 64;
    talk_send(&talk, CLIENT, TCP_SYN, 0);
    talk_send(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    wire->now += talk.rtt;
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    talk_say(&talk, CLIENT, "HELO example.org\r\n", 18);
    talk_send(&talk, SERVER, TCP_ACK, 0);
    return talk;
}

/* A line in the client's name that it does not know of; the server acknowledges it. */
static uint32_t
write_line(talk_t *talk)
{
    talk_t copy = *talk;
    observation_t line = talk_data(&copy, CLIENT, "\r\n.\r\nQUIT\r\n", 11);

    line.ip.ip_id = OTHER_ID;
    uint32_t frame = wire_send(talk->wire, &line);
    observation_t ack = talk_segment(talk, SERVER, TCP_ACK | TCP_PSH, 9);
    ack.ack += 11;
    wire_send(talk->wire, &ack);
    talk->wire->now += talk->rtt;
    return frame;
}

SEQUENCE(a_line_in_the_clients_name)
{
    talk_t talk = beside_the_server(wire);
    uint32_t line = write_line(&talk);

    assert_int_equal(wire_verdict(wire, line), VERDICT_NONE);
    uint32_t ack = talk_send(&talk, CLIENT, TCP_ACK, 0);
    assert_int_equal(wire_verdict(wire, line), VERDICT_FORGED);
    assert_int_equal(wire_finding(wire, line)->genuine_frame, ack);
    assert_true(evidence_has(wire_finding(wire, line)->evidence, "data-unaware-sender"));
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 1);
}

/* A client that has sent much to others in between, whose acknowledgement is late. */
SEQUENCE(a_busy_client)
{
    talk_t talk = beside_the_server(wire), before = talk;
    observation_t late = talk_segment(&before, CLIENT, TCP_ACK, 0);

    late.ip.ip_id = talk.end[CLIENT].ip_id;
    talk.end[CLIENT].ip_id += 300;
    talk_say(&talk, CLIENT, "DATA of the mail\r\n", 18);
    talk_send(&talk, SERVER, TCP_ACK, 0);
    wire->now += talk.rtt;
    wire_send(wire, &late);
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    assert_int_equal(wire_count(wire, VERDICT_FORGED) + wire_count(wire, VERDICT_SUSPECT), 0);
}

static const sequence_row_t sequences[] = {
    { "a line in the client's name", a_line_in_the_clients_name },
    { "a busy client, overtaken by itself", a_busy_client },
};

int
main(void)
{
    suite_t suite = suite_new();

    SUITE_ADD_TABLE(&suite, laters, check_later);
    suite_add(&suite, "the client's own line comes later", check_kept, NULL);
    SUITE_ADD_TABLE(&suite, sequences, run_sequence);
    return suite_run(&suite, "unaware");
}
