/* support.c
 * What the unit tests share; see support.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "state/host.h"

#define START_NS (INT64_C(1700000000) * NS_PER_S)

/* ---- tables ---- */

suite_t
suite_new(void)
{
    hash_seed(1);
    return (suite_t){ .tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest)),
                      .cases = g_array_new(FALSE, FALSE, sizeof(case_of_t)) };
}

void
suite_add(suite_t *suite, const char *name, CMUnitTestFunction test, const void *row)
{
    struct CMUnitTest entry = { .name = name, .test_func = test,
        .initial_state = (void *)(uintptr_t)row };
    g_array_append_val(suite->tests, entry);
}

int
suite_run(suite_t *suite, const char *group)
{
    int failures = _cmocka_run_group_tests(group,
                                           (const struct CMUnitTest *)(void *)suite->tests->data,
                                           suite->tests->len, NULL, NULL);
    g_array_free(suite->tests, TRUE);
    g_array_free(suite->cases, TRUE);
    return failures;
}

void
suite_note_case(suite_t *suite, const char *id, bool fires)
{
    case_of_t one = { id, fires };
    g_array_append_val(suite->cases, one);
}

static bool
has_row(const suite_t *suite, const char *id)
{
    const signature_t *s;

    for (unsigned i = 0; (s = suite->signature(i)); i++)
        if (!strcmp(s->id, id))
            return true;
    return false;
}

static void
check_cases(void **state)
{
    const suite_t *suite = *state;
    const signature_t *s;

    for (unsigned k = 0; k < suite->cases->len; k++) {
        const case_of_t *one = &g_array_index(suite->cases, case_of_t, k);
        if (!has_row(suite, one->id))               /* nothing would be guilty of it */
            fail_msg("%s is no sign of this family", one->id);
    }
    for (unsigned i = 0; (s = suite->signature(i)); i++) {
        unsigned n[2] = { 0, 0 };
        for (unsigned k = 0; k < suite->cases->len; k++) {
            const case_of_t *one = &g_array_index(suite->cases, case_of_t, k);
            n[one->fires] += !strcmp(one->id, s->id);
        }
        if (!n[true] || !n[false])
            fail_msg("%s has no %s case in this file", s->id, n[true] ? "innocent" : "guilty");
    }
}

void
suite_add_cases(suite_t *suite, const signature_t *(*signature)(unsigned i))
{
    suite->signature = signature;
    suite_add(suite, "every row of the catalogue has a guilty and an innocent case here",
              check_cases,
              suite);
}

/* ---- evidence ---- */

bool
evidence_has(const GArray *evidence, const char *id)
{
    for (unsigned i = 0; i < evidence->len; i++)
        if (!strcmp(g_array_index(evidence, evidence_t, i).signature->id, id))
            return true;
    return false;
}

char *
evidence_ids(const GArray *evidence)
{
    GString *ids = g_string_new(NULL);
    for (unsigned i = 0; i < evidence->len; i++)
        g_string_append_printf(ids, "%s%s", i ? ", " : "",
                               g_array_index(evidence, evidence_t, i).signature->id);
    return g_string_free(ids, FALSE);
}

void
assert_fires(const GArray *evidence, const char *id, bool fires)
{
    if (evidence_has(evidence, id) != fires) {
        char *ids = evidence_ids(evidence);
        print_error("%s %s; evidence: %s\n", id, fires ? "missing" : "unexpected", ids);
        g_free(ids);
        fail();
    }
    for (unsigned i = 0; i < evidence->len; i++)
        assert_true(*g_array_index(evidence, evidence_t, i).text);
}

void
assert_verdict(const GArray *evidence, judgement_t judgement, verdict_t at_least, verdict_t at_most)
{
    if (judgement.verdict < at_least || judgement.verdict > at_most) {
        char *ids = evidence_ids(evidence);
        print_error("'%s' %u, evidence: %s\n", verdict_name(judgement.verdict),
                    judgement.confidence, ids);
        g_free(ids);
        fail();
    }
}

/* ---- a wire ---- */

ip_address_t
address4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    return (ip_address_t){ .bytes = { a, b, c, d } };
}

ip_address_t
address6(uint8_t network, uint8_t host)
{
    return (ip_address_t){ .bytes = { 0x20, 0x01, 0x0d, 0xb8, network, [15] = host },
                           .ipv6 = true };
}

