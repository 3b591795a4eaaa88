/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_VIEW_H
#define RUNNER_VIEW_H

#include <jansson.h>

#include "paper.h"

struct err;
struct view;

/*
 * A view is a pure function of a record: fed event by event, live or from a file.
 *
 * @verbosity:   -1 only verdicts, 0 as a learner wants it, 1 with calls, every
 *               state change, counters and sysctls
 * @content_dir: where lessons are; NULL shows none
 */
struct view_options {
	struct paper paper;
	int verbosity;
	const char *content_dir;
};

struct view_ops {
	const char *name; /* of --format */
	struct view *(*open)(const struct view_options *opt);
	/* one event, of one or more records one after the other; 0, or -errno (writing failed) */
	int (*event)(struct view *v, json_t *ev, struct err *err);
	/* after the last record */
	int (*close)(struct view *v, struct err *err);
};

extern const struct view_ops view_text, view_json, view_tap, view_junit;

/** view_find() - by name. Return: NULL when unknown. */
const struct view_ops *view_find(const char *name);

/** view_put_json() - @json on one line, printable ASCII only: it may be looked at in a terminal. */
void view_put_json(FILE *out, const json_t *json);

/** view_written() - flush @out. Return: 0, or -errno when anything written to it was lost. */
int view_written(FILE *out, struct err *err);

#endif
