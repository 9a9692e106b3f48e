/* silence/signatures.c
 * Signatures of interference that forges nothing and simply drops: one row and one small function
 * each.
 *
 * What is missing can always be missing for another reason: a host that is down, a lost radio link,
 * a server that thinks. So the capture has to show that it would have seen the answer (both
 * directions of this very connection, or packets from others to the same host meanwhile), silence
 * is counted in times that something was sent again, never in time that merely passed, and the
 * result stays below forgery. It rises where the same capture holds the contrast: the same server
 * answers another name, or the same client was cut off from the same port before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/case.h"

#include "observation.h"

#include <math.h>

/* Sent this often, the first time included: three losses of one packet at 1 % are one in a million. */
#define SENT_MIN     4
#define SYNS_MIN     3          /* at 0, 1 and 3 s (RFC 6298) */
#define INITIALS_MIN 2          /* beside one that the same server answers; else one more */

#define SPAN_MIN     (NS_PER_S)
#define SYN_SPAN_MIN (5 * NS_PER_S / 2)

/* Freezes are published for 14 to 34 kB, or about 25 packets of the server (net4people/bbs #490). */
#define FREEZE_PACKETS_MIN 8
#define FREEZE_PACKETS_MAX 60
#define STOP_PACKETS_MIN   2        /* beside another name that the same server goes on answering */
#define PATIENT_NS         (10 * NS_PER_S)  /* whoever closes sooner may have lost interest */

/* NATs and firewalls forget connections that rest, UDP flows after half a minute (RFC 4787 section 4.3 allows
 * two): what is sent later may be dropped for that. A download that stops, and a client that waits for
 * its answer, get more. */
#define FRESH_NS   (10 * NS_PER_S)
#define WAITING_NS (60 * NS_PER_S)

/* Residual blocking lasts 420 s at most in the published measurements; with a fifth of slack. */
#define RESIDUAL_NS (504 * NS_PER_S)

/* WireGuard tries again after 5 s, OpenVPN after 2, 4, 8 s. */
#define VPN_SPAN_MIN (10 * NS_PER_S)
#define REPEATS_MIN  3

/* A resolver that cannot reach a zone gives up after seconds, and says so; clients wait 5 s (resolv.conf(5)). */
#define DNS_SENT_MIN   3
#define DNS_SPAN_MIN   (5 * NS_PER_S)
#define DNS_PAUSES_MIN 2
#define DNS_CHANCE_MAX 0.01     /* that mere loss, as frequent as of its neighbours, takes all attempts */

/* Rates in use are 130 to 150 kbit/s (Xue et al., IMC 2021), and far lower ones. What a subscriber pays for is
 * policed as well, at more than this as a rule. */
#define POLICED_RATE_MAX   25000    /* bytes per second */
#define POLICED_LOSSES_MIN 8
#define POLICED_SPAN_MIN   (5 * NS_PER_S)
#define POLICED_SLACK      2        /* packets */
#define POLICED_BYTES_MIN  32       /* packets: enough that a slack of two is little */

typedef char *(*test_t)(const silence_case_t *c);

static double
seconds(int64_t ns)
{
    return (double)ns / NS_PER_S;
}

static bool
is_persistent(const silence_case_t *c)
{
    return c->sent >= SENT_MIN && c->span >= SPAN_MIN;
}

static char *
heard_text(const silence_case_t *c)
{
    return c->heard_frame ? g_strdup_printf("others reach this host meanwhile (frame %u)", c->heard_frame)
                          : g_strdup("nobody else is heard meanwhile");
}

/* The times it was sent, and what is heard meanwhile. */
static char *
silence_text(const silence_case_t *c, const char *what)
{
    char *heard = heard_text(c);
    char *text = g_strdup_printf("%s, sent %u times in %.1f s; %s", what, c->sent, seconds(c->span), heard);
    g_free(heard);
    return text;
}

/* What is repeated after its sender has closed only says that the other end is gone as well. */
static bool
is_awaited(const silence_case_t *c)
{
    return !c->closed || c->works_since || c->stop_frame;
}

