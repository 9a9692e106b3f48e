/* verdict/test_injectors.c
 * Every row of the table of injectors with a packet that fits it and packets that nearly do, and
 * everyday packets, which must fit nobody.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "verdict/injectors.h"

#define NEVER (-99)     /* a value that no fact asks for */

/* A packet with every value that the row asks for. */
static injected_t
packet_of(const injector_t *row)
{
    injected_t p = injected_new(CLASS_RESET);

    while (!(row->classes >> p.class & 1))
        p.class++;
    if (row->classes & 1u << CLASS_RESET)
        p.class = CLASS_RESET;
    for (unsigned i = 0; i < row->n_facts; i++) {
        const injector_fact_t *fact = &row->fact[i];
        if (fact->text)
            injected_read_text(&p, (const uint8_t *)fact->text, strlen(fact->text));
        else
            p.value[fact->trait] = fact->low;
    }
    return p;
}

static bool
is_named(const injector_t *row, const injected_t *packet)
{
    injector_match_t match[INJECTORS_NAMED_MAX];
    unsigned n = injectors_match(packet, match);

    assert_true(n <= INJECTORS_NAMED_MAX);
    for (unsigned i = 0; i + 1 < n; i++)
        assert_true(match[i].points >= match[i + 1].points);
    for (unsigned i = 0; i < n; i++)
        if (match[i].injector == row)
            return true;
    return false;
}

static void
make_differ(injected_t *packet, const injector_fact_t *fact)
{
    packet->value[fact->trait] = fact->text ? 20 : NEVER;
    if (fact->text)
        packet->texts = 0;
}

static void
check_row_fits(void **state)
{
    const injector_t *row = *state;
    injected_t p = packet_of(row);

    assert_true(is_named(row, &p));
    char *text = injector_match_text(row, &p);
    assert_true(g_str_has_prefix(text, row->name));
    assert_null(strstr(text, "but not"));
    g_free(text);
}

static void
check_row_near_misses(void **state)
{
    const injector_t *row = *state;

    for (unsigned i = 0; i < row->n_facts; i++) {
        injected_t p = packet_of(row);
        make_differ(&p, &row->fact[i]);
        if (row->fact[i].must)
            assert_false(is_named(row, &p));
        if (row->fact[i].must || row->fact[i].sometimes)
            continue;
        if (is_named(row, &p)) {        /* then it says so */
            char *text = injector_match_text(row, &p);
            assert_non_null(strstr(text, "but not"));
            g_free(text);
        }
    }
}

/* Points must come from the facts, and nobody is named for what is not known. */
static void
check_row_needs_its_own_facts(void **state)
{
    const injector_t *row = *state;
    injected_t p = packet_of(row);
    unsigned sum = 0;

    for (unsigned i = 0; i < row->n_facts; i++) {
        sum += row->fact[i].points;
        assert_true(row->fact[i].low <= row->fact[i].high);
        if (row->fact[i].points)
            p.value[row->fact[i].trait] = NOT_KNOWN;
    }
    assert_true(sum >= POINTS_TO_FIT);
    assert_true(row->n_facts > 0 && row->n_facts <= INJECTOR_FACTS_MAX);
    assert_false(is_named(row, &p));
    assert_true(*row->name && *row->place && *row->years && *row->source && row->classes);
}

static void
check_row_other_class(void **state)
{
    const injector_t *row = *state;
    injected_t p = packet_of(row);

    p.class = row->classes & 1u << CLASS_DNS_ANSWER ? CLASS_DATA : CLASS_DNS_ANSWER;
    assert_false(is_named(row, &p));
}

/* ---- packets by hand ---- */

enum { SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10, FIN = 0x01 };

