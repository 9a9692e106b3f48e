/* fingerprints.c
 * Lists of what filters answer with; see fingerprints.h. Pages are matched here; list_formats.c
 * reads the files.
 *
 * Texts that may be anywhere are looked for with one automaton, those that begin a value with
 * another one that is followed from the value's beginning. So a page costs what its length costs,
 * however long the lists are. An expression is tried only where the longest text that it cannot do
 * without was found, once on each part, and all of them together may take PAGE_STEPS for each byte
 * of the page.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fingerprints/fingerprints_private.h"

#include <string.h>

#include "bytes/dns_message.h"
#include "base/hash.h"
#include "base/text.h"

#define HITS_MAX    256     /* of all entries in one page: beyond that the lists are no use */
#define HEADERS_MAX 64
#define SAME_MAX    16      /* entries for one text: for several headers, from several lists */
#define WARNINGS_MAX 100

/* ---- making ---- */

/* A place in the filter: whoever writes a capture may make addresses share it, which costs him a
 * look-up. (Knuth's multiplicative hash.) */
static unsigned
address_bit(const uint8_t *address, bool ipv6)
{
    uint32_t words[4] = { 0 };

    memcpy(words, address, ipv6 ? 16 : 4);
    return ((words[0] ^ words[1] ^ words[2] ^ words[3]) * UINT32_C(0x9e3779b1)) >> 16;
}

static unsigned
address_hash(const void *key)
{
    uint32_t words[4];
    return hash_words(words, address_words(key, words));
}

static gboolean
address_same(const void *a, const void *b)
{
    return address_equal(a, b);
}

static unsigned
alias_hash(const void *key)
{
    const uint8_t *wire = key;
    return hash_bytes(wire + 1, wire[0]);
}

static gboolean
alias_same(const void *a, const void *b)
{
    return !memcmp(a, b, 1u + *(const uint8_t *)a);
}

void
fingerprints_free_pattern(void *pattern)
{
    pattern_t *p = pattern;

    g_free(p->literal);
    g_free(p->header);
    expression_free(p->expression);
    g_free(p);
}

fingerprints_t *
fingerprints_new(void)
{
    fingerprints_t *f = g_new0(fingerprints_t, 1);

    hash_init();
    f->references = 1;
    f->stamp = g_string_new(NULL);
    f->texts = g_string_chunk_new(4096);
    f->addresses = g_hash_table_new_full(address_hash, address_same, g_free, g_free);
    f->aliases = g_hash_table_new_full(alias_hash, alias_same, g_free, g_free);
    f->patterns = g_ptr_array_new_with_free_func(fingerprints_free_pattern);
    f->warnings = g_ptr_array_new_with_free_func(g_free);
    f->anywhere = automaton_new();
    f->anchored = automaton_new();
    f->at_state[0] = g_hash_table_new(NULL, NULL);
    f->at_state[1] = g_hash_table_new(NULL, NULL);
    return f;
}

fingerprints_t *
fingerprints_ref(fingerprints_t *f)
{
    f->references++;
    return f;
}

void
fingerprints_free(fingerprints_t *f)
{
    if (!f || --f->references)
        return;
    g_string_free(f->stamp, TRUE);
    automaton_free(f->anywhere);
    automaton_free(f->anchored);
    g_hash_table_destroy(f->at_state[0]);
    g_hash_table_destroy(f->at_state[1]);
    g_hash_table_destroy(f->addresses);
    g_hash_table_destroy(f->aliases);
    g_ptr_array_free(f->patterns, TRUE);
    g_ptr_array_free(f->warnings, TRUE);
    g_string_chunk_free(f->texts);
    g_free(f);
}

void
fingerprints_warn(fingerprints_t *f, const char *title, unsigned line, const char *problem)
{
    if (f->warnings->len > WARNINGS_MAX)
        return;
    if (f->warnings->len == WARNINGS_MAX)
        g_ptr_array_add(f->warnings, g_strdup("further problems are not listed"));
    else if (line)
        g_ptr_array_add(f->warnings, g_strdup_printf("%s:%u: %s", title, line, problem));
    else
        g_ptr_array_add(f->warnings, g_strdup_printf("%s: %s", title, problem));
}

/* Whether an entry for the same thing takes the place of the one that is there: one for false hits
 * always, else the surer one. */
