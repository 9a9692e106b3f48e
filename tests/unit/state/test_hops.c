/* state/test_hops.c
 * TTLs as distances.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "state/hops.h"

typedef struct {
    const char *name;
    uint8_t     ttl, initial, hops;
    bool        plausible;
} single_row_t;

static const single_row_t singles[] = {
    { "TTL 0 is the last hop of a stack that starts at 32", 0, 32, 32, true },
    { "TTL 1 is 31 hops from a stack that starts at 32", 1, 32, 31, true },
    { "TTL 32 has not left the sender's network", 32, 32, 0, true },
    { "TTL 33 comes from a stack that starts at 64", 33, 64, 31, true },
    { "TTL 52 is twelve hops away", 52, 64, 12, true },
    { "TTL 64 has not left the sender's network", 64, 64, 0, true },
    { "TTL 65 would be 63 hops away, which no route is", 65, 128, 63, false },
    { "TTL 92 is one hop too far for any route", 92, 128, 36, false },
    { "TTL 93 is as far as a route goes", 93, 128, 35, true },
    { "TTL 128 has not left the sender's network", 128, 128, 0, true },
    { "TTL 129 would be 126 hops away, which no route is", 129, 255, 126, false },
    { "TTL 219 is one hop too far for any route", 219, 255, 36, false },
    { "TTL 220 is as far as a route goes", 220, 255, 35, true },
    { "TTL 255 has not left the sender's network", 255, 255, 0, true },
};

static void
check_single(void **state)
{
    const single_row_t *row = *state;
    assert_int_equal(ttl_initial(row->ttl), row->initial);
    assert_int_equal(ttl_hops(row->ttl), row->hops);
    assert_int_equal(ttl_is_plausible(row->ttl), row->plausible);
}

typedef struct {
    const char *name;
    uint8_t     a, b, distance;
} pair_row_t;

static const pair_row_t pairs[] = {
    { "one TTL is no distance from itself", 57, 57, 0 },
    { "a host that starts at 64 and one that starts at 255, equally far away, are not told apart",
      47, 238, 0 },
    { "a host that starts at 64 and one that starts at 128, equally far away, are not told apart",
      54, 118, 0 },
    { "32 and 64 on the own network are not told apart", 32, 64, 0 },
    { "128 and 255 on the own network are not told apart", 128, 255, 0 },
    { "neighbours on a load-balanced path are one hop apart", 51, 52, 1 },
    { "27 and 41 are at least their difference apart, whichever initial value each had", 27, 41,
      14 },
    { "a box two hops away that answers for a server twelve hops away is ten hops off", 52, 126,
      10 },
    { "an implausible TTL has no other initial value to hide behind", 150, 238, 88 },
    { "two implausible TTLs are compared as they stand", 150, 170, 20 },
    { "30 is both two hops from 32 and 34 hops from 64, and the nearer counts", 30, 94, 0 },
    { "0 and 255 are 32 hops apart at least, not 255", 0, 255, 32 },
};

static void
check_pair(void **state)
{
    const pair_row_t *row = *state;
    assert_int_equal(ttl_distance(row->a, row->b), row->distance);
    assert_int_equal(ttl_distance(row->b, row->a), row->distance);
}

static void
check_all_pairs(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            unsigned distance = ttl_distance((uint8_t)a, (uint8_t)b);
            assert_int_equal(distance, ttl_distance((uint8_t)b, (uint8_t)a));
            assert_true(distance <= (a > b ? a - b : b - a));
            assert_true(a != b || distance == 0);
        }
    }
}

/* Where both have one possible initial value only, the distance is the difference in hops. */
static void
check_unambiguous_pairs(void **state)
{
    (void)state;
    for (unsigned a = 33; a <= 64; a++)
        for (unsigned b = 220; b <= 255; b++) {
            int apart = (int)(64 - a) - (int)(255 - b);
            assert_int_equal(ttl_distance((uint8_t)a, (uint8_t)b), apart < 0 ? -apart : apart);
        }
}

static void
check_single_range(void **state)
{
    (void)state;
    for (unsigned ttl = 0; ttl < 256; ttl++) {
        assert_int_equal(ttl_initial((uint8_t)ttl) - ttl, ttl_hops((uint8_t)ttl));
        assert_int_equal(ttl_is_plausible((uint8_t)ttl),
                         !((ttl >= 65 && ttl <= 92) || (ttl >= 129 && ttl <= 219)));
    }
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, singles, check_single);
    SUITE_ADD_TABLE(&suite, pairs, check_pair);
    suite_add(&suite,
              "every pair of TTLs is equally far apart both ways, and never further than it "
              "looks", check_all_pairs, NULL);
    suite_add(&suite, "TTLs with one explanation each are apart by their hops",
              check_unambiguous_pairs,
        NULL);
    suite_add(&suite, "every TTL has hops that add up to its initial value", check_single_range,
              NULL);
    return suite_run(&suite, "hops");
}
