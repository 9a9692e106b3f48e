/* state/vantage.h
 * Where the capture was taken, as one connection shows it: at the client, at the server, or in
 * between. Signs that cannot be seen from there are not tested (reset/signatures.c, data/signatures.c).
 *
 * The contract for everyone who asks:
 *
 *   - vantage_of_flow() may be called for any flow at any time. It reads what the engine keeps and
 *     changes nothing. The packet after the SYN/ACK settles it for the flow. Before that, and where
 *     the handshake was not captured, the answer may still change.
 *   - VANTAGE_CLIENT: what the client sends is seen as it left. Nobody on the way can have sent it,
 *     and what is forged towards the server is not seen at all. VANTAGE_SERVER: the reverse.
 *     VANTAGE_ON_PATH: neither; either end's packets may be forged here.
 *   - VANTAGE_UNKNOWN must never keep anything from being tested: both ends may be in one building,
 *     the capture may hold one direction only, or start in the middle.
 *   - The preference interference.vantage overrides all guesses, for every flow.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "observation.h"

typedef struct flow flow_t;

/* Name, as shown and as in the preference; unknown there means: guess. */
#define VANTAGES(X) \
    X(UNKNOWN, "unknown") \
    X(CLIENT,  "client")  \
    X(SERVER,  "server")  \
    X(ON_PATH, "on-path")

typedef enum {
#define X(name, shown) VANTAGE_##name,
    VANTAGES(X)
#undef X
    N_VANTAGES
} vantage_t;

const char *vantage_name(vantage_t vantage);

/* What the capture has shown of it. */
typedef struct {
    vantage_t given;                /* the preference */
    unsigned  flows[N_VANTAGES];    /* handshakes that speak for each */
} vantages_t;

/* Of one connection: index 0 is the client, 1 the server. */
typedef struct {
    uint8_t ttl[2];         /* as captured; 0: not known */
    int64_t wait[2];        /* ns from the capture to that end and back; -1: not known */
} vantage_facts_t;

enum { VANTAGE_OF_CLIENT, VANTAGE_OF_SERVER };

/* Pure: the place that these facts speak for, VANTAGE_UNKNOWN when they do not agree. */
vantage_t vantage_guess(const vantage_facts_t *facts);

/* What the flow itself shows, else what most of the capture's handshakes show. */
vantage_t vantage_of_flow(const vantages_t *vantages, const flow_t *flow);

/* The same for traffic without connections, by the TTLs of a question and its answer; 0: unknown. */
vantage_t vantage_of_exchange(const vantages_t *vantages, uint8_t client_ttl, uint8_t server_ttl);

/* True when the packets of this end are seen here as they left it. */
bool vantage_is_at(const vantages_t *vantages, const flow_t *flow, unsigned end);

/* Takes the packet that follows the SYN/ACK into account; called once per flow, by engine.c, with
 * the flow as it was before that packet. */
void vantage_learn(vantages_t *vantages, flow_t *flow, unsigned end, const observation_t *obs);
