/* data/client.c
 * Data in the client's name; see client.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data/client.h"

#include "data/say.h"
#include "data/unaware.h"

void
client_tool_made(engine_t *engine, segment_t *s)
{
    if (s->sender->df < s->sender->packets || vantage_is_at(&engine->vantages, s->flow, s->end))
        return;
    data_case_t c = data_case_of(engine, s, CONTENT_OTHER, &(page_t){ 0 });
    s->forged |= data_judge_segment(engine, s, &c, false, 0);
}

/* The client's acknowledgement at hand shows that it did not send what was kept. */
static void
judge_foreign(engine_t *engine, segment_t *s, const foreign_t *foreign)
{
    const observation_t *obs = s->obs;
    data_case_t now = data_case_of(engine, s, CONTENT_OTHER, &(page_t){ 0 });
    answer_t kept = {
        .frame = foreign->frame, .bytes = { .seq = foreign->seq }, .ip_id = foreign->ip_id, .ttl = foreign->ttl,
        .length = (uint16_t)MIN(foreign->end - foreign->seq, UINT16_MAX), .tos = foreign->tos,
        .window = foreign->window,
        .bits = (uint16_t)(foreign->flags | (foreign->df ? BIT_DF : 0)
                           | (foreign->has_timestamps ? BIT_TIMESTAMPS : 0)),
    };
    data_case_t c = data_case_of_earlier(&now, &kept);

    c.other_frame = c.died_frame = 0;
    c.unaware_frame = obs->frame;
    c.unaware_id = obs->ip.ip_id;
    c.before_id = foreign->own_mark;
    data_judge_earlier(engine, s, &c, false, obs->frame);
}

void
client_out_of_step(engine_t *engine, segment_t *s)
{
    foreign_t *foreign = beside_find(engine->besides, s->flow, BESIDE_FOREIGN);

    if (vantage_is_at(&engine->vantages, s->flow, s->end))
        return;
    if (s->obs->length && !data_is_damaged(engine, s))
        foreign_keep(beside_get(engine->besides, s->flow, BESIDE_FOREIGN), s->obs, s->sender);
    else if (foreign && !s->obs->length && foreign_is_denied(foreign, s->obs, s->peer)
             && !store_is_forged(engine->store, foreign->frame) && !data_is_damaged(engine, s))
        judge_foreign(engine, s, foreign);
}
