/* reset/test_cases.c
 * Resets followed through their connections: what is read before, beside and after them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

/* ---- talks ---- */

static int64_t
fact(const wire_t *wire, uint32_t frame, fact_id_t id)
{
    const finding_t *finding = wire_finding(wire, frame);

    for (unsigned i = 0; finding && i < finding->facts->len; i++)
        if (g_array_index(finding->facts, fact_t, i).id == id)
            return g_array_index(finding->facts, fact_t, i).value;
    return -1;
}

static bool
says(const wire_t *wire, uint32_t frame, const char *id)
{
    const finding_t *finding = wire_finding(wire, frame);
    return finding && evidence_has(finding->evidence, id);
}

static void
assert_said(const wire_t *wire, uint32_t frame, verdict_t verdict, const char *id)
{
    assert_int_equal(wire_verdict(wire, frame), verdict);
    if (id && !says(wire, frame, id))
        fail_msg("%s is missing in frame %u", id, frame);
}

static uint32_t
answer(talk_t *talk, uint32_t length)
{
    talk->wire->now += talk->rtt;
    talk_send(talk, SERVER, TCP_ACK, 0);
    return talk_send(talk, SERVER, TCP_ACK | TCP_PSH, length);
}

static void
request(talk_t *talk, const char *name)
{
    char *text = g_strdup_printf("GET / HTTP/1.1\r\nHost: %s\r\n\r\n", name);
    talk_request(talk, text);
    g_free(text);
}

/* A request and its answer, then another request. */
static talk_t
asked_twice(wire_t *wire, uint16_t port)
{
    talk_t talk = talk_new(wire, port);

    talk_handshake(&talk);
    request(&talk, "www.example.org");
    answer(&talk, 900);
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    wire->now += 500 * NS_PER_MS;
    request(&talk, "www.example.org");
    return talk;
}

/* ---- what is no reset, or not for us to say ---- */

SEQUENCE(flags_that_contradict)
{
    static const uint16_t with[] = { TCP_SYN, TCP_FIN, TCP_SYN | TCP_ACK, TCP_SYN | TCP_FIN };

    for (unsigned i = 0; i < G_N_ELEMENTS(with); i++) {
        talk_t talk = asked_twice(wire, (uint16_t)(4000 + i));
        observation_t reset = talk_forged_reset(&talk, SERVER);
        reset.flags |= with[i] | TCP_RESERVED;
        assert_said(wire, wire_send(wire, &reset), VERDICT_NONE, NULL);
    }
}

SEQUENCE(into_nothing)
{
    talk_t talk = talk_new(wire, 4000);
    observation_t reset = talk_forged_reset(&talk, SERVER);
    reset.flags |= TCP_RESERVED;
    assert_said(wire, wire_send(wire, &reset), VERDICT_NONE, NULL);
}

/* The capture is taken at the client: the client's packets are its own, whatever they look like. */
SEQUENCE(decoys)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    observation_t decoy = talk_forged_reset(&talk, CLIENT);
    decoy.ip.ttl = 4;
    uint32_t frame = wire_send(wire, &decoy);
    request(&talk, "www.example.org");
    answer(&talk, 900);
    talk_send(&talk, CLIENT, TCP_ACK, 100);
    assert_said(wire, frame, VERDICT_NONE, NULL);
}

/* But what another station of the link sends in its name is not. */
SEQUENCE(another_station)
{
    talk_t talk = talk_new(wire, 4000);
    talk.end[SERVER].ttl = 64;                  /* all on one link */
    observation_t segment = talk_segment(&talk, CLIENT, TCP_SYN, 0);
    segment.link_src = 2;
    wire_send(wire, &segment);
    segment = talk_segment(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    segment.link_src = 3;
    wire_send(wire, &segment);
    observation_t reset = talk_reset(&talk, SERVER);
    reset.ip = (ip_header_t){ .ttl = 64, .ip_id = 1 };
    reset.link_src = 9;
    assert_said(wire, wire_send(wire, &reset), VERDICT_SUSPECT, "rst-other-station");
}

/* ---- everyday causes ---- */

SEQUENCE(after_idle_time)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    request(&talk, "www.example.org");
    answer(&talk, 900);
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    wire->now += 355 * NS_PER_S;
    request(&talk, "www.example.org");
    observation_t reset = talk_forged_reset(&talk, SERVER);
    uint32_t frame = wire_send(wire, &reset);
    assert_said(wire, frame, VERDICT_SUSPECT, "rst-after-idle");
    assert_in_range(fact(wire, frame, F_RESET_IDLE) / NS_PER_S, 355, 356);
    assert_non_null(strstr(wire_finding(wire, frame)->innocent, "idle"));
}

