/* points/test_cases.c
 * Two points and a path between them, whole: what the path, the boxes on it and the capturing machines do, and what is
 * said of it. Matching (match.c), byte ranges (stream.c) and what is kept (trace.c) are tested here, too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "base/hash.h"
#include "points/cases.h"

#define MS NS_PER_MS
#define START (INT64_C(1700000000) * NS_PER_S)

enum { HERE = CLIENT, THERE = SERVER, BOTH = 2, LOST = 3 };     /* which points see a packet */

/* What the path does to all packets. */
typedef struct {
    int64_t  delay;             /* each way */
    int64_t  offset;            /* of the second point's clock */
    uint8_t  hops;
    bool     nat;               /* the client has another address and port at the second point */
    bool     bleaches;          /* ECN, and the Identification */
    bool     strips;            /* timestamps */
    uint16_t mss;               /* clamped to; 0: left alone */
    uint32_t shift;             /* added to the server's sequence numbers, towards the client subtracted */
} box_t;

typedef struct {
    talks_t   *talks;
    trace_t   *trace[2];
    points_t  *points;
    reports_t *reports[2];
    between_t  between;
    box_t      box;
    int64_t    now;             /* true time */
    uint32_t   frame[2];
    uint32_t   next[2];         /* sequence numbers */
    uint32_t   seen[2];         /* of the other end, acknowledged */
    uint16_t   id[2], port;
    uint8_t    ttl[2];
} pair_t;

static pair_t
pair_new(box_t box)
{
    pair_t pair = { .talks = talks_new(), .box = box, .now = START, .next = { 1000, 70000 }, .id = { 100, 9000 },
                    .port = 40000, .ttl = { 64, 64 } };

    for (unsigned i = 0; i < 2; i++) {
        pair.trace[i] = trace_new(pair.talks);
        pair.trace[i]->whole = true;
        pair.reports[i] = reports_new(false, 1000);
    }
    pair.points = points_new(pair.talks, pair.trace[0], pair.trace[1]);
    return pair;
}

static void
pair_free(pair_t *pair)
{
    between_clear(&pair->between);
    points_free(pair->points);
    for (unsigned i = 0; i < 2; i++) {
        trace_free(pair->trace[i]);
        reports_free(pair->reports[i]);
    }
    talks_free(pair->talks);
}

static void
judge_pair(pair_t *pair)
{
    static const char *const name[2] = { "client", "server" };

    points_match(pair->points);
    pair->between = points_compare(pair->points, pair->reports, name);
}

/* ---- packets ---- */

static void
address_ends(const pair_t *pair, observation_t *obs, unsigned from, unsigned point)
{
    bool renamed = pair->box.nat && point == THERE;
    ip_address_t client = renamed ? address4(203, 0, 113, 9) : address4(10, 0, 0, 1), server = address4(192, 0, 2, 80);
    uint16_t port = renamed ? (uint16_t)(pair->port + 20000) : pair->port;

    obs->src = from == CLIENT ? client : server;
    obs->dst = from == CLIENT ? server : client;
    obs->sport = from == CLIENT ? port : 443;
    obs->dport = from == CLIENT ? 443 : port;
}

/* What a box has made of a packet of `from` where it comes out. */
static void
pass_box(const pair_t *pair, observation_t *obs, unsigned from, unsigned point)
{
    const box_t *box = &pair->box;

    if (point == THERE && from == SERVER)
        obs->seq += box->shift;
    if (point == THERE && from == CLIENT && obs->flags & TCP_ACK)
        obs->ack += box->shift;
    if (point == from)
        return;
    obs->ip.ttl = (uint8_t)(obs->ip.ttl - box->hops);
    if (box->bleaches) {
        obs->ip.tos &= 0xfc;
        obs->ip.ip_id = 0;
    }
    if (box->strips) {
        obs->has_timestamps = obs->has_options = false;
        obs->tsval = obs->tsecr = 0;
    }
    if (box->mss && obs->mss > box->mss)
        obs->mss = box->mss;
}

static void
capture_at(pair_t *pair, unsigned point, unsigned from, const observation_t *sent)
{
    observation_t obs = *sent;

    address_ends(pair, &obs, from, point);
    pass_box(pair, &obs, from, point);
    obs.frame = ++pair->frame[point];
    obs.time = pair->now + (point == from ? 0 : pair->box.delay) + (point == THERE ? pair->box.offset : 0);
    trace_add(pair->trace[point], &obs);
}

