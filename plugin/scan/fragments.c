/* fragments.c
 * Fragments of IP packets; see fragments.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fragments.h"

#include <glib.h>

#define PACKETS_MAX 4096                /* incomplete ones remembered */
#define BYTES_MAX   (64u << 20)         /* their fragments together */

typedef struct {
    uint32_t offset, length;
    uint8_t  bytes[];
} fragment_t;

/* A packet of which not all is here. */
typedef struct {
    fragment_key_t key;
    GPtrArray     *fragments;           /* of fragment_t, by offset; equal ones as they came */
    uint32_t       length;              /* of the whole; 0: its end has not been seen */
    GList          place;               /* in the queue */
} partial_t;

struct fragments {
    GHashTable *partials;               /* of partial_t, each its own key */
    GQueue      oldest;                 /* first */
    size_t      bytes;
    GPtrArray  *wholes;                 /* of GByteArray: put together for the frame at hand */
    uint64_t    given_up;
};

static unsigned
hash_key(const void *data)
{
    const fragment_key_t *key = data;
    uint32_t hash = key->id * 2654435761u;

    for (unsigned i = 0; i < sizeof key->src.bytes; i += 4)
        hash = (hash ^ read_be32(key->src.bytes + i)) * 16777619u ^ read_be32(key->dst.bytes + i);
    return hash;
}

static gboolean
equal_keys(const void *a, const void *b)
{
    const fragment_key_t *one = a, *other = b;
    return one->id == other->id && address_equal(&one->src, &other->src) && address_equal(&one->dst, &other->dst);
}

fragments_t *
fragments_new(void)
{
    fragments_t *fragments = g_new0(fragments_t, 1);

    fragments->partials = g_hash_table_new(hash_key, equal_keys);
    g_queue_init(&fragments->oldest);
    fragments->wholes = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    return fragments;
}

static void
forget(fragments_t *fragments, partial_t *partial)
{
    for (unsigned i = 0; i < partial->fragments->len; i++)
        fragments->bytes -= ((fragment_t *)g_ptr_array_index(partial->fragments, i))->length;
    g_hash_table_remove(fragments->partials, &partial->key);
    g_queue_unlink(&fragments->oldest, &partial->place);
    g_ptr_array_free(partial->fragments, TRUE);
    g_free(partial);
}

void
fragments_free(fragments_t *fragments)
{
    if (!fragments)
        return;
    while (fragments->oldest.head)
        forget(fragments, fragments->oldest.head->data);
    g_hash_table_destroy(fragments->partials);
    g_ptr_array_free(fragments->wholes, TRUE);
    g_free(fragments);
}

static partial_t *
find_partial(fragments_t *fragments, const fragment_key_t *key)
{
    partial_t *partial = g_hash_table_lookup(fragments->partials, key);

    if (partial)
        return partial;
    partial = g_new0(partial_t, 1);
    partial->key = *key;
    partial->fragments = g_ptr_array_new_with_free_func(g_free);
    partial->place.data = partial;
    g_hash_table_insert(fragments->partials, &partial->key, partial);
    g_queue_push_tail_link(&fragments->oldest, &partial->place);
    return partial;
}

static void
keep(fragments_t *fragments, partial_t *partial, uint32_t offset, piece_t piece)
{
    fragment_t *fragment = g_malloc(sizeof *fragment + piece.length);
    unsigned place = partial->fragments->len;

    fragment->offset = offset;
    fragment->length = piece.length;
    memcpy(fragment->bytes, piece.bytes, piece.length);
    while (place && ((fragment_t *)g_ptr_array_index(partial->fragments, place - 1))->offset > offset)
        place--;
    g_ptr_array_insert(partial->fragments, (int)place, fragment);
    fragments->bytes += piece.length;
}

static void
make_room(fragments_t *fragments)
{
    while (fragments->oldest.length > PACKETS_MAX || fragments->bytes > BYTES_MAX) {
        forget(fragments, fragments->oldest.head->data);
        fragments->given_up++;
    }
}

/* Where the bytes that are there end, without a gap before. */
static uint32_t
contiguous(const partial_t *partial)
{
    uint32_t end = 0;

    for (unsigned i = 0; i < partial->fragments->len; i++) {
        const fragment_t *f = g_ptr_array_index(partial->fragments, i);
        if (f->offset <= end && f->offset + f->length > end)
            end = f->offset + f->length;
    }
    return end;
}

static GByteArray *
put_together(const partial_t *partial)
{
    GByteArray *whole = g_byte_array_sized_new(partial->length);

    for (unsigned i = 0; i < partial->fragments->len; i++) {
        const fragment_t *f = g_ptr_array_index(partial->fragments, i);
        uint32_t end = MIN(f->offset + f->length, partial->length);
        if (end > whole->len)
            g_byte_array_append(whole, f->bytes + (whole->len - f->offset), end - whole->len);
    }
    return whole;
}

bool
fragments_add(fragments_t *fragments, const fragment_key_t *key, uint32_t offset, bool more, piece_t piece,
              piece_t *whole)
{
    partial_t *partial = find_partial(fragments, key);

    if (!more && !partial->length)
        partial->length = offset + piece.length;
    keep(fragments, partial, offset, piece);
    if (!partial->length || contiguous(partial) < partial->length) {
        make_room(fragments);
        return false;
    }
    GByteArray *bytes = put_together(partial);
    forget(fragments, partial);
    g_ptr_array_add(fragments->wholes, bytes);
    *whole = (piece_t){ bytes->data, bytes->len, bytes->len };
    return true;
}

void
fragments_end_frame(fragments_t *fragments)
{
    g_ptr_array_set_size(fragments->wholes, 0);
}

uint64_t
fragments_given_up(const fragments_t *fragments)
{
    return fragments->given_up;
}
