/* reset/test_signatures.c
 * Every signature of a forged reset with a reset that shows it and an innocent one that does not;
 * and the resets of ordinary stacks and boxes, which must not be called forged.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "reset/case.h"

#define START INT64_C(1700000000000000000)

enum { SYN_FRAME = 1, REQUEST_FRAME = 4, SENDER_FRAME = 8, ANSWERED_FRAME = 9, RESET_FRAME = 10 };
enum { SERVER_SEQ = 50000, CLIENT_SEQ = 10300, CLIENT_IP_ID = 0x8001, SERVER_IP_ID = 0x1238 };

static direction_t
server_before(void)
{
    return (direction_t){
        .last = { .frame = SENDER_FRAME, .time = ticks(START + 80 * NS_PER_MS), .ack = 10000,
            .length = 1000,
                  .mark = SERVER_IP_ID, .window = 501, .bits = TCP_ACK | BIT_DF | BIT_TIMESTAMPS,
                      .ttl = 52 },
        .next_seq = SERVER_SEQ, .tsval = 777000, .rtt = 40000, .ttl = { 52 }, .ttl_packets = { 6 },
        .packets = 6, .df = 6, .id_zero = 1, .id_steps = 4,
        .seen = SEEN_SYN | SEEN_DATA | SEEN_TIMESTAMPS | SEEN_OPTIONS,
    };
}

static direction_t
client_before(void)
{
    return (direction_t){
        .last = { .frame = ANSWERED_FRAME, .time = ticks(START + 100 * NS_PER_MS), .ack = SERVER_SEQ,
                  .length = 300, .mark = CLIENT_IP_ID, .window = 502,
                  .bits = TCP_ACK | TCP_PSH | BIT_DF | BIT_TIMESTAMPS, .ttl = 64 },
        .next_seq = CLIENT_SEQ, .tsval = 111000, .ttl = { 64 }, .ttl_packets = { 5 },
        .packets = 5, .df = 5, .id_steps = 4, .same_ack = 1,
        .seen = SEEN_SYN | SEEN_DATA | SEEN_TIMESTAMPS | SEEN_OPTIONS,
    };
}

/* A Linux server, 40 ms away, whose program has gone: the kernel resets what still arrives. */
static reset_case_t
ordinary_reset(void)
{
    return (reset_case_t){
        .reset = { .frame = RESET_FRAME, .time = START + 141 * NS_PER_MS, .flags = TCP_RST,
                   .seq = SERVER_SEQ, .ip = { .ttl = 52, .df = true } },
        .end = 1, .sender = server_before(), .peer = client_before(),
        .request_frame = REQUEST_FRAME, .answered_seq = CLIENT_SEQ, .burst = 1,
        .host_ttls = { .count = { 40 }, .ttl = { 52 } }, .host_df_set = 40,
    };
}

/* ---- what happens on the wire ---- */

#define WIRE(name) static void name(reset_case_t *c)

WIRE(nothing_else) { (void)c; }

/* The client's SYN is all there is so far. */
WIRE(to_a_syn)
{
    memset(&c->sender, 0, sizeof c->sender);
    c->peer.last.frame = SYN_FRAME;
    c->peer.last.bits = TCP_SYN | BIT_DF | BIT_TIMESTAMPS;
    c->peer.last.length = 0;
    c->peer.last.ack = 0;
    c->peer.packets = c->peer.same_ack = 1;
    c->peer.seen = SEEN_SYN | SEEN_TIMESTAMPS | SEEN_OPTIONS;
    c->request_frame = 0;
    c->reset.seq = 0;
    c->reset.flags = TCP_RST | TCP_ACK;
    c->reset.ack = c->answered_seq;
}

/* What a box on the way does without being noticed: kernel-like, but RST/ACK. */
WIRE(with_ack)
{
    c->reset.flags = TCP_RST | TCP_ACK;
    c->reset.ack = CLIENT_SEQ;
}

/* From another box than the server: the header of a small embedded system, ten hops nearer. */
WIRE(from_another_box)
{
    c->reset.ip.ttl = 62;
    c->reset.ip.df = false;
    c->reset.ip.ip_id = 0;
}

WIRE(accepted_later) { to_a_syn(c); c->syn_ack_frame = 12; c->syn_ack_delay = 20 * NS_PER_MS; }
WIRE(refused) { to_a_syn(c); }

WIRE(next_steps_ahead) { c->changed_frame = 11; c->changed_step = 1000; }
WIRE(next_steps_1460) { c->changed_frame = 11; c->changed_step = 1460; }
WIRE(next_steps_4380) { c->changed_frame = 11; c->changed_step = 4380; }
WIRE(next_steps_12503) { c->changed_frame = 11; c->changed_step = 12503; }
WIRE(repeated)
{
    c->previous = c->reset;
    c->previous.frame = RESET_FRAME - 1;
    c->burst = 2;
    c->peer.same_ack = 2;
}

WIRE(old_series_goes_on)
{
    with_ack(c);
    c->data_frame = 12;
    c->data_delay = 15 * NS_PER_MS;
    c->data_continues = true;
}
WIRE(data_follows) { with_ack(c); c->data_frame = 12; c->data_delay = 15 * NS_PER_MS; }

/* REJECT of Linux, or a packet that its connection tracking cannot map: the socket never hears of it. */
WIRE(own_filter_refuses) { c->data_frame = 12; c->data_delay = 15 * NS_PER_MS; c->data_continues = true; }
/* return-rst of IPFilter: the refused packet's header, one of the last few of a busy client. */
WIRE(own_ipfilter_refuses)
{
    own_filter_refuses(c);
    c->reset.ip.df = false;
    c->reset.ip.ip_id = CLIENT_IP_ID - 6;
}
WIRE(own_ipfilter_refuses_the_last) { own_ipfilter_refuses(c); c->reset.ip.ip_id = CLIENT_IP_ID; }
WIRE(tool_on_the_same_link) { own_filter_refuses(c); c->reset.ip.df = false; c->reset.ip.ip_id = 1; }

WIRE(three_for_one_packet) { c->burst = 3; c->reset.ip.ttl = 60; }
WIRE(three_like_its_own) { c->burst = 3; }
WIRE(three_with_ack) { with_ack(c); c->burst = 3; c->peer.same_ack = 5; }
WIRE(three_of_a_mirror_with_holes) { three_for_one_packet(c); c->peer.seen |= SEEN_HOLE; }
WIRE(three_for_three_packets) { three_for_one_packet(c); c->peer.same_ack = 3; }
WIRE(seven_for_seven_in_flight)
{
    c->burst = 7;
    c->peer.same_ack = 7;
    c->previous = c->reset;
    c->previous.frame = 9;
}
WIRE(three_on_a_mirror_port) { c->burst = 3; c->peer.duplicates = 2; }
WIRE(three_of_own_accord) { c->burst = 3; c->reset.seq = SERVER_SEQ + 1; }

WIRE(both_flavours) { c->flavour_frame = 11; }

