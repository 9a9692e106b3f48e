/* fingerprints/expression.h
 * Regular expressions of lists, matched in steps that can be counted: a list is somebody else's,
 * and none of its expressions may hold a capture up.
 *
 *      code [0-9]+ of (the|our) filter.?
 *
 * Alternatives are taken apart first: two expressions. Each is then a row of items, an item is one
 * byte of a set, and it is there once, or may be missing, or any number of times. All ways to match
 * are followed at once, so a byte of the page costs a step for each item that the text so far leads
 * to, and is never looked at again (Thompson, "Regular expression search algorithm", Communications
 * of the ACM 11, 1968).
 *
 * Read byte by byte, as PCRE does it. Not understood: groups that are repeated, anchors,
 * look-around, back references, options, possessive quantifiers, escapes of letters but \d \w \s \D
 * \W \S.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#define EXPRESSION_BYTES_MAX  1024
#define EXPRESSION_ITEMS_MAX  1024
#define ALTERNATIVES_MAX      16

typedef struct expression expression_t;

/* The same without groups: texts, to be freed with the array. NULL, and why not (static text),
 * where that cannot be had. */
GPtrArray *expression_alternatives(const char *text, const char **problem);

/* One of these. NULL, and why not, where it is not understood. */
expression_t *expression_new(const char *text, const char **problem);
void          expression_free(expression_t *e);

const char *expression_text(const expression_t *e);
/* The longest text that each match has. */
const char *expression_required(const expression_t *e);
/* It is that text and nothing else. */
bool        expression_is_plain(const expression_t *e);

unsigned    expression_items(const expression_t *e);

/* True when it matches somewhere in the bytes. *steps is what it may take, and becomes what is left
 * of it; at 0 it was given up, and the answer is false. */
bool expression_fits(const expression_t *e, const uint8_t *bytes, size_t length, uint64_t *steps);
