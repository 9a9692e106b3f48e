/* fingerprints/list_formats.c
 * Reads lists of fingerprints: the columns of OONI's blocking-fingerprints, the JSON of Censored
 * Planet's signatures, and plain lists of addresses (docs/fingerprints.md). Each format says what
 * its columns are called and what an entry means that does not have one; from there on entries are
 * entries. What does not fit is named by file and line and left out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fingerprints/fingerprints_private.h"

#include <string.h>

#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

#include "fingerprints/list_date.h"
#include "fingerprints/list_reader.h"
#include "base/texts.h"

#define BROKEN_MAX  1000        /* lines of one file; then it is something else */
#define LITERAL_MIN 4           /* bytes of a text that may be anywhere */

/* What an entry may say. */
typedef enum {
    C_NAME, C_SCOPE, C_LOCATION, C_TYPE, C_PATTERN,     /* a list with columns has these */
    C_CONFIDENCE, C_COUNTRIES, C_DATE,
    N_COLUMNS
} column_t;

#define N_REQUIRED C_CONFIDENCE

/* An entry as it is written; "" where it does not say it. */
typedef struct {
    const char *value[N_COLUMNS];
} row_t;

static const char *const ooni[N_COLUMNS] = {
    [C_NAME] = "name", [C_SCOPE] = "scope", [C_LOCATION] = "location_found",
    [C_TYPE] = "pattern_type", [C_PATTERN] = "pattern", [C_CONFIDENCE] = "confidence_no_fp",
    [C_COUNTRIES] = "expected_countries", [C_DATE] = "date",  /* own.csv */
};

/* All their patterns may be anywhere; the scope is in the name. */
static const row_t censored_planet = { { "", "", "", "regexp", "", "", "", "" } };

static const row_t plain_address = { { "", "", "dns", "full", "", "", "", "" } };

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

static void
set_date(list_t *l, fingerprint_t *fp, dated_t dated, const list_date_t *date)
{
    fp->date = keep(l->lists, date->text, strlen(date->text));
    fp->time = date->time;
    fp->dated = dated;
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
    list_date_t date;

    if ((value = value_of(p, "list")) && *value)
        l->common.list = keep(l->lists, value, strlen(value));
    else if ((value = value_of(p, "scope")))
        l->common.scope = scope_of(value);
    else if ((value = value_of(p, "country")))
        l->common.countries = keep(l->lists, value, strlen(value));
    else if (l->common.dated != DATED_LIST && list_date_read(p, &date))
        set_date(l, &l->common, DATED_LIST, &date);
    g_free(comment);
}

