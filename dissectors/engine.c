/* engine.c
 * The way of a packet through the detectors; see engine.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "detector.h"
#include "state/vantage.h"

#include <string.h>

#define LOOPBACK_NETWORK 127    /* 127.0.0.0/8, RFC 1122 section 3.2.1.3 */

static const detector_t *const detectors[N_DETECTORS] = {
    [DETECT_TTL] = &detector_ttl,
    [DETECT_DNS] = &detector_dns,
    [DETECT_RESET] = &detector_reset,
    [DETECT_DATA] = &detector_data,
    [DETECT_SILENCE] = &detector_silence,
    [DETECT_HANDSHAKE] = &detector_handshake,
};

static void
forget_flow(void *context, flow_t *flow)
{
    engine_t *engine = context;
    resets_forget(engine->resets, flow);
    answers_forget(engine->answers, flow);
    requests_forget(engine->requests, flow);
    handshakes_forget(engine->handshakes, flow);
    silences_forget(engine->silences, flow);
    stages_forget(engine->stages, flow);
}

/* Whoever keeps something by such a flow drops it here. */
static void
forget_datagrams(void *context, datagram_flow_t *flow)
{
    (void)context;
    (void)flow;
}

engine_t *
engine_new(const limits_t *limits, const bool enabled[N_DETECTORS])
{
    engine_t *engine = g_new0(engine_t, 1);

    hash_init();
    engine->limits = *limits;
    memcpy(engine->enabled, enabled, sizeof engine->enabled);
    for (unsigned i = 0; i < N_DETECTORS; i++) {
        if (enabled[i] && detectors[i]->segment) {
            for (unsigned seen = 0; seen < SEES_COMBINATIONS; seen++)
                if (!detectors[i]->sees || detectors[i]->sees & seen)
                    engine->wants[seen] |= (uint8_t)(1 << engine->n_segment);
            engine->segment[engine->n_segment++] = detectors[i]->segment;
        }
        if (enabled[i] && detectors[i]->datagram)
            engine->datagram[engine->n_datagram++] = detectors[i]->datagram;
    }
    engine->store = store_new();
    engine->scratch = evidence_new();
    engine->hosts = host_table_new(limits->hosts);
    engine->flows = flow_table_new(engine->hosts, limits->flows, forget_flow, engine);
    engine->names = names_new();
    engine->syns = syns_new(limits->half_open);
    engine->resets = resets_new(limits->resets);
    engine->queries = queries_new(limits->queries);
    engine->answers = answers_new();
    engine->requests = requests_new();
    engine->handshakes = handshakes_new();
    engine->silences = silences_new();
    engine->unanswered = unanswered_new();
    engine->stages = stages_new();
    engine->datagrams = datagrams_new(forget_datagrams, engine);
    engine->sightings = g_new0(sighting_t, SIGHTINGS);
    return engine;
}

void
engine_free(engine_t *engine)
{
    if (!engine)
        return;
    queries_free(engine);
    resets_free(engine->resets);
    answers_free(engine->answers);
    requests_free(engine->requests);
    handshakes_free(engine->handshakes);
    silences_free(engine->silences);
    unanswered_free(engine->unanswered);
    stages_free(engine->stages);
    datagrams_free(engine->datagrams);
    flow_table_free(engine->flows);
    syns_free(engine->syns);
    names_free(engine->names);
    host_table_free(engine->hosts);
    evidence_free(engine->scratch);
    store_free(engine->store);
    g_free(engine->sightings);
    fingerprints_free(engine->fingerprints);
    g_free(engine);
}

void
engine_set_fingerprints(engine_t *engine, fingerprints_t *fingerprints)
{
    const GPtrArray *warnings = fingerprints_warnings(fingerprints);

    fingerprints_free(engine->fingerprints);
    engine->fingerprints = fingerprints;
    if (!warnings->len)
        return;
    char *text = g_strdup_printf("fingerprint lists: %u problems, the first is %s", warnings->len,
                                 (const char *)g_ptr_array_index(warnings, 0));
    store_finding(engine->store, 1, 0)->notice = store_text(engine->store, text, strlen(text));
    g_free(text);
}

store_t *
engine_store(const engine_t *engine)
{
    return engine->store;
}

engine_counts_t
engine_counts(const engine_t *engine)
{
    engine_counts_t counts = engine->counts;
    flow_table_count(engine->flows, &counts);
    counts.unanswered = syns_count(engine->syns);
    counts.connections += counts.unanswered;
    counts.transactions = queries_seen(engine->queries);
    counts.numbers_reused = engine->numbers_reused;
    return counts;
}

bool
engine_enabled(const engine_t *engine, detector_id_t detector)
{
    return engine->enabled[detector];
}

/* ---- TCP ---- */

