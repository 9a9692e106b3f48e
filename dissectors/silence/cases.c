/* silence/cases.c
 * Finds what is sent again and again without an answer (silence/signatures.c judges it). There are no timers: the
 * sender's own repetitions measure the time, so a capture that merely ends says nothing.
 *
 * The verdict goes to the frame that was sent first and to the repetitions from the one on that made it
 * certain enough. What is learnt later (an answer after all, another name that works) changes what is
 * said about the first frame only: a run that prints frames as they come and one that reads the file
 * twice then agree on all others.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/cases.h"

#include <string.h>

/* Repetitions closer than this are copies, or answers to duplicate acknowledgements. */
#define REPEAT_NS (50 * NS_PER_MS)

#define CUT_FORGOTTEN_NS (600 * NS_PER_S)   /* no residual block lasts as long */
#define CUTS_MAX     4096       /* client, server and port that were cut off */
#define TOLD_MAX     64         /* findings that contrast may still be added to */
#define WORKS_LATELY_NS (10 * NS_PER_S)

/* Every path carries this many bytes of payload (IPv6 demands packets of 1280). */
#define FITS_BYTES 1000
/* A full segment, on any path in use. */
#define FULL_BYTES 1100

#define POLICED_MAX  256        /* connections whose rate is followed at a time */
#define POLICED_OLD  4          /* segments of a server that filled gaps, or were sent twice, before it is */
#define CONTROL_BYTES 65536     /* enough to tell how fast a connection is */
#define FAST 1e5                /* bytes per second: no longer followed */

#define DEAD_TARGETS 8          /* addresses and ports one client asks in vain: a scan, or its network is down */

/* What one end of a flow sends again. */
typedef struct {
    uint32_t seq_end, first_frame, peer_frame;
    int64_t  first_time, last_time;
    uint32_t length;
    uint8_t  sent;              /* 0: nothing is */
    int64_t  idle;
    bool     told, is_request, acknowledged, peer_spoke;
    bool     large_alone;       /* nothing shorter was sent behind it, or that arrived */
} repeat_t;

/* Kept beside a flow in which something is sent again. */
typedef struct {
    beside_t    beside;
    repeat_t    end[2];
    bool     unreachable;       /* an ICMP error says why nothing is answered */
    uint8_t     old;            /* segments with data that the server sent behind newer ones */
    policed_t  *policed;        /* what becomes of its data; NULL: not followed */
    bool        is_fast;        /* it was followed, and is not policed */
    bool        is_control;     /* … to compare one that is policed with */
    uint32_t hole_frame, hole_seq;  /* the request whose answer is missing, and where it should be; frame 0:
                                     * nothing was said of it */
} repeats_t;

typedef struct {
    ip_address_t client, server;
    uint16_t     port;
} cut_key_t;

typedef struct {
    cut_key_t key;
    uint32_t  frame;
    int64_t   time;
    bool      lived;            /* the server had spoken before */
    bool      contrast;         /* it answered another name */
    const char *trigger;        /* what was asked for; lives as long as the store; NULL: not known */
} cut_t;

/* A finding on a first frame. */
typedef struct {
    GList          link;        /* in silences_t.told */
    silence_case_t c;
    about_t        about;
    cut_key_t      key;
    uint16_t       request;
    uint32_t       frame;
} told_t;

/* A server that answers. */
typedef struct {
    ip_address_t server;
    uint32_t     frame;         /* 0: none */
    int64_t      time;
    const char  *name;
} works_t;

typedef struct {
    unsigned    n_policed;      /* repeats_t whose rate is followed */
    GHashTable *cuts;           /* set of cut_t */
    oldest_t    told;           /* of told_t */
    GHashTable *quic_works;     /* set of works_t: servers that answered a name over QUIC */
    works_t     quic_any;       /* the first of them */
    ip_address_t heard;         /* a client that a QUIC server's datagram went to, the last one */
    uint32_t    heard_frame;    /* that datagram; 0: none */
    int64_t     heard_time;
} silences_t;