/* The header that a file saved with it came with: "curl -i". */
static void
read_transfer(list_t *l)
{
    const char *line;
    size_t length;
    list_date_t date;

    if (l->reader.end - l->reader.at < 5 || memcmp(l->reader.at, "HTTP/", 5))
        return;
    while (list_reader_line(&l->reader, &line, &length) && length) {
        bool modified = length > 14 && !g_ascii_strncasecmp(line, "Last-Modified:", 14);
        bool sent = length > 5 && !g_ascii_strncasecmp(line, "Date:", 5)
                 && l->common.dated != DATED_LIST;
        char *text = g_strndup(line, length);
        if ((modified || sent) && list_date_read(text, &date))
            set_date(l, &l->common, DATED_LIST, &date);
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

/* ---- texts in pages ---- */

static const char *
set_location(pattern_t *p, const char *location)
{
    p->where = !strcmp(location, "body") ? IN_BODY : IN_ANYTHING;
    if (g_str_has_prefix(location, "header.") && location[7]) {
        p->where = IN_HEADER;
        p->header = g_ascii_strdown(location + 7, -1);
        p->fp.redirect = !strcmp(p->header, "location");
    } else if (p->where == IN_ANYTHING && *location) {
        return "a place that is none of dns, body, header.NAME";
    }
    return NULL;
}

static const char *
set_text(pattern_t *p, pattern_kind_t kind, const char *text)
{
    bool anywhere = kind == PATTERN_CONTAINS || kind == PATTERN_REGEX;

    p->kind = kind;
    p->literal = g_strdup(text);
    p->length = strlen(text);
    if (p->length < (anywhere ? LITERAL_MIN : 1))
        return "too little text to look for";
    return p->length > PAGE_BYTES ? "more text than is looked at" : NULL;
}

/* An expression becomes a plain text where it is nothing else. */
static const char *
set_expression(pattern_t *p, const char *text)
{
    const char *problem;

    p->expression = expression_new(text, &problem);
    if (!problem && expression_is_plain(p->expression)) {
        problem = set_text(p, PATTERN_CONTAINS, expression_required(p->expression));
        g_clear_pointer(&p->expression, expression_free);
    } else if (!problem) {
        problem = set_text(p, PATTERN_REGEX, expression_required(p->expression));
    }
    return problem;
}

/* Adds a pattern to those of the entry. */
static const char *
make_pattern(GPtrArray *patterns, const fingerprint_t *fp, const char *location,
             pattern_kind_t kind, const char *text)
{
    pattern_t *p = g_new0(pattern_t, 1);

    p->fp = *fp;
    g_ptr_array_add(patterns, p);
    const char *problem = set_location(p, location);
    if (problem)
        return problem;
    return kind == PATTERN_REGEX ? set_expression(p, text) : set_text(p, kind, text);
}

static const char *
make_alternatives(GPtrArray *patterns, const fingerprint_t *fp, const char *location,
                  const char *text)
{
    const char *problem;
    GPtrArray *texts = expression_alternatives(text, &problem);

    for (unsigned i = 0; texts && i < texts->len && !problem; i++)
        problem = make_pattern(patterns, fp, location, PATTERN_REGEX, g_ptr_array_index(texts, i));
    if (texts)
        g_ptr_array_free(texts, TRUE);
    return problem;
}

static const char *
make_patterns(GPtrArray *patterns, const fingerprint_t *fp, const row_t *row)
{
    static const char *const types[] = {
        [PATTERN_CONTAINS] = "contains", [PATTERN_PREFIX] = "prefix", [PATTERN_FULL] = "full",
    };
    const char *location = row->value[C_LOCATION], *text = row->value[C_PATTERN];

    if (!strcmp(row->value[C_TYPE], "regexp"))
        return make_alternatives(patterns, fp, location, text);
    for (unsigned i = 0; i < G_N_ELEMENTS(types); i++)
        if (!strcmp(row->value[C_TYPE], types[i]))
            return make_pattern(patterns, fp, location, (pattern_kind_t)i, text);
    return "a type of pattern that is none of full, prefix, contains, regexp";
}

/* All its patterns, or none. */
static const char *
add_page_entry(fingerprints_t *f, const fingerprint_t *fp, const row_t *row)
{
    GPtrArray *patterns = g_ptr_array_new();
    const char *problem = make_patterns(patterns, fp, row);

    for (unsigned i = 0; i < patterns->len; i++) {
        pattern_t *p = g_ptr_array_index(patterns, i);
        if (problem)
            fingerprints_free_pattern(p);
        else
            problem = fingerprints_add_pattern(f, p);
    }
    g_ptr_array_free(patterns, TRUE);
    return problem;
}

/* ---- addresses and names in answers ---- */

static bool
read_address(const char *text, ip_address_t *address)
{
    *address = (ip_address_t){ .ipv6 = strchr(text, ':') != NULL };
    return inet_pton(address->ipv6 ? AF_INET6 : AF_INET, text, address->bytes) == 1;
}

static const char *
add_answer_entry(fingerprints_t *f, const fingerprint_t *fp, const row_t *row)
{
    const char *text = row->value[C_PATTERN];
    ip_address_t address;

    if (strcmp(row->value[C_TYPE], "full"))
        return "a DNS pattern that is not full";
    if (read_address(text, &address))
        return fingerprints_add_address(f, fp, &address);
    return fp->addresses_only ? "not an address" : fingerprints_add_alias(f, fp, text);
}

/* ---- entries ---- */

/* 0 to 10: OONI's lists say 10 where older ones said 5. False for anything else. */
static bool
read_confidence(const char *text, uint8_t *confidence)
{
    guint64 value;

    if (!g_ascii_string_to_unsigned(text, 10, 0, 10, &value, NULL))
        return false;
    *confidence = (uint8_t)value;
    return true;
}

/* fp: what is known of the entry beside what is in the row. Returns a problem, or NULL. */
static const char *
add_entry(list_t *l, fingerprint_t fp, const row_t *row)
{
    const char *confidence = row->value[C_CONFIDENCE], *date = row->value[C_DATE];
    const char *scope = row->value[C_SCOPE], *countries = row->value[C_COUNTRIES];
    const char *name = row->value[C_NAME], *text = row->value[C_PATTERN];
    list_date_t read;

    if (*confidence && !read_confidence(confidence, &fp.confidence))
        return "a confidence that is no number of 0 to 10";
    if (*date && !list_date_read(date, &read))
        return "a date that is none";
    if (*date)
        set_date(l, &fp, DATED_ENTRY, &read);
    if (*scope)
        fp.scope = scope_of(scope);
    if (fp.scope == SCOPE_UNKNOWN && *scope)
        return "a scope that is none of nat, isp, prod, inst, vbw, fp";
    if (*name)
        fp.name = keep(l->lists, name, strlen(name));
    if (*countries)
        fp.countries = keep(l->lists, countries, strlen(countries));
    fp.pattern = keep(l->lists, text, strlen(text));
    return strcmp(row->value[C_LOCATION], "dns") ? add_page_entry(l->lists, &fp, row)
                                                 : add_answer_entry(l->lists, &fp, row);
}

/* ---- plain addresses ---- */

static const char *
load_line(list_t *l, const char *line, size_t length)
{
    const char *comment = memchr(line, '#', length);
    size_t n = comment ? (size_t)(comment - line) : length;
    row_t row = plain_address;

    if (memchr(line, 0, n))
        return "a NUL byte";
    char *text = g_strstrip(g_strndup(line, n));
    row.value[C_PATTERN] = text;
    const char *problem = *text ? add_entry(l, l->common, &row) : NULL;
    g_free(text);
    return problem;
}

static void
load_addresses(list_t *l)
{
    const char *line, *problem;
    size_t length;

    l->common.addresses_only = true;
    l->common.name = l->title;
    while (list_reader_line(&l->reader, &line, &length))
        if ((problem = load_line(l, line, length)) && !warn(l, l->reader.record_line, problem))
            return;
}

/* ---- comma-separated values ---- */

/* Where each column is: behind the last one if it is not there. False where one is missing that
 * cannot be. */
static bool
read_columns(list_t *l, unsigned column[N_COLUMNS])
{
    bool all = list_reader_values(&l->reader) == READ_RECORD;

    for (unsigned c = 0; c < N_COLUMNS; c++) {
        column[c] = RECORD_FIELDS_MAX;
        for (unsigned i = 0; i < l->reader.fields; i++)
            if (!strcmp(list_reader_field(&l->reader, i), ooni[c]))
                column[c] = i;
        all &= column[c] < RECORD_FIELDS_MAX || c >= N_REQUIRED;
    }
    return all;
}

static const char *
load_record(list_t *l, const unsigned column[N_COLUMNS], unsigned columns)
{
    row_t row;

    if (l->reader.fields != columns)
        return "another number of columns than the first line";
    for (unsigned c = 0; c < N_COLUMNS; c++)
        row.value[c] = list_reader_field(&l->reader, column[c]);
    return add_entry(l, l->common, &row);
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
        const char *problem = result == READ_BROKEN ? l->reader.problem
                                                    : load_record(l, column, columns);
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
        { "edu_", SCOPE_INSTITUTION }, { "vbw_", SCOPE_VAGUE }, { "x_", SCOPE_FALSE },
        { "fp_", SCOPE_FALSE },
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

/* Collects the entries of all objects: {"fingerprint": NAME, "pattern": TEXT} or {NAME: TEXT, …}.
 * False when the file was given up. */
static bool
collect_signatures(list_t *l, GArray *entries)
{
    signature_entry_t e = { 0 };
    bool named = false, going = true;       /* named: the object has a member "pattern" */
    unsigned first = 0;                     /* entry of this object */
    read_t result;

    while (going && (result = list_reader_json(&l->reader)) != READ_END) {
        const char *key = list_reader_field(&l->reader, 0);
        const char *text = list_reader_field(&l->reader, 1);
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

static const char *
load_signature(list_t *l, const signature_entry_t *e, bool expressions, scope_t otherwise)
{
    fingerprint_t fp = l->common;
    row_t row = censored_planet;
    char *text = expressions ? NULL : expression_of(e->pattern);

    if (fp.scope == SCOPE_UNKNOWN)
        fp.scope = scope_of_name(e->name, otherwise);
    row.value[C_NAME] = e->name;
    row.value[C_PATTERN] = text ? text : e->pattern;
    const char *problem = add_entry(l, fp, &row);
    g_free(text);
    return problem;
}

static void
load_signatures(list_t *l)
{
    GArray *entries = g_array_new(FALSE, TRUE, sizeof(signature_entry_t));
    bool expressions = false;               /* some versions escape their dots, some do not */
    scope_t otherwise = SCOPE_UNKNOWN;
    const char *problem;

    g_array_set_clear_func(entries, signature_entry_clear);
    collect_signatures(l, entries);
    for (unsigned i = 0; i < entries->len; i++) {
        const signature_entry_t *e = &g_array_index(entries, signature_entry_t, i);
        expressions |= strstr(e->pattern, "\\.") != NULL;
        if (g_str_has_prefix(e->name, "x_"))
            otherwise = SCOPE_FALSE;        /* the list of false hits has others among them */
    }
    for (unsigned i = 0; i < entries->len; i++) {
        const signature_entry_t *e = &g_array_index(entries, signature_entry_t, i);
        if ((problem = load_signature(l, e, expressions, otherwise)) && !warn(l, e->line, problem))
            break;
    }
    g_array_free(entries, TRUE);
}

/* ---- one list ---- */

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
fingerprints_add(fingerprints_t *f, const char *title, const char *bytes, size_t length,
                 int64_t changed)
{
    list_t l = { .lists = f, .title = keep(f, title, strlen(title)) };
    list_date_t date;

    if (length > LIST_BYTES_MAX) {
        fingerprints_warn(f, l.title, 0, LIST_TOO_LARGE);
        return;
    }
    l.common = (fingerprint_t){ .name = "", .countries = "", .pattern = "", .date = "",
                                .list = l.title, .scope = SCOPE_UNKNOWN, .confidence = 5 };
    if (list_date_of(changed, &date))
        set_date(&l, &l.common, DATED_FILE, &date);
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
