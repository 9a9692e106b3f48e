/* names.c
 * What was asked for, name by name: by what it was kept from being reached, and how sure that is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "results.h"

#include <string.h>

#define WITH_ECH " (with ECH)"
enum { HTTPS = 443 };

const char *
barrier_name(barrier_t barrier)
{
    static const char *const names[] = { "DNS", "TCP", "TLS", "HTTP", "QUIC" };
    return names[barrier];
}

/* Triggers are words for people (docs/trigger.md): what they do not say of the protocol, the port says. */
static barrier_t
barrier_of(const finding_t *f)
{
    bool https = f->ends.sport == HTTPS || f->ends.dport == HTTPS;

    if (f->class == CLASS_DNS_ANSWER || f->ends.sport == DNS_PORT || f->ends.dport == DNS_PORT)
        return BARRIER_DNS;
    if (f->ends.protocol == PROTOCOL_UDP)
        return BARRIER_QUIC;
    if (strstr(f->trigger, "data ("))
        return BARRIER_TCP;
    if (strchr(f->trigger, '/') || g_str_has_prefix(f->trigger, "HTTP "))
        return BARRIER_HTTP;
    return https || g_str_has_prefix(f->trigger, "TLS ") || g_str_has_suffix(f->trigger, WITH_ECH)
             ? BARRIER_TLS : BARRIER_HTTP;
}

/* Without path, and without what is said beside it. */
static char *
name_of(const char *trigger)
{
    const char *slash = strchr(trigger, '/');

    if (slash && slash > trigger && !strchr(trigger, ' '))
        return g_strndup(trigger, (size_t)(slash - trigger));
    return g_strndup(trigger, strlen(trigger) - (g_str_has_suffix(trigger, WITH_ECH) ? strlen(WITH_ECH) : 0));
}

static bool
is_confirmed(const finding_t *f)
{
    return f->verdict == VERDICT_FORGED && g_str_equal(confidence_level(f->confidence), "high");
}

static void
name_free(void *data)
{
    name_t *name = data;
    g_hash_table_destroy(name->exchanges);
    g_hash_table_destroy(name->servers);
    g_free(name->name);
    g_free(name);
}

/* The row of a name, a new one if need be. */
static name_t *
name_row(GPtrArray *rows, GHashTable *by_name, const char *trigger)
{
    char *name = name_of(trigger);
    name_t *row = g_hash_table_lookup(by_name, name);

    if (row) {
        g_free(name);
        return row;
    }
    row = g_new0(name_t, 1);
    row->name = name;
    row->exchanges = g_hash_table_new(NULL, NULL);
    row->servers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_ptr_array_add(rows, row);
    g_hash_table_insert(by_name, name, row);
    return row;
}

static void
add(name_t *row, const finding_t *f)
{
    const char **how = &row->how[barrier_of(f)];

    if (is_confirmed(f) || !*how)
        *how = is_confirmed(f) ? "confirmed" : "likely";
    g_hash_table_add(row->exchanges, GUINT_TO_POINTER(exchange_number(f)));
    g_hash_table_add(row->servers, server_text(&f->ends));
    if (f->time && (!row->first || f->time < row->first))
        row->first = f->time;
}

static int
most_first(const void *a, const void *b)
{
    const name_t *x = *(const name_t *const *)a, *y = *(const name_t *const *)b;

    unsigned n = g_hash_table_size(x->exchanges), m = g_hash_table_size(y->exchanges);

    return n != m ? (n < m ? 1 : -1) : strcmp(x->name, y->name);
}

GPtrArray *
results_names(const results_t *results)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func(name_free);
    GHashTable *by_name = g_hash_table_new(g_str_hash, g_str_equal);

    for (unsigned i = 0; i < results->findings->len; i++) {
        const finding_t *f = g_ptr_array_index(results->findings, i);
        if (f->trigger && (f->verdict == VERDICT_FORGED || f->verdict == VERDICT_SILENCED))
            add(name_row(rows, by_name, f->trigger), f);
    }
    g_hash_table_destroy(by_name);
    g_ptr_array_sort(rows, most_first);
    return rows;
}