static silences_t *
silences_of(const engine_t *engine)
{
    return engine->own[DETECT_SILENCE];
}

static unsigned
cut_hash(const void *key)
{
    const cut_key_t *k = key;
    uint32_t words[9] = { k->port };
    unsigned n = 1 + address_words(&k->client, words + 1);

    n += address_words(&k->server, words + n);
    return hash_words(words, n);
}

static gboolean
cut_equal(const void *a, const void *b)
{
    const cut_key_t *x = a, *y = b;
    return x->port == y->port && address_equal(&x->client, &y->client) && address_equal(&x->server, &y->server);
}

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

static void
clear_repeats(void *silences, void *one)
{
    repeats_t *repeats = one;

    ((silences_t *)silences)->n_policed -= repeats->policed != NULL;
    g_free(repeats->policed);
}

static void *
silence_open(engine_t *engine)
{
    silences_t *silences = g_new0(silences_t, 1);

    besides_kind(engine->besides, DETECT_SILENCE, sizeof(repeats_t), clear_repeats, silences);
    silences->cuts = g_hash_table_new_full(cut_hash, cut_equal, g_free, NULL);
    silences->quic_works = g_hash_table_new_full(works_hash, works_equal, g_free, NULL);
    silences->told = oldest_new(TOLD_MAX, NULL);
    return silences;
}

static void
drop_told(silences_t *silences, told_t *told)
{
    oldest_remove(&silences->told, &told->link);
    g_free(told);
}

static void
silence_close(engine_t *engine)
{
    silences_t *silences = silences_of(engine);

    g_hash_table_destroy(silences->cuts);
    g_hash_table_destroy(silences->quic_works);
    while (silences->told.links.head)
        drop_told(silences, silences->told.links.head->data);
    g_free(silences);
}

/* ---- who was cut off before ---- */

/* began: a frame of the connection that is judged; what was cut off then or later is itself. A host that
 * never answered is not cut off. */
static void
read_earlier(const engine_t *engine, const cut_key_t *key, uint32_t began, int64_t now, silence_case_t *c)
{
    const cut_t *cut = g_hash_table_lookup(silences_of(engine)->cuts, key);
    const host_t *client = host_get(engine->hosts, &key->client, false);

    if (!cut || !cut->lived || cut->frame >= began)
        return;
    c->earlier_contrast = cut->contrast;
    c->earlier_trigger = cut->trigger;
    c->heard_since_earlier = client && client->heard_frame && ticks_since(ticks(cut->time), client->heard) > 0;
    c->earlier_frame = cut->frame;
    c->earlier_gap = now - cut->time;
}

static void
remember_cut(engine_t *engine, const silence_case_t *c, const about_t *about, const cut_key_t *key, uint32_t frame,
             int64_t time)
{
    bool lived = c->kind != SILENT_SYN && (c->kind != SILENT_QUIC || c->peer_packets);
    GHashTable *cuts = silences_of(engine)->cuts;
    cut_t *known = g_hash_table_lookup(cuts, key);

    if (known && known->lived >= lived && time - known->time < CUT_FORGOTTEN_NS)
        return;
    if (!known && g_hash_table_size(cuts) >= CUTS_MAX)
        return;
    cut_t *cut = known ? known : g_new(cut_t, 1);
    *cut = (cut_t){ *key, frame, time, lived, c->works_frame && !c->works_elsewhere, about->trigger };
    if (!known)
        g_hash_table_add(cuts, cut);
}

static told_t *
told_about(const engine_t *engine, uint32_t frame)
{
    for (GList *l = silences_of(engine)->told.links.head; l; l = l->next)
        if (((told_t *)l->data)->frame == frame)
            return l->data;
    return NULL;
}

