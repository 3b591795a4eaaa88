/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LANES_H
#define RUNNER_LANES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The life of every socket of a run: one lane a socket, one span a state. A state in which the
 * kernel told of other queues or another timer is made of several pieces.
 */

/*
 * @from, @to: ns; at the end of the run it is still there when @to is that
 * @event, @end: that began and ended it, numbered as in ladder_row.h; @end -1 when nothing did
 * @timer, @due, @tries: the kernel's timer: its kind or "", when it runs out
 * @rq, @wq:  queues; @ownerless: no process has it
 */
struct lane_span {
	json_int_t from, to;
	long event, end;
	char state[16], timer[16];
	bool inferred, ownerless;
	json_int_t due, tries, rq, wq;
};

/*
 * @conn, @end: 0 for a listener, which has a @port
 * @pieces: the same life; each with what was told last when it began
 */
struct lane {
	char host[32], end;
	json_int_t conn, port;
	struct lane_span *spans, *pieces;
	size_t n, n_pieces;
};

struct lanes;

struct lanes *lanes_new(void);
void lanes_free(struct lanes *l);

/** lanes_event() - take the next event of a record, beginning with its header. */
void lanes_event(struct lanes *l, const json_t *ev);

/**
 * lanes_end() - the record ended. At most @most lanes stay.
 * Return: how many do not.
 */
size_t lanes_end(struct lanes *l, size_t most);

/**
 * lanes_told() - the last event after @from and before @to that tells of queues and timers of a
 * socket, until the time @until. Return: @from when there is none.
 */
long lanes_told(const struct lanes *l, long from, long to, json_int_t until);

/** lanes_all() - in the order in which they appeared. */
const struct lane *lanes_all(const struct lanes *l, size_t *n);

/** lanes_until(), lanes_last() - when the run ended, and its last event. */
json_int_t lanes_until(const struct lanes *l);
long lanes_last(const struct lanes *l);

/**
 * lanes_place() - where a moment is, 0 to 1. Time is not to scale: a wait of a minute would leave
 * no room for the milliseconds in which all happens, so the longer a gap between two changes, the
 * more it is shortened; the order is right, and a longer gap is never drawn shorter.
 */
double lanes_place(const struct lanes *l, json_int_t t);

#endif
