/* base/table.h
 * Many structures of one size, found by the hash of their key and known by number as well as by
 * address. They never move.
 *
 * The chains of the hash table run through the structures: nothing is allocated for one but its own
 * place, and nothing has to be freed. With GHashTable each addition took 570 instructions and each
 * look-up 180, too many for every packet (docs/decisions/table.md).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdint.h>

#include <glib.h>

#define TABLE_CHUNK 512

/* What each structure begins with. */
typedef struct {
    uint32_t hash;          /* of the key, strong: see hash.h */
    uint32_t number;        /* from 1; 0 once removed */
    uint32_t next;          /* in its chain or among the removed ones, a number; 0: the last */
} entry_t;

typedef struct {
    GPtrArray *chunks;      /* of TABLE_CHUNK structures each */
    uint32_t   unused;      /* the structure that was removed last,
                             * its `next` the one before; 0: none */
    uint32_t   used;        /* the highest number ever taken */
    uint32_t   length;      /* structures that are in it */
    size_t     size;        /* of one */
    uint32_t  *chains;      /* numbers of their first */
    uint32_t   mask;        /* of a hash, to find its chain */
} table_t;

table_t *table_new(size_t size);
void     table_free(table_t *table);

/* A structure of zeros behind its entry_t. Valid until it is removed. */
void *table_add(table_t *table, uint32_t hash);
void  table_remove(table_t *table, void *structure);

/* Structure by number, from 1 to table->used; also a removed one, which has number 0. */
static inline void *
table_at(const table_t *table, uint32_t number)
{
    return (char *)g_ptr_array_index(table->chunks, (number - 1) / TABLE_CHUNK)
        + (number - 1) % TABLE_CHUNK * table->size;
}

/* The first structure from `number` along its chain with this hash, or NULL. */
static inline void *
table_along(const table_t *table, uint32_t number, uint32_t hash)
{
    while (number) {
        entry_t *entry = table_at(table, number);
        if (entry->hash == hash)
            return entry;
        number = entry->next;
    }
    return NULL;
}

/* All structures with this hash one after the other; NULL after the last. */
static inline void *
table_first(const table_t *table, uint32_t hash)
{
    return table_along(table, table->chains[hash & table->mask], hash);
}

static inline void *
table_next(const table_t *table, const void *structure)
{
    const entry_t *entry = structure;
    return table_along(table, entry->next, entry->hash);
}
