/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_MARKDOWN_H
#define RUNNER_MARKDOWN_H

#include <stddef.h>

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

#endif
