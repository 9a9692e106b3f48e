/* fingerprints.h
 * Lists of what filters are known to answer with: addresses in DNS answers, texts of block pages.
 * Filled once, then only looked things up in. docs/fingerprints.md describes the formats.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/kept.h"
#include "observation.h"

#include <glib.h>

#define PAGE_BYTES 4096         /* of an answer that are looked at */
#define PAGE_STEPS 32           /* of expressions, for each byte of a page */

/* Whose answer it is, in the words of OONI's and the Citizen Lab's lists, the surest last. */
typedef enum {
    SCOPE_FALSE,        /* "fp": known to be harmless, or a wrong hit; overrules all others */
    SCOPE_VAGUE,        /* "vbw": words that many pages have */
    SCOPE_UNKNOWN,      /* not said */
    SCOPE_INSTITUTION,  /* "inst": a school or a company filters itself */
    SCOPE_PRODUCT,      /* "prod": a filter's maker; who runs it is not known */
    SCOPE_ISP,          /* "isp" */
    SCOPE_NATIONAL,     /* "nat" */
} scope_t;

typedef enum {
    DATED_NOT,
    DATED_ENTRY,        /* the entry says it */
    DATED_LIST,         /* the list says it, in a comment or a header */
    DATED_FILE,         /* when the file was changed last */
} dated_t;

/* One entry of a list. All texts are escaped and live as long as the lists. */
typedef struct {
    const char *name, *list;    /* list: its file, or what a comment calls it */
    const char *countries;      /* "IT, MX"; "" where not said */
    const char *pattern;        /* shown text of what was looked for: an address, a name, a text */
    const char *date;           /* as written, or "" */
    int64_t     time;           /* of the date, ns since the epoch */
    dated_t     dated;
    scope_t     scope;
    uint8_t     confidence;     /* that it is no wrong hit: 0 to 10, 5 where not said */
    bool        redirect;       /* it is about where a redirect leads */
    bool        addresses_only; /* from a list that has nothing else */
} fingerprint_t;

typedef struct fingerprints fingerprints_t;

/* Makes *lists (NULL at first) the plugin's own list and those that the user names: files and
 * folders, separated as in PATH. Folders: their files, not those of folders below. *lists stays
 * what it is where nothing of that has changed since; else the old ones have an owner less. */
void fingerprints_refresh(fingerprints_t **lists, const char *paths);

/* By hand: empty lists, to be filled and finished. */
fingerprints_t *fingerprints_new(void);
/* One owner more, and one less; the last one frees them. */
fingerprints_t *fingerprints_ref(fingerprints_t *f);
void            fingerprints_free(fingerprints_t *f);

/* The plugin's own list: documented facts with their sources. */
void fingerprints_add_own(fingerprints_t *f);
/* One list. The format is recognised by content. changed: time of the file, s since the epoch; 0:
 * unknown. */
void fingerprints_add(fingerprints_t *f, const char *title, const char *bytes, size_t length,
                      int64_t changed);
/* To be called once, behind the last list. */
void fingerprints_finish(fingerprints_t *f);

/* What could not be loaded, one line each: "file:line: problem". Never NULL. */
const GPtrArray *fingerprints_warnings(const fingerprints_t *f);
/* Addresses, names and texts in use; alternatives count as many. */
unsigned         fingerprints_count(const fingerprints_t *f);

/* The entry for an address (4 bytes, or 16), or for the target of an alias as it is on the wire
 * (uncompressed, in lower case). NULL: none, or a false one. */
const fingerprint_t *fingerprints_address(const fingerprints_t *f, const uint8_t *address,
                                          bool ipv6);
const fingerprint_t *fingerprints_alias(const fingerprints_t *f, const uint8_t *wire,
                                        size_t length);

/* The surest entry that fits the beginning of an HTTP answer. NULL: none; or an entry for false
 * hits fits too; or more entries fit than any page should, or looking for them takes more than
 * PAGE_STEPS for each of its bytes; or the entry names the host that was asked. */
const fingerprint_t *fingerprints_page(fingerprints_t *f, const uint8_t *bytes, size_t length,
                                       const char *host);

/* The last fingerprints_page() was given text: more of the same answer may fit an entry. */
bool fingerprints_page_is_text(const fingerprints_t *f);

/* True where an entry is fit to be evidence: no vague words, and 4 or more of 5 in confidence. */
bool fingerprint_is_sure(const fingerprint_t *fp);

const char *scope_name(scope_t scope);  /* "nat", …; "" for unknown */

/* 'list "NAME" entry …, age': to be freed. now: time of the packet, ns. */
char *fingerprint_text(const fingerprint_t *fp, int64_t now);

/* Transitions looked up and steps of expressions taken by the last fingerprints_page(): for
 * tests. */
uint64_t fingerprints_work(const fingerprints_t *f);

extern const kept_t fingerprints_kept[];
