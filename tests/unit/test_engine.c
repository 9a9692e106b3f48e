/* test_engine.c
 * Whole captures through the engine: TCP. What is said of which frame, whatever the capture does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

static const char request_text[] = "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n";

/* A connection with a request, not answered yet. */
static talk_t
asking(wire_t *wire, uint16_t port, uint32_t *request)
{
    talk_t talk = talk_new(wire, port);
    talk_handshake(&talk);
    *request = talk_request(&talk, request_text);
    return talk;
}

static uint32_t
send_now(wire_t *wire, observation_t obs)
{
    return wire_send(wire, &obs);
}

/* The server's kernel resets a SYN. */
static uint32_t
refuse(talk_t *talk)
{
    observation_t reset = talk_reset(talk, SERVER);
    reset.flags = TCP_RST | TCP_ACK;
    reset.seq = 0;
    reset.ack = talk->end[CLIENT].next;
    return wire_send(talk->wire, &reset);
}

/* ---- sequences, each of which says what became of its frames ---- */

SEQUENCE(ordinary_connection)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);

    wire->now += talk.rtt;
    talk_send(&talk, SERVER, TCP_ACK, 0);
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 1200);
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    talk_send(&talk, SERVER, TCP_ACK | TCP_FIN, 0);
    talk_send(&talk, CLIENT, TCP_ACK | TCP_FIN, 0);
    talk_send(&talk, SERVER, TCP_ACK, 0);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(closed_port)
{
    talk_t talk = talk_new(wire, 4000);
    talk_send(&talk, CLIENT, TCP_SYN, 0);
    wire->now += talk.rtt;
    assert_int_equal(wire_verdict(wire, refuse(&talk)), VERDICT_NONE);
}

SEQUENCE(server_gives_up)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);

    wire->now += talk.rtt;
    assert_int_equal(wire_verdict(wire, send_now(wire, talk_reset(&talk, SERVER))), VERDICT_NONE);
}

SEQUENCE(in_flight_segments)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);

    for (unsigned i = 0; i < 5; i++)
        talk_send(&talk, CLIENT, TCP_ACK, 1460);
    wire->now += talk.rtt;
    for (unsigned i = 0; i < 6; i++) {
        observation_t reset = talk_reset(&talk, SERVER);
        uint32_t frame = wire_send(wire, &reset);
        wire->now -= 900 * NS_PER_US;                   /* ten times a millisecond: one burst */
        assert_int_equal(wire_verdict(wire, frame), VERDICT_NONE);
    }
    assert_int_equal(wire_count(wire, VERDICT_NONE), wire->frame);
}

SEQUENCE(race)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);
    uint32_t forged = talk_forged_pair(&talk);
    wire->now += talk.rtt;
    uint32_t genuine = talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 1200);
    const finding_t *f = wire_finding(wire, forged);

    assert_int_equal(f->verdict, VERDICT_FORGED);
    assert_int_equal(f->class, CLASS_RESET);
    assert_int_equal(f->trigger_frame, request);
    assert_int_equal(f->genuine_frame, genuine);
    assert_string_equal(f->trigger, "www.example.org");
    assert_true(f->evidence->len >= 2 && f->innocent);
    assert_int_equal(wire_verdict(wire, forged + 1), VERDICT_FORGED);
    assert_int_equal(wire_verdict(wire, request), VERDICT_TRIGGER);
    assert_int_equal(wire_verdict(wire, genuine), VERDICT_GENUINE);
    uint32_t linked = wire_finding(wire, genuine)->forged_frame;
    assert_true(linked == forged || linked == forged + 1);
}

SEQUENCE(race_ipv6)
{
    talk_t talk = talk_new6(wire, 4000);
    talk_handshake(&talk);
    talk_request(&talk, request_text);
    uint32_t forged = talk_forged_pair(&talk);
    wire->now += talk.rtt;
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 1200);
    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
}

