/* state/host.c
 * What the whole capture has shown of one address; see host.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "state/host.h"

#include <string.h>

#include "bytes/checksum.h"
#include "state/hops.h"

/* Right checksums that show that a sender fills them in. */
#define NEAR_CHECKSUMS 3
#define FAR_CHECKSUMS  2
#define CHECKSUMS_KNOWN 8       /* of one kind; enough to know a sender by */

struct host_table {
    table_t  *hosts;            /* of host_t */
    unsigned  max, remembered;
    uint32_t  checksums[2][2];  /* of packets from far away and of others: wrong ones, right ones */
};

void
ttl_memory_add(ttl_memory_t *memory, uint8_t ttl)
{
    for (unsigned i = 0; i < TTL_SLOTS; i++) {
        if (memory->count[i] && memory->ttl[i] != ttl)
            continue;
        memory->ttl[i] = ttl;
        count_up(&memory->count[i]);
        return;
    }
    count_up(&memory->others);
}

/* No unused slot before a used one: that is what the readers rely on. */
void
ttl_memory_remove(ttl_memory_t *memory, uint8_t ttl)
{
    unsigned i = 0, last = TTL_SLOTS - 1;

    while (i < TTL_SLOTS && (!memory->count[i] || memory->ttl[i] != ttl))
        i++;
    uint16_t *count = i < TTL_SLOTS ? &memory->count[i] : &memory->others;
    if (!*count || *count == UINT16_MAX || --*count || i == TTL_SLOTS)
        return;
    while (last > i && !memory->count[last])
        last--;
    memory->ttl[i] = memory->ttl[last];
    memory->count[i] = memory->count[last];
    memory->count[last] = 0;
}

unsigned
ttl_memory_total(const ttl_memory_t *memory)
{
    unsigned total = memory->others;
    for (unsigned i = 0; i < TTL_SLOTS; i++)
        total += memory->count[i];
    return total;
}

uint8_t
ttl_memory_usual(const ttl_memory_t *memory)
{
    unsigned best = 0;
    for (unsigned i = 1; i < TTL_SLOTS; i++)
        if (memory->count[i] > memory->count[best])
            best = i;
    return memory->count[best] ? memory->ttl[best] : 0;
}

unsigned
ttl_memory_near(const ttl_memory_t *memory, uint8_t ttl)
{
    unsigned near = 0;
    for (unsigned i = 0; i < TTL_SLOTS; i++)
        if (memory->count[i] && memory->ttl[i] >= ttl - HOPS_JITTER && memory->ttl[i] <= ttl + HOPS_JITTER)
            near += memory->count[i];
    return near;
}

char *
ttl_memory_text(const ttl_memory_t *memory)
{
    GString *text = g_string_new(NULL);
    bool told[TTL_SLOTS] = { false };

    for (;;) {
        unsigned next = TTL_SLOTS;
        for (unsigned i = 0; i < TTL_SLOTS; i++)
            if (memory->count[i] && !told[i] && (next == TTL_SLOTS || memory->count[i] > memory->count[next]))
                next = i;
        if (next == TTL_SLOTS)
            break;
        told[next] = true;
        g_string_append_printf(text, "%s%u (%u hops) in %u", text->len ? ", " : "", memory->ttl[next],
                               ttl_hops(memory->ttl[next]), memory->count[next]);
    }
    if (memory->others)
        g_string_append_printf(text, "%sothers in %u", text->len ? ", " : "", memory->others);
    return g_string_free(text, FALSE);
}

bool
ttl_memory_distance(const ttl_memory_t *memory, uint8_t ttl, uint8_t *distance)
{
    unsigned total = ttl_memory_total(memory);
    bool known = false;

    for (unsigned i = 0; i < TTL_SLOTS && memory->count[i]; i++) {
        if (memory->count[i] < 2 || memory->count[i] * 4 < total)
            continue;
        uint8_t apart = ttl == memory->ttl[i] ? 0 : ttl_distance(ttl, memory->ttl[i]);
        if (!known || apart < *distance)
            *distance = apart;
        known = true;
        if (!apart)
            break;
    }
    return known;
}

static void
count8(uint8_t *counter)
{
    *counter += *counter < UINT8_MAX;
}

void
host_learn_rtt(host_t *host, uint32_t us)
{
    if (!us)
        return;
    host->rtt = host->rtt ? MIN(host->rtt, us) : us;
    count8(&host->rtts);
}

