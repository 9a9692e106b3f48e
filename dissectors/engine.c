/* engine.c
 * The way of a packet through the detectors; see engine.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "detector.h"

#include <string.h>

#define CHECKED_PACKETS  2      /* of each end of a connection their checksums are looked at */
#define SHORT_BYTES      64     /* of payload, that a checksum is soon worked out of */
#define LOOPBACK_NETWORK 127    /* 127.0.0.0/8, RFC 1122 section 3.2.1.3 */

static void
forget_flow(void *besides, flow_t *flow)
{
    besides_forget(besides, flow);
}

/* Which packets each detector is asked about. */
static void
read_wants(engine_t *engine)
{
    for (unsigned d = 0; d < N_WATCHERS; d++) {
        if (!engine->enabled[d] || !detectors[d]->segment)
            continue;
        for (unsigned seen = 0; seen < SEES_COMBINATIONS; seen++)
            if (detectors[d]->sees & (seen | SEES_ALL))
                engine->wants[seen] |= (uint16_t)(1 << d);
        engine->keeps |= (uint16_t)(detectors[d]->keeps << d);
        engine->to_itself |= (uint16_t)(detectors[d]->to_itself << d);
    }
}

engine_t *
engine_new(const limits_t *limits, const bool enabled[N_DETECTORS])
{
    engine_t *engine = g_new0(engine_t, 1);

    hash_init();
    engine->limits = *limits;
    for (unsigned d = 0; d < N_WATCHERS; d++)
        engine->enabled[d] = d >= N_DETECTORS || enabled[d];
    engine->flow_limit.notice = flow_kept->notice;
    engine->host_limit.notice = host_kept->notice;
    engine->datagram_limit.notice = datagrams_kept->notice;
    engine->work.limit.notice = "work limit reached: earlier packets are judged again some packets later, or not at "
                                "all";
    engine->work.left = WORK_MAX;
    engine->reports = reports_new(limits->all_observations, limits->findings);
    engine->store = engine->reports->store;
    engine->vantages.given = limits->vantage;
    engine->scratch = evidence_new();
    engine->hosts = host_table_new(limits->hosts);
    engine->besides = besides_new();
    engine->flows = flow_table_new(engine->hosts, limits->flows, forget_flow, engine->besides);
    engine->names = names_new();
    engine->syns = syns_new(limits->half_open);
    engine->died = died_new(engine->besides);
    engine->asked = asked_new(engine->names, store_texts(engine->store), engine->besides);
    engine->datagrams = datagrams_new();
    read_wants(engine);
    for (unsigned d = 0; d < N_WATCHERS; d++)
        if (engine->enabled[d] && detectors[d]->open)
            engine->own[d] = detectors[d]->open(engine);
    return engine;
}

void
engine_free(engine_t *engine)
{
    if (!engine)
        return;
    besides_free(engine->besides);
    for (unsigned d = 0; d < N_WATCHERS; d++)
        if (engine->enabled[d] && detectors[d]->close)
            detectors[d]->close(engine);
    asked_free(engine->asked);
    died_free(engine->died);
    datagrams_free(engine->datagrams);
    flow_table_free(engine->flows);
    syns_free(engine->syns);
    names_free(engine->names);
    host_table_free(engine->hosts);
    evidence_free(engine->scratch);
    reports_free(engine->reports);
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
    report_notice(engine->reports, 1, store_text(engine->store, text, strlen(text)));
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
    flow_counts_t flows = flow_table_count(engine->flows);

    counts.unanswered = syns_count(engine->syns);
    counts.connections = flows.begun + counts.unanswered;
    counts.forgotten = flows.evicted;
    counts.one_sided = flows.one_sided;
    counts.no_beginning = flows.no_beginning;
    counts.numbers_reused = engine->reports->numbers_reused;
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
        if (!(obs->flags & TCP_ACK))
            flow->client = end;
        else if (!flow->handshake)      /* else the SYN has told, whoever sends this */
            flow->client = !end;
        flow->handshake = true;
    } else if (!flow->handshake && !flow->end[0].last.frame && !flow->end[1].last.frame) {
        flow->client = obs->sport >= obs->dport ? end : !end;
    }
}

/* Data with a header that packet tools write and few stacks. */
static bool
is_tool_made(const observation_t *obs)
{
    return !obs->ip.df && obs->ip.ip_id <= 1 && !obs->has_timestamps && obs->length && !obs->ip.ipv6;
}

/* Not where its sender was. One byte before that a keep-alive probe is. */
static bool
is_out_of_step(const observation_t *obs, const direction_t *sender)
{
    int32_t ahead = seq_diff(obs->seq, sender->next_seq);

    return obs->length ? ahead >= 0 && sender->id_steps && !obs->ip.ipv6
                             && !ip_id_goes_on(sender->last.mark, obs->ip.ip_id)
                       : ahead < -1;
}

