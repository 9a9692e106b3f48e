/* silence/kept.h
 * What this family keeps: for the capture, and beside a flow in which something is sent again. Each part has
 * a file of its own that fills it in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "silence/say.h"

/* Repetitions closer than this are copies, or answers to duplicate acknowledgements. */
#define REPEAT_NS (50 * NS_PER_MS)

/* What is said where a bound is reached. */
#define CUTS_NOTICE    "limit of silent servers reached: that further ones fall silent again is not told"
#define WORKS_NOTICE   "limit of QUIC servers reached: silence is not compared with what further ones answer"
#define TOLD_NOTICE    "limit of silences reached: what is answered later is no longer compared with the oldest"
#define VPNS_NOTICE    "limit of VPN servers reached: whether the oldest answer otherwise is no longer looked at"
#define STOPS_NOTICE   "limit of stopped downloads reached: the oldest are no longer compared with others"
#define POLICED_NOTICE "limit of lossy downloads reached: the rate of further ones is not looked at"
#define OUTAGES_NOTICE \
    "limit of clients reached: whether several servers are silent to the oldest is no longer looked at"

/* At most so many of each. */
#define CUTS_MAX    4096        /* client, server and port that were cut off */
#define WORKS_MAX   4096        /* servers that answer over QUIC */
#define TOLD_MAX    64          /* findings that contrast may still be added to */
#define VPNS_MAX    64          /* addresses that a VPN's first packet was sent to */
#define STOPS_MAX   64          /* downloads that stopped in the middle */
#define POLICED_MAX 256         /* connections whose rate is followed at a time */

/* ---- cuts.c: who was cut off ---- */

typedef struct {
    ip_address_t client, server;
    uint16_t     port;          /* of the server */
} cut_key_t;

static inline cut_key_t
cut_key_of(const flow_t *flow)
{
    return (cut_key_t){ flow->host[flow->client]->address, flow->host[!flow->client]->address,
                        flow->port[!flow->client] };
}

static inline cut_key_t
cut_key_of_datagrams(const datagram_flow_t *flow)
{
    return (cut_key_t){ flow->client, flow->server, flow->server_port };
}

static inline bool
cut_key_equal(const cut_key_t *a, const cut_key_t *b)
{
    return a->port == b->port && address_equal(&a->client, &b->client) && address_equal(&a->server, &b->server);
}

typedef struct {
    cut_key_t key;
    uint32_t  frame;
    int64_t   time;
    bool      lived;            /* the server had spoken before */
    bool      forged;           /* by a forged packet */
    bool      contrast;         /* it answered another name */
    const char *trigger;        /* what was asked for; lives as long as the store; NULL: not known */
} cut_t;

/* ---- contrast.c: what was said and may gain contrast ---- */

/* A finding on a first frame. */
typedef struct {
    GList          link;        /* in silences_t.told or .stops */
    silence_case_t c;
    about_t        about;
    cut_key_t      key;
    uint16_t       request;     /* what was asked for, of names_t; 0: not known */
    uint32_t       frame;
    int64_t        last_time;   /* when it was sent last */
} told_t;

/* ---- outages.c: what is silent to one client ---- */

#define OUTAGES_MAX    256      /* clients; further ones push the oldest out */
#define OUTAGE_TRACKED 32       /* servers of each that are told apart; further ones are not counted */
#define OUTAGE_FRAMES  4        /* of each server that are said */

/* A server that is silent. */
typedef struct {
    ip_address_t server;
    uint16_t     request;       /* what was asked for, of names_t; 0: not known */
    silent_t     kind;
    bool         one_way;       /* it is heard but does not hear, or the reverse */
    about_t      about;
    int64_t      begun, last;
    unsigned     n_frames;
    uint32_t     frame[OUTAGE_FRAMES];  /* what was found of it */
} mute_server_t;

/* What is silent to one client. */
typedef struct {
    GList         link;         /* in silences_t.outages */
    ip_address_t  client;
    unsigned      n;
    mute_server_t mute[OUTAGE_TRACKED];
    uint32_t      frame;        /* that the outage is said of; 0: it is none yet */
    int64_t       last;
    uint32_t      heard_frame;
} outage_t;

/* ---- quic.c: who answers over QUIC ---- */

typedef struct {
    ip_address_t server;
    uint32_t     frame;         /* 0: none */
    int64_t      time;
    const char  *name;
} works_t;

/* ---- vpn.c: who speaks TCP and no VPN ---- */

typedef struct {
    GList        link;          /* in silences_t.vpns */
    ip_address_t server;
    uint32_t     frame;         /* the last answer over TCP; 0: none */
    int64_t      time;
} vpn_server_t;

typedef struct {
    GHashTable  *cuts;          /* set of cut_t, by cut_key_t */
    oldest_t     told;          /* of told_t */
    oldest_t     outages;       /* of outages.c */
    oldest_t     vpns;          /* of vpn_server_t */
    oldest_t     stops;         /* of told_t: what stops.c may still compare */
    unsigned     n_policed;     /* repeats_t whose rate is followed */
    limit_t      cuts_limit, works_limit, policed_limit;
    GHashTable  *quic_works;    /* set of works_t: servers that answered a name over QUIC */
    works_t      quic_any;      /* the first of them */
    ip_address_t heard;         /* a client that a QUIC server's datagram went to, the last one */
    uint32_t     heard_frame;   /* that datagram; 0: none */
    int64_t      heard_time;
} silences_t;

static inline silences_t *
silences_of(const engine_t *engine)
{
    return engine->own[DETECT_SILENCE];
}

/* One more of a kind that silences_t keeps at most so many of: the oldest makes room, which is told. */
static inline void *
silence_keep(engine_t *engine, oldest_t *kept, size_t size)
{
    void *oldest = oldest_in_the_way(kept);

    if (oldest) {
        report_limit(engine->reports, &kept->limit);
        oldest_drop(kept, oldest);
    }
    return oldest_make(kept, size);
}

/* What is kept about a frame, of a list of told_t; NULL for nothing. */
static inline told_t *
told_about(const oldest_t *list, uint32_t frame)
{
    for (GList *l = list->links.head; l; l = l->next)
        if (((told_t *)l->data)->frame == frame)
            return l->data;
    return NULL;
}

/* ---- segments.c ---- */

/* What one end of a flow sends again. */
typedef struct {
    uint32_t seq_end, first_frame, peer_frame;
    int64_t  first_time, last_time;
    uint32_t length;
    uint8_t  sent;              /* 0: nothing is */
    int64_t  idle;
    bool     told, is_request, acknowledged, peer_spoke;
    bool     closed;            /* the sender has closed since, or this is its FIN */
    bool     acked_once;        /* … by a packet without data, and not again when it was repeated */
    bool     large_alone;       /* nothing shorter was sent behind it, or that arrived */
} repeat_t;

/* ---- rates.c ---- */

typedef struct {
    uint8_t    old;             /* segments with data that the server sent behind newer ones */
    bool       is_fast;         /* it was followed, and is not policed */
    bool       is_control;      /* … to compare one that is policed with */
    policed_t *policed;         /* what becomes of its data; NULL: not followed */
} rate_t;

typedef struct {
    beside_t beside;
    repeat_t end[2];
    rate_t   rate;
    bool     unreachable;       /* an ICMP error says why nothing is answered */
    uint32_t hole_frame, hole_seq;  /* the request whose answer is missing, and where it should be; frame 0:
                                     * nothing was said of it */
} repeats_t;

static inline repeats_t *
repeats_of(engine_t *engine, flow_t *flow)
{
    return beside_get(engine->besides, flow, DETECT_SILENCE);
}
