/* verdict/signature.h
 * The vocabulary of the judgement: what a signature is, and what it leaves behind when it fires.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "observation.h"

/* Signs of one family tend to appear together for one cause, so a family counts once.
 *   name, as shown */
#define FAMILIES(X) \
    X(ORDERING,        "ordering")        /* an order of packets that the claimed sender cannot have produced */ \
    X(HEADER_COPY,     "header-copy")     /* header fields copied from the packet that is answered */ \
    X(HEADER_MISMATCH, "header-mismatch") /* header fields unlike everything else the claimed sender sent */ \
    X(TTL,             "ttl")             /* sent from another distance */ \
    X(TIMING,          "timing")          /* sooner than the path allows */ \
    X(CONTENT,         "content")         /* what it says, and what it answers */ \
    X(ABSENCE,         "absence")         /* what should have come and did not */

typedef enum {
#define X(name, shown) FAMILY_##name,
    FAMILIES(X)
#undef X
    N_FAMILIES
} family_t;

typedef enum {
    TIER_A,     /* hardly any innocent explanation; may convict alone */
    TIER_B,     /* strong; needs another family */
    TIER_C,     /* supporting */
    TIER_D,     /* an observation; weighs nothing */
} tier_t;

/* What kind of packet a finding is about: name, as shown. */
#define CLASSES(X) \
    X(NONE,       "") \
    X(RESET,      "reset") \
    X(DNS_ANSWER, "dns-answer") \
    X(DATA,       "data") \
    X(FIN,        "fin") \
    X(SYN_ACK,    "syn-ack") \
    X(ACK,        "ack") \
    X(TTL,        "ttl") \
    X(SILENCE,    "silence")

typedef enum {
#define X(name, shown) CLASS_##name,
    CLASSES(X)
#undef X
    N_CLASSES
} class_t;

/* In rising order: where a frame has several parts to play, the highest is shown. Name, as shown. */
#define VERDICTS(X) \
    X(NONE,     "") \
    X(SILENCED, "silenced")     /* asked, and never answered */ \
    X(TRIGGER,  "trigger")      /* set off a forged packet */ \
    X(GENUINE,  "genuine")      /* shows another packet to be forged */ \
    X(SUSPECT,  "suspect") \
    X(FORGED,   "forged")

typedef enum {
#define X(name, shown) VERDICT_##name,
    VERDICTS(X)
#undef X
    N_VERDICTS
} verdict_t;

/* Confidence below which a packet is only suspected. */
#define CONFIDENCE_FORGED 50
/* Confidence below which nothing is said at all. */
#define CONFIDENCE_SHOWN 10

/* Where the capture was taken (vantage.h). As a preference VANTAGE_UNKNOWN means: guess. */
typedef enum {
    VANTAGE_UNKNOWN, VANTAGE_CLIENT, VANTAGE_SERVER, VANTAGE_ON_PATH,
    N_VANTAGES
} vantage_t;

/* hits of `of` packets (or flows) showed the sign; or PUBLISHED. */
typedef struct {
    unsigned hits, of;
} count_t;

/* In place of `injected`: nothing was counted, but the publication named as source says that the packets of an
 * interferer always show it. Weighs like 1 of 1. */
#define PUBLISHED { 1, 0 }

/* One row of the catalogue. The weight is not written anywhere: it follows from the counts. */
typedef struct {
    const char *id;         /* catalogue name, as published in interference.signature */
    family_t    family;
    tier_t      tier;
    count_t     benign;     /* how often genuine packets show it */
    count_t     injected;   /* how often forged packets show it */
    const char *source;     /* where both counts come from */
    const char *sees;       /* what is looked for, one sentence */
    const char *twin;       /* the innocent explanation, one sentence */
} signature_t;

static inline bool
is_published(const signature_t *signature)
{
    return signature->injected.hits > signature->injected.of;
}

/* A signature that fired, with the numbers a reader needs to check it by hand. */
typedef struct {
    const signature_t *signature;
    char              *text;    /* observed, expected, on how many packets; owned */
    double             weight;  /* dB: the signature's, or what the sender's record leaves of it */
    bool               alone;   /* may convict alone: of tier A, and the record leaves it all it may weigh */
} evidence_t;

/* Numbers and texts shown as fields of their own, so that they can be filtered and put into columns.
 *   name, filter name below "interference.", label, kind */
