/* fuzz.h
 * What the fuzz targets share with the program that replays them without libFuzzer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* One input. The name is libFuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Inputs that reach deep, for others to be made from; the last one has no bytes. */
typedef struct {
    const char *bytes;
    size_t      length;
} fuzz_seed_t;
extern const fuzz_seed_t fuzz_seeds[];

#define SEED(literal) { literal, sizeof literal - 1 }

/* Something that must hold whatever the input is. */
#define REQUIRE(condition)                                                              \
    do {                                                                                \
        if (!(condition)) {                                                             \
            fprintf(stderr, "%s:%d: violated: %s\n", __FILE__, __LINE__, #condition);   \
            abort();                                                                    \
        }                                                                               \
    } while (0)

/* The input, read from its beginning; zeros when it is used up. */
typedef struct {
    const uint8_t *at, *end;
} input_t;

static inline unsigned
input_byte(input_t *in)
{
    return in->at < in->end ? *in->at++ : 0;
}
