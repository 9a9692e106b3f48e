/* behaviour.h
 * What a row of the scenario table can say. A row is one behaviour of one published interferer:
 * what sets it off, the packets it forges (shots) and what it keeps from passing. interferer.c
 * acts on rows and knows none by name; behaviours.c holds them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef LAB_BEHAVIOUR_H
#define LAB_BEHAVIOUR_H

#include "packet.h"

/* What sets a behaviour off. Names and addresses on the list: see interferer.c, is_listed(). */
enum trigger {
    ON_NOTHING, ON_SYN, ON_SYN_ACK,     /* handshake with a listed address, seen from either side */
    ON_HOST, ON_KEYWORD, ON_SNI,        /* HTTP Host, word in the request line, TLS server name */
    ON_DNS, ON_DNS_TCP,                 /* name in a query */
    ON_QUIC_SNI,                        /* server name inside a QUIC Initial */
    ON_CLIENT_FIN,                      /* end of a connection on which another row has fired */
};

/* Where a header value of a forged packet comes from. */
enum how {
    AS_A_STACK_WOULD,                   /* field's natural value; see interferer.c for each */
    EXACTLY,                            /* a */
    BETWEEN,                            /* random, a..b */
    RISING,                             /* a, a+1, … a+b-1, a, … over all packets of the row */
    LIKE_TRIGGER,                       /* the trigger's value plus a */
    LIKE_SENDER,                        /* what the imitated end sent last, plus a */
    LIKE_PREVIOUS,                      /* what the previous shot carried, plus a */
    TTL_PLUS,                           /* window only: this packet's own TTL plus a */
};
struct value { enum how how; long a, b; };

#define IS(x)          { EXACTLY, x, 0 }
#define FROM_TO(x, y)  { BETWEEN, x, y }
#define CYCLE(x, n)    { RISING, x, n }
#define OF_TRIGGER(d)  { LIKE_TRIGGER, d, 0 }
#define OF_SENDER(d)   { LIKE_SENDER, d, 0 }
#define SAME_PLUS(d)   { LIKE_PREVIOUS, d, 0 }
#define OWN_TTL(k)     { TTL_PLUS, k, 0 }

enum towards { TO_NOBODY, TO_CLIENT, TO_SERVER };
enum options { NO_OPTIONS, SENDERS_TIMESTAMPS, WRONG_TIMESTAMPS };

/* A DNS answer. With neither a nor aaaa it holds no record (NXDOMAIN and the like). */
struct dns_answer {
    uint16_t    flags;                  /* 0: no DNS answer */
    uint16_t    flags_if_not_rd;        /* used instead when the query's RD is 0, if given */
    uint32_t    ttl;
    const char *a, *aaaa;               /* aaaa is given to AAAA queries, a to all others */
    bool        owner_in_full;          /* repeats the name instead of pointing at it */
    bool        echoes_query_tail;      /* query's additional section first, answer behind it */
};

/* One forged packet. TTLs are the values on arrival at the receiver unless copied. */
struct shot {
    enum towards      to;
    const char       *class;            /* class of the truth record; NULL: the row's */
    uint16_t          flags;            /* of TCP */
    struct value      ttl, id, window, tos;
    struct value      seq;              /* a natural: next in sequence; LIKE_SENDER: that plus a;
                                         * LIKE_TRIGGER: what the trigger acknowledges, plus a */
    struct value      ack;              /* a natural: end of the trigger; LIKE_SENDER: ISN plus a */
    bool              df;
    enum options      options;
    const char       *payload;
    size_t            payload_len;      /* 0: the payload's length as a string */
    bool              payload_of_trigger;
    struct dns_answer dns;
};

#define SHOTS_MAX 10

/* What an in-path row keeps from passing, from the trigger on. */
struct drop {
    bool trigger;                       /* the packet that set it off */
    bool client, server;                /* all later packets of this end */
    bool server_data;                   /* of the server only packets with payload */
    long after_bytes;                   /* … but only when the server has sent this much */
    long bytes_per_second;              /* … but only what exceeds this rate, server to client */
};

struct behaviour {
    const char  *name, *source;
    const char  *class;                 /* class of the interference, as in the truth record */
    enum trigger on;
    struct shot  shots[SHOTS_MAX];      /* up to the first that goes TO_NOBODY */
    bool         every_segment;         /* fires on each client segment from the trigger on */
    bool         rewrites_server_data;  /* turns the server's own data packets into resets */
    struct drop  drop;
    int          residual_tuple;        /* 3 or 4: later connections of that tuple suffer too */
    const char  *residual_row;          /* and this row says what they suffer */
};

extern const struct behaviour behaviours[];     /* ends with a row without a name */

const struct behaviour *behaviour_named(const char *name);

#endif
