/* verdict/test_incident.c
 * Which findings belong to one exchange.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "verdict/incident.h"

static ends_t
tcp(uint16_t sport, uint16_t dport)
{
    return (ends_t){ .src = address4(10, 0, 0, 1), .dst = address4(192, 0, 2, 80), .sport = sport, .dport = dport,
                     .protocol = PROTOCOL_TCP };
}

static ends_t
turned(ends_t ends)
{
    return (ends_t){ .src = ends.dst, .dst = ends.src, .sport = ends.dport, .dport = ends.sport,
                     .protocol = ends.protocol };
}

static void
check_exchanges(void **state)
{
    incidents_t *incidents = incidents_new();
    ends_t one = tcp(4000, 80), back = turned(one), other = tcp(4001, 80), nothing = { 0 };
    ends_t question = one, itself = tcp(5, 5);

    (void)state;
    question.protocol = PROTOCOL_UDP;
    assert_int_equal(incident_of(incidents, &one, 7, 10), 10);
    assert_int_equal(incident_of(incidents, &back, 0, 12), 10);         /* either way, whatever asked */
    assert_int_equal(incident_of(incidents, &other, 0, 13), 13);
    assert_int_equal(incident_of(incidents, &question, 7, 14), 14);
    assert_int_equal(incident_of(incidents, &question, 9, 15), 15);     /* another question from the same port */
    assert_int_equal(incident_of(incidents, &question, 7, 16), 14);
    assert_int_equal(incident_of(incidents, &itself, 0, 17), 17);
    assert_int_equal(incident_of(incidents, &nothing, 7, 18), 0);
    incidents_free(incidents);
}

/* A forged pair of resets, its trigger and its genuine packet; and another connection. */
SEQUENCE(forged_pairs)
{
    uint32_t forged[2];

    for (unsigned i = 0; i < 2; i++) {
        talk_t talk = talk_new(wire, (uint16_t)(4000 + i));
        talk_handshake(&talk);
        talk_request(&talk, "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
        forged[i] = talk_forged_pair(&talk);
        wire->now += talk.rtt;
        talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 100);
    }
    for (unsigned i = 0; i < 2; i++) {
        const finding_t *first = wire_finding(wire, forged[i]), *second = wire_finding(wire, forged[i] + 1);
        assert_int_equal(first->incident, forged[i]);
        assert_int_equal(second->incident, forged[i]);
        assert_int_equal(wire_finding(wire, first->trigger_frame)->incident, forged[i]);
        assert_int_equal(wire_finding(wire, first->genuine_frame)->incident, forged[i]);
    }
}

static const sequence_row_t sequences[] = {
    { "all frames of a connection are one incident, another connection another", forged_pairs },
};

int
main(void)
{
    suite_t suite = suite_new();
    suite_add(&suite, "connections and questions", check_exchanges, NULL);
    SUITE_ADD_TABLE(&suite, sequences, run_sequence);
    return suite_run(&suite, "incident");
}
