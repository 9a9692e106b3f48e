/* silence/vpn.c
 * First packets of VPNs that nobody answers; see vpn.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/vpn.h"

#include "silence/cuts.h"

void
vpn_open(silences_t *silences)
{
    silences->vpns = oldest_new(VPNS_MAX, VPNS_NOTICE);
}

static void
drop_server(silences_t *silences, vpn_server_t *server)
{
    oldest_remove(&silences->vpns, &server->link);
    g_free(server);
}

void
vpn_close(silences_t *silences)
{
    while (silences->vpns.links.head)
        drop_server(silences, silences->vpns.links.head->data);
}

static vpn_server_t *
find_server(const silences_t *silences, const ip_address_t *address)
{
    for (GList *l = silences->vpns.links.tail; l; l = l->prev)
        if (address_equal(&((vpn_server_t *)l->data)->server, address))
            return l->data;
    return NULL;
}

static vpn_server_t *
get_server(engine_t *engine, const ip_address_t *address)
{
    silences_t *silences = silences_of(engine);
    vpn_server_t *server = find_server(silences, address);

    if (server)
        return server;
    if ((server = oldest_in_the_way(&silences->vpns))) {
        report_limit(engine->reports, &silences->vpns.limit);
        drop_server(silences, server);
    }
    server = g_new0(vpn_server_t, 1);
    server->server = *address;
    oldest_add(&silences->vpns, &server->link, server);
    return server;
}

void
vpn_datagram(engine_t *engine, const datagram_t *datagram)
{
    const observation_t *obs = datagram->obs;
    const datagram_flow_t *flow = datagram->flow;
    cut_key_t key = { flow->client, flow->server, flow->server_port };

    if (!datagram->from_client) {
        if (flow->from_server.packets == 1)
            cut_ended(engine, &key, flow->first_frame);
        return;
    }
    const vpn_server_t *server = get_server(engine, &flow->server);
    if (flow->icmp_frame || server->time <= flow->unanswered_since)
        return;
    silence_case_t c = {
        .kind = SILENT_VPN, .from_client = true, .sent = flow->unanswered, .works_frame = server->frame,
        .span = flow->unanswered_last - flow->unanswered_since,
        .peer_packets = MIN(flow->from_server.packets, UINT8_MAX),
    };
    about_t about = {
        .ends = { .src = flow->client, .dst = flow->server, .sport = flow->client_port,
                  .dport = flow->server_port, .protocol = PROTOCOL_UDP, .ttl = obs->ip.ttl },
        .trigger = flow->vpn == VPN_WIREGUARD ? "WireGuard handshake" : "OpenVPN handshake",
    };
    cut_off(engine, &c, &about, &key, 0, flow->first_frame, obs);
}

void
vpn_speaks_tcp(engine_t *engine, const observation_t *obs)
{
    vpn_server_t *server = find_server(silences_of(engine), &obs->src);

    if (!server)
        return;
    server->frame = obs->frame;
    server->time = obs->time;
}
