/* SPDX-License-Identifier: MIT */
#ifndef NETNS_JITTER_H
#define NETNS_JITTER_H

#include <stdint.h>

/*
 * How delays scatter around their mean.
 *
 * DISTRIBUTION_UNIFORM: evenly, at most by the jitter
 * DISTRIBUTION_NORMAL:  the jitter is the standard deviation
 * DISTRIBUTION_PARETO:  the same, with most a little early and a few very late
 */
enum distribution {
	DISTRIBUTION_UNIFORM,
	DISTRIBUTION_NORMAL,
	DISTRIBUTION_PARETO,
};

/** distribution_name() - "uniform", or NULL for a number that is none. */
const char *distribution_name(enum distribution d);

enum {
	JITTER_TABLE = 4096, /* entries, all equally likely */
	JITTER_SCALE = 8192, /* an entry of so much is one jitter (NETEM_DIST_SCALE) */
};

/* netem's tabledist() takes an s32 of nanoseconds. */
#define JITTER_MAX (2 * INT64_C(1000000000))

/** jitter_table() - the entries of @d, as netem takes them; they live as long as the program. */
const int16_t *jitter_table(enum distribution d);

/** jitter_offset() - the entry that @roll, any number, picks. Return: ns, to add to the delay. */
int64_t jitter_offset(enum distribution d, int64_t jitter, uint64_t roll);

#endif