/* It was no cut: the answer came after all. */
static void
forget_cut(engine_t *engine, const cut_key_t *key, uint32_t frame)
{
    const cut_t *cut = g_hash_table_lookup(silences_of(engine)->cuts, key);

    if (cut && cut->frame == frame)
        g_hash_table_remove(silences_of(engine)->cuts, key);
    told_t *told = told_about(engine, frame);
    if (told)
        drop_told(silences_of(engine), told);
}

/* ---- saying it ---- */

static bool
say(engine_t *engine, const silence_case_t *c, report_t *r, uint32_t last_frame)
{
    GArray *evidence = engine->scratch;
    judgement_t j = silence_judge(c, evidence);

    if (j.verdict == VERDICT_NONE)      /* not with all_observations either: that would make it suspect */
        evidence_clear(evidence);
    if (!report_is_due(engine->reports, &j, evidence))
        return false;
    r->innocent = silence_innocent(c, evidence);
    if (c->sent)
        fact_number(&r->facts, F_SILENCE_SENT, c->sent);
    fact_number(&r->facts, F_SILENCE_SPAN, c->span);
    if (c->kind == SILENT_POLICED) {
        fact_number(&r->facts, F_SILENCE_RATE, (int64_t)(c->line.rate * 8));
        fact_number(&r->facts, F_SILENCE_LOST, c->line.losses);
    }
    if (last_frame)
        fact_number(&r->facts, F_SILENCE_LAST, last_frame);
    return report(engine->reports, r, j, evidence) != NULL;
}

static report_t
report_about(const about_t *about, uint32_t frame)
{
    return (report_t){ .frame = frame, .class = CLASS_SILENCE, .ends = about->ends, .vantage = about->vantage,
                       .trigger = about->trigger };
}

bool
silence_say(engine_t *engine, const silence_case_t *c, const about_t *about, uint32_t first_frame,
            uint32_t last_frame)
{
    report_t r = report_about(about, first_frame);
    return say(engine, c, &r, last_frame);
}

bool
silence_say_both(engine_t *engine, const silence_case_t *c, const about_t *about, uint32_t first_frame,
                 const observation_t *obs)
{
    report_t r = report_about(about, obs->frame);

    if (!silence_say(engine, c, about, first_frame, obs->frame))
        return false;
    r.time = obs->time;
    r.trigger_frame = first_frame;
    say(engine, c, &r, 0);
    return true;
}

void
silence_answered(engine_t *engine, uint32_t first_frame, uint32_t answer_frame)
{
    facts_t facts = { 0 };

    fact_number(&facts, F_SILENCE_ANSWERED, answer_frame);
    report_taken_back(engine->reports, first_frame, VERDICT_SILENCED, &facts);
}

static void
remember_told(engine_t *engine, const silence_case_t *c, const about_t *about, const cut_key_t *key, uint16_t request,
              uint32_t frame)
{
    silences_t *silences = silences_of(engine);
    told_t *told = told_about(engine, frame);

    if (told) {
        told->c = *c;
        return;
    }
    if ((told = oldest_in_the_way(&silences->told)))
        drop_told(silences, told);
    told = g_new(told_t, 1);
    *told = (told_t){ .c = *c, .about = *about, .key = *key, .request = request, .frame = frame };
    oldest_add(&silences->told, &told->link, told);
}

/* Says it, and remembers that it was said. */
static bool
say_both(engine_t *engine, const silence_case_t *c, const about_t *about, const cut_key_t *key,
         uint16_t request, uint32_t first_frame, const observation_t *obs)
{
    if (!silence_say_both(engine, c, about, first_frame, obs))
        return false;
    remember_cut(engine, c, about, key, first_frame, obs->time);
    remember_told(engine, c, about, key, request, first_frame);
    return true;
}

/* ---- contrast ---- */

static void
add_contrast(engine_t *engine, told_t *told, uint32_t frame, const char *name)
{
    const finding_t *known = store_lookup(engine->store, told->frame);
    bool policed = told->c.kind == SILENT_POLICED;      /* nothing is said of one without contrast */

    if (told->c.works_frame || (!policed && (!known || known->verdict != VERDICT_SILENCED)))
        return;
    told->c.works_frame = frame;
    told->c.works_name = name;
    silence_say(engine, &told->c, &told->about, told->frame, 0);
}

