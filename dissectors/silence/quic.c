/* silence/quic.c
 * QUIC datagrams that nobody answers; see quic.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/quic.h"

#include "silence/cuts.h"
#include "silence/vpn.h"

#define WORKS_LATELY_NS (10 * NS_PER_S)

static unsigned
works_hash(const void *key)
{
    uint32_t words[4];
    return hash_words(words, address_words(key, words));
}

static gboolean
works_equal(const void *a, const void *b)
{
    return address_equal(a, b);
}

void
quic_open(silences_t *silences)
{
    silences->works_limit.notice = WORKS_NOTICE;
    silences->quic_works = g_hash_table_new_full(works_hash, works_equal, g_free, NULL);
}

void
quic_close(silences_t *silences)
{
    g_hash_table_destroy(silences->quic_works);
}

/* A name that a server answers over QUIC: the same server's, or any. */
static void
read_quic_contrast(const silences_t *silences, const datagram_flow_t *flow, const char *name, silence_case_t *c)
{
    const works_t *works = g_hash_table_lookup(silences->quic_works, &flow->server);

    if (!works || g_strcmp0(works->name, name) == 0)
        works = &silences->quic_any;
    if (!works->frame || g_strcmp0(works->name, name) == 0)
        return;
    c->works_frame = works->frame;
    c->works_name = works->name;
    c->works_lately = flow->unanswered_since - works->time < WORKS_LATELY_NS;
    c->works_elsewhere = !address_equal(&works->server, &flow->server);
}

/* obs: the datagram at hand, or NULL when it is not this flow's. */
static void
judge_datagrams(engine_t *engine, datagram_flow_t *flow, const observation_t *obs)
{
    const host_t *client = host_get(engine->hosts, &flow->client, false);
    cut_key_t key = cut_key_of_datagrams(flow);
    silence_case_t c = {
        .kind = SILENT_QUIC, .from_client = true, .sent = flow->unanswered,
        .span = flow->unanswered_last - flow->unanswered_since,
        .peer_packets = MIN(flow->from_server.packets, UINT8_MAX),
        .idle = flow->from_server.packets ? flow->unanswered_since - flow->from_server.last_time : 0,
    };
    about_t about = about_datagrams(flow, obs ? obs->ip.ttl : 0, asked_text_of_datagram(engine->asked, flow));

    if (client && client->heard_frame && ticks_since(client->heard, ticks(flow->unanswered_since)) < 0)
        c.heard_frame = client->heard_frame;
    if (silences_of(engine)->heard_frame && address_equal(&silences_of(engine)->heard, &flow->client)
        && silences_of(engine)->heard_time > flow->unanswered_since)
        c.heard_frame = silences_of(engine)->heard_frame;
    read_quic_contrast(silences_of(engine), flow, flow->request ? names_text(engine->names, flow->request) : NULL, &c);
    cuts_earlier(engine, &key, flow->request_frame, flow->unanswered_since, &c);
    if (obs)
        cut_off(engine, &c, &about, &key, flow->request, flow->request_frame, obs);
    else
        silence_say(engine, &c, &about, flow->request_frame, 0);
}

/* A QUIC server answers a name. Initials that waited before the first such answer were silenced: QUIC
 * passes here. */
static void
note_quic_works(engine_t *engine, const datagram_flow_t *flow, const observation_t *obs)
{
    silences_t *silences = silences_of(engine);

    if (flow->from_server.packets != 1 || !flow->request_frame || !flow->request)
        return;
    if (g_hash_table_size(silences->quic_works) >= WORKS_MAX) {
        report_limit(engine->reports, &silences->works_limit);
        return;
    }
    works_t *works = g_new(works_t, 1);
    *works = (works_t){ flow->server, obs->frame, obs->time, names_text(engine->names, flow->request) };
    bool first = !silences->quic_any.frame;
    if (first)
        silences->quic_any = *works;
    g_hash_table_replace(silences->quic_works, works, works);
    for (GList *l = first ? datagrams_oldest(engine->datagrams) : NULL; l; l = l->next) {
        datagram_flow_t *other = l->data;
        if (other != flow && other->request_frame && !other->icmp_frame && !other->from_server.packets
            && other->unanswered > 1)
            judge_datagrams(engine, other, NULL);
    }
}

/* A server that has an answer to its first flight does not send it again, and a client that has not got it has no
 * keys for anything but Initials. Closer than a probe timeout they are one flight (RFC 9002 section 6.2: twice the
 * round trip, at first a second). */
#define FLIGHT_NS (200 * NS_PER_MS)

static void
judge_repeated_flight(engine_t *engine, const datagram_flow_t *flow, const observation_t *obs)
{
    cut_key_t key = cut_key_of_datagrams(flow);
    silence_case_t c = {
        .kind = SILENT_QUIC_BACK, .sent = flow->repeats, .span = obs->time - flow->repeats_since,
        .peer_spoke = true, .peer_packets = MIN(flow->from_server.packets, UINT8_MAX),
    };
    about_t about = about_datagrams(flow, 0, asked_text_of_datagram(engine->asked, flow));

    read_quic_contrast(silences_of(engine), flow, flow->request ? names_text(engine->names, flow->request) : NULL, &c);
    cut_off(engine, &c, &about, &key, flow->request, flow->request_frame, obs);
}

static void
note_flight(engine_t *engine, datagram_flow_t *flow, const observation_t *obs)
{
    bool anew = quic_initial_version(obs) && flow->server_last && flow->from_client.last_time > flow->server_last
        && flow->from_client.packets > flow->from_client.initials
        && obs->time - flow->server_last > FLIGHT_NS;

    if (anew && !flow->repeats)
        flow->repeats_since = flow->server_last;
    flow->repeats += anew && flow->repeats < UINT8_MAX;
    flow->server_last = obs->time;
    if (anew && flow->request_frame && flow->repeats > 1)
        judge_repeated_flight(engine, flow, obs);
}

void
silence_datagram(engine_t *engine, const datagram_t *datagram)
{
    const observation_t *obs = datagram->obs;
    datagram_flow_t *flow = datagram->flow;

    if (!flow)
        return;
    if (!datagram->from_client) {
        flow->unanswered = 0;
        silences_of(engine)->heard = flow->client;
        silences_of(engine)->heard_frame = obs->frame;
        silences_of(engine)->heard_time = obs->time;
        if (flow->vpn) {
            vpn_datagram(engine, datagram);
        } else {
            note_flight(engine, flow, obs);
            note_quic_works(engine, flow, obs);
        }
        return;
    }
    /* Those that follow each other closely are one attempt. */
    if (flow->unanswered && obs->time - flow->unanswered_last < REPEAT_NS)
        return;
    if (!flow->unanswered)
        flow->unanswered_since = obs->time;
    flow->unanswered_last = obs->time;
    flow->unanswered++;
    if (flow->vpn)
        vpn_datagram(engine, datagram);
    else if (flow->unanswered >= 2 && flow->request_frame && !flow->icmp_frame)
        judge_datagrams(engine, flow, obs);
}
