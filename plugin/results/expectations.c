/* expectations.c
 * Reads expectations and compares them; see expectations.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "expectations.h"

#include <stdbool.h>
#include <string.h>

#include "results.h"

/* A finding without a verdict has a notice. */
#define WORD_NOTICE "notice"

enum { CONFIDENCE_MAX = 100, ANY = -1 };

typedef enum { M_FORGED_FRAME, M_GENUINE_FRAME, M_TRIGGER_FRAME, M_SIGNATURES, M_TRIGGER, N_MEMBERS } member_t;

static const char *const member_names[N_MEMBERS] = {
    "forged_frame", "genuine_frame", "trigger_frame", "signatures", "trigger",
};

/* One line. */
typedef struct {
    unsigned    number;             /* in the file */
    char       *text;
    bool        never;
    uint32_t    first, last;        /* frames; 0: any */
    unsigned    verdicts, classes;  /* a bit for each that will do */
    int         low, high;          /* confidence; ANY: none was given */
    const char *member[N_MEMBERS];  /* NULL: not given */
    bool        met;                /* said: a line of what is expected names this frame */
} line_t;

struct expectations {
    bool    exact;
    GArray *lines;                  /* of line_t */
};

/* ---- reading: each takes a word and says what is wrong with it, NULL for nothing ---- */

static char *
wrong(const char *what, const char *word)
{
    char *safe = g_strescape(word, NULL);
    char *text = g_strdup_printf("%s \"%.60s\"", what, safe);

    g_free(safe);
    return text;
}

/* The number that a word begins with; *end is behind it. False where it does not, or it is too large. */
static bool
take_number(const char *word, uint32_t most, uint32_t *number, const char **end)
{
    char *behind;

    if (!g_ascii_isdigit(*word))
        return false;
    guint64 value = g_ascii_strtoull(word, &behind, 10);
    *number = (uint32_t)value;
    *end = behind;
    return value <= most;
}

/* "18", "18-20", "*". */
static char *
read_frames(line_t *line, const char *word)
{
    const char *end = word;

    if (!strcmp(word, "*"))
        return NULL;
    bool well = take_number(word, UINT32_MAX, &line->first, &end);
    line->last = line->first;
    if (well && *end == '-')
        well = take_number(end + 1, UINT32_MAX, &line->last, &end);
    return well && !*end && line->first && line->first <= line->last ? NULL : wrong("not a frame:", word);
}

static const char *
verdict_word(unsigned verdict)
{
    return verdict == VERDICT_NONE ? WORD_NOTICE : verdict_name((verdict_t)verdict);
}

static const char *
class_word(unsigned class)
{
    return class_name((class_t)class);
}

/* "forged", "forged|suspect", "*": bits, all of them for any. 0: there is no such word. */
static unsigned
read_choice(const char *text, unsigned n, const char *(*word)(unsigned))
{
    unsigned bits = 0;

    if (!strcmp(text, "*"))
        return ~0u;
    char **parts = g_strsplit(text, "|", -1);
    for (char **part = parts; *part; part++) {
        unsigned i = 0;
        while (i < n && (!*word(i) || strcmp(word(i), *part)))
            i++;
        if (i == n) {
            bits = 0;
            break;
        }
        bits |= 1u << i;
    }
    g_strfreev(parts);
    return bits;
}

/* "99", "80+". */
static char *
read_confidence(line_t *line, const char *word)
{
    const char *end = word;
    uint32_t number;

    if (!take_number(word, CONFIDENCE_MAX, &number, &end) || strlen(end) > 1 || (*end && *end != '+'))
        return wrong("not a confidence:", word);
    line->low = (int)number;
    line->high = *end ? CONFIDENCE_MAX : (int)number;
    return NULL;
}

static char *
read_member(line_t *line, char *word)
{
    char *value = strchr(word, '=');

    *value++ = '\0';
    for (unsigned m = 0; m < N_MEMBERS; m++) {
        if (strcmp(word, member_names[m]))
            continue;
        if (line->member[m])
            return wrong("given twice:", word);
        line->member[m] = value;
        return NULL;
    }
    return wrong("there is no member", word);
}

/* A word behind the frames: which it is shows in its form and place. */
static char *
read_word(line_t *line, char *word)
{
    if (strchr(word, '='))
        return read_member(line, word);
    if (g_ascii_isdigit(*word))
        return line->low == ANY ? read_confidence(line, word) : wrong("a second confidence:", word);
    if (!line->verdicts)
        return (line->verdicts = read_choice(word, N_VERDICTS, verdict_word)) ? NULL
             : wrong("there is no verdict", word);
    if (!line->classes)
        return (line->classes = read_choice(word, N_CLASSES, class_word)) ? NULL : wrong("there is no class", word);
    return wrong("one word too many:", word);
}

