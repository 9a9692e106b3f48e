/* settings.h
 * What the user may set, one row for each: preferences in Wireshark, options of interference-scan.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "compat.h"

#include <epan/params.h>

#include "../dissectors/engine.h"

/* Which findings are named in the Info column. */
typedef enum { TAG_NONE, TAG_FORGED, TAG_ALL } tag_t;

typedef struct {
    limits_t    limits;             /* as settings_limits() gives them; of these, numbers alone are set */
    int         vantage;            /* vantage_t */
    int         tag_info;           /* tag_t */
    pref_bool_t all_observations;
    pref_bool_t write_comments;
    const char *fingerprint_files;
    const char *capture_name;
} settings_t;

#define SETTINGS_DEFAULT \
    { .limits = LIMITS_DEFAULT, .vantage = VANTAGE_UNKNOWN, .tag_info = TAG_FORGED, .fingerprint_files = "", \
      .capture_name = "" }

typedef enum {
    SETTING_NUMBER,         /* unsigned */
    SETTING_FLAG,           /* pref_bool_t */
    SETTING_TEXT,           /* const char * */
    SETTING_CHOICE,         /* int, one of choices */
} setting_kind_t;

typedef struct {
    const char       *name;         /* behind "interference." */
    const char       *title, *description;
    setting_kind_t    kind;
    size_t            offset;       /* in settings_t */
    const enum_val_t *choices;      /* up to a name of NULL */
} setting_t;

/* In the order in which they are shown, up to a name of NULL. */
extern const setting_t settings_list[];

/* Where a setting is. */
static inline void *
setting_place(settings_t *settings, const setting_t *setting)
{
    return (char *)settings + setting->offset;
}

limits_t settings_limits(const settings_t *settings);
