/* packet.c
 * Reading and building frames; see packet.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "packet.h"

#include <string.h>

#define ETHER_LEN 14
#define TCP 6
#define UDP 17

static uint16_t get16(const uint8_t *b) { return (uint16_t)(b[0] << 8 | b[1]); }
static uint32_t get32(const uint8_t *b) { return (uint32_t)get16(b) << 16 | get16(b + 2); }
static void put16(uint8_t *b, uint32_t v) { b[0] = (uint8_t)(v >> 8); b[1] = (uint8_t)v; }
static void put32(uint8_t *b, uint32_t v) { put16(b, v >> 16); put16(b + 2, v & 0xffff); }

static uint32_t
sum16(const uint8_t *b, size_t len, uint32_t sum)
{
    for (; len > 1; b += 2, len -= 2)
        sum += get16(b);
    return len ? sum + ((uint32_t)*b << 8) : sum;
}

static uint16_t
fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static void
read_timestamps(struct packet *p, const uint8_t *option, const uint8_t *end)
{
    while (option < end && *option != 0) {
        if (*option == 1) { option++; continue; }
        if (option + 1 >= end || option[1] < 2 || option + option[1] > end)
            return;
        if (option[0] == 8 && option[1] == 10) {
            p->has_ts = true;
            p->tsval = get32(option + 2);
            p->tsecr = get32(option + 6);
        }
        option += option[1];
    }
}

static bool
read_tcp(struct packet *p, size_t l4_len)
{
    if (l4_len < 20)
        return false;
    size_t header = (size_t)(p->l4[12] >> 4) * 4;
    if (header < 20 || header > l4_len)
        return false;
    p->seq = get32(p->l4 + 4);
    p->ack = get32(p->l4 + 8);
    p->flags = get16(p->l4 + 12) & 0xfff;
    p->window = get16(p->l4 + 14);
    p->payload = p->l4 + header;
    p->payload_len = l4_len - header;
    read_timestamps(p, p->l4 + 20, p->payload);
    return true;
}

static bool
read_udp(struct packet *p, size_t l4_len)
{
    if (l4_len < 8)
        return false;
    p->payload = p->l4 + 8;
    p->payload_len = l4_len - 8;
    return true;
}

static bool
read_ipv4(struct packet *p, size_t room)
{
    size_t header = (size_t)(p->ip[0] & 15) * 4;
    p->ip_len = get16(p->ip + 2);
    if (header < 20 || p->ip_len < header || p->ip_len > room || (get16(p->ip + 6) & 0x3fff))
        return false;
    p->tos = p->ip[1];
    p->id = get16(p->ip + 4);
    p->df = p->ip[6] & 0x40;
    p->ttl = p->ip[8];
    p->t.proto = p->ip[9];
    memcpy(p->t.src, p->ip + 12, 4);
    memcpy(p->t.dst, p->ip + 16, 4);
    p->l4 = p->ip + header;
    return true;
}

static bool
read_ipv6(struct packet *p, size_t room)
{
    p->ip_len = 40 + (size_t)get16(p->ip + 4);
    if (p->ip_len > room)
        return false;
    p->t.v6 = true;
    p->t.proto = p->ip[6];
    p->ttl = p->ip[7];
    memcpy(p->t.src, p->ip + 8, 16);
    memcpy(p->t.dst, p->ip + 24, 16);
    p->l4 = p->ip + 40;
    return true;
}

bool
packet_read(struct packet *p, uint8_t *frame, size_t len)
{
    *p = (struct packet){ .frame = frame, .frame_len = len, .ip = frame + ETHER_LEN };
    if (len < ETHER_LEN + 20)
        return false;
    uint16_t type = get16(frame + 12);
    size_t room = len - ETHER_LEN;
    if (!(type == 0x0800 ? read_ipv4(p, room) : type == 0x86dd && room >= 40 && read_ipv6(p, room)))
        return false;
    size_t l4_len = p->ip_len - (size_t)(p->l4 - p->ip);
    if (l4_len < 8)
        return false;
    p->t.sport = get16(p->l4);
    p->t.dport = get16(p->l4 + 2);
    return p->t.proto == TCP ? read_tcp(p, l4_len) : p->t.proto == UDP && read_udp(p, l4_len);
}

uint32_t
packet_end(const struct packet *p)
{
    return p->seq + (uint32_t)p->payload_len + (p->flags & SYN ? 1 : 0) + (p->flags & FIN ? 1 : 0);
}

static size_t
build_l4(uint8_t *l4, const struct recipe *r)
{
    put16(l4, r->t.sport);
    put16(l4 + 2, r->t.dport);
    if (r->t.proto == UDP)
        return 8;
    put32(l4 + 4, r->seq);
    put32(l4 + 8, r->ack);
    size_t header = r->has_ts ? 32 : 20;
    put16(l4 + 12, (uint32_t)(header / 4) << 12 | (r->flags & 0xfff));
    put16(l4 + 14, r->window);
    if (r->has_ts) {
        l4[20] = 1, l4[21] = 1, l4[22] = 8, l4[23] = 10;
        put32(l4 + 24, r->tsval);
        put32(l4 + 28, r->tsecr);
    }
    return header;
}

static void
build_ip(uint8_t *ip, const struct recipe *r)
{
    if (r->t.v6) {
        ip[0] = (uint8_t)(0x60 | r->tos >> 4);
        ip[1] = (uint8_t)(r->tos << 4);
        ip[6] = r->t.proto;
        ip[7] = r->ttl;
        memcpy(ip + 8, r->t.src, 16);
        memcpy(ip + 24, r->t.dst, 16);
        return;
    }
    ip[0] = 0x45;
    ip[1] = r->tos;
    put16(ip + 4, r->id);
    put16(ip + 6, r->df ? 0x4000 : 0);
    ip[8] = r->ttl;
    ip[9] = r->t.proto;
    memcpy(ip + 12, r->t.src, 4);
    memcpy(ip + 16, r->t.dst, 4);
}

size_t
packet_build(uint8_t *frame, const uint8_t ether[12], const struct recipe *r)
{
    memset(frame, 0, FRAME_MAX);
    memcpy(frame, ether, 12);
    put16(frame + 12, r->t.v6 ? 0x86dd : 0x0800);
    uint8_t *ip = frame + ETHER_LEN;
    size_t ip_header = r->t.v6 ? 40 : 20;
    build_ip(ip, r);
    size_t header = build_l4(ip + ip_header, r);
    if (r->payload_len)
        memcpy(ip + ip_header + header, r->payload, r->payload_len);

    struct packet p = { .frame = frame, .ip = ip, .l4 = ip + ip_header, .t = r->t };
    packet_repair(&p, ip_header + header + r->payload_len);
    return ETHER_LEN + p.ip_len;
}

static uint32_t
sum_pseudo_header(const struct packet *p, size_t l4_len)
{
    size_t address = p->t.v6 ? 16 : 4;
    const uint8_t *addresses = p->ip + (p->t.v6 ? 8 : 12);
    return sum16(addresses, 2 * address, p->t.proto + (uint32_t)l4_len);
}

void
packet_repair(struct packet *p, size_t new_ip_len)
{
    p->ip_len = new_ip_len;
    p->frame_len = ETHER_LEN + new_ip_len;
    size_t l4_len = new_ip_len - (size_t)(p->l4 - p->ip);
    if (p->t.v6) {
        put16(p->ip + 4, (uint32_t)l4_len);
    } else {
        put16(p->ip + 2, (uint32_t)new_ip_len);
        put16(p->ip + 10, 0);
        put16(p->ip + 10, fold(sum16(p->ip, (size_t)(p->ip[0] & 15) * 4, 0)));
    }
    if (p->t.proto == UDP)
        put16(p->l4 + 4, (uint32_t)l4_len);
    uint8_t *checksum = p->l4 + (p->t.proto == TCP ? 16 : 6);
    put16(checksum, 0);
    uint16_t sum = fold(sum16(p->l4, l4_len, sum_pseudo_header(p, l4_len)));
    put16(checksum, p->t.proto == UDP && sum == 0 ? 0xffff : sum);
}
