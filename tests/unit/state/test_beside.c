/* state/test_beside.c
 * What is kept beside flows: found, dropped, cleared exactly once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "state/beside.h"

enum { SMALL = 0, LARGE = 3, PLAIN = BESIDE_KINDS - 1 };

typedef struct {
    beside_t beside;
    int      value;
} small_t;

typedef struct {
    beside_t beside;
    char    *text;
} large_t;

/* context: how often it was called. */
static void
clear_small(void *context, void *one)
{
    (void)one;
    ++*(unsigned *)context;
}

static void
clear_large(void *context, void *one)
{
    large_t *large = one;
    g_free(large->text);
    ++*(unsigned *)context;
}

static besides_t *
make(unsigned cleared[2])
{
    besides_t *b = besides_new();
    besides_kind(b, SMALL, sizeof(small_t), clear_small, &cleared[0]);
    besides_kind(b, LARGE, sizeof(large_t), clear_large, &cleared[1]);
    besides_kind(b, PLAIN, sizeof(small_t), NULL, NULL);
    return b;
}

static void
check_found(void **state)
{
    unsigned cleared[2] = { 0 };
    besides_t *b = make(cleared);
    /* two share a hash */
    flow_t flow[3] = { { .entry.hash = 7 }, { .entry.hash = 7 }, { .entry.hash = 8 } };

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_null(beside_find(b, &flow[i], SMALL));
        small_t *small = beside_get(b, &flow[i], SMALL);
        assert_int_equal(small->value, 0);
        small->value = i + 1;
        assert_ptr_equal(beside_get(b, &flow[i], SMALL), small);
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(((small_t *)beside_find(b, &flow[i], SMALL))->value, i + 1);
    assert_null(beside_find(b, &flow[0], LARGE));
    beside_drop(b, &flow[0], LARGE);                    /* there is none */
    beside_drop(b, &flow[0], SMALL);
    assert_null(beside_find(b, &flow[0], SMALL));
    assert_int_equal(((small_t *)beside_find(b, &flow[1], SMALL))->value, 2);
    assert_int_equal(((small_t *)beside_get(b, &flow[0], SMALL))->value, 0);    /* zeros again */
    assert_int_equal(cleared[0], 1);
    besides_free(b);
    assert_int_equal(cleared[0], 4);
    assert_int_equal(cleared[1], 0);
}

static void
check_forgotten(void **state)
{
    unsigned cleared[2] = { 0 };
    besides_t *b = make(cleared);
    flow_t flow = { .entry.hash = 7 }, other = { .entry.hash = 7 };

    (void)state;
    beside_get(b, &flow, SMALL);
    beside_get(b, &flow, PLAIN);
    ((large_t *)beside_get(b, &flow, LARGE))->text = g_strdup("freed by its kind");
    beside_get(b, &other, LARGE);
    besides_forget(b, &flow);
    assert_int_equal(flow.has, 0);
    assert_int_equal(cleared[0], 1);
    assert_int_equal(cleared[1], 1);
    assert_true(beside_has(&other, LARGE));
    besides_forget(b, &flow);                           /* has nothing */
    besides_free(b);
    assert_int_equal(cleared[1], 2);
}

int
main(void)
{
    suite_t suite = suite_new();
    suite_add(&suite, "each flow has its own", check_found, NULL);
    suite_add(&suite, "a flow is forgotten with all it has", check_forgotten, NULL);
    return suite_run(&suite, "beside");
}
