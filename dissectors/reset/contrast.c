/* reset/contrast.c
 * What passed and what was cut, by name; see contrast.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reset/contrast.h"

#include <string.h>

/* What is older says nothing about now: sites move and fail. */
#define FRESH_NS (10 * 60 * NS_PER_S)

/* So few may be an accident. */
#define CUTS_MIN   2
#define PASSES_MIN 3

struct outcomes {
    table_t *table;             /* of outcome_t */
    unsigned max;
    bool     full;
};

outcomes_t *
outcomes_new(unsigned max)
{
    outcomes_t *outcomes = g_new0(outcomes_t, 1);
    outcomes->table = table_new(sizeof(outcome_t));
    outcomes->max = max;
    return outcomes;
}

void
outcomes_free(outcomes_t *outcomes)
{
    table_free(outcomes->table);
    g_free(outcomes);
}

bool
outcomes_full(const outcomes_t *outcomes)
{
    return outcomes->full;
}

/* Hosts that are remembered stay where they are until the file closes. */
static bool
has_name(const flow_t *flow)
{
    return flow->request && !flow->opaque && flow->host[0]->remembered && flow->host[1]->remembered;
}

static outcome_t
key_of(const flow_t *flow, uint16_t name)
{
    return (outcome_t){ .client = flow->host[flow->client], .server = flow->host[!flow->client],
                        .port = flow->port[!flow->client], .name = name };
}

static outcome_t *
find(const outcomes_t *outcomes, const outcome_t *key, uint32_t *hash)
{
    const uint32_t words[] = { key->client->entry.number, key->server->entry.number,
                               (uint32_t)key->port << 16 | key->name };

    *hash = hash_words(words, G_N_ELEMENTS(words));
    outcome_t *o = table_first(outcomes->table, *hash);
    while (o && (o->client != key->client || o->server != key->server || o->port != key->port || o->name != key->name))
        o = table_next(outcomes->table, o);
    return o;
}

static const outcome_t *
look(const outcomes_t *outcomes, const flow_t *flow, uint16_t name)
{
    outcome_t key = key_of(flow, name);
    uint32_t hash;

    return find(outcomes, &key, &hash);
}

/* The outcome to count in; NULL when there is no room. Names that passed once have passed, but the sums begin
 * again after a while. */
static outcome_t *
counted(outcomes_t *outcomes, const flow_t *flow, uint16_t name, int64_t time)
{
    outcome_t key = key_of(flow, name);
    uint32_t hash;
    outcome_t *o = find(outcomes, &key, &hash);

    if (!o && outcomes->table->length >= outcomes->max) {
        outcomes->full = true;
        return NULL;
    }
    if (!o) {
        o = table_add(outcomes->table, hash);
        key.entry = o->entry;
        *o = key;
    } else if (!name && ticks_since(o->time, ticks(time)) > FRESH_NS) {
        o->passes = o->cuts = 0;
    }
    o->time = ticks(time);
    return o;
}

bool
outcomes_passed(outcomes_t *outcomes, const flow_t *flow, uint32_t frame, int64_t time)
{
    if (!has_name(flow))
        return false;
    outcome_t *one = counted(outcomes, flow, flow->request, time);
    outcome_t *all = one ? counted(outcomes, flow, 0, time) : NULL;
    if (!all)
        return false;
    count_up(&one->passes);
    count_up(&all->passes);
    all->passed_frame = frame;
    all->passed_name = flow->request;
    return all->passes == PASSES_MIN && all->cuts >= CUTS_MIN;
}

bool
outcomes_cut(outcomes_t *outcomes, const flow_t *flow, int64_t time)
{
    if (!has_name(flow))
        return false;
    outcome_t *one = counted(outcomes, flow, flow->request, time);
    outcome_t *all = one ? counted(outcomes, flow, 0, time) : NULL;
    if (!all)
        return false;
    count_up(&one->cuts);
    count_up(&all->cuts);
    return one->cuts == CUTS_MIN && all->passes >= PASSES_MIN;
}

contrast_t
outcomes_contrast(const outcomes_t *outcomes, const names_t *names, const flow_t *flow)
{
    const outcome_t *one = has_name(flow) ? look(outcomes, flow, flow->request) : NULL;
    const outcome_t *all = one ? look(outcomes, flow, 0) : NULL;

    if (!all || one->passes || one->cuts < CUTS_MIN || all->passes < PASSES_MIN)
        return (contrast_t){ 0 };
    return (contrast_t){
        .cut = one->cuts, .passed = all->passes, .passed_frame = all->passed_frame,
        .name = names_text(names, flow->request), .passed_name = names_text(names, all->passed_name),
    };
}
