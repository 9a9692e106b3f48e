/* points/case.h
 * All that is known of one packet that the other point does not have.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "points/stream.h"
#include "verdict/judge.h"
#include "verdict/signature.h"

typedef enum { POINTS_NOT_SENT, POINTS_NOT_ARRIVED, POINTS_CHANGED } points_sign_t;

typedef struct {
    points_sign_t    sign;          /* what is asked; the facts below are those of that question */
    const passage_t *p;             /* the packet */
    const passage_t *original;      /* at the other point: what it was (changed), or what contradicts it; NULL: none */
    const char      *here, *there;  /* the points: where it was captured, and where it was looked for */
    bool             tcp;
    overlap_t        bytes;         /* what the other point has of its bytes */
    unsigned         matched, sent; /* packets of this direction that both points have, of those it has here or there */
    int64_t          error;         /* of the clocks, ns; -1: not known */
    unsigned         attempts;      /* not arrived: times that it, or what it goes with, was sent and none arrived; not
                                     * sent: packets of its sender that the other point lacks, 0: it cannot have
                                     * missed them */
    /* POINTS_NOT_ARRIVED */
    bool             nothing_after; /* nor did anything of its sender behind it */
    unsigned         lost;          /* other packets this way that did not arrive … */
    unsigned         lost_both, both;   /* … and both ways, of so many sent */
    unsigned         tested;        /* places where that many could have been lost */
} points_case_t;

/* How unlikely it is, in dB, that what did not arrive was lost as others are on this path. */
double points_loss_bound(const points_case_t *c);

judgement_t points_judge(const points_case_t *c, GArray *evidence);

/* The row of the catalogue; NULL beyond the last. */
const signature_t *points_signature(unsigned index);
