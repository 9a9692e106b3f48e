/* data/overlap.c
 * The first bytes of a segment as comparable blocks; see overlap.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data/overlap.h"

#include <string.h>

#include <glib.h>

#include "observation.h"

/* Four bits of four bytes (Knuth's multiplicative hash). */
static unsigned
hash_block(const uint8_t *bytes)
{
    uint32_t word;

    memcpy(&word, bytes, sizeof word);
    return word * UINT32_C(2654435761) >> 28;
}

static unsigned
block_hash(const stretch_t *stretch, unsigned block)
{
    return stretch->hashes[block / 2] >> block % 2 * 4 & 15;
}

/* Bytes from the first block's begin to the stretch's: 0 to 3. */
static unsigned
lead(const stretch_t *stretch)
{
    return stretch->seq % STRETCH_BLOCK;
}

/* Which bytes of a block the stretch holds, counted from the first block's begin. */
static void
span(const stretch_t *stretch, unsigned block, unsigned *from, unsigned *to)
{
    unsigned begin = block * STRETCH_BLOCK;

    *from = MAX(begin, lead(stretch));
    *to = MIN(begin + STRETCH_BLOCK, lead(stretch) + stretch->length);
}

stretch_t
stretch_read(uint32_t seq, const uint8_t *bytes, size_t n)
{
    stretch_t s = { .seq = seq };
    uint8_t blocks[STRETCH_BLOCKS * STRETCH_BLOCK] = { 0 };     /* what it does not hold is zero */

    n = MIN(n, sizeof blocks - lead(&s));
    while (n && !bytes[n - 1])
        n--;
    s.length = (uint8_t)n;
    if (n)
        memcpy(blocks + lead(&s), bytes, n);
    for (unsigned i = 0; i < STRETCH_BLOCKS; i += 2)
        s.hashes[i / 2] = (uint8_t)(hash_block(blocks + i * STRETCH_BLOCK)
                                    | hash_block(blocks + (i + 1) * STRETCH_BLOCK) << 4);
    return s;
}

bool
stretch_contradicts(const stretch_t *a, const stretch_t *b)
{
    /* Bytes from the begin of a's first block to that of b's: a multiple of four. */
    int32_t shift = seq_diff(b->seq - lead(b), a->seq - lead(a));

    if (a->length < STRETCH_MIN || b->length < STRETCH_MIN
        || shift <= -STRETCH_BLOCKS * STRETCH_BLOCK || shift >= STRETCH_BLOCKS * STRETCH_BLOCK)
        return false;
    for (int i = MAX(shift / STRETCH_BLOCK, 0); i < STRETCH_BLOCKS; i++) {
        int k = i - shift / STRETCH_BLOCK;
        unsigned a_from, a_to, b_from, b_to;
        if (k >= STRETCH_BLOCKS)
            break;
        span(a, (unsigned)i, &a_from, &a_to);
        span(b, (unsigned)k, &b_from, &b_to);
        /* Only what both hold the same part of: a hash says nothing of a part of its block. */
        if (a_from < a_to && b_from < b_to && (int)a_from == (int)b_from + shift
            && (int)a_to == (int)b_to + shift && block_hash(a, (unsigned)i) != block_hash(b, (unsigned)k))
            return true;
    }
    return false;
}
