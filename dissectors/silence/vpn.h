/* silence/vpn.h
 * First packets of VPNs that nobody answers, while their host answers over TCP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "silence/kept.h"

void vpn_open(silences_t *silences);
void vpn_close(silences_t *silences);

/* Takes a datagram of a VPN's flow, which has been counted. */
void vpn_datagram(engine_t *engine, const datagram_t *datagram);

/* Takes the first data of a server over TCP. */
void vpn_speaks_tcp(engine_t *engine, const observation_t *obs);
