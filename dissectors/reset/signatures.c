/* reset/signatures.c
 * Signatures of forged TCP resets: one row and one small function each.
 *
 * A reset proves nothing by itself: 15-25 % of connections hold one, and genuine stacks send them
 * with IP ID 0, without timestamps, in a row, and with sequence numbers taken from the packet they
 * answer. So every function below compares the reset with what its claimed sender sent before and
 * after, or with the packet that it answers, and returns the comparison as text.
 *
 * What happens in an impossible order can be seen only away from the sender: where the capture was
 * taken beside it (at_sender), these functions say nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reset/case.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "state/hops.h"

/* A reset this many hops off was not sent by the same box; load-balanced paths differ by 1. */
#define TTL_DEVIATION_MIN 3

/* Fewer packets of a sender show no habit. One alone may be the SYN/ACK of a front end: of 3,451 half-flows 95 send
 * their data from elsewhere, and of 505 with a reset 9 that, which leaves so much. */
#define BASELINE_MIN 2
#define THIN_DB 12.3
/* A TTL that nothing can be compared with is not worth a word by itself. */
#define UNCOMPARED_DB 10.0

/* Round trips below this are within one building, where timing tells nothing. */
#define RTT_USEFUL_US 4000
/* One round trip may have been a slow one. */
#define RTTS_MIN 2
/* A SYN is sent again after this, at the earliest (Windows, when it was refused; RFC 6298: a second). */
#define SYN_AGAIN_NS (450 * NS_PER_MS)
/* What is answered within this belongs to the request. */
#define PROMPT_NS (3 * NS_PER_S)
/* A timestamp that is echoed may be so much older than the peer's last one: a minute of a fast clock. */
#define ECHO_MAX (1u << 24)

static double
milliseconds(int64_t ns)
{
    return (double)ns / NS_PER_MS;
}

static bool
has_sender(const reset_case_t *c)
{
    return c->sender.packets > 0;
}

static const char *
before_or_after(const reset_case_t *c)
{
    return c->sender_is_later ? "later" : "other";
}

/* ---- ordering: what the claimed sender cannot have done in this order ---- */

/* A refused SYN that is sent again may be accepted, and the capture may have lost it; stacks do so after half a
 * second or more. What is raced comes at the round trip. */
static bool
may_answer_a_lost_syn(const reset_case_t *c)
{
    int64_t after_syn = ticks_since(c->peer.last.time, ticks(c->reset.time)) + c->syn_ack_delay;

    bool far_away = c->host_rtts >= RTTS_MIN && after_syn <= 2 * c->host_rtt * NS_PER_US;
    return after_syn >= SYN_AGAIN_NS && !far_away;
}

static char *
then_syn_ack(const reset_case_t *c)
{
    if (!c->syn_ack_frame || reset_of_other_station(c) || may_answer_a_lost_syn(c))
        return NULL;
    return g_strdup_printf("reset of the SYN in frame %u, yet the same SYN is accepted in frame %u, "
                           "%.1f ms later", c->peer.last.frame, c->syn_ack_frame,
                           milliseconds(c->syn_ack_delay));
}

static char *
seq_change(const reset_case_t *c)
{
    if (!c->changed_frame)
        return NULL;
    return g_strdup_printf("another reset of this sender (frame %u) is %u bytes away, beyond "
                           "everything sent or acknowledged", c->changed_frame, c->changed_step);
}

static char *
mss_ladder(const reset_case_t *c)
{
    if (!c->changed_frame || c->changed_step < 1460
        || (c->changed_step % 1460 != 0 && c->changed_step != 12503))
        return NULL;
    return g_strdup_printf("another reset of this sender (frame %u) is exactly %u bytes away: %s",
                           c->changed_frame, c->changed_step,
                           c->changed_step % 1460 ? "the step of a known device" : "a multiple of 1460");
}

/* A packet filter or NAT in the sender's place refuses something; where that is not captured nobody can tell. */
static bool
may_go_on(const reset_case_t *c)
{
    return reset_of_own_filter(c) || (!c->peer.packets && reset_has_closed_form(&c->reset));
}

static char *
data_after(const reset_case_t *c)
{
    if (!c->data_frame || c->data_continues || may_go_on(c))
        return NULL;
    return g_strdup_printf("the sender goes on in frame %u, %.1f ms after the reset, as if it had sent none",
                           c->data_frame, milliseconds(c->data_delay));
}

static char *
unaware_of_reset(const reset_case_t *c)
{
    if (!c->data_frame || !c->data_continues || may_go_on(c))
        return NULL;
    return g_strdup_printf("the sender goes on in frame %u, %.1f ms after the reset, with the IP ID "
                           "series or timestamps it had before, as if it had sent none", c->data_frame,
                           milliseconds(c->data_delay));
}

static char *
identical_burst(const reset_case_t *c)
{
    /* A closed socket answers every segment with a bare reset that has the segment's ack as its
     * sequence number (RFC 9293 section 3.5.2): so many are its right. How many there were has to be in the
     * capture; where the resets look like the sender's own, some were not. RST/ACK it sends once. */
    bool bare = !(c->reset.flags & TCP_ACK);
    unsigned allowed = bare ? c->peer.same_ack : 1;
    if (c->burst < 3 || c->burst <= allowed || c->peer.duplicates || c->sender.duplicates)
        return NULL;
    if (bare && (c->reset.seq != c->peer.last.ack || c->peer.seen & SEEN_HOLE || reset_may_be_own(c)))
        return NULL;
    return g_strdup_printf("%u resets with the same numbers within %.0f ms of each other, where the "
                           "packets before explain %u", c->burst, milliseconds(BURST_NS), allowed);
}

static char *
mixed_flavours(const reset_case_t *c)
{
    if (!c->flavour_frame)
        return NULL;
    return g_strdup_printf("one packet answered with both RST and RST/ACK (frame %u) within %.0f ms",
                           c->flavour_frame, milliseconds(BURST_NS));
}

