/* bytes/test_dns_message.c
 * DNS messages from hand-written bytes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "bytes/dns_message.h"

/* Reads from a copy that ends where the bytes end, so that ASan sees a read beyond them. */
static bool
read_exact(dns_message_t *m, const uint8_t *bytes, size_t length)
{
    uint8_t *exact = g_malloc(length ? length : 1);

    if (length)
        memcpy(exact, bytes, length);
    bool yes = dns_message_read(m, length ? exact : exact + 1, length);
    if (yes)
        dns_message_name(m);            /* while the bytes are there */
    g_free(exact);
    return yes;
}

#define HEADER(flags, qd, an, ns, ar) \
    "\x12\x34" flags "\0" qd "\0" an "\0" ns "\0" ar
#define ANSWER "\x81\x80"
#define WWW_A "\x03www\x07" "example\x03org\0\0\x01\0\x01"     /* 17 bytes of name, type, class */
#define A_192_0_2_1 "\0\x01\0\x01\0\0\x01\x2c\0\x04\xc0\0\x02\x01"
#define A_10_0_0_1 "\0\x01\0\x01\0\0\0\x3c\0\x04\x0a\0\0\x01"
#define AAAA_DB8_1 "\0\x1c\0\x01\0\0\x01\x2c\0\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
#define OPT "\0\0\x29\x04\xd0\0\0\0\0\0\0"

typedef struct {
    const char *name;
    const char *bytes;
    size_t      length;
    bool        read;           /* header and question */
    bool        complete;
    const char *question;       /* NULL: not looked at */
    unsigned    elements, addresses, special, trailing;
    uint32_t    ttl;
    bool        opt, in_full, mismatch, opt_as_answer;
} row_t;

#define BYTES(literal) literal, sizeof literal - 1

