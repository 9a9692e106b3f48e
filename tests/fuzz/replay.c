/* replay.c
 * Runs a fuzz target without libFuzzer: on files, or on inputs made from its seeds by a generator
 * with a fixed start, so that every compiler and every run tries the same ones.
 *
 *   replay [-runs=N] [-seed=N] [FILE...]
 *   replay -write-seeds=FOLDER
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#define INPUT_MAX 400

static uint64_t random_state;

/* xorshift64* (Vigna 2016). */
static uint32_t
random_number(uint32_t below)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * UINT64_C(2685821657736338717)) >> 33) % below;
}

static unsigned
count_seeds(void)
{
    unsigned n = 0;
    while (fuzz_seeds[n].length)
        n++;
    return n;
}

static size_t
append(uint8_t *input, size_t length, const void *bytes, size_t n)
{
    if (length + n > INPUT_MAX)
        n = INPUT_MAX - length;
    memcpy(input + length, bytes, n);
    return length + n;
}

/* A seed, or pieces of several in a row. */
static size_t
combine_seeds(uint8_t *input, unsigned seeds)
{
    size_t length = 0;
    for (unsigned pieces = 1 + random_number(3); pieces; pieces--) {
        const fuzz_seed_t *seed = &fuzz_seeds[random_number(seeds)];
        size_t from = random_number(4) ? 0 : random_number((uint32_t)seed->length);
        length = append(input, length, seed->bytes + from, seed->length - from);
    }
    return length;
}

static void
mutate(uint8_t *input, size_t *length)
{
    size_t at = random_number((uint32_t)*length);

    switch (random_number(6)) {
    case 0: input[at] ^= (uint8_t)(1u << random_number(8)); break;
    case 1: input[at] = (uint8_t)random_number(256); break;
    case 2: input[at] = random_number(2) ? 0 : 0xff; break;
    case 3: *length = at + 1; break;
    case 4:
        memmove(input + at, input + at + 1, *length - at - 1);
        *length -= *length > 1;
        break;
    default:
        if (*length < INPUT_MAX) {
            memmove(input + at + 1, input + at, *length - at);
            (*length)++;
        }
    }
}

static size_t
make_input(uint8_t *input, unsigned seeds)
{
    size_t length;

    if (random_number(4) == 0) {
        length = 1 + random_number(INPUT_MAX);
        for (size_t i = 0; i < length; i++)
            input[i] = (uint8_t)random_number(256);
        return length;
    }
    length = combine_seeds(input, seeds);
    for (unsigned n = random_number(12); n; n--)
        mutate(input, &length);
    return length;
}

/* Kept where a debugger, or a core, shows it when a run aborts. */
static uint8_t input_now[INPUT_MAX];

static void
run_generated(unsigned long runs)
{
    unsigned seeds = count_seeds();
    struct timespec begin, end;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (unsigned long i = 0; i < runs; i++) {
        size_t length = i < seeds ? append(input_now, 0, fuzz_seeds[i].bytes, fuzz_seeds[i].length)
                                  : make_input(input_now, seeds);
        uint8_t *exact = malloc(length);        /* ends where the input ends, for ASan */
        memcpy(exact, input_now, length);
        LLVMFuzzerTestOneInput(exact, length);
        free(exact);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - begin.tv_sec)
                   + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
    printf("%lu runs in %.1f s: %.0f runs/s\n", runs, seconds, (double)runs / seconds);
}

static bool
run_file(const char *name)
{
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(name, "rb");

    if (!file) {
        perror(name);
        return false;
    }
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    LLVMFuzzerTestOneInput(bytes, length);
    return true;
}

static bool
write_seeds(const char *folder)
{
    for (unsigned i = 0; fuzz_seeds[i].length; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/seed-%u", folder, i);
        FILE *file = fopen(name, "wb");
        if (!file || fwrite(fuzz_seeds[i].bytes, 1, fuzz_seeds[i].length,
                            file) != fuzz_seeds[i].length
            || fclose(file)) {
            perror(name);
            return false;
        }
    }
    return true;
}

int
main(int argc, char **argv)
{
    unsigned long runs = 20000, seed = 1;
    int files = 0;

    for (int i = 1; i < argc; i++) {
        if (!strncmp(argv[i], "-runs=", 6))
            runs = strtoul(argv[i] + 6, NULL, 10);
        else if (!strncmp(argv[i], "-seed=", 6))
            seed = strtoul(argv[i] + 6, NULL, 10);
        else if (!strncmp(argv[i], "-write-seeds=", 13))
            return write_seeds(argv[i] + 13) ? 0 : 1;
        else if (++files && !run_file(argv[i]))
            return 1;
    }
    random_state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    if (!files)
        run_generated(runs);
    return 0;
}
