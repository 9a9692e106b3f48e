/* compat.h
 * What differs between Wireshark 4.0, 4.4 and 4.6. Nothing else in this project asks for the version.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#define WS_BUILD_DLL
#include <wireshark.h>
#include <ws_version.h>

#define WS_AT_LEAST(major, minor) \
    (WIRESHARK_VERSION_MAJOR > (major) \
     || (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

/* wsutil/plugins.h is not installed with 4.0. */
#ifndef WS_PLUGIN_DESC_DISSECTOR
#define WS_PLUGIN_DESC_DISSECTOR (1UL << 0)
#endif
#ifndef WS_PLUGIN_DESC_TAP_LISTENER
#define WS_PLUGIN_DESC_TAP_LISTENER (1UL << 4)
#endif

/* Preference variables of type bool were gboolean, four bytes, before 4.4. */
#if WS_AT_LEAST(4, 4)
typedef bool pref_bool_t;
#else
typedef gboolean pref_bool_t;
#endif

/* "Export packets" takes the linked frames along. */
#if WS_AT_LEAST(4, 4)
#define depend_on_frame(pinfo, frame) mark_frame_as_depended_upon((pinfo)->fd, (frame))
#else
#define depend_on_frame(pinfo, frame) mark_frame_as_depended_upon((pinfo), (frame))
#endif

/* What a routine that starts a -z returns; before 4.6 it could not say that it failed. */
#if WS_AT_LEAST(4, 6)
typedef bool stat_init_result_t;
#define STAT_INIT_DONE   true
#define STAT_INIT_FAILED false
#else
#include <stdlib.h>
typedef void stat_init_result_t;
#define STAT_INIT_DONE
#define STAT_INIT_FAILED exit(EXIT_FAILURE)
#endif

/* Where a tree of statistics is in the menu. */
#if WS_AT_LEAST(4, 4)
#define STATS_MENU_PATH(menu, name) menu "//" name
#else
#define STATS_MENU_PATH(menu, name) menu "/" name
#endif

/* Records of a capture file bring their bytes along since 4.6; before, a buffer is lent for them. */
#if WS_AT_LEAST(4, 6)
#define RECORD_BUFFER(buffer)             char buffer
#define record_init(record, buffer)       ((void)(buffer), wtap_rec_init((record), 1514))
#define record_free(record, buffer)       wtap_rec_cleanup(record)
#define record_bytes(record, buffer)      ws_buffer_start_ptr(&(record)->data)
#define record_read(capture, record, buffer, error, details, offset) \
    wtap_read((capture), (record), (error), (details), (offset))
#define record_write(dumper, record, buffer, error, details) \
    wtap_dump((dumper), (record), (error), (details))
#else
#define RECORD_BUFFER(buffer)             Buffer buffer
#define record_init(record, buffer)       (wtap_rec_init(record), ws_buffer_init((buffer), 1514))
#define record_free(record, buffer)       (ws_buffer_free(buffer), wtap_rec_cleanup(record))
#define record_bytes(record, buffer)      ws_buffer_start_ptr(buffer)
#define record_read(capture, record, buffer, error, details, offset) \
    wtap_read((capture), (record), (buffer), (error), (details), (offset))
#define record_write(dumper, record, buffer, error, details) \
    wtap_dump((dumper), (record), ws_buffer_start_ptr(buffer), (error), (details))
#endif

/* What a program does before it uses Wireshark's libraries. */
#if WS_AT_LEAST(4, 6)
#define log_init(program)     ws_log_init(NULL)
#define folders_init(program) g_free(configuration_init(program))
#else
#define log_init(program)     ws_log_init((program), NULL)
#define folders_init(program) g_free(configuration_init((program), NULL))
#endif
