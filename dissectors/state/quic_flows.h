/* state/quic_flows.h
 * UDP flows that begin with a QUIC Initial or a VPN's first packet: what each end has sent so far, for detectors
 * that ask whether an answer ever came, or stopped coming.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

#include "base/kept.h"
#include "observation.h"

/* Flows remembered; the one longest silent makes room. */
#define DATAGRAM_FLOWS_MAX 16384

/* One end of such a flow. */
typedef struct {
    uint32_t packets;           /* saturating */
    uint32_t initials;          /* of those, datagrams that begin with an Initial */
    uint64_t bytes;             /* of UDP payload */
    uint32_t last_frame;        /* 0: nothing sent yet */
    int64_t  last_time;         /* ns; valid when packets > 0 */
} datagram_end_t;

/* A packet that begins a VPN, as its protocol fixes it. */
typedef enum { VPN_NONE, VPN_WIREGUARD, VPN_OPENVPN } vpn_t;

/* Opened by a client's Initial of a known version, padded as RFC 9000 section 14.1 demands (servers
 * leave shorter ones unanswered), or by a VPN's first packet. */
typedef struct {
    GList          link;        /* in the queue of datagrams_oldest(); data is the flow itself */
    uint32_t       hash;        /* of the ends */
    ip_address_t   client, server;
    uint16_t       client_port, server_port;
    uint32_t       version;     /* of the first Initial; 0: a VPN's */
    vpn_t          vpn;
    uint32_t       first_frame;
    int64_t        first_time;
    datagram_end_t from_client, from_server;
    uint32_t       icmp_frame;  /* the first ICMP error that quotes a datagram of the client; 0: none */
    quoted_t       icmp_reason;
    uint32_t       request_frame;   /* the Initial that completed the ClientHello; 0: not read. When it
                                     * was, Wireshark has decrypted it: this end is the client */
    uint16_t       request, suffix; /* texts, numbers of names_t; datagram_request_text() */
    uint32_t       unanswered;  /* attempts of the client since the server's last datagram, by silence/cases.c */
    int64_t        unanswered_since, unanswered_last;  /* ns; valid when unanswered > 0 */
    uint8_t        repeats;     /* times the server began anew though the client had answered, by silence/quic.c */
    int64_t        repeats_since, server_last;  /* ns; the latter 0 before its first datagram */
    uint8_t        tries;       /* Initials Wireshark was asked to decrypt */
} datagram_flow_t;

typedef struct datagrams datagrams_t;

datagrams_t *datagrams_new(void);
void         datagrams_free(datagrams_t *datagrams);

/* Takes a UDP datagram. The flow it belongs to, or begins, and whether its client sent it; NULL for
 * all others, which costs a few comparisons. *evicted is set when another flow made room. */
datagram_flow_t *datagrams_observe(datagrams_t *datagrams, const observation_t *obs, bool *from_client,
                                   bool *evicted);

/* Takes a datagram quoted by an ICMP error; the flow of that client, or NULL. */
datagram_flow_t *datagrams_quoted(datagrams_t *datagrams, const observation_t *obs);

/* The flow of a datagram, without taking it; NULL where there is none. */
datagram_flow_t *datagrams_find(const datagrams_t *datagrams, const observation_t *obs, bool *from_client);

/* All flows, the one longest silent first: a list whose data are datagram_flow_t. */
GList *datagrams_oldest(const datagrams_t *datagrams);

/* The version of the QUIC Initial a datagram begins with, 0 when it begins with none. Sources: RFC
 * 9000 sections 17.2 and 17.2.2, RFC 9369 section 3.2. */
uint32_t quic_initial_version(const observation_t *obs);

/* What VPN a datagram begins, VPN_NONE when it begins none. Sources: the WireGuard paper, section 5.4.2 (a message of
 * 148 bytes, type 1, three zeros); OpenVPN's ssl_pkt.h (hard reset of a client, version 2: acknowledges nothing,
 * message number 0; with or without an HMAC between). */
vpn_t datagram_vpn(const observation_t *obs);

extern const kept_t datagrams_kept[];
