/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_ENGINESTATE_H
#define RUNNER_ENGINESTATE_H

#include <stdbool.h>
#include <stdint.h>

#include "../lua/labops.h"
#include "../netns/err.h"

struct engine_spec;
struct floods;
struct history;
struct judge;
struct programs;
struct record;
struct watch;

/* Shared by engine.c (its life) and engineops.c (what a lab can ask of it), and nobody else. */

#define ENGINE_MAX_ACTORS 256

/*
 * @zero:   CLOCK_MONOTONIC ns at which the run's clock is 0
 * @broken: set by an operation that cannot return an error; ends the run
 */
struct engine {
	const struct engine_spec *spec;
	const struct lab_meta *meta;
	struct world *world;
	struct record *rec;
	struct history *hist;
	struct watch *watch;
	struct judge *judge;
	struct programs *programs;
	struct floods *floods;
	int life_fd;
	int64_t zero;
	uint64_t calls, steps;
	bool header_written;
	struct err broken;
};

extern const struct lab_ops engine_ops;

/** engine_now() - the run's clock, ns. */
int64_t engine_now(const struct engine *e);

/** engine_sysctl() - set it and record who did. @by: "lab" or "set" */
int engine_sysctl(struct engine *e, unsigned host, const char *name, const char *value,
		  const char *by, struct err *err);

#endif
