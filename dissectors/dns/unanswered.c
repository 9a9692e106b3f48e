/* dns/unanswered.c
 * Finds names that a resolver never answers while it answers others (silence/signatures.c judges them).
 *
 * Every question remembers when it was asked, until it is answered. Only where it is asked again, more is kept.
 * There are no timers: the client's own repetitions measure the time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dns/unanswered.h"

#include "silence/say.h"

/* Sooner than this it is the same attempt: both types of address, copies, other sockets, impatience. */
#define ATTEMPT_NS (900 * NS_PER_MS)
/* Later than this it is another one. As long as dns/cases.c keeps queries to compare with. */
#define FORGOTTEN_NS (60 * NS_PER_S)

#define NEIGHBOURS_MAX 1024     /* queries looked at; where there are more, nothing is said */
#define GIVEN_NS (2 * NS_PER_S) /* a younger query may still be answered */

/* ---- what happens meanwhile ---- */

/* What the same client's other queries to the same server show since a name was first asked for. */
typedef struct {
    bool     name_answered;     /* the name, asked in another way */
    bool     complete;          /* everything since then was looked at */
    unsigned answered, lost;    /* queries for other names of the same type, sent since then */
    unsigned pauses;            /* between two attempts, in which one of them was asked and answered */
    uint32_t answered_frame;    /* the last of these answers; 0: none */
    uint8_t  answered_ttl;
    uint32_t elsewhere_frame;   /* another server answered the name; 0: none did */
} mute_neighbours_t;

/* The pause between two attempts in which a query was sent; 0: none of them. */
static unsigned
pause_of(const mute_t *mute, int64_t time)
{
    unsigned n = 0;

    while (n < MIN(mute->sent, UNANSWERED_TIMES) && mute->times[n] < time)
        n++;
    return n < mute->sent ? n : 0;
}

/* A query for another name, but otherwise alike. */
static void
add_neighbour(const mute_t *mute, const query_t *q, int64_t now, uint32_t *pauses, mute_neighbours_t *n)
{
    if (!q->frame || q->time <= mute->first_time || q->key.qtype != mute->qtype || q->opt != mute->opt || q->key.tcp)
        return;
    if (!q->n_answers) {
        n->lost += now - q->time >= GIVEN_NS ? q->count : 0;
        return;
    }
    n->answered++;
    if (!(q->first.flags & DNS_RECURSION_AVAILABLE))
        return;
    *pauses |= 1u << pause_of(mute, q->time);
    if (q->first.frame > n->answered_frame) {
        n->answered_frame = q->first.frame;
        n->answered_ttl = q->first.ip.ttl;
    }
}

static mute_neighbours_t
read_neighbours(const engine_t *engine, const mute_t *mute, int64_t now)
{
    mute_neighbours_t n = { .complete = true };
    unsigned looked_at = 0;
    uint32_t pauses = 0;

    for (const GList *l = dns_of(engine)->recent.links.tail; l; l = l->prev) {
        const query_t *q = l->data;
        if (++looked_at > NEIGHBOURS_MAX) {
            n.complete = false;
            break;
        }
        if (!address_equal(&q->question->client, &mute->question->client))
            continue;
        bool same_name = q->question->name_hash == mute->question->name_hash;
        bool same_server = q->question->server == mute->question->server;
        unsigned rcode = q->n_answers ? q->first.flags & 0xf : 0;
        if (same_name && same_server)
            n.name_answered |= q->n_answers > 0;
        else if (same_name && q->n_answers && (rcode == DNS_NOERROR || rcode == DNS_NXDOMAIN))
            n.elsewhere_frame = q->first.frame;
        else if (same_server)
            add_neighbour(mute, q, now, &pauses, &n);
    }
    for (pauses >>= 1; pauses; pauses >>= 1)
        n.pauses += pauses & 1;
    return n;
}

/* ---- saying it ---- */

static about_t
about_of(const engine_t *engine, const mute_t *mute, uint8_t server_ttl)
{
    return (about_t){
        .ends = { .src = mute->question->client, .dst = mute->question->server->address,
                  .sport = mute->client_port, .dport = DNS_PORT, .protocol = PROTOCOL_UDP, .ttl = mute->ttl },
        .vantage = vantage_of_exchange(&engine->vantages, mute->ttl, server_ttl),
        .trigger = mute->name,
    };
}

