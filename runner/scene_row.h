/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_SCENE_ROW_H
#define RUNNER_SCENE_ROW_H

#include <stdbool.h>

struct scene;

/* The rows of a ladder that shows no more than what has happened: see scene.c. */

enum scene_row_kind {
	SCENE_ROW_STEP,    /* a step begins */
	SCENE_ROW_SEGMENT, /* a segment on its way */
	SCENE_ROW_ICMP,    /* an ICMP error, from or into the network */
	SCENE_ROW_CHANGE,  /* a change of state */
	SCENE_ROW_CALL,    /* what a program asks of its host, and what it gets */
	SCENE_ROW_MARK,    /* any other thing that happened */
};

/*
 * @first: the event that began it
 * @last:  the one where it arrived or was lost, or an ICMP error said that; -1: never
 * @held:  the event with which a rule of the network keeps it, until it arrives; -1: none
 * @lost:  @last is its end
 * @twice: it arrived for another time; @first is that arrival
 * @again: @first is the arrival of a segment whose row is far above
 * @from:  side of the sender, of the change, of the ICMP error: 0 left, 1 right; -1: of no side
 */
struct scene_row {
	enum scene_row_kind kind;
	int from;
	bool lost, twice, again;
	long first, last, held;
};

/** scene_rows() - Return: how many rows have begun by event @i. */
long scene_rows(const struct scene *s, long i);

/** scene_row() - row @n, from 0. Return: borrowed. */
const struct scene_row *scene_row(const struct scene *s, long n);

/** scene_row_of() - the row that event @i is about. Return: -1 when it is about none. */
long scene_row_of(const struct scene *s, long i);

#endif
