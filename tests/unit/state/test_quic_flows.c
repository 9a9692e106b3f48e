/* state/test_quic_flows.c
 * UDP flows that begin with a QUIC Initial: which ones, what is counted, what they asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "detector.h"

#define V1 0x00000001u
#define V2 0x6b3343cfu

/* A long header with ids of 8 bytes. */
static void
put_header(uint8_t *bytes, uint8_t first, uint32_t version)
{
    const uint8_t head[] = { first, (uint8_t)(version >> 24), (uint8_t)(version >> 16),
                             (uint8_t)(version >> 8),
                             (uint8_t)version, 8 };
    memset(bytes, 0x5a, 1200);
    memcpy(bytes, head, sizeof head);
}

static uint8_t packet[1200];

static observation_t
quic(unsigned from, uint16_t port, uint8_t first, uint32_t version, uint32_t length)
{
    ip_address_t client = address4(10, 0, 0, 1), server = address4(192, 0, 2, 44);

    put_header(packet, first, version);
    return (observation_t){
        .src = from == CLIENT ? client : server, .dst = from == CLIENT ? server : client,
        .sport = from == CLIENT ? port : 443, .dport = from == CLIENT ? 443 : port,
        .protocol = PROTOCOL_UDP, .ip = { .ttl = 64, .ip_id = 7 },
        .payload = packet, .length = length, .captured = length,
    };
}

typedef struct {
    const char *name;
    uint8_t     first;
    uint32_t    version, length;
    bool        begins;
} begin_row_t;

static const begin_row_t begins[] = {
    { "an Initial of version 1 begins a flow", 0xc3, V1, 1200, true },
    { "an Initial of version 2 begins a flow", 0xd3, V2, 1200, true },
    { "an Initial of a draft begins a flow", 0xc0, 0xff00001d, 1200, true },
    { "a Handshake packet of version 1 does not", 0xe0, V1, 1200, false },
    { "type 0 of version 2 is Retry and does not", 0xc0, V2, 1200, false },
    { "an unknown version does not", 0xc0, 0x0a0a0a0a, 1200, false },
    { "version negotiation does not", 0xc0, 0, 1200, false },
    { "an Initial that is not padded does not: servers ignore it", 0xc0, V1, 1199, false },
    { "a short header does not", 0x40, V1, 1200, false },
    { "a long header without the fixed bit does not", 0x80, V1, 1200, false },
    { "too few bytes do not", 0xc0, V1, 6, false },
};

/* The flow of a datagram, and whether its client sent it. */
static datagram_flow_t *
flow_of(const wire_t *wire, const observation_t *obs, bool *from_client)
{
    return datagrams_find(wire->engine->datagrams, obs, from_client);
}

static void
check_begins(void **state)
{
    const begin_row_t *row = *state;
    wire_t wire = wire_new();
    observation_t obs = quic(CLIENT, 5000, row->first, row->version, row->length);
    bool from_client;

    wire_send(&wire, &obs);
    assert_int_equal(flow_of(&wire, &obs, &from_client) != NULL, row->begins);
    assert_int_equal(engine_wants_request(wire.engine, &obs), row->begins);
    wire_free(&wire);
}

static void
check_counts(void **state)
{
    wire_t wire = wire_new();
    observation_t obs = quic(CLIENT, 5000, 0xc0, V1, 1200);

    (void)state;
    uint32_t first = wire_send(&wire, &obs);
    int64_t began = wire.now;
    wire_send(&wire, &obs);
    observation_t answer = quic(SERVER, 5000, 0xc0, V1, 1200);
    wire_send(&wire, &answer);
    answer = quic(SERVER, 5000, 0x41, V1, 300);
    uint32_t last = wire_send(&wire, &answer);
    bool from_client;
    const datagram_flow_t *flow = flow_of(&wire, &answer, &from_client);

    assert_non_null(flow);
    assert_false(from_client);
    assert_int_equal(flow->first_frame, first);
    assert_int_equal(flow->first_time, began);
    assert_int_equal(flow->version, V1);
    assert_int_equal(flow->from_client.packets, 2);
    assert_int_equal(flow->from_client.initials, 2);
    assert_int_equal(flow->from_client.bytes, 2400);
    assert_int_equal(flow->from_server.packets, 2);
    assert_int_equal(flow->from_server.initials, 1);
    assert_int_equal(flow->from_server.bytes, 1500);
    assert_int_equal(flow->from_server.last_frame, last);
    assert_int_equal(flow->from_server.last_time, wire.now);

    obs = quic(CLIENT, 5001, 0x40, V1, 300);            /* another client port: not this flow */
    wire_send(&wire, &obs);
    assert_null(flow_of(&wire, &obs, &from_client));

    obs = quic(CLIENT, 5000, 0xc0, V1, 40);
    obs.quoted = QUOTED_PORT_UNREACHABLE;
    uint32_t error = wire_send(&wire, &obs);
    assert_int_equal(flow->icmp_frame, error);
    assert_int_equal(flow->icmp_reason, QUOTED_PORT_UNREACHABLE);
    wire_free(&wire);
}