/* The kernel's answer to a segment for a closed socket. */
static injected_t
everyday_reset(void)
{
    injected_t p = injected_new(CLASS_RESET);

    p.value[TRAIT_FLAGS] = RST;
    p.value[TRAIT_RESERVED_BITS] = 0;
    p.value[TRAIT_DF] = 1;
    p.value[TRAIT_IP_ID] = 0;
    p.value[TRAIT_IP_ID_STEP] = -1234;
    p.value[TRAIT_TTL_INITIAL] = 64;
    p.value[TRAIT_TTL_IMPLAUSIBLE] = 0;
    p.value[TRAIT_TTL_FOLLOWS] = 0;
    p.value[TRAIT_DSCP] = 0;
    p.value[TRAIT_WINDOW] = 0;
    p.value[TRAIT_WINDOW_COPIED] = 0;
    p.value[TRAIT_LOCKSTEP] = 0;
    p.value[TRAIT_BURST] = 1;
    p.value[TRAIT_ANSWERS_SYN] = 0;
    p.value[TRAIT_ACK_UNFLAGGED] = 0;
    p.value[TRAIT_ZERO_NUMBERS] = 0;
    p.value[TRAIT_LENGTH] = 0;
    p.value[TRAIT_COUNTING_BYTES] = 0;
    return p;
}

static injected_t
everyday_data(void)
{
    injected_t p = everyday_reset();

    p.class = CLASS_DATA;
    p.value[TRAIT_FLAGS] = PSH | ACK;
    p.value[TRAIT_IP_ID] = 0x5a5a;
    p.value[TRAIT_WINDOW] = 501;
    p.value[TRAIT_NO_TIMESTAMPS] = 0;
    p.value[TRAIT_TSVAL_COPIED] = 0;
    p.value[TRAIT_CONFLICT] = 0;
    p.value[TRAIT_REDIRECT] = 1;
    p.value[TRAIT_BARE_PAGE] = 0;
    p.value[TRAIT_IRAN_PAGE] = 0;
    injected_read_text(&p, (const uint8_t *)"HTTP/1.1 302 Found\r\nConnection: close\r\n\r\n", 41);
    return p;
}

static injected_t
everyday_answer(void)
{
    injected_t p = injected_new(CLASS_DNS_ANSWER);

    p.value[TRAIT_DF] = 1;
    p.value[TRAIT_IP_ID] = 0;
    p.value[TRAIT_TTL_INITIAL] = 64;
    p.value[TRAIT_TTL_IMPLAUSIBLE] = 0;
    p.value[TRAIT_DNS_FLAGS] = 0x8180;
    p.value[TRAIT_AUTHORITATIVE] = 0;
    p.value[TRAIT_RECORD_TTL] = 60;
    p.value[TRAIT_OWNER_IN_FULL] = 0;
    p.value[TRAIT_SINGLE_RECORD] = 1;
    p.value[TRAIT_OPT_AS_ANSWER] = 0;
    p.value[TRAIT_TYPE_MISMATCH] = 0;
    p.value[TRAIT_DNS_BURST] = 0;
    p.value[TRAIT_ADDRESS] = INT64_C(0xc0000250);
    return p;
}

typedef struct {
    const char *name;
    injected_t (*packet)(void);
    void (*change)(int64_t *v);
    const char *expected;       /* names, "|" between them; "" for unknown */
} by_hand_t;

#define CHANGE(name) static void name(int64_t *v)

