/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LADDER_OWN_H
#define RUNNER_LADDER_OWN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/queue.h>

#include "../netns/duration.h"
#include "ladder.h"
#include "ladder_cause.h"
#include "ladder_row.h"

/* What ladder.c (packets) and ladder_state.c (states) share. */

#define FLYING_MAX    256
#define DONE_MAX      256
#define SEEN_MAX      256
#define LISTENERS_MAX 64
#define SETTLE_NS     (50 * NS_PER_MS)

/*
 * A side of a row while it waits for its state.
 *
 * @order: of the packet among all; 0: this side had none
 */
struct side {
	uint64_t order;
	bool settled;
	struct cause cause;
};

/*
 * @seg: of a segment
 * @t:   when it was complete
 * @old: of a change: the state before
 */
struct waiting {
	TAILQ_ENTRY(waiting) link;
	struct ladder_row row;
	json_int_t id, seg, t;
	struct side side[2];
	char old[LADDER_STATE_MAX];
};
TAILQ_HEAD(waitings, waiting);

/*
 * One end of a connection, as far as the events so far tell.
 *
 * @fin_end: relative number after its FIN, 0 before it sent one
 * @timer:   when the kernel's timer, as last reported, runs out; -1 for none
 * @slack:   how far off that may be
 * @shown:   with the star of an inferred state
 */
struct end {
	char host[LADDER_HOST_MAX], state[LADDER_STATE_MAX], shown[LADDER_STATE_MAX];
	uint32_t fin_end;
	json_int_t port, timer, slack;
	bool opened;
};

/* @end: [0] is drawn on the left */
struct conn {
	struct end end[2];
};

struct listener {
	char host[LADDER_HOST_MAX];
	json_int_t port;
};

/*
 * @flight: a segment on its way for longer, ns, is drawn so before it arrives, if it does
 * @seen:  numbers of the segments that arrived last, a ring
 * @event: which call of ladder_event() this is, from 0
 */
struct ladder {
	const struct paper *paper;
	char host[2][LADDER_HOST_MAX];
	ladder_row_fn *give;
	void *ctx;
	bool many_hosts;
	struct conn *conns;
	size_t n_conns;
	struct waitings flying, done;
	unsigned n_flying, n_done;
	uint64_t order;
	long event;
	json_int_t flight;
	json_int_t seen[SEEN_MAX];
	size_t n_seen;
	struct listener listeners[LISTENERS_MAX];
	size_t n_listeners;
};

/** ladder_copy() - @text clean in @to, cut between characters where it is too long. */
void ladder_copy(const struct ladder *l, char *to, size_t size, const char *text);

/** ladder_words() - what @say writes, clean. Return: malloc'ed, never NULL. */
char *ladder_words(const struct ladder *l, const json_t *ev,
		   void (*say)(FILE *out, const struct ladder *l, const json_t *ev));

/** ladder_waiting() - a new row about an event. @c may be NULL. Return: never NULL. */
struct waiting *ladder_waiting(const struct ladder *l, const json_t *ev, const struct conn *c,
			       enum ladder_row_kind kind);

/** ladder_drop() - a row will not be drawn. */
void ladder_drop(struct waiting *w);

/** ladder_finish() - the row is complete since @t, and waits for its states only. */
void ladder_finish(struct ladder *l, struct waiting *w, json_int_t t);

/** ladder_conn() - the connection that an event names. Return: NULL when it is not known. */
struct conn *ladder_conn(struct ladder *l, const json_t *ev);

/** ladder_side() - Return: the side that the event's host is on, -1 when on none. */
int ladder_side(const struct ladder *l, const struct conn *c, const json_t *ev);

/** ladder_shown() - the state to show for an end. Return: borrowed. */
const char *ladder_shown(const struct ladder *l, const struct end *e);

/** ladder_touch() - put the event's packet on side @i of a row. */
void ladder_touch(struct ladder *l, struct waiting *w, struct conn *c, int i, const json_t *ev);

/** ladder_state() - take a state event. */
void ladder_state(struct ladder *l, const json_t *ev);

#endif
