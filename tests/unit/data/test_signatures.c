/* data/test_signatures.c
 * Every signature of injected data with a segment that shows it and an innocent one that does not;
 * what the first bytes of an answer look like; and answers that must not be called forged.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "data/case.h"

#define START INT64_C(1700000000000000000)

enum { REQUEST_FRAME = 4, ANSWER_FRAME = 5, CLIENT_SEQ = 1301, CLIENT_IP_ID = 0x7003,
    SERVER_IP_ID = 0x2001 };

static direction_t
server_before(void)
{
    return (direction_t){
        .last = { .frame = 2, .time = ticks(START + 40 * NS_PER_MS), .ack = 1001, .mark = SERVER_IP_ID,
                  .window = 65160, .bits = TCP_SYN | TCP_ACK | BIT_DF | BIT_TIMESTAMPS, .ttl = 52 },
        .next_seq = 50001, .tsval = 777000, .rtt = 40000, .ttl = { 52 }, .ttl_packets = { 1 },
        .packets = 1, .df = 1, .rtts = 1, .seen = SEEN_SYN | SEEN_TIMESTAMPS | SEEN_OPTIONS,
    };
}

static direction_t
client_before(void)
{
    return (direction_t){
        .last = { .frame = REQUEST_FRAME, .time = ticks(START + 42 * NS_PER_MS), .ack = 50001,
            .length = 300,
                  .mark = CLIENT_IP_ID, .window = 502,
                      .bits = TCP_ACK | TCP_PSH | BIT_DF | BIT_TIMESTAMPS,
                  .ttl = 64 },
        .next_seq = CLIENT_SEQ, .tsval = 111000, .ttl = { 64 }, .ttl_packets = { 3 },
        .packets = 3, .df = 3, .id_steps = 2, .same_ack = 2,
        .seen = SEEN_SYN | SEEN_DATA | SEEN_TIMESTAMPS | SEEN_OPTIONS,
    };
}

/* A web server 40 ms away answers a request: a page, in time, like its SYN/ACK. */
static data_case_t
ordinary_answer(void)
{
    return (data_case_t){
        .frame = ANSWER_FRAME, .time = START + 83 * NS_PER_MS,
        .ip = { .ttl = 52, .ip_id = SERVER_IP_ID + 1, .df = true },
        .seq = 50001, .ack = CLIENT_SEQ, .flags = TCP_PSH | TCP_ACK, .window = 509, .length = 1200,
        .tsval = 777043, .has_timestamps = true, .content = CONTENT_HTTP, .answers_http = true,
        .sender = server_before(), .peer = client_before(), .request_frame = REQUEST_FRAME,
        .first_answer = true, .host_ttls = { .count = { 30 }, .ttl = { 52 } },
        .host_rtt = 41000, .host_rtts = 3, .port_df = { .port = 80, .packets = { 0, 30 } }, .host_packets = 30,
    };
}

/* ---- what happens on the wire ---- */

#define WIRE(name) static void name(data_case_t *c)

WIRE(nothing_odd) { (void)c; }
WIRE(contradicts) { c->other_frame = 6; }
WIRE(acknowledges_dead) { c->died_frame = 7; }
WIRE(acknowledges_less) { c->died_frame = 7; c->ack = CLIENT_SEQ - 300; }

WIRE(fin_continued) { c->flags = TCP_FIN | TCP_ACK; c->length = 0; c->continued_frame = 9; }
WIRE(fin) { c->flags = TCP_FIN | TCP_ACK; c->length = 0; }
WIRE(fin_without_timestamps) { fin(c); c->has_timestamps = false; }
WIRE(fin_continued_with_timestamps) { fin_continued(c); c->has_timestamps = false; }
WIRE(alert) { c->content = CONTENT_TLS_ALERT; }
WIRE(alert_later) { alert(c); c->first_answer = false; }

static const authority_t interceptor = { .name = "Q", .place = "X", .years = "1", .intercepts = true, .source = "s" };
static const authority_t states_own = { .name = "R", .place = "Y", .years = "2", .source = "s" };

WIRE(certificate_of_interceptor) { c->authority = &interceptor; }
WIRE(certificate_of_state) { c->authority = &states_own; }

WIRE(copies_id_and_window) { c->ip.ip_id = CLIENT_IP_ID + 1; c->window = 502; }
WIRE(copies_id_and_timestamp) { c->ip.ip_id = CLIENT_IP_ID; c->tsval = 111000; }
WIRE(copies_id_only) { c->ip.ip_id = CLIENT_IP_ID; }
WIRE(proxy_that_copies) { copies_id_and_window(c); c->sender.mirrors = 1; }
WIRE(counters_that_meet) { copies_id_and_window(c); c->sender.last.mark = CLIENT_IP_ID - 20; }
WIRE(one_clock_for_both) { copies_id_and_timestamp(c); c->sender.tsval = c->peer.tsval - 30; }
WIRE(two_of_many_by_chance) { copies_id_and_window(c); c->host_packets = 60000; }
WIRE(small_ip_ids) { c->ip.ip_id = c->peer.last.mark = 1; c->window = 502; }

