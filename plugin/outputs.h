/* outputs.h
 * Reports over a whole capture: by -z, and as the other parts need them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "results/results.h"

/* With the taps of the other plugins. */
void outputs_register(void);

/* Everything known of the open capture; end it with results_clear(). */
results_t outputs_results(void);
