/* floods.c
 * What floods cost the judging alone: nanoseconds a packet and memory, while nothing can be told from one packet to
 * the next. `cmake --build build --target floods`, then build/tests/floods [MILLIONS].
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine.h"

typedef struct {
    engine_t *engine;
    uint32_t  frame;
} flood_t;

static void
send_packet(flood_t *flood, observation_t obs)
{
    obs.frame = ++flood->frame;
    obs.time = INT64_C(1700000000) * NS_PER_S + flood->frame * (int64_t)100000;
    engine_observe(flood->engine, &obs);
}

static ip_address_t
address(uint8_t network, uint32_t number)
{
    return (ip_address_t){ .bytes = { network, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number } };
}

static observation_t
segment(uint32_t client, uint32_t server, bool up, uint16_t flags, uint32_t seq)
{
    uint16_t port = (uint16_t)(1024 + client % 60000);
    ip_address_t one = address(10, client), other = address(20, server);

    return (observation_t){
        .src = up ? one : other, .dst = up ? other : one, .sport = up ? port : 80, .dport = up ? 80 : port,
        .protocol = PROTOCOL_TCP, .ip = { .ttl = up ? 64 : 50, .ip_id = (uint16_t)seq, .df = true },
        .seq = seq, .ack = flags & TCP_ACK ? 1000 : 0, .flags = flags, .window = 501,
    };
}

static void
half_open(flood_t *flood, uint32_t i)
{
    send_packet(flood, segment(i, 1, true, TCP_SYN, i));
}

static void
hosts(flood_t *flood, uint32_t i)
{
    send_packet(flood, segment(i, i, true, TCP_ACK, i));
}

static void
queries(flood_t *flood, uint32_t i)
{
    static uint8_t message[] = {
        0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 8, 'n', '0', '0', '0', '0', '0', '0', '0', 7, 'e', 'x', 'a', 'm', 'p', 'l',
        'e', 0, 0, 1, 0, 1,
    };

    for (unsigned k = 0; k < 7; k++)
        message[14 + k] = (uint8_t)('0' + (i >> 3 * k & 7));
    message[0] = (uint8_t)(i >> 8);
    message[1] = (uint8_t)i;
    send_packet(flood, (observation_t){
        .src = address(10, i & 0xff), .dst = address(8, 8), .sport = (uint16_t)(1024 + i % 60000), .dport = DNS_PORT,
        .protocol = PROTOCOL_UDP, .ip.ttl = 64, .payload = message, .length = sizeof message,
        .captured = sizeof message,
    });
}

/* A connection, and three resets of a box: six packets. */
static void
forged_resets(flood_t *flood, uint32_t i)
{
    send_packet(flood, segment(i, 1, true, TCP_SYN, 999));
    send_packet(flood, segment(i, 1, false, TCP_SYN | TCP_ACK, 9000));
    send_packet(flood, segment(i, 1, true, TCP_ACK, 1000));
    for (unsigned k = 0; k < 3; k++) {
        observation_t obs = segment(i, 1, false, TCP_RST | TCP_ACK, 9001 + 1460 * k);
        obs.ip = (ip_header_t){ .ttl = (uint8_t)(101 + k), .ip_id = (uint16_t)(7 * i + k) };
        obs.window = (uint16_t)(1000 + k);
        send_packet(flood, obs);
    }
}

static double
seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / NS_PER_S;
}

static long
resident_kib(void)
{
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (!file || fscanf(file, "%ld %ld", &pages, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return resident * 4;
}

static void
print_notices(const flood_t *flood)
{
    const store_t *store = engine_store(flood->engine);

    for (uint32_t frame = 1; frame <= flood->frame; frame++) {
        const finding_t *finding = store_lookup(store, frame);
        if (finding && finding->notice)
            printf(" %u: %.*s.", frame, (int)strcspn(finding->notice, ":"), finding->notice);
    }
}

static void
run(const char *name, void (*one)(flood_t *, uint32_t), uint32_t times)
{
    static const bool enabled[N_DETECTORS] = { [0 ... N_DETECTORS - 1] = true };
    const limits_t limits = LIMITS_DEFAULT;
    long before = resident_kib();
    flood_t flood = { .engine = engine_new(&limits, enabled) };
    double begun = seconds(), tenth = 0;

    for (uint32_t i = 0; i < times; i++) {
        one(&flood, i);
        if (i == times / 10)
            tenth = seconds() - begun;
    }
    double all = seconds() - begun;
    printf("| %s | %u | %.0f | %.0f | %ld | %u |", name, flood.frame, tenth * NS_PER_S / flood.frame * 10,
           all * NS_PER_S / flood.frame, (resident_kib() - before) / 1024, store_size(engine_store(flood.engine)));
    print_notices(&flood);
    puts(" |");
    engine_free(flood.engine);
}

int
main(int argc, char **argv)
{
    uint32_t millions = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10, n = millions * 1000000;

    puts("| Flood | Packets | ns a packet, first tenth | ns a packet | MiB | Findings | Notices by frame |\n"
         "|---|---:|---:|---:|---:|---:|---|");
    run("connections with a SYN and nothing else", half_open, n);
    run("DNS queries for 2 million names, not answered", queries, n);
    run("addresses, two new ones in each packet", hosts, n / 2);
    run("forged resets, three to a connection", forged_resets, n / 15);
    return EXIT_SUCCESS;
}