WIRE(without_timestamps) { c->has_timestamps = false; }
WIRE(without_timestamps_as_agreed)
{
    c->has_timestamps = false;
    c->peer.seen &= (uint8_t)~SEEN_TIMESTAMPS;
}
WIRE(bare_without_timestamps) { c->has_timestamps = false; c->length = 0; c->first_answer = false; }
WIRE(stripped_from_all)
{
    c->has_timestamps = false;
    c->sender.last.bits &= (uint16_t)~BIT_TIMESTAMPS;
}

WIRE(df_clear) { c->ip.df = false; }
WIRE(df_clear_as_usual)
{
    c->ip.df = false;
    c->port_df = (port_df_t){ 80, { 30, 0 } };
    c->sender.df = 0;
}
WIRE(df_clear_as_everything_from_this_port) { c->ip.df = false; c->port_df = (port_df_t){ 80, { 2, 0 } }; }
WIRE(df_clear_now_and_then) { c->ip.df = false; c->port_df.packets[false] = 4; }
WIRE(df_of_ipv6) { c->ip.df = false; c->ip.ipv6 = true; }
WIRE(tool_header) { c->ip.df = false; c->ip.ip_id = 1; }
WIRE(tool_header_as_usual) { tool_header(c); df_clear_as_usual(c); }
WIRE(tool_made) { tool_header(c); c->has_timestamps = false; }
WIRE(options_stripped) { c->has_timestamps = false; c->ip.ip_id = 1; }
WIRE(tool_made_acknowledgement) { tool_made(c); c->length = 0; c->flags = TCP_ACK; c->first_answer = false; }

WIRE(over_ipv6)
{
    c->ip = (ip_header_t){ .ttl = 52, .ipv6 = true, .flow_label = 0x2a5c1 };
    c->sender.last.mark = ip_mark(&c->ip);
    c->sender.packets = 4;
    c->sender.id_steps = 3;
    c->sender.df = 0;
}
WIRE(other_label) { over_ipv6(c); c->ip.flow_label = 0x12345; }
WIRE(no_label) { over_ipv6(c); c->ip.flow_label = 0; }
WIRE(other_label_of_a_fickle_sender) { other_label(c); c->sender.id_steps = 2; }
WIRE(other_label_of_an_earlier_segment) { other_label(c); c->time = 0; }
WIRE(bare_with_other_label) { other_label(c); c->length = 0; }

WIRE(third_of_a_ladder) { c->lockstep = 3; }
WIRE(two_by_chance) { c->lockstep = 2; }

WIRE(eight_hops_off) { c->ip.ttl = 44; }
WIRE(two_hops_off) { c->ip.ttl = 50; }
WIRE(other_initial_ttl) { c->ip.ttl = 243; }
WIRE(started_like_the_syn_ack) { other_initial_ttl(c); c->sender.ttl[0] = 244; }
WIRE(other_initial_ttl_of_a_stranger) { other_initial_ttl(c); c->host_ttls.count[0] = 2; }
WIRE(ttl_of_no_route) { c->ip.ttl = 150; }
WIRE(ttl_of_no_route_as_usual) { c->ip.ttl = c->sender.ttl[0] = c->host_ttls.ttl[0] = 150; }
WIRE(ttl_of_no_route_at_other_times) { c->ip.ttl = 150; c->host_ttls.ttl[1] = 172; c->host_ttls.count[1] = 9; }
WIRE(stranger) { c->host_ttls = (ttl_memory_t){ 0 }; c->host_packets = 1; c->port_df = (port_df_t){ 0 }; }
WIRE(ttl_of_no_route_of_a_stranger) { stranger(c); c->ip.ttl = 150; }
WIRE(front_end_shook_hands) { stranger(c); c->sender.ttl[0] = 244; c->ip.ttl = 49; }
WIRE(two_more_hops_than_the_syn_ack) { stranger(c); c->ip.ttl = 50; }
WIRE(no_handshake_seen) { front_end_shook_hands(c); c->sender.seen &= (uint8_t)~SEEN_SYN; }

WIRE(acknowledges_less_again)
{
    c->sender.last.ack = CLIENT_SEQ;
    c->sender.last.bits = TCP_ACK;
    c->sender.last.time = ticks(c->time - 20 * NS_PER_MS);
    c->ack = CLIENT_SEQ - 300;
}
WIRE(overtaken_acknowledgement) { acknowledges_less_again(c); c->sender.last.time = ticks(c->time - NS_PER_MS); }
WIRE(old_data_again) { acknowledges_less_again(c); c->sender.next_seq += c->length; }

WIRE(too_soon) { c->time = START + 45 * NS_PER_MS; }
WIRE(too_soon_in_a_building) { c->time = START + 42500 * NS_PER_US; c->sender.rtt = 2000; }
WIRE(too_soon_after_one_slow_handshake) { too_soon(c); c->host_rtt = 0; c->host_rtts = 0; }
WIRE(too_soon_for_a_repetition) { too_soon(c); c->peer.last.bits |= BIT_AGAIN; }
WIRE(too_soon_for_slow_answers) { too_soon(c); c->host_rtts = 0; c->sender.rtts = 3; c->sender.seen = SEEN_DATA; }
WIRE(too_soon_for_others) { too_soon(c); c->host_rtt = 2500; }
WIRE(of_own_accord_early) { too_soon(c); c->ack = CLIENT_SEQ - 300; }

