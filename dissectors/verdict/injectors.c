/* verdict/injectors.c
 * Published injectors, one row each; see injectors.h.
 *
 * A row holds what its source says about the header, nothing else. Points are ours: how far a fact
 * tells this injector from genuine packets and from the other rows. Facts that anybody's packet
 * shows (window 0, don't-fragment, IP ID 0) get none or few, so that they never name anybody.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verdict/injectors.h"

#include <inttypes.h>
#include <string.h>

#include "observation.h"

/* Bytes of the payload that are searched for a text. */
#define TEXT_SEARCHED 1024

static const struct {
    trait_kind_t kind;
    const char  *words;
} traits[N_TRAITS] = {
#define X(name, kind, words) { KIND_##kind, words },
    TRAITS(X)
#undef X
};

/* ---- the rows ---- */

#define RST_BARE  TCP_RST
#define RST_ACK   (TCP_RST | TCP_ACK)
#define FIN_ACK   (TCP_FIN | TCP_ACK)
#define PSH_ACK   (TCP_PSH | TCP_ACK)
#define FIN_PSH   (TCP_FIN | TCP_PSH | TCP_ACK)
#define A_B_C_D(a, b, c, d) ((int64_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

#define FACT(t, l, h, n) .trait = TRAIT_##t, .low = l, .high = h, .points = n
/* Where the packet is known to differ, it is another injector. */
#define MUST(t, value, n)       { FACT(t, value, value, n), .must = true }
#define WITHIN(t, l, h, n)      { FACT(t, l, h, n), .must = true }
#define EITHER(t, one, two, n)  { FACT(t, one, two, n), .must = true, .either = true }
#define CONTAINS(words, n)      { FACT(TEXT, 0, 0, n), .must = true, .text = words }
/* It adds when it is there and takes away when it is not. */
#define MAY(t, value, n)        { FACT(t, value, value, n) }
#define MAY_WITHIN(t, l, h, n)  { FACT(t, l, h, n) }
/* It adds when it is there. */
#define SOMETIMES(t, value, n)  { FACT(t, value, value, n), .sometimes = true }

#define FACTS_ARE(...) .fact = { __VA_ARGS__ }, \
    .n_facts = sizeof (injector_fact_t[]){ __VA_ARGS__ } / sizeof(injector_fact_t)
/* The source says that the TTL is random, cyclic, or that of the packet that is answered. */
#define FICKLE_TTL .fickle_ttl = true

#define RESETS (1u << CLASS_RESET)
#define DNS    (1u << CLASS_DNS_ANSWER)
#define DATA   (1u << CLASS_DATA)
#define STREAM (1u << CLASS_DATA | 1u << CLASS_FIN | 1u << CLASS_ACK)

#define WU_2025    "Wu et al., S&P 2025"
#define ZEEK       "Zeek's public trace"
#define CENTRACE   "Raman et al., CoNEXT 2022 (CenTrace's public captures)"
#define OONI_LIST  "OONI's list of blocking fingerprints"
#define ANYBODY    "a tool that anybody can run"
#define LAB        "captures/real: run and captured for this table"