static bool
overrules(const fingerprint_t *a, const fingerprint_t *b)
{
    if (a->scope == SCOPE_FALSE || b->scope == SCOPE_FALSE)
        return b->scope != SCOPE_FALSE;
    return a->scope != b->scope ? a->scope > b->scope : a->confidence > b->confidence;
}

static void
add_to_table(GHashTable *table, void *key, const fingerprint_t *fp)
{
    fingerprint_t *known = g_hash_table_lookup(table, key);

    if (!known) {
        g_hash_table_insert(table, key, g_memdup2(fp, sizeof *fp));
        return;
    }
    if (overrules(fp, known))
        *known = *fp;
    g_free(key);
}

const char *
fingerprints_add_address(fingerprints_t *f, const fingerprint_t *fp, const ip_address_t *address)
{
    static const uint8_t zero[15];
    const uint8_t *b = address->bytes;
    bool anyones = address->ipv6 ? !memcmp(b, zero, 15) && b[15] <= 1 : b[0] == 0 || b[0] == 127;

    if (anyones)
        return "this address is nobody's: filters and ad blockers of all kinds give it";
    if (g_hash_table_size(f->addresses) >= ADDRESSES_MAX)
        return "too many addresses";
    unsigned bit = address_bit(address->bytes, address->ipv6);
    f->address_filter[bit / 8] |= (uint8_t)(1 << bit % 8);
    add_to_table(f->addresses, g_memdup2(address, sizeof *address), fp);
    return NULL;
}

const char *
fingerprints_add_alias(fingerprints_t *f, const fingerprint_t *fp, const char *name)
{
    uint8_t wire[1 + DNS_NAME_MAX] = { 0 };
    size_t out = 1, n = strlen(name);

    if (n && name[n - 1] == '.')
        n--;
    for (size_t from = 0; from <= n;) {
        const char *dot = memchr(name + from, '.', n - from);
        size_t label = dot ? (size_t)(dot - name) - from : n - from;
        if (!label || label > 63 || out + 1 + label >= sizeof wire)
            return "neither an address nor a name";
        wire[out++] = (uint8_t)label;
        for (size_t i = 0; i < label; i++) {
            char c = g_ascii_tolower(name[from + i]);
            if (!g_ascii_isalnum(c) && c != '-' && c != '_')
                return "neither an address nor a name";
            wire[out++] = (uint8_t)c;
        }
        from += label + 1;
    }
    out++;                              /* the root's empty label */
    wire[0] = (uint8_t)(out - 1);
    if (g_hash_table_size(f->aliases) >= PATTERNS_MAX)
        return "too many names";
    add_to_table(f->aliases, g_memdup2(wire, out), fp);
    return NULL;
}

/* Entries that are found by one text are linked, the last one added first. */
static pattern_t *
pattern_at(const fingerprints_t *f, bool anchored, state_t state)
{
    void *index = g_hash_table_lookup(f->at_state[anchored], GUINT_TO_POINTER(state));
    return index ? g_ptr_array_index(f->patterns, GPOINTER_TO_UINT(index) - 1) : NULL;
}

static bool
same_pattern(const pattern_t *a, const pattern_t *b)
{
    return a->kind == b->kind && a->where == b->where && !g_strcmp0(a->header, b->header)
        && (a->kind != PATTERN_REGEX
            || !strcmp(expression_text(a->expression), expression_text(b->expression)));
}

const char *
fingerprints_add_pattern(fingerprints_t *f, pattern_t *p)
{
    bool anchored = p->kind == PATTERN_PREFIX || p->kind == PATTERN_FULL;
    GByteArray *text = g_byte_array_new();
    unsigned same = 0;
    state_t state;

    if (anchored && p->header)
        g_byte_array_append(text, (const uint8_t *)p->header, (unsigned)strlen(p->header));
    if (anchored)
        g_byte_array_append(text, (const uint8_t *)":", 1);
    g_byte_array_append(text, (const uint8_t *)p->literal, (unsigned)p->length);
    state = f->patterns->len < PATTERNS_MAX
          ? automaton_add(anchored ? f->anchored : f->anywhere, text->data, text->len) : 0;
    g_byte_array_free(text, TRUE);
    f->items += p->expression ? expression_items(p->expression) : 0;
    if (!state || f->items > ITEMS_MAX) {
        fingerprints_free_pattern(p);
        return state ? "too many expressions" : "too many patterns";
    }
    for (pattern_t *other = pattern_at(f, anchored, state); other; other = other->next, same++)
        if (same_pattern(p, other)) {
            if (overrules(&p->fp, &other->fp))
                other->fp = p->fp;
            fingerprints_free_pattern(p);
            return NULL;
        }
    if (same >= SAME_MAX) {
        fingerprints_free_pattern(p);
        return "too many entries for the same text";
    }
    p->next = pattern_at(f, anchored, state);
    g_ptr_array_add(f->patterns, p);
    g_hash_table_insert(f->at_state[anchored], GUINT_TO_POINTER(state),
                        GUINT_TO_POINTER(f->patterns->len));
    return NULL;
}

