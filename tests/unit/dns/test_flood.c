/* dns/test_flood.c
 * A million genuine answers of servers that number their packets in every way there is. Some of their IP IDs are 0 by
 * accident, some counters meet, and some sites are at another distance: nobody is accused.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "bytes/dns_message.h"

#define ANSWERS 1000000
#define SERVERS 8

typedef enum { RANDOM, STEPS_OF_SIX, COUNTER, NONE, OWN_STACK, BY_CLIENT, TWO_SITES, RARE_SITE } numbering_t;

typedef struct {
    uint32_t random;            /* state of a generator */
    uint16_t next[SERVERS];
} numbers_t;

/* The same numbers in every run (Marsaglia's xorshift). */
static uint32_t
draw(numbers_t *n)
{
    n->random ^= n->random << 13;
    n->random ^= n->random >> 17;
    n->random ^= n->random << 5;
    return n->random;
}

static ip_header_t
header_of(numbers_t *n, unsigned server)
{
    ip_header_t ip = { .ttl = 50 };

    switch ((numbering_t)server) {
    case RANDOM:       ip.ip_id = (uint16_t)draw(n); break;
    case STEPS_OF_SIX: ip.ip_id = n->next[server] = (uint16_t)(n->next[server] + 6); break;
    case COUNTER:      ip.ip_id = n->next[server] = (uint16_t)(n->next[server] + 1 + draw(n) % 40); break;
    case NONE:         ip.df = true; break;
    case OWN_STACK:    ip.ttl = 151; break;
    case BY_CLIENT:    ip.ip_id = (uint16_t)(draw(n) % 3 ? ++n->next[server] : draw(n)); ip.ttl = 116; break;
    case TWO_SITES:    ip.ip_id = (uint16_t)draw(n); ip.ttl = draw(n) % 2 ? 50 : 57; break;
    case RARE_SITE:    ip.ip_id = (uint16_t)draw(n); ip.ttl = draw(n) % 20 ? 50 : 57; break;
    }
    return ip;
}

/* The query and the answer of transaction i: one record, no EDNS, flags as of an injector. */
static void
exchange(wire_t *wire, numbers_t *n, unsigned i)
{
    static const uint8_t address[] = { 203, 0, 113, 7 };
    unsigned server = draw(n) % SERVERS;
    char name[] = "host0000.example.org";

    for (unsigned k = 0; k < 4; k++)
        name[4 + k] = (char)('a' + (i >> 4 * k) % 16);
    message_t query = message_query((uint16_t)(i * 7919), name, DNS_A, false);
    message_t answer = message_answer(&query, 0x8180, DNS_A, address, 4);
    observation_t asked = datagram(&query, CLIENT, (uint16_t)(1024 + i % 60000));
    observation_t said = datagram(&answer, SERVER, (uint16_t)(1024 + i % 60000));
    asked.ip.ip_id = (uint16_t)i;
    asked.dst.bytes[3] = said.src.bytes[3] = (uint8_t)(10 + server);
    said.ip = header_of(n, server);
    wire_send(wire, &asked);
    wire->now += (i % 7 ? 20 : 2) * NS_PER_MS;
    wire_send(wire, &said);
}

static void
check_flood(void **state)
{
    wire_t wire = wire_new();
    numbers_t numbers = { .random = 2463534242u };
    unsigned suspects = 0;

    (void)state;
    for (unsigned i = 0; i < ANSWERS; i++)
        exchange(&wire, &numbers, i);
    GPtrArray *findings = store_sorted(engine_store(wire.engine));
    for (unsigned i = 0; i < findings->len; i++) {
        const finding_t *f = g_ptr_array_index(findings, i);
        assert_int_not_equal(f->verdict, VERDICT_FORGED);
        suspects += f->verdict == VERDICT_SUSPECT;
    }
    assert_in_range(suspects, 0, ANSWERS / 10000);
    assert_int_equal(wire_notices(&wire, "its own habit"), 1);
    g_ptr_array_free(findings, TRUE);
    wire_free(&wire);
}

int
main(void)
{
    suite_t suite = suite_new();
    suite_add(&suite, "a million genuine answers, and nobody is accused", check_flood, NULL);
    return suite_run(&suite, "flood");
}
