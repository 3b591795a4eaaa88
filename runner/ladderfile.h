/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LADDERFILE_H
#define RUNNER_LADDERFILE_H

#include <stddef.h>

struct paper;
struct rungs;

/*
 * What a ladder can be written as.
 *
 * @most:  rows; what is more is folded
 * @write: to @paper->out
 */
struct ladderfile {
	const char *name;
	size_t most;
	void (*write)(const struct rungs *r, const struct paper *paper);
};

extern const struct ladderfile ladderfile_text;

/** ladderfile_find() - by name. Return: NULL when unknown. */
const struct ladderfile *ladderfile_find(const char *name);

#endif