/* It is known what the client asked for: texts with a space say only why it is not. */
static bool
has_name(const engine_t *engine, const flow_t *flow)
{
    return flow->request && !strchr(names_text(engine->names, flow->request), ' ');
}

static repeats_t *
repeats_of(engine_t *engine, flow_t *flow)
{
    return beside_get(engine->besides, flow, DETECT_SILENCE);
}

/* From here on, what becomes of a server's data is followed. */
static void
follow(engine_t *engine, flow_t *flow, const observation_t *obs, bool is_control)
{
    repeats_t *repeats = repeats_of(engine, flow);
    const direction_t *server = &flow->end[!flow->client];

    if (repeats->policed || silences_of(engine)->n_policed >= POLICED_MAX)
        return;
    repeats->policed = policed_new(server->next_seq, server->rtt, obs->time);
    repeats->is_control = is_control;
    silences_of(engine)->n_policed++;
}

/* A server answers a request. */
static void
note_works(engine_t *engine, flow_t *flow, const observation_t *obs)
{
    host_t *server = flow->host[!flow->client];
    uint16_t port = flow->port[!flow->client];

    if (!has_name(engine, flow))
        return;
    if (server->worked_name[0] != flow->request || server->worked_port[0] != port) {
        server->worked_name[1] = server->worked_name[0];
        server->worked_port[1] = server->worked_port[0];
        server->worked_frame[1] = server->worked_frame[0];
    }
    server->worked_name[0] = flow->request;
    server->worked_port[0] = port;
    server->worked_frame[0] = obs->frame;
    for (GList *l = silences_of(engine)->told.links.head; l; l = l->next) {
        told_t *told = l->data;
        if (told->request && told->request != flow->request && told->key.port == port
            && address_equal(&told->key.server, &server->address)) {
            if (told->c.kind == SILENT_POLICED)
                follow(engine, flow, obs, true);
            else
                add_contrast(engine, told, obs->frame, names_text(engine->names, flow->request));
        }
    }
}

static void
read_contrast(const engine_t *engine, const flow_t *flow, silence_case_t *c)
{
    const host_t *server = flow->host[!flow->client];

    for (unsigned i = 0; i < 2 && !c->works_frame && has_name(engine, flow); i++)
        if (server->worked_name[i] && server->worked_name[i] != flow->request
            && server->worked_port[i] == flow->port[!flow->client]) {
            c->works_frame = server->worked_frame[i];
            c->works_name = names_text(engine->names, server->worked_name[i]);
        }
}

/* ---- segments ---- */

