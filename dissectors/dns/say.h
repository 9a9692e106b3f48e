/* dns/say.h
 * From a transaction to a case, and from a case to what is said of its answers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "dns/questions.h"

/* All that is known about a transaction by now. m: the message at hand; NULL: none. */
void dns_read_case(const engine_t *engine, const query_t *q, dns_message_t *m, dns_case_t *c);
/* Of that, what the traits of an answer depend on: the query. */
void dns_read_query(const query_t *q, dns_case_t *c);
/* Judges one answer and says so, of its copies too. Returns its verdict. */
verdict_t dns_judge_answer(engine_t *engine, const query_t *q, const dns_case_t *c, unsigned which, dns_message_t *m);
/* What was said of an answer is true of its copies. */
void dns_say_of_copy(engine_t *engine, const dns_answer_t *a, const copy_t *copy);

/* What was asked for; m as above. */
const char *dns_name_of(const query_t *q, dns_message_t *m);
/* What is known of the server's answers. */
const dns_server_t *dns_habits_of(const query_t *q);
