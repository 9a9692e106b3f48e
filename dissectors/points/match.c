/* points/match.c
 * Finds packets of one point at the other; see match.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "points/match.h"

#include "base/hash.h"

#define TCP_MARKS (TCP_ECE | TCP_CWR | TCP_AE)  /* flags that routers change: ECN */
#define KEY_WORDS 12
#define UDP_TELLS 12                    /* bytes of a datagram that make it one of its kind */

enum { MARK, TIMESTAMPS, WINDOW };      /* of points_t.rewritten */

/* How much of a packet has to be the same. */
typedef enum {
    LEVEL_SAME,
    LEVEL_REWRITTEN,        /* mark, timestamps and window may differ */
    LEVEL_ADDRESSES,        /* and whose it is */
} level_t;

typedef struct {
    uint32_t hash, index;
} print_t;

static exchange_t *
state_at(const points_t *points, uint32_t talk)
{
    return &g_array_index(points->state, exchange_t, talk);
}

points_t *
points_new(talks_t *talks, trace_t *first, trace_t *second)
{
    points_t *points = g_new0(points_t, 1);

    points->talks = talks;
    points->trace[0] = first;
    points->trace[1] = second;
    points->state = g_array_new(FALSE, TRUE, sizeof(exchange_t));
    return points;
}

void
points_free(points_t *points)
{
    g_array_free(points->state, TRUE);
    g_free(points);
}

/* ---- a packet in the terms of the first point ---- */

const exchange_t *
points_exchange(const points_t *points, const passage_t *p)
{
    return state_at(points, state_at(points, p->talk)->as);
}

unsigned
points_end(const points_t *points, const passage_t *p)
{
    return p->end ^ state_at(points, p->talk)->swapped;
}

uint32_t
points_seq(const points_t *points, unsigned point, const passage_t *p)
{
    return p->seq - (point ? points_exchange(points, p)->shift[points_end(points, p)] : 0);
}

uint32_t
points_ack(const points_t *points, unsigned point, const passage_t *p)
{
    if (!(p->flags & TCP_ACK))
        return 0;
    return p->ack - (point ? points_exchange(points, p)->shift[!points_end(points, p)] : 0);
}

int64_t
points_time(const points_t *points, unsigned point, const passage_t *p)
{
    return clocks_common(&points->clocks, point, p->frame, p->time);
}

unsigned
points_first(const points_t *points, const passage_t *p)
{
    return points_exchange(points, p)->first[points_end(points, p)];
}

bool
passages_agree(const passage_t *a, const passage_t *b)
{
    uint32_t both = MIN(a->captured, b->captured);
    return !both || !memcmp(a->payload, b->payload, both);
}

/* All of its bytes, piece by piece: whoever writes a capture must not be able to have many that count as alike. */
uint32_t
passage_hash(const passage_t *p)
{
    uint32_t words[2] = { p->captured, 0 };

    for (uint32_t at = 0; at < p->captured; at += HASH_BYTES_MAX) {
        words[1] = hash_bytes(p->payload + at, MIN(p->captured - at, HASH_BYTES_MAX));
        words[0] = hash_words(words, 2);
    }
    return words[0];
}

/* ---- keys ---- */

static bool
is_tcp(const points_t *points, const passage_t *p)
{
    return talks_at(points->talks, p->talk)->protocol == PROTOCOL_TCP;
}

/* Bytes count only where both points have all of them. */
static uint32_t
bytes_of(const points_t *points, const passage_t *p)
{
    bool cut = points->trace[0]->cut_payloads || points->trace[1]->cut_payloads
        || points->trace[0]->bytes >= TRACE_BYTES_MAX || points->trace[1]->bytes >= TRACE_BYTES_MAX;
    return cut ? 0 : passage_hash(p);
}