/* SEES_* of a segment. */
static unsigned
what_is_seen(const segment_t *s)
{
    const observation_t *obs = s->obs;
    const flow_t *flow = s->flow;
    const direction_t *sender = s->sender;
    unsigned seen = obs->flags & TCP_SYN ? SEES_HANDSHAKE : 0;

    if (obs->flags & TCP_RST)
        return seen | SEES_RESETS;
    if (obs->ip.ttl != sender->ttl[0])
        seen |= SEES_STRANGE_TTL;
    if (s->end == flow->client)
        seen |= (is_tool_made(obs) ? SEES_TOOL_MADE : 0) | (is_out_of_step(obs, sender) ? SEES_OUT_OF_STEP : 0);
    else if (!(obs->flags & TCP_SYN) || sender->packets)
        seen |= SEES_ANSWERS;
    if (obs->captured && (obs->sport == DNS_PORT || obs->dport == DNS_PORT))
        seen |= SEES_DNS;
    if (!sender->packets)
        return obs->length && seen & SEES_ANSWERS ? seen | SEES_FIRST_DATA : seen;
    if (sequence_end(obs) != obs->seq && seq_diff(sequence_end(obs), sender->next_seq) <= 0)
        seen |= SEES_OLD;
    if (seen & SEES_ANSWERS && !(sender->seen & SEEN_DATA) && !(obs->flags & TCP_SYN)) {
        if (obs->length)
            seen |= SEES_FIRST_DATA;
        if (seq_diff(obs->seq, sender->next_seq) > 0)
            seen |= SEES_GAP;
    }
    return seen;
}

/* A family that is switched on, about the packet at hand. */
static bool
hears(const engine_t *engine, unsigned d)
{
    return engine->enabled[d] && engine->hears >> d & 1;
}

static void
observe_request(engine_t *engine, flow_t *flow, const observation_t *obs)
{
    asked_observe(engine->asked, flow, obs);
    report_reached(engine->reports, asked_limit(engine->asked));
    report_reached(engine->reports, names_limit(engine->names));
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
    /* The first packets of both ends and hosts, too, so that it is known whether theirs are usually right. */
    if ((obs->flags & TCP_RST || s.sender->packets < CHECKED_PACKETS
         || (!flow->host[end]->checksums_known && obs->length <= SHORT_BYTES))
        && host_damaged(engine->hosts, flow->host[end], obs)) {
        engine->counts.damaged++;
        return;
    }
    if (obs->flags & TCP_SYN && begins_anew(s.flow, s.end, obs))
        flow_restart(engine->flows, s.flow);
    note_client(s.flow, s.end, obs);
    if (!s.flow->vantage_learnt && !(obs->flags & (TCP_SYN | TCP_RST))) {
        vantage_learn(&engine->vantages, s.flow, s.end, obs);
        for (unsigned d = 0; d < N_WATCHERS; d++)
            if (hears(engine, d) && detectors[d]->placed)
                detectors[d]->placed(engine, s.flow);
    }

    if (beside_has(flow, BESIDE_DIED) && !(obs->flags & TCP_RST))
        died_sent(engine->died, flow, end, obs);
    s.seen = what_is_seen(&s);
    for (unsigned wanting = (engine->wants[s.seen] | (flow->has & engine->keeps)) & engine->hears; wanting;
         wanting &= wanting - 1)
        detectors[__builtin_ctz(wanting)]->segment(engine, &s);

    host_t *hearer = s.flow->host[!s.end];
    hearer->heard_frame = obs->frame;
    hearer->heard = ticks(obs->time);
    hearer->heard_bytes += obs->length;
    if (obs->flags & TCP_RST) {
        flow->was_reset = true;
    } else if (!s.forged && flow_learn(s.sender, s.peer, obs)) {   /* what others sent says nothing of this end */
        host_t *speaker = s.flow->host[s.end];
        bool first_syn = (obs->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && !speaker->remembered;
        if (!speaker->remembered && !first_syn && host_table_is_full(engine->hosts))
            report_limit(engine->reports, &engine->host_limit);
        if (!first_syn) {
            host_learn(engine->hosts, speaker, &obs->ip);
            host_learn_link(speaker, obs->link_src);
            if (s.sender->rtt < speaker->rtt && s.sender->rtt)
                speaker->rtt = s.sender->rtt;       /* a shorter way than its handshakes took */
            if (obs->ip.ip_id)
                host_learn_id(speaker, obs->ip.ip_id, ticks(obs->time));
            if (!(obs->flags & TCP_SYN) && !obs->ip.in_pieces)
                host_learn_df(speaker, s.flow->port[end], obs->ip.df);
            if (obs->flags & TCP_SYN && obs->flags & TCP_ACK)
                host_learn_syn_ack(speaker, obs->ip.ttl);
        }
        if (obs->length && s.end == s.flow->client)
            observe_request(engine, flow, obs);
        else if (s.seen & SEES_FIRST_DATA)
            flow->answer_seq = obs->seq;
    }
    flow_touch(engine->flows, s.flow, obs->time);
}

static flow_t *
new_flow(engine_t *engine, const observation_t *obs, connection_t connection)
{
    uint64_t evicted = flow_table_evicted(engine->flows);
    flow_t *flow = flow_new(engine->flows, obs, connection);

    if (flow_table_evicted(engine->flows) != evicted)
        report_limit(engine->reports, &engine->flow_limit);
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
    for (unsigned d = 0; d < N_WATCHERS && half_open.sent > 2; d++)
        if (hears(engine, d) && detectors[d]->syn_answered)
            detectors[d]->syn_answered(engine, &half_open, obs);
    for (unsigned i = 0; i < half_open.captured; i++)
        observe_in_flow(engine, &half_open.syn, flow, opener.source);
    return flow;
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
            report_limit(engine->reports, &engine->flow_limit);
        bool again = half_open->sent > 1 && half_open->syn.frame == obs->frame;
        for (unsigned d = 0; d < N_WATCHERS && again; d++)
            if (hears(engine, d) && detectors[d]->syn)
                detectors[d]->syn(engine, half_open);
        return;
    }
    if (!flow)
        flow = opened_flow(engine, obs, connection);
    if (!flow)
        flow = new_flow(engine, obs, connection);
    observe_in_flow(engine, obs, flow, connection.source);
}

