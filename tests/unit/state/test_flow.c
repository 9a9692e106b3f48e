/* state/test_flow.c
 * Connections: who is who, what is learnt, and who has to go first. Sequence numbers and ticks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "state/flow.h"

/* ---- sequence numbers and ticks ---- */

static const uint32_t corners[] = {
    0, 1, 2, 1000, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff,
};

static void
check_seq_diff(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(corners); i++) {
        uint32_t a = corners[i];
        assert_int_equal(seq_diff(a, a), 0);
        assert_int_equal(seq_diff(a + 1, a), 1);
        assert_int_equal(seq_diff(a, a + 1), -1);
        assert_int_equal(seq_diff(a + 0x7fffffff, a), INT32_MAX);
        assert_int_equal(seq_diff(a - 0x7fffffff, a), -INT32_MAX);
        assert_int_equal(seq_diff(a + 0x80000000, a), INT32_MIN);
        for (size_t k = 0; k < G_N_ELEMENTS(corners); k++) {
            uint32_t b = corners[k];
            assert_int_equal((uint32_t)seq_diff(a, b) + b, a);
            if (a - b != 0x80000000)
                assert_int_equal(seq_diff(a, b), -seq_diff(b, a));
        }
    }
}

typedef struct {
    const char *name;
    int64_t     then, now, since;
} ticks_row_t;

static const ticks_row_t tick_rows[] = {
    { "no time is no time", 0, 0, 0 },
    { "a second is a second", 5 * NS_PER_S, 6 * NS_PER_S, NS_PER_S },
    { "a step backwards is negative", 6 * NS_PER_S, 5 * NS_PER_S, -NS_PER_S },
    { "a second across 1970 is a second", -NS_PER_S / 2, NS_PER_S / 2, NS_PER_S },
    { "a second before 1970 is a second", -6 * NS_PER_S, -5 * NS_PER_S, NS_PER_S },
    { "a second across the counter's end is a second", (INT64_C(1) << 32) * TICK_NS - NS_PER_S / 2,
      (INT64_C(1) << 32) * TICK_NS + NS_PER_S / 2, NS_PER_S },
    { "a day is a day", 0, 86400 * NS_PER_S, 86400 * NS_PER_S },
};

static void
check_ticks(void **state)
{
    const ticks_row_t *row = *state;
    int64_t since = ticks_since(ticks(row->then), ticks(row->now));
    assert_true(since - row->since <= TICK_NS && row->since - since <= TICK_NS);
}

/* ---- a table ---- */

typedef struct {
    host_table_t *hosts;
    flow_table_t *flows;
    GArray       *forgotten;    /* client ports, in order */
} fixture_t;

static void
remember_forgotten(void *context, flow_t *flow)
{
    fixture_t *f = context;
    uint16_t port = flow->port[0] == 80 ? flow->port[1] : flow->port[0];
    g_array_append_val(f->forgotten, port);
}

static fixture_t *
fixture_new(unsigned max)
{
    fixture_t *f = g_new0(fixture_t, 1);
    f->hosts = host_table_new(100);
    f->flows = flow_table_new(f->hosts, max, remember_forgotten, f);
    f->forgotten = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    return f;
}

static void
fixture_free(fixture_t *f)
{
    flow_table_free(f->flows);
    host_table_free(f->hosts);
    g_array_free(f->forgotten, TRUE);
    g_free(f);
}

static observation_t
packet(uint16_t port, bool from_server, uint16_t flags)
{
    ip_address_t client = address4(10, 0, 0, 1), server = address4(192, 0, 2, 80);
    return (observation_t){
        .frame = 1, .time = NS_PER_S, .protocol = PROTOCOL_TCP, .flags = flags,
        .src = from_server ? server : client, .dst = from_server ? client : server,
        .sport = from_server ? 80 : port, .dport = from_server ? port : 80,
        .ip = { .ttl = 64, .ip_id = 1 }, .seq = 1000, .window = 100,
    };
}

static flow_t *
find(fixture_t *f, const observation_t *obs, unsigned *end)
{
    connection_t connection;
    flow_t *flow = flow_find(f->flows, obs, &connection);
    *end = connection.source;
    return flow;
}

/* The flow of a packet, made when there is none. */
static flow_t *
get(fixture_t *f, const observation_t *obs, unsigned *end)
{
    flow_t *flow = find(f, obs, end);
    return flow ? flow : flow_new(f->flows, obs, connection_of(obs));
}

static flow_t *
get_port(fixture_t *f, uint16_t port)
{
    unsigned end;
    observation_t obs = packet(port, false, TCP_ACK);
    return get(f, &obs, &end);
}