SEQUENCE(syn_reset_then_accepted)
{
    talk_t talk = talk_new(wire, 4000);
    talk_send(&talk, CLIENT, TCP_SYN, 0);
    observation_t reset = talk_forged_reset(&talk, SERVER);
    reset.seq = 0;
    uint32_t forged = wire_send(wire, &reset);
    wire->now += talk.rtt;
    uint32_t genuine = talk_send(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
    assert_int_equal(wire_verdict(wire, genuine), VERDICT_GENUINE);
}

/* The same numbers an hour later: a connection whose SYN the capture lacks. */
SEQUENCE(syn_reset_and_accepted_much_later)
{
    talk_t talk = talk_new(wire, 4000);
    talk_send(&talk, CLIENT, TCP_SYN, 0);
    uint32_t refused = refuse(&talk);
    wire->now += 3600 * NS_PER_S;
    uint32_t later = talk_send(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    assert_int_not_equal(wire_verdict(wire, refused), VERDICT_FORGED);
    assert_int_equal(wire_verdict(wire, later), VERDICT_NONE);
}

SEQUENCE(ports_used_again)
{
    talk_t talk = talk_new(wire, 4000);
    talk_send(&talk, CLIENT, TCP_SYN, 0);
    uint32_t refused = refuse(&talk);

    talk.end[CLIENT].next = 777777;                     /* another connection, soon after */
    talk.end[SERVER].next = 42;
    talk_handshake(&talk);
    uint32_t second = talk_request(&talk, "GET / HTTP/1.1\r\nHost: b.example.org\r\n\r\n");
    wire->now += talk.rtt;
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 500);
    assert_int_equal(wire_verdict(wire, refused), VERDICT_NONE);

    uint32_t forged = talk_forged_pair(&talk);
    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
    assert_int_equal(wire_finding(wire, forged)->trigger_frame, second);
    assert_string_equal(wire_finding(wire, forged)->trigger, "b.example.org");
}

SEQUENCE(syn_sent_again)
{
    talk_t talk = talk_new(wire, 4000);
    observation_t syn = talk_segment(&talk, CLIENT, TCP_SYN, 0), again = syn;
    wire_send(wire, &syn);
    observation_t reset = talk_forged_reset(&talk, SERVER);
    reset.seq = 0;
    uint32_t refused = wire_send(wire, &reset);
    wire->now += NS_PER_S;
    again.ip.ip_id++;
    again.tsval += 1000;
    wire_send(wire, &again);
    wire->now += talk.rtt;
    talk_send(&talk, SERVER, TCP_SYN | TCP_ACK, 0);     /* to the second SYN: the server came up */
    assert_int_not_equal(wire_verdict(wire, refused), VERDICT_FORGED);
}

SEQUENCE(every_packet_twice)
{
    talk_t talk = talk_new(wire, 4000);
    static const struct { unsigned from; uint16_t flags; uint32_t length; } packets[] = {
        { CLIENT, TCP_SYN, 0 }, { SERVER, TCP_SYN | TCP_ACK, 0 }, { CLIENT, TCP_ACK, 0 },
        { CLIENT, TCP_ACK | TCP_PSH, 300 }, { SERVER, TCP_ACK, 900 }, { CLIENT, TCP_ACK, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(packets); i++) {
        observation_t obs = talk_segment(&talk, packets[i].from, packets[i].flags, packets[i].length);
        wire_send(wire, &obs);
        wire->now -= NS_PER_MS - NS_PER_US;
        wire_send(wire, &obs);
        wire->now += talk.rtt;
    }
    observation_t reset = talk_reset(&talk, SERVER);
    for (unsigned i = 0; i < 4; i++) {
        wire->now -= NS_PER_MS - NS_PER_US;
        wire_send(wire, &reset);
    }
    assert_int_equal(wire_count(wire, VERDICT_NONE), wire->frame);
}

SEQUENCE(both_sides_of_a_router)
{
    talk_t talk = talk_new(wire, 4000);
    static const struct { unsigned from; uint16_t flags; uint32_t length; } packets[] = {
        { CLIENT, TCP_SYN, 0 }, { SERVER, TCP_SYN | TCP_ACK, 0 }, { CLIENT, TCP_ACK, 0 },
        { CLIENT, TCP_ACK | TCP_PSH, 300 }, { SERVER, TCP_ACK, 900 }, { CLIENT, TCP_ACK | TCP_PSH,
          300 },
        { SERVER, TCP_RST, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(packets); i++) {
        observation_t obs = talk_segment(&talk, packets[i].from, packets[i].flags, packets[i].length);
        wire_send(wire, &obs);
        wire->now -= NS_PER_MS - 20 * NS_PER_US;
        obs.ip.ttl--;
        wire_send(wire, &obs);
        wire->now += talk.rtt;
    }
    assert_int_equal(wire_count(wire, VERDICT_NONE), wire->frame);
}

SEQUENCE(reset_overtakes_data)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);
    observation_t data = talk_segment(&talk, SERVER, TCP_ACK, 1000), reset = talk_reset(&talk, SERVER);
    reset.flags = TCP_RST | TCP_ACK;
    reset.ack = talk.end[CLIENT].next;
    reset.ip.ip_id = data.ip.ip_id + 1;
    wire->now += talk.rtt;
    uint32_t frame = wire_send(wire, &reset);
    wire->now -= 900 * NS_PER_US;
    wire_send(wire, &data);
    assert_int_not_equal(wire_verdict(wire, frame), VERDICT_FORGED);
}

SEQUENCE(idle_timer)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);
    wire->now += talk.rtt;
    talk_send(&talk, SERVER, TCP_ACK, 900);
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    wire->now += 350 * NS_PER_S;
    observation_t reset = talk_forged_reset(&talk, SERVER);
    uint32_t frame = wire_send(wire, &reset);
    assert_int_not_equal(wire_verdict(wire, frame), VERDICT_FORGED);
    if (wire_finding(wire, frame))
        assert_non_null(strstr(wire_finding(wire, frame)->innocent, "idle"));
}

SEQUENCE(load_balancer)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);
    wire->now += talk.rtt;
    talk_send(&talk, SERVER, TCP_ACK, 0);
    observation_t reset = talk_forged_reset(&talk, SERVER);
    assert_int_equal(wire_verdict(wire, wire_send(wire, &reset)), VERDICT_SUSPECT);
}

