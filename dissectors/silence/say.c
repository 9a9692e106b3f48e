/* silence/say.c
 * How a silence is said; see say.h.
 *
 * The verdict goes to the frame that was sent first, and only there. Whatever comes later (an answer after all,
 * other servers that fall silent as well, another name that works) may then still change all that is said: a
 * run that prints frames as they come has printed nothing of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/say.h"

bool
silence_is_due(engine_t *engine, const silence_case_t *c)
{
    judgement_t j = silence_judge(c, engine->scratch);

    evidence_clear(engine->scratch);
    return j.verdict != VERDICT_NONE;
}

bool
silence_say(engine_t *engine, const silence_case_t *c, const about_t *about, uint32_t first_frame,
            uint32_t last_frame)
{
    GArray *evidence = engine->scratch;
    judgement_t j = silence_judge(c, evidence);
    report_t r = { .frame = first_frame, .class = CLASS_SILENCE, .ends = about->ends, .vantage = about->vantage,
                   .trigger = about->trigger };

    if (j.verdict == VERDICT_NONE)      /* not with all_observations either: that would make it suspect */
        evidence_clear(evidence);
    if (!report_is_due(engine->reports, &j, evidence))
        return false;
    r.innocent = silence_innocent(c, evidence);
    if (c->servers)
        fact_number(&r.facts, F_SILENCE_SERVERS, c->servers);
    if (c->answered_frame)
        fact_number(&r.facts, F_SILENCE_ANSWERED, c->answered_frame);
    if (c->sent)
        fact_number(&r.facts, F_SILENCE_SENT, c->sent);
    fact_number(&r.facts, F_SILENCE_SPAN, c->span);
    if (c->peer_packets && c->kind == SILENT_SEGMENT)
        fact_number(&r.facts, F_SILENCE_IDLE, c->idle);
    if (c->bytes)
        fact_number(&r.facts, F_SILENCE_BYTES, c->bytes);
    if (c->kind == SILENT_POLICED) {
        fact_number(&r.facts, F_SILENCE_RATE, (int64_t)(c->line.rate * 8));
        fact_number(&r.facts, F_SILENCE_LOST, c->line.losses);
    }
    if (last_frame)
        fact_number(&r.facts, F_SILENCE_LAST, last_frame);
    return report(engine->reports, &r, j, evidence) != NULL;
}

void
silence_withdraw(engine_t *engine, uint32_t first_frame)
{
    report_withdrawn(engine->reports, first_frame, VERDICT_SILENCED);
}