WIRE(before_own_data)
{
    c->sender.last.frame = ANSWERED_FRAME;              /* the client's packet came first */
    c->peer.last.frame = SENDER_FRAME;
    c->sender.last.ack = CLIENT_SEQ;
    c->reset.seq = SERVER_SEQ - 1000;
}
WIRE(before_own_data_one_way) { before_own_data(c); c->peer.seen = SEEN_SYN; }
WIRE(before_own_data_with_holes) { before_own_data(c); c->peer.seen |= SEEN_HOLE; }
WIRE(behind_data_and_fin)
{
    before_own_data(c);
    c->sender.last.bits |= TCP_FIN;
    c->sender.next_seq = SERVER_SEQ + 1;
}
WIRE(answers_a_late_segment) { c->reset.seq = SERVER_SEQ - 1000; c->peer.last.ack = SERVER_SEQ - 1000; }

WIRE(acknowledges_dead) { with_ack(c); c->died_frame = 7; }
WIRE(bare_after_dead) { c->died_frame = 7; }
WIRE(acknowledges_less) { with_ack(c); c->reset.ack = CLIENT_SEQ - 300; c->died_frame = 7; }
WIRE(bare_long_after_dead) { c->died_frame = 7; c->reset.time += 5 * NS_PER_S; }
WIRE(acknowledges_arrived) { with_ack(c); }

WIRE(other_end_too) { c->reverse_frame = 11; }

WIRE(same_ip_id) { c->reset.ip.ip_id = CLIENT_IP_ID; }
WIRE(next_ip_id) { c->reset.ip.ip_id = CLIENT_IP_ID + 1; }
WIRE(ip_id_wraps) { c->peer.last.mark = 0xffff; c->reset.ip.ip_id = 0; }
WIRE(small_ip_ids) { c->peer.last.mark = 1; c->reset.ip.ip_id = 1; }
WIRE(proxy_that_copies) { c->reset.ip.ip_id = CLIENT_IP_ID; c->sender.mirrors = 3; }
WIRE(copied_again) { same_ip_id(c); c->copied_frame = 3; }
WIRE(own_counter_meets) { same_ip_id(c); c->sender.last.mark = CLIENT_IP_ID - 2; }
WIRE(copied_among_thousands)
{
    same_ip_id(c);
    c->record[CHANCE_IP_ID].tested = 30000;
}
WIRE(copied_by_one_in_three)
{
    copied_again(c);
    c->record[CHANCE_IP_ID] = (record_t){ 2, 1 };
}
WIRE(ip_id_one_below) { c->reset.ip.ip_id = CLIENT_IP_ID - 1; }

#define SERVER_LABEL 0x2a5c1
#define CLIENT_LABEL 0xbeef0

/* Both ends keep a flow label, as Linux does; the reset has none. */
WIRE(over_ipv6)
{
    c->reset.ip = (ip_header_t){ .ttl = 52, .ipv6 = true };
    c->sender.last.mark = ip_mark(&(ip_header_t){ .ipv6 = true, .flow_label = SERVER_LABEL });
    c->peer.last.mark = ip_mark(&(ip_header_t){ .ipv6 = true, .flow_label = CLIENT_LABEL });
    c->sender.id_zero = c->peer.id_zero = c->sender.df = c->peer.df = 0;
    c->sender.id_steps = (uint8_t)(c->sender.packets - 1);
    c->peer.id_steps = (uint8_t)(c->peer.packets - 1);
    c->sender.last.bits &= (uint16_t)~BIT_DF;
    c->peer.last.bits &= (uint16_t)~BIT_DF;
    c->host_df_clear = c->host_df_set;
    c->host_df_set = 0;
}
WIRE(own_label) { over_ipv6(c); c->reset.ip.flow_label = SERVER_LABEL; }
WIRE(other_label) { over_ipv6(c); c->reset.ip.flow_label = 0x12345; }
WIRE(other_label_of_a_fickle_sender) { other_label(c); c->sender.id_steps--; }
WIRE(other_label_after_two_packets) { other_label(c); c->sender.packets = 2; c->sender.id_steps = 1; }
WIRE(other_label_where_there_was_none) { other_label(c); c->sender.last.mark = 0; c->sender.id_zero = 6; }
WIRE(clients_label) { over_ipv6(c); c->reset.ip.flow_label = CLIENT_LABEL; }
WIRE(clients_label_as_usual) { clients_label(c); c->sender.mirrors = 1; }
WIRE(no_label_at_both_ends) { over_ipv6(c); c->peer.last.mark = 0; }

WIRE(clients_window) { c->reset.window = 502; }
WIRE(own_window) { c->reset.window = 501; c->peer.last.window = 501; }

WIRE(reserved_bit) { c->reset.flags |= 0x800; }
WIRE(ae_unasked) { c->reset.flags |= TCP_AE; }
WIRE(ae_agreed) { c->reset.flags |= TCP_AE; c->peer.seen |= SEEN_ACCECN; }
WIRE(ecn_bits) { c->reset.flags |= TCP_ECE | TCP_CWR; }

WIRE(in_lockstep)
{
    with_ack(c);
    c->reset.window = 1300;
    c->lockstep_frame = 3;
    c->lockstep_ttl = 60;
}
WIRE(fixed_window) { with_ack(c); c->reset.window = 501; }

static void
with_timestamp(reset_case_t *c, uint32_t tsval)
{
    with_ack(c);
    c->reset.has_timestamps = c->reset.has_options = true;
    c->reset.tsval = tsval;
}

WIRE(timestamp_of_nowhere) { with_timestamp(c, 3000000000u); }
WIRE(timestamp_zero) { with_timestamp(c, 0); }
WIRE(timestamp_zero_that_echoes) { timestamp_zero(c); c->reset.tsecr = 111000; }
WIRE(timestamp_zero_that_echoes_before) { timestamp_zero(c); c->reset.tsecr = 110900; }
WIRE(timestamp_goes_on) { with_timestamp(c, 777061); }
WIRE(timestamp_of_last) { with_timestamp(c, 777000); }
WIRE(timestamp_wraps) { with_timestamp(c, 60); c->sender.tsval = UINT32_MAX; }
WIRE(timestamp_across_clock_step)
{
    with_timestamp(c, 777061);
    c->sender.last.time = ticks(START + 500 * NS_PER_MS);
}

WIRE(all_zero) { c->reset.seq = 0; }
WIRE(zero_to_syn) { to_a_syn(c); c->peer.last.ack = 0; }

WIRE(bare_to_syn) { to_a_syn(c); c->reset.flags = TCP_RST; c->reset.ack = 0; }

WIRE(bare_to_syn_next_door) { bare_to_syn(c); c->reset.ip.ttl = 255; }

WIRE(df_clear) { c->reset.ip.df = false; c->reset.ip.ip_id = 0x4444; }
WIRE(df_clear_as_usual) { df_clear(c); c->host_df_set = 0; c->host_df_clear = 40; c->sender.df = 0; }
WIRE(df_sometimes_clear) { df_clear(c); c->host_df_clear = 10; }
WIRE(df_clear_as_its_other_resets) { df_clear(c); c->own = (own_resets_t){ .resets = 2 }; }
WIRE(df_clear_unlike_its_other_resets) { df_clear(c); c->own = (own_resets_t){ .resets = 2, .df = 2 }; }
/* Path MTU discovery off: data without, resets of closed sockets with it. */
WIRE(df_of_linux_alone) { c->host_df_set = 0; c->host_df_clear = 40; c->sender.df = 0; }
WIRE(df_of_ipv6) { c->reset.ip.df = false; c->reset.ip.ipv6 = true; }

