/* state/syns.c
 * Half-open connections, the one longest silent makes room. See syns.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "state/syns.h"

#include "base/oldest.h"
#include "bytes/checksum.h"
#include "state/flow.h"
#include "base/table.h"

typedef struct {
    entry_t     entry;      /* by connection_of() */
    GList       link;       /* in syns_t.recent */
    half_open_t half_open;
} place_t;

struct syns {
    table_t *table;         /* of place_t */
    oldest_t recent;        /* of them, the SYN sent longest ago first */
};

syns_t *
syns_new(unsigned max)
{
    syns_t *syns = g_new0(syns_t, 1);

    syns->table = table_new(sizeof(place_t));
    syns->recent = oldest_new(max, NULL);
    return syns;
}

void
syns_free(syns_t *syns)
{
    table_free(syns->table);
    g_free(syns);
}

static bool
same_way(const observation_t *a, const observation_t *b)
{
    return a->sport == b->sport && a->dport == b->dport && address_equal(&a->src, &b->src)
        && address_equal(&a->dst, &b->dst);
}

static bool
other_way(const observation_t *a, const observation_t *b)
{
    return a->sport == b->dport && a->dport == b->sport && address_equal(&a->src, &b->dst)
        && address_equal(&a->dst, &b->src);
}

/* The same packet, captured at a mirror port or on both sides of a router. */
static bool
is_copy(const observation_t *old, const observation_t *syn)
{
    return old->seq == syn->seq && ip_mark(&old->ip) == ip_mark(&syn->ip) && (syn->ip.ipv6 || syn->ip.ip_id)
        && syn->time - old->time < DUPLICATE_NS;
}

/* either: who sent the packet does not matter. */
static place_t *
find(const syns_t *syns, const observation_t *obs, uint32_t hash, bool either)
{
    place_t *p = table_first(syns->table, hash);

    while (p && !same_way(&p->half_open.syn, obs) && !(either && other_way(&p->half_open.syn, obs)))
        p = table_next(syns->table, p);
    return p;
}

static void
drop(syns_t *syns, place_t *p)
{
    oldest_remove(&syns->recent, &p->link);
    table_remove(syns->table, p);
}

/* A place for a SYN that its connection has not sent before. */
static place_t *
add(syns_t *syns, const observation_t *syn, uint32_t hash, bool *lost)
{
    place_t *p = oldest_in_the_way(&syns->recent);

    if (p) {
        *lost = syn->time - p->half_open.syn.time < SYN_ALIVE_NS;
        drop(syns, p);
    }
    p = table_add(syns->table, hash);
    oldest_add(&syns->recent, &p->link, p);
    return p;
}

const half_open_t *
syns_keep(syns_t *syns, const observation_t *syn, uint32_t hash, bool *lost)
{
    place_t *p = find(syns, syn, hash, false);

    if (p && is_copy(&p->half_open.syn, syn)) {
        p->half_open.captured += p->half_open.captured < UINT8_MAX;
        return &p->half_open;
    }
    if (p)
        oldest_touch(&syns->recent, &p->link);
    else
        p = add(syns, syn, hash, lost);
    half_open_t *h = &p->half_open;
    if (!h->sent || h->syn.seq != syn->seq) {   /* a connection begins, perhaps on the same ports */
        h->first_frame = syn->frame;
        h->first_time = syn->time;
        h->sent = 0;
        h->unreachable = false;
    }
    h->sent += h->sent < UINT8_MAX;
    h->captured = 1;
    h->syn = *syn;
    h->syn.checksum = (uint8_t)checksum_of(syn);
    h->syn.segment = NULL;
    return h;
}

void
syns_quoted(syns_t *syns, const observation_t *obs, uint32_t hash)
{
    place_t *p = find(syns, obs, hash, false);

    if (p && p->half_open.syn.seq == obs->seq)
        p->half_open.unreachable = true;
}

unsigned
syns_count(const syns_t *syns)
{
    return syns->recent.links.length;
}

bool
syns_take(syns_t *syns, const observation_t *obs, uint32_t hash, half_open_t *half_open)
{
    place_t *p = find(syns, obs, hash, true);

    if (!p)
        return false;
    *half_open = p->half_open;
    drop(syns, p);
    return true;
}

const kept_t syns_kept[] = {
    { "connection with a SYN and nothing else", "state/syns.c", sizeof(place_t), NULL,
      "`max_half_open`, the one sent longest ago goes first",
      FLOWS_NOTICE },
    { 0 },
};