SEQUENCE(other_distance)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);
    for (unsigned i = 0; i < 6; i++) {
        talk_send(&talk, SERVER, TCP_ACK, 1000);
        talk_send(&talk, CLIENT, TCP_ACK, 0);
    }
    observation_t obs = talk_segment(&talk, SERVER, TCP_ACK, 1000);
    obs.ip.ttl = 40;
    uint32_t frame = wire_send(wire, &obs);
    assert_int_equal(wire_verdict(wire, frame), VERDICT_SUSPECT);
}

SEQUENCE(wraps_around)
{
    talk_t talk = talk_new(wire, 4000);
    talk.end[CLIENT].next = 0xffffff00u;
    talk.end[SERVER].next = 0xfffffe00u;
    talk_handshake(&talk);
    for (unsigned i = 0; i < 8; i++) {
        talk_send(&talk, CLIENT, TCP_ACK | TCP_PSH, 200);
        wire->now += talk.rtt;
        talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 300);
    }
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
    uint32_t forged = talk_forged_pair(&talk);
    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
}

/* The ladder itself crosses zero. */
SEQUENCE(ladder_wraps_around)
{
    talk_t talk = talk_new(wire, 4000);
    talk.end[SERVER].next = 0xffffffffu - 500;
    talk_handshake(&talk);
    talk_request(&talk, request_text);
    uint32_t forged = talk_forged_pair(&talk);
    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
}

static void
run_at(wire_t *wire, int64_t start)
{
    wire->now = start;
    race(wire);
}

SEQUENCE(before_1970) { run_at(wire, -100 * NS_PER_S); }
SEQUENCE(across_1970) { run_at(wire, -20 * NS_PER_MS); }
SEQUENCE(far_future) { run_at(wire, INT64_C(9000000000) * NS_PER_S); }
SEQUENCE(ticks_wrap) { run_at(wire, (INT64_C(1) << 32) * 64000 * 99 - 20 * NS_PER_MS); }

SEQUENCE(clock_steps_back)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);
    wire->now -= 3600 * NS_PER_S;
    uint32_t reset = send_now(wire, talk_reset(&talk, SERVER));
    wire->now -= 3600 * NS_PER_S;
    talk_send(&talk, SERVER, TCP_ACK, 100);
    assert_int_not_equal(wire_verdict(wire, reset), VERDICT_FORGED);
}

/* Times from a damaged capture, as far as the observer lets them through: nothing overflows (UBSan). */
SEQUENCE(extreme_times)
{
    const int64_t latest = (INT64_C(1) << 62) + 999999999;
    const int64_t times[] = { 0, latest, 1, latest - 1, NS_PER_S, latest - NS_PER_S };
    talk_t talk = talk_new(wire, 4000);
    message_t query = message_query(1, "www.example.org", 1, false);
    uint8_t address[] = { 198, 51, 100, 1 };
    message_t answer = message_answer(&query, 0x8180, 1, address, 4);

    for (unsigned i = 0; i < 36; i++) {
        observation_t obs[] = {
            talk_segment(&talk, i & 1, TCP_ACK, 100), talk_forged_reset(&talk, i & 1),
            datagram(&query, CLIENT, 5000), datagram(&answer, SERVER, 5000),
        };
        address[3]++;
        answer = message_answer(&query, 0x8180, 1, address, 4);
        for (size_t k = 0; k < G_N_ELEMENTS(obs); k++) {
            obs[k].frame = ++wire->frame;
            obs[k].time = times[(i + i / 6 + k) % G_N_ELEMENTS(times)];
            engine_observe(wire->engine, &obs[k]);
        }
    }
}

/* A filter drops frames after they were read; the next one gets the number. */
SEQUENCE(frame_numbers_used_again)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request), other = talk_new(wire, 5000);
    observation_t reset = talk_forged_reset(&talk, SERVER);
    uint32_t frame = wire_send(wire, &reset);

    reset.seq += 1460;
    wire->frame--;
    assert_int_equal(wire_send(wire, &reset), frame);
    assert_int_equal(wire_verdict(wire, frame), VERDICT_FORGED);
    wire->frame--;
    assert_int_equal(talk_send(&other, CLIENT, TCP_SYN, 0), frame);
    assert_int_equal(wire_verdict(wire, frame), VERDICT_NONE);
    talk_send(&other, SERVER, TCP_SYN | TCP_ACK, 0);
    assert_int_equal(wire_verdict(wire, frame + 1), VERDICT_NONE);
}

/* The same with the request, which is blamed later: its number is another packet's by then. */
SEQUENCE(trigger_number_used_again)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request), other = talk_new(wire, 5000);
    int64_t asked = wire->now;

    wire->frame--;
    assert_int_equal(talk_send(&other, CLIENT, TCP_SYN, 0), request);
    assert_int_equal(wire_verdict(wire, talk_forged_pair(&talk)), VERDICT_FORGED);
    const finding_t *f = wire_finding(wire, request);
    assert_true(!f || f->time == asked);
}