static const row_t rows[] = {
    { .name = "an empty datagram is no message", BYTES("") },
    { .name = "eleven bytes are no header", BYTES("\x12\x34\x81\x80\0\x01\0\0\0\0\0") },
    { .name = "a header without a question is not read", BYTES(HEADER(ANSWER, "\0", "\0", "\0",
      "\0")) },
    { .name = "two questions are not read", BYTES(HEADER(ANSWER, "\x02", "\0", "\0",
      "\0") WWW_A WWW_A) },
    { .name = "a question without records is complete",
      BYTES(HEADER("\x01\0", "\x01", "\0", "\0", "\0") WWW_A), .read = true, .complete = true,
      .question = "www.example.org" },
    { .name = "an answer that points back to the question's name has one element",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A "\xc0\x0c" A_192_0_2_1),
      .read = true, .complete = true, .elements = 1, .addresses = 1, .ttl = 300 },
    { .name = "an answer that repeats the name in full is told from one that points",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0",
          "\0") WWW_A "\x03www\x07" "example\x03org\0" A_192_0_2_1),
      .read = true, .complete = true, .elements = 1, .addresses = 1, .ttl = 300, .in_full = true },
    { .name = "a name of labels and then a pointer is in full at its beginning",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A "\x03www\xc0\x10" A_192_0_2_1),
      .read = true, .complete = true, .elements = 1, .addresses = 1, .ttl = 300, .in_full = true },
    { .name = "the smallest record TTL counts",
      BYTES(HEADER(ANSWER, "\x01", "\x02", "\0",
          "\0") WWW_A "\xc0\x0c" A_192_0_2_1 "\xc0\x0c" A_10_0_0_1),
      .read = true, .complete = true, .elements = 2, .addresses = 2, .special = 1, .ttl = 60 },
    { .name = "the same address twice is one element and two addresses",
      BYTES(HEADER(ANSWER, "\x01", "\x02", "\0",
          "\0") WWW_A "\xc0\x0c" A_192_0_2_1 "\xc0\x0c" A_192_0_2_1),
      .read = true, .complete = true, .elements = 1, .addresses = 2, .ttl = 300 },
    { .name = "an IPv6 address in answer to a query for IPv4 does not fit",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A "\xc0\x0c" AAAA_DB8_1),
      .read = true, .complete = true, .elements = 1, .addresses = 1, .ttl = 300, .mismatch = true },
    { .name = "an IPv6 address besides the IPv4 address asked for fits",
      BYTES(HEADER(ANSWER, "\x01", "\x02", "\0",
          "\0") WWW_A "\xc0\x0c" A_192_0_2_1 "\xc0\x0c" AAAA_DB8_1),
      .read = true, .complete = true, .elements = 2, .addresses = 2, .ttl = 300 },
    { .name = "an address behind an alias fits whatever was asked for",
      BYTES(HEADER(ANSWER, "\x01", "\x02", "\0", "\0") WWW_A
            "\xc0\x0c\0\x05\0\x01\0\0\x01\x2c\0\x04\x01" "a\xc0\x10" "\xc0\x2d" AAAA_DB8_1),
      .read = true, .complete = true, .elements = 2, .addresses = 1, .ttl = 300 },
    { .name = "an address in answer to a query for everything fits",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0",
          "\0") "\x03www\x07" "example\x03org\0\0\xff\0\x01" "\xc0\x0c"
            AAAA_DB8_1),
      .read = true, .complete = true, .elements = 1, .addresses = 1, .ttl = 300 },
    { .name = "an address in answer to a query for mail servers does not fit",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0",
          "\0") "\x03www\x07" "example\x03org\0\0\x0f\0\x01" "\xc0\x0c"
            A_192_0_2_1),
      .read = true, .complete = true, .elements = 1, .addresses = 1, .ttl = 300, .mismatch = true },
    { .name = "two mail servers are two elements, wherever their names point",
      BYTES(HEADER(ANSWER, "\x01", "\x02", "\0", "\0") "\x03www\x07" "example\x03org\0\0\x0f\0\x01"
            "\xc0\x0c\0\x0f\0\x01\0\0\x01\x2c\0\x04\0\x0a\xc0\x10"
            "\xc0\x0c\0\x0f\0\x01\0\0\x01\x2c\0\x04\0\x14\xc0\x10"),
      .read = true, .complete = true, .elements = 2, .ttl = 300 },
    { .name = "a text is an element, its signature is not",
      BYTES(HEADER(ANSWER, "\x01", "\x02", "\0", "\0") "\x03www\x07" "example\x03org\0\0\x10\0\x01"
            "\xc0\x0c\0\x10\0\x01\0\0\x01\x2c\0\x03\x02hi"
            "\xc0\x0c\0\x2e\0\x01\0\0\x01\x2c\0\x02\0\x10"),
      .read = true, .complete = true, .elements = 1, .ttl = 300 },
    { .name = "a mail server without a name is no element",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\0") "\x03www\x07" "example\x03org\0\0\x0f\0\x01"
            "\xc0\x0c\0\x0f\0\x01\0\0\x01\x2c\0\x01\0"),
      .read = true, .complete = true, .ttl = 300 },
    { .name = "an EDNS record is seen behind the others",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\x01") WWW_A "\xc0\x0c" A_192_0_2_1 OPT),
      .read = true, .complete = true, .elements = 1, .addresses = 1, .ttl = 300, .opt = true },
    { .name = "an EDNS record in the wrong section is none",
      BYTES(HEADER(ANSWER, "\x01", "\0", "\x01", "\0") WWW_A OPT), .read = true, .complete = true },
    { .name = "an EDNS record among the answers is told from one behind them",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A OPT "\xc0\x0c" A_192_0_2_1),
      .read = true, .complete = true, .trailing = 16, .opt_as_answer = true, .ttl = 0 },
    { .name = "an address in the additional section is no answer",
      BYTES(HEADER(ANSWER, "\x01", "\0", "\0", "\x01") WWW_A "\xc0\x0c" A_192_0_2_1),
      .read = true, .complete = true },
    { .name = "bytes behind the last record are counted",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A "\xc0\x0c" A_192_0_2_1 "junk"),
      .read = true, .complete = true, .elements = 1, .addresses = 1, .ttl = 300, .trailing = 4 },
    { .name = "an A record of five bytes has no address",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A
            "\xc0\x0c\0\x01\0\x01\0\0\x01\x2c\0\x05\xc0\0\x02\x01\0"),
      .read = true, .complete = true, .ttl = 300 },
    { .name = "an AAAA record of four bytes has no address",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0",
          "\0") WWW_A "\xc0\x0c\0\x1c\0\x01\0\0\x01\x2c\0\x04\xc0\0\x02\x01"),
      .read = true, .complete = true, .ttl = 300 },
    { .name = "fewer records than the header says leave the message incomplete",
      BYTES(HEADER(ANSWER, "\x01", "\x02", "\0", "\0") WWW_A "\xc0\x0c" A_192_0_2_1),
      .read = true, .elements = 1, .addresses = 1, .ttl = 300 },
    { .name = "a record longer than the message leaves it incomplete",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0",
          "\0") WWW_A "\xc0\x0c\0\x01\0\x01\0\0\x01\x2c\xff\xff\xc0\0\x02\x01"),
      .read = true },
    { .name = "an owner that points to itself is stepped over",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A "\xc0\x21" A_192_0_2_1),
      .read = true, .complete = true, .elements = 1, .addresses = 1, .ttl = 300 },
    { .name = "an owner that points forward is stepped over",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A "\xc0\x23" A_192_0_2_1),
      .read = true, .complete = true, .elements = 1, .addresses = 1, .ttl = 300 },
    { .name = "an owner that points beyond the message is stepped over",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A "\xff\xff" A_192_0_2_1),
      .read = true, .complete = true, .elements = 1, .addresses = 1, .ttl = 300 },
    { .name = "an owner that points back to its own label is stepped over",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A "\x01" "a\xc0\x21" A_192_0_2_1),
      .read = true, .complete = true, .elements = 1, .addresses = 1, .ttl = 300, .in_full = true },
    { .name = "an owner whose label has a reserved length leaves the message incomplete",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A "\x80" A_192_0_2_1), .read = true },
    { .name = "an alias that points forward is no element",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0",
                   "\0") WWW_A "\xc0\x0c\0\x05\0\x01\0\0\x01\x2c\0\x02\xc0\x3f"),
      .read = true, .complete = true, .ttl = 300 },
    { .name = "an alias that points beyond the message is no element",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0",
                   "\0") WWW_A "\xc0\x0c\0\x05\0\x01\0\0\x01\x2c\0\x02\xff\xff"),
      .read = true, .complete = true, .ttl = 300 },
    { .name = "an alias that points back to its own label is no element",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A
            "\xc0\x0c\0\x05\0\x01\0\0\x01\x2c\0\x04\x01" "a\xc0\x2d"),
      .read = true, .complete = true, .ttl = 300 },
    { .name = "two names that point to each other leave the message incomplete",
      BYTES(HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A "\xc0\x23\xc0\x21" A_192_0_2_1),
          .read = true },
    { .name = "an alias that loops leaves the rest readable",
      BYTES(HEADER(ANSWER, "\x01", "\x02", "\0",
          "\0") WWW_A "\xc0\x0c\0\x05\0\x01\0\0\x01\x2c\0\x02\xc0\x2d"
            "\xc0\x0c" A_192_0_2_1),
      .read = true, .complete = true, .elements = 1, .addresses = 1, .ttl = 300 },
    { .name = "a question whose name is compressed is not read",
      BYTES(HEADER(ANSWER, "\x01", "\0", "\0", "\0") "\xc0\x0c\0\x01\0\x01") },
    { .name = "a question whose label has a reserved length is not read",
      BYTES(HEADER(ANSWER, "\x01", "\0", "\0", "\0") "\x40" "a\0\0\x01\0\x01") },
    { .name = "a question that breaks off in its type is not read",
      BYTES(HEADER(ANSWER, "\x01", "\0", "\0", "\0") "\x01" "a\0\0") },
    { .name = "the root is written as a dot",
      BYTES(HEADER("\x01\0", "\x01", "\0", "\0", "\0") "\0\0\x02\0\x01"), .read = true,
          .complete = true,
      .question = "." },
    { .name = "a dot inside a label is not a dot between labels",
      BYTES(HEADER("\x01\0", "\x01", "\0", "\0", "\0") "\x03" "a.b\x01" "c\0\0\x01\0\x01"),
      .read = true, .complete = true, .question = "a\\046b.c" },
    { .name = "control characters, NUL and bytes above 127 in a name are written as numbers",
      BYTES(HEADER("\x01\0", "\x01", "\0", "\0", "\0") "\x05" "\0\x1b\x7f\xff " "\0\0\x01\0\x01"),
      .read = true, .complete = true, .question = "\\000\\027\\127\\255\\032" },
    { .name = "a backslash in a name is written as a number",
      BYTES(HEADER("\x01\0", "\x01", "\0", "\0", "\0") "\x01\\\0\0\x01\0\x01"), .read = true,
      .complete = true, .question = "\\092" },
    { .name = "underscores, hyphens, digits and case are kept",
      BYTES(HEADER("\x01\0", "\x01", "\0", "\0", "\0") "\x08_Dmarc-9\x03" "oRg\0\0\x10\0\x01"),
          .read = true,
      .complete = true, .question = "_Dmarc-9.oRg" },
};

