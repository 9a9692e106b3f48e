/* dns/signatures.c
 * Signatures of forged DNS answers: one row and one small function each.
 *
 * Two different answers to one query prove that somebody else answered too, not which of them it
 * was; the order of arrival tells nothing (a tenth of injected answers come last). So the conflict
 * convicts only an answer that carries a sign which its rival does not.
 *
 * A single answer is compared with what this server answered otherwise. A shape, however well published, is
 * also the habit of somebody's own stack: it convicts where the answer is unlike the server's others, or leads to
 * a published address, and never because it is seen for the first time.
 *
 * Counts are answers: of captures where nothing is forged, and of labelled forged ones (student and
 * research captures of injectors), by tests/calibrate/count. PUBLISHED stands for a header that a publication
 * calls constant.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dns/case.h"

#include <arpa/inet.h>
#include <math.h>
#include <string.h>

#include "state/hops.h"

/* An answer this much more suspicious than its rival is the forged one of the two (dB). */
#define RIVAL_MARGIN_DB 6.0

#define TTL_DEVIATION_MIN 3
#define RTT_USEFUL_US     4000

/* Answers of a server from which on something can be unlike them. */
#define KNOWN_MIN 3

/* Answers with one TTL from which on it is a site's that the server has as well. */
#define SITE_MIN 4

/* An answer whose query was not captured, and another one this much later: the query may have been sent again. The
 * most impatient resolvers wait 0.8 s. */
#define ONE_QUERY_NS (700 * NS_PER_MS)

/* What the server's habits and chance leave of a sign is not worth a word below this. */
#define BOUND_MIN_DB 4.0

/* A random IP ID is 0, or any other number. */
#define ID_CHANCE (1.0 / 65536)

typedef char *(*test_t)(const dns_case_t *c, const dns_answer_t *a);

static bool
is_ipv4(const dns_answer_t *a)
{
    return !a->ip.ipv6;
}

static unsigned
rcode(const dns_answer_t *a)
{
    return a->flags & 0xf;
}

/* One record, one question, nothing else: what injectors write. */
static bool
is_single_record(const dns_answer_t *a)
{
    return a->complete && a->answers == 1 && !a->authorities && !a->additionals
        && a->address_count == 1 && rcode(a) == DNS_NOERROR;
}

static char *
address_text(const dns_answer_t *a)
{
    char text[INET6_ADDRSTRLEN];

    return g_strdup(inet_ntop(a->address_is_ipv6 ? AF_INET6 : AF_INET, a->address, text, sizeof text));
}

static char *
answer_text(const dns_answer_t *a)
{
    return a->address_count            ? address_text(a)
         : rcode(a) == DNS_NXDOMAIN    ? g_strdup("NXDOMAIN")
         : rcode(a) == DNS_REFUSED     ? g_strdup("REFUSED")
         : rcode(a) == DNS_SERVFAIL    ? g_strdup("SERVFAIL")
         : rcode(a) != DNS_NOERROR     ? g_strdup_printf("response code %u", rcode(a))
                                       : g_strdup_printf("%u records without address", a->answers);
}

static const char *
set_or_clear(bool set)
{
    return set ? "set" : "clear";
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

/* Says what the server knows, as far as it goes. */
static bool
is_final(const dns_answer_t *a)
{
    return (a->complete || a->cut) && !a->more_elements && !(a->flags & DNS_TRUNCATED);
}

/* A server that fails or refuses may yet answer, or another one behind the same address does. */
static bool
is_failure(const dns_answer_t *a)
{
    return rcode(a) != DNS_NOERROR && rcode(a) != DNS_NXDOMAIN;
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
    if (!a->complete || !b->complete)       /* one server does not count in two ways */
        return rcode(a) != rcode(b) || a->answers != b->answers;
    if (!a->n_elements && !b->n_elements)
        return rcode(a) != rcode(b);
    return !share_an_element(a, b);
}

/* The same for two answers of a transaction, which may answer two copies of a query. */
static bool
contradict(const dns_case_t *c, unsigned i, unsigned k)
{
    const dns_answer_t *a = &c->answer[i], *b = &c->answer[k];
    int64_t apart = a->time > b->time ? a->time - b->time : b->time - a->time;

    return i != k && (c->queries || apart < ONE_QUERY_NS) && dns_answers_conflict(a, b);
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
            if (set[i] == set[k] || !is_final(&c->answer[k]) || contradict(c, i, k))
                continue;
            for (unsigned m = 0, from = set[i], to = set[k]; m <= i; m++)
                set[m] = set[m] == from ? to : set[m];
            sets--;
        }
    }
    return sets ? sets : c->n_answers > 0;
}

bool
dns_disputes(const dns_case_t *c, unsigned i, unsigned k)
{
    return contradict(c, i, k) && dns_sets(c) > MAX(c->queries, 1);
}

/* ---- what an answer shows by itself ---- */

/* 0.0.0.0 (and all that begins with 0) or ::, which block lists say. */
static bool
is_null_address(const dns_answer_t *a)
{
    static const uint8_t null[16];
    return a->address_is_ipv6 ? !memcmp(a->address, null, sizeof null) : !a->address[0];
}

static bool
is_shape_1(const dns_answer_t *a)
{
    return is_ipv4(a) && !a->ip.df && a->flags & DNS_AUTHORITATIVE && a->ttl == 60 && a->owner_in_full
        && is_single_record(a);
}

static bool
is_shape_3(const dns_answer_t *a)
{
    return is_ipv4(a) && !a->ip.ip_id && !a->ip.df && !a->owner_in_full && is_single_record(a)
        && (a->flags == 0x8180 || a->flags == 0x8400);
}

static bool
is_negative(const dns_answer_t *a)
{
    return a->complete && !(a->flags & DNS_TRUNCATED) && !a->answers
        && (rcode(a) == DNS_NOERROR || rcode(a) == DNS_NXDOMAIN);
}

static void
note(dns_traits_t *traits, dns_trait_t trait, bool tested, bool shown)
{
    traits->tested |= (uint32_t)tested << trait;
    traits->shown |= (uint32_t)(tested && shown) << trait;
}

