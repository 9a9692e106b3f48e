/* silence/test_policed.c
 * The account of a policer: a sender that tries to go faster, and what passes of it behind a policer, behind
 * a queue, and behind a path that loses by chance.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "silence/policed.h"

#define RATE  18750             /* bytes per second */
#define BURST 4000
#define SIZE  1448
#define RTT   (90 * NS_PER_MS)

typedef struct path path_t;

struct path {
    bool   (*passes)(path_t *, int64_t now);    /* sets delay */
    int64_t  delay;             /* ns that the last packet had to wait */
    double   tokens;
    int64_t  then, busy_until;
    uint32_t random;
};

static bool
policer(path_t *path, int64_t now)
{
    path->tokens = MIN(BURST, path->tokens + RATE * (double)(now - path->then) / NS_PER_S);
    path->then = now;
    if (path->tokens < SIZE)
        return false;
    path->tokens -= SIZE;
    return true;
}

static bool
chance(path_t *path, int64_t now)
{
    (void)now;
    path->random = path->random * 1103515245 + 12345;
    return path->random >> 16 & 7;
}

/* A slow link before which 16 packets wait. */
static bool
narrow(path_t *path, int64_t now)
{
    int64_t each = SIZE * NS_PER_S / RATE;

    path->busy_until = MAX(path->busy_until, now);
    if (path->busy_until - now > 16 * each)
        return false;
    path->busy_until += each;
    path->delay = path->busy_until - now;
    return true;
}

typedef struct {
    policed_t *p;
    int64_t    now;
    uint32_t   next, heard, lost[64];
    unsigned   n_lost;
    bool       timestamps;
} sender_t;

static void
send_one(sender_t *s, path_t *path, uint32_t seq)
{
    path->delay = 0;
    if (!path->passes(path, s->now)) {
        if (s->n_lost < G_N_ELEMENTS(s->lost))
            s->lost[s->n_lost++] = seq;
        return;
    }
    int64_t at = s->now + path->delay;
    uint32_t acked_at = (uint32_t)((at - path->delay - RTT) / NS_PER_MS);
    observation_t ack = { .time = at - path->delay - RTT, .has_timestamps = s->timestamps, .tsval = acked_at,
                          .ack = 1 };
    policed_ack(s->p, &ack);
    observation_t obs = { .time = at, .seq = seq, .length = SIZE, .has_timestamps = s->timestamps, .tsecr = acked_at };
    policed_data(s->p, &obs, s->heard);
}

/* Rounds of a sender that repeats what was lost and then goes on, faster and faster until something is lost. */
static policed_line_t
download(path_t path, bool timestamps, unsigned rounds, uint32_t others)
{
    sender_t s = { .p = policed_new(1, (uint32_t)(RTT / NS_PER_US), 0), .now = NS_PER_S, .next = 1,
                   .timestamps = timestamps };
    unsigned window = 2;

    path.then = s.now;
    for (unsigned i = 0; i < rounds; i++) {
        uint32_t again[64];
        unsigned n = s.n_lost;
        memcpy(again, s.lost, sizeof again);
        s.n_lost = 0;
        for (unsigned k = 0; k < window; k++) {
            bool new = k == 0 || k > n;             /* it learns of a loss by what comes behind */
            send_one(&s, &path, new ? s.next : again[k - 1]);
            s.next += new ? SIZE : 0;
            s.now += NS_PER_MS;
        }
        for (unsigned k = window - 1; k < n; k++)
            s.lost[s.n_lost++] = again[k];
        window = s.n_lost ? MAX(window / 2, 2) : MIN(window + 1, 60);
        s.now += RTT;
        s.heard += others;
    }
    policed_line_t line = policed_line(s.p);
    g_free(s.p);
    return line;
}

