/* state/test_asked.c
 * What is said to have set off a forged packet: the frame and the text, on every frame concerned.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "detector.h"

static void
assert_set_off(const wire_t *wire, uint32_t forged, uint32_t trigger, const char *text)
{
    const finding_t *f = wire_finding(wire, forged), *asked = wire_finding(wire, trigger);

    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
    assert_int_equal(f->trigger_frame, trigger);
    assert_non_null(f->trigger);
    assert_string_equal(f->trigger, text);
    assert_int_equal(asked->verdict, VERDICT_TRIGGER);
    assert_string_equal(asked->trigger, text);
}

/* ---- one segment ---- */

#define TLS_HEAD(record, hello) "\x16\3\1\0" record "\1\0\0" hello "\3\3" \
    "01234567890123456789012345678901" \
                                "\0" "\0\2\x13\1" "\1\0"
#define SNI     "\0\0\0\x0e\0\x0c\0\0\x09" "a.example"
#define ECH     "\xfe\x0d\0\x0a\0\0\1\0\1\x42\0\0\0\0"

typedef struct {
    const char *name;
    const char *bytes;
    size_t      length;
    const char *text;
} first_row_t;

#define BYTES(literal) literal, sizeof literal - 1

static const first_row_t firsts[] = {
    { "a page", BYTES("GET /a?b HTTP/1.1\r\nHost: a.example\r\n\r\n"), "a.example/a?b" },
    { "the root page", BYTES("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"), "a.example" },
    { "a page of no host", BYTES("GET /a HTTP/1.0\r\n\r\n"), "/a" },
    { "a page through a proxy", BYTES("GET http://a.example/b HTTP/1.1\r\nHost: p\r\n\r\n"),
      "a.example/b" },
    { "a tunnel through a proxy", BYTES("CONNECT a.example:443 HTTP/1.1\r\n\r\n"),
      "a.example:443" },
    { "a zero byte in a Host", BYTES("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n"), "a\\x00" "b" },
    { "a server name", BYTES(TLS_HEAD("\x43", "\x3f") "\0\x12" SNI), "a.example" },
    { "a server name beside ECH", BYTES(TLS_HEAD("\x51", "\x4d") "\0\x20" SNI ECH),
      "a.example (with ECH)" },
    { "ECH without server name", BYTES(TLS_HEAD("\x3f", "\x3b") "\0\x0e" ECH),
      "TLS without server name (with ECH)" },
    { "a hello without server name", BYTES(TLS_HEAD("\x31", "\x2d") "\0\0"),
      "TLS without server name" },
    { "a hello in pieces", BYTES(TLS_HEAD("\x20", "\x3f") "\0\x12" SNI),
      "TLS ClientHello in several records" },
    { "a hello cut off", BYTES(TLS_HEAD("\x43", "\x3f") "\0\x12\0\0"),
      "TLS ClientHello whose server name was not seen" },
    { "a request cut off", BYTES("GET / HTTP/1.1\r\nAccept: "),
      "HTTP request whose Host was not seen" },
    { "binary", BYTES("\0\0\0\1\0\0"), "first data (6 bytes, neither TLS nor HTTP)" },
    { "one byte", BYTES("\0"), "first data (1 byte, neither TLS nor HTTP)" },
    { "text", BYTES("EHLO a.example\r\n"), "first data (16 bytes, neither TLS nor HTTP)" },
    { "half of the bits", BYTES("\x80\xaa\xc5\xe8\x93\xd4"),
      "first data (6 bytes, fully encrypted by the published rule)" },
};

static void
check_first(void **state)
{
    const first_row_t *row = *state;
    wire_t wire = wire_new();
    talk_t talk = talk_new(&wire, 4000);

    talk_handshake(&talk);
    uint32_t trigger = talk_say(&talk, CLIENT, row->bytes, row->length);
    assert_set_off(&wire, talk_forged_pair(&talk), trigger, row->text);
    wire_free(&wire);
}

/* ---- several segments ---- */

/* The first segment has the name; only the second tells of ECH. */
SEQUENCE(hello_goes_on)
{
    static const char hello[] = TLS_HEAD("\x51", "\x4d") "\0\x20" SNI ECH;
    size_t first = sizeof hello - 1 - 14;
    talk_t talk = talk_new(wire, 4000);

    talk_handshake(&talk);
    uint32_t trigger = talk_say(&talk, CLIENT, hello, first);
    talk_say(&talk, CLIENT, hello + first, sizeof hello - 1 - first);
    assert_set_off(wire, talk_forged_pair(&talk), trigger, "a.example (with ECH)");
}

