/* dns/signatures.c
 * Signatures of forged DNS answers: one row and one small function each.
 *
 * Two different answers to one query prove that somebody else answered too, not which of them it
 * was; the order of arrival tells nothing (a tenth of injected answers come last). So the conflict
 * convicts only an answer that carries a sign which its rival does not.
 *
 * Counts are answers: of captures where nothing is forged, and of labelled forged ones (student and
 * research captures of injectors), by tests/calibrate/count. A number of 1 of 1 stands for a header
 * that a publication calls constant.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dns/case.h"

#include <arpa/inet.h>
#include <string.h>

#include "state/hops.h"

/* An answer this much more suspicious than its rival is the forged one of the two (dB). */
#define RIVAL_MARGIN_DB 6.0

/* What a conflict between two equally odd answers is worth: one of them is forged. */
#define UNDECIDED_CONFIDENCE 45

#define TTL_DEVIATION_MIN 3
#define RTT_USEFUL_US     4000

typedef char *(*test_t)(const dns_case_t *c, const dns_answer_t *a);

static bool
is_ipv4(const dns_answer_t *a)
{
    return !a->ip.ipv6;
}

/* One record, one question, nothing else: what injectors write. */
static bool
is_single_record(const dns_answer_t *a)
{
    return a->complete && a->answers == 1 && !a->authorities && !a->additionals
        && a->address_count == 1 && dns_rcode(&(dns_message_t){ .flags = a->flags }) == DNS_NOERROR;
}

static char *
address_text(const dns_answer_t *a)
{
    char text[INET6_ADDRSTRLEN];

    return g_strdup(inet_ntop(a->address_is_ipv6 ? AF_INET6 : AF_INET, a->address, text, sizeof text));
}

/* ---- names and sets ---- */

static bool
ends_with(const char *name, const char *zone)
{
    size_t n = strlen(name), z = strlen(zone);
    return n >= z && !g_ascii_strcasecmp(name + n - z, zone);
}

static bool
starts_with_reversed_address(const char *name)
{
    unsigned labels = 0;
    while (labels < 4) {
        size_t digits = strspn(name, "0123456789");
        if (!digits || digits > 3 || name[digits] != '.')
            return false;
        name += digits + 1;
        labels++;
    }
    return true;
}

bool
dns_name_is_public(const char *name)
{
    static const char *const local[] = {
        ".arpa", ".local", ".localhost", ".localdomain", ".lan", ".home", ".internal", ".intranet",
        ".corp", ".private", ".test", ".invalid", ".onion", "localhost",
    };

    if (!strchr(name, '.') || starts_with_reversed_address(name))
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(local); i++)
        if (ends_with(name, local[i]))
            return false;
    return true;
}

static unsigned
rcode(const dns_answer_t *a)
{
    return a->flags & 0xf;
}

static bool
is_final(const dns_answer_t *a)
{
    return a->complete && !a->more_elements && !(a->flags & DNS_TRUNCATED)
        && (rcode(a) == DNS_NOERROR || rcode(a) == DNS_NXDOMAIN);
}

static bool
share_an_element(const dns_answer_t *a, const dns_answer_t *b)
{
    for (unsigned i = 0, k = 0; i < a->n_elements && k < b->n_elements;) {
        if (a->element[i] == b->element[k])
            return true;
        if (a->element[i] < b->element[k])
            i++;
        else
            k++;
    }
    return false;
}

bool
dns_answers_conflict(const dns_answer_t *a, const dns_answer_t *b)
{
    if (!is_final(a) || !is_final(b))
        return false;
    if (!a->n_elements && !b->n_elements)
        return rcode(a) != rcode(b);
    return !share_an_element(a, b);
}

unsigned
dns_sets(const dns_case_t *c)
{
    unsigned set[DNS_ANSWERS_MAX], sets = 0;

    /* Answers that agree are one set, also when only a third one links them. */
    for (unsigned i = 0; i < c->n_answers; i++) {
        set[i] = i;
        if (!is_final(&c->answer[i]))
            continue;
        sets++;
        for (unsigned k = 0; k < i; k++) {
            if (set[i] == set[k] || !is_final(&c->answer[k])
                || dns_answers_conflict(&c->answer[i], &c->answer[k]))
                continue;
            for (unsigned m = 0, from = set[i], to = set[k]; m <= i; m++)
                set[m] = set[m] == from ? to : set[m];
            sets--;
        }
    }
    return sets ? sets : c->n_answers > 0;
}

