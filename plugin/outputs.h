/* outputs.h
 * What is told apart from the packets: reports over a whole capture, by -z and in the menus.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "plugin.h"
#include "results/results.h"

/* The tap, one event per frame with a finding: its data is the finding. */
extern int tap_interference;

/* Runs once, with the taps of the other plugins. */
void outputs_register(void);

/* Everything known of the open capture; end it with results_clear(). */
results_t outputs_results(void);

/* ---- statistics.c ---- */

void statistics_register(void);

/* ---- sequence.c ---- */

/* Runs with the protocols. */
void sequence_register(void);

/* ---- menu.c ---- */

void menu_register(void);
