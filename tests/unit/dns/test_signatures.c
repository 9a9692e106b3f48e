/* dns/test_signatures.c
 * Every signature of a forged DNS answer with an answer that shows it and an innocent one that
 * does not; and which of several answers is called forged, in whatever order they come.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "dns/case.h"

#define START INT64_C(1700000000000000000)

enum { QUERY_FRAME = 10, FIRST_ANSWER_FRAME = 11 };

/* 198.51.100.n as an address, and as an element of a set. */
static void
set_address(dns_answer_t *a, uint8_t n)
{
    static const uint8_t address[] = { 198, 51, 100 };

    memset(a->address, 0, sizeof a->address);
    memcpy(a->address, address, sizeof address);
    a->address[3] = n;
    a->element[0] = 1000u + n;
    a->n_elements = a->address_count = 1;
    a->answers = 1;
    a->special_count = 0;
    a->flags = 0x8180;
}

/* What the resolver sends: recursion available, EDNS, twelve hops away, after 20 ms. */
static dns_answer_t
genuine_answer(void)
{
    dns_answer_t a = {
        .ip = { .ttl = 116, .ip_id = 0x5a5a }, .ttl = 300, .additionals = 1, .complete = true,
            .has_opt = true,
    };
    set_address(&a, 1);
    return a;
}

/* What a box on the way sends: nearer, without EDNS, another address. */
static dns_answer_t
forged_answer(void)
{
    dns_answer_t a = genuine_answer();

    a.ip = (ip_header_t){ .ttl = 122, .ip_id = 0x1234, .df = true };
    a.has_opt = false;
    a.additionals = 0;
    set_address(&a, 66);
    return a;
}

/* Twenty answers like the genuine one; as the rows below change it. */
static dns_server_t habits;

static dns_server_t
resolver(void)
{
    dns_server_t server = { .answers = 20, .ttls = { .count = { 20 }, .ttl = { 116 } },
                            .delay_us = { 20000, 20100, 20200 } };

    for (unsigned i = 0; i < N_DNS_TRAITS; i++)
        server.trait[i].tested = 20;
    server.trait[DNS_HAS_RA].shown = 20;
    return server;
}

/* One query for a public name to a public resolver, not answered yet. */
static dns_case_t
one_query(void)
{
    habits = resolver();
    return (dns_case_t){
        .query_frame = QUERY_FRAME, .query_time = START, .last_query_time = START, .queries = 1,
        .query_flags = 0x0100, .qtype = DNS_A, .query_opt = true, .name = "www.example.org",
        .name_is_public = true, .server_is_public = true, .server = &habits,
    };
}

/* Answers come 20 ms after the query and 5 ms after each other unless they say when. */
static void
add_answer(dns_case_t *c, dns_answer_t a)
{
    a.frame = FIRST_ANSWER_FRAME + c->n_answers;
    if (!a.time)
        a.time = START + (20 + 5 * c->n_answers) * NS_PER_MS;
    a.traits = dns_traits(c, &a);
    c->answer[c->n_answers++] = a;
}

static dns_answer_t
without_address(unsigned code)
{
    dns_answer_t a = genuine_answer();

    a.flags = (uint16_t)(0x8180 | code);
    a.answers = a.n_elements = a.address_count = 0;
    a.ttl = 0;
    a.has_soa = true;
    return a;
}

static dns_answer_t
with_address(uint8_t n)
{
    dns_answer_t a = genuine_answer();
    set_address(&a, n);
    return a;
}

/* ---- one answer and its signs ---- */

#define WIRE(name) static void name(dns_case_t *c, dns_answer_t *a)

WIRE(nothing_odd) { (void)c; (void)a; }

/* Nothing is known of the server yet. */
static void
unknown_server(void)
{
    habits = dns_server_unknown;
}

/* All its other answers show a trait. */
static void
always(dns_trait_t trait)
{
    habits.trait[trait] = (dns_tally_t){ 20, 20 };
}

static void
add_rival(dns_case_t *c, int64_t time, uint8_t address)
{
    dns_answer_t rival = with_address(address);
    rival.time = time;
    add_answer(c, rival);
}

WIRE(plain_boxes_at_once)
{
    unknown_server();
    add_rival(c, START + 19500 * NS_PER_US, 9);
    a->ip.df = true;
    a->time = START + 20 * NS_PER_MS;
}
WIRE(other_box_at_once) { plain_boxes_at_once(c, a); a->ip.ttl = 122; a->has_opt = false; }
WIRE(same_box_at_once) { add_rival(c, START + 19500 * NS_PER_US, 9); a->time = START + 20 * NS_PER_MS; }
WIRE(other_box_same_content)
{
    add_rival(c, START + 19500 * NS_PER_US, 1);
    a->ip.df = true;
    a->time = START + 20 * NS_PER_MS;
}
WIRE(other_box_later)
{
    add_rival(c, START + 15 * NS_PER_MS, 9);
    a->ip.df = true;
    a->time = START + 20 * NS_PER_MS;
}
WIRE(to_two_queries) { other_box_at_once(c, a); c->queries = 2; }

WIRE(closed_port_answers) { (void)a; c->unreachable_frame = 13; unknown_server(); }
WIRE(one_machine_is_closed) { (void)a; c->unreachable_frame = 13; }
WIRE(closed_for_one_copy) { closed_port_answers(c, a); c->queries = 2; }

static const ip_address_t another = { .bytes = { 9, 9, 9, 9 } };
WIRE(another_was_asked) { (void)a; c->asked = &another; c->queries = 0; }

WIRE(after_two_ms) { (void)c; a->time = START + 2 * NS_PER_MS; }
WIRE(after_fifteen_ms) { (void)c; a->time = START + 15 * NS_PER_MS; }
WIRE(soon_from_next_door) { (void)c; habits.delay_us[0] = habits.delay_us[2] = 3000; a->time = START + NS_PER_MS; }
WIRE(soon_after_retry) { after_two_ms(c, a); c->queries = 2; }
WIRE(soon_from_unknown) { after_two_ms(c, a); habits.delay_us[2] = 0; }
WIRE(before_query) { (void)c; a->time = START - NS_PER_MS; }
WIRE(from_cache) { after_two_ms(c, a); habits.delay_us[1] = 26000; habits.delay_us[2] = 35000; }
WIRE(soon_from_same_link) { after_two_ms(c, a); habits.ttls.ttl[0] = a->ip.ttl = 64; }
WIRE(soon_from_router) { after_two_ms(c, a); c->server_is_public = false; }
WIRE(after_eleven_ms) { (void)c; a->time = START + 11 * NS_PER_MS; }
WIRE(after_eleven_ms_beside_other) { after_eleven_ms(c, a); add_rival(c, START + 21 * NS_PER_MS, 9); }

