/* silence/test_signatures.c
 * Every signature of silence with a case that shows it and an innocent one that does not; how sure it may
 * become; and whole captures in which something is never answered, or only seems so.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/vain.h"

#include "detector.h"
#include "silence/case.h"

/* A ClientHello sent four times in 2.4 s to a server that answered the handshake. */
static silence_case_t
unacked_hello(void)
{
    return (silence_case_t){
        .kind = SILENT_SEGMENT, .from_client = true, .sent = 4, .span = 2400 * NS_PER_MS, .length = 517,
        .is_request = true, .peer_packets = 1, .rtt_us = 90000, .idle = NS_PER_MS,
    };
}

/* ---- what happens on the wire ---- */

#define WIRE(name) static void name(silence_case_t *c)

WIRE(hello) { (void)c; }
WIRE(three_times) { c->sent = 3; }
WIRE(four_at_once) { c->span = 400 * NS_PER_MS; }
WIRE(long_idle) { c->idle = 20 * NS_PER_S; }
WIRE(too_large) { c->length = 1400; c->may_not_fit = true; }
WIRE(other_name) { c->works_frame = 9; c->works_name = "b.example"; }
WIRE(other_server) { other_name(c); c->works_elsewhere = true; }
WIRE(too_large_for_one_name) { too_large(c); other_name(c); }
WIRE(no_handshake) { c->peer_packets = 0; }
WIRE(closed) { c->closed = true; }
WIRE(closed_with_contrast) { closed(c); other_name(c); c->works_since = true; }
WIRE(closed_with_old_contrast) { closed(c); other_name(c); }
WIRE(acked_once) { c->acked_frame = 5; }

WIRE(syn)
{
    *c = (silence_case_t){ .kind = SILENT_SYN, .from_client = true, .sent = 3, .span = 3 * NS_PER_S,
                           .heard_frame = 7 };
}
WIRE(syn_unheard) { syn(c); c->heard_frame = 0; }
WIRE(syn_twice) { syn(c); c->sent = 2; }

WIRE(syn_ack)
{
    *c = (silence_case_t){ .kind = SILENT_SYN_ACK, .sent = 3, .span = 3 * NS_PER_S, .peer_spoke = true,
                           .peer_packets = 3 };
}
WIRE(syn_ack_in_haste) { syn_ack(c); c->span = 200 * NS_PER_MS; }
WIRE(syn_ack_to_nobody) { syn_ack(c); c->peer_spoke = false; }

WIRE(mute)
{
    c->is_request = false;
    c->request_acked = true;
    c->length = 0;
    c->heard_frame = 7;
    c->idle = 3 * NS_PER_S;
}
WIRE(mute_but_nothing_asked) { mute(c); c->request_acked = false; }
WIRE(mute_after_a_fin) { mute(c); c->peer_closed = true; }
WIRE(mute_closed) { mute(c); closed(c); }
WIRE(mute_closed_with_contrast) { mute(c); closed_with_contrast(c); }
WIRE(mute_unheard) { mute(c); c->heard_frame = 0; }
WIRE(mute_after_minutes) { mute(c); c->idle = 300 * NS_PER_S; }
WIRE(mute_too_large) { mute(c); too_large(c); }
WIRE(answer_lost)
{
    *c = (silence_case_t){ .kind = SILENT_ANSWER, .sent = 1, .span = 2800 * NS_PER_MS, .length = 826,
                           .request_acked = true, .peer_spoke = true, .peer_packets = 2 };
}
WIRE(answer_just_late) { answer_lost(c); c->span = 300 * NS_PER_MS; }

WIRE(frozen)
{
    c->is_request = false;
    c->request_acked = c->peer_sent_data = c->peer_mid_stream = true;
    c->length = 24;
    c->peer_packets = 20;
    c->heard_frame = 7;
    c->idle = 15 * NS_PER_S;
}
WIRE(frozen_early) { frozen(c); c->peer_packets = 4; }
WIRE(frozen_late) { frozen(c); c->peer_packets = 200; }
WIRE(nat_forgot) { frozen(c); c->idle = 300 * NS_PER_S; }
WIRE(rested) { frozen(c); c->peer_mid_stream = false; }
WIRE(last_fin_lost) { frozen(c); c->peer_closed = true; c->length = 0; c->idle = NS_PER_MS; }
WIRE(fin_after_an_answer) { rested(c); c->length = 0; c->idle = NS_PER_MS; }
WIRE(frozen_closed) { frozen(c); closed(c); }
WIRE(frozen_early_beside_another_name) { frozen_early(c); other_name(c); }
WIRE(frozen_at_once_beside_another_name) { frozen(c); other_name(c); c->peer_packets = 1; }
WIRE(stopped_twice)
{
    frozen_closed(c);
    c->length = 0;
    c->bytes = 15928;
    c->stop_frame = 4;
}
WIRE(stopped_once) { stopped_twice(c); c->stop_frame = 0; }
WIRE(stopped_where_the_client_lost_interest) { stopped_twice(c); c->idle = 2 * NS_PER_S; }
WIRE(radio_lost) { frozen(c); c->heard_frame = 0; }

WIRE(server_speaks) { c->peer_spoke = true; }
WIRE(server_speaks_to_a_closed_client) { server_speaks(c); closed(c); }
WIRE(server_speaks_for_a_moment) { server_speaks(c); c->span = 400 * NS_PER_MS; }
WIRE(large_is_lost) { server_speaks(c); too_large(c); }
WIRE(server_repeats)
{
    *c = (silence_case_t){ .kind = SILENT_ACKNOWLEDGED, .sent = 4, .span = 2 * NS_PER_S, .length = 900,
                           .peer_packets = 9 };
}
WIRE(client_repeats) { server_repeats(c); c->from_client = true; }

WIRE(cut_before)
{
    syn(c);
    c->span = 2 * NS_PER_S;
    c->earlier_frame = 3;
    c->earlier_gap = 60 * NS_PER_S;
    c->heard_since_earlier = true;
}
WIRE(cut_with_contrast) { cut_before(c); c->heard_since_earlier = false; c->earlier_contrast = true; }
WIRE(cut_long_ago) { cut_before(c); c->earlier_gap = 600 * NS_PER_S; }
WIRE(cut_and_nobody_heard) { cut_before(c); c->heard_since_earlier = false; }
WIRE(cut_before_sent_twice) { cut_before(c); c->sent = 2; }

WIRE(outage)
{
    *c = (silence_case_t){ .kind = SILENT_OUTAGE, .from_client = true, .servers = 3, .span = 20 * NS_PER_S,
                           .heard_frame = 7 };
}

