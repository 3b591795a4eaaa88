/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_COMMAND_H
#define RUNNER_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lua/lab.h"
#include "../netns/err.h"
#include "lang.h"
#include "paper.h"
#include "paths.h"

struct ladderfile;
struct view_ops;

/*
 * What was said on the command line.
 *
 * @args: what is left after the options
 * @params, @sets: in the order given
 * @server: a command that starts a server of the learner's; NULL for none
 * @sides: of --a and --b
 * @kernel: "auto", "host", "all" or the version of a lab kernel
 * @backend: of impairments; NULL to choose
 * @allow_exec: labs that are not of the course may start programs of this machine
 * @format, @picture: what --format names, of a run and of a ladder; NULL where that has no such
 * @output: -o
 * @all: --all
 * @plain, @notes: of `play`: sentences, and the presenter's notes
 * @full: the full form of a lab also on a real clock
 * @jobs: how many runs of `check` at the same time
 */
struct options {
	int n_args;
	char **args;
	size_t n_params, n_sets;
	struct lab_setting params[LAB_MAX_SETTINGS], sets[LAB_MAX_SETTINGS];
	size_t n_sides[2];
	struct lab_setting sides[2][LAB_MAX_SETTINGS];
	const char *server, *kernel, *record, *pcap, *pcap_host, *backend, *output;
	const struct view_ops *format;
	const struct ladderfile *picture;
	enum lang lang;
	bool no_color, full, allow_exec, all, plain, notes;
	int verbosity;
	uint64_t seed;
	size_t jobs;
	struct paths paths;
};

/*
 * Each subcommand prints what it has to say on stdout. Return: the exit status
 * (0 all pass, 1 some fail, 2 usage or broken, 3 skipped), or -errno with @err, which main()
 * prints.
 */
int command_list(const struct options *o, struct err *err);
int command_show(const struct options *o, struct err *err);
int command_run(const struct options *o, struct err *err);
int command_replay(const struct options *o, struct err *err);
int command_play(const struct options *o, struct err *err);
int command_check(const struct options *o, struct err *err);
int command_ladder(const struct options *o, struct err *err);
int command_report(const struct options *o, struct err *err);
int command_compare(const struct options *o, struct err *err);
int command_kernels(const struct options *o, struct err *err);
int command_doctor(const struct options *o, struct err *err);

/** command_paper() - stdout, as the options want it. */
struct paper command_paper(const struct options *o);

/** command_stdout() - was all of it written? Return: 0, or -errno (EPIPE: a closed pipe; ENOSPC).
 */
int command_stdout(struct err *err);

#endif
