/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * generate: deterministic traffic for the benchmark.
 *
 *     generate OUT.pcap PACKETS [--mix NAME] [--seed N]
 *
 * Conversations of several kinds arrive at random; each is a small state machine that emits one
 * packet at a time, and one event heap interleaves them by capture time. The capture point is the
 * clients' access network. The same seed and mix always give the same packets, and a shorter
 * capture is a prefix of a longer one, so costs measured on two lengths may be subtracted.
 *
 * Counts that the benchmark divides by are printed as "name=value" lines.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Sizes ---------------------------------------------------------------------------------- */

enum {
    CLIENTS = 300,
    SERVERS = 3000,
    RESOLVERS = 10,
    SITES = 5000,
    V6_PERCENT = 23,      /* of the hosts; with the IPv4-only SYN flood about 20 % of the packets */
    MSS = 1440,
    HEAD_MAX = 700,       /* bytes of a message that are not filler */
    PACKET_MAX = 1600,
    FILLER = 1 << 16,
    ETHERNET = 14,
    FORGED_PER_MILLE = 10 /* conversations with a forged reset or DNS answer */
};

#define SECOND UINT64_C(1000000000)
#define MILLISECOND UINT64_C(1000000)
#define MICROSECOND UINT64_C(1000)
#define EPOCH_SECONDS UINT64_C(1700000000)

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

/* ---- Random numbers ------------------------------------------------------------------------- */

static uint64_t random_state;

/* The next 64 random bits (splitmix64). */
static uint64_t
random64(void)
{
    uint64_t z = (random_state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

/* A number in [0, n). */
static uint32_t
below(uint32_t n)
{
    return (uint32_t)(((random64() >> 32) * n) >> 32);
}

/* A number in [low, high]. */
static uint32_t
between(uint32_t low, uint32_t high)
{
    return low + below(high - low + 1);
}

static bool
per_mille(uint32_t n)
{
    return below(1000) < n;
}

/* An exponentially distributed number with this mean. */
static double
exponential(double mean)
{
    double u = (double)((random64() >> 11) + 1) / 9007199254740993.0;
    return -mean * log(u);
}

/* An index in [0, n) that prefers small ones, as popular sites are preferred. */
static uint32_t
popular(uint32_t n)
{
    double u = (double)below(1u << 24) / (1u << 24);
    return (uint32_t)(u * u * n);
}

/* ---- Hosts ---------------------------------------------------------------------------------- */

/* How a system fills the IP ID: per flow with 0 on the handshake, per host, or at random. */
typedef enum { ID_FLOW, ID_COUNTER, ID_RANDOM } id_regime_t;

/* One machine: what its headers look like at the capture point. */
typedef struct {
    bool v6;
    uint8_t address[16];
    uint8_t ttl;          /* TTL or hop limit as captured */
    id_regime_t regime;
    uint16_t next_id;
    uint16_t window;
    uint8_t window_scale;
    bool timestamps;      /* uses the TCP timestamp option */
    bool edns;            /* adds OPT to its queries */
    uint32_t clock_base;  /* of the TCP timestamp clock, in ms */
    uint32_t rtt_us;      /* capture point to this machine and back */
    uint16_t next_port;
} host_t;

static host_t clients[CLIENTS];
static host_t servers[SERVERS];
static host_t resolvers[RESOLVERS];
static uint8_t filler[FILLER + PACKET_MAX];

static void
put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v & 0xffff);
}

static void
set_address(host_t *host, bool v6, uint32_t v4_network, uint32_t index)
{
    host->v6 = v6;
    if (v6) {
        put32(host->address, 0x20010db8u);
        put32(host->address + 4, v4_network);
        put32(host->address + 8, (uint32_t)random64());
        put32(host->address + 12, index + 1);
    } else {
        put32(host->address, v4_network + index + 1 + index / 250 * 6);
    }
}

/* The habits of a usual system: initial TTL, IP ID, window, options. */
static void
set_habits(host_t *host, uint32_t hops)
{
    static const struct {
        uint8_t ttl, scale;
        id_regime_t regime;
        uint16_t window;
        bool timestamps;
    } systems[] = {
        {64, 7, ID_FLOW, 502, true},       {64, 9, ID_RANDOM, 83, true},
        {64, 6, ID_COUNTER, 2058, true},   {128, 8, ID_COUNTER, 1026, false},
        {255, 0, ID_RANDOM, 49640, false},
    };
    static const uint8_t share[] = {0, 0, 0, 0, 1, 1, 2, 3, 3, 4};
    uint32_t i = share[below(sizeof share)];

    host->ttl = (uint8_t)(systems[i].ttl - hops);
    host->regime = systems[i].regime;
    host->window = systems[i].window;
    host->window_scale = systems[i].scale;
    host->timestamps = systems[i].timestamps;
    host->next_id = (uint16_t)random64();
    host->clock_base = (uint32_t)random64();
    host->next_port = (uint16_t)between(32768, 60999);
    host->edns = per_mille(700);
}

/* Fills one pool; the last V6_PERCENT of it speak IPv6. */
static void
make_hosts(host_t *pool, uint32_t count, uint32_t network, uint32_t hops_low, uint32_t hops_high,
           uint32_t rtt_low_us, uint32_t rtt_mean_us)
{
    for (uint32_t i = 0; i < count; i++) {
        set_address(&pool[i], i >= count - count * V6_PERCENT / 100, network, i);
        set_habits(&pool[i], between(hops_low, hops_high));
        pool[i].rtt_us = rtt_low_us + (uint32_t)exponential(rtt_mean_us);
    }
}

