/* dns/test_habits.c
 * What a server's answers teach, and that all of it can be taken back.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "dns/habits.h"

#define START INT64_C(1700000000000000000)

static dns_lesson_t
lesson(uint16_t id, uint8_t ttl, uint32_t ms, uint32_t shown)
{
    return (dns_lesson_t){ .traits = { .tested = 0x7fff, .shown = shown }, .delay_us = ms * 1000,
                           .time = START + id * NS_PER_MS, .ip_id = id, .ttl = ttl, .numbered = true };
}

static void
check_taken_back(void **state)
{
    dns_server_t server = { 0 };
    dns_lesson_t lessons[40];

    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(lessons); i++) {
        lessons[i] = lesson((uint16_t)(i + 1), (uint8_t)(50 + i % 3), 20 + i % 5, i * 37 & 0x7fff);
        dns_learn(&server, &lessons[i]);
    }
    assert_int_equal(server.answers, 40);
    assert_int_equal(server.trait[0].shown, 20);
    assert_int_equal(ttl_memory_usual(&server.ttls), 50);
    for (unsigned i = 0; i < G_N_ELEMENTS(lessons); i++)
        dns_unlearn(&server, &lessons[i * 7 % G_N_ELEMENTS(lessons)]);
    assert_int_equal(server.answers, 0);
    assert_int_equal(ttl_memory_total(&server.ttls), 0);
    for (unsigned i = 0; i < N_DNS_TRAITS; i++)
        assert_int_equal(server.trait[i].tested + server.trait[i].shown, 0);
    dns_unlearn(&server, &lessons[0]);                  /* of nothing there is nothing to take */
    assert_int_equal(server.answers, 0);
}

static void
check_full(void **state)
{
    dns_server_t server = { 0 };
    dns_lesson_t one = lesson(1, 50, 20, 0x7fff);

    (void)state;
    for (unsigned i = 0; i < 2 * DNS_COUNT_MAX; i++)
        dns_learn(&server, &one);
    assert_int_equal(server.trait[3].tested, DNS_COUNT_MAX);
    assert_int_equal(server.trait[3].shown, DNS_COUNT_MAX);
    dns_unlearn(&server, &one);
    assert_int_equal(server.trait[3].tested, server.trait[3].shown);
}

/* ---- delays ---- */

static void
floor_is(const uint32_t *ms, unsigned n, uint32_t floor)
{
    dns_server_t server = { 0 };

    for (unsigned i = 0; i < n; i++) {
        dns_lesson_t one = lesson((uint16_t)i, 50, ms[i], 0);
        dns_learn(&server, &one);
    }
    assert_int_equal(dns_delay_floor(&server), floor * 1000);
}

static void
check_floor(void **state)
{
    (void)state;
    floor_is((const uint32_t[]){ 46, 47, 46 }, 3, 46);
    floor_is((const uint32_t[]){ 46, 47 }, 2, 0);
    floor_is((const uint32_t[]){ 90, 46, 200, 47, 0, 46, 300 }, 7, 46);
    floor_is((const uint32_t[]){ 16, 19, 22, 25 }, 4, 0);       /* a forwarder asks others */
    floor_is((const uint32_t[]){ 16, 16, 16, 1 }, 4, 0);        /* and has one in its cache */
    dns_server_t server = { .delay_us = { 1000, 20000, 20100 } };
    dns_lesson_t disputed = lesson(1, 50, 1, 0);
    server.answers = 3;
    dns_unlearn(&server, &disputed);
    assert_int_equal(dns_delay_floor(&server), 0);              /* two are no floor */
    assert_int_equal(server.delay_us[0], 20000);
}

/* ---- counters ---- */

static uint16_t
off_after(unsigned answers, uint16_t step, uint16_t ip_id, int64_t later)
{
    dns_server_t server = { 0 };

    for (unsigned i = 1; i <= answers; i++) {
        dns_lesson_t one = lesson((uint16_t)(i * step), 50, 20, 0);
        one.time = START + i;
        dns_learn(&server, &one);
    }
    return dns_off_counter(&server, ip_id, START + answers + later);
}

static void
check_counter(void **state)
{
    (void)state;
    assert_int_equal(off_after(12, 3, 30000, NS_PER_S), 30000 - 36);
    assert_int_equal(off_after(12, 3, (uint16_t)(36 - 10000), NS_PER_S), 10000);
    assert_int_equal(off_after(12, 3, 8000, NS_PER_S), 0);          /* a busy counter may leap so far */
    assert_int_equal(off_after(12, 3, 30000, 60 * NS_PER_S), 0);
    assert_int_equal(off_after(8, 3, 30000, NS_PER_S), 0);          /* seven steps are not enough */
    assert_int_equal(off_after(12, 5000, 30000, NS_PER_S), 0);      /* no small steps */
}

/* ---- boxes ---- */

static const ip_header_t tool = { .ttl = 64, .ip_id = 1 };

static bool
knows(const dns_server_t *server, uint32_t frame, uint16_t flags, ip_header_t ip)
{
    return dns_find_box(server, frame, flags, &ip) != NULL;
}

static void
check_box(void **state)
{
    dns_server_t server = { 0 };
    ip_header_t nearer = tool, numbered = tool, df = tool, farther = tool;

    (void)state;
    nearer.ttl = 63;
    farther.ttl = 60;
    numbered.ip_id = 500;
    df.df = true;
    assert_true(dns_learn_box(&server, 10, 0x8580, &tool));
    assert_false(dns_learn_box(&server, 12, 0x8580, &nearer));
    assert_int_equal(server.box[0].proofs, 2);
    assert_true(knows(&server, 20, 0x8580, tool));
    assert_true(knows(&server, 20, 0x8580, nearer));
    assert_false(knows(&server, 20, 0x8580, numbered));
    assert_false(knows(&server, 20, 0x8580, df));
    assert_false(knows(&server, 20, 0x8580, farther));
    assert_false(knows(&server, 20, 0x8180, tool));
    assert_false(knows(&server, 10, 0x8580, tool));
    assert_true(dns_learn_box(&server, 14, 0x8580, &numbered));
    assert_false(dns_learn_box(&server, 16, 0x8580, &farther));     /* no room for a third */
}

int
main(void)
{
    suite_t suite = suite_new();
    suite_add(&suite, "all that was taught can be taken back, in any order", check_taken_back, NULL);
    suite_add(&suite, "counts stop and stay", check_full, NULL);
    suite_add(&suite, "the path's delay shows where several answers come with it", check_floor, NULL);
    suite_add(&suite, "an IP ID off a counter, where there is one", check_counter, NULL);
    suite_add(&suite, "the header of a box, and what differs from it", check_box, NULL);
    return suite_run(&suite, "habits");
}
