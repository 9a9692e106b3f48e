/* fuzz_expectations.c
 * Raw bytes as expectations: what is read can be held against what is said, twice with the same result, and a
 * first file made of it is read again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"

#include "../../plugin/results/expectations.h"

static const char said_text[] =
    "exact\n17 trigger reset forged_frame=18 trigger=www.a.example\n"
    "18 forged reset 99 trigger_frame=17 signatures=rst-one,rst-two trigger=www.a.example\n30 notice\n";

static expectations_t *
read_or_complain(const char *text)
{
    char *error = NULL;
    expectations_t *e = expectations_read(text, &error);

    REQUIRE(!e != !error);
    REQUIRE(!error || (g_str_is_ascii(error) && g_ascii_isdigit(*error)));
    g_free(error);
    return e;
}

static unsigned
compare(const expectations_t *wanted, expectations_t *said)
{
    GString *text = g_string_new(NULL);
    unsigned n = expectations_compare(wanted, said, text);

    REQUIRE(!n == !text->len);
    g_string_free(text, TRUE);
    return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = g_strndup((const char *)data, size);
    expectations_t *wanted = read_or_complain(text), *said = read_or_complain(said_text);

    if (wanted)
        REQUIRE(compare(wanted, said) == compare(wanted, said));
    expectations_free(said);
    if (wanted)
        expectations_free(wanted);
    g_free(text);
    return 0;
}

const fuzz_seed_t fuzz_seeds[] = {
    SEED("# x\n18 forged reset 80+ trigger=www.a.example\nnever * forged\n"),
    SEED("exact\n18 forged reset 99 trigger_frame=17 signatures=rst-one,rst-two trigger=www.a.example\n"),
    SEED("17-18 forged|trigger * trigger=*.a.*\n* notice\n"),
    SEED("never 30\nnever 1-4294967295 * * 90+\n"),
    { NULL, 0 },
};
