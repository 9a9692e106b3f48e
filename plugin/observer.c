/* observer.c
 * Reads packets: the one place where Wireshark's view of a packet becomes an observation.
 *
 * It stands in the "ip.proto" table in front of TCP, UDP and ICMP, because there the segment and
 * the IP header that carries it arrive together, for every encapsulation, with and without a tree.
 * (Fields would need a tree for every packet; a post-dissector no longer knows which IP header
 * belonged to which segment.) The original dissector is called with what it would have been called
 * with; packets are never changed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session.h"

#include <string.h>

#include <epan/dissectors/packet-ip.h>
#include <epan/epan_dissect.h>
#include <epan/ipproto.h>

#include "parts.h"

#define IP_OFFSET_DF   0x4000
#define IP_OFFSET_PIECES 0x3fff /* more to come, or not the first */
#define TOP_FLOW_LABEL 0x000fffff

typedef struct {
    dissector_handle_t original;
    uint8_t            protocol;
} stage_t;

static stage_t stage_tcp = { NULL, IP_PROTO_TCP }, stage_udp = { NULL, IP_PROTO_UDP },
               stage_icmp = { NULL, IP_PROTO_ICMP }, stage_icmpv6 = { NULL, IP_PROTO_ICMPV6 };

/* The ICMP error that is being dissected: who sent it, and what it says of the packet it quotes. Other
 * protocols quote packets, too, samples of traffic among them: those are not judged. */
static struct {
    ip_address_t reporter;
    quoted_t     reason;
    uint32_t     frame;
} error_now;

/* Fills in a zeroed observation. False for a header that is neither IPv4 nor IPv6. */
static bool
read_ip(observation_t *obs, void *data)
{
    const ws_ip4 *ip4 = WS_IP4_PTR(data);
    const ws_ip6 *ip6 = WS_IP6_PTR(data);

    if (ip4 && ip4->ip_src.type == AT_IPv4 && ip4->ip_dst.type == AT_IPv4) {
        memcpy(obs->src.bytes, ip4->ip_src.data, 4);
        memcpy(obs->dst.bytes, ip4->ip_dst.data, 4);
        obs->ip.ttl = ip4->ip_ttl;
        obs->ip.tos = ip4->ip_tos;
        obs->ip.ip_id = ip4->ip_id;
        obs->ip.df = (ip4->ip_off & IP_OFFSET_DF) != 0;
        obs->ip.in_pieces = (ip4->ip_off & IP_OFFSET_PIECES) != 0;
        return true;
    }
    if (ip6 && ip6->ip6_src.type == AT_IPv6 && ip6->ip6_dst.type == AT_IPv6) {
        memcpy(obs->src.bytes, ip6->ip6_src.data, 16);
        memcpy(obs->dst.bytes, ip6->ip6_dst.data, 16);
        obs->src.ipv6 = obs->dst.ipv6 = obs->ip.ipv6 = true;
        obs->ip.ttl = ip6->ip6_hop;
        obs->ip.tos = ip6->ip6_tc;
        obs->ip.flow_label = ip6->ip6_flw & TOP_FLOW_LABEL;
        return true;
    }
    return false;
}

/* The station that put the frame on the link; 0 where the link has no such addresses. */
static uint64_t
link_source(const packet_info *pinfo)
{
    uint64_t source = 0;

    if (pinfo->dl_src.type == AT_ETHER && pinfo->dl_src.len == 6)
        memcpy(&source, pinfo->dl_src.data, 6);
    return source;
}

/* True when the packet was read and taken. */
static bool
observe(const stage_t *stage, tvbuff_t *tvb, packet_info *pinfo, void *data, observation_t *obs)
{
    engine_t *engine = session_engine();

    if (!engine || PINFO_FD_VISITED(pinfo) || !data)
        return false;
    observation_clear(obs);
    if (!read_ip(obs, data))
        return false;
    obs->frame = pinfo->num;
    obs->time = capture_time(pinfo);
    obs->link_src = link_source(pinfo);
    obs->protocol = stage->protocol;
    if (!pinfo->flags.in_error_pkt) {
        obs->cut = pinfo->fragmented;   /* with reassembly switched off, the first fragment alone */
    } else if (error_now.frame != pinfo->num) {
        return false;
    } else {
        obs->quoted = error_now.reason;
        obs->reporter = error_now.reporter;
    }
    piece_t piece = { .captured = tvb_captured_length(tvb), .length = tvb_reported_length(tvb) };
    piece.bytes = piece.captured ? tvb_get_ptr(tvb, 0, (int)piece.captured) : NULL;
    if (!(stage->protocol == IP_PROTO_TCP ? headers_tcp(obs, piece) : headers_udp(obs, piece)))
        return false;
    engine_observe(engine, obs);
    return true;
}

/* ---- QUIC: what Wireshark reads from the Initials that it can decrypt ---- */

enum { HELLO_EXTENSION, HELLO_SERVER_NAME, N_HELLO_FIELDS };
enum { EXTENSION_ECH = 0xfe0d };

static int hello_field[N_HELLO_FIELDS];

/* A tree is lent to a datagram that would have none. It lives until the next one is lent or the file
 * closes: expert information that waits for its taps points into it until the packet is done, and a
 * dissector may leave by an exception. */
