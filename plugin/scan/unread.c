/* unread.c
 * Words for what is not read; see unread.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unread.h"

static const struct {
    const char *id, *text;
} words[N_UNREAD] = {
    [UNREAD_LINK] = { "unread-link", "frames have a link layer, or a form of it, that only tshark reads" },
    [UNREAD_TUNNEL] = { "unread-tunnel", "frames may carry packets in a way that only tshark reads" },
    [UNREAD_FRAGMENTS] = { "unread-fragments",
                           "fragmented IP packets were given up to make room for later ones" },
    [UNREAD_NESTED] = { "unread-nested", "frames have more layers than are followed" },
    [UNREAD_QUIC] = { "unread-quic", "QUIC Initials were not read, because this program lacks libgcrypt" },
    [UNREAD_DECODE_AS] = { "decode-as", "rules of the user say how to decode something" },
};

gap_t
unread_gap(const unread_counts_t counts, unread_t why)
{
    return (gap_t){ words[why].id, counts[why], words[why].text };
}

bool
unread_any(const unread_counts_t counts)
{
    for (unread_t why = 0; why < N_UNREAD; why++)
        if (counts[why])
            return true;
    return false;
}