static void
make_world(void)
{
    make_hosts(clients, CLIENTS, 0x0a140000u, 0, 1, 100, 200);
    make_hosts(servers, SERVERS, 0x5db80000u, 4, 20, 3000, 50000);
    make_hosts(resolvers, RESOLVERS, 0x09090900u, 3, 9, 2000, 12000);
    for (size_t i = 0; i < sizeof filler; i++)
        filler[i] = (uint8_t)random64();
    memcpy(filler + FILLER, filler, PACKET_MAX);
}

/* A machine of this pool and address family. */
static host_t *
pick_host(host_t *pool, uint32_t count, bool v6)
{
    uint32_t v6_count = count * V6_PERCENT / 100;
    uint32_t v4_count = count - v6_count;

    return v6 ? &pool[v4_count + popular(v6_count)] : &pool[popular(v4_count)];
}

/* The IP ID of a packet outside any flow that counts its own. */
static uint16_t
next_ip_id(host_t *host)
{
    return host->regime == ID_COUNTER ? host->next_id++ : (uint16_t)random64();
}

static uint16_t
next_client_port(host_t *client)
{
    if (++client->next_port > 60999)
        client->next_port = 32768;
    return client->next_port;
}

/* ---- Output --------------------------------------------------------------------------------- */

/* What the benchmark divides by. */
static struct {
    uint64_t packets, wanted, bytes, v6_packets;
    uint64_t tcp_flows, data_segments, dns_transactions, flood_syns, resets, forged;
} counts;

static FILE *out;
static uint64_t now; /* capture time in ns since the start */

/* What differs from the sender's habits in one packet. */
typedef struct {
    uint8_t ttl;
    uint16_t ip_id;
} ip_facts_t;

static uint32_t
sum16(const uint8_t *p, size_t length, uint32_t sum)
{
    for (; length > 1; p += 2, length -= 2)
        sum += (uint32_t)p[0] << 8 | p[1];
    return length ? sum + ((uint32_t)p[0] << 8) : sum;
}

static uint16_t
fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static size_t
ip_header_length(const host_t *host)
{
    return host->v6 ? 40 : 20;
}

static void
write_ethernet(uint8_t *p, bool v6, bool outgoing)
{
    static const uint8_t inside[6] = {2, 0, 0, 0, 0, 1}, outside[6] = {2, 0, 0, 0, 0, 2};

    memcpy(p, outgoing ? outside : inside, 6);
    memcpy(p + 6, outgoing ? inside : outside, 6);
    put16(p + 12, v6 ? 0x86dd : 0x0800);
}

static void
write_ip(uint8_t *p, const host_t *from, const host_t *to, ip_facts_t facts, uint8_t protocol,
         size_t payload)
{
    if (from->v6) {
        put32(p, 0x60000000u);
        put16(p + 4, (uint32_t)payload);
        p[6] = protocol;
        p[7] = facts.ttl;
        memcpy(p + 8, from->address, 16);
        memcpy(p + 24, to->address, 16);
        return;
    }
    put16(p, 0x4500);
    put16(p + 2, (uint32_t)payload + 20);
    put16(p + 4, facts.ip_id);
    put16(p + 6, protocol == 6 ? 0x4000 : 0);
    p[8] = facts.ttl;
    p[9] = protocol;
    put16(p + 10, 0);
    memcpy(p + 12, from->address, 4);
    memcpy(p + 16, to->address, 4);
    put16(p + 10, fold(sum16(p, 20, 0)));
}

/* Sum of the pseudo header. */
static uint32_t
pseudo_sum(const host_t *from, const host_t *to, uint8_t protocol, size_t length)
{
    size_t address = from->v6 ? 16 : 4;
    uint32_t sum = sum16(from->address, address, protocol + (uint32_t)length);

    return sum16(to->address, address, sum);
}

