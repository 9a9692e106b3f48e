/* base/table.h
 * Many structures of one size, found by the hash of their key and known by number as well as by
 * address. They never move.
 *
 * The hash table lies beside the structures: places with the hash and the number, at most half of them
 * taken, so that looking for a key touches no structure of another one. Nothing is allocated for a
 * structure but its own place, and nothing has to be freed. With GHashTable each addition took 570
 * instructions and each look-up 180, too many for every packet (docs/decisions/table.md).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdint.h>

#include <glib.h>

#define TABLE_CHUNK 512

/* What each structure begins with. */
typedef struct {
    uint32_t hash;          /* of the key, strong: see hash.h; once removed, the number of the one that
                             * was removed before; 0: none */
    uint32_t number;        /* from 1; 0 once removed */
} entry_t;

/* Where a hash is found: at its lowest bits, or in the next places up to an empty one. */
typedef struct {
    uint32_t hash;
    uint32_t number;        /* of the structure; 0: empty */
} table_place_t;

typedef struct {
    GPtrArray *chunks;      /* of TABLE_CHUNK structures each */
    uint32_t   unused;      /* the structure that was removed last; 0: none */
    uint32_t   used;        /* the highest number ever taken */
    uint32_t   length;      /* structures that are in it */
    size_t     size;        /* of one */
    table_place_t   *places;
    uint32_t   mask;        /* of a hash, to find its place */
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

/* The first structure with this hash from a place on, or NULL. */
static inline void *
table_along(const table_t *table, uint32_t at, uint32_t hash)
{
    for (; table->places[at].number; at = (at + 1) & table->mask)
        if (table->places[at].hash == hash)
            return table_at(table, table->places[at].number);
    return NULL;
}

/* The place of a structure that is in the table. */
static inline uint32_t
table_place(const table_t *table, const entry_t *entry)
{
    uint32_t at = entry->hash & table->mask;

    while (table->places[at].number != entry->number)
        at = (at + 1) & table->mask;
    return at;
}

/* All structures with this hash one after the other; NULL after the last. */
static inline void *
table_first(const table_t *table, uint32_t hash)
{
    return table_along(table, hash & table->mask, hash);
}

static inline void *
table_next(const table_t *table, const void *structure)
{
    const entry_t *entry = structure;
    return table_along(table, (table_place(table, entry) + 1) & table->mask, entry->hash);
}
