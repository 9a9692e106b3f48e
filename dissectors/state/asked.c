/* state/asked.c
 * What each flow's client asked for last; see asked.h. Names that are split over segments (large
 * ClientHellos, and clients that hide from filters) are put together again, for a few flows at a
 * time. A client that asks for nothing by name is described by what it sends first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "state/asked.h"

#include "bytes/dns_message.h"
#include "state/beside.h"
#include "base/oldest.h"
#include "bytes/request.h"

#include <string.h>

#define PENDING_MAX   256       /* flows whose request is not complete yet; the oldest goes first */
#define PENDING_BYTES 4096      /* of one request */
#define NAME_MAX_KEPT 255
#define PATH_MAX_KEPT 200

#define TRIES_MAX     8         /* Initials of one flow that are worth a decryption */

static const char not_kept[] = "/...", with_ech[] = " (with ECH)",
                  cut_tls[] = "TLS ClientHello whose server name was not seen",
                  cut_http[] = "HTTP request whose Host was not seen";

/* Kept beside a flow whose request is not complete yet. */
typedef struct {
    beside_t    beside;
    GList       link;           /* in asked_t.pending */
    GByteArray *bytes;
    uint32_t    next_seq;
    bool        named;          /* the name is known already */
} pending_t;

struct asked {
    names_t   *names;
    texts_t   *texts;
    besides_t *besides;
    oldest_t   pending;         /* of pending_t */
};

static void
pending_clear(void *context, void *one)
{
    asked_t *asked = context;
    pending_t *pending = one;

    oldest_remove(&asked->pending, &pending->link);
    g_byte_array_free(pending->bytes, TRUE);
}

asked_t *
asked_new(names_t *names, texts_t *texts, besides_t *besides)
{
    asked_t *asked = g_new(asked_t, 1);

    *asked = (asked_t){ names, texts, besides, oldest_new(PENDING_MAX, asked_kept->notice) };
    besides_kind(besides, BESIDE_REQUEST, sizeof(pending_t), pending_clear, asked);
    return asked;
}

void
asked_free(asked_t *asked)
{
    g_free(asked);
}

limit_t *
asked_limit(asked_t *asked)
{
    return &asked->pending.limit;
}

/* ---- texts ---- */

static const char *
opaque_text(asked_t *asked, const flow_t *flow)
{
    const char *what = flow->opaque_unread ? "not captured"
                     : flow->opaque_encrypted ? "fully encrypted by the published rule"
                                              : "neither TLS nor HTTP";
    unsigned length = flow->suffix;
    char *text = g_strdup_printf("%s (%u byte%s, %s)", flow->opaque_late ? "data" : "first data",
                                 length, length == 1 ? "" : "s", what);
    const char *kept = texts_keep(asked->texts, text, strlen(text));
    g_free(text);
    return kept;
}

static const char *
joined_text(asked_t *asked, uint16_t request, uint16_t suffix)
{
    if (!request && !suffix)
        return NULL;
    char *text = g_strconcat(request ? names_text(asked->names, request) : "",
                             suffix ? names_text(asked->names, suffix) : "", NULL);
    const char *kept = texts_keep(asked->texts, text, strlen(text));
    g_free(text);
    return kept;
}

const char *
asked_text(asked_t *asked, const flow_t *flow)
{
    return flow->opaque ? opaque_text(asked, flow) : joined_text(asked, flow->request, flow->suffix);
}

const char *
asked_host(const asked_t *asked, const flow_t *flow)
{
    return flow->http && flow->request ? names_text(asked->names, flow->request) : NULL;
}

const char *
asked_text_of_datagram(asked_t *asked, const datagram_flow_t *flow)
{
    return joined_text(asked, flow->request, flow->suffix);
}

/* The index of a text that may hold anything. With long captures in mind, texts that differ from
 * request to request may use up only half of the room; 0 when there is no more. */
