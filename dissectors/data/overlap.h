/* data/overlap.h
 * The first bytes of a segment, kept so that another segment which covers some of the same sequence
 * numbers can be compared with them, wherever it begins.
 *
 * Bytes are kept as hashes of blocks of four that begin at multiples of four of the sequence number,
 * not of the segment: two segments that overlap by seven bytes or more share a whole block, however
 * they are shifted. A hash has four bits only. That is enough, because equal bytes have equal hashes:
 * a hash that meets another by chance hides a difference (one block in 16) and never makes one up.
 * For the same reason it needs no secret: who chooses his bytes so that they meet accuses nobody.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STRETCH_BLOCK  4
#define STRETCH_BLOCKS 14       /* the first 53 to 56 bytes */

/* Segments with fewer bytes are not compared: keep-alive and window probes. */
#define STRETCH_MIN    4

typedef struct {
    uint32_t seq;
    uint8_t  length;            /* bytes that count: zeros at the end do not, they may be padding */
    uint8_t  hashes[STRETCH_BLOCKS / 2];
} stretch_t;

/* n: bytes that were captured. */
stretch_t stretch_read(uint32_t seq, const uint8_t *bytes, size_t n);

/* True when both say something about the same sequence numbers, and not the same. */
bool stretch_contradicts(const stretch_t *a, const stretch_t *b);
