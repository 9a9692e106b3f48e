/* html.c
 * Findings as one page that needs nothing else: no script, no font, no picture from elsewhere.
 *
 * Every piece of text goes through g_markup_printf_escaped(), which escapes its arguments; there is
 * no other way into the page. The page also forbids itself everything but its own style.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "results.h"

#include <inttypes.h>
#include <string.h>

#define GROUPS_MAX   50         /* sections of the page */
#define LADDERS_MAX  3          /* exchanges drawn for one group */
#define STEPS_MAX    16         /* packets drawn of one exchange */
#define ROWS_MAX     1000       /* of the table of frames */
#define FRAMES_MAX   20         /* named of one group */

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"referrer\" content=\"no-referrer\">\n"
    "<title>Interference report</title>\n<style>\n"
    "body { font: 16px/1.5 sans-serif; color: #222; background: #fff; max-width: 56em; margin: 2em auto;"
    " padding: 0 1em; overflow-wrap: anywhere; }\n"
    "h1 { font-size: 1.6em; margin-bottom: 0; } h2 { font-size: 1.25em; margin-top: 2em; }\n"
    "h3 { font-size: 1em; margin-bottom: .3em; }\n"
    ".sum { border-left: .4em solid #888; padding: .4em 1em; background: #f4f4f4; }\n"
    ".forged { border-color: #b3261e; } .suspect { border-color: #9a6700; } .none { border-color: #2e7d32; }\n"
    "section { border-top: 1px solid #ccc; }\n"
    "table { border-collapse: collapse; font-size: .85em; width: 100%; }\n"
    "th, td { text-align: left; padding: .2em .5em; border-bottom: 1px solid #ddd; vertical-align: top; }\n"
    "li { margin: .2em 0; } .id { color: #666; font-size: .85em; }\n"
    "figure { margin: 1em 0; }\n"
    "svg { width: 100%; height: auto; font: 13px sans-serif; background: #fff; }\n"
    "svg text { paint-order: stroke; stroke: #fff; stroke-width: 4px; }\n"
    "@media print { body { margin: 0; max-width: none; font-size: 11pt; }\n"
    "  svg, table tr, .sum { break-inside: avoid; } h2, h3 { break-after: avoid; }\n"
    "  .sum { background: none; border-style: solid; border-width: 1px 1px 1px .4em; } }\n"
    "</style>\n</head>\n<body>\n";

/* Appends formatted text; what %s stands for is escaped. */
G_GNUC_PRINTF(2, 3) static void
add(GString *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = g_markup_vprintf_escaped(format, arguments);
    va_end(arguments);
    g_string_append(out, text);
    g_free(text);
}

static void
add_taken(GString *out, const char *format, char *text)
{
    if (text && *text)
        add(out, format, text);
    g_free(text);
}

/* ---- one exchange as a ladder: client, what is in between, server ---- */

enum { WIDTH = 820, STEP = 52, TOP = 46, CLIENT_X = 150, BETWEEN_X = 430, SERVER_X = 710 };

#define NAME_SHOWN 40           /* characters of what was asked for, in a drawing */
#define NAME_WIDE  28           /* characters of an address that do not fit around its line */

static void
add_column(GString *out, int x, const char *name, unsigned steps, bool suspected)
{
    bool wide = x == SERVER_X && strlen(name) > NAME_WIDE;
    add(out, "<text x=\"%d\" y=\"18\" text-anchor=\"%s\" font-weight=\"bold\">%s</text>"
        "<line x1=\"%d\" y1=\"26\" x2=\"%d\" y2=\"%u\" stroke=\"#999\" stroke-dasharray=\"%s\"/>\n",
        wide ? WIDTH - 5 : x, wide ? "end" : "middle", name, x, x, TOP + steps * STEP, suspected ? "3 5" : "none");
}

static bool
goes_to_client(const finding_t *f)
{
    return f->ends.sport <= f->ends.dport;
}

typedef struct {
    int         from, to;
    const char *colour;
    bool        dashed;
} arrow_t;

