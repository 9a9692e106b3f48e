/* test_caps.c
 * Every bound that carries a notice is filled: the frame that is one too many says so, and none before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/vain.h"

#include "base/hash.h"
#include "bytes/dns_message.h"

/* Few, so that they are soon reached. */
#define FEW 4

typedef struct {
    const char *name;           /* of the row, as kept_t has it */
    size_t      limit;          /* of limits_t, that is lowered to `most` */
    unsigned    most;           /* 0: all as usual */
    void      (*fill)(wire_t *wire);
    uint32_t    frame;          /* that is one too many */
} cap_row_t;

#define FILL(name) static void name(wire_t *wire)

/* A connection between two addresses that none of the others have. */
static talk_t
talk_of(wire_t *wire, unsigned number)
{
    talk_t talk = talk_new(wire, (uint16_t)(1024 + number % 60000));

    talk.end[CLIENT].address = address4(10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number);
    return talk;
}

FILL(connections)
{
    for (unsigned i = 0; i <= FEW; i++) {
        talk_t talk = talk_of(wire, i);
        talk_send(&talk, CLIENT, TCP_ACK, 0);
    }
}

FILL(half_open)
{
    for (unsigned i = 0; i <= FEW; i++) {
        talk_t talk = talk_of(wire, i);
        talk_send(&talk, CLIENT, TCP_SYN, 0);
    }
}

FILL(quic)
{
    static uint8_t initial[1200] = { 0xc3, 0, 0, 0, 1, 8 };

    for (unsigned i = 0; i <= 16384; i++) {
        observation_t obs = {
            .src = address4(10, 0, (uint8_t)(i >> 8), (uint8_t)i), .dst = address4(192, 0, 2, 44), .sport = 5000,
            .dport = 443, .protocol = PROTOCOL_UDP, .ip.ttl = 64, .payload = initial, .length = sizeof initial,
            .captured = sizeof initial,
        };
        wire_send(wire, &obs);
    }
}

/* One host, and with each packet a path: half of the names may be paths. */
FILL(names)
{
    for (unsigned i = 1; i <= UINT16_MAX / 2; i++) {
        char text[64];
        talk_t talk = talk_of(wire, i);
        g_snprintf(text, sizeof text, "GET /%u HTTP/1.1\r\nHost: a.example\r\n\r\n", i);
        talk_request(&talk, text);
    }
}

FILL(requests_in_pieces)
{
    for (unsigned i = 0; i <= 256; i++) {
        talk_t talk = talk_of(wire, i);
        talk_request(&talk, "GET / HTTP/1.1\r\nHost: a.exam");
    }
}

/* Each of the two resets has its own, and the packet before them. */
FILL(findings)
{
    for (unsigned i = 0; i < 2; i++) {
        talk_t talk = talk_of(wire, i);
        talk_handshake(&talk);
        talk_forged_pair(&talk);
    }
}

static void
ask(wire_t *wire, unsigned name, unsigned id)
{
    char text[32];

    g_snprintf(text, sizeof text, "n%u.example", name);
    message_t query = message_query((uint16_t)id, text, DNS_A, false);
    observation_t obs = datagram(&query, CLIENT, (uint16_t)(2000 + id));
    wire_send(wire, &obs);
}

FILL(queries)
{
    for (unsigned i = 0; i <= FEW; i++)
        ask(wire, i, i);
}

FILL(answers)
{
    ask(wire, 1, 1);
    for (uint8_t i = 0; i <= 8; i++) {
        const uint8_t address[4] = { 198, 51, 100, i };
        message_t query = message_query(1, "n1.example", DNS_A, false);
        message_t message = message_answer(&query, 0x8180, DNS_A, address, sizeof address);
        observation_t obs = datagram(&message, SERVER, 2001);
        wire_send(wire, &obs);
    }
}

FILL(names_asked_again)
{
    for (unsigned i = 0; i <= 256; i++)
        ask(wire, i, i);
    wire->now += NS_PER_S;
    for (unsigned i = 0; i <= 256; i++)
        ask(wire, i, 1000 + i);
}

/* A list of them takes the place of one, too. */
FILL(resets)
{
    for (unsigned i = 0; i < 3; i++) {
        talk_t talk = talk_of(wire, i);
        talk_handshake(&talk);
        observation_t obs = talk_forged_reset(&talk, SERVER);
        wire_send(wire, &obs);
    }
}

FILL(resets_of_a_connection)
{
    talk_t talk = talk_new(wire, 1024);

    talk_handshake(&talk);
    for (unsigned i = 0; i <= 256; i++) {
        observation_t obs = talk_forged_reset(&talk, SERVER);
        obs.seq += 10 * i;
        wire_send(wire, &obs);
    }
}

