/* automaton.h
 * Many literals looked for in one go, in time that depends on the text alone, however many there
 * are (Aho and Corasick, Communications of the ACM 18, 1975).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct automaton automaton_t;

/* A state of the automaton. 0 is the beginning; any other one stands for what of the text could be
 * the beginning of a literal, and for the literal itself where that is complete. */
typedef uint32_t state_t;

automaton_t *automaton_new(void);
void         automaton_free(automaton_t *a);

/* The state of a literal; equal literals share one. 0 where it is empty or there is no more room.
 * Not after automaton_finish(). */
state_t automaton_add(automaton_t *a, const uint8_t *literal, size_t length);

/* Links the states. To be called once, before the first automaton_step(). */
void automaton_finish(automaton_t *a);

/* The state after one more byte. Over a text this looks up at most two transitions per byte. */
state_t automaton_step(automaton_t *a, state_t state, uint8_t byte);

/* The next place from `from` on where a literal may begin, by its first two bytes; length: nowhere.
 * At the beginning there is no need to step over what is before it. */
size_t automaton_skip(const automaton_t *a, const uint8_t *text, size_t from, size_t length);

/* The longest literal that ends where the text is in this state, and the next shorter one; 0:
 * none. */
state_t automaton_found(const automaton_t *a, state_t state);
state_t automaton_shorter(const automaton_t *a, state_t literal);

/* The same literals read from the beginning of a text only: the state after one more byte, or 0. */
state_t automaton_descend(automaton_t *a, state_t state, uint8_t byte);
bool    automaton_is_literal(const automaton_t *a, state_t state);

unsigned automaton_states(const automaton_t *a);
/* Transitions looked up so far: for tests, which count instead of timing. */
uint64_t automaton_lookups(const automaton_t *a);
