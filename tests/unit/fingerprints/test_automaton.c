/* fingerprints/test_automaton.c
 * Many literals in one go, against looking for each everywhere.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "fingerprints/automaton.h"

/* Every place where a literal ends is found: compared with looking everywhere. */
static void
check_automaton(void **state)
{
    GRand *random = g_rand_new_with_seed(7);

    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        automaton_t *a = automaton_new();
        char literal[12][8], text[65] = "";
        state_t at[12], s = 0;
        for (unsigned i = 0; i < 12; i++) {
            int n = g_rand_int_range(random, 1, 8);
            for (int k = 0; k < n; k++)
                literal[i][k] = (char)('a' + g_rand_int_range(random, 0, 2));
            literal[i][n] = '\0';
            at[i] = automaton_add(a, (const uint8_t *)literal[i], (size_t)n);
        }
        automaton_finish(a);
        for (unsigned i = 0; i < 64; i++)
            text[i] = (char)('a' + g_rand_int_range(random, 0, 3));
        size_t skipped = automaton_skip(a, (const uint8_t *)text, 0, 64);
        for (unsigned i = 0; i < 64; i++) {
            for (unsigned k = 0; k < 12; k++)
                assert_false(i < skipped && !strncmp(text + i, literal[k], strlen(literal[k]))
                             && i + strlen(literal[k]) <= 64);
        }
        char whole[65];
        memcpy(whole, text, sizeof whole);
        for (unsigned i = 0; i < 64; i++) {
            text[i] = whole[i];
            text[i + 1] = '\0';
            s = automaton_step(a, s, (uint8_t)text[i]);
            for (unsigned k = 0; k < 12; k++) {
                bool found = false;
                for (state_t l = automaton_found(a, s); l; l = automaton_shorter(a, l))
                    found |= l == at[k];
                assert_int_equal(found, g_str_has_suffix(text, literal[k]));
            }
        }
        assert_true(automaton_lookups(a) <= 2 * 64);
        automaton_free(a);
    }
    g_rand_free(random);
    automaton_t *a = automaton_new();
    assert_int_equal(automaton_add(a, (const uint8_t *)"", 0), 0);
    automaton_finish(a);
    assert_int_equal(automaton_step(a, 0, 'x'), 0);
    automaton_free(a);
}

int
main(void)
{
    suite_t suite = suite_new();
    suite_add(&suite, "the automaton finds what is there", check_automaton, NULL);
    return suite_run(&suite, "automaton");
}
