/* verdict/test_judge.c
 * Weighing evidence.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include <math.h>

#define STRONG { 0, 1000 }, { 50, 100 }     /* 30 dB */
#define MEDIUM { 10, 1000 }, { 50, 100 }    /* 17 dB */
#define WEAK   { 100, 1000 }, { 20, 100 }   /* 3 dB */

static const signature_t
    order_a     = { "order-a", FAMILY_ORDERING, TIER_A, STRONG, "", "", "" },
    order_b     = { "order-b", FAMILY_ORDERING, TIER_B, STRONG, "", "", "" },
    order_b2    = { "order-b2", FAMILY_ORDERING, TIER_B, MEDIUM, "", "", "" },
    order_d     = { "order-d", FAMILY_ORDERING, TIER_D, STRONG, "", "", "" },
    order_weak  = { "order-weak", FAMILY_ORDERING, TIER_C, WEAK, "", "", "" },
    copy_b      = { "copy-b", FAMILY_HEADER_COPY, TIER_B, MEDIUM, "", "", "" },
    mismatch_a  = { "mismatch-a", FAMILY_HEADER_MISMATCH, TIER_A, STRONG, "", "", "" },
    mismatch_b  = { "mismatch-b", FAMILY_HEADER_MISMATCH, TIER_B, STRONG, "", "", "" },
    mismatch_c  = { "mismatch-c", FAMILY_HEADER_MISMATCH, TIER_C, MEDIUM, "", "", "" },
    ttl_b       = { "ttl-b", FAMILY_TTL, TIER_B, STRONG, "", "", "" },
    timing_b    = { "timing-b", FAMILY_TIMING, TIER_B, STRONG, "", "", "" },
    ttl_c       = { "ttl-c", FAMILY_TTL, TIER_C, MEDIUM, "", "", "" },
    content_c   = { "content-c", FAMILY_CONTENT, TIER_C, MEDIUM, "", "", "" },
    content_b   = { "content-b", FAMILY_CONTENT, TIER_B, MEDIUM, "", "", "" },
    absence_b   = { "absence-b", FAMILY_ABSENCE, TIER_B, MEDIUM, "", "", "" },
    never       = { "never", FAMILY_CONTENT, TIER_B, { 90, 100 }, { 1, 100 }, "", "", "" };

#define EVIDENCE_MAX 5

static judgement_t
judge_list(const signature_t *const *list)
{
    GArray *evidence = evidence_new();

    for (unsigned n = 0; n < EVIDENCE_MAX && list[n]; n++)
        evidence_add(evidence, list[n], NULL);
    judgement_t j = judge(evidence);
    evidence_free(evidence);
    return j;
}

typedef struct {
    const char        *name;
    const signature_t *evidence[EVIDENCE_MAX];
    verdict_t          verdict;
} verdict_row_t;

