/* dns/case.h
 * All that is known about one DNS transaction: the query, its answers, and the server's habits.
 * dns/cases.c fills it in, dns/signatures.c judges the answers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "dns/habits.h"
#include "bytes/dns_message.h"
#include "fingerprints/fingerprints.h"
#include "verdict/judge.h"

#define DNS_ANSWERS_MAX 8       /* per transaction; further ones are only compared with the first */

typedef struct {
    uint32_t    frame;
    int64_t     time;           /* ns */
    ip_header_t ip;
    uint16_t    flags, answers, authorities, additionals;
    uint32_t    ttl;            /* smallest of the answer records, s */
    uint32_t    element[DNS_ELEMENTS_MAX];
    uint8_t     address[16];    /* the first one */
    uint8_t     n_elements, address_count, special_count;
    bool        address_is_ipv6, complete, has_opt, opt_as_answer, type_mismatch, owner_in_full, has_soa,
                more_elements;
    bool        cut;            /* by the capture */
    bool        large;          /* so long that it may travel in fragments */
    bool        address_at_home;    /* somebody in the capture speaks from the network of that address */
    bool        headers_alike;  /* others in the capture, servers of other things, send IP ID 0 without
                                 * don't-fragment as well */
    bool        teaches;        /* the server's habits count it */
    uint8_t     verdict;        /* verdict_t: what was said of it last */
    uint16_t    trailing;
    uint32_t    delay_us;       /* that it taught; 0: none */
    dns_traits_t traits;
    const fingerprint_t *listed;    /* entry of a list for one of its addresses or aliases, or NULL */
} dns_answer_t;

typedef struct {
    uint32_t     query_frame;       /* the first; 0: not captured */
    int64_t      query_time, last_query_time;
    unsigned     queries;           /* times it was sent; 0: not captured */
    uint16_t     query_flags, qtype;
    uint16_t     query_ip_id;       /* 0 for IPv6, too */
    bool         query_opt;
    bool         unreadable;        /* the name asked for runs beyond the message */
    const char  *name;              /* as asked; NULL where no sign depends on it */
    bool         name_is_public;    /* no local zone, no reverse or blocklist lookup; set only where there
                                     * is a name */
    bool         server_is_public;
    bool         server_is_neutral; /* a public resolver known to filter nothing */
    bool         at_server;         /* captured where the server's packets are seen as they left it */
    bool         tcp;
    uint32_t     unreachable_frame; /* the server said that nobody listens there; 0: it did not */
    const ip_address_t *asked;      /* another server, whom the question was put to; NULL: this one */
    uint32_t     tcp_frame;         /* an answer over TCP that says something else; 0: none */
    uint32_t     decided_by;        /* another answer of the server, after which all is judged again; 0: none */
    unsigned     ids_tested, ids_zero;  /* other answers in the capture with don't-fragment clear, of servers that
                                         * number them; of those, with IP ID 0 */
    const dns_server_t *server;     /* its other answers, so far */
    dns_answer_t answer[DNS_ANSWERS_MAX];
    unsigned     n_answers;         /* kept, capture duplicates left out */
} dns_case_t;

/* Answers of different injectors to one query are no further apart (Anonymous et al., FOCI 2020:
 * below 0.2 ms in 90 % of cases). */
#define DNS_BURST_NS (1 * NS_PER_MS)

/* True when two answers cannot both be what the server wanted to say: other response codes, or
 * complete sets of addresses, aliases and other data with nothing in common; where the capture cut one of them,
 * other numbers of records. */
bool dns_answers_conflict(const dns_answer_t *a, const dns_answer_t *b);

/* True when one of two answers of a transaction must be somebody else's: they conflict, and there are more different
 * ones than times the query was sent. */
bool dns_disputes(const dns_case_t *c, unsigned i, unsigned k);

/* What an answer shows by itself; needs the query's facts in the case. Pure. */
dns_traits_t dns_traits(const dns_case_t *c, const dns_answer_t *a);

/* Judges one answer beside the others. rival is set to the index of the answer that is more
 * likely genuine, or -1. Pure: reads the case, fills evidence. */
judgement_t dns_judge(const dns_case_t *c, unsigned which, GArray *evidence, int *rival);

/* Different answers, by dns_answers_conflict(). */
unsigned dns_sets(const dns_case_t *c);

/* The innocent explanation that fits best; static text. */
const char *dns_innocent(const dns_case_t *c, const dns_answer_t *a, const GArray *evidence);

/* False for single labels, local and reverse zones, and blocklist lookups (a reversed address in
 * front): they have private and loopback answers by right. */
bool dns_name_is_public(const char *name);

/* The rows of the catalogue; NULL beyond the last. */
const signature_t *dns_signature(unsigned index);