WIRE(packetlogic) { c->ip.ip_id = 0x3412; c->ip.df = false; c->window = 32120; }
WIRE(packetlogic_df) { packetlogic(c); c->ip.df = true; }

WIRE(leads_elsewhere) { c->content = CONTENT_REDIRECT; }
WIRE(later_redirect) { c->content = CONTENT_REDIRECT; c->first_answer = false; }
WIRE(headerless) { c->content = CONTENT_HEADERLESS_HTML; }
WIRE(later_html) { c->content = CONTENT_HEADERLESS_HTML; c->first_answer = false; }
WIRE(page_and_fin) { c->flags |= TCP_FIN; }
WIRE(bytes_and_fin) { c->flags |= TCP_FIN; c->content = CONTENT_OTHER; }
WIRE(iran) { c->content = CONTENT_IRAN; }
WIRE(iran_later) { c->content = CONTENT_IRAN; c->first_answer = false; }
WIRE(known_box) { c->same_box_frame = 2; }
WIRE(same_sender) { c->same_run_frame = 2; }

WIRE(plain_http_for_tls) { c->content = CONTENT_PLAIN_TEXT; c->answers_http = false; }
WIRE(plain_http_later) { plain_http_for_tls(c); c->first_answer = false; }
WIRE(answer_to_connect) { plain_http_for_tls(c); c->ack = CLIENT_SEQ - 300; }

WIRE(of_forged_handshake) { c->handshake_frame = 2; }
WIRE(before_the_syn_ack) { c->syn_ack_frame = 9; }

WIRE(beyond_the_fin) { c->beyond_fin_frame = 20; }
WIRE(number_of_the_packet_before) { c->repeats_last = true; }
WIRE(number_of_the_packet_before_beyond_the_fin) { beyond_the_fin(c); number_of_the_packet_before(c); }

WIRE(bare_ack) { c->length = 0; c->flags = TCP_ACK; c->first_answer = false; c->content = CONTENT_OTHER; }
WIRE(ack_with_the_requests_id) { bare_ack(c); c->ip.ip_id = CLIENT_IP_ID; }
WIRE(ack_of_less_with_that_id) { ack_with_the_requests_id(c); c->ack -= 10; }
WIRE(ack_by_a_counter) { ack_with_the_requests_id(c); c->sender.last.mark = CLIENT_IP_ID - 3; }
WIRE(ack_of_a_mirror) { ack_with_the_requests_id(c); c->sender.mirrors = 2; }
WIRE(empty_push) { bare_ack(c); c->flags |= TCP_PSH; }
WIRE(empty_push_and_fin) { empty_push(c); c->flags |= TCP_FIN; }
WIRE(empty_push_with_the_requests_id) { empty_push(c); c->ip.ip_id = CLIENT_IP_ID; }

WIRE(host_counts)
{
    c->host_ids = (host_ids_t){ .time = ticks(c->time - 3 * NS_PER_MS), .last = SERVER_IP_ID, .steps = 40,
                                .small = 40 };
}
WIRE(sender_does_not_know) { c->unaware_frame = 9; c->before_id = 0x7003; c->unaware_id = 0x7004; }
WIRE(off_the_counter) { host_counts(c); c->ip.ip_id = SERVER_IP_ID + 20000; }
WIRE(behind_the_counter) { host_counts(c); c->ip.ip_id = SERVER_IP_ID - 700; }
WIRE(off_a_counter_of_long_ago) { off_the_counter(c); c->host_ids.time = ticks(c->time - NS_PER_S); }
WIRE(off_a_random_host) { off_the_counter(c); c->host_ids.small = 2; }
WIRE(off_a_counter_hardly_seen) { off_the_counter(c); c->host_ids.steps = c->host_ids.small = 7; }

static const fingerprint_t national = { .name = "xx-1", .list = "x.csv", .countries = "XX", .pattern = "p",
    .date = "", .scope = SCOPE_NATIONAL, .confidence = 5 };
static const fingerprint_t company = { .name = "xx-2", .list = "x.csv", .countries = "", .pattern = "p",
    .date = "2020", .dated = DATED_ENTRY, .scope = SCOPE_INSTITUTION, .confidence = 4 };
static const fingerprint_t vague = { .name = "xx-3", .list = "x.csv", .countries = "", .pattern = "p",
    .date = "", .scope = SCOPE_VAGUE, .confidence = 5 };
static const fingerprint_t unsure = { .name = "xx-4", .list = "x.csv", .countries = "", .pattern = "p",
    .date = "", .scope = SCOPE_NATIONAL, .confidence = 3 };
static const fingerprint_t redirect = { .name = "xx-5", .list = "x.csv", .countries = "", .pattern = "p",
    .date = "", .scope = SCOPE_ISP, .confidence = 5, .redirect = true };

WIRE(known_block_page) { c->fingerprint = &national; }
WIRE(company_block_page) { c->fingerprint = &company; }
WIRE(vague_words) { c->fingerprint = &vague; }
WIRE(unsure_words) { c->fingerprint = &unsure; }
WIRE(redirect_to_block_page) { c->fingerprint = &redirect; c->content = CONTENT_REDIRECT; }
WIRE(redirect_to_itself) { c->fingerprint = &redirect; }
WIRE(page_of_the_filters_server) { c->fingerprint = &national; c->listed_server = true; }
WIRE(block_page_eight_hops_off) { known_block_page(c); eight_hops_off(c); }
WIRE(vague_words_eight_hops_off) { vague_words(c); eight_hops_off(c); }

