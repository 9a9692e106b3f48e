/* state/flow.h
 * TCP connections: what each end has sent so far, in as few bytes as possible.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/kept.h"
#include "state/host.h"
#include "base/table.h"

/* Capture time in steps of 2^16 ns, modulo 2^32 (78 hours): differences of up to 39 hours hold. */
typedef uint32_t ticks_t;
#define TICK_NS INT64_C(65536)

static inline ticks_t
ticks(int64_t ns)
{
    return (ticks_t)((uint64_t)ns / TICK_NS);
}

/* ns from then to now; negative when the capture is out of order. */
static inline int64_t
ticks_since(ticks_t then, ticks_t now)
{
    return (int32_t)(now - then) * TICK_NS;
}

/* Bits of packet_t.bits above the TCP flags. */
enum { BIT_DF = 0x1000, BIT_TIMESTAMPS = 0x2000, BIT_OPTIONS = 0x4000, BIT_AGAIN = 0x8000 /* sent again */ };

/* The last packet of one end: what an answer answers, and what an injector copies from. */
typedef struct {
    uint32_t frame;             /* 0: nothing sent yet */
    ticks_t  time;
    uint32_t ack;
    uint16_t length;            /* payload bytes, saturating */
    uint16_t seq;               /* the lower half of its sequence number */
    uint16_t mark;              /* ip_mark(): IP ID or flow label */
    uint16_t window;
    uint16_t bits;              /* TCP_* and BIT_* */
    uint8_t  ttl, tos;
} packet_t;

/* What one end has shown, resets left out. Counters saturate at 255. */
typedef struct {
    packet_t last;
    uint32_t next_seq;          /* highest sequence number + length; valid when packets > 0 */
    uint32_t tsval;             /* of the last packet with timestamps */
    uint32_t rtt : 30;          /* shortest round trip capture - this end - capture, in us, at least 1; 0: none */
    uint32_t rtts : 2;          /* round trips measured, saturating */
    uint8_t  ttl[2];            /* the two most frequent TTLs, or the first two */
    uint8_t  ttl_packets[2];
    uint8_t  packets;           /* all but resets; the next four count among these, until there are 255 */
    uint8_t  df;                /* with DF */
    uint8_t  id_zero;           /* with IP ID or flow label 0 */
    uint8_t  id_steps;          /* with an IP ID 1 to 64 above the one before: a counter; of IPv6 with the
                                 * flow label of the one before */
    uint8_t  mirrors;           /* with the IP ID, or one more, or the flow label of the packet they answer */
    uint8_t  duplicates;        /* captured twice */
    uint8_t  same_ack;          /* packets on the wire with the acknowledgement number of the last one: one that was
                                 * captured whole may have been several, and what the capture lost counts, too */
    uint8_t  seen;              /* SEEN_* */
} direction_t;

#define SEEN_SHIFT 9            /* from packet_t.bits to direction_t.seen, of these two */
enum {
    SEEN_SYN = TCP_SYN, SEEN_FIN = TCP_FIN, SEEN_HOLE = 0x04 /* numbers that did not follow on each other */,
    SEEN_DATA = 0x08,
    SEEN_TIMESTAMPS = BIT_TIMESTAMPS >> SEEN_SHIFT, SEEN_OPTIONS = BIT_OPTIONS >> SEEN_SHIFT,
    SEEN_ACCECN = 0x40,
    SEEN_MORE_DATA = 0x80,      /* new data after the first, which end with a PSH or another packet */
};

/* The shortest round trip to an end, in us, of those that were measured in a flow of its and in its host's
 * handshakes; 0 where they are fewer than two, because one may have been a slow one. */
static inline uint32_t
shortest_rtt(const direction_t *end, uint32_t host_rtt, unsigned host_rtts)
{
    unsigned measured = end->rtts + host_rtts - (end->rtts && host_rtts);

    if (measured < 2)
        return 0;
    return end->rtt && host_rtt ? MIN(end->rtt, host_rtt) : MAX(end->rtt, host_rtt);
}

