/* syns.c
 * Half-open connections in an array of fixed size: four places for each hash, the oldest SYN of
 * the four makes room. See syns.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "syns.h"

#include <glib.h>

#define WAYS 4

struct syns {
    half_open_t *places;
    uint32_t     last_set;      /* number of the last set of WAYS places; all ones in binary */
};

syns_t *
syns_new(unsigned max)
{
    syns_t *syns = g_new0(syns_t, 1);

    while ((syns->last_set + 1) * WAYS < MIN(max, UINT32_C(1) << 24))
        syns->last_set = syns->last_set * 2 + 1;
    syns->places = g_new0(half_open_t, (size_t)(syns->last_set + 1) * WAYS);
    return syns;
}

void
syns_free(syns_t *syns)
{
    g_free(syns->places);
    g_free(syns);
}

static half_open_t *
set_of(const syns_t *syns, uint32_t hash)
{
    return &syns->places[(size_t)(hash & syns->last_set) * WAYS];
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

const half_open_t *
syns_keep(syns_t *syns, const observation_t *syn, uint32_t hash, bool *lost)
{
    half_open_t *set = set_of(syns, hash), *place = set;

    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].syn.frame && same_way(&set[i].syn, syn)) {
            if (is_copy(&set[i].syn, syn)) {
                set[i].captured += set[i].captured < UINT8_MAX;
                return &set[i];
            }
            if (set[i].syn.seq != syn->seq)
                set[i] = (half_open_t){ .first_frame = syn->frame, .first_time = syn->time };
            set[i].sent += set[i].sent < UINT8_MAX;
            set[i].captured = 1;
            set[i].syn = *syn;
            return &set[i];
        }
        if (place->syn.frame && (!set[i].syn.frame || set[i].syn.time < place->syn.time))
            place = &set[i];
    }
    *lost = place->syn.frame && syn->time - place->syn.time < SYN_ALIVE_NS;
    place->syn = *syn;          /* one copy, not two: a flood is made of these */
    place->first_frame = syn->frame;
    place->first_time = syn->time;
    place->sent = place->captured = 1;
    place->unreachable = false;
    return place;
}

void
syns_quoted(syns_t *syns, const observation_t *obs, uint32_t hash)
{
    half_open_t *set = set_of(syns, hash);

    for (unsigned i = 0; i < WAYS; i++)
        if (set[i].syn.frame && same_way(&set[i].syn, obs) && set[i].syn.seq == obs->seq)
            set[i].unreachable = true;
}

unsigned
syns_count(const syns_t *syns)
{
    unsigned count = 0;

    for (size_t i = 0; i < ((size_t)syns->last_set + 1) * WAYS; i++)
        count += syns->places[i].syn.frame != 0;
    return count;
}

bool
syns_take(syns_t *syns, const observation_t *obs, uint32_t hash, half_open_t *half_open)
{
    half_open_t *set = set_of(syns, hash);

    for (unsigned i = 0; i < WAYS; i++) {
        if (!set[i].syn.frame || !(same_way(&set[i].syn, obs) || other_way(&set[i].syn, obs)))
            continue;
        *half_open = set[i];
        set[i].syn.frame = 0;
        return true;
    }
    return false;
}