static void
check_row(void **state)
{
    const row_t *row = *state;
    dns_message_t m;

    assert_int_equal(read_exact(&m, (const uint8_t *)row->bytes, row->length), row->read);
    if (!row->read)
        return;
    assert_int_equal(m.complete, row->complete);
    if (row->question)
        assert_string_equal(dns_message_name(&m), row->question);
    assert_int_equal(m.n_elements, row->elements);
    assert_int_equal(m.address_count, row->addresses);
    assert_int_equal(m.special_count, row->special);
    assert_int_equal(m.trailing, row->trailing);
    assert_int_equal(m.ttl, row->ttl);
    assert_int_equal(m.has_opt, row->opt);
    assert_int_equal(m.owner_in_full, row->in_full);
    assert_int_equal(m.type_mismatch, row->mismatch);
    assert_int_equal(m.opt_as_answer, row->opt_as_answer);
}

static void
check_header(void **state)
{
    static const uint8_t bytes[] = HEADER("\x85\x83", "\x01", "\0", "\x01", "\0") WWW_A
        "\xc0\x10\0\x06\0\x01\0\0\0\x05\0\0";
    dns_message_t m;

    (void)state;
    assert_true(read_exact(&m, bytes, sizeof bytes - 1));
    assert_int_equal(m.id, 0x1234);
    assert_int_equal(m.flags, 0x8583);
    assert_int_equal(dns_rcode(&m), DNS_NXDOMAIN);
    assert_int_equal(m.qtype, DNS_A);
    assert_true(m.has_soa && m.complete);
    assert_int_equal(m.authorities, 1);
}