WIRE(six_hops_nearer) { (void)c; a->ip.ttl = 122; }
WIRE(two_hops_nearer) { (void)c; a->ip.ttl = 118; }
WIRE(other_initial_ttl) { (void)c; a->ip.ttl = 52; }
WIRE(second_site) { (void)c; a->ip.ttl = 122; habits.ttls.ttl[1] = 122; habits.ttls.count[1] = 10; }

WIRE(other_site_of_two_answers) { six_hops_nearer(c, a); habits.answers = habits.ttls.count[0] = 2; }
WIRE(site_of_one_in_three)
{
    six_hops_nearer(c, a);
    add_rival(c, START + 15 * NS_PER_MS, 9);
    habits.answers = 3;
    habits.ttls.count[0] = 2;
    habits.ttls.ttl[1] = a->ip.ttl;
    habits.ttls.count[1] = 1;
}
WIRE(initial_ttl_of_some) { other_initial_ttl(c, a); habits.ttls.ttl[1] = 53; habits.ttls.count[1] = 1; }

WIRE(id_of_query)
{
    c->query_ip_id = a->ip.ip_id = 0x0e1b;
    add_rival(c, START + 15 * NS_PER_MS, 9);
}
WIRE(id_of_query_as_always) { id_of_query(c, a); always(DNS_COPIES_ID); }
WIRE(no_id_in_either)
{
    c->query_ip_id = a->ip.ip_id = 0;
    add_rival(c, START + 15 * NS_PER_MS, 9);
}

WIRE(df_set) { (void)c; a->ip.df = true; }
WIRE(df_set_in_large) { df_set(c, a); a->large = true; }
WIRE(df_set_as_often) { df_set(c, a); habits.trait[DNS_IS_DF].shown = 10; }

WIRE(id_where_none_is) { (void)c; (void)a; always(DNS_IS_ID_ZERO); }
WIRE(no_id_where_one_is) { (void)c; a->ip.ip_id = 0; }
WIRE(off_the_counter)
{
    (void)c;
    habits.id_step = (dns_tally_t){ 10, 10 };
    habits.last_id = (uint16_t)(a->ip.ip_id - 20000);
    habits.last_time = START;
}
WIRE(on_the_counter) { off_the_counter(c, a); habits.last_id = (uint16_t)(a->ip.ip_id - 20); }
WIRE(off_a_random_number) { off_the_counter(c, a); habits.id_step.shown = 5; }
WIRE(off_an_old_counter) { off_the_counter(c, a); habits.last_time = START - 60 * NS_PER_S; }

WIRE(ttl_of_no_route) { (void)c; a->ip.ttl = 180; }
WIRE(ttl_of_no_route_by_unknown) { ttl_of_no_route(c, a); unknown_server(); }
WIRE(ttl_of_no_route_as_usual) { (void)c; a->ip.ttl = habits.ttls.ttl[0] = 180; }

WIRE(zero_id_df_clear) { (void)c; a->ip.ip_id = 0; unknown_server(); }
WIRE(zero_id_as_usual) { (void)c; a->ip.ip_id = 0; always(DNS_IS_UNNUMBERED); }
WIRE(zero_id_by_accident) { (void)c; a->ip.ip_id = 0; }
WIRE(zero_id_of_many) { zero_id_df_clear(c, a); c->ids_tested = 100000; c->ids_zero = 1; }
WIRE(zero_id_everywhere) { zero_id_df_clear(c, a); a->headers_alike = true; }

/* As packet tools leave it, and another answer that has an ID. */
WIRE(id_one_beside_other) { unknown_server(); add_rival(c, START + 15 * NS_PER_MS, 9); a->ip.ip_id = 1; }
WIRE(id_one_beside_one) { id_one_beside_other(c, a); c->answer[0].ip.ip_id = 1; }
WIRE(id_one_as_usual)
{
    id_one_beside_other(c, a);
    habits = resolver();
    always(DNS_IS_UNNUMBERED);
}
WIRE(zero_id_df_set) { (void)c; a->ip.ip_id = 0; a->ip.df = true; }
WIRE(zero_id_from_router) { a->ip.ip_id = 0; c->server_is_public = false; }
WIRE(zero_id_of_ipv6) { (void)c; a->ip.ip_id = 0; a->ip.ipv6 = true; }
WIRE(zero_id_over_tcp) { a->ip.ip_id = 0; c->tcp = true; }

WIRE(rd_cleared) { (void)c; a->flags = 0x8080; }
WIRE(rd_set_unasked) { (void)a; c->query_flags = 0; }
WIRE(rd_cleared_as_usual) { rd_cleared(c, a); always(DNS_CLEARS_RD); }
WIRE(rd_set_by_unknown) { rd_set_unasked(c, a); unknown_server(); }
WIRE(rd_to_unseen_query) { rd_cleared(c, a); c->query_frame = c->queries = 0; }

WIRE(ra_cleared) { (void)c; a->flags = 0x8100; }
WIRE(ra_cleared_as_often) { (void)c; a->flags = 0x8100; habits.trait[DNS_HAS_RA].shown = 10; }
WIRE(ra_cleared_when_refused) { (void)c; a->flags = 0x8105; }
WIRE(ra_cleared_by_unknown)
{
    (void)c;
    a->flags = 0x8100;
    habits.trait[DNS_HAS_RA] = (dns_tally_t){ 2, 2 };
}

WIRE(without_opt) { (void)c; a->has_opt = false; a->additionals = 0; }
WIRE(without_opt_for_the_first_time) { without_opt(c, a); unknown_server(); }
WIRE(without_opt_unasked) { without_opt(c, a); c->query_opt = false; }
WIRE(without_opt_as_usual) { without_opt(c, a); habits.trait[DNS_LACKS_OPT].shown = 18; }
WIRE(without_opt_by_unknown) { without_opt(c, a); habits.trait[DNS_LACKS_OPT].tested = 2; }
WIRE(without_opt_truncated) { without_opt(c, a); a->flags |= DNS_TRUNCATED; }

/* The name does not exist. */
WIRE(no_soa) { (void)c; *a = without_address(DNS_NXDOMAIN); a->has_soa = false; }
WIRE(no_soa_as_often) { no_soa(c, a); habits.trait[DNS_LACKS_SOA].shown = 10; }
WIRE(with_soa) { no_soa(c, a); a->has_soa = true; }

