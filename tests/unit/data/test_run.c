/* data/test_run.c
 * What one foreign sender writes into a flow: which packets belong together, and whole connections in which
 * they share a verdict, or must not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "data/run.h"

#define HOST "Host: www.example.org\r\n\r\n"
#define GET  "GET / HTTP/1.1\r\n" HOST

/* ---- which packets belong together ---- */

enum { BEGIN = 5000, OWN_ID = 0x2001, BOX_ID = 0x9760 };

/* The head: 300 bytes without timestamps or don't-fragment. */
static observation_t
head(void)
{
    return (observation_t){ .frame = 5, .protocol = PROTOCOL_TCP, .ip = { .ttl = 58, .ip_id = BOX_ID },
                            .seq = BEGIN, .flags = TCP_PSH | TCP_ACK, .length = 300, .window = 1000 };
}

static direction_t
server(void)
{
    return (direction_t){ .last = { .frame = 2, .mark = OWN_ID }, .packets = 4, .id_steps = 3 };
}

typedef struct {
    const char *name;
    uint32_t    seq;
    ip_header_t ip;
    int         window_step;
    bool        has_timestamps, repeats, takes;
} run_row_t;

#define BOX(begins) .seq = (begins), .ip = { .ip_id = BOX_ID + 1, .ttl = 58 }
#define FROM(id, hops, ...) .seq = BEGIN + 300, .ip = { .ip_id = (id), .ttl = (hops), __VA_ARGS__ }

static const run_row_t rows[] = {
    { "the next segment", BOX(BEGIN + 300), .takes = true },
    { "the same segment again", BOX(BEGIN), .takes = true },
    { "one hop further, by another path", FROM(BOX_ID, 57), .takes = true },
    { "any other IP ID", FROM(0x1234, 58), .takes = true },
    { "what came before it", BOX(BEGIN - 1) },
    { "what lies behind a hole", BOX(BEGIN + 301) },
    { "from two hops further", FROM(BOX_ID, 56) },
    { "from two hops further, and the window is two less", FROM(BOX_ID, 56), .window_step = -2, .takes = true },
    { "from five hops further, and the window is five less", FROM(BOX_ID, 53), .window_step = -5 },
    { "with don't-fragment", FROM(BOX_ID, 58, .df = true) },
    { "with timestamps", BOX(BEGIN + 300), .has_timestamps = true },
    { "with an IP ID as tools write", FROM(1, 58) },
    { "where the server's own counter goes on", FROM(OWN_ID + 1, 58) },
    { "far from where the server's own counter goes on", FROM(OWN_ID + 65, 58),
      .takes = true },
    { "the very IP ID that was repeated", FROM(BOX_ID, 58), .repeats = true, .takes = true },
    { "another IP ID than was repeated", BOX(BEGIN + 300), .repeats = true },
};

static void
check_takes(void **state)
{
    const run_row_t *row = *state;
    run_t run = { .n = 0 };
    observation_t first = head(), next = head();
    direction_t own = server();

    run_begin(&run, &first, &own);
    run.repeats = row->repeats;
    next.frame = 6;
    next.seq = row->seq;
    next.ip = row->ip;
    next.has_timestamps = row->has_timestamps;
    next.window = (uint16_t)(next.window + row->window_step);
    assert_int_equal(run_takes(&run, &next), row->takes);
}

/* It remembers the first packets and goes on to take more. */
static void
check_many(void **state)
{
    run_t run = { .n = 0 };
    observation_t obs = head();
    direction_t own = server();

    (void)state;
    run_begin(&run, &obs, &own);
    for (unsigned i = 1; i < 3 * RUN_MAX; i++) {
        obs.frame++;
        obs.seq += obs.length;
        assert_true(run_takes(&run, &obs));
        run_add(&run, &obs);
    }
    assert_int_equal(run.n, RUN_MAX);
    assert_int_equal(run.packet[0].frame, 5);
    assert_int_equal(run.packet[RUN_MAX - 1].frame, 5 + RUN_MAX - 1);
    assert_int_equal(run.next, BEGIN + 3 * RUN_MAX * 300);
}

typedef struct {
    const char *name;
    uint32_t    seq;
    ip_header_t ip;
    uint32_t    proof;
    bool        pulls, goes_on;
} reset_row_t;

