/* SPDX-License-Identifier: MIT */
#ifndef NETNS_FATE_H
#define NETNS_FATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dice.h"
#include "impairment.h"

/* A frame leaves once, twice or not at all. */
#define FATE_MAX 2

/*
 * What has been decided about the frames towards one port, as far as it matters for the next.
 *
 * @imp:    what is asked for
 * @dice:   the port's own generator, one for first copies and one for second ones
 * @bad:    in the bad state of Gilbert and Elliott
 * @since:  frames that waited since one was let past the others
 * @latest: when the last of those under way leaves
 * @held:   how many are under way; the owner counts
 */
struct fate {
	struct impairment imp;
	struct dice dice[FATE_MAX];
	bool bad;
	int64_t since;
	int64_t latest;
	size_t held;
};

/*
 * One frame that leaves.
 *
 * @due:  when, CLOCK_MONOTONIC ns; what is past is due at once
 * @flip: which bit to flip, for fate_flip(); 0 none
 */
struct departure {
	int64_t due;
	uint64_t flip;
};

/** fate_begin() - nothing is impaired yet; chance comes from @seed, each @port its own stream. */
void fate_begin(struct fate *f, uint64_t seed, size_t port);

/** fate_set() - from now on @imp, which impairment_check() has accepted. */
void fate_set(struct fate *f, const struct impairment *imp);

/**
 * fate_decide() - what becomes of one frame of @len bytes that the network got at @t.
 * Takes its numbers from the generator whatever comes of it.
 * @out: when it leaves
 * @why: when it does not: "loss" or "queue"
 * Return: how often it leaves; 0: it is lost.
 */
size_t fate_decide(struct fate *f, int64_t t, size_t len, struct departure out[FATE_MAX],
		   const char **why);

/** fate_flip() - flip the bit of an IP frame that @flip picks, behind the IP header; once more
 * flips it back. */
void fate_flip(uint8_t *frame, size_t len, uint64_t flip);

#endif
