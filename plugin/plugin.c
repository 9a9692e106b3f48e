/* plugin.c
 * What Wireshark's plugin loader looks for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session.h"

#include <epan/tap.h>

#include "outputs.h"
#include "parts.h"

WS_DLL_PUBLIC_DEF const char plugin_version[] = PLUGIN_VERSION;
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

WS_DLL_PUBLIC void plugin_register(void);
WS_DLL_PUBLIC uint32_t plugin_describe(void);

uint32_t
plugin_describe(void)
{
    return WS_PLUGIN_DESC_DISSECTOR | WS_PLUGIN_DESC_TAP_LISTENER;
}

static void
register_protocols(void)
{
    session_register();
    present_register();
    observer_register();
    sequence_register();
}

static void
register_taps(void)
{
    outputs_register();
    statistics_register();
    menu_register();
}

void
plugin_register(void)
{
    static proto_plugin plugin = {
        .register_protoinfo = register_protocols,
        .register_handoff = present_handoff,
    };
    static tap_plugin taps = { .register_tap_listener = register_taps };
    proto_register_plugin(&plugin);
    tap_register_plugin(&taps);
}
