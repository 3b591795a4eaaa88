/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_COMPARE_VIEW_H
#define RUNNER_COMPARE_VIEW_H

#include <stdio.h>

#include "compare.h"

struct paper;

/*
 * How a comparison is shown.
 *
 * @name: what A and B are, in the words of whoever asked
 * @verbosity: -1: the table only; 1: all rows, also where nothing differs
 */
struct compare_view {
	const struct paper *paper;
	const char *name[2];
	int verbosity;
};

/** compare_text() - in a terminal. */
void compare_text(const struct compare_view *v, const struct compare *c);

/** compare_html() - as a page of its own. */
void compare_html(FILE *out, const struct compare_view *v, const struct compare *c);

/** compare_title() - "Comparison: syn-timeout", not yet clean. Return: malloc'ed, never NULL. */
char *compare_title(const struct compare *c, enum lang lang);

/** compare_sum() - "7 rows the same, 2 only in A": what there is none of is not told. Return:
 * malloc'ed, never NULL. */
char *compare_sum(const struct compare *c, enum lang lang);

/** compare_part_word() - "counters". Return: borrowed. */
const char *compare_part_word(enum compare_part part, enum lang lang);

#endif
