/* stages/stages.c
 * The 19 sequences and what they mean; see stages.h.
 *
 * The order of packets is the paper's. How many resets make which row is written down here as this
 * program reads it: the paper itself was not at hand, only what was reported of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stages/stages.h"

static const stage_row_t rows[N_STAGES] = {
    [STAGE_SYN_NOTHING] = { "stage-post-syn-none", "SYN -> nothing", PHASE_SYN,
        "one SYN, then nothing",
        "SYN floods with forged addresses, scanners, lost connectivity", "" },
    [STAGE_SYN_RST] = { "stage-post-syn-rst", "SYN -> RST", PHASE_SYN,
        "SYN, then RST",
        "scanners whose kernel knows nothing of the SYN, a client that chose another address "
        "(Happy Eyeballs)", "" },
    [STAGE_SYN_RST_ACK] = { "stage-post-syn-rst-ack", "SYN -> RST+ACK", PHASE_SYN,
        "SYN, then RST+ACK",
        "scanners, a client that gave up while connecting", "" },
    [STAGE_SYN_BOTH] = { "stage-post-syn-both", "SYN -> RST; RST+ACK", PHASE_SYN,
        "SYN, then at least one RST and one RST+ACK",
        "scanners behind a firewall that resets as well", "" },
    [STAGE_ACK_NOTHING] = { "stage-post-ack-none", "SYN; ACK -> nothing", PHASE_ACK,
        "handshake, then nothing",
        "connections opened in advance, scanners, lost connectivity",
        "34.4 % of Iran's connections that broke off after the handshake; there the first data are "
        "dropped (SIGCOMM 2023)" },
    [STAGE_ACK_RST] = { "stage-post-ack-rst", "SYN; ACK -> RST", PHASE_ACK,
        "handshake, then one RST",
        "port scanners, load balancers that test the port, the slower of two connections "
        "(Happy Eyeballs)", "" },
    [STAGE_ACK_RSTS] = { "stage-post-ack-rsts", "SYN; ACK -> RST; RST", PHASE_ACK,
        "handshake, then several RSTs",
        "a client that is gone and answers each packet of the server", "" },
    [STAGE_ACK_RST_ACK] = { "stage-post-ack-rst-ack", "SYN; ACK -> RST+ACK", PHASE_ACK,
        "handshake, then one RST+ACK",
        "port scanners, load balancers that test the port, the slower of two connections "
        "(Happy Eyeballs)", "" },
    [STAGE_ACK_RST_ACKS] = { "stage-post-ack-rst-acks", "SYN; ACK -> RST+ACK; RST+ACK", PHASE_ACK,
        "handshake, then several RST+ACKs",
        "a reset that was sent or captured again", "" },
    [STAGE_PSH_NOTHING] = { "stage-post-psh-none", "PSH+ACK -> nothing", PHASE_PSH,
        "the first data, then nothing",
        "lost connectivity, a path that drops large packets", "" },
    [STAGE_PSH_RST] = { "stage-post-psh-rst", "PSH+ACK -> RST", PHASE_PSH,
        "the first data, then one RST",
        "a closed tab or cancelled request, an answer that came too late", "" },
    [STAGE_PSH_RST_ACK] = { "stage-post-psh-rst-ack", "PSH+ACK -> RST+ACK", PHASE_PSH,
        "the first data, then one RST+ACK",
        "a program that ends without reading what has come, a cancelled request", "" },
    [STAGE_PSH_BOTH] = { "stage-post-psh-both", "PSH+ACK -> RST; RST+ACK", PHASE_PSH,
        "the first data, then at least one RST and one RST+ACK",
        "a program that ends while the answer is still coming in", "" },
    [STAGE_PSH_RST_ACKS] = { "stage-post-psh-rst-acks", "PSH+ACK -> RST+ACK; RST+ACK", PHASE_PSH,
        "the first data, then several RST+ACKs",
        "a reset that was sent or captured again", "" },
    [STAGE_PSH_RST_EQUAL] = { "stage-post-psh-rst-equal", "PSH+ACK -> RST = RST", PHASE_PSH,
        "the first data, then several RSTs with one acknowledgement number",
        "a client that is gone and answers each packet of the server", "" },
    [STAGE_PSH_RST_DIFFER] = { "stage-post-psh-rst-differ", "PSH+ACK -> RST != RST", PHASE_PSH,
        "the first data, then several RSTs with different acknowledgement numbers",
        "stacks that fill in the number although the flag is not set", "" },
    [STAGE_PSH_RST_ZERO] = { "stage-post-psh-rst-zero", "PSH+ACK -> RST; RST0", PHASE_PSH,
        "the first data, then several RSTs, of which some have acknowledgement number 0 and some have not",
        "a firewall near the client that resets as well as the client",
        "seen almost only from China (Cloudflare, A global assessment of third-party connection "
        "tampering, 2024)" },
    [STAGE_DATA_RST] = { "stage-post-data-rst", "PSH+ACK; Data -> RST", PHASE_DATA,
        "more than the first data, then RST",
        "a closed tab or cancelled request, a client that is gone", "" },
    [STAGE_DATA_RST_ACK] = { "stage-post-data-rst-ack", "PSH+ACK; Data -> RST+ACK", PHASE_DATA,
        "more than the first data, then RST+ACK",
        "a program that ends without closing, as browsers and load balancers do", "" },
    [STAGE_OTHER] = { "stage-other", "other", N_PHASES,
        "broken off within the first ten packets, in none of the 19 ways",
        "as for the others", "" },
};

/* Per mille; the abstract and section 4 of the paper, as reported of it. */
static const phase_row_t phases[N_PHASES] = {
    [PHASE_SYN]  = { "Post-SYN", "nothing came but the SYN", 432, 995 },
    [PHASE_ACK]  = { "Post-ACK", "the handshake was complete, no data came", 161, 987 },
    [PHASE_PSH]  = { "Post-PSH", "the first data came", 53, 979 },
    [PHASE_DATA] = { "Post-Data", "more data came", 0, 0 },
};

