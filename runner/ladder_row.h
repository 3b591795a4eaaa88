/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LADDER_ROW_H
#define RUNNER_LADDER_ROW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "lang.h"

struct paper;

#define LADDER_STATE_MAX 16
#define LADDER_HOST_MAX  32

enum ladder_row_kind {
	ROW_SEGMENT, /* from one side to the other */
	ROW_ICMP,    /* an ICMP error that the host @from has got from the network, or sent */
	ROW_CHANGE,  /* a change of state that no packet explains */
	ROW_FOLDED,  /* many packets, or many changes, in one line */
};

/* How a segment got on. */
enum ladder_fate {
	FATE_FLYING,
	FATE_ARRIVED,
	FATE_LOST,
	FATE_DUPLICATE, /* arrived once more */
	FATE_HELD,      /* a rule keeps it */
};

/*
 * What one side's column shows beside a row. Events are numbered as they were given to
 * ladder_event(), the first is 0.
 *
 * @t:       when the segment left or reached this side; -1 when it did not
 * @event:   that event; -1 for none
 * @state_event: the last that changed the state here; -1 for none
 * @state:   state after it; one packet can take two steps: the first is @before
 * @changed: the row changed it
 */
struct ladder_cell {
	json_int_t t;
	long event, state_event;
	char before[LADDER_STATE_MAX], state[LADDER_STATE_MAX];
	bool changed;
};

/*
 * One row, ready to be drawn. All text in it is safe to print.
 * @host:    names of the left and the right side
 * @named:   say the hosts in the row, because there are more than two
 * @conn:    number of the connection, 0 when there is only one
 * @from:    side of the sender (of the change, of the ICMP error): 0 left, 1 right
 * @rtx, @made: a retransmission; nobody sent it
 * @sent:    of ROW_ICMP: by that host
 * @resumed: it was drawn once already, while it was on the way
 * @overdue: it has been on its way for longer than the link takes
 * @first, @last: the events that began it and completed it (arrived, lost); changes of state may
 *           come later
 * @label:   its words
 * @options: its TCP options, or NULL
 * @why:     of a loss, or NULL
 */
struct ladder_row {
	enum ladder_row_kind kind;
	enum ladder_fate fate;
	char host[2][LADDER_HOST_MAX];
	bool named;
	long long conn;
	int from;
	bool rtx, made, resumed, overdue, sent;
	long first, last;
	char *label, *options, *why;
	struct ladder_cell cell[2];
};

/** ladder_row_fn - what a ladder does with a row that is certain. @row: for this call only. */
typedef void ladder_row_fn(void *ctx, const struct ladder_row *row);

/**
 * ladder_say_label() - "#2 client -> server: again: SYN seq 0": all words of a row but those of
 * ladder_say_end().
 * @to: the arrow between names
 */
void ladder_say_label(FILE *out, const struct ladder_row *row, enum lang lang, const char *to);

/** ladder_say_end() - "lost: queue", "not arrived": what became of it; nothing when it arrived. */
void ladder_say_end(FILE *out, const struct ladder_row *row, enum lang lang);

/** ladder_draw_head() - the line of names (unless rows are named), and the states before @row. */
void ladder_draw_head(const struct paper *paper, const struct ladder_row *row);

/** ladder_draw_row() - one row: one line or a few. */
void ladder_draw_row(const struct paper *paper, const struct ladder_row *row);

/** ladder_draw_legend() - what the star beside a state means. */
void ladder_draw_legend(const struct paper *paper);

#endif
