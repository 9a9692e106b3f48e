/* points/known.c
 * Who is known at both points; see known.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "points/known.h"

#include "base/hash.h"

typedef struct {
    ip_address_t address;
    uint16_t     port;
    uint8_t      protocol;
} sender_t;

static unsigned
hash_sender(gconstpointer key)
{
    const sender_t *s = key;
    uint32_t words[6] = { (uint32_t)s->port << 8 | s->protocol, s->address.ipv6 };

    memcpy(words + 2, s->address.bytes, sizeof s->address.bytes);
    return hash_words(words, G_N_ELEMENTS(words));
}

static gboolean
equal_senders(gconstpointer a, gconstpointer b)
{
    const sender_t *x = a, *y = b;
    return x->port == y->port && x->protocol == y->protocol && address_equal(&x->address, &y->address);
}

static sender_t
sender_of(const points_t *points, const passage_t *p)
{
    const talk_ends_t *ends = talks_at(points->talks, p->talk);
    return (sender_t){ ends->address[p->end], ends->port[p->end], ends->protocol };
}

static sender_t
host_of(const points_t *points, const passage_t *p, unsigned end)
{
    return (sender_t){ .address = talks_at(points->talks, p->talk)->address[end] };
}

/* A host of which something arrived, not only was sent to it. */
static sender_t
as_sender(sender_t host)
{
    host.protocol = UINT8_MAX;
    return host;
}

static void
note_sender(GHashTable *senders, sender_t sender)
{
    if (!g_hash_table_contains(senders, &sender))
        g_hash_table_add(senders, g_memdup2(&sender, sizeof sender));
}

GHashTable *
known_new(const points_t *points)
{
    GHashTable *known = g_hash_table_new_full(hash_sender, equal_senders, g_free, NULL);

    for (unsigned point = 0; point < 2; point++)
        for (uint32_t i = 0; i < trace_length(points->trace[point]); i++) {
            const passage_t *p = trace_at(points->trace[point], i);
            if (!p->partner)
                continue;
            note_sender(known, sender_of(points, p));
            note_sender(known, as_sender(host_of(points, p, p->end)));
            note_sender(known, host_of(points, p, 0));
            note_sender(known, host_of(points, p, 1));
        }
    return known;
}

bool
known_sender(GHashTable *known, const points_t *points, const passage_t *p)
{
    sender_t sender = sender_of(points, p);
    return g_hash_table_contains(known, &sender);
}

bool
known_hosts(GHashTable *known, const points_t *points, const passage_t *p)
{
    sender_t from = as_sender(host_of(points, p, p->end)), to = host_of(points, p, !p->end);
    return g_hash_table_contains(known, &from) && g_hash_table_contains(known, &to);
}
