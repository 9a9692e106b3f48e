/* state/test_syns.c
 * Half-open connections: kept once, counted, taken out, bounded.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "state/syns.h"

static observation_t
syn(uint16_t port, uint32_t frame, int64_t time)
{
    return (observation_t){
        .frame = frame, .time = time, .src = address4(10, 0, 0, 1), .dst = address4(192, 0, 2, 80),
        .sport = port, .dport = 80, .protocol = PROTOCOL_TCP, .flags = TCP_SYN, .seq = 1000,
        .ip = { .ttl = 64, .ip_id = (uint16_t)frame },
    };
}

static observation_t
answer_to(const observation_t *syn_obs)
{
    observation_t answer = *syn_obs;

    answer.src = syn_obs->dst;
    answer.dst = syn_obs->src;
    answer.sport = syn_obs->dport;
    answer.dport = syn_obs->sport;
    answer.flags = TCP_SYN | TCP_ACK;
    return answer;
}

/* Keeps a SYN; true when another one was lost by that. */
static bool
lost_by(syns_t *syns, const observation_t *obs, uint32_t hash)
{
    bool lost = false;
    const half_open_t *kept = syns_keep(syns, obs, hash, &lost);

    assert_true(address_equal(&kept->syn.src, &obs->src) && kept->syn.sport == obs->sport);
    return lost;
}

static void
check_taken_once(void **state)
{
    syns_t *syns = syns_new(16);
    observation_t first = syn(4000, 1, NS_PER_S), answer = answer_to(&first);
    half_open_t half_open;

    (void)state;
    assert_false(lost_by(syns, &first, 7));
    assert_true(syns_take(syns, &answer, 7, &half_open));
    assert_int_equal(half_open.syn.frame, 1);
    assert_int_equal(half_open.sent, 1);
    assert_int_equal(half_open.captured, 1);
    assert_false(syns_take(syns, &answer, 7, &half_open));
    syns_free(syns);
}

static void
check_other_connections(void **state)
{
    syns_t *syns = syns_new(16);
    observation_t first = syn(4000, 1, NS_PER_S), other = syn(4001, 2, NS_PER_S), answer;
    half_open_t half_open;

    (void)state;
    assert_false(lost_by(syns, &first, 7));
    assert_false(syns_take(syns, &other, 7, &half_open));       /* another port, the same hash */
    answer = answer_to(&first);
    answer.src = address4(192, 0, 2, 81);
    assert_false(syns_take(syns, &answer, 7, &half_open));
    answer = answer_to(&first);
    assert_true(syns_take(syns, &answer, 7, &half_open));
    syns_free(syns);
}

static void
check_repeated(void **state)
{
    syns_t *syns = syns_new(16);
    half_open_t half_open;

    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        observation_t again = syn(4000, 1 + i, (int64_t)i * NS_PER_S);
        assert_false(lost_by(syns, &again, 7));
    }
    observation_t last = syn(4000, 300, 299 * NS_PER_S);
    assert_true(syns_take(syns, &last, 7, &half_open));
    assert_int_equal(half_open.first_frame, 1);
    assert_int_equal(half_open.syn.frame, 300);
    assert_int_equal(half_open.sent, UINT8_MAX);
    assert_int_equal(half_open.captured, 1);
    syns_free(syns);
}

static void
check_captured_twice(void **state)
{
    syns_t *syns = syns_new(16);
    observation_t first = syn(4000, 1, NS_PER_S), copy = first;
    half_open_t half_open;

    (void)state;
    copy.frame = 2;
    copy.time += NS_PER_MS;
    lost_by(syns, &first, 7);
    lost_by(syns, &copy, 7);
    assert_true(syns_take(syns, &first, 7, &half_open));
    assert_int_equal(half_open.syn.frame, 1);
    assert_int_equal(half_open.sent, 1);
    assert_int_equal(half_open.captured, 2);
    syns_free(syns);
}

static void
check_ports_used_again(void **state)
{
    syns_t *syns = syns_new(16);
    observation_t first = syn(4000, 1, NS_PER_S), second = syn(4000, 9, 2 * NS_PER_S);
    half_open_t half_open;

    (void)state;
    second.seq = 5000;
    lost_by(syns, &first, 7);
    lost_by(syns, &second, 7);
    assert_true(syns_take(syns, &second, 7, &half_open));
    assert_int_equal(half_open.first_frame, 9);
    assert_int_equal(half_open.sent, 1);
    syns_free(syns);
}

/* Four fit; the fifth costs the oldest, whatever the hashes, which is a loss only while it is
 * alive. */
static void
check_room(void **state)
{
    syns_t *syns = syns_new(4);
    half_open_t half_open;

    (void)state;
    for (uint16_t i = 0; i < 4; i++) {
        observation_t one = syn((uint16_t)(4000 + i), 1 + i, (10 + i) * NS_PER_S);
        assert_false(lost_by(syns, &one, i % 2));
    }
    observation_t fifth = syn(5000, 5, 20 * NS_PER_S),
        sixth = syn(5001, 6, 11 * NS_PER_S + SYN_ALIVE_NS);
    assert_true(lost_by(syns, &fifth, 99));
    assert_false(lost_by(syns, &sixth, 98));
    for (uint16_t i = 0; i < 4; i++) {
        observation_t one = syn((uint16_t)(4000 + i), 1, 0);
        assert_int_equal(syns_take(syns, &one, i % 2, &half_open), i >= 2);
    }
    assert_true(syns_take(syns, &fifth, 99, &half_open));
    assert_true(syns_take(syns, &sixth, 98, &half_open));
    syns_free(syns);
}

int
main(void)
{
    suite_t suite = suite_new();
    suite_add(&suite, "a SYN is taken out once", check_taken_once, NULL);
    suite_add(&suite, "only by its own connection", check_other_connections, NULL);
    suite_add(&suite, "repeated SYNs are counted", check_repeated, NULL);
    suite_add(&suite, "a SYN captured twice was sent once", check_captured_twice, NULL);
    suite_add(&suite, "another SYN on the same ports begins anew", check_ports_used_again, NULL);
    suite_add(&suite, "the oldest makes room", check_room, NULL);
    return suite_run(&suite, "syns");
}
