/* stages/test_stages.c
 * Stages at which connections break off, as their server sees it: from plain facts, and from
 * connections on the wire.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support.h"

#include "stages/stages.h"

/* ---- from plain facts ---- */

typedef struct {
    const char    *name;
    stage_facts_t  facts;
    server_stage_t expected;
} facts_row_t;

#define IN(p, n) .syn = true, .phase = PHASE_##p, .packets = (n)

static const facts_row_t facts_rows[] = {
    { "SYN, silence", { IN(SYN, 1), .silent = true }, STAGE_SYN_NOTHING },
    { "SYN, RST", { IN(SYN, 1), .rst = 1 }, STAGE_SYN_RST },
    { "SYN, two RSTs", { IN(SYN, 1), .rst = 2 }, STAGE_SYN_RST },
    { "SYN twice, RST", { IN(SYN, 2), .rst = 1 }, STAGE_SYN_RST },
    { "SYN, RST+ACK", { IN(SYN, 1), .rst_ack = 1 }, STAGE_SYN_RST_ACK },
    { "SYN, three RST+ACKs", { IN(SYN, 1), .rst_ack = 3 }, STAGE_SYN_RST_ACK },
    { "SYN, both", { IN(SYN, 1), .rst = 1, .rst_ack = 2 }, STAGE_SYN_BOTH },
    { "ACK, silence", { IN(ACK, 2), .silent = true }, STAGE_ACK_NOTHING },
    { "ACK, RST", { IN(ACK, 2), .rst = 1 }, STAGE_ACK_RST },
    { "ACK, two RSTs", { IN(ACK, 2), .rst = 2 }, STAGE_ACK_RSTS },
    { "ACK, RST+ACK", { IN(ACK, 2), .rst_ack = 1 }, STAGE_ACK_RST_ACK },
    { "ACK, two RST+ACKs", { IN(ACK, 2), .rst_ack = 2 }, STAGE_ACK_RST_ACKS },
    { "ACK, both", { IN(ACK, 2), .rst = 1, .rst_ack = 1 }, STAGE_OTHER },
    { "data, silence", { IN(PSH, 3), .silent = true, .data_last = true }, STAGE_PSH_NOTHING },
    { "data, RST", { IN(PSH, 3), .rst = 1 }, STAGE_PSH_RST },
    { "data, RST with number 0", { IN(PSH, 3), .rst = 1, .zero = true }, STAGE_PSH_RST },
    { "data, RST+ACK", { IN(PSH, 3), .rst_ack = 1 }, STAGE_PSH_RST_ACK },
    { "data, both", { IN(PSH, 3), .rst = 1, .rst_ack = 1 }, STAGE_PSH_BOTH },
    { "data, several of both", { IN(PSH, 3), .rst = 2, .rst_ack = 3, .differ = true },
      STAGE_PSH_BOTH },
    { "data, two RST+ACKs", { IN(PSH, 3), .rst_ack = 2 }, STAGE_PSH_RST_ACKS },
    { "data, equal RSTs", { IN(PSH, 3), .rst = 2 }, STAGE_PSH_RST_EQUAL },
    { "data, equal RSTs with number 0", { IN(PSH, 3), .rst = 2, .zero = true },
      STAGE_PSH_RST_EQUAL },
    { "data, different RSTs", { IN(PSH, 3), .rst = 2, .differ = true }, STAGE_PSH_RST_DIFFER },
    { "data, one of the RSTs with number 0", { IN(PSH, 3), .rst = 3, .differ = true, .zero = true },
      STAGE_PSH_RST_ZERO },
    { "more data, RST", { IN(DATA, 4), .rst = 1 }, STAGE_DATA_RST },
    { "more data, RSTs", { IN(DATA, 4), .rst = 4, .differ = true }, STAGE_DATA_RST },
    { "more data, RST+ACK", { IN(DATA, 4), .rst_ack = 1 }, STAGE_DATA_RST_ACK },
    { "more data, RST+ACKs", { IN(DATA, 4), .rst_ack = 3 }, STAGE_DATA_RST_ACK },
    { "more data, both", { IN(DATA, 4), .rst = 1, .rst_ack = 1 }, STAGE_OTHER },
    { "more data, silence", { IN(DATA, 4), .silent = true, .data_last = true }, STAGE_OTHER },
    { "ninth packet and a reset", { IN(DATA, 9), .rst = 1 }, STAGE_DATA_RST },

    { "nothing happened", { IN(PSH, 3) }, STAGE_NONE },
    { "closed, then reset", { IN(PSH, 4), .fin = true, .rst = 1 }, STAGE_NONE },
    { "closed, then silent", { IN(PSH, 4), .fin = true, .silent = true, .data_last = true },
      STAGE_NONE },
    { "no SYN", { .phase = PHASE_PSH, .packets = 2, .rst = 1 }, STAGE_NONE },
    { "ten packets before the reset", { IN(DATA, 10), .rst = 1 }, STAGE_NONE },
    { "the SYN was sent again", { IN(SYN, 2), .silent = true }, STAGE_NONE },
    { "keep-alives, no data", { IN(ACK, 3), .silent = true }, STAGE_NONE },
    { "the answer was acknowledged", { IN(PSH, 4), .silent = true }, STAGE_NONE },
};

