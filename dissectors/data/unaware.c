/* data/unaware.c
 * What was written in a client's name that the client does not know of; see unaware.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data/unaware.h"

/* Packets overtake each other by less, nearly always. */
#define OVERTAKEN_NS NS_PER_MS
/* Where numbers were reused or the capture begins in the middle, they lie anywhere. */
#define UNAWARE_BYTES 65536

void
foreign_keep(foreign_t *foreign, const observation_t *obs, const direction_t *sender)
{
    if (foreign->frame && seq_diff(obs->seq, foreign->end) < 0)
        return;
    *foreign = (foreign_t){
        .beside = foreign->beside, .frame = obs->frame, .seq = obs->seq, .end = obs->seq + obs->length, .ack = obs->ack,
        .ip_id = obs->ip.ip_id, .window = obs->window, .flags = obs->flags, .ttl = obs->ip.ttl, .tos = obs->ip.tos,
        .df = obs->ip.df, .has_timestamps = obs->has_timestamps, .own_mark = sender->last.mark,
    };
}

bool
foreign_is_denied(const foreign_t *foreign, const observation_t *ack, const direction_t *peer)
{
    int32_t behind = seq_diff(foreign->end, ack->seq);

    return foreign->frame && !ack->length && (ack->flags & (TCP_ACK | TCP_SYN | TCP_FIN)) == TCP_ACK
        && seq_diff(foreign->seq, ack->seq) >= 0 && behind > 1 && behind < UNAWARE_BYTES
        && seq_diff(ack->ack, foreign->ack) > 0 && ip_id_goes_on(foreign->own_mark, ack->ip.ip_id)
        && peer->last.bits & TCP_ACK && seq_diff(peer->last.ack, foreign->end) >= 0
        && ticks_since(peer->last.time, ticks(ack->time)) > OVERTAKEN_NS;
}