/* A packet too large for the path is lost as often as it is sent. Where another name is answered, large
 * packets are likely to fit. */
static bool
is_too_large(const silence_case_t *c)
{
    return c->may_not_fit && !c->works_frame;
}

/* ---- absence ---- */

static char *
syn_black_hole(const silence_case_t *c)
{
    if (c->kind != SILENT_SYN || c->sent < SYNS_MIN || c->span < SYN_SPAN_MIN || !c->heard_frame)
        return NULL;
    return silence_text(c, "the SYN is never answered");
}

static char *
syn_ack_suppressed(const silence_case_t *c)
{
    if (c->kind != SILENT_SYN_ACK || c->sent < SYNS_MIN || c->span < SYN_SPAN_MIN || !c->peer_spoke)
        return NULL;
    return silence_text(c, "the client repeats its SYN as if no SYN/ACK reached it; the SYN/ACK");
}

static char *
request_unacknowledged(const silence_case_t *c)
{
    if (c->kind != SILENT_SEGMENT || !c->from_client || !c->is_request || !is_persistent(c) || c->peer_spoke
        || !c->peer_packets || c->idle > FRESH_NS || is_too_large(c) || !is_awaited(c))
        return NULL;
    char *after = c->rtt_us ? g_strdup_printf(" after %.0f ms", c->rtt_us / 1e3) : g_strdup("");
    char *acked = c->acked_frame
        ? g_strdup_printf("acknowledged once (frame %u, no data) and never again when it was repeated", c->acked_frame)
        : g_strdup("never acknowledged");
    char *what = g_strdup_printf("the handshake is answered%s, the first data (%u bytes) %s", after, c->length, acked);
    char *text = silence_text(c, what);
    g_free(what);
    g_free(acked);
    g_free(after);
    return text;
}

static char *
answer_missing(const silence_case_t *c)
{
    if (c->kind != SILENT_ANSWER || c->span < SPAN_MIN)
        return NULL;
    return g_strdup_printf("the request is acknowledged; %.1f s later the client has none of the %u bytes "
                           "that the server has sent since, as its sequence numbers show", seconds(c->span), c->length);
}

static char *
acknowledged_then_mute(const silence_case_t *c)
{
    if (c->kind == SILENT_ANSWER)
        return answer_missing(c);
    if (c->kind != SILENT_SEGMENT || !c->from_client || c->is_request || !is_persistent(c)
        || !c->request_acked || c->peer_sent_data || c->peer_spoke || c->peer_closed || c->idle > WAITING_NS
        || is_too_large(c) || !c->heard_frame || !is_awaited(c))
        return NULL;
    return silence_text(c, "the request is acknowledged, then nothing comes back, not even to what "
                           "the client sent last");
}

static char *
freeze(const silence_case_t *c)
{
    unsigned packets = c->peer_packets;

    if (c->kind != SILENT_SEGMENT || !c->from_client || !is_persistent(c) || !c->peer_sent_data
        || c->peer_closed || c->idle > (c->peer_mid_stream ? WAITING_NS : FRESH_NS)
        || (!c->length && !c->peer_mid_stream) || is_too_large(c) || c->peer_spoke || !is_awaited(c)
        || packets < (c->works_frame ? STOP_PACKETS_MIN : FREEZE_PACKETS_MIN) || packets > FREEZE_PACKETS_MAX
        || !c->heard_frame)
        return NULL;
    char *bytes = c->bytes ? g_strdup_printf(" (%u bytes of its answer)", c->bytes) : g_strdup("");
    char *what = g_strdup_printf("after %u packets%s the server falls silent in the middle; what the client "
                                 "sends then", packets, bytes);
    g_free(bytes);
    char *text = silence_text(c, what);
    g_free(what);
    return text;
}

bool
silence_is_stop(const silence_case_t *c)
{
    silence_case_t open = *c;

    open.closed = false;
    char *text = freeze(&open);
    g_free(text);
    return text && c->bytes && c->peer_mid_stream && (!c->closed || c->idle >= PATIENT_NS);
}

