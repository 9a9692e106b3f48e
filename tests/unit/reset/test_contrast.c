/* reset/test_contrast.c
 * Connections of one client with one server, by the name that was asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "base/hash.h"
#include "reset/contrast.h"

#define START INT64_C(1700000000000000000)

/* A client, a server, and what the client asks for. */
typedef struct {
    outcomes_t *outcomes;
    names_t    *names;
    host_t      client, server;
    flow_t      flow;
    int64_t     now;
} scene_t;

static scene_t *
scene_new(unsigned max)
{
    scene_t *s = g_new0(scene_t, 1);

    hash_init();
    s->outcomes = outcomes_new(max);
    s->names = names_new();
    s->client = (host_t){ .entry.number = 1, .remembered = true };
    s->server = (host_t){ .entry.number = 2, .remembered = true };
    s->flow.host[0] = &s->client;
    s->flow.host[1] = &s->server;
    s->flow.port[1] = 443;
    s->now = START;
    return s;
}

static void
scene_free(scene_t *s)
{
    outcomes_free(s->outcomes);
    names_free(s->names);
    g_free(s);
}

static void
ask(scene_t *s, const char *name)
{
    s->flow.request = names_number(s->names, name, strlen(name), false);
    s->now += NS_PER_S;
}

/* "pc" is: one passes, one is cut. */
static bool
play(scene_t *s, const char *name, const char *outcomes)
{
    bool news = false;

    for (const char *p = outcomes; *p; p++) {
        ask(s, name);
        news = *p == 'p' ? outcomes_passed(s->outcomes, &s->flow, 17, s->now)
                         : outcomes_cut(s->outcomes, &s->flow, s->now);
    }
    return news;
}

static contrast_t
contrast_of(scene_t *s, const char *name)
{
    ask(s, name);
    return outcomes_contrast(s->outcomes, s->names, &s->flow);
}

typedef struct {
    const char *name;
    const char *listed, *other;     /* how connections for each went */
    unsigned    cut, passed;        /* of the contrast */
} contrast_row_t;

static const contrast_row_t contrasts[] = {
    { "two cut, three pass", "cc", "ppp", 2, 3 },
    { "six cut, four pass", "cccccc", "pppp", 6, 4 },
    { "one cut", "c", "ppppp", 0, 0 },
    { "two pass", "ccccc", "pp", 0, 0 },
    { "one of the cut name passes", "ccpcc", "pppp", 0, 0 },
    { "everything is cut", "cccc", "cccc", 0, 0 },
};

static void
check_contrast(void **state)
{
    const contrast_row_t *row = *state;
    scene_t *s = scene_new(100);

    play(s, "other.example", row->other);
    play(s, "listed.example", row->listed);
    contrast_t c = contrast_of(s, "listed.example");
    assert_int_equal(c.cut, row->cut);
    assert_int_equal(c.passed, row->passed);
    if (row->cut) {
        assert_string_equal(c.name, "listed.example");
        assert_string_equal(c.passed_name, "other.example");
        assert_int_equal(c.passed_frame, 17);
    }
    assert_int_equal(contrast_of(s, "other.example").cut, 0);
    scene_free(s);
}

/* It is news when the second is cut, or the third passes, whichever comes last. */
static void
check_news(void **state)
{
    scene_t *s = scene_new(100);

    (void)state;
    assert_false(play(s, "other.example", "ppp"));
    assert_false(play(s, "listed.example", "c"));
    assert_true(play(s, "listed.example", "c"));
    assert_false(play(s, "listed.example", "c"));
    scene_free(s);
    s = scene_new(100);
    play(s, "listed.example", "cc");
    assert_false(play(s, "other.example", "pp"));
    assert_true(play(s, "other.example", "p"));
    scene_free(s);
}

static void
check_other_pairs(void **state)
{
    scene_t *s = scene_new(100);
    host_t other = { .entry.number = 3, .remembered = true };

    (void)state;
    play(s, "other.example", "ppp");
    s->flow.port[1] = 8443;
    play(s, "listed.example", "cc");
    assert_int_equal(contrast_of(s, "listed.example").cut, 0);      /* another port */
    s->flow.port[1] = 443;
    s->flow.host[0] = &other;
    play(s, "listed.example", "cc");
    assert_int_equal(contrast_of(s, "listed.example").cut, 0);      /* another client */
    scene_free(s);
}

static void
check_old_passes(void **state)
{
    scene_t *s = scene_new(100);

    (void)state;
    play(s, "other.example", "ppp");
    s->now += 20 * 60 * NS_PER_S;
    play(s, "listed.example", "cc");
    assert_int_equal(contrast_of(s, "listed.example").cut, 0);
    play(s, "other.example", "ppp");
    assert_int_equal(contrast_of(s, "listed.example").cut, 2);
    scene_free(s);
}

static void
check_no_names(void **state)
{
    scene_t *s = scene_new(100);

    (void)state;
    s->flow.opaque = true;
    play(s, "other.example", "ppp");
    s->flow.opaque = false;
    play(s, "listed.example", "cc");
    assert_int_equal(contrast_of(s, "listed.example").cut, 0);
    scene_free(s);
}

static void
check_bound(void **state)
{
    scene_t *s = scene_new(3);

    (void)state;
    play(s, "other.example", "ppp");
    assert_false(outcomes_full(s->outcomes));
    play(s, "listed.example", "cc");
    assert_int_equal(contrast_of(s, "listed.example").cut, 2);
    play(s, "third.example", "cc");
    assert_true(outcomes_full(s->outcomes));
    assert_int_equal(contrast_of(s, "third.example").cut, 0);
    scene_free(s);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, contrasts, check_contrast);
    suite_add(&suite, "the outcome that makes a contrast is news", check_news, NULL);
    suite_add(&suite, "other ports and clients are not compared", check_other_pairs, NULL);
    suite_add(&suite, "what passed twenty minutes ago does not count", check_old_passes, NULL);
    suite_add(&suite, "requests without a name are not counted", check_no_names, NULL);
    suite_add(&suite, "names beyond the bound are not compared", check_bound, NULL);
    return suite_run(&suite, "contrast");
}
