/* flow.c
 * TCP connections; see flow.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flow.h"

#include <string.h>

/* Two copies of one packet are captured at most this far apart (mirror ports, both sides of a
 * router); public captures show up to 3 ms between them. */
#define DUPLICATE_NS (5 * NS_PER_MS)

#define SLOTS_PER_CHUNK 1024
#define NAMES_MAX 65536

typedef struct {
    uint32_t oldest, newest;
    unsigned length;
} queue_t;

struct flow_table {
    host_table_t *hosts;
    GHashTable   *by_ends;      /* set of flow_t */
    GPtrArray    *chunks;       /* of SLOTS_PER_CHUNK flow_t each */
    GArray       *free_slots;   /* of uint32_t */
    uint32_t      slots;        /* ever used */
    queue_t       half_open, open;
    unsigned      max, max_half_open;
    uint64_t      evicted;
    flow_forget_t forget;
    void         *context;
    GHashTable   *name_index;   /* text -> index */
    GPtrArray    *names;        /* index -> text; index 0 is not used */
};

static unsigned
ends_hash(const void *key)
{
    return ((const flow_t *)key)->hash;
}

static uint32_t
hash_ends(const flow_t *flow)
{
    uint64_t words[5];
    unsigned n = address_words(&flow->host[0]->address, words);

    n += address_words(&flow->host[1]->address, words + n);
    words[n++] = (uint64_t)flow->port[0] << 16 | flow->port[1];
    return hash_words(words, n);
}

static gboolean
ends_equal(const void *a, const void *b)
{
    const flow_t *x = a, *y = b;
    return x->hash == y->hash && x->port[0] == y->port[0] && x->port[1] == y->port[1]
        && address_equal(&x->host[0]->address, &y->host[0]->address)
        && address_equal(&x->host[1]->address, &y->host[1]->address);
}

static unsigned
name_hash(const void *text)
{
    return hash_bytes(text, strlen(text));
}

static flow_t *
slot_flow(const flow_table_t *table, uint32_t slot)
{
    flow_t *chunk = g_ptr_array_index(table->chunks, (slot - 1) / SLOTS_PER_CHUNK);
    return &chunk[(slot - 1) % SLOTS_PER_CHUNK];
}

flow_table_t *
flow_table_new(host_table_t *hosts, unsigned max, unsigned max_half_open, flow_forget_t forget,
               void *context)
{
    flow_table_t *table = g_new0(flow_table_t, 1);
    table->hosts = hosts;
    table->by_ends = g_hash_table_new(ends_hash, ends_equal);
    table->chunks = g_ptr_array_new_with_free_func(g_free);
    table->free_slots = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    table->max = max ? max : 1;
    table->max_half_open = max_half_open ? max_half_open : 1;
    table->forget = forget;
    table->context = context;
    table->name_index = g_hash_table_new(name_hash, g_str_equal);
    table->names = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(table->names, NULL);
    return table;
}

void
flow_table_free(flow_table_t *table)
{
    g_hash_table_destroy(table->by_ends);
    g_ptr_array_free(table->chunks, TRUE);
    g_array_free(table->free_slots, TRUE);
    g_hash_table_destroy(table->name_index);
    g_ptr_array_free(table->names, TRUE);
    g_free(table);
}

uint64_t
flow_table_evicted(const flow_table_t *table)
{
    return table->evicted;
}

static queue_t *
queue_of(flow_table_t *table, const flow_t *flow)
{
    return flow->half_open ? &table->half_open : &table->open;
}

static void
queue_append(flow_table_t *table, queue_t *queue, flow_t *flow)
{
    flow->older = queue->newest;
    flow->newer = 0;
    if (queue->newest)
        slot_flow(table, queue->newest)->newer = flow->slot;
    else
        queue->oldest = flow->slot;
    queue->newest = flow->slot;
    queue->length++;
}

static void
queue_remove(flow_table_t *table, queue_t *queue, flow_t *flow)
{
    if (flow->older)
        slot_flow(table, flow->older)->newer = flow->newer;
    else
        queue->oldest = flow->newer;
    if (flow->newer)
        slot_flow(table, flow->newer)->older = flow->older;
    else
        queue->newest = flow->older;
    queue->length--;
}

