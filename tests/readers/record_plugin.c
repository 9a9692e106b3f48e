/* record_plugin.c
 * The plugin's reader of packets alone, with record.c in the place of the engine.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parts.h"
#include "session.h"

WS_DLL_PUBLIC_DEF const char plugin_version[] = "0";
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

WS_DLL_PUBLIC void plugin_register(void);
WS_DLL_PUBLIC uint32_t plugin_describe(void);

static engine_t *engine;

engine_t *
session_engine(void)
{
    return engine;
}

static void
begin(void)
{
    const bool enabled[N_DETECTORS] = { false };
    engine = engine_new(NULL, enabled);
}

static void
end(void)
{
    engine_free(engine);
    engine = NULL;
}

static void
register_routines(void)
{
    register_init_routine(begin);
    register_cleanup_routine(end);
    observer_register();
}

uint32_t
plugin_describe(void)
{
    return WS_PLUGIN_DESC_DISSECTOR;
}

void
plugin_register(void)
{
    static proto_plugin plugin = { .register_protoinfo = register_routines };
    proto_register_plugin(&plugin);
}
