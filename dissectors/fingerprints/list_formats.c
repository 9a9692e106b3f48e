/* list_formats.c
 * Reads lists of fingerprints from files: the columns of OONI's blocking-fingerprints, the JSON of
 * Censored Planet's signatures, and plain lists of addresses (docs/fingerprints.md). What does not fit
 * is named by file and line and left out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fingerprints/fingerprints_private.h"

#include <string.h>

#include <glib/gstdio.h>

#include "fingerprints/list_reader.h"
#include "base/texts.h"

#define FILE_BYTES_MAX (16 * 1024 * 1024)
#define FOLDER_FILES_MAX 256
#define BROKEN_MAX  1000    /* lines of one file; then it is something else */
#define LITERAL_MIN 4       /* bytes of a text that may be anywhere */
#define REGEX_BYTES_MAX 1024

/* Steps of an expression on one page; PCRE gives up behind it. Enough to cross PAGE_BYTES a few times. */
#define REGEX_LIMIT "(*LIMIT_MATCH=20000)"

/* What a list says of all its entries. */
typedef struct {
    fingerprints_t *lists;
    const char     *title;      /* file name, escaped */
    fingerprint_t   common;
    list_reader_t   reader;
    unsigned        broken;
} list_t;

static const char *
keep(fingerprints_t *f, const char *text, size_t length)
{
    char *safe = text_safe(text, length);
    const char *kept = g_string_chunk_insert_const(f->texts, safe);
    g_free(safe);
    return kept;
}

/* False when there was too much of it: the file is not worth reading on. */
static bool
warn(list_t *l, unsigned line, const char *problem)
{
    fingerprints_warn(l->lists, l->title, line, problem);
    if (++l->broken < BROKEN_MAX)
        return true;
    fingerprints_warn(l->lists, l->title, 0, "given up: too many broken lines");
    return false;
}

/* ---- dates ---- */

static unsigned
month_of(const char *name)
{
    static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
                                          "oct", "nov", "dec" };
    for (unsigned i = 0; i < G_N_ELEMENTS(months); i++)
        if (!g_ascii_strncasecmp(name, months[i], 3))
            return i + 1;
    return 0;
}

/* A number of so many digits at p, not part of a longer one; -1: none. */
static int
digits(const char *p, unsigned n)
{
    int value = 0;
    for (unsigned i = 0; i < n; i++) {
        if (!g_ascii_isdigit(p[i]))
            return -1;
        value = value * 10 + (p[i] - '0');
    }
    return g_ascii_isdigit(p[n]) ? -1 : value;
}

static bool
set_date(fingerprints_t *f, fingerprint_t *fp, dated_t dated, int year, int month, int day, const char *format)
{
    GDateTime *date = year >= 1980 && year < 2100 ? g_date_time_new_utc(year, month, day, 0, 0, 0) : NULL;

    if (!date)
        return false;
    char *text = g_date_time_format(date, format);
    fp->time = g_date_time_to_unix(date) * NS_PER_S;
    fp->date = keep(f, text, strlen(text));
    fp->dated = dated;
    g_free(text);
    g_date_time_unref(date);
    return true;
}

/* 2024-05-01, 2024-05, 1 May 2024 or 01 May 2024 somewhere in the text; a year alone only where it is
 * all there is. */
static bool
read_date(fingerprints_t *f, fingerprint_t *fp, dated_t dated, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (!g_ascii_isdigit(*p) || (p > text && g_ascii_isdigit(p[-1])))
            continue;
        int year = digits(p, 4), month = year > 0 && p[4] == '-' ? digits(p + 5, 2) : -1;
        int day = month > 0 && p[7] == '-' ? digits(p + 8, 2) : -1;
        if (day > 0 && set_date(f, fp, dated, year, month, day, "%Y-%m-%d"))
            return true;
        if (month > 0 && set_date(f, fp, dated, year, month, 1, "%Y-%m"))
            return true;
        if (year > 0 && p == text && !p[4] && set_date(f, fp, dated, year, 1, 1, "%Y"))
            return true;
        unsigned n = g_ascii_isdigit(p[1]) ? 2 : 1;
        day = digits(p, n);
        month = day > 0 && p[n] == ' ' ? (int)month_of(p + n + 1) : 0;
        year = month && p[n + 4] == ' ' ? digits(p + n + 5, 4) : -1;
        if (year > 0 && set_date(f, fp, dated, year, month, day, "%Y-%m-%d"))
            return true;
    }
    return false;
}