static bool
exists(fixture_t *f, uint16_t port)
{
    unsigned end;
    observation_t obs = packet(port, false, 0);
    return find(f, &obs, &end) != NULL;
}

static void
check_both_ways(void **state)
{
    fixture_t *f = fixture_new(10);
    unsigned there, back;
    observation_t obs = packet(4000, false, TCP_SYN),
        answer = packet(4000, true, TCP_SYN | TCP_ACK);

    (void)state;
    assert_null(find(f, &obs, &there));
    flow_t *flow = get(f, &obs, &there);
    assert_ptr_equal(get(f, &answer, &back), flow);
    assert_int_equal(there, !back);
    assert_ptr_equal(flow->host[there], host_get(f->hosts, &obs.src, false));
    assert_int_equal(flow->port[there], 4000);
    assert_int_equal(flow->port[back], 80);
    fixture_free(f);
}

static void
check_other_flows(void **state)
{
    fixture_t *f = fixture_new(10);
    observation_t obs = packet(4000, false, TCP_SYN), other = obs;
    unsigned end;

    (void)state;
    flow_t *flow = get(f, &obs, &end);
    other.sport = 4001;
    assert_ptr_not_equal(get(f, &other, &end), flow);
    other = obs;
    other.src.bytes[3] = 2;
    assert_ptr_not_equal(get(f, &other, &end), flow);
    other = obs;
    other.src.ipv6 = other.dst.ipv6 = true;             /* the same bytes, another protocol */
    assert_ptr_not_equal(get(f, &other, &end), flow);
    fixture_free(f);
}

static void
check_to_itself(void **state)
{
    fixture_t *f = fixture_new(10);
    observation_t obs = packet(80, false, TCP_SYN), back;
    unsigned end, other;

    (void)state;
    obs.dst = obs.src;
    flow_t *flow = get(f, &obs, &end);
    assert_ptr_equal(get(f, &obs, &other), flow);
    assert_int_equal(end, other);
    obs.sport = 4000;
    flow = get(f, &obs, &end);
    back = obs;
    back.sport = 80;
    back.dport = 4000;
    assert_ptr_equal(get(f, &back, &other), flow);
    assert_int_equal(end, !other);
    fixture_free(f);
}

/* Equal ports at both ends, and other flows with the same: in turn, in both directions. */
static void
check_same_ports(void **state)
{
    fixture_t *f = fixture_new(10);
    unsigned there, back;

    (void)state;
    for (unsigned round = 0; round < 3; round++)
        for (uint8_t client = 1; client <= 3; client++) {
            observation_t obs = packet(80, false, TCP_ACK), answer = packet(80, true, TCP_ACK);
            obs.src.bytes[3] = answer.dst.bytes[3] = client;
            flow_t *flow = get(f, &obs, &there);
            assert_ptr_equal(find(f, &answer, &back), flow);
            assert_int_equal(there, !back);
            assert_true(address_equal(&flow->host[there]->address, &obs.src));
        }
    assert_int_equal(flow_table_count(f->flows).begun, 3);
    fixture_free(f);
}

/* ---- eviction ---- */

/* The flow found last is given up, and its place is taken by another one with the same ports. */
static void
check_found_last(void **state)
{
    fixture_t *f = fixture_new(1);
    observation_t obs = packet(4000, false, TCP_ACK), other = obs;
    unsigned end;

    (void)state;
    other.src.bytes[3] = 2;
    get(f, &obs, &end);
    assert_non_null(find(f, &obs, &end));
    flow_t *flow = get(f, &other, &end);
    assert_null(find(f, &obs, &end));
    assert_ptr_equal(find(f, &other, &end), flow);
    fixture_free(f);
}

static void
check_touched_last(void **state)
{
    fixture_t *f = fixture_new(3);

    (void)state;
    flow_t *first = get_port(f, 1);
    get_port(f, 2);
    get_port(f, 3);
    flow_touch(f->flows, first, 3 * NS_PER_S);
    get_port(f, 4);
    assert_true(exists(f, 1) && exists(f, 3) && exists(f, 4));
    assert_false(exists(f, 2));
    assert_int_equal(flow_table_evicted(f->flows), 1);
    assert_int_equal(f->forgotten->len, 1);
    fixture_free(f);
}

/* Its place in the queue is a second old at most. */
static void
check_touched_again(void **state)
{
    fixture_t *f = fixture_new(3);

    (void)state;
    flow_t *first = get_port(f, 1);
    get_port(f, 2);
    flow_touch(f->flows, first, NS_PER_S + NS_PER_MS);
    get_port(f, 3);
    get_port(f, 4);
    assert_false(exists(f, 1));
    fixture_free(f);
}

