/* state/test_vantage.c
 * Where a capture was taken: from the facts of one connection, from connections on the wire, and
 * what is not tested from there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "detector.h"
#include "state/vantage.h"

#define MS NS_PER_MS
#define UNTIMED { -1, -1 }

typedef struct {
    const char     *name;
    vantage_facts_t facts;
    vantage_t       expected;
} guess_row_t;

static const guess_row_t guesses[] = {
    { "at the client", { { 64, 52 }, { 0, 40 * MS } }, VANTAGE_CLIENT },
    { "at a Windows client", { { 128, 240 }, { MS / 10, 40 * MS } }, VANTAGE_CLIENT },
    { "at the client, by TTLs alone", { { 64, 52 }, UNTIMED }, VANTAGE_CLIENT },
    { "at a client that answers late, the server later", { { 64, 52 }, { 30 * MS, 40 * MS } },
      VANTAGE_CLIENT },
    { "TTL of a client, but it is farther than the server", { { 64, 52 }, { 30 * MS, 10 * MS } },
      VANTAGE_UNKNOWN },
    { "at the server", { { 52, 64 }, { 40 * MS, 0 } }, VANTAGE_SERVER },
    { "at the server, by TTLs alone", { { 113, 255 }, UNTIMED }, VANTAGE_SERVER },
    { "one router from the client", { { 63, 52 }, { MS / 2, 40 * MS } }, VANTAGE_CLIENT },
    { "one router from the client, untimed", { { 63, 52 }, UNTIMED }, VANTAGE_UNKNOWN },
    { "two routers from the server", { { 113, 62 }, { 90 * MS, MS } }, VANTAGE_SERVER },
    { "three routers from the server", { { 113, 61 }, { 90 * MS, MS } }, VANTAGE_ON_PATH },
    { "in between", { { 58, 50 }, { 20 * MS, 20 * MS } }, VANTAGE_ON_PATH },
    { "in between, by TTLs alone", { { 120, 50 }, UNTIMED }, VANTAGE_ON_PATH },
    { "both in one building", { { 64, 64 }, { 0, 0 } }, VANTAGE_UNKNOWN },
    { "both at initial values, one of them slow", { { 64, 128 }, { 0, 40 * MS } },
      VANTAGE_UNKNOWN },
    { "no TTL of the server", { { 64, 0 }, UNTIMED }, VANTAGE_UNKNOWN },
    { "no TTL of the client", { { 0, 64 }, UNTIMED }, VANTAGE_UNKNOWN },
    { "nothing", { { 0, 0 }, UNTIMED }, VANTAGE_UNKNOWN },
    { "a client with an odd TTL", { { 80, 52 }, { 0, 40 * MS } }, VANTAGE_UNKNOWN },
    { "times without resolution", { { 63, 52 }, { 0, 0 } }, VANTAGE_UNKNOWN },
};

static void
check_guess(void **state)
{
    const guess_row_t *row = *state;
    assert_string_equal(vantage_name(vantage_guess(&row->facts)), vantage_name(row->expected));
}

/* ---- connections on the wire ---- */

static const flow_t *
flow_of(const talk_t *talk)
{
    observation_t obs = { .src = talk->end[CLIENT].address, .dst = talk->end[SERVER].address,
                          .sport = talk->end[CLIENT].port, .dport = talk->end[SERVER].port };
    connection_t connection;
    return flow_find(talk->wire->engine->flows, &obs, &connection);
}

static vantage_t
vantage_now(const talk_t *talk)
{
    return vantage_of_flow(&talk->wire->engine->vantages, flow_of(talk));
}

