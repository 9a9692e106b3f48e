/* silence/outages.c
 * Servers that fall silent to one client at the same time; see outages.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/outages.h"

#define OUTAGE_SERVERS 3        /* that have nothing to do with each other */

/* So long after its last repetition a silence still counts as going on: stacks wait up to 64 s (RFC 6298). */
#define MUTE_NS (120 * NS_PER_S)
/* So long an outage goes on without anything new. So far apart are addresses that do not answer and belong together:
 * programs try one after the other until each has timed out, and begin again after minutes. */
#define OUTAGE_NS (600 * NS_PER_S)

void
outages_open(silences_t *silences)
{
    silences->outages = oldest_new(OUTAGES_MAX, OUTAGES_NOTICE);
}

void
outages_close(silences_t *silences)
{
    oldest_clear(&silences->outages);
}

/* The last clients first. */
static outage_t *
find_outage(const silences_t *silences, const ip_address_t *client)
{
    for (GList *l = silences->outages.links.tail; l; l = l->prev)
        if (address_equal(&((outage_t *)l->data)->client, client))
            return l->data;
    return NULL;
}

static outage_t *
get_outage(engine_t *engine, const ip_address_t *client)
{
    silences_t *silences = silences_of(engine);
    outage_t *o = find_outage(silences, client);

    if (o) {
        oldest_touch(&silences->outages, &o->link);
        return o;
    }
    o = silence_keep(engine, &silences->outages, sizeof *o);
    o->client = *client;
    return o;
}

/* ---- what has nothing to do with each other ---- */

/* One network, as they are handed out: /16, or /32 of IPv6. */
static bool
same_network(const ip_address_t *a, const ip_address_t *b)
{
    return a->ipv6 == b->ipv6 && !memcmp(a->bytes, b->bytes, a->ipv6 ? 4 : 2);
}

/* Addresses that do not answer a SYN are tried one after the other, often of one operator: each counts. What
 * is asked for is answered by an operator, at any of its addresses, or by anybody who has the name. */
static bool
are_related(const mute_server_t *a, const mute_server_t *b)
{
    if (a->kind == SILENT_SYN && b->kind == SILENT_SYN)
        return false;
    return same_network(&a->server, &b->server) || (a->request && a->request == b->request);
}

static unsigned
unrelated(const outage_t *o)
{
    unsigned n = 0;

    for (unsigned i = 0; i < o->n; i++) {
        bool related = false;
        for (unsigned k = 0; k < i; k++)
            related |= are_related(&o->mute[i], &o->mute[k]);
        n += !related;
    }
    return n;
}

/* ---- who is silent ---- */

static void
forget_stale(outage_t *o, int64_t now)
{
    unsigned kept = 0;

    if (now - o->last > OUTAGE_NS)
        o->n = o->frame = 0;
    for (unsigned i = 0; i < o->n && !o->frame; i++)
        if (o->mute[i].kind == SILENT_SYN || now - o->mute[i].last <= MUTE_NS)
            o->mute[kept++] = o->mute[i];
    if (!o->frame)
        o->n = kept;
}

static mute_server_t *
mute_of(outage_t *o, const ip_address_t *server)
{
    for (unsigned i = 0; i < o->n; i++)
        if (address_equal(&o->mute[i].server, server))
            return &o->mute[i];
    if (o->n == OUTAGE_TRACKED)
        return NULL;
    o->mute[o->n] = (mute_server_t){ .server = *server };
    return &o->mute[o->n++];
}

/* False when enough was found of this server already. */
static bool
add_frame(mute_server_t *m, uint32_t frame)
{
    for (unsigned i = 0; i < m->n_frames; i++)
        if (m->frame[i] == frame)
            return true;
    if (m->n_frames == OUTAGE_FRAMES)
        return false;
    m->frame[m->n_frames++] = frame;
    return true;
}

/* ---- saying it ---- */