#define RESET(id, ...) BEGIN, { .ip_id = (id), .ttl = 47, __VA_ARGS__ }

static const reset_row_t resets[] = {
    { "a reset with the next IP ID, from anywhere", RESET(BOX_ID + 1), 5, true, true },
    { "one packet was sent to somebody else in between", RESET(BOX_ID + 2), 5, true, true },
    { "the same IP ID: the packet again", RESET(BOX_ID), 5, true, false },
    { "another IP ID", RESET(BOX_ID + 5), 5, true, false },
    { "with don't-fragment", RESET(BOX_ID + 1, .df = true), 5, true, false },
    { "over IPv6", RESET(BOX_ID + 1, .ipv6 = true), 5, true, false },
    { "behind what is not proven", RESET(BOX_ID + 1), 0, true, false },
    { "behind what only its words convict", RESET(BOX_ID + 1), 5, false, false },
    { "of other numbers", BEGIN + 301, { .ip_id = BOX_ID + 1, .ttl = 47 }, 5, true, false },
};

static void
check_resets(void **state)
{
    const reset_row_t *row = *state;
    run_t run = { .n = 0 };
    observation_t first = head();
    direction_t own = server();

    run_begin(&run, &first, &own);
    run.proof = row->proof;
    run.pulls = row->pulls;
    assert_int_equal(run_goes_on(&run, row->seq, &row->ip), row->goes_on ? 5 : 0);
}

/* ---- through the engine ---- */

/* The server has shown its distance in another connection. */
static talk_t
asked(wire_t *wire)
{
    talk_t before = talk_new(wire, 3999), talk = talk_new(wire, 4000);

    talk_handshake(&before);
    for (unsigned i = 0; i < 4; i++)
        talk_send(&before, SERVER, TCP_ACK | TCP_PSH, 100);
    talk.end[SERVER].ip_id = before.end[SERVER].ip_id;
    talk_handshake(&talk);
    talk_request(&talk, GET);
    return talk;
}

/* A packet in the server's name that the server knows nothing of. */
static observation_t
boxed(const talk_t *talk, uint32_t shift, uint16_t flags, const char *text)
{
    talk_t copy = *talk;
    observation_t obs = talk_data(&copy, SERVER, text, strlen(text));

    obs.seq += shift;
    obs.flags = flags;
    obs.ip = (ip_header_t){ .ttl = 44, .ip_id = BOX_ID };
    obs.window = 1000;
    obs.has_timestamps = obs.has_options = false;
    obs.tsval = 0;
    if (!obs.length)
        obs.payload = NULL;
    return obs;
}

/* Page, second segment, FIN, acknowledgement of the client's FIN; then the server's own answer. */
SEQUENCE(page_with_all_that_follows)
{
    static const char page[] = "<html><body>no", real[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    talk_t talk = asked(wire);
    observation_t first = boxed(&talk, 0, TCP_ACK, page), more = boxed(&talk, first.length, TCP_ACK, " page</body>"),
                  fin = boxed(&talk, first.length + more.length, TCP_ACK | TCP_FIN, ""),
                  ack = boxed(&talk, first.length + more.length + 1, TCP_ACK, "");
    uint32_t frame = wire_send(wire, &first);

    wire_send(wire, &more);
    wire_send(wire, &fin);
    talk_send(&talk, CLIENT, TCP_ACK | TCP_FIN, 0);
    ack.ack++;
    wire_send(wire, &ack);
    assert_int_equal(wire_verdict(wire, frame), VERDICT_FORGED);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 4);
    assert_int_equal(wire_finding(wire, frame + 2)->class, CLASS_FIN);
    assert_int_equal(wire_finding(wire, frame + 4)->class, CLASS_ACK);
    wire->now += talk.rtt;
    uint32_t genuine = talk_say(&talk, SERVER, real, sizeof real - 1);
    talk_send(&talk, SERVER, TCP_ACK | TCP_FIN, 0);
    assert_int_equal(wire_verdict(wire, genuine), VERDICT_GENUINE);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 4);
}