static void
write_little(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

/* Appends one finished frame to the capture. */
static void
write_frame(const uint8_t *frame, size_t length, bool v6)
{
    uint8_t record[16];

    write_little(record, EPOCH_SECONDS + now / SECOND);
    write_little(record + 4, now % SECOND / MICROSECOND);
    write_little(record + 8, length);
    write_little(record + 12, length);
    fwrite(record, sizeof record, 1, out);
    fwrite(frame, length, 1, out);
    counts.packets++;
    counts.bytes += length;
    counts.v6_packets += v6;
}

static void
write_file_header(void)
{
    uint8_t header[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0};

    write_little(header + 16, 262144);
    write_little(header + 20, 1);
    fwrite(header, sizeof header, 1, out);
}

/* ---- Conversations -------------------------------------------------------------------------- */

typedef enum { HTTP, TLS, BULK, DNS, SYN_FLOOD, RESETS, DNS_FLOOD, KINDS } kind_t;

typedef enum { OPEN_SYN, OPEN_SYN_ACK, OPEN_ACK, TALK, RACE, RACE_ANSWER, RACE_REFUSED,
               CLOSE_FIN, CLOSE_FIN_ACK, CLOSE_ACK, STORM, QUERY, FORGED_ANSWER, ANSWER } stage_t;

/* One live conversation. Side 0 is the client, side 1 the server. */
typedef struct {
    kind_t kind;
    stage_t stage;
    host_t *host[2];
    uint16_t port[2];
    uint32_t seq[2];          /* next sequence number of each side */
    uint32_t echoed[2];       /* last timestamp value seen from each side */
    uint16_t next_id[2];      /* of each side that counts IP IDs per flow */
    bool timestamps;
    bool forged;
    uint32_t turn, turns;     /* messages exchanged and to exchange */
    int speaker;              /* side that sends the current message */
    uint32_t site;
    uint32_t salt;            /* where its filler starts */
    uint32_t length, position, head_length;
    uint32_t since_ack, burst;
    bool ack_due;
    uint16_t dns_id, dns_type;
    uint8_t head[HEAD_MAX];   /* start of the current message */
} conversation_t;

static host_t *
server_of(const conversation_t *c)
{
    return c->host[1];
}

/* Nanoseconds that a reply of the server takes, with some jitter. */
static uint64_t
round_trip(const conversation_t *c)
{
    return server_of(c)->rtt_us * (uint64_t)between(1000, 1200);
}

/* ---- TCP packets ---------------------------------------------------------------------------- */

static size_t
write_syn_options(uint8_t *p, const conversation_t *c, const host_t *from)
{
    static const uint8_t common[] = {2, 4, MSS >> 8, MSS & 0xff, 4, 2, 1, 3, 3, 0, 1, 1};

    memcpy(p, common, sizeof common);
    p[9] = from->window_scale;
    return c->timestamps ? 10 : sizeof common;
}

static size_t
write_timestamps(uint8_t *p, conversation_t *c, int side)
{
    uint32_t value = c->host[side]->clock_base + (uint32_t)(now / MILLISECOND);

    p[0] = 8;
    p[1] = 10;
    put32(p + 2, value);
    put32(p + 6, c->echoed[!side]);
    c->echoed[side] = value;
    return 10;
}

/* Writes the options of a usual segment; returns their length, a multiple of four. */
static size_t
write_options(uint8_t *p, conversation_t *c, int side, uint8_t flags)
{
    size_t n = 0;

    if (flags & RST)
        return 0;
    if (flags & SYN)
        n = write_syn_options(p, c, c->host[side]);
    if (!c->timestamps)
        return n;
    if (!(flags & SYN)) {
        p[n++] = 1;
        p[n++] = 1;
    }
    return n + write_timestamps(p + n, c, side);
}

/* Copies [position, position + length) of the current message. */
static void
copy_message(uint8_t *p, const conversation_t *c, size_t length)
{
    size_t head = 0;

    if (c->position < c->head_length) {
        head = c->head_length - c->position;
        if (head > length)
            head = length;
        memcpy(p, c->head + c->position, head);
    }
    memcpy(p + head, filler + ((c->salt + c->position) & (FILLER - 1)), length - head);
}

/* What one TCP segment says. */
typedef struct {
    int side;
    uint8_t flags;
    uint32_t seq, ack;
    uint16_t window;
    size_t payload;
    ip_facts_t ip;
} segment_t;

static void
emit_segment(conversation_t *c, const segment_t *s)
{
    uint8_t frame[PACKET_MAX];
    host_t *from = c->host[s->side], *to = c->host[!s->side];
    uint8_t *tcp = frame + ETHERNET + ip_header_length(from);
    size_t header = 20 + write_options(tcp + 20, c, s->side, s->flags);
    size_t length = header + s->payload;

    copy_message(tcp + header, c, s->payload);
    put16(tcp, c->port[s->side]);
    put16(tcp + 2, c->port[!s->side]);
    put32(tcp + 4, s->seq);
    put32(tcp + 8, s->flags & ACK ? s->ack : 0);
    put16(tcp + 12, (uint32_t)header / 4 << 12 | s->flags);
    put16(tcp + 14, s->window);
    put32(tcp + 16, 0);
    put16(tcp + 16, fold(sum16(tcp, length, pseudo_sum(from, to, 6, length))));
    write_ethernet(frame, from->v6, s->side == 0);
    write_ip(frame + ETHERNET, from, to, s->ip, 6, length);
    write_frame(frame, (size_t)(tcp - frame) + length, from->v6);
    counts.data_segments += s->payload > 0;
    counts.resets += (s->flags & RST) != 0;
}

static uint16_t
segment_ip_id(conversation_t *c, int side, uint8_t flags)
{
    if (c->host[side]->regime != ID_FLOW)
        return next_ip_id(c->host[side]);
    return flags & (SYN | RST) ? 0 : c->next_id[side]++;
}

/* A segment with the habits of the side that sends it. */
static segment_t
usual_segment(conversation_t *c, int side, uint8_t flags)
{
    host_t *host = c->host[side];
    segment_t s = {.side = side, .flags = flags, .seq = c->seq[side], .ack = c->seq[!side]};

    s.window = flags & RST ? 0 : flags & SYN ? 64240 : (uint16_t)(host->window - below(4));
    s.ip.ttl = host->ttl;
    s.ip.ip_id = segment_ip_id(c, side, flags);
    return s;
}

/* Sends a segment without payload and moves the sequence number over SYN and FIN. */
static void
send_control(conversation_t *c, int side, uint8_t flags)
{
    segment_t s = usual_segment(c, side, flags);

    emit_segment(c, &s);
    c->seq[side] += (flags & (SYN | FIN)) != 0;
}

/* ---- Messages ------------------------------------------------------------------------------- */

/* The name of a site; Host, SNI and DNS agree on it. */
static int
site_name(char *text, size_t size, uint32_t site)
{
    static const char *const prefix[] = {"www", "cdn", "api", "static", "img", "login", "news"};
    static const char *const tld[] = {"example", "test", "example.com", "example.org"};

    return snprintf(text, size, "%s.site-%u.%s", prefix[site % 7], site, tld[site % 4]);
}

static void
set_head_text(conversation_t *c, int written)
{
    c->head_length = written < HEAD_MAX ? (uint32_t)written : HEAD_MAX - 1;
    c->length = c->head_length;
}

static void
http_request(conversation_t *c)
{
    char name[64];

    site_name(name, sizeof name, c->site);
    set_head_text(c, snprintf((char *)c->head, HEAD_MAX,
        "GET /articles/%u/page-%u.html?session=%08x HTTP/1.1\r\nHost: %s\r\n"
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0\r\n"
        "Accept: text/html,application/xhtml+xml\r\nAccept-Language: en-US,en;q=0.5\r\n"
        "Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n\r\n",
        c->site, c->turn, (unsigned)c->salt, name));
}

static void
http_response(conversation_t *c)
{
    uint32_t body = 100 + (uint32_t)exponential(1500);

    set_head_text(c, snprintf((char *)c->head, HEAD_MAX,
        "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: application/octet-stream\r\n"
        "Content-Length: %u\r\nCache-Control: max-age=600\r\nConnection: keep-alive\r\n\r\n",
        body));
    c->length += body;
}

/* Appends bytes to the start of the current message. */
static void
append(conversation_t *c, const void *bytes, uint32_t length)
{
    memcpy(c->head + c->head_length, bytes, length);
    c->head_length += length;
    c->length = c->head_length;
}

static void
append16(conversation_t *c, uint32_t value)
{
    uint8_t bytes[2];

    put16(bytes, value);
    append(c, bytes, 2);
}

static void
append_random(conversation_t *c, uint32_t length)
{
    append(c, filler + (c->salt & (FILLER - 1)), length);
}

static void
append_sni(conversation_t *c)
{
    char name[64];
    uint32_t length = (uint32_t)site_name(name, sizeof name, c->site);

    append16(c, 0);
    append16(c, length + 5);
    append16(c, length + 3);
    append(c, "", 1);
    append16(c, length);
    append(c, name, length);
}

static void
append_client_extensions(conversation_t *c)
{
    static const uint8_t fixed[] = {
        0, 23, 0, 0, 0xff, 1, 0, 1, 0,
        0, 10, 0, 8, 0, 6, 0, 29, 0, 23, 0, 24,
        0, 16, 0, 14, 0, 12, 2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1',
        0, 13, 0, 10, 0, 8, 4, 3, 8, 4, 4, 1, 5, 3,
        0, 43, 0, 5, 4, 3, 4, 3, 3,
        0, 51, 0, 38, 0, 36, 0, 29, 0, 32,
    };

    append_sni(c);
    append(c, fixed, sizeof fixed);
    append_random(c, 32);
}

/* A TLS 1.3 ClientHello with server name, padded to the usual 517 bytes. */
static void
client_hello(conversation_t *c)
{
    static const uint8_t start[] = {22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3};
    static const uint8_t suites[] = {0, 16, 0x13, 1, 0x13, 3, 0x13, 2, 0xc0, 0x2b, 0xc0, 0x2f,
                                     0xcc, 0xa9, 0xcc, 0xa8, 0xc0, 0x2c, 1, 0};
    uint32_t extensions;

    append(c, start, sizeof start);
    append_random(c, 32);
    append(c, "\x20", 1);
    append_random(c, 32);
    append(c, suites, sizeof suites);
    extensions = c->head_length;
    append16(c, 517 - extensions - 2);
    append_client_extensions(c);
    append16(c, 21);
    append16(c, 517 - c->head_length - 2);
    memset(c->head + c->head_length, 0, 517 - c->head_length);
    c->head_length = c->length = 517;
}

static void
application_data(conversation_t *c, uint32_t length)
{
    append(c, "\x17\x03\x03", 3);
    append16(c, length);
    c->length += length;
}

/* ServerHello, ChangeCipherSpec and the encrypted certificate flight. */
static void
server_hello(conversation_t *c)
{
    static const uint8_t start[] = {22, 3, 3, 0, 122, 2, 0, 0, 118, 3, 3};
    static const uint8_t middle[] = {0x13, 1, 0, 0, 46, 0, 43, 0, 2, 3, 4,
                                     0, 51, 0, 36, 0, 29, 0, 32};
    static const uint8_t change_cipher[] = {20, 3, 3, 0, 1, 1};

    append(c, start, sizeof start);
    append_random(c, 32);
    append(c, "\x20", 1);
    append_random(c, 32);
    append(c, middle, sizeof middle);
    append_random(c, 32);
    append(c, change_cipher, sizeof change_cipher);
    application_data(c, between(1800, 2800));
}

static void
client_finished(conversation_t *c)
{
    static const uint8_t change_cipher[] = {20, 3, 3, 0, 1, 1};

    append(c, change_cipher, sizeof change_cipher);
    application_data(c, 53);
}

static void
tls_message(conversation_t *c)
{
    double mean = c->kind == BULK ? 12000 : 1500;

    if (c->turn == 0)
        client_hello(c);
    else if (c->turn == 1)
        server_hello(c);
    else if (c->turn == 2)
        client_finished(c);
    else if (c->turn % 2)
        application_data(c, 60 + (uint32_t)fmin(exponential(mean), 16000));
    else
        application_data(c, between(60, 300));
}

/* A download on a port that no dissector knows. */
static void
opaque_message(conversation_t *c)
{
    c->length = c->turn % 2 ? 20000 + (uint32_t)exponential(150000) : between(40, 200);
}

/* Prepares message number c->turn: clients speak on even turns. */
static void
begin_message(conversation_t *c)
{
    c->speaker = c->turn % 2;
    c->position = c->length = c->head_length = 0;
    c->since_ack = 0;
    c->salt += 7919;
    if (c->port[1] == 80)
        c->turn % 2 ? http_response(c) : http_request(c);
    else if (c->port[1] == 443)
        tls_message(c);
    else
        opaque_message(c);
}

/* ---- TCP conversations: a step sends one packet and returns the pause, 0 at the end --------- */

static uint64_t
send_data(conversation_t *c)
{
    uint32_t left = c->length - c->position;
    bool last = left <= MSS - 12;
    segment_t s = usual_segment(c, c->speaker, last ? PSH | ACK : ACK);

    s.payload = last ? left : MSS - 12;
    emit_segment(c, &s);
    if (per_mille(3))
        return round_trip(c) + 200 * MILLISECOND; /* lost beyond the capture point: sent again */
    c->position += (uint32_t)s.payload;
    c->seq[c->speaker] += (uint32_t)s.payload;
    c->ack_due = c->position == c->length || ++c->since_ack % 2 == 0;
    if (c->ack_due)
        return c->speaker ? between(20, 400) * MICROSECOND : round_trip(c);
    return between(12, 120) * MICROSECOND;
}

/* The pause before the next message; the client thinks before it asks again. */
static uint64_t
next_message(conversation_t *c)
{
    if (c->forged && c->speaker == 0) {
        c->stage = RACE;
        return round_trip(c) / 5;
    }
    c->turn++;
    if (c->turn == c->turns) {
        c->stage = CLOSE_FIN;
        return MILLISECOND + (uint64_t)exponential(1.0 * SECOND);
    }
    begin_message(c);
    return c->speaker ? between(50, 4000) * MICROSECOND : between(200, 30000) * MICROSECOND;
}

static uint64_t
talk(conversation_t *c)
{
    if (!c->ack_due)
        return send_data(c);
    send_control(c, !c->speaker, ACK);
    c->ack_due = false;
    if (c->position == c->length)
        return next_message(c);
    if (++c->burst % 16 == 0)
        return round_trip(c);
    return between(12, 200) * MICROSECOND;
}

/* A reset in the server's name from a box nearer to the client. */
static void
send_forged_reset(conversation_t *c, uint32_t ahead)
{
    segment_t s = usual_segment(c, 1, RST | ACK);

    s.seq += ahead;
    s.window = (uint16_t)between(100, 9000);
    s.ip.ttl = (uint8_t)(c->salt % 60 + 40);
    s.ip.ip_id = (uint16_t)random64();
    emit_segment(c, &s);
}

static uint64_t
send_race(conversation_t *c)
{
    send_forged_reset(c, c->burst * MSS);
    if (++c->burst < 2)
        return between(5, 80) * MICROSECOND;
    c->turn++;
    begin_message(c);
    c->stage = RACE_ANSWER;
    return round_trip(c);
}

/* The genuine answer arrives after the reset. */
static uint64_t
send_race_answer(conversation_t *c)
{
    segment_t s = usual_segment(c, 1, PSH | ACK);

    s.payload = c->length < 1000 ? c->length : 1000;
    emit_segment(c, &s);
    c->stage = RACE_REFUSED;
    return between(20, 200) * MICROSECOND;
}

static uint64_t
send_refusal(conversation_t *c)
{
    send_control(c, 0, RST);
    return 0;
}

/* The client closes: mostly FIN, sometimes a reset of its own. */
static uint64_t
close_step(conversation_t *c)
{
    switch (c->stage) {
    case CLOSE_FIN:
        if (per_mille(60)) {
            send_control(c, 0, RST | ACK);
            return 0;
        }
        send_control(c, 0, FIN | ACK);
        c->stage = CLOSE_FIN_ACK;
        return round_trip(c);
    case CLOSE_FIN_ACK:
        send_control(c, 1, FIN | ACK);
        c->stage = CLOSE_ACK;
        return between(20, 200) * MICROSECOND;
    default:
        send_control(c, 0, ACK);
        return 0;
    }
}

/* One more reset of an endless ladder in one flow. */
static uint64_t
send_storm(conversation_t *c)
{
    segment_t s = usual_segment(c, c->burst % 4 == 3 ? 0 : 1, RST | ACK);

    s.seq += c->burst++ * 997;
    s.ip.ttl = (uint8_t)between(40, 250);
    emit_segment(c, &s);
    return between(5, 80) * MICROSECOND;
}

static uint64_t
open_step(conversation_t *c)
{
    switch (c->stage) {
    case OPEN_SYN:
        send_control(c, 0, SYN);
        c->stage = OPEN_SYN_ACK;
        return round_trip(c);
    case OPEN_SYN_ACK:
        send_control(c, 1, SYN | ACK);
        c->stage = OPEN_ACK;
        return between(20, 200) * MICROSECOND;
    default:
        send_control(c, 0, ACK);
        c->stage = c->kind == RESETS ? STORM : TALK;
        begin_message(c);
        return between(50, 2000) * MICROSECOND;
    }
}

/* ---- DNS ------------------------------------------------------------------------------------ */

/* A DNS message under construction. */
typedef struct {
    uint8_t bytes[512];
    size_t length;
} dns_message_t;

static void
dns_put16(dns_message_t *m, uint32_t value)
{
    put16(m->bytes + m->length, value);
    m->length += 2;
}

static void
dns_put_name(dns_message_t *m, const char *name)
{
    while (*name) {
        size_t n = strcspn(name, ".");
        m->bytes[m->length++] = (uint8_t)n;
        memcpy(m->bytes + m->length, name, n);
        m->length += n;
        name += n + (name[n] == '.');
    }
    m->bytes[m->length++] = 0;
}

static void
dns_begin(dns_message_t *m, const conversation_t *c, uint32_t flags, uint32_t answers, bool opt)
{
    char name[64];

    if (c->kind == DNS_FLOOD)
        snprintf(name, sizeof name, "%08x%08x.random.example", c->salt, c->site);
    else
        site_name(name, sizeof name, c->site);
    m->length = 0;
    dns_put16(m, c->dns_id);
    dns_put16(m, flags);
    dns_put16(m, 1);
    dns_put16(m, answers);
    dns_put16(m, 0);
    dns_put16(m, opt);
    dns_put_name(m, name);
    dns_put16(m, c->dns_type);
    dns_put16(m, 1);
}

/* One record whose owner is at this offset of the message. */
static void
dns_put_record(dns_message_t *m, uint32_t owner, uint32_t type, const void *data, size_t length)
{
    dns_put16(m, 0xc000 | owner);
    dns_put16(m, type);
    dns_put16(m, 1);
    dns_put16(m, 0);
    dns_put16(m, 300);
    dns_put16(m, (uint32_t)length);
    memcpy(m->bytes + m->length, data, length);
    m->length += length;
}

static void
dns_put_opt(dns_message_t *m)
{
    static const uint8_t opt[] = {0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0};

    memcpy(m->bytes + m->length, opt, sizeof opt);
    m->length += sizeof opt;
}

static void
emit_datagram(conversation_t *c, int side, ip_facts_t ip, const dns_message_t *m)
{
    uint8_t frame[PACKET_MAX];
    host_t *from = c->host[side], *to = c->host[!side];
    uint8_t *udp = frame + ETHERNET + ip_header_length(from);
    size_t length = 8 + m->length;

    put16(udp, c->port[side]);
    put16(udp + 2, c->port[!side]);
    put16(udp + 4, (uint32_t)length);
    put16(udp + 6, 0);
    memcpy(udp + 8, m->bytes, m->length);
    put16(udp + 6, fold(sum16(udp, length, pseudo_sum(from, to, 17, length))));
    write_ethernet(frame, from->v6, side == 0);
    write_ip(frame + ETHERNET, from, to, ip, 17, length);
    write_frame(frame, (size_t)(udp - frame) + length, from->v6);
}

static ip_facts_t
usual_ip(host_t *host)
{
    return (ip_facts_t){.ttl = host->ttl, .ip_id = next_ip_id(host)};
}

static uint64_t
send_query(conversation_t *c)
{
    dns_message_t m;

    dns_begin(&m, c, 0x0100, 0, c->host[0]->edns);
    if (c->host[0]->edns)
        dns_put_opt(&m);
    emit_datagram(c, 0, usual_ip(c->host[0]), &m);
    if (c->kind == DNS_FLOOD)
        return 0;
    if (c->turn++ == 0 && per_mille(10))
        return 2 * SECOND; /* the query got lost: asked again */
    c->stage = c->forged ? FORGED_ANSWER : ANSWER;
    return c->forged ? round_trip(c) / 4 : round_trip(c);
}

/* A bare answer with a bogus address, before the genuine one. */
static uint64_t
send_forged_answer(conversation_t *c)
{
    static const uint8_t bogus4[4] = {31, 13, 94, 36};
    static const uint8_t bogus6[16] = {0x20, 1, [12] = 31, 13, 94, 36};
    bool v4 = c->dns_type == 1;
    ip_facts_t ip = {.ttl = (uint8_t)(c->salt % 60 + 40), .ip_id = (uint16_t)random64()};
    dns_message_t m;

    dns_begin(&m, c, 0x8180, 1, false);
    dns_put_record(&m, 12, c->dns_type, v4 ? bogus4 : bogus6, v4 ? 4 : 16);
    emit_datagram(c, 1, ip, &m);
    c->stage = ANSWER;
    return round_trip(c) * 3 / 4;
}

/* Addresses of the site, the same at every lookup. */
static void
dns_put_addresses(dns_message_t *m, const conversation_t *c, uint32_t owner, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint8_t address[16] = {0x5d, 0xb8, (uint8_t)(c->site >> 8), (uint8_t)c->site};

        if (c->dns_type == 28) {
            put32(address, 0x20010db8u);
            put32(address + 4, 0x5db80000u);
            put32(address + 12, c->site);
        }
        address[c->dns_type == 1 ? 2 : 14] ^= (uint8_t)(i << 6);
        dns_put_record(m, owner, c->dns_type, address, c->dns_type == 1 ? 4 : 16);
    }
}

