/* stages/cases.c
 * Where a connection ends at its server: gathers what stages.c classifies, and counts.
 *
 * Works on two rare events within the first packets of a client: its resets, and the server
 * repeating itself in vain. There are no timers: a connection that nothing happens in any more has
 * no stage, and neither has one that the capture ends in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "detector.h"
#include "stages/stages.h"
#include "state/vantage.h"

/* What is repeated later than this is no second copy of a mirror port. Shortest retransmission
 * timeout in use: 200 ms (Linux). */
#define REPEAT_NS (100 * NS_PER_MS)

/* A connection that shows a stage, or is silent and may come to show one; kept beside it. */
typedef struct {
    beside_t      beside;
    stage_facts_t facts;
    server_stage_t       stage;
    uint8_t       repeats;      /* of the server's first unanswered packet, since the client's last */
    uint8_t       n_frames;
    uint16_t      last_ip_id;   /* of the last reset, with the next four */
    uint16_t      last_flags;
    uint32_t      last_seq, last_ack;
    int64_t       last_time;    /* ns */
    uint32_t      first_ack;    /* of the first reset without the ACK flag */
    uint32_t      repeated_seq;
    uint32_t      frame[STAGE_PACKETS];     /* resets of the client */
} broken_t;

/* engine->own: the counts. */
static stage_counts_t *
counts_of(const engine_t *engine)
{
    return engine->own[DETECT_STAGES];
}

static void *
stages_open(engine_t *engine)
{
    besides_kind(engine->besides, DETECT_STAGES, sizeof(broken_t), NULL, NULL);
    return g_new0(stage_counts_t, 1);
}

static void
stages_close(engine_t *engine)
{
    g_free(counts_of(engine));
}

const stage_counts_t *
engine_stages(const engine_t *engine)
{
    return counts_of(engine);
}

static broken_t *
broken_find(const engine_t *engine, const flow_t *flow)
{
    return beside_find(engine->besides, flow, DETECT_STAGES);
}

/* ---- counting ---- */

/* Its beginning and all that follows could be read, and the server is here. */
static bool
at_server(const engine_t *engine, const flow_t *flow)
{
    return flow->end[flow->client].seen & SEEN_SYN && !flow->gap
           && vantage_is_at(&engine->vantages, flow, !flow->client);
}

static void
count_flow(engine_t *engine, flow_t *flow)
{
    if (flow->stage_counted || !at_server(engine, flow))
        return;
    flow->stage_counted = true;
    counts_of(engine)->flows++;
}

static void
set_stage(engine_t *engine, broken_t *b, server_stage_t stage)
{
    if (b->stage != STAGE_NONE)
        counts_of(engine)->stage[b->stage]--;
    if (stage != STAGE_NONE)
        counts_of(engine)->stage[stage]++;
    b->stage = stage;
}

static broken_t *
broken_new(engine_t *engine, flow_t *flow)
{
    count_flow(engine, flow);
    return beside_get(engine->besides, flow, DETECT_STAGES);
}

/* ---- what the client has shown ---- */

static phase_t
phase_of(const direction_t *client)
{
    if (client->seen & SEEN_DATA)
        return client->seen & SEEN_MORE_DATA ? PHASE_DATA : PHASE_PSH;
    return client->last.bits & TCP_SYN ? PHASE_SYN : PHASE_ACK;
}

static stage_facts_t
facts_of(const direction_t *client)
{
    return (stage_facts_t){
        .syn = client->seen & SEEN_SYN, .fin = client->seen & SEEN_FIN, .phase = phase_of(client),
        .packets = client->packets, .data_last = client->last.length > 0,
    };
}

/* ---- showing ---- */

static void
add_stage(facts_t *facts, server_stage_t stage)
{
    const stage_row_t *row = stage_row(stage);

    if (!row)
        return;
    fact_text(facts, F_STAGE, row->id);
    fact_text(facts, F_STAGE_SEQUENCE, row->sequence);
    fact_text(facts, F_STAGE_MEANING, row->meaning);
}

void
stages_say(const engine_t *engine, const flow_t *flow, facts_t *facts)
{
    const broken_t *b = broken_find(engine, flow);

    if (b)
        add_stage(facts, b->stage);
}

/* A packet that nothing is said against gets no finding, unless the user asked for as much. */
static void
say_of_frame(engine_t *engine, const observation_t *obs, server_stage_t stage)
{
    bool asked = engine->limits.all_observations || engine->limits.vantage == VANTAGE_SERVER;
    facts_t facts = { 0 };

    if (stage == STAGE_NONE)
        return;
    add_stage(&facts, stage);
    report_facts(engine->reports, obs->frame, obs->time, &facts, asked);
}

