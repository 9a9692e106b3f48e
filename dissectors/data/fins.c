/* data/fins.c
 * FINs that their sender did not send; see fins.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data/fins.h"

#include "data/say.h"

/* A FIN that the server did not send is contradicted within a round trip, or a few where data were lost.
 * Later the ports may belong to a connection whose beginning is missing. */
#define AFTER_FIN_NS   (5 * NS_PER_S)
#define AFTER_FIN_BACK 65536

/* The sender's FIN without data, if it was its last packet. */
static answer_t
read_fin(const direction_t *sender, bool ipv6)
{
    const packet_t *last = &sender->last;

    if (!(last->bits & TCP_FIN) || last->length || last->bits & TCP_SYN)
        return (answer_t){ 0 };
    return (answer_t){
        .frame = last->frame, .bytes = { .seq = sender->next_seq - 1 }, .ip_id = ipv6 ? 0 : last->mark,
        .ttl = last->ttl, .tos = last->tos, .window = last->window, .bits = last->bits,
    };
}

static void
judge_fin(engine_t *engine, segment_t *s, const answer_t *fin)
{
    const observation_t *obs = s->obs;
    data_case_t data = data_case_of(engine, s, CONTENT_OTHER, &(page_t){ 0 }), c = data_case_of_earlier(&data, fin);

    if (store_is_forged(engine->store, fin->frame))
        return;
    c.other_frame = 0;
    c.continued_frame = obs->frame;
    c.seq = fin->bytes.seq;
    c.sender.last.frame = obs->frame;   /* what it is compared with */
    c.sender.last.bits = obs->has_timestamps ? BIT_TIMESTAMPS : 0;
    c.same_box_frame = host_known_injector(s->flow->host[s->end], fin->frame, &c.ip);
    bool undecided = data_oddness(&c) - data_oddness(&data) < RIVAL_MARGIN_DB;
    data_judge_segment(engine, s, &c, undecided, undecided ? 0 : obs->frame);
}

void
fins_observe(engine_t *engine, segment_t *s)
{
    const observation_t *obs = s->obs;
    const direction_t *sender = s->sender;
    answer_t fin = read_fin(sender, obs->ip.ipv6);
    ticks_t time = sender->last.time;

    const flow_answers_t *known = data_answers_find(engine, s->flow);
    if (!fin.frame && known) {
        fin = known->fin;
        time = known->fin_time;
    }
    int64_t delay = ticks_since(time, ticks(obs->time));
    if (!fin.frame || obs->flags & TCP_FIN || seq_diff(obs->seq, fin.bytes.seq) > 0
        || seq_diff(fin.bytes.seq, obs->seq) > AFTER_FIN_BACK || delay < 0 || delay > AFTER_FIN_NS)
        return;
    flow_answers_t *list = data_answers_of(engine, s->flow);
    list->fin = fin;
    list->fin_time = time;
    if (obs->length > 1 && seq_diff(obs->seq + obs->length, fin.bytes.seq) > 1)
        judge_fin(engine, s, &fin);
}
