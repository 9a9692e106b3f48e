/* names.c
 * Texts by number; see names.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "names.h"

#include <string.h>

#include "hash.h"
#include "pool.h"

typedef struct {
    const char *text;
    uint32_t    hash;
} name_t;

#define RECENT 1024

struct names {
    GHashTable   *by_text;      /* set of name_t -> its number; those that are one of many are not in it */
    uint16_t      recent[RECENT];   /* numbers of the latest, by hash */
    pool_t       *pool;         /* of name_t */
    GStringChunk *texts;
};

static unsigned
name_hash(const void *key)
{
    return ((const name_t *)key)->hash;
}

static gboolean
name_equal(const void *a, const void *b)
{
    const name_t *x = a, *y = b;
    return x->hash == y->hash && g_str_equal(x->text, y->text);
}

names_t *
names_new(void)
{
    names_t *names = g_new0(names_t, 1);
    names->by_text = g_hash_table_new(name_hash, name_equal);
    names->pool = pool_new(sizeof(name_t));
    names->texts = g_string_chunk_new(4096);
    return names;
}

void
names_free(names_t *names)
{
    g_hash_table_destroy(names->by_text);
    pool_free(names->pool);
    g_string_chunk_free(names->texts);
    g_free(names);
}

static uint16_t
add(names_t *names, const name_t *key, size_t length)
{
    uint32_t number;
    name_t *name = pool_take(names->pool, &number);

    name->text = g_string_chunk_insert_len(names->texts, key->text, (gssize)length);
    name->hash = key->hash;
    return (uint16_t)number;
}

uint16_t
names_number(names_t *names, const char *text, bool one_of_many)
{
    size_t length = strlen(text);
    name_t key = { text, hash_bytes((const uint8_t *)text, length) };
    uint16_t *recent = &names->recent[key.hash % RECENT];

    if (*recent && name_equal(pool_at(names->pool, *recent), &key))
        return *recent;
    void *known = one_of_many ? NULL : g_hash_table_lookup(names->by_text, &key);
    if (known)
        return *recent = (uint16_t)GPOINTER_TO_UINT(known);
    if (names->pool->used >= (one_of_many ? NAMES_MAX / 2 : NAMES_MAX))
        return 0;
    *recent = add(names, &key, length);
    if (!one_of_many)
        g_hash_table_insert(names->by_text, pool_at(names->pool, *recent), GUINT_TO_POINTER(*recent));
    return *recent;
}

const char *
names_text(const names_t *names, uint16_t number)
{
    return ((const name_t *)pool_at(names->pool, number))->text;
}
