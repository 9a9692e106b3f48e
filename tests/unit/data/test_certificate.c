/* data/test_certificate.c
 * Where a server's certificates begin, and which authorities they name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "data/certificate.h"

/* ServerHello of 10 bytes and certificates of `size` bytes, in one record or two; `name` among them. */
static GByteArray *
flight(bool one_record, const char *name, size_t size, uint8_t second_type)
{
    const uint8_t hello[] = { 2, 0, 0, 6, 3, 3, 1, 2, 3, 4 };
    const uint8_t certificate[] = { 11, 0, (uint8_t)(size >> 8), (uint8_t)size };
    size_t whole = size + sizeof certificate + (one_record ? sizeof hello : 0);
    const uint8_t first[] = { 22, 3, 3, 0, sizeof hello };
    const uint8_t record[] = { second_type, 3, 3, (uint8_t)(whole >> 8), (uint8_t)whole };
    GByteArray *bytes = g_byte_array_new();

    g_byte_array_append(bytes, one_record ? record : first, 5);
    g_byte_array_append(bytes, hello, sizeof hello);
    if (!one_record)
        g_byte_array_append(bytes, record, 5);
    g_byte_array_append(bytes, certificate, sizeof certificate);
    size_t at = bytes->len;
    g_byte_array_set_size(bytes, (unsigned)(at + size));
    memset(bytes->data + at, 'Q', size);
    memcpy(bytes->data + at + 40, name, strlen(name));
    return bytes;
}

typedef struct {
    const char *name;
    bool        one_record;
    uint8_t     second_type;
    const char *text;
    bool        found;
} flight_row_t;

static const flight_row_t flights[] = {
    { "an interception root in one record", true, 22, "Qaznet Trust Network", true },
    { "an interception root in a record of its own", false, 22,
      "Information Security Certification Authority CA", true },
    { "a state's root", false, 22, "Russian Trusted Sub CA", true },
    { "an ordinary root", true, 22, "ISRG Root X1", false },
    { "half a name", true, 22, "Qaznet Trust", false },
    { "encrypted after the hello", false, 23, "Qaznet Trust Network", false },
};

static const authority_t *
read_flight(const uint8_t *bytes, size_t length, bool *more)
{
    size_t at = certificate_begins(bytes, length, more);
    return at ? certificate_authority(bytes + at, length - at) : NULL;
}

static void
check_flight(void **state)
{
    const flight_row_t *row = *state;
    GByteArray *bytes = flight(row->one_record, row->text, 400, row->second_type);
    bool more;
    const authority_t *found = read_flight(bytes->data, bytes->len, &more);

    assert_int_equal(found != NULL, row->found);
    assert_false(more);
    if (found)
        assert_non_null(strstr(row->text, found->name));
    g_byte_array_free(bytes, TRUE);
}

/* Cut anywhere, nothing beyond the end is read, and until the last byte more is wanted or nothing is. */
static void
check_cut(void **state)
{
    (void)state;
    for (unsigned one = 0; one < 2; one++) {
        GByteArray *bytes = flight(one, "Qaznet Trust Network", 400, 22);
        for (size_t n = 0; n < bytes->len; n++) {
            uint8_t *exact = g_memdup2(bytes->data, n ? n : 1);
            bool more;
            read_flight(exact, n, &more);
            assert_int_equal(more, n >= 20 || (one && n >= 9) || (!one && n >= 9));
            g_free(exact);
        }
        g_byte_array_free(bytes, TRUE);
    }
}

static void
check_other_answers(void **state)
{
    static const char *const answers[] = { "", "HTTP/1.1 200 OK\r\n\r\n", "\x15\x03\x03",
                                           "\x16\x03\x03\xff\xff\x02\xff\xff\xff" };
    bool more;

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
        assert_null(read_flight((const uint8_t *)answers[i], strlen(answers[i]), &more));
}

static void
check_rows(void **state)
{
    const authority_t *row;

    (void)state;
    for (unsigned i = 0; (row = authority_row(i)); i++)
        assert_true(strlen(row->name) > 10 && *row->place && *row->years && *row->source);
}

/* ---- through the engine ---- */

static uint32_t
answer_with(talk_t *talk, const uint8_t *bytes, unsigned length)
{
    observation_t obs = talk_segment(talk, SERVER, TCP_ACK | TCP_PSH, length);
    obs.payload = bytes;
    obs.captured = length;
    return wire_send(talk->wire, &obs);
}

static void
check_in_two_segments(void **state)
{
    wire_t wire = wire_new();
    talk_t talk = talk_new(&wire, 4000);
    GByteArray *bytes = flight(true, "Qaznet Trust Network", 1000, 22);

    (void)state;
    talk_handshake(&talk);
    uint32_t hello = talk_request(&talk, "what a client says first");
    wire.now += talk.rtt;
    uint32_t first = answer_with(&talk, bytes->data, 30);
    uint32_t second = answer_with(&talk, bytes->data + 30, bytes->len - 30);
    assert_int_equal(wire_verdict(&wire, first), VERDICT_NONE);
    assert_int_equal(wire_verdict(&wire, second), VERDICT_FORGED);
    assert_int_equal(wire_finding(&wire, second)->trigger_frame, hello);
    g_byte_array_free(bytes, TRUE);
    wire_free(&wire);
}

/* A page about it, fetched without TLS, and a state's root are no accusations. */
static void
check_innocent(void **state)
{
    wire_t wire = wire_new();
    talk_t talk = talk_new(&wire, 4000), other = talk_new(&wire, 4001);
    const char page[] = "HTTP/1.1 200 OK\r\n\r\nThe Qaznet Trust Network was a root of 2019.";
    GByteArray *bytes = flight(true, "Russian Trusted Root CA", 400, 22);

    (void)state;
    talk_handshake(&talk);
    talk_request(&talk, "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n");
    wire.now += talk.rtt;
    answer_with(&talk, (const uint8_t *)page, sizeof page - 1);
    talk_handshake(&other);
    talk_request(&other, "what a client says first");
    wire.now += talk.rtt;
    answer_with(&other, bytes->data, bytes->len);
    assert_int_equal(store_size(engine_store(wire.engine)), 0);
    g_byte_array_free(bytes, TRUE);
    wire_free(&wire);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, flights, check_flight);
    suite_add(&suite, "cut at any byte", check_cut, NULL);
    suite_add(&suite, "what is no TLS, or broken", check_other_answers, NULL);
    suite_add(&suite, "every authority has a place, years and a source", check_rows, NULL);
    suite_add(&suite, "certificates in two segments", check_in_two_segments, NULL);
    suite_add(&suite, "names in other places", check_innocent, NULL);
    return suite_run(&suite, "certificate");
}