WIRE(trailing_bytes) { (void)c; a->trailing = 4; }
WIRE(trailing_over_tcp) { a->trailing = 4; c->tcp = true; }
WIRE(trailing_of_cut) { (void)c; a->trailing = 4; a->complete = false; }

WIRE(edns_among_answers)
{
    without_opt(c, a);
    a->opt_as_answer = true;
    a->trailing = 16;
    unknown_server();
}
WIRE(edns_among_answers_as_usual)
{
    edns_among_answers(c, a);
    habits = resolver();
    always(DNS_IS_OPT_ANSWER);
}

WIRE(unreadable_name) { (void)a; c->unreadable = true; c->qtype = 0; }
WIRE(unreadable_name_refused) { unreadable_name(c, a); *a = without_address(1); }

WIRE(tcp_says_other) { (void)a; c->tcp_frame = 99; }

WIRE(wrong_type) { c->qtype = DNS_AAAA; a->type_mismatch = true; }
WIRE(wrong_type_as_usual) { wrong_type(c, a); always(DNS_IS_OTHER_TYPE); }

static void
special(dns_answer_t *a, uint8_t b0, uint8_t b1, uint8_t b2, uint8_t b3)
{
    const uint8_t address[] = { b0, b1, b2, b3 };
    memcpy(a->address, address, sizeof address);
    a->special_count = 1;
}

WIRE(private_address) { (void)c; special(a, 192, 168, 1, 1); unknown_server(); }
WIRE(loopback) { (void)c; special(a, 127, 0, 0, 1); unknown_server(); }
WIRE(private_by_itself) { (void)c; special(a, 192, 168, 1, 1); }
WIRE(private_as_often) { private_by_itself(c, a); habits.trait[DNS_IS_PRIVATE].shown = 10; }
WIRE(private_at_home) { private_address(c, a); a->address_at_home = true; }
WIRE(null_address) { (void)c; special(a, 0, 0, 0, 0); }
WIRE(private_by_router) { private_address(c, a); c->server_is_public = false; }
WIRE(private_for_local_name) { private_address(c, a); c->name = "nas.lan"; c->name_is_public = false; }
WIRE(private_among_public) { private_address(c, a); a->address_count = 2; }
WIRE(blocklist_hit)
{
    loopback(c, a);
    c->name = "2.1.168.192.zen.example.org";
    c->name_is_public = dns_name_is_public(c->name);
}

WIRE(gfw1)
{
    (void)c;
    without_opt(c, a);
    a->flags = 0x8580;
    a->ttl = 60;
    a->owner_in_full = true;
    set_address(a, 66);
    a->flags = 0x8580;
}
WIRE(gfw1_as_usual) { gfw1(c, a); always(DNS_IS_SHAPE_1); }
WIRE(gfw1_to_resolver) { gfw1(c, a); c->query_flags = 0; unknown_server(); }
WIRE(gfw1_compressed) { gfw1(c, a); a->owner_in_full = false; }
WIRE(gfw1_with_opt) { gfw1(c, a); a->has_opt = true; a->additionals = 1; }
WIRE(gfw1_df) { gfw1(c, a); a->ip.df = true; }

WIRE(gfw3) { without_opt(c, a); a->ip.ip_id = 0; set_address(a, 67); }
WIRE(gfw3_as_usual) { gfw3(c, a); always(DNS_IS_UNNUMBERED); }
WIRE(gfw3_of_many) { gfw3(c, a); c->ids_tested = 100000; }
WIRE(gfw3_with_id) { gfw3(c, a); a->ip.ip_id = 1; }
WIRE(gfw3_by_router) { gfw3(c, a); c->server_is_public = false; }

WIRE(turkmenistan) { loopback(c, a); a->ip.ip_id = 0x7530; }
WIRE(turkmenistan_for_blocklist) { turkmenistan(c, a); c->name_is_public = false; }
WIRE(turkmenistan_other_ttl) { turkmenistan(c, a); a->ttl = 60; }
WIRE(ad_blocker) { loopback(c, a); c->server_is_public = false; a->ip.ip_id = 0; a->ip.df = true; }

WIRE(iran) { (void)c; special(a, 10, 10, 34, 35); }
WIRE(iran_ipv6)
{
    static const uint8_t address[16] = { 0, 0xd0, [15] = 0x11 };
    (void)c;
    memcpy(a->address, address, sizeof address);
    a->address_is_ipv6 = true;
    a->special_count = 1;
}
WIRE(iran_ipv6_beside) { iran_ipv6(c, a); a->address[15] = 0x12; }
WIRE(null_ipv6) { iran_ipv6(c, a); memset(a->address, 0, sizeof a->address); unknown_server(); }
WIRE(iran_at_home) { iran(c, a); a->address_at_home = true; }
WIRE(iran_beside) { (void)c; special(a, 10, 10, 34, 37); }
WIRE(iran_local_name) { iran(c, a); c->name_is_public = false; }

static const fingerprint_t pool = { .name = "xx-1", .list = "x.csv", .countries = "XX",
    .pattern = "198.51.100.66", .date = "2020", .dated = DATED_ENTRY, .scope = SCOPE_NATIONAL, .confidence = 5 };
static const fingerprint_t plain_pool = { .name = "x.txt", .list = "x.txt", .countries = "", .date = "",
    .pattern = "198.51.100.66", .scope = SCOPE_UNKNOWN, .confidence = 5, .addresses_only = true };
static const fingerprint_t provider = { .name = "xx-2", .list = "x.csv", .countries = "XX", .date = "",
    .pattern = "198.51.100.66", .scope = SCOPE_ISP, .confidence = 5 };

WIRE(listed) { (void)c; a->listed = &pool; }
WIRE(listed_plainly) { (void)c; a->listed = &plain_pool; }
WIRE(listed_for_provider) { (void)c; a->listed = &provider; }
WIRE(listed_for_provider_by_neutral) { listed_for_provider(c, a); c->server_is_neutral = true; }
WIRE(listed_by_router) { listed(c, a); c->server_is_public = false; }
WIRE(listed_for_owner) { listed(c, a); c->name = "edge-chat.facebook.com"; }
WIRE(listed_for_owners_namesake) { listed(c, a); c->name = "notfacebook.com"; }
WIRE(listed_local_name) { listed(c, a); c->name = "printer.lan"; c->name_is_public = false; }