/* ---- what a list says of itself ---- */

static scope_t
scope_of(const char *name)
{
    for (scope_t s = SCOPE_FALSE; s <= SCOPE_NATIONAL; s++)
        if (s != SCOPE_UNKNOWN && !strcmp(name, scope_name(s)))
            return s;
    return SCOPE_UNKNOWN;
}

/* The text behind "key:" in a comment, or NULL. */
static const char *
value_of(const char *comment, const char *key)
{
    size_t n = strlen(key);
    if (g_ascii_strncasecmp(comment, key, n) || comment[n] != ':')
        return NULL;
    comment += n + 1;
    return comment + strspn(comment, " \t");
}

static void
read_comment(list_t *l, const char *text, size_t length)
{
    char *comment = g_strndup(text, length);
    const char *p = comment + strspn(comment, "#; \t"), *value;

    if ((value = value_of(p, "list")) && *value)
        l->common.list = keep(l->lists, value, strlen(value));
    else if ((value = value_of(p, "scope")))
        l->common.scope = scope_of(value);
    else if ((value = value_of(p, "country")))
        l->common.countries = keep(l->lists, value, strlen(value));
    else if (l->common.dated < DATED_ENTRY || l->common.dated == DATED_FILE)
        read_date(l->lists, &l->common, DATED_LIST, p);
    g_free(comment);
}

/* The header that a file saved with it came with: "curl -i". */
static void
read_transfer(list_t *l)
{
    const char *line;
    size_t length;

    if (l->reader.end - l->reader.at < 5 || memcmp(l->reader.at, "HTTP/", 5))
        return;
    while (list_reader_line(&l->reader, &line, &length) && length) {
        bool modified = length > 14 && !g_ascii_strncasecmp(line, "Last-Modified:", 14);
        bool sent = length > 5 && !g_ascii_strncasecmp(line, "Date:", 5) && l->common.dated != DATED_LIST;
        char *text = g_strndup(line, length);
        if (modified || sent)
            read_date(l->lists, &l->common, DATED_LIST, text);
        g_free(text);
    }
}

/* Comments and empty lines in front of the entries. */
static void
read_head(list_t *l)
{
    const char *line;
    size_t length;

    if (l->reader.end - l->reader.at >= 3 && !memcmp(l->reader.at, "\xef\xbb\xbf", 3))
        l->reader.at += 3;
    read_transfer(l);
    while (l->reader.at < l->reader.end && *l->reader.at && strchr("#;\r\n", *l->reader.at)) {
        list_reader_line(&l->reader, &line, &length);
        if (length)
            read_comment(l, line, length);
    }
}

/* ---- expressions ---- */

typedef struct {
    GString    *run, *best;     /* text without a gap; the longest so far */
    bool        pure;           /* nothing but text so far */
    const char *problem;
} required_t;

static void
end_run(required_t *r)
{
    if (r->run->len > r->best->len)
        g_string_assign(r->best, r->run->str);
    g_string_truncate(r->run, 0);
    r->pure = false;
}

/* Behind a class, or where the text ends. */
static const char *
skip_class(const char *p)
{
    p += *p == '^';
    p += *p == ']';
    while (*p && *p != ']')
        p += *p == '\\' && p[1] ? 2 : 1;
    return *p ? p + 1 : p;
}

/* Behind a group, whose "(" is behind us. What is inside may have alternatives: it is left out. */
static const char *
skip_group(const char *p, required_t *r)
{
    unsigned depth = 1;

    while (*p && depth) {
        if (p[-1] == '(' && ((*p == '?' && p[1] != ':') || *p == '*'))
            r->problem = "an expression with a special group";
        char c = *p++;
        if (c == '\\' && *p)
            p++;
        else if (c == '[')
            p = skip_class(p);
        else
            depth += (c == '(') - (c == ')');
    }
    return p;
}

