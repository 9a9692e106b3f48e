/* data/overlap.c
 * What a segment says, in comparable bits; see overlap.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data/overlap.h"

#include <string.h>

#include <glib.h>

#include "observation.h"

#define SAMPLED 8               /* bytes of a sample */

/* Two bits of each of eight bytes: the exclusive or of its four pairs. */
static uint16_t
fold(const uint8_t *bytes)
{
    uint64_t x;

    memcpy(&x, bytes, sizeof x);
    x = GUINT64_FROM_LE(x);
    x ^= x >> 4;
    x = (x ^ x >> 2) & UINT64_C(0x0303030303030303);
    x = (x | x >> 6) & UINT64_C(0x000f000f000f000f);
    x = (x | x >> 12) & UINT64_C(0x000000ff000000ff);
    return (uint16_t)(x | x >> 24);
}

/* Four bits of eight bytes (Knuth's multiplicative hash). */
static unsigned
hash(const uint8_t *bytes)
{
    uint64_t x;

    memcpy(&x, bytes, sizeof x);
    return (unsigned)(x * UINT64_C(11400714819323198485) >> 60);
}

/* Bytes from there to the next sample. */
static uint32_t
to_sample(uint32_t seq)
{
    return (0 - seq) % STRETCH_SAMPLE;
}

stretch_t
stretch_read(uint32_t seq, const uint8_t *bytes, size_t n)
{
    stretch_t s = { .seq = seq };
    uint8_t head[STRETCH_HEAD] = { 0 };

    while (n && !bytes[n - 1])
        n--;
    s.length = (uint16_t)MIN(n, UINT16_MAX);
    if (n)
        memcpy(head, bytes, MIN(n, sizeof head));
    for (unsigned i = 0; i < STRETCH_HEAD; i += 8)
        s.head[i / 8] = fold(head + i);
    uint32_t at = to_sample(seq);
    for (unsigned i = 0; i < STRETCH_SAMPLES && at + SAMPLED <= n; i++, at += STRETCH_SAMPLE)
        s.samples[i / 2] |= (uint8_t)(hash(bytes + at) << i % 2 * 4);
    return s;
}

/* What is kept of a byte of the head. */
static unsigned
byte_at(const stretch_t *s, uint32_t at)
{
    return s->head[at / 8] >> at % 8 * 2 & 3;
}

static unsigned
sample(const stretch_t *s, unsigned i)
{
    return s->samples[i / 2] >> i % 2 * 4 & 15;
}

/* shift: how far b begins behind a, not less than 0. Both hold the n bytes from there on. */
static bool
contradicts_at(const stretch_t *a, const stretch_t *b, uint32_t shift, uint32_t n)
{
    unsigned before = (shift + to_sample(b->seq)) / STRETCH_SAMPLE;     /* samples that only a has */

    for (uint32_t i = 0; i < n && shift + i < STRETCH_HEAD; i++)
        if (byte_at(a, shift + i) != byte_at(b, i))
            return true;
    for (unsigned i = 0; before + i < STRETCH_SAMPLES; i++)
        if (to_sample(b->seq) + i * STRETCH_SAMPLE + SAMPLED <= n && sample(a, before + i) != sample(b, i))
            return true;
    return false;
}

bool
stretch_contradicts(const stretch_t *a, const stretch_t *b)
{
    int32_t shift = seq_diff(b->seq, a->seq);

    if (shift < 0)
        return shift > -UINT16_MAX && stretch_contradicts(b, a);
    if (a->length < STRETCH_MIN || b->length < STRETCH_MIN || shift + STRETCH_MIN > a->length)
        return false;
    return contradicts_at(a, b, (uint32_t)shift, MIN((uint32_t)a->length - (uint32_t)shift, b->length));
}