static void
check_facts(void **state)
{
    const facts_row_t *row = *state;
    assert_int_equal(stage_of(&row->facts), row->expected);
}

/* Every sequence is named, and every one of them is reached by a row above. */
static void
check_table(void **state)
{
    (void)state;
    assert_null(stage_row(STAGE_NONE));
    assert_null(stage_row(N_STAGES));
    for (server_stage_t stage = STAGE_NONE + 1; stage < N_STAGES; stage++) {
        const stage_row_t *row = stage_row(stage);
        bool reached = false;
        assert_true(g_str_has_prefix(row->id, "stage-") && *row->sequence && *row->meaning
                    && *row->innocent
                    && row->published);
        for (server_stage_t other = STAGE_NONE + 1; other < stage; other++)
            assert_true(strcmp(row->id, stage_row(other)->id)
                        && strcmp(row->sequence, stage_row(other)->sequence));
        for (size_t i = 0; i < G_N_ELEMENTS(facts_rows); i++)
            reached |= facts_rows[i].expected == stage;
        assert_true(reached);
    }
}

/* ---- on the wire ---- */

/* One letter a packet: of the client S SYN, A ACK, P data with PSH, D data without, F FIN, R RST
 * with number 0, U and V RSTs with two other numbers, K RST+ACK, T its SYN again, t its data again;
 * of the server s SYN/ACK, a ACK, d data, f FIN, r RST, x its last packet with something in it
 * again, after twice the time of the last x. '.' lets 5 s pass. */
typedef struct {
    const char    *name;
    const char    *script;
    server_stage_t expected;
    unsigned       connections; /* that are counted */
} wire_row_t;