WIRE(quic)
{
    *c = (silence_case_t){ .kind = SILENT_QUIC, .from_client = true, .sent = 3, .span = 3 * NS_PER_S,
                           .heard_frame = 7 };
}
WIRE(quic_one_name) { quic(c); other_name(c); c->sent = 2; c->span = NS_PER_S; }
WIRE(quic_one_server) { quic(c); other_server(c); }
WIRE(quic_one_server_twice) { quic_one_server(c); c->sent = 2; }
WIRE(quic_unheard) { quic_one_server(c); c->heard_frame = 0; }
WIRE(quic_killed) { quic(c); c->sent = 5; c->peer_packets = 4; c->idle = NS_PER_S; }
WIRE(quic_idle) { quic_killed(c); c->idle = 40 * NS_PER_S; }
WIRE(quic_radio_lost) { quic_killed(c); other_name(c); c->heard_frame = 0; }

WIRE(flight_repeated)
{
    *c = (silence_case_t){ .kind = SILENT_QUIC_BACK, .sent = 3, .span = 4 * NS_PER_S, .peer_spoke = true };
    other_name(c);
}
WIRE(flight_repeated_twice) { flight_repeated(c); c->sent = 2; }
WIRE(flight_repeated_everywhere) { flight_repeated(c); c->works_frame = 0; }

WIRE(vpn)
{
    *c = (silence_case_t){ .kind = SILENT_VPN, .from_client = true, .sent = 4, .span = 15 * NS_PER_S,
                           .works_frame = 9 };
}
WIRE(vpn_of_a_dead_host) { vpn(c); c->works_frame = 0; }
WIRE(vpn_for_a_moment) { vpn(c); c->span = 6 * NS_PER_S; }
WIRE(vpn_answered) { vpn(c); c->peer_packets = 1; }

WIRE(dns_mute)
{
    *c = (silence_case_t){ .kind = SILENT_DNS, .from_client = true, .sent = 3, .span = 10 * NS_PER_S,
                           .heard_frame = 7, .dns_answered = 4, .dns_pauses = 2 };
}
WIRE(dns_twice) { dns_mute(c); c->sent = 2; }
WIRE(dns_impatient) { dns_mute(c); c->span = 2 * NS_PER_S; }
WIRE(dns_none_answered) { dns_mute(c); c->heard_frame = 0; c->dns_answered = c->dns_pauses = 0; }
WIRE(dns_answers_once) { dns_mute(c); c->dns_pauses = 1; }
WIRE(dns_lossy) { dns_mute(c); c->dns_lost = 4; }
WIRE(dns_elsewhere) { dns_mute(c); c->elsewhere_frame = 9; }
WIRE(dns_elsewhere_early) { dns_elsewhere(c); c->sent = 2; }

WIRE(policed)
{
    *c = (silence_case_t){ .kind = SILENT_POLICED, .span = 10 * NS_PER_S, .length = 1448, .line = {
        .losses = 9, .late = 1, .span = 10 * NS_PER_S, .passed = 180000, .rate = 18000, .others = 90000, .slack = 1900,
    } };
}
WIRE(policed_all_alike) { policed(c); c->line.others = 30000; }
WIRE(policed_other_name) { policed_all_alike(c); other_name(c); c->works_rate = 200000; }
WIRE(policed_other_name_slow) { policed_all_alike(c); other_name(c); c->works_rate = 20000; }
WIRE(lost_by_chance) { policed(c); c->line.slack = 12000; }
WIRE(congested) { policed(c); c->line.late = 7; }
WIRE(policed_fast) { policed(c); c->line.rate = 60000; c->line.passed = 600000; c->line.others = 900000; }
WIRE(policed_short) { policed(c); c->line.losses = 7; }

WIRE(encrypted) { c->encrypted = true; }
WIRE(with_ech) { c->ech = true; }
WIRE(nothing_silent) { c->sent = 2; c->encrypted = c->ech = true; other_name(c); }

/* ---- each row of the catalogue, guilty and innocent ---- */

typedef struct {
    const char *name;
    const char *id;
    bool        fires;
    void      (*wire)(silence_case_t *);
} sign_row_t;

