/* points/said.c
 * What one end of a conversation said, at both points; see said.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "points/said.h"

#include "base/hash.h"

static uint32_t
bucket_of(const points_t *points, const passage_t *p)
{
    return g_array_index(points->state, exchange_t, p->talk).as * 2 + points_end(points, p);
}

sorted_t
sorted_new(const points_t *points, unsigned point)
{
    const uint32_t n = trace_length(points->trace[point]), buckets = points->state->len * 2;
    sorted_t sorted = { g_new(uint32_t, n + 1), g_new0(uint32_t, buckets + 2) };
    uint32_t *at = g_new0(uint32_t, buckets + 1);

    for (uint32_t i = 0; i < n; i++)
        sorted.start[bucket_of(points, trace_at(points->trace[point], i)) + 1]++;
    for (uint32_t b = 0; b < buckets; b++) {
        sorted.start[b + 1] += sorted.start[b];
        at[b] = sorted.start[b];
    }
    for (uint32_t i = 0; i < n; i++)
        sorted.order[at[bucket_of(points, trace_at(points->trace[point], i))]++] = i;
    g_free(at);
    return sorted;
}

said_t
said_new(const points_t *points, const sorted_t sorted[2], uint32_t talk, unsigned end)
{
    const exchange_t *x = &g_array_index(points->state, exchange_t, talk);
    said_t said = { .end = end, .first = x->first[end] };
    bool tcp = talks_at(points->talks, talk)->protocol == PROTOCOL_TCP;

    for (unsigned point = 0; point < 2; point++) {
        uint32_t from = sorted[point].start[talk * 2 + end], to = sorted[point].start[talk * 2 + end + 1];
        said.at[point] = g_ptr_array_new();
        for (uint32_t i = from; i < to; i++)
            g_ptr_array_add(said.at[point], trace_at(points->trace[point], sorted[point].order[i]));
        said.stream[point] = tcp && said.first != POINT_UNKNOWN ? stream_new(points, point, said.at[point]) : NULL;
    }
    return said;
}

void
said_clear(said_t *said)
{
    for (unsigned point = 0; point < 2; point++) {
        g_ptr_array_free(said->at[point], TRUE);
        if (said->stream[point])
            stream_free(said->stream[point]);
        if (said->acks[point])
            g_hash_table_destroy(said->acks[point]);
    }
    if (said->alike)
        g_hash_table_destroy(said->alike);
}

void
sorted_clear(sorted_t *sorted)
{
    g_free(sorted->order);
    g_free(sorted->start);
}

/* ---- packets ---- */

bool
passage_is_tcp(const points_t *points, const passage_t *p)
{
    return talks_at(points->talks, p->talk)->protocol == PROTOCOL_TCP;
}

bool
passage_has_arrived(const passage_t *p)
{
    return p->fate == FATE_MATCHED || p->fate == FATE_COPY || p->fate == FATE_SAME_BYTES;
}

uint32_t
passage_end(const points_t *points, unsigned point, const passage_t *p)
{
    return points_seq(points, point, p) + p->length + !!(p->flags & TCP_SYN) + !!(p->flags & TCP_FIN);
}

void
said_note_acked(const points_t *points, said_t *said, const said_t *other)
{
    for (unsigned i = 0; i < other->at[0]->len; i++) {
        const passage_t *p = g_ptr_array_index(other->at[0], i);
        uint32_t ack = points_ack(points, 0, p);
        if (!p->partner || !(p->flags & TCP_ACK) || (said->has_acked && seq_diff(ack, said->acked) <= 0))
            continue;
        said->has_acked = true;
        said->acked = ack;
    }
}

/* A packet that has arrived says what another one said that was sent, not one that was to be sent. */
static bool
is_in_time(const points_t *points, const said_t *said, unsigned point, const passage_t *p, const passage_t *q)
{
    return point == said->first
        || points_time(points, !point, q) <= points_time(points, point, p) + EARLY_MOST_NS;
}

static unsigned
hash_number(gconstpointer key)
{
    uint32_t number = GPOINTER_TO_UINT(key);
    return hash_words(&number, 1);
}

