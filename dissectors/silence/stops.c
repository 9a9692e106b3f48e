/* silence/stops.c
 * Downloads that stop in the middle; see stops.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/stops.h"

#include "silence/contrast.h"

#define SEGMENT_BYTES 1460      /* a limit in bytes cuts between segments, which need not be alike */

void
stops_open(silences_t *silences)
{
    silences->stops = oldest_new(STOPS_MAX, STOPS_NOTICE);
}

static void
drop_stop(silences_t *silences, told_t *stop)
{
    oldest_remove(&silences->stops, &stop->link);
    g_free(stop);
}

void
stops_close(silences_t *silences)
{
    while (silences->stops.links.head)
        drop_stop(silences, silences->stops.links.head->data);
}

static told_t *
stop_of_frame(const silences_t *silences, uint32_t frame)
{
    for (GList *l = silences->stops.links.head; l; l = l->next)
        if (((told_t *)l->data)->frame == frame)
            return l->data;
    return NULL;
}

static told_t *
remember_stop(engine_t *engine, uint32_t frame)
{
    silences_t *silences = silences_of(engine);
    told_t *stop = stop_of_frame(silences, frame);

    if (stop)
        return stop;
    if ((stop = oldest_in_the_way(&silences->stops))) {
        report_limit(engine->reports, &silences->stops.limit);
        drop_stop(silences, stop);
    }
    stop = g_new0(told_t, 1);
    oldest_add(&silences->stops, &stop->link, stop);
    return stop;
}

/* The last one of another connection there. */
static told_t *
at_same_place(const silences_t *silences, const silence_case_t *c, const cut_key_t *key, uint32_t frame)
{
    for (GList *l = silences->stops.links.tail; l; l = l->prev) {
        told_t *stop = l->data;
        if (stop->frame != frame && cut_key_equal(&stop->key, key)
            && stop->c.bytes < c->bytes + SEGMENT_BYTES && c->bytes < stop->c.bytes + SEGMENT_BYTES)
            return stop;
    }
    return NULL;
}

static void
say_earlier(engine_t *engine, told_t *stop, uint32_t frame)
{
    if (stop->c.stop_frame)
        return;
    stop->c.stop_frame = frame;
    silence_say(engine, &stop->c, &stop->about, stop->frame, 0);
}

void
stops_compare(engine_t *engine, silence_case_t *c, const about_t *about, const cut_key_t *key, uint16_t request,
              uint32_t frame)
{
    silences_t *silences = silences_of(engine);

    if (!silence_is_stop(c))
        return;
    told_t *other = at_same_place(silences, c, key, frame), *stop = remember_stop(engine, frame);
    c->stop_frame = other ? other->frame : 0;
    if (other)
        say_earlier(engine, other, frame);
    *stop = (told_t){ .link = stop->link, .c = *c, .about = *about, .key = *key, .request = request, .frame = frame };
}

bool
stops_forget(engine_t *engine, uint32_t frame)
{
    silences_t *silences = silences_of(engine);
    told_t *stop = stop_of_frame(silences, frame);
    bool compared = stop && stop->c.stop_frame;

    if (stop)
        drop_stop(silences, stop);
    return compared;
}