static char *
behind_own_data(const reset_case_t *c)
{
    /* A reset of the sender's own accord carries its next sequence number. One that answers a
     * segment carries that segment's ack; but here everything the peer sent was acknowledged by
     * the very data that the reset ignores. That the peer sent nothing else shows only where its packets are
     * in the capture, and what it sent soon after. */
    if (!has_sender(c) || c->sender_is_later || !(c->sender.seen & SEEN_DATA)
        || !(c->sender.last.length) || c->previous.frame || !(c->peer.seen & SEEN_DATA) || c->peer.seen & SEEN_HOLE)
        return NULL;
    uint32_t data_start = c->sender.next_seq - c->sender.last.length
                        - !!(c->sender.last.bits & TCP_FIN);
    if (c->reset.seq != data_start || c->sender.last.ack != c->answered_seq
        || c->peer.last.frame > c->sender.last.frame || c->sender.duplicates)
        return NULL;
    return g_strdup_printf("sequence number lies before the %u bytes this sender sent in frame %u, "
                           "and nothing arrived in between that it could answer",
                           c->sender.last.length, c->sender.last.frame);
}

static char *
acks_dead_packet(const reset_case_t *c)
{
    if (!c->died_frame || !(c->reset.flags & TCP_ACK) || !c->peer.last.length
        || c->reset.ack != c->answered_seq)
        return NULL;
    return g_strdup_printf("acknowledges frame %u, which never reached this sender: its hop limit "
                           "ran out on the way (ICMP in frame %u)", c->peer.last.frame, c->died_frame);
}

static char *
after_dead_packet(const reset_case_t *c)
{
    if (!c->died_frame || c->reset.flags & TCP_ACK
        || ticks_since(c->peer.last.time, ticks(c->reset.time)) > 2 * NS_PER_S)
        return NULL;
    return g_strdup_printf("comes %.1f ms after frame %u, which never reached this sender: its hop "
                           "limit ran out on the way (ICMP in frame %u)",
                           milliseconds(ticks_since(c->peer.last.time, ticks(c->reset.time))),
                           c->peer.last.frame, c->died_frame);
}

static char *
from_closed_socket(const reset_case_t *c)
{
    if (!c->again_frame)
        return NULL;
    return g_strdup_printf("has the timestamps of a socket that this or another RST/ACK (frame %u) has closed: its "
                           "stack resets what comes later without them", c->again_frame);
}

static char *
both_ways(const reset_case_t *c)
{
    if (!c->reverse_frame || c->at_an_end)
        return NULL;
    return g_strdup_printf("the other end \"resets\" at the same moment in frame %u, before this "
                           "reset can have reached it", c->reverse_frame);
}

/* ---- header copy: fields taken from the packet that is answered ---- */

/* Numbers below 16 are defaults of packet tools on both sides; a flow whose ordinary packets copy as well is a
 * proxy or one host talking to itself. What goes on from the sender's own last packet is no copy. */
static bool
tests_ip_id(const reset_case_t *c)
{
    return c->peer.last.frame && !c->reset.ip.ipv6 && c->reset.ip.ip_id && c->peer.last.mark >= 16
        && !c->sender.mirrors && c->peer.mirrors <= 1 && !reset_has_own_id(c);
}

static bool
copies_ip_id(const reset_case_t *c)
{
    return tests_ip_id(c) && (uint16_t)(c->reset.ip.ip_id - c->peer.last.mark) <= 1;
}

static char *
ip_id_mirrors(const reset_case_t *c)
{
    if (!copies_ip_id(c) || reset_of_own_filter(c))
        return NULL;
    char *again = c->copied_frame ? g_strdup_printf("; so was that of frame %u", c->copied_frame) : g_strdup("");
    char *text = g_strdup_printf("IP ID 0x%04x is %s the packet it answers (frame %u, 0x%04x)%s", c->reset.ip.ip_id,
                                 c->reset.ip.ip_id == c->peer.last.mark ? "that of" : "one above",
                                 c->peer.last.frame, c->peer.last.mark, again);
    g_free(again);
    return text;
}

/* Whoever writes the reset into a copy of the request leaves the client's flow label in it. */
static char *
label_mirrors(const reset_case_t *c)
{
    const ip_header_t *ip = &c->reset.ip;

    if (!ip->ipv6 || !ip->flow_label || !c->peer.last.frame || ip_mark(ip) != c->peer.last.mark
        || c->sender.mirrors || c->peer.mirrors)
        return NULL;
    return g_strdup_printf("flow label 0x%05x is that of the packet it answers (frame %u); none of this "
                           "sender's %s %u packets does so", ip->flow_label, c->peer.last.frame,
                           before_or_after(c), c->sender.packets);
}

static char *
window_copied(const reset_case_t *c)
{
    if (!c->reset.window || !c->peer.last.frame || c->reset.window != c->peer.last.window
        || c->reset.window == c->sender.last.window)
        return NULL;
    return g_strdup_printf("window %u is that of the packet it answers (frame %u)", c->reset.window,
                           c->peer.last.frame);
}

/* ---- header mismatch: unlike everything else the claimed sender sent ---- */

static char *
reserved_bits(const reset_case_t *c)
{
    /* Whether AE was agreed on is known only where the options of the handshake were captured. */
    uint8_t seen = c->peer.seen | c->sender.seen;
    bool not_agreed = seen & SEEN_SYN && seen & SEEN_OPTIONS && !(seen & SEEN_ACCECN) && !c->offer_unknown;
    if (!(c->reset.flags & TCP_RESERVED) && !(c->reset.flags & TCP_AE && not_agreed))
        return NULL;
    return g_strdup_printf("reserved TCP bits set (flags 0x%03x)", c->reset.flags);
}

static char *
window_ttl_lockstep(const reset_case_t *c)
{
    if (!c->lockstep_frame)
        return NULL;
    return g_strdup_printf("window %u minus TTL %u is %d, as in the reset of frame %u (TTL %u): "
                           "both count together", c->reset.window, c->reset.ip.ttl,
                           c->reset.window - c->reset.ip.ttl, c->lockstep_frame, c->lockstep_ttl);
}

/* Linux leaves the timestamp of a reset empty in some kernels, and fills in what it has to echo. */
static bool
is_clock_left_out(const reset_case_t *c)
{
    bool echoes = c->reset.tsecr && (uint32_t)(c->peer.tsval - c->reset.tsecr) <= ECHO_MAX;
    return !c->reset.tsval && (echoes || !(c->peer.seen & SEEN_TIMESTAMPS));
}

