/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_REPORT_H
#define RUNNER_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "lang.h"

struct report;

/*
 * One HTML file that shows one run: nothing is loaded with it, and nothing in it runs but its own
 * script.
 *
 * @content_dir: where lessons are; NULL shows none
 * @index, @other: links to the course and to the same page in the other language, or NULL
 */
struct report_options {
	enum lang lang;
	const char *content_dir, *index, *other;
};

struct report *report_new(const struct report_options *opt);
void report_free(struct report *r);

/** report_event() - take the next event of a record, beginning with its header. */
void report_event(struct report *r, json_t *ev);

/** report_write() - the page, of all that came. A record without a verdict was cut off; it says so.
 */
void report_write(struct report *r, FILE *out);

/** report_head() - the beginning of a page up to <body>: policy, style. @title: text */
void report_head(FILE *out, enum lang lang, const char *title);

/** report_badge() - a verdict ("pass", "fail", …) as a badge. */
void report_badge(FILE *out, const char *verdict);

#endif
