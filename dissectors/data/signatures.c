/* data/signatures.c
 * Signatures of injected TCP data: one row and one small function each.
 *
 * Most forged answers are the only answer (60 of 77 labelled flows), so little can be compared
 * with a genuine copy. What is left is that an injector writes a packet by itself: it does not
 * know the negotiated options, copies what it needs from the request, and sits elsewhere.
 *
 * Counts are connections: of those that carry data in captures where nothing is forged, and of
 * labelled injections (CenTrace, Citizen Lab, QUANTUMINSERT and HoneyBadger captures), by
 * tests/calibrate/count. A number of 1 of 1 stands for a header that a publication calls constant.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data/case.h"

#include <math.h>
#include <string.h>

#include "state/hops.h"
#include "base/text.h"

#define TTL_DEVIATION_MIN 3
#define INITIAL_TTL_MIN   3     /* packets that show what a host starts with */
#define ACK_BACK_NS       (5 * NS_PER_MS)   /* acknowledgements overtake each other by less */
#define ACK_BACK_BYTES    65536
#define RTT_USEFUL_US     4000
#define CONTENT_BYTES     512   /* of an answer that are looked at */

/* ---- reading the answer ---- */

/* The first place of needle, which is in lower case and does not begin with a letter, ignoring case. */
static const char *
find(const char *haystack, size_t length, const char *needle)
{
    const char *end = haystack + length, *p = haystack;
    size_t n = strlen(needle);

    for (; (p = memchr(p, needle[0], (size_t)(end - p))) && n <= (size_t)(end - p); p++)
        if (same_text(p, needle, n))
            return p;
    return NULL;
}

/* True when a Location header leads to another host than the one asked for. Upgrades to https and
 * other paths and names below the same domain are the server's own. */
static bool
leads_elsewhere(const char *text, size_t length, const char *host)
{
    const char *p = find(text, length, "\nlocation:"), *end = text + length;
    if (!p || !host)
        return false;
    p = find(p, (size_t)(end - p), "://");
    if (!p)
        return false;
    p += 3;
    size_t n = 0;
    while (p + n < end && p[n] != '/' && p[n] != ':' && p[n] != '\r' && p[n] != '\n' && p[n] != '?')
        n++;
    /* The last two labels of what was asked for, without a port. */
    char *asked = g_ascii_strdown(host, (gssize)strcspn(host, ":"));
    const char *domain = asked + strlen(asked);
    for (unsigned dots = 0; domain > asked; domain--)
        if (domain[-1] == '.' && ++dots == 2)
            break;
    char *target = g_ascii_strdown(p, (gssize)n);
    bool elsewhere = !strstr(target, domain);
    g_free(target);
    g_free(asked);
    return elsewhere;
}

static bool
begins_with_html(const char *text, size_t length)
{
    return find(text, MIN(length, 64), "<html") || find(text, MIN(length, 64), "<!doctype");
}

static content_t
read_http(const char *text, size_t length, const char *host)
{
    bool redirect = text[9] == '3' && text[10] == '0' && memchr("12378", text[11], 5);
    if (redirect && leads_elsewhere(text, length, host))
        return CONTENT_REDIRECT;
    bool forbidden = !memcmp(text + 9, "403", 3);
    return forbidden && find(text, length, "//10.10.34.3") ? CONTENT_IRAN : CONTENT_HTTP;
}

/* A server that has nothing but HTTP cannot read a ClientHello and says so (400, 501, 505). Who answers with a page
 * or a redirect has not tried to. */
static bool
answers_unread(const char *text)
{
    return text[9] == '2' || text[9] == '3' || !memcmp(text + 9, "403", 3) || !memcmp(text + 9, "451", 3);
}

content_t
content_read(const uint8_t *bytes, size_t length, const char *host, asked_kind_t asked)
{
    const char *text = (const char *)bytes;
    bool http = length >= 12 && !memcmp(text, "HTTP/1.", 7);

    length = MIN(length, CONTENT_BYTES);
    if (length >= 6 && bytes[0] == 21 && bytes[1] == 3 && !bytes[3] && bytes[4] == 2)
        return CONTENT_TLS_ALERT;
    if (asked == ASKED_HTTP && http)
        return read_http(text, length, host);
    if (asked == ASKED_HTTP && begins_with_html(text, length))
        return CONTENT_HEADERLESS_HTML;
    return asked == ASKED_TLS && http && answers_unread(text) ? CONTENT_PLAIN_TEXT : CONTENT_OTHER;
}

size_t
content_size(const uint8_t *bytes, size_t length)
{
    const char *text = (const char *)bytes;
    const char *end = length > 12 && !memcmp(text, "HTTP/1.", 7) ? find(text, MIN(length, PAGE_BYTES), "\n\r\n") : NULL;
    const char *p = end ? find(text, (size_t)(end - text), "\ncontent-length:") : NULL;
    size_t size = 0;

    if (!p)
        return 0;
    for (p += 16; p < end && *p == ' '; p++)
        continue;
    for (; p < end && g_ascii_isdigit(*p) && size < 1000000; p++)
        size = size * 10 + (size_t)(*p - '0');
    return (size_t)(end - text) + 3 + size;
}

