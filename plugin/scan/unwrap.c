/* unwrap.c
 * Goes through the layers of a frame; see unwrap.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "layers.h"

#define LAYERS_MAX 64       /* followed in one frame */

static layer_t (*const readers[N_LAYERS])(unwrap_t *u) = {
#define LAYER_READER(name, function) [LAYER_##name] = function,
    LAYERS(LAYER_READER)
#undef LAYER_READER
};

layer_t
read_unread_link(unwrap_t *u)
{
    u->unread[UNREAD_LINK]++;
    return LAYER_NONE;
}

layer_t
read_unread_tunnel(unwrap_t *u)
{
    u->unread[UNREAD_TUNNEL]++;
    return LAYER_NONE;
}

static void
walk(unwrap_t *u, int layer, piece_t piece)
{
    u->rest = piece;
    for (; layer != LAYER_NONE; layer = (int)readers[layer](u)) {
        if (++u->layers <= LAYERS_MAX)
            continue;
        u->unread[UNREAD_NESTED]++;
        return;
    }
}

void
unwrap_frame(unwrap_t *u, int link_type, int checksum, piece_t frame)
{
    layer_t layer = layer_of(NUMBER_LINK_TYPE, (uint32_t)link_type);

    if (frame.length < frame.captured)      /* a file may say so */
        frame.length = frame.captured;
    if (checksum > 0 && frame.length > (uint32_t)checksum)
        piece_limit(&frame, frame.length - (uint32_t)checksum);
    u->obs.quoted = QUOTED_NOT;
    u->obs.link_src = 0;
    u->vlan = 0;
    u->fragmented = false;
    u->without_ip = true;
    u->layers = 0;
    u->walk = walk;
    walk(u, layer != LAYER_NONE ? (int)layer : LAYER_UNREAD_LINK, frame);
    fragments_end_frame(u->fragments);
}