/* Servers die at any byte. */
static char *
same_place(const silence_case_t *c)
{
    if (!c->stop_frame || !silence_is_stop(c))
        return NULL;
    return g_strdup_printf("another connection of this client to the same server stopped at the same place (%u bytes, "
                           "give or take a segment; asked in frame %u)", c->bytes, c->stop_frame);
}

static char *
one_way(const silence_case_t *c)
{
    if (!is_persistent(c) || is_too_large(c) || c->closed)
        return NULL;
    if (c->kind == SILENT_SEGMENT && c->from_client && c->peer_spoke)
        return silence_text(c, "the server goes on speaking but never sees this data");
    if (c->kind == SILENT_ACKNOWLEDGED && !c->from_client)
        return silence_text(c, "the client acknowledges this data, the server never sees it; the data");
    return NULL;
}

static char *
residual(const silence_case_t *c)
{
    if (!c->earlier_frame || c->earlier_gap > RESIDUAL_NS || c->sent < SYNS_MIN || c->span < SPAN_MIN
        || c->peer_sent_data || is_too_large(c) || !(c->heard_since_earlier || c->earlier_contrast))
        return NULL;
    return g_strdup_printf("this client was cut off from the same server and port %.1f s before (frame %u%s)",
                           seconds(c->earlier_gap), c->earlier_frame,
                           c->earlier_forged ? ", by a forged packet" : "");
}

static char *
mute_at_once(const silence_case_t *c)
{
    if (c->kind != SILENT_OUTAGE)
        return NULL;
    char *heard = heard_text(c);
    char *text = g_strdup_printf("%u servers %s this client at the same time, within %.0f s; %s", c->servers,
                                 c->only_syns ? "answer no SYN of" : c->one_way ? "and this client hear each other "
                                 "one way only, all" : "are silent to", seconds(c->span), heard);
    g_free(heard);
    return text;
}

static char *
initial_unanswered(const silence_case_t *c)
{
    if (c->kind != SILENT_QUIC || c->sent < (c->works_elsewhere ? INITIALS_MIN + 1 : INITIALS_MIN)
        || c->span < SPAN_MIN * 9 / 10 || c->peer_packets || !c->works_frame
        || !(c->heard_frame || (c->works_lately && !c->works_elsewhere)))
        return NULL;
    return silence_text(c, c->works_elsewhere
        ? "the QUIC Initial is never answered, though QUIC passes here" : "the QUIC Initial is never answered");
}

static char *
quic_killed(const silence_case_t *c)
{
    if (c->kind != SILENT_QUIC || !is_persistent(c) || !c->peer_packets
        || c->idle > FRESH_NS || !c->heard_frame)
        return NULL;
    return silence_text(c, "the server answered, then falls silent; the client's datagrams");
}

static char *
vpn_unanswered(const silence_case_t *c)
{
    if (c->kind != SILENT_VPN || c->sent < SENT_MIN || c->span < VPN_SPAN_MIN || c->peer_packets || !c->works_frame)
        return NULL;
    return g_strdup_printf("the first packet of a VPN is never answered, sent %u times in %.1f s; the same host speaks "
                           "TCP meanwhile (frame %u)", c->sent, seconds(c->span), c->works_frame);
}

/* Who gets an answer to its first flight goes on (RFC 9002 section 6.2). */
static char *
quic_one_way(const silence_case_t *c)
{
    if (c->kind != SILENT_QUIC_BACK || c->sent < REPEATS_MIN || c->span < SPAN_MIN || !c->works_frame)
        return NULL;
    return g_strdup_printf("the server begins anew %u times in %.1f s, each time after the client has answered: it "
                           "does not hear the client", c->sent, seconds(c->span));
}

/* The share of the other queries that stayed without an answer is what each attempt is lost with; one more of
 * either kind, because none lost of few says little (Laplace). */
static double
chance_of_loss(const silence_case_t *c)
{
    return pow((c->dns_lost + 1.0) / (c->dns_answered + c->dns_lost + 2.0), c->sent);
}