wire_t
wire_new_limited(limits_t limits)
{
    static const bool all[N_DETECTORS] = { [0 ... N_DETECTORS - 1] = true };

    if (!limits.findings)
        limits.findings = UINT_MAX;
    return (wire_t){ .engine = engine_new(&limits, all), .now = START_NS };
}

wire_t
wire_new(void)
{
    return wire_new_limited((limits_t)LIMITS_DEFAULT);
}

void
wire_free(wire_t *wire)
{
    engine_free(wire->engine);
}

uint32_t
wire_send(wire_t *wire, observation_t *obs)
{
    wire->now += NS_PER_MS;
    obs->frame = ++wire->frame;
    obs->time = wire->now;
    engine_observe(wire->engine, obs);
    return obs->frame;
}

const finding_t *
wire_finding(const wire_t *wire, uint32_t frame)
{
    return store_lookup(engine_store(wire->engine), frame);
}

verdict_t
wire_verdict(const wire_t *wire, uint32_t frame)
{
    const finding_t *finding = wire_finding(wire, frame);
    return finding ? finding->verdict : VERDICT_NONE;
}

unsigned
wire_notices(const wire_t *wire, const char *word)
{
    unsigned n = 0;
    for (uint32_t frame = 1; frame <= wire->frame; frame++) {
        const finding_t *finding = wire_finding(wire, frame);
        n += finding && finding->notice && strstr(finding->notice, word);
    }
    return n;
}

unsigned
wire_count(const wire_t *wire, verdict_t verdict)
{
    unsigned n = 0;
    for (uint32_t frame = 1; frame <= wire->frame; frame++)
        n += wire_verdict(wire, frame) == verdict;
    return n;
}

void
run_sequence(void **state)
{
    const sequence_row_t *row = *state;
    wire_t wire = wire_new();
    row->run(&wire);
    wire_free(&wire);
}

/* ---- a TCP connection on the wire ---- */

talk_t
talk_new(wire_t *wire, uint16_t port)
{
    return (talk_t){
        .wire = wire,
        .rtt = 40 * NS_PER_MS,
        .end = {
            [CLIENT] = { address4(10, 0, 0, 1), port, 1000, 0x7000, 64 },
            [SERVER] = { address4(192, 0, 2, 80), 80, 500000, 0x2000, 52 },
        },
    };
}

talk_t
talk_new6(wire_t *wire, uint16_t port)
{
    talk_t talk = talk_new(wire, port);
    talk.end[CLIENT].address = address6(1, 1);
    talk.end[SERVER].address = address6(2, 80);
    return talk;
}

observation_t
talk_segment(talk_t *talk, unsigned from, uint16_t flags, uint32_t length)
{
    end_t *src = &talk->end[from];
    const end_t *dst = &talk->end[!from];
    bool ipv6 = src->address.ipv6;
    observation_t obs = {
        .src = src->address, .dst = dst->address, .sport = src->port, .dport = dst->port,
        .protocol = PROTOCOL_TCP,
        .ip = { .ttl = src->ttl, .ip_id = ipv6 ? 0 : ++src->ip_id, .df = !ipv6, .ipv6 = ipv6,
                .flow_label = ipv6 ? src->address.bytes[15] * 4099u : 0 },
        .seq = src->next, .ack = flags & TCP_ACK ? dst->next : 0, .flags = flags, .window = 501,
        .has_timestamps = true, .has_options = true,
        .tsval = (uint32_t)(talk->wire->now / NS_PER_MS), .length = length,
    };
    src->next += length + !!(flags & TCP_SYN) + !!(flags & TCP_FIN);
    return obs;
}

uint32_t
talk_send(talk_t *talk, unsigned from, uint16_t flags, uint32_t length)
{
    observation_t obs = talk_segment(talk, from, flags, length);
    return wire_send(talk->wire, &obs);
}

void
talk_handshake(talk_t *talk)
{
    talk_send(talk, CLIENT, TCP_SYN, 0);
    talk->wire->now += talk->rtt;
    talk_send(talk, SERVER, TCP_SYN | TCP_ACK, 0);
    talk_send(talk, CLIENT, TCP_ACK, 0);
}

observation_t
talk_data(talk_t *talk, unsigned from, const void *bytes, size_t length)
{
    observation_t obs = talk_segment(talk, from, TCP_PSH | TCP_ACK, (uint32_t)length);
    obs.payload = bytes;
    obs.captured = obs.length;
    return obs;
}