void
fingerprints_finish(fingerprints_t *f)
{
    automaton_finish(f->anywhere);
    automaton_finish(f->anchored);
}

const GPtrArray *
fingerprints_warnings(const fingerprints_t *f)
{
    return f->warnings;
}

unsigned
fingerprints_count(const fingerprints_t *f)
{
    return f->patterns->len + g_hash_table_size(f->addresses) + g_hash_table_size(f->aliases);
}

/* ---- looking up addresses and names ---- */

static const fingerprint_t *
unless_false(const fingerprint_t *fp)
{
    return fp && fp->scope != SCOPE_FALSE ? fp : NULL;
}

const fingerprint_t *
fingerprints_address(const fingerprints_t *f, const uint8_t *address, bool ipv6)
{
    unsigned bit = address_bit(address, ipv6);

    if (!(f->address_filter[bit / 8] & 1 << bit % 8))
        return NULL;
    ip_address_t key = { .ipv6 = ipv6 };
    memcpy(key.bytes, address, ipv6 ? 16 : 4);
    return unless_false(g_hash_table_lookup(f->addresses, &key));
}

const fingerprint_t *
fingerprints_alias(const fingerprints_t *f, const uint8_t *wire, size_t length)
{
    uint8_t key[1 + DNS_NAME_MAX];

    if (!length || length > DNS_NAME_MAX || !g_hash_table_size(f->aliases))
        return NULL;
    key[0] = (uint8_t)length;
    memcpy(key + 1, wire, length);
    return unless_false(g_hash_table_lookup(f->aliases, key));
}

/* ---- the parts of an answer ---- */

/* A header's value, or the body. */
typedef struct {
    const char *name;           /* NULL: the body, or the status line */
    size_t      name_length;
    size_t      begin, end;     /* in the answer */
    bool        body;
} part_t;

typedef struct {
    const char *text;
    size_t      length;
    part_t      part[HEADERS_MAX + 2];
    unsigned    parts;
} page_t;

static void
add_part(page_t *page, part_t part)
{
    while (part.begin < part.end
           && (page->text[part.begin] == ' ' || page->text[part.begin] == '\t'))
        part.begin++;
    while (!part.body && part.end > part.begin && g_ascii_isspace(page->text[part.end - 1]))
        part.end--;
    page->part[page->parts++] = part;
}

static bool
is_header(const part_t *part, const char *name)
{
    return part->name && strlen(name) == part->name_length
        && same_text(part->name, name, part->name_length);
}

/* Block pages are text. Most of what is fetched is not: images, scripts, compressed pages. */
static bool
says_no_text(const page_t *page, const part_t *part)
{
    if (is_header(part, "content-encoding"))
        return part->end > part->begin && page->text[part->begin] != 'i';       /* "identity" */
    return is_header(part, "content-type") && part->end - part->begin >= 5
        && !same_text(page->text + part->begin, "text/", 5)
        && !same_text(page->text + part->begin, "application/xhtml",
                      MIN(17, part->end - part->begin));
}

