/* handshake/test_signatures.c
 * Every signature of forged handshakes with a SYN/ACK that shows it and an innocent one that does
 * not; and whole handshakes through the engine, forged SYN/ACKs and FINs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include <math.h>

#include "handshake/case.h"

#define START INT64_C(1700000000000000000)

static syn_ack_t
servers_own(void)
{
    return (syn_ack_t){
        .frame = 5, .time = ticks(START + 90 * NS_PER_MS), .ip = { .ttl = 52, .df = true },
        .seq = 500000, .ack = 1001, .tsecr = 111000, .window = 65160, .has_timestamps = true, .has_options = true,
    };
}

/* A second SYN/ACK with the server's habits, 80 ms before the server's own. */
static handshake_case_t
two_alike(void)
{
    handshake_case_t c = {
        .own = servers_own(), .other = servers_own(),
        .host_ttls = { .count = { 30 }, .ttl = { 52 } },
        .syn = { .frame = 1, .mark = 0x7001, .bits = TCP_SYN | BIT_TIMESTAMPS }, .syn_tsval = 111000,
    };
    c.own.frame = 2;
    c.own.time = ticks(START + 10 * NS_PER_MS);
    c.own.seq = 300000;
    return c;
}

/* ---- what happens on the wire ---- */

#define WIRE(name) static void name(handshake_case_t *c)

WIRE(two_numbers) { (void)c; }
WIRE(one_number) { c->own.seq = c->other.seq; }
WIRE(two_attempts) { c->own.ack = 7001; }
WIRE(cookie_drawn_again) { c->own.time = ticks(START - 1300 * NS_PER_MS); }
WIRE(cookie_for_each_syn) { c->syn_repeated = true; }
WIRE(firewall_replaces_numbers) { c->own.time = c->other.time; c->own.ip.ttl = 51; }
WIRE(forged_at_once) { c->own.time = c->other.time; c->own.window = 2048; }

WIRE(denied) { c->denied_frame = 7; }
WIRE(cookie_denied) { denied(c); cookie_drawn_again(c); }

WIRE(with_the_syns_id) { c->own.ip.ip_id = 0x7001; }
WIRE(both_with_the_syns_id) { with_the_syns_id(c); c->other.ip.ip_id = 0x7001; }
WIRE(small_ids) { c->own.ip.ip_id = c->syn.mark = 1; }
WIRE(syn_not_captured) { with_the_syns_id(c); c->syn = (packet_t){ 0 }; }
WIRE(other_echo) { c->own.tsecr = 100; }
WIRE(both_other_echoes) { other_echo(c); c->other.tsecr = 7; }
WIRE(echo_without_timestamp) { other_echo(c); c->syn.bits = TCP_SYN; }
WIRE(cookie_with_other_echo) { other_echo(c); cookie_drawn_again(c); }

WIRE(bare) { c->own.has_options = c->own.has_timestamps = false; }
WIRE(both_bare) { bare(c); c->other.has_options = c->other.has_timestamps = false; }

WIRE(eight_hops_off) { c->own.ip.ttl = 44; }
WIRE(one_hop_off) { c->own.ip.ttl = 53; }
WIRE(of_an_unknown_host) { eight_hops_off(c); c->host_ttls = (ttl_memory_t){ 0 }; }
WIRE(ttl_of_no_route) { c->own.ip.ttl = 77; }
WIRE(ttl_of_no_route_as_usual) { c->own.ip.ttl = c->host_ttls.ttl[0] = 77; }

typedef struct {
    const char *name;
    const char *id;
    bool        fires;
    void      (*wire)(handshake_case_t *);
} sign_row_t;