/* A packet of one end as it leaves, not captured yet; numbers advanced. */
static observation_t
packet_of(pair_t *pair, unsigned from, uint16_t flags, const char *text, uint32_t length)
{
    observation_t obs = {
        .protocol = PROTOCOL_TCP, .flags = flags, .seq = pair->next[from], .window = 500, .length = length,
        .ack = flags & TCP_ACK ? pair->next[!from] : 0, .has_options = true, .has_timestamps = true,
        .tsval = (uint32_t)(pair->now / MS) + from * 5000, .tsecr = 77, .mss = flags & TCP_SYN ? 1460 : 0,
        .ip = { .ttl = pair->ttl[from], .tos = 2, .ip_id = pair->id[from]++, .df = true },
    };

    if (text) {
        obs.payload = (const uint8_t *)text;
        obs.captured = length;
    }
    pair->next[from] += length + !!(flags & TCP_SYN) + !!(flags & TCP_FIN);
    return obs;
}

/* Sends one, and says which points capture it: BOTH, LOST for only the one that it leaves, or a single one. Packets
 * follow each other in 100 ms, so that they come in order at both points. */
static void
send_as(pair_t *pair, unsigned from, unsigned where, const observation_t *obs)
{
    for (unsigned point = 0; point < 2; point++)
        if (where == BOTH || (where == LOST ? point == from : where == point))
            capture_at(pair, point, from, obs);
    pair->now += 100 * MS;
}

static void
send_where(pair_t *pair, unsigned from, unsigned where, uint16_t flags, const char *text)
{
    observation_t obs = packet_of(pair, from, flags, text, text ? (uint32_t)strlen(text) : 0);
    send_as(pair, from, where, &obs);
}

static void
send_both(pair_t *pair, unsigned from, uint16_t flags, const char *text)
{
    send_where(pair, from, BOTH, flags, text);
}

static void
shake_hands(pair_t *pair)
{
    send_both(pair, CLIENT, TCP_SYN, NULL);
    send_both(pair, SERVER, TCP_SYN | TCP_ACK, NULL);
    send_both(pair, CLIENT, TCP_ACK, NULL);
}

#define REQUEST "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
#define ANSWER  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define DATA    (TCP_PSH | TCP_ACK)

static void
talk(pair_t *pair, unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++) {
        send_both(pair, CLIENT, DATA, REQUEST);
        send_both(pair, SERVER, DATA, ANSWER);
        send_both(pair, CLIENT, TCP_ACK, NULL);
    }
}

/* The packet that a box puts in towards the client, as if it came from the server. */
static observation_t
forged_reset(const pair_t *pair)
{
    return (observation_t){ .protocol = PROTOCOL_TCP, .flags = TCP_RST | TCP_ACK, .seq = pair->next[SERVER],
                            .ack = pair->next[CLIENT], .ip = { .ttl = 64, .ip_id = pair->id[SERVER], .df = true } };
}

/* ---- what is said ---- */

static unsigned
count(const pair_t *pair, unsigned point, verdict_t verdict)
{
    unsigned n = 0;
    for (uint32_t frame = 1; frame <= pair->frame[point]; frame++) {
        const finding_t *f = store_lookup(pair->reports[point]->store, frame);
        n += f && f->verdict == verdict;
    }
    return n;
}

static void
assert_said(const pair_t *pair, unsigned point, verdict_t verdict, unsigned n)
{
    assert_int_equal(count(pair, point, verdict), n);
}

static void
assert_nothing_said(const pair_t *pair)
{
    for (unsigned point = 0; point < 2; point++)
        for (verdict_t v = VERDICT_NONE + 1; v < N_VERDICTS; v++)
            assert_said(pair, point, v, 0);
}

static void
assert_sign(const pair_t *pair, unsigned point, uint32_t frame, const char *id)
{
    const finding_t *f = store_lookup(pair->reports[point]->store, frame);

    assert_non_null(f);
    assert_true(evidence_has(f->evidence, id));
}

static unsigned
left_open(const pair_t *pair, reason_t reason)
{
    return pair->between.way[0].open[reason] + pair->between.way[1].open[reason];
}

static unsigned
changes(const pair_t *pair, change_t change)
{
    return pair->between.way[0].change[change].packets + pair->between.way[1].change[change].packets;
}

