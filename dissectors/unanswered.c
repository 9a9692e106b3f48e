/* unanswered.c
 * Finds names that a resolver never answers while it answers others (silence.c judges them).
 *
 * One slot for each hash of a name remembers who asked for it last, until somebody answers. Only where
 * a name is asked for again, and nobody has answered, more is kept. There are no timers: the client's own
 * repetitions measure the time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unanswered.h"

#include "dns.h"
#include "silence.h"
#include "silence_cases.h"
#include "vantage.h"

/* Sooner than this it is the same attempt: both types of address, copies, other sockets, impatience. */
#define ATTEMPT_NS (900 * NS_PER_MS)
/* Later than this it is another one. As long as dns_cases.c keeps queries to compare with. */
#define FORGOTTEN_NS (60 * NS_PER_S)

unanswered_t *
unanswered_new(void)
{
    return g_new0(unanswered_t, 1);
}

void
unanswered_free(unanswered_t *unanswered)
{
    for (unsigned i = 0; i < UNANSWERED_SLOTS; i++)
        g_free(unanswered->slot[i].mute);
    g_free(unanswered);
}

static void
forget(engine_t *engine, unanswered_slot_t *slot)
{
    engine->unanswered->mutes -= slot->mute != NULL;
    g_free(slot->mute);
    *slot = (unanswered_slot_t){ 0 };
}

/* ---- saying it ---- */

static about_t
about_of(const engine_t *engine, const mute_t *mute, uint8_t server_ttl)
{
    return (about_t){
        .ends = { .src = mute->client, .dst = mute->server, .sport = mute->client_port, .dport = DNS_PORT,
                  .protocol = PROTOCOL_UDP, .ttl = mute->ttl },
        .vantage = vantage_of_exchange(engine, mute->ttl, server_ttl),
        .trigger = mute->name,
    };
}

/* obs: the attempt at hand, or an answer that adds contrast to what was said of the first one. */
static void
judge_mute(engine_t *engine, mute_t *mute, const observation_t *obs, bool attempt)
{
    mute_neighbours_t n = queries_neighbours(engine, mute, obs->time);
    silence_case_t c = {
        .kind = SILENT_DNS, .from_client = true, .sent = mute->sent, .span = mute->last_time - mute->first_time,
        .heard_frame = n.answered_frame, .dns_answered = n.answered, .dns_lost = n.lost, .dns_pauses = n.pauses,
        .elsewhere_frame = mute->elsewhere_frame ? mute->elsewhere_frame : n.elsewhere_frame,
    };
    about_t about = about_of(engine, mute, n.answered_ttl);

    /* A server that is asked again and again and says nothing is beside the capture: its own affair. */
    if (n.name_answered || !n.complete || mute->undelivered || about.vantage == VANTAGE_SERVER)
        return;
    finding_t *first = silence_say(engine, &c, &about, mute->first_frame, 0);
    if (!first)
        return;
    mute->told = true;
    if (!attempt)
        return;
    finding_fact(first, F_SILENCE_LAST, obs->frame);
    finding_t *now = silence_say(engine, &c, &about, obs->frame, obs->time);
    if (now)
        now->trigger_frame = mute->first_frame;
}

/* ---- queries ---- */

static mute_t *
mute_new(engine_t *engine, const unanswered_slot_t *slot, const observation_t *obs, dns_message_t *m)
{
    const char *name = dns_message_name(m);

    if (!(m->flags & DNS_RECURSION_DESIRED) || !dns_name_is_public(name))
        return NULL;
    int64_t first_time = obs->time - ticks_since(slot->time, ticks(obs->time));
    mute_t *mute = g_new(mute_t, 1);
    *mute = (mute_t){
        .client = obs->src, .server = obs->dst, .name_hash = m->name_hash, .qtype = m->qtype, .opt = m->has_opt,
        .ttl = obs->ip.ttl, .client_port = obs->sport, .first_frame = slot->frame, .sent = 1,
        .first_time = first_time, .last_time = first_time, .times = { first_time },
        .name = store_text(engine->store, name, strlen(name)),
    };
    engine->unanswered->mutes++;
    return mute;
}

static bool
is_of(const mute_t *mute, const observation_t *obs, const dns_message_t *m)
{
    return mute->name_hash == m->name_hash && address_equal(&mute->client, &obs->src)
        && address_equal(&mute->server, &obs->dst);
}

void
unanswered_again(engine_t *engine, unanswered_slot_t *slot, const observation_t *obs, dns_message_t *m,
                 const host_t *server)
{
    bool stale = slot->mute ? obs->time - slot->mute->last_time > FORGOTTEN_NS
                            : ticks_since(slot->time, ticks(obs->time)) > FORGOTTEN_NS;

    if (slot->mute && !stale && !is_of(slot->mute, obs, m))
        return;                                 /* another name, or another resolver: the first is followed */
    if (stale || (!slot->mute && (slot->server != server || slot->client != client_word(&obs->src)))) {
        forget(engine, slot);
        unanswered_query(engine, obs, m, server);
        return;
    }
    int64_t since = slot->mute ? obs->time - slot->mute->last_time : ticks_since(slot->time, ticks(obs->time));
    if (since < ATTEMPT_NS)
        return;
    if (!slot->mute)
        slot->mute = mute_new(engine, slot, obs, m);
    mute_t *mute = slot->mute;
    if (!mute)
        return;
    if (mute->sent < UNANSWERED_TIMES)
        mute->times[mute->sent] = obs->time;
    mute->sent++;
    mute->last_time = obs->time;
    if (mute->sent >= 3)
        judge_mute(engine, mute, obs, true);
}

/* ---- answers ---- */

/* Somebody answers a name that was asked for again. */
void
unanswered_end(engine_t *engine, unanswered_slot_t *slot, const observation_t *obs, const dns_message_t *m)
{
    mute_t *mute = slot->mute;
    unsigned rcode = dns_rcode(m);

    if (mute->name_hash != m->name_hash || !address_equal(&mute->client, &obs->dst))
        return;
    if (!address_equal(&mute->server, &obs->src)) {
        if ((rcode == DNS_NOERROR || rcode == DNS_NXDOMAIN) && !mute->elsewhere_frame) {
            mute->elsewhere_frame = obs->frame;
            if (mute->told)
                judge_mute(engine, mute, obs, false);
        }
        return;
    }
    if (mute->told)
        silence_answered(engine, mute->first_frame, obs->frame);
    forget(engine, slot);
}

/* Not by name: most errors quote no more than the UDP header. */
void
unanswered_quoted(engine_t *engine, const observation_t *obs)
{
    for (unsigned i = 0; engine->unanswered->mutes && i < UNANSWERED_SLOTS; i++) {
        mute_t *mute = engine->unanswered->slot[i].mute;
        if (mute && address_equal(&mute->client, &obs->src) && address_equal(&mute->server, &obs->dst))
            mute->undelivered = true;
    }
}
