/* wire.c
 * A long link in userspace: copies frames between two interfaces after a delay and makes each
 * frame look as if it had crossed more routers. The kernel here has no netem, hence this program.
 *
 *   wire A B KEY=VALUE...        A faces the client, B faces the server
 *
 *   delay=US     one-way delay in microseconds         hops=N    lower TTL or hop limit by N
 *   life=S       seconds until it ends by itself
 *   Impairments of frames that go from B to A and carry TCP data or a DNS answer (N counts from 1):
 *   lose=N       drop the N-th        late=N     hold the N-th for 15 ms more, so it is overtaken
 *   wobble=1     every second frame crosses one router more, as over two unequal paths
 *   twin=N       every second DNS answer has N more hops, as from another site of an anycast group
 *   front=N      SYN/ACKs have N hops fewer, as from a front end that only answers handshakes
 *   thin=N       lose N of 1000 frames, at random
 *   narrow=N     N octets a second pass, 16 frames wait for their turn: a slow link, no policer
 *
 * Prints "ready" when both interfaces are open. Frames larger than 1514 octets are dropped: they
 * show that an offload was left on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <net/if.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "packet.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

#define SLOTS 8192                      /* frames under way in one direction */
#define LATE_US 15000
#define QUEUE_MAX 16                    /* frames before a slow link */

typedef struct { int64_t due; size_t len; uint8_t bytes[FRAME_MAX]; } slot_t;

/* Frames under way in one direction, kept in order of their due time. */
typedef struct { slot_t *slot[SLOTS]; int count; int64_t last_due; } queue_t;

static struct { long delay, hops, life, lose, late, wobble, twin, front, thin,
                narrow; } opt = { .life = 60 };
static int sock[2];
static queue_t queue[2];                /* queue[k]: frames that arrived on sock[k] */
static long seen_data;                  /* from B to A */
static int64_t narrow_until;            /* the slow link is busy with what was sent so far */
static uint32_t random_state = 0x2545f491;      /* fixed: runs are alike */

static int64_t
now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int
open_interface(const char *name)
{
    int s = socket(AF_PACKET, SOCK_RAW, 0), one = 1;
    struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(3),
                             .sll_ifindex = (int)if_nametoindex(name) };
    struct packet_mreq m = { .mr_ifindex = a.sll_ifindex, .mr_type = PACKET_MR_PROMISC };
    if (s < 0 || setsockopt(s, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) < 0 ||
        setsockopt(s, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &m, sizeof m) < 0 ||
        bind(s, (struct sockaddr *)&a, sizeof a) < 0) {
        perror(name);
        exit(1);
    }
    return s;
}

static void
parse_option(const char *text)
{
    static const struct { const char *key; long *value; } keys[] = {
        { "delay=", &opt.delay }, { "hops=", &opt.hops }, { "life=", &opt.life },
        { "lose=", &opt.lose }, { "late=", &opt.late }, { "wobble=", &opt.wobble },
        { "twin=", &opt.twin }, { "front=", &opt.front },
        { "thin=", &opt.thin }, { "narrow=", &opt.narrow },
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strncmp(text, keys[i].key, strlen(keys[i].key))) {
            *keys[i].value = atol(text + strlen(keys[i].key));
            return;
        }
    fprintf(stderr, "wire: unknown option %s\n", text);
    exit(2);
}

static void
lower_ttl(struct packet *p, long hops)
{
    uint8_t *ttl = p->ip + (p->t.v6 ? 7 : 8);
    *ttl = (uint8_t)(*ttl > hops ? *ttl - hops : 1);
    if (!p->t.v6) {                     /* only the IP header changed */
        uint32_t sum = 0;
        p->ip[10] = p->ip[11] = 0;
        for (int i = 0; i < (p->ip[0] & 15) * 4; i += 2)
            sum += (uint32_t)(p->ip[i] << 8 | p->ip[i + 1]);
        sum = (sum & 0xffff) + (sum >> 16);
        sum = ~(sum + (sum >> 16)) & 0xffff;
        p->ip[10] = (uint8_t)(sum >> 8), p->ip[11] = (uint8_t)sum;
    }
}

