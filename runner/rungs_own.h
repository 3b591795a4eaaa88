/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_RUNGS_OWN_H
#define RUNNER_RUNGS_OWN_H

#include "paper.h"
#include "rungs.h"

/* What rungs.c (keeping) and rungs_fold.c (folding) share. */

struct ladder;

/* @event: of the event that is being taken; @patient: rungs_patiently() */
struct rungs {
	struct paper paper;
	json_t *header;
	struct ladder *ladder;
	struct rung *all;
	size_t n, room;
	long event;
	bool patient;
};

/** rung_clear() - free what a rung owns. */
void rung_clear(struct rung *g);

#endif
