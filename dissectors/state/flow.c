/* state/flow.c
 * TCP connections; see flow.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "state/flow.h"
#include "state/vantage.h"

#include <string.h>

/* A flow moves to the young end of the queue once in this many ticks, which is 1.07 s. */
#define TOUCH_TICKS 16384

/* Flows that are found without hashing; a power of two. */
#define RECENT 1024

/* Of direction_t: what fits into its bits. */
#define RTT_MAX_US ((1u << 30) - 1)
#define RTTS_MAX   3

/* Bytes of a full segment on Ethernet, and of the smallest that is full anywhere (RFC 9293 section 3.7.1). */
#define MSS_USUAL 1460
#define MSS_LEAST 536

struct flow_table {
    host_table_t *hosts;
    table_t      *flows;        /* of flow_t */
    flow_t       *recent[RECENT];   /* the one found last of those whose ports lead there; NULL: none */
    uint32_t      oldest, newest;   /* by their last packet */
    unsigned      max;
    uint64_t      begun, evicted;
    flow_forget_t forget;
    void         *context;
};

static connection_t
connection_of4(const observation_t *obs)
{
    uint32_t src, dst;

    memcpy(&src, obs->src.bytes, sizeof src);
    memcpy(&dst, obs->dst.bytes, sizeof dst);
    bool swap = src > dst || (src == dst && obs->sport > obs->dport);
    const uint32_t words[] = {
        swap ? dst : src, swap ? src : dst,
        swap ? (uint32_t)obs->dport << 16 | obs->sport : (uint32_t)obs->sport << 16 | obs->dport,
    };
    return (connection_t){ hash_words(words, G_N_ELEMENTS(words)), swap };
}

static connection_t
connection_of6(const observation_t *obs)
{
    uint64_t src[2], dst[2];
    uint32_t words[9];

    memcpy(src, obs->src.bytes, sizeof src);
    memcpy(dst, obs->dst.bytes, sizeof dst);
    unsigned which = src[1] == dst[1] ? 0 : 1;          /* the order is any, if it is always the same */
    bool swap = src[which] > dst[which] || (src[which] == dst[which] && obs->sport > obs->dport);

    memcpy(words, swap ? obs->dst.bytes : obs->src.bytes, 16);
    memcpy(words + 4, swap ? obs->src.bytes : obs->dst.bytes, 16);
    words[8] = swap ? (uint32_t)obs->dport << 16 | obs->sport : (uint32_t)obs->sport << 16 | obs->dport;
    return (connection_t){ hash_words(words, G_N_ELEMENTS(words)), swap };
}

connection_t
connection_of(const observation_t *obs)
{
    return obs->src.ipv6 ? connection_of6(obs) : connection_of4(obs);
}

static flow_t *
slot_flow(const flow_table_t *table, uint32_t slot)
{
    return table_at(table->flows, slot);
}

flow_table_t *
flow_table_new(host_table_t *hosts, unsigned max, flow_forget_t forget, void *context)
{
    flow_table_t *table = g_new0(flow_table_t, 1);
    table->hosts = hosts;
    table->flows = table_new(sizeof(flow_t));
    table->max = max ? max : 1;
    table->forget = forget;
    table->context = context;
    return table;
}

void
flow_table_free(flow_table_t *table)
{
    table_free(table->flows);
    g_free(table);
}

uint64_t
flow_table_evicted(const flow_table_t *table)
{
    return table->evicted;
}

/* Resets are not counted among an end's packets: a flow that has them may have been answered. */
static bool
is_one_sided(const flow_t *flow)
{
    return !flow->was_reset && !flow->end[0].packets != !flow->end[1].packets;
}

flow_counts_t
flow_table_count(const flow_table_t *table)
{
    flow_counts_t counts = { .begun = table->begun, .evicted = table->evicted };

    for (uint32_t slot = 1; slot <= table->flows->used; slot++) {
        const flow_t *flow = slot_flow(table, slot);
        if (!flow->entry.number)
            continue;
        counts.one_sided += is_one_sided(flow);
        counts.no_beginning += !flow->handshake;
    }
    return counts;
}

static void
queue_append(flow_table_t *table, flow_t *flow)
{
    flow->older = table->newest;
    flow->newer = 0;
    if (table->newest)
        slot_flow(table, table->newest)->newer = flow->entry.number;
    else
        table->oldest = flow->entry.number;
    table->newest = flow->entry.number;
}

static void
queue_remove(flow_table_t *table, flow_t *flow)
{
    if (flow->older)
        slot_flow(table, flow->older)->newer = flow->newer;
    else
        table->oldest = flow->newer;
    if (flow->newer)
        slot_flow(table, flow->newer)->older = flow->older;
    else
        table->newest = flow->older;
}

/* Where a flow with these ports, in any order, is looked for first. */
static flow_t **
recent_place(flow_table_t *table, uint16_t port, uint16_t other)
{
    return &table->recent[(port ^ other) % RECENT];
}