/* ---- each row of the catalogue, guilty and innocent ---- */

typedef struct {
    const char *name;
    const char *id;
    bool        fires;
    void      (*wire)(data_case_t *);
} sign_row_t;

static const sign_row_t signs[] = {
    { "two segments say different things in one place", "seg-conflict-payload", true, contradicts },
    { "one segment says one thing", "seg-conflict-payload", false, nothing_odd },

    { "data in the place of a FIN", "fin-then-data", true, fin_continued },
    { "a FIN and nothing after it", "fin-then-data", false, fin },
    { "a FIN without timestamps before data with them", "data-lacks-options", true,
      fin_continued_with_timestamps },
    { "a FIN without timestamps that ends the connection", "data-lacks-options", false,
      fin_without_timestamps },

    { "an alert in the clear is the answer", "tls-alert-first", true, alert },
    { "an alert comes later", "tls-alert-first", false, alert_later },
    { "certificates of an interceptor", "tls-interception-root", true, certificate_of_interceptor },
    { "certificates of a state", "tls-interception-root", false, certificate_of_state },
    { "certificates of a state, an observation", "tls-state-root", true, certificate_of_state },
    { "certificates of an interceptor are more than that", "tls-state-root", false,
      certificate_of_interceptor },

    { "an answer acknowledges a request that died on the way", "data-acks-dead-packet", true,
      acknowledges_dead },
    { "an answer acknowledges what came before the dead request", "data-acks-dead-packet", false,
      acknowledges_less },

    { "an answer has the request's IP ID and window", "data-mirrors-trigger", true,
      copies_id_and_window },
    { "an answer has the request's IP ID and timestamp", "data-mirrors-trigger", true,
      copies_id_and_timestamp },
    { "an answer has the request's IP ID by chance", "data-mirrors-trigger", false, copies_id_only },
    { "the sender's own counter meets the request's", "data-mirrors-trigger", false, counters_that_meet },
    { "both ends' timestamps come from one clock", "data-mirrors-trigger", false, one_clock_for_both },
    { "a proxy reflects every packet", "data-mirrors-trigger", false, proxy_that_copies },
    { "two packet tools both write IP ID 1", "data-mirrors-trigger", false, small_ip_ids },

    { "data has no timestamps though they were agreed on", "data-lacks-options", true,
      without_timestamps },
    { "data has no timestamps and none were agreed on", "data-lacks-options", false,
      without_timestamps_as_agreed },
    { "a bare ACK has no timestamps", "data-lacks-options", false, bare_without_timestamps },
    { "a box strips timestamps from everything", "data-lacks-options", false, stripped_from_all },

    { "don't-fragment is unlike all of this host", "data-df-mismatch", true, df_clear },
    { "don't-fragment is clear as it always was", "data-df-mismatch", false, df_clear_as_usual },
    { "don't-fragment is clear as in all that comes from this port", "data-df-mismatch", false,
      df_clear_as_everything_from_this_port },
    { "don't-fragment is clear now and then", "data-df-mismatch", false, df_clear_now_and_then },
    { "IPv6 has no don't-fragment", "data-df-mismatch", false, df_of_ipv6 },

    { "a packet tool's header in a stack's connection", "data-tool-header", true, tool_header },
    { "a packet tool's header in its own connection", "data-tool-header", false, tool_header_as_usual },

    { "a packet tool's header and no timestamps", "data-tool-made", true, tool_made },
    { "a packet tool's header with timestamps", "data-tool-made", false, tool_header },
    { "a box strips options and leaves don't-fragment alone", "data-tool-made", false, options_stripped },
    { "an acknowledgement with a packet tool's header", "data-tool-made", false, tool_made_acknowledgement },

    { "new data acknowledge less than the packet before", "data-ack-back", true, acknowledges_less_again },
    { "packets overtook each other", "data-ack-back", false, overtaken_acknowledgement },
    { "old data are sent again with their acknowledgement", "data-ack-back", false, old_data_again },
    { "data acknowledge what the SYN/ACK did", "data-ack-back", false, nothing_odd },

    { "data has another flow label", "data-flow-label", true, other_label },
    { "data has no flow label though its sender keeps one", "data-flow-label", true, no_label },
    { "data has its sender's flow label", "data-flow-label", false, over_ipv6 },
    { "data has another flow label, of a sender with several", "data-flow-label", false,
      other_label_of_a_fickle_sender },
    { "an earlier segment, whose flow label is not remembered", "data-flow-label", false,
      other_label_of_an_earlier_segment },
    { "an acknowledgement has another flow label", "data-flow-label", false, bare_with_other_label },

    { "window and TTL go up over three segments", "data-win-ttl-lockstep", true, third_of_a_ladder },
    { "window and TTL go up once", "data-win-ttl-lockstep", false, two_by_chance },

    { "an answer comes from eight hops further away", "data-ttl-deviation", true, eight_hops_off },
    { "an answer comes from two hops further away", "data-ttl-deviation", false, two_hops_off },
    { "an answer comes as far with another initial TTL", "data-ttl-deviation", false,
      other_initial_ttl },

    { "a front end shook hands, the server answers", "data-ttl-deviation", false, front_end_shook_hands },

    { "the first packet that is not the SYN/ACK comes from elsewhere", "data-ttl-unlike-syn-ack", true,
      front_end_shook_hands },
    { "the first packet comes from two hops further away", "data-ttl-unlike-syn-ack", false,
      two_more_hops_than_the_syn_ack },
    { "the handshake was not captured", "data-ttl-unlike-syn-ack", false, no_handshake_seen },
    { "more is known of the host", "data-ttl-unlike-syn-ack", false, eight_hops_off },

    { "as far away, from another initial TTL", "data-initial-ttl", true, other_initial_ttl },
    { "the SYN/ACK has that initial TTL, too", "data-initial-ttl", false, started_like_the_syn_ack },
    { "two packets show no habit", "data-initial-ttl", false, other_initial_ttl_of_a_stranger },
    { "from elsewhere, whatever it starts with", "data-initial-ttl", false, eight_hops_off },

    { "an answer has a TTL of no route", "data-ttl-implausible", true, ttl_of_no_route },
    { "a host has TTLs of no route at other times", "data-ttl-implausible", false,
      ttl_of_no_route_at_other_times },
    { "nothing is known of a host with a TTL of no route", "data-ttl-implausible", false,
      ttl_of_no_route_of_a_stranger },
    { "a host always has a TTL of no route", "data-ttl-implausible", false, ttl_of_no_route_as_usual },

    { "a request is answered after a tenth of the round trip", "reply-before-rtt", true, too_soon },
    { "a request is answered in time", "reply-before-rtt", false, nothing_odd },
    { "a request is answered soon inside one building", "reply-before-rtt", false,
      too_soon_in_a_building },
    { "the only handshake may have been a slow one", "reply-before-rtt", false, too_soon_after_one_slow_handshake },
    { "the request was sent again: which one it answers is not known", "reply-before-rtt", false,
      too_soon_for_a_repetition },
    { "no handshake was captured: the answers may have been slow", "reply-before-rtt", false,
      too_soon_for_slow_answers },
    { "other connections show a shorter way", "reply-before-rtt", false, too_soon_for_others },
    { "a server that speaks first crosses the request", "reply-before-rtt", false,
      of_own_accord_early },

    { "a segment has PacketLogic's header", "sandvine-packetlogic", true, packetlogic },
    { "a segment has that header with don't-fragment", "sandvine-packetlogic", false, packetlogic_df },

    { "the answer leads to another host", "http-redirect-injected", true, leads_elsewhere },
    { "a later answer leads to another host", "http-redirect-injected", false, later_redirect },

    { "a page without a status line answers", "http-headerless-html", true, headerless },
    { "a page goes on in the second segment", "http-headerless-html", false, later_html },

    { "page and FIN come in one segment", "http-fin-psh-single", true, page_and_fin },
    { "something else and FIN come in one segment", "http-fin-psh-single", false, bytes_and_fin },
    { "a page comes and the connection stays", "http-fin-psh-single", false, nothing_odd },

    { "the answer leads to Iran's block page", "http-iran-403", true, iran },
    { "a later segment mentions Iran's block page", "http-iran-403", false, iran_later },

    { "the answer is a national block page", "http-blockpage-match", true, known_block_page },
    { "the answer is a company's block page", "http-blockpage-match", true, company_block_page },
    { "the answer leads to a block page", "http-blockpage-match", true, redirect_to_block_page },
    { "the answer has vague words", "http-blockpage-match", false, vague_words },
    { "the answer fits an entry of little confidence", "http-blockpage-match", false, unsure_words },
    { "the filter's site leads to itself", "http-blockpage-match", false, redirect_to_itself },
    { "the address that answers is the filter's own", "http-blockpage-match", false,
      page_of_the_filters_server },
    { "the answer is nobody's block page", "http-blockpage-match", false, nothing_odd },

    { "the answer has words that many pages have", "http-blockpage-vague", true, vague_words },
    { "the answer has words of little confidence", "http-blockpage-vague", true, unsure_words },
    { "the answer is sure to be a block page", "http-blockpage-vague", false, known_block_page },

    { "plain HTTP answers a ClientHello", "tls-plain-answer", true, plain_http_for_tls },
    { "plain HTTP later in a TLS connection", "tls-plain-answer", false, plain_http_later },
    { "a proxy confirms CONNECT while the ClientHello is on its way", "tls-plain-answer", false, answer_to_connect },

    { "data on the numbers of a forged SYN/ACK", "data-of-forged-handshake", true, of_forged_handshake },
    { "data on the numbers of the server", "data-of-forged-handshake", false, nothing_odd },
    { "the SYN is acknowledged, and then a SYN/ACK has other numbers", "data-before-syn-ack", true,
      before_the_syn_ack },
    { "the SYN/ACK came first", "data-before-syn-ack", false, nothing_odd },
    { "bytes behind their sender's FIN", "data-beyond-fin", true, beyond_the_fin },
    { "bytes before their sender's FIN", "data-beyond-fin", false, nothing_odd },
    { "behind the FIN, and the IP ID of the packet before", "data-id-repeats", true,
      number_of_the_packet_before_beyond_the_fin },
    { "a network card cuts a packet into two with one number", "data-id-repeats", false,
      number_of_the_packet_before },
    { "goes on where a forged packet was", "data-same-run", true, same_sender },
    { "goes on where the server was", "data-same-run", false, nothing_odd },

    { "an acknowledgement with the IP ID of what it acknowledges", "ack-copies-id", true, ack_with_the_requests_id },
    { "an acknowledgement with the IP ID of something else", "ack-copies-id", false, ack_of_less_with_that_id },
    { "the acknowledging counter happens to be there", "ack-copies-id", false, ack_by_a_counter },
    { "a sender that reflects what it receives", "ack-copies-id", false, ack_of_a_mirror },
    { "data with that IP ID", "ack-copies-id", false, copies_id_only },
    { "PSH without data", "ack-pushes-nothing", true, empty_push },
    { "PSH with a FIN", "ack-pushes-nothing", false, empty_push_and_fin },
    { "an acknowledgement", "ack-pushes-nothing", false, bare_ack },

    { "the claimed sender goes on before these bytes", "data-unaware-sender", true, sender_does_not_know },
    { "the claimed sender goes on behind these bytes", "data-unaware-sender", false, nothing_odd },
    { "off the counter of the host", "data-ipid-regime", true, off_the_counter },
    { "on the counter of the host", "data-ipid-regime", false, host_counts },
    { "overtaken on the way", "data-ipid-regime", false, behind_the_counter },
    { "the counter has gone on for a second since", "data-ipid-regime", false, off_a_counter_of_long_ago },
    { "a host that draws its numbers", "data-ipid-regime", false, off_a_random_host },
    { "a counter seen seven times", "data-ipid-regime", false, off_a_counter_hardly_seen },

    { "a segment has the header of a box that forged before", "data-same-box", true, known_box },
    { "a segment has a header that proved nothing before", "data-same-box", false, eight_hops_off },
};