static void
judge_repeat(engine_t *engine, const segment_t *s, repeat_t *r)
{
    const observation_t *obs = s->obs;
    const flow_t *flow = s->flow;
    const direction_t *peer = s->peer;
    const host_t *host = flow->host[s->end];
    bool from_client = s->end == flow->client;
    bool syn_ack = (obs->flags & TCP_SYN) != 0;
    silence_case_t c = {
        .kind = syn_ack ? SILENT_SYN_ACK : r->acknowledged ? SILENT_ACKNOWLEDGED : SILENT_SEGMENT,
        .from_client = from_client, .sent = r->sent, .span = r->last_time - r->first_time,
        .length = r->length, .is_request = r->is_request,
        .request_acked = s->sender->seen & SEEN_DATA && flow->request_frame && !r->is_request
            && seq_diff(peer->last.ack, obs->seq) >= 0,
        .peer_spoke = r->peer_spoke, .peer_packets = peer->packets,
        .peer_sent_data = (peer->seen & SEEN_DATA) != 0, .peer_mid_stream = peer->last.length >= FULL_BYTES,
        .peer_closed = (peer->seen & SEEN_FIN) != 0, .idle = r->idle, .rtt_us = peer->rtt,
        .may_not_fit = r->length > FITS_BYTES && (r->large_alone || r->peer_spoke),
        .encrypted = flow->opaque_encrypted && r->is_request,
    };

    /* A server that is asked again and again and says nothing is beside the capture: its own affair. */
    if (from_client ? vantage_is_at(&engine->vantages, flow, !s->end) : syn_ack && vantage_is_at(&engine->vantages, flow, !s->end))
        return;
    if (host->heard_frame && ticks_since(host->heard, ticks(r->first_time)) < 0)
        c.heard_frame = host->heard_frame;
    cut_key_t key = { flow->host[flow->client]->address, flow->host[!flow->client]->address,
                      flow->port[!flow->client] };
    read_earlier(engine, &key, r->first_frame, r->first_time, &c);
    read_contrast(engine, flow, &c);
    const char *trigger = syn_ack ? NULL : asked_text(engine->asked, flow);   /* nothing was asked yet */
    about_t about = { ends_of_flow(flow, s->end, obs->ip.ttl), vantage_of_flow(&engine->vantages, flow), trigger };
    c.ech = trigger && g_str_has_suffix(trigger, " (with ECH)");
    r->told |= say_both(engine, &c, &about, &key, has_name(engine, flow) ? flow->request : 0, r->first_frame, obs);
}