/* "{2,5}", behind the brace: its length with the closing brace, 0 where the brace is text. */
static size_t
quantifier(const char *p)
{
    size_t n = strspn(p, "0123456789,");
    return n && p[n] == '}' ? n + 1 : 0;
}

/* The longest text that every match of an expression has. Knows less than PCRE and gives up early. */
static char *
required_text(const char *p, required_t *r)
{
    *r = (required_t){ g_string_new(NULL), g_string_new(NULL), true, NULL };
    while (*p && !r->problem) {
        char c = *p++;
        size_t n = c == '{' ? quantifier(p) : 0;
        if (c == '\\' && strchr("dDwWsSbB", *p) && *p) {
            end_run(r);
            p++;
        } else if (c == '\\' && (!*p || g_ascii_isalnum(*p))) {
            r->problem = "an expression with an escape that is not supported";
        } else if (c == '\\') {
            g_string_append_c(r->run, *p++);
        } else if (c == '[') {
            end_run(r);
            p = skip_class(p);
        } else if (c == '(') {
            end_run(r);
            p = skip_group(p, r);
        } else if (c == '|' || c == ')') {
            r->problem = "an expression without a text that each match has";
        } else if (c == '.' || c == '^' || c == '$') {
            end_run(r);
        } else if (c == '*' || c == '?' || n) {
            p += n;
            if (r->run->len)
                g_string_truncate(r->run, r->run->len - 1);     /* it may be missing */
            end_run(r);
            p += *p == '?' || *p == '+';
        } else if (c == '+') {
            end_run(r);
            p += *p == '?' || *p == '+';
        } else {
            g_string_append_c(r->run, c);
        }
    }
    bool pure = r->pure;
    end_run(r);
    r->pure = pure;
    g_string_free(r->run, TRUE);
    return g_string_free(r->best, FALSE);
}

/* An expression becomes a plain text where it is nothing else. */
static const char *
set_expression(pattern_t *p, const char *expression)
{
    required_t required;

    if (strlen(expression) > REGEX_BYTES_MAX)
        return "too long an expression";
    p->literal = required_text(expression, &required);
    p->length = strlen(p->literal);
    p->kind = required.pure ? PATTERN_CONTAINS : PATTERN_REGEX;
    if (required.problem || required.pure)
        return required.problem;
    char *limited = g_strconcat(REGEX_LIMIT, expression, NULL);
    p->regex = g_regex_new(limited, G_REGEX_RAW | G_REGEX_DOTALL, 0, NULL);
    g_free(limited);
    return p->regex ? NULL : "not a regular expression";
}

/* ---- entries ---- */

static const char *
set_text(pattern_t *p, const char *type, const char *text)
{
    static const char *const types[] = { "contains", "prefix", "full" };

    if (!strcmp(type, "regexp"))
        return set_expression(p, text);
    for (unsigned i = 0; i < G_N_ELEMENTS(types); i++)
        if (!strcmp(type, types[i])) {
            p->kind = (pattern_kind_t)i;
            p->literal = g_strdup(text);
            p->length = strlen(text);
            return NULL;
        }
    return "a type of pattern that is none of full, prefix, contains, regexp";
}

static const char *
set_location(pattern_t *p, const char *location)
{
    p->where = !strcmp(location, "body") ? IN_BODY : IN_ANYTHING;
    if (!strncmp(location, "header.", 7) && location[7]) {
        p->where = IN_HEADER;
        p->header = g_ascii_strdown(location + 7, -1);
        p->fp.redirect = !strcmp(p->header, "location");
    } else if (p->where == IN_ANYTHING && *location) {
        return "a place that is none of dns, body, header.NAME";
    }
    return NULL;
}

static const char *
set_pattern(pattern_t *p, const char *location, const char *type, const char *text)
{
    const char *problem = set_location(p, location);

    if (!problem)
        problem = set_text(p, type, text);
    if (problem)
        return problem;
    if (p->length < ((p->kind == PATTERN_CONTAINS || p->kind == PATTERN_REGEX) ? LITERAL_MIN : 1))
        return "too little text to look for";
    return p->length > PAGE_BYTES ? "more text than is looked at" : NULL;
}

