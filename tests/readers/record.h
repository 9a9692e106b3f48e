/* record.h
 * What record.c does besides standing in for the engine. The file with the lines is named by $OBSERVATIONS.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "engine.h"

/* Something in this frame was not read. */
void record_unread(uint32_t frame);