/* ---- innocent ---- */

#define PATH .delay = 40 * MS, .hops = 9

static void
plain(pair_t *pair)
{
    shake_hands(pair);
    talk(pair, 3);
    judge_pair(pair);
    assert_nothing_said(pair);
    assert_int_equal(pair->points->matched, 12);
    assert_int_equal(way_hops(&pair->between.way[0]), 9);
    assert_int_equal(way_hops(&pair->between.way[1]), 9);
    assert_false(pair->points->same_capture);
}

static void
check_plain(void **state)
{
    pair_t pair = pair_new((box_t){ PATH });
    (void)state;
    plain(&pair);
    assert_int_equal(pair.points->clocks.piece[0].offset, 0);
    pair_free(&pair);
}

static void
check_clock_off(void **state)
{
    pair_t pair = pair_new((box_t){ PATH, .offset = -11 * NS_PER_S });
    (void)state;
    plain(&pair);
    assert_int_equal(pair.points->clocks.piece[0].offset, -11 * NS_PER_S);
    pair_free(&pair);
}

static void
check_clock_step(void **state)
{
    pair_t pair = pair_new((box_t){ PATH });
    (void)state;
    shake_hands(&pair);
    talk(&pair, 3);
    pair.box.offset = -70 * MS;
    talk(&pair, 4);
    judge_pair(&pair);
    assert_nothing_said(&pair);
    assert_int_equal(pair.points->clocks.n, 2);
    assert_int_equal(pair.points->clocks.piece[1].offset, -70 * MS);
    pair_free(&pair);
}

/* No router between the points: time alone tells who is where. */
static void
check_bridge(void **state)
{
    pair_t pair = pair_new((box_t){ .delay = 2 * MS });
    (void)state;
    shake_hands(&pair);
    talk(&pair, 3);
    observation_t reset = forged_reset(&pair);
    send_as(&pair, SERVER, HERE, &reset);
    talk(&pair, 1);
    judge_pair(&pair);
    assert_said(&pair, HERE, VERDICT_FORGED, 1);
    assert_said(&pair, THERE, VERDICT_FORGED, 0);
    pair_free(&pair);
}

static void
check_nat(void **state)
{
    pair_t pair = pair_new((box_t){ PATH, .nat = true });
    (void)state;
    plain(&pair);
    assert_int_equal(pair.between.translated, 1);
    assert_int_equal(changes(&pair, CHANGE_ADDRESSES), 12);
    pair_free(&pair);
}

static void
check_mss_clamp(void **state)
{
    pair_t pair = pair_new((box_t){ PATH, .mss = 1360 });
    (void)state;
    plain(&pair);
    assert_int_equal(changes(&pair, CHANGE_MSS), 2);
    pair_free(&pair);
}

static void
check_options_stripped(void **state)
{
    pair_t pair = pair_new((box_t){ PATH, .strips = true });
    (void)state;
    plain(&pair);
    assert_int_equal(changes(&pair, CHANGE_OPTIONS), 12);
    pair_free(&pair);
}

static void
check_bleached(void **state)
{
    pair_t pair = pair_new((box_t){ PATH, .bleaches = true });
    (void)state;
    plain(&pair);
    assert_int_equal(changes(&pair, CHANGE_ECN), 12);
    assert_int_equal(changes(&pair, CHANGE_MARK), 12);
    pair_free(&pair);
}

static void
check_everything_at_once(void **state)
{
    pair_t pair = pair_new((box_t){ PATH, .offset = 3 * NS_PER_S, .nat = true, .mss = 1360, .bleaches = true });
    (void)state;
    plain(&pair);
    pair_free(&pair);
}

/* A firewall that chooses other sequence numbers. */
static void
check_numbers_moved(void **state)
{
    pair_t pair = pair_new((box_t){ PATH, .shift = 123456789 });
    (void)state;
    plain(&pair);
    assert_int_equal(pair.between.shifted, 1);
    pair_free(&pair);
}

