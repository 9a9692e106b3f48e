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

void
vpn_close(silences_t *silences)
{
    oldest_clear(&silences->vpns);
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
    server = silence_keep(engine, &silences->vpns, sizeof *server);
    server->server = *address;
    return server;
}

void
vpn_datagram(engine_t *engine, const datagram_t *datagram)
{
    const observation_t *obs = datagram->obs;
    const datagram_flow_t *flow = datagram->flow;
    cut_key_t key = cut_key_of_datagrams(flow);

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
    about_t about = about_datagrams(flow, obs->ip.ttl,
                                    flow->vpn == VPN_WIREGUARD ? "WireGuard handshake" : "OpenVPN handshake");
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
