/* silence/rates.c
 * Connections whose data are held to a rate; see rates.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/rates.h"

#include "silence/contrast.h"

#define POLICED_OLD  4          /* segments of a server that filled gaps, or were sent twice, before it is */
#define CONTROL_BYTES 65536     /* enough to tell how fast a connection is */
#define FAST 1e5                /* bytes per second: no longer followed */

void
rates_clear(silences_t *silences, rate_t *rate)
{
    silences->n_policed -= rate->policed != NULL;
    g_free(rate->policed);
}

/* From here on, what becomes of a server's data is followed. */
static void
follow(engine_t *engine, flow_t *flow, const observation_t *obs, bool is_control)
{
    rate_t *rate = &repeats_of(engine, flow)->rate;
    const direction_t *server = &flow->end[!flow->client];

    if (rate->policed)
        return;
    if (silences_of(engine)->n_policed >= POLICED_MAX) {
        report_limit(engine->reports, &silences_of(engine)->policed_limit);
        return;
    }
    rate->policed = policed_new(server->next_seq, server->rtt, obs->time);
    rate->is_control = is_control;
    silences_of(engine)->n_policed++;
}

static void
unfollow(engine_t *engine, rate_t *rate)
{
    rates_clear(silences_of(engine), rate);
    rate->policed = NULL;
}

/* Another name of a server whose data are policed: is it faster? */
static void
compare_rate(engine_t *engine, const flow_t *flow, const observation_t *obs, policed_t *control)
{
    cut_key_t key = cut_key_of(flow);
    int64_t span = MAX(control->last_time - control->begun, NS_PER_MS);

    if (control->passed < CONTROL_BYTES)
        return;
    double rate = (double)control->passed * NS_PER_S / (double)span;
    control->passed = 0;                /* and once more */
    control->begun = obs->time;
    for (GList *l = silences_of(engine)->told.links.head; l; l = l->next) {
        told_t *told = l->data;
        if (told->c.kind != SILENT_POLICED || told->request == flow->request || !cut_key_equal(&told->key, &key)
            || told->c.works_frame || rate < SILENCE_FASTER * told->c.line.rate)
            continue;
        told->c.works_rate = (uint32_t)MIN(rate, UINT32_MAX);
        told_add_contrast(engine, told, flow->host[flow->client], obs, names_text(engine->names, flow->request));
    }
}

static void
judge_rate(engine_t *engine, const flow_t *flow, const observation_t *obs, const policed_t *p)
{
    silence_case_t c = {
        .kind = SILENT_POLICED, .length = p->longest, .line = policed_line(p),
    };
    cut_key_t key = cut_key_of(flow);

    const told_t *told = told_find(engine, flow->request_frame);
    if (told && told->c.works_frame)            /* no more can be said */
        return;
    if (p->unseen || !policed_is_saturated(p) || !silence_is_policed(&c))
        return;
    c.span = c.line.span;
    about_t about = { ends_of_flow(flow, flow->client, flow->end[flow->client].last.ttl),
                      vantage_of_flow(&engine->vantages, flow), asked_text(engine->asked, flow) };
    told_remember(engine, &c, &about, &key, flow->request, flow->request_frame, obs);
    silence_say(engine, &c, &about, flow->request_frame, obs->frame);
}

void
rates_segment(engine_t *engine, const segment_t *s)
{
    const observation_t *obs = s->obs;
    const flow_t *flow = s->flow;
    rate_t *rate = &repeats_of(engine, s->flow)->rate;

    if (!rate->policed)
        return;
    if (s->end == flow->client)
        policed_ack(rate->policed, obs);
    else if (obs->length && policed_data(rate->policed, obs, flow->host[flow->client]->heard_bytes)
             && !rate->is_control)
        judge_rate(engine, flow, obs, rate->policed);
    if (rate->is_control && s->end != flow->client)
        compare_rate(engine, flow, obs, rate->policed);
}

void
rates_old(engine_t *engine, const segment_t *s)
{
    flow_t *flow = s->flow;

    if (s->end == flow->client || !s->obs->length || !flow->handshake || !flow->request_frame)
        return;
    rate_t *rate = &repeats_of(engine, flow)->rate;
    const policed_t *p = rate->policed;
    if (p && !rate->is_control && p->passed > CONTROL_BYTES
        && (double)p->passed * NS_PER_S > FAST * (double)MAX(p->last_time - p->begun, 1)) {
        unfollow(engine, rate);
        rate->is_fast = true;
    }
    if (rate->policed || rate->is_fast || !flow_name(engine, flow)
        || vantage_is_at(&engine->vantages, flow, s->end))
        return;
    if (++rate->old >= POLICED_OLD)
        follow(engine, flow, s->obs, false);
}

void
rates_works(engine_t *engine, flow_t *flow, const observation_t *obs)
{
    cut_key_t key = cut_key_of(flow);

    if (!flow_name(engine, flow))
        return;
    for (const GList *l = silences_of(engine)->told.links.head; l; l = l->next) {
        const told_t *told = l->data;
        if (told->c.kind == SILENT_POLICED && told->request && told->request != flow->request
            && told->key.port == key.port && address_equal(&told->key.server, &key.server))
            follow(engine, flow, obs, true);
    }
}