static const sign_row_t signs[] = {
    { "three SYNs and no answer, others are heard", "syn-blackhole", true, syn },
    { "three SYNs of a host that nobody reaches", "syn-blackhole", false, syn_unheard },
    { "two SYNs", "syn-blackhole", false, syn_twice },

    { "SYN and SYN/ACK both repeated", "synack-suppressed", true, syn_ack },
    { "SYN and SYN/ACK repeated within 200 ms", "synack-suppressed", false, syn_ack_in_haste },
    { "a SYN/ACK repeated to a client that is gone", "synack-suppressed", false, syn_ack_to_nobody },

    { "a hello never acknowledged", "hello-unacked", true, hello },
    { "a hello sent three times", "hello-unacked", false, three_times },
    { "four copies within half a second", "hello-unacked", false, four_at_once },
    { "a first request long after the handshake", "hello-unacked", false, long_idle },
    { "a packet too large for the path", "hello-unacked", false, too_large },
    { "a large hello where another name is answered", "hello-unacked", true, too_large_for_one_name },
    { "no answer to a handshake either", "hello-unacked", false, no_handshake },
    { "a hello acknowledged once, and not when it is repeated", "hello-unacked", true, acked_once },
    { "a hello repeated by a client that has closed", "hello-unacked", false, closed },
    { "the same, another name was answered before", "hello-unacked", false, closed_with_old_contrast },
    { "the same, another name is answered meanwhile", "hello-unacked", true, closed_with_contrast },

    { "request acknowledged, then nothing", "hello-acked-then-mute", true, mute },
    { "answer sent and never seen", "hello-acked-then-mute", true, answer_lost },
    { "answer a little late", "hello-acked-then-mute", false, answer_just_late },
    { "a connection closed that asked for nothing", "hello-acked-then-mute", false, mute_but_nothing_asked },
    { "the server closed before", "hello-acked-then-mute", false, mute_after_a_fin },
    { "nobody reaches the client", "hello-acked-then-mute", false, mute_unheard },
    { "a client that has closed", "hello-acked-then-mute", false, mute_closed },
    { "a client that has closed, another name is answered meanwhile", "hello-acked-then-mute", true,
      mute_closed_with_contrast },
    { "a client that waited for minutes", "hello-acked-then-mute", false, mute_after_minutes },
    { "an upload too large for the path", "hello-acked-then-mute", false, mute_too_large },

    { "silence in the middle of an answer", "freeze-after-n", true, frozen },
    { "silence after four packets", "freeze-after-n", false, frozen_early },
    { "silence after 200 packets", "freeze-after-n", false, frozen_late },
    { "a NAT forgot the connection", "freeze-after-n", false, nat_forgot },
    { "a connection that rested", "freeze-after-n", false, rested },
    { "the last FIN after a close is lost", "freeze-after-n", false, last_fin_lost },
    { "a FIN behind a complete answer", "freeze-after-n", false, fin_after_an_answer },
    { "nobody reaches the client any more", "freeze-after-n", false, radio_lost },
    { "a client that has closed in the middle", "freeze-after-n", false, frozen_closed },
    { "silence after four packets, another name is answered", "freeze-after-n", true,
      frozen_early_beside_another_name },
    { "silence after the SYN/ACK, another name is answered", "freeze-after-n", false,
      frozen_at_once_beside_another_name },
    { "two downloads that stop at the same place", "freeze-same-place", true, stopped_twice },
    { "the same, an absence of both", "freeze-after-n", true, stopped_twice },
    { "one download that stops", "freeze-same-place", false, stopped_once },
    { "two that a client stopped soon", "freeze-same-place", false, stopped_where_the_client_lost_interest },

    { "a server that goes on speaking", "oneway-drop-after-hello", true, server_speaks },
    { "a server that never sees acknowledgements", "oneway-drop-after-hello", true, server_repeats },
    { "a moment of loss", "oneway-drop-after-hello", false, server_speaks_for_a_moment },
    { "a client that has closed, and its server closes", "oneway-drop-after-hello", false,
      server_speaks_to_a_closed_client },
    { "a path that drops large packets", "oneway-drop-after-hello", false, large_is_lost },
    { "a client that repeats what was acknowledged", "oneway-drop-after-hello", false, client_repeats },

    { "SYNs unanswered a minute after a cut", "residual-block", true, cut_before },
    { "the same at the end of a capture, after a cut with contrast", "residual-block", true, cut_with_contrast },
    { "SYNs unanswered ten minutes after a cut", "residual-block", false, cut_long_ago },
    { "a client that nothing reaches since the cut", "residual-block", false, cut_and_nobody_heard },
    { "a SYN sent twice after a cut", "residual-block", false, cut_before_sent_twice },

    { "three servers at once", "mute-at-once", true, outage },
    { "one server", "mute-at-once", false, hello },

    { "one of two names on a QUIC server", "quic-initial-silent", true, quic_one_name },
    { "one of two QUIC servers", "quic-initial-silent", true, quic_one_server },
    { "one of two QUIC servers asked twice only", "quic-initial-silent", false, quic_one_server_twice },
    { "QUIC passes nowhere", "quic-initial-silent", false, quic },
    { "QUIC passed before the client lost its network", "quic-initial-silent", false, quic_unheard },

    { "a QUIC flow that dies", "quic-flow-killed", true, quic_killed },
    { "a QUIC flow after a rest", "quic-flow-killed", false, quic_idle },
    { "all QUIC flows of a client die", "quic-flow-killed", false, quic_radio_lost },

    { "a QUIC server begins anew three times", "quic-oneway-drop", true, flight_repeated },
    { "a QUIC server begins anew twice", "quic-oneway-drop", false, flight_repeated_twice },
    { "all QUIC servers begin anew", "quic-oneway-drop", false, flight_repeated_everywhere },

    { "a VPN's first packet to a host that speaks TCP", "vpn-unanswered", true, vpn },
    { "a VPN's first packet to a dead host", "vpn-unanswered", false, vpn_of_a_dead_host },
    { "a VPN that starts slowly", "vpn-unanswered", false, vpn_for_a_moment },
    { "a VPN that was answered before", "vpn-unanswered", false, vpn_answered },

    { "the server answers another name", "silence-other-name-answered", true, other_name },
    { "another server answers", "silence-other-name-answered", false, other_server },

    { "unanswered data look encrypted", "fet-first-packet-drop", true, encrypted },
    { "unanswered data do not", "fet-first-packet-drop", false, hello },
    { "an unanswered hello with ECH", "ech-drop", true, with_ech },
    { "an unanswered hello without", "ech-drop", false, hello },
    { "a download held to a rate, others are faster", "throttle-policed", true, policed },
    { "a download held to a rate, another name is faster", "throttle-policed", true, policed_other_name },
    { "all are held to that rate", "throttle-policed", false, policed_all_alike },
    { "so is the other name", "throttle-policed", false, policed_other_name_slow },
    { "losses by chance", "throttle-policed", false, lost_by_chance },
    { "a queue that fills before each loss", "throttle-policed", false, congested },
    { "a rate that subscribers pay for", "throttle-policed", false, policed_fast },
    { "seven losses", "throttle-policed", false, policed_short },
    { "a name never answered, others are", "dns-suppressed", true, dns_mute },
    { "a name asked for twice", "dns-suppressed", false, dns_twice },
    { "a name asked for three times in two seconds", "dns-suppressed", false, dns_impatient },
    { "a resolver that answers nobody", "dns-suppressed", false, dns_none_answered },
    { "a resolver that answers in one pause only", "dns-suppressed", false, dns_answers_once },
    { "a resolver that loses every second query", "dns-suppressed", false, dns_lossy },
    { "another resolver answers the name", "dns-other-resolver-answers", true, dns_elsewhere },
    { "no other resolver was asked", "dns-other-resolver-answers", false, dns_mute },
};

static void
check_sign(void **state)
{
    const sign_row_t *row = *state;
    silence_case_t c = unacked_hello();
    GArray *evidence = evidence_new();

    row->wire(&c);
    silence_judge(&c, evidence);
    assert_fires(evidence, row->id, row->fires);
    evidence_free(evidence);
}

/* ---- how sure, and what else it may be ---- */

typedef struct {
    const char *name;
    void      (*wire)(silence_case_t *);
    verdict_t   verdict;
    unsigned    confidence;
    const char *innocent;
} verdict_row_t;

static const verdict_row_t verdicts[] = {
    { "silence alone stays at 30", hello, VERDICT_SILENCED, 30, "it died after" },
    { "a SYN stays at 20", syn, VERDICT_SILENCED, 20, "the host is down" },
    { "three servers at once are told, and no more", outage, VERDICT_SILENCED, 10, "network is down" },
    { "with contrast it stays below even odds", other_name, VERDICT_SILENCED, 49, NULL },
    { "a cut before is contrast", cut_before, VERDICT_SILENCED, 49, NULL },
    { "a cut that nothing was heard after is none", cut_with_contrast, VERDICT_SILENCED, 30, NULL },
    { "QUIC of another server is none", quic_one_server, VERDICT_SILENCED, 30, "without HTTP/3" },
    { "two downloads that stop at the same place stay at 30", stopped_twice, VERDICT_SILENCED, 30, NULL },
    { "a VPN stays at 20", vpn, VERDICT_SILENCED, 20, "does not know this client" },
    { "a policed download stays at 30", policed, VERDICT_SILENCED, 30, "carrier" },
    { "the same server's faster answer is contrast", policed_other_name, VERDICT_SILENCED, 49, NULL },
    { "what is policed for all is nothing", policed_all_alike, VERDICT_NONE, 0, NULL },
    { "a name without an answer stays at 30", dns_mute, VERDICT_SILENCED, 30, "dead" },
    { "another resolver's answer is contrast", dns_elsewhere, VERDICT_SILENCED, 49, NULL },
    { "another resolver's answer alone is nothing", dns_elsewhere_early, VERDICT_NONE, 0, NULL },
    { "large packets may not fit", too_large_for_one_name, VERDICT_SILENCED, 49, "do not fit" },
    { "what such filters look for is nothing without silence", nothing_silent, VERDICT_NONE, 0, NULL },
};

