/* base/texts.h
 * What packets say, made safe to show and kept once each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stddef.h>

typedef struct texts texts_t;

texts_t *texts_new(void);
void     texts_free(texts_t *texts);

/* The text of some bytes, as text_safe() makes it; lives as long as texts does. */
const char *texts_keep(texts_t *texts, const char *bytes, size_t length);

/* Text made safe to show: control characters, DEL, C1, and bidirectional controls escaped as \xNN
 * or \u{NNNN}, invalid UTF-8 as \xNN, at most 255 bytes. To be freed. */
char *text_safe(const char *bytes, size_t length);