static const wire_row_t wire_rows[] = {
    { "SYN and silence", "Ssxxx", STAGE_SYN_NOTHING, 1 },
    { "SYN and RST", "SsR", STAGE_SYN_RST, 1 },
    { "SYN and three RST+ACKs", "SsKKK", STAGE_SYN_RST_ACK, 1 },
    { "SYN, RST and RST+ACK", "SsRK", STAGE_SYN_BOTH, 1 },
    { "the SYN is reset before it is answered", "SR", STAGE_SYN_RST, 1 },
    { "handshake and silence", "SsAdxxx", STAGE_ACK_NOTHING, 1 },
    { "handshake and silence, the server gives up", "SsA.fxxx", STAGE_ACK_NOTHING, 1 },
    { "handshake and RST", "SsAR", STAGE_ACK_RST, 1 },
    { "handshake and RSTs", "SsARR", STAGE_ACK_RSTS, 1 },
    { "handshake and RST+ACK", "SsAK", STAGE_ACK_RST_ACK, 1 },
    { "handshake and RST+ACKs", "SsAKK", STAGE_ACK_RST_ACKS, 1 },
    { "data and silence", "SsAPadxxx", STAGE_PSH_NOTHING, 1 },
    { "data and RST", "SsAPR", STAGE_PSH_RST, 1 },
    { "data and RST, the answer acknowledged", "SsAPadAdAR", STAGE_PSH_RST, 1 },
    { "data and RST+ACK", "SsAPK", STAGE_PSH_RST_ACK, 1 },
    { "data and RST+ACK, then RST", "SsAPKR", STAGE_PSH_BOTH, 1 },
    { "data and RST+ACKs", "SsAPKKK", STAGE_PSH_RST_ACKS, 1 },
    { "data and equal RSTs", "SsAPUUU", STAGE_PSH_RST_EQUAL, 1 },
    { "data and different RSTs", "SsAPUV", STAGE_PSH_RST_DIFFER, 1 },
    { "data and RSTs, the second 0", "SsAPUR", STAGE_PSH_RST_ZERO, 1 },
    { "data and RSTs, the first 0", "SsAPRU", STAGE_PSH_RST_ZERO, 1 },
    { "first data in two packets", "SsADPR", STAGE_PSH_RST, 1 },
    { "data sent again", "SsAPttR", STAGE_PSH_RST, 1 },
    { "more data and RST", "SsAPaPR", STAGE_DATA_RST, 1 },
    { "more data and RST+ACK", "SsAPadAPK", STAGE_DATA_RST_ACK, 1 },
    { "data after the reset does not matter", "SsAPKPK", STAGE_PSH_RST_ACKS, 1 },
    { "only ten packets are looked at", "SsAPKKKKKKKR", STAGE_PSH_RST_ACKS, 1 },

    { "closed by the client", "SsAPadAFfA", STAGE_NONE, 1 },
    { "closed by the server", "SsAPadfAFa", STAGE_NONE, 1 },
    { "FIN, then RST", "SsAPadAFR", STAGE_NONE, 1 },
    { "reset by the server", "SsAPr", STAGE_NONE, 1 },
    { "refused by the server", "Sr", STAGE_NONE, 0 },
    { "begins in the middle", "APadAR", STAGE_NONE, 0 },
    { "reset after ten packets", "SsAPPPPPPPPR", STAGE_NONE, 1 },
    { "SYN sent again", "SsTsTsTA", STAGE_NONE, 1 },
    { "SYN and SYN/ACK sent again", "SsxTxTx", STAGE_NONE, 1 },
    { "not often enough", "Ssxx", STAGE_NONE, 1 },
    { "answered at last", "SsxxxxA", STAGE_NONE, 1 },
    { "data answered at last", "SsAPadxxxxA", STAGE_NONE, 1 },
    { "idle, then closed", "SsAPadA.fAFa", STAGE_NONE, 1 },
    { "silence at the end of the capture", "SsAPad", STAGE_NONE, 1 },
    { "the answer is acknowledged, the client is gone", "SsAPadAfxxx", STAGE_NONE, 1 },
    { "reset after the silence", "SsAPadxxxR", STAGE_PSH_RST, 1 },
    { "happy eyeballs, the slower one closes", "SsAFfA", STAGE_NONE, 1 },
};

static void
reset_by_client(talk_t *talk, char letter)
{
    observation_t obs = talk_reset(talk, CLIENT);

    obs.flags = letter == 'K' ? TCP_RST | TCP_ACK : TCP_RST;
    obs.ack = letter == 'R' ? 0 : talk->end[SERVER].next + (letter == 'V');
    wire_send(talk->wire, &obs);
}

