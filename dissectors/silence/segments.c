/* silence/segments.c
 * TCP segments that are never answered; see segments.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/segments.h"

#include "silence/contrast.h"
#include "silence/cuts.h"
#include "silence/stops.h"

/* Every path carries this many bytes of payload (IPv6 demands packets of 1280). */
#define FITS_BYTES 1000
/* A full segment, on any path in use. */
#define FULL_BYTES 1100

/* What the flow shows of what is repeated. */
static silence_case_t
case_of(const segment_t *s, const repeat_t *r)
{
    const observation_t *obs = s->obs;
    const flow_t *flow = s->flow;
    const direction_t *peer = s->peer;
    silent_t kind = obs->flags & TCP_SYN ? SILENT_SYN_ACK
                  : r->acknowledged && !r->acked_once ? SILENT_ACKNOWLEDGED : SILENT_SEGMENT;

    return (silence_case_t){
        .kind = kind, .from_client = s->end == flow->client, .sent = r->sent, .span = r->last_time - r->first_time,
        .closed = r->closed, .length = r->length, .is_request = r->is_request,
        .acked_frame = r->acked_once ? peer->last.frame : 0,
        .request_acked = s->sender->seen & SEEN_DATA && flow->request_frame && !r->is_request
            && seq_diff(peer->last.ack, obs->seq) >= 0,
        .peer_spoke = r->peer_spoke, .peer_packets = peer->packets,
        .peer_sent_data = (peer->seen & SEEN_DATA) != 0,
        .bytes = peer->seen & SEEN_DATA ? peer->next_seq - flow->answer_seq - !!(peer->seen & SEEN_FIN) : 0,
        .peer_mid_stream = peer->last.length >= FULL_BYTES,
        .peer_closed = (peer->seen & SEEN_FIN) != 0, .idle = r->idle, .rtt_us = peer->rtt,
        .may_not_fit = r->length > FITS_BYTES && (r->large_alone || r->peer_spoke),
        .encrypted = flow->opaque_encrypted && r->is_request,
    };
}

static void
judge_repeat(engine_t *engine, const segment_t *s, repeat_t *r)
{
    const observation_t *obs = s->obs;
    const flow_t *flow = s->flow;
    const host_t *host = flow->host[s->end];
    silence_case_t c = case_of(s, r);
    bool syn_ack = c.kind == SILENT_SYN_ACK;

    /* Who is asked again and again and says nothing is beside the capture: its own affair. Of a server's data that
     * is not known: clients leave all the time. Of SYN and SYN/ACK, both repeated, the second is judged. */
    if (syn_ack && c.from_client)
        return;
    if ((c.from_client || syn_ack) && vantage_is_at(&engine->vantages, flow, !s->end))
        return;
    /* Who waits and then closes has nothing else to repeat: others are heard while it waits. */
    int64_t since = r->closed ? r->first_time - r->idle : r->first_time;
    if (host->heard_frame && ticks_since(host->heard, ticks(since)) < 0)
        c.heard_frame = host->heard_frame;
    cut_key_t key = cut_key_of(flow);
    cuts_earlier(engine, &key, r->first_frame, r->first_time, &c);
    contrast_read(engine, flow, r->peer_frame, &c);
    const char *trigger = syn_ack ? NULL : asked_text(engine->asked, flow);   /* nothing was asked yet */
    about_t about = { ends_of_flow(flow, s->end, obs->ip.ttl), vantage_of_flow(&engine->vantages, flow), trigger };
    stops_compare(engine, &c, &about, &key, flow_name(engine, flow), r->first_frame);
    c.ech = trigger && g_str_has_suffix(trigger, " (with ECH)");
    r->told |= cut_off(engine, &c, &about, &key, flow_name(engine, flow), r->first_frame, obs);
}

static bool
is_first_request(const segment_t *s)
{
    const direction_t *sender = s->sender, *peer = s->peer;

    if (s->end != s->flow->client || !s->obs->length)
        return false;
    if (peer->last.bits & TCP_SYN)
        return s->obs->seq == peer->last.ack;
    return !((peer->seen & SEEN_DATA) | (sender->seen & SEEN_MORE_DATA)) && sender->next_seq == sequence_end(s->obs);
}

/* The record of what is repeated: begun when it is something new, unless something was said already. */
static repeat_t *
repeat_of(engine_t *engine, const segment_t *s)
{
    const observation_t *obs = s->obs;
    const direction_t *sender = s->sender, *peer = s->peer;
    repeat_t *r = &repeats_of(engine, s->flow)->end[s->end];

    if (r->sent && (r->told || r->seq_end == sequence_end(obs)))
        return r->seq_end == sequence_end(obs) ? r : NULL;
    int64_t first_time = obs->time - MAX(ticks_since(sender->last.time, ticks(obs->time)), 0);
    bool shorter_lost = seq_diff(sender->next_seq, sequence_end(obs)) > 0 && sender->last.length
        && sender->last.length <= FITS_BYTES && peer->last.frame < sender->last.frame;
    bool is_request = is_first_request(s);
    *r = (repeat_t){
        .seq_end = sequence_end(obs), .peer_frame = peer->last.frame, .length = obs->length, .sent = 1,
        .first_time = first_time, .last_time = first_time, .is_request = is_request, .acknowledged = true,
        .idle = peer->packets ? MAX(ticks_since(peer->last.time, ticks(first_time)), 0) : 0,
        .large_alone = !shorter_lost,
        .first_frame = obs->flags & TCP_SYN ? peer->last.frame
                     : s->flow->request_frame ? s->flow->request_frame : sender->last.frame,
    };
    return r;
}

