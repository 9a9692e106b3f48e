/* support.h
 * What the unit tests share: tables whose rows are tests, and packets as a wire would carry them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "engine.h"
#include "verdict/judge.h"

/* ---- tables ---- */

/* What a case of a family's table is of. */
typedef struct {
    const char *id;             /* of a signature */
    bool        fires;          /* guilty; else innocent */
} case_of_t;

typedef struct {
    GArray *tests;              /* of struct CMUnitTest */
    GArray *cases;              /* of case_of_t */
    const signature_t *(*signature)(unsigned i);    /* the rows those are of */
} suite_t;

suite_t suite_new(void);
void    suite_add(suite_t *suite, const char *name, CMUnitTestFunction test, const void *row);
/* Runs and frees; the number of failures, as main() returns it. */
int     suite_run(suite_t *suite, const char *group);

/* One test per row of an array whose rows begin with `name`. The test finds its row in *state. */
#define SUITE_ADD_TABLE(suite, rows, test)                                  \
    for (size_t row_ = 0; row_ < G_N_ELEMENTS(rows); row_++)                \
        suite_add((suite), (rows)[row_].name, (test), &(rows)[row_])

/* The same for a family's signs, whose rows also have `id` and `fires`; and one more test: every
 * row of the family's catalogue has a guilty and an innocent case among them, and they are of no
 * other. */
#define SUITE_ADD_SIGNS(suite, signs, test, signature)                      \
    do {                                                                    \
        SUITE_ADD_TABLE((suite), (signs), (test));                          \
        for (size_t row_ = 0; row_ < G_N_ELEMENTS(signs); row_++)           \
            suite_note_case((suite), (signs)[row_].id, (signs)[row_].fires);\
        suite_add_cases((suite), (signature));                              \
    } while (0)

void suite_note_case(suite_t *suite, const char *id, bool fires);
void suite_add_cases(suite_t *suite, const signature_t *(*signature)(unsigned i));

/* ---- evidence ---- */

bool evidence_has(const GArray *evidence, const char *id);
/* "id, id, ..." for messages; to be freed. */
char *evidence_ids(const GArray *evidence);

/* The sign is among the evidence, or is not; what is there says something. */
void assert_fires(const GArray *evidence, const char *id, bool fires);
void assert_verdict(const GArray *evidence, judgement_t judgement, verdict_t at_least,
                    verdict_t at_most);

/* ---- a wire ---- */

ip_address_t address4(uint8_t a, uint8_t b, uint8_t c, uint8_t d);
ip_address_t address6(uint8_t network, uint8_t host);

/* An engine and the capture it reads: numbers and times of the frames. */
typedef struct {
    engine_t *engine;
    uint32_t  frame;            /* of the last packet */
    int64_t   now;              /* ns; every packet takes 1 ms unless told otherwise */
} wire_t;

wire_t wire_new(void);
/* findings: 0 is no limit. */
wire_t wire_new_limited(limits_t limits);
void   wire_free(wire_t *wire);

/* Gives the packet the next frame number and the time, and has the engine take it. */
uint32_t wire_send(wire_t *wire, observation_t *obs);

const finding_t *wire_finding(const wire_t *wire, uint32_t frame);
verdict_t        wire_verdict(const wire_t *wire, uint32_t frame);
/* Frames from 1 to the last that carry a notice; of those, with this word in it. */
unsigned         wire_notices(const wire_t *wire, const char *word);
/* Frames with this verdict. */
unsigned         wire_count(const wire_t *wire, verdict_t verdict);

/* Rows that are whole captures: what is sent, and what has to come of it. */
typedef struct {
    const char *name;
    void      (*run)(wire_t *);
} sequence_row_t;

#define SEQUENCE(name) static void name(wire_t *wire)

/* The test of such a row, with a wire of its own. */
void run_sequence(void **state);

/* ---- a TCP connection on the wire ---- */

enum { CLIENT, SERVER };

/* One end: Linux-like, with a counter as IP ID, timestamps and don't-fragment. */
typedef struct {
    ip_address_t address;
    uint16_t     port;
    uint32_t     next;          /* sequence number to send next */
    uint16_t     ip_id;         /* of the last packet */
    uint8_t      ttl;
} end_t;

typedef struct {
    wire_t *wire;
    end_t   end[2];
    int64_t rtt;                /* to the server, ns */
} talk_t;

/* A connection from 10.0.0.1:port to 192.0.2.80:80, 40 ms away, nothing sent yet. */
talk_t talk_new(wire_t *wire, uint16_t port);
talk_t talk_new6(wire_t *wire, uint16_t port);

/* The next packet of one end, not sent yet, sequence numbers advanced. */
observation_t talk_segment(talk_t *talk, unsigned from, uint16_t flags, uint32_t length);
/* The same with the usual flags, sent; returns the frame. */
uint32_t talk_send(talk_t *talk, unsigned from, uint16_t flags, uint32_t length);
/* SYN, SYN/ACK, ACK. */
void     talk_handshake(talk_t *talk);
/* A segment that carries these bytes, all of them captured. Not sent yet; they are to outlive
 * it. */
observation_t talk_data(talk_t *talk, unsigned from, const void *bytes, size_t length);
/* The same, sent; returns the frame. */
uint32_t talk_say(talk_t *talk, unsigned from, const void *bytes, size_t length);
/* The same of a text from the client. */
uint32_t talk_request(talk_t *talk, const char *text);

/* A bare reset as the kernel of `from` sends it for a closed socket: sequence number is what the
 * other end acknowledges, IP ID 0, don't-fragment, no window. Not sent yet. */
observation_t talk_reset(talk_t *talk, unsigned from);
/* The same from a box on the way: other TTL, IP ID and no don't-fragment. */
observation_t talk_forged_reset(talk_t *talk, unsigned from);
/* Two of those from the server's side, one full segment apart, sent; returns the frame of the
 * first. */
uint32_t talk_forged_pair(talk_t *talk);

/* ---- DNS on the wire ---- */

typedef struct {
    uint8_t bytes[512];
    size_t  length;
} message_t;

/* A question with or without EDNS record; the name dotted. */
message_t message_query(uint16_t id, const char *name, uint16_t type, bool opt);
/* An answer to it with one record of the given type and data. */
message_t message_answer(const message_t *query, uint16_t flags, uint16_t type, const uint8_t *data,
                         uint16_t size);
void message_append(message_t *message, const uint8_t *bytes, size_t length);
void message_append16(message_t *message, unsigned value);

/* The datagram that carries a message between a client at 10.0.0.1:port and 8.8.8.8:53. */
observation_t datagram(const message_t *message, unsigned from, uint16_t port);