static char *
timestamp_skew(const reset_case_t *c)
{
    if (!c->reset.has_timestamps || !(c->sender.seen & SEEN_TIMESTAMPS) || c->sender_is_later
        || reset_in_clock(c) || is_clock_left_out(c))
        return NULL;
    int64_t elapsed = MAX(ticks_since(c->sender.last.time, ticks(c->reset.time)), 0);
    return g_strdup_printf("timestamp %" PRIu32 " is off this sender's clock (%" PRIu32 " in frame %u, "
                           "%.1f ms earlier)", c->reset.tsval, c->sender.tsval, c->sender.last.frame,
                           milliseconds(elapsed));
}

static char *
zero_seq_ack(const reset_case_t *c)
{
    if (c->reset.flags & TCP_ACK || c->reset.seq || c->reset.ack || !c->peer.last.frame
        || c->peer.last.ack == 0)
        return NULL;
    return g_strdup_printf("sequence and acknowledgement number 0, though it answers frame %u with "
                           "acknowledgement %" PRIu32, c->peer.last.frame, c->peer.last.ack);
}

static char *
bare_reset_of_syn(const reset_case_t *c)
{
    /* RFC 9293 section 3.10.7.1: a SYN without ACK is refused with RST/ACK. From next door it comes out of this
     * network's own stack: user-space networks refuse so for everybody. */
    if (c->reset.flags & TCP_ACK || !c->peer.last.frame || !ttl_hops(c->reset.ip.ttl)
        || (c->peer.last.bits & (TCP_SYN | TCP_ACK)) != TCP_SYN || c->sender.packets)
        return NULL;
    return g_strdup_printf("answers the SYN of frame %u without acknowledging it, unlike RFC 9293",
                           c->peer.last.frame);
}

/* Stacks that clear or set don't-fragment in their resets alone are many: every sixth of those known to Nmap clears
 * it. So its own resets of this kind come first, and of Linux it is known that it sets it there. */
static bool
is_df_of_own_resets(const reset_case_t *c)
{
    bool linux_closed = c->reset.ip.df && !c->reset.ip.ip_id && !c->reset.window;
    return linux_closed || (c->own.resets && (c->reset.ip.df ? c->own.df : c->own.resets - c->own.df) > 0);
}

static char *
df_mismatch(const reset_case_t *c)
{
    if (c->reset.ip.ipv6 || is_df_of_own_resets(c))
        return NULL;
    unsigned set = c->host_df_set, clear = c->host_df_clear;
    if (c->sender.packets > set + clear) {
        set = c->sender.df;
        clear = c->sender.packets - c->sender.df;
    }
    unsigned same = c->reset.ip.df ? set : clear, other = c->reset.ip.df ? clear : set;
    if (other < 3 || same * 10 > other)     /* one in ten: forged data may be among them */
        return NULL;
    return g_strdup_printf("don't-fragment is %s; %s in %u of this host's %s %u packets",
                           c->reset.ip.df ? "set" : "clear", c->reset.ip.df ? "clear" : "set",
                           other, before_or_after(c), same + other);
}

static char *
id_zero_df_clear(const reset_case_t *c)
{
    if (c->reset.ip.ipv6 || c->reset.ip.ip_id || c->reset.ip.df || !has_sender(c)
        || c->sender.df < c->sender.packets || is_df_of_own_resets(c))
        return NULL;
    return g_strdup_printf("IP ID 0 with don't-fragment clear; all of this sender's %s packets in "
                           "this flow (%u) set don't-fragment",
                           before_or_after(c), c->sender.packets);
}

static char *
ip_id_regime(const reset_case_t *c)
{
    if (c->reset.ip.ipv6 || !c->reset.ip.ip_id || c->sender.packets < 4 || c->sender_is_later
        || c->sender.id_steps + c->sender.id_zero + 1 < c->sender.packets || c->sender.id_steps < 3)
        return NULL;
    uint16_t step = (uint16_t)(c->reset.ip.ip_id - c->sender.last.mark);
    if (step < 4096 || !c->sender.last.mark)
        return NULL;
    return g_strdup_printf("IP ID 0x%04x; this sender's counter stood at 0x%04x and made %u small "
                           "steps in this flow", c->reset.ip.ip_id, c->sender.last.mark,
                           c->sender.id_steps);
}

static char *
dscp_mismatch(const reset_case_t *c)
{
    /* The socket is closed, and its type of service with it. */
    bool gone = c->reset.ip.tos < 4 && reset_answers_segment(c);

    if (c->sender.packets < 3 || (c->reset.ip.tos ^ c->sender.last.tos) < 4 || gone)
        return NULL;
    return g_strdup_printf("DSCP %u; this sender's last of %u packets: %u", c->reset.ip.tos >> 2,
                           c->sender.packets, c->sender.last.tos >> 2);
}

static char *
flow_label(const reset_case_t *c)
{
    const ip_header_t *ip = &c->reset.ip;

    if (!ip->flow_label || !keeps_flow_label(&c->sender, ip->ipv6) || ip_mark(ip) == c->sender.last.mark)
        return NULL;
    return g_strdup_printf("flow label 0x%05x; this sender's %s %u packets in this flow share another one",
                           ip->flow_label, before_or_after(c), c->sender.packets);
}

static char *
other_station(const reset_case_t *c)
{
    if (!reset_of_other_station(c) || ttl_hops(c->reset.ip.ttl))
        return NULL;                    /* from beyond a router: there may be two of them */
    return g_strdup_printf("comes from station %012" PRIx64 " on this link, this sender's %s packets from %012" PRIx64,
                           c->reset.station, c->syn_ack_station ? "later" : "other",
                           c->syn_ack_station ? c->syn_ack_station : c->host_station);
}

/* ---- TTL: sent from another distance ---- */

/* Packets that the sender's stack sent in this flow, for all that is known: tools write SYNs of their own. */
static unsigned
flow_packets(const reset_case_t *c)
{
    return c->sender.packets - (c->opener && c->sender.seen & SEEN_SYN) + c->confirmed;
}

static unsigned
baseline(const reset_case_t *c)
{
    return MAX(ttl_memory_total(&c->host_ttls), flow_packets(c));
}

