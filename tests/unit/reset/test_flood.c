/* reset/test_flood.c
 * A million genuine resets, of stacks with random, counting and zero IP IDs and of boxes that answer for others: so
 * many that every accident of 16 bits happens dozens of times. None of them may be called forged.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "base/hash.h"

#define RESETS 1000000
#define HOSTS  20000

typedef enum { COUNTS, RANDOM, ZERO } ip_ids_t;

/* How a host writes its packets, and its resets, or the box that resets for it. */
typedef struct {
    const char *name;
    uint8_t     ttl, reset_ttl;
    bool        df, reset_df;
    ip_ids_t    ip_ids, reset_ip_ids;
    uint16_t    flags;          /* of the reset */
    bool        from_socket;    /* with the connection's window and timestamps */
} stack_kind_t;

static const stack_kind_t stacks[] = {
    { "Linux, closed socket", 50, 50, true, true, COUNTS, ZERO, TCP_RST, false },
    { "Linux, program gone", 50, 50, true, true, COUNTS, COUNTS, TCP_RST | TCP_ACK, true },
    { "Windows", 114, 114, true, false, COUNTS, RANDOM, TCP_RST, false },
    { "Windows, RST/ACK", 114, 114, true, true, COUNTS, RANDOM, TCP_RST | TCP_ACK, false },
    { "BSD", 53, 53, true, true, RANDOM, RANDOM, TCP_RST, false },
    { "macOS", 53, 53, true, false, ZERO, RANDOM, TCP_RST, false },
    { "Solaris", 53, 244, true, true, COUNTS, RANDOM, TCP_RST, false },
    { "a balancer that resets", 50, 240, true, false, COUNTS, RANDOM, TCP_RST | TCP_ACK, false },
    { "an old balancer", 50, 110, true, false, COUNTS, RANDOM, TCP_RST, false },
    { "an appliance", 244, 244, false, false, RANDOM, RANDOM, TCP_RST | TCP_ACK, false },
};

static uint64_t
draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

static uint16_t
next_ip_id(ip_ids_t kind, uint16_t *counter, uint64_t *state)
{
    return kind == COUNTS ? ++*counter : kind == ZERO ? 0 : (uint16_t)draw(state);
}

static void
answer(talk_t *talk, const stack_kind_t *stack, uint16_t flags, uint32_t length, uint64_t *state)
{
    observation_t obs = talk_segment(talk, SERVER, flags, length);
    obs.ip.ip_id = next_ip_id(stack->ip_ids, &talk->end[SERVER].ip_id, state);
    obs.ip.df = stack->df;
    wire_send(talk->wire, &obs);
}

/* A request, an answer, another request, and the reset. */
static uint32_t
one_connection(wire_t *wire, unsigned i, uint64_t *state)
{
    uint32_t host = (uint32_t)(draw(state) % HOSTS);
    const stack_kind_t *stack = &stacks[host % G_N_ELEMENTS(stacks)];
    talk_t talk = talk_new(wire, (uint16_t)(1024 + i % 60000));

    talk.end[SERVER].address = address4(198, 18, (uint8_t)(host >> 8), (uint8_t)host);
    talk.end[SERVER].ttl = stack->ttl;
    talk.end[SERVER].ip_id = (uint16_t)draw(state);
    talk.end[CLIENT].ip_id = (uint16_t)draw(state);
    talk_send(&talk, CLIENT, TCP_SYN, 0);
    wire->now += talk.rtt;
    answer(&talk, stack, TCP_SYN | TCP_ACK, 0, state);
    talk_send(&talk, CLIENT, TCP_ACK, 300);
    wire->now += talk.rtt;
    answer(&talk, stack, TCP_ACK, 900, state);
    talk_send(&talk, CLIENT, TCP_ACK, 200);
    wire->now += talk.rtt;
    observation_t reset = talk_segment(&talk, SERVER, stack->flags, 0);
    reset.ip.ttl = stack->reset_ttl;
    reset.ip.df = stack->reset_df;
    reset.ip.ip_id = next_ip_id(stack->reset_ip_ids, &talk.end[SERVER].ip_id, state);
    reset.has_timestamps = reset.has_options = stack->from_socket;
    reset.window = stack->from_socket ? reset.window : 0;
    return wire_send(wire, &reset);
}

static void
check_flood(void **unused)
{
    uint64_t state = 88172645463325252u;
    unsigned forged = 0, suspect = 0;

    (void)unused;
    hash_seed(1);
    wire_t wire = wire_new_limited((limits_t){ .flows = 4096, .half_open = 64, .hosts = HOSTS + 1, .queries = 16,
                                               .resets = 4096 });
    for (unsigned i = 0; i < RESETS; i++) {
        verdict_t verdict = wire_verdict(&wire, one_connection(&wire, i, &state));
        forged += verdict == VERDICT_FORGED;
        suspect += verdict == VERDICT_SUSPECT;
    }
    wire_free(&wire);
    print_message("%u resets: %u forged, %u suspect\n", RESETS, forged, suspect);
    assert_int_equal(forged, 0);
    assert_in_range(suspect, 1, RESETS / 4);    /* the balancers, for their distance: it has looked */
}

int
main(void)
{
    suite_t suite = suite_new();
    suite_add(&suite, "a million genuine resets with random IP IDs", check_flood, NULL);
    return suite_run(&suite, "flood");
}
