/* csv.c
 * Findings as a table: RFC 4180, and nothing in it that a spreadsheet would take for a formula.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "results.h"

#include <string.h>

static const char header[] =
    "capture,frame,time,protocol,source,source_port,destination,destination_port,ttl,verdict,class,"
    "confidence,level,trigger,trigger_frame,forged_frame,genuine_frame,incident,signatures,evidence,"
    "explanation,notice\r\n";

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
    g_string_append(out, "\r\n");
}

void
write_csv(GString *out, const results_t *results)
{
    g_string_append(out, header);
    for (unsigned i = 0; i < results->findings->len; i++)
        add_row(out, results, g_ptr_array_index(results->findings, i));
}