/* ---- ordering ---- */

static char *
conflict(const data_case_t *c)
{
    if (!c->other_frame)
        return NULL;
    if (!c->other_shift)
        return g_strdup_printf("same sequence number as frame %u, other bytes", c->other_frame);
    return g_strdup_printf("begins %u byte%s %s frame %u, with other bytes where both overlap",
                           ABS(c->other_shift), ABS(c->other_shift) == 1 ? "" : "s",
                           c->other_shift < 0 ? "before" : "behind", c->other_frame);
}

/* A stack counts its FIN and has nothing to say after it. */
static char *
continues(const data_case_t *c)
{
    if (!c->continued_frame)
        return NULL;
    return g_strdup_printf("frame %u of the same sender has new data in the place of this FIN", c->continued_frame);
}

static char *
of_forged_handshake(const data_case_t *c)
{
    if (!c->handshake_frame)
        return NULL;
    return g_strdup_printf("goes on from the numbers of the forged SYN/ACK in frame %u, which are not the server's",
                           c->handshake_frame);
}

/* An acknowledgement begins where its sender is: behind all that it has sent. */
static char *
unaware_of_data(const data_case_t *c)
{
    if (!c->unaware_frame)
        return NULL;
    return g_strdup_printf("the other end acknowledged it, yet frame %u of the same sender acknowledges with a number "
                           "before it; IP ID 0x%04x there goes on from 0x%04x before this packet, which has 0x%04x",
                           c->unaware_frame, c->unaware_id, c->before_id, c->ip.ip_id);
}

/* It acknowledges the SYN, and knows nothing of the numbers that the SYN/ACK then begins with. */
static char *
before_syn_ack(const data_case_t *c)
{
    if (!c->syn_ack_frame)
        return NULL;
    return g_strdup_printf("acknowledges the SYN before the SYN/ACK in frame %u does, and with other sequence numbers",
                           c->syn_ack_frame);
}

/* A FIN is the last of all numbers: what lies behind it, its sender has not sent. */
static char *
beyond_fin(const data_case_t *c)
{
    if (!c->beyond_fin_frame)
        return NULL;
    return g_strdup_printf("lies behind the end of the stream: the same sender's FIN in frame %u", c->beyond_fin_frame);
}

static char *
acks_dead_packet(const data_case_t *c)
{
    if (!c->died_frame || !(c->flags & TCP_ACK) || c->ack != c->peer.next_seq)
        return NULL;
    return g_strdup_printf("acknowledges frame %u, which never reached this sender: its hop limit ran "
                           "out on the way (ICMP in frame %u)", c->peer.last.frame, c->died_frame);
}

/* An injector acknowledges what it saw in the request; a stack acknowledges what it has. */
static char *
acks_back(const data_case_t *c)
{
    int32_t back = seq_diff(c->sender.last.ack, c->ack);
    int64_t delay = ticks_since(c->sender.last.time, ticks(c->time));

    if (!c->length || !c->time || !c->sender.last.frame || !(c->sender.last.bits & TCP_ACK) || back <= 0
        || back >= ACK_BACK_BYTES || delay < ACK_BACK_NS || seq_diff(c->seq, c->sender.next_seq) < 0)
        return NULL;
    return g_strdup_printf("new data that acknowledge %u byte%s less than this sender's frame %u, %.1f ms before",
                           (unsigned)back, back == 1 ? "" : "s", c->sender.last.frame, delay / 1e6);
}

/* ---- header copy ---- */

/* It goes on where the sender's own counter was: no copy, however it looks. */
static bool
counts_on(const data_case_t *c)
{
    return c->sender.last.mark && ip_id_goes_on(c->sender.last.mark, c->ip.ip_id);
}

/* Both ends' timestamps come from one clock, give or take what passes between two packets (in ms). */
static bool
same_clock(const data_case_t *c)
{
    int64_t passed = ticks_since(c->sender.last.time, ticks(c->time)) / NS_PER_MS;
    int32_t ahead = seq_diff(c->peer.tsval, c->sender.tsval);

    return c->sender.tsval && ahead >= 0 && ahead <= passed + 10;
}

/* How often a field of an answer is that of its request without being copied: two of 65,536 IP IDs; windows and
 * timestamps as counted in 83,211 pairs of data segments of public captures. */
#define CHANCE_ID     (2.0 / 65536)
#define CHANCE_WINDOW 0.128
#define CHANCE_TSVAL  0.001

typedef struct {
    unsigned fields;
    double   chance;            /* of so many */
} copied_t;

static void
note_copy(copied_t *copied, bool same, double chance)
{
    copied->fields += same;
    copied->chance *= same ? chance : 1;
}