static uint16_t
intern(asked_t *asked, const uint8_t *bytes, size_t length, size_t most, bool one_of_many)
{
    char text[NAME_MAX_KEPT + sizeof "..."];
    size_t kept = MIN(length, most);

    if (kept == length && !memchr(bytes, '\0', length))
        return names_number(asked->names, (const char *)bytes, length, one_of_many);
    memcpy(text, bytes, kept);
    strcpy(text + kept, kept < length ? "..." : "");
    const char *shown = texts_keep(asked->texts, text, kept + strlen(text + kept));
    return names_number(asked->names, shown, strlen(shown), one_of_many);
}

static uint16_t
intern_text(asked_t *asked, const char *text)
{
    return names_number(asked->names, text, strlen(text), false);
}

static void
keep(asked_t *asked, flow_t *flow, uint32_t frame, const uint8_t *name, size_t length)
{
    flow->request = length ? intern(asked, name, length, NAME_MAX_KEPT, false) : 0;
    flow->suffix = 0;
    flow->request_frame = frame;
    flow->http = flow->tls = flow->opaque = false;
}

static void
keep_text(asked_t *asked, flow_t *flow, uint32_t frame, const char *text)
{
    keep(asked, flow, frame, (const uint8_t *)text, strlen(text));
}

static void
keep_request(asked_t *asked, flow_t *flow, uint32_t frame, request_kind_t kind, const request_t *r)
{
    keep(asked, flow, frame, r->name, r->name_length);
    flow->http = kind == REQUEST_HTTP && r->name_length;
    if (kind == REQUEST_TLS && !r->name_length)
        keep_text(asked, flow, frame, r->fragmented ? "TLS ClientHello in several records"
                                                     : "TLS without server name");
    flow->tls = kind == REQUEST_TLS;
    if (r->ech && flow->request)
        flow->suffix = intern_text(asked, with_ech);
    if (r->path_length && (flow->request || !r->name_length)) {
        flow->suffix = intern(asked, r->path, r->path_length, PATH_MAX_KEPT, true);
        if (!flow->suffix)
            flow->suffix = intern_text(asked, not_kept);
    }
}

/* What the client sent first, where that names nothing. */
static void
keep_opaque(flow_t *flow, const uint8_t *bytes, uint32_t captured, uint32_t length)
{
    flow->request = 0;
    flow->opaque = true;
    flow->suffix = (uint16_t)MIN(length, UINT16_MAX);
    flow->opaque_late = !flow->handshake;
    flow->opaque_unread = !captured;
    flow->opaque_encrypted = captured && captured == length && looks_fully_encrypted(bytes, length);
}

/* It was taken for the beginning of a request that has a name, but the rest is not that. */
static bool
was_mistaken(const asked_t *asked, const flow_t *flow)
{
    const char *text = flow->request ? names_text(asked->names, flow->request) : "";
    return g_str_equal(text, cut_tls) || g_str_equal(text, cut_http);
}

/* ---- reading ---- */

/* A DNS query over TCP: the name of the question. */
static bool
keep_question(asked_t *asked, flow_t *flow, const observation_t *obs)
{
    dns_message_t m;

    if (obs->dport != DNS_PORT || obs->captured < 3
        || !dns_message_read(&m, obs->payload + 2, obs->captured - 2))
        return false;
    const char *name = dns_message_name(&m);
    keep(asked, flow, obs->frame, (const uint8_t *)name, strlen(name));
    return true;
}

/* Most segments are the middle of something. */
static bool
may_begin_request(const observation_t *obs)
{
    uint8_t first = obs->payload[0];
    return first == 22 || (first >= 'A' && first <= 'Z') || obs->dport == DNS_PORT;
}