/* A protocol that turns to TLS: what counts is the name asked for last. */
static void
turns_to_tls(wire_t *wire, const char *before, size_t length)
{
    static const char hello[] = TLS_HEAD("\x43", "\x3f") "\0\x12" SNI;
    talk_t talk = talk_new(wire, 4000);

    talk_handshake(&talk);
    talk_say(&talk, CLIENT, before, length);
    wire->now += talk.rtt;
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 20);
    uint32_t trigger = talk_say(&talk, CLIENT, hello, sizeof hello - 1);
    assert_set_off(wire, talk_forged_pair(&talk), trigger, "a.example");
}

SEQUENCE(socks)    { turns_to_tls(wire, BYTES("\5\1\0")); }
SEQUENCE(connects) { turns_to_tls(wire, BYTES("CONNECT b.example:443 HTTP/1.1\r\n\r\n")); }
SEQUENCE(starttls) { turns_to_tls(wire, BYTES("STARTTLS\r\n")); }
SEQUENCE(greets)   { turns_to_tls(wire, BYTES("EHLO b.example\r\n")); }

/* "MAIL FROM" looks like half a request line until its end is seen. */
SEQUENCE(half_a_line)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    uint32_t trigger = talk_say(&talk, CLIENT, "MAIL FR", 7);
    talk_say(&talk, CLIENT, "OM:<a>\r\n", 8);
    assert_set_off(wire, talk_forged_pair(&talk), trigger,
                   "first data (15 bytes, neither TLS nor HTTP)");
}

SEQUENCE(begins_late)
{
    talk_t talk = talk_new(wire, 4000);
    for (unsigned i = 0; i < 3; i++) {
        talk_send(&talk, SERVER, TCP_ACK, 0);
        talk_send(&talk, CLIENT, TCP_ACK, 0);
    }
    uint32_t trigger = talk_say(&talk, CLIENT, "\0\1", 2);
    assert_set_off(wire, talk_forged_pair(&talk), trigger, "data (2 bytes, neither TLS nor HTTP)");
}

SEQUENCE(not_captured)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    uint32_t trigger = talk_send(&talk, CLIENT, TCP_ACK | TCP_PSH, 517);
    assert_set_off(wire, talk_forged_pair(&talk), trigger, "first data (517 bytes, not captured)");
}

/* A DNS message that is not whole in its first segment is no unknown protocol. */
SEQUENCE(dns_length_alone)
{
    talk_t talk = talk_new(wire, 4000);
    talk.end[SERVER].port = 53;
    talk_handshake(&talk);
    talk_say(&talk, CLIENT, "\0\x20", 2);
    uint32_t forged = talk_forged_pair(&talk);
    assert_int_equal(wire_verdict(wire, forged), VERDICT_FORGED);
    assert_null(wire_finding(wire, forged)->trigger);
}

/* Paths may use up their share of the room for texts; hosts keep theirs. */
SEQUENCE(too_many_paths)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    for (unsigned i = 0; i < 40000; i++) {
        char text[80];
        int n = g_snprintf(text, sizeof text, "GET /%u HTTP/1.1\r\nHost: a.example\r\n\r\n", i);
        talk_say(&talk, CLIENT, text, (size_t)n);
    }
    uint32_t trigger = talk_say(&talk, CLIENT,
                                BYTES("GET /new HTTP/1.1\r\nHost: b.example\r\n\r\n"));
    assert_set_off(wire, talk_forged_pair(&talk), trigger, "b.example/...");
}

/* A suspect names what came before it, but accuses nobody else's frame. */
SEQUENCE(suspect)
{
    talk_t talk = talk_new(wire, 4000);
    talk_handshake(&talk);
    uint32_t request = talk_say(&talk, CLIENT, BYTES("GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n"));
    observation_t reset = talk_reset(&talk, SERVER);
    reset.ip.df = false;
    reset.ip.ttl += 5;
    uint32_t frame = wire_send(wire, &reset);
    assert_int_equal(wire_verdict(wire, frame), VERDICT_SUSPECT);
    assert_string_equal(wire_finding(wire, frame)->trigger, "a.example/a");
    assert_int_equal(wire_finding(wire, frame)->trigger_frame, request);
    assert_int_equal(wire_verdict(wire, request), VERDICT_NONE);
}