/* ---- ordering ---- */

static char *
burst(const dns_case_t *c, const dns_answer_t *a)
{
    for (unsigned i = 0; i < c->n_answers; i++) {
        const dns_answer_t *b = &c->answer[i];
        int64_t gap = b->time - a->time;
        if (b->frame == a->frame || gap > DNS_BURST_NS || gap < -DNS_BURST_NS || c->queries > 1)
            continue;
        bool other_box = ttl_distance(a->ip.ttl, b->ip.ttl) >= TTL_DEVIATION_MIN
                      || a->ip.df != b->ip.df || !ip_mark(&a->ip) != !ip_mark(&b->ip);
        if (other_box && dns_answers_conflict(a, b))
            return g_strdup_printf("another answer with other content and another header within "
                                   "%.2f ms (frame %u)", (gap < 0 ? -gap : gap) / 1e6, b->frame);
    }
    return NULL;
}

static char *
server_is_closed(const dns_case_t *c, const dns_answer_t *a)
{
    (void)a;
    if (!c->unreachable_frame)
        return NULL;
    return g_strdup_printf("the same address says that nobody listens there for this very query "
                           "(ICMP in frame %u)", c->unreachable_frame);
}

/* ---- timing ---- */

static char *
early(const dns_case_t *c, const dns_answer_t *a)
{
    int64_t delay = a->time - c->last_query_time;

    if (!c->query_frame || c->queries != 1 || c->server.rtt_us < RTT_USEFUL_US || c->server.answers < 3
        || delay < 0 || delay * 2 >= c->server.rtt_us * NS_PER_US)
        return NULL;
    return g_strdup_printf("answer after %.2f ms; the fastest of this server's %u others took %.2f ms",
                           delay / 1e6, c->server.answers, c->server.rtt_us / 1e3);
}

/* ---- TTL ---- */

static char *
ttl_unlike_server(const dns_case_t *c, const dns_answer_t *a)
{
    uint8_t distance;

    if (!ttl_memory_distance(&c->server.ttls, a->ip.ttl, &distance) || distance < TTL_DEVIATION_MIN)
        return NULL;
    uint8_t usual = ttl_memory_usual(&c->server.ttls);
    return g_strdup_printf("IP TTL %u (%u hops); this server's %u other answers: %u (%u hops)",
                           a->ip.ttl, ttl_hops(a->ip.ttl), ttl_memory_total(&c->server.ttls), usual,
                           ttl_hops(usual));
}

static char *
ttl_implausible(const dns_case_t *c, const dns_answer_t *a)
{
    uint8_t distance;

    if (ttl_is_plausible(a->ip.ttl)
        || (ttl_memory_distance(&c->server.ttls, a->ip.ttl, &distance) && distance < TTL_DEVIATION_MIN))
        return NULL;
    return g_strdup_printf("IP TTL %u would mean %u hops, more than any route has", a->ip.ttl,
                           ttl_hops(a->ip.ttl));
}

/* ---- header mismatch ---- */

static char *
id_zero_df_clear(const dns_case_t *c, const dns_answer_t *a)
{
    if (!is_ipv4(a) || a->ip.ip_id || a->ip.df || !c->server_is_public || c->tcp)
        return NULL;
    return g_strdup("IP ID 0 with don't-fragment clear, as no resolver's stack sends");
}

static char *
rd_not_copied(const dns_case_t *c, const dns_answer_t *a)
{
    if (!c->query_frame || !((a->flags ^ c->query_flags) & DNS_RECURSION_DESIRED))
        return NULL;
    return g_strdup_printf("RD is %s, the query (frame %u) had it %s; servers copy it",
                           a->flags & DNS_RECURSION_DESIRED ? "set" : "clear", c->query_frame,
                           c->query_flags & DNS_RECURSION_DESIRED ? "set" : "clear");
}

