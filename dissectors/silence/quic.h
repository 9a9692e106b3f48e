/* silence/quic.h
 * QUIC datagrams that nobody answers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "silence/kept.h"

void quic_open(silences_t *silences);
void quic_close(silences_t *silences);

/* The callback of detector.h. */
void silence_datagram(engine_t *engine, const datagram_t *datagram);
