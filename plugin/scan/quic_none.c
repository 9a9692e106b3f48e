/* quic_none.c
 * In the place of quic.c where there is no libgcrypt.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "quic.h"

quic_t *
quic_new(void)
{
    return NULL;
}

void
quic_free(quic_t *quic)
{
    (void)quic;
}

bool
quic_read_hello(quic_t *quic, const observation_t *obs, request_t *request)
{
    (void)quic;
    (void)obs;
    (void)request;
    return false;
}