static const char *
add_page_pattern(fingerprints_t *f, const fingerprint_t *fp, const char *location, const char *type,
                 const char *text)
{
    pattern_t *p = g_new0(pattern_t, 1);

    p->fp = *fp;
    const char *problem = set_pattern(p, location, type, text);
    if (!problem)
        return fingerprints_add_pattern(f, p);
    g_free(p->literal);
    g_free(p->header);
    if (p->regex)
        g_regex_unref(p->regex);
    g_free(p);
    return problem;
}

/* ---- addresses ---- */

static bool
read_ipv4(const char *text, uint8_t *out)
{
    for (unsigned i = 0; i < 4; i++) {
        unsigned value = 0, n = 0;
        for (; g_ascii_isdigit(*text) && n < 3; n++)
            value = value * 10 + (unsigned)(*text++ - '0');
        if (!n || value > 255 || *text++ != (i < 3 ? '.' : '\0'))
            return false;
        out[i] = (uint8_t)value;
    }
    return true;
}

/* RFC 4291 section 2.2. */
static bool
read_ipv6(const char *text, uint8_t *out)
{
    unsigned words = 0, gap = 8;
    uint16_t word[8] = { 0 };

    if (text[0] == ':' && text[1] != ':')
        return false;
    while (*text) {
        if (text[0] == ':' && text[1] == ':' && gap == 8) {
            gap = words;
            text += 2;
            continue;
        }
        uint8_t tail[4];
        if (words <= 6 && strchr(text, '.') && !strchr(text, ':') && read_ipv4(text, tail)) {
            word[words++] = (uint16_t)(tail[0] << 8 | tail[1]);
            word[words++] = (uint16_t)(tail[2] << 8 | tail[3]);
            break;
        }
        unsigned value = 0, n = 0;
        for (; g_ascii_isxdigit(*text) && n < 4; n++)
            value = value << 4 | (unsigned)g_ascii_xdigit_value(*text++);
        if (!n || words == 8 || (*text && *text != ':'))
            return false;
        word[words++] = (uint16_t)value;
        if (text[0] == ':' && text[1] != ':' && !*++text)
            return false;
    }
    if (gap == 8 ? words != 8 : words >= 8)
        return false;
    for (unsigned i = 0; i < words; i++) {
        unsigned to = i < gap ? i : 8 - words + i;
        out[2 * to] = (uint8_t)(word[i] >> 8);
        out[2 * to + 1] = (uint8_t)word[i];
    }
    return true;
}

static bool
read_address(const char *text, ip_address_t *address)
{
    *address = (ip_address_t){ .ipv6 = strchr(text, ':') != NULL };
    return address->ipv6 ? read_ipv6(text, address->bytes) : read_ipv4(text, address->bytes);
}

static const char *
add_answer(fingerprints_t *f, const fingerprint_t *fp, const char *text)
{
    ip_address_t address;
    return read_address(text, &address) ? fingerprints_add_address(f, fp, &address)
                                        : fingerprints_add_alias(f, fp, text);
}

/* ---- plain addresses ---- */

static void
load_addresses(list_t *l)
{
    const char *line;
    size_t length;

    l->common.addresses_only = true;
    l->common.name = l->title;
    while (list_reader_line(&l->reader, &line, &length)) {
        const char *end = memchr(line, '#', length);
        size_t n = end ? (size_t)(end - line) : length;
        char *text = g_strstrip(g_strndup(line, n));
        ip_address_t address;
        const char *problem = NULL;
        if (memchr(line, 0, n)) {
            problem = "a NUL byte";
        } else if (*text) {
            fingerprint_t fp = l->common;
            fp.pattern = keep(l->lists, text, strlen(text));
            problem = read_address(text, &address)
                    ? fingerprints_add_address(l->lists, &fp, &address) : "not an address";
        }
        g_free(text);
        if (problem && !warn(l, l->reader.record_line, problem))
            return;
    }
}

/* ---- comma-separated values ---- */