dns_traits_t
dns_traits(const dns_case_t *c, const dns_answer_t *a)
{
    bool numbered = is_ipv4(a) && !c->tcp, asked = c->query_frame, rd = a->flags & DNS_RECURSION_DESIRED,
         rd_asked = c->query_flags & DNS_RECURSION_DESIRED, whole = a->complete && !(a->flags & DNS_TRUNCATED),
         good = rcode(a) == DNS_NOERROR || rcode(a) == DNS_NXDOMAIN, ra = a->flags & DNS_RECURSION_AVAILABLE;
    dns_traits_t t = { 0, 0 };

    note(&t, DNS_IS_DF, numbered && !a->large, a->ip.df);
    note(&t, DNS_IS_ID_ZERO, numbered && !a->large, !a->ip.ip_id);
    note(&t, DNS_IS_UNNUMBERED, numbered, !a->ip.ip_id && !a->ip.df);
    note(&t, DNS_SETS_RD, asked && !rd_asked, rd);
    note(&t, DNS_CLEARS_RD, asked && rd_asked, !rd);
    note(&t, DNS_HAS_RA, asked && rd_asked && good, ra);
    note(&t, DNS_HAS_RA_UNASKED, asked && !rd_asked && good, ra);
    /* One among the answers is not missing; that has a row of its own. */
    note(&t, DNS_LACKS_OPT, asked && c->query_opt && whole && good && !a->opt_as_answer, !a->has_opt);
    note(&t, DNS_IS_OTHER_TYPE, a->answers && (c->qtype != DNS_A || a->type_mismatch), a->type_mismatch);
    note(&t, DNS_IS_OPT_ANSWER, asked && c->query_opt, a->opt_as_answer);
    note(&t, DNS_IS_TRAILED, a->complete && !c->tcp, a->trailing);
    note(&t, DNS_IS_PRIVATE, a->address_count, a->special_count >= a->address_count && !is_null_address(a));
    note(&t, DNS_IS_SHAPE_1, is_ipv4(a), is_shape_1(a));
    note(&t, DNS_IS_SHAPE_3, numbered, is_shape_3(a));
    note(&t, DNS_LACKS_SOA, is_negative(a), !a->has_soa);
    note(&t, DNS_COPIES_ID, numbered && asked && c->query_ip_id, a->ip.ip_id == c->query_ip_id);
    return t;
}

static bool
shows(const dns_answer_t *a, dns_trait_t trait)
{
    return a->traits.shown >> trait & 1;
}

static dns_tally_t
others(const dns_case_t *c, dns_trait_t trait)
{
    return c->server->trait[trait];
}

/* Hardly any of the server's other answers show it, and there are some. */
static bool
others_lack(const dns_case_t *c, dns_trait_t trait)
{
    dns_tally_t t = others(c, trait);
    return t.tested >= KNOWN_MIN && t.shown * 20 <= t.tested;
}

/* Nearly all of them show it. */
static bool
others_show(const dns_case_t *c, dns_trait_t trait)
{
    dns_tally_t t = others(c, trait);
    return t.tested >= KNOWN_MIN && (t.tested - t.shown) * 20 <= t.tested;
}

/* Unlike nearly all of the server's other answers, in whichever way; shown: the answer shows it. */
static bool
unlike_others(const dns_case_t *c, const dns_answer_t *a, dns_trait_t trait)
{
    return a->traits.tested >> trait & 1 && (shows(a, trait) ? others_lack(c, trait) : others_show(c, trait));
}

/* ---- ordering ---- */

static bool
is_other_box(const dns_answer_t *a, const dns_answer_t *b)
{
    return ttl_distance(a->ip.ttl, b->ip.ttl) >= TTL_DEVIATION_MIN || a->ip.df != b->ip.df
        || !ip_mark(&a->ip) != !ip_mark(&b->ip);
}

static char *
burst(const dns_case_t *c, const dns_answer_t *a)
{
    for (unsigned i = 0; i < c->n_answers; i++) {
        const dns_answer_t *b = &c->answer[i];
        int64_t gap = b->time - a->time;
        if (b->frame == a->frame || gap > DNS_BURST_NS || gap < -DNS_BURST_NS || c->queries > 1)
            continue;
        if (is_other_box(a, b) && dns_answers_conflict(a, b))
            return g_strdup_printf("another answer with other content and another header within "
                                   "%.2f ms (frame %u)", (gap < 0 ? -gap : gap) / 1e6, b->frame);
    }
    return NULL;
}

static unsigned
answers_from(const dns_case_t *c, uint8_t ttl)
{
    return ttl_memory_near(&c->server->ttls, ttl);
}

/* One address may be many machines, of which one is dead: where the server answers otherwise, too, and from as far,
 * the error is that one's. And another copy of the query may have met it. */
static char *
server_is_closed(const dns_case_t *c, const dns_answer_t *a)
{
    if (!c->unreachable_frame || c->queries > 1 || answers_from(c, a->ip.ttl) > 1)
        return NULL;
    return g_strdup_printf("the same address says that nobody listens there for this very query "
                           "(ICMP in frame %u)", c->unreachable_frame);
}

static char *
unexpected_source(const dns_case_t *c, const dns_answer_t *a)
{
    char asked[INET6_ADDRSTRLEN];

    (void)a;
    inet_ntop(c->asked->ipv6 ? AF_INET6 : AF_INET, c->asked->bytes, asked, sizeof asked);
    return g_strdup_printf("the question (frame %u) was put to %s, and nobody asked this server; clients drop such "
                           "an answer", c->query_frame, asked);
}

/* ---- timing ---- */

/* Beside an answer that contradicts it, one of the two is forged, and less tells which. */
static char *
early(const dns_case_t *c, const dns_answer_t *a)
{
    uint32_t floor = dns_delay_floor(c->server);
    int64_t delay = a->time - c->last_query_time, tenths = c->n_answers > 1 ? 6 : 5;

    if (!c->query_frame || c->queries != 1 || c->asked || !c->server_is_public || floor < RTT_USEFUL_US
        || ttl_hops(ttl_memory_usual(&c->server->ttls)) == 0
        || delay < 0 || delay * 10 >= floor * NS_PER_US * tenths)
        return NULL;
    return g_strdup_printf("answer after %.2f ms; the fastest of this server's %u others took %.2f ms, and %u of "
                           "them hardly longer", delay / 1e6, c->server->answers, floor / 1e3, DNS_DELAYS - 1);
}

/* ---- TTL ---- */

static char *
others_ttls(const dns_case_t *c, const dns_answer_t *a, const char *why)
{
    char *known = ttl_memory_text(&c->server->ttls);
    char *text = g_strdup_printf("IP TTL %u (%u hops)%s; this server's other answers: %s", a->ip.ttl,
                                 ttl_hops(a->ip.ttl), why, known);
    g_free(known);
    return text;
}

/* From as far as a quarter of the server's other answers: one of three may be that of the other site. */
static bool
ttl_is_shown(const dns_case_t *c, uint8_t ttl)
{
    unsigned alike = answers_from(c, ttl);
    return alike && alike * 4 >= ttl_memory_total(&c->server->ttls);
}