/* The same header was proven twice. */
WIRE(box_known)
{
    (void)c;
    a->ip.ttl = 122;
    habits.box[0] = (dns_box_t){ .frame = 3, .proofs = 2, .flags = a->flags, .ip = a->ip, .id_kept = true };
}
WIRE(box_with_other_id) { box_known(c, a); a->ip.ip_id++; }
WIRE(box_with_other_flags) { box_known(c, a); a->flags = 0x8580; }
WIRE(box_like_the_server)
{
    box_known(c, a);
    a->ip.ttl = habits.box[0].ip.ttl = 116;
    habits.box[0].proofs = 1;
}
WIRE(box_proven_here) { box_known(c, a); habits.box[0].frame = FIRST_ANSWER_FRAME; }

WIRE(contradicted) { (void)a; add_rival(c, START + 15 * NS_PER_MS, 9); }
WIRE(contradicted_twice_asked) { contradicted(c, a); c->queries = 2; }
WIRE(repeated) { (void)a; add_rival(c, START + 15 * NS_PER_MS, 1); }

typedef struct {
    const char *name;
    const char *id;
    bool        fires;
    void      (*wire)(dns_case_t *, dns_answer_t *);
} sign_row_t;

static const sign_row_t signs[] = {
    { "two answers to one query have nothing in common", "dns-dup-conflict", true, contradicted },
    { "two answers to two copies of a query have nothing in common", "dns-dup-conflict", false,
      contradicted_twice_asked },
    { "an answer comes twice", "dns-dup-conflict", false, repeated },

    { "another, odd answer from another box within half a millisecond", "dns-burst-sub-ms", true,
      other_box_at_once },
    { "two answers within half a millisecond, neither of them odd by itself", "dns-burst-sub-ms", false,
      plain_boxes_at_once },
    { "another answer from the same box within half a millisecond", "dns-burst-sub-ms", false,
      same_box_at_once },
    { "the same answer from another box within half a millisecond", "dns-burst-sub-ms", false,
      other_box_same_content },
    { "another answer from another box after five milliseconds", "dns-burst-sub-ms", false,
      other_box_later },
    { "other answers to two copies of a query at once", "dns-burst-sub-ms", false, to_two_queries },

    { "an address answers that says nobody listens there", "dns-non-resolver-answer", true,
      closed_port_answers },
    { "an address answers and says no more", "dns-non-resolver-answer", false, nothing_odd },
    { "one of the machines behind an address is closed", "dns-non-resolver-answer", false, one_machine_is_closed },
    { "one of two copies of a query met a closed port", "dns-non-resolver-answer", false, closed_for_one_copy },

    { "an answer comes from another server than asked", "dns-unexpected-source", true, another_was_asked },
    { "an answer comes from the server asked", "dns-unexpected-source", false, nothing_odd },

    { "an answer comes in a tenth of this server's fastest time", "dns-early-answer", true,
      after_two_ms },
    { "an answer comes a little sooner than others", "dns-early-answer", false, after_fifteen_ms },
    { "an answer comes soon from a server next door", "dns-early-answer", false, soon_from_next_door },
    { "an answer to the first copy comes soon after the second", "dns-early-answer", false,
      soon_after_retry },
    { "an answer comes soon from a server hardly known", "dns-early-answer", false, soon_from_unknown },
    { "an answer was captured before its query", "dns-early-answer", false, before_query },
    { "a server that recurses has an answer in its cache", "dns-early-answer", false, from_cache },
    { "an answer comes soon from a server on the same link", "dns-early-answer", false, soon_from_same_link },
    { "an answer comes soon from the home router", "dns-early-answer", false, soon_from_router },
    { "an answer comes in little more than half the time", "dns-early-answer", false, after_eleven_ms },
    { "the same beside an answer that contradicts it", "dns-early-answer", true, after_eleven_ms_beside_other },

    { "an answer comes from six hops nearer", "dns-ttl-mismatch-resolver", true, six_hops_nearer },
    { "an answer comes from two hops nearer", "dns-ttl-mismatch-resolver", false, two_hops_nearer },
    { "an answer comes as far with another initial TTL", "dns-ttl-mismatch-resolver", false,
      other_initial_ttl },
    { "an answer comes from an anycast server's second site", "dns-ttl-mismatch-resolver", false,
      second_site },

    { "an answer comes from another site than the only two before", "dns-ttl-mismatch-resolver", false,
      other_site_of_two_answers },
    { "an answer contradicts another and comes from where one of three before came from", "dns-ttl-mismatch-resolver",
      false, site_of_one_in_three },

    { "an answer comes as far, sent with another TTL at first", "dns-initial-ttl", true, other_initial_ttl },
    { "an answer comes from six hops nearer, sent with the same TTL at first", "dns-initial-ttl", false,
      six_hops_nearer },
    { "one of the server's other answers was sent with this TTL, too", "dns-initial-ttl", false,
      initial_ttl_of_some },

    { "the IP ID of the query, beside another answer", "dns-id-mirrors-query", true, id_of_query },
    { "the same from a server that always copies it", "dns-id-mirrors-query", false, id_of_query_as_always },
    { "both have IP ID 0", "dns-id-mirrors-query", false, no_id_in_either },
    { "don't-fragment where this server never has it", "dns-df-unlike-server", true, df_set },
    { "the same in a message that may be in fragments", "dns-df-unlike-server", false, df_set_in_large },
    { "don't-fragment where half of this server's answers have it", "dns-df-unlike-server", false,
      df_set_as_often },

    { "an IP ID where this server never has one", "dns-ipid-unlike-server", true, id_where_none_is },
    { "no IP ID where this server has one: an accident", "dns-ipid-unlike-server", false, no_id_where_one_is },
    { "an IP ID far off the server's counter", "dns-ipid-unlike-server", true, off_the_counter },
    { "an IP ID on the server's counter", "dns-ipid-unlike-server", false, on_the_counter },
    { "an IP ID unlike random ones", "dns-ipid-unlike-server", false, off_a_random_number },
    { "an IP ID a minute after the last one", "dns-ipid-unlike-server", false, off_an_old_counter },

    { "an answer has a TTL of no route", "dns-ttl-implausible", true, ttl_of_no_route },
    { "a TTL of no route is the first that is seen of a server", "dns-ttl-implausible", false,
      ttl_of_no_route_by_unknown },
    { "a server always has a TTL of no route", "dns-ttl-implausible", false, ttl_of_no_route_as_usual },

    { "IP ID 0 without don't-fragment from a public server", "dns-id-zero-df-clear", true,
      zero_id_df_clear },
    { "IP ID 0 with don't-fragment", "dns-id-zero-df-clear", false, zero_id_df_set },
    { "IP ID 0 without don't-fragment in all answers of a server", "dns-id-zero-df-clear", false,
      zero_id_as_usual },
    { "IP ID 0 among random ones", "dns-id-zero-df-clear", false, zero_id_by_accident },
    { "IP ID 0 in a capture of a hundred thousand answers", "dns-id-zero-df-clear", false, zero_id_of_many },
    { "IP ID 0 of everybody in the capture", "dns-id-zero-df-clear", false, zero_id_everywhere },

    { "IP ID 1 beside an answer with another one", "dns-tool-header", true, id_one_beside_other },
    { "IP ID 1 in both of two answers", "dns-tool-header", false, id_one_beside_one },
    { "IP ID 1 of a server that always has such numbers", "dns-tool-header", false, id_one_as_usual },
    { "IP ID 0 without don't-fragment from the home router", "dns-id-zero-df-clear", false,
      zero_id_from_router },
    { "IPv6 has no IP ID", "dns-id-zero-df-clear", false, zero_id_of_ipv6 },
    { "IP ID 0 without don't-fragment over TCP", "dns-id-zero-df-clear", false, zero_id_over_tcp },

    { "an answer clears the recursion desired of its query", "dns-rd-not-copied", true, rd_cleared },
    { "an answer sets recursion desired that its query had clear", "dns-rd-not-copied", true,
      rd_set_unasked },
    { "the query of an answer was not captured", "dns-rd-not-copied", false, rd_to_unseen_query },
    { "a server always clears recursion desired", "dns-rd-not-copied", false, rd_cleared_as_usual },
    { "a server not known yet sets recursion desired unasked", "dns-rd-not-copied", false, rd_set_by_unknown },

    { "recursion is not available where it always was", "dns-flags-unlike-server", true, ra_cleared },
    { "recursion is not available in half of the answers", "dns-flags-unlike-server", false,
      ra_cleared_as_often },
    { "a server refuses and offers no recursion", "dns-flags-unlike-server", false,
      ra_cleared_when_refused },
    { "a server hardly known offers no recursion", "dns-flags-unlike-server", false,
      ra_cleared_by_unknown },

    { "no EDNS from a server that always has it", "dns-opt-unlike-server", true, without_opt },
    { "no EDNS from a server that seldom has it", "dns-opt-unlike-server", false,
      without_opt_as_usual },
    { "no EDNS from a server hardly known", "dns-opt-unlike-server", false, without_opt_by_unknown },

    { "no EDNS though the query had it", "dns-opt-stripped", true, without_opt_for_the_first_time },
    { "no EDNS as in the query", "dns-opt-stripped", false, without_opt_unasked },
    { "no EDNS in a truncated answer", "dns-opt-stripped", false, without_opt_truncated },

    { "no start of authority from a server that always gives it", "dns-soa-unlike-server", true, no_soa },
    { "no start of authority from a server that seldom gives it", "dns-soa-unlike-server", false,
      no_soa_as_often },
    { "a negative answer with start of authority", "dns-soa-unlike-server", false, with_soa },

    { "four bytes follow the last record", "dns-trailing-bytes", true, trailing_bytes },
    { "bytes follow the last record over TCP", "dns-trailing-bytes", false, trailing_over_tcp },
    { "an answer was captured in part", "dns-trailing-bytes", false, trailing_of_cut },

    { "an IPv4 address answers a query for IPv6", "dns-qtype-mismatch", true, wrong_type },
    { "an address of the right type answers", "dns-qtype-mismatch", false, nothing_odd },
    { "a server has one answer for every question", "dns-qtype-mismatch", false, wrong_type_as_usual },

    { "the query's EDNS record counts as the answer", "dns-opt-as-answer", true, edns_among_answers },
    { "the EDNS record stands behind the answer", "dns-opt-as-answer", false, nothing_odd },
    { "a server always sends the query back", "dns-opt-as-answer", false, edns_among_answers_as_usual },

    { "a name that runs beyond its query has an answer", "dns-unreadable-answered", true, unreadable_name },
    { "the server finds such a name malformed", "dns-unreadable-answered", false, unreadable_name_refused },

    { "over TCP the server says something else", "dns-udp-tcp-differ", true, tcp_says_other },
    { "nobody asked over TCP", "dns-udp-tcp-differ", false, nothing_odd },

    { "a public server leads a public name to a private address", "dns-private-answer", true,
      private_address },
    { "a public server leads a public name to the host itself", "dns-private-answer", true, loopback },
    { "the home router leads a public name to a private address", "dns-private-answer", false,
      private_by_router },
    { "a local name leads to a private address", "dns-private-answer", false, private_for_local_name },
    { "a private address stands beside a public one", "dns-private-answer", false,
      private_among_public },
    { "a filtering resolver answers 0.0.0.0", "dns-private-answer", false, null_address },
    { "a blocklist answers 127.0.0.1", "dns-private-answer", false, blocklist_hit },
    { "a filtering resolver answers ::", "dns-private-answer", false, null_ipv6 },

    { "a resolver with a block list leads a public name to a private address", "dns-private-answer", false,
      private_by_itself },
    { "a resolver has a private address for every second name", "dns-private-answer", false, private_as_often },
    { "the address is one of this network", "dns-private-answer", false, private_at_home },

    { "the header of two forged answers", "dns-same-box", true, box_known },
    { "that header with another IP ID", "dns-same-box", false, box_with_other_id },
    { "that header with other flags", "dns-same-box", false, box_with_other_flags },
    { "a forged answer had the server's own header", "dns-same-box", false, box_like_the_server },
    { "an answer proves nothing about itself", "dns-same-box", false, box_proven_here },

    { "an answer has the shape of GFW's first injector", "dns-gfw-inj1", true, gfw1 },
    { "that shape in all answers of a server", "dns-gfw-inj1", false, gfw1_as_usual },
    { "that shape in answer to a resolver", "dns-gfw-inj1", false, gfw1_to_resolver },
    { "that shape with a compressed name", "dns-gfw-inj1", false, gfw1_compressed },
    { "that shape with an EDNS record", "dns-gfw-inj1", false, gfw1_with_opt },
    { "that shape with don't-fragment", "dns-gfw-inj1", false, gfw1_df },

    { "an answer has the shape of GFW's third injector", "dns-gfw-inj3", true, gfw3 },
    { "that shape with an IP ID", "dns-gfw-inj3", false, gfw3_with_id },
    { "that shape in all answers of a server", "dns-gfw-inj3", false, gfw3_as_usual },
    { "that shape in a capture of a hundred thousand answers", "dns-gfw-inj3", false, gfw3_of_many },
    { "that shape from the home router", "dns-gfw-inj3", false, gfw3_by_router },

    { "an answer is that of Turkmenistan's filter", "dns-tm-loopback", true, turkmenistan },
    { "a blocklist answers so", "dns-tm-loopback", false, turkmenistan_for_blocklist },
    { "that answer with another record TTL", "dns-tm-loopback", false, turkmenistan_other_ttl },
    { "an ad blocker answers 127.0.0.1", "dns-tm-loopback", false, ad_blocker },

    { "a public name leads to Iran's block page", "dns-ir-1010", true, iran },
    { "a public name leads to an address beside Iran's block page", "dns-ir-1010", false, iran_beside },
    { "a local name leads to 10.10.34.35", "dns-ir-1010", false, iran_local_name },
    { "a public name leads to what Iran says of IPv6", "dns-ir-1010", true, iran_ipv6 },
    { "a public name leads to an address beside it", "dns-ir-1010", false, iran_ipv6_beside },
    { "the network is 10.10.34.0/24 itself", "dns-ir-1010", false, iran_at_home },

    { "a public server gives an address known for forged answers", "dns-bogus-ip", true, listed },
    { "a public server gives an address of a plain list", "dns-bogus-ip", true, listed_plainly },
    { "a neutral resolver gives a provider's block page", "dns-bogus-ip", true,
      listed_for_provider_by_neutral },
    { "a name only ends like that of an owner of such addresses", "dns-bogus-ip", true,
      listed_for_owners_namesake },
    { "a provider's resolver gives the provider's block page", "dns-bogus-ip", false,
      listed_for_provider },
    { "the router gives an address known for forged answers", "dns-bogus-ip", false, listed_by_router },
    { "the owner of such an address is asked for", "dns-bogus-ip", false, listed_for_owner },
    { "a local name leads to such an address", "dns-bogus-ip", false, listed_local_name },

    { "a provider filters by itself", "dns-listed-answer", true, listed_for_provider },
    { "the router passes on what it was told", "dns-listed-answer", true, listed_by_router },
    { "somebody else forged it", "dns-listed-answer", false, listed },
    { "an address in no list", "dns-listed-answer", false, nothing_odd },
};

