/* verdict/incident.c
 * Findings that belong to one exchange; see incident.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verdict/incident.h"

#include "base/hash.h"
#include "state/host.h"

typedef struct {
    ip_address_t address[2];    /* in an order of their own */
    uint32_t     ports;
    uint32_t     asked;
    uint8_t      protocol;
} exchange_t;

struct incidents {
    GHashTable *numbers;        /* exchange_t, owned -> its number */
};

static unsigned
exchange_hash(const void *key)
{
    const exchange_t *exchange = key;
    uint32_t words[11];
    unsigned n = address_words(&exchange->address[0], words);

    n += address_words(&exchange->address[1], words + n);
    words[n++] = exchange->ports;
    words[n++] = exchange->asked;
    words[n++] = exchange->protocol;
    return hash_words(words, n);
}

static int
exchange_equal(const void *a, const void *b)
{
    const exchange_t *x = a, *y = b;

    return x->ports == y->ports && x->asked == y->asked && x->protocol == y->protocol
        && address_equal(&x->address[0], &y->address[0]) && address_equal(&x->address[1], &y->address[1]);
}

incidents_t *
incidents_new(void)
{
    incidents_t *incidents = g_new0(incidents_t, 1);

    incidents->numbers = g_hash_table_new_full(exchange_hash, exchange_equal, g_free, NULL);
    return incidents;
}

void
incidents_free(incidents_t *incidents)
{
    g_hash_table_destroy(incidents->numbers);
    g_free(incidents);
}

static exchange_t
exchange_between(const ends_t *ends, uint32_t asked)
{
    int order = memcmp(ends->src.bytes, ends->dst.bytes, sizeof ends->src.bytes);
    bool turned = order ? order > 0 : ends->sport > ends->dport;

    return (exchange_t){
        .address = { turned ? ends->dst : ends->src, turned ? ends->src : ends->dst },
        .ports = turned ? (uint32_t)ends->dport << 16 | ends->sport : (uint32_t)ends->sport << 16 | ends->dport,
        .asked = ends->protocol == PROTOCOL_TCP ? 0 : asked,
        .protocol = ends->protocol,
    };
}

uint32_t
incident_of(incidents_t *incidents, const ends_t *ends, uint32_t asked, uint32_t frame)
{
    exchange_t exchange = exchange_between(ends, asked);

    if (!ends->protocol)
        return 0;
    unsigned number = GPOINTER_TO_UINT(g_hash_table_lookup(incidents->numbers, &exchange));
    if (number)
        return number;
    g_hash_table_insert(incidents->numbers, g_memdup2(&exchange, sizeof exchange), GUINT_TO_POINTER(frame));
    return frame;
}
