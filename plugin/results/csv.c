/* csv.c
 * Findings as a table: RFC 4180, and nothing in it that a spreadsheet would take for a formula.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "results.h"

#include <inttypes.h>
#include <string.h>

#include "../../dissectors/verdict/origin.h"

/* The columns before those of facts. */
static const char header[] =
    "capture,frame,time,protocol,source,source_port,destination,destination_port,ttl,verdict,class,"
    "confidence,level,trigger,trigger_frame,forged_frame,genuine_frame,incident,signatures,evidence,"
    "explanation,notice,community_id,injectors,hops_to_injector,where,vantage";

/* Text that begins like this is run by spreadsheets (OWASP, "CSV Injection"). */
static bool
looks_like_formula(const char *text)
{
    return *text && strchr("=+-@\t\r", *text);
}

static void
add_text(GString *out, const char *text)
{
    if (!text)
        text = "";
    bool quoted = strpbrk(text, "\",\r\n") != NULL;
    if (quoted)
        g_string_append_c(out, '"');
    if (looks_like_formula(text))
        g_string_append_c(out, '\'');
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *p);
    }
    if (quoted)
        g_string_append_c(out, '"');
}

/* The cells of a row, one after the other; the first has no comma before it. */
static void
text_cell(GString *out, const char *text)
{
    g_string_append_c(out, ',');
    add_text(out, text);
}

static void
taken_cell(GString *out, char *text)
{
    text_cell(out, text);
    g_free(text);
}

/* Empty where there is none. */
static void
number_cell(GString *out, unsigned number)
{
    g_string_append_c(out, ',');
    if (number)
        g_string_append_printf(out, "%u", number);
}

static void
end_cells(GString *out, const ip_address_t *address, uint16_t port, bool known)
{
    taken_cell(out, known ? ip_text(address) : g_strdup(""));
    number_cell(out, port);
}

/* Several in one cell, separated as an eye and a program can separate them. */
static void
evidence_cells(GString *out, const GArray *evidence)
{
    GString *ids = g_string_new(NULL), *texts = g_string_new(NULL);

    for (unsigned i = 0; i < evidence->len; i++) {
        const evidence_t *e = &g_array_index(evidence, evidence_t, i);
        g_string_append_printf(ids, "%s%s", i ? " " : "", e->signature->id);
        g_string_append_printf(texts, "%s%s", i ? " | " : "", e->text);
    }
    taken_cell(out, g_string_free(ids, FALSE));
    taken_cell(out, g_string_free(texts, FALSE));
}

/* Who else has such a header, and how far away the sender is. Of forged packets only. */
static void
origin_cells(GString *out, const finding_t *f)
{
    const origin_t *origin = f->verdict == VERDICT_FORGED ? f->origin : NULL;
    GString *names = g_string_new(NULL);

    for (unsigned i = 0; origin && i < origin->n_matches; i++)
        g_string_append_printf(names, "%s%s", i ? " | " : "", origin->injector[i]->name);
    taken_cell(out, g_string_free(names, FALSE));
    taken_cell(out, origin && origin->where.known ? g_strdup_printf("%u", origin->where.hops) : g_strdup(""));
    taken_cell(out, origin ? where_text(&origin->facts) : g_strdup(""));
}

static const fact_t *
fact_of(const finding_t *f, fact_id_t id)
{
    for (unsigned i = 0; i < f->facts->len; i++)
        if (g_array_index(f->facts, fact_t, i).id == id)
            return &g_array_index(f->facts, fact_t, i);
    return NULL;
}

/* One column each, empty where the finding has none; times in nanoseconds, as in JSON. */
static void
fact_cells(GString *out, const finding_t *f)
{
    for (fact_id_t id = 0; id < N_FACTS; id++) {
        const fact_t *fact = f->facts->len ? fact_of(f, id) : NULL;
        if (!fact || fact_rows[id].kind == FACT_TEXT)
            text_cell(out, fact ? fact->text : "");
        else
            g_string_append_printf(out, ",%" PRId64, fact->value);
    }
}

static void
add_row(GString *out, const results_t *results, const finding_t *f)
{
    bool known = f->ends.protocol != 0, judged = has_confidence(f->verdict);

    add_text(out, results->capture);
    number_cell(out, f->frame);
    taken_cell(out, time_text(f->time));
    text_cell(out, protocol_words(f->ends.protocol));
    end_cells(out, &f->ends.src, f->ends.sport, known);
    end_cells(out, &f->ends.dst, f->ends.dport, known);
    number_cell(out, f->ends.ttl);
    text_cell(out, verdict_name(f->verdict));
    text_cell(out, f->verdict == VERDICT_NONE ? "" : class_name(f->class));
    g_string_append_c(out, ',');
    if (judged)
        g_string_append_printf(out, "%u", f->confidence);
    text_cell(out, judged ? confidence_level(f->confidence) : "");
    text_cell(out, f->trigger);
    number_cell(out, f->trigger_frame);
    number_cell(out, f->forged_frame);
    number_cell(out, f->genuine_frame);
    number_cell(out, f->incident);
    evidence_cells(out, f->evidence);
    text_cell(out, f->innocent);
    text_cell(out, f->notice);
    taken_cell(out, community_id(&f->ends));
    origin_cells(out, f);
    text_cell(out, vantage_name(f->vantage));
    fact_cells(out, f);
    g_string_append(out, "\r\n");
}

void
write_csv(sink_t *sink, const results_t *results)
{
    GString *out = sink->text;

    if (!sink->headed) {
        g_string_append(out, header);
        for (fact_id_t id = 0; id < N_FACTS; id++)
            text_cell(out, fact_rows[id].filter);
        g_string_append(out, "\r\n");
    }
    sink->headed = true;
    for (unsigned i = 0; i < results->findings->len; i++) {
        add_row(out, results, g_ptr_array_index(results->findings, i));
        sink_pass(sink);
    }
}
