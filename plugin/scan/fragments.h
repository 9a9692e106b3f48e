/* fragments.h
 * Puts fragments of IP packets together, as Wireshark does: without a time limit, the first bytes stay where
 * fragments overlap. How much is remembered is bounded.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "../headers.h"

typedef struct fragments fragments_t;

fragments_t *fragments_new(void);
void         fragments_free(fragments_t *fragments);

typedef struct {
    ip_address_t src, dst;
    uint32_t     id;            /* what else the fragments of one packet share */
} fragment_key_t;

/* Takes a fragment of which all bytes are there. True when that completes a packet: *whole is its payload,
 * until the frame is done with. */
bool fragments_add(fragments_t *fragments, const fragment_key_t *key, uint32_t offset, bool more,
                   piece_t piece, piece_t *whole);

/* Frees what was put together for a frame. */
void fragments_end_frame(fragments_t *fragments);

/* Packets given up to make room for others. */
uint64_t fragments_given_up(const fragments_t *fragments);
