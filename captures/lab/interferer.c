/* interferer.c
 * The border of the lab: a transparent box between client and server that forwards every frame
 * and, where a row of the scenario table says so, forges, drops or rewrites.
 *
 *   interferer CLIENT_SIDE SERVER_SIDE CLIENT_HOPS SERVER_HOPS RECORD SECONDS ROW[,ROW…]|-
 *   interferer --list
 *
 * On-path rows get their packet after it has been forwarded; in-path rows decide before. Both live
 * in one program that is itself the cable (AF_PACKET on both ends): nothing in a kernel then
 * changes what was forged (a raw IP socket would fill in an IP ID of zero), forging takes
 * microseconds, and no netfilter queue is needed.
 *
 * RECORD gets one line for each packet the truth is about, written when it is sent or dropped:
 *   event  class  behaviour  trigger  towards  IP packet in hex
 * with event forged, trigger, silenced or genuine (see captures/recorded/README.md).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "behaviour.h"
#include "packet.h"
#include "quic_initial.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

#define FLOWS_MAX 256                   /* connections of one scenario */
#define ROWS_MAX 4                      /* behaviours at work at once */
#define HEAD_MAX 4096                   /* client octets searched for a name */
#define POLICE_BURST 4000               /* octets let through at once by a policer */

enum end { CLIENT, SERVER };

/* What an end's own packets looked like, latest first. */
struct end_state {
    bool          seen;
    struct packet last;                 /* headers only: its pointers are stale */
    double        last_at;
    uint32_t      isn, next_seq;
};

struct flow {
    struct tuple            t;          /* from client to server */
    uint8_t                 ether[12];  /* destination and source of the client's frames */
    struct end_state        end[2];
    uint8_t                 head[HEAD_MAX];     /* what the client has said so far, in order */
    size_t                  head_len;
    const struct behaviour *fired[ROWS_MAX];
    int                     fired_count;
    char                    text[256];  /* what set it off … */
    uint32_t                trigger_seq;    /* … and the sequence number that packet had */
    long                    server_bytes;
    double                  tokens, tokens_at;  /* of a policer */
    const struct behaviour *race;       /* a genuine packet to the client is worth recording */
    bool                    residual;   /* suffers for another connection's trigger */
};

static struct flow flows[FLOWS_MAX];
static int flow_count;
static const struct behaviour *rows[ROWS_MAX];
static int row_count;
static int sock[2];                     /* by end that it faces */
static int hops_to[2];
static FILE *record;
static uint32_t random_state = 0x2545f491;      /* fixed: runs are alike */
static unsigned fire_counter[ROWS_MAX];

/* ---- Small helpers ------------------------------------------------------------------------- */

static double
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint32_t
random32(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    return random_state ^= random_state << 5;
}

/* Names below blocked.example (in any case) are on the list. */
static bool
is_listed(const char *name)
{
    static const char suffix[] = "blocked.example";
    size_t n = strlen(name), s = sizeof suffix - 1;
    return n >= s && !strcasecmp(name + n - s, suffix) && (n == s || name[n - s - 1] == '.');
}

/* Of addresses, those that end in 66 (decimal in IPv4, hexadecimal in IPv6) are. */
static bool
is_listed_address(const struct tuple *t)
{
    return t->v6 ? t->dst[15] == 0x66 : t->dst[3] == 66;
}

static void
note(const char *event, const char *class, const char *row, const char *text, enum end towards,
     const struct packet *p)
{
    fprintf(record, "%s\t%s\t%s\t%s\t%s\t", event, class, row, text,
            towards == CLIENT ? "client" : "server");
    for (size_t i = 0; i < p->ip_len; i++)
        fprintf(record, "%02x", p->ip[i]);
    fputc('\n', record);
    fflush(record);
}

static void
transmit(enum end towards, const uint8_t *frame, size_t len)
{
    if (send(sock[towards], frame, len, 0) < 0)
        perror("interferer: send");
}

/* ---- Connections --------------------------------------------------------------------------- */