static uint32_t
key_of(const points_t *points, unsigned point, const passage_t *p, level_t level)
{
    uint32_t word[KEY_WORDS] = { p->length, bytes_of(points, p), is_tcp(points, p) };
    unsigned n = 3;

    if (level != LEVEL_ADDRESSES) {
        word[n++] = state_at(points, p->talk)->as;
        word[n++] = points_end(points, p);
    }
    if (is_tcp(points, p)) {
        word[n++] = points_seq(points, point, p);
        word[n++] = points_ack(points, point, p);
        word[n++] = p->flags & ~(unsigned)TCP_MARKS;
    }
    if (level == LEVEL_SAME) {
        word[n++] = (uint32_t)ip_mark(&p->ip) << 16 | p->window;
        word[n++] = p->tsval;
        word[n++] = p->tsecr;
    }
    return hash_words(word, n);
}

static bool
is_strong(const passage_t *p)
{
    return p->captured || p->flags & TCP_SYN;
}

/* What most packets with bytes have rewritten on their way may be rewritten in others. */
static bool
is_habit(const points_t *points, unsigned first, unsigned what, bool differs)
{
    return !differs || points->rewritten[first][what] * 2 > points->strong[first];
}

static bool
rewritten_as_usual(const points_t *points, const passage_t *a, const passage_t *b)
{
    unsigned first = points_first(points, a);

    if (is_strong(a))
        return true;
    return first != POINT_UNKNOWN
        && is_habit(points, first, MARK, ip_mark(&a->ip) != ip_mark(&b->ip))
        && is_habit(points, first, TIMESTAMPS, a->tsval != b->tsval || a->tsecr != b->tsecr)
        && is_habit(points, first, WINDOW, a->window != b->window);
}

/* Not only by the hash of it. a of the first point, b of the second. */
static bool
is_same(const points_t *points, const passage_t *a, const passage_t *b, level_t level)
{
    if (a->length != b->length || !passages_agree(a, b))
        return false;
    if (level != LEVEL_ADDRESSES
        && (state_at(points, a->talk)->as != state_at(points, b->talk)->as
            || points_end(points, a) != points_end(points, b)))
        return false;
    if (is_tcp(points, a)
        && (points_seq(points, 0, a) != points_seq(points, 1, b) || points_ack(points, 0, a) != points_ack(points, 1, b)
            || (a->flags ^ b->flags) & ~(unsigned)TCP_MARKS))
        return false;
    if (level == LEVEL_SAME)
        return ip_mark(&a->ip) == ip_mark(&b->ip) && a->window == b->window && a->tsval == b->tsval
            && a->tsecr == b->tsecr;
    return level != LEVEL_REWRITTEN || rewritten_as_usual(points, a, b);
}

static int
compare_keys(const void *a, const void *b)
{
    const print_t *x = a, *y = b;
    return x->hash != y->hash ? (x->hash > y->hash) - (x->hash < y->hash)
                              : (x->index > y->index) - (x->index < y->index);
}

typedef bool (*wanted_t)(const points_t *points, const passage_t *p);

static bool
is_open(const points_t *points, const passage_t *p)
{
    (void)points;
    return !p->partner;
}

/* Of what one point captured twice, the first: so that there is one at each. */
static bool
is_open_and_first(const points_t *points, const passage_t *p)
{
    return is_open(points, p) && !p->copy_of;
}

static bool
is_open_and_strong(const points_t *points, const passage_t *p)
{
    return is_open_and_first(points, p) && is_strong(p);
}

static bool
is_matched(const points_t *points, const passage_t *p)
{
    (void)points;
    return p->partner;
}

/* Of conversations that only one point has: what could be the same under another name. */
static bool
is_one_sided(const points_t *points, const passage_t *p)
{
    const exchange_t *x = state_at(points, p->talk);
    return is_open_and_first(points, p) && (!(x->seen[0][0] + x->seen[0][1]) || !(x->seen[1][0] + x->seen[1][1]))
        && (is_tcp(points, p) || p->captured >= UDP_TELLS);
}