static const sign_row_t signs[] = {
    { "two numbers for one SYN", "synack-seq-conflict", true, two_numbers },
    { "two numbers in one millisecond", "synack-seq-conflict", true, forged_at_once },
    { "one number, sent again", "synack-seq-conflict", false, one_number },
    { "two SYNs, two answers", "synack-seq-conflict", false, two_attempts },
    { "a SYN proxy draws a new cookie after a second", "synack-seq-conflict", false,
      cookie_drawn_again },
    { "a SYN proxy draws a cookie for each copy of the SYN", "synack-seq-conflict", false,
      cookie_for_each_syn },
    { "a firewall that replaces numbers, captured on both sides", "synack-seq-conflict", false,
      firewall_replaces_numbers },

    { "the server resets what acknowledges it", "synack-denied", true, denied },
    { "the server resets nothing", "synack-denied", false, two_numbers },
    { "a SYN proxy resets what acknowledges its old cookie", "synack-denied", false,
      cookie_denied },

    { "only this one has the IP ID of the SYN", "synack-copies-id", true, with_the_syns_id },
    { "both have the IP ID of the SYN", "synack-copies-id", false, both_with_the_syns_id },
    { "two packet tools both write IP ID 1", "synack-copies-id", false, small_ids },
    { "the SYN was not captured", "synack-copies-id", false, syn_not_captured },

    { "only the other one gives back the SYN's timestamp", "synack-wrong-echo", true, other_echo },
    { "neither gives back the SYN's timestamp", "synack-wrong-echo", false, both_other_echoes },
    { "the SYN has no timestamp", "synack-wrong-echo", false, echo_without_timestamp },
    { "a SYN proxy draws a new cookie, with another timestamp", "synack-wrong-echo", false, cookie_with_other_echo },

    { "only the other one has options", "synack-lacks-options", true, bare },
    { "neither has options", "synack-lacks-options", false, both_bare },

    { "from eight hops further away", "synack-ttl-deviation", true, eight_hops_off },
    { "from one hop nearer", "synack-ttl-deviation", false, one_hop_off },
    { "of a host that has shown nothing else", "synack-ttl-deviation", false, of_an_unknown_host },

    { "a TTL of no route", "synack-ttl-implausible", true, ttl_of_no_route },
    { "a host that always has a TTL of no route", "synack-ttl-implausible", false,
      ttl_of_no_route_as_usual },
};

static void
check_sign(void **state)
{
    const sign_row_t *row = *state;
    handshake_case_t c = two_alike();
    GArray *evidence = evidence_new();

    row->wire(&c);
    handshake_judge(&c, evidence);
    assert_fires(evidence, row->id, row->fires);
    evidence_free(evidence);
}

/* ---- the verdict on whole situations ---- */

WIRE(denied_and_alike) { denied(c); }
WIRE(bare_and_denied) { bare(c); denied(c); }
WIRE(far_bare_cookie) { bare(c); eight_hops_off(c); cookie_denied(c); }
WIRE(far_bare_first_of_two_syns) { bare(c); eight_hops_off(c); denied(c); cookie_for_each_syn(c); }

typedef struct {
    const char *name;
    void      (*wire)(handshake_case_t *);
    verdict_t   at_least, at_most;
} verdict_row_t;

static const verdict_row_t verdicts[] = {
    { "two servers' answers that look alike", two_numbers, VERDICT_SUSPECT, VERDICT_SUSPECT },
    { "the same, and one of them denied", denied_and_alike, VERDICT_SUSPECT, VERDICT_SUSPECT },
    { "one with another timestamp", other_echo, VERDICT_FORGED, VERDICT_FORGED },
    { "one without options", bare, VERDICT_FORGED, VERDICT_FORGED },
    { "one without options and denied", bare_and_denied, VERDICT_FORGED, VERDICT_FORGED },
    { "a new cookie after a second, from another box", far_bare_cookie, VERDICT_NONE,
      VERDICT_NONE },
    { "two SYNs answered by two boxes", far_bare_first_of_two_syns, VERDICT_NONE, VERDICT_NONE },
};

static void
check_verdict(void **state)
{
    const verdict_row_t *row = *state;
    handshake_case_t c = two_alike();
    GArray *evidence = evidence_new();

    row->wire(&c);
    assert_verdict(evidence, handshake_judge(&c, evidence), row->at_least, row->at_most);
    evidence_free(evidence);
}

