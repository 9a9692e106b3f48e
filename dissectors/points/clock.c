/* points/clock.c
 * Compares clocks; see clock.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "points/clock.h"

#include "observation.h"

#define STEP_SAMPLES 3                  /* each way, before and after a step */
#define STEP_NS      (5 * NS_PER_MS)    /* a smaller one is no step */
#define STEP_NOISE   8                  /* times what chance does */
#define STEP_WINDOW  64                 /* samples before and after it that are looked at */
#define DRIFT_NS     (20 * NS_PER_S)    /* over less, a drift is no more than an error */
#define DRIFT_WINDOWS 8
#define DRIFT_MOST   0.001              /* no clock is off by more; what is, is no drift */

/* The extremes of some samples: the least of those forward, the most of those backward, and the next to each. */
typedef struct {
    int64_t  forward, backward;
    int64_t  next_forward, next_backward;
    unsigned n_forward, n_backward;
} envelope_t;

static const envelope_t empty = { INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN, 0, 0 };

static void
envelope_add(envelope_t *e, const clock_sample_t *s, int64_t apart)
{
    if (s->forward) {
        e->next_forward = MIN(e->next_forward, MAX(e->forward, apart));
        e->forward = MIN(e->forward, apart);
        e->n_forward++;
    } else {
        e->next_backward = MAX(e->next_backward, MIN(e->backward, apart));
        e->backward = MAX(e->backward, apart);
        e->n_backward++;
    }
}

static const clock_sample_t *
sample_at(const GArray *samples, unsigned i)
{
    return &g_array_index(samples, clock_sample_t, i);
}

/* ---- steps ---- */

/* How much the extremes of so few samples are by chance. */
static int64_t
noise_of(const envelope_t *e)
{
    return MAX(e->next_forward - e->forward, e->backward - e->next_backward);
}

/* A step moves what is seen both ways alike, a queue or another path moves them against each other. By how much,
 * 0 for none. */
static int64_t
step_between(const envelope_t *before, const envelope_t *after)
{
    if (MIN(before->n_forward, before->n_backward) < STEP_SAMPLES
        || MIN(after->n_forward, after->n_backward) < STEP_SAMPLES)
        return 0;
    int64_t forward = after->forward - before->forward, backward = after->backward - before->backward;
    int64_t less = MIN(ABS(forward), ABS(backward)), more = MAX(ABS(forward), ABS(backward));
    int64_t noise = MAX(noise_of(before), noise_of(after));
    return (forward < 0) == (backward < 0) && less > STEP_NS && less / STEP_NOISE > noise && more - less <= more / 2
        ? less : 0;
}

static envelope_t
envelope_of(const GArray *samples, unsigned begin, unsigned end)
{
    envelope_t e = empty;

    for (unsigned i = begin; i < end; i++)
        envelope_add(&e, sample_at(samples, i), sample_at(samples, i)->apart);
    return e;
}

/* How far a sample is from what its kind is like. */
static int64_t
distance(const clock_sample_t *s, const envelope_t *e)
{
    return ABS(s->apart - (s->forward ? e->forward : e->backward));
}

/* The sample with which a step begins, `end` for none: where what is shortly before and what is shortly after differ
 * most. Not from all there is: clocks drift. */
static unsigned
find_step(const GArray *samples, unsigned begin, unsigned end)
{
    int64_t largest = 0;
    unsigned at = end;
    envelope_t best[2] = { empty, empty };

    for (unsigned i = begin + 1; i < end; i++) {
        envelope_t before = envelope_of(samples, i - begin > STEP_WINDOW ? i - STEP_WINDOW : begin, i);
        envelope_t after = envelope_of(samples, i, MIN(i + STEP_WINDOW, end));
        int64_t step = step_between(&before, &after);
        if (step <= largest)
            continue;
        largest = step;
        at = i;
        best[0] = before;
        best[1] = after;
    }
    while (at < end && distance(sample_at(samples, at), &best[0]) < distance(sample_at(samples, at), &best[1]))
        at++;
    return at;
}

/* ---- one piece ---- */