static void
evict(flow_table_t *table, flow_t *flow)
{
    flow_t **recent = recent_place(table, flow->port[0], flow->port[1]);

    if (*recent == flow)
        *recent = NULL;
    table->forget(table->context, flow);
    queue_remove(table, flow);
    for (unsigned end = 0; end < 2; end++)
        host_unref(table->hosts, flow->host[end]);
    table_remove(table->flows, flow);
    table->evicted++;
}

static uint16_t
touch_time(int64_t ns)
{
    return (uint16_t)(ticks(ns) / TOUCH_TICKS);
}

static bool
belongs_to(const flow_t *flow, const observation_t *obs, unsigned source)
{
    return flow->port[source] == obs->sport && flow->port[!source] == obs->dport
        && address_equal(&flow->host[source]->address, &obs->src)
        && address_equal(&flow->host[!source]->address, &obs->dst);
}

static G_GNUC_NO_INLINE flow_t *
find_by_hash(flow_table_t *table, const observation_t *obs, connection_t *connection)
{
    const connection_t c = *connection = connection_of(obs);
    flow_t *flow = table_first(table->flows, c.hash);

    while (flow && !belongs_to(flow, obs, c.source))
        flow = table_next(table->flows, flow);
    if (flow)
        *recent_place(table, obs->sport, obs->dport) = flow;
    return flow;
}

flow_t *
flow_find(flow_table_t *table, const observation_t *obs, connection_t *connection)
{
    flow_t *flow = *recent_place(table, obs->sport, obs->dport);
    unsigned source = flow ? flow->port[0] != obs->sport : 0;

    if (!flow || !belongs_to(flow, obs, source))
        return find_by_hash(table, obs, connection);
    *connection = (connection_t){ flow->entry.hash, source };
    return flow;
}

flow_t *
flow_new(flow_table_t *table, const observation_t *obs, connection_t connection)
{
    unsigned source = connection.source;

    if (table->flows->length >= table->max)
        evict(table, slot_flow(table, table->oldest));
    flow_t *flow = table_add(table->flows, connection.hash);
    flow->port[source] = obs->sport;
    flow->port[!source] = obs->dport;
    flow->touched = touch_time(obs->time);
    flow->host[source] = host_get(table->hosts, &obs->src, true);
    flow->host[source]->flows++;
    flow->host[!source] = host_get(table->hosts, &obs->dst, true);
    flow->host[!source]->flows++;
    table->begun++;
    queue_append(table, flow);
    return flow;
}

void
flow_touch(flow_table_t *table, flow_t *flow, int64_t time)
{
    uint16_t now = touch_time(time);

    if (now == flow->touched || table->newest == flow->entry.number)
        return;
    flow->touched = now;
    queue_remove(table, flow);
    queue_append(table, flow);
}

void
flow_restart(flow_table_t *table, flow_t *flow)
{
    table->forget(table->context, flow);
    table->begun++;
    memset(flow->end, 0, sizeof flow->end);
    flow->request = flow->suffix = 0;
    flow->request_frame = 0;
    flow->opaque = flow->handshake = flow->http = flow->tls = flow->gap = false;
    flow->syn_repeated = flow->certificate_pending = flow->was_reset = flow->stage_counted = false;
    flow->vantage = VANTAGE_UNKNOWN;
    flow->handshake_read = flow->vantage_learnt = false;
}

static void
count8(uint8_t *counter)
{
    *counter += *counter < UINT8_MAX;
}

static void
learn_ttl(direction_t *sender, uint8_t ttl)
{
    for (unsigned i = 0; i < 2; i++) {
        if (sender->ttl_packets[i] && sender->ttl[i] != ttl)
            continue;
        sender->ttl[i] = ttl;
        count8(&sender->ttl_packets[i]);
        return;
    }
    /* A third value: the second slot goes to whoever shows up more often. */
    if (--sender->ttl_packets[1] == 0) {
        sender->ttl[1] = ttl;
        sender->ttl_packets[1] = 1;
    }
}

static bool
is_duplicate(const direction_t *sender, const observation_t *obs, uint16_t mark, ticks_t now)
{
    const packet_t *last = &sender->last;

    if (last->seq != (uint16_t)obs->seq || last->mark != mark || last->ack != obs->ack || !last->frame)
        return false;
    int ttl_step = last->ttl - obs->ip.ttl;
    return last->length == MIN(obs->length, UINT16_MAX) && last->window == obs->window
        && (last->bits & 0xfff) == obs->flags && (obs->ip.ip_id || obs->length)
        && seq_diff(obs->seq, sender->next_seq) < 0 && ttl_step >= -1 && ttl_step <= 1
        && ticks_since(last->time, now) < DUPLICATE_NS;
}

