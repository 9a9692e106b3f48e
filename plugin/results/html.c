/* html.c
 * Findings as one page that needs nothing else: no script, no font, no picture from elsewhere.
 *
 * Every piece of text goes through g_markup_printf_escaped(), which escapes its arguments; there is
 * no other way into the page. The page also forbids itself everything but its own style and, by its
 * digest, the one script below, which filters and sorts tables; without it everything is there, too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "results.h"

#include <inttypes.h>
#include <string.h>

#include "../../dissectors/verdict/origin.h"

#define GROUPS_MAX   50         /* sections of the page */
#define NAMES_MAX    200        /* rows of the table of names */
#define LADDERS_MAX  3          /* exchanges drawn for one group */
#define STEPS_MAX    16         /* packets drawn of one exchange */
#define ROWS_MAX     1000       /* of the table of frames */
#define FRAMES_MAX   20         /* frames, servers, names listed of one group */

/* A click on the head of a column sorts by it, once more turns round; what is typed above a table leaves the
 * rows that have it. */
static const char script[] =
    "document.querySelectorAll('table.data').forEach(table => {\n"
    "  const body = table.tBodies[0], all = [...body.rows];\n"
    "  const key = (row, i) => row.cells[i].textContent;\n"
    "  table.querySelectorAll('th').forEach((th, i) => th.addEventListener('click', () => {\n"
    "    const down = th.getAttribute('aria-sort') === 'ascending';\n"
    "    table.querySelectorAll('th').forEach(other => other.removeAttribute('aria-sort'));\n"
    "    th.setAttribute('aria-sort', down ? 'descending' : 'ascending');\n"
    "    all.sort((a, b) => key(a, i).localeCompare(key(b, i), 'en', { numeric: true }) * (down ? -1 : 1));\n"
    "    body.append(...all);\n"
    "  }));\n"
    "  const input = document.createElement('input');\n"
    "  input.placeholder = 'only rows with\u2026';\n"
    "  input.addEventListener('input', () => all.forEach(row => {\n"
    "    row.hidden = !row.textContent.toLowerCase().includes(input.value.toLowerCase());\n"
    "  }));\n"
    "  table.before(input);\n"
    "});\n";

static const char style[] =
    ":root { color-scheme: light dark; --text: #222; --back: #fff; --soft: #f4f4f4; --line: #ccc; --faint: #666;"
    " --forged: #b3261e; --suspect: #9a6700; --silenced: #8e3a72; --none: #2e7d32; --real: #1a4f8b; }\n"
    "@media (prefers-color-scheme: dark) { :root { --text: #ddd; --back: #161616; --soft: #242424; --line: #444;"
    " --faint: #999; --forged: #ff8a80; --suspect: #e3b341; --silenced: #e39bcb; --none: #81c784;"
    " --real: #8ab8f0; } }\n"
    "body { font: 16px/1.5 sans-serif; color: var(--text); background: var(--back); max-width: 60em;"
    " margin: 2em auto; padding: 0 1em; overflow-wrap: anywhere; }\n"
    "h1 { font-size: 1.6em; margin-bottom: 0; } h2 { font-size: 1.25em; margin-top: 2em; }\n"
    "h3 { font-size: 1em; margin-bottom: .3em; } a { color: var(--real); }\n"
    ".sum { border-left: .4em solid var(--line); padding: .4em 1em; background: var(--soft); }\n"
    ".forged { border-color: var(--forged); } .suspect { border-color: var(--suspect); }\n"
    ".silenced { border-color: var(--silenced); } .none { border-color: var(--none); }\n"
    "section { border-top: 1px solid var(--line); }\n"
    "table { border-collapse: collapse; font-size: .85em; width: 100%; }\n"
    "th, td { text-align: left; padding: .2em .5em; border-bottom: 1px solid var(--line); vertical-align: top; }\n"
    "th { cursor: pointer; white-space: nowrap; } th[aria-sort=ascending]::after { content: ' \u25b2'; }\n"
    "th[aria-sort=descending]::after { content: ' \u25bc'; } tr:target { background: var(--soft); }\n"
    "input { font: inherit; font-size: .85em; margin-bottom: .4em; }\n"
    "li { margin: .2em 0; } .id { color: var(--faint); font-size: .85em; }\n"
    "figure { margin: 1em 0; }\n"
    "svg { width: 100%; height: auto; font: 13px sans-serif; }\n"
    "svg text { paint-order: stroke; stroke: var(--back); stroke-width: 4px; fill: var(--ink, var(--text)); }\n"
    "svg line, svg path { stroke: var(--ink, var(--faint)); } svg path { fill: var(--ink); }\n"
    ".a-forged { --ink: var(--forged); } .a-suspect { --ink: var(--suspect); } .a-real { --ink: var(--real); }\n"
    ".a-silenced { --ink: var(--silenced); }\n"
    "@media print { :root { color-scheme: light; } body { margin: 0; max-width: none; font-size: 11pt; }\n"
    "  input { display: none; } svg, table tr, .sum { break-inside: avoid; } h2, h3 { break-after: avoid; }\n"
    "  .sum { background: none; border-style: solid; border-width: 1px 1px 1px .4em; } }\n";

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

