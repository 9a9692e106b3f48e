/* base/hash.c
 * Random numbers and byte strings for the hash; see hash.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/hash.h"

#include <string.h>

#include <glib.h>

#define CASE_BITS UINT32_C(0x20202020)

uint64_t hash_key[HASH_WORDS_MAX + 2];

static void
draw(GRand *random)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(hash_key); i++)
        hash_key[i] = (uint64_t)g_rand_int(random) << 32 | g_rand_int(random);
    hash_key[0] |= 1;
    g_rand_free(random);
}

void
hash_init(void)
{
    if (!hash_key[0])
        draw(g_rand_new());
}

void
hash_seed(uint32_t seed)
{
    draw(g_rand_new_with_seed(seed));
}

static inline uint32_t
hash_masked(const uint8_t *bytes, size_t length, uint32_t mask)
{
    size_t kept = MIN(length, HASH_BYTES_MAX), at = 0;
    const uint64_t *key = hash_key + 2;
    uint64_t sum = hash_key[0] + hash_key[1] * length;
    uint32_t word;

    for (; at + sizeof word <= kept; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        sum += *key++ * (word | mask);
    }
    if (at < kept) {
        word = 0;
        memcpy(&word, bytes + at, kept - at);
        sum += *key * (word | mask);
    }
    return (uint32_t)(sum >> 32);
}

uint32_t
hash_bytes(const uint8_t *bytes, size_t length)
{
    return hash_masked(bytes, length, 0);
}

uint32_t
hash_bytes_folded(const uint8_t *bytes, size_t length)
{
    return hash_masked(bytes, length, CASE_BITS);
}