/* Several packets in one frame, as in a tunnel, are all of that frame. */
SEQUENCE(tunnel)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);
    observation_t first = talk_forged_reset(&talk, SERVER), second = first;
    uint32_t forged = wire_send(wire, &first);
    second.seq += 1460;
    second.frame = forged;
    second.time = first.time;
    engine_observe(wire->engine, &second);
    const finding_t *f = wire_finding(wire, forged);
    assert_non_null(f);
    assert_int_not_equal(f->trigger_frame, forged);
}

SEQUENCE(quoted_reset)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);
    observation_t quote = talk_forged_reset(&talk, SERVER);
    quote.quoted = QUOTED_EXPIRED;
    quote.reporter = address4(10, 9, 9, 9);
    for (unsigned i = 0; i < 3; i++) {
        observation_t obs = quote;
        obs.seq += 1460 * i;
        assert_int_equal(wire_verdict(wire, wire_send(wire, &obs)), VERDICT_NONE);
    }
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(quoted_packet_makes_no_flow)
{
    talk_t talk = talk_new(wire, 4000);
    observation_t quote = talk_segment(&talk, CLIENT, TCP_SYN, 0);
    quote.quoted = QUOTED_EXPIRED;
    wire_send(wire, &quote);
    quote.ip.ip_id++;
    wire_send(wire, &quote);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

SEQUENCE(died_and_yet_acknowledged)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    observation_t probe = talk_data(&talk, CLIENT, request_text, strlen(request_text));
    probe.ip.ttl = 5;
    uint32_t request = wire_send(wire, &probe);
    observation_t quote = probe;
    quote.quoted = QUOTED_EXPIRED;
    quote.reporter = address4(10, 9, 9, 9);
    quote.payload = NULL;
    quote.captured = 0;
    uint32_t icmp = wire_send(wire, &quote);
    uint32_t forged = send_now(wire, talk_forged_reset(&talk, SERVER));

    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
    assert_int_equal(wire_finding(wire, forged)->trigger_frame, request);
    assert_int_equal(wire_verdict(wire, icmp), VERDICT_GENUINE);
}

/* The same, the ICMP error coming last. */
SEQUENCE(acknowledged_and_then_died)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    observation_t probe = talk_segment(&talk, CLIENT, TCP_ACK | TCP_PSH, 300);
    probe.ip.ttl = 5;
    wire_send(wire, &probe);
    uint32_t forged = send_now(wire, talk_forged_reset(&talk, SERVER));
    assert_int_not_equal(wire_verdict(wire, forged), VERDICT_FORGED);
    probe.quoted = QUOTED_EXPIRED;
    wire_send(wire, &probe);
    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
}

/* IPv6 numbers no packets: the quoted one is known by its sequence number. */
static uint32_t
probe_over_ipv6(wire_t *wire, bool again)
{
    talk_t talk = talk_new6(wire, 4000);
    talk_handshake(&talk);
    observation_t probe = talk_segment(&talk, CLIENT, TCP_ACK | TCP_PSH, 300);
    probe.ip.ttl = 5;
    wire_send(wire, &probe);
    observation_t quote = probe;
    quote.quoted = QUOTED_EXPIRED;
    quote.reporter = address6(9, 9);
    if (again) {                /* and this time as far as the server, before the first is reported */
        probe.ip.ttl = 64;
        wire->now += NS_PER_S;
        wire_send(wire, &probe);
    }
    wire_send(wire, &quote);
    return send_now(wire, talk_forged_reset(&talk, SERVER));
}

SEQUENCE(died_over_ipv6)
{
    uint32_t forged = probe_over_ipv6(wire, false);
    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
    assert_true(evidence_has(wire_finding(wire, forged)->evidence, "rst-acks-dead-packet"));
}

SEQUENCE(died_over_ipv6_and_sent_again)
{
    assert_int_not_equal(wire_verdict(wire, probe_over_ipv6(wire, true)), VERDICT_FORGED);
}

SEQUENCE(nothing_but_a_reset)
{
    talk_t talk = talk_new(wire, 4000);
    observation_t reset = talk_reset(&talk, SERVER);
    assert_int_equal(wire_verdict(wire, wire_send(wire, &reset)), VERDICT_NONE);
}

/* Every combination of the twelve flag bits, from both ends, with and without data. */
SEQUENCE(all_flags)
{
    for (unsigned flags = 0; flags < 0x1000; flags++) {
        talk_t talk = talk_new(wire, (uint16_t)(4000 + flags % 7));
        talk_send(&talk, flags & 1, (uint16_t)flags, flags % 3 * 100);
        talk_send(&talk, !(flags & 1), (uint16_t)flags, 0);
    }
}

SEQUENCE(storm)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);
    for (unsigned i = 0; i < 100000; i++) {
        observation_t reset = talk_forged_reset(&talk, i % 3 ? SERVER : CLIENT);
        reset.seq += i;
        wire_send(wire, &reset);
    }
    assert_int_equal(wire_notices(wire, "256"), 1);
    assert_true(store_size(engine_store(wire->engine)) <= 260);
}

