/* json.c
 * Findings for programs: one JSON object per line, see docs/json.md. The writing itself is
 * libwsutil's, which also escapes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "results/results.h"
#include "json_members.h"

#include "../dissectors/verdict/origin.h"

/* ---- lines ---- */

static void
begin_line(json_dumper *json, const char *type, const results_t *results)
{
    json_begin_line(json, type, results->version);
    json_text(json, "capture", results->capture);
    if (results->point)
        json_text(json, "point", results->point);
}

/* ---- a finding ---- */

static void
add_end(json_dumper *json, const char *name, const ip_address_t *address, uint16_t port)
{
    char *text = ip_text(address);

    json_begin_object(json, name);
    json_text(json, "address", text);
    json_some(json, "port", port);
    json_dumper_end_object(json);
    g_free(text);
}

static void
add_ends(json_dumper *json, const ends_t *ends)
{
    json_text(json, "protocol", protocol_words(ends->protocol));
    if (ends->protocol) {
        add_end(json, "source", &ends->src, ends->sport);
        add_end(json, "destination", &ends->dst, ends->dport);
    } else {
        json_null(json, "source");
        json_null(json, "destination");
    }
    json_some(json, "ttl", ends->ttl);
    char *id = community_id(ends);
    json_text(json, "community_id", id);
    g_free(id);
}

static void
add_evidence(json_dumper *json, const GArray *evidence)
{
    json_begin_array(json, "signatures");
    for (unsigned i = 0; i < evidence->len; i++) {
        const evidence_t *e = &g_array_index(evidence, evidence_t, i);
        json_dumper_begin_object(json);
        json_text(json, "id", e->signature->id);
        json_text(json, "family", family_name(e->signature->family));
        json_text(json, "tier", tier_name(e->signature->tier));
        json_text(json, "evidence", e->text);
        json_dumper_end_object(json);
    }
    json_dumper_end_array(json);
}

static void
add_facts(json_dumper *json, const GArray *facts)
{
    json_begin_object(json, "facts");
    for (unsigned i = 0; i < facts->len; i++) {
        const fact_t *fact = &g_array_index(facts, fact_t, i);
        const fact_row_t *row = &fact_rows[fact->id];
        if (row->kind == FACT_FLAG)
            json_flag(json, row->filter, fact->value != 0);
        else if (row->kind == FACT_TEXT)
            json_text(json, row->filter, fact->text);
        else
            json_number(json, row->filter, fact->value);
    }
    json_dumper_end_object(json);
}

/* Who else has such a header, and how far away the sender is. Of forged packets only. */
static void
add_origin(json_dumper *json, const finding_t *f)
{
    const origin_t *origin = f->verdict == VERDICT_FORGED ? f->origin : NULL;

    json_begin_array(json, "injectors");
    for (unsigned i = 0; origin && i < origin->n_matches; i++) {
        json_dumper_begin_object(json);
        char *match = injector_match_text(origin->injector[i], &origin->packet);
        json_text(json, "name", origin->injector[i]->name);
        json_text(json, "match", match);
        g_free(match);
        json_dumper_end_object(json);
    }
    json_dumper_end_array(json);
    if (origin && origin->where.known)
        json_number(json, "hops_to_injector", origin->where.hops);
    else
        json_null(json, "hops_to_injector");
    char *where = origin ? where_text(&origin->facts) : NULL;
    json_text(json, "where", where);
    g_free(where);
}

static void
add_finding(json_dumper *json, const results_t *results, const finding_t *f)
{
    char *time = time_text(f->time);

    begin_line(json, "finding", results);
    json_number(json, "frame", f->frame);
    json_text(json, "time", time);
    add_ends(json, &f->ends);
    json_text(json, "verdict", verdict_name(f->verdict));
    json_text(json, "class", f->verdict == VERDICT_NONE ? NULL : class_name(f->class));
    if (has_confidence(f->verdict)) {
        json_number(json, "confidence", f->confidence);
        json_text(json, "level", confidence_level(f->confidence));
    } else {
        json_null(json, "confidence");
        json_null(json, "level");
    }
    json_text(json, "trigger", f->trigger);
    json_some(json, "trigger_frame", f->trigger_frame);
    json_some(json, "forged_frame", f->forged_frame);
    json_some(json, "genuine_frame", f->genuine_frame);
    json_some(json, "incident", f->incident);
    add_evidence(json, f->evidence);
    json_text(json, "explanation", f->innocent);
    add_origin(json, f);
    json_text(json, "vantage", vantage_name(f->vantage));
    add_facts(json, f->facts);
    json_begin_array(json, "notices");
    if (f->notice)
        json_dumper_value_string(json, f->notice);
    json_dumper_end_array(json);
    json_end_line(json);
    g_free(time);
}