static bool
is_first_request(const segment_t *s)
{
    const direction_t *peer = s->peer;
    return s->end == s->flow->client && s->obs->length && peer->last.bits & TCP_SYN
        && s->obs->seq == peer->last.ack;
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

static void
observe_repeat(engine_t *engine, const segment_t *s)
{
    const observation_t *obs = s->obs;
    const direction_t *sender = s->sender, *peer = s->peer;
    repeat_t *r = repeat_of(engine, s);

    if (!r || obs->time - r->last_time < REPEAT_NS)
        return;
    r->sent += r->sent < UINT8_MAX;
    r->last_time = obs->time;
    r->acknowledged &= peer->packets && seq_diff(peer->last.ack, r->seq_end) >= 0;
    if (obs->flags & TCP_SYN)           /* the client repeats itself as well */
        r->peer_spoke |= peer->last.bits & TCP_SYN && peer->last.frame > sender->last.frame;
    else
        r->peer_spoke |= peer->last.frame != r->peer_frame;
    /* A peer that acknowledges what was never sent is in another connection: what it says is not heard. */
    if (seq_diff(peer->last.ack, obs->flags & TCP_FIN ? r->seq_end : sender->next_seq) > 0 && !(obs->flags & TCP_SYN))
        return;
    /* Of a SYN/ACK whose SYN was not captured nobody knows what it answers. */
    if (r->first_frame && peer->packets && r->sent >= 3 && !s->flow->gap
        && !repeats_of(engine, s->flow)->unreachable)
        judge_repeat(engine, s, r);
}

/* ---- rates ---- */

/* Another name of a server whose data are policed: is it faster? */
static void
compare_rate(engine_t *engine, const flow_t *flow, const observation_t *obs, policed_t *control)
{
    cut_key_t key = { flow->host[flow->client]->address, flow->host[!flow->client]->address,
                      flow->port[!flow->client] };
    int64_t span = MAX(control->last_time - control->begun, NS_PER_MS);

    if (control->passed < CONTROL_BYTES)
        return;
    double rate = (double)control->passed * NS_PER_S / (double)span;
    control->passed = 0;                /* and once more */
    control->begun = obs->time;
    for (GList *l = silences_of(engine)->told.links.head; l; l = l->next) {
        told_t *told = l->data;
        if (told->c.kind != SILENT_POLICED || told->request == flow->request || !cut_equal(&told->key, &key)
            || told->c.works_frame || rate < SILENCE_FASTER * told->c.line.rate)
            continue;
        told->c.works_rate = (uint32_t)MIN(rate, UINT32_MAX);
        add_contrast(engine, told, obs->frame, names_text(engine->names, flow->request));
    }
}

static void
judge_rate(engine_t *engine, const flow_t *flow, const observation_t *obs, const policed_t *p)
{
    silence_case_t c = {
        .kind = SILENT_POLICED, .length = p->longest, .line = policed_line(p),
    };
    cut_key_t key = { flow->host[flow->client]->address, flow->host[!flow->client]->address,
                      flow->port[!flow->client] };

    const told_t *told = told_about(engine, flow->request_frame);
    if (told && told->c.works_frame)            /* no more can be said */
        return;
    if (p->unseen || !policed_is_saturated(p) || !silence_is_policed(&c))
        return;
    c.span = c.line.span;
    about_t about = { ends_of_flow(flow, flow->client, flow->end[flow->client].last.ttl),
                      vantage_of_flow(&engine->vantages, flow), asked_text(engine->asked, flow) };
    remember_told(engine, &c, &about, &key, flow->request, flow->request_frame);
    silence_say(engine, &c, &about, flow->request_frame, obs->frame);
}

static void
observe_rate(engine_t *engine, const segment_t *s, repeats_t *repeats)
{
    const observation_t *obs = s->obs;
    const flow_t *flow = s->flow;

    if (s->end == flow->client)
        policed_ack(repeats->policed, obs);
    else if (obs->length && policed_data(repeats->policed, obs, flow->host[flow->client]->heard_bytes)
             && !repeats->is_control)
        judge_rate(engine, flow, obs, repeats->policed);
    if (repeats->is_control && s->end != flow->client)
        compare_rate(engine, flow, obs, repeats->policed);
}

static void
unfollow(engine_t *engine, repeats_t *repeats)
{
    g_free(repeats->policed);
    repeats->policed = NULL;
    silences_of(engine)->n_policed--;
}

/* The server sends again, or late: it is followed once it has done so several times, until it is seen to be
 * fast. */
static void
count_old(engine_t *engine, const segment_t *s)
{
    flow_t *flow = s->flow;

    if (s->end == flow->client || !s->obs->length || !flow->handshake || !flow->request_frame)
        return;
    repeats_t *repeats = repeats_of(engine, flow);
    const policed_t *p = repeats->policed;
    if (p && !repeats->is_control && p->passed > CONTROL_BYTES
        && (double)p->passed * NS_PER_S > FAST * (double)MAX(p->last_time - p->begun, 1)) {
        unfollow(engine, repeats);
        repeats->is_fast = true;
    }
    if (repeats->policed || repeats->is_fast || !has_name(engine, flow) || vantage_is_at(&engine->vantages, flow, s->end))
        return;
    if (++repeats->old >= POLICED_OLD)
        follow(engine, flow, s->obs, false);
}

/* What was called silent is answered: it was loss, or the end of it. */
static void
take_back(engine_t *engine, const segment_t *s, uint32_t first_frame)
{
    const flow_t *flow = s->flow;
    cut_key_t key = { flow->host[flow->client]->address, flow->host[!flow->client]->address,
                      flow->port[!flow->client] };

    forget_cut(engine, &key, first_frame);
    silence_answered(engine, first_frame, s->obs->frame);
}

static void
observe_answer(engine_t *engine, const segment_t *s)
{
    repeats_t *repeats = repeats_of(engine, s->flow);
    repeat_t *r = &repeats->end[!s->end];

    if (repeats->policed)
        observe_rate(engine, s, repeats);
    if (repeats->hole_frame && s->end != s->flow->client && s->obs->length
        && seq_diff(s->obs->seq, repeats->hole_seq) <= 0) {
        take_back(engine, s, repeats->hole_frame);
        repeats->hole_frame = 0;
    }
    if (!r->sent || r->acknowledged || !(s->obs->flags & TCP_ACK) || seq_diff(s->obs->ack, r->seq_end) < 0)
        return;
    if (r->told)
        take_back(engine, s, r->first_frame);
    *r = (repeat_t){ .sent = 0 };
}

/* An acknowledgement of the server lies beyond bytes that were never seen, and the client, which asked long
 * ago, has just sent something that acknowledges none of them. (Where the capture had lost them, it would
 * have.) Only acknowledgements: where data or a FIN is ahead, what came before may just be late. */
static void
observe_hole(engine_t *engine, const segment_t *s)
{
    const observation_t *obs = s->obs;
    flow_t *flow = s->flow;
    const direction_t *server = s->sender, *client = s->peer;
    const host_t *host = flow->host[!s->end];

    if (obs->length || obs->flags & (TCP_SYN | TCP_FIN) || !flow->handshake || !flow->request_frame || flow->gap || vantage_is_at(&engine->vantages, flow, s->end)
        || seq_diff(client->last.ack, server->next_seq) > 0 || !(server->last.bits & TCP_ACK)
        || server->last.bits & TCP_SYN)
        return;
    silence_case_t c = {
        .kind = SILENT_ANSWER, .sent = 1, .span = ticks_since(server->last.time, client->last.time),
        .length = obs->seq - server->next_seq, .request_acked = true, .peer_spoke = true,
        .peer_packets = server->packets, .rtt_us = server->rtt, .heard_frame = host->heard_frame,
    };
    cut_key_t key = { host->address, flow->host[s->end]->address, flow->port[s->end] };
    read_earlier(engine, &key, flow->request_frame, obs->time, &c);
    read_contrast(engine, flow, &c);
    about_t about = { ends_of_flow(flow, !s->end, client->last.ttl), vantage_of_flow(&engine->vantages, flow),
                      asked_text(engine->asked, flow) };
    if (!say_both(engine, &c, &about, &key, has_name(engine, flow) ? flow->request : 0, flow->request_frame, obs))
        return;
    repeats_t *repeats = repeats_of(engine, flow);
    repeats->hole_frame = flow->request_frame;
    repeats->hole_seq = server->next_seq;
}

static void
silence_segment(engine_t *engine, segment_t *s)
{
    const observation_t *obs = s->obs;
    bool probe = obs->length == 1 && !(obs->flags & (TCP_SYN | TCP_FIN));

    if (obs->flags & TCP_RST)
        return;
    if (beside_has(s->flow, DETECT_SILENCE))
        observe_answer(engine, s);
    if (s->seen & SEES_GAP)
        observe_hole(engine, s);
    if (probe)
        return;
    if (s->seen & SEES_OLD) {
        observe_repeat(engine, s);
        count_old(engine, s);
    } else if (s->seen & SEES_FIRST_DATA && !s->forged) {
        note_works(engine, s->flow, obs);
    }
}

/* ---- SYNs ---- */

static void
silence_syn(engine_t *engine, const half_open_t *half_open)
{
    const observation_t *syn = &half_open->syn;
    host_t *client = host_get(engine->hosts, &syn->src, false);
    cut_key_t key = { syn->src, syn->dst, syn->dport };
    silence_case_t c = {
        .kind = SILENT_SYN, .from_client = true, .sent = half_open->sent,
        .span = syn->time - half_open->first_time,
    };

    if (!client || client->dead_targets > DEAD_TARGETS || half_open->unreachable)
        return;
    if (client->heard_frame && ticks_since(client->heard, ticks(half_open->first_time)) < 0)
        c.heard_frame = client->heard_frame;
    read_earlier(engine, &key, half_open->first_frame, half_open->first_time, &c);
    about_t about = {
        .ends = { .src = syn->src, .dst = syn->dst, .sport = syn->sport, .dport = syn->dport,
                  .protocol = PROTOCOL_TCP, .ttl = syn->ip.ttl },
        .trigger = c.earlier_trigger,   /* a SYN asks for nothing by name */
    };
    bool known = g_hash_table_contains(silences_of(engine)->cuts, &key);
    if (say_both(engine, &c, &about, &key, 0, half_open->first_frame, syn) && !known)
        client->dead_targets++;
}

static void
silence_syn_answered(engine_t *engine, const half_open_t *half_open, const observation_t *obs)
{
    const observation_t *syn = &half_open->syn;
    host_t *client = host_get(engine->hosts, &syn->src, false);
    cut_key_t key = { syn->src, syn->dst, syn->dport };
    const cut_t *cut = g_hash_table_lookup(silences_of(engine)->cuts, &key);

    if (!address_equal(&obs->src, &syn->dst))
        return;
    if (client && client->dead_targets && cut && cut->frame == half_open->first_frame)
        client->dead_targets--;
    forget_cut(engine, &key, half_open->first_frame);
    silence_answered(engine, half_open->first_frame, obs->frame);
}

/* ---- QUIC ---- */

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
    cut_key_t key = { flow->client, flow->server, flow->server_port };
    silence_case_t c = {
        .kind = SILENT_QUIC, .from_client = true, .sent = flow->unanswered,
        .span = flow->unanswered_last - flow->unanswered_since,
        .peer_packets = MIN(flow->from_server.packets, UINT8_MAX),
        .idle = flow->from_server.packets ? flow->unanswered_since - flow->from_server.last_time : 0,
    };
    about_t about = {
        .ends = { .src = flow->client, .dst = flow->server, .sport = flow->client_port,
                  .dport = flow->server_port, .protocol = PROTOCOL_UDP, .ttl = obs ? obs->ip.ttl : 0 },
        .trigger = asked_text_of_datagram(engine->asked, flow),
    };

    if (client && client->heard_frame && ticks_since(client->heard, ticks(flow->unanswered_since)) < 0)
        c.heard_frame = client->heard_frame;
    if (silences_of(engine)->heard_frame && address_equal(&silences_of(engine)->heard, &flow->client)
        && silences_of(engine)->heard_time > flow->unanswered_since)
        c.heard_frame = silences_of(engine)->heard_frame;
    read_quic_contrast(silences_of(engine), flow, flow->request ? names_text(engine->names, flow->request) : NULL, &c);
    read_earlier(engine, &key, flow->request_frame, flow->unanswered_since, &c);
    if (obs)
        say_both(engine, &c, &about, &key, 0, flow->request_frame, obs);
    else
        silence_say(engine, &c, &about, flow->request_frame, 0);
}