/* Addresses and ports of both ends are in an order of their own, the same for both directions. */
typedef struct flow {
    entry_t     entry;          /* by the ends; its number is the slot */
    uint32_t    request_frame;  /* the client's last request with a name, or its first payload; 0: none */
    uint32_t    answer_seq;     /* where the server's data begin; valid when it has SEEN_DATA */
    host_t     *host[2];
    direction_t end[2];
    uint32_t    older, newer;   /* neighbours in the queue, slot numbers */
    uint16_t    port[2];
    uint16_t    request;        /* the name it asked for, for state/asked.c: an index of names_t */
    uint16_t    suffix;         /* what follows the name, path or ECH: an index; of opaque data the length */
    uint16_t    touched;        /* when it moved in the queue, in steps of 1.07 s, modulo 2^16 */
    uint16_t    has;            /* what is kept beside it, a bit for each kind of beside.h */
    unsigned    client : 8;     /* which end opened it, or has the higher port */
    unsigned    opaque : 1;         /* the client asked for nothing by name: request is 0 */
    unsigned    opaque_encrypted : 1;   /* its first data look fully encrypted */
    unsigned    opaque_late : 1;        /* the connection's beginning was not captured */
    unsigned    opaque_unread : 1;      /* the bytes were not captured */
    unsigned    handshake : 1;      /* SYN or SYN/ACK seen */
    unsigned    http : 1;           /* the client's first payload is an HTTP request with a Host */
    unsigned    tls : 1;            /* its last request is a TLS ClientHello */
    unsigned    gap : 1;            /* holds a segment that could not be read */
    unsigned    vantage : 2;        /* vantage_t that the handshake speaks for */
    unsigned    handshake_read : 1; /* it had SYN, SYN/ACK and one more packet */
    unsigned    vantage_learnt : 1; /* nothing more will come */
    unsigned    was_reset : 1;      /* by either end */
    unsigned    syn_repeated : 1;   /* the client sent its SYN more than once */
    unsigned    certificate_pending : 1;    /* the server's certificates go on in its next segment */
    unsigned    stage_counted : 1;  /* it is one of those that stages are counted of */
} flow_t;


/* An IP ID goes on from another one, with what its sender sent to others in between. */
static inline bool
ip_id_goes_on(uint16_t before, uint16_t now)
{
    return (uint16_t)(now - before - 1) < 64;
}

/* The end has kept one flow label, not 0, over three packets or more. Always false for IPv4. */
static inline bool
keeps_flow_label(const direction_t *sender, bool ipv6)
{
    return ipv6 && sender->packets >= 3 && !sender->id_zero && sender->id_steps + 1 >= sender->packets;
}

/* A flow's slot is needed for another one, or its ports begin a new connection. */
typedef void (*flow_forget_t)(void *context, flow_t *flow);

typedef struct flow_table flow_table_t;

/* max: connections. */
flow_table_t *flow_table_new(host_table_t *hosts, unsigned max, flow_forget_t forget, void *context);
void          flow_table_free(flow_table_t *table);

typedef struct {
    uint64_t begun;             /* those on ports that were used before included */
    uint64_t evicted;           /* given up because the cap was reached */
    uint64_t one_sided;         /* of those still there: only one end was captured */
    uint64_t no_beginning;      /* … and begun before the capture */
} flow_counts_t;

/* Looks at every flow. */
flow_counts_t flow_table_count(const flow_table_t *table);

/* Flows given up because a cap was reached. */
uint64_t      flow_table_evicted(const flow_table_t *table);

/* The hash of a packet's addresses and ports, the same for both directions, and which of its flow's ends sent
 * it. */
typedef struct {
    uint32_t hash;
    unsigned source;
} connection_t;

connection_t connection_of(const observation_t *obs);

/* The flow of a TCP packet, NULL where there is none; and its connection_of(). */
flow_t *flow_find(flow_table_t *table, const observation_t *obs, connection_t *connection);

/* A flow for a TCP packet that has none. Makes room by giving up the one longest silent. */
flow_t *flow_new(flow_table_t *table, const observation_t *obs, connection_t connection);

/* Says that a flow is alive at a time, in ns: those silent the longest, give or take a second, are given
 * up first. */
void flow_touch(flow_table_t *table, flow_t *flow, int64_t time);

/* Forgets what the flow's ends sent: its ports are used again. */
void flow_restart(flow_table_t *table, flow_t *flow);

/* Adds a packet, not a reset, to what its sender has shown; peer is the other end. Detects capture
 * duplicates: returns false for one and leaves all but their count alone. */
bool flow_learn(direction_t *sender, const direction_t *peer, const observation_t *obs);

/* What is said where there are too many, with more than a SYN or not. */
#define FLOWS_NOTICE \
    "connection limit reached: the oldest unanswered or silent connections are forgotten, and what follows in them " \
    "is judged without its past"

extern const kept_t flow_kept[];
