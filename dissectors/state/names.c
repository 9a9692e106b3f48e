/* state/names.c
 * Texts by number; see names.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "state/names.h"

#include <string.h>

#include "base/hash.h"
#include "base/table.h"

typedef struct {
    entry_t     entry;          /* by the text */
    uint32_t    length;
    const char *text;
} name_t;

struct names {
    table_t      *table;        /* of name_t */
    GStringChunk *texts;
    limit_t       limit;
};

names_t *
names_new(void)
{
    names_t *names = g_new0(names_t, 1);
    names->table = table_new(sizeof(name_t));
    names->texts = g_string_chunk_new(4096);
    names->limit.notice = names_kept->notice;
    return names;
}

void
names_free(names_t *names)
{
    table_free(names->table);
    g_string_chunk_free(names->texts);
    g_free(names);
}

uint16_t
names_number(names_t *names, const char *text, size_t length, bool one_of_many)
{
    uint32_t hash = hash_bytes((const uint8_t *)text, length);
    name_t *name = table_first(names->table, hash);

    while (name && (name->length != length || memcmp(name->text, text, length)))
        name = table_next(names->table, name);
    if (!name && names->table->length < (one_of_many ? NAMES_MAX / 2 : NAMES_MAX)) {
        name = table_add(names->table, hash);
        name->length = (uint32_t)length;
        name->text = g_string_chunk_insert_len(names->texts, text, (gssize)length);
    }
    names->limit.reached |= !name;
    return name ? (uint16_t)name->entry.number : 0;
}

limit_t *
names_limit(names_t *names)
{
    return &names->limit;
}

const char *
names_text(const names_t *names, uint16_t number)
{
    return ((const name_t *)table_at(names->table, number))->text;
}

const kept_t names_kept[] = {
    { "name or path that was asked for", "state/names.c", sizeof(name_t), "its text",
      "65535, half of them paths",
      "limit of names reached: further ones that are asked for are not told, nor compared" },
    { 0 },
};