static void
check_oddness(void **state)
{
    handshake_case_t c = two_alike();

    (void)state;
    assert_true(handshake_oddness(&c) < 1e-9);          /* the contradiction is on both sides */
    bare(&c);
    double odd = handshake_oddness(&c);
    assert_true(odd > 0);
    denied(&c);                                         /* nobody counted it in forged ones */
    assert_true(fabs(handshake_oddness(&c) - odd) < 1e-9);
}

/* ---- through the engine ---- */

static observation_t
forged_segment(const talk_t *talk, uint16_t flags, uint16_t window, uint8_t ttl)
{
    talk_t copy = *talk;
    observation_t obs = talk_segment(&copy, SERVER, flags, 0);
    obs.window = window;
    obs.ip.ttl = ttl;
    obs.ip.ip_id = 0x9760;
    obs.has_timestamps = obs.has_options = false;
    obs.tsval = 0;
    return obs;
}

static observation_t
forged_syn_ack(const talk_t *talk)
{
    observation_t obs = forged_segment(talk, TCP_SYN | TCP_ACK, 2048, 77);
    obs.seq = 900000;
    return obs;
}

/* The client acknowledges the forged SYN/ACK; the server's own follows a round trip later. */
static uint32_t
forged_first(wire_t *wire, talk_t *talk, uint32_t *genuine)
{
    talk_send(talk, CLIENT, TCP_SYN, 0);
    observation_t forged = forged_syn_ack(talk);
    uint32_t frame = wire_send(wire, &forged);
    observation_t ack = talk_segment(talk, CLIENT, TCP_ACK, 0);
    ack.ack = forged.seq + 1;
    wire_send(wire, &ack);
    wire->now += talk->rtt;
    *genuine = talk_send(talk, SERVER, TCP_SYN | TCP_ACK, 0);
    return frame;
}

SEQUENCE(syn_ack_forged_first)
{
    uint32_t genuine;
    talk_t talk = talk_new(wire, 4000);
    uint32_t forged = forged_first(wire, &talk, &genuine);
    const finding_t *f = wire_finding(wire, forged);

    assert_int_equal(f->verdict, VERDICT_FORGED);
    assert_int_equal(f->class, CLASS_SYN_ACK);
    assert_int_equal(f->genuine_frame, genuine);
    assert_int_equal(wire_verdict(wire, genuine), VERDICT_GENUINE);

    observation_t reset = talk_reset(&talk, SERVER);
    reset.seq = 900001;
    assert_int_equal(wire_verdict(wire, wire_send(wire, &reset)), VERDICT_NONE);
    assert_true(evidence_has(wire_finding(wire, forged)->evidence, "synack-denied"));
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 1);
}

SEQUENCE(syn_ack_forged_second)
{
    talk_t talk = talk_new(wire, 4000);

    talk_handshake(&talk);
    observation_t forged = forged_syn_ack(&talk);
    uint32_t frame = wire_send(wire, &forged);
    assert_int_equal(wire_verdict(wire, frame), VERDICT_FORGED);
    talk_request(&talk, "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n");
    wire->now += talk.rtt;
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 1200);
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 1);
    assert_int_equal(wire_count(wire, VERDICT_SUSPECT), 0);
}

/* A proxy that writes no options may be the server's own: nobody is accused for that alone. */
SEQUENCE(one_of_two_without_options)
{
    talk_t talk = talk_new(wire, 4000);

    talk_handshake(&talk);
    observation_t second = forged_syn_ack(&talk);
    second.ip.ttl = talk.end[SERVER].ttl;
    uint32_t frame = wire_send(wire, &second);
    assert_int_equal(wire_verdict(wire, frame), VERDICT_SUSPECT);
    assert_int_equal(wire_verdict(wire, 2), VERDICT_SUSPECT);
    assert_true(wire_finding(wire, frame)->confidence <= 45);
}

