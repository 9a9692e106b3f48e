/* data/overlap.h
 * What a segment says, kept so that another segment which covers some of the same sequence numbers can be
 * compared with it, wherever it begins.
 *
 * Of each of its first bytes two bits are kept, and four bits of the eight bytes at each multiple of 64 of
 * the sequence number, not of the segment: so segments that are shifted against each other have bytes and
 * samples in common all the same. That few bits are enough, because equal bytes have equal bits. A difference
 * may be hidden by chance (of one byte in a quarter of all cases, of a sample in one of 16), and never is one
 * made up. For the same reason no secret is needed: who chooses his bytes so that their bits meet accuses
 * nobody.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STRETCH_HEAD    48      /* bytes of which each is kept */
#define STRETCH_SAMPLE  64      /* from one sample to the next */
#define STRETCH_SAMPLES 12

/* Segments with fewer bytes, and overlaps of fewer, are not compared: keep-alive and window probes. */
#define STRETCH_MIN 2

typedef struct {
    uint32_t seq;
    uint16_t length;            /* bytes that count, saturating: zeros at the end do not, they may be padding */
    uint8_t  samples[STRETCH_SAMPLES / 2];  /* from the first one in it on, the first in the lower bits */
    uint16_t head[STRETCH_HEAD / 8];    /* two bits a byte, the first byte in the lowest bits */
} stretch_t;

/* n: bytes that were captured. */
stretch_t stretch_read(uint32_t seq, const uint8_t *bytes, size_t n);

/* True when both say something about the same sequence numbers, and not the same. */
bool stretch_contradicts(const stretch_t *a, const stretch_t *b);