static struct tuple
reversed(const struct tuple *t)
{
    struct tuple r = { .v6 = t->v6, .proto = t->proto, .sport = t->dport, .dport = t->sport };
    memcpy(r.src, t->dst, 16);
    memcpy(r.dst, t->src, 16);
    return r;
}

static bool
same_tuple(const struct tuple *a, const struct tuple *b)
{
    return a->v6 == b->v6 && a->proto == b->proto && a->sport == b->sport &&
           a->dport == b->dport && !memcmp(a->src, b->src, 16) && !memcmp(a->dst, b->dst, 16);
}

/* The connection of a packet; a new SYN starts a new one on the same tuple. */
static struct flow *
flow_of(const struct packet *p, enum end from)
{
    struct tuple t = from == CLIENT ? p->t : reversed(&p->t);
    bool syn = from == CLIENT && p->t.proto == 6 && (p->flags & SYN);
    for (int i = flow_count - 1; i >= 0; i--)
        if (same_tuple(&flows[i].t, &t) && !(syn && flows[i].end[CLIENT].isn != p->seq))
            return &flows[i];
    if (from != CLIENT || flow_count == FLOWS_MAX)
        return NULL;
    struct flow *f = &flows[flow_count++];
    f->t = t;
    memcpy(f->ether, p->frame, 12);
    return f;
}

static void
remember(struct flow *f, const struct packet *p, enum end from)
{
    struct end_state *e = &f->end[from];
    e->last = *p;
    e->last_at = now();
    if (p->t.proto == 6) {
        if (p->flags & SYN)
            e->isn = p->seq;
        if (!e->seen || (int32_t)(packet_end(p) - e->next_seq) > 0)
            e->next_seq = packet_end(p);
    }
    e->seen = true;
    if (from == SERVER)
        f->server_bytes += (long)p->payload_len;
}

/* Appends in-order client data to what is searched for names. */
static void
remember_head(struct flow *f, const struct packet *p)
{
    bool tcp = p->t.proto == 6;
    size_t at = tcp ? p->seq - (f->end[CLIENT].isn + 1) : 0;
    if (at > f->head_len || at + p->payload_len > HEAD_MAX)
        return;
    memcpy(f->head + at, p->payload, p->payload_len);
    if (at + p->payload_len > f->head_len || !tcp)
        f->head_len = at + p->payload_len;
}

/* ---- Reading names ------------------------------------------------------------------------- */

static bool
copy_text(char *out, const uint8_t *from, size_t len)
{
    if (len == 0 || len > 255)
        return false;
    memcpy(out, from, len);
    out[len] = 0;
    return true;
}

static bool
find_host(const uint8_t *b, size_t len, char *out)
{
    if (len < 16 || !memmem(b, len, "\r\n\r\n", 4))
        return false;
    for (size_t i = 0; i + 8 < len; i++)
        if (!strncasecmp((const char *)b + i, "\r\nHost: ", 8)) {
            const uint8_t *end = memmem(b + i + 8, len - i - 8, "\r\n", 2);
            return end && copy_text(out, b + i + 8, (size_t)(end - b) - i - 8);
        }
    return false;
}

static unsigned u16(const uint8_t *b) { return (unsigned)(b[0] << 8 | b[1]); }

/* The server name of a ClientHello handshake message that may be cut short. */
static bool
find_server_name(const uint8_t *b, size_t len, char *out)
{
    const uint8_t *end = b + len;
    if (len < 40 || b[0] != 1)
        return false;
    b += 38;                            /* type, length, version, random */
    b += 1 + *b;                        /* session id */
    if (b + 2 > end) return false;
    b += 2 + u16(b);                    /* cipher suites */
    if (b + 1 > end) return false;
    b += 1 + *b + 2;                    /* compression methods, length of extensions */
    for (; b + 4 <= end; b += 4 + u16(b + 2))
        if (u16(b) == 0 && b + 9 <= end && b + 9 + u16(b + 7) <= end)
            return copy_text(out, b + 9, u16(b + 7));
    return false;
}