static const verdict_row_t verdicts[] = {
    { "without evidence nothing is said", { NULL }, VERDICT_NONE },
    { "one sign of tier A convicts alone", { &order_a }, VERDICT_FORGED },
    { "one sign of tier A convicts alone even where it only says that another box sent it",
      { &mismatch_a }, VERDICT_FORGED },
    { "one strong sign of tier B does not convict alone", { &order_b }, VERDICT_SUSPECT },
    { "many signs of one family do not convict without tier A", { &order_b, &order_b2, &order_b },
      VERDICT_SUSPECT },
    { "two families of which one is about the exchange convict", { &order_b, &mismatch_b },
      VERDICT_FORGED },
    { "ordering and TTL convict", { &order_b, &ttl_b }, VERDICT_FORGED },
    { "ordering and timing convict", { &order_b, &timing_b }, VERDICT_FORGED },
    { "header copy and TTL convict", { &copy_b, &ttl_b }, VERDICT_FORGED },
    { "content and TTL convict", { &content_b, &ttl_b }, VERDICT_FORGED },
    { "a balancer's distance and everyday words do not convict", { &content_c, &ttl_c },
      VERDICT_SUSPECT },
    { "everyday words and a distance seen in this exchange convict", { &content_c, &ttl_b },
      VERDICT_FORGED },
    { "rare words and a balancer's distance convict", { &content_b, &ttl_c }, VERDICT_FORGED },
    { "everyday words, a balancer's distance and a third family convict",
      { &content_c, &ttl_c, &mismatch_c },
      VERDICT_FORGED },
    { "absence and TTL convict", { &absence_b, &ttl_b }, VERDICT_FORGED },
    { "two families about the exchange convict", { &content_b, &copy_b }, VERDICT_FORGED },
    { "TTL and header mismatch say the same thing and do not convict", { &ttl_b, &mismatch_b },
      VERDICT_SUSPECT },
    { "TTL and timing do not convict: a nearer cache answers", { &ttl_b, &timing_b },
      VERDICT_SUSPECT },
    { "header mismatch and timing do not convict", { &mismatch_b, &timing_b }, VERDICT_SUSPECT },
    { "TTL, header mismatch and timing together do not convict: a load balancer",
      { &ttl_b, &mismatch_b, &timing_b }, VERDICT_SUSPECT },
    { "TTL, header mismatch, timing and an observation of tier D do not convict",
      { &ttl_b, &mismatch_b, &timing_b, &order_d }, VERDICT_SUSPECT },
    { "an observation of tier D is nothing worth saying", { &order_d }, VERDICT_NONE },
    { "a sign that genuine packets show more often says nothing", { &never }, VERDICT_NONE },
    { "a sign that genuine packets show more often does not tie the others to the exchange",
      { &never, &ttl_b, &mismatch_b }, VERDICT_SUSPECT },
    { "weak signs of two families do not reach even odds", { &order_weak, &mismatch_c },
      VERDICT_SUSPECT },
};

static void
check_verdict(void **state)
{
    const verdict_row_t *row = *state;
    judgement_t j = judge_list(row->evidence);

    assert_int_equal(j.verdict, row->verdict);
    assert_int_equal(j.verdict == VERDICT_FORGED, j.confidence >= CONFIDENCE_FORGED);
    assert_true(j.verdict != VERDICT_NONE || j.confidence < CONFIDENCE_SHOWN);
}

/* ---- weights ---- */

typedef struct {
    const char *name;
    signature_t signature;
    double      decibels;
} weight_row_t;

static const weight_row_t weights[] = {
    { "a sign as frequent on both sides weighs nothing",
      { "", FAMILY_TTL, TIER_C, { 10, 99 }, { 10, 99 }, "", "", "" }, 0 },
    { "a sign more frequent on genuine packets weighs nothing, not less",
      { "", FAMILY_TTL, TIER_C, { 50, 99 }, { 10, 99 }, "", "", "" }, 0 },
    { "ten times more frequent weighs 10 dB",
      { "", FAMILY_TTL, TIER_C, { 4, 999 }, { 4, 99 }, "", "", "" }, 10 },
    { "a hundred times more frequent weighs 20 dB",
      { "", FAMILY_TTL, TIER_C, { 1, 9999 }, { 1, 99 }, "", "", "" }, 20 },
    { "the same counts weigh nothing in tier D",
      { "", FAMILY_TTL, TIER_D, { 1, 9999 }, { 1, 99 }, "", "", "" }, 0 },
    { "the same counts weigh as much in tier A",
      { "", FAMILY_TTL, TIER_A, { 1, 9999 }, { 1, 99 }, "", "", "" }, 20 },
    { "what no forged packet ever showed weighs nothing, however rare",
      { "", FAMILY_TTL, TIER_A, { 0, 9999 }, { 0, 1 }, "", "", "" }, 0 },
    { "unless a publication says that they show it: then it weighs like 1 of 1",
      { "", FAMILY_TTL, TIER_A, { 7, 999 }, PUBLISHED, "", "", "" }, 20 },
    { "nothing counted on either side weighs nothing",
      { "", FAMILY_TTL, TIER_B, { 0, 0 }, { 0, 0 }, "", "", "" }, 0 },
};

