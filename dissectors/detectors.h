/* detectors.h
 * THE list of families. A family is a folder, in it a detector_t (detector.h), and a row here: nothing else
 * names it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

/* In the order in which they see a packet: detector_NAME and what filters call it (interference.NAME),
 * DETECT_ID, and what its protocol is called in Wireshark, where it can be switched off. */
#define DETECTORS(X) \
    X(ttl,       TTL,       "Suspicious TTLs")         \
    X(dns,       DNS,       "Forged DNS Answers")      \
    X(reset,     RESET,     "Forged TCP Resets")       \
    X(data,      DATA,      "Injected TCP Data")       \
    X(handshake, HANDSHAKE, "Forged Handshakes")       \
    X(silence,   SILENCE,   "Silence After a Trigger")

/* They follow packets after the detectors, find nothing by themselves, and are always on. */
#define FOLLOWERS(X) \
    X(stages,    STAGES,    NULL)

typedef enum {
#define X(name, id, title) DETECT_##id,
    DETECTORS(X)
    N_DETECTORS,
    LAST_DETECTOR = N_DETECTORS - 1,
    FOLLOWERS(X)
#undef X
    N_WATCHERS,                 /* both */
} detector_id_t;

/* What is kept beside a flow (state/beside.h) has a number: a family's is its detector_id_t. Who keeps a
 * second kind has its number here. */
enum { BESIDE_PAGE = N_WATCHERS, N_BESIDE };
