/* dns/habits.c
 * What a server's answers have in common; see dns/habits.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dns/habits.h"

#include <string.h>

#include "state/hops.h"

/* IP IDs of one counter are no further apart in answers that follow each other within this time. */
#define ID_STEP_MAX  1024
#define ID_TIME_MAX  (10 * NS_PER_S)
/* Steps before a server is said to count, and the smallest leap that no busy counter makes. */
#define ID_STEPS_MIN 8
#define ID_LEAP_MIN  8192

/* The shortest delays are the path's when they differ by no more than a quarter. */
#define FLOOR_SPREAD 4

const dns_server_t dns_server_unknown;

dns_server_t *
dns_server_get(host_t *host)
{
    if (!host->dns)
        host->dns = g_new0(dns_server_t, 1);
    return host->dns;
}

/* ---- counts ---- */

static void
tally(dns_tally_t *tally, bool shown, int by)
{
    if (tally->tested >= DNS_COUNT_MAX || (by < 0 && !tally->tested))
        return;
    tally->tested = (uint16_t)(tally->tested + by);
    if (shown && (by > 0 || tally->shown))
        tally->shown = (uint16_t)(tally->shown + by);
}

static void
tally_traits(dns_server_t *server, dns_traits_t traits, int by)
{
    for (uint32_t left = traits.tested; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        tally(&server->trait[i], traits.shown >> i & 1, by);
    }
}

/* ---- delays ---- */

static void
add_delay(dns_server_t *server, uint32_t us)
{
    uint32_t *delay = server->delay_us;
    unsigned i = DNS_DELAYS - 1;

    if (!us || (delay[i] && delay[i] <= us))
        return;
    for (; i && (!delay[i - 1] || delay[i - 1] > us); i--)
        delay[i] = delay[i - 1];
    delay[i] = us;
}

static void
remove_delay(dns_server_t *server, uint32_t us)
{
    uint32_t *delay = server->delay_us;
    unsigned i = 0;

    while (i < DNS_DELAYS && delay[i] != us)
        i++;
    if (!us || i == DNS_DELAYS)
        return;
    for (; i + 1 < DNS_DELAYS; i++)
        delay[i] = delay[i + 1];
    delay[i] = 0;
}

uint32_t
dns_delay_floor(const dns_server_t *server)
{
    const uint32_t *delay = server->delay_us;
    uint32_t longest = delay[DNS_DELAYS - 1];
    return longest && longest - delay[0] <= delay[0] / FLOOR_SPREAD ? delay[0] : 0;
}

/* ---- IP IDs ---- */

static bool
is_recent(const dns_server_t *server, int64_t time)
{
    return server->last_time && time - server->last_time <= ID_TIME_MAX && time >= server->last_time;
}

static bool
is_small_step(uint16_t from, uint16_t to)
{
    uint16_t step = (uint16_t)(to - from);
    return step && step <= ID_STEP_MAX;
}

uint16_t
dns_off_counter(const dns_server_t *server, uint16_t ip_id, int64_t time)
{
    uint16_t up = (uint16_t)(ip_id - server->last_id), down = (uint16_t)-up, off = MIN(up, down);

    if (server->id_step.tested < ID_STEPS_MIN || server->id_step.shown * 10 < server->id_step.tested * 9
        || !is_recent(server, time))
        return 0;
    return off >= ID_LEAP_MIN ? off : 0;
}

/* ---- lessons ---- */

void
dns_learn(dns_server_t *server, const dns_lesson_t *lesson)
{
    server->answers++;
    tally_traits(server, lesson->traits, 1);
    ttl_memory_add(&server->ttls, lesson->ttl);
    add_delay(server, lesson->delay_us);
    if (!lesson->numbered)
        return;
    if (is_recent(server, lesson->time))
        tally(&server->id_step, is_small_step(server->last_id, lesson->ip_id), 1);
    server->last_id = lesson->ip_id;
    server->last_time = lesson->time;
}

void
dns_unlearn(dns_server_t *server, const dns_lesson_t *lesson)
{
    if (!server->answers)
        return;
    server->answers--;
    tally_traits(server, lesson->traits, -1);
    ttl_memory_remove(&server->ttls, lesson->ttl);
    remove_delay(server, lesson->delay_us);
    if (lesson->numbered && server->last_time == lesson->time)
        server->last_time = 0;          /* the next one starts the count anew */
}

/* ---- boxes ---- */

static bool
is_of_box(const dns_box_t *box, uint16_t flags, const ip_header_t *ip)
{
    unsigned apart = (unsigned)(box->ip.ttl > ip->ttl ? box->ip.ttl - ip->ttl : ip->ttl - box->ip.ttl);
    return box->frame && apart <= HOPS_JITTER && box->flags == flags && box->ip.ipv6 == ip->ipv6
        && box->ip.df == ip->df && (box->id_kept && box->proofs > 1 ? box->ip.ip_id == ip->ip_id
                                                                    : !box->ip.ip_id == !ip->ip_id);
}

bool
dns_learn_box(dns_server_t *server, uint32_t frame, uint16_t flags, const ip_header_t *ip)
{
    dns_box_t *free_slot = NULL;

    for (unsigned i = 0; i < DNS_BOXES; i++) {
        dns_box_t *box = &server->box[i];
        if (is_of_box(box, flags, ip)) {
            box->id_kept &= box->ip.ip_id == ip->ip_id;
            box->proofs = (uint16_t)MIN(box->proofs + (box->frame != frame), DNS_COUNT_MAX);
            return false;
        }
        if (!box->frame && !free_slot)
            free_slot = box;
    }
    if (free_slot)
        *free_slot = (dns_box_t){ .frame = frame, .proofs = 1, .flags = flags, .ip = *ip, .id_kept = true };
    return free_slot != NULL;
}

const dns_box_t *
dns_find_box(const dns_server_t *server, uint32_t frame, uint16_t flags, const ip_header_t *ip)
{
    for (unsigned i = 0; i < DNS_BOXES; i++)
        if (server->box[i].frame != frame && is_of_box(&server->box[i], flags, ip))
            return &server->box[i];
    return NULL;
}
