/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_ANNOUNCE_H
#define RUNNER_ANNOUNCE_H

#include <stdint.h>

struct engine;

/**
 * announce_wait() - tell the front, before the engine sleeps until @due, what is waited for, when
 * that takes longer than a second: a `wait` line, which is no event of the record. It is a question
 * as in `expect`, or `op`, a call of the lab; `until` is when it is due on the run's clock.
 */
void announce_wait(struct engine *e, int64_t due);

#endif