static char *
flags_unlike_server(const dns_case_t *c, const dns_answer_t *a)
{
    unsigned n = c->server.answers;
    bool ra = a->flags & DNS_RECURSION_AVAILABLE;

    if (n < 3 || rcode(a) == DNS_REFUSED)
        return NULL;
    unsigned same = ra ? c->server.recursion_available : n - c->server.recursion_available;
    if (same * 20 > n)
        return NULL;
    return g_strdup_printf("recursion available is %s; %s in %u of this server's %u other answers",
                           ra ? "set" : "clear", ra ? "clear" : "set", n - same, n);
}

static char *
opt_stripped(const dns_case_t *c, const dns_answer_t *a)
{
    /* One among the answers is not missing; that has a row of its own. */
    if (!c->query_opt || a->has_opt || a->opt_as_answer || !a->complete || a->flags & DNS_TRUNCATED
        || rcode(a) != DNS_NOERROR)
        return NULL;
    return g_strdup_printf("no EDNS record, though the query (frame %u) had one", c->query_frame);
}

static char *
opt_unlike_server(const dns_case_t *c, const dns_answer_t *a)
{
    if (!c->query_opt || a->has_opt || !a->complete || rcode(a) != DNS_NOERROR
        || c->server.opt_asked < 3 || c->server.opt_given * 10 < c->server.opt_asked * 9)
        return NULL;
    return g_strdup_printf("no EDNS record; this server's other answers had one in %u of %u cases",
                           c->server.opt_given, c->server.opt_asked);
}

static char *
trailing_bytes(const dns_case_t *c, const dns_answer_t *a)
{
    (void)c;
    if (!a->trailing || !a->complete || c->tcp)
        return NULL;
    return g_strdup_printf("%u bytes after the last record", a->trailing);
}

/* ---- content ---- */

static char *
type_mismatch(const dns_case_t *c, const dns_answer_t *a)
{
    if (!a->type_mismatch)
        return NULL;
    char *address = address_text(a);
    char *text = g_strdup_printf("address %s in answer to a query of type %u", address, c->qtype);
    g_free(address);
    return text;
}

static char *
opt_as_answer(const dns_case_t *c, const dns_answer_t *a)
{
    (void)c;
    if (!a->opt_as_answer)
        return NULL;
    return g_strdup_printf("the EDNS record stands among the answers, %u bytes follow the message",
                           a->trailing);
}

static char *
private_answer(const dns_case_t *c, const dns_answer_t *a)
{
    if (!a->special_count || a->special_count < a->address_count || !c->name_is_public
        || !c->server_is_public || (a->address[0] == 0 && !a->address_is_ipv6))
        return NULL;
    char *address = address_text(a);
    char *text = g_strdup_printf("%s leads to %s, which is no public address; the server is public",
                                 c->name, address);
    g_free(address);
    return text;
}

static char *
gfw_injector_1(const dns_case_t *c, const dns_answer_t *a)
{
    (void)c;
    if (!is_ipv4(a) || a->ip.df || !(a->flags & DNS_AUTHORITATIVE) || a->ttl != 60
        || !a->owner_in_full || !is_single_record(a))
        return NULL;
    return g_strdup("authoritative, record TTL 60, name in full, don't-fragment clear: the shape "
                    "published for GFW DNS injector 1");
}

static char *
gfw_injector_3(const dns_case_t *c, const dns_answer_t *a)
{
    if (!is_ipv4(a) || a->ip.ip_id || a->ip.df || a->owner_in_full || !is_single_record(a)
        || !c->server_is_public || (a->flags != 0x8180 && a->flags != 0x8400))
        return NULL;
    return g_strdup_printf("IP ID 0, don't-fragment clear, flags 0x%04x, one compressed record and no "
                           "more: the shape published for GFW DNS injector 3", a->flags);
}

static char *
turkmenistan(const dns_case_t *c, const dns_answer_t *a)
{
    static const uint8_t loopback[] = { 127, 0, 0, 1 };
    (void)c;
    if (!is_ipv4(a) || a->ip.ip_id != 0x7530 || a->ip.df || a->address_count != 1 || a->address_is_ipv6
        || memcmp(a->address, loopback, 4) || a->ttl != 300)
        return NULL;
    return g_strdup("127.0.0.1, record TTL 300, IP ID 0x7530: the answer published for Turkmenistan's "
                    "filter");
}