static copied_t
copied_fields(const data_case_t *c)
{
    copied_t copied = { 0, 1 };
    uint16_t step = (uint16_t)(c->ip.ip_id - c->peer.last.mark);

    note_copy(&copied, step <= 1 && c->peer.last.mark >= 16 && !counts_on(c), CHANCE_ID);
    note_copy(&copied, c->window && c->window == c->peer.last.window && c->window != c->sender.last.window,
              CHANCE_WINDOW);
    note_copy(&copied, c->has_timestamps && c->peer.tsval && c->tsval == c->peer.tsval && !same_clock(c),
              CHANCE_TSVAL);
    return copied;
}

static char *
mirrors_trigger(const data_case_t *c)
{
    if (!c->first_answer || c->ip.ipv6 || !c->peer.last.frame || !c->ip.ip_id || c->sender.mirrors
        || c->peer.mirrors > 1 || copied_fields(c).fields < 2)
        return NULL;
    return g_strdup_printf("IP ID 0x%04x, window %u%s: two or more of them are those of the request in "
                           "frame %u (0x%04x, %u)", c->ip.ip_id, c->window,
                           c->has_timestamps ? ", timestamp" : "", c->peer.last.frame,
                           c->peer.last.mark, c->peer.last.window);
}

/* An acknowledgement made out of what it acknowledges. */
static char *
acks_with_its_id(const data_case_t *c)
{
    if (c->length || c->ip.ipv6 || c->flags & (TCP_SYN | TCP_FIN) || c->peer.last.mark < 16 || !c->peer.last.length
        || c->ip.ip_id != c->peer.last.mark || c->ack != c->peer.next_seq || counts_on(c) || c->sender.mirrors)
        return NULL;
    return g_strdup_printf("IP ID 0x%04x is that of frame %u, which it acknowledges", c->ip.ip_id, c->peer.last.frame);
}

/* Every offloaded segment looks so. It says something where the sender denies the bytes. */
static char *
repeats_last(const data_case_t *c)
{
    if (!c->repeats_last || !c->beyond_fin_frame)
        return NULL;
    return g_strdup_printf("IP ID 0x%04x is that of the packet before, from a sender that counts", c->ip.ip_id);
}

/* ---- header mismatch ---- */

static char *
lacks_timestamps(const data_case_t *c)
{
    if (c->has_timestamps || (!c->length && !c->continued_frame) || !(c->sender.seen & c->peer.seen & SEEN_TIMESTAMPS)
        || !(c->sender.last.bits & BIT_TIMESTAMPS))
        return NULL;
    return g_strdup_printf("no timestamps, though both ends agreed on them and this sender's frame %u "
                           "has them", c->sender.last.frame);
}

static char *
df_mismatch(const data_case_t *c)
{
    unsigned same = c->port_df.packets[c->ip.df], other = c->port_df.packets[!c->ip.df];

    if (c->ip.ipv6 || c->ip.in_pieces || other < 3 || same * 10 > other)
        return NULL;
    return g_strdup_printf("don't-fragment is %s; %s in %u of the %u other packets from this port",
                           c->ip.df ? "set" : "clear", c->ip.df ? "clear" : "set", other, same + other);
}

static char *
tool_header(const data_case_t *c)
{
    if (c->ip.ipv6 || c->ip.ip_id > 1 || c->ip.df || c->ip.in_pieces || !c->length || !c->sender.packets
        || c->sender.df < c->sender.packets)
        return NULL;
    return g_strdup_printf("IP ID %u with don't-fragment clear, as packet tools write; all of this "
                           "sender's other packets in this flow (%u) set it", c->ip.ip_id, c->sender.packets);
}

/* A box that strips options does not clear don't-fragment, nor does it number packets anew. */
static char *
tool_made(const data_case_t *c)
{
    char *header = tool_header(c), *options = lacks_timestamps(c), *text = NULL;

    if (header && options)
        text = g_strdup_printf("%s; and %s", header, options);
    g_free(header);
    g_free(options);
    return text;
}

#define ID_STEPS_MIN 8
#define ID_STEP_FAR  8192

/* The host counts its packets, and this one is not where the counter was a moment ago. */
static char *
ip_id_regime(const data_case_t *c)
{
    const host_ids_t *ids = &c->host_ids;
    uint16_t step = (uint16_t)(c->ip.ip_id - ids->last);

    if (c->ip.ipv6 || !c->time || !c->ip.ip_id || ids->steps < ID_STEPS_MIN || ids->small * 10 < ids->steps * 9
        || ticks(c->time) - ids->time >= HOST_ID_TICKS || step <= ID_STEP_FAR || step >= UINT16_MAX - ID_STEP_FAR)
        return NULL;
    return g_strdup_printf("IP ID 0x%04x; this host counts (%u of %u steps are 2048 or less) and was at 0x%04x %.1f ms "
                           "before", c->ip.ip_id, ids->small, ids->steps, ids->last,
                           (uint32_t)(ticks(c->time) - ids->time) * TICK_NS / 1e6);
}

/* A PSH says that data end here, and there are none. */
static char *
pushes_nothing(const data_case_t *c)
{
    if (c->length || (c->flags & (TCP_PSH | TCP_FIN | TCP_SYN)) != TCP_PSH)
        return NULL;
    return g_strdup("PSH without data");
}