/* A SYN that is no copy of the one before: the ports begin a new connection. */
static bool
begins_anew(const flow_t *flow, unsigned end, const observation_t *obs)
{
    const direction_t *sender = &flow->end[end], *peer = &flow->end[!end];

    if ((obs->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN || (!sender->packets && !peer->packets))
        return false;
    return !(sender->packets && sender->last.bits & TCP_SYN && sender->next_seq == obs->seq + obs->length + 1);
}

static void
note_client(flow_t *flow, unsigned end, const observation_t *obs)
{
    if (obs->flags & TCP_SYN) {
        flow->client = obs->flags & TCP_ACK ? !end : end;
        flow->handshake = true;
    } else if (!flow->handshake && !flow->end[0].last.frame && !flow->end[1].last.frame) {
        flow->client = obs->sport >= obs->dport ? end : !end;
    }
}

static void
tell_flow_limit(engine_t *engine, const observation_t *obs)
{
    notice_limit(engine, obs, &engine->flow_limit_told,
                 "connection limit reached: the oldest unanswered or silent connections are "
                 "forgotten, and what follows in them is judged without its past");
}

/* SEES_* of a segment. */
static unsigned
what_is_seen(const segment_t *s)
{
    const observation_t *obs = s->obs;
    const flow_t *flow = s->flow;
    const direction_t *sender = s->sender;
    unsigned seen = flow->has;

    if (obs->flags & TCP_SYN)
        seen |= SEES_HANDSHAKE;
    if (obs->flags & TCP_RST)
        return (seen & SEES_HANDSHAKE) | SEES_RESETS;
    if (obs->ip.ttl != sender->ttl[0])
        seen |= SEES_STRANGE_TTL;
    if (!(obs->flags & TCP_SYN) && s->end != flow->client)
        seen |= SEES_ANSWERS;
    if (obs->captured && (obs->sport == DNS_PORT || obs->dport == DNS_PORT))
        seen |= SEES_DNS;
    if (!sender->packets)
        return obs->length && seen & SEES_ANSWERS ? seen | SEES_FIRST_DATA : seen;
    if (sequence_end(obs) != obs->seq && seq_diff(sequence_end(obs), sender->next_seq) <= 0)
        seen |= SEES_OLD;
    if (seen & SEES_ANSWERS && !(sender->seen & SEEN_DATA)) {
        if (obs->length)
            seen |= SEES_FIRST_DATA;
        if (seq_diff(obs->seq, sender->next_seq) > 0)
            seen |= SEES_GAP;
    }
    return seen;
}

static void
observe_in_flow(engine_t *engine, const observation_t *obs, flow_t *flow, unsigned end)
{
    segment_t s = { .obs = obs, .flow = flow, .sender = &flow->end[end], .peer = &flow->end[!end], .end = end };

    if (obs->cut) {
        engine->counts.cut_headers++;
        flow->gap = true;
        return;
    }
    if (obs->flags & (TCP_SYN | TCP_RST) && host_damaged(engine->hosts, flow->host[end], obs)) {
        engine->counts.damaged++;
        return;
    }
    if (obs->flags & TCP_SYN && begins_anew(s.flow, s.end, obs))
        flow_restart(engine->flows, s.flow);
    note_client(s.flow, s.end, obs);
    if (!s.flow->vantage_learnt && !(obs->flags & (TCP_SYN | TCP_RST))) {
        vantage_learn(engine, s.flow, s.end, obs);
        stages_count_flow(engine, s.flow);
    }

    s.seen = what_is_seen(&s);
    for (unsigned wanting = engine->wants[s.seen]; wanting; wanting &= wanting - 1)
        engine->segment[__builtin_ctz(wanting)](engine, &s);

    if (obs->flags & TCP_RST)
        stages_reset(engine, &s);
    else if ((s.seen & SEES_OLD || s.flow->has_stage) && s.flow->end[s.flow->client].packets < STAGE_PACKETS)
        stages_segment(engine, &s);
    host_t *hearer = s.flow->host[!s.end];
    hearer->heard_frame = obs->frame;
    hearer->heard = ticks(obs->time);
    hearer->heard_bytes += obs->length;
    /* A forged SYN/ACK says nothing of where the server's numbers begin. */
    bool foreign = s.forged && obs->flags & TCP_SYN;
    if (!(obs->flags & TCP_RST) && !foreign && flow_learn(s.sender, s.peer, obs)) {
        host_t *speaker = s.flow->host[s.end];
        bool first_syn = (obs->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && !speaker->remembered;
        if (!speaker->remembered && !first_syn && host_table_is_full(engine->hosts))
            notice_limit(engine, obs, &engine->host_limit_told,
                         "address limit reached: TTLs and header habits of further addresses are not "
                         "remembered");
        if (!s.forged && !first_syn) {
            host_learn(engine->hosts, speaker, &obs->ip);
            host_learn_link(speaker, obs->link_src);
            if (obs->flags & TCP_SYN && obs->flags & TCP_ACK)
                host_learn_syn_ack(speaker, obs->ip.ttl);
        }
        if (obs->length && s.end == s.flow->client)
            requests_observe(engine, &s);
    }
    flow_touch(engine->flows, s.flow, obs->time);
}

static flow_t *
new_flow(engine_t *engine, const observation_t *obs, connection_t connection)
{
    uint64_t evicted = flow_table_evicted(engine->flows);
    flow_t *flow = flow_new(engine->flows, obs, connection);

    if (flow_table_evicted(engine->flows) != evicted)
        tell_flow_limit(engine, obs);
    return flow;
}

/* A connection of which only the SYN was seen so far: it is looked at now. */
static flow_t *
opened_flow(engine_t *engine, const observation_t *obs, connection_t connection)
{
    half_open_t half_open;

    if (!syns_take(engine->syns, obs, connection.hash, &half_open))
        return NULL;
    connection_t opener = connection_of(&half_open.syn);
    flow_t *flow = new_flow(engine, &half_open.syn, opener);
    flow->syn_repeated = half_open.sent > 1;
    if (half_open.sent > 2)
        silence_syn_answered(engine, &half_open, obs);
    for (unsigned i = 0; i < half_open.captured; i++)
        observe_in_flow(engine, &half_open.syn, flow, opener.source);
    return flow;
}

flow_t *
engine_flow(engine_t *engine, const observation_t *obs, unsigned *end)
{
    connection_t connection;
    flow_t *flow = flow_find(engine->flows, obs, &connection);

    *end = connection.source;
    return flow ? flow : opened_flow(engine, obs, connection);
}

/* No detector has anything to say about a SYN alone. */
static bool
is_bare_syn(const observation_t *obs)
{
    return (obs->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN && !obs->length && !obs->cut;
}

static void
observe_segment(engine_t *engine, const observation_t *obs)
{
    connection_t connection;
    flow_t *flow = flow_find(engine->flows, obs, &connection);

    if (!flow && is_bare_syn(obs)) {
        bool lost = false;
        const half_open_t *half_open = syns_keep(engine->syns, obs, connection.hash, &lost);
        if (lost)
            tell_flow_limit(engine, obs);
        if (half_open->sent > 1 && half_open->syn.frame == obs->frame && engine->enabled[DETECT_SILENCE])
            silence_syn(engine, half_open);
        return;
    }
    if (!flow)
        flow = opened_flow(engine, obs, connection);
    if (!flow)
        flow = new_flow(engine, obs, connection);
    observe_in_flow(engine, obs, flow, connection.source);
}

static void
observe_datagram(engine_t *engine, const observation_t *obs)
{
    bool evicted = false;

    engine->datagram_flow = datagrams_observe(engine->datagrams, obs, &engine->datagram_from_client, &evicted);
    if (evicted)
        notice_limit(engine, obs, &engine->datagram_limit_told,
                     "QUIC limit reached: the connections longest silent are forgotten");
    for (unsigned i = 0; i < engine->n_datagram; i++)
        engine->datagram[i](engine, obs);
}

/* A read filter drops frames and gives their numbers to the next ones. What was said of a frame whose
 * time is not known may be about the dropped one. */
static void
numbers_are_reused(engine_t *engine, const observation_t *obs)
{
    if (!engine->numbers_reused)
        store_forget_undated(engine->store);
    engine->numbers_reused = true;
    store_forget(engine->store, obs->frame);
}

/* Nobody is on the way of what a machine tells itself. */
static bool
is_to_itself(const observation_t *obs)
{
    return (!obs->src.ipv6 && (obs->src.bytes[0] == LOOPBACK_NETWORK || obs->dst.bytes[0] == LOOPBACK_NETWORK))
        || address_equal(&obs->src, &obs->dst);
}

void
engine_observe(engine_t *engine, const observation_t *obs)
{
    if (obs->frame < engine->last_frame
        || (obs->frame == engine->last_frame && obs->time != engine->last_time))
        numbers_are_reused(engine, obs);
    engine->last_frame = obs->frame;
    engine->last_time = obs->time;
    engine->now = obs;
    report_sighting(engine, obs);
    if (obs->captured < obs->length)
        engine->counts.cut_payloads++;
    if (is_to_itself(obs)) {
        engine->counts.to_itself++;
        engine->now = NULL;
        return;
    }

    if (obs->quoted) {
        engine->counts.icmp_quotes++;
        if (obs->protocol == PROTOCOL_UDP)
            datagrams_quoted(engine->datagrams, obs);
        for (unsigned i = 0; i < N_DETECTORS; i++)
            if (engine->enabled[i] && detectors[i]->quote)
                detectors[i]->quote(engine, obs);
    } else if (obs->protocol == PROTOCOL_TCP) {
        engine->counts.tcp++;
        observe_segment(engine, obs);
    } else {
        engine->counts.udp++;
        observe_datagram(engine, obs);
    }
    engine->now = NULL;
}

const signature_t *
detector_signature(detector_id_t detector, unsigned index)
{
    return detectors[detector]->signature(index);
}

const char *
detector_name(detector_id_t detector)
{
    return detectors[detector]->name;
}