/* The next word; the rest of the line behind it. The trigger is the rest, because it may have blanks. */
static char *
next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t");
    size_t length = g_str_has_prefix(word, "trigger=") ? strlen(word) : strcspn(word, " \t");

    *rest = word + length;
    if (**rest)
        *(*rest)++ = '\0';
    return *word ? word : NULL;
}

static char *
read_line(line_t *line, char *rest)
{
    char *word = next_word(&rest), *error = NULL;

    line->low = line->high = ANY;
    if (!strcmp(word, "never")) {
        line->never = true;
        word = next_word(&rest);
    }
    error = word ? read_frames(line, word) : g_strdup("never what?");
    while (!error && (word = next_word(&rest)))
        error = read_word(line, word);
    if (!error && !line->never && !line->verdicts)
        error = g_strdup("a verdict is missing");
    return error;
}

/* One line of the file, blanks at its ends gone. */
static char *
take_line(expectations_t *e, const char *text, unsigned number)
{
    if (!*text || *text == '#')
        return NULL;
    if (!strcmp(text, "exact")) {
        e->exact = true;
        return NULL;
    }
    /* The text twice in one: to be shown, and to be cut into words. */
    size_t length = strlen(text) + 1;
    line_t line = { .number = number, .text = g_malloc(2 * length) };
    memcpy(line.text, text, length);
    memcpy(line.text + length, text, length);
    char *error = read_line(&line, line.text + length);
    g_array_append_val(e->lines, line);
    return error;
}

expectations_t *
expectations_read(const char *text, char **error)
{
    expectations_t *e = g_new0(expectations_t, 1);
    char **lines = g_strsplit(text, "\n", -1), *reason = NULL;
    unsigned number = 0;

    e->lines = g_array_new(FALSE, FALSE, sizeof(line_t));
    while (lines[number] && !reason) {
        reason = take_line(e, g_strstrip(lines[number]), number + 1);
        number++;
    }
    g_strfreev(lines);
    if (!reason)
        return e;
    *error = g_strdup_printf("%u: %s", number, reason);
    g_free(reason);
    expectations_free(e);
    return NULL;
}

void
expectations_free(expectations_t *e)
{
    for (unsigned i = 0; i < e->lines->len; i++)
        g_free(g_array_index(e->lines, line_t, i).text);
    g_array_free(e->lines, TRUE);
    g_free(e);
}

/* ---- comparing ---- */

static line_t *
line_at(const expectations_t *e, unsigned i)
{
    return &g_array_index(e->lines, line_t, i);
}

/* '*' in the pattern is any text. */
static bool
fits_text(const char *pattern, const char *text)
{
    const char *star = NULL, *again = NULL;

    while (*text) {
        if (*pattern == '*') {
            star = ++pattern;
            again = text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star;
            text = ++again;
        } else {
            return false;
        }
    }
    return !pattern[strspn(pattern, "*")];
}

static bool
fits_member(const line_t *wanted, const line_t *said, member_t m, bool exact)
{
    const char *value = wanted->member[m], *is = said->member[m] ? said->member[m] : "";

    return value ? exact ? !strcmp(value, is) : fits_text(value, is) : !exact || !*is;
}

static bool
fits_confidence(const line_t *wanted, const line_t *said, bool exact)
{
    return wanted->low == ANY ? !exact || said->low == ANY : wanted->low <= said->low && said->low <= wanted->high;
}

/* Bits that were not given: none is asked for, or, in an exact file, none may be there. */
static bool
fits_choice(unsigned wanted, unsigned said, bool exact)
{
    return wanted ? wanted == ~0u || (wanted & said) : !exact || !said;
}

static bool
differs(GString *where, const char *what, bool fits)
{
    if (!fits)
        g_string_append_printf(where, "%s%s", where->len ? ", " : "", what);
    return !fits;
}

/* *where becomes what differs. */
static bool
fits(const line_t *wanted, const line_t *said, bool exact, GString *where)
{
    g_string_truncate(where, 0);
    bool odd = differs(where, "verdict", fits_choice(wanted->verdicts, said->verdicts, exact));

    odd |= differs(where, "class", fits_choice(wanted->classes, said->classes, exact));
    odd |= differs(where, "confidence", fits_confidence(wanted, said, exact));
    for (unsigned m = 0; m < N_MEMBERS; m++)
        odd |= differs(where, member_names[m], fits_member(wanted, said, m, exact));
    return !odd;
}

