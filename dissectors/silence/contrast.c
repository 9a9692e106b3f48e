/* silence/contrast.c
 * What a silence is held against; see contrast.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/contrast.h"

#include <string.h>

void
told_open(silences_t *silences)
{
    silences->told = oldest_new(TOLD_MAX, NULL);
}

static void
drop_told(silences_t *silences, told_t *told)
{
    oldest_remove(&silences->told, &told->link);
    g_free(told);
}

void
told_close(silences_t *silences)
{
    while (silences->told.links.head)
        drop_told(silences, silences->told.links.head->data);
}

told_t *
told_find(const engine_t *engine, uint32_t frame)
{
    for (GList *l = silences_of(engine)->told.links.head; l; l = l->next)
        if (((told_t *)l->data)->frame == frame)
            return l->data;
    return NULL;
}

void
told_forget(engine_t *engine, uint32_t frame)
{
    told_t *told = told_find(engine, frame);

    if (told)
        drop_told(silences_of(engine), told);
}

void
told_remember(engine_t *engine, const silence_case_t *c, const about_t *about, const cut_key_t *key, uint16_t request,
              uint32_t frame)
{
    silences_t *silences = silences_of(engine);
    told_t *told = told_find(engine, frame);

    if (told) {
        told->c = *c;
        return;
    }
    if ((told = oldest_in_the_way(&silences->told)))
        drop_told(silences, told);
    told = g_new(told_t, 1);
    *told = (told_t){ .c = *c, .about = *about, .key = *key, .request = request, .frame = frame };
    oldest_add(&silences->told, &told->link, told);
}

void
told_add_contrast(engine_t *engine, told_t *told, uint32_t frame, const char *name)
{
    const finding_t *known = store_lookup(engine->store, told->frame);
    bool policed = told->c.kind == SILENT_POLICED;      /* nothing is said of one without contrast */

    if (told->c.works_frame || (!policed && (!known || known->verdict != VERDICT_SILENCED)))
        return;
    told->c.works_frame = frame;
    told->c.works_name = name;
    silence_say(engine, &told->c, &told->about, told->frame, 0);
}

bool
flow_has_name(const engine_t *engine, const flow_t *flow)
{
    /* Texts with a space say only why it is not. */
    return flow->request && !strchr(names_text(engine->names, flow->request), ' ');
}

void
contrast_works(engine_t *engine, const flow_t *flow, const observation_t *obs)
{
    host_t *server = flow->host[!flow->client];
    uint16_t port = flow->port[!flow->client];

    if (!flow_has_name(engine, flow))
        return;
    if (server->worked_name[0] != flow->request || server->worked_port[0] != port) {
        server->worked_name[1] = server->worked_name[0];
        server->worked_port[1] = server->worked_port[0];
        server->worked_frame[1] = server->worked_frame[0];
    }
    server->worked_name[0] = flow->request;
    server->worked_port[0] = port;
    server->worked_frame[0] = obs->frame;
    for (GList *l = silences_of(engine)->told.links.head; l; l = l->next) {
        told_t *told = l->data;
        if (told->request && told->request != flow->request && told->key.port == port
            && address_equal(&told->key.server, &server->address) && told->c.kind != SILENT_POLICED)
            told_add_contrast(engine, told, obs->frame, names_text(engine->names, flow->request));
    }
}

void
contrast_read(const engine_t *engine, const flow_t *flow, silence_case_t *c)
{
    const host_t *server = flow->host[!flow->client];

    for (unsigned i = 0; i < 2 && !c->works_frame && flow_has_name(engine, flow); i++)
        if (server->worked_name[i] && server->worked_name[i] != flow->request
            && server->worked_port[i] == flow->port[!flow->client]) {
            c->works_frame = server->worked_frame[i];
            c->works_name = names_text(engine->names, server->worked_name[i]);
        }
}
