/* SPDX-License-Identifier: MIT */
#ifndef NETNS_FATE_H
#define NETNS_FATE_H

#include <stddef.h>
#include <stdint.h>

#include "dice.h"
#include "impair.h"

/* A frame leaves once, twice or not at all. */
#define FATE_MAX 2

/*
 * What has been decided about the frames towards one port, as far as it matters for the next.
 *
 * @imp:  what is asked for
 * @dice: the port's own generator
 */
struct fate {
	struct impairment imp;
	struct dice dice;
};

/*
 * One frame that leaves.
 *
 * @due: when, CLOCK_MONOTONIC ns; what is past is due at once
 */
struct departure {
	int64_t due;
};

/** fate_begin() - nothing is impaired yet; chance comes from @seed, each @port its own stream. */
void fate_begin(struct fate *f, uint64_t seed, size_t port);

/** fate_set() - from now on @imp, which impairment_check() has accepted. */
void fate_set(struct fate *f, const struct impairment *imp);

/**
 * fate_decide() - what becomes of one frame that the network got at @t. Takes
 * its numbers from the generator even when the frame is lost for another reason.
 * @out: when it leaves
 * Return: how often it leaves; 0: it is lost.
 */
size_t fate_decide(struct fate *f, int64_t t, struct departure out[FATE_MAX]);

#endif
