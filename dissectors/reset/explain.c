/* reset/explain.c
 * What explains a reset without anybody who interferes: what stacks send by themselves, and what boxes send that
 * have nothing against the connection.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reset/case.h"
#include "state/hops.h"

#include <stdlib.h>

/* An IP ID that is so much above another one at most goes on from it: packets of other connections lie between. */
#define SERIES_MAX 64

/* A clock ticks between 1 Hz and 1 kHz (RFC 7323), in some stacks at 1 MHz; and it may have been read earlier. */
#define CLOCK_SLACK 10000

/* ---- shapes of a stack's own resets ---- */

static bool
is_near(uint8_t a, uint8_t b)
{
    return abs(a - b) <= HOPS_JITTER;
}

bool
reset_is_near(const reset_case_t *c)
{
    unsigned total = ttl_memory_total(&c->host_ttls);

    for (unsigned i = 0; i < TTL_SLOTS; i++)
        if (c->host_ttls.count[i] > 1 && c->host_ttls.count[i] * 4u >= total
            && is_near(c->host_ttls.ttl[i], c->reset.ip.ttl))
            return true;
    for (unsigned i = 0; i < 2; i++)
        if (c->sender.ttl_packets[i] > i && is_near(c->sender.ttl[i], c->reset.ip.ttl))
            return true;
    return false;
}

/* The IP ID goes on from the last one of an end that counts. */
static bool
goes_on(const reset_case_t *c, const direction_t *from, unsigned steps)
{
    uint16_t step = (uint16_t)(c->reset.ip.ip_id - from->last.mark);
    return !c->reset.ip.ipv6 && from->id_steps >= steps && step >= 1 && step <= SERIES_MAX;
}

bool
reset_has_own_id(const reset_case_t *c)
{
    return !c->sender_is_later && goes_on(c, &c->sender, 1);
}

bool
reset_in_clock(const reset_case_t *c)
{
    int64_t elapsed = MAX(ticks_since(c->sender.last.time, ticks(c->reset.time)), 0);
    int32_t step = seq_diff(c->reset.tsval, c->sender.tsval);

    return step >= -CLOCK_SLACK && step <= elapsed / NS_PER_US + CLOCK_SLACK;
}

bool
reset_continues_socket(const reset_case_t *c)
{
    if (c->sender_is_later || !c->sender.packets || !reset_is_near(c))
        return false;
    return (c->reset.has_timestamps && c->sender.seen & SEEN_TIMESTAMPS && reset_in_clock(c))
        || (goes_on(c, &c->sender, 2) && c->reset.window && c->reset.window == c->sender.last.window);
}

bool
reset_has_closed_form(const reset_t *r)
{
    return !(r->flags & TCP_ACK) && !r->window && !r->ack && !r->has_options && !r->length;
}

static bool
has_usual_df(const reset_case_t *c)
{
    unsigned set = c->host_df_set + c->sender.df, clear = c->host_df_clear + c->sender.packets - c->sender.df;
    return c->reset.ip.df ? set >= clear : clear >= set;
}

bool
reset_may_be_own(const reset_case_t *c)
{
    const ip_header_t *ip = &c->reset.ip;

    return reset_has_closed_form(&c->reset) && reset_is_near(c)
        && (ip->ipv6 || !ip->ip_id || goes_on(c, &c->sender, 1) || has_usual_df(c));
}

bool
reset_answers_segment(const reset_case_t *c)
{
    return c->peer.last.frame && reset_has_closed_form(&c->reset) && c->peer.last.bits & TCP_ACK
        && c->reset.seq == c->peer.last.ack;
}

/* ---- what boxes do ---- */