#define FACTS(X) \
    X(TTL_HOPS,         "ttl.hops",         "Hops to the sender of this packet",             UINT)  \
    X(TTL_USUAL,        "ttl.usual",        "TTL of the claimed sender's other packets",     UINT)  \
    X(TTL_PACKETS,      "ttl.packets",      "Packets of the claimed sender compared",        UINT)  \
    X(TTL_DEVIATION,    "ttl.deviation",    "TTL distance from the others, in hops where they are known", UINT) \
    X(TTL_IMPLAUSIBLE,  "ttl.implausible",  "TTL implies an implausible distance",           FLAG)  \
    X(TTL_MIRRORED,     "ttl.mirrored",     "TTL follows the answered packet's TTL",         FLAG)  \
    X(DNS_ANSWERS,      "dns.answers",      "Answers to this query",                         UINT)  \
    X(DNS_SETS,         "dns.sets",         "Different answers to this query",               UINT)  \
    X(DNS_QUERIES,      "dns.queries",      "Times the query was sent",                      UINT)  \
    X(DNS_DELAY,        "dns.delay",        "Time since the query",                          TIME)  \
    X(DNS_QUERY_FRAME,  "dns.query_frame",  "Query in frame",                                FRAME) \
    X(RESET_DELAY,      "reset.delay",      "Time since the packet it answers",              TIME)  \
    X(RESET_PAIR_GAP,   "reset.pair_gap",   "Time since the sender's previous reset",        TIME)  \
    X(RESET_PAIR_STEP,  "reset.pair_step",  "Sequence step since the sender's previous reset", UINT) \
    X(RESET_BURST,      "reset.burst",      "Resets in this burst so far",                   UINT)  \
    X(RESET_WINDOW_TTL, "reset.window_ttl", "Window minus TTL",                              INT)   \
    X(RESET_PATH_RTT,   "reset.path_rtt",   "Shortest round trip to the claimed sender",     TIME)  \
    X(SILENCE_SENT,     "silence.sent",     "Times it was sent",                             UINT)  \
    X(SILENCE_SPAN,     "silence.span",     "From the first to the last time",               TIME)  \
    X(SILENCE_LAST,     "silence.last",     "Sent last in frame",                            FRAME) \
    X(SILENCE_ANSWERED, "silence.answered", "Answered after all in frame",                   FRAME) \
    X(SILENCE_RATE,     "silence.rate",     "Rate that passes, bit/s",                       UINT)  \
    X(SILENCE_LOST,     "silence.lost",     "Losses at that rate",                           UINT)  \
    X(RESET_ANSWERS,    "reset.answers",    "Answers the packet in frame",                   FRAME) \
    X(DNS_FINGERPRINT,  "dns.fingerprint",  "Entry of a list that the answer fits",          TEXT)  \
    X(DNS_FP_SCOPE,     "dns.fingerprint.scope",   "Scope of the entry",                     TEXT)  \
    X(DNS_FP_COUNTRY,   "dns.fingerprint.country", "Countries of the entry",                 TEXT)  \
    X(DNS_FP_LIST,      "dns.fingerprint.list",    "List of the entry",                      TEXT)  \
    X(DNS_FP_DATE,      "dns.fingerprint.date",    "Date of the entry, its list or file",    TEXT)  \
    X(DATA_FINGERPRINT, "data.fingerprint", "Entry of a list that the page fits",            TEXT)  \
    X(DATA_FP_SCOPE,    "data.fingerprint.scope",   "Scope of the entry",                    TEXT)  \
    X(DATA_FP_COUNTRY,  "data.fingerprint.country", "Countries of the entry",                TEXT)  \
    X(DATA_FP_LIST,     "data.fingerprint.list",    "List of the entry",                     TEXT)  \
    X(DATA_FP_DATE,     "data.fingerprint.date",    "Date of the entry, its list or file",   TEXT)  \
    X(STAGE,            "stage",            "Stage at which the connection broke off",       TEXT)  \
    X(STAGE_SEQUENCE,   "stage.sequence",   "Packets of the client",                         TEXT)  \
    X(STAGE_MEANING,    "stage.meaning",    "What the server saw",                           TEXT)

typedef enum { FACT_UINT, FACT_INT, FACT_FLAG, FACT_TIME, FACT_FRAME, FACT_TEXT } fact_kind_t;

typedef enum {
#define X(name, filter, label, kind) F_##name,
    FACTS(X)
#undef X
    N_FACTS
} fact_id_t;

typedef struct {
    fact_id_t   id;
    int64_t     value;      /* FACT_TIME in ns, FACT_FLAG 0 or 1 */
    const char *text;       /* FACT_TEXT: escaped, lives as long as the store; else NULL */
} fact_t;

/* What can be said of the sender of a forged packet (origin.h). */
typedef struct origin origin_t;

typedef struct {
    const char *filter, *label;
    fact_kind_t kind;
} fact_row_t;

extern const fact_row_t fact_rows[N_FACTS];

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
    int64_t     time;           /* of the frame, ns: guards against a reused frame number; 0: not known */
    ends_t      ends;
    bool        confirmed;      /* a later pass met this frame again, see store_confirm() */
    verdict_t   verdict;
    class_t     class;
    uint8_t     confidence;     /* 0-100; 0 where the verdict has none of its own */
    uint32_t    forged_frame;   /* 0: none, as for the next two */
    uint32_t    genuine_frame;
    uint32_t    trigger_frame;
    vantage_t   vantage;        /* where it was captured, as far as that shows */
    const char *trigger;        /* escaped text, interned for the life of the store, or NULL */
    const char *innocent;       /* the explanation that has to be ruled out, static, or NULL */
    const char *notice;         /* what could not be judged from here on, static or interned, or NULL */
    GArray     *evidence;       /* of evidence_t */
    GArray     *facts;          /* of fact_t, each id at most once */
    origin_t   *origin;         /* of a forged packet; NULL elsewhere. No verdict depends on it. */
} finding_t;

/* True where a packet was judged, not only linked with one. */
static inline bool
has_confidence(verdict_t verdict)
{
    return verdict >= VERDICT_SUSPECT || verdict == VERDICT_SILENCED;
}

/* As shown and published; "" for none. */
const char *class_name(class_t class);
const char *verdict_name(verdict_t verdict);
const char *family_name(family_t family);
const char *vantage_name(vantage_t vantage);    /* "unknown", "client", "server", "on-path" */
const char *confidence_level(uint8_t confidence);   /* "low" < 50, "medium" < 80, "high" */
