/* fuzz_engine.c
 * Turns bytes into packets for the engine, and checks what must hold of every finding.
 *
 * A few connections between a few hosts, so that packets meet: the first byte of an input chooses
 * the limits, then every packet is one byte and what its kind takes (struct step).
 *
 *   bits 0-2  kind: SYN, data, FIN, reset, any flags, DNS, ICMP quote of the last packet, control
 *   bits 3-4  which of four connections
 *   bit  5    from the server
 *   bit  6    by a box on the way: other TTL, IP ID and don't-fragment
 *   bit  7    a tenth of a millisecond after the last packet, instead of twenty
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"

#include <string.h>

#include "engine.h"
#include "stages/stages.h"
#include "state/host.h"
#include "verdict/judge.h"

#define FRAMES_MAX  512
#define PAIRS       4
#define CHECK_EVERY 32

enum { CLIENT, SERVER };
enum { KIND_SYN, KIND_DATA, KIND_FIN, KIND_RESET, KIND_ANY, KIND_DNS, KIND_QUOTE, KIND_CONTROL };

typedef struct {
    uint32_t next;              /* sequence number */
    uint16_t ip_id;
    uint8_t  ttl;
} end_t;

typedef struct {
    input_t   in;
    engine_t *engine;
    uint32_t  frame, highest;
    int64_t   now;
    uint16_t  port[PAIRS];      /* the client's */
    end_t     end[PAIRS][2];
    observation_t last;         /* without payload */
    bool      renumbered;       /* some frame number was used again: links may lead astray */
    bool      shared;           /* some frame has several packets */
    uint8_t   verdict[FRAMES_MAX + 1];  /* when last looked at */
} fuzz_t;

typedef struct {
    unsigned pair, from;
    bool     odd, quick;
} step_t;

/* ---- packets ---- */

static ip_address_t
address(unsigned pair, unsigned end)
{
    static const ip_address_t known[PAIRS][2] = {
        { { { 10, 0, 0, 1 }, false }, { { 192, 0, 2, 80 }, false } },
        { { { 10, 0, 0, 2 }, false }, { { 192, 0, 2, 80 }, false } },
        { { { 0x20, 1, [15] = 1 }, true }, { { 0x20, 1, [15] = 2 }, true } },
        { { { 10, 0, 0, 1 }, false }, { { 8, 8, 8, 8 }, false } },
    };
    return known[pair][end];
}

static observation_t
header(fuzz_t *f, const step_t *s)
{
    end_t *src = &f->end[s->pair][s->from];
    bool ipv6 = s->pair == 2;
    uint16_t service = s->pair == 3 ? 53 : 80;
    observation_t obs = {
        .src = address(s->pair, s->from), .dst = address(s->pair, !s->from),
        .protocol = PROTOCOL_TCP,
        .sport = s->from == SERVER ? service : f->port[s->pair],
        .dport = s->from == SERVER ? f->port[s->pair] : service,
        .ip = { .ttl = src->ttl, .df = !ipv6, .ipv6 = ipv6, .ip_id = ipv6 ? 0 : ++src->ip_id },
        .seq = src->next, .ack = f->end[s->pair][!s->from].next, .window = 501,
        .has_timestamps = true, .has_options = true, .tsval = (uint32_t)(f->now / NS_PER_MS),
    };
    if (s->odd) {
        static const uint16_t ids[] = { 0, 1, 0xbeef, 0x3412, 0x7530, 0x9920 };
        unsigned choice = input_byte(&f->in);
        obs.ip.ttl = (uint8_t)(44 + 11 * (choice & 15));
        obs.ip.df = choice & 16;
        obs.ip.ip_id = choice < 192 ? ids[(choice >> 4) % 6]
                                    : (uint16_t)(f->end[s->pair][!s->from].ip_id + (choice & 1));
        obs.has_timestamps = obs.has_options = choice & 32;
    }
    return obs;
}

/* Hands the packet over with its payload in memory of exactly its size. */
static void
hand_over(fuzz_t *f, const step_t *s, observation_t obs, const void *payload, size_t captured)
{
    uint8_t *exact = captured ? g_memdup2(payload, captured) : NULL;

    if (f->frame >= FRAMES_MAX) {
        g_free(exact);
        return;
    }
    f->now += s->quick ? NS_PER_MS / 10 : 20 * NS_PER_MS;
    obs.frame = ++f->frame;
    obs.time = f->now;
    obs.payload = exact;
    obs.captured = (uint32_t)captured;
    if (obs.length < captured)
        obs.length = (uint32_t)captured;
    f->highest = MAX(f->highest, f->frame);
    engine_observe(f->engine, &obs);
    obs.payload = NULL;
    obs.captured = 0;
    f->last = obs;
    g_free(exact);
}