static bool
find_sni(const uint8_t *b, size_t len, char *out)
{
    return len > 5 && b[0] == 22 && b[1] == 3 && find_server_name(b + 5, len - 5, out);
}

/* First question of a DNS message, in the letters of the wire. */
static bool
find_qname(const uint8_t *b, size_t len, char *out)
{
    size_t i = 12, n = 0;
    if (len < 17 || (b[2] & 0x80))
        return false;
    while (i < len && b[i] && b[i] < 64 && i + b[i] + 1U < len && n + b[i] + 1U < 255) {
        if (n)
            out[n++] = '.';
        memcpy(out + n, b + i + 1, b[i]);
        n += b[i];
        i += b[i] + 1U;
    }
    out[n] = 0;
    return n > 0;
}

/* ---- Forging ------------------------------------------------------------------------------- */

/* What a shot is made from. */
struct firing {
    struct flow            *flow;
    const struct behaviour *row;
    int                     index;      /* of the row among those at work */
    const struct packet    *trigger;
    struct recipe           previous;   /* what the shot before was */
};

static long
pick(const struct value *v, const struct firing *g, long natural, long of_trigger, long of_sender,
     long of_previous)
{
    switch (v->how) {
    case EXACTLY:       return v->a;
    case BETWEEN:       return v->a + (long)(random32() % (uint32_t)(v->b - v->a + 1));
    case RISING:        return v->a + (long)(fire_counter[g->index] % (unsigned)v->b);
    case LIKE_TRIGGER:  return of_trigger + v->a;
    case LIKE_SENDER:   return of_sender + v->a;
    case LIKE_PREVIOUS: return of_previous + v->a;
    default:            return natural;
    }
}

/* Arrival TTLs are turned into those the border must send; copied ones are sent as they are. */
static uint8_t
pick_ttl(const struct shot *s, const struct firing *g, enum end towards)
{
    const struct end_state *imitated = &g->flow->end[!towards];
    long sender = imitated->seen ? imitated->last.ttl : 64 - hops_to[!towards];
    if (s->ttl.how == LIKE_PREVIOUS || s->ttl.how == LIKE_TRIGGER || s->ttl.how == LIKE_SENDER ||
        s->ttl.how == AS_A_STACK_WOULD)
        return (uint8_t)pick(&s->ttl, g, sender, g->trigger->ttl, sender, g->previous.ttl);
    long arrival = pick(&s->ttl, g, 0, 0, 0, 0);
    return (uint8_t)(arrival + hops_to[towards] > 255 ? 255 : arrival + hops_to[towards]);
}

static void
pick_sequence(struct recipe *r, const struct shot *s, const struct firing *g, enum end towards)
{
    const struct end_state *imitated = &g->flow->end[!towards], *victim = &g->flow->end[towards];
    uint32_t next = imitated->seen ? imitated->next_seq : 0;
    r->seq = (uint32_t)pick(&s->seq, g, (long)next, (long)g->trigger->ack, (long)next,
                            (long)g->previous.seq);
    long natural = s->flags & ACK ? (long)victim->next_seq : 0;
    r->ack = (uint32_t)pick(&s->ack, g, natural, (long)g->trigger->ack, (long)victim->isn,
                            (long)g->previous.ack);
}

/* A stack's timestamp clock ticks in milliseconds: what its last packet said, and the time
 * since. */
static void
pick_timestamps(struct recipe *r, const struct shot *s, const struct firing *g, enum end towards)
{
    const struct end_state *imitated = &g->flow->end[!towards];
    const struct packet *victim = &g->flow->end[towards].last;
    if (s->options == NO_OPTIONS || !victim->has_ts)
        return;
    r->has_ts = true;
    r->tsval = imitated->last.tsval + (uint32_t)((now() - imitated->last_at) * 1000);
    r->tsecr = victim->tsval;
    if (s->options == WRONG_TIMESTAMPS) {
        r->tsval += 0x50000000;
        r->tsecr = 0x1000;
    }
}

