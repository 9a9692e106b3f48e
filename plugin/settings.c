/* settings.c
 * The list of what the user may set; see settings.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "settings.h"

static const enum_val_t vantages[] = {
    { "auto", "auto", VANTAGE_UNKNOWN },
    { "client", "client", VANTAGE_CLIENT },
    { "server", "server", VANTAGE_SERVER },
    { "on-path", "on-path", VANTAGE_ON_PATH },
    { NULL, NULL, 0 },
};

#define NUMBER(member) SETTING_NUMBER, offsetof(settings_t, member), NULL
#define FLAG(member)   SETTING_FLAG, offsetof(settings_t, member), NULL
#define TEXT(member)   SETTING_TEXT, offsetof(settings_t, member), NULL

static const enum_val_t tags[] = {
    { "none", "none", TAG_NONE },
    { "forged", "forged", TAG_FORGED },
    { "all", "all", TAG_ALL },
    { NULL, NULL, 0 },
};

const setting_t settings_list[] = {
    { "max_flows", "TCP connections remembered",
      "At most this many TCP connections are followed at a time. Beyond it the longest silent ones "
      "are forgotten, which leaves a notice in the packet list.", NUMBER(limits.flows) },
    { "max_half_open", "Unanswered connections remembered",
      "Beside those, at most this many that have shown a SYN and nothing else. The one sent longest ago makes "
      "room.", NUMBER(limits.half_open) },
    { "max_hosts", "Addresses remembered",
      "TTLs and header habits are kept for at most this many addresses.",
      NUMBER(limits.hosts) },
    { "max_queries", "DNS queries remembered",
      "At most this many DNS transactions of the last minute are followed at a time.", NUMBER(limits.queries) },
    { "max_resets", "Resets remembered",
      "At most this many resets are kept open for what later packets may add to them.", NUMBER(limits.resets) },
    { "max_findings", "Findings remembered with their evidence",
      "Of at most this many packets the evidence, the facts and what is known of the sender are kept. Of further ones "
      "only the verdict is shown, which leaves a notice.", NUMBER(limits.findings) },
    { "all_observations", "Show every observation",
      "Also show signs that are common in genuine packets and weigh next to nothing.", FLAG(all_observations) },
    { "fingerprint_files", "Lists of block pages and addresses",
      "Files and folders with lists of fingerprints, separated as in PATH: OONI's blocking-fingerprints, "
      "Censored Planet's signatures, or an address a line. Read whenever a capture is opened.",
      TEXT(fingerprint_files) },
    { "vantage", "Where the capture was taken",
      "At the client, at the server, or in between. Signs that cannot be seen from there are not tested. "
      "\"auto\" guesses it for each connection from TTLs and the times of the handshake.",
      SETTING_CHOICE, offsetof(settings_t, vantage), vantages },
    { "tag_info", "Findings in the Info column",
      "Whose Info column ends in a few words about the finding: [forged reset 96].",
      SETTING_CHOICE, offsetof(settings_t, tag_info), tags },
    { "write_comments", "Findings as packet comments",
      "Gives frames with a finding a packet comment, which tshark -2 -Y frame -w OUT.pcapng then writes.",
      FLAG(write_comments) },
    { "capture_name", "Name of the capture in reports",
      "Wireshark does not tell a plugin which file is open. Reports name this, if anything.",
      TEXT(capture_name) },
    { NULL, NULL, NULL, SETTING_NUMBER, 0, NULL },
};

limits_t
settings_limits(const settings_t *settings)
{
    limits_t limits = settings->limits;

    limits.all_observations = settings->all_observations;
    limits.vantage = (vantage_t)settings->vantage;
    return limits;
}