/* Two connections of one server: what is proven in one is known in the other. */
SEQUENCE(same_box_again)
{
    uint32_t request;
    talk_t first = asking(wire, 4000, &request);
    talk_forged_pair(&first);
    talk_t second = asking(wire, 4001, &request);
    observation_t reset = talk_forged_reset(&second, SERVER);
    uint32_t again = wire_send(wire, &reset);
    assert_int_equal(wire_verdict(wire, again), VERDICT_FORGED);
    assert_true(evidence_has(wire_finding(wire, again)->evidence, "rst-same-box"));
}

/* The same the other way round: the proof comes later and is taken back to the earlier one. */
SEQUENCE(same_box_before)
{
    uint32_t request;
    talk_t first = asking(wire, 4000, &request);
    uint32_t alone = send_now(wire, talk_forged_reset(&first, SERVER));
    assert_int_not_equal(wire_verdict(wire, alone), VERDICT_FORGED);
    talk_t second = asking(wire, 4001, &request);
    talk_forged_pair(&second);
    assert_int_equal(wire_verdict(wire, alone), VERDICT_FORGED);
}

/* Resets whose TTL is that of what they answer, over two connections with different TTLs. */
SEQUENCE(mirrored_ttls)
{
    uint32_t last = 0;
    for (uint8_t i = 0; i < 2; i++) {
        talk_t talk = talk_new(wire, (uint16_t)(4000 + i));
        talk.end[CLIENT].ttl = (uint8_t)(5 + 4 * i);
        talk_handshake(&talk);
        talk_request(&talk, request_text);
        observation_t reset = talk_forged_reset(&talk, SERVER);
        reset.ip.ttl = (uint8_t)(talk.end[CLIENT].ttl + 10);
        last = wire_send(wire, &reset);
    }
    assert_non_null(wire_finding(wire, last));
    assert_true(evidence_has(wire_finding(wire, last)->evidence, "ttl-mirror"));
}

SEQUENCE(split_request)
{
    for (size_t cut = 5; cut < sizeof request_text - 2; cut++) {
        talk_t talk = talk_new(wire, (uint16_t)(4000 + cut));
        talk_handshake(&talk);
        talk_say(&talk, CLIENT, request_text, cut);
        uint32_t rest = talk_say(&talk, CLIENT, request_text + cut, sizeof request_text - 1 - cut);
        uint32_t forged = talk_forged_pair(&talk);
        assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
        uint32_t asked = wire_finding(wire, forged)->trigger_frame;
        assert_true(asked == rest - 1 || asked == rest);
        assert_non_null(wire_finding(wire, forged)->trigger);
        assert_string_equal(wire_finding(wire, forged)->trigger, "www.example.org");
    }
}

/* A piece is missing: half a name is no name. */
SEQUENCE(split_request_with_a_gap)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    talk_say(&talk, CLIENT, request_text, 25);
    talk.end[CLIENT].next += 5;
    talk_say(&talk, CLIENT, request_text + 30, sizeof request_text - 1 - 30);
    uint32_t forged = talk_forged_pair(&talk);
    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
    assert_string_equal(wire_finding(wire, forged)->trigger, "HTTP request whose Host was not seen");
}

/* Clients that never finish must not use up the room for others. */
SEQUENCE(many_half_requests)
{
    for (uint16_t i = 0; i < 2000; i++) {
        talk_t talk = talk_new(wire, (uint16_t)(10000 + i));
        talk_handshake(&talk);
        talk_say(&talk, CLIENT, request_text, 25);
    }
    split_request(wire);
}

/* Two requests in one connection: the last one before the reset set it off. */
SEQUENCE(second_request)
{
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);
    wire->now += talk.rtt;
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 700);
    uint32_t second = talk_request(&talk, "GET / HTTP/1.1\r\nHost: b.example.org\r\n\r\n");
    uint32_t forged = talk_forged_pair(&talk);
    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
    assert_int_equal(wire_finding(wire, forged)->trigger_frame, second);
    assert_string_equal(wire_finding(wire, forged)->trigger, "b.example.org");
}

SEQUENCE(pages_contradict)
{
    static const char forged[] = "HTTP/1.1 302 Found\r\nLocation: http://block.example.net/\r\n\r\n";
    static const char real[] = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nServer: x\r\n\r\n<html>";
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);
    observation_t page = talk_segment(&talk, SERVER, TCP_ACK | TCP_PSH, sizeof real - 1),
        injected = page;

    injected.length = injected.captured = sizeof forged - 1;
    injected.payload = (const uint8_t *)forged;
    injected.flags |= TCP_FIN;
    injected.ip = (ip_header_t){ .ttl = 120, .ip_id = 1 };
    injected.has_timestamps = injected.has_options = false;
    page.payload = (const uint8_t *)real;
    page.captured = page.length;
    uint32_t bad = wire_send(wire, &injected);
    wire->now += talk.rtt;
    uint32_t good = wire_send(wire, &page);
    assert_int_equal(wire_verdict(wire, bad), VERDICT_FORGED);
    assert_int_equal(wire_finding(wire, bad)->class, CLASS_DATA);
    assert_int_not_equal(wire_verdict(wire, good), VERDICT_FORGED);
    assert_int_not_equal(wire_verdict(wire, good), VERDICT_SUSPECT);
}