/* Cookies, two machines with one address, one that was started again: whoever sent them, no third party shows. */
SEQUENCE(two_alike_on_the_wire)
{
    talk_t talk = talk_new(wire, 4000);

    talk_send(&talk, CLIENT, TCP_SYN, 0);
    wire->now += talk.rtt;
    observation_t first = talk_segment(&talk, SERVER, TCP_SYN | TCP_ACK, 0), second = first;
    first.seq = 800000;
    second.ip.ip_id++;
    wire_send(wire, &first);
    wire->now += 300 * NS_PER_MS;
    wire_send(wire, &second);
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 100);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

/* The forger answers the request as well, before the server has answered the SYN. */
SEQUENCE(forged_with_data)
{
    static const char get[] = "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n", page[] = "HTTP/1.1 200 OK\r\n\r\nno";
    talk_t talk = talk_new(wire, 4000);

    talk_send(&talk, CLIENT, TCP_SYN, 0);
    observation_t forged = forged_syn_ack(&talk);
    uint32_t frame = wire_send(wire, &forged);
    observation_t request = talk_data(&talk, CLIENT, get, sizeof get - 1);
    request.ack = forged.seq + 1;
    wire_send(wire, &request);
    observation_t answer = forged_segment(&talk, TCP_PSH | TCP_ACK, 2048, 77);
    answer.seq = forged.seq + 1;
    answer.length = answer.captured = sizeof page - 1;
    answer.payload = (const uint8_t *)page;
    uint32_t data = wire_send(wire, &answer);
    wire->now += talk.rtt;
    observation_t own = talk_segment(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    own.ack = 1001;
    uint32_t genuine = wire_send(wire, &own);
    assert_int_equal(wire_verdict(wire, frame), VERDICT_FORGED);
    assert_int_equal(wire_verdict(wire, data), VERDICT_FORGED);
    assert_true(evidence_has(wire_finding(wire, data)->evidence, "data-of-forged-handshake"));
    assert_int_equal(wire_verdict(wire, genuine), VERDICT_GENUINE);

    answer.seq += answer.length;        /* and goes on with it */
    assert_int_equal(wire_verdict(wire, wire_send(wire, &answer)), VERDICT_FORGED);
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 100);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 3);
}

/* One was called forged; what the server denies later cannot make the other one forged too. */
SEQUENCE(never_both)
{
    uint32_t genuine;
    talk_t talk = talk_new(wire, 4000);
    uint32_t forged = forged_first(wire, &talk, &genuine);
    observation_t reset = talk_reset(&talk, SERVER);

    reset.seq = talk.end[SERVER].next;
    wire_send(wire, &reset);
    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
    assert_true(wire_verdict(wire, genuine) != VERDICT_FORGED);
}