static size_t
put_name(uint8_t *out, const uint8_t *query)
{
    size_t n = 0;
    while (query[12 + n])
        n += query[12 + n] + 1U;
    memcpy(out, query + 12, n + 1);
    return n + 1;
}

static size_t
put_record(uint8_t *out, const struct dns_answer *d, const uint8_t *query, unsigned qtype)
{
    bool v6 = qtype == 28;
    size_t n = 2;
    if (d->owner_in_full)
        n = put_name(out, query);
    else
        memcpy(out, "\xc0\x0c", 2);
    uint8_t fixed[10] = { 0, v6 ? 28 : 1, 0, 1, (uint8_t)(d->ttl >> 24), (uint8_t)(d->ttl >> 16),
                          (uint8_t)(d->ttl >> 8), (uint8_t)d->ttl, 0, v6 ? 16 : 4 };
    memcpy(out + n, fixed, 10);
    inet_pton(v6 ? AF_INET6 : AF_INET, v6 ? d->aaaa : d->a, out + n + 10);
    return n + 10 + fixed[9];
}

static size_t
build_dns(uint8_t *out, const struct dns_answer *d, const struct packet *trigger)
{
    const uint8_t *query = trigger->payload;
    size_t question = put_name(out + 12, query) + 4;
    unsigned qtype = u16(query + 12 + question - 4);
    bool rd = query[2] & 1, record_fits = qtype == 28 ? d->aaaa != NULL : d->a != NULL;
    unsigned flags = !rd && d->flags_if_not_rd ? d->flags_if_not_rd : d->flags;
    uint8_t header[12] = { query[0], query[1], (uint8_t)(flags >> 8), (uint8_t)flags, 0, 1,
                           0, record_fits, 0, 0, 0, 0 };
    memcpy(out, header, 12);
    memcpy(out + 12, query + 12, question);
    size_t n = 12 + question;
    if (d->echoes_query_tail) {
        memcpy(out + n, query + n, trigger->payload_len - n);
        n = trigger->payload_len;
    }
    return record_fits ? n + put_record(out + n, d, query, qtype) : n;
}

static size_t
choose_payload(const uint8_t **payload, uint8_t *room, const struct shot *s,
               const struct packet *trigger)
{
    *payload = room;
    if (s->dns.flags)
        return build_dns(room, &s->dns, trigger);
    *payload = s->payload_of_trigger ? trigger->payload : (const uint8_t *)s->payload;
    return s->payload_of_trigger ? trigger->payload_len
         : s->payload_len        ? s->payload_len
         : s->payload            ? strlen(s->payload) : 0;
}

static struct recipe
make_recipe(const struct shot *s, const struct firing *g, enum end towards)
{
    const struct packet *trigger = g->trigger, *like = &g->flow->end[!towards].last;
    struct recipe r = { .t = towards == CLIENT ? reversed(&g->flow->t) : g->flow->t,
                        .df = s->df, .flags = s->flags };
    r.ttl = pick_ttl(s, g, towards);
    r.id = (uint16_t)pick(&s->id, g, 0, trigger->id, like->id, g->previous.id);
    r.tos = (uint8_t)pick(&s->tos, g, 0, trigger->tos, like->tos, g->previous.tos);
    long arrival_ttl = r.ttl - hops_to[towards];
    r.window = s->window.how == TTL_PLUS
             ? (uint16_t)(arrival_ttl + s->window.a)
             : (uint16_t)pick(&s->window, g, 0, trigger->window, like->window, g->previous.window);
    pick_sequence(&r, s, g, towards);
    pick_timestamps(&r, s, g, towards);
    return r;
}