WIRE(zero_id_df_clear) { c->reset.ip.df = false; }
WIRE(zero_id_df_clear_as_usual)
{
    c->reset.ip.df = false;
    c->sender.df = 0;
    c->host_df_set = 0;
    c->host_df_clear = 40;
}

WIRE(far_ip_id) { c->reset.ip.ip_id = 0x9999; }
WIRE(near_ip_id) { c->reset.ip.ip_id = SERVER_IP_ID + 3; }
WIRE(random_ip_ids) { c->reset.ip.ip_id = 0x9999; c->sender.id_steps = 0; }

WIRE(other_dscp) { c->reset.ip.tos = 0x48; }
WIRE(other_ecn) { c->reset.ip.tos = 0x02; }
WIRE(socket_of_its_own_service) { c->sender.last.tos = 0x48; }
WIRE(living_socket_of_its_own_service) { with_ack(c); socket_of_its_own_service(c); }

WIRE(ttl_off) { c->reset.ip.ttl = 44; }
WIRE(ttl_off_a_raw_syn)
{
    ttl_off(c);
    memset(&c->host_ttls, 0, sizeof c->host_ttls);
    c->opener = true;
    c->sender.packets = 1;
    c->sender.ttl_packets[0] = 1;
    c->sender.seen = SEEN_SYN;
}
WIRE(ttl_off_a_syn_ack) { ttl_off_a_raw_syn(c); c->opener = false; }
WIRE(ttl_off_a_confirmed_syn_ack) { ttl_off_a_syn_ack(c); c->confirmed = 1; }
WIRE(other_start_known_better) { c->reset.ip.ttl = 243; c->own.resets = 2; }
WIRE(other_start_of_all_resets) { c->reset.ip.ttl = 243; }
WIRE(other_start_of_its_data) { other_start_known_better(c); c->host_ttls.ttl[1] = 240; c->host_ttls.count[1] = 2; }
WIRE(ttl_two_off) { c->reset.ip.ttl = 50; }
WIRE(ttl_of_other_start) { c->reset.ip.ttl = 243; }
WIRE(ttl_second_habit) { c->reset.ip.ttl = 44; c->sender.ttl[1] = 44; c->sender.ttl_packets[1] = 2; }

WIRE(ttl_of_no_route) { c->reset.ip.ttl = 150; }
WIRE(ttl_of_no_route_as_usual)
{
    c->reset.ip.ttl = 150;
    c->sender.ttl[0] = 150;
    c->host_ttls.ttl[0] = 150;
}

WIRE(ttl_follows) { c->mirror_frame = 3; c->reset.ip.ttl = 64; }

WIRE(too_soon)
{
    with_ack(c);
    c->reset.time = START + 105 * NS_PER_MS;
    c->sender.rtts = 2;
}
WIRE(too_soon_by_one_round_trip) { too_soon(c); c->sender.rtts = 1; }
WIRE(too_soon_by_other_handshakes)
{
    too_soon_by_one_round_trip(c);
    c->host_rtt = 39000;
    c->host_rtts = 3;
}
WIRE(soon_on_a_path_that_can_be_quick) { too_soon_by_other_handshakes(c); c->host_rtt = 6000; }
WIRE(acks_what_needs_no_answer) { too_soon(c); c->peer.last.length = 0; }
WIRE(acks_what_was_acknowledged) { too_soon(c); c->sender.last.ack = CLIENT_SEQ; }
WIRE(too_soon_before_anything_was_answered) { too_soon(c); c->sender.seen &= (uint8_t)~SEEN_DATA; }
WIRE(too_soon_after_idle)
{
    too_soon(c);
    c->peer.last.time += ticks(100 * NS_PER_S);
    c->reset.time += 100 * NS_PER_S;
}
WIRE(in_time) { with_ack(c); }
WIRE(too_soon_in_a_building)
{
    too_soon(c);
    c->sender.rtt = 2000;
    c->reset.time = START + 100500 * NS_PER_US;
}
WIRE(of_own_accord_early) { too_soon(c); c->reset.ack = CLIENT_SEQ - 300; }

static void
with_payload(reset_case_t *c, const char *bytes, unsigned length)
{
    with_ack(c);
    c->reset.length = length;
    c->reset.payload_kept = (uint8_t)length;
    memcpy(c->reset.payload, bytes, length);
}

WIRE(henan_payload) { with_payload(c, "\1\2\3\4\5\6\7\10\11", 10); }
WIRE(longer_payload) { with_payload(c, "\1\2\3\4\5\6\7\10\11\0\1", 11); }
WIRE(explaining_payload) { with_payload(c, "idle timer", 10); }
WIRE(cut_payload) { henan_payload(c); c->reset.payload_kept = 9; }

WIRE(ettercap)
{
    c->reset.ip.ip_id = 0x7ee7;
    c->reset.ip.df = false;
    c->reset.window = 32767;
}
WIRE(ettercap_id_only) { ettercap(c); c->reset.window = 0; }

WIRE(sandvine)
{
    with_ack(c);
    c->reset.ip.ip_id = 0x3412;
    c->reset.ip.df = false;
    c->reset.window = 32120;
}
WIRE(sandvine_id_only)
{
    with_ack(c);
    c->reset.ip.ip_id = 0x3412;
    c->reset.ip.df = false;
    c->reset.window = 501;
}

WIRE(turkmenistan) { c->reset.ip.ip_id = 0x7530; c->reset.ip.df = false; c->reset.ip.ttl = 118; }
WIRE(turkmenistan_df) { turkmenistan(c); c->reset.ip.df = true; }

WIRE(gfw3) { with_ack(c); c->reset.ip.ip_id = 0x9920; c->reset.ip.df = false; c->reset.ip.ttl = 240; }
WIRE(gfw3_id_beside) { gfw3(c); c->reset.ip.ip_id = 0x9934; }
WIRE(gfw3_bare) { gfw3(c); c->reset.flags = TCP_RST; }

WIRE(known_box) { from_another_box(c); c->same_box_frame = 3; }
WIRE(next_to_a_page) { from_another_box(c); c->page_frame = 3; }

WIRE(first_thing_back)
{
    c->peer.last.frame = c->request_frame = ANSWERED_FRAME;
    c->sender.seen &= (uint8_t)~SEEN_DATA;
    c->sender.last.length = 0;
    c->sender.last.frame = 2;
}
WIRE(after_an_answer) { c->peer.last.frame = c->request_frame = ANSWERED_FRAME; }
WIRE(long_after_request) { first_thing_back(c); c->reset.time += 10 * NS_PER_S; }

WIRE(other_reset_of_that_socket) { with_timestamp(c, 777061); c->again_frame = 12; }

