/* groups.c
 * Findings that belong together for a reader; see group_t.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "results.h"

#include <inttypes.h>
#include <string.h>

#include "../../dissectors/verdict/origin.h"

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
    g_ptr_array_free(group->findings, TRUE);
    g_ptr_array_free(group->servers, TRUE);
    g_ptr_array_free(group->names, TRUE);
    g_hash_table_destroy(group->exchanges);
    g_hash_table_destroy(group->vain);
    g_free(group);
}

static group_t *
group_new(void)
{
    group_t *group = g_new0(group_t, 1);
    group->findings = g_ptr_array_new();
    group->servers = g_ptr_array_new_with_free_func(g_free);
    group->names = g_ptr_array_new();
    group->exchanges = g_hash_table_new(NULL, NULL);
    group->vain = g_hash_table_new(NULL, NULL);
    return group;
}

static const char *
injector_of(const finding_t *f)
{
    return f->origin && f->origin->n_matches ? f->origin->injector[0]->name : NULL;
}

static const char *
strongest_sign(const finding_t *f)
{
    const evidence_t *e = evidence_strongest(f->evidence);
    return e ? e->signature->id : "";
}

/* Equal for findings of one group; see group_t. */
static char *
key_of(const finding_t *f)
{
    const char *injector = injector_of(f);

    if (f->verdict == VERDICT_SILENCED)
        return g_strdup_printf("silenced %s", strongest_sign(f));
    if (f->verdict == VERDICT_SUSPECT) {
        char *server = server_text(&f->ends);
        char *key = g_strdup_printf("suspect %u %s %s", f->class, strongest_sign(f), server);
        g_free(server);
        return key;
    }
    if (injector)
        return g_strdup_printf("forged %u %s", f->class, injector);
    return f->origin && f->origin->where.known
             ? g_strdup_printf("forged %u, %u hops", f->class, f->origin->where.hops)
             : g_strdup_printf("forged %u", f->class);
}

typedef struct {
    bool        in_vain;
    const char *words;      /* before the number of a frame; NULL: nothing is known of an effect */
    int64_t     frame;
} effect_t;

static effect_t
effect_by(const finding_t *f, const fact_t *fact)
{
    switch (fact->id) {
    case F_RESET_IGNORED:
        return (effect_t){ true, "in vain: its receiver goes on in frame", fact->value };
    case F_SILENCE_ANSWERED:
        return (effect_t){ true, "asked again later, and answered in frame", fact->value };
    case F_DNS_FIRST:
        if (fact->value == f->genuine_frame)
            return (effect_t){ true, "in vain: the genuine answer came first, in frame", fact->value };
        if (fact->value == f->frame)
            return (effect_t){ false, "came first, and clients take the first answer: frame", fact->value };
        break;
    default:
        break;
    }
    return (effect_t){ false, NULL, 0 };
}

static effect_t
effect_of(const finding_t *f)
{
    effect_t effect = { false, NULL, 0 };

    for (unsigned i = 0; i < f->facts->len && !effect.words; i++)
        effect = effect_by(f, &g_array_index(f->facts, fact_t, i));
    return effect;
}

char *
finding_effect(const finding_t *f)
{
    effect_t effect = effect_of(f);

    return (f->verdict == VERDICT_FORGED || f->verdict == VERDICT_SILENCED) && effect.words
             ? g_strdup_printf("%s %" PRId64, effect.words, effect.frame) : NULL;
}

static void
group_add_hops(group_t *group, const finding_t *f)
{
    if (!f->origin || !f->origin->where.known)
        return;
    unsigned hops = f->origin->where.hops;
    group->nearest = group->farthest ? MIN(group->nearest, hops) : hops;
    group->farthest = MAX(group->farthest, hops);
}

static void
group_add(group_t *group, const finding_t *f)
{
    g_ptr_array_add(group->findings, (void *)f);
    if (!group->strongest || f->confidence > group->strongest->confidence)
        group->strongest = f;
    if (f->time && (!group->first || f->time < group->first))
        group->first = f->time;
    group->last = MAX(group->last, f->time);
    group_add_hops(group, f);
}

/* ---- each thing once: the groups of a capture while they are gathered ---- */

typedef struct {
    GPtrArray  *groups;
    GHashTable *by_key;     /* char *, owned -> group_t */
    GHashTable *met;        /* set of char *, owned: "group thing" */
} gathering_t;

/* True the first time. */
static bool
is_new(gathering_t *gathering, const group_t *group, const char *what, const char *thing)
{
    return g_hash_table_add(gathering->met, g_strdup_printf("%p %s %s", (const void *)group, what, thing));
}

static group_t *
group_of(gathering_t *gathering, const finding_t *f)
{
    char *key = key_of(f);
    group_t *group = g_hash_table_lookup(gathering->by_key, key);

    if (group) {
        g_free(key);
        return group;
    }
    group = group_new();
    g_ptr_array_add(gathering->groups, group);
    g_hash_table_insert(gathering->by_key, key, group);
    return group;
}

uint32_t
exchange_number(const finding_t *f)
{
    return f->incident ? f->incident : f->frame;
}

static void
count_exchange(group_t *group, const finding_t *f)
{
    void *number = GUINT_TO_POINTER(exchange_number(f));

    g_hash_table_add(group->exchanges, number);
    if (effect_of(f).in_vain)
        g_hash_table_add(group->vain, number);
}

