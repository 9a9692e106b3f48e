/* json_members.h
 * Members and lines of JSON, in the words of libwsutil's json_dumper.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "compat.h"

#include <inttypes.h>

#include <wsutil/json_dumper.h>

/* Raised when a member changes its meaning or goes; new members do not raise it. */
#define SCHEMA_VERSION 1

static inline void
json_number(json_dumper *json, const char *name, int64_t number)
{
    json_dumper_set_member_name(json, name);
    json_dumper_value_anyf(json, "%" PRId64, number);
}

static inline void
json_flag(json_dumper *json, const char *name, bool value)
{
    json_dumper_set_member_name(json, name);
    json_dumper_value_anyf(json, value ? "true" : "false");
}

static inline void
json_null(json_dumper *json, const char *name)
{
    json_dumper_set_member_name(json, name);
    json_dumper_value_anyf(json, "null");
}

/* null where there is none. */
static inline void
json_text(json_dumper *json, const char *name, const char *text)
{
    if (!text || !*text) {
        json_null(json, name);
        return;
    }
    json_dumper_set_member_name(json, name);
    json_dumper_value_string(json, text);
}

static inline void
json_some(json_dumper *json, const char *name, uint32_t number)
{
    if (number)
        json_number(json, name, number);
    else
        json_null(json, name);
}

static inline void
json_begin_object(json_dumper *json, const char *name)
{
    json_dumper_set_member_name(json, name);
    json_dumper_begin_object(json);
}

static inline void
json_begin_array(json_dumper *json, const char *name)
{
    json_dumper_set_member_name(json, name);
    json_dumper_begin_array(json);
}

/* What every line begins with: what it is about, and who says so. */
static inline void
json_begin_line(json_dumper *json, const char *type, const char *version)
{
    json_dumper_begin_object(json);
    json_text(json, "type", type);
    json_number(json, "schema", SCHEMA_VERSION);
    json_text(json, "plugin", version);
}

static inline void
json_end_line(json_dumper *json)
{
    json_dumper_end_object(json);
    json_dumper_finish(json);       /* with the end of the line */
}
