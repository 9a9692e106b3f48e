/* data/client.h
 * Data in the client's name: commands into a terminal session, say.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "detector.h"

/* With a header that packet tools write. */
RARELY_RUN void client_tool_made(engine_t *engine, segment_t *s);
/* Off the client's own counter, or its acknowledgement that does not know of such: beside the server only its own
 * packets are left to tell. */
RARELY_RUN void client_out_of_step(engine_t *engine, segment_t *s);
