/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LOOKOUT_H
#define RUNNER_LOOKOUT_H

#include <stdbool.h>
#include <stdint.h>

struct sockdiag;

/*
 * When a host's sockets have to be looked at again although nothing was heard of them: because
 * a timer of the kernel may have run out.
 *
 * @due:   on the run's clock; INT64_MAX never
 * @since, @more: see lookout.c
 */
struct lookout {
	int64_t due;
	int64_t since;
	bool more;
};

/**
 * lookout_plan() - from what a dump shows.
 * @d: that dump, @looked: when it began, on the run's clock
 * @zero: the moment that this clock counts from
 * @lab_kernel: its ticks are known
 * @on_time: nothing but @l->due was the reason for it
 */
void lookout_plan(struct lookout *l, const struct sockdiag *d, int64_t looked, int64_t zero,
		  bool lab_kernel, bool on_time);

/**
 * lookout_expiry() - the next tick at which a timer can run out that has been due since tick
 * @since or shortly before, and has not run out by tick @now.
 */
int64_t lookout_expiry(int64_t since, int64_t now);

#endif
