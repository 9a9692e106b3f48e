/* state/quic_flows.c
 * UDP flows that begin with a QUIC Initial or a VPN's first packet; see state/quic_flows.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "state/quic_flows.h"

#include "state/host.h"
#include "base/oldest.h"

#include <string.h>

#define QUIC_INITIAL_MIN 1200   /* bytes of a datagram with a client's Initial, RFC 9000 section 14.1 */
#define QUIC_ID_MIN      8      /* bytes of the connection id a client makes up, section 7.2 */
#define QUIC_ID_MAX      20
#define QUIC_IDLE_NS     (60 * NS_PER_S)    /* after such a silence an Initial begins another connection */
#define SYSTEM_PORTS     1024   /* RFC 6335 section 6 */

enum { QUIC_1 = 0x00000001, QUIC_2 = 0x6b3343cf, QUIC_DRAFT_23 = 0xff000017, QUIC_DRAFT_34 = 0xff000022 };

struct datagrams {
    GHashTable *by_ends;        /* set of datagram_flow_t */
    oldest_t    recent;         /* the longest silent first */
    uint8_t     server_ports[65536 / 8];    /* a bit for every port such a flow has gone to */
};

static unsigned
ends_hash(const void *key)
{
    return ((const datagram_flow_t *)key)->hash;
}

static gboolean
ends_equal(const void *a, const void *b)
{
    const datagram_flow_t *x = a, *y = b;
    return x->hash == y->hash && x->client_port == y->client_port && x->server_port == y->server_port
        && address_equal(&x->client, &y->client) && address_equal(&x->server, &y->server);
}

datagrams_t *
datagrams_new(void)
{
    datagrams_t *datagrams = g_new0(datagrams_t, 1);
    datagrams->by_ends = g_hash_table_new_full(ends_hash, ends_equal, g_free, NULL);
    datagrams->recent = oldest_new(DATAGRAM_FLOWS_MAX, NULL);
    return datagrams;
}

void
datagrams_free(datagrams_t *datagrams)
{
    g_hash_table_destroy(datagrams->by_ends);   /* and with it the links of the queue */
    g_free(datagrams);
}

GList *
datagrams_oldest(const datagrams_t *datagrams)
{
    return datagrams->recent.links.head;
}

