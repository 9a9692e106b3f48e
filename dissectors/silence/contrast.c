/* silence/contrast.c
 * What a silence is held against; see contrast.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/contrast.h"

#include "silence/outages.h"

#include <string.h>

/* What is answered so soon after something was sent in vain was on its way at the same time: stacks repeat
 * themselves at least as often (RFC 6298). */
#define MEANWHILE_NS (64 * NS_PER_S)

void
told_open(silences_t *silences)
{
    silences->told = oldest_new(TOLD_MAX, TOLD_NOTICE);
    silences->policed_limit.notice = POLICED_NOTICE;
}

void
told_close(silences_t *silences)
{
    oldest_clear(&silences->told);
}

told_t *
told_find(const engine_t *engine, uint32_t frame)
{
    return told_about(&silences_of(engine)->told, frame);
}

void
told_forget(engine_t *engine, uint32_t frame)
{
    told_t *told = told_find(engine, frame);

    if (told)
        oldest_drop(&silences_of(engine)->told, told);
}

void
told_remember(engine_t *engine, const silence_case_t *c, const about_t *about, const cut_key_t *key, uint16_t request,
              uint32_t frame, const observation_t *obs)
{
    told_t *told = told_find(engine, frame);

    if (!told) {
        told = silence_keep(engine, &silences_of(engine)->told, sizeof *told);
        *told = (told_t){ .link = told->link, .about = *about, .key = *key, .request = request, .frame = frame };
    }
    told->c = *c;
    told->last_time = obs->time;
}

void
told_add_contrast(engine_t *engine, told_t *told, const host_t *client, const observation_t *obs, const char *name)
{
    const finding_t *known = store_lookup(engine->store, told->frame);
    bool policed = told->c.kind == SILENT_POLICED;      /* nothing is said of one without contrast */
    bool own = address_equal(&told->key.client, &client->address);

    if (told->c.works_frame && (told->c.works_since || !own))
        return;
    if (outage_has(engine, &told->key.client, told->frame) ? !own || obs->time - told->last_time > MEANWHILE_NS
                        : !policed && (!known || known->verdict != VERDICT_SILENCED))
        return;
    told->c.works_frame = obs->frame;
    told->c.works_name = name;
    told->c.works_since = own;
    outage_leaves(engine, &told->key.client, told->frame);
    silence_say(engine, &told->c, &told->about, told->frame, 0);
}

uint16_t
flow_name(const engine_t *engine, const flow_t *flow)
{
    /* Texts with a space say only why it is not. */
    return flow->request && !strchr(names_text(engine->names, flow->request), ' ') ? flow->request : 0;
}

static void
remember_works(const flow_t *flow, const observation_t *obs)
{
    host_t *server = flow->host[!flow->client];
    uint16_t port = flow->port[!flow->client];

    if (server->worked_name[0] != flow->request || server->worked_port[0] != port) {
        server->worked_name[1] = server->worked_name[0];
        server->worked_port[1] = server->worked_port[0];
        server->worked_frame[1] = server->worked_frame[0];
        server->worked_client[1] = server->worked_client[0];
    }
    server->worked_name[0] = flow->request;
    server->worked_port[0] = port;
    server->worked_frame[0] = obs->frame;
    server->worked_client[0] = flow->host[flow->client]->entry.hash;
}

/* The same was asked once more, on another connection: what kept it from being answered is over. */
static bool
is_same_again(const engine_t *engine, const told_t *told, const flow_t *flow, const cut_key_t *key)
{
    if (!address_equal(&told->key.client, &key->client) || outage_has(engine, &key->client, told->frame)
        || told->c.stop_frame)          /* an answer begins there, too */
        return false;
    return told->c.kind == SILENT_SYN
        || (told->c.kind != SILENT_POLICED && told->request == flow->request && told->key.port == key->port);
}

static bool
is_contrast(const told_t *told, const flow_t *flow, const cut_key_t *key)
{
    return told->request && told->request != flow->request && told->key.port == key->port
        && told->c.kind != SILENT_POLICED;
}

static void
add_answer(engine_t *engine, told_t *told, const observation_t *obs)
{
    if (told->c.answered_frame)
        return;
    told->c.answered_frame = obs->frame;
    silence_say(engine, &told->c, &told->about, told->frame, 0);
}

void
contrast_works(engine_t *engine, const flow_t *flow, const observation_t *obs)
{
    cut_key_t key = cut_key_of(flow);

    if (!flow_name(engine, flow))
        return;
    remember_works(flow, obs);
    for (GList *l = silences_of(engine)->told.links.head; l; l = l->next) {
        told_t *told = l->data;
        if (!address_equal(&told->key.server, &key.server))
            continue;
        if (is_same_again(engine, told, flow, &key))
            add_answer(engine, told, obs);
        else if (is_contrast(told, flow, &key))
            told_add_contrast(engine, told, flow->host[flow->client], obs,
                              names_text(engine->names, flow->request));
    }
}

void
contrast_read(const engine_t *engine, const flow_t *flow, uint32_t since, silence_case_t *c)
{
    const host_t *server = flow->host[!flow->client];

    for (unsigned i = 0; i < 2 && !c->works_frame && flow_name(engine, flow); i++)
        if (server->worked_name[i] && server->worked_name[i] != flow->request
            && server->worked_port[i] == flow->port[!flow->client]) {
            c->works_frame = server->worked_frame[i];
            c->works_name = names_text(engine->names, server->worked_name[i]);
            c->works_since = c->works_frame > since
                && server->worked_client[i] == flow->host[flow->client]->entry.hash;
        }
}