static void
gather(gathering_t *gathering, const finding_t *f)
{
    group_t *group = group_of(gathering, f);
    char *server = f->ends.protocol ? server_text(&f->ends) : g_strdup("an unknown server");

    group_add(group, f);
    count_exchange(group, f);
    if (f->trigger && is_new(gathering, group, "name", f->trigger))
        g_ptr_array_add(group->names, (void *)f->trigger);
    if (is_new(gathering, group, "server", server))
        g_ptr_array_add(group->servers, server);
    else
        g_free(server);
}

/* What is accused comes first. */
static unsigned
rank_of(verdict_t verdict)
{
    return verdict == VERDICT_FORGED ? 2 : verdict == VERDICT_SILENCED;
}

static int
heaviest_first(const void *a, const void *b)
{
    const group_t *x = *(const group_t *const *)a, *y = *(const group_t *const *)b;
    const finding_t *f = x->strongest, *g = y->strongest;

    if (f->verdict != g->verdict)
        return rank_of(f->verdict) < rank_of(g->verdict) ? 1 : -1;
    if (f->confidence != g->confidence)
        return f->confidence < g->confidence ? 1 : -1;
    if (x->findings->len != y->findings->len)
        return x->findings->len < y->findings->len ? 1 : -1;
    return f->frame < g->frame ? -1 : f->frame > g->frame;
}

GPtrArray *
results_groups(const results_t *results)
{
    gathering_t gathering = {
        .groups = g_ptr_array_new_with_free_func(group_free),
        .by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .met = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };

    for (unsigned i = 0; i < results->findings->len; i++) {
        const finding_t *f = g_ptr_array_index(results->findings, i);
        if (has_confidence(f->verdict))
            gather(&gathering, f);
    }
    g_hash_table_destroy(gathering.by_key);
    g_hash_table_destroy(gathering.met);
    g_ptr_array_sort(gathering.groups, heaviest_first);
    return gathering.groups;
}

/* ---- its lines ---- */

static char *
counted(unsigned n, const char *one, const char *several)
{
    return g_strdup_printf("%u %s", n, n == 1 ? one : several);
}

char *
group_what(const group_t *group)
{
    const finding_t *f = group->strongest;
    const char *injector = injector_of(f);
    GString *text = g_string_new(verdict_heading(f->verdict));

    if (f->verdict != VERDICT_SILENCED)
        g_string_append_printf(text, ": %s", class_words(f->class));
    if (f->verdict == VERDICT_FORGED)
        g_string_append_printf(text, injector ? ", consistent with %s" : ", sender unknown", injector);
    if (group->servers->len == 1)
        g_string_append_printf(text, ", server %s", (const char *)g_ptr_array_index(group->servers, 0));
    return g_string_free(text, FALSE);
}

char *
group_often(const group_t *group)
{
    unsigned names = group->names->len, servers = group->servers->len;
    char *packets = counted(group->findings->len, "packet", "packets"),
         *exchanges = counted(g_hash_table_size(group->exchanges), "exchange", "exchanges");
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%s in %s", packets, exchanges);
    if (servers > 1)
        g_string_append_printf(text, " with %u servers", servers);
    if (names == 1)
        g_string_append_printf(text, ", for %s", (const char *)g_ptr_array_index(group->names, 0));
    else if (names > 1)
        g_string_append_printf(text, ", for %u different requests", names);
    g_free(packets);
    g_free(exchanges);
    return g_string_free(text, FALSE);
}

char *
group_far(const group_t *group)
{
    if (group->strongest->verdict != VERDICT_FORGED)
        return g_strdup("");
    if (!group->farthest)
        return g_strdup("how far away is not known");
    return group->nearest < group->farthest
             ? g_strdup_printf("%u to %u hops away", group->nearest, group->farthest)
             : counted(group->nearest, "hop away", "hops away");
}

char *
group_since(const group_t *group)
{
    char *first = second_text(group->first), *last = second_text(group->last);
    size_t day = strlen("2024-01-01 ");
    char *text = !first ? g_strdup("") : g_str_equal(first, last) ? g_strdup(first)
               : g_strdup_printf("%.*s to %s", (int)(strlen(first) - strlen(" UTC")), first,
                                 strncmp(first, last, day) ? last : last + day);
    g_free(first);
    g_free(last);
    return text;
}

char *
group_worked(const group_t *group)
{
    const finding_t *f = group->strongest;
    const char *vain = f->verdict == VERDICT_SILENCED ? "asked again later and answered"
                     : f->class == CLASS_RESET        ? "its receiver went on all the same"
                     : f->class == CLASS_DNS_ANSWER   ? "the genuine answer came first" : NULL;

    if (f->verdict == VERDICT_SUSPECT || !vain)
        return g_strdup("");
    unsigned of = g_hash_table_size(group->exchanges), in_vain = g_hash_table_size(group->vain);
    return !in_vain ? g_strdup("nothing shows that it was in vain")
                    : g_strdup_printf("in vain in %u of %u: %s", in_vain, of, vain);
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
    if (different)
        g_string_prepend(text, different > 1 ? "frames " : "frame ");
    g_array_free(frames, TRUE);
    return g_string_free(text, FALSE);
}

char *
texts_list(const GPtrArray *texts, unsigned most)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < texts->len && i < most; i++)
        g_string_append_printf(text, "%s%s", i ? ", " : "", (const char *)g_ptr_array_index(texts, i));
    if (texts->len > most)
        g_string_append_printf(text, " and %u more", texts->len - most);
    return g_string_free(text, FALSE);
}
