/* base/table.c
 * Structures in chunks, and the places where their hashes are found; see table.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/table.h"

#include <string.h>

#define PLACES_MIN 4096         /* 32 KiB, touched as it is used */

table_t *
table_new(size_t size)
{
    table_t *table = g_new0(table_t, 1);

    table->chunks = g_ptr_array_new_with_free_func(g_free);
    table->size = size;
    table->places = g_new0(table_place_t, PLACES_MIN);
    table->mask = PLACES_MIN - 1;
    return table;
}

void
table_free(table_t *table)
{
    g_ptr_array_free(table->chunks, TRUE);
    g_free(table->places);
    g_free(table);
}

static void
put(table_t *table, table_place_t place)
{
    uint32_t at = place.hash & table->mask;

    while (table->places[at].number)
        at = (at + 1) & table->mask;
    table->places[at] = place;
}

/* Twice as many places. They are gone through from behind an empty one, so that equal hashes keep their
 * order. */
static void
grow(table_t *table)
{
    table_place_t *before = table->places;
    uint32_t mask = table->mask, first = 0;

    table->mask = mask * 2 + 1;
    table->places = g_new0(table_place_t, (size_t)table->mask + 1);
    while (before[first].number)
        first++;
    for (uint32_t i = 1; i <= mask; i++)
        if (before[(first + i) & mask].number)
            put(table, before[(first + i) & mask]);
    g_free(before);
}

static uint32_t
unused_number(table_t *table)
{
    uint32_t number = table->unused;

    if (number) {
        table->unused = ((entry_t *)table_at(table, number))->hash;
        return number;
    }
    if (table->used % TABLE_CHUNK == 0)
        g_ptr_array_add(table->chunks, g_malloc(table->size * TABLE_CHUNK));
    return ++table->used;
}

void *
table_add(table_t *table, uint32_t hash)
{
    if (table->length > table->mask / 2)
        grow(table);
    uint32_t number = unused_number(table);
    entry_t *entry = memset(table_at(table, number), 0, table->size);
    entry->hash = hash;
    entry->number = number;
    put(table, (table_place_t){ hash, number });
    table->length++;
    return entry;
}

/* What follows an emptied place moves up, unless its own place is behind that. */
static void
empty(table_t *table, uint32_t hole)
{
    for (uint32_t at = (hole + 1) & table->mask; table->places[at].number; at = (at + 1) & table->mask) {
        uint32_t home = table->places[at].hash & table->mask;
        if (((at - home) & table->mask) < ((at - hole) & table->mask))
            continue;
        table->places[hole] = table->places[at];
        hole = at;
    }
    table->places[hole].number = 0;
}

void
table_remove(table_t *table, void *structure)
{
    entry_t *entry = structure;

    empty(table, table_place(table, entry));
    entry->hash = table->unused;
    table->unused = entry->number;
    entry->number = 0;
    table->length--;
}
