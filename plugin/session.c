/* session.c
 * One engine per open capture. Wireshark runs the two routines below whenever a file is opened,
 * closed, reloaded, or dissected again because a preference changed: nothing but lists survives that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session.h"
#include "settings.h"

#include <epan/prefs.h>

#include "../dissectors/fingerprints/fingerprints.h"

int proto_interference = -1;
int proto_detector[N_DETECTORS];

static engine_t *engine;
static settings_t settings = SETTINGS_DEFAULT;
static uint32_t highest[2];             /* frame number of the first and of later passes */

engine_t *
session_engine(void)
{
    return engine;
}

/* The lists as they are now: whoever edits one sees it with the next file, or after a reload. They outlive a
 * capture, so that they are read once; their problems are told when they are. */
static fingerprints_t *
current_fingerprints(void)
{
    static fingerprints_t *lists;
    const fingerprints_t *before = lists;

    fingerprints_refresh(&lists, settings.fingerprint_files);
    const GPtrArray *warnings = fingerprints_warnings(lists);
    for (unsigned i = 0; lists != before && i < warnings->len; i++)
        ws_warning("interference: %s", (const char *)g_ptr_array_index(warnings, i));
    return fingerprints_ref(lists);
}

void
session_met(const packet_info *pinfo)
{
    uint32_t *number = &highest[PINFO_FD_VISITED(pinfo) ? 1 : 0];
    if (pinfo->num > *number)
        *number = pinfo->num;
}

uint32_t
session_frames(void)
{
    /* Where a read filter gives numbers away only a later pass knows the last one. */
    return engine && engine_counts(engine).numbers_reused ? highest[1] : highest[0];
}

const char *
session_capture_name(void)
{
    return settings.capture_name;
}

bool
session_tags_info(verdict_t verdict)
{
    return settings.tag_info == TAG_ALL || (settings.tag_info == TAG_FORGED && verdict == VERDICT_FORGED);
}

bool
session_writes_comments(void)
{
    return settings.write_comments;
}

static void
session_open(void)
{
    bool enabled[N_DETECTORS];

    engine_free(engine);
    engine = NULL;
    highest[0] = highest[1] = 0;
    if (!proto_is_protocol_enabled(find_protocol_by_id(proto_interference)))
        return;
    for (unsigned i = 0; i < N_DETECTORS; i++)
        enabled[i] = proto_is_protocol_enabled(find_protocol_by_id(proto_detector[i]));
    const limits_t limits = settings_limits(&settings);
    engine = engine_new(&limits, enabled);
    engine_set_fingerprints(engine, current_fingerprints());
}

static void
session_close(void)
{
    engine_free(engine);
    engine = NULL;
}

static void
register_protocols(void)
{
    proto_interference = proto_register_protocol("Interference", "Interference", "interference");
    for (detector_id_t d = 0; d < N_DETECTORS; d++) {
        char *filter = g_strconcat("interference.", detector_name(d), NULL);
        char *name = g_strconcat("Interference: ", detector_title(d), NULL);
        proto_detector[d] = proto_register_protocol(name, name, filter);
    }
}

static void
register_preference(module_t *preferences, const setting_t *s)
{
    void *place = setting_place(&settings, s);

    switch (s->kind) {
    case SETTING_NUMBER:
        prefs_register_uint_preference(preferences, s->name, s->title, s->description, 10, place);
        break;
    case SETTING_FLAG:
        prefs_register_bool_preference(preferences, s->name, s->title, s->description, place);
        break;
    case SETTING_TEXT:
        prefs_register_string_preference(preferences, s->name, s->title, s->description, place);
        break;
    case SETTING_CHOICE:
        prefs_register_enum_preference(preferences, s->name, s->title, s->description, place, s->choices, FALSE);
        break;
    }
}

static void
register_preferences(module_t *preferences)
{
    for (const setting_t *setting = settings_list; setting->name; setting++)
        register_preference(preferences, setting);
}

void
session_register(void)
{
    register_protocols();
    register_preferences(prefs_register_protocol(proto_interference, NULL));
    register_init_routine(session_open);
    register_cleanup_routine(session_close);
}
