/* state/asked.h
 * What each flow's client asked for last, as text to show: the server name of a ClientHello, host and path of
 * an HTTP request, the name of a DNS question over TCP; of a client that asks for nothing by name, what it
 * sends first.
 *
 * The flow itself holds what was asked for in two numbers (flow_t.request, .suffix); the texts are here, and
 * the beginnings of requests that are not complete yet, beside their flows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/kept.h"
#include "state/beside.h"
#include "state/names.h"
#include "state/quic_flows.h"
#include "base/texts.h"

typedef struct asked asked_t;

/* Uses all three as long as it lives. */
asked_t *asked_new(names_t *names, texts_t *texts, besides_t *besides);
/* After besides_free(). */
void     asked_free(asked_t *asked);
/* Reached when a request that was not complete made room for another one. */
limit_t *asked_limit(asked_t *asked);

/* Takes a segment with payload from the client of a flow. */
void asked_observe(asked_t *asked, flow_t *flow, const observation_t *obs);

/* What the flow's client asked for last; NULL when that is not known. Lives as long as the texts. */
const char *asked_text(asked_t *asked, const flow_t *flow);
/* The Host of an HTTP request, to compare names with; NULL where there is none. */
const char *asked_host(const asked_t *asked, const flow_t *flow);
/* The same text of a flow that begins with a QUIC Initial. */
const char *asked_text_of_datagram(asked_t *asked, const datagram_flow_t *flow);

/* True when this datagram of the flow's client is an Initial, and the server name is not known yet: who can
 * decrypt it may tell it with the next function. Tried a few times for each flow. */
bool asked_wants(datagram_flow_t *flow, const observation_t *obs);

/* The ClientHello that this datagram of the client completed; see engine_note_request(). */
void asked_note(asked_t *asked, datagram_flow_t *flow, const observation_t *obs, const uint8_t *name,
                size_t length, bool ech);

extern const kept_t asked_kept[];
