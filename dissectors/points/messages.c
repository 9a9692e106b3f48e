/* points/messages.c
 * Datagrams that say the same; see messages.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "points/messages.h"

static unsigned
hash_message(gconstpointer key)
{
    const message_t *d = key;
    return passage_hash(d->p);
}

static gboolean
equal_messages(gconstpointer a, gconstpointer b)
{
    const message_t *x = a, *y = b;
    return x->p->length == y->p->length && x->p->captured == y->p->captured && passages_agree(x->p, y->p)
        && x->ends->port[!x->p->end] == y->ends->port[!y->p->end]
        && address_equal(&x->ends->address[!x->p->end], &y->ends->address[!y->p->end])
        && address_equal(&x->ends->address[x->p->end], &y->ends->address[y->p->end]);
}

GHashTable *
messages_new(void)
{
    return g_hash_table_new_full(hash_message, equal_messages, g_free, NULL);
}

message_t *
messages_get(GHashTable *messages, const points_t *points, const passage_t *p)
{
    message_t key = { .p = p, .ends = talks_at(points->talks, p->talk) };

    if (!p->captured)
        return NULL;
    message_t *d = g_hash_table_lookup(messages, &key);
    if (!d) {
        d = g_memdup2(&key, sizeof key);
        g_hash_table_add(messages, d);
    }
    return d;
}
