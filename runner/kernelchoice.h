/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_KERNELCHOICE_H
#define RUNNER_KERNELCHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels.h"

struct err;
struct lab;
struct lab_meta;
struct lab_server;
struct lab_setting;

/*
 * Where a lab is to be played.
 *
 * @host:   on the machine's own kernel
 * @kernel: otherwise on this one
 * @server: the learner's own, for the lab; NULL for none
 */
struct kernelchoice {
	bool host;
	struct kernel kernel;
	const struct lab_server *server;
};

/**
 * kernelchoice_make() - what `--kernel @wanted` means for a lab.
 * @wanted: "host", "auto", "all" or a version
 * @list: to be freed; one place, or for "all" the host and every lab kernel
 * auto is the host, unless a lab kernel is installed and the lab needs one, or
 * its full form is long (more than 15 s), or this machine forbids the namespaces that
 * the host would take.
 * Return: how many, or -errno.
 */
int kernelchoice_make(const char *wanted, const struct lab_meta *m, struct kernelchoice **list,
		      struct err *err);

/**
 * kernelchoice_load() - load a lab for being played there.
 * @full: the full form on a real clock too
 * Return: 0 or -errno, as lab_load().
 */
int kernelchoice_load(const struct kernelchoice *c, const char *path,
		      const struct lab_setting *params, size_t n_params, bool full,
		      struct lab **lab, struct err *err);

/** kernelchoice_name() - "host", or the version. */
const char *kernelchoice_name(const struct kernelchoice *c);

#endif
