/* fingerprints/expression.c
 * Regular expressions of lists; see expression.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fingerprints/expression.h"

#include <string.h>

#define GROUPS_MAX 32

/* Between what was inside of a group and what was not: "a{(2)}" has no quantifier. */
#define SEAM "\\E"

typedef enum { ONE, MAYBE, ANY } times_t;

typedef struct {
    uint8_t set[256 / 8];
    times_t times;
    bool    single;             /* ONE, and this byte alone */
    char    byte;
} item_t;

struct expression {
    char   *text, *required;
    GArray *items;              /* of item_t */
};

/* ---- alternatives ---- */

static unsigned
read_number(const char *p, char **end)
{
    uint64_t n = g_ascii_strtoull(p, end, 10);
    return (unsigned)MIN(n, EXPRESSION_ITEMS_MAX + 1);  /* too long anyhow */
}

/* {2}, {2,} or {2,5}, where *p is behind the brace. max: G_MAXUINT where it has no end. False, and
 * *p left alone, where the brace is text. */
static bool
read_braces(const char **p, unsigned *min, unsigned *max)
{
    char *end;

    if (!g_ascii_isdigit(**p))
        return false;
    *min = *max = read_number(*p, &end);
    if (*end == ',' && end[1] == '}') {
        *max = G_MAXUINT;
        end++;
    } else if (*end == ',' && g_ascii_isdigit(end[1])) {
        *max = read_number(end + 1, &end);
    }
    if (*end != '}')
        return false;
    *p = end + 1;
    return true;
}

/* Behind a class whose "[" is behind us, or where the text ends. */
static const char *
skip_class(const char *p)
{
    p += *p == '^';
    p += *p == ']';
    while (*p && *p != ']')
        p += *p == '\\' && p[1] ? 2 : 1;
    return *p ? p + 1 : p;
}

/* The next of these characters that is one of the expression's own, or where the text ends. */
static const char *
find_any(const char *p, const char *wanted)
{
    while (*p && !strchr(wanted, *p)) {
        if (*p == '[')
            p = skip_class(p + 1);
        else
            p += *p == '\\' && p[1] ? 2 : 1;
    }
    return p;
}

/* Where the alternative that begins here ends: at "|" or ")", not inside of a group in it. */
static const char *
end_of_alternative(const char *p)
{
    for (unsigned depth = 0; *(p = find_any(p, "()|")); p++) {
        if (!depth && *p != '(')
            return p;
        depth += (*p == '(') - (*p == ')');
    }
    return p;
}

static const char *
take_apart(GPtrArray *out, const char *text, unsigned groups)
{
    const char *group = find_any(text, "("), *from = group + 1, *end = from, *problem = NULL;
    unsigned min, max;

    if (!*group) {
        g_ptr_array_add(out, g_strdup(text));
        return out->len > ALTERNATIVES_MAX ? "too many alternatives" : NULL;
    }
    if (groups == GROUPS_MAX)
        return "too many groups";
    if (*from == '*' || (*from == '?' && from[1] != ':'))
        return "an expression with a special group";
    from += *from == '?' ? 2 : 0;
    const char *rest = from;
    while (*(rest = end_of_alternative(rest)) == '|')
        rest++;
    if (!*rest++)
        return "not a regular expression";
    const char *behind = rest + 1;
    if (*rest && (strchr("*+?", *rest) || (*rest == '{' && read_braces(&behind, &min, &max))))
        return "an expression that repeats a group";
    do {
        end = end_of_alternative(from);
        char *one = g_strdup_printf("%.*s" SEAM "%.*s" SEAM "%s", (int)(group - text), text,
                                    (int)(end - from), from, rest);
        problem = take_apart(out, one, groups + 1);
        g_free(one);
        from = end + 1;
    } while (*end == '|' && !problem);
    return problem;
}

GPtrArray *
expression_alternatives(const char *text, const char **problem)
{
    GPtrArray *out = g_ptr_array_new_with_free_func(g_free);

    *problem =
        strlen(text) > EXPRESSION_BYTES_MAX ? "too long an expression" : take_apart(out, text, 0);
    if (!*problem)
        return out;
    g_ptr_array_free(out, TRUE);
    return NULL;
}

