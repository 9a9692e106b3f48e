/* state/hops.c
 * TTLs as distances; see hops.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "state/hops.h"

static const uint8_t initial_values[] = { 32, 64, 128, 255 };
#define N_INITIAL (sizeof initial_values / sizeof initial_values[0])

uint8_t
ttl_initial(uint8_t ttl)
{
    for (unsigned i = 0; i < N_INITIAL; i++)
        if (ttl <= initial_values[i])
            return initial_values[i];
    return 255;
}

uint8_t
ttl_hops(uint8_t ttl)
{
    return (uint8_t)(ttl_initial(ttl) - ttl);
}

bool
ttl_is_plausible(uint8_t ttl)
{
    return ttl_hops(ttl) <= HOPS_PLAUSIBLE_MAX;
}

uint8_t
ttl_distance(uint8_t a, uint8_t b)
{
    /* Two raw values close to each other come from one distance whatever the initial value. */
    uint8_t best = (uint8_t)(a > b ? a - b : b - a);

    for (unsigned i = 0; i < N_INITIAL; i++) {
        if (a > initial_values[i] || initial_values[i] - a > HOPS_PLAUSIBLE_MAX)
            continue;
        for (unsigned j = 0; j < N_INITIAL; j++) {
            if (b > initial_values[j] || initial_values[j] - b > HOPS_PLAUSIBLE_MAX)
                continue;
            int hops_a = initial_values[i] - a, hops_b = initial_values[j] - b;
            uint8_t apart = (uint8_t)(hops_a > hops_b ? hops_a - hops_b : hops_b - hops_a);
            if (apart < best)
                best = apart;
        }
    }
    return best;
}
