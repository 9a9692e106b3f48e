/* verdict/origin.c
 * What can be said of the sender of a forged packet; see origin.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verdict/origin.h"

static void
work_out(origin_t *origin)
{
    injector_match_t match[INJECTORS_NAMED_MAX];

    origin->n_matches = injectors_match(&origin->packet, match);
    origin->facts.fickle =
        origin->n_matches && match[0].injector->fickle_ttl ? match[0].injector->name : NULL;
    for (unsigned i = 0; i < origin->n_matches; i++)
        origin->injector[i] = match[i].injector;
    origin->where = where_estimate(&origin->facts);
}

void
origin_add(origin_t *origin, const injected_t *more)
{
    for (trait_t t = 0; t < N_TRAITS; t++)
        if (more->value[t] != NOT_KNOWN)
            origin->packet.value[t] = more->value[t];
    origin->packet.texts |= more->texts;
    work_out(origin);
}

/* A box that changes its TTL shows that with its second packet, and a later probe may bound its
 * place better: the first ones are told again. */
static void
place_again(const store_t *store, const forged_ttls_t *seen, const finding_t *but)
{
    for (unsigned i = 0; i < FORGED_FRAMES; i++) {
        const finding_t *finding = seen->frame[i] ? store_lookup(store, seen->frame[i]) : NULL;
        if (!finding || finding == but || !finding->origin)
            continue;
        finding->origin->facts.lowest = seen->lowest;
        finding->origin->facts.highest = seen->highest;
        if (finding->origin->facts.died.frame) {
            finding->origin->facts.died = seen->nearest;
            finding->origin->facts.silent_hops = seen->silent_hops;
        }
        finding->origin->where = where_estimate(&finding->origin->facts);
    }
}

void
origin_say(store_t *store, finding_t *finding, host_t *claimed, const injected_t *packet,
           where_facts_t facts)
{
    if (finding->verdict != VERDICT_FORGED)
        return;
    /* Boxes that reset and answer do both with TTLs of their own. */
    forged_ttls_t *seen = host_forged_ttls(claimed, finding->class == CLASS_RESET,
                                           packet->value[TRAIT_DF] == 1);
    bool news = forged_ttls_add(seen, finding->frame, facts.ttl);

    if (!finding->origin)
        finding->origin = g_new0(origin_t, 1);
    if (facts.died.frame && (!seen->nearest.frame || facts.died.hops <= seen->nearest.hops)) {
        news |= seen->nearest.frame && facts.died.hops < seen->nearest.hops;
        seen->nearest = facts.died;
        seen->silent_hops = facts.silent_hops;
    } else if (facts.died.frame) {
        facts.died = seen->nearest;
        facts.silent_hops = seen->silent_hops;
    }
    finding->origin->facts = facts;
    finding->origin->facts.lowest = seen->lowest;
    finding->origin->facts.highest = seen->highest;
    finding->origin->packet = *packet;
    work_out(finding->origin);
    if (news && store)
        place_again(store, seen, finding);
}
