/* points/between.h
 * What is counted between two points: what arrived and how, what was left open and why, what the path changes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "points/match.h"

/* Why nothing is said of a packet that only one point has. */
#define POINTS_REASONS(X) \
    X(NOT_CAPTURING, "not-capturing", "came when the other point may not have been capturing") \
    X(LOSSY,         "lossy",         "are missing at a point that missed other packets, too") \
    X(UNSEEN,        "unseen",        "have a sender of which the other point shows nothing") \
    X(OTHER,         "other", \
      "belong to another connection at each point: a proxy, or a NAT that could not be told") \
    X(BOX,           "box",           "are those of a box that opens connections for others (a SYN proxy)") \
    X(SHIFTED,       "shifted",       "follow bytes that were put in or left out on the way")

typedef enum {
#define X(name, id, words) REASON_##name,
    POINTS_REASONS(X)
#undef X
    N_REASONS
} reason_t;

/* What routers and other boxes change for a living. */
#define POINTS_CHANGES(X) \
    X(TTL,        "ttl",        "TTL or hop limit, other than counted down alike") \
    X(DSCP,       "dscp",       "DSCP") \
    X(ECN,        "ecn",        "ECN") \
    X(MARK,       "mark",       "IP Identification or flow label") \
    X(DF,         "df",         "don't-fragment") \
    X(TIMESTAMPS, "timestamps", "TCP timestamps") \
    X(OPTIONS,    "options",    "TCP options left out or put in") \
    X(MSS,        "mss",        "MSS announced in a SYN") \
    X(WINDOW,     "window",     "TCP window") \
    X(SEQUENCE,   "sequence",   "sequence or acknowledgement numbers") \
    X(ADDRESSES,  "addresses",  "addresses or ports")

typedef enum {
#define X(name, id, words) CHANGE_##name,
    POINTS_CHANGES(X)
#undef X
    N_CHANGES
} change_t;

typedef struct {
    unsigned packets;
    char    *example;           /* "MSS 1460 became 1400, frame 3"; NULL for none */
} changed_t;

/* One way between the points, from the one that has the packets first. */
typedef struct {
    unsigned  fate[FATE_CHANGED + 1];   /* of packets where they arrive; LOST and SILENCED: where they were sent */
    unsigned  sent, arrived;
    unsigned  open[N_REASONS];
    unsigned  tested;                   /* conversations */
    unsigned  hops[256];                /* routers between the points, by packets */
    changed_t change[N_CHANGES];
} way_t;

typedef struct {
    way_t    way[2];                    /* by the point that has its packets first */
    unsigned other;                     /* conversations that are another connection at each point */
    unsigned translated;                /* … that a NAT renames */
    unsigned shifted;                   /* … of which the sequence numbers are moved */
    bool     lossy[2];                  /* the point missed packets that passed it */
    unsigned missed[2];                 /* … so many at least, not counting what the file says it dropped */
} between_t;

void between_clear(between_t *between);

/* Packets that arrived as they were, or as a copy, or of which the bytes did. */
unsigned way_matched(const way_t *way);
/* Hops that most packets have, -1 for none. */
int way_hops(const way_t *way);

const char *reason_id(reason_t reason);
const char *reason_words(reason_t reason);
const char *change_id(change_t change);
const char *change_words(change_t change);