/* The card of one point cuts segments, that of the other one puts them together: as many bytes, other packets. */
static void
check_offload(void **state)
{
    static char page[6000];
    pair_t pair = pair_new((box_t){ PATH });

    (void)state;
    for (unsigned i = 0; i < sizeof page; i++)
        page[i] = (char)('a' + i % 23);
    shake_hands(&pair);
    talk(&pair, 2);
    uint32_t at = pair.next[SERVER];
    observation_t whole = packet_of(&pair, SERVER, DATA | TCP_FIN, page, sizeof page);
    capture_at(&pair, THERE, SERVER, &whole);
    for (unsigned i = 0; i < 4; i++) {          /* captured as four, none of them like the one that left */
        observation_t part = whole;
        part.seq = at + 1500 * i;
        part.length = part.captured = 1500;
        part.payload = (const uint8_t *)page + 1500 * i;
        part.flags = i == 3 ? DATA | TCP_FIN : TCP_ACK;
        part.ip.ip_id = (uint16_t)(whole.ip.ip_id + i);
        capture_at(&pair, HERE, SERVER, &part);
    }
    pair.now += 100 * MS;
    send_both(&pair, CLIENT, TCP_ACK, NULL);
    judge_pair(&pair);
    assert_nothing_said(&pair);
    assert_int_equal(pair.between.way[SERVER].fate[FATE_SAME_BYTES], 4);
    pair_free(&pair);
}

/* A mirror port shows each packet twice at one point. */
static void
check_captured_twice(void **state)
{
    pair_t pair = pair_new((box_t){ PATH });
    (void)state;
    shake_hands(&pair);
    for (unsigned i = 0; i < 4; i++) {
        observation_t obs = packet_of(&pair, SERVER, DATA, ANSWER, strlen(ANSWER));
        capture_at(&pair, HERE, SERVER, &obs);
        send_as(&pair, SERVER, BOTH, &obs);
        send_both(&pair, CLIENT, TCP_ACK, NULL);
    }
    judge_pair(&pair);
    assert_nothing_said(&pair);
    assert_int_equal(pair.between.way[SERVER].fate[FATE_COPY], 4);
    pair_free(&pair);
}

/* The point at the server starts in the middle: what came before is not forged. */
static void
check_late_start(void **state)
{
    pair_t pair = pair_new((box_t){ PATH });
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        send_where(&pair, CLIENT, HERE, DATA, REQUEST);
        send_where(&pair, SERVER, HERE, DATA, ANSWER);
    }
    talk(&pair, 6);
    judge_pair(&pair);
    assert_nothing_said(&pair);
    assert_true(left_open(&pair, REASON_NOT_CAPTURING) > 0);
    pair_free(&pair);
}

/* It stops before the other one does. */
static void
check_early_stop(void **state)
{
    pair_t pair = pair_new((box_t){ PATH });
    (void)state;
    shake_hands(&pair);
    talk(&pair, 6);
    for (unsigned i = 0; i < 6; i++) {
        send_where(&pair, CLIENT, HERE, DATA, REQUEST);
        send_where(&pair, SERVER, HERE, DATA, ANSWER);
    }
    judge_pair(&pair);
    assert_nothing_said(&pair);
    assert_true(left_open(&pair, REASON_NOT_CAPTURING) > 0);
    pair_free(&pair);
}

/* A point drops every 50th packet, whichever it is; nothing it lacks is proof, resets of the server neither. */
static void
lossy_point(unsigned point, unsigned phase)
{
    pair_t pair = pair_new((box_t){ PATH });
    unsigned sent = phase;

    shake_hands(&pair);
    for (unsigned i = 0; i < 200; i++) {
        unsigned from = i % 2 ? SERVER : CLIENT;
        send_where(&pair, from, ++sent % 50 ? BOTH : !point, DATA, from ? ANSWER : REQUEST);
    }
    observation_t reset = forged_reset(&pair);      /* the server did send it; this point missed it */
    send_as(&pair, SERVER, !point, &reset);
    send_both(&pair, CLIENT, TCP_ACK, NULL);
    judge_pair(&pair);
    assert_said(&pair, HERE, VERDICT_FORGED, 0);
    assert_said(&pair, THERE, VERDICT_FORGED, 0);
    assert_said(&pair, HERE, VERDICT_SILENCED, 0);
    assert_said(&pair, THERE, VERDICT_SILENCED, 0);
    assert_true(pair.between.lossy[point]);
    pair_free(&pair);
}

static void
check_lossy_point(void **state)
{
    (void)state;
    for (unsigned phase = 0; phase < 50; phase += 7) {
        lossy_point(HERE, phase);
        lossy_point(THERE, phase);
    }
}