WIRE(idle_then_answered)
{
    c->peer.last.time += ticks(7200 * NS_PER_S);
    c->reset.time += 7200 * NS_PER_S;
}
WIRE(tried_again_for_a_minute)
{
    c->peer.last.bits |= BIT_AGAIN;
    c->peer.last.time += ticks(70 * NS_PER_S);
    c->reset.time += 70 * NS_PER_S;
}
WIRE(keep_alive_after_idle)
{
    idle_then_answered(c);
    c->peer.last.length = 1;
    c->peer.last.bits |= BIT_AGAIN;
}
WIRE(nobody_speaks_for_a_minute) { c->reset.time += 60 * NS_PER_S; }
WIRE(idle_for_twenty_seconds)
{
    c->peer.last.time += ticks(20 * NS_PER_S);
    c->reset.time += 20 * NS_PER_S;
}

WIRE(half_of_a_pair) { with_ack(c); c->other_half_frame = 11; }

#define STATION 0x020000000002u
#define OTHER_STATION 0x020000000003u
WIRE(other_station_next_door)
{
    c->reset.ip.ttl = 64;
    c->reset.station = OTHER_STATION;
    c->host_station = STATION;
}
WIRE(own_station) { other_station_next_door(c); c->reset.station = STATION; }
WIRE(other_router) { other_station_next_door(c); c->reset.ip.ttl = 52; }
WIRE(station_not_known) { other_station_next_door(c); c->host_station = 0; }
WIRE(two_stations_answer)
{
    accepted_later(c);
    c->reset.ip.ttl = 64;
    c->reset.station = OTHER_STATION;
    c->syn_ack_station = STATION;
}
WIRE(accepted_after_a_lost_syn) { accepted_later(c); c->syn_ack_delay = 520 * NS_PER_MS; }
WIRE(accepted_after_a_lost_syn_of_a_near_host)
{
    accepted_after_a_lost_syn(c);
    c->host_rtt = 70000;
    c->host_rtts = 3;
}
WIRE(accepted_by_a_host_behind_satellites)
{
    accepted_after_a_lost_syn(c);
    c->host_rtt = 560000;
    c->host_rtts = 3;
}

WIRE(one_name_of_two)
{
    ttl_off(c);
    with_ack(c);
    c->contrast = (contrast_t){ 6, 6, 4, "listed.example", "control.example" };
}
WIRE(server_refuses_a_name) { one_name_of_two(c); c->reset.ip.ttl = 52; }

/* ---- each row of the catalogue, guilty and innocent ---- */

typedef struct {
    const char *name;
    const char *id;
    bool        fires;
    void      (*wire)(reset_case_t *);
} sign_row_t;