static server_stage_t
of_silence(const stage_facts_t *f)
{
    switch (f->phase) {
    case PHASE_SYN: return f->packets == 1 ? STAGE_SYN_NOTHING : STAGE_NONE;    /* sent again: not silent */
    case PHASE_ACK: return f->packets == 2 ? STAGE_ACK_NOTHING : STAGE_NONE;
    case PHASE_PSH: return f->data_last ? STAGE_PSH_NOTHING : STAGE_NONE;
    default:        return STAGE_OTHER;
    }
}

static server_stage_t
of_resets_after_data(const stage_facts_t *f)
{
    if (f->rst && f->rst_ack)
        return STAGE_PSH_BOTH;
    if (f->rst_ack)
        return f->rst_ack > 1 ? STAGE_PSH_RST_ACKS : STAGE_PSH_RST_ACK;
    if (f->rst == 1)
        return STAGE_PSH_RST;
    if (!f->differ)
        return STAGE_PSH_RST_EQUAL;
    return f->zero ? STAGE_PSH_RST_ZERO : STAGE_PSH_RST_DIFFER;
}

static server_stage_t
of_resets(const stage_facts_t *f)
{
    bool both = f->rst && f->rst_ack;

    switch (f->phase) {
    case PHASE_SYN:
        return both ? STAGE_SYN_BOTH : f->rst ? STAGE_SYN_RST : STAGE_SYN_RST_ACK;
    case PHASE_ACK:
        if (both)
            return STAGE_OTHER;
        if (f->rst)
            return f->rst > 1 ? STAGE_ACK_RSTS : STAGE_ACK_RST;
        return f->rst_ack > 1 ? STAGE_ACK_RST_ACKS : STAGE_ACK_RST_ACK;
    case PHASE_PSH:
        return of_resets_after_data(f);
    default:
        return both ? STAGE_OTHER : f->rst ? STAGE_DATA_RST : STAGE_DATA_RST_ACK;
    }
}

server_stage_t
stage_of(const stage_facts_t *f)
{
    if (!f->syn || f->fin || f->packets >= STAGE_PACKETS)
        return STAGE_NONE;
    if (f->rst || f->rst_ack)
        return of_resets(f);
    return f->silent ? of_silence(f) : STAGE_NONE;
}

const stage_row_t *
stage_row(server_stage_t stage)
{
    return stage > STAGE_NONE && stage < N_STAGES ? &rows[stage] : NULL;
}

const phase_row_t *
phase_row(phase_t phase)
{
    return phase < N_PHASES ? &phases[phase] : NULL;
}