/* A gateway answers all that comes after the server's FIN: told once. */
SEQUENCE(after_the_end)
{
    talk_t talk = asked_twice(wire, 4000);
    uint32_t first = 0;

    answer(&talk, 900);
    talk_send(&talk, SERVER, TCP_ACK | TCP_FIN, 0);
    for (unsigned i = 0; i < 3; i++) {
        talk_send(&talk, CLIENT, TCP_ACK, 0);
        observation_t reset = talk_forged_reset(&talk, SERVER);
        reset.flags |= TCP_RESERVED;
        uint32_t frame = wire_send(wire, &reset);
        first = first ? first : frame;
        assert_said(wire, frame, i ? VERDICT_NONE : VERDICT_SUSPECT, NULL);
    }
    assert_non_null(strstr(wire_finding(wire, first)->innocent, "over"));
}

/* The same reset before any FIN. */
SEQUENCE(before_the_end)
{
    talk_t talk = asked_twice(wire, 4000);
    observation_t reset = talk_forged_reset(&talk, SERVER);
    reset.flags |= TCP_RESERVED;
    assert_said(wire, wire_send(wire, &reset), VERDICT_FORGED, "rst-reserved-bits");
}

/* Seen at the server: a NAT owns the client's address and resets what the server pushes; then the client goes on. */
static void
nat(wire_t *wire, bool client_got_it, verdict_t verdict)
{
    talk_t talk = talk_new(wire, 4000);
    talk.end[CLIENT].ttl = 52;
    talk.end[SERVER].ttl = 64;
    talk.rtt = 0;
    talk_handshake(&talk);
    request(&talk, "www.example.org");
    answer(&talk, 900);
    wire->now += 40 * NS_PER_MS;
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    uint32_t before = talk.end[SERVER].next;
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 500);
    observation_t reset = talk_reset(&talk, CLIENT);
    reset.ip.ttl = 60;
    uint32_t frame = wire_send(wire, &reset);
    wire->now += 3 * NS_PER_S;
    observation_t more = talk_segment(&talk, CLIENT, TCP_ACK, 200);
    more.ack = client_got_it ? talk.end[SERVER].next : before;
    wire_send(wire, &more);
    assert_said(wire, frame, verdict, client_got_it ? "data-after-rst" : NULL);
    if (!client_got_it)
        assert_non_null(strstr(wire_finding(wire, frame)->innocent, "NAT"));
}

SEQUENCE(nat_in_its_own_name) { nat(wire, false, VERDICT_SUSPECT); }
SEQUENCE(client_that_has_not_noticed) { nat(wire, true, VERDICT_FORGED); }

/* Three hosts refuse with don't-fragment clear; of the first the habit is learnt, and never said. */
SEQUENCE(own_habit)
{
    for (uint16_t i = 0; i < 3; i++) {
        talk_t talk = asked_twice(wire, (uint16_t)(4000 + i));
        answer(&talk, 900);
        observation_t reset = talk_reset(&talk, SERVER);
        reset.ip.df = false;
        reset.ip.ip_id = (uint16_t)(0x9000 + 77 * i);
        uint32_t frame = wire_send(wire, &reset);
        assert_said(wire, frame, VERDICT_NONE, NULL);
    }
}

/* ---- patterns over several connections ---- */

/* One name is cut and others pass: the first that was cut is told again. */
SEQUENCE(one_name_of_two)
{
    uint32_t cut[3];

    for (uint16_t i = 0; i < 3; i++) {
        talk_t talk = talk_new(wire, (uint16_t)(4000 + i));
        talk_handshake(&talk);
        request(&talk, "listed.example");
        wire->now += talk.rtt;
        observation_t reset = talk_forged_reset(&talk, SERVER);
        cut[i] = wire_send(wire, &reset);
    }
    assert_int_not_equal(wire_verdict(wire, cut[0]), VERDICT_FORGED);
    for (uint16_t i = 0; i < 3; i++) {
        talk_t talk = talk_new(wire, (uint16_t)(5000 + i));
        talk_handshake(&talk);
        request(&talk, "other.example");
        answer(&talk, 900);
    }
    for (uint16_t i = 0; i < 3; i++)
        assert_said(wire, cut[i], VERDICT_FORGED, "rst-name-contrast");
}

