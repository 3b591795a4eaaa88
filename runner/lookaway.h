/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LOOKAWAY_H
#define RUNNER_LOOKAWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "../netns/ifcount.h"

struct err;
struct host;
struct record;
struct tap;
struct tap_flow;

/*
 * A tap that looks away from one kind of connection, and what passes meanwhile.
 *
 * @taken: what the tap has shown since the run began, by direction: 1 is out
 * @from, @seen, @since: the interface's counters, @taken and the time when it looked away
 */
struct lookaway {
	struct ifcount taken, from, seen;
	int64_t since;
	bool away;
};

/* Read all taps. Return: how many frames there were, or -errno. */
typedef int lookaway_drain_fn(void *arg, struct err *err);

/** lookaway_begin() - from now on the tap does not see @flow. @t: run clock. Return: 0 or -errno.
 */
int lookaway_begin(struct lookaway *l, struct tap *tap, const struct host *h,
		   const struct tap_flow *flow, int64_t t, lookaway_drain_fn *drain, void *arg,
		   struct err *err);

/** lookaway_end() - it sees all again, and the record says what it has not seen. */
int lookaway_end(struct lookaway *l, struct tap *tap, const struct host *h, struct record *rec,
		 int64_t t, lookaway_drain_fn *drain, void *arg, struct err *err);

#endif