static const injector_t rows[] = {
    /* ---- resets ---- */
    { "GFW (I)", "China", "2023-2024", WU_2025 " (77,892 resets)", RESETS,
      FACTS_ARE(MUST(FLAGS, RST_BARE, EVERYDAY), MUST(IP_ID, 0, UNUSUAL), MUST(DF, 0, UNUSUAL),
                SOMETIMES(TTL_IMPLAUSIBLE, 1, UNUSUAL), MUST(BURST, 1, EVERYDAY)),
      FICKLE_TTL },
    { "GFW (II)", "China", "2023-2024",
      WU_2025 " (309,333 resets); window minus TTL: net4people/bbs #285", RESETS,
      FACTS_ARE(MUST(FLAGS, RST_ACK, EVERYDAY), MUST(DF, 1, EVERYDAY),
                WITHIN(IP_ID, 0x00a3, 0xfe5f, EVERYDAY), SOMETIMES(LOCKSTEP, 1, RARE),
                MAY_WITHIN(BURST, 3, 255, UNUSUAL), SOMETIMES(PAIR_IP_ID_STEP, 0, RARE),
                SOMETIMES(TTL_IMPLAUSIBLE, 1, UNUSUAL)),
      FICKLE_TTL },
    { "GFW (III)", "China", "2023-2024", WU_2025 " (4,366 resets)", RESETS,
      FACTS_ARE(WITHIN(IP_ID, 0x9916, 0x9933, OWN), MUST(FLAGS, RST_ACK, EVERYDAY),
                MUST(DF, 0, UNUSUAL), MUST(TTL_INITIAL, 255, UNUSUAL)) },
    { "GFW, stepping resets", "China", "2023-2025",
      "net4people/bbs #285 (1.1.1.1:443), #511 (2025-08-20)", RESETS,
      FACTS_ARE(MUST(PAIR_LOCKSTEP, 1, OWN), MUST(FLAGS, RST_ACK, EVERYDAY),
                MAY_WITHIN(BURST, 2, 255, UNUSUAL), MAY_WITHIN(PAIR_IP_ID_STEP, 1, 4, UNUSUAL),
                SOMETIMES(TTL_IMPLAUSIBLE, 1, UNUSUAL)),
      FICKLE_TTL },
    { "GFW, keyword resets of 2006", "China", "2006", "Clayton et al., PET 2006", RESETS,
      FACTS_ARE(WITHIN(SEQ_STEP_1460, 1, 3, OWN), MUST(FLAGS, RST_BARE, EVERYDAY)) },
    { "GFW, type 2", "China", "2017", "Wang et al., IMC 2017", RESETS,
      FACTS_ARE(WITHIN(SEQ_STEP_1460, 1, 3, OWN), MUST(FLAGS, RST_ACK, EVERYDAY),
                SOMETIMES(LOCKSTEP, 1, UNUSUAL), SOMETIMES(TTL_IMPLAUSIBLE, 1, UNUSUAL)),
      FICKLE_TTL },
    { "Henan Firewall", "China, Henan", "2023-2025", WU_2025 " (36,475 of 36,478 resets)", RESETS,
      FACTS_ARE(MUST(COUNTING_BYTES, 1, OWN), MUST(FLAGS, RST_ACK, EVERYDAY),
                MAY(IP_ID, 1, UNUSUAL), MAY(DF, 0, UNUSUAL), MAY(TTL_INITIAL, 64, EVERYDAY),
                MAY(WINDOW, 0, EVERYDAY)) },
    { "RAE", "China (commonest class at one campus)", "2000s", "Weaver et al., NDSS 2009; " ZEEK,
      RESETS,
      FACTS_ARE(MUST(RESERVED_BITS, 1, RARE), MUST(FLAGS, RST_ACK, EVERYDAY),
                MAY(IP_ID_STEP, 0, RARE), MAY(WINDOW_COPIED, 1, UNUSUAL), MAY(DF, 1, EVERYDAY),
                MAY(ACK_OFF, -1, UNUSUAL)) },
    { "Sandvine, reset pair", "several", "2000s",
      "Weaver et al., NDSS 2009 (90 % of 193 addresses)", RESETS,
      FACTS_ARE(MUST(SEQ_STEP, 12503, OWN), MAY_WITHIN(PAIR_IP_ID_STEP, 1, 4, UNUSUAL)) },
    { "Sandvine PacketLogic", "Turkey, Egypt", "2018", "Marczak et al., Citizen Lab 2018",
      RESETS | STREAM,
      FACTS_ARE(MUST(IP_ID, 0x3412, OWN), MUST(DF, 0, EVERYDAY), MAY(WINDOW, 32120, RARE),
                MAY(NO_TIMESTAMPS, 1, UNUSUAL)) },
    { "Egypt, second box", "Egypt", "2018", "AFTE and OONI, 2018", RESETS,
      FACTS_ARE(MUST(IP_ID, 0x1234, OWN), MUST(DF, 0, EVERYDAY)) },
    { "Turkmenistan's filter", "Turkmenistan", "2021-2023", "Nourin et al., WWW 2023", RESETS,
      FACTS_ARE(MUST(IP_ID, 0x7530, OWN), MUST(FLAGS, RST_BARE, EVERYDAY), MUST(DF, 0, EVERYDAY),
                MAY(TTL_INITIAL, 128, UNUSUAL), MAY(WINDOW, 0, EVERYDAY)) },
    { "Beltelecom, against Tor", "Belarus", "2016", "OONI on Belarus, 2016", RESETS,
      FACTS_ARE(MUST(ZERO_NUMBERS, 1, RARE), MUST(FLAGS, RST_BARE, EVERYDAY),
                MUST(ANSWERS_SYN, 1, UNUSUAL), MUST(TTL_INITIAL, 128, EVERYDAY)) },
    { "Iran, resets towards the server", "Iran", "2013", "Aryan et al., FOCI 2013", RESETS,
      FACTS_ARE(MUST(SEQ_STEP, 30, RARE), MAY_WITHIN(BURST, 2, 255, UNUSUAL)) },
    { "Copying box of CenTrace's psiphon.ca example", "place not stated", "2022", CENTRACE, RESETS,
      FACTS_ARE(MUST(IP_ID_STEP, 1, RARE), MUST(FLAGS, RST_BARE, EVERYDAY), MUST(DF, 0, EVERYDAY),
                MAY(ACK_UNFLAGGED, 1, UNUSUAL), MAY(WINDOW_COPIED, 1, UNUSUAL)),
      FICKLE_TTL },

    /* ---- data ---- */
    { "QUANTUMINSERT as demonstrated", "demonstration", "2015", "Fox-IT, 2015 (with captures)",
      DATA,
      FACTS_ARE(MUST(CONFLICT, 1, UNUSUAL), MUST(NO_TIMESTAMPS, 1, UNUSUAL), MAY(IP_ID, 1, UNUSUAL),
                MAY(WINDOW, 8192, UNUSUAL), MAY(DF, 0, EVERYDAY)) },
    { "id1.cn injector", "China", "2015", "Fox-IT, BroCon 2015 (with capture)", DATA,
      FACTS_ARE(MUST(IP_ID_STEP, 0, RARE), MUST(FLAGS, FIN_PSH, UNUSUAL),
                MAY(WINDOW_COPIED, 1, UNUSUAL), MAY(TSVAL_COPIED, 1, UNUSUAL)) },
    { "Great Cannon", "China", "2015", "Marczak et al., FOCI 2015", DATA,
      FACTS_ARE(MUST(LOCKSTEP, 1, OWN)), FICKLE_TTL },
    { "China, HTTP 301 at 1.1.1.1", "China", "2023", "net4people/bbs #295", DATA,
      FACTS_ARE(MUST(IP_ID, 0x99b3, OWN), MUST(FLAGS, PSH_ACK, EVERYDAY),
                MAY(TTL_INITIAL, 255, UNUSUAL), MAY(REDIRECT, 1, UNUSUAL)) },
    { "China, HTTP 302 at 1.1.1.1", "China", "2023", "net4people/bbs #295", DATA,
      FACTS_ARE(MUST(IP_ID, 0x4c57, OWN), MUST(FLAGS, FIN_PSH, EVERYDAY),
                MAY(TTL_INITIAL, 255, UNUSUAL), MAY(REDIRECT, 1, UNUSUAL)) },
    { "Iran's block page", "Iran", "since 2013", "Aryan et al., FOCI 2013; net4people/bbs #226",
      DATA, FACTS_ARE(MUST(IRAN_PAGE, 1, OWN), EITHER(FLAGS, PSH_ACK, FIN_PSH, EVERYDAY)) },
    { "PerfTech", "place not stated", "years not stated", "Brotherston, Snort rule", DATA,
      FACTS_ARE(MUST(WINDOW, 1, OWN), MUST(DF, 0, EVERYDAY)) },
    { "Russian ISP boxes", "Russia", "years not stated", "GoodbyeDPI (drops IP ID 0 to 15)", DATA,
      FACTS_ARE(WITHIN(IP_ID, 0, 15, UNUSUAL), MUST(REDIRECT, 1, UNUSUAL), MAY(DF, 0, UNUSUAL),
                CONTAINS("connection: close", EVERYDAY)) },
    { "Portuguese ISP box", "Portugal", "2022", CENTRACE, DATA,
      FACTS_ARE(MUST(WINDOW, 123, RARE), MUST(IP_ID, 0, UNUSUAL), MUST(DF, 0, UNUSUAL),
                MUST(FLAGS, PSH_ACK, EVERYDAY), MAY(REDIRECT, 1, EVERYDAY)) },
    { "Pakistan, Surf Safely", "Pakistan", "2022", CENTRACE, DATA,
      FACTS_ARE(MUST(BARE_PAGE, 1, RARE), MUST(FLAGS, FIN_ACK, UNUSUAL),
                MAY(WINDOW, 16384, UNUSUAL), MAY(LENGTH, 553, UNUSUAL), MAY(DF, 0, EVERYDAY)) },
    { "Airtel", "India", "2018", "Yadav et al., IMC 2018 (from memory, not checked)", DATA,
      FACTS_ARE(MUST(IP_ID, 242, RARE), MUST(FLAGS, FIN_PSH, UNUSUAL)) },
    { "Indonesia's HTTP redirect", "Indonesia", "2023", "net4people/bbs #316", DATA,
      FACTS_ARE(CONTAINS("aduankonten.id", OWN), MAY(REDIRECT, 1, EVERYDAY)) },
    { "South Korea's warning page", "South Korea", "years not stated", OONI_LIST, DATA,
      FACTS_ARE(CONTAINS("warning.or.kr", OWN)) },
    { "Thailand's block page", "Thailand", "years not stated", OONI_LIST, DATA,
      FACTS_ARE(CONTAINS("illegal.mdes.go.th", OWN)) },
    { "VAS Experts", "Russia and others", "years not stated", OONI_LIST, DATA,
      FACTS_ARE(CONTAINS("vasexperts.ru", OWN)) },
    { "Huawei V2R2C00", "Spain, Italy, Mexico, Pakistan", "years not stated", OONI_LIST, DATA,
      FACTS_ARE(CONTAINS("server: v2r2c00-iae/1.0", OWN)) },

    /* ---- DNS answers ---- */
    { "GFW DNS injector 1", "China", "2020-2021", "Anonymous et al., FOCI 2020", DNS,
      FACTS_ARE(MUST(AUTHORITATIVE, 1, UNUSUAL), MUST(RECORD_TTL, 60, UNUSUAL),
                MUST(OWNER_IN_FULL, 1, UNUSUAL), MUST(DF, 0, EVERYDAY),
                MUST(SINGLE_RECORD, 1, EVERYDAY)),
      FICKLE_TTL },
    { "GFW DNS injector 2", "China", "2020-2021", "Anonymous et al., FOCI 2020", DNS,
      FACTS_ARE(MUST(DF, 1, EVERYDAY), MUST(DNS_FLAGS, 0x8180, EVERYDAY),
                MUST(SINGLE_RECORD, 1, EVERYDAY), MUST(OWNER_IN_FULL, 0, EVERYDAY),
                SOMETIMES(TTL_IMPLAUSIBLE, 1, RARE), SOMETIMES(DNS_BURST, 1, UNUSUAL),
                MAY(OPT_MISSING, 1, UNUSUAL)),
      FICKLE_TTL },
    { "GFW DNS injector 3", "China", "2020-2025", "Fan et al., NDSS 2025; net4people/bbs #466", DNS,
      FACTS_ARE(MUST(IP_ID, 0, RARE), MUST(DF, 0, UNUSUAL), MUST(SINGLE_RECORD, 1, EVERYDAY),
                MUST(OWNER_IN_FULL, 0, EVERYDAY), EITHER(DNS_FLAGS, 0x8180, 0x8400, EVERYDAY),
                MAY(TYPE_MISMATCH, 1, EVERYDAY), MAY(OPT_MISSING, 1, EVERYDAY)),
      FICKLE_TTL },
    { "Turkmenistan's DNS filter", "Turkmenistan", "2021-2023", "Nourin et al., WWW 2023", DNS,
      FACTS_ARE(MUST(IP_ID, 0x7530, OWN), MUST(DF, 0, EVERYDAY),
                MUST(ADDRESS, A_B_C_D(127, 0, 0, 1), UNUSUAL), MAY(RECORD_TTL, 300, UNUSUAL),
                MAY(TTL_INITIAL, 128, UNUSUAL)) },
    { "Turkmenistan's DNS filter, 2021", "Turkmenistan", "2021-2022", "net4people/bbs #80", DNS,
      FACTS_ARE(MUST(OPT_AS_ANSWER, 1, OWN)) },
    { "Iran's DNS filter", "Iran", "since 2013", "Aryan et al., FOCI 2013; net4people/bbs #98", DNS,
      FACTS_ARE(WITHIN(ADDRESS, A_B_C_D(10, 10, 34, 34), A_B_C_D(10, 10, 34, 36), OWN)) },
    { "Cambodian ISPs", "Cambodia", "years not stated", OONI_LIST, DNS,
      FACTS_ARE(MUST(ADDRESS, A_B_C_D(10, 10, 10, 1), OWN)) },
    { "Myanmar's ISPs", "Myanmar", "years not stated", OONI_LIST, DNS,
      FACTS_ARE(MUST(ADDRESS, A_B_C_D(172, 31, 31, 2), OWN)) },
    { "Indonesian ISPs", "Indonesia", "years not stated", OONI_LIST, DNS,
      FACTS_ARE(MUST(ADDRESS, A_B_C_D(10, 10, 30, 76), OWN)) },
    { "Indian ISPs", "India", "years not stated", OONI_LIST, DNS,
      FACTS_ARE(WITHIN(ADDRESS, A_B_C_D(10, 40, 124, 12), A_B_C_D(10, 40, 124, 13), OWN)) },

    /* ---- tools: they say nothing about who ran them ---- */
    { "tcpkill", ANYBODY, "2.4b1", LAB, RESETS,
      FACTS_ARE(WITHIN(SEQ_STEP_WINDOWS, 1, 45, OWN), MUST(FLAGS, RST_BARE, EVERYDAY),
                MUST(DF, 0, EVERYDAY), MUST(WINDOW, 0, EVERYDAY), MUST(ACK_UNFLAGGED, 0, EVERYDAY)) },
    { "hping3", ANYBODY, "3.a2", LAB, RESETS,
      FACTS_ARE(MUST(WINDOW, 512, RARE), MUST(ACK_UNFLAGGED, 1, UNUSUAL),
                MUST(FLAGS, RST_BARE, EVERYDAY), MUST(DF, 0, EVERYDAY)) },
    { "ettercap", ANYBODY, "0.8.3.1", LAB, RESETS | DNS,
      FACTS_ARE(MUST(IP_ID, 0x7ee7, OWN), MUST(DF, 0, EVERYDAY), MAY(WINDOW, 32767, RARE),
                MAY(DNS_FLAGS, 0x8400, UNUSUAL)) },
    { "bettercap", ANYBODY, "2.32", LAB, DNS,
      FACTS_ARE(MUST(DNS_FLAGS, 0x8000, RARE), MUST(RECORD_TTL, 1024, RARE), MUST(IP_ID, 0, EVERYDAY),
                MUST(DF, 0, EVERYDAY)) },
};