bool
reset_of_own_filter(const reset_case_t *c)
{
    const ip_header_t *ip = &c->reset.ip;
    uint16_t behind = (uint16_t)(c->peer.last.mark - ip->ip_id);

    if (c->reset.flags & TCP_ACK || !c->peer.last.frame || !reset_is_near(c))
        return false;
    if (ip->ipv6 || !ip->ip_id)         /* Linux: REJECT, or what its connection tracking could not map */
        return reset_answers_segment(c) && ip->ipv6 == !ip->df;
    return !ip->df && behind <= SERIES_MAX && c->peer.id_steps >= 2;   /* IPFilter: in the refused packet's header */
}

int64_t
reset_idle(const reset_case_t *c)
{
    const packet_t *own = &c->sender.last, *answered = &c->peer.last;
    ticks_t now = ticks(c->reset.time), latest = own->frame > answered->frame ? own->time : answered->time;
    bool tried_again = answered->bits & BIT_AGAIN && answered->length > 1;     /* no keep-alive */

    if (!own->frame || c->sender_is_later)
        return 0;
    int64_t before = answered->frame > own->frame && !tried_again ? ticks_since(own->time, answered->time) : 0;
    return MAX(before, ticks_since(latest, now));
}

bool
reset_after_end(const reset_case_t *c)
{
    /* An injected page may end with a FIN, too: one from the sender's only distance. */
    bool own_fin = c->sender.seen & SEEN_FIN && !c->sender_is_later && !c->sender.ttl_packets[1]
                && c->sender.packets > 1;
    return own_fin || c->after_own_reset;
}

/* A box that has forgotten a connection does not pass its packets on. */
static bool
is_idle(const reset_case_t *c)
{
    return reset_idle(c) >= IDLE_NS && !c->data_answers;
}

/* The sender was not captured before: nobody knows how long it was silent. */
static bool
may_be_idle(const reset_case_t *c)
{
    bool answers_syn = (c->peer.last.bits & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    return (!c->sender.packets || c->sender_is_later) && c->peer.packets && !answers_syn && !c->data_answers;
}

/* The sender goes on, or the reset has the refused packet's number. */
static bool
is_refusal(const reset_case_t *c)
{
    return reset_of_own_filter(c) && (c->data_frame || c->reset.ip.ip_id);
}

static bool
is_of_a_nat(const reset_case_t *c)
{
    return c->unmoved_frame != 0;
}

/* What the capture does not hold of the sender may have been its FIN, which the peer has acknowledged. */
static bool
is_in_doubt(const reset_case_t *c)
{
    bool fin_missed = c->sender.packets && !c->sender_is_later && c->peer.last.bits & TCP_ACK
                   && seq_diff(c->peer.last.ack, c->sender.next_seq) > 0;
    return c->unread || fin_missed;
}

bool
reset_of_other_station(const reset_case_t *c)
{
    uint64_t usual = c->syn_ack_station ? c->syn_ack_station : c->host_station;
    return c->reset.station && usual && usual != c->reset.station;
}

/* The first that fits is shown. */
static const struct {
    bool (*fits)(const reset_case_t *);
    const char *text;
} excuses[] = {
    { reset_after_end, "a NAT, firewall or load balancer that had forgotten the connection: it was over" },
    { is_idle, "the idle timer of a NAT, firewall or load balancer, which has forgotten the connection" },
    { may_be_idle,
      "a NAT, firewall or load balancer that had forgotten the connection, which began before the capture" },
    { is_refusal, "a packet filter or NAT on the sender itself, which refuses single packets" },
    { is_of_a_nat, "a NAT that forgot the connection and answers in its own name, the sender's address" },
    { is_in_doubt,
      "the end of the connection, in a packet that the capture lost or cut: boxes that have forgotten it answer so" },
};

const char *
reset_excuse(const reset_case_t *c)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(excuses); i++)
        if (excuses[i].fits(c))
            return excuses[i].text;
    return NULL;
}

const char *
reset_innocent(const reset_case_t *c, const GArray *evidence)
{
    const char *excuse = reset_excuse(c);
    const evidence_t *strongest = evidence_strongest(evidence);

    return excuse ? excuse : strongest ? strongest->signature->twin : NULL;
}