static void
check_flood(void **state)
{
    fixture_t *f = fixture_new(16);

    (void)state;
    flow_t *first = get_port(f, 1);
    for (unsigned port = 2; port < 60000; port++) {
        get_port(f, (uint16_t)port);
        if (port % 10 == 0)
            flow_touch(f->flows, first, port * NS_PER_S);
    }
    assert_true(exists(f, 1));
    assert_int_equal(flow_table_evicted(f->flows), 59998 - 15);
    assert_int_equal(f->forgotten->len, 59998 - 15);
    fixture_free(f);
}

static void
check_cap_of_none(void **state)
{
    fixture_t *f = fixture_new(0);

    (void)state;
    for (uint16_t port = 1; port <= 5; port++) {
        assert_non_null(get_port(f, port));
        assert_true(exists(f, port));
    }
    fixture_free(f);
}

static void
check_hosts_go_with_flows(void **state)
{
    fixture_t *f = fixture_new(1);
    unsigned end;
    observation_t obs = packet(1, false, TCP_SYN);
    ip_address_t first = obs.src;

    (void)state;
    get(f, &obs, &end);
    obs.src.bytes[3] = 99;
    get(f, &obs, &end);
    assert_null(host_get(f->hosts, &first, false));
    assert_non_null(host_get(f->hosts, &obs.src, false));
    fixture_free(f);
}

static void
check_restart(void **state)
{
    fixture_t *f = fixture_new(4);
    observation_t obs = packet(1, false, TCP_SYN);
    unsigned end;

    (void)state;
    flow_t *flow = get(f, &obs, &end);
    flow_learn(&flow->end[end], &flow->end[!end], &obs);
    flow->request_frame = 9;
    flow_restart(f->flows, flow);
    assert_int_equal(f->forgotten->len, 1);
    assert_int_equal(flow->end[end].packets, 0);
    assert_int_equal(flow->end[end].last.frame, 0);
    assert_int_equal(flow->request_frame, 0);
    assert_true(exists(f, 1));
    fixture_free(f);
}

/* ---- learning ---- */

typedef struct {
    fixture_t *f;
    flow_t    *flow;
    unsigned   client;
} learning_t;

static learning_t
learning_new(void)
{
    learning_t l = { .f = fixture_new(4) };
    observation_t obs = packet(4000, false, TCP_ACK);
    l.flow = get(l.f, &obs, &l.client);
    return l;
}

static observation_t
data(bool from_server, uint32_t frame, uint32_t seq, uint32_t length)
{
    observation_t obs = packet(4000, from_server, TCP_ACK | TCP_PSH);
    obs.frame = frame;
    obs.time = frame * NS_PER_MS;
    obs.seq = seq;
    obs.length = length;
    obs.ip.ip_id = (uint16_t)(0x1000 + frame);
    return obs;
}

static bool
learn(learning_t *l, bool from_server, observation_t obs)
{
    unsigned end = from_server ? !l->client : l->client;
    return flow_learn(&l->flow->end[end], &l->flow->end[!end], &obs);
}

static void
check_next_seq(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(corners); i++) {
        learning_t l = learning_new();
        uint32_t seq = corners[i];
        learn(&l, false, data(false, 1, seq, 100));
        assert_int_equal(l.flow->end[l.client].next_seq, seq + 100);
        learn(&l, false, data(false, 2, seq + 100, 50));
        learn(&l, false, data(false, 3, seq, 100));     /* sent again */
        assert_int_equal(l.flow->end[l.client].next_seq, seq + 150);
        fixture_free(l.f);
    }
}

static void
check_syn_and_fin_count(void **state)
{
    learning_t l = learning_new();
    observation_t obs = data(false, 1, 0xffffffff, 0);

    (void)state;
    obs.flags = TCP_SYN;
    learn(&l, false, obs);
    assert_int_equal(l.flow->end[l.client].next_seq, 0);
    obs = data(false, 2, 0, 10);
    obs.flags |= TCP_FIN;
    learn(&l, false, obs);
    assert_int_equal(l.flow->end[l.client].next_seq, 11);
    assert_true(l.flow->end[l.client].seen & SEEN_SYN && l.flow->end[l.client].seen & SEEN_FIN);
    fixture_free(l.f);
}

typedef struct {
    const char *name;
    int64_t     delay;
    int         ttl_step;
    uint16_t    id_step;
    uint32_t    length, length_step;
    bool        duplicate;
} duplicate_row_t;