static char *
iran_address(const dns_case_t *c, const dns_answer_t *a)
{
    if (a->address_is_ipv6 || !a->address_count || a->address[0] != 10 || a->address[1] != 10
        || a->address[2] != 34 || a->address[3] < 34 || a->address[3] > 36 || !c->name_is_public)
        return NULL;
    return g_strdup_printf("%s leads to 10.10.34.%u, Iran's block page", c->name, a->address[3]);
}

/* Owners of most addresses that China's filter forges (Hoang et al., USENIX Security 2021): their own
 * names lead to these addresses by right. */
static bool
is_name_of_owner(const char *name)
{
    static const char *const owners[] = {
        "facebook.com", "fbcdn.net", "fb.com", "fbsbx.com", "instagram.com", "cdninstagram.com",
        "whatsapp.com", "whatsapp.net", "messenger.com", "meta.com", "threads.net", "twitter.com", "x.com",
        "twimg.com", "t.co", "dropbox.com", "dropboxusercontent.com", "dropboxstatic.com",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(owners); i++) {
        size_t n = strlen(name), z = strlen(owners[i]);
        if (ends_with(name, owners[i]) && (n == z || name[n - z - 1] == '.'))
            return true;
    }
    return false;
}

/* Sure to be known for forged answers: said in the name of somebody who would not say so himself. What
 * a provider's own resolver answers is the provider's, and not forged. */
static bool
is_forged_pool(const dns_case_t *c, const fingerprint_t *fp)
{
    return c->server_is_public && c->name_is_public && fingerprint_is_sure(fp)
        && (fp->scope == SCOPE_NATIONAL || fp->addresses_only || c->server_is_neutral);
}

static char *
listed_answer(const dns_case_t *c, const dns_answer_t *a, bool forged_pool)
{
    const fingerprint_t *fp = a->listed;

    if (!fp || !c->name || is_name_of_owner(c->name) || is_forged_pool(c, fp) != forged_pool)
        return NULL;
    char *entry = fingerprint_text(fp, a->time);
    char *text = g_strdup_printf("%s leads to %s: %s", c->name, fp->pattern, entry);
    g_free(entry);
    return text;
}

static char *
bogus_ip(const dns_case_t *c, const dns_answer_t *a)
{
    return listed_answer(c, a, true);
}

static char *
listed_address(const dns_case_t *c, const dns_answer_t *a)
{
    return listed_answer(c, a, false);
}

/* ---- the catalogue ---- */

#define COUNTED_BENIGN "counted: 930 unicast answers of 1,188 public captures"
#define COUNTED        COUNTED_BENIGN ", 33 labelled forged ones"

static const signature_t conflict_signature = {
    "dns-dup-conflict", FAMILY_ORDERING, TIER_A, { 0, 1646 }, { 17, 33 },
    "unicast transactions in 1,733 public captures (and 0 of 930 counted answers); 33 labelled forged "
    "answers; Duan et al., SATIN 2012 (2 servers in 26.9 million queries)",
    "Different answers to one query, more of them than times it was asked.",
    "a forwarder that asks several servers and passes on every answer",
};

/* What an answer must have before a sign is worth a test: most answers have none of it. */
enum {
    IS_ODDER        = 0x001,    /* than another answer to the same query */
    IS_CLOSED       = 0x002,    /* the server said that nobody listens there */
    IS_KNOWN_SERVER = 0x004,    /* with answers before this one */
    HAS_ODD_TTL     = 0x008,
    HAS_NO_ID       = 0x010,    /* IP ID 0, don't-fragment clear */
    HAS_OTHER_FLAGS = 0x020,    /* recursion desired unlike the query */
    LACKS_OPT       = 0x040,    /* that the query had */
    IS_MISSHAPEN    = 0x080,
    HAS_SPECIAL     = 0x100,    /* an address that is not public */
    HAS_FULL_NAME   = 0x200,    /* in front of the first record */
    IS_LISTED       = 0x400,
    N_TRAITS        = 11,
};

