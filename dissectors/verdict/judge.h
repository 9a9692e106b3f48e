/* verdict/judge.h
 * From evidence to a verdict. The only place where signs are weighed against each other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "verdict/signature.h"

/* No family says more than this, in dB, however many of its signs agree: counts end at a few
 * thousand. */
#define FAMILY_CAP_DB 30.0

typedef struct {
    verdict_t verdict;      /* VERDICT_NONE, _SUSPECT or _FORGED */
    uint8_t   confidence;   /* 0-99 */
} judgement_t;

/* How much more often a forged packet shows the sign than a genuine one, in decibels (10 log10 of
 * the likelihood ratio, half a hit added on both sides). 0 for tier D, and for what no forged
 * packet ever showed, neither in the counts nor by a publication. */
double signature_weight(const signature_t *signature);

/* The most that a sign may weigh, in dB and not below 0; INFINITY: no limit. Two questions that a
 * shape, a constant or an equality of few bits has to be asked before it accuses anybody.
 *
 * Habit: `alike` of the claimed sender's `tested` other packets, none of them disputed, show the
 * same. A host that always looks so is no evidence; where none of them does, this sets no limit. */
double habit_bound(unsigned tested, unsigned alike);
/* Chance: one packet shows it by accident with this probability (0 to 1). `tested` others could
 * have, `alike` of them did. What is left is how unlikely so many are by accident (the tail of a
 * Poisson distribution). Over how many packets this is counted is the caller's part: all among
 * which the reader would have been struck by it. */
double chance_bound(double chance, unsigned tested, unsigned alike);

/* Weighs the evidence (an array of evidence_t). A packet is forged when the families add up to at
 * least even odds and either one sign is of tier A, or two families agree of which one says more
 * than "another box sent it" (TTL, header mismatch and timing alone never convict: load balancers,
 * caches and firewalls answer for servers all day). TTL and content that both only support (tier C)
 * are two everyday habits and need a third family. */
judgement_t judge(const GArray *evidence);

/* What a conflict between two equally odd packets is worth: one of them is forged. */
#define UNDECIDED_CONFIDENCE 45

/* The same where another packet says the contrary and neither is odder: suspect at most. */
static inline judgement_t
judgement_undecided(judgement_t j)
{
    return j.verdict == VERDICT_NONE ? j
         : (judgement_t){ VERDICT_SUSPECT, (uint8_t)MIN(j.confidence, UNDECIDED_CONFIDENCE) };
}

/* The chance, in percent from 0 to 99, that evidence and the prior odds add up to. */
uint8_t judge_posterior(const GArray *evidence);

/* What the evidence adds up to, each family counted once and capped, in dB. */
double evidence_weight(const GArray *evidence);
/* The same as if one signature had not fired. */
double evidence_weight_without(const GArray *evidence, const signature_t *signature);
/* The signature that weighs most, the first of equals; NULL for no evidence. */
const evidence_t *evidence_strongest(const GArray *evidence);

/* An empty array of evidence_t; end it with evidence_free(). */
GArray *evidence_new(void);
void    evidence_free(GArray *evidence);
/* Adds evidence; text is taken over. */
void evidence_add(GArray *evidence, const signature_t *signature, char *text);
/* The same for a test's result: nothing is added for NULL, which says that the sign is not
 * there. */
void evidence_offer(GArray *evidence, const signature_t *signature, char *text);
/* The same for a sign that weighs no more than `most` dB: of habit_bound(), chance_bound(), or the
 * smaller one. Below FAMILY_CAP_DB it needs a second family, whatever its tier. */
void evidence_offer_at_most(GArray *evidence, const signature_t *signature, char *text,
                            double most);
/* Adds copies of all that another array holds. */
void evidence_append(GArray *evidence, const GArray *from);
/* Frees the texts and empties the array. */
void evidence_clear(GArray *evidence);