bool
reset_ttl_distance(const reset_case_t *c, uint8_t *distance, uint8_t *usual, unsigned *packets)
{
    bool known = ttl_memory_distance(&c->host_ttls, c->reset.ip.ttl, distance);

    *usual = ttl_memory_usual(&c->host_ttls);
    *packets = ttl_memory_total(&c->host_ttls);
    if (!baseline(c))
        return false;
    for (unsigned i = 0; i < 2; i++) {
        /* The second TTL of a flow counts only when it is no single packet. */
        if (c->sender.ttl_packets[i] < (i ? 2 : 1))
            continue;
        uint8_t apart = ttl_distance(c->reset.ip.ttl, c->sender.ttl[i]);
        if (!known || apart < *distance)
            *distance = apart;
        if (!*usual)
            *usual = c->sender.ttl[i];
        known = true;
    }
    return known;
}

/* "52 (12 hops) in 38 of this host's other 40 packets, 53 (11 hops) in 2" */
static char *
ttls_text(const reset_case_t *c)
{
    const ttl_memory_t *m = &c->host_ttls;
    unsigned packets = ttl_memory_total(m);
    GString *text = g_string_new(NULL);

    if (packets < c->sender.packets) {
        g_string_printf(text, "%u (%u hops) in %u of this sender's %s %u packet%s in this flow", c->sender.ttl[0],
                        ttl_hops(c->sender.ttl[0]), c->sender.ttl_packets[0], before_or_after(c), c->sender.packets,
                        c->sender.packets == 1 ? "" : "s");
        return g_string_free(text, FALSE);
    }
    for (unsigned i = 0; i < TTL_SLOTS && m->count[i]; i++) {
        g_string_append_printf(text, "%s%u (%u hops) in %u", i ? ", " : "", m->ttl[i], ttl_hops(m->ttl[i]),
                               m->count[i]);
        if (!i)
            g_string_append_printf(text, " of this host's other %u packet%s", packets, packets == 1 ? "" : "s");
    }
    return g_string_free(text, FALSE);
}

static char *
ttl_deviation(const reset_case_t *c)
{
    uint8_t distance, usual;
    unsigned packets;

    if (!reset_ttl_distance(c, &distance, &usual, &packets) || distance < TTL_DEVIATION_MIN)
        return NULL;
    char *others = ttls_text(c);
    char *text = g_strdup_printf("TTL %u (%u hops); %s", c->reset.ip.ttl, ttl_hops(c->reset.ip.ttl), others);
    g_free(others);
    return text;
}

/* As many hops away as the host, by another initial value. Stacks do that, one in twenty; so it says something
 * only where this host's own resets of the same kind are known to have its usual one. */
static bool
has_other_initial_ttl(const reset_case_t *c)
{
    uint8_t distance, usual, initial = ttl_initial(c->reset.ip.ttl);
    unsigned packets;

    if (!reset_ttl_distance(c, &distance, &usual, &packets) || distance >= TTL_DEVIATION_MIN || reset_is_near(c))
        return false;
    for (unsigned i = 0; i < TTL_SLOTS; i++)
        if (c->host_ttls.count[i] && ttl_initial(c->host_ttls.ttl[i]) == initial)
            return false;
    return c->sender.packets == 0 || ttl_initial(c->sender.ttl[0]) != initial;
}

static char *
initial_ttl(const reset_case_t *c)
{
    if (!c->own.resets || !has_other_initial_ttl(c))
        return NULL;
    uint8_t usual = ttl_memory_usual(&c->host_ttls);
    return g_strdup_printf("TTL %u began as %u; this host's other packets at %u (TTL %u), and so did %u of its own "
                           "resets of this kind", c->reset.ip.ttl, ttl_initial(c->reset.ip.ttl), ttl_initial(usual),
                           usual, c->own.resets);
}

static char *
ttl_implausible(const reset_case_t *c)
{
    uint8_t distance, usual;
    unsigned packets;

    if (ttl_is_plausible(c->reset.ip.ttl))
        return NULL;
    if (reset_ttl_distance(c, &distance, &usual, &packets) && distance < TTL_DEVIATION_MIN)
        return NULL;            /* this host is always like that */
    return g_strdup_printf("TTL %u would mean %u hops, more than any route has", c->reset.ip.ttl,
                           ttl_hops(c->reset.ip.ttl));
}

static char *
ttl_mirror(const reset_case_t *c)
{
    if (!c->mirror_frame)
        return NULL;
    return g_strdup_printf("TTL %u follows the TTL of the packet it answers (%u), as in frame %u",
                           c->reset.ip.ttl, c->peer.last.ttl, c->mirror_frame);
}

/* ---- timing ---- */

/* Only what asks for an acknowledgement has to arrive before it gets one; and of a server that never answers
 * anything nothing is known but that something is in front of it. */
static bool
acks_news(const reset_case_t *c)
{
    return c->reset.flags & TCP_ACK && c->peer.last.length && c->reset.ack == c->answered_seq
        && seq_diff(c->reset.ack, c->sender.last.ack) > 0 && c->peer.last.frame > c->sender.last.frame
        && (c->sender.seen & SEEN_DATA || c->host_answers);
}

static char *
before_min_rtt(const reset_case_t *c)
{
    int64_t delay = ticks_since(c->peer.last.time, ticks(c->reset.time));
    uint32_t rtt = shortest_rtt(&c->sender, c->host_rtt, c->host_rtts);

    if (c->sender_is_later || rtt < RTT_USEFUL_US || !acks_news(c) || delay < 0 || delay * 2 >= rtt * NS_PER_US
        || reset_idle(c) >= IDLE_NS)
        return NULL;
    return g_strdup_printf("acknowledges frame %u after %.2f ms; the shortest of %u round trips to this "
                           "sender is %.2f ms", c->peer.last.frame, milliseconds(delay),
                           MAX(c->sender.rtts, c->host_rtts), milliseconds(rtt * NS_PER_US));
}

static char *
after_idle(const reset_case_t *c)
{
    int64_t idle = reset_idle(c);

    if (idle < IDLE_NS)
        return NULL;
    return g_strdup_printf("nothing was sent for %" PRId64 " s before %s", idle / NS_PER_S,
                           ticks_since(c->peer.last.time, ticks(c->reset.time)) < IDLE_NS && c->peer.last.frame
                           ? "the packet that it answers" : "this reset");
}

/* ---- content: what it says, what it answers, whose header it has ---- */

bool
reset_has_counting_bytes(const reset_t *reset)
{
    static const uint8_t sequence[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 0 };

    return reset->length == sizeof sequence && reset->payload_kept >= sizeof sequence
        && !memcmp(reset->payload, sequence, sizeof sequence);
}