static char *
window_ttl_lockstep(const data_case_t *c)
{
    if (c->lockstep < 3)
        return NULL;
    return g_strdup_printf("window %u and TTL %u: both went up together over %u segments", c->window,
                           c->ip.ttl, c->lockstep);
}

/* Not asked of an earlier segment (time 0), whose label is not remembered. */
static char *
flow_label(const data_case_t *c)
{
    if (!c->time || !c->length || !keeps_flow_label(&c->sender, c->ip.ipv6)
        || ip_mark(&c->ip) == c->sender.last.mark)
        return NULL;
    return g_strdup_printf("flow label 0x%05x; this sender's other %u packets in this flow share another one",
                           c->ip.flow_label, c->sender.packets);
}

/* ---- TTL ---- */

/* How far off everything else that the host is known to have sent itself, and off this connection's beginning.
 * False where too little of it is known. */
static bool
ttl_apart(const data_case_t *c, uint8_t *distance)
{
    if (!ttl_memory_distance(&c->host_ttls, c->ip.ttl, distance))
        return false;
    if (c->sender.ttl_packets[0])
        *distance = MIN(*distance, ttl_distance(c->ip.ttl, c->sender.ttl[0]));
    return true;
}

/* "this host's 12 other packets: 52 (12 hops) in 12" */
static char *
usual_text(const data_case_t *c)
{
    char *ttls = ttl_memory_text(&c->host_ttls);
    char *text = g_strdup_printf("this host's %u other packets: %s", ttl_memory_total(&c->host_ttls), ttls);

    g_free(ttls);
    return text;
}

static char *
ttl_against_usual(const data_case_t *c, const char *format)
{
    char *usual = usual_text(c);
    char *text = g_strdup_printf("TTL %u (%u hops%s); %s", c->ip.ttl, ttl_hops(c->ip.ttl), format, usual);

    g_free(usual);
    return text;
}

static char *
ttl_deviation(const data_case_t *c)
{
    uint8_t distance;

    if (!ttl_apart(c, &distance) || distance < TTL_DEVIATION_MIN)
        return NULL;
    return ttl_against_usual(c, "");
}

/* Where the handshake is all that is known of the host: in front of many servers something else answers SYNs. */
static char *
ttl_unlike_syn_ack(const data_case_t *c)
{
    uint8_t distance, syn_ack = c->sender.ttl[0];

    if (ttl_apart(c, &distance) || !(c->sender.seen & SEEN_SYN) || ttl_distance(c->ip.ttl, syn_ack) < TTL_DEVIATION_MIN)
        return NULL;
    return g_strdup_printf("TTL %u (%u hops); the SYN/ACK had %u (%u hops), and more is not known of this host",
                           c->ip.ttl, ttl_hops(c->ip.ttl), syn_ack, ttl_hops(syn_ack));
}

/* Whether any packet of the host started with this initial TTL. */
static bool
starts_with(const data_case_t *c, uint8_t initial)
{
    for (unsigned i = 0; i < TTL_SLOTS; i++)
        if (c->host_ttls.count[i] && ttl_initial(c->host_ttls.ttl[i]) == initial)
            return true;
    return c->sender.ttl_packets[0] && ttl_initial(c->sender.ttl[0]) == initial;
}

/* One host's TCP has one initial TTL, so that as far away and started from another one is another sender. */
static char *
initial_ttl(const data_case_t *c)
{
    uint8_t distance, initial = ttl_initial(c->ip.ttl);

    if (!ttl_apart(c, &distance) || distance >= TTL_DEVIATION_MIN || !ttl_is_plausible(c->ip.ttl)
        || ttl_memory_total(&c->host_ttls) < INITIAL_TTL_MIN || c->host_ttls.others || starts_with(c, initial))
        return NULL;
    return ttl_against_usual(c, " from another initial value");
}

static bool
is_odd_by_habit(const data_case_t *c)
{
    for (unsigned i = 0; i < TTL_SLOTS; i++)
        if (c->host_ttls.count[i] && !ttl_is_plausible(c->host_ttls.ttl[i]))
            return true;
    return c->sender.ttl_packets[0] && !ttl_is_plausible(c->sender.ttl[0]);
}

/* Some hosts start with other values than all others: what is asked is whether this one does. */
static char *
ttl_implausible(const data_case_t *c)
{
    uint8_t distance;

    if (ttl_is_plausible(c->ip.ttl) || !ttl_apart(c, &distance) || is_odd_by_habit(c))
        return NULL;
    char *usual = usual_text(c);
    char *text = g_strdup_printf("TTL %u would mean %u hops, more than any route has; %s", c->ip.ttl,
                                 ttl_hops(c->ip.ttl), usual);
    g_free(usual);
    return text;
}

/* ---- timing ---- */

