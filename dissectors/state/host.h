/* state/host.h
 * What the whole capture has shown of one address, whichever flow it was in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

#include "base/kept.h"
#include "base/hash.h"
#include "base/table.h"
#include "observation.h"
#include "state/died.h"

#define TTL_SLOTS 4

/* A multiset of TTLs: the first four different ones by name, the rest as a number. */
typedef struct {
    uint16_t count[TTL_SLOTS];  /* saturating */
    uint8_t  ttl[TTL_SLOTS];
    uint16_t others;
} ttl_memory_t;

void ttl_memory_add(ttl_memory_t *memory, uint8_t ttl);
/* Takes one back that was added. */
void ttl_memory_remove(ttl_memory_t *memory, uint8_t ttl);
/* Packets remembered. */
unsigned ttl_memory_total(const ttl_memory_t *memory);
/* The most frequent TTL; 0 when nothing is remembered. */
uint8_t ttl_memory_usual(const ttl_memory_t *memory);
/* Packets with this TTL, give or take HOPS_JITTER. */
unsigned ttl_memory_near(const ttl_memory_t *memory, uint8_t ttl);
/* "52 (12 hops) in 5, 60 (4 hops) in 1", the most frequent first; to be freed. */
char *ttl_memory_text(const ttl_memory_t *memory);
/* How many hops ttl is away from the nearest TTL that this sender is known to use: one seen at
 * least twice and in a quarter of its packets. Returns false when none is known. */
bool ttl_memory_distance(const ttl_memory_t *memory, uint8_t ttl, uint8_t *distance);

/* A reset with a window, remembered to find two whose window and TTL move together. */
typedef struct {
    int32_t  constant;          /* window - TTL */
    uint32_t frame;
    uint8_t  ttl;
} window_ttl_t;

/* Header of a forged packet sent in this host's name, to recognise the same box again. */
typedef struct {
    uint32_t frame;             /* the proof; 0: none */
    uint8_t  ttl;
    bool     df;
    bool     id_zero;           /* IP ID; of IPv6 the flow label */
} injector_profile_t;

/* A reset from another distance, remembered to find two whose TTLs follow what they answer. */
typedef struct {
    uint32_t frame;
    uint8_t  ttl, answered_ttl;
} mirrored_ttl_t;

/* TTLs of the packets proven forged in this host's name, to tell a box that always uses the same
 * from one that does not (where.c). Nothing else reads it. */
#define FORGED_FRAMES 8
typedef struct {
    uint32_t frame[FORGED_FRAMES];  /* the first ones; 0: none */
    uint8_t  lowest, highest;
    uint8_t  silent_hops;           /* see where_facts_t; of the nearest */
    dead_probe_t nearest;           /* the nearest router before which one of them was sent */
} forged_ttls_t;

/* Don't-fragment in what a host sends from one port, SYN/ACKs left out: listeners of one host may differ, and
 * one address may lead to several machines. */
typedef struct {
    uint16_t port;
    uint16_t packets[2];    /* without it, and with it; saturating */
} port_df_t;

/* IP IDs of packets that a host sent within HOST_ID_TICKS of the one before: a counter shows, and how fast it is. */
#define HOST_ID_TICKS 763       /* 50 ms */
typedef struct {
    uint32_t time;              /* of the last packet, in ticks */
    uint16_t last;              /* its IP ID */
    uint8_t  steps, small;      /* steps from one to the next, and of these 1 to 2048; until there are 255 */
} host_ids_t;

#define WINDOW_TTL_SLOTS 8
#define MIRROR_SLOTS     8
#define INJECTOR_SLOTS   4
#define COPIED_SLOTS     4

/* Patterns of two resets in one host's name. */
enum { PATTERN_MIRROR = 1, PATTERN_COPY = 2 };

/* What a host's own resets look like, as far as they came from its usual distance and nothing was said about
 * them. Saturating. */
typedef struct {
    uint8_t resets, df;         /* so many; of these with don't-fragment */
} own_resets_t;