/* A handshake seen where the two ends are that far away. */
static talk_t
handshake_at(wire_t *wire, uint16_t port, uint8_t client_ttl, uint8_t server_ttl, int64_t client_ns,
             int64_t server_ns)
{
    talk_t talk = talk_new(wire, port);

    talk.end[CLIENT].ttl = client_ttl;
    talk.end[SERVER].ttl = server_ttl;
    talk_send(&talk, CLIENT, TCP_SYN, 0);
    wire->now += server_ns - MS;
    talk_send(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    wire->now += client_ns - MS;
    talk_send(&talk, CLIENT, TCP_ACK, 0);
    return talk;
}

static void
check_flows_of_one_capture(void **state)
{
    wire_t wire = wire_new();

    (void)state;
    talk_t a = handshake_at(&wire, 4000, 64, 52, MS, 40 * MS);
    talk_t b = handshake_at(&wire, 4001, 49, 64, 60 * MS, MS);
    talk_t c = handshake_at(&wire, 4002, 58, 50, 20 * MS, 20 * MS);
    talk_t d = handshake_at(&wire, 4003, 64, 64, MS, MS);
    assert_int_equal(vantage_now(&a), VANTAGE_CLIENT);
    assert_int_equal(vantage_now(&b), VANTAGE_SERVER);
    assert_int_equal(vantage_now(&c), VANTAGE_ON_PATH);
    assert_int_equal(vantage_now(&d), VANTAGE_UNKNOWN);
    /* What was settled stays, whatever TTLs follow. */
    a.end[SERVER].ttl = 64;
    for (unsigned i = 0; i < 9; i++)
        talk_send(&a, SERVER, TCP_ACK, 100);
    assert_int_equal(vantage_now(&a), VANTAGE_CLIENT);
    assert_true(vantage_is_at(&wire.engine->vantages, flow_of(&a), flow_of(&a)->client));
    assert_false(vantage_is_at(&wire.engine->vantages, flow_of(&a), !flow_of(&a)->client));
    wire_free(&wire);
}

/* Flows that show nothing themselves are taken for what the others are, if those agree. */
static void
check_majority(void **state)
{
    wire_t wire = wire_new();
    talk_t half = talk_new(&wire, 5000);

    (void)state;
    talk_send(&half, CLIENT, TCP_ACK, 0);
    assert_int_equal(vantage_now(&half), VANTAGE_UNKNOWN);
    handshake_at(&wire, 4000, 64, 52, MS, 40 * MS);
    handshake_at(&wire, 4001, 64, 52, MS, 40 * MS);
    assert_int_equal(vantage_now(&half), VANTAGE_UNKNOWN);     /* two are no majority */
    handshake_at(&wire, 4002, 64, 52, MS, 40 * MS);
    assert_int_equal(vantage_now(&half), VANTAGE_CLIENT);
    handshake_at(&wire, 4003, 49, 64, 60 * MS, MS);
    assert_int_equal(vantage_now(&half), VANTAGE_CLIENT);      /* three of four */
    handshake_at(&wire, 4004, 49, 64, 60 * MS, MS);
    assert_int_equal(vantage_now(&half), VANTAGE_UNKNOWN);
    /* Both ends near: it shows something itself, so the others do not count. */
    for (uint16_t port = 6000; port < 6010; port++)
        handshake_at(&wire, port, 64, 52, MS, 40 * MS);
    talk_t near = handshake_at(&wire, 7000, 64, 64, MS, MS);
    assert_int_equal(vantage_now(&near), VANTAGE_UNKNOWN);
    wire_free(&wire);
}

static void
check_ports_used_again(void **state)
{
    wire_t wire = wire_new();
    talk_t talk = handshake_at(&wire, 4000, 64, 52, MS, 40 * MS);

    (void)state;
    assert_int_equal(vantage_now(&talk), VANTAGE_CLIENT);
    wire.now += NS_PER_S;
    talk = handshake_at(&wire, 4000, 49, 64, 60 * MS, MS);
    assert_int_equal(vantage_now(&talk), VANTAGE_SERVER);
    wire_free(&wire);
}

static void
check_preference(void **state)
{
    limits_t limits = LIMITS_DEFAULT;

    (void)state;
    for (vantage_t v = VANTAGE_CLIENT; v < N_VANTAGES; v++) {
        limits.vantage = v;
        wire_t wire = wire_new_limited(limits);
        talk_t talk = handshake_at(&wire, 4000, 64, 52, MS, 40 * MS);
        assert_int_equal(vantage_now(&talk), v);
        wire_free(&wire);
    }
}

static void
check_question_and_answer(void **state)
{
    wire_t wire = wire_new();

    (void)state;
    assert_int_equal(vantage_of_exchange(&wire.engine->vantages, 64, 118), VANTAGE_CLIENT);
    assert_int_equal(vantage_of_exchange(&wire.engine->vantages, 51, 64), VANTAGE_SERVER);
    assert_int_equal(vantage_of_exchange(&wire.engine->vantages, 64, 64), VANTAGE_UNKNOWN);
    assert_int_equal(vantage_of_exchange(&wire.engine->vantages, 64, 0), VANTAGE_UNKNOWN);
    for (uint16_t port = 4000; port < 4003; port++)
        handshake_at(&wire, port, 64, 52, MS, 40 * MS);
    assert_int_equal(vantage_of_exchange(&wire.engine->vantages, 64, 0), VANTAGE_CLIENT);
    wire_free(&wire);
}

/* ---- what cannot be seen from there is not tested ---- */

static bool
shows(const wire_t *wire, uint32_t frame, const char *id)
{
    const finding_t *finding = wire_finding(wire, frame);
    return finding && evidence_has(finding->evidence, id);
}

/* An end resets its connection and goes on in its own series. Returns the frame of the reset. */
static uint32_t
reset_and_go_on(wire_t *wire, unsigned from, uint8_t client_ttl, uint8_t server_ttl)
{
    talk_t talk = handshake_at(wire, 4000, client_ttl, server_ttl, client_ttl == 64 ? MS : 40 * MS,
                               server_ttl == 64 ? MS : 40 * MS);
    for (unsigned i = 0; i < 4; i++) {
        talk_send(&talk, from, TCP_ACK | TCP_PSH, 100);
        talk_send(&talk, !from, TCP_ACK, 0);
    }
    observation_t reset = talk_forged_reset(&talk, from);
    uint32_t frame = wire_send(wire, &reset);
    wire->now += 20 * MS;
    talk_send(&talk, from, TCP_ACK | TCP_PSH, 100);
    return frame;
}

static void
check_reset_at_its_sender(void **state)
{
    static const struct {
        unsigned from;
        uint8_t  client_ttl, server_ttl;
        bool     tested;
    } cases[] = {
        { SERVER, 64, 52, true },       /* at the client: the server's resets may be forged */
        { CLIENT, 64, 52, false },      /* the client's own are its own */
        { SERVER, 52, 64, false },
        { CLIENT, 52, 64, true },
        { SERVER, 58, 50, true },       /* in between: anybody's */
        { CLIENT, 58, 50, true },
        { SERVER, 64, 64, true },       /* unknown keeps nothing from being tested */
        { CLIENT, 64, 64, true },
    };
    limits_t limits = LIMITS_DEFAULT;

    (void)state;
    limits.all_observations = true;
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        wire_t wire = wire_new_limited(limits);
        uint32_t frame = reset_and_go_on(&wire, cases[i].from, cases[i].client_ttl,
                                         cases[i].server_ttl);
        assert_int_equal(shows(&wire, frame, "rst-unaware-sender")
                         || shows(&wire, frame, "data-after-rst"),
                         cases[i].tested);
        wire_free(&wire);
    }
}

