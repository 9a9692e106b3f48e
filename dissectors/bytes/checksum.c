/* bytes/checksum.c
 * Whether a packet arrived as it was sent; see checksum.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bytes/checksum.h"

#define UDP_CHECKSUM_AT 6       /* offset in the header */

/* Adds bytes as big-endian 16-bit words, the last one padded with zero (RFC 1071). */
static uint64_t
sum_words(uint64_t sum, const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i + 1 < length; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    return length & 1 ? sum + ((uint32_t)bytes[length - 1] << 8) : sum;
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
    uint64_t sum = (uint64_t)obs->protocol + obs->segment_length;
    sum = sum_words(sum, obs->src.bytes, address);
    sum = sum_words(sum, obs->dst.bytes, address);
    sum = sum_words(sum, bytes, obs->segment_length);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff ? CHECKSUM_GOOD : CHECKSUM_BAD;
}
