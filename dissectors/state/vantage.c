/* state/vantage.c
 * Where the capture was taken; see vantage.h.
 *
 * Two things tell it, and both cost nothing: packets of the end beside the capture have passed no
 * router, so their TTL is still an initial value; and in the handshake that end answers at once,
 * while the other one takes the whole round trip.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "state/vantage.h"

#include "state/flow.h"
#include "state/hops.h"

/* A kernel answers a SYN or SYN/ACK within this, also on a busy machine. Round trips through an
 * access network take longer. */
#define AT_ONCE_NS (2 * NS_PER_MS)
/* How much longer the other end must take to be called far away. */
#define FAR_FACTOR 8
/* A tap or router this near to an end sees what the end sees. */
#define NEAR_HOPS  2
/* Handshakes that must agree before the capture speaks for flows that say nothing themselves. */
#define MAJORITY_MIN 3

static bool
is_next_to(uint8_t ttl)
{
    return ttl && ttl_hops(ttl) == 0;
}

/* One end answers at once, the other one takes much longer. */
static bool
time_says_near(const vantage_facts_t *f, unsigned end)
{
    return f->wait[end] >= 0 && f->wait[end] <= AT_ONCE_NS && f->wait[!end] > FAR_FACTOR * f->wait[end]
        && f->wait[!end] > AT_ONCE_NS / 2;
}

/* The end that should be near takes longer than the other one: a tunnel or proxy sets TTLs here. */
static bool
time_contradicts(const vantage_facts_t *f, unsigned end)
{
    return f->wait[end] > AT_ONCE_NS && f->wait[!end] >= 0 && f->wait[end] > f->wait[!end];
}

static bool
is_at(const vantage_facts_t *f, unsigned end)
{
    uint8_t near = f->ttl[end], far = f->ttl[!end];

    if (!near || !far || !ttl_is_plausible(near) || is_next_to(far) || time_contradicts(f, end))
        return false;
    return is_next_to(near)
        || (ttl_hops(near) <= NEAR_HOPS && ttl_hops(near) < ttl_hops(far) && time_says_near(f, end));
}

vantage_t
vantage_guess(const vantage_facts_t *f)
{
    bool client = is_at(f, VANTAGE_OF_CLIENT), server = is_at(f, VANTAGE_OF_SERVER);

    if (client != server)
        return client ? VANTAGE_CLIENT : VANTAGE_SERVER;
    for (unsigned end = 0; end < 2; end++)
        if (!f->ttl[end] || !ttl_is_plausible(f->ttl[end]) || ttl_hops(f->ttl[end]) <= NEAR_HOPS)
            return VANTAGE_UNKNOWN;
    return VANTAGE_ON_PATH;
}

void
vantage_learn(vantages_t *vantages, flow_t *flow, unsigned end, const observation_t *obs)
{
    const direction_t *client = &flow->end[flow->client], *server = &flow->end[!flow->client];

    flow->vantage_learnt = true;
    if (!(client->seen & server->seen & SEEN_SYN))
        return;                         /* no handshake: vantage_of_flow() will do with less */
    vantage_facts_t facts = {
        .ttl = { client->ttl[0], server->ttl[0] }, .wait = { -1, -1 },
    };
    /* One SYN, one SYN/ACK, one ACK: nothing was sent twice, so it is known what answered what. */
    if (client->packets == 1 && server->packets == 1) {
        facts.wait[VANTAGE_OF_SERVER] = ticks_since(client->last.time, server->last.time);
        if (end == flow->client && obs->ack == server->next_seq)
            facts.wait[VANTAGE_OF_CLIENT] = ticks_since(server->last.time, ticks(obs->time));
    }
    flow->handshake_read = true;
    flow->vantage = vantage_guess(&facts);
    vantages->flows[flow->vantage]++;
}

/* What three of four handshakes with an opinion agree on. */
static vantage_t
vantage_of_capture(const vantages_t *vantages)
{
    unsigned total = 0;

    for (vantage_t v = VANTAGE_CLIENT; v < N_VANTAGES; v++)
        total += vantages->flows[v];
    for (vantage_t v = VANTAGE_CLIENT; v < N_VANTAGES && total >= MAJORITY_MIN; v++)
        if (vantages->flows[v] >= total - total / 4)
            return v;
    return VANTAGE_UNKNOWN;
}

vantage_t
vantage_of_exchange(const vantages_t *vantages, uint8_t client_ttl, uint8_t server_ttl)
{
    if (vantages->given != VANTAGE_UNKNOWN)
        return vantages->given;
    vantage_facts_t facts = { .ttl = { client_ttl, server_ttl }, .wait = { -1, -1 } };
    vantage_t own = vantage_guess(&facts);
    return own != VANTAGE_UNKNOWN || (client_ttl && server_ttl) ? own : vantage_of_capture(vantages);
}

vantage_t
vantage_of_flow(const vantages_t *vantages, const flow_t *flow)
{
    const direction_t *client = &flow->end[flow->client], *server = &flow->end[!flow->client];

    if (flow->handshake_read && vantages->given == VANTAGE_UNKNOWN)
        return (vantage_t)flow->vantage;
    return vantage_of_exchange(vantages, client->ttl[0], server->ttl[0]);
}

bool
vantage_is_at(const vantages_t *vantages, const flow_t *flow, unsigned end)
{
    return vantage_of_flow(vantages, flow) == (end == flow->client ? VANTAGE_CLIENT : VANTAGE_SERVER);
}

const char *
vantage_name(vantage_t vantage)
{
    static const char *const names[N_VANTAGES] = {
#define X(name, shown) shown,
        VANTAGES(X)
#undef X
    };
    return names[vantage];
}