static void
check_sign(void **state)
{
    const sign_row_t *row = *state;
    dns_case_t c = one_query();
    dns_answer_t a = genuine_answer();
    GArray *evidence = evidence_new();
    int rival;

    row->wire(&c, &a);
    add_answer(&c, a);
    dns_judge(&c, c.n_answers - 1, evidence, &rival);
    assert_fires(evidence, row->id, row->fires);
    evidence_free(evidence);
}

/* ---- whole transactions, in every order of arrival ---- */

typedef void (*answers_fn_t)(dns_case_t *);

static dns_answer_t
changed(void (*wire)(dns_case_t *, dns_answer_t *), uint8_t address)
{
    dns_case_t scratch = one_query();
    dns_answer_t a = with_address(address);
    wire(&scratch, &a);
    return a;
}

#define ANSWERS(name) static void name(dns_case_t *c)

ANSWERS(one_answer) { add_answer(c, genuine_answer()); }
ANSWERS(same_twice) { add_answer(c, genuine_answer()); add_answer(c, genuine_answer()); }
ANSWERS(forged_and_genuine) { add_answer(c, forged_answer()); add_answer(c, genuine_answer()); }
ANSWERS(forged_and_nxdomain)
{
    add_answer(c, forged_answer());
    add_answer(c, without_address(DNS_NXDOMAIN));
}
ANSWERS(forged_nxdomain)
{
    dns_answer_t a = without_address(DNS_NXDOMAIN);
    a.ip = forged_answer().ip;
    a.has_opt = false;
    add_answer(c, a);
    add_answer(c, genuine_answer());
}
ANSWERS(two_forged_and_genuine)
{
    dns_answer_t second = forged_answer();
    set_address(&second, 67);
    add_answer(c, forged_answer());
    add_answer(c, second);
    add_answer(c, genuine_answer());
}
ANSWERS(two_equally_odd) { add_answer(c, with_address(1)); add_answer(c, with_address(2)); }
ANSWERS(three_equally_odd) { two_equally_odd(c); add_answer(c, with_address(3)); }
ANSWERS(two_retries) { two_equally_odd(c); c->queries = 2; }
ANSWERS(three_to_two_queries) { three_equally_odd(c); c->queries = 2; }
ANSWERS(unseen_query) { two_equally_odd(c); c->query_frame = c->queries = 0; }
ANSWERS(rotated)
{
    dns_answer_t a = with_address(1), b = with_address(2);
    for (uint8_t i = 0; i < 4; i++)
        a.element[i] = b.element[i] = 1001u + i;
    a.n_elements = b.n_elements = a.address_count = b.address_count = 4;
    add_answer(c, a);
    add_answer(c, b);
}
ANSWERS(overlapping_window)
{
    dns_answer_t a = with_address(1), b = with_address(2);
    a.n_elements = b.n_elements = 2;
    a.element[1] = 1002;
    b.element[1] = 1003;
    add_answer(c, a);
    add_answer(c, b);
}
ANSWERS(same_alias_other_addresses)
{
    dns_answer_t a = with_address(1), b = with_address(2);
    a.n_elements = b.n_elements = 2;
    a.element[1] = b.element[1] = 9999;                 /* the hash of the alias */
    add_answer(c, a);
    add_answer(c, b);
}
ANSWERS(chain_of_overlaps)
{
    dns_answer_t a = with_address(1), b = with_address(1), d = with_address(2);
    b.n_elements = 2;
    b.element[1] = 1002;
    add_answer(c, a);
    add_answer(c, b);
    add_answer(c, d);
}
ANSWERS(too_many_to_compare)
{
    for (unsigned i = 0; i < 2; i++) {
        dns_answer_t a = with_address((uint8_t)(1 + i));
        a.more_elements = true;
        add_answer(c, a);
    }
}
ANSWERS(servfail_then_answer)
{
    add_answer(c, without_address(DNS_SERVFAIL));
    add_answer(c, genuine_answer());
}
ANSWERS(refused_then_answer)
{
    add_answer(c, without_address(DNS_REFUSED));
    add_answer(c, genuine_answer());
}
ANSWERS(servfail_beside_conflict) { servfail_then_answer(c); add_answer(c, forged_answer()); }
ANSWERS(truncated_then_answer)
{
    dns_answer_t a = without_address(DNS_NOERROR);
    a.flags |= DNS_TRUNCATED;
    add_answer(c, a);
    add_answer(c, genuine_answer());
}
ANSWERS(no_data_twice) { add_answer(c, without_address(0)); add_answer(c, without_address(0)); }
ANSWERS(no_data_and_no_name)
{
    add_answer(c, without_address(0));
    add_answer(c, without_address(DNS_NXDOMAIN));
}
ANSWERS(cut_answers)
{
    dns_answer_t a = with_address(1), b = with_address(2);
    a.complete = b.complete = false;
    add_answer(c, a);
    add_answer(c, b);
}
ANSWERS(two_injectors) { add_answer(c, changed(gfw1, 66)); add_answer(c, changed(gfw3, 67)); }
ANSWERS(two_injectors_and_genuine) { two_injectors(c); add_answer(c, genuine_answer()); }
ANSWERS(two_from_closed_port)
{
    c->unreachable_frame = 30;
    unknown_server();
    add_answer(c, with_address(1));
    add_answer(c, with_address(2));
}
ANSWERS(genuine_close_behind)
{
    dns_answer_t a = changed(gfw3, 67), b = genuine_answer();
    a.time = START + 20 * NS_PER_MS;
    b.time = a.time + 300 * NS_PER_US;
    add_answer(c, a);
    add_answer(c, b);
}
ANSWERS(two_boxes_of_a_known_server)
{
    dns_answer_t a = with_address(1), b = with_address(2);
    b.ip.df = true;
    a.time = START + 20 * NS_PER_MS;
    b.time = a.time + 300 * NS_PER_US;
    add_answer(c, a);
    add_answer(c, b);
}
ANSWERS(two_boxes_at_once) { two_boxes_of_a_known_server(c); unknown_server(); }
ANSWERS(ad_blocking_resolver)
{
    dns_answer_t a = genuine_answer();
    special(&a, 0, 0, 0, 0);
    add_answer(c, a);
}
ANSWERS(split_horizon)
{
    dns_answer_t a = genuine_answer();
    special(&a, 10, 1, 2, 3);
    add_answer(c, a);
    c->server_is_public = false;
}
ANSWERS(internal_zone_in_public)
{
    dns_answer_t a = genuine_answer();
    special(&a, 10, 1, 2, 3);
    add_answer(c, a);
}
ANSWERS(anycast_site_nearby)
{
    dns_answer_t a = genuine_answer();
    a.ip.ttl = 122;
    a.time = START + 2 * NS_PER_MS;
    add_answer(c, a);
}
ANSWERS(edns_fallback)
{
    dns_answer_t a = genuine_answer();
    a.has_opt = false;
    add_answer(c, a);
}
ANSWERS(ipv6_for_ipv4) { dns_answer_t a = genuine_answer(); a.type_mismatch = true; add_answer(c, a); }