static arrow_t
arrow_of(const finding_t *f)
{
    bool towards_client = goes_to_client(f);
    arrow_t a = { towards_client ? SERVER_X : CLIENT_X, towards_client ? CLIENT_X : SERVER_X,
                  "#1a4f8b", false };

    if (f->verdict == VERDICT_FORGED) {
        a.from = BETWEEN_X;
        a.colour = "#b3261e";
        a.dashed = true;
    } else if (f->verdict == VERDICT_SUSPECT) {
        a.colour = "#9a6700";
        a.dashed = true;
    }
    return a;
}

static void
add_request(GString *text, const char *name)
{
    if (!name) {
        g_string_append(text, "set it off");
        return;
    }
    char *shown = g_utf8_substring(name, 0, MIN(g_utf8_strlen(name, -1), NAME_SHOWN));
    g_string_append_printf(text, "asks for %s%s", shown, strlen(shown) < strlen(name) ? "…" : "");
    g_free(shown);
}

static char *
step_text(const finding_t *f)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "frame %u: ", f->frame);
    switch (f->verdict) {
    case VERDICT_FORGED:
        g_string_append_printf(text, "forged %s", class_words(f->class));
        break;
    case VERDICT_SUSPECT:
        g_string_append_printf(text, "odd %s", class_words(f->class));
        break;
    case VERDICT_TRIGGER:
        add_request(text, f->trigger);
        break;
    case VERDICT_GENUINE:
        g_string_append(text, f->ends.protocol == PROTOCOL_ICMP || f->ends.protocol == PROTOCOL_ICMPV6
                        ? "an ICMP error" : "what the sender really sent");
        break;
    default:
        g_string_append(text, verdict_name(f->verdict));
    }
    if (f->ends.ttl)
        g_string_append_printf(text, ", TTL %u", f->ends.ttl);
    return g_string_free(text, FALSE);
}

static void
add_step(GString *out, const finding_t *f, unsigned number, int64_t since)
{
    arrow_t a = arrow_of(f);
    int y = TOP + (int)number * STEP + 26, tip = a.to > a.from ? a.to - 9 : a.to + 9;

    add(out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2\""
        " stroke-dasharray=\"%s\"/>", a.from, y, tip, y, a.colour, a.dashed ? "8 4" : "none");
    add(out, "<path d=\"M%d %d l%d -5 v10 z\" fill=\"%s\"/>", a.to, y, a.to > a.from ? -9 : 9, a.colour);
    if (f->time && since)
        add(out, "<text x=\"4\" y=\"%d\">%+.2f ms</text>", y + 4, (double)(f->time - since) / NS_PER_MS);
    char *text = step_text(f);
    add(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"%s\">%s</text>\n",
        f->verdict == VERDICT_FORGED ? (a.from + a.to) / 2 : BETWEEN_X, y - 7, a.colour, text);
    g_free(text);
}

static int
by_frame(const void *a, const void *b)
{
    const finding_t *x = *(const finding_t *const *)a, *y = *(const finding_t *const *)b;
    return x->frame < y->frame ? -1 : x->frame > y->frame;
}

static void
take_linked(GPtrArray *steps, const results_t *results, uint32_t frame)
{
    const finding_t *f = frame ? results_finding(results, frame) : NULL;
    if (f && f->ends.protocol && !g_ptr_array_find(steps, f, NULL))
        g_ptr_array_add(steps, (void *)f);
}

/* The packets of one exchange: a finding, those of its group with the same trigger, and what they are
 * linked with. */
static GPtrArray *
exchange_of(const results_t *results, const group_t *group, const finding_t *first)
{
    GPtrArray *steps = g_ptr_array_new();

    for (unsigned i = 0; i < group->findings->len && steps->len < STEPS_MAX; i++) {
        const finding_t *f = g_ptr_array_index(group->findings, i);
        if (f != first && (!first->trigger_frame || f->trigger_frame != first->trigger_frame))
            continue;
        take_linked(steps, results, f->frame);
        take_linked(steps, results, f->trigger_frame);
        take_linked(steps, results, f->genuine_frame);
    }
    g_ptr_array_sort(steps, by_frame);
    return steps;
}

