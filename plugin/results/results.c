/* results.c
 * Gathers what the outputs tell, and the words they share; see results.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "results.h"

#include <arpa/inet.h>
#include <string.h>

void
results_add_gap(results_t *results, const gap_t *gap)
{
    if (gap->count)
        g_array_append_vals(results->gaps, gap, 1);
}

static void
add_gap(results_t *results, const char *id, uint64_t count, const char *text)
{
    results_add_gap(results, &(gap_t){ id, count, text });
}

static void
gather_gaps(results_t *results)
{
    const engine_counts_t *c = &results->counts;
    unsigned off = 0;

    for (unsigned d = 0; d < N_DETECTORS; d++)
        off += !results->enabled[d];
    add_gap(results, "switched-off", off, "detectors are switched off");
    add_gap(results, "cut-headers", c->cut_headers,
            "TCP packets were captured too short to read their header");
    add_gap(results, "cut-payloads", c->cut_payloads,
            "packets were captured without all of their payload");
    add_gap(results, "damaged", c->damaged, "packets were damaged on their way: their checksum is wrong");
    add_gap(results, "to-itself", c->to_itself, "packets went from a machine to itself");
    add_gap(results, "one-sided", c->one_sided, "connections were captured in one direction only");
    add_gap(results, "no-beginning", c->no_beginning, "connections began before the capture");
    add_gap(results, "unanswered", c->unanswered, "connections were asked for and never answered");
    add_gap(results, "forgotten", c->forgotten, "connections were forgotten because a limit was reached");
    add_gap(results, "read-filter", c->numbers_reused,
            "read filter was in use: links may name frames that it removed (use a display filter)");
}

static void
gather_notice(results_t *results, const finding_t *finding)
{
    if (!finding->notice)
        return;
    for (unsigned i = 0; i < results->notices->len; i++) {
        notice_t *told = &g_array_index(results->notices, notice_t, i);
        if (g_str_equal(told->text, finding->notice)) {
            told->count++;
            return;
        }
    }
    notice_t told = { finding->notice, finding->frame, 1 };
    g_array_append_val(results->notices, told);
}

/* A read filter removes frames and gives their numbers away; what was said of them goes, too. */
static bool
is_there(const results_t *results, const finding_t *finding)
{
    return !results->counts.numbers_reused || finding->confirmed;
}

/* Leaves those that there is something to say about. */
static void
gather_findings(results_t *results)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < results->findings->len; i++) {
        const finding_t *finding = g_ptr_array_index(results->findings, i);
        if (!is_there(results, finding) || (finding->verdict == VERDICT_NONE && !finding->notice))
            continue;
        g_ptr_array_index(results->findings, kept++) = (void *)finding;
        gather_notice(results, finding);
        if (finding->verdict != VERDICT_NONE)
            results->found[finding->class][finding->verdict]++;
    }
    g_ptr_array_set_size(results->findings, (int)kept);
}

results_t
results_new(engine_t *engine, uint32_t frames, const char *capture, const char *version)
{
    results_t results = {
        .version = version, .frames = frames, .judged = engine != NULL,
        .gaps = g_array_new(FALSE, FALSE, sizeof(gap_t)),
        .notices = g_array_new(FALSE, FALSE, sizeof(notice_t)),
    };
    results.findings = engine ? store_sorted(engine_store(engine)) : g_ptr_array_new();
    if (!engine)
        return results;
    if (capture && *capture)
        results.capture = store_text(engine_store(engine), capture, strlen(capture));
    results.counts = engine_counts(engine);
    for (unsigned d = 0; d < N_DETECTORS; d++)
        results.enabled[d] = engine_enabled(engine, (detector_id_t)d);
    gather_gaps(&results);
    gather_findings(&results);
    return results;
}

void
results_clear(results_t *results)
{
    g_ptr_array_free(results->findings, TRUE);
    g_array_free(results->gaps, TRUE);
    g_array_free(results->notices, TRUE);
}

