/* data/unaware.h
 * What was written in a client's name that the client does not know of. Seen beside the server, where nothing
 * is ever sent twice for it and the server answers it: only the client's own later packets tell.
 *
 *      client  ID 0x109c  seq 29
 *      ???     ID 0xb3bf  seq 29, 11 bytes           kept: off the counter of its sender
 *      server                        ack 40
 *      client  ID 0x109d  seq 29                     the counter goes on, the number does not
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "state/beside.h"

/* Data off the counter of their claimed sender, kept beside the flow; the first, until others lie behind them. */
typedef struct {
    beside_t beside;
    uint32_t frame;             /* 0: none */
    uint32_t seq, end, ack;
    uint16_t ip_id, window;
    uint16_t flags;             /* TCP_* */
    uint8_t  ttl, tos;
    bool     df, has_timestamps;
    uint16_t own_mark;          /* IP ID of the claimed sender's last packet before */
} foreign_t;

/* Keeps such data. */
void foreign_keep(foreign_t *foreign, const observation_t *obs, const direction_t *sender);

/* True when an acknowledgement of the claimed sender shows that it did not send them: it acknowledges more than they
 * did, so it was sent later, and the other end has acknowledged them; but its number is still that before, and its IP
 * IDs go on from where they were then. */
bool foreign_is_denied(const foreign_t *foreign, const observation_t *ack, const direction_t *peer);
