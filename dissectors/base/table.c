/* base/table.c
 * Structures in chunks, and chains through them; see table.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/table.h"

#include <string.h>

#define CHAINS_MIN 4096         /* 16 KiB, touched as it is used */

table_t *
table_new(size_t size)
{
    table_t *table = g_new0(table_t, 1);

    table->chunks = g_ptr_array_new_with_free_func(g_free);
    table->size = size;
    table->chains = g_new0(uint32_t, CHAINS_MIN);
    table->mask = CHAINS_MIN - 1;
    return table;
}

void
table_free(table_t *table)
{
    g_ptr_array_free(table->chunks, TRUE);
    g_free(table->chains);
    g_free(table);
}

static void
put_in_chain(table_t *table, entry_t *entry)
{
    uint32_t *chain = &table->chains[entry->hash & table->mask];

    entry->next = *chain;
    *chain = entry->number;
}

/* Twice as many chains. */
static void
grow(table_t *table)
{
    table->mask = table->mask * 2 + 1;
    g_free(table->chains);
    table->chains = g_new0(uint32_t, (size_t)table->mask + 1);
    for (uint32_t number = 1; number <= table->used; number += TABLE_CHUNK) {
        char *at = table_at(table, number);
        for (uint32_t left = MIN(TABLE_CHUNK, table->used - number + 1); left;
             left--, at += table->size)
            if (((entry_t *)at)->number)
                put_in_chain(table, (entry_t *)at);
    }
}

static uint32_t
unused_number(table_t *table)
{
    uint32_t number = table->unused;

    if (number) {
        table->unused = ((entry_t *)table_at(table, number))->next;
        return number;
    }
    if (table->used % TABLE_CHUNK == 0)
        g_ptr_array_add(table->chunks, g_malloc(table->size * TABLE_CHUNK));
    return ++table->used;
}

void *
table_add(table_t *table, uint32_t hash)
{
    if (table->length > table->mask)
        grow(table);
    uint32_t number = unused_number(table);
    entry_t *entry = memset(table_at(table, number), 0, table->size);
    entry->hash = hash;
    entry->number = number;
    put_in_chain(table, entry);
    table->length++;
    return entry;
}

void
table_remove(table_t *table, void *structure)
{
    entry_t *entry = structure;
    uint32_t *link = &table->chains[entry->hash & table->mask];

    while (*link != entry->number)
        link = &((entry_t *)table_at(table, *link))->next;
    *link = entry->next;
    entry->next = table->unused;
    table->unused = entry->number;
    entry->number = 0;
    table->length--;
}
