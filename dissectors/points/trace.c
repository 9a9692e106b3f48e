/* points/trace.c
 * Keeps what a point has seen; see trace.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "points/trace.h"

#include "base/hash.h"
#include "base/table.h"

#define CHUNK_BYTES (1u << 20)

typedef struct {
    entry_t     entry;
    talk_ends_t ends;
} talk_place_t;

struct talks {
    table_t *table;
};

talks_t *
talks_new(void)
{
    talks_t *talks = g_new0(talks_t, 1);

    hash_init();
    talks->table = table_new(sizeof(talk_place_t));
    return talks;
}

void
talks_free(talks_t *talks)
{
    table_free(talks->table);
    g_free(talks);
}

uint32_t
talks_length(const talks_t *talks)
{
    return talks->table->length;
}

const talk_ends_t *
talks_at(const talks_t *talks, uint32_t index)
{
    return &((const talk_place_t *)table_at(talks->table, index + 1))->ends;
}

static uint32_t
hash_ends(const talk_ends_t *ends)
{
    uint32_t words[11] = { ends->protocol, ends->address[0].ipv6, (uint32_t)ends->port[0] << 16 | ends->port[1] };

    memcpy(words + 3, ends->address[0].bytes, 16);
    memcpy(words + 7, ends->address[1].bytes, 16);
    return hash_words(words, G_N_ELEMENTS(words)) | 1;
}

static bool
same_ends(const talk_ends_t *a, const talk_ends_t *b)
{
    return a->protocol == b->protocol && a->port[0] == b->port[0] && a->port[1] == b->port[1]
        && address_equal(&a->address[0], &b->address[0]) && address_equal(&a->address[1], &b->address[1]);
}

static uint32_t
talk_of(talks_t *talks, const talk_ends_t *ends)
{
    uint32_t hash = hash_ends(ends);
    talk_place_t *place = table_first(talks->table, hash);

    while (place && !same_ends(&place->ends, ends))
        place = table_next(talks->table, place);
    if (!place) {
        place = table_add(talks->table, hash);
        place->ends = *ends;
    }
    return place->entry.number - 1;
}

/* Which end comes first in talk_ends_t: neither knows who is the client. */
static bool
source_is_second(const observation_t *obs)
{
    int order = memcmp(obs->src.bytes, obs->dst.bytes, sizeof obs->src.bytes);

    return order ? order > 0 : obs->sport > obs->dport;
}

trace_t *
trace_new(talks_t *talks)
{
    trace_t *trace = g_new0(trace_t, 1);

    trace->talks = talks;
    trace->passages = g_array_new(FALSE, FALSE, sizeof(passage_t));
    trace->chunks = g_ptr_array_new_with_free_func(g_free);
    trace->chunk_used = CHUNK_BYTES;
    return trace;
}

void
trace_free(trace_t *trace)
{
    g_array_free(trace->passages, TRUE);
    g_ptr_array_free(trace->chunks, TRUE);
    g_free(trace);
}

static const uint8_t *
keep_bytes(trace_t *trace, const uint8_t *bytes, uint32_t length)
{
    if (trace->chunk_used + length > CHUNK_BYTES) {
        g_ptr_array_add(trace->chunks, g_malloc(MAX(length, CHUNK_BYTES)));
        trace->chunk_used = 0;
    }
    uint8_t *place = (uint8_t *)g_ptr_array_index(trace->chunks, trace->chunks->len - 1) + trace->chunk_used;
    memcpy(place, bytes, length);
    trace->chunk_used += length;
    trace->bytes += length;
    return place;
}

static void
note_time(trace_t *trace, int64_t time)
{
    if (!trace->from || time < trace->from)
        trace->from = time;
    if (time > trace->until)
        trace->until = time;
}

void
trace_add(trace_t *trace, const observation_t *obs)
{
    note_time(trace, obs->time);
    if (obs->quoted)
        return;
    if (obs->cut) {
        trace->cut_headers++;
        return;
    }
    if (trace->passages->len >= TRACE_PACKETS_MAX) {
        trace->left_out++;
        return;
    }
    bool second = source_is_second(obs);
    talk_ends_t ends = { .address = { second ? obs->dst : obs->src, second ? obs->src : obs->dst },
                         .port = { second ? obs->dport : obs->sport, second ? obs->sport : obs->dport },
                         .protocol = obs->protocol };
    passage_t passage = {
        .time = obs->time, .frame = obs->frame, .talk = talk_of(trace->talks, &ends), .seq = obs->seq,
        .ack = obs->ack, .tsval = obs->tsval, .tsecr = obs->tsecr, .length = obs->length, .ip = obs->ip,
        .flags = obs->flags, .window = obs->window, .mss = obs->mss, .end = second,
        .has_timestamps = obs->has_timestamps, .has_options = obs->has_options,
    };
    trace->cut_payloads += obs->captured < obs->length;
    if (obs->captured && trace->bytes < TRACE_BYTES_MAX) {
        passage.captured = obs->captured;
        passage.payload = keep_bytes(trace, obs->payload, obs->captured);
    }
    g_array_append_val(trace->passages, passage);
}

const kept_t trace_kept[] = {
    { "packet of one of two points", "points/trace.c", sizeof(passage_t), "its bytes, at most 2^30 of a point",
      KEPT_NUMBER(TRACE_PACKETS_MAX) " of a point, further ones are not compared", NULL },
    { "conversation of two points", "points/trace.c", sizeof(talk_place_t), NULL, "as packets", NULL },
    { 0 },
};
