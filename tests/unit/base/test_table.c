/* base/test_table.c
 * Structures found by the hash of their key: all of one hash, after growth, after removal.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "base/table.h"

typedef struct {
    entry_t  entry;
    uint32_t value;
} thing_t;

#define MANY (3 * TABLE_CHUNK)

static thing_t *
find(const table_t *table, uint32_t hash, uint32_t value)
{
    thing_t *thing = table_first(table, hash);

    while (thing && thing->value != value)
        thing = table_next(table, thing);
    return thing;
}

static thing_t *
add(table_t *table, uint32_t hash, uint32_t value)
{
    thing_t *thing = table_add(table, hash);

    assert_int_equal(thing->value, 0);
    thing->value = value;
    return thing;
}

static void
check_empty(void **state)
{
    table_t *table = table_new(sizeof(thing_t));

    (void)state;
    assert_null(table_first(table, 0));
    assert_null(table_first(table, UINT32_MAX));
    table_free(table);
}

static void
check_one_hash(void **state)
{
    table_t *table = table_new(sizeof(thing_t));
    thing_t *thing[3];

    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        thing[i] = add(table, 7, i + 1);
    for (uint32_t i = 0; i < 3; i++)
        assert_ptr_equal(find(table, 7, i + 1), thing[i]);
    assert_null(find(table, 7, 4));
    table_remove(table, thing[1]);      /* from the middle of the chain */
    assert_null(find(table, 7, 2));
    assert_ptr_equal(find(table, 7, 1), thing[0]);
    assert_ptr_equal(find(table, 7, 3), thing[2]);
    assert_int_equal(table->length, 2);
    table_free(table);
}

/* One chain holds other hashes too: the table has fewer chains than there are hashes. */
static void
check_chain_of_others(void **state)
{
    table_t *table = table_new(sizeof(thing_t));

    (void)state;
    add(table, 5, 1);
    thing_t *other = add(table, 5 + (table->mask + 1), 2);
    assert_ptr_equal(table_first(table, 5 + (table->mask + 1)), other);
    assert_null(table_next(table, other));
    assert_int_equal(((thing_t *)table_first(table, 5))->value, 1);
    table_free(table);
}

static void
check_growth(void **state)
{
    table_t *table = table_new(sizeof(thing_t));
    thing_t *first = add(table, 1000, 1000);

    (void)state;
    for (uint32_t i = 1; i < MANY; i++)
        add(table, 1000 + i, 1000 + i);
    assert_true(table->mask >= MANY / 2);
    for (uint32_t i = 0; i < MANY; i++)
        assert_non_null(find(table, 1000 + i, 1000 + i));
    assert_ptr_equal(find(table, 1000, 1000), first);   /* it has not moved */
    table_free(table);
}

static void
check_removed_numbers_are_used_again(void **state)
{
    table_t *table = table_new(sizeof(thing_t));

    (void)state;
    for (uint32_t round = 0; round < 4; round++) {
        for (uint32_t i = 0; i < MANY; i++)
            add(table, i, i);
        assert_int_equal(table->length, MANY);
        assert_int_equal(table->used, MANY);
        for (uint32_t i = 0; i < MANY; i++) {
            thing_t *thing = find(table, i, i);
            assert_ptr_equal(table_at(table, thing->entry.number), thing);
            table_remove(table, thing);
            assert_int_equal(thing->entry.number, 0);
        }
        assert_int_equal(table->length, 0);
        assert_null(table_first(table, 1));
    }
    table_free(table);
}

int
main(void)
{
    suite_t suite = suite_new();
    suite_add(&suite, "nothing is found in an empty table", check_empty, NULL);
    suite_add(&suite, "all of one hash are found", check_one_hash, NULL);
    suite_add(&suite, "others of the same chain are not", check_chain_of_others, NULL);
    suite_add(&suite, "all are found when it has grown", check_growth, NULL);
    suite_add(&suite, "numbers are used again", check_removed_numbers_are_used_again, NULL);
    return suite_run(&suite, "table");
}
