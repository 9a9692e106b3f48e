/* grade.c
 * How the verdicts on one capture did against what two points say; see pair.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pair.h"

/* Of one signature, or of all. */
typedef struct {
    unsigned right, wrong, unknown;     /* packets called forged or suspect: they were, were not, cannot be told */
    double   brier;                     /* sum of squared errors of the confidence, over the first two */
} grade_t;

struct grades {
    GHashTable *by_sign;                /* id: grade_t * */
    grade_t     all;
    unsigned    forged, found;          /* packets that were not sent as they are; of these called forged or suspect */
    unsigned    silenced, named;        /* packets that never arrived; of these called silenced */
    unsigned    silences_wrong;         /* packets called silenced that did arrive and were answered */
    unsigned    captures;
};

grades_t *
grades_new(void)
{
    grades_t *grades = g_new0(grades_t, 1);

    grades->by_sign = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    return grades;
}

void
grades_free(grades_t *grades)
{
    g_hash_table_destroy(grades->by_sign);
    g_free(grades);
}

static grade_t *
grade_of(grades_t *grades, const char *id)
{
    grade_t *grade = g_hash_table_lookup(grades->by_sign, id);

    if (!grade) {
        grade = g_new0(grade_t, 1);
        g_hash_table_insert(grades->by_sign, (gpointer)id, grade);
    }
    return grade;
}

static void
grade_add(grade_t *grade, fate_t fate, uint8_t confidence)
{
    bool forged = fate == FATE_FORGED || fate == FATE_CHANGED;
    bool sent = fate == FATE_MATCHED || fate == FATE_COPY || fate == FATE_SAME_BYTES;
    double error = confidence / 100.0 - forged;

    grade->right += forged;
    grade->wrong += sent;
    grade->unknown += !forged && !sent;
    if (forged || sent)
        grade->brier += error * error;
}

static void
grade_finding(grades_t *grades, const finding_t *f, fate_t fate)
{
    if (f->verdict != VERDICT_FORGED && f->verdict != VERDICT_SUSPECT)
        return;
    grade_add(&grades->all, fate, f->confidence);
    for (unsigned i = 0; i < f->evidence->len; i++)
        grade_add(grade_of(grades, g_array_index(f->evidence, evidence_t, i).signature->id), fate, f->confidence);
}

/* Only packets that pass this point second can be told forged or not: of those it has first, it is the witness. */
static void
grade_packet(grades_t *grades, const pair_t *pair, unsigned point, const passage_t *p, const finding_t *f)
{
    bool arrives = points_first(pair->points, p) == !point, forged = p->fate == FATE_FORGED || p->fate == FATE_CHANGED;
    verdict_t verdict = f ? f->verdict : VERDICT_NONE;

    if (arrives) {
        grades->forged += forged;
        grades->found += forged && (verdict == VERDICT_FORGED || verdict == VERDICT_SUSPECT);
        if (f)
            grade_finding(grades, f, (fate_t)p->fate);
        return;
    }
    grades->silenced += p->fate == FATE_SILENCED;
    grades->named += p->fate == FATE_SILENCED && verdict == VERDICT_SILENCED;
    if (f && p->fate != FATE_FORGED)    /* the sender's own packet, called forged where it was sent */
        grade_finding(grades, f, FATE_MATCHED);
}

void
grades_add(grades_t *grades, const pair_t *pair, const judging_t *judging)
{
    for (unsigned point = 0; point < 2; point++) {
        judged_t judged = capture_judge(pair->point[point].file, judging, NULL);
        const trace_t *trace = pair->point[point].trace;

        grades->captures++;
        for (uint32_t i = 0; i < trace_length(trace); i++) {
            const passage_t *p = trace_at(trace, i);
            if (points_first(pair->points, p) != POINT_UNKNOWN)
                grade_packet(grades, pair, point, p, store_lookup(engine_store(judged.engine), p->frame));
        }
        judged_clear(&judged);
    }
}

/* ---- as a table ---- */

static void
add_row(GString *out, const char *name, const grade_t *grade)
{
    unsigned told = grade->right + grade->wrong;

    g_string_append_printf(out, "| %s | %u | %u | %u | ", name, grade->right, grade->wrong, grade->unknown);
    if (told)
        g_string_append_printf(out, "%.1f %% | %.3f |\n", 100.0 * grade->right / told, grade->brier / told);
    else
        g_string_append(out, "- | - |\n");
}

void
grades_write(GString *out, const grades_t *grades)
{
    GList *ids = g_list_sort(g_hash_table_get_keys(grades->by_sign), (GCompareFunc)strcmp);

    g_string_append_printf(out, "%u captures, each judged by itself and compared with its other point:\n"
                           "%u of %u packets that were not sent as they arrived were called forged or odd,\n"
                           "%u of %u packets that never arrived were called silenced.\n\n", grades->captures,
                           grades->found, grades->forged, grades->named, grades->silenced);
    g_string_append(out, "| Signature | Right | Wrong | Not to be told | Precision | Brier score |\n"
                         "|---|---:|---:|---:|---:|---:|\n");
    add_row(out, "all", &grades->all);
    for (GList *id = ids; id; id = id->next) {
        char *name = g_strdup_printf("`%s`", (const char *)id->data);
        add_row(out, name, g_hash_table_lookup(grades->by_sign, id->data));
        g_free(name);
    }
    g_list_free(ids);
}