static uint64_t
send_answer(conversation_t *c)
{
    bool opt = c->host[0]->edns, missing = c->site % 20 == 19, alias = c->site % 5 == 1;
    uint32_t addresses = 1 + c->site % 3, owner = 12;
    dns_message_t m;

    dns_begin(&m, c, missing ? 0x8183 : 0x8180, missing ? 0 : addresses + alias, opt);
    if (!missing && alias) {
        owner = (uint32_t)m.length + 12;
        dns_put_record(&m, 12, 5, "\x04" "edge\x03" "cdn\x07" "example", 18);
    }
    if (!missing)
        dns_put_addresses(&m, c, owner, addresses);
    if (opt)
        dns_put_opt(&m);
    emit_datagram(c, 1, usual_ip(server_of(c)), &m);
    return 0;
}

/* ---- Starting and stepping conversations ---------------------------------------------------- */

static void
start_tcp(conversation_t *c)
{
    bool v6 = below(100) < V6_PERCENT;

    c->host[0] = pick_host(clients, CLIENTS, v6);
    c->host[1] = pick_host(servers, SERVERS, v6);
    c->port[0] = next_client_port(c->host[0]);
    c->port[1] = 443;
    c->timestamps = c->host[0]->timestamps && c->host[1]->timestamps;
    c->forged = per_mille(FORGED_PER_MILLE);
    c->stage = OPEN_SYN;
    counts.tcp_flows++;
    if (c->kind == HTTP) {
        c->port[1] = 80;
        c->turns = 2 * between(1, 3);
    } else if (c->kind == TLS) {
        c->turns = 4 + 2 * between(0, 3);
    } else if (per_mille(500)) {
        c->port[1] = (uint16_t)between(50000, 50999);
        c->turns = 2;
    } else {
        c->turns = 4 + 2 * between(5, 20);
    }
}