/* ---- the capture ---- */

static void
add_found(json_dumper *json, const results_t *results)
{
    json_begin_object(json, "findings");
    for (unsigned v = N_VERDICTS - 1; v > VERDICT_NONE; v--)
        json_number(json, verdict_name((verdict_t)v), results_count(results, (verdict_t)v));
    json_dumper_end_object(json);

    json_begin_object(json, "classes");
    for (unsigned c = 0; c < N_CLASSES; c++) {
        bool any = false;
        for (unsigned v = N_VERDICTS - 1; v > VERDICT_NONE; v--) {
            if (!results->found[c][v])
                continue;
            if (!any)
                json_begin_object(json, class_name((class_t)c));
            any = true;
            json_number(json, verdict_name((verdict_t)v), results->found[c][v]);
        }
        if (any)
            json_dumper_end_object(json);
    }
    json_dumper_end_object(json);
}

static void
add_gaps(json_dumper *json, const results_t *results)
{
    json_begin_array(json, "not_judged");
    for (unsigned i = 0; i < results->gaps->len; i++) {
        const gap_t *gap = &g_array_index(results->gaps, gap_t, i);
        json_dumper_begin_object(json);
        json_text(json, "reason", gap->id);
        json_number(json, "count", (int64_t)gap->count);
        json_text(json, "text", gap->text);
        json_dumper_end_object(json);
    }
    json_dumper_end_array(json);

    json_begin_array(json, "notices");
    for (unsigned i = 0; i < results->notices->len; i++) {
        const notice_t *told = &g_array_index(results->notices, notice_t, i);
        json_dumper_begin_object(json);
        json_text(json, "text", told->text);
        json_number(json, "frame", told->frame);
        json_number(json, "count", told->count);
        json_dumper_end_object(json);
    }
    json_dumper_end_array(json);
}

static void
add_capture(json_dumper *json, const results_t *results)
{
    const engine_counts_t *c = &results->counts;

    begin_line(json, "capture", results);
    json_flag(json, "judged", results->judged);
    json_begin_object(json, "detectors");
    for (unsigned d = 0; d < N_DETECTORS; d++)
        json_flag(json, detector_name((detector_id_t)d), results->enabled[d]);
    json_dumper_end_object(json);
    json_number(json, "frames", results->frames);
    json_begin_object(json, "packets");
    json_number(json, "tcp", (int64_t)c->tcp);
    json_number(json, "udp", (int64_t)c->udp);
    json_number(json, "icmp_quotes", (int64_t)c->icmp_quotes);
    json_dumper_end_object(json);
    json_number(json, "connections", (int64_t)c->connections);
    json_number(json, "dns_transactions", (int64_t)c->transactions);
    add_found(json, results);
    add_gaps(json, results);
    json_end_line(json);
}

void
write_json_capture(GString *out, const results_t *results)
{
    json_dumper line = { .output_string = out };
    add_capture(&line, results);
}

void
write_json_finding(GString *out, const results_t *results, const finding_t *finding)
{
    json_dumper line = { .output_string = out };
    add_finding(&line, results, finding);
}

void
write_json_end(GString *out, const results_t *results, unsigned findings)
{
    json_dumper line = { .output_string = out };

    begin_line(&line, "end", results);
    json_number(&line, "findings", findings);
    json_end_line(&line);
}

void
write_json(sink_t *sink, const results_t *results)
{
    write_json_capture(sink->text, results);
    for (unsigned i = 0; i < results->findings->len; i++) {
        write_json_finding(sink->text, results, g_ptr_array_index(results->findings, i));
        sink_pass(sink);
    }
    write_json_end(sink->text, results, results->findings->len);
}
