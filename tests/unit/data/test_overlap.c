/* data/test_overlap.c
 * Segments that cover the same sequence numbers: which of them contradict each other. By hand, and
 * all ways to cut and shift one stream.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "data/overlap.h"

#define PAGE "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello"

/* 300 bytes. */
#define TEN  "0123456789"
#define PART TEN "abcdefghij" TEN "ABCDEFGHIJ" "..,.;.:.-."
#define LONG PART "klmnopqrst" PART "KLMNOPQRST" PART "uvwxyz(){}" PART "UVWXYZ[]<>" "!#$%&/()=?" "*+~^|@=-_;"

/* Two segments: where they begin, what they say; bytes 0 count as long as they are given. */
typedef struct {
    const char *name;
    uint32_t    seq[2];
    const char *bytes[2];
    size_t      length[2];      /* 0: of the text */
    bool        contradict;
} overlap_row_t;

static const overlap_row_t rows[] = {
    { "the same bytes", { 1000, 1000 }, { PAGE, PAGE }, { 0 }, false },
    { "other bytes from the first on", { 1000, 1000 }, { "HTTP/1.1 200", "<html><body>" }, { 0 }, true },
    { "other bytes after sixteen", { 1000, 1000 },
      { "HTTP/1.1 200 OK\r\nServer: a", "HTTP/1.1 200 OK\r\nDate: Mon," }, { 0 }, true },
    { "other bytes in a length of five", { 1001, 1001 }, { "hello", "world" }, { 0 }, true },
    { "a beginning and the whole", { 1003, 1003 }, { "HTTP/1.1 2", PAGE }, { 0 }, false },
    { "the whole and its tail", { 1000, 1009 }, { PAGE, &PAGE[9] }, { 0 }, false },
    { "the same text, one byte later", { 1000, 1001 }, { "hello, world", "hello, world" }, { 0 }, true },
    { "the same text, one byte earlier", { 1001, 1000 }, { "hello, world", "hello, world" }, { 0 }, true },
    { "other bytes where seven overlap", { 1000, 1005 }, { "abcdefghijkl", "ABCDEFGHIJKL" }, { 0 }, true },
    { "other bytes behind the sequence numbers' end", { 0xfffffff8, 0xfffffffc },
      { "abcdefghijklmnop", "ABCDEFGHIJKLMNOP" }, { 0 }, true },
    { "the same bytes across the sequence numbers' end", { 0xfffffff9, 0xfffffffc },
      { "abcdefghijklmnop", "defghijklmnop" }, { 0 }, false },
    { "two bytes where another segment has twelve", { 1000, 1000 }, { "ab", "ABCDEFGHIJKL" }, { 0 }, true },
    { "two bytes in the middle of twelve others", { 1005, 1000 }, { "ab", "ABCDEFGHIJKL" }, { 0 }, true },
    { "two of twelve bytes", { 1005, 1000 }, { "FG", "ABCDEFGHIJKL" }, { 0 }, false },
    { "one byte of the next segment", { 1000, 1011 }, { "abcdefghijkl", "xyz" }, { 0 }, false },
    { "other bytes after three hundred", { 1000, 1000 }, { LONG PART "one", LONG TEN PART }, { 0 }, true },
    { "the same three hundred bytes in other pieces", { 1000, 1040 }, { LONG "one", &(LONG "one")[40] }, { 0 }, false },
    { "three hundred bytes shifted by one", { 1000, 1001 }, { LONG, LONG }, { 0 }, true },
    { "a piece of the middle, from other text", { 1000, 1090 }, { LONG, &LONG[33] }, { 0 }, true },
    { "one behind the other", { 1000, 1012 }, { "abcdefghijkl", "ABCDEFGHIJKL" }, { 0 }, false },
    { "far apart", { 1000, 3000 }, { PAGE, PAGE }, { 0 }, false },
    { "half the sequence numbers apart", { 0, 0x80000000 }, { PAGE, PAGE }, { 0 }, false },
    { "a keep-alive probe: one byte of garbage", { 1000, 1000 }, { "hello", "x" }, { 0 }, false },
    { "a probe of one zero byte before new data", { 999, 999 }, { "hello", "" }, { 0, 1 }, false },
    { "padding of zeros", { 1000, 1000 }, { "hello, world", "\0\0\0\0\0" }, { 0, 6 }, false },
    { "data with padding behind", { 1000, 1000 }, { "hello, world", "hello\0\0\0" }, { 0, 8 }, false },
    { "other data with padding behind", { 1000, 1000 }, { "hello, world", "HELLO\0\0\0" }, { 0, 8 }, true },
    { "nothing captured", { 1000, 1000 }, { "hello, world", NULL }, { 0 }, false },
};