uint32_t
talk_say(talk_t *talk, unsigned from, const void *bytes, size_t length)
{
    observation_t obs = talk_data(talk, from, bytes, length);
    return wire_send(talk->wire, &obs);
}

uint32_t
talk_request(talk_t *talk, const char *text)
{
    return talk_say(talk, CLIENT, text, strlen(text));
}

observation_t
talk_reset(talk_t *talk, unsigned from)
{
    observation_t obs = talk_segment(talk, from, TCP_RST, 0);
    obs.ip.ip_id = 0;
    obs.window = 0;
    obs.has_timestamps = obs.has_options = false;
    obs.tsval = 0;
    return obs;
}

observation_t
talk_forged_reset(talk_t *talk, unsigned from)
{
    observation_t obs = talk_reset(talk, from);
    obs.flags = TCP_RST | TCP_ACK;
    obs.ack = talk->end[!from].next;
    obs.ip.ttl = 99;
    obs.ip.df = false;
    obs.ip.ip_id = obs.ip.ipv6 ? 0 : 0xbeef;
    return obs;
}

uint32_t
talk_forged_pair(talk_t *talk)
{
    observation_t first = talk_forged_reset(talk, SERVER), second = first;
    uint32_t frame = wire_send(talk->wire, &first);
    second.seq += 1460;
    wire_send(talk->wire, &second);
    return frame;
}

/* ---- DNS on the wire ---- */

void
message_append(message_t *message, const uint8_t *bytes, size_t length)
{
    assert_true(message->length + length <= sizeof message->bytes);
    if (length)
        memcpy(message->bytes + message->length, bytes, length);
    message->length += length;
}

void
message_append16(message_t *message, unsigned value)
{
    message_append(message, (const uint8_t[]){ (uint8_t)(value >> 8), (uint8_t)value }, 2);
}

static void
append_name(message_t *message, const char *name)
{
    char **labels = g_strsplit(name, ".", -1);
    for (unsigned i = 0; labels[i]; i++) {
        uint8_t n = (uint8_t)strlen(labels[i]);
        message_append(message, &n, 1);
        message_append(message, (const uint8_t *)labels[i], n);
    }
    message_append(message, (const uint8_t *)"", 1);
    g_strfreev(labels);
}

message_t
message_query(uint16_t id, const char *name, uint16_t type, bool opt)
{
    static const uint8_t edns[] = { 0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0 };
    message_t m = { .length = 0 };

    message_append16(&m, id);
    message_append16(&m, 0x0100);               /* recursion desired */
    message_append16(&m, 1);
    message_append16(&m, 0);
    message_append16(&m, 0);
    message_append16(&m, opt);
    append_name(&m, name);
    message_append16(&m, type);
    message_append16(&m, 1);
    if (opt)
        message_append(&m, edns, sizeof edns);
    return m;
}

message_t
message_answer(const message_t *query, uint16_t flags, uint16_t type, const uint8_t *data,
    uint16_t size)
{
    message_t m = *query;

    m.bytes[2] = (uint8_t)(flags >> 8);
    m.bytes[3] = (uint8_t)flags;
    m.bytes[7] = data != NULL;
    if (m.bytes[11])
        m.length -= 11;                         /* the EDNS record goes behind the answer */
    if (data) {
        message_append16(&m, 0xc00c);
        message_append16(&m, type);
        message_append16(&m, 1);
        message_append16(&m, 0);
        message_append16(&m, 300);
        message_append16(&m, size);
        message_append(&m, data, size);
    }
    if (m.bytes[11])
        message_append(&m, query->bytes + query->length - 11, 11);
    return m;
}

observation_t
datagram(const message_t *message, unsigned from, uint16_t port)
{
    ip_address_t client = address4(10, 0, 0, 1), server = address4(8, 8, 8, 8);
    return (observation_t){
        .src = from == CLIENT ? client : server, .dst = from == CLIENT ? server : client,
        .sport = from == CLIENT ? port : 53, .dport = from == CLIENT ? 53 : port,
        .protocol = PROTOCOL_UDP,
        .ip = { .ttl = from == CLIENT ? 64 : 118, .ip_id = from == CLIENT ? 0x1111 : 0x5a5a },
        .length = (uint32_t)message->length, .captured = (uint32_t)message->length,
        .payload = message->bytes,
    };
}