/* False for an answer whose body is no text. */
static bool
read_page(page_t *page, const char *text, size_t length)
{
    size_t at = 0;

    page->text = text;
    page->parts = 0;
    bool headers = length > 5 && !memcmp(text, "HTTP/", 5);
    while (headers && at < length && page->parts <= HEADERS_MAX) {
        const char *newline = memchr(text + at, '\n', length - at);
        size_t end = newline ? (size_t)(newline - text) : length;
        const char *colon = memchr(text + at, ':', end - at);
        size_t begin = at;
        at = MIN(end + 1, length);
        if (end == begin || (end == begin + 1 && text[begin] == '\r'))
            break;
        if (colon && page->parts)
            add_part(page, (part_t){ text + begin, (size_t)(colon - text) - begin,
                                     (size_t)(colon - text) + 1, end, false });
        else
            add_part(page, (part_t){ .begin = begin, .end = end });
        if (says_no_text(page, &page->part[page->parts - 1]))
            return false;
    }
    page->length = length;
    page->part[page->parts++] = (part_t){ .begin = at, .end = length, .body = true };
    return true;
}

static bool
fits_part(const pattern_t *p, const part_t *part)
{
    return p->where == IN_ANYTHING
        || (p->where == IN_BODY ? part->body : is_header(part, p->header));
}

/* ---- matching ---- */

typedef struct {
    fingerprints_t *lists;
    const page_t   *page;
    const fingerprint_t *best;
    unsigned hits;
    uint64_t steps;             /* that expressions may still take */
    bool     useless;           /* a false hit, or too much of all */
} match_t;

/* part: which one, of those of the page. */
static bool
expression_matches(match_t *m, pattern_t *p, unsigned part, size_t begin, size_t end)
{
    uint64_t now = m->lists->pages * G_N_ELEMENTS(m->page->part) + part;
    bool fits = false;

    if (p->tried != now)
        fits = expression_fits(p->expression, (const uint8_t *)m->page->text + begin, end - begin,
                               &m->steps);
    p->tried = now;
    m->useless |= !m->steps;
    return fits;
}

static void
found(match_t *m, const fingerprint_t *fp)
{
    if (fp->scope == SCOPE_FALSE)
        m->useless = true;
    else if (!m->best || overrules(fp, m->best))
        m->best = fp;
}

/* A text that may be anywhere ends at `end`, which lies in a part. */
static void
check_hit(match_t *m, pattern_t *p, const part_t *part, size_t end)
{
    const page_t *page = m->page;
    size_t from = p->where == IN_ANYTHING ? 0 : part->begin;
    size_t to = p->where == IN_ANYTHING ? page->length : part->end;

    if (end > to || end < p->length || end - p->length < from || !fits_part(p, part))
        return;
    if (p->kind != PATTERN_REGEX
        || expression_matches(m, p, (unsigned)(part - page->part), from, to))
        found(m, &p->fp);
}

/* The part that byte i lies in, from an earlier one on. */
static const part_t *
part_at(const page_t *page, const part_t *part, size_t i)
{
    while (part + 1 < page->part + page->parts && i >= part[1].begin)
        part++;
    return part;
}

static void
scan(match_t *m)
{
    automaton_t *a = m->lists->anywhere;
    const uint8_t *text = (const uint8_t *)m->page->text;
    const part_t *part = m->page->part;
    size_t length = m->page->length;
    state_t state = 0;

    for (size_t i = automaton_skip(a, text, 0, length); i < length && !m->useless; i++) {
        state = automaton_step(a, state, text[i]);
        for (state_t s = automaton_found(a, state); s; s = automaton_shorter(a, s)) {
            m->useless |= ++m->hits > HITS_MAX;
            part = part_at(m->page, part, i);
            for (pattern_t *p = pattern_at(m->lists, false, s); p && !m->useless; p = p->next)
                check_hit(m, p, part, i + 1);
        }
        if (!state)
            i = automaton_skip(a, text, i + 1, length) - 1;
    }
}

static void
follow_part(match_t *m, const part_t *part)
{
    automaton_t *a = m->lists->anchored;
    state_t state = 0;

    for (size_t i = 0; i < part->name_length; i++)
        if (!(state = automaton_descend(a, state, (uint8_t)g_ascii_tolower(part->name[i]))))
            return;
    state = automaton_descend(a, state, ':');
    for (size_t i = part->begin; state && i < part->end; i++) {
        state = automaton_descend(a, state, (uint8_t)m->page->text[i]);
        if (!state || !automaton_is_literal(a, state))
            continue;
        m->useless |= ++m->hits > HITS_MAX;
        for (pattern_t *p = pattern_at(m->lists, true, state); p; p = p->next)
            if (p->kind == PATTERN_PREFIX || i + 1 == part->end)
                found(m, &p->fp);
    }
}

