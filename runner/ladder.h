/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LADDER_H
#define RUNNER_LADDER_H

#include <jansson.h>

#include "ladder_row.h"

struct ladder;
struct paper;

/*
 * The ladder: client's state on the left, segments in the middle, server's
 * state on the right, a row as soon as it is certain. With more than two hosts
 * each row names its hosts.
 */

/**
 * ladder_new() - @header: the record's first line.
 * @paper: how words are written (language, UTF-8 or not); kept, has to outlive the ladder
 * @give:  gets each row, with @ctx; ladder_print_row() writes it as text
 */
struct ladder *ladder_new(const struct paper *paper, const json_t *header, ladder_row_fn *give,
			  void *ctx);
void ladder_free(struct ladder *l);

/**
 * ladder_event() - take one event; gives away the rows that it completes. Other events than conn,
 * packet, lost, held, icmp, packets, state, states are ignored.
 */
void ladder_event(struct ladder *l, const json_t *ev);

/**
 * ladder_settle() - give away the rows that are complete, without waiting for state changes that
 * may belong to them; before a line about what has been seen (an expectation).
 */
void ladder_settle(struct ladder *l);

/**
 * ladder_flush() - before narration and at the end: give away what is complete, and what has been
 * on its way for longer than the link takes, marked so.
 * @t: of the narration, ns; INT64_MAX at the end: whatever is still on its way
 */
void ladder_flush(struct ladder *l, json_int_t t);

#endif
