/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_FRONT_H
#define RUNNER_FRONT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct engine_spec;
struct err;

/* Never merged. The order is that of an exit status: see front_status(). */
enum verdict { VERDICT_PASS, VERDICT_SKIP, VERDICT_FAIL, VERDICT_BROKEN };

/** verdict_word() - "pass", "fail", "broken", "skip", as in the record. */
const char *verdict_word(enum verdict v);

/** verdict_parse() - the other way round; what is none of them is broken. */
enum verdict verdict_parse(const char *word);

/** front_die_of() - end by @signal after all, so that a shell's loop around us ends too. */
void front_die_of(int signal);

/** front_status() - the exit status for the worst of all verdicts: 0, 3, 1, 2. */
int front_status(enum verdict worst);

/*
 * How a run ended.
 * @failed:  names of the expectations that failed: an array of strings
 * @passed:  how many held
 * @wall:    ns
 * @signal:  a signal to us that ended it, 0 for none
 */
struct outcome {
	enum verdict verdict;
	json_t *failed;
	size_t passed;
	int64_t wall;
	int signal;
};

void outcome_free(struct outcome *o);

/**
 * front_event_fn - one event of the record, as it happens.
 * @line: the event as it stands in a record file, without newline. NULL: it is only for
 *        who watches, and only with spec->announce: a `wait` (announce.h), or a `tick`, a
 *        second in which nothing happened.
 * Return: 0, or -errno to end the run (nobody is reading any more).
 */
typedef int front_event_fn(void *arg, json_t *ev, const char *line, size_t len, struct err *err);

/**
 * front_run() - start an engine for @spec, hand on its record, and see it end.
 * The record that @fn gets is always whole: a header first, and one verdict last,
 * by the front itself where the engine could not say it (no sandbox to be had,
 * killed, SIGINT, SIGTERM or SIGHUP to us). With TCPLAB_MUST_RUN=1 a skip is broken.
 * Return: 0, or what @fn returned; the engine is gone either way.
 */
int front_run(const struct engine_spec *spec, front_event_fn *fn, void *arg, struct outcome *out,
	      struct err *err);

#endif
