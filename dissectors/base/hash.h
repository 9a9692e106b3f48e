/* base/hash.h
 * A seeded strong hash for keys that come out of captures: whoever writes a capture must not be
 * able to choose keys that collide.
 *
 * Multilinear hashing (Lemire, Kaser: "Strongly universal string hashing is fast", The Computer
 * Journal 57, 2014): each word is multiplied by a random number of its own. Two different inputs
 * collide with a chance of 2^-32, whatever they are, for anybody who does not see the hashes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HASH_WORDS_MAX 80
#define HASH_BYTES_MAX (HASH_WORDS_MAX * 4)

/* Random numbers; the first is 0 until they are drawn. */
extern uint64_t hash_key[HASH_WORDS_MAX + 2];

/* Draws the numbers, unless that was done before. Comes before everything else here. */
void hash_init(void);

/* Draws them from a seed, so that a test has the same result in every run. */
void hash_seed(uint32_t seed);

/* Hash of n words, at most HASH_WORDS_MAX. n is part of the input. */
static inline uint32_t
hash_words(const uint32_t *words, unsigned n)
{
    uint64_t sum = hash_key[0] + hash_key[1] * n;
#pragma GCC unroll 9
    for (unsigned i = 0; i < n; i++)
        sum += hash_key[i + 2] * words[i];
    return (uint32_t)(sum >> 32);
}

/* Hash of bytes; of more than HASH_BYTES_MAX only the first count, and the length. */
uint32_t hash_bytes(const uint8_t *bytes, size_t length);

/* The same for text in which letters count the same in both cases. (So do a few pairs of other
 * characters that differ by 32.) */
uint32_t hash_bytes_folded(const uint8_t *bytes, size_t length);
