/* SPDX-License-Identifier: MIT */
#ifndef NETNS_IMPAIRMENT_H
#define NETNS_IMPAIRMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jitter.h"

struct err;

/*
 * What the network does to packets on their way to one host. All zero: nothing.
 * Both back ends mean the same by it; netns/fate.c says in which order.
 *
 * @delay:        one way, nanoseconds
 * @loss:         probability, 0 to 1; not together with @burst
 * @jitter:       how far the delay varies, at most @delay; see @distribution
 * @burst:        losses that come together (Gilbert and Elliott): @p from the good state to
 *                the bad one, @r back, @good and @bad the probability of loss in each
 * @duplicate:    probability that a packet arrives twice
 * @reorder:      probability that a packet does not wait for @delay, and so overtakes
 * @gap:          @reorder is for one packet in so many at most; 0 means 1
 * @corrupt:      probability that one bit is flipped
 * @rate:         bits per second, 0 without limit: the time that a frame takes to be sent
 * @limit:        packets under way at most, 0 means IMPAIRMENT_LIMIT
 */
struct impairment {
	int64_t delay;
	double loss;
	int64_t jitter;
	enum distribution distribution;
	struct {
		double p, r, good, bad;
	} burst;
	double duplicate;
	double reorder;
	int64_t gap;
	double corrupt;
	int64_t rate;
	int64_t limit;
};

/* tc's default of 1000 would drop a window. */
#define IMPAIRMENT_LIMIT 65536

/* How a field is written: a duration, a probability, an integer, a rate, a word. */
enum impairment_kind {
	IMPAIRMENT_TIME,
	IMPAIRMENT_CHANCE,
	IMPAIRMENT_COUNT,
	IMPAIRMENT_RATE,
	IMPAIRMENT_WORD,
};

/*
 * One field, for those who read and write them all.
 *
 * @group: the table that it stands in: "burst", or NULL
 * @name:  as labs and records have it
 * @at:    offset in struct impairment
 * @max:   of a number; the least is 0. Chances end at 1
 */
struct impairment_field {
	const char *group, *name;
	enum impairment_kind kind;
	size_t at;
	int64_t max;
};

/** impairment_field() - Return: field @i, or NULL after the last. */
const struct impairment_field *impairment_field(size_t i);

int64_t impairment_integer(const struct impairment *imp, const struct impairment_field *f);
double impairment_chance(const struct impairment *imp, const struct impairment_field *f);

/** impairment_check() - Return: 0, or -ERANGE naming the field that cannot be. */
int impairment_check(const struct impairment *imp, struct err *err);

/** impairment_bursts() - does it lose in bursts? */
bool impairment_bursts(const struct impairment *imp);

/** impairment_none() - does it do nothing at all? */
bool impairment_none(const struct impairment *imp);

/** impairment_random() - is there anything that chance decides? A loss of 1 is certain. */
bool impairment_random(const struct impairment *imp);

#endif
