/* verdict/store.c
 * Findings by frame; see store.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verdict/store.h"

#include <string.h>

#include "verdict/judge.h"

struct store {
    GByteArray   *has_finding;  /* a bit per frame: most lookups end here */
    GHashTable   *by_frame;     /* uint32_t frame -> finding_t */
    unsigned      max_full, full;   /* findings that hold more than a verdict, at most and now */
    GArray       *no_evidence, *no_facts;   /* shared by all others; always empty */
    texts_t      *texts;
    GQueue       *changed;      /* frames; NULL: nobody wants to know */
};

/* Leaves a verdict. */
static void
empty(store_t *store, finding_t *finding)
{
    if (finding->evidence == store->no_evidence)
        return;
    evidence_free(finding->evidence);
    g_array_free(finding->facts, TRUE);
    g_free(finding->origin);
    finding->evidence = store->no_evidence;
    finding->facts = store->no_facts;
    finding->origin = NULL;
    store->full--;
}

store_t *
store_new(unsigned max_full)
{
    store_t *store = g_new0(store_t, 1);
    store->max_full = max_full;
    store->no_evidence = evidence_new();
    store->no_facts = g_array_new(FALSE, FALSE, sizeof(fact_t));
    store->has_finding = g_byte_array_new();
    store->by_frame = g_hash_table_new(NULL, NULL);
    store->texts = texts_new();
    return store;
}

static gboolean
drop(void *frame, void *finding, void *store)
{
    (void)frame;
    empty(store, finding);
    g_free(finding);
    return TRUE;
}

void
store_free(store_t *store)
{
    if (!store)
        return;
    g_byte_array_free(store->has_finding, TRUE);
    g_hash_table_foreach_remove(store->by_frame, drop, store);
    g_hash_table_destroy(store->by_frame);
    evidence_free(store->no_evidence);
    g_array_free(store->no_facts, TRUE);
    texts_free(store->texts);
    if (store->changed)
        g_queue_free(store->changed);
    g_free(store);
}

bool
store_may_have(const store_t *store, uint32_t frame)
{
    return frame / 8 < store->has_finding->len
        && store->has_finding->data[frame / 8] & 1 << frame % 8;
}

const finding_t *
store_lookup(const store_t *store, uint32_t frame)
{
    return store_may_have(store, frame)
             ? g_hash_table_lookup(store->by_frame, GUINT_TO_POINTER(frame))
             : NULL;
}

bool
store_is_forged(const store_t *store, uint32_t frame)
{
    const finding_t *finding = store_lookup(store, frame);
    return finding && finding->verdict == VERDICT_FORGED;
}

static void
mark(store_t *store, uint32_t frame)
{
    unsigned length = store->has_finding->len, needed = frame / 8 + 1;

    if (needed > length) {
        g_byte_array_set_size(store->has_finding, needed);
        memset(store->has_finding->data + length, 0, needed - length);
    }
    store->has_finding->data[frame / 8] |= (uint8_t)(1 << frame % 8);
}

finding_t *
store_finding(store_t *store, uint32_t frame, int64_t time)
{
    finding_t *finding = g_hash_table_lookup(store->by_frame, GUINT_TO_POINTER(frame));

    if (store->changed)
        g_queue_push_tail(store->changed, GUINT_TO_POINTER(frame));
    mark(store, frame);
    if (finding)
        return finding;
    finding = g_new0(finding_t, 1);
    finding->frame = frame;
    finding->time = time;
    finding->evidence = store->no_evidence;
    finding->facts = store->no_facts;
    g_hash_table_insert(store->by_frame, GUINT_TO_POINTER(frame), finding);
    return finding;
}

bool
store_fill(store_t *store, finding_t *finding)
{
    if (finding->evidence != store->no_evidence)
        return true;
    if (store->full >= store->max_full)
        return false;
    finding->evidence = evidence_new();
    finding->facts = g_array_new(FALSE, FALSE, sizeof(fact_t));
    store->full++;
    return true;
}

void
store_watch(store_t *store)
{
    if (!store->changed)
        store->changed = g_queue_new();
}

uint32_t
store_next_changed(store_t *store)
{
    return store->changed ? GPOINTER_TO_UINT(g_queue_pop_head(store->changed)) : 0;
}

void
store_forget(store_t *store, uint32_t frame)
{
    finding_t *finding = g_hash_table_lookup(store->by_frame, GUINT_TO_POINTER(frame));

    if (!finding)
        return;
    g_hash_table_remove(store->by_frame, GUINT_TO_POINTER(frame));
    drop(NULL, finding, store);
}

void
store_withdraw(store_t *store, uint32_t frame)
{
    finding_t *f = g_hash_table_lookup(store->by_frame, GUINT_TO_POINTER(frame));

    if (!f)
        return;
    empty(store, f);
    *f = (finding_t){ .frame = frame, .time = f->time, .ends = f->ends, .confirmed = f->confirmed, .notice = f->notice,
                      .evidence = f->evidence, .facts = f->facts };
    if (!f->notice)
        store->has_finding->data[frame / 8] &= (uint8_t)~(1 << frame % 8);
}

static gboolean
drop_undated(void *frame, void *finding, void *store)
{
    return !((const finding_t *)finding)->time && drop(frame, finding, store);
}

void
store_forget_undated(store_t *store)
{
    g_hash_table_foreach_remove(store->by_frame, drop_undated, store);
}

unsigned
store_size(const store_t *store)
{
    return g_hash_table_size(store->by_frame);
}

static int
by_frame_number(const void *a, const void *b)
{
    const finding_t *x = *(const finding_t *const *)a, *y = *(const finding_t *const *)b;
    return x->frame < y->frame ? -1 : x->frame > y->frame;
}

GPtrArray *
store_sorted(const store_t *store)
{
    GPtrArray *sorted = g_ptr_array_sized_new(g_hash_table_size(store->by_frame));
    GHashTableIter iter;
    void *finding;

    g_hash_table_iter_init(&iter, store->by_frame);
    while (g_hash_table_iter_next(&iter, NULL, &finding))
        g_ptr_array_add(sorted, finding);
    g_ptr_array_sort(sorted, by_frame_number);
    return sorted;
}

void
store_confirm(store_t *store, uint32_t frame, int64_t time)
{
    finding_t *finding = g_hash_table_lookup(store->by_frame, GUINT_TO_POINTER(frame));
    if (finding)
        finding->confirmed = !finding->time || finding->time == time;
}

const char *
store_text(store_t *store, const char *bytes, size_t length)
{
    return texts_keep(store->texts, bytes, length);
}

texts_t *
store_texts(const store_t *store)
{
    return store->texts;
}