/* ---- cut ---- */

static const uint8_t full[] = HEADER(ANSWER, "\x01", "\x03", "\x01", "\x01") WWW_A
    "\xc0\x0c\0\x05\0\x01\0\0\x01\x2c\0\x04\x01" "a\xc0\x10"
    "\xc0\x2d" A_192_0_2_1 "\xc0\x2d" A_10_0_0_1
    "\xc0\x10\0\x06\0\x01\0\0\x01\x2c\0\x16\xc0\x0c\xc0\x0c\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    OPT;

static void
check_cut(void **state)
{
    const size_t length = sizeof full - 1;
    dns_message_t m;

    (void)state;
    for (size_t n = 0; n <= length; n++) {
        bool yes = read_exact(&m, full, n);
        assert_int_equal(yes, n >= 12 + 17 + 4);
        if (yes)
            assert_int_equal(m.complete, n == length);
        assert_true(m.n_elements <= 3 && m.address_count <= 2);
    }
    assert_int_equal(m.n_elements, 3);
    assert_true(m.has_opt && m.has_soa);
    assert_int_equal(m.trailing, 0);
}

static void
check_damaged(void **state)
{
    const size_t length = sizeof full - 1;
    uint8_t bytes[sizeof full];
    dns_message_t m;

    (void)state;
    memcpy(bytes, full, sizeof full);
    for (size_t at = 0; at < length; at++) {
        for (unsigned value = 0; value < 256; value++) {
            bytes[at] = (uint8_t)value;
            read_exact(&m, bytes, length);
            assert_true(m.n_elements <= DNS_ELEMENTS_MAX
                        && strlen(dns_message_name(&m)) <= DNS_NAME_MAX);
        }
        bytes[at] = full[at];
    }
}