static const sign_row_t signs[] = {
    { "a SYN is reset and then accepted", "rst-then-synack", true, accepted_later },
    { "a SYN is refused and that is all", "rst-then-synack", false, refused },
    { "half a second later, when a second SYN may have been lost", "rst-then-synack", false,
      accepted_after_a_lost_syn },
    { "half a second later, and other handshakes take 70 ms", "rst-then-synack", false,
      accepted_after_a_lost_syn_of_a_near_host },
    { "half a second later, as long as other handshakes take", "rst-then-synack", true,
      accepted_by_a_host_behind_satellites },
    { "two stations with one address, one refuses and one accepts", "rst-then-synack", false, two_stations_answer },

    { "the next reset steps beyond everything sent", "rst-seq-change", true, next_steps_ahead },
    { "the same reset comes again", "rst-seq-change", false, repeated },

    { "the next reset is one full segment ahead", "rst-mss-ladder", true, next_steps_1460 },
    { "the next reset is three full segments ahead", "rst-mss-ladder", true, next_steps_4380 },
    { "the next reset is 12503 bytes ahead", "rst-mss-ladder", true, next_steps_12503 },
    { "the next reset is 1000 bytes ahead, which is no ladder", "rst-mss-ladder", false,
      next_steps_ahead },
    { "the same reset comes again, which is no ladder", "rst-mss-ladder", false, repeated },

    { "the sender goes on in its old IP ID series", "rst-unaware-sender", true, old_series_goes_on },
    { "what goes on has no old series to be in", "rst-unaware-sender", false, data_follows },
    { "nothing goes on", "rst-unaware-sender", false, nothing_else },
    { "a packet filter of Linux refuses a packet, the socket goes on", "rst-unaware-sender", false,
      own_filter_refuses },
    { "IPFilter refuses one of the last packets, the socket goes on", "rst-unaware-sender", false,
      own_ipfilter_refuses },
    { "a packet tool on the same link writes ID 1, the socket goes on", "rst-unaware-sender", true,
      tool_on_the_same_link },

    { "data follows its own sender's reset", "data-after-rst", true, data_follows },
    { "data in the old series is said once, by the stronger sign", "data-after-rst", false,
      old_series_goes_on },
    { "no data follows the reset", "data-after-rst", false, nothing_else },

    { "three bare resets answer one packet", "rst-identical-burst", true, three_for_one_packet },
    { "three RST/ACK answer five packets, though a closed socket answers none so",
      "rst-identical-burst", true,
      three_with_ack },
    { "three bare resets answer three packets", "rst-identical-burst", false, three_for_three_packets },
    { "seven segments in flight are answered by seven bare resets", "rst-identical-burst", false,
      seven_for_seven_in_flight },
    { "a mirror port delivers one reset three times", "rst-identical-burst", false,
      three_on_a_mirror_port },
    { "three resets of the sender's own accord answer nothing", "rst-identical-burst", false,
      three_of_own_accord },
    { "three bare resets like a closed socket's own, for one packet that was captured", "rst-identical-burst", false,
      three_like_its_own },
    { "three bare resets, and the capture lost packets of the peer", "rst-identical-burst", false,
      three_of_a_mirror_with_holes },

    { "one packet is answered with RST and RST/ACK", "rst-mixed-flavours", true, both_flavours },
    { "one packet is answered with one kind of reset", "rst-mixed-flavours", false, repeated },

    { "a reset lies before the data its sender just sent", "rst-seq-behind-data", true,
      before_own_data },
    { "a reset lies before the data and FIN its sender just sent", "rst-seq-behind-data", true,
      behind_data_and_fin },
    { "a reset answers a segment that had not seen the last data", "rst-seq-behind-data", false,
      answers_a_late_segment },
    { "a reset before its sender's data where the peer is hardly captured", "rst-seq-behind-data", false,
      before_own_data_one_way },
    { "a reset before its sender's data where packets of the peer are lost", "rst-seq-behind-data", false,
      before_own_data_with_holes },

    { "a packet that died on the way is acknowledged", "rst-acks-dead-packet", true,
      acknowledges_dead },
    { "what came before the dead packet is acknowledged", "rst-acks-dead-packet", false,
      acknowledges_less },
    { "a packet that arrived is acknowledged", "rst-acks-dead-packet", false, acknowledges_arrived },

    { "a bare reset follows a packet that died on the way", "rst-after-dead-packet", true,
      bare_after_dead },
    { "a bare reset comes five seconds after a packet that died", "rst-after-dead-packet", false,
      bare_long_after_dead },

    { "both ends reset at once, further apart than that", "rst-both-ways", true, other_end_too },
    { "one end resets", "rst-both-ways", false, nothing_else },

    { "a reset has the IP ID of the packet it answers", "rst-ipid-mirrors-trigger", true, same_ip_id },
    { "a reset has the IP ID above that of the packet it answers", "rst-ipid-mirrors-trigger", true,
      next_ip_id },
    { "a reset with IP ID 0 answers one with 65535", "rst-ipid-mirrors-trigger", false, ip_id_wraps },
    { "two packet tools both write IP ID 1", "rst-ipid-mirrors-trigger", false, small_ip_ids },
    { "a copied IP ID that is the sender's own next one, too", "rst-ipid-mirrors-trigger", false, own_counter_meets },
    { "IPFilter sends the refused packet's IP ID", "rst-ipid-mirrors-trigger", false, own_ipfilter_refuses_the_last },
    { "a proxy copies the IP ID of every packet", "rst-ipid-mirrors-trigger", false,
      proxy_that_copies },
    { "a reset has the flow label of the packet it answers", "rst-label-mirrors-trigger", true, clients_label },
    { "a stack that reflects every flow label", "rst-label-mirrors-trigger", false, clients_label_as_usual },
    { "no flow label at both ends", "rst-label-mirrors-trigger", false, no_label_at_both_ends },
    { "a reset has its sender's flow label", "rst-label-mirrors-trigger", false, own_label },
    { "IPv4 has no flow label to copy", "rst-label-mirrors-trigger", false, same_ip_id },
    { "a flow label unlike the one the sender keeps", "rst-flow-label", true, other_label },
    { "a reset with its sender's flow label", "rst-flow-label", false, own_label },
    { "a reset without flow label, as many stacks send it", "rst-flow-label", false, over_ipv6 },
    { "a flow label unlike one of several", "rst-flow-label", false, other_label_of_a_fickle_sender },
    { "a flow label unlike that of two packets", "rst-flow-label", false, other_label_after_two_packets },
    { "a flow label where the sender has none", "rst-flow-label", false, other_label_where_there_was_none },
    { "IPv4 has no flow label", "rst-flow-label", false, nothing_else },
    { "a reset has the IP ID below that of the packet it answers", "rst-ipid-mirrors-trigger", false,
      ip_id_one_below },

    { "a reset has the window of the packet it answers", "rst-window-copied", true, clients_window },
    { "both ends have the same window", "rst-window-copied", false, own_window },
    { "a reset has no window", "rst-window-copied", false, nothing_else },

    { "a reset has a reserved bit set", "rst-reserved-bits", true, reserved_bit },
    { "a reset has AE set and nobody offered it", "rst-reserved-bits", true, ae_unasked },
    { "a reset has AE set as agreed", "rst-reserved-bits", false, ae_agreed },
    { "a reset has ECE and CWR set", "rst-reserved-bits", false, ecn_bits },

    { "window and TTL move together over two resets", "rst-win-ttl-lockstep", true, in_lockstep },
    { "a reset has a window like its sender's", "rst-win-ttl-lockstep", false, fixed_window },

    { "a reset's timestamp is of another clock", "rst-tsval-skew", true, timestamp_of_nowhere },
    { "a reset's timestamp is zero, and so is what it echoes", "rst-tsval-skew", true, timestamp_zero },
    { "a reset's timestamp is zero beside the right echo", "rst-tsval-skew", false, timestamp_zero_that_echoes },
    { "a reset's timestamp is zero beside an older echo", "rst-tsval-skew", false, timestamp_zero_that_echoes_before },
    { "a reset's timestamp goes on with the clock", "rst-tsval-skew", false, timestamp_goes_on },
    { "a reset repeats its sender's last timestamp", "rst-tsval-skew", false, timestamp_of_last },
    { "a reset's timestamp goes on across the clock's end", "rst-tsval-skew", false, timestamp_wraps },
    { "the capture's own clock steps back before a reset with the right timestamp", "rst-tsval-skew",
      false,
      timestamp_across_clock_step },
    { "a reset has no timestamps", "rst-tsval-skew", false, nothing_else },

    { "a reset in mid-connection has no numbers at all", "rst-zero-seq-ack", true, all_zero },
    { "the reset of a SYN has sequence number 0", "rst-zero-seq-ack", false, zero_to_syn },

    { "a SYN is refused without an acknowledgement", "rst-bare-to-syn", true, bare_to_syn },
    { "a SYN is refused as the standard says", "rst-bare-to-syn", false, refused },
    { "a user-space network of this machine refuses a SYN", "rst-bare-to-syn", false, bare_to_syn_next_door },
    { "data is answered with a bare reset", "rst-bare-to-syn", false, nothing_else },

    { "don't-fragment is unlike all of this host", "rst-df-mismatch", true, df_clear },
    { "don't-fragment is clear as it always was", "rst-df-mismatch", false, df_clear_as_usual },
    { "don't-fragment is clear in a fifth of this host's packets", "rst-df-mismatch", false,
      df_sometimes_clear },
    { "IPv6 has no don't-fragment", "rst-df-mismatch", false, df_of_ipv6 },
    { "don't-fragment is clear as in its other resets", "rst-df-mismatch", false, df_clear_as_its_other_resets },
    { "don't-fragment is clear unlike in its other resets", "rst-df-mismatch", true, df_clear_unlike_its_other_resets },
    { "Linux sets don't-fragment in resets of closed sockets alone", "rst-df-mismatch", false, df_of_linux_alone },

    { "IP ID 0 and no don't-fragment, from a sender that sets it", "rst-ipid-zero-df-clear", true,
      zero_id_df_clear },
    { "IP ID 0 and no don't-fragment, from a sender that never sets it", "rst-ipid-zero-df-clear",
      false,
      zero_id_df_clear_as_usual },
    { "IP ID 0 and don't-fragment, as Linux sends", "rst-ipid-zero-df-clear", false, nothing_else },

    { "an IP ID far off the sender's counter", "rst-ipid-regime", true, far_ip_id },
    { "an IP ID that follows the sender's counter", "rst-ipid-regime", false, near_ip_id },
    { "an IP ID like the random ones before", "rst-ipid-regime", false, random_ip_ids },

    { "a DSCP unlike the sender's", "rst-dscp-mismatch", true, other_dscp },
    { "other ECN bits and the same DSCP", "rst-dscp-mismatch", false, other_ecn },
    { "a closed socket that had a type of service of its own", "rst-dscp-mismatch", false, socket_of_its_own_service },
    { "a RST/ACK without the type of service of the sender's data", "rst-dscp-mismatch", true,
      living_socket_of_its_own_service },

    { "a reset comes from eight hops further away", "rst-ttl-deviation", true, ttl_off },
    { "a reset comes from two hops further away", "rst-ttl-deviation", false, ttl_two_off },
    { "of the sender only a raw SYN is known", "rst-ttl-deviation", false, ttl_off_a_raw_syn },
    { "of the sender a SYN/ACK and a later packet are known", "rst-ttl-deviation", true, ttl_off_a_confirmed_syn_ack },
    { "another initial TTL than of the host and its own resets", "rst-initial-ttl", true, other_start_known_better },
    { "another initial TTL, of a host whose resets nobody has seen", "rst-initial-ttl", false,
      other_start_of_all_resets },
    { "another initial TTL that some of its data have", "rst-initial-ttl", false, other_start_of_its_data },
    { "a reset comes from the same distance with another initial TTL", "rst-ttl-deviation", false,
      ttl_of_other_start },
    { "a reset comes from the second distance this sender has shown", "rst-ttl-deviation", false,
      ttl_second_habit },

    { "a reset has a TTL of no route", "rst-ttl-implausible", true, ttl_of_no_route },
    { "a host always has a TTL of no route", "rst-ttl-implausible", false, ttl_of_no_route_as_usual },

    { "TTLs follow the TTLs of what they answer", "ttl-mirror", true, ttl_follows },
    { "a TTL equals its sender's others", "ttl-mirror", false, nothing_else },

    { "a packet is acknowledged after an eighth of the round trip", "rst-before-min-rtt", true,
      too_soon },
    { "a packet is acknowledged after a round trip", "rst-before-min-rtt", false, in_time },
    { "too soon by one round trip, which may have been slow", "rst-before-min-rtt", false, too_soon_by_one_round_trip },
    { "too soon by the round trips of other handshakes", "rst-before-min-rtt", true, too_soon_by_other_handshakes },
    { "another handshake was as quick", "rst-before-min-rtt", false, soon_on_a_path_that_can_be_quick },
    { "a pure acknowledgement needs no answer", "rst-before-min-rtt", false, acks_what_needs_no_answer },
    { "what is acknowledged was acknowledged before", "rst-before-min-rtt", false, acks_what_was_acknowledged },
    { "the server has never answered a request", "rst-before-min-rtt", false, too_soon_before_anything_was_answered },
    { "a box has forgotten the connection", "rst-before-min-rtt", false, too_soon_after_idle },
    { "a packet is acknowledged soon inside one building", "rst-before-min-rtt", false,
      too_soon_in_a_building },
    { "a reset of the sender's own accord crosses a packet on the way", "rst-before-min-rtt", false,
      of_own_accord_early },

    { "a reset carries ten counting bytes", "rst-payload-10b", true, henan_payload },
    { "a reset carries eleven bytes", "rst-payload-10b", false, longer_payload },
    { "a reset carries a text that explains it", "rst-payload-10b", false, explaining_payload },
    { "nine of a reset's ten bytes were captured", "rst-payload-10b", false, cut_payload },
    { "a reset has ettercap's header", "rst-ettercap", true, ettercap },
    { "a reset has ettercap's IP ID by chance", "rst-ettercap", false, ettercap_id_only },

    { "a reset has PacketLogic's header", "rst-sandvine", true, sandvine },
    { "a reset has PacketLogic's IP ID by chance", "rst-sandvine", false, sandvine_id_only },

    { "a reset has the header of Turkmenistan's filter", "rst-turkmenistan", true, turkmenistan },
    { "a reset has that IP ID with don't-fragment", "rst-turkmenistan", false, turkmenistan_df },

    { "a reset has the header of GFW(III)", "rst-gfw3", true, gfw3 },
    { "a reset has an IP ID just beside GFW(III)'s range", "rst-gfw3", false, gfw3_id_beside },
    { "a bare reset is not GFW(III)'s", "rst-gfw3", false, gfw3_bare },

    { "the IP ID goes on from a forged page", "rst-follows-page", true, next_to_a_page },
    { "the header of a box that forged before, in other connections", "rst-follows-page", false, known_box },
    { "a reset has the header of a box that forged before", "rst-same-box", true, known_box },
    { "a reset has a header that proved nothing before", "rst-same-box", false, from_another_box },

    { "a reset is the first thing to come back for a request", "rst-request-coupled", true,
      first_thing_back },
    { "a reset comes after an answer", "rst-request-coupled", false, after_an_answer },
    { "a reset comes ten seconds after the request", "rst-request-coupled", false, long_after_request },

    { "a second RST/ACK out of a closed socket", "rst-from-closed-socket", true, other_reset_of_that_socket },
    { "a RST/ACK with timestamps, once", "rst-from-closed-socket", false, timestamp_goes_on },
    { "a packet after two hours is reset", "rst-after-idle", true, idle_then_answered },
    { "a keep-alive after two hours is reset", "rst-after-idle", true, keep_alive_after_idle },
    { "a reset after a minute in which nobody spoke", "rst-after-idle", true, nobody_speaks_for_a_minute },
    { "a reset to what was tried again for a minute", "rst-after-idle", false, tried_again_for_a_minute },
    { "a packet after twenty seconds is reset", "rst-after-idle", false, idle_for_twenty_seconds },
    { "the other half of a forged pair", "rst-other-half", true, half_of_a_pair },
    { "both ends reset at once, and nothing is proven", "rst-other-half", false, other_end_too },
    { "another station on the link", "rst-other-station", true, other_station_next_door },
    { "two stations answer one SYN", "rst-other-station", true, two_stations_answer },
    { "the sender's own station", "rst-other-station", false, own_station },
    { "another router on the way", "rst-other-station", false, other_router },
    { "the sender's station is not known", "rst-other-station", false, station_not_known },
    { "all connections for one name are cut from elsewhere, others pass", "rst-name-contrast", true, one_name_of_two },
    { "a server refuses a name by itself", "rst-name-contrast", false, server_refuses_a_name },
};

