/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_JOBS_H
#define RUNNER_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct err;

/*
 * Several things to do at once, each in a process of its own, told about as if
 * they had been done one after the other.
 *
 * @n:       how many, begun in this order
 * @at_once: how many may run at the same time, at least 1
 * @alone:   this one must have the machine to itself
 * @run:     do it, in a process of its own; writes to @out. What it wants to hand back besides
 *           it writes to memory that the caller has shared. Return: 0, or -errno, which ends all
 */
struct jobs {
	size_t n, at_once;
	bool (*alone)(void *arg, size_t i);
	int (*run)(void *arg, size_t i, FILE *out, struct err *err);
	void *arg;
};

/**
 * jobs_run() - do all of them; what they write goes to @out in their order, as
 * soon as its turn comes. SIGINT, SIGTERM and SIGHUP end those that run.
 * @signal: the one that came, or 0
 * Return: 0, or -errno: of the first in order that failed, or of writing to @out. No job
 * is left running.
 */
int jobs_run(const struct jobs *jobs, FILE *out, int *signal, struct err *err);

/** jobs_processors() - how many processors this process may use. */
size_t jobs_processors(void);

#endif
