/* pair.h
 * Two points, compared.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "../../dissectors/points/cases.h"
#include "point.h"

typedef struct {
    point_t    point[2];
    talks_t   *talks;
    points_t  *points;
    engine_t  *engine[2];       /* what is found, by point; NULL where nothing was compared */
    between_t  between;
    char      *refusal;         /* why nothing was compared, in one line; NULL: it was */
} pair_t;

/* Reads two files and compares them. */
pair_t pair_compare(const char *const file[2], const char *const name[2], bool complete, const judging_t *judging);
void   pair_clear(pair_t *pair);

/* What was found at a point. To be cleared. */
results_t pair_results(const pair_t *pair, unsigned point);

/* ---- write.c: what it says ---- */

typedef void (*pair_writer_t)(GString *out, const pair_t *pair);

void write_pair_report(GString *out, const pair_t *pair);
void write_pair_json(GString *out, const pair_t *pair);

/* ---- merge.c ---- */

/* Writes both captures as one pcapng, an interface for each point, times as the first one's clock. False, and
 * *why, to be freed, where that fails. */
bool merge_pair(const pair_t *pair, const char *file, char **why);

/* ---- grade.c ---- */

typedef struct grades grades_t;

grades_t *grades_new(void);
void      grades_free(grades_t *grades);
/* How what each capture says by itself did against what both say. */
void      grades_add(grades_t *grades, const pair_t *pair, const judging_t *judging);
void      grades_write(GString *out, const grades_t *grades);