static void
check_sign(void **state)
{
    const sign_row_t *row = *state;
    reset_case_t c = ordinary_reset();
    GArray *evidence = evidence_new();

    row->wire(&c);
    reset_judge(&c, evidence);
    assert_fires(evidence, row->id, row->fires);
    evidence_free(evidence);
}

/* ---- the verdict on whole situations ---- */

WIRE(load_balancer)
{
    from_another_box(c);
    with_ack(c);
    c->reset.ip.tos = 0x48;
    too_soon(c);
    first_thing_back(c);
}
WIRE(idle_timer)
{
    from_another_box(c);
    c->reset.time = START + 400 * NS_PER_S;
    c->reset.seq = SERVER_SEQ;
}
WIRE(firewall_that_refuses)
{
    to_a_syn(c);
    c->reset.ip.ttl = 62;
    c->reset.ip.df = false;
    c->host_df_set = 0;
}
WIRE(firewall_for_known_host) { to_a_syn(c); from_another_box(c); }
WIRE(firewall_for_request) { first_thing_back(c); from_another_box(c); with_ack(c); }
WIRE(without_a_past)
{
    memset(&c->sender, 0, sizeof c->sender);
    memset(&c->peer, 0, sizeof c->peer);
    memset(&c->host_ttls, 0, sizeof c->host_ttls);
    c->host_df_set = 0;
    c->request_frame = 0;
}
WIRE(ipv6_reset)
{
    c->reset.ip.ipv6 = true;
    c->reset.ip.df = false;
    c->sender.df = c->peer.df = 0;
    c->host_df_set = 0;
    c->host_df_clear = 40;
}
WIRE(window_of_linux_rst_ack)
{
    with_ack(c);
    c->reset.window = 501;
    c->reset.ip.ip_id = SERVER_IP_ID + 1;
}
WIRE(on_close_with_unread_data)
{
    with_ack(c);
    c->reset.seq = SERVER_SEQ;
    c->reset.ip.ip_id = SERVER_IP_ID + 1;
}
WIRE(linux_other_counter) { far_ip_id(c); }
WIRE(scanner)
{
    to_a_syn(c);
    c->end = 0;
    c->reset.flags = TCP_RST;
    c->sender.packets = 1;
    c->sender.df = 0;
    c->sender.last = (packet_t){ .frame = 1, .bits = TCP_SYN, .time = ticks(START) };
    c->peer.last.bits = TCP_SYN | TCP_ACK;
    c->peer.last.ack = 77;
    c->reset.seq = 77;
    c->host_df_set = 0;
}

