/* fixed_seed.c
 * A GLib whose random numbers are the same in every run, for LD_PRELOAD: Wireshark seeds its hash
 * tables with them, and without this two runs over one capture differ by about a million
 * instructions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>
#include <stdlib.h>

uint32_t g_random_int(void);
int32_t  g_random_int_range(int32_t begin, int32_t end);

/* A linear congruential generator (Numerical Recipes), begun by $BENCH_SEED. */
uint32_t
g_random_int(void)
{
    static uint32_t state;
    static int begun;

    if (!begun) {
        const char *seed = getenv("BENCH_SEED");
        state = seed ? (uint32_t)strtoul(seed, NULL, 10) : 1;
        begun = 1;
    }
    return state = state * 1664525u + 1013904223u;
}

int32_t
g_random_int_range(int32_t begin, int32_t end)
{
    return begin + (int32_t)(g_random_int() % (uint32_t)(end - begin));
}
