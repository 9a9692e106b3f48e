/* results.h
 * All there is to tell about one capture, as the outputs read it. Pure: knows nothing of Wireshark.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "../../dissectors/engine.h"
#include "../../dissectors/verdict/judge.h"
#include "sink.h"

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
    const char     *point;                  /* the capture point, where there are several; NULL: it is not named */
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

/* Of the exchange that a finding belongs to: its incident, or where that is not known its frame. */
uint32_t exchange_number(const finding_t *finding);

/* What looks like the work of one device: forged packets of one class that are consistent with the same
 * published injector or, with none, come from the same distance; silenced packets that show the same sign. Of
 * suspect ones, which accuse nobody, those that show the same sign and claim to come from one server. */
typedef struct {
    const finding_t *strongest;     /* verdict and class are those of all */
    GPtrArray       *findings;      /* of const finding_t */
    GPtrArray       *servers;       /* of char *, "192.0.2.80:443", each once, owned */
    GPtrArray       *names;         /* of const char *, what was asked for, each once */
    GHashTable      *exchanges;     /* set of connections and questions, by number */
    GHashTable      *vain;          /* of these, those where it shows that it did not work */
    int64_t          first, last;   /* ns; 0: not known */
    unsigned         nearest, farthest;     /* hops to the sender; 0 findings know it: farthest is 0 */
} group_t;

/* The groups of a capture, the surest first; of group_t, freed with the array. */
GPtrArray *results_groups(const results_t *results);

/* Its lines, each to be freed; "" where there is nothing to say. What it is: "Forged (suspected): reset,
 * consistent with GFW (II)"; how often; how far away; since when; whether it worked. */
char *group_what(const group_t *group);
char *group_often(const group_t *group);
char *group_far(const group_t *group);
char *group_since(const group_t *group);
char *group_worked(const group_t *group);
/* "a, b and 3 more" of its servers or names; "" for none. */
char *texts_list(const GPtrArray *texts, unsigned most);

typedef enum { LINK_SELF, LINK_TRIGGER, LINK_GENUINE } link_t;

/* Frames of a group, or those its findings are linked with: "frame 17", "frames 17, 26 and 3 more"; "" for none.
 * To be freed, as the next two. */
char *group_frames(const group_t *group, link_t link, unsigned most);
/* Which end is the server, with its port, and which the client. */
char *server_text(const ends_t *ends);
char *client_text(const ends_t *ends);

/* ---- what was asked for ---- */

/* By what a name was kept from being reached, as far as the packets show. */
typedef enum { BARRIER_DNS, BARRIER_TCP, BARRIER_TLS, BARRIER_HTTP, BARRIER_QUIC, N_BARRIERS } barrier_t;

/* One name, without path; of forged and silenced packets only. */
typedef struct {
    char       *name;
    const char *how[N_BARRIERS];      /* "confirmed": forged, with high confidence; "likely": forged, with less, or
                                     * silenced; NULL: nothing */
    GHashTable *exchanges, *servers;    /* sets */
    int64_t     first;              /* ns; 0: not known */
} name_t;

/* The names of a capture, those kept most often first; of name_t, freed with the array. */
GPtrArray  *results_names(const results_t *results);
const char *barrier_name(barrier_t barrier);              /* "DNS" */

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
/* "2024-01-01 10:00:00 UTC"; NULL when the time is not known. */
char *second_text(int64_t time);
/* Flow as other programs name it, Community ID version 1 with seed 0: "1:…". NULL where there are no ports. */
char *community_id(const ends_t *ends);
/* Appends a text where there is one, and frees it. format: has one %s, for it. */
void append_taken(GString *out, const char *format, char *text);
/* What fired, the strongest first; of const evidence_t, the array to be freed. */
GPtrArray *evidence_by_weight(const finding_t *finding);
/* The whole finding in one line. */
char *finding_line(const finding_t *finding);
/* The same with the evidence first, for lists that cut lines off and show the verdict elsewhere. */
char *finding_brief(const finding_t *finding);
/* Whether what was forged or silenced had its effect, in words; NULL where nothing shows. */
char *finding_effect(const finding_t *finding);
/* A few words for the Info column: "forged reset 96". NULL where there is nothing to say. */
char *finding_tag(const finding_t *finding);

/* The finding with its evidence, to be kept in a file. NULL where there is nothing to say. */
char *finding_comment(const finding_t *finding);

/* ---- writers: one per output ---- */

typedef void (*writer_t)(sink_t *sink, const results_t *results);

/* All outputs: what `-z` calls it, its function being write_NAME(), and whether it needs a file because it is nothing
 * for a terminal. */
#define WRITERS(X) \
    X(json,   false) \
    X(csv,    false) \
    X(report, false) \
    X(html,   true) \
    X(expect, false)

void write_csv(sink_t *sink, const results_t *results);
void write_report(sink_t *sink, const results_t *results);
void write_html(sink_t *sink, const results_t *results);
/* All of each finding as exact expectations (expectations.h), by which two runs are compared. */
void write_expect(sink_t *sink, const results_t *results);
/* In ../json.c, because it needs libwsutil. */
void write_json(sink_t *sink, const results_t *results);
/* Its lines by themselves. Of the results, the last two need version and capture only. findings: lines about one. */
void write_json_capture(GString *out, const results_t *results);
void write_json_finding(GString *out, const results_t *results, const finding_t *finding);
void write_json_end(GString *out, const results_t *results, unsigned findings);
