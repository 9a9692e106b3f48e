/* bytes/checksum.c
 * Whether a packet arrived as it was sent; see checksum.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bytes/checksum.h"

#define UDP_CHECKSUM_AT 6       /* offset in the header */
#define TCP_CHECKSUM_AT 16

/* Adds bytes as big-endian 16-bit words, the last one padded with zero (RFC 1071). */
static uint64_t
sum_words(uint64_t sum, const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i + 1 < length; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    return length & 1 ? sum + ((uint32_t)bytes[length - 1] << 8) : sum;
}

static uint16_t
fold(uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

checksum_t
checksum_of(const observation_t *obs)
{
    uint32_t address = obs->src.ipv6 ? 16 : 4;
    const uint8_t *bytes = obs->segment;

    if (!bytes)
        return (checksum_t)obs->checksum;
    if (obs->quoted || obs->captured < obs->length)
        return CHECKSUM_UNKNOWN;
    if (obs->protocol == PROTOCOL_UDP && !(bytes[UDP_CHECKSUM_AT] | bytes[UDP_CHECKSUM_AT + 1]))
        return CHECKSUM_UNKNOWN;
    uint64_t before = sum_words(sum_words(obs->protocol, obs->src.bytes, address), obs->dst.bytes, address);
    if (fold(sum_words(before + obs->segment_length, bytes, obs->segment_length)) == 0xffff)
        return CHECKSUM_GOOD;
    /* With cards that cut large packets up, the length is left to them, too. */
    const uint8_t *at = bytes + (obs->protocol == PROTOCOL_UDP ? UDP_CHECKSUM_AT : TCP_CHECKSUM_AT);
    uint16_t there = (uint16_t)(at[0] << 8 | at[1]);
    return !there || there == fold(before + obs->segment_length) || there == fold(before) ? CHECKSUM_UNFILLED
                                                                                       : CHECKSUM_BAD;
}
