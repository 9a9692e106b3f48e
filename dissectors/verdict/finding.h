/* verdict/finding.h
 * What is said about one frame, and the facts that are shown with it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "detectors.h"
#include "observation.h"
#include "state/vantage.h"
#include "verdict/signature.h"

/* Numbers and texts shown as fields of their own, so that they can be filtered and put into
 * columns.
 *   name, family that it is shown with, kind, filter name below "interference.", label */
#define FACTS(X) \
    X(TTL_HOPS,         TTL,     UINT,  "ttl.hops", "Hops to the sender of this packet") \
    X(TTL_USUAL,        TTL,     UINT,  "ttl.usual", \
      "TTL of the claimed sender's other packets") \
    X(TTL_PACKETS,      TTL,     UINT,  "ttl.packets", "Packets of the claimed sender compared") \
    X(TTL_DEVIATION,    TTL,     UINT,  "ttl.deviation", \
      "TTL distance from the others, in hops where they are known") \
    X(TTL_IMPLAUSIBLE,  TTL,     FLAG,  "ttl.implausible", \
      "TTL implies an implausible distance") \
    X(TTL_MIRRORED,     TTL,     FLAG,  "ttl.mirrored", "TTL follows the answered packet's TTL") \
    X(DNS_ANSWERS,      DNS,     UINT,  "dns.answers", "Answers to this query") \
    X(DNS_SETS,         DNS,     UINT,  "dns.sets", "Different answers to this query") \
    X(DNS_QUERIES,      DNS,     UINT,  "dns.queries", "Times the query was sent") \
    X(DNS_DELAY,        DNS,     TIME,  "dns.delay", "Time since the query") \
    X(DNS_QUERY_FRAME,  DNS,     FRAME, "dns.query_frame", "Query in frame") \
    X(DNS_FIRST,        DNS,     FRAME, "dns.first", \
      "First answer to the query, which clients take, in frame") \
    X(DNS_COPY_OF,      DNS,     FRAME, "dns.copy_of", \
      "The same answer, captured before in frame") \
    X(RESET_DELAY,      RESET,   TIME,  "reset.delay", "Time since the packet it answers") \
    X(RESET_PAIR_GAP,   RESET,   TIME,  "reset.pair_gap", \
      "Time since the sender's previous reset") \
    X(RESET_PAIR_STEP,  RESET,   UINT,  "reset.pair_step", \
      "Sequence step since the sender's previous reset") \
    X(RESET_IGNORED,    RESET,   FRAME, "reset.ignored", "Its receiver goes on in frame") \
    X(RESET_IDLE,       RESET,   TIME,  "reset.idle", "Time without a packet before it") \
    X(RESET_BURST,      RESET,   UINT,  "reset.burst", "Resets in this burst so far") \
    X(RESET_WINDOW_TTL, RESET,   INT,   "reset.window_ttl", "Window minus TTL") \
    X(RESET_PATH_RTT,   RESET,   TIME,  "reset.path_rtt", \
      "Shortest round trip to the claimed sender") \
    X(SILENCE_SENT,     SILENCE, UINT,  "silence.sent", "Times it was sent") \
    X(SILENCE_SPAN,     SILENCE, TIME,  "silence.span", "From the first to the last time") \
    X(SILENCE_IDLE,     SILENCE, TIME,  "silence.idle", "Idle before the first time") \
    X(SILENCE_BYTES,    SILENCE, UINT,  "silence.bytes", "Bytes of the answer until it stopped") \
    X(SILENCE_LAST,     SILENCE, FRAME, "silence.last", "Sent last in frame") \
    X(SILENCE_ANSWERED, SILENCE, FRAME, "silence.answered", "Asked again later, and answered in frame") \
    X(SILENCE_SERVERS,  SILENCE, UINT,  "silence.servers", "Servers silent at the same time") \
    X(SILENCE_RATE,     SILENCE, UINT,  "silence.rate", "Rate that passes, bit/s") \
    X(SILENCE_LOST,     SILENCE, UINT,  "silence.lost", "Losses at that rate") \
    X(RESET_ANSWERS,    RESET,   FRAME, "reset.answers", "Answers the packet in frame") \
    X(DNS_FINGERPRINT,  DNS,     TEXT,  "dns.fingerprint", \
      "Entry of a list that the answer fits") \
    X(DNS_FP_SCOPE,     DNS,     TEXT,  "dns.fingerprint.scope", "Scope of the entry") \
    X(DNS_FP_COUNTRY,   DNS,     TEXT,  "dns.fingerprint.country", "Countries of the entry") \
    X(DNS_FP_LIST,      DNS,     TEXT,  "dns.fingerprint.list", "List of the entry") \
    X(DNS_FP_DATE,      DNS,     TEXT,  "dns.fingerprint.date", \
      "Date of the entry, its list or file") \
    X(DATA_AGAIN,       DATA,    UINT,  "data.again", "Times the same data came again") \
    X(DATA_FINGERPRINT, DATA,    TEXT,  "data.fingerprint", \
      "Entry of a list that the page fits") \
    X(DATA_FP_SCOPE,    DATA,    TEXT,  "data.fingerprint.scope", "Scope of the entry") \
    X(DATA_FP_COUNTRY,  DATA,    TEXT,  "data.fingerprint.country", "Countries of the entry") \
    X(DATA_FP_LIST,     DATA,    TEXT,  "data.fingerprint.list", "List of the entry") \
    X(DATA_FP_DATE,     DATA,    TEXT,  "data.fingerprint.date", \
      "Date of the entry, its list or file") \
    X(POINTS_PARTNER,   POINTS,  UINT,  "points.partner", "Number of the frame at the other capture point") \
    X(POINTS_DELAY,     POINTS,  TIME,  "points.delay", "Time from one capture point to the other") \
    X(POINTS_HOPS,      POINTS,  UINT,  "points.hops", "Routers between the capture points") \
    X(POINTS_MATCHED,   POINTS,  UINT,  "points.matched", \
      "Packets this way that both capture points have, percent") \
    X(POINTS_CLOCK_ERROR, POINTS, TIME, "points.clock_error", \
      "Clocks of the capture points are known to") \
    X(STAGE,            STAGES,  TEXT,  "stage", "Stage at which the connection broke off") \
    X(STAGE_SEQUENCE,   STAGES,  TEXT,  "stage.sequence", "Packets of the client") \
    X(STAGE_MEANING,    STAGES,  TEXT,  "stage.meaning", "What the server saw")

