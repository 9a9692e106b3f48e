/* silence/syns.c
 * First SYNs that nobody answers; see syns.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/syns.h"

#include "silence/cuts.h"

#define DEAD_TARGETS 8          /* addresses and ports one client asks in vain: a scan, or its network is down */

void
silence_syn(engine_t *engine, const half_open_t *half_open)
{
    const observation_t *syn = &half_open->syn;
    host_t *client = host_get(engine->hosts, &syn->src, false);
    cut_key_t key = { syn->src, syn->dst, syn->dport };
    silence_case_t c = {
        .kind = SILENT_SYN, .from_client = true, .sent = half_open->sent,
        .span = syn->time - half_open->first_time,
    };

    if (!client || client->dead_targets > DEAD_TARGETS || half_open->unreachable)
        return;
    if (client->heard_frame && ticks_since(client->heard, ticks(half_open->first_time)) < 0)
        c.heard_frame = client->heard_frame;
    cuts_earlier(engine, &key, half_open->first_frame, half_open->first_time, &c);
    about_t about = {
        .ends = { .src = syn->src, .dst = syn->dst, .sport = syn->sport, .dport = syn->dport,
                  .protocol = PROTOCOL_TCP, .ttl = syn->ip.ttl },
        .trigger = c.earlier_trigger,   /* a SYN asks for nothing by name */
    };
    bool known = cuts_frame(engine, &key) != 0;
    if (cut_off(engine, &c, &about, &key, 0, half_open->first_frame, syn) && !known)
        client->dead_targets++;
}

void
silence_syn_answered(engine_t *engine, const half_open_t *half_open, const observation_t *obs)
{
    const observation_t *syn = &half_open->syn;
    host_t *client = host_get(engine->hosts, &syn->src, false);
    cut_key_t key = { syn->src, syn->dst, syn->dport };

    if (!address_equal(&obs->src, &syn->dst))
        return;
    if (client && client->dead_targets && cuts_frame(engine, &key) == half_open->first_frame)
        client->dead_targets--;
    cut_ended(engine, &key, half_open->first_frame, obs->frame);
}
