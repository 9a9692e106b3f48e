/* detector.h
 * What a family is, what it may see and what it may do: the contract between engine.c, which leads the
 * packets, and the folders that judge them. Read this first.
 *
 * A family is a folder with a detector_t and a row in detectors.h. It is asked about packets in capture
 * order, keeps what it needs (for the whole capture in what open() returns, for a flow in state/beside.h, at
 * most so many in base/oldest.h), and says what it finds by verdict/report.h. It reads the state of all and
 * changes only its own; it calls no other part of the engine.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "detectors.h"
#include "engine.h"
#include "state/asked.h"
#include "state/beside.h"
#include "state/died.h"
#include "state/flow.h"
#include "state/names.h"
#include "base/oldest.h"
#include "state/quic_flows.h"
#include "state/syns.h"
#include "state/vantage.h"
#include "verdict/judge.h"
#include "verdict/report.h"

G_STATIC_ASSERT((int)N_BESIDE <= (int)BESIDE_FREE);

/* What about a TCP packet makes a detector look at it. Worked out once for each packet, so that most
 * detectors are not called for most packets. */
enum {
    SEES_RESETS      = 0x01,    /* a reset; of what follows only SEES_HANDSHAKE is said then */
    SEES_HANDSHAKE   = 0x02,    /* a SYN or SYN/ACK */
    SEES_DNS         = 0x04,    /* payload from or to port 53 */
    SEES_STRANGE_TTL = 0x08,    /* a TTL unlike the first of its sender in this flow */
    SEES_ANSWERS     = 0x10,    /* from the server, no reset; a SYN/ACK where something came before it */
    SEES_OLD         = 0x20,    /* data, SYN or FIN that lie before what the sender has sent already */
    SEES_GAP         = 0x40,    /* from a server that has sent no data: beyond what was seen of it */
    SEES_FIRST_DATA  = 0x80,    /* from a server: its first */
    SEES_TOOL_MADE   = 0x100,   /* from the client: data with a packet tool's header */
    SEES_OUT_OF_STEP = 0x200,   /* from the client: data off its own counter of IP IDs, or an acknowledgement with
                                 * a number before what it has sent */
    SEES_COMBINATIONS = 0x400,
    SEES_ALL         = 0x400,   /* as a detector's `sees`: every packet */
};

/* One packet of a flow and the two ends' states before it. */
typedef struct segment {
    const observation_t *obs;
    flow_t              *flow;
    direction_t         *sender, *peer; /* of the flow; pointers, because compilers work them out again and again */
    unsigned             end;       /* that sent it */
    unsigned             seen;      /* SEES_* */
    bool                 forged;    /* set by a detector: somebody else sent it, or it arrived damaged; nothing is
                                     * learnt from it */
} segment_t;

/* A UDP datagram. */
typedef struct {
    const observation_t *obs;
    datagram_flow_t     *flow;      /* NULL: not one of those that quic_flows.h follows */
    bool                 from_client;   /* of that flow */
} datagram_t;

/* A packet quoted by an ICMP error: nobody sent it here, but it was sent. */
typedef struct {
    const observation_t *obs;
    flow_t              *flow;      /* of TCP; NULL where nothing of it was seen, or only a SYN */
    unsigned             end;       /* of that flow, that sent it */
    bool                 died;      /* it is the last packet of that end and its hop limit ran out: died_last() */
} quote_t;

/* A family. Every callback may be NULL. They run during engine_observe(), but for open() and close(), and
 * observations and their payload live as long as the call. */
typedef struct {
    /* TCP packets before they are learnt (flow.h): those that show one of SEES_*, and with `keeps` all packets
     * of a flow that the family keeps something beside. */
    unsigned sees;
    bool     keeps;
    bool     to_itself;         /* also what a machine tells itself: nobody is on the way, but who may write raw
                                 * packets there can write them in another program's name */
    void (*segment)(engine_t *, segment_t *);

    /* Before the first packet; what it returns is engine->own[DETECT_…]. The place to make its kind of
     * beside.h known. Not called for a family that is switched off. */
    void *(*open)(engine_t *);
    /* The capture is closed. What was kept beside flows is gone already. */
    void (*close)(engine_t *);

    /* A UDP datagram, or a packet quoted by an ICMP error. */
    void (*datagram)(engine_t *, const datagram_t *);
    void (*quote)(engine_t *, const quote_t *);

    /* A SYN of a connection of which nothing else was seen is sent again; the packet at hand is the last of
     * half_open->sent. */
    void (*syn)(engine_t *, const half_open_t *);
    /* One that was sent three times or more is followed by another packet of its connection. */
    void (*syn_answered)(engine_t *, const half_open_t *, const observation_t *);
    /* Where a flow was captured is known as well as its handshake tells; once for each flow, before the
     * packet that settled it. */
    void (*placed)(engine_t *, flow_t *);

    /* What it keeps; NULL: nothing of its own. */
    const kept_t *kept;

    /* The rows of its catalogue; NULL beyond the last. */
    const signature_t *(*signature)(unsigned index);
} detector_t;

extern const detector_t *const detectors[N_WATCHERS];

/* What a packet may make the engine do beside looking at it: judge earlier packets again, look through lists. So many
 * steps are given with each packet, and what is not used is saved up to a limit, so that no capture costs more
 * than these for each of its packets, and none of them more than WORK_MAX. */
#define WORK_GIVEN 64
#define WORK_MAX   16384

typedef struct {
    unsigned left;              /* steps */
    limit_t  limit;
} work_t;

/* Marks the rare part of a detector: kept out of the function that every packet goes through, so that
 * this one stays small. */
#define RARELY_RUN G_GNUC_NO_INLINE

struct engine {
    limits_t      limits;
    bool          enabled[N_WATCHERS];
    uint16_t      wants[SEES_COMBINATIONS]; /* detectors by what is seen, a bit each by detector_id_t */
    uint16_t      keeps;        /* those that want all packets of flows that they keep something beside */
    uint16_t      to_itself;    /* those that want what a machine tells itself */
    uint16_t      hears;        /* those that are asked about the packet at hand */
    void         *own[N_WATCHERS];          /* what open() returned; NULL where it is switched off */
    reports_t    *reports;      /* the way out */
    store_t      *store;        /* of reports: to look up what was said, and for texts */
    host_table_t *hosts;
    flow_table_t *flows;
    besides_t    *besides;
    died_t       *died;
    names_t      *names;
    asked_t      *asked;
    syns_t       *syns;
    datagrams_t  *datagrams;
    vantages_t    vantages;
    fingerprints_t *fingerprints;   /* NULL: none to compare with */
    engine_counts_t counts;
    GArray       *scratch;      /* of evidence_t, for one judgement at a time */
    limit_t       flow_limit, host_limit, datagram_limit;
    work_t        work;
};

/* True when so many more steps may be taken, which they are then. The frame where that is refused for the first time
 * carries a notice. */
static inline bool
may_work(engine_t *engine, unsigned steps)
{
    bool enough = engine->work.left >= steps;

    if (enough)
        engine->work.left -= steps;
    else
        report_limit(engine->reports, &engine->work.limit);
    return enough;
}

G_STATIC_ASSERT(N_WATCHERS <= 16);  /* bits of wants and keeps */
