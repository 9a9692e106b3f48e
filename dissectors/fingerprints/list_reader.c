/* list_reader.c
 * Comma-separated values and flat JSON objects; see list_reader.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fingerprints/list_reader.h"

#include <string.h>

#define NESTING_MAX 32          /* of JSON values that are skipped */

void
list_reader_init(list_reader_t *r, const char *bytes, size_t length)
{
    *r = (list_reader_t){ .at = bytes, .end = bytes + length, .line = 1, .record_line = 1,
                          .text = g_string_new(NULL) };
}

void
list_reader_clear(list_reader_t *r)
{
    g_string_free(r->text, TRUE);
}

const char *
list_reader_field(const list_reader_t *r, unsigned i)
{
    return i < r->fields ? r->text->str + r->field[i] : "";
}

bool
list_reader_line(list_reader_t *r, const char **line, size_t *length)
{
    if (r->at >= r->end)
        return false;
    const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
    const char *end = newline ? newline : r->end;

    r->record_line = r->line++;
    *line = r->at;
    *length = (size_t)(end - r->at);
    if (*length && end[-1] == '\r')
        (*length)--;
    r->at = newline ? newline + 1 : r->end;
    return true;
}

static void
begin(list_reader_t *r)
{
    r->record_line = r->line;
    r->fields = 0;
    g_string_truncate(r->text, 0);
}

/* Goes on behind the line that the broken record began on. */
static read_t
broken(list_reader_t *r, const char *record, const char *problem)
{
    const char *line;
    size_t length;

    r->at = record;
    r->line = r->record_line;
    list_reader_line(r, &line, &length);
    r->fields = 0;
    r->problem = problem;
    return READ_BROKEN;
}

static const char *
open_field(list_reader_t *r)
{
    if (r->fields == RECORD_FIELDS_MAX)
        return "too many columns";
    r->field[r->fields++] = r->text->len;
    return NULL;
}

/* ---- comma-separated values ---- */

/* One value in quotes, behind the opening one; returns a problem, or NULL. */
static const char *
read_quoted(list_reader_t *r)
{
    while (r->at < r->end) {
        char c = *r->at++;
        if (c == '"') {
            if (r->at >= r->end || *r->at != '"')
                return r->at < r->end && !strchr(",\r\n", *r->at) ? "text behind a closing quote"
                                                                  : NULL;
            r->at++;
        }
        if (!c)
            return "a NUL byte";
        r->line += c == '\n';
        g_string_append_c(r->text, c);
        if (r->text->len > RECORD_BYTES_MAX)
            return "a quote that is not closed, or too long a record";
    }
    return "a quote that is not closed";
}

static const char *
read_value(list_reader_t *r)
{
    const char *problem = open_field(r);

    if (problem)
        return problem;
    if (r->at < r->end && *r->at == '"') {
        r->at++;
        problem = read_quoted(r);
    } else {
        const char *from = r->at;
        while (r->at < r->end && *r->at != ',' && *r->at != '\n')
            r->at++;
        size_t n = (size_t)(r->at - from);
        if (n > RECORD_BYTES_MAX || r->text->len + n > RECORD_BYTES_MAX)
            return "too long a record";
        if (memchr(from, 0, n))
            return "a NUL byte";
        if (n && from[n - 1] == '\r' && (r->at == r->end || *r->at == '\n'))
            n--;
        g_string_append_len(r->text, from, (gssize)n);
    }
    g_string_append_c(r->text, '\0');
    return problem;
}

static void
skip_comments(list_reader_t *r)
{
    const char *line;
    size_t length;

    while (r->at < r->end && strchr("#\r\n", *r->at) && *r->at)
        list_reader_line(r, &line, &length);
}

read_t
list_reader_values(list_reader_t *r)
{
    skip_comments(r);
    if (r->at >= r->end)
        return READ_END;
    const char *record = r->at;

    begin(r);
    for (;;) {
        const char *problem = read_value(r);
        if (problem)
            return broken(r, record, problem);
        if (r->at < r->end && *r->at == '\r' && (r->at + 1 == r->end || r->at[1] == '\n'))
            r->at++;
        if (r->at >= r->end)
            return READ_RECORD;
        if (*r->at == '\r')
            return broken(r, record, "text behind a closing quote");
        if (*r->at++ == '\n') {
            r->line++;
            return READ_RECORD;
        }
    }
}

/* ---- JSON ---- */

static void
skip_space(list_reader_t *r, const char *also)
{
    while (r->at < r->end && *r->at && (strchr(" \t\r\n", *r->at) || strchr(also, *r->at)))
        r->line += *r->at++ == '\n';
}

