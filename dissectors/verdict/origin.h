/* verdict/origin.h
 * What can be said of the sender of a forged packet: whose header it has (injectors.h) and how far
 * away it is (where.h). Said after judging, of forged packets only: nothing in here can reach a
 * verdict, because nothing in the judgement reads it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "state/host.h"
#include "verdict/injectors.h"
#include "verdict/store.h"
#include "verdict/where.h"

/* Of one forged packet; belongs to its finding. Words are made where they are shown, by
 * injector_match_text() of the packet and where_text() of the facts. */
struct origin {
    injected_t        packet;
    unsigned          n_matches;
    const injector_t *injector[INJECTORS_NAMED_MAX];    /* best first */
    where_facts_t     facts;
    where_t           where;
};

/* Says so. Does nothing where the finding is not about a forged packet. claimed is the host in
 * whose name it was sent. What its other forged packets showed (facts.lowest, facts.highest, a
 * nearer router) is filled in here, and facts.fickle. Those packets may have to be told anew, in
 * the store that is given; NULL where frame numbers are used twice. */
void origin_say(store_t *store, finding_t *finding, host_t *claimed, const injected_t *packet,
                where_facts_t facts);

/* Adds what is known in `more`. */
void origin_add(origin_t *origin, const injected_t *more);
