/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_ENGINESTATE_H
#define RUNNER_ENGINESTATE_H

#include <stdbool.h>
#include <stdint.h>

#include "../lua/labops.h"
#include "../netns/err.h"
#include "../netns/impair.h"

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
 * @wall, @cpu: clock_now() and clock_cpu() when it was last looked at how late it is
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
	int64_t zero, wall, cpu;
	uint64_t calls, steps, predictions;
	bool header_written;
	struct err broken;
};

extern const struct lab_ops engine_ops;

/** engine_now() - the run's clock, ns. */
int64_t engine_now(const struct engine *e);

/**
 * engine_impairment() - what is asked of the network for @imp.
 *
 * Delays are round numbers and so are the kernel's ticks: a round-trip time of exactly 50 ms,
 * measured a microsecond longer in one run than in another, would give retransmission
 * timers a whole tick apart; a little longer, it never does. And without a delay a segment would
 * leave a host and reach the other in the same nanosecond, where code takes no time, and
 * nothing would tell which came first. So on a virtual clock each delay is a little longer.
 */
struct impairment engine_impairment(const struct engine *e, const struct impairment *imp);

#endif