static int
hex_digits(const char *at)
{
    int value = 0;
    for (unsigned i = 0; i < 4; i++) {
        int digit = g_ascii_xdigit_value(at[i]);
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* \uXXXX, or two of them for one character; behind the "\u". False where it is no character. */
static bool
read_unicode(list_reader_t *r)
{
    int high = r->end - r->at >= 4 ? hex_digits(r->at) : -1;

    r->at += 4;
    if (high <= 0 || (high >= 0xdc00 && high < 0xe000))
        return false;
    if (high >= 0xd800 && high < 0xdc00) {
        int low =
            r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u' ? hex_digits(r->at + 2) : -1;
        if (low < 0xdc00 || low >= 0xe000)
            return false;
        r->at += 6;
        high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    }
    g_string_append_unichar(r->text, (gunichar)high);
    return true;
}

/* A string, behind its opening quote, as a field; returns a problem, or NULL. */
static const char *
read_string(list_reader_t *r)
{
    static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *problem = open_field(r), *escape;

    if (problem)
        return problem;
    while (r->at < r->end && *r->at != '"') {
        char c = *r->at++;
        if ((uint8_t)c < 0x20)
            return "a string that is not closed";
        if (r->text->len > RECORD_BYTES_MAX)
            return "too long a string";
        if (c != '\\') {
            g_string_append_c(r->text, c);
        } else if (r->at < r->end && *r->at == 'u') {
            r->at++;
            if (!read_unicode(r))
                return "an escape that is no character";
        } else if (r->at < r->end && *r->at && (escape = strchr(escapes, *r->at))) {
            r->at++;
            g_string_append_c(r->text, meant[escape - escapes]);
        } else {
            return "an unknown escape";
        }
    }
    if (r->at >= r->end)
        return "a string that is not closed";
    r->at++;
    g_string_append_c(r->text, '\0');
    return NULL;
}

/* Steps over a value that is no text. False where it is not closed. */
static bool
skip_value(list_reader_t *r)
{
    unsigned depth = 0;
    bool quoted = false;
    const char *from = r->at;

    while (r->at < r->end && r->at - from < RECORD_BYTES_MAX) {
        char c = *r->at;
        if (quoted) {
            quoted = c != '"';
            r->at += c == '\\' && r->at + 1 < r->end;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > NESTING_MAX)
                return false;
        } else if (!depth && (c == ',' || c == '}')) {
            return r->at > from;
        } else if (c == '}' || c == ']') {
            if (!depth--)
                return false;
        }
        r->line += *r->at++ == '\n';
    }
    return false;
}

/* A member of the object, from its name on. skipped: its value is no text. */
static const char *
read_member(list_reader_t *r, bool *skipped)
{
    *skipped = false;
    if (*r->at++ != '"')
        return "no name of a member";
    const char *problem = read_string(r);
    if (problem)
        return problem;
    skip_space(r, "");
    if (r->at >= r->end || *r->at++ != ':')
        return "no colon behind a name";
    skip_space(r, "");
    if (r->at < r->end && *r->at == '"') {
        r->at++;
        problem = read_string(r);
    } else {
        *skipped = true;
        problem = skip_value(r) ? NULL : "a value that is not closed";
    }
    if (problem)
        return problem;
    skip_space(r, "");
    if (r->at < r->end && *r->at == ',')
        r->at++;
    else if (r->at < r->end && *r->at != '}')
        return "no comma between members";
    return NULL;
}

/* The member was broken: goes on in the next line, in a new object if one begins there. */
static read_t
broken_member(list_reader_t *r, const char *member, const char *problem)
{
    read_t result = broken(r, member, problem);

    skip_space(r, "");
    if (r->at < r->end && *r->at == '{')
        r->inside = false;
    return result;
}

read_t
list_reader_json(list_reader_t *r)
{
    const char *line;
    size_t length;
    bool skipped;

    for (;;) {
        skip_space(r, r->inside ? "" : "[],");
        if (r->at >= r->end) {
            bool unfinished = r->inside;
            r->inside = false;
            r->record_line = r->line;
            r->problem = "an object that is not closed";
            return unfinished ? READ_BROKEN : READ_END;
        }
        if (*r->at == '#') {
            list_reader_line(r, &line, &length);
            continue;
        }
        begin(r);
        if (!r->inside && *r->at != '{')
            return broken(r, r->at, "no object");
        if (!r->inside) {
            r->inside = true;
            r->at++;
            continue;
        }
        if (*r->at == '}') {
            r->inside = false;
            r->at++;
            return READ_OBJECT;
        }
        const char *member = r->at;
        const char *problem = read_member(r, &skipped);
        if (problem)
            return broken_member(r, member, problem);
        if (!skipped)
            return READ_RECORD;
    }
}
