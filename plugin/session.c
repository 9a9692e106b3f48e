/* session.c
 * One engine per open capture. Wireshark runs the two routines below whenever a file is opened,
 * closed, reloaded, or dissected again because a preference changed: nothing but lists survives that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session.h"

#include <epan/prefs.h>

#include "../dissectors/fingerprints/fingerprints.h"

int proto_interference = -1;
int proto_detector[N_DETECTORS];

static engine_t *engine;
static limits_t limits = LIMITS_DEFAULT;
static pref_bool_t all_observations;
static const char *fingerprint_files = "";
static int vantage = VANTAGE_UNKNOWN;

static const enum_val_t vantages[] = {
    { "auto", "auto", VANTAGE_UNKNOWN },
    { "client", "client", VANTAGE_CLIENT },
    { "server", "server", VANTAGE_SERVER },
    { "on-path", "on-path", VANTAGE_ON_PATH },
    { NULL, NULL, 0 },
};
static pref_bool_t tag_info, write_comments;
static const char *capture_name = "";
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

    fingerprints_refresh(&lists, fingerprint_files);
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
    return capture_name;
}

bool
session_tags_info(void)
{
    return tag_info;
}

bool
session_writes_comments(void)
{
    return write_comments;
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
    limits.all_observations = all_observations;
    limits.vantage = (vantage_t)vantage;
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
register_preferences(module_t *preferences)
{
    prefs_register_uint_preference(preferences, "max_flows", "TCP connections remembered",
        "At most this many TCP connections are followed at a time. Beyond it the "
        "longest silent ones are forgotten, which leaves a notice in the packet list.",
        10, &limits.flows);
    prefs_register_uint_preference(preferences, "max_half_open", "Unanswered connections remembered",
        "Beside those, at most this many that have shown a SYN and nothing else. The one sent "
        "longest ago makes room.",
        10, &limits.half_open);
    prefs_register_uint_preference(preferences, "max_hosts", "Addresses remembered",
        "TTLs and header habits are kept for at most this many addresses.",
        10, &limits.hosts);
    prefs_register_uint_preference(preferences, "max_queries", "DNS queries remembered",
        "At most this many DNS transactions of the last minute are followed at a time.",
        10, &limits.queries);
    prefs_register_uint_preference(preferences, "max_resets", "Resets remembered",
        "At most this many resets are kept open for what later packets may add to them.",
        10, &limits.resets);
    prefs_register_bool_preference(preferences, "all_observations", "Show every observation",
        "Also show signs that are common in genuine packets and weigh next to nothing.",
        &all_observations);
    prefs_register_string_preference(preferences, "fingerprint_files", "Lists of block pages and addresses",
        "Files and folders with lists of fingerprints, separated as in PATH: OONI's blocking-fingerprints, "
        "Censored Planet's signatures, or an address a line. Read whenever a capture is opened.",
        &fingerprint_files);
    prefs_register_enum_preference(preferences, "vantage", "Where the capture was taken",
        "At the client, at the server, or in between. Signs that cannot be seen from there are not "
        "tested. \"auto\" guesses it for each connection from TTLs and the times of the handshake.",
        &vantage, vantages, FALSE);
    prefs_register_bool_preference(preferences, "tag_info", "Findings in the Info column",
        "Adds a few words in brackets to the Info column of frames with a finding: [forged reset 96].",
        &tag_info);
    prefs_register_bool_preference(preferences, "write_comments", "Findings as packet comments",
        "Gives frames with a finding a packet comment, which tshark -2 -Y frame -w OUT.pcapng then writes.",
        &write_comments);
    prefs_register_string_preference(preferences, "capture_name", "Name of the capture in reports",
        "Wireshark does not tell a plugin which file is open. Reports name this, if anything.",
        &capture_name);
}

void
session_register(void)
{
    register_protocols();
    register_preferences(prefs_register_protocol(proto_interference, NULL));
    register_init_routine(session_open);
    register_cleanup_routine(session_close);
}