static void
shoot(struct firing *g, const struct shot *s)
{
    enum end towards = s->to == TO_CLIENT ? CLIENT : SERVER;
    uint8_t room[FRAME_MAX], frame[FRAME_MAX], ether[12];
    struct recipe r = make_recipe(s, g, towards);
    r.payload_len = choose_payload(&r.payload, room, s, g->trigger);
    memcpy(ether, g->flow->ether + (towards == CLIENT ? 6 : 0), 6);
    memcpy(ether + 6, g->flow->ether + (towards == CLIENT ? 0 : 6), 6);
    size_t len = packet_build(frame, ether, &r);
    transmit(towards, frame, len);

    struct packet sent;
    packet_read(&sent, frame, len);
    note("forged", s->class ? s->class : g->row->class, g->row->name, g->flow->text, towards,
         &sent);
    g->previous = r;
    fire_counter[g->index]++;
}

/* Sends a row's packets for one trigger. */
static void
fire(struct flow *f, int index, const struct behaviour *row, const struct packet *trigger)
{
    struct firing g = { .flow = f, .row = row, .index = index, .trigger = trigger };
    for (const struct shot *s = row->shots; s->to != TO_NOBODY; s++) {
        shoot(&g, s);
        if (s->to == TO_CLIENT)
            f->race = row;
    }
}

/* ---- Deciding ------------------------------------------------------------------------------ */

static bool
silences(const struct behaviour *row)
{
    return row->shots[0].to == TO_NOBODY && !row->rewrites_server_data &&
           !row->drop.bytes_per_second;
}

static bool
has_fired(const struct flow *f, const struct behaviour *row)
{
    for (int i = 0; i < f->fired_count; i++)
        if (f->fired[i] == row)
            return true;
    return false;
}

/* Whether the packet, with what came before it on the connection, sets the row off. */
static bool
sets_off(const struct behaviour *row, struct flow *f, const struct packet *p, enum end from)
{
    char text[256] = "";
    uint8_t hello[HEAD_MAX];
    bool found = false, tcp = p->t.proto == 6;
    switch (row->on) {
    case ON_SYN:
        return tcp && from == CLIENT && (p->flags & (SYN | ACK)) == SYN && is_listed_address(&f->t);
    case ON_SYN_ACK:
        return tcp && from == SERVER && (p->flags & SYN) && is_listed_address(&f->t);
    case ON_CLIENT_FIN:
        return tcp && from == CLIENT && (p->flags & FIN) && f->fired_count;
    default:
        break;
    }
    if (from != CLIENT || !p->payload_len)
        return false;
    switch (row->on) {
    case ON_HOST:                       /* of the first request, or of one in a single segment */
        found = tcp && ((find_host(f->head, f->head_len, text) && is_listed(text)) ||
                        (find_host(p->payload, p->payload_len, text) && is_listed(text)));
        break;
    case ON_KEYWORD:
        found = tcp && find_host(f->head, f->head_len, text) &&
                memmem(f->head, f->head_len, "forbidden-word", 14);
        break;
    case ON_SNI:
        found = tcp && find_sni(f->head, f->head_len, text) && is_listed(text);
        break;
    case ON_DNS:
        found = !tcp && p->t.dport == 53 && find_qname(p->payload, p->payload_len, text) &&
                is_listed(text);
        break;
    case ON_DNS_TCP:
        found = tcp && p->t.dport == 53 && f->head_len > 2 &&
                find_qname(f->head + 2, f->head_len - 2, text) && is_listed(text);
        break;
    case ON_QUIC_SNI:
        found = !tcp && p->t.dport == 443 &&
                find_server_name(hello, quic_initial_hello(p->payload, p->payload_len, hello,
                                                           sizeof hello), text) && is_listed(text);
        break;
    default:
        break;
    }
    if (found)
        strcpy(f->text, text);
    return found;
}

/* A connection that shares its tuple with one that was interfered with: its row, or NULL. */
static const struct behaviour *
residual_row(const struct flow *f, const char **text)
{
    for (int i = 0; i < flow_count; i++) {
        const struct flow *g = &flows[i];
        if (g == f || !g->fired_count || g->residual || !g->fired[0]->residual_tuple)
            continue;
        struct tuple a = f->t, b = g->t;
        if (g->fired[0]->residual_tuple == 3)
            a.sport = b.sport = 0;
        if (same_tuple(&a, &b)) {
            *text = g->text;
            return behaviour_named(g->fired[0]->residual_row);
        }
    }
    return NULL;
}

