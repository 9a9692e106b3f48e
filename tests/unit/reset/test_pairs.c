/* reset/test_pairs.c
 * What two or three resets of one connection say about each other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "reset/case.h"

#define START INT64_C(1700000000000000000)

enum { SERVER_SEQ = 50000, CLIENT_SEQ = 10300, SERVER_IP_ID = 0x1238, NEAR = 52, FAR = 62 };

/* A Linux server at TTL 52 with timestamps, asked once more and silent since. */
static reset_case_t
a_reset(unsigned frame, int64_t after)
{
    return (reset_case_t){
        .reset = { .frame = frame, .time = START + after, .flags = TCP_RST, .seq = SERVER_SEQ,
                   .ip = { .ttl = NEAR, .df = true } },
        .end = 1, .answered_seq = CLIENT_SEQ,
        .sender = { .last = { .frame = 6, .time = ticks(START - 80 * NS_PER_MS), .ack = 10000, .length = 900,
                              .mark = SERVER_IP_ID, .window = 501, .bits = TCP_ACK, .ttl = NEAR },
                    .next_seq = SERVER_SEQ, .tsval = 777000, .rtt = 40000, .rtts = 2, .ttl = { NEAR },
                    .ttl_packets = { 6 }, .packets = 6, .df = 6, .id_steps = 4,
                    .seen = SEEN_SYN | SEEN_DATA | SEEN_TIMESTAMPS },
        .peer = { .last = { .frame = 7, .time = ticks(START - 20 * NS_PER_MS), .ack = SERVER_SEQ, .length = 300,
                            .mark = 0x8001, .window = 502, .bits = TCP_ACK, .ttl = 64 },
                  .next_seq = CLIENT_SEQ, .ttl = { 64 }, .ttl_packets = { 5 }, .packets = 5, .same_ack = 1,
                  .seen = SEEN_SYN | SEEN_DATA | SEEN_TIMESTAMPS },
        .host_ttls = { .count = { 40 }, .ttl = { NEAR } }, .host_df_set = 40,
    };
}

/* As a box on the way writes it. */
static void
from_a_box(reset_case_t *c, uint16_t ip_id)
{
    c->reset.ip = (ip_header_t){ .ttl = FAR, .ip_id = ip_id };
}

/* As the kernel writes it for a program that is gone. */
static void
out_of_the_socket(reset_case_t *c, uint16_t ip_id)
{
    c->reset.flags = TCP_RST | TCP_ACK;
    c->reset.ack = CLIENT_SEQ;
    c->reset.window = 501;
    c->reset.ip.ip_id = ip_id;
    c->reset.has_timestamps = c->reset.has_options = true;
    c->reset.tsval = 777100;
}

/* Up to three resets, compared in their order. */
typedef struct {
    GPtrArray   *cases;
    reset_case_t c[3];
    bool         unread, lost;
} burst_t;

static burst_t *
burst_new(unsigned n)
{
    burst_t *b = g_new0(burst_t, 1);

    b->cases = g_ptr_array_new();
    for (unsigned i = 0; i < n; i++)
        b->c[i] = a_reset(10 + i, i * 200 * NS_PER_US);
    return b;
}

/* The news of the last one for those before it. */
static unsigned
burst_compare(burst_t *b)
{
    unsigned news = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS(b->c) && b->c[i].reset.frame; i++) {
        news = resets_compare(b->cases, &b->c[i], b->unread, b->lost);
        g_ptr_array_add(b->cases, &b->c[i]);
    }
    return news;
}

static void
burst_free(burst_t *b)
{
    g_ptr_array_free(b->cases, TRUE);
    g_free(b);
}

/* ---- numbers beyond everything sent ---- */

/* Two resets of which the second is `step` ahead, and who is marked then. */
typedef struct {
    const char *name;
    uint32_t    step;
    bool        first_of_box, second_of_box;
    bool        unread, lost, with_ack;
    bool        first_marked, second_marked;
} step_row_t;

static const step_row_t steps[] = {
    { "a box writes two, one segment apart", 1460, true, true, false, false, false, true, true },
    { "a box writes two, a receive window apart", 65535, true, true, false, false, false, true, true },
    { "a box guesses a number no window reaches", 1 << 20, true, true, false, false, false, false, false },
    { "a box writes the same number twice", 0, true, true, false, false, false, false, false },
    { "the sender's own reset comes before a box's", 1460, false, true, false, false, false, false, true },
    { "a closed socket's resets rise beyond the capture", 1460, false, false, false, false, false, false, false },
    { "a segment could not be read", 1460, true, true, true, false, false, false, false },
    { "bare resets of a box where the capture has holes", 1460, true, true, false, true, false, false, false },
    { "RST/ACK of a box where the capture has holes", 1460, true, true, false, true, true, true, true },
};

