/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_RUNGS_H
#define RUNNER_RUNGS_H

#include <jansson.h>
#include <stddef.h>

#include "ladder_row.h"
#include "lang.h"

/*
 * A whole ladder, kept: its rows, and between them what the lab tells and does, for drawings
 * that are made when all is known.
 */

enum rung_kind {
	RUNG_ROW,
	RUNG_STEP,
	RUNG_NOTE,
	RUNG_EVENT, /* something done to the network or a host; a program's output */
	RUNG_FOLD,  /* rows that are not shown */
};

/*
 * @row:   of RUNG_ROW
 * @text:  of the others, safe to print; a step's begins with its number
 * @t, @event: of a step or note: when, and its number as in ladder_row.h
 * @n:     of a fold: how many rows
 */
struct rung {
	enum rung_kind kind;
	struct ladder_row row;
	char *text;
	json_int_t t;
	long event;
	size_t n;
};

struct rungs;

/** rungs_new() - @utf8: words may use more than ASCII. */
struct rungs *rungs_new(enum lang lang, bool utf8);
void rungs_free(struct rungs *r);

/**
 * rungs_patiently() - before the first event, for a picture that is drawn when all is known: rows
 * are not finished early for what is said between them, and rungs_end() puts everything where it
 * began. Without it rungs come as the text view prints them.
 */
void rungs_patiently(struct rungs *r);

/** rungs_event() - take the next event of a record, beginning with its header. */
void rungs_event(struct rungs *r, const json_t *ev);

/** rungs_end() - the record ended, or was cut off. */
void rungs_end(struct rungs *r);

/**
 * rungs_fold() - leave at most about @most rows, and say in words what was left out: of rows that
 * are alike but for their numbers the first few and the last two stay.
 */
void rungs_fold(struct rungs *r, size_t most);

/** rungs_all() - in order. */
const struct rung *rungs_all(const struct rungs *r, size_t *n);

/** rungs_header() - of the record. Return: borrowed, NULL when there was none. */
const json_t *rungs_header(const struct rungs *r);

#endif
