/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PREDICTION_H
#define RUNNER_PREDICTION_H

#include <jansson.h>
#include <stdbool.h>

#include "paper.h"

/*
 * A question that the lab has asked and that is not answered yet, in the text view.
 *
 * @ev:   the predict event, NULL when there is none
 * @seen: something has happened since
 */
struct prediction {
	json_t *ev;
	bool seen;
};

/** prediction_ask() - show the question and what there is to choose from. */
void prediction_ask(struct prediction *p, json_t *ev, const struct paper *paper);

/** prediction_event() - any event. Has it to be answered before this one is shown? */
bool prediction_event(struct prediction *p, const json_t *ev);

/** prediction_answer() - show which was right, and why; nothing when nothing was asked. */
void prediction_answer(struct prediction *p, const struct paper *paper);
void prediction_free(struct prediction *p);

#endif