/* What acknowledges a request has read it. A path has no shorter way there and back than its shortest. */
static char *
before_rtt(const data_case_t *c)
{
    int64_t delay = ticks_since(c->peer.last.time, ticks(c->time));
    uint32_t rtt = shortest_rtt(&c->sender, c->host_rtt, c->host_rtts);

    if (!c->first_answer || rtt < RTT_USEFUL_US || c->ack != c->peer.next_seq || c->peer.last.bits & BIT_AGAIN
        || (!(c->sender.seen & SEEN_SYN) && !c->host_rtts) || c->peer.last.frame != c->request_frame
        || delay < 0 || delay * 2 >= rtt * NS_PER_US)
        return NULL;
    return g_strdup_printf("acknowledges frame %u after %.2f ms; the shortest of %u round trips to this sender is "
                           "%.2f ms", c->peer.last.frame, delay / 1e6, MAX(c->sender.rtts, c->host_rtts), rtt / 1e3);
}

/* ---- content ---- */

static char *
packetlogic(const data_case_t *c)
{
    if (c->ip.ipv6 || c->ip.ip_id != 0x3412 || c->ip.df || c->window != 32120)
        return NULL;
    return g_strdup("IP ID 0x3412, don't-fragment clear, window 32120: Sandvine PacketLogic's "
                    "published header");
}

static char *
redirect(const data_case_t *c)
{
    if (c->content != CONTENT_REDIRECT || !c->first_answer)
        return NULL;
    return g_strdup_printf("the answer to frame %u leads to another host", c->request_frame);
}

static char *
headerless_html(const data_case_t *c)
{
    if (c->content != CONTENT_HEADERLESS_HTML || !c->first_answer)
        return NULL;
    return g_strdup_printf("the answer to the HTTP request in frame %u is a page without a status line",
                           c->request_frame);
}

static char *
plain_text(const data_case_t *c)
{
    if (c->content != CONTENT_PLAIN_TEXT || !c->first_answer || c->ack != c->peer.next_seq)
        return NULL;
    return g_strdup_printf("plain HTTP answers the TLS ClientHello in frame %u", c->request_frame);
}

static char *
fin_with_page(const data_case_t *c)
{
    if (!c->first_answer || !(c->flags & TCP_FIN) || !c->length
        || (c->content != CONTENT_HTTP && c->content != CONTENT_REDIRECT && c->content != CONTENT_PLAIN_TEXT
            && c->content != CONTENT_HEADERLESS_HTML))
        return NULL;
    return g_strdup_printf("the whole answer to frame %u and the end of the connection in one segment",
                           c->request_frame);
}

static char *
iran_page(const data_case_t *c)
{
    if (c->content != CONTENT_IRAN || !c->first_answer)
        return NULL;
    return g_strdup("leads to 10.10.34.34-36, Iran's block page");
}

/* The filter's own server, asked for by name or led to by a forged DNS answer, shows its page by right. */
static char *
known_page(const data_case_t *c, bool sure)
{
    const fingerprint_t *fp = c->fingerprint;

    if (!fp || c->listed_server || fingerprint_is_sure(fp) != sure
        || (fp->redirect && c->content != CONTENT_REDIRECT))
        return NULL;
    char *entry = fingerprint_text(fp, c->time);
    char *text = g_strdup_printf("the answer to frame %u fits %s", c->request_frame, entry);
    g_free(entry);
    return text;
}

static char *
block_page(const data_case_t *c)
{
    return known_page(c, true);
}

static char *
vague_page(const data_case_t *c)
{
    return known_page(c, false);
}

static char *
alert_first(const data_case_t *c)
{
    if (c->content != CONTENT_TLS_ALERT || !c->first_answer)
        return NULL;
    return g_strdup_printf("a TLS alert in the clear is the whole answer to frame %u", c->request_frame);
}

static char *
names_authority(const data_case_t *c, bool intercepts)
{
    if (!c->authority || c->authority->intercepts != intercepts)
        return NULL;
    return g_strdup_printf("its certificates name \"%s\" (%s, %s; %s)%s", c->authority->name, c->authority->place,
                           c->authority->years, c->authority->source,
                           intercepts ? "" : ", which also servers there use by right");
}

static char *
interception_root(const data_case_t *c)
{
    return names_authority(c, true);
}

static char *
state_root(const data_case_t *c)
{
    return names_authority(c, false);
}

static char *
same_box(const data_case_t *c)
{
    if (!c->same_box_frame)
        return NULL;
    return g_strdup_printf("%s like the forged packet in frame %u, and unlike this host's own",
                           c->ip.ipv6 ? "hop limit and presence of a flow label" : "TTL, don't-fragment and IP ID",
                           c->same_box_frame);
}

static char *
same_run(const data_case_t *c)
{
    if (!c->same_run_frame)
        return NULL;
    return g_strdup_printf("goes on where the sender of the forged frame %u was, with its TTL, don't-fragment and "
                           "options", c->same_run_frame);
}

/* ---- the catalogue ---- */

#define COUNTED_BENIGN "counted: 2,796 connections with data of 1,188 public captures"
#define COUNTED        COUNTED_BENIGN ", 13 with labelled injections"
#define COUNTED_2026   "counted: 3,327 connections with data of 1,393 public captures, 13 with labelled injections"

#define OTHER_FLOWS    "64 flows with injected data, of public captures that did not shape the rules"

#define BOX_TWIN "a load balancer or proxy whose members share the server's address"

