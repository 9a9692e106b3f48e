/* state/beside.c
 * What is kept beside a flow; see beside.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "state/beside.h"

typedef struct {
    table_t       *table;       /* NULL: no such kind */
    beside_clear_t clear;
    void          *context;
} kind_t;

struct besides {
    kind_t kind[BESIDE_KINDS];
};

besides_t *
besides_new(void)
{
    return g_new0(besides_t, 1);
}

static void
clear_all(const kind_t *kind)
{
    for (uint32_t n = 1; n <= kind->table->used; n++) {
        beside_t *one = table_at(kind->table, n);
        if (one->entry.number)
            kind->clear(kind->context, one);
    }
}

void
besides_free(besides_t *besides)
{
    for (unsigned i = 0; i < BESIDE_KINDS; i++) {
        kind_t *kind = &besides->kind[i];
        if (kind->table && kind->clear)
            clear_all(kind);
        if (kind->table)
            table_free(kind->table);
    }
    g_free(besides);
}

void
besides_kind(besides_t *besides, unsigned kind, size_t size, beside_clear_t clear, void *context)
{
    g_assert(kind < BESIDE_KINDS && !besides->kind[kind].table && size >= sizeof(beside_t));
    besides->kind[kind] = (kind_t){ table_new(size), clear, context };
}

void *
beside_look_up(const besides_t *besides, const flow_t *flow, unsigned kind)
{
    const table_t *table = besides->kind[kind].table;
    beside_t *one = table_first(table, flow->entry.hash);

    while (one->flow != flow)
        one = table_next(table, one);
    return one;
}

void *
beside_get(besides_t *besides, flow_t *flow, unsigned kind)
{
    beside_t *one = beside_find(besides, flow, kind);

    if (one)
        return one;
    one = table_add(besides->kind[kind].table, flow->entry.hash);
    one->flow = flow;
    flow->has |= (uint16_t)(1u << kind);
    return one;
}

void
beside_drop(besides_t *besides, flow_t *flow, unsigned kind)
{
    const kind_t *k = &besides->kind[kind];
    beside_t *one = beside_find(besides, flow, kind);

    if (!one)
        return;
    if (k->clear)
        k->clear(k->context, one);
    table_remove(k->table, one);
    flow->has &= (uint16_t)~(1u << kind);
}

void
besides_forget(besides_t *besides, flow_t *flow)
{
    while (flow->has)
        beside_drop(besides, flow, (unsigned)__builtin_ctz(flow->has));
}
