/* reset/kept.c
 * What this family keeps; see kept.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reset/kept.h"

static void
clear_list(void *context, void *one)
{
    resets_t *resets = context;
    flow_resets_t *list = one;

    resets->open -= list->cases->len + 1;
    oldest_remove(&resets->flows, &list->link);
    if (list->due_link.data)
        g_queue_unlink(&resets->due, &list->due_link);
    g_ptr_array_free(list->cases, TRUE);
}

void *
reset_open(engine_t *engine)
{
    resets_t *resets = g_new0(resets_t, 1);

    resets->flows = oldest_new(engine->limits.resets, OPEN_NOTICE);
    resets->marked = g_ptr_array_new();
    resets->outcomes = outcomes_new(OUTCOMES_MAX);
    resets->outcomes_limit.notice = OUTCOMES_NOTICE;
    besides_kind(engine->besides, DETECT_RESET, sizeof(flow_resets_t), clear_list, resets);
    return resets;
}

void
reset_close(engine_t *engine)
{
    outcomes_free(resets_of(engine)->outcomes);
    g_ptr_array_free(resets_of(engine)->marked, TRUE);
    g_free(resets_of(engine));
}

flow_resets_t *
resets_find(const engine_t *engine, const flow_t *flow)
{
    return beside_find(engine->besides, flow, DETECT_RESET);
}

flow_resets_t *
resets_list(engine_t *engine, flow_t *flow)
{
    flow_resets_t *list = resets_find(engine, flow);

    if (list)
        return list;
    list = beside_get(engine->besides, flow, DETECT_RESET);
    list->cases = g_ptr_array_new_with_free_func(g_free);
    list->limit.notice = JUDGED_NOTICE;
    oldest_add(&resets_of(engine)->flows, &list->link, list);
    resets_of(engine)->open++;
    return list;
}

bool
resets_make_room(engine_t *engine, const flow_t *flow)
{
    resets_t *resets = resets_of(engine);

    while (resets->open >= resets->flows.max) {
        const GList *l = resets->flows.links.head;
        if (l && ((flow_resets_t *)l->data)->beside.flow == flow)
            l = l->next;
        report_limit(engine->reports, &resets->flows.limit);
        if (!l)
            return false;
        beside_drop(engine->besides, ((flow_resets_t *)l->data)->beside.flow, DETECT_RESET);
    }
    return true;
}

const kept_t reset_rows_kept[] = {
    { "reset", "reset/kept.h", sizeof(reset_case_t), NULL,
      "`max_resets`, " KEPT_NUMBER(CASES_PER_FLOW) " for a connection; those of the connection that had its first one "
      "longest ago go first",
      OPEN_NOTICE },
    { "connection with resets", "reset/kept.h", sizeof(flow_resets_t), NULL,
      "as resets",
      JUDGED_NOTICE },
    { "client and server, or a name that one asked the other for", "reset/contrast.c", sizeof(outcome_t), NULL,
      KEPT_NUMBER(OUTCOMES_MAX) ", further ones are not counted",
      OUTCOMES_NOTICE },
    { 0 },
};
