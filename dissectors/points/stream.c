/* points/stream.c
 * Byte ranges; see stream.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "points/stream.h"

/* Connections on the same ports one after the other lie apart. */
#define EPOCH_STEP (INT64_C(1) << 36)
#define EDGES_MOST 128                  /* of 64 connections on the same ports; further ones are not looked at */
#define GAP_MOST   (1 << 24)            /* a larger one is another connection that began unseen */

typedef struct {
    int64_t          from, to;          /* positions; SYN and FIN count as one each */
    int64_t          furthest;          /* `to` of this and of all before it, in the order of positions */
    const passage_t *p;
    uint32_t         seq;               /* in the terms of the first point */
} stretch_t;

struct stream {
    GArray *pieces;                     /* of stretch_t, by position */
    GArray *edges;                      /* of unsigned: the first and the last piece of each connection */
    int64_t last;                       /* position of the last one in the order of capture */
    uint32_t last_seq;
    unsigned point;
};

static uint32_t
span_of(const passage_t *p)
{
    return p->length + !!(p->flags & TCP_SYN) + !!(p->flags & TCP_FIN);
}

static int
compare_pieces(const void *a, const void *b)
{
    const stretch_t *x = a, *y = b;
    return x->from != y->from ? (x->from > y->from) - (x->from < y->from) : (x->to > y->to) - (x->to < y->to);
}

/* Where a packet lies, near to the one before it. */
static int64_t
place(stream_t *stream, const passage_t *p, uint32_t seq)
{
    int32_t step = seq_diff(seq, stream->last_seq);
    bool begins = p->flags & TCP_SYN && step;

    stream->last = begins ? (stream->last / EPOCH_STEP + 1) * EPOCH_STEP + EPOCH_STEP / 2 : stream->last + step;
    stream->last_seq = seq;
    return stream->last;
}

static const stretch_t *
piece_at(const stream_t *stream, unsigned i)
{
    return &g_array_index(stream->pieces, stretch_t, i);
}

static bool
is_edge(const stream_t *stream, unsigned i)
{
    int64_t epoch = piece_at(stream, i)->from / EPOCH_STEP;
    return !i || i + 1 == stream->pieces->len || piece_at(stream, i - 1)->from / EPOCH_STEP != epoch
        || piece_at(stream, i + 1)->from / EPOCH_STEP != epoch;
}

static void
note_edges(stream_t *stream)
{
    stream->edges = g_array_new(FALSE, FALSE, sizeof(unsigned));
    for (unsigned i = 0; i < stream->pieces->len && stream->edges->len < EDGES_MOST; i++)
        if (is_edge(stream, i))
            g_array_append_val(stream->edges, i);
}

stream_t *
stream_new(const points_t *points, unsigned point, const GPtrArray *passages)
{
    stream_t *stream = g_new0(stream_t, 1);
    int64_t furthest = 0;

    stream->point = point;
    stream->pieces = g_array_new(FALSE, FALSE, sizeof(stretch_t));
    stream->last = EPOCH_STEP / 2;
    for (unsigned i = 0; i < passages->len; i++) {
        const passage_t *p = g_ptr_array_index(passages, i);
        uint32_t seq = points_seq(points, point, p);
        if (!stream->pieces->len)
            stream->last_seq = seq;
        bool far = seq_diff(seq, stream->last_seq) > GAP_MOST || seq_diff(stream->last_seq, seq) > GAP_MOST;
        if (p->copy_of || (p->flags & TCP_RST && far))
            continue;                   /* resets may lie anywhere */
        stretch_t piece = { .from = place(stream, p, seq), .p = p, .seq = seq };
        piece.to = piece.from + span_of(p);
        g_array_append_val(stream->pieces, piece);
    }
    g_array_sort(stream->pieces, compare_pieces);
    for (unsigned i = 0; i < stream->pieces->len; i++) {
        stretch_t *piece = &g_array_index(stream->pieces, stretch_t, i);
        furthest = piece->furthest = MAX(furthest, piece->to);
    }
    note_edges(stream);
    return stream;
}

void
stream_free(stream_t *stream)
{
    g_array_free(stream->pieces, TRUE);
    g_array_free(stream->edges, TRUE);
    g_free(stream);
}

