/* reset/others.c
 * What the host's other packets add to a case; see others.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reset/others.h"

#include "data/run.h"

#include <string.h>

/* Another reset in this host's name that counts window and TTL together, follows the TTL of what it answers, or
 * copies its IP ID. */
static void
compare_with_others(reset_case_t *c, const host_suspicions_t *suspicions)
{
    for (unsigned i = 0; i < WINDOW_TTL_SLOTS; i++) {
        const window_ttl_t *other = &suspicions->window_ttl[i];
        int apart = other->ttl - c->reset.ip.ttl;
        if (other->frame && c->reset.window && other->frame != c->reset.frame
            && other->constant == c->reset.window - c->reset.ip.ttl && (apart > 1 || apart < -1)) {
            c->lockstep_frame = other->frame;
            c->lockstep_ttl = other->ttl;
        }
    }
    for (unsigned i = 0; i < MIRROR_SLOTS; i++) {
        const mirrored_ttl_t *other = &suspicions->mirror[i];
        int apart = other->ttl - c->reset.ip.ttl, asked = other->answered_ttl - c->peer.last.ttl;
        if (!other->frame || other->frame == c->reset.frame || !c->peer.last.frame || ABS(asked) <= 1)
            continue;
        c->mirror_possible = true;
        if (apart == asked)
            c->mirror_frame = other->frame;
    }
    for (unsigned i = 0; i < COPIED_SLOTS; i++)
        if (suspicions->copied_frame[i] && suspicions->copied_frame[i] != c->reset.frame
            && reset_shows_chance(c, CHANCE_IP_ID))
            c->copied_frame = suspicions->copied_frame[i];
}

static void
read_host(reset_case_t *c, const host_t *host)
{
    c->host_ttls = host->ttls;
    c->host_df_set = host->df_set;
    c->host_df_clear = host->df_clear;
    c->host_station = host->links_other ? 0 : host->link;
    c->host_rtt = host->rtt;
    c->host_rtts = host->rtts;
    c->host_answers = host->answers;
    c->own = host->own_resets[!!(c->reset.flags & TCP_ACK)];
}

/* What the other resets of the capture make of equalities that may be accidents. */
static void
read_record(reset_case_t *c, const resets_t *resets)
{
    for (chance_t i = 1; i < N_CHANCES; i++) {
        c->record[i] = resets->record[i];
        c->record[i].tested -= c->counted >> i & 1;
        c->record[i].alike -= c->counted_alike >> i & 1;
    }
}

static void
read_contrast(engine_t *engine, reset_case_t *c, const flow_t *flow)
{
    c->contrast = outcomes_contrast(resets_of(engine)->outcomes, engine->names, flow);
    if (!c->contrast.cut)
        return;
    c->contrast.name = store_text(engine->store, c->contrast.name, strlen(c->contrast.name));
    c->contrast.passed_name = store_text(engine->store, c->contrast.passed_name, strlen(c->contrast.passed_name));
}

void
others_compare(engine_t *engine, reset_case_t *c, const flow_t *flow)
{
    const host_t *host = flow->host[c->end];

    read_host(c, host);
    if (c->end != flow->client && c->request_frame && c->request_frame == flow->request_frame)
        read_contrast(engine, c, flow);
    if (host->suspicions)
        compare_with_others(c, host->suspicions);
    read_record(c, resets_of(engine));
    const run_t *run = beside_find(engine->besides, flow, BESIDE_RUN);
    if (run && !c->page_frame)
        c->page_frame = run_goes_on(run, c->reset.seq, &c->reset.ip);
    if (host->suspicions && !c->same_box_frame)
        c->same_box_frame = host_known_injector(host, c->reset.frame, &c->reset.ip);
    if (host->suspicions && !c->same_box_frame && reset_of_other_station(c)
        && host->suspicions->forger_station == c->reset.station && host->suspicions->forger_frame != c->reset.frame)
        c->same_box_frame = host->suspicions->forger_frame;
}

void
others_remember_ladder(flow_t *flow, const reset_case_t *c)
{
    if (!c->reset.window || !(c->reset.flags & TCP_ACK) || host_uses_ttl(flow->host[c->end], c->reset.ip.ttl))
        return;
    host_suspicions_t *s = host_suspicions(flow->host[c->end]);
    window_ttl_t entry = { c->reset.window - c->reset.ip.ttl, c->reset.frame, c->reset.ip.ttl };
    for (unsigned i = 0; i < WINDOW_TTL_SLOTS; i++)
        if (s->window_ttl[i].frame && s->window_ttl[i].constant == entry.constant
            && s->window_ttl[i].ttl == entry.ttl)
            return;
    s->window_ttl[s->n_window_ttl++ % WINDOW_TTL_SLOTS] = entry;
}

void
others_remember_mirror(flow_t *flow, const reset_case_t *c)
{
    if (!c->peer.last.frame || host_uses_ttl(flow->host[c->end], c->reset.ip.ttl))
        return;
    host_suspicions_t *s = host_suspicions(flow->host[c->end]);
    s->mirror[s->n_mirror++ % MIRROR_SLOTS] =
        (mirrored_ttl_t){ c->reset.frame, c->reset.ip.ttl, c->peer.last.ttl };
}

void
others_remember_copy(flow_t *flow, const reset_case_t *c)
{
    if (!reset_shows_chance(c, CHANCE_IP_ID))
        return;
    host_suspicions_t *s = host_suspicions(flow->host[c->end]);
    s->copied_frame[s->n_copied++ % COPIED_SLOTS] = c->reset.frame;
}

void
others_count(resets_t *resets, reset_case_t *c)
{
    for (chance_t i = 1; i < N_CHANCES; i++) {
        bool tested = reset_tests_chance(c, i), alike = tested && reset_shows_chance(c, i);
        resets->record[i].tested += tested;
        resets->record[i].alike += alike;
        c->counted |= (uint8_t)(tested << i);
        c->counted_alike |= (uint8_t)(alike << i);
    }
}

bool
others_are_pattern(host_suspicions_t *suspicions, const reset_case_t *c)
{
    unsigned seen = (c->mirror_frame ? PATTERN_MIRROR : 0) | (c->copied_frame ? PATTERN_COPY : 0);
    bool news = seen & ~suspicions->patterns;

    suspicions->patterns |= (uint8_t)seen;
    return news;
}