static GArray *
keys_of(const points_t *points, unsigned point, level_t level, wanted_t wanted)
{
    GArray *keys = g_array_new(FALSE, FALSE, sizeof(print_t));
    trace_t *trace = points->trace[point];

    for (uint32_t i = 0; i < trace_length(trace); i++) {
        const passage_t *p = trace_at(trace, i);
        if (!wanted(points, p))
            continue;
        print_t key = { key_of(points, point, p, level), i };
        g_array_append_val(keys, key);
    }
    g_array_sort(keys, compare_keys);
    return keys;
}

/* Packets that look alike, of both points. */
typedef struct {
    const print_t *key[2];
    unsigned      n[2];
} alike_t;

typedef void (*each_alike_t)(points_t *points, level_t level, const alike_t *alike, GArray *votes);

static unsigned
run_length(const GArray *keys, unsigned from)
{
    unsigned n = from;
    while (n < keys->len && g_array_index(keys, print_t, n).hash == g_array_index(keys, print_t, from).hash)
        n++;
    return n - from;
}

static void
each_alike(points_t *points, level_t level, wanted_t wanted, each_alike_t call, GArray *votes)
{
    GArray *keys[2] = { keys_of(points, 0, level, wanted), keys_of(points, 1, level, wanted) };
    unsigned at[2] = { 0, 0 };

    while (at[0] < keys[0]->len && at[1] < keys[1]->len) {
        const print_t *k[2] = { &g_array_index(keys[0], print_t, at[0]), &g_array_index(keys[1], print_t, at[1]) };
        if (k[0]->hash != k[1]->hash) {
            at[k[0]->hash > k[1]->hash]++;
            continue;
        }
        alike_t alike = { { k[0], k[1] }, { run_length(keys[0], at[0]), run_length(keys[1], at[1]) } };
        call(points, level, &alike, votes);
        at[0] += alike.n[0];
        at[1] += alike.n[1];
    }
    g_array_free(keys[0], TRUE);
    g_array_free(keys[1], TRUE);
}

/* ---- pairs ---- */

static void
note_rewritten(points_t *points, const passage_t *a, const passage_t *b)
{
    unsigned first = points_first(points, a);

    if (!is_strong(a) || first == POINT_UNKNOWN)
        return;
    points->strong[first]++;
    points->rewritten[first][MARK] += ip_mark(&a->ip) != ip_mark(&b->ip);
    points->rewritten[first][TIMESTAMPS] += a->tsval != b->tsval || a->tsecr != b->tsecr;
    points->rewritten[first][WINDOW] += a->window != b->window;
}

static void
pair(points_t *points, uint32_t i, uint32_t j)
{
    passage_t *a = trace_at(points->trace[0], i), *b = trace_at(points->trace[1], j);

    a->partner = j + 1;
    b->partner = i + 1;
    a->fate = b->fate = FATE_MATCHED;
    state_at(points, state_at(points, a->talk)->as)->matched[points_end(points, a)]++;
    points->matched++;
    note_rewritten(points, a, b);
}

/* Those of which there is only one at each point: clocks need not be known. */
static void
pair_single(points_t *points, level_t level, const alike_t *alike, GArray *votes)
{
    (void)votes;
    if (alike->n[0] != 1 || alike->n[1] != 1)
        return;
    uint32_t i = alike->key[0]->index, j = alike->key[1]->index;
    if (is_same(points, trace_at(points->trace[0], i), trace_at(points->trace[1], j), level))
        pair(points, i, j);
}

/* Time from the point that has a packet first to the other one. */
static int64_t
time_taken(const points_t *points, const passage_t *a, const passage_t *b)
{
    int64_t taken = points_time(points, 1, b) - points_time(points, 0, a);
    unsigned first = points_first(points, a);
    return first == 1 ? -taken : first == 0 ? taken : ABS(taken);
}

