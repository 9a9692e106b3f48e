/* data/kept.c
 * What this family keeps beside flows; see kept.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data/kept.h"

#include "data/page.h"
#include "data/unaware.h"

#include <string.h>

static void
clear_run(void *kept, void *one)
{
    oldest_remove(&((own_t *)kept)->runs, &((run_t *)one)->link);
}

void *
data_open(engine_t *engine)
{
    own_t *kept = g_new0(own_t, 1);

    kept->pages = oldest_new(PENDING_PAGES, PAGES_NOTICE);
    kept->runs = oldest_new(RUNS, RUNS_NOTICE);
    besides_kind(engine->besides, DETECT_DATA, sizeof(flow_answers_t), NULL, NULL);
    besides_kind(engine->besides, BESIDE_PAGE, sizeof(pending_page_t), page_clear, kept);
    besides_kind(engine->besides, BESIDE_RUN, sizeof(run_t), clear_run, kept);
    besides_kind(engine->besides, BESIDE_FOREIGN, sizeof(foreign_t), NULL, NULL);
    return kept;
}

void
data_close(engine_t *engine)
{
    g_free(data_kept(engine));
}

run_t *
data_run_find(const engine_t *engine, const flow_t *flow)
{
    return beside_find(engine->besides, flow, BESIDE_RUN);
}

run_t *
data_run_of(engine_t *engine, flow_t *flow)
{
    own_t *kept = data_kept(engine);
    run_t *run = data_run_find(engine, flow), *old;

    if (run)
        return run;
    while ((old = oldest_in_the_way(&kept->runs))) {
        report_limit(engine->reports, &kept->runs.limit);
        beside_drop(engine->besides, old->beside.flow, BESIDE_RUN);
    }
    run = beside_get(engine->besides, flow, BESIDE_RUN);
    oldest_add(&kept->runs, &run->link, run);
    return run;
}

flow_answers_t *
data_answers_find(const engine_t *engine, const flow_t *flow)
{
    return beside_find(engine->besides, flow, DETECT_DATA);
}

flow_answers_t *
data_answers_of(engine_t *engine, flow_t *flow)
{
    return beside_get(engine->besides, flow, DETECT_DATA);
}

answer_t
answer_read(const observation_t *obs)
{
    return (answer_t){
        .frame = obs->frame, .ip_id = obs->ip.ip_id, .ttl = obs->ip.ttl, .tos = obs->ip.tos,
        .window = obs->window, .length = (uint16_t)MIN(obs->captured, UINT16_MAX),
        .bits = (uint16_t)(obs->flags | (obs->ip.df ? BIT_DF : 0) | (obs->has_timestamps ? BIT_TIMESTAMPS : 0)),
        .bytes = stretch_read(obs->seq, obs->payload, obs->captured),
    };
}

answer_t *
answers_same(flow_answers_t *list, const answer_t *beginning)
{
    for (unsigned i = 0; i < ANSWERS_KEPT; i++)
        if (list->answer[i].frame && !memcmp(&list->answer[i].bytes, &beginning->bytes, sizeof beginning->bytes))
            return &list->answer[i];
    return NULL;
}

void
answers_remember(flow_answers_t *list, const answer_t *beginning)
{
    if (!answers_same(list, beginning))
        list->answer[list->next++ % ANSWERS_KEPT] = *beginning;
}

const answer_t *
answers_contradicted(const flow_answers_t *list, const answer_t *beginning)
{
    const answer_t *earlier = NULL;

    for (unsigned i = 0; i < ANSWERS_KEPT; i++)
        if (list->answer[i].frame && list->answer[i].frame != beginning->frame
            && (!earlier || list->answer[i].frame > earlier->frame)
            && stretch_contradicts(&list->answer[i].bytes, &beginning->bytes))
            earlier = &list->answer[i];
    return earlier;
}

unsigned
answers_ladder(flow_answers_t *list, const observation_t *obs, bool first)
{
    uint16_t window_ttl = (uint16_t)(obs->window - obs->ip.ttl);

    if (first || !list->ladder || window_ttl != list->window_ttl) {
        list->window_ttl = window_ttl;
        list->ladder = 1;
        list->lowest = list->highest = obs->ip.ttl;
        return 1;
    }
    list->ladder += list->ladder < UINT8_MAX;
    list->lowest = MIN(list->lowest, obs->ip.ttl);
    list->highest = MAX(list->highest, obs->ip.ttl);
    return list->highest - list->lowest + 1u == list->ladder ? list->ladder : 1;
}

const kept_t data_rows_kept[] = {
    { "beginnings of answers, and of what contradicts them", "data/kept.h", sizeof(flow_answers_t), NULL,
      KEPT_NUMBER(ANSWERS_KEPT) " for a connection that has answers", NULL },
    { "small page that is not complete", "data/kept.h", sizeof(pending_page_t),
      "its bytes, at most " KEPT_NUMBER(PAGE_BYTES), KEPT_NUMBER(PENDING_PAGES) ", the oldest goes first",
      PAGES_NOTICE },
    { "run of packets of one sender that is not the host", "data/run.c", sizeof(run_t), NULL,
      "the oldest goes first", RUNS_NOTICE },
    { "data in the client's name that are off its counter", "data/unaware.c", sizeof(foreign_t), NULL,
      "as connections", NULL },
    { "whether certificates go on", "state/flow.c", 0, "one bit",
      "as connections; they are looked for in two segments", NULL },
    { 0 },
};