static const sequence_row_t sequences[] = {
    { "a hello whose extensions go on is named at its first segment", hello_goes_on },
    { "after SOCKS the name inside is the trigger", socks },
    { "after CONNECT the name inside is the trigger", connects },
    { "after STARTTLS the name is the trigger", starttls },
    { "after a greeting that looks like a request the name is the trigger", greets },
    { "half a line that turns out to be no request is first data", half_a_line },
    { "without handshake nobody knows that data is the first", begins_late },
    { "bytes that were not captured are not judged", not_captured },
    { "the length of a DNS message alone is no unknown protocol", dns_length_alone },
    { "too many paths leave the host, and show that something is missing", too_many_paths },
    { "a suspect names its trigger and leaves that frame alone", suspect },
};

/* ---- whatever a client sends ---- */

static bool
is_safe(const char *text)
{
    if (!g_utf8_validate(text, -1, NULL))
        return false;
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || (c >= 0x200e && c <= 0x200f)
            || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff)
            return false;
    }
    return true;
}

/* Mostly bytes that make trouble in a terminal. */
static size_t
hostile_bytes(GRand *random, uint8_t *out, size_t most)
{
    static const char *const pieces[] = { "\x1b[2J", "\xe2\x80\xae", "\xc2\x9b", "\xff", "\xe2\x80",
                                          "\xd8\x9c", "a",
                                          "\x7f", "\xef\xbb\xbf", "\xf0\x9f", "\xe2\x81\xa6",
                                          "\t" };
    size_t n = 0, length = (size_t)g_rand_int_range(random, 1, (int)most);
    while (n < length) {
        int pick = g_rand_int_range(random, -1, G_N_ELEMENTS(pieces));
        const char *piece = pick < 0 ? "" : pieces[pick];
        size_t size = pick < 0 ? 1 : strlen(piece);     /* a zero byte, too */
        size = MIN(size, length - n);
        memcpy(out + n, piece, size);
        n += size;
    }
    return n;
}

static void
check_hostile(void **state)
{
    GRand *random = g_rand_new_with_seed(1);
    unsigned shown = 0;

    (void)state;
    for (unsigned i = 0; i < 3000; i++) {
        wire_t wire = wire_new();
        talk_t talk = talk_new(&wire, 4000);
        GByteArray *bytes = g_byte_array_new();
        uint8_t hostile[400];
        size_t n = hostile_bytes(random, hostile, sizeof hostile);
        switch (i % 3) {
        case 0: g_byte_array_append(bytes, (const uint8_t *)"GET /", 5); break;
        case 1: g_byte_array_append(bytes,
                                    (const uint8_t *)BYTES("GET / HTTP/1.1\r\nHost: ")); break;
        default: {
            uint8_t sizes[] = { 0, 0, (uint8_t)((n + 5) >> 8), (uint8_t)(n + 5),
                                (uint8_t)((n + 3) >> 8),
                                (uint8_t)(n + 3), 0, (uint8_t)(n >> 8), (uint8_t)n };
            g_byte_array_append(bytes, (const uint8_t *)BYTES(TLS_HEAD("\xff", "\x3f")));
            g_byte_array_append(bytes, (const uint8_t *)"\4\0", 2);
            g_byte_array_append(bytes, sizes, sizeof sizes);
            bytes->data[3] = 4;                         /* a long record and hello */
            bytes->data[7] = 3;
            break;
        }
        }
        g_byte_array_append(bytes, hostile, (guint)n);
        g_byte_array_append(bytes, (const uint8_t *)BYTES(" HTTP/1.1\r\nHost: x\r\n\r\n"));
        talk_handshake(&talk);
        uint32_t trigger = talk_say(&talk, CLIENT, bytes->data, bytes->len);
        const finding_t *f = wire_finding(&wire, talk_forged_pair(&talk));
        const finding_t *asked = wire_finding(&wire, trigger);
        assert_non_null(f->trigger);
        assert_true(is_safe(f->trigger) && strlen(f->trigger) <= 255);
        assert_ptr_equal(f->trigger, asked->trigger);
        shown += strchr(f->trigger, '\\') != NULL;
        g_byte_array_free(bytes, TRUE);
        wire_free(&wire);
    }
    assert_true(shown > 2500);                          /* they did reach the texts */
    g_rand_free(random);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, firsts, check_first);
    SUITE_ADD_TABLE(&suite, sequences, run_sequence);
    suite_add(&suite, "nothing hostile in host, path or server name reaches a text", check_hostile,
              NULL);
    return suite_run(&suite, "trigger");
}