static char *
dns_suppressed(const silence_case_t *c)
{
    if (c->kind != SILENT_DNS || c->sent < DNS_SENT_MIN || c->span < DNS_SPAN_MIN || !c->heard_frame
        || c->dns_pauses < DNS_PAUSES_MIN || chance_of_loss(c) > DNS_CHANCE_MAX)
        return NULL;
    return g_strdup_printf("the name is never answered, sent %u times in %.1f s; meanwhile the same resolver answers "
                           "%u of %u queries for other names (the last in frame %u)", c->sent, seconds(c->span),
                           c->dns_answered, c->dns_answered + c->dns_lost, c->heard_frame);
}

bool
silence_is_policed(const silence_case_t *c)
{
    const policed_line_t *line = &c->line;

    return c->kind == SILENT_POLICED && line->losses >= POLICED_LOSSES_MIN && line->span >= POLICED_SPAN_MIN
        && line->rate <= POLICED_RATE_MAX && line->slack <= POLICED_SLACK * c->length
        && line->passed >= POLICED_BYTES_MIN * c->length && line->late * 4 <= line->losses;
}

static char *
throttle_policed(const silence_case_t *c)
{
    bool others = c->line.others >= SILENCE_FASTER * c->line.rate;
    const double kbit = 8 / 1e3;

    if (!silence_is_policed(c) || !(others || c->works_rate >= SILENCE_FASTER * c->line.rate))
        return NULL;
    char *beside = !others ? g_strdup("")
        : g_strdup_printf("; other connections of this client get %.0f kbit/s for a second or more meanwhile",
                          c->line.others * kbit);
    char *text = g_strdup_printf("held to %.0f kbit/s: until each of %u losses in %.1f s as much had passed as this "
                                 "rate allows, give or take %.0f bytes, without delay before them%s",
                                 c->line.rate * kbit, c->line.losses, seconds(c->line.span), c->line.slack, beside);
    g_free(beside);
    return text;
}

/* ---- content: contrast, and what such filters are known to look for ---- */

static char *
other_name_works(const silence_case_t *c)
{
    if (!c->works_frame || c->works_elsewhere)
        return NULL;
    if (c->kind == SILENT_POLICED)
        return g_strdup_printf("the same server sends %s at %.0f kbit/s (frame %u)", c->works_name,
                               c->works_rate * 8 / 1e3, c->works_frame);
    return g_strdup_printf("the same server answers %s (frame %u)",
                           c->works_name ? c->works_name : "another request", c->works_frame);
}

static char *
other_resolver_answers(const silence_case_t *c)
{
    if (c->kind != SILENT_DNS || !c->elsewhere_frame)
        return NULL;
    return g_strdup_printf("another resolver answers the name (frame %u)", c->elsewhere_frame);
}

static char *
fully_encrypted(const silence_case_t *c)
{
    if (!c->encrypted)
        return NULL;
    return g_strdup_printf("the first data (%u bytes) look fully encrypted by the published rule", c->length);
}

static char *
encrypted_hello(const silence_case_t *c)
{
    return c->ech ? g_strdup("the ClientHello has an encrypted_client_hello extension") : NULL;
}

/* ---- the catalogue ---- */

#define COUNTED "counted: 3,077 connections of 1,188 public captures"
#define COUNTED_DNS "counted: 1,168 DNS transactions of 1,188 public captures"

