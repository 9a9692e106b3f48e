/* fingerprints_private.h
 * What fingerprints.c, list_formats.c and list_files.c share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "fingerprints/automaton.h"
#include "fingerprints/expression.h"
#include "fingerprints/fingerprints.h"
#include "state/host.h"

#define PATTERNS_MAX  100000
#define ADDRESSES_MAX 1000000
#define ITEMS_MAX     1000000   /* of all expressions */

#define LIST_BYTES_MAX (16 * 1024 * 1024)
#define LIST_TOO_LARGE "larger than 16 MiB"

typedef enum { IN_ANYTHING, IN_BODY, IN_HEADER } location_t;
typedef enum { PATTERN_CONTAINS, PATTERN_PREFIX, PATTERN_FULL, PATTERN_REGEX } pattern_kind_t;

typedef struct pattern {
    fingerprint_t   fp;
    pattern_kind_t  kind;
    location_t      where;
    char           *header;     /* in lower case, IN_HEADER only */
    char           *literal;    /* what is looked for; of an expression,
                                 * what it cannot do without */
    size_t          length;
    expression_t   *expression; /* PATTERN_REGEX only */
    uint64_t        tried;      /* page and part that the expression was tried on last */
    struct pattern *next;       /* found by the same text */
} pattern_t;

struct fingerprints {
    unsigned      references;
    GString      *stamp;        /* of the files, list_files.c */
    GStringChunk *texts;
    GHashTable   *addresses;    /* ip_address_t -> fingerprint_t */
    uint8_t       address_filter[1 << 13]; /* a bit for each address_bit();
                                            * most answers stop there */
    GHashTable   *aliases;      /* length and name as on the wire -> fingerprint_t */
    GPtrArray    *patterns;     /* of pattern_t */
    GHashTable   *at_state[2];  /* state -> 1 + index of a pattern; [1]: of `anchored` */
    automaton_t  *anywhere, *anchored;
    unsigned      items;        /* of all expressions */
    GPtrArray    *warnings;     /* of char * */
    uint64_t      pages;        /* looked at so far */
    bool          text;         /* so was the last page */
    uint64_t      work;
};

/* Each returns a problem (static text), or NULL. */
const char *fingerprints_add_address(fingerprints_t *f, const fingerprint_t *fp,
                                     const ip_address_t *address);
const char *fingerprints_add_alias(fingerprints_t *f, const fingerprint_t *fp, const char *name);
/* Takes the pattern over. */
const char *fingerprints_add_pattern(fingerprints_t *f, pattern_t *p);
void        fingerprints_free_pattern(void *pattern);

/* line: 0 where the whole file is meant. */
void fingerprints_warn(fingerprints_t *f, const char *title, unsigned line, const char *problem);

/* The text of the plugin's own list, put in at build time. */
extern const char *const own_list;
extern const size_t own_list_length;