/* Sandvine's header on data of the server: proof at the client, the server's own beside it. */
static void
check_data_at_the_server(void **state)
{
    (void)state;
    for (unsigned at_server = 0; at_server < 2; at_server++) {
        wire_t wire = wire_new();
        talk_t talk = at_server ? handshake_at(&wire, 4000, 52, 64, 40 * MS, MS)
                                : handshake_at(&wire, 4000, 64, 52, MS, 40 * MS);
        talk_request(&talk, "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n");
        observation_t page = talk_segment(&talk, SERVER, TCP_FIN | TCP_ACK, 100);
        page.ip.ip_id = 0x3412;
        page.ip.df = false;
        page.window = 32120;
        uint32_t frame = wire_send(&wire, &page);
        assert_int_equal(wire_verdict(&wire, frame), at_server ? VERDICT_NONE : VERDICT_FORGED);
        if (!at_server)
            assert_int_equal(wire_finding(&wire, frame)->vantage, VANTAGE_CLIENT);
        wire_free(&wire);
    }
}

int
main(void)
{
    suite_t suite = suite_new();

    SUITE_ADD_TABLE(&suite, guesses, check_guess);
    suite_add(&suite, "flows of one capture", check_flows_of_one_capture, NULL);
    suite_add(&suite, "majority", check_majority, NULL);
    suite_add(&suite, "ports used again", check_ports_used_again, NULL);
    suite_add(&suite, "preference", check_preference, NULL);
    suite_add(&suite, "question and answer", check_question_and_answer, NULL);
    suite_add(&suite, "reset at its sender", check_reset_at_its_sender, NULL);
    suite_add(&suite, "data at the server", check_data_at_the_server, NULL);
    return suite_run(&suite, "vantage");
}