/* A QUIC server answers a name. Initials that waited before the first such answer were silenced: QUIC
 * passes here. */
static void
note_quic_works(engine_t *engine, const datagram_flow_t *flow, const observation_t *obs)
{
    silences_t *silences = silences_of(engine);

    if (flow->from_server.packets != 1 || !flow->request_frame || !flow->request
        || g_hash_table_size(silences->quic_works) >= CUTS_MAX)
        return;
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

static void
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
        note_quic_works(engine, flow, obs);
        return;
    }
    /* Those that follow each other closely are one attempt. */
    if (flow->unanswered && obs->time - flow->unanswered_last < REPEAT_NS)
        return;
    if (!flow->unanswered)
        flow->unanswered_since = obs->time;
    flow->unanswered_last = obs->time;
    flow->unanswered++;
    if (flow->unanswered >= 2 && flow->request_frame && !flow->icmp_frame)
        judge_datagrams(engine, flow, obs);
}

/* ---- ICMP ---- */

/* Whoever reports that a packet was not delivered says why nothing is answered. */
static void
silence_quote(engine_t *engine, const quote_t *quote)
{
    if (quote->flow)
        repeats_of(engine, quote->flow)->unreachable = true;
}

const detector_t detector_silence = {
    .sees = SEES_OLD | SEES_GAP | SEES_FIRST_DATA,
    .keeps = true,
    .segment = silence_segment,
    .open = silence_open,
    .close = silence_close,
    .datagram = silence_datagram,
    .quote = silence_quote,
    .syn = silence_syn,
    .syn_answered = silence_syn_answered,
    .signature = silence_signature,
};
