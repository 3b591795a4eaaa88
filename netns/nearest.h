/* SPDX-License-Identifier: MIT */
#ifndef NETNS_NEAREST_H
#define NETNS_NEAREST_H

#include <stddef.h>

#define NEAREST_MAX_NAME 64

/*
 * The search for what somebody meant who wrote a name that does not exist.
 *
 * @wanted:   what was written; borrowed
 * @distance: of @best, in edits
 * @best:     the nearest name offered so far
 */
struct nearest {
	const char *wanted;
	size_t distance;
	char best[NEAREST_MAX_NAME];
};

/** nearest_to() - begin a search. */
struct nearest nearest_to(const char *wanted);

/**
 * nearest_offer() - a name that does exist. Names of NEAREST_MAX_NAME bytes or
 * more are passed over; so is every one that is no nearer than the best so far.
 */
void nearest_offer(struct nearest *n, const char *name);

/**
 * nearest_found() - Return: the nearest name, or NULL when none is so near that
 * it can have been meant (more than a third of the letters differ).
 */
const char *nearest_found(const struct nearest *n);

#endif
