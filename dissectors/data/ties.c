/* data/ties.c
 * Ties together what one foreign sender writes; see ties.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data/ties.h"

#define REPEATS_STEPS 3         /* a counter shows in so many */

/* A packet of a run as a case, as far as it is remembered. */
static data_case_t
run_case(const data_case_t *now, const run_t *run, const run_packet_t *packet)
{
    data_case_t c = *now;

    c.frame = packet->frame;
    c.time = 0;
    c.ip.ttl = packet->ttl;
    c.ip.tos = packet->tos;
    c.ip.ip_id = packet->ip_id;
    c.ip.df = run->bits & BIT_DF;
    c.has_timestamps = run->bits & BIT_TIMESTAMPS;
    c.window = packet->window;
    c.flags = packet->flags;
    c.length = packet->length;
    c.other_frame = 0;
    c.same_run_frame = packet->frame == run->proof ? 0 : run->proof;
    c.repeats_last = run->repeats;
    return c;
}

/* All its packets are forged: `proof` is, and has its sender's header. */
static void
convict_run(engine_t *engine, segment_t *s, const data_case_t *now, run_t *run, uint32_t proof)
{
    run->proof = proof;
    for (unsigned i = 0; i < run->n; i++) {
        data_case_t c = run_case(now, run, &run->packet[i]);
        if (!store_is_forged(engine->store, c.frame))
            data_judge_again(engine, s, &c, NULL, false, 0);
    }
}

typedef bool (*sign_is_t)(const signature_t *);

/* Something of this kind is said of the frame, of this tier or a better one. */
static bool
is_said(const finding_t *finding, sign_is_t kind, tier_t at_least)
{
    for (unsigned i = 0; finding && i < finding->evidence->len; i++) {
        const evidence_t *e = &g_array_index(finding->evidence, evidence_t, i);
        if (e->weight > 0 && e->signature->tier <= at_least && kind(e->signature))
            return true;
    }
    return false;
}

/* The signs of a run's packets, told as those of its head, if they add up: where the head itself has no more than
 * a distance, they may be a balancer's. */
static bool
pool(engine_t *engine, segment_t *s, const data_case_t *now, const run_t *run)
{
    const finding_t *head = store_lookup(engine->store, run->packet[0].frame),
                    *own = store_lookup(engine->store, now->frame);

    if (!own || !is_said(head, data_tells_sender, TIER_B) || is_said(head, data_is_conflict, TIER_D))
        return false;
    GArray *more = evidence_new();
    for (unsigned i = 0; i < own->evidence->len; i++) {
        const evidence_t *e = &g_array_index(own->evidence, evidence_t, i);
        evidence_offer_at_most(more, e->signature,
                               g_strdup_printf("frame %u, of the same sender: %s", own->frame, e->text), e->weight);
    }
    data_case_t c = run_case(now, run, &run->packet[0]);
    bool forged = data_judge_again(engine, s, &c, more, false, 0);
    evidence_free(more);
    return forged;
}

void
ties_add(engine_t *engine, segment_t *s, const data_case_t *c, run_t *run)
{
    run_add(run, s->obs);
    if (run->proof)
        return;
    if (s->forged && is_said(store_lookup(engine->store, c->frame), data_tells_sender, TIER_C))
        convict_run(engine, s, c, run, c->frame);
    else if (!s->forged && pool(engine, s, c, run))
        convict_run(engine, s, c, run, run->packet[0].frame);
    s->forged |= run->proof != 0;
}

/* Its header is that of its sender's packet before, of a sender that counts. */
static bool
repeats_last(const segment_t *s)
{
    const direction_t *sender = s->sender;
    return s->obs->length && !s->obs->ip.ipv6 && s->obs->ip.ip_id && s->obs->ip.ip_id == sender->last.mark
        && sender->id_steps >= REPEATS_STEPS && sender->id_steps * 2 >= sender->packets;
}

void
ties_begin(engine_t *engine, segment_t *s, const data_case_t *c)
{
    const finding_t *finding = store_lookup(engine->store, c->frame);
    bool foreign = is_said(finding, data_shows_profile, TIER_C), repeats = !foreign && repeats_last(s);
    const run_t *known = data_run_find(engine, s->flow);

    if (!(s->forged && finding) && (!(foreign || repeats) || (known && known->proof)))
        return;
    run_t *run = data_run_of(engine, s->flow);
    run_begin(run, s->obs, s->sender);
    run->pulls = foreign || repeats;
    run->repeats = repeats;
    run->proof = s->forged ? c->frame : 0;
}

void
ties_deny(engine_t *engine, segment_t *s, run_t *run)
{
    data_case_t now = data_case_of(engine, s, CONTENT_OTHER, &(page_t){ 0 });

    for (unsigned i = 0; i < run->n; i++) {
        data_case_t c = run_case(&now, run, &run->packet[i]);
        c.beyond_fin_frame = s->obs->frame;
        if (data_judge_again(engine, s, &c, NULL, false, s->obs->frame))
            run->proof = c.frame;
    }
}

bool
ties_are_denied(const run_t *run, const observation_t *obs)
{
    return run->repeats && !run->proof && obs->flags & TCP_FIN && seq_diff(run->next, sequence_end(obs)) > 1
        && seq_diff(obs->seq + obs->length, run->first) <= 0;
}
