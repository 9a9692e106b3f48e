/* state/beside.h
 * What is kept beside a flow, as long as the flow. Few flows need it, so it has no place in flow_t: there, it
 * costs one bit for each kind.
 *
 *      flow_t.has   0 0 1 0 0 1                     a bit for each kind that the flow has one of
 *                       |     '----> kind[0] -.
 *                       '----------> kind[3] -+-> a table of structures that begin with a beside_t,
 *                                                 found by the hash that their flow is found by
 *
 * A kind is a number below BESIDE_KINDS. Families have that of their detector_id_t; those of state/ count
 * down from the top. A flow has at most one of each kind. It goes with beside_drop(), and with all others when
 * the flow's slot is needed for another one or its ports begin a new connection: both end in
 * besides_forget(). Whatever way it goes, the kind's `clear` is called before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "state/flow.h"
#include "base/table.h"

#define BESIDE_KINDS 16         /* bits of flow_t.has */

enum {
    BESIDE_REQUEST = BESIDE_KINDS - 1,  /* state/asked.c */
    BESIDE_DIED    = BESIDE_KINDS - 2,  /* state/died.c */
    BESIDE_FREE    = BESIDE_KINDS - 2,  /* below, all numbers are free */
};

/* What each structure begins with. Valid until it is dropped; it never moves. */
typedef struct {
    entry_t entry;
    flow_t *flow;
} beside_t;

/* Frees what a structure holds, not the structure. context: as given to besides_kind(). */
typedef void (*beside_clear_t)(void *context, void *one);

typedef struct besides besides_t;

besides_t *besides_new(void);
/* Clears and frees all there are. The contexts of the kinds are still needed for that. */
void       besides_free(besides_t *besides);

/* Makes a kind known, once each: structures of this size. clear may be NULL. */
void besides_kind(besides_t *besides, unsigned kind, size_t size, beside_clear_t clear, void *context);

/* True when the flow has one of this kind. */
static inline bool
beside_has(const flow_t *flow, unsigned kind)
{
    return (flow->has & 1u << kind) != 0;
}

/* What the flow has of this kind; it has one. */
void *beside_look_up(const besides_t *besides, const flow_t *flow, unsigned kind);

/* What the flow has of this kind, or NULL. */
static inline void *
beside_find(const besides_t *besides, const flow_t *flow, unsigned kind)
{
    return beside_has(flow, kind) ? beside_look_up(besides, flow, kind) : NULL;
}

/* The same, made of zeros behind its beside_t where there is none. */
void *beside_get(besides_t *besides, flow_t *flow, unsigned kind);

/* Does nothing where there is none. */
void beside_drop(besides_t *besides, flow_t *flow, unsigned kind);

/* Drops all that the flow has. */
void besides_forget(besides_t *besides, flow_t *flow);