static void
check_verdict(void **state)
{
    const verdict_row_t *row = *state;
    silence_case_t c = unacked_hello();
    GArray *evidence = evidence_new();

    row->wire(&c);
    judgement_t j = silence_judge(&c, evidence);
    assert_int_equal(j.verdict, row->verdict);
    assert_int_equal(j.confidence, row->confidence);
    if (row->innocent)
        assert_non_null(strstr(silence_innocent(&c, evidence), row->innocent));
    evidence_free(evidence);
}

/* ---- whole captures: TCP ---- */

SEQUENCE(never_acknowledged)
{
    uint32_t first = in_vain(wire, 4000, HELLO_A, 4);
    const finding_t *f = wire_finding(wire, first);

    assert_int_equal(f->verdict, VERDICT_SILENCED);
    assert_int_equal(f->class, CLASS_SILENCE);
    assert_int_equal(f->confidence, 30);
    assert_int_equal(fact(f, F_SILENCE_SENT), 4);
    assert_int_equal(fact(f, F_SILENCE_LAST), wire->frame);
    assert_string_equal(f->trigger, "a.example");
    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 1);
}

SEQUENCE(answered_after_all)
{
    talk_t talk;
    observation_t obs;
    uint32_t first = ask_in_vain(wire, 4000, HELLO_A, 5, &talk, &obs);
    assert_int_equal(wire_verdict(wire, first), VERDICT_SILENCED);
    pass(wire, 40);
    talk_send(&talk, SERVER, TCP_ACK, 0);
    visit(wire, 4001, HELLO_B);                     /* contrast adds nothing to what was answered */
    assert_quiet(wire);
    assert_null(wire_finding(wire, first));
}

/* Its kernel is asked about a connection that it does not know any more. */
SEQUENCE(reset_after_all)
{
    talk_t talk;
    observation_t obs;
    ask_in_vain(wire, 4000, HELLO_A, 5, &talk, &obs);
    observation_t reset = talk_reset(&talk, SERVER);
    wire_send(wire, &reset);
    assert_quiet(wire);
}

/* One that does not fit the request: the server gives up waiting for it. */
SEQUENCE(reset_of_an_idle_server)
{
    talk_t talk;
    observation_t obs;
    uint32_t first = ask_in_vain(wire, 4000, HELLO_A, 5, &talk, &obs);
    observation_t reset = talk_segment(&talk, SERVER, TCP_RST | TCP_ACK, 0);
    reset.ack = obs.seq;
    wire_send(wire, &reset);
    assert_int_equal(wire_verdict(wire, first), VERDICT_SILENCED);
}

/* Something empty acknowledges the request, which is sent again and again. */
static uint32_t
acknowledged_but_repeated(talk_t *talk, bool each)
{
    wire_t *wire = talk->wire;
    talk_handshake(talk);
    observation_t obs = talk_data(talk, CLIENT, HELLO_A, strlen(HELLO_A));
    uint32_t first = wire_send(wire, &obs);
    talk_send(talk, SERVER, TCP_ACK | TCP_PSH, 0);
    for (unsigned i = 1; i < 6; i++) {
        again(talk, &obs, 200 << i);
        if (each)
            talk_send(talk, SERVER, TCP_ACK, 0);
    }
    return first;
}

SEQUENCE(acknowledged_by_something)
{
    talk_t talk = talk_new(wire, 4000);
    const finding_t *f = wire_finding(wire, acknowledged_but_repeated(&talk, false));
    assert_int_equal(f->verdict, VERDICT_SILENCED);
    assert_true(evidence_has(f->evidence, "hello-unacked"));
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 900);
    assert_quiet(wire);
}

/* The acknowledgements are lost behind the capture. */
SEQUENCE(acknowledged_each_time)
{
    talk_t talk = talk_new(wire, 4000);
    acknowledged_but_repeated(&talk, true);
    assert_quiet(wire);
}

/* The server's queue is full: it drops the end of the handshake, repeats its SYN/ACK, and drops the request. */
SEQUENCE(queue_is_full)
{
    talk_t talk = talk_new(wire, 4000);
    talk_send(&talk, CLIENT, TCP_SYN, 0);
    observation_t syn_ack = talk_segment(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    wire_send(wire, &syn_ack);
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    observation_t obs = talk_data(&talk, CLIENT, HELLO_A, strlen(HELLO_A));
    wire_send(wire, &obs);
    for (unsigned i = 1; i < 6; i++) {
        pass(wire, 500 << i);
        wire_send(wire, &syn_ack);
        talk_send(&talk, CLIENT, TCP_ACK, 0);
        again(&talk, &obs, 100);
    }
    assert_quiet(wire);
}

/* A request and the end of the connection, both repeated. */
SEQUENCE(closed_and_repeated)
{
    talk_t talk;
    observation_t obs;
    ask_in_vain(wire, 4000, HELLO_A, 2, &talk, &obs);
    talk_send(&talk, CLIENT, TCP_ACK | TCP_FIN, 0);
    for (unsigned i = 2; i < 8; i++)
        again(&talk, &obs, 200 << i);
    assert_quiet(wire);
}

SEQUENCE(capture_ends) { in_vain(wire, 4000, HELLO_A, 3); assert_quiet(wire); }

SEQUENCE(copies_are_no_repetitions)
{
    talk_t talk;
    observation_t obs;
    ask_in_vain(wire, 4000, HELLO_A, 1, &talk, &obs);
    for (unsigned i = 0; i < 8; i++)
        wire_send(wire, &obs);
    assert_quiet(wire);
}

SEQUENCE(one_sided)
{
    talk_t talk = talk_new(wire, 4000);
    talk_send(&talk, CLIENT, TCP_SYN, 0);
    talk.end[SERVER].next++;
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    observation_t obs = talk_data(&talk, CLIENT, HELLO_A, strlen(HELLO_A));
    wire_send(wire, &obs);
    for (unsigned i = 1; i < 6; i++)
        again(&talk, &obs, 200 << i);
    assert_quiet(wire);
}

static void
probe(wire_t *wire, uint32_t length)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    talk_request(&talk, HELLO_A);
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 900);
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    for (unsigned i = 0; i < 8; i++) {
        pass(wire, 5000);
        sign_of_life(wire, (uint16_t)(5000 + i));
        observation_t obs = talk_segment(&talk, CLIENT, TCP_ACK, 0);
        obs.seq--;
        obs.length = length;
        wire_send(wire, &obs);
    }
    assert_quiet(wire);
}

