/* quic.h
 * What a client asks for in the Initials of QUIC: their keys follow from what they show (RFC 9001, section
 * 5.2), so whoever sees them can read them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "../../dissectors/bytes/request.h"
#include "../../dissectors/observation.h"

typedef struct quic quic_t;

/* NULL where this program was built without libgcrypt: it cannot read them. */
quic_t *quic_new(void);
void    quic_free(quic_t *quic);

/* Takes a client's datagram that begins with an Initial. True when that completes its ClientHello: what it
 * asks for, as bytes that are valid until the next call. */
bool quic_read_hello(quic_t *quic, const observation_t *obs, request_t *request);