/* As many at both points: the one is the other, whatever the clocks say. */
static void
pair_as_they_come(points_t *points, level_t level, const alike_t *alike)
{
    for (unsigned i = 0; i < alike->n[0]; i++) {
        uint32_t a = alike->key[0][i].index, b = alike->key[1][i].index;
        if (is_same(points, trace_at(points->trace[0], a), trace_at(points->trace[1], b), level))
            pair(points, a, b);
    }
}

static const print_t *
next_open(const points_t *points, unsigned point, const alike_t *alike, unsigned *at)
{
    while (*at < alike->n[point] && trace_at(points->trace[point], alike->key[point][*at].index)->partner)
        ++*at;
    return *at < alike->n[point] ? &alike->key[point][*at] : NULL;
}

/* A clock that steps unseen takes packets apart that are one: what both points still have is the same. */
static void
pair_left_over(points_t *points, level_t level, const alike_t *alike)
{
    unsigned at[2] = { 0, 0 };
    const print_t *a, *b;

    while ((a = next_open(points, 0, alike, &at[0])) && (b = next_open(points, 1, alike, &at[1]))) {
        const passage_t *p = trace_at(points->trace[0], a->index), *q = trace_at(points->trace[1], b->index);
        if (is_same(points, p, q, level) && ABS(time_taken(points, p, q)) <= DELAY_MOST_NS)
            pair(points, a->index, b->index);
        else
            at[points_time(points, 1, q) < points_time(points, 0, p)]++;
    }
}

/* Two lists in the order of time: each one that arrived is the last that was sent before, while there are more that
 * were sent than arrived. */
static void
pair_in_order(points_t *points, level_t level, const alike_t *alike, GArray *votes)
{
    unsigned at[2] = { 0, 0 };

    (void)votes;
    if (alike->n[0] == alike->n[1]) {
        pair_as_they_come(points, level, alike);
        return;
    }
    while (at[0] < alike->n[0] && at[1] < alike->n[1]) {
        const print_t *k[2] = { &alike->key[0][at[0]], &alike->key[1][at[1]] };
        const passage_t *a = trace_at(points->trace[0], k[0]->index), *b = trace_at(points->trace[1], k[1]->index);
        unsigned first = points_first(points, a) == 1;
        int64_t taken = time_taken(points, a, b);
        bool more = alike->n[first] - at[first] > alike->n[!first] - at[!first];
        const print_t *next = more ? &alike->key[first][at[first] + 1] : NULL;
        if (taken < -EARLY_MOST_NS) {
            at[!first]++;
        } else if (taken > DELAY_MOST_NS || !is_same(points, a, b, level)) {
            at[first]++;
        } else if (next && time_taken(points, first ? a : trace_at(points->trace[0], next->index),
                                      first ? trace_at(points->trace[1], next->index) : b) >= -EARLY_MOST_NS) {
            at[first]++;
        } else {
            pair(points, k[0]->index, k[1]->index);
            at[0]++, at[1]++;
        }
    }
    pair_left_over(points, level, alike);
}

/* ---- NAT ---- */

/* One packet that two conversations both have. */
typedef struct {
    uint32_t talk[2];
    unsigned end;
    bool     swapped, opening;
} vote_t;

