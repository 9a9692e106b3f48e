/* packet.h
 * One Ethernet frame, read: where its layers begin and what its headers say. And the reverse:
 * building a frame from chosen header values. IPv4 and IPv6, TCP and UDP; nothing else.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef LAB_PACKET_H
#define LAB_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX 2048

enum tcp_flag {
    FIN = 0x001, SYN = 0x002, RST = 0x004, PSH = 0x008, ACK = 0x010,
    NS = 0x100, RESERVED = 0xe00,       /* the bits above the six of 1981 */
};

/* The addresses and ports of one direction of one connection. IPv4 uses the first 4 bytes. */
struct tuple {
    bool     v6;
    uint8_t  proto;                     /* 6 or 17 */
    uint8_t  src[16], dst[16];
    uint16_t sport, dport;
};

/* A frame and what is in it. Pointers lead into the frame and live as long as it does. */
struct packet {
    uint8_t       *frame;
    size_t         frame_len;
    uint8_t       *ip;                  /* first byte of the IP header */
    size_t         ip_len;              /* IP header and everything it carries, padding excluded */
    uint8_t       *l4;
    uint8_t       *payload;             /* what TCP or UDP carries */
    size_t         payload_len;
    struct tuple   t;
    uint8_t        ttl, tos;
    uint16_t       id;                  /* 0 in IPv6 */
    bool           df;
    uint32_t       seq, ack;            /* TCP only, as the rest below */
    uint16_t       flags, window;
    bool           has_ts;
    uint32_t       tsval, tsecr;
};

/* The header values of a packet to be built. */
struct recipe {
    struct tuple   t;
    uint8_t        ttl, tos;
    uint16_t       id;
    bool           df;
    uint32_t       seq, ack;
    uint16_t       flags, window;
    bool           has_ts;
    uint32_t       tsval, tsecr;
    const uint8_t *payload;
    size_t         payload_len;
};

/* Reads a frame. False when it is not an unfragmented TCP or UDP packet. */
bool packet_read(struct packet *p, uint8_t *frame, size_t len);

/* Sequence number after the last octet (SYN and FIN count as one) of a TCP packet. */
uint32_t packet_end(const struct packet *p);

/* Builds a frame with the given 14-byte Ethernet header; returns its length. */
size_t packet_build(uint8_t *frame, const uint8_t ether[12], const struct recipe *r);

/* Makes lengths and checksums of a changed frame right again. new_ip_len: see struct packet. */
void packet_repair(struct packet *p, size_t new_ip_len);

#endif
