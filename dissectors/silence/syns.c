/* silence/syns.c
 * First SYNs that nobody answers; see syns.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/syns.h"

#include "silence/cuts.h"

/* Port 0 stands for all ports: a server that answers nothing is told once. */
static cut_key_t
pair_of(const observation_t *syn)
{
    return (cut_key_t){ syn->src, syn->dst, 0 };
}

void
silence_syn(engine_t *engine, const half_open_t *half_open)
{
    const observation_t *syn = &half_open->syn;
    const host_t *client = host_get(engine->hosts, &syn->src, false);
    cut_key_t key = { syn->src, syn->dst, syn->dport }, pair = pair_of(syn);
    uint32_t known = cuts_frame(engine, &pair);
    silence_case_t c = {
        .kind = SILENT_SYN, .from_client = true, .sent = half_open->sent,
        .span = syn->time - half_open->first_time,
    };

    if (!client || half_open->unreachable)
        return;
    if (client->heard_frame && ticks_since(client->heard, ticks(half_open->first_time)) < 0)
        c.heard_frame = client->heard_frame;
    cuts_earlier(engine, &key, half_open->first_frame, half_open->first_time, &c);
    about_t about = {
        .ends = { .src = syn->src, .dst = syn->dst, .sport = syn->sport, .dport = syn->dport,
                  .protocol = PROTOCOL_TCP, .ttl = syn->ip.ttl },
        .trigger = c.earlier_trigger,   /* a SYN asks for nothing by name */
    };
    if (c.earlier_frame || !known || known == half_open->first_frame)
        cut_off(engine, &c, &about, c.earlier_frame ? &key : &pair, 0, half_open->first_frame, syn);
}

void
silence_syn_answered(engine_t *engine, const half_open_t *half_open, const observation_t *obs)
{
    const observation_t *syn = &half_open->syn;
    cut_key_t pair = pair_of(syn);

    if (address_equal(&obs->src, &syn->dst))
        cut_ended(engine, &pair, half_open->first_frame);
}
