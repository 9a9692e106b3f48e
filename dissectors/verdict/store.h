/* verdict/store.h
 * Findings by frame. Filled while the file is read for the first time, only read afterwards.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/texts.h"
#include "verdict/finding.h"

typedef struct store store_t;

/* max_full: findings that hold evidence, facts, and an origin. Of all others only the rest of finding_t is kept. */
store_t *store_new(unsigned max_full);
void     store_free(store_t *store);

/* False where a frame has no finding: what store_lookup() asks first. */
bool store_may_have(const store_t *store, uint32_t frame);

/* The finding of a frame, or NULL. Valid until the store is freed; its contents may still grow
 * while the file is being read for the first time. */
const finding_t *store_lookup(const store_t *store, uint32_t frame);
/* The frame is called forged. */
bool store_is_forged(const store_t *store, uint32_t frame);

/* The finding of a frame, made when there is none. */
finding_t *store_finding(store_t *store, uint32_t frame, int64_t time);

/* True when a finding may hold evidence, facts and an origin; false where there are too many that do. Its arrays are
 * not to be added to before. */
bool store_fill(store_t *store, finding_t *finding);

/* From now on it is remembered which findings are made, or may have changed: their frames, one with
 * each call; 0: there are no more. The same frame may come again. */
void     store_watch(store_t *store);
uint32_t store_next_changed(store_t *store);

/* Takes back all that was said about a frame: its number belongs to another packet now. */
void store_forget(store_t *store, uint32_t frame);

/* The same where the packet is still there: nothing is said of it any more. The finding stays where it is,
 * empty, because a window may still point to it; a notice is left alone. */
void store_withdraw(store_t *store, uint32_t frame);

/* Takes back all findings of frames whose time is not known (store_finding() with time 0). */
void store_forget_undated(store_t *store);

/* Text made safe to show and interned (base/texts.h); lives as long as the store. */
const char *store_text(store_t *store, const char *bytes, size_t length);
/* Where all such texts are. */
texts_t *store_texts(const store_t *store);

unsigned store_size(const store_t *store);

/* All findings in the order of their frames: of const finding_t, to be freed by the caller. */
GPtrArray *store_sorted(const store_t *store);

/* The frame was met again on a later pass, at this time. Where a read filter has frames share their
 * numbers, this tells which findings are about a frame that is still there. */
void store_confirm(store_t *store, uint32_t frame, int64_t time);