/* ---- names ---- */

static message_t
long_query(unsigned labels, unsigned size, uint8_t letter)
{
    message_t m = { .length = 0 };

    message_append(&m, (const uint8_t *)HEADER("\x01\0", "\x01", "\0", "\0", "\0"), 12);
    while (labels--) {
        uint8_t label[64];
        memset(label, letter, sizeof label);
        label[0] = (uint8_t)size;
        message_append(&m, label, 1 + size);
    }
    message_append(&m, (const uint8_t *)"\0\0\x01\0\x01", 5);
    return m;
}

static void
check_long_names(void **state)
{
    dns_message_t m;

    (void)state;
    message_t query = long_query(127, 1, 'a');          /* 255 bytes on the wire: the longest */
    assert_true(read_exact(&m, query.bytes, query.length));
    assert_int_equal(strlen(dns_message_name(&m)), 253);
    query = long_query(128, 1, 'a');
    assert_false(read_exact(&m, query.bytes, query.length));
    query = long_query(5, 63, 'a');
    assert_false(read_exact(&m, query.bytes, query.length));
    query = long_query(3, 63, 0xff);                    /* four times as long when written */
    assert_true(read_exact(&m, query.bytes, query.length));
    assert_true(strlen(dns_message_name(&m)) <= DNS_NAME_MAX);
    query = long_query(127, 1, 0x01);
    assert_true(read_exact(&m, query.bytes, query.length));
    assert_true(strlen(dns_message_name(&m)) <= DNS_NAME_MAX);
}

/* A name whose last label runs beyond the message; nothing else that cannot be read. */
static void
check_overlong(void **state)
{
    message_t query = message_query(1, "www.example.org", DNS_A, false);
    dns_message_t m;

    (void)state;
    for (size_t n = 0; n <= query.length; n++) {
        uint8_t *exact = g_memdup2(query.bytes, n ? n : 1);
        bool overlong = n >= 13 && n < query.length - 5 && n != 12 + 4 && n != 12 + 12
            && n != 12 + 16;
        assert_int_equal(dns_message_read_overlong(&m, exact, n), overlong);
        if (overlong) {
            assert_int_equal(m.id, 1);
            assert_int_equal(m.qtype, 0);
            assert_int_equal(m.name_hash, 0);
            assert_string_equal(dns_message_name(&m), "(unreadable name)");
        }
        g_free(exact);
    }
    query.bytes[12] = 0xc0;                             /* a pointer */
    assert_false(dns_message_read_overlong(&m, query.bytes, query.length));
}

static uint32_t
hash_of(const char *name)
{
    dns_message_t m;
    message_t query = message_query(1, name, DNS_A, false);

    assert_true(read_exact(&m, query.bytes, query.length));
    return m.name_hash;
}

static void
check_name_hash(void **state)
{
    (void)state;
    assert_int_equal(hash_of("www.Example.ORG"), hash_of("WWW.example.org"));
    assert_int_not_equal(hash_of("www.example.org"), hash_of("ww.wexample.org"));
    assert_int_not_equal(hash_of("a.b"), hash_of("ab"));
}

/* ---- sets ---- */

static message_t
answer_of(const uint8_t *addresses, unsigned n, const char *name)
{
    message_t query = message_query(1, name, DNS_A, false);
    message_t m = message_answer(&query, 0x8180, DNS_A, NULL, 0);

    m.bytes[7] = (uint8_t)n;
    for (unsigned i = 0; i < n; i++) {
        message_append(&m, (const uint8_t *)"\xc0\x0c" "\0\x01\0\x01\0\0\x01\x2c\0\x04\xc6\x33\x64",
            15);
        message_append(&m, &addresses[i], 1);
    }
    return m;
}

