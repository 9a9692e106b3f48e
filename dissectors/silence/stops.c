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

void
stops_close(silences_t *silences)
{
    oldest_clear(&silences->stops);
}

static told_t *
remember_stop(engine_t *engine, uint32_t frame)
{
    oldest_t *stops = &silences_of(engine)->stops;
    told_t *stop = told_about(stops, frame);

    return stop ? stop : silence_keep(engine, stops, sizeof *stop);
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
    oldest_t *stops = &silences_of(engine)->stops;
    told_t *stop = told_about(stops, frame);
    bool compared = stop && stop->c.stop_frame;

    if (stop)
        oldest_drop(stops, stop);
    return compared;
}
