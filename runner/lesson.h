/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LESSON_H
#define RUNNER_LESSON_H

#include <stdio.h>

#include "lang.h"

struct err;
struct facts;
struct lesson;
struct paper;

/* The seven sections of a lesson, each a level-2 heading, in this order. */
enum lesson_section {
	LESSON_SEE,       /* What you will see        会看到什么 */
	LESSON_PREDICT,   /* Predict                  先猜一猜 */
	LESSON_HAPPENED,  /* What happened            发生了什么 */
	LESSON_WHY,       /* Why                      为什么 */
	LESSON_WRONG,     /* What people get wrong    常见误解 */
	LESSON_PRACTICE,  /* In production            生产环境怎么做 */
	LESSON_INTERVIEW, /* Interview questions      面试题 */
	LESSON_SECTION_COUNT
};

/**
 * lesson_open() - content_dir/LANG/id.md, or the English one when it is missing.
 * Checks its sections and every placeholder. Errors name file:line.
 * Return: 0 or -errno.
 */
int lesson_open(const char *content_dir, const char *id, enum lang lang, struct lesson **out,
		struct err *err);
void lesson_free(struct lesson *l);

/** lesson_lang() - the language that was found. */
enum lang lesson_lang(const struct lesson *l);

/**
 * lesson_show() - render one section, or all with LESSON_SECTION_COUNT.
 * @facts: of the run, or NULL
 * Return: 0 or -errno.
 */
int lesson_show(const struct lesson *l, enum lesson_section which, const struct facts *facts,
		const struct paper *paper, struct err *err);

/** lesson_html() - the same as HTML. */
int lesson_html(const struct lesson *l, enum lesson_section which, const struct facts *facts,
		FILE *out, struct err *err);

#endif
