/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_LABKERNEL_H
#define RUNNER_LABKERNEL_H

#include <stdbool.h>
#include <sys/types.h>

struct engine_spec;
struct err;
struct kernel;

/*
 * A lab kernel at work.
 *
 * @pid:     its guardian, a child of ours; -1 when there is none
 * @life:    hangs up for the guardian when we are gone
 * @console: what the kernel itself says
 * @pidfd:   of the guardian
 * @group:   process group of the kernel, told by the guardian
 */
struct labkernel {
	pid_t pid;
	int life, console, pidfd;
	pid_t *group;
};

/**
 * labkernel_spawn() - boot @k with tcplab as init, to play @spec.
 * @record_fd: where the record comes out; borrowed
 * Return: 0, or -errno with the remedy (no executable temporary directory, a
 * specification too long for a kernel's command line).
 */
int labkernel_spawn(struct labkernel *box, const struct kernel *k, const struct engine_spec *spec,
		    int record_fd, struct err *err);

/**
 * labkernel_end() - wait for the end of it, or with @now make an end; all of it is gone on return.
 * Return: the wait status of the kernel, as far as the guardian could see it.
 */
int labkernel_end(struct labkernel *box, bool now);

#endif