uint32_t
quic_initial_version(const observation_t *obs)
{
    const uint8_t *p = obs->payload;

    /* Long header and fixed bit, version, and the two lengths of ids that every version has. */
    if (obs->captured < 7 + QUIC_ID_MIN || (p[0] & 0xc0) != 0xc0 || p[5] > QUIC_ID_MAX)
        return 0;
    uint32_t version = (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 8 | p[4];
    unsigned type = p[0] >> 4 & 3;
    if (version == QUIC_2)
        return type == 1 ? version : 0;
    bool known = version == QUIC_1 || (version >= QUIC_DRAFT_23 && version <= QUIC_DRAFT_34);
    return known && type == 0 ? version : 0;
}

#define WIREGUARD_BYTES   148
#define WIREGUARD_INITIATION 1
#define OPENVPN_BYTES     14        /* or with packet number, time, and an HMAC: SHA1, SHA256, SHA512 */
#define OPENVPN_RESET     0x38      /* operation 7, key 0 */

vpn_t
datagram_vpn(const observation_t *obs)
{
    static const uint8_t wireguard[] = { WIREGUARD_INITIATION, 0, 0, 0 }, nothing_yet[] = { 0, 0, 0, 0, 0 };
    const uint8_t *p = obs->payload;
    size_t length = obs->length, more = length - OPENVPN_BYTES;

    if (length > WIREGUARD_BYTES || length < OPENVPN_BYTES || obs->captured < length)
        return VPN_NONE;
    if (length == WIREGUARD_BYTES && !memcmp(p, wireguard, sizeof wireguard))
        return VPN_WIREGUARD;
    return p[0] == OPENVPN_RESET && (!more || more == 8 + 20 || more == 8 + 32 || more == 8 + 64)
        && obs->dport != DNS_PORT && !memcmp(p + length - sizeof nothing_yet, nothing_yet, sizeof nothing_yet)
        ? VPN_OPENVPN : VPN_NONE;
}

/* A server's Initial looks much the same. Where the capture begins with one, the port tells. */
static bool
begins_flow(const observation_t *obs)
{
    if (obs->length < QUIC_INITIAL_MIN)
        return obs->captured && (obs->payload[0] == OPENVPN_RESET || obs->payload[0] == WIREGUARD_INITIATION)
            && datagram_vpn(obs) != VPN_NONE;
    return quic_initial_version(obs)
        && obs->payload[5] >= QUIC_ID_MIN && !(obs->sport < SYSTEM_PORTS && obs->dport >= SYSTEM_PORTS);
}

static bool
may_belong(const datagrams_t *datagrams, const observation_t *obs)
{
    return datagrams->server_ports[obs->dport / 8] & 1 << obs->dport % 8
        || datagrams->server_ports[obs->sport / 8] & 1 << obs->sport % 8;
}

/* Ends and hash of the flow a datagram would belong to. */
static void
read_ends(datagram_flow_t *flow, const observation_t *obs, bool from_client)
{
    uint32_t words[9];

    flow->client = from_client ? obs->src : obs->dst;
    flow->server = from_client ? obs->dst : obs->src;
    flow->client_port = from_client ? obs->sport : obs->dport;
    flow->server_port = from_client ? obs->dport : obs->sport;
    unsigned n = address_words(&flow->client, words);
    n += address_words(&flow->server, words + n);
    words[n++] = (uint32_t)flow->client_port << 16 | flow->server_port;
    flow->hash = hash_words(words, n);
}

datagram_flow_t *
datagrams_find(const datagrams_t *datagrams, const observation_t *obs, bool *from_client)
{
    datagram_flow_t probe, *flow;

    if (!may_belong(datagrams, obs))
        return NULL;
    *from_client = true;
    read_ends(&probe, obs, true);
    flow = g_hash_table_lookup(datagrams->by_ends, &probe);
    if (flow)
        return flow;
    *from_client = false;
    read_ends(&probe, obs, false);
    return g_hash_table_lookup(datagrams->by_ends, &probe);
}

static void
drop(datagrams_t *datagrams, datagram_flow_t *flow)
{
    oldest_remove(&datagrams->recent, &flow->link);
    g_hash_table_remove(datagrams->by_ends, flow);
}

static datagram_flow_t *
begin(datagrams_t *datagrams, const observation_t *obs, bool *evicted)
{
    datagram_flow_t *flow = oldest_in_the_way(&datagrams->recent);

    *evicted = flow != NULL;
    if (flow)
        drop(datagrams, flow);
    flow = g_new0(datagram_flow_t, 1);
    read_ends(flow, obs, true);
    flow->version = quic_initial_version(obs);
    flow->vpn = datagram_vpn(obs);
    flow->first_frame = obs->frame;
    flow->first_time = obs->time;
    datagrams->server_ports[obs->dport / 8] |= (uint8_t)(1 << obs->dport % 8);
    g_hash_table_add(datagrams->by_ends, flow);
    oldest_add(&datagrams->recent, &flow->link, flow);
    return flow;
}

static void
count(datagram_end_t *end, const observation_t *obs)
{
    if (end->packets < UINT32_MAX)
        end->packets++;
    end->initials += quic_initial_version(obs) != 0 && end->initials < UINT32_MAX;
    end->bytes += obs->length;
    end->last_frame = obs->frame;
    end->last_time = obs->time;
}

datagram_flow_t *
datagrams_observe(datagrams_t *datagrams, const observation_t *obs, bool *from_client, bool *evicted)
{
    datagram_flow_t *flow = datagrams_find(datagrams, obs, from_client);
    bool begins = (!flow || *from_client) && begins_flow(obs);

    if (!flow && !begins)
        return NULL;
    if (flow && begins
        && obs->time - MAX(flow->from_client.last_time, flow->from_server.last_time) > QUIC_IDLE_NS) {
        drop(datagrams, flow);
        flow = NULL;
    }
    if (!flow) {
        flow = begin(datagrams, obs, evicted);
        *from_client = true;
    }
    count(*from_client ? &flow->from_client : &flow->from_server, obs);
    oldest_touch(&datagrams->recent, &flow->link);
    return flow;
}

datagram_flow_t *
datagrams_quoted(datagrams_t *datagrams, const observation_t *obs)
{
    bool from_client;
    datagram_flow_t *flow = datagrams_find(datagrams, obs, &from_client);

    if (!flow || !from_client)
        return NULL;
    if (!flow->icmp_frame) {
        flow->icmp_frame = obs->frame;
        flow->icmp_reason = obs->quoted;
    }
    return flow;
}

const kept_t datagrams_kept[] = {
    { "flow that begins with a QUIC Initial or a VPN's first packet", "state/quic_flows.c", sizeof(datagram_flow_t),
      NULL, KEPT_NUMBER(DATAGRAM_FLOWS_MAX) ", the one longest silent goes first",
      "QUIC limit reached: the connections longest silent are forgotten" },
    { 0 },
};
