/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_FLOODS_H
#define RUNNER_FLOODS_H

#include <stdint.h>

struct err;
struct floods;
struct lab_flood;
struct lab_flood_state;
struct record;
struct watch;
struct world;

/* In one run. */
#define FLOODS_MAX 16

/*
 * The SYN floods of a run: paced on its clock, or as fast as it goes, a bounded number in each
 * turn.
 */

/** floods_new() - @zero: as for watch_open(). Return: never NULL (aborts without memory). */
struct floods *floods_new(const struct world *world, struct watch *watch, struct record *rec,
			  const int64_t *zero, uint64_t seed);

/** floods_free() - NULL is allowed; floods_end() comes first. */
void floods_free(struct floods *f);

/** floods_start() - @id from 1. Return: 0 or -errno. */
int floods_start(struct floods *f, const struct lab_flood *x, unsigned *id, struct err *err);

/** floods_get() - how it is now. */
void floods_get(const struct floods *f, unsigned id, struct lab_flood_state *out);

/** floods_stop() - no more of it, and say in the record what there was. */
void floods_stop(struct floods *f, unsigned id);

/** floods_work() - send what is due, and take what the taps see of it. Return: 0 or -errno. */
int floods_work(struct floods *f, struct err *err);

/** floods_due() - when the next SYN is due; @now when one is. Return: run clock ns, or INT64_MAX.
 */
int64_t floods_due(const struct floods *f, int64_t now);

/** floods_end() - the run is over: so are they. NULL is allowed. */
void floods_end(struct floods *f);

#endif
