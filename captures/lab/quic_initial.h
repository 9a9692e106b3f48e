/* quic_initial.h
 * The server name inside a QUIC version 1 Initial, which any observer can decrypt.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef LAB_QUIC_INITIAL_H
#define LAB_QUIC_INITIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decrypts a client's Initial and writes the handshake octets found at offset 0 of its CRYPTO
 * stream to hello. Returns their number, 0 when the datagram is no readable Initial. */
size_t quic_initial_hello(const uint8_t *datagram, size_t len, uint8_t *hello, size_t room);

#endif
