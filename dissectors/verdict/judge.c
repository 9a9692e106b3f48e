/* verdict/judge.c
 * From evidence to a verdict; see judge.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verdict/judge.h"

#include <float.h>
#include <math.h>

/* Odds, in dB, that a packet worth looking at was forged before anything is known of it: 1 to 100.
 * Resets end 15-25 % of all connections, so forged ones are rare even where there is
 * interference. */
#define PRIOR_DB -20.0

double
signature_weight(const signature_t *s)
{
    if (s->tier == TIER_D || !s->injected.hits)
        return 0;
    unsigned of = is_published(s) ? s->injected.hits : s->injected.of;
    double benign = (s->benign.hits + 0.5) / (s->benign.of + 1.0);
    double injected = (s->injected.hits + 0.5) / (of + 1.0);
    double weight = 10.0 * log10(injected / benign);
    return weight < 0 ? 0 : weight;
}

double
habit_bound(unsigned tested, unsigned alike)
{
    return alike ? fmax(0, 10.0 * log10((tested + 1.0) / alike)) : INFINITY;
}

/* The chance of more than n events where `expected` are expected. Small tails are summed from
 * below, because 1 minus nearly 1 loses them. */
static double
poisson_tail(double expected, unsigned n)
{
    double term = exp((n + 1) * log(expected) - expected - lgamma(n + 2.0)), tail = 0;

    for (unsigned k = n + 2; term > tail * DBL_EPSILON; k++) {
        tail += term;
        term *= expected / k;
    }
    return tail;
}

double
chance_bound(double chance, unsigned tested, unsigned alike)
{
    double expected = chance * (tested + 1.0);

    if (alike <= expected && expected > 1)      /* no more than was to be expected */
        return 0;
    double tail = poisson_tail(expected, alike);
    return tail > 0 ? fmax(0, -10.0 * log10(tail)) : INFINITY;
}

/* TTL, other header fields and a short delay all say that another, perhaps nearer, box sent it:
 * load balancers, caches and firewalls do so for the server. The rest says what it did. */
static bool
is_about_the_exchange(family_t family)
{
    return family != FAMILY_TTL && family != FAMILY_HEADER_MISMATCH && family != FAMILY_TIMING;
}

/* The heaviest sign of each family, one left out, in dB and capped; 0 where a family is silent. */
static void
weigh_families(const GArray *evidence, const signature_t *without, double weight[N_FAMILIES])
{
    for (unsigned f = 0; f < N_FAMILIES; f++)
        weight[f] = 0;
    for (unsigned i = 0; i < evidence->len; i++) {
        const evidence_t *e = &g_array_index(evidence, evidence_t, i);
        family_t family = e->signature->family;
        if (e->signature != without)
            weight[family] = fmax(weight[family], fmin(e->weight, FAMILY_CAP_DB));
    }
}

double
evidence_weight(const GArray *evidence)
{
    return evidence_weight_without(evidence, NULL);
}

double
evidence_weight_without(const GArray *evidence, const signature_t *signature)
{
    double weight[N_FAMILIES], total = 0;

    weigh_families(evidence, signature, weight);
    for (unsigned f = 0; f < N_FAMILIES; f++)
        total += weight[f];
    return total;
}

const evidence_t *
evidence_strongest(const GArray *evidence)
{
    const evidence_t *best = NULL;

    for (unsigned i = 0; i < evidence->len; i++) {
        const evidence_t *e = &g_array_index(evidence, evidence_t, i);
        if (!best || e->weight > best->weight)
            best = e;
    }
    return best;
}

static bool
has_sign(const GArray *evidence, family_t family, tier_t at_least)
{
    for (unsigned i = 0; i < evidence->len; i++) {
        const evidence_t *e = &g_array_index(evidence, evidence_t, i);
        if (e->signature->family == family && e->signature->tier <= at_least && e->weight > 0)
            return true;
    }
    return false;
}

/* A distance that balancers have and words that servers say every day: two habits, not two
 * witnesses. */
static bool
is_everyday(const GArray *evidence, const double weight[N_FAMILIES])
{
    return weight[FAMILY_TTL] > 0 && weight[FAMILY_CONTENT] > 0
        && !has_sign(evidence, FAMILY_TTL, TIER_B) && !has_sign(evidence, FAMILY_CONTENT, TIER_B);
}

/* One sign that may convict alone, or two families of which one is about the exchange; where these
 * would be everyday habits, three. */
static bool
may_convict(const GArray *evidence)
{
    double weight[N_FAMILIES];
    unsigned agreeing = 0;
    bool about_the_exchange = false;

    for (unsigned i = 0; i < evidence->len; i++)
        if (g_array_index(evidence, evidence_t, i).alone)
            return true;
    weigh_families(evidence, NULL, weight);
    for (unsigned f = 0; f < N_FAMILIES; f++) {
        agreeing += weight[f] > 0;
        about_the_exchange |= weight[f] > 0 && is_about_the_exchange((family_t)f);
    }
    return agreeing >= (is_everyday(evidence, weight) ? 3 : 2) && about_the_exchange;
}

uint8_t
judge_posterior(const GArray *evidence)
{
    double odds_db = PRIOR_DB + evidence_weight(evidence);
    double probability = 1.0 / (1.0 + pow(10.0, -odds_db / 10.0));
    return (uint8_t)fmin(99, floor(100 * probability));
}

judgement_t
judge(const GArray *evidence)
{
    if (!evidence->len)
        return (judgement_t){ VERDICT_NONE, 0 };
    judgement_t result = { .confidence = judge_posterior(evidence) };

    if (result.confidence >= CONFIDENCE_FORGED && !may_convict(evidence))
        result.confidence = CONFIDENCE_FORGED - 1;
    result.verdict = result.confidence >= CONFIDENCE_FORGED ? VERDICT_FORGED
                   : result.confidence >= CONFIDENCE_SHOWN  ? VERDICT_SUSPECT
                                                            : VERDICT_NONE;
    return result;
}

GArray *
evidence_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(evidence_t));
}

void
evidence_free(GArray *evidence)
{
    evidence_clear(evidence);
    g_array_free(evidence, TRUE);
}

void
evidence_add(GArray *evidence, const signature_t *signature, char *text)
{
    evidence_t e = { signature, text, signature_weight(signature), signature->tier == TIER_A };
    g_array_append_val(evidence, e);
}

void
evidence_offer_at_most(GArray *evidence, const signature_t *signature, char *text, double most)
{
    if (!text)
        return;
    evidence_add(evidence, signature, text);
    evidence_t *e = &g_array_index(evidence, evidence_t, evidence->len - 1);
    e->weight = fmin(e->weight, most);
    e->alone &= most >= FAMILY_CAP_DB;
}

void
evidence_offer(GArray *evidence, const signature_t *signature, char *text)
{
    if (text)
        evidence_add(evidence, signature, text);
}

void
evidence_append(GArray *evidence, const GArray *from)
{
    for (unsigned i = 0; i < from->len; i++) {
        evidence_t e = g_array_index(from, evidence_t, i);
        e.text = g_strdup(e.text);
        g_array_append_val(evidence, e);
    }
}

void
evidence_clear(GArray *evidence)
{
    if (!evidence->len)
        return;
    for (unsigned i = 0; i < evidence->len; i++)
        g_free(g_array_index(evidence, evidence_t, i).text);
    g_array_set_size(evidence, 0);
}
