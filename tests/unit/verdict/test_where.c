/* verdict/test_where.c
 * How far away the sender of a forged packet is, as far as TTLs and dead probes tell.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "verdict/where.h"

#define ROUTER { .bytes = { 203, 0, 113, 7 } }

typedef struct {
    const char   *name;
    where_facts_t facts;
    bool          known;
    uint8_t       hops, low, high;
    const char   *says;         /* part of the line */
} row_t;

#define ONE(t) .ttl = t, .lowest = t, .highest = t

static const row_t rows[] = {
    { "initial value 64", { ONE(58), .answered_ttl = 64, .claimed_ttl = 47 }, true, 6, 5, 7,
        "about 6 hops from the capture point (5 to 7), by TTL 58; nearer than the claimed sender"
        " (17 hops)" },
    { "initial value 255", { ONE(248), .answered_ttl = 64 }, true, 7, 6, 8, "by TTL 248" },
    { "initial value 128", { ONE(125), .answered_ttl = 64, .claimed_ttl = 52 }, true, 3, 2, 4,
      "3 hops" },
    { "next to the capture", { ONE(255), .answered_ttl = 64 }, true, 0, 0, 1, "about 0 hops" },
    { "32 or 64, and the sender is near", { ONE(30), .answered_ttl = 64, .claimed_ttl = 52 }, true,
      2, 1, 35,
        "(1 to 35)" },
    { "32 or 64, and the sender is far", { ONE(30), .answered_ttl = 64, .claimed_ttl = 128 - 35 },
      true, 34, 1, 35,
        "(1 to 35)" },
    { "jitter of routes is no change",
      { .ttl = 58, .lowest = 57, .highest = 58, .answered_ttl = 64 },
        true, 6, 5, 7, "about 6" },
    { "as far as the sender", { ONE(47), .answered_ttl = 64, .claimed_ttl = 239 }, true, 17, 16, 18,
        "the claimed sender itself is 16 hops away" },
    { "farther than the sender", { ONE(40), .answered_ttl = 64, .claimed_ttl = 55 }, true, 24, 23,
      25,
        "farther than the claimed sender (9 hops)" },

    { "no plausible distance", { ONE(83), .answered_ttl = 64 }, false, 0, 0, 0,
      "no initial value" },
    { "changes from packet to packet",
      { .ttl = 58, .lowest = 41, .highest = 58, .answered_ttl = 64 },
        false, 0, 0, 0, "it changes from packet to packet (41 to 58)" },
    { "follows what it answers", { ONE(28), .answered_ttl = 64, .follows = true }, false, 0, 0, 0,
      "it follows" },
    { "the header of a box that draws TTLs", { ONE(128), .answered_ttl = 64, .fickle = "GFW (II)" },
      false, 0, 0, 0,
        "the TTL 128 tells nothing: GFW (II), whose header this is" },
    { "the same as what it answers", { ONE(64), .answered_ttl = 64 }, false, 0, 0, 0,
      "perhaps copied" },
    { "the claimed sender's own", { ONE(47), .answered_ttl = 64, .claimed_ttl = 47 }, false, 0, 0,
      0,
        "the claimed sender's own" },

    { "a dead probe alone", { ONE(83), .answered_ttl = 14, .died = { 9, 14, ROUTER } }, true, 14, 1,
      14,
        "at most 14 hops, at or before router 203.0.113.7, where what was answered died"
        " (frame 9)" },
    { "dead probes on both sides", { ONE(83), .died = { 9, 13, ROUTER }, .silent_hops = 12 }, true,
      13, 13, 13,
        "at least 13, as the same request died unanswered after 12" },
    { "a dead probe agrees with the TTL", { ONE(58), .died = { 9, 14, ROUTER }, .silent_hops = 4 },
        true, 6, 5, 7, "about 6 hops from the capture point (5 to 7), by TTL 58; at most 14" },
    { "a dead probe cuts the range", { ONE(58), .died = { 9, 6, ROUTER }, .silent_hops = 5 },
        true, 6, 6, 6, "about 6 hops from the capture point, by TTL 58; at most 6" },
    { "a dead probe decides between 32 and 64", { ONE(30), .died = { 9, 6, ROUTER } }, true, 2, 1,
      3, "about 2" },
    { "a dead probe contradicts the TTL", { ONE(40), .died = { 9, 6, ROUTER } }, true, 6, 1, 6,
        "beyond where the packet it answers died" },
    { "silence beyond the TTL's place", { ONE(58), .died = { 9, 14, ROUTER }, .silent_hops = 12 },
        true, 14, 13, 14, "at least 13" },
    { "an unanswered probe beyond an answered one",
      { ONE(83), .died = { 9, 6, ROUTER }, .silent_hops = 9 },
        true, 6, 1, 6, "at most 6" },
    { "a router with an IPv6 address",
      { ONE(83), .died = { 9, 1, { .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 1 },
        .ipv6 = true } } }, true, 1, 1, 1, "at most 1 hop, at or before router 2001:db8::1" },
};

static void
check_row(void **state)
{
    const row_t *row = *state;
    where_t w = where_estimate(&row->facts);
    char *text = where_text(&row->facts);

    if (!strstr(text, row->says))
        fail_msg("\"%s\" lacks \"%s\"", text, row->says);
    g_free(text);
    assert_int_equal(w.known, row->known);
    if (!row->known)
        return;
    assert_int_equal(w.hops, row->hops);
    assert_int_equal(w.low, row->low);
    assert_int_equal(w.high, row->high);
}

/* Whatever the values: a range in order that holds the estimate. */
static void
check_all_values(void **state)
{
    (void)state;
    for (unsigned ttl = 0; ttl < 256; ttl++)
        for (unsigned died = 0; died < 256; died += 5)
            for (unsigned silent = 0; silent < 256; silent += 15) {
                where_facts_t f = { ONE((uint8_t)ttl), .claimed_ttl = (uint8_t)(silent + died),
                    .died = { died ? 1 : 0, (uint8_t)died, ROUTER },
                    .silent_hops = (uint8_t)silent };
                where_t w = where_estimate(&f);
                if (w.known)
                    assert_true(w.low <= w.hops && w.hops <= w.high);
                char *text = where_text(&f);
                assert_true(strlen(text) > 10);
                g_free(text);
            }
}

int
main(void)
{
    suite_t suite = suite_new();

    SUITE_ADD_TABLE(&suite, rows, check_row);
    suite_add(&suite, "all values", check_all_values, NULL);
    return suite_run(&suite, "where");
}