CHANGE(nothing) { (void)v; }
CHANGE(with_ack) { v[TRAIT_FLAGS] = RST | ACK; }
CHANGE(bare_bones) { v[TRAIT_DF] = 0; v[TRAIT_WINDOW] = 8192; }
CHANGE(embedded_box) { v[TRAIT_DF] = 0; v[TRAIT_TTL_INITIAL] = 255; v[TRAIT_FLAGS] = RST | ACK; }
CHANGE(scapy) { v[TRAIT_DF] = 0; v[TRAIT_IP_ID] = 1; v[TRAIT_WINDOW] = 8192; }
CHANGE(gfw1) { v[TRAIT_DF] = 0; v[TRAIT_TTL_IMPLAUSIBLE] = 1; }
CHANGE(gfw1_twice) { gfw1(v); v[TRAIT_BURST] = 2; }
CHANGE(triplet)
{
    with_ack(v);
    v[TRAIT_IP_ID] = 0xb90b;
    v[TRAIT_BURST] = 3;
    v[TRAIT_PAIR_IP_ID_STEP] = 0;
    v[TRAIT_WINDOW] = 1503;
}
CHANGE(triplet_without_df) { triplet(v); v[TRAIT_DF] = 0; }
CHANGE(three_for_three) { with_ack(v); v[TRAIT_BURST] = 3; v[TRAIT_PAIR_IP_ID_STEP] = 0; }
CHANGE(lone_of_triplet) { with_ack(v); v[TRAIT_IP_ID] = 0xb90b; v[TRAIT_WINDOW] = 1503; }
CHANGE(random_ttl) { lone_of_triplet(v); v[TRAIT_TTL_IMPLAUSIBLE] = 1; v[TRAIT_LOCKSTEP] = 1; }
CHANGE(random_triplet) { random_ttl(v); v[TRAIT_BURST] = 3; }
CHANGE(stepping)
{
    triplet(v);
    v[TRAIT_PAIR_IP_ID_STEP] = 1;
    v[TRAIT_PAIR_LOCKSTEP] = v[TRAIT_LOCKSTEP] = 1;
}
CHANGE(gfw3) { embedded_box(v); v[TRAIT_IP_ID] = 0x9920; }
CHANGE(gfw3_other_id) { embedded_box(v); v[TRAIT_IP_ID] = 0x9934; }
CHANGE(gfw3_near_id) { embedded_box(v); v[TRAIT_IP_ID] = 0x9915; }
CHANGE(henan)
{
    with_ack(v);
    v[TRAIT_COUNTING_BYTES] = 1;
    v[TRAIT_IP_ID] = 1;
    v[TRAIT_DF] = 0;
    v[TRAIT_LENGTH] = 10;
}

CHANGE(reason_text) { v[TRAIT_LENGTH] = 10; }

CHANGE(rae)
{
    with_ack(v);
    v[TRAIT_RESERVED_BITS] = 1;
    v[TRAIT_IP_ID_STEP] = 0;
    v[TRAIT_WINDOW_COPIED] = 1;
    v[TRAIT_ACK_OFF] = -1;
}

CHANGE(reserved_only) { with_ack(v); v[TRAIT_RESERVED_BITS] = 1; v[TRAIT_WINDOW_COPIED] = 0; }
CHANGE(mirrored_id_only) { v[TRAIT_IP_ID_STEP] = 0; v[TRAIT_IP_ID] = 0x1234 + 1; }
CHANGE(turkmenistan) { v[TRAIT_IP_ID] = 0x7530; v[TRAIT_DF] = 0; v[TRAIT_TTL_INITIAL] = 128; }
CHANGE(turkmenistan_64) { turkmenistan(v); v[TRAIT_TTL_INITIAL] = 64; }
CHANGE(turkmenistan_df) { turkmenistan(v); v[TRAIT_DF] = 1; }
CHANGE(sandvine) { v[TRAIT_IP_ID] = 0x3412; v[TRAIT_DF] = 0; v[TRAIT_WINDOW] = 32120; }
CHANGE(sandvine_swapped) { sandvine(v); v[TRAIT_IP_ID] = 0x1234; }
CHANGE(sandvine_other_window) { sandvine(v); v[TRAIT_WINDOW] = 512; }
CHANGE(ladder) { v[TRAIT_SEQ_STEP] = 1460; v[TRAIT_SEQ_STEP_1460] = 1; }
CHANGE(ladder_ack) { with_ack(v); ladder(v); }
CHANGE(step_12503) { v[TRAIT_SEQ_STEP] = 12503; v[TRAIT_SEQ_STEP_1460] = 0; }
CHANGE(step_1000) { v[TRAIT_SEQ_STEP] = 1000; v[TRAIT_SEQ_STEP_1460] = 0; }
CHANGE(race)
{
    v[TRAIT_CONFLICT] = 1;
    v[TRAIT_NO_TIMESTAMPS] = 1;
    v[TRAIT_DF] = 0;
    v[TRAIT_REDIRECT] = 0;
}