static void
vote(points_t *points, level_t level, const alike_t *alike, GArray *votes)
{
    const passage_t *a = trace_at(points->trace[0], alike->key[0]->index);
    const passage_t *b = trace_at(points->trace[1], alike->key[1]->index);

    if (alike->n[0] != 1 || alike->n[1] != 1 || !is_same(points, a, b, level))
        return;
    vote_t one = { { a->talk, b->talk }, a->end, a->end != b->end, (a->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN };
    g_array_append_val(votes, one);
}

static int
compare_votes(const void *a, const void *b)
{
    const vote_t *x = a, *y = b;
    return x->talk[1] != y->talk[1] ? (x->talk[1] > y->talk[1]) - (x->talk[1] < y->talk[1])
                                    : (x->talk[0] > y->talk[0]) - (x->talk[0] < y->talk[0]);
}

static void
set_alias(points_t *points, const vote_t *v)
{
    exchange_t *to = state_at(points, v->talk[0]), *from = state_at(points, v->talk[1]);

    from->as = v->talk[0];
    from->swapped = v->swapped;
    for (unsigned end = 0; end < 2; end++)
        to->seen[1][end ^ v->swapped] += from->seen[1][end];
}

/* A SYN tells, by its number; else packets of both ends do. */
static void
count_votes(points_t *points, GArray *votes)
{
    unsigned ends = 0;

    g_array_sort(votes, compare_votes);
    for (unsigned i = 0; i < votes->len; i++) {
        const vote_t *v = &g_array_index(votes, vote_t, i);
        if (i && memcmp(v->talk, (v - 1)->talk, sizeof v->talk))
            ends = 0;
        ends |= 1u << v->end;
        bool taken = state_at(points, v->talk[1])->as != v->talk[1]
            || state_at(points, v->talk[0])->seen[1][0] + state_at(points, v->talk[0])->seen[1][1];
        if (!taken && (v->opening || ends == 3))
            set_alias(points, v);
    }
}

static void
find_translations(points_t *points)
{
    GArray *votes = g_array_new(FALSE, FALSE, sizeof(vote_t));

    each_alike(points, LEVEL_ADDRESSES, is_one_sided, vote, votes);
    count_votes(points, votes);
    g_array_free(votes, TRUE);
}

/* ---- moved sequence numbers ---- */

/* Of a conversation and an end: the initial sequence numbers that a point has seen. */
typedef struct {
    uint32_t seq;
    unsigned n;                 /* different ones */
} initial_t;

static void
note_initial(initial_t *initial, uint32_t seq)
{
    if (!initial->n || initial->seq != seq)
        initial->n++;
    initial->seq = seq;
}

/* By conversation, end and point. */
static initial_t *
initials_of(const points_t *points)
{
    initial_t *initials = g_new0(initial_t, points->state->len * 4 + 1);

    for (unsigned point = 0; point < 2; point++)
        for (uint32_t i = 0; i < trace_length(points->trace[point]); i++) {
            const passage_t *p = trace_at(points->trace[point], i);
            if (p->flags & TCP_SYN)
                note_initial(&initials[state_at(points, p->talk)->as * 4 + points_end(points, p) * 2 + point], p->seq);
        }
    return initials;
}

static bool
is_shifted(const points_t *points, const passage_t *p)
{
    const exchange_t *x = points_exchange(points, p);
    return is_open_and_first(points, p) && p->captured && (x->shift[0] || x->shift[1]);
}

/* A SYN/ACK alone may be forged: only bytes that are the same behind it tell that it is the same connection. */
static void
confirm_shifts(points_t *points)
{
    GArray *votes = g_array_new(FALSE, FALSE, sizeof(vote_t));
    uint8_t *confirmed = g_malloc0(points->state->len + 1);

    each_alike(points, LEVEL_REWRITTEN, is_shifted, vote, votes);
    for (unsigned i = 0; i < votes->len; i++)
        confirmed[state_at(points, g_array_index(votes, vote_t, i).talk[0])->as] = 1;
    for (uint32_t talk = 0; talk < points->state->len; talk++)
        if (!confirmed[talk])
            state_at(points, talk)->shift[0] = state_at(points, talk)->shift[1] = 0;
    g_free(confirmed);
    g_array_free(votes, TRUE);
}

static void
find_shifts(points_t *points)
{
    initial_t *initials = initials_of(points);

    for (uint32_t talk = 0; talk < points->state->len; talk++)
        for (unsigned end = 0; end < 2; end++) {
            const initial_t *first = &initials[talk * 4 + end * 2], *second = first + 1;
            exchange_t *x = state_at(points, talk);
            if (first->n == 1 && second->n == 1 && !x->matched[end])
                x->shift[end] = second->seq - first->seq;
        }
    g_free(initials);
    confirm_shifts(points);
}

/* ---- which way packets go ---- */

/* Address: how many more of its packets the first point had first. */
static unsigned
hash_address(gconstpointer key)
{
    const ip_address_t *address = key;
    return hash_bytes(address->bytes, sizeof address->bytes);
}

static gboolean
equal_addresses(gconstpointer a, gconstpointer b)
{
    return address_equal(a, b);
}

static void
count_for(GHashTable *votes, const ip_address_t *address, int n)
{
    int before = GPOINTER_TO_INT(g_hash_table_lookup(votes, address));
    g_hash_table_insert(votes, (gpointer)address, GINT_TO_POINTER(before + n));
}

static const ip_address_t *
sender_of(const points_t *points, const passage_t *a)
{
    return &talks_at(points->talks, state_at(points, a->talk)->as)->address[points_end(points, a)];
}

/* Routers count the TTL down. */
static void
vote_by_ttl(const points_t *points, GHashTable *votes)
{
    for (uint32_t i = 0; i < trace_length(points->trace[0]); i++) {
        const passage_t *a = trace_at(points->trace[0], i);
        if (!a->partner)
            continue;
        uint8_t there = trace_at(points->trace[1], a->partner - 1)->ip.ttl;
        count_for(votes, sender_of(points, a), (a->ip.ttl > there) - (a->ip.ttl < there));
    }
}

/* Without a router between the points: those that pass the first point first show the larger difference between
 * the clocks. Where that is too little to tell, nothing is said. */
static void
vote_by_time(const points_t *points, GHashTable *votes)
{
    int64_t *least = g_new(int64_t, points->state->len * 2 + 1);

    for (uint32_t i = 0; i < points->state->len * 2; i++)
        least[i] = INT64_MAX;
    for (uint32_t i = 0; i < trace_length(points->trace[0]); i++) {
        const passage_t *a = trace_at(points->trace[0], i);
        int64_t *at = &least[a->talk * 2 + a->end];
        if (a->partner)
            *at = MIN(*at, trace_at(points->trace[1], a->partner - 1)->time - a->time);
    }
    for (uint32_t talk = 0; talk < points->state->len; talk++) {
        const talk_ends_t *ends = talks_at(points->talks, talk);
        int64_t a = least[talk * 2], b = least[talk * 2 + 1];
        if (a == INT64_MAX || b == INT64_MAX || ABS(a - b) < 20 * NS_PER_US)
            continue;
        count_for(votes, &ends->address[0], a > b ? 1 : -1);
        count_for(votes, &ends->address[1], a > b ? -1 : 1);
    }
    g_free(least);
}

static unsigned
first_by(GHashTable *votes, const ip_address_t *address)
{
    int n = GPOINTER_TO_INT(g_hash_table_lookup(votes, address));
    return n ? n < 0 : POINT_UNKNOWN;
}

static void
find_directions(points_t *points)
{
    GHashTable *votes = g_hash_table_new(hash_address, equal_addresses);

    vote_by_ttl(points, votes);
    GHashTable *by_time = g_hash_table_new(hash_address, equal_addresses);
    vote_by_time(points, by_time);
    for (uint32_t talk = 0; talk < points->state->len; talk++) {
        const talk_ends_t *ends = talks_at(points->talks, talk);
        exchange_t *x = state_at(points, talk);
        for (unsigned end = 0; end < 2; end++) {
            x->first[end] = (uint8_t)first_by(votes, &ends->address[end]);
            if (x->first[end] == POINT_UNKNOWN)
                x->first[end] = (uint8_t)first_by(by_time, &ends->address[end]);
        }
        for (unsigned end = 0; end < 2; end++)      /* one end tells the other, which never sent anything both saw */
            if (x->first[end] == POINT_UNKNOWN && x->first[!end] != POINT_UNKNOWN)
                x->first[end] = !x->first[!end];
        if (x->first[0] == x->first[1])             /* both on one side: nothing goes from one point to the other */
            x->first[0] = x->first[1] = POINT_UNKNOWN;
    }
    g_hash_table_destroy(by_time);
    g_hash_table_destroy(votes);
}

/* ---- clocks ---- */

/* Where sequence numbers are moved, a box opens connections itself: its SYN is not that of the host. */
static bool
tells_time(const points_t *points, const passage_t *a)
{
    const exchange_t *x = points_exchange(points, a);
    return a->partner && points_first(points, a) != POINT_UNKNOWN
        && !(a->flags & TCP_SYN && (x->shift[0] || x->shift[1]));
}

static void
find_clocks(points_t *points)
{
    GArray *samples = g_array_new(FALSE, FALSE, sizeof(clock_sample_t));

    for (uint32_t i = 0; i < trace_length(points->trace[0]); i++) {
        const passage_t *a = trace_at(points->trace[0], i);
        if (!tells_time(points, a))
            continue;
        const passage_t *b = trace_at(points->trace[1], a->partner - 1);
        clock_sample_t sample = { a->time, b->time - a->time, { a->frame, b->frame }, points_first(points, a) == 0 };
        g_array_append_val(samples, sample);
    }
    points->clocks = clocks_estimate(samples);
    g_array_free(samples, TRUE);
}

/* The least time each way, and whether anything differs at all. */
static void
measure_path(points_t *points)
{
    points->delay[0] = points->delay[1] = INT64_MAX;
    points->same_capture = points->matched > 0;
    for (uint32_t i = 0; i < trace_length(points->trace[0]); i++) {
        const passage_t *a = trace_at(points->trace[0], i);
        if (!a->partner)
            continue;
        const passage_t *b = trace_at(points->trace[1], a->partner - 1);
        unsigned first = points_first(points, a);
        points->same_capture &= a->time == b->time && a->ip.ttl == b->ip.ttl;
        if (tells_time(points, a))
            points->delay[first] = MIN(points->delay[first], time_taken(points, a, b));
    }
    for (unsigned i = 0; i < 2; i++)
        points->delay[i] = points->delay[i] == INT64_MAX ? 0 : MAX(points->delay[i], 0);
}

/* ---- once more than one could have it ---- */

/* Its place among those of its own point that are matched: a mirror port and a network that doubles packets show
 * the same one again, but never before it was sent. */
static bool
is_repeated(const points_t *points, unsigned point, const passage_t *p, const passage_t *of)
{
    const passage_t *there = trace_at(points->trace[!point], of->partner - 1);

    if (p->talk != of->talk || p->end != of->end || p->length != of->length || p->seq != of->seq || p->ack != of->ack
        || p->flags != of->flags || p->window != of->window || p->tsval != of->tsval
        || ip_mark(&p->ip) != ip_mark(&of->ip) || !passages_agree(p, of))
        return false;
    return points_first(points, p) == point
        || points_time(points, point, p) >= points_time(points, !point, there) - EARLY_MOST_NS;
}

static void
mark_repeated(points_t *points, unsigned point)
{
    GArray *known = keys_of(points, point, LEVEL_SAME, is_matched), *open = keys_of(points, point, LEVEL_SAME, is_open);
    unsigned at = 0;

    for (unsigned i = 0; i < open->len; i++) {
        const print_t *o = &g_array_index(open, print_t, i);
        passage_t *p = trace_at(points->trace[point], o->index);
        while (at < known->len && g_array_index(known, print_t, at).hash < o->hash)
            at++;
        const print_t *k = &g_array_index(known, print_t, at);
        if (at < known->len && k->hash == o->hash
            && is_repeated(points, point, p, trace_at(points->trace[point], k->index)))
            p->fate = FATE_COPY;
    }
    g_array_free(known, TRUE);
    g_array_free(open, TRUE);
}

/* Captured again at the same point: a mirror port, or both sides of a router. */
static void
mark_doubled(points_t *points, unsigned point)
{
    GArray *keys = keys_of(points, point, LEVEL_SAME, is_open);

    for (unsigned i = 1; i < keys->len; i++) {
        const print_t *before = &g_array_index(keys, print_t, i - 1), *now = before + 1;
        const passage_t *a = trace_at(points->trace[point], before->index);
        passage_t *p = trace_at(points->trace[point], now->index);
        if (before->hash == now->hash && p->talk == a->talk && p->end == a->end && passages_agree(a, p)
            && ABS(p->time - a->time) <= DUPLICATE_NS && ABS(p->ip.ttl - a->ip.ttl) <= 1)
            p->copy_of = a->copy_of ? a->copy_of : before->index + 1;
    }
    g_array_free(keys, TRUE);
}

/* ---- all of it ---- */

static void
count_seen(points_t *points)
{
    g_array_set_size(points->state, talks_length(points->talks));
    for (uint32_t i = 0; i < points->state->len; i++) {
        exchange_t *x = state_at(points, i);
        x->as = i;
        x->first[0] = x->first[1] = POINT_UNKNOWN;
    }
    for (unsigned point = 0; point < 2; point++)
        for (uint32_t i = 0; i < trace_length(points->trace[point]); i++) {
            const passage_t *p = trace_at(points->trace[point], i);
            state_at(points, p->talk)->seen[point][p->end]++;
        }
}

/* Another connection at each point: both saw both ends' packets, and none is the same. Seen from one end alone,
 * it may be that nothing arrived. */
static void
mark_other(points_t *points)
{
    for (uint32_t i = 0; i < points->state->len; i++) {
        exchange_t *x = state_at(points, i);
        bool both = x->seen[0][0] + x->seen[0][1] && x->seen[1][0] + x->seen[1][1];
        x->other = both && !x->matched[0] && !x->matched[1];
    }
}

/* The first packet of a conversation at each point is one and the same, and opens it. */
static void
mark_opened(points_t *points)
{
    uint8_t *met = g_malloc0(points->state->len * 2 + 1);
    uint32_t *first = g_new0(uint32_t, points->state->len + 1);

    for (uint32_t i = 0; i < trace_length(points->trace[0]); i++) {
        const passage_t *a = trace_at(points->trace[0], i);
        if (!met[state_at(points, a->talk)->as]++)
            first[state_at(points, a->talk)->as] = i + 1;
        met[state_at(points, a->talk)->as] = 1;
    }
    for (uint32_t j = 0; j < trace_length(points->trace[1]); j++) {
        const passage_t *b = trace_at(points->trace[1], j);
        uint32_t talk = state_at(points, b->talk)->as;
        if (met[talk] != 1)
            continue;
        met[talk] = 2;
        bool opens = !is_tcp(points, b) || (b->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
        state_at(points, talk)->opened = opens && b->partner && b->partner == first[talk];
    }
    g_free(first);
    g_free(met);
}

void
points_match(points_t *points)
{
    count_seen(points);
    mark_doubled(points, 0);
    mark_doubled(points, 1);
    find_translations(points);
    each_alike(points, LEVEL_SAME, is_open_and_first, pair_single, NULL);
    find_shifts(points);
    each_alike(points, LEVEL_SAME, is_open_and_first, pair_single, NULL);
    each_alike(points, LEVEL_REWRITTEN, is_open_and_strong, pair_single, NULL);
    find_directions(points);
    find_clocks(points);
    if (points->clocks.n) {
        for (uint32_t i = 0; i < trace_length(points->trace[0]); i++) {
            const passage_t *a = trace_at(points->trace[0], i);
            if (a->partner)
                note_rewritten(points, a, trace_at(points->trace[1], a->partner - 1));
        }
        each_alike(points, LEVEL_SAME, is_open, pair_in_order, NULL);
        each_alike(points, LEVEL_REWRITTEN, is_open, pair_in_order, NULL);
    }
    measure_path(points);
    mark_repeated(points, 0);
    mark_repeated(points, 1);
    mark_other(points);
    mark_opened(points);
}