static void
evict(flow_table_t *table, flow_t *flow)
{
    uint32_t slot = flow->slot;

    table->forget(table->context, flow);
    queue_remove(table, queue_of(table, flow), flow);
    g_hash_table_remove(table->by_ends, flow);
    for (unsigned end = 0; end < 2; end++)
        host_unref(table->hosts, flow->host[end]);
    g_array_append_val(table->free_slots, slot);
    table->evicted++;
}

static void
make_room(flow_table_t *table, bool half_open)
{
    if (half_open && table->half_open.length >= table->max_half_open)
        evict(table, slot_flow(table, table->half_open.oldest));
    if (table->half_open.length + table->open.length >= table->max)
        evict(table, slot_flow(table, table->half_open.oldest ? table->half_open.oldest
                                                              : table->open.oldest));
}

static flow_t *
new_slot(flow_table_t *table)
{
    if (!table->free_slots->len) {
        uint32_t slot = ++table->slots;
        if ((slot - 1) % SLOTS_PER_CHUNK == 0)
            g_ptr_array_add(table->chunks, g_new(flow_t, SLOTS_PER_CHUNK));
        flow_t *flow = slot_flow(table, slot);
        memset(flow, 0, sizeof *flow);
        flow->slot = slot;
        return flow;
    }
    uint32_t slot = g_array_index(table->free_slots, uint32_t, table->free_slots->len - 1);
    g_array_set_size(table->free_slots, table->free_slots->len - 1);
    flow_t *flow = slot_flow(table, slot);
    memset(flow, 0, sizeof *flow);
    flow->slot = slot;
    return flow;
}

/* Which end the source is: the lower of address and port is end 0. */
static unsigned
source_end(const observation_t *obs)
{
    int order = memcmp(obs->src.bytes, obs->dst.bytes, sizeof obs->src.bytes);
    return order > 0 || (order == 0 && obs->sport > obs->dport);
}