SEQUENCE(page_sent_again)
{
    static const char page[] = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nServer: x\r\n\r\n<html>";
    uint32_t request;
    talk_t talk = asking(wire, 4000, &request);
    observation_t obs = talk_data(&talk, SERVER, page, sizeof page - 1);
    wire->now += talk.rtt;
    wire_send(wire, &obs);
    wire->now += 300 * NS_PER_MS;
    obs.ip.ip_id += 7;
    wire_send(wire, &obs);
    assert_int_equal(wire_count(wire, VERDICT_NONE), wire->frame);
}

/* Data of the server whose bytes were captured. */
static observation_t
server_says(talk_t *talk, const char *text, uint32_t seq)
{
    observation_t obs = talk_data(talk, SERVER, text, strlen(text));
    obs.seq = seq;
    return obs;
}

/* The forged answer begins ten bytes behind the real one, with which it has no byte in common. */
SEQUENCE(shifted_pages_contradict)
{
    uint32_t request, seq;
    talk_t talk = asking(wire, 4000, &request);
    seq = talk.end[SERVER].next;
    observation_t forged = server_says(&talk, "<html><body>what you asked for is not here", seq + 10);
    forged.ip.ttl = 99;
    forged.has_timestamps = forged.has_options = false;
    uint32_t first = wire_send(wire, &forged);
    wire->now += talk.rtt;
    observation_t genuine = server_says(&talk, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", seq);
    uint32_t second = wire_send(wire, &genuine);
    assert_int_equal(wire_verdict(wire, first), VERDICT_FORGED);
    assert_int_equal(wire_verdict(wire, second), VERDICT_GENUINE);
    assert_true(evidence_has(wire_finding(wire, first)->evidence, "seg-conflict-payload"));
    assert_int_equal(wire_finding(wire, first)->genuine_frame, second);
}

/* The same text again and again, each time one byte further on: nobody knows which is the server's. */
SEQUENCE(sprayed_pages)
{
    uint32_t request, seq;
    talk_t talk = asking(wire, 4000, &request);
    seq = talk.end[SERVER].next;
    for (unsigned i = 0; i < 20; i++) {
        observation_t obs = server_says(&talk, "meowmeowmeow", seq + i);
        wire_send(wire, &obs);
    }
    for (uint32_t frame = request + 1; frame <= wire->frame; frame++) {
        assert_int_equal(wire_verdict(wire, frame), VERDICT_SUSPECT);
        assert_true(wire_finding(wire, frame)->confidence <= 45);
    }
}

/* A stream that is sent again in other pieces, over some of which the capture begins to hold less. */
SEQUENCE(page_sent_again_in_other_pieces)
{
    static const char page[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 26\r\n\r\n"
                               "abcdefghijklmnopqrstuvwxyz";
    uint32_t request, seq;
    talk_t talk = asking(wire, 4000, &request);
    seq = talk.end[SERVER].next;
    for (unsigned from = 0, size = 30; from < sizeof page - 1; from += 3, size = size * 7 % 31 + 1) {
        char *piece = g_strndup(page + from, size);
        observation_t obs = server_says(&talk, piece, seq + from);
        if (from % 2)
            obs.captured = MIN(obs.captured, 9);
        wire_send(wire, &obs);
        g_free(piece);
    }
    assert_int_equal(wire_count(wire, VERDICT_NONE), wire->frame);
}

/* One byte of garbage before new data keeps the connection alive; zeros fill a short frame. */
SEQUENCE(keep_alives_and_padding)
{
    uint32_t request, seq;
    talk_t talk = asking(wire, 4000, &request);
    seq = talk.end[SERVER].next;
    observation_t page = server_says(&talk, "HTTP/1.1 200 OK\r\n\r\nhello", seq);
    wire_send(wire, &page);
    observation_t probe = server_says(&talk, "x", seq + page.length - 1);
    wire_send(wire, &probe);
    observation_t zeros = server_says(&talk, "123456", seq);
    zeros.payload = (const uint8_t *)"\0\0\0\0\0";
    wire_send(wire, &zeros);
    assert_int_equal(wire_count(wire, VERDICT_NONE), wire->frame);
}

static const sequence_row_t sequences[] = {
    { "an ordinary connection leaves nothing to say", ordinary_connection },
    { "a closed port refuses and is not suspect", closed_port },
    { "a server gives up and is not suspect", server_gives_up },
    { "every segment in flight is reset and none is suspect", in_flight_segments },
    { "a forged pair races the answer: forged, genuine and trigger are named and linked", race },
    { "the same over IPv6", race_ipv6 },
    { "a SYN is reset by a box and accepted by the server", syn_reset_then_accepted },
    { "a SYN is refused, and an hour later its numbers are accepted: not forged",
      syn_reset_and_accepted_much_later },
    { "ports are used again: each connection is judged by its own past", ports_used_again },
    { "a SYN is refused, sent again and accepted: not forged", syn_sent_again },
    { "a mirror port delivers everything twice: nothing to say", every_packet_twice },
    { "everything was captured on both sides of a router: nothing to say", both_sides_of_a_router },
    { "a reset overtakes data on the way: not forged", reset_overtakes_data },
    { "a box's idle timer runs out: not forged, and named", idle_timer },
    { "a load balancer ends a connection for its server: suspect", load_balancer },
    { "one packet from another distance: suspect", other_distance },
    { "sequence numbers wrap in a connection", wraps_around },
    { "sequence numbers wrap between two forged resets", ladder_wraps_around },
    { "a race before 1970", before_1970 },
    { "a race across 1970", across_1970 },
    { "a race in the year 2255", far_future },
    { "a race across the end of the tick counter", ticks_wrap },
    { "the capture's clock steps back by hours: not forged", clock_steps_back },
    { "times from a damaged capture overflow nothing", extreme_times },
    { "frame numbers are used again: nothing is said of the new packets", frame_numbers_used_again },
    { "a request's frame number is used again: the other packet is not called trigger",
      trigger_number_used_again },
    { "two packets in one frame are judged as one frame", tunnel },
    { "an ICMP error that quotes a forged reset is no forged reset", quoted_reset },
    { "an ICMP error that quotes an unknown packet says nothing", quoted_packet_makes_no_flow },
    { "a reset acknowledges what died on the way", died_and_yet_acknowledged },
    { "a reset acknowledges what is said to have died afterwards", acknowledged_and_then_died },
    { "a capture of one reset says nothing", nothing_but_a_reset },
    { "any flags in any order crash nothing", all_flags },
    { "a storm of 100000 resets is judged up to a limit, which is told once", storm },
    { "a box that forged in one connection is known in the next", same_box_again },
    { "a box proven later is recognised in an earlier connection", same_box_before },
    { "resets whose TTLs follow those of the requests are seen together", mirrored_ttls },
    { "a request split over two segments at any byte is named", split_request },
    { "a request with a piece missing has no name", split_request_with_a_gap },
    { "two thousand clients stop in mid-request: the next split request is named", many_half_requests },
    { "the second request of a connection is reset: it is the trigger", second_request },
    { "an injected redirect contradicts the page", pages_contradict },
    { "what is acknowledged over IPv6 died on the way", died_over_ipv6 },
    { "what is acknowledged over IPv6 died once and was sent again", died_over_ipv6_and_sent_again },
    { "a forged page begins ten bytes behind the real one", shifted_pages_contradict },
    { "a text is sent again and again, one byte further on", sprayed_pages },
    { "a page is sent again in other pieces", page_sent_again_in_other_pieces },
    { "keep-alive probes and padding say nothing", keep_alives_and_padding },
    { "a page is sent again: nothing to say", page_sent_again },
};

/* One of eleven servers is asked, and a box answers besides; so is the resolver. */
static void
run_round(wire_t *wire, unsigned i)
{
    talk_t talk = talk_new(wire, (uint16_t)(4000 + i % 50));
    talk.end[SERVER].address.bytes[3] = (uint8_t)(i % 11);
    talk_handshake(&talk);
    talk_request(&talk, request_text);
    talk_forged_pair(&talk);
    talk_send(&talk, SERVER, TCP_ACK, 1000);

    message_t query = message_query((uint16_t)i, "www.example.org", 1, true);
    observation_t asked = datagram(&query, CLIENT, (uint16_t)(6000 + i));
    wire_send(wire, &asked);
    message_t answer = message_answer(&query, 0x8180, 1, (const uint8_t *)"\xc6\x33\x64\x01", 4);
    observation_t answered = datagram(&answer, SERVER, (uint16_t)(6000 + i));
    wire_send(wire, &answered);
}

static void
run_rounds(wire_t *wire, unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++)
        run_round(wire, i);
}

typedef struct {
    const char *name;
    unsigned    limit;
} limit_row_t;

static const limit_row_t limits[] = {
    { "limits of 0 are hit, told once each, and break nothing", 0 },
    { "limits of 1 are hit, told once each, and break nothing", 1 },
    { "limits of 2 are hit, told once each, and break nothing", 2 },
    { "limits of 16 are hit, told once each, and break nothing", 16 },
};

static void
check_limit(void **state)
{
    const limit_row_t *row = *state;
    unsigned n = row->limit;
    wire_t wire = wire_new_limited((limits_t){ .flows = n, .half_open = n, .hosts = n, .queries = n,
        .resets = n });

    run_rounds(&wire, 200);
    assert_int_equal(wire_notices(&wire, "connection limit"), 1);
    assert_int_equal(wire_notices(&wire, "DNS limit"), 1);
    assert_int_equal(wire_notices(&wire, "reset limit"), 1);
    wire_free(&wire);
}

static void
check_limit_of_resets(void **state)
{
    wire_t wire = wire_new_limited((limits_t){ .flows = 1000, .half_open = 1000, .hosts = 1000,
                                               .queries = 1000, .resets = 16 });
    (void)state;
    run_rounds(&wire, 50);
    assert_int_equal(wire_notices(&wire, "reset limit"), 1);
    assert_int_equal(wire_notices(&wire, "connection limit"), 0);
    assert_int_equal(wire_notices(&wire, "DNS limit"), 0);
    wire_free(&wire);
}

static void
check_no_limit(void **state)
{
    wire_t wire = wire_new();

    (void)state;
    run_rounds(&wire, 200);
    assert_int_equal(wire_notices(&wire, "limit"), 0);
    wire_free(&wire);
}

/* What was said before a limit was hit is what would have been said without limits. */
static void
check_limit_changes_no_past(void **state)
{
    wire_t wide = wire_new(), narrow = wire_new_limited((limits_t){
        .flows = 16, .half_open = 16, .hosts = 16, .queries = 16, .resets = 16 });
    unsigned round = 0;

    (void)state;
    for (; !wire_notices(&narrow, "limit"); round++) {
        for (uint32_t frame = 1; frame <= narrow.frame; frame++)
            assert_int_equal(wire_verdict(&narrow, frame), wire_verdict(&wide, frame));
        run_round(&wide, round);
        run_round(&narrow, round);
    }
    assert_true(round > 3);
    wire_free(&wide);
    wire_free(&narrow);
}

static void
check_flood(void **state)
{
    wire_t wire = wire_new_limited((limits_t){ .flows = 64, .half_open = 16, .hosts = 64, .queries = 16,
                                               .resets = 16 });
    uint32_t request;
    talk_t victim = asking(&wire, 4000, &request);

    (void)state;
    for (unsigned i = 0; i < 50000; i++) {
        talk_t talk = talk_new(&wire, (uint16_t)i);
        talk.end[CLIENT].address = address4(203, 0, (uint8_t)(i >> 8), (uint8_t)i);
        talk.end[CLIENT].port = (uint16_t)(1 + i % 60000);
        talk_send(&talk, CLIENT, TCP_SYN, 0);
        wire.now -= 999 * NS_PER_US;
    }
    uint32_t forged = talk_forged_pair(&victim);
    assert_int_equal(wire_verdict(&wire, forged), VERDICT_FORGED);
    assert_int_equal(wire_finding(&wire, forged)->trigger_frame, request);
    assert_int_equal(wire_notices(&wire, "connection limit"), 1);
    wire_free(&wire);
}

/* ---- switches ---- */

static void
check_switches(void **state)
{
    (void)state;
    for (unsigned mask = 0; mask < 1u << N_DETECTORS; mask++) {
        const limits_t limit = LIMITS_DEFAULT;
        bool enabled[N_DETECTORS];
        for (unsigned d = 0; d < N_DETECTORS; d++)
            enabled[d] = mask & 1u << d;
        wire_t wire = { .engine = engine_new(&limit, enabled), .now = NS_PER_S };
        run_rounds(&wire, 20);
        unsigned said = wire_count(&wire, VERDICT_FORGED);
        assert_int_equal(said > 0, (mask & 1u << DETECT_RESET) != 0);
        wire_free(&wire);
    }
    engine_free(NULL);
}

static void
check_all_observations(void **state)
{
    limits_t limit = LIMITS_DEFAULT;
    limit.all_observations = true;
    wire_t wire = wire_new_limited(limit);
    uint32_t request;
    talk_t talk = asking(&wire, 4000, &request);

    (void)state;
    uint32_t reset = send_now(&wire, talk_reset(&talk, SERVER));
    assert_int_equal(wire_verdict(&wire, reset), VERDICT_SUSPECT);
    assert_true(wire_finding(&wire, reset)->confidence < CONFIDENCE_SHOWN);
    wire_free(&wire);
}

/* One capture, read twice, says the same. */
static void
check_repeatable(void **state)
{
    wire_t one = wire_new(), other = wire_new();

    (void)state;
    run_rounds(&one, 60);
    run_rounds(&other, 60);
    for (uint32_t frame = 1; frame <= one.frame; frame++) {
        const finding_t *a = wire_finding(&one, frame), *b = wire_finding(&other, frame);
        assert_int_equal(a != NULL, b != NULL);
        if (!a)
            continue;
        assert_int_equal(a->verdict, b->verdict);
        assert_int_equal(a->confidence, b->confidence);
        assert_int_equal(a->forged_frame, b->forged_frame);
        assert_int_equal(a->evidence->len, b->evidence->len);
    }
    wire_free(&one);
    wire_free(&other);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, sequences, run_sequence);
    SUITE_ADD_TABLE(&suite, limits, check_limit);
    suite_add(&suite, "the limit of resets is told once", check_limit_of_resets, NULL);
    suite_add(&suite, "the default limits are not hit by a small capture", check_no_limit, NULL);
    suite_add(&suite, "a limit changes nothing that was said before it", check_limit_changes_no_past,
        NULL);
    suite_add(&suite, "a flood of SYNs costs a living connection nothing", check_flood, NULL);
    suite_add(&suite, "a family that is switched off says nothing", check_switches, NULL);
    suite_add(&suite, "on request every observation is said", check_all_observations, NULL);
    suite_add(&suite, "the same capture says the same twice", check_repeatable, NULL);
    return suite_run(&suite, "engine");
}