/* ---- sets of bytes ---- */

static void
set_add(item_t *item, unsigned from, unsigned to)
{
    for (unsigned c = from; c <= to; c++)
        item->set[c / 8] |= (uint8_t)(1 << c % 8);
}

static bool
set_has(const item_t *item, uint8_t c)
{
    return (item->set[c / 8] & 1 << c % 8) != 0;
}

/* \d, \w, \s, or in capitals all others. */
static const char *
set_add_named(item_t *item, char name)
{
    char kind = g_ascii_tolower(name);
    bool others = kind != name;

    if (!strchr("dws", kind))
        return "an expression with an escape that is not supported";
    for (unsigned c = 0; c < 256; c++) {
        bool is = kind == 'd' ? g_ascii_isdigit(c)
                : kind == 's' ? g_ascii_isspace(c) || c == '\v' : g_ascii_isalnum(c) || c == '_';
        if (is != others)
            set_add(item, c, c);
    }
    return NULL;
}

/* A byte, or two with a minus between; *p is at the first. */
static const char *
read_range(item_t *item, const char **p)
{
    uint8_t bound[2];

    for (unsigned i = 0; i < 2; i++) {
        bool escaped = **p == '\\';
        *p += escaped;
        if (!**p || (escaped && g_ascii_isalnum(**p)))
            return "not a regular expression";
        bound[i] = (uint8_t)*(*p)++;
        if (!i && (**p != '-' || (*p)[1] == ']')) {
            set_add(item, bound[0], bound[0]);
            return NULL;
        }
        *p += !i;
    }
    set_add(item, bound[0], bound[1]);
    return bound[0] <= bound[1] ? NULL : "not a regular expression";
}

/* *p is behind its bracket. */
static const char *
read_class(item_t *item, const char **p)
{
    const char *problem = NULL;
    bool others = **p == '^';

    *p += others;
    for (bool first = true; **p && (first || **p != ']') && !problem; first = false) {
        if (**p == '[' && (*p)[1] && strchr(":.=", (*p)[1]))
            return "an expression with a class that is not supported";
        if (**p == '\\' && g_ascii_isalnum((*p)[1])) {
            problem = set_add_named(item, (*p)[1]);
            *p += 2;
        } else {
            problem = read_range(item, p);
        }
    }
    for (unsigned i = 0; others && i < sizeof item->set; i++)
        item->set[i] = (uint8_t)~item->set[i];
    if (!problem && !*(*p)++)
        problem = "not a regular expression";
    return problem;
}

/* ---- items ---- */

static const char *
read_item(item_t *item, const char **p)
{
    char c = *(*p)++;

    if (c == '[')
        return read_class(item, p);
    if (c == '.') {
        set_add(item, 0, 255);
        return NULL;
    }
    if (strchr("*+?", c))
        return "not a regular expression";
    if (strchr("^$", c))
        return "an expression with an anchor";
    if (strchr("|)", c))
        return "an expression without a text that each match has";
    if (c == '\\') {
        c = *(*p)++;
        if (!c)
            return "not a regular expression";
        if (g_ascii_isalnum(c))
            return set_add_named(item, c);
    }
    set_add(item, (uint8_t)c, (uint8_t)c);
    item->single = true;
    item->byte = c;
    return NULL;
}

static const char *
read_times(const char **p, unsigned *min, unsigned *max)
{
    char c = **p;
    const char *behind = *p + 1;

    *min = *max = 1;
    if (c == '{' ? !read_braces(&behind, min, max) : !c || !strchr("*+?", c))
        return NULL;
    *p = behind;
    if (c != '{') {
        *min = c == '+';
        *max = c == '?' ? 1 : G_MAXUINT;
    }
    if (**p == '+')
        return "an expression with a possessive quantifier";
    *p += **p == '?';           /* in another order, but the same texts */
    return *min <= *max ? NULL : "not a regular expression";
}