/* What the other end has shown, or not, until this repetition. */
static void
learn_peer(const segment_t *s, repeat_t *r)
{
    const direction_t *sender = s->sender, *peer = s->peer;

    r->closed |= (sender->seen & SEEN_FIN) != 0;
    r->acknowledged &= peer->last.bits & TCP_ACK && seq_diff(peer->last.ack, r->seq_end) >= 0;
    if (s->obs->flags & TCP_SYN)        /* the client repeats itself as well */
        r->peer_spoke |= peer->last.bits & TCP_SYN && peer->last.frame > sender->last.frame;
    else
        r->peer_spoke |= peer->last.frame != r->peer_frame;
    /* Whoever has acknowledged something acknowledges it again when it is repeated (RFC 9293 section 3.10.7.4). */
    r->acked_once = r->acknowledged && s->end == s->flow->client && !r->peer_spoke && !peer->last.length;
}

/* A peer that acknowledges what was never sent is in another connection: what it says is not heard. One that
 * repeats its SYN/ACK has not seen the end of the handshake either: its queue is full, or more is lost than what
 * was asked for. Of a SYN/ACK whose SYN was not captured nobody knows what it answers. */
static bool
may_judge(engine_t *engine, const segment_t *s, const repeat_t *r)
{
    const direction_t *sender = s->sender, *peer = s->peer;
    bool syn_ack = (s->obs->flags & TCP_SYN) != 0;
    uint32_t end = s->obs->flags & TCP_FIN ? r->seq_end : sender->next_seq;

    if (!syn_ack && (seq_diff(peer->last.ack, end) > 0 || (r->peer_spoke && peer->last.bits & TCP_SYN)))
        return false;
    return r->first_frame && peer->packets && r->sent >= 3 && !s->flow->gap
        && !repeats_of(engine, s->flow)->unreachable;
}

void
segments_repeated(engine_t *engine, const segment_t *s)
{
    repeat_t *r = repeat_of(engine, s);

    if (!r || s->obs->time - r->last_time < REPEAT_NS)
        return;
    r->sent += r->sent < UINT8_MAX;
    r->last_time = s->obs->time;
    learn_peer(s, r);
    if (may_judge(engine, s, r))
        judge_repeat(engine, s, r);
}

/* What was called silent is answered: it was loss, or the end of it. */
static void
take_back(engine_t *engine, const segment_t *s, uint32_t first_frame)
{
    cut_key_t key = cut_key_of(s->flow);
    cut_ended(engine, &key, first_frame);
}

/* An acknowledgement, or a reset that only one who got the repeated packet sends: with the number that this packet
 * acknowledges (RFC 9293 section 3.10.7.1). */
static bool
is_answer(const engine_t *engine, const segment_t *s, const repeat_t *r)
{
    const observation_t *obs = s->obs;

    if (obs->flags & TCP_RST && store_is_forged(engine->store, obs->frame))
        return false;
    if (obs->flags & TCP_ACK)
        return seq_diff(obs->ack, r->seq_end) >= 0;
    return obs->flags & TCP_RST && obs->seq == s->peer->last.ack;
}

void
segments_answered(engine_t *engine, const segment_t *s)
{
    repeats_t *repeats = repeats_of(engine, s->flow);
    repeat_t *r = &repeats->end[!s->end];

    if (repeats->hole_frame && s->end != s->flow->client && s->obs->length
        && seq_diff(s->obs->seq, repeats->hole_seq) <= 0) {
        take_back(engine, s, repeats->hole_frame);
        repeats->hole_frame = 0;
    }
    if (!r->sent || (r->acknowledged && !r->acked_once) || !is_answer(engine, s, r))
        return;
    if (r->told || stops_forget(engine, r->first_frame))
        take_back(engine, s, r->first_frame);
    *r = (repeat_t){ .sent = 0 };
}

/* An acknowledgement of the server lies beyond bytes that were never seen, and the client, which asked long
 * ago, has just sent something that acknowledges none of them. (Where the capture had lost them, it would
 * have.) Only acknowledgements: where data or a FIN is ahead, what came before may just be late. */
void
segments_hole(engine_t *engine, const segment_t *s)
{
    const observation_t *obs = s->obs;
    flow_t *flow = s->flow;
    const direction_t *server = s->sender, *client = s->peer;
    const host_t *host = flow->host[!s->end];

    if (obs->length || obs->flags & (TCP_SYN | TCP_FIN) || !flow->handshake || !flow->request_frame || flow->gap
        || vantage_is_at(&engine->vantages, flow, s->end) || seq_diff(client->last.ack, server->next_seq) > 0
        || !(server->last.bits & TCP_ACK) || server->last.bits & TCP_SYN)
        return;
    silence_case_t c = {
        .kind = SILENT_ANSWER, .sent = 1, .span = ticks_since(server->last.time, client->last.time),
        .length = obs->seq - server->next_seq, .request_acked = true, .peer_spoke = true,
        .peer_packets = server->packets, .rtt_us = server->rtt, .heard_frame = host->heard_frame,
    };
    cut_key_t key = { host->address, flow->host[s->end]->address, flow->port[s->end] };
    cuts_earlier(engine, &key, flow->request_frame, obs->time, &c);
    contrast_read(engine, flow, server->last.frame, &c);
    about_t about = { ends_of_flow(flow, !s->end, client->last.ttl), vantage_of_flow(&engine->vantages, flow),
                      asked_text(engine->asked, flow) };
    if (!cut_off(engine, &c, &about, &key, flow_name(engine, flow), flow->request_frame, obs))
        return;
    repeats_t *repeats = repeats_of(engine, flow);
    repeats->hole_frame = flow->request_frame;
    repeats->hole_seq = server->next_seq;
}