void
host_learn_reset(host_t *host, bool ack, bool df, bool own)
{
    own_resets_t *known = &host->own_resets[ack];

    if (own && known->resets < UINT8_MAX) {
        known->resets++;
        known->df += df;
    } else if (!own && known->resets) {
        known->resets--;
        known->df -= df && known->df;
    }
}

void
host_learn_syn_ack(host_t *host, uint8_t ttl)
{
    for (unsigned i = 0; i < 2; i++) {
        if (host->syn_acks[i] && host->syn_ack_ttl[i] != ttl)
            continue;
        host->syn_ack_ttl[i] = ttl;
        count_up(&host->syn_acks[i]);
        return;
    }
}

void
host_turn_to_port(host_t *host, uint16_t port)
{
    port_df_t *known = host->port_df, other = known[1];

    known[1] = known[0];
    known[0] = other.port == port ? other : (port_df_t){ .port = port };
}

port_df_t
host_port_df(const host_t *host, uint16_t port)
{
    for (unsigned i = 0; i < 2; i++)
        if (host->port_df[i].port == port)
            return host->port_df[i];
    return (port_df_t){ 0 };
}

ttl_memory_t
host_own_ttls(const host_t *host)
{
    ttl_memory_t own = { .others = host->ttls.others };

    for (unsigned i = 0; i < TTL_SLOTS; i++) {
        unsigned count = host->ttls.count[i], slot = 0;
        for (unsigned k = 0; k < 2; k++)
            if (host->syn_ack_ttl[k] == host->ttls.ttl[i])
                count -= MIN(count, host->syn_acks[k]);
        while (own.count[slot])
            slot++;
        own.ttl[slot] = host->ttls.ttl[i];
        own.count[slot] = (uint16_t)count;
    }
    return own;
}

/* Who had several right is known to fill them in, or to leave them to the network card as it should: a wrong one
 * is none of its. Far away one or two are enough, next to the capture point some programs write only a few right. */
static bool
fills_in(const uint8_t counts[2], bool near)
{
    return near ? counts[true] >= NEAR_CHECKSUMS && counts[true] * 8u > counts[false]
                : counts[true] >= FAR_CHECKSUMS || counts[true] > counts[false];
}

/* Packets of others, as near or as far, tell what is usual where little is known of the sender itself. Where a capture
 * was edited, all are wrong. */
#define STRANGERS_MIN 8
#define HABIT_MIN     4

static bool
is_damage(const uint8_t mine[2], const uint32_t others[2], bool near)
{
    if (fills_in(mine, near))
        return true;
    return mine[true] + mine[false] < HABIT_MIN && others[true] >= STRANGERS_MIN && others[true] * 4 >= others[false];
}

bool
host_damaged(host_table_t *table, host_t *host, const observation_t *obs)
{
    static const uint8_t none[2];
    checksum_t checksum = checksum_of(obs);
    bool near = ttl_hops(obs->ip.ttl) == 0, fine = checksum != CHECKSUM_BAD;

    if (checksum == CHECKSUM_UNKNOWN)
        return false;
    bool damaged = !fine && is_damage(host ? host->checksums[near] : none, table->checksums[near], near);
    table->checksums[near][fine]++;
    if (host) {
        count8(&host->checksums[near][fine]);
        host->checksums_known |= host->checksums[near][fine] >= CHECKSUMS_KNOWN;
    }
    return damaged;
}

static void
host_clear(host_t *host)
{
    g_free(host->dns);
    g_free(host->suspicions);
    host->dns = NULL;
    host->suspicions = NULL;
}

host_table_t *
host_table_new(unsigned max)
{
    host_table_t *table = g_new0(host_table_t, 1);
    table->hosts = table_new(sizeof(host_t));
    table->max = max;
    return table;
}

void
host_table_free(host_table_t *table)
{
    for (uint32_t n = 1; n <= table->hosts->used; n++)
        host_clear(table_at(table->hosts, n));
    table_free(table->hosts);
    g_free(table);
}

bool
host_table_is_full(const host_table_t *table)
{
    return table->remembered >= table->max;
}

host_t *
host_get(host_table_t *table, const ip_address_t *address, bool create)
{
    uint32_t words[4], hash = hash_words(words, address_words(address, words));
    host_t *host = table_first(table->hosts, hash);

    while (host && !address_equal(&host->address, address))
        host = table_next(table->hosts, host);
    if (!host && create) {
        host = table_add(table->hosts, hash);
        host->address = *address;
    }
    return host;
}

