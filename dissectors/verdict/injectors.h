/* verdict/injectors.h
 * Published injectors and the headers they write, and whose header a forged packet has.
 *
 * Whether a packet is forged is settled before anything here is asked, and nothing here is asked
 * about other packets (origin.c). A match says "consistent with", never "sent by": many boxes are
 * known by one observation, and more are not known at all. Where nothing fits well the answer is
 * "unknown".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stddef.h>

#include "verdict/signature.h"

typedef enum {
    KIND_FLAGS,     /* TCP flags */
    KIND_HEX,
    KIND_NUMBER,
    KIND_YES_NO,    /* two phrases, split by '/': for 1 and for 0 */
    KIND_IPV4,
    KIND_TEXT,      /* bytes somewhere in the beginning of the payload */
} trait_kind_t;

/* What a forged packet can be asked for: name, kind, words. "Trigger" is the packet it answers. */
#define TRAITS(X) \
    X(FLAGS,           FLAGS,  "flags") \
    X(RESERVED_BITS,   YES_NO, "reserved TCP bits set/no reserved TCP bits") \
    X(DF,              YES_NO, "don't-fragment set/don't-fragment clear") \
    X(IP_ID,           HEX,    "IP ID") \
    X(IP_ID_STEP,      NUMBER, "IP ID minus the trigger's") \
    X(PAIR_IP_ID_STEP, NUMBER, "IP ID step within the burst") \
    X(TTL_INITIAL,     NUMBER, "initial TTL") \
    X(TTL_IMPLAUSIBLE, YES_NO, \
      "TTL no initial value explains/TTL within reach of an initial value") \
    X(TTL_FOLLOWS,     YES_NO, "TTL follows the trigger's/TTL does not follow the trigger's") \
    X(DSCP,            NUMBER, "DSCP") \
    X(WINDOW,          NUMBER, "window") \
    X(WINDOW_COPIED,   YES_NO, "window of the trigger/window unlike the trigger's") \
    X(LOCKSTEP,        YES_NO, "window and TTL move together/window and TTL do not move together") \
    X(PAIR_LOCKSTEP,   YES_NO, \
      "window and TTL step together within the burst/" \
      "no common step of window and TTL within the burst") \
    X(BURST,           NUMBER, "equal resets at once") \
    X(SEQ_STEP,        NUMBER, "bytes to the other reset") \
    X(SEQ_STEP_1460,   NUMBER, "steps of 1460 bytes to the other reset") \
    X(SEQ_STEP_WINDOWS, NUMBER, "trigger's windows, unscaled, to the other reset") \
    X(ANSWERS_SYN,     YES_NO, "answers a SYN/answers no SYN") \
    X(ACK_OFF,         NUMBER, "acknowledgement number minus the one due") \
    X(ACK_UNFLAGGED,   YES_NO, \
      "acknowledgement number without the flag/no acknowledgement number without the flag") \
    X(ZERO_NUMBERS,    YES_NO, "sequence and acknowledgement number 0/numbers not 0") \
    X(LENGTH,          NUMBER, "payload bytes") \
    X(COUNTING_BYTES,  YES_NO, "payload 01 02 03 04 05 06 07 08 09 00/other payload") \
    X(NO_TIMESTAMPS,   YES_NO, "lacks the timestamps agreed on/has the timestamps agreed on") \
    X(TSVAL_COPIED,    YES_NO, "timestamp of the trigger/timestamp unlike the trigger's") \
    X(CONFLICT,        YES_NO, \
      "other bytes than another segment of this place/no other segment of this place") \
    X(REDIRECT,        YES_NO, "redirect to another host/no redirect to another host") \
    X(BARE_PAGE,       YES_NO, "page without a status line/no page without a status line") \
    X(IRAN_PAGE,       YES_NO, "leads to 10.10.34.34-36/does not lead to 10.10.34.34-36") \
    X(DNS_FLAGS,       HEX,    "DNS flags") \
    X(AUTHORITATIVE,   YES_NO, "authoritative/not authoritative") \
    X(RECORD_TTL,      NUMBER, "record TTL") \
    X(OWNER_IN_FULL,   YES_NO, "name repeated in full/name compressed") \
    X(SINGLE_RECORD,   YES_NO, "one address and nothing else/more than one address") \
    X(ADDRESS,         IPV4,   "address") \
    X(OPT_MISSING,     YES_NO, "EDNS record left out/EDNS record as asked") \
    X(OPT_AS_ANSWER,   YES_NO, "query's EDNS record as the answer/no EDNS record as the answer") \
    X(TYPE_MISMATCH,   YES_NO, \
      "address of another type than asked for/address of the type asked for") \
    X(DNS_BURST,       YES_NO, "another forged answer within 1 ms/no other answer within 1 ms") \
    X(TEXT,            TEXT,   "payload contains")

typedef enum {
#define X(name, kind, words) TRAIT_##name,
    TRAITS(X)
#undef X
    N_TRAITS
} trait_t;

#define NOT_KNOWN INT64_MIN

/* A forged packet as plain values. */
typedef struct {
    class_t     class;
    int64_t     value[N_TRAITS];    /* NOT_KNOWN where the capture does not tell */
    uint64_t    texts;              /* a bit per row whose text the payload contains */
} injected_t;

/* Nothing known yet. */
injected_t injected_new(class_t class);
/* Looks for the texts of all rows. */
void       injected_read_text(injected_t *packet, const uint8_t *payload, size_t length);

/* How much a fact says when it is there. A row is named from three points on. */
enum {
    EVERYDAY = 0,       /* in many genuine packets, or from many injectors */
    UNUSUAL  = 1,
    RARE     = 2,       /* in hardly any genuine packet, but from several injectors */
    OWN      = 3,       /* a value that no other source of packets is known for */
};
#define POINTS_TO_FIT 3
#define INJECTORS_NAMED_MAX 3

typedef struct {
    trait_t     trait;
    int64_t     low, high;          /* both included, or one of the two */
    const char *text;               /* of TRAIT_TEXT, in lower case */
    uint8_t     points;
    bool        must;               /* where it is known to differ, it is not this injector */
    bool        sometimes;          /* where it differs that says nothing */
    bool        either;             /* low or high, and nothing in between */
} injector_fact_t;

#define INJECTOR_FACTS_MAX 9

typedef struct {
    const char     *name, *place, *years, *source;
    unsigned        classes;        /* bits: 1 << class_t */
    injector_fact_t fact[INJECTOR_FACTS_MAX];
    uint8_t         n_facts;
    bool            fickle_ttl;     /* its TTLs are drawn, counted up or copied, not its own */
} injector_t;

/* One injector that fits. */
typedef struct {
    const injector_t *injector;
    int               points;       /* of matching facts, less those of facts that do not match */
} injector_match_t;

/* The injectors that this packet is consistent with, best first; returns how many, 0 to
 * INJECTORS_NAMED_MAX. Pure. */
unsigned injectors_match(const injected_t *packet, injector_match_t match[INJECTORS_NAMED_MAX]);

/* "facts that match; not: facts that do not (what is there instead)"; to be freed. */
char *injector_match_text(const injector_t *injector, const injected_t *packet);
/* One fact in words; to be freed. */
char *injector_fact_text(const injector_fact_t *fact);

/* The rows; NULL beyond the last. */
const injector_t *injector_row(unsigned index);