enum { C_NAME, C_SCOPE, C_LOCATION, C_TYPE, C_PATTERN, C_CONFIDENCE, C_COUNTRIES, C_DATE, N_COLUMNS };

static const char *const column_names[N_COLUMNS] = {
    "name", "scope", "location_found", "pattern_type", "pattern", "confidence_no_fp", "expected_countries",
    "date",
};

/* Finds the columns; false where one is missing that cannot be. */
static bool
read_columns(list_t *l, unsigned column[N_COLUMNS])
{
    bool all = list_reader_values(&l->reader) == READ_RECORD;

    for (unsigned c = 0; c < N_COLUMNS; c++) {
        column[c] = RECORD_FIELDS_MAX;
        for (unsigned i = 0; i < l->reader.fields; i++)
            if (!strcmp(list_reader_field(&l->reader, i), column_names[c]))
                column[c] = i;
        all &= column[c] < RECORD_FIELDS_MAX || c == C_CONFIDENCE || c == C_COUNTRIES || c == C_DATE;
    }
    return all;
}

static const char *
load_row(list_t *l, const unsigned column[N_COLUMNS], unsigned columns)
{
    const list_reader_t *r = &l->reader;
    fingerprint_t fp = l->common;
    const char *name = list_reader_field(r, column[C_NAME]), *scope = list_reader_field(r, column[C_SCOPE]);
    const char *text = list_reader_field(r, column[C_PATTERN]);
    const char *countries = list_reader_field(r, column[C_COUNTRIES]);
    const char *confidence = list_reader_field(r, column[C_CONFIDENCE]);
    const char *date = list_reader_field(r, column[C_DATE]);
    const char *location = list_reader_field(r, column[C_LOCATION]);
    const char *type = list_reader_field(r, column[C_TYPE]);

    if (r->fields != columns)
        return "another number of columns than the first line";
    if (*confidence && (strlen(confidence) > 1 || !g_ascii_isdigit(*confidence)))
        return "a confidence that is no digit";
    if (*date && !read_date(l->lists, &fp, DATED_ENTRY, date))
        return "a date that is none";
    if (*scope)
        fp.scope = scope_of(scope);
    if (fp.scope == SCOPE_UNKNOWN && *scope)
        return "a scope that is none of nat, isp, prod, inst, vbw, fp";
    if (*confidence)
        fp.confidence = (uint8_t)(*confidence - '0');
    fp.name = keep(l->lists, name, strlen(name));
    fp.pattern = keep(l->lists, text, strlen(text));
    if (*countries)
        fp.countries = keep(l->lists, countries, strlen(countries));
    if (strcmp(location, "dns"))
        return add_page_pattern(l->lists, &fp, location, type, text);
    return strcmp(type, "full") ? "a DNS pattern that is not full" : add_answer(l->lists, &fp, text);
}

static void
load_values(list_t *l)
{
    unsigned column[N_COLUMNS];
    read_t result;

    if (!read_columns(l, column)) {
        warn(l, l->reader.record_line, "no list of fingerprints: its first line lacks name, scope, "
             "location_found, pattern_type or pattern");
        return;
    }
    unsigned columns = l->reader.fields;
    while ((result = list_reader_values(&l->reader)) != READ_END) {
        const char *problem = result == READ_BROKEN ? l->reader.problem : load_row(l, column, columns);
        if (problem && !warn(l, l->reader.record_line, problem))
            return;
    }
}

/* ---- Censored Planet's JSON ---- */

typedef struct {
    char    *name, *pattern;
    unsigned line;
} signature_entry_t;

static void
signature_entry_clear(void *data)
{
    signature_entry_t *e = data;
    g_free(e->name);
    g_free(e->pattern);
}