SEQUENCE(keep_alives) { probe(wire, 0); }
SEQUENCE(zero_window_probes) { probe(wire, 1); }

/* A FIN sent n times, while others are heard. */
static void
fin_in_vain(talk_t *talk, unsigned n)
{
    observation_t fin = talk_segment(talk, CLIENT, TCP_ACK | TCP_FIN, 0);
    wire_send(talk->wire, &fin);
    for (unsigned i = 1; i < n; i++) {
        sign_of_life(talk->wire, (uint16_t)(5000 + i));
        again(talk, &fin, 200 << i);
    }
}

SEQUENCE(fin_after_close)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    talk_request(&talk, HELLO_A);
    for (unsigned i = 0; i < 12; i++) {
        talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 1200);
        talk_send(&talk, CLIENT, TCP_ACK, 0);
    }
    talk_send(&talk, SERVER, TCP_ACK | TCP_FIN, 0);
    fin_in_vain(&talk, 6);
    assert_quiet(wire);
}

/* A connection opened in advance and closed unused, after its server is gone. */
SEQUENCE(unused_connection)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    pass(wire, 20000);
    fin_in_vain(&talk, 6);
    assert_quiet(wire);
}

/* A download in the middle of which nothing comes any more. */
static uint32_t
stopped_download(talk_t *talk)
{
    talk_handshake(talk);
    uint32_t request = talk_request(talk, HELLO_A);
    for (unsigned i = 0; i < 12; i++) {
        talk_send(talk, SERVER, TCP_ACK, 1448);
        talk_send(talk, CLIENT, TCP_ACK, 0);
    }
    pass(talk->wire, 5000);
    return request;
}

SEQUENCE(frozen_download)
{
    talk_t talk = talk_new(wire, 4000);
    uint32_t request = stopped_download(&talk);
    observation_t more = talk_segment(&talk, CLIENT, TCP_ACK | TCP_PSH, 24);
    wire_send(wire, &more);
    for (unsigned i = 1; i < 5; i++) {
        sign_of_life(wire, (uint16_t)(5000 + i));
        again(&talk, &more, 200 << i);
    }
    assert_true(evidence_has(wire_finding(wire, request)->evidence, "freeze-after-n"));
}

SEQUENCE(closed_download)
{
    talk_t talk = talk_new(wire, 4000);
    stopped_download(&talk);
    fin_in_vain(&talk, 6);
    assert_quiet(wire);
}

/* The request is acknowledged; the acknowledgement of the client's FIN lies beyond bytes never seen. */
static uint32_t
missing_answer(talk_t *talk)
{
    wire_t *wire = talk->wire;
    talk_handshake(talk);
    uint32_t request = talk_request(talk, HELLO_A);
    pass(wire, 40);
    talk_send(talk, SERVER, TCP_ACK, 0);
    observation_t fin = talk_segment(talk, CLIENT, TCP_ACK | TCP_FIN, 0);
    talk_segment(talk, SERVER, TCP_ACK | TCP_PSH, 826);     /* sent, never seen */
    pass(wire, 3000);
    wire_send(wire, &fin);
    pass(wire, 40);
    talk_send(talk, SERVER, TCP_ACK, 0);
    return request;
}

SEQUENCE(answer_never_arrives)
{
    talk_t talk = talk_new(wire, 4000);
    uint32_t request = missing_answer(&talk);
    assert_int_equal(wire_verdict(wire, request), VERDICT_SILENCED);
    assert_true(evidence_has(wire_finding(wire, request)->evidence, "hello-acked-then-mute"));
}

SEQUENCE(answer_was_only_late)
{
    talk_t talk = talk_new(wire, 4000);
    uint32_t request = missing_answer(&talk);
    assert_int_equal(wire_verdict(wire, request), VERDICT_SILENCED);
    talk.end[SERVER].next -= 826;
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 826);
    assert_quiet(wire);
}

/* A server thinks for five seconds; the first segment of its answer is lost and sent again. */
SEQUENCE(slow_server_and_one_loss)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    talk_request(&talk, HELLO_A);
    pass(wire, 40);
    talk_send(&talk, SERVER, TCP_ACK, 0);
    pass(wire, 5000);
    observation_t lost = talk_segment(&talk, SERVER, TCP_ACK, 1448);
    observation_t rest = talk_segment(&talk, SERVER, TCP_ACK | TCP_PSH, 300);
    rest.flags |= TCP_FIN;
    wire_send(wire, &rest);
    pass(wire, 250);
    lost.ip.ip_id += 7;
    wire_send(wire, &lost);
    assert_quiet(wire);
}

SEQUENCE(syns_with_life)
{
    sign_of_life(wire, 3999);
    assert_int_equal(wire_finding(wire, knock(wire, 4000, 1, 3, true))->confidence, 20);
    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 1);
}

SEQUENCE(syn_answered_after_all)
{
    sign_of_life(wire, 3999);
    knock(wire, 4000, 1, 7, true);
    talk_t talk = talk_new(wire, 4000);
    talk.end[SERVER].address = address4(203, 0, 113, 1);
    talk_segment(&talk, CLIENT, TCP_SYN, 0);
    talk_send(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    assert_quiet(wire);
}

/* The SYN/ACK of a repeated SYN arrives: the client resets it, and goes on by itself. */
SEQUENCE(scanner_that_repeats_itself)
{
    talk_t talk = talk_new(wire, 4000);
    observation_t syn = talk_segment(&talk, CLIENT, TCP_SYN, 0);
    observation_t syn_ack = talk_segment(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    observation_t reset = talk_reset(&talk, CLIENT);
    for (unsigned i = 0; i < 6; i++) {
        wire_send(wire, &syn);
        wire_send(wire, &syn_ack);
        wire_send(wire, &reset);
        pass(wire, 1000);
    }
    assert_quiet(wire);
}

/* A client that is in another connection acknowledges what the server never sent. */
SEQUENCE(acknowledges_the_unsent)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    talk_request(&talk, HELLO_A);
    observation_t fin = talk_segment(&talk, SERVER, TCP_ACK | TCP_FIN, 0);
    wire_send(wire, &fin);
    talk.end[SERVER].next += 1230;
    for (unsigned i = 1; i < 7; i++) {
        talk_send(&talk, CLIENT, TCP_ACK, 0);
        pass(wire, 200 << i);
        fin.ip.ip_id = ++talk.end[SERVER].ip_id;
        wire_send(wire, &fin);
    }
    assert_quiet(wire);
}

SEQUENCE(syns_without_life)
{
    sign_of_life(wire, 3999);
    knock(wire, 4000, 1, 5, false);
    assert_quiet(wire);
}

/* A server that is down is told once, on whatever port it is asked. */
SEQUENCE(dead_host_again)
{
    sign_of_life(wire, 3999);
    uint32_t first = knock(wire, 4000, 1, 4, true);
    for (uint16_t port = 4001; port < 4011; port++)
        knock(wire, port, 1, 4, true);
    assert_int_equal(wire_verdict(wire, first), VERDICT_SILENCED);
    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 1);
}