static void
add_ladder(GString *out, const results_t *results, const group_t *group, const finding_t *first)
{
    GPtrArray *steps = exchange_of(results, group, first);
    const finding_t *begin = steps->len ? g_ptr_array_index(steps, 0) : NULL;
    char *client = client_text(&first->ends), *time = begin ? time_text(begin->time) : NULL;

    if (begin) {
        add(out, "<figure><svg viewBox=\"0 0 %d %u\" role=\"img\" aria-label=\"Packets between %s and %s\">\n",
            WIDTH, TOP + steps->len * STEP + 10, client, group->server);
        add_column(out, CLIENT_X, client, steps->len, false);
        add_column(out, BETWEEN_X, "injector (suspected)", steps->len, true);
        add_column(out, SERVER_X, group->server, steps->len, false);
        for (unsigned i = 0; i < steps->len; i++)
            add_step(out, g_ptr_array_index(steps, i), i, begin->time);
        g_string_append(out, "</svg>");
        if (time)
            add(out, "<figcaption class=\"id\">Times count from frame %u, %s</figcaption>", begin->frame, time);
        g_string_append(out, "</figure>\n");
    }
    g_ptr_array_free(steps, TRUE);
    g_free(client);
    g_free(time);
}

static void
add_ladders(GString *out, const results_t *results, const group_t *group)
{
    GHashTable *drawn = g_hash_table_new(NULL, NULL);
    unsigned exchanges = 0;

    for (unsigned i = 0; i < group->findings->len; i++) {
        const finding_t *f = g_ptr_array_index(group->findings, i);
        if (!f->ends.protocol
            || (f->trigger_frame && !g_hash_table_add(drawn, GUINT_TO_POINTER(f->trigger_frame))))
            continue;
        if (exchanges++ < LADDERS_MAX)
            add_ladder(out, results, group, f);
    }
    if (exchanges > LADDERS_MAX)
        add(out, "<p>And %u more exchanges like these.</p>\n", exchanges - LADDERS_MAX);
    g_hash_table_destroy(drawn);
}

/* ---- the sections ---- */

static void
add_evidence(GString *out, const finding_t *f)
{
    if (!f->evidence->len)
        return;
    add(out, "<h3>Why (frame %u)</h3>\n<ul>\n", f->frame);
    for (unsigned i = 0; i < f->evidence->len; i++) {
        const evidence_t *e = &g_array_index(f->evidence, evidence_t, i);
        add(out, "<li>%s <span class=\"id\">%s</span></li>\n", e->text, e->signature->id);
    }
    g_string_append(out, "</ul>\n");
}

static void
add_group(GString *out, const results_t *results, const group_t *group, unsigned number)
{
    const finding_t *f = group->strongest;
    unsigned n = group->findings->len;

    add(out, "<section>\n<h2>%u. %s: %s, server %s</h2>\n", number, verdict_heading(f->verdict),
        class_words(group->class), group->server);
    add(out, "<p>%u packet%s.", n, n == 1 ? "" : "s");
    if (group->trigger)
        add(out, " The client had asked for <b>%s</b>.", group->trigger);
    if (has_confidence(f->verdict))
        add(out, " How sure: up to <b>%u of 100</b> (%s).", f->confidence, confidence_level(f->confidence));
    add_taken(out, " Frames %s.", group_frames(group, LINK_SELF, FRAMES_MAX));
    g_string_append(out, "</p>\n");
    add_ladders(out, results, group);
    add_evidence(out, f);
    if (f->innocent)
        add(out, "<h3>What else could explain it</h3>\n<p>%s</p>\n", f->innocent);
    g_string_append(out, "</section>\n");
}

static void
add_groups(GString *out, const results_t *results)
{
    GPtrArray *groups = results_groups(results);

    for (unsigned i = 0; i < groups->len && i < GROUPS_MAX; i++)
        add_group(out, results, g_ptr_array_index(groups, i), i + 1);
    if (groups->len > GROUPS_MAX)
        add(out, "<p>And %u more, less sure or with fewer packets.</p>\n", groups->len - GROUPS_MAX);
    g_ptr_array_free(groups, TRUE);
}

