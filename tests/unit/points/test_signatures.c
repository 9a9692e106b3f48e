/* points/test_signatures.c
 * The signs of two points, each as a pure function of a case.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "points/case.h"

static const uint8_t page[] = "HTTP/1.1 302 Found", answer[] = "HTTP/1.1 200 OK\r\n\r\n";

static const passage_t reset = { .frame = 5, .flags = TCP_RST | TCP_ACK };
static const passage_t data = { .frame = 7, .flags = TCP_ACK, .length = 18, .captured = 18, .payload = page };
static const passage_t original = { .frame = 3, .flags = TCP_ACK, .length = 19, .captured = 19, .payload = answer };
static const passage_t syn = { .frame = 9, .flags = TCP_SYN };

typedef struct {
    const char   *name, *id;
    bool          fires;
    points_case_t facts;
    verdict_t     at_least, at_most;
    const char   *says;         /* of the text; NULL: nothing */
} sign_row_t;

#define POINTS \
    .here = "client", .there = "server", .tcp = true, .matched = 20, .sent = 21, .error = 1, .both = 40, .tested = 1

static const sign_row_t signs[] = {
    { "a reset that was not sent", "not-sent", true, { .sign = POINTS_NOT_SENT, .p = &reset, POINTS },
      VERDICT_FORGED, VERDICT_FORGED, "Never passed server" },
    { "other bytes than were sent", "not-sent", true,
      { .sign = POINTS_NOT_SENT, .p = &data, .original = &original, .bytes = { .differs = true, .at = 9 }, POINTS },
      VERDICT_FORGED, VERDICT_FORGED, "there \"200 OK....\", here \"302 Found\"" },
    { "a request that did not arrive is no forged one", "not-sent", false,
      { .sign = POINTS_NOT_ARRIVED, .p = &syn, .attempts = 4, POINTS }, VERDICT_SILENCED, VERDICT_SILENCED, NULL },
    { "four SYNs of which none arrived", "not-arrived", true,
      { .sign = POINTS_NOT_ARRIVED, .p = &syn, .attempts = 4, POINTS }, VERDICT_SILENCED, VERDICT_SILENCED,
      "SYN, sent 4 times" },
    { "one packet on a path that loses every fifth", "not-arrived", true,
      { .sign = POINTS_NOT_ARRIVED, .p = &data, .attempts = 1, .lost = 5, .lost_both = 5, POINTS }, VERDICT_NONE,
      VERDICT_NONE, "sent 1 time" },
    { "two packets there, at any of 50 places", "not-arrived", true,
      { .sign = POINTS_NOT_ARRIVED, .p = &data, .attempts = 2, .lost = 5, .lost_both = 5, .here = "a", .there = "b",
        .tcp = true, .matched = 20, .sent = 21, .both = 40, .tested = 50 }, VERDICT_NONE, VERDICT_NONE, "2 times" },
    { "a forged one is none that did not arrive", "not-arrived", false,
      { .sign = POINTS_NOT_SENT, .p = &reset, POINTS }, VERDICT_FORGED, VERDICT_FORGED, NULL },
    { "data that became another page", "changed-on-path", true,
      { .sign = POINTS_CHANGED, .p = &data, .original = &original, POINTS }, VERDICT_FORGED, VERDICT_FORGED,
      "from byte 9 on \"200 OK....\" became \"302 Found\"" },
    { "data that became a reset", "changed-on-path", true,
      { .sign = POINTS_CHANGED, .p = &reset, .original = &original, POINTS }, VERDICT_FORGED, VERDICT_FORGED,
      "Passed server as data of 19 bytes, frame 3, and arrived as RST of 0" },
    { "what was put in beside is no change", "changed-on-path", false,
      { .sign = POINTS_NOT_SENT, .p = &data, .original = &original, POINTS }, VERDICT_FORGED, VERDICT_FORGED, NULL },
};

static void
check_sign(void **state)
{
    const sign_row_t *row = *state;
    GArray *evidence = evidence_new();
    judgement_t j = points_judge(&row->facts, evidence);

    assert_fires(evidence, row->id, row->fires);
    assert_in_range(j.verdict, row->at_least, row->at_most);
    if (row->says)
        assert_non_null(strstr(g_array_index(evidence, evidence_t, 0).text, row->says));
    evidence_free(evidence);
}

/* More attempts weigh more, more loss weighs less, and it is never less than nothing. */
static void
check_loss(void **state)
{
    points_case_t c = { .matched = 100, .sent = 100, .both = 200, .tested = 1, .attempts = 1 };
    double one = points_loss_bound(&c);

    (void)state;
    c.attempts = 3;
    assert_true(points_loss_bound(&c) > 2.9 * one);
    c.lost = c.lost_both = 50;
    assert_true(points_loss_bound(&c) < 3 * one);
    c.tested = 1000000;
    assert_true(points_loss_bound(&c) == 0);
}

int
main(void)
{
    suite_t suite = suite_new();

    SUITE_ADD_SIGNS(&suite, signs, check_sign, points_signature);
    suite_add(&suite, "what is lost by chance", check_loss, NULL);
    return suite_run(&suite, "points.signatures");
}