/* The path loses packets, and they are sent again. */
static void
check_lossy_path(void **state)
{
    pair_t pair = pair_new((box_t){ PATH });
    (void)state;
    shake_hands(&pair);
    for (unsigned i = 0; i < 60; i++) {
        observation_t obs = packet_of(&pair, SERVER, DATA, ANSWER, strlen(ANSWER));
        if (i % 6 == 0) {
            send_as(&pair, SERVER, LOST, &obs);
            obs.ip.ip_id = pair.id[SERVER]++;
            obs.tsval += 300;
        }
        send_as(&pair, SERVER, BOTH, &obs);
        send_where(&pair, CLIENT, i % 5 ? BOTH : LOST, TCP_ACK, NULL);
    }
    judge_pair(&pair);
    assert_nothing_said(&pair);
    assert_int_equal(pair.between.way[CLIENT].fate[FATE_LOST], 12);
    pair_free(&pair);
}

/* A proxy has a connection of its own to the server, from the client's address and port. */
static void
check_proxy(void **state)
{
    pair_t pair = pair_new((box_t){ PATH });
    (void)state;
    shake_hands(&pair);                             /* one that it leaves alone */
    talk(&pair, 3);
    pair.port++;
    for (unsigned point = 0; point < 2; point++) {
        pair.next[CLIENT] = 555000 + 1000 * point;
        pair.next[SERVER] = 999000 + 77777 * point;
        send_where(&pair, CLIENT, point, TCP_SYN, NULL);
        send_where(&pair, SERVER, point, TCP_SYN | TCP_ACK, NULL);
        for (unsigned i = 0; i < 50; i++) {
            send_where(&pair, CLIENT, point, DATA, point ? "GET / HTTP/1.1\r\nVia: proxy\r\n\r\n" : REQUEST);
            send_where(&pair, SERVER, point, DATA, ANSWER);
        }
    }
    judge_pair(&pair);
    assert_nothing_said(&pair);
    assert_int_equal(pair.between.other, 1);
    pair_free(&pair);
}

/* Who says nothing of drops is believed by how much it shows: of few packets a reset is a suspicion at most. */
static void
check_few_packets(void **state)
{
    (void)state;
    for (unsigned rounds = 2; rounds < 200; rounds += 190) {
        pair_t pair = pair_new((box_t){ PATH });
        pair.trace[0]->whole = pair.trace[1]->whole = false;
        shake_hands(&pair);
        talk(&pair, rounds);
        observation_t reset = forged_reset(&pair);
        send_as(&pair, SERVER, HERE, &reset);
        uint32_t frame = pair.frame[HERE];
        talk(&pair, 1);
        judge_pair(&pair);
        const finding_t *f = store_lookup(pair.reports[HERE]->store, frame);
        assert_true(rounds == 2 ? !f || f->verdict == VERDICT_SUSPECT : f->confidence > 60);
        pair_free(&pair);
    }
}

/* A segment, a FIN or a SYN/ACK that one point missed and that its sender goes on behind. */
static void
check_gone_beyond(void **state)
{
    (void)state;
    pair_t pair = pair_new((box_t){ PATH });
    send_both(&pair, CLIENT, TCP_SYN, NULL);
    send_where(&pair, SERVER, HERE, TCP_SYN | TCP_ACK, NULL);
    send_both(&pair, CLIENT, TCP_ACK, NULL);
    talk(&pair, 3);
    judge_pair(&pair);
    assert_nothing_said(&pair);
    pair_free(&pair);
}

/* Only the server's port 53 was asked for at the server: it shows nothing of this connection. */
static void
check_filtered(void **state)
{
    pair_t pair = pair_new((box_t){ PATH });
    (void)state;
    shake_hands(&pair);
    talk(&pair, 3);
    pair.port++;
    observation_t obs = packet_of(&pair, SERVER, DATA, ANSWER, strlen(ANSWER));
    for (unsigned i = 0; i < 8; i++) {
        observation_t other = obs;
        other.seq += i * 1000;
        address_ends(&pair, &other, SERVER, HERE);
        other.sport = 8080;
        other.frame = ++pair.frame[HERE];
        other.time = pair.now += 100 * MS;
        trace_add(pair.trace[HERE], &other);
    }
    talk(&pair, 3);
    judge_pair(&pair);
    assert_nothing_said(&pair);
    assert_int_equal(left_open(&pair, REASON_UNSEEN), 8);
    pair_free(&pair);
}