static void
check_weight(void **state)
{
    const weight_row_t *row = *state;
    assert_true(fabs(signature_weight(&row->signature) - row->decibels) < 1e-6);
}

/* More hits among forged packets weigh more, more among genuine ones less. */
static void
check_weight_is_monotonic(void **state)
{
    (void)state;
    for (unsigned hits = 0; hits < 100; hits++) {
        signature_t s = { "", FAMILY_ORDERING, TIER_B, { hits, 100 }, { 50, 100 }, "", "", "" };
        signature_t more_benign = s, more_injected = s;
        more_benign.benign.hits++;
        more_injected.injected.hits++;
        assert_true(signature_weight(&more_benign) <= signature_weight(&s));
        assert_true(signature_weight(&more_injected) >= signature_weight(&s));
    }
}

/* ---- what the sender's record leaves ---- */

typedef struct {
    const char *name;
    unsigned    tested, alike;
    double      chance;             /* 0: a habit */
    double      least, most;        /* dB */
} bound_row_t;

static const bound_row_t bounds[] = {
    { "a habit nobody has seen sets no limit", 50, 0, 0, INFINITY, INFINITY },
    { "a host that always looks so is no evidence", 95, 95, 0, 0, 0.1 },
    { "half the host's packets leave 3 dB", 99, 50, 0, 3.0, 3.02 },
    { "one in a hundred leaves 20 dB", 99, 1, 0, 19.9, 20.1 },
    { "one packet is a small record", 1, 1, 0, 3.0, 3.02 },
    { "16 equal bits, no other chance: 48 dB", 0, 0, 1 / 65536.0, 48.1, 48.3 },
    { "16 equal bits among 655: 20 dB", 654, 0, 1 / 65536.0, 19.9, 20.1 },
    { "16 equal bits among a million are to be expected", 999999, 0, 1 / 65536.0, 0, 0 },
    { "15 among a million are to be expected", 999999, 14, 1 / 65536.0, 0, 0 },
    { "a second one among ten: not by accident", 9, 1, 1 / 65536.0, 70, 90 },
    { "forty where fifteen are expected: not by accident", 999999, 39, 1 / 65536.0, 50, 90 },
    { "so large a record that no tail is left", 50000000, 65535, 1 / 65536.0, 1000, INFINITY },
    { "what always happens", 10, 3, 1.0, 0, 0 },
};

static void
check_bound(void **state)
{
    const bound_row_t *row = *state;
    double bound = row->chance > 0 ? chance_bound(row->chance, row->tested, row->alike)
                                   : habit_bound(row->tested, row->alike);

    if (!(bound >= row->least && bound <= row->most))
        fail_msg("%f dB", bound);
}

static judgement_t
judge_at_most(const signature_t *s, double most)
{
    GArray *evidence = evidence_new();

    evidence_offer_at_most(evidence, s, g_strdup("seen"), most);
    evidence_offer_at_most(evidence, s, NULL, most);        /* is not there */
    assert_int_equal(evidence->len, 1);
    judgement_t j = judge(evidence);
    evidence_free(evidence);
    return j;
}

static void
check_at_most(void **state)
{
    (void)state;
    assert_int_equal(judge_at_most(&order_a, INFINITY).verdict, VERDICT_FORGED);
    assert_int_equal(judge_at_most(&order_a, FAMILY_CAP_DB).verdict, VERDICT_FORGED);
    assert_int_equal(judge_at_most(&order_a, FAMILY_CAP_DB - 1).confidence, CONFIDENCE_FORGED - 1);
    assert_int_equal(judge_at_most(&order_a, 15).verdict, VERDICT_SUSPECT);
    assert_int_equal(judge_at_most(&order_a, 0).verdict, VERDICT_NONE);
    assert_int_equal(judge_at_most(&order_weak, INFINITY).confidence,
                     judge_list((const signature_t *[]){ &order_weak, NULL }).confidence);
}