static bool
over_the_rate(struct flow *f, long rate, size_t bytes)
{
    double t = now();
    if (f->tokens_at == 0)
        f->tokens = POLICE_BURST;
    else
        f->tokens += (t - f->tokens_at) * (double)rate;
    if (f->tokens > POLICE_BURST)
        f->tokens = POLICE_BURST;
    f->tokens_at = t;
    if (f->tokens < (double)bytes)
        return true;
    f->tokens -= (double)bytes;
    return false;
}

static bool
drops(struct flow *f, const struct behaviour *row, const struct packet *p, enum end from)
{
    const struct drop *d = &row->drop;
    if (d->bytes_per_second)
        return from == SERVER && p->payload_len && over_the_rate(f, d->bytes_per_second, p->ip_len);
    if (d->after_bytes && f->server_bytes < d->after_bytes)
        return false;
    return from == CLIENT ? d->client : d->server || (d->server_data && p->payload_len);
}

/* True when the packet must not pass because of a row that has fired before. */
static bool
is_dropped(struct flow *f, const struct packet *p, enum end from)
{
    for (int i = 0; i < f->fired_count; i++) {
        if (!drops(f, f->fired[i], p, from))
            continue;
        bool request = from == CLIENT && (p->payload_len || (p->flags & SYN));
        if (request && silences(f->fired[i]))
            note("silenced", f->fired[i]->class, f->fired[i]->name, f->text, SERVER, p);
        return true;
    }
    return false;
}

/* A request that passes and is repeated because no answer comes back is silenced each time. */
static void
record_repeats(const struct flow *f, const struct packet *p, enum end from)
{
    bool again = from == CLIENT && p->t.proto == 6 && p->seq == f->trigger_seq &&
                 (p->payload_len || (p->flags & SYN));
    if (f->fired_count && again && silences(f->fired[0]))
        note("silenced", f->fired[0]->class, f->fired[0]->name, f->text, SERVER, p);
}

/* The server's data becomes a reset in flight: everything but length and flags is kept. */
static void
rewrite_server_data(struct flow *f, struct packet *p, const struct behaviour *row)
{
    p->l4[13] = RST | ACK;
    packet_repair(p, p->ip_len - p->payload_len);
    note("forged", row->class, row->name, f->text, CLIENT, p);
}

static void
record_race(struct flow *f, const struct packet *p)
{
    bool tells = p->payload_len || (p->flags & SYN);
    if (!f->race || !tells)
        return;
    note("genuine", f->race->class, "", f->text, CLIENT, p);
    if (p->t.proto == 6)
        f->race = NULL;                 /* one genuine segment settles a TCP race */
}

/* Rows set off by this packet, in table order. Returns how many. */
static int
newly_fired(struct flow *f, const struct packet *p, enum end from, int index[ROWS_MAX])
{
    int n = 0;
    for (int i = 0; i < row_count; i++) {
        bool again = rows[i]->every_segment && from == CLIENT && !(p->flags & RST) &&
                     has_fired(f, rows[i]);
        if (again || (!has_fired(f, rows[i]) && sets_off(rows[i], f, p, from)))
            index[n++] = i;
    }
    for (int i = 0; i < n; i++)
        if (!has_fired(f, rows[index[i]]) && f->fired_count < ROWS_MAX)
            f->fired[f->fired_count++] = rows[index[i]];
    return n;
}

/* A new connection on a tuple that suffers: the residual row fires on its SYN. */
static const struct behaviour *
suffers(struct flow *f, const struct packet *p, enum end from)
{
    const char *text;
    if (from != CLIENT || p->t.proto != 6 || !(p->flags & SYN) || f->fired_count)
        return NULL;
    const struct behaviour *row = residual_row(f, &text);
    if (!row)
        return NULL;
    f->residual = true;
    f->fired[f->fired_count++] = row;
    strcpy(f->text, text);
    return row;
}