static unsigned
traits_of(const dns_case_t *c, const dns_answer_t *a)
{
    return (c->unreachable_frame ? IS_CLOSED : 0)
        | (c->server.answers ? IS_KNOWN_SERVER : 0) | (ttl_is_plausible(a->ip.ttl) ? 0 : HAS_ODD_TTL)
        | (a->ip.ip_id || a->ip.df ? 0 : HAS_NO_ID)
        | ((a->flags ^ c->query_flags) & DNS_RECURSION_DESIRED ? HAS_OTHER_FLAGS : 0)
        | (c->query_opt && !a->has_opt ? LACKS_OPT : 0)
        | (a->type_mismatch || a->opt_as_answer || a->trailing ? IS_MISSHAPEN : 0)
        | (a->special_count ? HAS_SPECIAL : 0) | (a->owner_in_full ? HAS_FULL_NAME : 0)
        | (a->listed ? IS_LISTED : 0);
}

static const struct {
    signature_t signature;
    unsigned    when;           /* one of the traits */
    test_t      test;
} rows[] = {
    { { "dns-burst-sub-ms", FAMILY_ORDERING, TIER_A, { 0, 930 }, { 9, 10 },
        COUNTED_BENIGN "; Anonymous et al., FOCI 2020 (below 0.2 ms in 90 %)",
        "Answers with other content and other headers within a millisecond.",
        "none known" }, IS_ODDER, burst },
    { { "dns-non-resolver-answer", FAMILY_ORDERING, TIER_A, { 0, 930 }, PUBLISHED,
        COUNTED_BENIGN "; principle of measurements towards unused addresses",
        "The address that answers also says that nobody listens there.",
        "a server that stopped between two copies of the query" }, IS_CLOSED, server_is_closed },
    { { "dns-early-answer", FAMILY_TIMING, TIER_B, { 2, 930 }, { 2, 33 },
        COUNTED "; Duan et al., SATIN 2012 (half a round trip)",
        "Sooner than half the fastest answer of this server.",
        "an anycast resolver that answers from a nearer site" }, IS_KNOWN_SERVER, early },
    { { "dns-ttl-mismatch-resolver", FAMILY_TTL, TIER_B, { 8, 930 }, PUBLISHED,
        COUNTED_BENIGN "; Duan et al., SATIN 2012 (all forged answers)",
        "IP TTL three or more hops off this server's other answers.",
        "an anycast resolver with sites at several distances" }, IS_KNOWN_SERVER, ttl_unlike_server },
    { { "dns-ttl-implausible", FAMILY_TTL, TIER_C, { 0, 930 }, { 119, 256 },
        COUNTED_BENIGN "; share of random TTLs (Anonymous et al., FOCI 2020)",
        "IP TTL that no initial value in use explains.",
        "carriers that rewrite TTLs" }, HAS_ODD_TTL, ttl_implausible },
    { { "dns-id-zero-df-clear", FAMILY_HEADER_MISMATCH, TIER_B, { 0, 1665 }, PUBLISHED,
        "answers in 1,733 public captures; Fan et al., NDSS 2025 (constant)",
        "IP ID 0 with don't-fragment clear from a public server.",
        "small embedded resolvers" }, HAS_NO_ID, id_zero_df_clear },
    { { "dns-rd-not-copied", FAMILY_HEADER_MISMATCH, TIER_B, { 10, 930 }, { 23, 33 },
        COUNTED "; RFC 1035 section 4.1.1; net4people/bbs #466",
        "Recursion desired is not what the query said.",
        "servers that do not copy the flag" }, HAS_OTHER_FLAGS, rd_not_copied },
    { { "dns-flags-unlike-server", FAMILY_HEADER_MISMATCH, TIER_C, { 1, 930 }, { 22, 33 },
        COUNTED,
        "Recursion available unlike this server's other answers.",
        "a server that recurses for some zones only" }, IS_KNOWN_SERVER, flags_unlike_server },
    { { "dns-opt-unlike-server", FAMILY_HEADER_MISMATCH, TIER_B, { 0, 107 }, { 6, 33 },
        "answers to queries with EDNS in 1,733 public captures; 33 labelled forged answers",
        "No EDNS record from a server that always answers with one.",
        "an EDNS fallback inside the resolver" }, LACKS_OPT, opt_unlike_server },
    { { "dns-opt-stripped", FAMILY_HEADER_MISMATCH, TIER_C, { 10, 107 }, { 14, 33 },
        "answers to queries with EDNS in 1,733 public captures; 33 labelled forged answers",
        "No EDNS record although the query had one.",
        "old resolvers without EDNS" }, LACKS_OPT, opt_stripped },
    { { "dns-trailing-bytes", FAMILY_HEADER_MISMATCH, TIER_D, { 4, 930 }, { 0, 33 },
        COUNTED "; net4people/bbs #80",
        "Bytes after the last record.",
        "padding by middleboxes" }, IS_MISSHAPEN, trailing_bytes },
    { { "dns-qtype-mismatch", FAMILY_CONTENT, TIER_A, { 0, 1646 }, { 9, 33 },
        "unicast transactions in 1,733 public captures; 33 labelled forged answers; Fan et al., NDSS 2025",
        "An address of another type than asked for, without an alias.",
        "none known" }, IS_MISSHAPEN, type_mismatch },
    { { "dns-opt-as-answer", FAMILY_CONTENT, TIER_B, { 1, 930 }, PUBLISHED,
        COUNTED_BENIGN "; net4people/bbs #80 (the query copied); RFC 6891 section 6.1.1",
        "The query's EDNS record counted as the answer.",
        "home-made servers that send the query back (1 in 930)" }, IS_MISSHAPEN, opt_as_answer },
    { { "dns-private-answer", FAMILY_CONTENT, TIER_B, { 1, 930 }, { 33, 33 },
        COUNTED "; Pearce et al., USENIX Security 2017",
        "A public name leads to a private address, says a public server.",
        "split horizon, or a zone that publishes internal addresses" }, HAS_SPECIAL, private_answer },
    { { "dns-gfw-inj1", FAMILY_CONTENT, TIER_A, { 0, 1665 }, PUBLISHED,
        "answers in 1,733 public captures; Anonymous et al., FOCI 2020 (constant)",
        "The shape of GFW DNS injector 1.",
        "none known" }, HAS_FULL_NAME, gfw_injector_1 },
    { { "dns-gfw-inj3", FAMILY_CONTENT, TIER_A, { 0, 1665 }, PUBLISHED,
        "answers in 1,733 public captures; Fan et al., NDSS 2025 (constant)",
        "The shape of GFW DNS injector 3.",
        "none known" }, HAS_NO_ID, gfw_injector_3 },
    { { "dns-tm-loopback", FAMILY_CONTENT, TIER_A, { 0, 1665 }, PUBLISHED,
        "answers in 1,733 public captures; net4people/bbs #80; Nourin et al., WWW 2023 (constant)",
        "The answer of Turkmenistan's filter.",
        "none known" }, HAS_SPECIAL, turkmenistan },
    { { "dns-ir-1010", FAMILY_CONTENT, TIER_A, { 0, 1646 }, PUBLISHED,
        "unicast transactions in 1,733 public captures; Aryan et al., FOCI 2013; net4people/bbs #98 (constant)",
        "The address of Iran's block page.",
        "a network that uses 10.10.34.0/24 itself" }, HAS_SPECIAL, iran_address },
    { { "dns-bogus-ip", FAMILY_CONTENT, TIER_B, { 0, 930 }, PUBLISHED,
        COUNTED_BENIGN ", all with the own list; Hoang et al., USENIX Security 2021 (forged answers draw from a list)",
        "An address or alias from a list of forged answers, in the name of a public server.",
        "a resolver that filters by itself, or was fed the forged answer and passes it on" }, IS_LISTED, bogus_ip },
    { { "dns-listed-answer", FAMILY_CONTENT, TIER_D, { 0, 930 }, { 0, 33 },
        COUNTED ", all with the own list",
        "An address or alias from a list, from a server that may well give it itself.",
        "the resolver of a provider, company or home that filters" }, IS_LISTED, listed_address },
};

