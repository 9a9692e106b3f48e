/* base/test_oldest.c
 * At most so many: who has to go, and who has not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "base/oldest.h"

typedef struct {
    int   name;
    GList link;
} one_t;

static void
check_order(void **state)
{
    oldest_t oldest = oldest_new(3, NULL);
    one_t one[4] = { { .name = 0 }, { .name = 1 }, { .name = 2 }, { .name = 3 } };

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_null(oldest_in_the_way(&oldest));
        oldest_add(&oldest, &one[i].link, &one[i]);
    }
    assert_ptr_equal(oldest_in_the_way(&oldest), &one[0]);
    oldest_touch(&oldest, &one[0].link);
    assert_ptr_equal(oldest_in_the_way(&oldest), &one[1]);
    oldest_touch(&oldest, &one[0].link);                /* the youngest already */
    assert_int_equal(oldest.links.length, 3);
    oldest_remove(&oldest, &one[2].link);
    assert_null(oldest_in_the_way(&oldest));
    oldest_add(&oldest, &one[3].link, &one[3]);
    for (int expected[] = { 1, 0, 3 }, i = 0; i < 3; i++) {
        const one_t *first = oldest.links.head->data;
        assert_int_equal(first->name, expected[i]);
        oldest_remove(&oldest, oldest.links.head);
    }
    assert_int_equal(oldest.links.length, 0);
}

static void
check_none_allowed(void **state)
{
    oldest_t oldest = oldest_new(0, "none");            /* a preference may say so */
    one_t one = { 0 };

    (void)state;
    assert_null(oldest_in_the_way(&oldest));
    oldest_add(&oldest, &one.link, &one);
    assert_ptr_equal(oldest_in_the_way(&oldest), &one);
    assert_string_equal(oldest.limit.notice, "none");
    assert_false(oldest.limit.told);
}

int
main(void)
{
    suite_t suite = suite_new();
    suite_add(&suite, "the oldest is in the way, unless it was touched", check_order, NULL);
    suite_add(&suite, "a bound of 0 is one of 1", check_none_allowed, NULL);
    return suite_run(&suite, "oldest");
}