static char *
payload_henan(const reset_case_t *c)
{
    if (!reset_has_counting_bytes(&c->reset))
        return NULL;
    return g_strdup("carries the ten bytes 01 02 03 04 05 06 07 08 09 00");
}

static char *
ettercap_header(const reset_case_t *c)
{
    if (c->reset.ip.ipv6 || c->reset.ip.ip_id != 0x7ee7 || c->reset.ip.df || c->reset.window != 32767)
        return NULL;
    return g_strdup("IP ID 0x7ee7, don't-fragment clear, window 32767: the header that ettercap gives its resets");
}

static char *
sandvine_header(const reset_case_t *c)
{
    if (c->reset.ip.ipv6 || c->reset.ip.ip_id != 0x3412 || c->reset.ip.df || c->reset.window != 32120)
        return NULL;
    return g_strdup("IP ID 0x3412, don't-fragment clear, window 32120: Sandvine PacketLogic's "
                    "published header");
}

static bool
is_like_turkmenistan(const reset_case_t *c)
{
    return !c->reset.ip.ipv6 && c->reset.ip.ip_id && !c->reset.ip.df && !c->reset.window
        && ttl_initial(c->reset.ip.ttl) == 128;
}

static char *
turkmenistan_header(const reset_case_t *c)
{
    if (!reset_shows_chance(c, CHANCE_TURKMENISTAN))
        return NULL;
    return g_strdup("IP ID 0x7530, don't-fragment clear, window 0, initial TTL 128: the header "
                    "published for Turkmenistan's filter");
}

static bool
is_like_gfw3(const reset_case_t *c)
{
    return !c->reset.ip.ipv6 && c->reset.ip.ip_id && !c->reset.ip.df && c->reset.flags & TCP_ACK
        && ttl_initial(c->reset.ip.ttl) == 255;
}

static char *
gfw3_header(const reset_case_t *c)
{
    if (!reset_shows_chance(c, CHANCE_GFW3))
        return NULL;
    return g_strdup_printf("IP ID 0x%04x, don't-fragment clear, initial TTL 255: the header published "
                           "for GFW(III)", c->reset.ip.ip_id);
}

static char *
other_half(const reset_case_t *c)
{
    if (!c->other_half_frame)
        return NULL;
    return g_strdup_printf("the other half of the forged reset in frame %u: the same kind, at the same moment, to the "
                           "other end", c->other_half_frame);
}

/* One counter for page and reset: it is not the server's, and both are one box's. */
static char *
follows_page(const reset_case_t *c)
{
    if (!c->page_frame)
        return NULL;
    return g_strdup_printf("IP ID 0x%04x is next to that of the data in frame %u, which are forged", c->reset.ip.ip_id,
                           c->page_frame);
}

static char *
same_box(const reset_case_t *c)
{
    if (!c->same_box_frame)
        return NULL;
    const char *like = reset_of_other_station(c) ? "station on this link"
                     : c->reset.ip.ipv6 ? "hop limit and presence of a flow label" : "TTL, don't-fragment and IP ID";
    return g_strdup_printf("%s like the forged packet in frame %u, and unlike this host's own", like,
                           c->same_box_frame);
}

static char *
request_coupled(const reset_case_t *c)
{
    int64_t delay = ticks_since(c->peer.last.time, ticks(c->reset.time));

    if (!c->request_frame || c->peer.last.frame != c->request_frame || c->sender.seen & SEEN_DATA
        || delay < 0 || delay > PROMPT_NS)
        return NULL;
    return g_strdup_printf("the first thing to come back for the request in frame %u, after %.1f ms",
                           c->request_frame, milliseconds(delay));
}

/* A server may refuse a name by itself; then the resets are its own. */
static char *
name_contrast(const reset_case_t *c)
{
    uint8_t distance, usual;
    unsigned packets;
    bool afar = reset_ttl_distance(c, &distance, &usual, &packets) && distance >= TTL_DEVIATION_MIN;

    if (!c->contrast.cut || !(afar || (c->own.resets && has_other_initial_ttl(c))))
        return NULL;
    return g_strdup_printf("ends all %u connections for %s between these two, and none of %u for other names (%s in "
                           "frame %u)", c->contrast.cut, c->contrast.name, c->contrast.passed, c->contrast.passed_name,
                           c->contrast.passed_frame);
}

/* ---- what could be an accident ---- */

bool
reset_tests_chance(const reset_case_t *c, chance_t chance)
{
    switch (chance) {
    case CHANCE_IP_ID:
        return tests_ip_id(c);
    case CHANCE_LOCKSTEP:
        return c->reset.window && c->reset.flags & TCP_ACK && !reset_is_near(c);
    case CHANCE_TTL:
        return c->mirror_possible && !reset_is_near(c);
    case CHANCE_TURKMENISTAN:
        return is_like_turkmenistan(c);
    case CHANCE_GFW3:
        return is_like_gfw3(c);
    case NO_CHANCE:
    case N_CHANCES:
        break;
    }
    return false;
}

bool
reset_shows_chance(const reset_case_t *c, chance_t chance)
{
    switch (chance) {
    case CHANCE_IP_ID:
        return copies_ip_id(c);
    case CHANCE_LOCKSTEP:
        return c->lockstep_frame != 0;
    case CHANCE_TTL:
        return c->mirror_frame != 0;
    case CHANCE_TURKMENISTAN:
        return is_like_turkmenistan(c) && c->reset.ip.ip_id == 0x7530;
    case CHANCE_GFW3:
        return is_like_gfw3(c) && c->reset.ip.ip_id >= 0x9916 && c->reset.ip.ip_id <= 0x9933;
    case NO_CHANCE:
    case N_CHANCES:
        break;
    }
    return false;
}

/* How likely each is by accident, for one reset: IP IDs are drawn from 65,536; of windows 8 are kept; a TTL takes
 * one of some 30 values. */
static const double chances[N_CHANCES] = {
    [CHANCE_IP_ID] = 2.0 / 65536, [CHANCE_LOCKSTEP] = 8.0 / 65536, [CHANCE_TTL] = 1.0 / 30,
    [CHANCE_TURKMENISTAN] = 1.0 / 65536, [CHANCE_GFW3] = 28.0 / 65536,
};

/* ---- the catalogue ---- */