const signature_t *
dns_signature(unsigned index)
{
    if (index == 0)
        return &conflict_signature;
    return index <= G_N_ELEMENTS(rows) ? &rows[index - 1].signature : NULL;
}

/* The rows worth a test where there are these traits, as bits. */
static uint32_t
rows_when(unsigned traits)
{
    static uint32_t by_trait[N_TRAITS];     /* filled in once */
    static bool filled;
    uint32_t worth = 0;

    for (unsigned i = 0; !filled && i < G_N_ELEMENTS(rows); i++)
        by_trait[__builtin_ctz(rows[i].when)] |= UINT32_C(1) << i;
    filled = true;
    for (; traits; traits &= traits - 1)
        worth |= by_trait[__builtin_ctz(traits)];
    return worth;
}

/* Fires the rows of some traits on one answer. */
static void
collect(const dns_case_t *c, const dns_answer_t *a, unsigned traits, GArray *evidence)
{
    for (uint32_t left = rows_when(traits); left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        evidence_offer(evidence, &rows[i].signature, rows[i].test(c, a));
    }
}

/* How odd an answer is by itself, in dB. */
static double
oddness(const dns_case_t *c, const dns_answer_t *a)
{
    GArray *evidence = evidence_new();

    collect(c, a, traits_of(c, a), evidence);
    double total = evidence_weight(evidence);
    evidence_free(evidence);
    return total;
}