const injector_t *
injector_row(unsigned index)
{
    return index < G_N_ELEMENTS(rows) ? &rows[index] : NULL;
}

/* ---- matching ---- */

injected_t
injected_new(class_t class)
{
    injected_t packet = { .class = class };

    for (unsigned i = 0; i < N_TRAITS; i++)
        packet.value[i] = NOT_KNOWN;
    return packet;
}

typedef enum { UNTOLD, MATCHES, DIFFERS } answer_t;

G_STATIC_ASSERT(G_N_ELEMENTS(rows) <= 64);      /* injected_t.texts has a bit for each */

static bool
contains(const uint8_t *payload, size_t length, const char *text)
{
    size_t n = strlen(text);

    for (size_t i = 0; i + n <= length; i++)
        if (!g_ascii_strncasecmp((const char *)payload + i, text, n))
            return true;
    return false;
}

void
injected_read_text(injected_t *packet, const uint8_t *payload, size_t length)
{
    length = MIN(length, TEXT_SEARCHED);
    packet->value[TRAIT_TEXT] = (int64_t)length;
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        for (unsigned k = 0; k < rows[i].n_facts; k++)
            if (rows[i].fact[k].text && contains(payload, length, rows[i].fact[k].text))
                packet->texts |= UINT64_C(1) << i;
}

