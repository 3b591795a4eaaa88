/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_JUDGE_H
#define RUNNER_JUDGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct expectation;
struct history;
struct judge;
struct record;
struct watch;
struct world;

/*
 * Decides expectations and records each with what was seen. The theory, and
 * the one function that judges time, are in judge.c.
 */

/**
 * judge_new() -
 * @real_clock: the machine's clock, on which a process can be kept waiting; a
 *              lab kernel's virtual clock stands still while code runs
 */
struct judge *judge_new(const struct world *world, struct watch *watch, const struct history *hist,
			struct record *rec, bool real_clock);
void judge_free(struct judge *j);

/** judge_begin() - take up an expectation of @actor, which has none pending. @now: run clock. */
void judge_begin(struct judge *j, unsigned actor, const struct expectation *e, int64_t now);

/** judge_turn() - decide what can be decided now. Return: 0 or -errno. */
int judge_turn(struct judge *j, int64_t now, struct err *err);

/** judge_pending() - does @actor still wait for a decision? */
bool judge_pending(const struct judge *j, unsigned actor);

/**
 * judge_question() - what @actor waits for: the fields of an `expect` event that say what was
 * asked, and `until`, when it is due. Return: a new reference, or NULL.
 */
json_t *judge_question(const struct judge *j, unsigned actor);

/** judge_due() - when judge_turn() is wanted although nothing happens; INT64_MAX never. */
int64_t judge_due(const struct judge *j);

/** judge_late() - the engine came @ns later to something than it should have: this machine is busy.
 */
void judge_late(struct judge *j, int64_t ns);

/** judge_held_up() - the engine was kept from its work for @ns, or a packet had to wait for it. */
void judge_held_up(struct judge *j, int64_t ns);

size_t judge_passed(const struct judge *j);
size_t judge_failed(const struct judge *j);

#endif
