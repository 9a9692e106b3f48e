/* list_reader.h
 * Reads the files that lists of fingerprints come in: comma-separated values (RFC 4180, records may
 * span lines) and flat JSON objects. What cannot be read is reported with its line and skipped;
 * reading goes on behind it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#define RECORD_BYTES_MAX 65536  /* of one record of values, or one string */
#define RECORD_FIELDS_MAX 64

typedef enum {
    READ_RECORD,        /* values: one record; JSON: one member, "name": "text" */
    READ_OBJECT,        /* JSON only: the members since the last one belong together */
    READ_BROKEN,        /* see problem; what was broken has been skipped */
    READ_END,
} read_t;

typedef struct {
    const char *at, *end;
    unsigned    line;           /* of `at`, from 1 */
    unsigned    record_line;    /* where what was read last begins */
    const char *problem;        /* static text */
    GString    *text;           /* the fields, one behind the other, each with a NUL behind it */
    size_t      field[RECORD_FIELDS_MAX];   /* where each begins in text */
    unsigned    fields;         /* values: of the record; JSON: two, name and text */
    bool        inside;         /* JSON: in an object */
} list_reader_t;

void list_reader_init(list_reader_t *r, const char *bytes, size_t length);
void list_reader_clear(list_reader_t *r);

/* Field i of what was read last; "" beyond the last one. No field holds a NUL byte. */
const char *list_reader_field(const list_reader_t *r, unsigned i);

/* The next line without its end, by its bounds; false behind the last one. */
bool list_reader_line(list_reader_t *r, const char **line, size_t *length);

/* The next record of comma-separated values; empty lines and lines that begin with '#' are left
 * out. */
read_t list_reader_values(list_reader_t *r);

/* The next member with a text as its value, or the end of an object. Objects may follow each other,
 * one a line or in an array; members with other values are left out; lines that begin with '#'
 * too. */
read_t list_reader_json(list_reader_t *r);