static void
add_head(GString *out)
{
    uint8_t digest[32];
    size_t size = sizeof digest;
    GChecksum *sha256 = g_checksum_new(G_CHECKSUM_SHA256);

    g_checksum_update(sha256, (const uint8_t *)script, sizeof script - 1);
    g_checksum_get_digest(sha256, digest, &size);
    g_checksum_free(sha256);
    char *base64 = g_base64_encode(digest, size);
    add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline';"
        " script-src 'sha256-%s'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n"
        "<title>Interference report</title>\n<style>\n", base64);
    g_string_append(out, style);
    g_string_append(out, "</style>\n</head>\n<body>\n");
    g_free(base64);
}

/* ---- frames that lead to their row in the table of all ---- */

static bool
has_row(const results_t *results, uint32_t frame)
{
    unsigned rows = MIN(results->findings->len, ROWS_MAX);
    const finding_t *last = rows ? g_ptr_array_index(results->findings, rows - 1) : NULL;
    return last && frame <= last->frame && results_finding(results, frame);
}

/* "frame 17", or "17" in a list, as a link where there is a row. */
static void
add_number(GString *out, const results_t *results, const char *digits, size_t length)
{
    char *number = g_strndup(digits, length);
    uint64_t frame = g_ascii_strtoull(number, NULL, 10);

    if (frame && frame <= UINT32_MAX && has_row(results, (uint32_t)frame))
        add(out, "<a href=\"#frame-%s\">%s</a>", number, number);
    else
        add(out, "%s", number);
    g_free(number);
}

/* Text in which numbers behind "frame " and "frames " are those of frames. */
static void
add_linked(GString *out, const results_t *results, const char *text)
{
    const char *word;

    while ((word = strstr(text, "frame"))) {
        const char *number = word + strlen("frame");
        number += *number == 's';
        number += *number == ' ';
        char *before = g_strndup(text, (size_t)(number - text));
        add(out, "%s", before);
        g_free(before);
        for (;;) {
            size_t length = strspn(number, "0123456789");
            add_number(out, results, number, length);
            text = number += length;
            if (!length || strncmp(number, ", ", 2) || !g_ascii_isdigit(number[2]))
                break;
            g_string_append(out, ", ");
            number += 2;
        }
    }
    add(out, "%s", text);
}

static void
add_taken_linked(GString *out, const results_t *results, const char *before, char *text)
{
    if (*text) {
        add(out, "%s", before);
        add_linked(out, results, text);
        g_string_append(out, ". ");
    }
    g_free(text);
}

/* ---- one exchange as a ladder: client, what is in between, server ---- */

enum { WIDTH = 820, STEP = 52, TOP = 46, CLIENT_X = 150, BETWEEN_X = 430, SERVER_X = 710, LOST = 110 };

#define NAME_SHOWN 40           /* characters of what was asked for, in a drawing */
#define NAME_WIDE  28           /* characters of an address that do not fit around its line */

static void
add_column(GString *out, int x, const char *name, unsigned steps, bool suspected)
{
    bool wide = x == SERVER_X && strlen(name) > NAME_WIDE;
    add(out, "<text x=\"%d\" y=\"18\" text-anchor=\"%s\" font-weight=\"bold\">%s</text>"
        "<line x1=\"%d\" y1=\"26\" x2=\"%d\" y2=\"%u\" stroke-dasharray=\"%s\"/>\n",
        wide ? WIDTH - 5 : x, wide ? "end" : "middle", name, x, x, TOP + steps * STEP,
        suspected ? "3 5" : "none");
}