static void
check_same_capture(void **state)
{
    pair_t pair = pair_new((box_t){ .hops = 0 });
    (void)state;
    shake_hands(&pair);
    talk(&pair, 2);
    points_match(pair.points);
    assert_true(pair.points->same_capture);
    pair_free(&pair);
}

/* Many packets alike in everything, some lost: time tells which; and it takes no time to speak of. */
static void
check_all_alike(void **state)
{
    enum { N = 200000 };
    pair_t pair = pair_new((box_t){ PATH });
    (void)state;
    shake_hands(&pair);
    talk(&pair, 2);
    observation_t obs = packet_of(&pair, SERVER, TCP_ACK, NULL, 0);
    obs.ip.ip_id = 0;
    for (unsigned i = 0; i < N; i++)
        send_as(&pair, SERVER, i % 10 ? BOTH : LOST, &obs);
    talk(&pair, 2);
    int64_t begun = g_get_monotonic_time();
    judge_pair(&pair);
    assert_true(g_get_monotonic_time() - begun < 20 * G_USEC_PER_SEC);
    assert_nothing_said(&pair);
    assert_int_equal(pair.points->matched, 15 + N / 10 * 9);
    pair_free(&pair);
}

/* ---- guilty ---- */

static void
check_reset(void **state)
{
    pair_t pair = pair_new((box_t){ PATH });
    (void)state;
    shake_hands(&pair);
    talk(&pair, 2);
    observation_t reset = forged_reset(&pair);
    send_as(&pair, SERVER, HERE, &reset);
    uint32_t frame = pair.frame[HERE];
    talk(&pair, 1);
    judge_pair(&pair);
    assert_said(&pair, HERE, VERDICT_FORGED, 1);
    assert_said(&pair, THERE, VERDICT_FORGED, 0);
    assert_sign(&pair, HERE, frame, "not-sent");
    pair_free(&pair);
}

/* Behind a NAT, with clocks that are seconds apart, and towards the server. */
static void
check_reset_through_nat(void **state)
{
    pair_t pair = pair_new((box_t){ PATH, .nat = true, .offset = 9 * NS_PER_S, .mss = 1300 });
    (void)state;
    shake_hands(&pair);
    talk(&pair, 2);
    observation_t reset = forged_reset(&pair);
    reset.seq = pair.next[CLIENT];
    reset.ack = pair.next[SERVER];
    send_as(&pair, CLIENT, THERE, &reset);
    uint32_t frame = pair.frame[THERE];
    talk(&pair, 1);
    judge_pair(&pair);
    assert_said(&pair, THERE, VERDICT_FORGED, 1);
    assert_said(&pair, HERE, VERDICT_FORGED, 0);
    assert_sign(&pair, THERE, frame, "not-sent");
    pair_free(&pair);
}

/* Other bytes for the answer, which arrives as well. */
static void
check_page(void **state)
{
    static const char page[] = "HTTP/1.1 302 Found\r\nLocation: http://blocked.example/\r\n\r\n";
    pair_t pair = pair_new((box_t){ PATH });
    (void)state;
    shake_hands(&pair);
    talk(&pair, 2);
    send_both(&pair, CLIENT, DATA, REQUEST);
    observation_t forged = forged_reset(&pair);
    forged.flags = DATA | TCP_FIN;
    forged.payload = (const uint8_t *)page;
    forged.length = forged.captured = sizeof page - 1;
    send_as(&pair, SERVER, HERE, &forged);
    uint32_t frame = pair.frame[HERE];
    send_both(&pair, SERVER, DATA, ANSWER);
    talk(&pair, 1);
    judge_pair(&pair);
    assert_said(&pair, HERE, VERDICT_FORGED, 1);
    assert_sign(&pair, HERE, frame, "not-sent");
    assert_int_equal(store_lookup(pair.reports[HERE]->store, frame)->genuine_frame, frame + 1);
    pair_free(&pair);
}