/* Their names begin with what they are about: nat_ir_national_1, prod_fortinet_2, x_generic_404. */
static scope_t
scope_of_name(const char *name, scope_t otherwise)
{
    static const struct {
        const char *prefix;
        scope_t     scope;
    } scopes[] = {
        { "nat_", SCOPE_NATIONAL }, { "isp_", SCOPE_ISP }, { "prod_", SCOPE_PRODUCT },
        { "prd_", SCOPE_PRODUCT }, { "inst_", SCOPE_INSTITUTION }, { "corp_", SCOPE_INSTITUTION },
        { "edu_", SCOPE_INSTITUTION }, { "vbw_", SCOPE_VAGUE }, { "x_", SCOPE_FALSE }, { "fp_", SCOPE_FALSE },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(scopes); i++)
        if (!strncmp(name, scopes[i].prefix, strlen(scopes[i].prefix)))
            return scopes[i].scope;
    return otherwise;
}

/* Text with '%' for anything between, as an expression. */
static char *
expression_of(const char *text)
{
    GString *s = g_string_new(NULL);
    for (; *text; text++) {
        if (*text == '%') {
            g_string_append(s, ".*");
            continue;
        }
        if (strchr("\\^$.[]|()?*+{}", *text))
            g_string_append_c(s, '\\');
        g_string_append_c(s, *text);
    }
    return g_string_free(s, FALSE);
}

/* Collects the entries of all objects: {"fingerprint": NAME, "pattern": TEXT} or {NAME: TEXT, …}. False
 * when the file was given up. */
static bool
collect_signatures(list_t *l, GArray *entries)
{
    signature_entry_t e = { 0 };
    bool named = false, going = true;       /* named: the object has a member "pattern" */
    unsigned first = 0;                     /* entry of this object */
    read_t result;

    while (going && (result = list_reader_json(&l->reader)) != READ_END) {
        const char *key = list_reader_field(&l->reader, 0), *text = list_reader_field(&l->reader, 1);
        if (result == READ_RECORD && !strcmp(key, "pattern")) {
            named = true;
            g_free(e.pattern);
            e.pattern = g_strdup(text);
            e.line = l->reader.record_line;
        } else if (result == READ_RECORD && (!strcmp(key, "fingerprint") || !strcmp(key, "name"))) {
            g_free(e.name);
            e.name = g_strdup(text);
        } else if (result == READ_RECORD) {
            signature_entry_t other = { g_strdup(key), g_strdup(text), l->reader.record_line };
            g_array_append_val(entries, other);
        } else {
            if (result == READ_BROKEN)
                going = warn(l, l->reader.record_line, l->reader.problem);
            if (named)
                g_array_set_size(entries, first);   /* its other members are remarks */
            if (named && e.name && result == READ_OBJECT) {
                g_array_append_val(entries, e);
                e = (signature_entry_t){ 0 };
            } else if (named && result == READ_OBJECT) {
                going = warn(l, e.line, "a pattern without a name");
            }
            signature_entry_clear(&e);
            e = (signature_entry_t){ 0 };
            named = false;
            first = entries->len;
        }
    }
    signature_entry_clear(&e);
    return going;
}

static void
load_signatures(list_t *l)
{
    GArray *entries = g_array_new(FALSE, TRUE, sizeof(signature_entry_t));
    bool expressions = false;               /* some versions escape their dots, some do not */
    scope_t otherwise = SCOPE_UNKNOWN;

    g_array_set_clear_func(entries, signature_entry_clear);
    collect_signatures(l, entries);
    for (unsigned i = 0; i < entries->len; i++) {
        const signature_entry_t *e = &g_array_index(entries, signature_entry_t, i);
        expressions |= strstr(e->pattern, "\\.") != NULL;
        if (!strncmp(e->name, "x_", 2))
            otherwise = SCOPE_FALSE;        /* the list of false hits has others among them */
    }
    for (unsigned i = 0; i < entries->len; i++) {
        const signature_entry_t *e = &g_array_index(entries, signature_entry_t, i);
        fingerprint_t fp = l->common;
        if (fp.scope == SCOPE_UNKNOWN)
            fp.scope = scope_of_name(e->name, otherwise);
        fp.name = keep(l->lists, e->name, strlen(e->name));
        fp.pattern = keep(l->lists, e->pattern, strlen(e->pattern));
        char *text = expressions ? g_strdup(e->pattern) : expression_of(e->pattern);
        const char *problem = add_page_pattern(l->lists, &fp, "", "regexp", text);
        g_free(text);
        if (problem && !warn(l, e->line, problem))
            break;
    }
    g_array_free(entries, TRUE);
}