SEQUENCE(contrast_before)
{
    visit(wire, 3999, HELLO_B);
    const finding_t *f = wire_finding(wire, in_vain(wire, 4000, HELLO_A, 4));
    assert_int_equal(f->confidence, 49);
    assert_true(evidence_has(f->evidence, "silence-other-name-answered"));
}

SEQUENCE(contrast_after)
{
    uint32_t first = in_vain(wire, 4000, HELLO_A, 4);
    visit(wire, 4001, HELLO_B);
    assert_int_equal(wire_finding(wire, first)->confidence, 49);
}

SEQUENCE(same_name_is_no_contrast)
{
    visit(wire, 3999, HELLO_A);
    assert_int_equal(wire_finding(wire, in_vain(wire, 4000, HELLO_A, 4))->confidence, 30);
}

/* It was down, or the path was: not the name. */
SEQUENCE(same_name_answered_later)
{
    uint32_t first = in_vain(wire, 4000, HELLO_A, 4);
    visit(wire, 4001, HELLO_A);
    const finding_t *f = wire_finding(wire, first);
    assert_int_equal(f->confidence, CONFIDENCE_SHOWN);
    assert_int_equal(fact(f, F_SILENCE_ANSWERED), wire->frame - 1);
}

SEQUENCE(other_port_is_no_contrast)
{
    visit(wire, 3999, HELLO_B);
    talk_t talk = talk_new(wire, 4000);
    talk.end[SERVER].port = 8080;
    talk_handshake(&talk);
    observation_t obs = talk_data(&talk, CLIENT, HELLO_A, strlen(HELLO_A));
    uint32_t first = wire_send(wire, &obs);
    for (unsigned i = 1; i < 5; i++)
        again(&talk, &obs, 200 << i);
    assert_int_equal(wire_finding(wire, first)->confidence, 30);
}

/* Cut off, then SYNs to the same port. */
static uint32_t
knock_after_cut(wire_t *wire, int64_t seconds)
{
    in_vain(wire, 4000, HELLO_A, 4);
    pass(wire, seconds * 1000);
    sign_of_life(wire, 4001);
    talk_t talk = talk_new(wire, 4002);
    observation_t obs = talk_segment(&talk, CLIENT, TCP_SYN, 0);
    uint32_t first = wire_send(wire, &obs);
    again(&talk, &obs, 1000);
    again(&talk, &obs, 1000);
    return first;
}

SEQUENCE(residual)
{
    const finding_t *f = wire_finding(wire, knock_after_cut(wire, 60));
    assert_int_equal(f->verdict, VERDICT_SILENCED);
    assert_int_equal(f->confidence, 49);
    assert_true(evidence_has(f->evidence, "residual-block"));
}

SEQUENCE(residual_is_over) { assert_int_equal(wire_verdict(wire, knock_after_cut(wire, 600)), VERDICT_NONE); }

SEQUENCE(ports_used_again)
{
    talk_t talk;
    observation_t obs;
    ask_in_vain(wire, 4000, HELLO_A, 3, &talk, &obs);
    talk = talk_new(wire, 4000);
    talk.end[CLIENT].next = 900000;
    talk_handshake(&talk);
    obs = talk_data(&talk, CLIENT, HELLO_A, strlen(HELLO_A));
    wire_send(wire, &obs);
    again(&talk, &obs, 400);
    again(&talk, &obs, 800);
    assert_quiet(wire);
}

static void
quote(wire_t *wire, observation_t obs, quoted_t why)
{
    obs.quoted = why;
    obs.reporter = address4(192, 0, 2, 1);
    obs.payload = NULL;
    obs.captured = 0;
    wire_send(wire, &obs);
}

SEQUENCE(icmp_about_data)
{
    talk_t talk;
    observation_t obs;
    ask_in_vain(wire, 4000, HELLO_A, 2, &talk, &obs);
    quote(wire, obs, QUOTED_OTHER);
    for (unsigned i = 2; i < 6; i++)
        again(&talk, &obs, 200 << i);
    assert_quiet(wire);
}

SEQUENCE(icmp_about_syn)
{
    talk_t talk = talk_new(wire, 4000);
    sign_of_life(wire, 3999);
    observation_t obs = talk_segment(&talk, CLIENT, TCP_SYN, 0);
    wire_send(wire, &obs);
    quote(wire, obs, QUOTED_OTHER);
    for (unsigned i = 0; i < 4; i++) {
        sign_of_life(wire, (uint16_t)(5000 + i));
        again(&talk, &obs, 1000 << i);
    }
    assert_quiet(wire);
}

/* ---- whole captures: what stops in the middle ---- */

/* A download of n segments in which nothing more comes; the client waits, closes, and repeats its FIN. */
static uint32_t
download_stops(wire_t *wire, uint16_t port, unsigned n, int64_t wait_ms, talk_t *talk)
{
    *talk = talk_new(wire, port);
    talk_handshake(talk);
    uint32_t first = talk_request(talk, HELLO_A);
    pass(wire, 40);
    for (unsigned i = 0; i < n; i++) {
        talk_send(talk, SERVER, TCP_ACK, 1448);
        talk_send(talk, CLIENT, TCP_ACK, 0);
    }
    sign_of_life(wire, (uint16_t)(port + 1000));
    pass(wire, wait_ms);
    observation_t fin = talk_segment(talk, CLIENT, TCP_FIN | TCP_ACK, 0);
    wire_send(wire, &fin);
    for (unsigned i = 0; i < 4; i++)
        again(talk, &fin, 200 << i);
    return first;
}

SEQUENCE(stops_at_the_same_place)
{
    talk_t first, second;
    uint32_t a = download_stops(wire, 4000, 11, 30000, &first);
    assert_quiet(wire);
    uint32_t b = download_stops(wire, 4001, 11, 30000, &second);
    assert_int_equal(wire_verdict(wire, a), VERDICT_SILENCED);
    assert_int_equal(wire_verdict(wire, b), VERDICT_SILENCED);
    assert_int_equal(fact(wire_finding(wire, a), F_SILENCE_BYTES), 11 * 1448);
    assert_in_range(fact(wire_finding(wire, b), F_SILENCE_IDLE) / NS_PER_S, 30, 31);
    assert_true(evidence_has(wire_finding(wire, a)->evidence, "freeze-same-place"));
    talk_send(&first, SERVER, TCP_ACK, 0);          /* it was only late */
    assert_int_equal(wire_verdict(wire, a), VERDICT_NONE);
}