static epan_dissect_t *lent;

static void
forget_lent(void)
{
    if (lent)
        epan_dissect_free(lent);
    lent = NULL;
}

static void
forget_file(void)
{
    forget_lent();
    error_now.frame = 0;
}

/* The bytes of a field in the packet, or in what was decrypted from it; NULL when they are not there. */
static const uint8_t *
field_bytes(const field_info *field)
{
    return field->ds_tvb && field->length > 0
        && tvb_bytes_exist(field->ds_tvb, (int)field->start, (int)field->length)
        ? tvb_get_ptr(field->ds_tvb, (int)field->start, (int)field->length) : NULL;
}

/* Passes on what the tree says of a ClientHello. All of them have extensions. */
static void
note_hello(const proto_tree *tree, const observation_t *obs)
{
    const GPtrArray *extensions = proto_get_finfo_ptr_array(tree, hello_field[HELLO_EXTENSION]),
                    *names = proto_get_finfo_ptr_array(tree, hello_field[HELLO_SERVER_NAME]);
    const field_info *name = names && names->len ? g_ptr_array_index(names, 0) : NULL;
    const uint8_t *bytes = name ? field_bytes(name) : NULL;
    bool ech = false;

    if (!extensions || !session_engine())
        return;
    for (unsigned i = 0; i < extensions->len; i++) {
        const field_info *extension = g_ptr_array_index(extensions, i);
        const uint8_t *type = extension->length == 2 ? field_bytes(extension) : NULL;
        ech |= type && read_be16(type) == EXTENSION_ECH;
    }
    engine_note_request(session_engine(), obs, bytes, bytes ? (size_t)name->length : 0, ech);
}

/* The original dissector, with a tree that keeps the fields of a ClientHello: the one there is, or a
 * lent one. What is shown comes from the same calls as ever and does not change. */
static int
dissect_initial(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data, const observation_t *obs)
{
    epan_dissect_t own = { .tree = tree }, *with = &own;

    if (!tree) {
        forget_lent();
        with = lent = epan_dissect_new(pinfo->epan, true, false);
    }
    for (unsigned i = 0; i < N_HELLO_FIELDS; i++)
        epan_dissect_prime_with_hfid(with, hello_field[i]);
    int consumed = call_dissector_only(stage_udp.original, tvb, pinfo, with->tree, data);
    note_hello(with->tree, obs);
    return consumed;
}

static int
observe_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    observation_t obs;

    observe(&stage_tcp, tvb, pinfo, data, &obs);
    return call_dissector_only(stage_tcp.original, tvb, pinfo, tree, data);
}

static int
observe_udp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    observation_t obs;

    if (observe(&stage_udp, tvb, pinfo, data, &obs) && hello_field[HELLO_EXTENSION] > 0
        && hello_field[HELLO_SERVER_NAME] > 0 && engine_wants_request(session_engine(), &obs))
        return dissect_initial(tvb, pinfo, tree, data, &obs);
    return call_dissector_only(stage_udp.original, tvb, pinfo, tree, data);
}

/* ---- ICMP errors: remember what they say, their quotes come through the functions above ---- */

static int
observe_error(const stage_t *stage, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    observation_t outer;

    memset(&outer, 0, sizeof outer);
    error_now.frame = 0;
    if (data && tvb_captured_length(tvb) >= 2 && read_ip(&outer, data)) {
        const uint8_t *p = tvb_get_ptr(tvb, 0, 2);
        error_now.frame = pinfo->num;
        error_now.reporter = outer.src;
        error_now.reason = headers_icmp_reason(outer.src.ipv6, p[0], p[1]);
    }
    return call_dissector_only(stage->original, tvb, pinfo, tree, data);
}

static int
observe_icmp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return observe_error(&stage_icmp, tvb, pinfo, tree, data);
}

static int
observe_icmpv6(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return observe_error(&stage_icmpv6, tvb, pinfo, tree, data);
}

static void
stand_before(dissector_table_t table, stage_t *stage, dissector_t dissector, const char *name,
             const char *description)
{
    stage->original = dissector_get_uint_handle(table, stage->protocol);
    if (!stage->original)
        return;
    /* No protocol of its own (-1): no extra layer, and no way to switch TCP off by accident. */
    dissector_add_uint("ip.proto", stage->protocol,
                       create_dissector_handle_with_name_and_description(dissector, -1, name, description));
}

static void
install(void)
{
    dissector_table_t table = find_dissector_table("ip.proto");

    hello_field[HELLO_EXTENSION] = proto_registrar_get_id_byname("tls.handshake.extension.type");
    hello_field[HELLO_SERVER_NAME] = proto_registrar_get_id_byname("tls.handshake.extensions_server_name");
    stand_before(table, &stage_tcp, observe_tcp, "interference_tcp", "TCP, watched for interference");
    stand_before(table, &stage_udp, observe_udp, "interference_udp", "UDP, watched for interference");
    stand_before(table, &stage_icmp, observe_icmp, "interference_icmp", "ICMP, watched for interference");
    stand_before(table, &stage_icmpv6, observe_icmpv6, "interference_icmpv6",
                 "ICMPv6, watched for interference");
}

void
observer_register(void)
{
    register_cleanup_routine(forget_file);
    register_final_registration_routine(install);
}