static void
advance(fuzz_t *f, const step_t *s, uint32_t by)
{
    if (!s->odd)                /* what a box sends does not move its victim's numbers */
        f->end[s->pair][s->from].next += by;
}

static void
send_data(fuzz_t *f, const step_t *s, uint16_t flags)
{
    static const char *const texts[] = {
        "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n<html>0123",
        "HTTP/1.1 302 Found\r\nLocation: http://block.example.net/\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\n\r\n<iframe src=\"http://10.10.34.34/\">",
        "<html><body>blocked</body></html>",
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 33\r\n\r\n",
    };
    unsigned choice = input_byte(&f->in);
    observation_t obs = header(f, s);

    obs.flags = flags;
    if ((choice & 7) < G_N_ELEMENTS(texts)) {
        const char *text = texts[choice & 7];
        obs.length = (uint32_t)strlen(text);
        advance(f, s, obs.length);
        hand_over(f, s, obs, text, MIN(strlen(text), choice & 8 ? choice >> 4 : 255));
    } else {
        size_t n = MIN((size_t)(choice >> 3), (size_t)(f->in.end - f->in.at));
        obs.length = (uint32_t)n + (choice & 1 ? 1460 : 0);
        advance(f, s, obs.length);
        const uint8_t *bytes = f->in.at;
        f->in.at += n;
        hand_over(f, s, obs, bytes, n);
    }
}

static void
send_reset(fuzz_t *f, const step_t *s)
{
    static const uint32_t steps[] = { 0, 0, 1, 1460, 2920, 12503, (uint32_t)-1000, 0x80000000 };
    unsigned choice = input_byte(&f->in);
    observation_t obs = header(f, s);

    obs.seq += steps[choice & 7];
    obs.flags = TCP_RST | (choice & 8 ? TCP_ACK : 0) | (choice & 128 ? TCP_RESERVED : 0);
    obs.window = choice & 16 ? (uint16_t)(obs.ip.ttl + 1000) : 0;
    if (!s->odd)
        obs.has_timestamps = obs.has_options = choice & 32;
    if (!(choice & 8))
        obs.ack = 0;
    hand_over(f, s, obs, "\1\2\3\4\5\6\7\10\11", choice & 64 ? 10 : 0);
}

static void
send_any(fuzz_t *f, const step_t *s)
{
    observation_t obs = header(f, s);
    unsigned low = input_byte(&f->in), high = input_byte(&f->in);

    obs.flags = (uint16_t)(low | (high & 15) << 8);
    obs.seq += (int8_t)input_byte(&f->in) * 64;
    obs.ack += (int8_t)input_byte(&f->in) * 64;
    obs.length = high & 16 ? 0 : (high >> 5) * 200;
    obs.window = (uint16_t)(input_byte(&f->in) << 8);
    obs.tsval += high & 32 ? 0x40000000 : 0;
    advance(f, s, obs.length + !!(obs.flags & TCP_SYN) + !!(obs.flags & TCP_FIN));
    hand_over(f, s, obs, NULL, 0);
}

/* ---- DNS ---- */

typedef struct {
    uint8_t bytes[256];
    size_t  length;
} message_t;

static void
put(message_t *m, const void *bytes, size_t n)
{
    n = MIN(n, sizeof m->bytes - m->length);
    memcpy(m->bytes + m->length, bytes, n);
    m->length += n;
}

static void
put_record(message_t *m, unsigned n, bool ipv6, unsigned ttl)
{
    const uint8_t head[] = { 0xc0, 12, 0, ipv6 ? 28 : 1, 0, 1, 0, 0, 0, (uint8_t)ttl, 0,
        ipv6 ? 16 : 4 };
    static const uint8_t addresses[4][16] = {
        { 198, 51, 100, 1 }, { 198, 51, 100, 2 }, { 10, 10, 34, 34 }, { 127, 0, 0, 1 },
    };
    put(m, head, sizeof head);
    put(m, addresses[n & 3], ipv6 ? 16 : 4);
}

