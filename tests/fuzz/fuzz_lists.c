/* fuzz_lists.c
 * Raw bytes as a list of fingerprints, and as a page that it is compared with: up to the first byte
 * 0x1e (a record separator) the one, behind it the other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"

#include <string.h>

#include "fingerprints/fingerprints.h"

static void
check_text(const char *text)
{
    REQUIRE(g_utf8_validate(text, -1, NULL) && strlen(text) <= 255);
    for (; *text; text++)
        REQUIRE((uint8_t)*text >= 0x20 && *text != 0x7f);
}

static void
check_entry(const fingerprint_t *fp)
{
    if (!fp)
        return;
    REQUIRE(fp->scope != SCOPE_FALSE && fp->scope <= SCOPE_NATIONAL && fp->confidence <= 10);
    check_text(fp->name);
    check_text(fp->countries);
    check_text(fp->pattern);
    check_text(fp->list);
    check_text(fp->date);
    g_free(fingerprint_text(fp, 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t address[16] = { 192, 0, 2, 1 };
    const uint8_t *separator = size ? memchr(data, 0x1e, size) : NULL;
    size_t length = separator ? (size_t)(separator - data) : size;
    const uint8_t *page = separator ? separator + 1 : data;
    size_t page_length = size - (separator ? length + 1 : 0);
    fingerprints_t *f = fingerprints_new();

    fingerprints_add(f, "list", (const char *)data, length, size ? data[0] * INT64_C(10000000) : 0);
    fingerprints_finish(f);
    for (unsigned i = 0; i < fingerprints_warnings(f)->len; i++)
        check_text(g_ptr_array_index(fingerprints_warnings(f), i));
    const fingerprint_t *fp = fingerprints_page(f, page, page_length, "www.a.example");
    check_entry(fp);
    REQUIRE(fingerprints_page(f, page, page_length, "www.a.example") == fp);
    REQUIRE(fingerprints_work(f)
            <= (3 + PAGE_STEPS) * (uint64_t)MIN(page_length, PAGE_BYTES) + 3);
    check_entry(fingerprints_address(f, address, false));
    check_entry(fingerprints_address(f, address, true));
    check_entry(fingerprints_alias(f, page, page_length < 255 ? page_length : 255));
    fingerprints_free(f);
    return 0;
}

#define COLUMNS "name,scope,location_found,pattern_type,pattern,confidence_no_fp," \
                "expected_countries,date\n"

const fuzz_seed_t fuzz_seeds[] = {
    SEED("# 2024-05-01\n192.0.2.1\n2001:db8::1 # x\n"),
    SEED("\xef\xbb\xbfHTTP/1.1 200 OK\r\nLast-Modified: 1 May 2024\r\n\r\n192.0.2.1\r\n"),
    SEED(COLUMNS "a,nat,dns,full,192.0.2.1,5,\"IT, MX\",2012\nb,isp,dns,full,block.example,,,\n"),
    SEED(COLUMNS "a,nat,body,contains,\"blocked\nby \"\"us\"\"\",5,,\n\x1e"
         "HTTP/1.1 403 X\r\nA: b\r\n\r\nblocked\nby \"us\""),
    SEED(COLUMNS "a,isp,header.location,prefix,http://b.e/,5,,\n\x1e"
         "HTTP/1.1 302 X\r\nLocation: http://b.e/\r\n\r\n"),
    SEED(COLUMNS "a,fp,body,regexp,blo?cked[0-9]{1,2} (by|of) us\\.,5,,\n\x1e"
         "<html>blocked12 by us."),
    SEED("{\"fingerprint\":\"nat_a\",\"pattern\":\"abc%de\\u0411\"}\n{\"fingerprint\":\"b\"}\n\x1e"
         "abc de\xd0\x91"),
    SEED("{\"a\": \"texts\",\n \"x_b\": \"two\\\\.texts\", \"c\": [{}, 1]}\x1e" "two.texts"),
    { NULL, 0 },
};
