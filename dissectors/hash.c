/* hash.c
 * SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", INDOCRYPT 2012, with one
 * compression and three finalization rounds); see hash.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hash.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

static uint64_t key[2];
static bool     has_key;

static inline uint64_t
rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void
sip_round(uint64_t v[4])
{
    v[0] += v[1]; v[1] = rotate(v[1], 13); v[1] ^= v[0]; v[0] = rotate(v[0], 32);
    v[2] += v[3]; v[3] = rotate(v[3], 16); v[3] ^= v[2];
    v[0] += v[3]; v[3] = rotate(v[3], 21); v[3] ^= v[0];
    v[2] += v[1]; v[1] = rotate(v[1], 17); v[1] ^= v[2]; v[2] = rotate(v[2], 32);
}

static void
draw_key(void)
{
    for (unsigned i = 0; i < 2; i++)
        key[i] = (uint64_t)g_random_int() << 32 | g_random_int();
    has_key = true;
}

static inline void
sip_begin(uint64_t v[4])
{
    if (G_UNLIKELY(!has_key))
        draw_key();
    v[0] = key[0] ^ UINT64_C(0x736f6d6570736575);
    v[1] = key[1] ^ UINT64_C(0x646f72616e646f6d);
    v[2] = key[0] ^ UINT64_C(0x6c7967656e657261);
    v[3] = key[1] ^ UINT64_C(0x7465646279746573);
}

static inline void
sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

static inline uint32_t
sip_end(uint64_t v[4])
{
    v[2] ^= 0xff;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    uint64_t hash = v[0] ^ v[1] ^ v[2] ^ v[3];
    return (uint32_t)(hash ^ hash >> 32);
}

static uint32_t
sip_hash(const uint8_t *bytes, size_t length)
{
    uint64_t v[4], word = 0;
    size_t whole = length / 8 * 8;

    sip_begin(v);
    for (size_t i = 0; i < whole; i += 8) {
        memcpy(&word, bytes + i, 8);
        sip_word(v, word);
    }
    word = (uint64_t)length << 56;
    for (size_t i = whole; i < length; i++)
        word |= (uint64_t)bytes[i] << 8 * (i - whole);
    sip_word(v, word);
    return sip_end(v);
}

static hash_bytes_t function = sip_hash;

void
hash_bytes_set(hash_bytes_t other)
{
    function = other;
}

uint32_t
hash_bytes(const uint8_t *bytes, size_t length)
{
    return function(bytes, length);
}

uint32_t
hash_words(const uint64_t *words, unsigned n)
{
    uint64_t v[4];

    if (G_UNLIKELY(function != sip_hash))
        return function((const uint8_t *)words, n * sizeof *words);
    sip_begin(v);
    for (unsigned i = 0; i < n; i++)
        sip_word(v, words[i]);
    return sip_end(v);
}