static message_t
dns_message(fuzz_t *f, bool answer)
{
    static const uint16_t flags[] = { 0x8180, 0x8180, 0x8580, 0x8400, 0x8183, 0x8182, 0x8380,
                                      0x8100 };
    unsigned a = input_byte(&f->in), b = input_byte(&f->in);
    unsigned records = answer ? b >> 4 & 3 : 0, shown = answer ? flags[b & 7] : 0x0100;
    bool opt = a & 16;
    const uint8_t head[] = { 0, (uint8_t)(a & 3), (uint8_t)(shown >> 8), (uint8_t)shown, 0, 1, 0,
                             (uint8_t)records, 0, 0, 0, opt };
    message_t m = { .length = 0 };

    put(&m, head, sizeof head);
    put(&m, a & 4 ? "\3www\7example\3org" : "\1a\3lan", a & 4 ? 17 : 7);
    put(&m, a & 8 ? "\0\34\0\1" : "\0\1\0\1", 4);
    for (unsigned i = 0; i < records; i++)
        put_record(&m, (b >> 6) + i, a & 32, a & 64 ? 60 : 200);
    if (opt)
        put(&m, "\0\0\51\4\320\0\0\0\0\0\0", 11);
    if (a & 128)
        put(&m, "junk", 4);
    return m;
}

static void
send_dns(fuzz_t *f, step_t *s)
{
    bool over_tcp = s->pair == 0;

    s->pair = 3;
    observation_t obs = header(f, s);
    message_t m = dns_message(f, s->from == SERVER), framed = { .length = 0 };
    if (!over_tcp) {
        obs.protocol = PROTOCOL_UDP;
        obs.seq = obs.ack = obs.window = 0;
        obs.has_timestamps = obs.has_options = false;
        hand_over(f, s, obs, m.bytes, m.length);
        return;
    }
    put(&framed, (const uint8_t[]){ 0, (uint8_t)m.length }, 2);
    put(&framed, m.bytes, m.length);
    obs.flags = TCP_ACK | TCP_PSH;
    advance(f, s, (uint32_t)framed.length);
    hand_over(f, s, obs, framed.bytes, framed.length);
}

/* ---- everything else ---- */

static void
send_quote(fuzz_t *f, const step_t *s)
{
    observation_t obs = f->last;

    if (!f->frame)
        return;
    obs.quoted = s->odd ? QUOTED_PORT_UNREACHABLE : QUOTED_EXPIRED;
    obs.reporter = s->from ? obs.dst : address(1, CLIENT);
    message_t m = { .length = 0 };
    if (obs.protocol == PROTOCOL_UDP)
        m = dns_message(f, false);
    hand_over(f, s, obs, m.bytes, m.length);
}

static void
send_duplicate(fuzz_t *f, const step_t *s, unsigned choice)
{
    observation_t obs = f->last;

    if (!f->frame)
        return;
    if (choice & 8) {           /* a second packet in the same frame */
        f->shared = true;
        engine_observe(f->engine, &obs);
        return;
    }
    obs.ip.ttl -= choice & 16 ? 1 : 0;
    hand_over(f, s, obs, NULL, 0);
}

static void
control(fuzz_t *f, const step_t *s)
{
    static const int64_t jumps[] = {
        NS_PER_S, -NS_PER_S, 61 * NS_PER_S, 3600 * NS_PER_S, INT64_C(200000) * NS_PER_S,
        INT64_C(-5000000000) * NS_PER_S / 10, 1, -3 * NS_PER_MS,
    };
    unsigned choice = input_byte(&f->in);

    switch (choice & 7) {
    case 0: case 1: case 2:
        f->now += jumps[choice >> 5];
        break;
    case 3:
        f->port[s->pair] ^= 1;
        break;
    case 4:                     /* a filter dropped the last frame */
        if (f->frame) {
            f->frame--;
            f->now++;
            f->renumbered = true;
        }
        break;
    case 5:
        f->end[s->pair][s->from].next = choice & 8 ? 0xffffff80u : 0x7fffff80u;
        break;
    case 6:
        f->end[s->pair][s->from].ttl = (uint8_t)(choice & 0xf8);
        break;
    default:
        send_duplicate(f, s, choice);
    }
}

/* ---- what must hold ---- */

static void
check_text(const char *text)
{
    REQUIRE(*text && strlen(text) <= 255 && g_utf8_validate(text, -1, NULL));
    for (const char *p = text; *p; p++)
        REQUIRE((uint8_t)*p >= 0x20 && *p != 0x7f);
}

