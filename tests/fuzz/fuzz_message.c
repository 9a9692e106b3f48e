/* fuzz_message.c
 * Raw bytes for the readers of DNS messages, requests and answers. The first byte chooses one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"

#include <string.h>

#include "data/case.h"
#include "bytes/dns_message.h"
#include "bytes/request.h"

static void
check_dns(const uint8_t *bytes, size_t length)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_.\\";
    dns_message_t m, again;

    memset(&m, 0xaa, sizeof m);
    memset(&again, 0x55, sizeof again);
    bool read = dns_message_read(&m, bytes, length);
    REQUIRE(memchr(dns_message_name(&m), 0, sizeof m.name));
    REQUIRE(dns_message_read(&again, bytes, length) == read);
    if (!read)
        return;
    REQUIRE(dns_message_name(&m)[0]
            && strspn(dns_message_name(&m), plain) == strlen(dns_message_name(&m)));
    REQUIRE(m.n_elements <= DNS_ELEMENTS_MAX && m.special_count <= m.address_count);
    REQUIRE(m.trailing <= length && (m.complete || !m.trailing));
    for (unsigned i = 1; i < m.n_elements; i++)
        REQUIRE(m.element[i - 1] < m.element[i]);
    /* Nothing is left over from what was in memory before. */
    REQUIRE(again.n_elements == m.n_elements && again.ttl == m.ttl && again.name_hash == m.name_hash
            && again.complete == m.complete && again.has_opt == m.has_opt
            && !strcmp(dns_message_name(&again), dns_message_name(&m))
            && !memcmp(again.element, m.element, m.n_elements * sizeof m.element[0])
            && !memcmp(again.address, m.address, m.address_count ? 4 : 0));
}

static bool
is_inside(const uint8_t *part, size_t n, const uint8_t *bytes, size_t length)
{
    return !n || (part >= bytes && part < bytes + length && n <= (size_t)(bytes + length - part));
}

static void
check_request(const uint8_t *bytes, size_t length)
{
    request_t r, again;
    request_kind_t kind = request_read(bytes, length, &r);

    REQUIRE(is_inside(r.name, r.name_length, bytes, length)
            && is_inside(r.path, r.path_length, bytes, length));
    REQUIRE(!r.goes_on || kind == REQUEST_CUT || r.name_length);
    REQUIRE(kind != REQUEST_TLS || bytes[2] > 9 || !looks_fully_encrypted(bytes, length));
    /* More bytes never take a name back. */
    if (kind == REQUEST_TLS && length && request_read(bytes, length - 1, &again) == REQUEST_TLS
        && again.name_length)
        REQUIRE(r.name_length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    switch (*data % 4) {
    case 0: check_dns(data + 1, size - 1); break;
    case 1: check_request(data + 1, size - 1); break;
    case 2: content_read(data + 1, size - 1, "www.example.org", true); break;
    default: content_read(data + 1, size - 1, NULL, *data & 4);
    }
    return 0;
}

#define DNS "\0" "\x12\x34\x81\x80\0\1"
#define QUESTION "\3www\7" "example\3org\0\0\1\0\1"

const fuzz_seed_t fuzz_seeds[] = {
    SEED(DNS "\0\2\0\0\0\1" QUESTION "\xc0\x0c\0\5\0\1\0\0\1\x2c\0\4\1a\xc0\x10"
         "\xc0\x2d\0\1\0\1\0\0\0\x3c\0\4\xc6\x33\x64\1" "\0\0\x29\4\xd0\0\0\0\0\0\0"),
    SEED(DNS "\0\1\0\1\0\0" QUESTION "\3www\xc0\x10"
         "\0\x1c\0\1\0\0\1\x2c\0\x10\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
         "\xc0\x10\0\6\0\1\0\0\0\5\0\0"),
    SEED(DNS "\0\3\0\0\0\0" QUESTION "\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\xa\0\0\1"
         "\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\x7f\0\0\1"
         "\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\xc6\x33\x64\2"),
    SEED("\1GET / HTTP/1.1\r\nAccept: */*\r\nHost: www.example.org\r\n\r\n"),
    SEED("\1\x16\3\1\0\x5a\1\0\0\x56\3\3" "01234567890123456789012345678901"
         "\4abcd" "\0\2\x13\1" "\1\0"
         "\0\x1f\0\x17\0\0\0\0\0\x12\0\x10\0\0\xdwww.a.example\0\x2b\0\1\0"),
    SEED("\1GET http://www.example.org/a?b HTTP/1.1\r\nHost: b.example\r\n\r\n"),
    SEED("\1CONNECT www.example.org:443 HTTP/1.1\r\n\r\n"),
    SEED("\1EHLO mail.example\r\n"),
    SEED("\2HTTP/1.1 302 Found\r\nServer: x\r\nLocation: http://block.example.net/x?y\r\n\r\n"),
    SEED("\2HTTP/1.1 403 Forbidden\r\n\r\n<iframe src=\"http://10.10.34.34/\">"),
    SEED("\2\r\n<!DOCTYPE html><html>"),
    SEED("\7<html>"),
    { NULL, 0 },
};
