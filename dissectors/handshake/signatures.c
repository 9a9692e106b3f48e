/* handshake/signatures.c
 * Signatures of forged handshakes: one row and one small function each.
 *
 * A box that answers a SYN in the server's name keeps the client busy with numbers that the server
 * does not know. The server's own SYN/ACK follows, with other numbers, because the SYN went on to it.
 * Two SYN/ACKs for one SYN are therefore the sign; the rest tells which of the two is the forged one.
 *
 * Counts are SYN/ACKs whose SYN was captured too. Where the forged side is 0 of 0 nobody has counted, and
 * the sign weighs as if half of them showed it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "handshake/case.h"

#include "state/hops.h"

/* Two SYN/ACKs further apart may answer two SYNs of which one was not captured, or be the work of a SYN
 * proxy that draws a new cookie when it repeats itself: stacks repeat a SYN/ACK after a second or more
 * (RFC 6298, section 2.1). */
#define RACE_NS NS_PER_S

#define TTL_DEVIATION_MIN 3

/* ---- ordering ---- */

/* One packet, captured on both sides of a firewall that replaces sequence numbers with safer ones. */
static bool
is_rewritten(const handshake_case_t *c)
{
    const syn_ack_t *a = &c->own, *b = &c->other;
    int64_t apart = ticks_since(a->time, b->time);

    return apart < DUPLICATE_NS && apart > -DUPLICATE_NS && ABS(a->ip.ttl - b->ip.ttl) <= 1
        && a->ip.ip_id == b->ip.ip_id && a->window == b->window && a->has_options == b->has_options;
}

static bool
is_race(const handshake_case_t *c)
{
    int64_t apart = ticks_since(c->own.time, c->other.time);
    return !c->syn_repeated && !is_rewritten(c) && c->own.seq != c->other.seq && c->own.ack == c->other.ack
        && apart < RACE_NS && apart > -RACE_NS;
}

static char *
conflict(const handshake_case_t *c)
{
    if (!is_race(c))
        return NULL;
    return g_strdup_printf("sequence number %u, frame %u has %u: two SYN/ACKs for one SYN, %.1f ms apart",
                           c->own.seq, c->other.frame, c->other.seq,
                           ABS(ticks_since(c->own.time, c->other.time)) / 1e6);
}

static char *
denied(const handshake_case_t *c)
{
    if (!is_race(c) || !c->denied_frame)
        return NULL;
    return g_strdup_printf("the sender resets the acknowledgement of it in frame %u: it knows nothing of the "
                           "sequence number %u", c->denied_frame, c->own.seq);
}

/* ---- header copy ---- */

static char *
copies_id(const handshake_case_t *c)
{
    uint16_t asked = c->syn.mark;

    if (!is_race(c) || c->own.ip.ipv6 || asked < 16 || c->own.ip.ip_id != asked || c->other.ip.ip_id == asked)
        return NULL;
    return g_strdup_printf("IP ID 0x%04x is that of the SYN, frame %u; the other SYN/ACK, frame %u, has 0x%04x", asked,
                           c->syn.frame, c->other.frame, c->other.ip.ip_id);
}

/* ---- header mismatch ---- */

static bool
echoes(const handshake_case_t *c, const syn_ack_t *syn_ack)
{
    return syn_ack->has_timestamps && syn_ack->tsecr == c->syn_tsval;
}

/* A stack gives back the timestamp of what it answers. */
static char *
wrong_echo(const handshake_case_t *c)
{
    if (!is_race(c) || !(c->syn.bits & BIT_TIMESTAMPS) || !c->own.has_timestamps || echoes(c, &c->own)
        || !echoes(c, &c->other))
        return NULL;
    return g_strdup_printf("gives back the timestamp %u, the SYN in frame %u has %u, and the other SYN/ACK, frame %u, "
                           "gives that back", c->own.tsecr, c->syn.frame, c->syn_tsval, c->other.frame);
}

static char *
lacks_options(const handshake_case_t *c)
{
    if (!is_race(c) || c->own.has_options || !c->other.has_options)
        return NULL;
    return g_strdup_printf("no TCP options; the other SYN/ACK, frame %u, has them", c->other.frame);
}

/* ---- TTL ---- */

static char *
ttl_deviation(const handshake_case_t *c)
{
    uint8_t distance;

    if (!is_race(c) || !ttl_memory_distance(&c->host_ttls, c->own.ip.ttl, &distance)
        || distance < TTL_DEVIATION_MIN)
        return NULL;
    uint8_t usual = ttl_memory_usual(&c->host_ttls);
    return g_strdup_printf("TTL %u (%u hops); this host's other %u packets: %u (%u hops)", c->own.ip.ttl,
                           ttl_hops(c->own.ip.ttl), ttl_memory_total(&c->host_ttls), usual, ttl_hops(usual));
}