static const struct {
    signature_t signature;
    char *(*test)(const data_case_t *);
} rows[] = {
    /* The first row is true of both segments or of neither. */
    { { "seg-conflict-payload", FAMILY_ORDERING, TIER_B, { 24, 39370 }, { 17, 77 },
        "flow directions in 4,386 public captures, keep-alives and padding left out; 77 labelled flows",
        "The same sequence range with other bytes.",
        "edited or anonymised captures, and proxies that change a retransmission" }, conflict },
    { { "fin-then-data", FAMILY_ORDERING, TIER_B, { 0, 2796 }, PUBLISHED,
        COUNTED_BENIGN "; follows from RFC 9293, section 3.6",
        "A FIN after which its sender sends new data in the FIN's place.",
        "a proxy that closes for the server and goes on all the same" }, continues },
    { { "data-of-forged-handshake", FAMILY_ORDERING, TIER_A, { 0, 7730 }, { 1, 1 },
        "SYN/ACKs with their SYN in public captures that did not shape the rules, and one forged handshake among them",
        "Goes on from the numbers of a forged SYN/ACK.",
        "the same as for the SYN/ACK that proves it" }, of_forged_handshake },
    { { "data-before-syn-ack", FAMILY_ORDERING, TIER_A, { 0, 7730 }, { 1, 1 },
        "SYN/ACKs with their SYN in public captures that did not shape the rules, and one forged FIN among them",
        "Acknowledges a SYN before the SYN/ACK, and with other sequence numbers.",
        "ports used again, where the old connection's numbers happen to fit" }, before_syn_ack },
    { { "data-beyond-fin", FAMILY_ORDERING, TIER_B, { 41, 11972 }, { 2, 64 },
        "FINs and " OTHER_FLOWS "; RFC 9293 section 3.6",
        "Its sender's FIN ends the stream before it.",
        "ports used again, and packets that overtook each other" }, beyond_fin },
    { { "data-unaware-sender", FAMILY_ORDERING, TIER_A, { 0, 28834 }, { 4, 5 },
        "connections with data of 3,620 public captures; 5 flows with data in the client's name, beside one server",
        "The claimed sender's later packets, by their IP IDs its own, do not know of these bytes.",
        "two machines behind one address that use the same port" }, unaware_of_data },
    { { "data-acks-dead-packet", FAMILY_ORDERING, TIER_A, { 0, 2796 }, PUBLISHED,
        COUNTED_BENIGN "; method of Raman et al., CoNEXT 2022",
        "It acknowledges a packet of which an ICMP error says that it died on the way.",
        "none: the packet would have to be sent again" }, acks_dead_packet },
    { { "data-ack-back", FAMILY_ORDERING, TIER_B, { 9, 326340 }, { 1, 64 },
        "data segments (all nine in four damaged files) and " OTHER_FLOWS,
        "New data acknowledge less than their sender's packet before.",
        "packets that overtook each other" }, acks_back },
    { { "data-mirrors-trigger", FAMILY_HEADER_COPY, TIER_A, { 0, 2796 }, { 1, 13 },
        COUNTED "; net4people/bbs #98",
        "Two or more of IP ID, window and timestamp are those of the request.",
        "SYN proxies that reflect what they receive" }, mirrors_trigger },
    { { "data-id-repeats", FAMILY_HEADER_COPY, TIER_C, { 20, 15030 }, { 2, 64 },
        "flows with data and " OTHER_FLOWS,
        "Beyond its sender's FIN, and with the IP ID of the sender's packet before.",
        "network cards that cut one packet into several with one number" }, repeats_last },
    { { "ack-copies-id", FAMILY_HEADER_COPY, TIER_C, { 502, 83211 }, PUBLISHED,
        "data segments with the IP ID of what they answer, in 1,733 public captures; net4people/bbs #39, #98",
        "An acknowledgement with the IP ID of the data it acknowledges.",
        "two random numbers that are equal (1 in 65,536), and stacks that reflect what they receive" },
      acks_with_its_id },
    { { "data-lacks-options", FAMILY_HEADER_MISMATCH, TIER_B, { 4, 39370 }, { 50, 141 },
        "flow directions in 4,386 public captures; 141 labelled segments; RFC 7323 section 3.2",
        "No timestamps although both ends agreed on them.",
        "a middlebox that strips options in the middle of a connection" }, lacks_timestamps },
    { { "data-df-mismatch", FAMILY_HEADER_MISMATCH, TIER_C, { 2, 3327 }, { 4, 13 },
        COUNTED_2026,
        "Don't-fragment unlike everything else from this port.",
        BOX_TWIN }, df_mismatch },
    { { "data-tool-header", FAMILY_HEADER_MISMATCH, TIER_C, { 1, 3327 }, { 5, 13 },
        COUNTED_2026 "; GoodbyeDPI",
        "IP ID 0 or 1 without don't-fragment, from a sender that sets it.",
        BOX_TWIN }, tool_header },
    { { "data-tool-made", FAMILY_HEADER_MISMATCH, TIER_A, { 0, 3327 }, { 3, 13 },
        COUNTED_2026,
        "That header, and no timestamps although both ends agreed on them.",
        "a sender's own second stack, as test tools have" }, tool_made },
    { { "data-ipid-regime", FAMILY_HEADER_MISMATCH, TIER_C, { 2, 15030 }, { 1, 64 },
        "captures with it alone, and " OTHER_FLOWS,
        "An IP ID far off the counter that its host shows.",
        "machines that share an address" }, ip_id_regime },
    { { "ack-pushes-nothing", FAMILY_HEADER_MISMATCH, TIER_C, { 2, 3327 }, PUBLISHED,
        COUNTED_2026 "; net4people/bbs #39",
        "PSH in a packet without data.",
        "stacks that set the flag in keep-alive probes and window updates" }, pushes_nothing },
    { { "data-win-ttl-lockstep", FAMILY_HEADER_MISMATCH, TIER_A, { 0, 2796 }, { 1, 13 },
        COUNTED "; Marczak et al., FOCI 2015",
        "Window and TTL go up together from segment to segment.",
        "none known" }, window_ttl_lockstep },
    { { "data-flow-label", FAMILY_HEADER_MISMATCH, TIER_D, { 0, 181 }, { 0, 0 },
        "IPv6 data segments, in public captures, of senders that kept a label; no public capture holds a "
        "forged one",
        "IPv6 flow label unlike the one that the sender keeps.",
        "Linux, which draws a new label when it sends again after a timeout" }, flow_label },
    { { "data-ttl-deviation", FAMILY_TTL, TIER_C, { 1, 3327 }, { 4, 13 },
        COUNTED_2026,
        "Sent from a distance three or more hops off everything else that this host sends itself.",
        BOX_TWIN }, ttl_deviation },
    { { "data-ttl-unlike-syn-ack", FAMILY_TTL, TIER_C, { 95, 3451 }, { 4, 13 },
        "SYN/ACK against later segments in 1,733 public captures; 13 labelled flows",
        "Sent from a distance three or more hops off the SYN/ACK of a host of which nothing else is known.",
        "front ends that shake hands for the server behind them" }, ttl_unlike_syn_ack },
    { { "data-initial-ttl", FAMILY_TTL, TIER_C, { 14, 15030 }, { 1, 64 },
        "flows with data, SYN/ACKs among what is compared, and " OTHER_FLOWS,
        "As far away as everything else of this host, and from another initial TTL.",
        BOX_TWIN }, initial_ttl },
    { { "data-ttl-implausible", FAMILY_TTL, TIER_C, { 0, 3327 }, { 2, 13 },
        COUNTED_2026,
        "TTL that no initial value in use explains.",
        "senders with odd initial TTLs, carriers that rewrite TTLs" }, ttl_implausible },
    { { "reply-before-rtt", FAMILY_ORDERING, TIER_B, { 1, 3327 }, { 10, 249 },
        "connections with data of 1,393 public captures, and forged packets of 212 made captures; both did not shape "
        "the rule",
        "Acknowledges a request in less than half the shortest of two or more round trips to its sender.",
        "a proxy or CDN edge nearer than the box that shook hands" }, before_rtt },
    { { "sandvine-packetlogic", FAMILY_CONTENT, TIER_A, { 0, 2796 }, PUBLISHED,
        COUNTED_BENIGN "; Marczak et al., Citizen Lab 2018 (constant)",
        "The constant header of PacketLogic injections.",
        "none known" }, packetlogic },
    { { "http-redirect-injected", FAMILY_CONTENT, TIER_C, { 5, 342 }, { 4, 13 },
        "HTTP connections with an answer in 1,188 public captures; 13 labelled flows",
        "A redirect to another host than the one asked for.",
        "servers that moved, captive portals, sign-in pages" }, redirect },
    { { "http-headerless-html", FAMILY_CONTENT, TIER_B, { 1, 342 }, { 2, 13 },
        "HTTP connections with an answer in 1,188 public captures; 13 labelled flows",
        "A page without a status line in answer to an HTTP/1 request.",
        "HTTP/0.9 servers" }, headerless_html },
    { { "http-fin-psh-single", FAMILY_CONTENT, TIER_C, { 5, 342 }, { 5, 13 },
        "HTTP connections with an answer in 1,188 public captures; 13 labelled flows",
        "Page and end of connection in one segment.",
        "small HTTP/1.0 servers" }, fin_with_page },
    { { "http-iran-403", FAMILY_CONTENT, TIER_A, { 0, 342 }, PUBLISHED,
        "HTTP connections with an answer in 1,188 public captures; Aryan et al., FOCI 2013; net4people/bbs #226",
        "The address of Iran's block page in the answer.",
        "a network that uses 10.10.34.0/24 itself" }, iran_page },
    { { "http-blockpage-match", FAMILY_CONTENT, TIER_B, { 0, 342 }, PUBLISHED,
        "own list against HTTP connections with an answer in 1,188 public captures; Jones et al., IMC 2014 "
        "(block pages are told by their text)",
        "The answer is a block page known from a list.",
        "a filter that the user's own network runs, or a server that itself shows this page" }, block_page },
    { { "http-blockpage-vague", FAMILY_CONTENT, TIER_D, { 0, 342 }, { 0, 13 },
        "own list against HTTP connections with an answer in 1,188 public captures and 13 labelled flows",
        "The answer has words that a list gives as vague, uncertain or of no known scope.",
        "any page with these words" }, vague_page },
    { { "tls-plain-answer", FAMILY_CONTENT, TIER_B, { 0, 516 }, { 1, 1 },
        "516 ClientHellos in 1,393 public captures; one office filter among 1,150 public captures",
        "A page or redirect over plain HTTP in answer to a TLS ClientHello.",
        "a server that speaks HTTP on this port and does not read what it is asked" }, plain_text },
    { { "tls-alert-first", FAMILY_CONTENT, TIER_D, { 4, 2796 }, { 0, 0 },
        COUNTED_BENIGN "; no publication shows a forged one packet by packet",
        "A TLS alert in the clear where a ServerHello belongs.",
        "a server that does not know the name, or no common version" }, alert_first },
    { { "tls-interception-root", FAMILY_CONTENT, TIER_A, { 0, 2796 }, PUBLISHED,
        COUNTED_BENIGN "; Raman et al., IMC 2020; OONI, 2024",
        "Certificates of an authority known for nothing but interception.",
        "a server that uses a certificate of this authority itself" }, interception_root },
    { { "tls-state-root", FAMILY_CONTENT, TIER_D, { 0, 2796 }, { 0, 0 },
        COUNTED_BENIGN,
        "Certificates of a state's authority that browsers do not trust and that servers there use.",
        "a bank or an office of that state" }, state_root },
    { { "data-same-box", FAMILY_CONTENT, TIER_B, { 0, 2796 }, { 2, 13 },
        COUNTED "; the proof is another frame's",
        "Header of a packet proven forged in this host's name, and not the host's own.",
        "the same as for the frame that proves it" }, same_box },
    { { "data-same-run", FAMILY_CONTENT, TIER_A, { 0, 3327 }, { 5, 13 },
        COUNTED_2026 "; the proof is another frame's",
        "Goes on where a forged packet of this flow was, from the same sender.",
        "the same as for the frame that proves it" }, same_run },
};