ANSWERS(ipv6_for_ipv4_from_elsewhere) { ipv6_for_ipv4(c); c->answer[0].ip.ttl = 122; }

ANSWERS(seen_at_the_server) { ipv6_for_ipv4_from_elsewhere(c); c->at_server = true; }

ANSWERS(listed_alone)
{
    add_answer(c, changed(listed, 66));
}
ANSWERS(listed_beside_other) { add_answer(c, with_address(1)); add_answer(c, changed(listed, 66)); }
ANSWERS(both_listed) { add_answer(c, changed(listed, 66)); add_answer(c, changed(listed, 67)); }
ANSWERS(provider_filters) { add_answer(c, changed(listed_for_provider, 66)); }

#define F VERDICT_FORGED
#define S VERDICT_SUSPECT
#define N VERDICT_NONE

typedef struct {
    const char *name;
    answers_fn_t  wire;
    verdict_t   verdict[4];     /* in the order in which wire adds them */
    unsigned    sets;
} transaction_row_t;

static const transaction_row_t transactions[] = {
    { "one ordinary answer", one_answer, { N }, 1 },
    { "one answer, sent twice", same_twice, { N, N }, 1 },
    { "a forged answer races the genuine one", forged_and_genuine, { F, N }, 2 },
    { "a forged address races NXDOMAIN", forged_and_nxdomain, { F, N }, 2 },
    { "a forged NXDOMAIN races an address", forged_nxdomain, { F, N }, 2 },
    { "two forged answers race the genuine one", two_forged_and_genuine, { F, F, N }, 3 },
    { "two equally odd answers: one is forged, and nobody can say which", two_equally_odd, { S, S },
      2 },
    { "three equally odd answers", three_equally_odd, { S, S, S }, 3 },
    { "two copies of a query are answered from two caches", two_retries, { N, N }, 2 },
    { "two copies of a query are answered three ways", three_to_two_queries, { S, S, S }, 3 },
    { "two answers to a query that was not captured", unseen_query, { S, S }, 2 },
    { "one set of four addresses, rotated", rotated, { N, N }, 1 },
    { "two windows into one pool of addresses", overlapping_window, { N, N }, 1 },
    { "two sets too large to be compared", too_many_to_compare, { N, N }, 1 },
    { "one alias with the addresses of two sites", same_alias_other_addresses, { N, N }, 1 },
    { "three windows into one pool, of which two meet only in the third", chain_of_overlaps, { N, N,
      N }, 1 },
    { "a server fails and then answers", servfail_then_answer, { N, N }, 2 },
    { "a server refuses and then answers", refused_then_answer, { N, N }, 2 },
    { "a failure beside two answers does not hide that they contradict", servfail_beside_conflict, { N,
      N, F }, 3 },
    { "a truncated answer and then a whole one", truncated_then_answer, { N, N }, 1 },
    { "no data, twice", no_data_twice, { N, N }, 1 },
    { "no data and no such name, equally odd", no_data_and_no_name, { S, S }, 2 },
    { "two answers cut by the capture are not compared", cut_answers, { N, N }, 1 },
    { "two injectors answer and nobody else does", two_injectors, { F, F }, 2 },
    { "two injectors answer, and the server", two_injectors_and_genuine, { F, F, N }, 3 },
    { "a closed port answers in two ways", two_from_closed_port, { F, F }, 2 },
    { "the genuine answer comes a third of a millisecond behind a forged one", genuine_close_behind,
      { F, N }, 2 },
    { "two boxes answer at once, and neither is odd: one may be the server", two_boxes_at_once, { S, S }, 2 },
    { "two boxes answer at once, and one has a header unlike the server's others", two_boxes_of_a_known_server,
      { N, F }, 2 },
    { "a filtering resolver answers 0.0.0.0", ad_blocking_resolver, { N }, 1 },
    { "a company's resolver leads a public name inside", split_horizon, { N }, 1 },
    { "a public zone publishes an internal address", internal_zone_in_public, { N }, 1 },
    { "an anycast resolver answers from a nearer site", anycast_site_nearby, { S }, 1 },
    { "a resolver falls back to no EDNS", edns_fallback, { S }, 1 },
    { "a listed address alone: the server may have been fed it", listed_alone, { S }, 1 },
    { "of two equally odd answers the listed one is forged", listed_beside_other, { N, F }, 2 },
    { "two listed answers contradict each other, and no other sign tells them apart", both_listed,
      { S, S }, 2 },
    { "a provider's resolver gives the provider's block page", provider_filters, { N }, 1 },
    { "an address of another type from a server that knows how to answer: damaged, perhaps", ipv6_for_ipv4, { S },
      1 },
    { "the same from elsewhere", ipv6_for_ipv4_from_elsewhere, { F }, 1 },
    { "the same where the server's packets are seen as they leave it", seen_at_the_server, { S }, 1 },
};

