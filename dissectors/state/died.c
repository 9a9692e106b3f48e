/* state/died.c
 * Packets that died on the way; see died.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "state/died.h"

#include "state/beside.h"

/* Kept beside the flow. */
typedef struct {
    beside_t     beside;
    GList        link;          /* in died_t.links; data is this */
    dead_probe_t probe;         /* frame 0: it was sent again */
    uint32_t     seq;
    uint16_t     ip_id;
    uint8_t      end;           /* that sent it */
    uint8_t      request_hops;  /* see dead_request_t */
} dead_t;

struct died {
    besides_t *besides;
    GQueue     links;           /* of dead_t, the first one of its flow longest ago first */
};

static void
clear(void *context, void *one)
{
    died_t *died = context;
    g_queue_unlink(&died->links, &((dead_t *)one)->link);
}

died_t *
died_new(besides_t *besides)
{
    died_t *died = g_new0(died_t, 1);

    died->besides = besides;
    g_queue_init(&died->links);
    besides_kind(besides, BESIDE_DIED, sizeof(dead_t), clear, died);
    return died;
}

void
died_free(died_t *died)
{
    g_free(died);
}

static dead_t *
dead_of(const died_t *died, const flow_t *flow)
{
    return beside_find(died->besides, flow, BESIDE_DIED);
}

/* The last packet of an end is the one that an ICMP error quotes. IPv6 numbers no packets: there it is
 * known by its sequence number, if that was sent only once since the connection began. */
static bool
is_last_sent(const flow_t *flow, unsigned end, uint16_t ip_id, uint32_t seq)
{
    const packet_t *last = &flow->end[end].last;

    if (!flow->host[end]->address.ipv6)
        return last->mark == ip_id;
    return flow->handshake && last->seq == (uint16_t)seq && !(last->bits & BIT_AGAIN)
        && (last->length || last->bits & TCP_SYN);
}

bool
died_quoted(died_t *died, flow_t *flow, unsigned end, const observation_t *obs)
{
    const packet_t *last = &flow->end[end].last;

    if (!is_last_sent(flow, end, obs->ip.ip_id, obs->seq))
        return false;
    dead_t *dead = dead_of(died, flow);
    if (!dead) {
        dead = beside_get(died->besides, flow, BESIDE_DIED);
        dead->link.data = dead;
        g_queue_push_tail_link(&died->links, &dead->link);
    }
    dead->probe = (dead_probe_t){ obs->frame, last->ttl, obs->reporter };
    dead->ip_id = obs->ip.ip_id;
    dead->seq = obs->seq;
    dead->end = (uint8_t)end;
    dead->request_hops = last->length ? last->ttl : 0;
    return true;
}

void
died_sent(died_t *died, flow_t *flow, unsigned end, const observation_t *obs)
{
    dead_t *dead = dead_of(died, flow);

    if (dead->end != end)
        return;
    if (obs->seq == dead->seq)
        dead->probe.frame = 0;
    if (obs->length)
        dead->request_hops = 0;
}

dead_probe_t
died_last(const died_t *died, const flow_t *flow, unsigned end)
{
    const dead_t *dead = dead_of(died, flow);
    bool last = dead && dead->probe.frame && dead->end == end
             && is_last_sent(flow, end, dead->ip_id, dead->seq);
    return last ? dead->probe : (dead_probe_t){ 0 };
}

const GList *
died_youngest(const died_t *died)
{
    return died->links.tail;
}

dead_request_t
died_request(const GList *l)
{
    const dead_t *dead = l->data;
    return (dead_request_t){ dead->beside.flow, dead->end, dead->request_hops };
}

const kept_t died_kept[] = {
    { "packet that died on the way", "state/died.c", sizeof(dead_t), NULL,
      "the last one of a connection", NULL },
    { 0 },
};