/* The server whose silence is the first; what was found of it first. */
static const mute_server_t *
first_mute(const outage_t *o)
{
    const mute_server_t *first = o->mute;

    for (unsigned i = 1; i < o->n; i++)
        if (o->mute[i].frame[0] < first->frame[0])
            first = &o->mute[i];
    return first;
}

static void
say_outage(engine_t *engine, const outage_t *o, uint32_t last_frame)
{
    const mute_server_t *first = first_mute(o);
    about_t about = { first->about.ends, first->about.vantage, NULL };
    silence_case_t c = {
        .kind = SILENT_OUTAGE, .from_client = true, .servers = o->n, .span = o->last - first->begun,
        .heard_frame = o->heard_frame, .one_way = true, .only_syns = true,
    };

    for (unsigned i = 0; i < o->n; i++) {
        c.one_way &= o->mute[i].one_way;
        c.only_syns &= o->mute[i].kind == SILENT_SYN;
    }
    silence_say(engine, &c, &about, o->frame, last_frame);
}

/* All that was said of each is taken back. */
static void
begin_outage(engine_t *engine, outage_t *o)
{
    for (unsigned i = 0; i < o->n; i++)
        for (unsigned k = 0; k < o->mute[i].n_frames; k++)
            silence_withdraw(engine, o->mute[i].frame[k]);
    o->frame = first_mute(o)->frame[0];
}

bool
outage_takes(engine_t *engine, const silence_case_t *c, const about_t *about, const cut_key_t *key,
             uint16_t request, uint32_t first_frame, const observation_t *obs)
{
    outage_t *o = get_outage(engine, &key->client);

    forget_stale(o, obs->time);
    mute_server_t *m = mute_of(o, &key->server);
    if (!m)
        return o->frame != 0;
    m->last = o->last = obs->time;
    if (m->n_frames && c->kind == SILENT_SYN && m->kind != SILENT_SYN && !c->earlier_frame)
        return true;                    /* what is silent is known to be */
    if (!add_frame(m, first_frame))
        return true;
    if (m->n_frames == 1) {
        m->begun = obs->time - c->span;
        m->request = request;
        m->kind = c->kind;
        m->about = *about;
        m->one_way = c->kind == SILENT_ACKNOWLEDGED || c->kind == SILENT_ANSWER || c->peer_spoke;
    }
    o->heard_frame = MAX(o->heard_frame, c->heard_frame);
    if (!o->frame && unrelated(o) < OUTAGE_SERVERS)
        return false;
    if (!o->frame)
        begin_outage(engine, o);
    say_outage(engine, o, obs->frame);
    return true;
}

bool
outage_has(const engine_t *engine, const ip_address_t *client, uint32_t first_frame)
{
    const outage_t *o = find_outage(silences_of(engine), client);

    for (unsigned i = 0; o && o->frame && i < o->n; i++)
        for (unsigned k = 0; k < o->mute[i].n_frames; k++)
            if (o->mute[i].frame[k] == first_frame)
                return true;
    return false;
}

/* ---- who answers after all ---- */

static void
drop_frame(outage_t *o, mute_server_t *m, uint32_t frame)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < m->n_frames; i++)
        if (m->frame[i] != frame)
            m->frame[kept++] = m->frame[i];
    m->n_frames = kept;
    if (!kept)
        *m = o->mute[--o->n];
}

void
outage_leaves(engine_t *engine, const ip_address_t *client, uint32_t first_frame)
{
    outage_t *o = find_outage(silences_of(engine), client);

    for (unsigned i = o ? o->n : 0; i-- > 0;)
        drop_frame(o, &o->mute[i], first_frame);
    if (!o || !o->frame)
        return;
    uint32_t said = o->frame;
    o->frame = unrelated(o) < OUTAGE_SERVERS ? 0 : first_mute(o)->frame[0];
    if (o->frame != said)
        silence_withdraw(engine, said);
    if (o->frame)
        say_outage(engine, o, 0);
}