static const char *
add_items(expression_t *e, item_t item, unsigned min, unsigned max)
{
    unsigned n = max == G_MAXUINT ? min + 1 : max;

    if (e->items->len + n > EXPRESSION_ITEMS_MAX)
        return "too long an expression";
    for (unsigned i = 0; i < n; i++) {
        item.times = i < min ? ONE : max == G_MAXUINT ? ANY : MAYBE;
        g_array_append_val(e->items, item);
    }
    return NULL;
}

static const char *
read_items(expression_t *e)
{
    const char *problem = NULL;
    unsigned min, max;

    for (const char *p = e->text; !problem && *p;) {     /* a problem may have gone past the end */
        item_t item = { .single = false };
        if (g_str_has_prefix(p, SEAM)) {
            p += strlen(SEAM);
            continue;
        }
        problem = read_item(&item, &p);
        if (!problem)
            problem = read_times(&p, &min, &max);
        if (!problem)
            problem = add_items(e, item, min, max);
    }
    return problem;
}

static char *
longest_text(const expression_t *e)
{
    GString *run = g_string_new(NULL), *longest = g_string_new(NULL);

    for (unsigned i = 0; i <= e->items->len; i++) {
        const item_t *item = i < e->items->len ? &g_array_index(e->items, item_t, i) : NULL;
        if (item && item->single && item->times == ONE) {
            g_string_append_c(run, item->byte);
            continue;
        }
        if (run->len > longest->len)
            g_string_assign(longest, run->str);
        g_string_truncate(run, 0);
    }
    g_string_free(run, TRUE);
    return g_string_free(longest, FALSE);
}

expression_t *
expression_new(const char *text, const char **problem)
{
    expression_t *e = g_new0(expression_t, 1);

    e->text = g_strdup(text);
    e->items = g_array_new(FALSE, FALSE, sizeof(item_t));
    *problem = read_items(e);
    e->required = longest_text(e);
    if (!*problem)
        return e;
    expression_free(e);
    return NULL;
}

void
expression_free(expression_t *e)
{
    if (!e)
        return;
    g_array_free(e->items, TRUE);
    g_free(e->required);
    g_free(e->text);
    g_free(e);
}

const char *
expression_text(const expression_t *e)
{
    return e->text;
}

const char *
expression_required(const expression_t *e)
{
    return e->required;
}

unsigned
expression_items(const expression_t *e)
{
    return e->items->len;
}

bool
expression_is_plain(const expression_t *e)
{
    return strlen(e->required) == e->items->len;
}

/* ---- matching ---- */

/* The items that the text so far leads to, each once. */
typedef struct {
    unsigned n;
    uint16_t item[EXPRESSION_ITEMS_MAX];
    uint32_t when[EXPRESSION_ITEMS_MAX];        /* an item was noted last */
} front_t;

/* Item i may be next, and whatever is behind it as long as that may be missing. True at the end. */
static bool
reach(const expression_t *e, front_t *front, unsigned i, uint32_t when)
{
    for (; i < e->items->len; i++) {
        if (front->when[i] == when)
            return false;
        front->when[i] = when;
        front->item[front->n++] = (uint16_t)i;
        if (g_array_index(e->items, item_t, i).times == ONE)
            return false;
    }
    return true;
}

bool
expression_fits(const expression_t *e, const uint8_t *bytes, size_t length, uint64_t *steps)
{
    front_t *front = g_new0(front_t, 2);
    bool fits = false;

    for (size_t at = 0; at < length && !fits && *steps; at++) {
        front_t *now = &front[at % 2], *then = &front[!(at % 2)];
        reach(e, now, 0, (uint32_t)at + 1);     /* a match may begin at every byte */
        then->n = 0;
        for (unsigned i = 0; i < now->n && *steps; i++) {
            const item_t *item = &g_array_index(e->items, item_t, now->item[i]);
            --*steps;
            if (set_has(item, bytes[at]))
                fits |= reach(e, then, now->item[i] + (item->times != ANY), (uint32_t)at + 2);
        }
    }
    g_free(front);
    return fits && *steps;
}
