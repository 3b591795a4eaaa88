/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_REPORT_OWN_H
#define RUNNER_REPORT_OWN_H

#include <jansson.h>
#include <stdio.h>

#include "messages.h"
#include "report.h"

/* What the files of the report share; nobody else includes it. */

struct facts;
struct lanes;
struct rungs;

/*
 * @expects:  decided expectations
 * @counters: host -> name -> change
 * @questions: predictions that the lab asks for
 * @sets:     HOST.sysctl -> value, as the command line had them: the header has the lab's own too
 * @lost_lanes: sockets that the pictures leave out
 */
struct report {
	struct report_options opt;
	json_t *header, *verdict, *expects, *questions, *counters, *sets;
	struct rungs *rungs;
	struct lanes *lanes;
	struct facts *facts;
	size_t lost_lanes;
};

/** report_say() - one of our own messages, which needs no escaping. */
#define report_say(out, lang, id) fputs(message((lang), MSG_##id), (out))

/** report_words() - what @say writes, escaped. */
void report_words(FILE *out, const json_t *ev, enum lang lang,
		  void (*say)(FILE *out, const json_t *ev, enum lang lang));

/* Tables and their sections. */
void report_ladder_table(const struct report *r, FILE *out);
void report_lanes_table(const struct report *r, FILE *out);
void report_questions(const struct report *r, FILE *out);
void report_expectations(const struct report *r, FILE *out);
void report_counters(const struct report *r, FILE *out);
void report_settings(const struct report *r, FILE *out);
void report_repeat(const struct report *r, FILE *out);

/** report_moments() - what the scrubber needs, as JSON. Return: a new reference. */
json_t *report_moments(const struct report *r);

#endif