/* Allocated for the few hosts in whose name something odd was sent. */
typedef struct {
    window_ttl_t       window_ttl[WINDOW_TTL_SLOTS];
    injector_profile_t injector[INJECTOR_SLOTS];
    mirrored_ttl_t     mirror[MIRROR_SLOTS];
    forged_ttls_t      forged_ttls[2][2];   /* of resets or not, without and with don't-fragment */
    uint64_t           forger_station;  /* on this link, that was proven to forge; 0: none */
    uint32_t           forger_frame;    /* the proof */
    uint8_t            patterns;        /* PATTERN_* that were seen */
    uint8_t            revisits;        /* times its open cases were judged again, by reset/cases.c */
    bool               marked;          /* that is to be done with the packet at hand */
    uint32_t           copied_frame[COPIED_SLOTS];  /* resets with the IP ID of what they answer */
    unsigned           n_window_ttl, n_injectors, n_mirror, n_copied;   /* total ever; slots are used in turn */
} host_suspicions_t;

/* Lives until the file closes, or until its last flow goes if it only ever sent SYNs. */
typedef struct {
    entry_t      entry;         /* by the address */
    ip_address_t address;
    uint32_t     flows;         /* references */
    bool         remembered;    /* it sent more than a SYN */
    uint32_t     heard_frame;   /* the last TCP packet to it that was captured; 0: none */
    uint32_t     heard;         /* when, in ticks */
    uint32_t     heard_bytes;   /* payload of all TCP packets to it, modulo 2^32 */
    uint32_t     worked_frame[2];   /* answers to the last two different requests to it */
    uint16_t     worked_name[2];    /* what was asked for, of names_t; 0: none */
    uint16_t     worked_port[2];    /* of the host */
    uint32_t     worked_client[2];  /* who asked: the hash of its entry */
    uint16_t     df_set, df_clear, id_zero;
    host_ids_t   ids;           /* of IPv4, zeros left out */
    port_df_t    port_df[2];    /* of the two ports it sent from last, the last one first */
    uint16_t     links_same, links_other;   /* packets that came from `link`, and from other stations */
    uint64_t     link;          /* station that put its first packet on the link, see observation_t; 0: none */
    uint16_t     syn_acks[2];   /* of the packets in `ttls`, those that are SYN/ACKs of these TTLs */
    uint8_t      syn_ack_ttl[2];
    uint8_t      answers;       /* flows in which it has sent data to a client, saturating */
    uint8_t      rtts;          /* handshakes in which it answered a SYN, saturating */
    uint32_t     rtt;           /* us, the shortest round trip of those; 0: none */
    own_resets_t own_resets[2]; /* without and with ACK */
    bool         checksums_known;   /* the next are many */
    uint8_t      checksums[2][2];   /* of the packets that host_damaged() was asked about, sent far away or next to
                                     * the capture point: wrong ones, right ones */
    ttl_memory_t ttls;          /* of everything but resets and what is disputed */
    struct dns_server *dns;         /* dns/habits.h; NULL until it answers */
    host_suspicions_t *suspicions;  /* NULL until something odd */
} host_t;

/* Writes an address as words for hash_words(): one for IPv4, four for IPv6. Returns how many. */
static inline unsigned
address_words(const ip_address_t *address, uint32_t *words)
{
    if (address->ipv6) {
        memcpy(words, address->bytes, 16);
        return 4;
    }
    memcpy(words, address->bytes, 4);
    return 1;
}

typedef struct host_table host_table_t;

/* max: hosts remembered; further ones live only as long as their flows. */
host_table_t *host_table_new(unsigned max);
void          host_table_free(host_table_t *table);
bool          host_table_is_full(const host_table_t *table);

/* The host of an address; made when there is none and create is set. NULL otherwise. */
host_t *host_get(host_table_t *table, const ip_address_t *address, bool create);
void    host_unref(host_table_t *table, host_t *host);

/* It lives until the file closes from now on. False when there is no room for that. */
bool host_remember(host_table_t *table, host_t *host);

/* True when another host than this one, of those remembered first, sent TCP with IP ID 0 and don't-fragment clear
 * and nothing else: so does a network in a program (of a virtual machine or a container) for everybody. */
bool host_table_finds_unnumbered(const host_table_t *table, const host_t *but);