/* The same packet with other bytes; where it grows, what follows is not accused. */
static void
check_rewritten(void **state)
{
    static const char longer[] = "GET / HTTP/1.1\r\nHost: www.example.org\r\nX-Id: 1\r\n\r\n";
    pair_t pair = pair_new((box_t){ PATH });
    (void)state;
    shake_hands(&pair);
    talk(&pair, 2);
    observation_t sent = packet_of(&pair, CLIENT, DATA, REQUEST, strlen(REQUEST)), arrived = sent;
    arrived.payload = (const uint8_t *)longer;
    arrived.length = arrived.captured = sizeof longer - 1;
    capture_at(&pair, HERE, CLIENT, &sent);
    send_as(&pair, CLIENT, THERE, &arrived);
    uint32_t frame = pair.frame[THERE];
    for (unsigned i = 0; i < 3; i++) {              /* behind it all bytes lie 9 further on */
        observation_t next = packet_of(&pair, CLIENT, DATA, REQUEST, strlen(REQUEST)), moved = next;
        moved.seq += sizeof longer - sizeof REQUEST;
        capture_at(&pair, HERE, CLIENT, &next);
        send_as(&pair, CLIENT, THERE, &moved);
    }
    send_both(&pair, SERVER, TCP_ACK, NULL);
    judge_pair(&pair);
    assert_said(&pair, THERE, VERDICT_FORGED, 1);
    assert_said(&pair, HERE, VERDICT_FORGED, 0);
    assert_sign(&pair, THERE, frame, "changed-on-path");
    assert_int_equal(left_open(&pair, REASON_SHIFTED), 3);
    pair_free(&pair);
}

/* A SYN/ACK with another number for the same SYN; the server's own arrives, too. */
static void
check_syn_ack(void **state)
{
    pair_t pair = pair_new((box_t){ PATH });
    (void)state;
    shake_hands(&pair);
    talk(&pair, 2);
    pair.port++;
    send_both(&pair, CLIENT, TCP_SYN, NULL);
    observation_t real = packet_of(&pair, SERVER, TCP_SYN | TCP_ACK, NULL, 0), forged = real;
    forged.seq += 31337;
    forged.ip.ip_id = 1;
    forged.has_timestamps = forged.has_options = false;
    forged.tsval = forged.tsecr = 0;
    send_as(&pair, SERVER, HERE, &forged);
    uint32_t frame = pair.frame[HERE];
    send_as(&pair, SERVER, BOTH, &real);
    talk(&pair, 1);
    judge_pair(&pair);
    assert_said(&pair, HERE, VERDICT_FORGED, 1);
    assert_sign(&pair, HERE, frame, "not-sent");
    pair_free(&pair);
}

/* A request that is dropped each time, while acknowledgements pass. */
static void
check_request_dropped(void **state)
{
    pair_t pair = pair_new((box_t){ PATH });
    (void)state;
    shake_hands(&pair);
    talk(&pair, 5);
    observation_t request = packet_of(&pair, CLIENT, DATA, REQUEST, strlen(REQUEST));
    pair.next[CLIENT] -= request.length;            /* nobody acknowledges it */
    for (unsigned i = 0; i < 5; i++) {
        send_as(&pair, CLIENT, LOST, &request);
        request.ip.ip_id++;
        request.tsval += 200;
        send_both(&pair, SERVER, TCP_ACK, NULL);
    }
    pair.port++;
    pair.now += 2 * NS_PER_S;
    shake_hands(&pair);
    judge_pair(&pair);
    assert_said(&pair, HERE, VERDICT_SILENCED, 5);
    assert_said(&pair, THERE, VERDICT_SILENCED, 0);
    assert_said(&pair, HERE, VERDICT_FORGED, 0);
    pair_free(&pair);
}

/* A question that is asked from one port, answered by somebody on the way, and never comes to the resolver. */
static void
check_dns(void **state)
{
    static const char question[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0\7blocked\7example\0\0\1\0\1";
    static const char answer[] =
        "\x12\x34\x81\x80\0\1\0\1\0\0\0\0\7blocked\7example\0\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\3\0\4\1\2\3\4";
    pair_t pair = pair_new((box_t){ PATH });

    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        unsigned from = i % 2 ? SERVER : CLIENT;
        char bytes[sizeof question];
        memcpy(bytes, question, sizeof question);
        bytes[0] = (char)(i / 2);
        bytes[2] = (char)(from == SERVER ? 0x81 : 1);
        observation_t obs = packet_of(&pair, from, 0, bytes, sizeof question - 1);
        obs.protocol = PROTOCOL_UDP;
        obs.seq = obs.tsval = obs.tsecr = obs.window = obs.ack = 0;
        obs.has_timestamps = obs.has_options = false;
        if (i == 6) {
            send_as(&pair, from, LOST, &obs);
            observation_t forged = obs;
            forged.payload = (const uint8_t *)answer;
            forged.length = forged.captured = sizeof answer - 1;
            forged.ip.ip_id = 777;
            send_as(&pair, SERVER, HERE, &forged);
        } else if (i != 7) {
            send_as(&pair, from, BOTH, &obs);
        }
    }
    pair.now += 2 * NS_PER_S;
    observation_t last = packet_of(&pair, CLIENT, 0, question, sizeof question - 1);
    last.protocol = PROTOCOL_UDP;
    last.seq = last.tsval = last.tsecr = last.window = 0;
    last.has_timestamps = last.has_options = false;
    send_as(&pair, CLIENT, BOTH, &last);
    judge_pair(&pair);
    assert_said(&pair, HERE, VERDICT_FORGED, 1);
    assert_said(&pair, THERE, VERDICT_FORGED, 0);
    pair_free(&pair);
}