/* A place for the first part of a request. */
static pending_t *
pending_new(asked_t *asked, flow_t *flow, uint32_t next_seq)
{
    oldest_t *oldest = &asked->pending;
    pending_t *pending = oldest_in_the_way(oldest);

    if (pending)
        beside_drop(asked->besides, pending->beside.flow, BESIDE_REQUEST);
    oldest->limit.reached |= pending != NULL;
    pending = beside_get(asked->besides, flow, BESIDE_REQUEST);
    oldest_add(oldest, &pending->link, pending);
    pending->bytes = g_byte_array_new();
    pending->next_seq = next_seq;
    return pending;
}

/* Adds a segment. False when it does not follow, or is too much. */
static bool
put_together(pending_t *pending, const observation_t *obs)
{
    if (obs->seq != pending->next_seq || obs->captured < obs->length
        || pending->bytes->len + obs->captured > PENDING_BYTES)
        return false;
    g_byte_array_append(pending->bytes, obs->payload, obs->captured);
    pending->next_seq += obs->captured;
    return true;
}

void
asked_observe(asked_t *asked, flow_t *flow, const observation_t *obs)
{
    pending_t *pending = beside_find(asked->besides, flow, BESIDE_REQUEST);
    bool first = !flow->request_frame;
    request_t r;

    if (first)
        flow->request_frame = obs->frame;
    if (!obs->captured || (!pending && !may_begin_request(obs))) {
        if (first)
            keep_opaque(flow, obs->payload, obs->captured, obs->length);
        return;
    }
    if (keep_question(asked, flow, obs))
        return;
    GByteArray *whole = pending && put_together(pending, obs) ? pending->bytes : NULL;
    request_kind_t kind = whole ? request_read(whole->data, whole->len, &r)
                                : request_read(obs->payload, obs->captured, &r);
    bool more = kind == REQUEST_CUT || (kind == REQUEST_TLS && r.goes_on);

    if (whole && kind == REQUEST_TLS && pending->named)
        flow->suffix = r.ech ? intern_text(asked, with_ech) : 0;   /* the frame that has the name stays */
    else if (kind == REQUEST_HTTP || kind == REQUEST_TLS)
        keep_request(asked, flow, obs->frame, kind, &r);
    else if (kind == REQUEST_CUT && first)
        keep_text(asked, flow, obs->frame, obs->payload[0] == 22 ? cut_tls : cut_http);
    else if (kind == REQUEST_OTHER && first && obs->dport != DNS_PORT)
        keep_opaque(flow, obs->payload, obs->captured, obs->length);
    else if (kind == REQUEST_OTHER && whole && was_mistaken(asked, flow))
        keep_opaque(flow, whole->data, whole->len, whole->len);
    if (more && !pending)
        pending = pending_new(asked, flow, obs->seq);
    if (more && (whole || put_together(pending, obs)))
        pending->named = kind == REQUEST_TLS;   /* the next segment may bring the rest */
    else
        beside_drop(asked->besides, flow, BESIDE_REQUEST);
}

bool
asked_wants(datagram_flow_t *flow, const observation_t *obs)
{
    if (flow->request_frame || flow->tries >= TRIES_MAX || !quic_initial_version(obs))
        return false;
    flow->tries++;
    return true;
}

void
asked_note(asked_t *asked, datagram_flow_t *flow, const observation_t *obs, const uint8_t *name, size_t length,
           bool ech)
{
    if (flow->request_frame)
        return;
    flow->request_frame = obs->frame;
    flow->request = length ? intern(asked, name, length, NAME_MAX_KEPT, false)
                           : intern_text(asked, "QUIC without server name");
    flow->suffix = ech && flow->request ? intern_text(asked, with_ech) : 0;
}

const kept_t asked_kept[] = {
    { "request that is not complete", "state/asked.c", sizeof(pending_t),
      "its bytes, at most " KEPT_NUMBER(PENDING_BYTES), KEPT_NUMBER(PENDING_MAX) ", the oldest goes first",
      "limit of requests in pieces reached: what the oldest ask for is not told" },
    { 0 },
};
