/* pool.c
 * Structures in chunks; see pool.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pool.h"

#include <string.h>

pool_t *
pool_new(size_t size)
{
    pool_t *pool = g_new0(pool_t, 1);
    pool->chunks = g_ptr_array_new_with_free_func(g_free);
    pool->unused = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    pool->size = size;
    return pool;
}

void
pool_free(pool_t *pool)
{
    g_ptr_array_free(pool->chunks, TRUE);
    g_array_free(pool->unused, TRUE);
    g_free(pool);
}

void *
pool_take(pool_t *pool, uint32_t *number)
{
    if (pool->unused->len) {
        *number = g_array_index(pool->unused, uint32_t, pool->unused->len - 1);
        g_array_set_size(pool->unused, pool->unused->len - 1);
    } else {
        *number = ++pool->used;
        if ((*number - 1) % POOL_CHUNK == 0)
            g_ptr_array_add(pool->chunks, g_malloc(pool->size * POOL_CHUNK));
    }
    return memset(pool_at(pool, *number), 0, pool->size);
}

void
pool_give_back(pool_t *pool, uint32_t number)
{
    g_array_append_val(pool->unused, number);
}