/* Small pages are waited for where a list describes some. */
FILL(pages)
{
    static const char list[] = "name,scope,location_found,pattern_type,pattern\n"
                               "page,nat,body,contains,<body>blocked<\n";
    static const char page[] = "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<html>";
    fingerprints_t *lists = fingerprints_new();

    fingerprints_add(lists, "list", list, sizeof list - 1, 0);
    fingerprints_finish(lists);
    engine_set_fingerprints(wire->engine, lists);
    for (unsigned i = 0; i <= 256; i++) {
        talk_t talk = talk_of(wire, i);
        talk_handshake(&talk);
        talk_request(&talk, HELLO_A);
        talk_say(&talk, SERVER, page, sizeof page - 1);
    }
}

/* Each server to another client. */
static void
fall_silent(wire_t *wire, unsigned n, unsigned clients)
{
    for (unsigned i = 0; i < n; i++) {
        talk_t talk = talk_of(wire, i % clients);
        talk.end[CLIENT].port = (uint16_t)(1024 + i);
        talk.end[SERVER].address = address4((uint8_t)(20 + i % 100), (uint8_t)(i / 100), 0, 80);
        talk_handshake(&talk);
        observation_t obs = talk_data(&talk, CLIENT, HELLO_A, strlen(HELLO_A));
        wire_send(wire, &obs);
        for (unsigned k = 1; k < 4; k++)
            again(&talk, &obs, 200 << k);
    }
}

FILL(silences)        { fall_silent(wire, 65, 65); }
FILL(silent_servers)  { fall_silent(wire, 4097, 4097); }
FILL(silent_to_many)  { fall_silent(wire, 257, 257); }


/* One of limits_t that is lowered. */
#define ONLY(member, n) offsetof(limits_t, member), n

static const cap_row_t caps[] = {
    { "connection", ONLY(flows, FEW), connections, FEW + 1 },
    { "connection with a SYN and nothing else", ONLY(half_open, FEW), half_open, FEW + 1 },
    { "address", ONLY(hosts, FEW), connections, FEW + 1 },
    { "flow that begins with a QUIC Initial or a VPN's first packet", 0, 0, quic, 16385 },
    { "name or path that was asked for", 0, 0, names, UINT16_MAX / 2 },
    { "request that is not complete", 0, 0, requests_in_pieces, 257 },
    { "finding", ONLY(findings, 2), findings, 9 },
    { "DNS transaction, its first answer included", ONLY(queries, FEW), queries, FEW + 1 },
    { "DNS answer", 0, 0, answers, 10 },
    { "name that is asked for again and not answered", 0, 0, names_asked_again, 514 },
    { "reset", ONLY(resets, FEW), resets, 12 },
    { "connection with resets", 0, 0, resets_of_a_connection, 3 + 257 },
    { "small page that is not complete", 0, 0, pages, 5 * 257 },
    { "silence that contrast may be added to", 0, 0, silences, 7 * 65 },
    { "client, server and port that were cut off", 0, 0, silent_servers, 7 * 4097 },
    { "client that several servers are silent to", 0, 0, silent_to_many, 7 * 257 },
};

/* Not filled: each takes a situation of its own, thousands of times. */
static const char *const not_filled[] = {
    "client and server, or a name that one asked the other for", "run of packets of one sender that is not the host",
    "losses of a download that may be policed", "server that answers over QUIC",
    "address that a VPN's first packet was sent to", "download that stopped in the middle",
    NULL,
};

static const kept_t *
kept_row(const char *what)
{
    const kept_t *row;

    for (unsigned i = 0; (row = engine_kept(i)); i++)
        if (g_str_equal(row->what, what))
            return row;
    fail_msg("nothing of this name is kept: %s", what);
    return NULL;
}

static void
check_cap(void **state)
{
    const cap_row_t *row = *state;
    const kept_t *kept = kept_row(row->name);
    uint32_t told = 0;

    hash_seed(1);
    limits_t limits = LIMITS_DEFAULT;
    if (row->most)
        *(unsigned *)(void *)((char *)&limits + row->limit) = row->most;
    wire_t wire = wire_new_limited(limits);
    row->fill(&wire);
    assert_non_null(kept->notice);
    for (uint32_t frame = 1; frame <= wire.frame && !told; frame++) {
        const finding_t *finding = wire_finding(&wire, frame);
        if (finding && finding->notice && g_str_equal(finding->notice, kept->notice))
            told = frame;
    }
    wire_free(&wire);
    assert_int_equal(told, row->frame);
}

static void
check_complete(void **state)
{
    const kept_t *kept;

    (void)state;
    for (unsigned i = 0; (kept = engine_kept(i)); i++) {
        bool known = !kept->notice || g_strv_contains(not_filled, kept->what);
        for (unsigned k = 0; k < G_N_ELEMENTS(caps); k++)
            known |= g_str_equal(caps[k].name, kept->what);
        if (!known)
            fail_msg("nobody fills this bound: %s", kept->what);
    }
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, caps, check_cap);
    suite_add(&suite, "all bounds with a notice are filled, or said not to be", check_complete, NULL);
    return suite_run(&suite, "caps");
}