/* Plays a script; returns the frame of the last packet. */
static uint32_t
play(talk_t *talk, const char *script)
{
    observation_t first_syn = { .length = 0 }, data = first_syn, answer = first_syn;
    int64_t timeout = NS_PER_S / 2;

    for (const char *p = script; *p; p++) {
        observation_t obs;
        switch (*p) {
        case '.': talk->wire->now += 5 * NS_PER_S; continue;
        case 'S': obs = first_syn = talk_segment(talk, CLIENT, TCP_SYN, 0); break;
        case 'T': obs = first_syn; talk->wire->now += NS_PER_S; break;
        case 'A': obs = talk_segment(talk, CLIENT, TCP_ACK, 0); break;
        case 'P': obs = data = talk_segment(talk, CLIENT, TCP_ACK | TCP_PSH, 200); break;
        case 'D': obs = talk_segment(talk, CLIENT, TCP_ACK, 1400); break;
        case 't': obs = data; talk->wire->now += NS_PER_S; break;
        case 'F': obs = talk_segment(talk, CLIENT, TCP_ACK | TCP_FIN, 0); break;
        case 's': obs = answer = talk_segment(talk, SERVER, TCP_SYN | TCP_ACK, 0); break;
        case 'a': obs = talk_segment(talk, SERVER, TCP_ACK, 0); break;
        case 'd': obs = answer = talk_segment(talk, SERVER, TCP_ACK | TCP_PSH, 500); break;
        case 'f': obs = answer = talk_segment(talk, SERVER, TCP_ACK | TCP_FIN, 0); break;
        case 'r': obs = talk_reset(talk, SERVER); break;
        case 'x': obs = answer; talk->wire->now += timeout *= 2; break;
        default: reset_by_client(talk, *p); continue;
        }
        wire_send(talk->wire, &obs);
    }
    return talk->wire->frame;
}

static server_stage_t
counted(const wire_t *wire)
{
    const stage_counts_t *counts = engine_stages(wire->engine);
    server_stage_t found = STAGE_NONE;

    for (server_stage_t stage = STAGE_NONE + 1; stage < N_STAGES; stage++) {
        assert_true(counts->stage[stage] <= 1);
        if (counts->stage[stage]) {
            assert_int_equal(found, STAGE_NONE);
            found = stage;
        }
    }
    return found;
}

static talk_t
talk_at(wire_t *wire, uint8_t client_ttl, uint8_t server_ttl)
{
    talk_t talk = talk_new(wire, 4000);

    talk.end[CLIENT].ttl = client_ttl;
    talk.end[SERVER].ttl = server_ttl;
    return talk;
}

static const char *
text_of(const wire_t *wire, uint32_t frame, fact_id_t id)
{
    const finding_t *finding = wire_finding(wire, frame);

    for (unsigned i = 0; finding && i < finding->facts->len; i++)
        if (g_array_index(finding->facts, fact_t, i).id == id)
            return g_array_index(finding->facts, fact_t, i).text;
    return "";
}

static wire_t
wire_said(vantage_t vantage, bool all_observations)
{
    limits_t limits = LIMITS_DEFAULT;

    limits.vantage = vantage;
    limits.all_observations = all_observations;
    return wire_new_limited(limits);
}

static void
check_wire(void **state)
{
    const wire_row_t *row = *state;
    wire_t wire = wire_said(VANTAGE_SERVER, false);
    talk_t talk = talk_at(&wire, 49, 64);

    uint32_t last = play(&talk, row->script);
    assert_int_equal(counted(&wire), row->expected);
    assert_int_equal(engine_stages(wire.engine)->flows, row->connections);
    bool silent = g_str_has_suffix(row->script, "x");
    if (row->expected != STAGE_NONE && (silent || strlen(row->script) <= 10)) {
        assert_string_equal(text_of(&wire, last, F_STAGE), stage_row(row->expected)->id);
        assert_string_equal(text_of(&wire, last, F_STAGE_SEQUENCE),
                            stage_row(row->expected)->sequence);
    }
    wire_free(&wire);
}

/* Wherever it is not known that the server is here, nothing is classified. */
static void
check_elsewhere(void **state)
{
    static const struct { vantage_t said; uint8_t client_ttl,
                          server_ttl; bool expected; } rows[] = {
        { VANTAGE_UNKNOWN, 49, 64, true },
        { VANTAGE_UNKNOWN, 64, 52, false },
        { VANTAGE_UNKNOWN, 58, 50, false },
        { VANTAGE_UNKNOWN, 64, 64, false },
        { VANTAGE_CLIENT, 49, 64, false },
        { VANTAGE_ON_PATH, 49, 64, false },
        { VANTAGE_SERVER, 64, 52, true },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        wire_t wire = wire_said(rows[i].said, true);
        talk_t talk = talk_at(&wire, rows[i].client_ttl, rows[i].server_ttl);
        uint32_t last = play(&talk, "SsAPK");
        assert_int_equal(engine_stages(wire.engine)->flows, rows[i].expected);
        assert_int_equal(counted(&wire), rows[i].expected ? STAGE_PSH_RST_ACK : STAGE_NONE);
        assert_int_equal(*text_of(&wire, last, F_STAGE) != '\0', rows[i].expected);
        wire_free(&wire);
    }
}

