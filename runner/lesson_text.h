/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LESSON_TEXT_H
#define RUNNER_LESSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct facts;
struct paper;

/* The text of a lesson as lines, and its placeholders; shared by lesson.c and lesson_text.c. */

/*
 * A line of Markdown, as far as lessons care.
 * @at, @len: with its '\n', if it has one
 * @number:   from 1
 * @fenced:   in a fenced code block, the fences included
 * @rest, @fence, @fence_len: where the next line begins; the open fence
 */
struct lesson_line {
	const char *at;
	size_t len, number;
	bool fenced;
	const char *rest;
	char fence;
	size_t fence_len;
};

#define LESSON_LINE_FIRST(text) ((struct lesson_line){ .rest = (text) })

/** lesson_line_next() - go on to the next line. Return: false when there is none; @number stays. */
bool lesson_line_next(struct lesson_line *line);

/**
 * lesson_expand() - @text with what the run says in place of each {{placeholder}}.
 * A word is escaped for Markdown; a block, which has to have a line to itself, becomes a fenced
 * block. What the run does not say becomes "(not seen in this run)".
 * @path, @line: where @text begins, for errors
 * @facts: NULL without a run
 * Return: 0 and @out malloc'ed, or -EINVAL naming file:line.
 */
int lesson_expand(const char *path, const char *text, size_t line, const struct facts *facts,
		  const struct paper *paper, char **out, struct err *err);

#endif