static void
behind_a_policer(void **state)
{
    (void)state;
    policed_line_t line = download((path_t){ .passes = policer, .tokens = BURST }, true, 400, 8000);

    assert_true(line.losses >= 8 && line.losses <= POLICED_GAPS);
    assert_true(line.slack <= 2 * SIZE);
    assert_true(line.rate > 0.8 * RATE && line.rate < 1.1 * RATE);
    assert_int_equal(line.late, 0);
    assert_true(line.others > 2 * RATE);
}

static void
behind_bad_luck(void **state)
{
    (void)state;
    policed_line_t line = download((path_t){ .passes = chance, .random = 7 }, true, 400, 0);

    assert_true(line.losses >= 8 && line.losses <= POLICED_GAPS);
    assert_true(line.slack > 2 * SIZE);
}

static void
behind_a_queue(void **state)
{
    (void)state;
    policed_line_t line = download((path_t){ .passes = narrow }, true, 400, 0);

    assert_true(line.losses);
    assert_true(line.late * 4 > line.losses);
}

static void
without_timestamps(void **state)
{
    (void)state;
    policed_line_t line = download((path_t){ .passes = policer, .tokens = BURST }, false, 400, 0);

    assert_true(line.losses);
    assert_int_equal(line.late, line.losses);
}

static void
no_losses(void **state)
{
    (void)state;
    policed_line_t line = download((path_t){ .passes = policer, .tokens = 1e9 }, true, 1, 0);
    assert_int_equal(line.losses, 0);
}

/* What the receiver acknowledges without having got it here was lost by the capture. */
static void
lost_by_the_capture(void **state)
{
    (void)state;
    policed_t *p = policed_new(1, 0, 0);
    observation_t first = { .time = 1, .seq = 1, .length = SIZE };
    observation_t behind = { .time = 2, .seq = 1 + 2 * SIZE, .length = SIZE };
    observation_t ack = { .time = 3, .ack = 1 + 3 * SIZE };

    policed_data(p, &first, 0);
    policed_data(p, &behind, 0);
    assert_int_equal(p->n_gaps, 1);
    policed_ack(p, &ack);
    policed_ack(p, &ack);
    assert_int_equal(p->unseen, 1);
    g_free(p);
}

/* A stream that an application feeds piece by piece. */
static void
fed_by_an_application(void **state)
{
    (void)state;
    policed_t *all = policed_new(1, 0, 0), *pieces = policed_new(1, 0, 0), *writes = policed_new(1, 0, 0);
    for (unsigned i = 0; i < 100; i++) {
        bool last = i % 3 == 2;
        observation_t obs = { .time = i * NS_PER_MS, .seq = 1 + i * SIZE, .length = SIZE, .flags = TCP_ACK };
        policed_data(all, &obs, 0);
        obs.flags |= last ? TCP_PSH : 0;
        policed_data(writes, &obs, 0);
        obs.length -= last ? 400 : 0;
        obs.flags = TCP_ACK;
        policed_data(pieces, &obs, 0);
    }
    assert_true(policed_is_saturated(all));
    assert_false(policed_is_saturated(pieces));
    assert_false(policed_is_saturated(writes));
    g_free(all);
    g_free(pieces);
    g_free(writes);
}

/* More gaps than are kept: the oldest go. */
static void
many_gaps(void **state)
{
    (void)state;
    policed_t *p = policed_new(1, 0, 0);
    for (unsigned i = 0; i < 1000; i++) {
        observation_t obs = { .time = i * NS_PER_MS, .seq = 1 + (2 * i + 1) * SIZE, .length = SIZE };
        policed_data(p, &obs, 0);
    }
    assert_int_equal(p->n_gaps, POLICED_GAPS);
    g_free(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(behind_a_policer), cmocka_unit_test(behind_bad_luck), cmocka_unit_test(behind_a_queue),
        cmocka_unit_test(without_timestamps), cmocka_unit_test(no_losses), cmocka_unit_test(lost_by_the_capture),
        cmocka_unit_test(fed_by_an_application), cmocka_unit_test(many_gaps),
    };
    return cmocka_run_group_tests_name("policed", tests, NULL, NULL);
}
