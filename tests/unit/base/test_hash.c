/* base/test_hash.c
 * The seeded hash: what belongs to the key and what does not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "base/hash.h"

static uint32_t
of(const char *text)
{
    return hash_bytes((const uint8_t *)text, strlen(text));
}

static void
check_every_byte(void **state)
{
    uint8_t bytes[HASH_BYTES_MAX] = { 0 };
    uint32_t plain = hash_bytes(bytes, sizeof bytes);

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = 1;
        assert_int_not_equal(hash_bytes(bytes, sizeof bytes), plain);
        bytes[i] = 0;
    }
    assert_int_equal(hash_bytes(bytes, sizeof bytes), plain);
}

static void
check_length(void **state)
{
    uint8_t bytes[HASH_BYTES_MAX + 8] = { 0 };

    (void)state;
    for (size_t n = 1; n < sizeof bytes; n++)           /* zeros, and as many as nobody adds up */
        assert_int_not_equal(hash_bytes(bytes, n), hash_bytes(bytes, n - 1));
    bytes[HASH_BYTES_MAX] = 1;                          /* behind what counts */
    uint32_t with = hash_bytes(bytes, sizeof bytes);
    bytes[HASH_BYTES_MAX] = 0;
    assert_int_equal(hash_bytes(bytes, sizeof bytes), with);
}

static void
check_case(void **state)
{
    (void)state;
    assert_int_not_equal(of("Example"), of("eXAMPLE"));
    assert_int_equal(hash_bytes_folded((const uint8_t *)"Example", 7),
                     hash_bytes_folded((const uint8_t *)"eXAMPLE", 7));
    assert_int_not_equal(hash_bytes_folded((const uint8_t *)"example", 7),
                         hash_bytes_folded((const uint8_t *)"exbmple", 7));
}

/* Who does not know the numbers cannot choose keys that collide. */
static void
check_seed(void **state)
{
    const uint32_t words[3] = { 1, 2, 3 };

    (void)state;
    uint32_t bytes = of("a key"), three = hash_words(words, 3);
    assert_int_not_equal(three, hash_words(words, 2));
    hash_init();                                        /* drawn already: changes nothing */
    assert_int_equal(of("a key"), bytes);
    hash_seed(2);
    assert_int_not_equal(of("a key"), bytes);
    assert_int_not_equal(hash_words(words, 3), three);
    hash_seed(1);
    assert_int_equal(of("a key"), bytes);
    assert_int_equal(hash_words(words, 3), three);
}

int
main(void)
{
    suite_t suite = suite_new();
    suite_add(&suite, "every byte counts", check_every_byte, NULL);
    suite_add(&suite, "the length counts, and nothing behind the limit", check_length, NULL);
    suite_add(&suite, "case counts, or does not", check_case, NULL);
    suite_add(&suite, "another seed, other hashes", check_seed, NULL);
    return suite_run(&suite, "hash");
}
