/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_ENGINE_H
#define RUNNER_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lua/lab.h"

struct kernel;

/*
 * What to play.
 *
 * @lab:     loaded, not started; the engine does not free it
 * @file:    its path as the user gave it
 * @sets:    HOST.sysctl = value, over what the lab itself sets
 * @counter_run: name of the counter-run that this is, or NULL
 * @backend: "netem", "wire" or NULL to choose
 * @seed:    of random impairments
 * @kernel:  the lab kernel to play it on, for the front; NULL: this machine's own
 * @lab_kernel: in a lab kernel, which is this run's own: its global knobs may be turned
 * @virtual_clock: idle time is skipped, and code takes none
 * @announce: say what is waited for (announce.h); not in a lab kernel, where nobody has to wait
 * @server: the learner's own, which it may start, or NULL
 * @allow_exec: the lab may start programs of the machine
 */
struct engine_spec {
	struct lab *lab;
	const char *file;
	size_t n_sets;
	const struct lab_setting *sets;
	const struct lab_text *counter_run;
	const char *backend;
	uint64_t seed;
	const struct kernel *kernel;
	const struct lab_server *server;
	bool lab_kernel, virtual_clock, announce, allow_exec;
};

/**
 * engine_run() - build the world, play the lab in it, and write the run record.
 * To be called in a sandbox of its own (netns/sandbox.h): when the process
 * ends, the world is gone.
 * @record_fd: where the record goes
 * @life_fd:   hangs up when whoever reads the record is gone; -1 for none
 * Return: exit status of the process: 0 when the record is complete, whatever
 * its verdict, 1 when it could not be written.
 */
int engine_run(const struct engine_spec *spec, int record_fd, int life_fd);

#endif