static bool
goes_to_client(const finding_t *f)
{
    return f->ends.sport <= f->ends.dport;
}

typedef struct {
    int         from, to;
    const char *kind;
    bool        dashed, dies;   /* it ends before it arrives */
} arrow_t;

static arrow_t
arrow_of(const finding_t *f)
{
    bool towards_client = goes_to_client(f);
    arrow_t a = { towards_client ? SERVER_X : CLIENT_X, towards_client ? CLIENT_X : SERVER_X,
                  "real", false, false };

    if (f->verdict == VERDICT_FORGED) {
        a.from = BETWEEN_X;
        a.kind = "forged";
        a.dashed = true;
    } else if (f->verdict == VERDICT_SUSPECT) {
        a.kind = "suspect";
        a.dashed = true;
    } else if (f->verdict == VERDICT_SILENCED) {
        a.to += towards_client ? LOST : -LOST;
        a.kind = "silenced";
        a.dies = true;
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

/* An arrow head, or a cross where the packet is lost. */
static void
add_tip(GString *out, const arrow_t *a, int y)
{
    if (a->dies)
        add(out, "<path d=\"M%d %d l12 12 m0 -12 l-12 12\" stroke-width=\"2\"/>", a->to - 6, y - 6);
    else
        add(out, "<path d=\"M%d %d l%d -5 v10 z\"/>", a->to, y, a->to > a->from ? -9 : 9);
}

static void
add_step(GString *out, const finding_t *f, unsigned number, int64_t since)
{
    arrow_t a = arrow_of(f);
    int y = TOP + (int)number * STEP + 26, tip = a.dies ? a.to : a.to > a.from ? a.to - 9 : a.to + 9;

    add(out, "<g class=\"a-%s\"><line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke-width=\"2\""
        " stroke-dasharray=\"%s\"/>", a.kind, a.from, y, tip, y, a.dashed ? "8 4" : "none");
    add_tip(out, &a, y);
    char *text = step_text(f);
    add(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text></g>",
        f->verdict == VERDICT_FORGED ? (a.from + a.to) / 2 : BETWEEN_X, y - 7, text);
    if (f->time && since)
        add(out, "<text x=\"4\" y=\"%d\">%+.2f ms</text>", y + 4, (double)(f->time - since) / NS_PER_MS);
    g_string_append_c(out, '\n');
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

static bool
same_exchange(const finding_t *f, const finding_t *first)
{
    if (f == first || !first->trigger_frame)
        return f == first || (first->incident && f->incident == first->incident && !f->trigger_frame);
    return f->trigger_frame == first->trigger_frame;
}

/* The packets of one exchange: a finding, those of its group with the same trigger, and what they are
 * linked with. */
static GPtrArray *
exchange_of(const results_t *results, const group_t *group, const finding_t *first)
{
    GPtrArray *steps = g_ptr_array_new();

    for (unsigned i = 0; i < group->findings->len && steps->len < STEPS_MAX; i++) {
        const finding_t *f = g_ptr_array_index(group->findings, i);
        if (!same_exchange(f, first))
            continue;
        take_linked(steps, results, f->frame);
        take_linked(steps, results, f->trigger_frame);
        take_linked(steps, results, f->genuine_frame);
    }
    g_ptr_array_sort(steps, by_frame);
    return steps;
}

static void
add_columns(GString *out, const finding_t *first, const char *client, const char *server,
            unsigned steps)
{
    add_column(out, CLIENT_X, client, steps, false);
    if (first->verdict == VERDICT_FORGED)
        add_column(out, BETWEEN_X, "injector (suspected)", steps, true);
    add_column(out, SERVER_X, server, steps, false);
}

static void
add_ladder(GString *out, const results_t *results, const group_t *group, const finding_t *first)
{
    GPtrArray *steps = exchange_of(results, group, first);
    const finding_t *begin = g_ptr_array_index(steps, 0);
    char *client = client_text(&first->ends), *server = server_text(&first->ends),
         *time = time_text(begin->time);

    add(out, "<figure><svg viewBox=\"0 0 %d %u\" role=\"img\" aria-label=\"Packets between %s and %s\">\n",
        WIDTH, TOP + steps->len * STEP + 10, client, server);
    add_columns(out, first, client, server, steps->len);
    for (unsigned i = 0; i < steps->len; i++)
        add_step(out, g_ptr_array_index(steps, i), i, begin->time);
    g_string_append(out, "</svg>");
    if (time)
        add(out, "<figcaption class=\"id\">Times count from frame %u, %s</figcaption>", begin->frame, time);
    g_string_append(out, "</figure>\n");
    g_ptr_array_free(steps, TRUE);
    g_free(client);
    g_free(server);
    g_free(time);
}

/* What all packets of one drawing have in common. */
static uint32_t
drawing_number(const finding_t *f)
{
    return f->trigger_frame ? f->trigger_frame : exchange_number(f);
}

static void
add_ladders(GString *out, const results_t *results, const group_t *group)
{
    GHashTable *drawn = g_hash_table_new(NULL, NULL);
    unsigned exchanges = 0;

    for (unsigned i = 0; i < group->findings->len; i++) {
        const finding_t *f = g_ptr_array_index(group->findings, i);
        if (!f->ends.protocol || !g_hash_table_add(drawn, GUINT_TO_POINTER(drawing_number(f))))
            continue;
        if (exchanges++ < LADDERS_MAX)
            add_ladder(out, results, group, f);
    }
    if (exchanges > LADDERS_MAX)
        add(out, "<p>And %u more exchange%s like these.</p>\n", exchanges - LADDERS_MAX,
            exchanges - LADDERS_MAX == 1 ? "" : "s");
    g_hash_table_destroy(drawn);
}

/* ---- the contents ---- */

static void
add_cell(GString *out, char *text)
{
    add(out, "<td>%s</td>", text);
    g_free(text);
}

static void
add_device(GString *out, const group_t *group, unsigned number)
{
    char *what = group_what(group);

    add(out, "<tr><td>%u</td><td><a href=\"#device-%u\">%s</a></td>", number, number, what);
    add_cell(out, group_often(group));
    add_cell(out, group_far(group));
    add_cell(out, group_since(group));
    add_cell(out, group_worked(group));
    g_string_append(out, "</tr>\n");
    g_free(what);
}

static void
add_devices(GString *out, const GPtrArray *groups)
{
    if (!groups->len)
        return;
    g_string_append(out, "<h2>Who, how often, how far away, since when, and did it work</h2>\n<table class=\"data\">\n"
                    "<thead><tr><th>No.</th><th>What</th><th>How often</th><th>How far</th><th>When</th>"
                    "<th>Did it work</th></tr></thead>\n<tbody>\n");
    for (unsigned i = 0; i < groups->len && i < GROUPS_MAX; i++)
        add_device(out, g_ptr_array_index(groups, i), i + 1);
    g_string_append(out, "</tbody>\n</table>\n");
}

static void
add_name(GString *out, const name_t *name)
{
    char *first = second_text(name->first);

    add(out, "<tr><td>%s</td>", name->name);
    for (barrier_t barrier = 0; barrier < N_BARRIERS; barrier++)
        add(out, "<td>%s</td>", name->how[barrier] ? name->how[barrier] : "");
    add(out, "<td>%u</td><td>%u</td><td>%s</td></tr>\n", g_hash_table_size(name->exchanges),
        g_hash_table_size(name->servers), first ? first : "");
    g_free(first);
}

static void
add_names(GString *out, const results_t *results)
{
    GPtrArray *names = results_names(results);

    if (names->len) {
        g_string_append(out, "<h2>What was asked for, and by what it was kept away</h2>\n<p class=\"id\">confirmed: "
                        "forged, 80 of 100 or more; likely: forged with less, or never answered</p>\n"
                        "<table class=\"data\">\n<thead><tr><th>Name</th>");
        for (barrier_t barrier = 0; barrier < N_BARRIERS; barrier++)
            add(out, "<th>%s</th>", barrier_name(barrier));
        g_string_append(out, "<th>Exchanges</th><th>Servers</th><th>Since</th></tr></thead>\n<tbody>\n");
        for (unsigned i = 0; i < names->len && i < NAMES_MAX; i++)
            add_name(out, g_ptr_array_index(names, i));
        g_string_append(out, "</tbody>\n</table>\n");
    }
    if (names->len > NAMES_MAX)
        add(out, "<p>And %u more.</p>\n", names->len - NAMES_MAX);
    g_ptr_array_free(names, TRUE);
}

/* ---- the sections ---- */

static void
add_evidence(GString *out, const results_t *results, const finding_t *f)
{
    if (!f->evidence->len)
        return;
    g_string_append(out, "<h3>Why (");
    char *frame = g_strdup_printf("frame %u", f->frame);
    add_linked(out, results, frame);
    g_string_append(out, ")</h3>\n<ul>\n");
    GPtrArray *evidence = evidence_by_weight(f);
    for (unsigned i = 0; i < evidence->len; i++) {
        const evidence_t *e = g_ptr_array_index(evidence, i);
        g_string_append(out, "<li>");
        add_linked(out, results, e->text);
        add(out, " <span class=\"id\">%s</span></li>\n", e->signature->id);
    }
    g_string_append(out, "</ul>\n");
    g_ptr_array_free(evidence, TRUE);
    g_free(frame);
}

/* Of a forged packet: who else has such a header, and how far away its sender is. */
static void
add_origin(GString *out, const origin_t *origin)
{
    if (!origin)
        return;
    g_string_append(out, "<h3>Who sends such packets, and from where</h3>\n<ul>\n");
    if (!origin->n_matches)
        g_string_append(out, "<li>no published injector that is known here</li>\n");
    for (unsigned i = 0; i < origin->n_matches; i++) {
        char *match = injector_match_text(origin->injector[i], &origin->packet);
        add(out, "<li>consistent with %s</li>\n", match);
        g_free(match);
    }
    add_taken(out, "<li>%s</li>\n", where_text(&origin->facts));
    g_string_append(out, "</ul>\n");
}

static void
add_group(GString *out, const results_t *results, const group_t *group, unsigned number)
{
    const finding_t *f = group->strongest;
    char *what = group_what(group);

    add(out, "<section id=\"device-%u\">\n<h2>%u. %s</h2>\n<p>", number, number, what);
    add_taken(out, "%s. ", group_often(group));
    if (group->names->len > 1)
        add_taken(out, "Asked for: <b>%s</b>. ", texts_list(group->names, FRAMES_MAX));
    if (group->servers->len > 1)
        add_taken(out, "Servers: %s. ", texts_list(group->servers, FRAMES_MAX));
    add(out, "How sure: up to <b>%u of 100</b> (%s). ", f->confidence, confidence_level(f->confidence));
    add_taken_linked(out, results, "Packets: ", group_frames(group, LINK_SELF, FRAMES_MAX));
    g_string_append(out, "</p>\n");
    add_ladders(out, results, group);
    add_evidence(out, results, f);
    add_origin(out, f->verdict == VERDICT_FORGED ? f->origin : NULL);
    if (f->innocent)
        add(out, "<h3>What else could explain it</h3>\n<p>%s</p>\n", f->innocent);
    g_string_append(out, "</section>\n");
    g_free(what);
}

static void
add_groups(sink_t *sink, const results_t *results, const GPtrArray *groups)
{
    for (unsigned i = 0; i < groups->len && i < GROUPS_MAX; i++) {
        add_group(sink->text, results, g_ptr_array_index(groups, i), i + 1);
        sink_pass(sink);
    }
    if (groups->len > GROUPS_MAX)
        add(sink->text, "<p>And %u more, less sure or with fewer packets.</p>\n", groups->len - GROUPS_MAX);
}

/* What was found, worst first. */
static void
add_found(GString *out, unsigned forged, unsigned silenced, unsigned suspect)
{
    if (!forged && !silenced && !suspect)
        g_string_append(out, "Nothing was found. That does not say that there was no interference; see below what "
                        "could not be judged.");
    if (forged)
        add(out, "<b>%u</b> packet%s probably not sent by the host %s to come from. ", forged,
            forged == 1 ? " was" : "s were", forged == 1 ? "it claims" : "they claim");
    if (silenced)
        add(out, "<b>%u</b> packet%s never answered where an answer was due. ", silenced,
            silenced == 1 ? " was" : "s were");
    if (suspect)
        add(out, "<b>%u</b>%s packet%s odd, which accuses nobody.", suspect, forged ? " more" : "",
            suspect == 1 ? " is" : "s are");
}

static void
add_summary(GString *out, const results_t *results)
{
    const engine_counts_t *c = &results->counts;
    unsigned forged = results_count(results, VERDICT_FORGED), silenced = results_count(results, VERDICT_SILENCED),
             suspect = results_count(results, VERDICT_SUSPECT);

    g_string_append(out, "<h1>Interference report</h1>\n<p>");
    if (results->capture)
        add(out, "Capture <b>%s</b>. ", results->capture);
    add(out, "%u frames, %" PRIu64 " TCP connections, %" PRIu64 " DNS transactions. Plugin %s.</p>\n",
        results->frames, c->connections, c->transactions, results->version);
    add(out, "<p class=\"sum %s\">", forged ? "forged" : silenced ? "silenced" : suspect ? "suspect" : "none");
    if (results->judged)
        add_found(out, forged, silenced, suspect);
    else
        g_string_append(out, "Nothing was judged: the protocol is switched off.");
    g_string_append(out, "</p>\n");
    if (forged || silenced || suspect)
        g_string_append(out, "<p>A packet names its sender, but anybody on the way can write any name. A "
                        "<b>forged</b> packet is one that the named host probably did not send; a <b>silenced</b> "
                        "one probably did not arrive, or its answer did not. \"How sure\" goes "
                        "from 0 to 99. The page does not say who did it. In the drawings dashed red arrows "
                        "are forged packets, those that end in a cross were never answered; where either "
                        "happened is not known.</p>\n");
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
    g_string_append(out, "<li>Packets changed on their way, and whatever was not looked for</li>\n</ul>\n"
                    "<p>Looked for:");
    for (unsigned d = 0; d < N_DETECTORS; d++)
        if (results->enabled[d])
            add(out, " %s", detector_name((detector_id_t)d));
    g_string_append(out, "</p>\n</section>\n");
}

static void
add_row(GString *out, const finding_t *f)
{
    char *source = f->ends.protocol ? endpoint_text(&f->ends.src, f->ends.sport) : g_strdup("");
    char *destination = f->ends.protocol ? endpoint_text(&f->ends.dst, f->ends.dport) : g_strdup("");
    char *time = time_text(f->time);

    add(out, "<tr id=\"frame-%u\"><td>%u</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>",
        f->frame, f->frame, time ? time : "", source, destination, verdict_name(f->verdict),
        f->verdict == VERDICT_NONE ? "" : class_name(f->class));
    if (has_confidence(f->verdict))
        add(out, "%u", f->confidence);
    add(out, "</td><td>%s</td></tr>\n", f->trigger ? f->trigger : "");
    g_free(source);
    g_free(destination);
    g_free(time);
}

static void
add_table(sink_t *sink, const results_t *results)
{
    GString *out = sink->text;
    unsigned n = results->findings->len;

    if (!n)
        return;
    g_string_append(out, "<section>\n<h2>All frames</h2>\n<table class=\"data\">\n<thead><tr><th>Frame</th>"
                    "<th>Time (UTC)</th><th>Claims to come from</th><th>To</th><th>Verdict</th><th>Class</th>"
                    "<th>Sure</th><th>Asked for</th></tr></thead>\n<tbody>\n");
    for (unsigned i = 0; i < n && i < ROWS_MAX; i++) {
        add_row(out, g_ptr_array_index(results->findings, i));
        sink_pass(sink);
    }
    g_string_append(out, "</tbody>\n</table>\n");
    if (n > ROWS_MAX)
        add(out, "<p>And %u more.</p>\n", n - ROWS_MAX);
    g_string_append(out, "</section>\n");
}

void
write_html(sink_t *sink, const results_t *results)
{
    GString *out = sink->text;
    GPtrArray *groups = results_groups(results);

    add_head(out);
    add_summary(out, results);
    add_devices(out, groups);
    add_names(out, results);
    add_groups(sink, results, groups);
    if (results->judged)
        add_limits(out, results);
    add_table(sink, results);
    g_string_append(out, "<script>");
    g_string_append(out, script);
    g_string_append(out, "</script>\n</body>\n</html>\n");
    sink_pass(sink);
    g_ptr_array_free(groups, TRUE);
}