static const struct {
    signature_t signature;
    test_t test;
} rows[] = {
    { { "syn-blackhole", FAMILY_ABSENCE, TIER_C, { 2, 3077 }, PUBLISHED,
        COUNTED "; CensoredPlanet, Raman et al., NDSS 2020 (a sign without a rate)",
        "Three SYNs over 2.5 s without any answer, while others reach the client.",
        "the host is down, or a firewall drops what it does not allow" }, syn_black_hole },
    { { "synack-suppressed", FAMILY_ABSENCE, TIER_B, { 0, 3077 }, PUBLISHED,
        COUNTED "; Ensafi et al., FOCI 2015 (81 % of SYN/ACKs dropped one way)",
        "SYN and SYN/ACK are both repeated: the client does not see the answer.",
        "asymmetric filtering near the client" }, syn_ack_suppressed },
    { { "hello-unacked", FAMILY_ABSENCE, TIER_B, { 0, 3077 }, PUBLISHED,
        COUNTED "; Xue et al., IMC 2022 (SNI-IV)",
        "The handshake is answered, the first data sent four times and never acknowledged.",
        "packets of this size do not fit through the path, the server's queue of connections is full, or it died "
        "after accepting" },
      request_unacknowledged },
    { { "hello-acked-then-mute", FAMILY_ABSENCE, TIER_B, { 0, 3077 }, PUBLISHED,
        COUNTED "; Xue et al., IMC 2022 (SNI-II)",
        "The request is acknowledged, and not a byte of the answer arrives, to the client's last word.",
        "a server that died, or a tarpit" }, acknowledged_then_mute },
    { { "freeze-after-n", FAMILY_ABSENCE, TIER_B, { 0, 3077 }, PUBLISHED,
        COUNTED "; net4people/bbs #490 (14-34 kB, about 25 packets)",
        "After the first dozens of packets both directions stop, while others reach the client.",
        "a path that changed, a server that stopped, or a lost radio link" }, freeze },
    { { "freeze-same-place", FAMILY_CONTENT, TIER_C, { 0, 3077 }, PUBLISHED,
        COUNTED "; net4people/bbs #490 (connections to one network stop after the same 14 to 34 kB)",
        "Several connections of one client to one server stop after the same number of bytes.",
        "a server or balancer that stops there itself, and is gone then" }, same_place },
    { { "oneway-drop-after-hello", FAMILY_ABSENCE, TIER_B, { 0, 3077 }, PUBLISHED,
        COUNTED "; Bock et al., 2020 (ESNI, client to server only)",
        "Packets pass one way only: what the one end sends four times never reaches the other, which goes on.",
        "loss in one direction" }, one_way },
    { { "residual-block", FAMILY_ABSENCE, TIER_B, { 0, 3077 }, PUBLISHED,
        COUNTED "; Bock et al., WOOT 2021 (60 to 420 s)",
        "Unanswered within minutes after the same client was cut off from the same server and port.",
        "a server that bans clients, or is overloaded" }, residual },
    { { "mute-at-once", FAMILY_ABSENCE, TIER_D, { 0, 0 }, { 0, 0 },
        "what it takes the place of has the counts",
        "Three servers or more that have nothing to do with each other are silent to one client at the same time.",
        "the client's network is down or loses one direction, a filter of its own, or peers that are gone" },
      mute_at_once },
    { { "quic-initial-silent", FAMILY_ABSENCE, TIER_C, { 0, 3077 }, PUBLISHED,
        COUNTED "; Zohaib et al., USENIX Security 2025; Xue et al., IMC 2022",
        "QUIC Initials without any answer, while another QUIC connection is answered.",
        "a server without HTTP/3" }, initial_unanswered },
    { { "quic-flow-killed", FAMILY_ABSENCE, TIER_B, { 0, 3077 }, PUBLISHED,
        COUNTED "; Zohaib et al., USENIX Security 2025",
        "A QUIC server answers once and then never again.",
        "a NAT that forgot the flow, or a server that stopped" }, quic_killed },
    { { "quic-oneway-drop", FAMILY_ABSENCE, TIER_B, { 0, 3077 }, PUBLISHED,
        COUNTED "; Zohaib et al., USENIX Security 2025 (what the client sends is dropped, what the server "
        "sends passes)",
        "A QUIC server repeats its first flight though the client answers it.",
        "loss in one direction" }, quic_one_way },
    { { "vpn-unanswered", FAMILY_ABSENCE, TIER_C, { 0, 3620 }, PUBLISHED,
        "counted: 3,620 public captures; Xue et al., USENIX Security 2022 (OpenVPN is told by its first packets)",
        "A VPN's first packet is never answered by a host that answers over TCP.",
        "no VPN runs there, or it does not know this client's key and keeps silent, as WireGuard does" },
      vpn_unanswered },
    { { "throttle-policed", FAMILY_ABSENCE, TIER_C, { 0, 3077 }, PUBLISHED,
        COUNTED "; Xue et al., IMC 2021 (130 to 150 kbit/s); Flach et al., SIGCOMM 2016 (up to 7 % of a region's "
        "connections are policed by their carrier)",
        "A download is held to a low rate by dropping, while the client gets more from others.",
        "a carrier that polices this service for its own reasons" }, throttle_policed },
    { { "dns-suppressed", FAMILY_ABSENCE, TIER_C, { 0, 1168 }, PUBLISHED,
        COUNTED_DNS "; RFC 8906; Xue et al., IMC 2022 (names dropped in path)",
        "A name that a resolver never answers, while it answers others in between.",
        "the zone's own servers are dead and the resolver does not say so, or it drops the name by its own policy" },
      dns_suppressed },
    { { "dns-other-resolver-answers", FAMILY_CONTENT, TIER_B, { 0, 1168 }, PUBLISHED,
        COUNTED_DNS "; principle of measurements with a control resolver (Iris, Satellite)",
        "Another resolver answers the name that the first one never answers.",
        "the first resolver drops the name by its own policy, or has lost its way to the zone" },
      other_resolver_answers },
    { { "silence-other-name-answered", FAMILY_CONTENT, TIER_B, { 0, 3077 }, PUBLISHED,
        COUNTED "; principle of measurements with a control name (OONI, Censored Planet)",
        "The same server answers another name in the same capture.",
        "a server that serves some names only" }, other_name_works },
    { { "fet-first-packet-drop", FAMILY_CONTENT, TIER_C, { 6, 1000 }, { 263, 1000 },
        "0.6 % of ordinary connections, 26.3 % of those it would block: Wu et al., USENIX Security 2023",
        "The unanswered first data look fully encrypted.",
        "any protocol without a fixed beginning" }, fully_encrypted },
    { { "ech-drop", FAMILY_CONTENT, TIER_D, { 0, 0 }, { 0, 0 },
        "Niere et al., 2025; Chrome sends the extension to everybody",
        "The unanswered ClientHello has an encrypted_client_hello extension.",
        "most browsers send it" }, encrypted_hello },
};