static void
learn_rtt(direction_t *sender, const packet_t *answered, const observation_t *obs, ticks_t now,
          uint32_t peer_next)
{
    if (!(obs->flags & TCP_ACK) || !answered->frame || obs->ack != peer_next
        || !(answered->length || answered->bits & (TCP_SYN | TCP_FIN)))
        return;
    /* Only its first acknowledgement, and of what was sent once (Karn and Partridge 1987). */
    if (ticks_since(answered->time, now) < 0 || answered->bits & BIT_AGAIN
        || (sender->packets && sender->last.ack == obs->ack && sender->last.bits & TCP_ACK))
        return;
    uint64_t us = (uint64_t)(now - answered->time) * TICK_NS / NS_PER_US;
    if (!sender->rtt || us < sender->rtt)
        sender->rtt = (uint32_t)CLAMP(us, 1, RTT_MAX_US);
    sender->rtts += sender->rtts < RTTS_MAX;
}

/* Packets that new bytes of a stream, those of a hole in front of them included, were on the wire at most:
 * captured on the sending machine many go to the network card as one. */
static unsigned
pieces(uint32_t bytes)
{
    return bytes <= MSS_USUAL ? 1 : MIN(1 + bytes / MSS_LEAST, UINT8_MAX);
}

/* Of the same 255 packets all, so that the counts can be compared. */
static void
count_habits(direction_t *sender, const packet_t *answered, uint16_t mark, const ip_header_t *ip)
{
    uint16_t step = (uint16_t)(mark - sender->last.mark), copied = (uint16_t)(mark - answered->mark);

    if (sender->packets == UINT8_MAX)
        return;
    if (!mark)
        sender->id_zero++;
    else if (sender->packets && (ip->ipv6 ? !step : ip_id_goes_on(sender->last.mark, ip->ip_id)))
        sender->id_steps++;
    if (mark && answered->frame && answered->mark && copied <= !ip->ipv6)
        sender->mirrors++;
    sender->df += ip->df;
    sender->packets++;
}

/* A SYN that offers AccECN sets all three ECN flags (RFC 9768, section 3.1.1); what the answer sets
 * then is no reserved bit either. */
static bool
offers_accecn(uint16_t flags, const direction_t *peer)
{
    const uint16_t ecn = TCP_AE | TCP_CWR | TCP_ECE;
    return flags & TCP_ACK ? (peer->seen & SEEN_ACCECN) != 0 || (flags & ecn) == ecn : (flags & ecn) == ecn;
}

bool
flow_learn(direction_t *sender, const direction_t *peer, const observation_t *obs)
{
    uint32_t after = sequence_end(obs);
    uint16_t mark = ip_mark(&obs->ip);
    ticks_t now = ticks(obs->time);

    if (is_duplicate(sender, obs, mark, now)) {
        count8(&sender->duplicates);
        return false;
    }
    learn_rtt(sender, &peer->last, obs, now, peer->next_seq);
    learn_ttl(sender, obs->ip.ttl);
    bool again = sender->packets && after != obs->seq && seq_diff(after, sender->next_seq) <= 0;
    unsigned sent = 1;
    if (!sender->packets || seq_diff(after, sender->next_seq) > 0) {
        if (sender->packets) {
            sent = pieces(after - sender->next_seq);
            sender->seen |= seq_diff(obs->seq, sender->next_seq) > 0 ? SEEN_HOLE : 0;
        }
        sender->next_seq = after;
        if (obs->length && sender->seen & SEEN_DATA && (sender->last.bits & TCP_PSH || !sender->last.length))
            sender->seen |= SEEN_MORE_DATA;
    }
    count_habits(sender, &peer->last, mark, &obs->ip);
    sent += obs->ack == sender->last.ack ? sender->same_ack : 0;
    sender->same_ack = (uint8_t)MIN(sent, UINT8_MAX);
    if (obs->has_timestamps)
        sender->tsval = obs->tsval;

    unsigned bits = obs->flags | obs->ip.df * BIT_DF | obs->has_timestamps * BIT_TIMESTAMPS
                  | obs->has_options * BIT_OPTIONS | again * BIT_AGAIN;
    sender->seen |= (uint8_t)((bits & (SEEN_SYN | SEEN_FIN)) | (obs->length ? SEEN_DATA : 0)
                              | (bits >> SEEN_SHIFT & (SEEN_TIMESTAMPS | SEEN_OPTIONS)));
    if (obs->flags & TCP_SYN && offers_accecn(obs->flags, peer))
        sender->seen |= SEEN_ACCECN;

    sender->last = (packet_t){
        .frame = obs->frame, .time = now, .ack = obs->ack,
        .length = (uint16_t)MIN(obs->length, UINT16_MAX), .seq = (uint16_t)obs->seq, .mark = mark,
        .window = obs->window, .ttl = obs->ip.ttl, .tos = obs->ip.tos, .bits = (uint16_t)bits,
    };
    return true;
}

const kept_t flow_kept[] = {
    { "connection", "state/flow.c", sizeof(flow_t), NULL,
      "`max_flows`, the one longest silent goes first",
      FLOWS_NOTICE },
    { 0 },
};