static char *
ttl_unlike_server(const dns_case_t *c, const dns_answer_t *a)
{
    uint8_t distance;

    if (ttl_is_shown(c, a->ip.ttl))
        return NULL;
    if ((c->n_answers < 2 && (c->server->answers < KNOWN_MIN || answers_from(c, a->ip.ttl) >= SITE_MIN))
        || !ttl_memory_distance(&c->server->ttls, a->ip.ttl, &distance) || distance < TTL_DEVIATION_MIN)
        return NULL;
    return others_ttls(c, a, "");
}

static char *
initial_unlike_server(const dns_case_t *c, const dns_answer_t *a)
{
    const ttl_memory_t *ttls = &c->server->ttls;

    if (ttl_memory_total(ttls) < KNOWN_MIN || ttls->others || !ttl_is_plausible(a->ip.ttl))
        return NULL;
    for (unsigned i = 0; i < TTL_SLOTS && ttls->count[i]; i++)
        if (ttl_initial(ttls->ttl[i]) == ttl_initial(a->ip.ttl)
            || ttl_distance(ttls->ttl[i], a->ip.ttl) >= TTL_DEVIATION_MIN || !ttl_is_plausible(ttls->ttl[i]))
            return NULL;
    char *why = g_strdup_printf(", so sent with %u at first", ttl_initial(a->ip.ttl));
    char *text = others_ttls(c, a, why);
    g_free(why);
    return text;
}

/* A TTL that all answers of a server have is what it begins with, less some hops, however odd. */
static char *
ttl_implausible(const dns_case_t *c, const dns_answer_t *a)
{
    uint8_t usual = ttl_memory_usual(&c->server->ttls);
    bool stands_out = usual && ttl_is_plausible(usual);

    for (unsigned i = 0; i < c->n_answers && !usual; i++)
        stands_out |= ttl_is_plausible(c->answer[i].ip.ttl) && dns_answers_conflict(a, &c->answer[i]);
    if (!stands_out)
        return NULL;
    return g_strdup_printf("IP TTL %u would mean %u hops, more than any route has", a->ip.ttl,
                           ttl_hops(a->ip.ttl));
}

/* ---- header copy ---- */

static char *
id_of_query(const dns_case_t *c, const dns_answer_t *a)
{
    dns_tally_t t = others(c, DNS_COPIES_ID);

    return g_strdup_printf("IP ID 0x%04x is that of the query (frame %u); so in %u of this server's %u other answers",
                           a->ip.ip_id, c->query_frame, t.shown, t.tested);
}

/* ---- header mismatch ---- */

static char *
df_unlike_server(const dns_case_t *c, const dns_answer_t *a)
{
    dns_tally_t t = others(c, DNS_IS_DF);

    if (!unlike_others(c, a, DNS_IS_DF))
        return NULL;
    return g_strdup_printf("don't-fragment is %s; %s in %u of this server's %u other answers",
                           set_or_clear(a->ip.df), set_or_clear(!a->ip.df), a->ip.df ? t.tested - t.shown : t.shown,
                           t.tested);
}

/* Numbers where the others have none, or off the counter that the others follow. A 0 where others have numbers is
 * left to chance: one in 65,536 random ones. */
static char *
id_unlike_server(const dns_case_t *c, const dns_answer_t *a)
{
    dns_tally_t t = others(c, DNS_IS_ID_ZERO);
    uint16_t off = is_ipv4(a) && !c->tcp && a->ip.ip_id ? dns_off_counter(c->server, a->ip.ip_id, a->time) : 0;

    if (unlike_others(c, a, DNS_IS_ID_ZERO) && a->ip.ip_id)
        return g_strdup_printf("IP ID 0x%04x; 0 in %u of this server's %u other answers", a->ip.ip_id, t.shown,
                               t.tested);
    if (!off)
        return NULL;
    return g_strdup_printf("IP ID 0x%04x; this server counts on in small steps (%u of %u), last 0x%04x", a->ip.ip_id,
                           c->server->id_step.shown, c->server->id_step.tested, c->server->last_id);
}

static char *
id_zero_df_clear(const dns_case_t *c, const dns_answer_t *a)
{
    dns_tally_t t = others(c, DNS_IS_UNNUMBERED);

    if (!c->server_is_public || a->headers_alike)
        return NULL;
    return g_strdup_printf("IP ID 0 with don't-fragment clear; so are %u of this server's %u other answers", t.shown,
                           t.tested);
}

static bool
has_tool_header(const dns_answer_t *a)
{
    return is_ipv4(a) && !a->ip.df && a->ip.ip_id <= 1;
}

/* Packet tools leave the ID at 0 or 1. So do a few servers, and test packets throughout: it tells only two answers
 * apart. */
static char *
tool_header(const dns_case_t *c, const dns_answer_t *a)
{
    if (!has_tool_header(a) || !c->server_is_public || c->tcp || a->headers_alike
        || (c->server->answers && !others_lack(c, DNS_IS_UNNUMBERED)))
        return NULL;
    for (unsigned i = 0; i < c->n_answers; i++)
        if (!has_tool_header(&c->answer[i]) && dns_answers_conflict(a, &c->answer[i]))
            return g_strdup_printf("IP ID %u with don't-fragment clear, as packet tools leave them; not so in frame "
                                   "%u", a->ip.ip_id, c->answer[i].frame);
    return NULL;
}

/* Some server software sets a constant, and to a query without recursion desired that is all that shows: there,
 * only what this server does otherwise, or an answer beside it, tells more. */
static char *
rd_not_copied(const dns_case_t *c, const dns_answer_t *a)
{
    bool set = shows(a, DNS_SETS_RD), told = !set || others_lack(c, DNS_SETS_RD);

    for (unsigned i = 0; i < c->n_answers && !told; i++)
        told = !shows(&c->answer[i], DNS_SETS_RD) && dns_answers_conflict(a, &c->answer[i]);
    if (!told)
        return NULL;
    return g_strdup_printf("RD is %s, the query (frame %u) had it %s; servers copy it", set_or_clear(set),
                           c->query_frame, set_or_clear(!set));
}

static char *
flags_unlike_server(const dns_case_t *c, const dns_answer_t *a)
{
    bool ra = a->flags & DNS_RECURSION_AVAILABLE, rd = c->query_flags & DNS_RECURSION_DESIRED;
    dns_trait_t trait = rd ? DNS_HAS_RA : DNS_HAS_RA_UNASKED;
    dns_tally_t t = others(c, trait);

    if (!unlike_others(c, a, trait))
        return NULL;
    return g_strdup_printf("recursion available is %s; %s in %u of this server's %u other answers to queries that "
                           "%s for it", set_or_clear(ra), set_or_clear(!ra), ra ? t.tested - t.shown : t.shown,
                           t.tested, rd ? "ask" : "do not ask");
}