/* Where the capture begins with the server's Initial, nobody knows what the client sent. */
static void
check_server_first(void **state)
{
    wire_t wire = wire_new();
    observation_t obs = quic(SERVER, 5000, 0xc0, V1, 1200);
    bool from_client;

    (void)state;
    wire_send(&wire, &obs);
    assert_null(flow_of(&wire, &obs, &from_client));
    wire_free(&wire);
}

static void
check_begins_anew(void **state)
{
    wire_t wire = wire_new();
    observation_t obs = quic(CLIENT, 5000, 0xc0, V1, 1200);
    bool from_client;

    (void)state;
    wire_send(&wire, &obs);
    engine_note_request(wire.engine, &obs, (const uint8_t *)"a.example", 9, false);
    wire.now += 59 * NS_PER_S;
    wire_send(&wire, &obs);
    assert_int_equal(flow_of(&wire, &obs, &from_client)->from_client.packets, 2);
    wire.now += 61 * NS_PER_S;
    uint32_t again = wire_send(&wire, &obs);
    assert_int_equal(flow_of(&wire, &obs, &from_client)->from_client.packets, 1);
    assert_int_equal(flow_of(&wire, &obs, &from_client)->first_frame, again);
    assert_null(asked_text_of_datagram(wire.engine->asked, flow_of(&wire, &obs, &from_client)));
    assert_int_equal(g_list_length(datagrams_oldest(wire.engine->datagrams)), 1);
    wire_free(&wire);
}

static void
check_bound(void **state)
{
    wire_t wire = wire_new();

    (void)state;
    for (unsigned i = 0; i < DATAGRAM_FLOWS_MAX + 3; i++) {
        observation_t obs = quic(CLIENT, (uint16_t)(1024 + i), 0xc0, V1, 1200);
        wire_send(&wire, &obs);
        if (i % 2)
            continue;
        obs = quic(CLIENT, 1024, 0xc0, V1, 1200);       /* this one is never the longest silent */
        wire_send(&wire, &obs);
    }
    GList *flows = datagrams_oldest(wire.engine->datagrams);
    assert_int_equal(g_list_length(flows), DATAGRAM_FLOWS_MAX);
    assert_int_equal(((datagram_flow_t *)flows->data)->client_port, 1024 + 4);
    assert_int_equal(wire_notices(&wire, "QUIC limit"), 1);
    wire_free(&wire);
}

typedef struct {
    const char *name;
    const char *bytes;
    size_t      length;
    bool        ech;
    const char *text;
} name_row_t;

static const name_row_t names[] = {
    { "the name is the text", "a.example", 9, false, "a.example" },
    { "an ECH extension is added", "outer.example", 13, true, "outer.example (with ECH)" },
    { "no name is said to be none", "", 0, false, "QUIC without server name" },
    { "no name, but an ECH extension", "", 0, true, "QUIC without server name (with ECH)" },
    { "what is unsafe is escaped", "a\0b\x1b\xff\xe2\x80\xae\xc2\x9b", 10, false,
      "a\\x00b\\x1b\\xff\\u{202e}\\x9b" },
};

static void
check_name(void **state)
{
    const name_row_t *row = *state;
    wire_t wire = wire_new();
    observation_t obs = quic(CLIENT, 5000, 0xc0, V1, 1200);
    bool from_client;

    wire_send(&wire, &obs);
    uint32_t second = wire_send(&wire, &obs);           /* the hello came in two pieces */
    engine_note_request(wire.engine, &obs, (const uint8_t *)row->bytes, row->length, row->ech);
    const datagram_flow_t *flow = flow_of(&wire, &obs, &from_client);
    assert_string_equal(asked_text_of_datagram(wire.engine->asked, flow), row->text);
    assert_int_equal(flow->request_frame, second);
    wire_send(&wire, &obs);
    assert_false(engine_wants_request(wire.engine, &obs));
    engine_note_request(wire.engine, &obs, (const uint8_t *)"other", 5, false);
    assert_string_equal(asked_text_of_datagram(wire.engine->asked, flow), row->text);
    wire_free(&wire);
}

/* Wireshark may have nothing to tell, however often it is asked. */
static void
check_tries(void **state)
{
    wire_t wire = wire_new();
    unsigned wanted = 0;

    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        observation_t obs = quic(CLIENT, 5000, 0xc0, V1, 1200);
        wire_send(&wire, &obs);
        wanted += engine_wants_request(wire.engine, &obs);
    }
    assert_int_equal(wanted, 8);
    wire_free(&wire);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, begins, check_begins);
    suite_add(&suite, "packets and bytes are counted for each end, ICMP errors noted", check_counts,
              NULL);
    suite_add(&suite, "a server's Initial begins no flow", check_server_first, NULL);
    suite_add(&suite, "after a minute of silence an Initial begins another connection",
              check_begins_anew, NULL);
    suite_add(&suite, "the flow longest silent makes room, with a notice", check_bound, NULL);
    SUITE_ADD_TABLE(&suite, names, check_name);
    suite_add(&suite, "a flow is asked about eight times at most", check_tries, NULL);
    return suite_run(&suite, "datagrams");
}