#define COUNTED_BENIGN "counted: 2,107 resets of 1,188 public captures"
#define COUNTED        COUNTED_BENIGN ", 55 labelled forged ones"
/* What was counted later leaves out the capturing host's own, which are not judged. */
#define RECOUNTED_BENIGN "counted: 634 resets of others than the capturing host in 1,393 public captures"
#define RECOUNTED        RECOUNTED_BENIGN ", 55 labelled forged ones"

#define BOX_TWIN "a load balancer, proxy or firewall that answers in the server's name"

typedef char *(*test_t)(const reset_case_t *);

typedef struct {
    signature_t signature;
    test_t      test;
} row_t;

static const row_t rows[] = {
    { { "rst-then-synack", FAMILY_ORDERING, TIER_A, { 0, 2107 }, { 1, 55 },
        COUNTED "; net4people/bbs #285; OONI on Belarus, 2016",
        "A SYN is reset and then accepted, without having been sent again, and soon.",
        "an appliance that authenticates clients by resetting their first SYN" }, then_syn_ack },
    { { "rst-seq-change", FAMILY_ORDERING, TIER_A, { 0, 2107 }, { 174, 193 },
        COUNTED_BENIGN "; Weaver, Sommer, Paxson, NDSS 2009 (Sandvine at 90 % of 193 addresses)",
        "A second reset within two seconds steps beyond all that was sent or acknowledged, and does not "
        "look like its sender's own.",
        "data between the two resets that the capture lost" }, seq_change },
    { { "rst-mss-ladder", FAMILY_ORDERING, TIER_A, { 0, 2107 }, { 174, 193 },
        COUNTED_BENIGN "; Clayton et al., PET 2006; Wang et al., IMC 2017; Weaver et al., NDSS 2009",
        "The second reset is a multiple of 1460 bytes, or 12503 bytes, ahead.",
        "none known" }, mss_ladder },
    { { "rst-unaware-sender", FAMILY_ORDERING, TIER_B, { 0, 2107 }, { 2, 55 },
        COUNTED,
        "After its reset the sender sends or acknowledges more, in its old IP ID or timestamp series.",
        "a reset that overtook a packet on the way" }, unaware_of_reset },
    { { "data-after-rst", FAMILY_ORDERING, TIER_B, { 0, 2107 }, { 4, 55 },
        COUNTED "; Weaver et al., NDSS 2009 (DATA_SEQ_RST)",
        "After its reset the sender sends or acknowledges more.",
        "a reset that overtook a packet on the way, or ports used again" }, data_after },
    { { "rst-identical-burst", FAMILY_ORDERING, TIER_B, { 1, 2107 }, { 18, 55 },
        COUNTED "; Wu et al., S&P 2025",
        "Three or more equal resets at once, more than there were packets to answer.",
        "a mirror port that delivers packets several times, or loses what was answered" }, identical_burst },
    { { "rst-mixed-flavours", FAMILY_ORDERING, TIER_D, { 5, 2107 }, { 0, 55 },
        COUNTED "; Wang et al., IMC 2017",
        "One packet is answered with both kinds of reset at once.",
        "a stack that answers a segment and closes its socket in the same moment" }, mixed_flavours },
    { { "rst-seq-behind-data", FAMILY_ORDERING, TIER_B, { 0, 2107 }, { 2, 55 },
        COUNTED "; Weaver et al., NDSS 2009 (RST_SEQ_DATA), refined",
        "The reset ignores data that its sender has just sent.",
        "a server that gives up after unacknowledged segments" }, behind_own_data },
    { { "rst-acks-dead-packet", FAMILY_ORDERING, TIER_A, { 0, 2107 }, { 15, 55 },
        COUNTED "; method of Raman et al., CoNEXT 2022",
        "The reset acknowledges a packet of which an ICMP error says that it died on the way.",
        "none: the packet would have to be sent again" }, acks_dead_packet },
    { { "rst-after-dead-packet", FAMILY_ORDERING, TIER_D, { 0, 2107 }, { 0, 55 },
        COUNTED "; method of Raman et al., CoNEXT 2022",
        "The reset follows a packet of which an ICMP error says that it died on the way.",
        "a reset for another reason at the same time" }, after_dead_packet },
    { { "rst-both-ways", FAMILY_ORDERING, TIER_D, { 16, 2107 }, { 0, 55 },
        COUNTED "; the GFW and Iran reset both ends (Clayton 2006, Aryan 2013)",
        "Both ends \"reset\" each other at the same moment.",
        "a firewall that purges a connection and tells both ends" }, both_ways },
    { { "rst-from-closed-socket", FAMILY_ORDERING, TIER_A, { 0, 634 }, PUBLISHED,
        RECOUNTED_BENIGN "; Xue et al., IMC 2022 (a filter that turns the server's packets into "
        "RST/ACK); RFC 9293 section 3.10.7.1",
        "A second RST/ACK with the timestamps of the socket that the first one closed.",
        "a middlebox that translates between two connections and ends both" }, from_closed_socket },

    { { "rst-ipid-mirrors-trigger", FAMILY_HEADER_COPY, TIER_A, { 0, 2107 }, { 24, 55 },
        COUNTED "; Nourin et al., FOCI 2023",
        "IP ID equal to, or one above, the packet that is answered.",
        "two counters that happen to meet (2 in 65,536), or a box that turns packets round" }, ip_id_mirrors },
    { { "rst-label-mirrors-trigger", FAMILY_HEADER_COPY, TIER_D, { 8, 17 }, { 0, 0 },
        "IPv6 resets of the public captures; no public capture holds a forged one",
        "IPv6 flow label of the packet that is answered.",
        "macOS, and Linux with net.ipv6.flowlabel_reflect, which answer so at closed ports" }, label_mirrors },
    { { "rst-window-copied", FAMILY_HEADER_COPY, TIER_D, { 5, 2107 }, { 24, 55 },
        COUNTED "; 23 of the 24 from one injector",
        "Window of the packet that is answered.",
        "equal defaults on both ends" }, window_copied },

    { { "rst-reserved-bits", FAMILY_HEADER_MISMATCH, TIER_A, { 0, 2107 }, { 2, 55 },
        COUNTED "; Weaver et al., NDSS 2009 (RAE)",
        "Reserved TCP bits, or AE without AccECN having been offered.",
        "fuzzed captures" }, reserved_bits },
    { { "rst-win-ttl-lockstep", FAMILY_HEADER_MISMATCH, TIER_A, { 0, 2107 }, { 16, 55 },
        COUNTED "; Marczak et al., FOCI 2015; net4people/bbs #285",
        "Window minus TTL is one constant over resets with different TTLs.",
        "none known" }, window_ttl_lockstep },
    { { "rst-tsval-skew", FAMILY_HEADER_MISMATCH, TIER_A, { 0, 2107 }, PUBLISHED,
        COUNTED_BENIGN "; net4people/bbs #442 (one published trace)",
        "The reset carries timestamps off its sender's clock.",
        "a front end with a clock of its own" }, timestamp_skew },
    { { "rst-zero-seq-ack", FAMILY_HEADER_MISMATCH, TIER_B, { 2, 654 }, PUBLISHED,
        "half-flows with a reset in 1,733 public captures (2 crafted); OONI on Belarus, 2016",
        "Both numbers 0 in the middle of a connection.",
        "broken embedded stacks" }, zero_seq_ack },
    { { "rst-bare-to-syn", FAMILY_HEADER_MISMATCH, TIER_B, { 2, 654 }, PUBLISHED,
        "half-flows with a reset in 1,733 public captures; OONI on Belarus, 2016; RFC 9293 section 3.10.7",
        "A SYN is refused without being acknowledged.",
        "user-space networks (passt), broken embedded stacks, scanners" }, bare_reset_of_syn },
    { { "rst-df-mismatch", FAMILY_HEADER_MISMATCH, TIER_C, { 816, 4604 }, { 35, 55 },
        "stacks known to Nmap 7.93 that clear it in resets alone: the rule asks once for each host (162 "
        "of 3,930 resets of public captures); 55 labelled forged resets",
        "Don't-fragment unlike everything else of this host, its own resets included.",
        "a stack that sets it otherwise in resets (Windows, macOS), or a front end" }, df_mismatch },
    { { "rst-ipid-zero-df-clear", FAMILY_HEADER_MISMATCH, TIER_C, { 0, 2107 }, PUBLISHED,
        COUNTED "; Wu et al., S&P 2025 (GFW I); GoodbyeDPI",
        "IP ID 0 without don't-fragment, from a sender that sets don't-fragment.",
        BOX_TWIN }, id_zero_df_clear },
    { { "rst-ipid-regime", FAMILY_HEADER_MISMATCH, TIER_D, { 115, 2107 }, { 3, 55 },
        COUNTED,
        "IP ID far off a counter that the sender has shown in this flow.",
        "Linux, which numbers the resets of closed sockets by another counter than connections" }, ip_id_regime },
    { { "rst-dscp-mismatch", FAMILY_HEADER_MISMATCH, TIER_C, { 14, 2107 }, { 3, 55 },
        COUNTED "; with resets of closed sockets, of which it says nothing any more",
        "DSCP unlike the sender's other packets.",
        "routers that mark packets by kind; a socket with a type of service of its own" }, dscp_mismatch },
    { { "rst-other-station", FAMILY_HEADER_MISMATCH, TIER_C, { 0, 634 }, { 3, 55 },
        RECOUNTED "; RFC 5227",
        "Put on the local link by another station than the sender's other packets.",
        "two stations that hold one address: a failover pair, a copied machine" }, other_station },

    { { "rst-flow-label", FAMILY_HEADER_MISMATCH, TIER_D, { 0, 7 }, { 0, 0 },
        "IPv6 resets, in public captures, of senders that kept a label; no public capture holds a forged one",
        "IPv6 flow label, not 0, unlike the one that the sender keeps.",
        "Linux, which draws another label for the resets of closed sockets" }, flow_label },

    { { "rst-ttl-deviation", FAMILY_TTL, TIER_C, { 9, 505 }, { 43, 55 },
        "half-flows with a reset and other packets in 1,733 public captures (0 of 2,107 resets in the "
        "counted ones); 55 labelled forged resets",
        "Sent from a distance three or more hops off everything else of this host.",
        BOX_TWIN }, ttl_deviation },
    { { "rst-ttl-implausible", FAMILY_TTL, TIER_C, { 99, 4998 }, { 12, 55 },
        "hosts in 1,733 public captures; 55 labelled forged resets; Wu et al., S&P 2025",
        "TTL that no initial value in use explains.",
        "senders with odd initial TTLs, carriers that rewrite TTLs" }, ttl_implausible },
    { { "rst-initial-ttl", FAMILY_TTL, TIER_C, { 202, 4604 }, { 13, 24 },
        "stacks known to Nmap 7.93 that do so in resets; a public capture in which 13 of 24 connections for "
        "one name are reset",
        "As far away as the host, by another initial TTL than its packets and its own resets have.",
        BOX_TWIN }, initial_ttl },
    { { "ttl-mirror", FAMILY_HEADER_COPY, TIER_B, { 0, 2107 }, { 2, 55 },
        COUNTED "; net4people/bbs #98, #294",
        "TTL moves with the TTL of the packet that is answered.",
        "two clients at different distances behind one address" }, ttl_mirror },

    { { "rst-before-min-rtt", FAMILY_CONTENT, TIER_B, { 0, 634 }, { 3, 58 },
        RECOUNTED " (all far away: 0), 3 published devices seen from inside (net4people/bbs #285; Wu et "
        "al., S&P 2025: GFW and Henan)",
        "Acknowledges a packet in less than half the shortest of two or more round trips to its sender.",
        "a CDN edge or proxy nearer than the box that shook hands" }, before_min_rtt },

    { { "rst-after-idle", FAMILY_TIMING, TIER_D, { 12, 634 }, { 0, 55 },
        RECOUNTED,
        "Nothing was sent for a minute or longer before the reset or the packet that it answers.",
        "a NAT, firewall or load balancer that has forgotten the connection" }, after_idle },

    { { "rst-payload-10b", FAMILY_CONTENT, TIER_A, { 0, 2107 }, { 36475, 36478 },
        COUNTED_BENIGN "; Wu et al., S&P 2025 (Henan)",
        "Ten bytes counting 1 to 9 and 0 as payload.",
        "none known" }, payload_henan },
    { { "rst-ettercap", FAMILY_CONTENT, TIER_A, { 0, 634 }, PUBLISHED,
        RECOUNTED_BENIGN "; ettercap 0.8.3.1 writes no other",
        "The constant header of the resets of ettercap.",
        "none known" }, ettercap_header },
    { { "rst-sandvine", FAMILY_CONTENT, TIER_A, { 0, 2107 }, PUBLISHED,
        COUNTED_BENIGN "; Marczak et al., Citizen Lab 2018 (constant)",
        "The constant header of PacketLogic injections.",
        "none known" }, sandvine_header },
    { { "rst-turkmenistan", FAMILY_CONTENT, TIER_B, { 0, 2107 }, PUBLISHED,
        COUNTED_BENIGN "; Nourin et al., WWW 2023 (constant)",
        "The constant header of Turkmenistan's filter.",
        "an IP ID counter that happens to stand there" }, turkmenistan_header },
    { { "rst-gfw3", FAMILY_CONTENT, TIER_B, { 0, 2107 }, { 4366, 4366 },
        COUNTED_BENIGN "; Wu et al., S&P 2025",
        "The header range of GFW(III).",
        "an IP ID counter that happens to stand there" }, gfw3_header },
    { { "rst-follows-page", FAMILY_HEADER_COPY, TIER_B, { 0, 2225 }, { 2, 55 },
        "counted: 2,225 resets of 1,393 public captures, and 55 labelled ones",
        "The IP ID goes on from forged data of this connection.",
        "the same as for the frame that proves it" }, follows_page },
    { { "rst-same-box", FAMILY_CONTENT, TIER_B, { 0, 2107 }, { 39, 55 },
        COUNTED "; the proof is another frame's",
        "Header of a packet proven forged in this host's name, and not the host's own.",
        "the same as for the frame that proves it" }, same_box },
    { { "rst-other-half", FAMILY_CONTENT, TIER_A, { 0, 634 }, PUBLISHED,
        RECOUNTED_BENIGN "; the GFW and Iran reset both ends (Clayton 2006, Aryan 2013); the proof is "
        "the other frame's",
        "Crosses a reset proven forged on the way, of the same kind, to the other end.",
        "the same as for the frame that proves it" }, other_half },
    { { "rst-name-contrast", FAMILY_CONTENT, TIER_B, { 0, 634 }, { 13, 24 },
        RECOUNTED_BENIGN "; a public capture in which 13 of 24 connections for one name are reset "
        "and 0 of 24 for another",
        "All connections for one name are reset, those for other names at the same server answered.",
        "a part of the server itself that refuses the name" }, name_contrast },
    { { "rst-request-coupled", FAMILY_CONTENT, TIER_D, { 6, 2107 }, { 20, 55 },
        COUNTED,
        "The first thing to come back for the client's request.",
        "a server that rejects the request itself" }, request_coupled },
};

