/* record.c
 * Stands in for the engine: each observation becomes a line of text, so that what two readers make of
 * the same frame can be compared.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "record.h"

#include "state/quic_flows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static FILE *lines;
static GHashTable *answered;        /* set of pairs of ports: their QUIC name was read */

void
record_unread(uint32_t frame)
{
    fprintf(lines, "%u unread\n", frame);
}

static void
put_address(const ip_address_t *address)
{
    for (unsigned i = 0; i < (address->ipv6 ? 16 : 4); i++)
        fprintf(lines, "%02x", address->bytes[i]);
}

/* FNV-1a: equal payloads are equal numbers. */
static uint32_t
digest(const uint8_t *bytes, size_t n)
{
    uint32_t sum = 2166136261u;
    for (size_t i = 0; i < n; i++)
        sum = (sum ^ bytes[i]) * 16777619u;
    return sum;
}

void
engine_observe(engine_t *engine, const observation_t *obs)
{
    (void)engine;
    fprintf(lines, "%u t%" PRId64 " ", obs->frame, obs->time);
    put_address(&obs->src);
    fputc('>', lines);
    put_address(&obs->dst);
    fprintf(lines, " ttl%u tos%u id%u fl%u df%d v6%d p%u", obs->ip.ttl, obs->ip.tos, obs->ip.ip_id,
            obs->ip.flow_label, obs->ip.df, obs->ip.ipv6, obs->protocol);
    if (obs->quoted) {
        fprintf(lines, " quoted%d ", obs->quoted);
        put_address(&obs->reporter);
    }
    fprintf(lines, " %u>%u cut%d seq%u ack%u f%03x w%u ts%d,%u,%u o%d mss%u len%u cap%u %08x link%" PRIx64 " whole%u\n",
            obs->sport, obs->dport, obs->cut, obs->seq, obs->ack, obs->flags, obs->window, obs->has_timestamps,
            obs->tsval, obs->tsecr, obs->has_options, obs->mss, obs->length, obs->captured,
            obs->payload ? digest(obs->payload, obs->captured) : 0, obs->link_src,
            obs->segment ? obs->segment_length : 0);
}

engine_t *
engine_new(const limits_t *limits, const bool enabled[N_DETECTORS])
{
    (void)limits;
    (void)enabled;
    const char *file = getenv("OBSERVATIONS");
    lines = fopen(file ? file : "/dev/null", "w");
    if (!lines)
        abort();
    answered = g_hash_table_new(NULL, NULL);
    return (engine_t *)lines;
}

void
engine_free(engine_t *engine)
{
    if (!engine)
        return;
    fclose(lines);
    g_hash_table_destroy(answered);
}

store_t *
engine_store(const engine_t *engine)
{
    (void)engine;
    return NULL;
}

void
engine_set_fingerprints(engine_t *engine, fingerprints_t *fingerprints)
{
    (void)engine;
    fingerprints_free(fingerprints);
}

/* The engine knows who the client is; here it is whoever has the higher port. It asks once; Wireshark takes no
 * notice of what a client sends again. */
bool
engine_wants_request(engine_t *engine, const observation_t *obs)
{
    void *ports = GUINT_TO_POINTER((unsigned)obs->sport << 16 | obs->dport);

    (void)engine;
    return !obs->quoted && obs->sport > obs->dport && quic_initial_version(obs)
        && !g_hash_table_contains(answered, ports);
}

void
engine_note_request(engine_t *engine, const observation_t *obs, const uint8_t *name, size_t length, bool ech)
{
    (void)engine;
    g_hash_table_add(answered, GUINT_TO_POINTER((unsigned)obs->sport << 16 | obs->dport));
    fprintf(lines, "%u asks for %.*s, ech%d\n", obs->frame, (int)length, (const char *)name, ech);
}