static void
check_sign(void **state)
{
    const sign_row_t *row = *state;
    data_case_t c = ordinary_answer();
    GArray *evidence = evidence_new();

    row->wire(&c);
    data_judge(&c, evidence);
    assert_fires(evidence, row->id, row->fires);
    evidence_free(evidence);
}

/* ---- the verdict on whole situations ---- */

WIRE(load_balancer) { df_clear(c); eight_hops_off(c); without_timestamps(c); }
WIRE(front_end_of_a_server_that_moved) { front_end_shook_hands(c); leads_elsewhere(c); page_and_fin(c); }
WIRE(member_that_moved) { eight_hops_off(c); leads_elsewhere(c); page_and_fin(c); }
WIRE(front_end_of_a_block_page) { front_end_shook_hands(c); known_block_page(c); }
WIRE(captive_portal) { leads_elsewhere(c); }
WIRE(small_server) { page_and_fin(c); df_clear_as_usual(c); }
WIRE(proxy_on_the_way) { eight_hops_off(c); too_soon_after_one_slow_handshake(c); }
WIRE(box_on_the_way) { eight_hops_off(c); too_soon(c); }
WIRE(redirect_from_another_box) { leads_elsewhere(c); page_and_fin(c); load_balancer(c); }
WIRE(firewalls_page) { known_block_page(c); off_the_counter(c); }
WIRE(text_on_443) { plain_http_for_tls(c); page_and_fin(c); }
WIRE(text_on_443_from_a_front_end) { front_end_shook_hands(c); plain_http_for_tls(c); }
WIRE(dead_and_far) { acknowledges_dead(c); eight_hops_off(c); }

