/* fuzz_unwrap.c
 * Frames of every link layer for the second reader: the first byte is the link layer, the next three say how
 * much longer the frame was on the wire, how long the frame is, and whether another one follows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fuzz.h"

#include <string.h>

#include "scan/quic.h"
#include "scan/unwrap.h"

#define FRAMES_MAX 16

typedef struct {
    quic_t       *quic;
    const uint8_t *frame;
    unsigned      taken;
} reading_t;

/* What is taken lies within itself. */
static void
take(void *context, const observation_t *obs)
{
    reading_t *reading = context;
    request_t request;

    reading->taken++;
    REQUIRE(obs->protocol == PROTOCOL_TCP || obs->protocol == PROTOCOL_UDP);
    REQUIRE(obs->captured <= obs->length && !obs->payload == !obs->captured);
    REQUIRE(obs->src.ipv6 == obs->dst.ipv6 && obs->src.ipv6 == obs->ip.ipv6);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < obs->captured; i++)
        sum += obs->payload[i];
    for (uint32_t i = 0; obs->segment && i < obs->segment_length; i++)
        sum += obs->segment[i];
    REQUIRE(sum <= UINT32_MAX);
    if (obs->protocol == PROTOCOL_UDP && obs->captured && quic_read_hello(reading->quic, obs, &request))
        REQUIRE(request.name_length <= UINT16_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unread_counts_t unread = { 0 };
    reading_t reading = { .quic = quic_new() };
    unwrap_t unwrap = { .take = take, .context = &reading, .fragments = fragments_new(), .unread = unread };
    input_t in = { data, data + size };

    for (unsigned n = 1; n <= FRAMES_MAX && in.at < in.end; n++) {
        int link_type = (int)input_byte(&in);
        uint32_t more = input_byte(&in), length = input_byte(&in) * 4u, left = (uint32_t)(in.end - in.at);
        length = length && length < left ? length : left;
        /* A copy of its own, so that reading beyond it is seen. */
        uint8_t *frame = malloc(length + 1);
        if (!frame)
            abort();
        memcpy(frame, in.at, length);
        in.at += length;
        unwrap.obs.frame = n;
        unwrap.obs.time = (int64_t)n * NS_PER_MS;
        uint8_t *exact = length ? realloc(frame, length) : frame;
        unwrap_frame(&unwrap, link_type, -1, (piece_t){ exact, length, length + more });
        free(exact);
    }
    fragments_free(unwrap.fragments);
    quic_free(reading.quic);
    return 0;
}

/* Ethernet (1), raw IP (7), SLL (25), radiotap (23), nflog (141). */
const fuzz_seed_t fuzz_seeds[] = {
    SEED("\x01\0\0\1\2\3\4\5\6\1\2\3\4\5\7\x08\0\x45\0\0\x28\0\1\x40\0\x40\6\0\0\xc0\0\2\1\xc0\0\2\2"
         "\x10\0\0\x50\0\0\0\1\0\0\0\2\x50\x10\x10\0\0\0\0\0"),
    SEED("\x01\0\0\1\2\3\4\5\6\1\2\3\4\5\7\x81\0\0\7\x86\xdd\x60\0\0\0\0\x20\0\x40"
         "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\2"
         "\x2c\0\1\4\0\0\0\0\x11\0\0\1\0\0\0\7\x10\0\x12\xb5\0\x10\0\0\1\2\3\4\5\6\7\x08"),
    SEED("\x07\0\0\x45\0\0\x4c\0\1\0\0\x40\x2f\0\0\xc0\0\2\1\xc0\0\2\2\x30\0\x08\0\0\0\0\1\0\0\0\2"
         "\x45\0\0\x2c\0\2\0\0\x40\x11\0\0\xa\0\0\1\xa\0\0\2\x10\0\x08\x68\0\x18\0\0"
         "\x30\xff\0\x08\0\0\0\1\x45\0\0\x14\0\0\0\0"),
    SEED("\x17\0\0\0\0\x08\0\0\0\0\0\x08\1\0\0\1\2\3\4\5\6\1\2\3\4\5\7\1\2\3\4\5\x08\0\0"
         "\xaa\xaa\3\0\0\0\x08\0\x45\0\0\x1c\0\1\0\0\x40\x01\0\0\xc0\0\2\1\xc0\0\2\2\3\3\0\0\0\0\0\0"),
    SEED("\x8d\0\0\2\0\0\0\x08\0\1\0\x08\0\0\0\x20\0\x09\0\x45\0\0\x1c\0\1\x20\0\x40\x11\0\0"
         "\xc0\0\2\1\xc0\0\2\2\x10\0\0\x35\0\x08\0\0"),
    { NULL, 0 },
};