typedef enum { FACT_UINT, FACT_INT, FACT_FLAG, FACT_TIME, FACT_FRAME, FACT_TEXT } fact_kind_t;

typedef enum {
#define X(name, detector, kind, filter, label) F_##name,
    FACTS(X)
#undef X
    N_FACTS
} fact_id_t;

typedef struct {
    fact_id_t   id;
    int64_t     value;      /* FACT_TIME in ns, FACT_FLAG 0 or 1 */
    const char *text;       /* FACT_TEXT: escaped, lives as long as the store; else NULL */
} fact_t;

typedef struct {
    const char   *filter, *label;
    fact_kind_t   kind;
    detector_id_t detector; /* from N_DETECTORS on: of no family, but of the whole connection */
} fact_row_t;

extern const fact_row_t fact_rows[N_FACTS];

/* Some facts on their way to a finding; begin with all zeros. */
typedef struct {
    unsigned n;
    fact_t   fact[N_FACTS]; /* in the order in which they are shown, each id once */
} facts_t;

/* Adds a number, or a text for FACT_TEXT; each id once. */
void fact_number(facts_t *facts, fact_id_t id, int64_t value);
void fact_text(facts_t *facts, fact_id_t id, const char *text);

/* What can be said of the sender of a forged packet (origin.h). */
typedef struct origin origin_t;

/* Who claims to speak to whom: what an output shows that has no packet at hand. */
typedef struct {
    ip_address_t src, dst;
    uint16_t     sport, dport;  /* 0 for ICMP */
    uint8_t      protocol;      /* IP protocol number; 0: nothing of this is known */
    uint8_t      ttl;           /* as captured; 0: not known */
} ends_t;

/* Everything there is to say about one frame. Owned by the store, lives until the file closes. */
typedef struct {
    uint32_t    frame;
    int64_t     time;           /* of the frame, ns: guards against a
                                 * reused frame number; 0: not known */
    ends_t      ends;
    bool        confirmed;      /* a later pass met this frame again, see store_confirm() */
    verdict_t   verdict : 8;
    class_t     class : 8;
    vantage_t   vantage : 8;    /* where it was captured, as far as that shows */
    uint8_t     confidence;     /* 0-100; 0 where the verdict has none of its own */
    uint32_t    forged_frame;   /* 0: none, as for the next two */
    uint32_t    genuine_frame;
    uint32_t    trigger_frame;
    uint32_t    incident;       /* number of the exchange it belongs to (incident.h); 0: not known */
    const char *trigger;        /* escaped text, interned for the life of the store, or NULL */
    const char *innocent;       /* the explanation that has to be ruled out, static, or NULL */
    const char *notice;         /* what could not be judged from here
                                 * on, static or interned, or NULL */
    GArray     *evidence;       /* of evidence_t; empty where there are too many findings, as the next two */
    GArray     *facts;          /* of fact_t, each id at most once */
    origin_t   *origin;         /* of a forged packet; NULL elsewhere. No verdict depends on it. */
} finding_t;

/* Writes a fact into a finding that store_fill() was called for, in place of an earlier value of the same. */
void finding_fact(finding_t *finding, fact_t fact);