/* obs: the attempt at hand, or an answer that adds contrast to what was said of the first one. */
static void
judge_mute(engine_t *engine, mute_t *mute, const observation_t *obs, bool attempt)
{
    mute_neighbours_t n = read_neighbours(engine, mute, obs->time);
    silence_case_t c = {
        .kind = SILENT_DNS, .from_client = true, .sent = mute->sent, .span = mute->last_time - mute->first_time,
        .heard_frame = n.answered_frame, .dns_answered = n.answered, .dns_lost = n.lost, .dns_pauses = n.pauses,
        .elsewhere_frame = mute->elsewhere_frame ? mute->elsewhere_frame : n.elsewhere_frame,
    };
    about_t about = about_of(engine, mute, n.answered_ttl);

    /* A server that is asked again and again and says nothing is beside the capture: its own affair. */
    if (n.name_answered || !n.complete || mute->undelivered || about.vantage == VANTAGE_SERVER)
        return;
    mute->told |= silence_say(engine, &c, &about, mute->first_frame, attempt ? obs->frame : 0);
}

/* ---- queries ---- */

static mute_t *
mute_new(engine_t *engine, question_t *question, const observation_t *obs, dns_message_t *m)
{
    const char *name = dns_message_name(m);

    if (!(m->flags & DNS_RECURSION_DESIRED) || !dns_name_is_public(name))
        return NULL;
    int64_t first_time = obs->time - ticks_since(question->time, ticks(obs->time));
    mute_t *mute = g_new(mute_t, 1);
    *mute = (mute_t){
        .question = question, .qtype = m->qtype, .opt = m->has_opt,
        .ttl = question->ttl, .client_port = question->client_port, .first_frame = question->frame, .sent = 1,
        .first_time = first_time, .last_time = first_time, .times = { first_time },
        .name = store_text(engine->store, name, strlen(name)),
    };
    question_set_mute(engine, question, mute);
    return mute;
}

static void
note_attempt(engine_t *engine, mute_t *mute, const observation_t *obs)
{
    if (mute->sent < UNANSWERED_TIMES)
        mute->times[mute->sent] = obs->time;
    mute->sent++;
    mute->last_time = obs->time;
    if (mute->sent >= 3)
        judge_mute(engine, mute, obs, true);
}

bool
unanswered_again(engine_t *engine, question_t *question, const observation_t *obs, dns_message_t *m)
{
    int64_t since = question->mute ? obs->time - question->mute->last_time
                                   : ticks_since(question->time, ticks(obs->time));

    if (since > FORGOTTEN_NS) {
        question_drop_mute(dns_of(engine), question);
        return false;
    }
    if (since >= ATTEMPT_NS && (question->mute || mute_new(engine, question, obs, m)))
        note_attempt(engine, question->mute, obs);
    return true;
}

/* ---- answers ---- */

/* A question that was asked again is answered. */
void
unanswered_end(engine_t *engine, question_t *question)
{
    if (question->mute->told)
        silence_withdraw(engine, question->mute->first_frame);
    question_drop_mute(dns_of(engine), question);
}

/* The same client has asked another server for the name, and gets an answer there. */
void
unanswered_elsewhere(engine_t *engine, const question_t *question, const observation_t *obs, const dns_message_t *m)
{
    unsigned rcode = dns_rcode(m);

    if (rcode != DNS_NOERROR && rcode != DNS_NXDOMAIN)
        return;
    for (const GList *l = dns_of(engine)->mutes.links.head; l; l = l->next) {
        mute_t *mute = l->data;
        const question_t *asked = mute->question;
        if (asked->name_hash != question->name_hash || asked->server == question->server || mute->elsewhere_frame
            || !address_equal(&asked->client, &question->client))
            continue;
        mute->elsewhere_frame = obs->frame;
        if (mute->told)
            judge_mute(engine, mute, obs, false);
    }
}

/* Not by name: most errors quote no more than the UDP header. */
void
unanswered_quoted(engine_t *engine, const observation_t *obs)
{
    for (const GList *l = dns_of(engine)->mutes.links.head; l; l = l->next) {
        mute_t *mute = l->data;
        if (address_equal(&mute->question->client, &obs->src)
            && address_equal(&mute->question->server->address, &obs->dst))
            mute->undelivered = true;
    }
}
