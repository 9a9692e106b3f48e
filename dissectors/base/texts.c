/* base/texts.c
 * What packets say, made safe to show; see texts.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/texts.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

#include "base/hash.h"

/* Longest text shown, in bytes: a DNS name fits, a URL is cut. */
#define TEXT_MAX 255

struct texts {
    GHashTable *kept;           /* set of char *, owned */
};

static unsigned
text_hash(const void *text)
{
    return hash_bytes(text, strlen(text));
}

texts_t *
texts_new(void)
{
    texts_t *texts = g_new0(texts_t, 1);
    texts->kept = g_hash_table_new_full(text_hash, g_str_equal, g_free, NULL);
    return texts;
}

void
texts_free(texts_t *texts)
{
    g_hash_table_destroy(texts->kept);
    g_free(texts);
}

static bool
is_unsafe(gunichar c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0)
        || c == 0x061c || (c >= 0x200e && c <= 0x200f)          /* bidirectional marks */
        || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069)
        || c == 0x2028 || c == 0x2029 || c == 0xfeff;           /* line and paragraph, BOM */
}

char *
text_safe(const char *bytes, size_t length)
{
    GString *out = g_string_sized_new(length + 1);
    const char *p = bytes, *end = bytes + length;

    while (p < end) {
        size_t before = out->len;
        gunichar c = *p >= ' ' && *p < 0x7f ? (gunichar)*p : g_utf8_get_char_validated(p, end - p);
        if (c >= ' ' && c < 0x7f) {
            g_string_append_c(out, (char)c);
            p++;
        } else if (c == (gunichar)-1 || c == (gunichar)-2) {
            g_string_append_printf(out, "\\x%02x", (uint8_t)*p);
            p++;
        } else {
            if (!is_unsafe(c))
                g_string_append_unichar(out, c);
            else if (c < 0x100)
                g_string_append_printf(out, "\\x%02x", c);
            else
                g_string_append_printf(out, "\\u{%04x}", c);
            p = *p ? g_utf8_next_char(p) : p + 1;
        }
        if (out->len > TEXT_MAX) {
            g_string_truncate(out, before);
            break;
        }
    }
    return g_string_free(out, FALSE);
}

const char *
texts_keep(texts_t *texts, const char *bytes, size_t length)
{
    char *text = text_safe(bytes, length), *known = g_hash_table_lookup(texts->kept, text);

    if (!known) {
        g_hash_table_add(texts->kept, text);
        return text;
    }
    g_free(text);
    return known;
}