static answer_t
compare(const injector_t *row, unsigned which, const injected_t *packet)
{
    const injector_fact_t *fact = &row->fact[which];
    int64_t value = packet->value[fact->trait];

    if (value == NOT_KNOWN)
        return UNTOLD;
    if (fact->text)
        return packet->texts >> (row - rows) & 1 ? MATCHES : DIFFERS;
    bool fits = fact->either ? value == fact->low || value == fact->high
                             : value >= fact->low && value <= fact->high;
    return fits ? MATCHES : fact->sometimes ? UNTOLD : DIFFERS;
}

/* The points of a row; 0 when it does not fit. */
static int
points_of(const injector_t *row, const injected_t *packet)
{
    int points = 0;

    if (!(row->classes >> packet->class & 1))
        return 0;
    for (unsigned i = 0; i < row->n_facts; i++) {
        answer_t answer = compare(row, i, packet);
        if (answer == DIFFERS && row->fact[i].must)
            return 0;
        points += answer == MATCHES ? row->fact[i].points
                : answer == DIFFERS ? -row->fact[i].points
                                    : 0;
    }
    return points >= POINTS_TO_FIT ? points : 0;
}

unsigned
injectors_match(const injected_t *packet, injector_match_t match[INJECTORS_NAMED_MAX])
{
    unsigned n = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        int points = points_of(&rows[i], packet);
        unsigned place = n;
        if (!points)
            continue;
        while (place && match[place - 1].points < points)
            place--;
        if (place == INJECTORS_NAMED_MAX)
            continue;
        n = MIN(n + 1, INJECTORS_NAMED_MAX);
        memmove(&match[place + 1], &match[place], (n - 1 - place) * sizeof match[0]);
        match[place] = (injector_match_t){ &rows[i], points };
    }
    /* Who has half the best one's points is no candidate beside it. */
    while (n > 1 && match[n - 1].points * 2 <= match[0].points)
        n--;
    return n;
}