/* What was said of the resets before this one. */
static void
say_of_earlier(engine_t *engine, const broken_t *b)
{
    facts_t facts = { 0 };

    add_stage(&facts, b->stage);
    for (unsigned i = 0; i < b->n_frames && !engine->reports->numbers_reused; i++)
        report_facts(engine->reports, b->frame[i], 0, &facts, false);
}

/* ---- the client resets ---- */

static bool
captured_twice(const broken_t *b, const flow_t *flow, const observation_t *obs)
{
    return (flow->end[0].duplicates || flow->end[1].duplicates) && b->n_frames
        && obs->time - b->last_time <= DUPLICATE_NS && obs->ip.ip_id == b->last_ip_id
        && obs->flags == b->last_flags && obs->seq == b->last_seq && obs->ack == b->last_ack;
}

static void
add_reset(broken_t *b, const observation_t *obs)
{
    stage_facts_t *f = &b->facts;

    if (obs->flags & TCP_ACK) {
        f->rst_ack++;
    } else {
        f->differ |= f->rst && obs->ack != b->first_ack;
        f->zero |= !obs->ack;
        if (!f->rst++)
            b->first_ack = obs->ack;
    }
    b->last_ip_id = obs->ip.ip_id;
    b->last_flags = obs->flags;
    b->last_seq = obs->seq;
    b->last_ack = obs->ack;
    b->last_time = obs->time;
    b->frame[b->n_frames++] = obs->frame;
}

static void
observe_reset(engine_t *engine, const segment_t *s)
{
    flow_t *flow = s->flow;
    const direction_t *client = &flow->end[flow->client];
    broken_t *b = broken_find(engine, flow);

    if (s->end != flow->client)
        return;
    if (!b || !b->n_frames) {
        stage_facts_t facts = facts_of(client);
        facts.rst = 1;
        if (stage_of(&facts) == STAGE_NONE || !at_server(engine, flow))
            return;
        if (!b)
            b = broken_new(engine, flow);
        facts.rst = 0;
        b->facts = facts;
    }
    if (b->facts.packets + b->n_frames >= STAGE_PACKETS || captured_twice(b, flow, s->obs))
        return;
    add_reset(b, s->obs);
    set_stage(engine, b, stage_of(&b->facts));
    say_of_earlier(engine, b);
    say_of_frame(engine, s->obs, b->stage);
}

/* ---- the client is silent ---- */

/* The server sends again what was not acknowledged, long after the client's last packet. */
static void
observe_repeat(engine_t *engine, const segment_t *s)
{
    flow_t *flow = s->flow;
    const observation_t *obs = s->obs;
    const direction_t *client = &flow->end[flow->client], *server = &flow->end[!flow->client];
    ticks_t now = ticks(obs->time);
    broken_t *b = broken_find(engine, flow);

    if (ticks_since(server->last.time, now) < REPEAT_NS
        || (client->last.bits & TCP_ACK && seq_diff(client->last.ack, obs->seq) > 0))
        return;
    if (b && b->n_frames)
        return;                         /* it is gone, and said so */
    stage_facts_t facts = facts_of(client);
    facts.silent = true;
    server_stage_t stage = stage_of(&facts);
    if (stage == STAGE_NONE || !at_server(engine, flow))
        return;
    if (!b)
        b = broken_new(engine, flow);
    if (b->repeats && b->repeated_seq != obs->seq)
        return;                         /* the second of several unanswered ones */
    b->repeated_seq = obs->seq;
    if (b->repeats < UINT8_MAX)
        b->repeats++;
    if (b->repeats < STAGE_REPEATS || ticks_since(client->last.time, now) < STAGE_SILENCE_NS)
        return;
    set_stage(engine, b, stage);
    say_of_frame(engine, obs, stage);
}

static void
stages_segment(engine_t *engine, segment_t *s)
{
    flow_t *flow = s->flow;
    broken_t *b;

    if (s->obs->flags & TCP_RST) {
        observe_reset(engine, s);
    } else if (flow->end[flow->client].packets >= STAGE_PACKETS) {
        return;
    } else if (s->end != flow->client) {
        if (s->seen & SEES_OLD)
            observe_repeat(engine, s);
    } else if ((b = broken_find(engine, flow))) {
        b->repeats = 0;
        if (!b->n_frames)               /* it was only slow */
            set_stage(engine, b, STAGE_NONE);
    }
}

static const signature_t *
no_signature(unsigned index)
{
    (void)index;
    return NULL;
}

static const kept_t kept[] = {
    { "connection broken off early, at its server", "stages/cases.c", sizeof(broken_t), NULL,
      "as connections", NULL },
    { 0 },
};

const detector_t detector_stages = {
    .sees = SEES_RESETS | SEES_OLD,
    .keeps = true,
    .segment = stages_segment,
    .open = stages_open,
    .close = stages_close,
    .placed = count_flow,
    .signature = no_signature,
    .kept = kept,
};
