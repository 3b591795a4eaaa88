/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_KERNELS_H
#define RUNNER_KERNELS_H

#include <stddef.h>

struct err;

/*
 * A lab kernel: User Mode Linux with virtual time (kernels/, `make kernels`).
 *
 * @version: the name of its folder, "6.12"
 * @path:    the executable
 */
struct kernel {
	char version[32];
	char path[4096];
};

/**
 * kernels_find() - every lab kernel that is installed, lowest version first.
 * Looked for as VERSION/linux in $TCPLAB_KERNELS, in lib/tcplab/kernels beside an installed tcplab,
 * in kernels/ beside one in a build tree, and in the user's cache
 * ($XDG_CACHE_HOME or ~/.cache, tcplab/kernels); the first place wins for a version.
 * None where none can run (kernels_possible()).
 * Return: how many, in @list, to be freed.
 */
size_t kernels_find(struct kernel **list);

/**
 * kernels_possible() - can this machine run any? They are x86-64 programs that trace processes of
 * their own.
 * Return: 0, or -EOPNOTSUPP or -EPERM with the reason and the remedy.
 */
int kernels_possible(struct err *why);

/** kernels_get() - one by its version. Return: 0, or -ENOENT with what there is. */
int kernels_get(const char *version, struct kernel *out, struct err *err);

#endif