/* ---- words ---- */

static void
append_flags(GString *out, int64_t flags)
{
    static const struct { int64_t bit; const char *name;
    } names[] = {
        { TCP_SYN, "SYN" }, { TCP_FIN, "FIN" }, { TCP_RST, "RST" }, { TCP_PSH, "PSH" },
        { TCP_ACK, "ACK" }, { TCP_URG, "URG" }, { TCP_ECE, "ECE" }, { TCP_CWR, "CWR" },
    };
    const char *separator = "";

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        if (flags & names[i].bit) {
            g_string_append_printf(out, "%s%s", separator, names[i].name);
            separator = "/";
        }
    if (!*separator)
        g_string_append(out, "none");
}

static void
append_value(GString *out, trait_t trait, int64_t value)
{
    switch (traits[trait].kind) {
    case KIND_FLAGS:
        append_flags(out, value);
        break;
    case KIND_HEX:
        g_string_append_printf(out, "0x%04" PRIx64, (uint64_t)value);
        break;
    case KIND_IPV4:
        g_string_append_printf(out, "%d.%d.%d.%d", (int)(value >> 24 & 0xff),
                               (int)(value >> 16 & 0xff), (int)(value >> 8 & 0xff),
                               (int)(value & 0xff));
        break;
    case KIND_NUMBER:
        g_string_append_printf(out, "%" PRId64, value);
        break;
    case KIND_YES_NO:
    case KIND_TEXT:
        break;
    }
}