/* The first finding of this frame or a later one. */
static unsigned
find_frame(const expectations_t *said, uint32_t frame)
{
    unsigned low = 0, high = said->lines->len;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (line_at(said, middle)->first < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A difference: the line, what is said, and where they part; NULL for what there is not. */
static unsigned
add_difference(GString *out, const line_t *wanted, const char *said, const char *where)
{
    if (wanted)
        g_string_append_printf(out, "  line %u: %s\n", wanted->number, wanted->text);
    else
        g_string_append(out, "  not expected\n");
    g_string_append_printf(out, "    said: %s\n", said);
    if (where && *where)
        g_string_append_printf(out, "    differs in: %s\n", where);
    return 1;
}

/* A line about any frame: one finding that fits is enough. */
static unsigned
compare_any(const line_t *wanted, const expectations_t *said, bool exact, GString *out)
{
    GString *where = g_string_new(NULL);
    bool found = false;

    for (unsigned i = 0; i < said->lines->len && !found; i++)
        found = fits(wanted, line_at(said, i), exact, where);
    g_string_free(where, TRUE);
    return found ? 0 : add_difference(out, wanted, "that of no frame", NULL);
}

/* A line about some frames: each must fit, and the first that does not is told. */
static unsigned
compare_frames(const line_t *wanted, expectations_t *said, bool exact, GString *out)
{
    unsigned differences = 0, at = find_frame(said, wanted->first);
    uint32_t due = wanted->first;
    GString *where = g_string_new(NULL);

    for (; at < said->lines->len && line_at(said, at)->first <= wanted->last; at++) {
        line_t *line = line_at(said, at);
        line->met = true;
        if (!differences && line->first == due && !fits(wanted, line, exact, where))
            differences = add_difference(out, wanted, line->text, where->str);
        if (line->first == due)
            due++;
    }
    if (!differences && due <= wanted->last && due) {
        g_string_printf(where, "nothing of frame %u", due);
        differences = add_difference(out, wanted, where->str, NULL);
    }
    g_string_free(where, TRUE);
    return differences;
}

/* What must not be said: of any frame means, of any that no line names. */
static unsigned
compare_never(const line_t *never, const expectations_t *said, GString *out)
{
    unsigned differences = 0, at = never->first ? find_frame(said, never->first) : 0;
    GString *where = g_string_new(NULL);

    for (; at < said->lines->len; at++) {
        const line_t *line = line_at(said, at);
        if (never->first ? line->first > never->last : line->met)
            continue;
        if (fits(never, line, false, where))
            differences += add_difference(out, never, line->text, NULL);
    }
    g_string_free(where, TRUE);
    return differences;
}

static unsigned
compare_rest(const expectations_t *said, GString *out)
{
    unsigned differences = 0;

    for (unsigned i = 0; i < said->lines->len; i++)
        if (!line_at(said, i)->met)
            differences += add_difference(out, NULL, line_at(said, i)->text, NULL);
    return differences;
}

unsigned
expectations_compare(const expectations_t *wanted, expectations_t *said, GString *out)
{
    unsigned differences = 0;

    for (unsigned i = 0; i < said->lines->len; i++)
        line_at(said, i)->met = false;
    for (unsigned i = 0; i < wanted->lines->len; i++) {
        const line_t *line = line_at(wanted, i);
        if (!line->never)
            differences += line->first ? compare_frames(line, said, wanted->exact, out)
                         : compare_any(line, said, wanted->exact, out);
    }
    for (unsigned i = 0; i < wanted->lines->len; i++)
        if (line_at(wanted, i)->never)
            differences += compare_never(line_at(wanted, i), said, out);
    return wanted->exact ? differences + compare_rest(said, out) : differences;
}

/* ---- a first file ---- */

/* The word that has one bit. */
static const char *
word_of(unsigned bits, const char *(*word)(unsigned))
{
    return bits ? word((unsigned)g_bit_nth_lsf(bits, -1)) : "";
}

/* A suspicion may become a verdict in a later version, and a verdict keeps its level. */
static void
add_first(GString *out, const line_t *said)
{
    const bool forged = said->verdicts & 1u << VERDICT_FORGED, suspect = said->verdicts & 1u << VERDICT_SUSPECT;

    g_string_append_printf(out, "%u %s %s", said->first,
                           suspect ? "suspect|forged" : word_of(said->verdicts, verdict_word),
                           word_of(said->classes, class_word));
    if (forged)
        g_string_append_printf(out, " %d+", said->low >= 80 ? 80 : MIN(said->low, CONFIDENCE_FORGED));
    if (said->member[M_TRIGGER])
        g_string_append_printf(out, " trigger=%s", said->member[M_TRIGGER]);
    g_string_append_c(out, '\n');
}

void
expectations_write_first(GString *out, const expectations_t *said)
{
    for (unsigned i = 0; i < said->lines->len; i++)
        if (!(line_at(said, i)->verdicts & 1u << VERDICT_NONE))
            add_first(out, line_at(said, i));
    g_string_append(out, "never * forged\n");
}
