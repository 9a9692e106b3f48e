/* pool.h
 * Many structures of one size, allocated in chunks and known by number as well as by address. They
 * never move.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdint.h>

#include <glib.h>

#define POOL_CHUNK 512

typedef struct {
    GPtrArray *chunks;      /* of POOL_CHUNK structures each */
    GArray    *unused;      /* numbers given back, uint32_t */
    uint32_t   used;        /* the highest number ever taken */
    size_t     size;
} pool_t;

pool_t *pool_new(size_t size);
void    pool_free(pool_t *pool);

/* A structure of zeros; its number, from 1, is valid until it is given back. */
void *pool_take(pool_t *pool, uint32_t *number);
void  pool_give_back(pool_t *pool, uint32_t number);

/* Structure by number, from 1 to pool->used, also one given back. */
static inline void *
pool_at(const pool_t *pool, uint32_t number)
{
    return (char *)g_ptr_array_index(pool->chunks, (number - 1) / POOL_CHUNK)
        + (number - 1) % POOL_CHUNK * pool->size;
}