WIRE(gfw_pair)
{
    next_steps_1460(c);
    with_ack(c);
    from_another_box(c);
    c->reset.ip.ip_id = 0x1357;
    three_with_ack(c);
}
WIRE(race_lost) { from_another_box(c); with_ack(c); old_series_goes_on(c); }
WIRE(race_won_by_syn_ack) { accepted_later(c); from_another_box(c); }
WIRE(mirrored_and_far) { next_ip_id(c); c->reset.ip.ttl = 99; c->reset.ip.df = false; }
WIRE(known_forger_again) { known_box(c); with_ack(c); }

WIRE(implausible_and_alone) { without_a_past(c); c->peer = client_before(); c->reset.ip.ttl = 142; }
WIRE(burst_with_a_habit) { three_with_ack(c); df_clear(c); }
WIRE(gateway_after_the_end)
{
    c->sender.seen |= SEEN_FIN;
    c->reset.ip = (ip_header_t){ .ttl = 126, .ip_id = 0x4444 };
    c->reset.flags |= 0xe00;
}
WIRE(gateway_after_an_end_that_was_lost)
{
    gateway_after_the_end(c);
    c->sender.seen &= ~SEEN_FIN;
    c->peer.last.ack = SERVER_SEQ + 1;
}
WIRE(gateway_after_an_end_that_was_cut)
{
    gateway_after_the_end(c);
    c->sender.seen &= ~SEEN_FIN;
    c->unread = true;
}
WIRE(gateway_in_the_middle) { gateway_after_the_end(c); c->sender.seen &= ~SEEN_FIN; }
WIRE(turned_round_after_idle)
{
    idle_then_answered(c);
    same_ip_id(c);
    c->reset.ip.ttl = 30;
    c->reset.ip.df = false;
    c->reset.window = 502;
}
WIRE(nat_in_its_own_name)
{
    c->reset.ip.ttl = 64;
    c->unmoved_frame = 14;
}
WIRE(edge_box)
{
    other_start_known_better(c);
    with_ack(c);
    c->reset.window = 0;
    c->contrast = (contrast_t){ 6, 6, 4, "listed.example", "control.example" };
}
WIRE(edge_box_alone) { edge_box(c); memset(&c->contrast, 0, sizeof c->contrast); }
WIRE(too_soon_from_elsewhere) { too_soon(c); c->reset.ip.ttl = 60; }
WIRE(too_soon_and_unaware) { too_soon(c); data_follows(c); c->reset.time = START + 105 * NS_PER_MS; }
WIRE(server_answers_after_idle)
{
    idle_then_answered(c);
    with_ack(c);
    c->reset.ip.ttl = 60;
    c->data_frame = 12;
    c->data_delay = 15 * NS_PER_MS;
    c->data_answers = true;
}
WIRE(server_goes_on_after_idle) { server_answers_after_idle(c); c->data_answers = false; }
WIRE(begun_before_the_capture)
{
    without_a_past(c);
    c->peer = client_before();
    same_ip_id(c);
    c->copied_frame = 3;
    c->reset.ip.ttl = 30;
}
WIRE(burst_after_idle) { from_another_box(c); three_with_ack(c); c->reset.time += 100 * NS_PER_S; }
WIRE(forger_after_the_end) { known_forger_again(c); c->sender.seen |= SEEN_FIN; }

typedef struct {
    const char *name;
    void      (*wire)(reset_case_t *);
    verdict_t   at_least, at_most;
    const char *innocent;       /* words of the explanation, or NULL */
} verdict_row_t;