/* Answers in another order keep what they say and take the places and times of each other. */
static dns_case_t
reordered(const dns_case_t *c, const unsigned *order)
{
    dns_case_t other = *c;
    int64_t gap = c->n_answers > 1 ? c->answer[1].time - c->answer[0].time : 0;

    for (unsigned i = 0; i < c->n_answers; i++) {
        other.answer[i] = c->answer[order[i]];
        other.answer[i].frame = FIRST_ANSWER_FRAME + i;
        other.answer[i].time = c->answer[0].time + gap * i;
    }
    return other;
}

static bool
next_order(unsigned *order, unsigned n)
{
    unsigned i = n ? n - 1 : 0, k = n - 1;

    while (i && order[i - 1] >= order[i])
        i--;
    if (!i)
        return false;
    while (order[k] <= order[i - 1])
        k--;
    unsigned swap = order[i - 1];
    order[i - 1] = order[k];
    order[k] = swap;
    for (k = n - 1; i < k; i++, k--) {
        swap = order[i];
        order[i] = order[k];
        order[k] = swap;
    }
    return true;
}

static void
check_order(const transaction_row_t *row, const dns_case_t *c, const unsigned *order)
{
    GArray *evidence = evidence_new();

    assert_int_equal(dns_sets(c), row->sets);
    for (unsigned i = 0; i < c->n_answers; i++) {
        int rival;
        judgement_t j = dns_judge(c, i, evidence, &rival);
        if (j.verdict != row->verdict[order[i]]) {
            char *ids = evidence_ids(evidence);
            print_error("answer %u as number %u: '%s' %u, expected '%s'; evidence: %s\n", order[i], i,
                        verdict_name(j.verdict), j.confidence, verdict_name(row->verdict[order[i]]),
                            ids);
            g_free(ids);
            fail();
        }
        assert_true(rival < (int)c->n_answers && rival != (int)i);
        assert_true(rival < 0 || j.verdict == VERDICT_FORGED);
        assert_true(rival < 0 || dns_answers_conflict(&c->answer[i], &c->answer[rival]));
        dns_innocent(c, &c->answer[i], evidence);
    }
    evidence_free(evidence);
}

