/* data/case.h
 * All that is known about one TCP segment that may have been put into its flow by somebody else:
 * data, a FIN, a SYN/ACK or a bare ACK. data/cases.c fills it in, data/signatures.c judges it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "data/certificate.h"
#include "fingerprints/fingerprints.h"
#include "state/flow.h"
#include "verdict/judge.h"
#include "verdict/where.h"

/* What the first bytes of an answer look like. */
typedef enum {
    CONTENT_OTHER,
    CONTENT_HTTP,               /* a status line */
    CONTENT_REDIRECT,           /* 30x to another host than was asked for */
    CONTENT_HEADERLESS_HTML,    /* a page where a status line belongs */
    CONTENT_IRAN,               /* a frame from 10.10.34.34, .35 or .36 */
    CONTENT_TLS_ALERT,          /* an alert in the clear where a ServerHello belongs */
    CONTENT_PLAIN_TEXT,         /* a page or redirect over HTTP where a ServerHello belongs */
} content_t;

/* What the client asked for. */
typedef enum { ASKED_OTHER, ASKED_HTTP, ASKED_TLS } asked_kind_t;

typedef struct {
    uint32_t    frame;
    int64_t     time;           /* ns */
    ip_header_t ip;
    uint32_t    seq, ack;
    uint16_t    flags;          /* TCP_* */
    uint16_t    window;
    uint32_t    length;         /* payload bytes */
    uint32_t    tsval;
    bool        has_timestamps;
    content_t   content;
    bool        answers_http;   /* the client's first bytes were an HTTP request */
    const fingerprint_t *fingerprint;   /* entry of a list that the answer fits, or NULL */
    const authority_t   *authority;     /* of the list, that its certificates name, or NULL */
    bool        listed_server;  /* the address that answers is itself in a list */

    direction_t sender;         /* what the claimed sender had sent before */
    direction_t peer;           /* what the other end had sent before */
    uint32_t    request_frame;  /* the client's first payload; 0: none before this segment */
    bool        first_answer;   /* the first payload since then */

    uint32_t    other_frame;    /* a segment with other bytes for the same sequence numbers; 0: none */
    int32_t     other_shift;    /* where this one begins, in bytes behind that one */
    uint32_t    handshake_frame;    /* forged SYN/ACK whose numbers it goes on from; 0: none */
    uint32_t    syn_ack_frame;  /* its sender's SYN/ACK that came after it, with other numbers; 0: none */
    uint32_t    same_run_frame; /* proven forgery of the same sender in this flow (run.h); 0: none */
    uint32_t    beyond_fin_frame;   /* the sender's FIN that ends before these bytes; 0: none */
    bool        repeats_last;   /* its IP ID is that of its sender's packet before, of a sender that counts */
    uint32_t    unaware_frame;  /* the sender's later packet that does not know of these bytes; 0: none */
    uint16_t    unaware_id;     /* its IP ID, which goes on from … */
    uint16_t    before_id;      /* … that of the sender's last packet before these bytes */
    uint32_t    continued_frame;    /* of a FIN: the sender's later segment that goes on as if there were none */
    uint32_t    died_frame;     /* ICMP error: what this acknowledges died on the way; 0: none */
    dead_probe_t died;          /* the same with its place */
    unsigned    lockstep;       /* segments so far whose window and TTL count together */
    uint32_t    same_box_frame; /* proven forgery in this host's name with this header; 0: none */
    ttl_memory_t host_ttls;     /* of everything the claimed sender sent itself, see host_own_ttls() */
    port_df_t   port_df;        /* of its port */
    host_ids_t  host_ids;       /* IP IDs of what it sent, and the last of them */
    uint32_t    host_rtt;       /* us, shortest round trip of its handshakes; 0: none */
    uint8_t     host_rtts;      /* so many handshakes, saturating */
    unsigned    host_packets;   /* all that it sent in the capture, resets left out */
} data_case_t;

/* Tests every signature and weighs what fired. Pure: reads the case, fills evidence. */
judgement_t data_judge(const data_case_t *c, GArray *evidence);

/* Adds what later packets show of a segment (a contradiction, a run, a FIN) and is not yet among the evidence. */
void data_add_later(const data_case_t *c, GArray *evidence);

/* Signs that tell one sender from another, and not only what it says; of these, those by which its further packets
 * are known; and that two segments contradict each other. */
bool data_tells_sender(const signature_t *signature);
bool data_shows_profile(const signature_t *signature);
bool data_is_conflict(const signature_t *signature);

/* How odd a segment is apart from contradicting another one, in dB. */
double data_oddness(const data_case_t *c);

/* The same of what was found when a segment came. */
double data_found_oddness(const GArray *evidence);

/* The rows of the catalogue; NULL beyond the last. */
const signature_t *data_signature(unsigned index);

/* Bytes of the whole answer by its Content-Length; 0 where its beginning does not say. */
size_t content_size(const uint8_t *bytes, size_t length);

/* Reads what the first bytes of an answer look like. host is what was asked for, or NULL. */
content_t content_read(const uint8_t *bytes, size_t length, const char *host, asked_kind_t asked);