unsigned
stream_gaps(const stream_t *stream)
{
    unsigned gaps = 0;

    for (unsigned i = 1; i < stream->pieces->len; i++) {
        int64_t gap = piece_at(stream, i)->from - piece_at(stream, i - 1)->furthest;
        gaps += gap > 0 && gap < GAP_MOST;
    }
    return gaps;
}

/* ---- one packet ---- */

/* The position of a sequence number: of all connections on these ports, where it is nearest to one of their
 * packets. -1: there are none. */
static int64_t
position_of(const stream_t *stream, uint32_t seq)
{
    int64_t best = -1, nearest = INT64_MAX;

    for (unsigned i = 0; i < stream->edges->len; i++) {
        const stretch_t *piece = piece_at(stream, g_array_index(stream->edges, unsigned, i));
        int64_t step = seq_diff(seq, piece->seq);
        if (ABS(step) >= nearest)
            continue;
        nearest = ABS(step);
        best = piece->from + step;
    }
    return best;
}

/* The first piece that may reach beyond a position. */
static unsigned
first_beyond(const stream_t *stream, int64_t position)
{
    unsigned low = 0, high = stream->pieces->len;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (piece_at(stream, middle)->furthest > position)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

bool
stream_misses(const stream_t *stream, const points_t *points, unsigned point, const passage_t *p)
{
    int64_t from = position_of(stream, points_seq(points, point, p)), to = from + span_of(p);

    if (from < 0 || to == from)
        return false;
    unsigned i = first_beyond(stream, from);
    while (i < stream->pieces->len && piece_at(stream, i)->to <= from)
        i++;
    for (; i < stream->pieces->len && piece_at(stream, i)->from < to; i++)
        if (piece_at(stream, i)->to > piece_at(stream, i)->from)
            return false;
    return i < stream->pieces->len && piece_at(stream, i)->from - to < GAP_MOST;
}

/* Byte `at` of a packet; -1: not captured. */
static int
byte_at(const passage_t *p, int64_t at)
{
    return at >= 0 && at < p->captured ? p->payload[at] : -1;
}

/* What one piece says of the bytes of a packet from `position` on. state: of each byte, 0 not sent, 1 sent, 2 sent
 * as another one, 3 sent as it is. */
static void
compare_piece(const stretch_t *piece, const passage_t *p, int64_t position, uint8_t *state, const passage_t **other)
{
    int64_t data = piece->from + !!(piece->p->flags & TCP_SYN);
    int64_t from = MAX(position, data), to = MIN(position + p->length, data + piece->p->length);

    for (int64_t at = from; at < to; at++) {
        int mine = byte_at(p, at - position), its = byte_at(piece->p, at - data);
        uint8_t says = mine < 0 || its < 0 ? 1 : mine == its ? 3 : 2;
        if (says == 2 && !*other)
            *other = piece->p;
        state[at - position] = MAX(state[at - position], says);
    }
}

overlap_t
stream_look(const stream_t *stream, const points_t *points, unsigned point, const passage_t *p)
{
    overlap_t overlap = { .sent = 0 };
    int64_t position = position_of(stream, points_seq(points, point, p));
    uint8_t *state = g_malloc0(p->length + 1);
    const passage_t *other = NULL;

    if (position < 0) {
        g_free(state);
        return overlap;
    }
    position += !!(p->flags & TCP_SYN);
    int64_t end = position + p->length;
    for (unsigned i = first_beyond(stream, position); i < stream->pieces->len; i++) {
        const stretch_t *piece = piece_at(stream, i);
        if (piece->from > end)
            break;
        compare_piece(piece, p, position, state, &other);
        overlap.fin |= piece->p->flags & TCP_FIN && piece->to - 1 == end;
    }
    for (uint32_t i = 0; i < p->length; i++) {
        overlap.sent += state[i] > 0;
        overlap.compared += state[i] > 1;
        if (state[i] == 2 && !overlap.differs) {
            overlap.differs = true;
            overlap.at = i;
            overlap.other = other;
        }
    }
    g_free(state);
    return overlap;
}
