/* catalogue.c
 * Prints the catalogue of signatures as Markdown, from the rows that the judgement itself weighs.
 * The documents hold what it prints between markers; tests/docs/check.py keeps them equal.
 *
 *   catalogue ids                  one id a line
 *   catalogue families             what each detector looks for, and how many, for the README
 *   catalogue table DETECTOR       the signatures of one detector, for docs/signatures
 *   catalogue header ID            the facts of one signature, for its page
 *   catalogue injectors            the table of known injectors, for docs/injectors.md
 *   catalogue bounds               what is kept of a capture at most, for docs/architecture.md
 *   catalogue phases               what was counted of each phase, for docs/stages.md
 *   catalogue stages               the table of stages, for the same
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "engine.h"
#include "verdict/injectors.h"
#include "verdict/judge.h"
#include "silence/case.h"
#include "stages/stages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*print_t)(detector_id_t detector, const signature_t *signature);

static char
tier_letter(tier_t tier)
{
    return "ABCD"[tier];
}

static const char *
tier_meaning(tier_t tier)
{
    static const char *const meaning[] = {
        [TIER_A] = "may convict alone",
        [TIER_B] = "strong, needs a second family",
        [TIER_C] = "supporting",
        [TIER_D] = "an observation, weighs nothing",
    };
    return meaning[tier];
}

/* What the judgement says where this sign is the only one. */
static judgement_t
judge_alone(const signature_t *s)
{
    GArray *evidence = evidence_new();

    evidence_add(evidence, s, NULL);
    judgement_t alone = judge(evidence);
    evidence_free(evidence);
    return alone;
}

static void
print_id(detector_id_t detector, const signature_t *s)
{
    (void)detector;
    puts(s->id);
}

static void
print_row(detector_id_t detector, const signature_t *s)
{
    (void)detector;
    printf("| [`%s`](%s.md) | %s | %s | %c | %.1f | %u / %u | ", s->id, s->id, s->sees,
           family_name(s->family), tier_letter(s->tier), signature_weight(s), s->benign.hits,
           s->benign.of);
    if (is_published(s))
        puts("published |");
    else
        printf("%u / %u |\n", s->injected.hits, s->injected.of);
}

static void
print_families(void)
{
    puts("| Family | Looks for | Signatures |\n|---|---|---:|");
    for (detector_id_t d = 0; d < N_WATCHERS; d++) {
        if (!detector_title(d))
            continue;
        char *anchor = g_strdelimit(g_ascii_strdown(detector_title(d), -1), " ", '-');
        unsigned n = 0;
        while (detector_signature(d, n))
            n++;
        printf("| [%s](docs/signatures/README.md#%s) | %s | %u |\n", detector_title(d), anchor,
               detector_sees(d), n);
        g_free(anchor);
    }
}

static void
print_header(detector_id_t detector, const signature_t *s)
{
    judgement_t alone = judge_alone(s);

    printf("%s\n\n", s->sees);
    printf("| | |\n|---|---|\n");
    printf("| Detector | %s |\n", detector_name(detector));
    printf("| Family | %s |\n", family_name(s->family));
    printf("| Tier | %c: %s |\n", tier_letter(s->tier), tier_meaning(s->tier));
    printf("| Weight | %.1f dB |\n", signature_weight(s));
    if (detector == DETECT_SILENCE && s->family == FAMILY_ABSENCE)
        printf("| Where it is the only sign | silenced, confidence at most %u; at most %u with"
               " contrast |\n",
               MIN(alone.confidence, SILENCE_ALONE_MAX),
               MIN(alone.confidence, SILENCE_CONTRAST_MAX));
    else if (detector == DETECT_SILENCE || alone.verdict == VERDICT_NONE)
        printf("| Where it is the only sign | nothing is said |\n");
    else
        printf("| Where it is the only sign | %s, confidence %u |\n", verdict_name(alone.verdict),
               alone.confidence);
    printf("| Genuine packets that show it | %u of %u |\n", s->benign.hits, s->benign.of);
    if (is_published(s))
        puts("| Forged packets that show it | not counted; published, see the source |");
    else
        printf("| Forged packets that show it | %u of %u |\n", s->injected.hits, s->injected.of);
    printf("| Source | %s |\n", s->source);
    printf("| Innocent explanation | %s |\n", s->twin);
}