/* What proves the sender comes third: the first two share its verdict. */
SEQUENCE(told_by_the_third)
{
    talk_t talk = asked(wire);
    observation_t segment[3];

    wire->now += talk.rtt;
    for (unsigned i = 0; i < 3; i++) {
        segment[i] = boxed(&talk, 4 * i, TCP_ACK, "var ");
        segment[i].has_timestamps = true;
        segment[i].ip.df = true;
        segment[i].ip.ttl = (uint8_t)(i == 1 ? 203 : i == 2 ? 202 : 201);     /* swapped on the way */
        segment[i].window = segment[i].ip.ttl + 566;
        wire_send(wire, &segment[i]);
    }
    assert_int_equal(wire_verdict(wire, wire->frame), VERDICT_FORGED);
    assert_true(evidence_has(wire_finding(wire, wire->frame)->evidence, "data-win-ttl-lockstep"));
    assert_int_equal(wire_verdict(wire, segment[0].frame), VERDICT_FORGED);
    assert_true(evidence_has(wire_finding(wire, segment[0].frame)->evidence, "data-same-run"));
}

/* A member of a balanced server: its distance is all that is odd, in every segment. */
SEQUENCE(balanced_server)
{
    talk_t talk = asked(wire);

    talk.end[SERVER].ttl = 44;
    wire->now += talk.rtt;
    for (unsigned i = 0; i < 5; i++)
        talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 1200);
    talk_send(&talk, SERVER, TCP_ACK | TCP_FIN, 0);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
}

/* An interceptor's certificate convicts what holds it, not the rest of the server's connection. */
SEQUENCE(convicted_by_content_alone)
{
    static const char page[] = "HTTP/1.1 403 Forbidden\r\n\r\n<html><iframe src=\"http://10.10.34.34?type=x\">";
    talk_t talk = asked(wire);
    uint32_t frame = talk_say(&talk, SERVER, page, sizeof page - 1);

    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 500);
    talk_send(&talk, SERVER, TCP_ACK | TCP_FIN, 0);
    assert_int_equal(wire_verdict(wire, frame), VERDICT_FORGED);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 1);
}

/* Copies of the last acknowledgement, with data; the server's FIN lies before them. */
static observation_t
cloned(const talk_t *talk, uint32_t shift)
{
    talk_t copy = *talk;
    observation_t obs = talk_data(&copy, SERVER, "mark", 4);

    obs.seq += shift;
    obs.ip.ip_id = talk->end[SERVER].ip_id;
    return obs;
}

static talk_t
chatting(wire_t *wire)
{
    talk_t talk = talk_new(wire, 4000);

    talk_handshake(&talk);
    for (unsigned i = 0; i < 5; i++) {
        talk_say(&talk, CLIENT, "x\n", 2);
        talk_send(&talk, SERVER, TCP_ACK, 0);
    }
    return talk;
}

SEQUENCE(sprayed_and_denied)
{
    talk_t talk = chatting(wire);

    for (uint32_t i = 0; i < 3; i++) {
        observation_t obs = cloned(&talk, i);
        wire_send(wire, &obs);
    }
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
    uint32_t fin = talk_send(&talk, SERVER, TCP_ACK | TCP_FIN, 0);
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 3);
    assert_true(evidence_has(wire_finding(wire, fin - 1)->evidence, "data-beyond-fin"));
    assert_true(evidence_has(wire_finding(wire, fin - 1)->evidence, "data-id-repeats"));
    assert_int_equal(wire_verdict(wire, fin), VERDICT_GENUINE);
    assert_int_equal(wire_finding(wire, fin - 1)->genuine_frame, fin);
}

/* A network card cuts one packet into two with one number; the FIN lies behind them. */
SEQUENCE(cut_by_the_network_card)
{
    talk_t talk = chatting(wire);
    observation_t first = talk_data(&talk, SERVER, "abcd", 4), second = talk_data(&talk, SERVER, "efgh", 4);

    second.ip.ip_id = first.ip.ip_id;
    wire_send(wire, &first);
    wire_send(wire, &second);
    talk_send(&talk, SERVER, TCP_ACK | TCP_FIN, 0);
    assert_int_equal(store_size(engine_store(wire->engine)), 0);
}

