/* unanswered.h
 * DNS queries that nobody answers although they are sent again: what dns_cases.c tells of every query and
 * answer, which costs a look at one slot. All else happens where a name is asked for again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "detector.h"
#include "dns_message.h"

#define UNANSWERED_SLOTS 256    /* names at a time, by their hash; a power of two */
#define UNANSWERED_TIMES 8      /* attempts whose time is kept */

/* A name that one client asked one server for more than once. */
typedef struct {
    ip_address_t client, server;
    uint32_t     name_hash;
    uint16_t     qtype;
    bool         opt;           /* with an EDNS record */
    bool         told, undelivered;
    uint8_t      ttl;
    uint16_t     client_port;
    uint32_t     first_frame, elsewhere_frame;
    unsigned     sent;
    int64_t      first_time, last_time;
    int64_t      times[UNANSWERED_TIMES];   /* of the first ones */
    const char  *name;          /* lives as long as the store */
} mute_t;

/* The query that was sent last under a hash, as long as nobody has answered it. */
typedef struct {
    uint32_t      name_hash;
    uint32_t      client;       /* of its address, to compare */
    const host_t *server;
    uint32_t      frame;        /* 0: none */
    ticks_t       time;
    mute_t       *mute;         /* NULL until it is sent again */
} unanswered_slot_t;

struct unanswered {
    unanswered_slot_t slot[UNANSWERED_SLOTS];
    unsigned          mutes;    /* slots that have one */
};

/* The rare rest of the two functions below. */
void unanswered_again(engine_t *engine, unanswered_slot_t *slot, const observation_t *obs, dns_message_t *m,
                      const host_t *server);
void unanswered_end(engine_t *engine, unanswered_slot_t *slot, const observation_t *obs,
                    const dns_message_t *m);

/* An ICMP error quotes a query: it says why there is no answer. */
void unanswered_quoted(engine_t *engine, const observation_t *obs);

/* What the same client's other queries to the same server show since a name was first asked for.
 * Implemented by dns_cases.c, which has the queries. */
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

static inline uint32_t
client_word(const ip_address_t *client)
{
    uint32_t first, last;

    memcpy(&first, client->bytes, sizeof first);
    memcpy(&last, client->bytes + 12, sizeof last);
    return first ^ last;
}

/* A query over UDP. Other types than addresses are left alone: some boxes drop all that they do not know
 * (RFC 8906). */
static inline void
unanswered_query(engine_t *engine, const observation_t *obs, dns_message_t *m, const host_t *server)
{
    unanswered_slot_t *slot = &engine->unanswered->slot[m->name_hash % UNANSWERED_SLOTS];

    if (obs->protocol != PROTOCOL_UDP || (m->qtype != DNS_A && m->qtype != DNS_AAAA))
        return;
    if (slot->mute || (slot->frame && slot->name_hash == m->name_hash))
        unanswered_again(engine, slot, obs, m, server);
    else
        *slot = (unanswered_slot_t){ .name_hash = m->name_hash, .client = client_word(&obs->src),
                                     .server = server, .frame = obs->frame, .time = ticks(obs->time) };
}

static inline void
unanswered_answer(engine_t *engine, const observation_t *obs, const dns_message_t *m, const host_t *server)
{
    unanswered_slot_t *slot = &engine->unanswered->slot[m->name_hash % UNANSWERED_SLOTS];

    if (slot->name_hash != m->name_hash)
        return;
    if (slot->mute)
        unanswered_end(engine, slot, obs, m);
    else if (slot->server == server && slot->client == client_word(&obs->dst))
        slot->frame = 0;
}
