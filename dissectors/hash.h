/* hash.h
 * A seeded strong hash for keys that come out of captures: whoever writes a capture must not be
 * able to choose keys that collide.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* SipHash-1-3 of the bytes, folded to 32 bits, under a key drawn at random once per process.
 * (Wireshark's wmem_strong_hash() did the same for three times the instructions.) */
uint32_t hash_bytes(const uint8_t *bytes, size_t length);

/* The same of n words of eight bytes: no tail to handle, so it is quicker. n is part of the key. */
uint32_t hash_words(const uint64_t *words, unsigned n);

/* Puts another function in its place, for tests that want collisions. */
typedef uint32_t (*hash_bytes_t)(const uint8_t *bytes, size_t length);
void hash_bytes_set(hash_bytes_t function);