flow_t *
flow_get(flow_table_t *table, const observation_t *obs, bool create, unsigned *end)
{
    unsigned source = source_end(obs);
    host_t src, dst;
    flow_t probe;

    src.address = obs->src;
    dst.address = obs->dst;
    probe.host[source] = &src;
    probe.host[!source] = &dst;
    probe.port[source] = obs->sport;
    probe.port[!source] = obs->dport;
    probe.hash = hash_ends(&probe);
    *end = source;

    flow_t *flow = g_hash_table_lookup(table->by_ends, &probe);
    if (flow || !create)
        return flow;

    bool half_open = (obs->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
    make_room(table, half_open);
    flow = new_slot(table);
    flow->hash = probe.hash;
    flow->port[0] = probe.port[0];
    flow->port[1] = probe.port[1];
    flow->host[source] = host_get(table->hosts, &obs->src, true);
    flow->host[source]->flows++;
    flow->host[!source] = host_get(table->hosts, &obs->dst, true);
    flow->host[!source]->flows++;
    flow->half_open = half_open;
    g_hash_table_add(table->by_ends, flow);
    queue_append(table, queue_of(table, flow), flow);
    return flow;
}

void
flow_touch(flow_table_t *table, flow_t *flow)
{
    if (table->open.newest != flow->slot) {
        queue_remove(table, queue_of(table, flow), flow);
        flow->half_open = false;
        queue_append(table, &table->open, flow);
    }
}

void
flow_restart(flow_table_t *table, flow_t *flow)
{
    table->forget(table->context, flow);
    memset(flow->end, 0, sizeof flow->end);
    flow->request = flow->request_frame = 0;
    flow->handshake = flow->http = flow->gap = false;
}

static void
count8(uint8_t *counter)
{
    if (*counter < UINT8_MAX)
        (*counter)++;
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
is_duplicate(const direction_t *sender, const observation_t *obs)
{
    const packet_t *last = &sender->last;
    int ttl_step = last->ttl - obs->ip.ttl;

    return last->frame && last->ip_id == obs->ip.ip_id && last->ack == obs->ack
        && last->length == MIN(obs->length, UINT16_MAX) && last->window == obs->window
        && (last->bits & 0xfff) == obs->flags && (obs->ip.ip_id || obs->length)
        && seq_diff(obs->seq, sender->next_seq) < 0 && ttl_step >= -1 && ttl_step <= 1
        && ticks_since(last->time, ticks(obs->time)) < DUPLICATE_NS;
}

static void
learn_rtt(direction_t *sender, const packet_t *answered, const observation_t *obs,
          uint32_t peer_next)
{
    if (!(obs->flags & TCP_ACK) || !answered->frame || obs->ack != peer_next
        || !(answered->length || answered->bits & (TCP_SYN | TCP_FIN)))
        return;
    int64_t us = ticks_since(answered->time, ticks(obs->time)) / NS_PER_US;
    if (us <= 0 || us > UINT32_MAX)
        return;
    if (!sender->rtt || us < sender->rtt)
        sender->rtt = (uint32_t)us;
}

static void
learn_ip_id(direction_t *sender, const packet_t *answered, const observation_t *obs)
{
    uint16_t step = (uint16_t)(obs->ip.ip_id - sender->last.ip_id);
    uint16_t copied = (uint16_t)(obs->ip.ip_id - answered->ip_id);

    if (!obs->ip.ip_id) {
        count8(&sender->id_zero);
        return;
    }
    if (sender->packets && step >= 1 && step <= 64)
        count8(&sender->id_steps);
    if (answered->frame && answered->ip_id && copied <= 1)
        count8(&sender->mirrors);
}

bool
flow_learn(flow_t *flow, unsigned end, const observation_t *obs)
{
    direction_t *sender = &flow->end[end], *peer = &flow->end[!end];
    uint32_t after = obs->seq + obs->length + !!(obs->flags & TCP_SYN) + !!(obs->flags & TCP_FIN);

    if (is_duplicate(sender, obs)) {
        count8(&sender->duplicates);
        return false;
    }
    learn_rtt(sender, &peer->last, obs, peer->next_seq);
    learn_ip_id(sender, &peer->last, obs);
    learn_ttl(sender, obs->ip.ttl);
    if (!sender->packets || seq_diff(after, sender->next_seq) > 0)
        sender->next_seq = after;
    count8(&sender->packets);
    if (obs->ack != sender->last.ack)
        sender->same_ack = 0;
    count8(&sender->same_ack);
    if (obs->ip.df)
        count8(&sender->df);
    if (obs->has_timestamps)
        sender->tsval = obs->tsval;

    uint8_t seen = sender->seen;
    seen |= obs->flags & TCP_SYN ? SEEN_SYN : 0;
    seen |= obs->flags & TCP_FIN ? SEEN_FIN : 0;
    seen |= obs->length ? SEEN_DATA : 0;
    seen |= obs->has_timestamps ? SEEN_TIMESTAMPS : 0;
    seen |= obs->has_options ? SEEN_OPTIONS : 0;
    /* A SYN that offers AccECN sets all three ECN flags (RFC 9768, section 3.1.1). */
    if ((obs->flags & (TCP_SYN | TCP_AE | TCP_CWR | TCP_ECE)) == (TCP_SYN | TCP_AE | TCP_CWR | TCP_ECE)
        || ((obs->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK) && peer->seen & SEEN_ACCECN))
        seen |= SEEN_ACCECN;
    sender->seen = seen;

    sender->last = (packet_t){
        .frame = obs->frame, .time = ticks(obs->time), .ack = obs->ack,
        .length = (uint16_t)MIN(obs->length, UINT16_MAX), .ip_id = obs->ip.ip_id,
        .window = obs->window, .ttl = obs->ip.ttl, .tos = obs->ip.tos,
        .bits = (uint16_t)(obs->flags | (obs->ip.df ? BIT_DF : 0)
                           | (obs->has_timestamps ? BIT_TIMESTAMPS : 0)
                           | (obs->has_options ? BIT_OPTIONS : 0)),
    };
    return true;
}

uint32_t
flow_name(flow_table_t *table, const char *text)
{
    void *index;

    if (g_hash_table_lookup_extended(table->name_index, text, NULL, &index))
        return GPOINTER_TO_UINT(index);
    if (table->names->len >= NAMES_MAX)
        return 0;
    char *copy = g_strdup(text);
    uint32_t next = table->names->len;
    g_ptr_array_add(table->names, copy);
    g_hash_table_insert(table->name_index, copy, GUINT_TO_POINTER(next));
    return next;
}

const char *
flow_table_name(const flow_table_t *table, uint32_t index)
{
    return g_ptr_array_index(table->names, index);
}