CHANGE(quantum) { race(v); v[TRAIT_IP_ID] = 1; v[TRAIT_WINDOW] = 8192; }
CHANGE(retransmission) { v[TRAIT_CONFLICT] = 1; }
CHANGE(cannon) { v[TRAIT_LOCKSTEP] = 1; }
CHANGE(window_1) { v[TRAIT_WINDOW] = 1; v[TRAIT_DF] = 0; }
CHANGE(russian) { v[TRAIT_IP_ID] = 1; v[TRAIT_DF] = 0; }
CHANGE(portuguese) { v[TRAIT_IP_ID] = 0; v[TRAIT_DF] = 0; v[TRAIT_WINDOW] = 123; }
CHANGE(dns_gfw3) { v[TRAIT_DF] = 0; }
CHANGE(dns_gfw3_flags) { v[TRAIT_DF] = 0; v[TRAIT_DNS_FLAGS] = 0x8580; }
CHANGE(dns_gfw3_two_records) { v[TRAIT_DF] = 0; v[TRAIT_SINGLE_RECORD] = 0; }
CHANGE(dns_gfw2) { v[TRAIT_IP_ID] = 0x4321; v[TRAIT_TTL_IMPLAUSIBLE] = 1; v[TRAIT_DNS_BURST] = 1; }
CHANGE(dns_gfw2_plain) { v[TRAIT_IP_ID] = 0x4321; v[TRAIT_DNS_BURST] = 1; }
CHANGE(dns_private) { v[TRAIT_ADDRESS] = 0x0a0a2233; }

static const by_hand_t by_hand[] = {
    { "a kernel's reset is unknown", everyday_reset, nothing, "" },
    { "a kernel's RST/ACK is unknown", everyday_reset, with_ack, "" },
    { "don't-fragment clear is unknown", everyday_reset, bare_bones, "" },
    { "an embedded system's reset is unknown", everyday_reset, embedded_box, "" },
    { "a packet tool's reset is unknown", everyday_reset, scapy, "" },
    { "a payload is no Henan", everyday_reset, reason_text, "" },
    { "IP ID 0, no DF, random TTL", everyday_reset, gfw1, "GFW (I)" },
    { "IP ID 0, no DF, twice", everyday_reset, gfw1_twice, "" },
    { "a triplet of copies", everyday_reset, triplet, "GFW (II)" },
    { "a triplet of copies without DF", everyday_reset, triplet_without_df, "" },
    { "three resets with IP ID 0", everyday_reset, three_for_three, "" },
    { "a single one of a triplet", everyday_reset, lone_of_triplet, "" },
    { "a single one, window and TTL together", everyday_reset, random_ttl, "" },
    { "a triplet, random TTL, window and TTL together", everyday_reset, random_triplet,
      "GFW (II)" },
    { "stepping resets", everyday_reset, stepping, "GFW, stepping resets|GFW (II)" },
    { "GFW (III)", everyday_reset, gfw3, "GFW (III)" },
    { "above GFW (III)'s range", everyday_reset, gfw3_other_id, "" },
    { "below GFW (III)'s range", everyday_reset, gfw3_near_id, "" },
    { "Henan", everyday_reset, henan, "Henan Firewall" },
    { "RAE", everyday_reset, rae, "RAE" },
    { "reserved bits alone", everyday_reset, reserved_only, "" },
    { "the trigger's IP ID alone", everyday_reset, mirrored_id_only, "" },
    { "Turkmenistan", everyday_reset, turkmenistan, "Turkmenistan's filter" },
    { "Turkmenistan with another initial TTL", everyday_reset, turkmenistan_64, "" },
    { "Turkmenistan with DF", everyday_reset, turkmenistan_df, "" },
    { "Sandvine", everyday_reset, sandvine, "Sandvine PacketLogic" },
    { "Sandvine with the other byte order", everyday_reset, sandvine_swapped, "Egypt, second box" },
    { "Sandvine's IP ID, other window", everyday_reset, sandvine_other_window, "" },
    { "a ladder of RST", everyday_reset, ladder, "GFW, keyword resets of 2006" },
    { "a ladder of RST/ACK", everyday_reset, ladder_ack, "GFW, type 2" },
    { "12503 bytes apart", everyday_reset, step_12503, "Sandvine, reset pair" },
    { "1000 bytes apart", everyday_reset, step_1000, "" },
    { "a redirect is unknown", everyday_data, nothing, "" },
    { "Sandvine's redirect", everyday_data, sandvine, "Sandvine PacketLogic" },
    { "other bytes without timestamps", everyday_data, race, "" },
    { "the same with IP ID 1 and window 8192", everyday_data, quantum,
      "QUANTUMINSERT as demonstrated" },
    { "other bytes alone", everyday_data, retransmission, "" },
    { "window and TTL in steps", everyday_data, cannon, "Great Cannon" },
    { "window 1", everyday_data, window_1, "PerfTech" },
    { "a redirect with IP ID 1", everyday_data, russian, "Russian ISP boxes" },
    { "a redirect with IP ID 0, window 123", everyday_data, portuguese,
        "Portuguese ISP box|Russian ISP boxes" },
    { "a resolver's answer is unknown", everyday_answer, nothing, "" },
    { "IP ID 0, no DF", everyday_answer, dns_gfw3, "GFW DNS injector 3" },
    { "IP ID 0, no DF, authoritative flags", everyday_answer, dns_gfw3_flags, "" },
    { "IP ID 0, no DF, two records", everyday_answer, dns_gfw3_two_records, "" },
    { "random TTL in a burst", everyday_answer, dns_gfw2, "GFW DNS injector 2" },
    { "one of a burst", everyday_answer, dns_gfw2_plain, "" },
    { "10.10.34.51", everyday_answer, dns_private, "" },
};