static bool
rewrites(const struct flow *f)
{
    return f->fired_count && f->fired[0]->rewrites_server_data;
}

static void
handle_packet(struct packet *p, enum end from)
{
    struct flow *f = flow_of(p, from);
    int index[ROWS_MAX], n = 0;
    if (!f) {
        transmit(!from, p->frame, p->frame_len);
        return;
    }
    if (is_dropped(f, p, from))
        return;
    record_repeats(f, p, from);
    remember(f, p, from);
    if (from == CLIENT && p->payload_len)
        remember_head(f, p);

    const struct behaviour *residual = suffers(f, p, from);
    if (!residual)
        n = newly_fired(f, p, from, index);
    const struct behaviour *first = residual ? residual : n ? rows[index[0]] : NULL;
    bool hold = first && first->drop.trigger;
    if (first) {
        f->trigger_seq = p->seq;
        note(silences(first) ? "silenced" : "trigger", first->class, first->name, f->text, !from,
             p);
    }
    if (from == SERVER && !n)
        record_race(f, p);
    if (from == SERVER && rewrites(f) && p->payload_len)
        rewrite_server_data(f, p, f->fired[0]);
    if (!hold)
        transmit(!from, p->frame, p->frame_len);
    if (residual)
        fire(f, 0, residual, p);
    for (int i = 0; i < n; i++)
        fire(f, index[i], rows[index[i]], p);
}

/* ---- The cable ----------------------------------------------------------------------------- */

static void
receive(enum end from)
{
    static uint8_t frame[FRAME_MAX];
    for (;;) {
        ssize_t len = recv(sock[from], frame, sizeof frame, MSG_DONTWAIT | MSG_TRUNC);
        if (len <= 0)
            return;
        if (len > 1514)
            continue;                   /* an offload was left on */
        struct packet p;
        if (packet_read(&p, frame, (size_t)len))
            handle_packet(&p, from);
        else
            transmit(!from, frame, (size_t)len);
    }
}

static int
open_interface(const char *name)
{
    int s = socket(AF_PACKET, SOCK_RAW, 0), one = 1;
    struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(3),
                             .sll_ifindex = (int)if_nametoindex(name) };
    struct packet_mreq m = { .mr_ifindex = a.sll_ifindex, .mr_type = PACKET_MR_PROMISC };
    if (s < 0 || setsockopt(s, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) < 0 ||
        setsockopt(s, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &m, sizeof m) < 0 ||
        bind(s, (struct sockaddr *)&a, sizeof a) < 0) {
        perror(name);
        exit(1);
    }
    return s;
}

static void
choose_rows(char *names)
{
    if (!strcmp(names, "-"))
        return;                         /* a border that only forwards */
    for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
        const struct behaviour *row = behaviour_named(name);
        if (!row || row_count == ROWS_MAX) {
            fprintf(stderr, "interferer: no row %s, or too many\n", name);
            exit(2);
        }
        rows[row_count++] = row;
    }
}

static int
list_rows(void)
{
    for (const struct behaviour *b = behaviours; b->name; b++)
        printf("%s\t%s\t%s\n", b->name, b->class, b->source);
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--list"))
        return list_rows();
    if (argc != 8) {
        fprintf(stderr, "usage: see the head of interferer.c\n");
        return 2;
    }
    sock[CLIENT] = open_interface(argv[1]);
    sock[SERVER] = open_interface(argv[2]);
    hops_to[CLIENT] = atoi(argv[3]);
    hops_to[SERVER] = atoi(argv[4]);
    record = fopen(argv[5], "w");
    if (!record) {
        perror(argv[5]);
        return 1;
    }
    choose_rows(argv[7]);
    printf("ready\n");
    fflush(stdout);
    for (double end = now() + atof(argv[6]); now() < end;) {
        struct pollfd f[2] = { { sock[CLIENT], POLLIN, 0 }, { sock[SERVER], POLLIN, 0 } };
        poll(f, 2, 100);
        receive(CLIENT);
        receive(SERVER);
    }
    return 0;
}