static const duplicate_row_t duplicates[] = {
    { "the same packet a microsecond later was captured twice", NS_PER_US, 0, 0, 100, 0, true },
    { "the same packet with one hop less was captured on both sides of a router", NS_PER_US, -1, 0,
      100,
      0, true },
    { "the same packet with one hop more was captured on both sides of a router", NS_PER_US, 1, 0,
      100,
      0, true },
    { "the same packet with two hops less is another one", NS_PER_US, -2, 0, 100, 0, false },
    { "the same packet ten milliseconds later was sent again", 10 * NS_PER_MS, 0, 0, 100, 0,
      false },
    { "the same bytes with another IP ID were sent again", NS_PER_US, 0, 1, 100, 0, false },
    { "other bytes are another packet", NS_PER_US, 0, 0, 100, 1, false },
};

static void
check_duplicate(void **state)
{
    const duplicate_row_t *row = *state;
    learning_t l = learning_new();
    observation_t obs = data(false, 1, 500, row->length);

    assert_true(learn(&l, false, obs));
    obs.frame++;
    obs.time += row->delay;
    obs.ip.ttl = (uint8_t)(obs.ip.ttl + row->ttl_step);
    obs.ip.ip_id = (uint16_t)(obs.ip.ip_id + row->id_step);
    obs.length += row->length_step;
    assert_int_equal(learn(&l, false, obs), !row->duplicate);
    assert_int_equal(l.flow->end[l.client].duplicates, row->duplicate);
    assert_int_equal(l.flow->end[l.client].packets, 2 - row->duplicate);
    fixture_free(l.f);
}

static void
check_rtt(void **state)
{
    learning_t l = learning_new();
    observation_t answer;

    (void)state;
    learn(&l, false, data(false, 10, 1000, 100));
    answer = data(true, 50, 1, 0);
    answer.ack = 1050;                                  /* half of it: tells nothing */
    learn(&l, true, answer);
    assert_int_equal(l.flow->end[!l.client].rtt, 0);
    answer = data(true, 51, 1, 0);
    answer.ack = 1100;
    learn(&l, true, answer);
    assert_true(l.flow->end[!l.client].rtt >= 40900 && l.flow->end[!l.client].rtt <= 41100);
    learn(&l, false, data(false, 100, 1100, 100));
    answer = data(true, 200, 1, 0);
    answer.ack = 1200;                                  /* slower: the shortest one counts */
    learn(&l, true, answer);
    assert_true(l.flow->end[!l.client].rtt >= 40900 && l.flow->end[!l.client].rtt <= 41100);
    fixture_free(l.f);
}

static void
check_rtt_backwards(void **state)
{
    learning_t l = learning_new();
    observation_t answer = data(true, 11, 1, 0);

    (void)state;
    learn(&l, false, data(false, 10, 1000, 100));
    answer.ack = 1100;
    answer.time = 5 * NS_PER_MS;
    learn(&l, true, answer);
    assert_int_equal(l.flow->end[!l.client].rtt, 0);
    fixture_free(l.f);
}

static void
check_ttls(void **state)
{
    learning_t l = learning_new();
    direction_t *end = &l.flow->end[l.client];

    (void)state;
    for (uint32_t i = 1; i <= 20; i++) {
        observation_t obs = data(false, i, i * 100, 100);
        obs.ip.ttl = i == 3 ? 99 : i < 10 ? 64 : 50;    /* one stray, then a new route */
        learn(&l, false, obs);
    }
    assert_int_equal(end->ttl[0], 64);
    assert_int_equal(end->ttl[1], 50);
    assert_int_equal(end->ttl_packets[0], 8);
    assert_true(end->ttl_packets[1] >= 9 && end->ttl_packets[1] <= 11);
    fixture_free(l.f);
}

static void
check_counters_saturate(void **state)
{
    learning_t l = learning_new();
    direction_t *end = &l.flow->end[l.client];

    (void)state;
    for (uint32_t i = 1; i <= 1000; i++) {
        observation_t obs = data(false, i, i * 100, 100);
        obs.ip.df = true;
        learn(&l, false, obs);
    }
    assert_int_equal(end->packets, 255);
    assert_int_equal(end->df, 255);
    assert_int_equal(end->id_steps, 254);       /* of the same packets: the
                                                 * first has none before it */
    assert_int_equal(end->same_ack, 255);
    assert_int_equal(end->ttl_packets[0], 255);
    fixture_free(l.f);
}

static void
check_long_segment(void **state)
{
    learning_t l = learning_new();

    (void)state;
    learn(&l, false, data(false, 1, 0, 100000));        /* offloading: longer
                                                         * than a packet can be */
    assert_int_equal(l.flow->end[l.client].last.length, UINT16_MAX);
    assert_int_equal(l.flow->end[l.client].next_seq, 100000);
    fixture_free(l.f);
}