SEQUENCE(every_name)
{
    for (uint16_t i = 0; i < 6; i++) {
        talk_t talk = talk_new(wire, (uint16_t)(4000 + i));
        talk_handshake(&talk);
        request(&talk, i & 1 ? "listed.example" : "other.example");
        wire->now += talk.rtt;
        observation_t reset = talk_forged_reset(&talk, SERVER);
        reset.ip.ttl = 60;
        assert_int_not_equal(wire_verdict(wire, wire_send(wire, &reset)), VERDICT_FORGED);
    }
}

/* One copied IP ID may be an accident; with a second one neither is. */
SEQUENCE(copied_twice)
{
    uint32_t frame[2];

    for (uint16_t i = 0; i < 2; i++) {
        talk_t talk = asked_twice(wire, (uint16_t)(4000 + i));
        observation_t reset = talk_reset(&talk, SERVER);
        reset.ip = (ip_header_t){ .ttl = 52, .df = true, .ip_id = talk.end[CLIENT].ip_id };
        frame[i] = wire_send(wire, &reset);
        if (!i)
            assert_said(wire, frame[0], VERDICT_SUSPECT, "rst-ipid-mirrors-trigger");
    }
    assert_said(wire, frame[0], VERDICT_FORGED, NULL);
    assert_said(wire, frame[1], VERDICT_FORGED, NULL);
}

/* ---- within one connection ---- */

/* A tool shoots forty times; the first sixteen are followed, the others inherit. */
SEQUENCE(forty_shots)
{
    talk_t talk = asked_twice(wire, 4000);

    for (unsigned i = 0; i < 40; i++) {
        observation_t reset = talk_forged_reset(&talk, SERVER);
        reset.flags = TCP_RST;
        reset.ack = 0;
        reset.seq += 502 * i;
        reset.ip.ip_id = (uint16_t)(0x1000 + 977 * i);
        wire_send(wire, &reset);
    }
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 40);
    assert_int_equal(wire_notices(wire, "256"), 0);
}

/* The client's own reset lies between a tool's, and is its own. */
SEQUENCE(own_reset_between)
{
    talk_t talk = talk_new(wire, 4000);
    talk.end[CLIENT].ttl = 52;                  /* seen at the server */
    talk.end[SERVER].ttl = 64;
    talk.rtt = 0;
    talk_handshake(&talk);
    request(&talk, "www.example.org");
    answer(&talk, 900);
    wire->now += 40 * NS_PER_MS;
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    talk_send(&talk, SERVER, TCP_ACK, 500);
    observation_t own = talk_reset(&talk, CLIENT), tool = own;
    uint32_t genuine = wire_send(wire, &own);
    tool.ip = (ip_header_t){ .ttl = 60, .ip_id = 0x4321 };
    tool.seq += 502;
    uint32_t forged = wire_send(wire, &tool);
    assert_said(wire, genuine, VERDICT_NONE, NULL);
    assert_said(wire, forged, VERDICT_FORGED, "rst-seq-change");
}

