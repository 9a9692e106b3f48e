/* unwrap.c
 * Goes through the layers of a frame; see unwrap.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "layers.h"

#define LAYERS_MAX 64       /* followed in one frame */

layer_t
layer_unread(unwrap_t *u, unread_t why)
{
    u->unread[why]++;
    return LAYER_NONE;
}

layer_t
read_unread_link(unwrap_t *u)
{
    return layer_unread(u, UNREAD_LINK);
}

layer_t
read_unread_tunnel(unwrap_t *u)
{
    return layer_unread(u, UNREAD_TUNNEL);
}

void
layer_walk(unwrap_t *u, layer_t layer, piece_t piece)
{
    u->rest = piece;
    for (; layer.read; layer = layer.read(u))
        if (++u->layers > LAYERS_MAX) {
            layer_unread(u, UNREAD_NESTED);
            return;
        }
}

void
unwrap_frame(unwrap_t *u, int link_type, int checksum, piece_t frame)
{
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
    layer_walk(u, link_layer(link_type), frame);
    fragments_end_frame(u->fragments);
}
