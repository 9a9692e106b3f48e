/* silence/case.h
 * All that is known about something that was asked and never answered. silence/cases.c fills it in,
 * silence/signatures.c judges it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "verdict/judge.h"
#include "silence/policed.h"

/* What is never answered. */
typedef enum {
    SILENT_SYN,             /* the first SYN of a connection */
    SILENT_SYN_ACK,         /* a server's SYN/ACK, by a client that repeats its SYN */
    SILENT_SEGMENT,         /* TCP data or a FIN, never acknowledged */
    SILENT_ACKNOWLEDGED,    /* TCP data that is acknowledged, by acknowledgements that do not arrive */
    SILENT_ANSWER,          /* the server's first data: sent, as its sequence numbers show, and never seen */
    SILENT_QUIC,            /* QUIC datagrams */
    SILENT_QUIC_BACK,       /* a QUIC server's first flight, answered by what does not arrive */
    SILENT_VPN,             /* a VPN's first packet */
    SILENT_DNS,             /* a name asked of a resolver over UDP */
    SILENT_POLICED,         /* what is more than a rate allows */
    SILENT_OUTAGE,          /* several servers at once */
} silent_t;

/* However long nothing comes, silence proves less than a forged packet. Without contrast in the same
 * capture it stays below the first of the two. */
#define SILENCE_ALONE_MAX    30
#define SILENCE_CONTRAST_MAX 49
/* Of an address that never answered anything nobody knows whether there is a host. */
#define SILENCE_ADDRESS_MAX  20

typedef struct {
    silent_t    kind;
    bool        from_client;
    unsigned    sent;           /* times, the first one included */
    int64_t     span;           /* ns from the first to the last of them */
    uint32_t    length;         /* payload bytes of one of them */
    bool        is_request;     /* the client's first payload */
    bool        request_acked;  /* all that the client had asked before was acknowledged */
    uint32_t    acked_frame;    /* an acknowledgement of it came all the same, before the repetitions; 0: none */
    bool        closed;         /* the sender has closed: nobody waits for an answer any more */
    bool        peer_spoke;     /* the other end sent something meanwhile, but no acknowledgement */
    unsigned    peer_packets;   /* that it had sent before, saturating at 255 */
    bool        peer_sent_data;
    uint32_t    bytes;          /* of its data until it fell silent; 0: none, or not known */
    uint32_t    stop_frame;     /* of another connection that stopped at the same place; 0: none did */
    bool        peer_mid_stream;/* its last segment was a full one: it had more to say */
    bool        peer_closed;    /* it sent a FIN */
    int64_t     idle;           /* ns from its last packet to the first of those sent in vain */
    bool        may_not_fit;    /* so long that the path may not carry it, and nothing shorter is lost too */
    uint32_t    rtt_us;         /* shortest round trip before; 0: none */

    uint32_t    heard_frame;    /* the last packet to this end from anybody since; 0: none */
    uint32_t    works_frame;    /* another name was answered here, by the same server, or for QUIC by
                                 * any; 0: none */
    const char *works_name;     /* NULL: asked without a name */
    bool        works_elsewhere;/* by another server */
    uint32_t    answered_frame; /* asked again later, the same was answered here; 0: it was not */
    bool        works_since;    /* this client was answered so after the silence had begun */
    bool        works_lately;   /* for QUIC: seconds before, or since */
    uint32_t    earlier_frame;  /* this client was cut off from the same server and port here, after the
                                 * server had spoken; 0: it was not */
    const char *earlier_trigger;    /* what it asked for then; NULL: not known */
    bool        earlier_forged;     /* … by a packet that the server did not send, which is that frame */
    bool        earlier_contrast;   /* … while that server answered another name */
    bool        heard_since_earlier;    /* others reached this client since then */
    int64_t     earlier_gap;    /* ns since then */
    unsigned    dns_answered, dns_lost; /* queries for other names to the same resolver meanwhile, of the same type */
    unsigned    dns_pauses;     /* between two attempts, in which one of them was asked and answered */
    uint32_t    elsewhere_frame;/* another resolver answered the name; 0: none did */
    unsigned    servers;        /* silent at the same time */
    bool        only_syns, one_way; /* all of them: to their SYNs; they are heard but do not hear, or the reverse */
    policed_line_t line;        /* where something is policed; length is that of its longest packets */
    uint32_t    works_rate;     /* bytes per second, at which the server sent the other name's answer */
    bool        encrypted;      /* the first payload looks fully encrypted */
    bool        ech;            /* … has an encrypted_client_hello extension */
} silence_case_t;

/* What others have to reach while one is policed, in times of its rate. */
#define SILENCE_FASTER 4

/* It stops in the middle of what the server sends, and the client has waited: what becomes of other connections
 * there decides. */
bool silence_is_stop(const silence_case_t *c);

/* A line that only a policer draws: every loss fits an empty account, though no queue was there to fill. */
bool silence_is_policed(const silence_case_t *c);

/* Tests every signature and weighs what fired: VERDICT_SILENCED or _NONE. Pure: reads the case, fills
 * evidence. */
judgement_t silence_judge(const silence_case_t *c, GArray *evidence);

/* The innocent explanation that fits best; static text. */
const char *silence_innocent(const silence_case_t *c, const GArray *evidence);

/* The rows of the catalogue; NULL beyond the last. */
const signature_t *silence_signature(unsigned index);
