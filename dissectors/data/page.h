/* data/page.h
 * What answers say, held against lists: block pages and forged addresses (fingerprints/), certificates of authorities
 * that are known for interception. Header and page may come in segments of their own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "data/case.h"
#include "detector.h"

/* What the lists know of an answer. */
typedef struct {
    const fingerprint_t *fingerprint;   /* NULL: nothing */
    bool                 listed_server;
} page_t;

/* Compares an answer with the lists, in its first segment or where it is whole. */
page_t page_read(engine_t *engine, const segment_t *s, bool first_answer);
/* Certificates begin in the first segment of an answer and mostly go on in the second. NULL for none that is known. */
const authority_t *page_authority(const segment_t *s, bool first_answer);

/* Of a pending_page_t (kept.h): what beside.h calls when it is dropped. */
void page_clear(void *kept, void *one);
