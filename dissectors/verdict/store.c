/* verdict/store.c
 * Findings by frame; see store.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verdict/store.h"

#include <string.h>

#include "state/hash.h"
#include "verdict/judge.h"
#include "verdict/origin.h"

/* Longest text shown, in bytes: a DNS name fits, a URL is cut. */
#define TEXT_MAX 255

struct store {
    GByteArray   *has_finding;  /* a bit per frame: most lookups end here */
    GHashTable   *by_frame;     /* uint32_t frame -> finding_t */
    GHashTable   *texts;        /* set of char *, owned */
};

static void
finding_free(void *data)
{
    finding_t *finding = data;
    evidence_free(finding->evidence);
    g_array_free(finding->facts, TRUE);
    g_free(finding->origin);
    g_free(finding);
}

static unsigned
text_hash(const void *text)
{
    return hash_bytes(text, strlen(text));
}

store_t *
store_new(void)
{
    store_t *store = g_new0(store_t, 1);
    store->has_finding = g_byte_array_new();
    store->by_frame = g_hash_table_new_full(NULL, NULL, NULL, finding_free);
    store->texts = g_hash_table_new_full(text_hash, g_str_equal, g_free, NULL);
    return store;
}

void
store_free(store_t *store)
{
    if (!store)
        return;
    g_byte_array_free(store->has_finding, TRUE);
    g_hash_table_destroy(store->by_frame);
    g_hash_table_destroy(store->texts);
    g_free(store);
}

bool
store_may_have(const store_t *store, uint32_t frame)
{
    return frame / 8 < store->has_finding->len && store->has_finding->data[frame / 8] & 1 << frame % 8;
}

const finding_t *
store_lookup(const store_t *store, uint32_t frame)
{
    return store_may_have(store, frame) ? g_hash_table_lookup(store->by_frame, GUINT_TO_POINTER(frame)) : NULL;
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
    if (finding)
        return finding;
    finding = g_new0(finding_t, 1);
    finding->frame = frame;
    finding->time = time;
    finding->evidence = evidence_new();
    finding->facts = g_array_new(FALSE, FALSE, sizeof(fact_t));
    g_hash_table_insert(store->by_frame, GUINT_TO_POINTER(frame), finding);
    mark(store, frame);
    return finding;
}

void
store_forget(store_t *store, uint32_t frame)
{
    g_hash_table_remove(store->by_frame, GUINT_TO_POINTER(frame));
}

static gboolean
is_undated(void *frame, void *finding, void *unused)
{
    (void)frame;
    (void)unused;
    return ((const finding_t *)finding)->time == 0;
}

void
store_forget_undated(store_t *store)
{
    g_hash_table_foreach_remove(store->by_frame, is_undated, NULL);
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

static bool
is_unsafe(gunichar c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0)
        || c == 0x061c || (c >= 0x200e && c <= 0x200f)          /* bidirectional marks */
        || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069)
        || c == 0x2028 || c == 0x2029 || c == 0xfeff;           /* line and paragraph, BOM */
}

char *
text_safe(const char *bytes, size_t length)
{
    GString *out = g_string_sized_new(length + 1);
    const char *p = bytes, *end = bytes + length;

    while (p < end) {
        size_t before = out->len;
        gunichar c = *p >= ' ' && *p < 0x7f ? (gunichar)*p : g_utf8_get_char_validated(p, end - p);
        if (c >= ' ' && c < 0x7f) {
            g_string_append_c(out, (char)c);
            p++;
        } else if (c == (gunichar)-1 || c == (gunichar)-2) {
            g_string_append_printf(out, "\\x%02x", (uint8_t)*p);
            p++;
        } else {
            if (!is_unsafe(c))
                g_string_append_unichar(out, c);
            else if (c < 0x100)
                g_string_append_printf(out, "\\x%02x", c);
            else
                g_string_append_printf(out, "\\u{%04x}", c);
            p = *p ? g_utf8_next_char(p) : p + 1;
        }
        if (out->len > TEXT_MAX) {
            g_string_truncate(out, before);
            break;
        }
    }
    return g_string_free(out, FALSE);
}

const char *
store_text(store_t *store, const char *bytes, size_t length)
{
    char *text = text_safe(bytes, length), *known = g_hash_table_lookup(store->texts, text);

    if (!known) {
        g_hash_table_add(store->texts, text);
        return text;
    }
    g_free(text);
    return known;
}

static void
add_fact(finding_t *finding, fact_t fact)
{
    for (unsigned i = 0; i < finding->facts->len; i++) {
        fact_t *known = &g_array_index(finding->facts, fact_t, i);
        if (known->id == fact.id) {
            *known = fact;
            return;
        }
    }
    g_array_append_val(finding->facts, fact);
}

void
finding_fact(finding_t *finding, fact_id_t id, int64_t value)
{
    add_fact(finding, (fact_t){ .id = id, .value = value });
}

void
finding_text(finding_t *finding, fact_id_t id, const char *text)
{
    add_fact(finding, (fact_t){ .id = id, .text = text });
}
