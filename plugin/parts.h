/* parts.h
 * The parts that plugin.c puts together; each is a file of this name, and none knows another one but
 * session.c, which holds the capture, and outputs.c, which reads it for reports.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

/* Shows findings on their packets: with the protocols, after session_register(), and once they are known. */
void present_register(void);
void present_handoff(void);

/* Reads packets: with the protocols; puts itself before TCP, UDP and ICMP in the table of IP protocols when
 * all other dissectors have registered. */
void observer_register(void);

/* Findings as a flow graph: with the protocols. */
void sequence_register(void);

/* Counts of findings, and the report in a window: with the taps. */
void statistics_register(void);
void menu_register(void);