const signature_t *
data_signature(unsigned index)
{
    return index < G_N_ELEMENTS(rows) ? &rows[index].signature : NULL;
}

/* dB that what was found may weigh, whatever the counts say (judge.h). */
static double
at_most(char *(*test)(const data_case_t *), const data_case_t *c)
{
    unsigned alike = c->port_df.packets[c->ip.df];

    if (test == mirrors_trigger)
        return chance_bound(copied_fields(c).chance, c->host_packets, 0);
    if (test == acks_with_its_id)
        return chance_bound(CHANCE_ID / 2, c->host_packets, 0);
    if (test == ip_id_regime)
        return habit_bound(c->host_ids.steps, c->host_ids.steps - c->host_ids.small);
    if (test == df_mismatch)
        return habit_bound(alike + c->port_df.packets[!c->ip.df], alike);
    return INFINITY;
}

judgement_t
data_judge(const data_case_t *c, GArray *evidence)
{
    evidence_clear(evidence);
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        evidence_offer_at_most(evidence, &rows[i].signature, rows[i].test(c), at_most(rows[i].test, c));
    return judge(evidence);
}

double
data_oddness(const data_case_t *c)
{
    data_case_t alone = *c;
    GArray *evidence = evidence_new();

    alone.other_frame = alone.continued_frame = 0;
    data_judge(&alone, evidence);
    double total = evidence_weight(evidence);
    evidence_free(evidence);
    return total;
}