/* ---- UDP ---- */

static void
observe_datagram(engine_t *engine, const observation_t *obs)
{
    datagram_t datagram = { .obs = obs };
    bool evicted = false;

    datagram.flow = datagrams_observe(engine->datagrams, obs, &datagram.from_client, &evicted);
    if (evicted)
        report_limit(engine->reports, &engine->datagram_limit);
    for (unsigned d = 0; d < N_WATCHERS; d++)
        if (engine->enabled[d] && detectors[d]->datagram)
            detectors[d]->datagram(engine, &datagram);
}

/* The flow of a datagram of its client, NULL where there is none. */
static datagram_flow_t *
flow_of_client(const engine_t *engine, const observation_t *obs)
{
    bool from_client;
    datagram_flow_t *flow = datagrams_find(engine->datagrams, obs, &from_client);

    return flow && from_client ? flow : NULL;
}

bool
engine_wants_request(engine_t *engine, const observation_t *obs)
{
    if (obs->quoted || !quic_initial_version(obs))
        return false;
    datagram_flow_t *flow = flow_of_client(engine, obs);
    return flow && asked_wants(flow, obs);
}

void
engine_note_request(engine_t *engine, const observation_t *obs, const uint8_t *name, size_t length,
                    bool ech)
{
    datagram_flow_t *flow = flow_of_client(engine, obs);

    if (flow)
        asked_note(engine->asked, flow, obs, name, length, ech);
}

/* ---- packets quoted in ICMP errors ---- */

static void
find_quoted(engine_t *engine, quote_t *quote)
{
    const observation_t *obs = quote->obs;
    connection_t connection;

    quote->flow = flow_find(engine->flows, obs, &connection);
    quote->end = connection.source;
    if (!quote->flow && obs->quoted == QUOTED_EXPIRED)
        quote->flow = opened_flow(engine, obs, connection);
    if (!quote->flow)
        syns_quoted(engine->syns, obs, connection.hash);
    else if (obs->quoted == QUOTED_EXPIRED)
        quote->died = died_quoted(engine->died, quote->flow, quote->end, obs);
}

static void
observe_quote(engine_t *engine, const observation_t *obs)
{
    quote_t quote = { .obs = obs };

    if (obs->protocol == PROTOCOL_UDP)
        datagrams_quoted(engine->datagrams, obs);
    else
        find_quoted(engine, &quote);
    for (unsigned d = 0; d < N_WATCHERS; d++)
        if (engine->enabled[d] && detectors[d]->quote)
            detectors[d]->quote(engine, &quote);
}

/* ---- all packets ---- */

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
    reports_begin(engine->reports, obs);
    engine->work.left = MIN(engine->work.left + WORK_GIVEN, WORK_MAX);
    if (obs->captured < obs->length)
        engine->counts.cut_payloads++;
    bool to_itself = is_to_itself(obs);
    engine->hears = to_itself ? engine->to_itself : UINT16_MAX;
    engine->counts.to_itself += to_itself;
    if (to_itself) {
        if (obs->protocol == PROTOCOL_TCP && !obs->quoted)
            observe_segment(engine, obs);
    } else if (obs->quoted) {
        engine->counts.icmp_quotes++;
        observe_quote(engine, obs);
    } else if (obs->protocol == PROTOCOL_TCP) {
        engine->counts.tcp++;
        observe_segment(engine, obs);
    } else {
        engine->counts.udp++;
        observe_datagram(engine, obs);
    }
    reports_end(engine->reports);
}

const kept_t *
engine_kept(unsigned index)
{
    const kept_t *const own[] = {
        flow_kept, syns_kept, host_kept, died_kept, asked_kept, names_kept, datagrams_kept, reports_kept,
        fingerprints_kept,
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(own) + N_WATCHERS; i++) {
        bool is_own = i < G_N_ELEMENTS(own);
        const kept_t *row = is_own ? own[i] : detectors[i - G_N_ELEMENTS(own)]->kept;
        for (; row && row->what; row++)
            if (!index--)
                return row;
    }
    return NULL;
}
