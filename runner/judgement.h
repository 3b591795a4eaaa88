/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_JUDGEMENT_H
#define RUNNER_JUDGEMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "../lua/labops.h"

struct conn;
struct record;
struct watch;
struct world;

/* An expectation on its way through judge.c, and how it is put on record. */

/*
 * @e:     what was asked, with its strings copied
 * @since: when it began to be judged
 * @true_since: since when it has held without a break; -1: it does not
 */
struct pending {
	unsigned actor;
	struct expectation e;
	int64_t since, true_since;
	struct pending *next;
};

/*
 * What a look shows.
 * @t:       when that which holds came to be; -1 unknown
 * @states:  mask of the states that the sockets in question are in
 * @number:  what was counted
 */
struct reading {
	bool holds;
	int64_t t;
	uint32_t states;
	int64_t number;
};

enum decision { UNDECIDED, PASS, FAIL };

/**
 * judgement_name() - the author's name for it, or one made of what does not
 * change from run to run ("server state SYN-RECV"). Return: malloc'ed.
 */
char *judgement_name(const struct world *world, const struct expectation *e);

/** judgement_question() - those of its fields that say what was asked. Return: a new reference. */
json_t *judgement_question(const struct world *world, struct watch *watch, const struct pending *p);

/**
 * judgement_json() - the fields of its `expect` event (docs/record.md).
 * @name:      unique in the run
 * @tolerance: that it was judged with, ns
 * @now:       when it was decided, run clock ns
 * @last:      on failure, the connection whose last events are to be shown, or NULL
 * @rec:       that it is for
 * Return: a new reference.
 */
json_t *judgement_json(const struct world *world, struct watch *watch, const struct pending *p,
		       const struct reading *r, enum decision d, const char *name,
		       int64_t tolerance, int64_t now, const struct conn *last,
		       const struct record *rec);

#endif
