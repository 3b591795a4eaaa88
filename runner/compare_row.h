/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_COMPARE_ROW_H
#define RUNNER_COMPARE_ROW_H

#include <stdbool.h>

#include "ladder_row.h"

/* What a comparison finds: rows, and items of the table of what differs. */

enum compare_what {
	COMPARE_STEP,
	COMPARE_ROW, /* of the ladder */
	COMPARE_EXPECT,
};

/*
 * Something that happened in one of the records. All text is safe to print.
 *
 * @row:    of COMPARE_ROW
 * @text:   of the others: the step, beginning with its number; the expectation's name, and what was
 *          seen instead
 * @failed: of an expectation
 */
struct compare_moment {
	enum compare_what what;
	const struct ladder_row *row;
	char *text;
	bool failed;
};

enum compare_kind {
	COMPARE_SAME,
	COMPARE_ONLY_A,
	COMPARE_ONLY_B,
	COMPARE_TIME,  /* the same, but sooner or later */
	COMPARE_OTHER, /* the same event, but it ended otherwise, or changed another state */
	COMPARE_KINDS
};

/*
 * @side:    what happened in A and in B; NULL: nothing like it
 * @options: their TCP options differ
 * @far:     it is the same, and so are its neighbours: of no interest
 */
struct compare_row {
	enum compare_kind kind;
	const struct compare_moment *side[2];
	bool options, far;
};

/** compare_what() - what a row is about. */
static inline enum compare_what compare_what(const struct compare_row *r)
{
	return (r->side[0] ? r->side[0] : r->side[1])->what;
}

enum compare_part {
	COMPARE_SETTINGS, /* what the runs were told: no difference by itself */
	COMPARE_VERDICT,
	COMPARE_EXPECTS,
	COMPARE_STATES,
	COMPARE_COUNTERS,
	COMPARE_VALUES,
	COMPARE_TIMES, /* since the step began */
	COMPARE_PARTS
};

/* One difference. @value: in A and in B; NULL: it has none. Safe to print. */
struct compare_item {
	enum compare_part part;
	char *what, *value[2];
};

#endif
