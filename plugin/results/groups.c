/* groups.c
 * Findings that belong together for a reader: the same kind of interference, with the same server,
 * set off by the same name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "results.h"

#include <string.h>

static bool
may_lead(const finding_t *f)
{
    return has_confidence(f->verdict);
}

/* The lower port is the server's; without ports, or with equal ones, the claimed sender. */
static bool
server_is_source(const ends_t *ends)
{
    return ends->sport <= ends->dport;
}

char *
server_text(const ends_t *ends)
{
    return server_is_source(ends) ? endpoint_text(&ends->src, ends->sport)
                                  : endpoint_text(&ends->dst, ends->dport);
}

char *
client_text(const ends_t *ends)
{
    return ip_text(server_is_source(ends) ? &ends->dst : &ends->src);
}

static void
group_free(void *data)
{
    group_t *group = data;
    g_free(group->server);
    g_ptr_array_free(group->findings, TRUE);
    g_free(group);
}

static group_t *
group_new(const finding_t *f)
{
    group_t *group = g_new0(group_t, 1);
    group->class = f->class;
    group->server = f->ends.protocol ? server_text(&f->ends) : g_strdup("an unknown server");
    group->trigger = f->trigger;
    group->findings = g_ptr_array_new();
    return group;
}

static void
group_add(group_t *group, const finding_t *f)
{
    g_ptr_array_add(group->findings, (void *)f);
    if (!group->strongest || f->verdict > group->strongest->verdict
        || (f->verdict == group->strongest->verdict && f->confidence > group->strongest->confidence))
        group->strongest = f;
}

static int
heaviest_first(const void *a, const void *b)
{
    const group_t *x = *(const group_t *const *)a, *y = *(const group_t *const *)b;
    const finding_t *f = x->strongest, *g = y->strongest;

    if (f->verdict != g->verdict)
        return f->verdict < g->verdict ? 1 : -1;
    if (f->confidence != g->confidence)
        return f->confidence < g->confidence ? 1 : -1;
    if (x->findings->len != y->findings->len)
        return x->findings->len < y->findings->len ? 1 : -1;
    return f->frame < g->frame ? -1 : f->frame > g->frame;
}

GPtrArray *
results_groups(const results_t *results)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);
    GHashTable *by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (unsigned i = 0; i < results->findings->len; i++) {
        const finding_t *f = g_ptr_array_index(results->findings, i);
        if (!may_lead(f))
            continue;
        char *server = f->ends.protocol ? server_text(&f->ends) : g_strdup("");
        char *key = g_strdup_printf("%u %s %s", f->class, server, f->trigger ? f->trigger : "");
        group_t *group = g_hash_table_lookup(by_key, key);
        if (group) {
            g_free(key);
        } else {
            group = group_new(f);
            g_ptr_array_add(groups, group);
            g_hash_table_insert(by_key, key, group);
        }
        group_add(group, f);
        g_free(server);
    }
    g_hash_table_destroy(by_key);
    g_ptr_array_sort(groups, heaviest_first);
    return groups;
}

/* ---- lists for sentences ---- */

static uint32_t
linked_frame(const finding_t *f, link_t link)
{
    switch (link) {
    case LINK_SELF:    return f->frame;
    case LINK_TRIGGER: return f->trigger_frame;
    case LINK_GENUINE: return f->genuine_frame;
    }
    return 0;
}

static int
by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

char *
group_frames(const group_t *group, link_t link, unsigned most)
{
    GArray *frames = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    GString *text = g_string_new(NULL);
    unsigned different = 0;
    uint32_t last = 0;

    for (unsigned i = 0; i < group->findings->len; i++) {
        uint32_t frame = linked_frame(g_ptr_array_index(group->findings, i), link);
        if (frame)
            g_array_append_val(frames, frame);
    }
    g_array_sort(frames, by_number);
    for (unsigned i = 0; i < frames->len; i++) {
        uint32_t frame = g_array_index(frames, uint32_t, i);
        if (frame == last)
            continue;
        last = frame;
        if (different++ < most)
            g_string_append_printf(text, "%s%u", different > 1 ? ", " : "", frame);
    }
    if (different > most)
        g_string_append_printf(text, " and %u more", different - most);
    g_array_free(frames, TRUE);
    return g_string_free(text, FALSE);
}