/* Without a verdict nothing is said unless it was asked for. With one, the stage does not change
 * it. */
static void
check_said_where(void **state)
{
    (void)state;
    for (unsigned asked = 0; asked < 2; asked++) {
        wire_t wire = wire_said(VANTAGE_UNKNOWN, asked);
        talk_t talk = talk_at(&wire, 49, 64);
        uint32_t last = play(&talk, "SsAPadAR");
        assert_int_equal(counted(&wire), STAGE_PSH_RST);
        assert_int_equal(wire_finding(&wire, last) != NULL, asked);
        assert_int_equal(wire_verdict(&wire, last), VERDICT_NONE);
        wire_free(&wire);
    }
    const finding_t *finding[2];
    wire_t wires[2];
    for (unsigned i = 0; i < 2; i++) {
        wires[i] = wire_said(i ? VANTAGE_ON_PATH : VANTAGE_UNKNOWN, false);
        talk_t talk = talk_at(&wires[i], 49, 64);
        play(&talk, "SsAPad");
        for (unsigned k = 0; k < 3; k++) {
            observation_t reset = talk_forged_reset(&talk, CLIENT);
            wire_send(&wires[i], &reset);
        }
        play(&talk, "AP");
        finding[i] = wire_finding(&wires[i], 7);
        assert_int_equal(wire_verdict(&wires[i], 7), VERDICT_FORGED);
    }
    assert_int_equal(finding[0]->confidence, finding[1]->confidence);
    /* It grows with the resets that follow, also on the first of them. */
    assert_string_equal(text_of(&wires[0], 7, F_STAGE), stage_row(STAGE_PSH_RST_ACKS)->id);
    assert_string_equal(text_of(&wires[1], 7, F_STAGE), "");
    wire_free(&wires[0]);
    wire_free(&wires[1]);
}

/* A mirror port that captures all packets twice makes no second reset and no repetition. */
static void
check_copies(void **state)
{
    wire_t wire = wire_said(VANTAGE_SERVER, false);
    talk_t talk = talk_at(&wire, 49, 64);

    (void)state;
    play(&talk, "S");
    observation_t answer = talk_segment(&talk, SERVER, TCP_SYN | TCP_ACK, 0);
    for (unsigned i = 0; i < 5; i++)
        wire_send(&wire, &answer);
    assert_int_equal(counted(&wire), STAGE_NONE);
    play(&talk, "AP");
    observation_t reset = talk_forged_reset(&talk, CLIENT);
    wire_send(&wire, &reset);
    wire_send(&wire, &reset);
    assert_int_equal(counted(&wire), STAGE_PSH_RST_ACK);
    wire_free(&wire);
}

/* A connection that is forgotten, or whose ports are used again, stays counted; so is the next
 * one. */
static void
check_counts(void **state)
{
    wire_t wire = wire_said(VANTAGE_SERVER, false);

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        talk_t talk = talk_at(&wire, 49, 64);
        talk.end[CLIENT].next += 100000 * i;
        play(&talk, i < 2 ? "SsAPK" : "SsAPadAFfA");
        wire.now += NS_PER_S;
    }
    assert_int_equal(engine_stages(wire.engine)->flows, 3);
    assert_int_equal(engine_stages(wire.engine)->stage[STAGE_PSH_RST_ACK], 2);
    wire_free(&wire);
}

int
main(void)
{
    suite_t suite = suite_new();

    SUITE_ADD_TABLE(&suite, facts_rows, check_facts);
    suite_add(&suite, "the table of stages", check_table, NULL);
    SUITE_ADD_TABLE(&suite, wire_rows, check_wire);
    suite_add(&suite, "captured elsewhere", check_elsewhere, NULL);
    suite_add(&suite, "where a stage is said", check_said_where, NULL);
    suite_add(&suite, "packets captured twice", check_copies, NULL);
    suite_add(&suite, "counts", check_counts, NULL);
    return suite_run(&suite, "stages");
}
