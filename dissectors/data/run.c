/* data/run.c
 * What one foreign sender writes into a flow; see run.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data/run.h"

#include "state/hops.h"

#define NEXT_STEPS      4       /* IP IDs from one packet of a box to its next */
#define LADDER_STEPS    3       /* that packets of one answer overtake each other by */
#define OVERTAKEN_BYTES 4096

static uint16_t
profile_bits(const observation_t *obs)
{
    return (uint16_t)((obs->ip.df ? BIT_DF : 0) | (obs->has_timestamps ? BIT_TIMESTAMPS : 0));
}

static bool
has_low_id(const observation_t *obs)
{
    return !obs->ip.ipv6 && obs->ip.ip_id <= 1;
}

static uint16_t
window_ttl(const observation_t *obs)
{
    return (uint16_t)(obs->window - obs->ip.ttl);
}

static void
note(run_t *run, const observation_t *obs)
{
    run->ttl = obs->ip.ttl;
    if (run->n < RUN_MAX)
        run->packet[run->n++] = (run_packet_t){
            .frame = obs->frame, .ip_id = obs->ip.ip_id, .window = obs->window, .flags = obs->flags,
            .length = (uint16_t)MIN(obs->length, UINT16_MAX), .ttl = obs->ip.ttl, .tos = obs->ip.tos,
        };
}

void
run_begin(run_t *run, const observation_t *obs, const direction_t *sender)
{
    *run = (run_t){ .beside = run->beside, .link = run->link, .first = obs->seq, .next = sequence_end(obs),
                    .bits = profile_bits(obs), .window_ttl = window_ttl(obs), .low_id = has_low_id(obs),
                    .own_mark = sender->id_steps ? sender->last.mark : 0 };
    note(run, obs);
}

/* The claimed sender's own packets go on counting, whatever is written between them. */
static bool
counts_on(const run_t *run, const observation_t *obs)
{
    return run->own_mark && !obs->ip.ipv6 && ip_id_goes_on(run->own_mark, obs->ip.ip_id);
}

bool
run_takes(const run_t *run, const observation_t *obs)
{
    int step = ABS(obs->ip.ttl - run->ttl);
    bool ladder = step && step <= LADDER_STEPS && window_ttl(obs) == run->window_ttl;

    return seq_diff(obs->seq, run->first) >= 0 && seq_diff(obs->seq, run->next) <= (ladder ? OVERTAKEN_BYTES : 0)
        && (step <= HOPS_JITTER || ladder) && profile_bits(obs) == run->bits
        && has_low_id(obs) == run->low_id
        && (run->repeats ? obs->ip.ip_id == run->packet[0].ip_id : !counts_on(run, obs));
}

void
run_add(run_t *run, const observation_t *obs)
{
    if (seq_diff(sequence_end(obs), run->next) > 0)
        run->next = sequence_end(obs);
    note(run, obs);
}

uint32_t
run_goes_on(const run_t *run, uint32_t seq, const ip_header_t *ip)
{
    const run_packet_t *last = &run->packet[run->n - 1];
    uint16_t step = (uint16_t)(ip->ip_id - last->ip_id);

    if (!run->proof || !run->pulls || run->low_id || ip->ipv6 || ip->df != !!(run->bits & BIT_DF)
        || step < 1 || step > NEXT_STEPS || seq_diff(seq, run->first) < 0 || seq_diff(seq, run->next) > 0)
        return 0;
    return last->frame;
}
