/* results.h
 * All there is to tell about one capture, as the outputs read it. Pure: knows nothing of Wireshark.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "../../dissectors/engine.h"
#include "../../dissectors/verdict/judge.h"

/* Something that kept packets from being judged, or judged as well as others. */
typedef struct {
    const char *id;         /* never changes: machines read it */
    uint64_t    count;
    const char *text;       /* what was counted, as the rest of a sentence; static */
} gap_t;

/* A limit that was reached, or a notice of another kind. */
typedef struct {
    const char *text;       /* static */
    uint32_t    frame;      /* the first that carries it */
    unsigned    count;      /* frames that carry it */
} notice_t;

typedef struct {
    const char     *capture;                /* its name, made safe to show; NULL: not known */
    const char     *version;                /* of the plugin */
    uint32_t        frames;
    bool            judged;                 /* false: the protocol is switched off */
    bool            enabled[N_DETECTORS];
    engine_counts_t counts;
    unsigned        found[N_CLASSES][N_VERDICTS];
    GPtrArray      *findings;               /* of const finding_t, in the order of frames */
    GArray         *gaps;                   /* of gap_t */
    GArray         *notices;                /* of notice_t */
} results_t;

/* Reads everything out of an engine, NULL for one that is switched off. The result lives no longer
 * than the engine; the strings are not copied. */
results_t results_new(engine_t *engine, uint32_t frames, const char *capture, const char *version);
void      results_clear(results_t *results);

/* What the reader of packets knows beside; a count of 0 is none. */
void      results_add_gap(results_t *results, const gap_t *gap);

/* Findings with a verdict, of every class. */
unsigned  results_count(const results_t *results, verdict_t verdict);
/* The finding of a frame, NULL for none. */
const finding_t *results_finding(const results_t *results, uint32_t frame);

/* ---- findings that belong together ---- */

/* One kind of interference with one server, set off by one name. */
typedef struct {
    class_t          class;
    char            *server;        /* "192.0.2.80:443" */
    const char      *trigger;       /* NULL: not known */
    GPtrArray       *findings;      /* of const finding_t: forged, suspect, silenced */
    const finding_t *strongest;
} group_t;

/* The groups of a capture, the surest first; of group_t, freed with the array. */
GPtrArray *results_groups(const results_t *results);

typedef enum { LINK_SELF, LINK_TRIGGER, LINK_GENUINE } link_t;

/* Frames of a group, or those its findings are linked with: "17, 26 and 3 more"; "" for none. To be
 * freed, as the next two. */
char *group_frames(const group_t *group, link_t link, unsigned most);
/* Which end is the server, with its port, and which the client. */
char *server_text(const ends_t *ends);
char *client_text(const ends_t *ends);

/* ---- words ---- */

const char *tier_name(tier_t tier);                 /* "A" */
const char *protocol_words(uint8_t protocol);       /* "tcp"; "" when it is not known */
const char *verdict_heading(verdict_t verdict);     /* "Forged (suspected)" */
/* To be freed, as the next four. "192.0.2.1", "2001:db8::1". */
char *ip_text(const ip_address_t *address);
/* "192.0.2.1:80", "[2001:db8::1]:80", without a port where there is none. */
char *endpoint_text(const ip_address_t *address, uint16_t port);
/* ISO 8601, UTC, nanoseconds; NULL when the time is not known. */
char *time_text(int64_t time);
/* The whole finding in one line. */
char *finding_line(const finding_t *finding);
/* A few words for the Info column: "forged reset 96". NULL where there is nothing to say. */
char *finding_tag(const finding_t *finding);

/* The finding with its evidence, to be kept in a file. NULL where there is nothing to say. */
char *finding_comment(const finding_t *finding);

/* ---- writers: one per output; each appends to a string ---- */

typedef void (*writer_t)(GString *out, const results_t *results);

void write_csv(GString *out, const results_t *results);
void write_report(GString *out, const results_t *results);
void write_html(GString *out, const results_t *results);
/* All of each finding as exact expectations (expectations.h), by which two runs are compared. */
void write_expect(GString *out, const results_t *results);
/* In ../json.c, because it needs libwsutil. */
void write_json(GString *out, const results_t *results);
/* Its lines by themselves. Of the results, the second needs version and capture only. */
void write_json_capture(GString *out, const results_t *results);
void write_json_finding(GString *out, const results_t *results, const finding_t *finding);
