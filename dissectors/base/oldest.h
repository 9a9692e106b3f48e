/* base/oldest.h
 * At most so many of a kind: where one more is needed, the oldest goes first, and the frame at
 * which that happens for the first time carries a notice.
 *
 *      oldest_t.links   head -> link -> link -> link <- tail
 *                                |       |       |
 *                               one     one     one      data: the structure that the link lies in
 *
 * The links lie in the structures, so nothing is allocated for them. What a structure is found by,
 * and how it is freed, is its owner's affair: this is only the order in which they go.
 *
 *      while ((one = oldest_in_the_way(&o)))     room for one more
 *          drop(one);                            the owner's: oldest_remove(&o, &one->link)
 *      oldest_add(&o, &one->link, one);
 *
 * Structures that are found by walking the queue, and owned by nobody else, begin with their link. They are
 * made by oldest_make() and freed by oldest_drop() and oldest_clear().
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>

#include <glib.h>

/* A bound and what the notice says where it is first reached (verdict/report.h, report_limit()). */
typedef struct {
    const char *notice;         /* static; NULL: nothing is said */
    bool        reached;        /* set by who knows of no frames; see report_reached() */
    bool        told;
} limit_t;

typedef struct {
    GQueue   links;             /* the oldest first; walk it from either
                                 * end, but change it by the functions */
    unsigned max;               /* at least 1 */
    limit_t  limit;
} oldest_t;

static inline oldest_t
oldest_new(unsigned max, const char *notice)
{
    return (oldest_t){ .links = G_QUEUE_INIT, .max = MAX(max, 1), .limit = { .notice = notice } };
}

/* What has to go before there is room for one more; NULL when there is. */
static inline void *
oldest_in_the_way(const oldest_t *oldest)
{
    return oldest->links.length >= oldest->max ? oldest->links.head->data : NULL;
}

/* Adds the youngest. The link is all zeros, lies in `one`, and is not moved while it is in here. */
static inline void
oldest_add(oldest_t *oldest, GList *link, void *one)
{
    link->data = one;
    g_queue_push_tail_link(&oldest->links, link);
}

static inline void
oldest_remove(oldest_t *oldest, GList *link)
{
    g_queue_unlink(&oldest->links, link);
}

/* Makes the youngest, of zeros but for the link that it begins with. */
static inline void *
oldest_make(oldest_t *oldest, size_t size)
{
    void *one = g_malloc0(size);

    oldest_add(oldest, one, one);
    return one;
}

/* Frees one that oldest_make() made. */
static inline void
oldest_drop(oldest_t *oldest, void *one)
{
    oldest_remove(oldest, one);
    g_free(one);
}

/* Frees all of them. */
static inline void
oldest_clear(oldest_t *oldest)
{
    while (oldest->links.head)
        oldest_drop(oldest, oldest->links.head);
}

/* Makes one the youngest again. */
static inline void
oldest_touch(oldest_t *oldest, GList *link)
{
    if (oldest->links.tail == link)
        return;
    g_queue_unlink(&oldest->links, link);
    g_queue_push_tail_link(&oldest->links, link);
}
