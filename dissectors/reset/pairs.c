/* reset/pairs.c
 * What two resets of one connection say about each other: copies, bursts, ladders, both halves of one box's
 * work.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reset/case.h"
#include "state/hops.h"

#include <stdlib.h>

/* No receive window that is in use is wider: who names a number beyond it does not know the connection, and
 * resets nothing (RFC 7323 section 2.3 allows up to 2^30). */
#define WINDOW_MAX (1 << 20)

/* An exact copy of a packet may come from a capture tool that sees it twice. Three come from a sender. */
#define COPIES_MIN 2

bool
reset_same_kind(const reset_t *a, const reset_t *b)
{
    return a->flags == b->flags && a->length == b->length && a->ip.df == b->ip.df;
}

static bool
same_numbers(const reset_t *a, const reset_t *b)
{
    return a->seq == b->seq && a->ack == b->ack && a->flags == b->flags;
}

static bool
same_packet(const reset_t *a, const reset_t *b)
{
    int ttl_step = a->ip.ttl - b->ip.ttl;
    return a->ip.ip_id == b->ip.ip_id && same_numbers(a, b) && a->window == b->window
        && ttl_step >= -1 && ttl_step <= 1;
}

/* With an IP ID a copy is known by itself; without one where other packets are captured twice as well. */
static bool
is_copy(const reset_case_t *e, const reset_case_t *c)
{
    bool known = c->reset.ip.ip_id || c->sender.duplicates || c->peer.duplicates;
    return known && same_packet(&e->reset, &c->reset);
}

bool
reset_same_maker(const reset_case_t *a, const reset_case_t *b)
{
    return reset_same_kind(&a->reset, &b->reset) && !ip_mark(&a->reset.ip) == !ip_mark(&b->reset.ip)
        && reset_is_near(a) == reset_is_near(b);
}

bool
resets_are_halves(const reset_case_t *a, const reset_case_t *b)
{
    bool crossing = a->reverse_frame == b->reset.frame && b->reverse_frame == a->reset.frame;
    return crossing && reset_same_kind(&a->reset, &b->reset) && a->reset.window == b->reset.window
        && !ip_mark(&a->reset.ip) == !ip_mark(&b->reset.ip) && abs(a->reset.ip.ttl - b->reset.ip.ttl) <= HOPS_JITTER;
}

/* The number of c is beyond everything that its sender can have sent. Where the reset looks like its own it may have
 * sent more: of a living socket, or of a closed one, whose resets rise with the acknowledgements that they answer.
 * And where the capture lost packets, a box in its place may have answered those. */
static bool
is_beyond(const reset_case_t *e, const reset_case_t *c, uint32_t sent, bool lost)
{
    int32_t step = seq_diff(c->reset.seq, e->reset.seq);

    if (lost && (reset_is_near(c) || reset_has_closed_form(&c->reset)))
        return false;
    return step > 2 && step < WINDOW_MAX && c->sender.packets && !c->sender_is_later
        && seq_diff(c->reset.seq, sent) > 2 && c->peer.last.bits & TCP_ACK
        && seq_diff(c->reset.seq, c->peer.last.ack) > 2
        && !reset_may_be_own(c) && !reset_continues_socket(c);
}

/* The highest number that the sender has shown: by what it sent, or by a reset of the same socket. */
static uint32_t
highest_sent(GPtrArray *cases, const reset_case_t *c)
{
    uint32_t sent = c->sender.next_seq;

    for (unsigned i = 0; i < cases->len; i++) {
        const reset_case_t *e = g_ptr_array_index(cases, i);
        if (e->end == c->end && reset_continues_socket(e) && seq_diff(e->reset.seq, sent) > 0)
            sent = e->reset.seq;
    }
    return sent;
}

static bool
compare_both_ways(reset_case_t *e, reset_case_t *c, int64_t gap)
{
    if (gap > BURST_NS || !c->sender.rtt || c->sender.rtt * NS_PER_US <= 2 * BURST_NS || e->reverse_frame)
        return false;
    e->reverse_frame = c->reset.frame;
    c->reverse_frame = e->reset.frame;
    return true;
}

