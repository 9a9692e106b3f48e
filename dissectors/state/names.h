/* state/names.h
 * Texts that clients asked for, kept once each and known by number.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/kept.h"
#include "base/oldest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers are from 1 to this. */
#define NAMES_MAX UINT16_MAX

typedef struct names names_t;

names_t *names_new(void);
void     names_free(names_t *names);

/* The number of a text of some bytes, none of them NUL, which is copied; 0 when there is no more room.
 * Paths differ from request to request: such texts, one of many, get no more than half of it. */
uint16_t    names_number(names_t *names, const char *text, size_t length, bool one_of_many);

/* Reached when a number was refused for want of room. */
limit_t    *names_limit(names_t *names);

/* The text of a number; lives as long as names does. */
const char *names_text(const names_t *names, uint16_t number);

extern const kept_t names_kept[];
