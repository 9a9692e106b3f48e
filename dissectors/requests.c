/* requests.c
 * What each flow's client asked for last. Names that are split over segments (large ClientHellos,
 * and clients that hide from filters) are put together again, for a few flows at a time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "detector.h"
#include "dns_message.h"
#include "request.h"

#include <string.h>

#define PENDING_MAX   256       /* flows whose request is not complete yet; the oldest goes first */
#define PENDING_BYTES 4096      /* of one request */
#define NAME_MAX_KEPT 255
#define DNS_PORT      53

typedef struct {
    GList       link;           /* in requests_t.oldest; data is the flow_t */
    GByteArray *bytes;
    uint32_t    next_seq;
} pending_t;

struct requests {
    GHashTable *pending;        /* flow_t -> pending_t */
    GQueue      oldest;         /* links of pending_t */
};

static void
pending_free(void *data)
{
    pending_t *pending = data;
    g_byte_array_free(pending->bytes, TRUE);
    g_free(pending);
}

requests_t *
requests_new(void)
{
    requests_t *requests = g_new0(requests_t, 1);
    requests->pending = g_hash_table_new_full(NULL, NULL, NULL, pending_free);
    g_queue_init(&requests->oldest);
    return requests;
}

void
requests_free(requests_t *requests)
{
    g_hash_table_destroy(requests->pending);
    g_free(requests);
}

void
requests_forget(requests_t *requests, flow_t *flow)
{
    if (!flow->request_pending)
        return;
    pending_t *pending = g_hash_table_lookup(requests->pending, flow);
    g_queue_unlink(&requests->oldest, &pending->link);
    g_hash_table_remove(requests->pending, flow);
    flow->request_pending = false;
}

const char *
request_text(engine_t *engine, const flow_t *flow)
{
    const char *name = flow->request ? flow_table_name(engine->flows, flow->request) : NULL;
    return name ? store_text(engine->store, name, strlen(name)) : NULL;
}

static void
keep(engine_t *engine, flow_t *flow, uint32_t frame, const uint8_t *name, size_t length)
{
    char text[NAME_MAX_KEPT + 1];

    length = MIN(length, sizeof text - 1);
    memcpy(text, name, length);
    text[length] = '\0';
    flow->request = flow_name(engine->flows, text);
    flow->request_frame = frame;
}

/* A DNS query over TCP: the name of the question. */
static bool
keep_question(engine_t *engine, flow_t *flow, const observation_t *obs)
{
    dns_message_t m;

    if (obs->dport != DNS_PORT || obs->captured < 3
        || !dns_message_read(&m, obs->payload + 2, obs->captured - 2))
        return false;
    const char *name = dns_message_name(&m);
    keep(engine, flow, obs->frame, (const uint8_t *)name, strlen(name));
    return true;
}

/* Most segments are the middle of something. */
static bool
may_begin_request(const observation_t *obs)
{
    uint8_t first = obs->payload[0];
    return first == 22 || (first >= 'A' && first <= 'Z') || obs->dport == DNS_PORT;
}

/* The bytes of a request so far, this segment included. */
static GByteArray *
put_together(engine_t *engine, flow_t *flow, const observation_t *obs)
{
    GHashTable *table = engine->requests->pending;
    pending_t *pending = flow->request_pending ? g_hash_table_lookup(table, flow) : NULL;

    if (!pending) {
        if (g_hash_table_size(table) >= PENDING_MAX)
            requests_forget(engine->requests, g_queue_peek_head(&engine->requests->oldest));
        pending = g_new0(pending_t, 1);
        pending->link.data = flow;
        g_queue_push_tail_link(&engine->requests->oldest, &pending->link);
        pending->bytes = g_byte_array_new();
        pending->next_seq = obs->seq;
        g_hash_table_insert(table, flow, pending);
        flow->request_pending = true;
    }
    if (obs->seq != pending->next_seq || obs->captured < obs->length
        || pending->bytes->len + obs->captured > PENDING_BYTES)
        return NULL;
    g_byte_array_append(pending->bytes, obs->payload, obs->captured);
    pending->next_seq += obs->captured;
    return pending->bytes;
}

void
requests_observe(engine_t *engine, const segment_t *s)
{
    const observation_t *obs = s->obs;
    flow_t *flow = s->flow;
    const uint8_t *name;
    size_t length;

    if (!flow->request_frame)
        flow->request_frame = obs->frame;
    if (!obs->captured || (!flow->request_pending && !may_begin_request(obs)))
        return;
    if (keep_question(engine, flow, obs))
        return;
    GByteArray *whole = flow->request_pending ? put_together(engine, flow, obs) : NULL;
    request_t kind = whole ? request_find(whole->data, whole->len, &name, &length)
                           : request_find(obs->payload, obs->captured, &name, &length);
    if (kind == REQUEST_CUT && (whole || put_together(engine, flow, obs)))
        return;                         /* the next segment may bring the rest */
    if (kind == REQUEST_HTTP || kind == REQUEST_TLS) {
        keep(engine, flow, obs->frame, name, length);
        flow->http = kind == REQUEST_HTTP;
    }
    requests_forget(engine->requests, flow);
}
