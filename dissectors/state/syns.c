/* state/syns.c
 * Half-open connections, the one longest silent makes room. See syns.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "state/syns.h"

struct syns {
    table_t *table;         /* of half_open_t */
    GQueue   recent;        /* its links, the SYN sent longest ago first */
    unsigned max;
};

syns_t *
syns_new(unsigned max)
{
    syns_t *syns = g_new0(syns_t, 1);

    syns->table = table_new(sizeof(half_open_t));
    g_queue_init(&syns->recent);
    syns->max = MAX(max, 1);
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
static half_open_t *
find(const syns_t *syns, const observation_t *obs, uint32_t hash, bool either)
{
    half_open_t *h = table_first(syns->table, hash);

    while (h && !same_way(&h->syn, obs) && !(either && other_way(&h->syn, obs)))
        h = table_next(syns->table, h);
    return h;
}

static void
drop(syns_t *syns, half_open_t *h)
{
    g_queue_unlink(&syns->recent, &h->link);
    table_remove(syns->table, h);
}

/* The SYN is not sent for the first time. */
static void
repeat(syns_t *syns, half_open_t *h, const observation_t *syn)
{
    if (h->syn.seq != syn->seq) {
        h->first_frame = syn->frame;
        h->first_time = syn->time;
        h->sent = 0;
        h->unreachable = false;
    }
    h->sent += h->sent < UINT8_MAX;
    h->captured = 1;
    h->syn = *syn;
    g_queue_unlink(&syns->recent, &h->link);
    g_queue_push_tail_link(&syns->recent, &h->link);
}

const half_open_t *
syns_keep(syns_t *syns, const observation_t *syn, uint32_t hash, bool *lost)
{
    half_open_t *h = find(syns, syn, hash, false);

    if (h && is_copy(&h->syn, syn)) {
        h->captured += h->captured < UINT8_MAX;
        return h;
    }
    if (h) {
        repeat(syns, h, syn);
        return h;
    }
    if (syns->recent.length >= syns->max) {
        half_open_t *oldest = syns->recent.head->data;
        *lost = syn->time - oldest->syn.time < SYN_ALIVE_NS;
        drop(syns, oldest);
    }
    h = table_add(syns->table, hash);
    h->link.data = h;
    h->syn = *syn;
    h->first_frame = syn->frame;
    h->first_time = syn->time;
    h->sent = h->captured = 1;
    g_queue_push_tail_link(&syns->recent, &h->link);
    return h;
}

void
syns_quoted(syns_t *syns, const observation_t *obs, uint32_t hash)
{
    half_open_t *h = find(syns, obs, hash, false);

    if (h && h->syn.seq == obs->seq)
        h->unreachable = true;
}

unsigned
syns_count(const syns_t *syns)
{
    return syns->recent.length;
}

bool
syns_take(syns_t *syns, const observation_t *obs, uint32_t hash, half_open_t *half_open)
{
    half_open_t *h = find(syns, obs, hash, true);

    if (!h)
        return false;
    *half_open = *h;
    drop(syns, h);
    return true;
}