double
data_found_oddness(const GArray *evidence)
{
    return evidence_weight_without(evidence, &rows[0].signature);
}

static bool
is_among(const GArray *evidence, const signature_t *signature)
{
    for (unsigned i = 0; i < evidence->len; i++)
        if (g_array_index(evidence, evidence_t, i).signature == signature)
            return true;
    return false;
}

void
data_add_later(const data_case_t *c, GArray *evidence)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *(*test)(const data_case_t *) = rows[i].test;
        bool later = test == conflict || test == same_run || test == beyond_fin || test == repeats_last
                  || test == of_forged_handshake || test == unaware_of_data;
        if (later && !is_among(evidence, &rows[i].signature))
            evidence_offer(evidence, &rows[i].signature, test(c));
    }
}

bool
data_shows_profile(const signature_t *signature)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        if (signature == &rows[i].signature && (rows[i].test == packetlogic || rows[i].test == same_box))
            return true;
    return signature->family == FAMILY_HEADER_MISMATCH || signature->family == FAMILY_TTL;
}

bool
data_tells_sender(const signature_t *signature)
{
    return data_shows_profile(signature) || signature->family == FAMILY_HEADER_COPY
        || signature->family == FAMILY_ORDERING;
}

bool
data_is_conflict(const signature_t *signature)
{
    return signature == &rows[0].signature;
}
