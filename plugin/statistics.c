/* statistics.c
 * Counts of findings as a tree: -z interference,tree and Statistics, Interference.
 *
 * Wireshark's trees count packets as they pass by. That would miss the findings that a later packet
 * brought to a frame already gone, so this tree counts nothing on the way: a listener of its own,
 * drawn right before the tree, sets all numbers from the store. (Listeners are drawn in the reverse
 * order of their registration.) What passes by is only used to apply a filter given to the tree.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session.h"

#include <epan/stats_tree.h>
#include <epan/stats_tree_priv.h>

#include "../dissectors/verdict/origin.h"
#include "outputs.h"
#include "parts.h"

/* A finding's place under one heading, to be freed; NULL: none. */
typedef char *(*place_t)(const finding_t *finding);

static char *
verdict_key(const finding_t *f)
{
    return g_strdup(verdict_name(f->verdict));
}

static char *
class_key(const finding_t *f)
{
    return has_confidence(f->verdict) ? g_strdup(class_name(f->class)) : NULL;
}

static char *
server_key(const finding_t *f)
{
    return has_confidence(f->verdict) && f->ends.protocol ? server_text(&f->ends) : NULL;
}

static char *
trigger_key(const finding_t *f)
{
    return has_confidence(f->verdict) && f->trigger ? g_strdup(f->trigger) : NULL;
}

static char *
injector_key(const finding_t *f)
{
    if (f->verdict != VERDICT_FORGED || !f->origin)
        return NULL;
    return g_strdup(f->origin->n_matches ? f->origin->injector[0]->name : "unknown");
}

/* One more row is one more branch. */
static const struct {
    const char *title;
    place_t       key;
} branches[] = {
    { "Frames by verdict", verdict_key },
    { "Forged, suspect and silenced packets by class", class_key },
    { "Forged, suspect and silenced packets by server", server_key },
    { "Forged, suspect and silenced packets by trigger", trigger_key },
    { "Forged packets by injector they are consistent with", injector_key },
};

typedef struct {
    stats_tree *tree;
    GHashTable *counts[G_N_ELEMENTS(branches)];     /* key -> int, what the tree shows */
    GHashTable *passed;                             /* set of frames that passed the filter */
} counter_t;

static GHashTable *counters;                        /* stats_tree -> counter_t, owned by its listener */

/* Runs when the listener goes: with its tree, or at the end of the program before it. */
static void
finish(void *data)
{
    counter_t *counter = data;

    g_hash_table_remove(counters, counter->tree);
    for (unsigned i = 0; i < G_N_ELEMENTS(branches); i++)
        g_hash_table_destroy(counter->counts[i]);
    g_hash_table_destroy(counter->passed);
    g_free(counter);
}

static bool
passed_filter(const counter_t *counter, const finding_t *f)
{
    const char *filter = counter->tree->filter;
    return !filter || !*filter || g_hash_table_contains(counter->passed, GUINT_TO_POINTER(f->frame));
}

/* What the tree showed last time starts again at 0, so that nothing stale stays. */
static void
set_to_zero(GHashTable *counts)
{
    GHashTableIter iter;
    g_hash_table_iter_init(&iter, counts);
    while (g_hash_table_iter_next(&iter, NULL, NULL))
        g_hash_table_iter_replace(&iter, GINT_TO_POINTER(0));
}

static void
count(counter_t *counter, const finding_t *f)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(branches); i++) {
        char *key = f->verdict == VERDICT_NONE ? NULL : branches[i].key(f);
        if (!key)
            continue;
        int before = GPOINTER_TO_INT(g_hash_table_lookup(counter->counts[i], key));
        g_hash_table_insert(counter->counts[i], key, GINT_TO_POINTER(before + 1));
    }
}

static void
set_branch(counter_t *counter, unsigned which)
{
    const char *title = branches[which].title;
    int parent = stats_tree_parent_id_by_name(counter->tree, title), total = 0;
    GHashTableIter iter;
    void *key, *value;

    g_hash_table_iter_init(&iter, counter->counts[which]);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        set_stat_node(counter->tree, key, parent, FALSE, GPOINTER_TO_INT(value));
        total += GPOINTER_TO_INT(value);
    }
    set_stat_node(counter->tree, title, 0, TRUE, total);
}

static void
draw(void *data)
{
    counter_t *counter = data;
    results_t results = outputs_results();

    for (unsigned i = 0; i < G_N_ELEMENTS(branches); i++)
        set_to_zero(counter->counts[i]);
    for (unsigned i = 0; i < results.findings->len; i++) {
        const finding_t *f = g_ptr_array_index(results.findings, i);
        if (passed_filter(counter, f))
            count(counter, f);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(branches); i++)
        set_branch(counter, i);
    results_clear(&results);
}

/* The listener has to hear of packets to be drawn when they change something. */
static tap_packet_status
hear(void *data _U_, packet_info *pinfo _U_, epan_dissect_t *edt _U_, const void *finding _U_,
     tap_flags_t flags _U_)
{
    return TAP_PACKET_REDRAW;
}

static counter_t *
counter_new(stats_tree *tree)
{
    counter_t *counter = g_new0(counter_t, 1);

    counter->tree = tree;
    for (unsigned i = 0; i < G_N_ELEMENTS(branches); i++)
        counter->counts[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    counter->passed = g_hash_table_new(NULL, NULL);
    GString *error = register_tap_listener("interference", counter, NULL, TL_REQUIRES_NOTHING, NULL,
                                           hear, draw, finish);
    if (error)
        g_string_free(error, TRUE);
    return counter;
}

/* Runs when a tree is made, and again whenever it starts anew. */
static void
start(stats_tree *tree)
{
    counter_t *counter = g_hash_table_lookup(counters, tree);

    if (!counter) {
        counter = counter_new(tree);
        g_hash_table_insert(counters, tree, counter);
    }
    g_hash_table_remove_all(counter->passed);
    for (unsigned i = 0; i < G_N_ELEMENTS(branches); i++) {
        g_hash_table_remove_all(counter->counts[i]);
        stats_tree_create_node(tree, branches[i].title, 0, STAT_DT_INT, TRUE);
    }
}

static tap_packet_status
pass(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt _U_, const void *finding _U_,
     tap_flags_t flags _U_)
{
    counter_t *counter = g_hash_table_lookup(counters, tree);
    if (counter)
        g_hash_table_add(counter->passed, GUINT_TO_POINTER(pinfo->num));
    return TAP_PACKET_REDRAW;
}

static void
end(stats_tree *tree)
{
    counter_t *counter = g_hash_table_lookup(counters, tree);
    if (counter)
        remove_tap_listener(counter);
}

void
statistics_register(void)
{
    counters = g_hash_table_new(NULL, NULL);
    stats_tree_register_plugin("interference", "interference", STATS_MENU_PATH("Interference", "Findings"),
                               TL_REQUIRES_NOTHING, pass, start, end);
}