/* The least odd answer that contradicts answer `which`; -1 when none does. */
static int
best_rival(const dns_case_t *c, unsigned which, double *rival_oddness)
{
    int best = -1;

    for (unsigned i = 0; i < c->n_answers; i++) {
        if (i == which || !dns_answers_conflict(&c->answer[i], &c->answer[which]))
            continue;
        double odd = oddness(c, &c->answer[i]);
        if (best < 0 || odd < *rival_oddness) {
            best = (int)i;
            *rival_oddness = odd;
        }
    }
    return best;
}

static char *
answer_text(const dns_answer_t *a)
{
    return a->address_count            ? address_text(a)
         : rcode(a) == DNS_NXDOMAIN    ? g_strdup("NXDOMAIN")
         : rcode(a) != DNS_NOERROR     ? g_strdup_printf("response code %u", rcode(a))
                                       : g_strdup_printf("%u records without address", a->answers);
}

static char *
conflict_text(const dns_case_t *c, unsigned which, unsigned rival)
{
    const dns_answer_t *a = &c->answer[which], *b = &c->answer[rival];
    char *mine = answer_text(a), *other = answer_text(b);
    char *text = g_strdup_printf("%u different answers to a query asked %s: %s here, %s in frame %u",
                                 dns_sets(c), c->queries > 1 ? "several times" : "once", mine, other,
                                 b->frame);
    g_free(mine);
    g_free(other);
    return text;
}

judgement_t
dns_judge(const dns_case_t *c, unsigned which, GArray *evidence, int *rival)
{
    const dns_answer_t *a = &c->answer[which];

    *rival = -1;
    evidence_clear(evidence);
    collect(c, a, traits_of(c, a), evidence);
    judgement_t by_itself = judge(evidence);
    if (c->n_answers < 2)
        return by_itself;
    double rival_oddness = 0;
    int other = best_rival(c, which, &rival_oddness);
    /* A resolver may change its mind between two copies of a query, but not within one. */
    if (other < 0 || dns_sets(c) <= MAX(c->queries, 1))
        return by_itself;
    double margin = evidence_weight(evidence) - rival_oddness;
    if (margin <= -RIVAL_MARGIN_DB)
        return by_itself;

    bool stands_out = margin >= RIVAL_MARGIN_DB;
    /* A burst says that one of its answers is forged; that it is this one, only where this one stands out. */
    if (stands_out) {
        collect(c, a, IS_ODDER, evidence);
        by_itself = judge(evidence);
    }
    evidence_add(evidence, &conflict_signature, conflict_text(c, which, (unsigned)other));
    if (stands_out) {
        *rival = other;
        return judge(evidence);
    }
    if (by_itself.verdict == VERDICT_FORGED)
        return by_itself;       /* as odd as its rival: then both are forged */
    /* Neither stands out: one of the two is forged, and saying which would be a guess. */
    return (judgement_t){ VERDICT_SUSPECT, UNDECIDED_CONFIDENCE };
}

const char *
dns_innocent(const dns_case_t *c, const GArray *evidence)
{
    if (c->queries > 1 && dns_sets(c) > 1)
        return "a resolver that answers each copy of the query from another cache";
    const evidence_t *strongest = evidence_strongest(evidence);
    return strongest ? strongest->signature->twin : NULL;
}