void
host_unref(host_table_t *table, host_t *host)
{
    host->flows--;
    if (host->flows || host->remembered)
        return;
    host_clear(host);
    table_remove(table->hosts, host);
}

bool
host_remember(host_table_t *table, host_t *host)
{
    if (host_table_is_full(table))
        return false;
    host->remembered = true;
    table->remembered++;
    return true;
}

/* Hosts looked at. */
#define UNNUMBERED_LOOKS 64

static bool
is_unnumbered(const host_t *host)
{
    unsigned packets = host->df_set + host->df_clear;
    return host->entry.number && !host->address.ipv6 && host->heard_frame && packets >= 3
        && host->id_zero == packets && !host->df_set;
}

bool
host_table_finds_unnumbered(const host_table_t *table, const host_t *but)
{
    for (uint32_t n = 1; n <= MIN(table->hosts->used, UNNUMBERED_LOOKS); n++) {
        const host_t *host = table_at(table->hosts, n);
        if (host != but && is_unnumbered(host))
            return true;
    }
    return false;
}

host_suspicions_t *
host_suspicions(host_t *host)
{
    if (!host->suspicions)
        host->suspicions = g_new0(host_suspicions_t, 1);
    return host->suspicions;
}

static bool
ttl_is_near(uint8_t a, uint8_t b)
{
    return a > b ? a - b <= HOPS_JITTER : b - a <= HOPS_JITTER;
}

bool
host_uses_ttl(const host_t *host, uint8_t ttl)
{
    unsigned total = ttl_memory_total(&host->ttls);
    for (unsigned i = 0; i < TTL_SLOTS; i++)
        if (host->ttls.count[i] * 10 > total && ttl_is_near(host->ttls.ttl[i], ttl))
            return true;
    return false;
}

bool
host_remember_injector(host_t *host, uint32_t frame, const ip_header_t *ip)
{
    if (host_known_injector(host, 0, ip) || host_uses_ttl(host, ip->ttl))
        return false;
    host_suspicions_t *s = host_suspicions(host);
    s->injector[s->n_injectors++ % INJECTOR_SLOTS] = (injector_profile_t){
        .frame = frame, .ttl = ip->ttl, .df = ip->df, .id_zero = !ip_mark(ip),
    };
    return true;
}

uint32_t
host_known_injector(const host_t *host, uint32_t frame, const ip_header_t *ip)
{
    if (!host->suspicions || host_uses_ttl(host, ip->ttl))
        return 0;
    for (unsigned i = 0; i < INJECTOR_SLOTS; i++) {
        const injector_profile_t *box = &host->suspicions->injector[i];
        if (box->frame && box->frame != frame && ttl_is_near(box->ttl, ip->ttl)
            && box->df == ip->df && box->id_zero == !ip_mark(ip))
            return box->frame;
    }
    return 0;
}

forged_ttls_t *
host_forged_ttls(host_t *host, bool reset, bool df)
{
    return &host_suspicions(host)->forged_ttls[reset][df];
}

bool
forged_ttls_add(forged_ttls_t *seen, uint32_t frame, uint8_t ttl)
{
    bool first = !seen->frame[0], wider = ttl < seen->lowest || ttl > seen->highest;

    for (unsigned i = 0; i < FORGED_FRAMES && seen->frame[i] != frame; i++)
        if (!seen->frame[i]) {
            seen->frame[i] = frame;
            break;
        }
    seen->lowest = first ? ttl : MIN(seen->lowest, ttl);
    seen->highest = MAX(seen->highest, ttl);
    return wider && !first;
}

static void
count_down(uint16_t *counter)
{
    *counter -= *counter && *counter < UINT16_MAX;
}

void
host_unlearn(host_t *host, const ip_header_t *ip)
{
    if (!host->remembered)
        return;
    ttl_memory_remove(&host->ttls, ip->ttl);
    count_down(ip->df ? &host->df_set : &host->df_clear);
    if (!ip_mark(ip))
        count_down(&host->id_zero);
}

const kept_t host_kept[] = {
    { "address", "state/host.c", sizeof(host_t), NULL,
      "`max_hosts`, and one per end of each connection or query",
      "address limit reached: TTLs and header habits of further addresses are not remembered" },
    { "… in whose name something odd was sent", "state/host.c", sizeof(host_suspicions_t), NULL,
      "as addresses", NULL },
    { 0 },
};