/* ICMP is not read by packet_read, yet its TTL must shrink too. */
static bool
read_any_ip(struct packet *p, uint8_t *frame, size_t len)
{
    bool known = packet_read(p, frame, len);
    uint16_t type = (uint16_t)(frame[12] << 8 | frame[13]);
    p->t.v6 = type == 0x86dd;
    return known || type == 0x0800 || type == 0x86dd;
}

static uint32_t
random_number(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    return random_state ^= random_state << 5;
}

/* Microseconds until the slow link has sent this frame; -1 if too many wait. */
static long
wait_for_link(size_t len)
{
    int64_t now = now_us(), each = (int64_t)len * 1000000 / opt.narrow;
    if (narrow_until < now)
        narrow_until = now;
    if (narrow_until - now > QUEUE_MAX * each)
        return -1;
    narrow_until += each;
    return (long)(narrow_until - now);
}

/* How a frame from B to A is impaired: returns extra microseconds, or -1 to lose it. */
static long
impair(const struct packet *p, long *hops)
{
    bool dns = p->t.proto == 17 && p->t.sport == 53, data = p->t.proto == 6 && p->payload_len;
    if (p->t.proto == 6 && (p->flags & SYN))
        *hops -= opt.front;
    if (!dns && !data)
        return 0;
    seen_data++;
    if (opt.wobble && seen_data % 2 == 0)
        *hops += 1;
    if (dns && opt.twin && seen_data % 2 == 0)
        *hops += opt.twin;
    if (opt.thin && random_number() % 1000 < (uint32_t)opt.thin)
        return -1;
    if (opt.narrow)
        return wait_for_link(p->frame_len);
    return opt.lose == seen_data ? -1 : opt.late == seen_data ? LATE_US : 0;
}

static void
enqueue(queue_t *q, slot_t *s, long extra)
{
    int64_t due = now_us() + opt.delay;
    if (!extra && due < q->last_due)
        due = q->last_due;
    if (!extra)
        q->last_due = due;
    s->due = due + extra;
    int at = q->count++;
    for (; at && q->slot[at - 1]->due > s->due; at--)
        q->slot[at] = q->slot[at - 1];
    q->slot[at] = s;
}

static void
receive(int k)
{
    for (;;) {
        slot_t *s = malloc(sizeof *s);
        ssize_t len = s ? recv(sock[k], s->bytes, sizeof s->bytes, MSG_DONTWAIT | MSG_TRUNC) : -1;
        if (len <= 0) { free(s); return; }
        long extra = 0, hops = opt.hops;
        struct packet p;
        bool ip = len <= 1514 && len > 34 && read_any_ip(&p, s->bytes, (size_t)len);
        if (ip && k == 1)
            extra = impair(&p, &hops);
        if (ip)
            lower_ttl(&p, hops);
        if (len > 1514 || extra < 0 || queue[k].count == SLOTS) { free(s); continue; }
        s->len = (size_t)len;
        enqueue(&queue[k], s, extra);
    }
}

/* Sends what is due on direction k; returns when the next frame is. */
static int64_t
release(int k)
{
    queue_t *q = &queue[k];
    int done = 0;
    int64_t now = now_us();
    for (; done < q->count && q->slot[done]->due <= now; done++) {
        if (send(sock[!k], q->slot[done]->bytes, q->slot[done]->len, 0) < 0)
            perror("wire: send");
        free(q->slot[done]);
    }
    q->count -= done;
    memmove(q->slot, q->slot + done, (size_t)q->count * sizeof *q->slot);
    return q->count ? q->slot[0]->due : now + 100000;
}

int
main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    for (int i = 3; i < argc; i++)
        parse_option(argv[i]);
    for (int k = 0; k < 2; k++)
        sock[k] = open_interface(argv[1 + k]);
    printf("ready\n");
    fflush(stdout);
    for (int64_t end = now_us() + opt.life * 1000000; now_us() < end;) {
        int64_t a = release(0), b = release(1), wait = (a < b ? a : b) - now_us();
        struct pollfd f[2] = { { sock[0], POLLIN, 0 }, { sock[1], POLLIN, 0 } };
        struct timespec t = { 0, (wait > 0 ? wait : 0) * 1000 };
        ppoll(f, 2, &t, NULL);
        for (int k = 0; k < 2; k++)
            receive(k);
    }
    return 0;
}
