/* silence/vain.h
 * Connections that come to nothing, and some that do not, on the wire of support.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "support.h"

#define HELLO_A "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
#define HELLO_B "GET / HTTP/1.1\r\nHost: b.example\r\n\r\n"

static inline void
pass(wire_t *wire, int64_t ms)
{
    wire->now += ms * NS_PER_MS;
}

/* The same bytes once more, after a while. */
static inline uint32_t
again(talk_t *talk, observation_t *obs, int64_t ms)
{
    pass(talk->wire, ms);
    obs->ip.ip_id = obs->ip.ipv6 ? 0 : ++talk->end[CLIENT].ip_id;
    obs->tsval += (uint32_t)ms;
    return wire_send(talk->wire, obs);
}

/* A request sent n times; the frame of the first. */
static inline uint32_t
ask_in_vain(wire_t *wire, uint16_t port, const char *text, unsigned n, talk_t *talk, observation_t *obs)
{
    *talk = talk_new(wire, port);
    talk_handshake(talk);
    *obs = talk_data(talk, CLIENT, text, strlen(text));
    uint32_t first = wire_send(wire, obs);
    for (unsigned i = 1; i < n; i++)
        again(talk, obs, 200 << i);
    return first;
}

static inline uint32_t
in_vain(wire_t *wire, uint16_t port, const char *text, unsigned n)
{
    talk_t talk;
    observation_t obs;
    return ask_in_vain(wire, port, text, n, &talk, &obs);
}

/* A request and its answer. */
static inline void
visit(wire_t *wire, uint16_t port, const char *text)
{
    talk_t talk = talk_new(wire, port);
    talk_handshake(&talk);
    talk_request(&talk, text);
    pass(wire, 40);
    talk_send(&talk, SERVER, TCP_ACK | TCP_PSH, 900);
    talk_send(&talk, CLIENT, TCP_ACK, 0);
}

/* Another server is alive: others reach the client. */
static inline void
sign_of_life(wire_t *wire, uint16_t port)
{
    talk_t talk = talk_new(wire, port);
    talk.end[SERVER].address = address4(192, 0, 2, 99);
    talk_handshake(&talk);
}

static inline void
assert_quiet(const wire_t *wire)
{
    assert_int_equal(wire_count(wire, VERDICT_SILENCED), 0);
}

static inline int64_t
fact(const finding_t *finding, fact_id_t id)
{
    for (unsigned i = 0; i < finding->facts->len; i++)
        if (g_array_index(finding->facts, fact_t, i).id == id)
            return g_array_index(finding->facts, fact_t, i).value;
    return -1;
}

/* A SYN sent n times to a target; the frame of the first. */
static inline uint32_t
knock(wire_t *wire, uint16_t port, uint8_t target, unsigned n, bool life)
{
    talk_t talk = talk_new(wire, port);
    talk.end[SERVER].address = address4(203, 0, 113, target);
    observation_t obs = talk_segment(&talk, CLIENT, TCP_SYN, 0);
    uint32_t first = wire_send(wire, &obs);
    for (unsigned i = 1; i < n; i++) {
        if (life)
            sign_of_life(wire, (uint16_t)(port + 20000 + i));
        again(&talk, &obs, 1000 << (i - 1));
    }
    return first;
}
