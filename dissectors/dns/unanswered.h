/* dns/unanswered.h
 * DNS queries that nobody answers although they are sent again: what dns/cases.c tells of every query and
 * answer, which costs a look at the question. All else happens where a name is asked for again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "dns/questions.h"

/* The rare rest of the two functions below; the first says false where it is so late that the question is a new
 * one. */
bool unanswered_again(engine_t *engine, question_t *question, const observation_t *obs, dns_message_t *m);
void unanswered_end(engine_t *engine, question_t *question);
void unanswered_elsewhere(engine_t *engine, const question_t *question, const observation_t *obs,
                          const dns_message_t *m);

/* An ICMP error quotes a query: it says why there is no answer. */
void unanswered_quoted(engine_t *engine, const observation_t *obs);

/* A query over UDP. Other types than addresses are left alone: some boxes drop all that they do not know
 * (RFC 8906). */
static inline void
unanswered_query(engine_t *engine, question_t *question, const observation_t *obs, dns_message_t *m)
{
    if (obs->protocol != PROTOCOL_UDP || (m->qtype != DNS_A && m->qtype != DNS_AAAA))
        return;
    if (question->frame && unanswered_again(engine, question, obs, m))
        return;
    question->frame = obs->frame;
    question->time = ticks(obs->time);
    question->client_port = obs->sport;
    question->ttl = obs->ip.ttl;
}

static inline void
unanswered_answer(engine_t *engine, question_t *question, const observation_t *obs, const dns_message_t *m)
{
    question->frame = 0;
    if (question->mute)
        unanswered_end(engine, question);
    if (dns_of(engine)->mutes.links.length)
        unanswered_elsewhere(engine, question, obs, m);
}