static void
check_by_hand(void **state)
{
    const by_hand_t *row = *state;
    injected_t p = row->packet();
    injector_match_t match[INJECTORS_NAMED_MAX];
    GString *names = g_string_new(NULL);

    row->change(p.value);
    unsigned n = injectors_match(&p, match);
    for (unsigned i = 0; i < n; i++)
        g_string_append_printf(names, "%s%s", i ? "|" : "", match[i].injector->name);
    assert_string_equal(names->str, row->expected);
    g_string_free(names, TRUE);
}

static void
check_nothing_known(void **state)
{
    (void)state;
    for (class_t class = CLASS_NONE; class < N_CLASSES; class++) {
        injector_match_t match[INJECTORS_NAMED_MAX];
        injected_t p = injected_new(class);
        assert_int_equal(injectors_match(&p, match), 0);
    }
}

static void
check_words(void **state)
{
    injected_t p = everyday_reset();
    unsigned i = 0;

    (void)state;
    while (strcmp(injector_row(i)->name, "Turkmenistan's filter"))
        i++;
    turkmenistan_64(p.value);
    char *text = injector_match_text(injector_row(i), &p);
    assert_string_equal(text,
                        "Turkmenistan's filter: IP ID 0x7530, flags RST, don't-fragment clear, "
                              "window 0; but not initial TTL 128 (here 64)");
    g_free(text);
}

/* Text is found in any case, only where it was looked for, and never beyond what was captured. */
static void
check_text(void **state)
{
    static const char page[] = "HTTP/1.0 302 Moved\r\nLocation: http://WARNING.or.KR/i1.html\r\n";
    injector_match_t match[INJECTORS_NAMED_MAX];
    injected_t p = injected_new(CLASS_DATA);

    (void)state;
    injected_read_text(&p, (const uint8_t *)page, sizeof page - 1);
    assert_int_equal(injectors_match(&p, match), 1);
    assert_string_equal(match[0].injector->name, "South Korea's warning page");
    p = injected_new(CLASS_DATA);
    injected_read_text(&p, (const uint8_t *)page, strstr(page, "WARNING") - page + 12);
    assert_int_equal(injectors_match(&p, match), 0);
}

int
main(void)
{
    suite_t suite = suite_new();
    const injector_t *row;

    for (unsigned i = 0; (row = injector_row(i)); i++) {
        suite_add(&suite, row->name, check_row_fits, row);
        suite_add(&suite, row->name, check_row_near_misses, row);
        suite_add(&suite, row->name, check_row_needs_its_own_facts, row);
        suite_add(&suite, row->name, check_row_other_class, row);
    }
    SUITE_ADD_TABLE(&suite, by_hand, check_by_hand);
    suite_add(&suite, "nothing known", check_nothing_known, NULL);
    suite_add(&suite, "words", check_words, NULL);
    suite_add(&suite, "text", check_text, NULL);
    return suite_run(&suite, "injectors");
}