unsigned
results_count(const results_t *results, verdict_t verdict)
{
    unsigned count = 0;
    for (unsigned class = 0; class < N_CLASSES; class++)
        count += results->found[class][verdict];
    return count;
}

const finding_t *
results_finding(const results_t *results, uint32_t frame)
{
    unsigned low = 0, high = results->findings->len;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        const finding_t *f = g_ptr_array_index(results->findings, middle);
        if (f->frame == frame)
            return f;
        if (f->frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- words ---- */

const char *
tier_name(tier_t tier)
{
    static const char *const names[] = { "A", "B", "C", "D" };
    return names[tier];
}

const char *
protocol_words(uint8_t protocol)
{
    switch (protocol) {
    case PROTOCOL_TCP:    return "tcp";
    case PROTOCOL_UDP:    return "udp";
    case PROTOCOL_ICMP:   return "icmp";
    case PROTOCOL_ICMPV6: return "icmpv6";
    default:              return "";
    }
}

const char *
verdict_heading(verdict_t verdict)
{
    return verdict == VERDICT_FORGED ? "Forged (suspected)" : verdict == VERDICT_SUSPECT ? "Odd"
         : verdict == VERDICT_SILENCED ? "Silenced" : "";
}

char *
ip_text(const ip_address_t *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(address->ipv6 ? AF_INET6 : AF_INET, address->bytes, text, sizeof text);
    return g_strdup(text);
}

char *
endpoint_text(const ip_address_t *address, uint16_t port)
{
    char *host = ip_text(address);
    char *text = !port ? g_strdup(host)
               : g_strdup_printf(address->ipv6 ? "[%s]:%u" : "%s:%u", host, port);
    g_free(host);
    return text;
}

char *
time_text(int64_t time)
{
    if (!time)
        return NULL;
    GDateTime *utc = g_date_time_new_from_unix_utc(time / NS_PER_S);
    char *seconds = g_date_time_format(utc, "%Y-%m-%dT%H:%M:%S");
    char *text = g_strdup_printf("%s.%09dZ", seconds, (int)(time % NS_PER_S));
    g_free(seconds);
    g_date_time_unref(utc);
    return text;
}

char *
second_text(int64_t time)
{
    GDateTime *utc = time ? g_date_time_new_from_unix_utc(time / NS_PER_S) : NULL;
    char *text = utc ? g_date_time_format(utc, "%Y-%m-%d %H:%M:%S UTC") : NULL;

    if (utc)
        g_date_time_unref(utc);
    return text;
}

static void
digest_end(GChecksum *sha1, const ip_address_t *address)
{
    g_checksum_update(sha1, address->bytes, address->ipv6 ? 16 : 4);
}

static void
digest_16(GChecksum *sha1, uint16_t number)
{
    const uint8_t bytes[2] = { (uint8_t)(number >> 8), (uint8_t)number };
    g_checksum_update(sha1, bytes, sizeof bytes);
}

/* Source: the specification of Corelight, version 1: seed, lower end, higher end, protocol, a zero, ports. */
char *
community_id(const ends_t *ends)
{
    uint8_t digest[20];
    size_t size = sizeof digest;
    int order = memcmp(ends->src.bytes, ends->dst.bytes, sizeof ends->src.bytes);
    bool turned = order ? order > 0 : ends->sport > ends->dport;

    if (ends->protocol != PROTOCOL_TCP && ends->protocol != PROTOCOL_UDP)
        return NULL;
    GChecksum *sha1 = g_checksum_new(G_CHECKSUM_SHA1);
    digest_16(sha1, 0);
    digest_end(sha1, turned ? &ends->dst : &ends->src);
    digest_end(sha1, turned ? &ends->src : &ends->dst);
    digest_16(sha1, (uint16_t)(ends->protocol << 8));
    digest_16(sha1, turned ? ends->dport : ends->sport);
    digest_16(sha1, turned ? ends->sport : ends->dport);
    g_checksum_get_digest(sha1, digest, &size);
    g_checksum_free(sha1);
    char *base64 = g_base64_encode(digest, size), *text = g_strconcat("1:", base64, NULL);
    g_free(base64);
    return text;
}

static int
heavier_first(const void *a, const void *b)
{
    const evidence_t *x = *(const evidence_t *const *)a, *y = *(const evidence_t *const *)b;

    return x->weight != y->weight ? (x->weight < y->weight ? 1 : -1) : (x > y) - (x < y);
}

void
append_taken(GString *out, const char *format, char *text)
{
    if (*text)
        g_string_append_printf(out, format, text);
    g_free(text);
}

GPtrArray *
evidence_by_weight(const finding_t *f)
{
    GPtrArray *sorted = g_ptr_array_new();

    for (unsigned i = 0; i < f->evidence->len; i++)
        g_ptr_array_add(sorted, &g_array_index(f->evidence, evidence_t, i));
    g_ptr_array_sort(sorted, heavier_first);
    return sorted;
}

char *
finding_line(const finding_t *f)
{
    const evidence_t *e = evidence_strongest(f->evidence);
    const char *why = e ? e->text : "";

    switch (f->verdict) {
    case VERDICT_FORGED:
        return g_strdup_printf("Forged %s (suspected), confidence %u (%s): %s", class_words(f->class),
                               f->confidence, confidence_level(f->confidence), why);
    case VERDICT_SUSPECT:
        return g_strdup_printf("Odd %s, confidence %u (%s) that it is forged: %s", class_words(f->class),
                               f->confidence, confidence_level(f->confidence), why);
    case VERDICT_GENUINE:
        return g_strdup_printf("Genuine packet; the forged %s is frame %u", class_words(f->class),
                               f->forged_frame);
    case VERDICT_TRIGGER:
        return g_strdup_printf("Set off the forged %s in frame %u", class_words(f->class),
                               f->forged_frame);
    case VERDICT_SILENCED:
        return g_strdup_printf("Silenced (suspected), confidence %u (%s): %s", f->confidence,
                               confidence_level(f->confidence), why);
    default:
        return g_strdup(f->notice ? f->notice : "");
    }
}

char *
finding_brief(const finding_t *f)
{
    const evidence_t *e = evidence_strongest(f->evidence);

    if (!e || !has_confidence(f->verdict))
        return finding_line(f);
    return g_strdup_printf("%s (%s%s%s, %u of 100)", e->text, verdict_name(f->verdict),
                           f->verdict == VERDICT_SILENCED ? "" : " ",
                           f->verdict == VERDICT_SILENCED ? "" : class_words(f->class), f->confidence);
}

char *
finding_tag(const finding_t *f)
{
    switch (f->verdict) {
    case VERDICT_NONE:
        return NULL;
    case VERDICT_FORGED:
    case VERDICT_SUSPECT:
        return g_strdup_printf("%s %s %u", verdict_name(f->verdict), class_words(f->class), f->confidence);
    default:
        return g_strdup(verdict_name(f->verdict));
    }
}

char *
finding_comment(const finding_t *f)
{
    if (f->verdict == VERDICT_NONE)
        return NULL;
    char *line = finding_line(f);
    GString *text = g_string_new("Interference: ");
    g_string_append(text, line);
    g_free(line);
    if (f->trigger)
        g_string_append_printf(text, "\nTrigger: %s", f->trigger);
    for (unsigned i = 0; i < f->evidence->len; i++) {
        const evidence_t *e = &g_array_index(f->evidence, evidence_t, i);
        g_string_append_printf(text, "\n%s: %s", e->signature->id, e->text);
    }
    if (f->innocent)
        g_string_append_printf(text, "\nInnocent explanation: %s", f->innocent);
    return g_string_free(text, FALSE);
}
