/* pair.c
 * Reads two points, and says where they cannot be compared; see pair.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pair.h"

#include "../../dissectors/detector.h"

#define CLOCK_MOST_NS (24 * 3600 * NS_PER_S)    /* clocks that are further apart are not those of two captures made
                                                 * together */

/* ---- what cannot be compared ---- */

static bool
have_common_host(const pair_t *pair)
{
    for (uint32_t i = 0; i < talks_length(pair->talks); i++) {
        const exchange_t *x = &g_array_index(pair->points->state, exchange_t, i);
        if ((x->seen[0][0] || x->seen[0][1]) && (x->seen[1][0] || x->seen[1][1]))
            return true;
    }
    return false;
}

static char *
unmatched_text(const pair_t *pair)
{
    const point_t *a = &pair->point[0], *b = &pair->point[1];

    if (a->last < b->first || b->last < a->first)
        return g_strdup_printf("%s and %s do not overlap in time, and no packet of one is in the other",
                               a->file, b->file);
    if (!have_common_host(pair))
        return g_strdup_printf("no packet of %s is in %s: they have no conversation in common", a->file, b->file);
    return g_strdup_printf("no packet of %s is in %s, although they have conversations in common: other "
                           "connections (a proxy), or a path that changes all that packets are known by",
                           a->file, b->file);
}

static bool
has_way(const points_t *points)
{
    for (uint32_t i = 0; i < points->state->len; i++)
        if (g_array_index(points->state, exchange_t, i).first[0] != POINT_UNKNOWN)
            return true;
    return false;
}

static char *
refusal_text(const pair_t *pair)
{
    const points_t *points = pair->points;
    const char *a = pair->point[0].file, *b = pair->point[1].file;

    for (unsigned i = 0; i < 2; i++)
        if (!trace_length(points->trace[i]))
            return g_strdup_printf("%s has no TCP or UDP packet to compare", pair->point[i].file);
    if (!points->matched)
        return unmatched_text(pair);
    if (points->same_capture)
        return g_strdup_printf("%s and %s are the same capture: no packet differs in time or TTL", a, b);
    if (!points->clocks.n || !has_way(points))
        return g_strdup_printf("%s and %s do not tell which way packets go from one to the other", a, b);
    if (points->clocks.contradicts)
        return g_strdup_printf("by TTL packets of %s and %s would have arrived before they were sent: the times of "
                               "one of them are not those of its packets", a, b);
    int64_t apart = ABS(points->clocks.piece[0].offset);
    if (apart > CLOCK_MOST_NS)
        return g_strdup_printf("the clocks of %s and %s are %.1f days apart: put one right first (editcap -t)",
                               a, b, (double)apart / (24 * 3600 * (double)NS_PER_S));
    return NULL;
}

/* ---- comparing ---- */

static void
judge_pair(pair_t *pair, const judging_t *judging)
{
    const bool none[N_DETECTORS] = { false };
    const limits_t limits = settings_limits(&judging->settings);
    const char *name[2] = { pair->point[0].name, pair->point[1].name };
    reports_t *reports[2];

    for (unsigned i = 0; i < 2; i++) {
        pair->engine[i] = engine_new(&limits, none);
        reports[i] = pair->engine[i]->reports;
    }
    pair->between = points_compare(pair->points, reports, name);
}

pair_t
pair_compare(const char *const file[2], const char *const name[2], bool complete, const judging_t *judging)
{
    pair_t pair = { .talks = talks_new() };

    for (unsigned i = 0; i < 2; i++)
        pair.point[i] = point_read(file[i], name[i], pair.talks, complete);
    pair.points = points_new(pair.talks, pair.point[0].trace, pair.point[1].trace);
    if (!pair.point[0].opened || !pair.point[1].opened)
        return pair;
    points_match(pair.points);
    pair.refusal = refusal_text(&pair);
    if (!pair.refusal)
        judge_pair(&pair, judging);
    return pair;
}

void
pair_clear(pair_t *pair)
{
    for (unsigned i = 0; i < 2; i++) {
        if (pair->engine[i])
            engine_free(pair->engine[i]);
        point_clear(&pair->point[i]);
    }
    between_clear(&pair->between);
    points_free(pair->points);
    talks_free(pair->talks);
    g_free(pair->refusal);
}

results_t
pair_results(const pair_t *pair, unsigned point)
{
    results_t results = results_new(pair->engine[point], pair->point[point].frames, pair->point[point].file,
                                    PLUGIN_VERSION);

    results.point = pair->point[point].name;
    return results;
}