static bool
has_family(const GArray *evidence, family_t family)
{
    for (unsigned i = 0; i < evidence->len; i++) {
        const signature_t *s = g_array_index(evidence, evidence_t, i).signature;
        if (s->family == family && s->tier != TIER_D)
            return true;
    }
    return false;
}

judgement_t
silence_judge(const silence_case_t *c, GArray *evidence)
{
    evidence_clear(evidence);
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        evidence_offer(evidence, &rows[i].signature, rows[i].test(c));
    if (c->kind == SILENT_OUTAGE)
        return (judgement_t){ VERDICT_SILENCED, CONFIDENCE_SHOWN };
    if (!has_family(evidence, FAMILY_ABSENCE))
        return (judgement_t){ VERDICT_NONE, 0 };
    bool contrast = (c->works_frame && !c->works_elsewhere && c->kind != SILENT_VPN)
        || c->elsewhere_frame
        || (c->earlier_frame && c->heard_since_earlier && c->earlier_gap <= RESIDUAL_NS && !c->peer_sent_data);
    unsigned most = c->answered_frame ? CONFIDENCE_SHOWN : contrast ? SILENCE_CONTRAST_MAX
                  : (c->kind == SILENT_SYN && !c->earlier_frame) || c->kind == SILENT_VPN ? SILENCE_ADDRESS_MAX
                  : SILENCE_ALONE_MAX;
    unsigned confidence = MIN(judge_posterior(evidence), most);
    return (judgement_t){ confidence >= CONFIDENCE_SHOWN ? VERDICT_SILENCED : VERDICT_NONE,
                          (uint8_t)confidence };
}

const char *
silence_innocent(const silence_case_t *c, const GArray *evidence)
{
    if (c->may_not_fit)
        return "packets of this size do not fit through the path";
    const evidence_t *strongest = evidence_strongest(evidence);
    return strongest ? strongest->signature->twin : NULL;
}

const signature_t *
silence_signature(unsigned index)
{
    return index < G_N_ELEMENTS(rows) ? &rows[index].signature : NULL;
}
