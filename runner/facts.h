/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_FACTS_H
#define RUNNER_FACTS_H

#include <jansson.h>

struct err;
struct facts;
struct paper;

/*
 * What a run showed, to be asked by a lesson. Fed with the run's record.
 */
struct facts *facts_new(void);
void facts_free(struct facts *f);

/** facts_event() - remember one event of the record (takes its own reference). */
void facts_event(struct facts *f, json_t *ev);

/**
 * facts_expand() - one placeholder of a lesson, without its braces.
 * @f: NULL when there was no run: known placeholders then become "…"
 * @block: set when the result is a block (a ladder, a table), to be shown as
 *         it is, and not words of a line
 * Return: 0 and @out malloc'ed plain text, or -EINVAL naming the placeholder and those
 * that there are, or -ENOENT when this run has nothing to say (no such state,
 * packet, value), in words.
 */
int facts_expand(const struct facts *f, const char *placeholder, const struct paper *paper,
		 char **out, int *block, struct err *err);

#endif
