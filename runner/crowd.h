/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_CROWD_H
#define RUNNER_CROWD_H

#include <stdbool.h>
#include <stddef.h>

#include "../netns/segment.h"

struct conns;

#define CROWD_MAX   16
#define CROWD_SHOWN 3 /* of each, with a number */

/*
 * Very many connections that somebody has announced, a flood or a burst: most of them get no number
 * and are only counted.
 *
 * @from:  the host that they come from; -1: addresses that no host has
 * @shown: how many of them have a number
 */
struct crowd {
	struct endpoint to;
	int from;
	bool on;
	unsigned shown;
};

struct crowds {
	struct crowd crowd[CROWD_MAX];
	size_t n;
};

/** crowd_announce() - connections from @from to @to; @on: they come now, or no more. */
void crowd_announce(struct crowds *c, const struct endpoint *to, int from, bool on);

/**
 * crowd_has() - is the connection between @a of host @host_a and @b of @host_b, new to us,
 * one of those without a number? While they come, all but the first few are. Afterwards those are
 * that nobody saw begin: the crowd has left them behind.
 * @opens: we see it begin
 */
bool crowd_has(struct crowds *c, const struct endpoint *a, int host_a, const struct endpoint *b,
	       int host_b, bool opens);

/**
 * conns_crowd() - very many connections to @to begin now, from host @from (-1: from addresses that
 * no host has). All but a few of them have no number. @on: false when no more come: those that
 * are there keep none, and new ones have one again.
 */
void conns_crowd(struct conns *cs, const struct endpoint *to, int from, bool on);

#endif
