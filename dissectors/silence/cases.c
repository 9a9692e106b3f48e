/* silence/cases.c
 * Finds what is sent again and again without an answer (silence/signatures.c judges it): which packet is
 * whose affair. There are no timers: the sender's own repetitions measure the time, so a capture that merely
 * ends says nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/contrast.h"
#include "silence/cuts.h"
#include "silence/outages.h"
#include "silence/quic.h"
#include "silence/rates.h"
#include "silence/segments.h"
#include "silence/stops.h"
#include "silence/syns.h"
#include "silence/vpn.h"

static void
clear_repeats(void *silences, void *one)
{
    rates_clear(silences, &((repeats_t *)one)->rate);
}

static void *
silence_open(engine_t *engine)
{
    silences_t *silences = g_new0(silences_t, 1);

    besides_kind(engine->besides, DETECT_SILENCE, sizeof(repeats_t), clear_repeats, silences);
    cuts_open(silences);
    told_open(silences);
    outages_open(silences);
    stops_open(silences);
    vpn_open(silences);
    quic_open(silences);
    return silences;
}

static void
silence_close(engine_t *engine)
{
    silences_t *silences = silences_of(engine);

    cuts_close(silences);
    told_close(silences);
    outages_close(silences);
    stops_close(silences);
    vpn_close(silences);
    quic_close(silences);
    g_free(silences);
}

/* A forged reset or page cuts the client off; what it tries next may be dropped as well. */
static RARELY_RUN void
cut_by_forgery(engine_t *engine, const segment_t *s)
{
    cut_key_t key = cut_key_of(s->flow);

    if (store_is_forged(engine->store, s->obs->frame))
        cuts_forged(engine, &key, asked_text(engine->asked, s->flow), s->obs->frame, s->obs->time);
}

static void
silence_segment(engine_t *engine, segment_t *s)
{
    const observation_t *obs = s->obs;
    bool probe = obs->length == 1 && !(obs->flags & (TCP_SYN | TCP_FIN));

    if (beside_has(s->flow, DETECT_SILENCE))
        segments_answered(engine, s);
    if ((s->forged || obs->flags & TCP_RST) && s->end != s->flow->client)
        cut_by_forgery(engine, s);
    if (obs->flags & TCP_RST)
        return;
    if (beside_has(s->flow, DETECT_SILENCE))
        rates_segment(engine, s);
    if (s->seen & SEES_GAP)
        segments_hole(engine, s);
    if (probe)
        return;
    if (s->seen & SEES_OLD) {
        segments_repeated(engine, s);
        rates_old(engine, s);
    } else if (s->seen & SEES_FIRST_DATA && !s->forged) {
        cut_key_t key = cut_key_of(s->flow);
        if (!s->flow->was_reset)
            cuts_answered(engine, &key);
        vpn_speaks_tcp(engine, obs);
        contrast_works(engine, s->flow, obs);
        rates_works(engine, s->flow, obs);
    }
}

/* Whoever reports that a packet was not delivered says why nothing is answered. */
static void
silence_quote(engine_t *engine, const quote_t *quote)
{
    if (quote->flow)
        repeats_of(engine, quote->flow)->unreachable = true;
}

static const kept_t kept[] = {
    { "what a connection sends again", "silence/kept.h", sizeof(repeats_t), NULL,
      "as connections", NULL },
    { "losses of a download that may be policed", "silence/policed.c", sizeof(policed_t), NULL,
      KEPT_NUMBER(POLICED_MAX) ", further ones are not looked at",
      POLICED_NOTICE },
    { "client, server and port that were cut off", "silence/cuts.c", sizeof(cut_t), "its place in a hash table",
      KEPT_NUMBER(CUTS_MAX) ", further ones are not remembered",
      CUTS_NOTICE },
    { "server that answers over QUIC", "silence/quic.c", sizeof(works_t), "its place in a hash table",
      KEPT_NUMBER(WORKS_MAX) ", further ones are not remembered",
      WORKS_NOTICE },
    { "silence that contrast may be added to", "silence/contrast.c", sizeof(told_t), NULL,
      KEPT_NUMBER(TOLD_MAX) ", the oldest goes first",
      TOLD_NOTICE },
    { "address that a VPN's first packet was sent to", "silence/vpn.c", sizeof(vpn_server_t), NULL,
      KEPT_NUMBER(VPNS_MAX) ", the oldest goes first",
      VPNS_NOTICE },
    { "download that stopped in the middle", "silence/stops.c", sizeof(told_t), NULL,
      KEPT_NUMBER(STOPS_MAX) ", the oldest goes first",
      STOPS_NOTICE },
    { "client that several servers are silent to", "silence/kept.h", sizeof(outage_t), NULL,
      KEPT_NUMBER(OUTAGES_MAX) ", the oldest goes first",
      OUTAGES_NOTICE },
    { 0 },
};

const detector_t detector_silence = {
    .sees = SEES_RESETS | SEES_OLD | SEES_GAP | SEES_FIRST_DATA,
    .keeps = true,
    .segment = silence_segment,
    .open = silence_open,
    .close = silence_close,
    .datagram = silence_datagram,
    .quote = silence_quote,
    .syn = silence_syn,
    .syn_answered = silence_syn_answered,
    .signature = silence_signature,
    .kept = kept,
};