/* ---- properties ---- */

static const signature_t *const all[] = {
    &order_a, &order_b, &order_b2, &order_d, &order_weak, &copy_b, &mismatch_a, &mismatch_b,
    &mismatch_c, &ttl_b, &timing_b, &content_b, &absence_b, &never,
};

static judgement_t
judge_subset(unsigned subset)
{
    GArray *evidence = evidence_new();

    for (unsigned i = 0; i < G_N_ELEMENTS(all); i++)
        if (subset & 1u << i)
            evidence_add(evidence, all[i], NULL);
    judgement_t j = judge(evidence);
    evidence_free(evidence);
    return j;
}

static void
check_more_evidence_never_lowers(void **state)
{
    (void)state;
    for (unsigned subset = 0; subset < 1u << G_N_ELEMENTS(all); subset++) {
        judgement_t j = judge_subset(subset);
        assert_true(j.confidence <= 99);
        for (unsigned i = 0; i < G_N_ELEMENTS(all); i++) {
            judgement_t more = judge_subset(subset | 1u << i);
            assert_true(more.confidence >= j.confidence && more.verdict >= j.verdict);
        }
    }
}

static void
check_strongest(void **state)
{
    GArray *evidence = evidence_new();

    (void)state;
    assert_null(evidence_strongest(evidence));
    evidence_add(evidence, &order_weak, NULL);
    evidence_add(evidence, &ttl_b, NULL);
    evidence_add(evidence, &timing_b, NULL);
    evidence_add(evidence, &order_d, NULL);
    assert_ptr_equal(evidence_strongest(evidence)->signature, &ttl_b);
    evidence_clear(evidence);
    assert_null(evidence_strongest(evidence));
    assert_true(evidence_weight(evidence) < 1e-9);
    evidence_free(evidence);
}

static void
check_family_counts_once(void **state)
{
    (void)state;
    const signature_t *once[] = { &order_b, &mismatch_c, NULL };
    const signature_t *twice[] = { &order_b, &order_b2, &order_b, &mismatch_c, NULL };
    assert_int_equal(judge_list(once).confidence, judge_list(twice).confidence);
}

static void
check_order_of_evidence(void **state)
{
    (void)state;
    const signature_t *one[] = { &order_weak, &ttl_b, &content_b, NULL };
    const signature_t *other[] = { &content_b, &order_weak, &ttl_b, NULL };
    assert_int_equal(judge_list(one).confidence, judge_list(other).confidence);
}

static void
check_hearsay_below_fifty(void **state)
{
    (void)state;
    static const family_t hearsay[] = { FAMILY_TTL, FAMILY_HEADER_MISMATCH, FAMILY_TIMING };
    signature_t s[3];
    const signature_t *list[4] = { NULL };

    for (unsigned i = 0; i < 3; i++) {
        s[i] = (signature_t){ "", hearsay[i], TIER_B, { 0, 1000000 }, { 100, 100 }, "", "", "" };
        list[i] = &s[i];
    }
    judgement_t j = judge_list(list);
    assert_int_equal(j.verdict, VERDICT_SUSPECT);
    assert_int_equal(j.confidence, CONFIDENCE_FORGED - 1);
}

/* ---- the catalogue ---- */

/* What is wrong with a row, or NULL. */
static const char *
problem_of(const signature_t *s, GHashTable *ids)
{
    if (!s->id || !*s->id || !s->source || !*s->source || !s->sees || !*s->sees || !s->twin
        || !*s->twin)
        return "lacks id, source, what it sees or its innocent explanation";
    if (s->family >= N_FAMILIES || s->tier > TIER_D)
        return "has no such family or tier";
    if (s->benign.hits > s->benign.of || (s->injected.hits > s->injected.of && !is_published(s)))
        return "has more hits than packets";
    if (!g_hash_table_add(ids, (void *)(uintptr_t)s->id))
        return "has the name of another one";
    if (s->tier != TIER_D && signature_weight(s) <= 0)
        return "weighs nothing: count forged packets that show it, or it is of tier D";
    return NULL;
}