static char *
opt_stripped(const dns_case_t *c, const dns_answer_t *a)
{
    (void)a;
    return g_strdup_printf("no EDNS record, though the query (frame %u) had one", c->query_frame);
}

static char *
opt_unlike_server(const dns_case_t *c, const dns_answer_t *a)
{
    dns_tally_t t = others(c, DNS_LACKS_OPT);

    (void)a;
    if (!others_lack(c, DNS_LACKS_OPT))
        return NULL;
    return g_strdup_printf("no EDNS record; this server's other answers had one in %u of %u cases",
                           t.tested - t.shown, t.tested);
}

static char *
soa_unlike_server(const dns_case_t *c, const dns_answer_t *a)
{
    dns_tally_t t = others(c, DNS_LACKS_SOA);

    (void)a;
    if (!others_lack(c, DNS_LACKS_SOA))
        return NULL;
    return g_strdup_printf("no start of authority; this server's other negative answers had one in %u of %u cases",
                           t.tested - t.shown, t.tested);
}

static char *
trailing_bytes(const dns_case_t *c, const dns_answer_t *a)
{
    (void)c;
    return g_strdup_printf("%u bytes after the last record", a->trailing);
}

/* ---- content ---- */

static char *
type_mismatch(const dns_case_t *c, const dns_answer_t *a)
{
    char *address = address_text(a);
    char *text = g_strdup_printf("address %s in answer to a query of type %u", address, c->qtype);
    g_free(address);
    return text;
}

static char *
opt_as_answer(const dns_case_t *c, const dns_answer_t *a)
{
    (void)c;
    return g_strdup_printf("the EDNS record stands among the answers, %u bytes follow the message",
                           a->trailing);
}

static char *
unreadable_answered(const dns_case_t *c, const dns_answer_t *a)
{
    if (rcode(a) != DNS_NOERROR || !a->answers || !c->server_is_public)
        return NULL;
    return g_strdup_printf("%u records in answer to a name that runs beyond its query (frame %u); servers find "
                           "the question malformed", a->answers, c->query_frame);
}

static char *
private_answer(const dns_case_t *c, const dns_answer_t *a)
{
    if (!c->name_is_public || !c->server_is_public || a->address_at_home)
        return NULL;
    char *address = address_text(a);
    char *text = g_strdup_printf("%s leads to %s, which is no public address; the server is public",
                                 c->name, address);
    g_free(address);
    return text;
}

static char *
over_tcp(const dns_case_t *c, const dns_answer_t *a)
{
    char *mine = answer_text(a);
    char *text = g_strdup_printf("%s here; over TCP the server answers the same question otherwise (frame %u)", mine,
                                 c->tcp_frame);
    g_free(mine);
    return text;
}

static char *
same_box(const dns_case_t *c, const dns_answer_t *a)
{
    const dns_box_t *box = dns_find_box(c->server, a->frame, a->flags, &a->ip);
    bool kept = box && box->id_kept && box->proofs > 1 && a->ip.ip_id;

    if (!box || c->tcp || (answers_from(c, a->ip.ttl) * 10 > c->server->answers
                           && !unlike_others(c, a, DNS_IS_DF) && !unlike_others(c, a, DNS_IS_ID_ZERO) && !kept))
        return NULL;
    return g_strdup_printf("TTL, don't-fragment, IP ID and flags like %u forged answers (first in frame %u), and "
                           "unlike this server's own", box->proofs, box->frame);
}

static char *
gfw_injector_1(const dns_case_t *c, const dns_answer_t *a)
{
    (void)a;
    if (c->n_answers == 1 && !(c->query_flags & DNS_RECURSION_DESIRED))
        return NULL;        /* what any server of a zone may say to a resolver */
    return g_strdup("authoritative, record TTL 60, name in full, don't-fragment clear: the shape "
                    "published for GFW DNS injector 1");
}

static char *
gfw_injector_3(const dns_case_t *c, const dns_answer_t *a)
{
    if (!c->server_is_public || a->headers_alike
        || (c->n_answers == 1 && c->query_frame && !(c->query_flags & DNS_RECURSION_DESIRED)))
        return NULL;
    return g_strdup_printf("IP ID 0, don't-fragment clear, flags 0x%04x, one compressed record and no "
                           "more: the shape published for GFW DNS injector 3", a->flags);
}

static char *
turkmenistan(const dns_case_t *c, const dns_answer_t *a)
{
    static const uint8_t loopback[] = { 127, 0, 0, 1 };

    if (!is_ipv4(a) || a->ip.ip_id != 0x7530 || a->ip.df || a->address_count != 1 || a->address_is_ipv6
        || memcmp(a->address, loopback, 4) || a->ttl != 300 || !c->name_is_public)
        return NULL;
    return g_strdup("127.0.0.1, record TTL 300, IP ID 0x7530: the answer published for Turkmenistan's "
                    "filter");
}

/* 10.10.34.34 to 36, or what queries for IPv6 are told. */
static bool
is_iran_page(const dns_answer_t *a)
{
    static const uint8_t ipv4[] = { 10, 10, 34 }, ipv6[16] = { 0, 0xd0, [15] = 0x11 };

    return a->address_count && (a->address_is_ipv6 ? !memcmp(a->address, ipv6, sizeof ipv6)
         : !memcmp(a->address, ipv4, sizeof ipv4) && a->address[3] >= 34 && a->address[3] <= 36);
}

