/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_COUNTDOWN_H
#define RUNNER_COUNTDOWN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "paper.h"

/*
 * The last line of a terminal while a run on a real clock waits: what for, and how
 * much longer. It is written over itself, and gone before anything else is written.
 *
 * @wait:  what is waited for, as announce_wait() told it; NULL when nothing is
 * @zero:  the run's clock 0, on ours
 * @shown: columns that the line takes now
 */
struct countdown {
	struct paper paper;
	json_t *wait;
	int64_t zero;
	int shown;
};

/** countdown_possible() - is there a terminal whose last line can be written over? */
bool countdown_possible(const struct paper *paper);

/** countdown_aside() - take a `wait`, or show the line when @ev is a `tick`. */
void countdown_aside(struct countdown *c, json_t *ev);

/** countdown_clear() - something else is to be written. */
void countdown_clear(struct countdown *c);

/** countdown_over() - also forget what was waited for. */
void countdown_over(struct countdown *c);

#endif