/* ---- files ---- */

static bool
is_header_line(const list_reader_t *r)
{
    const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
    char *line = g_strndup(r->at, (size_t)((newline ? newline : r->end) - r->at));
    bool header = strchr(line, ',') && g_ascii_isalpha(*line);
    g_free(line);
    return header;
}

void
fingerprints_add(fingerprints_t *f, const char *title, const char *bytes, size_t length, int64_t changed)
{
    list_t l = { .lists = f, .title = keep(f, title, strlen(title)) };

    l.common = (fingerprint_t){ .name = "", .countries = "", .pattern = "", .date = "", .list = l.title,
                                .scope = SCOPE_UNKNOWN, .confidence = 5 };
    if (changed > 0) {
        GDateTime *date = g_date_time_new_from_unix_utc(changed);
        if (date)
            set_date(f, &l.common, DATED_FILE, g_date_time_get_year(date), g_date_time_get_month(date),
                     g_date_time_get_day_of_month(date), "%Y-%m-%d");
        if (date)
            g_date_time_unref(date);
    }
    if (length > FILE_BYTES_MAX) {
        fingerprints_warn(f, l.title, 0, "larger than 16 MiB");
        return;
    }
    list_reader_init(&l.reader, bytes, length);
    read_head(&l);
    if (l.reader.at < l.reader.end && strchr("{[", *l.reader.at) && *l.reader.at)
        load_signatures(&l);
    else if (l.reader.at < l.reader.end && is_header_line(&l.reader))
        load_values(&l);
    else
        load_addresses(&l);
    list_reader_clear(&l.reader);
}

void
fingerprints_add_own(fingerprints_t *f)
{
    fingerprints_add(f, "own.csv", own_list, own_list_length, 0);
}

static void
add_file(fingerprints_t *f, const char *path)
{
    char *name = g_path_get_basename(path), *title = text_safe(name, strlen(name)), *bytes = NULL;
    GStatBuf status;
    size_t length;

    if (g_stat(path, &status) || !g_file_test(path, G_FILE_TEST_IS_REGULAR))
        fingerprints_warn(f, title, 0, "no such file");
    else if (status.st_size > FILE_BYTES_MAX)
        fingerprints_warn(f, title, 0, "larger than 16 MiB");
    else if (!g_file_get_contents(path, &bytes, &length, NULL))
        fingerprints_warn(f, title, 0, "cannot be read");
    else
        fingerprints_add(f, name, bytes, length, (int64_t)status.st_mtime);
    g_free(bytes);
    g_free(title);
    g_free(name);
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
is_list_name(const char *name)
{
    return g_str_has_suffix(name, ".csv") || g_str_has_suffix(name, ".json") || g_str_has_suffix(name, ".txt");
}

static void
add_folder(fingerprints_t *f, const char *path)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *name;

    while (folder && (name = g_dir_read_name(folder)) && names->len < FOLDER_FILES_MAX)
        if (is_list_name(name))
            g_ptr_array_add(names, g_build_filename(path, name, NULL));
    if (folder)
        g_dir_close(folder);
    g_ptr_array_sort(names, compare_names);
    for (unsigned i = 0; i < names->len; i++)
        add_file(f, g_ptr_array_index(names, i));
    if (!names->len || names->len == FOLDER_FILES_MAX) {
        char *title = text_safe(path, strlen(path));
        fingerprints_warn(f, title, 0, names->len ? "too many files in this folder"
                                                  : "no .csv, .json or .txt file in this folder");
        g_free(title);
    }
    g_ptr_array_free(names, TRUE);
}

void
fingerprints_add_paths(fingerprints_t *f, const char *paths)
{
    char **path = g_strsplit(paths, G_SEARCHPATH_SEPARATOR_S, 64);

    for (unsigned i = 0; path[i]; i++) {
        g_strstrip(path[i]);
        if (*path[i] && g_file_test(path[i], G_FILE_TEST_IS_DIR))
            add_folder(f, path[i]);
        else if (*path[i])
            add_file(f, path[i]);
    }
    g_strfreev(path);
}