/* Prints the signatures of one detector, or of all; of all ids, or one. Returns their number. */
static unsigned
print_signatures(print_t print, const char *detector, const char *id)
{
    unsigned printed = 0;

    for (detector_id_t d = 0; d < N_WATCHERS; d++) {
        const signature_t *s;
        if (detector && strcmp(detector, detector_name(d)))
            continue;
        for (unsigned i = 0; (s = detector_signature(d, i)); i++) {
            if (id && strcmp(id, s->id))
                continue;
            print(d, s);
            printed++;
        }
    }
    return printed;
}

static const char *
fact_use(const injector_fact_t *fact)
{
    return fact->must ? "must" : fact->sometimes ? "sometimes" : "usual";
}

static void
print_injector(const injector_t *row)
{
    const char *separator = "";

    printf("| %s | %s, %s | ", row->name, row->place, row->years);
    for (class_t class = CLASS_NONE; class < N_CLASSES; class++)
        if (row->classes >> class & 1) {
            printf("%s%s", separator, class_name(class));
            separator = ", ";
        }
    printf(" | ");
    for (unsigned i = 0; i < row->n_facts; i++) {
        char *text = injector_fact_text(&row->fact[i]);
        printf("%s%s (%s, %u)", i ? "; " : "", text, fact_use(&row->fact[i]), row->fact[i].points);
        g_free(text);
    }
    printf(" | %s |\n", row->source);
}

static void
print_per_mille(unsigned value)
{
    if (value)
        printf(" %u.%u %% |", value / 10, value % 10);
    else
        printf(" not at hand |");
}

static void
print_phases(void)
{
    puts("| Phase | What the server saw | Share of the connections broken off |"
         " Of these in one of the 19 ways |");
    puts("|---|---|---:|---:|");
    for (phase_t phase = 0; phase < N_PHASES; phase++) {
        const phase_row_t *row = phase_row(phase);
        printf("| %s | %s |", row->name, row->meaning);
        print_per_mille(row->share);
        print_per_mille(row->matched);
        putchar('\n');
    }
}

static void
print_bounds(void)
{
    const kept_t *row;

    puts("| Kept | By | Bytes | Bound | Notice |\n|---|---|---|---|---|");
    for (unsigned i = 0; (row = engine_kept(i)); i++) {
        printf("| %s | `%s` | ", row->what, row->by);
        if (row->bytes)
            printf("%zu%s", row->bytes, row->more ? " and " : "");
        size_t notice = row->notice ? strcspn(row->notice, ":") : 0;
        printf("%s | %s | %.*s |\n", row->more ? row->more : "", row->bound, (int)notice,
               row->notice ? row->notice : "");
    }
}

static void
print_stages(void)
{
    const stage_row_t *row;

    puts("| `interference.stage` | `interference.stage.sequence` | Phase | What the server saw |"
         " Innocent explanation "
         "| Published |");
    puts("|---|---|---|---|---|---|");
    for (server_stage_t stage = STAGE_NONE + 1; (row = stage_row(stage)); stage++) {
        const phase_row_t *phase = phase_row(row->phase);
        printf("| `%s` | %s | %s | %s | %s | %s |\n", row->id, row->sequence,
               phase ? phase->name : "any",
               row->meaning, row->innocent, row->published);
    }
}

static int
fail(const char *problem, const char *what)
{
    fprintf(stderr, "catalogue: %s%s\n", problem, what);
    return EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "", *argument = argc > 2 ? argv[2] : NULL;

    if (!strcmp(command, "ids") && !argument) {
        print_signatures(print_id, NULL, NULL);
    } else if (!strcmp(command, "families") && !argument) {
        print_families();
    } else if (!strcmp(command, "table") && argument) {
        puts("| Signature | What it sees | Family | Tier | Weight, dB | Genuine | Forged |");
        puts("|---|---|---|---|---:|---:|---:|");
        if (!print_signatures(print_row, argument, NULL))
            return fail("no such detector: ", argument);
    } else if (!strcmp(command, "header") && argument) {
        if (!print_signatures(print_header, NULL, argument))
            return fail("no such signature: ", argument);
    } else if (!strcmp(command, "injectors") && !argument) {
        puts("| Injector | Place and years | Class | Facts (how they are used, points) | Source |");
        puts("|---|---|---|---|---|");
        const injector_t *row;
        for (unsigned i = 0; (row = injector_row(i)); i++)
            print_injector(row);
    } else if (!strcmp(command, "bounds") && !argument) {
        print_bounds();
    } else if (!strcmp(command, "phases") && !argument) {
        print_phases();
    } else if (!strcmp(command, "stages") && !argument) {
        print_stages();
    } else {
        return fail("usage: catalogue ids | families | table DETECTOR | header ID | injectors |"
                    " bounds | phases | stages", "");
    }
    return EXIT_SUCCESS;
}