/* A socket that has sent a RST/ACK is gone: what else comes in is answered with resets that have neither
 * timestamps nor its IP IDs. */
static bool
compare_sockets(reset_case_t *e, reset_case_t *c)
{
    const reset_t *a = &e->reset, *b = &c->reset;
    bool both = a->flags & b->flags & TCP_ACK && a->has_timestamps && b->has_timestamps
             && reset_continues_socket(e) && reset_continues_socket(c);

    if (!both || e->again_frame || a->ip.ip_id == b->ip.ip_id || same_numbers(a, b))
        return false;
    e->again_frame = b->frame;
    c->again_frame = a->frame;
    return true;
}

static bool
compare_steps(reset_case_t *e, reset_case_t *c, uint32_t sent, bool lost)
{
    if (!is_beyond(e, c, sent, lost))
        return false;
    c->changed_frame = e->reset.frame;
    c->changed_step = c->reset.seq - e->reset.seq;
    if (reset_is_near(e) && !reset_same_maker(e, c))
        return false;                   /* the sender's own, beside somebody else's */
    e->changed_frame = c->reset.frame;
    e->changed_step = c->changed_step;
    return true;
}

static bool
compare_burst(reset_case_t *e, reset_case_t *c)
{
    bool news = false;

    if (!e->next.frame && reset_same_kind(&e->reset, &c->reset)) {
        e->next.frame = c->reset.frame;
        e->next.ip_id = c->reset.ip.ip_id;
        e->next.window = c->reset.window;
        e->next.ttl = c->reset.ip.ttl;
        news = true;
    }
    if ((e->reset.flags ^ c->reset.flags) & TCP_ACK) {
        e->flavour_frame = c->reset.frame, c->flavour_frame = e->reset.frame;
        news = true;
    }
    return news;
}

/* Resets at one moment that have the numbers of c, c included. */
static uint8_t
burst_of(GPtrArray *cases, const reset_case_t *c)
{
    bool twice = c->sender.duplicates || c->peer.duplicates;
    unsigned burst = 1, copies = 0;

    for (unsigned i = 0; i < cases->len; i++) {
        const reset_case_t *e = g_ptr_array_index(cases, i);
        if (e->end != c->end || e->peer.last.frame != c->peer.last.frame
            || c->reset.time - e->reset.time > BURST_NS || !same_numbers(&e->reset, &c->reset))
            continue;
        if (is_copy(e, c))
            copies++;
        else
            burst++;
    }
    return (uint8_t)MIN(!twice && copies >= COPIES_MIN ? burst + copies : burst, UINT8_MAX);
}

/* Compares c with an earlier reset. True when that is news for the earlier one. */
static bool
compare(reset_case_t *e, reset_case_t *c, uint32_t sent, bool lost)
{
    int64_t gap = c->reset.time - e->reset.time;

    if (gap < 0 || gap > PAIR_NS)
        return false;
    if (e->end != c->end)
        return compare_both_ways(e, c, gap);
    if ((c->sender.duplicates || c->peer.duplicates) && gap <= BURST_NS && same_packet(&e->reset, &c->reset))
        return false;
    c->previous = e->reset;
    bool news = compare_sockets(e, c);
    if (e->peer.last.frame != c->peer.last.frame)
        return news;                    /* the peer gave the sender something new to answer */
    news |= compare_steps(e, c, sent, lost);
    return gap <= BURST_NS ? compare_burst(e, c) | news : news;
}

unsigned
resets_compare(GPtrArray *cases, reset_case_t *c, bool unread, bool lost)
{
    uint32_t sent = unread ? c->reset.seq : highest_sent(cases, c);
    unsigned news = 0;

    c->burst = burst_of(cases, c);
    for (unsigned i = 0; i < cases->len; i++) {
        reset_case_t *e = g_ptr_array_index(cases, i);
        bool told = compare(e, c, sent, lost);
        if (e->end == c->end && c->burst > e->burst && c->reset.time - e->reset.time <= BURST_NS
            && same_numbers(&e->reset, &c->reset))
            e->burst = c->burst, told = true;
        news |= (unsigned)told << i;
    }
    return news;
}