typedef struct {
    const char *name;
    void      (*wire)(data_case_t *);
    verdict_t   at_least, at_most;
} verdict_row_t;

static const verdict_row_t verdicts[] = {
    { "a web server answers", nothing_odd, VERDICT_NONE, VERDICT_NONE },
    { "a small server sends its page and closes", small_server, VERDICT_NONE, VERDICT_SUSPECT },
    { "a server that moved leads elsewhere", captive_portal, VERDICT_NONE, VERDICT_SUSPECT },
    { "a member of a load-balanced server answers", load_balancer, VERDICT_SUSPECT, VERDICT_SUSPECT },
    { "a front end shakes hands, the server leads elsewhere", front_end_of_a_server_that_moved, VERDICT_SUSPECT,
      VERDICT_SUSPECT },
    { "a member of a load-balanced server leads elsewhere", member_that_moved, VERDICT_SUSPECT, VERDICT_SUSPECT },
    { "a front end shakes hands, and a block page answers", front_end_of_a_block_page, VERDICT_FORGED,
      VERDICT_FORGED },
    { "a packet tool's segment", tool_made, VERDICT_FORGED, VERDICT_FORGED },
    { "two fields copied, of a busy host", two_of_many_by_chance, VERDICT_NONE, VERDICT_SUSPECT },
    { "two fields copied", copies_id_and_window, VERDICT_FORGED, VERDICT_FORGED },
    { "a proxy nearer than its server answers", proxy_on_the_way, VERDICT_NONE, VERDICT_SUSPECT },
    { "a box that was not asked answers before the request can have arrived", box_on_the_way, VERDICT_FORGED,
      VERDICT_FORGED },
    { "too soon, and nothing else", too_soon, VERDICT_NONE, VERDICT_SUSPECT },
    { "a proxy changes a retransmission", contradicts, VERDICT_NONE, VERDICT_SUSPECT },
    { "two hops beside the host", two_hops_off, VERDICT_NONE, VERDICT_NONE },
    { "another box leads elsewhere and closes, too soon", redirect_from_another_box, VERDICT_FORGED,
      VERDICT_FORGED },
    { "an answer to what died on the way, from elsewhere", dead_and_far, VERDICT_FORGED,
      VERDICT_FORGED },
    { "a firewall's page off the counter of the host", firewalls_page, VERDICT_FORGED, VERDICT_FORGED },
    { "off the counter and nothing else", off_the_counter, VERDICT_NONE, VERDICT_SUSPECT },
    { "a plain-text server on a TLS port", text_on_443, VERDICT_NONE, VERDICT_SUSPECT },
    { "plain text for a ClientHello from elsewhere", text_on_443_from_a_front_end, VERDICT_FORGED, VERDICT_FORGED },
    { "an empty push with the IP ID of what it acknowledges", empty_push_with_the_requests_id, VERDICT_FORGED,
      VERDICT_FORGED },
    { "an empty push: some stacks do that", empty_push, VERDICT_NONE, VERDICT_SUSPECT },
    { "two random numbers are equal", ack_with_the_requests_id, VERDICT_NONE, VERDICT_SUSPECT },
    { "cut into pieces with one number, and the FIN before", number_of_the_packet_before_beyond_the_fin, VERDICT_FORGED,
      VERDICT_FORGED },
    { "a FIN of ports used again", beyond_the_fin, VERDICT_NONE, VERDICT_SUSPECT },
    { "Iran's block page", iran, VERDICT_FORGED, VERDICT_FORGED },
    { "a listed block page and nothing else: the server may show it", known_block_page, VERDICT_SUSPECT,
      VERDICT_SUSPECT },
    { "a listed block page from elsewhere", block_page_eight_hops_off, VERDICT_FORGED, VERDICT_FORGED },
    { "vague words from elsewhere", vague_words_eight_hops_off, VERDICT_NONE, VERDICT_SUSPECT },
    { "the filter's own server", page_of_the_filters_server, VERDICT_NONE, VERDICT_NONE },
    { "an interceptor's certificate", certificate_of_interceptor, VERDICT_FORGED, VERDICT_FORGED },
    { "a state's certificate", certificate_of_state, VERDICT_NONE, VERDICT_NONE },
    { "an alert", alert, VERDICT_NONE, VERDICT_NONE },
    { "a proxy closes for the server and goes on", fin_continued, VERDICT_NONE, VERDICT_SUSPECT },
    { "PacketLogic's header", packetlogic, VERDICT_FORGED, VERDICT_FORGED },
};

