/* silence/say.h
 * How a silence is said: what the files that find one share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "detector.h"
#include "silence/case.h"

/* Who, where and what a finding is about. */
typedef struct {
    ends_t      ends;
    vantage_t   vantage;
    const char *trigger;
} about_t;

/* Datagrams between a client and a server; ttl: of the client's, as captured, 0: not known. trigger as above. */
static inline about_t
about_datagrams(const datagram_flow_t *flow, uint8_t ttl, const char *trigger)
{
    return (about_t){
        .ends = { .src = flow->client, .dst = flow->server, .sport = flow->client_port, .dport = flow->server_port,
                  .protocol = PROTOCOL_UDP, .ttl = ttl },
        .trigger = trigger,
    };
}

/* There is something to say about a case. */
bool silence_is_due(engine_t *engine, const silence_case_t *c);

/* Judges a case and says so about the frame that was sent first; false when there is nothing to say. last_frame:
 * the one sent last so far; 0: that is not known, or was said. */
bool silence_say(engine_t *engine, const silence_case_t *c, const about_t *about, uint32_t first_frame,
                 uint32_t last_frame);

/* It was none: all that was said of a frame is taken back. */
void silence_withdraw(engine_t *engine, uint32_t first_frame);