SEQUENCE(syn_sent_twice_before_two_answers)
{
    talk_t talk = talk_new(wire, 4000);
    observation_t syn = talk_segment(&talk, CLIENT, TCP_SYN, 0);

    wire_send(wire, &syn);
    wire->now += NS_PER_S;
    syn.ip.ip_id++;
    wire_send(wire, &syn);
    observation_t first = forged_syn_ack(&talk);
    wire_send(wire, &first);
    wire->now += talk.rtt;
    talk_send(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(syn_sent_again_between_two_answers)
{
    talk_t talk = talk_new(wire, 4000);
    observation_t syn = talk_segment(&talk, CLIENT, TCP_SYN, 0);

    wire_send(wire, &syn);
    observation_t first = forged_syn_ack(&talk);
    wire_send(wire, &first);
    wire->now += 300 * NS_PER_MS;
    syn.ip.ip_id++;
    wire_send(wire, &syn);
    talk_send(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(ports_used_again)
{
    talk_t talk = talk_new(wire, 4000);

    talk_send(&talk, CLIENT, TCP_SYN, 0);
    observation_t first = forged_syn_ack(&talk);
    wire_send(wire, &first);
    talk.end[CLIENT].next = 700000;
    talk_handshake(&talk);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(syn_ack_captured_twice)
{
    talk_t talk = talk_new(wire, 4000);

    talk_send(&talk, CLIENT, TCP_SYN, 0);
    observation_t answer = talk_segment(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    for (unsigned i = 0; i < 3; i++)
        wire_send(wire, &answer);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

/* ---- FINs ---- */

static observation_t
forged_fin(const talk_t *talk)
{
    return forged_segment(talk, TCP_ACK | TCP_FIN, 1000, 61);
}

static talk_t
asking(wire_t *wire)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    talk_request(&talk, "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n");
    return talk;
}

SEQUENCE(fin_forged)
{
    talk_t talk = asking(wire);
    observation_t fin = forged_fin(&talk);
    uint32_t forged = wire_send(wire, &fin);

    talk_send(&talk, CLIENT, TCP_ACK, 0);
    wire->now += talk.rtt;
    talk_send(&talk, SERVER, TCP_ACK, 0);
    assert_int_equal(wire_verdict(wire, forged), VERDICT_NONE);
    uint32_t genuine = talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 1200);
    const finding_t *f = wire_finding(wire, forged);
    assert_int_equal(f->verdict, VERDICT_FORGED);
    assert_int_equal(f->class, CLASS_FIN);
    assert_string_equal(f->trigger, "www.example.org");
    assert_int_equal(wire_verdict(wire, genuine), VERDICT_GENUINE);
}

/* A FIN that acknowledges the SYN comes before the SYN/ACK. */
static uint32_t
fin_before_syn_ack(wire_t *wire, talk_t *talk, uint32_t seq)
{
    talk_send(talk, CLIENT, TCP_SYN, 0);
    observation_t fin = forged_fin(talk);
    fin.seq = seq;
    uint32_t frame = wire_send(wire, &fin);
    wire->now += talk->rtt;
    return frame;
}

SEQUENCE(fin_of_another_beginning)
{
    talk_t talk = talk_new(wire, 4000);
    uint32_t frame = fin_before_syn_ack(wire, &talk, 0), genuine = talk_send(&talk, SERVER, TCP_SYN | TCP_ACK, 0);

    assert_int_equal(wire_verdict(wire, frame), VERDICT_FORGED);
    assert_int_equal(wire_finding(wire, frame)->class, CLASS_FIN);
    assert_int_equal(wire_verdict(wire, genuine), VERDICT_GENUINE);
}

/* The SYN/ACK was overtaken, or the capture lost its first copy. */
SEQUENCE(fin_overtakes_syn_ack)
{
    talk_t talk = talk_new(wire, 4000);

    fin_before_syn_ack(wire, &talk, talk.end[SERVER].next + 1);
    talk_send(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
}

/* The server still has an old connection of these ports: a challenge (RFC 5961), then it takes the new one. */
SEQUENCE(challenge_before_syn_ack)
{
    talk_t talk = talk_new(wire, 4000);

    talk_send(&talk, CLIENT, TCP_SYN, 0);
    observation_t challenge = talk_segment(&talk, SERVER, TCP_ACK, 0);
    challenge.ack = 77000;
    wire_send(wire, &challenge);
    talk.end[SERVER].next += 100000;
    wire->now += talk.rtt;
    talk_send(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(fin_forged_and_data_at_once)
{
    talk_t talk = asking(wire);
    observation_t fin = forged_fin(&talk);
    uint32_t forged = wire_send(wire, &fin);

    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 1200);
    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
    assert_true(evidence_has(wire_finding(wire, forged)->evidence, "data-lacks-options"));
}

/* A proxy's FIN with the server's own header: nobody is called a forger for it. */
SEQUENCE(fin_like_the_servers)
{
    talk_t talk = asking(wire), before = talk;
    uint32_t fin = talk_send(&before, SERVER, TCP_ACK | TCP_FIN, 0);

    talk.end[SERVER].ip_id++;
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 1200);
    assert_int_equal(wire_verdict(wire, fin), VERDICT_SUSPECT);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
}

/* Data before the FIN are sent again after it, and what was overtaken arrives. */
SEQUENCE(sent_again_after_fin)
{
    talk_t talk = asking(wire);
    observation_t data = talk_segment(&talk, SERVER, TCP_ACK | TCP_PSH, 1200);
    observation_t late = talk_segment(&talk, SERVER, TCP_ACK | TCP_PSH, 800);

    wire_send(wire, &data);
    talk_send(&talk, SERVER, TCP_ACK | TCP_FIN, 0);
    wire_send(wire, &late);
    wire->now += 300 * NS_PER_MS;
    data.ip.ip_id = (uint16_t)(late.ip.ip_id + 5);
    wire_send(wire, &data);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(keep_alive_after_fin)
{
    talk_t talk = asking(wire);

    talk_send(&talk, SERVER, TCP_ACK | TCP_FIN, 0);
    wire->now += NS_PER_S;
    observation_t probe = talk_segment(&talk, SERVER, TCP_ACK, 1);
    probe.seq -= 1;
    wire_send(wire, &probe);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

/* The client's FIN ends one direction only. */
SEQUENCE(client_half_closes)
{
    talk_t talk = asking(wire);

    talk_send(&talk, CLIENT, TCP_ACK | TCP_FIN, 0);
    wire->now += talk.rtt;
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 1200);
    talk_send(&talk, SERVER, TCP_ACK | TCP_FIN, 0);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(long_after_fin)
{
    talk_t talk = asking(wire);
    observation_t fin = forged_fin(&talk);

    wire_send(wire, &fin);
    wire->now += 60 * NS_PER_S;
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 1200);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
}

/* Beside the server nothing that is forged for the client is seen. */
SEQUENCE(seen_at_the_server)
{
    talk_t talk = talk_new(wire, 4000);

    talk.end[SERVER].ttl = 64;
    talk.end[CLIENT].ttl = 52;
    talk.rtt = 0;
    talk_send(&talk, CLIENT, TCP_SYN, 0);
    talk_send(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    wire->now += 80 * NS_PER_MS;
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    observation_t second = forged_syn_ack(&talk), fin = forged_fin(&talk);
    wire_send(wire, &second);
    wire_send(wire, &fin);
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 1200);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
}

static const sequence_row_t sequences[] = {
    { "a forged SYN/ACK wins the race", syn_ack_forged_first },
    { "a forged SYN/ACK loses the race", syn_ack_forged_second },
    { "one of two SYN/ACKs without options", one_of_two_without_options },
    { "two SYN/ACKs that look alike", two_alike_on_the_wire },
    { "a forged SYN/ACK with data before the server's own", forged_with_data },
    { "a FIN, then a SYN/ACK with other numbers", fin_of_another_beginning },
    { "a FIN that overtook the SYN/ACK", fin_overtakes_syn_ack },
    { "a challenge of an old connection", challenge_before_syn_ack },
    { "one SYN/ACK forged, the other one denied", never_both },
    { "two SYNs before two answers", syn_sent_twice_before_two_answers },
    { "a second SYN between two answers", syn_sent_again_between_two_answers },
    { "the ports are used again", ports_used_again },
    { "a SYN/ACK captured three times", syn_ack_captured_twice },
    { "a forged FIN, then the answer", fin_forged },
    { "a forged FIN, and the answer right behind it", fin_forged_and_data_at_once },
    { "a FIN that looks like the server's", fin_like_the_servers },
    { "old and late data after a FIN", sent_again_after_fin },
    { "a keep-alive probe after a FIN", keep_alive_after_fin },
    { "the client half closes", client_half_closes },
    { "a minute after a FIN", long_after_fin },
    { "everything beside the server", seen_at_the_server },
};

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_SIGNS(&suite, signs, check_sign, handshake_signature);
    SUITE_ADD_TABLE(&suite, verdicts, check_verdict);
    suite_add(&suite, "oddness leaves the contradiction itself out", check_oddness, NULL);
    SUITE_ADD_TABLE(&suite, sequences, run_sequence);
    return suite_run(&suite, "handshake");
}