const signature_t *
reset_signature(unsigned index)
{
    return index < G_N_ELEMENTS(rows) ? &rows[index].signature : NULL;
}

/* Signs that are equalities, and what it takes for one to be an accident. */
static const struct {
    test_t   test;
    chance_t chance;
} accidents[] = {
    { ip_id_mirrors, CHANCE_IP_ID },             { window_ttl_lockstep, CHANCE_LOCKSTEP },
    { ttl_mirror, CHANCE_TTL },                  { turkmenistan_header, CHANCE_TURKMENISTAN },
    { gfw3_header, CHANCE_GFW3 },
};

/* What none of the boxes with an everyday cause does: write several resets for one packet, know numbers in advance,
 * have the header of one that is known to forge. */
static const test_t in_spite_of_excuses[] = {
    seq_change, mss_ladder, identical_burst, acks_dead_packet, from_closed_socket, payload_henan, ettercap_header,
    sandvine_header, turkmenistan_header, gfw3_header, same_box, other_half,
};

/* More than one accident, or what the capture may have lost, does not take to accuse somebody. */
#define NOT_ALONE_DB (FAMILY_CAP_DB - 1)

/* A number that an accident may bring into one capture of a hundred is none to build on: balancers reset with
 * random IP IDs from elsewhere all day. */
