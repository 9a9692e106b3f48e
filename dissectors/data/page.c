/* data/page.c
 * What answers say, held against lists; see page.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data/page.h"

#include "data/kept.h"

void
page_clear(void *kept, void *one)
{
    oldest_remove(&((own_t *)kept)->pages, &((pending_page_t *)one)->link);
    g_byte_array_free(((pending_page_t *)one)->bytes, TRUE);
}

static pending_page_t *
page_find(const engine_t *engine, const flow_t *flow)
{
    return beside_find(engine->besides, flow, BESIDE_PAGE);
}

static void
forget_page(engine_t *engine, flow_t *flow)
{
    beside_drop(engine->besides, flow, BESIDE_PAGE);
}

/* What the answer so far fits, whose bytes these are. */
static page_t
find_fingerprint(engine_t *engine, const segment_t *s, const uint8_t *bytes, size_t length)
{
    page_t page = { .fingerprint = fingerprints_page(engine->fingerprints, bytes, length,
                                                     asked_host(engine->asked, s->flow)) };

    if (page.fingerprint)
        page.listed_server = fingerprints_address(engine->fingerprints, s->obs->src.bytes,
                                                  s->obs->src.ipv6) != NULL;
    return page;
}

/* Header and page in segments of their own: the rest of a small answer is waited for. */
static void
keep_page(engine_t *engine, const segment_t *s)
{
    const observation_t *obs = s->obs;
    size_t size = obs->captured == obs->length ? content_size(obs->payload, obs->captured) : 0;

    if (size <= obs->captured || size > PAGE_BYTES)
        return;
    oldest_t *pages = &data_kept(engine)->pages;
    pending_page_t *pending = oldest_in_the_way(pages);
    if (pending) {
        report_limit(engine->reports, &pages->limit);
        forget_page(engine, pending->beside.flow);
    }
    pending = beside_get(engine->besides, s->flow, BESIDE_PAGE);
    oldest_add(pages, &pending->link, pending);
    pending->bytes = g_byte_array_sized_new((unsigned)size);
    g_byte_array_append(pending->bytes, obs->payload, obs->captured);
    pending->size = size;
    pending->next_seq = obs->seq + obs->length;
}

/* A further segment of an answer that is waited for. Lists are asked when all of it is there. */
static page_t
continue_page(engine_t *engine, const segment_t *s, pending_page_t *pending)
{
    const observation_t *obs = s->obs;
    page_t page = { 0 };

    if (seq_diff(obs->seq, pending->next_seq) < 0)
        return page;                    /* sent again */
    if (obs->seq == pending->next_seq && obs->captured == obs->length
        && pending->bytes->len + obs->captured < pending->size) {
        g_byte_array_append(pending->bytes, obs->payload, obs->captured);
        pending->next_seq += obs->length;
        return page;
    }
    if (obs->seq == pending->next_seq) {
        g_byte_array_append(pending->bytes, obs->payload, MIN(obs->captured, PAGE_BYTES));
        page = find_fingerprint(engine, s, pending->bytes->data, pending->bytes->len);
    }
    forget_page(engine, s->flow);
    return page;
}

page_t
page_read(engine_t *engine, const segment_t *s, bool first_answer)
{
    if (!s->obs->captured || !s->flow->http || !engine->fingerprints)
        return (page_t){ 0 };
    pending_page_t *pending = page_find(engine, s->flow);
    if (!first_answer)
        return pending ? continue_page(engine, s, pending) : (page_t){ 0 };
    forget_page(engine, s->flow);
    page_t page = find_fingerprint(engine, s, s->obs->payload, s->obs->captured);
    if (!page.fingerprint && fingerprints_page_is_text(engine->fingerprints))
        keep_page(engine, s);
    return page;
}

const authority_t *
page_authority(const segment_t *s, bool first_answer)
{
    const observation_t *obs = s->obs;
    bool more = false;
    size_t at = first_answer ? certificate_begins(obs->payload, obs->captured, &more) : 0;
    bool continued = !first_answer && s->flow->certificate_pending;

    s->flow->certificate_pending = more;
    return at || continued ? certificate_authority(obs->payload + at, obs->captured - at) : NULL;
}
