/* dns/questions.h
 * What this family keeps: who asked whom for which name, in which ways, and what was answered.
 *
 *      question_t   client, server, name       <-- mute_t   only where it was asked again and not answered
 *         ^
 *         |  one or more, as long as they are kept
 *      query_t      port, id, type, transport  --> dns_answer_t, one to eight
 *
 * A query is kept for a minute after it was sent last, at most max_queries of them, and its question as long as one
 * of its queries.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "detector.h"
#include "dns/case.h"

/* What is said where a bound is reached. */
#define QUERIES_NOTICE "DNS limit reached: answers to the oldest queries are no longer compared"
#define MUTES_NOTICE   "limit of unanswered DNS names reached: the oldest are no longer followed"
#define ANSWERS_NOTICE "more than eight answers to one query: each further one is compared with the first seven"

#define MUTES_MAX 256           /* questions that were asked again and are followed at a time */
#define UNANSWERED_TIMES 8      /* attempts whose time is kept */

/* Queries found again by what an answer repeats of them, whoever sends it; a power of two. */
#define ASKED_SLOTS 1024

typedef struct mute mute_t;

/* A name that one client asks one server for. */
typedef struct {
    entry_t      entry;         /* by client, server and name */
    uint32_t     name_hash;
    ip_address_t client;
    host_t      *server;
    unsigned     queries;       /* that are kept */
    uint32_t     frame;         /* of the query sent last, or the first of several; 0: it was answered */
    ticks_t      time;
    uint16_t     client_port;   /* of that query, like its TTL as captured */
    uint8_t      ttl;
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

/* One way to ask a question: by one socket, under one id, for one type. */
typedef struct {
    uint16_t client_port, id, qtype;
    bool     tcp;
} query_key_t;

/* An answer captured again. */
typedef struct {
    uint32_t frame;
    uint8_t  ttl;
    uint8_t  of;                /* which answer */
    int64_t  time;
} copy_t;

/* A transaction: a question asked in one way, and the answers to it. */
typedef struct {
    entry_t     entry;          /* by question and key */
    query_key_t key;
    question_t *question;
    GList       link;           /* in dns_t.recent */
    bool        opt;
    uint16_t    flags;          /* of the query */
    uint16_t    ip_id;          /* of the last copy, to know it when captured twice */
    uint16_t    count;          /* copies of the query */
    uint8_t     ttl;            /* of the first, as captured */
    dead_probe_t died;          /* the only copy, if its hop limit ran out on the way */
    uint32_t    frame, unreachable_frame;
    int64_t     time, last_time;
    dns_answer_t  first;        /* most queries have one answer */
    dns_answer_t *answers;      /* &first, or an array of DNS_ANSWERS_MAX */
    unsigned    n_answers;
    uint16_t    overlong_length;    /* of what there is of a name that runs beyond the query; 0: it does not */
    uint32_t    overlong_hash;
    uint32_t    tcp_frame;      /* an answer over TCP that cannot be reconciled; 0: none */
    ip_address_t *asked;        /* the server that was asked instead; NULL: none */
    char       *name;           /* NULL unless later packets may tell more */
    copy_t     *copies;         /* NULL: none */
    uint8_t     n_copies;
    bool        open;           /* later answers of the server may decide about its answers */
} query_t;

/* engine->own[DETECT_DNS]. */
typedef struct {
    table_t  *questions;        /* of question_t */
    table_t  *queries;          /* of query_t */
    oldest_t  recent;           /* of query_t, by when they were asked last */
    oldest_t  mutes;            /* of mute_t */
    uint32_t  asked[ASKED_SLOTS];   /* queries by number, the last one of each hash */
    unsigned  ids_tested, ids_zero; /* see dns_case_t */
    bool      overlong;         /* there was a query with a name that cannot be read */
    limit_t   answers;          /* to one query */
} dns_t;

static inline dns_t *
dns_of(const engine_t *engine)
{
    return engine->own[DETECT_DNS];
}

dns_t *questions_new(unsigned max_queries);
void   questions_free(dns_t *dns);

/* The query that a message is, or answers; NULL where there is none and `create` is not set. Makes room for it. */
query_t *query_get(engine_t *engine, const observation_t *obs, const dns_message_t *m, bool answer, bool create);

/* Asked once more, or for the first time. */
void query_sent(dns_t *dns, query_t *q, int64_t time);

/* The last query of the same client under the same id, from the same port, for the same name and type, whoever was
 * asked; NULL where there is none. */
query_t *query_asked(const dns_t *dns, const query_t *like);

/* What is kept because the question was asked again: takes it over, and makes room for it. */
void question_set_mute(engine_t *engine, question_t *question, mute_t *mute);
/* The question is answered, or too old to be the same: nobody waits. */
void question_drop_mute(dns_t *dns, question_t *question);