/* Reads from memory of exactly that size. */
static stretch_t
read_exact(uint32_t seq, const char *bytes, size_t n)
{
    uint8_t *exact = n ? g_memdup2(bytes, n) : NULL;
    stretch_t s = stretch_read(seq, exact, n);

    g_free(exact);
    return s;
}

static void
check_row(void **state)
{
    const overlap_row_t *row = *state;
    stretch_t s[2];

    for (unsigned i = 0; i < 2; i++)
        s[i] = read_exact(row->seq[i], row->bytes[i],
                          row->length[i] || !row->bytes[i] ? row->length[i] : strlen(row->bytes[i]));
    assert_int_equal(stretch_contradicts(&s[0], &s[1]), row->contradict);
    assert_int_equal(stretch_contradicts(&s[1], &s[0]), row->contradict);
}

#define STREAM 1600

/* However a stream is cut, no two pieces of it contradict each other. Zeros are among its bytes. */
static void
check_cuts_agree(void **state)
{
    GRand *random = g_rand_new_with_seed(7);
    char stream[STREAM];

    (void)state;
    for (unsigned i = 0; i < STREAM; i++)
        stream[i] = (char)(g_rand_int_range(random, 0, 4) ? g_rand_int_range(random, 1, 256) : 0);
    for (unsigned round = 0; round < 100000; round++) {
        stretch_t s[2];
        uint32_t begin = g_rand_int(random);
        unsigned limit = round % 2 ? STREAM : 90;
        for (unsigned i = 0; i < 2; i++) {
            unsigned from = (unsigned)g_rand_int_range(random, 0, STREAM),
                     to = (unsigned)g_rand_int_range(random, (gint32)from, (gint32)MIN(from + limit, STREAM)) + 1;
            s[i] = stretch_read(begin + from, (const uint8_t *)stream + from, to - from);
        }
        assert_false(stretch_contradicts(&s[0], &s[1]));
    }
    g_rand_free(random);
}

/* Two texts without a byte in common are told apart wherever two bytes or more of them overlap that are kept,
 * but for one pair in 16. */
static void
check_shifts_differ(void **state)
{
    static const char a[] = "the same page, as the server would have sent it if,",
                      b[] = "WHOEVER/IS/ON/THE/WAY/HAD/NOT/WRITTEN/ANOTHER/ONE:";
    unsigned pairs = 0, missed = 0;

    (void)state;
    for (uint32_t seq = 100; seq < 104; seq++)
        for (int32_t shift = 2 - STRETCH_HEAD; shift <= STRETCH_HEAD - 2; shift++) {
            stretch_t x = read_exact(seq, a, sizeof a - 1), y = read_exact(seq + (uint32_t)shift, b, sizeof b - 1);
            missed += !stretch_contradicts(&x, &y);
            pairs++;
        }
    assert_true(pairs > 300);
    assert_true(missed * 16 <= pairs);
}

int
main(void)
{
    suite_t suite = suite_new();

    SUITE_ADD_TABLE(&suite, rows, check_row);
    suite_add(&suite, "no two pieces of one stream contradict each other", check_cuts_agree, NULL);
    suite_add(&suite, "other texts contradict each other, however they are shifted", check_shifts_differ, NULL);
    return suite_run(&suite, "overlap");
}