static void
add_summary(GString *out, const results_t *results)
{
    const engine_counts_t *c = &results->counts;
    unsigned forged = results_count(results, VERDICT_FORGED);
    unsigned suspect = results_count(results, VERDICT_SUSPECT);

    g_string_append(out, "<h1>Interference report</h1>\n<p>");
    if (results->capture)
        add(out, "Capture <b>%s</b>. ", results->capture);
    add(out, "%u frames, %" PRIu64 " TCP connections, %" PRIu64 " DNS transactions. Plugin %s.</p>\n",
        results->frames, c->connections, c->transactions, results->version);
    add(out, "<p class=\"sum %s\">", forged ? "forged" : suspect ? "suspect" : "none");
    if (!results->judged)
        g_string_append(out, "Nothing was judged: the protocol is switched off.");
    else if (!forged && !suspect)
        g_string_append(out, "No packet was found that its claimed sender probably did not send. That does "
                        "not say that there was no interference; see below what could not be judged.");
    else
        add(out, "<b>%u</b> packet%s probably not sent by the host %s to come from; <b>%u</b> more "
            "%s odd.", forged, forged == 1 ? " was" : "s were", forged == 1 ? "it claims" : "they claim",
            suspect, suspect == 1 ? "is" : "are");
    g_string_append(out, "</p>\n");
    if (forged || suspect)
        g_string_append(out, "<p>A packet names its sender, but anybody on the way can write any name. A "
                        "<b>forged</b> packet is one that the named host probably did not send. \"How sure\" goes "
                        "from 0 to 99. The page does not say who sent it. In the drawings, dashed red arrows "
                        "are forged packets, blue ones are not; where the injector stands in between is not "
                        "known.</p>\n");
}

static void
add_limits(GString *out, const results_t *results)
{
    g_string_append(out, "<section>\n<h2>What could not be judged</h2>\n<ul>\n");
    for (unsigned i = 0; i < results->gaps->len; i++) {
        const gap_t *gap = &g_array_index(results->gaps, gap_t, i);
        add(out, "<li>%" PRIu64 " %s</li>\n", gap->count, gap->text);
    }
    for (unsigned i = 0; i < results->notices->len; i++) {
        const notice_t *told = &g_array_index(results->notices, notice_t, i);
        add(out, "<li>From frame %u: %s</li>\n", told->frame, told->text);
    }
    g_string_append(out, "<li>Packets changed on their way, and all that these detectors do not look at:");
    for (unsigned d = 0; d < N_DETECTORS; d++)
        if (results->enabled[d])
            add(out, " %s", detector_name((detector_id_t)d));
    g_string_append(out, "</li>\n</ul>\n</section>\n");
}

static void
add_row(GString *out, const finding_t *f)
{
    char *source = f->ends.protocol ? endpoint_text(&f->ends.src, f->ends.sport) : g_strdup("");
    char *destination = f->ends.protocol ? endpoint_text(&f->ends.dst, f->ends.dport) : g_strdup("");
    char *time = time_text(f->time);

    add(out, "<tr><td>%u</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>", f->frame,
        time ? time : "", source, destination, verdict_name(f->verdict), class_name(f->class));
    if (has_confidence(f->verdict))
        add(out, "%u", f->confidence);
    g_string_append(out, "</td></tr>\n");
    g_free(source);
    g_free(destination);
    g_free(time);
}

static void
add_table(GString *out, const results_t *results)
{
    unsigned n = results->findings->len;

    if (!n)
        return;
    g_string_append(out, "<section>\n<h2>All frames</h2>\n<table>\n<tr><th>Frame</th><th>Time (UTC)</th>"
                    "<th>Claims to come from</th><th>To</th><th>Verdict</th><th>Class</th><th>Sure</th></tr>\n");
    for (unsigned i = 0; i < n && i < ROWS_MAX; i++)
        add_row(out, g_ptr_array_index(results->findings, i));
    g_string_append(out, "</table>\n");
    if (n > ROWS_MAX)
        add(out, "<p>And %u more.</p>\n", n - ROWS_MAX);
    g_string_append(out, "</section>\n");
}

void
write_html(GString *out, const results_t *results)
{
    g_string_append(out, head);
    add_summary(out, results);
    add_groups(out, results);
    if (results->judged)
        add_limits(out, results);
    add_table(out, results);
    g_string_append(out, "</body>\n</html>\n");
}
