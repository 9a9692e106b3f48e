/* dns/habits.h
 * What a server's answers have in common, as far as nobody disputes them: what every sign that says "unlike this
 * server" compares with, and what keeps a shape that the server always shows from accusing it.
 *
 * An answer teaches when it is alone, or when those that contradict it are called forged, and what it taught is
 * taken back when it is disputed later (dns/cases.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "state/host.h"

/* Yes-or-no questions that can be put to an answer; not all of them to every one. */
typedef enum {
    DNS_IS_DF,          /* don't-fragment set; of IPv4 over UDP, as the next two */
    DNS_IS_ID_ZERO,
    DNS_IS_UNNUMBERED,  /* IP ID 0 and don't-fragment clear */
    DNS_SETS_RD,        /* recursion desired set though the query had it clear */
    DNS_CLEARS_RD,      /* the other way */
    DNS_HAS_RA,         /* recursion available, to a query with recursion desired */
    DNS_HAS_RA_UNASKED, /* the same, to one without */
    DNS_LACKS_OPT,      /* that the query had */
    DNS_IS_OTHER_TYPE,  /* an address of another type than asked for; of queries for anything but A */
    DNS_IS_OPT_ANSWER,  /* the query's EDNS record among the answers */
    DNS_IS_TRAILED,     /* bytes after the last record */
    DNS_IS_PRIVATE,     /* all addresses are; of answers with addresses */
    DNS_IS_SHAPE_1,     /* as published of an injector */
    DNS_IS_SHAPE_3,
    DNS_LACKS_SOA,      /* of negative answers */
    DNS_COPIES_ID,      /* the IP ID of its query; of IPv4 over UDP, where the query has one */
    N_DNS_TRAITS
} dns_trait_t;

/* Bits by dns_trait_t: the questions that could be put to an answer, and those answered with yes. */
typedef struct {
    uint32_t tested, shown;
} dns_traits_t;

typedef struct {
    uint16_t tested, shown;     /* they stop at DNS_COUNT_MAX */
} dns_tally_t;

#define DNS_COUNT_MAX 60000
#define DNS_DELAYS    3
#define DNS_OPEN      4
#define DNS_BOXES     2

/* Header of the answers that a box is proven to have forged in this server's name. */
typedef struct {
    uint32_t    frame;          /* the first proof; 0: none */
    uint16_t    proofs;
    uint16_t    flags;          /* of DNS */
    ip_header_t ip;             /* of the first */
    bool        id_kept;        /* all had its IP ID */
} dns_box_t;

typedef struct dns_server {
    uint32_t     answers;               /* that taught */
    dns_tally_t  trait[N_DNS_TRAITS];
    ttl_memory_t ttls;
    uint32_t     delay_us[DNS_DELAYS];  /* the shortest from query to answer, in rising order; 0: none */
    dns_tally_t  id_step;               /* from one IP ID to the next; shown: a small one upwards */
    uint16_t     last_id;               /* of the last answer that taught */
    int64_t      last_time;             /* its time; 0: none did */
    dns_box_t    box[DNS_BOXES];
    uint32_t     open[DNS_OPEN];        /* transactions that later answers may decide, by number; 0: none */
} dns_server_t;

/* What one answer teaches. */
typedef struct {
    dns_traits_t traits;
    uint32_t     delay_us;      /* 0: not known */
    int64_t      time;
    uint16_t     ip_id;
    uint8_t      ttl;
    bool         numbered;      /* IPv4 over UDP */
} dns_lesson_t;

/* What is known of a host as a server; made when there is nothing yet. Lives as long as the host. */
dns_server_t *dns_server_get(host_t *host);
/* A server with nothing known of it. */
extern const dns_server_t dns_server_unknown;

void dns_learn(dns_server_t *server, const dns_lesson_t *lesson);
/* Takes back what it taught, the longer delay that it displaced left out. */
void dns_unlearn(dns_server_t *server, const dns_lesson_t *lesson);

/* The delay below which none of the server's answers came, because several came with it: what the path takes. A
 * server that has one answer in its cache and asks others for the next shows no such floor. us; 0: not known. */
uint32_t dns_delay_floor(const dns_server_t *server);

/* How far an IP ID lies from where the server's counter should be, either way; 0 where it has none or where too
 * long ago to tell. */
uint16_t dns_off_counter(const dns_server_t *server, uint16_t ip_id, int64_t time);

/* Remembers the header of an answer called forged. True when it is news. */
bool dns_learn_box(dns_server_t *server, uint32_t frame, uint16_t flags, const ip_header_t *ip);
/* The box that sends such headers, or NULL. An answer proves nothing about itself: frame is left out. */
const dns_box_t *dns_find_box(const dns_server_t *server, uint32_t frame, uint16_t flags, const ip_header_t *ip);