static void
append_fact(GString *out, const injector_fact_t *fact)
{
    const char *words = traits[fact->trait].words, *slash = strchr(words, '/');

    if (traits[fact->trait].kind == KIND_YES_NO) {
        if (fact->low)
            g_string_append_len(out, words, slash - words);
        else
            g_string_append(out, slash + 1);
        return;
    }
    g_string_append_printf(out, "%s ", words);
    if (fact->text) {
        g_string_append_printf(out, "\"%s\"", fact->text);
        return;
    }
    append_value(out, fact->trait, fact->low);
    if (fact->high != fact->low) {
        g_string_append(out, fact->either ? " or " : " to ");
        append_value(out, fact->trait, fact->high);
    }
}

char *
injector_fact_text(const injector_fact_t *fact)
{
    GString *out = g_string_new(NULL);
    append_fact(out, fact);
    return g_string_free(out, FALSE);
}

char *
injector_match_text(const injector_t *injector, const injected_t *packet)
{
    GString *out = g_string_new(injector->name);
    const char *separator = ": ";

    for (unsigned i = 0; i < injector->n_facts; i++)
        if (compare(injector, i, packet) == MATCHES) {
            g_string_append(out, separator);
            append_fact(out, &injector->fact[i]);
            separator = ", ";
        }
    separator = "; but not ";
    for (unsigned i = 0; i < injector->n_facts; i++) {
        const injector_fact_t *fact = &injector->fact[i];
        if (compare(injector, i, packet) != DIFFERS)
            continue;
        g_string_append(out, separator);
        append_fact(out, fact);
        separator = ", ";
        if (traits[fact->trait].kind != KIND_YES_NO && !fact->text) {
            g_string_append(out, " (here ");
            append_value(out, fact->trait, packet->value[fact->trait]);
            g_string_append_c(out, ')');
        }
    }
    return g_string_free(out, FALSE);
}