/* Where the label that ends at `end` begins. */
static const char *
label_at(const char *host, const char *end)
{
    while (end > host && end[-1] != '.')
        end--;
    return end;
}

/* The last two labels of what was asked for, three where the second is as short as in "co.uk". */
static const char *
domain_of(const char *host)
{
    const char *last = label_at(host, host + strlen(host));
    const char *second = last > host ? label_at(host, last - 1) : last;

    return second > host && last - second <= 4 ? label_at(host, second - 1) : second;
}

/* Whoever asks for the filter's own site gets its page from there. */
static bool
is_own_site(const fingerprint_t *fp, const char *host)
{
    if (!host)
        return false;
    char *asked = g_ascii_strdown(host, (gssize)strcspn(host, ":"));
    char *pattern = g_ascii_strdown(fp->pattern, -1);
    const char *domain = domain_of(asked);
    bool own = *domain && strstr(pattern, domain);
    g_free(asked);
    g_free(pattern);
    return own;
}

const fingerprint_t *
fingerprints_page(fingerprints_t *f, const uint8_t *bytes, size_t length, const char *host)
{
    page_t page;
    match_t m = { .lists = f, .page = &page };

    f->text = f->patterns->len && read_page(&page, (const char *)bytes, MIN(length, PAGE_BYTES));
    f->work = 0;
    f->pages += f->patterns->len > 0;
    if (!f->text)
        return NULL;
    m.steps = PAGE_STEPS * page.length;
    uint64_t before = automaton_lookups(f->anywhere) + automaton_lookups(f->anchored);
    for (unsigned i = 0; i < page.parts; i++)
        if (page.part[i].body || page.part[i].name)
            follow_part(&m, &page.part[i]);
    scan(&m);
    f->work = automaton_lookups(f->anywhere) + automaton_lookups(f->anchored) - before
            + PAGE_STEPS * page.length - m.steps;
    return m.best && !m.useless && !is_own_site(m.best, host) ? m.best : NULL;
}

bool
fingerprints_page_is_text(const fingerprints_t *f)
{
    return f->text;
}

uint64_t
fingerprints_work(const fingerprints_t *f)
{
    return f->work;
}

/* ---- words ---- */

bool
fingerprint_is_sure(const fingerprint_t *fp)
{
    return fp->confidence >= 4 && (fp->scope > SCOPE_UNKNOWN || fp->addresses_only);
}

const char *
scope_name(scope_t scope)
{
    static const char *const names[] = { "fp", "vbw", "", "inst", "prod", "isp", "nat" };
    return names[scope];
}

/* ", 2.5 years before this capture" */
static void
append_age(GString *s, int64_t age)
{
    const char *side = age < 0 ? "after" : "before";
    double days = (double)(age < 0 ? -age : age) / (86400.0 * NS_PER_S);

    if (days < 1)
        g_string_append(s, ", the day of this capture");
    else if (days < 60)
        g_string_append_printf(s, ", %.0f day%s %s this capture", days, days < 1.5 ? "" : "s",
                               side);
    else
        g_string_append_printf(s, ", %.1f years %s this capture", days / 365.25, side);
}

char *
fingerprint_text(const fingerprint_t *fp, int64_t now)
{
    static const char *const dated[] = { "undated", "entry of ", "list of ", "file of " };
    GString *s = g_string_new(NULL);
    const char *scope = scope_name(fp->scope);

    g_string_append_printf(s, "\"%s\"", fp->name);
    if (*scope || *fp->countries)
        g_string_append_printf(s, " (%s%s%s)", scope, *scope && *fp->countries ? ", " : "",
                               fp->countries);
    g_string_append_printf(s, " of %s, %s%s", fp->list, dated[fp->dated], fp->date);
    if (fp->dated != DATED_NOT)
        append_age(s, now - fp->time);
    return g_string_free(s, FALSE);
}

const kept_t fingerprints_kept[] = {
    { "text of a list", "fingerprints/", sizeof(pattern_t),
      "16 bytes per byte of it, 8 to 16 for its transition",
      KEPT_NUMBER(PATTERNS_MAX) ", 2^24 states; a file 16 MiB", NULL },
    { "address of a list", "fingerprints/", sizeof(fingerprint_t), "its place in a hash table",
      KEPT_NUMBER(ADDRESSES_MAX), NULL },
    { 0 },
};
