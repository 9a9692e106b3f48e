/* dns/unanswered.h
 * DNS queries that nobody answers although they are sent again: what dns/cases.c tells of every query and
 * answer, which costs a look at the question. All else happens where a name is asked for again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "detector.h"
#include "dns/message.h"

#define MUTES_MAX 256           /* questions that were asked again and are followed at a time */
#define UNANSWERED_TIMES 8      /* attempts whose time is kept */

typedef struct mute mute_t;

/* A name that one client asks one server for. Lives as long as one of its queries is kept (dns/cases.c). */
typedef struct {
    entry_t      entry;         /* by client, server and name */
    uint32_t     name_hash;
    ip_address_t client;
    host_t      *server;
    unsigned     queries;       /* that are kept */
    uint32_t     frame;         /* of the query sent last, or the first of several; 0: it was answered */
    ticks_t      time;
    mute_t      *mute;          /* NULL until it is sent again */
} question_t;

/* A question that was asked more than once. */
struct mute {
    GList       link;           /* in dns_t.mutes */
    question_t *question;
    uint16_t    qtype;
    bool        opt;            /* with an EDNS record */
    bool        told, undelivered;
    uint8_t     ttl;
    uint16_t    client_port;
    uint32_t    first_frame, elsewhere_frame;
    unsigned    sent;
    int64_t     first_time, last_time;
    int64_t     times[UNANSWERED_TIMES];    /* of the first ones */
    const char *name;           /* lives as long as the store */
};

/* engine->own[DETECT_DNS]. */
typedef struct {
    struct queries *queries;    /* dns/cases.c */
    oldest_t        mutes;      /* of mute_t */
} dns_t;

static inline dns_t *
dns_of(const engine_t *engine)
{
    return engine->own[DETECT_DNS];
}

/* The rare rest of the two functions below. */
void unanswered_again(engine_t *engine, question_t *question, const observation_t *obs, dns_message_t *m);
void unanswered_end(engine_t *engine, question_t *question, const observation_t *obs);
void unanswered_elsewhere(engine_t *engine, const question_t *question, const observation_t *obs,
                          const dns_message_t *m);

/* The question's last query is gone. */
void unanswered_forget(engine_t *engine, question_t *question);

/* An ICMP error quotes a query: it says why there is no answer. */
void unanswered_quoted(engine_t *engine, const observation_t *obs);

/* What the same client's other queries to the same server show since a name was first asked for.
 * Implemented by dns/cases.c, which has the queries. */
typedef struct {
    bool     name_answered;     /* the name, asked in another way */
    bool     complete;          /* everything since then was looked at */
    unsigned answered, lost;    /* queries for other names of the same type, sent since then */
    unsigned pauses;            /* between two attempts, in which one of them was asked and answered */
    uint32_t answered_frame;    /* the last of these answers; 0: none */
    uint8_t  answered_ttl;
    uint32_t elsewhere_frame;   /* another server answered the name; 0: none did */
} mute_neighbours_t;

mute_neighbours_t queries_neighbours(const engine_t *engine, const mute_t *mute, int64_t now);

/* A query over UDP. Other types than addresses are left alone: some boxes drop all that they do not know
 * (RFC 8906). */
static inline void
unanswered_query(engine_t *engine, question_t *question, const observation_t *obs, dns_message_t *m)
{
    if (obs->protocol != PROTOCOL_UDP || (m->qtype != DNS_A && m->qtype != DNS_AAAA))
        return;
    if (question->frame) {
        unanswered_again(engine, question, obs, m);
    } else {
        question->frame = obs->frame;
        question->time = ticks(obs->time);
    }
}

static inline void
unanswered_answer(engine_t *engine, question_t *question, const observation_t *obs, const dns_message_t *m)
{
    question->frame = 0;
    if (question->mute)
        unanswered_end(engine, question, obs);
    if (dns_of(engine)->mutes.links.length)
        unanswered_elsewhere(engine, question, obs, m);
}
