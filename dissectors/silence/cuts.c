/* silence/cuts.c
 * Who was cut off from which server; see cuts.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/cuts.h"

#include "silence/contrast.h"
#include "silence/outages.h"

#define CUT_FORGOTTEN_NS (600 * NS_PER_S)   /* no residual block lasts as long */

static unsigned
cut_hash(const void *key)
{
    const cut_key_t *k = key;
    uint32_t words[9] = { k->port };
    unsigned n = 1 + address_words(&k->client, words + 1);

    n += address_words(&k->server, words + n);
    return hash_words(words, n);
}

static gboolean
cut_equal(const void *a, const void *b)
{
    return cut_key_equal(a, b);
}

void
cuts_open(silences_t *silences)
{
    silences->cuts_limit.notice = CUTS_NOTICE;
    silences->cuts = g_hash_table_new_full(cut_hash, cut_equal, g_free, NULL);
}

void
cuts_close(silences_t *silences)
{
    g_hash_table_destroy(silences->cuts);
}

uint32_t
cuts_frame(const engine_t *engine, const cut_key_t *key)
{
    const cut_t *cut = g_hash_table_lookup(silences_of(engine)->cuts, key);
    return cut ? cut->frame : 0;
}

void
cuts_earlier(const engine_t *engine, const cut_key_t *key, uint32_t began, int64_t time,
             silence_case_t *c)
{
    const cut_t *cut = g_hash_table_lookup(silences_of(engine)->cuts, key);
    const host_t *client = host_get(engine->hosts, &key->client, false);

    if (!cut || !cut->lived || cut->frame >= began || cut->time > time)
        return;
    c->earlier_contrast = cut->contrast;
    c->earlier_forged = cut->forged;
    c->earlier_trigger = cut->trigger;
    c->heard_since_earlier = client && client->heard_frame && ticks_since(ticks(cut->time), client->heard) > 0;
    c->earlier_frame = cut->frame;
    c->earlier_gap = time - cut->time;
}

/* NULL where nothing is known of it and nothing more is remembered. */
static cut_t *
place_for(engine_t *engine, const cut_key_t *key)
{
    silences_t *silences = silences_of(engine);
    cut_t *cut = g_hash_table_lookup(silences->cuts, key);

    if (cut)
        return cut;
    if (g_hash_table_size(silences->cuts) >= CUTS_MAX) {
        report_limit(engine->reports, &silences->cuts_limit);
        return NULL;
    }
    cut = g_new0(cut_t, 1);
    cut->key = *key;
    g_hash_table_add(silences->cuts, cut);
    return cut;
}

static void
remember_cut(engine_t *engine, const silence_case_t *c, const about_t *about, const cut_key_t *key, uint32_t frame,
             int64_t time)
{
    bool lived = c->kind != SILENT_SYN && (c->kind != SILENT_QUIC || c->peer_packets);
    cut_t *cut = place_for(engine, key);

    if (!cut || (cut->frame && cut->lived >= lived && time - cut->time < CUT_FORGOTTEN_NS))
        return;
    *cut = (cut_t){ .key = *key, .frame = frame, .time = time, .lived = lived,
                    .contrast = c->works_frame && !c->works_elsewhere, .trigger = about->trigger };
}

void
cuts_forged(engine_t *engine, const cut_key_t *key, const char *trigger, uint32_t frame, int64_t time)
{
    cut_t *cut = place_for(engine, key);

    if (cut)
        *cut = (cut_t){ .key = *key, .frame = frame, .time = time, .lived = true, .forged = true, .trigger = trigger };
}

void
cuts_answered(engine_t *engine, const cut_key_t *key)
{
    GHashTable *cuts = silences_of(engine)->cuts;
    const cut_t *cut = g_hash_table_size(cuts) ? g_hash_table_lookup(cuts, key) : NULL;

    if (cut && cut->forged)
        g_hash_table_remove(cuts, key);
}

bool
cut_off(engine_t *engine, const silence_case_t *c, const about_t *about, const cut_key_t *key,
        uint16_t request, uint32_t first_frame, const observation_t *obs)
{
    if (!silence_is_due(engine, c))
        return false;
    bool in_outage = !c->works_since && outage_takes(engine, c, about, key, request, first_frame, obs);
    if (!in_outage && !silence_say(engine, c, about, first_frame, obs->frame))
        return false;
    if (!in_outage)
        remember_cut(engine, c, about, key, first_frame, obs->time);
    told_remember(engine, c, about, key, request, first_frame, obs);
    return true;
}

void
cut_ended(engine_t *engine, const cut_key_t *key, uint32_t first_frame)
{
    if (cuts_frame(engine, key) == first_frame)
        g_hash_table_remove(silences_of(engine)->cuts, key);
    told_forget(engine, first_frame);
    silence_withdraw(engine, first_frame);
    outage_leaves(engine, &key->client, first_frame);
}