static void
check_transaction(void **state)
{
    const transaction_row_t *row = *state;
    dns_case_t c = one_query();
    unsigned order[DNS_ANSWERS_MAX];

    row->wire(&c);
    for (unsigned i = 0; i < c.n_answers; i++)
        order[i] = i;
    do {
        dns_case_t other = reordered(&c, order);
        check_order(row, &other, order);
    } while (next_order(order, c.n_answers));
}

/* The rival of a forged answer is the genuine one, not another forged one. */
static void
check_rival(void **state)
{
    dns_case_t c = one_query();
    GArray *evidence = evidence_new();
    int rival;

    (void)state;
    two_forged_and_genuine(&c);
    dns_judge(&c, 0, evidence, &rival);
    assert_int_equal(rival, 2);
    dns_judge(&c, 1, evidence, &rival);
    assert_int_equal(rival, 2);
    dns_judge(&c, 2, evidence, &rival);
    assert_int_equal(rival, -1);
    evidence_free(evidence);
}

/* ---- what else could explain it ---- */

static void
check_explanation(void **state)
{
    static const struct { answers_fn_t wire; const char *words; } rows[] = {
        { two_equally_odd, "forwarder" }, { two_retries, "another cache" }, { unseen_query, "two caches" },
        { anycast_site_nearby, "transparent DNS proxy" }, { edns_fallback, "fallback" },
        { listed_alone, "was fed" }, { one_answer, NULL },
    };
    GArray *evidence = evidence_new();

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        dns_case_t c = one_query();
        int rival;
        rows[i].wire(&c);
        dns_judge(&c, 0, evidence, &rival);
        const char *text = dns_innocent(&c, &c.answer[0], evidence);
        assert_int_equal(text != NULL, rows[i].words != NULL);
        assert_true(!text || strstr(text, rows[i].words));
    }
    evidence_free(evidence);
}

/* ---- names ---- */

typedef struct {
    const char *name;
    const char *asked;
    bool        public;
} name_row_t;

static const name_row_t names[] = {
    { "a name with a top-level domain is public", "www.example.org", true },
    { "a single label is local", "printer", false },
    { "the root is a name of its own", "", false },
    { "reverse lookups are no public names", "1.0.0.127.in-addr.arpa", false },
    { ".local is local whatever the case", "nas.LOCAL", false },
    { "localhost is local", "www.localhost", false },
    { ".lan is local", "nas.lan", false },
    { ".home.arpa is local", "nas.home.arpa", false },
    { "a name that only contains a local zone is public", "local.example.org", true },
    { "a name that ends like a local zone without its dot is public", "www.planetlan", true },
    { "a blocklist lookup has answers of its own kind", "2.0.0.127.zen.spamhaus.org", false },
    { "three numbers in front are no blocklist lookup", "1.2.3.example.org", true },
    { "numbers of four digits are no blocklist lookup", "1000.2.3.4.example.org", true },
};

static void
check_name(void **state)
{
    const name_row_t *row = *state;
    assert_int_equal(dns_name_is_public(row->asked), row->public);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_SIGNS(&suite, signs, check_sign, dns_signature);
    SUITE_ADD_TABLE(&suite, transactions, check_transaction);
    suite_add(&suite, "a forged answer is contrasted with the genuine one", check_rival, NULL);
    suite_add(&suite, "the explanation fits all that was seen", check_explanation, NULL);
    SUITE_ADD_TABLE(&suite, names, check_name);
    return suite_run(&suite, "dns");
}
