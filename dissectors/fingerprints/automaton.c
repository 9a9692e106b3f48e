/* automaton.c
 * Many literals looked for in one go; see automaton.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fingerprints/automaton.h"

#include <glib.h>

#include "base/hash.h"

#define STATES_MAX (1u << 24)   /* so that a state and a byte fit into 32 bits */

typedef struct {
    state_t  parent;
    state_t  fail;              /* the longest other state that the text read so far ends in */
    state_t  found;             /* the longest literal that the text read so far ends in; 0: none */
    uint16_t depth;             /* bytes read from the beginning to here */
    uint8_t  byte;              /* leads here from parent */
    bool     literal;
} node_t;

typedef struct {
    uint32_t key;               /* state << 8 | byte */
    state_t  to;                /* 0: this place is free; nothing leads back to the beginning */
} edge_t;

struct automaton {
    GArray  *nodes;             /* of node_t */
    state_t  root[256];         /* transitions of the beginning: most bytes of a text end here */
    edge_t  *edges;             /* of all other states: open addressing, at most half full */
    unsigned edges_bits, n_edges;
    uint32_t multiplier;        /* drawn at random: a list cannot be written to collide */
    uint64_t lookups;
    uint8_t  pairs[65536 / 8];  /* a bit for every two bytes that a literal begins with */
};

static node_t *
node(const automaton_t *a, state_t state)
{
    return &g_array_index(a->nodes, node_t, state);
}

automaton_t *
automaton_new(void)
{
    automaton_t *a = g_new0(automaton_t, 1);
    a->nodes = g_array_new(FALSE, TRUE, sizeof(node_t));
    g_array_set_size(a->nodes, 1);
    a->edges_bits = 8;
    a->edges = g_new0(edge_t, 1u << a->edges_bits);
    a->multiplier = hash_bytes((const uint8_t *)"automaton", 9) | 1;
    return a;
}

void
automaton_free(automaton_t *a)
{
    if (!a)
        return;
    g_array_free(a->nodes, TRUE);
    g_free(a->edges);
    g_free(a);
}

/* Where the transition is, or would be put. */
static edge_t *
place(const automaton_t *a, uint32_t key)
{
    uint32_t mask = (1u << a->edges_bits) - 1;
    uint32_t i = (key * a->multiplier) >> (32 - a->edges_bits);

    while (a->edges[i].to && a->edges[i].key != key)
        i = (i + 1) & mask;
    return &a->edges[i];
}

static state_t
follow(automaton_t *a, state_t state, uint8_t byte)
{
    a->lookups++;
    return state ? place(a, state << 8 | byte)->to : a->root[byte];
}

static void
grow(automaton_t *a)
{
    edge_t *old = a->edges;
    unsigned n = 1u << a->edges_bits++;

    a->edges = g_new0(edge_t, 1u << a->edges_bits);
    for (unsigned i = 0; i < n; i++)
        if (old[i].to)
            *place(a, old[i].key) = old[i];
    g_free(old);
}

static state_t
add_child(automaton_t *a, state_t parent, uint8_t byte)
{
    uint16_t depth = (uint16_t)(node(a, parent)->depth + 1);
    node_t child = { .parent = parent, .byte = byte, .depth = depth };
    state_t state = a->nodes->len;

    g_array_append_val(a->nodes, child);
    if (!parent) {
        a->root[byte] = state;
        return state;
    }
    if (++a->n_edges > 1u << (a->edges_bits - 1))
        grow(a);
    uint32_t key = parent << 8 | byte;
    *place(a, key) = (edge_t){ key, state };
    return state;
}

state_t
automaton_add(automaton_t *a, const uint8_t *literal, size_t length)
{
    state_t state = 0;

    if (length >= UINT16_MAX || a->nodes->len + length >= STATES_MAX)
        return 0;
    for (size_t i = 0; i < length; i++) {
        state_t next = follow(a, state, literal[i]);
        state = next ? next : add_child(a, state, literal[i]);
    }
    if (state)
        node(a, state)->literal = true;
    return state;
}

/* Short states first: a state is linked to a shorter one. */
static state_t *
states_by_depth(const automaton_t *a)
{
    unsigned n = a->nodes->len, deepest = 0;

    for (state_t s = 0; s < n; s++)
        deepest = MAX(deepest, node(a, s)->depth);
    unsigned *begin = g_new0(unsigned, deepest + 2);
    for (state_t s = 0; s < n; s++)
        begin[node(a, s)->depth + 1]++;
    for (unsigned d = 1; d <= deepest; d++)
        begin[d] += begin[d - 1];
    state_t *order = g_new(state_t, n);
    for (state_t s = 0; s < n; s++)
        order[begin[node(a, s)->depth]++] = s;
    g_free(begin);
    return order;
}

static void
note_pair(automaton_t *a, unsigned first, unsigned second)
{
    a->pairs[first << 5 | second >> 3] |= (uint8_t)(1u << (second & 7));
}

static void
note_pairs(automaton_t *a, state_t state)
{
    const node_t *n = node(a, state);

    if (n->depth == 2)
        note_pair(a, node(a, n->parent)->byte, n->byte);
    for (unsigned second = 0; n->depth == 1 && n->literal && second < 256; second++)
        note_pair(a, n->byte, second);
}

size_t
automaton_skip(const automaton_t *a, const uint8_t *text, size_t from, size_t length)
{
    const uint8_t *p = text + from, *end = text + length;

    for (; p < end; p++) {
        if (!a->root[*p])
            continue;
        if (p + 1 == end || a->pairs[*p << 5 | p[1] >> 3] & 1u << (p[1] & 7))
            return (size_t)(p - text);
    }
    return length;
}

void
automaton_finish(automaton_t *a)
{
    state_t *order = states_by_depth(a);

    for (unsigned i = 1; i < a->nodes->len; i++) {
        node_t *n = node(a, order[i]);
        n->fail = n->parent ? automaton_step(a, node(a, n->parent)->fail, n->byte) : 0;
        n->found = n->literal ? order[i] : node(a, n->fail)->found;
        note_pairs(a, order[i]);
    }
    g_free(order);
    a->lookups = 0;
}

state_t
automaton_step(automaton_t *a, state_t state, uint8_t byte)
{
    for (;;) {
        state_t next = follow(a, state, byte);
        if (next || !state)
            return next;
        state = node(a, state)->fail;
    }
}

state_t
automaton_found(const automaton_t *a, state_t state)
{
    return node(a, state)->found;
}

state_t
automaton_shorter(const automaton_t *a, state_t literal)
{
    return node(a, node(a, literal)->fail)->found;
}

state_t
automaton_descend(automaton_t *a, state_t state, uint8_t byte)
{
    return follow(a, state, byte);
}

bool
automaton_is_literal(const automaton_t *a, state_t state)
{
    return node(a, state)->literal;
}

unsigned
automaton_states(const automaton_t *a)
{
    return a->nodes->len;
}

uint64_t
automaton_lookups(const automaton_t *a)
{
    return a->lookups;
}
