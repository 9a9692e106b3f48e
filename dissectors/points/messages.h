/* points/messages.h
 * Datagrams that say the same to the same port of the same host: a question is asked again from another port, too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "points/match.h"

typedef struct {
    const passage_t   *p;
    const talk_ends_t *ends;
    unsigned           sent, arrived;
} message_t;

/* A set of message_t, to be freed with g_hash_table_destroy() before the traces are. */
GHashTable *messages_new(void);
/* What a datagram says, made of zeros where nothing has said it before; NULL for one without bytes. */
message_t  *messages_get(GHashTable *messages, const points_t *points, const passage_t *p);
