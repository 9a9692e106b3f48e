/* points/test_clock.c
 * Clocks of two points from packets that both saw: offset, drift, steps, what stays open.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "points/clock.h"

/* A path and two clocks, and n packets over it. */
typedef struct {
    int64_t  offset;            /* of the second clock, ns */
    double   drift;             /* … in ns each ns */
    int64_t  step;              /* … from the middle on, more */
    int64_t  forward, backward; /* least time that a packet takes */
    int64_t  queue;             /* most that it waits beside */
    int64_t  gap;               /* between packets */
    unsigned n;
    bool     one_way;
} path_t;

#define MS NS_PER_MS
#define START (INT64_C(1700000000) * NS_PER_S)

/* The same in every run. */
static int64_t
waits(const path_t *path, unsigned i)
{
    uint32_t mixed = i * 2654435761u;
    return path->queue ? (int64_t)(mixed % 1000) * path->queue / 1000 : 0;
}

/* The second clock less the first at a time of the first. */
static int64_t
apart(const path_t *path, unsigned i, int64_t since)
{
    return path->offset + (int64_t)(path->drift * (double)since) + (i >= path->n / 2 ? path->step : 0);
}

static GArray *
samples_of(const path_t *path)
{
    GArray *samples = g_array_new(FALSE, FALSE, sizeof(clock_sample_t));

    for (unsigned i = 0; i < path->n; i++) {
        bool forward = path->one_way || i % 2 == 0;
        int64_t since = i * path->gap, taken = (forward ? path->forward : path->backward) + waits(path, i);
        clock_sample_t sample = { START + since, apart(path, i, since) + (forward ? taken : -taken), { i + 1, i + 1 },
                                  forward };
        g_array_append_val(samples, sample);
    }
    return samples;
}

typedef struct {
    const char *name;
    path_t      path;
    unsigned    pieces;
    int64_t     within;         /* of the truth, ns */
} clock_row_t;

static const clock_row_t rows[] = {
    { "equal clocks", { .forward = 40 * MS, .backward = 40 * MS, .gap = MS, .n = 20 }, 1, 0 },
    { "an offset of seconds", { .offset = 7 * NS_PER_S, .forward = 40 * MS, .backward = 40 * MS, .gap = MS, .n = 20 },
      1, 0 },
    { "queues", { .offset = -3 * MS, .forward = 10 * MS, .backward = 10 * MS, .queue = 200 * MS, .gap = MS, .n = 400 },
      1, 2 * MS },
    { "a path that is slower one way", { .forward = 60 * MS, .backward = 20 * MS, .gap = MS, .n = 40 }, 1, 20 * MS },
    { "50 ppm over five minutes", { .offset = MS, .drift = 50e-6, .forward = 10 * MS, .backward = 10 * MS,
                                    .queue = 5 * MS, .gap = 100 * MS, .n = 3000 }, 1, 500 * NS_PER_US },
    { "a step back of 70 ms", { .step = -70 * MS, .forward = 40 * MS, .backward = 40 * MS, .queue = 3 * MS, .gap = MS,
                                .n = 60 }, 2, 3 * MS },
    { "a step of an hour", { .step = 3600 * NS_PER_S, .forward = 40 * MS, .backward = 40 * MS, .gap = MS, .n = 60 },
      2, 0 },
    { "a step too small to be told from queues", { .step = MS, .forward = 40 * MS, .backward = 40 * MS,
                                                   .queue = 10 * MS, .gap = MS, .n = 60 }, 1, 6 * MS },
};

static void
check_clock(void **state)
{
    const clock_row_t *row = *state;
    GArray *samples = samples_of(&row->path);
    clocks_t clocks = clocks_estimate(samples);

    assert_int_equal(clocks.n, row->pieces);
    assert_false(clocks.contradicts);
    for (unsigned i = 0; i < row->path.n; i++) {
        int64_t since = i * row->path.gap, truth = apart(&row->path, i, since);
        int64_t said = clocks_offset(&clocks, 0, i + 1, START + since);
        assert_true(ABS(said - truth) <= row->within);
        /* The bound that it gives holds, but for what a drift leaves open. */
        assert_true(ABS(said - truth) <= clocks_error(&clocks) + NS_PER_MS);
    }
    g_array_free(samples, TRUE);
}

/* Another path both ways, longer by as much, is no step. */
static void
check_other_path(void **state)
{
    path_t path = { .forward = 40 * MS, .backward = 40 * MS, .gap = MS, .n = 60 };
    GArray *samples = samples_of(&path);

    (void)state;
    for (unsigned i = 30; i < 60; i++) {
        clock_sample_t *s = &g_array_index(samples, clock_sample_t, i);
        s->apart += s->forward ? 30 * MS : -30 * MS;
    }
    clocks_t clocks = clocks_estimate(samples);
    assert_int_equal(clocks.n, 1);
    assert_int_equal(clocks.piece[0].offset, 0);
    g_array_free(samples, TRUE);
}

static void
check_one_way(void **state)
{
    path_t path = { .offset = 5 * MS, .forward = 40 * MS, .gap = MS, .n = 20, .one_way = true };
    GArray *samples = samples_of(&path);
    clocks_t clocks = clocks_estimate(samples);

    (void)state;
    assert_int_equal(clocks.n, 1);
    assert_false(clocks.piece[0].both_ways);
    assert_int_equal(clocks.piece[0].offset, 45 * MS);
    g_array_free(samples, TRUE);
}

/* Whoever takes the directions the wrong way round sees packets arrive before they were sent. */
static void
check_contradiction(void **state)
{
    path_t path = { .forward = 40 * MS, .backward = 40 * MS, .gap = MS, .n = 20 };
    GArray *samples = samples_of(&path);

    (void)state;
    for (unsigned i = 0; i < samples->len; i++)
        g_array_index(samples, clock_sample_t, i).forward ^= true;
    assert_true(clocks_estimate(samples).contradicts);
    g_array_free(samples, TRUE);
}

static void
check_nothing(void **state)
{
    GArray *samples = g_array_new(FALSE, FALSE, sizeof(clock_sample_t));

    (void)state;
    assert_int_equal(clocks_estimate(samples).n, 0);
    g_array_free(samples, TRUE);
}

int
main(void)
{
    suite_t suite = suite_new();

    SUITE_ADD_TABLE(&suite, rows, check_clock);
    suite_add(&suite, "another path is no step", check_other_path, NULL);
    suite_add(&suite, "one way only", check_one_way, NULL);
    suite_add(&suite, "the wrong way round", check_contradiction, NULL);
    suite_add(&suite, "no packet", check_nothing, NULL);
    return suite_run(&suite, "points.clock");
}