static char *
iran_address(const dns_case_t *c, const dns_answer_t *a)
{
    if (!is_iran_page(a) || !c->name_is_public || a->address_at_home)
        return NULL;
    char *address = address_text(a);
    char *text = g_strdup_printf("%s leads to %s, Iran's block page", c->name, address);
    g_free(address);
    return text;
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

    if (!fp || !c->name || a->address_at_home || is_name_of_owner(c->name) || is_forged_pool(c, fp) != forged_pool)
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

#define COUNTED_BENIGN "counted: 1,957 unicast answers of 1,393 public captures"
#define COUNTED        COUNTED_BENIGN ", 36 forged ones of student and research captures"

static const signature_t conflict_signature = {
    "dns-dup-conflict", FAMILY_ORDERING, TIER_A, { 0, 1957 }, { 23, 36 },
    COUNTED "; Duan et al., SATIN 2012 (2 servers in 26.9 million queries)",
    "Different answers to one query, more of them than times it was asked.",
    "a forwarder that asks several servers and passes on every answer",
};

/* What an answer must have before a sign is worth a test: a trait, or one of these. Most have none. */
enum {
    IS_ODDER = N_DNS_TRAITS,    /* than another answer to the same query */
    IS_BESIDE,                  /* another answer */
    IS_CLOSED,                  /* the server said that nobody listens there */
    IS_ASTRAY,                  /* another server was asked */
    IS_BELIED,                  /* by an answer over TCP */
    IS_KNOWN_SERVER,            /* with answers before this one */
    IS_LISTED,
    IS_UNREADABLE,              /* the query */
    HAS_ODD_TTL,
    N_CONDITIONS,
};

#define WHEN(condition) (UINT32_C(1) << (condition))

static uint32_t
conditions_of(const dns_case_t *c, const dns_answer_t *a)
{
    return a->traits.shown
        | (c->n_answers > 1 ? WHEN(IS_BESIDE) : 0) | (c->unreachable_frame ? WHEN(IS_CLOSED) : 0)
        | (c->asked ? WHEN(IS_ASTRAY) : 0) | (c->tcp_frame ? WHEN(IS_BELIED) : 0)
        | (c->server->answers ? WHEN(IS_KNOWN_SERVER) : 0) | (a->listed ? WHEN(IS_LISTED) : 0)
        | (c->unreadable ? WHEN(IS_UNREADABLE) : 0) | (ttl_is_plausible(a->ip.ttl) ? 0 : WHEN(HAS_ODD_TTL));
}

/* What a sign compares with: that decides whether it may convict an answer that nothing contradicts. */
typedef enum {
    ALONE,          /* with what is usual anywhere: the server may be unusual */
    WITH_RIVAL,     /* with another answer to the query */
    WITH_SERVER,    /* with this server's other answers: its message. A server of zones of its own answers for them
                     * in another way than for others. */
    WITH_SENDER,    /* the same: what its kernel and the path make of every answer */
    WITH_WORLD,     /* with a publication about forged answers, or with another packet that speaks of this one */
} against_t;

static const struct {
    signature_t signature;
    uint32_t    when;           /* any of these */
    test_t      test;
    against_t   against;
    uint32_t    habits;         /* traits that bound its weight, by how many of the server's answers show them */
    bool        by_chance;      /* a random IP ID shows it in one of 65,536 */
    uint32_t    others;         /* traits of which it takes unlike ones to be unlike: bounded by how many there are */
    bool        by_ttl;         /* the same of TTLs */
    bool        by_count;       /* the same of answers in general */
} rows[] = {
    { { "dns-burst-sub-ms", FAMILY_ORDERING, TIER_A, { 0, 1957 }, { 9, 10 },
        COUNTED_BENIGN "; Anonymous et al., FOCI 2020 (below 0.2 ms in 90 %)",
        "Answers with other content and other headers within a millisecond.",
        "none known" },
      .when = WHEN(IS_ODDER), .test = burst, .against = WITH_RIVAL },
    { { "dns-non-resolver-answer", FAMILY_ORDERING, TIER_A, { 0, 1957 }, PUBLISHED,
        COUNTED_BENIGN "; principle of measurements towards unused addresses",
        "The address that answers also says that nobody listens there.",
        "one machine of several behind the address that is down" },
      .when = WHEN(IS_CLOSED), .test = server_is_closed, .against = WITH_WORLD },
    { { "dns-unexpected-source", FAMILY_ORDERING, TIER_B, { 3, 1957 }, PUBLISHED,
        COUNTED_BENIGN "; BIND and dig report it as reply from unexpected source",
        "An answer from an address that was not asked.",
        "a server with several addresses that answers from another one, or half of an address translation" },
      .when = WHEN(IS_ASTRAY), .test = unexpected_source, .against = WITH_WORLD },
    { { "dns-early-answer", FAMILY_TIMING, TIER_B, { 0, 1957 }, PUBLISHED,
        COUNTED_BENIGN "; Duan et al., SATIN 2012 (half a round trip)",
        "Sooner than half the time that the path to this server takes.",
        "an anycast resolver that answers from a nearer site" },
      .when = WHEN(IS_KNOWN_SERVER), .test = early, .against = WITH_SENDER,
      .by_count = true },
    { { "dns-ttl-mismatch-resolver", FAMILY_TTL, TIER_B, { 8, 1957 }, PUBLISHED,
        COUNTED_BENIGN "; Duan et al., SATIN 2012 (all forged answers)",
        "IP TTL three or more hops off this server's other answers.",
        "an anycast resolver with sites at several distances" },
      .when = WHEN(IS_KNOWN_SERVER), .test = ttl_unlike_server, .against = WITH_SENDER,
      .by_ttl = true },
    { { "dns-initial-ttl", FAMILY_TTL, TIER_C, { 1, 1786 }, { 1, 61 },
        "1,786 answers and 61 forged transactions of public captures that did not shape the rules",
        "As far away as this server's other answers, but sent with another TTL at first.",
        "two kinds of machine behind one address" },
      .when = WHEN(IS_KNOWN_SERVER), .test = initial_unlike_server, .against = WITH_SENDER,
      .by_ttl = true },
    { { "dns-ttl-implausible", FAMILY_TTL, TIER_C, { 0, 1957 }, { 119, 256 },
        COUNTED_BENIGN "; share of random TTLs (Anonymous et al., FOCI 2020)",
        "IP TTL that no initial value in use explains, unlike the server's others or the answer beside it.",
        "carriers that rewrite TTLs" },
      .when = WHEN(HAS_ODD_TTL), .test = ttl_implausible, .against = WITH_SENDER,
      .by_ttl = true },
    { { "dns-id-mirrors-query", FAMILY_HEADER_COPY, TIER_B, { 3, 17829 }, { 67, 2536 },
        "answers over UDP in 3,620 ordinary public captures and in 202 of interference, which did not shape the rule",
        "The IP ID of the query that it answers.",
        "a resolver or a translating router that turns the query's own packet round" },
      .when = WHEN(DNS_COPIES_ID), .test = id_of_query, .against = ALONE, .habits = WHEN(DNS_COPIES_ID) },
    { { "dns-df-unlike-server", FAMILY_HEADER_MISMATCH, TIER_C, { 0, 1957 }, PUBLISHED,
        COUNTED_BENIGN "; Anonymous et al., FOCI 2020 (each injector keeps to one value)",
        "Don't-fragment unlike this server's other answers.",
        "two kinds of machine behind one address" },
      .when = WHEN(IS_KNOWN_SERVER), .test = df_unlike_server, .against = WITH_SENDER,
      .others = WHEN(DNS_IS_DF) },
    { { "dns-ipid-unlike-server", FAMILY_HEADER_MISMATCH, TIER_C, { 1, 1957 }, { 1, 36 },
        COUNTED,
        "An IP ID where this server sends 0, or off its counter.",
        "two kinds of machine behind one address" },
      .when = WHEN(IS_KNOWN_SERVER), .test = id_unlike_server, .against = WITH_SENDER,
      .others = WHEN(DNS_IS_ID_ZERO) },
    { { "dns-id-zero-df-clear", FAMILY_HEADER_MISMATCH, TIER_B, { 0, 1665 }, PUBLISHED,
        "answers in 1,733 public captures; Fan et al., NDSS 2025 (constant)",
        "IP ID 0 with don't-fragment clear from a public server.",
        "small embedded resolvers, or a network stack in a program" },
      .when = WHEN(DNS_IS_UNNUMBERED), .test = id_zero_df_clear, .habits = WHEN(DNS_IS_UNNUMBERED),
      .by_chance = true },
    { { "dns-tool-header", FAMILY_HEADER_MISMATCH, TIER_C, { 36, 2439 }, { 23, 36 },
        "2,439 answers of public captures that nothing contradicts (of those beside another answer 0); 36 forged ones "
        "of student and research captures",
        "IP ID 0 or 1 without don't-fragment, and not so in the answer that contradicts it.",
        "a server with a stack of its own" },
      .when = WHEN(IS_BESIDE), .test = tool_header, .against = WITH_RIVAL },
    { { "dns-rd-not-copied", FAMILY_HEADER_MISMATCH, TIER_B, { 4, 1957 }, { 25, 36 },
        COUNTED "; RFC 1035 section 4.1.1; net4people/bbs #466",
        "Recursion desired is not what the query said.",
        "home-made servers that set a constant" },
      .when = WHEN(DNS_CLEARS_RD) | WHEN(DNS_SETS_RD), .test = rd_not_copied,
      .habits = WHEN(DNS_CLEARS_RD) | WHEN(DNS_SETS_RD) },
    { { "dns-flags-unlike-server", FAMILY_HEADER_MISMATCH, TIER_C, { 0, 1957 }, { 22, 36 },
        COUNTED,
        "Recursion available unlike this server's other answers.",
        "a server that recurses for some zones only" },
      .when = WHEN(IS_KNOWN_SERVER), .test = flags_unlike_server, .against = WITH_SERVER,
      .others = WHEN(DNS_HAS_RA) | WHEN(DNS_HAS_RA_UNASKED) },
    { { "dns-opt-unlike-server", FAMILY_HEADER_MISMATCH, TIER_B, { 0, 107 }, { 4, 36 },
        "answers to queries with EDNS in 1,733 public captures; 36 forged ones of student and research captures",
        "No EDNS record from a server that always answers with one.",
        "an EDNS fallback inside the resolver, or a zone that it answers for itself" },
      .when = WHEN(DNS_LACKS_OPT), .test = opt_unlike_server, .against = WITH_SERVER,
      .others = WHEN(DNS_LACKS_OPT) },
    { { "dns-opt-stripped", FAMILY_HEADER_MISMATCH, TIER_C, { 10, 107 }, { 14, 36 },
        "answers to queries with EDNS in 1,733 public captures; 36 forged ones of student and research captures",
        "No EDNS record although the query had one.",
        "old resolvers without EDNS" },
      .when = WHEN(DNS_LACKS_OPT), .test = opt_stripped, .habits = WHEN(DNS_LACKS_OPT) },
    { { "dns-soa-unlike-server", FAMILY_HEADER_MISMATCH, TIER_D, { 1, 645 }, { 0, 36 },
        "counted: 645 answers without a record in 1,393 public captures; 36 forged ones; RFC 2308 section 3",
        "A negative answer without start of authority, from a server that always gives one.",
        "a block list of the resolver" },
      .when = WHEN(DNS_LACKS_SOA), .test = soa_unlike_server, .against = WITH_SERVER,
      .others = WHEN(DNS_LACKS_SOA) },
    { { "dns-trailing-bytes", FAMILY_HEADER_MISMATCH, TIER_D, { 4, 1957 }, { 0, 36 },
        COUNTED "; net4people/bbs #80",
        "Bytes after the last record.",
        "padding by middleboxes" },
      .when = WHEN(DNS_IS_TRAILED), .test = trailing_bytes },
    { { "dns-qtype-mismatch", FAMILY_CONTENT, TIER_B, { 0, 1646 }, { 9, 36 },
        "unicast transactions in 1,733 public captures; 36 forged ones of student and research captures; Fan et al., "
        "NDSS 2025",
        "An address of another type than asked for, without an alias.",
        "a small server that has one answer for every question" },
      .when = WHEN(DNS_IS_OTHER_TYPE), .test = type_mismatch, .habits = WHEN(DNS_IS_OTHER_TYPE) },
    { { "dns-opt-as-answer", FAMILY_CONTENT, TIER_B, { 1, 1957 }, PUBLISHED,
        COUNTED_BENIGN "; net4people/bbs #80 (the query copied); RFC 6891 section 6.1.1",
        "The query's EDNS record counted as the answer.",
        "home-made servers that send the query back (1 in 1,957)" },
      .when = WHEN(DNS_IS_OPT_ANSWER), .test = opt_as_answer, .habits = WHEN(DNS_IS_OPT_ANSWER) },
    { { "dns-unreadable-answered", FAMILY_CONTENT, TIER_B, { 0, 1957 }, PUBLISHED,
        COUNTED_BENIGN "; Fan et al., NDSS 2025 (names that run beyond their query)",
        "Records in answer to a name that cannot be read.",
        "home-made servers that copy the question unread" },
      .when = WHEN(IS_UNREADABLE), .test = unreadable_answered, .against = WITH_WORLD },
    { { "dns-private-answer", FAMILY_CONTENT, TIER_C, { 3, 1957 }, { 36, 36 },
        COUNTED "; Pearce et al., USENIX Security 2017",
        "A public name leads to a private address, says a public server.",
        "split horizon, the resolver's own block list, or a zone that publishes internal addresses" },
      .when = WHEN(DNS_IS_PRIVATE), .test = private_answer, .habits = WHEN(DNS_IS_PRIVATE) },
    { { "dns-udp-tcp-differ", FAMILY_CONTENT, TIER_B, { 0, 1957 }, PUBLISHED,
        COUNTED_BENIGN "; net4people/bbs #657 (filters that answer over UDP only)",
        "A refusal or a private address over UDP, and something else from the same server over TCP.",
        "a server that changed its mind in between" },
      .when = WHEN(IS_BELIED), .test = over_tcp, .against = WITH_SERVER },
    { { "dns-same-box", FAMILY_CONTENT, TIER_B, { 0, 1957 }, { 23, 36 },
        COUNTED "; the proof is another frame's",
        "Header of answers proven forged in this server's name, and not the server's own.",
        "the same as for the frame that proves it" },
      .when = WHEN(IS_KNOWN_SERVER), .test = same_box, .against = WITH_SENDER },
    { { "dns-gfw-inj1", FAMILY_CONTENT, TIER_A, { 0, 1665 }, PUBLISHED,
        "answers in 1,733 public captures; Anonymous et al., FOCI 2020 (constant)",
        "The shape of GFW DNS injector 1.",
        "a small server of its own zone that always answers so" },
      .when = WHEN(DNS_IS_SHAPE_1), .test = gfw_injector_1, .habits = WHEN(DNS_IS_SHAPE_1) },
    { { "dns-gfw-inj3", FAMILY_CONTENT, TIER_A, { 0, 1665 }, PUBLISHED,
        "answers in 1,733 public captures; Fan et al., NDSS 2025 (constant)",
        "The shape of GFW DNS injector 3.",
        "a server, or a box that answers for it, with a stack of its own" },
      .when = WHEN(DNS_IS_SHAPE_3), .test = gfw_injector_3,
      .habits = WHEN(DNS_IS_SHAPE_3) | WHEN(DNS_IS_UNNUMBERED), .by_chance = true },
    { { "dns-tm-loopback", FAMILY_CONTENT, TIER_A, { 0, 1665 }, PUBLISHED,
        "answers in 1,733 public captures; net4people/bbs #80; Nourin et al., WWW 2023 (constant)",
        "The answer of Turkmenistan's filter.",
        "none known" },
      .when = WHEN(DNS_IS_PRIVATE), .test = turkmenistan, .against = WITH_WORLD },
    { { "dns-ir-1010", FAMILY_CONTENT, TIER_A, { 0, 1646 }, PUBLISHED,
        "unicast transactions in 1,733 public captures; Aryan et al., FOCI 2013; net4people/bbs #98 (constant)",
        "The address of Iran's block page.",
        "a network that uses 10.10.34.0/24 itself" },
      .when = WHEN(DNS_IS_PRIVATE), .test = iran_address, .against = WITH_WORLD },
    { { "dns-bogus-ip", FAMILY_CONTENT, TIER_B, { 0, 1957 }, PUBLISHED,
        COUNTED_BENIGN ", all with the own list; Hoang et al., USENIX Security 2021 (forged answers draw from a list)",
        "An address or alias from a list of forged answers, in the name of a public server.",
        "a resolver that filters by itself, or was fed the forged answer and passes it on" },
      .when = WHEN(IS_LISTED), .test = bogus_ip, .against = WITH_WORLD },
    { { "dns-listed-answer", FAMILY_CONTENT, TIER_D, { 0, 1957 }, { 0, 36 },
        COUNTED ", all with the own list",
        "An address or alias from a list, from a server that may well give it itself.",
        "the resolver of a provider, company or home that filters" },
      .when = WHEN(IS_LISTED), .test = listed_address },
};

const signature_t *
dns_signature(unsigned index)
{
    if (index == 0)
        return &conflict_signature;
    return index <= G_N_ELEMENTS(rows) ? &rows[index - 1].signature : NULL;
}

G_STATIC_ASSERT(N_CONDITIONS <= 32 && G_N_ELEMENTS(rows) <= 32);    /* bits */

/* The row of a sign that fired; it is no conflict. */
static unsigned
row_of(const evidence_t *e)
{
    unsigned i = 0;
    while (&rows[i].signature != e->signature)
        i++;
    return i;
}

/* The rows worth a test under these conditions, as bits. */
static uint32_t
rows_when(uint32_t conditions)
{
    static uint32_t by_condition[N_CONDITIONS];     /* filled in once */
    static bool filled;
    uint32_t worth = 0;

    for (unsigned i = 0; !filled && i < G_N_ELEMENTS(rows); i++)
        for (uint32_t left = rows[i].when; left; left &= left - 1)
            by_condition[__builtin_ctz(left)] |= UINT32_C(1) << i;
    filled = true;
    for (; conditions; conditions &= conditions - 1)
        worth |= by_condition[__builtin_ctz(conditions)];
    return worth;
}

/* That the next of a server's answers is unlike the n before has a chance of its own, whoever sends it: one in n + 2
 * (Laplace's rule of succession). */
static double
unlike_bound(unsigned n)
{
    return 10 * log10(n + 2);
}

/* The most that a row may weigh here, dB. */
static double
bound_of(const dns_case_t *c, const dns_answer_t *a, unsigned row)
{
    double most = rows[row].by_chance ? chance_bound(ID_CHANCE, c->ids_tested, c->ids_zero) : INFINITY;
    unsigned alike = rows[row].by_ttl ? answers_from(c, a->ip.ttl) : 0;

    for (uint32_t left = rows[row].habits & a->traits.shown; left; left &= left - 1) {
        dns_tally_t t = others(c, (dns_trait_t)__builtin_ctz(left));
        most = fmin(most, habit_bound(t.tested, t.shown));
    }
    for (uint32_t left = rows[row].others & a->traits.tested; left; left &= left - 1)
        most = fmin(most, unlike_bound(others(c, (dns_trait_t)__builtin_ctz(left)).tested));
    if (alike)
        return fmin(most, habit_bound(c->server->answers, alike));
    return rows[row].by_ttl || rows[row].by_count ? fmin(most, unlike_bound(c->server->answers)) : most;
}

/* Fires the rows of some conditions on one answer. What its server does every other time is not said at all. */
static void
collect(const dns_case_t *c, const dns_answer_t *a, uint32_t conditions, GArray *evidence)
{
    for (uint32_t left = rows_when(conditions); left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        char *text = rows[i].test(c, a);
        double most = text ? bound_of(c, a, i) : 0;
        if (most >= BOUND_MIN_DB)
            evidence_offer_at_most(evidence, &rows[i].signature, text, most);
        else
            g_free(text);
    }
}

/* ---- alone ---- */

/* What all others of a server have right, it knows how to do. */
#define SKILLS (WHEN(DNS_CLEARS_RD) | WHEN(DNS_SETS_RD) | WHEN(DNS_IS_OTHER_TYPE))

/* What a sign compares with, in this case. */
static against_t
against(const dns_case_t *c, const dns_answer_t *a, const evidence_t *e)
{
    unsigned row = row_of(e);
    uint32_t skill = rows[row].when & SKILLS & a->traits.shown;

    return rows[row].against == ALONE && skill && others_lack(c, (dns_trait_t)__builtin_ctz(skill)) ? WITH_SERVER
                                                                                                  : rows[row].against;
}

static unsigned
compared_with(const dns_case_t *c, const dns_answer_t *a, const GArray *evidence)
{
    unsigned seen = 0;

    for (unsigned i = 0; i < evidence->len; i++) {
        const evidence_t *e = &g_array_index(evidence, evidence_t, i);
        if (e->weight > 0)
            seen |= 1u << against(c, a, e);
    }
    return seen;
}

/* Takes out what a server that is known, and whose answer this looks like in every other way, may well do. */
static void
drop_habits(const dns_case_t *c, const dns_answer_t *a, GArray *evidence)
{
    for (unsigned i = evidence->len; i-- > 0;) {
        evidence_t *e = &g_array_index(evidence, evidence_t, i);
        if (against(c, a, e) != ALONE || e->weight <= 0)
            continue;
        g_free(e->text);
        g_array_remove_index(evidence, i);
    }
}

/* A private address is what block lists, internal zones and routers say openly, and another distance is what an
 * edited or merged capture shows: together they are two everyday things. */
static bool
is_weak(const GArray *evidence)
{
    for (unsigned i = 0; i < evidence->len; i++) {
        const evidence_t *e = &g_array_index(evidence, evidence_t, i);
        bool weak = e->signature->family == FAMILY_TTL || e->weight <= 0
                 || (e->signature->family == FAMILY_CONTENT && e->signature->tier == TIER_C);
        if (!weak)
            return false;
    }
    return true;
}

/* More than a header, and more than what servers say openly every day. */
static bool
is_about_content(const GArray *evidence)
{
    for (unsigned i = 0; i < evidence->len; i++) {
        const evidence_t *e = &g_array_index(evidence, evidence_t, i);
        family_t family = e->signature->family;
        if (e->weight > 0 && (family == FAMILY_ORDERING || (family == FAMILY_CONTENT && e->signature->tier < TIER_C)))
            return true;
    }
    return false;
}

/* One answer that nothing contradicts. */
static judgement_t
judge_alone(const dns_case_t *c, const dns_answer_t *a, GArray *evidence)
{
    unsigned seen = compared_with(c, a, evidence);
    bool sender = seen & (1u << WITH_SENDER | 1u << WITH_WORLD);
    bool unlike = sender || (c->server_is_public && seen & 1u << WITH_SERVER);

    if (!unlike && c->server->answers >= KNOWN_MIN)
        drop_habits(c, a, evidence);
    else if (!unlike && !is_about_content(evidence))
        return (judgement_t){ VERDICT_NONE, 0 };    /* of a server not known yet: it can wait */
    judgement_t j = judge(evidence);
    if (j.verdict == VERDICT_FORGED && (!unlike || is_weak(evidence) || c->at_server || c->asked))
        return (judgement_t){ VERDICT_SUSPECT, CONFIDENCE_FORGED - 1 };
    return j;
}

/* ---- beside others ---- */

/* How odd an answer is: unlike this server's others, and in all. dB */
typedef struct {
    double unlike, total;
} oddness_t;

static oddness_t
oddness(const dns_case_t *c, const dns_answer_t *a)
{
    GArray *evidence = evidence_new();

    collect(c, a, conditions_of(c, a), evidence);
    oddness_t odd = { .total = evidence_weight(evidence) };
    drop_habits(c, a, evidence);
    odd.unlike = evidence_weight(evidence);
    evidence_free(evidence);
    return odd;
}

/* How much odder the first is. Where one is unlike its server and the other is not, nothing else counts: what a
 * server says is its own affair. */
static double
margin(oddness_t mine, oddness_t other)
{
    double unlike = mine.unlike - other.unlike;
    return fabs(unlike) >= RIVAL_MARGIN_DB ? unlike : mine.total - other.total;
}

/* The least odd answer that contradicts answer `which`; -1 when none does. */
static int
best_rival(const dns_case_t *c, unsigned which, oddness_t *least)
{
    int best = -1;

    for (unsigned i = 0; i < c->n_answers; i++) {
        if (!contradict(c, i, which))
            continue;
        oddness_t odd = oddness(c, &c->answer[i]);
        if (best < 0 || margin(odd, *least) < 0) {
            best = (int)i;
            *least = odd;
        }
    }
    return best;
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
    oddness_t least = { 0, 0 };

    *rival = -1;
    evidence_clear(evidence);
    collect(c, a, conditions_of(c, a), evidence);
    int other = c->n_answers > 1 ? best_rival(c, which, &least) : -1;
    /* A resolver may change its mind between two copies of a query, but not within one. */
    if (other < 0 || dns_sets(c) <= MAX(c->queries, 1))
        return judge_alone(c, a, evidence);
    judgement_t by_itself = judge(evidence);
    double odder = margin(oddness(c, a), least);
    if (odder <= -RIVAL_MARGIN_DB)
        return by_itself;

    bool stands_out = odder >= RIVAL_MARGIN_DB;
    /* One that fails does not contradict by what it says: it has to look like another's. */
    if (!stands_out && (is_failure(a) || is_failure(&c->answer[other])))
        return judge_alone(c, a, evidence);
    /* A burst says that one of its answers is forged; that it is this one, only where this one stands out. */
    if (stands_out) {
        collect(c, a, WHEN(IS_ODDER), evidence);
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

/* ---- the innocent explanation ---- */

/* The explanation has to cover all signs: where several compare with the sender, or one beside what it says, one
 * site of an anycast server is not enough. */
const char *
dns_innocent(const dns_case_t *c, const dns_answer_t *a, const GArray *evidence)
{
    const evidence_t *strongest = evidence_strongest(evidence);

    if (c->queries > 1 && dns_sets(c) > 1)
        return "a resolver that answers each copy of the query from another cache";
    if (strongest && strongest->signature == &conflict_signature)
        return c->query_frame ? conflict_signature.twin
                              : "two copies of a query, neither of them captured, answered from two caches";
    if (c->n_answers == 1 && evidence->len > 1 && compared_with(c, a, evidence) & 1u << WITH_SENDER)
        return "a router that answers in the server's name from a resolver of its own (a transparent DNS proxy), or "
               "captures of two places in one file";
    return strongest ? strongest->signature->twin : NULL;
}