/* On the path: what is proven of the half to the client holds for the other one. */
SEQUENCE(both_halves)
{
    talk_t talk = talk_new(wire, 4000);
    talk.end[CLIENT].ttl = 61;
    talk_send(&talk, CLIENT, TCP_SYN, 0);
    wire->now += talk.rtt;
    talk_send(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    wire->now += 20 * NS_PER_MS;
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    request(&talk, "www.example.org");
    observation_t half[2];
    uint32_t frame[2];
    for (unsigned i = 0; i < 2; i++) {
        half[i] = talk_forged_reset(&talk, i ? CLIENT : SERVER);
        half[i].ip.ttl = 61;
        half[i].ip.ip_id = (uint16_t)(0x1001 + i);
        frame[i] = wire_send(wire, &half[i]);
    }
    assert_int_not_equal(wire_verdict(wire, frame[1]), VERDICT_FORGED);
    answer(&talk, 900);                         /* the server has not noticed */
    assert_said(wire, frame[0], VERDICT_FORGED, "rst-unaware-sender");
    assert_said(wire, frame[1], VERDICT_FORGED, "rst-other-half");
}

/* ---- what follows ---- */

SEQUENCE(receiver_goes_on)
{
    talk_t talk = asked_twice(wire, 4000);
    observation_t reset = talk_forged_reset(&talk, SERVER);
    uint32_t frame = wire_send(wire, &reset);
    assert_int_equal(fact(wire, frame, F_RESET_IGNORED), -1);
    answer(&talk, 900);
    uint32_t on = talk_send(&talk, CLIENT, TCP_ACK, 100);
    assert_int_equal(fact(wire, frame, F_RESET_IGNORED), on);
}

/* The server's FIN, three seconds after "its" reset, in its own series. */
SEQUENCE(fin_after_all)
{
    talk_t talk = asked_twice(wire, 4000);
    talk_send(&talk, SERVER, TCP_ACK, 0);
    talk_send(&talk, SERVER, TCP_ACK, 0);
    observation_t reset = talk_forged_reset(&talk, SERVER);
    reset.flags = TCP_RST;
    reset.ack = 0;
    reset.seq += 100;
    uint32_t frame = wire_send(wire, &reset);
    wire->now += 3 * NS_PER_S;
    talk_send(&talk, SERVER, TCP_ACK | TCP_FIN, 0);
    assert_said(wire, frame, VERDICT_FORGED, "rst-unaware-sender");
}

/* The ports are used again, and the SYN was lost. */
SEQUENCE(much_later)
{
    talk_t talk = asked_twice(wire, 4000);
    answer(&talk, 900);
    observation_t reset = talk_reset(&talk, SERVER);
    reset.flags = TCP_RST | TCP_ACK;
    reset.ack = talk.end[CLIENT].next;
    uint32_t frame = wire_send(wire, &reset);
    wire->now += 15 * NS_PER_S;
    talk_send(&talk, SERVER, TCP_ACK, 300);
    assert_said(wire, frame, VERDICT_NONE, NULL);
}

/* Seen at the server, one router nearer than the client: a tool that shoots at each of two packets. */
SEQUENCE(says_it_again)
{
    talk_t talk = talk_new(wire, 4000);
    talk.end[CLIENT].ttl = 52;
    talk.end[SERVER].ttl = 64;
    talk.rtt = 0;
    talk_handshake(&talk);
    request(&talk, "www.example.org");
    answer(&talk, 900);
    wire->now += 40 * NS_PER_MS;
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    observation_t own = talk_reset(&talk, CLIENT);
    uint32_t frame[3], steps[] = { 0, 64, 64 };
    for (unsigned i = 0; i < 3; i++) {
        observation_t shot = own;
        shot.ip = (ip_header_t){ .ttl = 53, .ip_id = (uint16_t)(0x9000 + 5000 * i) };
        shot.seq += steps[i];
        frame[i] = wire_send(wire, &shot);
    }
    assert_said(wire, frame[1], VERDICT_FORGED, "rst-seq-change");
    assert_said(wire, frame[2], VERDICT_FORGED, "rst-same-box");
    assert_said(wire, wire_send(wire, &own), VERDICT_NONE, NULL);
}

static const sequence_row_t sequences[] = {
    { "SYN, FIN and RST at once is no reset", flags_that_contradict },
    { "a reset into nothing", into_nothing },
    { "decoys of the capturing host", decoys },
    { "another station speaks for the server", another_station },
    { "a box has forgotten an idle connection", after_idle_time },
    { "a gateway answers after the end, which is told once", after_the_end },
    { "the same before the end", before_the_end },
    { "a NAT resets in its own name", nat_in_its_own_name },
    { "the client has received what was reset, and goes on", client_that_has_not_noticed },
    { "a stack clears don't-fragment in its resets", own_habit },
    { "one name of two is cut, also in the first connection", one_name_of_two },
    { "every name is cut", every_name },
    { "an IP ID copied twice", copied_twice },
    { "a tool shoots forty times", forty_shots },
    { "the client's own reset beside a tool's", own_reset_between },
    { "a tool says the same again, beside the client's own reset", says_it_again },
    { "both halves of a pair", both_halves },
    { "the receiver of a reset goes on", receiver_goes_on },
    { "a FIN in the old series after a reset", fin_after_all },
    { "data fifteen seconds after a reset", much_later },
};

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, sequences, run_sequence);
    return suite_run(&suite, "reset cases");
}
