/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_RECORD_H
#define RUNNER_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct err;
struct record;

#define RECORD_FORMAT 1

/*
 * What a packet or a call did to a socket's queues and timer is told right after it, by a dump: on
 * a busy machine so much later, in ns, at most.
 */
#define RECORD_RIGHT_AFTER 50000000

/*
 * The engine's end of the run record (docs/record.md). Events of one turn of
 * the loop are noticed in another order than they happened in: packets are
 * read after the call that sent them. They are kept until no earlier one can
 * come any more, and leave in time order.
 */

/*
 * On a virtual clock what the kernel does on a tick comes some 100 ns later in one run than in
 * another: its clock has steps of 256 ns, and how often its timer was set before is chance. Without
 * kernels/engine-takes-no-time.patch it is microseconds. At this grain, in ns, records are the same
 * every time: ticks and what a lab asks for are round times, and a fifth of a grain is added before
 * rounding down, so that neither is ever near the edge between two grains.
 */
#define RECORD_VIRTUAL_GRAIN 100000

/**
 * record_new() - write to @fd, which stays the caller's.
 * @grain: times are written as multiples of it, ns
 * Return: never NULL (aborts without memory).
 */
struct record *record_new(int fd, int64_t grain);
void record_free(struct record *r);

/**
 * record_event() - add @fields (stolen) as event @ev at time @t.
 * Past the cap on events only expect and verdict are kept; see record_full().
 */
void record_event(struct record *r, const char *ev, int64_t t, json_t *fields);

/**
 * record_aside() - write @fields (stolen) at once, for whoever watches: it is no event of the
 * record, and the front leaves it out of it. What does not differ from the last one is not
 * repeated.
 */
void record_aside(struct record *r, const char *ev, int64_t t, json_t *fields);

/**
 * record_place() - keep a place for an event that is not known yet: events of the same time
 * that are added from now on come after it, whenever it is added itself, by
 * record_event_in().
 */
uint64_t record_place(struct record *r);
void record_event_in(struct record *r, uint64_t place, const char *ev, int64_t t, json_t *fields);

/** record_moment() - @t as it stands in the record. */
int64_t record_moment(const struct record *r, int64_t t);

/** record_coarsen() - bring the times in @ev to the record's grain, as record_flush() does. */
void record_coarsen(const struct record *r, json_t *ev);

/** record_full() - the cap on events was reached: the run must end. */
bool record_full(const struct record *r);

/**
 * record_flush() - write out all events before @until, in time order.
 * @until: run clock, ns; INT64_MAX for all
 * Return: 0, or -errno: the reader is gone.
 */
int record_flush(struct record *r, int64_t until, struct err *err);

#endif