static const verdict_row_t verdicts[] = {
    { "Linux resets with IP ID 0 and don't-fragment", nothing_else, VERDICT_NONE, VERDICT_NONE, NULL },
    { "a reset has no timestamps though the connection has", nothing_else, VERDICT_NONE, VERDICT_NONE,
      NULL },
    { "a reset has the acknowledgement number of the packet it answers", nothing_else, VERDICT_NONE,
      VERDICT_NONE, NULL },
    { "a program closes with unread data: RST/ACK in its own series", on_close_with_unread_data,
      VERDICT_NONE,
      VERDICT_NONE, NULL },
    { "a stack sends RST/ACK with its usual window", window_of_linux_rst_ack, VERDICT_NONE,
      VERDICT_NONE, NULL },
    { "a closed socket repeats its reset for every segment", repeated, VERDICT_NONE, VERDICT_NONE,
      NULL },
    { "seven segments in flight are answered by seven resets", seven_for_seven_in_flight, VERDICT_NONE,
      VERDICT_NONE, NULL },
    { "Linux numbers the reset of a closed socket by another counter", linux_other_counter,
      VERDICT_NONE,
      VERDICT_NONE, NULL },
    { "a closed port refuses", refused, VERDICT_NONE, VERDICT_NONE, NULL },
    { "a mirror port delivers a reset three times", three_on_a_mirror_port, VERDICT_NONE, VERDICT_NONE,
      NULL },
    { "a capture begins with a reset", without_a_past, VERDICT_NONE, VERDICT_NONE, NULL },
    { "an IPv6 host resets", ipv6_reset, VERDICT_NONE, VERDICT_NONE, NULL },
    { "a scanner's kernel resets the answer to a SYN it does not know", scanner, VERDICT_NONE,
      VERDICT_NONE, NULL },
    { "a scanner's kernel resets with another TTL than its raw SYN", ttl_off_a_raw_syn, VERDICT_NONE, VERDICT_NONE,
      NULL },
    { "a reset unlike the only SYN/ACK of a server", ttl_off_a_syn_ack, VERDICT_SUSPECT, VERDICT_SUSPECT, "balancer" },
    { "a TTL of no route, and nothing to compare it with", implausible_and_alone, VERDICT_NONE, VERDICT_NONE, NULL },
    { "a stack clears don't-fragment in its resets", df_clear, VERDICT_NONE, VERDICT_NONE, NULL },
    { "a packet filter of the host refuses a packet", own_filter_refuses, VERDICT_NONE, VERDICT_SUSPECT, "filter" },
    { "IPFilter refuses the last packet of a busy client", own_ipfilter_refuses_the_last, VERDICT_NONE,
      VERDICT_SUSPECT, "filter" },
    { "a timestamp of 0 beside the right echo", timestamp_zero_that_echoes, VERDICT_NONE, VERDICT_NONE, NULL },
    { "one copied IP ID", same_ip_id, VERDICT_SUSPECT, VERDICT_SUSPECT, "meet" },
    { "one copied IP ID in a hundred thousand", copied_among_thousands, VERDICT_NONE, VERDICT_NONE, NULL },
    { "a burst of a stack that clears don't-fragment in resets", burst_with_a_habit, VERDICT_NONE, VERDICT_SUSPECT,
      NULL },
    { "a step beyond the capture from where the sender is", next_steps_ahead, VERDICT_NONE, VERDICT_SUSPECT, "lost" },
    { "a gateway answers after the sender's FIN", gateway_after_the_end, VERDICT_NONE, VERDICT_SUSPECT, "over" },
    { "a gateway answers after a FIN that the capture lost", gateway_after_an_end_that_was_lost, VERDICT_NONE,
      VERDICT_SUSPECT, "lost or cut" },
    { "a gateway answers after a packet that the capture cut", gateway_after_an_end_that_was_cut, VERDICT_NONE,
      VERDICT_SUSPECT, "lost or cut" },
    { "the same in the middle of a connection", gateway_in_the_middle, VERDICT_FORGED, VERDICT_FORGED, NULL },
    { "a box turns a keep-alive round after two hours", turned_round_after_idle, VERDICT_SUSPECT, VERDICT_SUSPECT,
      "idle timer" },
    { "a NAT answers in its own name and the client goes on", nat_in_its_own_name, VERDICT_NONE, VERDICT_SUSPECT,
      "NAT" },
    { "two stations hold one address", two_stations_answer, VERDICT_SUSPECT, VERDICT_SUSPECT, "two stations" },
    { "a server refuses one name of two by itself", server_refuses_a_name, VERDICT_NONE, VERDICT_NONE, NULL },
    { "a filter at the server's edge with an initial TTL of its own", edge_box, VERDICT_FORGED, VERDICT_FORGED, NULL },
    { "the same, of which no other name is known", edge_box_alone, VERDICT_NONE, VERDICT_SUSPECT, NULL },
    { "an IP ID copied a second time", copied_by_one_in_three, VERDICT_FORGED, VERDICT_FORGED, NULL },
    { "too soon, and from elsewhere", too_soon_from_elsewhere, VERDICT_FORGED, VERDICT_FORGED, NULL },
    { "too soon, and the server goes on", too_soon_and_unaware, VERDICT_FORGED, VERDICT_FORGED, NULL },
    { "a box forgot, and the server says something else", server_goes_on_after_idle, VERDICT_SUSPECT, VERDICT_SUSPECT,
      "idle timer" },
    { "after idle time the server answers what was reset", server_answers_after_idle, VERDICT_FORGED, VERDICT_FORGED,
      NULL },
    { "a box turns a packet round of which the beginning is not captured", begun_before_the_capture, VERDICT_SUSPECT,
      VERDICT_SUSPECT, "before the capture" },
    { "a reset with three copies after idle time", burst_after_idle, VERDICT_FORGED, VERDICT_FORGED, NULL },
    { "a known forger's reset after the sender's FIN", forger_after_the_end, VERDICT_FORGED, VERDICT_FORGED, NULL },
    { "the other half of what is proven", half_of_a_pair, VERDICT_FORGED, VERDICT_FORGED, NULL },

    { "a load balancer ends a connection for its server", load_balancer, VERDICT_SUSPECT,
      VERDICT_SUSPECT,
      "proxy" },
    { "an idle timer runs out on a box in the way", idle_timer, VERDICT_SUSPECT, VERDICT_SUSPECT,
      "idle timer" },
    { "a firewall refuses for a host nobody has seen", firewall_that_refuses, VERDICT_NONE,
      VERDICT_SUSPECT, NULL },
    { "a firewall refuses one port of a known host", firewall_for_known_host, VERDICT_NONE,
      VERDICT_SUSPECT, NULL },
    { "a firewall resets whatever is asked", firewall_for_request, VERDICT_NONE, VERDICT_SUSPECT,
      NULL },
    { "a reset overtakes data on the way", data_follows, VERDICT_NONE, VERDICT_SUSPECT, NULL },
    { "a reset comes from two hops beside the host", ttl_two_off, VERDICT_NONE, VERDICT_NONE, NULL },
    { "a firewall purges a connection and tells both ends", other_end_too, VERDICT_NONE,
      VERDICT_SUSPECT, NULL },
    { "a stack answers and closes in one moment", both_flavours, VERDICT_NONE, VERDICT_SUSPECT, NULL },

    { "GFW's three RST/ACK and a ladder from another box", gfw_pair, VERDICT_FORGED, VERDICT_FORGED,
      NULL },
    { "a reset from another box, and the server goes on unaware", race_lost, VERDICT_FORGED,
      VERDICT_FORGED, NULL },
    { "a SYN is reset from another box and then accepted", race_won_by_syn_ack, VERDICT_FORGED,
      VERDICT_FORGED, NULL },
    { "a reset copies the request's IP ID, from another distance", mirrored_and_far, VERDICT_FORGED,
      VERDICT_FORGED, NULL },
    { "a reset carries Henan's ten bytes", henan_payload, VERDICT_FORGED, VERDICT_FORGED, NULL },
    { "a reset acknowledges what died on the way", acknowledges_dead, VERDICT_FORGED, VERDICT_FORGED,
      NULL },
    { "window and TTL move in lockstep from another box", in_lockstep, VERDICT_FORGED, VERDICT_FORGED,
      NULL },
    { "a box that forged before resets again", known_forger_again, VERDICT_FORGED, VERDICT_FORGED,
      NULL },
};

static void
check_verdict(void **state)
{
    const verdict_row_t *row = *state;
    reset_case_t c = ordinary_reset();
    GArray *evidence = evidence_new();

    row->wire(&c);
    judgement_t j = reset_judge(&c, evidence);
    const char *innocent = reset_innocent(&c, evidence);
    assert_verdict(evidence, j, row->at_least, row->at_most);
    if (row->innocent)
        assert_non_null(strstr(innocent, row->innocent));
    if (j.verdict == VERDICT_FORGED)
        assert_non_null(innocent);
    evidence_free(evidence);
}

/* A reset out of an empty table, and one out of a table of ones, are judged without a crash. */
static void
check_extreme_cases(void **state)
{
    static const int fills[] = { 0, 0xff };
    reset_case_t c;
    GArray *evidence = evidence_new();

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(fills); i++) {
        memset(&c, fills[i], sizeof c);
        c.sender_is_later = c.data_continues = fills[i];    /* no bool but true and false */
        c.at_sender = c.at_an_end = c.offer_unknown = c.opener = c.after_own_reset = c.host_answers = c.taught = false;
        c.unread = false;
        c.data_answers = c.mirror_possible = false;
        c.contrast.name = c.contrast.passed_name = "x";
        c.reset.has_timestamps = c.reset.has_options = c.reset.ip.df = fills[i];
        c.reset.ip.ipv6 = false;
        c.reset.payload_kept = RESET_PAYLOAD_KEPT;
        judgement_t j = reset_judge(&c, evidence);
        assert_true(j.confidence <= 99);
        reset_innocent(&c, evidence);
    }
    evidence_free(evidence);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_SIGNS(&suite, signs, check_sign, reset_signature);
    SUITE_ADD_TABLE(&suite, verdicts, check_verdict);
    suite_add(&suite, "a reset of which nothing and of which everything is known is judged",
              check_extreme_cases, NULL);
    return suite_run(&suite, "reset");
}