static void
start_dns(conversation_t *c)
{
    bool v6 = below(100) < V6_PERCENT;

    c->host[0] = pick_host(clients, CLIENTS, v6);
    c->host[1] = pick_host(resolvers, RESOLVERS, v6);
    c->port[0] = (uint16_t)between(1024, 65535);
    c->port[1] = 53;
    c->dns_id = (uint16_t)random64();
    c->dns_type = per_mille(650) ? 1 : 28;
    c->forged = c->kind == DNS && per_mille(FORGED_PER_MILLE);
    c->stage = QUERY;
    counts.dns_transactions++;
}

/* One SYN from a spoofed source to one of a few victims; nobody answers. */
static uint64_t
send_flood_syn(conversation_t *c)
{
    host_t spoofed = {.ttl = (uint8_t)between(30, 120), .window_scale = 7, .regime = ID_RANDOM};

    put32(spoofed.address, between(0x0b000000u, 0xdfffffffu));
    c->host[0] = &spoofed;
    c->host[1] = &servers[c->salt % 4];
    c->port[0] = (uint16_t)between(1024, 65535);
    c->port[1] = 80;
    send_control(c, 0, SYN);
    counts.tcp_flows++;
    counts.flood_syns++;
    return 0;
}

static void
start_conversation(conversation_t *c, kind_t kind)
{
    memset(c, 0, offsetof(conversation_t, head));
    c->kind = kind;
    c->seq[0] = (uint32_t)random64();
    c->seq[1] = (uint32_t)random64();
    c->salt = (uint32_t)random64();
    c->next_id[0] = (uint16_t)random64();
    c->next_id[1] = (uint16_t)random64();
    c->site = kind == DNS_FLOOD ? (uint32_t)random64() : popular(SITES);
    if (kind == DNS || kind == DNS_FLOOD)
        start_dns(c);
    else if (kind != SYN_FLOOD)
        start_tcp(c);
    counts.forged += c->forged;
}

