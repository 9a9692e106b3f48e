/* verdict/signature.h
 * The vocabulary of the judgement: what a signature is, what it says when it fires, and the words
 * for it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>


/* Signs of one family tend to appear together for one cause, so a family counts once.
 *   name, as shown */
#define FAMILIES(X) \
    X(ORDERING,        "ordering")        /* an order that the claimed sender cannot have made */ \
    X(HEADER_COPY,     "header-copy")     /* fields copied from the packet that is answered */ \
    X(HEADER_MISMATCH, "header-mismatch") /* fields unlike all else the claimed sender sent */ \
    X(TTL,             "ttl")             /* sent from another distance */ \
    X(TIMING,          "timing")          /* sooner than the path allows */ \
    X(CONTENT,         "content")         /* what it says, and what it answers */ \
    X(ABSENCE,         "absence")         /* what should have come and did not */ \
    X(POINTS,          "two-points")      /* what another capture point has seen, or has not */

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

/* What kind of packet a finding is about: name, as published, in words. */
#define CLASSES(X) \
    X(NONE,       "",           "packet")     \
    X(RESET,      "reset",      "reset")      \
    X(DNS_ANSWER, "dns-answer", "DNS answer") \
    X(DATA,       "data",       "data")       \
    X(FIN,        "fin",        "FIN")        \
    X(SYN_ACK,    "syn-ack",    "SYN/ACK")    \
    X(ACK,        "ack",        "ACK")        \
    X(TTL,        "ttl",        "TTL")        \
    X(SILENCE,    "silence",    "silence")

typedef enum {
#define X(name, published, words) CLASS_##name,
    CLASSES(X)
#undef X
    N_CLASSES
} class_t;

/* In rising order: where a frame has several parts to play, the highest is shown. Name, as
 * shown. */
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

/* hits of `of` packets (or flows) showed the sign; or PUBLISHED. */
typedef struct {
    unsigned hits, of;
} count_t;

/* In place of `injected`: nothing was counted, but the publication named as source says that the
 * packets of an interferer always show it. Weighs like 1 of 1. */
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
    bool               alone;   /* may convict alone: of tier A, and the
                                 * record leaves it all it may weigh */
} evidence_t;

/* True where a packet was judged, not only linked with one. */
static inline bool
has_confidence(verdict_t verdict)
{
    return verdict >= VERDICT_SUSPECT || verdict == VERDICT_SILENCED;
}

/* As shown and published; "" for none. */
const char *class_name(class_t class);
const char *class_words(class_t class);         /* "DNS answer" */
const char *verdict_name(verdict_t verdict);
const char *family_name(family_t family);
const char *confidence_level(uint8_t confidence);   /* "low" < 50, "medium" < 80, "high" */