#define ACCIDENT_DB 20.0

static double
accident_most(const reset_case_t *c, chance_t chance)
{
    double most = chance_bound(chances[chance], c->record[chance].tested, c->record[chance].alike);

    if (most < ACCIDENT_DB && chance != CHANCE_TTL)
        return 0;
    return chance == CHANCE_IP_ID && !c->copied_frame ? fmin(most, NOT_ALONE_DB) : most;
}

static double
chance_most(const reset_case_t *c, test_t test)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(accidents); i++)
        if (accidents[i].test == test)
            return accident_most(c, accidents[i].chance);
    return INFINITY;
}

/* The most that a sign weighs here. From the sender's own distance a number beyond all that was captured may be its
 * own; and a habit of a stack shows in every reset of a burst: that is one fact, not two. */
static double
at_most(const reset_case_t *c, const row_t *row)
{
    bool near = reset_is_near(c);
    bool habit = row->signature.family == FAMILY_HEADER_MISMATCH && row->signature.tier == TIER_C;

    if (habit && near && c->burst > 1)
        return 0;
    if (row->test == ttl_deviation && baseline(c) < BASELINE_MIN)
        return THIN_DB;
    if (row->test == ttl_implausible && !baseline(c))
        return UNCOMPARED_DB;
    if (near && (row->test == seq_change || row->test == mss_ladder))
        return NOT_ALONE_DB;
    return chance_most(c, row->test);
}

static bool
stands_anyway(const GArray *evidence)
{
    for (unsigned i = 0; i < evidence->len; i++) {
        const evidence_t *e = &g_array_index(evidence, evidence_t, i);
        for (unsigned k = 0; k < G_N_ELEMENTS(in_spite_of_excuses); k++)
            if (((const row_t *)(const void *)e->signature)->test == in_spite_of_excuses[k] && e->weight > 0)
                return true;
    }
    return false;
}

judgement_t
reset_judge(const reset_case_t *c, GArray *evidence)
{
    evidence_clear(evidence);
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *text = rows[i].test(c);
        if (text)
            evidence_offer_at_most(evidence, &rows[i].signature, text, at_most(c, &rows[i]));
    }
    judgement_t j = judge(evidence);
    if (j.verdict == VERDICT_FORGED && reset_excuse(c) && !stands_anyway(evidence))
        j = (judgement_t){ VERDICT_SUSPECT, CONFIDENCE_FORGED - 1 };
    return j;
}
