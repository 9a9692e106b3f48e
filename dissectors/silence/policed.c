/* silence/policed.c
 * The account of a policer, read from gaps; see policed.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/policed.h"

#include <math.h>

#include <glib.h>

/* Round trips that have grown by more than this had to wait in a queue. */
#define GROWN(rtt_us) ((rtt_us) * 3 / 2 + 20000)

/* Less than a full segment on any path in use. */
#define FULL_BYTES 1100

/* What others get is looked at in pieces as long as this. */
#define OTHERS_NS NS_PER_S

policed_t *
policed_new(uint32_t next_seq, uint32_t rtt_us, int64_t now)
{
    policed_t *p = g_new0(policed_t, 1);
    p->next_seq = next_seq;
    p->rtt = rtt_us;
    p->begun = p->last_time = now;
    return p;
}

static void
learn_rtt(policed_t *p, const observation_t *obs)
{
    if (!p->probe_time || !obs->has_timestamps || seq_diff(obs->tsecr, p->probe) < 0)
        return;
    int64_t us = (obs->time - p->probe_time) / NS_PER_US;
    p->probe_time = 0;
    if (us <= 0 || us > UINT32_MAX)
        return;
    if (!p->rtt || us < p->rtt)
        p->rtt = (uint32_t)us;
    if (!p->rtt_lately || us < p->rtt_lately)
        p->rtt_lately = (uint32_t)us;
}

static void
open_gap(policed_t *p, const observation_t *obs, uint32_t heard)
{
    if (p->n_gaps == POLICED_GAPS) {
        p->n_gaps--;
        memmove(p->gap, p->gap + 1, p->n_gaps * sizeof p->gap[0]);
    }
    p->gap[p->n_gaps++] = (policed_gap_t){
        .seq = p->next_seq, .end = obs->seq, .time = p->last_time, .passed = p->passed, .heard = heard,
        .late = !p->rtt_lately || p->rtt_lately > GROWN(p->rtt),
    };
    p->rtt_lately = 0;
}

static bool
fill_gap(policed_t *p, const observation_t *obs)
{
    for (unsigned i = 0; i < p->n_gaps; i++) {
        policed_gap_t *gap = &p->gap[i];
        if (gap->filled || seq_diff(obs->seq, gap->seq) < 0 || seq_diff(obs->seq, gap->end) >= 0)
            continue;
        gap->filled = true;
        return true;
    }
    return false;
}

bool
policed_data(policed_t *p, const observation_t *obs, uint32_t heard)
{
    uint32_t after = obs->seq + obs->length;
    bool filled = false;

    learn_rtt(p, obs);
    if (seq_diff(obs->seq, p->next_seq) > 0)
        open_gap(p, obs, heard);
    else if (seq_diff(after, p->next_seq) <= 0)
        filled = fill_gap(p, obs);
    if (seq_diff(after, p->next_seq) > 0)
        p->next_seq = after;
    p->longest = MAX(p->longest, obs->length);
    if (obs->length >= p->longest)
        p->full++;
    else
        p->shorter++;
    p->pushed += (obs->flags & TCP_PSH) != 0;
    p->passed += obs->length;
    p->last_time = obs->time;
    return filled;
}

void
policed_ack(policed_t *p, const observation_t *obs)
{
    if (obs->has_timestamps && !p->probe_time) {
        p->probe = obs->tsval;
        p->probe_time = obs->time;
    }
    for (unsigned i = 0; i < p->n_gaps; i++)
        if (!p->gap[i].filled && seq_diff(obs->ack, p->gap[i].seq) > 0) {
            p->gap[i].filled = true;    /* asked about once */
            p->unseen++;
        }
}

static double
others_between(const policed_gap_t *from, const policed_gap_t *to)
{
    double heard = (uint32_t)(to->heard - from->heard), own = (double)(to->passed - from->passed);
    return fmax(heard - own, 0) * NS_PER_S / (double)(to->time - from->time);
}

bool
policed_is_saturated(const policed_t *p)
{
    return p->longest >= FULL_BYTES && p->shorter * 4 <= p->full && p->pushed * 8 <= p->full + p->shorter;
}

policed_line_t
policed_line(const policed_t *p)
{
    policed_line_t line = { 0 };
    const policed_gap_t *first = NULL, *last = NULL;

    for (unsigned i = 0; i < p->n_gaps; i++) {
        if (!p->gap[i].filled)
            continue;
        first = first ? first : &p->gap[i];
        last = &p->gap[i];
        line.losses++;
        line.late += p->gap[i].late;
    }
    if (line.losses < 2 || last->time <= first->time)
        return line;
    line.span = last->time - first->time;
    line.passed = last->passed - first->passed;
    line.rate = (double)line.passed * NS_PER_S / (double)line.span;
    const policed_gap_t *before = first;
    for (const policed_gap_t *gap = first; gap <= last; gap++) {
        if (!gap->filled)
            continue;
        double on_line = line.rate * (double)(gap->time - first->time) / NS_PER_S;
        line.slack = fmax(line.slack, fabs((double)(gap->passed - first->passed) - on_line));
        if (gap->time - before->time >= OTHERS_NS) {
            line.others = fmax(line.others, others_between(before, gap));
            before = gap;
        }
    }
    return line;
}
