/* verdict/where.c
 * Hops to the box that forged a packet; see where.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verdict/where.h"

#include <arpa/inet.h>
#include <glib.h>

#include "state/hops.h"

typedef enum {
    TTL_USEFUL, TTL_CHANGES, TTL_FICKLE, TTL_FOLLOWS, TTL_COPIED, TTL_AS_CLAIMED,
    TTL_IMPLAUSIBLE, TTL_BEYOND_PROBE,
} ttl_use_t;

static const uint8_t initial_values[] = { 32, 64, 128, 255 };

/* Distances that the TTL allows, one for each initial value. The best one is the farthest that is
 * not beyond the claimed sender: an initial value of 32 is rare. */
static ttl_use_t
read_ttl(const where_facts_t *f, where_t *out)
{
    uint8_t claimed = f->claimed_ttl && ttl_is_plausible(f->claimed_ttl) ? ttl_hops(f->claimed_ttl)
                                                                           : HOPS_PLAUSIBLE_MAX;
    if (f->follows)
        return TTL_FOLLOWS;
    if (f->highest - f->lowest > HOPS_JITTER)
        return TTL_CHANGES;
    if (f->fickle)
        return TTL_FICKLE;
    if (!ttl_is_plausible(f->ttl))
        return TTL_IMPLAUSIBLE;
    if (f->answered_ttl == f->ttl)
        return TTL_COPIED;
    if (f->claimed_ttl == f->ttl)
        return TTL_AS_CLAIMED;
    for (unsigned i = 0; i < G_N_ELEMENTS(initial_values); i++) {
        int hops = initial_values[i] - f->ttl;
        if (hops < 0 || hops > HOPS_PLAUSIBLE_MAX
            || (f->died.frame && hops > f->died.hops + HOPS_JITTER))
            continue;
        if (!out->known || hops <= claimed)
            out->hops = (uint8_t)hops;
        out->low = out->known ? MIN(out->low, (uint8_t)hops) : (uint8_t)hops;
        out->high = MAX(out->high, (uint8_t)hops);
        out->known = true;
    }
    if (!out->known)
        return TTL_BEYOND_PROBE;
    out->low -= MIN(out->low, HOPS_JITTER);
    out->high += HOPS_JITTER;
    return TTL_USEFUL;
}

static where_t
estimate(const where_facts_t *f, ttl_use_t *use)
{
    where_t out = { 0 };

    *use = read_ttl(f, &out);
    if (!f->died.frame)
        return out;
    uint8_t nearest = f->silent_hops < f->died.hops ? f->silent_hops + 1 : 1;
    if (!out.known || out.high < nearest)
        return (where_t){ true, f->died.hops, MIN(nearest, f->died.hops), f->died.hops };
    out.high = MIN(out.high, f->died.hops);
    out.low = MIN(MAX(out.low, nearest), out.high);
    out.hops = CLAMP(out.hops, out.low, out.high);
    return out;
}

where_t
where_estimate(const where_facts_t *facts)
{
    ttl_use_t use;
    return estimate(facts, &use);
}

static void
append_address(GString *out, const ip_address_t *address)
{
    char text[INET6_ADDRSTRLEN];
    inet_ntop(address->ipv6 ? AF_INET6 : AF_INET, address->bytes, text, sizeof text);
    g_string_append(out, text);
}

static const char *
plural(unsigned n)
{
    return n == 1 ? "" : "s";
}

/* Why the TTL tells nothing. */
static void
append_refusal(GString *out, const where_facts_t *f, ttl_use_t use)
{
    static const char *const why[] = {
        [TTL_FOLLOWS] = "it follows that of the packet it answers",
        [TTL_COPIED] = "it is that of the packet it answers, perhaps copied",
        [TTL_AS_CLAIMED] = "it is the claimed sender's own, perhaps copied",
        [TTL_IMPLAUSIBLE] = "it is no initial value less a plausible distance",
        [TTL_BEYOND_PROBE] = "it would mean a place beyond where the packet it answers died",
    };

    if (use == TTL_CHANGES)
        g_string_append_printf(out, "the TTL tells nothing: it changes from packet to packet"
                               " (%u to %u)", f->lowest, f->highest);
    else if (use == TTL_FICKLE)
        g_string_append_printf(out, "the TTL %u tells nothing: %s, whose header this is,"
                               " draws or copies TTLs", f->ttl, f->fickle);
    else
        g_string_append_printf(out, "the TTL %u tells nothing: %s", f->ttl, why[use]);
}

static void
append_comparison(GString *out, const where_facts_t *f, const where_t *w)
{
    if (!f->claimed_ttl || !ttl_is_plausible(f->claimed_ttl))
        return;
    unsigned claimed = ttl_hops(f->claimed_ttl);
    if (w->low > claimed)
        g_string_append_printf(out, "; farther than the claimed sender (%u hop%s), so the way"
                               " differs or the initial TTL is another", claimed, plural(claimed));
    else if (w->high >= claimed)
        g_string_append_printf(out, "; the claimed sender itself is %u hop%s away", claimed,
                               plural(claimed));
    else
        g_string_append_printf(out, "; nearer than the claimed sender (%u hop%s)", claimed,
                               plural(claimed));
}

char *
where_text(const where_facts_t *f)
{
    GString *out = g_string_new(NULL);
    ttl_use_t use;
    where_t w = estimate(f, &use);

    if (use == TTL_USEFUL) {
        g_string_append_printf(out, "about %u hop%s from the capture point", w.hops,
                               plural(w.hops));
        if (w.low != w.high)
            g_string_append_printf(out, " (%u to %u)", w.low, w.high);
        g_string_append_printf(out, ", by TTL %u", f->ttl);
        append_comparison(out, f, &w);
    } else {
        append_refusal(out, f, use);
    }
    if (f->died.frame) {
        g_string_append_printf(out, "; at most %u hop%s, at or before router ", f->died.hops,
                               plural(f->died.hops));
        append_address(out, &f->died.router);
        g_string_append_printf(out, ", where what was answered died (frame %u)", f->died.frame);
        if (f->silent_hops && f->silent_hops < f->died.hops)
            g_string_append_printf(out, "; at least %u, as the same request died unanswered"
                                   " after %u", f->silent_hops + 1u, f->silent_hops);
    }
    return g_string_free(out, FALSE);
}