static uint32_t
alike_key(const points_t *points, unsigned point, const passage_t *p)
{
    return passage_is_tcp(points, p) ? points_seq(points, point, p) : ip_mark(&p->ip);
}

const GPtrArray *
said_alike(const points_t *points, said_t *said, unsigned point, const passage_t *p)
{
    const GPtrArray *sent = said->at[said->first];

    if (!said->alike) {
        said->alike = g_hash_table_new_full(hash_number, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
        for (unsigned i = 0; i < sent->len; i++) {
            passage_t *q = g_ptr_array_index(sent, i);
            gpointer key = GUINT_TO_POINTER(alike_key(points, said->first, q));
            GPtrArray *list = g_hash_table_lookup(said->alike, key);
            if (!list)
                g_hash_table_insert(said->alike, key, list = g_ptr_array_new());
            if (list->len < SAID_ALIKE_MOST)
                g_ptr_array_add(list, q);
        }
    }
    return g_hash_table_lookup(said->alike, GUINT_TO_POINTER(alike_key(points, point, p)));
}

/* The first packet of a point that acknowledges the same; NULL for none. */
static const passage_t *
first_ack(const points_t *points, said_t *said, unsigned point, uint32_t ack)
{
    const GPtrArray *list = said->at[point];

    if (!said->acks[point]) {
        said->acks[point] = g_hash_table_new(hash_number, NULL);
        for (unsigned i = list->len; i-- > 0;) {
            passage_t *q = g_ptr_array_index(list, i);
            if (q->flags & TCP_ACK && !(q->flags & TCP_RST))
                g_hash_table_insert(said->acks[point], GUINT_TO_POINTER(points_ack(points, point, q)), q);
        }
    }
    return g_hash_table_lookup(said->acks[point], GUINT_TO_POINTER(ack));
}

/* The other point has a SYN with its number. */
static bool
has_syn(const points_t *points, const said_t *said, unsigned point, const passage_t *p)
{
    const GPtrArray *list = said->at[!point];

    for (unsigned i = 0; i < list->len && i < SAID_ALIKE_MOST; i++) {
        const passage_t *q = g_ptr_array_index(list, i);
        if (q->flags & TCP_SYN && points_seq(points, !point, q) == points_seq(points, point, p)
            && is_in_time(points, said, point, p, q))
            return true;
    }
    return false;
}

/* All its bytes are at the other point, in other packets. */
static bool
says_the_same(const points_t *points, said_t *said, unsigned point, const passage_t *p)
{
    if (p->flags & TCP_RST)
        return false;
    if (p->flags & TCP_SYN)
        return has_syn(points, said, point, p);
    if (!(p->length || p->flags & TCP_FIN)) {       /* an ACK says no more than any other one with the number */
        const passage_t *q = first_ack(points, said, !point, points_ack(points, point, p));
        return q && is_in_time(points, said, point, p, q);
    }
    overlap_t o = stream_look(said->stream[!point], points, point, p);
    return o.sent == p->length && !o.differs && (!(p->flags & TCP_FIN) || o.fin);
}

void
said_mark_same_bytes(const points_t *points, said_t *said)
{
    for (unsigned point = 0; point < 2; point++)
        for (unsigned i = 0; i < said->at[point]->len; i++) {
            passage_t *p = g_ptr_array_index(said->at[point], i);
            if (p->fate == FATE_OPEN && passage_is_tcp(points, p) && said->stream[!point]
                && says_the_same(points, said, point, p))
                p->fate = FATE_SAME_BYTES;
        }
}

unsigned
said_attempts(const points_t *points, GHashTable *messages, said_t *said, const passage_t *p)
{
    unsigned n = 0;

    if (!passage_is_tcp(points, p)) {
        const message_t *d = messages_get(messages, points, p);
        return !d ? 1 : d->arrived ? 0 : d->sent;
    }
    const GPtrArray *list = said_alike(points, said, said->first, p);
    for (unsigned i = 0; i < list->len; i++) {
        const passage_t *q = g_ptr_array_index(list, i);
        bool again = !q->length == !p->length && !((q->flags ^ p->flags) & (TCP_SYN | TCP_FIN | TCP_RST));
        if (again && passage_has_arrived(q))
            return 0;
        n += again;
    }
    return MAX(n, 1);
}