static void
check_verdict(void **state)
{
    const verdict_row_t *row = *state;
    data_case_t c = ordinary_answer();
    GArray *evidence = evidence_new();

    row->wire(&c);
    assert_verdict(evidence, data_judge(&c, evidence), row->at_least, row->at_most);
    evidence_free(evidence);
}

static void
check_oddness(void **state)
{
    data_case_t c = ordinary_answer();

    (void)state;
    assert_true(data_oddness(&c) < 1e-9);
    contradicts(&c);
    assert_true(data_oddness(&c) < 1e-9);               /* the contradiction is on both sides */
    eight_hops_off(&c);
    double odd = data_oddness(&c);
    assert_true(odd > 0);
    without_timestamps(&c);
    assert_true(data_oddness(&c) > odd);
}

/* ---- content ---- */

typedef struct {
    const char *name;
    const char *bytes;
    const char *host;
    asked_kind_t asked;
    content_t   content;
} content_row_t;

#define REDIRECT(code, to) "HTTP/1.1 " code " Found\r\nServer: x\r\nLocation: " to "\r\n\r\n"

static const content_row_t contents[] = {
    { "a status line is HTTP", "HTTP/1.1 200 OK\r\n\r\n", "a.example.org", ASKED_HTTP, CONTENT_HTTP },
    { "nothing asked by HTTP is nothing HTTP", "HTTP/1.1 200 OK\r\n\r\n", NULL, ASKED_OTHER, CONTENT_OTHER },
    { "half a status line is nothing", "HTTP/1.1 30", "a.example.org", ASKED_HTTP, CONTENT_OTHER },
    { "a redirect to another host", REDIRECT("302", "http://block.example.net/"), "a.example.org", ASKED_HTTP,
      CONTENT_REDIRECT },
    { "a redirect whatever the case of its header",
      "HTTP/1.0 301 Moved\r\nLOCATION: http://b.example.net/\r\n\r\n",
      "a.example.org", ASKED_HTTP, CONTENT_REDIRECT },
    { "a redirect to the same host by https", REDIRECT("301", "https://a.example.org/"),
      "a.example.org", ASKED_HTTP,
      CONTENT_HTTP },
    { "a redirect to www of the same domain", REDIRECT("301", "https://www.example.org/x"),
      "example.org", ASKED_HTTP,
      CONTENT_HTTP },
    { "a redirect from www to the bare domain", REDIRECT("301", "https://example.org/"),
      "www.example.org", ASKED_HTTP,
      CONTENT_HTTP },
    { "a redirect to the same host in other case", REDIRECT("301", "https://WWW.Example.Org/"),
      "www.example.org",
      ASKED_HTTP, CONTENT_HTTP },
    { "a redirect from a name asked for in capitals", REDIRECT("301", "https://www.example.org/"),
      "WWW.EXAMPLE.ORG", ASKED_HTTP, CONTENT_HTTP },
    { "a redirect to the same host from another port", REDIRECT("301", "http://a.example.org/"),
      "a.example.org:8080", ASKED_HTTP, CONTENT_HTTP },
    { "a redirect to another path", REDIRECT("302", "/login"), "a.example.org", ASKED_HTTP, CONTENT_HTTP },
    { "a redirect with the asked name in its path leads elsewhere",
      REDIRECT("302", "http://block.example.net/?www.example.org"), "www.example.org", ASKED_HTTP,
          CONTENT_REDIRECT },
    { "a redirect of which nobody knows what was asked", REDIRECT("302", "http://block.example.net/"),
      NULL, ASKED_HTTP,
      CONTENT_HTTP },
    { "no redirect with another code", REDIRECT("304", "http://block.example.net/"), "a.example.org",
      ASKED_HTTP,
      CONTENT_HTTP },
    { "a page without a status line", "<html><body>blocked", "a.example.org", ASKED_HTTP,
      CONTENT_HEADERLESS_HTML },
    { "a doctype without a status line", "\r\n<!DOCTYPE html><html>", "a.example.org", ASKED_HTTP,
      CONTENT_HEADERLESS_HTML },
    { "a page not asked for by HTTP", "<html><body>", NULL, ASKED_OTHER, CONTENT_OTHER },
    { "Iran's block page",
      "HTTP/1.1 403 Forbidden\r\n\r\n<html><iframe src=\"http://10.10.34.34?type=Invalid\">",
      "a.example.org", ASKED_HTTP, CONTENT_IRAN },
    { "another 403", "HTTP/1.1 403 Forbidden\r\n\r\n<html>", "a.example.org", ASKED_HTTP, CONTENT_HTTP },
    { "that address with another code", "HTTP/1.1 200 OK\r\n\r\nhttp://10.10.34.34/", "a.example.org",
      ASKED_HTTP,
      CONTENT_HTTP },
    { "a page for a ClientHello", "HTTP/1.1 200 OK\r\n\r\n<html>", NULL, ASKED_TLS, CONTENT_PLAIN_TEXT },
    { "a redirect for a ClientHello", REDIRECT("302", "http://b.example.net/"), NULL, ASKED_TLS, CONTENT_PLAIN_TEXT },
    { "a refusal for a ClientHello", "HTTP/1.0 403 Forbidden\r\n\r\n", NULL, ASKED_TLS, CONTENT_PLAIN_TEXT },
    { "a server that knows HTTP alone and cannot read it", "HTTP/1.1 400 Bad Request\r\n\r\n", NULL, ASKED_TLS,
      CONTENT_OTHER },
    { "such a server without a status line", "<!DOCTYPE HTML><title>Error response</title>", NULL, ASKED_TLS,
      CONTENT_OTHER },
    { "a ServerHello", "\x16\x03\x03", NULL, ASKED_TLS, CONTENT_OTHER },
    { "nothing", "", "a.example.org", ASKED_HTTP, CONTENT_OTHER },
};