/* Sends the next packet; returns the pause until the one after it, 0 when there is none. */
static uint64_t
step(conversation_t *c)
{
    if (c->kind == SYN_FLOOD)
        return send_flood_syn(c);
    switch (c->stage) {
    case OPEN_SYN: case OPEN_SYN_ACK: case OPEN_ACK: return open_step(c);
    case TALK: return talk(c);
    case RACE: return send_race(c);
    case RACE_ANSWER: return send_race_answer(c);
    case RACE_REFUSED: return send_refusal(c);
    case STORM: return send_storm(c);
    case QUERY: return send_query(c);
    case FORGED_ANSWER: return send_forged_answer(c);
    case ANSWER: return send_answer(c);
    default: return close_step(c);
    }
}

/* ---- Events --------------------------------------------------------------------------------- */

/* What happens at a time: a live conversation goes on, or (index < 0) one of kind ~index starts. */
typedef struct {
    uint64_t time;
    int64_t index;
} event_t;

static event_t *heap;
static size_t heap_size, heap_room;
static conversation_t *live;
static size_t *unused;
static size_t live_size, live_room, unused_size;

/* Grows an array; the program ends when there is no memory. */
static void *
grow(void *array, size_t items, size_t size)
{
    void *p = realloc(array, items * size);

    if (!p) {
        fputs("generate: out of memory\n", stderr);
        exit(1);
    }
    return p;
}

