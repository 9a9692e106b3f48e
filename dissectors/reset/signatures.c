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
#include <string.h>

#include "state/hops.h"

/* A reset this many hops off was not sent by the same box; load-balanced paths differ by 1. */
#define TTL_DEVIATION_MIN 3

/* Round trips below this are within one building, where timing tells nothing. */
#define RTT_USEFUL_US 4000

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

static char *
then_syn_ack(const reset_case_t *c)
{
    if (!c->syn_ack_frame || c->at_sender)
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

static char *
data_after(const reset_case_t *c)
{
    if (!c->data_frame || c->data_continues || c->at_sender)
        return NULL;
    return g_strdup_printf("the sender goes on in frame %u, %.1f ms after the reset, as if it had sent none",
                           c->data_frame, milliseconds(c->data_delay));
}

static char *
unaware_of_reset(const reset_case_t *c)
{
    if (!c->data_frame || !c->data_continues || c->at_sender)
        return NULL;
    return g_strdup_printf("the sender goes on in frame %u, %.1f ms after the reset, with the IP ID "
                           "series or timestamps it had before, as if it had sent none", c->data_frame,
                           milliseconds(c->data_delay));
}

static char *
identical_burst(const reset_case_t *c)
{
    /* A closed socket answers every segment with a bare reset that has the segment's ack as its
     * sequence number (RFC 9293 section 3.5.2): so many are its right. RST/ACK it sends once. */
    unsigned allowed = c->reset.flags & TCP_ACK ? 1 : c->peer.same_ack;
    if (c->burst < 3 || c->burst <= allowed || c->peer.duplicates || c->sender.duplicates
        || (c->reset.seq != c->peer.last.ack && !(c->reset.flags & TCP_ACK)))
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
     * the very data that the reset ignores. */
    if (!has_sender(c) || c->sender_is_later || !(c->sender.seen & SEEN_DATA)
        || !(c->sender.last.length) || c->previous.frame)
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
both_ways(const reset_case_t *c)
{
    if (!c->reverse_frame || c->at_an_end)
        return NULL;
    return g_strdup_printf("the other end \"resets\" at the same moment in frame %u, before this "
                           "reset can have reached it", c->reverse_frame);
}

/* ---- header copy: fields taken from the packet that is answered ---- */

static bool
copies_ip_id(const reset_case_t *c)
{
    uint16_t step = (uint16_t)(c->reset.ip.ip_id - c->peer.last.mark);
    return c->peer.last.frame && !c->reset.ip.ipv6 && c->reset.ip.ip_id && c->peer.last.mark
        && step <= 1;
}

static char *
ip_id_mirrors(const reset_case_t *c)
{
    /* Numbers below 16 are defaults of packet tools on both sides; a flow whose ordinary packets
     * copy as well is a proxy or one host talking to itself. */
    if (!copies_ip_id(c) || c->peer.last.mark < 16 || c->sender.mirrors || c->peer.mirrors > 1)
        return NULL;
    return g_strdup_printf("IP ID 0x%04x is %s the packet it answers (frame %u, 0x%04x)",
                           c->reset.ip.ip_id,
                           c->reset.ip.ip_id == c->peer.last.mark ? "that of" : "one above",
                           c->peer.last.frame, c->peer.last.mark);
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

static char *
timestamp_skew(const reset_case_t *c)
{
    if (!c->reset.has_timestamps || !(c->sender.seen & SEEN_TIMESTAMPS) || c->sender_is_later)
        return NULL;
    int64_t elapsed = MAX(ticks_since(c->sender.last.time, ticks(c->reset.time)), 0);
    int32_t step = seq_diff(c->reset.tsval, c->sender.tsval);
    /* Clocks tick between 1 Hz and 1 kHz (RFC 7323); some stacks use 1 MHz. Ten seconds of slack. */
    if (step >= -10000 && step <= elapsed / NS_PER_US + 10000)
        return NULL;
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
    /* RFC 9293 section 3.10.7.1: a SYN without ACK is refused with RST/ACK. */
    if (c->reset.flags & TCP_ACK || !c->peer.last.frame
        || (c->peer.last.bits & (TCP_SYN | TCP_ACK)) != TCP_SYN || c->sender.packets)
        return NULL;
    return g_strdup_printf("answers the SYN of frame %u without acknowledging it, which no stack does",
                           c->peer.last.frame);
}

static char *
df_mismatch(const reset_case_t *c)
{
    if (c->reset.ip.ipv6)
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
        || c->sender.df < c->sender.packets)
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
    if (c->sender.packets < 3 || (c->reset.ip.tos ^ c->sender.last.tos) < 4)
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

/* ---- TTL: sent from another distance ---- */

bool
reset_ttl_distance(const reset_case_t *c, uint8_t *distance, uint8_t *usual, unsigned *packets)
{
    bool known = ttl_memory_distance(&c->host_ttls, c->reset.ip.ttl, distance);

    *usual = ttl_memory_usual(&c->host_ttls);
    *packets = ttl_memory_total(&c->host_ttls);
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

static char *
ttl_deviation(const reset_case_t *c)
{
    uint8_t distance, usual;
    unsigned packets;

    if (!reset_ttl_distance(c, &distance, &usual, &packets) || distance < TTL_DEVIATION_MIN)
        return NULL;
    return g_strdup_printf("TTL %u (%u hops); this host's other %u packet%s: %u (%u hops)",
                           c->reset.ip.ttl, ttl_hops(c->reset.ip.ttl), packets,
                           packets == 1 ? "" : "s", usual, ttl_hops(usual));
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

static char *
before_min_rtt(const reset_case_t *c)
{
    int64_t delay = ticks_since(c->peer.last.time, ticks(c->reset.time));

    if (!c->peer.last.frame || c->sender.rtt < RTT_USEFUL_US || c->at_sender || !(c->reset.flags & TCP_ACK)
        || c->reset.ack != c->answered_seq || c->sender_is_later
        || c->peer.last.frame < c->sender.last.frame || delay < 0 || delay * 2 >= c->sender.rtt * NS_PER_US)
        return NULL;
    return g_strdup_printf("acknowledges frame %u after %.2f ms; the shortest round trip to this "
                           "sender is %.2f ms", c->peer.last.frame, milliseconds(delay),
                           milliseconds(c->sender.rtt * NS_PER_US));
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
sandvine_header(const reset_case_t *c)
{
    if (c->reset.ip.ipv6 || c->reset.ip.ip_id != 0x3412 || c->reset.ip.df || c->reset.window != 32120)
        return NULL;
    return g_strdup("IP ID 0x3412, don't-fragment clear, window 32120: Sandvine PacketLogic's "
                    "published header");
}

static char *
turkmenistan_header(const reset_case_t *c)
{
    if (c->reset.ip.ipv6 || c->reset.ip.ip_id != 0x7530 || c->reset.ip.df || c->reset.window
        || ttl_initial(c->reset.ip.ttl) != 128)
        return NULL;
    return g_strdup("IP ID 0x7530, don't-fragment clear, window 0, initial TTL 128: the header "
                    "published for Turkmenistan's filter");
}

static char *
gfw3_header(const reset_case_t *c)
{
    if (c->reset.ip.ipv6 || c->reset.ip.ip_id < 0x9916 || c->reset.ip.ip_id > 0x9933
        || c->reset.ip.df || !(c->reset.flags & TCP_ACK) || ttl_initial(c->reset.ip.ttl) != 255)
        return NULL;
    return g_strdup_printf("IP ID 0x%04x, don't-fragment clear, initial TTL 255: the header published "
                           "for GFW(III)", c->reset.ip.ip_id);
}

static char *
same_box(const reset_case_t *c)
{
    if (!c->same_box_frame)
        return NULL;
    return g_strdup_printf("%s like the forged packet in frame %u, and unlike this host's own",
                           c->reset.ip.ipv6 ? "hop limit and presence of a flow label" : "TTL, don't-fragment and IP ID",
                           c->same_box_frame);
}

static char *
request_coupled(const reset_case_t *c)
{
    int64_t delay = ticks_since(c->peer.last.time, ticks(c->reset.time));

    if (!c->request_frame || c->peer.last.frame != c->request_frame || c->sender.seen & SEEN_DATA
        || delay < 0 || delay > 3 * NS_PER_S)
        return NULL;
    return g_strdup_printf("the first thing to come back for the request in frame %u, after %.1f ms",
                           c->request_frame, milliseconds(delay));
}

/* ---- the catalogue ---- */

#define COUNTED_BENIGN "counted: 2,107 resets of 1,188 public captures"
#define COUNTED        COUNTED_BENIGN ", 55 labelled forged ones"

#define BOX_TWIN "a load balancer, proxy or firewall that answers in the server's name"

static const struct {
    signature_t signature;
    char *(*test)(const reset_case_t *);
} rows[] = {
    { { "rst-then-synack", FAMILY_ORDERING, TIER_A, { 0, 2107 }, { 2, 55 },
        COUNTED "; net4people/bbs #285; OONI on Belarus, 2016",
        "A SYN is reset and then accepted, without having been sent again.",
        "an appliance that authenticates clients by resetting their first SYN" }, then_syn_ack },
    { { "rst-seq-change", FAMILY_ORDERING, TIER_A, { 0, 2107 }, { 174, 193 },
        COUNTED_BENIGN "; Weaver, Sommer, Paxson, NDSS 2009 (Sandvine at 90 % of 193 addresses)",
        "A second reset within two seconds steps beyond all that was sent or acknowledged.",
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
        "a mirror port that delivers packets several times" }, identical_burst },
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

    { { "rst-ipid-mirrors-trigger", FAMILY_HEADER_COPY, TIER_A, { 0, 2107 }, { 24, 55 },
        COUNTED "; Nourin et al., FOCI 2023",
        "IP ID equal to, or one above, the packet that is answered.",
        "two counters that happen to meet (2 in 65,536)" }, ip_id_mirrors },
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
        "none known; a reset without timestamps is normal" }, timestamp_skew },
    { { "rst-zero-seq-ack", FAMILY_HEADER_MISMATCH, TIER_B, { 2, 654 }, PUBLISHED,
        "half-flows with a reset in 1,733 public captures (2 crafted); OONI on Belarus, 2016",
        "Both numbers 0 in the middle of a connection.",
        "broken embedded stacks" }, zero_seq_ack },
    { { "rst-bare-to-syn", FAMILY_HEADER_MISMATCH, TIER_B, { 2, 654 }, PUBLISHED,
        "half-flows with a reset in 1,733 public captures; OONI on Belarus, 2016; RFC 9293 section 3.10.7",
        "A SYN is refused without being acknowledged.",
        "broken embedded stacks, scanners" }, bare_reset_of_syn },
    { { "rst-df-mismatch", FAMILY_HEADER_MISMATCH, TIER_C, { 5, 2107 }, { 35, 55 },
        COUNTED,
        "Don't-fragment unlike everything else of this host.",
        BOX_TWIN }, df_mismatch },
    { { "rst-ipid-zero-df-clear", FAMILY_HEADER_MISMATCH, TIER_C, { 0, 2107 }, PUBLISHED,
        COUNTED "; Wu et al., S&P 2025 (GFW I); GoodbyeDPI",
        "IP ID 0 without don't-fragment, from a sender that sets don't-fragment.",
        BOX_TWIN }, id_zero_df_clear },
    { { "rst-ipid-regime", FAMILY_HEADER_MISMATCH, TIER_D, { 115, 2107 }, { 3, 55 },
        COUNTED,
        "IP ID far off a counter that the sender has shown in this flow.",
        "Linux, which numbers the resets of closed sockets by another counter than connections" }, ip_id_regime },
    { { "rst-dscp-mismatch", FAMILY_HEADER_MISMATCH, TIER_C, { 14, 2107 }, { 3, 55 },
        COUNTED,
        "DSCP unlike the sender's other packets.",
        "routers that mark packets by kind" }, dscp_mismatch },

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
    { { "ttl-mirror", FAMILY_TTL, TIER_B, { 0, 2107 }, { 2, 55 },
        COUNTED "; net4people/bbs #98, #294",
        "TTL moves with the TTL of the packet that is answered.",
        "two clients at different distances behind one address" }, ttl_mirror },

    { { "rst-before-min-rtt", FAMILY_TIMING, TIER_C, { 0, 2107 }, { 3, 58 },
        COUNTED " (all far away: 0), 3 published devices seen from inside (net4people/bbs #285; Wu et "
        "al., S&P 2025: GFW and Henan)",
        "Acknowledges a packet in less than half the shortest round trip to its sender.",
        "a CDN edge or proxy nearer than the box that shook hands" }, before_min_rtt },

    { { "rst-payload-10b", FAMILY_CONTENT, TIER_A, { 0, 2107 }, { 36475, 36478 },
        COUNTED_BENIGN "; Wu et al., S&P 2025 (Henan)",
        "Ten bytes counting 1 to 9 and 0 as payload.",
        "none known" }, payload_henan },
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
    { { "rst-same-box", FAMILY_CONTENT, TIER_B, { 0, 2107 }, { 39, 55 },
        COUNTED "; the proof is another frame's",
        "Header of a packet proven forged in this host's name, and not the host's own.",
        "the same as for the frame that proves it" }, same_box },
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

judgement_t
reset_judge(const reset_case_t *c, GArray *evidence)
{
    evidence_clear(evidence);
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        evidence_offer(evidence, &rows[i].signature, rows[i].test(c));
    return judge(evidence);
}

/* Silence after which a middlebox may have forgotten the connection. */
#define IDLE_NS (30 * NS_PER_S)

const char *
reset_innocent(const reset_case_t *c, const GArray *evidence)
{
    ticks_t now = ticks(c->reset.time);
    bool idle = (c->peer.last.frame || c->sender.last.frame)
             && (!c->peer.last.frame || ticks_since(c->peer.last.time, now) > IDLE_NS)
             && (!c->sender.last.frame || ticks_since(c->sender.last.time, now) > IDLE_NS);

    if (idle)
        return "the idle timer of a NAT, firewall or load balancer";
    const evidence_t *strongest = evidence_strongest(evidence);
    return strongest ? strongest->signature->twin : NULL;
}
