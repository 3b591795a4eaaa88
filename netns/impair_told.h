/* SPDX-License-Identifier: MIT */
#ifndef NETNS_IMPAIR_TOLD_H
#define NETNS_IMPAIR_TOLD_H

#include <stddef.h>
#include <stdint.h>

/* What became of a frame, other than that it passed. */
enum impair_what {
	IMPAIR_LOST,       /* thrown away */
	IMPAIR_HELD,       /* a rule keeps it */
	IMPAIR_DUPLICATED, /* a rule sends more of it */
	IMPAIR_DELAYED,    /* a rule makes it wait */
};

/**
 * impair_told_fn - told of every frame that something was done to on purpose.
 * @t:     when the network got it, CLOCK_MONOTONIC ns
 * @frame: as its sender sent it
 * @why:   of a loss: "loss", "queue" (too many frames under way), "ttl" (the hop limit ran out),
 *         "rule", "down" (a cable is unplugged) or "corrupt" (it goes on, with a wrong checksum)
 * @rule:  the number of the rule that did it, 0 for none
 */
typedef void impair_told_fn(void *arg, enum impair_what what, int64_t t, const uint8_t *frame,
			    size_t len, const char *why, int rule);

#endif