SEQUENCE(stops_anywhere)
{
    talk_t talk;
    download_stops(wire, 4000, 11, 30000, &talk);
    download_stops(wire, 4001, 14, 30000, &talk);
    assert_quiet(wire);
}

SEQUENCE(client_loses_interest)
{
    talk_t talk;
    download_stops(wire, 4000, 11, 500, &talk);
    download_stops(wire, 4001, 11, 500, &talk);
    assert_quiet(wire);
}

/* ---- whole captures: after a forged packet ---- */

static talk_t
reset_by_a_box(wire_t *wire)
{
    talk_t talk = talk_new(wire, 4000);

    visit(wire, 3999, HELLO_B);
    talk_handshake(&talk);
    talk_request(&talk, HELLO_A);
    talk_forged_pair(&talk);
    return talk;
}

static uint32_t
syn_in_vain(wire_t *wire, uint16_t port)
{
    talk_t talk = talk_new(wire, port);
    observation_t syn = talk_segment(&talk, CLIENT, TCP_SYN, 0);
    uint32_t first = wire_send(wire, &syn);

    sign_of_life(wire, (uint16_t)(port + 1000));
    again(&talk, &syn, 1000);
    again(&talk, &syn, 2000);
    return first;
}

SEQUENCE(null_route_after_a_reset)
{
    reset_by_a_box(wire);
    assert_true(wire_count(wire, VERDICT_FORGED) > 0);
    pass(wire, 500);
    const finding_t *f = wire_finding(wire, syn_in_vain(wire, 4001));
    assert_int_equal(f->verdict, VERDICT_SILENCED);
    assert_true(evidence_has(f->evidence, "residual-block"));
    assert_string_equal(f->trigger, "a.example");
}

/* Between both the server answers: what the box did is over, and now it is a host that is down. */
SEQUENCE(server_dies_after_a_reset)
{
    reset_by_a_box(wire);
    pass(wire, 500);
    visit(wire, 4002, HELLO_B);
    const finding_t *f = wire_finding(wire, syn_in_vain(wire, 4001));
    assert_false(f && evidence_has(f->evidence, "residual-block"));
}

/* ---- whole captures: VPNs ---- */

static uint32_t
vpn_packet(wire_t *wire, unsigned from, uint8_t type, uint16_t length)
{
    static const uint8_t bytes[2][148] = { { 1 }, { 2 } };
    ip_address_t client = address4(10, 0, 0, 1), server = address4(192, 0, 2, 80);
    observation_t obs = {
        .protocol = PROTOCOL_UDP, .src = from == CLIENT ? client : server, .dst = from == CLIENT ? server : client,
        .sport = 51820, .dport = 51820, .ip = { .ttl = 64 }, .payload = bytes[type - 1],
        .captured = length, .length = length,
    };
    return wire_send(wire, &obs);
}

static uint32_t
vpn_in_vain(wire_t *wire, bool speaks_tcp)
{
    uint32_t first = vpn_packet(wire, CLIENT, 1, 148);

    for (unsigned i = 0; i < 4; i++) {
        pass(wire, 5100);
        if (speaks_tcp && i == 1)
            visit(wire, 4000, HELLO_A);
        vpn_packet(wire, CLIENT, 1, 148);
    }
    return first;
}

SEQUENCE(vpn_is_dropped)
{
    uint32_t first = vpn_in_vain(wire, true);
    assert_int_equal(wire_verdict(wire, first), VERDICT_SILENCED);
    assert_string_equal(wire_finding(wire, first)->trigger, "WireGuard handshake");
    vpn_packet(wire, SERVER, 2, 92);
    assert_quiet(wire);
}

SEQUENCE(vpn_host_is_down) { vpn_in_vain(wire, false); assert_quiet(wire); }

SEQUENCE(vpn_works)
{
    vpn_packet(wire, CLIENT, 1, 148);
    vpn_packet(wire, SERVER, 2, 92);
    vpn_in_vain(wire, true);            /* later the server is restarted without it */
    assert_quiet(wire);
}

/* ---- whole captures: QUIC ---- */

static uint8_t packet[1200];

enum { QUIC_INITIAL = 0xc3, QUIC_HANDSHAKE = 0xe3 };

static uint32_t
quic_send_as(wire_t *wire, uint8_t type, unsigned from, uint16_t port, uint8_t server, const char *name)
{
    const uint8_t head[] = { type, 0, 0, 0, 1, 8 };
    ip_address_t ends[2] = { address4(10, 0, 0, 1), address4(192, 0, 2, server) };

    memset(packet, 0x5a, sizeof packet);
    memcpy(packet, head, sizeof head);
    observation_t obs = {
        .src = ends[from], .dst = ends[!from], .sport = from == CLIENT ? port : 443,
        .dport = from == CLIENT ? 443 : port, .protocol = PROTOCOL_UDP, .ip = { .ttl = 64, .ip_id = 7 },
        .payload = packet, .length = sizeof packet, .captured = sizeof packet,
    };
    uint32_t frame = wire_send(wire, &obs);
    if (name)
        engine_note_request(wire->engine, &obs, (const uint8_t *)name, strlen(name), false);
    return frame;
}

static uint32_t
quic_send(wire_t *wire, unsigned from, uint16_t port, uint8_t server, const char *name)
{
    return quic_send_as(wire, QUIC_INITIAL, from, port, server, name);
}

static uint32_t
quic_in_vain(wire_t *wire, uint16_t port, uint8_t server, const char *name, unsigned n)
{
    uint32_t first = quic_send(wire, CLIENT, port, server, name);
    for (unsigned i = 1; i < n; i++) {
        pass(wire, 1000 << (i - 1));
        quic_send(wire, CLIENT, port, server, NULL);
    }
    return first;
}

static void
quic_visit(wire_t *wire, uint16_t port, uint8_t server, const char *name)
{
    quic_send(wire, CLIENT, port, server, name);
    pass(wire, 40);
    quic_send(wire, SERVER, port, server, NULL);
}

SEQUENCE(quic_alone) { quic_in_vain(wire, 4000, 1, "a.example", 5); assert_quiet(wire); }

SEQUENCE(quic_contrast_before)
{
    quic_visit(wire, 3999, 1, "b.example");
    const finding_t *f = wire_finding(wire, quic_in_vain(wire, 4000, 1, "a.example", 3));
    assert_int_equal(f->verdict, VERDICT_SILENCED);
    assert_int_equal(f->confidence, 49);
    assert_string_equal(f->trigger, "a.example");
}

SEQUENCE(quic_contrast_after)
{
    uint32_t first = quic_in_vain(wire, 4000, 1, "a.example", 3);
    quic_visit(wire, 4001, 1, "b.example");
    assert_int_equal(wire_finding(wire, first)->confidence, 49);
}

SEQUENCE(quic_elsewhere)
{
    uint32_t first = quic_in_vain(wire, 4000, 1, "a.example", 3);
    quic_visit(wire, 4001, 2, "b.example");
    assert_int_equal(wire_finding(wire, first)->confidence, 30);
}

