/* verdict/finding.c
 * Facts on their way to a finding; see finding.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verdict/finding.h"

const fact_row_t fact_rows[N_FACTS] = {
#define X(name, detector, kind, filter, label) { filter, label, FACT_##kind, DETECT_##detector },
    FACTS(X)
#undef X
};

void
fact_number(facts_t *facts, fact_id_t id, int64_t value)
{
    facts->fact[facts->n++] = (fact_t){ .id = id, .value = value };
}

void
fact_text(facts_t *facts, fact_id_t id, const char *text)
{
    facts->fact[facts->n++] = (fact_t){ .id = id, .text = text };
}

void
finding_fact(finding_t *finding, fact_t fact)
{
    for (unsigned i = 0; i < finding->facts->len; i++) {
        fact_t *known = &g_array_index(finding->facts, fact_t, i);
        if (known->id == fact.id) {
            *known = fact;
            return;
        }
    }
    g_array_append_val(finding->facts, fact);
}
