/* data/early.c
 * What came before the SYN/ACK; see early.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data/early.h"

#include "data/say.h"
#include "handshake/case.h"

/* A SYN/ACK comes this long after what its sender says before it, at most. Later it may answer another SYN. */
#define BEFORE_SYN_ACK_NS    NS_PER_S
#define BEFORE_SYN_ACK_BYTES 65536

/* What was said in the server's name before its SYN/ACK came, and is not among the numbers that it begins with. */
static answer_t
read_foreign(const segment_t *s)
{
    const observation_t *obs = s->obs;
    const direction_t *sender = s->sender, *peer = s->peer;
    const packet_t *last = &sender->last;
    uint32_t seq = sender->next_seq - last->length - (last->bits & TCP_FIN);

    if (!last->frame || last->frame == obs->frame || last->frame == s->flow->request_frame
        || sender->seen & SEEN_SYN || !(last->bits & TCP_ACK) || last->ack != obs->ack
        || s->flow->syn_repeated || !(peer->seen & SEEN_SYN) || peer->next_seq != obs->ack
        || ticks_since(last->time, ticks(obs->time)) > BEFORE_SYN_ACK_NS || seq - obs->seq - 1 < BEFORE_SYN_ACK_BYTES)
        return (answer_t){ 0 };
    return (answer_t){
        .frame = last->frame, .bytes = { .seq = seq }, .length = last->length, .ip_id = obs->ip.ipv6 ? 0 : last->mark,
        .ttl = last->ttl, .tos = last->tos, .window = last->window, .bits = last->bits,
    };
}

void
early_observe(engine_t *engine, segment_t *s)
{
    flow_answers_t *list = data_answers_find(engine, s->flow);
    answer_t foreign = read_foreign(s);
    data_case_t now = data_case_of(engine, s, CONTENT_OTHER, &(page_t){ 0 });

    if (data_is_damaged(engine, s))
        return;
    if (foreign.frame) {
        data_case_t c = data_case_of_earlier(&now, &foreign);
        c.sender = (direction_t){ 0 };
        c.other_frame = 0;
        c.syn_ack_frame = s->obs->frame;
        if (data_judge_segment(engine, s, &c, false, s->obs->frame))
            *s->sender = (direction_t){ 0 };
    }
    for (unsigned i = 0; list && i < ANSWERS_KEPT; i++) {
        data_case_t c = data_case_of_earlier(&now, &list->answer[i]);
        c.other_frame = 0;
        c.handshake_frame = c.frame ? handshake_forged_before(engine, s->flow, c.seq) : 0;
        if (c.handshake_frame)
            data_judge_again(engine, s, &c, NULL, false, s->obs->frame);
    }
}
