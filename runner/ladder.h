/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LADDER_H
#define RUNNER_LADDER_H

#include <jansson.h>

struct ladder;
struct paper;

/*
 * The ladder: client's state on the left, segments in the middle, server's
 * state on the right, a row as soon as it is certain. With more than two hosts
 * each row names its hosts.
 */

/** ladder_new() - @header: the record's first line. @paper is kept and has to outlive it. */
struct ladder *ladder_new(const struct paper *paper, const json_t *header);
void ladder_free(struct ladder *l);

/**
 * ladder_event() - take one event; prints the rows that it completes. Other events than conn,
 * packet, lost, packets, state, states are ignored.
 */
void ladder_event(struct ladder *l, const json_t *ev);

/**
 * ladder_settle() - print the rows that are complete, without waiting for state changes that may
 * belong to them; before a line about what has been seen (an expectation).
 */
void ladder_settle(struct ladder *l);

/**
 * ladder_flush() - print what is still on the way (sent, and not arrived so far), marked so; before
 * narration and at the end.
 */
void ladder_flush(struct ladder *l);

#endif
