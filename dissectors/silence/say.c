/* silence/say.c
 * How a silence is said; see say.h.
 *
 * The verdict goes to the frame that was sent first and to the repetitions from the one on that made it
 * certain enough. What is learnt later (an answer after all, another name that works) changes what is
 * said about the first frame only: a run that prints frames as they come and one that reads the file
 * twice then agree on all others.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "silence/say.h"

static bool
say(engine_t *engine, const silence_case_t *c, report_t *r, uint32_t last_frame)
{
    GArray *evidence = engine->scratch;
    judgement_t j = silence_judge(c, evidence);

    if (j.verdict == VERDICT_NONE)      /* not with all_observations either: that would make it suspect */
        evidence_clear(evidence);
    if (!report_is_due(engine->reports, &j, evidence))
        return false;
    r->innocent = silence_innocent(c, evidence);
    if (c->sent)
        fact_number(&r->facts, F_SILENCE_SENT, c->sent);
    fact_number(&r->facts, F_SILENCE_SPAN, c->span);
    if (c->kind == SILENT_POLICED) {
        fact_number(&r->facts, F_SILENCE_RATE, (int64_t)(c->line.rate * 8));
        fact_number(&r->facts, F_SILENCE_LOST, c->line.losses);
    }
    if (last_frame)
        fact_number(&r->facts, F_SILENCE_LAST, last_frame);
    return report(engine->reports, r, j, evidence) != NULL;
}

static report_t
report_about(const about_t *about, uint32_t frame)
{
    return (report_t){ .frame = frame, .class = CLASS_SILENCE, .ends = about->ends, .vantage = about->vantage,
                       .trigger = about->trigger };
}

bool
silence_say(engine_t *engine, const silence_case_t *c, const about_t *about, uint32_t first_frame,
            uint32_t last_frame)
{
    report_t r = report_about(about, first_frame);
    return say(engine, c, &r, last_frame);
}

bool
silence_say_both(engine_t *engine, const silence_case_t *c, const about_t *about, uint32_t first_frame,
                 const observation_t *obs)
{
    report_t r = report_about(about, obs->frame);

    if (!silence_say(engine, c, about, first_frame, obs->frame))
        return false;
    r.time = obs->time;
    r.trigger_frame = first_frame;
    say(engine, c, &r, 0);
    return true;
}

void
silence_answered(engine_t *engine, uint32_t first_frame, uint32_t answer_frame)
{
    facts_t facts = { 0 };

    fact_number(&facts, F_SILENCE_ANSWERED, answer_frame);
    report_taken_back(engine->reports, first_frame, VERDICT_SILENCED, &facts);
}
