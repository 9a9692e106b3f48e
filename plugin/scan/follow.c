/* follow.c
 * Follows a capture; see follow.h. Memory stays bounded for days: findings that were told are forgotten when
 * there are many later ones, and after very many everything is begun anew, which is told.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "follow.h"

#include "complaint.h"

#include <signal.h>
#include <string.h>

#define FINDINGS_KEPT 65536             /* so many may still rise */
#define FINDINGS_MAX  262144            /* in one part of a capture: their texts are kept to its end */
#define FRAMES_MAX    (1u << 28)        /* in one part: a bit is kept for each */

typedef struct {
    judging_t        judging;
    const char      *name;
    sink_t          *sink;
    GHashTable      *told;              /* frame -> verdict_t */
    GQueue           order;             /* of frames told, the first first */
    unsigned         forgotten;         /* in this part */
    unsigned         lines;             /* about findings, in this part */
} follow_t;

static volatile sig_atomic_t stopped;

static void
stop(int number)
{
    (void)number;
    stopped = 1;
}

static void
listen_to_signals(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);      /* no SA_RESTART: a read that waits has to end */
    action.sa_handler = stop;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- findings ---- */

/* What is told again is what has become worse. */
static bool
is_news(const follow_t *follow, const finding_t *finding)
{
    void *known;

    if (finding->verdict == VERDICT_NONE && !finding->notice)
        return false;
    return !g_hash_table_lookup_extended(follow->told, GUINT_TO_POINTER(finding->frame), NULL, &known)
        || finding->verdict > (verdict_t)GPOINTER_TO_INT(known);
}

static void
tell(follow_t *follow, const finding_t *finding)
{
    const results_t about = { .version = PLUGIN_VERSION, .capture = follow->name };
    void *frame = GUINT_TO_POINTER(finding->frame);

    write_json_finding(follow->sink->text, &about, finding);
    sink_flush(follow->sink);
    follow->lines++;
    if (!g_hash_table_contains(follow->told, frame))
        g_queue_push_tail(&follow->order, frame);
    g_hash_table_insert(follow->told, frame, GINT_TO_POINTER((int)finding->verdict));
}

static void
forget_oldest(follow_t *follow, store_t *store)
{
    while (follow->order.length > FINDINGS_KEPT) {
        void *frame = g_queue_pop_head(&follow->order);
        g_hash_table_remove(follow->told, frame);
        store_forget(store, GPOINTER_TO_UINT(frame));
        follow->forgotten++;
    }
}

/* ---- parts ---- */

static void
tell_part(follow_t *follow, const judged_t *judged)
{
    results_t results = results_new(judged->engine, judged->frames, follow->name, PLUGIN_VERSION);

    for (unread_t why = 0; why < N_UNREAD; why++) {
        gap_t gap = unread_gap(judged->unread, why);
        results_add_gap(&results, &gap);
    }
    write_json_capture(follow->sink->text, &results);
    write_json_end(follow->sink->text, &results, follow->lines);
    sink_flush(follow->sink);
    follow->lines = 0;
    results_clear(&results);
}

static void
begin_anew(follow_t *follow, judged_t *judged)
{
    tell_part(follow, judged);
    complain("very many findings or frames: begun anew, with frame 1");
    g_hash_table_remove_all(follow->told);
    g_queue_clear(&follow->order);
    follow->forgotten = 0;
    engine_free(judged->engine);
    judged->engine = capture_new_engine(&follow->judging);
    judged->frames = 0;
}

static bool
after_frame(void *context, judged_t *judged)
{
    follow_t *follow = context;
    store_t *store = judged->engine ? engine_store(judged->engine) : NULL;

    if (!store)
        return !stopped;
    for (uint32_t frame; (frame = store_next_changed(store)); ) {
        const finding_t *finding = store_lookup(store, frame);
        if (finding && is_news(follow, finding))
            tell(follow, finding);
    }
    forget_oldest(follow, store);
    if (follow->forgotten + follow->order.length >= FINDINGS_MAX || judged->frames >= FRAMES_MAX)
        begin_anew(follow, judged);
    return !stopped && !follow->sink->problem;
}

int
follow_capture(const options_t *options, const char *file, sink_t *sink)
{
    const char *set = options->judging.settings.capture_name;
    follow_t follow = { .judging = options->judging, .name = *set ? set : NULL, .sink = sink,
                        .told = g_hash_table_new(NULL, NULL) };
    const each_frame_t each = { after_frame, &follow };

    g_queue_init(&follow.order);
    follow.judging.watched = true;
    listen_to_signals();
    judged_t judged = capture_judge(file, &follow.judging, &each);
    bool complete = !judged.complaint || stopped;
    if (!complete)
        complain("%s", judged.complaint);
    if (judged.opened)
        tell_part(&follow, &judged);
    judged_clear(&judged);
    g_queue_clear(&follow.order);
    g_hash_table_destroy(follow.told);
    return complete ? EXIT_COMPLETE : EXIT_INCOMPLETE;
}
