/* points/path.c
 * What the path changes; see path.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "points/path.h"

/* What is compared, and where it is counted. */
typedef struct {
    const points_t    *points;
    between_t         *between;
    const char *const *name;
} path_t;

static void
note_change(const path_t *c, change_t change, unsigned first, const passage_t *to, uint32_t from_value,
            uint32_t to_value)
{
    changed_t *row = &c->between->way[first].change[change];

    if (!row->packets++)
        row->example = g_strdup_printf("%u became %u, frame %u of %s", from_value, to_value, to->frame,
                                       c->name[!first]);
}

static void
note_if(const path_t *c, change_t change, unsigned first, const passage_t *to, uint32_t from_value,
        uint32_t to_value)
{
    if (from_value != to_value)
        note_change(c, change, first, to, from_value, to_value);
}

static void
note_changes(const path_t *c, unsigned first, const passage_t *from, const passage_t *to)
{
    const exchange_t *x = points_exchange(c->points, from);
    unsigned down = (uint8_t)(from->ip.ttl - to->ip.ttl);

    c->between->way[first].hops[down]++;
    note_if(c, CHANGE_DSCP, first, to, from->ip.tos >> 2, to->ip.tos >> 2);
    note_if(c, CHANGE_ECN, first, to, from->ip.tos & 3, to->ip.tos & 3);
    note_if(c, CHANGE_MARK, first, to, ip_mark(&from->ip), ip_mark(&to->ip));
    note_if(c, CHANGE_DF, first, to, from->ip.df, to->ip.df);
    note_if(c, CHANGE_OPTIONS, first, to, from->has_options + from->has_timestamps,
            to->has_options + to->has_timestamps);
    if (from->has_timestamps && to->has_timestamps && (from->tsval != to->tsval || from->tsecr != to->tsecr))
        note_change(c, CHANGE_TIMESTAMPS, first, to, from->tsval, to->tsval);
    note_if(c, CHANGE_MSS, first, to, from->mss, to->mss);
    note_if(c, CHANGE_WINDOW, first, to, from->window, to->window);
    if (x->shift[0] || x->shift[1])
        note_change(c, CHANGE_SEQUENCE, first, to, from->seq, to->seq);
    if (from->talk != to->talk)
        note_change(c, CHANGE_ADDRESSES, first, to, talks_at(c->points->talks, from->talk)->port[from->end],
                    talks_at(c->points->talks, to->talk)->port[to->end]);
}

void
path_compare(const points_t *points, between_t *between, const char *const name[2])
{
    const path_t c = { points, between, name };

    for (uint32_t i = 0; i < trace_length(points->trace[0]); i++) {
        const passage_t *a = trace_at(points->trace[0], i);
        unsigned first = points_first(points, a);
        if (!a->partner || first == POINT_UNKNOWN)
            continue;
        const passage_t *b = trace_at(points->trace[1], a->partner - 1);
        note_changes(&c, first, first ? b : a, first ? a : b);
    }
    for (unsigned first = 0; first < 2; first++) {
        way_t *way = &between->way[first];
        int usual = way_hops(way);
        for (int down = 0; down < (int)G_N_ELEMENTS(way->hops); down++)
            way->change[CHANGE_TTL].packets += down != usual ? way->hops[down] : 0;
    }
}