static void
check_catalogue(void **state)
{
    GHashTable *ids = g_hash_table_new(g_str_hash, g_str_equal);

    (void)state;
    for (unsigned d = 0; d < N_DETECTORS; d++) {
        const signature_t *s;
        for (unsigned i = 0; (s = detector_signature((detector_id_t)d, i)); i++) {
            const char *problem = problem_of(s, ids);
            if (problem)
                fail_msg("%s, row %u, %s: it %s", detector_name((detector_id_t)d), i,
                         s->id ? s->id : "", problem);
        }
        assert_true(*detector_name((detector_id_t)d) != '\0');
    }
    g_hash_table_destroy(ids);
}

/* Only tier A convicts alone; what a row of tier A weighs is up to its counts. */
static void
check_rows_alone(void **state)
{
    (void)state;
    for (unsigned d = 0; d < N_DETECTORS; d++) {
        const signature_t *s;
        for (unsigned i = 0; (s = detector_signature((detector_id_t)d, i)); i++) {
            const signature_t *alone[] = { s, NULL };
            judgement_t j = judge_list(alone);
            assert_true(s->tier == TIER_A || j.verdict != VERDICT_FORGED);
            assert_true(s->tier != TIER_A || j.verdict >= VERDICT_SUSPECT);
            assert_true(s->tier != TIER_D || j.verdict == VERDICT_NONE);
        }
    }
}

static void
check_names(void **state)
{
    (void)state;
    for (unsigned i = 0; i < N_CLASSES; i++)
        assert_int_equal(*class_name((class_t)i) == '\0', i == CLASS_NONE);
    for (unsigned i = 0; i < N_VERDICTS; i++)
        assert_int_equal(*verdict_name((verdict_t)i) == '\0', i == VERDICT_NONE);
    for (unsigned i = 0; i < N_FAMILIES; i++)
        assert_true(*family_name((family_t)i) != '\0');
    assert_string_equal(confidence_level(0), "low");
    assert_string_equal(confidence_level(49), "low");
    assert_string_equal(confidence_level(50), "medium");
    assert_string_equal(confidence_level(79), "medium");
    assert_string_equal(confidence_level(80), "high");
    assert_string_equal(confidence_level(99), "high");
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, verdicts, check_verdict);
    SUITE_ADD_TABLE(&suite, weights, check_weight);
    SUITE_ADD_TABLE(&suite, bounds, check_bound);
    suite_add(&suite,
              "a sign weighs no more than its record leaves, and then needs a second family",
              check_at_most, NULL);
    suite_add(&suite, "a weight follows its counts", check_weight_is_monotonic, NULL);
    suite_add(&suite, "more evidence never lowers confidence, which stays in 0 to 99",
              check_more_evidence_never_lowers, NULL);
    suite_add(&suite, "a family with several signs counts once", check_family_counts_once, NULL);
    suite_add(&suite, "the heaviest sign is the strongest, the first of equals", check_strongest,
              NULL);
    suite_add(&suite, "the order of the evidence does not matter", check_order_of_evidence, NULL);
    suite_add(&suite, "no count makes TTL, header mismatch and timing convict",
        check_hearsay_below_fifty, NULL);
    suite_add(&suite, "every row of the catalogue is complete and has a name of its own",
        check_catalogue, NULL);
    suite_add(&suite, "no row below tier A convicts alone", check_rows_alone, NULL);
    suite_add(&suite, "verdicts, classes, families and levels have names", check_names, NULL);
    return suite_run(&suite, "judge");
}
