/* SPDX-License-Identifier: MIT */
#ifndef RUNNER_ENGINESYSCTL_H
#define RUNNER_ENGINESYSCTL_H

#include "../netns/sysctl.h"

struct engine;
struct err;

/* Who sets which sysctl of a run: the lab, and whoever typed --set. All of it is recorded. */

/** enginesysctl_begin() - before the lab starts: what it says at its top, then --set over it. */
int enginesysctl_begin(struct engine *e, struct err *err);

/** enginesysctl_host(), enginesysctl_kernel() - sysctl_set and kernel_sysctl of lua/labops.h. */
int enginesysctl_host(void *engine, unsigned host, const char *name, const char *value,
		      struct err *err);
int enginesysctl_kernel(void *engine, const char *name, const char *text,
			char value[static SYSCTL_MAX_VALUE], struct err *err);

#endif
