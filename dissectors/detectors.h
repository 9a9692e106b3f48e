/* detectors.h
 * THE list of families. A family is a folder, in it a detector_t (detector.h), and a row here: nothing else
 * names it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

/* In the order in which they see a packet: detector_NAME, which is also what filters call it
 * (interference.NAME); DETECT_ID; what its protocol is called in Wireshark, where it can be switched off; and
 * what it looks for, as the rest of a sentence. */
#define DETECTORS(X) \
    X(ttl, TTL, "Suspicious TTLs", \
      "packets from another distance than everything else of their host") \
    X(dns, DNS, "Forged DNS Answers", \
      "second answers that contradict the first, answers that come too early, with another header, to a " \
      "forged address, or in an injector's shape") \
    X(reset, RESET, "Forged TCP Resets", \
      "resets after which the host goes on, bursts and ladders of them, numbers and header fields copied from " \
      "what they answer, constant headers of published boxes") \
    X(handshake, HANDSHAKE, "Forged Handshakes", \
      "two SYN/ACKs that contradict each other") \
    X(data, DATA, "Injected TCP Data", \
      "other bytes for the same place, block pages and redirects of another sender, FINs and acknowledgements " \
      "that are not the host's, certificates of interception") \
    X(silence, SILENCE, "Silence After a Trigger", \
      "SYNs, first data, QUIC and DNS that are never answered while others are, downloads that freeze or are " \
      "held to a rate")

/* They find nothing in one capture by themselves, and are always on: what follows packets after the detectors,
 * and what two captures of the same traffic tell. */
#define FOLLOWERS(X) \
    X(stages, STAGES, NULL, NULL) \
    X(points, POINTS, "Two Capture Points", \
      "packets that arrived at one point and never passed the other, that passed and never arrived, that arrived " \
      "changed (`interference-compare`)")

typedef enum {
#define X(name, id, title, sees) DETECT_##id,
    DETECTORS(X)
    N_DETECTORS,
    LAST_DETECTOR = N_DETECTORS - 1,
    FOLLOWERS(X)
#undef X
    N_WATCHERS,                 /* both */
} detector_id_t;

/* What is kept beside a flow (state/beside.h) has a number: a family's is its detector_id_t. Who keeps a
 * second kind has its number here. */
enum { BESIDE_PAGE = N_WATCHERS, BESIDE_RUN, BESIDE_FOREIGN, N_BESIDE };
