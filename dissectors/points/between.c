/* points/between.c
 * Counts of two points, and their words; see between.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "points/between.h"

void
between_clear(between_t *between)
{
    for (unsigned first = 0; first < 2; first++)
        for (unsigned i = 0; i < N_CHANGES; i++)
            g_free(between->way[first].change[i].example);
}

unsigned
way_matched(const way_t *way)
{
    return way->fate[FATE_MATCHED] + way->fate[FATE_COPY] + way->fate[FATE_SAME_BYTES];
}

int
way_hops(const way_t *way)
{
    unsigned most = 0;

    for (unsigned i = 1; i < G_N_ELEMENTS(way->hops); i++)
        if (way->hops[i] > way->hops[most])
            most = i;
    return way->hops[most] ? (int)most : -1;
}

/* ---- words ---- */

static const struct {
    const char *id, *words;
} reasons[N_REASONS] = {
#define X(name, id, words) { id, words },
    POINTS_REASONS(X)
#undef X
}, changes[N_CHANGES] = {
#define X(name, id, words) { id, words },
    POINTS_CHANGES(X)
#undef X
};

const char *reason_id(reason_t reason) { return reasons[reason].id; }
const char *reason_words(reason_t reason) { return reasons[reason].words; }
const char *change_id(change_t change) { return changes[change].id; }
const char *change_words(change_t change) { return changes[change].words; }
