/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_MARKDOWN_H
#define RUNNER_MARKDOWN_H

#include <stddef.h>
#include <stdio.h>

struct err;
struct paper;

/**
 * markdown_render() - CommonMark to the terminal, through cmark's tree.
 * Every construct comes out readable; raw HTML is shown as text; control
 * characters never reach the terminal. The only file that includes cmark.h.
 * @indent: columns of left margin
 * Return: 0, or -EINVAL when @text is not UTF-8 (naming the line).
 */
int markdown_render(const char *text, size_t len, const struct paper *paper, int indent,
		    struct err *err);

/**
 * markdown_html() - CommonMark as HTML. Raw HTML is shown as text, an image becomes a link to it,
 * and a link that would run something goes nowhere: a lesson can show nothing but text. Return: 0,
 * or -EINVAL when @text is not UTF-8 (naming the line).
 */
int markdown_html(FILE *out, const char *text, struct err *err);

#endif