/* The slope through the middles of what several stretches of time leave open. */
static double
drift_of(const GArray *samples, unsigned begin, unsigned end)
{
    const int64_t from = sample_at(samples, begin)->time, span = sample_at(samples, end - 1)->time - from;
    envelope_t window[DRIFT_WINDOWS];
    double n = 0, t = 0, y = 0, tt = 0, ty = 0;

    if (span < DRIFT_NS)
        return 0;
    for (unsigned w = 0; w < DRIFT_WINDOWS; w++)
        window[w] = empty;
    for (unsigned i = begin; i < end; i++) {
        const clock_sample_t *s = sample_at(samples, i);
        int64_t w = (s->time - from) / (span / DRIFT_WINDOWS + 1);
        envelope_add(&window[CLAMP(w, 0, DRIFT_WINDOWS - 1)], s, s->apart);
    }
    for (unsigned w = 0; w < DRIFT_WINDOWS; w++) {
        if (!window[w].n_forward || !window[w].n_backward)
            continue;
        double at = (w + 0.5) / DRIFT_WINDOWS * (double)span;
        double middle = ((double)window[w].forward + (double)window[w].backward) / 2
            - (double)sample_at(samples, begin)->apart;
        n++, t += at, y += middle, tt += at * at, ty += at * middle;
    }
    double spread = n * tt - t * t, slope = n >= 3 && spread > 0 ? (n * ty - t * y) / spread : 0;
    return ABS(slope) < DRIFT_MOST ? slope : 0;
}

static clock_piece_t
piece_of(const GArray *samples, unsigned begin, unsigned end)
{
    const clock_sample_t *first = sample_at(samples, begin);
    clock_piece_t piece = { .frame = { first->frame[0], first->frame[1] }, .time = first->time,
                            .drift = drift_of(samples, begin, end), .samples = end - begin };
    envelope_t e = empty;

    for (unsigned i = begin; i < end; i++) {
        const clock_sample_t *s = sample_at(samples, i);
        envelope_add(&e, s, s->apart - (int64_t)(piece.drift * (double)(s->time - piece.time)));
    }
    piece.both_ways = e.n_forward && e.n_backward;
    piece.offset = !e.n_forward ? e.backward : !e.n_backward ? e.forward : e.backward + (e.forward - e.backward) / 2;
    piece.error = piece.both_ways ? (e.forward - e.backward) / 2 : 0;
    return piece;
}

/* ---- all ---- */

static void
add_piece(clocks_t *clocks, const GArray *samples, unsigned begin, unsigned end)
{
    clock_piece_t piece = piece_of(samples, begin, end);

    if (piece.error < 0) {              /* the rate of a clock that is steered leaves no more than this */
        clocks->contradicts |= piece.error < -NS_PER_MS;
        piece.error = -piece.error;
    }
    clocks->piece[clocks->n++] = piece;
}

/* Splits at steps; `room` pieces may be made of this. */
static void
split(clocks_t *clocks, const GArray *samples, unsigned begin, unsigned end, unsigned room)
{
    unsigned at = room > 1 ? find_step(samples, begin, end) : end;

    if (at == end) {
        add_piece(clocks, samples, begin, end);
        return;
    }
    split(clocks, samples, begin, at, room / 2);
    split(clocks, samples, at, end, room / 2);
}

clocks_t
clocks_estimate(const GArray *samples)
{
    clocks_t clocks = { .n = 0 };

    if (!samples->len)
        return clocks;
    split(&clocks, samples, 0, samples->len, CLOCK_PIECES);
    clocks.piece[0].frame[0] = clocks.piece[0].frame[1] = 0;
    return clocks;
}

int64_t
clocks_offset(const clocks_t *clocks, unsigned point, uint32_t frame, int64_t time)
{
    const clock_piece_t *piece = &clocks->piece[0];

    for (unsigned i = 1; i < clocks->n && clocks->piece[i].frame[point] <= frame; i++)
        piece = &clocks->piece[i];
    int64_t since = time - (point ? piece->offset : 0) - piece->time;
    return piece->offset + (int64_t)(piece->drift * (double)since);
}

int64_t
clocks_common(const clocks_t *clocks, unsigned point, uint32_t frame, int64_t time)
{
    return point && clocks->n ? time - clocks_offset(clocks, point, frame, time) : time;
}

int64_t
clocks_error(const clocks_t *clocks)
{
    int64_t error = 0;

    for (unsigned i = 0; i < clocks->n; i++)
        error = MAX(error, clocks->piece[i].error);
    return error;
}
