/* points/signatures.c
 * What only two points can tell; see case.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "points/case.h"

#include <math.h>

#define SOURCE "the lab's captures of client and server, 89 scenarios compared (tests/lab/points.py)"

static const signature_t rows[] = {
    [POINTS_NOT_SENT] = {
        .id = "not-sent", .family = FAMILY_POINTS, .tier = TIER_A, .benign = { 0, 1133 }, .injected = { 147, 147 },
        .source = SOURCE,
        .sees = "Arrived at one point and never passed the other, which was capturing and which its sender is behind.",
        .twin = "A box between the points that speaks for the sender: a firewall that ends idle connections, a "
                "proxy that answers for it.",
    },
    [POINTS_NOT_ARRIVED] = {
        .id = "not-arrived", .family = FAMILY_POINTS, .tier = TIER_A, .benign = { 0, 1133 }, .injected = { 55, 55 },
        .source = SOURCE,
        .sees = "Passed one point and never arrived at the other, more often than this path loses packets.",
        .twin = "A firewall between the points that is there to drop it, a link that went down, or a path that "
                "drops large packets without a word.",
    },
    [POINTS_CHANGED] = {
        .id = "changed-on-path", .family = FAMILY_POINTS, .tier = TIER_A, .benign = { 0, 1133 }, .injected = { 1, 1 },
        .source = SOURCE,
        .sees = "Arrived with other bytes or flags than it was sent with.",
        .twin = "A gateway that rewrites what it carries on somebody's behalf: FTP or SIP helpers of a NAT, "
                "proxies that add headers, scanners that replace a page.",
    },
};

const signature_t *
points_signature(unsigned index)
{
    return index < G_N_ELEMENTS(rows) ? &rows[index] : NULL;
}

/* ---- texts ---- */

static char *
coverage_text(const points_case_t *c)
{
    return g_strdup_printf("%u of %u packets this way are at both points", c->matched, c->sent);
}

static const char *
flags_text(const passage_t *p, bool tcp)
{
    return !tcp ? "datagram" : p->flags & TCP_RST ? "RST" : p->flags & TCP_SYN && p->flags & TCP_ACK ? "SYN/ACK"
         : p->flags & TCP_SYN ? "SYN" : p->length && p->flags & TCP_FIN ? "data with FIN"
         : p->flags & TCP_FIN ? "FIN" : p->length ? "data" : "ACK";
}

/* Some bytes, printable ones as they are. */
static void
add_bytes(GString *out, const passage_t *p, uint32_t from)
{
    g_string_append_c(out, '"');
    for (uint32_t i = from; i < p->captured && i < from + 16; i++)
        g_string_append_c(out, p->payload[i] >= 0x20 && p->payload[i] < 0x7f && p->payload[i] != '"'
                          ? (char)p->payload[i] : '.');
    g_string_append_c(out, '"');
}

static char *
contradiction_text(const points_case_t *c)
{
    GString *text = g_string_new(NULL);
    uint32_t there = c->bytes.at + (c->p->seq - c->original->seq);

    g_string_append_printf(text, "Byte %u of %u is another one at %s, frame %u: there ", c->bytes.at, c->p->length,
                           c->there, c->original->frame);
    add_bytes(text, c->original, there < c->original->captured ? there : 0);
    g_string_append(text, ", here ");
    add_bytes(text, c->p, c->bytes.at);
    return g_string_free(text, FALSE);
}

/* A pure function of the case, as in every family: the sign as text, or NULL. */
static char *
not_sent(const points_case_t *c)
{
    if (c->sign != POINTS_NOT_SENT)
        return NULL;
    char *coverage = coverage_text(c), *text;
    if (c->bytes.differs && c->original) {
        char *differs = contradiction_text(c);
        text = g_strdup_printf("%s; %s", differs, coverage);
        g_free(differs);
    } else if (c->original) {
        text = g_strdup_printf("%s sent another %s, frame %u there; %s", c->there, flags_text(c->original, c->tcp),
                               c->original->frame, coverage);
    } else {
        text = g_strdup_printf("Never passed %s, where its sender's packets pass first; %s", c->there, coverage);
    }
    g_free(coverage);
    return text;
}

static char *
not_arrived(const points_case_t *c)
{
    if (c->sign != POINTS_NOT_ARRIVED)
        return NULL;
    char *coverage = coverage_text(c);
    char *text = g_strdup_printf("Never arrived at %s, %s, sent %u time%s%s; %s, %u lost", c->there,
                                 flags_text(c->p, c->tcp), c->attempts, c->attempts == 1 ? "" : "s",
                                 c->nothing_after ? " with what came after" : "", coverage, c->lost);
    g_free(coverage);
    return text;
}

static char *
changed(const points_case_t *c)
{
    if (c->sign != POINTS_CHANGED)
        return NULL;
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "Passed %s as %s of %u bytes, frame %u, and arrived as %s of %u", c->there,
                           flags_text(c->original, c->tcp), c->original->length, c->original->frame,
                           flags_text(c->p, c->tcp), c->p->length);
    for (uint32_t i = 0; i < MIN(c->p->captured, c->original->captured); i++) {
        if (c->p->payload[i] == c->original->payload[i])
            continue;
        g_string_append_printf(text, "; from byte %u on ", i);
        add_bytes(text, c->original, i);
        g_string_append(text, " became ");
        add_bytes(text, c->p, i);
        break;
    }
    return g_string_free(text, FALSE);
}

/* ---- judgement ---- */

/* Packets are lost on this path as often as others were, both ways, or this way if that is more; so many of one kind
 * in a row by chance, at any of the places where it could have happened. */
double
points_loss_bound(const points_case_t *c)
{
    double this_way = (double)c->lost / MAX(c->matched + c->lost, 1);
    double loss = fmax(this_way, (c->lost_both + 0.5) / (c->both + 1.0));
    double chance = pow(loss, c->attempts) * MAX(c->tested, 1);
    return chance < 1 ? -10.0 * log10(chance) : 0;
}

judgement_t
points_judge(const points_case_t *c, GArray *evidence)
{
    evidence_offer_at_most(evidence, &rows[POINTS_NOT_SENT], not_sent(c),
                           c->attempts ? points_loss_bound(c) : INFINITY);
    evidence_offer(evidence, &rows[POINTS_CHANGED], changed(c));
    if (c->sign != POINTS_NOT_ARRIVED)
        return judge(evidence);
    evidence_offer_at_most(evidence, &rows[POINTS_NOT_ARRIVED], not_arrived(c), points_loss_bound(c));
    uint8_t confidence = judge_posterior(evidence);
    return (judgement_t){ confidence >= CONFIDENCE_SHOWN ? VERDICT_SILENCED : VERDICT_NONE, confidence };
}