static content_t
read_exact(const char *bytes, size_t length, const char *host, asked_kind_t asked)
{
    uint8_t *exact = g_malloc(length ? length : 1);

    if (length)
        memcpy(exact, bytes, length);
    content_t content = content_read(length ? exact : exact + 1, length, host, asked);
    g_free(exact);
    return content;
}

static void
check_content(void **state)
{
    const content_row_t *row = *state;
    size_t length = strlen(row->bytes);
    assert_int_equal(read_exact(row->bytes, length, row->host, row->asked), row->content);
}

static void
check_alert(void **state)
{
    static const char alert_bytes[] = "\x15\x03\x01\x00\x02\x02\x28", hello_bytes[] = "\x16\x03\x03\x00\x31\x02\x00";

    (void)state;
    assert_int_equal(read_exact(alert_bytes, 7, NULL, ASKED_OTHER), CONTENT_TLS_ALERT);
    assert_int_equal(read_exact(alert_bytes, 5, NULL, ASKED_OTHER), CONTENT_OTHER);
    assert_int_equal(read_exact(hello_bytes, 7, NULL, ASKED_OTHER), CONTENT_OTHER);
}

static void
check_content_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(contents); i++)
        for (size_t n = 0; n < strlen(contents[i].bytes); n++)
            for (asked_kind_t asked = ASKED_OTHER; asked <= ASKED_TLS; asked++)
                read_exact(contents[i].bytes, n, contents[i].host, asked);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_SIGNS(&suite, signs, check_sign, data_signature);
    SUITE_ADD_TABLE(&suite, verdicts, check_verdict);
    suite_add(&suite, "oddness leaves the contradiction itself out", check_oddness, NULL);
    SUITE_ADD_TABLE(&suite, contents, check_content);
    suite_add(&suite, "a TLS alert in the clear", check_alert, NULL);
    suite_add(&suite, "answers cut at any byte are read within their bytes", check_content_cut, NULL);
    return suite_run(&suite, "data");
}