static void
push_event(uint64_t time, int64_t index)
{
    size_t i = heap_size++;

    if (heap_size > heap_room) {
        heap_room = heap_room ? 2 * heap_room : 1024;
        heap = grow(heap, heap_room, sizeof *heap);
    }
    for (; i && heap[(i - 1) / 2].time > time; i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = (event_t){time, index};
}

static event_t
pop_event(void)
{
    event_t first = heap[0], last = heap[--heap_size];
    size_t i = 0, child;

    while ((child = 2 * i + 1) < heap_size) {
        if (child + 1 < heap_size && heap[child + 1].time < heap[child].time)
            child++;
        if (heap[child].time >= last.time)
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return first;
}

/* Index of a conversation record that may be used. */
static size_t
take_record(void)
{
    if (unused_size)
        return unused[--unused_size];
    if (live_size == live_room) {
        live_room = live_room ? 2 * live_room : 256;
        live = grow(live, live_room, sizeof *live);
        unused = grow(unused, live_room, sizeof *unused);
    }
    return live_size++;
}

/* ---- Mixes ---------------------------------------------------------------------------------- */

/* Mean packets of one conversation, counted on long captures of that kind alone. */
static const double mean_packets[KINDS] = {
    [HTTP] = 15.7, [TLS] = 23.0, [BULK] = 181, [DNS] = 2.02,
    [SYN_FLOOD] = 1, [RESETS] = 1e12, [DNS_FLOOD] = 1,
};

/* A named mix: packets per second of capture time and the share of each kind in them. */
typedef struct {
    const char *name;
    double rate;
    double share[KINDS];
} mix_t;

static const mix_t mixes[] = {
    {"mixed", 5000, {[HTTP] = .26, [TLS] = .40, [BULK] = .12, [DNS] = .14, [SYN_FLOOD] = .08}},
    {"web", 5000, {[HTTP] = .40, [TLS] = .60}},
    {"dns", 5000, {[DNS] = 1}},
    {"bulk", 5000, {[BULK] = 1}},
    {"flood", 20000, {[SYN_FLOOD] = 1}},
    {"rst", 20000, {[RESETS] = 1}},
    {"dnsflood", 20000, {[DNS_FLOOD] = 1}},
};

static const mix_t *
find_mix(const char *name)
{
    for (size_t i = 0; i < sizeof mixes / sizeof *mixes; i++)
        if (strcmp(mixes[i].name, name) == 0)
            return &mixes[i];
    return NULL;
}

static void
push_arrival(const mix_t *mix, kind_t kind)
{
    double per_second = mix->rate * mix->share[kind] / mean_packets[kind];

    push_event(now + 1 + (uint64_t)exponential((double)SECOND / per_second), ~(int64_t)kind);
}

static void
start_arrivals(const mix_t *mix)
{
    for (int kind = 0; kind < KINDS; kind++) {
        if (kind == RESETS && mix->share[kind] > 0)
            push_event(1, ~(int64_t)kind);
        else if (mix->share[kind] > 0)
            push_arrival(mix, kind);
    }
}

/* The record of the conversation that this event is about; a new one when it starts. */
static size_t
conversation_of(const mix_t *mix, event_t event)
{
    size_t i;

    if (event.index >= 0)
        return (size_t)event.index;
    i = take_record();
    start_conversation(&live[i], (kind_t)~event.index);
    if (live[i].kind != RESETS)
        push_arrival(mix, live[i].kind);
    return i;
}

static void
generate(const mix_t *mix)
{
    start_arrivals(mix);
    while (counts.packets < counts.wanted) {
        event_t event = pop_event();
        size_t i;
        uint64_t pause;

        now = event.time;
        i = conversation_of(mix, event);
        pause = step(&live[i]);
        if (pause)
            push_event(now + pause, (int64_t)i);
        else
            unused[unused_size++] = i;
    }
}

/* ---- Command line --------------------------------------------------------------------------- */

static int
usage(void)
{
    fputs("usage: generate OUT.pcap PACKETS [--mix ", stderr);
    for (size_t i = 0; i < sizeof mixes / sizeof *mixes; i++)
        fprintf(stderr, "%s%s", i ? "|" : "", mixes[i].name);
    fputs("] [--seed N]\n", stderr);
    return 2;
}

static void
print_counts(void)
{
    printf("packets=%" PRIu64 "\nbytes=%" PRIu64 "\nv6_packets=%" PRIu64 "\ntcp_flows=%" PRIu64
           "\ndata_segments=%" PRIu64 "\ndns_transactions=%" PRIu64 "\nflood_syns=%" PRIu64
           "\nresets=%" PRIu64 "\nforged=%" PRIu64 "\nlive_conversations=%zu\ncapture_ms=%" PRIu64
           "\n",
           counts.packets, counts.bytes, counts.v6_packets, counts.tcp_flows, counts.data_segments,
           counts.dns_transactions, counts.flood_syns, counts.resets, counts.forged,
           live_size - unused_size, now / MILLISECOND);
}

/* Reads the arguments; returns the mix or NULL. */
static const mix_t *
read_arguments(int argc, char **argv)
{
    const mix_t *mix = &mixes[0];

    if (argc < 3 || argc % 2 == 0)
        return NULL;
    random_state = 1;
    counts.wanted = strtoull(argv[2], NULL, 10);
    for (int i = 3; i < argc; i += 2) {
        if (strcmp(argv[i], "--mix") == 0)
            mix = find_mix(argv[i + 1]);
        else if (strcmp(argv[i], "--seed") == 0)
            random_state = strtoull(argv[i + 1], NULL, 10);
        else
            return NULL;
        if (!mix)
            return NULL;
    }
    return counts.wanted ? mix : NULL;
}

int
main(int argc, char **argv)
{
    const mix_t *mix = read_arguments(argc, argv);

    if (!mix)
        return usage();
    out = fopen(argv[1], "wb");
    if (!out) {
        fprintf(stderr, "generate: %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    setvbuf(out, NULL, _IOFBF, 1 << 20);
    make_world();
    write_file_header();
    generate(mix);
    if (fclose(out) != 0) {
        fprintf(stderr, "generate: %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    print_counts();
    return 0;
}