SEQUENCE(quic_unread)
{
    quic_visit(wire, 3999, 1, "b.example");
    quic_in_vain(wire, 4000, 1, NULL, 6);
    assert_quiet(wire);
}

static uint32_t
quic_dies(wire_t *wire, int64_t rest)
{
    uint32_t first = quic_send(wire, CLIENT, 4000, 1, "a.example");
    pass(wire, 40);
    quic_send(wire, SERVER, 4000, 1, NULL);
    pass(wire, rest);
    for (unsigned i = 0; i < 5; i++) {
        quic_send(wire, CLIENT, 4000, 1, NULL);
        pass(wire, 500);
        sign_of_life(wire, (uint16_t)(5000 + i));
    }
    return first;
}

SEQUENCE(quic_flow_dies)
{
    uint32_t first = quic_dies(wire, 40);
    assert_true(evidence_has(wire_finding(wire, first)->evidence, "quic-flow-killed"));
}

SEQUENCE(quic_flow_rested) { quic_dies(wire, 45000); assert_quiet(wire); }

/* The server's flight, which the client answers with this; and again, and again. */
static uint32_t
flight_again_and_again(wire_t *wire, uint8_t answer)
{
    quic_visit(wire, 3999, 1, "b.example");
    uint32_t first = quic_send(wire, CLIENT, 4000, 1, "a.example");

    for (unsigned i = 0; i < 4; i++) {
        pass(wire, i ? 500 << i : 40);
        quic_send(wire, SERVER, 4000, 1, NULL);
        quic_send_as(wire, answer, CLIENT, 4000, 1, NULL);
    }
    return first;
}

SEQUENCE(quic_not_heard)
{
    uint32_t first = flight_again_and_again(wire, QUIC_HANDSHAKE);
    assert_int_equal(wire_verdict(wire, first), VERDICT_SILENCED);
    assert_true(evidence_has(wire_finding(wire, first)->evidence, "quic-oneway-drop"));
}

SEQUENCE(quic_answer_lost) { flight_again_and_again(wire, QUIC_INITIAL); assert_quiet(wire); }

SEQUENCE(quic_unreachable)
{
    quic_send(wire, CLIENT, 4000, 1, "a.example");
    observation_t obs = {
        .src = address4(10, 0, 0, 1), .dst = address4(192, 0, 2, 1), .sport = 4000, .dport = 443,
        .protocol = PROTOCOL_UDP,
    };
    quote(wire, obs, QUOTED_PORT_UNREACHABLE);
    for (unsigned i = 0; i < 4; i++) {
        pass(wire, 1000);
        quic_send(wire, CLIENT, 4000, 1, NULL);
    }
    quic_visit(wire, 4001, 1, "b.example");
    assert_quiet(wire);
}

static const sequence_row_t after_forgery[] = {
    { "SYNs are dropped after a forged reset", null_route_after_a_reset },
    { "a server dies after a forged reset", server_dies_after_a_reset },
};

static const sequence_row_t sequences[] = {
    { "a request sent four times is silenced", never_acknowledged },
    { "an answer after all takes it back", answered_after_all },
    { "a reset of who got the request takes it back", reset_after_all },
    { "a reset of who did not get it does not", reset_of_an_idle_server },
    { "a request that something acknowledged once is silenced until it is answered", acknowledged_by_something },
    { "a request that is acknowledged each time is not", acknowledged_each_time },
    { "a server whose queue is full says nothing", queue_is_full },
    { "what is repeated after a close says nothing", closed_and_repeated },
    { "a capture that ends says nothing", capture_ends },
    { "copies are no repetitions", copies_are_no_repetitions },
    { "one direction alone says nothing", one_sided },
    { "keep-alives say nothing", keep_alives },
    { "zero-window probes say nothing", zero_window_probes },
    { "a FIN after both have closed says nothing", fin_after_close },
    { "a connection that asked for nothing says nothing", unused_connection },
    { "a download that stops is silenced", frozen_download },
    { "a download that its client closes after it stopped is not", closed_download },
    { "an answer that never arrives is silenced", answer_never_arrives },
    { "an answer that was late takes it back", answer_was_only_late },
    { "a slow server and one lost segment say nothing", slow_server_and_one_loss },
    { "three SYNs of a living client are silenced", syns_with_life },
    { "a SYN answered after all takes it back", syn_answered_after_all },
    { "a scanner that repeats itself says nothing", scanner_that_repeats_itself },
    { "who acknowledges what was never sent is not judged", acknowledges_the_unsent },
    { "SYNs of a client that nobody reaches say nothing", syns_without_life },
    { "a dead host is told once", dead_host_again },
    { "contrast that comes before", contrast_before },
    { "contrast that comes after", contrast_after },
    { "the same name is no contrast", same_name_is_no_contrast },
    { "the same name answered later takes confidence back", same_name_answered_later },
    { "a name on another port is no contrast", other_port_is_no_contrast },
    { "a residual block after a cut", residual },
    { "a residual block is over after minutes", residual_is_over },
    { "ports used again begin to count anew", ports_used_again },
    { "an ICMP error explains unanswered data", icmp_about_data },
    { "an ICMP error explains an unanswered SYN", icmp_about_syn },
    { "a silent Initial without contrast says nothing", quic_alone },
    { "a silent Initial after contrast", quic_contrast_before },
    { "a silent Initial before contrast", quic_contrast_after },
    { "a silent Initial where another server answers", quic_elsewhere },
    { "a QUIC flow whose request was not read is never accused", quic_unread },
    { "a QUIC flow that dies", quic_flow_dies },
    { "a QUIC flow that had rested says nothing", quic_flow_rested },
    { "what a client answers to a QUIC server is dropped", quic_not_heard },
    { "the same while the client has no keys", quic_answer_lost },
    { "two downloads stop at the same place", stops_at_the_same_place },
    { "two downloads stop anywhere", stops_anywhere },
    { "a client loses interest twice", client_loses_interest },
    { "a VPN is dropped", vpn_is_dropped },
    { "a VPN's host is down", vpn_host_is_down },
    { "a VPN that worked", vpn_works },
    { "an ICMP error explains a silent Initial", quic_unreachable },
};

static void
check_sequence(void **state)
{
    const sequence_row_t *row = *state;
    wire_t wire = wire_new();

    row->run(&wire);
    assert_int_equal(wire_count(&wire, VERDICT_FORGED), 0);
    wire_free(&wire);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_SIGNS(&suite, signs, check_sign, silence_signature);
    SUITE_ADD_TABLE(&suite, verdicts, check_verdict);
    SUITE_ADD_TABLE(&suite, sequences, check_sequence);
    SUITE_ADD_TABLE(&suite, after_forgery, run_sequence);
    return suite_run(&suite, "silence");
}