static char *
ttl_implausible(const handshake_case_t *c)
{
    uint8_t distance;

    if (!is_race(c) || ttl_is_plausible(c->own.ip.ttl)
        || (ttl_memory_distance(&c->host_ttls, c->own.ip.ttl, &distance) && distance < TTL_DEVIATION_MIN))
        return NULL;
    return g_strdup_printf("TTL %u would mean %u hops, more than any route has", c->own.ip.ttl,
                           ttl_hops(c->own.ip.ttl));
}

/* ---- the catalogue ---- */

#define COUNTED "1,655 SYN/ACKs over IPv4 with their SYN in 1,188 public captures (tests/calibrate/count_syn_acks)"
#define LIKE_DATA "; for the forged side injected data, as no SYN/ACKs are labelled"

#define TWO_MEMBERS "a SYN doubled on its way to two members of a load-balanced server"

static const struct {
    signature_t signature;
    char *(*test)(const handshake_case_t *);
} rows[] = {
    /* The first row is true of both or of neither. */
    { { "synack-seq-conflict", FAMILY_ORDERING, TIER_B, { 0, 1655 }, PUBLISHED,
        COUNTED "; Wang et al., IMC 2017 (constant)",
        "Two SYN/ACKs answer one SYN with different sequence numbers.", TWO_MEMBERS }, conflict },
    { { "synack-denied", FAMILY_ORDERING, TIER_D, { 0, 1655 }, { 0, 0 },
        COUNTED "; follows from RFC 9293, section 3.10.7.4",
        "Of two SYN/ACKs, the one whose acknowledgement the server resets.", TWO_MEMBERS }, denied },
    { { "synack-copies-id", FAMILY_HEADER_COPY, TIER_C, { 336, 7730 }, PUBLISHED,
        "SYN/ACKs with their SYN, each alone, in public captures that did not shape the rules; net4people/bbs #98",
        "Of two SYN/ACKs, the one with the IP ID of the SYN.",
        "SYN proxies that reflect what they receive, in front of one of two servers" }, copies_id },
    { { "synack-wrong-echo", FAMILY_HEADER_MISMATCH, TIER_B, { 41, 3281 }, { 1, 1 },
        "SYN/ACKs with timestamps, each alone, in public captures that did not shape the rules, and one forged "
        "handshake among them; RFC 7323 section 3.2",
        "Of two SYN/ACKs, the one that does not give back the timestamp of the SYN.",
        "a box that rewrites timestamps on one of two paths" }, wrong_echo },
    { { "synack-lacks-options", FAMILY_HEADER_MISMATCH, TIER_C, { 41, 1655 }, { 50, 141 },
        COUNTED ", without options though the SYN has them" LIKE_DATA,
        "Of two SYN/ACKs, the one without TCP options.",
        "a SYN proxy in front of one of two servers" }, lacks_options },
    { { "synack-ttl-deviation", FAMILY_TTL, TIER_C, { 95, 3451 }, { 8, 13 },
        "SYN/ACK against later segments in 1,733 public captures" LIKE_DATA,
        "Of two SYN/ACKs, the one from a distance three or more hops off everything else of this host.",
        "front ends that shake hands for the server behind them" }, ttl_deviation },
    { { "synack-ttl-implausible", FAMILY_TTL, TIER_C, { 10, 1655 }, { 3, 13 },
        COUNTED LIKE_DATA,
        "Of two SYN/ACKs, the one with a TTL that no initial value in use explains.",
        "senders with odd initial TTLs, carriers that rewrite TTLs" }, ttl_implausible },
};

const signature_t *
handshake_signature(unsigned index)
{
    return index < G_N_ELEMENTS(rows) ? &rows[index].signature : NULL;
}

judgement_t
handshake_judge(const handshake_case_t *c, GArray *evidence)
{
    evidence_clear(evidence);
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        evidence_offer(evidence, &rows[i].signature, rows[i].test(c));
    return judge(evidence);
}

double
handshake_oddness(const handshake_case_t *c)
{
    GArray *evidence = evidence_new();

    handshake_judge(c, evidence);
    /* Both contradict each other. What the sender did later is of the same family as that, and is what
     * tells the two apart. */
    double weight = evidence_weight_without(evidence, &rows[0].signature);
    evidence_free(evidence);
    return weight;
}