static void
check_step(void **state)
{
    const step_row_t *row = *state;
    burst_t *b = burst_new(2);

    b->unread = row->unread;
    b->lost = row->lost;
    b->c[1].reset.seq += row->step;
    for (unsigned i = 0; i < 2; i++) {
        if (i ? row->second_of_box : row->first_of_box)
            from_a_box(&b->c[i], (uint16_t)(0x1000 + i));
        if (row->with_ack) {
            b->c[i].reset.flags = TCP_RST | TCP_ACK;
            b->c[i].reset.ack = CLIENT_SEQ;
        }
    }
    burst_compare(b);
    assert_int_equal(b->c[0].changed_frame, row->first_marked ? 11 : 0);
    assert_int_equal(b->c[1].changed_frame, row->second_marked ? 10 : 0);
    assert_int_equal(b->c[1].changed_step, row->second_marked ? row->step : 0);
    burst_free(b);
}

/* An aborting server has sent more than was captured: its own RST/ACK says so. */
static void
check_witness(void **state)
{
    burst_t *b = burst_new(3);

    (void)state;
    out_of_the_socket(&b->c[0], SERVER_IP_ID + 9);
    b->c[0].reset.seq += 9000;
    for (unsigned i = 1; i < 3; i++) {
        from_a_box(&b->c[i], 0);            /* a front end answers what is acknowledged late */
        b->c[i].reset.seq += 2920 * i;
    }
    burst_compare(b);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(b->c[i].changed_frame, 0);
    burst_free(b);
}

/* ---- bursts and copies ---- */

typedef struct {
    const char *name;
    uint16_t    ip_id[3];
    uint8_t     duplicates;     /* of the peer's packets */
    unsigned    burst;
} burst_row_t;

static const burst_row_t bursts[] = {
    { "three with IP IDs of their own", { 5, 6, 7 }, 0, 3 },
    { "three without", { 0, 0, 0 }, 0, 3 },
    { "one, and another one captured twice", { 5, 6, 6 }, 0, 2 },
    { "one captured three times where other packets are not", { 5, 5, 5 }, 0, 3 },
    { "one captured three times as other packets are", { 5, 5, 5 }, 2, 1 },
};

static void
check_burst(void **state)
{
    const burst_row_t *row = *state;
    burst_t *b = burst_new(3);

    for (unsigned i = 0; i < 3; i++) {
        from_a_box(&b->c[i], row->ip_id[i]);
        b->c[i].peer.duplicates = row->duplicates;
    }
    burst_compare(b);
    assert_int_equal(b->c[2].burst, row->burst);
    burst_free(b);
}

static void
check_news(void **state)
{
    burst_t *b = burst_new(3);

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        from_a_box(&b->c[i], (uint16_t)(5 + i));
    assert_int_equal(burst_compare(b), 3);      /* both are of a larger burst now */
    burst_free(b);
}

/* ---- one socket, one RST/ACK ---- */

static void
check_two_of_a_socket(void **state)
{
    burst_t *b = burst_new(2);

    (void)state;
    out_of_the_socket(&b->c[0], SERVER_IP_ID + 1);
    out_of_the_socket(&b->c[1], SERVER_IP_ID + 2);
    b->c[1].reset.seq += 900;
    burst_compare(b);
    assert_int_equal(b->c[0].again_frame, 11);
    assert_int_equal(b->c[1].again_frame, 10);
    burst_free(b);
}

static void
check_one_captured_twice(void **state)
{
    burst_t *b = burst_new(2);

    (void)state;
    out_of_the_socket(&b->c[0], SERVER_IP_ID + 1);
    out_of_the_socket(&b->c[1], SERVER_IP_ID + 1);
    burst_compare(b);
    assert_int_equal(b->c[0].again_frame, 0);
    assert_int_equal(b->c[1].again_frame, 0);
    burst_free(b);
}

/* ---- to both ends ---- */

static void
check_halves(void **state)
{
    burst_t *b = burst_new(2);

    (void)state;
    from_a_box(&b->c[0], 5);
    from_a_box(&b->c[1], 6);
    b->c[1].end = 0;
    burst_compare(b);
    assert_int_equal(b->c[0].reverse_frame, 11);
    assert_true(resets_are_halves(&b->c[0], &b->c[1]));
    b->c[1].reset.window = 512;
    assert_false(resets_are_halves(&b->c[0], &b->c[1]));
    burst_free(b);
}

int
main(void)
{
    suite_t suite = suite_new();
    SUITE_ADD_TABLE(&suite, steps, check_step);
    suite_add(&suite, "a reset of the living socket shows that more was sent", check_witness, NULL);
    SUITE_ADD_TABLE(&suite, bursts, check_burst);
    suite_add(&suite, "what a third reset tells about the first two is news", check_news, NULL);
    suite_add(&suite, "two RST/ACK with timestamps out of one socket", check_two_of_a_socket, NULL);
    suite_add(&suite, "one RST/ACK captured twice", check_one_captured_twice, NULL);
    suite_add(&suite, "two halves of a pair, and two that are not", check_halves, NULL);
    return suite_run(&suite, "pairs");
}
