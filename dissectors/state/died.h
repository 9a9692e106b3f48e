/* state/died.h
 * Packets that died on the way, say ICMP errors: whoever answers one all the same is not its destination.
 *
 * Of each connection the last such packet is kept beside the flow (beside.h), so there are never more than
 * connections. It counts only as long as it is the last thing its end has sent: whatever was sent later may
 * have arrived.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "base/kept.h"
#include "observation.h"

typedef struct flow flow_t;
typedef struct besides besides_t;

/* A packet that died on the way. */
typedef struct {
    uint32_t     frame;         /* of the ICMP error; 0: nothing died */
    uint8_t      hops;          /* the dead packet's TTL as captured: hops to the router */
    ip_address_t router;        /* that sent the ICMP error */
} dead_probe_t;

typedef struct died died_t;

died_t *died_new(besides_t *besides);
/* After besides_free(). */
void    died_free(died_t *died);

/* An ICMP error says that a packet of this end ran out of hops. True when it is the last one that the end has
 * sent. */
bool died_quoted(died_t *died, flow_t *flow, unsigned end, const observation_t *obs);

/* The end sends another packet, not a reset: what died may have arrived this time. */
void died_sent(died_t *died, flow_t *flow, unsigned end, const observation_t *obs);

/* The last packet of this end, if it died; frame 0 if not. */
dead_probe_t died_last(const died_t *died, const flow_t *flow, unsigned end);

/* A request that died, and was not sent again so far. */
typedef struct {
    const flow_t *flow;
    unsigned      end;          /* that asked */
    uint8_t       hops;         /* to where it died; 0: what died last in this flow was no request */
} dead_request_t;

/* Those of the latest dead packets; walk from the youngest backwards by l->prev. */
const GList   *died_youngest(const died_t *died);
dead_request_t died_request(const GList *l);

extern const kept_t died_kept[];
