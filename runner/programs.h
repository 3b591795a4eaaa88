/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PROGRAMS_H
#define RUNNER_PROGRAMS_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct lab_exec;
struct lab_program;
struct pollfd;
struct programs;
struct record;
struct watch;
struct world;

#define PROGRAMS_MAX_RUNNING 8
#define PROGRAMS_MAX         256
#define PROGRAMS_MAX_FDS     (3 * PROGRAMS_MAX_RUNNING)
#define PROGRAMS_MAX_LINE    400
#define PROGRAMS_MAX_LINES   2000

/*
 * The programs of the machine that a lab has started: what they write, and how they end,
 * goes to the record.
 */

/** programs_new() - @zero: as for watch_open(). Return: never NULL (aborts without memory). */
struct programs *programs_new(const struct world *world, struct watch *watch, struct record *rec,
			      const int64_t *zero);

/** programs_free() - NULL is allowed; programs_end() comes first. */
void programs_free(struct programs *p);

/** programs_room() - may one more be started? Return: 0 or -errno, with the limit. */
int programs_room(const struct programs *p, struct err *err);

/** programs_start() - @id from 1. Return: 0 or -errno, that of execve(2) among them. */
int programs_start(struct programs *p, const struct lab_exec *x, unsigned *id, struct err *err);

/** programs_get() - how it is now. */
void programs_get(struct programs *p, unsigned id, struct lab_program *out);

/** programs_unready() - record that it does not listen yet: see unready of lua/labops.h. */
void programs_unready(struct programs *p, unsigned id, uint16_t port, int64_t after,
		      int64_t within);

/** programs_signal() - Return: 0, or -ESRCH when it has ended. */
int programs_signal(struct programs *p, unsigned id, int signal);

/** programs_fds() - what to wait for; at most PROGRAMS_MAX_FDS. Return: how many. */
size_t programs_fds(const struct programs *p, struct pollfd *fds);

/** programs_work() - take what they have written, and see who has ended. */
void programs_work(struct programs *p);

/** programs_end() - the run is over: so are they. NULL is allowed. */
void programs_end(struct programs *p);

#endif