static void
same_set(const uint8_t *one, const uint8_t *other, unsigned n)
{
    message_t a = answer_of(one, n, "a.example.org"), b = answer_of(other, n, "A.EXAMPLE.org");
    dns_message_t x, y;

    assert_true(read_exact(&x, a.bytes, a.length) && read_exact(&y, b.bytes, b.length));
    assert_true(x.complete && y.complete);
    assert_int_equal(x.n_elements, y.n_elements);
    assert_memory_equal(x.element, y.element, x.n_elements * sizeof x.element[0]);
    for (unsigned i = 1; i < x.n_elements; i++)
        assert_true(x.element[i - 1] < x.element[i]);
}

static void
check_rotated(void **state)
{
    uint8_t straight[DNS_ELEMENTS_MAX], rotated[DNS_ELEMENTS_MAX];

    (void)state;
    for (unsigned n = 1; n <= DNS_ELEMENTS_MAX; n++) {
        for (unsigned by = 0; by < n; by++) {
            for (unsigned i = 0; i < n; i++) {
                straight[i] = (uint8_t)(i + 1);
                rotated[i] = (uint8_t)((i + by) % n + 1);
            }
            same_set(straight, rotated, n);
        }
    }
}

/* Which of too many are kept says nothing: they are not compared. */
static void
check_too_many(void **state)
{
    uint8_t addresses[DNS_ELEMENTS_MAX + 1];

    (void)state;
    for (unsigned i = 0; i < sizeof addresses; i++)
        addresses[i] = (uint8_t)(i + 1);
    for (unsigned n = DNS_ELEMENTS_MAX; n <= DNS_ELEMENTS_MAX + 1; n++) {
        message_t message = answer_of(addresses, n, "a.example.org");
        dns_message_t m;
        assert_true(read_exact(&m, message.bytes, message.length));
        assert_int_equal(m.n_elements, DNS_ELEMENTS_MAX);
        assert_int_equal(m.more_elements, n > DNS_ELEMENTS_MAX);
    }
}

static void
check_type_is_part_of_element(void **state)
{
    static const uint8_t bytes[] = HEADER(ANSWER, "\x01", "\x02", "\0", "\0") WWW_A
        "\xc0\x0c\0\x05\0\x01\0\0\x01\x2c\0\x04\x02" "ab\0"
        "\xc0\x0c\0\x01\0\x01\0\0\x01\x2c\0\x04\x02" "ab\0";
    dns_message_t m;

    (void)state;
    assert_true(read_exact(&m, bytes, sizeof bytes - 1));
    assert_int_equal(m.n_elements, 2);
}

static void
check_alias_compressed_or_not(void **state)
{
    static const uint8_t pointed[] = HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A
        "\xc0\x0c\0\x05\0\x01\0\0\x01\x2c\0\x04\x01" "a\xc0\x10";
    static const uint8_t written[] = HEADER(ANSWER, "\x01", "\x01", "\0", "\0") WWW_A
        "\xc0\x0c\0\x05\0\x01\0\0\x01\x2c\0\x0f\x01" "A\x07" "exAmple\x03org\0";
    dns_message_t x, y;

    (void)state;
    assert_true(read_exact(&x, pointed, sizeof pointed - 1) && read_exact(&y, written,
        sizeof written - 1));
    assert_int_equal(x.n_elements, 1);
    assert_int_equal(y.n_elements, 1);
    assert_int_equal(x.element[0], y.element[0]);
}

/* ---- addresses ---- */

typedef struct {
    const char *name;
    uint8_t     address[16];
    bool        ipv6, special;
} address_row_t;