static void
check_evidence(const finding_t *finding)
{
    for (unsigned i = 0; i < finding->evidence->len; i++) {
        const evidence_t *e = &g_array_index(finding->evidence, evidence_t, i);
        REQUIRE(e->signature && e->text && *e->text && g_utf8_validate(e->text, -1, NULL));
    }
    for (unsigned i = 0; i < finding->facts->len; i++) {
        fact_id_t id = g_array_index(finding->facts, fact_t, i).id;
        REQUIRE(id < N_FACTS);
        for (unsigned k = 0; k < i; k++)
            REQUIRE(g_array_index(finding->facts, fact_t, k).id != id);
    }
}

static verdict_t
verdict_of(const fuzz_t *f, uint32_t frame)
{
    const finding_t *finding = store_lookup(engine_store(f->engine), frame);
    return finding ? finding->verdict : VERDICT_NONE;
}

static void
check_links(const fuzz_t *f, const finding_t *finding)
{
    REQUIRE(finding->forged_frame <= f->highest && finding->genuine_frame <= f->highest
            && finding->trigger_frame <= f->highest);
    if (f->renumbered)
        return;
    if (finding->verdict == VERDICT_GENUINE || finding->verdict == VERDICT_TRIGGER) {
        REQUIRE(finding->forged_frame);
        REQUIRE(verdict_of(f, finding->forged_frame) == VERDICT_FORGED);
    }
    if (f->shared)
        return;
    REQUIRE(finding->forged_frame != finding->frame && finding->genuine_frame != finding->frame
            && finding->trigger_frame != finding->frame);
}

/* Stages are shown without a verdict where the user asked for all observations. */
static bool
says_stage(const finding_t *finding)
{
    for (unsigned i = 0; i < finding->facts->len; i++)
        if (g_array_index(finding->facts, fact_t, i).id == F_STAGE)
            return true;
    return false;
}

static void
check_stages(const fuzz_t *f)
{
    const stage_counts_t *counts = engine_stages(f->engine);
    uint64_t sum = 0;

    for (unsigned i = 0; i < N_STAGES; i++)
        sum += counts->stage[i];
    REQUIRE(sum <= counts->flows && !counts->stage[STAGE_NONE]);
}

static void
check_finding(const fuzz_t *f, const finding_t *finding)
{
    bool convicts = finding->verdict == VERDICT_FORGED,
        accuses = convicts || finding->verdict == VERDICT_SUSPECT;

    REQUIRE(finding->frame >= 1 && finding->frame <= f->highest);
    REQUIRE(finding->verdict < N_VERDICTS && finding->class < N_CLASSES);
    REQUIRE(finding->confidence <= 99);
    REQUIRE(!accuses || (finding->evidence->len && finding->class != CLASS_NONE));
    REQUIRE(has_confidence(finding->verdict) || !finding->confidence);
    REQUIRE(finding->verdict != VERDICT_SILENCED || finding->confidence < CONFIDENCE_FORGED);
    REQUIRE(!accuses || convicts == (finding->confidence >= CONFIDENCE_FORGED));
    REQUIRE(finding->verdict != VERDICT_NONE || finding->notice || says_stage(finding)
            || f->renumbered);
    if (finding->trigger)
        check_text(finding->trigger);
    check_evidence(finding);
    check_links(f, finding);
}

static void
check_findings(fuzz_t *f)
{
    for (uint32_t frame = 1; frame <= f->highest; frame++) {
        const finding_t *finding = store_lookup(engine_store(f->engine), frame);
        verdict_t verdict = finding ? finding->verdict : VERDICT_NONE;

        REQUIRE(f->renumbered || verdict >= f->verdict[frame]);     /* nothing is taken back */
        f->verdict[frame] = (uint8_t)verdict;
        if (finding)
            check_finding(f, finding);
    }
    check_stages(f);
    REQUIRE(!store_lookup(engine_store(f->engine), 0));
    REQUIRE(!store_lookup(engine_store(f->engine), f->highest + 1));
}

/* ---- one input ---- */

static void
take_step(fuzz_t *f)
{
    unsigned b = input_byte(&f->in);
    step_t s = { .pair = b >> 3 & 3, .from = b >> 5 & 1, .odd = b & 64, .quick = b & 128 };

    switch (b & 7) {
    case KIND_SYN: {
        observation_t obs = header(f, &s);
        obs.flags = s.from == SERVER ? TCP_SYN | TCP_ACK : TCP_SYN;
        obs.ack = s.from == SERVER ? obs.ack : 0;
        advance(f, &s, 1);
        hand_over(f, &s, obs, NULL, 0);
        break;
    }
    case KIND_DATA: send_data(f, &s, TCP_ACK | TCP_PSH); break;
    case KIND_FIN: send_data(f, &s, TCP_ACK | TCP_PSH | TCP_FIN); break;
    case KIND_RESET: send_reset(f, &s); break;
    case KIND_ANY: send_any(f, &s); break;
    case KIND_DNS: send_dns(f, &s); break;
    case KIND_QUOTE: send_quote(f, &s); break;
    default: control(f, &s);
    }
}

