/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_PLACE_H
#define RUNNER_PLACE_H

#include <stdbool.h>

#include "../netns/sandbox.h"
#include "labkernel.h"

struct engine_spec;
struct err;

/*
 * Where an engine runs: in namespaces on the machine's own kernel, or in a lab
 * kernel. The front does not care which.
 *
 * @lab: it is a lab kernel
 */
struct place {
	bool lab;
	struct sandbox box;
	struct labkernel kernel;
};

/**
 * place_start() - start an engine for @spec where @spec->kernel says.
 * @record_fd: write end of the record's pipe, borrowed; @reader_fd its other end,
 *             which the engine must not keep
 * Return: 0, or -errno with the remedy.
 */
int place_start(struct place *p, const struct engine_spec *spec, int record_fd, int reader_fd,
		struct err *err);

/** place_console() - readable when a lab kernel has something to say itself; -1 for none. */
int place_console(const struct place *p);

/**
 * place_pidfd() - readable when a lab kernel has ended; -1 for none. What is left of it
 * may hold on to the record's pipe, so that this, and not its end, is the sign.
 */
int place_pidfd(const struct place *p);

/**
 * place_end() - wait for the end of it, or with @now make an end. All of it is gone on return.
 * Return: the wait status of the engine, of a lab kernel's process.
 */
int place_end(struct place *p, bool now);

#endif
