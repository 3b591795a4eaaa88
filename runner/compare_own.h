/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_COMPARE_OWN_H
#define RUNNER_COMPARE_OWN_H

#include <stdint.h>
#include <stdio.h>

#include "compare.h"

struct rungs;

/* What compare.c, compare_align.c and compare_table.c share. */

/*
 * What an event is, and what more there is to it. Two events are one when their keys are equal;
 * they differ when their details do.
 *
 * @key, @detail, @options: hashes
 */
struct compare_mark {
	uint64_t key, detail, options;
};

/*
 * @rung: number of its row or step among the rungs; -1 for an expectation
 * @event: of the record, that it stands for; @order: among the entries, as they came
 * @t:    ns; @at: since its step, when it left and when it arrived; -1: it did not
 * @nth:  which of several like ones in its step of A, from 1; 0: there is no other
 */
struct entry {
	struct compare_moment moment;
	struct compare_mark mark;
	long rung, event;
	size_t order;
	json_int_t t, at[2];
	size_t nth;
};

/*
 * One record.
 *
 * @marks:   of every event, in the order of the record
 * @entries: the story
 * @expects, @counters, @values: name -> the last such event
 * @states:  end of a connection -> the states that it went through, in one line
 */
struct side {
	struct rungs *rungs;
	json_t *header, *verdict, *expects, *counters, *values, *states;
	struct compare_mark *marks;
	size_t n_marks, marks_room;
	struct entry *entries;
	size_t n_entries, entries_room, n_rungs;
};

struct compare {
	enum lang lang;
	bool utf8;
	struct side side[2];
	struct compare_row *rows;
	size_t n_rows, rows_room;
	struct compare_item *items;
	size_t n_items, items_room;
};

/** compare_story_end() - the record ended: its entries in the order of its events. */
void compare_story_end(struct side *s);

/** compare_mark() - of an event, as compare.c explains it. */
struct compare_mark compare_mark(const json_t *ev);

/** compare_mix() - go on with a hash: of a number, or of a text. */
uint64_t compare_mix(uint64_t hash, int64_t n);
uint64_t compare_mix_text(uint64_t hash, const char *text);

/** compare_late() - do two times since the same moment differ by more than the judge would allow?
 */
bool compare_late(json_int_t a, json_int_t b);

/**
 * compare_align() - which of @b is which of @a: a longest common subsequence in which the k-th of
 * several equal keys is the k-th of the other side.
 * @to: for each of @a its place in @b, SIZE_MAX for none
 */
void compare_align(const uint64_t *a, size_t n, const uint64_t *b, size_t m, size_t *to);

/** compare_number() - which of several equal @keys each is, from 1; 0 where there is no other. */
void compare_number(const uint64_t *keys, size_t n, size_t *nth);

/** compare_table() - fill in the items. */
void compare_table(struct compare *c);

/** compare_moment_words() - a row of the ladder in one line, for a table. @out gets clean text. */
void compare_moment_words(FILE *out, const struct compare *c, const struct compare_moment *m);

#endif