static void
begin(fuzz_t *f)
{
    static const unsigned sizes[] = { 1, 2, 3, 4, 8, 16, 64, 1024 };
    unsigned choice = input_byte(&f->in), n = sizes[choice & 7];
    limits_t limits = { .flows = n, .half_open = n, .hosts = n, .queries = n, .resets = n, .findings = 4096,
                        .all_observations = choice & 8 };
    bool enabled[N_DETECTORS];

    for (unsigned d = 0; d < N_DETECTORS; d++)
        enabled[d] = !(choice & 128) || choice >> 4 & 7 & 1u << d;
    f->engine = engine_new(&limits, enabled);
    if (choice & 4) {
        static const char list[] = "name,scope,location_found,pattern_type,pattern\n"
            "page,nat,body,contains,<body>blocked<\n"
            "redirect,isp,header.location,prefix,http://block\n"
            "vague,vbw,body,contains,0123\naddress,nat,dns,full,198.51.100.2\n";
        fingerprints_t *lists = fingerprints_new();
        fingerprints_add(lists, "list", list, sizeof list - 1, 0);
        fingerprints_finish(lists);
        engine_set_fingerprints(f->engine, lists);
    }
    f->now = INT64_C(1700000000) * NS_PER_S;
    for (unsigned pair = 0; pair < PAIRS; pair++) {
        f->port[pair] = (uint16_t)(40000 + 2 * pair);
        f->end[pair][CLIENT] = (end_t){ 1000, 0x7000, 64 };
        f->end[pair][SERVER] = (end_t){ 500000, 0x2000, 52 };
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_t f = { .in = { data, data + size } };

    if (size > 4096)
        return 0;
    begin(&f);
    for (unsigned steps = 1; f.in.at < f.in.end; steps++) {
        take_step(&f);
        if (steps % CHECK_EVERY == 0)
            check_findings(&f);
    }
    check_findings(&f);
    engine_free(f.engine);
    return 0;
}

/* A handshake in connection 0: SYN, SYN/ACK, bare ACK; and the request. */
#define HANDSHAKE "\x00\x20\x04\x10\x10\x00\x00\x01"
#define ASK HANDSHAKE "\x01\x00"

const fuzz_seed_t fuzz_seeds[] = {
    SEED("\x07" ASK "\x21\x01" "\x02\x07" "\x22\x07"),                      /* ordinary */
    SEED("\x07" ASK "\xe3\x24\x08" "\xe3\x24\x0b" "\x21\x01"),              /* pair with ladder,
        answer */
    SEED("\x07" ASK "\xe3\x24\x08" "\xe3\x24\x08" "\xe3\x24\x08"),          /* equal burst */
    SEED("\x07" "\x00" "\xe3\x24\x08" "\x20"),                              /* SYN reset,
        then accepted */
    SEED("\x07" ASK "\x06" "\xe3\x24\x08"),                                 /* request died,
        and is reset */
    /* forged page, real page */
    SEED("\x07" ASK "\xe1\x24\x02" "\x21\x01"),
    SEED("\x07" ASK "\xe2\x34\x02" "\x21\x01"),                             /* with FIN */
    SEED("\x07" "\x1d\x14\x00" "\xfd\x24\x04\x10" "\x3d\x14\x50"),
                 /* forged and genuine answer */
    SEED("\x07" "\x1d\x14\x00" "\x3d\x14\x10" "\x3d\x14\x50" "\x5e\x14\x00"),
    SEED("\x00" ASK "\xe3\x24\x08" "\x07\x03" ASK "\xe3\x24\x08" "\x0b\x08"),
    SEED("\x08" ASK "\x23\x00" "\x07\x04" "\x23\x08" "\x07\x24"),           /* numbers used again */
    /* SYN/ACKs sent again to nobody's SYN */
    SEED("PPPPPPPPPPPPP\xd1PPPPP\xb9ppPPPPPPPPPPPPPPP\xb9pp0p0\xb0\xb2"),
    SEED("\x07" "\x07\x05\x27\x0d" ASK "\xe3\x24\x08" "\xe3\x24\x0b"),      /* sequence wrap */
    SEED("\x05" "\x05\x14\x00" "\x25\x14\x10"),                             /* DNS over TCP */
    { NULL, 0 },
};