/* ---- hosts ---- */

static void
check_ttl_memory(void **state)
{
    ttl_memory_t memory = { .others = 0 };
    uint8_t distance;

    (void)state;
    assert_false(ttl_memory_distance(&memory, 64, &distance));
    assert_int_equal(ttl_memory_usual(&memory), 0);
    ttl_memory_add(&memory, 52);
    assert_false(ttl_memory_distance(&memory, 52, &distance));      /* one packet is no habit */
    for (unsigned i = 0; i < 9; i++)
        ttl_memory_add(&memory, 52);
    ttl_memory_add(&memory, 99);
    assert_int_equal(ttl_memory_usual(&memory), 52);
    assert_int_equal(ttl_memory_total(&memory), 11);
    assert_true(ttl_memory_distance(&memory, 99, &distance));
    assert_int_equal(distance, 17);                     /* from 52: the stray is no habit either */
    for (unsigned ttl = 1; ttl < 10; ttl++)
        ttl_memory_add(&memory, (uint8_t)ttl);
    assert_int_equal(memory.others, 7);
    for (unsigned i = 0; i < 70000; i++)
        ttl_memory_add(&memory, 52);
    assert_int_equal(memory.count[0], UINT16_MAX);
}

static void
check_host_limit(void **state)
{
    host_table_t *hosts = host_table_new(1);
    ip_address_t a = address4(10, 0, 0, 1), b = address4(10, 0, 0, 2);
    const ip_header_t ip = { .ttl = 64 };

    (void)state;
    host_t *x = host_get(hosts, &a, true), *y = host_get(hosts, &b, true);
    x->flows = y->flows = 1;
    host_learn(hosts, x, &ip);
    assert_true(host_table_is_full(hosts));
    host_learn(hosts, y, &ip);
    assert_int_equal(ttl_memory_total(&x->ttls), 1);
    assert_int_equal(ttl_memory_total(&y->ttls), 0);
    host_unref(hosts, x);
    host_unref(hosts, y);
    assert_non_null(host_get(hosts, &a, false));
    assert_null(host_get(hosts, &b, false));
    host_table_free(hosts);
}

int
main(void)
{
    suite_t suite = suite_new();
    suite_add(&suite, "sequence numbers differ the same way around 0, 2^31 and 2^32",
              check_seq_diff,
        NULL);
    SUITE_ADD_TABLE(&suite, tick_rows, check_ticks);
    suite_add(&suite, "both directions are one connection", check_both_ways, NULL);
    suite_add(&suite, "another port, address or protocol is another connection", check_other_flows,
        NULL);
    suite_add(&suite, "a host that talks to itself is one connection", check_to_itself, NULL);
    suite_add(&suite, "connections with the same ports are told apart", check_same_ports, NULL);
    suite_add(&suite, "a connection that was given up is not found", check_found_last, NULL);
    suite_add(&suite, "a connection that speaks goes later", check_touched_last, NULL);
    suite_add(&suite, "within a second its place stays", check_touched_again, NULL);
    suite_add(&suite, "a flood of SYNs leaves a living connection alone", check_flood, NULL);
    suite_add(&suite, "a limit of zero means one", check_cap_of_none, NULL);
    suite_add(&suite, "a host known by a SYN only goes with its last connection",
        check_hosts_go_with_flows, NULL);
    suite_add(&suite, "a connection whose ports are used again has no past", check_restart, NULL);
    suite_add(&suite, "the next sequence number grows across every corner and never shrinks",
        check_next_seq, NULL);
    suite_add(&suite, "SYN and FIN take one sequence number each", check_syn_and_fin_count, NULL);
    SUITE_ADD_TABLE(&suite, duplicates, check_duplicate);
    suite_add(&suite, "the shortest time to a full acknowledgement is the round trip", check_rtt,
              NULL);
    suite_add(&suite, "an answer before its question is no round trip", check_rtt_backwards, NULL);
    suite_add(&suite, "the two usual TTLs are kept and a stray goes", check_ttls, NULL);
    suite_add(&suite, "counters stop at their highest value", check_counters_saturate, NULL);
    suite_add(&suite, "a segment longer than 65535 bytes counts in full", check_long_segment, NULL);
    suite_add(&suite, "a TTL is a habit from the second packet on and in a quarter of all",
        check_ttl_memory, NULL);
    suite_add(&suite, "hosts beyond the limit are not remembered", check_host_limit, NULL);
    return suite_run(&suite, "flow");
}