/* ---- hostile input ---- */

/* Packets of anything, anywhere: it ends, whatever it says. */
static void
check_noise(void **state)
{
    static const uint8_t bytes[64];
    uint32_t random = 1;

    (void)state;
    for (unsigned run = 0; run < 20; run++) {
        pair_t pair = pair_new((box_t){ PATH });
        for (unsigned i = 0; i < 2000; i++) {
            uint32_t r[8];
            for (unsigned k = 0; k < G_N_ELEMENTS(r); k++)
                r[k] = random = random * 1664525 + 1013904223;
            observation_t obs = {
                .frame = i / 2 + 1, .time = r[0] % 3 ? START + i * MS : r[1], .src = address4(10, 0, 0, r[2] >> 30),
                .dst = address4(10, 0, 0, r[3] >> 30), .sport = (uint16_t)(r[2] >> 28 & 1),
                .dport = (uint16_t)(r[3] >> 28 & 1), .protocol = r[4] >> 30 ? PROTOCOL_TCP : PROTOCOL_UDP,
                .seq = r[5] >> 24, .ack = r[6] >> 26, .flags = (uint16_t)(r[7] >> 24 & 0x3f),
                .length = r[5] >> 20 & 63, .cut = r[6] % 50 == 0,
                .ip = { .ttl = (uint8_t)(r[7] >> 18 & 3), .ip_id = (uint16_t)(r[7] >> 10 & 3) },
            };
            obs.captured = obs.length / 2;
            obs.payload = obs.captured ? bytes : NULL;
            pair.frame[i % 2] = obs.frame;
            trace_add(pair.trace[i % 2], &obs);
        }
        judge_pair(&pair);
        pair_free(&pair);
    }
}

static const struct {
    const char *name;
    CMUnitTestFunction test;
} tests[] = {
    { "a path that changes nothing", check_plain },
    { "clocks that are seconds apart", check_clock_off },
    { "a clock that steps", check_clock_step },
    { "no router between the points", check_bridge },
    { "NAT with other ports", check_nat },
    { "MSS clamped", check_mss_clamp },
    { "options stripped", check_options_stripped },
    { "ECN bleached, Identification rewritten", check_bleached },
    { "all of that, behind a NAT", check_everything_at_once },
    { "sequence numbers moved", check_numbers_moved },
    { "offload", check_offload },
    { "captured twice", check_captured_twice },
    { "a point that starts late", check_late_start },
    { "a point that stops early", check_early_stop },
    { "a point that loses 2 %", check_lossy_point },
    { "a path that loses packets", check_lossy_path },
    { "a proxy", check_proxy },
    { "another filter", check_filtered },
    { "few packets", check_few_packets },
    { "a SYN/ACK that one point missed", check_gone_beyond },
    { "the same capture twice", check_same_capture },
    { "packets that are all alike", check_all_alike },
    { "a forged reset", check_reset },
    { "a forged reset to the server, through a NAT", check_reset_through_nat },
    { "a page put in", check_page },
    { "a request rewritten", check_rewritten },
    { "a forged SYN/ACK", check_syn_ack },
    { "a request that is dropped", check_request_dropped },
    { "a DNS answer put in", check_dns },
    { "noise", check_noise },
};

int
main(void)
{
    suite_t suite = suite_new();

    hash_seed(1);
    for (unsigned i = 0; i < G_N_ELEMENTS(tests); i++)
        suite_add(&suite, tests[i].name, tests[i].test, NULL);
    return suite_run(&suite, "points.cases");
}