static const address_row_t addresses[] = {
    { "0.0.0.0 is no public address", { 0, 0, 0, 0 }, false, true },
    { "9.255.255.255 is public", { 9, 255, 255, 255 }, false, false },
    { "10.0.0.1 is private", { 10, 0, 0, 1 }, false, true },
    { "11.0.0.0 is public", { 11, 0, 0, 0 }, false, false },
    { "100.63.255.255 is public", { 100, 63, 255, 255 }, false, false },
    { "100.64.0.0 is a carrier's own", { 100, 64, 0, 0 }, false, true },
    { "100.127.255.255 is a carrier's own", { 100, 127, 255, 255 }, false, true },
    { "100.128.0.0 is public", { 100, 128, 0, 0 }, false, false },
    { "127.0.0.1 is the host itself", { 127, 0, 0, 1 }, false, true },
    { "169.254.1.1 is of the own link", { 169, 254, 1, 1 }, false, true },
    { "172.15.255.255 is public", { 172, 15, 255, 255 }, false, false },
    { "172.16.0.0 is private", { 172, 16, 0, 0 }, false, true },
    { "172.31.255.255 is private", { 172, 31, 255, 255 }, false, true },
    { "172.32.0.0 is public", { 172, 32, 0, 0 }, false, false },
    { "192.168.1.1 is private", { 192, 168, 1, 1 }, false, true },
    { "192.169.0.0 is public", { 192, 169, 0, 0 }, false, false },
    { ":: is no public address", { 0 }, true, true },
    { "::1 is the host itself", { [15] = 1 }, true, true },
    { "::2 is reserved", { [15] = 2 }, true, true },
    { "::ffff:192.0.2.1 is an IPv4 address", { [10] = 0xff, 0xff, 192, 0, 2, 1 }, true, true },
    { "64:ff9b::192.0.2.1 leads to a translator", { 0, 0x64, 0xff, 0x9b, [12] = 192, 0, 2, 1 }, true, false },
    { "64:ff9b:1:: does not", { 0, 0x64, 0xff, 0x9b, 0, 1 }, true, true },
    { "d0::11 is reserved", { 0, 0xd0, [15] = 0x11 }, true, true },
    { "1fff:: is reserved", { 0x1f, 0xff }, true, true },
    { "2000:: is public", { 0x20 }, true, false },
    { "3fff:: is public", { 0x3f, 0xff }, true, false },
    { "4000:: is reserved", { 0x40 }, true, true },
    { "fc00:: is private", { 0xfc }, true, true },
    { "fdff:: is private", { 0xfd, 0xff }, true, true },
    { "fe00:: is reserved", { 0xfe, 0 }, true, true },
    { "fe80::1 is of the own link", { 0xfe, 0x80, [15] = 1 }, true, true },
    { "febf:: is of the own link", { 0xfe, 0xbf }, true, true },
    { "2001:db8:: counts as public", { 0x20, 0x01, 0x0d, 0xb8 }, true, false },
};

static void
check_address(void **state)
{
    const address_row_t *row = *state;
    assert_int_equal(address_is_special(row->address, row->ipv6), row->special);
}

static void
check_too_many_records(void **state)
{
    static const uint8_t bytes[] = "\x12\x34\x81\x80\0\x01\xff\xff\xff\xff\xff\xff" WWW_A;
    dns_message_t m;

    (void)state;
    assert_true(read_exact(&m, bytes, sizeof bytes - 1));
    assert_false(m.complete);
    assert_int_equal(m.n_elements, 0);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, rows, check_row);
    suite_add(&suite, "a name that runs beyond its message is told from all others", check_overlong,
              NULL);
    suite_add(&suite, "header fields are read as they are on the wire", check_header, NULL);
    suite_add(&suite,
              "a message cut at any byte is read within its bytes and complete only as a whole",
              check_cut, NULL);
    suite_add(&suite, "a message with any byte damaged is read within its bytes", check_damaged,
              NULL);
    suite_add(&suite, "names up to 255 bytes are read and written within their buffer",
        check_long_names, NULL);
    suite_add(&suite, "a name's hash ignores case and knows its labels", check_name_hash, NULL);
    suite_add(&suite, "up to twenty addresses are one set in any rotation", check_rotated, NULL);
    suite_add(&suite, "more than twenty addresses are too many to compare", check_too_many, NULL);
    suite_add(&suite, "an address and an alias with the same bytes are different elements",
              check_type_is_part_of_element, NULL);
    suite_add(&suite, "an alias is the same element compressed or not, in any case",
              check_alias_compressed_or_not, NULL);
    SUITE_ADD_TABLE(&suite, addresses, check_address);
    suite_add(&suite, "counts of 65535 records are not believed", check_too_many_records, NULL);
    return suite_run(&suite, "dns_message");
}