host_suspicions_t *host_suspicions(host_t *host);

/* True when more than a tenth of what the host sent had this TTL, give or take one. */
bool host_uses_ttl(const host_t *host, uint8_t ttl);

/* Remembers the header of a packet proven forged in this host's name. False when that could be the
 * host's own header, or is known already. */
bool host_remember_injector(host_t *host, uint32_t frame, const ip_header_t *ip);

/* The proof that a box with this header forges packets in this host's name: a frame, or 0. */
uint32_t host_known_injector(const host_t *host, uint32_t frame, const ip_header_t *ip);

forged_ttls_t *host_forged_ttls(host_t *host, bool reset, bool df);
/* True when this changes the range that is known of more than one packet. */
bool           forged_ttls_add(forged_ttls_t *seen, uint32_t frame, uint8_t ttl);

/* Adds one to a counter that stays at its highest value. */
static inline void
count_up(uint16_t *counter)
{
    if (*counter < UINT16_MAX)
        (*counter)++;
}

/* TTLs of what the host sent itself, for all that is known: a front end or a box against floods may answer SYNs in
 * its name, so SYN/ACKs are left out. */
ttl_memory_t host_own_ttls(const host_t *host);

/* Adds the station that a packet of this host came from, see observation_t.link_src. */
static inline void
host_learn_link(host_t *host, uint64_t station)
{
    if (!host->link)
        host->link = station;
    if (station)
        count_up(station == host->link ? &host->links_same : &host->links_other);
}

/* Adds a packet of this host with an IP ID that is not 0. now: in ticks. */
static inline void
host_learn_id(host_t *host, uint16_t ip_id, uint32_t now)
{
    host_ids_t *ids = &host->ids;

    if (now - ids->time < HOST_ID_TICKS && ids->steps < UINT8_MAX) {
        ids->steps++;
        ids->small += (uint16_t)(ip_id - ids->last - 1) < 2048;
    }
    ids->time = now;
    ids->last = ip_id;
}

/* Makes a port the one that the host sent from last. */
void host_turn_to_port(host_t *host, uint16_t port);

/* Adds a packet of this host, no SYN or SYN/ACK. */
static inline void
host_learn_df(host_t *host, uint16_t port, bool df)
{
    if (host->port_df[0].port != port)
        host_turn_to_port(host, port);
    count_up(&host->port_df[0].packets[df]);
}

/* What is known of a port; all zero where nothing is. */
port_df_t host_port_df(const host_t *host, uint16_t port);

/* Adds the round trip of a handshake, in us; 0: none. */
void host_learn_rtt(host_t *host, uint32_t us);

/* Adds one of its own resets, or takes one back that turned out not to be. */
void host_learn_reset(host_t *host, bool ack, bool df, bool own);

/* Adds a SYN/ACK that host_learn() took. */
void host_learn_syn_ack(host_t *host, uint8_t ttl);

/* The packet did not arrive as its sender sent it: its checksum is wrong, and not because a stack leaves it to its
 * network card (checksum.h), although this sender's others are right, or, where little is known of this one, those of
 * other senders as near or as far. In an edited capture all are wrong, and prove nothing. A damaged packet says
 * nothing about anybody. Remembers what it learnt. During the call that brings the observation. host: of obs->src, or
 * NULL. */
bool host_damaged(host_table_t *table, host_t *host, const observation_t *obs);

/* Adds one packet, neither a reset nor the first SYN of an unknown host, to what is known of its
 * sender. */
static inline void
host_learn(host_table_t *table, host_t *host, const ip_header_t *ip)
{
    if (!host->remembered && !host_remember(table, host))
        return;
    if (ip->ttl == host->ttls.ttl[0])           /* nearly always */
        count_up(&host->ttls.count[0]);
    else
        ttl_memory_add(&host->ttls, ip->ttl);
    count_up(ip->df ? &host->df_set : &host->df_clear);
    if (!ip_mark(ip))
        count_up(&host->id_zero);
}

/* Takes back what host_learn() took, because it is disputed now. */
void host_unlearn(host_t *host, const ip_header_t *ip);

extern const kept_t host_kept[];