/* One pair that contradicts itself is one finding, however often one of the two is sent again. */
SEQUENCE(sent_again_beside_a_contradiction)
{
    talk_t talk = asked(wire), other = talk;
    observation_t first = talk_data(&other, SERVER, "HTTP/1.1 200 OK\r\n\r\nA page", 25),
                  second = talk_data(&talk, SERVER, "HTTP/1.1 200 OK\r\n\r\nOthers", 25);
    wire->now += talk.rtt;
    uint32_t frame = wire_send(wire, &first);

    second.ip.ip_id++;
    for (unsigned i = 0; i < 30; i++) {
        second.ip.ip_id++;
        wire->now += 300 * NS_PER_MS;
        wire_send(wire, &second);
    }
    assert_int_equal(wire_count(wire, VERDICT_FORGED), 0);
    assert_int_equal(wire_count(wire, VERDICT_SUSPECT), 2);
    const finding_t *of_second = wire_finding(wire, frame + 1);
    for (unsigned i = 0; i < of_second->facts->len; i++) {
        const fact_t *fact = &g_array_index(of_second->facts, fact_t, i);
        if (fact->id == F_DATA_AGAIN)
            assert_int_equal(fact->value, 29);
    }
}

/* A command is written into a terminal session in the client's name, with a packet tool. */
SEQUENCE(written_for_the_client)
{
    talk_t talk = chatting(wire);
    talk_t copy = talk;
    observation_t obs = talk_data(&copy, CLIENT, "rm -r .\n", 8);

    obs.ip.df = obs.has_timestamps = false;
    obs.ip.ip_id = 1;
    obs.tsval = 0;
    uint32_t frame = wire_send(wire, &obs);
    assert_int_equal(wire_verdict(wire, frame), VERDICT_NONE);  /* this client sits beside the capture */

    talk_t far = talk_new(wire, 4001);
    far.end[CLIENT].ttl = 61;
    talk_handshake(&far);
    talk_say(&far, CLIENT, "x\n", 2);
    talk_send(&far, SERVER, TCP_ACK, 0);
    copy = far;
    obs = talk_data(&copy, CLIENT, "rm -r .\n", 8);
    obs.ip.df = obs.has_timestamps = false;
    obs.ip.ip_id = 1;
    obs.tsval = 0;
    frame = wire_send(wire, &obs);
    assert_int_equal(wire_verdict(wire, frame), VERDICT_FORGED);
    assert_null(wire_finding(wire, frame)->trigger);
}

/* An empty acknowledgement with the request's number, and the request is repeated in vain. */
SEQUENCE(empty_push_hides_silence)
{
    talk_t talk = talk_new(wire, 4000);

    talk_handshake(&talk);
    uint32_t request = talk_request(&talk, GET);
    talk_t copy = talk;
    observation_t push = talk_segment(&copy, SERVER, TCP_ACK | TCP_PSH, 0);
    push.ip.ip_id = talk.end[CLIENT].ip_id;
    push.ip.ttl = 59;
    uint32_t forged = wire_send(wire, &push);
    for (unsigned i = 0; i < 5; i++) {
        wire->now += (INT64_C(300) << i) * NS_PER_MS;
        talk.end[CLIENT].next -= sizeof GET - 1;
        talk_request(&talk, GET);
    }
    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
    assert_int_equal(wire_finding(wire, forged)->class, CLASS_ACK);
    assert_int_equal(wire_verdict(wire, request), VERDICT_SILENCED);
}

static const sequence_row_t sequences[] = {
    { "a page with all that follows it", page_with_all_that_follows },
    { "what proves the sender comes third", told_by_the_third },
    { "a member of a balanced server", balanced_server },
    { "content alone convicts itself alone", convicted_by_content_alone },
    { "copies of the last packet, denied by the FIN", sprayed_and_denied },
    { "a packet cut into two", cut_by_the_network_card },
    { "sent again beside a contradiction", sent_again_beside_a_contradiction },
    { "a command in the client's name", written_for_the_client },
    { "an empty acknowledgement hides a silence", empty_push_hides_silence },
};

int
main(void)
{
    suite_t suite = suite_new();

    SUITE_ADD_TABLE(&suite, rows, check_takes);
    SUITE_ADD_TABLE(&suite, resets, check_resets);
    suite_add(&suite, "more packets than are named", check_many, NULL);
    SUITE_ADD_TABLE(&suite, sequences, run_sequence);
    return suite_run(&suite, "run");
}
